"""Marks in a rendered text that tell where each line was written: control characters, which no source has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

MARK = re.compile("\x01(\\d+):(\\d+)\x02")
"""Index of the template, and the line in it."""

_SELDOM = 2_000
"""Characters; a line that is so long is not the same in the next filling, and takes room."""


def lines_of(rendered: str, sources: Iterable[str]) -> list[tuple[int, int, str]]:
    """Take the marks out of a rendered text.

    A line that came out empty though something stands on it in the template (a macro that says nothing) is
    left out: only an empty line of the template is an empty line.

    Returns:
        For each line the index of its template, the line there (from 1), and the text.
    """
    written = _rows(tuple(sources))
    lines: list[tuple[int, int, str]] = []
    place = (0, 1)
    for marked in rendered.split("\n"):
        read = _read if len(marked) < _SELDOM else _read.__wrapped__
        text, marks, own = read(marked)
        place = own or place
        if text.strip() or not (marks and all(written[index][number - 1].strip() for index, number in marks)):
            lines.append((*place, text))
    return lines if lines and lines[-1][2] else lines[:-1]  # nothing stands after the last line feed


@lru_cache(maxsize=8)
def _rows(sources: tuple[str, ...]) -> list[list[str]]:
    return [source.split("\n") for source in sources]


@lru_cache(maxsize=1_000)  # of many fillings most lines are the same
def _read(marked: str) -> tuple[str, tuple[tuple[int, int], ...], tuple[int, int] | None]:
    """Return a line without its marks, the places in these, and which of them it comes from."""
    marks = [(mark.start(), int(mark[1]), int(mark[2])) for mark in MARK.finditer(marked)]
    if not marks:
        return marked, (), None
    # The first words decide; marks before them belong to what a macro or include was called from.
    first_word = re.match("(?:\\s|\x01[^\x02]*\x02)*", marked)
    end = first_word.end() if first_word else 0
    own = next(((i, n) for start, i, n in reversed(marks) if start < end), (marks[0][1:]))
    return MARK.sub("", marked), tuple((index, number) for _, index, number in marks), own
