"""A bed made in a process of its own: it can be ended at any moment, and the memory it took goes with it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import IO

import numpy as np

from stem import units
from stem.errors import AudioError
from stem.memory import give_back
from stem.messages import Message
from stem.programs import python_main
from stem.progress import beat
from stem.sound.beds.recipes import BEDS, Recipe

_LOOK_S = 0.1
_SHORT_FRAMES = 30 * units.SAMPLE_RATE
"""What is shorter is made sooner than a process starts."""

_PYTHONS_OWN = 2
"""Exit codes up to this one are Python's own; those above are the numbers of what the system refused."""


def write_loops(name: str, seed: int, file: IO[bytes]) -> None:
    """Write the loops of a bed, one after the other, to where a file is: float32, little-endian.

    Args:
        name: A name in `BEDS`.
        seed: Of the bed.
        file: A real one, open for reading and writing.

    Raises:
        OSError: when the system refuses to write.
        AudioError: when the process that makes it comes to an early end.
    """
    recipe = BEDS[name]
    if recipe.frames <= _SHORT_FRAMES:
        for loop in recipe.make(seed):
            file.write(loop.astype("<f4", copy=False).data)
        return
    file.flush()
    start, whole = file.tell(), recipe.frames * 8
    process = subprocess.Popen(  # noqa: S603 - our own interpreter; the order goes over standard input
        python_main("stem.sound.beds.bed_worker"),
        stdin=subprocess.PIPE,
        stdout=file,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches us alone; we end it below
        restore_signals=False,  # a file that grows too large is an error it can tell, not its death
    )
    with process:
        try:
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # one that ended before it read tells why by its exit code
                process.stdin.write(f"{name} {seed}".encode())
            with suppress(BrokenPipeError):
                process.stdin.close()
            while (code := _code(process)) is None:
                beat((os.fstat(file.fileno()).st_size - start) / whole)
        finally:
            process.kill()
    file.seek(0, os.SEEK_END)
    if code > _PYTHONS_OWN:
        raise OSError(code, os.strerror(code))
    if code != 0 or file.tell() != start + whole:
        hint = Message("Perhaps there was too little memory. The same command tries it again.")
        raise AudioError(
            Message("The background '{name}'", name=name),
            Message("the process that made it came to an early end"),
            hint=hint,
        )


def _code(process: subprocess.Popen[bytes]) -> int | None:
    """Return the exit code of a process; None when it is still at work after a moment."""
    try:
        return process.wait(_LOOK_S)
    except subprocess.TimeoutExpired:
        return None


def _write(recipe: Recipe, seed: int, file: IO[bytes]) -> None:
    """Write the loops of a bed to a file, each in its place there: what of it is not worked on is not held.

    The place is taken first, by zeros: on a full disk a mapped file is the death of who writes in it.
    """
    for index, (length_s, _) in enumerate(recipe.loops):
        place, shape = file.tell(), (length_s * units.SAMPLE_RATE, 2)
        for _ in range(length_s):
            file.write(bytes(8 * units.SAMPLE_RATE))
        file.flush()
        loop = np.asarray(np.memmap(file, "<f4", "r+", place, shape))
        recipe.fill(index, seed, loop)
        file.seek(0, os.SEEK_END)
        del loop  # before the next one is made


def main() -> None:
    """Make the bed that is named on standard input; its loops go out on standard output, a file."""
    give_back()
    name, seed = sys.stdin.read().split()
    try:
        _write(BEDS[name], int(seed), sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except OSError as error:
        raise SystemExit(error.errno) from error
