"""Cues: what a script asks for, in order and not yet in time; the grammar of marks.

Marks, with case and spaces free:
    ## Titel         a chapter, on a line of its own
    [pauze]          a short pause ("kort")
    [pauze voel]     a named pause from the table `PAUSES`
    [pauze 8]        exactly 8 seconds; also 2,5 or 8 s or 1m30
    [stilte]         a long, announced silence; [stilte 45] is exact
    [adem 4-6 x3]    three breaths: in for 4 seconds, out for 6
    [bel]            a stroke of the bell
    [veilig V3]      the next sentence is the safety line V3 of `SAFETY_RULES`; not heard
Pauses in a row add up. Where none is written, a sentence is followed by "zin", a paragraph (blank line) or
chapter by "alinea", and a bell by "bel".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, cycle, groupby, pairwise, takewhile
from typing import NoReturn, TypeAlias

from stem import units
from stem.errors import ScriptError, nearest
from stem.messages import Message
from stem.script import dutch
from stem.script.cues import (
    EXACT,
    LONGEST_CYCLE_S,
    LONGEST_LINE,
    LONGEST_PAUSE_S,
    LONGEST_SENTENCE,
    MOST_BREATHS,
    PAUSES,
    SAFETY_RULES,
    SHORTEST_BREATH_S,
    Bell,
    Breath,
    Cue,
    Heading,
    Line,
    Pause,
    PauseRange,
    Safe,
    Source,
    Utterance,
    override_pauses,
)
from stem.script.rows import sentence_ends

__all__ = [
    "EXACT",
    "LONGEST_CYCLE_S",
    "LONGEST_LINE",
    "LONGEST_PAUSE_S",
    "MOST_BREATHS",
    "PAUSES",
    "SAFETY_RULES",
    "SHORTEST_BREATH_S",
    "Bell",
    "Breath",
    "Cue",
    "Heading",
    "Line",
    "Pause",
    "PauseRange",
    "Safe",
    "Source",
    "Utterance",
    "override_pauses",
    "parse_cues",
]


def parse_cues(lines: Sequence[Line], pauses: Mapping[str, PauseRange] = PAUSES) -> tuple[Cue, ...]:
    """Read the lines of a rendered script.

    A line that begins with a capital begins a sentence, see `sentence_ends`; any other line break inside a
    paragraph is a space. A blank line ends the paragraph.

    Args:
        lines: In order.
        pauses: The table of named pauses; "zin", "alinea", "kort", "stilte" and "bel" must be in it.

    Raises:
        ScriptError: for a mark that does not exist or is not closed, a length out of bounds, a heading of
            another depth, template code that was left over, words that cannot be said, or no words at all.
    """
    reader = _Reader(pauses)
    for line in lines:
        reader.read(line)
    reader.end_paragraph()
    if not any(isinstance(item, Utterance | Breath) for item in reader.items):
        path = lines[0].source.path if lines else Message("the script")
        raise ScriptError(
            Message("there are no words to speak in it"), path, hint=Message("Write at least one sentence.")
        )
    return tuple(_with_pauses(reader.items, pauses))


@dataclass(frozen=True, slots=True)
class _Border:
    """The end of a paragraph."""


_Item: TypeAlias = Cue | _Border

_TEMPLATE_CODE = re.compile(r"\{[{%#]|[}%#]\}")
_MARK = re.compile(r"\[([^\[\]]*)\]")
_MARK_PARTS = re.compile(r"([^\W\d_]*)\s*(.*)")
_SECONDS = r"(\d{1,4}(?:[.,]\d{1,3})?)"
_BREATH = re.compile(
    rf"{_SECONDS}\s*[-\u2013]\s*{_SECONDS}(?:\s*x\s*(\d{{1,4}})|\s+(\d{{1,4}})\s*x)?", re.IGNORECASE
)
_CUT_OFF_BY_MARK = " .…,;:!?"
_ALL_MARKS = Message(
    "The marks are [pauze], [pauze voel], [pauze 8], [stilte], [adem 4-6 x3], [bel] and [veilig V3]."
)


@dataclass
class _Reader:
    """Turns lines into items; text is cut into sentences when its paragraph ends or a mark interrupts it."""

    pauses: Mapping[str, PauseRange]
    items: list[_Item] = field(default_factory=list)
    pieces: list[tuple[str, Source]] = field(default_factory=list)
    after_mark: bool = False

    def read(self, line: Line) -> None:
        text, source = line.text.strip(), line.source
        if len(text) > LONGEST_LINE:
            hint = Message("Put each paragraph on lines of its own.")
            _refuse(
                Message("this line is longer than {longest_line:,} characters", longest_line=LONGEST_LINE),
                source,
                hint,
            )
        code = _TEMPLATE_CODE.search(text)
        if code:
            hint = Message("Template code stands between {{{{ and }}}} or {{% and %}}.")
            _refuse(Message("'{client}' was left over from template code", client=code[0]), source, hint)
        if not text:
            self.end_paragraph()
        elif text.startswith("#"):
            self.end_paragraph()
            self.items.append(_heading(text, source))
        else:
            self._read_words_and_marks(text, source)

    def end_paragraph(self) -> None:
        self._end_text()
        self.items.append(_Border())
        self.after_mark = False

    def _read_words_and_marks(self, text: str, source: Source) -> None:
        position = 0
        for mark in _MARK.finditer(text):
            self._add_text(text[position : mark.start()], source)
            found = _read_mark(" ".join(mark[1].split()), source, self.pauses)
            if isinstance(found[0], Safe):
                self._end_text()
            else:
                self._end_text(before_mark=True)
                self.after_mark = True
            self.items.extend(found)
            position = mark.end()
        self._add_text(text[position:], source)

    def _add_text(self, text: str, source: Source) -> None:
        for bracket in "[]":
            if bracket in text:
                is_open = bracket == "["
                problem = Message("is not closed on its line") if is_open else Message("closes nothing")
                excerpt = text[text.index(bracket) :][:30].strip()
                hint = Message("A mark stands on one line, without other brackets inside, like [pauze 8].")
                told = Message("the bracket in '{excerpt}' {problem}", excerpt=excerpt, problem=problem)
                _refuse(told, source, hint)
        if text.strip():
            self.pieces.append((" ".join(text.split()), source))

    def _end_text(self, *, before_mark: bool = False) -> None:
        pieces, self.pieces = self.pieces, []
        text = " ".join(piece for piece, _ in pieces)
        start = len(text) - len(text.lstrip(_CUT_OFF_BY_MARK)) if self.after_mark else 0
        end = len(_without_dots(text)) if before_mark else len(text)
        if dutch.has_words(text):
            self.items.extend(_utterances(text, start, end, pieces))
            self.after_mark = False
        elif text and not (before_mark or self.after_mark):
            _refuse(
                Message("there are no words to speak in '{text}'", text=text[:30]),
                pieces[0][1],
                Message("For a pause, write [pauze]."),
            )


def _refuse(problem: str, source: Source, hint: str) -> NoReturn:
    raise ScriptError(problem, source.path, source.line, hint=hint)


def _heading(text: str, source: Source) -> Heading:
    title = " ".join(text.lstrip("#").split())
    depth = len(text) - len(text.lstrip("#"))
    if depth != 2:  # noqa: PLR2004 - the depth that chapters have in Markdown under a title
        _refuse(
            Message("'{signs}' is not how a chapter starts", signs="#" * min(depth, 7)),
            source,
            Message("Write '## {title}'.", title=title or "Titel"),
        )
    if not dutch.has_words(title):
        _refuse(Message("this chapter has no title"), source, Message("Write '## Titel'."))
    if "[" in title or "]" in title:
        _refuse(
            Message("there is a bracket in a chapter's title"),
            source,
            Message("Put marks on a line of their own."),
        )
    return Heading(title, source)


def _without_dots(text: str) -> str:
    """Return the text without the dots of omission at its end; a single full stop stays."""
    stripped = text.rstrip(" .…")
    dots = text[len(stripped) :]
    return stripped if "…" in dots or dots.count(".") > 1 else text


def _utterances(text: str, start: int, end: int, pieces: Sequence[tuple[str, Source]]) -> Iterator[Utterance]:
    """Yield the sentences of text[start:end], each with the place of the piece (line) it begins in."""
    piece_ends = list(accumulate(len(piece) + 1 for piece, _ in pieces))
    parted = sentence_ends([piece for piece, _ in pieces])
    borders = [place for place, ends in zip(piece_ends, parted, strict=False) if ends]
    for first, beyond in pairwise([start, *(place for place in borders if start < place < end), end]):
        position = first
        for sentence in dutch.sentences(text[first:beyond]):
            position = text.index(sentence, position)
            source = pieces[bisect_right(piece_ends, position)][1]
            if len(sentence) > LONGEST_SENTENCE:
                _refuse_length(source)
            yield Utterance.of(sentence, source)
            position += len(sentence)


def _refuse_length(source: Source) -> NoReturn:
    problem = Message(
        "this sentence is longer than {longest_sentence:,} characters", longest_sentence=LONGEST_SENTENCE
    )
    _refuse(problem, source, Message("A sentence ends with a full stop."))


def _read_mark(content: str, source: Source, pauses: Mapping[str, PauseRange]) -> Sequence[_Item]:
    """Return what stands between two brackets as cues; nothing is guessed."""
    parts = _MARK_PARTS.fullmatch(content)
    name, rest = (parts[1].casefold(), parts[2].casefold()) if parts else ("", "")
    if name == "pauze":
        return [_pause(content, rest or "kort", source, pauses)]
    if name == "stilte":
        return [_pause(content, rest or "stilte", source, pauses)]
    if name == "adem":
        return _breaths(content, rest, source)
    if name == "bel" and not rest:
        return [Bell(source)]
    if name == "veilig":
        return [_safe(content, rest, source)]
    if name in pauses and not rest:
        suggestion = Message("Did you mean '[{mark}]'?", mark=f"pauze {name}")
    else:
        meant = nearest(name, ("pauze", "stilte", "adem", "bel", "veilig"))
        wanted = meant if meant == "bel" else f"{meant} {rest}".rstrip()
        suggestion = _ALL_MARKS if meant is None else Message("Did you mean '[{mark}]'?", mark=wanted)
    _refuse(Message("there is no mark '[{content}]'", content=content[:30]), source, suggestion)


def _pause(content: str, length: str, source: Source, pauses: Mapping[str, PauseRange]) -> Pause:
    if length in pauses:
        return _named(length, source, pauses)
    try:
        seconds = units.parse_seconds(length)
    except ValueError:
        meant = nearest(length, pauses)
        hint = (
            Message("Did you mean '[{mark}]'?", mark=f"pauze {meant}")
            if meant
            else Message("A pause has a number of seconds, or one of {names}.", names=", ".join(pauses))
        )
        problem = Message(
            "'{length}' in '[{content}]' is no length of a pause", length=length[:30], content=content[:30]
        )
        _refuse(problem, source, hint)
    if not 0 < seconds <= LONGEST_PAUSE_S:
        hint = Message("A pause is longer than 0 seconds and at most 10 minutes.")
        _refuse(
            Message(
                "'[{content}]' asks for a pause of {seconds:g} seconds", content=content[:30], seconds=seconds
            ),
            source,
            hint,
        )
    return Pause(EXACT, seconds, seconds, seconds, source)


def _breaths(content: str, rest: str, source: Source) -> Sequence[Breath]:
    """Expand "4-6 x3"; the words are short, and "en" carries one breath into the next."""
    match = _BREATH.fullmatch(rest)
    if match is None:
        hint = Message(
            "Write the seconds in and out and how many times, like [adem 4-6 x3]; the breath is never held."
        )
        _refuse(Message("'[{content}]' is no way of breathing", content=content[:30]), source, hint)
    in_s, out_s = units.parse_seconds(match[1]), units.parse_seconds(match[2])
    repeats = int(match[3] or match[4] or 1)
    if min(in_s, out_s) < SHORTEST_BREATH_S or in_s + out_s > LONGEST_CYCLE_S:
        hint = Message(
            "Each takes {shortest_breath_s:g} seconds or more, and both {longest_cycle_s:g} at most.",
            shortest_breath_s=SHORTEST_BREATH_S,
            longest_cycle_s=LONGEST_CYCLE_S,
        )
        _refuse(
            Message(
                "'[{content}]' breathes in for {in_s:g} and out for {out_s:g} seconds",
                content=content[:30],
                in_s=in_s,
                out_s=out_s,
            ),
            source,
            hint,
        )
    if not 1 <= repeats <= MOST_BREATHS:
        hint = Message("Between 1 and {most_breaths} times is possible.", most_breaths=MOST_BREATHS)
        _refuse(
            Message("'[{content}]' asks for {repeats} breaths", content=content[:30], repeats=repeats),
            source,
            hint,
        )
    words = ("Adem in.", "Adem uit.", *("En in.", "En uit.") * (repeats - 1))
    return [
        Breath(word, word, length_s, source)
        for word, length_s in zip(words, cycle((in_s, out_s)), strict=False)
    ]


def _safe(content: str, rest: str, source: Source) -> Safe:
    rules = tuple(rest.upper().split())
    if not rules or not set(rules) <= set(SAFETY_RULES):
        hint = Message(
            "Write one or more of {safety_rules}, like [veilig V3] or [veilig V1 V2].",
            safety_rules=", ".join(SAFETY_RULES),
        )
        _refuse(Message("'[{content}]' names no safety line", content=content[:30]), source, hint)
    return Safe(rules, source)


def _with_pauses(items: Iterable[_Item], pauses: Mapping[str, PauseRange]) -> Iterator[Cue]:
    """Yield the cues in order, with pauses summed, and automatic ones where none is written."""
    gap: list[_Item] = []
    safe: list[Safe] = []
    before: Utterance | Breath | None = None
    for item in items:
        if isinstance(item, Safe):
            safe.append(item)
            continue
        if not isinstance(item, Utterance | Breath):
            gap.append(item)
            continue
        yield from _filled(gap, before, pauses, more=True)
        yield from safe
        yield item
        gap, safe, before = [], [], item
    if safe:
        hint = Message("It stands before the sentence that it is about.")
        _refuse(Message("no sentence comes after this safety mark"), safe[0].source, hint)
    yield from _filled(gap, before, pauses, more=False)


def _filled(
    gap: Sequence[_Item], before: Utterance | Breath | None, pauses: Mapping[str, PauseRange], *, more: bool
) -> Iterator[Cue]:
    """Yield what lies between two utterances; bells divide it into stretches that each have their pause.

    Args:
        gap: Everything between them, in order.
        before: What was said before; nothing automatic follows a breath, whose length is exact.
        pauses: The table.
        more: Whether something is said after it.
    """
    stretch: list[_Item] = []
    automatic = None
    if isinstance(before, Utterance):
        until_bell = takewhile(lambda item: not isinstance(item, Bell), gap)
        parted = any(isinstance(item, _Border | Heading) for item in until_bell)
        automatic = _named("alinea" if parted else "zin", before.source, pauses)
    for item in gap:
        if not isinstance(item, Bell):
            stretch.append(item)
            continue
        yield from _summed(stretch, automatic)
        yield item
        stretch, automatic = [], _named("bel", item.source, pauses)
    yield from _summed(stretch, automatic if more else None)


def _named(name: str, source: Source, pauses: Mapping[str, PauseRange]) -> Pause:
    found = pauses[name]
    return Pause(name, found.seconds, found.shortest_s, found.longest_s, source)


def _summed(stretch: Sequence[_Item], automatic: Pause | None) -> Iterator[Cue]:
    """Yield a stretch with pauses in a row summed; the automatic pause when it has none of its own."""
    cues = [item for item in stretch if not isinstance(item, _Border)]
    if automatic is not None and not any(isinstance(cue, Pause) for cue in cues):
        yield automatic
    for is_pause, run in groupby(cues, key=lambda cue: isinstance(cue, Pause)):
        if is_pause:
            yield _sum([cue for cue in run if isinstance(cue, Pause)])
        else:
            yield from run


def _sum(run: Sequence[Pause]) -> Pause:
    """Return pauses in a row as one; named after its longest elastic one, if any."""
    named = [pause for pause in run if pause.name != EXACT]
    return Pause(
        max(named, key=lambda pause: pause.seconds).name if named else EXACT,
        sum(pause.seconds for pause in run),
        sum(pause.shortest_s for pause in run),
        sum(pause.longest_s for pause in run),
        run[0].source,
    )
