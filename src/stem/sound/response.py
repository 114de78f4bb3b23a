"""Linear filters by their frequency response: what a recursive filter does, at once for a whole clip.

    y = apply_sections([Highpass(80).section(rate)], signal)

    stream = StreamFilter([...], channels=2, step=882)
    filtered = [stream(block) for block in blocks] + [stream.rest()]

That is exact but for the rounding of floats (300 dB down) and for what rings on too long: what comes round to
the front again is 160 dB down. `scipy.signal` does it by recursion, in two thirds of the time, and takes a
second and a half to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem.sound.clips import Samples

Section: TypeAlias = tuple[float, float, float, float, float, float]
"""A second-order section: b0, b1, b2, a0, a1, a2."""

_LEAST_FRAMES = 2048
"""Of what rings: where it is less, larger transforms cost no more."""

_SILENT = 1e-8
"""What rings on below this share of its height is gone."""


def apply_sections(sections: Sequence[Section], signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a signal of shape (frames,) behind filters, one after another; as long as it was."""
    overlap = _overlap(tuple(sections), 1)
    hops = -(-len(signal) // overlap.hop)
    room = np.zeros(overlap.behind + hops * overlap.hop)
    room[overlap.behind : overlap.behind + len(signal)] = signal
    return overlap.filtered(room[np.newaxis], hops)[0, : len(signal)]


@dataclass(frozen=True, slots=True, eq=False)
class _Overlap:
    """Filters, as transforms that overlap (overlap-save).

    Attributes:
        hop: How many frames of each transform come out.
        behind: How many stand before them, that still ring.
        response: What becomes of each frequency.
    """

    hop: int
    behind: int
    response: NDArray[np.complex128]

    def filtered(self, samples: NDArray[np.floating], hops: int) -> NDArray[np.float64]:
        """Return so many hops of samples of shape (channels, frames), without the `behind` first frames."""
        channels, size = len(samples), self.behind + self.hop
        out = np.empty((channels, hops * self.hop))
        # Memory that is new for each transform takes as long as the transform.
        window, spectrum = np.empty((channels, size)), np.empty((channels, size // 2 + 1), np.complex128)
        for first in range(0, hops * self.hop, self.hop):  # several at once are rounded otherwise than one
            window[:] = samples[:, first : first + size]
            np.fft.rfft(window, out=spectrum)
            np.multiply(spectrum, self.response, out=spectrum)
            np.fft.irfft(spectrum, size, out=window)
            out[:, first : first + self.hop] = window[:, self.behind :]
        return out


@lru_cache(maxsize=16)
def _overlap(sections: tuple[Section, ...], step: int) -> _Overlap:
    """Return filters as transforms whose hops are a multiple of `step` frames."""
    ring = max(map(_ring_frames, sections))
    size = 1 << (3 * max(ring, step, _LEAST_FRAMES)).bit_length()
    hop = (size - ring) // step * step
    response = _response(sections, size)
    response.setflags(write=False)
    return _Overlap(hop, size - hop, response)


class StreamFilter:
    """Filters for a stream of samples, which comes out in whole steps; how it is cut does not show.

    Args:
        sections: One after another.
        channels: Of the stream.
        step: Frames; what comes out is a multiple of this.
    """

    def __init__(self, sections: Sequence[Section], channels: int, step: int) -> None:
        self._overlap = _overlap(tuple(sections), step)
        self._step = step
        self._held: Samples = np.zeros((self._overlap.behind, channels), np.float32)

    @property
    def waiting(self) -> int:
        """How many frames went in and did not come out yet."""
        return len(self._held) - self._overlap.behind

    def __call__(self, block: Samples) -> NDArray[np.float64]:
        """Return what has come out since, shape (channels, frames)."""
        joined = np.concatenate([self._held, block])
        hops = (len(joined) - self._overlap.behind) // self._overlap.hop
        self._held = joined[hops * self._overlap.hop :].copy()
        return self._overlap.filtered(joined.T, hops)

    def reset(self) -> None:
        """Forget what was heard."""
        self._held = np.zeros((self._overlap.behind, self._held.shape[1]), np.float32)

    def rest(self) -> NDArray[np.float64]:
        """Return the whole steps that wait, as (channels, frames); they wait still."""
        waiting = self.waiting // self._step * self._step
        padded = np.pad(self._held, ((0, self._overlap.hop - self.waiting), (0, 0)))
        return self._overlap.filtered(padded.T, 1)[:, :waiting]


def convolved(signal: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what a response of its own makes of a signal: as long as both together, less a frame."""
    frames = len(signal) + len(response) - 1
    size = _room_for(frames)
    return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(response, size), size)[:frames]


def _response(sections: Sequence[Section], size: int) -> NDArray[np.complex128]:
    """Return what filters make of each frequency of a real transform of `size` frames."""
    delay: NDArray[np.complex128] = np.exp(np.arange(size // 2 + 1) * (-2j * math.pi / size))
    response = np.ones(len(delay), np.complex128)
    for b0, b1, b2, a0, a1, a2 in sections:
        response *= (b0 + delay * (b1 + delay * b2)) / (a0 + delay * (a1 + delay * a2))
    return np.asarray(response)


def _ring_frames(section: Section) -> int:
    """Return for how long a filter rings: its slowest pole decides."""
    radius = max(np.abs(np.roots(section[3:])), default=0.0)
    # Two poles in one place ring a little longer than one.
    return 0 if radius == 0 else math.ceil(1.2 * math.log(_SILENT) / math.log(radius))


def _room_for(frames: int) -> int:
    """Return a size, not much larger, whose transform is quick: 2, 3 or 5 by a power of two."""
    power = 1 << max(frames - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= frames)
