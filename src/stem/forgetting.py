"""To forget someone: the tracks that were made for a name or a code, their records, and what was spoken.

Only records tell which tracks are whose; a track without one, or with one from which the personal part was
left out, is not found. A file that was renamed or copied is known by its content, in the folders where is
looked. What lies in backups, or was sent, is out of reach.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from stem.cache import forget_entries
from stem.errors import ConfigError, UsageError
from stem.files import safe_name
from stem.parcels import is_ours, letter_path, zip_path
from stem.record import SUFFIX, Record, files_beside, read_record, track_path
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
        copies: Files elsewhere with the same content, and their SHA-256: what was renamed, moved or copied.
    """

    record_path: Path
    record: Record
    copies: tuple[tuple[Path, str], ...] = ()

    @property
    def files(self) -> tuple[tuple[Path, str], ...]:
        """The track and what was made with it: each file, and the SHA-256 that it should have."""
        track = track_path(self.record_path, self.record.track.suffix)
        return ((track, self.record.track.sha256), *files_beside(self.record, self.record_path))

    @property
    def parcels(self) -> tuple[Path, ...]:
        """What was put together for the client beside the track, as far as it is there: text and zip file."""
        code = self.record.personal.code if self.record.personal else ""
        if code != safe_name(code):
            return ()
        packed, letter = zip_path(self.record_path.parent, code), letter_path(self.record_path.parent, code)
        return (*((packed,) if is_ours(packed) else ()), *((letter,) if letter.is_file() else ()))

    @property
    def present(self) -> tuple[Path, ...]:
        """Those of these files that are there, their copies, and what was put together of them."""
        there = [path for path, _ in (*self.files, *self.copies) if os.path.lexists(path)]
        return (*there, *self.parcels)

    @property
    def missing(self) -> tuple[Path, ...]:
        """Those of these files that are neither there nor found elsewhere."""
        copied = {sha256 for _, sha256 in self.copies}
        return tuple(path for path, sha in self.files if sha not in copied and not os.path.lexists(path))


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
        missing: The files that a record told of and that were nowhere to be found.
        phrases: How many spoken phrases were removed from the cache.
        phrases_left: How many could not be.
    """

    removed: list[Path] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    missing: list[Path] = field(default_factory=list)
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
    found: list[Found] = []
    others: list[Found] = []
    unreadable: list[Left] = []
    for path in sorted({path for path in _files(folders) if path.name.endswith(SUFFIX)}):
        if path.is_symlink():
            unreadable.append(Left(path, "it is a link; look where it leads"))
            continue
        try:
            record = read_record(path)
        except ConfigError as error:
            unreadable.append(Left(path, error.problems[0]))
            continue
        whose = found if any(_tells(record, each) for each in wanted) else others
        whose.append(Found(path, record))
    return Search(_with_copies(found, others, folders), tuple(unreadable))


def _with_copies(found: list[Found], others: list[Found], folders: Sequence[Path]) -> tuple[Found, ...]:
    """Return what was found, each with what has the same content and is not told of by any record.

    A part without sound, as that of the bells often is, may be the same in the tracks of two clients.
    """
    if not found:
        return ()
    claimed = {path for each in (*found, *others) for path, _ in each.files}
    suffixes = {path.suffix.casefold() for each in found for path, _ in each.files}
    by_sha256: dict[str, list[Path]] = {}
    for path in sorted({path for path in _files(folders) if path.suffix.casefold() in suffixes} - claimed):
        with suppress(OSError):  # what cannot be read cannot be told to be a copy
            if path.is_file() and not path.is_symlink():
                by_sha256.setdefault(file_hash(path), []).append(path)
    return tuple(
        replace(
            each,
            copies=tuple((path, sha256) for _, sha256 in each.files for path in by_sha256.pop(sha256, ())),
        )
        for each in found
    )


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
        forgotten.missing += each.missing
        stays = [_forget_file(path, sha256, forgotten) for path, sha256 in (*each.files, *each.copies)]
        stays += [not _remove(path, forgotten) for path in each.parcels]
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


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield all that lies in folders and in the folders in them, by its absolute path."""

    def fail(error: OSError) -> None:
        raise UsageError(f"The folder {error.filename} cannot be read ({error.strerror}).") from error

    for folder in folders:
        for place, _, names in os.walk(folder, onerror=fail):
            yield from ((Path(place) / name).absolute() for name in names)


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
