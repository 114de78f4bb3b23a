"""Rows of a paragraph: where one ends a sentence although no stop says so.

Who writes a sentence on each row leaves the stop out; who wraps prose at a width breaks its rows anywhere. A
row that begins with a capital begins a sentence, unless the rows are wrapped and its first word had no room
on the row before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_NARROWEST = 30
"""Characters: nothing is wrapped at fewer."""

_LONGEST_WORD = 40
_STOP = re.compile("[.!?…:][\"”’'»)\\]*_]*$")  # noqa: RUF001 - real quotes
_JOINING = re.compile("[,;&+/=-]$|[–—]$")  # noqa: RUF001 - real dashes
_ASKING = (
    "als beste bij de deze dat die een en het jouw lieve maar meneer met mevrouw mijn naar of omdat onze "
    "te tot "
    "tussen uw van want zonder"
)
_NEVER_LAST = frozenset(_ASKING.split())
"""Words that ask for another one: after these, a capital begins a name."""

_FIRST = re.compile(r"[\W_]*(\w\S*)")
_SMALL_BEGINNING = re.compile(r"[‘’'](?:s|t|n)\s+(?=[A-ZÀ-Þ])")  # noqa: RUF001 - 's Avonds
_LAST = re.compile(r"(?<![^\W\d_])([^\W\d_]++)\W*+$")


def stops(row: str) -> bool:
    """Tell whether a row ends with the stop of a sentence, or with a colon."""
    return _STOP.search(row) is not None


def joins(row: str) -> bool:
    """Tell whether a row asks for the next one: by its last sign, or by a word that never is the last."""
    last = _LAST.search(row[-_LONGEST_WORD:])
    return _JOINING.search(row) is not None or (last is not None and last[1].casefold() in _NEVER_LAST)


def begins(row: str) -> bool:
    """Tell whether a row begins with a capital, behind quotes and other signs."""
    first = _FIRST.match(row)
    return _SMALL_BEGINNING.match(row) is not None or (first is not None and first[1][0].isupper())


def wrapped(rows: Sequence[str]) -> bool:
    """Tell whether rows are broken at a width: a sentence goes on where its next word had no room."""
    width = max([_NARROWEST, *map(len, rows)])
    return any(
        not stops(row) and not begins(after) and _full(row, after, width) for row, after in pairwise(rows)
    )


def sentence_ends(rows: Sequence[str]) -> tuple[bool, ...]:
    """Tell for each row but the last whether a sentence ends with it although it has no stop."""
    width = max([_NARROWEST, *map(len, rows)])
    is_wrapped = wrapped(rows)
    ends = []
    for row, after in pairwise(rows):
        counted = row[:1].isdecimal() and after[:1].isdecimal()
        apart = counted or (begins(after) and not (is_wrapped and _full(row, after, width)))
        ends.append(apart and not stops(row) and not joins(row))
    return tuple(ends)


def _full(row: str, after: str, width: int) -> bool:
    """Tell whether the first word of the next row would make a row longer than any there is."""
    return len(row) + 1 + len(after.split(maxsplit=1)[0] if after else "") > width
