"""The codes of all clients that a practice's folder tells of: in the records of tracks, and in its lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stem.errors import StemError
from stem.practice.batch.list_rows import asked_of
from stem.practice.lists import LARGEST_FILE, read_batch_file
from stem.record.listing import finished_track, records

_EXAMPLE = "voorbeeld"
"""Of the list that a new practice gets."""


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client, as a folder tells of them.

    Example:
        >>> spec = stem.TrackSpec("kort", voice="zacht", bed="none")
        >>> report = project.single("c017", spec).make(workers=1)
        >>> [(client.code, client.tracks) for client in project.clients()]
        [('c017', 1)]

    Attributes:
        code: Theirs; never a name.
        tracks: How many there are.
        last_made: When the last one was made, in seconds since 1970; 0 when there is none.
    """

    code: str
    tracks: int
    last_made: float


def known_clients(folder: Path, output: Path) -> tuple[KnownClient, ...]:
    """Return the clients of a practice, by code.

    Args:
        folder: Of the practice, with its lists.
        output: Where its tracks are.

    Raises:
        OutputError: when that cannot be read.
    """
    made: dict[str, list[float]] = {code: [] for code in _in_lists(folder)}
    for path in records(output):
        with suppress(OSError):  # it went just now
            status = path.stat()
            code, when = _of_record(path, status.st_mtime_ns, status.st_size)
            if code:
                made.setdefault(code, []).append(when)
    return tuple(
        KnownClient(code, len(found), max(found, default=0.0)) for code, found in sorted(made.items())
    )


@lru_cache(maxsize=4096)  # a record is 50 kB, and a page shows all of them
def _of_record(path: Path, changed_ns: int, _bytes: int) -> tuple[str, float]:
    """Return whose track a record tells of, and when that was made."""
    record = finished_track(path).record
    return (record.personal.code if record and record.personal else ""), changed_ns / 1e9


def _in_lists(folder: Path) -> Iterator[str]:
    """Yield the codes in the lists that lie in a folder; what cannot be read as one is none."""
    for path in sorted((*folder.glob("*.csv"), *folder.glob("*.xlsx"))):
        with suppress(StemError, OSError):
            status = path.stat()
            if not path.is_symlink() and status.st_size <= LARGEST_FILE:
                yield from _of_list(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _of_list(path: Path, _changed_ns: int, _bytes: int) -> tuple[str, ...]:
    file = read_batch_file(path.name, path.read_bytes())
    asked = (asked_of(row, file) for row in file.rows)
    codes = (each.get("code", "") for each in asked if "script" in each)  # else it is another kind of list
    return tuple(code for code in codes if code and code != _EXAMPLE)
