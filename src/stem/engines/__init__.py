"""Voice engines: what every engine can do, which there are, and how long a phrase takes.

An engine is imported when it is asked for: one that is not installed harms nobody. Other packages bring
theirs through the entry-point group `stem.engines`: the name of the engine, and a class that takes no
arguments.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol, cast

from stem.audio import Clip, trimmed
from stem.errors import UnknownNameError
from stem.stretch import shifted, stretched
from stem.voice import VoiceTemplate

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
    """

    sends_to: str = ""
    speed: bool = False
    pitch: bool = False
    ipa: bool = False
    remembered: bool = True
    at_once: int = 0


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
            One channel at the engine's own rate, trimmed (`audio.trimmed`).

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


ENGINES: dict[str, str] = {
    "command": "stem.engines.command:Command",
    "espeak": "stem.engines.espeak:Espeak",
    "google": "stem.engines.google:Google",
    "piper": "stem.engines.piper:Piper",
    "recordings": "stem.engines.recordings:Recordings",
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
    from stem.engines.elsewhere import Guest  # which builds on this module

    return Guest(elsewhere[name])


def say(engine: Engine, phrase: str, voice: VoiceTemplate) -> Clip:
    """Say one phrase at the voice's speed and pitch, also with an engine that does not follow them itself.

    Returns:
        One channel at the engine's own rate, trimmed (`audio.trimmed`).

    Raises:
        ConfigError: as `Engine.speak`.
        EngineError: as `Engine.speak`.
    """
    clip = engine.speak(phrase, voice)
    speed = 1.0 if engine.traits.speed else voice.speed
    semitones = 0.0 if engine.traits.pitch else voice.pitch
    if speed == 1.0 and semitones == 0.0:
        return clip
    # Trimmed again, because the 20 ms in front of the sound and the 80 ms behind it are stretched too.
    return trimmed(shifted(stretched(clip, speed), semitones))


# Fitted by least squares on 290 Dutch sentences and odd phrases that two espeak voices said at rate 100. With
# figures from an article alone, the speech of a whole script came out within 1 %; one sentence differs by 7 %
# (standard deviation), and even odd phrases ("Mmm.", "12345678") take 0.6 to 1.9 times what is expected.
_FIXED_S = 0.20
_LETTER_S = 0.09
_WORD_S = 0.105
_DIGIT_S = 0.45
_ROUND_S = 0.15
_SIGN_S = 0.50
_CLAUSE_S = 0.43
_SPELLED_S = 0.35
_CLAUSE_ENDS = re.compile(r"[,;:.!?…](?=\s)")  # the last of "?!..."
_SIGNS = re.compile(r"(?<=\w)[.,:;/](?=\w)|[%&€$£@+=°²³¼½¾#*/]")
_ROUND = re.compile(r"(?<=\d)0(?![,.]?[1-9])")  # "tien", "honderd": no word of its own
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3})")
_CONSONANT = "[bcdfghjklmnpqrstvwxz]"
_SPELLED = re.compile(  # "ggz", "x"; not the letters of "m'n" and "'t"
    rf"(?<!\w){_CONSONANT}{{2,}}(?!\w)|(?<![\w'’]){_CONSONANT}(?![\w'’])",  # noqa: RUF001
    re.IGNORECASE,
)


def expected_seconds(phrase: str) -> float:
    """Return how long `phrase` takes at a calm pace (about 110 words a minute)."""
    phrase = _THOUSANDS.sub("", phrase.rstrip())
    digits = sum(character.isdigit() for character in phrase)
    rounds = len(_ROUND.findall(phrase))
    return (
        _FIXED_S
        + _LETTER_S * sum(character.isalpha() for character in phrase)
        + _SPELLED_S * sum(map(len, _SPELLED.findall(phrase)))
        + _WORD_S * len(phrase.split())
        + _DIGIT_S * (digits - rounds)
        + _ROUND_S * rounds
        + _SIGN_S * len(_SIGNS.findall(phrase))
        + _CLAUSE_S * len(_CLAUSE_ENDS.findall(phrase))
    )


_SAMPLE = (
    "Voel hoe je voeten op de grond staan.",
    "Misschien merk je iets op, en misschien ook niet.",
    "Laat je adem rustig komen en gaan.",
)
"""Together these take as much longer or shorter than expected as a whole script does, within 1 % (espeak)."""


def measured_pace(engine: Engine, voice: VoiceTemplate) -> float:
    """Return a voice's speed, measured on a few sentences: 1.0 is the pace of `expected_seconds`.

    Raises:
        ConfigError: as `Engine.speak`.
        EngineError: as `Engine.speak`.
    """
    clips = [say(engine, phrase, voice) for phrase in _SAMPLE]
    return sum(map(expected_seconds, _SAMPLE)) / sum(clip.frames / clip.rate for clip in clips)
