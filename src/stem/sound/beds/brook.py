"""A brook: thousands of bubbles, each a small bell, over the rush of the water.

A bubble of radius r metres rings at 3 / r hertz, dies away at 0.13 / r + 0.0072 r ** -1.5 a second, and rises
in pitch on its way up (K. van den Doel, Physically based models for liquid sounds, ACM TAP 2, 2005).
"""

from __future__ import annotations

import numpy as np

from stem.sound.beds.grains import moments, ping, scatter
from stem.sound.beds.noise import STEP_FRAMES, Curve, speech_dip, wander
from stem.sound.beds.weather import fill_with_hiss
from stem.sound.clips import Samples

_KINDS = 400
_TOGETHER, _WITHIN_FRAMES = 4, 882
"""A splash is this many bubbles, that begin within 20 ms: so bands move together, as those of a river do."""

_BRIGHT = 0.35
"""How much stronger small bubbles are, as a power of their pitch."""

_RISE = 0.1
"""How much of its pitch a bubble gains while it falls to 1/e; more sounds like a tap."""

_FAR_ENDS_HZ = 4000.0
"""Over this the brook nearby is all that is heard."""

_ONSET_S, _ONSET_TURNS = 0.003, 6.0
"""How long a bubble takes to grow, and in how many turns a small one does so sooner."""


def fill_with_near_brook(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with water that babbles over stones nearby."""
    fill_with_hiss(rng, out, db_per_octave=-4.0, low=450.0, high=8000.0, dbfs=-38.5, unrest_db=0.8)
    _babble(rng, out, a_second=110.0, low=450.0, high=9000.0, decibels=-30.4, width=0.8)


def fill_with_far_brook(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with a deeper place a little downstream."""
    fill_with_hiss(
        rng, out, db_per_octave=-3.0, low=300.0, high=1500.0, ends=_FAR_ENDS_HZ, dbfs=-42.0, unrest_db=1.0
    )
    _babble(rng, out, a_second=25.0, low=350.0, high=900.0, decibels=-36.0, width=0.4)


def _babble(
    rng: np.random.Generator,
    out: Samples,
    *,
    a_second: float,
    low: float,
    high: float,
    decibels: float,
    width: float,
) -> None:
    """Add splashes of bubbles between two frequencies, that come now thicker and now thinner."""
    bubbles = _bubbles(rng, low, high)
    splashes = [_splash(rng, bubbles) for _ in range(_KINDS)]
    starts = moments(rng, len(out), a_second, wander(rng, len(out) // STEP_FRAMES, 0.8, 0.1, 3.0))
    strengths = 10 ** ((decibels + rng.uniform(-9.0, 6.0, len(starts))) / 20)
    scatter(rng, out, splashes, starts, strengths, width=width)


def _splash(rng: np.random.Generator, bubbles: list[Curve]) -> Curve:
    """Return some bubbles that come up nearly at once."""
    taken = [bubbles[number] for number in rng.integers(0, len(bubbles), _TOGETHER)]
    starts = rng.integers(0, _WITHIN_FRAMES, _TOGETHER)
    splash = np.zeros(_WITHIN_FRAMES + max(map(len, taken)), np.float32)
    for start, bubble in zip(starts.tolist(), taken, strict=True):
        splash[start : start + len(bubble)] += bubble
    return splash


def _bubbles(rng: np.random.Generator, low: float, high: float) -> list[Curve]:
    """Return as many bubbles as there are splashes, each taken by some of these."""
    octaves = (np.arange(_KINDS) + rng.random(_KINDS)) / _KINDS * np.log2(high / low)
    hertz = low * np.exp2(octaves)
    radius_m = 3.0 / hertz
    decays_s = 1 / (0.13 / radius_m + 0.0072 * radius_m**-1.5)
    rooms = speech_dip(hertz.astype(np.float32)) * (hertz / 1000.0).astype(np.float32) ** np.float32(_BRIGHT)
    onsets_s = np.minimum(_ONSET_S, _ONSET_TURNS / hertz)
    rises = _RISE * rng.random(_KINDS)
    each = zip(hertz.tolist(), decays_s.tolist(), onsets_s.tolist(), rises.tolist(), rooms, strict=True)
    return [ping(pitch, decay_s, onset_s, rise=rise) * room for pitch, decay_s, onset_s, rise, room in each]
