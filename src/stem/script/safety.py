"""What goes with every track: when not to listen, and whom to call in which country.

The texts and numbers stand in helplines.toml, beside this module, each number with its source and date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from stem.errors import UnknownNameError
from stem.messages import Message
from stem.script.template import ScriptTemplate
from stem.tables import from_table, load_toml

USUAL_COUNTRY = "NL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Someone to turn to.

    Attributes:
        when: In which need, in Dutch.
        who: Who answers, in Dutch.
        numbers: To call, the best one first; none when everyone has a number of their own.
        site: Where they answer in writing; empty for nowhere.
        source: Where the numbers stood.
        as_of: In which month, as "2025-10".
    """

    when: str
    who: str
    numbers: tuple[str, ...] = ()
    site: str = ""
    source: str = ""
    as_of: str = ""

    def __post_init__(self) -> None:
        """Refuse a number that nobody can check.

        Raises:
            ValueError: when a number has no source or no date.
        """
        if self.numbers and not (self.source and self.as_of):
            raise ValueError(Message("the number {number} has no source or no date", number=self.numbers[0]))

    @property
    def line(self) -> str:
        """The help as one line: "Bij gedachten aan zelfdoding: bel 113 ..."."""
        called = f"bel {' of '.join(self.numbers)} ({self.who})" if self.numbers else self.who
        return f"{self.when}: {called}{f', of schrijf via {self.site}' if self.site else ''}."


@dataclass(frozen=True, slots=True)
class Safety:
    """What a listener in one country is told, in Dutch.

    Attributes:
        country: Its code, ISO 3166-1: "NL".
        name: Its name.
        line: When not to listen, and what this is not: three sentences.
        help: Whom to turn to, the most urgent first.
    """

    country: str
    name: str
    line: str
    help: tuple[Help, ...]

    @property
    def help_lines(self) -> tuple[str, ...]:
        """Whom to turn to, a sentence each: the emergency number first, one's own doctor last."""
        return tuple(each.line for each in self.help)

    def help_lines_with(self, practice: Sequence[str]) -> tuple[str, ...]:
        """Return whom to turn to, the practice last: at night a machine answers there."""
        return (*self.help_lines, *practice)


@dataclass(frozen=True, slots=True)
class _Country:
    name: str
    help: tuple[Help, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    line: str
    countries: Mapping[str, _Country]


def countries() -> tuple[str, ...]:
    """Return the codes of the countries of which numbers are known."""
    return tuple(_table().countries)


def safety(country: str = USUAL_COUNTRY) -> Safety:
    """Return what a listener in `country` is told.

    Args:
        country: Its code, in capitals or not.

    Raises:
        UnknownNameError: when no numbers of that country are known.
    """
    table, code = _table(), country.upper()
    if code not in table.countries:
        raise UnknownNameError("country", country, table.countries)
    known = table.countries[code]
    return Safety(code, known.name, table.line, known.help)


@cache
def _table() -> _Table:
    with resources.as_file(resources.files("stem.script") / "helplines.toml") as path:
        return from_table(_Table, load_toml(path), Path("helplines.toml"))


ALONE_MINUTES = 20.0
"""From this length on, unwanted effects are reported more often by people who meditate alone."""


WITH_PRACTITIONER = "Doe deze oefening alleen samen met een behandelaar."


_LONG_ALONE = (
    f"Deze oefening duurt {ALONE_MINUTES:g} minuten of langer. Bij lange oefeningen hebben mensen "
    "die alleen luisteren vaker last van onprettige gevolgen; een kortere is dan een beter begin."
)


LISTENER_WARNINGS = (WITH_PRACTITIONER, _LONG_ALONE)
"""In Dutch, where other warnings are in English."""


def listener_warnings(template: ScriptTemplate, minutes: float) -> tuple[str, ...]:
    """Return what a listener, or who makes a track for one, should know beforehand: Dutch sentences.

    Args:
        template: The script.
        minutes: How long the track lasts.
    """
    warnings: list[str] = []
    if template.practitioner_only:
        warnings.append(WITH_PRACTITIONER)
    if template.imagery and not template.practitioner_only and minutes >= ALONE_MINUTES:
        warnings.append(_LONG_ALONE)
    return tuple(warnings)
