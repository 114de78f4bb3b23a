"""What can be chosen by name, whatever the project: backgrounds, bells, profiles, destinations, formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from stem.export.destinations import DESTINATIONS
from stem.export.formats import FORMATS
from stem.sound.beds import BEDS, BELLS
from stem.track.profiles import DEFAULT, PROFILES


class _HasSummary(Protocol):
    @property
    def summary(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen.

    Attributes:
        name: As a spec has it.
        summary: What it is, in one line.
    """

    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class BedChoice(Choice):
    """A background.

    Attributes:
        under_the_voice_lu: How far it lies under the speech, as long as that lasts, in the usual profile.
    """

    under_the_voice_lu: float


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be chosen by name; scripts and voices are those of a project.

    Example:
        >>> there = stem.catalogue()
        >>> [bed.name for bed in there.beds if bed.name.startswith("z")]
        ['zee']
        >>> [form.name for form in there.formats]
        ['mp3', 'm4a', 'opus', 'flac', 'wav']

    Attributes:
        beds: Backgrounds; several make layers: "regen+drone:-6".
        bells: Bells.
        profiles: What a track can be mastered for.
        destinations: Where it can go.
        formats: The kinds of file it can be.
    """

    beds: tuple[BedChoice, ...]
    bells: tuple[Choice, ...]
    profiles: tuple[Choice, ...]
    destinations: tuple[Choice, ...]
    formats: tuple[Choice, ...]


def catalogue() -> Catalogue:
    """Return what can be chosen by name.

    Example:
        >>> len(stem.catalogue().destinations) > 0
        True
    """
    usual_lu = PROFILES[DEFAULT].levels.ducked_lu
    return Catalogue(
        beds=tuple(BedChoice(name, bed.summary, usual_lu + bed.under_lu) for name, bed in BEDS.items()),
        bells=_choices(BELLS),
        profiles=_choices(PROFILES),
        destinations=_choices(DESTINATIONS),
        formats=_choices(FORMATS),
    )


def _choices(known: Mapping[str, _HasSummary]) -> tuple[Choice, ...]:
    return tuple(Choice(name, each.summary) for name, each in known.items())
