"""A script to begin with."""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import files
from pathlib import Path

from stem.errors import UsageError
from stem.filenames import safe_name
from stem.messages import Message

_SUFFIX = ".j2"
_TITLE = re.compile(r"^title\s*=.*$", re.MULTILINE)
_LONGEST_NAME = 60


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


def titled(text: str, title: str) -> str:
    """Return the text of a script with another title; the first that its front matter has is replaced."""
    # TOML's basic strings escape as JSON's do.
    line = f"title = {json.dumps(' '.join(title.split()), ensure_ascii=False)}"
    return _TITLE.sub(lambda _: line, text, count=1)


def name_of(title: str) -> str:
    """Return a name for the file of a script with a title: small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain.casefold()))[:_LONGEST_NAME].strip("-") or "tekst"
