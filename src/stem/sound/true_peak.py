"""The true peak: the highest point of the curve between samples (ITU-R BS.1770-4, annex 2)."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.units import decibels

# True peak: Annex 2 asks for 4 points a frame, which may read 0.7 dB low; 16 read at most 0.04 dB low.
_REACH = 16
"""Frames on either side of a point between frames that its height is interpolated from."""


_NEAR = 4  # sound up to 20 kHz has a frame of half a peak's height among the 4 on either side of it


_NEAR_HEIGHT = 0.5


_COARSE_HEIGHT = 0.85  # of a peak; what 12 taps at every quarter frame find of it at least, up to 19 kHz


def _interpolators(points: int, reach: int, beta: float) -> NDArray[np.float32]:
    """Return a sinc under a Kaiser window for each point between frames, shape (points - 1, 2 * reach)."""
    fractions = np.arange(1, points)[:, None] / points
    distances = np.arange(1 - reach, reach + 1)[None, :] - fractions
    kernel = np.sinc(distances) * np.i0(beta * np.sqrt(1 - (distances / reach) ** 2))
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), dtype=np.float32)


_COARSE = _interpolators(points=4, reach=6, beta=3.0)


_FINE = _interpolators(points=16, reach=_REACH, beta=5.0)  # flat within 0.02 dB up to 19 kHz at 44.1 kHz


def peaks_between(samples: Samples, above: float) -> NDArray[np.float32]:
    """Return the highest peak of all channels between each two frames that have `_REACH` frames either side.

    Only peaks above `above` are of interest, so it looks closely only where a coarse look saw something
    high, and coarsely only where a frame nearby is high: a quiet track costs next to nothing. Elsewhere
    the answer is 0.
    """
    count = len(samples) - 2 * _REACH + 1
    peaks = np.zeros(count, np.float32)
    for channel in np.ascontiguousarray(samples.T):
        height = np.float32(above * _NEAR_HEIGHT)
        high = (channel > height) | (channel < -height)
        if not high.any():
            continue
        near = high[_REACH - _NEAR :]
        for reach in (1, 2, 4):  # high from here on: within 2, within 4, within 2 * _NEAR frames
            near = near[:-reach] | near[reach:]
        places = np.flatnonzero(near[:count])
        places = places[_points_between(channel, places, _COARSE) > above * _COARSE_HEIGHT]
        peaks[places] = np.maximum(peaks[places], _points_between(channel, places, _FINE))
    return peaks


def _points_between(
    channel: NDArray[np.float32], places: NDArray[np.intp], interpolators: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the highest of the points between frames `_REACH` - 1 and `_REACH` after each place."""
    width = interpolators.shape[1]
    windows = sliding_window_view(channel, width)[places + (_REACH - width // 2)]
    return np.asarray(np.abs(interpolators @ windows.T).max(axis=0))


def sample_peak(samples: Samples) -> float:
    """Return the highest sample, either way; not a number when one is not."""
    return float(max(samples.max(), -samples.min()))


class TruePeak:
    """The true peak of a stream of samples (BS.1770-4, Annex 2, with 16 points a frame instead of 4)."""

    def __init__(self, channels: int = 2) -> None:
        self._peak = 0.0
        self._tail: Samples = np.zeros((2 * _REACH - 1, channels), np.float32)

    @classmethod
    def of(cls, peak: float, tail: Samples) -> TruePeak:
        """Return one that heard this; see `heard`."""
        found = cls(tail.shape[1])
        found._peak, found._tail = peak, tail
        return found

    @property
    def heard(self) -> tuple[float, Samples]:
        """The highest peak so far, and the last frames, of which a peak behind them may still show."""
        return self._peak, self._tail

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        for start in range(0, len(block), BLOCK_FRAMES):
            joined = np.concatenate([self._tail, block[start : start + BLOCK_FRAMES]])
            self._peak = _highest(joined, self._peak)
            self._tail = joined[1 - 2 * _REACH :].copy()

    def extend(self, later: TruePeak) -> None:
        """Take over what another one heard of the same track after this one, and go on where it is.

        The two must overlap by 16 frames or more: a peak between two frames shows in what lies around it.
        """
        self._peak = max(self._peak, later._peak)
        self._tail = later._tail

    def dbtp(self) -> float:
        """Return the true peak of what was heard, with silence after it; minus infinity for silence."""
        ending = np.concatenate([self._tail, np.zeros_like(self._tail)])
        return decibels(_highest(ending, self._peak))


def true_peak(samples: Samples) -> float:
    """Return the true peak of a clip in dBTP; minus infinity for silence."""
    peak = TruePeak(samples.shape[1])
    peak.add(samples)
    return peak.dbtp()


def _highest(samples: Samples, known: float) -> float:
    known = max(known, sample_peak(samples))
    return max(known, float(peaks_between(samples, known).max()))
