"""Soft backgrounds without a seam, and bells.

Every bed but own music is computed, as one or two loops that are exactly periodic: noise is the inverse
Fourier transform of a spectrum, gains are computed round the loop, and what rings on past the end comes in
again at the start.
Two loops of unequal length (120 and 97 s) repeat together only after more than three hours.

    recipes.py       every bed by its name
    noise.py         brown and pink noise, and what other beds are made of
    grains.py        short sounds laid round a loop: drops, bubbles, crackles
    modes.py         what rings: a sum of modes
    sea.py, weather.py, brook.py, fire.py, birds.py, crickets.py, tones.py, bowls.py
    returns.py       how much a loop comes back to what it was
    layers.py        "zee+vogels:-6"
    choice.py        which background was asked for
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

from stem.sound.beds.bed import Bed
from stem.sound.beds.bells import BELL_FRAMES, BELLS, BellRecipe, bell, bell_frames
from stem.sound.beds.choice import BedChoice
from stem.sound.beds.file_bed import OwnBed, is_own, load_own_bed
from stem.sound.beds.recipes import BEDS, FLOOR_DBFS, Recipe

__all__ = [
    "BEDS",
    "BELLS",
    "BELL_FRAMES",
    "FLOOR_DBFS",
    "Bed",
    "BedChoice",
    "BellRecipe",
    "OwnBed",
    "Recipe",
    "bell",
    "bell_frames",
    "is_own",
    "load_bed",
    "load_own_bed",
]


def load_bed(name: str, seed: int) -> Bed:
    """Return the bed `name`; raises as `BedChoice.read` and `BedChoice.load`."""
    return BedChoice.read(name).load(seed)
