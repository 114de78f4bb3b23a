"""Soft backgrounds without a seam, and bells.

Every bed is computed, as one or two loops that are exactly periodic: noise is the inverse Fourier transform
of a spectrum, gains are computed round the loop, and what rings on past the end comes in again at the start.
Two loops of unequal length (120 and 97 s) repeat together only after more than three hours.

    recipes.py   every bed by its name
    noise.py     brown and pink noise, and what other beds are made of
    grains.py    short sounds laid round a loop: drops, bubbles, crackles
    modes.py     what rings: a sum of modes
    sea.py, weather.py, brook.py, fire.py, animals.py, tones.py, bowls.py
    layers.py    "zee+vogels:-6"
    bed.py       a bed, ready to be heard
    store.py     beds on disk
    bells.py     singing bowl, tingsha, gong

Conventions:
    A bed is stereo; under 120 Hz noise is the same in both channels, so that a small loudspeaker that sums
    them loses nothing. The same name and seed give the same samples, alone and as a layer.
"""

from __future__ import annotations

from stem import units
from stem.beds.bed import Bed, loudness
from stem.beds.bells import BELL_FRAMES, BELLS, BellRecipe, bell, bell_frames
from stem.beds.layers import read_layers, under_lu
from stem.beds.recipes import BEDS, FLOOR_DBFS, Recipe
from stem.beds.store import load_single

__all__ = [
    "BEDS",
    "BELLS",
    "BELL_FRAMES",
    "FLOOR_DBFS",
    "Bed",
    "BellRecipe",
    "Recipe",
    "bell",
    "bell_frames",
    "check_bed",
    "load_bed",
]


def check_bed(name: str) -> None:
    """Make sure that there is a bed `name`, or that all of its layers are there and go together.

    Raises:
        UnknownNameError: when there is no bed of a name in it.
        UsageError: when it cannot be read as layers.
    """
    read_layers(name)


def load_bed(name: str, seed: int) -> Bed:
    """Return the bed `name` from the cache, or made (at most three seconds a layer) and then cached.

    Cached loops are mapped into memory, read-only. Damaged ones are made again. Where there can be no cache,
    the bed is made every time and held in memory.

    Layers are brought to the loudness of the first, then moved by their levels.

    Args:
        name: A name in `BEDS`, or up to four of these with a `+` between them, each with a level in dB beside
            the others when it should not be as loud: "zee+vogels:-6".
        seed: Any whole number; another seed gives another bed of the same kind.

    Raises:
        UnknownNameError: when there is no bed of a name in it.
        UsageError: when it cannot be read as layers.
    """
    layers = read_layers(name)
    singles = [load_single(layer.name, seed) for layer in layers]
    if len(singles) == 1:
        return singles[0]
    loops = tuple(loop for single in singles for loop in single.loops)
    gains = tuple(
        units.gain(singles[0].lufs - single.lufs + layer.decibels)
        for layer, single in zip(layers, singles, strict=True)
        for _ in single.loops
    )
    return Bed(name, loops, loudness(loops, gains), gains, under_lu(layers))
