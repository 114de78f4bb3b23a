"""Pacing: a track fitted to a length by its elastic pauses alone, and how much of a track is silence.

The words are never hurried: one factor makes all elastic pauses longer or shorter, and a pause that reaches
the end of its range stays there while the others take what is left. Never touched by a fit, to the frame, are
breaths, pauses of a written number of seconds, the pauses "zin" and "bel", and every pause in the first and
the last chapter: the agreements at the start and the way back into the room take the time they take. A text
of one or two chapters has no such phases, and all its elastic pauses may change.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from stem import units
from stem.errors import UsageError
from stem.messages import Message
from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Utterance
from stem.script.timeline import PlacedUtterance, Timeline

SLOWEST, QUICKEST = 3.0, 0.5
"""Between these factors pauses can be scaled."""

SENTENCE_PAUSE_S = (0.8, 1.6)
"""The range of "zin" when pauses are scaled: shorter joins sentences, longer tears a thought apart."""

Placer: TypeAlias = Callable[[Sequence[Cue]], Timeline]
"""Gives cues their frames: `timeline.place` with everything but the cues filled in."""


class UnreachableLengthError(UsageError):
    """A length that no elastic pause can bring about.

    Attributes:
        wanted_s: The length that was asked for.
        ranges_s: The lengths that can be had, as (shortest, longest) in seconds, in order and apart.
        shortest_s: The shortest of them.
        longest_s: The longest.
        nearest_s: The whole number of seconds nearest to the length wanted; None when there is none.
    """

    def __init__(self, wanted_s: float, ranges_s: Iterable[tuple[float, float]]) -> None:
        self.wanted_s = wanted_s
        self.ranges_s = merged(ranges_s)
        self.shortest_s, self.longest_s = self.ranges_s[0][0], self.ranges_s[-1][1]
        # Rounded inwards: every length that is named can be had.
        whole = [(math.ceil(shortest), math.floor(longest)) for shortest, longest in self.ranges_s]
        ends = sorted({end for first, last in whole if first <= last for end in (first, last)})
        nearest = self.nearest_s = min(ends, key=lambda end: abs(end - wanted_s), default=None)
        possible = _range_phrase(*self.ranges_s[0])
        for ends_s in self.ranges_s[1:]:
            possible = Message("{first}, or {next}", first=possible, next=_range_phrase(*ends_s))
        super().__init__(
            Message(
                "With this text a track of {wanted} cannot be made: it can last {possible}.",
                wanted=units.format_time(wanted_s),
                possible=possible,
            ),
            hint=Message("Ask for no length; its pauses cannot change.")
            if nearest is None
            else Message("The nearest length is {nearest}.", nearest=units.format_time(nearest)),
        )


def _range_phrase(shortest_s: float, longest_s: float) -> str:
    first, last = math.ceil(shortest_s), math.floor(longest_s)
    if first >= last:
        return Message("exactly {length}", length=units.format_time(shortest_s))
    return Message("between {first} and {last}", first=units.format_time(first), last=units.format_time(last))


def merged(ranges_s: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return the ranges in order, those that overlap as one."""
    merged: list[tuple[float, float]] = []
    for shortest_s, longest_s in sorted(ranges_s):
        if merged and shortest_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], longest_s))
        else:
            merged.append((shortest_s, longest_s))
    return tuple(merged)


def reach(cues: Sequence[Cue], placed: Placer) -> tuple[int, int]:
    """Return the shortest and the longest that a track of these cues can be, in frames."""
    pauses = elastic(cues)
    shortest = placed(with_lengths(cues, pauses, [pause.shortest for pause in pauses]))
    longest = placed(with_lengths(cues, pauses, [pause.longest for pause in pauses]))
    return shortest.frames, longest.frames


def fit(cues: Sequence[Cue], placed: Placer, target_frames: int) -> tuple[Cue, ...]:
    """Return the cues with their elastic pauses such that the track lasts `target_frames` to the frame.

    Every elastic pause gets its nominal length times one factor, kept within its own range. The factor is
    found by halving; of the two neighbouring sets of lengths that are left, which differ by at most a frame a
    pause, the first pauses take the longer one. A longer target therefore never shortens a pause.

    Args:
        cues: In order.
        placed: Gives them their frames; what it returns is what counts. Called twice, or about forty times.
        target_frames: The track's whole length, background before and after the words included.

    Raises:
        UnreachableLengthError: when the track cannot last that long.
    """
    pauses = elastic(cues)
    low, high = [pause.shortest for pause in pauses], [pause.longest for pause in pauses]
    shortest, longest = reach(cues, placed)
    words = shortest - sum(low)
    # Unless a bell that rings on is what ends it: then a pause after its stroke adds nothing at first.
    is_sum = longest - sum(high) == words

    def total(lengths: Sequence[int]) -> int:
        return words + sum(lengths) if is_sum else placed(with_lengths(cues, pauses, lengths)).frames

    if not shortest <= target_frames <= longest:
        raise UnreachableLengthError(
            units.seconds(target_frames), [(units.seconds(shortest), units.seconds(longest))]
        )
    small, large = 0.0, max((units.seconds(pause.longest) / pause.seconds for pause in pauses), default=0.0)
    while any(longer - shorter > 1 for shorter, longer in zip(low, high, strict=True)):
        factor = (small + large) / 2
        lengths = [pause.frames(factor) for pause in pauses]
        if total(lengths) <= target_frames:
            small, low = factor, lengths
        else:
            large, high = factor, lengths
    lengthened = bisect_left(
        range(len(pauses)), target_frames, key=lambda count: total(high[:count] + low[count:])
    )
    return with_lengths(cues, pauses, high[:lengthened] + low[lengthened:])


def fit_first(
    texts: Iterable[Sequence[Cue]],
    fitted: Callable[[Sequence[Cue]], tuple[Cue, ...]],
    target_frames: int,
) -> tuple[Cue, ...]:
    """Return the first text that can be fitted to a length, fitted.

    Args:
        texts: In the order in which they are wanted, see `variants`; at least one.
        fitted: Speaks a text, or estimates how long its sentences last, and fits it. Called once for each
            text that is tried.
        target_frames: As in `fit`.

    Raises:
        UnreachableLengthError: when none can; it tells the lengths of all of them.
    """
    ranges_s: list[tuple[float, float]] = []
    for cues in texts:
        try:
            return fitted(cues)
        except UnreachableLengthError as refusal:
            ranges_s += refusal.ranges_s
    raise UnreachableLengthError(units.seconds(target_frames), ranges_s)


def variants(asked_minutes: float, offered: Sequence[float]) -> tuple[float, ...]:
    """Return the lengths, in minutes, whose text is tried for a length asked for: that one, then the nearest.

    Nearness is by ratio; of two equally near, the shorter text comes first: more silence is better than
    less. All lengths are above 0.
    """
    near_first = sorted(offered, key=lambda minutes: (abs(math.log(minutes / asked_minutes)), minutes))
    return tuple(dict.fromkeys([asked_minutes, *near_first]))


def scaled(cues: Sequence[Cue], factor: float) -> tuple[Cue, ...]:
    """Return the cues with elastic pauses, and those between sentences, `factor` times as long.

    Every pause stays within its own range: an unannounced silence must not become one that feels like being
    left. The first and the last chapter stay as they are, as in `fit`.

    Raises:
        UsageError: when the factor does not lie between 0.5 and 3.
    """
    if not QUICKEST <= factor <= SLOWEST:
        raise UsageError(
            Message("Pauses cannot be made {factor:g} times as long.", factor=factor),
            hint=Message(
                "Between {quickest:g} and {slowest:g} is possible; 1 leaves them as they are.",
                quickest=QUICKEST,
                slowest=SLOWEST,
            ),
        )
    changed = list(cues)
    shortest_s, longest_s = SENTENCE_PAUSE_S
    for index, pause in _between_first_and_last_chapter(cues):
        if pause.name == "zin" and shortest_s <= pause.seconds <= longest_s:
            length_s = min(max(pause.seconds * factor, shortest_s), longest_s)
            changed[index] = replace(pause, seconds=length_s, shortest_s=length_s, longest_s=length_s)
        else:
            length_s = min(max(pause.seconds * factor, pause.shortest_s), pause.longest_s)
            changed[index] = replace(pause, seconds=length_s)
    return tuple(changed)


@dataclass(frozen=True, slots=True)
class ElasticPause:
    """A pause that may change: where it stands, its nominal length, and its range in frames."""

    index: int
    seconds: float
    shortest: int
    longest: int

    def frames(self, factor: float) -> int:
        """Return its length in frames under a factor."""
        return min(max(units.frames(self.seconds * factor), self.shortest), self.longest)


def elastic(cues: Sequence[Cue]) -> list[ElasticPause]:
    """Return the pauses that may change, in order."""
    found = []
    for index, pause in _between_first_and_last_chapter(cues):
        shortest = math.ceil(pause.shortest_s * units.SAMPLE_RATE)
        longest = math.floor(pause.longest_s * units.SAMPLE_RATE)
        if shortest < longest and pause.name != "zin":
            found.append(ElasticPause(index, pause.seconds, shortest, longest))
    return found


def _between_first_and_last_chapter(cues: Sequence[Cue]) -> Iterator[tuple[int, Pause]]:
    """Yield the pauses there with their indices; all pauses when there are fewer than three chapters.

    As on the timeline, a chapter starts with its first sound.
    """
    chapter, headed = 0, True
    chapter_of: list[int] = []
    for cue in cues:
        if isinstance(cue, Heading):
            headed = True
        elif headed and isinstance(cue, Utterance | Breath | Bell):
            chapter, headed = chapter + 1, False
        chapter_of.append(chapter)
    phased = chapter > 2  # noqa: PLR2004 - a first, a last, and something between
    for index, cue in enumerate(cues):
        if isinstance(cue, Pause) and (not phased or 1 < chapter_of[index] < chapter):
            yield index, cue


def with_lengths(
    cues: Sequence[Cue], pauses: Sequence[ElasticPause], lengths: Sequence[int]
) -> tuple[Cue, ...]:
    """Return the cues with other lengths, in frames, for some pauses."""
    changed = list(cues)
    for pause, length in zip(pauses, lengths, strict=True):
        old = changed[pause.index]
        assert isinstance(old, Pause)
        changed[pause.index] = replace(old, seconds=units.seconds(length))
    return tuple(changed)


@dataclass(frozen=True, slots=True)
class Measure:
    """How a stretch of a track is filled.

    Attributes:
        words: Spoken in it.
        speech_s: Seconds of speech.
        silence_share: The share of its time without speech, 0 to 1.
        words_per_minute: Of the whole stretch, silence included.
    """

    words: int
    speech_s: float
    silence_share: float
    words_per_minute: float


@dataclass(frozen=True, slots=True)
class PhaseMeasure:
    """How a chapter is filled.

    Attributes:
        title: The chapter's.
        start_s: Where it starts on the track, in seconds.
        end_s: Where it ends.
        share_of_track: Its share of the track's time, 0 to 1.
        measure: What is in it.
    """

    title: str
    start_s: float
    end_s: float
    share_of_track: float
    measure: Measure


def measure(timeline: Timeline) -> Measure:
    """Measure a whole track, background before and after the words included."""
    return _measure(timeline.utterances, timeline.frames)


def phases(timeline: Timeline) -> tuple[PhaseMeasure, ...]:
    """Measure each chapter of a track."""
    return tuple(
        PhaseMeasure(
            chapter.title,
            units.seconds(chapter.start),
            units.seconds(chapter.end),
            (chapter.end - chapter.start) / timeline.frames,
            _measure(
                [item for item in timeline.utterances if chapter.start <= item.start < chapter.end],
                chapter.end - chapter.start,
            ),
        )
        for chapter in timeline.chapters
    )


def _measure(utterances: Sequence[PlacedUtterance], frames: int) -> Measure:
    words = sum(len(item.text.split()) for item in utterances)
    speech = sum(item.end - item.start for item in utterances)
    return Measure(
        words=words,
        speech_s=units.seconds(speech),
        silence_share=1 - speech / frames,
        words_per_minute=60 * words / units.seconds(frames),
    )
