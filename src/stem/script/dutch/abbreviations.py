"""Abbreviations: which there are, where they stand in a text, and how they are said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from types import MappingProxyType

from stem.script.dutch.clock import DAYS
from stem.script.dutch.own_words import capitalized

_SAID: Mapping[str, str] = MappingProxyType(
    {
        "a.d.": "aan de",
        "a.d.h.v.": "aan de hand van",
        "a.g.v.": "als gevolg van",
        "a.h.w.": "als het ware",
        "a.s.": "aanstaande",
        "a.u.b.": "alstublieft",
        "afd.": "afdeling",
        "art.": "artikel",
        "b.v.": "bijvoorbeeld",
        "bijv.": "bijvoorbeeld",
        "bijz.": "bijzonder",
        "blz.": "bladzijde",
        "bv.": "bijvoorbeeld",
        "c.q.": "of",
        "c.s.": "en de zijnen",
        "ca.": "circa",
        "d.d.": "van",
        "d.m.v.": "door middel van",
        "d.w.z.": "dat wil zeggen",
        "dhr.": "de heer",
        "dr.": "dokter",
        "drs.": "doctorandus",
        "ds.": "dominee",
        "e.a.": "en andere",
        "e.d.": "en dergelijke",
        "e.v.": "en volgende",
        "e.v.a.": "en vele andere",
        "enz.": "enzovoort",
        "etc.": "enzovoort",
        "evt.": "eventueel",
        "excl.": "exclusief",
        "fam.": "familie",
        "geb.": "geboren",
        "gebr.": "gebroeders",
        "hfst.": "hoofdstuk",
        "i.c.": "in dit geval",
        "i.c.m.": "in combinatie met",
        "i.e.": "dat is",
        "i.g.v.": "in geval van",
        "i.h.a.": "in het algemeen",
        "i.h.b.": "in het bijzonder",
        "i.h.k.v.": "in het kader van",
        "i.k.v.": "in het kader van",
        "i.o.m.": "in overleg met",
        "i.p.v.": "in plaats van",
        "i.r.t.": "in relatie tot",
        "i.s.m.": "in samenwerking met",
        "i.t.t.": "in tegenstelling tot",
        "i.v.m.": "in verband met",
        "incl.": "inclusief",
        "ing.": "ingenieur",
        "ir.": "ingenieur",
        "j.l.": "jongstleden",
        "jl.": "jongstleden",
        "jr.": "junior",
        "k.k.": "kosten koper",
        "ll.": "laatstleden",
        "m.a.w.": "met andere woorden",
        "m.b.t.": "met betrekking tot",
        "m.b.v.": "met behulp van",
        "m.i.": "mijns inziens",
        "m.i.v.": "met ingang van",
        "m.n.": "met name",
        "m.u.v.": "met uitzondering van",
        "m.v.g.": "met vriendelijke groet",
        "mevr.": "mevrouw",
        "mln.": "miljoen",
        "mr.": "meester",
        "mw.": "mevrouw",
        "n.a.v.": "naar aanleiding van",
        "n.b.": "let op",
        "n. Chr.": "na Christus",
        "n.Chr.": "na Christus",
        "n.n.b.": "nog niet bekend",
        "n.o.t.k.": "nader overeen te komen",
        "n.t.b.": "nader te bepalen",
        "n.v.t.": "niet van toepassing",
        "nr.": "nummer",
        "o.a.": "onder andere",
        "o.b.v.": "op basis van",
        "o.g.v.": "op grond van",
        "o.i.d.": "of iets dergelijks",
        "o.l.v.": "onder leiding van",
        "o.m.": "onder meer",
        "o.v.v.": "onder vermelding van",
        "ong.": "ongeveer",
        "p.d.": "per dag",
        "p.j.": "per jaar",
        "p.m.": "per maand",
        "p.n.": "per nacht",
        "p.p.": "per persoon",
        "p.p.p.d.": "per persoon per dag",
        "p.p.p.n.": "per persoon per nacht",
        "p.s.": "post scriptum",
        "p.st.": "per stuk",
        "p.u.": "per uur",
        "p.w.": "per week",
        "pag.": "pagina",
        "plm.": "plusminus",
        "prof.": "professor",
        "resp.": "respectievelijk",
        "s.v.p.": "alstublieft",
        "sr.": "senior",
        "St.": "Sint",
        "t.a.v.": "ten aanzien van",
        "t.b.v.": "ten behoeve van",
        "t.e.m.": "tot en met",
        "t.g.v.": "ten gevolge van",
        "t.h.v.": "ter hoogte van",
        "t.n.v.": "ten name van",
        "t.o.v.": "ten opzichte van",
        "t.p.v.": "ter plaatse van",
        "t.w.": "te weten",
        "t.w.v.": "ter waarde van",
        "t.z.t.": "te zijner tijd",
        "v.a.": "vanaf",
        "v. Chr.": "voor Christus",
        "v.Chr.": "voor Christus",
        "v.d.": "van de",
        "v.h.": "van het",
        "v.l.n.r.": "van links naar rechts",
        "v.r.n.l.": "van rechts naar links",
        "v.w.b.": "voor wat betreft",
        "vgl.": "vergelijk",
        "vlg.": "volgende",
        "vnl.": "voornamelijk",
        "vr. gr.": "vriendelijke groet",
        "vs.": "versus",
        "w.o.": "waaronder",
        "wrsch.": "waarschijnlijk",
        "z.g.": "zogenaamd",
        "z.i.": "zijns inziens",
        "z.o.z.": "zie ommezijde",
        "z.s.m.": "zo snel mogelijk",
        "zg.": "zogenaamd",
        "zgn.": "zogenaamde",
    }
)

_POINT_NEEDED = frozenset(
    {
        "a.d.",
        "a.s.",
        "afd.",
        "art.",
        "bijz.",
        "c.q.",
        "c.s.",
        "ca.",
        "d.d.",
        "dr.",
        "ds.",
        "e.a.",
        "e.d.",
        "e.v.",
        "e.v.a.",
        "fam.",
        "geb.",
        "gebr.",
        "i.c.",
        "i.e.",
        "i.g.v.",
        "i.r.t.",
        "ing.",
        "ir.",
        "j.l.",
        "jr.",
        "k.k.",
        "ll.",
        "m.i.",
        "m.n.",
        "mr.",
        "n.b.",
        "n. Chr.",
        "n.Chr.",
        "o.a.",
        "o.m.",
        "ong.",
        "p.d.",
        "p.j.",
        "p.m.",
        "p.n.",
        "p.p.",
        "p.s.",
        "p.st.",
        "p.u.",
        "p.w.",
        "pag.",
        "prof.",
        "sr.",
        "St.",
        "t.e.m.",
        "t.w.",
        "v.a.",
        "v. Chr.",
        "v.Chr.",
        "v.d.",
        "v.h.",
        "vlg.",
        "vr. gr.",
        "w.o.",
        "z.g.",
        "z.i.",
        "zg.",
    }
)
"""Without its last point, or all of them, this is a word, a name, or letters that are said as letters."""

_BEFORE_A_NUMBER = {
    "fig.": "figuur",
    "gem.": "gemiddeld",
    "max.": "maximaal",
    "min.": "minimaal",
    "no.": "nummer",
    "p.": "bladzijde",
    "par.": "paragraaf",
    "pp.": "bladzijden",
    "tab.": "tabel",
    "tel.": "telefoon",
    "temp.": "temperatuur",
    "v.": "vers",
    "verd.": "verdieping",
}
_BEFORE_A_NUMBER |= {short.capitalize(): said for short, said in _BEFORE_A_NUMBER.items()}
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
    "jr.": "jaar",
}

_WRITTEN_AT_AN_END = (
    "aub cs ea ed enz etc ev eva jl jr ll min mln nchr nnb notk ntb nvt oid pd pj pm pp pst pu pw sec sr svp "
    "tzt u vchr zsm ma di wo do vr za zo"
)
MAY_END = frozenset(_WRITTEN_AT_AN_END.split())
"""Abbreviations that a new sentence often follows, without points."""

_MORE = re.compile(
    r"(?<=\d )(?:cl|cm|dl|el|gr?|jr|kg|km|l|m|mg|ml|mm|mnd|pers|st|tl|verd|wkn?|dd)\.(?= [a-zà-ÿ])"
    r"|(?<![\w.])(?:(?:[a-z]{1,3}\.){2,5}(?=\s)|[vn]\.(?= Chr)|vr\.(?= gr\.))"
)
"""Units with a point amid a sentence, and abbreviations that are not known, but look like one."""


def _rest(short: str) -> str:
    """Return what matches an abbreviation behind its first letter, where clear without points too."""
    body = short.removesuffix(".")
    dotted = re.escape(body[1:])
    if short in _POINT_NEEDED:
        return rf"{dotted}\.|{dotted}(?!\w)" if "." in body else rf"{dotted}\."
    return rf"(?:{dotted}|{body[1:].replace('.', '')})(?:\.|(?!\w))"


def _by_first_letter() -> Iterator[str]:
    """Yield a pattern for the abbreviations of each first letter, small or large: most words take no time."""
    shorts = sorted(_SAID, key=lambda short: (short[0], -len(short)))
    for letter, group in groupby(shorts, key=lambda short: short[0]):
        yield f"[{letter.upper()}{letter}](?:{'|'.join(map(_rest, group))})"


def _any_of(shorts: Mapping[str, str]) -> str:
    return "|".join(re.escape(short) for short in shorts)


def _letters(short: str) -> str:
    return re.sub(r"[. ]", "", short).lower()


_BY_LETTERS = {_letters(short): said for short, said in _SAID.items()} | {"nl": "namelijk"}


@cache
def _abbreviation() -> re.Pattern[str]:
    """Return what matches any of them; made when first needed: where templates are rendered it is not."""
    return re.compile(
        rf"(?<=\d )(?:{_any_of(_AFTER_A_NUMBER)})|"
        rf"(?<![\w.])(?:(?:{_any_of(_BEFORE_A_NUMBER)})(?=:? ?[-+(]?\d)|"
        r"(?<=\de )verd\.|(?<!punt )[Nn]l\.|" + "|".join(_by_first_letter()) + ")"  # "stem punt nl."
    )


def ends(text: str) -> Iterator[tuple[int, str]]:
    """Return where the abbreviations of a text end, and which they are: in lower case, without points."""
    for pattern in (_MORE, DAYS, _abbreviation()):
        for match in pattern.finditer(text):
            yield match.end(), _letters(match[0])


def written_out(text: str) -> str:
    """Return the text with its abbreviations in full; the point of one that also ended a sentence stays."""
    return _abbreviation().sub(_said, text)


def _said(match: re.Match[str]) -> str:
    letters, after = _letters(match[0]), match.string[match.end() : match.end() + 2]
    if match.string[match.start() - 2 : match.start() - 1].isdigit() and match[0] in _AFTER_A_NUMBER:
        full = _AFTER_A_NUMBER[match[0]]
    else:
        full = _BEFORE_A_NUMBER.get(match[0]) or _BY_LETTERS[letters]
    full = capitalized(full) if match[0][0].isupper() else full
    if match[0].endswith(".") and letters in MAY_END and after[1:].isupper():
        return f"{full}."
    return f"{full} " if after[:1].isalnum() else full
