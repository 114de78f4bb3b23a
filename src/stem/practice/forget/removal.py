"""To remove a file that is the one that was looked at, and no other that has its name by now.

A file is opened without following links, judged by what was opened, and removed from the folder that was
found, if it still is there: between that last look and the removal lie a few microseconds.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

from stem.messages import Message
from stem.practice.forget.ownership import Judge

FolderId: TypeAlias = tuple[int, int]
"""The device and the number of a folder: another one that gets its name has another number."""

_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))
_BY_FOLDER = {os.open, os.stat, os.unlink} <= os.supports_dir_fd


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that may go.

    Attributes:
        path: Where it is.
        folder: The folder that it was found in.
        judge: What else is asked of it.
        sha256: Of the content that it should have; "" when that is not known.
    """

    path: Path
    folder: FolderId
    judge: Judge
    sha256: str = ""


def folder_id(folder: Path) -> FolderId:
    """Return what tells a folder from another one with its name.

    Raises:
        OSError: when it is not there.
    """
    found = folder.stat()
    return found.st_dev, found.st_ino


def content_hash(path: Path, most_bytes: float = math.inf) -> str:
    """Return the SHA-256 of a plain file, and "" for what is none, as a link or a pipe, or has more bytes.

    Raises:
        OSError: when it cannot be read.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        return ""
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        found = os.fstat(file.fileno())
        is_wanted = stat.S_ISREG(found.st_mode) and found.st_size <= most_bytes
        return hashlib.file_digest(file, "sha256").hexdigest() if is_wanted else ""


def judged(piece: Piece, *, removing: bool = False) -> str | None:
    """Return why a file stays, as a clause about "it"; "" when it may go, None when it is not there.

    Args:
        piece: The file.
        removing: Remove it when it may go.
    """
    try:
        with _opened_folder(piece) as folder:
            return _judged(piece, folder, removing=removing)
    except FileNotFoundError:
        return None
    except OSError as error:
        if removing:
            return Message("it cannot be removed ({reason})", reason=error.strerror)
        return Message("it cannot be read ({reason})", reason=error.strerror)


@contextmanager
def _opened_folder(piece: Piece) -> Iterator[int | None]:
    """Lend the folder of a file, opened; None where the system opens none.

    Raises:
        OSError: when it cannot be opened, or is not the one that the file was found in.
    """
    place = piece.path.parent
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY) if _BY_FOLDER else None
    try:
        found = place.stat() if descriptor is None else os.fstat(descriptor)
        if (found.st_dev, found.st_ino) != piece.folder:
            raise OSError(errno.ESTALE, Message("its folder is another one by now"))
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _judged(piece: Piece, folder: int | None, *, removing: bool) -> str:
    name = piece.path if folder is None else piece.path.name
    kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    if not stat.S_ISREG(kind):
        return Message("it is a link") if stat.S_ISLNK(kind) else Message("it is no file")
    with os.fdopen(os.open(name, _FLAGS, dir_fd=folder), "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            return Message("it is no file")
        reason = _reason(piece, file)
        if reason:
            return reason
    if not _is_same(before, os.stat(name, dir_fd=folder, follow_symlinks=False)):
        return Message("it was changed meanwhile")
    if removing:
        os.unlink(name, dir_fd=folder)
    return ""


def _reason(piece: Piece, file: BufferedReader) -> str:
    if piece.sha256:
        if hashlib.file_digest(file, "sha256").hexdigest() != piece.sha256:
            return Message("it was changed since it was made")
        file.seek(0)
    return piece.judge(piece.path, file)


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    names = ("st_dev", "st_ino", "st_size", "st_mtime_ns")
    return all(getattr(one, name) == getattr(other, name) for name in names)
