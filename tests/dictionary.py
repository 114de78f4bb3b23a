# ruff: noqa: RUF001 - phonetic signs look like letters
"""A pronouncing dictionary of Dutch, from Wiktionary, laid beside what espeak-ng says.

The two write sounds otherwise; what is levelled here is notation, or how one speaks in one place and not in
another: the length of vowels, r and w, ui, ou and ij as two signs, ə for the u of "rust" without stress, the
voice of a consonant beside another or at an end, g as in the north, n that takes after the next consonant.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

import gruut_lang_nl

_VOWELS = "aeiouyɑɛɪɔ8əEAYO"
_OURS = (
    *(("ɛɪ", "E"), ("ɛi", "E"), ("ʌʊ", "A"), ("yʊ", "yw"), ("œy", "Y"), ("tʲ", "t"), ("ɲ", "nj"), ("ɵ", "8")),
    *(("ø", "O"), ("ʋ", "w"), ("ɾ", "r"), ("ɡ", "g"), ("ː", ""), ("ʊ", "w"), ("jɑj", "jɑj")),
)
_THEIRS = (
    *(("ɛɪ", "E"), ("ɛi", "E"), ("ɛj", "E"), ("ɛː", "E"), ("ɑu", "A"), ("ɑʊ", "A"), ("ʌu", "A"), ("aɔ", "A")),
    *(
        ("ɔu", "A"),
        ("œːʏ", "Y"),
        ("œːy", "Y"),
        ("œyw", "A"),
        ("œy", "Y"),
        ("œʏ", "Y"),
        ("ɔʏ", "Y"),
        ("œː", "Y"),
    ),
    *(("ɹ", "r"), ("ʏ", "8"), ("ɱ", "m"), ("ʔ", ""), ("ɡ", "g"), ("c", "t"), ("œ", "8")),
)
_UNVOICED = dict(zip("bdvzɡgʒ", "ptfsxxʃ", strict=True))


def entries() -> Mapping[str, list[str]]:
    """Return the words of the dictionary, each with its pronunciations; broken ones are left out."""
    database = Path(gruut_lang_nl.get_lang_dir()) / "lexicon.db"
    found = defaultdict(list)
    with sqlite3.connect(database) as connection:
        for word, phonemes in connection.execute("SELECT word, phonemes FROM word_phonemes"):
            if "s u p" not in phonemes:  # a mark of print that was taken for letters
                found[word].append(phonemes.replace(" ", ""))
    connection.close()
    return found


def agree(ours: str, theirs: Collection[str]) -> bool:
    """Tell whether what espeak-ng says is one of the dictionary's pronunciations, with its stress."""
    said = _levelled(ours, _OURS)
    return any(
        _sounds(said) in {_sounds(one) for one in _readings(their)}
        and _stress_agrees(said, _levelled(their, _THEIRS))
        for their in theirs
    )


def _readings(their: str) -> list[str]:
    """Return the ways to read a notation: "ø" stands for the vowels of "rust" and "leuk", "ɔː" for three."""
    plain = _levelled(their, _THEIRS)
    return [
        re.sub("ɔː", long, plain.replace("ø", rounded)).replace("ː", "")
        for rounded in ("8", "O")
        for long in ("ɔ", "o", "O")
    ]


def _levelled(phonemes: str, signs: tuple[tuple[str, str], ...]) -> str:
    text = re.sub(r"\((?:en|nl)\)|[ |‿-]", "", phonemes)
    for sign, letter in signs:
        text = text.replace(sign, letter)
    return text


def _sounds(phonemes: str) -> str:
    text = re.sub("[ˈˌː]", "", phonemes).replace("ɣ", "x").replace("ɪr", "er").replace("ɔr", "or")
    text = text.replace("8", "ə").replace("iŋ", "ɪŋ").replace("sj", "ʃ").replace("tj", "t").replace("tʃ", "t")
    text = re.sub(r"[nŋm](?=[pbmkxgvfw])", "N", text)
    text = re.sub(rf"(?<=[iyEej])[ji](?=[{_VOWELS}])|(?<=[uyAO])w(?=[{_VOWELS}])", "", text)
    text = re.sub(r"(?<=[iye])w(?!r)|(?<=[iye])u", "w", text).replace("ui", "uj").replace("oi", "oj")
    text = text.replace("ai", "aj").replace("aɪ", "aj").replace("oɪ", "oj").replace("uɪ", "uj")
    text = re.sub(r"(.)\1", r"\1", text)
    return re.sub(r"(.)\1", r"\1", "".join(_unvoiced(text, place) for place in range(len(text))))


def _unvoiced(text: str, place: int) -> str:
    """Return a consonant without voice where it stands at an end, or beside another."""
    after, before = text[place + 1 : place + 2], text[place - 1 : place] if place else ""
    alone = after and after in _VOWELS + "rlmnjwNŋh" and before not in tuple("ptkfsxʃbdvzg")
    return text[place] if alone else _UNVOICED.get(text[place], text[place])


def _stress_agrees(ours: str, theirs: str) -> bool:
    """Tell whether the dictionary's stress is one of ours: of "vast-houden" both parts have one."""
    mine, my_count = _stressed(ours)
    wanted, their_count = _stressed(theirs)
    return not wanted or not mine or my_count != their_count or their_count == 1 or wanted[0] in mine


def _stressed(phonemes: str) -> tuple[list[int], int]:
    found, count, is_next = [], 0, False
    for sign in phonemes:
        if sign == "ˈ":
            is_next = True
        elif sign in _VOWELS + "ø":
            count += 1
            found += [count] if is_next else []
            is_next = False
    return found, count
