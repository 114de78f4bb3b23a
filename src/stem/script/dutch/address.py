"""The words of je and u, and a listener's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from stem.messages import Message
from stem.script.dutch.own_words import called, capitalized, own, subject_of
from stem.script.dutch.verbs import before_u

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

_PRONOUNS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "hij": ("hij", "hem", "zijn"),
        "zij": ("ze", "haar", "haar"),
        "die": ("die", "", "diens"),
        "hen": ("die", "hen", "hun"),
        "geen": ("", "", "de"),
    }
)
"""Subject, object and possessive, unstressed and of one person; with none it is the noun itself, and "de".
Behind a verb, "hen" is no subject to a Dutch ear: "hoe zou die dat zeggen"."""


def _persoon(pronoun: str, noun: str) -> dict[str, str]:
    if pronoun not in _PRONOUNS:
        raise ValueError(
            Message(
                "persoon() knows {pronouns}, not '{pronoun}'", pronouns=", ".join(_PRONOUNS), pronoun=pronoun
            )
        )
    return dict(zip(("hij", "hem", "zijn"), (word or noun for word in _PRONOUNS[pronoun]), strict=True))


def forms(vorm: str, name: str = "") -> dict[str, object]:
    """Return the words and helpers that templates use to address a listener.

    Words: je, jij, jou, uw (unstressed possessive), jouw, jezelf. Helpers: inv("voel") -> "voel je" or
    "voelt u"; ju(a, b) -> a or b; eigen("mijn oma") -> "je oma" or "uw oma", eigen("een vrouw die ik ken") ->
    "een vrouw die je kent"; over("Als ik moet bellen.") -> "als je moet bellen"; stel_voor("dan eens") ->
    "Stel je dan eens voor"; noem("Welkom") -> "Welkom, Anna." or "Welkom."; persoon("zij", "die ander") ->
    the words hij, hem and zijn of someone: "ze", "haar" and "haar". A word or helper whose own name has a
    capital (Je, Uw, Inv, Ju, Eigen, Over) gives one in the text.

    Args:
        vorm: "je" or "u".
        name: The listener's; may be empty.

    Raises:
        ValueError: when `vorm` is neither.
    """
    if vorm not in FORMS:
        raise ValueError(Message("'{vorm}' is no way of address: je or u", vorm=vorm))
    which = FORMS.index(vorm)
    reflexive = "Stel je" if vorm == "je" else "Stelt u zich"

    def inv(verb: str) -> str:
        if not re.fullmatch(r"[^\W\d_]+", verb):
            raise ValueError(Message("inv() takes one verb, as in inv('voel'), not '{verb}'", verb=verb))
        return f"{verb} je" if vorm == "je" else f"{before_u(verb)} u"

    def ju(je_text: str, u_text: str) -> str:
        return (je_text, u_text)[which]

    def eigen(label: str) -> str:
        return own(label, vorm)

    def over(situation: str) -> str:
        return own(subject_of(situation), vorm)

    def stel_voor(middle: str = "") -> str:
        return " ".join([reflexive, *middle.split(), "voor"])

    def noem(sentence: str) -> str:
        said, stop = _without_stop(sentence)
        bearer = called(name)  # "Anna B." brings a point of its own
        return f"{said}, {bearer}{stop or '.'}" if bearer else f"{said}{stop or '.'}"

    words: dict[str, object] = {word: pair[which] for word, pair in _WORDS.items()}
    words |= {word.capitalize(): capitalized(pair[which]) for word, pair in _WORDS.items()}
    helpers: tuple[Callable[..., str], ...] = (inv, ju, eigen, over)
    for helper in helpers:
        words[helper.__name__] = helper
        words[helper.__name__.capitalize()] = _capitalizing(helper)
    return words | {"stel_voor": stel_voor, "noem": noem, "persoon": _persoon}


def _capitalizing(helper: Callable[..., str]) -> Callable[..., str]:
    return lambda *arguments: capitalized(helper(*arguments))


def _without_stop(text: str) -> tuple[str, str]:
    """Return the text without the marks at its end, and those marks."""
    words = text.rstrip(" .!?")
    return words, text.rstrip()[len(words) :].strip()
