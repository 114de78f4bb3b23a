"""The files of a voice on disk while they come in: parts, and what tells that one is whole."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from stem.errors import OutputError
from stem.files import output_error
from stem.messages import Message
from stem.voices.published import RemoteFile

_ABANDONED_S = 30 * 24 * 3600
_WHEN_MENDED = Message("When that is mended, {the_same} goes on where this one stopped.")
_NO_MARK = "0" * 8
_PART = re.compile(r"(?P<name>.+)\.(?P<mark>[0-9a-f]{8})\.part")


def part_of(folder: Path, file: RemoteFile) -> Path:
    """Return the name of a file that is not whole: a changed template never goes on with another file."""
    return folder / f"{file.name}.{file.md5[:8].lower() or _NO_MARK}.part"


def parts(folder: Path) -> list[tuple[Path, str]]:
    """Return the parts in a folder, each with the name of the file that it is of."""
    with writing(folder):
        matches = [(path, _PART.fullmatch(path.name)) for path in folder.iterdir()]
    return [(path, match["name"]) for path, match in matches if match is not None]


def sweep(folder: Path, files: Sequence[RemoteFile]) -> None:
    """Remove parts that nothing was added to for a month, for which nobody is coming back; and locks of old.

    Locks are in the cache now, and no run that knows them here is still busy.
    """
    for file in files:
        with suppress(OSError):
            (folder / f".{file.name}.lock").unlink()
    for path, _ in parts(folder):
        with suppress(OSError):  # another run was quicker, or a later one will
            if time.time() - path.stat().st_mtime > _ABANDONED_S:
                path.unlink()


def check_room(folder: Path, missing: Sequence[RemoteFile]) -> None:
    """Refuse to begin what the disk has no room for."""
    needed = sum(max(0, (file.bytes or 0) - size_of(part_of(folder, file))) for file in missing)
    with writing(folder):
        free = shutil.disk_usage(folder).free
    if needed > free:
        raise OutputError(
            folder,
            Message(
                "the voice takes {needed:.1f} MB more and the disk has room for {free:.1f} MB",
                needed=needed / 1000000.0,
                free=free / 1000000.0,
            ),
            hint=Message("Make room there, then {try_again}."),
        )


def is_whole(path: Path, file: RemoteFile) -> bool:
    """Tell whether a path holds exactly the published file."""
    with writing(path):
        if not path.exists() or (file.bytes is not None and path.stat().st_size != file.bytes):
            return False
        if not file.md5:  # it got its name once it was as long as was told
            return True
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False))
    return digest.hexdigest() == file.md5.lower()


def size_of(path: Path) -> int:
    """Return a file's size in bytes; 0 when it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a path into a sentence, with a hint that fits a download."""
    try:
        yield
    except OSError as error:
        told = output_error(path, error)
        raise OutputError(told.path, told.problem, hint=_WHEN_MENDED) from error
    except OutputError as error:
        raise OutputError(path, error.problem, hint=_WHEN_MENDED) from error
