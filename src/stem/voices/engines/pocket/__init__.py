"""Pocket TTS, a natural voice that runs here: a language model of speech that was made for two cores.

It draws what it says, so now and then it says a part twice, leaves one out or finds no end. Every take is
drawn from a seed that follows from the phrase alone, is judged by the guard, and is drawn anew from another
seed when it is bad: the same phrase is the same sound in any order and process.

The network is in a process of its own (`worker`), which this module hands paths, text and seeds. What is
behind it is one file with a function `load` (`worker.Network`); `makers` is the one by its makers' package.
"""

from __future__ import annotations

import hashlib
import re
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from stem.errors import ConfigError, EngineUnavailable, SynthesisError
from stem.messages import Message
from stem.sound.clips import Clip
from stem.tables import from_table
from stem.voices.engines import Traits
from stem.voices.engines.pocket.judging import whole
from stem.voices.engines.pocket.partner import NAME, Partner
from stem.voices.template import VoiceTemplate, is_the_users

_REWRITING = 1
"""To be raised when the same phrase is handed over, seeded or joined in another way."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a voice template sets for Pocket TTS; its files stand beside it, or beside the weights.

    Attributes:
        config: The model's shapes: the name of one that came with the package, or of a .yaml.
        tokenizer: The file that cuts text for it.
        state: The file of who speaks, as `pocket-tts export-voice` writes it.
    """

    config: str
    tokenizer: str
    state: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]+", self.config):
            raise ValueError(
                Message("'config' must be the name of a model, not '{config}'", config=self.config)
            )


@dataclass(frozen=True, slots=True)
class Behind:
    """What does the speaking.

    Attributes:
        file: The module that the worker loads; see `worker.Network`.
        packages: What the sound depends on.
    """

    file: Path
    packages: tuple[str, ...]


MAKERS = Behind(Path(__file__).with_name("makers.py"), ("pocket-tts", "torch"))


class Pocket:
    """The engine "pocket": `voice` is the path of a model's weights, and its settings name the rest."""

    name = NAME
    traits = Traits(at_once=1)  # it fills two cores with one phrase

    def __init__(self, behind: Behind = MAKERS) -> None:
        try:
            versions = [f"{package} {metadata.version(package)}" for package in behind.packages]
        except metadata.PackageNotFoundError as error:
            install = Message("Install it: pip install 'stem-meditatie[pocket]'")
            raise EngineUnavailable(
                NAME, Message("{error} is not installed", error=error.name), hint=install
            ) from error
        self.version = ", ".join([*versions, f"rewriting {_REWRITING}"])
        self._partner = Partner(behind.file)
        weakref.finalize(self, self._partner.close)

    def check(self) -> None:
        """Do nothing: the package is installed, and to load it takes seconds."""

    def files(self, voice: VoiceTemplate) -> tuple[Path, ...]:
        """Return the files of the weights, the tokenizer and who speaks; see `engines.HasFiles`."""
        parts = _parts(voice, from_table(Settings, voice.settings, voice.path))
        return tuple(path for path in parts.values() if path.suffix)

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase; see `engines.Engine`."""
        parts = _parts(voice, from_table(Settings, voice.settings, voice.path))
        _check_here(parts, voice)
        if not any(map(str.isalnum, phrase)):
            raise SynthesisError(NAME, phrase, Message("there is nothing to say in it"))
        paths = {key: path for key, path in parts.items() if key != "state"}
        state = parts["state"]

        def draw(text: str, attempt: int) -> Clip | None:
            return self._partner.say(text, paths, state, seed(text, state.name, attempt))

        return whole(draw, phrase, NAME, tuple(parts.values()))

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return nothing: it says whatever is written, one way or another."""
        return ()


def seed(phrase: str, voice: str, attempt: int) -> int:
    """Return what a take is drawn from: 63 bits, another for each attempt."""
    digest = hashlib.sha256("\0".join((phrase, voice, str(attempt))).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _parts(voice: VoiceTemplate, settings: Settings) -> dict[str, Path]:
    """Return what a voice is made of; the name of a model that came with the package stays a bare name."""
    own = settings.config.endswith(".yaml")
    return {
        "config": _place("config", settings.config, voice) if own else Path(settings.config),
        "weights": Path(voice.voice),
        "tokenizer": _place("tokenizer", settings.tokenizer, voice),
        "state": _place("state", settings.state, voice),
    }


def _place(key: str, name: str, voice: VoiceTemplate) -> Path:
    """Return where a file is that a template names: beside it, or beside the weights.

    Raises:
        ConfigError: when a template that is not the user's leads out of its folder.
    """
    home = voice.path.absolute().parent
    beside = home / name
    found = beside if beside.is_file() else Path(voice.voice).parent / name
    if not is_the_users(voice.path) and found.parent not in {home, Path(voice.voice).parent}:
        problem = Message(
            "'settings.{key}' names {name}, a file outside the folder of the template", key=key, name=name
        )
        raise ConfigError(voice.path, [problem])
    return found


def _check_here(parts: Mapping[str, Path], voice: VoiceTemplate) -> None:
    """Refuse to begin when a file is not there.

    Raises:
        EngineUnavailable: when it could be downloaded, or nobody knows where it is.
    """
    missing = [path for key, path in parts.items() if path.suffix and not path.is_file()]
    if not missing:
        return
    wanted = () if voice.download is None else voice.download.files
    if any(file.name == path.name for file in wanted for path in missing):
        reason = Message("the voice '{voice}' has not been downloaded yet", voice=voice.name)
        hint = Message("Download it: {get_voice} {voice}", voice=voice.name)
        raise EngineUnavailable(NAME, reason, hint=hint)
    hint = Message("Put it beside {template}, or mend the name there.", template=voice.path)
    raise EngineUnavailable(NAME, Message("there is no file {filename}", filename=missing[0]), hint=hint)
