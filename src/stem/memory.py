"""How this process holds memory."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from stem.errors import AudioError
from stem.messages import Message

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST_ARENAS = -1, -3, -8
_HELD_BYTES = 8 << 20
_BLOCK_BYTES = 1 << 20
_LEFT_BYTES = 2 << 20


def hold_on() -> None:
    """Keep some memory that is freed, for what asks for as much a moment later.

    A block of sound is half a megabyte, which glibc gives back to the system at once; to get the next one
    costs as much as to filter it. What is larger, such as a sentence in its room, does go back. All threads
    have it of one heap: with a heap each, as glibc would, each keeps as much that the others cannot have.
    Where there is no glibc, nothing happens.
    """
    _set(_HELD_BYTES, _BLOCK_BYTES)


def give_back() -> None:
    """Give back at once what is freed of the sound of whole minutes.

    glibc would keep a piece of ten megabytes, and then another of the same size, for whoever might ask.
    """
    _set(_LEFT_BYTES, _LEFT_BYTES)


def _set(held_bytes: int, mapped_bytes: int) -> None:
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, held_bytes)
        mallopt(_MMAP_THRESHOLD, mapped_bytes)
        mallopt(_MOST_ARENAS, 1)


@contextmanager
def enough(what: str) -> Iterator[None]:
    """Tell in our words when there is too little memory for something.

    Raises:
        AudioError: then.
    """
    try:
        yield
    except MemoryError as error:
        raise AudioError(
            what,
            Message("this machine has too little memory for it"),
            hint=Message("Close other programs, or let fewer tracks be made at once, and try it again."),
        ) from error
