"""A script as a quiet page to read, to hand out or to follow while it sounds, and the same as plain text.

What is said comes in passages: the sentences that no written pause parts. The page is built as a tree of
elements, so that no word of a script can become markup, and it needs nothing from outside itself but the
sound that may lie beside it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from textwrap import fill
from typing import TypeAlias

from stem import units
from stem.authoring.printout import player
from stem.characters import visible
from stem.script.safety import safety
from stem.script.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline
from stem.track.plan import Plan
from stem.units import format_time

TEXT_WIDTH = 72
"""Characters in a line of the plain text; what an e-mail shows without breaking it again."""

_FULL_LINE_S = 60.0
"""Seconds of silence that are drawn as a line across the whole page."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SAFETY_TITLE = "Veilig luisteren"
_INDENT = " " * 8
_WITHIN_PASSAGE = "zin"
_BREATH = "adem"
_PARTS_PASSAGES = "alinea"


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What is said, and from when until when, in seconds.

    `breath_s` is how long a breath lasts from the start of its word, None for a sentence.
    """

    text: str
    start_s: float
    end_s: float
    breath_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Passage:
    """Sentences without a written pause between them."""

    sentences: tuple[_Sentence, ...]

    @property
    def start_s(self) -> float:
        """When the first one starts, in seconds."""
        return self.sentences[0].start_s

    @property
    def breathes(self) -> bool:
        return self.sentences[0].breath_s is not None


@dataclass(frozen=True, slots=True)
class _Title:
    """The start of a chapter."""

    text: str


@dataclass(frozen=True, slots=True)
class _Rest:
    """Time without words, in seconds; a bell may open it."""

    seconds: float
    bell: bool = False

    @property
    def words(self) -> str:
        silence = f"stilte van {in_words(self.seconds)}" if self.seconds > 0 else ""
        return ", dan ".join(part for part in ("een bel" if self.bell else "", silence) if part)


_Row: TypeAlias = _Passage | _Title | _Rest
_Event: TypeAlias = PlacedUtterance | PlacedPause | Chapter | int


def in_words(length_s: float) -> str:
    """Return a length as people say it: "20 seconden", "1 minuut en 30 seconden"; at least a second."""
    minutes, seconds = divmod(max(1, units.frames(length_s, rate=1)), 60)
    parts = [f"{minutes} {'minuut' if minutes == 1 else 'minuten'}"] if minutes else []
    parts += [f"{seconds} {'seconde' if seconds == 1 else 'seconden'}"] if seconds else []
    return " en ".join(parts)


def as_html(plan: Plan, timeline: Timeline, audio: str | None = None) -> str:
    """Return one page of HTML with everything in it, for the screen and for A4.

    Args:
        plan: What is said, and by whom.
        timeline: When; of the finished track, or as it is expected.
        audio: Path of the finished track from the folder of the page on, with slashes; the page then plays it
            and shows which sentence sounds.
    """
    page = ET.Element("html", lang="nl")
    _add_head(page, plan.title, plays=audio is not None)
    body = ET.SubElement(page, "body")
    main = ET.SubElement(body, "main")
    opening = ET.SubElement(main, "header")
    _add(opening, "h1", plan.title)
    _add(opening, "p", _length(timeline))
    if audio is not None:
        player.add_player(main, audio)
        player.add_script(body)
    part = main
    for row in _rows(plan.title, timeline):
        if isinstance(row, _Title):
            part = ET.SubElement(main, "section")
        _add_row(part, row, timed=audio is not None)
    closing = ET.SubElement(main, "footer")
    _add(closing, "h2", _SAFETY_TITLE)
    for text in _closing(plan):
        _add(closing, "p", text)
    ET.indent(page, space="")
    return f"<!DOCTYPE html>\n{ET.tostring(page, encoding='unicode', method='html')}\n"


def as_text(plan: Plan, timeline: Timeline) -> str:
    """Return the same as plain text, in lines of at most `TEXT_WIDTH` characters where words allow it.

    Args:
        plan: What is said, and by whom.
        timeline: When; of the finished track, or as it is expected.
    """
    blocks = [_underlined(plan.title, "="), _filled(_length(timeline))]
    for row in _rows(plan.title, timeline):
        match row:
            case _Title(text=title):
                blocks.append("\n" + _underlined(title, "-"))
            case _Rest():
                blocks.append(f"{_INDENT}({row.words})")
            case _Passage(sentences=sentences):
                words = " ".join(text for sentence in sentences for text in _said(sentence))
                blocks.append(_filled(words, f"{format_time(row.start_s):>6}  ", _INDENT))
    blocks.append("\n" + _underlined(_SAFETY_TITLE, "-"))
    blocks += [_filled(text) for text in _closing(plan)]
    return "\n\n".join(blocks) + "\n"


def _length(timeline: Timeline) -> str:
    silence = sum(pause.end - pause.start for pause in timeline.pauses)
    whole, silent = (_about(units.seconds(frames)) for frames in (timeline.frames, silence))
    return f"Ongeveer {whole}" + (f", waarvan {silent} stilte." if silence else ".")


def _about(length_s: float) -> str:
    """Return a length in minutes as soon as seconds no longer matter to who makes time for it."""
    return in_words(length_s if length_s < 90 else 60 * units.frames(length_s / 60, rate=1))  # noqa: PLR2004


def _closing(plan: Plan) -> tuple[str, ...]:
    told = safety(plan.country)
    return tuple(text for text in (told.line, *plan.help, *told.help_lines, plan.voice.credit) if text)


def _rows(title: str, timeline: Timeline) -> list[_Row]:
    """Return what is on the page, from top to bottom."""
    page = _Page({pause.start: pause.end for pause in timeline.pauses if pause.name == _BREATH})
    for event in _events(title, timeline):
        page.add(event)
    return page.rows


def _events(title: str, timeline: Timeline) -> Iterator[_Event]:
    """Yield what happens in the order in which it does; a frame stands for a bell.

    At one and the same frame a chapter opens first; a bell is struck before the pause in which it rings, and
    a breath's pause may be empty. The first chapter goes without its title when that is the page's own.
    """
    own = timeline.chapters[:1] if timeline.chapters and timeline.chapters[0].title == title else ()
    chapters = timeline.chapters[len(own) :]
    ranked: list[tuple[int, int, _Event]] = [(chapter.start, 0, chapter) for chapter in chapters]
    ranked += [(frame, 1, frame) for frame in timeline.bells]
    ranked += [(pause.start, 2, pause) for pause in timeline.pauses]
    ranked += [(utterance.start, 3, utterance) for utterance in timeline.utterances]
    yield from (event for _, _, event in sorted(ranked, key=lambda item: item[:2]))


@dataclass
class _Page:
    """Gathers events into rows.

    Attributes:
        breaths: End of each breath by the frame at which its word ends.
        rows: What is gathered so far.
        parted: Whether the next sentence opens a passage, though no pause is shown before it.
    """

    breaths: dict[int, int]
    rows: list[_Row] = field(default_factory=list)
    parted: bool = False

    def add(self, event: _Event) -> None:
        match event:
            case Chapter(title=title):
                self.rows.append(_Title(title))
            case PlacedUtterance():
                self._say(event)
            case PlacedPause(name=name):
                self.parted = self.parted or name == _PARTS_PASSAGES
                if name not in {_WITHIN_PASSAGE, _BREATH, _PARTS_PASSAGES}:
                    self._rest(units.seconds(event.end - event.start))
            case int():
                self.rows.append(_Rest(0.0, bell=True))

    def _say(self, utterance: PlacedUtterance) -> None:
        breath_end = self.breaths.get(utterance.end)
        breath_s = None if breath_end is None else units.seconds(breath_end - utterance.start)
        start_s, end_s = units.seconds(utterance.start), units.seconds(utterance.end)
        said = _Passage((_Sentence(utterance.text, start_s, end_s, breath_s),))
        last = self.rows[-1] if self.rows else None
        if isinstance(last, _Passage) and last.breathes == said.breathes and not self.parted:
            self.rows[-1] = replace(last, sentences=last.sentences + said.sentences)
        else:
            self.rows.append(said)
        self.parted = False

    def _rest(self, length_s: float) -> None:
        last = self.rows[-1] if self.rows else None
        if isinstance(last, _Rest):
            self.rows[-1] = replace(last, seconds=last.seconds + length_s)
        else:
            self.rows.append(_Rest(length_s))


def _said(sentence: _Sentence) -> tuple[str, ...]:
    """Return a sentence, and for a breath how long it lasts."""
    if sentence.breath_s is None:
        return (sentence.text,)
    return sentence.text, f"({in_words(sentence.breath_s)})"


def _filled(text: str, first: str = "", later: str = "") -> str:
    return fill(
        text,
        TEXT_WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _underlined(title: str, line: str) -> str:
    return f"{title}\n{line * min(len(title), TEXT_WIDTH)}"


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = visible(text)
    return element


def _add_head(page: ET.Element, title: str, *, plays: bool) -> None:
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    ET.SubElement(head, "meta", name="color-scheme", content="light dark")
    policy = f"{_POLICY}; {player.policy()}" if plays else _POLICY
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    _add(head, "title", title)
    _add(head, "style", _STYLE + player.STYLE if plays else _STYLE)


def _add_row(part: ET.Element, row: _Row, *, timed: bool) -> None:
    match row:
        case _Title(text=title):
            _add(part, "h2", title)
        case _Rest():
            rest = ET.SubElement(part, "p", {"class": "rest"})
            _add(rest, "span", row.words)
            # The line says to the eye what the words say: how long. It is drawn as long as there is room.
            ET.SubElement(rest, "i", style=f"flex-basis: {row.seconds / _FULL_LINE_S:.0%}")
        case _Passage():
            _add_passage(part, row, timed=timed)


def _add_passage(part: ET.Element, row: _Passage, *, timed: bool) -> None:
    passage = ET.SubElement(part, "p", {"class": "breaths"} if row.breathes else {})
    shown = format_time(row.start_s)
    mark = ET.Element("time", datetime=f"PT{units.frames(row.start_s, 1)}S")
    mark.text = shown
    if timed:  # for the keyboard: one stop for every passage, not for every sentence
        attributes = {"type": "button", "aria-label": f"Luister vanaf {shown}"}
        button = ET.Element("button", attributes | {"data-start": f"{row.start_s:.3f}"})
        button.append(mark)
        mark = button
    passage.append(mark)
    mark.tail = " "
    for sentence in row.sentences:
        text, *length = _said(sentence)
        times = {"data-start": f"{sentence.start_s:.3f}", "data-end": f"{sentence.end_s:.3f}"}
        _add(passage, "span", text, **(times if timed else {})).tail = " "
        for words in length:
            _add(passage, "small", words).tail = " "


# Contrast is 7:1 or more for words and 4.5:1 or more for times and silences (WCAG 2.2, AAA and AA).
_STYLE = """
:root { --paper: #fbf8f2; --ink: #2c2925; --soft: #6a6357; --line: #c4baa8; }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 3rem 1.5rem 5rem; overflow-wrap: break-word; font-size: 1.3125rem; line-height: 1.7;
  font-family: "Iowan Old Style", Palatino, "Palatino Linotype", Charter, Georgia, "Liberation Serif", serif;
}
main { max-width: 40rem; margin: 0 auto; padding-left: 4.5rem; }
h1 { margin: 0; font-size: 2.25rem; font-weight: 400; line-height: 1.2; text-wrap: balance; }
h2 { margin: 4rem 0 1.25rem; font-size: 1.5rem; font-weight: 400; line-height: 1.3; text-wrap: balance; }
p { position: relative; margin: 0 0 1.25rem; }
header { margin-bottom: 2.5rem; }
header p, footer p, time, small, .rest { color: var(--soft); }
header p { margin-top: .5rem; font-size: 1.0625rem; }
time {
  position: absolute; left: -4.5rem; width: 3.5rem; text-align: right;
  font-size: .9375rem; line-height: 2.38; font-variant-numeric: tabular-nums lining-nums;
}
small { font-size: 1rem; white-space: nowrap; }
.rest { display: flex; align-items: center; gap: 1rem; margin: 1.5rem 0; font-size: 1rem; }
.rest span { flex: none; font-style: italic; }
.rest i { min-width: 0; border-top: 1px solid var(--line); }
footer { margin-top: 5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
footer h2 { margin: 0 0 .5rem; font-size: 1.125rem; }
footer p { margin-bottom: .75rem; font-size: 1rem; line-height: 1.6; }
@media screen and (max-width: 40rem) {
  body { padding: 1.75rem 1.25rem 3rem; font-size: 1.25rem; line-height: 1.65; }
  main { padding-left: 0; }
  h1 { font-size: 1.875rem; }
  h2 { margin-top: 3rem; }
  time { position: static; display: block; width: auto; text-align: left; line-height: 1.6; }
}
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #1b1a18; --ink: #e4ddd0; --soft: #a79e90; --line: #5a544b; }
}
@page { size: A4; margin: 18mm 24mm 20mm 20mm; @bottom-center { content: counter(page); } }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #4d4d4d; --line: #808080; }
  body { padding: 0; font-size: 13pt; line-height: 1.5; }
  main { max-width: none; padding-left: 16mm; }
  h1 { font-size: 24pt; }
  h2 { margin: 11mm 0 3mm; font-size: 16pt; }
  p { margin-bottom: 2.5mm; }
  time { left: -16mm; width: 12mm; font-size: 10pt; line-height: 19.5pt; }
  small, .rest, footer p { font-size: 10.5pt; }
  .rest { margin: 2.5mm 0; }
  footer { margin-top: 8mm; padding-top: 4mm; border-top-width: .5pt; }
  .rest i { border-top-width: .5pt; }
  h1, h2 { break-after: avoid; break-inside: avoid; }
  p, footer { break-inside: avoid; }
  .rest, footer { break-before: avoid; }
}
"""
