"""The page tells every outcome, leads to the tracks that are there, and takes no word for markup."""

from __future__ import annotations

import math
import os
import re
import subprocess
from base64 import b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest
from chromium import CHROMIUM, FLAGS, NEEDS_BROWSER
from hypothesis import assume, given
from hypothesis import strategies as st

from stem.characters import first_control
from stem.messages import Message
from stem.practice.batch.jobs import Outcome, Report
from stem.practice.overview import MOST_PLAYERS, is_ours, overview_page
from stem.script.safety import LISTENER_WARNINGS

VOID = {"meta"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "h1", "p", "bdi", "a"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "small", "audio", "details", "summary"),
    *("ul", "li"),
}
HOSTILE = (
    "<script>alert(1)</script>",
    "</td></tr></table>",
    "&lt;b&gt; & &amp;",
    "<!-- rust -->",
    "</style></title>",
    "' \" ` a=b onload=alert(1)",
    "]]>",
)
Status = Literal["made", "kept", "failed", "new", "changed"]


@dataclass
class Element:
    """An element of a page, with what is in it."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str) -> list[Element]:
        """Return the elements of a kind in it, in order."""
        within = [child for child in self.children if isinstance(child, Element)]
        return [found for child in within for found in ([child] * (child.tag == tag) + child.all(tag))]

    def one(self, tag: str) -> Element:
        (found,) = self.all(tag)
        return found


class Reader(HTMLParser):
    """Reads a page into its elements, and wants every one closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.page = Element("", {})
        self.open = [self.page]
        self.tags: set[str] = set()
        self.feed(html)
        self.close()
        assert self.open == [self.page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.add(tag)
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


FOLDER = Path("/praktijk/tracks")
RUST = Outcome(
    *("row 2", "c017", "een-plek-van-rust", "made", FOLDER / "c017_rust_12min.mp3"),
    title="Een plek van rust",
    seconds=725.4,
    integrated_lufs=-19.24,
    true_peak_dbtp=-1.55,
    voice="Nathalie",
    bed="zee",
)
FAILED = replace(RUST, status="failed", place="row 9", error="The disk is full.", hint="Make room.")


def html_of(*outcomes: Outcome, title: str = "Week 41", practice: str = "De Linde") -> str:
    return overview_page(Report(outcomes), title=title, practice=practice, folder=FOLDER)


def page_of(*outcomes: Outcome, title: str = "Week 41", practice: str = "De Linde") -> Element:
    reader = Reader(html_of(*outcomes, title=title, practice=practice))
    assert reader.tags <= TAGS
    return reader.page


def rows(page: Element, name: str = "tracks") -> list[list[str]]:
    """Return the words in the cells of a table, the first of each being the row's head."""
    tables = [table for table in page.all("table") if table.attributes["class"] == name]
    return [
        [cell.text for cell in row.children if isinstance(cell, Element)]
        for table in tables
        for row in table.one("tbody").all("tr")
    ]


# What is told


def test_a_row_tells_what_was_made_and_how_it_sounds() -> None:
    assert rows(page_of(RUST)) == [
        ["c017", "Een plek van rust", "12:05", "−19,2", "−1,6", "Nathalie", "zee", "gemaakt"]  # noqa: RUF001
    ]


def test_the_head_tells_whose_it_is_and_what() -> None:
    page = page_of(RUST)
    assert page.one("title").text == page.one("h1").text == "Week 41"
    assert page.one("header").all("p")[0].text == "De Linde"
    assert "De Linde" not in page_of(RUST, practice="").one("header").text


def test_every_outcome_is_there_in_its_order_and_the_failed_ones_stand_first() -> None:
    statuses: list[Status] = ["made", "failed", "kept", "failed", "made"]
    page = page_of(*(replace(FAILED, code=f"c{n}", status=status) for n, status in enumerate(statuses)))
    assert [table.attributes["class"] for table in page.all("table")] == ["failed", "tracks"]
    assert [row[0] for row in rows(page, "failed")] == ["c1row 9", "c3row 9"]
    assert [row[0] for row in rows(page)] == ["c0", "c2", "c4"]


def test_a_failed_one_tells_why_and_what_to_do() -> None:
    assert rows(page_of(FAILED), "failed") == [
        ["c017row 9", "Een plek van rust", "The disk is full.", "Make room."]
    ]


def test_a_track_without_a_title_goes_by_its_script() -> None:
    assert rows(page_of(replace(RUST, title="")))[0][1] == "een-plek-van-rust"
    assert rows(page_of(replace(FAILED, title="")), "failed")[0][1] == "een-plek-van-rust"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("made", "gemaakt"),
        ("kept", "stond er al"),
        ("new", "nog te maken"),
        ("changed", "opnieuw te maken"),
    ],
)
def test_a_status_is_told_in_dutch(status: Status, words: str) -> None:
    page = page_of(replace(RUST, status=status))
    assert rows(page)[0][-1] == words
    assert f"1 track: 1 {words}." in page.one("header").text


@pytest.mark.parametrize(
    ("level", "words"),
    [(-0.04, "0,0"), (0.3, "0,3"), (-math.inf, "–"), (math.nan, "–"), (math.inf, "–")],  # noqa: RUF001
)
def test_a_level_is_written_in_dutch_or_not_known(level: float, words: str) -> None:
    (row,) = rows(page_of(replace(RUST, integrated_lufs=level, true_peak_dbtp=level)))
    assert row[3:5] == [words, words]


def test_a_length_that_is_not_known_is_a_dash() -> None:
    page = page_of(replace(RUST, seconds=None))
    assert rows(page)[0][2] == "–"  # noqa: RUF001
    assert "Samen" not in page.one("header").text


# The summary


@pytest.mark.parametrize(
    ("lengths", "words"),
    [
        ((12.0, 30.2), "Samen 42 seconden."),
        ((725.0, 725.0), "Samen 24 minuten en 10 seconden."),
        ((3569.0,), "Samen 59 minuten en 29 seconden."),
        ((3570.0,), "Samen 1 uur."),
        ((3600.0, 1229.0), "Samen 1 uur en 20 minuten."),
        ((3_600_000.0, 60.0), "Samen 1.000 uur en 1 minuut."),
    ],
)
def test_the_summary_adds_up_the_lengths(lengths: tuple[float, ...], words: str) -> None:
    assert words in page_of(*(replace(RUST, seconds=length) for length in lengths)).one("header").text


def test_the_summary_counts_by_status() -> None:
    outcomes = [RUST] * 3 + [replace(RUST, status="kept")] * 2 + [FAILED]
    told = page_of(*outcomes).one("header").text
    assert "6 tracks: 3 gemaakt, 2 stonden er al, 1 mislukt. Samen 1 uur." in told  # 5 x 725.4 s is 60.45 min


def test_what_failed_has_no_length() -> None:
    assert "Samen" not in page_of(FAILED).one("header").text


def test_an_empty_batch_is_told_as_such() -> None:
    page = page_of()
    assert "Er staan geen tracks in deze lijst." in page.one("header").text
    assert page.all("table") == page.all("footer") == []


def test_a_dry_run_says_that_nothing_was_made() -> None:
    page = page_of(replace(RUST, status="new"), replace(RUST, status="changed"), replace(RUST, status="kept"))
    assert "3 tracks: 1 stond er al, 1 nog te maken, 1 opnieuw te maken." in page.one("header").text
    assert "proefronde" in page.one("header").text
    assert "proefronde" not in page_of(RUST, FAILED).one("header").text


# Warnings


def test_warnings_and_reasons_are_folded_and_in_english() -> None:
    page = page_of(
        replace(RUST, warnings=("The pauses are short.", "So is the text."), reasons=("New text.",))
    )
    warned, again = page.all("details")
    assert [warned.one("summary").text, again.one("summary").text] == ["2 aandachtspunten", "Waarom opnieuw"]
    assert [item.text for item in page.all("li")] == ["The pauses are short.", "So is the text.", "New text."]
    assert {found.attributes["lang"] for found in page.all("li")} == {"en"}
    assert "in het Engels" in page.one("header").text
    assert page_of(replace(FAILED, warnings=("One.",))).one("summary").text == "1 aandachtspunt"


def test_what_a_listener_should_know_is_in_dutch() -> None:
    page = page_of(replace(RUST, warnings=(LISTENER_WARNINGS[0],)))
    assert [item.attributes["lang"] for item in page.all("li")] == ["nl"]
    assert "in het Engels" not in page.one("header").text


def test_without_warnings_nothing_is_folded() -> None:
    page = page_of(RUST)
    assert page.all("details") == []
    assert "Engels" not in page.text


def test_what_the_program_says_is_marked_as_english() -> None:
    table = page_of(FAILED).one("table")
    english = [
        found.text for tag in ("small", "td") for found in table.all(tag) if "lang" in found.attributes
    ]
    assert english == ["row 9", "The disk is full.", "Make room."]


def test_what_the_program_says_is_dutch_where_it_has_that() -> None:
    warning = str(
        Message("The recordings in '{name}' can only say the sentences of their own script.", name="a")
    )
    failed = replace(
        RUST,
        status="failed",
        place=Message("row {number}", number=9),
        error=Message("There is no {kind} named '{name}'.", kind=Message("bed"), name="<zee>"),
        hint=Message("Did you mean '{name}'?", name="zee"),
        warnings=(warning,),
    )
    page = page_of(failed)
    for told in (
        "rij 9",
        "Er is geen achtergrond met de naam '<zee>'.",
        "Bedoelde je 'zee'?",
        "De eigen opnames",
    ):
        assert told in page.text
    assert "Engels" not in page.text


# Ways to the tracks


def opened(address: str | None, page: str) -> str:
    """Return the path of the file that a browser opens for an address on a page at `page`."""
    assert address is not None
    parts = urlsplit(urljoin(page, address))
    assert (parts.scheme, parts.query, parts.fragment) == ("file", "", "")
    return os.fsdecode(unquote_to_bytes(parts.path))


def test_a_track_that_is_there_has_a_link_and_a_player() -> None:
    page = page_of(RUST, replace(RUST, status="kept"))
    assert [found.attributes["href"] for found in page.all("a")] == ["c017_rust_12min.mp3"] * 2
    assert [found.attributes["src"] for found in page.all("audio")] == ["c017_rust_12min.mp3"] * 2
    assert page.all("audio")[0].attributes == {
        "controls": "",
        "preload": "none",
        "src": "c017_rust_12min.mp3",
        "aria-label": "Een plek van rust, c017",
    }


@pytest.mark.parametrize("status", ["failed", "new", "changed"])
def test_a_track_that_is_not_there_as_it_is_to_be_has_none(status: Status) -> None:
    page = page_of(replace(RUST, status=status))
    assert page.all("a") == page.all("audio") == []
    assert "Klik" not in page.text


def test_links_open_files_that_are_there(tmp_path: Path) -> None:
    names = ("les 1: rust.mp3", "a?b#c&d.mp3", '100% "rust".mp3', "één.mp3", "-o.mp3", "x\ny.mp3", "<b>.mp3")
    folder = tmp_path / "de map"
    files = [folder / name for name in names] + [folder / "week 1" / "a.mp3", tmp_path / "elders" / "a.mp3"]
    files.append(
        folder / os.fsdecode(b"caf\xe9.mp3")
    )  # a name in Windows-1252 on a disk that takes any bytes
    for path in files:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
    report = Report(tuple(replace(RUST, path=path) for path in files))
    page = Reader(overview_page(report, title="t", practice="", folder=folder)).page
    places = [found.attributes["href"] for found in page.all("a")]
    assert places == [found.attributes["src"] for found in page.all("audio")]
    for place, path in zip(places, files, strict=True):
        assert Path(opened(place, (folder / "overzicht.html").as_uri())).samefile(path)


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_any_name_of_a_file_survives_as_an_address(name: str) -> None:
    assume(name not in {".", ".."})  # which are folders
    path = FOLDER / name
    link = page_of(replace(RUST, path=path)).one("a").attributes["href"]
    assert opened(link, "file:///praktijk/tracks/o.html") == os.path.normpath(path)


def test_page_and_tracks_may_move_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same bytes wherever the two lie, and however their paths are written."""
    monkeypatch.chdir(tmp_path)
    folders = (FOLDER, Path("tracks"), tmp_path / "x" / ".." / "tracks", Path())
    pages = {
        overview_page(
            Report(
                (replace(RUST, path=folder / "a" / "b.mp3"), replace(RUST, path=folder.absolute() / "c.mp3"))
            ),
            title="t",
            practice="p",
            folder=folder,
        )
        for folder in folders
    }
    assert len(pages) == 1


def test_a_file_on_another_drive_has_its_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows answers; no disk here has two roots."""

    def no_way(path: object, start: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("stem.practice.overview.os.path.relpath", no_way)
    link = page_of(replace(RUST, path=Path("/d/één track.mp3"))).one("a").attributes["href"]
    assert link == "file:///d/%C3%A9%C3%A9n%20track.mp3"


def test_a_page_with_very_many_tracks_has_links_only() -> None:
    assert len(page_of(*[RUST] * MOST_PLAYERS, FAILED).all("audio")) == MOST_PLAYERS
    many = page_of(*[RUST] * (MOST_PLAYERS + 1))
    assert (len(many.all("a")), len(many.all("audio"))) == (MOST_PLAYERS + 1, 0)
    planned = [replace(RUST, status="new")] * MOST_PLAYERS
    assert len(page_of(RUST, *planned).all("audio")) == 1


# Words are words


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("outcome", [RUST, FAILED])
def test_no_word_becomes_markup(outcome: Outcome, words: str) -> None:
    named = replace(outcome, place=words, code=words, title=words, script=words, voice=words, bed=words)
    told = replace(named, error=words, hint=words, warnings=(words,), reasons=(words,))
    page = page_of(told, title=words, practice=words)
    assert page.one("title").text == page.one("h1").text == page.one("header").all("p")[0].text == words
    assert [item.text for item in page.all("li")] == [words, words]
    if outcome is RUST:
        (row,) = rows(page)
        assert [row[0], row[5], row[6], page.one("a").text] == [words] * 4
        assert page.one("audio").attributes["aria-label"] == f"{words}, {words}"
    else:
        ((code, _, error, hint),) = rows(page, "failed")
        assert [code, error, hint] == [words * 2, words, words]
    attributes = {name for tag in TAGS for found in page.all(tag) for name in found.attributes}
    assert not any(name.startswith("on") or name in {"style", "id"} for name in attributes)


@given(st.text(st.characters(exclude_characters="\r")))  # a reader takes a carriage return for a line's end
def test_any_code_is_told_and_can_be_written(code: str) -> None:
    html = html_of(replace(RUST, code=code, title=code), title=code)
    html.encode()
    shown = rows(Reader(html).page)[0][0]
    assert len(shown) == len(code)
    assert all(seen in {written, "\ufffd"} for seen, written in zip(shown, code, strict=True))
    if code.isprintable() and first_control(code) is None:
        assert shown == code


@pytest.mark.parametrize(
    "mark",
    [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\0", "\x1b", "\x85", "\ud800"],
)
def test_marks_that_turn_or_hide_text_are_shown_as_such(mark: str) -> None:
    html = html_of(replace(RUST, code=f"c{mark}3pm", warnings=(f"no {mark} good",)), title=f"t{mark}")
    assert mark not in html
    page = Reader(html).page
    assert (rows(page)[0][0], page.one("li").text) == ("c\ufffd3pm", "no \ufffd good")


def test_text_from_right_to_left_moves_nothing_beside_it() -> None:
    hebrew = "מנוחה (1)"
    page = page_of(replace(RUST, code=hebrew, title=hebrew), replace(FAILED, code=hebrew, title=hebrew))
    assert [found.text for found in page.one("main").all("bdi")].count(hebrew) == 4


def test_only_what_an_outcome_tells_is_on_the_page() -> None:
    """Two pages differ in the words of their outcomes, and in no others."""
    other = replace(RUST, path=FOLDER / "x.mp3", code="q", title="w", voice="v", bed="b", script="s")
    ours, others = words_of(page_of(RUST).one("body")), words_of(page_of(other).one("body"))
    assert ours - others == {"c017", "Een plek van rust", "Nathalie", "zee"}
    assert others - ours == {"q", "w", "v", "b"}


def words_of(element: Element) -> set[str]:
    """Return the texts in an element, each as it stands in an element of its own."""
    return {
        text
        for child in element.children
        for text in ([child] if isinstance(child, str) else words_of(child))
    }


# The page by itself


def test_the_same_outcomes_give_the_same_bytes() -> None:
    assert html_of(RUST, FAILED) == html_of(RUST, FAILED)


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html = html_of(RUST, FAILED)
    page = Reader(html).page
    assert not re.search(
        r"https?:|//|@import|url\(|<script|<link|<iframe", html.removeprefix("<!DOCTYPE html>")
    )
    (policy,) = (
        found.attributes["content"] or "" for found in page.all("meta") if "http-equiv" in found.attributes
    )
    digest = b64encode(sha256(page.one("style").text.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "media-src 'self' file:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_tables_have_a_caption_and_heads_for_columns_and_rows() -> None:
    page = page_of(RUST, FAILED)
    assert page.one("html").attributes == {"lang": "nl"}
    assert len(page.all("h1")) == len(page.all("main")) == 1
    for table in page.all("table"):
        assert table.one("caption").text in {"Mislukt", "Tracks"}
        columns, (row,) = table.one("thead").all("th"), table.one("tbody").all("tr")
        assert {head.attributes["scope"] for head in columns} == {"col"}
        assert row.one("th").attributes["scope"] == "row"
        assert len(row.all("td")) == len(columns) - 1


def test_on_a_phone_each_cell_says_its_head() -> None:
    page = page_of(RUST)
    narrow = block(page.one("style").text, "@media screen and (max-width: 56rem)")
    heads = [head.text for head in page.one("thead").all("th")]
    said = re.findall(r'td:nth-child\((\d)\)::before \{ content: "(.+) "; }', narrow)
    assert said == [(str(place), head) for place, head in enumerate(heads, 1) if place > 2]
    names = {found.attributes.get("name"): found.attributes.get("content") for found in page.all("meta")}
    assert names["viewport"] == "width=device-width, initial-scale=1"
    assert names["color-scheme"] == "light dark"


def test_paper_shows_what_is_folded_and_no_players() -> None:
    style = page_of(RUST).one("style").text
    paper = block(style, "@media print")
    assert "size: A4" in block(style, "@page")
    assert "display: none" in block(paper, "audio, .screen {")
    assert "content-visibility: visible" in block(paper, "details::details-content {")


def block(style: str, opening: str) -> str:
    """Return what stands between the braces that follow `opening`."""
    start = style.index("{", style.index(opening))
    depth = 0
    for place in range(start, len(style)):
        depth += {"{": 1, "}": -1}.get(style[place], 0)
        if depth == 0:
            return style[start + 1 : place]
    raise AssertionError(opening)


@pytest.mark.parametrize(
    "opening", [":root", "@media screen and (prefers-color-scheme: dark)", "@media print"]
)
def test_colours_differ_enough_to_be_read(opening: str) -> None:
    style = page_of(RUST).one("style").text
    colours = block(style, opening) if opening == ":root" else block(block(style, opening), ":root")
    light = {name: luminance(colour) for name, colour in re.findall(r"--(\w+): #(\w+);", colours)}
    assert contrast(light["paper"], light["ink"]) >= 7.0
    assert contrast(light["paper"], light["wrong"]) >= 7.0
    assert contrast(light["paper"], light["soft"]) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2, of #rgb or #rrggbb."""
    pairs = re.findall("..", colour if len(colour) == 6 else "".join(digit * 2 for digit in colour))
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_thousands_of_tracks_are_a_page_that_can_be_sent() -> None:
    told = replace(
        RUST, warnings=("The pauses were shortened by 14 % to fit the length.",), reasons=("New.",)
    )
    html = html_of(*(replace(told, code=f"c{n:05}", path=FOLDER / f"c{n:05}_rust.mp3") for n in range(2_000)))
    assert len(html.encode()) < 2_400_000  # 12 MB of ten thousand
    assert html.count("<tr>") == 2_001


@pytest.mark.slow
@NEEDS_BROWSER
def test_a_browser_styles_the_page_and_opens_its_tracks_from_a_folder(tmp_path: Path) -> None:
    """The policy lets through what the page has; changed, it is seen to stop things."""
    (tmp_path / "één track.wav").write_bytes(b"RIFF")
    report = Report((replace(RUST, path=tmp_path / "één track.wav"),))
    html = overview_page(report, title="t", practice="p", folder=tmp_path)
    eager = html.replace('preload="none"', 'preload="auto"')
    assert refusals(tmp_path, eager) == ""
    told = refusals(tmp_path, eager.replace("h1 {", "h1  {").replace("'self' file:", "'none'"))
    assert "style-src" in told
    assert "media-src" in told


def refusals(folder: Path, html: str) -> str:
    """Return what Chromium says against a policy, of a page that is opened from a folder."""
    assert CHROMIUM is not None
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    flags = ["--headless", *FLAGS, "--enable-logging=stderr", "--dump-dom"]
    flags += ["--virtual-time-budget=1000", f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [CHROMIUM, *flags, page.as_uri()], capture_output=True, check=True, text=True, timeout=60
    )
    return "\n".join(line for line in done.stderr.splitlines() if "Security Policy" in line)


def test_a_page_of_a_batch_is_known_and_nothing_else_is_taken_for_one(tmp_path: Path) -> None:
    page = tmp_path / "overzicht.html"
    page.write_text(
        overview_page(Report(()), title="x" * 2_000, practice="", folder=tmp_path), encoding="utf-8"
    )
    assert is_ours(page)
    mark = 'content="stem: a batch"'
    for name, content in (
        ("empty.html", b""),
        ("mine.html", b"<!DOCTYPE html><title>stem: a batch</title>"),
        ("later.html", b" " * 1_000 + mark.encode()),
    ):
        (tmp_path / name).write_bytes(content)
        assert not is_ours(tmp_path / name), name
    assert not is_ours(tmp_path)
    assert not is_ours(tmp_path / "weg.html")
