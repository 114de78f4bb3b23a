"""A script is checked with values that anyone could fill in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.authoring.check import _values, check_script, check_template, usual_values
from stem.errors import ScriptError
from stem.script import rendering
from stem.script.cues import PAUSES
from stem.script.template import find_script
from stem.script.variables import Variable


def number(default: float | None, minimum: float | None = None, maximum: float | None = None) -> Variable:
    return Variable("aantal", "number", default, minimum=minimum, maximum=maximum)


@pytest.mark.parametrize(
    ("variable", "texts"),
    [
        (number(2_000_000), ("2000000",)),
        (number(1234.567, 0.5, 2_000_000), ("1234.567", "0.5", "2000000")),
        (number(4, 4, 10), ("4", "10")),
        (number(0, -2.5), ("0", "-2.5")),
        (number(0.000001), ("0.000001",)),
        (number(3, 1 / 3, 1e12), ("3",)),  # nobody can write a third, nor more than nine digits
        (number(None), ("1",)),
    ],
)
def test_numbers_are_written_as_they_are_read(variable: Variable, texts: tuple[str, ...]) -> None:
    assert _values(variable) == texts


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_a_number_that_can_be_filled_in_is_tried_exactly(millionths: int) -> None:
    # 15 digits: a float holds each such number apart from all others.
    value = millionths / 1e6
    variable = number(value)
    assert [variable.read(text) for text in _values(variable)] == [value]


def test_a_script_with_large_numbers_can_be_checked(tmp_path: Path) -> None:
    script = tmp_path / "tellen.j2"
    script.write_text(
        '+++\ntitle = "Tellen"\nimagery = false\n'
        '[variables.aantal]\ntype = "number"\ndefault = 1234.567\nmaximum = 2000000\n'
        "+++\nTel tot {{ aantal }}.\n",
        encoding="utf-8",
    )
    assert check_script(str(script), PAUSES).ways == 4  # two numbers, in two forms


def test_no_more_ways_are_tried_than_there_is_time_for(tmp_path: Path) -> None:
    script = tmp_path / "kiezen.j2"
    choices = ", ".join(f'"{number}x"' for number in range(100))
    script.write_text(
        f'+++\ntitle = "Kiezen"\nimagery = false\n[variables.wat]\ntype = "choice"\nchoices = [{choices}]\n'
        "+++\nDenk aan {{ wat }}.\n",
        encoding="utf-8",
    )
    template = find_script(str(script))
    whole = check_script(str(script), PAUSES)
    assert (whole.ways, whole.is_whole) == (200, True)
    few = check_template(template, "kiezen", PAUSES, most_ways=30)
    assert (few.ways, few.is_whole) == (30, False)
    short = check_template(template, "kiezen", PAUSES, most_s=0.0)
    assert (short.ways, short.is_whole) == (1, False)
    assert usual_values(template) == {"wat": "0x"}


def test_a_script_without_end_is_not_tried_in_every_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "TIME_LIMIT_S", 0.5)
    script = tmp_path / "eindeloos.j2"
    loops = "{% for a in range(999) %}" * 3 + "{% endfor %}" * 3
    script.write_text(
        '+++\ntitle = "Eindeloos"\nminutes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n+++\nDag.\n' + loops,
        encoding="utf-8",
    )
    begun = time.monotonic()
    with pytest.raises(ScriptError, match="seconds to fill in"):
        check_script(str(script), PAUSES)
    assert time.monotonic() - begun < 8.0  # twenty ways, each of which would take half a second or more
