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
class CatalogueEntry:
    """One thing that can be chosen.

    Attributes:
        name: As a spec has it.
        summary: What it is, in one line.
        under_the_voice_lu: Of a background, how far it lies under the speech in the usual profile; else 0.
        on_phone: Of a background, the share of its power that the loudspeaker of a telephone gives; else 0.
    """

    name: str
    summary: str
    under_the_voice_lu: float = 0.0
    on_phone: float = 0.0


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

    beds: tuple[CatalogueEntry, ...]
    bells: tuple[CatalogueEntry, ...]
    profiles: tuple[CatalogueEntry, ...]
    destinations: tuple[CatalogueEntry, ...]
    formats: tuple[CatalogueEntry, ...]


def catalogue() -> Catalogue:
    """Return what can be chosen by name.

    Example:
        >>> len(stem.catalogue().destinations) > 0
        True
    """
    usual_lu = PROFILES[DEFAULT].levels.ducked_lu
    return Catalogue(
        beds=tuple(
            CatalogueEntry(name, bed.summary, usual_lu + bed.under_lu, bed.on_phone)
            for name, bed in BEDS.items()
        ),
        bells=_entries(BELLS),
        profiles=_entries(PROFILES),
        destinations=_entries(DESTINATIONS),
        formats=_entries(FORMATS),
    )


def _entries(known: Mapping[str, _HasSummary]) -> tuple[CatalogueEntry, ...]:
    return tuple(CatalogueEntry(name, each.summary) for name, each in known.items())
