"""A finished track, decoded by ffmpeg and measured by pyloudnorm, is what was planned."""

from __future__ import annotations

import json
import math
import os
import subprocess
from itertools import pairwise
from pathlib import Path

import heard
import numpy as np
import pytest
import warm
from numpy.typing import NDArray

from stem import cli, units
from stem.config import Config
from stem.errors import OutputError, ScriptError, UnknownNameError, UsageError
from stem.export.tags import source_type
from stem.sound.beds import BEDS, load_bed
from stem.track.make import Track, make_track
from stem.track.plan import Plan, plan_sentence, plan_track
from stem.track.preview import expected_timeline
from stem.track.spec import TrackSpec
from stem.track.stages import bed_of, mixed, speak
from stem.track.target import output_path
from stem.voices.takes import Takes
from stem.voices.template import find_voice

pytestmark = pytest.mark.usefixtures("kept_beds")

SHORT = """+++
title = "Proef"
summary = "Een korte proef."
bed = "bruin"
voice = "rustig"

[variables.naam]
default = ""
help = "De naam."
+++
## Begin
Welkom{% if naam %}, {{ naam }}{% endif %}.
Ga rustig zitten, zoals het prettig is. [pauze 12]
## Adem
Luister naar een geluid dichtbij. [pauze voel]
Laat de adem weer vanzelf gaan.
## Einde
Dank je wel.
"""

BRIEF = """+++
title = "Proef"

[variables.naam]
default = ""
help = "De naam."
+++
## Begin
Welkom{% if naam %}, {{ naam }}{% endif %}.
## Adem
Adem rustig door.
## Einde
Dank je wel.
"""
"""For what does not hang on the length."""


@pytest.fixture
def brief_script(short_script: Path) -> Path:
    short_script.write_text(BRIEF, encoding="utf-8")
    return short_script


@pytest.fixture
def short_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "proef.j2"
    path.write_text(SHORT, encoding="utf-8")
    return path


def planned(script: Path | str, **asked: object) -> Plan:
    return plan_track(TrackSpec(str(script), **asked), Config())  # type: ignore[arg-type]


def span(track: Track, sound: NDArray[np.float32], number: int) -> NDArray[np.float32]:
    utterance = track.timeline.utterances[number]
    return sound[utterance.start : utterance.end]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Track, NDArray[np.float32]]:
    folder = tmp_path_factory.mktemp("made")
    script = folder / "proef.j2"
    script.write_text(SHORT, encoding="utf-8")
    usual_s = units.seconds(expected_timeline(planned(script)).frames)
    track = make_track(planned(script, duration_s=float(math.ceil(usual_s))), folder / "proef.mp3")
    return track, heard.decoded(track.path)


def test_the_decoded_file_is_as_long_as_was_asked(made: tuple[Track, NDArray[np.float32]]) -> None:
    track, sound = made
    assert track.plan.spec is not None
    assert units.seconds(track.timeline.frames) == track.plan.spec.duration_s
    assert len(sound) == track.timeline.frames


def test_every_phrase_starts_within_a_millisecond_of_its_place(
    made: tuple[Track, NDArray[np.float32]],
) -> None:
    track, sound = made
    reach = units.frames(0.005)
    with Takes() as takes:
        mixed(speak(track.plan, takes), takes, load_bed("none", 0))
        for utterance in track.timeline.utterances:
            take = takes.read(utterance.phrase)[:, 0][: utterance.end - utterance.start]
            around = sound[utterance.start - reach : utterance.end + reach].mean(axis=1)
            match = np.correlate(around, take, mode="valid")
            assert abs(int(match.argmax()) - reach) <= units.frames(0.001)


def test_speech_bed_and_peak_are_at_their_levels(made: tuple[Track, NDArray[np.float32]]) -> None:
    track, sound = made
    utterances = track.timeline.utterances
    speech = heard.loudness(*(span(track, sound, number) for number in range(len(utterances))))
    assert speech == pytest.approx(-18.0, abs=0.3)
    # Between sentences the bed stays ducked; the room of the voice has died away after 0.5 s. In long pauses
    # it has come back 3.5 s after the last word and is still up 1.5 s before the next.
    gaps = [(before.end, after.start) for before, after in pairwise(utterances)]
    ducked = [sound[a + units.frames(0.5) : b] for a, b in gaps if b - a < units.frames(7)]
    lifted = [
        sound[a + units.frames(3.5) : b - units.frames(1.5)] for a, b in gaps if b - a > units.frames(10)
    ]
    lower = BEDS["bruin"].under_lu
    assert speech - heard.loudness(*ducked) == pytest.approx(20.0 + lower, abs=1.0)
    assert speech - heard.loudness(*lifted) == pytest.approx(16.0 + lower, abs=1.0)
    assert heard.true_peak(sound) <= -1.0


def test_nowhere_is_there_digital_silence(made: tuple[Track, NDArray[np.float32]]) -> None:
    _, sound = made
    # A fade and the noise floor may touch zero for a sample or two; a hole lasts longer than a millisecond.
    assert heard.longest_silence(sound[: -units.frames(0.03)]) < units.frames(0.001)


def test_no_joint_clicks_and_a_hard_cut_would(made: tuple[Track, NDArray[np.float32]]) -> None:
    track, sound = made
    abrupt = heard.crackle(sound)
    usual = float(np.quantile(abrupt, 0.999))
    joints = [frame for item in track.timeline.utterances for frame in (item.start, item.end)]
    near = units.frames(0.01)
    assert max(float(abrupt[joint - near : joint + near].max()) for joint in joints) < usual
    middle = track.timeline.utterances[1].start + units.frames(0.3)
    loudest = middle + int(np.abs(sound[middle : middle + units.frames(0.3), 0]).argmax())
    cut = sound.copy()
    cut[loudest:] *= 0
    assert float(heard.crackle(cut)[loudest - near : loudest + near].max()) > usual


def test_chapters_and_the_safety_line_are_in_the_tags(made: tuple[Track, NDArray[np.float32]]) -> None:
    track, _ = made
    from mutagen.id3 import ID3

    tags = ID3(track.path)
    assert [chapter.sub_frames["TIT2"].text[0] for chapter in tags.getall("CHAP")] == [
        "Begin",
        "Adem",
        "Einde",
    ]
    assert tags["TIT2"].text == ["Proef"]
    assert "niet in het verkeer" in tags["COMM::nld"].text[0]
    assert "computerstem" in tags["COMM::nld"].text[0]
    assert tags["TXXX:digitalSourceType"].text == [source_type.RULES]


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """In a process that was forked, and in one that has another beginning, time, language and cores."""
    made = list[bytes]()
    other = {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OPENBLAS_NUM_THREADS": "2"}
    for run, extra in ((warm.run, {"TZ": "UTC", "LC_ALL": "C.UTF-8"}), (subprocess.run, other)):
        folder = tmp_path / f"map {len(made)}"
        folder.mkdir()
        (folder / "proef.j2").write_text(BRIEF, encoding="utf-8")
        own = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), **extra}
        command = warm.stem("make", "proef.j2", "--bed", "none", "--profile", "acx")
        done = run(command, cwd=folder, env=own, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        made.append((folder / "output" / "proef.mp3").read_bytes())
    assert made[0] == made[1]


def test_another_seed_gives_another_bed_and_the_same_words(
    made: tuple[Track, NDArray[np.float32]], short_script: Path
) -> None:
    first, one = made
    assert first.plan.spec is not None
    with Takes() as takes:
        plan = speak(planned(short_script, seed=2, duration_s=first.plan.spec.duration_s), takes)
        second = mixed(plan, takes, bed_of(plan))
        assert first.timeline == second.timeline
        word = first.timeline.utterances[1]
        two = second.stretch(0, word.end)
    start = units.frames(1)
    beginning = slice(start, first.timeline.utterances[0].start)
    assert abs(np.corrcoef(one[beginning, 0], two[beginning, 0])[0, 1]) < 0.1
    assert np.corrcoef(one[word.start : word.end, 0], two[word.start : word.end, 0])[0, 1] > 0.95


def test_a_file_in_the_way_stays_and_the_next_free_name_is_taken(short_script: Path, tmp_path: Path) -> None:
    target = tmp_path / "zin.mp3"
    target.write_bytes(b"mine")
    plan = plan_sentence("Welkom.", find_voice("zacht"))
    assert make_track(plan, target).path == tmp_path / "zin-2.mp3"
    assert make_track(plan, target).path == tmp_path / "zin-3.mp3"
    assert target.read_bytes() == b"mine"
    assert make_track(plan, target, overwrite=True).path == target
    assert target.read_bytes() != b"mine"
    assert {path.name for path in tmp_path.iterdir()} == {"proef.j2", "zin.mp3", "zin-2.mp3", "zin-3.mp3"}


def test_a_folder_that_is_a_file_is_told_and_nothing_is_left(short_script: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="a file where a folder should be"):
        make_track(plan_sentence("Welkom.", find_voice("zacht")), short_script / "zin.mp3")
    assert [path.name for path in tmp_path.iterdir()] == ["proef.j2"]


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ({"script": "door-anderen-ogen"}, "Did you mean 'door-andere-ogen'?"),
        ({"script": "proef.j2", "voice": "rustic"}, "Did you mean 'rustig'?"),
        ({"script": "proef.j2", "bed": "zeee"}, "Did you mean 'zee'?"),
        ({"script": "proef.j2", "values": {"naamm": "Anna"}}, "Did you mean 'naam'?"),
        ({"script": "proef.j2", "pauses": {"kor": 3.0}}, "Did you mean 'kort'?"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(
    short_script: Path, asked: dict[str, object], hint: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        plan_track(TrackSpec(**asked), Config())  # type: ignore[arg-type]
    assert caught.value.hint == hint


def test_options_go_before_the_script_and_the_script_before_the_settings(short_script: Path) -> None:
    settings = Config(voice="zacht", bed="zee", pauses={"alinea": 4.0})
    assert plan_track(TrackSpec("proef.j2"), settings).voice.name == "rustig"
    assert plan_track(TrackSpec("proef.j2", voice="zacht", bed="none"), settings).bed.name == "none"
    bare = short_script.with_name("kaal.j2")
    bare.write_text('+++\ntitle = "Kaal"\n+++\nEen. [pauze kort]\n\nTwee.\n', encoding="utf-8")
    plan = plan_track(TrackSpec("kaal.j2", pauses={"kort": 4.5}), settings)
    assert (plan.voice.name, plan.bed.name) == ("zacht", "zee")
    assert expected_timeline(plan).pauses[0].end - expected_timeline(plan).pauses[0].start == units.frames(
        4.5
    )


def test_a_name_reaches_neither_the_file_name_nor_the_tags(brief_script: Path, tmp_path: Path) -> None:
    plan = planned(brief_script, values={"naam": "Xanthippe"}, profile="acx")
    track = make_track(plan, output_path(plan.name, f"{tmp_path}/uit/", Config()))
    assert track.path == tmp_path / "uit" / "proef.mp3"
    content = track.path.read_bytes()
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert "Xanthippe".encode(encoding) not in content
    cached = [path for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if path.is_file()]
    assert cached
    assert not any("xanthippe" in path.name.lower() or b"Xanthippe" in path.read_bytes() for path in cached)


def test_words_of_a_single_sentence_stay_out_of_its_tags(tmp_path: Path) -> None:
    track = make_track(plan_sentence("Welkom, Xanthippe.", find_voice("zacht")), tmp_path / "zin.mp3")
    content = track.path.read_bytes()
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert "Xanthippe".encode(encoding) not in content


@pytest.mark.parametrize("heading", ["## Voor {{ naam }}", "## {{ noem('Dag') }}"])
def test_what_is_filled_in_stays_out_of_chapters(short_script: Path, heading: str) -> None:
    short_script.write_text(SHORT.replace("## Begin", heading), encoding="utf-8")
    with pytest.raises(ScriptError, match="a heading holds what is filled in") as caught:
        planned(short_script)
    assert caught.value.line == 11


def test_who_a_script_is_for_is_in_the_tags(short_script: Path, tmp_path: Path) -> None:
    from mutagen.id3 import ID3

    front = '+++\ntitle = "Proef"\nbed = "none"\npractitioner_only = true\n+++\nWelkom.\n'
    short_script.write_text(front, encoding="utf-8")
    track = make_track(planned(short_script, profile="acx"), tmp_path / "uit.mp3")
    assert "samen met een behandelaar" in ID3(track.path)["COMM::nld"].text[0]


def test_where_a_track_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan = plan_sentence("Welkom.", find_voice("zacht"))
    assert output_path(plan.name, None, Config()) == Path("output/zin.mp3")
    assert output_path(plan.name, "map/", Config()) == Path("map/zin.mp3")
    assert output_path(plan.name, "anders.MP3", Config()) == Path("anders.MP3")
    assert output_path(plan.name, str(tmp_path), Config()) == tmp_path / "zin.mp3"
    for impossible in ("x" * 300, "~nobody-of-that-name/uit"):
        with pytest.raises(OutputError):
            output_path(plan.name, impossible, Config())
    with pytest.raises(UsageError, match="is not an"):
        output_path(plan.name, "anders.wav", Config())


def test_a_sentence_without_words_is_refused() -> None:
    with pytest.raises(UsageError, match="no words"):
        plan_sentence("... !", find_voice("zacht"))


def test_the_json_document_has_what_programs_need(
    brief_script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(("make", brief_script.name, "--profile", "acx", "--json", "-s", "naam=Anna")) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["version"], document["failed"]) == (1, [])
    (track,) = document["tracks"]
    assert track["path"] == str(Path("output/proef.mp3"))
    assert track["utterances"][0]["text"] == "Welkom, Anna."
    assert [chapter["title"] for chapter in track["chapters"]] == ["Begin", "Adem", "Einde"]
    assert {"title", "script", "voice", "bed", "seconds", "integrated_lufs", "true_peak_dbtp"} <= track.keys()
    assert track["chapters"][-1]["end"] == track["seconds"]
