"""Tables: the column of words is spoken, pauses and bells become marks, the rest is left out and told."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stem.authoring.importing.manuscript import Layout, Note, Row, excerpt
from stem.authoring.importing.pause_marks import is_seconds, pause_mark, read_mark, vocabulary
from stem.authoring.unspoken import DATA_KEYS, HEAD_KEYS, is_notes
from stem.script import dutch

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"(?=.*[-=])[|+:=\s-]{3,}")
_WORD_HEADS = vocabulary(
    "tekst text script woorden words gesproken spoken zin zinnen voice-over voiceover vo verteller "
    "narratie narration "
    "spreektekst zeg zegt zeggen uitspreken instructie dialoog inhoud content dutch nederlands stem"
)
_PAUSE_HEADS = vocabulary(
    "pauze pauzes pause pauses stilte silence wacht wachten wait rust break stiltes pauzeduur"
)
_OTHER_HEADS = vocabulary(
    "tijd time tijdcode timecode start begin eind einde end duur duration nr nr. no # stap step scene "
    "scène beeld geluid "
    "sound muziek music sfx audio regie opmerking opmerkingen notes notitie notities fase deel onderdeel "
    "doel toon tempo"
)
_HTML_CELL = re.compile(r"<t[dh]\b[^<>]{0,300}>", re.IGNORECASE)
_HTML_CELL_END = re.compile(r"</t[dhr]>|<tr\b[^<>]{0,300}>", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,3})?")
_MOST_HEAD_WORDS = 6
_FEWEST_ROWS = 2
_FEWEST_WORDS = 2.0
_FEWEST_LISTED = 3
"""Rows of a table that neither heads nor bars show."""

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_SEPARATORS = ";\t,"


def without_tables(rows: Sequence[Row], layout: Layout) -> list[Row]:
    """Return the rows with those of tables as what they say, a paragraph each."""
    read: list[Row] = []
    run: list[Row] = []
    for row in [*rows, Row(0, "")]:
        if _BAR.search(row.text) or (run and _RULE.fullmatch(row.text)) or _is_grid_rule(row.text):
            run.append(row)
            continue
        read += _read(run, layout) if _is_table(run) else run
        run = []
        read.append(row)
    return read[:-1]


def as_bars(text: str) -> list[Row] | None:
    """Return the rows of separated values (CSV) as rows with bars; None where no heads say so."""
    first = text.lstrip("\ufeff\n\r").partition("\n")[0]
    for separator in _SEPARATORS:
        heads = [_plain(head) for head in first.split(separator)]
        if len(heads) > 1 and any(map(_names_words, heads)) and all(len(head.split()) <= 3 for head in heads):  # noqa: PLR2004
            known = sum(_is_head(head) for head in heads)
            apart = sum(separator in line for line in text.splitlines() if line.strip())
            certain = (
                separator != ","
                or known == len(heads)
                or (known * 2 >= len(heads) and _alike(text, len(heads)))
            )
            if not certain or apart * 2 < sum(map(bool, text.split("\n"))):
                continue  # "Tekst, beeld en geluid" is a sentence
            reader = csv.reader(text.lstrip("\ufeff").splitlines(keepends=True), delimiter=separator)
            rows: list[Row] = []
            line = 1
            try:
                for cells in reader:
                    rows.append(Row(line, "| " + " | ".join(map(_cell, cells)) + " |" if any(cells) else ""))
                    line = reader.line_num + 1
            except csv.Error:
                return None
            return rows
    return _without_heads(text) or _by_spaces(text)


def _alike(text: str, wide: int) -> bool:
    """Tell whether nearly all rows of values with commas have as many of them."""
    try:
        counts = [len(cells) for cells in csv.reader(text.lstrip("\ufeff").splitlines()) if cells]
    except csv.Error:
        return False
    return len(counts) >= _FEWEST_LISTED and sum(count == wide for count in counts) * 5 >= len(counts) * 4


def _without_heads(text: str) -> list[Row] | None:
    """Return the rows of separated values without heads: a column of words, and one of numbers."""
    lines = text.lstrip("\ufeff").splitlines()
    worded = [line for line in lines if line.strip()]
    for separator in _SEPARATORS:
        if len(worded) < _FEWEST_LISTED or not all(
            line.startswith('"') if separator == "," else separator in line for line in worded[:-1]
        ):
            continue
        try:
            table = [next(csv.reader([line], delimiter=separator), []) for line in lines]
        except csv.Error:
            continue
        columns = list(zip(*(cells for cells in table if len(cells) == len(table[0])), strict=True))
        numbers = [place for place, column in enumerate(columns) if _are_numbers(column)]
        if len(columns) > 1 and numbers and len(numbers) < len(columns):
            paused = {place for place in numbers if place and not _counts_up(columns[place])}
            return [
                Row(
                    line,
                    "| "
                    + " | ".join(_listed(cell, place in paused) for place, cell in enumerate(cells))
                    + " |",
                )
                if cells
                else Row(line, "")
                for line, cells in enumerate(table, start=1)
            ]
    return None


def _are_numbers(column: Sequence[str]) -> bool:
    return sum(_SECONDS.fullmatch(cell.strip()) is not None for cell in column) * 3 > len(column) * 2


def _counts_up(column: Sequence[str]) -> bool:
    return [cell.strip() for cell in column[:3]] == ["1", "2", "3"]


def _listed(cell: str, is_pause: bool) -> str:  # noqa: FBT001 - of this module
    return f"{cell.strip()} s" if is_pause and _SECONDS.fullmatch(cell.strip()) else _cell(cell)


def _by_spaces(text: str) -> list[Row] | None:
    """Return the rows of columns that spaces set apart: each of the same start, on most rows."""
    if "   " not in text:
        return None
    lines = text.splitlines()
    found = [_GAP.search(line) for line in lines]
    starts = Counter(gap.end() for gap in found if gap)
    start, times = starts.most_common(1)[0] if starts else (0, 0)
    if times < _FEWEST_LISTED or times * 5 < 4 * sum(bool(line.strip()) for line in lines):
        return None
    return [
        Row(
            number,
            "| " + " | ".join(map(_cell, _GAP.split(line.strip()))) + " |"
            if gap and gap.end() == start
            else line,
        )
        for number, (line, gap) in enumerate(zip(lines, found, strict=True), start=1)
    ]


def with_bars(text: str) -> str:
    """Return a text in which the rows of a table in HTML are rows with bars; its lines keep their numbers."""
    parts: list[str] = []
    done = 0
    while (start := text.find("<tr", done)) >= 0 and (end := text.find("</tr>", start)) >= 0:
        inside = text[start : end + len("</tr>")]
        cells = [_cell(" ".join(part.split())) for part in _HTML_CELL.split(inside)[1:]]
        cells = [_HTML_CELL_END.sub("", cell).strip() for cell in cells]
        parts += [text[done:start], "| " + " | ".join(cells) + " |", "\n" * inside.count("\n")]
        done = end + len("</tr>")
    return "".join([*parts, text[done:]])


def _cell(text: str) -> str:
    return " <br> ".join(part.strip() for part in text.replace("|", "\\|").splitlines() if part.strip())


def bar_row(cells: Sequence[Sequence[str]]) -> str:
    """Return the cells of a document's table, each a few paragraphs, as a row with bars."""
    return "| " + " | ".join(_cell("\n".join(cell)) for cell in cells) + " |"


@dataclass(frozen=True)
class _Columns:
    words: int
    pauses: frozenset[int]
    heads: int
    """Rows of heads."""

    others: frozenset[int] = frozenset()
    """Columns whose heads say that they are something else than pauses."""


def _is_grid_rule(text: str) -> bool:
    return text.startswith("+") and _RULE.fullmatch(text) is not None and "+" in text[1:]


def _is_table(run: Sequence[Row]) -> bool:
    texts = [row.text for row in run if not _RULE.fullmatch(row.text)]
    if not texts or not any(_BAR.search(text) for text in texts):
        return False
    if len(texts) < len(run) and any(
        "|" in row.text or "+" in row.text for row in run if row.text not in texts
    ):
        return True
    counts = {len(_cells(text)) for text in texts}
    framed = all(text.startswith("|") for text in texts)
    whole = framed and all(text.endswith("|") and len(_cells(text)) > 1 for text in texts)
    alike = len(counts) == 1 and len(texts) > _FEWEST_ROWS
    return whole or alike or (framed and len(texts) >= _FEWEST_ROWS)


def _cells(text: str) -> list[str]:
    inner = re.sub(r"^\||(?<!\\)\|$", "", text.strip())
    return [cell.replace("\\|", "|").strip() for cell in _BAR.split(inner)]


def _read(run: Sequence[Row], layout: Layout) -> Iterator[Row]:
    table = [(row, _cells(row.text)) for row in run if not _RULE.fullmatch(row.text)]
    ruled = any(_RULE.fullmatch(row.text) for row in run[1:3])
    columns = _columns([cells for _, cells in table], ruled=ruled)
    yield Row(run[0].line, "")
    for number, (row, cells) in enumerate(table):
        if number < columns.heads:
            layout.tell("left out", row)
            continue
        for place, cell in enumerate(cells):
            if cell and place == columns.words:
                yield Row(row.line, cell)
            elif cell:
                yield from _beside(row, cell, layout, columns, place)
        yield Row(row.line, "")


def _beside(row: Row, cell: str, layout: Layout, columns: _Columns, place: int) -> Iterator[Row]:
    """Yield the mark that a cell beside the words is; tell it in any case."""
    is_pause = place in columns.pauses
    bare = cell.strip("()[]{}*_ ")
    mark = None
    if not dutch.has_words(bare):
        return
    if is_pause:
        number = _SECONDS.fullmatch(bare)
        meaning = None if number else read_mark(f"pauze {bare}") or read_mark(bare, square=True)
        mark = pause_mark(float(number[0].replace(",", "."))) if number else meaning and meaning.mark
    else:
        meaning = read_mark(bare, square=True)
        seconds = is_seconds(bare) and place not in columns.others
        if meaning is not None and (meaning.certain or seconds) and meaning.kind != "silent":
            mark = meaning.mark
    if mark:
        layout.notes.append(Note(row.line, "changed", excerpt(cell), mark))
        yield Row(row.line, mark)
    elif bare not in {"0", "x"}:  # a cell that says: nothing
        layout.notes.append(Note(row.line, "not understood" if is_pause else "left out", excerpt(cell)))


def _columns(table: Sequence[Sequence[str]], *, ruled: bool) -> _Columns:
    """Find the column of words: by its head, else the one with most words; -1 in a table of data."""
    heads = [_plain(cell) for cell in table[0]]
    known = [_is_head(head) for head in heads]
    short = all(len(head.split()) <= _MOST_HEAD_WORDS for head in heads)
    has_heads = len(table) > 1 and short and (ruled or sum(known) > len(heads) / 2)
    body = table[1:] if has_heads else table
    wide = max(map(len, table))
    words = [
        sum(len(row[place].split()) for row in body if place < len(row)) / max(1, len(body))
        for place in range(wide)
    ]
    named = [place for place, head in enumerate(heads) if has_heads and _names_words(head)]
    place = max(named or range(wide), key=lambda column: words[column])
    keys = [_plain(row[0]).rstrip(":") for row in table]
    is_data = sum(key in DATA_KEYS | HEAD_KEYS or is_notes(key) for key in keys) * 2 > len(keys)
    if is_data or (not named and words[place] < _FEWEST_WORDS):
        place = -1
    pauses = {column for column, head in enumerate(heads) if has_heads and set(head.split()) & _PAUSE_HEADS}
    others = {column for column, head in enumerate(heads) if has_heads and _is_head(head)} - pauses
    return _Columns(place, frozenset(pauses - {place}), int(has_heads), frozenset(others))


def _is_head(head: str) -> bool:
    return bool({head, *head.split()} & (_WORD_HEADS | _PAUSE_HEADS | _OTHER_HEADS))


def _names_words(head: str) -> bool:
    return bool(set(head.split()) & _WORD_HEADS) or "zegt" in head or "hoor" in head


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*_`\"():/\ufeff]", " ", text).casefold().split())
