"""Scripts as JSON: objects with a text and the pause after it, in lists, under any name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stem import units
from stem.authoring.importing.manuscript import Kind, Manuscript, Note, Row, excerpt
from stem.authoring.importing.pause_marks import pause_mark, read_mark, vocabulary
from stem.authoring.importing.subtitles import SHORTEST_GAP_S
from stem.errors import ScriptError
from stem.messages import Message
from stem.script import dutch

LARGEST_JSON = 1_000_000
DEEPEST = 100

_TEXTS = vocabulary(
    "text tekst content inhoud line regel sentence zin script speech say narration body value "
    "instruction instructie "
    "spoken gesproken voiceover narratie dialogue dialoog utterance zeg spreektekst uitgesproken "
    "paragraph alinea"
)
_LISTS = _TEXTS | vocabulary(
    "lines regels sentences zinnen paragraphs alineas segments segmenten steps stappen parts delen "
    "sections secties "
    "items chapters hoofdstukken scenes blocks blokken instructions instructies texts teksten meditation "
    "meditatie"
)
"""Names of lists whose bare texts are spoken."""

_APART = vocabulary(
    "meta metadata voice stem settings instellingen tags keywords trefwoorden audio music muziek author "
    "auteur config "
    "benodigdheden materials notes notities options"
)
"""Names of what holds data about a script, whatever the names within."""
_PAUSES = vocabulary("pause pauze pauseafter pauzena silence stilte wait wacht pausebefore break delay rest")
_BELLS = frozenset({"bell", "bel", "gong", "chime"})
_BEFORE = frozenset({"pausebefore"})
_TITLES = vocabulary("title titel name naam heading header kop section chapter hoofdstuk")
_LENGTHS = vocabulary("duration duur length lengte totalduration minutes minuten")
_KINDS = frozenset({"type", "kind", "soort"})
_AMOUNTS = vocabulary("duration duur seconds seconden length value time amount s sec")
_MOST_NAMES = 8
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class _Object(list[tuple[str, Any]]):
    """A JSON object as its pairs, in order and with all that are double."""


def read_json(text: str, path: Path | str, *, certain: bool) -> Manuscript | None:
    """Return the texts and pauses of a JSON document in order.

    Args:
        text: The document.
        path: For errors.
        certain: Whether it says that it is JSON; else a text that is none gives None.

    Raises:
        ScriptError: when it is broken (and certain to be JSON), too large, or nested too deeply.
    """
    if len(text) > LARGEST_JSON:
        raise ScriptError(
            Message("there are more than {largest_json:,} characters in it", largest_json=LARGEST_JSON), path
        )
    try:
        document = json.loads(text, object_pairs_hook=_Object)
    except RecursionError as error:
        if not certain:
            return None
        raise ScriptError(Message("it is nested too deeply"), path) from error
    except ValueError as error:
        if not certain:
            return None
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        problem = (
            f"{error.msg[:1].lower()}{error.msg[1:]}"
            if isinstance(error, json.JSONDecodeError)
            else Message("a number is too long")
        )
        raise ScriptError(Message("it is broken JSON ({problem})", problem=problem), path, line) from error
    if not certain and not _has_objects(document):
        return None  # "[pauze]" and "[5]" are no JSON documents
    reader = _Reader(_string_lines(text), path)
    reader.read(document, depth=0, top=True)
    worded = (row.text for row in reader.rows if not row.text.startswith(("#", "[")))
    if reader.unknown and not any(map(dutch.has_words, worded)):
        names = ", ".join(f"'{name[:30]}'" for name in list(reader.unknown)[:_MOST_NAMES])
        hint = Message(
            "Rename what holds the words to 'text' (and pauses to 'pause'); unknown are {names}.", names=names
        )
        raise ScriptError(Message("there are no words to speak in it"), path, hint=hint)
    return Manuscript(tuple(reader.rows), tuple(reader.notes), reader.title, reader.declared_s)


def _has_objects(document: Any) -> bool:
    if isinstance(document, list):
        return isinstance(document, _Object) or any(isinstance(item, list | str) for item in document)
    return False


def _string_lines(text: str) -> Iterator[int]:
    """Yield the line of each string of a document, keys and values, in order."""
    line, position = 1, 0
    for match in _STRING.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line


@dataclass
class _Reader:
    """Walks through the document in the order of its text, so that its strings and their lines keep step."""

    string_lines: Iterator[int]
    path: Path | str
    rows: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    title: str | None = None
    declared_s: float | None = None
    line: int = 1
    end_s: float | None = None
    unknown: dict[str, None] = field(default_factory=dict)

    def read(self, value: Any, depth: int, *, top: bool = False) -> None:
        if depth > DEEPEST:
            raise ScriptError(Message("it is nested too deeply"), self.path, self.line)
        if isinstance(value, _Object):
            self._read_object(value, depth, top=top)
        elif isinstance(value, list):
            for item in value:
                self.read(item, depth + 1)
        elif isinstance(value, str):
            self._step(value)
            self._say(value)
        elif value is not None:
            self._tell("not understood", str(value)[:80])

    def _step(self, value: Any) -> None:
        if isinstance(value, str):
            self.line = next(self.string_lines, self.line)

    def _read_object(self, pairs: _Object, depth: int, *, top: bool) -> None:
        kinds = {value.casefold() for key, value in pairs if _plain(key) in _KINDS and isinstance(value, str)}
        is_pause = bool(kinds & _PAUSES)
        if kinds & _BELLS:
            self._say("[bel]")
        pauses: list[str] = []
        self._pause_since(pairs)
        twice = _told_again(pairs)
        for key, value in pairs:
            self._step(key)
            if key in twice:
                self._step(value)
                self._tell("left out", _pair(key, value))
                continue
            name = _plain(key)
            if isinstance(value, list):
                self._read_inside(key, value, depth + 1)
                continue
            self._step(value)
            if _without_unit(name) in (_PAUSES | _AMOUNTS if is_pause else _PAUSES):
                mark = self._pause(key, value)
                if _without_unit(name) in _BEFORE:
                    self._say(mark)
                else:
                    pauses.append(mark)
            else:
                self._read_value(key, value, top=top)
        for mark in pauses:
            self._say(mark)

    def _pause_since(self, pairs: _Object) -> None:
        """Pause from the end of the part before to the start of this one, where parts have times."""
        times = {_plain(key): value for key, value in pairs if isinstance(value, int | float)}
        start, end = times.get("start"), times.get("end")
        if start is None or end is None:
            return
        if self.end_s is not None and start - self.end_s >= SHORTEST_GAP_S:
            mark = pause_mark(round(start - self.end_s, 1))
            if mark:
                self._tell("changed", f'"start": {start}', mark)
                self._say(mark)
        self.end_s = float(end)

    def _read_inside(self, key: str, value: list[Any], depth: int) -> None:
        """Read what stands within a list or an object, unless it holds something else than a script."""
        name = _plain(key)
        kept = len(self.rows)
        told = len(self.notes)
        bare = not isinstance(value, _Object) and any(isinstance(item, str) for item in value)
        self.read(value, depth)  # also when it is not kept: the lines of strings go with it
        if name in _APART or (bare and name not in _LISTS):
            del self.rows[kept:], self.notes[told:]
            self._tell("not understood", f'"{key}": {_shown(value)}')

    def _read_value(self, key: str, value: Any, *, top: bool) -> None:
        name = _plain(key)
        if name in _TITLES and isinstance(value, str):
            if top and self.title is None and value.strip():
                self.title = " ".join(value.split())
            else:
                self._say("## " + " ".join(value.split()))
        elif name in _TEXTS and isinstance(value, str):
            self._say(value)
        elif top and {name, _without_unit(name)} & _LENGTHS and self.declared_s is None:
            self.declared_s = _declared(name, value)
            self._tell("left out", _pair(key, value))
        elif name not in _KINDS and isinstance(value, str) and (mark := _mark_in(value)):
            self._tell("changed", _pair(key, value), mark)
            self._say(mark)
        elif name not in _KINDS and not (name in {"start", "end"} and self.end_s is not None):
            if isinstance(value, str) and dutch.has_words(value):
                self.unknown.setdefault(key)
            self._tell("not understood", _pair(key, value))

    def _pause(self, key: str, value: Any) -> str:
        """Return the mark for the value of a pause's key, "" when there is none."""
        name = _plain(key)
        factor = (
            0.001
            if name.endswith(("ms", "milliseconds", "milliseconden"))
            else 60.0
            if "minu" in name
            else 1.0
        )
        if value is None or (isinstance(value, int | float) and value == 0):
            return ""
        mark = None
        if isinstance(value, int | float) and not isinstance(value, bool):
            mark = pause_mark(value * factor) if abs(value) < 1e9 else None  # noqa: PLR2004 - no length at all
        elif isinstance(value, str):
            meaning = read_mark(f"pause {value}") or read_mark(value, square=True)
            if re.fullmatch(r"\s*[0-9]{1,6}(?:[.,][0-9]{1,3})?\s*", value):
                mark = pause_mark(float(value.replace(",", ".")) * factor)
            elif meaning is not None:
                mark = meaning.mark
        self._tell("changed" if mark else "not understood", _pair(key, value), mark or "")
        return mark or ""

    def _say(self, text: str) -> None:
        if text.startswith("[") and self.rows and text.endswith("]"):
            while self.rows and not self.rows[-1].text:
                self.rows.pop()
        for part in text.splitlines():
            self.rows.append(Row(self.line, part))
        self.rows.append(Row(self.line, ""))

    def _tell(self, kind: Kind, found: str, became: str = "") -> None:
        self.notes.append(Note(self.line, kind, excerpt(found), became))


def _plain(key: str) -> str:
    return re.sub(r"[\W_]+", "", key).casefold()


def _without_unit(name: str) -> str:
    return re.sub(
        r"(?<=[a-z]{4})(?:ms|milliseconds|milliseconden|inseconds|seconds|seconden|secs|sec|s|minutes|minuten)$",
        "",
        name,
    )


def _pair(key: str, value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float | bool) else "null"
    return f'"{key}": {shown[:200]}'


def _mark_in(value: str) -> str:
    meaning = read_mark(value, square=True)
    return meaning.mark if meaning is not None and meaning.certain and meaning.kind != "silent" else ""


def _shown(value: list[Any]) -> str:
    """Return the texts of a list for a note."""
    parts = [pair[1] for pair in value] if isinstance(value, _Object) else value
    return ", ".join(str(part) for part in parts if isinstance(part, str | int | float))[:200]


def _told_again(pairs: _Object) -> set[str]:
    """Return the names whose text is that of a list beside it: programs that write out speech give both."""
    lists = [value for _, value in pairs if isinstance(value, list) and not isinstance(value, _Object)]
    whole = {
        "".join(
            "".join(text for key, text in item if _plain(key) in _TEXTS and isinstance(text, str)).split()
        )
        for value in lists
        for item in [[pair for part in value if isinstance(part, _Object) for pair in part]]
    }
    return {
        key
        for key, value in pairs
        if isinstance(value, str) and value.strip() and "".join(value.split()) in whole
    }


def _declared(name: str, value: Any) -> float | None:
    """Return a declared length in seconds; a number without a unit is none that one could be sure of."""
    if isinstance(value, str):
        try:
            return None if value.strip().isdecimal() else units.parse_seconds(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:  # noqa: PLR2004
        return None
    if "minu" in name:
        return value * 60.0
    return float(value) if name.endswith(("seconds", "sec", "secs")) else None
