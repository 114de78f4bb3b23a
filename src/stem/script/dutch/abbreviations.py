"""Abbreviations: which there are, where they stand in a text, and how they are said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from stem.script.dutch.own_words import capitalized

_SAID: Mapping[str, str] = MappingProxyType(
    {
        "a.d.h.v.": "aan de hand van",
        "a.h.w.": "als het ware",
        "a.s.": "aanstaande",
        "a.u.b.": "alstublieft",
        "afd.": "afdeling",
        "b.v.": "bijvoorbeeld",
        "bijv.": "bijvoorbeeld",
        "blz.": "bladzijde",
        "bv.": "bijvoorbeeld",
        "c.q.": "of",
        "ca.": "circa",
        "d.m.v.": "door middel van",
        "d.w.z.": "dat wil zeggen",
        "dhr.": "de heer",
        "dr.": "dokter",
        "drs.": "doctorandus",
        "ds.": "dominee",
        "e.a.": "en andere",
        "e.d.": "en dergelijke",
        "enz.": "enzovoort",
        "etc.": "enzovoort",
        "evt.": "eventueel",
        "excl.": "exclusief",
        "hfst.": "hoofdstuk",
        "i.c.m.": "in combinatie met",
        "i.h.a.": "in het algemeen",
        "i.h.b.": "in het bijzonder",
        "i.o.m.": "in overleg met",
        "i.p.v.": "in plaats van",
        "i.s.m.": "in samenwerking met",
        "i.t.t.": "in tegenstelling tot",
        "i.v.m.": "in verband met",
        "incl.": "inclusief",
        "ir.": "ingenieur",
        "jl.": "jongstleden",
        "m.a.w.": "met andere woorden",
        "m.b.t.": "met betrekking tot",
        "m.b.v.": "met behulp van",
        "m.i.": "mijns inziens",
        "m.i.v.": "met ingang van",
        "m.n.": "met name",
        "m.u.v.": "met uitzondering van",
        "mevr.": "mevrouw",
        "mln.": "miljoen",
        "mr.": "meester",
        "mw.": "mevrouw",
        "n.a.v.": "naar aanleiding van",
        "n.b.": "let op",
        "n.v.t.": "niet van toepassing",
        "nr.": "nummer",
        "o.a.": "onder andere",
        "o.b.v.": "op basis van",
        "o.i.d.": "of iets dergelijks",
        "o.l.v.": "onder leiding van",
        "o.m.": "onder meer",
        "ong.": "ongeveer",
        "p.p.": "per persoon",
        "pag.": "pagina",
        "prof.": "professor",
        "resp.": "respectievelijk",
        "s.v.p.": "alstublieft",
        "St.": "Sint",
        "t.a.v.": "ten aanzien van",
        "t.b.v.": "ten behoeve van",
        "t.e.m.": "tot en met",
        "t.g.v.": "ten gevolge van",
        "t.o.v.": "ten opzichte van",
        "t.z.t.": "te zijner tijd",
        "v.a.": "vanaf",
        "vgl.": "vergelijk",
        "vs.": "versus",
        "z.g.": "zogenaamd",
        "z.o.z.": "zie ommezijde",
        "z.s.m.": "zo snel mogelijk",
        "zgn.": "zogenaamde",
    }
)

_POINT_NEEDED = frozenset(
    {
        "a.s.",
        "afd.",
        "c.q.",
        "ca.",
        "dr.",
        "ds.",
        "e.a.",
        "e.d.",
        "ir.",
        "m.i.",
        "m.n.",
        "mr.",
        "n.b.",
        "o.a.",
        "o.m.",
        "ong.",
        "p.p.",
        "pag.",
        "prof.",
        "St.",
        "t.e.m.",
        "v.a.",
        "z.g.",
    }
)
"""Without its last point, or all of them, this is a word, a name, or letters that are said as letters."""

_BEFORE_A_NUMBER = {"gem.": "gemiddeld", "max.": "maximaal", "min.": "minimaal", "tel.": "telefoon"}
"""Elsewhere these are words and names that end a sentence: "Tel." and "Dag, Max." are two."""

_AFTER_A_NUMBER = {
    "jan.": "januari",
    "feb.": "februari",
    "mrt.": "maart",
    "apr.": "april",
    "jun.": "juni",
    "jul.": "juli",
    "aug.": "augustus",
    "sept.": "september",
    "sep.": "september",
    "okt.": "oktober",
    "nov.": "november",
    "dec.": "december",
    "min.": "minuten",
    "sec.": "seconden",
    "u.": "uur",
}

MAY_END = frozenset(
    {"aub", "ea", "ed", "enz", "etc", "jl", "min", "mln", "nvt", "oid", "sec", "svp", "tzt", "u", "zsm"}
)
"""Abbreviations that a new sentence often follows, without points."""


def _pattern(short: str) -> str:
    """Return what matches an abbreviation, also with a capital, and where clear without points."""
    body = short.removesuffix(".")
    first = body[0] if body[0].isupper() else f"[{body[0].upper()}{body[0]}]"
    dotted = first + re.escape(body[1:])
    if short in _POINT_NEEDED:
        return rf"{dotted}\.|{dotted}(?!\w)" if "." in body else rf"{dotted}\."
    bare = first + body[1:].replace(".", "")
    return rf"(?:{dotted}|{bare})(?:\.|(?!\w))"


def _any_of(shorts: Mapping[str, str]) -> str:
    return "|".join(re.escape(short) for short in shorts)


_BY_LETTERS = {short.replace(".", "").lower(): said for short, said in _SAID.items()} | {"nl": "namelijk"}


@cache
def _abbreviation() -> re.Pattern[str]:
    """Return what matches any of them; made when first needed: where templates are rendered it is not."""
    return re.compile(
        rf"(?<=\d )(?:{_any_of(_AFTER_A_NUMBER)})|(?<![\w.])(?:(?<!punt )[Nn]l\.|"  # "stem punt nl."
        + "|".join(map(_pattern, sorted(_SAID, key=len, reverse=True)))
        + rf"|(?:{_any_of(_BEFORE_A_NUMBER)})(?= ?\d))"
    )


def ends(text: str) -> Iterator[tuple[int, str]]:
    """Return where the abbreviations of a text end, and which they are: in lower case, without points."""
    return ((match.end(), match[0].replace(".", "").lower()) for match in _abbreviation().finditer(text))


def written_out(text: str) -> str:
    """Return the text with its abbreviations in full; the point of one that also ended a sentence stays."""
    return _abbreviation().sub(_said, text)


def _said(match: re.Match[str]) -> str:
    letters, after = match[0].replace(".", "").lower(), match.string[match.end() : match.end() + 2]
    if match.string[match.start() - 2 : match.start() - 1].isdigit() and match[0] in _AFTER_A_NUMBER:
        full = _AFTER_A_NUMBER[match[0]]
    else:
        full = _BY_LETTERS.get(letters) or _BEFORE_A_NUMBER[match[0]]
    full = capitalized(full) if match[0][0].isupper() else full
    if match[0].endswith(".") and letters in MAY_END and after[1:].isupper():
        return f"{full}."
    return f"{full} " if after[:1].isalnum() else full
