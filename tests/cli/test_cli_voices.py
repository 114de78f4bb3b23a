"""Commands about voices, as a stranger meets them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from pathlib import Path

import consenting
import faultserver
import heard
import numpy as np
import pytest
import studio
import tinyvoice
from numpy.typing import NDArray
from soundfiles import wav

from stem import cli, units
from stem.sound.decoding import decode
from stem.voices.http import Patience
from stem.voices.template import find_voice, models_folder

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")

SCRIPT = """+++
title = "Proef"
bed = "none"
[variables.naam]
default = ""
+++
{{ noem("Welkom") }}
Ga rustig zitten, zoals het prettig is.
Om 10:30 uur doen we healing.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "stem.toml").write_text('profile = "acx"\n')  # the shortest tracks there are
    return tmp_path


@pytest.fixture(autouse=True)
def no_player(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stem.sound.playing._PLAYERS", ())


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a command; return what it printed on stdout and on stderr."""
    got = cli.run(arguments)
    out, err = capsys.readouterr()
    assert got == code, err
    return out, err


def recorded(sentence: str) -> NDArray[np.float64]:
    """Return what a microphone gives of someone who says it, with a rest around it; shape (frames, 1)."""
    rest = studio.silence(0.5)
    return np.concatenate([rest, studio.speech(sentence), rest])[:, None]


def test_the_table_of_voices_tells_what_leaves_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told(capsys, "voices")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert lines["name"].split() == ["name", "sex", "accent", "runs", "installed", "leaves", "licence"]
    assert "the text" in lines["google"]
    assert "Google (translate.google.com)" in lines["google"]
    assert all("nothing" in lines[name] for name in ("zacht", "rustig", "alex"))
    assert "stem voices get" in err
    rows = {row["name"]: row for row in json.loads(told(capsys, "voices", "--json")[0])["voices"]}
    assert (rows["alex"]["installed"], rows["zacht"]["installed"]) == ("no", "yes")


def published_alex(folder: Path) -> dict[str, bytes]:
    """Make a template `alex` here whose files are those of a tiny voice, and return them by address."""
    (folder / "gepubliceerd").mkdir()
    model = tinyvoice.build(folder / "gepubliceerd", "klein")
    files = {path.name: path.read_bytes() for path in (model, model.with_name(f"{model.name}.json"))}
    rows = "".join(
        f'[[download.files]]\nname = "{name}"\nmd5 = "{hashlib.md5(content).hexdigest()}"\n'
        for name, content in files.items()
    )
    (folder / "voice_templates").mkdir()
    (folder / "voice_templates" / "alex.toml").write_text(
        'inherits = "alex"\nvoice = "klein.onnx"\nrank = 90\n'
        f'[download]\norigin = "https://voices.invalid"\nrevision = "r1"\nfolder = "nl"\n{rows}',
        encoding="utf-8",
    )
    return {f"/r1/nl/{name}": content for name, content in files.items()}


def test_a_voice_is_fetched_and_is_then_the_usual_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = published_alex(folder)
    with faultserver.FaultServer(faultserver.published(published)) as server:
        out, err = told(capsys, "voices", "get", "alex", "--mirror", server.address)
    assert {Path(line).name for line in out.split()} == {"klein.onnx", "klein.onnx.json"}
    assert "CC0" in err, "the licence is told before the first download"
    _, err = told(capsys, "make", "proef.j2")
    own = folder / "voice_templates" / "alex.toml"
    assert err.splitlines()[:2] == [
        f"The usual voice is 'alex', the one in {own}.",
        "Voice: alex, the best that is installed.",
    ]
    assert decode(folder / "output" / "proef.mp3").frames > 0


def test_without_a_connection_a_voice_is_not_fetched_and_nothing_is_left(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    published_alex(folder)
    monkeypatch.setattr(Patience, "wait_s", lambda *_: 0.0)  # between tries: seconds, drawn by lot
    with faultserver.refusing() as address:
        _, err = told(capsys, "voices", "get", "alex", "--mirror", address, code=1)
    assert "there is no connection" in err
    assert not any(path.suffix == ".onnx" for path in models_folder().rglob("*"))
    _, err = told(capsys, "say", "Welkom.", "--voice", "alex", code=1)
    assert "stem voices get alex" in err


def test_a_neural_voice_speaks_by_its_path_with_the_same_bytes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "gepubliceerd").mkdir()
    model = tinyvoice.build(folder, "eigen")
    for name in ("een.mp3", "twee.mp3"):
        told(capsys, "say", "Om 10:30 uur.", "--voice", model.name, "--no-cache", "-o", name)
    assert (folder / "een.mp3").read_bytes() == (folder / "twee.mp3").read_bytes()


def test_nothing_goes_online_unasked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, err = told(capsys, "make", "proef.j2", "--voice", "google", code=1)
    assert "sends what it says to Google" in err
    (folder / "stem.toml").write_text("allow_online = true\n", encoding="utf-8")
    _, err = told(capsys, "make", "proef.j2", "--voice", "google", "--offline", code=1)
    assert "sends what it says to Google" in err
    _, err = told(capsys, "say", "Welkom.", "--voice", "google", "--offline", code=1)
    assert "sends what it says to Google" in err
    assert not (folder / "output").exists() or not list((folder / "output").iterdir())


@pytest.mark.usefixtures("folder")
def test_a_word_is_tried_out(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told(capsys, "say", "--word", "healing")
    assert out.strip() == "output/zin.mp3"
    assert "healing -> hieling" in err
    _, err = told(capsys, "say", "--word", "Sjaan", "--as", "sjaàn", "--force")
    assert '"Sjaan" = "sjaàn"' in err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments", [(), ("Welkom.", "--word", "Sjaan"), ("Welkom.", "--as", "Sjaan"), ("--as", "Sjaan")]
)
def test_a_text_or_a_word(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert "Give a text, or a word" in told(capsys, "say", *arguments, code=2)[1]


def test_the_lexicon_of_the_folder_is_heard_and_seen(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = told(capsys, "preview", "proef.j2")
    assert "(10:30 uur -> half elf, healing -> hieling)" in before
    (folder / "lexicon.toml").write_text('"healing" = "heelwerk"\n', encoding="utf-8")
    after, _ = told(capsys, "preview", "proef.j2")
    assert "healing -> heelwerk" in after
    document = json.loads(told(capsys, "preview", "proef.j2", "--json")[0])
    assert document["said_otherwise"] == [
        {"text": "Om 10:30 uur doen we healing.", "said": "10:30 uur -> half elf, healing -> heelwerk"}
    ]


@pytest.mark.slow
def test_a_voice_is_tuned_and_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, "tune", "zacht", "--speeds", "1,0.8", "--pitches", "0")
    paths = [Path(line.split()[-1]) for line in out.splitlines()]
    assert decode(paths[1]).frames > 1.1 * decode(paths[0]).frames
    told(capsys, "tune", "zacht", "--speeds", "1,0.8", "--pitches", "0", "--pick", "2", "--as", "traag")
    assert find_voice("traag").speed == pytest.approx(0.8)
    assert "There is no number 9" in told(capsys, "tune", "zacht", "--speeds", "1", "--pick", "9", code=2)[1]


@pytest.mark.slow
def test_own_recordings_from_sheet_to_track(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two of three sentences are recorded, far too soft; the third is filled in, and all are equally loud."""
    told(capsys, "sheet", "proef.j2")
    sheet = (folder / "opnames" / "blad.html").read_text(encoding="utf-8")
    assert "Ga rustig zitten, zoals het prettig is." in sheet
    assert "Om 10:30 uur doen we healing." in sheet, "a person reads what is written"
    _, err = told(capsys, "make", "proef.j2", "--voice", "opnames/", code=1)
    assert "3 sentences are not recorded: 1-3" in err
    for number, sentence in ((1, "Welkom."), (2, "Ga rustig zitten, zoals het prettig is.")):
        Path(f"{number}.wav").write_bytes(wav(0.2 * recorded(sentence), rate=heard.RATE))
        heard.converted(Path(f"{number}.wav"), Path(f"opnames/{number} opname.m4a"))
    _, err = told(capsys, "make", "proef.j2", "--voice", "opnames/", code=1)
    assert "1 sentence is not recorded: 3" in err
    out, _ = told(capsys, "make", "proef.j2", "--voice", "opnames/", "--fill", "zacht", "--json")
    track = json.loads(out)["tracks"][0]
    sound = heard.decoded(Path(track["path"]))
    loudness = [
        heard.loudness(sound[units.frames(line["start"]) : units.frames(line["end"])])
        for line in track["utterances"]
    ]
    assert abs(loudness[1] - loudness[2]) < 1.0
    (folder / "proef.j2").write_text(SCRIPT.replace("Ga rustig", "Sta rustig"), encoding="utf-8")
    _, err = told(capsys, "make", "proef.j2", "--voice", "opnames/", code=1)
    assert "Sta rustig zitten" in err, "a script that changed never speaks a sentence it no longer has"


@pytest.mark.slow
def test_one_long_recording_becomes_a_folder_that_speaks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences = ("Welkom.", "Ga rustig zitten, zoals het prettig is.", "Om half elf doen we hieling.")
    rest = np.zeros((heard.RATE, 1))
    parts = [rest, *(part for sentence in sentences for part in (recorded(sentence), rest))]
    Path("lezing.wav").write_bytes(wav(np.concatenate(parts), rate=heard.RATE))
    heard.converted(Path("lezing.wav"), Path("lezing.m4a"))
    out, _ = told(capsys, "cut", "lezing.m4a", "proef.j2")
    assert [Path(line).name for line in out.split()] == ["001.wav", "002.wav", "003.wav"]
    told(capsys, "make", "proef.j2", "--voice", "opnames/")
    index = (folder / "opnames" / "blad.toml").read_text(encoding="utf-8")
    told(capsys, "sheet", "proef.j2")
    assert (folder / "opnames" / "blad.toml").read_text(encoding="utf-8") == index, "numbers stay"


def test_the_cache_is_shown_and_cleared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "make", "proef.j2")
    shown = json.loads(told(capsys, "cache", "--json")[0])
    assert shown["entries"] == 3
    assert 0 < shown["bytes"] < shown["limit_bytes"] == 2 * 10**9
    assert "3 sentences" in told(capsys, "cache")[0]
    assert "3 sentences removed" in told(capsys, "cache", "clear")[0]
    assert json.loads(told(capsys, "cache", "--json")[0])["entries"] == 0
    told(capsys, "make", "proef.j2", "--no-cache")
    assert json.loads(told(capsys, "cache", "--json")[0])["entries"] == 0
    assert (folder / "output" / "proef.mp3").read_bytes() == (folder / "output" / "proef-2.mp3").read_bytes()


def test_a_broken_template_is_told_and_harms_nothing_else(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "voice_templates").mkdir()
    (folder / "voice_templates" / "fout.toml").write_text('inherits = "zacht"\nspede = 1\n', encoding="utf-8")
    out, err = told(capsys, "voices")
    assert "zacht" in out
    assert "fout.toml: unknown key 'spede'" in err
    told(capsys, "say", "Welkom.")
    assert "FAIL" in told(capsys, "doctor", code=1)[0]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [("--word", ""), ("--word", "Sjaan", "--as", "🙂")])
def test_a_word_needs_letters(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is nothing to say in" in told(capsys, "say", *arguments, code=2)[1]


def test_a_home_folder_holds_its_numbers_too(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    _, err = told(capsys, "sheet", "proef.j2", "-s", "naam=Anna", "-o", "~/opn/")
    assert f"stem make proef.j2 -s naam=Anna --voice {folder}/opn/" in err
    before = (folder / "opn" / "blad.toml").read_text(encoding="utf-8")
    (folder / "proef.j2").write_text(SCRIPT.replace("Ga rustig", "Sta even.\nGa rustig"), encoding="utf-8")
    told(capsys, "sheet", "proef.j2", "-s", "naam=Anna", "-o", "~/opn/", "--force")
    after = (folder / "opn" / "blad.toml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip()), "a number keeps its sentence"
    assert '4 = "Sta even."' in after


def test_without_asking_for_exact_times_a_preview_sends_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "stem.voices.engines.google.Google.speak", lambda *_: pytest.fail("something was sent")
    )
    out, _ = told(
        capsys, "preview", "proef.j2", "-s", "naam=Xanthippe", "--voice", "google", "--allow-online"
    )
    assert "Welkom, Xanthippe." in out


def test_a_program_beside_its_template_is_that_template_s_own(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two folders with a voice of the same name and the same command, but not the same program."""
    made = []
    for hz in (220, 440):
        place = folder / str(hz)
        (place / "voice_templates").mkdir(parents=True)
        program = place / "voice_templates" / "piep.py"
        program.write_text(
            f"#!{sys.executable}\nimport math, struct, sys, wave\n"
            "n = int(0.1 * 22050 * len(sys.stdin.read()))\n"
            f"s = [int(9000 * math.sin(2 * math.pi * {hz} * i / 22050)) for i in range(n)]\n"
            "s = [0] * 2205 + s + [0] * 2205\nn = len(s)\n"
            "w = wave.open(sys.stdout.buffer, 'wb')\nw.setparams((1, 2, 22050, n, 'NONE', ''))\n"
            "w.writeframes(struct.pack(f'<{n}h', *s))\n"
        )
        program.chmod(0o755)
        (place / "voice_templates" / "piep.toml").write_text(
            'title = "P"\nsummary = "-"\nengine = "command"\nsex = "own"\nvoice = "p"\ncredit = ""\n'
            '[settings]\ncommand = ["piep.py"]\n'
        )
        monkeypatch.chdir(place)
        told(capsys, "voices", "allow", "piep")
        told(capsys, "say", "Welkom.", "--voice", "piep", "-o", "zin.mp3")
        made.append((place / "zin.mp3").read_bytes())
    assert made[0] != made[1]


def test_a_voice_made_after_someones_is_consented_to_and_forgotten(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = consenting.template()
    state = models_folder() / "ik.safetensors"
    assert "needs no consent" in told(capsys, "voices", "consent", "zacht", code=2)[1]
    assert "has no [consent]" in told(capsys, "say", "Welkom.", "--voice", "ik", "-o", "w.mp3", code=1)[1]
    assert "--who" in told(capsys, "voices", "consent", "ik", code=2)[1]
    whose = ("--who", consenting.WHO, "--until", "2099-12-31")
    assert "no last day" in told(capsys, "voices", "consent", "ik", *whose[:3], "1999-01-01", code=2)[1]
    out, err = told(capsys, "voices", "consent", "ik", *whose)
    sentence = out.strip()
    assert sentence.startswith("Ik ben Marieke Jansen. Vandaag is het ")
    assert "tot en met 31 december 2099." in sentence
    assert "never make a voice of a client" in err
    short = str(consenting.write(folder / "kort.wav", consenting.read_aloud("Ik ben Marieke.")))
    assert "kort.wav lasts" in told(capsys, "voices", "consent", "ik", short, *whose, code=2)[1]
    assert path.read_text(encoding="utf-8") == consenting.TEMPLATE
    spoken = str(consenting.write(folder / "toestemming.wav", consenting.read_aloud(sentence), 0o644))
    path.write_text(consenting.TEMPLATE + '[settings]\nstate = "ik.safetensors"\n', encoding="utf-8")
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_bytes(b"s")
    kept = Path(told(capsys, "voices", "consent", "ik", spoken, *whose)[0].strip())
    assert (kept.parent, kept.read_bytes()) == (models_folder(), Path(spoken).read_bytes())
    assert os.name != "posix" or {kept.stat().st_mode & 0o777, state.stat().st_mode & 0o777} == {0o600}
    assert path.read_text(encoding="utf-8").startswith("# Mijn eigen stem\n")
    again = told(capsys, "voices", "consent", "ik")[0].strip()  # what stands in the template holds on
    assert again.startswith("Ik ben Marieke Jansen.")
    found = told(capsys, "forget", "jansen", "--in", str(folder))[1]
    assert "resembles Marieke Jansen. To remove it too: stem forget --voice ik" in found
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert "Nothing was removed" in told(capsys, "forget", "--voice", "ik", code=1)[1]
    assert "no copy" in told(capsys, "forget", "--voice", "zacht", "--yes", code=2)[1]
    gone = told(capsys, "forget", "--voice", "ik", "--yes")[0].split()
    assert gone == [str(kept), str(state), str(path)]
    assert not any(Path(each).exists() for each in gone)
