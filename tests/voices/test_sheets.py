"""The reading sheet: every phrase once, numbers that stay with their sentences, a page on its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.errors import ConfigError
from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Source, Utterance
from stem.script.dutch import spoken
from stem.voices.recordings.sheets import (
    SheetLine,
    as_html,
    as_index,
    in_runs,
    numbered,
    read_index,
    renumbered,
)

HERE = Source("a.j2", 1)


def said(text: str) -> Utterance:
    return Utterance.of(text, HERE)


def rest(seconds: float) -> Pause:
    return Pause("exact", seconds, seconds, seconds, HERE)


def line(number: int, text: str) -> SheetLine:
    return SheetLine(number, text, spoken(text))


def test_each_phrase_is_numbered_once_where_it_is_first_heard() -> None:
    cues: list[Cue] = [said("Welkom."), said("Kijk om je heen"), said("Welkom."), said("Kijk om je heen.")]
    lines = numbered(cues)
    assert [(each.number, each.text) for each in lines] == [(1, "Welkom."), (2, "Kijk om je heen")]
    assert [each.phrase for each in lines] == ["Welkom.", "Kijk om je heen."]


@pytest.mark.parametrize(
    ("cues", "after"),
    [
        ([said("A."), rest(1.0)], ""),
        ([said("A."), rest(8.0)], "daarna 8 seconden stilte"),
        ([said("A."), rest(90.0)], "daarna 1 minuut en 30 seconden stilte"),
        ([said("A."), rest(8.0), rest(20.0)], "daarna 8 seconden stilte"),
        ([said("A."), Bell(HERE), rest(6.0)], "daarna een bel"),
        ([said("A."), Heading("Nu", HERE), rest(8.0)], ""),
        ([said("A."), said("B."), said("A."), rest(8.0)], ""),
        ([Breath("In.", "In.", 4.0, HERE)], "adem van 4 seconden"),
        ([Breath("In.", "In.", 4.0, HERE), rest(8.0)], "adem van 4 seconden"),
        ([rest(8.0), said("A.")], ""),
    ],
)
def test_a_line_tells_the_pause_that_follows_it(cues: list[Cue], after: str) -> None:
    assert numbered(cues)[0].after == after


def test_a_number_stays_with_its_sentence_when_the_script_changes() -> None:
    index = {1: "Welkom.", 2: "Kijk om je heen.", 3: "Tot ziens."}
    changed = [line(1, "Welkom."), line(2, "Adem rustig."), line(3, "Kijk om je heen"), line(4, "Nog iets.")]
    lines = renumbered(changed, index)
    assert [(each.number, each.text) for each in lines] == [
        (1, "Welkom."),
        (4, "Adem rustig."),
        (2, "Kijk om je heen"),
        (5, "Nog iets."),
    ]
    # There may be a recording of what is no longer said: its number is not given away.
    assert "3 = " in as_index(lines, index)
    assert renumbered(changed, {}) == tuple(changed)


@given(st.dictionaries(st.integers(1, 999), st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_an_index_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, index: dict[int, str]
) -> None:
    path = tmp_path_factory.mktemp("index") / "blad.toml"
    path.write_text(
        as_index([line(number, text) for number, text in index.items()]), encoding="utf-8", newline=""
    )
    assert read_index(path) == index


def test_no_index_holds_nothing(tmp_path: Path) -> None:
    assert read_index(tmp_path / "blad.toml") == {}


@dataclass(frozen=True)
class Fault:
    name: str
    content: bytes
    sentence: str


FAULTS = [
    Fault("no TOML", b"1: Welkom", r"blad\.toml:1: "),
    Fault("not UTF-8", b"\xff\xfe", r"it is not UTF-8 text"),
    Fault("no table", b'[sentences]\n1 = "A."\n', r"the table \[zinnen\] is missing"),
    Fault("a list", b"zinnen = [1]\n", r"the table \[zinnen\] is missing"),
    Fault(
        "two mistakes", b'[zinnen]\neen = "A."\n2 = 3\n', r"2 mistakes: 'een = 'A\.'' is no .*; '2 = 3' is no"
    ),
    Fault("the number 0", b'[zinnen]\n0 = "A."\n', r"'0 = 'A\.'' is no number with a sentence"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_damaged_index_is_told(tmp_path: Path, fault: Fault) -> None:
    path = tmp_path / "blad.toml"
    path.write_bytes(fault.content)
    with pytest.raises(ConfigError, match=fault.sentence):
        read_index(path)


def test_the_page_holds_every_line_and_needs_nothing_from_outside() -> None:
    lines = [line(1, "Welkom."), SheetLine(2, "Adem & <b>rust</b>", "x", "daarna 8 seconden stilte")]
    page = as_html("Rust & <i>meer</i>", lines)
    assert "Adem &amp; &lt;b&gt;rust&lt;/b&gt;" in page
    assert "Rust &amp; &lt;i&gt;meer&lt;/i&gt;" in page
    assert "(daarna 8 seconden stilte)" in page
    assert not re.search(r"src=|href=|url\(|https?:|<script|@import", page)
    # Written as HTML, where only <meta> stays open, it is still a tree.
    tree = ET.fromstring(re.sub(r"(<meta [^>]*)>", r"\1/>", page.removeprefix("<!DOCTYPE html>\n")))
    rows = tree.findall(".//ol/li")
    assert [row.findtext("b") for row in rows] == ["1", "2"]
    assert all(row.find("i") is not None for row in rows), "each line has a box to tick"
    assert len(tree.findall(".//ul/li")) >= 5
    assert as_html("Rust", lines) == as_html("Rust", lines)


@pytest.mark.parametrize(("numbers", "text"), [([1], "1"), ([1, 2, 3, 7, 9, 10], "1-3, 7, 9-10"), ([], "")])
def test_numbers_are_written_in_runs(numbers: list[int], text: str) -> None:
    assert in_runs(numbers) == text
