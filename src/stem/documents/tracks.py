"""What is told of tracks: those that were made, and what is in any file of sound."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from stem.config import Config
from stem.errors import StemError
from stem.export.tags.source_type import TOLD, term_of
from stem.messages import Message
from stem.record.model import Record
from stem.record.verify import FileInfo
from stem.script.safety import safety
from stem.script.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline
from stem.sound.loudness import Loudness
from stem.track.make import Track
from stem.units import format_time, seconds


def made_document(tracks: Sequence[Track], failed: Mapping[str, StemError]) -> dict[str, object]:
    """Return what became of a run: the tracks made, and by script the errors of those that were not."""
    return {
        "tracks": [_track_document(track) for track in tracks],
        "failed": [
            {
                "script": script,
                "error": error.sentence,
                "hint": error.hint,
                "problems": list(error.problems),
            }
            for script, error in failed.items()
        ],
    }


def track_line(track: Track) -> str:
    """Return one line about a finished track."""
    return Message(
        "{path}  {length}  {size_mb:.1f} MB  voice {voice}, bed {bed}, {lufs:.1f} LUFS, peak {dbtp:.1f} dBTP",
        path=track.path,
        length=format_time(seconds(track.timeline.frames)),
        size_mb=track.path.stat().st_size / 1e6,
        voice=track.plan.voice.name,
        bed=track.plan.bed.name,
        lufs=track.loudness.integrated_lufs,
        dbtp=track.loudness.true_peak_dbtp,
    )


def _track_document(track: Track) -> dict[str, object]:
    plan = track.plan
    names = {"title": plan.title, "script": plan.name, "voice": plan.voice.name, "bed": plan.bed.name}
    return _document(track.path, names, track.timeline, track.loudness, track.warnings)


def record_document(record: Record, path: Path) -> dict[str, object]:
    """Return what is known of the track of a record, as a document of tracks that were made has it."""
    names = {
        "title": record.script.title,
        "script": record.script.name,
        "voice": record.voice.name,
        "bed": record.bed,
    }
    remarks = record.personal.remarks if record.personal else ()
    return _document(path, names, record.timeline, record.loudness, (*record.warnings, *remarks))


def _document(
    path: Path, names: Mapping[str, str], timeline: Timeline, loudness: Loudness, warnings: Sequence[str]
) -> dict[str, object]:
    return {
        "path": str(path),
        **names,
        "seconds": seconds(timeline.frames),
        "integrated_lufs": loudness.integrated_lufs,
        "true_peak_dbtp": loudness.true_peak_dbtp,
        **timeline_document(timeline),
        "warnings": list(warnings),
    }


def timeline_document(timeline: Timeline) -> dict[str, object]:
    """Return when everything happens, in seconds."""

    def span(item: PlacedUtterance | PlacedPause | Chapter) -> dict[str, object]:
        return {"start": seconds(item.start), "end": seconds(item.end)}

    return {
        "utterances": [{"text": item.text, **span(item)} for item in timeline.utterances],
        "pauses": [{"name": item.name, **span(item)} for item in timeline.pauses],
        "chapters": [{"title": item.title, **span(item)} for item in timeline.chapters],
    }


def info_document(facts: FileInfo) -> dict[str, object]:
    """Return what is in a file."""
    tags = facts.told.tags
    return {
        "path": str(facts.path),
        "kind": facts.kind,
        "bytes": facts.bytes,
        "seconds": facts.seconds,
        "rate": facts.rate,
        "channels": facts.channels,
        "kbps": facts.kbps,
        "integrated_lufs": _finite(facts.loudness.integrated_lufs),
        "true_peak_dbtp": _finite(facts.loudness.true_peak_dbtp),
        "title": tags.title,
        "artist": tags.artist,
        "album": tags.album,
        "comment": tags.comment,
        "source_type": tags.source_type,
        "cover_bytes": len(tags.cover),
        "lyrics": tags.lyrics,
        "chapters": [
            {"title": mark.title, "start": mark.start_s, "end": mark.end_s} for mark in facts.told.chapters
        ],
        "voice": facts.record.voice.name if facts.record else None,
        "bed": facts.record.bed if facts.record else None,
        "script": facts.record.script.name if facts.record else None,
    }


def _finite(level: float) -> float | None:
    """Return a level, or None for that of silence: JSON knows no infinity."""
    return level if math.isfinite(level) else None


def info_lines(facts: FileInfo, config: Config) -> Iterator[str]:
    """Yield what is in a file, for people; `config` tells whom they can call when no record does."""
    settings = facts.record.settings if facts.record else config
    record, tags = facts.record, facts.told.tags
    yield Message(
        "{path}: {kind}, {length}, {size_mb:.1f} MB, {kbps:.0f} kbps, {rate} Hz, {channels} channels",
        path=facts.path,
        kind=facts.kind,
        length=format_time(facts.seconds),
        size_mb=facts.bytes / 1e6,
        kbps=facts.kbps,
        rate=facts.rate,
        channels=facts.channels,
    )
    level, peak = facts.loudness.integrated_lufs, facts.loudness.true_peak_dbtp
    yield Message("{lufs:.1f} LUFS, peak {dbtp:.1f} dBTP", lufs=level, dbtp=peak)
    yield from _tag_lines(facts)
    if tags.source_type:
        yield _speech_line(tags.source_type)
    for line in safety(settings.country).help_lines_with(settings.help):
        yield Message("help     {line}", line=line)
    if record is None:
        yield Message("There is no record beside it of how it was made.")
        return
    yield Message(
        "made of  {script}, voice {voice}, bed {bed}",
        script=record.script.name,
        voice=record.voice.name,
        bed=record.bed,
    )
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    yield Message("made by  {versions}", versions=versions)


def _tag_lines(facts: FileInfo) -> Iterator[str]:
    """Yield what its tags tell; what each is called is as wide as the others."""
    tags = facts.told.tags
    if tags.title:
        yield Message("title    {text}", text=tags.title)
    if tags.artist:
        yield Message("artist   {text}", text=tags.artist)
    if tags.album:
        yield Message("album    {text}", text=tags.album)
    if tags.track_number and tags.track_total:
        yield Message("track    {number} of {total}", number=tags.track_number, total=tags.track_total)
    elif tags.track_number:
        yield Message("track    {number}", number=tags.track_number)
    if tags.cover:
        yield Message("cover    {size_kb:.0f} kB", size_kb=len(tags.cover) / 1000)
    if tags.lyrics:
        lines, times = len(tags.lyrics.splitlines()), len(tags.timed_lines)
        yield Message("words    {lines} lines, {times} times", lines=lines, times=times)
    for mark in facts.told.chapters:
        chapter = f"{format_time(mark.start_s):>7}  {mark.title}"
        yield Message("chapter  {chapter}", chapter=chapter)
    if tags.comment:
        yield Message("comment  {text}", text=tags.comment)


def _speech_line(source_type: str) -> Message:
    """Return how the speech came about, in words where the term is known."""
    term = term_of(source_type)
    if source_type in TOLD:
        return Message("speech   {told} ({term})", told=TOLD[source_type], term=term)
    return Message("speech   {term}", term=term)
