"""A number or a time of a spreadsheet -> the text that is seen in its cell.

A cell holds a number and a format (ECMA-376, part 1, section 18.8.31). Someone who types 12:00 for twelve
minutes gets half a day with the format h:mm, and sees 12:00: what is seen is what was meant.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

Moment: TypeAlias = dt.datetime | dt.date | dt.time | dt.timedelta

_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?P<half>am/pm|a/p)|(?P<code>y+|m+|d+|h+|s+)|(?P<fraction>\.0+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[[^\]]*\]|(?P<number>General|[#0?][#0?,.]*)|(?P<other>.)',
    re.DOTALL,
)
_PLAIN_FORMATS = {"General", "Standaard", "@", ""}
_LOCAL_DATES = {"mm-dd-yy": "d-m-yyyy", "m/d/yy h:mm": "d-m-yyyy h:mm"}
"""Formats 14 and 22 follow the country of the machine; these are the Dutch forms."""

_DAY_ZERO = dt.datetime(1899, 12, 31)  # noqa: DTZ001 - a spreadsheet knows no zones
_MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905
_SHORT_MONTHS = "jan feb mrt apr mei jun jul aug sep okt nov dec".split()  # noqa: SIM905
_DAYS = "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag".split()  # noqa: SIM905
_CODES: dict[str, Callable[[dt.datetime], str]] = {
    "y": lambda at: f"{at.year % 100:02}",
    "yy": lambda at: f"{at.year % 100:02}",
    "yyyy": lambda at: f"{at.year:04}",
    "m": lambda at: f"{at.month}",
    "mm": lambda at: f"{at.month:02}",
    "mmm": lambda at: _SHORT_MONTHS[at.month - 1],
    "mmmm": lambda at: _MONTHS[at.month - 1],
    "d": lambda at: f"{at.day}",
    "dd": lambda at: f"{at.day:02}",
    "ddd": lambda at: _DAYS[at.weekday()][:2],
    "dddd": lambda at: _DAYS[at.weekday()],
    "h": lambda at: f"{at.hour}",
    "hh": lambda at: f"{at.hour:02}",
    "s": lambda at: f"{at.second}",
    "ss": lambda at: f"{at.second:02}",
}
"""A date's and a time's codes, in Dutch; not the m that is a minute."""
_NOON = 12
_UNITS_S = {"h": 3600, "m": 60, "s": 1}
_LONGEST_FORMAT = 255
"""Characters; Excel keeps no more."""


def number_text(number: float, number_format: str = "General") -> str:
    """Return a number as text, with the words, the leading zeros and the percent sign of its format.

    Decimals stay as they are, with a point: 12.0 is "12", 7.5 is "7.5". With "c"000, 7 is "c007".
    """
    literal_before, zeros, literal_after = _number_parts(number_format)
    percent = 100 if "%" in literal_before + literal_after else 1
    digits = str(number) if isinstance(number, int) and percent == 1 else _decimal(number * percent)
    sign = "-" if digits.startswith("-") else ""
    whole, point, decimals = digits.removeprefix("-").partition(".")
    return f"{sign}{literal_before}{whole.zfill(zeros)}{point}{decimals}{literal_after}"


def _decimal(number: float) -> str:
    # A spreadsheet keeps 15 digits; what floating point adds to 0.1 + 0.2 is never seen.
    return format(Decimal(f"{number:.15g}"), "f")


@functools.cache
def _number_parts(number_format: str) -> tuple[str, int, str]:
    """Return the text before the number, the least digits of its whole part, and the text after it."""
    section = number_format[:_LONGEST_FORMAT].partition(";")[0]
    if section in _PLAIN_FORMATS:
        return "", 0, ""
    before, after, zeros, seen = "", "", 0, False
    for part in _NUMBER_PARTS.finditer(section):
        if part["number"]:
            if seen:  # a fraction or a number with exponent: as it is
                return "", 0, ""
            zeros, seen = part["number"].partition(".")[0].count("0"), True
            continue
        text = part["quoted"] or part["escaped"] or part["other"] or ""
        before, after = (before, after + text) if seen else (before + text, after)
    if not seen or "E" in after:
        return "", 0, ""
    return before, zeros, after


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    text: str


def moment_text(moment: Moment, number_format: str) -> str:
    """Return a date, a time of the day or a length of time as its format shows it, in Dutch."""
    parts = _parts(_LOCAL_DATES.get(number_format, number_format))
    if isinstance(moment, dt.timedelta):
        elapsed = moment
    elif isinstance(moment, dt.time):
        elapsed = dt.datetime.combine(_DAY_ZERO, moment) - _DAY_ZERO
    elif isinstance(moment, dt.datetime):
        elapsed = moment - _DAY_ZERO
    else:
        elapsed = dt.datetime.combine(moment, dt.time()) - _DAY_ZERO
    if all(part.kind != "fraction" for part in parts):
        elapsed = dt.timedelta(seconds=round(elapsed.total_seconds()))
    return "".join(_part_text(part, _DAY_ZERO + elapsed, elapsed) for part in parts).strip()


@functools.cache
def _parts(number_format: str) -> tuple[_Part, ...]:
    parts: list[_Part] = []
    for found in _PARTS.finditer(number_format[:_LONGEST_FORMAT].partition(";")[0]):
        kind = found.lastgroup or ""
        text = found[kind] if kind else ""
        if kind in {"code", "elapsed", "half"}:
            text = text.lower()
        parts.append(_Part(kind if kind in {"code", "elapsed", "half", "fraction"} else "text", text))
    if any(part.kind == "half" for part in parts):
        parts = [_Part("hour of twelve", part.text) if part.text in {"h", "hh"} else part for part in parts]
    # m is a minute right after hours and right before seconds, else a month.
    timed = [n for n, part in enumerate(parts) if part.kind in {"code", "elapsed", "hour of twelve"}]
    for before, here, after in zip([None, *timed], timed, [*timed[1:], None], strict=False):
        near_hour = before is not None and parts[before].text[0] == "h"
        near_second = after is not None and parts[after].text[0] == "s"
        if parts[here].kind == "code" and parts[here].text[0] == "m" and (near_hour or near_second):
            parts[here] = _Part("minute", parts[here].text)
    return tuple(parts)


def _part_text(part: _Part, moment: dt.datetime, elapsed: dt.timedelta) -> str:
    match part.kind:
        case "elapsed":
            number = int(elapsed.total_seconds()) // _UNITS_S[part.text[0]]
        case "minute":
            number = moment.minute
        case "hour of twelve":
            number = (moment.hour - 1) % _NOON + 1
        case "half":
            return "AM" if moment.hour < _NOON else "PM"
        case "fraction":
            return f",{moment.microsecond:06}"[: len(part.text)]
        case "code":
            return _CODES.get(part.text, _CODES[part.text[0]])(moment)
        case _:
            return part.text
    return f"{number:0{min(len(part.text), 2)}}"
