"""What a list of tracks becomes: rows of texts, each of which can say where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stem.messages import Message

LARGEST_FILE = 20_000_000
"""Bytes."""

LONGEST_TOML = 8_000_000
"""Characters; reading takes 2 s for a million."""

MOST_ROWS = 100_000
MOST_COLUMNS = 500

LONGEST_CELL = 2_000
"""Characters; as much as a variable of a script may hold."""

LONGEST_HEAD = 100
"""Characters."""

MOST_PROBLEMS = 10_000
"""Whoever has more is not helped by another one."""

TOLD_HEADS = frozenset(
    (
        *("code", "script", "duur", "duration", "stem", "voice", "achtergrond", "bed"),
        *("wachtwoord", "password", "naam", "uitspraak", "vorm"),
    )
)
"""Heads that are shown before it is known which variables there are: another one may be a client's name."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was asked for, as people count.

    Attributes:
        kind: "row" of a table, of which the heads are row 1; "track" in TOML or of a series.
        number: From 1 on.
    """

    kind: str
    number: int

    def __str__(self) -> str:
        if self.kind == "row":
            return Message("row {number}", number=self.number)
        return Message("track {number}", number=self.number)


@dataclass(frozen=True, slots=True)
class Row:
    """A track as it is asked for.

    Attributes:
        place: Where it stands.
        cells: Head to text. Stripped, on one line; empty cells are left out, but for those that keep out a
            default.
    """

    place: Place
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A list of tracks as it was read, with the mistakes that were found in its form.

    A head is a column's name in small letters (casefolded, NFC), without spare white space.

    Attributes:
        name: The file, as errors name it.
        heads: Head to its column as people say it, "column D", in the order of the file; "" in TOML.
        rows: In the order of the file, without the empty ones and those that could not be read at all.
        defaults: What holds for every row that does not say otherwise; TOML only.
        problems: A phrase a mistake, with row and column and without a full stop, in the order of the file.
            They never show what a cell holds: it may be a client's name.
    """

    name: str
    heads: Mapping[str, str]
    rows: tuple[Row, ...]
    defaults: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def column_name(number: int) -> str:
    """Return a column as a spreadsheet names it: 1 is "A", 27 is "AA"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def told(head: str) -> str:
    """Return a head in quotation marks and brackets where it may be shown; else nothing."""
    return f" ('{head}')" if head in TOLD_HEADS else ""
