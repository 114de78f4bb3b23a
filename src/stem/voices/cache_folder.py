"""The folder of remembered phrases: what is in it, what goes when there is too much, and emptying it.

An entry's time of change is when it was last used. Others may keep files here: only plain files with the
name of one of ours are counted or removed.
"""

from __future__ import annotations

import math
import re
import stat
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stem.errors import OutputError
from stem.files import cache_path, is_temporary, lock, output_error, sweep
from stem.messages import Message

LIMIT_BYTES = 2 * 10**9
"""The most that is kept, unless another limit is given: about 9,000 phrases, or a hundred tracks."""

KIND = "speech"
KEY_NAME = "key"
LOCKS = "locks"
_TIDYING = "tidying"
NOTES = (".note", ".sound")
PIECE = ".piece"
"""The kinds of what is kept beside clips can be found out from these again, and go before any clip does."""
_CLIP = re.compile(r"[0-9a-f]{64}")
_ENTRY = re.compile(rf"{_CLIP.pattern}({'|'.join(map(re.escape, (*NOTES, PIECE)))})?")

TIDY_EVERY = 1 / 20
_TIDIED = 9 / 10
"""Of the limit: what is over it is tidied to 9/10, when a run starts and at every 1/20 that it adds."""
_SKEW_S = 3600.0
"""How far the clocks of machines that share a folder, or of one machine in a day, may lie apart."""


@dataclass(frozen=True, slots=True)
class CacheReport:
    """What is remembered, or what was.

    Example:
        >>> stem.speech_cache().entries
        0

    Attributes:
        folder: Where.
        entries: The number of phrases.
        bytes: What they take.
        limit_bytes: What they may take.
    """

    folder: Path
    entries: int
    bytes: int
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry as the folder shows it: a clip, or what was noted about one.

    Attributes:
        path: Its file.
        bytes: Its size.
        unused: Seconds since it was last used; less than nothing when a clock was wrong.
    """

    path: Path
    bytes: int
    unused: float


def speech_cache(limit_bytes: int = LIMIT_BYTES) -> CacheReport:
    """Return what is remembered.

    Example:
        >>> track = project.make(project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")))
        >>> stem.speech_cache().entries
        2

    Raises:
        OutputError: when the folder cannot be read.
    """
    folder = cache_path(KIND)
    return _report(folder, _entries(folder), limit_bytes)


def clear_speech_cache(limit_bytes: int = LIMIT_BYTES) -> CacheReport:
    """Forget everything that is remembered; files in the folder that are not ours stay, and so do the locks.

    Example:
        >>> track = project.make(project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")))
        >>> removed = stem.clear_speech_cache()
        >>> removed.entries, stem.speech_cache().entries
        (2, 0)

    A run that is busy goes on, and what it makes from now on no later run will find.

    Returns:
        What was removed.

    Raises:
        OutputError: when something cannot be removed; the rest is then gone all the same.
    """
    folder = cache_path(KIND)
    entries = _entries(folder)
    temporary = [path for path in _listed(folder) if is_temporary(path) and is_file(path)]
    # The key first: without it, the names of what is left tell nothing.
    errors = [
        error
        for path in (folder / KEY_NAME, *temporary, *(entry.path for entry in entries))
        if (error := _removal_error(path)) is not None
    ]
    if errors:
        reason = output_error(folder, errors[0]).problem
        raise OutputError(
            folder,
            Message("{count} of its files cannot be removed ({reason})", count=len(errors), reason=reason),
            hint=Message("Close what uses them, then {try_again}."),
        ) from errors[0]
    return _report(folder, entries, limit_bytes)


def forget_entries(names: Iterable[str]) -> tuple[int, int]:
    """Remove the entries with these names; other names, and entries that are gone already, are passed over.

    Returns:
        How many phrases were removed, and how many entries could not be.
    """
    folder = cache_path(KIND)
    names = (name for name in dict.fromkeys(names) if _CLIP.fullmatch(name))
    kinds = ("", *NOTES, PIECE)
    entries = [[path for kind in kinds if is_file(path := folder / f"{name}{kind}")] for name in names]
    left = [paths for paths in entries if any([_removal_error(path) for path in paths])]  # noqa: C419 - of all
    spoken = [paths for paths in entries if paths and paths[0].suffix != PIECE and paths not in left]
    return len(spoken), len(left)


def _report(folder: Path, entries: Sequence[_Entry], limit_bytes: int) -> CacheReport:
    return CacheReport(
        folder=folder,
        entries=sum(_CLIP.fullmatch(entry.path.name) is not None for entry in entries),
        bytes=sum(entry.bytes for entry in entries),
        limit_bytes=limit_bytes,
    )


def tidy(folder: Path, limit_bytes: int) -> None:
    """Remove what dead runs left, and when there is too much the entries that were not used for longest.

    Nothing is raised: what cannot be removed is for a later run. Who reads an entry at this very moment has
    it whole; who comes a moment later makes it again.
    """
    sweep(folder)
    with suppress(OutputError), lock(folder / LOCKS / _TIDYING, patience_s=0):  # one run at a time will do
        entries = _entries(folder)
        total = sum(entry.bytes for entry in entries)
        if total <= limit_bytes:
            return
        for entry in sorted(entries, key=_goes_early, reverse=True):
            if total <= limit_bytes * _TIDIED:
                return
            if _removal_error(entry.path) is None:
                total -= entry.bytes


def is_file(path: Path) -> bool:
    """Tell whether a name is that of a plain file: no link, folder or pipe, which are never ours."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _goes_early(entry: _Entry) -> tuple[bool, float]:
    """Return whether it is made from a clip in a moment, and how long it was not used.

    For ever if its clock was wrong, or it would never go.
    """
    return bool(entry.path.suffix), entry.unused if entry.unused > -_SKEW_S else math.inf


def _entries(folder: Path) -> list[_Entry]:
    """Return all entries, also those that other versions of stem made.

    Raises:
        OutputError: when the folder cannot be read.
    """
    now = time.time()
    found = []
    for path in _listed(folder):
        if not _ENTRY.fullmatch(path.name):
            continue
        with suppress(OSError):  # removed by another run since it was listed
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                found.append(_Entry(path, status.st_size, now - status.st_mtime))
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise output_error(folder, error) from error


def _removal_error(path: Path) -> OSError | None:
    """Remove a file; return why that failed. That another run was first is no failure."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        return error
    return None
