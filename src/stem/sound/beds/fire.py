"""A fire in the hearth: the breath of the flames, and crackles a few metres away."""

from __future__ import annotations

import numpy as np

from stem import units
from stem.sound.beds.bands import add_bands, hiss
from stem.sound.beds.grains import moments, ping, scatter
from stem.sound.beds.noise import STEP_FRAMES, Curve, Noise, cut, slope, speech_dip, wander
from stem.sound.clips import Samples

_KINDS = 200

_FLAMES_END_HZ, _EMBERS_END_HZ = 4000.0, 1300.0
"""Over this they are 45 dB under what they have at most, and steam is heard."""


def fill_with_flames(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with flames that flutter, and the crackles of small wood."""
    steps = len(out) // STEP_FRAMES
    noise = Noise.random(rng, len(out))
    flutter = wander(rng, steps, 1.82, 1.5, 9.0) * wander(rng, steps, 1.08, 0.05, 0.85)
    # Steam goes its own way too.
    louder = flutter * wander(rng, steps, 1.5, 0.5, 20.0)
    noise.add_to(out, hiss(noise, 1.5, 2500.0, 14_000.0), louder * units.gain(-40.8))
    body = hiss(noise, -9.0, 120.0, 7000.0, _FLAMES_END_HZ)
    add_bands(noise, out, [(body, flutter * units.gain(-28.0))])
    _crackle(rng, out, a_second=12.0, decibels=-29.7, spread_db=8.0)


def fill_with_embers(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with embers: darker, and now and then a log settles."""
    steps = len(out) // STEP_FRAMES
    noise = Noise.random(rng, len(out))
    hertz = noise.under(_EMBERS_END_HZ)
    colour = slope(hertz, -6.0) * cut(hertz, 65.0, 200.0)
    add_bands(noise, out, [(colour, wander(rng, steps, 1.5, 0.5, 5.0) * units.gain(-34.0))])
    _crackle(rng, out, a_second=1.5, decibels=-31.0, spread_db=9.0)
    settling = [ping(hertz, 0.03, 0.006) for hertz in rng.uniform(140.0, 320.0, 20)]
    starts = moments(rng, len(out), 0.25)
    scatter(rng, out, settling, starts, 10 ** (rng.uniform(-32.0, -22.0, len(starts)) / 20), width=0.3)


def _crackle(
    rng: np.random.Generator, out: Samples, *, a_second: float, decibels: float, spread_db: float
) -> None:
    """Add crackles in bursts: many are hardly heard, few are near."""
    crackles = [_crackle_of(rng) for _ in range(_KINDS)]
    starts = moments(rng, len(out), a_second, wander(rng, len(out) // STEP_FRAMES, 5.0, 0.1, 2.0))
    strengths = 10 ** ((decibels + spread_db * np.minimum(rng.exponential(0.7, len(starts)), 1.25)) / 20)
    scatter(rng, out, crackles, starts, strengths, width=0.5)


def _crackle_of(rng: np.random.Generator) -> Curve:
    """Return a snap of wood, two or three tones that are gone at once; the air has taken its edge."""
    hertz = np.exp(rng.uniform(np.log(1000.0), np.log(14_000.0), 3))
    parts = [
        ping(float(one), rng.uniform(0.0015, 0.006), 0.0004, phase=rng.uniform(0, 2 * np.pi)) for one in hertz
    ]
    snap = np.zeros(max(map(len, parts)), np.float32)
    for one, part in zip(hertz, parts, strict=True):
        room = float(speech_dip(np.array([one], np.float32))[0])
        snap[: len(part)] += part * np.float32(0.6 * room * (one / 1000.0) ** -0.2)
    return snap
