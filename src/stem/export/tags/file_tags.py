"""What is told about a track, before and after it is in a file; the same for every format."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

from stem import __version__
from stem.messages import Message, joined

MOST_CHAPTERS = 255
"""A table of contents (ID3 and MP4 alike) counts them in one byte."""

_MOST_TRACKS = 65_535
_LONGEST_S = 2**32 / 1000
"""ID3 counts milliseconds in 32 bits: 49 days."""

_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL_IN_TEXT = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f]+")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff]")
"""What turns the direction of a text, or hides another in it."""
_LINE_END = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_LANGUAGE = re.compile(r"[a-z]{3}")
_YEAR = re.compile(r"[0-9]{4}")
_JPEG = b"\xff\xd8\xff"
_LRC_LINE = re.compile(r"\[(\d+):(\d\d\.\d\d\d?)\](.*)")


NO_WORDS = "zxx"
"""The language of what has none, in ISO 639-2: a background, a bell."""


@dataclass(frozen=True, slots=True)
class TimedLine:
    """Words and when they begin, in seconds from the track's start; empty text clears the line before it."""

    start_s: float
    text: str


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter, in seconds from the track's start."""

    title: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What is told about a track; these texts show on lock screens and in cars.

    Attributes:
        title: Of the track.
        artist: Who speaks or publishes.
        album: What the track belongs to.
        album_artist: Whose album it is; the artist when empty.
        comment: In `language`; empty for none.
        genre: As text.
        language: ISO 639-2 code of what is spoken, of the comment and of the words.
        encoder: Software and encoder.
        replay_gain_db: What a player adds to bring the speech to ReplayGain's reference level, in dB.
        peak: The highest true peak, as a factor of full scale.
        source_type: How the speech came about, as `source_type` has it; empty when nothing is told of it.
        track_number: In the album, from 1.
        track_total: How many the album has; counts only together with a number.
        year: Four digits. A date tells when someone was treated: none is written unless it is given.
        lyrics: All that is said, a line an utterance; empty for none.
        timed_lines: The same in time.
        cover: A baseline JPEG, as `cover` makes it; empty for none.
    """

    title: str
    artist: str
    album: str
    album_artist: str = ""
    comment: str = ""
    genre: str = "Meditation"
    language: str = "nld"
    encoder: str = f"stem {__version__}, LAME"
    replay_gain_db: float | None = None
    peak: float | None = None
    source_type: str = ""
    track_number: int | None = None
    track_total: int | None = None
    year: str | None = None
    lyrics: str = ""
    timed_lines: tuple[TimedLine, ...] = ()
    cover: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class FileTags:
    """All that a file tells: its tags, and its chapters in the order of their starts."""

    tags: Tags
    chapters: tuple[ChapterMark, ...] = ()


def tidied(tags: Tags, chapters: Iterable[ChapterMark] = ()) -> FileTags:
    """Return what can stand in a file of any format: texts without control characters, times in order.

    A NUL would end a text or begin a second one; a line end in a title would break what lists titles.

    Raises:
        ValueError: when a text holds half a character, the language is no code, the cover no JPEG, a time or
            number lies outside what can be written, or there are too many chapters.
    """
    told = plain(FileTags(tags, tuple(chapters)))
    lines = sorted(told.tags.timed_lines, key=lambda line: line.start_s)
    tidy_tags = replace(
        told.tags,
        album_artist=told.tags.album_artist or told.tags.artist,
        track_total=None if tags.track_number is None else tags.track_total,
        timed_lines=tuple(lines),
    )
    tidy = FileTags(tidy_tags, tuple(sorted(told.chapters, key=lambda mark: mark.start_s)))
    _check(tidy)
    return tidy


def plain(told: FileTags) -> FileTags:
    """Return the same without control characters: one line a text, but for the words."""
    tags = told.tags
    plain_tags = replace(
        tags,
        title=_one_line(tags.title),
        artist=_one_line(tags.artist),
        album=_one_line(tags.album),
        album_artist=_one_line(tags.album_artist),
        comment=_one_line(tags.comment),
        genre=_one_line(tags.genre),
        encoder=_one_line(tags.encoder),
        source_type=_one_line(tags.source_type),
        year=_one_line(tags.year or "") or None,
        lyrics=_TURNING.sub("", _CONTROL_IN_TEXT.sub("", _LINE_END.sub("\n", tags.lyrics))).strip(),
        timed_lines=tuple(replace(line, text=_one_line(line.text)) for line in tags.timed_lines),
    )
    return FileTags(plain_tags, tuple(replace(mark, title=_one_line(mark.title)) for mark in told.chapters))


def _one_line(text: str) -> str:
    return _TURNING.sub("", _CONTROL.sub(" ", text)).strip()


def _check(told: FileTags) -> None:
    tags, chapters = told.tags, told.chapters
    every_text = "".join(
        [value for known in fields(tags) if isinstance(value := getattr(tags, known.name), str)]
        + [line.text for line in tags.timed_lines]
        + [mark.title for mark in chapters]
    )
    every_text.encode()  # half a character: UnicodeEncodeError, which is a ValueError
    times = [line.start_s for line in tags.timed_lines]
    times += [time_s for mark in chapters for time_s in (mark.start_s, mark.end_s)]
    numbers = [number for number in (tags.track_number, tags.track_total) if number is not None]
    rules = {
        Message("the language is no ISO 639-2 code"): _LANGUAGE.fullmatch(tags.language),
        Message("the year has no four digits"): tags.year is None or _YEAR.fullmatch(tags.year),
        Message("the cover is no JPEG"): not tags.cover or tags.cover.startswith(_JPEG),
        Message("a time lies outside the track"): all(0 <= time_s < _LONGEST_S for time_s in times),
        Message("a track number lies outside 1 to 65535"): all(
            1 <= number <= _MOST_TRACKS for number in numbers
        ),
        Message("a chapter ends before it begins"): all(mark.start_s <= mark.end_s for mark in chapters),
        Message("there are too many chapters"): len(chapters) <= MOST_CHAPTERS,
    }
    broken = [rule for rule, kept in rules.items() if not kept]
    if broken:
        raise ValueError(joined("; ", broken))


def ends_filled(starts: Sequence[tuple[float, str]], length_s: float) -> tuple[ChapterMark, ...]:
    """Return chapters of which starts and titles are known: each lasts until the next, or the track's end."""
    ordered = sorted(starts, key=lambda told: told[0])
    ends = [*(start_s for start_s, _ in ordered[1:]), length_s]  # one too many when there are none
    return tuple(
        ChapterMark(title, start_s, max(start_s, end_s))
        for (start_s, title), end_s in zip(ordered, ends, strict=False)
    )


def as_lrc(lines: Iterable[TimedLine]) -> str:
    """Write lines in time as LRC, in hundredths of a second: what players read in the tags without a SYLT."""
    hundredths = [(round(line.start_s * 100), line.text) for line in lines]
    return "\n".join(f"[{at // 6000:02}:{at % 6000 / 100:05.2f}]{text}" for at, text in hundredths)


def from_lrc(text: str) -> tuple[TimedLine, ...]:
    """Read lines in time; what is no such line is passed over."""
    found = (_LRC_LINE.fullmatch(line) for line in text.split("\n"))
    return tuple(
        TimedLine(round(int(line[1]) * 60 + float(line[2]), 3), line[3]) for line in found if line is not None
    )


def track_of(text: str) -> tuple[int | None, int | None]:
    """Read a number and a total: "3", "3/12"; None for what is no number."""
    number, _, total = text.partition("/")
    return (
        int(number) if number.isdecimal() else None,
        int(total) if total.isdecimal() else None,
    )


def number_of(text: str) -> float | None:
    """Read the number in front of a unit: "-1.50 dB"; None when there is none, or none that can be."""
    try:
        number = float(text.split(maxsplit=1)[0])
    except (ValueError, IndexError):
        return None
    return number if math.isfinite(number) else None
