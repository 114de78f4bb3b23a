"""The front matter of a script: its title, the variables that it asks for, and for whom it is."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from pathlib import Path

from stem.errors import ConfigError, ScriptError
from stem.messages import Message, joined
from stem.script import dutch
from stem.script.includes import hidden_problem
from stem.script.variables import Declared
from stem.tables import TomlError, from_table, parse_toml

_MOST_VARIABLES = 100
_MOST_LENGTHS = 20
_MOST_CHOICES = 200
_RESERVED = frozenset({"minuten", "vlaams", "loop", "range", "none", "true", "false", *dutch.forms("je")})


@dataclass(frozen=True, slots=True)
class Front:
    """The whole front matter."""

    title: str
    summary: str = ""
    language: str = "nl"
    bed: str | None = None
    voice: str | None = None
    minutes: tuple[float, ...] = ()
    imagery: bool = True
    steps_over: bool = False
    picks: bool = False
    practitioner_only: bool = False
    basis: str = ""
    audience: str = ""
    not_for: str = ""
    ask: str = ""
    variables: dict[str, Declared] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not dutch.has_words(self.title):
            raise ValueError(Message("'title' is empty"))
        if len(self.title.splitlines()) > 1:
            raise ValueError(Message("'title' has more than one line"))
        if self.language != "nl":
            raise ValueError(
                Message(
                    '\'language\' is "{language}", and stem speaks Dutch only: "nl"', language=self.language
                )
            )
        if self.steps_over and not self.imagery:
            raise ValueError(Message("'steps_over' is true, and that is imagery"))
        if self.picks and not self.imagery:
            raise ValueError(Message("'picks' is true, and that is imagery"))
        self._check_numbers()
        self._check_variables()

    def _check_numbers(self) -> None:
        if len(self.minutes) > _MOST_LENGTHS:
            raise ValueError(
                Message("'minutes' holds more than {most_lengths} lengths", most_lengths=_MOST_LENGTHS)
            )
        if not all(0 < length <= 24 * 60 for length in self.minutes):
            raise ValueError(Message("'minutes' holds a length that no track has"))
        for name, variable in self.variables.items():
            if len(variable.choices) > _MOST_CHOICES:
                raise ValueError(
                    Message(
                        "'variables.{name}.choices' holds more than {most_choices}",
                        name=name,
                        most_choices=_MOST_CHOICES,
                    )
                )

    def _check_variables(self) -> None:
        if len(self.variables) > _MOST_VARIABLES:
            raise ValueError(
                Message("'variables' holds more than {most_variables}", most_variables=_MOST_VARIABLES)
            )
        for name in self.variables:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name) or name in _RESERVED:
                raise ValueError(
                    Message(
                        "'variables.{name}' is no name for a variable, or already has a meaning", name=name
                    )
                )
        vorm = self.variables.get("vorm")
        if vorm is not None and not (vorm.choices and set(vorm.choices) <= set(dutch.FORMS)):
            raise ValueError(Message('\'variables.vorm\' is a choice of "je" and "u"'))


def read_front(front: str, path: Path) -> Front:
    """Return what stands between the two lines of "+++".

    Raises:
        ScriptError: for whatever is wrong with it, at its line of the file.
    """
    try:
        content = parse_toml(front)
        problem = hidden_problem(content)
        if problem:
            raise ScriptError(problem, path, _line_of(problem, front), hint=Message("Remove it."))
        table = from_table(Front, content, path)
    except TomlError as error:
        line = None if error.line is None else error.line + 1
        raise ScriptError(
            Message("the front matter is no TOML: {problem}", problem=error.problem), path, line
        ) from error
    except ConfigError as error:
        lines = [_line_of(problem, front) for problem in error.problems]
        several = [
            Message("line {line}: {each}", line=line, each=each)
            for line, each in zip(lines, error.problems, strict=True)
        ]
        problems = several if len(several) > 1 else ()
        raise ScriptError(joined("; ", error.problems), path, lines[0], problems=problems) from error
    return table


def _line_of(problem: str, front: str) -> int:
    """Return the line of the file that a problem with the front matter is about; 1 when that is nowhere."""
    key = re.search(r"'([\w.]+)", problem)
    wanted_table, _, wanted = key[1].rpartition(".") if key else ("", "", "")
    table = ""
    for number, text in enumerate(front.split("\n"), start=2):
        header = re.match(r"\s*\[([\w.]+)\]", text)
        table = header[1] if header else table
        if header and key and table == key[1]:
            return number
        if table == wanted_table and re.match(rf"\s*{re.escape(wanted)}\s*=", text):
            return number
    return 1
