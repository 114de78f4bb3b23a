# ruff: noqa: RUF001 - quotes and dashes that look alike are what people write
"""A second look at what will be spoken: what is no word for a listener, whatever notation it came in.

Importing looks at each row and, before a script is written, at each sentence; `lint` looks at each sentence
of a finished script. What is certain to be none importing leaves out, and `kept` is what is left of it;
what may be one is spoken, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from stem.messages import Message

Edge: TypeAlias = Literal["first", "last", ""]
"""Whether a sentence is among the first or the last of its script, where a chatbot speaks for itself."""

_MOST_KEPT = 2_048
"""Answers that are kept: a row is asked about at several places."""

LONGEST_LOOK = 1_000
"""Characters of a sentence that are looked at."""


@dataclass(frozen=True, slots=True)
class Unspoken:
    """Something in a sentence that is not for a listener.

    Attributes:
        found: What stands there.
        problem: What it seems to be, as a clause about `found`.
        kept: The sentence without it; "" when nothing remains, None when it may be spoken after all.
    """

    found: str
    problem: str
    kept: str | None


def unspoken(sentence: str, edge: Edge = "") -> Iterator[Unspoken]:
    """Yield what is no word for a listener in a sentence; what takes it whole comes alone."""
    text, rest = sentence[:LONGEST_LOOK].strip(), sentence[LONGEST_LOOK:]
    whole = _whole(text, edge)
    if whole is not None:
        yield Unspoken(text, whole, "")
        return
    label = split_label(text)
    if label is not None and label[2]:
        yield Unspoken(f"{label[0]}:", _A_LABEL, (split_label(sentence.strip()) or label)[1])
    if not _ODD.search(text):
        return
    for pattern, problem, instead in _PARTS:
        found = " ".join(match[0].strip() for match in pattern.finditer(text))
        if found:
            kept = None if instead is None else " ".join((pattern.sub(instead, text) + rest).split())
            yield Unspoken(found, problem, kept)


@lru_cache(maxsize=_MOST_KEPT)
def is_direction(text: str) -> bool:
    """Tell whether a text as a whole is a word for a pause, music or the end, or a heading of notes."""
    if len(text) > _LONGEST_TITLE:
        return False
    bare = _bare(text)
    words = set(re.findall(r"[^\W\d_]+", bare))
    return bool(words & _CUES and words <= _CUES | _ABOUT_CUES) or is_notes(bare)


def is_for_reader(text: str) -> bool:
    """Tell whether a text in brackets is about the voice or the sound: "Stem - zacht en langzaam"."""
    first = re.match(r"[\w-]+", text.strip().casefold())
    return first is not None and first[0] in _SPEAKERS


def is_speaker(name: str) -> bool:
    """Tell whether a name is that of who speaks: VERTELLER, Stem 2."""
    return name.casefold().rstrip("0123456789 ") in _SPEAKERS


@lru_cache(maxsize=_MOST_KEPT)
def is_notes(title: str) -> bool:
    """Tell whether a title stands above notes for who records, or about the text, and not above the text."""
    return len(title) <= _LONGEST_TITLE and _NOTES.fullmatch(_bare(title)) is not None


def split_label(text: str) -> tuple[str, str, bool] | None:
    """Return a label at the start of a row ("Anna (zacht):"), the rest, and whether it is certain."""
    found = _LABEL.match(text)
    if found is None:
        return None
    name = found["name"].strip()
    plain = name.casefold().rstrip("0123456789#. ")
    if plain in _SAID or plain.startswith("minu"):
        return None
    certain = (
        plain in _SPEAKERS
        or found["how"] is not None
        or (name.isupper() and len(name) > 1)
        or re.fullmatch(r"[\w-]*-(?:begin|start|eind|einde|end|[0-9]+)|(?:begin|start|eind)-[\w-]+", plain)
        is not None
    )
    rest = text[found.end() :].strip()
    return None if rest[:1] in _QUOTES and not certain else (name, rest, certain)


def key_of(text: str) -> tuple[str, str] | None:
    """Return key and value of a row such as "**Thema:** loslaten"; None for all that is none."""
    found = _KEY.fullmatch(re.sub(r"^[-*+•]\s+(?=\S)", "", text).replace("*", "").replace("__", "").strip())
    return None if found is None else (" ".join(found[1].casefold().split()), found[2].strip())


def is_data(text: str) -> bool:
    """Tell whether a row, wherever it stands, is data about the text: "Woorden: 1.156"."""
    if not _DATA_SIGN.search(text):
        return False
    if _DATA_ALONE.fullmatch(text.strip()):
        return True
    parts = [part for part in re.split(r"\s[|•·]\s", text.strip(" |")) if part.strip()]
    keys = [key_of(part) for part in parts]
    if len(parts) > 1:
        return all(keys)
    key = keys[0] if keys else None
    if key is not None and not key[1].strip("_. …"):
        return True  # a form
    return (
        key is not None
        and _base(key[0]) in DATA_KEYS
        and (_is_short(key[1]) or len(key[1].split()) <= _FEW_WORDS)
    )


def is_head_data(text: str) -> bool:
    """Tell whether a row before all words is data about the text."""
    parts = [part for part in re.split(r"\s[|•·]\s", text.strip(" |")) if part.strip()]
    if len(parts) > 1 and any(key_of(part) or is_data(part) for part in parts):
        return True
    key = key_of(text)
    if key is None or not _is_short(key[1]):
        return is_data(text)
    bold = re.match(r"(?:[-*+•]\s+)?(?:\*\*|__)[^*_]{1,40}(?::(?:\*\*|__)|(?:\*\*|__)\s*:)", text) is not None
    named = _base(key[0]) in _BY_KEYS and _NAMES.fullmatch(key[1]) is not None
    return bold or named or _base(key[0]) in DATA_KEYS | HEAD_KEYS


def is_said_by_chatbot(text: str, edge: Edge) -> bool:
    """Tell whether a row is what a chatbot, or who asks it, says around a script."""
    bare = text.strip('*_#>"“” ')
    if edge == "first" and _CHAT_TURN.match(bare):
        return True
    if edge == "first":
        about = _PRODUCT.search(bare) is not None
        if _CHAT_ALONE.fullmatch(bare) or (_CHAT_ASKS.match(bare) and about):
            return True
        if _CHAT_AGREES.match(bare) and (about or _CHAT_GIVES.search(bare)):
            return True
        return bool(_CHAT_GIVES.match(bare) and about and (bare.endswith(":") or _TEXT_WORD.search(bare)))
    if edge == "last":
        return bool(_CHAT_OFFERS.match(bare) or (_CHAT_HOPES.match(bare) and _CHAT_WORK.search(bare)))
    return False


def _whole(text: str, edge: Edge) -> str | None:
    """Return what a whole sentence is when it is none, as a clause."""
    if "->" in text and re.search(r"[0-9]\s*--+>\s*[0-9]", text):
        return _A_STAMP
    if _BRACKETED.fullmatch(text) or (
        _STRESSED.fullmatch(text) and len(text.split()) <= _MOST_DIRECTION_WORDS
    ):
        return _A_DIRECTION
    if _TIMES_ALONE.fullmatch(text):
        return _A_TIME
    if is_direction(text):
        return _A_CUE
    return _DATA if is_data(text) else _BY_CHATBOT if is_said_by_chatbot(text, edge) else None


def _bare(text: str) -> str:
    return re.sub(r"^[^\w(]+|[^\w)]+$", "", re.sub(r"^[0-9]{1,2}[.)]\s+", "", text.strip(" #*_"))).casefold()


def _base(key: str) -> str:
    """Return a key without what stands in brackets behind it."""
    return key.partition("(")[0].rstrip(" 0123456789")


def _is_short(value: str) -> bool:
    return len(value.split()) <= _MOST_VALUE_WORDS and not re.search(r"[a-zà-ÿ][.!?]$", value)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


_A_STAMP = Message("is a time of subtitles")
_A_DIRECTION = Message("is a direction for who reads aloud")
_A_TIME = Message("is a time")
_A_CUE = Message("is a word for a pause, for sound or for the end, or a heading of notes")
_DATA = Message("is data about the text")
_BY_CHATBOT = Message("is what a chatbot says around a text")
_A_LABEL = Message("is a label before the words")
_ODD = re.compile("^[a-h][.)] |\\([0-9]|[_^*§•▪■►▶◄◦¤¦†‡#@|/\\\\<>{}`~=¹²³⁴-⁹]|[0-9]:[0-5]|[-\u00ad\u2010] ")
"""What all of `_PARTS` have one of."""

_LONGEST_TITLE = 200
"""Characters of a direction or a heading."""

_MOST_DIRECTION_WORDS = 12
_MOST_VALUE_WORDS = 12
_FEW_WORDS = 3
"""Of a value that may end with a stop."""


_CUES = _words(
    "pauze pause pauzeer stilte silence muziek music fade jingle intro outro einde eind end gong bel "
    "klankschaal "
    "sfx geluidseffect achtergrondmuziek intermezzo fadeout fadein stopmuziek"
)
_ABOUT_CUES = _words(
    "korte kort lange lang langere short long zachte zacht soft rustige van de het the of in out uit aan "
    "start stop "
    "stopt begint eindigt script meditatie meditation oefening opname audio tekst visualisatie recording "
    "sessie "
    "zachter harder stiller luider zwelt faden uitfaden wegfaden langzaam seconden seconds sec s minuten "
    "minuut min even hier now nu een a loopt door weg weer"
)
_NOTES = re.compile(
    r"(?:de |mijn |korte )?(?:(?:\w+[ -]?)?(?:notes|notities|aantekeningen|aanwijzingen|suggesties|tips)"
    r"|samenvatting|summary|disclaimer|metadata|bronnen|bronvermelding|sources|references|referenties|literatuur"
    r"|(?:dit |wat )?(?:heb )?je nodig(?: hebt| heeft)?|dit heb je nodig|nodig"
    r"|inhoud|inhoudsopgave|table of contents|credits|colofon|copyright|benodigdheden|doelgroep|"
    r"variaties|variations"
    r"|toelichting|achtergrondinformatie|over de (?:auteur|schrijver|maker)|about the author|sound ?design"
    r"|gebruiksaanwijzing|regie|(?:opname|voorlees|inspreek|stem|regie|audio|productie|recording|voice|"
    r"technische)[ -]?"
    r"(?:instructies?|richtlijnen|details|gegevens|instructions)|opmerkingen|(?:instructies?|opmerkingen?|"
    r"richtlijnen) (?:voor|bij|for) .{1,40})"
    r"(?: (?:voor|bij|for|over|about|on|van) .{1,40})?\s*(?:\(.{1,40}\))?:?"
)
_SPEAKERS = _words(
    "verteller vertelster stem voice voice-over voiceover vo narrator narratie narration spreker "
    "spreekster speaker "
    "begeleider begeleidster therapeut therapeute therapist coach trainer docent docente teacher guide "
    "gids host "
    "presentator presentatrice inspreker voorlezer audio chatgpt assistant gesproken gesproken_tekst "
    "uitgesproken_tekst ingesproken spoken spreektekst tekst text script muziek music geluid sound sfx "
    "fx regie "
    "voiceovertekst leader facilitator hypnotherapeut yogadocent user gebruiker prompt titel_script "
    "man vrouw kind pauze pause stilte silence achtergrond achtergrondmuziek"
)
_SAID = _words(
    "stel stel_je_voor merk_op probeer herinner noem onthoud bedenk weet dus kortom kijk luister voel "
    "zeg merk bijvoorbeeld kies adem herhaal denk stap "
    "tel want "
    "vraag vraag_jezelf_af zeg_tegen_jezelf en of maar nu eerst dan daarna tot_slot ten_slotte let_op"
)
"""What a sentence may begin with before a colon."""

_QUOTES = ("“", "„", "‘", '"', "'", "’", "«")

_LABEL = re.compile(
    r"[*_]{0,3}(?P<name>[^\W\d_][\w.-]{0,24}(?: (?:de |van )?[\w.-]{1,24}){0,2}?)"
    r"\s?(?P<how>[(\[][^()\[\]]{1,40}[)\]])?\s?[*_]{0,3}:[*_]{0,3}(?=\s|$)"
)
_KEY = re.compile(r"([^\W\d_][\w ()/-]{0,38}?)\s*[:=]\s+(\S.*)")
_DATA_SIGN = re.compile("[:=©@0-9]|www|copyright", re.IGNORECASE)
_DATA_ALONE = re.compile(
    r"(?:©|\(c\)|copyright\b).{0,80}|(?:versie|version|v)\s?[0-9][\d.]*(?!\w).{0,60}|"
    r"(?:laatst|laatste|last)\s(?:gewijzigd|bijgewerkt|aangepast|wijziging|update|changed|edited)\b.{0,40}|"
    r"(?:geschreven|ingesproken|samengesteld|opgesteld|vertaald|bewerkt) door (?-i:[A-ZÀ-Þ]).{0,40}|(?:https?://|www\.)\S+|[\w.+-]+@[\w.-]+\.[a-z]{2,}|"
    r"tel(?:efoon)?\b[.:]?\s*[0-9+(][0-9 ()+-]{6,20}"
    r"|(?:duur|lengte|tijdsduur|speelduur|duration|leestijd)\s{1,3}(?:ca\.?|±|ongeveer|about|:)?\s{0,3}[0-9].{0,20}",
    re.IGNORECASE,
)
DATA_KEYS = _words(
    "duur lengte tijdsduur speelduur duration length woorden words aantal_woorden woordenaantal "
    "word_count wordcount "
    "auteur author schrijver datum date versie version bron source copyright tags trefwoorden keywords "
    "doelgroep "
    "target_audience audience geschatte_duur totale_duur estimated_duration geschatte_lengte "
    "ingesproken_door "
    "geschreven_door written_by laatst_gewijzigd status bestandsnaam filename taal language categorie "
    "category "
    "leestijd spreektijd woordental tekens characters licentie license isbn thema theme"
)
"""Of data about a text; the value is short and no sentence."""

HEAD_KEYS = _words(
    "onderwerp topic stem voice niveau level toon tone tempo pace muziek music achtergrond background "
    "setting "
    "achtergrondmuziek omgeving materiaal benodigdheden locatie location techniek format formaat soort "
    "type serie reeks "
    "aflevering episode stijl style sfeer mood doel goal intentie houding sessie week dag module spreker "
    "speaker titel nodig meenemen naam leeftijd "
    "door by client cliënt therapeut praktijk opname regie geluid"
)
"""Of data too, where they stand before all words."""

_BY_KEYS = _words("tekst script idee samenstelling verteller stem")
_NAMES = re.compile(r"(?:(?:van|de|der|den|en|&|und) |[A-ZÀ-Þ][\w.'-]*(?: |$)){1,6}")
_TIME = r"[0-9]{1,2}(?::[0-5][0-9]){1,2}(?:[.,][0-9]{1,3})?"
_RANGE = rf"{_TIME}\s*(?:-|–|—|tot|to)\s*{_TIME}"
_TIMES_ALONE = re.compile(rf"[(\[]?(?:{_RANGE}|{_TIME})[)\]]?[.:]?")
_BRACKETED = re.compile(r"[*_~]*\([^()]*\)[*_~]*[.:]?|[*_~]*\[[^\[\]]*\][*_~]*[.:]?")
_STRESSED = re.compile(r"(?:\*+[^*]+\*+|_+[^_]+_+)[.:]?")
_PARTS: tuple[tuple[re.Pattern[str], str, str | None], ...] = (
    (
        re.compile(rf"^[(\[]?(?:{_RANGE}|{_TIME})[)\]]?(?!\s*uur\b)\s*[-–—|:]?\s+(?=\S)"),
        Message("is a time before the words"),
        "",
    ),
    (re.compile(rf"\s*[(\[](?:{_RANGE}|{_TIME})[)\]]"), Message("is a time between the words"), ""),
    (
        re.compile(
            r"(?<![\w/.])/{1,2}\s?[0-9]+(?:[.,][0-9]+)?\s?(?:seconden|seconds?|secs?|s|min)?\b(?![/\w])"
        ),
        Message("is a stroke with a number"),
        " ",
    ),
    (re.compile(r"(?<![\w/.])/\s?[0-9]{1,3}\s?/(?!\w)"), Message("is a stroke with a number"), " "),
    (
        re.compile(r"(?:(?<=[a-zà-ÿ]{3})|(?<=[.,;:!?”’\"]))[¹²³⁴-⁹]+(?!\w)"),
        Message("is the number of a footnote"),
        "",
    ),
    (re.compile(r"={2,}"), Message("is a mark of a web page"), ""),
    (re.compile(r"(?<!\S)/{1,2}[a-z]+(?:-[a-z]+)?(?!\S)"), Message("is a mark with a stroke"), None),
    (re.compile(r"(?<![:/\w])//+(?![/\w])"), Message("is a reader's mark"), " "),
    (re.compile(r"\|+"), Message("is a bar of a table, or a reader's mark"), " "),
    (re.compile(r"\\+\w*"), Message("is a backslash"), " "),
    (re.compile(r"[-=]+>"), Message("is an arrow of signs"), " "),
    (re.compile(r"~~[^~]+~~"), Message("is struck out"), " "),
    (
        re.compile(r"(?<![\w#])(?<![0-9] )(?:[_^*§•▪■►▶◄◦¤¦†‡#@~]\s?)+(?![\w#])"),
        Message("is a sign that is not spoken"),
        None,
    ),
    (re.compile(r"\([0-9]{1,3}\)"), Message("is a number in brackets"), None),
    (re.compile(r"^[a-h][.)]\s(?=[^\W\d_])"), Message("is a letter of a list"), None),
    (re.compile(r"(?<![`])`+"), Message("is a mark of a web page"), ""),
    (re.compile(r"</?[a-zA-Z][^<>]*>"), Message("is a mark of a web page"), " "),
    (re.compile(r"\{[^{}]*\}"), Message("is a mark in braces"), " "),
    (
        re.compile(
            r"(?<![^\W\d_])([^\W\d_]{2,}+)[-\u00ad\u2010] (?!(?:en|of|tot|als|dan|and|or|noch|naar|maar|"
            r"versus|in|uit|"
            r"op|te)\b)([a-zà-ÿ]{2,})"
        ),
        Message("is a word that a hyphen broke"),
        r"\1\2",
    ),
)
_PRODUCT = re.compile(
    r"\b(?:script|meditatie\w*|\w*tekst|\w*oefening|versie|visualisatie|body ?scan|ontspann\w+|"
    r"fantasiereis|verhaal|"
    r"meditation|visuali[sz]ation|relaxation|exercise|text|version|audio\w*|hypnose\w*|voorbeeld)\b",
    re.IGNORECASE,
)
_TEXT_WORD = re.compile(r"\b(?:\w*script|\w*tekst|versie|text|version|minuten|minutes)\b", re.IGNORECASE)
_CHAT_ALONE = re.compile(
    r"(?:natuurlijk|zeker(?: weten)?|uiteraard|absoluut|tuurlijk|graag(?: gedaan)?|prima|certainly|sure|"
    r"of course|"
    r"absolutely|met plezier|goed idee|kopi[eë]ren|copy code|code kopi[eë]ren|copy|markdown|"
    r"plaintext)\s*[!.:]*",
    re.IGNORECASE,
)
_CHAT_AGREES = re.compile(
    r"(?:natuurlijk|zeker(?: weten)?|uiteraard|absoluut|tuurlijk|graag(?: gedaan)?|prima|oké|okay|ok|"
    r"certainly|sure|"
    r"of course|absolutely|great|perfect|met plezier|(?:wat )?(?:een )?(?:leuk|mooi|"
    r"goed)\w*(?: \w+){0,3}|dank je)\s*[!,.:–—-]",
    re.IGNORECASE,
)
_CHAT_GIVES = re.compile(
    r"\b(?:hier (?:is|volgt|komt|zijn|heb je|vind je)|hieronder|here(?:'s|’s| is| are)|below is|"
    r"ik heb (?:een|de|het|je)|"
    r"i've|i have)\b",
    re.IGNORECASE,
)
_CHAT_ASKS = re.compile(
    r"(?:(?:kun|kan|wil) je .{0,40}(?:schrijven|maken)|schrijf|genereer|bedenk een|maak (?:een|de|het)|"
    r"write|create|"
    r"generate)\b",
    re.IGNORECASE,
)
_CHAT_TURN = re.compile(
    r"(?:chatgpt|claude|gemini|copilot|jij|je|you|user)\s+(?:zei|said)\b|(?:nagedacht gedurende|"
    r"thought for) [0-9a-z]+|"
    r"als (?:ai|taalmodel)\b|as an ai\b",
    re.IGNORECASE,
)
_CHAT_OFFERS = re.compile(
    r"(?:laat (?:het )?(?:me|mij) (?:het )?(?:gerust |maar |even )*weten|wil(?:t)? (?:je|u) (?:dat ik|"
    r"nog (?:een|iets|dat)|"
    r"(?:een|deze|het|de|ook)\b.{0,60}(?:versie|script|tekst|aanpass|langer|korter|variant|audio|inspre))|"
    r"(?:als|indien) je (?:wilt|wil),? (?:kan|maak|schrijf|pas) ik|let me know|would you like|"
    r"mocht (?:je|u)\b.{0,80}\bik|do you want me|shall i|"
    r"i can (?:also|adjust|make)|feel free|geef gerust|heb je (?:nog )?(?:vragen|wensen|specifieke|"
    r"aanvullende))\b",
    re.IGNORECASE,
)
_CHAT_HOPES = re.compile(
    r"(?:ik hoop dat|i hope|veel (?:succes|plezier) (?:met|bij)|succes met|zal ik|ik kan|voel je vrij|"
    r"desgewenst|"
    r"(?:dit|deze|this|het) (?:script|tekst|meditatie|oefening|versie|meditation|text)\b|je kunt (?:dit|"
    r"deze)|you can)\b",
    re.IGNORECASE,
)
_CHAT_WORK = re.compile(
    r"aanpass|aan te passen|wijzig|\bvragen\b|\bversie\b|\bscript\b|\btekst\b|opnem|opname|inspre|"
    r"feedback|adjust|tweak|"
    r"version|uitwerk|toevoeg|uitbreid|inkort|verleng|\bduurt\b|voorlez|personalis|\bhelpt\b|\bhelps\b|useful|nuttig",
    re.IGNORECASE,
)
