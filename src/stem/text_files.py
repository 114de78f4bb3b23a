"""Texts for people, written whole to a file."""

from __future__ import annotations

from pathlib import Path

from stem.errors import OutputError
from stem.files import output_error, publish, temporary_beside


def write_text(path: Path, text: str, *, overwrite: bool) -> Path:
    """Write a text whole to a file and return its path.

    Raises:
        OutputError: when it cannot be written, or is there already and may not be replaced.
    """
    if path.exists() and not overwrite:
        raise OutputError(path, "it is there already", hint="Choose another name, or use --force.")
    with temporary_beside(path) as temporary:
        try:
            temporary.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise output_error(path, error) from error
        publish(temporary, path, overwrite=overwrite)
    return path
