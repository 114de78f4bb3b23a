"""Soft backgrounds without a seam, and the bell.

Every bed is computed, as one or two loops that are exactly periodic: noise is the inverse Fourier transform
of a spectrum, gains are computed round the loop, and what rings on past the end comes in again at the start.
Two loops of unequal length (120 and 97 s) repeat together only after more than three hours.

    noise.py   brown and pink noise, and what the sea is made of
    sea.py     surf
    bowls.py   singing bowls, and the bell

Conventions:
    A bed is stereo; under 120 Hz noise is the same in both channels, so that a small loudspeaker that sums
    them loses nothing. The same name and seed give the same samples.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from stem import files
from stem.audio import BLOCK_FRAMES, Samples
from stem.beds.bowls import BELL_FRAMES, bell, fill_with_high_bowls, fill_with_low_bowls
from stem.beds.noise import fill_with_noise
from stem.beds.sea import fill_with_far_surf, fill_with_near_surf
from stem.errors import OutputError, UnknownNameError
from stem.mastering import Meter
from stem.units import SAMPLE_RATE

__all__ = ["BEDS", "BELL_FRAMES", "FLOOR_DBFS", "Bed", "Recipe", "bell", "check_bed", "load_bed"]

FLOOR_DBFS = -70.0
"""RMS of the bed `none`: not heard in a room, but no player takes it for the end of the track."""

_NOISE_DBFS = -20.0
"""RMS of a noise bed as made; the mix sets its level by measured loudness, this only keeps peaks under 1."""

_VERSION = 1
"""Of the recipes: a higher number makes every cached bed again."""

_KEPT_BEDS = 8
"""Beds kept in the cache, at most 77 MB each; of more, the one unused for longest is dropped."""

Fill: TypeAlias = Callable[[np.random.Generator, Samples], None]
"""Fills zeroed samples, shape (frames, 2), of whole seconds, so that their end runs on into their start."""


@dataclass(frozen=True, slots=True, eq=False)
class Bed:
    """A background that never ends.

    Attributes:
        name: A name in `BEDS`.
        loops: Its parts, each of shape (frames, 2) and repeated on its own; the bed is their sum.
        lufs: The measured loudness of that sum (ITU-R BS.1770-4).
    """

    name: str
    loops: tuple[Samples, ...]
    lufs: float

    def read(self, start: int, frames: int) -> Samples:
        """Return `frames` frames from frame `start` on, shape (frames, 2); every start lies in the bed."""
        sound = np.zeros((frames, 2), np.float32)
        for loop in self.loops:
            position, filled = start % len(loop), 0
            while filled < frames:
                count = min(frames - filled, len(loop) - position)
                sound[filled : filled + count] += loop[position : position + count]
                position, filled = 0, filled + count
        return sound


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a bed is made.

    Attributes:
        summary: One line in Dutch for who chooses a bed.
        loops: For each loop its length in seconds and what fills it.
    """

    summary: str
    loops: tuple[tuple[int, Fill], ...]

    @property
    def frames(self) -> int:
        """The length of all loops together."""
        return sum(length_s for length_s, _ in self.loops) * SAMPLE_RATE

    def split(self, whole: Samples) -> tuple[Samples, ...]:
        """Return the loops as views of `whole`, in which they lie end to end."""
        ends = np.cumsum([length_s * SAMPLE_RATE for length_s, _ in self.loops])
        return tuple(np.split(whole, ends[:-1]))

    def make(self, seed: int) -> Iterator[Samples]:
        """Yield the loops, made anew for `seed`; one at a time, since each takes up to 42 MB."""
        for index, (length_s, fill) in enumerate(self.loops):
            loop = np.zeros((length_s * SAMPLE_RATE, 2), np.float32)
            fill(np.random.default_rng((seed % 2**64, index)), loop)
            yield loop


BEDS: dict[str, Recipe] = {
    "zee": Recipe(
        "De zee: golven die rustig komen en gaan", ((120, fill_with_near_surf), (97, fill_with_far_surf))
    ),
    "klankschalen": Recipe(
        "Klankschalen: zachte slagen die lang naklinken",
        ((120, fill_with_low_bowls), (97, fill_with_high_bowls)),
    ),
    "bruin": Recipe(
        "Bruine ruis: donker en gelijkmatig, als een verre waterval",
        ((120, partial(fill_with_noise, db_per_octave=-6.02, dbfs=_NOISE_DBFS)),),
    ),
    "pink": Recipe(
        "Roze ruis: zacht en gelijkmatig, als regen op een dak",
        ((120, partial(fill_with_noise, db_per_octave=-3.01, dbfs=_NOISE_DBFS)),),
    ),
    "none": Recipe(
        "Geen achtergrond: alleen de stem",
        ((30, partial(fill_with_noise, db_per_octave=-3.01, dbfs=FLOOR_DBFS)),),
    ),
}
"""Every bed by its name."""


def check_bed(name: str) -> None:
    """Make sure that there is a bed `name`.

    Raises:
        UnknownNameError: when there is none.
    """
    if name not in BEDS:
        raise UnknownNameError("bed", name, BEDS)


def load_bed(name: str, seed: int) -> Bed:
    """Return the bed `name` from the cache, or made (at most two seconds) and then cached.

    Cached loops are mapped into memory, read-only. Damaged ones are made again. Where there can be no cache,
    the bed is made every time and held in memory.

    Args:
        name: A name in `BEDS`.
        seed: Any whole number; another seed gives another bed of the same kind.

    Raises:
        UnknownNameError: when there is no such bed.
    """
    check_bed(name)
    recipe = BEDS[name]
    with suppress(OutputError):
        path = files.cache_folder("beds") / f"{name}-{seed}-v{_VERSION}.npy"
        stored = _stored(name, path)
        if stored is None:
            _store(recipe, seed, path)
            stored = _stored(name, path)
        if stored is not None:
            return stored
    loops = tuple(recipe.make(seed))
    return Bed(name, loops, _loudness(loops))


def _loudness(loops: tuple[Samples, ...]) -> float:
    """Return the loudness of one round of the longest loop, in which the other meets it as it mostly does."""
    bed = Bed("", loops, -math.inf)
    meter = Meter()
    for start in range(0, max(map(len, loops)), BLOCK_FRAMES):
        meter.add(bed.read(start, BLOCK_FRAMES))
    return meter.integrated()


def _store(recipe: Recipe, seed: int, path: Path) -> None:
    """Write a bed to `path`, and beside it what it measures and how to know that it is undamaged.

    Raises:
        OutputError: when the system refuses.
    """
    with files.temporary_beside(path) as temporary:
        try:
            with temporary.open("wb") as file:
                header = {"descr": "<f4", "fortran_order": False, "shape": (recipe.frames, 2)}
                np.lib.format.write_array_header_1_0(file, header)
                for loop in recipe.make(seed):
                    loop.astype("<f4", copy=False).tofile(file)
            whole = np.load(temporary, mmap_mode="r", allow_pickle=False)
            loudness = _loudness(recipe.split(np.asarray(whole)))
            note = {"lufs": loudness, "sha256": _checksum(temporary)}
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
        if whole.shape != (BEDS[name].frames, 2) or whole.dtype != np.float32:
            return None
        os.utime(path)  # in use: not the next to be dropped
        return Bed(name, BEDS[name].split(np.asarray(whole)), float(note["lufs"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget_unused(folder: Path) -> None:
    """Drop the beds that were unused for longest; a run that has one mapped keeps its view of it."""
    files.sweep(folder)
    with suppress(OSError):
        paths = sorted(folder.glob("*.npy"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in paths[_KEPT_BEDS:]:
            path.unlink()
            path.with_suffix(".json").unlink(missing_ok=True)
