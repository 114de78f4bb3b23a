"""Times are read as people write them and rounded in one place."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem import units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", 8.0),
        ("2,5", 2.5),
        ("2.5", 2.5),
        (" 8 s ", 8.0),
        ("8S", 8.0),
        ("90 sec", 90.0),
        ("8 seconden", 8.0),
        ("2m", 120.0),
        ("2 min", 120.0),
        ("1m30s", 90.0),
        ("1 M 30", 90.0),
        ("12:30", 750.0),
        ("0:05,5", 5.5),
        ("1:02:03", 3723.0),
        ("1u", 3600.0),
        ("1u30", 5400.0),
        ("1 uur 30", 5400.0),
        ("1u 30 s", 3630.0),
        ("1u 5m 30", 3930.0),
        ("1 uur 5 minuten", 3900.0),
        ("10 h", 36000.0),
        ("-1", -1.0),
        ("0", 0.0),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: float) -> None:
    assert units.parse_seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["", " ", "acht", "8 x", "1:2", "12:60", "m", "nan", "inf", "1e9", "8s8", "--1", "1,2,3"]
)
def test_what_is_not_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        units.parse_seconds(text)


@given(st.integers(min_value=0, max_value=10**10))
def test_frames_survive_the_way_to_seconds_and_back(count: int) -> None:
    assert units.frames(units.seconds(count)) == count


@given(st.floats(min_value=-200, max_value=200))
def test_decibels_survive_the_way_to_gain_and_back(level: float) -> None:
    assert units.decibels(units.gain(level)) == pytest.approx(level, abs=1e-9)


def test_frames_round_halves_away_from_zero() -> None:
    assert [units.frames(value, 1) for value in (0.5, 1.5, -0.5, -1.4)] == [1, 2, -1, -1]


def test_no_amplitude_is_minus_infinity() -> None:
    assert units.decibels(0.0) == -math.inf


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0:00"), (59.6, "1:00"), (898.2, "14:58"), (3723, "1:02:03")]
)
def test_a_time_is_written_as_people_read_it(value: float, text: str) -> None:
    assert units.format_time(value) == text
