"""Documents of Word (docx) and LibreOffice (odt): a zip with XML inside, opened as if it came from an enemy.

Only the one file with the text is unpacked, in memory, up to a limit, whatever the zip promises about it. XML
is read by expat as a stream: nothing is built that a document could make large, and a document that declares
anything (entities grow a thousandfold) is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from stem.authoring.importing.manuscript import Manuscript, Row
from stem.errors import ScriptError
from stem.messages import Message, message_of

LARGEST_XML = 20_000_000
"""Bytes unpacked; a book is about 5,000,000."""

MOST_ENTRIES = 10_000
LONGEST_TEXT = 1_000_000
DEEPEST = 300

_WORD = "word/document.xml"
_LIBRE = "content.xml"
_DAMAGED = Message("Open it in the program that made it, and save it again.")


def read_office(content: bytes, path: Path) -> Manuscript:
    """Return the paragraphs of a document; headings as Markdown writes them.

    Raises:
        ScriptError: when it is no such document, damaged, locked, too large, or declares entities.
    """
    if content.count(b"PK\x01\x02") > MOST_ENTRIES:  # zipfile would make an object of each
        raise ScriptError(Message("there are too many files in it"), path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            name, xml = _text_file(archive, path)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise ScriptError(Message("this document is damaged"), path, hint=_DAMAGED) from error
    except (NotImplementedError, RuntimeError, LookupError) as error:  # another packing, an odd entry
        raise ScriptError(
            Message("this document is packed in an unknown way"), path, hint=_DAMAGED
        ) from error
    if len(xml) > LARGEST_XML:
        raise ScriptError(
            Message("its text is larger than {largest_xml} MB", largest_xml=LARGEST_XML // 1000000), path
        )
    reader = _WordReader() if name == _WORD else _LibreReader()
    _parse(xml, reader, path)
    return Manuscript(tuple(_parted(reader.rows)), title=reader.title)


def _text_file(archive: zipfile.ZipFile, path: Path) -> tuple[str, bytes]:
    """Return the name and the content of the one file in the archive that has the text."""
    named = {entry.filename: entry for entry in archive.infolist()}
    name = next((name for name in (_WORD, _LIBRE) if name in named), None)
    if name is None:
        hint = Message("Save the text as .docx, .odt or a text file.")
        raise ScriptError(Message("this zip file is no document of Word or LibreOffice"), path, hint=hint)
    if named[name].flag_bits & 1:
        raise ScriptError(Message("it is locked with a password"), path, hint=Message("Save it without."))
    with archive.open(named[name]) as entry:
        return name, entry.read(LARGEST_XML + 1)


def _parse(xml: bytes, reader: _Reader, path: Path) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise _Refused(Message("it declares XML entities"))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except _Refused as error:
        raise ScriptError(message_of(error), path, hint=_DAMAGED) from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ScriptError(
            Message("this document is damaged: its XML is broken"), path, hint=_DAMAGED
        ) from error


class _Refused(Exception):  # noqa: N818 - goes no further than this module
    """XML with something in it that no program writes in such a document."""


@dataclass
class _Reader:
    """Takes in the events of the XML; the paragraphs grow in `rows`."""

    rows: list[Row] = field(default_factory=list)
    title: str | None = None
    paragraph: list[str] | None = None
    number: int = 0
    heading: int = 0
    skipping: int = 0
    depth: int = 0
    length: int = 0

    skipped: frozenset[str] = frozenset()
    spaces: Mapping[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Refused(Message("its XML is nested too deeply"))
        local = name.rpartition(" ")[2]
        if self.skipping or local in self.skipped:
            self.skipping += 1
            return
        self.open(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self.paragraph is not None and local in self.spaces:
            self.paragraph.append(self.spaces[local])

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.skipping:
            self.skipping -= 1
            return
        self.close(name.rpartition(" ")[2])

    def text(self, text: str) -> None:
        if self.skipping or self.paragraph is None:
            return
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise _Refused(Message("there is too much text in it"))
        self.paragraph.append(text)

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        raise NotImplementedError

    def close(self, name: str) -> None:
        raise NotImplementedError

    def begin_paragraph(self, heading: int = 0) -> None:
        self.end_paragraph()  # a text frame stands inside a paragraph
        self.number += 1
        self.paragraph, self.heading = [], heading

    def end_paragraph(self, *, is_title: bool = False) -> None:
        if self.paragraph is None:
            return
        text, self.paragraph = "".join(self.paragraph), None
        if is_title and self.title is None and text.strip():
            self.title = " ".join(text.split())
            return
        if self.heading and text.strip():
            text = f"{'#' * min(self.heading, 6)} {' '.join(text.split())}"
        self.rows += [Row(self.number, part) for part in text.split("\n")]


_WORD_TITLES = frozenset({"title", "titel"})
_WORD_HEADING = re.compile(r"(?:heading|kop|berschrift|titre)\s*([1-6])", re.IGNORECASE)


@dataclass
class _WordReader(_Reader):
    """WordprocessingML (ECMA-376, part 1, section 17)."""

    skipped: frozenset[str] = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPrChange"})
    spaces: Mapping[str, str] = field(
        default_factory=lambda: {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    )
    in_text: bool = False
    hidden: bool = False
    is_title: bool = False

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "p":
            self.begin_paragraph()
            self.is_title = False
        elif name == "pStyle":
            style = attributes.get("val", "")
            found = _WORD_HEADING.fullmatch(style)
            self.heading = int(found[1]) + 1 if found else 0
            self.is_title = style.casefold() in _WORD_TITLES
        elif name == "r":
            self.hidden = False
        elif name == "vanish":
            self.hidden = attributes.get("val", "1") not in {"0", "false", "off"}
        self.in_text = name == "t" and not self.hidden

    def close(self, name: str) -> None:
        self.in_text = False
        if name == "p":
            self.end_paragraph(is_title=self.is_title)

    def text(self, text: str) -> None:
        if self.in_text:  # what stands between other elements is layout of the XML
            super().text(text)


@dataclass
class _LibreReader(_Reader):
    """OpenDocument 1.3, part 3, sections 5 and 6."""

    skipped: frozenset[str] = frozenset(
        {"annotation", "tracked-changes", "note", "automatic-styles", "font-face-decls", "scripts", "forms"}
    )
    spaces: Mapping[str, str] = field(default_factory=lambda: {"tab": " ", "line-break": "\n", "s": " "})
    is_title: bool = False

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "h":
            level = attributes.get("outline-level", "1")
            self.begin_paragraph(int(level) + 1 if level in {"1", "2", "3", "4", "5"} else 6)
            self.is_title = False
        elif name == "p":
            self.begin_paragraph()
            self.is_title = attributes.get("style-name", "").casefold() in _WORD_TITLES

    def close(self, name: str) -> None:
        if name in {"h", "p"}:
            self.end_paragraph(is_title=self.is_title)


def _parted(rows: list[Row]) -> list[Row]:
    """Put an empty row behind each paragraph when the document has none: there, each is one by itself."""
    if any(not row.text.strip() for row in rows[1:-1]):
        return rows
    return [part for row in rows for part in (row, Row(row.line, ""))]
