"""What is told of plans and tracks: lines for people, documents for programs; `cli` prints them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stem import units
from stem.config import Config
from stem.errors import StemError
from stem.messages import Message
from stem.record.model import Record
from stem.record.verify import FileInfo
from stem.script.dutch import differences, spoken
from stem.script.pacing import PhaseMeasure, measure, phases
from stem.script.safety import safety
from stem.script.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline
from stem.sound.loudness import Loudness
from stem.track.make import Track
from stem.track.plan import Plan
from stem.track.preview import expected_timeline, remarks
from stem.track.stages import OnNotice, no_notice
from stem.units import format_time, seconds
from stem.voices.permission import runs_program
from stem.voices.speakers import better_voice, can_speak, sends_to
from stem.voices.template import VoiceTemplate


def voice_row(voice: VoiceTemplate) -> dict[str, str]:
    """Return a voice's line in the table of voices."""
    away = sends_to(voice)
    return {
        "name": voice.name,
        "sex": voice.sex,
        "accent": voice.accent,
        "runs": f"at {away}" if away else "a program" if runs_program(voice) else "here",
        "installed": _installed(voice),
        "leaves": "the text" if away else "nothing",
        "licence": voice.licence,
        "summary": voice.summary,
    }


def _installed(voice: VoiceTemplate) -> str:
    if not voice.installed:
        return "no"
    return "yes" if can_speak(voice) else f"engine {voice.engine} missing"


def voice_note(plan: Plan) -> Iterator[str]:
    """Yield which voice is used when nobody chose one, and how to get a better one."""
    if plan.chosen:
        return
    better = better_voice(plan.voice, plan.folder)
    more = Message(" A more natural one: {get_voice} {voice}", voice=better.name) if better else ""
    yield Message("Voice: {voice}, the best that is installed.{more}", voice=plan.voice.name, more=more)


def said_otherwise(plan: Plan, text: str) -> str:
    """Return what a voice is given instead of words of `text`, as "written -> said"; "" when nothing is."""
    pairs = differences(text, plan.lexicon.applied(spoken(text)))
    once = {written.casefold(): f"{written} -> {said}" for written, said in reversed(pairs)}
    return ", ".join(reversed(once.values()))


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
    length = format_time(seconds(track.timeline.frames))
    size_mb = track.path.stat().st_size / 1e6
    return (
        f"{track.path}  {length}  {size_mb:.1f} MB  voice {track.plan.voice.name}, "
        f"bed {track.plan.bed.name}, {track.loudness.integrated_lufs:.1f} LUFS, "
        f"peak {track.loudness.true_peak_dbtp:.1f} dBTP"
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
        **_timeline_document(timeline),
        "warnings": list(warnings),
    }


def _timeline_document(timeline: Timeline) -> dict[str, object]:
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
    tags, record = facts.told.tags, facts.record
    yield (
        f"{facts.path}: {facts.kind}, {format_time(facts.seconds)}, {facts.bytes / 1e6:.1f} MB, "
        f"{facts.kbps:.0f} kbps, {facts.rate} Hz, {facts.channels} channels"
    )
    yield f"{facts.loudness.integrated_lufs:.1f} LUFS, peak {facts.loudness.true_peak_dbtp:.1f} dBTP"
    for name, text in (("title", tags.title), ("artist", tags.artist), ("album", tags.album)):
        if text:
            yield f"{name:<8} {text}"
    if tags.track_number:
        yield f"track    {tags.track_number}{f' of {tags.track_total}' if tags.track_total else ''}"
    if tags.cover:
        yield f"cover    {len(tags.cover) / 1000:.0f} kB"
    if tags.lyrics:
        yield f"words    {len(tags.lyrics.splitlines())} lines, {len(tags.timed_lines)} times"
    for mark in facts.told.chapters:
        yield f"chapter  {format_time(mark.start_s):>7}  {mark.title}"
    if tags.comment:
        yield f"comment  {tags.comment}"
    for line in (*settings.help, *safety(settings.country).help_lines):
        yield f"help     {line}"
    if record is None:
        yield "There is no record beside it of how it was made."
        return
    yield f"made of  {record.script.name}, voice {record.voice.name}, bed {record.bed}"
    yield "made by  " + ", ".join(f"{name} {version}" for name, version in record.versions.items())


@dataclass(frozen=True, slots=True)
class Preview:
    """What a track will be, without its sound.

    Example:
        >>> seen = stem.preview(project.plan(stem.TrackSpec("kort")))
        >>> print(seen.text().splitlines()[0])
        Kort moment  (voice zacht, bed zee)

    Attributes:
        plan: Of the track.
        timeline: When everything is expected to happen.
        remarks: What the voices will say otherwise than it is written, as sentences.
    """

    plan: Plan
    timeline: Timeline
    remarks: tuple[str, ...]

    def text(self) -> str:
        """Return chapters, sentences, pauses and bells, each with its time."""
        return "\n".join(preview_lines(self.plan, self.timeline))

    def document(self) -> dict[str, object]:
        """Return the same for programs, with times in seconds."""
        return preview_document(self.plan, self.timeline)


def preview(plan: Plan, *, exact: bool = False, on_notice: OnNotice = no_notice) -> Preview:
    """Return the words of a plan with the times that are expected; no track is made.

    Example:
        >>> plan = project.plan(stem.TrackSpec("kort"))
        >>> stem.preview(plan).timeline.utterances[0].text
        'Ga zitten zoals het prettig is.'

    Args:
        plan: From `Project.plan`.
        exact: Speak all sentences, to know their lengths exactly.
        on_notice: Called with a sentence before text leaves the machine.

    Raises:
        StemError: when a voice fails, or the length cannot be had.
    """
    timeline = expected_timeline(plan, exact=exact, on_notice=on_notice)
    return Preview(plan, timeline, remarks(plan))


def preview_document(plan: Plan, timeline: Timeline) -> dict[str, object]:
    """Return a plan with the times that are expected, in seconds."""
    return {
        "title": plan.title,
        "script": plan.name,
        "expected_seconds": seconds(timeline.frames),
        **_timeline_document(timeline),
        "said_otherwise": [
            {"text": text, "said": said}
            for text in dict.fromkeys(item.text for item in timeline.utterances)
            if (said := said_otherwise(plan, text))
        ],
    }


def preview_lines(plan: Plan, timeline: Timeline) -> Iterator[str]:
    """Yield chapters, sentences, pauses and bells in the order of their expected times, and a summary."""
    yield f"{plan.title}  (voice {plan.voice.name}, bed {plan.bed.name})"
    events: list[tuple[int, int, str]] = []
    events += [(units.frames(phase.start_s), 0, _phase_line(phase)) for phase in phases(timeline)]
    events += [(frame, 1, "[bel]") for frame in timeline.bells]
    events += [(item.start, 1, _sentence(plan, item.text)) for item in timeline.utterances]
    events += [
        (pause.start, 1, f"    [{pause.name} {seconds(pause.end - pause.start):.1f} s]")
        for pause in timeline.pauses
        if pause.name != "zin"
    ]
    for start, rank, text in sorted(events, key=lambda event: event[:2]):
        yield text if rank == 0 else f"{format_time(seconds(start)):>7}  {text}"
    whole = measure(timeline)
    yield (
        f"\nExpected length {format_time(seconds(timeline.frames))}, {whole.words} words "
        f"({whole.words_per_minute:.0f} a minute), {whole.silence_share:.0%} without speech."
    )


def _sentence(plan: Plan, text: str) -> str:
    said = said_otherwise(plan, text)
    return f"{text}\n         ({said})" if said else text


def _phase_line(phase: PhaseMeasure) -> str:
    length = format_time(phase.end_s - phase.start_s)
    filling = f"{phase.measure.words} words, {phase.measure.silence_share:.0%} without speech"
    return f"\n## {phase.title}  ({length}, {phase.share_of_track:.0%} of the track; {filling})"
