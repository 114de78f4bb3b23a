"""A script as a quiet page to read, to hand out or to follow while it sounds, and the same as plain text.

What is said comes in passages: the sentences that no written pause parts. The page needs nothing from outside
itself but the sound that may lie beside it; the one script that it then runs is ours, reads times from the
page and makes no words or markup of anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import fill
from typing import TypeAlias
from urllib.parse import quote

from stem import units
from stem.pages import render
from stem.script.dutch.lengths import in_words
from stem.script.safety import WITH_PRACTITIONER, safety
from stem.script.timeline import Chapter, PlacedPause, PlacedUtterance, Timeline
from stem.track.plan import Plan
from stem.units import format_time

TEXT_WIDTH = 72
"""Characters in a line of the plain text; what an e-mail shows without breaking it again."""

_TEMPLATE = Path(__file__).with_name("page.html.j2")
_PLAYER = Path(__file__).with_name("player.js")
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

    @property
    def breath(self) -> str:
        """How long a breath lasts, in words."""
        return "" if self.breath_s is None else f"({in_words(self.breath_s)})"


@dataclass(frozen=True, slots=True)
class _Passage:
    """Sentences without a written pause between them."""

    sentences: tuple[_Sentence, ...]

    @property
    def start_s(self) -> float:
        """When the first one starts, in seconds."""
        return self.sentences[0].start_s

    @property
    def shown_start(self) -> str:
        return format_time(self.start_s)

    @property
    def whole_start_s(self) -> int:
        return units.frames(self.start_s, 1)

    @property
    def breathes(self) -> bool:
        return self.sentences[0].breath_s is not None


@dataclass(frozen=True, slots=True)
class _Rest:
    """Time without words, in seconds; a bell may open it."""

    seconds: float
    bell: bool = False

    @property
    def words(self) -> str:
        silence = f"stilte van {in_words(self.seconds)}" if self.seconds > 0 else ""
        return ", dan ".join(part for part in ("een bel" if self.bell else "", silence) if part)


_Row: TypeAlias = _Passage | _Rest
_Event: TypeAlias = PlacedUtterance | PlacedPause | Chapter | int


@dataclass(frozen=True, slots=True)
class _Section:
    """Rows under a title; what comes before the first chapter has none."""

    title: str
    rows: list[_Row] = field(default_factory=list)


def as_html(plan: Plan, timeline: Timeline, audio: str | None = None) -> str:
    """Return one page of HTML with everything in it, for the screen and for A4.

    Args:
        plan: What is said, and by whom.
        timeline: When; of the finished track, or as it is expected.
        audio: Path of the finished track from the folder of the page on, with slashes; the page then plays it
            and shows which sentence sounds.
    """
    return render(
        _TEMPLATE,
        title=plan.title,
        length=_length(timeline),
        sections=_sections(plan.title, timeline),
        safety_title=_SAFETY_TITLE,
        closing=_closing(plan),
        # "./" in front: a name such as "les 1: rust.mp3" would be taken for the address of something else.
        # As bytes, for a file's name need not be text.
        audio=f"./{quote(os.fsencode(audio))}" if audio is not None else "",
        script=_PLAYER.read_text(encoding="utf-8"),
    )


def as_text(plan: Plan, timeline: Timeline) -> str:
    """Return the same as plain text, in lines of at most `TEXT_WIDTH` characters where words allow it.

    Args:
        plan: What is said, and by whom.
        timeline: When; of the finished track, or as it is expected.
    """
    blocks = [_underlined(plan.title, "="), _filled(_length(timeline))]
    for section in _sections(plan.title, timeline):
        if section.title:
            blocks.append("\n" + _underlined(section.title, "-"))
        blocks += map(_row_text, section.rows)
    blocks.append("\n" + _underlined(_SAFETY_TITLE, "-"))
    blocks += [_filled(text) for text in _closing(plan)]
    return "\n\n".join(blocks) + "\n"


def _row_text(row: _Row) -> str:
    if isinstance(row, _Rest):
        return f"{_INDENT}({row.words})"
    words = [words for sentence in row.sentences for words in (sentence.text, sentence.breath) if words]
    return _filled(" ".join(words), f"{row.shown_start:>6}  ", _INDENT)


def _length(timeline: Timeline) -> str:
    silence = sum(pause.end - pause.start for pause in timeline.pauses)
    whole, silent = (_about(units.seconds(frames)) for frames in (timeline.frames, silence))
    return f"Ongeveer {whole}" + (f", waarvan {silent} stilte." if silence else ".")


def _about(length_s: float) -> str:
    """Return a length in minutes as soon as seconds no longer matter to who makes time for it."""
    return in_words(length_s if length_s < 90 else 60 * units.frames(length_s / 60, rate=1))  # noqa: PLR2004


def _closing(plan: Plan) -> tuple[str, ...]:
    told = safety(plan.country)
    guided = WITH_PRACTITIONER if plan.template is not None and plan.template.practitioner_only else ""
    texts = (guided, told.line, *told.help_lines_with(plan.help), plan.voice.credit)
    return tuple(text for text in texts if text)


def _sections(title: str, timeline: Timeline) -> list[_Section]:
    """Return what is on the page, from top to bottom."""
    page = _Page({pause.start: pause.end for pause in timeline.pauses if pause.name == _BREATH})
    for event in _events(title, timeline):
        page.add(event)
    return page.sections


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
    """Gathers events into sections.

    Attributes:
        breaths: End of each breath by the frame at which its word ends.
        sections: What is gathered so far.
        parted: Whether the next sentence opens a passage, though no pause is shown before it.
    """

    breaths: dict[int, int]
    sections: list[_Section] = field(default_factory=lambda: [_Section("")])
    parted: bool = False

    @property
    def rows(self) -> list[_Row]:
        return self.sections[-1].rows

    def add(self, event: _Event) -> None:
        match event:
            case Chapter(title=title):
                self.sections.append(_Section(title))
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
