"""Where a track goes: its format by a file's name, and its file."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from stem.config import Config
from stem.errors import UsageError
from stem.export.formats import FORMATS, find_format
from stem.files import HERE, expanded, output_error
from stem.messages import Message

USUAL_FORMAT = "mp3"


def format_of(output: str | None) -> str | None:
    """Return the format that the name of a file asks for; None when it asks for none."""
    suffix = Path(output or "").suffix.lower()
    return next((name for name, kind in FORMATS.items() if kind.suffix == suffix), None)


def output_path(
    name: str, output: str | None, config: Config, format_name: str = USUAL_FORMAT, *, folder: Path = HERE
) -> Path:
    """Return where a track goes: the file asked for, or `name` in the folder asked for or the usual one.

    What is relative is so to `folder`, the project's.

    Raises:
        UsageError: when the file asked for has the suffix of another format.
    """
    kind = find_format(format_name)
    wanted = expanded(output if output is not None else config.output, folder)
    folder_meant = output is None or wanted.is_dir() or output.endswith(("/", "\\"))
    if folder_meant:
        return wanted / f"{name}{kind.suffix}"
    if wanted.suffix.lower() != kind.suffix:
        raise UsageError(
            Message("'{output}' is not an {suffix} file.", output=output, suffix=kind.suffix)
            if kind.article == "an"
            else Message("'{output}' is not a {suffix} file.", output=output, suffix=kind.suffix),
            hint=Message(
                "Did you mean '{near}' or '{output}/'?", near=wanted.with_suffix(kind.suffix), output=output
            ),
        )
    return wanted


def check_place(path: Path) -> None:
    """Make sure, as far as can be known without trying, that a file can be written; nothing is made for it.

    Raises:
        OutputError: when its folder, or the one in which that would be made, cannot be written.
    """
    place = next(each for each in path.parents if os.path.lexists(each))
    if not place.is_dir():
        number = errno.ENOTDIR
    elif os.access(place, os.W_OK | os.X_OK):
        return
    else:
        number = errno.EROFS if _only_read(place) else errno.EACCES
    raise output_error(place, OSError(number, os.strerror(number)))


def _only_read(folder: Path) -> bool:
    """Tell whether nobody can write on the disk of a folder; Windows does not tell."""
    return sys.platform != "win32" and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
