"""A sound that can be written to a file without being mixed first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stem.sound.clips import Samples
from stem.sound.pieces import Piece


@dataclass
class Known:
    """A sound that is there already, in pieces.

    Attributes:
        samples: Shape (frames, channels).
        unit: See `pieces.Sliced`.
        block_frames: Of a block.
    """

    samples: Samples
    unit: int = 1
    block_frames: int = 30_000

    @property
    def frames(self) -> int:
        return len(self.samples)

    def blocks(self, piece: Piece, before: int = 0, after: int = 0) -> Iterator[Samples]:
        """Yield a piece and what stands around it."""
        around = self.samples[max(piece.first - before, 0) : piece.last + after]
        for start in range(0, len(around), self.block_frames):
            yield around[start : start + self.block_frames]
