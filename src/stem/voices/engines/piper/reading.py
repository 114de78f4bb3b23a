"""Phrases and phonemes for Piper: what its reader and its voices need to be given, and how people read it."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable

_BLOCK = re.compile(r"\[\[(?P<ipa>[^\[\]\n]*)\]\](?P<marks>[.,:;!?]*)")
_WORD = re.compile(r"\[\[[^\[\]\n]*\]\]|[^\s\[]+")
_AROUND_WORDS = ".,:;!?…\"'()"

_STOPS = ".!?"
_NO_STOP = " ,:;"


def prepared(phrase: str) -> str:
    """Return a phrase as Piper reads it right.

    Phonemes between [[ and ]] are decomposed, as voices know them, and get the mark that follows them inside
    the brackets: Piper would lose it, and with it the space before the next word. A NUL would end the phrase.
    """
    text = phrase.replace("\0", " ").encode("utf-8", "replace").decode()
    return _BLOCK.sub(
        lambda block: f"[[{unicodedata.normalize('NFD', block['ipa'])}{block['marks']}]]",
        text,
    )


def words(phrase: str) -> list[tuple[str, str]]:
    """Return each word of a phrase once: how it is shown to people, and how Piper is given it."""
    found = dict.fromkeys(_WORD.findall(prepared(phrase)))
    return [(word.strip("[]").strip(_AROUND_WORDS), word) for word in found]


def is_speech(phonemes: Iterable[str]) -> bool:
    """Tell whether there is a sound among the phonemes."""
    return any(unicodedata.category(phoneme[0]) in {"Ll", "Lo", "Lu"} for phoneme in phonemes)


def closed(phonemes: list[str]) -> list[str]:
    """Return the phonemes of a sentence with a stop at the end, and never two spaces in a row.

    Voices have only learnt sentences that end with a stop; anything else they cut off or let trail away.
    """
    kept = [now for now, after in itertools.zip_longest(phonemes, phonemes[1:]) if (now, after) != (" ", " ")]
    while kept[-1] in _NO_STOP:
        kept.pop()
    return kept if kept[-1] in _STOPS else [*kept, "."]


def listed(sounds: Iterable[str]) -> str:
    """Return phonemes for people to read; a mark that belongs on a letter gets a circle to stand on."""
    return ", ".join(f"'◌{sound}'" if unicodedata.combining(sound[0]) else f"'{sound}'" for sound in sounds)
