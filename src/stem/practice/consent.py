"""To keep someone's consent to a voice that was made after theirs, and to forget such a voice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import tomlkit

from stem.errors import UsageError
from stem.filenames import free_name, safe_name
from stem.files import HERE, output_error, write_whole
from stem.messages import Message, joined, message_of
from stem.practice.edited import change_toml, mark_of
from stem.practice.forget.matching import holds
from stem.tables import parse_toml
from stem.voices.cloning import is_private_place, state_of, today, wrong_words
from stem.voices.consent import Consent, day_of
from stem.voices.recordings.cleaning import UnusableError
from stem.voices.recordings.engine import heard
from stem.voices.template import VoiceTemplate, find_voice, models_folder, voices

USUAL_PURPOSE = "namen en zinnen in ontspanningsoefeningen"
_RECORDING = "toestemming"
_PRIVATE = 0o600


def consent_to(voice: VoiceTemplate, who: str = "", purpose: str = "", until: str = "") -> Consent:
    """Return what someone is to consent to today; what is not given is as it was, the end a year from now.

    Raises:
        UsageError: when a voice resembles nobody, or this cannot be consented to.
    """
    if not voice.clone:
        raise UsageError(
            Message("The voice '{voice}' is no copy of someone's: it needs no consent.", voice=voice.name),
            hint=Message("The template of one that is says so: clone = true"),
        )
    before = voice.consent or Consent()
    now = today()
    wanted = Consent(
        who=who or before.who,
        date=now,
        purpose=purpose or before.purpose or USUAL_PURPOSE,
        until=until or _a_year_from(now),
    )
    wrong = list(wrong_words(wanted))
    if not wanted.who.strip():
        raise UsageError(
            Message("Whose voice does '{voice}' resemble?", voice=voice.name),
            hint=Message("Give the name that listeners are told: {who_is} 'Marieke Jansen'"),
        )
    if wrong:
        raise UsageError(Message("{problems}.", problems=joined("; ", wrong)))
    last = day_of(wanted.until)
    if last is None or last < now:
        raise UsageError(
            Message("'{until}' is no last day of a consent.", until=until),
            hint=Message("Give a day from today on, such as {day}.", day=_a_year_from(now).isoformat()),
        )
    return replace(wanted, until=last)


def _a_year_from(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def keep_consent(voice: VoiceTemplate, consent: Consent, recording: Path) -> Path:
    """Keep the recording of a consent in the user's folder of voices, and tell of it in the template.

    What makes a model sound like that person, when it lies among the user's voices, becomes private too.

    Raises:
        UsageError: when the recording cannot be used.
        OutputError: when it cannot be kept.
        ConfigError: when the template is no TOML.
    """
    try:
        heard(recording, consent.sentence)
        content = recording.read_bytes()
    except UnusableError as error:
        raise UsageError(
            Message("{recording} {problem}.", recording=recording.name, problem=message_of(error)),
            hint=Message("Record the sentence of today again, in a quiet room."),
        ) from error
    except OSError as error:
        raise output_error(recording, error) from error
    mark = mark_of(voice.path)
    suffix = recording.suffix.lower() or ".wav"
    assert isinstance(consent.date, date)
    kept = free_name(models_folder() / f"{_stem_of(voice)}{consent.date.isoformat()}{suffix}")
    write_whole(kept, content, overwrite=False, private=True)
    told = replace(consent, recording=kept.name)
    change_toml(voice.path, mark, lambda document: _write(document, told), parse_toml)
    state = state_of(voice)
    if state is not None and state.is_file() and is_private_place(state, voice):
        with suppress(OSError):  # who cannot change it is told when the voice is to speak
            state.chmod(_PRIVATE)
    return kept


def _stem_of(voice: VoiceTemplate) -> str:
    return f"{safe_name(voice.name)}-{_RECORDING}-"


def _write(document: tomlkit.TOMLDocument, consent: Consent) -> None:
    table = tomlkit.table()
    for name in ("who", "date", "purpose", "until", "recording"):
        table[name] = getattr(consent, name)
    document["consent"] = table


def voices_like(wanted: Sequence[str], folder: Path = HERE) -> tuple[VoiceTemplate, ...]:
    """Return the voices that resemble someone who is looked for, by whole words of their name."""
    return tuple(
        voice
        for voice in voices(folder)
        if voice.clone and voice.consent and any(holds(voice.consent.who, each) for each in wanted)
    )


def traces_of(name: str, folder: Path = HERE) -> tuple[Path, ...]:
    """Return the files of a voice that resembles someone: recordings of consents, its state, its template.

    Raises:
        UnknownNameError: when there is no such voice.
        ConfigError: when its template has mistakes.
        UsageError: when it resembles nobody.
    """
    voice = find_voice(name, folder)
    if not voice.clone:
        raise UsageError(Message("The voice '{voice}' is no copy of someone's.", voice=voice.name))
    start = _stem_of(voice)
    recordings = sorted(path for path in models_folder().glob("*") if path.name.startswith(start))
    state = state_of(voice)
    own = [] if state is None or not state.is_file() else [state]
    return (*recordings, *own, voice.path)


def forget_files(paths: Sequence[Path]) -> None:
    """Remove files; one that is gone already is no matter.

    Raises:
        OutputError: when the system refuses.
    """
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise output_error(path, error) from error
