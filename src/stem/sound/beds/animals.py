"""Birds in a wood and crickets in a warm night, none of them near."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.cores import cores
from stem.progress import in_order
from stem.sound.beds.grains import lay
from stem.sound.beds.noise import STEP_FRAMES, Alike, Curve, Noise, cut, half_cosine, slope, speech_dip, wander
from stem.sound.beds.returns import least_returning
from stem.sound.beds.weather import fill_with_hiss
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_LOOK_S = 0.2
"""Between two looks at the level of a layout."""

_TAIL_FRAMES = units.frames(1.4)
_TAIL_T60_S = 1.2
"""How long a wood answers."""

_QUICK_SIZES = (131_072, 196_608, 262_144, 524_288)
"""Lengths in frames that are quick to transform."""

_AT_ONCE = 2
"""Songs at the same time."""

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


_LOW_SHARE, _LOW_STRENGTH = 0.25, 0.4

def _blackbird(rng: np.random.Generator) -> list[_Note]:
    """A few slow fluted notes, and now and then a faint twitter after them."""
    notes, at_s = [], 0.0
    for _ in range(rng.integers(3, 6)):
        length_s, hertz, strength = rng.uniform(0.16, 0.38), rng.uniform(1850.0, 2800.0), rng.uniform(0.55, 0.8)
        if rng.random() < _LOW_SHARE:
            hertz, strength = rng.uniform(1180.0, 1360.0), _LOW_STRENGTH
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

_WOOD_DB_PER_OCTAVE, _WOOD_DBFS, _DARK_DBFS = -4.5, -53.3, -57.3
_LEAVES_HIGH = 7500.0
_DARK_HZ = 250.0
_GLINT_HZ, _GLINT_DB = 7000.0, 3.0
_BREEZE_DB = 3.1
_WOOD_ALIKE: Alike = ((300.0, 0.32), (500.0, 0.2), (1000.0, 0.58), (4000.0, 0.5), (8000.0, 0.0))
_NEAR_BIRDS = (
    _Bird(_blackbird, apart_s=7.5, place=-0.5, decibels=-35.0, second=0.2),
    _Bird(_robin, apart_s=13.0, place=0.7, decibels=-36.0),
    _Bird(_great_tit, apart_s=20.0, place=0.2, decibels=-38.5),
)
_FAR_BIRDS = (
    _Bird(_great_tit, apart_s=24.0, place=0.8, decibels=-42.0),
    _Bird(_blackbird, apart_s=12.0, place=0.7, decibels=-42.5, second=0.2),
    _Bird(_robin, apart_s=24.0, place=-0.8, decibels=-43.0),
    _Bird(_wood_pigeon, apart_s=19.0, place=-0.6, decibels=-46.0),
)


def fill_with_near_birds(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with a wood in the morning: leaves, a blackbird, and a robin."""
    noise = Noise.random(rng, len(out), _WOOD_ALIKE)
    hertz = noise.hertz
    octaves = np.log2(hertz / np.float32(_GLINT_HZ))
    glint = np.float32(10) ** (np.float32(_GLINT_DB / 20) * np.exp2(-np.square(2 * octaves)))
    leaves = _wood_colour(hertz) * cut(hertz, 300.0, _LEAVES_HIGH) * glint
    leaves = leaves*np.sqrt(half_cosine(np.log2(hertz/_DARK_HZ)))
    steps = len(out) // STEP_FRAMES
    breeze = wander(rng, steps, _BREEZE_DB, 0.02, 0.3) * wander(rng, steps, _BREEZE_DB / 2, 0.3, 2.0)
    breeze *= units.gain(_WOOD_DBFS)
    noise.add_to(out, leaves, breeze)
    _sing(rng, out, _NEAR_BIRDS, breeze)


def fill_with_far_birds(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the dark of the wood, and the birds at its other end."""
    noise = Noise.random(rng, len(out), _WOOD_ALIKE)
    hertz = noise.under(2 * _DARK_HZ)
    dark = _wood_colour(hertz) * cut(hertz, 300.0, _LEAVES_HIGH) * np.sqrt(1-half_cosine(np.log2(hertz/_DARK_HZ)))
    steps = len(out) // STEP_FRAMES
    noise.add_to(out, dark, wander(rng, steps, 1.0, 0.02, 0.3) * units.gain(_DARK_DBFS))
    _sing(rng, out, _FAR_BIRDS, np.full(steps, units.gain(_WOOD_DBFS)))


def _wood_colour(hertz: Curve) -> Curve:
    return slope(hertz, _WOOD_DB_PER_OCTAVE) * speech_dip(hertz)


def _sing(
    rng: np.random.Generator, out: Samples, birds: tuple[_Bird, ...], air: NDArray[np.float64]
) -> None:
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
    wood = _Wood.random(rng)
    asked = [
        (bird, bird.notes(rng), rng.uniform(*_SPREAD_DB))
        for bird, count in zip(birds, counts, strict=True)
        for _ in range(count)
    ]
    songs = list(in_order(lambda one: wood.answered(*one), asked, min(cores(), _AT_ONCE)))
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


def _power(song: Samples, look: int) -> NDArray[np.float64]:
    """Return the power of a song in each look at it."""
    looks = -(-len(song) // look)
    whole = np.zeros((looks, 2 * look), np.float32)
    whole.reshape(-1)[: song.size] = song.reshape(-1)
    return np.asarray(np.einsum("lf,lf->l", whole, whole) / (2 * look), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Wood:
    """What a wood makes of a click: many trunks, other ones for each ear.

    Attributes:
        spectra: By the length of the transform, in frames.
    """

    spectra: dict[int, NDArray[np.complexfloating]]

    @classmethod
    def random(cls, rng: np.random.Generator) -> _Wood:
        """Return one that answers songs of any length."""
        time_s = np.arange(_TAIL_FRAMES) / SAMPLE_RATE
        decay = 10 ** (-3 * time_s / _TAIL_T60_S) * np.minimum(time_s / 0.02, 1.0)
        tail = _BOTH_EARS @ rng.standard_normal((2, len(time_s))) * decay
        tail *= np.minimum(1.0, (time_s[-1] - time_s) / 0.1)
        tail *= _TAIL_SHARE / np.sqrt(np.square(tail).sum(axis=1, keepdims=True))
        return cls({size: np.fft.rfft(tail.astype(np.float32), size) for size in _QUICK_SIZES})

    def answered(self, bird: _Bird, notes: list[_Note], spread_db: float) -> Samples:
        """Return a song of a bird, with what the wood makes of it, shape (frames, 2)."""
        voice = _sung(notes, bird.second)
        frames = len(voice) + _TAIL_FRAMES - 1
        size = next(size for size in _QUICK_SIZES if size >= frames)
        answer = np.fft.irfft(np.fft.rfft(voice, size) * self.spectra[size], size)[:, :frames]
        direct = np.sqrt(np.array([1 - bird.place, 1 + bird.place], np.float32))
        answer[:, : len(voice)] += voice * direct[:, np.newaxis]
        answer *= np.float32(units.gain(bird.decibels + spread_db))
        return np.ascontiguousarray(answer.T, np.float32)


def _sung(notes: list[_Note], second: float) -> Curve:
    """Return the notes as one mono sound, of amplitude up to about 1."""
    sound = np.zeros(units.frames(max(note.start_s + note.length_s for note in notes)) + 1, np.float32)
    for note in notes:
        through = np.linspace(0.0, 1.0, units.frames(note.length_s))
        hertz = note.first_hz + (note.last_hz - note.first_hz) * np.square(np.sin(np.pi / 2 * through))
        turns = 2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE
        wave = (np.sin(turns) + second * np.sin(2 * turns)) * np.sin(np.pi * through) ** 1.5
        start = units.frames(note.start_s)
        sound[start : start + len(wave)] += (note.strength * wave).astype(np.float32)
    return sound


_NEAR_CRICKETS = ((0.1, -35.8), (-0.7, -36.5), (0.6, -38.2))
"""Place, and level in dB, of each."""

_SONGS = 24
"""Of one cricket, more than fit in a loop."""

_MOST_CHIRPS = 17
_REST_S = (1.2, 6.0)
_PACE_S = 0.45, 0.6
_PULSES = 3, 4, 4
"""Chirps in a song, and the rest before it."""

_UNREST = 0.12
"""How much sooner or later than by the clock a chirp may come."""

_WING_SECOND, _WING_THIRD = 0.06, 0.035
"""The second harmonic beside the first: nor is a wing."""

_NIGHT_BESIDE_A_CRICKET = 0.3
"""What is always heard, in amplitude."""


_NIGHT_DB = (
    (20.0, -14.0), (50.0, -6.0), (120.0, -1.0), (250.0, 0.0), (400.0, -1.4), (630.0, -3.5), (1000.0, -7.0),
    (1600.0, -14.5), (2500.0, -21.0), (3200.0, -25.0), (4500.0, -26.0), (6350.0, -30.5), (9000.0, -37.0), (12_000.0, -46.0), (14_000.0, -60.0),
)


def _night(rng: np.random.Generator, out: Samples) -> None:
    """Add the air of a warm night."""
    noise = Noise.random(rng, len(out))
    hertz, decibels = np.transpose(_NIGHT_DB)
    octaves = np.log2(noise.under(hertz[-1]))
    colour: Curve = np.interp(octaves, np.log2(hertz), decibels).astype(np.float32)
    colour *= np.float32(math.log(10) / 20)
    np.exp(colour, out=colour)
    gains = wander(rng, len(out) // STEP_FRAMES, _NIGHT_UNREST_DB, 0.02, 0.3)
    noise.add_to(out, colour, gains * units.gain(_NIGHT_DBFS))


_NIGHT_DBFS, _NIGHT_UNREST_DB = -60.3, 0.3
_SHIMMER_DBFS, _SHIMMER_HZ = -59.5, 4310.0
_HIGH_HZ, _HIGH = 10_200.0, 0.04


def fill_with_near_crickets(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the air of a warm night and a few crickets in the grass."""
    _night(rng, out)
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
        hertz = rng.uniform(4150.0, 4500.0)
        kinds = [_pulses(hertz * rng.uniform(0.995, 1.005), count) for count in _PULSES]
        for at_s, swell in np.transpose(cricket.chirps(loop_s)).tolist():
            chirp = kinds[rng.integers(len(kinds))]
            start = units.frames(at_s + rng.normal(0.0, 0.008)) % len(out)
            lay(out, start, chirp[:, np.newaxis] * (ears * np.float32(swell * rng.uniform(0.8, 1.0))))


def fill_with_far_crickets(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the shimmer of all the others over the fields."""
    noise = Noise.random(rng, len(out))
    octaves = np.log2(noise.under(14_000.0))
    hump, high = (np.exp(-np.square((octaves - np.float32(math.log2(hertz))) / np.float32(width))) for hertz, width in ((_SHIMMER_HZ, 0.1), (_HIGH_HZ, 0.14)))
    steps = len(out) // STEP_FRAMES
    swell = wander(rng, steps, 0.6, 0.05, 0.5) * wander(rng, steps, 3.0, 14.0, 22.0)
    noise.add_to(out, hump + np.float32(_HIGH) * high, swell * units.gain(_SHIMMER_DBFS))


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
