# ruff: noqa: RUF001 - quotes and dashes that look alike are what this is about
"""What is written is laid beside what a voice is given, to show where the two differ."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

from stem.script.dutch.speech import visible

_MERE_MARKS = r".,;:!?…\"'“”„‘’‚«»()\[\]{}<>*_#~|\\^`´•·‣←-⇿–—-"
_WORD_OR_SIGN = re.compile(rf"[^\W_]+|[^\w\s{_MERE_MARKS}]")
_PIECE = re.compile(r"\S+")
_ENDS = ".,;:!?"
_EDGES = ',;:!?…"“”„«»()[]*_#~|\\'


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as words, and as pieces between white space; a piece holds any number of words.

    Attributes:
        text: The text.
        words: In small letters, in order; signs that are spoken are words too.
        places: Where each word begins and ends.
        pieces: Where each piece begins and ends.
    """

    text: str
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]
    pieces: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> _Reading:
        found = tuple(_WORD_OR_SIGN.finditer(text))
        words = tuple(match[0].casefold() for match in found)
        pieces = tuple(match.span() for match in _PIECE.finditer(text))
        return cls(text, words, tuple(match.span() for match in found), pieces)

    def piece_at(self, place: int) -> int:
        """Return the number of the piece that holds a place in the text, or that ended before it."""
        return bisect_right(self.pieces, place, key=lambda piece: piece[0]) - 1

    def words_before(self, place: int) -> int:
        """Return how many words begin before a place in the text."""
        return bisect_right(self.places, place - 1, key=lambda word: word[0])


def differences(text: str, said: str) -> tuple[tuple[str, str], ...]:
    """Return what a voice is given otherwise than it is written: pairs of (written, said), in order.

    Punctuation, layout and the size of letters make no difference. Words that differ side by side are one
    pair.

    Args:
        text: As it is written.
        said: What a voice is given, from `spoken` and the lexicon.
    """
    written, given = _Reading.of(visible(text)), _Reading.of(visible(said))
    if not written.pieces:
        return (("", given.text.rstrip(_ENDS)),) if given.words else ()
    matches = SequenceMatcher(None, written.words, given.words).get_matching_blocks()
    pairs = {block.a + n: block.b + n for block in matches for n in range(block.size)}
    changed = set(_changed_pieces(written, len(given.words), pairs))
    flags = range(len(written.pieces))
    runs = (tuple(run) for is_changed, run in groupby(flags, key=changed.__contains__) if is_changed)
    return tuple(_pair(written, given, pairs, run) for run in runs)


def _changed_pieces(written: _Reading, given: int, pairs: dict[int, int]) -> Iterator[int]:
    """Find the pieces with a word that is not said, and those where a word is said that is not written."""
    for word, (start, _) in enumerate(written.places):
        if word not in pairs:
            yield written.piece_at(start)
    kept = [(-1, -1), *pairs.items(), (len(written.words), given)]
    for (word, place), (next_word, next_place) in pairwise(kept):
        if next_word == word + 1 and next_place > place + 1:
            yield _piece_between(written, word)


def _piece_between(written: _Reading, word: int) -> int:
    """Return the piece that a word stands for which is said behind the word of that number."""
    if word < 0:
        return 0
    piece = written.piece_at(written.places[word][0])
    beyond = piece + 1  # "3 - 5": the dash is a piece without words
    if beyond < len(written.pieces) and not _WORD_OR_SIGN.search(written.text, *written.pieces[beyond]):
        return beyond
    return piece


def _pair(written: _Reading, given: _Reading, pairs: dict[int, int], run: Sequence[int]) -> tuple[str, str]:
    """Return what is written in a run of pieces, and what is said for it."""
    start, end = written.pieces[run[0]][0], written.pieces[run[-1]][1]
    first, after = written.words_before(start), written.words_before(end)
    low = pairs[first - 1] + 1 if first > 0 else 0
    high = pairs[after] if after < len(written.words) else len(given.words)
    original = written.text[start:end].strip(_EDGES)
    if low >= high:
        return original, ""
    said_start = given.pieces[given.piece_at(given.places[low][0])][0]
    said_end = given.pieces[given.piece_at(given.places[high - 1][0])][1]
    said = given.text[said_start:said_end].rstrip(_ENDS)
    ended = said_end == len(given.text) or given.text[said_end - 1] == "."
    return (original.rstrip(".") or original if ended else original), said
