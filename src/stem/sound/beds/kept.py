"""Beds on disk: made once, mapped into memory from then on, and made again when they are damaged.

Beside the samples stands a note: what they are, and how to know that they are whole.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from stem import files
from stem.errors import OutputError
from stem.messages import Message
from stem.progress import beat
from stem.sound.beds.bed import Bed, loudness
from stem.sound.beds.bed_worker import write_loops
from stem.sound.beds.recipes import BEDS
from stem.sound.clips import Samples

Kept = TypeVar("Kept")

_VERSION = 6
"""Of the recipes: a higher number makes every cached bed again."""

_SKEW_S = 3600.0
"""How far the clocks of machines that share a folder, or of one machine in a day, may lie apart."""


@dataclass(slots=True)
class SampleCache:
    """Files of one kind in the folder of beds; those that were unused for longest are dropped.

    Attributes:
        pattern: Of their names.
        most: How much is kept.
        weight: How much a file is of that.
    """

    pattern: str
    most: float
    weight: Callable[[Path], float]

    def load(
        self,
        name: str,
        make: Callable[[Path], Mapping[str, object]],
        read: Callable[[Path, dict[str, Any]], Kept],
    ) -> Kept | None:
        """Return what `read` finds in a file; `make` writes it, and returns its note, if need be.

        Raises:
            OutputError: when there can be no cache.
        """
        path = files.cache_folder("beds") / name
        files.sweep(path.parent)  # also when this run will make nothing
        found = _stored(path, read)
        if found is None:
            with files.temporary_beside(path) as temporary:
                try:
                    note = {**make(temporary), "sha256": files.file_hash(temporary)}
                    _WHOLE[_state(temporary)] = str(note["sha256"])
                except OSError as error:
                    raise files.output_error(path, error) from error
                files.publish(temporary, path, overwrite=True)
            files.write_whole(path.with_suffix(".json"), json.dumps(note).encode())
            self.forget_unused(path.parent)
            found = _stored(path, read)
        return found

    def forget_unused(self, folder: Path) -> None:
        """Drop what was unused for longest; a run that has it open keeps its view of it."""
        with suppress(OSError):
            kept = 0.0
            for path in sorted(folder.glob(self.pattern), key=_used, reverse=True):
                kept += self.weight(path)
                if kept > self.most:
                    path.unlink()
                    path.with_suffix(".json").unlink(missing_ok=True)


_WHOLE: dict[tuple[int, ...], str] = {}
"""The hash of files that this process found whole, by their state then: a batch reads the same one again."""


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file does, and not when another process uses it."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _stored(path: Path, read: Callable[[Path, dict[str, Any]], Kept]) -> Kept | None:
    try:
        note = dict(json.loads(path.with_suffix(".json").read_bytes()))
        beat()
        sha256 = note.pop("sha256")
        state = _state(path)
        if _WHOLE.get(state) != sha256 and files.file_hash(path) != sha256:
            return None
        _WHOLE[state] = sha256
        os.utime(path, ns=(time.time_ns(), state[-1]))  # in use: not the next to be dropped
        return read(path, note)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _used(path: Path) -> float:
    """Return when a file was last used; long ago when a clock was wrong, or it would stay for ever."""
    found = path.stat()
    used = max(found.st_atime, found.st_mtime)
    return used if used < time.time() + _SKEW_S else 0.0


CACHE = SampleCache("*.npy", 8, lambda _: 1)
"""Eight beds, at most 77 MB each."""


def load_single(name: str, seed: int) -> Bed:
    """Return the bed `name`, a name in `BEDS`, from the cache, or made and then cached."""
    with suppress(OutputError):
        stored = CACHE.load(
            f"{name}-{seed}-v{_VERSION}.npy", partial(_write, name, seed), partial(_read, name)
        )
        if stored is not None:
            return stored
    loops = BEDS[name].split(_unkept(name, seed))
    return _bed(name, loops, loudness(loops))


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


def _write(name: str, seed: int, path: Path) -> dict[str, float]:
    """Write a bed to `path`, and return what it measures."""
    recipe = BEDS[name]
    with path.open("w+b") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (recipe.frames, 2)}
        np.lib.format.write_array_header_1_0(file, header)
        write_loops(name, seed, file)
    whole = np.load(path, mmap_mode="r", allow_pickle=False)
    return {"lufs": loudness(recipe.split(np.asarray(whole)))}


def _read(name: str, path: Path, note: dict[str, Any]) -> Bed:
    """Return the bed at `path`.

    Raises:
        ValueError: when it is none.
    """
    recipe = BEDS[name]
    whole = np.load(path, mmap_mode="r", allow_pickle=False)
    if whole.shape != (recipe.frames, 2) or whole.dtype != np.float32:
        raise ValueError(Message("it has another shape"))
    return _bed(name, recipe.split(np.asarray(whole)), float(note["lufs"]))


def _bed(name: str, loops: tuple[Samples, ...], lufs: float) -> Bed:
    recipe = BEDS[name]
    return Bed(name, loops, lufs, under_lu=recipe.under_lu, sinks_lu=recipe.sinks_lu)
