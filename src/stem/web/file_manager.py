"""The computer's own window of folders, opened at a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from stem.programs import program

_BEGINS_S = 2.0


def shows(path: Path) -> bool:
    """Open the window at a file, or at its folder where no more is possible.

    Returns:
        False when there is none here.
    """
    command = _command(path)
    if command is None:
        return False
    try:
        child = subprocess.Popen(  # noqa: S603 - a program of the system, and a file that we made
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        code = child.wait(_BEGINS_S)
    except subprocess.TimeoutExpired:  # it stays as long as its window
        return True
    except OSError:
        return False
    return code == 0 or sys.platform == "win32"  # where it is 1 whatever happens


def _command(path: Path) -> list[str] | None:
    if sys.platform == "win32":
        name, words = "explorer", [f"/select,{path}"]
    elif sys.platform == "darwin":
        name, words = "open", ["-R", str(path)]
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        name, words = "xdg-open", [str(path.parent)]
    else:
        return None
    found = program(name)
    return None if found is None else [found, *words]
