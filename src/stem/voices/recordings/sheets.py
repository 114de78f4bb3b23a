"""The reading sheet: the sentences of a script, numbered, for someone who records them.

Beside the sheet lies an index, which binds each number to its sentence: a script that changes later never
speaks a recording for another sentence. A number, once given in a folder, keeps its sentence.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType

from stem import units
from stem.characters import visible
from stem.errors import ConfigError
from stem.messages import Message
from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Utterance
from stem.script.dutch import spoken
from stem.tables import load_toml

SHEET_NAME = "blad.html"
"""The sheet in a folder of recordings."""
INDEX_NAME = "blad.toml"
"""The index beside it."""

_TABLE = "zinnen"
_WORTH_TELLING_S = 2.0
"""A shorter pause is no more than the rest after any sentence."""

_NO_INDEX: Mapping[int, str] = MappingProxyType({})


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


def numbered(cues: Iterable[Cue], phrase_of: Callable[[str], str]) -> tuple[SheetLine, ...]:
    """Return what is said, each phrase once, numbered in the order in which it is first heard.

    Args:
        cues: One text or several, one after another.
        phrase_of: What a voice is given to say for a written sentence.
    """
    lines: dict[str, SheetLine] = {}
    latest = ""
    for cue in cues:
        match cue:
            case Utterance(text=text) | Breath(text=text):
                phrase = phrase_of(text)
                latest = "" if phrase in lines else phrase
                breath = f"adem van {_in_words(cue.seconds)}" if isinstance(cue, Breath) else ""
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
        number = number_of.get(spoken(line.text))
        found.append(replace(line, number=next(fresh) if number is None else number))
    return tuple(found)


def as_index(lines: Iterable[SheetLine], index: Mapping[int, str] = _NO_INDEX) -> str:
    """Return the index of a sheet as TOML.

    Args:
        lines: The sheet's, from `numbered` or `renumbered`.
        index: What the folder's index holds already: it stays, for there may be recordings of it.
    """
    together = dict(index) | {line.number: line.text for line in lines}
    rows = [f"{number} = {_quoted(text)}" for number, text in sorted(together.items())]
    head = "# Bij welke zin elk nummer hoort. Laat dit bestand bij de opnames staan."
    return "\n".join([head, "", f"[{_TABLE}]", *rows, ""])


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
        raise ConfigError(path, [f"the table [{_TABLE}] is missing"], hint=hint)
    wrong = [
        f"'{key} = {text!r}' is no number with a sentence"
        for key, text in table.items()
        if not (re.fullmatch(r"[1-9][0-9]{0,5}", key) and isinstance(text, str))
    ]
    if wrong:
        raise ConfigError(path, wrong, hint=hint)
    return {int(key): text for key, text in table.items()}


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
    page = ET.Element("html", lang="nl")
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    ET.SubElement(head, "meta", name="color-scheme", content="light dark")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    _add(head, "title", f"{title}: leesblad")
    _add(head, "style", _STYLE)
    main = ET.SubElement(ET.SubElement(page, "body"), "main")
    opening = ET.SubElement(main, "header")
    _add(opening, "h1", title)
    _add(opening, "p", f"Leesblad met {len(lines)} {'zin' if len(lines) == 1 else 'zinnen'}")
    how = ET.SubElement(main, "section")
    _add(how, "h2", "Zo neem je het op")
    advice = ET.SubElement(how, "ul")
    for sentence in _ADVICE:
        _add(advice, "li", sentence)
    table = ET.SubElement(main, "ol")
    for line in lines:
        _add_line(table, line)
    ET.indent(page, space="")
    return f"<!DOCTYPE html>\n{ET.tostring(page, encoding='unicode', method='html')}\n"


def _add_line(table: ET.Element, line: SheetLine) -> None:
    row = ET.SubElement(table, "li", value=str(line.number))
    _add(row, "b", str(line.number))
    words = ET.SubElement(row, "p")
    said = _add(words, "span", line.text)
    if line.after:
        said.tail = " "
        _add(words, "small", f"({line.after})")
    ET.SubElement(row, "i")


def _followed(line: SheetLine, cue: Pause | Bell) -> SheetLine:
    """Return the line with the pause or the bell added to what is told about it."""
    if isinstance(cue, Pause) and (cue.seconds < _WORTH_TELLING_S or line.after):
        return line  # the first says enough; a breath has told its own length
    remark = "daarna een bel" if isinstance(cue, Bell) else f"daarna {_in_words(cue.seconds)} stilte"
    return replace(line, after=f"{line.after}, {remark}" if line.after else remark)


def _in_words(length_s: float) -> str:
    minutes, seconds = divmod(max(1, units.frames(length_s, rate=1)), 60)
    parts = [f"{minutes} {'minuut' if minutes == 1 else 'minuten'}"] if minutes else []
    parts += [f"{seconds} {'seconde' if seconds == 1 else 'seconden'}"] if seconds else []
    return " en ".join(parts)


def _quoted(text: str) -> str:
    """Return a text as a basic string of TOML: one of JSON's, but for a DEL, which must be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _add(parent: ET.Element, tag: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, tag)
    element.text = visible(text)
    return element


_ADVICE = """
Kies een stille kamer met zachte spullen: een bed, een kleed, gordijnen. Ramen dicht, meldingen uit.
Leg de telefoon op 20 tot 30 centimeter van je mond, een beetje opzij, en steeds even ver weg.
Maak van elke zin een eigen opname. Begin de naam met het nummer: 1.m4a, 02 welkom.wav, 003.mp3.
Druk op opnemen, wacht een tel, lees de zin zonder het nummer, wacht weer een tel, en stop dan pas.
Lees rustig, alsof iemand tegenover je zit. De stiltes tussen de zinnen komen later vanzelf.
Verspreek je je? Wis die opname en neem de zin nog een keer op.
Liever alles in één lange opname? Wacht na elke zin twee tellen. Stem meldt bij welke zinnen het twijfelt, \
zoals na een verspreking; neem die los op.
Zet alle opnames in één map, bij het bestand blad.toml als je dat hebt.
""".strip().splitlines()

# Colours, type and page as on a print-out (`printout`), so that a script and its sheet lie well together; the
# words are larger, to be read aloud from where the telephone stands.
_STYLE = """
:root { --paper: #fbf8f2; --ink: #2c2925; --soft: #6a6357; --line: #c4baa8; }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 3rem 1.5rem 5rem; overflow-wrap: break-word; font-size: 1.0625rem; line-height: 1.55;
  font-family: "Iowan Old Style", Palatino, "Palatino Linotype", Charter, Georgia, "Liberation Serif", serif;
}
main { max-width: 46rem; margin: 0 auto; }
h1 { margin: 0; font-size: 2.25rem; font-weight: 400; line-height: 1.2; text-wrap: balance; }
h2 { margin: 2rem 0 .5rem; font-size: 1.25rem; font-weight: 400; }
header p { margin: .5rem 0 0; color: var(--soft); }
ul { margin: 0 0 3rem; padding-left: 1.2rem; }
ul li { margin-bottom: .35rem; }
ol { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
ol li {
  display: grid; grid-template-columns: 4rem 1fr 2rem; align-items: baseline;
  padding: .8rem 0; border-bottom: 1px solid var(--line);
}
b { font-size: 1.75rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums lining-nums; }
ol p { margin: 0; font-size: 1.5rem; line-height: 1.45; }
small { color: var(--soft); font-size: 1rem; font-style: italic; white-space: nowrap; }
i { justify-self: end; align-self: center; width: 1.3rem; height: 1.3rem; border: 1.5px solid var(--soft); }
@media screen and (max-width: 40rem) {
  body { padding: 1.75rem 1.25rem 3rem; }
  h1 { font-size: 1.875rem; }
  ol li { grid-template-columns: 3rem 1fr 1.6rem; }
  ol p { font-size: 1.3125rem; }
}
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #1b1a18; --ink: #e4ddd0; --soft: #a79e90; --line: #5a544b; }
}
@page { size: A4; margin: 16mm 18mm 18mm; @bottom-center { content: counter(page); } }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #4d4d4d; --line: #808080; }
  body { padding: 0; font-size: 11pt; }
  main { max-width: none; }
  h1 { font-size: 24pt; }
  h2 { font-size: 14pt; break-after: avoid; }
  ol li { padding: 2.5mm 0; border-bottom-width: .5pt; break-inside: avoid; }
  b { font-size: 18pt; }
  ol p { font-size: 16pt; }
  small { font-size: 11pt; }
}
"""
