"""Birds in a wood in the morning, none of them near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.cores import cores
from stem.progress import in_order
from stem.sound.beds.bed import let_go
from stem.sound.beds.grains import lay
from stem.sound.beds.noise import (
    STEP_FRAMES,
    Alike,
    Curve,
    Noise,
    cut,
    half_cosine,
    slope,
    speech_dip,
    wander,
)
from stem.sound.beds.returns import least_returning
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_LOOK_S = 0.2
"""Between two looks at the level of a layout."""

_TAIL_FRAMES = units.frames(1.4)
_TAIL_T60_S = 1.2
"""How long a wood answers."""

_QUICK_SIZES = (131_072, 163_840, 196_608, 262_144, 393_216)
"""Lengths in frames that are quick to transform."""

_AT_ONCE = 2
"""Songs that are made at the same time."""

_EARLY = 0.48
"""How far a song may come before or after its time, as a share of what lies between two."""

_SPREAD_DB = (-3.0, 0.0)
"""How much a song may be fainter or louder than its bird mostly is."""

_BOTH_EARS = np.array([[0.966, 0.259], [0.259, 0.966]])
"""What each ear has of two answers: half of it is the same."""

_TAIL_SHARE = 1.0
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


@dataclass(frozen=True, slots=True)
class _Bird:
    """A bird somewhere in the wood.

    Attributes:
        notes: Returns a song.
        apart_s: About how long from one to the next.
        place: From -1, left, to 1, right.
        decibels: Of its songs.
        second: Its second harmonic beside the first: a throat is no flute.
    """

    notes: Callable[[np.random.Generator], list[_Note]]
    apart_s: float
    place: float
    decibels: float
    second: float = 0.1


def _blackbird(rng: np.random.Generator) -> list[_Note]:
    """A few slow fluted notes, a soft low one among them, and now and then a faint twitter after them."""
    notes, at_s = [], 0.0
    for _ in range(rng.integers(3, 6)):
        low = rng.random() < _LOW_SHARE
        hertz = rng.uniform(1180.0, 1360.0) if low else rng.uniform(1850.0, 2800.0)
        length_s, strength = rng.uniform(0.16, 0.38), 0.4 if low else rng.uniform(0.55, 0.72)
        notes.append(_Note(at_s, length_s, hertz, hertz * rng.uniform(0.9, 1.1), strength))
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


def _wood_pigeon(rng: np.random.Generator) -> list[_Note]:
    """Five dark notes, the second the longest, two or three times."""
    hertz = rng.uniform(470.0, 540.0)
    notes, at_s = [], 0.0
    for _ in range(rng.integers(2, 4)):
        for length_s, pitch, strength in _PIGEON:
            notes.append(_Note(at_s, length_s, hertz * pitch, hertz * pitch * 0.97, strength))
            at_s += length_s + 0.07
        at_s += 0.25
    return notes


_PIGEON = ((0.22, 0.95, 0.5), (0.5, 1.1, 0.9), (0.36, 1.0, 0.7), (0.2, 1.02, 0.5), (0.34, 0.95, 0.6))
"""Length in seconds, pitch and strength of its notes."""

_LOW_SHARE = 0.25
"""Of the notes of a blackbird."""

_WOOD_DB_PER_OCTAVE, _WOOD_LOW_HZ, _WOOD_HIGH_HZ = -4.5, 300.0, 7500.0
"""The colour of what a wood does by itself, and where it falls away."""

_GLINT_HZ, _GLINT_DB = 7000.0, 3.0
"""Leaves rustle brightly there, an octave wide."""

_DARK_HZ, _DARK_DBFS, _LEAVES_DBFS = 250.0, -57.5, -53.3
"""The air under it is steady; leaves rise over it within an octave, and move with the breeze."""

_DARK_UNREST_DB, _BREEZE_DB = 1.0, 3.2
_SLOW_HZ, _QUICK_HZ = (0.02, 0.3), (0.3, 2.0)
"""How much they swell (RMS), and how fast; quickly half as much."""

_WOOD_ALIKE: Alike = ((300.0, 0.32), (500.0, 0.2), (1000.0, 0.58), (4000.0, 0.5), (8000.0, 0.0))

_NEAR_BIRDS = (
    _Bird(_blackbird, apart_s=7.5, place=-0.5, decibels=-35.0, second=0.23),
    _Bird(_robin, apart_s=13.0, place=0.7, decibels=-36.0),
    _Bird(_great_tit, apart_s=20.0, place=0.2, decibels=-38.5),
)
_FAR_BIRDS = (
    _Bird(_great_tit, apart_s=24.0, place=0.8, decibels=-42.0),
    _Bird(_blackbird, apart_s=12.0, place=0.7, decibels=-42.5, second=0.23),
    _Bird(_robin, apart_s=24.0, place=-0.8, decibels=-43.0),
    _Bird(_wood_pigeon, apart_s=19.0, place=-0.6, decibels=-46.0),
)


def fill_with_near_birds(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with leaves in a breeze, a blackbird, a robin and a great tit."""
    noise = Noise.random(rng, len(out), _WOOD_ALIKE)
    steps = len(out) // STEP_FRAMES
    breeze = wander(rng, steps, _BREEZE_DB, *_SLOW_HZ) * wander(rng, steps, _BREEZE_DB / 2, *_QUICK_HZ)
    breeze *= units.gain(_LEAVES_DBFS)
    noise.add_to(out, _leaves(noise), breeze)
    del noise  # before birds sing
    _sing(rng, out, _NEAR_BIRDS, breeze)


def fill_with_far_birds(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the dark of the wood, and the birds at its other end."""
    noise = Noise.random(rng, len(out), _WOOD_ALIKE)
    steps = len(out) // STEP_FRAMES
    noise.add_to(out, _dark(noise), wander(rng, steps, _DARK_UNREST_DB, *_SLOW_HZ) * units.gain(_DARK_DBFS))
    del noise
    _sing(rng, out, _FAR_BIRDS, np.full(steps, units.gain(_LEAVES_DBFS)))


def _leaves(noise: Noise) -> Curve:
    """Return the colour of leaves."""
    leaves = _wood(noise.hertz)
    octaves = np.log2(noise.hertz)
    leaves *= np.sqrt(half_cosine(octaves - np.float32(np.log2(_DARK_HZ))))
    octaves -= np.float32(np.log2(_GLINT_HZ))
    octaves *= 2
    np.square(octaves, out=octaves)
    np.exp2(-octaves, out=octaves)
    octaves *= np.float32(np.log(units.gain(_GLINT_DB)))
    leaves *= np.exp(octaves, out=octaves)
    return leaves


def _dark(noise: Noise) -> Curve:
    """Return the colour of the air under them."""
    hertz = noise.under(2 * _DARK_HZ)
    return _wood(hertz) * np.sqrt(1 - half_cosine(np.log2(hertz / np.float32(_DARK_HZ))))


def _wood(hertz: Curve) -> Curve:
    """Return the colour of what a wood does by itself, which leaves room for speech."""
    colour = cut(hertz, _WOOD_LOW_HZ, _WOOD_HIGH_HZ)
    colour *= slope(hertz, _WOOD_DB_PER_OCTAVE)
    colour *= speech_dip(hertz)
    return colour


def _sing(rng: np.random.Generator, out: Samples, birds: tuple[_Bird, ...], air: NDArray[np.float64]) -> None:
    """Add birds that sing now and then, never by the clock, and the wood that answers.

    Args:
        rng: The chance.
        out: The loop.
        birds: Who sing.
        air: What is always heard, in amplitude, at each step of the loop.
    """
    look = units.frames(_LOOK_S)
    steps = len(out) // look
    counts = [round(units.seconds(len(out)) / bird.apart_s) for bird in birds]
    wood = _Echo.random(rng)
    asked = [
        (bird, bird.notes(rng), rng.uniform(*_SPREAD_DB))
        for bird, count in zip(birds, counts, strict=True)
        for _ in range(count)
    ]
    songs = list(in_order(lambda song: wood.answered(*song), asked, min(cores(), _AT_ONCE)))
    powers = [_power(song, look) for song in songs]
    slots = np.concatenate([np.arange(count) / count for count in counts])
    apart = np.concatenate([np.full(count, 1 / count) for count in counts])
    always = np.square(air).reshape(steps, -1).mean(axis=1)

    def drawn() -> NDArray[np.float64]:
        return np.asarray(rng.uniform(-_EARLY, _EARLY, len(slots)))

    def changed(late: NDArray[np.float64]) -> NDArray[np.float64]:
        other = late.copy()
        other[rng.integers(0, len(late))] = rng.uniform(-_EARLY, _EARLY)
        return other

    def level(late: NDArray[np.float64]) -> NDArray[np.float64]:
        heard = always.copy()
        for start, power in zip(((slots + late * apart) % 1).tolist(), powers, strict=True):
            heard[(int(start * steps) + np.arange(len(power))) % steps] += power
        return np.asarray(10 * np.log10(heard))

    late = least_returning(drawn, changed, level, _LOOK_S)
    for start, song in zip(((slots + late * apart) % 1).tolist(), songs, strict=True):
        lay(out, int(start * len(out)), song)
        let_go(out)


def _power(song: Samples, look: int) -> NDArray[np.float64]:
    """Return the power of a song in each look at it."""
    looks = -(-len(song) // look)
    whole = np.zeros((looks, 2 * look), np.float32)
    whole.reshape(-1)[: song.size] = song.reshape(-1)
    return np.asarray(np.einsum("lf,lf->l", whole, whole) / (2 * look), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Echo:
    """What a wood makes of a click: many trunks, other ones for each ear.

    Attributes:
        spectra: By the length of the transform, in frames.
    """

    spectra: dict[int, NDArray[np.complexfloating]]

    @classmethod
    def random(cls, rng: np.random.Generator) -> _Echo:
        """Return one that answers songs of any length."""
        time_s = np.arange(_TAIL_FRAMES) / SAMPLE_RATE
        decay = 10 ** (-3 * time_s / _TAIL_T60_S) * np.minimum(time_s / 0.02, 1.0)
        tail = _BOTH_EARS @ rng.standard_normal((2, len(time_s))) * decay
        tail *= np.minimum(1.0, (time_s[-1] - time_s) / 0.1)
        tail *= _TAIL_SHARE / np.sqrt(np.square(tail).sum(axis=1, keepdims=True))
        return cls({size: np.fft.rfft(tail, size).astype(np.complex64) for size in _QUICK_SIZES})

    def answered(self, bird: _Bird, notes: list[_Note], spread_db: float) -> Samples:
        """Return a song of a bird, with what the wood makes of it, shape (frames, 2)."""
        voice = _sung(notes, bird.second)
        frames = len(voice) + _TAIL_FRAMES - 1
        size = next(size for size in _QUICK_SIZES if size >= frames)
        spectrum = np.fft.rfft(voice, size, norm="ortho") * self.spectra[size]  # in single precision
        answer = np.fft.irfft(spectrum, size, norm="ortho")[:, :frames]
        direct = np.sqrt(np.array([1 - bird.place, 1 + bird.place], np.float32))
        answer[:, : len(voice)] += voice * direct[:, np.newaxis]
        return np.multiply(answer.T, np.float32(units.gain(bird.decibels + spread_db)), order="C")


def _sung(notes: list[_Note], second: float) -> Curve:
    """Return the notes as one mono sound, of amplitude up to about 1."""
    sound = np.zeros(units.frames(max(note.start_s + note.length_s for note in notes)) + 1, np.float32)
    for note in notes:
        through = np.linspace(0.0, np.pi, units.frames(note.length_s), dtype=np.float32)
        hertz = note.first_hz + (note.last_hz - note.first_hz) * (0.5 - 0.5 * np.cos(through))
        turns = np.cumsum(hertz, dtype=np.float64) / SAMPLE_RATE
        angle = ((turns - np.floor(turns)) * (2 * np.pi)).astype(np.float32)
        swell = np.maximum(np.sin(through), 0)
        wave = (np.sin(angle) + np.float32(second) * np.sin(2 * angle)) * (swell * np.sqrt(swell))
        start = units.frames(note.start_s)
        sound[start : start + len(wave)] += np.float32(note.strength) * wave
    return sound
