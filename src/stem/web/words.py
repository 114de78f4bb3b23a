"""Dutch: what the page says of stages, states, lengths and errors.

What has no words of the page's own is told in those of the catalogue. A mistake of stem's own is shown as
Python tells it, folded away.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations

from stem.messages import ENGLISH, PLAIN, Message, dutch, retold
from stem.messages import told as in_language

STAGES = {
    "bed": "De achtergrond wordt klaargezet",
    "speech": "De zinnen worden gesproken",
    "mix": "Stem, stilte en achtergrond worden samengevoegd",
    "check": "Het bestand wordt nagekeken",
    "files": "De bestanden krijgen hun naam",
}

_AGAIN = "Probeer het daarna opnieuw: wat al gesproken is, is bewaard."

_KNOWN = (
    ("the disk is full", "De schijf is vol.", f"Maak ruimte op deze computer. {_AGAIN}"),
    (
        "share of the disk is full",
        "Jouw deel van de schijf is vol.",
        f"Maak ruimte op deze computer. {_AGAIN}",
    ),
    (
        "would be larger than is allowed",
        "Het bestand wordt te groot voor deze schijf.",
        "Zet de map van de praktijk op een andere schijf.",
    ),
    (
        "is not a folder",
        "Waar de opnames horen te staan, staat een bestand.",
        "Geef dat bestand een andere naam.",
    ),
    (
        "no permission to write",
        "In de map van de opnames mag niet worden geschreven.",
        f"Kijk naar de rechten van die map. {_AGAIN}",
    ),
    (
        "disk can only be read",
        "Van deze schijf kan alleen worden gelezen.",
        "Zet de map van de praktijk op een andere schijf.",
    ),
    (
        "another run of stem is busy",
        "stem is in deze map al aan het werk, in een ander venster.",
        "Wacht tot dat klaar is, en probeer het dan opnieuw.",
    ),
    (
        "was ended from outside",
        "Het maken is telkens van buitenaf gestopt.",
        "Misschien was er te weinig geheugen: sluit andere programma's, en probeer het dan opnieuw.",
    ),
    (
        "too little memory",
        "Er was te weinig geheugen.",
        "Sluit andere programma's, en probeer het dan opnieuw.",
    ),
    (
        "there is a file of that name that no batch made",
        "Er staat al een ander bestand met deze naam.",
        "Kies een andere code, of zet dat bestand ergens anders neer.",
    ),
    (
        "is no track",
        "Er staat al iets anders met deze naam.",
        "Kies een andere code, of zet dat ergens anders neer.",
    ),
    (
        "there is no such folder",
        "De map van de praktijk is er niet meer.",
        "Zet haar terug op haar plaats, of open stem opnieuw.",
    ),
    (
        "the code holds what is filled in",
        "In de code staat iets wat is ingevuld, en de code komt in de naam van het bestand.",
        "Kies een code zonder naam, bijvoorbeeld c017.",
    ),
    *(
        (part, "Dit kan geen code zijn.", "Letters, cijfers en streepjes kunnen, bijvoorbeeld c017.")
        for part in ("The code cannot be used", "The code: ")
    ),
    (
        "may be sent",
        "Deze stem stuurt de tekst naar internet, en dat is in deze praktijk niet toegestaan.",
        "Kies een andere stem.",
    ),
    ("With this text a track of", "Deze lengte kan niet met deze tekst.", "Kies een andere lengte."),
)
"""A part of what the program tells, what that is in Dutch, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What went wrong, as the page tells it.

    Attributes:
        sentence: What is wrong.
        advice: What to do about it.
        english: What the program told; empty when the Dutch says it all.
    """

    sentence: str
    advice: str = ""
    english: str = ""


def told(sentence: str, hint: str = "") -> Told:
    """Return an error of the program as the page tells it."""
    for part, own, advice in _KNOWN:
        if part in sentence:
            return Told(own, advice)
    if isinstance(sentence, Message) and _dutch() is not ENGLISH:
        return Told(in_dutch(sentence), in_dutch(hint))
    return Told("Dit is niet gelukt.", "", f"{sentence} {hint}".strip())


def in_dutch(text: str) -> str:
    """Return what the program tells, in Dutch."""
    return in_language(retold(text, _dutch()), PLAIN, _dutch())


@cache
def _dutch() -> NullTranslations:
    return dutch()


def mistake_told(error: BaseException) -> Told:
    """Return a mistake of stem itself: what kind, and where; its own words could hold what was filled in."""
    place = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    where = f" ({place.filename.rpartition('stem/')[2]}:{place.lineno})" if place else ""
    sentence = "stem heeft zelf een fout gemaakt."
    return Told(
        sentence, "Probeer het opnieuw. Blijft het zo, meld het dan.", f"{type(error).__name__}{where}"
    )


def length(length_s: float) -> str:
    """Return a length of time as people say it: "8 minuten en 20 seconden"."""
    minutes, rest = divmod(round(length_s), 60)
    parts = [
        f"{minutes} {'minuut' if minutes == 1 else 'minuten'}" if minutes else "",
        f"{rest} {'seconde' if rest == 1 else 'seconden'}" if rest or not minutes else "",
    ]
    return " en ".join(filter(None, parts))


def clock(length_s: float) -> str:
    """Return a time as a player shows it: "8:20"."""
    minutes, rest = divmod(math.floor(length_s), 60)
    return f"{minutes}:{rest:02}"


def left(left_s: float | None) -> str:
    """Return how long something still takes, roughly; "" when that is not known."""
    if left_s is None:
        return ""
    if left_s < 50:  # noqa: PLR2004 - what rounds to less than a minute
        return f"nog ongeveer {max(round(left_s / 10) * 10, 10)} seconden"
    minutes = max(round(left_s / 60), 1)
    return f"nog ongeveer {minutes} {'minuut' if minutes == 1 else 'minuten'}"


def listed(names: Sequence[str]) -> str:
    """Return names with "of" before the last: "3, 5 of 8"."""
    return " of ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))
