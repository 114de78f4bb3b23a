"""Texts for people, written whole to a file."""

from __future__ import annotations

from pathlib import Path

from stem.errors import OutputError
from stem.files import write_whole
from stem.messages import Message


def write_text(path: Path, text: str, *, overwrite: bool) -> Path:
    """Write a text whole to a file and return its path.

    Raises:
        OutputError: when it cannot be written, or is there already and may not be replaced.
    """
    if path.exists() and not overwrite:
        raise OutputError(
            path, Message("it is there already"), hint=Message("Choose another name, or {use_force}.")
        )
    write_whole(path, text.encode(), overwrite=overwrite)
    return path
