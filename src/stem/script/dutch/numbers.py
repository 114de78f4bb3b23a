# ruff: noqa: RUF001 - dashes that look alike are what this is about
"""Times, dates, ordinals, fractions, money, telephone numbers: what is said otherwise than its digits.

Plain numbers stay digits, which voices read right; spelled out, they are long words that voices misread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Rewriting: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]
"""How it is written, how it is said. No pattern may look at the same characters more than a few times."""

_HOURS = ("twaalf", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf")
_MINUTES = {
    5: "vijf over {now}",
    10: "tien over {now}",
    15: "kwart over {now}",
    20: "tien voor half {next}",
    25: "vijf voor half {next}",
    30: "half {next}",
    35: "vijf over half {next}",
    40: "tien over half {next}",
    45: "kwart voor {next}",
    50: "tien voor {next}",
    55: "vijf voor {next}",
}
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_TO_NINETEENTH = (
    *("eerste", "tweede", "derde", "vierde", "vijfde", "zesde", "zevende", "achtste", "negende", "tiende"),
    *("elfde", "twaalfde", "dertiende", "veertiende", "vijftiende", "zestiende", "zeventiende"),
    *("achttiende", "negentiende"),
)
_ONES = ("", "eenen", "tweeën", "drieën", "vieren", "vijfen", "zesen", "zevenen", "achten", "negenen")
_TENTHS = (
    *("twintigste", "dertigste", "veertigste", "vijftigste", "zestigste", "zeventigste"),
    *("tachtigste", "negentigste"),
)
_ORDINALS = (*_TO_NINETEENTH, *(one + tenth for tenth in _TENTHS for one in _ONES), "honderdste")

_HALVES = {"½": "een half", "⅓": "een derde", "⅔": "twee derde", "¼": "een kwart", "¾": "drie kwart"}
_FRACTIONS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "24/7": "24 7"}
_MONEY = {"€": "euro", "eur": "euro", "$": "dollar", "£": "pond"}
_UNITS = {
    "km/u": "kilometer per uur",
    "km/h": "kilometer per uur",
    "km": "kilometer",
    "m²": "vierkante meter",
    "m2": "vierkante meter",
    "m": "meter",
    "cm": "centimeter",
    "mm": "millimeter",
    "kg": "kilo",
    "gr": "gram",
    "g": "gram",
    "mg": "milligram",
    "l": "liter",
    "ml": "milliliter",
    "dB": "decibel",
    "min": "minuten",
    "sec": "seconden",
    "kcal": "kilocalorieën",
}
_ROMAN = {"I": 1, "V": 5, "X": 10}
_EMERGENCY_BEFORE = "als|bel|belt|bellen|bij|dag|en|in|is|kan|kun|kunt|met|of|om|op|staat|via|voor|wanneer"


def _said_time(match: re.Match[str]) -> str:
    """Say a time of day as people do. Minutes outside the steps of five stay digits."""
    return _time(match["hour"], match["minute"])


def _time(hour: str, minute: str) -> str:
    if int(minute) == 0:
        return f"{int(hour)} uur"
    said = _MINUTES.get(int(minute), f"{int(hour)} uur {int(minute)}")
    return said.format(now=_HOURS[int(hour) % 12], next=_HOURS[(int(hour) + 1) % 12])


def _said_times(match: re.Match[str]) -> str:
    return f"{_time(match['hour'], match['minute'])} tot {_time(match['hour2'], match['minute2'])}"


def _said_date(match: re.Match[str]) -> str:
    day, month = int(match["day"]), int(match["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):  # noqa: PLR2004 - of the calendar
        return match[0]
    return f"{day} {_MONTHS[month - 1]} {match['year']}"


def _said_ordinal(match: re.Match[str]) -> str:
    hundreds, rest = divmod(int(match[1]), 100)
    if int(match[1]) in (0, *range(200, 1000, 100)):
        return match[0]
    if hundreds == 0 or rest == 0:
        return _ORDINALS[int(match[1]) - 1]
    return f"{hundreds}00 {_ORDINALS[rest - 1]}"


def _said_fraction(match: re.Match[str]) -> str:
    return _FRACTIONS.get(match[0], f"{match[1]} op {match[2]}")


def _said_half(match: re.Match[str]) -> str:
    whole, half = match[1], _HALVES[match[2]]
    if match[0].startswith("1½"):
        return "anderhalf"
    return f"{whole} en {half}" if whole else half


def _said_money(match: re.Match[str]) -> str:
    cents = match["cents"] or ""
    scale = f" {match['scale']}" if match["scale"] else ""
    return f"{match['whole']}{scale} {_MONEY[match['sign'].lower()]}" + (
        f" {cents}" if cents.isdigit() else ""
    )


def _said_unit(match: re.Match[str]) -> str:
    return f"{match[1]} {_UNITS[match[2]]}"


def _said_telephone(match: re.Match[str]) -> str:
    """Say a telephone number digit by digit: groups as they are written, long ones in twos."""
    groups = re.findall(r"\d+", match[0])
    if not 8 <= sum(map(len, groups)) <= 13 or not all(map(_is_group, groups)):  # noqa: PLR2004 - lengths in use
        return match[0]
    twos = [re.findall(r"\d\d?", group) if len(group) > 4 else [group] for group in groups]  # noqa: PLR2004
    said = ", ".join(" ".join(part) for parts in twos for part in parts)
    return f"plus {said}" if match[0].startswith("+") else said


def _is_group(digits: str) -> bool:
    return len(digits) > 1 or digits == "6"  # +31 6 12345678


def _said_roman(match: re.Match[str]) -> str:
    digits = [_ROMAN[letter] for letter in match[0]]
    following = [*digits[1:], 0]
    return str(sum(-one if one < then else one for one, then in zip(digits, following, strict=True)))


_ALONE = r"(?<![\w.,:/-])"
_TIME = r"(?P<hour>[01]?\d|2[0-4])[.:](?P<minute>[0-5]\d)"
_UUR = r" ?u(?:ur\b|\.(?! [A-Z])|\b)"
_TIME_2 = _TIME.replace("hour", "hour2").replace("minute", "minute2")
_AMOUNT = r"(?P<whole>\d{1,3}(?:\.\d{3}){1,3}|\d{1,9})(?:,(?P<cents>\d\d|-{1,2}))?(?![\d,]*\d)"
_SCALE = r"(?: (?P<scale>miljoen|miljard|duizend)\b)?"

SIGNS = re.compile(r"[\d½⅓⅔¼¾±+=]|[IVX]{2}")
"""Without one of these there is nothing to rewrite here."""

BEFORE_ABBREVIATIONS: tuple[Rewriting, ...] = (
    (r"(?<=\d)(?=(?:min|sec)\b)", " "),
    (rf"{_ALONE}(?P<day>\d\d?)([-/.])(?P<month>\d\d?)\2(?P<year>\d{{4}})(?![\w/-])", _said_date),
    (rf"{_ALONE}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])", _said_date),
    (r"(?<![\w.,:/+-])(?:\+|0)\d{1,4}(?:[ -]\d{1,10}){1,5}(?![\w/-]|[.,]\d)", _said_telephone),
    (r"(?<![\w.,:/+-])0\d{9}(?![\w/-]|[.,]\d)", _said_telephone),
    (
        rf"{_ALONE}(1)(1)([23])(?= ?(?:[.,;:!?)]|$)(?!\d)| (?:{_EMERGENCY_BEFORE})\b| [A-Z])",
        r"\1 \2 \3",
    ),
    (rf"{_ALONE}{_TIME} ?(?:uur )?[-–] ?{_TIME_2}(?:{_UUR})?", _said_times),
    (rf"{_ALONE}{_TIME}{_UUR}", _said_time),
    (rf"(?:(?<=\b[Oo]m )|(?<=\b[Vv]anaf )){_TIME}(?![\w:%]|[.,]\d)", _said_time),
    (rf"(?:(?<=\b[Rr]ond )|(?<=\b[Tt]ot )){_TIME.replace('[.:]', ':')}(?![\w:%]|[.,]\d)", _said_time),
    (rf"{_ALONE}(?P<hour>[01]?\d|2[0-4])[uh](?P<minute>[0-5]\d)\b", _said_time),
    (rf"{_ALONE}(\d\d?)u\b", r"\1 uur"),
    (rf"(?P<sign>[€$£]|\bEUR) ?{_AMOUNT}{_SCALE}", _said_money),
    (rf"{_ALONE}{_AMOUNT}{_SCALE} ?(?P<sign>[€$£]|EUR\b)", _said_money),
    (rf"{_ALONE}(\d{{1,9}}),--?(?!\w)", r"\1 euro"),
)
"""Before the points of abbreviations are gone."""

AFTER_ABBREVIATIONS: tuple[Rewriting, ...] = (
    (r"(?<=\d) ?° ?C\b", " graden"),
    (r"(?<!\d)(\d{1,9}) ?(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")(?![\w/²])", _said_unit),
    (r"(?<![\d.,])1 (minu|seco)(?:ten|nden)\b", lambda m: {"minu": "1 minuut", "seco": "1 seconde"}[m[1]]),
    (r"(?<=\d) ?[x×] ?(?=\d)|(?<=\d) ?[x×](?!\w)", " keer "),
    (r"(?<=\d)/(?=[^\W\d_]{2})|(?<= keer) ?/ ?(?=[^\W\d_])", " per "),
    (rf"{_ALONE}(\d{{1,3}})/(\d{{1,3}})(?![\w/]|[.,-]\d)", _said_fraction),
    (r"(?<!\d)(?:(\d{1,4}) ?)?([½⅓⅔¼¾])", _said_half),
    (r"(?<![\w.,-])(\d{1,4}(?:,\d{1,9})?) ?(?:[-–]|à) ?(\d{1,4}(?:,\d{1,9})?)(?![\w-]|,\d)", r"\1 tot \2"),
    (r"(?<![\w.,])(\d{1,3})(?:e|de|ste)\b", _said_ordinal),
    (r"(?<![\w.,:])(\d{1,4})\.([1-9])(?![\w.,:])", r"\1,\2"),
    (r"(?<![\w.'-])(?=[IVX]{2})X?(?:IX|IV|V?I{0,3})(?![\w'-])", _said_roman),
    (r"\+ ?/ ?-|±", "ongeveer "),
    (r"(?<=\w) ?= ?(?=\w)", " is "),
)
