"""Dutch: what the page says of stages, states, lengths and errors.

Messages are told in the words of the catalogue. What is none is shown as it came, folded away.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from types import MappingProxyType

from stem.messages import ENGLISH, PLAIN, Message, dutch, marked, retold
from stem.messages import told as in_language

STAGES = {
    "bed": "De achtergrond wordt klaargezet",
    "speech": "De zinnen worden gesproken",
    "mix": "Stem, stilte en achtergrond worden samengevoegd",
    "check": "Het bestand wordt nagekeken",
    "files": "De bestanden krijgen hun naam",
}

PAGE: Mapping[str, str] = MappingProxyType(
    {
        **PLAIN,
        "let_replace": marked("choose another code"),
        "replace_it": marked("choose another name"),
        "to_go_online": marked("in the settings of the practice"),
        "use_force": marked("remove that first"),
    }
)
"""How the page calls settings and deeds, by the names of `messages.PLAIN`."""


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
    if isinstance(retold(sentence, _dutch()), Message) and _dutch() is not ENGLISH:
        return Told(in_dutch(sentence), in_dutch(hint))
    return Told("Dit is niet gelukt.", "", f"{sentence} {hint}".strip())


def in_dutch(text: str) -> str:
    """Return what the program tells, in Dutch."""
    return in_language(retold(text, _dutch()), PAGE, _dutch())


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
