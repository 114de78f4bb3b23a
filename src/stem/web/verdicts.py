"""Dutch: what the judge of recordings says of a take, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stem import TakeVerdict
from stem.web import words

TOLD: Mapping[str, tuple[str, str]] = {
    "unreadable": (
        "Dit is geen geluid dat het programma kan lezen.",
        "Neem de zin opnieuw op. Gebeurt het weer, probeer dan een andere browser.",
    ),
    "silent": (
        "Er is niets te horen.",
        "Staat de microfoon aan, en is het de goede? De meter beweegt als je praat.",
    ),
    "noise": (
        "Er is geen stem te horen, alleen geruis.",
        "Staat de goede microfoon aan? Praat er dichterbij, en neem de zin opnieuw op.",
    ),
    "drowned": (
        "Te zacht: je stem komt nauwelijks boven de kamer uit.",
        "Ga dichter bij de microfoon, of zet uit wat ruist of bromt.",
    ),
    "overloaded": (
        "Overstuurd: het was te hard voor de microfoon.",
        "Ga iets verder van de microfoon af, of zet hem zachter.",
    ),
    "late": ("Het begin is afgekapt.", "Wacht tot er Spreek staat, en begin dan pas."),
    "early": ("Het einde is afgekapt.", "Wacht na het laatste woord een tel, en stop dan pas."),
    "short": ("Er ontbreekt een stuk.", "Lees de hele zin. Of hoort dit bij een andere zin?"),
    "long": ("Dit duurt te lang voor deze zin.", "Lees alleen deze zin, in één keer."),
    "twice": ("De zin staat er twee keer op.", "Neem hem opnieuw op, en zeg hem één keer."),
    "noisy": (
        "Er zit geruis of gebrom onder je stem.",
        "Het mag zo. Mooier wordt het dichter bij de microfoon, of in een stillere kamer.",
    ),
    "loud": (
        "Hier en daar een beetje overstuurd.",
        "Het mag zo. Mooier wordt het iets verder van de microfoon af.",
    ),
    "gap": ("Er zit een lange stilte in.", "Hoort die er niet, neem de zin dan opnieuw op."),
    "telephone": (
        "Het klinkt als een telefoon.",
        "Het mag zo. Een draadloze koptelefoon kan de oorzaak zijn: neem dan een andere microfoon.",
    ),
}
"""By kind of flaw: what is the matter, and what to do."""

NOT_KEPT = "Deze opname is niet bewaard."
FORMER_STAYS = "De vorige staat er nog."


@dataclass(frozen=True, slots=True)
class ToldFlaw:
    """Something that is the matter with a take.

    Attributes:
        sentence: What.
        advice: What to do about it.
    """

    sentence: str
    advice: str


def title(verdict: TakeVerdict) -> str:
    """Return the verdict in a word or two."""
    if not verdict.usable:
        return "Nog een keer."
    return "Goed, met een opmerking." if verdict.flaws else "Goed."


def flaws(verdict: TakeVerdict) -> list[ToldFlaw]:
    """Return what is the matter with a take."""
    return [
        ToldFlaw(*TOLD[flaw.kind])
        if flaw.kind in TOLD
        else ToldFlaw(f"Let op: {words.in_dutch(flaw.text)}.", "Luister of het goed klinkt.")
        for flaw in verdict.flaws
    ]
