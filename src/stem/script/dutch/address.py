"""The words of je and u, and a listener's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from stem.messages import Message

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

_OWN = re.compile(r"(?<!\bde )(?<!\been )\b(?:mijn|m['’‘`´]n|jouw)\b", re.IGNORECASE)  # noqa: RUF001
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
        raise ValueError(Message("'{vorm}' is no way of address: je or u", vorm=vorm))
    which = FORMS.index(vorm)
    mijn, reflexive = ("je", "Stel je") if vorm == "je" else ("uw", "Stelt u zich")

    def inv(verb: str) -> str:
        if not re.fullmatch(r"[^\W\d_]+", verb):
            raise ValueError(Message("inv() takes one verb, as in inv('voel'), not '{verb}'", verb=verb))
        return f"{verb} je" if vorm == "je" else f"{_with_u(verb)} u"

    def ju(je_text: str, u_text: str) -> str:
        return (je_text, u_text)[which]

    def eigen(label: str) -> str:
        return _OWN.sub(mijn, label)

    def stel_voor(middle: str = "") -> str:
        return " ".join([reflexive, *middle.split(), "voor"])

    def noem(sentence: str) -> str:
        said, stop = _without_stop(sentence)
        called, _ = _without_stop(name)  # "Anna B." brings a point of its own
        return f"{said}, {capitalized(called)}{stop or '.'}" if called else f"{said}{stop or '.'}"

    words: dict[str, object] = {word: pair[which] for word, pair in _WORDS.items()}
    words |= {word.capitalize(): capitalized(pair[which]) for word, pair in _WORDS.items()}
    helpers: tuple[Callable[..., str], ...] = (inv, ju, eigen)
    for helper in helpers:
        words[helper.__name__] = helper
        words[helper.__name__.capitalize()] = _capitalizing(helper)
    return words | {"stel_voor": stel_voor, "noem": noem}


def _capitalizing(helper: Callable[..., str]) -> Callable[..., str]:
    return lambda *arguments: capitalized(helper(*arguments))


def _without_stop(text: str) -> tuple[str, str]:
    """Return the text without the marks at its end, and those marks."""
    words = text.rstrip(" .!?")
    return words, text.rstrip()[len(words) :].strip()


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
