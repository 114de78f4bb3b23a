"""Singing bowls, struck and rubbed: pairs of modes that beat, each with its own decay."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.bed import blocks_of, let_go
from stem.sound.beds.grains import lay
from stem.sound.beds.modes import ring
from stem.sound.beds.noise import STEP_FRAMES, gain_curve, slow_noise
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_RATIOS = ((0.996, 1.004), (2.979, 2.993), (5.704, 5.710), (8.998, 9.015), (12.81, 12.83))
"""Frequencies of a bowl's modes, by pairs, over its nominal one (Tibetan bowl of the Synthesis ToolKit)."""

_DECAYS = (1.0, 0.45, 0.22, 0.13, 0.08)
"""T60 of each pair over that of the lowest."""

_SECOND_OF_A_PAIR = 0.45
"""Its amplitude beside the first: the beat goes 8 dB up and down."""

_T60_S = 30.0
STROKE_FRAMES = units.frames(1.5 * _T60_S)
"""The length of a stroke: until the lowest pair lies 90 dB under its start."""

_ONSET_S = 0.025
"""How soon a soft mallet lets the lowest mode grow; higher ones come sooner."""

_BED_STRENGTHS = (1.0, 0.3, 0.07, 0.015, 0.004)
"""Bowls in a bed are struck with felt."""

_LOW_BOWLS_HZ = (132.0, 176.0, 198.0)
_HIGH_BOWLS_HZ = (264.0, 297.0, 352.0)
"""Just fourths and fifths on 132 Hz: whichever two ring together, they agree."""


def fill_with_low_bowls(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with low bowls struck every ten seconds over a quiet rubbed one."""
    _strike(rng, out, _LOW_BOWLS_HZ, apart_s=10.0, decibels=-14.0)
    for hertz in (_LOW_BOWLS_HZ[0], _LOW_BOWLS_HZ[-1]):
        _rub(rng, out, hertz, decibels=-23.0)


def fill_with_high_bowls(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with smaller bowls, farther away, struck every twelve seconds."""
    _strike(rng, out, _HIGH_BOWLS_HZ, apart_s=12.0, decibels=-21.0)


def _strike(
    rng: np.random.Generator, out: Samples, bowls_hz: tuple[float, ...], *, apart_s: float, decibels: float
) -> None:
    """Add strokes to `out` about every `apart_s` seconds; what rings past its end comes in at its start."""
    count = round(len(out) / SAMPLE_RATE / apart_s)
    apart = len(out) / count
    places = np.linspace(-0.4, 0.4, len(bowls_hz))
    # Steps of one or two round three bowls: never the same twice, which would sound like a clock.
    order = np.cumsum(rng.integers(1, len(bowls_hz), count)) % len(bowls_hz)
    for index, bowl in enumerate(order):
        stroke = stroke_on(rng, bowls_hz[bowl], _BED_STRENGTHS, places[bowl])
        stroke *= np.float32(units.gain(decibels + rng.uniform(-4.0, 0.0)))
        lay(out, int((index + rng.uniform(-0.3, 0.3)) * apart) % len(out), stroke)
        let_go(out)


def _rub(rng: np.random.Generator, out: Samples, hertz: float, *, decibels: float) -> None:
    """Add a rubbed bowl to `out`: its lowest pair, on whole periods of the loop, coming and going."""
    periods = np.round(hertz * np.array(_RATIOS[0]) * len(out) / SAMPLE_RATE)
    phases = np.exp(2j * np.pi * rng.random(2))
    strengths: NDArray[np.complex128] = np.array([1.0, _SECOND_OF_A_PAIR]) * phases
    rates = (2j * np.pi / len(out) * periods).astype(np.complex128)
    let_go(out)
    tone = ring(len(out), rates, np.stack((strengths, strengths), axis=1))
    swell = 0.7 + 0.2 * slow_noise(rng, len(out) // STEP_FRAMES, 0.01, 0.06)
    tone *= gain_curve(np.maximum(swell, 0.3) * units.gain(decibels))[:, np.newaxis]
    for place, block in blocks_of(out):
        block[:] += tone[place]


def stroke_on(rng: np.random.Generator, hertz: float, strengths: tuple[float, ...], place: float) -> Samples:
    """Return one stroke on a bowl, shape (STROKE_FRAMES, 2); the peak is about 1.

    Args:
        rng: Varies strengths and phases.
        hertz: The bowl's nominal frequency.
        strengths: Amplitude of each pair of modes.
        place: From -1, left, to 1, right.
    """
    rates, amplitudes = [], []
    for ratios, decay, strength in zip(_RATIOS, _DECAYS, strengths, strict=True):
        # The two of a pair lie a little to the left and right of the bowl, so that the beat sways.
        for ratio, share, sway in zip(
            ratios, (1.0, _SECOND_OF_A_PAIR), rng.permuted([-0.2, 0.2]), strict=True
        ):
            turn = 2j * np.pi * hertz * ratio / SAMPLE_RATE
            fall = math.log(1000.0) / (_T60_S * decay * SAMPLE_RATE)
            onset = math.sqrt(ratio) / (_ONSET_S * SAMPLE_RATE)
            amplitude = 0.6 * strength * share * rng.uniform(0.9, 1.1) * np.exp(2j * np.pi * rng.random())
            ears = amplitude * np.sqrt([1 - place - sway, 1 + place + sway])
            # A mode less a copy of itself that is soon gone grows from nothing.
            rates += [turn - fall, turn - fall - onset]
            amplitudes += [ears, -ears]
    return ring(STROKE_FRAMES, np.array(rates), np.array(amplitudes))
