"""What works on this machine: each part is really tried, from the voice to the decoded MP3."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stem.config import Config
from stem.errors import AudioError, ConfigError, OutputError, StemError
from stem.files import HERE, cache_folder, expanded, output_error, temporary_beside, temporary_folder
from stem.installation import installation
from stem.messages import DUTCH_FILE, Message, Plural, message_of, read_dutch
from stem.script.cues import PAUSES, override_pauses
from stem.script.dutch.lexicon import Lexicon, load_lexicon
from stem.sound.beds import BedChoice
from stem.sound.decoding import decode
from stem.track.make import make_track
from stem.track.plan import plan_sentence
from stem.units import SAMPLE_RATE, seconds
from stem.voices.permission import runs_program
from stem.voices.speakers import Terms, choose_voice, recordings_folder, sends_to
from stem.voices.template import VoiceTemplate, broken_voices, voices

_ROOM_BYTES = 500_000_000
"""What a long track and the cache of backgrounds take, with a margin."""


_ELSEWHERE = Message("Choose a folder in which you can save other files.")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was tried.

    Example:
        >>> diagnosis = next(project.diagnose())
        >>> diagnosis.subject, diagnosis.works
        ('stem', True)

    Attributes:
        subject: What was tried.
        works: Whether it did.
        found: What was seen.
        hint: How to mend it; empty when it works.
        place: Where mistakes are, when they can be told one by one.
        problems: These mistakes.
    """

    subject: str
    works: bool
    found: str
    hint: str = ""
    place: str = ""
    problems: tuple[str, ...] = ()


def diagnose(config: Config, home: Path = HERE) -> Iterator[Diagnosis]:
    """Try everything a track in a project's folder needs, one thing at a time."""
    yield _installed()
    yield Diagnosis(
        "Python", works=True, found=f"{platform.python_version()} on {platform.platform(terse=True)}"
    )
    yield _tried(Message("output folder"), lambda: _writable(expanded(config.output, home)))
    yield _tried(Message("cache folder"), lambda: _writable(cache_folder("speech")))
    yield _tried(Message("usual voice"), lambda: _usual_voice(config.voice, home))
    yield _tried(Message("usual background"), lambda: _bed(config.bed, home))
    yield _tried(Message("own pauses"), lambda: _own_pauses(config.pauses))
    yield _tried(Message("own words"), lambda: _own_words(home))
    yield _tried(Message("Dutch texts"), _dutch)
    for error in broken_voices(home):
        yield _wrong(Message("voice template"), error)
    for voice in voices(home):
        if runs_program(voice):
            found = Message("runs a program, which is not tried here; hear it: {say}")
            yield Diagnosis(Message("voice {voice}", voice=voice.name), works=True, found=found)
        elif voice.installed and not sends_to(voice):
            subject = Message("voice {voice}", voice=voice.name)
            if voice.package:
                subject = Message(
                    "voice {voice} of the package {package}", voice=voice.name, package=voice.package
                )
            yield _tried(subject, partial(_round_trip, voice))


def _installed() -> Diagnosis:
    here = installation()
    found = Message(
        "{version}, {kind} in {place}; a newer one: {renewal}",
        version=here.version,
        kind=here.kind,
        place=here.place,
        renewal=here.renewal,
    )
    return Diagnosis("stem", works=True, found=found)


def _tried(subject: str, attempt: Callable[[], str]) -> Diagnosis:
    try:
        return Diagnosis(subject, works=True, found=attempt())
    except StemError as error:
        return _wrong(subject, error)


def _wrong(subject: str, error: StemError) -> Diagnosis:
    return Diagnosis(
        subject,
        works=False,
        found=error.sentence,
        hint=error.hint,
        place=error.place,
        problems=error.problems,
    )


def _bed(name: str, home: Path) -> str:
    BedChoice.read(name, home)
    return name


def _own_pauses(own: Mapping[str, float]) -> str:
    override_pauses(PAUSES, own)
    return ", ".join(f"{name} {length_s:g} s" for name, length_s in own.items()) or Message("none")


def _writable(folder: Path) -> str:
    """Write in a folder, or where it would be made: trying leaves nothing behind."""
    try:
        place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        with temporary_beside(place / "proef") as temporary:
            temporary.write_bytes(b"stem")
        free = shutil.disk_usage(place).free
    except OSError as error:
        refused = output_error(folder, error)
        raise OutputError(folder, refused.problem, hint=_ELSEWHERE) from error
    if free < _ROOM_BYTES:
        raise AudioError(
            folder,
            Message("there is little room left"),
            hint=Message("Make room: a track and its caches take up to 500 MB."),
        )
    return Message("{folder}, {free_gb:.1f} GB free", folder=folder.resolve(), free_gb=free / 1e9)


def _usual_voice(wish: str, home: Path) -> str:
    folder = recordings_folder(wish, home)
    if folder is None:
        return choose_voice(wish, home).name
    return Message("the recordings in {folder}", folder=folder)


def _own_words(folder: Path) -> str:
    words = len(load_lexicon(folder).entries)
    return Plural("the lexicon has {count} words", "the lexicon has {count} words", words)


def _dutch() -> str:
    """Read what is told in Dutch, whatever is spoken now."""
    try:
        read_dutch()
    except ValueError as error:
        raise ConfigError(DUTCH_FILE, [message_of(error)], hint=Message("Install stem again.")) from error
    return Message("can be read")


def _round_trip(voice: VoiceTemplate) -> str:
    """Speak, mix, master, encode and decode one word, and compare the lengths."""
    with temporary_folder() as folder:
        track = make_track(
            plan_sentence("Welkom.", voice, Lexicon({}), Terms(remember=False)), folder / "proef.mp3"
        )
        decoded = decode(track.path)
    if decoded.frames != track.timeline.frames or decoded.rate != SAMPLE_RATE:
        raise AudioError(
            Message("the decoded MP3"),
            Message(
                "it has {frames} frames at {rate} Hz instead of {expected}",
                frames=decoded.frames,
                rate=decoded.rate,
                expected=track.timeline.frames,
            ),
            hint=Message("Install stem again; the MP3 encoder or the decoder is not the expected one."),
        )
    length_s = seconds(decoded.frames)
    return Message("speaks; its MP3 decodes to the frame ({length_s:.1f} s)", length_s=length_s)
