"""The page holds every word in order and loads nothing; it reads well on screens and on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem import units
from stem.config import Config
from stem.cues import Cue, Heading, Line, Source, Utterance, parse_cues
from stem.dutch import has_words, spoken
from stem.planning import Plan, TrackSpec, plan_sentence, plan_track
from stem.printout import TEXT_WIDTH, as_html, as_text, in_words
from stem.timeline import Timeline, place
from stem.track import SAFETY_LINE, expected_timeline
from stem.voice import find_voice

VOID = {"meta"}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer"),
    *("h1", "h2", "p", "time", "span", "small", "i"),
}
AT = Source("rust.j2", 1)
WORDS = (
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(has_words)
)
MARKUP = st.sampled_from(
    ["<script>alert(1)</script>", "</p></body>", "&lt;b&gt; & &amp;", "<!-- rust -->", "</style>", "' \" ` a"]
)


class Page(HTMLParser):
    """A page as a browser takes it: its elements, their words, and whether every one is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.words.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            assert self.words[-1][0] == self.open[-1], data
            self.words[-1] = (self.open[-1], self.words[-1][1] + data)

    def of(self, *tags: str) -> list[str]:
        return [words.strip() for tag, words in self.words if tag in tags]


def planned(text: str, title: str = "Rust") -> tuple[Plan, Timeline]:
    """Plan a script in which every sentence lasts a second, from the very start of the track."""
    lines = [Line(line, Source("rust.j2", number)) for number, line in enumerate(text.split("\n"), 1)]
    plan = replace(plan_sentence("Rust.", find_voice("zacht")), title=title, cues=parse_cues(lines))
    lengths = dict.fromkeys(plan.phrases, units.frames(1.0))
    return plan, place(plan.cues, lengths, spoken, title=title, pre_roll_s=0, post_roll_s=0)


def page(text: str, title: str = "Rust") -> Page:
    return Page(as_html(*planned(text, title)))


def blocks(text: str) -> list[str]:
    """Return what stands between the title and the closing lines of the plain text, white space made even."""
    body = as_text(*planned(text)).split("Veilig luisteren")[0]
    return [" ".join(block.split()) for block in body.split("\n\n")[2:] if block.strip()]


@pytest.fixture(scope="module", params=["je", "u"])
def real(request: pytest.FixtureRequest) -> tuple[Plan, Timeline]:
    plan = plan_track(TrackSpec("door-andere-ogen", {"vorm": request.param}), Config())
    return plan, expected_timeline(plan)


# Everything is there


def test_every_sentence_is_on_the_page_in_order(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    said = {item.text for item in timeline.utterances}
    assert [text for text in Page(as_html(plan, timeline)).of("span") if text in said] == [
        item.text for item in timeline.utterances
    ]


def test_every_sentence_is_in_the_text_in_order(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    text = " ".join(as_text(plan, timeline).split())
    place = 0
    for item in timeline.utterances:
        place = text.index(item.text, place) + len(item.text)


def test_chapters_are_headings_in_order(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    headings = Page(as_html(plan, timeline)).of("h1", "h2")
    assert headings == [plan.title, *(chapter.title for chapter in timeline.chapters), "Veilig luisteren"]


def test_safety_and_the_source_of_the_voice_close_the_page(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    assert Page(as_html(plan, timeline)).of("p")[-2:] == [SAFETY_LINE, plan.voice.credit]
    assert SAFETY_LINE in " ".join(as_text(plan, timeline).split())
    assert as_text(plan, timeline).endswith(f"{plan.voice.credit}\n")


def test_a_passage_carries_the_time_of_its_first_sentence(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    starts = {units.format_time(units.seconds(item.start)): item.text for item in timeline.utterances}
    words = Page(as_html(plan, timeline)).words
    passages = [(words[at][1], words[at + 1][1]) for at, (tag, _) in enumerate(words) if tag == "time"]
    assert len(passages) > 40
    assert all(starts[time] == sentence for time, sentence in passages)


def test_all_silence_is_told_but_that_between_sentences_and_paragraphs(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    lasting = [
        in_words(units.seconds(pause.end - pause.start))
        for pause in timeline.pauses
        if pause.name not in {"zin", "alinea"}
    ]
    told = re.findall(r"stilte van ([^<)]+)", as_html(plan, timeline))
    assert told == lasting
    assert re.findall(r"stilte van ([^<)]+)", as_text(plan, timeline)) == lasting


# How it is set


def test_sentences_run_on_until_a_pause_or_a_paragraph_parts_them() -> None:
    text = "Een. Twee.\nDrie.\n\nVier. Nog een.\n[pauze 20]\nVijf."
    assert blocks(text) == [
        "0:00 Een. Twee. Drie.",
        "0:08 Vier. Nog een.",
        "(stilte van 20 seconden)",
        "0:31 Vijf.",
    ]
    passages = [tag for tag, attributes in page(text).tags if tag == "time" or "class" in attributes]
    assert passages == ["time", "time", "p", "time"]


def test_breaths_stand_together_with_their_lengths() -> None:
    assert blocks("Adem mee.\n[adem 4-6 x2]\nLaat los.")[1:] == [
        "0:02 Adem in. (4 seconden) Adem uit. (6 seconden) En in. (4 seconden) En uit. (6 seconden)",
        "0:22 Laat los.",
    ]
    assert page("[adem 4-6]").of("small") == ["(4 seconden)", "(6 seconden)"]


def test_a_bell_is_told_with_the_silence_it_rings_in() -> None:
    assert blocks("[bel]\n[bel]\nEen.\n[bel]") == [
        "(een bel, dan stilte van 6 seconden)",
        "(een bel, dan stilte van 6 seconden)",
        "0:12 Een.",
        "(een bel)",
    ]


def test_pauses_around_a_heading_are_one_silence_and_the_heading_keeps_its_text() -> None:
    text = "Een.\n[pauze 8]\n## Kop\n[pauze 5]\nTwee."
    assert blocks(text) == ["0:00 Een.", "(stilte van 13 seconden)", "Kop ---", "0:14 Twee."]


def test_a_heading_comes_before_a_pause_too_short_to_lead_it() -> None:
    text = "Een.\n## Kop\n[pauze 0,3]\nTwee."
    assert blocks(text) == ["0:00 Een.", "Kop ---", "(stilte van 1 seconde)", "0:01 Twee."]


def test_a_first_chapter_named_as_the_page_is_told_once() -> None:
    text = "## Rust\nEen.\n## Rust\nTwee."
    assert page(text).of("h1", "h2") == ["Rust", "Rust", "Veilig luisteren"]
    assert page("Een.").of("h1", "h2") == ["Rust", "Veilig luisteren"]


@pytest.mark.parametrize(
    ("length_s", "words"),
    [
        (20, "20 seconden"),
        (1, "1 seconde"),
        (0.2, "1 seconde"),
        (2.5, "3 seconden"),
        (60, "1 minuut"),
        (61, "1 minuut en 1 seconde"),
        (90, "1 minuut en 30 seconden"),
        (119.7, "2 minuten"),
        (600, "10 minuten"),
    ],
)
def test_a_length_is_told_as_people_say_it(length_s: float, words: str) -> None:
    assert in_words(length_s) == words


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Een.", "Ongeveer 1 seconde."),
        ("Een.\n[pauze 30]\nTwee.", "Ongeveer 32 seconden, waarvan 30 seconden stilte."),
        ("Een.\n[pauze 600]\nTwee.", "Ongeveer 10 minuten, waarvan 10 minuten stilte."),
    ],
)
def test_the_length_stands_on_top(text: str, told: str) -> None:
    assert page(text).of("p")[0] == told
    assert as_text(*planned(text)).split("\n")[3] == told


def test_a_longer_silence_has_a_longer_line_up_to_the_whole_page() -> None:
    tags = page("Een.\n[pauze 3]\nTwee.\n[pauze 45]\nDrie.").tags
    styles = [attributes["style"] for tag, attributes in tags if tag == "i"]
    assert styles == ["flex-basis: 5%", "flex-basis: 75%"]


def test_lines_of_text_fit_an_email(real: tuple[Plan, Timeline]) -> None:
    assert max(len(line) for line in as_text(*real).split("\n")) <= TEXT_WIDTH


def test_no_word_of_the_text_is_broken() -> None:
    long = "lang" * 30
    hyphened = " ".join(["na-apen"] * 30)
    lines = as_text(*planned(f"Een {long} woord. Nu {hyphened}.")).split("\n")
    assert any(long in line for line in lines)
    assert not any(line.endswith("-") for line in lines if line.strip("=- "))


# Nothing comes in or out


def test_the_page_needs_nothing_from_outside(real: tuple[Plan, Timeline]) -> None:
    html = as_html(*real)
    parsed = Page(html)
    assert {tag for tag, _ in parsed.tags} <= TAGS
    attributes = {name for _, found in parsed.tags for name in found}
    assert attributes <= {"lang", "charset", "name", "content", "http-equiv", "class", "datetime", "style"}
    assert not re.search(r"url\(|@import|https?:|//|javascript:|<script", html, re.IGNORECASE)
    policy = [found["content"] for _, found in parsed.tags if "http-equiv" in found]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


@given(title=WORDS | MARKUP, chapter=WORDS | MARKUP, sentences=st.lists(WORDS | MARKUP, min_size=1))
def test_words_stay_words(title: str, chapter: str, sentences: list[str]) -> None:
    cues: tuple[Cue, ...] = (Heading(chapter, AT), *(Utterance(text, AT) for text in sentences))
    plan = replace(plan_sentence("Rust.", find_voice("zacht")), title=title, cues=cues)
    parsed = Page(as_html(plan, expected_timeline(plan)))
    assert {tag for tag, _ in parsed.tags} <= TAGS
    assert parsed.of("title", "h1") == [title, title]
    assert parsed.of("h2") == [*([] if chapter == title else [chapter]), "Veilig luisteren"]
    assert parsed.of("span") == sentences
    text = " ".join(as_text(plan, expected_timeline(plan)).split())
    assert " ".join(sentences) in text


def test_a_name_stands_only_where_it_is_heard_and_nothing_tells_where_this_was_made(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "sleutelbos")  # what getpass.getuser looks at first
    folder = tmp_path / "sleutelbos"
    folder.mkdir()
    source = (root / "scripts" / "door-andere-ogen.j2").read_text(encoding="utf-8")
    (folder / "sleutelbos.j2").write_text(source, encoding="utf-8")
    spec = TrackSpec(str(folder / "sleutelbos.j2"), {"naam": "Zwaantje"})
    plan = plan_track(spec, Config())
    timeline = expected_timeline(plan)
    heard = sum(item.text.count("Zwaantje") for item in timeline.utterances)
    assert heard > 0
    for written in (as_html(plan, timeline), as_text(plan, timeline)):
        assert written.count("Zwaantje") == heard
        assert "sleutelbos" not in written
        assert not re.search(r"\b20\d\d\b", written)


def test_the_same_plan_gives_the_same_page(real: tuple[Plan, Timeline]) -> None:
    plan, timeline = real
    again = expected_timeline(plan)
    assert as_html(plan, again) == as_html(plan, timeline)
    assert as_text(plan, again) == as_text(plan, timeline)


# For eyes: paper, phones, the dark


@pytest.fixture(scope="module")
def style() -> str:
    (found,) = page("Een.").of("style")
    return found


def block(style: str, opening: str) -> str:
    """Return what stands between the braces that follow `opening`."""
    start = style.index("{", style.index(opening))
    depth = 0
    for at in range(start, len(style)):
        depth += {"{": 1, "}": -1}.get(style[at], 0)
        if depth == 0:
            return style[start + 1 : at]
    raise AssertionError(f"{opening} is not closed")


def test_paper_is_a4_and_neither_paragraphs_nor_headings_are_torn(style: str) -> None:
    assert "size: A4" in block(style, "@page")
    paper = block(style, "@media print")
    assert "break-inside: avoid" in block(paper, "  p, footer {")
    assert "break-after: avoid" in block(paper, "h1, h2 {")
    assert "break-before: avoid" in block(paper, "  .rest, footer {")


def test_the_page_knows_phones_and_the_dark(style: str) -> None:
    assert "padding-left: 0" in block(style, "@media screen and (max-width: 40rem)")
    assert "--paper" in block(style, "@media screen and (prefers-color-scheme: dark)")
    names = {attributes.get("name"): attributes.get("content") for _, attributes in page("Een.").tags}
    assert names["viewport"] == "width=device-width, initial-scale=1"
    assert names["color-scheme"] == "light dark"
    assert ("html", {"lang": "nl"}) in page("Een.").tags


@pytest.mark.parametrize(
    "opening", [":root", "@media screen and (prefers-color-scheme: dark)", "@media print"]
)
def test_colours_differ_enough_to_be_read(style: str, opening: str) -> None:
    found = style[style.index(opening) :]
    colour = {
        name: _luminance(re.findall(rf"--{name}: #([0-9a-f]+);", found)[0])
        for name in ("paper", "ink", "soft")
    }
    assert _contrast(colour["paper"], colour["ink"]) >= 7.0
    assert _contrast(colour["paper"], colour["soft"]) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2, of #rgb or #rrggbb."""
    pairs = re.findall("..", colour if len(colour) == 6 else "".join(digit * 2 for digit in colour))
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
