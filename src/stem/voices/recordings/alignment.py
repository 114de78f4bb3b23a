"""Which bursts of sound are which sentence: dynamic programming over all of them at once.

Each sentence takes a run of bursts whose length fits its text at the reader's own pace; a sentence may be
missing; bursts may belong to none (a slip, a cough). What comes second is kept for each sentence: where that
is almost as likely, nobody should guess.

Conventions:
    Costs are negative natural logarithms of how likely something is. A run is a pair: its first burst, and
    how many more it has. A matrix of runs has the shape (bursts, more).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

# How likely a silence lies within a sentence or between two: even at the turning point, which is fitted.
_TURN_S, _TURN_LIMITS_S = 0.7, (0.4, 1.5)
_TURN_SLOPE = 4.0
# How far a sentence lies from its expected length: a share, which is fitted, and a fifth of a second
# (standard deviations). espeak's own is 7 %.
_SPREAD, _SPREAD_LIMITS, _SPREAD_S = 0.13, (0.10, 0.20), 0.2
_DEVIATION = 1.4826
"""Standard deviations of a normal distribution in its median absolute deviation."""
_TOO_FAR = 4.0
_PAUSE_COUNTED_S = 0.45
"""Of each silence within a sentence, what its expected length counts on."""
# Who skips one sentence, or stops, easily skips the next; what belongs to no sentence is one slip as a whole.
_MISSING_COST, _NEXT_MISSING_COST = 5.0, 1.5
_LEFT_COST, _LEFT_COST_A_SECOND = 3.0, 0.3
_MOST_BURSTS = 40
_PACES = (0.6, 0.75, 0.9, 1.05, 1.25, 1.5, 1.8)
_PACE_SPREAD = 0.35
_ROUNDS = 3
_ELSEWHERE_S = 0.3
"""A run that starts and ends nearer to another than this is the same one, but for a click."""

_Row: TypeAlias = NDArray[np.float64]
_Matrix: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a sentence is.

    Attributes:
        span: Start and end of its sound in seconds; None when it is missing.
        bursts: Numbers of its bursts.
        far: By how many standard deviations its length lies from what is expected.
        length_s: Its length, of long silences only what a sentence normally has.
        expected_s: What is expected, at the reader's pace.
        other: Start and end of the next best that is really elsewhere; None: that it is missing.
        margin: By how much that costs more.
    """

    span: tuple[float, float] | None
    bursts: range
    far: float
    length_s: float
    expected_s: float
    other: tuple[float, float] | None
    margin: float


@dataclass(frozen=True, slots=True)
class _Reader:
    """How someone reads.

    Attributes:
        pace: 1.0 is calm, 2.0 twice as fast.
        turn_s: The silence that is as likely within a sentence as between two.
        spread: Standard deviation of the lengths of sentences, as a share of what is expected.
    """

    pace: float
    turn_s: float = _TURN_S
    spread: float = _SPREAD


def find_sentences(bursts: _Matrix, expected_s: _Row) -> tuple[Found, ...]:
    """Return where each sentence is, at the pace and with the silences that fit the reader best.

    Args:
        bursts: Start and end in seconds of each burst of sound, shape (bursts, 2), in order; at least one.
        expected_s: How long each sentence lasts at a calm pace.
    """

    def cost(pace: float) -> float:
        ahead, _ = _Costs(bursts, expected_s, _Reader(pace)).forward()
        return float(ahead[-1][-1]) + (math.log(pace) / _PACE_SPREAD) ** 2 / 2

    reader = _Reader(min(_PACES, key=cost))
    found = _found(_Costs(bursts, expected_s, reader))
    for _ in range(_ROUNDS):
        reader = _heard_again(reader, bursts, found)
        found = _found(_Costs(bursts, expected_s, reader))
    return found


def _heard_again(reader: _Reader, bursts: _Matrix, found: tuple[Found, ...]) -> _Reader:
    """Return the reader as what was found tells."""
    ratios = np.log([each.length_s / each.expected_s for each in found if each.span is not None])
    if not len(ratios):
        return reader
    middle = float(np.median(ratios))
    spread = _DEVIATION * float(np.median(np.abs(ratios - middle)))
    return _Reader(
        reader.pace / math.exp(middle), _turn(bursts, found), float(np.clip(spread, *_SPREAD_LIMITS))
    )


def _turn(bursts: _Matrix, found: tuple[Found, ...]) -> float:
    gaps = bursts[1:, 0] - bursts[:-1, 1]
    inside = {number for each in found for number in each.bursts[:-1]}
    ends = {each.bursts[-1] for each in found if each.bursts} - {len(gaps)}
    if not inside or not ends:
        return _TURN_S
    within, between = (float(np.median(gaps[sorted(numbers)])) for numbers in (inside, ends))
    return float(np.clip(math.sqrt(within * between), *_TURN_LIMITS_S))


class _Costs:
    """What each way to divide the bursts over the sentences costs, for one reader."""

    def __init__(self, bursts: _Matrix, expected: _Row, reader: _Reader) -> None:
        self.bursts = bursts
        self.lengths_s = expected / reader.pace
        self._spreads = np.hypot(reader.spread, _SPREAD_S / self.lengths_s)
        gaps = bursts[1:, 0] - bursts[:-1, 1]
        within = np.log1p((gaps / reader.turn_s) ** _TURN_SLOPE)
        between = np.log1p((gaps / reader.turn_s) ** -_TURN_SLOPE)
        sounding = bursts[:, 1] - bursts[:, 0]
        self._before = np.concatenate([[0.0], between])  # what a cut before each burst costs
        self._within = np.concatenate([[0.0], np.cumsum(within)])
        # Bursts that belong to no sentence: the first costs more, each next one what its silence costs.
        onward = np.concatenate([[0.0], np.minimum(within, between)])
        self._enter = self._before + _LEFT_COST - onward
        self._along = np.concatenate([[0.0], np.cumsum(onward + _LEFT_COST_A_SECOND * sounding)])
        count = len(bursts)
        self._more = np.arange(min(_MOST_BURSTS, count))
        self.last = np.minimum(np.arange(count)[:, None] + self._more, count - 1)
        self._outside = np.arange(count)[:, None] + self._more >= count
        counted = np.concatenate([[0.0], np.cumsum(sounding[:-1] + np.minimum(gaps, _PAUSE_COUNTED_S))])
        self.lengths = counted[self.last] - counted[:, None] + sounding[self.last]

    def far(self, sentence: int) -> _Matrix:
        """Return by how many standard deviations each run differs from a sentence, shape (bursts, more)."""
        return np.asarray(np.log(self.lengths / self.lengths_s[sentence]) / self._spreads[sentence])

    def runs(self, sentence: int) -> _Matrix:
        """Return what each run costs as this sentence, shape (bursts, more)."""
        far = self.far(sentence)
        silences = self._within[self.last] - self._within[: len(self.bursts), None]
        costs = self._before[:, None] + silences + far**2 / 2
        return np.where(self._outside | (np.abs(far) > _TOO_FAR), np.inf, costs)

    def forward(self) -> tuple[list[_Row], list[_Row]]:
        """Return the least costs up to each sentence, for each number of bursts gone before it.

        Returns:
            The costs, and those of solutions in which the sentence just before is missing.
        """
        reached = np.full(len(self.bursts) + 1, np.inf)
        found, skipped = [reached.copy()], [reached]
        found[0][0] = 0.0
        found[0] = self._left_before(found[0])
        for sentence in range(len(self.lengths_s)):
            before = found[-1]
            skipped.append(np.minimum(before + _MISSING_COST, skipped[-1] + _NEXT_MISSING_COST))
            reached, costs = skipped[-1].copy(), self.runs(sentence)
            for more in self._more:
                ended = before[: -1 - more] + costs[: len(costs) - more, more]
                reached[more + 1 :] = np.minimum(reached[more + 1 :], ended)
            found.append(self._left_before(reached))
        return found, skipped

    def backward(self) -> tuple[list[_Row], list[_Row]]:
        """Return the least costs from each sentence on, for each number of bursts gone before it.

        Returns:
            The costs, and those after a sentence that is missing.
        """
        rest = np.full(len(self.bursts) + 1, np.inf)
        rest[-1] = 0.0
        found = [self._left_after(rest)]
        skipped = [found[0]]
        for sentence in reversed(range(len(self.lengths_s))):
            rest = skipped[-1] + _MISSING_COST
            rest[:-1] = np.minimum(rest[:-1], (self.runs(sentence) + found[-1][self.last + 1]).min(axis=1))
            found.append(self._left_after(rest))
            skipped.append(np.minimum(found[-1], skipped[-1] + _NEXT_MISSING_COST))
        return found[::-1], skipped[::-1]

    def _left_before(self, reached: _Row) -> _Row:
        starts = np.minimum.accumulate(reached[:-1] + self._enter - self._along[:-1])
        return np.asarray(np.minimum(reached, np.concatenate([[np.inf], starts + self._along[1:]])))

    def _left_after(self, rest: _Row) -> _Row:
        ends = np.minimum.accumulate((rest[1:] + self._along[1:])[::-1])[::-1]
        return np.asarray(np.minimum(rest, np.concatenate([ends + self._enter - self._along[:-1], [np.inf]])))


def _found(costs: _Costs) -> tuple[Found, ...]:
    """Return for each sentence the best run of all solutions, and the next best one."""
    (ahead, ahead_skipped), (behind, behind_skipped) = costs.forward(), costs.backward()
    bursts, last = costs.bursts, costs.last
    results: list[Found] = []
    for sentence, expected_s in enumerate(costs.lengths_s):
        totals = ahead[sentence][:-1, None] + costs.runs(sentence) + behind[sentence + 1][last + 1]
        missing = float((ahead_skipped[sentence + 1] + behind_skipped[sentence + 1]).min())
        best = np.unravel_index(int(totals.argmin()), totals.shape)
        span = (float(bursts[best[0], 0]), float(bursts[last[best], 1]))
        least = float(totals[best])
        if missing <= least:
            results.append(Found(None, range(0), 0.0, 0.0, float(expected_s), span, least - missing))
            continue
        near_start = np.abs(bursts[:, :1] - span[0]) < _ELSEWHERE_S
        near_end = np.abs(bursts[last, 1] - span[1]) < _ELSEWHERE_S
        elsewhere = np.where(near_start & near_end, np.inf, totals)
        next_best = np.unravel_index(int(elsewhere.argmin()), totals.shape)
        second = float(elsewhere[next_best])
        other = (float(bursts[next_best[0], 0]), float(bursts[last[next_best], 1]))
        results.append(
            Found(
                span=span,
                bursts=range(int(best[0]), int(last[best]) + 1),
                far=float(costs.far(sentence)[best]),
                length_s=float(costs.lengths[best]),
                expected_s=float(expected_s),
                other=other if second < missing else None,
                margin=min(second, missing) - least,
            )
        )
    return tuple(results)
