"""Voice engines: what every engine can do, which there are, and what a believable take is.

An engine is imported when it is asked for: one that is not installed harms nobody.
"""

from __future__ import annotations

import importlib
import re
from typing import Protocol, cast

from stem.audio import Clip
from stem.errors import UnknownNameError
from stem.voice import VoiceTemplate


class Engine(Protocol):
    """Something that turns phrases into speech.

    One engine serves many threads at once.

    Attributes:
        name: The name that voice templates use.
        version: Changes whenever the same phrase may sound different.
    """

    @property
    def name(self) -> str:
        """The engine's name."""

    @property
    def version(self) -> str:
        """The engine's version."""

    def check(self) -> None:
        """Try whether the engine can speak on this machine.

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


ENGINES: dict[str, str] = {"espeak": "stem.engines.espeak:Espeak"}
"""Engine name -> "module:class"."""


def engine(name: str) -> Engine:
    """Return a new engine.

    Raises:
        UnknownNameError: when there is none of that name.
        EngineUnavailable: when the engine knows already that it cannot speak.
    """
    if name not in ENGINES:
        raise UnknownNameError("voice engine", name, ENGINES)
    module, _, kind = ENGINES[name].partition(":")
    return cast("Engine", getattr(importlib.import_module(module), kind)())


# Fitted by least squares on 190 Dutch phrases that espeak said at rate 100; all real ones took 0.7 to 1.6
# times what this predicts.
_FIXED_S = 0.30
_LETTER_S = 0.10
_DIGIT_S = 0.42
_SIGN_S = 0.45
_CLAUSE_S = 0.64
_CLAUSE_ENDS = re.compile(r"[,;:.!?…]+(?=\s+\S)")
_SIGNS = re.compile(r"(?<=\w)[.,:;/](?=\w)|[%&€$£@+=°²³#*/]")


def expected_seconds(phrase: str) -> float:
    """Return how long `phrase` takes at a calm pace (about 110 words a minute)."""
    return (
        _FIXED_S
        + _LETTER_S * sum(character.isalpha() for character in phrase)
        + _DIGIT_S * sum(character.isdigit() for character in phrase)
        + _SIGN_S * len(_SIGNS.findall(phrase))
        + _CLAUSE_S * len(_CLAUSE_ENDS.findall(phrase))
    )


def is_believable(clip: Clip, phrase: str, pace: float = 1.0) -> bool:
    """Tell whether a take's length fits its text: not less than half nor more than twice what that predicts.

    Args:
        clip: The take, trimmed.
        phrase: What should be heard in it.
        pace: The voice's speed; 1.0 is about 110 words a minute, 2.0 twice as fast.
    """
    expected = expected_seconds(phrase) / pace
    return expected / 2 <= clip.frames / clip.rate <= expected * 2
