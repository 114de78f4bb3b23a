"""What is left of print in a text: words that the end of a row broke, page numbers, heads of pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from stem.authoring.importing.manuscript import Layout, Note, Row, excerpt

_BROKEN = re.compile(r"([^\W\d_]+)[-\u00ad\u2010\u00ac]$")
_SMALL = re.compile("[a-zà-ÿ]+")
_KEPT_APART = frozenset("en of tot als dan and or noch naar maar versus".split())  # noqa: SIM905
"""Behind a hyphen that stands for a part of a word: "in- en uitademen"."""

_CLASHES = frozenset("aa ae ai au ee ei eu ie ii oe oi oo ou ui uu ij".split())  # noqa: SIM905
"""Vowels that would be read as one: the hyphen stays in "zee-egel"; behind ge- and be- a trema parts them."""

_TREMA = {"e": "ë", "i": "ï", "u": "ü", "o": "ö"}
_INSIDE = re.compile(
    r"(?<![^\W\d_])([^\W\d_]{2,}+)[-\u2010] (?!(?:en|of|tot|als|dan|and|or|noch|naar|maar|versus|in|uit|op|"
    r"te)\b)([a-zà-ÿ]{2,})"
)
_PAGE = re.compile(
    r"[-–—\s]*(?:(?:pagina|page|blz\.?|pag\.?|p\.)\s*[0-9]{1,3}(?:\s*(?:/|van|of)\s*[0-9]{1,3})?"  # noqa: RUF001
    r"|[0-9]{1,3}\s*/\s*[0-9]{1,3}|[-–—]+\s*[0-9]{1,3}\s*[-–—]+)[-–—\s]*",  # noqa: RUF001
    re.IGNORECASE,
)
_NUMBERED_HEAD = re.compile(
    r"(?P<before>[0-9]{1,3})\s{2,}(?P<right>\D.*)|(?P<left>[^\W\d].*?)\s{2,}(?P<after>[0-9]{1,3})"
)
_FEWEST_HEADS = 3
_LONGEST_HEAD = 60
_LONGEST_WORD = 40
_FEWEST_ROWS_A_PAGE = 12
_MOST_ROWS_APART = 3


def without_print(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Return the rows with broken words whole, and without page numbers and heads of pages; all is told."""
    gone = _page_rows(rows)
    kept: list[Row] = []
    for index, row in enumerate(rows):
        if index in gone:
            layout.tell("left out", row)
        else:
            kept.append(Row(row.line, _mended_inside(row, layout)))
    whole: list[Row] = []
    for row in kept:
        near = range(len(whole) - 1, max(-1, len(whole) - 1 - _MOST_ROWS_APART), -1)
        before = next((place for place in near if whole[place].text), None)
        broken = None if before is None else _BROKEN.search(whole[before].text[-_LONGEST_WORD:])
        first = _SMALL.match(row.text)
        if before is None or broken is None or first is None or first[0] in _KEPT_APART:
            whole.append(row)
            continue
        word = _joined(broken[1], first[0])
        start = whole[before].text.removesuffix(broken[0])
        layout.notes.append(Note(whole[before].line, "mended", f"{broken[0]} {first[0]}", word))
        whole[before:] = [Row(whole[before].line, start + word + row.text[first.end() :])]
    return whole


def _joined(head: str, rest: str) -> str:
    """Return the two halves of a word as one, as Dutch writes it."""
    clash = (head[-1] + rest[0]).casefold()
    if clash not in _CLASHES:
        return head + rest
    if head.casefold().endswith(("ge", "be", "re", "co")) and rest[0] in _TREMA:
        return head + _TREMA[rest[0]] + rest[1:]
    return f"{head}-{rest}"


def _mended_inside(row: Row, layout: Layout) -> str:
    """Return a row with the words whole that a program put together with their hyphen: "schou- ders"."""

    def mend(found: re.Match[str]) -> str:
        word = _joined(found[1], found[2])
        layout.notes.append(Note(row.line, "mended", excerpt(found[0]), word))
        return word

    return _INSIDE.sub(mend, row.text)


def _numbered_heads(rows: Sequence[Row]) -> set[int]:
    """Return where the same text stands with the number of its page beside it: "Thuis ontspannen    12"."""
    heads: dict[str, list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        found = _NUMBERED_HEAD.fullmatch(row.text) if len(row.text) <= 2 * _LONGEST_HEAD else None
        if found is not None:
            number = int(found["after"] or found["before"])
            heads.setdefault((found["left"] or found["right"]).casefold(), []).append((index, number))
    return {
        index
        for pages in heads.values()
        if len(pages) > 1 and all(b[1] > a[1] for a, b in pairwise(pages))
        for index, _ in pages
    }


def _page_rows(rows: Sequence[Row]) -> set[int]:
    """Return where page numbers stand, and a text that stands above or below at least three of them."""
    gone = _numbered_heads(rows) | {
        index
        for index, row in enumerate(rows)
        if 0 < len(row.text) <= _LONGEST_HEAD and _PAGE.fullmatch(row.text)
    }
    bare = [index for index, row in enumerate(rows) if row.text.isdecimal() and len(row.text) <= 3]  # noqa: PLR2004
    numbers = [int(rows[index].text) for index in bare]
    apart = [b - a >= _FEWEST_ROWS_A_PAGE for a, b in pairwise(bare)]
    if len(bare) > 1 and all(apart) and all(b == a + 1 for a, b in pairwise(numbers)):
        gone |= set(bare)
    beside = Counter(
        rows[place].text for index in gone for place in (index - 1, index + 1) if 0 <= place < len(rows)
    )
    heads = {
        text
        for text, times in beside.items()
        if text and times >= _FEWEST_HEADS and len(text) <= _LONGEST_HEAD
    }
    return gone | {
        index for index, row in enumerate(rows) if row.text in heads and ({index - 1, index + 1} & gone)
    }
