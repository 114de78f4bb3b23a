"""A bed, ready to be heard: loops that are read without end, and how loud they are together."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stem.progress import beat
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.loudness import Meter


@dataclass(frozen=True, slots=True, eq=False)
class Bed:
    """A background that never ends.

    Attributes:
        name: A name in `BEDS`, or layers of these.
        loops: Its parts, each of shape (frames, 2) and repeated on its own; the bed is their sum.
        lufs: The measured loudness of that sum (ITU-R BS.1770-4).
        gains: The factor of each loop in the sum; none at all stands for 1 for every loop.
        under_lu: How much farther under the voice it belongs than other beds, in LU.
        sinks_lu: How much it sinks while a bell dies away over it, in LU, from where it lies at the stroke.
    """

    name: str
    loops: tuple[Samples, ...]
    lufs: float
    gains: tuple[float, ...] = ()
    under_lu: float = 0.0
    sinks_lu: float = 0.0

    def read(self, start: int, frames: int) -> Samples:
        """Return `frames` frames from frame `start` on, shape (frames, 2); every start lies in the bed."""
        sound = np.zeros((frames, 2), np.float32)
        for loop, factor in zip(self.loops, self.gains or (1.0,) * len(self.loops), strict=True):
            position, filled = start % len(loop), 0
            while filled < frames:
                count = min(frames - filled, len(loop) - position)
                part = loop[position : position + count]
                sound[filled : filled + count] += part if factor == 1.0 else part * np.float32(factor)
                let_go(part)
                position, filled = 0, filled + count
        return sound


def loudness(loops: tuple[Samples, ...], gains: tuple[float, ...] = ()) -> float:
    """Return the LUFS of one round of the longest loop, in which the others meet it as they mostly do."""
    bed = Bed("", loops, 0.0, gains)
    meter = Meter()
    for start in range(0, max(map(len, loops)), BLOCK_FRAMES):
        beat()
        meter.add(bed.read(start, BLOCK_FRAMES))
    return meter.integrated()


def blocks_of(loop: Samples) -> Iterator[tuple[slice, Samples]]:
    """Yield a loop block by block, each with where it lies; what was worked on is not held."""
    for start in range(0, len(loop), BLOCK_FRAMES):
        place = slice(start, start + BLOCK_FRAMES)
        block = loop[place]
        yield place, block
        let_go(block)


_AROUND_BYTES = 1 << 22


def let_go(part: Samples) -> None:
    """Give back the memory of a part of a loop that is mapped from a file: it can be read again there.

    A bed of four minutes would stay in memory for as long as a track is made, all 77 MB of it.
    """
    mapped: object = part.base
    while isinstance(mapped, np.ndarray):
        mapped = mapped.base
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # Windows takes it by itself
        begin = part.ctypes.data - np.frombuffer(mapped, np.uint8).ctypes.data
        # What is read is mapped with what stands around it, also with what was let go before it.
        first = max(begin - begin % mmap.PAGESIZE - _AROUND_BYTES, 0)
        mapped.madvise(mmap.MADV_DONTNEED, first, begin + part.nbytes - first)
