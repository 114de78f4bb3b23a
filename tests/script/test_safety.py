"""Every listener is told when not to listen and whom to call; every number has a source."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from stem.errors import ConfigError, UnknownNameError
from stem.script.safety import Help, Safety, countries, safety
from stem.tables import from_table


def test_the_line_names_traffic_therapy_and_who_should_ask_first() -> None:
    line = safety().line
    for word in ("verkeer", "machines", "therapie", "psychose", "dissociatie", "epilepsie", "trauma"):
        assert word in line
    assert "\n" not in line
    assert "  " not in line


@pytest.mark.parametrize(
    ("country", "numbers"), [("NL", {"112", "113", "0800-0113"}), ("BE", {"112", "1813", "106"})]
)
def test_the_numbers_of_each_country_are_there(country: str, numbers: set[str]) -> None:
    known = safety(country)
    assert {number for each in known.help for number in each.numbers} == numbers
    assert known.help_lines[0].startswith("Bij direct gevaar: bel 112 ")
    assert any("huisarts" in line for line in known.help_lines)


def test_no_country_gives_a_number_of_another() -> None:
    own = {country: " ".join(safety(country).help_lines) for country in countries()}
    assert "113" not in own["BE"].replace("1813", "")
    assert not re.search(r"\b(1813|106)\b", own["NL"])


@pytest.mark.parametrize("country", countries())
def test_help_is_told_in_the_order_in_which_it_is_there(country: str) -> None:
    """The emergency number, then who listens, then the doctor, and the practice, which sleeps at night."""
    lines = safety(country).help_lines_with(("Bel de praktijk.",))
    assert [next(n for n, line in enumerate(lines) if word in line) for word in ("112", "huisarts")] == [
        0,
        len(lines) - 2,
    ]
    assert lines[-1] == "Bel de praktijk."


def test_a_line_reads_as_a_sentence() -> None:
    full = Help(when="Om te praten", who="A", numbers=("1", "2"), site="a.nl", source="s", as_of="2025-01")
    assert full.line == "Om te praten: bel 1 of 2 (A), of schrijf via a.nl."
    assert Help(when="Met klachten", who="de huisarts").line == "Met klachten: de huisarts."


@pytest.mark.parametrize("country", countries())
def test_every_number_has_a_source_and_a_month(country: str) -> None:
    for each in safety(country).help:
        assert not each.numbers or (each.source and re.fullmatch(r"20\d\d-(0\d|1[0-2])", each.as_of))
        assert all(re.fullmatch(r"[0-9]{2,4}(-[0-9]{4})?", number) for number in each.numbers)


def test_a_number_without_a_source_is_refused() -> None:
    with pytest.raises(ConfigError, match="the number 999 has no source or no date"):
        from_table(Help, {"when": "Altijd", "who": "iemand", "numbers": ["999"]}, "helplines.toml")


def test_lines_speak_to_je_and_u_alike() -> None:
    said = " ".join(line for country in countries() for line in (*safety(country).help_lines, safety().line))
    assert not re.search(r"\b(je|jij|jou|jouw|u|uw)\b", said)


def test_the_usual_country_and_small_letters() -> None:
    assert safety() == safety("nl") == safety("NL")
    assert isinstance(safety("be"), Safety)
    assert safety("be").name == "België"


def test_an_unknown_country_is_told() -> None:
    with pytest.raises(UnknownNameError, match="There is no country named 'FR'"):
        safety("FR")


def test_nothing_of_the_file_is_passed_over(root: Path) -> None:
    told = tomllib.loads((root / "src" / "stem" / "script" / "helplines.toml").read_text(encoding="utf-8"))
    assert tuple(told["countries"]) == countries()
    assert [len(told["countries"][name]["help"]) for name in countries()] == [
        len(safety(name).help) for name in countries()
    ]
