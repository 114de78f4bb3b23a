"""Piper, the natural voice that runs here: a neural network for each voice, in a file of 20 to 60 MB.

The same phrase is the same sound in any order, thread and process: see `noise`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from stem.errors import ConfigError, EngineUnavailable, SynthesisError, did_you_mean
from stem.installation import missing_hint
from stem.messages import Message, joined
from stem.progress import apart
from stem.sound.clips import Clip
from stem.tables import from_table, out_of_bounds
from stem.voices.engines import Traits
from stem.voices.engines.guard import judged
from stem.voices.engines.piper.model import (
    AGAIN,
    NAME,
    Model,
    library,
    load,
    phonemized,
    run_options,
)
from stem.voices.engines.piper.network import reason_of
from stem.voices.engines.piper.pace import own_pace
from stem.voices.engines.piper.reading import listed, prepared, words
from stem.voices.published import settings_path
from stem.voices.template import VoiceTemplate

_PACKAGES = ("piper-tts", "onnxruntime", "onnx", "numpy")
"""What the sound depends on; NumPy may draw other numbers from one seed in another version."""
_REWRITING = 2
"""To be raised when the same phrase is read, fed, joined or trimmed in another way."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a voice template may set for Piper; the defaults are calm.

    Attributes:
        length_scale: 1 is the pace of the voice's recordings; 1.3 takes 1.3 times as long. 0.5-3.
        noise_scale: Liveliness of the sound, 0-1.5; more is rougher.
        noise_w_scale: Liveliness of the rhythm, 0-1.5.
        speaker: Number or name of one of the voice's speakers; None for its usual one.
    """

    length_scale: float = 1.3
    noise_scale: float = 0.6
    noise_w_scale: float = 0.7
    speaker: object = None

    def __post_init__(self) -> None:
        limits = {"length_scale": (0.5, 3.0), "noise_scale": (0.0, 1.5), "noise_w_scale": (0.0, 1.5)}
        wrong = out_of_bounds(self, limits)
        if isinstance(self.speaker, bool) or not isinstance(self.speaker, int | str | None):
            wrong.append(Message("'speaker' must be a number or a name"))
        if wrong:
            raise ValueError(joined("; ", wrong))


class Piper:
    """The engine "piper": `voice` is the path of an .onnx file, and its settings stand beside it."""

    name = NAME
    traits = Traits(speed=True, ipa=True)

    def __init__(self) -> None:
        try:
            versions = [f"{package} {metadata.version(package)}" for package in _PACKAGES]
        except metadata.PackageNotFoundError as error:
            hint = missing_hint("'stem-meditatie[piper]'")
            raise EngineUnavailable(
                NAME, Message("{error} is not installed", error=error.name), hint=hint
            ) from error
        self.version = ", ".join([*versions, f"rewriting {_REWRITING}"])

    def check(self) -> None:
        """Load the libraries and read a word; no voice is needed for it.

        Raises:
            EngineUnavailable: when that fails.
        """
        piper = library()
        espeak = piper.config.PhonemeType.ESPEAK
        config = piper.PiperConfig(256, 1, 22_050, espeak_voice="nl", phoneme_id_map={}, phoneme_type=espeak)
        if not any(phonemized(piper.PiperVoice(session=None, config=config), "ja")):
            raise EngineUnavailable(NAME, Message("it cannot read Dutch"), hint=AGAIN)

    def files(self, voice: VoiceTemplate) -> tuple[Path, ...]:
        """Return the network's file and that of its settings; see `engines.HasFiles`."""
        path = Path(voice.voice)
        return (path, settings_path(path))

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase; see `engines.Engine`. What stands in it between [[ and ]] is read as phonemes."""
        settings = from_table(Settings, voice.settings, voice.path)
        model = load(voice)
        length_scale = settings.length_scale / voice.speed
        speaker = _speaker(settings.speaker, model, voice.path)
        config = library().SynthesisConfig(
            speaker_id=speaker,
            length_scale=length_scale,
            noise_scale=settings.noise_scale,
            noise_w_scale=settings.noise_w_scale,
        )
        sentences = model.symbols(phrase)
        if not sentences:
            raise SynthesisError(NAME, phrase, Message("there is nothing to say in it"))
        attempts = itertools.count()

        def take() -> Clip:
            options = run_options()
            return apart(partial(said, options), partial(setattr, options, "terminate", True))

        def said(options: Any) -> Clip:
            attempt = next(attempts)  # with the same noise, a second take would be the first one again
            try:
                return model.say(sentences, config, attempt, options)
            except Exception as error:
                reason = Message("the voice's network stopped ({error})", error=reason_of(error))
                hint = Message("Perhaps its .onnx and .json do not belong together.")
                raise SynthesisError(NAME, phrase, reason, hint=hint) from error

        pace = own_pace(model, Path(voice.voice), speaker) / length_scale
        # A comma is hardly a rest to it, and its "s" may be there from the first sample.
        return judged(take, phrase, NAME, pace, pauses=False, softly=True)

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return a sentence for each word of which the voice lacks a sound."""
        model = load(voice)
        missing = model.missing(phrase)
        if not missing:
            return ()
        lacking = {shown: model.missing(said) for shown, said in words(phrase)}
        in_words = {sound for sounds in lacking.values() for sound in sounds}
        # A word may be read otherwise among others.
        lacking[prepared(phrase)] = tuple(sound for sound in missing if sound not in in_words)
        return tuple(
            Message(
                "The voice '{voice}' has no sound for {sounds} in \"{shown}\", and leaves it out.",
                voice=voice.name,
                sounds=listed(sounds),
                shown=shown,
            )
            for shown, sounds in lacking.items()
            if sounds
        )


def _speaker(wanted: object, model: Model, path: Path) -> int | None:
    """Return the number of a speaker that the voice has; None for a voice that has one.

    Raises:
        ConfigError: when it has no such speaker; Piper itself would take any number, and say something.
    """
    config = model.piper.config
    names: dict[str, int] = config.speaker_id_map
    if isinstance(wanted, str) and wanted not in names:
        hint = did_you_mean(wanted, list(names)) or Message("It has one speaker, without a name.")
        raise ConfigError(
            path,
            [Message("'settings.speaker': the voice has no speaker '{wanted}'", wanted=wanted)],
            hint=hint,
        )
    number: int = config.default_speaker_id
    if isinstance(wanted, str):
        number = names[wanted]
    elif isinstance(wanted, int):
        number = wanted
    if not 0 <= number < config.num_speakers:
        last = config.num_speakers - 1
        problem = (
            Message(
                "'settings.speaker': the voice has no speaker {number}; its speakers are 0 to {last}",
                number=number,
                last=last,
            )
            if last
            else Message(
                "'settings.speaker': the voice has no speaker {number}; it has one, 0", number=number
            )
        )
        raise ConfigError(path, [problem])
    return number if config.num_speakers > 1 else None
