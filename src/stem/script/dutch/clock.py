# ruff: noqa: RUF001 - dashes that look alike are what this is about
"""Times of day, lengths of time with a colon, dates and days: what is said otherwise than its digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Rewriting: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]
"""How it is written, how it is said. No pattern may look at the same characters more than a few times."""

ALONE = r"(?<![\w.,:/-])"
"""Where a number begins that is no part of another."""

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
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_SHORT_MONTHS = {name[:3]: name for name in MONTHS} | {"mrt": "maart", "sept": "september"}
_DAYS = {
    "ma": "maandag",
    "di": "dinsdag",
    "wo": "woensdag",
    "do": "donderdag",
    "vr": "vrijdag",
    "za": "zaterdag",
    "zo": "zondag",
}


def _said_time(match: re.Match[str]) -> str:
    """Say a time of day as people do. Minutes outside the steps of five stay digits."""
    return _time(match["hour"], match["minute"])


def _time(hour: str, minute: str) -> str:
    if int(minute) == 0:
        return f"{int(hour)} uur"
    said = _MINUTES.get(int(minute), f"{int(hour)} uur {int(minute)}")
    return said.format(now=_HOURS[int(hour) % 12], next=_HOURS[(int(hour) + 1) % 12])


def _said_times(match: re.Match[str]) -> str:
    between = match["between"].strip()
    between = between if between.isalpha() else "tot"
    return f"{_time(match['hour'], match['minute'])} {between} {_time(match['hour2'], match['minute2'])}"


def _said_length(match: re.Match[str]) -> str:
    """Say "2:30 minuten" as a length, and "1:30:00" as hours, minutes and seconds."""
    names = ("uur", "minuten", "seconden")[0 if match["third"] else 1 :]
    parts = [part for part in match.group("first", "second", "third") if part]
    said = [
        f"{int(part)} {_SINGULAR.get(name, name) if int(part) == 1 else name}"
        for part, name in zip(parts, names, strict=True)
        if int(part)
    ]
    return " en ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said) or f"0 {names[-1]}"


_SINGULAR = {"minuten": "minuut", "seconden": "seconde"}


def _said_date(match: re.Match[str]) -> str:
    day, month = int(match["day"] or 1), int(match["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):  # noqa: PLR2004 - of the calendar
        return match[0]
    return f"{day if match['day'] else ''} {MONTHS[month - 1]} {match['year'] or ''}".strip()


def _said_short_date(match: re.Match[str]) -> str:
    """Say "12-05-26", unless it counts a breath: "4-7-8" and "4-7-11" do."""
    counted = "0" not in {match["day"][0], match["month"][0]} and match["year"] < "20"
    return match[0] if counted else _said_date(match)


def _said_month(match: re.Match[str]) -> str:
    year = f" {match['year']}" if match["year"] else ""
    return f"{match['day']} {_SHORT_MONTHS[match['month']]}{year}"


def _said_day(match: re.Match[str]) -> str:
    full = _DAYS[match["name"].lower()]
    return full.capitalize() if match["name"][0].isupper() else full


def _said_days(match: re.Match[str]) -> str:
    """Say days that stand together: "ma t/m vr", "ma-vr", "za. en zo."."""
    between = re.sub(r"(?<=[\w.]) ?[-–] ?(?=\w)", " tot ", match[0])
    between = re.sub(r"(?<=[\w.]) ?/ ?(?=(?!m )\w)", ", ", between)
    return _A_DAY.sub(_said_day, between)


def _after(*words: str) -> str:
    """Return a pattern for the place behind one of these words, which are of known length."""
    return "(?:" + "|".join(rf"(?<=\b[{word[0].upper()}{word[0]}]{word[1:]} )" for word in words) + ")"


_TIME = r"(?P<hour>[01]?\d|2[0-4])[.:](?P<minute>[0-5]\d)"
_TIME_2 = _TIME.replace("hour", "hour2").replace("minute", "minute2")
_COLON = _TIME.replace("[.:]", ":")
_TO_FIVE = _TIME.replace(r"[0-5]\d", "[0-5][05]")
_UUR = r" ?(?:uur\b|[uh](?:\.(?! [A-Z])|\b))"
_NO_MORE = r"(?![\w:%]|[.,]\d| ?(?:m|cm|km|kg|l|meter|kilo|liter|euro)\b| ?[%€])"
_END = r"(?![\w:/-]|[.,]\d)"
_DATE = r"(?P<day>\d\d?)([-/.])(?P<month>\d\d?)\2"
_MONTH = r"(?P<month>" + "|".join(sorted(_SHORT_MONTHS, key=len, reverse=True)) + r")\b"
_IN_FULL = "|".join(MONTHS)
_DAY = "|".join([*_DAYS, *map(str.title, _DAYS)])

_A_DAY = re.compile(rf"(?<!\w)(?P<name>{_DAY})\b\.?")
DAYS = re.compile(
    rf"(?<![\w.])(?:{_DAY})\.(?=,? \d\d? (?:{_IN_FULL}|{'|'.join(_SHORT_MONTHS)})\b"
    rf"| (?:en|of|t/m|tot) (?:{_DAY})\b)"
    rf"|(?<![\w.])(?:{_DAY})\.(?=,? \d\d?[/-]\d\d?\b)"
    rf"|(?<![\w.])(?:[Mm]a|[Dd]i|[Ww]o|[Vv]r|[Zz]a)\.(?= ?\d| (?:ochtend|middag|avond|nacht|om)\b)"
    rf"|(?:(?<=\. en )|(?<=\. of )|(?<= t/m ))(?:{_DAY})\."
)
"""Days that are written short, where they stand before a date or each other: "zo." ends many a sentence."""

WEEKDAYS: tuple[Rewriting, ...] = (
    (
        (
            rf"(?<![\w.-])(?!zo en zo)(?:{_DAY})\b\.?"
            rf"(?:(?: (?:en|of|t/m|tot) | ?[-–/] ?|, )(?:{_DAY})\b\.?){{1,6}}(?![\w-])"
        ),
        _said_days,
    ),
)
"""Days that stand together, in a text without any number too."""

DATES: tuple[Rewriting, ...] = (
    (
        rf"(?<![\w.])(?P<name>{_DAY})\b\.?,?(?= \d\d?[/-](?:1[0-2]|0?[1-9])(?![\w/]|-\d\d?\b|[.,]\d))",
        _said_day,
    ),
    (r"(?<=\d)(?=(?:min|sec)\b)", " "),
    (rf"{ALONE}{_DATE}(?P<year>\d{{4}})(?![\w/-])", _said_date),
    (rf"{ALONE}(?P<year>\d{{4}})([-/])(?P<month>\d\d)\2(?P<day>\d\d)(?![\w/-])", _said_date),
    (rf"{ALONE}{_DATE}(?P<year>\d\d){_END}", _said_short_date),
    (rf"{ALONE}(?P<day>[0-3]?\d)-(?P<month>0[1-9])(?P<year>){_END}", _said_date),
    (rf"{ALONE}(?P<day>)(?P<month>0[1-9]|1[0-2])[-/](?P<year>(?:19|20)\d\d){_END}", _said_date),
    (rf"{ALONE}(\d\d?)/(?=\d\d? (?:{_IN_FULL})\b)", r"\1 en "),
    (
        (
            r"(?:(?<=dag )|(?<=\b[Oo]p ))(?![12]/[34]\b)"
            rf"(?P<day>\d\d?)/(?P<month>\d\d?)(?P<year>){_END}(?! van\b)"
        ),
        _said_date,
    ),
    (rf"(?<=dag )(?P<day>\d\d?)-(?P<month>\d\d?)(?P<year>){_END}", _said_date),
    (
        rf"{ALONE}(?P<day>\d\d?)[- ]{_MONTH}\.?(?:[- ](?P<year>\d{{4}}|'?\d\d))?(?=[ ,;:!?)]|\.(?!\w)|$)",
        _said_month,
    ),
    (rf"(?<![\w.])(?P<name>{_DAY})\.?,?(?= \d\d? (?:{_IN_FULL})\b)", _said_day),
    (
        r"(?<![\w.])(?P<name>[Mm]a|[Dd]i|[Ww]o|[Vv]r|[Zz]a)\.(?= ?\d| (?:ochtend|middag|avond|nacht|om)\b)",
        _said_day,
    ),
)
"""Before telephone numbers, which a date can look like."""

TIMES: tuple[Rewriting, ...] = (
    (rf"{ALONE}(?P<first>\d\d?):(?P<second>[0-5]\d)(?P<third>) ?(?:min\b|minuten\b|minuut\b)", _said_length),
    (rf"{ALONE}(?P<first>\d\d?):(?P<second>[0-5]\d):(?P<third>[0-5]\d)(?![\w:])(?: uur\b)?", _said_length),
    (rf"{ALONE}{_TIME}(?:{_UUR})?(?P<between> ?[-–] ?| tot | en | of ){_TIME_2}{_UUR}", _said_times),
    (rf"{ALONE}{_TIME}(?: uur)?(?P<between> ?[-–] ?){_TIME_2}{_NO_MORE}", _said_times),
    (rf"{_after('van', 'tussen')}{_TIME}(?P<between> tot | en ){_TIME_2}{_NO_MORE}", _said_times),
    (rf"{ALONE}{_TIME}{_UUR}", _said_time),
    (rf"{_after('om', 'vanaf', 'omstreeks')}{_TIME}{_NO_MORE}", _said_time),
    (rf"{_after('rond', 'tot', 'na', 'voor', 'tegen', 'sinds')}{_TO_FIVE}{_NO_MORE}", _said_time),
    (rf"{_after('verhouding', 'schaal')}(\d{{1,7}}):(\d{{1,7}})(?![\w:])", r"\1 op \2"),
    (rf"{ALONE}(\d):(\d)(?![\w:]|[.,]\d)", r"\1 op \2"),
    (rf"{ALONE}{_COLON}(?![\w:]|[.,]\d)", _said_time),
    (rf"{ALONE}(?P<hour>[01]?\d|2[0-4])[uh](?P<minute>[0-5]\d)\b", _said_time),
    (rf"{ALONE}(\d\d?) ?[uh]\b(?!\.\w)", r"\1 uur"),
)
