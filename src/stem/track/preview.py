"""What a track will be, without making it: times, length, warnings, a short sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from stem import units
from stem.errors import UsageError
from stem.messages import Message
from stem.script.dutch.pace import expected_seconds
from stem.script.safety import listener_warnings
from stem.script.timeline import Timeline
from stem.sound.clips import Samples
from stem.sound.limiter import limited
from stem.track.plan import Plan
from stem.track.stages import (
    OnNotice,
    bed_of,
    edit_remarks,
    ensemble_of,
    mixed,
    no_notice,
    paced,
    speak,
    timeline_of,
)
from stem.voices.permission import runs_program
from stem.voices.speakers import Ensemble, can_speak, expected_pace, sends_to
from stem.voices.takes import Takes


def sound(plan: Plan, on_notice: OnNotice = no_notice) -> Samples:
    """Return a short plan's whole sound, mastered, shape (frames, 2).

    Raises:
        StemError: as `speak` and `mixed`.
    """
    bed = bed_of(plan)
    with Takes() as takes:
        plan = speak(plan, takes, on_notice=on_notice)
        blocks = limited(mixed(plan, takes, bed).blocks(), plan.profile.ceiling_dbtp)
        return np.concatenate(list(blocks))


def expected_timeline(plan: Plan, *, exact: bool = False, on_notice: OnNotice = no_notice) -> Timeline:
    """Return the timeline of a plan without making the track.

    Args:
        plan: From `plan_track`.
        exact: Speak all sentences; else their lengths are estimated from the pace of the voice.
        on_notice: Called before text leaves the machine.

    Raises:
        UsageError: when all should be spoken by a voice that runs a program.
        StemError: as `speak` and `mixed`.
    """
    program = next((voice for voice in plan.voices if runs_program(voice)), None)
    if exact and program is not None:
        raise UsageError(
            Message(
                "The voice '{program}' runs a program, and that happens only where a track is made.",
                program=program.name,
            ),
            hint=Message("Leave out {exact_or_audio}: the times are then the expected ones."),
        )
    pace = 1.0 if program else None if exact else expected_pace(plan.voice, plan.lexicon, plan.terms)
    if pace is None:
        with Takes() as takes:
            plan = speak(plan, takes, on_notice=on_notice)
            return timeline_of(plan, plan.cues, takes.frames_of)

    return timeline_by(plan, estimated(plan, pace))


LengthsOf: TypeAlias = Callable[[Sequence[str]], Mapping[str, int]]
"""Tells how many frames phrases last."""


def timeline_by(plan: Plan, lengths_of: LengthsOf) -> Timeline:
    """Return the timeline of a plan, its pauses fitted, when its phrases last so long.

    Raises:
        UnreachableLengthError: when its length cannot be had.
    """
    plan = paced(plan, lengths_of)
    return timeline_of(plan, plan.cues, lengths_of(plan.phrases))


def estimated(plan: Plan, pace: float) -> LengthsOf:
    """Return what estimates how many frames phrases of a plan last, by the pace of its voice.

    Raises:
        StemError: when a recording of a practice's own words cannot be used.
    """
    known = dict(house_frames(plan))

    def lengths_of(phrases: Sequence[str]) -> Mapping[str, int]:
        known.update(
            (phrase, units.frames(expected_seconds(phrase) / pace))
            for phrase in phrases
            if phrase not in known
        )
        return {phrase: known[phrase] for phrase in phrases}

    return lengths_of


def house_frames(plan: Plan) -> Mapping[str, int]:
    """Return how many frames what a practice recorded of its own words lasts, by phrase.

    Raises:
        StemError: when a recording cannot be used.
    """
    if plan.house is None:
        return {}
    company = Ensemble((plan.house,), plan.lexicon, plan.terms)
    with Takes() as takes:
        for speaker, said in company.parts(plan.phrases):
            takes.record(said, speaker, lambda _done, _total: None)
        return dict(takes.frames_of)


def remarks(plan: Plan) -> tuple[str, ...]:
    """Return, as sentences, what will be heard otherwise than it is written; nothing is spoken for it.

    Of a voice that cannot speak here, sends text away or runs a program, nothing is known.

    Raises:
        StemError: as `speak`.
    """
    if not all(can_speak(each) and not sends_to(each) and not runs_program(each) for each in plan.voices):
        return edit_remarks(plan)
    return (*edit_remarks(plan), *plan.doubts, *ensemble_of(plan).remarks(plan.phrases))


def for_whom(plan: Plan, length_s: float) -> tuple[str, ...]:
    """Return what a listener should know beforehand about a track of a plan that lasts so many seconds."""
    if plan.template is None:
        return ()
    return listener_warnings(plan.template, length_s / 60)
