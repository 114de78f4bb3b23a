"""The reading sheet: the sentences of a script, numbered, for someone who records them.

Beside the sheet lies an index, which binds each number to its sentence: a script that changes later never
speaks a recording for another sentence. A number, once given in a folder, keeps its sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

from stem.errors import ConfigError
from stem.messages import Message
from stem.pages import render
from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Utterance
from stem.script.dutch import spoken
from stem.script.dutch.lengths import in_words
from stem.tables import load_toml

SHEET_NAME = "blad.html"
"""The sheet in a folder of recordings."""
INDEX_NAME = "blad.toml"
"""The index beside it."""

_TABLE = "zinnen"
_SCRIPT, _CHOICES = "oefening", "keuzes"
_TEMPLATE = Path(__file__).with_name("sheet.html.j2")
_WORTH_TELLING_S = 2.0
"""A shorter pause is no more than the rest after any sentence."""

_NO_INDEX: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the sentences of an index came from; nothing in it is of one person.

    Attributes:
        script: Name of the script; "" when that is not known.
        choices: What was chosen of what can only be chosen: by variable.
    """

    script: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


_NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A sentence to read aloud.

    Attributes:
        number: Counted from 1; a recording's name begins with it.
        text: As written.
        phrase: What a voice is given to say for it.
        after: A short remark in Dutch about the pause that follows; "" when there is nothing to tell.
    """

    number: int
    text: str
    phrase: str
    after: str = ""


def numbered(cues: Iterable[Cue]) -> tuple[SheetLine, ...]:
    """Return what is said, each phrase once, numbered in the order in which it is first heard.

    Args:
        cues: One text or several, one after another.
    """
    lines: dict[str, SheetLine] = {}
    latest = ""
    for cue in cues:
        match cue:
            case Utterance(text=text, phrase=phrase) | Breath(text=text, phrase=phrase):
                latest = "" if phrase in lines else phrase
                breath = f"adem van {in_words(cue.seconds)}" if isinstance(cue, Breath) else ""
                lines.setdefault(phrase, SheetLine(len(lines) + 1, text, phrase, breath))
            case Heading():
                latest = ""  # what comes before its first sentence is not the pause after the last one
            case Pause() | Bell() if latest:
                lines[latest] = _followed(lines[latest], cue)
            case _:
                pass
    return tuple(lines.values())


def renumbered(lines: Iterable[SheetLine], index: Mapping[int, str]) -> tuple[SheetLine, ...]:
    """Return the lines with the numbers that an index has for their sentences; new ones come after its last.

    Args:
        lines: From `numbered`.
        index: From `read_index`; when empty, the lines keep their own numbers.
    """
    number_of = {spoken(text): number for number, text in sorted(index.items(), reverse=True)}
    fresh = count(max(index, default=0) + 1)
    found: list[SheetLine] = []
    for line in lines:
        number = number_of.get(line.phrase)
        found.append(replace(line, number=next(fresh) if number is None else number))
    return tuple(found)


def as_index(
    lines: Iterable[SheetLine], index: Mapping[int, str] = _NO_INDEX, origin: Origin = _NOWHERE
) -> str:
    """Return the index of a sheet as TOML.

    Args:
        lines: The sheet's, from `numbered` or `renumbered`.
        index: What the folder's index holds already: it stays, for there may be recordings of it.
        origin: Where the sentences came from.
    """
    together = dict(index) | {line.number: line.text for line in lines}
    rows = [f"{number} = {_quoted(text)}" for number, text in sorted(together.items())]
    head = "# Bij welke zin elk nummer hoort. Laat dit bestand bij de opnames staan."
    about = [f"{_SCRIPT} = {_quoted(origin.script)}", ""] if origin.script else []
    if origin.choices:
        chosen = (f"{_quoted(name)} = {_quoted(value)}" for name, value in sorted(origin.choices.items()))
        about += [f"[{_CHOICES}]", *chosen, ""]
    return "\n".join([head, "", *about, f"[{_TABLE}]", *rows, ""])


def read_index(path: Path) -> dict[int, str]:
    """Return number -> sentence, as written; nothing when there is no such file.

    Raises:
        ConfigError: when the file cannot be read or is no index; with all mistakes at once.
    """
    if not path.exists():
        return {}
    table = load_toml(path).get(_TABLE)
    hint = Message("Make {sheet_again}, in another folder, and compare.")
    if not isinstance(table, dict):
        raise ConfigError(path, [Message("the table [{table}] is missing", table=_TABLE)], hint=hint)
    wrong = [
        Message("'{key} = {text!r}' is no number with a sentence", key=key, text=text)
        for key, text in table.items()
        if not (re.fullmatch(r"[1-9][0-9]{0,5}", key) and isinstance(text, str))
    ]
    if wrong:
        raise ConfigError(path, wrong, hint=hint)
    return {int(key): text for key, text in table.items()}


def read_origin(path: Path) -> Origin:
    """Return where the sentences of an index came from; what is not known, or no text, is left out.

    Raises:
        ConfigError: when the file cannot be read.
    """
    table = load_toml(path) if path.exists() else {}
    script, choices = table.get(_SCRIPT), table.get(_CHOICES)
    chosen = choices if isinstance(choices, dict) else {}
    return Origin(
        script if isinstance(script, str) else "",
        {name: value for name, value in chosen.items() if isinstance(value, str)},
    )


def in_runs(numbers: Sequence[int]) -> str:
    """Return rising numbers as people write them: "1-3, 7, 9"."""
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs_of(numbers))


def runs_of(numbers: Iterable[int]) -> list[list[int]]:
    """Return rising numbers, those that follow each other together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def as_html(title: str, lines: Sequence[SheetLine]) -> str:
    """Return the sheet as one page of HTML with everything in it, for the screen and for A4.

    Args:
        title: Of the script.
        lines: From `numbered` or `renumbered`.
    """
    return render(_TEMPLATE, title=title, lines=lines)


def _followed(line: SheetLine, cue: Pause | Bell) -> SheetLine:
    """Return the line with the pause or the bell added to what is told about it."""
    if isinstance(cue, Pause) and (cue.seconds < _WORTH_TELLING_S or line.after):
        return line  # the first says enough; a breath has told its own length
    remark = "daarna een bel" if isinstance(cue, Bell) else f"daarna {in_words(cue.seconds)} stilte"
    return replace(line, after=f"{line.after}, {remark}" if line.after else remark)


def _quoted(text: str) -> str:
    """Return a text as a basic string of TOML: one of JSON's, but for a DEL, which must be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
