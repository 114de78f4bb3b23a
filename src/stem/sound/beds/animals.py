"""Birds in a wood and crickets in a warm night, none of them near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.grains import lay
from stem.sound.beds.noise import STEP_FRAMES, Curve, Noise, wander
from stem.sound.beds.weather import fill_with_hiss
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_TAIL_S = 1.4
_TAIL_T60_S = 1.2
"""How long a wood answers."""

_TAIL_SHARE = 1.3
"""Strength of the answer beside the bird itself: it sings far away."""


@dataclass(frozen=True, slots=True)
class _Note:
    """One note of a song.

    Attributes:
        start_s: Where in the song.
        length_s: How long.
        first_hz: Its frequency at the start.
        last_hz: And at the end.
        strength: Its amplitude.
    """

    start_s: float
    length_s: float
    first_hz: float
    last_hz: float
    strength: float


def _blackbird(rng: np.random.Generator) -> list[_Note]:
    """A few slow fluted notes, and now and then a faint twitter after them."""
    notes, at_s = [], 0.0
    for _ in range(rng.integers(3, 6)):
        length_s, hertz = rng.uniform(0.16, 0.38), rng.uniform(1650.0, 2500.0)
        notes.append(_Note(at_s, length_s, hertz, hertz * rng.uniform(0.9, 1.1), rng.uniform(0.5, 0.9)))
        at_s += length_s + rng.uniform(0.02, 0.12)
    for _ in range(rng.integers(0, 5)):
        hertz = rng.uniform(4200.0, 6000.0)
        notes.append(_Note(at_s, 0.06, hertz, hertz * rng.uniform(0.85, 1.1), 0.15))
        at_s += rng.uniform(0.07, 0.11)
    return notes


def _great_tit(rng: np.random.Generator) -> list[_Note]:
    """Two notes, high and lower, three to five times."""
    high = rng.uniform(5000.0, 5600.0)
    low, pace_s = high * rng.uniform(0.76, 0.82), rng.uniform(0.32, 0.42)
    notes = []
    for time in range(rng.integers(3, 6)):
        notes.append(_Note(time * pace_s, 0.11, high, high * 0.99, 0.5))
        notes.append(_Note(time * pace_s + 0.15, 0.14, low, low * 0.98, 0.6))
    return notes


def _robin(rng: np.random.Generator) -> list[_Note]:
    """A thin silver thread that winds down."""
    notes, at_s = [], 0.0
    count = int(rng.integers(8, 16))
    for number in range(count):
        length_s = rng.uniform(0.05, 0.16)
        hertz = 6800.0 - 2400.0 * number / count + rng.uniform(-700.0, 700.0)
        notes.append(_Note(at_s, length_s, hertz, hertz * rng.uniform(0.82, 1.12), rng.uniform(0.2, 0.6)))
        at_s += length_s + rng.uniform(0.01, 0.06)
    return notes


def fill_with_near_birds(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with a wood in the morning: air, a blackbird, and a robin."""
    fill_with_hiss(rng, out, db_per_octave=-5.0, low=150.0, high=5000.0, dbfs=-37.0, unrest_db=1.5)
    _sing(rng, out, _blackbird, apart_s=9.0, place=-0.5, decibels=-31.0)
    _sing(rng, out, _robin, apart_s=11.0, place=0.6, decibels=-34.0)


def fill_with_far_birds(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the birds at the other end of the wood."""
    _sing(rng, out, _great_tit, apart_s=14.0, place=0.2, decibels=-36.0)
    _sing(rng, out, _blackbird, apart_s=12.0, place=0.7, decibels=-38.0)
    _sing(rng, out, _robin, apart_s=16.0, place=-0.7, decibels=-40.0)


def _sing(
    rng: np.random.Generator,
    out: Samples,
    song: Callable[[np.random.Generator], list[_Note]],
    *,
    apart_s: float,
    place: float,
    decibels: float,
) -> None:
    """Add one bird that sings about every `apart_s` seconds, and the wood that answers."""
    count = round(units.seconds(len(out)) / apart_s)
    wood = _wood(rng)
    direct = np.sqrt(np.array([1 - place, 1 + place]))
    for number in range(count):
        voice = _sung(song(rng)) * units.gain(decibels + rng.uniform(-5.0, 2.0))
        size = 1 << (len(voice) + len(wood) - 1).bit_length()  # powers of two are quick to transform
        spectrum = np.fft.rfft(voice, size)
        answer = np.fft.irfft(spectrum[:, np.newaxis] * np.fft.rfft(wood, size, axis=0), size, axis=0)
        answer = answer[: len(voice) + len(wood) - 1]
        answer[: len(voice)] += voice[:, np.newaxis] * direct
        start = int((number + rng.uniform(-0.35, 0.35)) * len(out) / count) % len(out)
        lay(out, start, answer.astype(np.float32))


def _wood(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return what a wood makes of a click, shape (frames, 2): many trunks, other ones for each ear."""
    time_s = np.arange(units.frames(_TAIL_S)) / SAMPLE_RATE
    decay = 10 ** (-3 * time_s / _TAIL_T60_S) * np.minimum(time_s / 0.02, 1.0)
    tail = rng.standard_normal((len(time_s), 2)) * decay[:, np.newaxis]
    fade = np.minimum(1.0, (time_s[-1] - time_s) / 0.1)[:, np.newaxis]
    answer: NDArray[np.float64] = tail * fade * (_TAIL_SHARE / np.sqrt(np.square(tail).sum(axis=0)))
    return answer


def _sung(notes: list[_Note]) -> NDArray[np.float64]:
    """Return the notes as one mono sound, of amplitude up to about 1."""
    sound = np.zeros(units.frames(max(note.start_s + note.length_s for note in notes)) + 1)
    for note in notes:
        through = np.linspace(0.0, 1.0, units.frames(note.length_s))
        hertz = note.first_hz + (note.last_hz - note.first_hz) * np.square(np.sin(np.pi / 2 * through))
        wave = np.sin(2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE) * np.sin(np.pi * through) ** 1.5
        start = units.frames(note.start_s)
        sound[start : start + len(wave)] += note.strength * wave
    return sound


def fill_with_near_crickets(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the air of a warm night and a few crickets in the grass."""
    fill_with_hiss(rng, out, db_per_octave=-5.0, low=80.0, high=2500.0, dbfs=-35.0, unrest_db=1.0)
    for place in (-0.7, 0.1, 0.6):
        _chirp(rng, out, hertz=rng.uniform(4300.0, 4900.0), place=place, decibels=-36.0)


def fill_with_far_crickets(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the shimmer of all the others over the fields."""
    fill_with_hiss(rng, out, db_per_octave=-5.0, low=80.0, high=2500.0, dbfs=-44.0, unrest_db=1.0)
    noise = Noise.random(rng, len(out))
    steps = len(out) // STEP_FRAMES
    for hertz, decibels in ((4400.0, -53.0), (5000.0, -56.0)):
        apart = np.log2(noise.hertz / np.float32(hertz))
        hump: Curve = np.exp(-np.square(apart / np.float32(0.1)))
        swell = wander(rng, steps, 2.0, 0.03, 0.3) * wander(rng, steps, 3.0, 14.0, 22.0)
        noise.add_to(out, hump, swell * units.gain(decibels))


def _chirp(rng: np.random.Generator, out: Samples, *, hertz: float, place: float, decibels: float) -> None:
    """Add one cricket: chirps of three or four pulses, about two a second, with rests between its songs."""
    ears = (np.sqrt([1 - place, 1 + place]) * units.gain(decibels)).astype(np.float32)
    chirps = [_pulses(hertz * rng.uniform(0.995, 1.005), count) for count in (3, 4, 4)]
    pace_s, at_s, loop_s = rng.uniform(0.45, 0.6), rng.uniform(0.0, 4.0), units.seconds(len(out))
    while at_s < loop_s:
        for number in range(rng.integers(6, 16)):
            chirp = chirps[rng.integers(len(chirps))]
            swell = min(1.0, 0.4 + 0.2 * number) * rng.uniform(0.8, 1.0)
            start = units.frames(at_s + rng.normal(0.0, 0.008)) % len(out)
            lay(out, start, chirp[:, np.newaxis] * (ears * np.float32(swell)))
            at_s += pace_s
        at_s += rng.uniform(2.0, 7.0)


def _pulses(hertz: float, count: int) -> Curve:
    """Return one chirp: pulses of 22 ms, 36 ms apart, that grow and sink in a little."""
    time_s = np.arange(units.frames(0.036 * count + 0.02)) / SAMPLE_RATE
    within = (time_s % 0.036) / 0.022
    number = np.floor(time_s / 0.036)
    shape = np.where((within < 1) & (number < count), np.sin(np.pi * np.minimum(within, 1.0)) ** 2, 0.0)
    sound: Curve = (shape * (0.6 + 0.4 * number / count) * np.sin(2 * np.pi * hertz * time_s)).astype(
        np.float32
    )
    return sound
