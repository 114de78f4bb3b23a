"""A practice's own words: in their place, as loud as the rest, and never stretched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from heard import decoded, loudness
from soundfiles import buzz, wav

from stem import cli
from stem.authoring.printout import as_html
from stem.config import Config
from stem.errors import ConfigError, ScriptError
from stem.script.cues import PAUSES, Bell, Cue, Heading, Pause, Source, Utterance
from stem.track.intro_outro import IntroOutro, intro_outro
from stem.track.make import make_track
from stem.track.plan import Plan, plan_track, sheet_lines
from stem.track.preview import expected_timeline
from stem.track.spec import TrackSpec
from stem.track.stages import speak, timeline_of
from stem.units import SAMPLE_RATE, seconds
from stem.voices.takes import Takes

SCRIPT = """+++
title = "Proef"
imagery = false
bed = "none"
[variables.naam]
default = ""
+++
## Begin
{{ noem("Welkom") }}
[pauze kort]
## Midden
Adem rustig. [pauze voel]
## Einde
Dank {{ je }} wel.
"""
AT = Source("a.j2", 1)
OPENING = "(opening van De Linde)"
CLOSING = "(afsluiting van De Linde)"

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def recorded(folder: Path) -> Config:
    """Settings with a soft opening and a loud closing."""
    (folder / "in.wav").write_bytes(wav(0.05 * buzz(3.0, 44_100), rate=44_100))
    (folder / "uit.wav").write_bytes(wav(1.6 * buzz(2.0, 44_100), rate=44_100))
    return Config(intro="in.wav", outro="uit.wav", practice="De Linde")


def plan(config: Config, duration_s: float | None = None, script: str = "proef.j2") -> Plan:
    return plan_track(TrackSpec(script, {"naam": "Bo"}, voice="zacht", duration_s=duration_s), config)


def words(cues: tuple[Cue, ...]) -> list[str]:
    """Return what happens, in short."""
    return [
        cue.text if isinstance(cue, Utterance) else getattr(cue, "name", type(cue).__name__) for cue in cues
    ]


# --- in their place


def test_the_house_stands_behind_the_first_heading_and_before_the_last_bell() -> None:
    house = IntroOutro(opening=(Utterance.of("Dag.", AT),), closing=(Utterance.of("Tot ziens.", AT),))
    rest = Pause("bel", 5.0, 5.0, 5.0, AT)
    cues = (Bell(AT), rest, Heading("Kop", AT), Utterance.of("Een.", AT), rest, Bell(AT), rest)
    assert words(house.around(cues)) == [
        *("Bell", "bel", "Heading", "Dag.", "Een.", "Tot ziens.", "bel", "Bell", "bel")
    ]
    assert words(house.around((Utterance.of("Een.", AT),))) == ["Dag.", "Een.", "Tot ziens."]
    assert IntroOutro().around(cues) == cues


def test_text_may_have_marks_and_paragraphs() -> None:
    intro = "Welkom bij De Linde. [pauze kort]\nFijn dat u er bent.\n\nWe beginnen."
    house = intro_outro(Config(intro=intro, outro="Tot ziens."), PAUSES)
    assert words(house.opening) == [
        *("Welkom bij De Linde.", "kort", "Fijn dat u er bent.", "alinea", "We beginnen.", "alinea")
    ]
    assert words(house.closing) == ["alinea", "Tot ziens."]
    assert house.voice is None
    assert intro_outro(Config(intro="  "), PAUSES) == IntroOutro()


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (Config(intro="weg.wav"), "'intro' names a sound file that is not there"),
        (Config(outro="opnames/Weg.MP3 "), "'outro' names a sound file that is not there"),
        (Config(intro="## Kop\nDag."), "'intro' has a heading"),
        (Config(intro="Dag. [pauze lang] Dag."), "is no length of a pause"),
        (Config(intro="Dag {{ naam }}."), "stem.toml (intro)"),
    ],
)
def test_what_cannot_be_said_is_told_where_it_stands(config: Config, problem: str) -> None:
    with pytest.raises((ConfigError, ScriptError)) as caught:
        intro_outro(config, PAUSES)
    assert problem in caught.value.sentence
    assert "stem.toml" in caught.value.sentence


@pytest.mark.parametrize("headings", [True, False])
def test_the_house_is_never_stretched_and_the_length_is_hit(folder: Path, headings: bool) -> None:  # noqa: FBT001
    """Without chapters every pause of the script stretches, but not those of the house."""
    text = SCRIPT if headings else "\n".join(line for line in SCRIPT.split("\n") if not line.startswith("##"))
    (folder / "proef.j2").write_text(text, encoding="utf-8")
    config = Config(intro="Dag. [pauze kort] Fijn dat u er bent.", outro="Tot ziens.")
    own = [PAUSES["kort"].seconds, PAUSES["alinea"].seconds]
    for duration_s in (44.0, 47.0):
        fitted = plan(config, duration_s)
        with Takes() as takes:
            spoken = speak(fitted, takes)
            timeline = timeline_of(spoken, spoken.cues, takes.frames_of)
        assert timeline.frames == round(duration_s * SAMPLE_RATE)
        lengths = [seconds(pause.end - pause.start) for pause in timeline.pauses if pause.name != "zin"]
        assert lengths[:2] == pytest.approx(own)
        assert lengths[-1] == pytest.approx(own[1])


def test_a_pause_that_is_asked_for_holds_for_the_house_too() -> None:
    found = plan_track(
        TrackSpec("proef.j2", voice="zacht", pauses={"alinea": 3.5}), Config(intro="Dag.", outro="Dag.")
    )
    rests = [cue for cue in found.cues if isinstance(cue, Pause) and "stem.toml" in cue.source.path]
    assert [rest.seconds for rest in rests] == [3.5, 3.5]


def test_a_reading_sheet_keeps_its_numbers_when_a_practice_finds_its_words(recorded: Config) -> None:
    spec = TrackSpec("proef.j2", {"naam": "Bo"})
    plain = sheet_lines(spec, Config())[1]
    with_words = sheet_lines(spec, Config(intro="Dag.", outro="Tot ziens."))[1]
    assert with_words[: len(plain)] == plain
    assert [line.text for line in with_words[len(plain) :]] == ["Dag.", "Tot ziens."]
    assert sheet_lines(spec, recorded)[1] == plain, "what is recorded is not read once more"


# --- as sound


def test_recordings_are_as_loud_as_the_rest_and_stand_for_words(folder: Path, recorded: Config) -> None:
    track = make_track(plan(replace(recorded, profile="acx"), 31.0), folder / "a.mp3")
    said = track.timeline.utterances
    assert [said[0].text, said[-1].text] == [OPENING, CLOSING]
    assert track.timeline.frames == 31 * SAMPLE_RATE
    sound = decoded(track.path)
    # The file has no gap of its own: MP3 players skip what the encoder put in front, and so does ffmpeg.
    for each in (said[0], said[-1]):
        level = loudness(sound[each.start : each.end])
        assert level == pytest.approx(track.plan.profile.levels.speech_lufs, abs=1.0)
    assert said[0].end - said[0].start < 3.2 * SAMPLE_RATE
    assert track.timeline.chapters[0].start == 0
    assert [chapter.title for chapter in track.timeline.chapters] == ["Begin", "Midden", "Einde"]
    first = track.timeline.chapters[1].start
    assert said[0].end < said[1].start < first, "the opening belongs to the first chapter"
    assert [track.lines[0].text, track.lines[-1].text] == [OPENING, CLOSING]
    assert OPENING in as_html(track.plan, track.timeline)


def test_how_long_a_recording_lasts_is_known_before(recorded: Config) -> None:
    """An estimate by its stand-in's words would be off by seconds; what is heard of 3 s is 2.5 s."""
    expected = expected_timeline(plan(recorded)).utterances[0]
    assert seconds(expected.end - expected.start) == pytest.approx(2.6, abs=0.3)
    exact = expected_timeline(plan(recorded), exact=True).utterances[0]
    assert (expected.start, expected.end) == (exact.start, exact.end)


def test_a_track_with_recordings_is_remade_byte_for_byte(
    folder: Path, recorded: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "stem.toml").write_text(
        f'intro = "{recorded.intro}"\noutro = "Tot ziens."\npractice = "De Linde"\nprofile = "acx"\n',
        encoding="utf-8",
    )
    assert cli.run(("make", "proef.j2", "--record", "--voice", "zacht")) == 0, capsys.readouterr().err
    made = (folder / "output" / "proef.mp3").read_bytes()
    assert cli.run(("remake", "output/proef.stem.json", "-o", "weer.mp3")) == 0, capsys.readouterr().err
    assert (folder / "weer.mp3").read_bytes() == made


def test_own_help_stands_after_the_numbers_of_the_country() -> None:
    found = replace(plan(Config(help=("Bel de praktijk: 012.",))))
    page = as_html(found, expected_timeline(found))
    assert 0 < page.index("113") < page.index("Bel de praktijk: 012.")
