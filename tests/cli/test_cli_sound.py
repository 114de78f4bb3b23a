"""Commands about sound, as a stranger meets them."""

from __future__ import annotations

import json
from pathlib import Path

import heard
import numpy as np
import pytest
from mutagen.id3 import ID3
from soundfiles import buzz, encoded, wav

from stem import cli, units
from stem.sound.beds import BEDS, BELLS
from stem.track.profiles import PROFILES

pytestmark = pytest.mark.usefixtures("kept_beds")

SCRIPT = '+++\ntitle = "Proef"\nbed = "bruin"\n+++\n## Begin\nWelkom. [pauze 14]\n## Einde\nDank je wel.\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stem.sound.playing._PLAYERS", ())
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a command; return what it printed on stdout and on stderr."""
    got = cli.run(arguments)
    out, err = capsys.readouterr()
    assert got == code, err
    return out, err


def test_all_backgrounds_bells_and_profiles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, "beds")
    assert all(f"\n{name} " in out for name in (*BEDS, *BELLS))
    document = json.loads(told(capsys, "beds", "--json")[0])
    assert [row["name"] for row in document["beds"]] == list(BEDS)
    assert [row["name"] for row in document["bells"]] == list(BELLS)
    rows = json.loads(told(capsys, "profiles", "--json")[0])["profiles"]
    assert [row["name"] for row in rows] == list(PROFILES)


@pytest.mark.usefixtures("folder")
def test_a_background_is_heard_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told(capsys, "beds", "play", "none", "--length", "2s", "-o", "hoor.mp3")
    assert len(heard.decoded(Path(out.strip()))) == 2 * heard.RATE
    assert "There is no bed named 'zeee'" in told(capsys, "beds", "play", "zeee", code=2)[1]


@pytest.mark.slow
@pytest.mark.usefixtures("quick_mp3")
def test_own_music_lies_under_the_voice_and_its_maker_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hiss = np.random.default_rng(1).normal(0.0, 0.05, (12 * heard.RATE, 1))
    (folder / "muziek.wav").write_bytes(wav(hiss, rate=heard.RATE))
    music = heard.converted(folder / "muziek.wav", folder / "mijn muziek.m4a")
    out, _ = told(
        capsys,
        "make",
        "proef.j2",
        "--bed",
        music.name,
        "--bed-start",
        "0:02",
        "--bed-credit",
        "Naam, CC0",
        "--json",
    )
    track = json.loads(out)["tracks"][0]
    sound = heard.decoded(Path(track["path"]))
    first, second = (each for each in track["utterances"])
    between = sound[units.frames(first["end"] + 4) : units.frames(second["start"] - 8)]
    assert -18.0 - heard.loudness(between) == pytest.approx(20.0, abs=0.5)  # mostly silence: it stays down
    assert "Naam, CC0" in ID3(track["path"]).getall("COMM")[0].text[0]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--bed", "weg.m4a"), "There is no file 'weg.m4a'"),
        (("--bed", "zee", "--bed-once"), "'zee' has no beginning and no end"),
        (("--bed", "zee+"), "a background is missing beside a '+'"),
        (("--profile", "slaap"), "There is no profile named 'slaap'"),
    ],
)
def test_a_background_that_cannot_be_is_told(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sentence in told(capsys, "make", "proef.j2", *arguments, code=2)[1]


@pytest.mark.slow
def test_a_picture_and_stems_come_with_a_track(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "proef.j2").write_text(SCRIPT.replace(" [pauze 14]", ""), encoding="utf-8")
    told(capsys, "make", "proef.j2", "--bed", "none", "--plot", "--stems")
    made = {path.name for path in (folder / "output").iterdir()}
    assert made == {
        "proef.mp3",
        "proef.png",
        "proef-stem.flac",
        "proef-achtergrond.flac",
        "proef-bellen.flac",
    }
    parts = [heard.decoded(folder / "output" / name) for name in made if name.endswith(".flac")]
    assert {len(part) for part in parts} == {len(heard.decoded(folder / "output" / "proef.mp3"))}
    # LAME at 128 kbps: what differs lies far under what is heard.
    mix, mp3 = np.sum(parts, axis=0), heard.decoded(folder / "output" / "proef.mp3")
    assert np.sqrt(np.mean((mix - mp3) ** 2)) < 0.1 * np.sqrt(np.mean(mp3**2))
    (folder / "zoem.mp3").write_bytes(encoded("mp3", sound=buzz(1.0)))
    (folder / "zoem.png").write_bytes(b"mine")
    assert told(capsys, "plot", "zoem.mp3")[0].strip() == "zoem-2.png", "a picture that is there stays"
