"""A file to a manuscript: opened safely, its format told by its content, its letters decoded."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from stem.authoring.importing.documents import read_office
from stem.authoring.importing.grids import as_bars, with_bars
from stem.authoring.importing.json_scripts import read_json
from stem.authoring.importing.manuscript import Manuscript, Note, Row
from stem.authoring.importing.subtitles import read_subtitles
from stem.authoring.importing.web_pages import read_page
from stem.errors import ScriptError
from stem.messages import Message
from stem.text_files import decoded

LARGEST_FILE = 20_000_000
"""Bytes; a document with pictures."""

LONGEST_TEXT = 300_000
"""Characters: 100 dense pages of 50 rows of 60; a script of an hour is about 40,000."""

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32"}
_MARKS |= {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_AS_TEXT = Message("Save it as a text file (UTF-8), .docx or .odt.")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", Message("an RTF document")),
    (_OLD_OFFICE, Message("a document of an old Word")),
    (b"\x7fELF", Message("a program")),
    (b"MZ\x90", Message("a program")),
    (b"\x89PNG", Message("a picture")),
    (b"\xff\xd8\xff", Message("a picture")),
    (b"GIF8", Message("a picture")),
    (b"RIFF", Message("a sound")),
    (b"ID3", Message("a sound")),
    (b"OggS", Message("a sound")),
    (b"fLaC", Message("a sound")),
    (b"\x1f\x8b", Message("a packed file")),
    (b"7z\xbc\xaf", Message("a packed file")),
    (b"Rar!", Message("a packed file")),
    (b"BZh", Message("a packed file")),
    (b"\xfd7zXZ", Message("a packed file")),
)
_ROW_END = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_OBJECT_END = re.compile(r"\}[ \t]*(?=\r?\n\s*\{)")
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b\x1f]")
_AS_DOCUMENT = Message("Open it in Word or LibreOffice, and save it as .docx.")
_OPENED_THERE = frozenset({b"{\\rtf", _OLD_OFFICE})
_DOCTYPE = re.compile(r"<!(?:DOCTYPE\s+(?!html\b)|ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_HTML = re.compile(r"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)


def read_source(path: Path) -> Manuscript:
    """Return what a file holds.

    Raises:
        ScriptError: when it cannot be read, is no text or document, is damaged, or is too large.
    """
    return read_content(_content(path), path)


def read_content(content: bytes, path: Path) -> Manuscript:
    """Return what the bytes of a file hold; see `read_source`."""
    if content.startswith(b"PK"):
        return _bounded(read_office(content, path), path)
    if content.startswith(_OLD_OFFICE) and _ENCRYPTED in content:  # Word keeps a locked .docx so
        raise ScriptError(Message("it is locked with a password"), path, hint=Message("Save it without."))
    for start, kind in _FOREIGN:
        if content.startswith(start):
            hint = _AS_DOCUMENT if start in _OPENED_THERE else _AS_TEXT
            raise ScriptError(Message("this is {kind}, not a text", kind=kind), path, hint=hint)
    text, notes = _decoded(content, path)
    manuscript = read_text(text, path)
    return Manuscript(manuscript.rows, (*notes, *manuscript.notes), manuscript.title, manuscript.declared_s)


def read_text(text: str, path: Path | str) -> Manuscript:
    """Return what a text holds: plain, Markdown, SSML or a web page, or JSON.

    Raises:
        ScriptError: when it is no text, too long, declares XML entities, or is broken JSON in a
            file that ends in .json.
    """
    if "\x00" in text:
        raise ScriptError(Message("this is no text: there are zero bytes in it"), path, hint=_AS_TEXT)
    if _HTML.match(text):
        return _bounded(read_page(text), path)
    entity = _DOCTYPE.search(text)
    if entity is not None:
        line = text.count("\n", 0, entity.start()) + 1
        raise ScriptError(
            Message("it declares XML entities"),
            path,
            line,
            hint=Message("Remove the lines that begin with '<!'."),
        )
    if str(path).casefold().endswith((".jsonl", ".ndjson")):
        text = f"[{_OBJECT_END.sub('},', text.strip())}]"  # the rows stay where they are
    named_json = str(path).casefold().endswith(".json")
    if named_json or text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        manuscript = read_json(text.lstrip("\ufeff"), path, certain=named_json)
        if manuscript is not None:
            return _bounded(manuscript, path)
    if len(text) > LONGEST_TEXT:
        raise _too_long(path)
    rows = tuple(Row(number, row) for number, row in enumerate(_ROW_END.split(with_bars(text)), start=1))
    table = as_bars(text)
    return read_subtitles(rows) or Manuscript(rows if table is None else tuple(table))


def _content(path: Path) -> bytes:
    try:
        # Without O_NONBLOCK a named pipe would hold us here for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ScriptError(Message("it is not a file"), path)
            content = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else Message("no such name")
        raise ScriptError(Message("it cannot be read ({reason})", reason=reason), path) from error
    if len(content) > LARGEST_FILE:
        raise ScriptError(
            Message("it is larger than {largest_file} MB", largest_file=LARGEST_FILE // 1000000),
            path,
            hint=Message("Is it a script at all?"),
        )
    return content


def _decoded(content: bytes, path: Path) -> tuple[str, tuple[Note, ...]]:
    """Return the text in the bytes; UTF-8 unless they tell otherwise."""
    if len(content) > 8 * LONGEST_TEXT:
        raise _too_long(path)
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            try:
                return content[len(mark) if encoding == "utf-8" else 0 :].decode(encoding), ()
            except UnicodeDecodeError as error:
                raise ScriptError(
                    Message("its letters are broken (it says it is {encoding})", encoding=encoding.upper()),
                    path,
                ) from error
    try:
        return content.decode(), ()
    except UnicodeDecodeError:
        pass
    text, letters = decoded(content)
    if "\ufffd" in text:
        raise ScriptError(Message("this is neither UTF-8 nor Windows-1252 text"), path, hint=_AS_TEXT)
    if _CONTROL.search(text):
        raise ScriptError(Message("this is no text: there are control characters in it"), path, hint=_AS_TEXT)
    return text, (Note(1, "changed", letters, "UTF-8"),)


def _bounded(manuscript: Manuscript, path: Path | str) -> Manuscript:
    if sum(len(row.text) + 1 for row in manuscript.rows) > LONGEST_TEXT:
        raise _too_long(path)
    return manuscript


def _too_long(path: Path | str) -> ScriptError:
    hint = Message("Is it a script at all? One of an hour is about 40,000.")
    return ScriptError(
        Message("there are more than {longest_text:,} characters in it", longest_text=LONGEST_TEXT),
        path,
        hint=hint,
    )
