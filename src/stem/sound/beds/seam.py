"""Where the end of a sound meets its start best, and how the two are joined so that nobody hears it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.clips import Samples

CROSSFADE_S = 2.0
"""Seconds in which the end fades into the start; a quarter of a sound that is shorter than eight seconds."""
SEARCH_S = 12.0
"""Seconds at the end in which the best place is looked for; at most an eighth of the sound."""

_STEP_S = 0.1
_BANDS_HZ = np.geomspace(60.0, 12_000.0, 17)
_WINDOW = 4096
_ALIKE_DB = 12.0
"""A difference of this much in every band weighs as much as waves that have nothing in common."""
_LATE_DB = 0.5
"""The earliest place counts as this much worse than the last: what is cut off is not heard."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Joint:
    """Where a sound is joined.

    Attributes:
        end: The frame that its first frame is laid over: the length of the loop.
        fade: The frames for which both are heard.
        likeness: How alike the waves are there: 1 for the same, 0 for strangers.
    """

    end: int
    fade: int
    likeness: float


def searched_frames(frames: int) -> tuple[int, int]:
    """Return how many frames at the start and at the end of a sound `best_joint` wants to hear."""
    fade = min(units.frames(CROSSFADE_S), frames // 4)
    return fade, min(units.frames(SEARCH_S), frames // 8) + fade


def best_joint(start: Samples, ending: Samples, frames: int) -> Joint:
    """Find the place near the end of a sound that is most like its start: in wave, colour and level.

    Where the waves are alike (tones in phase), nothing beats while both are heard; where they cannot be
    (noise), colour and level decide.

    Args:
        start: The first frames of the sound, as many as `searched_frames` tells, shape (frames, 2).
        ending: Its last ones, likewise.
        frames: The length of the sound.
    """
    fade, search = len(start), len(ending) - len(start)
    alike = _likeness(start, ending)
    step = units.frames(_STEP_S)
    places = np.arange(0, search + 1, step)
    wanted = _colour(start)
    apart = np.array([np.abs(_colour(ending[at : at + fade]) - wanted).mean() for at in places])
    unlike_db = np.interp(np.arange(search + 1), places, apart) + np.linspace(_LATE_DB, 0.0, search + 1)
    best = int(np.argmax(alike - unlike_db / _ALIKE_DB))
    return Joint(frames - fade - search + best, fade, float(np.clip(alike[best], 0.0, 1.0)))


def crossfaded(start: Samples, ending: Samples, likeness: float) -> Samples:
    """Return what is heard where an ending gives way to a start, both of shape (frames, 2).

    The power stays the same all along: strangers add in power, what is alike adds in amplitude.
    """
    angle = (np.arange(len(start)) + 0.5) * (np.pi / 2 / len(start))
    level = 1 / np.sqrt(1 + likeness * np.sin(2 * angle))
    rise, fall = ((level * part).astype(np.float32)[:, np.newaxis] for part in (np.sin(angle), np.cos(angle)))
    joined: Samples = start * rise + ending * fall
    return joined


def _likeness(start: Samples, ending: Samples) -> _Floats:
    """Return the correlation of the start with every stretch of the ending that is as long as it, -1 to 1."""
    count = len(ending) - len(start) + 1
    size = 1 << (len(ending) + len(start)).bit_length()
    products = np.zeros(count)
    for one, other in zip(start.T, ending.T, strict=True):
        spectrum = np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size))
        products += np.fft.irfft(spectrum, size)[:count]
    powers = np.concatenate([[0.0], np.cumsum(np.square(ending, dtype=np.float64).sum(axis=1))])
    stretches = powers[len(start) :] - powers[: len(powers) - len(start)]
    both = np.sqrt(np.maximum(stretches, 0.0) * _power(start))
    return np.asarray(products / np.maximum(both, 1e-12 * max(float(both.max()), 1e-30)))


def _power(sound: Samples) -> float:
    """Return the sum of all squares."""
    return float(np.square(sound, dtype=np.float64).sum())


def _colour(sound: Samples) -> _Floats:
    """Return the level in each band in dB."""
    middle = sound.sum(axis=1, dtype=np.float64)
    window = min(_WINDOW, len(middle))
    whole = middle[: len(middle) // window * window].reshape(-1, window) * np.hanning(window)
    power = np.square(np.abs(np.fft.rfft(whole))).mean(axis=0)
    edges = np.searchsorted(np.fft.rfftfreq(window, 1 / units.SAMPLE_RATE), _BANDS_HZ)
    bands = np.array([power[low : max(high, low + 1)].mean() for low, high in pairwise(edges)])
    # What lies 60 dB under the strongest band is not heard beside it, so that its level says nothing.
    return np.asarray(10 * np.log10(np.maximum(bands, 1e-6 * bands.max() + 1e-30)))
