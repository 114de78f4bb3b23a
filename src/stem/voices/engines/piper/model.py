"""A Piper voice in memory: its two files loaded and judged, then read and spoken with by Piper's own code."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.errors import ConfigError, EngineUnavailable
from stem.installation import damaged_hint
from stem.messages import Message
from stem.sound.clips import Clip
from stem.voices.engines.piper import noise
from stem.voices.engines.piper.network import GET_AGAIN, ready, reason_of
from stem.voices.engines.piper.reading import closed, is_speech, listed, prepared
from stem.voices.published import settings_path
from stem.voices.template import VoiceTemplate

NAME = "piper"
AGAIN = damaged_hint("'stem-meditatie[piper]'")

_INPUTS = frozenset({"input", "input_lengths", "scales"})
_BETWEEN_S = 0.3
"""Seconds between the sentences of one phrase; mostly there is one."""


@dataclass(frozen=True, slots=True)
class Model:
    """A voice in memory; many threads may use it at once.

    Attributes:
        piper: Piper's own voice.
        noises: Names of the inputs that noise is fed to.
    """

    piper: Any
    noises: tuple[str, ...]

    def symbols(self, phrase: str) -> tuple[list[int], ...]:
        """Return the numbers of a phrase's phonemes, for each sentence in it that has any.

        Raises:
            EngineUnavailable: as `phonemized`.
        """
        known = self.piper.config.phoneme_id_map
        sentences = [
            [phoneme for phoneme in sentence if phoneme in known]
            for sentence in phonemized(self.piper, phrase)
        ]
        return tuple(self.piper.phonemes_to_ids(closed(each)) for each in sentences if is_speech(each))

    def missing(self, phrase: str) -> tuple[str, ...]:
        """Return the phonemes of a phrase that the voice has no sound for.

        Raises:
            EngineUnavailable: as `phonemized`.
        """
        phonemes = dict.fromkeys(itertools.chain.from_iterable(phonemized(self.piper, phrase)))
        return tuple(phoneme for phoneme in phonemes if phoneme not in self.piper.config.phoneme_id_map)

    def say(self, sentences: Sequence[list[int]], config: Any, attempt: int, options: Any = None) -> Clip:
        """Return the sound of sentences, untrimmed and as loud as the network makes it.

        Piper would bring each sentence to full scale by itself; what is said softly must stay soft.

        Args:
            sentences: From `symbols`.
            config: Piper's `SynthesisConfig`.
            attempt: Another number gives another take.
            options: onnxruntime's `RunOptions`: who sets `terminate` there ends it between two nodes.
        """
        rate = self.piper.config.sample_rate
        pause = np.zeros(units.frames(_BETWEEN_S, rate), np.float32)
        parts: list[NDArray[np.float32]] = []
        for symbols in sentences:
            fed = noise.for_sentence(self.noises, symbols, config.length_scale, (config.speaker_id, attempt))
            speaking = replace(self.piper, session=noise.Fed(self.piper.session, fed, options))
            sound = np.ravel(speaking.phoneme_ids_to_audio(symbols, config))
            parts += [pause, sound.astype(np.float32, copy=False)]
        return Clip(np.concatenate(parts[1:])[:, None], rate)


def phonemized(piper_voice: Any, phrase: str) -> list[list[str]]:
    """Return the phonemes of a phrase, for each of its sentences; Piper holds a lock on espeak-ng meanwhile.

    Raises:
        EngineUnavailable: when espeak-ng cannot read Dutch.
    """
    try:
        sentences: list[list[str]] = piper_voice.phonemize(prepared(phrase))
    except (RuntimeError, OSError) as error:
        reason = Message("its espeak-ng cannot read Dutch ({error})", error=reason_of(error))
        raise EngineUnavailable(NAME, reason, hint=AGAIN) from error
    return sentences


def library() -> Any:
    """Return the package piper; what it needs is there too.

    Raises:
        EngineUnavailable: when it cannot be loaded.
    """
    try:
        import onnxruntime  # noqa: F401 - what reading and running a network takes is there, or nothing is
        import piper
        import piper.config

        if find_spec("onnx") is None:  # imported when it is needed: it takes memory
            raise ImportError("No module named 'onnx'")  # noqa: TRY301 - as any other that is missing
    except ImportError as error:
        raise EngineUnavailable(
            NAME, Message("it cannot be loaded ({error})", error=reason_of(error)), hint=AGAIN
        ) from error
    return piper


def run_options() -> Any:
    """Return new options for a run of a network."""
    import onnxruntime

    return onnxruntime.RunOptions()


_loading = threading.Lock()


def load(voice: VoiceTemplate) -> Model:
    """Return a voice's model, loaded once for the whole process while its files stay as they are.

    Raises:
        ConfigError: when its files are not those of a Dutch Piper voice.
        EngineUnavailable: when they are not there, or Piper is not.
    """
    path = Path(voice.voice)
    library()
    try:
        with _loading:  # threads that start together must not load 60 MB each
            return _loaded(path, _state(path), _state(settings_path(path)))
    except FileNotFoundError as error:
        if voice.download is None:
            hint = Message("A voice is two files in one folder, such as stem.onnx and stem.onnx.json.")
            raise EngineUnavailable(
                NAME, Message("there is no file {filename}", filename=error.filename), hint=hint
            ) from error
        reason = Message("the voice '{voice}' has not been downloaded yet", voice=voice.name)
        hint = Message("Download it: {get_voice} {voice}", voice=voice.name)
        raise EngineUnavailable(NAME, reason, hint=hint) from error
    except OSError as error:
        raise ConfigError(
            error.filename or path, [Message("it cannot be read ({reason})", reason=error.strerror)]
        ) from error


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2)  # the voice, and one that is compared with it
def _loaded(path: Path, _network_then: tuple[int, int], _settings_then: tuple[int, int]) -> Model:
    """Load a voice. `PiperVoice.load` would load the network first, as it was before the rewriting."""
    config = _config(settings_path(path))
    session = ready(path)
    inputs = {each.name for each in session.get_inputs()}
    noises = noise.inputs_of(inputs)
    read = inputs - set(noises)
    if not read >= _INPUTS:
        raise ConfigError(path, [Message("it is a neural network, but no Piper voice")])
    if read - _INPUTS != ({"sid"} if config.num_speakers > 1 else set()):
        problem = Message(
            "its 'num_speakers', {num_speakers}, does not fit the network in {path}",
            num_speakers=config.num_speakers,
            path=path.name,
        )
        raise ConfigError(settings_path(path), [problem], hint=GET_AGAIN)
    return Model(library().PiperVoice(config=config, session=session), noises)


def _config(path: Path) -> Any:
    """Read a voice's .json with Piper's own code, and judge what that takes on trust."""
    if path.exists() and not path.is_file():  # a pipe would never come to its end
        raise ConfigError(path, [Message("it is no file")], hint=GET_AGAIN)
    try:
        config = library().PiperConfig.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except KeyError as error:
        problem = Message("it is not the settings of a Piper voice: {error} is missing", error=error)
        raise ConfigError(path, [problem], hint=GET_AGAIN) from error
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        unknown = "PhonemeType" in str(error)
        problem = (
            Message("its phonemes are of a kind that Piper does not know")
            if unknown
            else Message("it is damaged")
        )
        raise ConfigError(path, [problem], hint="" if unknown else GET_AGAIN) from error
    if problems := _misfits(config):
        raise ConfigError(path, problems)
    return config


def _misfits(config: Any) -> list[str]:
    """Return why a voice's settings cannot be used."""
    if config.phoneme_type != "espeak":
        return [
            Message(
                "the voice reads '{phoneme_type}', and stem has phonemes of espeak for it",
                phoneme_type=config.phoneme_type.value,
            )
        ]
    if not isinstance(config.espeak_voice, str) or config.espeak_voice.split("-")[0] != "nl":
        return [
            Message(
                "the voice speaks '{espeak_voice}', and stem's texts are Dutch ('nl')",
                espeak_voice=config.espeak_voice,
            )
        ]
    limits = {"sample_rate": (8000, 192_000), "num_speakers": (1, 100_000)}
    problems: list[str] = [
        Message(
            "'{name}' must be a whole number between {low} and {high}, not {config!r}",
            name=name,
            low=low,
            high=high,
            config=getattr(config, name),
        )
        for name, (low, high) in limits.items()
        if not _is_number(getattr(config, name)) or not low <= getattr(config, name) <= high
    ]
    if not _is_table_of(config.speaker_id_map, _is_number) or not _is_number(config.default_speaker_id):
        problems.append(Message("its speakers must be whole numbers"))
    if not _is_table_of(config.phoneme_id_map, _is_numbers):
        problems.append(Message("'phoneme_id_map' must be a table of lists of whole numbers"))
    elif lacking := [mark for mark in "^$_." if mark not in config.phoneme_id_map]:
        problems.append(Message("'phoneme_id_map' lacks {lacking}", lacking=listed(lacking)))
    return problems


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_numbers(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_number, value))


def _is_table_of(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and all(map(fits, value.values()))
