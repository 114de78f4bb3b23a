"""Rows of text to items: headings, pauses that have a row to themselves, and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from stem import units
from stem.authoring.importing.frames import (
    bare,
    without_chatbot,
    without_labels,
    without_letter,
    without_notes,
)
from stem.authoring.importing.front_matter import (
    LIST_SIGN,
    joined,
    lengths_in,
    read_key,
    without_escapes,
    without_front_matter,
    without_stamps,
    without_web_page,
)
from stem.authoring.importing.grids import without_tables
from stem.authoring.importing.manuscript import (
    Border,
    Chapter,
    Layout,
    Manuscript,
    Mark,
    Note,
    Row,
    Words,
    excerpt,
)
from stem.authoring.importing.other_notations import in_known_signs
from stem.authoring.importing.passages import SPOKEN, RowEnd, read_passage
from stem.authoring.importing.pause_marks import (
    pause_mark,
    read_mark,
    read_worded_pause,
    speaks_of_timed_silence,
)
from stem.authoring.importing.print_remains import without_print
from stem.authoring.unspoken import is_data, is_direction, is_for_reader, is_head_data
from stem.messages import Message
from stem.script import dutch
from stem.script.rows import joins, sentence_ends, stops, wrapped

OWN_ROW_DOTS_S = (5.0, 12.0, 25.0)
"""Seconds for "..." once, twice and three times on rows of their own; each one more adds the last step."""

TILDE_S = 5.0
LONGEST_ROW_PAUSE_S = 120.0

_MOST_TITLE_WORDS, _MOST_PAUSE_WORDS = 8, 6
_AROUND_PAUSE = " \t-*_\u2013\u2014"
_SPOKEN_PAUSE = Message("spoken as it is; write it in [square brackets] when it is a pause")
_FEWEST_BETWEEN_RULES = _FEWEST_BARE_ROWS = 3
_LONG_ROW = 100
"""Characters: nobody breaks rows by hand that are as long as this."""

_DOTS = re.compile(r"(?=.*…|.*\..*\.)[.…\s]+")
_TILDES = re.compile(r"~[~\s]*")
_RULE = re.compile(r"([-*_])(?:\s*\1){2,}|```.*")
_UNDERLINE = re.compile(r"={3,}")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BOLD = re.compile(r"(\*\*|__)(?![\s*_])([^*_]+)(?<!\s)\1\s*:?")
_ITALIC = re.compile(r"([*_])(?![\s*_])([^*_]*[^\s*_])\1[.]?")
_DASH = "[-|:\u2013\u2014]"
_TIME = r"[0-9]{1,2}(?::[0-5][0-9]){1,2}"
_LENGTH_ALONE = re.compile(
    r"(?:p\.?\s?)?([1-9][0-9]{0,2})\s?(?:s|sec|seconden|seconds)\.?|p\.?\s?([1-9][0-9]{0,2})", re.IGNORECASE
)
_CHAPTERS = frozenset({"intro", "outro", "start", "begin", "introductie"})
"""What is a direction in plain words, and a chapter in bold ones."""

_CLOCK = re.compile("[0-9]:[0-5][0-9]")
_TIMED = re.compile(
    rf"[\[(]?{_TIME}\s*(?:-|\u2013|\u2014|tot|to)\s*(?P<to>{_TIME})[\])]?\s*(?:{_DASH}\s*)?(?P<title>.*)"
)
_LONGEST_TITLE = 200
_SOME_TIME = (
    r"(?:\u00b1|ca\.?|ongeveer|about|~)?\s*[0-9]{1,3}(?:\s*[-\u2013]\s*[0-9]{1,3})?\s*"
    r"(?:minuten|minuut|minutes?|mins?\.?|seconden|sec\.?|s)"
)
_TITLED = re.compile(
    rf"(?:[0-9]{{1,2}}[.)]\s+)?(?P<title>\S.*?)\s*+(?:(?:{_DASH}\s*+)?[(\[](?:(?P<from>{_TIME})\s*(?:-|\u2013|\u2014|tot|to)\s*"
    rf"(?P<to>{_TIME})|(?P<length>{_SOME_TIME}))[)\]]|(?<=\s){_DASH}\s*+(?P<bare>{_SOME_TIME})):?"
)
_MINUTE = re.compile(
    rf"(?:minutes?|minuut|minuten)\s+(?P<from>[0-9]{{1,3}})(?:\s*[-\u2013]\s*(?P<to>[0-9]{{1,3}}))?\s*{_DASH}\s*"
    r"(?P<title>.*)",
    re.IGNORECASE,
)
_STAMP = re.compile(rf"[\[(]?{_TIME}(?:[.,][0-9]{{1,3}})?[\])]?(?:\s*-->\s*{_TIME}(?:[.,][0-9]{{1,3}})?.*)?")
_SENTENCE_END = re.compile("[.!?…:;][\"”’'»)\\]*_]*$")  # noqa: RUF001 - real quotes


def read_layout(manuscript: Manuscript) -> Layout:
    """Return everything that a manuscript of mended rows says, in order."""
    layout = Layout(title=manuscript.title)
    if manuscript.declared_s is not None:
        layout.lengths_s.append(manuscript.declared_s)
    stripped = [Row(row.line, row.text.strip()) for row in manuscript.rows]
    rows = stripped[:1] + [row for before, row in pairwise(stripped) if row.text or before.text]
    rows = without_tables(rows, layout)
    rows = in_known_signs(without_front_matter(without_escapes(rows, layout), layout), layout)
    rows = without_print(without_letter(without_chatbot(rows, layout), layout), layout)
    rows = without_notes(without_stamps(without_web_page(rows, layout), layout), layout)
    _Rows(layout, list(joined(rows)), apart=manuscript.apart).read()
    if layout.title is not None:
        layout.lengths_s += lengths_in(layout.title)
    return layout


@dataclass
class _Rows:
    """Reads rows one by one; those of a passage wait until it ends, rows of dots until the last of them."""

    layout: Layout
    rows: Sequence[Row]
    apart: bool
    passage: list[Row] = field(default_factory=list)
    dots: list[Row] = field(default_factory=list)
    worded_rows: int = 0
    rule_at: int | None = None

    def __post_init__(self) -> None:
        self.rows = without_labels(self._without_data(), self.layout)
        self.each_is_a_paragraph = _each_is_a_paragraph(self.rows)
        self.each_is_a_sentence = _each_is_a_sentence(self.rows)
        if self.each_is_a_sentence:
            first = next(row for row in self.rows if row.text)
            self.layout.tell("not understood", first, Message("each row is a sentence, here and below"))

    def read(self) -> None:
        for index, row in enumerate(self.rows):
            following = self.rows[index + 1].text if index + 1 < len(self.rows) else ""
            if not row.text:
                self._end_passage()
                if self.layout.items and not isinstance(self.layout.items[-1], Border):
                    self.layout.items.append(Border(fixed=self.apart or self.each_is_a_sentence))
            elif not self._read_row(row, following):
                self._add(row)
        self._end_pending()

    def _read_row(self, row: Row, following: str) -> bool:
        """Take in a row that is more than words of a passage; tell whether it was one."""
        if _DOTS.fullmatch(row.text):
            self._end_passage()
            self.dots.append(row)
            return True
        if row.text.isdecimal() and "-->" in following and _STAMP.fullmatch(following):
            self.layout.tell("left out", row)  # the number of a subtitle
            return True
        if _STAMP.fullmatch(row.text) or (row.line == 1 and row.text.split()[0] == "WEBVTT"):
            self.layout.tell("left out", row)
            return True
        if self._read_worded_pause(row, following) or self._read_direction(row, following):
            return True
        if not (self._read_rule(row) or self._read_heading(row) or self._read_piece(row)):
            return not self.worded_rows and read_key(row, self.layout)
        return True

    def _without_data(self) -> list[Row]:
        """Leave out the rows of data about the text, and take their length along."""
        rows: list[Row] = []
        worded = False
        for row in self.rows:
            text = row.text
            if text and (is_data(text) or (not worded and is_head_data(text))):
                if not read_key(row, self.layout):
                    self.layout.tell("left out", row)
                rows.append(Row(row.line, ""))
                continue
            worded = worded or (
                dutch.has_words(text) and not _HEADING.fullmatch(text) and not _BOLD.fullmatch(text)
            )
            rows.append(row)
        return rows

    def _read_direction(self, row: Row, following: str) -> bool:
        """Read a word for a pause, for sound or for the end that is a row by itself: "- Pauze -"."""
        words = " ".join(re.sub("[()]", " ", bare(row.text)).split())
        length = _LENGTH_ALONE.fullmatch(words)
        if length is not None and self.worded_rows:
            return self._pause(row, float(length[1] or length[2]))
        if (
            row.text[:1] in "[({<"
            or row.text.startswith(("# ", "##"))
            or re.search(r"[\[({<]", words)
            or _CLOCK.search(words)
            or not is_direction(words)
        ):
            return False
        if words == row.text and (
            following[:1].islower() or (not self.worded_rows and speaks_of_timed_silence(words))
        ):
            return False  # amid a sentence, or a title
        meaning = read_mark(words, square=True)
        found = meaning is not None and meaning.kind in {"pause", "bell"}
        chapter = _BOLD.fullmatch(row.text) and words.casefold() in _CHAPTERS
        if not found and (chapter or not (self.worded_rows or words != row.text)):
            return False
        self._end_pending()
        if meaning is not None and found:
            self.layout.tell("changed", row, meaning.mark)
            self.layout.items.append(Mark(meaning.mark, row.line))
        else:
            self.layout.tell("left out", row)
        return True

    def _add(self, row: Row) -> None:
        self._end_dots()
        self.passage.append(row)
        self.worded_rows += 1

    def _read_worded_pause(self, row: Row, following: str) -> bool:
        """Read "8 seconden stilte"; before all words that is a title, and amid a sentence a part of it."""
        bare = row.text.strip(_AROUND_PAUSE)
        if not speaks_of_timed_silence(bare) or re.search(r"[\[({<]", bare):
            return False
        meaning = read_worded_pause(bare)
        if meaning is None or not self.worded_rows or following[:1].islower():
            own_row = bare == row.text or LIST_SIGN.match(row.text)  # between dashes the passage tells
            if own_row and len(bare.split()) <= _MOST_PAUSE_WORDS:
                self.layout.tell("not understood", row, _SPOKEN_PAUSE)
            return False
        self._end_pending()
        remark = f" ({meaning.remark})" if meaning.remark else ""
        self.layout.tell("changed", row, f"{meaning.mark}{remark}")
        self.layout.items.append(Mark(meaning.mark, row.line))
        return True

    def _read_rule(self, row: Row) -> bool:
        if _TILDES.fullmatch(row.text):
            return self._pause(row, min(TILDE_S * row.text.count("~"), LONGEST_ROW_PAUSE_S))
        if _UNDERLINE.fullmatch(row.text) and self.passage:
            title = self.passage.pop()
            self.worded_rows -= 1
            self._start_chapter(title, title.text, depth=1)
            return True
        if _RULE.fullmatch(row.text) or _UNDERLINE.fullmatch(row.text):
            self._end_pending()
            self._tell_lone_words()
            self.layout.items.append(Border(fixed=True, quiet=True))
            self.rule_at = len(self.layout.items)
            return True
        return False

    def _tell_lone_words(self) -> None:
        """Tell of one or two words between two rules."""
        between = [] if self.rule_at is None else self.layout.items[self.rule_at :]
        words = [item for item in between if isinstance(item, Words)]
        if words and sum(len(item.text.split()) for item in words) < _FEWEST_BETWEEN_RULES:
            self.layout.tell("not understood", Row(words[0].line, words[0].text), SPOKEN)

    def _read_heading(self, row: Row) -> bool:
        """Read "## x", "**x**", "Minute 1: x" and "0:00 - 3:00 | x", also within each other."""
        heading, bold = _HEADING.fullmatch(row.text), _BOLD.fullmatch(row.text)
        text, depth = row.text, 0
        if heading:
            text, depth = heading[2].rstrip("# "), len(heading[1])
        elif bold:
            text = bold[2]
        bracketed = re.fullmatch(r"\[([^\[\]]*)\]", text) if heading or bold else None
        if bracketed and (read_mark(bracketed[1], square=True) or is_for_reader(bracketed[1])):
            return False
        text = bracketed[1] if bracketed else text
        if self._read_section(row, text, depth):
            return True
        if heading or (bold and (bracketed or _is_title(text))):
            self._start_chapter(row, text, depth)
            return True
        return False

    def _read_section(self, row: Row, text: str, depth: int) -> bool:
        """Read a section with its time; words behind the time that are no title are spoken."""
        timed, minute = _TIMED.fullmatch(text), _MINUTE.fullmatch(text)
        section = timed or minute
        if section is None:
            return self._read_timed_title(row, text, depth)
        until_s = units.parse_seconds(timed["to"]) if timed else 60.0 * int(section["to"] or section["from"])
        self.layout.sections_s = max(self.layout.sections_s, until_s)
        title = section["title"]
        if _is_title(title) or (depth and dutch.has_words(title)):
            self._start_chapter(row, title, depth)
            return True
        if minute:
            self._start_chapter(row, text[: minute.start("title")].rstrip(" :|-\u2013\u2014"), depth)
        else:
            self._end_pending()
            self.layout.tell("left out", Row(row.line, text[: section.start("title")]))
        if title:
            self._add(Row(row.line, title))
        return True

    def _read_timed_title(self, row: Row, text: str, depth: int) -> bool:
        """Read "Aankomen (0:00-2:00)" and "AANKOMEN (2 min)"; a silence is as long as its section."""
        found = _TITLED.fullmatch(text) if len(text) <= _LONGEST_TITLE else None
        if found is None or not _is_title(found["title"]) or found["title"].strip("*_ ").isdecimal():
            return False
        title = found["title"].strip("*_ ")
        numbered = text[0].isdecimal() and "min" in (found["length"] or found["bare"] or "min").casefold()
        if not (found["to"] or depth or text != row.text or title.isupper() or numbered):
            return False
        length_s = 0.0
        if found["to"]:
            until_s = units.parse_seconds(found["to"])
            length_s = until_s - units.parse_seconds(found["from"])
            self.layout.sections_s = max(self.layout.sections_s, until_s)
        self._start_chapter(row, title, depth)
        if is_direction(title):
            lasts = units.format_time(length_s) if length_s else found["length"] or found["bare"]
            remark = Message("a chapter; a silence of {lasts} stands there, write it as a pause", lasts=lasts)
            self.layout.tell("not understood", row, remark)
        return True

    def _read_piece(self, row: Row) -> bool:
        """Read a row that is a paragraph by itself: an item of a list, a quotation, italics."""
        sign = LIST_SIGN.match(row.text)
        quoted = re.match(r"(?:>\s*)+", row.text)
        if sign is not None:
            numbered = sign[0][0].isdecimal()
            self._read_alone(row if numbered else Row(row.line, row.text[sign.end() :]))
            return True
        if quoted is not None:
            rest = Row(row.line, row.text[quoted.end() :])
            if rest.text and not self._read_row(rest, ""):
                self._add(rest)
            return True
        italic = _ITALIC.fullmatch(row.text)
        if italic is not None and not re.search(r"[\[({<]", italic[2]):
            self._end_pending()
            meaning = read_mark(italic[2], square=True)
            if meaning is not None and meaning.kind in {"pause", "bell"}:
                self.layout.tell("changed", row, meaning.mark)
                self.layout.items.append(Mark(meaning.mark, row.line))
            else:
                self.layout.tell("left out", row)
            return True
        return False

    def _read_alone(self, row: Row) -> None:
        self._end_pending()
        self.layout.items.append(Border(fixed=True, quiet=True))
        if not self._read_heading(row):
            self._add(row)
        self._end_pending()
        self.layout.items.append(Border(fixed=True, quiet=True))

    def _start_chapter(self, row: Row, text: str, depth: int) -> None:
        """Start a chapter, or take the title when this is the first heading of all and of the first depth."""
        self._end_pending()
        items, notes = read_passage([Row(row.line, text)])
        self.layout.notes += notes
        title = " ".join(item.text for item in items if isinstance(item, Words))
        is_title = depth == 1 and not self.worded_rows and self.layout.title in {None, title}
        if is_title and dutch.has_words(title):
            self.layout.title = title
            self.layout.tell("changed", row, Message("the title"))
        elif dutch.has_words(title):
            self.layout.items.append(Chapter(title, row.line))
            if row.text != f"## {title}":
                self.layout.tell("changed", row, f"## {title}")
        else:
            self.layout.tell("left out", row)
        self.layout.items += [item for item in items if isinstance(item, Mark) and not item.dots_s]

    def _pause(self, row: Row, length_s: float) -> bool:
        self._end_pending()
        mark = pause_mark(length_s) or ""
        self.layout.tell("changed", row, mark)
        self.layout.items.append(Mark(mark, row.line))
        return True

    def _end_pending(self) -> None:
        """Take in the passage or the rows of dots that wait; there are never both."""
        self._end_passage()
        self._end_dots()

    def _end_passage(self) -> None:
        if not self.passage:
            return
        items, notes = read_passage(self.passage, self._ends())
        self.layout.items += items
        self.layout.notes += notes
        self.passage = []

    def _end_dots(self) -> None:
        rows, self.dots = self.dots, []
        if not rows:
            return
        groups = sum(max(1, round((row.text.count(".") + 3 * row.text.count("…")) / 3)) for row in rows)
        step_s = OWN_ROW_DOTS_S[-1] - OWN_ROW_DOTS_S[-2]
        length_s = OWN_ROW_DOTS_S[min(groups, 3) - 1] + step_s * max(0, groups - 3)
        mark = pause_mark(min(length_s, LONGEST_ROW_PAUSE_S)) or ""
        found = " ".join(row.text for row in rows)
        self.layout.notes.append(Note(rows[0].line, "changed", excerpt(found), mark))
        self.layout.items.append(Mark(mark, rows[0].line))

    def _ends(self) -> list[RowEnd]:
        """Return what ends with each row of the passage but the last."""
        texts = [row.text for row in self.passage]
        sentences = sentence_ends(texts)
        ends: list[RowEnd] = []
        for row, after, ended in zip(texts, texts[1:], sentences, strict=False):
            goes_on = row.endswith(",") or after[:1].islower()
            if self.each_is_a_paragraph and not goes_on:
                ends.append("paragraph")
            else:
                ends.append("sentence" if ended or (self.each_is_a_sentence and not joins(row)) else "")
        return ends


def _each_is_a_sentence(rows: Sequence[Row]) -> bool:
    """Tell whether rows are sentences of who writes neither capitals nor stops."""
    texts = [row.text for row in rows if row.text]
    bare_rows = sum(text[:1].islower() and not stops(text) for text in texts)
    return len(texts) >= _FEWEST_BARE_ROWS and bare_rows == len(texts) and not wrapped(texts)


def _each_is_a_paragraph(rows: Sequence[Row]) -> bool:
    """Tell whether the ends of rows end paragraphs.

    They do when the rows are too long to be broken by hand, or when there are no empty rows at all; and only
    when most end a sentence, else the rows are broken anywhere.
    """
    texts = [row.text for row in rows if row.text]
    if not texts:
        return False
    ended = sum(_SENTENCE_END.search(text) is not None for text in texts)
    long = sorted(len(text) for text in texts)[len(texts) // 2] > _LONG_ROW
    inner = "".join("x" if row.text else " " for row in rows).strip()
    return (long or " " not in inner) and ended > len(texts) / 2


def _is_title(text: str) -> bool:
    """Tell whether a text looks like a title and not like a sentence."""
    return (
        dutch.has_words(text)
        and len(text.split()) <= _MOST_TITLE_WORDS
        and not text.rstrip().endswith((".", ",", ";"))
    )
