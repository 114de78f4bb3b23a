"""What the page takes from below the front door, all in one place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from stem import Batch, Plan, Project, ScriptTemplate, StemError, catalogue
from stem.authoring.check import usual_values
from stem.doctor import Diagnosis
from stem.documents import cost_note
from stem.export.cover import cover_from
from stem.files import cache_path
from stem.practice.batch.single import UnusableCodeError
from stem.practice.edited import ChangedFileError
from stem.practice.forget import Left as LeftFile
from stem.practice.overview import overview_page
from stem.practice.own_words import OwnWord
from stem.practice.settings import Value
from stem.record.document import record_path
from stem.record.model import Record
from stem.script.cues import PAUSES, SAFETY_RULES, override_pauses
from stem.script.dutch import sentences
from stem.script.edits import SafetySentenceError, SentenceKey, sentence_key
from stem.script.pacing import UnreachableLengthError
from stem.script.ready_child import kept_ready
from stem.script.template import script_files
from stem.track.outline import Outline
from stem.track.preview import for_whom
from stem.track.words import PRONUNCIATION, takes_pronunciation
from stem.voices.download import Progress as OnBytes
from stem.voices.recordings.engine import SOUND_SUFFIXES
from stem.voices.speakers import can_speak, sends_to

__all__ = [
    "PRONUNCIATION",
    "SAFETY_RULES",
    "SOUND_SUFFIXES",
    "ChangedFileError",
    "Diagnosis",
    "LeftFile",
    "OnBytes",
    "Outline",
    "OwnWord",
    "Record",
    "SafetySentenceError",
    "SentenceKey",
    "Shelf",
    "UnreachableLengthError",
    "UnusableCodeError",
    "Value",
    "backgrounds",
    "can_speak",
    "cost_note",
    "costs",
    "cover_from",
    "for_whom",
    "kept_bytes",
    "kept_ready",
    "overview_page",
    "pause_lengths",
    "pauses",
    "profiles",
    "record_path",
    "recorded_phrases",
    "sends_to",
    "sentence_key",
    "sentences",
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
    home = project.folder / "scripts"
    own, packaged, broken = list[ScriptTemplate](), list[ScriptTemplate](), dict[str, StemError]()
    for path in script_files(project.folder):
        try:
            found = project.script(path.stem)
        except StemError as error:
            broken[path.stem] = error
        else:
            (own if path.parent == home else packaged).append(found)

    def by_title(scripts: list[ScriptTemplate]) -> tuple[ScriptTemplate, ...]:
        return tuple(sorted(scripts, key=lambda script: script.title.casefold()))

    return Shelf(by_title(own), by_title(packaged), broken)


def recorded_phrases(plan: Plan) -> Collection[str]:
    """Return the phrases that a practice recorded itself, of its own opening and closing words."""
    files = {} if plan.house is None else plan.house.settings.get("files", {})
    return files if isinstance(files, Mapping) else {}


def costs(batch: Batch) -> tuple[str, ...]:
    """Return what those tracks of a batch take that last an hour or more, as sentences, each once."""
    told: dict[str, None] = {}
    for each in {id(each): each for each in batch.asked.expected}.values():  # what is alike is planned once
        with suppress(StemError):  # one that is too large is refused when its turn comes
            told |= dict.fromkeys(cost_note(each.plan, each.seconds))
    return tuple(told)


def pause_lengths(*changed: Mapping[str, float]) -> dict[str, float]:
    """Return how long the named pauses last, in seconds, when some have other lengths; later ones count."""
    table = PAUSES
    for lengths in changed:
        table = override_pauses(table, lengths)
    return {name: pause.seconds for name, pause in table.items()}


def backgrounds() -> Mapping[str, str]:
    """Return the backgrounds by name, each with a line about it."""
    return {bed.name: bed.summary for bed in catalogue().beds if bed.name != _UNASKED}


def profiles() -> Mapping[str, str]:
    """Return what a track can be mastered for by name, each with a line about it."""
    return {each.name: each.summary for each in catalogue().profiles}


def kept_bytes() -> int:
    """Return what the backgrounds that are kept take; what goes meanwhile counts for nothing."""
    found = 0
    for path in cache_path("beds").glob("*"):
        with suppress(OSError):
            found += path.stat().st_size
    return found


def pauses(project: Project) -> Mapping[str, float]:
    """Return the pauses that a writer chooses from, with their usual lengths in seconds in this practice."""
    table = override_pauses(PAUSES, project.settings.pauses)
    return {name: pause.seconds for name, pause in table.items() if name not in _BY_ITSELF}


_BY_ITSELF = {"zin", "alinea", "bel"}
"""Pauses that come where they belong, without a mark."""
