# ruff: noqa: RUF001 - quotes and dashes that look alike are what this module is about
"""Dutch: the words of je and u, sentences, and how written text is handed to a voice.

Templates are rendered in a child process that imports this module: it uses the standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

FORMS = ("je", "u")
"""The two ways of address."""

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "je": ("je", "u"),
        "jij": ("jij", "u"),
        "jou": ("jou", "u"),
        "uw": ("je", "uw"),
        "jouw": ("jouw", "uw"),
        "jezelf": ("jezelf", "uzelf"),
    }
)

_OWN = re.compile(r"(?<!\bde )(?<!\been )\b(?:mijn|m['’‘`´]n|jouw)\b", re.IGNORECASE)
"""A possessive that someone filled in; "de mijn" and "een mijn" lie underground."""

_INVERSIONS: Mapping[str, str] = MappingProxyType(
    {
        "ben": "bent",
        "heb": "hebt",
        "hou": "houdt",
        "houd": "houdt",
        "kan": "kan",
        "kun": "kunt",
        "mag": "mag",
        "rij": "rijdt",
        "rijd": "rijdt",
        "snij": "snijdt",
        "snijd": "snijdt",
        "vind": "vindt",
        "wil": "wilt",
        "word": "wordt",
        "zal": "zal",
        "zou": "zou",
        "zul": "zult",
    }
)
"""The verb before "je" to the verb before "u", where adding a t is not the rule or could be doubted."""


def forms(vorm: str, name: str = "") -> dict[str, object]:
    """Return the words and helpers that templates use to address a listener.

    Words: je, jij, jou, uw (unstressed possessive), jouw, jezelf. Helpers: inv("voel") -> "voel je" or "voelt
    u"; ju(a, b) -> a or b; eigen("mijn oma") -> "je oma" or "uw oma", for each mijn, m'n and jouw in what was
    filled in; stel_voor("dan eens") -> "Stel je dan eens voor"; noem("Welkom") -> "Welkom, Anna." or
    "Welkom.". A word or helper whose own name has a capital (Je, Uw, Inv, Ju, Eigen) gives one in the text.

    Args:
        vorm: "je" or "u".
        name: The listener's; may be empty.

    Raises:
        ValueError: when `vorm` is neither.
    """
    if vorm not in FORMS:
        raise ValueError(f"'{vorm}' is no way of address: je or u")
    which = FORMS.index(vorm)
    mijn, reflexive = ("je", "Stel je") if vorm == "je" else ("uw", "Stelt u zich")

    def inv(verb: str) -> str:
        if not re.fullmatch(r"[^\W\d_]+", verb):
            raise ValueError(f"inv() takes one verb, as in inv('voel'), not '{verb}'")
        return f"{verb} je" if vorm == "je" else f"{_with_u(verb)} u"

    def ju(je_text: str, u_text: str) -> str:
        return (je_text, u_text)[which]

    def eigen(label: str) -> str:
        return _OWN.sub(mijn, label)

    def stel_voor(middle: str = "") -> str:
        return " ".join([reflexive, *middle.split(), "voor"])

    def noem(sentence: str) -> str:
        said = sentence.rstrip(" .!?")
        stop = sentence.rstrip()[len(said) :] or "."
        return f"{said}, {capitalized(name)}{stop}" if name else f"{said}{stop}"

    words: dict[str, object] = {word: pair[which] for word, pair in _WORDS.items()}
    words |= {word.capitalize(): capitalized(pair[which]) for word, pair in _WORDS.items()}
    helpers: tuple[Callable[..., str], ...] = (inv, ju, eigen)
    for helper in helpers:
        words[helper.__name__] = helper
        words[helper.__name__.capitalize()] = _capitalizing(helper)
    return words | {"stel_voor": stel_voor, "noem": noem}


def _capitalizing(helper: Callable[..., str]) -> Callable[..., str]:
    return lambda *arguments: capitalized(helper(*arguments))


def _with_u(verb: str) -> str:
    """Return the present tense before "u" of the verb form that stands before "je"."""
    if verb in _INVERSIONS:
        return _INVERSIONS[verb]
    if verb.endswith("t"):
        return verb
    if re.search(r"(?:^|[^aeiou])[aou]$", verb):  # ga -> gaat, sta -> staat
        return f"{verb}{verb[-1]}t"
    return f"{verb}t"


def capitalized(text: str) -> str:
    """Return the text with a capital at its start; "ij" becomes "IJ", and the rest stays as it is."""
    length = 2 if text[:2].lower() == "ij" else 1
    return text[:length].upper() + text[length:]


_ABBREVIATIONS: Mapping[str, str] = MappingProxyType(
    {
        "a.u.b.": "alstublieft",
        "bijv.": "bijvoorbeeld",
        "blz.": "bladzijde",
        "bv.": "bijvoorbeeld",
        "b.v.": "bijvoorbeeld",
        "ca.": "circa",
        "d.m.v.": "door middel van",
        "d.w.z.": "dat wil zeggen",
        "dhr.": "de heer",
        "dr.": "dokter",
        "drs.": "doctorandus",
        "e.d.": "en dergelijke",
        "enz.": "enzovoort",
        "etc.": "enzovoort",
        "evt.": "eventueel",
        "excl.": "exclusief",
        "i.p.v.": "in plaats van",
        "i.v.m.": "in verband met",
        "incl.": "inclusief",
        "m.b.t.": "met betrekking tot",
        "m.b.v.": "met behulp van",
        "m.n.": "met name",
        "mevr.": "mevrouw",
        "mw.": "mevrouw",
        "n.a.v.": "naar aanleiding van",
        "nr.": "nummer",
        "o.a.": "onder andere",
        "o.i.d.": "of iets dergelijks",
        "ong.": "ongeveer",
        "prof.": "professor",
        "resp.": "respectievelijk",
        "St.": "Sint",
        "t.a.v.": "ten aanzien van",
        "t.o.v.": "ten opzichte van",
        "z.s.m.": "zo snel mogelijk",
    }
)
_MAY_END = frozenset({"a.u.b.", "e.d.", "enz.", "etc.", "o.i.d.", "z.s.m."})
"""Abbreviations that a new sentence often follows."""

_SPELLINGS = {capitalized(short): capitalized(full) for short, full in _ABBREVIATIONS.items()} | {
    **_ABBREVIATIONS
}
_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:" + "|".join(re.escape(form) for form in sorted(_SPELLINGS, key=len, reverse=True)) + ")"
)
_STOP = re.compile(r"([.!?…]+)([\"”’'»)\]]*)")
_NEXT = re.compile(r"\s*(\S?)")
_WORD = re.compile(r"[^\W_]")
_LIST_NUMBER = re.compile(r"\s*\d{1,3}")


def sentences(paragraph: str) -> tuple[str, ...]:
    """Split a paragraph into its sentences, in order, without the white space between them.

    A sentence ends at . ! ? or … and the quotes that close there; not at an abbreviation, an initial, inside
    a number or an address, at the number of a list item, nor at a stop inside a quotation that the sentence
    goes on after ("Kom maar." zei ze). Marks without words stay with the sentence before them.
    """
    found: list[str] = []
    start, worded, looked = 0, False, 0
    abbreviations = {match.end(): match[0] for match in _ABBREVIATION.finditer(paragraph)}
    for stop in _STOP.finditer(paragraph):
        worded = worded or _WORD.search(paragraph, looked, stop.start()) is not None
        looked = stop.end()
        if worded and _ends(paragraph, start, stop, abbreviations):
            found.append(paragraph[start : stop.end()].strip())
            start, worded = stop.end(), False
        elif found and not worded:  # ". . ." and "?! ?!"
            found[-1] += paragraph[start : stop.end()]
            start = stop.end()
    rest = paragraph[start:].rstrip()
    if found and not has_words(rest):
        found[-1] += rest
    elif rest:
        found.append(rest.lstrip())
    return tuple(found)


def _ends(paragraph: str, start: int, stop: re.Match[str], abbreviations: Mapping[int, str]) -> bool:
    """Tell whether the sentence that begins at `start` ends at the mark `stop`."""
    mark, closing = stop.groups()
    next_match = _NEXT.match(paragraph, stop.end())
    follows = next_match[1] if next_match else ""
    if not follows:
        return True
    glued = not paragraph[stop.end()].isspace()
    if closing:
        return not glued and not follows.islower()
    if mark != ".":
        return not glued or follows.isalnum()
    short = abbreviations.get(stop.end())
    if short is not None:
        return short.lower() in _MAY_END and follows.isupper()
    before = paragraph[max(start, stop.start() - 2) : stop.start()]
    if glued:  # "uit.Adem", but not "1.000", "22.15", "J.W. de Vries" or "stem.nl"
        return follows.isupper() and before.isalpha() and len(before) == 2  # noqa: PLR2004
    initial = before[-1:].isupper() and not before[:-1].isalnum()  # "J. de Vries", but not "voor u. Hoe"
    list_number = _LIST_NUMBER.fullmatch(paragraph, start, stop.start()) is not None
    return not initial and not list_number


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in the text: something that a voice can say."""
    return any(character.isalnum() for character in text)


_HOURS = ("twaalf", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf")
_ORDINALS = (
    *("eerste", "tweede", "derde", "vierde", "vijfde", "zesde"),
    *("zevende", "achtste", "negende", "tiende", "elfde", "twaalfde"),
)
_UNSPOKEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Sk", "So"}
"""Unicode categories of what no voice can say: controls, joiners, unassigned, keycaps, emoji, their tones."""


def _said_time(match: re.Match[str]) -> str:
    """Say a time of day as people do. Other minutes stay digits, which voices read right."""
    hour, minute = int(match["hour"]), int(match["minute"])
    now, next_hour = _HOURS[hour % 12], _HOURS[(hour + 1) % 12]
    said = {0: f"{hour} uur", 15: f"kwart over {now}", 30: f"half {next_hour}", 45: f"kwart voor {next_hour}"}
    return said.get(minute, f"{hour} uur {minute}")


def _said_ordinal(match: re.Match[str]) -> str:
    number = int(match[1])
    return _ORDINALS[number - 1] if 1 <= number <= len(_ORDINALS) else match[0]


def _said_dots(match: re.Match[str]) -> str:
    """Give dots of omission a sound: a voice drops them and joins the words around them."""
    return ", " if match.end() < len(match.string) else "."


def _keeping_stop(words: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
    """Write an abbreviation out; its point stays when it also ended the text."""
    return lambda match: words(match) + ("" if _WORD.search(match.string, match.end()) else ".")


_HOUR = r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-3])"
_Rewriting: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]
_REWRITINGS: tuple[_Rewriting, ...] = (
    # How it is written, how it is said; in this order. Measured on espeak-ng 1.52, which reads for Piper too.
    (r"\.[\"”»] (?=[a-zà-ÿ])", ", "),  # "Kom maar." zei ze
    (r"[\[\]*_#~|\\{}\"“”„«»]+", ""),
    (r"[‘’‚‛`´]", "'"),
    (r"(?<!\w)'(?![stnkm]\b)|'(?!\w)", ""),  # quotes, but not the apostrophes of "'s avonds" and "foto's"
    (r" ?(?:…|\. ?[.…])[ .…]*", _said_dots),
    (r" +(?=[,.!?;:])", ""),
    (r"(?<=[^\W\d_]{2}\.)(?=[A-ZÀ-ÖØ-Þ])", " "),  # "uit.Adem"
    (r"\bEén\b", "Één"),
    (rf"{_HOUR}[.:](?P<minute>[0-5]\d) ?uur\b", _said_time),
    (rf"{_HOUR}u(?P<minute>[0-5]\d)\b", _said_time),
    (r"(?<=\d) ?min\.", _keeping_stop(lambda _: " minuten")),
    (r"(?<=\d) ?sec\.", _keeping_stop(lambda _: " seconden")),
    (_ABBREVIATION.pattern, _keeping_stop(lambda match: _SPELLINGS[match[0]])),
    (r"\bt/m\b", "tot en met"),
    (r"\ben/of\b", "of"),
    (r"(?<=[^\W\d_]) ?/ ?(?=[^\W\d_])", " of "),
    (r"(?<![\w.,-])(\d{1,3}(?:,\d+)?) ?(?:[-–]|à) ?(\d{1,3}(?:,\d+)?)(?![\w-])", r"\1 tot \2"),
    (r"\b(\d{1,2})(?:e|de|ste)\b", _said_ordinal),
    (r"(?<=\d) ?x\b", " keer"),
    (r"(?<=\w) ?& ?(?=\w)", " en "),
    (r" [-–—]+(?= )|—", ","),
    (r"(?<=[.!?])[.,;:]+(?!\d)|,(?=[,.!?;:])", ""),
    (r"^(?:[ .,;:!?]|[-–—]+ )+", ""),
)
_COMPILED = tuple((re.compile(written), said) for written, said in _REWRITINGS)


def spoken(text: str) -> str:
    """Return what a voice is given to say for one sentence, or "" when there is nothing to say.

    Normal form C; no emoji, quotes or marks of layout; abbreviations, slashes, times, ranges and ordinals
    written out; dots of omission as a comma, or the end; a stop at the end. Numbers stay digits: voices read
    those right, and misread long number words.
    """
    visible = (" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = (c for c in visible if c == "°" or (unicodedata.category(c) not in _UNSPOKEN and c != "\ufe0f"))
    said = " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
    for written, replacement in _COMPILED:
        said = written.sub(replacement, said)
    said = unicodedata.normalize("NFC", " ".join(said.split()))
    if not has_words(said):
        return ""
    return f"{said}." if said[-1].isalnum() else said
