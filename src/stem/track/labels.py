"""What stands in and on a file: tags, credits, words in time, cover, chapters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stem import __version__, units
from stem.export.captions import Line, captions, clause_times, is_long, timed_lines
from stem.export.cover import cover_from, generated
from stem.export.formats import find_format
from stem.export.tags import ChapterMark, Tags, TimedLine, source_type
from stem.script.safety import safety
from stem.script.timeline import Timeline
from stem.track.choices import NO_COVER
from stem.track.plan import Plan
from stem.voices.engines import traits_of
from stem.voices.speakers import who_speaks
from stem.voices.takes import Takes
from stem.voices.template import VoiceTemplate

REPLAY_GAIN_LUFS = -18.0
"""Reference level of ReplayGain 2.0."""


def lines_of(timeline: Timeline, takes: Takes) -> tuple[Line, ...]:
    """Return the words in time; within long sentences by what is heard in the takes."""
    long = {utterance.phrase for utterance in timeline.utterances if is_long(utterance)}
    heard = {phrase: takes.read(phrase)[: takes.frames_of[phrase]] for phrase in sorted(long)}
    return captions(timeline, {phrase: clause_times(phrase, samples) for phrase, samples in heard.items()})


def tags_of(plan: Plan, warned: tuple[str, ...], lines: tuple[Line, ...], cover: bytes) -> Tags:
    """Return what stands in the tags of a plan's file; sentences with what was filled in stay out."""
    told = safety(plan.country)
    comment = (told.line, *warned, *_credits(plan), plan.bed.credit)
    shown = lines if plan.lyrics else ()
    public = [line if _is_public(plan, line) else replace(line, text="") for line in shown]
    return Tags(
        title=plan.title,
        artist=plan.artist,
        album=plan.album,
        track_number=plan.number,
        track_total=plan.total,
        comment=" ".join(filter(None, comment)),
        encoder=f"stem {__version__}, {find_format(plan.format).encoder}",
        source_type=_source_type(plan),
        replay_gain_db=REPLAY_GAIN_LUFS - plan.profile.levels.speech_lufs,
        lyrics="\n".join(line.text.replace("\n", " ") for line in public if line.text),
        timed_lines=tuple(TimedLine(start_s, text) for start_s, text in timed_lines(public)),
        cover=cover,
    )


def _credits(plan: Plan) -> tuple[str, ...]:
    """Return who speaks the script: of own recordings and a voice that fills in, both when both do."""
    return tuple(dict.fromkeys(voice.credit for voice in _speaking(plan) if voice is not plan.house))


def _source_type(plan: Plan) -> str:
    """Return how the speech came about, in IPTC's terms; nothing when all of it was recorded."""
    traits = [traits_of(voice.engine) for voice in _speaking(plan)]
    computers = [each for each in traits if not each.only_recorded]
    if not computers:
        return ""
    by_rule = all(each.by_rule for each in computers)
    if len(computers) < len(traits):
        return source_type.WITH_RULES if by_rule else source_type.WITH_TRAINED
    return source_type.RULES if by_rule else source_type.TRAINED


def _speaking(plan: Plan) -> tuple[VoiceTemplate, ...]:
    return who_speaks(plan.voices, plan.phrases)


def _is_public(plan: Plan, line: Line) -> bool:
    """Tell whether a line may stand where anyone can read it."""
    return plan.name_in_file or line.phrase not in plan.personal


def cover_of(plan: Plan) -> bytes:
    """Return the picture of a plan's file, drawn if need be; nothing when it is to have none."""
    if plan.cover == NO_COVER:
        return b""
    return generated(plan.title) if plan.cover is None else cover_from(Path(plan.cover))


def chapter_marks(timeline: Timeline) -> tuple[ChapterMark, ...]:
    """Return the chapters as tags have them."""
    return tuple(
        ChapterMark(chapter.title, units.seconds(chapter.start), units.seconds(chapter.end))
        for chapter in timeline.chapters
    )
