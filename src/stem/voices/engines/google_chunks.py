"""A phrase in pieces, for a service that takes no more than so many characters at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a phrase that goes to Google in one request.

    Attributes:
        text: At most 100 characters.
        rest_s: Seconds between its clip and the next; none are lost at a cut in a word. A clip has 0.1 s of
            its own.
    """

    text: str
    rest_s: float


@dataclass(frozen=True, slots=True)
class _Place:
    """A kind of place between two words.

    Attributes:
        cost: What it costs to cut there; another piece costs `_PIECE_COST`.
        rest_s: The rest that a reader takes there, besides the 0.1 s at the edges of the clips.
        joint: What stands there when it is not cut.
    """

    cost: float
    rest_s: float
    joint: str = " "


_LIMIT = 100
"""Characters: Google reads no more at a time."""
_PIECE_COST = 2.0
_SENTENCE = _Place(0.0, 0.45)
_CLAUSE = _Place(0.3, 0.25)
_BEFORE_CONJUNCTION = _Place(1.0, 0.10)
_SPACE = _Place(3.0, 0.0)
_IN_WORD = _Place(100.0, 0.0, joint="")

_QUOTES = "\"'`‘’“”«»()[]"  # noqa: RUF001 - quotes
_CONJUNCTIONS = frozenset(
    {"en", "of", "maar", "dat", "want", "dus", "als", "terwijl", "omdat", "zodat", "tot"}
)


def pieces(phrase: str) -> tuple[Piece, ...]:
    """Cut a phrase into pieces of at most 100 characters, at the most natural places.

    Rather in three at commas than in two in the middle of a thought, and rather in halves than in a long and
    a short one. Only a word of more than 100 characters is cut itself. White space becomes single spaces.
    """
    words = _words(phrase)
    cheapest = [(0.0, 0)]  # for the first 0, 1, 2 ... words: the cost, and where their last piece starts
    for stop in range(1, len(words) + 1):
        options: list[tuple[float, int]] = []
        length = 0
        for start in range(stop - 1, -1, -1):
            word, place = words[start]
            length += len(word) + (len(place.joint) if start < stop - 1 else 0)
            if length > _LIMIT:
                break
            cut = words[start - 1][1].cost if start else 0.0
            options.append((cheapest[start][0] + cut + _PIECE_COST + (length / _LIMIT) ** 2, start))
        cheapest.append(min(options))
    found: list[Piece] = []
    stop = len(words)
    while stop:
        start = cheapest[stop][1]
        text = "".join(word + place.joint for word, place in words[start:stop])
        found.append(Piece(text.rstrip(), words[stop - 1][1].rest_s))
        stop = start
    return tuple(reversed(found))


def _words(phrase: str) -> list[tuple[str, _Place]]:
    """Return the words of a phrase, none over the limit, each with the place behind it."""
    words = phrase.split()
    found: list[tuple[str, _Place]] = []
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        parts = [word[at : at + _LIMIT] for at in range(0, len(word), _LIMIT)]
        found += [(part, _IN_WORD) for part in parts[:-1]]
        found.append((parts[-1], _place(word, following)))
    return found


def _place(word: str, following: str) -> _Place:
    """Return what kind of place lies between two words."""
    end = word.rstrip(_QUOTES)[-1:]
    if end in {".", "!", "?", "…"}:
        return _SENTENCE
    if end in {",", ";", ":", "–", "—"} or word == "-":  # noqa: RUF001 - a dash
        return _CLAUSE
    return _BEFORE_CONJUNCTION if following.strip(_QUOTES).casefold() in _CONJUNCTIONS else _SPACE
