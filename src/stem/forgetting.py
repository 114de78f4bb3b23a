"""To forget someone: the tracks that were made for a name or a code, their records, and what was spoken.

Only records tell which tracks are whose; a track without one, or with one from which the personal part was
left out, is not found. What lies in backups, or was sent, is out of reach.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stem.cache import forget_entries
from stem.errors import ConfigError, UsageError
from stem.record import SUFFIX, Record, read_record, track_path
from stem.record.facts import file_hash


@dataclass(frozen=True, slots=True)
class Left:
    """A file that stays.

    Attributes:
        path: Where it is.
        reason: Why, as a clause about "it".
    """

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A track that was made for someone.

    Attributes:
        record_path: The file of its record.
        record: What that tells.
    """

    record_path: Path
    record: Record

    @property
    def files(self) -> tuple[tuple[Path, str], ...]:
        """The track and what was made with it: each file, and the SHA-256 that it should have."""
        name = self.record_path.name.removesuffix(SUFFIX)
        beside = (
            (self.record_path.with_name(name + each.ending), each.sha256) for each in self.record.beside
        )
        return ((track_path(self.record_path, self.record.track.suffix), self.record.track.sha256), *beside)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to.

    Attributes:
        found: By the place of their records.
        unreadable: Records of which it cannot be told whose they are.
    """

    found: tuple[Found, ...]
    unreadable: tuple[Left, ...]


@dataclass(slots=True)
class Forgotten:
    """What became of it.

    Attributes:
        removed: The files that are gone now, in the order in which they went.
        left: The files that stay.
        phrases: How many spoken phrases were removed from the cache.
        phrases_left: How many could not be.
    """

    removed: list[Path] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    phrases: int = 0
    phrases_left: int = 0


def tracks_of(words: Sequence[str], folders: Sequence[Path]) -> Search:
    """Find the tracks that were made for someone; nothing is removed.

    Args:
        words: Names and codes; a track is found by any of them, as whole words of what was filled in.
        folders: Where to look, also in the folders in them; links are not followed.

    Raises:
        UsageError: when there is nothing to look for, or a folder cannot be read.
    """
    wanted = [_words(each) for each in words]
    if not wanted or not all(wanted):
        raise UsageError("There is no name or code to forget.", hint="For example: stem forget K12")
    found, unreadable = [], []
    for path in sorted({path.absolute() for folder in folders for path in _records(folder)}):
        try:
            record = read_record(path)
        except ConfigError as error:
            unreadable.append(Left(path, error.problems[0]))
            continue
        if any(_tells(record, each) for each in wanted):
            found.append(Found(path, record))
    return Search(tuple(found), tuple(unreadable))


def forget(found: Sequence[Found]) -> Forgotten:
    """Remove what was spoken for these tracks, the tracks, what was made with them, and last their records.

    As long as a record is there, the same search finds it again: what was interrupted can be repeated. A file
    that is not as it was made stays, and its record with it.
    """
    forgotten = Forgotten()
    for each in found:
        personal = each.record.personal
        removed, left = forget_entries(personal.speech if personal else ())
        forgotten.phrases += removed
        forgotten.phrases_left += left
        stays = [_forget_file(path, sha256, forgotten) for path, sha256 in each.files]
        if left or any(stays):
            forgotten.left.append(Left(each.record_path, "it tells of what is left"))
        else:
            _remove(each.record_path, forgotten)
    return forgotten


def _forget_file(path: Path, sha256: str, forgotten: Forgotten) -> bool:
    """Remove a file when it is the one that was made; whether it stays."""
    try:
        if not os.path.lexists(path):
            return False
        reason = "it is a link" if path.is_symlink() else ""
        if not reason and file_hash(path) != sha256:
            reason = "it was changed since it was made"
    except OSError as error:
        reason = f"it cannot be read ({error.strerror})"
    if reason:
        forgotten.left.append(Left(path, reason))
        return True
    return not _remove(path, forgotten)


def _remove(path: Path, forgotten: Forgotten) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        forgotten.left.append(Left(path, f"it cannot be removed ({error.strerror})"))
        return False
    forgotten.removed.append(path)
    return True


def _records(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise UsageError(f"The folder {error.filename} cannot be read ({error.strerror}).") from error

    for place, _, names in os.walk(folder, onerror=fail):
        yield from (Path(place) / name for name in names if name.endswith(SUFFIX))


def _tells(record: Record, wanted: list[str]) -> bool:
    """Tell whether the words stand, next to each other, in the code or in something that was filled in."""
    if record.personal is None:
        return False
    told = [_words(text) for text in (record.personal.code, *record.personal.values.values())]
    return any(words[first : first + len(wanted)] == wanted for words in told for first in range(len(words)))


def _words(text: str) -> list[str]:
    """Return the words of a text, as they are compared: letters large or small, accents however written."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return "".join(c if c.isalnum() or c in "-_" else " " for c in folded).split()
