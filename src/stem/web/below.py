"""What the page takes from below the front door, all in one place; it only gets shorter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stem import Project, ScriptTemplate, StemError, TrackSpec, UsageError, VoiceTemplate
from stem.files import packaged_folder
from stem.sound.beds import BEDS, BELLS
from stem.track.outline import Outline, outline
from stem.track.preview import for_whom
from stem.track.words import PRONUNCIATION, takes_pronunciation
from stem.voices.permission import asks_leave, has_leave
from stem.voices.speakers import better_voice, can_speak, choose_voice, sends_to

__all__ = [
    "BEDS",
    "BELLS",
    "PRONUNCIATION",
    "Outline",
    "choose_voice",
    "for_whom",
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
