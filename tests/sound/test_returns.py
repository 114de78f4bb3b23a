"""A level that comes back is told from one that merely lasts; the least regular layout is taken."""

from __future__ import annotations

import numpy as np
import pytest

from stem.sound.beds.returns import highest_return, least_returning

STEP_S = 0.1


def test_what_returns_is_found_and_what_lasts_is_not() -> None:
    clock = np.cos(2 * np.pi * np.arange(1200) * STEP_S / 8.0)
    assert highest_return(clock, STEP_S) == pytest.approx(1.0)
    one_gust = np.exp(-np.square((np.arange(1200) - 600) * STEP_S / 5.0))
    assert highest_return(one_gust, STEP_S) <= 0.0


def test_a_layout_that_returns_less_is_looked_for_and_kept() -> None:
    strikes = {"clock": [0, 300, 600, 900], "uneven": [0, 210, 650, 1010], "pairs": [0, 310, 600, 910]}

    def level(name: str) -> np.ndarray:
        return np.bincount(strikes[name], minlength=1200).astype(np.float64)

    drawn = iter(["clock", "uneven", *["clock"] * 100])
    assert least_returning(lambda: next(drawn), lambda _: "pairs", level, STEP_S) == "uneven"
    # Where chance draws nothing better than a clock, changes find it.
    assert least_returning(lambda: "clock", lambda _: "uneven", level, STEP_S) == "uneven"
