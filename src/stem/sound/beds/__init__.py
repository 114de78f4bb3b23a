"""Soft backgrounds without a seam, and bells.

Every bed but own music is computed, as one or two loops that are exactly periodic: noise is the inverse
Fourier transform of a spectrum, gains are computed round the loop, and what rings on past the end comes in
again at the start.
Two loops of unequal length (120 and 97 s) repeat together only after more than three hours.

    recipes.py       every bed by its name
    noise.py         brown and pink noise, and what other beds are made of
    grains.py        short sounds laid round a loop: drops, bubbles, crackles
    modes.py         what rings: a sum of modes
    sea.py, weather.py, brook.py, fire.py, animals.py, tones.py, bowls.py
    layers.py        "zee+vogels:-6"
    bed.py           a bed, ready to be heard
    kept.py          beds on disk
    bed_worker.py    a bed made in a process of its own
    file_bed.py      the listener's own music, from a file
    file_samples.py  that music on disk
    seam.py          where its end and its start meet
    bells.py         singing bowl, tingsha, gong

Conventions:
    A bed is stereo; under 120 Hz noise is the same in both channels, so that a small loudspeaker that sums
    them loses nothing. The same name and seed give the same samples, alone and as a layer.
"""

from __future__ import annotations

from pathlib import Path

from stem import units
from stem.errors import UsageError
from stem.messages import Message
from stem.progress import part
from stem.sound.beds.bed import Bed, loudness
from stem.sound.beds.bells import BELL_FRAMES, BELLS, BellRecipe, bell, bell_frames
from stem.sound.beds.file_bed import OwnBed, check_own_bed, is_own, load_own_bed
from stem.sound.beds.kept import load_single
from stem.sound.beds.layers import read_layers, under_lu
from stem.sound.beds.recipes import BEDS, FLOOR_DBFS, Recipe

__all__ = [
    "BEDS",
    "BELLS",
    "BELL_FRAMES",
    "FLOOR_DBFS",
    "Bed",
    "BellRecipe",
    "OwnBed",
    "Recipe",
    "bell",
    "bell_frames",
    "check_bed",
    "is_own",
    "load_bed",
    "load_own_bed",
]


def check_bed(name: str, *, start_s: float = 0.0, once: bool = False) -> None:
    """Make sure that there is a bed `name`, that all of its layers are there and go together, or a file.

    Args:
        name: As for `load_bed`.
        start_s: As for `load_bed`.
        once: As for `load_bed`.

    Raises:
        UnknownNameError: when there is no bed of a name in it.
        UsageError: when it cannot be read as layers, when there is no such file, or when it is no file and
            should start later or be played once.
    """
    if is_own(name):
        check_own_bed(Path(name))
        return
    read_layers(name)
    if start_s or once:
        hint = Message("Leave it out, or give a file: {bed_is} muziek.m4a")
        raise UsageError(f"'{name}' has no beginning and no end; only music from a file has.", hint=hint)


def load_bed(name: str, seed: int, *, start_s: float = 0.0, once: bool = False) -> Bed:
    """Return the bed `name` from the cache, or made (at most three seconds a layer) and then cached.

    Cached loops are mapped into memory, read-only. Damaged ones are made again. Where there can be no cache,
    the bed is made every time and held in memory.

    Layers are brought to the loudness of the first, then moved by their levels.

    Args:
        name: A name in `BEDS`, or up to four of these with a `+` between them, each with a level in dB beside
            the others when it should not be as loud: "zee+vogels:-6"; or a sound file (`load_own_bed`).
        seed: Any whole number; another seed gives another bed of the same kind.
        start_s: Seconds to leave out of a file.
        once: Whether a file is played once.

    Raises:
        UnknownNameError: when there is no bed of a name in it.
        UsageError: when it cannot be read as layers, or there is no such file.
        AudioError: when a file cannot be used.
    """
    check_bed(name, start_s=start_s, once=once)
    if is_own(name):
        return load_own_bed(Path(name), start_s=start_s, once=once)
    layers = read_layers(name)
    singles = []
    for number, layer in enumerate(layers):
        with part(number, len(layers)):
            singles.append(load_single(layer.name, seed))
    if len(singles) == 1:
        return singles[0]
    loops = tuple(loop for single in singles for loop in single.loops)
    gains = tuple(
        units.gain(singles[0].lufs - single.lufs + layer.decibels)
        for layer, single in zip(layers, singles, strict=True)
        for _ in single.loops
    )
    return Bed(name, loops, loudness(loops, gains), gains, under_lu(layers))
