"""The build record: beside a track, all that is needed to make the same track again, byte for byte.

`NAME.stem.json` holds what was asked, what the track was made from (as hashes and versions), and what came
out. What was filled in, and every sentence that may hold it, stands apart under "personal" and can be left
out: nothing else in the record comes from it but times and the hash of the track. There is no host, no user
and no date in a record, and what lies in the user's own folder is named from "~".
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stem.config import Config
from stem.errors import ConfigError, StemError, UsageError
from stem.files import HERE, write_whole
from stem.messages import Message
from stem.record.build import record_of
from stem.record.changes import Inventory, changes, differences
from stem.record.hashes import (
    cover_hash,
    lexicon_hash,
    path_here,
    script_facts,
    versions,
    voice_facts,
    with_paths,
)
from stem.record.json_tables import as_tables
from stem.record.model import (
    FileBeside,
    Ingredients,
    Personal,
    Record,
    ScriptFacts,
    SoundFile,
    Span,
    Times,
    VoiceFacts,
)
from stem.script.dutch.lexicon import load_lexicon
from stem.script.template import find_script
from stem.sound.beds import BedChoice
from stem.tables import from_table
from stem.track.spec import TrackSpec
from stem.voices.engines import traits_of
from stem.voices.template import find_voice

__all__ = [
    "LARGEST_BYTES",
    "SUFFIX",
    "FileBeside",
    "Ingredients",
    "Inventory",
    "Personal",
    "Record",
    "ScriptFacts",
    "SoundFile",
    "Span",
    "Times",
    "VoiceFacts",
    "changes",
    "differences_from_now",
    "files_beside",
    "read_document",
    "read_record",
    "record_of",
    "record_path",
    "spec_of",
    "track_path",
    "write_record",
]

SUFFIX = ".stem.json"
VERSION = 1
"""Of the document; raised when an older stem could not read it."""

_MARK = "stem_record"
LARGEST_BYTES = 8_000_000
"""A track of twelve hours has a record of less than a quarter of this."""
_MOST_DIGITS = 300
"""Of a whole number; one that is longer is no number of anything."""
_MOST_TOLD = 20
_LONGEST_TOLD = 300
_NO_RECORD = Message("it is damaged: no record holds such values")


def record_path(track: Path) -> Path:
    """Return where the record of a track is."""
    return track.with_suffix(SUFFIX)


def track_path(record: Path, suffix: str) -> Path:
    """Return where the track of a record is."""
    return record.with_name(record.name.removesuffix(SUFFIX) + suffix)


def files_beside(record: Record, path: Path) -> tuple[tuple[Path, str], ...]:
    """Return what was made with the track of a record, besides it: each file, and its SHA-256.

    Args:
        record: The record.
        path: Its file.
    """
    name = path.name.removesuffix(SUFFIX)
    return tuple((path.with_name(name + each.ending), each.sha256) for each in record.beside)


def write_record(record: Record, path: Path, *, anonymous: bool = False, overwrite: bool = False) -> None:
    """Write a record, whole or not at all; only its owner may read it.

    Args:
        record: From `record_of`.
        path: Its file, best `record_path` of the track.
        anonymous: Leave out what is personal.
        overwrite: Replace what is there.

    Raises:
        OutputError: when it cannot be written, or something is there.
    """
    document = {_MARK: VERSION, **as_tables(replace(record, personal=None) if anonymous else record)}
    content = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False) + "\n"
    # A file name may hold half a character.
    write_whole(path, content.encode("utf-8", "backslashreplace"), overwrite=overwrite, private=True)


def read_record(path: Path) -> Record:
    """Read a record.

    Raises:
        ConfigError: when it cannot be read, is no record, is a newer stem's, or has mistakes: many of them.
    """
    if path.name == SUFFIX:
        raise ConfigError(
            path,
            [Message("it has no name before its ending")],
            hint=Message("A record is called as its track."),
        )
    document = read_document(path)
    made_for = document.pop(_MARK, None)
    if not isinstance(made_for, int) or isinstance(made_for, bool) or made_for < 1:
        raise ConfigError(
            path, [Message("it is no build record")], hint=Message("Those end in {suffix}.", suffix=SUFFIX)
        )
    if made_for > VERSION:
        raise ConfigError(
            path,
            [
                Message(
                    "a newer stem wrote it (version {made_for} of the record; this stem reads {version})",
                    made_for=made_for,
                    version=VERSION,
                )
            ],
            hint=Message("Install a newer stem, then {try_again}."),
        )
    loudness = document.get("loudness")
    if isinstance(loudness, dict):
        document["loudness"] = {key: -math.inf if value is None else value for key, value in loudness.items()}
    try:
        return from_table(Record, document, path)
    except ConfigError as error:
        raise ConfigError(path, _told(error.problems)) from None
    except (OverflowError, RecursionError) as error:
        raise ConfigError(path, [_NO_RECORD]) from error


def _told(problems: Sequence[str]) -> list[str]:
    """Return what is wrong with a record, as far as anyone reads on; what someone filled in is not told."""
    shown = (
        problem.partition(", not ")[0] if problem.startswith("'personal") else problem
        for problem in problems[:_MOST_TOLD]
    )
    told = [each if len(each) <= _LONGEST_TOLD else f"{each[:_LONGEST_TOLD]}..." for each in shown]
    more = len(problems) - len(told)
    return [*told, Message("and {more} more", more=more)] if more else told


def spec_of(record: Record) -> tuple[TrackSpec, Config]:
    """Return what to ask for to have the same track again, without what is personal when it was left out."""
    personal = record.personal or Personal()
    asked = replace(with_paths(record.asked, path_here), values=personal.values, edits=personal.edits)
    return asked, with_paths(record.settings, path_here)


def differences_from_now(record: Record, folder: Path = HERE) -> tuple[str, ...]:
    """Return, as sentences, what is not as it was when the track was made: the bytes may then differ too."""
    return tuple(_differences(record, folder))


def _differences(record: Record, folder: Path) -> Iterator[str]:
    if record.personal is None and record.filled:
        yield Message(
            "What was filled in was left out of the record; give it again: {filled}.",
            filled=", ".join(record.filled),
        )
    if record.personal is None and record.edited:
        yield Message("Which sentences were changed was left out of the record.")
    spec, settings = spec_of(record)
    then = as_tables(record)
    looked_up: dict[str, tuple[Callable[[], object], str]] = {
        "script": (
            lambda: script_facts(find_script(spec.script, folder)),
            Message("The script '{name}' cannot be read", name=record.script.name),
        ),
        "voice": (
            lambda: _voice_now(record.voice, spec.voice, folder),
            Message("The voice '{name}' cannot be used", name=record.voice.name),
        ),
        "fill": (
            lambda: record.fill and _voice_now(record.fill, spec.fill, folder),
            Message("The voice '{name}' cannot be used", name=record.fill.name if record.fill else ""),
        ),
        "bed_sha256": (
            lambda: BedChoice.read(path_here(record.bed), folder).sha256(spec.seed),
            Message("The background '{name}' cannot be had", name=record.bed),
        ),
        "cover_sha256": (
            lambda: record.cover_sha256 and cover_hash(folder / (spec.cover or settings.cover)),
            Message("The picture cannot be had"),
        ),
        "lexicon_sha256": (lambda: lexicon_hash(load_lexicon(folder)), Message("The lexicon cannot be read")),
        "versions": (versions, ""),
    }
    for name, (look, refused) in looked_up.items():
        try:
            yield from differences(then, {name: as_tables(look())})
        except StemError as error:
            yield Message("{refused}: {why}", refused=refused, why=error.sentence)


def _voice_now(before: VoiceFacts, wish: str | None, folder: Path) -> VoiceFacts:
    """Return what a voice is now.

    Raises:
        StemError: when it is no more.
    """
    named = folder / (wish or "")
    if not traits_of(before.engine).only_recorded:
        return voice_facts(find_voice(wish if wish and named.suffix else before.name, folder))
    if not named.is_dir():
        raise UsageError(Message("The folder of recordings '{before}' is not there.", before=before.name))
    return before  # which of its files are said is known once the track is planned


def read_document(path: Path) -> dict[str, Any]:
    """Return the table in a record's file, as it stands there; a link is not followed.

    Raises:
        ConfigError: when there is none that can be read.
    """
    try:
        if path.is_symlink():
            raise ConfigError(path, [Message("it is a link")], hint=Message("Name what it leads to."))
        content = _content(path)
        if content is None:
            raise ConfigError(
                path,
                [Message("it is no build record")],
                hint=Message("Those end in {suffix}.", suffix=SUFFIX),
            )
        document = json.loads(
            content.decode(),
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_table,
        )
    except OSError as error:
        raise ConfigError(path, [Message("it cannot be read ({reason})", reason=error.strerror)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, [Message("it is not UTF-8 text")]) from error
    except json.JSONDecodeError as error:
        reason = f"{error.msg[:1].lower()}{error.msg[1:]}"
        problem = Message("it is damaged or cut off: {reason}", reason=reason)
        raise ConfigError(f"{path}:{error.lineno}", [problem]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(path, [_NO_RECORD]) from error
    if not isinstance(document, dict):
        raise ConfigError(
            path, [Message("it is no build record")], hint=Message("Those end in {suffix}.", suffix=SUFFIX)
        )
    return document


def _content(path: Path) -> bytes | None:
    """Return what is in a file; None when it is no file, as a pipe that would never end, or is too large.

    Raises:
        OSError: when it cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return None
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        content = file.read(LARGEST_BYTES + 1)
    return content if len(content) <= LARGEST_BYTES else None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text) if len(text) <= _MOST_DIGITS else math.inf
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(text)
    return int(text)


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of which no key stands there twice: one reader would see the first, another the last."""
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError(Message("a key stands there twice"))
    return table
