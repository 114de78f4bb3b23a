"""Dates, amounts, units and signs, as people write them, are said as people say them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.script.dutch import sentences, spoken
from stem.script.dutch.clock import MONTHS

TABLE = Path(__file__).parents[1] / "data" / "dutch-writings.txt"
"""How it is written => what is said, its sentences parted by ¶: letters, recipes, leaflets."""


def said(text: str) -> str:
    return " ¶ ".join(map(spoken, sentences(text)))


def test_what_people_write_is_said_as_people_say_it() -> None:
    rows = [line.split(" => ") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 300
    assert [(written, said(written)) for written, _ in rows] == [tuple(row) for row in rows]


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_is_said_the_same_however_it_is_written(hour: int, minute: int) -> None:
    colon, point = f"{hour}:{minute:02}", f"{hour}.{minute:02}"
    ways = [colon, f"{hour:02}:{minute:02}", f"{colon} uur", f"{point} uur", f"{point}u", f"{colon} u."]
    assert len({spoken(f"Kom om {way}").rstrip(".") for way in [*ways, point, f"{hour}u{minute:02}"]}) == 1


@given(st.dates())
def test_a_date_is_said_the_same_however_it_is_written(date: object) -> None:
    year, month, day = map(int, str(date).split("-"))
    name = MONTHS[month - 1]
    short = {3: "mrt"}.get(month, name[:3])
    numbers = [f"{day}{sign}{month}{sign}{year:04}" for sign in "-/."]
    padded = [f"{day:02}{sign}{month:02}{sign}{year:04}" for sign in "-/."]
    ways = [*numbers, *padded, f"{year:04}-{month:02}-{day:02}", f"{day} {short}. {year:04}"]
    assert {spoken(f"Op {way} dus") for way in ways} == {f"Op {day} {name} {year:04} dus."}


@given(st.integers(1, 999_999), st.integers(0, 99))
def test_an_amount_is_said_the_same_however_it_is_written(euros: int, cents: int) -> None:
    plain, dotted = f"{euros},{cents:02}", f"{euros:,},{cents:02}".replace(",", ".", euros // 1000 > 0)
    ways = [f"€ {plain}", f"€{plain}", f"{plain} euro", f"EUR {plain}", f"{plain} €"]
    assert {spoken(f"Voor {way} dus") for way in ways} == {
        f"Voor {euros} euro {cents} dus." if cents else f"Voor {euros} euro dus."
    }
    assert spoken(f"€ {dotted}").replace(".", "") == spoken(f"€ {plain}").replace(".", "")


@given(st.integers(1, 9_999_999))
def test_an_ordinal_is_said_the_same_however_it_is_written(number: int) -> None:
    ways = [f"{number}e", f"{number}ste", f"{number}de", f"{number}-ste", f"{number:,}e".replace(",", ".")]
    (heard,) = {spoken(f"de {way} keer") for way in ways}
    assert heard.endswith(("ste keer.", "de keer."))


@given(st.from_regex(r"0[1-9]\d{8}", fullmatch=True))
def test_a_telephone_number_is_said_digit_by_digit(digits: str) -> None:
    area, rest = digits[:3], digits[3:]
    ways = [digits, f"{area}-{rest}", f"({area}) {rest}", f"{area} {rest[:3]} {rest[3:5]} {rest[5:]}"]
    ways += [f"{area} - {rest[:3]} {rest[3:]}", f"{area}/{rest}", f"{area}/{rest[:3]}.{rest[3:5]}.{rest[5:]}"]
    for way in ways:
        heard = spoken(f"Bel {way} nu")
        assert [each for each in heard if each.isdigit()] == list(digits), way
        assert not any(len(part) > 1 and part.isdigit() for part in heard.replace(",", "").split())


SIGNS = {
    "<": "minder dan",
    ">": "meer dan",
    "≤": "hoogstens",
    "≥": "minstens",
    "≈": "ongeveer",
    "~": "ongeveer",
    "±": "ongeveer",
    "№": "nummer",
    "#": "nummer",
    "§": "paragraaf",
    "√": "wortel",
    "€": "euro",
    "£": "pond",
    "$": "dollar",
    "¥": "yen",
}


@given(st.sampled_from(sorted(SIGNS)), st.integers(2, 999_999), st.sampled_from(["", " "]))
def test_no_sign_before_a_number_is_lost(sign: str, number: int, space: str) -> None:
    heard = spoken(f"Dit is {sign}{space}{number} dus")
    assert SIGNS[sign] in heard
    assert str(number) in heard


UNITS = {"Hz": "hertz", "m³": "kubieke meter", "s": "seconden", "‰": "promille", "°C": "graden", "kg": "kilo"}


@given(st.sampled_from(sorted(UNITS)), st.integers(2, 99_999), st.sampled_from(["", " "]))
def test_a_unit_is_said_the_same_with_a_space_and_without(unit: str, number: int, space: str) -> None:
    assert spoken(f"Zo'n {number}{space}{unit} dus") == f"Zo'n {number} {UNITS[unit]} dus."


@pytest.mark.parametrize("sign", "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞")
def test_a_part_is_said(sign: str) -> None:
    heard = spoken(f"Neem {sign} van de melk")
    assert sign not in heard
    assert len(heard.split()) == len(f"Neem {sign} van de melk".split()) + 1
