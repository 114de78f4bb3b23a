"""A script to begin with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from stem.errors import UsageError
from stem.filenames import safe_name
from stem.messages import Message

_SUFFIX = ".j2"


def file_of(name: str) -> str:
    """Return the name of the file of a new script.

    Raises:
        UsageError: when it is no name for a file.
    """
    bare = name.removesuffix(_SUFFIX)
    if safe_name(Path(bare).name) != Path(bare).name:
        hint = Message("Did you mean '{name}'?", name=safe_name(Path(bare).name))
        raise UsageError(Message("'{name}' is no name for a file.", name=name), hint=hint)
    return bare + _SUFFIX


def starting_point() -> str:
    """Return the text of a script with comments, in order as it is."""
    return files("stem.authoring").joinpath("starting_point.j2").read_text(encoding="utf-8")
