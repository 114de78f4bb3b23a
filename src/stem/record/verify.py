"""Is a finished file the track that its record tells of; what there is to know of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stem import units
from stem.errors import AudioError
from stem.export.selfcheck import (
    EXACT,
    LONGEST_S,
    FileFault,
    Heard,
    frames_at,
    hear,
    mp3_of,
    peak_slack_db,
)
from stem.export.tags import ChapterMark, FileTags, Tags, read
from stem.files import file_hash
from stem.messages import Message
from stem.record.model import Record
from stem.sound.decoding import Recording, playing
from stem.sound.loudness import Loudness
from stem.units import format_time

_PACKET_S = 0.05
_LOUDNESS_LU = 0.1
"""An MP3 of 32 to 192 kbps moved it by 0.06 LU (measured)."""
_MOMENT_LU = 0.05
"""What is louder is so in its loudest 0.4 s too, which no gate touches."""
_GATED_LU = 0.5
"""Of the whole, where that moment is as it was: with little speech the background lies at the meter's gate,
and coding moves blocks of it to the other side. One word in 19 s of sea moved by 0.15 LU (measured)."""
_FULL_SCALE_DBTP = 0.0
_CHAPTER_S = 0.002
_GAP_S = 0.5
_SILENT_ENDS = (Message("silence at the start"), Message("silence at the end"))
_SILENT_END_S = 12.0
"""A background that fades in or out over minutes is first, and last, no sound at all."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What is in a sound file.

    Example:
        >>> track = project.make(project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")))
        >>> facts = project.info(track.path)
        >>> facts.kind, facts.rate, facts.told.tags.title
        ('mp3', 44100, 'Kort moment')

    Attributes:
        path: The file.
        kind: How its sound is packed: "mp3", "wav", "flac", "ogg", "mov" (M4A) ...
        bytes: Its size.
        seconds: How long it lasts.
        rate: Sample rate in hertz.
        channels: How many it has.
        kbps: Its bit rate, without a tag in front.
        loudness: As played.
        told: Its tags and chapters.
        record: How it was made, when that is known.
        problem: Why it is not known what its tags tell, as a clause about "it"; "" when that is.
    """

    path: Path
    kind: str
    bytes: int
    seconds: float
    rate: int
    channels: int
    kbps: float
    loudness: Loudness
    told: FileTags
    record: Record | None
    problem: str = ""


def verify(path: Path, record: Record | None) -> tuple[FileFault, ...]:
    """Decode a file to its end and compare it with its record, as far as there is one.

    Returns:
        What is wrong; nothing is wrong when it is empty. A file that cannot be decoded is one finding.
    """
    findings: list[FileFault] = []
    try:
        findings += _content(path, record) if record else ()
        with playing(path, LONGEST_S) as (recording, blocks):
            findings += mp3_of(recording).faults if recording.packing.demuxer == "mp3" else ()
            findings += _sound(recording, hear(recording, blocks), record)
    except AudioError as error:
        findings.append(
            FileFault(Message("the file"), Message("sound that can be decoded to its end"), error.problem)
        )
    return tuple(findings)


def _sound(recording: Recording, heard: Heard, record: Record | None) -> Iterator[FileFault]:
    told, problem = _told(recording.path)
    if problem:
        yield FileFault(
            Message("tags"), Message("tags that can be read"), problem, serious=record is not None
        )
    chapters = told.chapters
    yield from (
        FileFault(Message("the file"), Message("nothing odd"), oddity, serious=False)
        for oddity in heard.oddities
    )
    yield from _silence(heard)
    yield from _end_of(chapters, heard)
    if record is None:
        yield from _oddities(heard)
        return
    yield from _length(heard, record, exact=recording.packing.demuxer in EXACT)
    yield from _levels(heard.loudness, record.loudness, peak_slack_db(recording.packing.demuxer))
    yield from _chapters(chapters, record)


def _content(path: Path, record: Record) -> Iterator[FileFault]:
    try:
        found = file_hash(path)
        size = path.stat().st_size
    except OSError as error:
        raise AudioError(path, Message("it cannot be read ({reason})", reason=error.strerror)) from error
    if size != record.track.bytes:
        yield FileFault(
            Message("size"),
            Message("{bytes:,} bytes", bytes=record.track.bytes),
            Message("{size:,} bytes", size=size),
        )
    if found != record.track.sha256:
        yield FileFault("SHA-256", record.track.sha256, found)


def _told(path: Path) -> tuple[FileTags, str]:
    """Return what the tags of a file tell, and why not when that cannot be had."""
    try:
        return read(path), ""
    except AudioError as error:
        return FileTags(Tags(title="", artist="", album="", genre="", language="", encoder="")), error.problem


def _silence(heard: Heard) -> Iterator[FileFault]:
    if heard.silent_ends_s[0] >= heard.seconds:
        yield FileFault(Message("sound"), Message("some"), Message("none from start to end"))
    if heard.gap_s > _GAP_S:
        found = Message(
            "{gap_s:.1f} s at {gap_at_s}", gap_s=heard.gap_s, gap_at_s=format_time(heard.gap_at_s)
        )
        yield FileFault(
            Message("nothing at all sounds"), Message("at most {gap_s:g} s in a row", gap_s=_GAP_S), found
        )


def _oddities(heard: Heard) -> Iterator[FileFault]:
    """Yield what is odd in a file of which nothing is known."""
    if heard.loudness.true_peak_dbtp > _FULL_SCALE_DBTP:
        found = f"{heard.loudness.true_peak_dbtp:.2f} dBTP"
        yield FileFault(Message("true peak"), Message("at most 0 dBTP"), found, serious=False)
    for what, silent_s in zip(_SILENT_ENDS, heard.silent_ends_s, strict=True):
        if silent_s > _SILENT_END_S:
            expected = Message("at most {silent_end_s:g} s", silent_end_s=_SILENT_END_S)
            yield FileFault(what, expected, f"{silent_s:.1f} s", serious=False)


def _length(heard: Heard, record: Record, *, exact: bool) -> Iterator[FileFault]:
    expected = frames_at(record.times.frames, heard.rate)
    if heard.rate != record.track.rate:
        yield FileFault(Message("sample rate"), f"{record.track.rate:,} Hz", f"{heard.rate:,} Hz")
    slack = 0 if exact else units.frames(_PACKET_S, heard.rate)
    if abs(heard.frames - expected) > slack:
        yield FileFault(
            Message("length"),
            Message("{expected:,} frames", expected=expected),
            Message("{frames:,} frames", frames=heard.frames),
        )


def _levels(found: Loudness, expected: Loudness, peak_db: float) -> Iterator[FileFault]:
    is_moved = _apart(found.momentary_max_lufs, expected.momentary_max_lufs) > _MOMENT_LU
    slack_lu = _LOUDNESS_LU if is_moved else _GATED_LU
    if _apart(found.integrated_lufs, expected.integrated_lufs) > slack_lu:
        lufs, found_lufs = (f"{each.integrated_lufs:.2f} LUFS" for each in (expected, found))
        yield FileFault(Message("loudness"), lufs, found_lufs)
    if _apart(found.true_peak_dbtp, expected.true_peak_dbtp) > peak_db:
        dbtp, found_dbtp = (f"{each.true_peak_dbtp:.2f} dBTP" for each in (expected, found))
        yield FileFault(Message("true peak"), dbtp, found_dbtp)


def _apart(one: float, other: float) -> float:
    if math.isinf(one) or math.isinf(other):
        return 0.0 if one == other else math.inf
    return abs(one - other)


def _end_of(chapters: tuple[ChapterMark, ...], heard: Heard) -> Iterator[FileFault]:
    ends = [chapter.end_s for chapter in chapters]
    if ends and max(ends) > heard.seconds + _PACKET_S:  # in M4A the last one goes on to the end of a packet
        yield FileFault(
            Message("chapters"),
            Message("end at {seconds:.3f} s", seconds=heard.seconds),
            Message("end at {ends:.3f} s", ends=max(ends)),
        )


def _chapters(chapters: tuple[ChapterMark, ...], record: Record) -> Iterator[FileFault]:
    expected = record.times.chapters
    if len(chapters) != len(expected):
        yield FileFault(Message("chapters"), f"{len(expected)}", f"{len(chapters)}")
        return
    for there, made in zip(chapters, expected, strict=True):
        start_s = units.seconds(made.start)
        if there.title != made.title or abs(there.start_s - start_s) > _CHAPTER_S:
            found = Message("'{there}' at {start_s:.3f} s", there=there.title, start_s=there.start_s)
            yield FileFault(
                Message("chapter"),
                Message("'{made}' at {start_s:.3f} s", made=made.title, start_s=start_s),
                found,
            )


def info(path: Path, record: Record | None) -> FileInfo:
    """Hear a file to its end and return what is in it.

    Raises:
        AudioError: when it cannot be read, or is damaged.
    """
    with playing(path, LONGEST_S) as (recording, blocks):
        heard = hear(recording, blocks)
    told, problem = _told(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise AudioError(path, Message("it cannot be read ({reason})", reason=error.strerror)) from error
    return FileInfo(
        path=path,
        kind=recording.packing.demuxer,
        bytes=size,
        seconds=heard.seconds,
        rate=heard.rate,
        channels=heard.channels,
        kbps=8 * (size - recording.packing.start) / heard.seconds / 1000,
        loudness=heard.loudness,
        told=told,
        record=record,
        problem=problem,
    )
