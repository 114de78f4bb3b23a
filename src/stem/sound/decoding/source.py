"""A file from outside, opened as nothing but a regular file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from stem.errors import AudioError
from stem.messages import Message

_BLOCK_BYTES = 512
_SPARSE_BYTES = 64 << 20
_SPARSE_SHARE = 64
"""A file of which less than one part in this many is on the disk was never written."""


@dataclass(frozen=True, slots=True)
class Source:
    """An open file.

    Attributes:
        path: What it is called.
        file: Open for reading, at any place.
        size: In bytes.
    """

    path: Path
    file: BinaryIO
    size: int

    def read(self, start: int, count: int) -> bytes:
        """Return up to `count` bytes from byte `start` on; fewer at the end of the file.

        Raises:
            AudioError: when the disk fails.
        """
        try:
            self.file.seek(start)
            return self.file.read(count)
        except OSError as error:
            raise unreadable(self.path, error) from error

    def refused(self, problem: str, hint: str = "") -> AudioError:
        """Return the error that tells why this file cannot be used."""
        return AudioError(self.path, problem, hint=hint)

    def cut_short(self) -> AudioError:
        """Return the error for a file of which the rest is missing."""
        return self.refused(
            Message("it is cut short"), Message("Copy or download it again; it was not finished.")
        )


def unreadable(path: Path, error: OSError) -> AudioError:
    """Return the error for a file that the system does not give."""
    return AudioError(path, Message("it cannot be read ({reason})", reason=error.strerror or error))


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Lend a file, open.

    Raises:
        AudioError: when it cannot be opened, is no regular file, is empty, or is one great hole.
    """
    try:
        # Without O_NONBLOCK a named pipe would hold us here for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        if isinstance(error, ValueError):
            raise AudioError(repr(str(path)), Message("it is not the name of a file")) from error
        raise unreadable(path, error) from error
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)
        raise AudioError(
            path, Message("it is a folder") if stat.S_ISDIR(facts.st_mode) else Message("it is not a file")
        )
    with os.fdopen(descriptor, "rb") as file:
        if facts.st_size == 0:
            raise AudioError(path, Message("it is empty"))
        on_disk = getattr(facts, "st_blocks", facts.st_size) * _BLOCK_BYTES  # Windows does not tell
        if facts.st_size > max(_SPARSE_BYTES, _SPARSE_SHARE * on_disk):
            raise AudioError(
                path,
                Message("nearly all of it was never written"),
                hint=Message("Copy or download it again."),
            )
        yield Source(path, file, facts.st_size)


@dataclass(frozen=True, slots=True)
class ContainerInfo:
    """How the sound in a file is packed, and what the file says of it.

    Attributes:
        demuxer: The one of ffmpeg that takes it apart.
        start: The byte where it begins, behind what is no sound.
        promised_s: How long the file says it is, in seconds; None when it does not.
        slack_s: How much shorter it may be and still be whole.
        warnings: What is worth telling, each as a clause about "it".
    """

    demuxer: str
    start: int = 0
    promised_s: float | None = None
    slack_s: float = 0.0
    warnings: tuple[str, ...] = ()

    def warned(self, *warnings: str) -> ContainerInfo:
        """Return the same with warnings in front."""
        return replace(self, warnings=(*warnings, *self.warnings))
