"""Names of beds: one, as "zee", or layers, as "zee+vogels:-6"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stem import units
from stem.errors import UnknownNameError, UsageError
from stem.sound.beds.recipes import BEDS

MOST_LAYERS = 4
_LOWEST_DB, _HIGHEST_DB = -40.0, 20.0

_LEVEL = re.compile(r"-?\d{1,3}([.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Layer:
    """One bed among others.

    Attributes:
        name: A name in `BEDS`.
        decibels: Its level beside the others, when all were equally loud.
    """

    name: str
    decibels: float = 0.0


def read_layers(name: str) -> tuple[Layer, ...]:
    """Return the layers that `name` stands for; a single bed is one layer of 0 dB.

    Raises:
        UnknownNameError: when there is no bed of a name.
        UsageError: when a name or a level is missing or wrong, or the layers do not go together.
    """
    parts = [part.strip() for part in name.split("+")]
    if "" in parts and len(parts) > 1:
        raise UsageError(
            f"'{name}': a background is missing beside a '+'.", hint="Write layers as regen+drone."
        )
    layers = tuple(_layer(part, name) for part in parts)
    names = [layer.name for layer in layers]
    if len(layers) == 1:
        if ":" in name:
            hint = f"Write {names[0]} alone, or add a layer, as in {name}+drone."
            raise UsageError(f"'{name}': a level is that of a layer beside another; there is one.", hint=hint)
        return layers
    if "none" in names:
        raise UsageError(
            f"'{name}': 'none' is no background, so nothing can go with it.", hint="Leave it out."
        )
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise UsageError(f"'{name}': '{twice}' is there twice.", hint=f"A level makes it louder: {twice}:3.")
    if len(layers) > MOST_LAYERS:
        raise UsageError(f"'{name}' has {len(layers)} layers; at most {MOST_LAYERS} can be told apart.")
    return layers


def _layer(part: str, whole: str) -> Layer:
    """Read one layer of a name.

    Raises:
        UnknownNameError: when there is no such bed.
        UsageError: when its level is none.
    """
    name, colon, level = (text.strip() for text in part.partition(":"))
    if name not in BEDS:
        raise UnknownNameError("bed", name, BEDS)
    if not colon:
        return Layer(name)
    hint = f"Write a number of dB, as in zee+vogels:-6, from {_LOWEST_DB:.0f} to {_HIGHEST_DB:.0f}."
    if not _LEVEL.fullmatch(level):
        what = f"'{level}' is not a level" if level else f"a level is missing after '{name}:'"
        raise UsageError(f"'{whole}': {what}.", hint=hint)
    decibels = float(level.replace(",", "."))
    if not _LOWEST_DB <= decibels <= _HIGHEST_DB:
        raise UsageError(f"'{whole}': {level} dB is too far from the other layers.", hint=hint)
    return Layer(name, decibels)


def under_lu(layers: tuple[Layer, ...]) -> float:
    """Return how much farther under the voice layers belong: what each asks for, weighed by its power.

    Faint birds over the sea lower it hardly; birds as loud as the sea do so by half of what they ask alone.
    """
    powers = [units.gain(layer.decibels) ** 2 for layer in layers]
    asked = [BEDS[layer.name].under_lu for layer in layers]
    return sum(power * lu for power, lu in zip(powers, asked, strict=True)) / sum(powers)
