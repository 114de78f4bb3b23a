# ruff: noqa: RUF001 - dashes that look alike are what this is about
"""Ordinals, fractions, Roman numbers, ranges and sums: what is said otherwise than its digits.

Plain numbers stay digits, which voices read right; spelled out, they are long words that voices misread.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import cache

from stem.script.dutch.clock import ALONE, Rewriting

_FRACTIONS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}
_NAMED = {Fraction(1, 2): "een half", Fraction(1, 4): "een kwart", Fraction(3, 4): "drie kwart"}
VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"
_PARTED = "deel|delen|liter|kop|kopje|kilo|uur|eetlepel|theelepel|el|tl|l|dl|kg|van"
"""What one takes an eighth of: elsewhere "1/8" is "1 op 8"."""

_EACH = "dag|week|maand|jaar|uur|minuut|seconde|persoon|stuk|nacht|keer|kilo|liter|kg|l|u|wk|mnd|jr|pers|min"
_SHORT_EACH = {
    "wk": "week",
    "mnd": "maand",
    "jr": "jaar",
    "pers": "persoon",
    "min": "minuut",
    "kg": "kilo",
    "l": "liter",
}
_HET = "uur|jaar|glas|ei|brood|pak|blik|pond|ons|dozijn|deel|percent|procent|punt|blok|blad|potje|\\w+je"
"""Of these one says a "half"; of others "halve"."""


_NO_NOUN = "van|over|voor|tot|maal|procent|graad|met|dat|die|tegen|door|naar|aan|ook|keer"

_COMMON_NOUN = re.compile(rf" (?!(?:{_HET}|{_NO_NOUN})\b)[a-zà-ÿ]{{3}}")

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMBERED = (
    "afdeling|akte|artikel|band|bijlage|blok|boek|categorie|deel|fase|figuur|graad|groep|hoofdstuk|klasse|les|level"
    "|module|niveau|oefening|paragraaf|psalm|punt|ronde|scène|sessie|stadium|stap|symfonie|tabel|titel|type|vak"
    "|versie|volume|week|wereldoorlog|zone"
)
_RULERS = (
    "Albert|Alexander|Amenhotep|Benedictus|Beatrix|Bonifatius|Boudewijn|Catharina|Charles|Christiaan|Clemens|Constantijn"
    "|Darius|Edward|Eduard|Elisabeth|Elizabeth|Emma|Ferdinand|Filips|Floris|Frans|Frederik|George|Gregorius|Gustaaf|Haakon"
    "|Harald|Hassan|Hendrik|Henri|Henry|Innocentius|Isabella|Jacobus|Jan|Johan|Johannes|Jozef|Julius|Karel|Leo|Leopold"
    "|Lodewijk|Louis|Margaretha|Maria|Maximiliaan|Mehmet|Mohammed|Murat|Napoleon|Nicolaas|Olav|Otto|Paulus|Pius|Peter"
    "|Philip|Rama|Ramses|Richard|Rudolf|Selim|Sixtus|Süleyman|Urbanus|Victoria|Wilhelm|Willem|Xerxes"
)


@cache
def ordinal(number: int) -> str:
    """Return an ordinal as it is said; hundreds stay digits, since voices misread their long words."""
    from num2words import num2words  # where templates are rendered nothing is said

    thousands, rest = divmod(number, 1000)
    if number < 100:  # noqa: PLR2004 - of one word, which voices read right
        return str(num2words(number, lang="nl", to="ordinal"))
    if rest == 0:
        millions, odd = divmod(thousands, 1000)
        count, word = (millions, "miljoenste") if not odd else (thousands, "duizendste")
        return word if count == 1 else f"{count} {word}"
    if number % 100 == 0:
        above = number // 100 if thousands < 10 else rest // 100  # noqa: PLR2004 - "1200" is twelve hundred
        said = "honderdste" if above == 1 else f"{above} honderdste"
        return said if thousands < 10 else f"{thousands * 1000} {said}"  # noqa: PLR2004 - the same
    return f"{number - number % 100} {ordinal(number % 100)}"


def _said_ordinal(match: re.Match[str]) -> str:
    return ordinal(int(match[1].replace(".", "")))


def _said_part(match: re.Match[str]) -> str:
    whole, part = match[1] or "", f"{match[2]}/{match[3]}"
    return (
        f"{whole}{'en ' if whole else ''}{_small(int(match[2]))} {ordinal(int(match[3]))}"
        if (part not in _FRACTIONS)
        else f"{whole}{_FRACTIONS[part]}"
    )


def _said_fraction(match: re.Match[str]) -> str:
    return _FRACTIONS.get(match[0], f"{match[1]} op {match[2]}")


def _fraction(part: Fraction) -> str:
    return _NAMED.get(part) or f"{_small(part.numerator)} {ordinal(part.denominator)}"


@cache
def _vulgar(sign: str) -> str:
    return _fraction(Fraction(unicodedata.numeric(sign)).limit_denominator(10))


def _small(number: int) -> str:
    return {1: "een", 2: "twee", 3: "drie"}.get(number, str(number))


def _said_half(match: re.Match[str]) -> str:
    whole = match[1]
    half = _vulgar(match[2])
    if match[2] == "½" and whole in {None, "1"}:
        common = _COMMON_NOUN.match(match.string, match.end())
        return ("anderhal" if whole else "een hal") + ("ve" if common else "f")
    return f"{whole} en {half}" if whole else half


def _roman(letters: str) -> int | None:
    """Return the number that Roman letters stand for; None when nobody writes one so."""
    if not re.fullmatch(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", letters):
        return None
    digits = [_ROMAN[letter] for letter in letters]
    return sum(-one if one < then else one for one, then in zip(digits, [*digits[1:], 0], strict=True))


def _said_roman(match: re.Match[str]) -> str:
    number = _roman(match["roman"])
    before = "Wereldoorlog " if match["before"] == "WO " else match["before"]
    return match[0] if number is None else f"{before}{number}"


def _said_roman_ordinal(match: re.Match[str]) -> str:
    number = _roman(match["roman"] or match["one"])
    return match[0] if number is None else ordinal(number)


def _said_ruler(match: re.Match[str]) -> str:
    number = _roman(match["roman"])
    return match[0] if number is None else f"{match['before']}de {ordinal(number)}"


_SUM = r"(?<=\d) ?{sign} ?(?=[√(-]?\d{{1,9}}(?:[.,]\d{{1,9}})? ?(?:[+\-−–x×*:÷] ?\d{{1,9}} ?)?=)"
_LETTERS = r"(?P<roman>[IVX]{1,9}|[IVXLCDM]{3,9})(?![\w'-])"

SUMS: tuple[Rewriting, ...] = (
    (r"(?<![\w.,])[-−–] (?=\d{1,3}(?:,\d)? ?(?:°|graden\b))", "-"),
    (_SUM.format(sign="[-−–]"), " min "),
    (_SUM.format(sign="[:÷]"), " gedeeld door "),
    (r"(?<=\d) ?÷ ?(?=\d)", " gedeeld door "),
    (r"√ ?(?=\d)", "wortel "),
    (r"(?<=[\d ])\^(?=\d)", " tot de macht "),
)
"""Before a dash is a range, and a colon a ratio."""

NUMBERS: tuple[Rewriting, ...] = (
    (r"(?<=\d) ?[x×*] ?(?=\d)|(?<=\d) ?[x×](?!\w)|(?<=\d) x(?= \d)", " keer "),
    (r"(?<=\d)/(?=[^\W\d_]{2})|(?<= keer) ?/ ?(?=[^\W\d_])|(?<= euro)/(?=\w)|(?<= cent)/(?=\w)", " per "),
    (rf"(?<=\d )([^\W\d_]{{2,20}})/(?=(?:{_EACH})\b)", r"\1 per "),
    (r"\bkm/[uh]\b", "kilometer per uur"),
    (rf"(?<=[^\W\d_])/(?=\d{{1,3}} ?(?:{_EACH}|dagen|weken)\b)", " per "),
    (r"(?<=\bper )(?:wk|mnd|jr|pers|min|kg|l)\b\.?", lambda match: _SHORT_EACH[match[0].rstrip(".")]),
    (rf"{ALONE}24[-/]7(?![\w/-])", "24 7"),
    (
        r"(?<![\w.,-])\d{1,4}(?: [-–] \d{1,4}){2,20}(?![\w,-])",
        lambda match: re.sub(" [-–] ", ", ", match[0]),
    ),
    (rf"(?<!\w)((?i:{_NUMBERED}) \d{{1,3}})\.(?=\d{{1,2}}(?!\w))", r"\1 punt "),
    (rf"{ALONE}(\d{{4}})/(?=(?:\d{{4}}|\d\d)(?![\w/]))", r"\1, "),
    (rf"{ALONE}(\d{{1,3}} )?([1-9])/([2-9]|1\d)(?= (?:{_PARTED})\b)", _said_part),
    (rf"{ALONE}(\d{{1,3}})/(\d{{1,3}})(?![\w/]|[.,-]\d)", _said_fraction),
    (rf"(?<!\d)(?:(\d{{1,4}}) ?)?([{VULGAR}])", _said_half),
    (r"(?<![\w.,-])(\d{1,4}(?:,\d{1,9})?) ?(?:[-–]|à) ?(\d{1,4}(?:,\d{1,9})?)(?![\w-]|,\d)", r"\1 tot \2"),
    (r"(?<![\w.,-])(\d{1,4}) ?[-–] ?'(\d\d)(?!\w)", r"\1 tot '\2"),
    (r"(?<![\w.,])(\d{1,3}(?:\.\d{3}){1,2}|\d{1,9})-?(?:e|de|ste)\b", _said_ordinal),
    (r"(?<![\w.,:])(\d{1,4})\.([1-9])(?![\w.,:])", r"\1,\2"),
    (
        r"(?<![\w.'-])(?:(?P<roman>[IVX]{2,9}|[IVXLCDM]{3,9})(?:e|de|ste)|(?P<one>[IVX])e(?= eeuw))(?![\w-])",
        _said_roman_ordinal,
    ),
    (rf"(?<!\w)(?P<before>(?:{_RULERS}) ){_LETTERS}", _said_ruler),
    (rf"(?<!\w)(?P<before>(?i:{_NUMBERED}|WO) ){_LETTERS}", _said_roman),
    (r"(?<![\w.'-])(?P<before>)(?P<roman>[IVX]{2,9}|[IVXLCDM]{5,9})(?![\w'-])", _said_roman),
    (r"\+ ?/ ?-|±", "ongeveer "),
    (r"(?<![\w.,])(\d{1,9})³", r"\1 tot de derde"),
    (r"(?<=[\w)])²", " kwadraat"),
    (r"(?<=[\w)])³", " tot de derde"),
    (r" ?= ?(?=[\w-])", " is "),
)
