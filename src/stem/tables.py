"""TOML tables become frozen dataclasses; every mistake of a table is told at once."""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from stem.errors import ConfigError, did_you_mean
from stem.messages import Message, message_of

T = TypeVar("T")

LONGEST_TOML = 1_000_000
"""Characters; the largest of stem's own files has 20,000."""

_DEEPEST = 20
"""Parts of a dotted key, and brackets within brackets: reading takes the square of that."""

_MOST_DIGITS = 18
"""Of a whole number: what fits in 64 bits, however it is written."""

# What is within quotation marks, also where none closes them, and comments.
_QUOTED = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?'''
    r"""|'{3}(?:[^']|'(?!''))*+(?:'{3,5})?"""
    r"""|"(?:[^"\\\n]|\\[^\n])*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_BRACKET = re.compile(r"[\[{\]}]")
_PIECE = re.compile(rf"[^=,{{}}\[\]\n]{{{_MOST_DIGITS + 1},}}")
"""Only what is so long can have too many digits or points."""

_WHOLE_NUMBER = re.compile(r"(?:[0-9_]+|0[xob][0-9a-fA-F_]+)")

_CURLY = "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}"
_MOST_PROBLEMS = 500
"""So many mistakes of a table are looked for: a file can have millions."""

_TAKEN = ("Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate")
"""How problems begin that show a name, which may be a client's."""

_KINDS = {
    str: Message("text"),
    int: Message("a whole number"),
    float: Message("a number"),
    bool: Message("true or false"),
}


LATER: Mapping[str, bool] = types.MappingProxyType({"later": True})
"""Metadata of a field that came later than the tables that are about: as long as it is empty it stands in
none, so that these stay as they were."""


class TomlError(Exception):
    """Text that is no TOML.

    Attributes:
        problem: What is wrong, without a full stop.
        line: The line in the text, counted from 1; None when unknown.
    """

    def __init__(self, problem: str, line: int | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


class _EndlessError(Exception):
    """A number that is none: its text."""


def parse_toml(text: str, *, longest: int = LONGEST_TOML) -> dict[str, object]:
    """Return the table that `text` holds.

    Args:
        text: TOML.
        longest: The most characters it may have.

    Raises:
        TomlError: with the line at which reading stopped; no number of the table is endless or needs more
            than 64 bits.
    """
    if len(text) > longest:
        raise TomlError(Message("it is longer than {longest:,} characters", longest=longest), None)
    unquoted = _QUOTED.sub(lambda quoted: "_" + "\n" * quoted[0].count("\n"), text)
    _check_bounds(unquoted)
    try:
        return tomllib.loads(text, parse_float=_finite)
    except tomllib.TOMLDecodeError as error:
        # "Invalid value (at line 3, column 7)"; or "(at end of document)"
        problem, _, place = str(error).partition(" (at ")
        words = place.removesuffix(")").replace(",", "").split()
        line = int(words[1]) if words[:1] == ["line"] else text.count("\n") + 1
        raise TomlError(_plainly(problem, text.split("\n")[line - 1 : line]), line) from error
    except _EndlessError as error:
        (number,) = error.args
        line = unquoted.count("\n", 0, max(unquoted.find(number), 0)) + 1
        raise TomlError(Message("a number there is not finite"), line) from error
    except (RecursionError, ValueError) as error:
        raise TomlError(Message("it is nested too deeply, or has a number that is too long"), None) from error


def _check_bounds(unquoted: str) -> None:
    """Look whether reading will end soon, and every whole number can be written.

    Raises:
        TomlError: when not.
    """

    def refuse(problem: str, found: re.Match[str]) -> None:
        raise TomlError(problem, unquoted.count("\n", 0, found.start()) + 1)

    depth = 0
    for bracket in _BRACKET.finditer(unquoted):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > _DEEPEST:
            refuse(Message("it is nested too deeply"), bracket)
    for piece in _PIECE.finditer(unquoted):
        if piece[0].count(".") > _DEEPEST:
            refuse(Message("a name or number there has too many points"), piece)
        is_key = unquoted.startswith("=", piece.end())
        digits = piece[0].strip().lstrip("+-")
        if len(digits) > _MOST_DIGITS and not is_key and _WHOLE_NUMBER.fullmatch(digits):
            refuse(
                Message("a whole number there has more than {most_digits} digits", most_digits=_MOST_DIGITS),
                piece,
            )


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _EndlessError(text)
    return number


def _plainly(problem: str, lines: Sequence[str]) -> str:
    """Return what is wrong with a line, in words for who never heard of TOML."""
    line = "".join(lines)
    value = line.partition("=")[2].strip()
    if value and value[0] in _CURLY:
        return Message('its quotation marks are curly, and have to be straight: "like this"')
    if value[:1] == '"' and value.count('"') == 1:
        return Message('the quotation mark at the end is missing: "like this"')
    if value[:1].isalpha() and value not in {"true", "false"}:
        return Message('a text stands between quotation marks: "like this"')
    if problem.startswith(_TAKEN):
        return Message("what is named there is there already")
    return problem[:1].lower() + problem[1:]


def load_toml(path: Path) -> dict[str, object]:
    """Return the table in the file `path`.

    Raises:
        ConfigError: when the file cannot be read or is no TOML.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would never come to its end
            raise ConfigError(path, [Message("it is no file")])
        with path.open("rb") as file:
            content = file.read(4 * LONGEST_TOML + 1)
        return parse_toml(content.decode("utf-8"))
    except OSError as error:
        raise ConfigError(path, [Message("it cannot be read ({reason})", reason=error.strerror)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            path, [Message("it is not UTF-8 text")], hint=Message("Save it as UTF-8.")
        ) from error
    except TomlError as error:
        place = f"{path}:{error.line}" if error.line else path
        raise ConfigError(place, [error.problem]) from error


def from_table(cls: type[T], table: Mapping[str, object], path: Path | str) -> T:
    """Build the frozen dataclass `cls` from a TOML table.

    Fields may be text, numbers, truth values, tuples, dictionaries with text keys, other dataclasses, and any
    of these or None; of several kinds, the first is the one that stands in tables. A ValueError of a
    `__post_init__` counts as a mistake in that table.

    Raises:
        ConfigError: with all unknown keys, missing keys and wrong types of the table.
    """
    problems: list[str] = []
    built = _build(cls, table, "", problems)
    if problems:
        raise ConfigError(path, problems)
    return typing.cast("T", built)


_hints = functools.cache(typing.get_type_hints)
"""A record has a hundred tables of three kinds."""


def _build(cls: Any, table: Mapping[str, object], where: str, problems: list[str]) -> object:
    hints = _hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
    before = len(problems)
    for key in islice(table.keys() - fields.keys(), _MOST_PROBLEMS):
        hint = did_you_mean(key, list(fields))
        problems.append(Message("unknown key '{where}{key}' ({hint:aside})", where=where, key=key, hint=hint))
    values: dict[str, object] = {}
    lacking = False
    for name, field in fields.items():
        told = len(problems)
        if name in table:
            values[name] = _convert(hints[name], table[name], f"{where}{name}", problems)
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and name not in table:
            problems.append(Message("'{where}{name}' is missing", where=where, name=name))
        if len(problems) > told:
            values.pop(name, None)
            lacking = lacking or needed
    if lacking:
        return None
    try:  # also when something else is wrong: what its own check finds is told with it
        built = cls(**values)
    except ValueError as error:
        place = f"'{where.rstrip('.')}': " if where else ""
        problems.append(Message("{place}{problem}", place=place, problem=message_of(error)))
    return built if len(problems) == before else None


def out_of_bounds(table: object, bounds: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return which numbers of a table lie outside their bounds, for its `__post_init__`."""
    given = {name: getattr(table, name) for name in bounds}
    return [
        Message(
            "'{name}' must lie between {low:g} and {high:g}, not {given}",
            name=name,
            low=low,
            high=high,
            given=given[name] if isinstance(given[name], int) else f"{given[name]:g}",
        )
        for name, (low, high) in bounds.items()
        if not low <= given[name] <= high
    ]


def _convert(kind: Any, value: object, where: str, problems: list[str]) -> object:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        kind = next(argument for argument in arguments if argument is not types.NoneType)
        return _convert(kind, value, where, problems)
    container = (
        list
        if origin is tuple
        else dict
        if origin in (dict, Mapping) or dataclasses.is_dataclass(kind)
        else None
    )
    if container is None:
        return _scalar(kind, value, where, problems)
    if not isinstance(value, container):
        wanted = Message("a list") if container is list else Message("a table")
        problems.append(_other(where, wanted, value))
        return None
    if isinstance(value, list):
        items = enumerate(value, start=1)
        return tuple(
            _convert(arguments[0], item, f"{where}[{n}]", problems)
            for n, item in items
            if len(problems) < _MOST_PROBLEMS
        )
    if origin in (dict, Mapping):
        return {
            key: _convert(arguments[1], item, f"{where}.{key}", problems)
            for key, item in value.items()
            if len(problems) < _MOST_PROBLEMS
        }
    return _build(kind, value, f"{where}.", problems)


def _scalar(kind: Any, value: object, where: str, problems: list[str]) -> object:
    if kind in (Any, object):
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 2**64 else math.inf
    if isinstance(value, float) and not value < math.inf:  # a loudness may be minus infinity
        problems.append(Message("'{where}' must be a number that has an end", where=where))
        return None
    if isinstance(value, kind) and not (kind in (int, float) and isinstance(value, bool)):
        return value
    problems.append(_other(where, _KINDS[kind], value))
    return None


def _other(where: str, wanted: str, value: object) -> str:
    return Message(
        "'{where}' must be {wanted}, not {given}", where=where, wanted=wanted, given=_described(value)
    )


def _described(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else f"{value}"
