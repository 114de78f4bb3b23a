"""Decoded music on disk: read as it is needed, so that an hour takes no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from typing import BinaryIO
from weakref import finalize

import numpy as np

from stem.sound.clips import BLOCK_FRAMES, Samples

_FRAME_BYTES = 8
"""Two channels of float32."""


class Music:
    """Decoded music in a file, open for as long as someone has it.

    Args:
        file: Open for reading, and for writing while it is made.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._lock = Lock()  # a track is mixed by several threads
        finalize(self, file.close)

    def read(self, first: int, count: int) -> Samples:
        """Return frames, shape (count, 2)."""
        with self._lock:
            self._file.seek(first * _FRAME_BYTES)
            return np.frombuffer(self._file.read(count * _FRAME_BYTES), "<f4").reshape(-1, 2)

    def write(self, first: int, sound: Samples) -> None:
        """Put frames where the one with the number `first` is."""
        self._file.seek(first * _FRAME_BYTES)
        self._file.write(sound.astype("<f4", copy=False).tobytes())

    def blocks(self, first: int, last: int) -> Iterator[Samples]:
        """Yield the frames from `first` to before `last`."""
        for place in range(first, last, BLOCK_FRAMES):
            yield self.read(place, min(BLOCK_FRAMES, last - place))

    def close(self) -> None:
        """Close the file; what was written is on its way to the disk."""
        self._file.close()
