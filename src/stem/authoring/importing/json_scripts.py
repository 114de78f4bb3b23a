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
from stem.errors import ScriptError
from stem.messages import Message

LARGEST_JSON = 1_000_000
DEEPEST = 100

_TEXTS = vocabulary(
    "text tekst content inhoud line regel sentence zin script speech say narration body value"
)
_PAUSES = vocabulary("pause pauze pauseafter pauzena silence stilte wait wacht pausebefore break delay rest")
_BELLS = frozenset({"bell", "bel", "gong", "chime"})
_BEFORE = frozenset({"pausebefore"})
_TITLES = vocabulary("title titel name naam heading header kop section chapter hoofdstuk")
_LENGTHS = vocabulary("duration duur length lengte totalduration minutes minuten")
_KINDS = frozenset({"type", "kind", "soort"})
_AMOUNTS = vocabulary("duration duur seconds seconden length value time amount s sec")
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
        for key, value in pairs:
            self._step(key)
            name = _plain(key)
            if isinstance(value, list):
                self.read(value, depth + 1)
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
        elif name not in _KINDS:
            self._tell("not understood", _pair(key, value))

    def _pause(self, key: str, value: Any) -> str:
        """Return the mark for the value of a pause's key, "" when there is none."""
        name = _plain(key)
        factor = 0.001 if name.endswith(("ms", "milliseconds")) else 60.0 if "minu" in name else 1.0
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
    return re.sub(r"(?<=[a-z]{4})(?:ms|milliseconds|inseconds|seconds|secs|sec|s|minutes|minuten)$", "", name)


def _pair(key: str, value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float | bool) else "null"
    return f'"{key}": {shown[:200]}'


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
