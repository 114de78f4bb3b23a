"""Rain and wind: noises of which bands come and go, and drops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.bands import add_bands, hiss
from stem.sound.beds.grains import moments, ping, scatter
from stem.sound.beds.noise import (
    BROWN_LOWEST_HZ,
    STEP_FRAMES,
    WIDE,
    Alike,
    Curve,
    Noise,
    slope,
    speech_dip,
    wander,
)
from stem.sound.beds.returns import least_returning
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_KINDS = 300
"""Different drops in a bed."""

_RAIN_ALIKE: Alike = ((1000.0, 0.8), (4000.0, 0.0))
"""Rain has a dark middle; its fine drops lie all around."""

_FAR_ENDS_HZ = 4000.0
"""Here what is far has 30 dB less than where it is itself, and what is near 20 dB more."""

_FULL_HZ, _BRIGHT = 4000.0, 0.3
"""Drops under this pitch are weaker, as a power of it: they would be heard through a voice."""

_FLUTTERS = ((0.62, 0.5, 3.0), (1.0, 3.0, 13.0))
"""How much of a flutter lies between which frequencies."""


def fill_with_near_rain(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with rain on leaves: a hiss of far drops, and single ones nearby."""
    pour = fill_with_hiss(
        rng,
        out,
        db_per_octave=-1.2,
        low=300.0,
        high=13_000.0,
        dbfs=-29.0,
        unrest_db=0.8,
        flutter_db=1.0,
        alike=_RAIN_ALIKE,
    )
    drops = [_drop(rng) for _ in range(_KINDS)]
    for a_second, decibels, spread_db in ((200.0, -29.0, 4.0), (14.0, -12.8, 2.8)):
        starts = moments(rng, len(out), a_second, pour**3)
        strengths = 10 ** ((decibels + spread_db * rng.uniform(-1.5, 1.5, len(starts))) / 20)
        scatter(rng, out, drops, starts, strengths, width=0.8)


def fill_with_far_rain(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with what rain does farther away: a soft, dark murmur."""
    fill_with_hiss(
        rng,
        out,
        db_per_octave=-4.0,
        low=60.0,
        high=1500.0,
        ends=_FAR_ENDS_HZ,
        dbfs=-35.0,
        unrest_db=0.7,
        flutter_db=1.0,
        alike=_RAIN_ALIKE,
    )


def fill_with_hiss(
    rng: np.random.Generator,
    out: Samples,
    *,
    db_per_octave: float,
    low: float,
    high: float,
    ends: float = SAMPLE_RATE / 2,
    dbfs: float,
    unrest_db: float,
    flutter_db: float = 0.0,
    alike: Alike = WIDE,
) -> NDArray[np.float64]:
    """Fill `out`, shape (frames, 2), with noise that makes room for speech and slowly grows and shrinks.

    From `low` to `high` it is itself; over `ends`, all in hertz, there is nothing of it.

    Returns:
        How much it does so: a gain at every step, round 1.
    """
    noise = Noise.random(rng, len(out), alike)
    steps = len(out) // STEP_FRAMES
    unrest = wander(rng, steps, unrest_db, 0.02, 0.3) * wander(rng, steps, unrest_db / 2, 0.3, 2.0)
    if flutter_db:
        for share, slowest_hz, fastest_hz in _FLUTTERS:
            unrest *= wander(rng, steps, share * flutter_db, slowest_hz, fastest_hz)
    colour = hiss(noise, db_per_octave, low, high, ends)
    add_bands(noise, out, [(colour, unrest * units.gain(dbfs))])
    return unrest


def _drop(rng: np.random.Generator) -> Curve:
    """Return a drop on a leaf: so soft and short that it has hardly a pitch."""
    hertz = float(np.exp(rng.uniform(np.log(750.0), np.log(14_000.0))))
    room = float(speech_dip(np.array([hertz], np.float32))[0])
    decay_s = 0.7 / hertz + 0.0005
    near = room * min(hertz / _FULL_HZ, 1.0) ** _BRIGHT
    return ping(hertz, decay_s, 0.0005 + 0.5 / hertz, phase=rng.uniform(0, 2 * np.pi)) * np.float32(near)


@dataclass(frozen=True, slots=True)
class _WindBand:
    """What one band of frequencies does in the wind.

    Attributes:
        low: Hertz where the band begins.
        high: Hertz where it ends.
        dbfs: Its RMS in a middling wind.
        follow_db: How much it grows with a gust of strength 1: the higher, the more.
        shake_db: How much it is shaken by itself meanwhile (RMS): a gust is never smooth.
        own_db: How much slower it goes its own way (RMS): no two trees bow together.
    """

    low: float
    high: float
    dbfs: float
    follow_db: float
    shake_db: float = 1.8
    own_db: float = 2.0


_NEAR_WIND = (
    _WindBand(25, 240, dbfs=-30.0, follow_db=3.5, shake_db=2.6, own_db=1.0),
    _WindBand(120, 960, dbfs=-34.8, follow_db=3.1, shake_db=1.5, own_db=1.0),
    _WindBand(480, 3840, dbfs=-44.2, follow_db=4.0),
    _WindBand(1920, 7680, dbfs=-52.5, follow_db=4.4),
    _WindBand(3840, 16000, dbfs=-58.4, follow_db=4.8),
)
"""The weight of the air, its sough round the house, then twigs and leaves."""

_FAR_WIND = (
    _WindBand(25, 240, dbfs=-39.0, follow_db=1.5),
    _WindBand(120, 960, dbfs=-37.0, follow_db=1.5),
)

_WIND_DB_PER_OCTAVE = -6.0
_SOUGH = (
    (125.0, -0.3),
    (157.0, -2.2),
    (198.0, 0.3),
    (250.0, 2.7),
    (315.0, 0.8),
    (397.0, -1.2),
    (500.0, -1.8),
    (794.0, -1.8),
    (1000.0, -1.2),
    (1260.0, -0.5),
    (1587.0, 0.0),
)
"""What a house makes of the slope: hertz and dB, straight lines between. It sings at 250 Hz, and is hollow
under and over that."""

_WIND_ALIKE: Alike = ((300.0, 0.78), (900.0, 0.38), (4000.0, 0.39), (8000.0, 0.5))
"""The weight of the air is one for both ears; twigs are left and right."""

_SLOW_HZ, _QUICK_HZ, _QUICK = 0.055, 0.2, 0.4
"""How fast gusts come, how fast they shake, and how much they do so. Their spectrum is a bell curve: a band
with edges would make a gust come back a while after."""

_SHAKES = ((0.75, 0.3, 1.5), (0.95, 1.5, 12.0))
"""How much of it, and between which frequencies."""

_LOOK_S = 0.4
_ACROSS_S = 0.5
"""A gust reaches the right ear this much later than the left."""


def fill_with_near_wind(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with wind that comes in long soft gusts and brightens in each."""
    _blow(rng, out, _NEAR_WIND)


def fill_with_far_wind(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with wind higher up or farther away."""
    _blow(rng, out, _FAR_WIND)


def _blow(rng: np.random.Generator, out: Samples, parts: tuple[_WindBand, ...]) -> None:
    noise = Noise.random(rng, len(out), _WIND_ALIKE)
    steps = len(out) // STEP_FRAMES
    spectrum = least_returning(
        lambda: _gusts(rng, units.seconds(len(out))),
        lambda spectrum: _changed(rng, spectrum),
        lambda spectrum: _strength(spectrum, round(units.seconds(len(out)) / _LOOK_S)),
        _LOOK_S,
    )
    gusts = _strength(spectrum, steps)
    across = round(_ACROSS_S * SAMPLE_RATE / STEP_FRAMES)
    loudness = []
    for number, part in enumerate(parts):
        gains = units.gain(part.dbfs) * 10 ** (part.follow_db * gusts / 20)
        for share, slowest_hz, fastest_hz in _SHAKES:
            gains *= wander(rng, steps, share * part.shake_db, slowest_hz, fastest_hz)
        gains *= wander(rng, steps, part.own_db, 0.04, 0.25)
        late = across if number else 0  # the lowest band has no direction
        loudness.append(np.stack((gains, np.roll(gains, late))))
    colour = _wind_colour(noise.under(max(part.high for part in parts)))
    each = zip(reversed(parts), reversed(loudness), strict=True)
    add_bands(noise, out, ((noise.within(colour, part.low, part.high), gains) for part, gains in each))


def _wind_colour(hertz: Curve) -> Curve:
    """Return the magnitude of the wind, before any band comes or goes."""
    colour = slope(hertz, _WIND_DB_PER_OCTAVE, BROWN_LOWEST_HZ) * speech_dip(hertz)
    sough = hertz[: np.searchsorted(hertz, _SOUGH[-1][0])]
    colour[: len(sough)] *= 10 ** (np.interp(sough, *np.transpose(_SOUGH)).astype(np.float32) / 20)
    return colour


def _gusts(rng: np.random.Generator, loop_s: float) -> NDArray[np.complex128]:
    """Return the spectrum of the strength of the wind, from one gust in a loop on."""
    hertz = np.arange(1, round(3 * _QUICK_HZ * loop_s)) / loop_s
    slow, quick = (np.exp(-np.square(hertz / width)) / width for width in (_SLOW_HZ, _QUICK_HZ))
    power = slow / slow.sum() + _QUICK**2 * quick / quick.sum()
    return np.asarray(np.sqrt(power / 2) * np.exp(2j * np.pi * rng.random(len(hertz))))


def _changed(rng: np.random.Generator, spectrum: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return the same with another phase in one place of the slower half."""
    changed = spectrum.copy()
    changed[rng.integers(0, len(spectrum) // 2)] *= np.exp(2j * np.pi * rng.random())
    return changed


def _strength(spectrum: NDArray[np.complex128], steps: int) -> NDArray[np.float64]:
    """Return the strength of the wind at every step: round 0, seldom beyond 2 either way."""
    wave = np.fft.irfft(np.concatenate([[0.0], spectrum]), steps) * steps
    return np.asarray(2.5 * np.tanh(wave / 2.5))
