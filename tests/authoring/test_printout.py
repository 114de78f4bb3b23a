"""The page holds every word in order and loads nothing; it reads well on screens and on paper."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import CHROMIUM, FLAGS, NEEDS_BROWSER
from hypothesis import given
from hypothesis import strategies as st

from stem import units
from stem.authoring.printout import TEXT_WIDTH, as_html, as_text
from stem.characters import first_control
from stem.config import Config
from stem.script.cues import Cue, Heading, Line, Source, Utterance
from stem.script.dutch import has_words
from stem.script.dutch.lengths import in_words
from stem.script.marks import parse_cues
from stem.script.safety import safety
from stem.script.timeline import Timeline, place
from stem.track.plan import Plan, plan_sentence, plan_track
from stem.track.preview import expected_timeline
from stem.track.spec import TrackSpec
from stem.voices.template import find_voice

VOID = {"meta"}
SOUND = "rust.mp3"
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer"),
    *("h1", "h2", "p", "time", "span", "small", "i"),
}
PLAYER_TAGS = TAGS | {"div", "audio", "button", "script"}
AT = Source("rust.j2", 1)
WORDS = (
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(has_words)
    .filter(lambda text: first_control(text) is None)  # no script has these
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
    return timed(replace(plan_sentence("Rust.", find_voice("zacht")), title=title, cues=parse_cues(lines)))


def timed(plan: Plan) -> tuple[Plan, Timeline]:
    lengths = dict.fromkeys(plan.phrases, units.frames(1.0))
    return plan, place(plan.cues, lengths, title=plan.title, pre_roll_s=0, post_roll_s=0)


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
    told = safety("NL")
    expected = [told.line, *told.help_lines, plan.voice.credit]
    assert Page(as_html(plan, timeline)).of("p")[-len(expected) :] == expected
    assert told.line in " ".join(as_text(plan, timeline).split())
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
    cues: tuple[Cue, ...] = (Heading(chapter, AT), *(Utterance.of(text, AT) for text in sentences))
    plan = replace(plan_sentence("Rust.", find_voice("zacht")), title=title, cues=cues)
    parsed = Page(as_html(*timed(plan)))
    assert {tag for tag, _ in parsed.tags} <= TAGS
    assert parsed.of("title", "h1") == [title, title]
    assert parsed.of("h2") == [*([] if chapter == title else [chapter]), "Veilig luisteren"]
    assert parsed.of("span") == sentences
    text = " ".join(as_text(*timed(plan)).split())
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


# With the track beside it


@pytest.fixture(scope="module")
def playing() -> Page:
    return Page(as_html(*planned("Een. Twee.\n[pauze 20]\n[adem 4-6]\nDrie."), SOUND))


def test_every_sentence_and_breath_word_has_its_times(playing: Page) -> None:
    _, timeline = planned("Een. Twee.\n[pauze 20]\n[adem 4-6]\nDrie.")
    times = [found for tag, found in playing.tags if tag == "span" and "data-start" in found]
    assert [(found["data-start"], found["data-end"]) for found in times] == [
        (f"{units.seconds(item.start):.3f}", f"{units.seconds(item.end):.3f}") for item in timeline.utterances
    ]


def test_the_keyboard_reaches_every_passage_by_its_time(playing: Page) -> None:
    buttons = [found for tag, found in playing.tags if tag == "button"]
    assert [(found["type"], found["aria-label"], found["data-start"]) for found in buttons] == [
        ("button", "Luister vanaf 0:00", "0.000"),
        ("button", "Luister vanaf 0:23", "23.000"),
        ("button", "Luister vanaf 0:33", "33.000"),
    ]
    assert playing.of("time") == ["0:00", "0:23", "0:33"]


def test_a_page_that_plays_runs_our_script_and_no_other(playing: Page) -> None:
    (script,) = [words for tag, words in playing.words if tag == "script"]
    (policy,) = [found["content"] for _, found in playing.tags if "http-equiv" in found]
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'unsafe-inline'; media-src 'self' file:; script-src 'sha256-{digest}'"
    )
    assert {tag for tag, _ in playing.tags} <= PLAYER_TAGS
    assert not [name for _, found in playing.tags for name in found if name.startswith("on")]
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval\(|fetch\(|https?:", script)


def test_the_words_are_those_of_the_page_without_sound(real: tuple[Plan, Timeline]) -> None:
    quiet, playing = Page(as_html(*real)), Page(as_html(*real, SOUND))
    for tags in (("h1", "h2"), ("span",), ("time",), ("small",)):
        assert playing.of(*tags) == quiet.of(*tags)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("rust.mp3", "./rust.mp3"),
        ("les 1: 50% rust?.mp3", "./les%201%3A%2050%25%20rust%3F.mp3"),
        ("../output/één #2.mp3", "./../output/%C3%A9%C3%A9n%20%232.mp3"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ('"><script>', "./%22%3E%3Cscript%3E"),
        ("na\udcffam.mp3", "./na%FFam.mp3"),  # a name on a Linux disk that is no text
    ],
)
def test_any_name_of_a_file_is_an_address_beside_the_page(name: str, address: str) -> None:
    (sound,) = [found for tag, found in Page(as_html(*planned("Een."), name)).tags if tag == "audio"]
    assert sound["src"] == address
    assert "controls" in sound
    assert sound["aria-label"] == "Het geluid bij deze tekst"


@given(sentences=st.lists(WORDS | MARKUP, min_size=1))
def test_words_stay_words_when_they_play(sentences: list[str]) -> None:
    cues: tuple[Cue, ...] = tuple(Utterance.of(text, AT) for text in sentences)
    plan = replace(plan_sentence("Rust.", find_voice("zacht")), cues=cues)
    parsed = Page(as_html(*timed(plan), SOUND))
    assert {tag for tag, _ in parsed.tags} <= PLAYER_TAGS
    assert parsed.of("span") == sentences


@pytest.mark.slow
@NEEDS_BROWSER
def test_a_browser_runs_the_script_under_the_policy_and_tells_of_missing_sound(tmp_path: Path) -> None:
    """Without a network and from a folder, as a client opens it."""
    page = tmp_path / "rust.html"
    written = as_html(*planned("Een."), SOUND)
    page.write_text(written, encoding="utf-8")
    assert "hidden" in dict(told(Page(written)))
    assert "hidden" not in dict(told(Page(in_browser(page))))
    page.write_text(written.replace("const player", "const  player"), encoding="utf-8")  # another script
    assert "hidden" in dict(told(Page(in_browser(page))))


def told(page: Page) -> list[tuple[str, str | None]]:
    return [pair for _, found in page.tags if found.get("role") == "status" for pair in found.items()]


def in_browser(page: Path) -> str:
    """Return a page as Chromium has it two seconds after it was opened."""
    assert CHROMIUM is not None
    flags = ["--headless", *FLAGS, "--virtual-time-budget=2000", "--dump-dom"]
    command = [CHROMIUM, *flags, f"--user-data-dir={page.parent / 'profile'}", page.as_uri()]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout


def test_paper_and_dark_know_the_player(playing: Page) -> None:
    (style,) = playing.of("style")
    player = style[style.index("--lit") - 10 :]
    assert "display: none" in block(block(player, "@media print"), "  .hint, .player {")
    for opening in (":root", "@media screen and (prefers-color-scheme: dark)"):
        ink = re.findall(r"--ink: #([0-9a-f]+);", style[style.index(opening) :])[0]
        lit = re.findall(r"--lit: #([0-9a-f]+);", player[player.index(opening) :])[0]
        assert _contrast(_luminance(ink), _luminance(lit)) >= 7.0


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
