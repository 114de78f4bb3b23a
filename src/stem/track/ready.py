"""Whether the track of a plan can be made here, as far as that is known before any work is done for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from stem import units
from stem.errors import EngineUnavailable, UsageError
from stem.export.formats import find_format
from stem.messages import Message
from stem.script.cues import Cue, phrases_of
from stem.script.dutch.lexicon import Lexicon
from stem.script.dutch.pace import expected_seconds
from stem.script.pacing import UnreachableLengthError, reach
from stem.script.timeline import Timeline
from stem.track.delivery import delivery
from stem.track.plan import Plan
from stem.track.preview import house_frames
from stem.track.spec import TrackSpec
from stem.track.stages import timeline_of
from stem.voices.speakers import Ensemble, Terms, expected_pace
from stem.voices.template import VoiceTemplate

UNSURE = 0.03
"""By so much, as a share, a length out of reach by the estimate may be within it when all is spoken: for the
voices and scripts of stem the two lay at most 0.008 apart."""

UNSURE_UNHEARD = 0.25
"""The same for a voice whose pace is not known before it speaks."""

_UNHEARD_PACE = 1.0
_MOST_LOOKS = 4
"""At other lengths than the one that was asked for."""


def check_ready(plan: Plan) -> None:
    """Make sure of what can be known in a moment: nothing is sent, and no background is made for it.

    Raises:
        EngineUnavailable: when one who speaks cannot speak here, or may not.
        UnreachableLengthError: when the track can clearly not last as long as was asked.
        UsageError: when it would clearly be too large for its destination.
        AudioError: when it would clearly be longer than a file of its format can hold.
    """
    check_voices(plan.voices, plan.lexicon, plan.terms)
    is_of_any_size = plan.destination is None and find_format(plan.format).most_bytes is None
    if plan.target_frames is None and is_of_any_size:
        return
    pace = expected_pace(plan.voice, plan.lexicon, plan.terms)
    if pace is None:  # own recordings: only all together tell
        return
    placer_of = _placers(plan, pace)
    if plan.target_frames is None:
        length_s = units.seconds(placer_of(plan.cues)(plan.cues).frames)
        _check_size(plan, length_s, length_s * (1 - unsure(pace)))
        return
    _check_size(plan, *[units.seconds(plan.target_frames)] * 2)
    check_reach(plan.target_frames, [reach(cues, placer_of(cues)) for cues in plan.texts], pace)


def lengths(plan: Plan, pace: float | None = None) -> tuple[tuple[float, float], ...]:
    """Return the shortest and the longest, in seconds, that a track can be, by the pace of the voice.

    One pair for each of its texts. Of own recordings the pace is taken for the usual one.

    Args:
        plan: Of the track.
        pace: Of its voice, when that is known already.

    Raises:
        StemError: as `check_ready`.
    """
    placer_of = _placers(plan, pace or _pace_of(plan))
    ranges = [reach(cues, placer_of(cues)) for cues in plan.texts or (plan.cues,)]
    return tuple((units.seconds(shortest), units.seconds(longest)) for shortest, longest in ranges)


def expected_s(plan: Plan) -> float:
    """Return how long a track lasts, in seconds: about, without hearing the voice.

    Raises:
        StemError: as `check_ready`.
    """
    if plan.target_frames is not None:
        return units.seconds(plan.target_frames)
    return units.seconds(_placers(plan, _UNHEARD_PACE)(plan.cues)(plan.cues).frames)


def with_real_lengths(
    error: UnreachableLengthError, spec: TrackSpec, plan_of: Callable[[TrackSpec], Plan]
) -> UnreachableLengthError:
    """Return the error about a length with others that can be had.

    A script may have other words at another length, so that what would be nearest is out of reach itself.

    Args:
        error: About the length.
        spec: What was asked for.
        plan_of: Plans such a track, in outline.
    """
    nearest_s, pace = error.nearest_s, 0.0
    for _ in range(_MOST_LOOKS):
        if nearest_s is None:
            break
        plan = plan_of(replace(spec, duration_s=nearest_s))
        pace = pace or _pace_of(plan)  # heard once: it is the same at any length
        ranges_s = lengths(plan, pace)
        if any(shortest_s <= nearest_s <= longest_s for shortest_s, longest_s in ranges_s):
            return UnreachableLengthError(error.wanted_s, ranges_s)
        nearest_s = UnreachableLengthError(nearest_s, ranges_s).nearest_s
    return error


def _pace_of(plan: Plan) -> float:
    return expected_pace(plan.voice, plan.lexicon, plan.terms) or _UNHEARD_PACE


def check_voices(voices: Sequence[VoiceTemplate], lexicon: Lexicon, terms: Terms) -> None:
    """Make sure that those who speak can speak here, and may.

    Raises:
        EngineUnavailable: when one cannot, or may not.
        ConfigError: when there is no such engine.
    """
    for voice in voices:
        if not voice.installed:
            reason = Message("the voice '{voice}' has not been downloaded yet", voice=voice.name)
            hint = Message("Download it: {get_voice} {voice}", voice=voice.name)
            raise EngineUnavailable(voice.engine, reason, hint=hint)
    Ensemble(voices, lexicon, terms)


def check_reach(target_frames: int, ranges: Sequence[tuple[int, int]], pace: float) -> None:
    """Make sure that a length may be reached, as far as is known before anything is spoken.

    Args:
        target_frames: The length wanted.
        ranges: The shortest and the longest that each text can be, by the pace of the voice.
        pace: That pace; 1.0 when it is not known.

    Raises:
        UnreachableLengthError: when it clearly cannot.
    """
    low, high = target_frames / (1 - unsure(pace)), target_frames / (1 + unsure(pace))
    if not any(shortest <= low and high <= longest for shortest, longest in ranges):
        in_seconds = [(units.seconds(shortest), units.seconds(longest)) for shortest, longest in ranges]
        raise UnreachableLengthError(units.seconds(target_frames), in_seconds)


def unsure(pace: float) -> float:
    """Return by which share an estimate of a voice's pace may be off."""
    return UNSURE_UNHEARD if pace == _UNHEARD_PACE else UNSURE


def _check_size(plan: Plan, length_s: float, least_s: float) -> None:
    """Refuse a track that is expected to last `length_s` when even `least_s` of it would not fit."""
    try:
        delivery(plan, least_s)
    except UsageError:
        delivery(plan, length_s)
        raise


def _placers(plan: Plan, pace: float) -> Callable[[Sequence[Cue]], Callable[[Sequence[Cue]], Timeline]]:
    """Return what gives, for a text, what places its cues by the pace of the voice."""
    recorded = house_frames(plan)

    def placer_of(cues: Sequence[Cue]) -> Callable[[Sequence[Cue]], Timeline]:
        frames_of = {
            phrase: recorded.get(phrase) or units.frames(expected_seconds(phrase) / pace)
            for phrase in phrases_of(cues)
        }
        return lambda changed: timeline_of(plan, changed, frames_of)

    return placer_of
