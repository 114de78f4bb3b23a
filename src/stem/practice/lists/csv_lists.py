"""Text with separators (CSV) -> records, as Excel and LibreOffice write it, in Dutch and in English."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from stem.errors import ConfigError
from stem.messages import Message
from stem.practice.lists.rows import LARGEST_FILE, BatchFile
from stem.practice.lists.table import Record, Table, known_heads, separator_name
from stem.text_files import decoded

AS_TABLE = Message("Open it in Excel or LibreOffice and save it as .xlsx or as CSV UTF-8.")

_CANDIDATES = (";", ",", "\t")
_LONGEST_HEADS = 100_000
"""Characters in which the row of heads is looked for."""

_TOLD_SEPARATOR = re.compile(r'"?sep=(.)"?(?:\r\n|\n|\r|$)', re.IGNORECASE)
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_STRAY_CONTROLS = 3
"""As many may have come along with a text from elsewhere; each is told with row and column."""
_WEB_PAGE = re.compile(r"\s*<(?:!doctype|html|head|table|\?xml|!--)", re.IGNORECASE)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_NOT_CLOSED = Message(
    'a quotation mark (") opens a cell there and is not closed where the cell ends; close it, or write each '
    "quotation mark within a text twice; the rows from there on were not read"
)


def read_separated(name: str, content: bytes) -> BatchFile:
    """Return the list in a CSV file.

    Raises:
        ConfigError: when it is no text, or has too many rows or columns.
    """
    text = _decoded(name, content)
    separator, text = _separator(text)
    too_many = Message(
        "put a text with {signs} in it between quotation marks", signs=separator_name(separator)
    )
    table = Table(name, too_many)
    table.take(_with_one_separator(_records(text, separator), separator))
    return table.batch_file()


def _decoded(name: str, content: bytes) -> str:
    """Return the text: by its mark, else as UTF-8, else by the letters that fit it."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = content.decode("utf-16")
        else:
            text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.encoding.startswith("utf-16"):
            raise ConfigError(name, [Message("its text is damaged or cut off")], hint=AS_TABLE) from error
        text = decoded(content)[0]
    text = text.removesuffix("\x1a")  # how DOS ended a file
    controls = len(_CONTROL.findall(text))
    if "\x00" in text or controls > max(_STRAY_CONTROLS, len(text) // 100):
        raise ConfigError(name, [Message("it is no list: what is in it is not text")], hint=AS_TABLE)
    if _WEB_PAGE.match(text):
        problem = Message("it is a web page or XML, whatever its name says")
        raise ConfigError(name, [problem], hint=AS_TABLE)
    return text


def _separator(text: str) -> tuple[str, str]:
    """Return what stands between the cells, and the text without the row in which Excel tells so.

    Excel does not count that row. Else the separator is the one that finds most heads that we know, then most
    columns.
    """
    if (told := _TOLD_SEPARATOR.match(text)) is not None:
        return told[1], text[told.end() :]

    def found(separator: str) -> tuple[int, int]:
        try:
            heads = next(filter(any, _reader(text[:_LONGEST_HEADS], separator)), [])
        except csv.Error:  # a quotation mark too many, which is told later
            heads = text.lstrip().partition("\n")[0].split(separator)
        return known_heads(heads), len(heads)

    return max(_CANDIDATES, key=found), text


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    # The module's limit for a cell is one for the whole process. Ours is told with row and column.
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST_FILE))
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)


def _records(text: str, separator: str) -> Iterator[Record]:
    """Yield the rows; one with line ends within its cells is one row, as Excel shows it."""
    rows = _reader(text, separator)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield Record(number, (), (_NOT_CLOSED,))
            return
        yield Record(number, [_as_shown(cell) if cell[:1] == "=" else cell for cell in cells])


def _as_shown(cell: str) -> str:
    """Return 007 for ="007", by which other programs keep Excel from making a number of it."""
    kept = _KEPT_AS_TEXT.fullmatch(cell)
    return kept[1] if kept else cell


def _with_one_separator(records: Iterator[Record], separator: str) -> Iterator[Record]:
    """Tell the rows that are separated otherwise than the heads; after a first one such, no more are read."""
    columns = 0
    first = True
    for record in records:
        other = _other_separator(record.cells, columns, separator) if columns > 1 else ""
        if other:
            there, here = separator_name(separator), separator_name(other)
            phrase = Message(
                "{here} stand between the columns, and {there} in row 1; use the same in the whole list",
                here=here,
                there=there,
            )
            yield Record(record.number, (), (phrase,))
            if first:
                return
        else:
            yield record
        if any(record.cells):
            first = columns == 0
            columns = columns or len(record.cells)


def _other_separator(cells: Sequence[object], columns: int, separator: str) -> str:
    if len(cells) != 1:
        return ""
    text = str(cells[0])
    others = (other for other in (*_CANDIDATES, "|") if other != separator)
    return next((other for other in others if text.count(other) >= columns - 1), "")
