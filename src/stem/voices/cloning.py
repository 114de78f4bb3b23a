"""A voice that was made after someone's speaks only as long as that person's consent holds, and is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from stem.characters import line_problem
from stem.errors import ConfigError
from stem.messages import Message, message_of
from stem.voices.consent import Consent
from stem.voices.recordings.cleaning import UnusableError
from stem.voices.recordings.engine import heard
from stem.voices.template import VoiceTemplate, is_the_users, models_folder

_OTHERS = 0o077
"""The rights of everyone but the owner of a file."""


def check_consent(voice: VoiceTemplate) -> None:
    """Make sure that a voice resembles nobody, or someone who consented to what it does today.

    Raises:
        ConfigError: with all that is wrong with the consent.
    """
    if not voice.clone:
        return
    consent = voice.consent
    if consent is None:
        problems = [
            Message("it is a copy of someone's voice, and has no [consent] of who that is: it says nothing")
        ]
    else:
        problems = [*wrong_words(consent), *_wrong_days(consent, today())]
        problems += [] if problems else _wrong_recording(consent)
    problems += _wrong_state(voice)
    if problems:
        raise ConfigError(
            voice.path, problems, hint=Message("Ask and keep it: {give_consent} {voice}", voice=voice.name)
        )


def has_consent(voice: VoiceTemplate) -> bool:
    """Tell whether a voice resembles nobody, or someone whose consent holds."""
    try:
        check_consent(voice)
    except ConfigError:
        return False
    return True


def today() -> date:
    """Return the day that it is here."""
    return datetime.now().astimezone().date()


def wrong_words(consent: Consent) -> Iterator[Message]:
    """Yield what is wrong with who consented, and to what."""
    for key, text in (("who", consent.who), ("purpose", consent.purpose)):
        if not text.strip():
            yield Message("'consent.{key}' is missing", key=key)
        elif problem := line_problem(text):
            yield Message("'consent.{key}' cannot be read aloud: {problem}", key=key, problem=problem)


def _wrong_days(consent: Consent, now: date) -> Iterator[Message]:
    for key, value, day in (
        ("date", consent.date, consent.read_on),
        ("until", consent.until, consent.last_day),
    ):
        if value is None:
            yield (
                Message("the consent has no date: 'consent.date' is the day on which it was read aloud")
                if key == "date"
                else Message("the consent has no end: 'consent.until' is its last day")
            )
        elif day is None:
            yield Message("'consent.{key}' is no date, such as 2026-12-01", key=key)
    read_on, last_day = consent.read_on, consent.last_day
    if read_on is not None and read_on > now:
        yield Message("the consent is of a day to come, {day}", day=read_on.isoformat())
    if last_day is not None and last_day < now:
        yield Message("the consent ended on {day}", day=last_day.isoformat())


def _wrong_recording(consent: Consent) -> Iterator[Message]:
    name = consent.recording
    if not name:
        yield Message("the consent has no recording: 'consent.recording' is the sentence, read aloud")
        return
    path = models_folder() / name
    if name != path.name or not path.is_file():
        yield Message(
            "the recording of the consent, {recording}, is not in {folder}",
            recording=name,
            folder=models_folder(),
        )
        return
    found = path.stat()
    if _others_may_read(path):
        yield Message("others may read the recording of the consent, {recording}", recording=path)
    if problem := _unusable(path, found.st_size, found.st_mtime_ns, consent.sentence):
        yield Message("the recording of the consent, {recording}, {problem}", recording=name, problem=problem)


@lru_cache(maxsize=64)
def _unusable(path: Path, _size: int, _changed: int, sentence: str) -> str:
    """Return why a recording of a sentence cannot be used; "" when it can. The same file is heard once."""
    try:
        heard(path, sentence)
    except UnusableError as error:
        return message_of(error)
    return ""


def _wrong_state(voice: VoiceTemplate) -> Iterator[Message]:
    """Yield what is wrong with where the file lies that makes a model sound like someone."""
    path = state_of(voice)
    if path is None or not path.is_file():
        return  # its engine tells
    if not is_private_place(path, voice):
        yield Message(
            "{state} makes anyone's text sound like someone, and lies in a folder that others may get; "
            "its place is {folder}",
            state=path.name,
            folder=models_folder(),
        )
    elif _others_may_read(path):
        yield Message("others may read {state}, which makes any text sound like someone", state=path)


def state_of(voice: VoiceTemplate) -> Path | None:
    """Return the file that makes a model sound like someone: beside the template, or among the voices."""
    name = voice.settings.get("state")
    if not isinstance(name, str) or not name or not voice.clone:
        return None
    beside = voice.path.absolute().parent / name
    return beside if beside.is_file() else models_folder() / name


def is_private_place(path: Path, voice: VoiceTemplate) -> bool:
    """Tell whether a file lies where only this user keeps voices: no practice's folder."""
    return path.parent == models_folder() or (
        is_the_users(voice.path) and path.parent == voice.path.absolute().parent
    )


def _others_may_read(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)
