"""Sounds that stand still: a drone, two tones for headphones, and the quiet of a room."""

from __future__ import annotations

import math

import numpy as np

from stem import units
from stem.sound.beds.bed import blocks_of, let_go
from stem.sound.beds.noise import (
    BROWN_LOWEST_HZ,
    MONO_BELOW_HZ,
    STEP_FRAMES,
    Noise,
    Spectrum,
    cut,
    fill_with_noise,
    gain_curve,
    slope,
    speech_dip,
    wander,
)
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_ROOT_HZ = 110.0
_LOW_PARTIALS = ((0.5, -9.0), (1.0, 0.0), (1.5, -4.0), (2.0, -6.0), (3.0, -14.0))
_HIGH_PARTIALS = ((2.0, -8.0), (3.0, -12.0), (4.0, -17.0), (5.0, -24.0), (6.0, -25.0), (8.0, -32.0))
"""Ratio to the root, and level in dB: octaves and fifths, and a third that is hardly there."""

_SWAY_HZ = 0.08
"""How fast a partial comes and goes: the width of its sidebands."""

_SIDEBANDS = 0.4
"""Their RMS beside the steady part, so that a partial grows faint now and then but never leaves."""

_BESIDE_HZ = (0.12, 0.55)
_BESIDE = 0.35
"""Hertz beside the partial, and amplitude, of the two strings that sound it with the middle one. Each partial
has its own: with the same for all, the whole drone would beat as one."""

_WIDTH = 0.8
"""How much of the swaying of a partial is each ear's own."""

_ROOM_OCTAVES_DB = ((63, 51), (125, 40), (250, 33), (500, 26), (1000, 22), (2000, 19), (4000, 17), (8000, 16))
"""Octave bands of a very quiet room: hertz, and dB SPL of the curve NC-20 (Beranek, 1957)."""


def fill_with_low_drone(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with a root and its fifth that slowly breathe, and some air."""
    fill_with_noise(rng, out, db_per_octave=-6.02, dbfs=-42.0)
    _sustain(rng, out, _LOW_PARTIALS, dbfs=-22.0)


def fill_with_high_drone(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with what shines above the root."""
    _sustain(rng, out, _HIGH_PARTIALS, dbfs=-30.0)


def _sustain(
    rng: np.random.Generator, out: Samples, partials: tuple[tuple[float, float], ...], *, dbfs: float
) -> None:
    """Add partials: each a few lines of the spectrum, with sidebands that let it come and go."""
    length_s = units.seconds(len(out))
    reach = round(3 * _SWAY_HZ * length_s)
    skirt = np.exp(-np.square(np.arange(-reach, reach + 1) / (_SWAY_HZ * length_s)) / 2)
    skirt *= _SIDEBANDS / math.sqrt(np.square(skirt).sum())
    lines: list[tuple[int, Spectrum]] = []
    for ratio, decibels in partials:
        lower_hz, upper_hz = rng.uniform(*_BESIDE_HZ, 2)
        for beside_hz, share in ((-lower_hz, _BESIDE), (0.0, 1.0), (upper_hz, _BESIDE)):
            centre = round((_ROOT_HZ * ratio + beside_hz) * length_s)
            shared, left, right = np.exp(2j * np.pi * rng.random((3, len(skirt)))) * skirt
            steady = np.exp(2j * np.pi * rng.random())
            wide = _WIDTH if centre / length_s > MONO_BELOW_HZ else 0.0
            ears = math.sqrt(1 - wide**2) * shared + wide * np.stack((left, right))
            ears[:, reach] += steady
            lines.append((centre, (share * units.gain(decibels) * ears).astype(np.complex64)))
    power = sum(float(np.square(np.abs(ears)).sum()) for _, ears in lines) / len(out) ** 2
    for channel in range(2):
        spectrum: Spectrum = np.zeros(len(out) // 2 + 1, np.complex64)
        for centre, ears in lines:
            spectrum[centre - reach : centre + reach + 1] += ears[channel]
        spectrum *= np.float32(units.gain(dbfs) / math.sqrt(power))
        let_go(out)
        wave = np.fft.irfft(spectrum, len(out))
        del spectrum
        for place, block in blocks_of(out):
            block[:, channel] += wave[place]
        del wave


_CARRIER_HZ, _BEAT_HZ = 200.0, 6.0
"""197 Hz left and 203 Hz right."""


def fill_with_binaural_tones(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with a tone in each ear, 6 Hz apart, on brown noise.

    There is no proof that it does anything: of 14 studies of EEG 5 were for and 8 against.
    """
    fill_with_noise(rng, out, db_per_octave=-6.02, dbfs=-23.0)
    gains = gain_curve(wander(rng, len(out) // STEP_FRAMES, 0.5, 0.02, 0.1) * units.gain(-26.0))
    second = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    for channel, sign in enumerate((-1, 1)):
        # Both tones go round in a second, so in any loop of whole seconds.
        tone = math.sqrt(2) * np.sin(2 * np.pi * (_CARRIER_HZ + sign * _BEAT_HZ / 2) * second)
        wave = np.tile(tone.astype(np.float32), len(out) // SAMPLE_RATE)
        wave *= gains
        for place, block in blocks_of(out):
            block[:, channel] += wave[place]


def fill_with_room(rng: np.random.Generator, out: Samples) -> None:
    """Fill `out`, shape (frames, 2), with the quiet of a room: what is left when nothing sounds."""
    noise = Noise.random(rng, len(out))
    centres, levels_db = np.array(_ROOM_OCTAVES_DB, np.float64).T
    density_db = levels_db - 10 * np.log10(centres)  # an octave is as wide as its centre is high
    octaves = np.log2(noise.hertz)
    colour = 10 ** (np.interp(octaves, np.log2(centres), density_db) / 20).astype(np.float32)
    colour *= cut(noise.hertz, 60.0, 9000.0) * slope(noise.hertz, 0.0, BROWN_LOWEST_HZ)
    colour *= speech_dip(noise.hertz)
    noise.add_to(out, colour, np.full(len(out) // STEP_FRAMES, units.gain(-20.0)))
