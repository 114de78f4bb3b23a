"""Linear filters by their frequency response: what a recursive filter does, at once for a whole clip.

    y = apply_sections([Highpass(80).section(rate)], signal)

    stream = StreamFilter([...], channels=2, step=882)
    filtered = [stream(block) for block in blocks] + [stream.rest()]

That is exact but for the rounding of floats (300 dB down; 130 in single precision) and for what rings on too
long: what comes round to the front again is 160 dB down. `scipy.signal` does it by recursion,
and takes a second and a half to import.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem.sound.clips import Samples

Section: TypeAlias = tuple[float, float, float, float, float, float]
"""A second-order section: b0, b1, b2, a0, a1, a2."""

_LEAST_FRAMES = 2048
"""Of what rings: where it is less, larger transforms cost no more."""

_SILENT, _SILENT_SINGLE = 1e-8, 1e-5
"""What rings on below this share of its height is gone; the second where one only measures."""

_ROWS = 4
"""Transforms at once: each takes less time then."""

_NOTHING = np.float32(0)
"""Before the first sample; however long a filter rings, it takes no memory: a night has 400 meters."""


def apply_sections(sections: Sequence[Section], signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a signal of shape (frames,) behind filters, one after another; as long as it was."""
    return _overlap(tuple(sections), 1).of_whole(signal, len(signal))


def apply_both_ways(section: Section, signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a signal of shape (frames,) behind a filter forwards and backwards: twice, and without phase."""
    ring = _ring_frames(section)
    overlap = _overlap_both_ways(section, ring)
    return overlap.of_whole(signal, len(signal) + ring)[ring:]


def convolved(signal: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what a response of its own makes of a signal: as long as both together, less a frame."""
    behind = len(response) - 1
    size = _room_for(min(len(response) * 8 // 5, len(signal) + 2 * behind))
    spectrum = np.fft.rfft(response.astype(np.float64), size)
    return _Overlap(size - behind, behind, spectrum).of_whole(signal, len(signal) + behind)


@dataclass(frozen=True, slots=True, eq=False)
class _Overlap:
    """Filters, as transforms that overlap (overlap-save).

    Attributes:
        hop: How many frames of each transform come out.
        behind: How many stand before them, that still ring.
        response: What becomes of each frequency; its precision is that of the transforms.
    """

    hop: int
    behind: int
    response: NDArray[np.complexfloating]

    def of_whole(self, signal: NDArray[np.floating], frames: int) -> NDArray[np.float64]:
        """Return so many frames of what becomes of a signal of shape (frames,) that silence surrounds."""
        hops = -(-frames // self.hop)
        room = np.zeros(self.behind + hops * self.hop)
        room[self.behind : self.behind + len(signal)] = signal
        filtered = self.filtered(room[np.newaxis], hops)[0, :frames]
        return np.asarray(filtered, dtype=np.float64)

    def filtered(self, samples: NDArray[np.inexact], hops: int) -> NDArray[np.inexact]:
        """Return so many hops of samples of shape (channels, frames), without the `behind` first frames.

        Complex samples are two channels, for a response of both halves of the frequencies.
        """
        size, is_pair = self.behind + self.hop, np.iscomplexobj(samples)
        kind: np.dtype[Any] = self.response.dtype if is_pair else self.response.real.dtype
        out = np.empty((len(samples), hops * self.hop), kind)
        # Memory that is new for each transform takes as long as the transform.
        window = np.empty((_ROWS, size), kind)
        spectrum = np.empty((_ROWS, len(self.response)), self.response.dtype)
        forth: Callable[..., object] = np.fft.fft if is_pair else np.fft.rfft
        back: Callable[..., object] = np.fft.ifft if is_pair else np.fft.irfft
        places = [(channel, hop * self.hop) for channel in range(len(samples)) for hop in range(hops)]
        for start in range(0, len(places), _ROWS):
            taken = places[start : start + _ROWS]
            rows, transformed = window[: len(taken)], spectrum[: len(taken)]
            for row, (channel, first) in zip(rows, taken, strict=True):
                row[:] = samples[channel, first : first + size]
            forth(rows, norm="ortho", out=transformed)  # "backward" is in double precision always
            np.multiply(transformed, self.response, out=transformed)
            back(transformed, size, norm="ortho", out=rows)
            for row, (channel, first) in zip(rows, taken, strict=True):
                out[channel, first : first + self.hop] = row[self.behind :]
        return out


@lru_cache(maxsize=16)
def _overlap(
    sections: tuple[Section, ...], step: int, *, single: bool = False, pair: bool = False
) -> _Overlap:
    """Return filters as transforms whose hops are a multiple of `step` frames; see `_Overlap.filtered`."""
    ring = max(_ring_frames(section, _SILENT_SINGLE if single else _SILENT) for section in sections)
    size = 1 << (3 * max(ring, step, _LEAST_FRAMES)).bit_length()
    hop = (size - ring) // step * step
    response: NDArray[np.complexfloating] = _response(sections, size)
    if pair:
        response = np.concatenate([response, np.conj(response[-2:0:-1])])
    if single:
        response = response.astype(np.complex64)
    response.setflags(write=False)
    return _Overlap(hop, size - hop, response)


@lru_cache(maxsize=4)
def _overlap_both_ways(section: Section, ring: int) -> _Overlap:
    """Return a filter forwards and backwards, later by what it rings."""
    size = 1 << (6 * max(ring, _LEAST_FRAMES)).bit_length()
    later = np.exp(np.arange(size // 2 + 1) * (-2j * math.pi * ring / size))
    response = np.square(np.abs(_response([section], size))) * later
    response.setflags(write=False)
    return _Overlap(size - 2 * ring, 2 * ring, response)


class StreamFilter:
    """Filters for a stream of samples, which comes out in whole steps; how it is cut does not show.

    Args:
        sections: One after another.
        channels: Of the stream.
        step: Frames; what comes out is a multiple of this.
        single: Whether in single precision, which is enough to measure. A pair of channels becomes one
            that is complex, whose transform takes less time than theirs.
    """

    def __init__(
        self,
        sections: Sequence[Section],
        channels: int,
        step: int,
        *,
        single: bool = False,
    ) -> None:
        self._is_pair = single and channels == 2  # noqa: PLR2004
        self._overlap = _overlap(tuple(sections), step, single=single, pair=self._is_pair)
        self._step = step
        self._held: Samples = np.broadcast_to(_NOTHING, (self._overlap.behind, channels))

    @property
    def waiting(self) -> int:
        """How many frames went in and did not come out yet."""
        return len(self._held) - self._overlap.behind

    def __call__(self, block: Samples) -> NDArray[np.floating]:
        """Return what has come out since, shape (channels, frames); a pair in turns, as one channel."""
        joined = np.concatenate([self._held, block])
        channels = self._channels(joined)
        hops = (len(joined) - self._overlap.behind) // self._overlap.hop
        hops -= hops % max(_ROWS // len(channels), 1)
        self._held = joined[hops * self._overlap.hop :].copy()
        return self._real(self._overlap.filtered(channels, hops))

    def _channels(self, joined: Samples) -> NDArray[np.inexact]:
        return joined.view(np.complex64).T if self._is_pair else joined.T

    def _real(self, filtered: NDArray[np.inexact]) -> NDArray[np.floating]:
        return np.asarray(filtered.view(np.float32) if self._is_pair else filtered)

    def reset(self) -> None:
        """Forget what was heard."""
        self._held = np.broadcast_to(_NOTHING, (self._overlap.behind, self._held.shape[1]))

    def rest(self) -> NDArray[np.floating]:
        """Return the whole steps that wait, likewise; they wait still."""
        waiting = self.waiting // self._step * self._step
        hops = -(-waiting // self._overlap.hop)
        padded = np.pad(self._held, ((0, max(hops * self._overlap.hop - self.waiting, 0)), (0, 0)))
        return self._real(self._overlap.filtered(self._channels(padded), hops)[:, :waiting])


def _response(sections: Sequence[Section], size: int) -> NDArray[np.complex128]:
    """Return what filters make of each frequency of a real transform of `size` frames."""
    delay: NDArray[np.complex128] = np.exp(np.arange(size // 2 + 1) * (-2j * math.pi / size))
    response = np.ones(len(delay), np.complex128)
    for b0, b1, b2, a0, a1, a2 in sections:
        response *= (b0 + delay * (b1 + delay * b2)) / (a0 + delay * (a1 + delay * a2))
    return np.asarray(response)


def _ring_frames(section: Section, silent: float = _SILENT) -> int:
    """Return for how long a filter rings: its slowest pole decides."""
    radius = max(np.abs(np.roots(section[3:])), default=0.0)
    # Two poles in one place ring a little longer than one.
    return 0 if radius == 0 else math.ceil(1.2 * math.log(silent) / math.log(radius))


def _room_for(frames: int) -> int:
    """Return a size, not much larger, whose transform is quick: 2, 3 or 5 by a power of two."""
    power = 1 << max(frames - 1, 1).bit_length()
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= frames)
