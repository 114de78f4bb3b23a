# ruff: noqa: RUF001, RUF002 - phonetic signs look like letters
"""Phonemes of the International Phonetic Alphabet, written as espeak-ng's Dutch voice is given them."""

from __future__ import annotations

import re
import unicodedata

_BLOCK = re.compile(r"\[\[([^\[\]\n]*)\]\]")
_TYPED = {
    "ɛɪ": "EI",
    "ɛi": "EI",
    "œy": "Wy",
    "œʏ": "Wy",
    "ʌʊ": "VU",
    "ɑu": "VU",
    "tʲ": "t;",
    "ʃ": "S",
    "ʒ": "Z",
    "aː": "a:",
    "eː": "e:",
    "iː": "i",
    "oː": "o:",
    "uː": "u",
    "yː": "y",
    "øː": "Y:",
    "ɛː": "E:",
    "ɔː": "O:",
    "ɪː": "I:",
    "œː": "Y:",
    "ɑ": "A",
    "ɐ": "A",
    "ɛ": "E",
    "ə": "@",
    "ɪ": "I",
    "ɔ": "O",
    "ʏ": "8",
    "ɵ": "8",
    "œ": "8",
    "ø": "Y:",
    "a": "a:",
    "e": "e:",
    "o": "o:",
    "i": "i",
    "u": "u",
    "y": "y",
    "ʊ": "u",
    "æ": "E",
    "ɡ": "g",
    "ɣ": "Q",
    "χ": "x",
    "ŋ": "N",
    "ɲ": "n^",
    "ɹ": "r",
    "ɾ": "r",
    "ʁ": "r",
    "ʀ": "r",
    "ʋ": "v#",
    "w": "v#",
    "ɱ": "m",
    "ɦ": "h",
    "ɫ": "l",
    "θ": "t",
    "ð": "d",
    "ʌ": "8",
    "ɜ": "E",
    "ɒ": "O",
    "ˈ": "'",
    "ˌ": ",",
    " ": "||",
    **{letter: letter for letter in "bdfhjklmnprstvxz"},
}
"""A sound that Dutch does not have is the nearest that it has."""

_SOUND = re.compile("|".join(sorted(map(re.escape, _TYPED), key=len, reverse=True)) + "|.", re.DOTALL)


def typed(phrase: str) -> str:
    """Return a phrase with its phonemes, between [[ and ]], as espeak-ng has them: ɛlkˈaːr is Elk'a:r."""
    return _BLOCK.sub(lambda block: f"[[{_mnemonics(block[1])}]]", phrase)


def _mnemonics(ipa: str) -> str:
    plain = unicodedata.normalize("NFD", ipa)
    return _SOUND.sub(lambda sound: _TYPED.get(sound[0], ""), plain)
