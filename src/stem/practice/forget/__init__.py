"""To forget someone: the tracks that were made for a name or a code, their records, and what was spoken.

Only records tell which tracks are whose; a track without one, or with one from which the personal part was
left out, is not found. A file that was renamed or copied is known by its content, in the folders where is
looked. What a record says is not enough for a file to go: it must be one that stem makes, and as it was made.
What lies in backups, or was sent, is out of reach.

    matching.py   when a name or a code is the one that is looked for
    mentions.py   own texts and recordings in which it stands
    ownership.py  whether a file is one that stem made
    removal.py    to remove a file that is the one that was looked at
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from stem.errors import ConfigError, UsageError
from stem.filenames import safe_name
from stem.messages import Message
from stem.practice.forget import ownership
from stem.practice.forget.matching import compared, reasons, same_code, words
from stem.practice.forget.removal import FolderId, Piece, content_hash, folder_id, judged
from stem.practice.handout import letter_path, zip_path
from stem.record.document import LARGEST_BYTES, SUFFIX, files_beside, read_record, track_path
from stem.record.model import Personal, Record
from stem.voices.cache_folder import forget_entries


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
        reasons: By what it was found: "code K12", or the name of a variable.
        folder: The folder of the record.
        sha256: Of the record's file.
        copies: Files elsewhere with the same content: what was renamed, moved or copied.
    """

    record_path: Path
    record: Record
    reasons: tuple[str, ...]
    folder: FolderId
    sha256: str
    copies: tuple[Piece, ...] = ()

    @property
    def code(self) -> str:
        """The client's; "" when the track was made for none."""
        return self.record.personal.code if self.record.personal else ""

    @property
    def files(self) -> tuple[tuple[Path, str], ...]:
        """The track and what was made with it: each file, and the SHA-256 that it should have."""
        return _files_of(self.record, self.record_path)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Everything that may go but the record: these files, their copies, and what was put together."""
        own_files = (
            Piece(path, self.folder, ownership.of_record(self.ending(path), self.record), sha256)
            for path, sha256 in self.files
        )
        return (*own_files, *self.copies, *self._parcels())

    def ending(self, path: Path) -> str:
        """Return what the name of one of the files has behind that of the record."""
        return path.name.removeprefix(self.record_path.name.removesuffix(SUFFIX))

    def _parcels(self) -> Iterator[Piece]:
        folder = self.record_path.parent
        if self.code and self.code == safe_name(self.code):
            yield Piece(zip_path(folder, self.code), self.folder, ownership.packed)
            yield Piece(letter_path(folder, self.code), self.folder, ownership.letter)

    @property
    def missing(self) -> tuple[Path, ...]:
        """Those of its files that are neither there nor found elsewhere."""
        copied = {copy.sha256 for copy in self.copies}
        return tuple(path for path, sha in self.files if sha not in copied and not os.path.lexists(path))

    def looked_at(self) -> tuple[tuple[Path, ...], tuple[Left, ...]]:
        """Return what will go, the record apart, and what will stay; each file is read."""
        found = [(piece.path, judged(piece)) for piece in self.pieces]
        stays = tuple(Left(path, reason) for path, reason in found if reason)
        return tuple(path for path, reason in found if reason == ""), stays


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to.

    Example:
        >>> spec = stem.TrackSpec("kort", values={"naam": "Anna"}, voice="zacht", bed="none")
        >>> track = project.make(project.plan(spec), beside=stem.Sidecars(record=True))
        >>> search = project.tracks_of(["Anna"])
        >>> [found.reasons for found in search.found]
        [('what was filled in for naam',)]
        >>> goes, stays = search.found[0].looked_at()
        >>> [path.name for path in goes], stays
        (['kort.mp3'], ())

    Attributes:
        found: By the place of their records.
        unreadable: Records of which it cannot be told whose they are.
        wanted: The names and codes that were looked for.
    """

    found: tuple[Found, ...]
    unreadable: tuple[Left, ...]
    wanted: tuple[str, ...] = ()

    @property
    def codes_to_ask(self) -> tuple[str, ...]:
        """The codes of what was found, when it has to be asked whether all of them are meant."""
        return codes_to_ask(self.found, self.wanted)


@dataclass(slots=True)
class Forgotten:
    """What became of it.

    Example:
        >>> spec = stem.TrackSpec("kort", values={"naam": "Anna"}, voice="zacht", bed="none")
        >>> track = project.make(project.plan(spec), beside=stem.Sidecars(record=True))
        >>> forgotten = project.forget(project.tracks_of(["Anna"]))
        >>> [path.name for path in forgotten.removed], track.path.exists()
        (['kort.mp3', 'kort.stem.json'], False)

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


def tracks_of(wanted: Sequence[str], folders: Sequence[Path]) -> Search:
    """Find the tracks that were made for someone; nothing is removed.

    Args:
        wanted: Names and codes; a track is found by any of them: by a whole code, or by whole words of what
            was filled in as words of one's ownership.
        folders: Where to look, also in the folders in them; links are not followed.

    Raises:
        UsageError: when there is nothing to look for, or a folder cannot be read.
    """
    if not wanted or not all(map(words, wanted)):
        raise UsageError(
            Message("There is no name or code to forget."), hint=Message("For example: {forget} K12")
        )
    return replace(
        _search(folders, lambda _path, told: reasons(told, wanted) if told else ()), wanted=tuple(wanted)
    )


def one_track(record: Path, folders: Sequence[Path]) -> Search:
    """Find what belongs to the track of one record; nothing is removed.

    Args:
        record: Its file.
        folders: Where to look for copies, also in the folders in them.

    Raises:
        UsageError: when a folder cannot be read.
    """
    wanted = record.absolute()
    by = (Message("its record"),)
    return _search(dict.fromkeys([*folders, record.parent]), lambda path, _told: by if path == wanted else ())


def _search(
    folders: Iterable[Path], reasons_for: Callable[[Path, Personal | None], tuple[str, ...]]
) -> Search:
    """Return what is found in folders by their records."""
    found: list[Found] = []
    claimed: set[Path] = set()
    unreadable: list[Left] = []
    every = dict(_files(folders))
    for path in sorted(path for path in every if path.name.endswith(SUFFIX)):
        try:
            sha256 = content_hash(path, LARGEST_BYTES)
            record = read_record(path)
        except OSError as error:
            unreadable.append(Left(path, Message("it cannot be read ({reason})", reason=error.strerror)))
            continue
        except ConfigError as error:
            unreadable.append(Left(path, error.problems[0]))
            continue
        claimed |= {place for place, _ in _files_of(record, path)}
        by = reasons_for(path, record.personal)
        if by:
            found.append(Found(path, record, by, every[path], sha256))
    claimed |= _maybe_claimed(every, unreadable)
    free = {path: folder for path, folder in every.items() if path not in claimed}
    return Search(_with_copies(found, free), tuple(unreadable))


def _maybe_claimed(paths: Iterable[Path], unreadable: Sequence[Left]) -> set[Path]:
    """Return the files that have the name of a record that cannot be read: they may be another one's."""
    names = {(left.path.parent, left.path.name.removesuffix(SUFFIX)) for left in unreadable}
    return {
        path
        for path in (paths if names else ())
        if any((path.parent, path.name[:end]) in names for end in range(1, len(path.name)))
    }


def codes_to_ask(found: Sequence[Found], wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of what was found, "" for none, when there are several and not all were named.

    One name may be that of two clients; who names the codes knows whom they mean.
    """
    codes = {compared(each.code): each.code for each in found}
    named = all(any(same_code(code, each) for each in wanted) for code in codes.values() if code)
    return () if len(codes) < 2 or named else tuple(sorted(codes.values()))  # noqa: PLR2004 - more than one


def forget(found: Sequence[Found]) -> Forgotten:
    """Remove what was spoken for these tracks, the tracks, what was made with them, and last their records.

    As long as a record is there, the same search finds it again: what was interrupted can be repeated. A file
    that is not as it was made, or that stem did not make, stays, and its record with it.
    """
    forgotten = Forgotten()
    for each in found:
        record = Piece(each.record_path, each.folder, ownership.of_content(each.sha256))
        if judged(record) is None:
            forgotten.left += [
                Left(path, Message("its record is gone by now")) for path in each.looked_at()[0]
            ]
            continue
        if not _goes(record, forgotten):
            continue
        personal = each.record.personal
        removed, left = forget_entries(personal.speech if personal else ())
        forgotten.phrases += removed
        forgotten.phrases_left += left
        forgotten.missing += each.missing
        stays = [not _goes(piece, forgotten, removing=True) for piece in each.pieces]
        if left or any(stays):
            forgotten.left.append(Left(each.record_path, Message("it tells of what is left")))
        else:
            _goes(record, forgotten, removing=True)
    return forgotten


def _goes(piece: Piece, forgotten: Forgotten, *, removing: bool = False) -> bool:
    """Remove a file when it may go, or look whether it would; whether nothing of it keeps its record."""
    reason = judged(piece, removing=removing)
    if reason:
        forgotten.left.append(Left(piece.path, reason))
    elif reason == "" and removing:
        forgotten.removed.append(piece.path)
    return not reason or reason in ownership.TOLD_ONLY


def _with_copies(found: list[Found], free: dict[Path, FolderId]) -> tuple[Found, ...]:
    """Return what was found, each with what has the same content and is not told of by any record."""
    suffixes = {path.suffix.casefold() for each in found for path, _ in each.files}
    by_sha256: dict[str, list[Path]] = {}
    for path in sorted(path for path in free if path.suffix.casefold() in suffixes):
        with suppress(OSError):  # what cannot be read cannot be told to be a copy
            by_sha256.setdefault(content_hash(path), []).append(path)
    return tuple(
        replace(
            each,
            copies=tuple(
                Piece(copy, free[copy], ownership.of_copy(each.ending(path), each.record), sha256)
                for path, sha256 in each.files
                if not ownership.is_shared(each.ending(path))
                for copy in by_sha256.pop(sha256, ())
            ),
        )
        for each in found
    )


def _files_of(record: Record, path: Path) -> tuple[tuple[Path, str], ...]:
    return (
        (track_path(path, record.track.suffix), record.track.sha256),
        *files_beside(record, path),
    )


def _files(folders: Iterable[Path]) -> Iterator[tuple[Path, FolderId]]:
    """Yield all that lies in folders and in the folders in them, by its absolute path, with its folder."""

    def fail(error: OSError) -> None:
        raise UsageError(
            Message(
                "The folder {filename} cannot be read ({reason}).",
                filename=error.filename,
                reason=error.strerror,
            )
        ) from error

    for folder in folders:
        for place, _, names in os.walk(folder, onerror=fail):
            try:
                found = folder_id(Path(place))
            except OSError as error:
                error.filename = place
                fail(error)
            yield from (((Path(place) / name).absolute(), found) for name in names)
