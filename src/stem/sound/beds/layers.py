"""Names of beds: one, as "zee", or layers, as "zee+vogels:-6"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stem import units
from stem.errors import UnknownNameError, UsageError
from stem.messages import Message
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
            Message("'{name}': a background is missing beside a '+'.", name=name),
            hint=Message("Write layers as regen+drone."),
        )
    layers = tuple(_layer(part, name) for part in parts)
    names = [layer.name for layer in layers]
    if len(layers) == 1:
        if ":" in name:
            hint = Message(
                "Write {names} alone, or add a layer, as in {name}+drone.", names=names[0], name=name
            )
            raise UsageError(
                Message("'{name}': a level is that of a layer beside another; there is one.", name=name),
                hint=hint,
            )
        return layers
    if "none" in names:
        raise UsageError(
            Message("'{name}': 'none' is no background, so nothing can go with it.", name=name),
            hint=Message("Leave it out."),
        )
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise UsageError(
            Message("'{name}': '{twice}' is there twice.", name=name, twice=twice),
            hint=Message("A level makes it louder: {twice}:3.", twice=twice),
        )
    if len(layers) > MOST_LAYERS:
        raise UsageError(
            Message(
                "'{name}' has {count} layers; at most {most_layers} can be told apart.",
                name=name,
                count=len(layers),
                most_layers=MOST_LAYERS,
            )
        )
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
    hint = Message(
        "Write a number of dB, as in zee+vogels:-6, from {lowest_db:.0f} to {highest_db:.0f}.",
        lowest_db=_LOWEST_DB,
        highest_db=_HIGHEST_DB,
    )
    if not _LEVEL.fullmatch(level):
        what = (
            Message("'{level}' is not a level", level=level)
            if level
            else Message("a level is missing after '{name}:'", name=name)
        )
        raise UsageError(Message("'{whole}': {what}.", whole=whole, what=what), hint=hint)
    decibels = float(level.replace(",", "."))
    if not _LOWEST_DB <= decibels <= _HIGHEST_DB:
        raise UsageError(
            Message("'{whole}': {level} dB is too far from the other layers.", whole=whole, level=level),
            hint=hint,
        )
    return Layer(name, decibels)


def under_lu(layers: tuple[Layer, ...]) -> float:
    """Return how much farther under the voice layers belong: what each asks for, weighed by its power.

    Faint birds over the sea lower it hardly; birds as loud as the sea do so by half of what they ask alone.
    """
    powers = [units.gain(layer.decibels) ** 2 for layer in layers]
    asked = [BEDS[layer.name].under_lu for layer in layers]
    return sum(power * lu for power, lu in zip(powers, asked, strict=True)) / sum(powers)
