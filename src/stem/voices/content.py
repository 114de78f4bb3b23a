"""The content of files, by which what was made of them is known again."""

from __future__ import annotations

import functools
from pathlib import Path

from stem.files import file_hash


def content_hash(path: Path) -> str:
    """Return a hash of a file's content; "" when there is none: the engine has the better words for that."""
    try:
        status = path.stat()
        return _hashed(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return ""


@functools.lru_cache(maxsize=32)
def _hashed(path: Path, _changed_ns: int, _size: int) -> str:
    """Hash a file again only when it changed: a neural voice has 60 MB and a track 80 phrases."""
    return file_hash(path)
