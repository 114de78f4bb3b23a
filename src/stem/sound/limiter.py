"""A limiter with look-ahead that keeps the true peak under a ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from stem.sound.clips import BLOCK_FRAMES, Samples, recut
from stem.sound.true_peak import _NEAR_HEIGHT, _REACH, peaks_between, sample_peak
from stem.units import SAMPLE_RATE, frames, gain

LOOK_AHEAD_S = 0.005
"""Seconds in which the limiter turns down before a peak."""


RELEASE_S = 0.060
"""Seconds in which the limiter's reduction falls to 1/e after a peak."""


_NO_REDUCTION = 1e-6  # 0.00001 dB: the end of a release, from where samples pass bit for bit


def limited(
    blocks: Iterable[Samples], ceiling_dbtp: float = -1.5, rate: int = SAMPLE_RATE
) -> Iterator[Samples]:
    """Turn down, smoothly and on all channels alike, what would come above the ceiling.

    The gain falls during the 5 ms before a peak and recovers with 60 ms after it. Nothing is delayed: frame n
    comes out as frame n, and where nothing exceeds the ceiling it comes out bit for bit.

    Args:
        blocks: Samples of shape (frames, channels), cut in any way; the way does not show in the output.
        ceiling_dbtp: The highest true peak that is let through, in dBTP.
        rate: Sample rate in hertz.

    Yields:
        Blocks of `BLOCK_FRAMES` frames, and a last one with the rest.
    """
    ceiling = gain(ceiling_dbtp)
    look_ahead = frames(LOOK_AHEAD_S, rate)
    decay = 1 / (RELEASE_S * rate)
    margin = look_ahead + _REACH
    before: Samples | None = None
    held = 0.0
    for block, following in pairwise(chain(recut(blocks, BLOCK_FRAMES), [None])):
        assert block is not None
        after = np.zeros((margin, block.shape[1]), np.float32)
        if following is not None:
            after[: len(following)] = following[:margin]
        around = np.concatenate([np.zeros_like(after) if before is None else before, block, after])
        before = around[len(block) : len(block) + margin]
        required = _required_reduction(around, ceiling)
        if held == 0 and not required.any():
            yield block
            continue
        reduction, held = _smooth_reduction(required, held, look_ahead, decay)
        yield block * (1 - reduction).astype(np.float32)[:, None]


def _required_reduction(around: Samples, ceiling: float) -> NDArray[np.float64]:
    """Return for each frame the part of its gain that must go; for those with `_REACH` frames either side."""
    highest = sample_peak(around)
    if highest <= ceiling * _NEAR_HEIGHT:
        return np.zeros(len(around) - 2 * _REACH)
    between = peaks_between(around, ceiling)
    if max(float(between.max()), highest) <= ceiling:
        return np.zeros(len(around) - 2 * _REACH)
    frame_peaks = reduce(np.maximum, np.abs(around[_REACH:-_REACH]).T)
    # A peak between two frames comes down when both do.
    peaks = np.maximum(frame_peaks, np.maximum(between[:-1], between[1:]))
    return np.asarray(1 - ceiling / np.maximum(peaks, ceiling, dtype=np.float64))


def _smooth_reduction(
    required: NDArray[np.float64], held: float, look_ahead: int, decay: float
) -> tuple[NDArray[np.float64], float]:
    """Return a gentle course that is never under the required reduction, and where its release then stands.

    Each requirement is first spread over the look-ahead before it, then released, then averaged over the
    look-ahead behind each frame: all that is averaged there is at least what that frame requires.

    Args:
        required: For the block's frames and `look_ahead` frames either side.
        held: The released reduction just before the first of these.
        look_ahead: In frames.
        decay: Of the release, in nepers a frame.
    """
    size = look_ahead + 1
    count = len(required) - look_ahead
    ahead = _highest_ahead(required, size)[:count]
    # y[n] = max(x[n], y[n-1] exp(-decay)) is a cumulative maximum of x on a scale that rises by exp(decay) a
    # frame. A block's length is 25 times the release: the scale stays far from the end of the floats.
    scale = np.exp(decay * np.arange(1, count + 1))
    released = np.maximum.accumulate(np.maximum(ahead * scale, held)) / scale
    window = np.hanning(size + 2)[1:-1]
    reduction = np.convolve(released, window / window.sum(), mode="valid")
    reduction[reduction < _NO_REDUCTION] = 0.0
    next_held = float(released[count - size])
    return reduction, next_held if next_held >= _NO_REDUCTION else 0.0


def _highest_ahead(values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return for each place the highest of the `size` values from there on; as many of them as there are."""
    highest, reach = values.copy(), 1
    while reach < size:  # the highest of so many, and of so many after these
        step = min(reach, size - reach)
        highest[:-step] = np.maximum(highest[:-step], highest[step:])
        reach += step
    return highest
