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
from itertools import pairwise
from pathlib import Path
from xml.parsers import expat

from stem.authoring.importing.grids import bar_row
from stem.authoring.importing.manuscript import Manuscript, Note, Row, excerpt
from stem.errors import ScriptError
from stem.messages import Message, message_of
from stem.script.rows import stops

LARGEST_XML = 20_000_000
"""Bytes unpacked; a book is about 5,000,000."""

MOST_ENTRIES = 10_000
LONGEST_TEXT = 1_000_000
DEEPEST = 300

_FEWEST_BROKEN, _SHORTEST_BROKEN = 3, 40
"""Paragraphs that go on in the next one, and their characters, which tell of rows broken at a width."""

_WORD = "word/document.xml"
_LIBRE = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_LARGEST_MANIFEST = 1_000_000
_LOCKED = Message("it is locked with a password")
_UNLOCK = Message("Save it without.")
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
            asides = _asides(archive) if name == _WORD else []
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
    for aside in asides:
        reader.notes += _told_asides(aside, reader, path)
    rows, apart = _parted(reader.rows)
    return Manuscript(tuple(rows), tuple(reader.notes), title=reader.title, apart=apart)


def _text_file(archive: zipfile.ZipFile, path: Path) -> tuple[str, bytes]:
    """Return the name and the content of the one file in the archive that has the text."""
    named = {entry.filename: entry for entry in archive.infolist()}
    name = next((name for name in (_WORD, _LIBRE) if name in named), None)
    manifest = named.get(_MANIFEST)
    if manifest is not None and not manifest.flag_bits & 1:
        with archive.open(manifest) as entry:
            if b"encryption-data" in entry.read(_LARGEST_MANIFEST):
                raise ScriptError(_LOCKED, path, hint=_UNLOCK)
    if name is None:
        hint = Message("Save the text as .docx, .odt or a text file.")
        raise ScriptError(Message("this zip file is no document of Word or LibreOffice"), path, hint=hint)
    if named[name].flag_bits & 1:
        raise ScriptError(_LOCKED, path, hint=_UNLOCK)
    with archive.open(named[name]) as entry:
        return name, entry.read(LARGEST_XML + 1)


def _asides(archive: zipfile.ZipFile) -> list[bytes]:
    """Return what stands beside the text in Word: footnotes, remarks, heads and feet of pages."""
    found = []
    for entry in archive.infolist():
        if _WORD_ASIDES.fullmatch(entry.filename) and not entry.flag_bits & 1:
            with archive.open(entry) as part:
                found.append(part.read(_LARGEST_ASIDE + 1))
    return [xml for xml in found if len(xml) <= _LARGEST_ASIDE]


def _told_asides(xml: bytes, document: _Reader, path: Path) -> list[Note]:
    reader = _AsideReader(references=document.references if isinstance(document, _WordReader) else {})
    _parse(xml, reader, path)
    return reader.told


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
    notes: list[Note] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    tables: int = 0
    cells: list[list[str]] = field(default_factory=list)

    aside: list[str] = field(default_factory=list)
    quiet: bool = False
    tracks: bool = False
    skipped: frozenset[str] = frozenset()
    tracked: frozenset[str] = frozenset()
    table_parts: Mapping[str, str] = field(default_factory=dict)
    spaces: Mapping[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Refused(Message("its XML is nested too deeply"))
        local = name.rpartition(" ")[2]
        if self.skipping or local in self.skipped:
            self.skipping += 1
            self.quiet = self.quiet or local in _UNTOLD
            if local in self.tracked and not self.tracks:
                self.tracks = True
                told = Message("deleted text (changes are tracked)")
                self.notes.append(Note(max(1, self.number), "left out", told))
            return
        if local in self.table_parts:
            self._open_table(self.table_parts[local])
        self.open(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self.paragraph is not None and local in self.spaces:
            self.paragraph.append(self.spaces[local])

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.skipping:
            self.skipping -= 1
            if not self.skipping:
                self._tell_skipped()
            return
        local = name.rpartition(" ")[2]
        self.close(local)
        if local in self.table_parts:
            self._close_table(self.table_parts[local])

    def _open_table(self, part: str) -> None:
        if part == "table":
            self.tables += 1
        elif self.tables == 1 and part == "row":
            self.cells = []
        elif self.tables == 1:
            self.cells.append([])

    def _close_table(self, part: str) -> None:
        """End a table, or a row of one: with several cells that is one row with bars, else its paragraphs."""
        if part == "table":
            self.tables -= 1
        elif part == "row" and self.tables == 1:
            if len(self.cells) > 1:
                self.rows.append(Row(self.number, bar_row(self.cells)))
            else:
                self.rows += [Row(self.number, text) for cell in self.cells for text in (*cell, "")]
            self.cells = []

    def leave_out(self, text: str) -> None:
        """Keep for the report what is struck out or hidden in the paragraph."""
        self.gone.append(text)

    def _tell_skipped(self) -> None:
        """Tell of a remark, a footnote or a deleted text what it says."""
        text, self.aside = " ".join("".join(self.aside).split()), []
        if text and not self.quiet:
            self.notes.append(Note(max(1, self.number), "left out", excerpt(text)))
        self.quiet = False

    def text(self, text: str) -> None:
        if self.skipping and not self.quiet:
            self.aside.append(text)
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
        if self.gone:
            self.notes.append(Note(self.number, "left out", excerpt("".join(self.gone))))
            self.gone = []
        if is_title and self.title is None and text.strip():
            self.title = " ".join(text.split())
            return
        if self.heading and text.strip():
            text = f"{'#' * min(self.heading, 6)} {' '.join(text.split())}"
        if self.tables and self.cells:
            self.cells[-1] += text.split("\n")
        else:
            self.rows += [Row(self.number, part) for part in text.split("\n")]


_UNTOLD = frozenset({"Fallback", "instrText", "pPrChange", "font-face-decls", "scripts", "forms", "moveFrom"})
"""What is skipped and holds no text of its own; what was moved is read where it is now."""

_WORD_TITLES = frozenset({"title", "titel"})
_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote", "commentReference": "comment"}
_WORD_ASIDES = re.compile(r"word/(?:footnotes|endnotes|comments|header[0-9]|footer[0-9])\.xml")
_LARGEST_ASIDE = 2_000_000
_WORD_HEADING = re.compile(r"(?:heading|kop|berschrift|titre)\s*([1-6])", re.IGNORECASE)


@dataclass
class _WordReader(_Reader):
    """WordprocessingML (ECMA-376, part 1, section 17)."""

    skipped: frozenset[str] = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPrChange"})
    spaces: Mapping[str, str] = field(
        default_factory=lambda: {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    )
    tracked: frozenset[str] = frozenset({"del", "moveFrom", "delText"})
    table_parts: Mapping[str, str] = field(
        default_factory=lambda: {"tbl": "table", "tr": "row", "tc": "cell"}
    )
    references: dict[tuple[str, str], int] = field(default_factory=dict)
    aside_of: tuple[str, str] = ("", "")
    in_text: bool = False
    in_run: bool = False
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
            self.hidden, self.in_run = False, True
        elif name in {"vanish", "strike", "dstrike"} and self.in_run:
            self.hidden |= attributes.get("val", "1") not in {"0", "false", "off"}
        elif name in _REFERENCES:
            self.references[_REFERENCES[name], attributes.get("id", "")] = self.number
        elif name in _REFERENCES.values():
            self.aside_of = (name, attributes.get("id", ""))
        self.in_text = name == "t"

    def close(self, name: str) -> None:
        self.in_text = False
        if name == "r":
            self.in_run = False
        elif name == "p":
            self.end_paragraph(is_title=self.is_title)

    def text(self, text: str) -> None:
        if self.skipping:
            super().text(text)
        elif self.in_text and self.hidden:
            self.leave_out(text)
        elif self.in_text:  # what stands between other elements is layout of the XML
            super().text(text)


@dataclass
class _AsideReader(_WordReader):
    """Of a part beside the text: each paragraph is told where the text refers to it."""

    told: list[Note] = field(default_factory=list)

    def end_paragraph(self, *, is_title: bool = False) -> None:
        text, self.paragraph = " ".join("".join(self.paragraph or ()).split()), None
        if text and not text.isdecimal() and not is_title:
            self.told.append(Note(self.references.get(self.aside_of, 1), "left out", excerpt(text)))


@dataclass
class _LibreReader(_Reader):
    """OpenDocument 1.3, part 3, sections 5 and 6."""

    skipped: frozenset[str] = frozenset(
        {"annotation", "tracked-changes", "note", "font-face-decls", "scripts", "forms"}
    )
    tracked: frozenset[str] = frozenset({"tracked-changes"})
    table_parts: Mapping[str, str] = field(
        default_factory=lambda: {"table": "table", "table-row": "row", "table-cell": "cell"}
    )
    spaces: Mapping[str, str] = field(default_factory=lambda: {"tab": " ", "line-break": "\n", "s": " "})
    is_title: bool = False
    style: str = ""
    struck: set[str] = field(default_factory=set)
    spans: list[bool] = field(default_factory=list)

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "style":
            self.style = attributes.get("name", "")
        elif name == "text-properties":
            through = attributes.get(
                "text-line-through-style", attributes.get("text-line-through-type", "none")
            )
            if through != "none" or attributes.get("display") == "none":
                self.struck.add(self.style)
        elif name == "span":
            self.spans.append(attributes.get("style-name", "") in self.struck)
        elif name == "h":
            level = attributes.get("outline-level", "1")
            self.begin_paragraph(int(level) + 1 if level in {"1", "2", "3", "4", "5"} else 6)
            self.is_title = False
        elif name == "p":
            self.begin_paragraph()
            self.is_title = attributes.get("style-name", "").casefold() in _WORD_TITLES

    def close(self, name: str) -> None:
        if name == "span":
            self.spans.pop()
        elif name in {"h", "p"}:
            self.end_paragraph(is_title=self.is_title)

    def text(self, text: str) -> None:
        if any(self.spans):
            self.leave_out(text)
        else:
            super().text(text)


def _parted(rows: list[Row]) -> tuple[list[Row], bool]:
    """Put an empty row behind each paragraph, which is one by itself; tell whether that was done.

    Not where paragraphs are rows that were broken at a width, as in pasted text: there, empty ones part.
    """
    texts = [row.text for row in rows]
    broken = sum(
        len(text) >= _SHORTEST_BROKEN and not stops(text) and after[:1].islower()
        for text, after in pairwise(texts)
    )
    if broken >= _FEWEST_BROKEN and broken * 3 > len(texts):
        return rows, False
    parted: list[Row] = []
    for row in rows:
        table = parted and parted[-1].text.startswith("| ") and row.text.startswith("| ")
        if parted and parted[-1].line != row.line and not table:
            parted.append(Row(parted[-1].line, ""))
        parted.append(row)
    return parted, True
