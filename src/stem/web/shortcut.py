"""What stands in an icon on the desktop: a small file that starts stem, as each system wants it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import platformdirs

from stem.files import expanded, output_error
from stem.programs import stem
from stem.text_files import write_text

_RUNS = 0o700


def write_shortcut(folder: str | None) -> Path:
    """Put an icon on the desktop that opens the page of a folder, by default of the last one.

    Raises:
        OutputError: when it cannot be written, or something else has its name.
    """
    name, content, mode = shortcut_of(sys.platform, None if folder is None else expanded(folder))
    path = platformdirs.user_desktop_path() / name
    write_text(path, content, overwrite=False)
    try:
        path.chmod(mode)
    except OSError as error:
        raise output_error(path, error) from error
    return path


def shortcut_of(system: str, folder: Path | None) -> tuple[str, str, int]:
    """Return the name, the content and the mode of the file.

    Args:
        system: As `sys.platform` names it.
        folder: Of the practice; None for the last one.
    """
    words = stem("open")
    if folder is not None:
        words += ["--", str(folder.absolute())]
    if system == "win32":
        line = " ".join(f'"{word}"' for word in words).replace("%", "%%")
        return "stem.cmd", f"@echo off\nchcp 65001 >nul\n{line}\nif errorlevel 1 pause\n", _RUNS
    if system == "darwin":
        return "stem.command", f"#!/bin/sh\nexec {shlex.join(words)}\n", _RUNS
    line = " ".join(map(_desktop_word, words))
    keys = f"Type=Application\nName=stem\nComment=Opnames maken\nExec={line}\nTerminal=true\n"
    return "stem.desktop", f"[Desktop Entry]\n{keys}", _RUNS


def _desktop_word(word: str) -> str:
    """Quote a word as the Desktop Entry Specification wants it: first for the list, then for the file."""
    quoted = "".join(f"\\{sign}" if sign in '"`$\\' else sign for sign in word)
    return f'"{quoted}"'.replace("\\", "\\\\").replace("%", "%%")
