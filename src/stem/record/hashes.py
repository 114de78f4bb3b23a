"""What a track is made from, as hashes and versions: then, for its record, and now, to compare with it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

from stem import __version__
from stem.config import Config
from stem.errors import UsageError
from stem.files import HERE, file_hash
from stem.messages import Message
from stem.record.model import ScriptFacts, VoiceFacts
from stem.script.dutch.lexicon import Entry, Lexicon
from stem.script.dutch.pronunciation import RULES
from stem.script.includes import read_parts, read_template
from stem.script.template import ScriptTemplate
from stem.track.spec import TrackSpec
from stem.voices.engines import engine, files_of
from stem.voices.template import VoiceTemplate

Asked = TypeVar("Asked", TrackSpec, Config)

_LIBRARIES = ("numpy", "soxr", "lameenc", "mutagen", "jinja2", "imageio-ffmpeg", "pydub")


def versions() -> dict[str, str]:
    """Return the versions of everything that has a say in the bytes of a track.

    The kind of machine is among them: processors round sums of many samples in different orders.
    """
    libraries = {name: _version(name) for name in _LIBRARIES}
    machine = f"{platform.system()} {platform.machine()}"
    return {"stem": __version__, "python": platform.python_version(), **libraries, "machine": machine}


@cache
def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"


def script_facts(template: ScriptTemplate) -> ScriptFacts:
    """Return what a script is made of.

    Raises:
        ScriptError: when a part of it cannot be read.
    """
    own, *included = read_parts(template.path, template.body, template.body_line).found
    texts = {own.name: read_template(template.path)}  # with its front matter
    texts |= {part.name: part.text for part in included}
    return ScriptFacts(
        template.name, template.title, {name: _sha256(text.encode()) for name, text in texts.items()}
    )


def voice_facts(voice: VoiceTemplate) -> VoiceFacts:
    """Return what a voice is, its files read through.

    Raises:
        EngineUnavailable: when its engine is not on this machine.
        UnknownNameError: when there is no such engine.
    """
    speaker = engine(voice.engine)
    said = {
        "voice": Path(voice.voice).name,
        "settings": {key: value for key, value in voice.settings.items() if key != "files"},
        "chain": repr(voice.chain),
        "credit": voice.credit,
        **{name: getattr(voice, name) for name in ("engine", "speed", "pitch", "pause_scale", "level")},
    }
    return VoiceFacts(
        voice.name,
        voice.engine,
        speaker.version,
        _sha256(json.dumps(said, sort_keys=True, default=str).encode()),
        _files_hash(files_of(speaker, voice)),
    )


def _files_hash(paths: Iterable[Path]) -> str:
    """Return a hash of the content of a voice's files."""
    hashes = [file_hash(path) for path in paths if path.is_absolute() and path.is_file()]
    return _sha256("".join(sorted(hashes)).encode()) if hashes else ""


def cover_hash(path: Path) -> str:
    """Return the SHA-256 of a picture's file.

    Raises:
        UsageError: when it cannot be read.
    """
    try:
        return file_hash(path)
    except OSError as error:
        raise UsageError(
            Message("The picture {path} cannot be read ({reason}).", path=path, reason=error.strerror)
        ) from error


def with_paths(asked: Asked, written: Callable[[str], str]) -> Asked:
    """Return what was asked with its texts, of which some may be paths, written another way."""
    texts = {each.name: getattr(asked, each.name) for each in fields(asked)}
    changed = {name: written(text) for name, text in texts.items() if isinstance(text, str)}
    return replace(asked, **changed)  # type: ignore[arg-type]  # a text for a text


def shown_path(text: str, folder: Path = HERE) -> str:
    """Return a name as it is, and a path so that it does not tell whose computer this is.

    Args:
        text: A name, a path, or any other text.
        folder: The project's; what lies in it is told from there.
    """
    path = Path(text)
    for home, prefix in ((folder.absolute(), ""), (Path.home(), "~/")):
        if path.is_absolute() and path.is_relative_to(home):
            return prefix + path.relative_to(home).as_posix()
    return text


def path_here(text: str) -> str:
    """Return what `shown_path` was given, for who is at home here."""
    return str(Path(text).expanduser()) if text.startswith("~/") else text


def lexicon_hash(lexicon: Lexicon) -> str:
    """Return the SHA-256 of how words are said: those that have a place, and the kinds of others."""
    # One by one, for hundreds of words: `asdict` takes three times as long.
    names = [each.name for each in fields(Entry)]
    entries = {word: {name: getattr(it, name) for name in names} for word, it in lexicon.entries.items()}
    kinds = RULES if lexicon.kinds else ()
    return _sha256(json.dumps([entries, kinds], sort_keys=True).encode())


def is_as_made(path: Path, sha256: str) -> bool:
    """Tell whether a file, not what a link leads to, has the content that it was made with.

    Raises:
        OSError: when it cannot be read.
    """
    return not path.is_symlink() and file_hash(path) == sha256


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
