"""The text that goes with the tracks of a client: how to listen, and whom to call.

It claims no healing and holds no name of a client. Its words stand in `letter.txt.j2`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from textwrap import fill

from stem.characters import without_controls
from stem.messages import Message
from stem.pages import render
from stem.script.dutch import forms
from stem.script.safety import Safety
from stem.units import format_time

LINE_WIDTH = 72
"""Characters in a line; what an e-mail shows without breaking it again."""

_TEMPLATE = Path(__file__).with_name("letter.txt.j2")
_ITEM = re.compile(r"- |\d+\. ")

_MARK = "Kenmerk: "
_MARK_DIGITS = 8


@dataclass(frozen=True, slots=True)
class LetterTrack:
    """A track as the text tells of it.

    Attributes:
        file_name: Its name, with suffix.
        title: What it is called.
        seconds: How long it lasts.
        computer_voice: Whether a computer speaks in it.
        with_practitioner: Whether it is to be done with a practitioner only.
    """

    file_name: str
    title: str
    seconds: float
    computer_voice: bool
    with_practitioner: bool = False

    @property
    def length(self) -> str:
        """How long it lasts, with its unit."""
        length = format_time(self.seconds)
        if length.count(":") > 1:
            return f"{length} uur"
        whole = length.removesuffix(":00")
        return f"{whole} {'minuut' if whole == '1' else 'minuten'}"


def covering_text(
    tracks: Sequence[LetterTrack],
    *,
    form: str,
    practice: str,
    safety: Safety,
    own_help: tuple[str, ...] = (),
    locked: bool = False,
) -> str:
    """Return the text to send with tracks, in Dutch, in lines of `LINE_WIDTH` that end in a line feed.

    Names of files and of settings are never broken: a line that has nothing else may be longer. The last line
    has a mark by which `is_untouched` knows the text.

    Args:
        tracks: At least one, in the order in which to listen.
        form: "je" or "u".
        practice: Who sends them; may be empty.
        safety: What a listener in their country is told.
        own_help: Whom to turn to at the practice, a sentence each; these come last.
        locked: Whether the tracks are in a zip file with a password.

    Raises:
        ValueError: when there is no track, or `form` is neither.
    """
    if not tracks:
        raise ValueError(Message("a covering text is about at least one track"))
    numbers = [_in_line(line) for line in safety.help_lines_with(own_help)]
    written = render(
        _TEMPLATE,
        _in_line,
        **forms(form),
        tracks=tracks,
        practice=_in_line(practice).rstrip("."),
        guided=sum(track.with_practitioner for track in tracks),
        spoken=[_in_line(track.title) for track in tracks if track.computer_voice],
        safety=safety,
        numbers=[number for number in numbers if number],
        locked=locked,
    )
    text = "\n".join(map(_filled, written.rstrip("\n").split("\n")))
    return f"{text}\n\n\n{_MARK}{_mark_of(text)}\n"


def is_untouched(content: bytes) -> bool:
    """Tell whether a file holds a covering text in which no one has changed a word since it was written.

    Another covering text may then take its place. Where its lines end does not matter: editors change that.
    """
    text, _, mark = content.decode(errors="replace").rpartition(_MARK)
    return mark.strip() == _mark_of(text)


def _mark_of(text: str) -> str:
    """Return a few digits that all words of a text have a say in."""
    return sha256(_in_line(text.removeprefix("\ufeff")).encode()).hexdigest()[:_MARK_DIGITS]


def _filled(line: str) -> str:
    """Return a paragraph or an item in lines of the letter; the name of a file stays whole."""
    if line.startswith(" "):
        return line
    item = _ITEM.match(line)
    indent = " " * len(item[0]) if item else ""
    return fill(line, LINE_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _in_line(text: str) -> str:
    """Return words that someone filled in as one line."""
    return " ".join(without_controls(text, " ").split())
