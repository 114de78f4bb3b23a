"""What stands around a script in a file: front matter, the page it was copied from, times of a transcript."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from stem import units
from stem.authoring.importing.manuscript import Layout, Note, Row
from stem.authoring.importing.passages import bracket_pairs
from stem.authoring.importing.pause_marks import pause_mark, vocabulary
from stem.messages import Message
from stem.script import dutch
from stem.script.dutch.pace import expected_seconds

MOST_ROWS_JOINED = 20
"""Rows that one bracket may reach across; further apart, one of the two was forgotten."""

LIST_SIGN = re.compile(r"(?:[-+*\u2022\u2023\u25aa]|[0-9]{1,2}[.)])\s+(?=\S)")

_MOST_FRONT_ROWS = 60
_MOST_HEAD_ROWS = 12
_LONGEST_HEAD_ROW = 100
_LONGEST_BRACKET = 2_000
_FEWEST_STAMPS = 3
_SHORTEST_SILENCE_S = 3.0
"""Of what a row's time leaves over, read at a calm pace."""

_STAMPED = re.compile(
    r"[\[(]?([0-9]{1,2}(?::[0-5][0-9]){1,2}(?:[.,][0-9]{1,3})?)(?:\]|\)|(?=\s))\s*(?![-\u2013\u2014|])(?=\S)"
)
_KEY = re.compile(r"([A-Za-z][\w -]{0,30}?)\s*[:=]\s*(.*)")
_EMOJI = re.compile(
    "^(?!\U0001f507|\U0001f92b)[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\ufe0f\u200d\u20e3 ]+(?=[^ ])"
    "|(?<=[^ ])[\U0001f000-\U0001f506\U0001f508-\U0001f92a\U0001f92c-\U0001faff\u2600-\u27bf\ufe0f\u200d ]+$"
)
_HTML_HEADING = re.compile(r"^<h([1-6])\b[^<>]{0,300}>([^<>]*)</h[1-6]>$", re.IGNORECASE)
_MESSAGE_STAMP = re.compile(
    r"\[?[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4},?\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\]|\s+-)\s+"
)
"""Before what someone sent in a message."""

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ESCAPES = re.compile(r"\\(?:[!-/:-@\[-`{-~]|\s*$|n)")
_WRITTEN_ROW_END = re.compile(r"(?:\\r)?\\n(?![a-zà-ÿ])")
"""A row end that another program wrote as two signs."""

_LENGTH_KEYS = vocabulary("duur lengte tijdsduur speelduur duration length minutes minuten") | {
    "geschatte duur",
    "totale duur",
    "estimated duration",
}
_TITLE_KEYS = frozenset({"titel", "title"})
_OTHER_KEYS = vocabulary("auteur author bron source datum date door by versie version")
_LENGTH_IN_TITLE = re.compile(
    r"(?<![\d:.,])([0-9]{1,3})(?:[.,]([0-9]))?[\s-]?(?:minuten|minuut|minutes?|mins?)(?![a-zà-ÿ])",
    re.IGNORECASE,
)
_PAGE_HEAD = re.compile(
    r".*(?:\bgeleden|\bom te lezen|\bleestijd\b.*|\bmin(?:ute)? read|\bago)\s*", re.IGNORECASE
)
_PAGE_FOOT = re.compile(
    r"(?:[0-9]+\s+)?(?:opmerkingen|reacties|comments|delen|share|reageer|reageren)", re.IGNORECASE
)


def lengths_in(title: str) -> list[float]:
    """Return the lengths in seconds that a title names: "5-minuten meditatie" -> [300]."""
    return [60 * float(f"{match[1]}.{match[2] or 0}") for match in _LENGTH_IN_TITLE.finditer(title)]


def without_front_matter(rows: list[Row], layout: Layout) -> list[Row]:
    """Read and take out the keys between two rows of --- or +++ at the start, as Markdown files have them."""
    first = next((index for index, row in enumerate(rows) if row.text), 0)
    if not rows or rows[first].text not in {"---", "+++"}:
        return rows
    candidates = range(first + 1, min(len(rows), first + _MOST_FRONT_ROWS))
    last = next((index for index in candidates if rows[index].text == rows[first].text), None)
    if last is None:
        return rows
    inside = [row for row in rows[first + 1 : last] if row.text]
    if not all(_KEY.fullmatch(row.text) or row.text.startswith(("#", "[", "- ")) for row in inside):
        return rows
    for row in inside:
        if not read_key(row, layout):
            layout.tell("left out", row)
    return rows[:first] + rows[last + 1 :]


def without_escapes(rows: list[Row], layout: Layout) -> list[Row]:
    """Return the rows without the backslashes by which Markdown keeps its signs, and ends a row."""
    plain: list[Row] = []
    for row in rows:
        stamp = _MESSAGE_STAMP.match(row.text)
        if stamp is not None:
            layout.notes.append(Note(row.line, "left out", stamp[0].strip()))
        shown = row.text[stamp.end() if stamp else 0 :].replace("\U0001f514", "[bel] ")
        text = _HTML_HEADING.sub(
            lambda found: f"{'#' * int(found[1])} {found[2]}", _EMOJI.sub("", shown)
        ).strip()
        parts = _WRITTEN_ROW_END.split(text)
        texts = [_ESCAPED.sub(r"\1", part).removesuffix("\\").rstrip() for part in parts]
        plain += [Row(row.line, text) for text in texts]
    first = next((row for row in rows if "\\" in row.text), None)
    if first is not None and any("\\" in row.text and _ESCAPES.search(row.text) for row in rows):
        layout.tell("changed", first, Message("the signs without the backslash before them, here and below"))
    return plain


def read_key(row: Row, layout: Layout) -> bool:
    """Take in "Titel: x" or "Duur: 5 min"; tell whether the row is such a one."""
    found = _KEY.fullmatch(row.text.replace("*", ""))
    if found is None:
        return False
    key, value = found[1].casefold(), found[2].strip().strip("\"'").strip()
    if key in _TITLE_KEYS and dutch.has_words(value):
        layout.title = layout.title or value
        layout.tell("changed", row, Message("the title"))
        return True
    length_s = _length(value, minutes="minu" in key) if key in _LENGTH_KEYS else None
    if length_s:
        layout.lengths_s.append(length_s)
    elif key not in _OTHER_KEYS:
        return False
    layout.tell("left out", row)
    return True


def _length(value: str, *, minutes: bool) -> float | None:
    """Return a written length in seconds; a bare number is minutes where the key says so, else no length."""
    if value.isdecimal():
        return 60.0 * int(value[:4]) if minutes else None
    try:
        return units.parse_seconds(value)
    except ValueError:
        return next(iter(lengths_in(value)), None)


def without_web_page(rows: list[Row], layout: Layout) -> list[Row]:
    """Take out what a copied web page has around its text: who, when, minutes to read; "Opmerkingen".

    The row above that is the page's title. Minutes to read say nothing of minutes to listen.
    """
    worded = [index for index, row in enumerate(rows) if row.text]
    head = [index for index in worded[:_MOST_HEAD_ROWS] if len(rows[index].text) < _LONGEST_HEAD_ROW]
    listed = [index for index in head if LIST_SIGN.match(rows[index].text)]
    telling = [index for index in listed if _PAGE_HEAD.fullmatch(rows[index].text)]
    gone = {index for index in listed if telling and index <= telling[-1]}
    if gone and worded[1:2] == [min(gone)] and layout.title is None:
        title = rows[worded[0]]
        layout.title = " ".join(title.text.strip("#* ").split())
        layout.tell("changed", title, Message("the title"))
        rows = [Row(row.line, "") if row is title else row for row in rows]
    while len(worded) > 1 and _PAGE_FOOT.fullmatch(rows[worded[-1]].text):
        gone.add(worded.pop())
    for index in sorted(gone):
        layout.tell("left out", rows[index])
    return [Row(row.line, "") if index in gone else row for index, row in enumerate(rows)]


def without_stamps(rows: list[Row], layout: Layout) -> list[Row]:
    """Take out the times that rows of a transcript begin with: most have one, each later than the last."""
    stamped = [(row, found) for row in rows if (found := _STAMPED.match(row.text))]
    times = [units.parse_seconds(found[1]) for _, found in stamped]
    worded = sum(bool(row.text) for row in rows)
    if len(stamped) < _FEWEST_STAMPS or 2 * len(stamped) < worded or times != sorted(times):
        return rows
    begun = iter(range(len(times)))
    plain: list[Row] = []
    said_s = 0.0
    number = -1
    for row in rows:
        found = _STAMPED.match(row.text)
        if found is not None:
            silence_s = times[next(begun)] - (times[number] if number >= 0 else 0) - said_s
            number += 1
            mark = pause_mark(round(silence_s)) if number and silence_s >= _SHORTEST_SILENCE_S else None
            became = Message("{mark} before it, which its time leaves over", mark=mark) if mark else ""
            layout.notes.append(Note(row.line, "changed" if mark else "left out", found[1], became))
            plain += [Row(row.line, mark)] if mark else []
            said_s = 0.0
        text = _STAMPED.sub("", row.text)
        said_s += expected_seconds(text) if dutch.has_words(text) else 0.0
        plain.append(Row(row.line, text))
    return plain


def joined(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the rows with those made one that a bracket or a comment reaches across."""
    text = "\n".join(row.text for row in rows)
    breaks = [match.start() for match in re.finditer("\n", text)]
    spans = [*bracket_pairs(text).items()]
    spans += [(match.start(), match.end() - 1) for match in re.finditer("<!--.{0,1000}?-->", text, re.DOTALL)]
    glued: set[int] = set()
    for start, end in spans:
        first, last = bisect_left(breaks, start), bisect_left(breaks, end)
        # Round brackets may be words of a sentence, and a sentence ends with its paragraph.
        apart = text[start] == "(" and "\n\n" in text[start : min(end, start + _LONGEST_BRACKET)]
        if first < last <= first + MOST_ROWS_JOINED and not apart:
            glued.update(range(first, last))
    waiting: list[Row] = []
    for index, row in enumerate(rows):
        waiting.append(row)
        if index not in glued:
            yield Row(waiting[0].line, " ".join(part.text for part in waiting if part.text))
            waiting = []
