"""The settings of a practice, looked at and changed; a picture and recordings of its own among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeAlias

import tomlkit
from tomlkit.items import AoT, Comment, Item, Table

from stem.config import FILE_NAME, PATHS, Config, refuse_outside
from stem.errors import ConfigError, StemError, UsageError
from stem.export.cover import cover_from
from stem.files import expanded, give_name, output_error, temporary_beside
from stem.messages import Message, message_of
from stem.practice.edited import change_toml, mark_of
from stem.script.cues import PAUSES, override_pauses
from stem.script.dutch.lexicon import Lexicon
from stem.script.safety import safety
from stem.sound.beds import BedChoice
from stem.sound.decoding import CONTAINERS, container
from stem.tables import TomlError, from_table, parse_toml
from stem.track.choices import NO_COVER
from stem.track.intro_outro import intro_outro
from stem.track.profiles import find_profile
from stem.voices.recordings.engine import recorded_voice
from stem.voices.speakers import Ensemble, Terms, choose_voice, recordings_folder
from stem.voices.takes import Takes

Value: TypeAlias = str | bool | float | tuple[str, ...]
Values: TypeAlias = Mapping[str, Value]
"""Settings by the names that they have in stem.toml."""

_USUAL = Config()
_NAMES = frozenset(field.name for field in fields(Config))
_PICTURE = "plaat.jpg"


def settings_mark(folder: Path) -> str:
    """Return by what it is known whether the settings in a folder have changed."""
    return mark_of(folder / FILE_NAME)


def wrong_settings(config: Config, changes: Values, folder: Path) -> dict[str, StemError]:
    """Return what is wrong with new settings, by name; nothing is written."""
    found: dict[str, StemError] = {}
    for name, value in changes.items():
        try:
            changed = _with(config, name, value)
            refuse_outside(folder / FILE_NAME, {name: str(value)} if name in PATHS else {}, folder=folder)
            _CHECKS.get(name, _unchecked)(changed, folder)
        except StemError as error:
            found[name] = error
    return found


def change_settings(config: Config, changes: Values, mark: str, folder: Path) -> None:
    """Write new settings into stem.toml; what is not among them stays as it is written there.

    Args:
        config: The settings as they are.
        changes: The new ones.
        mark: From `settings_mark`, of when they were read by who changes them.
        folder: The practice's.

    Raises:
        ChangedFileError: when the file has changed since; nothing is written.
        StemError: for the first of what is wrong with them; likewise.
    """
    for error in wrong_settings(config, changes, folder).values():
        raise error
    path = folder / FILE_NAME

    def change(document: tomlkit.TOMLDocument) -> None:
        new = {name: value for name, value in changes.items() if name not in document}
        for name in changes.keys() - new.keys():
            document[name] = _written(changes[name])
        for name, value in new.items():
            if value != getattr(_USUAL, name):
                document.body.insert(_place(document, name), (tomlkit.key(name), _written(value)))

    def check(text: str) -> None:
        try:
            from_table(Config, parse_toml(text), path)
        except TomlError as error:
            raise ConfigError(path, [error.problem]) from error

    change_toml(path, mark, change, check)


def keep_picture(content: bytes, folder: Path) -> str:
    """Keep a picture for the tags in a practice's folder, made fit; return its name there.

    Raises:
        UsageError: when it cannot be used.
        OutputError: when it cannot be kept.
    """
    with _kept(content, folder / _PICTURE) as temporary:
        temporary.write_bytes(cover_from(temporary))
        return give_name(temporary, folder / _PICTURE, overwrite=False).name


def keep_recording(content: bytes, name: str, folder: Path) -> str:
    """Keep a recording of the opening or closing words in a practice's folder; return its name there.

    Args:
        content: The file; what is in it tells what kind it is.
        name: What it is called there, without a suffix.
        folder: The practice's.

    Raises:
        StemError: when it cannot be used: no sound, silence, too short or too long.
        OutputError: when it cannot be kept.
    """
    with _kept(content, folder / name) as temporary:
        target = (folder / name).with_suffix("." + CONTAINERS[container(temporary)].suffixes[0])
        company = Ensemble((recorded_voice({name: temporary}, Path(FILE_NAME)),), Lexicon({}), Terms())
        with Takes() as takes:
            for speaker, said in company.parts([name]):
                takes.record(said, speaker, lambda _done, _total: None)
        return give_name(temporary, target, overwrite=False).name


@contextmanager
def _kept(content: bytes, target: Path) -> Iterator[Path]:
    """Lend a file with some content, beside what it may become."""
    with temporary_beside(target) as temporary:
        try:
            temporary.write_bytes(content)
        except OSError as error:
            raise output_error(target, error) from error
        yield temporary


def _with(config: Config, name: str, value: Value) -> Config:
    """Return the settings with another value.

    Raises:
        UsageError: when it cannot be one.
    """
    if name not in _NAMES:
        raise UsageError(Message("There is no setting '{name}'.", name=name))
    try:
        return replace(config, **{name: value})  # type: ignore[arg-type]
    except ValueError as error:
        raise UsageError(message_of(error)) from error


def _written(value: Value) -> Item:
    """Return a value as it stands in the file: a text of several lines on several lines."""
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    return tomlkit.item(list(value) if isinstance(value, tuple) else value)


def _place(document: tomlkit.TOMLDocument, name: str) -> int:
    """Return where a new setting goes: behind the comment that shows how it is written, or the last."""
    places = [0]
    for number, (key, item) in enumerate(document.body, start=1):
        if isinstance(item, Table | AoT):
            break
        if isinstance(item, Comment) and item.as_string().strip().startswith(f"# {name} ="):
            return number
        if key is not None:
            places.append(number)
    return places[-1]


def _unchecked(_config: Config, _folder: Path) -> None:
    """Find nothing wrong: whatever is of its kind is good."""


def _check_voice(config: Config, folder: Path) -> None:
    if recordings_folder(config.voice, folder) is None:
        choose_voice(config.voice, folder)


def _check_words(config: Config, folder: Path) -> None:
    intro_outro(config, override_pauses(PAUSES, config.pauses), folder)


def _check_cover(config: Config, folder: Path) -> None:
    if config.cover not in {"", NO_COVER}:
        cover_from(expanded(config.cover, folder))


_CHECKS: Mapping[str, Callable[[Config, Path], object]] = {
    "voice": _check_voice,
    "bed": lambda config, folder: BedChoice.read(config.bed, folder),
    "profile": lambda config, _folder: find_profile(config.profile),
    "country": lambda config, _folder: safety(config.country),
    "intro": _check_words,
    "outro": _check_words,
    "cover": _check_cover,
}
