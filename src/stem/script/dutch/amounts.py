# ruff: noqa: RUF001 - dashes and letters that look alike are what this is about
"""Amounts: money, and numbers with a unit behind them."""

from __future__ import annotations

import re

from stem.script.dutch.clock import ALONE, Rewriting

_MONEY = {"€": "euro", "eur": "euro", "euro": "euro", "$": "dollar", "usd": "dollar", "£": "pond"}
_MONEY |= {"¥": "yen", "chf": "Zwitserse frank"}
_SCALES = {"mln": "miljoen", "mld": "miljard", "mio": "miljoen"}
_UNITS = {
    "km/u": "kilometer per uur",
    "km/h": "kilometer per uur",
    "km/s": "kilometer per seconde",
    "m/s": "meter per seconde",
    "km": "kilometer",
    "km²": "vierkante kilometer",
    "km2": "vierkante kilometer",
    "m²": "vierkante meter",
    "m2": "vierkante meter",
    "m³": "kubieke meter",
    "m3": "kubieke meter",
    "cm²": "vierkante centimeter",
    "cm2": "vierkante centimeter",
    "cm³": "kubieke centimeter",
    "cm3": "kubieke centimeter",
    "cc": "kubieke centimeter",
    "ha": "hectare",
    "m": "meter",
    "dm": "decimeter",
    "cm": "centimeter",
    "mm": "millimeter",
    "kg": "kilo",
    "gr": "gram",
    "g": "gram",
    "mg": "milligram",
    "µg": "microgram",
    "mcg": "microgram",
    "IE": "internationale eenheden",
    "l": "liter",
    "L": "liter",
    "dl": "deciliter",
    "cl": "centiliter",
    "ml": "milliliter",
    "mL": "milliliter",
    "mmol/l": "millimol per liter",
    "mmol/L": "millimol per liter",
    "mg/l": "milligram per liter",
    "mg/kg": "milligram per kilo",
    "dB": "decibel",
    "dB(A)": "decibel A",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "bpm": "slagen per minuut",
    "W": "watt",
    "kW": "kilowatt",
    "kWh": "kilowattuur",
    "V": "volt",
    "mA": "milliampère",
    "J": "joule",
    "kJ": "kilojoule",
    "kcal": "kilocalorieën",
    "hPa": "hectopascal",
    "mmHg": "millimeter kwik",
    "kB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "px": "pixels",
    "ms": "milliseconden",
    "s": "seconden",
    "sec": "seconden",
    "sec.": "seconden",
    "min": "minuten",
    "min.": "minuten",
    "wk": "weken",
    "wk.": "weken",
    "mnd": "maanden",
    "mnd.": "maanden",
    "jr": "jaar",
    "dgn": "dagen",
    "dgn.": "dagen",
    "wkn": "weken",
    "wkn.": "weken",
    "dd": "keer per dag",
    "dd.": "keer per dag",
    "pers.": "personen",
    "verd.": "verdiepingen",
    "el": "eetlepels",
    "tl": "theelepels",
    "st.": "stuks",
    "ct": "cent",
    "ct.": "cent",
    "mln": "miljoen",
    "mld": "miljard",
    "pk": "pk",
}
_OPERAND = r"[\d.,]{1,12} ?(?:=|is\b|keer|[+])"
"""In a sum "min" is a sign."""

_SINGULAR = {
    "seconden": "seconde",
    "milliseconden": "milliseconde",
    "minuten": "minuut",
    "weken": "week",
    "maanden": "maand",
    "eetlepels": "eetlepel",
    "theelepels": "theelepel",
    "stuks": "stuk",
    "dagen": "dag",
    "personen": "persoon",
    "verdiepingen": "verdieping",
    "pixels": "pixel",
    "slagen per minuut": "slag per minuut",
    "kilocalorieën": "kilocalorie",
    "internationale eenheden": "internationale eenheid",
}
_UNIT = "|".join(map(re.escape, sorted(_UNITS, key=len, reverse=True))).replace(
    "min|", rf"min(?! {_OPERAND})|"
)


def _said_money(match: re.Match[str]) -> str:
    """Say "€ 12,50" as "12 euro 50", "€ 0,99" as "99 cent", and "€ 5,00" as "5 euro"."""
    cents, scale = match["cents"] or "", match["scale"] or ""
    whole = f"{match['minus'] or ''}{match['whole']}"
    unit = _MONEY[match["sign"].lower()]
    if match["part"]:
        whole += f",{match['part']}"
    scale = f" {_SCALES.get(scale.rstrip('.'), scale)}" if scale else ""
    if not cents.isdigit() or not int(cents) or scale:
        return f"{whole}{scale} {unit}"
    if whole.strip("-") == "0" and unit != "pond":
        return f"{whole[:-1]}{int(cents)} cent"
    return f"{whole} {unit} {int(cents)}"


def _said_unit(match: re.Match[str]) -> str:
    written = match["unit"] if match["unit"] in _UNITS else match["unit"].rstrip(".")
    unit = _UNITS[written]
    before = match.string[max(match.start() - 1, 0) : match.start()]
    single = re.fullmatch(r"1|1? ?[½⅓⅔¼¾]", match["number"]) is not None and before not in {".", ","}
    stop = "." if match["unit"].endswith(".") and _is_end(match.string[match.end() :]) else ""
    return f"{match['number']} {_SINGULAR.get(unit, unit) if single else unit}{stop}"


def _is_end(rest: str) -> bool:
    return not rest.strip() or rest.lstrip()[:1].isupper()


def _said_height(match: re.Match[str]) -> str:
    return f"{match[1]} meter {int(match[2])}"


_WHOLE = r"(?P<minus>-)?(?P<whole>\d{1,3}(?:\.\d{3}){1,3}|\d{1,9})"
_CENTS = r"(?:[,.](?P<cents>\d\d|-{1,2}|–|=)(?!\d)|,(?P<part>\d{1,3}))?(?![\d,.]*\d)"
_AMOUNT = _WHOLE + _CENTS
_SCALE = r"(?: ?(?P<scale>miljoen|miljard|duizend|ml[nd]\b\.?|mio\b))?"
_SIGN = r"(?P<sign>[€$£¥]|\b(?:EUR|USD|CHF)\b)"

MONEY: tuple[Rewriting, ...] = (
    (r"-([€$£¥]) ?(?=\d)", r"\1 -"),
    (r"(?<=[$£])( ?\d{1,3}),(?=\d{3}(?!\d))", r"\1."),
    (
        r"([€$£¥]) ?(\d{1,9}(?:,\d\d)?)(?: ?[-–] ?)(?:\1 ?)?(\d{1,9}(?:,\d\d)?)(?![\w,.]*\d)(?!,?-)",
        r"\1 \2 tot \1 \3",
    ),
    (rf"{_SIGN} ?{_AMOUNT}{_SCALE}", _said_money),
    (rf"{ALONE}{_AMOUNT}{_SCALE} ?(?P<sign>[€$£¥]|(?:EUR|USD|CHF|euro)\b)", _said_money),
    (rf"{ALONE}(\d{{1,9}}),(?:--?|–)(?!\w)", r"\1 euro"),
    (r"(\d{1,9}) euro tot (\d{1,9}) euro\b", r"\1 tot \2 euro"),
)
"""Before the points of abbreviations are gone."""

UNITS: tuple[Rewriting, ...] = (
    (r"(?<=\d) ?(?:° ?C|℃)(?!\w)", " graden"),
    (r"(?<=\d) ?(?:° ?F|℉)(?!\w)", " graden Fahrenheit"),
    (r"(?<=\d) ?‰", " promille"),
    (rf"{ALONE}(\d)m(\d\d)(?!\w)", _said_height),
    (r"(?<!\w)(?<!\d )(?:[kc]?m[²³])(?!\w)", lambda match: _UNITS[match[0]]),
    (r"(?<=\d) ?′", " minuten"),
    (r"(?<=\d) ?″", " seconden"),
    (
        (
            r"(?<!\d)(?P<number>\d{1,9}|(?:\d{1,3} ?)?[½⅓⅔¼¾]) ?"
            rf"(?P<unit>(?:{_UNIT})(?:(?<!\.)\.(?= [a-zà-ÿ]))?)(?![\w²³']|/(?!\w{{2}}))"
        ),
        _said_unit,
    ),
    (r"(?<![\d.,])1 (minu|seco)(?:ten|nden)\b", lambda m: {"minu": "1 minuut", "seco": "1 seconde"}[m[1]]),
)
"""Where the points of abbreviations are gone."""
