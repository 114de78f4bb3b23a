"""The quality guard: every take is judged before it is used, and a bad one is tried once more.

It looks for what engines were seen to do now and then: say nothing, stop halfway, say it twice, fall silent
in the middle, clip, swallow the first or the last syllable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError, SynthesisError
from stem.messages import Message
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip, trimmed

_SHORTEST, _LONGEST = 0.5, 2.0
_NEVER_TOO_LONG_S = 1.3
"""However short the phrase: "pH", "Ø" and "¼" are spelled or described, which took up to 1.29 s."""

# The longest silences that espeak leaves in 330 phrases, at a calm pace: 0.36 s without a sign ("s t"),
# 0.79 s with one ("Ja! Nee? Goed."). What lasts twice as long was not meant.
_GAP_S = 0.75
_GAP_AT_A_SIGN_S = 1.6
_SIGN_INSIDE = re.compile(r"[^\w\s'’][\s'’]*+\w")  # noqa: RUF001 - Dutch is written with both
_SILENT_DB = -40.0

_FULL_SCALE = 0.99
_STEP = 1.5 / 2**15
_FLAT_SAMPLES = 3
# By a model of masking (Bark bands, 12 dB under speech that spreads 25 and 10 dB a Bark), on 60 clipped takes
# of espeak: one clipped top is a faint tick; from four a second on, one 20 ms in twenty is rough.
_AUDIBLE_TOPS_PER_S = 4.0

# Under the loudest 10 ms. espeak starts at once: the first millisecond of its takes is at most at -16 dB, and
# of takes that begin anywhere in a vowel half are louder than -12 dB. It ends in silence; of takes that end
# anywhere in a vowel 98 % end louder than -30 dB.
_START_S, _LOUD_START_DB = 0.001, -12.0
_END_S, _LOUD_END_DB = 0.005, -30.0
_WINDOW_S = 0.010


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a take, without a full stop, and what may help."""

    reason: str
    hint: str = Message("Say it in other words, or choose another voice.")


def judged(
    take: Callable[[], Clip],
    phrase: str,
    engine: str,
    pace: float = 1.0,
    *,
    pauses: bool = True,
    softly: bool = False,
) -> Clip:
    """Return a take without audible faults, of at most two.

    Args:
        take: Says the phrase once, and returns all of its sound as it came from the engine, untrimmed.
        phrase: What should be heard in it.
        engine: The engine's name, for the error.
        pace: The voice's speed; 1.0 is about 110 words a minute, 2.0 twice as fast.
        pauses: Whether it rests between clauses.
        softly: As of `clips.trimmed`.

    Returns:
        The take, trimmed (`clips.trimmed`).

    Raises:
        SynthesisError: when both takes are bad; it says what is wrong with the second.
        StemError: whatever `take` raises; nothing is tried again then.
    """
    expected_s = expected_seconds(phrase, pauses=pauses)
    raw = take()
    verdict = _verdict(raw, phrase, pace, expected_s)
    if isinstance(verdict, _Fault):
        raw = take()
        verdict = _verdict(raw, phrase, pace, expected_s)
    if isinstance(verdict, _Fault):
        raise SynthesisError(engine, phrase, verdict.reason, hint=verdict.hint)
    return trimmed(raw, softly=True) if softly else verdict


def is_believable(clip: Clip, phrase: str, pace: float = 1.0) -> bool:
    """Tell whether a take's length fits its text: not less than half nor more than twice what that predicts.

    Args:
        clip: The take, trimmed.
        phrase: What should be heard in it.
        pace: The voice's speed; 1.0 is about 110 words a minute, 2.0 twice as fast.
    """
    return _fits(clip, pace, expected_seconds(phrase))


def _fits(clip: Clip, pace: float, expected_s: float) -> bool:
    calm_s = clip.frames / clip.rate * pace
    return _SHORTEST * expected_s <= calm_s <= max(_LONGEST * expected_s, _NEVER_TOO_LONG_S)


def _verdict(raw: Clip, phrase: str, pace: float, expected_s: float) -> Clip | _Fault:
    """Return the take, trimmed; or the first fault that is found in it.

    Args:
        raw: The take.
        phrase: What should be heard in it.
        pace: The voice's speed.
        expected_s: How long the phrase takes at a pace of 1.
    """
    if not np.isfinite(raw.samples).all():
        return _Fault(Message("the take has samples that are not numbers"))
    try:
        clip = trimmed(raw)
    except AudioError:
        return _Fault(Message("no sound came; perhaps there is nothing to say in it"), hint="")
    if not _fits(clip, pace, expected_s):
        return _Fault(
            Message(
                "the take lasts {length_s:.1f} s, which does not fit the text (about {expected_s:.1f} s)",
                length_s=clip.frames / clip.rate,
                expected_s=expected_s / pace,
            ),
            hint=Message("Write unusual signs, addresses and foreign scripts as they should be spoken."),
        )
    gap_s = _longest_gap_s(clip)
    if gap_s * min(pace, 1.0) > (_GAP_AT_A_SIGN_S if _SIGN_INSIDE.search(phrase) else _GAP_S):
        return _Fault(Message("the take falls silent for {gap_s:.1f} s in the middle", gap_s=gap_s))
    if _flat_tops(clip) > _AUDIBLE_TOPS_PER_S * clip.frames / clip.rate:
        return _Fault(
            Message("the take is clipped"),
            hint=Message("Make the engine softer; stem sets the level itself."),
        )
    return _cut_end(raw) or clip


def _longest_gap_s(clip: Clip) -> float:
    """Return the longest silence between two sounds of a trimmed clip, in seconds."""
    levels = _levels(clip)
    loud = np.flatnonzero(levels > levels.max() * units.gain(_SILENT_DB))
    return float(np.diff(loud).max(initial=1) - 1) * _WINDOW_S


def _flat_tops(clip: Clip) -> int:
    """Return how often a clip stays at full scale for three samples or more.

    No honest wave does: beside the top of a full-scale tone of 100 Hz the samples are lower by 2.8 steps of
    16 bits at 48,000 Hz, and beside that of a higher tone or at a lower rate by more. What was clipped before
    it was resampled or compressed goes unseen.
    """
    samples = clip.samples
    flat = (np.abs(samples[1:]) >= _FULL_SCALE) & (np.abs(np.diff(samples, axis=0)) <= _STEP)
    runs = np.logical_and.reduce(
        [flat[skip : len(flat) - _FLAT_SAMPLES + 2 + skip] for skip in range(_FLAT_SAMPLES - 1)]
    )
    return int(np.count_nonzero(np.diff(runs.astype(np.int8), axis=0, prepend=0) == 1))


def _cut_end(raw: Clip) -> _Fault | None:
    """Return a fault when an untrimmed take starts or ends in full sound."""
    loudest = float(_levels(raw).max())
    start = raw.samples[: units.frames(_START_S, raw.rate)]
    end = raw.samples[-units.frames(_END_S, raw.rate) :]
    if _level(start) > loudest * units.gain(_LOUD_START_DB):
        return _Fault(
            Message("the take starts in the middle of a sound, so its first syllable may be missing")
        )
    if _level(end) > loudest * units.gain(_LOUD_END_DB):
        return _Fault(Message("the take stops in the middle of a sound, so its last syllable may be missing"))
    return None


def _levels(clip: Clip) -> NDArray[np.float64]:
    """Return the level (root mean square) of every 10 ms."""
    window = units.frames(_WINDOW_S, clip.rate)
    whole = np.pad(clip.samples, ((0, -clip.frames % window), (0, 0)))
    squares = np.square(whole.reshape(-1, window * whole.shape[1]), dtype=np.float64)
    levels: NDArray[np.float64] = np.sqrt(squares.mean(axis=1))
    return levels


def _level(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
