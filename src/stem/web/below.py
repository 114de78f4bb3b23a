"""What the page takes from below the front door, all in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stem import Project, ScriptTemplate, StemError, catalogue
from stem.authoring.check import usual_values
from stem.files import packaged_folder
from stem.practice.batch.single import UnusableCodeError
from stem.record.document import record_path
from stem.record.model import Record
from stem.script.cues import PAUSES, SAFETY_RULES, override_pauses
from stem.script.ready_child import kept_ready
from stem.track.outline import Outline
from stem.track.preview import for_whom
from stem.track.words import PRONUNCIATION, takes_pronunciation
from stem.voices.speakers import sends_to

__all__ = [
    "PRONUNCIATION",
    "SAFETY_RULES",
    "Outline",
    "Record",
    "Shelf",
    "UnusableCodeError",
    "backgrounds",
    "for_whom",
    "kept_ready",
    "pauses",
    "record_path",
    "sends_to",
    "shelf",
    "takes_pronunciation",
    "usual_values",
]

_UNASKED = "binauraal"
"""Never offered: it is there for who asks for it by name."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The scripts of a practice.

    Attributes:
        own: Those in its folder.
        packaged: Those that came with stem.
        broken: What is wrong with the others, by name.
    """

    own: tuple[ScriptTemplate, ...]
    packaged: tuple[ScriptTemplate, ...]
    broken: Mapping[str, StemError]

    def find(self, name: str) -> ScriptTemplate | None:
        """Return the script of a name, by membership."""
        return next((each for each in (*self.own, *self.packaged) if each.name == name), None)


def shelf(project: Project) -> Shelf:
    """Return the scripts of a practice; one with mistakes does not take away the others."""
    homes = [project.folder / "scripts", packaged_folder("scripts")]
    names = sorted({path.stem for home in homes for path in home.glob("*.j2") if path.is_file()})
    own, packaged, broken = list[ScriptTemplate](), list[ScriptTemplate](), dict[str, StemError]()
    for name in names:
        try:
            found = project.script(name)
        except StemError as error:
            broken[name] = error
        else:
            (own if found.path.parent == homes[0] else packaged).append(found)

    def by_title(scripts: list[ScriptTemplate]) -> tuple[ScriptTemplate, ...]:
        return tuple(sorted(scripts, key=lambda script: script.title.casefold()))

    return Shelf(by_title(own), by_title(packaged), broken)


def backgrounds() -> Mapping[str, str]:
    """Return the backgrounds by name, each with a line about it."""
    return {bed.name: bed.summary for bed in catalogue().beds if bed.name != _UNASKED}


def pauses(project: Project) -> Mapping[str, float]:
    """Return the pauses that a writer chooses from, with their usual lengths in seconds in this practice."""
    table = override_pauses(PAUSES, project.settings.pauses)
    return {name: pause.seconds for name, pause in table.items() if name not in _BY_ITSELF}


_BY_ITSELF = {"zin", "alinea", "bel"}
"""Pauses that come where they belong, without a mark."""
