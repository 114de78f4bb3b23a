"""Who speaks: the voice that is asked for or the best there is, and what has to be known before it starts."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stem.errors import ConfigError, EngineUnavailable, UnknownNameError, UsageError
from stem.files import HERE, expanded
from stem.messages import Message, Plural
from stem.script.dutch.lexicon import Lexicon
from stem.sound.clips import Clip
from stem.voices.cache import CachedEngine
from stem.voices.cloning import check_consent
from stem.voices.engines import Engine, Traits, at_own_pace, engine, measured_pace, traits_of
from stem.voices.permission import check_leave, notice, runs_program
from stem.voices.template import (
    VoiceTemplate,
    came_with_stem,
    find_voice,
    is_the_users,
    packaged_voice,
    voice_names,
    voices,
)

_LOGGER = logging.getLogger(__name__)
_SLASHES = ("/", "\\")
_NO_WORDS = Lexicon({})

EMBEDDED = "zacht"
"""The voice that is always there."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What speaking may do.

    Attributes:
        online: Whether phrases may be sent to a service on the internet.
        remember: Whether clips are kept between runs.
    """

    online: bool = False
    remember: bool = True


@dataclass(frozen=True, slots=True)
class Sending:
    """Text that is about to leave the machine.

    Attributes:
        destination: Whom it goes to.
        phrases: How many phrases.
        characters: How many characters they have together.
        kept: Whether what comes back is kept, so that it is not sent again.
    """

    destination: str
    phrases: int
    characters: int
    kept: bool

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What is about to happen, as one sentence."""
        kept = Message("is kept, so that nothing is sent twice") if self.kept else Message("is not kept")
        return Plural(
            "1 phrase ({characters} characters, with what you filled in) to be sent to {receiver}; "
            "what comes back {kept}.",
            "{count} phrases ({characters} characters, with what you filled in) to be sent to {receiver}; "
            "what comes back {kept}.",
            self.phrases,
            characters=self.characters,
            receiver=self.destination,
            kept=kept,
        )


def recordings_folder(wish: str, folder: Path = HERE) -> Path | None:
    """Return the folder with recordings that is meant, or None when `wish` is a voice's name or file.

    A known voice goes before a folder of the same name; with a slash it is the folder.
    """
    if not wish:
        return None
    if wish.endswith(_SLASHES):
        return expanded(wish, folder)
    if wish in voice_names(folder) or not expanded(wish, folder).is_dir():
        return None
    return expanded(wish, folder)


def choose_voice(name: str, folder: Path = HERE) -> VoiceTemplate:
    """Return the voice of a name, or the best that can speak on this machine when the name is empty.

    Voices that send text away or run a program are never chosen unasked; a folder's own one is told.

    Raises:
        UnknownNameError: when there is none of that name.
        UsageError: when it is a folder with recordings.
        ConfigError: when a voice template has mistakes.
    """
    if recordings_folder(name, folder) is not None:
        raise UsageError(
            Message("The recordings in '{name}' can only say the sentences of their own script.", name=name),
            hint=Message("Name a voice here, as in {voice_is} zacht."),
        )
    if name:
        return find_voice(name, folder)
    by_rank = sorted(voices(folder), key=lambda voice: (-voice.rank, voice.name))
    best = next((voice for voice in by_rank if voice.rank > 0 and _may_be_usual(voice)), None)
    if best is not None and not (best.package or came_with_stem(best.path) or is_the_users(best.path)):
        _LOGGER.warning(
            Message("The usual voice is '{voice}', the one in {path}.", voice=best.name, path=best.path)
        )
    return best or packaged_voice(EMBEDDED)


def better_voice(voice: VoiceTemplate, folder: Path = HERE) -> VoiceTemplate | None:
    """Return the best voice that could be downloaded and is better than `voice`; None when there is none."""
    better = [each for each in voices(folder) if each.rank > voice.rank and not each.installed]
    return max(better, key=lambda each: each.rank, default=None)


def _may_be_usual(voice: VoiceTemplate) -> bool:
    return can_speak(voice) and not (sends_to(voice) or runs_program(voice) or voice.clone)


def can_speak(voice: VoiceTemplate) -> bool:
    """Tell whether a voice's files and its engine are on this machine; nothing is spoken for it."""
    if not voice.installed:
        return False
    try:
        engine(voice.engine)
    except (EngineUnavailable, UnknownNameError):
        return False
    return True


def _engine_of(voice: VoiceTemplate) -> Engine:
    try:
        return engine(voice.engine)
    except UnknownNameError as error:
        problem = Message("'engine' must be the name of a voice engine, not '{engine}'", engine=voice.engine)
        raise ConfigError(voice.path, [problem], hint=error.hint) from error


def sends_to(voice: VoiceTemplate) -> str:
    """Return whom a voice's phrases are sent to; "" when nothing leaves the machine, or it cannot speak."""
    return traits_of(voice.engine).sends_to


class Speaker:
    """A voice that can say phrases: it remembers what it said, and knows the lexicon.

    Attributes:
        voice: Whose voice it is.
        traits: What its engine is like.
        clips: What it remembers between runs; None when it remembers nothing.
    """

    def __init__(
        self, voice: VoiceTemplate, engine: Engine, lexicon: Lexicon = _NO_WORDS, *, remember: bool = True
    ) -> None:
        self.voice = voice
        self.traits: Traits = engine.traits
        self.clips = CachedEngine(engine) if remember and engine.traits.remembered else None
        self._engine = engine
        self._lexicon = lexicon

    @classmethod
    def ready(cls, voice: VoiceTemplate, lexicon: Lexicon, terms: Terms) -> Speaker:
        """Return a voice's speaker when it may speak and can.

        Raises:
            EngineUnavailable: when it cannot speak here, or has no leave to send text or run a program.
            ConfigError: when there is no such engine, or whose voice it resembles has not consented.
        """
        found = _engine_of(voice)
        check_leave(voice)
        check_consent(voice)
        if found.traits.sends_to and not terms.online:
            raise EngineUnavailable(
                found.name,
                Message(
                    "the voice '{voice}' sends what it says to {sends_to}",
                    voice=voice.name,
                    sends_to=found.traits.sends_to,
                ),
                hint=Message("Allow it {to_go_online}; or choose a voice that runs here."),
            )
        speaker = cls(voice, found, lexicon, remember=terms.remember)
        found.check()
        return speaker

    def say(self, phrase: str) -> Clip:
        """Say one phrase as the lexicon has it, at the voice's speed and pitch.

        Returns:
            One channel at the engine's own rate, trimmed (`clips.trimmed`).

        Raises:
            ConfigError: as `Engine.speak`.
            EngineError: as `Engine.speak`.
        """
        clip = (self.clips or self._engine).speak(self._pronounced(phrase), self.voice)
        return at_own_pace(clip, self.traits, self.voice)

    def note(self, phrase: str, about: str, kind: str) -> bytes | None:
        """Return what was noted about a phrase's clip; see `CachedEngine.note`."""
        if self.clips is None:
            return None
        return self.clips.note(self._pronounced(phrase), self.voice, about, kind)

    def keep_note(self, phrase: str, about: str, note: bytes, kind: str) -> None:
        """Note something about a phrase's clip, if it is remembered."""
        if self.clips is not None:
            self.clips.keep_note(self._pronounced(phrase), self.voice, about, note, kind)

    def remarks(self, phrase: str) -> tuple[str, ...]:
        """Return, as sentences, what will be heard otherwise than the phrase says."""
        return self._engine.remarks(self._pronounced(phrase), self.voice)

    def sending(self, phrases: Iterable[str]) -> Sending | None:
        """Return what would be sent away to say `phrases`; None when nothing would."""
        if not self.traits.sends_to:
            return None
        said = tuple(dict.fromkeys(map(self._pronounced, phrases)))
        fresh = said if self.clips is None else self.clips.missing(said, self.voice)
        if not fresh:
            return None
        return Sending(self.traits.sends_to, len(fresh), sum(map(len, fresh)), kept=self.clips is not None)

    def _pronounced(self, phrase: str) -> str:
        if self.traits.only_recorded:
            return phrase  # who recorded it read what is written
        return self._lexicon.applied(phrase, ipa=self.traits.ipa)


class Ensemble:
    """The voices of a track, made ready: own recordings say what they have, the other voice the rest."""

    def __init__(self, voices: Sequence[VoiceTemplate], lexicon: Lexicon, terms: Terms) -> None:
        """Make every voice ready.

        Raises:
            EngineUnavailable: when one cannot speak here, or would send text away without leave.
            ConfigError: when there is no such engine.
        """
        self._speakers = tuple(Speaker.ready(voice, lexicon, terms) for voice in voices)

    def parts(self, phrases: Iterable[str]) -> Iterator[tuple[Speaker, tuple[str, ...]]]:
        """Yield each speaker with the phrases that are its own to say."""
        for index, own in _shares([(each.voice, each.traits) for each in self._speakers], phrases):
            yield self._speakers[index], own

    def sendings(self, phrases: Iterable[str]) -> tuple[Sending, ...]:
        """Return what would be sent away to say `phrases`."""
        found = (speaker.sending(own) for speaker, own in self.parts(phrases))
        return tuple(sending for sending in found if sending is not None)

    def programs(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Return, as sentences, which programs run to say `phrases`."""
        voices = (speaker.voice for speaker, _ in self.parts(phrases))
        return tuple(notice(voice) for voice in voices if runs_program(voice))

    def remarks(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Return what will be heard otherwise than `phrases` say, each remark once."""
        found = (
            remark
            for speaker, own in self.parts(phrases)
            for phrase in own
            for remark in speaker.remarks(phrase)
        )
        return tuple(dict.fromkeys(found))


def expected_pace(voice: VoiceTemplate, lexicon: Lexicon, terms: Terms) -> float | None:
    """Return about how quick a voice is, as `engines.measured_pace` does; nothing is sent anywhere for it.

    Returns:
        None for own recordings, of which only all phrases together tell; 1.0 for a voice that cannot be heard
        without sending text away or running a program, or not yet.

    Raises:
        EngineError: when the voice fails.
    """
    if traits_of(voice.engine).only_recorded:
        return None
    if runs_program(voice) or sends_to(voice) or not can_speak(voice):
        return 1.0
    return measured_pace(Speaker.ready(voice, lexicon, terms).say)


def who_speaks(voices: Sequence[VoiceTemplate], phrases: Iterable[str]) -> tuple[VoiceTemplate, ...]:
    """Return those of the voices of a track that have something to say in it; none is made ready for that."""
    shares = _shares([(voice, traits_of(voice.engine)) for voice in voices], phrases)
    return tuple(voices[index] for index, _ in shares)


def _shares(
    voices: Sequence[tuple[VoiceTemplate, Traits]], phrases: Iterable[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the place of each voice that has phrases of its own to say, and these."""
    left = dict.fromkeys(phrases)
    for index, (voice, traits) in enumerate(voices):
        recorded = _recorded(voice) if traits.only_recorded else left
        own = tuple(phrase for phrase in left if phrase in recorded)
        left = dict.fromkeys(phrase for phrase in left if phrase not in recorded)
        if own:
            yield index, own


def _recorded(voice: VoiceTemplate) -> Collection[str]:
    """Return the phrases that own recordings have."""
    files = voice.settings.get("files")
    return files if isinstance(files, Mapping) else ()
