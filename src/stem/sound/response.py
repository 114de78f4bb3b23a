"""Linear filters by their frequency response: what a recursive filter does, at once for a whole clip.

    y = apply_sections([Highpass(80).section(rate)], signal)

    stream = StreamFilter([...], channels=2, step=882)
    filtered = [stream(block) for block in blocks] + [stream.rest()]

That is exact but for the rounding of floats (300 dB down) and for what rings on too long: what comes round to
the front again is 200 dB down. `scipy.signal` does it by recursion, in two thirds of the time, and takes a
second and a half to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem.sound.clips import Samples

Section: TypeAlias = tuple[float, float, float, float, float, float]
"""A second-order section: b0, b1, b2, a0, a1, a2."""

_SILENT = 1e-10
"""What rings on below this share of its height is gone."""


def apply_sections(sections: Sequence[Section], signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a signal of shape (frames,) behind filters, one after another; as long as it was."""
    size = _room_for(len(signal) + max(map(_ring_frames, sections)))
    spectrum = np.fft.rfft(signal, size)
    spectrum *= frequency_response(sections, size)
    return np.fft.irfft(spectrum, size)[: len(signal)]


class StreamFilter:
    """Filters for a stream of samples, which comes out in whole steps; how it is cut does not show.

    Each transform begins with as much of what went before as still rings (overlap-save).

    Args:
        sections: One after another.
        channels: Of the stream.
        step: Frames; what comes out is a multiple of this.
        before: What stood in the stream just before, shape (frames, channels): what of it rings on is heard.
    """

    def __init__(
        self, sections: Sequence[Section], channels: int, step: int, before: Samples | None = None
    ) -> None:
        ring = max(map(_ring_frames, sections))
        self._size = 1 << (3 * max(ring, step)).bit_length()
        self._hop = (self._size - ring) // step * step
        self._behind = self._size - self._hop
        self._step = step
        self._response = frequency_response(sections, self._size)
        self._held: Samples = np.zeros((self._behind, channels), np.float32)
        if before is not None and len(before):
            self._held[-len(before) :] = before[-self._behind :]

    @property
    def waiting(self) -> int:
        """How many frames went in and did not come out yet."""
        return len(self._held) - self._behind

    def __call__(self, block: Samples) -> NDArray[np.float64]:
        """Return what has come out since, shape (channels, frames)."""
        joined = np.concatenate([self._held, block])
        hops = max((len(joined) - self._behind) // self._hop, 0)
        out = self._filtered(joined, hops)
        self._held = joined[hops * self._hop :].copy()
        return out

    def rest(self) -> NDArray[np.float64]:
        """Return the whole steps that wait, as (channels, frames); they wait still."""
        padded = np.pad(self._held, ((0, self._size - len(self._held)), (0, 0)))
        return self._filtered(padded, 1)[:, : self.waiting // self._step * self._step]

    def _filtered(self, samples: Samples, hops: int) -> NDArray[np.float64]:
        heard = np.empty((samples.shape[1], hops * self._hop))
        for hop in range(hops):  # one by one: several at once are rounded otherwise than one
            first = hop * self._hop
            spectrum = np.fft.rfft(samples[first : first + self._size].T.astype(np.float64))
            spectrum *= self._response
            heard[:, first : first + self._hop] = np.fft.irfft(spectrum, self._size)[:, self._behind :]
        return heard


def convolved(signal: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what a response of its own makes of a signal: as long as both together, less a frame."""
    frames = len(signal) + len(response) - 1
    size = _room_for(frames)
    return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(response, size), size)[:frames]


def frequency_response(sections: Sequence[Section], size: int) -> NDArray[np.complex128]:
    """Return what filters make of each frequency of a real transform of `size` frames."""
    delay = _delay(size)
    response = np.ones(len(delay), np.complex128)
    for b0, b1, b2, a0, a1, a2 in sections:
        response *= (b0 + delay * (b1 + delay * b2)) / (a0 + delay * (a1 + delay * a2))
    return np.asarray(response)


@lru_cache(maxsize=4)
def _delay(size: int) -> NDArray[np.complex128]:
    """Return what a delay of a frame makes of each frequency."""
    delay: NDArray[np.complex128] = np.exp(np.arange(size // 2 + 1) * (-2j * math.pi / size))
    delay.setflags(write=False)
    return delay


def _ring_frames(section: Section) -> int:
    """Return for how long a filter rings: its slowest pole decides."""
    radius = max(np.abs(np.roots(section[3:])), default=0.0)
    # Two poles in one place ring a little longer than one.
    return 0 if radius == 0 else math.ceil(1.2 * math.log(_SILENT) / math.log(radius))


def _room_for(frames: int) -> int:
    """Return a size, not much larger, whose transform is quick: 2, 3 or 5 by a power of two."""
    power = 1 << max(frames - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= frames)
