"""A mix as it is going to be encoded: mono if need be, limited, at the file's rate; measured on the way."""

from __future__ import annotations

import hashlib
import math
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from stem import __version__, units
from stem.progress import beat
from stem.sound.clips import BLOCK_FRAMES, Samples, cropped, downmixed, resampled
from stem.sound.limiter import limited
from stem.sound.loudness import Loudness, Meter, Rms
from stem.sound.mixing import Mix
from stem.sound.pieces import Keeper, Piece
from stem.sound.true_peak import TruePeak

_STEP = 882
"""Frames of 44.1 kHz in the 20 ms that a meter counts by: pieces begin at whole steps."""

_WARM = 50 * _STEP
"""How long before its first frame a piece is begun: in 1 s a release of the limiter is over (it is rounded to
nothing after 0.83 s), and filters have rung out. Whole frames at every rate that a file can have."""

_HEARD = 10 * _STEP
"""From how long before its first frame a piece is measured: the meter's filter has rung out by then."""

_BEYOND = 10 * _STEP
"""How far beyond its last: more than the limiter and the resampler look ahead."""


_HASH_BYTES = 32
_LOWER = np.uint64(31)
_FACTORS_SEED = 20_261_201
_TREATMENT = 2
"""To be raised when the same mix comes out of the limiter, the resampler or the meter otherwise."""
_FIGURES = struct.Struct("<QdQdQ")


@dataclass(slots=True)
class _Measured:
    """What was measured of a piece, up to the frame behind its last; so many frames of it so far."""

    last: int
    meter: Meter
    peak: TruePeak
    rms: Rms
    frames: int = 0

    def packed(self) -> bytes:
        """Return what was measured as bytes, exactly."""
        (power, samples), (peak, tail) = self.rms.heard, self.peak.heard
        figures = _FIGURES.pack(self.frames, power, samples, peak, len(tail))
        return figures + tail.astype("<f4").tobytes() + self.meter.heard().astype("<f8").tobytes()

    @classmethod
    def unpacked(cls, content: bytes, last: int, channels: int) -> _Measured:
        """Return what was packed of a piece."""
        frames, power, samples, peak, count = _FIGURES.unpack_from(content)
        powers_at = _FIGURES.size + 4 * channels * count
        tail = np.frombuffer(content[_FIGURES.size : powers_at], "<f4").reshape(count, channels)
        powers = np.frombuffer(content[powers_at:], "<f8")
        return cls(
            last,
            Meter.of(powers.astype(np.float64), channels),
            TruePeak.of(peak, tail.astype(np.float32)),
            Rms(power, samples),
            frames,
        )


@dataclass(eq=False)
class Master:
    """A mastered mix, for the encoders: `pieces.Sliced`.

    Attributes:
        mix: The track.
        ceiling_dbtp: The highest true peak that is let through.
        channels: 1 or 2.
        rate: Of the file, in hertz.
        keeper: Where what comes of pieces is kept; None when it is not.
    """

    mix: Mix
    ceiling_dbtp: float
    channels: int = 2
    rate: int = units.SAMPLE_RATE
    keeper: Keeper | None = None
    _sources: dict[int, bytes] = field(default_factory=dict)
    _measured: dict[int, _Measured] = field(default_factory=dict)

    @cached_property
    def _ratio(self) -> Fraction:
        return Fraction(self.rate, units.SAMPLE_RATE)

    @cached_property
    def frames(self) -> int:
        """Its length at `rate`, the count nearest to the ideal one."""
        return math.floor(self.mix.frames * self._ratio + Fraction(1, 2))

    @cached_property
    def unit(self) -> int:
        """The frames of whole steps of the meter that are whole frames at both rates."""
        inside = math.lcm(_STEP, self._ratio.denominator)
        return int(inside * self._ratio)

    def blocks(self, piece: Piece, before: int = 0, after: int = 0) -> Iterator[Samples]:
        """Yield a piece and what stands around it, shape (frames, channels); see `pieces.Sliced`."""
        first, last = max(piece.first - before, 0), min(piece.last + after, self.frames)
        own_first, own_last = self._inside(piece.first), self._inside(piece.last)
        start, stop = self._around(first, last)
        mixed, source = self.mix.blocks(BLOCK_FRAMES, start, stop), hashlib.blake2b(digest_size=_HASH_BYTES)
        if self.keeper is not None:
            mixed = _hashed(mixed, source)
        before_own = min(_HEARD, own_first - start)
        meter = Meter(channels=self.channels, skip_frames=before_own, single=True)
        heard = _Measured(piece.last, meter, TruePeak(self.channels), Rms())
        self._measured[piece.first] = heard
        mastered = limited(downmixed(mixed) if self.channels == 1 else mixed, self.ceiling_dbtp)
        measured = _heard(mastered, heard, before_own, own_first - start, own_last - start)
        yield from cropped(resampled(measured, self.rate), first - int(start * self._ratio), last - first)
        heard.meter = Meter.of(heard.meter.heard(), self.channels)  # without the samples that it held
        if self.keeper is not None:
            deque(mixed, 0)  # to its end: the hash is one of all
            self._sources[piece.first] = self._with_settings(source)

    def source(self, piece: Piece, before: int = 0, after: int = 0, *, again: bool = False) -> bytes:
        """Return a hash of all that decides the blocks of a piece; see `pieces.Recallable`."""
        if not again:
            return self._sources.pop(piece.first)
        start, stop = self._around(max(piece.first - before, 0), min(piece.last + after, self.frames))
        source = hashlib.blake2b(digest_size=_HASH_BYTES)
        for _ in _hashed(self.mix.blocks(BLOCK_FRAMES, start, stop), source):
            beat()
        return self._with_settings(source)

    def measures(self, piece: Piece) -> bytes:
        """Return what was measured of a piece that was heard."""
        return self._measured[piece.first].packed()

    def recall(self, piece: Piece, measures: bytes) -> None:
        """Take a piece for heard of which this was measured."""
        self._measured[piece.first] = _Measured.unpacked(measures, piece.last, self.channels)

    def _around(self, first: int, last: int) -> tuple[int, int]:
        """Return from which frame of the mix to which one is computed for some frames of the file."""
        start = max(self._inside(first) - _WARM, 0)
        return start, min(self._inside(last) + _BEYOND, self.mix.frames)

    def _with_settings(self, mixed: hashlib.blake2b) -> bytes:
        settings = (_TREATMENT, __version__, np.__version__, self.ceiling_dbtp, self.channels, self.rate)
        return mixed.digest() + repr(settings).encode()

    def share(self) -> float:
        """Return how much of the whole has been heard, 0 to 1."""
        return min(sum(each.frames for each in list(self._measured.values())) / max(self.mix.frames, 1), 1.0)

    def loudness(self) -> Loudness:
        """Return what was measured of the whole, when all pieces have been heard."""
        meter, peak = Meter(channels=self.channels), TruePeak(self.channels)
        for piece in self._pieces():
            meter.extend(piece.meter)
            peak.extend(piece.peak)
        return Loudness.of(meter, peak)

    def rms_db(self) -> float:
        """Return the root mean square of the whole, when all pieces have been heard."""
        rms = Rms()
        for piece in self._pieces():
            rms.extend(piece.rms)
        return rms.decibels()

    def _pieces(self) -> Iterator[_Measured]:
        place = 0
        while place < self.frames:
            yield self._measured[place]
            place = self._measured[place].last

    def _inside(self, frame: int) -> int:
        """Return the frame of the mix at a frame of the file."""
        return self.mix.frames if frame == self.frames else int(frame / self._ratio)


def _hashed(blocks: Iterator[Samples], by: hashlib.blake2b) -> Iterator[Samples]:
    """Pass blocks on as they are, and hash them.

    Of a block two sums of 64 bits are hashed, in which each frame has factors of its own: other sound has the
    same two by a chance of about one in 2**64. That takes a seventh of the time that all bytes would.
    """
    for block in blocks:
        frames = np.ascontiguousarray(block).view(np.uint64)[:, 0]
        # A sum loses what overflows, so that the signs in the upper bits have to count in the lower ones too.
        sums = np.einsum("ks,s->k", _factors()[:, : len(frames)], frames ^ frames >> _LOWER)
        by.update(len(frames).to_bytes(8, "little") + sums.astype("<u8").tobytes())
        yield block


@cache
def _factors() -> NDArray[np.uint64]:
    """Return two odd factors for each frame of a block."""
    random = np.random.default_rng(_FACTORS_SEED)
    return random.integers(2**64, size=(2, BLOCK_FRAMES), dtype=np.uint64) | np.uint64(1)


def _heard(blocks: Iterator[Samples], by: _Measured, before: int, first: int, last: int) -> Iterator[Samples]:
    """Pass blocks on as they are, and measure a piece: of what lies `before`, the meter's filter hears it."""
    done = 0
    for block in blocks:
        beat()
        own = block[max(first - before - done, 0) : last - done] if done < last else block[:0]
        if len(own):
            by.meter.add(own)
            by.peak.add(block[max(first - before - done, 0) : last - done + _STEP])
            counted = block[max(first - done, 0) : last - done]
            by.rms.add(counted)
            by.frames += len(counted)
        done += len(block)
        yield block
