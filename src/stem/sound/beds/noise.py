"""Noise as an exact loop: random phases under an exact spectrum, of the same colour for every seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.cores import cores
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

Curve: TypeAlias = NDArray[np.float32]
"""One number for each frequency of a transform, or for each frame."""

Spectrum: TypeAlias = NDArray[np.complex64]

STEP_FRAMES = 441
"""Frames between two values of a slow gain: 10 ms, a divisor of every whole number of seconds."""

MONO_BELOW_HZ = 120.0
_SIDE = 0.6
"""Amplitude of what differs between the ears, of a whole of 1: a correlation of 1 - 2 * 0.36 = 0.28."""

_BINS_AT_ONCE = 1 << 16
"""Of a spectrum: as much as a processor holds near itself."""

_LOWEST_HZ = 25.0
"""What lies lower is not heard and costs headroom."""

BROWN_LOWEST_HZ = 45.0
"""The same where most of a sound would lie down there: few loudspeakers and no telephone give it."""

_DIP_HZ, _DIP_DB = 2200.0, -8.0
"""Clears the band in which speech is understood; one octave wide at half its depth."""


def fill_with_noise(
    rng: np.random.Generator,
    out: Samples,
    *,
    db_per_octave: float,
    dbfs: float,
    lowest_hz: float = _LOWEST_HZ,
) -> None:
    """Fill `out`, shape (frames, 2), with even noise of RMS `dbfs` that makes room for speech at 2.2 kHz."""
    noise = Noise.random(rng, len(out))
    colour = slope(noise.hertz, db_per_octave, lowest_hz) * speech_dip(noise.hertz)

    def fill(channel: int) -> None:
        out[:, channel] = noise.wave(colour, channel)

    in_each_ear(fill)
    out *= np.float32(units.gain(dbfs))


def in_each_ear(work: Callable[[int], None]) -> None:
    """Call `work` for the left (0) and the right (1) channel; at once, where there are cores for both.

    Nothing in it is left to chance: what the two draw would depend on which of them is first.
    """
    if cores() < 2:  # noqa: PLR2004 - two ears
        work(0)
        work(1)
        return
    with ThreadPoolExecutor(2, "ear") as pool:
        for _ in pool.map(work, (0, 1)):
            pass


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """A stereo noise of which any part of the spectrum can be taken; the parts add up.

    Attributes:
        frames: The length of the loop.
        hertz: The frequencies of its transform; the first is tiny instead of 0.
        middle: Random phases, of what the channels share.
        side: Random phases, of what they have with opposite signs.
    """

    frames: int
    hertz: Curve
    middle: Spectrum
    side: Spectrum

    @classmethod
    def random(cls, rng: np.random.Generator, frames: int) -> Noise:
        """Return a noise of `frames` frames."""
        hertz = np.arange(frames // 2 + 1, dtype=np.float32)
        hertz *= np.float32(SAMPLE_RATE / frames)
        hertz[0] = np.float32(1e-3)
        return cls(frames, hertz, _phases(rng, len(hertz)), _phases(rng, len(hertz)))

    def under(self, hertz: float) -> Curve:
        """Return the frequencies of the transform under a limit."""
        return self.hertz[: math.ceil(hertz * self.frames / SAMPLE_RATE)]

    def wave(self, magnitude: Curve, channel: int) -> Curve:
        """Return a channel (0 left, 1 right) of this noise under the spectrum `magnitude`, with an RMS of 1.

        Up to 120 Hz the channels are the same; from 240 Hz their correlation is 0.28: wide, and safe in mono.

        Args:
            magnitude: For each frequency; where it ends sooner, there is nothing above.
            channel: Which.
        """
        # Parseval: the RMS of a wave is known from its spectrum, of which only the positive half is given.
        power = 2 * np.square(magnitude[1:-1]).sum(dtype=np.float64) / self.frames**2
        loud = np.float32(math.sqrt(power))
        spectrum = np.empty(len(magnitude), np.complex64)
        for start in range(0, len(magnitude), _BINS_AT_ONCE):
            part = slice(start, start + _BINS_AT_ONCE)
            middle = magnitude[part] / loud
            octaves = np.log2(self.hertz[part][: len(middle)] / np.float32(MONO_BELOW_HZ))
            side = np.float32(_SIDE) * half_cosine(octaves)
            rest = np.sqrt(1 - np.square(side))
            side *= -middle if channel else middle
            middle *= rest
            np.multiply(self.side[part][: len(side)], side, out=spectrum[part])
            spectrum[part] += self.middle[part][: len(middle)] * middle
        return np.fft.irfft(spectrum, self.frames).astype(np.float32, copy=False)

    def add_to(self, out: Samples, magnitude: Curve, gains: NDArray[np.float64]) -> None:
        """Add this noise under the spectrum `magnitude` to `out`, shape (frames, 2).

        Args:
            out: The loop.
            magnitude: For each frequency; only its shape counts.
            gains: The RMS at every step round the loop, shape (steps,), or (2, steps) when the ears differ.
        """
        ears = np.broadcast_to(gains, (2, gains.shape[-1]))

        def add(channel: int) -> None:
            wave = self.wave(magnitude, channel)
            wave *= gain_curve(ears[channel])
            out[:, channel] += wave

        in_each_ear(add)


def _phases(rng: np.random.Generator, bins: int) -> Spectrum:
    """Return a spectrum of magnitude 1 and random phases; nothing at 0 Hz and at half the rate."""
    angles = rng.random(bins, dtype=np.float32)
    angles *= np.float32(2 * np.pi)
    spectrum = np.empty(bins, np.complex64)
    np.cos(angles, out=spectrum.real)
    np.sin(angles, out=spectrum.imag)
    spectrum[[0, -1]] = 0
    return spectrum


def half_cosine(rise: Curve) -> Curve:
    """Return 0 to 1 along half a cosine where `rise` goes from 0 to 1, and 0 or 1 outside."""
    quarter_sine: Curve = np.sin(np.clip(rise, 0, 1) * np.float32(np.pi / 2))
    return np.square(quarter_sine)


def band(hertz: Curve, low: float, high: float) -> Curve:
    """Return a magnitude of 1 with skirts of an octave, inside `low` and `high`, where it reaches 0.

    Two bands that share a skirt add up to 1 in power.
    """
    octaves = np.log2(hertz)
    rise = np.minimum(octaves - np.float32(math.log2(low)), np.float32(math.log2(high)) - octaves)
    return np.sqrt(half_cosine(rise))


def slope(hertz: Curve, db_per_octave: float, lowest_hz: float = _LOWEST_HZ) -> Curve:
    """Return a magnitude that changes by `db_per_octave`, 1 at 1 kHz, steeply less under `lowest_hz`."""
    exponent = db_per_octave / units.decibels(2.0)
    sloped: Curve = (hertz / np.float32(1000)) ** np.float32(exponent)
    sloped /= np.sqrt(1 + (np.float32(lowest_hz) / hertz) ** 8)
    return sloped


def speech_dip(hertz: Curve) -> Curve:
    """Return a magnitude of 1 that goes 8 dB down round 2.2 kHz, one octave wide at 4 dB."""
    octaves = np.log2(hertz / np.float32(_DIP_HZ))
    depth_db = np.float32(_DIP_DB) * np.exp2(-np.square(2 * octaves))
    dip: Curve = np.float32(10) ** (depth_db / 20)
    return dip


def cut(hertz: Curve, low: float, high: float) -> Curve:
    """Return a magnitude of 1 between two frequencies and -3 dB at them; outside it falls 12 dB/octave."""
    sides: Curve = np.sqrt((1 + (np.float32(low) / hertz) ** 4) * (1 + (hertz / np.float32(high)) ** 4))
    np.reciprocal(sides, out=sides)
    return sides


def slow_noise(
    rng: np.random.Generator, steps: int, slowest_hz: float, fastest_hz: float
) -> NDArray[np.float64]:
    """Return noise of RMS 1 between two frequencies: a value for every step of a loop of `steps` steps."""
    hertz = np.arange(steps // 2 + 1) * (SAMPLE_RATE / STEP_FRAMES / steps)
    within = (hertz >= slowest_hz) & (hertz <= fastest_hz)
    wave = np.fft.irfft(within * np.exp(2j * np.pi * rng.random(len(hertz))), steps)
    unit: NDArray[np.float64] = wave / math.sqrt(np.square(wave).mean())
    return unit


def wander(
    rng: np.random.Generator, steps: int, decibels: float, slowest_hz: float, fastest_hz: float
) -> NDArray[np.float64]:
    """Return a gain for every step of a loop that wanders by `decibels` (RMS) round 1, never twice as far."""
    unrest = 2 * np.tanh(slow_noise(rng, steps, slowest_hz, fastest_hz) / 2)
    gains: NDArray[np.float64] = 10 ** (decibels / 20 * unrest)
    return gains


def gain_curve(gains: NDArray[np.float64]) -> Curve:
    """Return a gain for every frame from one for every step: straight lines between, also round the loop."""
    steps = gains.astype(np.float32)[:, np.newaxis]
    ramp = np.arange(STEP_FRAMES, dtype=np.float32) / np.float32(STEP_FRAMES)
    curve = (np.roll(steps, -1) - steps) * ramp
    curve += steps
    return curve.ravel()
