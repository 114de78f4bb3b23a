"""Records of a table -> rows under heads, with every mistake in its form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from stem.errors import ConfigError, nearest
from stem.messages import Message
from stem.practice.lists.cells import flaw, tidy, tidy_head
from stem.practice.lists.rows import (
    LONGEST_HEAD,
    MOST_COLUMNS,
    MOST_PROBLEMS,
    MOST_ROWS,
    BatchFile,
    Place,
    Row,
    column_name,
    told,
)

KNOWN_HEADS = ("code", "script", "duur", "duration", "stem", "voice", "achtergrond", "bed")
"""By these a row of heads is recognised; what they mean is the caller's to know."""

_LONGEST_HEADS = 100_000
"""Characters in which heads are looked for."""

_MAIN_HEADS = ("code", "script")
_SEPARATORS = {
    ",": Message("commas"),
    ";": Message("semicolons"),
    "\t": Message("tabs"),
    "|": Message("| signs"),
    ":": Message("colons"),
    " ": Message("spaces"),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A cell without a text that can be used.

    Attributes:
        phrase: What is wrong and what to do, without where.
    """

    phrase: str


Cell: TypeAlias = str | Mistake


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table as it stands in the file.

    Attributes:
        number: As the spreadsheet counts.
        cells: From column A on.
        mistakes: What is wrong with the row as a whole.
    """

    number: int
    cells: Sequence[Cell]
    mistakes: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """Takes in the records; `batch_file` tells what has become of them.

    Attributes:
        name: The file, as errors name it.
        too_many: What to do about a cell that stands to the right of the last head.
    """

    name: str
    too_many: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    head_row: int = 0
    nameless_told: set[int] = field(default_factory=set)

    def take(self, records: Iterable[Record]) -> None:
        """Read all records: the first that is not empty has the heads.

        Raises:
            ConfigError: when there are more rows or columns than a list may have.
        """
        for record in records:
            if len(self.problems) > MOST_PROBLEMS:
                return
            cells = [tidy(cell) if isinstance(cell, str) else cell for cell in record.cells]
            self.problems += [
                Message("row {number}: {problem}", number=record.number, problem=mistake)
                for mistake in record.mistakes
            ]
            if not any(cells):
                continue
            if self.head_row:
                self._take_row(record.number, cells)
            elif not self._take_heads(record.number, cells):
                return
        if not self.head_row and not self.problems:
            raise ConfigError(self.name, [Message("there is nothing in it")])
        if self.head_row and not self.rows and not self.problems:
            self.problems.append(
                Message("there is no track under the heads of row {number}", number=self.head_row)
            )

    def batch_file(self) -> BatchFile:
        """Return what was read."""
        heads: dict[str, str] = {}
        for number, head in enumerate(self.columns, start=1):
            if head:
                heads.setdefault(head, Message("column {letter}", letter=column_name(number)))
        return BatchFile(self.name, heads, tuple(self.rows), {}, tuple(self.problems))

    def _take_heads(self, number: int, cells: Sequence[Cell]) -> bool:
        heads = [tidy_head(cell) if isinstance(cell, str) else "" for cell in cells]
        if self.problems and not any(heads):
            return False
        if (problem := _no_heads(heads, number)) is not None:
            self.problems.append(problem)
            return False
        while heads and not heads[-1] and not isinstance(cells[len(heads) - 1], Mistake):
            heads.pop()
        if len(heads) > MOST_COLUMNS:
            raise ConfigError(
                self.name,
                [
                    Message(
                        "row {number} has {count:,} columns; {most_columns} fit",
                        number=number,
                        count=len(heads),
                        most_columns=MOST_COLUMNS,
                    )
                ],
            )
        for column, (head, cell) in enumerate(zip(heads, cells, strict=False), start=1):
            phrase = cell.phrase if isinstance(cell, Mistake) else self._flaw_of_head(head)
            self.columns.append("" if phrase else head)
            if phrase:
                self.problems.append(_in_cell(number, column, phrase))
                self.nameless_told.add(column)
        self.head_row = number
        return True

    def _flaw_of_head(self, head: str) -> str:
        if len(head) > LONGEST_HEAD:
            return Message(
                "a head of {length:,} characters; {longest} fit", length=len(head), longest=LONGEST_HEAD
            )
        if head and head in self.columns:
            first = column_name(self.columns.index(head) + 1)
            return Message("it has the name of column {first}; give one of them another name", first=first)
        return flaw(head)

    def _take_row(self, number: int, cells: Sequence[Cell]) -> None:
        if len(self.rows) == MOST_ROWS:
            raise ConfigError(
                self.name,
                [Message("it has more than {most_rows:,} rows", most_rows=MOST_ROWS)],
                hint=Message("Cut it in parts."),
            )
        texts: dict[str, str] = {}
        named = len(self.columns)
        for column, cell in enumerate(cells, start=1):
            if not cell:
                continue
            head = self.columns[column - 1] if column <= named else ""
            phrase = cell.phrase if isinstance(cell, Mistake) else flaw(cell)
            if not head:
                self._tell_nameless(number, column)
                if column > named:
                    break
            elif phrase:
                self.problems.append(_in_cell(number, column, phrase, told(head)))
            elif isinstance(cell, str):
                texts[head] = cell
        self.rows.append(Row(Place("row", number), texts))

    def _tell_nameless(self, number: int, column: int) -> None:
        if column > len(self.columns):
            last = column_name(len(self.columns))
            phrase = Message(
                "a column too many: the heads end at column {last}; {advice}", last=last, advice=self.too_many
            )
        elif column in self.nameless_told:
            return
        else:
            self.nameless_told.add(column)
            phrase = Message(
                "column {letter} has no head; name it in row {number}, or empty it",
                letter=column_name(column),
                number=self.head_row,
            )
        self.problems.append(_in_cell(number, column, phrase))


def _in_cell(row: int, column: int, phrase: str, head: str = "") -> str:
    return Message(
        "row {row}, column {letter}{head}: {problem}",
        row=row,
        letter=column_name(column),
        head=head,
        problem=phrase,
    )


def known_heads(heads: Iterable[str]) -> int:
    """Return how many of the heads are columns that every list may have."""
    return sum(tidy_head(head) in KNOWN_HEADS for head in heads)


def separated(text: str, separators: Iterable[str]) -> str:
    """Return by which of the separators heads in one text are kept apart, in words; empty when by none."""
    for separator in separators:
        parts = text.split(separator)
        if len(parts) > 1 and known_heads(part.strip("'\" ") for part in parts):
            return _SEPARATORS[separator]
    return ""


def separator_name(separator: str) -> str:
    """Return a separator in words."""
    return _SEPARATORS.get(separator, Message("{sign} signs", sign=separator))


def _no_heads(heads: Sequence[str], number: int) -> str | None:
    """Return what is wrong when a row has no heads of ours; None when it has."""
    if known_heads(heads):
        return None
    filled = [head for head in heads[: MOST_COLUMNS + 1] if head]
    if len(filled) == 1 and (between := separated(filled[0][:_LONGEST_HEADS], _SEPARATORS)):
        return Message(
            "row {number}: the heads stand in one cell, with {between} between them; give each a column "
            "of its own (in a CSV file, commas or semicolons do that)",
            number=number,
            between=between,
        )
    if any(nearest(head, _MAIN_HEADS) for head in filled if re.fullmatch(r"[a-z]{3,9}", head)):
        return None  # a slip of the pen, which the caller tells with all columns in view
    return Message(
        "row {number} must name the columns, as in code;script;naam;duur, and no column is named so",
        number=number,
    )
