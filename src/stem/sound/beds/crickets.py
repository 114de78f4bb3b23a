"""Crickets in a warm night: a few in the grass, and the shimmer of all the others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.grains import lay
from stem.sound.beds.noise import STEP_FRAMES, Curve, Noise, wander
from stem.sound.beds.returns import least_returning
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_LOOK_S = 0.2
"""Between two looks at the level of a layout."""

_NIGHT_DBFS = -60.3
_NIGHT_DB = (
    (20.0, -14.0),
    (50.0, -6.0),
    (120.0, -1.0),
    (250.0, 0.0),
    (400.0, -1.4),
    (630.0, -3.5),
    (1000.0, -7.0),
    (1600.0, -14.5),
    (2500.0, -21.0),
    (3200.0, -25.0),
    (4500.0, -26.0),
    (6350.0, -30.5),
    (9000.0, -37.0),
    (12_000.0, -46.0),
    (14_000.0, -60.0),
)
"""The colour of the air: frequencies, and the density of its power there in dB. It makes room for speech;
over 14 kHz there is nothing."""

_NIGHT_UNREST = ((0.25, 0.02, 0.3), (0.4, 0.3, 1.5))
"""By how many dB it swells (RMS), and how fast."""

_NEAR_CRICKETS = ((0.1, -35.8), (-0.7, -36.5), (0.6, -38.2))
"""Place, and level in dB, of each."""

_SONGS = 24
"""Of one cricket, more than fit in a loop."""

_MOST_CHIRPS = 17
_REST_S = (1.2, 6.0)
_PACE_S = (0.45, 0.6)
"""Chirps in a song, the rest before it, and from one chirp to the next."""

_PULSES = (3, 4, 4)
"""In a chirp, of each of three kinds."""

_UNREST = 0.12
"""How much sooner or later than by the clock a chirp may come."""

_WING_SECOND, _WING_THIRD = 0.06, 0.035
"""The second harmonic beside the first, and the third: a wing is no flute."""

_SHIMMER_DBFS = -59.5
_FIELD, _BUSH, _BUSH_SHARE = (4330.0, 0.1), (10_200.0, 0.14), 0.04
"""Where far field crickets and bush crickets sing, how many octaves wide; and how much the latter are."""

_NIGHT_BESIDE_A_CRICKET = 0.3
"""What is always heard, in amplitude."""


def fill_with_near_crickets(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the air of a warm night and a few crickets in the grass."""
    _add_night(rng, out)
    loop_s = units.seconds(len(out))
    steps = round(loop_s / _LOOK_S)

    def changed(crickets: tuple[_Cricket, ...]) -> tuple[_Cricket, ...]:
        one = rng.integers(0, len(crickets))
        return (*crickets[:one], crickets[one].changed(rng), *crickets[one + 1 :])

    def level(crickets: tuple[_Cricket, ...]) -> NDArray[np.float64]:
        powers = np.full(steps, _NIGHT_BESIDE_A_CRICKET**2)
        for (_, decibels), cricket in zip(_NEAR_CRICKETS, crickets, strict=True):
            at_s, swells = cricket.chirps(loop_s)
            weights = np.square(swells * units.gain(decibels - _NEAR_CRICKETS[0][1]))
            powers += np.bincount((at_s / _LOOK_S).astype(int) % steps, weights, steps)
        return np.asarray(10 * np.log10(np.convolve(np.append(powers, powers[0]), (0.5, 0.5), "valid")))

    crickets = least_returning(
        lambda: tuple(_Cricket.random(rng) for _ in _NEAR_CRICKETS), changed, level, _LOOK_S
    )
    for (place, decibels), cricket in zip(_NEAR_CRICKETS, crickets, strict=True):
        ears = (np.sqrt([1 - place, 1 + place]) * units.gain(decibels)).astype(np.float32)
        hertz = rng.uniform(4120.0, 4420.0)
        kinds = [_pulses(hertz * rng.uniform(0.995, 1.005), count) for count in _PULSES]
        for at_s, swell in np.transpose(cricket.chirps(loop_s)).tolist():
            chirp = kinds[rng.integers(len(kinds))]
            start = units.frames(at_s + rng.normal(0.0, 0.008)) % len(out)
            lay(out, start, chirp[:, np.newaxis] * (ears * np.float32(swell * rng.uniform(0.8, 1.0))))


def fill_with_far_crickets(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the shimmer of all the others over the fields."""
    noise = Noise.random(rng, len(out))
    steps = len(out) // STEP_FRAMES
    swell = wander(rng, steps, 0.6, 0.05, 0.5) * wander(rng, steps, 3.0, 14.0, 22.0)
    noise.add_to(out, _shimmer(noise), swell * units.gain(_SHIMMER_DBFS))


def _shimmer(noise: Noise) -> Curve:
    """Return the colour of many crickets."""
    octaves = np.log2(noise.under(_NIGHT_DB[-1][0]))
    field, bush = (
        np.exp(-np.square((octaves - np.float32(math.log2(hertz))) * np.float32(1 / width)))
        for hertz, width in (_FIELD, _BUSH)
    )
    bush *= np.float32(_BUSH_SHARE)
    field += bush
    return np.asarray(field, np.float32)


def _add_night(rng: np.random.Generator, out: Samples) -> None:
    """Add the air of a warm night."""
    noise = Noise.random(rng, len(out))
    slow, quick = (wander(rng, len(out) // STEP_FRAMES, *unrest) for unrest in _NIGHT_UNREST)
    noise.add_to(out, _night(noise), slow * quick * units.gain(_NIGHT_DBFS))


def _night(noise: Noise) -> Curve:
    """Return the colour of that air."""
    hertz, decibels = np.transpose(_NIGHT_DB)
    octaves = np.log2(noise.under(hertz[-1]))
    colour = np.interp(octaves, np.log2(hertz), decibels).astype(np.float32)
    colour *= np.float32(math.log(units.gain(1.0)))
    return np.asarray(np.exp(colour, out=colour))


@dataclass(frozen=True, slots=True, eq=False)
class _Cricket:
    """A cricket: songs of chirps, about two a second, with rests between.

    Attributes:
        pace_s: From one chirp to the next.
        counts: How many chirps are in each song.
        rests_s: How long it is silent before each.
        unrest: How much sooner or later than its pace each chirp comes, as a factor.
    """

    pace_s: float
    counts: NDArray[np.int64]
    rests_s: NDArray[np.float64]
    unrest: NDArray[np.float64]

    @classmethod
    def random(cls, rng: np.random.Generator) -> _Cricket:
        """Return one that has songs enough for any loop."""
        unrest = 1 + _UNREST * rng.uniform(-1.0, 1.0, _SONGS * _MOST_CHIRPS)
        return cls(rng.uniform(*_PACE_S), _counts(rng, _SONGS), rng.uniform(*_REST_S, _SONGS), unrest)

    def changed(self, rng: np.random.Generator) -> _Cricket:
        """Return the same one with another length of one song, and another rest before it."""
        counts, rests_s = self.counts.copy(), self.rests_s.copy()
        song = rng.integers(0, _SONGS // 2)
        counts[song], rests_s[song] = _counts(rng, 1)[0], rng.uniform(*_REST_S)
        return replace(self, counts=counts, rests_s=rests_s)

    def chirps(self, loop_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return when it chirps in a loop, and how strongly: it begins softly."""
        number = np.concatenate([np.arange(count) for count in self.counts])
        at_s = np.cumsum(self.pace_s * self.unrest[: len(number)])
        at_s += np.repeat(np.cumsum(self.rests_s), self.counts)
        within = at_s < loop_s - 1.0
        return at_s[within], np.minimum(1.0, 0.8 + 0.1 * number[within])


def _counts(rng: np.random.Generator, songs: int) -> NDArray[np.int64]:
    """Return how many chirps there are in each of some songs."""
    return rng.integers(4, _MOST_CHIRPS + 1, songs)


def _pulses(hertz: float, count: int) -> Curve:
    """Return one chirp: pulses of 29 ms, 36 ms apart, that grow and sink in a little."""
    time_s = np.arange(units.frames(0.036 * count + 0.02)) / SAMPLE_RATE
    within = (time_s % 0.036) / 0.029
    number = np.floor(time_s / 0.036)
    shape = np.where((within < 1) & (number < count), np.sin(np.pi * np.minimum(within, 1.0)) ** 2, 0.0)
    turns = 2 * np.pi * hertz * time_s
    tone = np.sin(turns) + _WING_SECOND * np.sin(2 * turns) + _WING_THIRD * np.sin(3 * turns)
    sound: Curve = (shape * (0.75 + 0.25 * number / count) * tone).astype(np.float32)
    return sound
