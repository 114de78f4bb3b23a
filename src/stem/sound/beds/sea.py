"""Surf: bands of one noise, each with its own share in every wave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.bands import Part, add_bands
from stem.sound.beds.noise import STEP_FRAMES, Alike, Noise, slope, slow_noise, speech_dip
from stem.sound.beds.returns import least_returning
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_WATER_DB_PER_OCTAVE = -4.5
_SHORTEST_WAVE_S, _LONGEST_WAVE_S = 5.0, 15.0
_TOP = 0.35
"""The part of a wave in which its weight rises."""

_EARLY_S = 1.2
"""How far a wave may come before or after its time."""

_SLOWEST_SET_HZ, _QUICKEST_SET_HZ = 0.015, 0.05
"""The sea comes in sets: a slow growing and shrinking of the waves, never of the same length twice."""

_USUAL, _HIGHEST = 0.68, 0.75
"""The strength of waves (RMS), and the highest, also where two meet: a sea is as loud as another, and no wave
startles."""

_LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class _SeaBand:
    """What one band of frequencies does in a wave.

    Attributes:
        low: Hertz where the band begins.
        high: Hertz where it ends.
        dbfs: Its RMS at the top of a wave of strength 1.
        rest: Its share of that between the waves, as a factor of amplitude.
        late_s: How much later than the wave's top it has its own.
        rise: The part of a wave in which it rises: what breaks does so at once.
        sharpness: 1 follows the wave; more keeps it to the wave's top.
        fizz: How unsteady it is from moment to moment, as a factor of amplitude.
    """

    low: float
    high: float
    dbfs: float
    rest: float
    late_s: float
    rise: float = _TOP
    sharpness: float = 1.0
    fizz: float = 0.0


_NEAR_SURF = (
    _SeaBand(25, 240, dbfs=-28.7, rest=0.3, late_s=-0.7),
    _SeaBand(120, 960, dbfs=-22.0, rest=0.15, late_s=0.0, rise=0.3, sharpness=1.15),
    _SeaBand(480, 3840, dbfs=-21.0, rest=0.08, late_s=0.0, rise=0.1, sharpness=1.8, fizz=0.28),
    _SeaBand(1920, 16000, dbfs=-24.5, rest=0.07, late_s=0.6, rise=0.09, sharpness=1.8, fizz=0.28),
)
"""First the weight of the water, then the roar, the breaking, and the foam that runs out over the sand."""

_FAR_SURF = (
    _SeaBand(25, 240, dbfs=-39.5, rest=1.2, late_s=0.0),
    _SeaBand(120, 960, dbfs=-39.0, rest=1.2, late_s=0.3),
)
"""Farther along the beach: soft, without what the air takes away, and never still: many are one murmur."""


_ALIKE: Alike = ((1000.0, 0.58),)
"""A beach is wide, but the same wave breaks for both ears."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waves:
    """The waves of one loop; every array holds one number a wave.

    Attributes:
        slot_s: Where each would begin to rise, if they came by the clock.
        early_s: How much later than that it does; negative when sooner.
        length_s: From its first rise to its last fall, 5 to 15 s.
        strength: Its height, about 0.3 to 0.9.
        drift_s: How much later it reaches the right ear than the left; negative when it comes from the right.
    """

    slot_s: NDArray[np.float64]
    early_s: NDArray[np.float64]
    length_s: NDArray[np.float64]
    strength: NDArray[np.float64]
    drift_s: NDArray[np.float64]

    @classmethod
    def random(cls, rng: np.random.Generator, loop_s: float, overlap: float) -> _Waves:
        """Lay waves round the loop, each beginning when about `overlap` of the last is still to come."""
        count = round(loop_s / ((_SHORTEST_WAVE_S + _LONGEST_WAVE_S) / 2 * (1 - overlap)))
        length_s = rng.uniform(_SHORTEST_WAVE_S, _LONGEST_WAVE_S, count)
        apart_s = length_s / length_s.sum() * loop_s
        slot_s = np.cumsum(apart_s) - apart_s
        early_s = rng.uniform(-_EARLY_S, _EARLY_S, count)
        steps = round(loop_s * SAMPLE_RATE / STEP_FRAMES)
        sets = slow_noise(rng, steps, _SLOWEST_SET_HZ, _QUICKEST_SET_HZ)
        at = (slot_s * SAMPLE_RATE / STEP_FRAMES).astype(np.int64) % steps
        strength = np.clip(0.7 + 0.17 * sets[at], 0.4, 1.0) * rng.uniform(0.8, 1.1, count)
        strength = np.minimum(strength * (_USUAL / np.sqrt(np.square(strength).mean())), _HIGHEST)
        drift_s = rng.uniform(0.2, 0.9, count) * rng.choice([-1, 1], count)
        return cls(slot_s, early_s, length_s, strength, drift_s)

    def changed(self, rng: np.random.Generator) -> _Waves:
        """Return the same waves, but for the time of one and the heights of two, which change places."""
        one, other, late = rng.integers(0, len(self.slot_s), 3)
        early_s, strength = self.early_s.copy(), self.strength.copy()
        early_s[late] = rng.uniform(-_EARLY_S, _EARLY_S)
        strength[[one, other]] = strength[[other, one]]
        return replace(self, early_s=early_s, strength=strength)

    def level(self, parts: tuple[_SeaBand, ...], loop_s: float) -> NDArray[np.float64]:
        """Return the level in dB of all bands together, every `_LOOK_S` round the loop."""
        time_s = np.arange(round(loop_s / _LOOK_S)) * _LOOK_S
        amplitudes = [self.gains(part, 0, time_s, loop_s) * units.gain(part.dbfs) for part in parts]
        return np.asarray(10 * np.log10(np.square(amplitudes).sum(axis=0)))

    def gains(
        self, part: _SeaBand, ear: int, time_s: NDArray[np.floating], loop_s: float
    ) -> NDArray[np.float64]:
        """Return the gain of a band at moments in the loop, for one ear (-1 left, 1 right, 0 both)."""
        top_s = self.slot_s + self.early_s + _TOP * self.length_s + part.late_s + ear / 2 * self.drift_s
        since_s = (time_s - top_s[:, np.newaxis] + loop_s / 2) % loop_s - loop_s / 2
        through = since_s / self.length_s[:, np.newaxis]
        away = np.where(through < 0, through / part.rise, through / (1 - _TOP))
        height = np.square(np.cos(np.pi / 2 * np.clip(away, -1, 1)))
        shares = self.strength[:, np.newaxis] * height**part.sharpness
        # Waves that overlap add in power: they are different water.
        powers = np.minimum(np.square(shares).sum(axis=0), _HIGHEST**2)
        gains: NDArray[np.float64] = np.sqrt(part.rest**2 + powers)
        return gains


def fill_with_near_surf(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with waves that break near the listener, one in eight seconds."""
    _fill(rng, out, _NEAR_SURF, overlap=0.2)


def fill_with_far_surf(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the murmur of waves farther away."""
    _fill(rng, out, _FAR_SURF, overlap=0.4)


def _fill(rng: np.random.Generator, out: Samples, parts: tuple[_SeaBand, ...], overlap: float) -> None:
    noise = Noise.random(rng, len(out), _ALIKE)
    loop_s, steps = units.seconds(len(out)), len(out) // STEP_FRAMES
    waves = least_returning(
        lambda: _Waves.random(rng, loop_s, overlap),
        lambda waves: waves.changed(rng),
        lambda waves: waves.level(parts, loop_s),
        _LOOK_S,
    )
    fizzes = [[_fizz(rng, steps, part.fizz) for _ in range(2)] for part in parts]
    time_s = np.arange(steps) * (STEP_FRAMES / SAMPLE_RATE)
    highest_hz = max(part.high for part in parts)
    water = slope(noise.under(highest_hz), _WATER_DB_PER_OCTAVE)
    water *= speech_dip(noise.under(highest_hz))

    def bands() -> Iterator[Part]:
        for number in reversed(range(len(parts))):
            part = parts[number]
            # The lowest band has no direction: under 120 Hz the channels stay the same.
            ears = (waves.gains(part, ear if number else 0, time_s, loop_s) for ear in (-1, 1))
            gains = np.stack(tuple(ears)) * np.stack(fizzes[number]) * units.gain(part.dbfs)
            yield noise.within(water, part.low, part.high), gains

    add_bands(noise, out, bands())


def _fizz(rng: np.random.Generator, steps: int, strength: float) -> NDArray[np.float64]:
    """Return a gain for every step that is as unsteady as foam: slower and quicker, never under 0."""
    slow, quick = slow_noise(rng, steps, 0.3, 8.0), slow_noise(rng, steps, 8.0, 40.0)
    return np.asarray(np.maximum(1 + strength * (np.tanh(1.5 * slow) + np.tanh(1.5 * quick)), 0))
