"""What the page takes from below the front door, all in one place; it only gets shorter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stem import Batch, Project, StemError, TrackSpec, UsageError
from stem.files import packaged_folder
from stem.practice.batch import BatchOptions, BatchProgress, JobProgress
from stem.practice.batch.batch import batch_folder
from stem.practice.batch.single import job_of_one
from stem.practice.setup import begin_practice
from stem.record.document import SUFFIX, read_record, record_path, track_path
from stem.record.model import Record
from stem.script.template import ScriptTemplate
from stem.script.variables import Variable
from stem.sound.beds import BEDS, BELLS
from stem.track.outline import Outline, outline
from stem.track.preview import for_whom
from stem.track.words import PRONUNCIATION, takes_pronunciation
from stem.voices.permission import asks_leave, has_leave
from stem.voices.speakers import better_voice, can_speak, choose_voice, sends_to
from stem.voices.template import VoiceTemplate

__all__ = [
    "BEDS",
    "BELLS",
    "PRONUNCIATION",
    "BatchProgress",
    "JobProgress",
    "Outline",
    "ScriptTemplate",
    "Variable",
    "VoiceTemplate",
    "begin_practice",
    "choose_voice",
    "for_whom",
    "record_path",
    "sends_to",
    "takes_pronunciation",
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


def single(project: Project, spec: TrackSpec, code: str) -> Batch:
    """Ask for one track as a batch: with its record, and replaced only when it is ours."""
    folder = batch_folder(project.settings.output, project.folder)
    jobs = job_of_one(code, BatchOptions(spec, folder, home=project.folder), project.settings)
    return Batch(jobs.expected[0].plan.title, jobs, project.settings, project.folder)


def in_outline(project: Project, spec: TrackSpec) -> Outline:
    """Return what a track will say and when, and how long it can last."""
    return outline(spec, project.settings, project.folder)


def backgrounds() -> Mapping[str, str]:
    """Return the backgrounds by name, each with a line about it."""
    return {name: recipe.summary for name, recipe in BEDS.items() if name != _UNASKED}


def bells() -> Mapping[str, str]:
    """Return the bells likewise."""
    return {name: recipe.summary for name, recipe in BELLS.items()}


def speaking_voices(project: Project) -> tuple[VoiceTemplate, ...]:
    """Return the voices that can and may speak here and now, the best first."""
    allowed = [
        each
        for each in project.voices()
        if can_speak(each)
        and (project.settings.allow_online or not sends_to(each))
        and (has_leave(each) or not asks_leave(each))
    ]
    return tuple(sorted(allowed, key=lambda voice: (-voice.rank, voice.name)))


def usual_voice(project: Project) -> tuple[VoiceTemplate | None, VoiceTemplate | None]:
    """Return the voice that speaks when nobody chooses, and a better one that can be fetched."""
    try:
        usual = choose_voice(project.settings.voice, project.folder)
    except UsageError:  # own recordings, or a voice that is not there any more
        return None, None
    return usual, better_voice(usual, project.folder)


@dataclass(frozen=True, slots=True)
class Finished:
    """A track with its record; see `finished`.

    Attributes:
        path: The track's file, which may be gone.
        record: How it was made.
    """

    path: Path
    record: Record


def records(project: Project) -> tuple[Path, ...]:
    """Return the files of the records of a practice's tracks."""
    folder = batch_folder(project.settings.output, project.folder)
    return tuple(path for path in folder.glob(f"*{SUFFIX}") if path.is_file())


def finished(record: Path) -> Finished | None:
    """Return the track of a record; None when it cannot be read."""
    try:
        found = read_record(record)
    except StemError:
        return None
    return Finished(track_path(record, found.track.suffix), found)
