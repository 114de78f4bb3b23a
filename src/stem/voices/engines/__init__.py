"""Voice engines: what every engine can do, which there are, and how long a phrase takes.

An engine is imported when it is asked for: one that is not installed harms nobody. Other packages bring
theirs through the entry-point group `stem.engines`: the name of the engine, and a class that takes no
arguments.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from stem.errors import EngineUnavailable, UnknownNameError
from stem.script.dutch.pace import expected_seconds
from stem.sound.clips import Clip, trimmed
from stem.sound.stretch import shifted, stretched
from stem.voices.template import VoiceTemplate

GROUP = "stem.engines"
"""The entry-point group of engines from elsewhere."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is different in kind between engines; the defaults fit a program that runs here.

    Attributes:
        sends_to: Whom the phrases are sent to; "" when nothing leaves the machine.
        speed: Whether it follows a voice template's `speed` by itself; else its sound is stretched.
        pitch: The same for `pitch`.
        ipa: Whether it reads phonemes between [[ and ]] in a phrase.
        remembered: Whether its clips are worth keeping between runs.
        at_once: How many phrases it says at the same time; 0 for as many as there are cores.
        by_rule: Whether rules make its sound; else a model that recordings trained, as far as is known.
        only_recorded: Whether it can say nothing but what someone recorded, by phrase under "files" in a
            voice's settings.
    """

    sends_to: str = ""
    speed: bool = False
    pitch: bool = False
    ipa: bool = False
    remembered: bool = True
    at_once: int = 0
    by_rule: bool = False
    only_recorded: bool = False


class Engine(Protocol):
    """Something that turns phrases into speech.

    One engine serves many threads at once.

    Attributes:
        name: The name that voice templates use.
        version: Changes whenever the same phrase may sound different.
        traits: What it is like.
    """

    @property
    def name(self) -> str:
        """The engine's name."""

    @property
    def version(self) -> str:
        """The engine's version."""

    @property
    def traits(self) -> Traits:
        """What it is like."""

    def check(self) -> None:
        """Try whether the engine can speak on this machine; nothing is sent anywhere for it.

        Raises:
            EngineUnavailable: when it cannot, with a hint how to mend it.
        """

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase.

        Returns:
            One channel at the engine's own rate, trimmed (`clips.trimmed`).

        Raises:
            ConfigError: when the voice template asks for what the engine does not have.
            EngineUnavailable: when the engine cannot speak on this machine.
            SynthesisError: when it could not say this phrase.
        """

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return, as sentences, what will be heard otherwise than the phrase says; mostly nothing.

        Raises:
            EngineError: as `speak`.
        """


@runtime_checkable
class HasFiles(Protocol):
    """An engine that knows which files a voice is made of; of any other it is what `voice` names."""

    def files(self, voice: VoiceTemplate) -> tuple[Path, ...]:
        """Return a voice's files: another content, another sound. They need not be there."""


ENGINES: dict[str, str] = {
    "command": "stem.voices.engines.command:Command",
    "espeak": "stem.voices.engines.espeak:Espeak",
    "google": "stem.voices.engines.google:Google",
    "piper": "stem.voices.engines.piper:Piper",
    "pocket": "stem.voices.engines.pocket:Pocket",
    "recordings": "stem.voices.recordings.engine:Recordings",
}
"""Engine name -> "module:class"."""


def engine(name: str) -> Engine:
    """Return a new engine.

    Raises:
        UnknownNameError: when there is none of that name.
        EngineUnavailable: when the engine knows already that it cannot speak.
    """
    if name in ENGINES:
        module, _, kind = ENGINES[name].partition(":")
        return cast("Engine", getattr(importlib.import_module(module), kind)())
    elsewhere = {point.name: point for point in entry_points(group=GROUP)}
    if name not in elsewhere:
        raise UnknownNameError("voice engine", name, [*ENGINES, *elsewhere])
    from stem.voices.engines.plugins import PluginEngine  # which builds on this module

    return PluginEngine(elsewhere[name])


def traits_of(name: str) -> Traits:
    """Return what the engine of a name is like; the usual when there is none on this machine."""
    try:
        return engine(name).traits
    except (EngineUnavailable, UnknownNameError):
        return Traits()


def files_of(engine: Engine, voice: VoiceTemplate) -> tuple[Path, ...]:
    """Return the files that a voice is made of; none for one that has only a name."""
    if isinstance(engine, HasFiles):
        return engine.files(voice)
    path = Path(voice.voice)
    return (path,) if path.is_absolute() else ()


def say(engine: Engine, phrase: str, voice: VoiceTemplate) -> Clip:
    """Say one phrase at the voice's speed and pitch, also with an engine that does not follow them itself.

    Returns:
        One channel at the engine's own rate, trimmed (`clips.trimmed`).

    Raises:
        ConfigError: as `Engine.speak`.
        EngineError: as `Engine.speak`.
    """
    return at_own_pace(engine.speak(phrase, voice), engine.traits, voice)


def at_own_pace(clip: Clip, traits: Traits, voice: VoiceTemplate) -> Clip:
    """Return an engine's clip at the voice's speed and pitch, if the engine does not follow them."""
    speed = 1.0 if traits.speed else voice.speed
    semitones = 0.0 if traits.pitch else voice.pitch
    if speed == 1.0 and semitones == 0.0:
        return clip
    # Trimmed again, because the 20 ms in front of the sound and the 80 ms behind it are stretched too.
    return trimmed(shifted(stretched(clip, speed), semitones))


SAMPLE = (
    "Voel hoe je voeten op de grond staan.",
    "Misschien merk je iets op, en misschien ook niet.",
    "Laat je adem rustig komen en gaan.",
)
"""Together these take as much longer or shorter than expected as a whole script does, within 1 % (espeak)."""


def measured_pace(say: Callable[[str], Clip]) -> float:
    """Return a voice's speed, measured on a few sentences: 1.0 is the pace of `expected_seconds`.

    Args:
        say: Says a phrase with that voice, and raises what it raises.
    """
    clips = [say(phrase) for phrase in SAMPLE]
    return sum(map(expected_seconds, SAMPLE)) / sum(clip.frames / clip.rate for clip in clips)
