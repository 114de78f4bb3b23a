# ruff: noqa: RUF001 - quotes that look alike are what this is about
"""A paragraph is cut into its sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from stem.script.dutch import abbreviations

_STOP = re.compile(r"([.!?…]+)([\"”’'»)\]]*)")
_NEXT = re.compile(r"\s*(\S?)")
_WORD = re.compile(r"[^\W_]")
_LIST_NUMBER = re.compile(r"\s*\d{1,3}")


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in the text: something that a voice can say."""
    return any(character.isalnum() for character in text)


@lru_cache(maxsize=2048)  # a script is read in every way that it can be filled in
def sentences(paragraph: str) -> tuple[str, ...]:
    """Split a paragraph into its sentences, in order, without the white space between them.

    A sentence ends at . ! ? or … and the quotes that close there; not at an abbreviation, an initial, inside
    a number or an address, at the number of a list item, nor at a stop inside a quotation that the sentence
    goes on after ("Kom maar." zei ze). Marks without words stay with the sentence before them.
    """
    found: list[tuple[int, int]] = []
    start, worded, looked = 0, False, 0
    shorts = dict(abbreviations.ends(paragraph))
    for stop in _STOP.finditer(paragraph):
        worded = worded or _WORD.search(paragraph, looked, stop.start()) is not None
        looked = stop.end()
        if worded and _ends(paragraph, start, stop, shorts):
            found.append((start, stop.end()))
            start, worded = stop.end(), False
        elif found and not worded:  # ". . ." and "?! ?!"
            found[-1] = found[-1][0], stop.end()
            start = stop.end()
    rest = paragraph[start:].rstrip()
    if found and not has_words(rest):
        found[-1] = found[-1][0], start + len(rest)
    elif rest:
        found.append((start, len(paragraph)))
    return tuple(paragraph[first:beyond].strip() for first, beyond in found)


def _ends(paragraph: str, start: int, stop: re.Match[str], shorts: Mapping[int, str]) -> bool:
    """Tell whether the sentence that begins at `start` ends at the mark `stop`."""
    mark, closing = stop.groups()
    next_match = _NEXT.match(paragraph, stop.end())
    follows = next_match[1] if next_match else ""
    if not follows:
        return True
    glued = not paragraph[stop.end()].isspace()
    if closing:
        return not glued and not follows.islower()
    if mark != ".":
        return not glued or follows.isalnum()
    short = shorts.get(stop.end())
    if short is not None:
        return short in abbreviations.MAY_END and follows.isupper()
    before = paragraph[max(start, stop.start() - 2) : stop.start()]
    if glued:  # "uit.Adem", but not "1.000", "22.15", "J.W. de Vries" or "stem.nl"
        return follows.isupper() and before.isalpha() and len(before) == 2  # noqa: PLR2004
    initial = before[-1:].isupper() and not before[:-1].isalnum()  # "J. de Vries", but not "voor u. Hoe"
    list_number = _LIST_NUMBER.fullmatch(paragraph, start, stop.start()) is not None
    return not initial and not list_number
