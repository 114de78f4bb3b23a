# ruff: noqa: RUF001 - quotes and dashes that look alike are what this is about
"""Written Dutch becomes what a voice is given. Measured on espeak-ng 1.52, which reads for Piper too."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

from stem.script.dutch import abbreviations
from stem.script.dutch.amounts import MONEY, UNITS
from stem.script.dutch.clock import DATES, TIMES, WEEKDAYS, Rewriting
from stem.script.dutch.letters import familiar
from stem.script.dutch.numbers import NUMBERS, SUMS
from stem.script.dutch.sentences import has_words
from stem.script.dutch.telephone import TELEPHONES

_UNSPOKEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Sk", "So"}
"""Unicode categories of what no voice can say: controls, joiners, unassigned, keycaps, emoji, their tones."""

_MEANT = frozenset("°№℃℉")
"""What is said, of a category that is not."""

_KNOWN = frozenset("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒²³₀₁₂₃₄₅₆₇₈₉±×÷−≤≥≠≈√∞←↑→↓↔€£¥¢°№℃℉µªº©®™¬")
"""Signs that are said, or that mean nothing to a listener."""

_LAYOUT = r"[\[\]*_#~|\\{}\"“”„«»<>^]"
_MARKS = ",;:.!?…"


def _said_address(match: re.Match[str]) -> str:
    """Say an internet address as one dictates it."""
    bare = re.sub(r"^https?://", "", match[0])
    for sign, said in (("@", "apenstaartje"), (".", "punt"), ("/", "slash"), ("-", "streepje")):
        bare = bare.replace(sign, f" {said} ")
    return re.sub(r"[^\w ]|_", " ", bare)


def _said_marks(match: re.Match[str]) -> str:
    """Leave one mark of a row of them; dots of omission sound as a comma, since a voice drops them."""
    text, after = match.string, match.string[match.end() : match.end() + 1]
    marks = match[0].replace(" ", "")
    if match.start() == 0:
        return ""
    if match[0] in _MARKS[:-1] and after:  # "1,5", "22.15", "J.W."
        return match[0]
    if (omission := "…" in marks or ".." in marks) and after:
        marks = re.sub(r"\.\.+|…", "", marks).strip(".") or ","
    elif omission:
        marks = marks.replace("…", ".")
    said = next(mark for mark in "?!.:;," if mark in marks)
    return f"{said} " if match.end() < len(text) else said


_WITH_D = {"v": "van", "a": "aan", "o": "op", "i": "in"}
_DE = {"d": "de", "h": "het"}
_PER = {"w": "week", "m": "maand", "d": "dag", "j": "jaar", "u": "uur", None: "stuk"}


class _Rules:
    """Rules that are followed in their order, in texts with one of the signs (without any: in all)."""

    def __init__(self, rules: Iterable[Rewriting], signs: str = "") -> None:
        self._rules = tuple(rules)
        self._signs = frozenset(signs)

    @cached_property
    def compiled(self) -> list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]:
        """The rules, when first needed: where templates are rendered nothing is said."""
        return [(re.compile(written), said) for written, said in self._rules]

    def rewritten(self, text: str) -> str:
        """Return a text as the rules have it."""
        if self._signs and self._signs.isdisjoint(text):
            return text
        for pattern, said in self.compiled:
            text = pattern.sub(said, text)
        return text


_LETTER = r"[^\W\d_]"
_CONSONANT = "[b-df-hj-np-rtv-xzB-DF-HJ-NP-RTV-XZ]"
_SIGNED = re.compile(r"[<>=º№#≤≥≠≈~¢∞−μ\dᵈᵉˢᵗ₀-₉]")
_SIGNS = _Rules(
    (
        (r"(?<!\S)<3(?! ?\w)", ""),  # a heart
        (r"ᵈᵉ|ˢᵗᵉ|ᵉ", lambda match: unicodedata.normalize("NFKC", match[0])),
        (r"[₀-₉]", lambda match: str(unicodedata.digit(match[0]))),
        (r"−(?=\d)", "-"),
        (r"μ(?=[gml]\b)", "µ"),
        (r"(?<!\w)([1-9]\d{3}) ?([A-Z])([A-Z])(?!\w)", r"\1 \2 \3"),  # a postal code
        (r"№ ?|#(?=\d)|(?<=\w )# (?=\d)", "nummer "),
        (r"≤ ?|<= ?(?=\d)", " hoogstens "),
        (r"≥ ?|>= ?(?=\d)", " minstens "),
        (r"(?<![-–<=])<{1,2} ?(?=[\d½€-])|(?<=\w) < (?=\w)", " minder dan "),
        (r"(?<![-–=>])>{1,2} ?(?=[\d½€-])", " meer dan "),
        (r"(?<=\w) > (?=\w)", ", "),
        (r"≠", " is niet "),
        (r"(?<=\d) ?º", "°"),
        (r"≈ ?|~ ?(?=\d)", " ongeveer "),
        (r"¢", " cent"),
        (r"∞", " oneindig "),
    )
)
_BEFORE_NUMBERS: tuple[_Rules, ...] = (
    _Rules(
        (
            (r"(?<![\w@.])(?:https?://|www\.)[^\s\"”»<>)\]]{0,300}[\w/]", _said_address),
            (r"(?<![\w@.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}", _said_address),
            (
                r"(?<![\w@.-])[\w-]{2,63}(?:\.[\w-]{2,63})?\.(?:nl|be|com|org|eu|net)\b(?:/[\w/.-]{0,200}\w)?",
                _said_address,
            ),
        ),
        "./@",
    ),
    _Rules(
        (
            (r"(?<![\w:;])[:;]-?[()DP](?!\w)", ""),  # a face
        ),
        ":;",
    ),
    _Rules(
        (
            (r"\.[\"”»] (?=[a-zà-ÿ])", ", "),  # "Kom maar." zei ze
            (rf"(?<=[^\W_]){_LAYOUT}+(?=[^\W_])", " "),
            (f"{_LAYOUT}+", ""),
        ),
        r'[]*_#~|\{}"“”„«»<>^',
    ),
    _Rules(
        (
            (r"[‘’‚‛`´]", "'"),
            (
                r"(?<!\w)'(?![stnkmr]\b)|'(?!\w)",
                "",
            ),  # quotes, but not the apostrophes of "'s avonds" and "foto's"
            (r"(?<!\w)'m\b", "hem"),
            (r"(?<!\w)'r\b", "d'r"),
            (r"(?<!\w)'k\b", "ik"),
        ),
        "'‘’‚‛`´",
    ),
    _Rules(
        ((r"[•·‣←-⇿]", ","),),
    ),
    _Rules(
        (
            (rf"(?<={_LETTER})\(({_LETTER}{{1,9}})\)", r"\1"),  # kind(eren)
        ),
        "(",
    ),
    _Rules(
        (*WEEKDAYS,),
    ),
)
_BRACKETS: tuple[_Rules, ...] = (
    _Rules(
        ((r"[()]", " , "),),
        "()",
    ),
    _Rules(
        (
            (r"(?<=[^\W\d_]{2}\.)(?=[A-ZÀ-ÖØ-Þ])", " "),  # "uit.Adem"
            (r"(?<![\w.])([A-Z])\.(?= (?:[A-Z]|(?:de|den|der|van|te|ten|ter|'t) ))", r"\1"),  # "A. Jansen"
        ),
        ".",
    ),
    _Rules(
        (
            (r"\bEén", "Één"),
            # Accents of stress, which voices take for another vowel: "níét", "álles", "wél", "écht".
            (r"[áíóúÁÍÓÚ]", lambda match: unicodedata.normalize("NFD", match[0])[0]),
            (r"(?<=\w)éé|(?<=\w)éE", "ee"),
            (rf"(?<![éÉ])é(?={_CONSONANT}(?:\b|{_CONSONANT}))", "e"),
        ),
        "éáíóúÁÍÓÚÉ",
    ),
)
_AFTER_NUMBERS: tuple[_Rules, ...] = (
    _Rules(
        (
            (r"\b([Tt])/m\b", r"\1ot en met"),
            (r"\b[Ee]n/of\b", "of"),
            (r"\b([Mm])/[vV](?:/[xX])?\b", r"\1an of vrouw"),
            (r"\b([vaoi])/([dh])\b\.?", lambda match: f"{_WITH_D[match[1]]} {_DE[match[2]]}"),
            (r"\bp/(?:([wmdju])\b|st\b\.?)", lambda match: f"per {_PER[match[1]]}"),
            (r"(?: ?/){1,9}$|^(?:/ ?){1,9}", ""),
            (r"(?<=[\w.,;:!?…])(?: ?/){2,9} ?| / ", ", "),  # where a reader pauses
            (r"(?<=\w)/(?=\w)", " of "),
            (r"(?<=\w)/ (?=\w)", " of "),
            ("/", " "),
        ),
        "/",
    ),
    _Rules(
        (
            (r"(?<=\w) ?& ?(?=\w)", " en "),
            (r"§ ?(?=\d)", "paragraaf "),
            (r"(?<=[^\W\d_]) \+ (?=[^\W\d_])", " plus "),
        ),
        "&§+",
    ),
    _Rules(
        ((r" [-–—]+(?= )|—", " ,"),),
        "-–—",
    ),
    _Rules(
        (
            (rf"^(?:[ {_MARKS}]|[-–—&]+(?: |$))+", ""),
            (rf" ?[{_MARKS}][ {_MARKS}]*", _said_marks),
        ),
    ),
)


_DATED = (_Rules((*SUMS, *DATES, *TELEPHONES)),)
_TIMED = (_Rules((*TIMES, *MONEY)),)
_COUNTED = (_Rules((*UNITS, *NUMBERS)),)

_PLAIN = re.compile(r"[A-Za-zëïèêç]+(?:[,;:]? [A-Za-zëïèêç]+)*[.!?]?")
"""A sentence in which nothing but an abbreviation can be rewritten, which "ö" may be."""

_NUMBERED = re.compile(
    r"[\d½⅓⅔¼¾⅕-⅞⅐⅑⅒²³±+=]|\b[IVXLCDM]+(?:e|de|ste)?\b|\b(?:ma|di|wo|do|vr|za|zo) (?:en|of)\b"
)
"""Without one of these there are no amounts, times, numbers and days."""

_MOST_PASSES = 24
"""What one sign leaves behind can be written like another; people write nothing that takes three."""


@lru_cache(maxsize=2048)  # a script is read in every way that it can be filled in
def spoken(text: str) -> str:
    """Return what a voice is given to say for one sentence, or "" when there is nothing to say.

    Normal form C; no emoji, quotes or marks of layout; abbreviations, addresses, slashes, times, dates,
    ranges and ordinals written out; dots of omission as a comma, or the end; a stop at the end. Numbers stay
    digits, which voices read right. What is spoken already stays as it is.
    """
    said = text
    for _ in range(_MOST_PASSES + 1):
        before, said = said, _said(said)
        if said == before:
            break
    return said


def visible(text: str) -> str:
    """Return the text in normal form C, without what no voice can say, such as emoji and soft hyphens."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = (" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = (c for c in seen if c in _MEANT or (unicodedata.category(c) not in _UNSPOKEN and c != "\ufe0f"))
    return _tidy("".join(kept))


def unsaid(text: str) -> tuple[str, ...]:
    """Return the signs of a text that are not known here, and words in other scripts; no emoji."""
    pieces = re.findall(r"[^\W\d_]+|\S", unicodedata.normalize("NFC", text))
    return tuple(dict.fromkeys(piece for piece in pieces if any(map(_is_unsaid, piece))))


def _is_unsaid(character: str) -> bool:
    if character.isascii() or character in _KNOWN:
        return False
    category = unicodedata.category(character)
    if category in {"Lu", "Ll", "Lo", "Lm", "Lt"}:
        return not unicodedata.name(character, "").startswith(("LATIN", "GREEK", "MODIFIER LETTER SMALL"))
    return category in {"Sm", "Sc", "No", "Nl"} or (category == "So" and character < "\u2500")


def _said(text: str) -> str:
    said = visible(text)
    if _NUMBERED.search(said) is None and _PLAIN.fullmatch(said):  # most sentences, in a tenth of the time
        said = abbreviations.written_out(said)
        return said if said[-1] in _MARKS else f"{said}."
    signed = _SIGNED.search(said) is not None
    said = familiar(said)
    said = _SIGNS.rewritten(said) if signed else said
    said = _rewritten(said, _BEFORE_NUMBERS)
    numbered = _NUMBERED.search(said) is not None
    said = _rewritten(said, _DATED) if numbered else said
    said = _rewritten(said, _BRACKETS)
    said = _rewritten(said, _TIMED) if numbered else said
    said = abbreviations.written_out(said)
    said = _rewritten(said, _COUNTED) if numbered else said
    said = _tidy(_rewritten(said, _AFTER_NUMBERS))
    if not has_words(said):
        return ""
    return said if said[-1] in _MARKS else f"{said}."


def _rewritten(text: str, rules: Iterable[_Rules]) -> str:
    for each in rules:
        text = each.rewritten(text)
    return text


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))
