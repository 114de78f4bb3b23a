"""Every bed by its name: what it is like, how it is made, and how far under a voice it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from stem.sound.beds.birds import fill_with_far_birds, fill_with_near_birds
from stem.sound.beds.bowls import fill_with_high_bowls, fill_with_low_bowls
from stem.sound.beds.brook import fill_with_far_brook, fill_with_near_brook
from stem.sound.beds.crickets import fill_with_far_crickets, fill_with_near_crickets
from stem.sound.beds.fire import fill_with_embers, fill_with_flames
from stem.sound.beds.noise import BROWN_LOWEST_HZ, fill_with_noise
from stem.sound.beds.sea import fill_with_far_surf, fill_with_near_surf
from stem.sound.beds.tones import (
    fill_with_binaural_tones,
    fill_with_high_drone,
    fill_with_low_drone,
    fill_with_room,
)
from stem.sound.beds.weather import (
    fill_with_far_rain,
    fill_with_far_wind,
    fill_with_near_rain,
    fill_with_near_wind,
)
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE

FLOOR_DBFS = -70.0
"""RMS of the bed `none`: not heard in a room, but no player takes it for the end of the track."""

_NOISE_DBFS = -20.0
"""RMS of a noise bed as made; the mix sets its level by measured loudness, this only keeps peaks under 1."""

_LONG_S, _SHORT_S = 120, 97
"""Lengths of loops: two of these repeat together only after more than three hours."""

Fill: TypeAlias = Callable[[np.random.Generator, Samples], None]
"""Fills zeroed samples, shape (frames, 2), of whole seconds, so that their end runs on into their start."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a bed is made.

    Attributes:
        summary: One line in Dutch for who chooses a bed.
        loops: For each loop its length in seconds and what fills it.
        under_lu: How much farther under the voice it belongs than other beds, in LU: what sounds where speech
            does hides more of it, and draws attention at a level at which brown noise is forgotten.
        sinks_lu: How much it sinks while a bell dies away over it, in LU: a wave, a song or a bowl would hide
            what is left of the bell otherwise (`bench/bells.py`).
        on_phone: The share of its power that a telephone gives, from 300 to 3400 Hz.
        tonal: Whether it is tones, or nothing: low bit rates and one channel do these little harm.
        salt: Sets its chance apart from that of other beds; with one seed for all, two noises in one track
            would have the same phases, and add up to a third instead of sounding side by side. Some
            were chosen for what the first seed gives, which nearly everyone hears.
    """

    summary: str
    loops: tuple[tuple[int, Fill], ...]
    under_lu: float = 0.0
    sinks_lu: float = 0.0
    on_phone: float = 0.0
    tonal: bool = False
    salt: int = 0

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
        for index, (length_s, _) in enumerate(self.loops):
            loop = np.zeros((length_s * SAMPLE_RATE, 2), np.float32)
            self.fill(index, seed, loop)
            yield loop
            del loop  # before the next one is made

    def fill(self, index: int, seed: int, loop: Samples) -> None:
        """Fill zeroed samples, shape (frames, 2), with a loop that is made anew for `seed`."""
        chance = (seed % 2**64, index, self.salt) if self.salt else (seed % 2**64, index)
        self.loops[index][1](np.random.default_rng(chance), loop)


BEDS: dict[str, Recipe] = {
    "zee": Recipe(
        "De zee: golven die rustig komen en gaan",
        ((_LONG_S, fill_with_near_surf), (_SHORT_S, fill_with_far_surf)),
        under_lu=5.0,
        sinks_lu=4.0,
        on_phone=0.52,
    ),
    "regen": Recipe(
        "Regen: zachte regen op bladeren",
        ((_LONG_S, fill_with_near_rain), (_SHORT_S, fill_with_far_rain)),
        under_lu=7.0,
        salt=1,
        on_phone=0.27,
    ),
    "beek": Recipe(
        "Een beek: water dat over stenen kabbelt",
        ((_LONG_S, fill_with_near_brook), (_SHORT_S, fill_with_far_brook)),
        under_lu=10.0,
        salt=31,
        on_phone=0.87,
    ),
    "wind": Recipe(
        "Wind: lange, zachte vlagen door de bomen",
        ((_LONG_S, fill_with_near_wind), (_SHORT_S, fill_with_far_wind)),
        under_lu=3.0,
        salt=23,
        on_phone=0.11,
    ),
    "vuur": Recipe(
        "Een haardvuur: warm, met hier en daar geknetter",
        ((_LONG_S, fill_with_flames), (_SHORT_S, fill_with_embers)),
        under_lu=3.0,
        salt=24,
        on_phone=0.08,
    ),
    "vogels": Recipe(
        "Vogels: een bos in de ochtend, in de verte een merel",
        ((_LONG_S, fill_with_near_birds), (_SHORT_S, fill_with_far_birds)),
        under_lu=5.0,
        sinks_lu=16.0,
        salt=25,
        on_phone=0.71,
    ),
    "krekels": Recipe(
        "Krekels: een warme avond buiten",
        ((_LONG_S, fill_with_near_crickets), (_SHORT_S, fill_with_far_crickets)),
        under_lu=3.0,
        salt=39,
        on_phone=0.06,
    ),
    "drone": Recipe(
        "Een drone: lage, lange tonen die langzaam verschuiven",
        ((_LONG_S, fill_with_low_drone), (_SHORT_S, fill_with_high_drone)),
        tonal=True,
        salt=7,
        on_phone=0.09,
    ),
    "klankschalen": Recipe(
        "Klankschalen: zachte slagen die lang naklinken",
        ((_LONG_S, fill_with_low_bowls), (_SHORT_S, fill_with_high_bowls)),
        under_lu=1.0,
        sinks_lu=8.0,
        tonal=True,
        on_phone=0.02,
    ),
    "bruin": Recipe(
        "Bruine ruis: donker en gelijkmatig, als een verre waterval",
        (
            (
                _LONG_S,
                partial(fill_with_noise, db_per_octave=-6.02, dbfs=_NOISE_DBFS, lowest_hz=BROWN_LOWEST_HZ),
            ),
        ),
        under_lu=2.0,
        on_phone=0.12,
    ),
    "pink": Recipe(
        "Roze ruis: zacht en gelijkmatig, als regen op een dak",
        ((_LONG_S, partial(fill_with_noise, db_per_octave=-3.01, dbfs=_NOISE_DBFS)),),
        under_lu=6.0,
        on_phone=0.29,
    ),
    "kamer": Recipe(
        "Kamer: de stilte van een kamer, bijna onhoorbaar",
        ((_LONG_S, fill_with_room),),
        under_lu=10.0,
        salt=8,
        on_phone=0.02,
    ),
    "binauraal": Recipe(
        "Binaurale tonen: alleen met koptelefoon; werking niet bewezen; niet bij epilepsie",
        ((_LONG_S, fill_with_binaural_tones),),
        under_lu=2.0,
        salt=9,
        on_phone=0.04,
    ),
    "none": Recipe(
        "Geen achtergrond: alleen de stem",
        ((30, partial(fill_with_noise, db_per_octave=-3.01, dbfs=FLOOR_DBFS)),),
        tonal=True,
        on_phone=0.29,
    ),
}
"""Every bed by its name. Nothing ever chooses "binauraal": it is there for who asks for it by name."""
