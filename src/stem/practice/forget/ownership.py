"""Whether a file is one that stem made: what a record says of it is not enough, for anyone can write one.

A track tells of stem in its tags; a part has the form and the length of the track's; captions say nothing but
what is said; a picture is as wide as all of ours; a letter has its mark, and a zip file its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

from stem.errors import AudioError
from stem.export.captions import FORMATS as CAPTIONS
from stem.export.plot import WIDTH_PX
from stem.export.tags import read
from stem.messages import Message
from stem.practice.forget.matching import words
from stem.practice.handout import is_untouched, is_zip_untouched
from stem.record.model import Record
from stem.units import SAMPLE_RATE

Judge: TypeAlias = Callable[[Path, BufferedReader], str]
"""Says of a file, opened, why it stays, as a clause about "it"; "" when it goes."""

_NOT_MADE = Message("it is not what stem makes, whatever its record says")
_OWN_WORDS = Message("it is not as stem wrote it")
_ANYONES = Message("it sounds the same, but nothing of anyone was filled in: it may be another one's")
TOLD_ONLY = frozenset({_OWN_WORDS, _ANYONES})
"""Why files stay for which no record has to stay."""

_SHARED = ("-achtergrond.flac", "-bellen.flac")
"""Endings of parts in which nobody speaks: they may be the same in the tracks of two clients."""

_LARGEST_TEXT = 1_000_000
"""Characters of captions or a letter; twelve hours of speech have fewer."""

_FLAC_HEAD = 42
"""Bytes up to the end of what a FLAC file tells of its sound."""
_PNG_HEAD = 24
_PNG = b"\x89PNG\r\n\x1a\n"


def of_record(ending: str, record: Record) -> Judge:
    """Return who judges a file of a record: is it what stem makes under a name with this ending.

    Args:
        ending: Of its name, behind that of the record.
        record: What it was made with.
    """
    if ending.removeprefix(".") in CAPTIONS:
        return lambda _, file: "" if _says_only(file, record) else _NOT_MADE
    if ending.endswith(".png"):
        return lambda _, file: "" if _is_picture(file) else _NOT_MADE
    if ending.startswith("-"):
        return lambda _, file: "" if _is_part(file, record.times.frames) else _NOT_MADE
    return lambda path, _: "" if _is_track(path) else _NOT_MADE


def of_copy(ending: str, record: Record) -> Judge:
    """Return who judges a file elsewhere that has the content of one of a record's."""
    if record.personal is None or not record.personal.is_someones:
        return lambda *_: _ANYONES
    return of_record(ending, record)


def is_shared(ending: str) -> bool:
    """Tell whether files with this ending have the same content in the tracks of many."""
    return ending in _SHARED


def of_content(sha256: str) -> Judge:
    """Return who judges a record: is it the one that was read."""

    def judge(_: Path, file: BufferedReader) -> str:
        found = hashlib.file_digest(file, "sha256").hexdigest()
        return "" if found == sha256 else Message("it was changed meanwhile; {try_again}")

    return judge


def letter(_: Path, file: BufferedReader) -> str:
    """Judge the text for a client."""
    content = file.read(_LARGEST_TEXT + 1)
    return "" if len(content) <= _LARGEST_TEXT and is_untouched(content) else _OWN_WORDS


def packed(path: Path, file: BufferedReader) -> str:
    """Judge the zip file for a client."""
    return "" if is_zip_untouched(path, file) else _OWN_WORDS


def _is_track(path: Path) -> bool:
    try:
        return read(path).tags.encoder.startswith("stem ")
    except AudioError:
        return False


def _is_part(file: BufferedReader, frames: int) -> bool:
    """Tell whether a file is FLAC of 24 bits in stereo, as long as the track."""
    head = file.read(_FLAC_HEAD)
    told = int.from_bytes(head[18:26], "big")  # rate: 20 bits; channels - 1: 3; bits - 1: 5; frames: 36
    return (
        len(head) == _FLAC_HEAD
        and head[:4] == b"fLaC"
        and (told >> 44, told >> 41 & 7, told >> 36 & 31) == (SAMPLE_RATE, 1, 23)
        and told & (1 << 36) - 1 == frames
    )


def _is_picture(file: BufferedReader) -> bool:
    head = file.read(_PNG_HEAD)
    return head.startswith(_PNG) and int.from_bytes(head[16:20], "big") == WIDTH_PX


def _says_only(file: BufferedReader, record: Record) -> bool:
    """Tell whether a text holds times, and words that are said in the track and no others."""
    if os.fstat(file.fileno()).st_size > _LARGEST_TEXT or record.personal is None:
        return False
    text = file.read().decode("utf-8-sig", "replace").replace("\r\n", "\n")
    spoken = words("\n".join(record.personal.texts))
    found = [word for line in _said(text) for word in words(line)]
    return set(found) <= set(spoken) and bool(found) == bool(spoken)


def _said(text: str) -> Iterator[str]:
    """Yield the lines of captions, of any kind, in which something is said."""
    in_note = False
    for line in text.split("\n"):
        in_note = line == "NOTE" or (in_note and bool(line))
        if not (in_note or " --> " in line or line == "WEBVTT" or line.isdecimal()):
            said = line.partition("]")[2] if line.startswith("[") else line
            yield said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
