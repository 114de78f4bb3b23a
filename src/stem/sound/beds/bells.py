"""Bells that say that something begins or ends: a singing bowl, tingsha, a gong.

Each is made by its modes and rings until nothing is left of it: it is never cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from stem import units
from stem.errors import UnknownNameError
from stem.sound.beds.bowls import STROKE_FRAMES, stroke_on
from stem.sound.beds.modes import ring
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_PEAK = 0.5
_FADE_S = 1.0
"""The last of a bell, more than 70 dB under the strike, fades to zero."""

_BOWL_HZ = 196.0
_BOWL_STRENGTHS = (1.0, 0.5, 0.2, 0.06, 0.02)
"""By pair of modes: struck with leather, to be heard on a telephone too."""

_TINGSHA_HZ = (2480.0, 2486.5)
"""Two small cymbals that are never quite equal: together they shimmer, six to seven times a second."""

_PLATE_RATIOS = (1.0, 1.73, 2.33, 3.91)
"""Modes (2,0), (0,1), (3,0) and (1,1) of a round plate with a free edge, for Poisson's ratio 0.33."""

_TINGSHA_STRENGTHS = (1.0, 0.22, 0.1, 0.03)
_TINGSHA_T60_S = (10.0, 6.0, 4.0, 2.5)
_TINGSHA_ONSET_S = 0.002

_GONG_HZ = 68.0
_GONG_MODES = 48
_GONG_APART = 0.62
"""Modes of a plate lie evenly over the frequencies: of the gong, this far apart in units of the lowest."""

_GONG_T60_S = 22.0
_GONG_SOFTEST_ONSET_S, _GONG_LAST_ONSET_S = 0.03, 0.6
"""The mallet wakes the low modes; these wake the high ones, in half a second: the shimmer that rises."""

Stroke: TypeAlias = Callable[[np.random.Generator], Samples]


@dataclass(frozen=True, slots=True)
class BellRecipe:
    """How a bell is made.

    Attributes:
        summary: One line in Dutch for who chooses a bell.
        frames: How long it rings.
        stroke: Returns a stroke of that length, of any level, shape (frames, 2).
    """

    summary: str
    frames: int
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class _Mode:
    """One way in which a struck body swings.

    Attributes:
        hertz: How fast.
        t60_s: The time in which it falls by 60 dB.
        onset_s: How soon it has grown to 1 - 1/e of its strength: a soft mallet gives a slow onset.
        left: Amplitude in the left ear, and its phase, as a complex number.
        right: The same in the right ear.
    """

    hertz: float
    t60_s: float
    onset_s: float
    left: complex
    right: complex


def _bowl(rng: np.random.Generator) -> Samples:
    return stroke_on(rng, _BOWL_HZ, _BOWL_STRENGTHS, place=0.0)


def _tingsha(rng: np.random.Generator) -> Samples:
    modes = []
    for hertz, place in zip(_TINGSHA_HZ, (-0.4, 0.4), strict=True):
        for ratio, strength, t60_s in zip(_PLATE_RATIOS, _TINGSHA_STRENGTHS, _TINGSHA_T60_S, strict=True):
            left, right = strength * _chance(rng) * np.sqrt([1 - place, 1 + place])
            modes.append(_Mode(hertz * ratio, t60_s, _TINGSHA_ONSET_S, complex(left), complex(right)))
    return _struck(modes, BELLS["tingsha"].frames)


def _gong(rng: np.random.Generator) -> Samples:
    modes = []
    for number in range(_GONG_MODES):
        ratio = 1 + _GONG_APART * (number + (rng.uniform(-0.3, 0.3) if number else 0.0))
        height = number / (_GONG_MODES - 1)
        onset_s = _GONG_SOFTEST_ONSET_S + (_GONG_LAST_ONSET_S - _GONG_SOFTEST_ONSET_S) * height
        place = 0.6 * height * rng.uniform(-1.0, 1.0)  # low modes have no direction
        left, right = ratio**-0.8 * _chance(rng) * np.sqrt([1 - place, 1 + place])
        t60_s = _GONG_T60_S * ratio**-0.45
        modes.append(_Mode(_GONG_HZ * ratio, t60_s, onset_s, complex(left), complex(right)))
    return _struck(modes, BELLS["gong"].frames)


def _struck(modes: list[_Mode], frames: int) -> Samples:
    """Return what `frames` frames of a stroke sound like, shape (frames, 2)."""
    rates, strengths = [], []
    for mode in modes:
        turn = 2j * np.pi * mode.hertz / SAMPLE_RATE
        fall = math.log(1000.0) / (mode.t60_s * SAMPLE_RATE)
        onset = 1 / (mode.onset_s * SAMPLE_RATE)
        ears = np.array([mode.left, mode.right])
        # A mode less a copy of itself that is soon gone grows from nothing.
        rates += [turn - fall, turn - fall - onset]
        strengths += [ears, -ears]
    return ring(frames, np.array(rates), np.array(strengths))


def _chance(rng: np.random.Generator) -> complex:
    """Return a strength of about 1 and any phase: no two strokes are the same."""
    return complex(rng.uniform(0.9, 1.1) * np.exp(2j * np.pi * rng.random()))


BELLS: dict[str, BellRecipe] = {
    "klankschaal": BellRecipe("Een klankschaal: warm, klinkt 45 seconden na", STROKE_FRAMES, _bowl),
    "tingsha": BellRecipe("Tingsha: twee kleine bekkens, hoog en helder", units.frames(13.0), _tingsha),
    "gong": BellRecipe("Een gong: diep, met een glans die opkomt", units.frames(30.0), _gong),
}
"""Every bell by its name."""

BELL_FRAMES = BELLS["klankschaal"].frames
"""The length of the bell that rings when none was chosen."""


def bell_frames(kind: str) -> int:
    """Return how long the bell `kind` rings, in frames.

    Raises:
        UnknownNameError: when there is no such bell.
    """
    if kind not in BELLS:
        raise UnknownNameError("bell", kind, BELLS)
    return BELLS[kind].frames


def bell(kind: str = "klankschaal", seed: int = 0) -> Samples:
    """Return one soft stroke of a bell, shape (frames, 2), peak 0.5, until nothing is left of it.

    Its last second fades to zero where it lies more than 70 dB under the strike. The seed varies phases and
    strengths a little.

    Args:
        kind: A name in `BELLS`.
        seed: Any whole number.

    Raises:
        UnknownNameError: when there is no such bell.
    """
    frames = bell_frames(kind)
    stroke = BELLS[kind].stroke(np.random.default_rng(seed % 2**64))
    fade = units.frames(_FADE_S)
    stroke[frames - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, np.newaxis]
    stroke *= np.float32(_PEAK / np.abs(stroke).max())
    return stroke
