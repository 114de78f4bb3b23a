"""The episodes of a folder: its finished tracks, as far as anyone may hear them.

What a track's sound holds, only its record tells. A record that says that a code or words of someone's own
were filled in stops the feed; so does one that has left out what was filled in, unless that was a choice from
a list. A record that names nobody counts when it is of this very file, by its SHA-256: one of an earlier
track of that name would answer for the wrong sound. Of other tracks nothing is known, and that is said.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache, partial
from pathlib import Path

from stem import units
from stem.errors import AudioError, StemError, UsageError
from stem.export.captions import Line, captions
from stem.export.formats import FORMATS
from stem.export.tags import read
from stem.files import HERE, file_hash
from stem.messages import Message
from stem.practice.feed.episode import Episode, Found, LeftOut, captions_path, fit
from stem.practice.feed.feed_files import is_ours
from stem.record.document import read_record, record_path, spec_of
from stem.record.model import Record
from stem.script.template import find_script
from stem.script.variables import VORM, Variable
from stem.sound.decoding import container
from stem.sound.decoding.containers import packing
from stem.sound.decoding.source import opened

_PLAYED = {each.suffix: each for each in FORMATS.values() if each.feed_type}
_NOT_PLAYED = {each.suffix for each in FORMATS.values()} - _PLAYED.keys() | {".ogg"}
_MOST_NAMED = 3
_LATEST_S = 4e9
"""The year 2096: a clock that says a later time is wrong."""

_DIGITS = re.compile(r"(\d+)")

VariablesOf = Callable[[str], Mapping[str, Variable]]


@dataclass(slots=True)
class _Notes:
    """Files that who publishes the feed should know of, by what there is to know."""

    unknown: list[Path] = field(default_factory=list)
    captions: list[Path] = field(default_factory=list)
    twice: list[Path] = field(default_factory=list)
    not_played: list[Path] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        if self.unknown:
            yield Message(
                "Without a record of this very file: {names}. stem cannot know whether "
                "anyone is named in it; listen before you publish the feed.",
                names=_named(self.unknown),
            )
        if self.captions:
            yield Message(
                "Linked as found, not as made with the track: {names}. Read it before you publish the feed.",
                names=_named(self.captions),
            )
        if self.twice:
            yield Message("Left out, as there is an MP3 of the same name: {names}.", names=_named(self.twice))
        if self.not_played:
            yield Message(
                "Left out, as podcast players do not play it: {names}.", names=_named(self.not_played)
            )


def episodes(folder: Path, *, name_in_feed: bool = False, home: Path = HERE) -> Found:
    """Return the tracks in a folder, by their numbers and then their names; nothing is written.

    Args:
        folder: Where the tracks are; folders in it are not looked into.
        name_in_feed: Whether also tracks that were made for someone may be heard by all.
        home: The project's folder, for its scripts.

    Raises:
        UsageError: when the folder cannot be read or has no track that can be in a feed, or when a track was
            made for someone.
        ConfigError: when a record cannot be read.
    """
    notes, left_out, found, personal = _Notes(), [], [], []
    variables_of = cache(partial(_variables, folder=home))
    for path in _tracks(folder, notes):
        record = read_record(record_path(path)) if record_path(path).exists() else None
        if record is not None and _is_for_someone(record, variables_of):
            personal.append(path)
        try:
            found.append(_episode(path, record, notes))
        except AudioError as error:
            left_out.append(LeftOut(path, error.problem))
        except OSError as error:
            left_out.append(LeftOut(path, Message("it cannot be read ({reason})", reason=error.strerror)))
    if personal and not name_in_feed:
        raise _made_for_someone(personal)
    if not found:
        raise _nothing_found(folder, left_out, notes)
    return Found(_numbered(found), tuple(left_out), tuple(notes.sentences()))


def _tracks(folder: Path, notes: _Notes) -> list[Path]:
    """Return the files that podcast players play, an MP3 in place of others of the same name."""
    try:
        paths = sorted(path for path in folder.absolute().iterdir() if not path.name.startswith("."))
        paths = [path for path in paths if path.is_file()]
    except OSError as error:
        raise UsageError(
            Message("The folder {folder} cannot be read ({reason}).", folder=folder, reason=error.strerror)
        ) from error
    taken = {path.stem for path in paths if path.suffix.lower() == ".mp3"}
    played = [path for path in paths if path.suffix.lower() in _PLAYED]
    others = [path for path in paths if path.suffix.lower() in _NOT_PLAYED]
    notes.not_played += [path for path in others if path.stem not in taken]
    notes.twice += [path for path in played if path.suffix.lower() != ".mp3" and path.stem in taken]
    return [path for path in played if path not in notes.twice]


def _is_for_someone(record: Record, variables_of: VariablesOf) -> bool:
    """Tell whether a code, or words of someone's own, went into a track: no choice from a list, no number."""
    personal = record.personal
    if record.edited or (personal is not None and personal.code):
        return True
    known = variables_of(spec_of(record)[0].script)
    if personal is None:
        return any(name not in known for name in record.filled)
    filled = {name: value for name, value in personal.values.items() if value.strip()}
    return any(not _is_choice(known.get(name), value) for name, value in filled.items())


def _variables(script: str, folder: Path) -> Mapping[str, Variable]:
    """Return a script's variables that can hold no name; of one that is gone, those that all have."""
    try:
        return {each.name: each for each in find_script(script, folder).variables if each.type != "text"}
    except StemError:
        return {VORM.name: VORM}


def _is_choice(variable: Variable | None, value: str) -> bool:
    """Tell whether a value is one that the script itself foresees: the script may have changed since."""
    try:
        return variable is not None and variable.read(value) is not None
    except UsageError:
        return False


def _episode(path: Path, record: Record | None, notes: _Notes) -> Episode:
    """Return a track without its place in the feed, which is 0 when its tags do not tell.

    Raises:
        AudioError: when it is damaged, or another kind of file than its name says.
        OSError: when it cannot be read.
    """
    kind = _PLAYED[path.suffix.lower()]
    if container(path) != kind.demuxer:
        raise AudioError(path, Message("it is called {path} and is another kind of file", path=path.suffix))
    if record is not None and file_hash(path) != record.track.sha256:
        record = None
    seconds = _seconds(path) if record is None else units.seconds(record.times.frames)
    told, facts = read(path), path.stat()
    if record is None:
        notes.unknown.append(path)
    return Episode(
        path=path,
        title=fit(told.tags.title) or fit(path.stem) or "Oefening",
        artist=told.tags.artist,
        album=told.tags.album,
        comment=told.tags.comment,
        number=told.tags.track_number or 0,
        seconds=seconds,
        file_bytes=facts.st_size,
        mime=kind.feed_type,
        changed_on=_day(facts.st_mtime),
        chapters=tuple(mark for mark in told.chapters if mark.start_s < (seconds or math.inf)),
        lines=_lines(record),
        has_captions=_has_captions(path, record, notes),
        cover=told.tags.cover,
    )


def _has_captions(path: Path, record: Record | None, notes: _Notes) -> bool:
    """Tell whether the words of a track stand beside it; when they were not made with it, note them."""
    beside = captions_path(path)
    if not beside.is_file() or is_ours(beside):
        return False
    made_with = {each.sha256 for each in record.beside} if record else set()
    if file_hash(beside) not in made_with:
        notes.captions.append(beside)
    return True


def _seconds(path: Path) -> float:
    with opened(path) as source:
        return packing(source).promised_s or 0.0


def _day(changed_s: float) -> date:
    return datetime.fromtimestamp(min(max(changed_s, 0.0), _LATEST_S), UTC).date()


def _lines(record: Record | None) -> tuple[Line, ...]:
    """Return what is said, in time; none when the words were left out of the record."""
    return () if record is None or record.personal is None else captions(record.timeline)


def _numbered(found: Sequence[Episode]) -> tuple[Episode, ...]:
    """Put episodes in order; their numbers stay when each has one of its own, else they are counted."""
    ordered = sorted(found, key=lambda each: (each.number or math.inf, _by_name(each.path)))
    numbers = {each.number for each in ordered}
    if len(numbers) == len(ordered) and 0 not in numbers:
        return tuple(ordered)
    return tuple(replace(each, number=number) for number, each in enumerate(ordered, 1))


def _by_name(path: Path) -> list[tuple[int, str]]:
    """Return what sorts names as people do: "dag 10" behind "dag 2"."""
    parts = _DIGITS.split(unicodedata.normalize("NFC", path.name).casefold())
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _made_for_someone(paths: Sequence[Path]) -> UsageError:
    return UsageError(
        Message(
            "A feed is open to whoever has its address, and this was made for someone: {paths}.",
            paths=_named(paths),
        ),
        hint=Message(
            "Move it to another folder, or make it again without names; {name_in_feed} publishes it, with "
            "all that was filled in."
        ),
    )


def _nothing_found(folder: Path, left_out: Sequence[LeftOut], notes: _Notes) -> UsageError:
    reasons = "".join(f" {each.path.name}: {each.reason}." for each in left_out[:_MOST_NAMED])
    unplayed = f" {next(iter(notes.sentences()))}" if notes.not_played else ""
    hint = Message("A feed needs MP3 or M4A; make the tracks with {format_is} mp3.")
    return UsageError(
        Message(
            "There is no track in {folder} that can be in a feed.{reasons}{unplayed}",
            folder=folder,
            reasons=reasons,
            unplayed=unplayed,
        ),
        hint=hint,
    )


def _named(paths: Sequence[Path]) -> str:
    """Return the names of the first few, and how many more there are."""
    names = ", ".join(path.name for path in paths[:_MOST_NAMED])
    more = len(paths) - _MOST_NAMED
    return Message("{names} and {more} more", names=names, more=more) if more > 0 else names
