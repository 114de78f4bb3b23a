"""Hearing a track for its picture: loudness and spectrum over time, and where the voice probably is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stem.errors import AudioError
from stem.messages import Message
from stem.sound.clips import Samples
from stem.sound.decoding import playing
from stem.sound.loudness import STEP_S, Meter
from stem.units import seconds

Floats = NDArray[np.float64]
Span = tuple[float, float]
"""Start and end in seconds."""

LONGEST_S = 12 * 3600.0
"""Seconds of sound that fit in a picture; a sleep track is eight hours."""

LOWEST_RATE = 8000
"""Hertz; what is lower than a telephone's has no place for the filters of a loudness meter."""

WINDOW_S = 0.4
"""Of a momentary loudness (EBU Tech 3341)."""

BANDS_HZ = np.geomspace(50, 16_000, 97)
"""The edges of the bands: each as wide as the next to the ear, a twelfth of an octave."""

SOFTEST_LUFS = -80.0
"""What is softer is silence."""

_SPECTRUM_S = 0.09
"""Of a spectrum: it tells 11 Hz apart."""
_MOST_SPECTRA = 4096
_SHORTEST_PAUSE_S = 0.6
_VOICE_ABOVE_LU = 6.0
"""Voice and background are told apart only when they lie this far from each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What a picture shows of a sound.

    Attributes:
        length_s: How long it is.
        momentary: LUFS of each 0.4 s, every 0.1 s.
        short_term: LUFS of each 3 s, every 0.1 s.
        integrated_lufs: Of the whole.
        spectra: Power in each of the bands, a row for each time.
        spectrum_s: Seconds from row to row.
    """

    length_s: float
    momentary: Floats
    short_term: Floats
    integrated_lufs: float
    spectra: Floats
    spectrum_s: float

    @classmethod
    def of(cls, path: Path) -> Self:
        """Listen to a file once.

        Raises:
            AudioError: when it cannot be read, lasts longer than `LONGEST_S`, or has too low a sample rate.
        """
        with playing(path, LONGEST_S) as (recording, blocks):
            rate = recording.rate
            if rate < LOWEST_RATE:
                raise AudioError(
                    path, Message("its sample rate of {rate} Hz is too low for a picture", rate=rate)
                )
            channels = min(recording.channels, 2)
            meter, spectra, frames = Meter(rate, channels), Spectra(rate), 0
            for block in blocks:
                heard = block[:, :channels]
                meter.add(heard)
                spectra.add(heard)
                frames += len(block)
        return cls(
            seconds(frames, rate),
            meter.momentary(),
            meter.short_term(),
            meter.integrated(),
            spectra.rows(),
            spectra.row_s,
        )


class Spectra:
    """The power in bands of equal width to the ear, over time.

    Rows lie half a window apart; when there would be more than 4096, each two become their mean.

    Args:
        rate: Sample rate in hertz.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._size = 2 ** round(math.log2(rate * _SPECTRUM_S))
        self._hop = self._size // 2
        self._window = np.hanning(self._size + 1)[:-1].astype(np.float32)
        lines = self._size // 2 + 1
        # Line k of a spectrum is about what lies between k - 0.5 and k + 0.5.
        self._edges = np.minimum(BANDS_HZ * self._size / rate + 0.5, lines)
        self._waiting: Samples | None = None
        self._table = np.zeros((_MOST_SPECTRA, len(BANDS_HZ) - 1))
        self._filled = 0
        self._joined = 1  # spectra that make a row
        self._loose: Floats = self._table[:0]

    @property
    def row_s(self) -> float:
        """Seconds from row to row."""
        return seconds(self._joined * self._hop, self._rate)

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        if self._waiting is None:  # the first window is about the first sample
            self._waiting = np.zeros((self._hop, block.shape[1]), np.float32)
        joined = np.concatenate([self._waiting, block])
        count = max((len(joined) - self._size) // self._hop + 1, 0)
        self._waiting = joined[count * self._hop :].copy()
        if count:
            self._keep(self._powers(joined[: (count + 1) * self._hop]))

    def rows(self) -> Floats:
        """Return the rows of all that was heard, shape (times, bands): mean squares, with full scale 1.0."""
        if self._waiting is not None:
            self.add(np.zeros((self._size - len(self._waiting), self._waiting.shape[1]), np.float32))
        rest = self._loose.mean(axis=0, keepdims=True) if len(self._loose) else self._loose
        return np.concatenate([self._table[: self._filled], rest])

    def _powers(self, sound: Samples) -> Floats:
        """Return the power in each band of each window, the mean of the channels."""
        lines = np.zeros((1, 1))
        for channel in sound.T:
            windows = sliding_window_view(channel, self._size)[:: self._hop] * self._window
            lines = lines + np.square(np.abs(np.fft.rfft(windows)), dtype=np.float64)
        # A band may be narrower than a line is: it gets its share of it.
        below = np.pad(np.cumsum(lines, axis=1), ((0, 0), (1, 0)))
        whole = np.minimum(self._edges.astype(int), lines.shape[1] - 1)
        part = self._edges - whole
        at_edges = below[:, whole] * (1 - part) + below[:, whole + 1] * part
        # Parseval: both halves of a spectrum have the sum of squares of what was transformed, times its size.
        scale = 2 / (sound.shape[1] * self._size * np.square(self._window).sum())
        return np.asarray(np.diff(at_edges, axis=1) * scale)

    def _keep(self, powers: Floats) -> None:
        self._loose = np.concatenate([self._loose, powers])
        while len(self._loose) >= self._joined:
            if self._filled == _MOST_SPECTRA:
                self._filled //= 2
                self._table[: self._filled] = (self._table[0::2] + self._table[1::2]) / 2
                self._joined *= 2
                continue
            self._table[self._filled] = self._loose[: self._joined].mean(axis=0)
            self._filled += 1
            self._loose = self._loose[self._joined :]


def voice_spans(momentary: Floats) -> tuple[Span, ...]:
    """Estimate from the loudness where the voice is: it is the louder of two kinds of moments.

    The border between the two is halfway between their means (Ridler and Calvard, Picture Thresholding Using
    an Iterative Selection Method, IEEE SMC-8, 1978).

    Args:
        momentary: LUFS of each 0.4 s, every 0.1 s.

    Returns:
        Where it is, in order; nothing when all moments are of one kind.
    """
    level = np.maximum(momentary, SOFTEST_LUFS)
    low, high = np.percentile(level, (5, 95)) if len(level) else (0.0, 0.0)
    for _ in range(20):
        loud = level > (low + high) / 2
        if loud.all() or not loud.any():
            break
        low, high = level[~loud].mean(), level[loud].mean()
    if high - low < _VOICE_ABOVE_LU:
        return ()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], level > (low + high) / 2, [False]])))
    # A window reads loud as soon as a part of it is: what sounds begins and ends nearer to its middle.
    middle_s = (WINDOW_S - STEP_S) / 2
    times = [float(edge * STEP_S + middle_s) for edge in edges]
    return _joined(list(zip(times[0::2], times[1::2], strict=True)))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans with those that lie close together as one: a sentence has breaths of its own."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < _SHORTEST_PAUSE_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
