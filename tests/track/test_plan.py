"""What was asked for becomes a plan: the right voice, the right words, the right terms; else one sentence."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from stem.cli.output import in_options
from stem.config import Config
from stem.errors import ConfigError, StemError, UnknownNameError, UsageError
from stem.script.cues import Pause
from stem.track.plan import plan_all, plan_track, sheet_lines
from stem.track.spec import TrackSpec
from stem.voices.speakers import Terms

SCRIPT = """+++
title = "Proef"
bed = "none"
[variables.naam]
default = ""
+++
{{ noem("Welkom") }}
Ga rustig zitten. [pauze voel]
[adem 4-6 x2]
Ga rustig zitten.
Dank je wel.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def spec(**asked: object) -> TrackSpec:
    return TrackSpec("proef.j2", **asked)  # type: ignore[arg-type]


def record(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        with wave.open(str(folder / name), "wb") as file:
            file.setparams((1, 2, 22_050, 0, "NONE", ""))
            tone = np.sin(2 * np.pi * 200 * np.arange(33_075) / 22_050)
            file.writeframes((9_000 * tone).astype("<i2").tobytes())


@pytest.mark.usefixtures("folder")
def test_the_nearest_wish_for_a_voice_wins() -> None:
    assert plan_track(spec(), Config()).voice.name == "zacht"
    assert not plan_track(spec(), Config()).chosen
    assert plan_track(spec(), Config(voice="rustig")).voice.name == "rustig"
    assert plan_track(spec(voice="zacht"), Config(voice="rustig")).voice.name == "zacht"
    assert plan_track(spec(voice="zacht"), Config()).chosen


def test_a_script_s_own_voice_goes_before_the_settings(folder: Path) -> None:
    (folder / "proef.j2").write_text(SCRIPT.replace("+++\n", '+++\nvoice = "rustig"\n', 1), encoding="utf-8")
    assert plan_track(spec(), Config(voice="zacht")).voice.name == "rustig"


def test_a_voice_s_own_pauses_are_longer(folder: Path) -> None:
    (folder / "voice_templates").mkdir()
    (folder / "voice_templates" / "ruim.toml").write_text('inherits = "zacht"\npause_scale = 1.5\n')

    def felt_s(**asked: object) -> float:
        cues = plan_track(spec(**asked), Config()).cues
        return next(cue.seconds for cue in cues if isinstance(cue, Pause) and cue.name == "voel")

    assert felt_s(voice="ruim") == pytest.approx(1.5 * felt_s(voice="zacht"))
    assert felt_s(voice="ruim", pause_scale=0.8) == pytest.approx(1.2 * felt_s(voice="zacht"))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("asked", "settings", "online"),
    [
        (None, Config(), False),
        (None, Config(allow_online=True), True),
        (True, Config(), True),
        (False, Config(allow_online=True), False),
    ],
)
def test_text_leaves_only_with_leave(*, asked: bool | None, settings: Config, online: bool) -> None:
    assert plan_track(spec(online=asked), settings).terms == Terms(online=online)


@pytest.mark.usefixtures("folder")
def test_a_name_is_written_one_way_and_said_another() -> None:
    plan = plan_track(spec(values={"naam": "siobhan", "naam_uitspraak": "sjivòn"}), Config())
    assert plan.phrases[0] == "Welkom, Siobhan."
    assert plan.lexicon.applied(plan.phrases[0]).casefold() == "welkom, sjivòn."


@pytest.mark.usefixtures("folder")
def test_a_pronunciation_needs_a_name() -> None:
    with pytest.raises(UsageError, match="naam_uitspraak is given without naam"):
        plan_track(spec(values={"naam_uitspraak": "sjivòn"}), Config())


def test_a_script_without_a_name_takes_no_pronunciation(folder: Path) -> None:
    (folder / "proef.j2").write_text('+++\ntitle = "Proef"\n+++\nWelkom.\n', encoding="utf-8")
    with pytest.raises(UnknownNameError, match="naam_uitspraak"):
        plan_track(spec(values={"naam_uitspraak": "sjivòn"}), Config())


def test_recordings_in_a_folder_are_the_voice(folder: Path) -> None:
    _, lines = sheet_lines(spec(), Config())
    assert [line.text for line in lines] == [
        "Welkom.",
        "Ga rustig zitten.",
        "Adem in.",
        "Adem uit.",
        "En in.",
        "En uit.",
        "Dank je wel.",
    ]
    record(folder / "opnames", *(f"{line.number}.wav" for line in lines))
    plan = plan_track(spec(voice="opnames"), Config())
    assert plan.voice.engine == "recordings"
    assert plan.fill is None
    assert plan.chosen


def test_what_is_missing_among_recordings_is_all_told_at_once(folder: Path) -> None:
    record(folder / "opnames", "1.wav", "4.wav")
    with pytest.raises(ConfigError) as refusal:
        plan_track(spec(voice="opnames/"), Config())
    for text in ("Ga rustig zitten.", "Adem in.", "Dank je wel."):
        assert text in refusal.value.hint
    assert refusal.value.problems == ("5 sentences are not recorded: 2-3, 5-7",)
    assert "--fill" in in_options(refusal.value.hint)


def test_another_voice_may_fill_in(folder: Path) -> None:
    record(folder / "opnames", "1.wav")
    plan = plan_track(spec(voice="opnames/", fill="rustig"), Config())
    assert plan.fill is not None
    assert plan.fill.name == "rustig"


@pytest.mark.usefixtures("folder")
def test_filling_in_is_for_recordings() -> None:
    with pytest.raises(UsageError) as caught:
        plan_track(spec(voice="zacht", fill="rustig"), Config())
    assert in_options(caught.value.sentence).startswith("--fill is for what is missing")


@pytest.mark.usefixtures("folder")
def test_a_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="opnames"):
        plan_track(spec(voice="opnames/"), Config())


def test_personal_is_all_that_is_said_because_of_own_words() -> None:
    values = {"naam": "Anna", "figuur": "mijn oma Riet"}
    plan = plan_track(TrackSpec("door-andere-ogen", values, voice="zacht"), Config())
    said = set(plan.phrases)
    named = {phrase for phrase in said if "Anna" in phrase or "Riet" in phrase}
    assert named
    assert named <= plan.personal  # also where it was changed: "je oma Riet"
    assert any("oma Riet" in phrase and "mijn" not in phrase for phrase in named)
    assert len(plan.personal & said) < len(said) / 4, "what is said to everyone is not personal"


def test_a_choice_and_an_example_are_not_personal() -> None:
    template = plan_track(TrackSpec("door-andere-ogen", voice="zacht"), Config()).template
    assert template is not None
    situation = next(variable for variable in template.variables if variable.name == "situatie")
    values = {"vorm": "u", "situatie": situation.choices[-1]}
    plan = plan_track(TrackSpec("door-andere-ogen", values, voice="zacht"), Config())
    assert plan.personal == frozenset()


def test_plans_of_many_are_the_plans_of_each() -> None:
    specs = [
        TrackSpec("aankomen", {"naam": "Anna"}, voice="zacht", duration_s=200.0),
        TrackSpec("grens", {"vorm": "u"}, voice="zacht"),
        TrackSpec("aankomen", {"naam": "Bo", "vorm": "u"}, voice="rustig"),
        TrackSpec("aankomen", {"nam": "Bo"}, voice="zacht"),
        TrackSpec("bestaat-niet"),
        TrackSpec("aankomen", voice="zacht", duration_s=-1.0),
    ]
    together = plan_all(specs, Config())
    for spec, plan in zip(specs, together, strict=True):
        if isinstance(plan, StemError):
            with pytest.raises(StemError) as alone:
                plan_track(spec, Config())
            assert alone.value.sentence == plan.sentence
        else:
            assert plan == plan_track(spec, Config())
    assert [isinstance(plan, StemError) for plan in together] == [False] * 3 + [True] * 3
