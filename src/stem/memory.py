"""How this process holds memory."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST_ARENAS = -1, -3, -8
_HELD_BYTES = 16 << 20
_BLOCK_BYTES = 8 << 20


def hold_on() -> None:
    """Keep some memory that is freed, for what asks for as much a moment later.

    A block of sound is half a megabyte, which glibc gives back to the system at once; to get the next one
    costs as much as to filter it. All threads have it of one heap: with a heap each, as glibc
    would, each keeps as much that the others cannot have. Where there is no glibc, nothing happens.
    """
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, _HELD_BYTES)
        mallopt(_MMAP_THRESHOLD, _BLOCK_BYTES)
        mallopt(_MOST_ARENAS, 1)
