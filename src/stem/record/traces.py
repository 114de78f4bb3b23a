"""What a record tells of files that are there, taken from one that may be damaged or of another stem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stem.errors import ConfigError
from stem.record.model import is_ending, is_suffix
from stem.script.edits import Edit
from stem.tables import from_table


@dataclass(frozen=True, slots=True)
class Traces:
    """What was written when a track was made.

    Attributes:
        suffix: Of the track; "" when the record does not tell.
        bytes: The track's size; None when it does not.
        files: SHA-256 of the track and of what was made with it, by what their names have behind the track's.
        speech: Names of the entries that the cache of spoken phrases has because of what was filled in.
    """

    suffix: str
    bytes: int | None
    files: Mapping[str, str]
    speech: frozenset[str]


def traces_of(document: Mapping[str, Any]) -> Traces:
    """Return what a record tells of files, as far as it is what a record can tell; never a path elsewhere.

    Args:
        document: From `read_document`.
    """
    track, size = _table(document, "track"), _table(document, "track").get("bytes")
    suffix = _ending(track.get("suffix"))
    beside = [each for each in _list(document.get("beside")) if isinstance(each, Mapping)]
    files = [
        (suffix, track.get("sha256")),
        *((_ending(each.get("ending")), each.get("sha256")) for each in beside),
    ]
    return Traces(
        suffix,
        size if isinstance(size, int) else None,
        {ending: str(sha256) for ending, sha256 in files if ending},
        frozenset(map(str, _list(_table(document, "personal").get("speech")))),
    )


def edits_of(document: Mapping[str, Any], code: str) -> tuple[str, tuple[Edit, ...]]:
    """Return the name of a script, and the sentences of it that were changed for a client; none for another.

    Args:
        document: From `read_document`.
        code: The client's.
    """
    personal, script = _table(document, "personal"), str(_table(document, "script").get("name"))
    if personal.get("code") != code or not personal.get("edits"):
        return script, ()
    try:
        return script, from_table(_Edits, {"edits": personal["edits"]}, "").edits
    except ConfigError:
        return script, ()


@dataclass(frozen=True, slots=True)
class _Edits:
    edits: tuple[Edit, ...]


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(found: object) -> Iterable[Any]:
    return found if isinstance(found, list) else ()


def _ending(found: object) -> str:
    """Return how stem lets a name end: in a damaged record it could be anything, and is then left out."""
    ours = isinstance(found, str) and found[:1] == "." and (is_suffix(found) or is_ending(found))
    return str(found) if ours else ""
