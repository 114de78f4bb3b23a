"""How much the level of a loop comes back to what it was: what an ear takes for a machine.

Chance alone now and then lays waves as regular as a clock. Of some layouts the least regular is taken, and
then changed in one thing after another, as long as that makes it less so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_BEYOND_S = 3.0
"""What is alike sooner is one swell or one song, not its return."""

_DRAWN, _CHANGES = 16, 160
_LITTLE = 0.08
"""What is less than this is heard by nobody, beside all that a layout does not know of."""

Layout = TypeVar("Layout")


def least_returning(
    draw: Callable[[], Layout],
    change: Callable[[Layout], Layout],
    level: Callable[[Layout], NDArray[np.float64]],
    step_s: float,
) -> Layout:
    """Return a layout of which the level hardly returns.

    Args:
        draw: Returns a layout of what is to be heard, by chance.
        change: Returns one that differs in one thing, by chance.
        level: Returns the level of one in dB, at every step round the loop.
        step_s: Between two of these.
    """

    def returns(layout: Layout) -> float:
        return highest_return(level(layout), step_s)

    layouts = [draw() for _ in range(_DRAWN)]
    scores = [returns(layout) for layout in layouts]
    least = min(scores)
    best = layouts[scores.index(least)]
    for _ in range(_CHANGES):
        if least < _LITTLE:
            break
        changed = change(best)
        score = returns(changed)
        if score < least:
            best, least = changed, score
    return best


def highest_return(level: NDArray[np.float64], step_s: float) -> float:
    """Return the highest autocorrelation of a level from 3 s on: round the loop, and in two rounds.

    What merely lasts does not return: a long gust is passed by, up to where it has nothing left in common.
    Nor does what is as near to the return of the loop as a whole.
    """
    frames, shortest = len(level), round(_BEYOND_S / step_s)
    apart = level - level.mean()
    round_it = np.fft.irfft(np.square(np.abs(np.fft.rfft(apart))), frames)
    round_it /= round_it[0]
    twice = np.tile(apart, 2)
    lags = np.arange(1, frames)
    products = np.fft.irfft(np.square(np.abs(np.fft.rfft(twice, 4 * frames))), 4 * frames)[lags]
    sums, squares = (np.concatenate([[0.0], np.cumsum(one)]) for one in (twice, np.square(twice)))
    counts = 2 * frames - lags
    early, late = sums[counts], sums[-1] - sums[lags]
    spread = (squares[counts] - early**2 / counts) * (squares[-1] - squares[lags] - late**2 / counts)
    heard = (products - early * late / counts) / np.sqrt(np.maximum(spread, 1e-30))
    return max(_highest(round_it[1:], shortest), _highest(heard, shortest))


def _highest(alike: NDArray[np.float64], shortest: int) -> float:
    """Return the most of an autocorrelation, from lag 1 on, between its first and its last zero."""
    strange = np.flatnonzero(alike <= 0)
    if not len(strange):
        return 1.0
    return float(alike[max(shortest - 1, strange[0]) : strange[-1] + 1].max(initial=-1.0))
