# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Letters of other languages become what a Dutch voice reads: "Şeyma" is "Sjeyma", "Nguyễn" is "Nguyen"."""

from __future__ import annotations

import re
import unicodedata

_SOUNDS = {
    **dict.fromkeys("šşșś", "sj"),
    **dict.fromkeys("čć", "tsj"),
    **dict.fromkeys("žźż", "zj"),
    **dict.fromkeys("ńňñ", "nj"),
    **dict.fromkeys("ţț", "ts"),
    **dict.fromkeys("øőœơ", "eu"),
    **dict.fromkeys("ưű", "u"),
    **dict.fromkeys("đð", "d"),
    "ř": "rzj",
    "ł": "w",
    "ę": "en",
    "ą": "on",
    "ě": "je",
    "ů": "oe",
    "ď": "dj",
    "ť": "tj",
    "þ": "t",
    "ß": "s",
    "å": "o",
    "æ": "e",
    "ı": "i",
    "ŵ": "w",
}
"""What a letter sounds like. Any other loses its marks, which voices would spell out or do not know."""

_ROUNDED = {"ö": "eu", "ü": "u", "ä": "e"}
"""Behind a consonant: behind a vowel these are Dutch, as in "reünie" and "coördinatie"."""

_TURKISH_SOUNDS = {"c": "dj", "u": "oe", "ay": "aj", "ey": "ej"}
_TURKISH_LETTER = re.compile(r"[aAeE]y(?![aeiouöü])|[cCuU]")

_DUTCH = frozenset("éèêëïöüäáàâîíìôóòûúùç")
_TURKISH = frozenset("şğı")
_WORD = re.compile(r"[^\W\d_]+")
_ROUND = re.compile(r"(?<![aeiouëéAEIOUËÉ])[öüäÖÜÄ](?=[^\W\d_])")
_SOFT_G = re.compile(r"(?<=[aıouAIOU])ğ(?=[aeıiouöü])")


def familiar(text: str) -> str:
    """Return the text with letters that are not written in Dutch as Dutch writes their sound."""
    return text if text.isascii() else _WORD.sub(lambda match: _familiar_word(match[0]), text)


def _familiar_word(word: str) -> str:
    if word.isascii():
        return word
    small = word.lower()
    if len(word) == 1 and (name := unicodedata.name(word, "")).startswith("GREEK"):
        return "ohm" if word == "Ω" else name.split()[-1].lower()
    if "ğ" in small:
        word = _SOFT_G.sub("w", word).replace("ğ", "")
    if "ç" in small and (small[0] == "ç" or small[-1] == "ç" or not _TURKISH.isdisjoint(small)):
        word = word.replace("ç", "tsj").replace("Ç", "Tsj")
    if not _TURKISH.isdisjoint(small):
        word = _TURKISH_LETTER.sub(lambda match: _cased(_TURKISH_SOUNDS[match[0].lower()], match[0][0]), word)
    word = _ROUND.sub(lambda match: _cased(_ROUNDED[match[0].lower()], match[0]), word)
    return "".join(map(_sound, word))


def _sound(letter: str) -> str:
    small = letter.lower()
    if letter.isascii() or small in _DUTCH:
        return letter
    stem = unicodedata.normalize("NFD", letter)
    for form in (small, unicodedata.normalize("NFC", stem[:2]).lower(), stem[0].lower()):
        if form in _SOUNDS:
            return _cased(_SOUNDS[form], letter)
    return stem[0]


def _cased(sound: str, letter: str) -> str:
    return sound.capitalize() if letter.isupper() else sound
