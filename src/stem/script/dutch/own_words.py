"""What people fill in about themselves and others: read as it was meant, or refused with a reason."""

from __future__ import annotations

import re
from itertools import takewhile

from stem.script.dutch.first_person import turned

_END_MARKS = " .,;:!?…"
_QUOTES = '"“”„«»'
_WRITTEN_SMALL = (
    "de het een mijn m'n mn jouw die dat deze dit iemand niemand iets als wanneer omdat hoe waar wat wie "
    "ik wij we mij me ons onze mezelf praten zeggen vragen bellen niet nee geen te met naar bij in op "
    "voor van over alleen oma opa mama papa moeder vader tante oom zus broer vriend vriendin buurman "
    "buurvrouw juf meester"
)
_SMALL = frozenset(_WRITTEN_SMALL.split())
"""With a capital these began a sentence; other words with one may be names."""

_WRITTEN_PLURALS = (
    "ouders grootouders schoonouders pleegouders opa's oma's kinderen kleinkinderen broers zussen zusjes "
    "broertjes vrienden vriendinnen buren collega's mensen zonen zoons dochters tantes ooms neven nichten "
    "neefjes nichtjes vaders moeders mannen vrouwen honden katten poezen paarden konijnen vogels bomen "
    "dieren huisdieren leraren leraressen juffen meesters leerlingen klasgenoten huisgenoten teamgenoten "
    "kameraden maten makkers vriendjes jongens meisjes meiden familie gezin schoonfamilie tweeling stel "
    "kerels dames heren personen helden engelen monniken nonnen zusters broeders verpleegkundigen "
    "hulpverleners therapeuten buurvrouwen buurmannen bewoners"
)
_PLURALS = frozenset(_WRITTEN_PLURALS.split())
_SINGULAR_EN = frozenset({"jongen", "christen", "heiden", "wezen"})
_WRITTEN_COUNTS = "twee drie vier vijf zes zeven acht negen tien beide allebei alle enkele sommige"
_COUNTS = frozenset(_WRITTEN_COUNTS.split())
_DETERMINERS = frozenset({"mijn", "m'n", "mn", "de", "die", "deze", "onze", "jouw"})
_AFTER_NOUN = frozenset(
    {"die", "wie", "van", "uit", "in", "op", "met", "bij", "naar", "aan", "voor", "zoals", "als"}
)
"""Behind these, others may be named: "de moeder van Bert en Ernie" is one."""

_AND = frozenset({"en", "&", "+", "plus"})
_TITLES = {
    "mevr": "mevrouw",
    "mw": "mevrouw",
    "mevrouw": "mevrouw",
    "dhr": "meneer",
    "de heer": "meneer",
    "heer": "meneer",
    "meneer": "meneer",
    "mijnheer": "meneer",
    "dokter": "dokter",
    "zuster": "zuster",
    "broeder": "broeder",
    "pater": "pater",
    "dominee": "dominee",
    "juf": "juf",
    "meester": "meester",
    "oma": "oma",
    "opa": "opa",
    "tante": "tante",
    "oom": "oom",
}
"""What stands before a name, and what someone is called by; inside a sentence it has no capital."""


def bare(text: str) -> str:
    """Return words as they stand inside a sentence: no mark at the end, and no capital that began one."""
    words = text.strip(_QUOTES).rstrip(_END_MARKS).strip(_QUOTES)
    first = re.match(r"[\w'’]+", words)  # noqa: RUF001 - as typed
    return _small(words) if first and first[0].lower().replace("’", "'") in _SMALL else words  # noqa: RUF001


def subject_of(text: str) -> str:
    """Return what someone finds hard as it stands behind a colon: also "Een volle trein" begins small.

    A capital stays when others follow ("Jan Smit bellen") or none is meant to be small ("ADHD").
    """
    words = bare(text)
    first, *rest = words.split() or [""]
    named = len(first) > 1 and not first[1:].islower()
    return words if named or (rest and rest[0][:1].isupper()) else _small(words)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def own(text: str, vorm: str) -> str:
    """Return words of one's own as they are said to whoever wrote them: "mijn oma" is "je oma".

    Raises:
        ValueError: when they speak of "ik" in a way that cannot be turned.
    """
    return turned(bare(text), vorm)


def called(name: str) -> str:
    """Return a name as its bearer is called: "dhr. de Vries" is "meneer De Vries", and "anna" is "Anna"."""
    name = name.strip().rstrip(" .!?,;:")
    for title in sorted(_TITLES, key=len, reverse=True):
        rest = name[len(title) :]
        bearer = rest.lstrip(". ")
        if name.lower().startswith(title) and rest[:1] in {".", " "} and bearer:
            return f"{_TITLES[title]} {capitalized(bearer)}"
    return capitalized(name)


def capitalized(text: str) -> str:
    """Return the text with a capital at its start; "ij" becomes "IJ", and the rest stays as it is."""
    length = 2 if text[:2].lower() == "ij" else 1
    return text[:length].upper() + text[length:]


def is_several(text: str) -> bool:
    """Tell whether a text names more than one: "mijn ouders", "Bert en Ernie", "de buren"."""
    words = re.findall(r"[\w'’]+|[&+]", bare(text).casefold())  # noqa: RUF001 - as typed
    words = [word.replace("’", "'") for word in words]  # noqa: RUF001 - as typed
    phrase = list(takewhile(lambda word: word not in _AFTER_NOUN, words))
    if not phrase:
        return False
    *before, noun = phrase
    is_plural = noun.endswith(("en", "'s")) and noun not in _SINGULAR_EN
    plain = len(before) in {1, 2} and before[0] in _DETERMINERS and before[-1].endswith(("e", "n"))
    counted = phrase[0] in _COUNTS and len(phrase) > 1
    return noun in _PLURALS or not _AND.isdisjoint(phrase) or counted or (is_plural and plain)
