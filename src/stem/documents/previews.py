"""What is told of a plan before there is a track: its words with their times, and how they will be said."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from stem import units
from stem.cores import cores
from stem.documents.tracks import timeline_document
from stem.messages import Message, joined
from stem.script.cues import Utterance
from stem.script.dutch import differences, spoken
from stem.script.pacing import PhaseMeasure, measure, phases
from stem.script.timeline import Timeline
from stem.sound.beds import bell_frames
from stem.track.delivery import delivery
from stem.track.plan import Plan
from stem.track.preview import expected_timeline, remarks
from stem.track.ready import expected_s
from stem.track.stages import OnNotice, no_notice
from stem.units import format_time, seconds
from stem.voices.speakers import better_voice

_LONG_S = 3600.0

_WORK = 0.016
"""Seconds in which one core mixes, masters and encodes a second of MP3 (measured on eight hours of sea)."""


def voice_note(plan: Plan) -> Iterator[str]:
    """Yield which voice is used when nobody chose one, and how to get a better one."""
    if plan.chosen:
        return
    better = better_voice(plan.voice, plan.folder)
    more = Message(" A more natural one: {get_voice} {voice}", voice=better.name) if better else ""
    yield Message("Voice: {voice}, the best that is installed.{more}", voice=plan.voice.name, more=more)


def cost_note(plan: Plan, length_s: float | None = None) -> Iterator[str]:
    """Yield what a track of an hour or more will take, in room and in time.

    Args:
        plan: Of the track.
        length_s: How long it will last, in seconds, when that is known better than by its plan alone.
    """
    length_s = expected_s(plan) if length_s is None else length_s
    if length_s < _LONG_S:
        return
    yield Message(
        "A long track: {length}, about {megabytes:.0f} MB; to make it takes about {minutes:.0f} minutes "
        "of this machine, and the time to speak.",
        length=format_time(length_s),
        megabytes=delivery(plan, length_s).expected_bytes / 1e6,
        minutes=math.ceil(length_s * _WORK / cores() / 60),
    )


def said_otherwise(plan: Plan, text: str) -> str:
    """Return what a voice is given instead of words of `text`, as "written -> said"; "" when nothing is."""
    pairs = differences(text, plan.lexicon.applied(spoken(text)))
    once = {written.casefold(): f"{written} -> {said}" for written, said in reversed(pairs)}
    return ", ".join(reversed(once.values()))


def hearing_notes(plan: Plan) -> tuple[str, ...]:
    """Return what to tell before a plan is heard: who says it, and what is said otherwise than written."""
    texts = [cue.text for cue in plan.cues if isinstance(cue, Utterance)]
    said = [each for text in texts if (each := said_otherwise(plan, text))]
    return (*voice_note(plan), *said, *remarks(plan))


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happens in a track.

    Attributes:
        kind: What it is.
        text: Of a chapter its title, of a sentence its words, of a pause its name.
        start_s: When it begins.
        end_s: When it is over.
        said: What the voice is given in place of some of the words; see `said_otherwise`.
    """

    kind: Literal["chapter", "sentence", "pause", "bell"]
    text: str
    start_s: float
    end_s: float
    said: str = ""


def moments(plan: Plan, timeline: Timeline) -> tuple[Moment, ...]:
    """Return all that happens, in the order of its times."""
    ringing = bell_frames(plan.bell)
    found = [
        *(
            Moment("chapter", each.title, seconds(each.start), seconds(each.end))
            for each in timeline.chapters
        ),
        *(Moment("bell", plan.bell, seconds(at), seconds(at + ringing)) for at in timeline.bells),
        *(
            Moment(
                "sentence", each.text, seconds(each.start), seconds(each.end), said_otherwise(plan, each.text)
            )
            for each in timeline.utterances
        ),
        *(Moment("pause", each.name, seconds(each.start), seconds(each.end)) for each in timeline.pauses),
    ]
    return tuple(sorted(found, key=lambda moment: moment.start_s))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a track will be, without its sound.

    Example:
        >>> seen = stem.preview(project.plan(stem.TrackSpec("kort")))
        >>> print(seen.text().splitlines()[0])
        Kort moment  (voice zacht, bed zee)
        >>> [moment.kind for moment in seen.moments]
        ['chapter', 'sentence', 'pause', 'sentence']

    Attributes:
        plan: Of the track.
        timeline: When everything is expected to happen.
        remarks: What the voices will say otherwise than it is written, as sentences.
    """

    plan: Plan
    timeline: Timeline
    remarks: tuple[str, ...]

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The same, one thing after another, for whoever draws it."""
        return moments(self.plan, self.timeline)

    def text(self) -> str:
        """Return chapters, sentences, pauses and bells, each with its time."""
        return joined("\n", tuple(preview_lines(self.plan, self.timeline)))

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
        **timeline_document(timeline),
        "said_otherwise": [
            {"text": text, "said": said}
            for text in dict.fromkeys(item.text for item in timeline.utterances)
            if (said := said_otherwise(plan, text))
        ],
    }


def preview_lines(plan: Plan, timeline: Timeline) -> Iterator[str]:
    """Yield chapters, sentences, pauses and bells in the order of their expected times, and a summary."""
    yield Message(
        "{title}  (voice {voice}, bed {bed})", title=plan.title, voice=plan.voice.name, bed=plan.bed.name
    )
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
    yield ""
    yield Message(
        "Expected length {length}, {words} words ({pace:.0f} a minute), {silence:.0%} without speech.",
        length=format_time(seconds(timeline.frames)),
        words=whole.words,
        pace=whole.words_per_minute,
        silence=whole.silence_share,
    )
    yield from cost_note(plan)


def _sentence(plan: Plan, text: str) -> str:
    said = said_otherwise(plan, text)
    return f"{text}\n         ({said})" if said else text


def _phase_line(phase: PhaseMeasure) -> str:
    length = format_time(phase.end_s - phase.start_s)
    return Message(
        "\n## {title}  ({length}, {share:.0%} of the track; {words} words, {silence:.0%} without speech)",
        title=phase.title,
        length=length,
        share=phase.share_of_track,
        words=phase.measure.words,
        silence=phase.measure.silence_share,
    )
