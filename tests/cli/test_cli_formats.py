"""Tracks of every kind, and for every place to go, as a stranger asks for them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from stem import cli
from stem.export.destinations import DESTINATIONS
from stem.export.formats import FORMATS
from stem.export.tags import read
from stem.track.profiles import PROFILES

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")

SCRIPT = (
    '+++\ntitle = "Proef"\nbed = "none"\n+++\n## Begin\nGa rustig zitten. [pauze 1]\n## Einde\nDank je wel.\n'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a command; return what it printed on stdout and on stderr."""
    got = cli.run(arguments)
    out, err = capsys.readouterr()
    assert got == code, err
    return out, err


def frames_of(path: Path, rate: int) -> int:
    """Return how many frames ffmpeg decodes."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path)]
    done = subprocess.run(
        [*program, "-ac", "1", "-ar", str(rate), "-f", "s16le", "-"], capture_output=True, check=True
    )
    return len(np.frombuffer(done.stdout, np.int16))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FORMATS))
def test_a_track_of_any_kind_is_complete_and_remade(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    suffix, rate = FORMATS[name].suffix, FORMATS[name].rates[0]
    (folder / "stem.toml").write_text('profile = "acx"\n')  # the shortest tracks there are
    out, _ = told(capsys, "make", "proef.j2", "--format", name, "--artist", "De Linde", "--record", "--json")
    track = json.loads(out)["tracks"][0]
    path = Path(track["path"])
    assert path.name == f"proef{suffix}"
    assert frames_of(path, rate) == pytest.approx(track["seconds"] * rate, abs=1 if name != "m4a" else 1024)
    tagged = read(path)
    assert (tagged.tags.title, tagged.tags.artist) == ("Proef", "De Linde")
    assert [mark.title for mark in tagged.chapters] == ["Begin", "Einde"]
    assert tagged.tags.cover.startswith(b"\xff\xd8")
    assert "in order, compared with its record" in told(capsys, "verify", str(path))[0]
    if name in {"mp3", "wav"}:  # made again in tests of finished tracks, and as its samples are
        return
    _, err = told(capsys, "remake", "output/proef.stem.json", "-o", f"weer{suffix}")
    assert "byte for byte" in err
    assert (folder / f"weer{suffix}").read_bytes() == path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mail", "insight-timer", "archive"])
def test_a_track_goes_anywhere(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Of each kind one; what each of them chooses is in `test_destinations`."""
    short = replace(PROFILES["insight-timer"], closing_bell=False)  # which rings for 45 s
    monkeypatch.setitem(PROFILES, "insight-timer", short)
    out, _ = told(capsys, "make", "proef.j2", "--for", name, "--json")
    path = Path(json.loads(out)["tracks"][0]["path"])
    destination = DESTINATIONS[name]
    assert path.suffix == FORMATS[destination.format].suffix
    assert destination.most_bytes is None or path.stat().st_size <= destination.most_bytes
    assert "in order" in told(capsys, "verify", str(path))[0]


@pytest.mark.usefixtures("folder")
def test_the_name_of_a_file_asks_for_its_kind(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "make", "proef.j2", "-o", "anders.wav")
    assert Path("anders.wav").read_bytes()[:4] == b"RIFF"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--format", "mp4"), "There is no format named 'mp4'."),
        (("--for", "post"), "There is no destination named 'post'."),
        (("--for", "mail", "--format", "flac"), "For mail a track is MP3, not flac."),
        (("--for", "mail", "--profile", "acx"), "This profile says itself how the file is encoded."),
        (("--format", "flac", "-o", "x.mp3"), "'x.mp3' is not a .flac file."),
        (("-o", "x.ogg"), "'x.ogg' is not an .mp3 file."),
        (("--for", "mail", "--duration", "3u", "--bed", "zee"), ""),
    ],
)
def test_what_cannot_be_is_told(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    got = cli.run(["make", "proef.j2", *arguments])
    assert got in {1, 2}
    assert sentence in capsys.readouterr().err
    assert not list(Path("output").glob("*")) if Path("output").exists() else True
