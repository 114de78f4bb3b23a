"""From a timeline to lines: what stands on the screen, from when until when.

The measures are those of subtitles everywhere; here from the Timed Text Style Guide of Netflix (general
requirements, and 42 characters for Dutch): two lines, at least 5/6 s, at most 7 s, and gone at most half a
second after the sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from stem import units
from stem.export.captions.clauses import WordTime, share_before
from stem.script.dutch import has_words, spoken
from stem.script.timeline import PlacedUtterance, Timeline
from stem.sound.clips import LEAD_S

WIDEST = 42
"""Characters in one of the two lines."""

SHORTEST_S, LONGEST_S = 5 / 6, 7.0
"""Seconds that a line stands."""

LINGER_S = 0.5
"""Seconds that a line may stay after its sound, to stand for `SHORTEST_S`."""

_LEAD = units.frames(LEAD_S)
_SPACE = re.compile(r"\s+")
_LAST_MARKS = re.compile(r"(?<!\W)\W*$")
_CLAUSE_CLOSES = re.compile(r"[,;:.!?…–—][\"”’»)\]]*\s*$")  # noqa: RUF001 - marks that look alike

# How many characters further from the middle a better place to break may lie.
_AFTER_CLAUSE, _BEFORE_LINK, _ELSEWHERE, _AFTER_ARTICLE = 0, 12, 20, 40
_LINKS = frozenset(
    "aan achter als bij dan dat die door dus en hoe hoewel in langs maar met na naar naast of om omdat onder "  # noqa: SIM905
    "op over sinds tegen terwijl toen tot totdat tussen uit van vanuit voor voordat waar waarbij waarin want "
    "wanneer wat wie zoals zodat zonder".split()
)
"""Conjunctions and prepositions: a line is broken before them."""

_ARTICLES = frozenset("de het een 't 'n je jouw mijn zijn haar uw deze dit die dat geen".split())  # noqa: SIM905
"""What stays with the noun after it."""

_NO_TIMES: Mapping[str, Sequence[WordTime]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown at a time; at most two lines of text, parted by a newline.

    Attributes:
        start_s: Seconds from the track's start; where its sound begins.
        end_s: When it is gone; never after the next one starts.
        text: As written.
        exact: Whether both times are those of the sound; else one of them is by proportion.
        phrase: What the voice says in the whole utterance that it shows, or shows a part of.
    """

    start_s: float
    end_s: float
    text: str
    exact: bool
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of an utterance's text, from `first` up to `stop`; whether its start and its end are known."""

    first: int
    stop: int
    start_s: float
    end_s: float
    known: tuple[bool, bool] = (True, True)


def captions(timeline: Timeline, words: Mapping[str, Sequence[WordTime]] = _NO_TIMES) -> tuple[Line, ...]:
    """Return the lines of a track, in order; they do not overlap.

    Args:
        timeline: Of the finished track.
        words: When words begin, of the phrases of which that is known (`clause_times`); only those for which
            `is_long` holds are looked at.
    """
    lines = [
        line
        for utterance in timeline.utterances
        for line in _lines(utterance, words.get(utterance.phrase, ()))
    ]
    nexts = [line.start_s for line in lines[1:]] + [units.seconds(timeline.frames)]
    return tuple(_standing(line, next_s) for line, next_s in zip(lines, nexts, strict=True))


def is_long(utterance: PlacedUtterance) -> bool:
    """Tell whether an utterance takes more than one line, so that its `clause_times` are of use."""
    return len(list(_lines(utterance, ()))) > 1


def _standing(line: Line, next_s: float) -> Line:
    """Let a short line stand on for a moment: one word is read no quicker than many."""
    wanted_s = min(line.start_s + SHORTEST_S, line.end_s + LINGER_S)
    return replace(line, end_s=min(max(line.end_s, wanted_s), next_s))


def _lines(utterance: PlacedUtterance, times: Sequence[WordTime]) -> Iterator[Line]:
    start_s, end_s = units.seconds(utterance.start + _LEAD), units.seconds(utterance.end)
    text = " ".join(utterance.text.split())
    known = {time.character: units.seconds(utterance.start) + time.seconds for time in times}
    for piece in _pieces(_Piece(0, len(text), start_s, end_s), text, utterance.phrase, known):
        said = text[piece.first : piece.stop].strip()
        yield Line(piece.start_s, piece.end_s, _laid_out(said), all(piece.known), utterance.phrase)


def _pieces(piece: _Piece, text: str, phrase: str, known: Mapping[int, float]) -> Iterator[_Piece]:
    """Yield the piece, or when it is too much for the eye, its parts."""
    said = text[piece.first : piece.stop]
    too_wide = any(len(line) > WIDEST for line in _laid_out(said.strip()).split("\n"))
    too_long = piece.end_s - piece.start_s > LONGEST_S
    cut = _best_cut(said, clauses_only=not too_wide) if too_wide or too_long else None
    if cut is None:
        yield piece
        return
    at = piece.first + cut
    time_s = known.get(_in_phrase(text[:at], phrase), -1.0)
    is_known = piece.start_s < time_s < piece.end_s
    if not is_known:
        length_s = piece.end_s - piece.start_s
        time_s = piece.start_s + length_s * _share(said[:cut], said[cut:])
    left = replace(piece, stop=at, end_s=time_s, known=(piece.known[0], is_known))
    right = replace(piece, first=at, start_s=time_s, known=(is_known, piece.known[1]))
    yield from _pieces(left, text, phrase, known)
    yield from _pieces(right, text, phrase, known)


def _in_phrase(head: str, phrase: str) -> int:
    """Return the offset in `phrase` of the word that follows `head` in the text; -1 when it is not clear."""
    said = _LAST_MARKS.sub("", spoken(head))
    space = _SPACE.search(phrase, len(said))
    return space.end() if space is not None and phrase.startswith(said) else -1


def _share(left: str, right: str) -> float:
    """Return which part of the time of both texts passes before the right one, as is expected."""
    before = spoken(left)
    if not _closes_clause(left):
        before = before.rstrip(".")  # which `spoken` gives to a text without an end
    return share_before(f"{before} {spoken(right)}", len(before) + 1)


def _laid_out(text: str) -> str:
    """Return the text on one line, or two when it is too wide for one and can be broken."""
    if len(text) <= WIDEST:
        return text
    cuts = [cut for cut in _cuts(text) if max(len(text[:cut].rstrip()), len(text) - cut) <= WIDEST]
    if not cuts:
        return text
    cut = min(cuts, key=lambda cut: _cost(text, cut))
    return f"{text[:cut].rstrip()}\n{text[cut:]}"


def _best_cut(text: str, *, clauses_only: bool) -> int | None:
    """Return the offset of the word that the second part begins with; None where there is no place to cut."""
    cuts = [cut for cut in _cuts(text) if has_words(spoken(text[:cut])) and has_words(spoken(text[cut:]))]
    if clauses_only:
        cuts = [cut for cut in cuts if _bond(text, cut) == _AFTER_CLAUSE]
    return min(cuts, key=lambda cut: _cost(text, cut), default=None)


def _cuts(text: str) -> list[int]:
    return [match.end() for match in _SPACE.finditer(text) if match.start() > 0 and match.end() < len(text)]


def _cost(text: str, cut: int) -> float:
    """Return how bad a place to break is: what stands there, and how far from the middle it is."""
    return abs(cut - len(text) / 2) + _bond(text, cut)


def _bond(text: str, cut: int) -> int:
    before, after = text[:cut].rsplit(maxsplit=1)[-1], text[cut:].split(maxsplit=1)[0]
    if _closes_clause(before):
        return _AFTER_CLAUSE
    if before.lower() in _ARTICLES:
        return _AFTER_ARTICLE
    return _BEFORE_LINK if after.lower().strip("\"'“‘(") in _LINKS else _ELSEWHERE  # noqa: RUF001


def _closes_clause(text: str) -> bool:
    return _CLAUSE_CLOSES.search(text) is not None
