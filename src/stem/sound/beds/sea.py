"""Surf: bands of one noise, each with its own share in every wave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.noise import STEP_FRAMES, Curve, Noise, band, gain_curve, slope, slow_noise
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_WATER_DB_PER_OCTAVE = -4.5
_SHORTEST_WAVE_S, _LONGEST_WAVE_S = 7.0, 12.0
_RISE = 0.35
"""The part of a wave in which it rises."""

_WAVES_IN_A_SET = 5
"""The sea comes in sets: a slow growing and shrinking of the waves, with chance on top."""


@dataclass(frozen=True, slots=True)
class _SeaBand:
    """What one band of frequencies does in a wave.

    Attributes:
        low: Hertz where the band begins.
        high: Hertz where it ends.
        dbfs: Its RMS at the top of a wave of strength 1.
        rest: Its share of that between the waves, as a factor of amplitude.
        late_s: How much later than the wave it swells.
        sharpness: 1 follows the wave; more keeps it to the wave's top.
        fizz: How unsteady it is from moment to moment, as a factor of amplitude.
    """

    low: float
    high: float
    dbfs: float
    rest: float
    late_s: float
    sharpness: float = 1.0
    fizz: float = 0.0


_NEAR_SURF = (
    _SeaBand(25, 240, dbfs=-23.0, rest=0.35, late_s=-0.7),
    _SeaBand(120, 960, dbfs=-20.0, rest=0.16, late_s=0.0),
    _SeaBand(480, 3840, dbfs=-21.5, rest=0.07, late_s=0.5, sharpness=1.5, fizz=0.08),
    _SeaBand(1920, 16000, dbfs=-28.5, rest=0.08, late_s=1.2, sharpness=1.3, fizz=0.15),
)
"""First the weight of the water, then the roar, the breaking, and the foam that runs out over the sand."""

_FAR_SURF = (
    _SeaBand(25, 240, dbfs=-28.0, rest=0.5, late_s=0.0),
    _SeaBand(120, 960, dbfs=-30.0, rest=0.4, late_s=0.3),
)
"""Farther along the beach: soft, and without what the air takes away."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waves:
    """The waves of one loop; every array holds one number a wave.

    Attributes:
        start_s: Where each begins to rise.
        length_s: From its first rise to its last fall, 7 to 12 s.
        strength: Its height, about 0.5 to 1.
        drift_s: How much later it reaches the right ear than the left; negative when it comes from the right.
    """

    start_s: NDArray[np.float64]
    length_s: NDArray[np.float64]
    strength: NDArray[np.float64]
    drift_s: NDArray[np.float64]

    @classmethod
    def random(cls, rng: np.random.Generator, loop_s: float, overlap: float) -> _Waves:
        """Lay waves round the loop, each beginning when about `overlap` of the last is still to come."""
        count = round(loop_s / ((_SHORTEST_WAVE_S + _LONGEST_WAVE_S) / 2 * (1 - overlap)))
        length_s = rng.uniform(_SHORTEST_WAVE_S, _LONGEST_WAVE_S, count)
        apart_s = length_s / length_s.sum() * loop_s
        start_s = np.cumsum(apart_s) - apart_s + rng.uniform(-0.8, 0.8, count)
        turn = 2 * np.pi * (np.arange(count) / count * round(count / _WAVES_IN_A_SET) + rng.random())
        strength = (0.72 + 0.17 * np.sin(turn)) * rng.uniform(0.85, 1.12, count)
        drift_s = rng.uniform(0.2, 0.9, count) * rng.choice([-1, 1], count)
        return cls(start_s, length_s, strength, drift_s)

    def gains(self, part: _SeaBand, ear: int, steps: int) -> NDArray[np.float64]:
        """Return the gain of a band at every step round the loop, for one ear (-1 left, 1 right, 0 both)."""
        loop_s = steps * STEP_FRAMES / SAMPLE_RATE
        time_s = np.arange(steps) * (STEP_FRAMES / SAMPLE_RATE)
        begin_s = self.start_s + part.late_s + ear / 2 * self.drift_s
        through = (time_s - begin_s[:, np.newaxis]) % loop_s / self.length_s[:, np.newaxis]
        rise, fall = through / _RISE, (through - _RISE) / (1 - _RISE)
        height = np.square(np.sin(np.pi / 2 * np.where(rise < 1, rise, 1 + np.clip(fall, 0, 1))))
        shares = (self.strength[:, np.newaxis] * height) ** part.sharpness
        # Waves that overlap add in power: they are different water.
        gains: NDArray[np.float64] = np.sqrt(part.rest**2 + np.square(shares).sum(axis=0))
        return gains


def fill_with_near_surf(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with waves that break near the listener, one in eight seconds."""
    _fill(rng, out, _NEAR_SURF, overlap=0.2)


def fill_with_far_surf(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the murmur of waves farther away."""
    _fill(rng, out, _FAR_SURF, overlap=0.4)


def _fill(rng: np.random.Generator, out: Samples, parts: tuple[_SeaBand, ...], overlap: float) -> None:
    noise = Noise.random(rng, len(out))
    waves = _Waves.random(rng, len(out) / SAMPLE_RATE, overlap)
    for number, part in enumerate(parts):
        # The lowest band has no direction: under 120 Hz the channels stay the same.
        ears = (-1, 1) if number else (0, 0)
        sound = band(noise.hertz, part.low, part.high)
        sound *= slope(noise.hertz, _WATER_DB_PER_OCTAVE)
        for channel, ear in enumerate(ears):
            out[:, channel] += _swelling(rng, noise.wave(sound, channel), part, waves, ear)


def _swelling(rng: np.random.Generator, water: Curve, part: _SeaBand, waves: _Waves, ear: int) -> Curve:
    """Return one channel of a band, `water`, changed in place as the waves let it come and go."""
    steps = len(water) // STEP_FRAMES
    gains = waves.gains(part, ear, steps) * units.gain(part.dbfs)
    if part.fizz:
        gains *= np.maximum(1 + part.fizz * slow_noise(rng, steps, 1.0, 12.0), 0)
    water *= gain_curve(gains)
    return water
