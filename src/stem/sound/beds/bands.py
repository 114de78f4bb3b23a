"""Bands of one noise, each with gains of its own; what lies low is made at a lower rate, and so sooner."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stem.sound.beds.bed import let_go
from stem.sound.beds.noise import STEP_FRAMES, Curve, Noise, cut, slope, speech_dip
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

_EVERY = (9, 3)
"""A low noise is known from every so many frames; each divides a step."""

_HIGHEST = 0.28
"""The most that a band may reach, of the rate at which it is made: the rest is for what stops its images."""

_TAPS, _WINDOW = 16, 9.0
"""Of what fills in the frames between, in frames that are known; images lie 90 dB down (Kaiser)."""

_BEFORE, _AFTER = _TAPS // 2 - 1, _TAPS // 2

_KNOWN_AT_ONCE = 1024
"""A product of matrices as small as this is done by one core, however many there are."""

Part: TypeAlias = tuple[Curve, NDArray[np.float64]]
"""The magnitude of a band, which ends where the band does, and its RMS at every step: see `Noise.add_to`."""


def add_bands(noise: Noise, out: Samples, parts: Iterable[Part]) -> None:
    """Add bands of a noise to `out`, shape (frames, 2): each as `Noise.add_to` does, but sooner.

    One is asked for when the last is done. The widest belong first: they take the most memory.
    """
    known: dict[int, NDArray[np.float32]] = {}
    for magnitude, gains in parts:
        highest = len(magnitude) / noise.frames
        every = next((every for every in _EVERY if highest * every < _HIGHEST), 1)
        if every == 1:
            noise.add_to(out, magnitude, gains)
            continue
        if every not in known:
            known[every] = np.zeros((2, noise.frames // every + _TAPS - 1), np.float32)
        for channel, ear in enumerate(np.broadcast_to(gains, (2, gains.shape[-1]))):
            known[every][channel, _BEFORE:-_AFTER] += _wave(noise, channel, magnitude, ear, every)
    for every, sound in known.items():
        _fill_in(out, sound, every)


def hiss(noise: Noise, db_per_octave: float, low: float, high: float, ends: float = SAMPLE_RATE / 2) -> Curve:
    """Return a magnitude of a slope from `low` to `high`, none over `ends`, with room for speech.

    All in hertz; outside the first two it falls by 12 dB more an octave.
    """
    colour = slope(noise.under(ends), db_per_octave)
    colour *= cut(noise.under(ends), low, high)
    colour *= speech_dip(noise.under(ends))
    return colour


def _wave(noise: Noise, channel: int, magnitude: Curve, gains: NDArray[np.float64], every: int) -> Curve:
    """Return every so many frames of a band of a channel."""
    frames = noise.frames // every
    wave = np.fft.irfft(noise.spectrum(magnitude, channel), frames).astype(np.float32, copy=False)
    power = 2 * np.square(magnitude[1:]).sum(dtype=np.float64) / frames**2
    steps = (gains / math.sqrt(power)).astype(np.float32)[:, np.newaxis]
    ramp = np.arange(0, STEP_FRAMES, every, dtype=np.float32) / np.float32(STEP_FRAMES)
    curve = (np.roll(steps, -1) - steps) * ramp
    curve += steps
    wave *= curve.reshape(-1)
    return wave


def _fill_in(out: Samples, known: NDArray[np.float32], every: int) -> None:
    """Add what is known of two ears to a loop, with the frames between.

    Args:
        out: The loop, shape (frames, 2).
        known: Every so many frames of it, with room for those of the other end at both.
        every: How many.
    """
    known[:, :_BEFORE], known[:, -_AFTER:] = known[:, -_TAPS + 1 : -_AFTER], known[:, _BEFORE : _TAPS - 1]
    around, filling = sliding_window_view(known, _TAPS, axis=1), _filling(every)
    for start in range(0, around.shape[1], _KNOWN_AT_ONCE):
        part = out[start * every : (start + _KNOWN_AT_ONCE) * every]
        for ear, windows in enumerate(around[:, start : start + _KNOWN_AT_ONCE]):
            part[:, ear] += (np.ascontiguousarray(windows) @ filling).reshape(-1)
        let_go(part)


@cache
def _filling(every: int) -> NDArray[np.float32]:
    """Return what each of the known frames around gives to the first one and those after it."""
    apart = np.arange(every) / every - np.arange(-_BEFORE, 1 + _AFTER)[:, np.newaxis]
    window = np.i0(_WINDOW * np.sqrt(np.maximum(1 - np.square(2 * apart / _TAPS), 0.0))) / np.i0(_WINDOW)
    return np.asarray(np.sinc(apart) * window, np.float32)
