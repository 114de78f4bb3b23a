"""One passage of text, a few rows without an empty one between: marks out of the words, words as they were.

What stands in [square] and {curly} brackets is never spoken. What stands in (round) ones or *stars* is spoken
where it belongs to a sentence; alone between sentences it is a direction to the reader.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, TypeAlias

from stem.authoring.importing.manuscript import Border, Item, Kind, Mark, Note, Row, Words, excerpt
from stem.authoring.importing.pause_marks import (
    LONGEST_CONTENT,
    Meaning,
    is_seconds,
    own_mark,
    pause_mark,
    read_break,
    read_mark,
    speaks_of_pauses,
    vocabulary,
)
from stem.messages import Message
from stem.script import dutch

SPOKEN = Message("spoken as it is")

RowEnd: TypeAlias = Literal["", "sentence", "paragraph"]
"""What ends with a row."""

DOT_S = 0.4
"""Seconds of silence for each dot of omission: 1.2 for three of them."""

LONGEST_DOTS_S = 30.0
READER_S = 0.5
"""For each stroke of a reader's marks: "adem in / en uit // en voel"."""

COUNTING_S = 1.0
"""Between the numbers of someone who counts: "één... twee... drie"."""

_SPECIAL = re.compile(
    r"(?P<newline>\n)"
    r"|(?P<image>!\[[^\[\]\n]*\]\([^()\n]*\))"
    r"|(?P<link>\[(?P<label>[^\[\]\n]*)\]\((?:https?:|mailto:|www\.|[#/.])[^()\s]*\))"
    r"|(?P<comment><!--.{0,1000}?-->)"
    r"|(?P<struck>~~(?=\S)[^~\n]{1,1000}~~|<(?P<gone>del|strike)\b[^<>\n]*>[^<>\n]{0,1000}</(?P=gone)>)"
    r"|(?P<tag><(?!!--)(?P<tagged>[^\s<>][^<>\n]{0,300})>)"
    r"|(?P<dots>…(?:[ \t]?[.…])*|\.(?:[ \t]?[.…]){2,})"
    r"|(?P<slash>(?<![\w/])/[ ]?(?P<length>[0-9]{1,3}(?:[.,][0-9]{1,3})?)[ ]?"
    r"(?:seconden|seconds?|secs?|s)\b(?:\.(?=[ \t]*(?:\n|\Z)))?(?![\w/]))"
    r"|(?P<reader>(?<!\S)(?:/{1,3}|\|{1,3})(?!\S))"
    r"|(?P<dashed>(?<!\S)[-\u2013\u2014]++[ \t]*+"
    r"(?P<worded>(?:[^-\u2013\u2014\s]|(?<=\w)-(?=\w)|[ \t](?![-\u2013\u2014])){1,60})"
    r"[ \t]*[-\u2013\u2014]+(?!\S))"
    r"|(?P<stress>\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w))"
    r"|(?P<open>[\[({])"
)
_READERS = re.compile(r"(?<!\S)(?:/{1,3}|\|{1,3})(?!\S)")
_FEWEST_READERS = 2
_FEWEST_MS = 60
"""A number between < and > is one of milliseconds, but nobody pauses for so few."""

_CLOSER = {"[": "]", "(": ")", "{": "}"}
_ARTICLE = re.compile(
    r"\b(?:een|de|die|deze|geen|korte|lange|kleine|even|elke|je|uw|jouw|mijn|in|met|na|om|te|en|of)\s*$"
)
"""Before a noun of the sentence, such as a pause that someone takes."""

_SENTENCE_END = re.compile(r"(?:[.!?:…]|^)[\"”’'»)\]}>*_]*$")  # noqa: RUF001 - real quotes
_AROUND = 40
"""Characters before and after that tell whether something stands alone."""

_JOINT = "\x00"
"""Stands in the words where something was taken out; mending leaves no such character in a text."""

_STOP_AFTER_MARK = re.compile(r"[ \t]*([,;:!?]+|\.(?![ \t]?[.…]))(?=\s|\Z)")
_TAG = re.compile(r"/?([a-zA-Z][\w:.-]*)(?:\s.*)?/?|[?!].*", re.DOTALL)
_PARAGRAPH_TAGS = vocabulary(
    "speak p div body html li ul ol br table tr td th thead tbody h1 h2 h3 h4 h5 h6 section article "
    "blockquote pre"
)
_QUIET_TAGS = frozenset({"b", "i", "em", "strong", "u", "span", "s", "w"}) | _PARAGRAPH_TAGS
"""Tags that only divide or show: taken out without a word."""

_KNOWN_TAGS = vocabulary("prosody emphasis voice lang say-as sub phoneme audio mark desc metadata font a")
_COUNTS = vocabulary("een één twee drie vier vijf zes zeven acht negen tien one two three four five six")


def read_passage(rows: Sequence[Row], ends: Sequence[RowEnd] = ()) -> tuple[list[Item], list[Note]]:
    """Return what a passage holds, in order, and what there is to tell about it.

    Args:
        rows: Mended, not empty.
        ends: For each row but the last what ends with it, if anything.
    """
    reader = _Passage(rows, ends)
    reader.read()
    return reader.items, reader.notes


def bracket_pairs(text: str) -> dict[int, int]:
    """Return for each opening bracket that is closed the place of the closing one."""
    pairs: dict[int, int] = {}
    waiting: dict[str, list[int]] = {closer: [] for closer in _CLOSER.values()}
    for match in re.finditer(r"[\[\](){}]", text):
        if match[0] in _CLOSER:
            waiting[_CLOSER[match[0]]].append(match.start())
        elif waiting[match[0]]:
            pairs[waiting[match[0]].pop()] = match.start()
    return pairs


def _broken(text: str, pairs: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield what cannot be known to be words, where a square or curly bracket has no other half.

    That is all that stands between it and the next bracket, or the end (or the start) of its row.
    """
    whole = {*pairs, *pairs.values()}
    places = [match.start() for match in re.finditer(r"[\[\]{}\n]", text)]
    for before, place, after in zip([-1, *places], places, [*places[1:], len(text)], strict=False):
        if place not in whole and text[place] in "[{":
            yield place, after
        elif place not in whole and text[place] in "]}":
            yield before + 1, place + 1


@dataclass
class _Passage:
    """Reads from left to right; `pieces` of text wait until a mark or a border ends them."""

    rows: Sequence[Row]
    ends: Sequence[RowEnd]
    items: list[Item] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    worded: bool = False
    words_line: int = 0
    closing_stress: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.text = "\n".join(row.text for row in self.rows)
        self.row_ends = list(accumulate(len(row.text) + 1 for row in self.rows))
        self.pairs = bracket_pairs(self.text)
        self.strokes = len(_READERS.findall(self.text))
        self.readers: dict[str, Callable[[re.Match[str]], int]] = {
            "newline": self._read_newline,
            "comment": self._read_silent,
            "image": self._read_silent,
            "link": self._read_link,
            "tag": self._read_tag,
            "dots": self._read_dots,
            "slash": self._read_slash,
            "reader": self._read_reader,
            "struck": self._read_silent,
            "dashed": self._read_dashed,
            "stress": self._read_stress,
            "open": self._read_bracket,
        }
        self.written = self.text
        kept, done = [], 0
        for start, end in _broken(self.written, self.pairs):
            self._tell("not understood", start, end)
            kept += [self.written[done:start], _JOINT * (end - start)]  # of the same length: places stay
            done = end
        self.text = "".join([*kept, self.written[done:]])

    def read(self) -> None:
        position = 0
        while (found := _SPECIAL.search(self.text, position)) is not None:
            self._say(self.text[position : found.start()], position)
            position = self._read_special(found)
        self._say(self.text[position:], position)
        self._end_words()

    def _read_special(self, found: re.Match[str]) -> int:
        """Take in what was found; return where reading goes on."""
        return self.readers[found.lastgroup or ""](found)

    def _read_silent(self, found: re.Match[str]) -> int:
        return self._leave_out("left out", *found.span())

    def _read_slash(self, found: re.Match[str]) -> int:
        return self._pause(float(found["length"].replace(",", ".")), *found.span())

    def _read_reader(self, found: re.Match[str]) -> int:
        """Read the strokes and bars by which a reader marks pauses; a single stroke may mean "or"."""
        start, end = found.span("reader")
        sign = found["reader"]
        if sign == "/" and self.strokes < _FEWEST_READERS:
            self._say(sign, start)
            return end
        return self._pause(READER_S * len(sign), start, end)

    def _read_dashed(self, found: re.Match[str]) -> int:
        """Read "— 8 seconden stilte —"; dashes between which nothing speaks of pauses are signs."""
        start, end = found.span("dashed")
        if self._stands_alone(start, end) and speaks_of_pauses(found["worded"]):
            meaning = read_mark(found["worded"])
            return self._mean(meaning if meaning and meaning.kind == "pause" else None, start, end)
        self._say(self.text[start], start)
        return start + 1

    def _pause(self, length_s: float, start: int, end: int) -> int:
        mark = pause_mark(length_s)
        return self._mark(mark, start, end) if mark else self._leave_out("not understood", start, end)

    def _read_newline(self, found: re.Match[str]) -> int:
        end = found.end()
        row = bisect_right(self.row_ends, end - 1)
        ends = self.ends[row] if row < len(self.ends) else ""
        if ends == "paragraph":
            self._end_words()
            self.items.append(Border())
        elif ends == "sentence" and self.worded and not _SENTENCE_END.search(self._tail().rstrip()):
            self._say(". ", end)
        else:
            self._say(" ", end)
        return end

    def _read_link(self, found: re.Match[str]) -> int:
        start, end = found.span("link")
        self._tell("changed", start, end, excerpt(found["label"]))
        self._say(found["label"], start)
        return end

    def _read_tag(self, found: re.Match[str]) -> int:
        start, end = found.span("tag")
        content = found["tagged"]
        if re.fullmatch(r"[0-9]{1,6}", content):
            length = int(content)
            return self._pause(length if length < _FEWEST_MS else length / 1000, start, end)
        tag = _TAG.fullmatch(content)
        name = (tag[1] or "p").casefold() if tag else None  # "<?xml ...?>" stands between paragraphs
        if name == "break":
            return self._read_break(content, start, end)
        if name in _QUIET_TAGS:
            return self._divide(name, start, end, closes=content.startswith("/"))
        if name in _KNOWN_TAGS and content.startswith("/"):  # told where it opened
            self._say(_JOINT, start)
            return end
        if name in _KNOWN_TAGS:
            return self._leave_out("left out", start, end)
        return self._mean(read_mark(content, square=True), start, end)

    def _read_break(self, content: str, start: int, end: int) -> int:
        if content.startswith("/"):
            return end
        mark = read_break(content[len("break") :])
        if mark:
            return self._mark(mark, start, end)
        return self._leave_out("not understood" if mark is None else "left out", start, end)

    def _divide(self, name: str, start: int, end: int, *, closes: bool) -> int:
        """Let a tag that divides the text do so; the end of a tagged sentence is a stop."""
        if name in _PARAGRAPH_TAGS:
            self._end_words()
            self.items.append(Border(fixed=True))
        elif name == "s":
            unended = self.worded and not _SENTENCE_END.search(self._tail().rstrip())
            self._say(". " if closes and unended else " ", start)
        return end

    def _read_dots(self, found: re.Match[str]) -> int:
        """Dots at the end of a phrase are a pause; dots before its first word are only its beginning."""
        start, end = found.span("dots")
        if not self.worded and self.items and isinstance(self.items[-1], Mark):
            return end  # swallowed by the mark before it
        if not self.worded:
            self._say(found[0], start)
            return end
        closing = re.compile("[\"”’'»)]*[,;:!?]*").match(self.text, end)  # noqa: RUF001 - real quotes
        if closing is not None:
            self._say(closing[0], end)
            end = closing.end()
        dots = found[0].count(".") + 3 * found[0].count("…")
        length_s = min(DOT_S * dots, LONGEST_DOTS_S)
        if self._counts(end):
            length_s = COUNTING_S
        self._end_words()
        mark = Mark(pause_mark(length_s) or "", self._line(start), length_s, excerpt(found[0]))
        self.items.append(mark)
        return end

    def _counts(self, end: int) -> bool:
        """Tell whether a number stands right before the dots and another one after them."""
        before = re.search(r"(?<!\w)(\w++)\W*+$", self._tail())
        after = re.compile(r"\s*(\w+)").match(self.text, end)
        return all(
            word is not None and (word[1].casefold() in _COUNTS or word[1].isdecimal())
            for word in (before, after)
        )

    def _read_stress(self, found: re.Match[str]) -> int:
        """Stars and lines around words of a sentence only stress them; alone they make a direction."""
        start, end = found.span()
        if start in self.closing_stress:
            return self.closing_stress[start]
        sign = re.escape(found[0])
        whole = re.compile(rf"{sign}(?=[^\s*_])([^\n*_]{{0,298}}[^\s*_]|[^\s*_]){sign}(?![\w*_])")
        stressed = whole.match(self.text, start)
        if stressed is None:
            self._say(found[0], start)
            return end
        content, stop = stressed[1], stressed.end()
        bare = re.sub(r"^[\[(](.*)[\])]$", r"\1", content)
        timed = re.search("[0-9]", bare) is not None  # "een *pauze* nemen" are words, "*pauze 5 sec*" is none
        single, bracketed, alone = len(found[0]) == 1, bare != content, self._stands_alone(start, stop)
        if alone or (single and (timed or bracketed)):
            meaning = read_mark(bare, square=True)
            telling = meaning is not None and ((single and bracketed) or meaning.kind != "silent")
            if telling and (single or alone):
                return self._mean(meaning, start, stop)
            if alone and (bracketed or (single and not re.search(r"[\[({<]", content))):
                return self._leave_out(
                    "not understood" if bracketed and not meaning else "left out", start, stop
                )
        elif (
            not (timed or _ARTICLE.search(self.text[max(0, start - _AROUND) : start]))
            and speaks_of_pauses(bare)
            and read_mark(bare)
        ):
            self._tell("not understood", start, stop, SPOKEN)
        self.closing_stress[stop - len(found[0])] = stop
        return end

    def _read_bracket(self, found: re.Match[str]) -> int:
        start = found.start()
        closer = self.pairs.get(start)
        end = len(self.text) if closer is None else closer + 1
        content = self.text[start + 1 : end - 1] if end - start <= LONGEST_CONTENT else ""
        if found[0] == "(":
            return self._read_round(content if closer is not None else "", start, end)
        ours = own_mark(content) if found[0] == "[" else None
        if ours is not None:
            return self._mark(ours, start, end, tell=False)
        return self._mean(read_mark(content, square=found[0] == "["), start, end)

    def _read_round(self, content: str, start: int, end: int) -> int:
        """Read round brackets; without content (not closed, long) or with others inside they are signs."""
        if content and "(" not in content:
            alone = self._stands_alone(start, end)
            meaning = read_mark(content)
            ends_row = speaks_of_pauses(content) and not self.text[end : end + _AROUND].partition("\n")[
                0
            ].strip(" .")
            if meaning is not None and (meaning.certain or alone or ends_row or is_seconds(content)):
                return self._mean(meaning, start, end)
            ends = self.text[end : end + 1] in {".", "!", "?"} and meaning is not None and meaning.mark
            if alone or ends or speaks_of_pauses(content):
                return self._leave_out("not understood", start, end)
        self._say("(", start)
        return start + 1

    def _stands_alone(self, start: int, end: int) -> bool:
        """Tell whether text[start:end] is no part of a sentence: one ends before it, one begins after it."""
        before = self.text[max(0, start - _AROUND) : start].rstrip(" \t*_")
        after = self.text[end : end + _AROUND].lstrip(" \t*_")
        starts_row = not before or before.endswith("\n")
        ends_row = not after or after.startswith("\n")
        begins = starts_row or _SENTENCE_END.search(before) is not None
        follows = after.lstrip("*_\"“„‘'")[:1]  # noqa: RUF001 - real quotes
        return begins and (ends_row or follows.isupper() or follows in {"[", "(", "{", "<", "."})

    def _mean(self, meaning: Meaning | None, start: int, end: int) -> int:
        if meaning is None:
            return self._leave_out("not understood", start, end)
        if meaning.kind == "silent":
            return self._leave_out("left out", start, end)
        return self._mark(meaning.mark, start, end, remark=meaning.remark)

    def _mark(self, mark: str, start: int, end: int, *, remark: str = "", tell: bool = True) -> int:
        if tell:
            self._tell("changed", start, end, f"{mark} ({remark})" if remark else mark)
        stop = _STOP_AFTER_MARK.match(self.text, end)
        if stop is not None:  # "Adem in (pauze)." - the stop belongs to the words
            if self.worded and not _SENTENCE_END.search(self._tail().rstrip(f" {_JOINT}")):
                self.pieces += [_JOINT, stop[1]]
            end = stop.end()
        self._end_words()
        self.items.append(Mark(mark, self._line(start)))
        return end

    def _leave_out(self, kind: Kind, start: int, end: int) -> int:
        self._tell(kind, start, end)
        self._say(_JOINT, start)
        return end

    def _tell(self, kind: Kind, start: int, end: int, became: str = "") -> None:
        found = excerpt(self.written[start : min(end, start + LONGEST_CONTENT)])
        self.notes.append(Note(self._line(start), kind, found, became))

    def _say(self, text: str, at: int) -> None:
        if not self.worded and dutch.has_words(text):
            self.worded = True
            self.words_line = self._line(at)
        self.pieces.append(text)

    def _tail(self) -> str:
        """Return the end of the words so far."""
        tail = ""
        for piece in reversed(self.pieces):
            if len(tail) >= _AROUND:
                break
            tail = piece[-_AROUND:] + tail
        return tail

    def _end_words(self) -> None:
        text = " ".join(_glued("".join(self.pieces).split(_JOINT)).split())
        if text:
            self.items.append(Words(text, self.words_line if self.worded else self.rows[0].line))
        self.pieces, self.worded = [], False

    def _line(self, position: int) -> int:
        return self.rows[min(bisect_right(self.row_ends, position), len(self.rows) - 1)].line


def _glued(parts: Sequence[str]) -> str:
    """Return as one text the parts between which something was taken out, without signs left hanging."""
    glued: list[str] = []
    for index, part in enumerate(parts):
        text = part.strip()
        begins = not glued or _SENTENCE_END.search(glued[-1][-_AROUND:]) is not None
        if index and begins:  # "[naam], kom binnen" and "Adem in. [zucht]."
            text = text.lstrip(" ,;:.!?")
        if not text:
            continue
        if glued and text[0] in ".!?":
            glued[-1] = glued[-1].rstrip(" ,;")
        elif glued and text[0] not in ",;:":
            glued.append(" ")
        glued.append(text)
    return "".join(glued)
