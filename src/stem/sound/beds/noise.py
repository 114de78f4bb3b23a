"""Noise as an exact loop: random phases under an exact spectrum, of the same colour for every seed."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.cores import cores
from stem.progress import in_order
from stem.sound.beds.bed import let_go
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

Curve: TypeAlias = NDArray[np.float32]
"""One number for each frequency of a transform, or for each frame."""

Spectrum: TypeAlias = NDArray[np.complex64]

STEP_FRAMES = 441
"""Frames between two values of a slow gain: 10 ms, a divisor of every whole number of seconds."""

MONO_BELOW_HZ = 120.0

Alike: TypeAlias = tuple[tuple[float, float], ...]
"""How much the ears hear the same, from 240 Hz on: frequencies in hertz, and the correlation of the channels
there. What differs goes straight from one to the next."""

WIDE: Alike = ((1000.0, 0.28),)
"""Wide, and safe in mono."""

_BINS_AT_ONCE = 1 << 13
"""Of a spectrum: as much as a processor holds near itself."""

_STEPS_AT_ONCE = 200
"""Of a loop: a multiple of four."""

_PHASES = 1 << 16
"""All phases that there are."""

_AT_ONCE = 2
"""Transforms at the same time: each takes 20 MB."""

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
    noise.add_to(out, colour, np.full(len(out) // STEP_FRAMES, units.gain(dbfs)))


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """A stereo noise of which any part of the spectrum can be taken; the parts add up.

    Attributes:
        frames: The length of the loop, a multiple of four.
        middle: Random phases of what the channels share, each the number of one of `_phases`.
        side: Those of what they have with opposite signs.
        alike: How much the channels are the same.
    """

    frames: int
    middle: NDArray[np.uint16]
    side: NDArray[np.uint16]
    alike: Alike = WIDE

    @classmethod
    def random(cls, rng: np.random.Generator, frames: int, alike: Alike = WIDE) -> Noise:
        """Return a noise of `frames` frames."""
        bins = frames // 2 + 1
        middle, side = (rng.integers(_PHASES, size=bins, dtype=np.uint16) for _ in range(2))
        return cls(frames, middle, side, alike)

    @property
    def hertz(self) -> Curve:
        """The frequencies of its transform; the first is tiny instead of 0."""
        return self._lowest(len(self.middle))

    def under(self, hertz: float) -> Curve:
        """Return the frequencies of the transform under a limit."""
        return self._lowest(min(math.ceil(hertz * self.frames / SAMPLE_RATE), len(self.middle)))

    def within(self, colour: Curve, low: float, high: float) -> Curve:
        """Return a colour inside a band; see `band`."""
        hertz = self.under(high)
        return band(hertz, low, high) * colour[: len(hertz)]

    def _lowest(self, bins: int) -> Curve:
        hertz = np.arange(bins, dtype=np.float32)
        hertz *= np.float32(SAMPLE_RATE / self.frames)
        hertz[0] = np.float32(1e-3)
        return hertz

    def add_to(self, out: Samples, magnitude: Curve, gains: NDArray[np.float64]) -> None:
        """Add this noise under the spectrum `magnitude` to `out`, shape (frames, 2).

        Up to 120 Hz the channels are the same; from 240 Hz, as much as `alike` tells.

        Args:
            out: The loop.
            magnitude: For each frequency; only its shape counts, and where it ends, the noise does.
            gains: The RMS at every step round the loop, shape (steps,), or (2, steps) when the ears differ.
        """
        for channel, ear in enumerate(np.broadcast_to(gains, (2, gains.shape[-1]))):
            self._add_to_ear(out, channel, magnitude, ear)

    def spectrum(self, magnitude: Curve, channel: int) -> Spectrum:
        """Return the spectrum of a channel (0 left, 1 right), up to where `magnitude` ends."""
        spectrum = np.empty(len(magnitude), np.complex64)
        for start in range(0, len(magnitude), _BINS_AT_ONCE):
            stop = min(start + _BINS_AT_ONCE, len(magnitude))
            spectrum[start:stop] = self._bins(magnitude, channel, start, stop)
        return spectrum

    def _add_to_ear(self, out: Samples, channel: int, magnitude: Curve, gains: NDArray[np.float64]) -> None:
        """Add a channel of this noise to that of the loop; see `add_to`.

        A transform of all frames takes three times as much memory as they. So it is taken in four: of every
        fourth frame (decimation in frequency, radix 4).
        """
        # Parseval: the RMS of a wave is known from its spectrum, of which only the positive half is given.
        power = 2 * np.square(magnitude[1:-1]).sum(dtype=np.float64) / self.frames**2
        steps = (gains / (4 * math.sqrt(power))).astype(np.float32)
        following, at_once = np.roll(steps, -1), min(cores(), _AT_ONCE)
        spectra = self._fourths(magnitude, channel)
        let_go(out)
        # None is held here: each makes room for its wave.
        waves = list(in_order(self._wave, (spectra.pop(0) for _ in range(4)), at_once))

        def add(start: int) -> None:
            stop = min(start + _STEPS_AT_ONCE, len(steps))
            part = out[start * STEP_FRAMES : stop * STEP_FRAMES]
            inside = slice(start * STEP_FRAMES // 4, stop * STEP_FRAMES // 4)
            sound = np.stack([wave[inside] for wave in waves], axis=1).reshape(-1)
            sound *= _lines(steps[start:stop], following[start:stop])
            part[:, channel] += sound
            let_go(part)

        deque(in_order(add, range(0, len(steps), _STEPS_AT_ONCE), at_once), 0)

    def _wave(self, spectrum: Spectrum) -> Curve:
        return np.fft.irfft(spectrum, self.frames // 4).astype(np.float32, copy=False)

    def _fourths(self, magnitude: Curve, channel: int) -> list[Spectrum]:
        """Return the spectra of every fourth frame, from the first, second, third and fourth one on."""
        quarter = self.frames // 4
        spectra: list[Spectrum] = [np.zeros(quarter // 2 + 1, np.complex64) for _ in range(4)]
        turns = np.exp(np.arange(_BINS_AT_ONCE) * (2j * np.pi / self.frames))

        def add(start: int) -> None:
            stop = min(start + _BINS_AT_ONCE, len(spectra[0]))
            one = self._bins(magnitude, channel, start, stop)
            two = self._bins(magnitude, channel, quarter + start, quarter + stop)
            # The upper half of the whole spectrum is the lower one's mirror image.
            three, four = (
                np.conj(self._bins(magnitude, channel, end - stop + 1, end - start + 1)[::-1])
                for end in (2 * quarter, quarter)
            )
            turn = turns[: stop - start] * np.exp(start * (2j * np.pi / self.frames))
            turn = turn.astype(np.complex64)
            even, odd, plus, minus = one + three, two + four, one - three, (two - four) * np.complex64(1j)
            now = np.ones(1, np.complex64)
            sums = (even + odd, plus + minus, even - odd, plus - minus)
            for spectrum, four_of in zip(spectra, sums, strict=True):
                spectrum[start:stop] = four_of * now
                now = now * turn

        starts = range(0, min(len(spectra[0]), len(magnitude)), _BINS_AT_ONCE)
        deque(in_order(add, starts, min(cores(), _AT_ONCE)), 0)
        return spectra

    def _bins(self, magnitude: Curve, channel: int, start: int, stop: int) -> Spectrum:
        """Return a part of the spectrum of a channel (0 left, 1 right)."""
        bins: Spectrum = np.zeros(stop - start, np.complex64)
        stop = min(stop, len(magnitude))
        if stop <= start:
            return bins
        part, there = slice(start, stop), bins[: stop - start]
        side = self._side(start, stop)
        near = np.arange(start, min(stop, 2 * MONO_BELOW_HZ * self.frames / SAMPLE_RATE), dtype=np.float32)
        octaves = np.log2(np.maximum(near, 1) * np.float32(SAMPLE_RATE / self.frames / MONO_BELOW_HZ))
        side[: len(near)] *= half_cosine(octaves)
        np.multiply(_phases().take(self.middle[part]), np.sqrt(1 - np.square(side)), out=there)
        there += _phases().take(self.side[part]) * (-side if channel else side)
        there *= magnitude[part]
        if start == 0:
            there[0] = 0
        if stop == len(self.middle):
            there[-1] = 0
        return bins

    def _side(self, start: int, stop: int) -> Curve:
        """Return the amplitude of what differs between the ears, of a whole of 1, for some bins."""
        hertz, alike = np.transpose(self.alike)
        # What the ears share has the power 1 - side ** 2, and their correlation is that less side ** 2.
        sides = np.sqrt((1 - alike) / 2)
        if len(sides) == 1:
            return np.full(stop - start, sides[0], np.float32)
        side = np.interp(np.arange(start, stop), hertz * self.frames / SAMPLE_RATE, sides)
        return np.asarray(side, np.float32)


@cache
def _phases() -> Spectrum:
    phases: Spectrum = np.exp(np.arange(_PHASES) * (2j * np.pi / _PHASES)).astype(np.complex64)
    return phases


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
    steps = gains.astype(np.float32)
    return _lines(steps, np.roll(steps, -1))


def _lines(steps: Curve, following: Curve) -> Curve:
    """Return straight lines from each step to the one that follows it."""
    ramp = np.arange(STEP_FRAMES, dtype=np.float32) / np.float32(STEP_FRAMES)
    curve = (following - steps)[:, np.newaxis] * ramp
    curve += steps[:, np.newaxis]
    return curve.reshape(-1)
