"""Beds on disk: made once, mapped into memory from then on, and made again when they are damaged."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from stem import files
from stem.errors import OutputError
from stem.progress import beat
from stem.sound.beds.bed import Bed, loudness
from stem.sound.beds.bed_worker import write_loops
from stem.sound.beds.recipes import BEDS
from stem.sound.clips import Samples

_VERSION = 2
"""Of the recipes: a higher number makes every cached bed again."""

_KEPT_BEDS = 8
"""Beds kept in the cache, at most 77 MB each; of more, the one unused for longest is dropped."""


_SKEW_S = 3600.0
"""How far the clocks of machines that share a folder, or of one machine in a day, may lie apart."""


def load_single(name: str, seed: int) -> Bed:
    """Return the bed `name`, a name in `BEDS`, from the cache, or made and then cached."""
    recipe = BEDS[name]
    with suppress(OutputError):
        path = files.cache_folder("beds") / f"{name}-{seed}-v{_VERSION}.npy"
        stored = _stored(name, path)
        if stored is None:
            _store(name, seed, path)
            stored = _stored(name, path)
        if stored is not None:
            return stored
    loops = recipe.split(_unkept(name, seed))
    return Bed(name, loops, loudness(loops), under_lu=recipe.under_lu)


def _unkept(name: str, seed: int) -> Samples:
    """Return the loops of a bed end to end; where there can be no cache, they are held in memory.

    Raises:
        OutputError: when there is no place for it on the disk either, for a moment.
    """
    try:
        with tempfile.TemporaryFile(prefix="stem-") as file:
            write_loops(name, seed, file)
            file.seek(0)
            return np.fromfile(file, "<f4").reshape(-1, 2)
    except OSError as error:
        raise files.output_error(Path(tempfile.gettempdir()), error) from error


def _store(name: str, seed: int, path: Path) -> None:
    """Write a bed to `path`, and beside it what it measures and how to know that it is undamaged.

    Raises:
        OutputError: when the system refuses.
    """
    recipe = BEDS[name]
    with files.temporary_beside(path) as temporary:
        try:
            with temporary.open("wb") as file:
                header = {"descr": "<f4", "fortran_order": False, "shape": (recipe.frames, 2)}
                np.lib.format.write_array_header_1_0(file, header)
                write_loops(name, seed, file)
            whole = np.load(temporary, mmap_mode="r", allow_pickle=False)
            lufs = loudness(recipe.split(np.asarray(whole)))
            note = {"lufs": lufs, "sha256": _checksum(temporary)}
        except OSError as error:
            raise files.output_error(path, error) from error
        files.publish(temporary, path, overwrite=True)
    files.write_whole(path.with_suffix(".json"), json.dumps(note).encode())
    _forget_unused(path.parent)


def _stored(name: str, path: Path) -> Bed | None:
    """Return the bed at `path`, or None when it is not there or not as it was written."""
    try:
        note = json.loads(path.with_suffix(".json").read_bytes())
        if _checksum(path) != note["sha256"]:
            return None
        whole = np.load(path, mmap_mode="r", allow_pickle=False)
        recipe = BEDS[name]
        if whole.shape != (recipe.frames, 2) or whole.dtype != np.float32:
            return None
        os.utime(path)  # in use: not the next to be dropped
        lufs = float(note["lufs"])
        return Bed(name, recipe.split(np.asarray(whole)), lufs, under_lu=recipe.under_lu)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checksum(path: Path) -> str:
    beat()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _used(path: Path) -> float:
    """Return when a bed was last used; long ago when a clock was wrong, or it would stay for ever."""
    used = path.stat().st_mtime
    return used if used < time.time() + _SKEW_S else 0.0


def _forget_unused(folder: Path) -> None:
    """Drop the beds that were unused for longest; a run that has one mapped keeps its view of it."""
    files.sweep(folder)
    with suppress(OSError):
        paths = sorted(folder.glob("*.npy"), key=_used, reverse=True)
        for path in paths[_KEPT_BEDS:]:
            path.unlink()
            path.with_suffix(".json").unlink(missing_ok=True)
