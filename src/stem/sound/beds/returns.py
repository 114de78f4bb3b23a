"""How much the level of a loop comes back to what it was: what an ear takes for a machine.

Chance alone now and then lays waves as regular as a clock; of many layouts the least regular one is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_BEYOND_S = 3.0
"""What is alike sooner is one swell or one song, not its return."""

Layout = TypeVar("Layout")


def least_returning(
    layouts: Iterable[Layout], level: Callable[[Layout], NDArray[np.float64]], step_s: float
) -> Layout:
    """Return the layout of which the level returns least.

    Args:
        layouts: Of what is to be heard.
        level: Returns the level of one in dB, at every step round the loop.
        step_s: Between two of these.
    """
    return min(layouts, key=lambda layout: highest_return(level(layout), step_s))


def highest_return(level: NDArray[np.float64], step_s: float) -> float:
    """Return the highest autocorrelation of a level round a loop, from 3 s on.

    What merely lasts does not return: a long gust is passed by, up to where it has nothing left in common.
    """
    power = np.square(np.abs(np.fft.rfft(level - level.mean())))
    alike = np.fft.irfft(power, len(level))[: len(level) // 2 + 1]
    first = max(round(_BEYOND_S / step_s), int(np.argmax(alike <= 0)))
    return float(alike[first:].max() / alike[0])
