"""What the parts of importing hand to each other: rows of text, what they turn out to be, and the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

LONGEST_EXCERPT = 80
"""Characters of the input that a note repeats."""

Kind: TypeAlias = Literal["not understood", "mended", "left out", "changed"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is not in the template as it was in the input.

    Attributes:
        line: The line of the input, from 1; of a docx or odt file the paragraph.
        kind: "not understood" (a person should look), "mended" (damaged letters), "left out" (known, and
            nothing to say) or "changed" (written in stem's notation).
        found: What stood there, perhaps shortened.
        became: What stands in the template now, perhaps with a remark; "" when it was taken out.
    """

    line: int
    kind: Kind
    found: str
    became: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the input: its number from 1, and its text."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An input of whatever format as rows of text; an empty row parts paragraphs.

    Attributes:
        rows: In order; several may have the same line.
        notes: What the format's reader changed.
        title: When the format has a place for it.
        declared_s: The length in seconds that the input says it has, when the format has a place for it.
        apart: Whether an empty row always ends a paragraph, also where a sentence seems to go on.
    """

    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    title: str | None = None
    declared_s: float | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Text to be spoken, as the person wrote it."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in stem's notation.

    Attributes:
        text: The mark, with its brackets.
        line: Where it was found.
        dots_s: For dots inside a line, the seconds they stand for: they give way to other pauses; else 0.
        found: What stood there when no note tells it yet.
    """

    text: str
    line: int
    dots_s: float = 0.0
    found: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The start of a chapter."""

    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Border:
    """The end of a paragraph.

    Attributes:
        fixed: Whether it also stands where a sentence seems to go on.
        quiet: Whether what stands between two of them is no title, however short.
    """

    fixed: bool = False
    quiet: bool = False


Item: TypeAlias = Words | Mark | Chapter | Border


@dataclass
class Layout:
    """A read manuscript; grows while it is read.

    Attributes:
        items: In order.
        notes: What there is to tell.
        title: None when nothing in the text is one.
        lengths_s: The lengths that the text says it has, the surest first.
        sections_s: Where the last timed section ends, in seconds; 0 when there is none.
    """

    items: list[Item] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    title: str | None = None
    lengths_s: list[float] = field(default_factory=list)
    sections_s: float = 0.0

    @property
    def declared_s(self) -> float | None:
        """The length that the text says it has, in seconds; None when it does not say."""
        return next(iter(self.lengths_s), self.sections_s or None)

    def tell(self, kind: Kind, row: Row, became: str = "") -> None:
        """Note what happened to a row."""
        self.notes.append(Note(row.line, kind, excerpt(row.text), became))


def excerpt(text: str) -> str:
    """Return text on one line, shortened for a note."""
    short = " ".join(text[: 4 * LONGEST_EXCERPT].split())
    return short if len(short) <= LONGEST_EXCERPT else short[: LONGEST_EXCERPT - 1] + "…"
