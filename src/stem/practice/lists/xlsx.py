"""A workbook (XLSX) -> records: the first sheet that is seen and has something in it, as it is seen.

The file may come from anyone: what it unpacks to is limited, its XML declares nothing, no formula is
calculated. A quick look at the sheet's XML finds where the content ends, for a sheet may have a million rows
with nothing but a colour.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from stem.errors import ConfigError
from stem.messages import Message, Plural
from stem.practice.lists.cells import FORMULA, error_there, tidy_head
from stem.practice.lists.rows import MOST_COLUMNS, MOST_ROWS, BatchFile, column_name
from stem.practice.lists.table import Cell, Mistake, Record, Table
from stem.practice.lists.xlsx_values import Moment, moment_text, number_text

LARGEST_UNPACKED = 50_000_000
"""Bytes, all parts together."""

MOST_PARTS = 2_000
MOST_ELEMENTS = 2_500_000
"""In a sheet: what a list of the most rows has, with ten columns."""

MOST_STRINGS = 500_000
MOST_OTHERS = 20_000
"""Elements of a part that is no sheet, and of a sheet what is no cell: each takes a thousand times as long to
read as its letters do. A workbook of Excel has some hundreds."""

MOST_MERGES = 10_000
_MOST_TOLD = 12
_TIGHTEST = 100
"""What a part of more than a million bytes may be packed to; sheets get a tenth or a thirtieth."""

_STRING = re.compile(rb"<(?:\w{1,20}:)?si\b")
_ALWAYS_BYTES = 1_000_000
_LONG_ELEMENT = re.compile(rb"<[^<]{10000,}")
_MOST_ATTRIBUTES = 1_000
"""Of one element: reading takes the square of them."""

_WIDEST = 16_384
"""Columns; Excel has no more."""

_LONGEST_REFERENCE = 20
_CELL_ELEMENTS = frozenset({"row", "c", "v", "f", "is", "t"})

_LIST_ALONE = Message("Copy the list into a new workbook, the values alone, and save that.")
_DAMAGED = Message("Open it in Excel or LibreOffice, and save it again.")
_AS_TABLE = Message("Open it in the program that made it, and save it as .xlsx or as CSV UTF-8.")
_KINDS = {
    "xl/workbook.xml": "",
    "xl/workbook.bin": Message("a binary workbook (.xlsb)"),
    "word/document.xml": Message("a document of Word"),
    "ppt/presentation.xml": Message("a presentation"),
    "Index/Document.iwa": Message("a document of Numbers or Pages"),
    "content.xml": Message("a document of LibreOffice (.ods)"),
}
_ZIP = Message("a zip file")
_TOO_MANY = Message("name the column in the row of heads, or empty it")


def read_workbook(name: str, content: bytes) -> BatchFile:
    """Return the list in a workbook.

    Raises:
        ConfigError: when it is another kind of zip file, damaged, locked, too large, or has too many rows.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(_checked_count(name, content))) as archive:
            _check_kind(name, archive)
            _check_parts(name, archive)
        records, notes = _read(name, content)
    except ConfigError:
        raise
    except Exception as error:  # a damaged workbook breaks the reader in every way there is
        raise ConfigError(name, [Message("this workbook is damaged")], hint=_DAMAGED) from error
    table = Table(name, _TOO_MANY)
    table.problems += notes
    table.take(records)
    return table.batch_file()


def _checked_count(name: str, content: bytes) -> bytes:
    if content.count(b"PK\x01\x02") > MOST_PARTS:  # zipfile would make an object of each
        raise ConfigError(name, [Message("there are too many files in this workbook")], hint=_DAMAGED)
    return content


def _check_kind(name: str, archive: zipfile.ZipFile) -> None:
    parts = {part.filename: part for part in archive.infolist()}
    kind = next((kind for part, kind in _KINDS.items() if part in parts), _ZIP)
    # Some programs name the workbook otherwise; the list of contents is there in all.
    if kind and not (kind is _ZIP and "[Content_Types].xml" in parts):
        raise ConfigError(name, [Message("it is {kind}, no workbook (.xlsx)", kind=kind)], hint=_AS_TABLE)
    if any(part.flag_bits & 1 for part in parts.values()):
        raise ConfigError(name, [Message("it is locked with a password")], hint=Message("Save it without."))
    if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
        problem = Message(
            "it unpacks to more than {largest_unpacked} MB", largest_unpacked=LARGEST_UNPACKED // 1000000
        )
        raise ConfigError(
            name, [problem], hint=Message("Keep only the list in it, without pictures and other sheets.")
        )


def _check_parts(name: str, archive: zipfile.ZipFile) -> None:
    """Look whether what openpyxl would make of each part ends soon; what it reads is named by the parts."""
    for part in archive.infolist():
        if part.file_size > max(_ALWAYS_BYTES, _TIGHTEST * part.compress_size):
            raise ConfigError(name, [Message("a part of it repeats itself without end")], hint=_LIST_ALONE)
        with archive.open(part) as file:
            content = file.read(part.file_size)
        if b"<" not in content[:8]:  # no XML, which is not read
            continue
        is_sheet = part.filename.startswith("xl/worksheets/")
        strings = sum(1 for _ in _STRING.finditer(content))
        elements = content.count(b"<") - content.count(b"</")
        if strings > MOST_STRINGS:
            raise ConfigError(
                name,
                [Message("it has more than {most_strings:,} texts", most_strings=MOST_STRINGS)],
                hint=_LIST_ALONE,
            )
        if any(long[0].count(b"=") > _MOST_ATTRIBUTES for long in _LONG_ELEMENT.finditer(content)):
            raise ConfigError(name, [Message("there is far more in it than a list")], hint=_LIST_ALONE)
        if elements - 3 * strings > (MOST_ELEMENTS if is_sheet else MOST_OTHERS):
            raise ConfigError(name, [Message("there is far more in it than a list")], hint=_LIST_ALONE)


def _read(name: str, content: bytes) -> tuple[list[Record], list[str]]:
    """Return the rows of the sheet with the list, and what is wrong with the workbook as a whole."""
    from openpyxl import load_workbook

    with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        warnings.simplefilter("ignore")  # of things that would be lost if it were saved again
        workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            seen = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
            surveyed = [(sheet, _survey(archive, sheet)) for sheet in seen]
            filled = [(sheet, survey) for sheet, survey in surveyed if survey.last_row]
            if not filled:
                raise ConfigError(name, [Message("no sheet that can be seen has anything in it")])
            sheet, survey = filled[0]
            _check_size(name, survey)
            lists = [other.title for other, its in filled[1:] if _is_list(other, its)]
            notes = [_two_lists(sheet.title, other) for other in lists]
            if survey.hidden:
                notes.append(_hidden_rows(sorted(survey.hidden)))
            return list(_records(sheet, survey)), notes
        finally:
            workbook.close()


def _check_size(name: str, survey: _Survey) -> None:
    if len(survey.merged) > MOST_MERGES:
        problem = Message("more than {most_merges:,} cells are merged", most_merges=MOST_MERGES)
    elif survey.others > MOST_OTHERS + len(survey.merged):
        problem = Message("there is far more in its sheet than a list")
    elif survey.last_row > MOST_ROWS + 1:
        problem = Message(
            "there is something in row {last_row:,}; a list has at most {most_rows:,} rows",
            last_row=survey.last_row,
            most_rows=MOST_ROWS,
        )
    elif survey.last_column > MOST_COLUMNS:
        column = column_name(survey.last_column)
        problem = Message(
            "there is something in column {column}; a list has at most {most_columns} columns",
            column=column,
            most_columns=MOST_COLUMNS,
        )
    else:
        return
    raise ConfigError(name, [problem], hint=Message("Select what stands outside the list and delete it."))


def _is_list(sheet: Any, survey: _Survey) -> bool:
    """Whether a sheet's first row has the heads of a list."""
    bounds = {"min_row": survey.first_row, "max_row": survey.first_row, "max_col": MOST_COLUMNS}
    heads = {
        tidy_head(str(cell)) for row in sheet.iter_rows(**bounds, values_only=True) for cell in row if cell
    }
    return not heads.isdisjoint({"script", "code"})


def _two_lists(title: str, other: str) -> str:
    return Message(
        "the sheets '{one}' and '{other}' both have a list; put it in one, or hide the other",
        one=title[:31],
        other=other[:31],
    )


def _hidden_rows(rows: Sequence[int]) -> str:
    which = ", ".join(map(str, rows[:_MOST_TOLD])) + (", ..." if len(rows) > _MOST_TOLD else "")
    return Plural(
        "row {which} is hidden, by a filter perhaps; show all rows, or delete what is not to be made",
        "rows {which} are hidden, by a filter perhaps; show all rows, or delete what is not to be made",
        len(rows),
        which=which,
    )


def _records(sheet: Any, survey: _Survey) -> Iterator[Record]:
    merged: dict[int, list[str]] = {}
    for reference in survey.merged:
        first, _, last = reference.partition(":")
        row, column = _row_and_column(first)
        if row <= survey.last_row and column <= survey.last_column:
            phrase = Message(
                "the cells {first} to {last} are merged; split them, and fill in every row",
                first=first,
                last=last,
            )
            merged.setdefault(row, []).append(phrase)
    rows = sheet.iter_rows(min_row=1, max_row=survey.last_row, min_col=1, max_col=survey.last_column)
    for number, cells in enumerate(rows, start=1):
        yield Record(number, [_seen(cell) for cell in cells], tuple(merged.get(number, ())))


def _seen(cell: Any) -> Cell:
    """Return what is seen in a cell."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in {"e", "f"}:
        return Mistake(FORMULA if cell.data_type == "f" else error_there(str(value)))
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int | float):
        return number_text(value, cell.number_format)
    if isinstance(value, Moment):
        return moment_text(value, cell.number_format)
    return str(value).replace("_x000D_", "\n")  # how XML keeps the return of Windows


def _survey(archive: zipfile.ZipFile, sheet: Any) -> _Survey:
    """Return where a sheet's content is, without making a cell of anything."""
    survey = _Survey()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = survey.start
    parser.StartDoctypeDeclHandler = survey.refuse
    # openpyxl keeps the part's name to itself, and tells merged cells only after making objects of all cells.
    with archive.open(sheet._worksheet_path) as part:  # noqa: SLF001
        parser.ParseFile(part)
    return survey


@dataclass
class _Survey:
    """Takes in the elements of a sheet (ECMA-376, part 1, section 18.3.1); rows and columns count from 1."""

    first_row: int = 0
    last_row: int = 0
    last_column: int = 0
    merged: list[str] = field(default_factory=list)
    others: int = 0
    row: int = 0
    column: int = 0
    reference: str = ""
    in_hidden: bool = False
    hidden: set[int] = field(default_factory=set)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "c":
            self.reference = attributes.get("r", "")
            self.column += 1
            if self.column > _WIDEST:
                raise ValueError(Message("no sheet is as wide"))
        elif local in {"v", "f", "is"}:
            if self.reference:
                self.column = _row_and_column(self.reference)[1]
            self.first_row = self.first_row or self.row
            self.last_row = max(self.last_row, self.row)
            self.last_column = max(self.last_column, self.column)
            if self.in_hidden:
                self.hidden.add(self.row)
        elif local == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
            self.in_hidden = attributes.get("hidden", "0") in {"1", "true"}
        if local not in _CELL_ELEMENTS:
            self.others += 1
        if local == "mergeCell":
            self.merged.append(attributes["ref"])

    def refuse(self, *_: object) -> None:
        raise ValueError(Message("a workbook declares nothing"))


def _row_and_column(reference: str) -> tuple[int, int]:
    """Return row and column of a cell such as "D7"."""
    if len(reference) > _LONGEST_REFERENCE:
        raise ValueError(Message("no cell has such a long name"))
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]), column
