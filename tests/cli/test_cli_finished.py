"""Commands about finished tracks, and what stands beside them, as a stranger meets them."""

from __future__ import annotations

import io
import json
import shutil
import wave
from contextlib import redirect_stdout
from pathlib import Path

import heard
import numpy as np
import pytest
from mutagen.id3 import ID3
from soundfiles import buzz, wav

from stem import Project, TrackSpec, cli
from stem.export.cover import generated
from stem.track.labels import cover_of

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")

SCRIPT = """+++
title = "Proef"
bed = "none"
[variables.naam]
default = ""
[variables.vorm]
type = "choice"
choices = ["je", "u"]
default = "je"
+++
## Begin
{{ noem("Welkom") }}
Ga {{ ju("rustig", "rustig") }} zitten. [pauze 1]
## Einde
Dank je wel.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "stem.toml").write_text('profile = "acx"\n')  # the shortest tracks there are
    return tmp_path


TAGS = ("--artist", "De Linde", "--album", "Zeven dagen", "--track", "3/7")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What `stem make proef.j2` puts into its folder, and its document: for tests of what comes after."""
    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.chdir(place)
        (place / "proef.j2").write_text(SCRIPT, encoding="utf-8")
        (place / "stem.toml").write_text('profile = "acx"\n')
        assert cli.run(["make", "proef.j2", "--record", "--captions", "vtt", *TAGS, "--json"]) == 0
    return place / "output", printed.getvalue()


@pytest.fixture
def finished(folder: Path, made: tuple[Path, str]) -> Path:
    """A folder where that was made."""
    shutil.copytree(made[0], folder / "output")
    return folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a command; return what it printed on stdout and on stderr."""
    got = cli.run(arguments)
    out, err = capsys.readouterr()
    assert got == code, err
    return out, err


def test_a_track_from_its_record_is_the_same_and_can_be_forgotten(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = ("--captions", "vtt,srt,lrc", "--record", "--artist", "De Linde", "--track", "3/7")
    told(capsys, "make", "proef.j2", "-s", "naam=Xanthippe", *everything)
    track, record = folder / "output" / "proef.mp3", folder / "output" / "proef.stem.json"
    assert record.stat().st_mode & 0o077 == 0
    assert "in order, compared with its record" in told(capsys, "verify", str(track))[0]
    first, kept = track.read_bytes(), record.read_bytes()
    track.unlink()
    _, err = told(capsys, "remake", str(record))
    assert "byte for byte" in err
    assert (track.read_bytes(), record.read_bytes()) == (first, kept)
    told(capsys, "remake", str(record), "-o", "output/roos.mp3", "-s", "naam=Roos")
    assert (folder / "output" / "roos.mp3").read_bytes() != first
    (folder / "output" / "ander.stem.json").write_bytes(kept)
    _, err = told(capsys, "remake", str(record), "-s", "naam=Roos", "-o", "output/ander.mp3")
    assert "no record tells of output/ander.mp3" in err
    (folder / "output" / "ander.stem.json").unlink()
    (folder / "output" / "ander.mp3").rename(folder / "weer.mp3")

    told(capsys, "forget", "Roos", "--yes")
    out, err = told(capsys, "forget", "Xanthippe", "--yes")
    assert {Path(line).name for line in out.split()} == {
        f"proef.{end}" for end in ("mp3", "vtt", "srt", "lrc", "stem.json")
    }
    assert list((folder / "output").iterdir()) == []
    assert (folder / "weer.mp3").exists(), "only where is looked, something is forgotten"
    assert "No track was found" in told(capsys, "forget", "Xanthippe", "--yes")[1]


def test_a_damaged_track_is_not_in_order(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    track = finished / "output" / "proef.mp3"
    content = bytearray(track.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    track.write_bytes(bytes(content))
    out, _ = told(capsys, "verify", str(track), code=1)
    assert "not in order" in out
    assert "wrong:" in out


def test_info_tells_what_is_in_a_track(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (finished / "output" / "proef.stem.json").unlink()
    track = str(finished / "output" / "proef.mp3")
    out, _ = told(capsys, "info", track)
    for text in ("Proef", "De Linde", "Zeven dagen", "3 of 7", "Einde", "LUFS", "113", "There is no record"):
        assert text in out
    assert "speech   a computer voice made by rules" in out
    document = json.loads(told(capsys, "info", track, "--json")[0])
    assert document["source_type"].endswith("/digitalsourcetype/algorithmicMedia")
    assert [mark["title"] for mark in document["chapters"]] == ["Begin", "Einde"]
    assert document["lyrics"].splitlines() == ["Welkom.", "Ga rustig zitten.", "Dank je wel."]


def is_in(content: bytes, name: str) -> bool:
    return any(name.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1"))


def test_what_was_filled_in_is_in_the_tags_when_that_is_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "make", "proef.j2", "-s", "naam=Xanthippe", "-s", "vorm=u", "--name-in-file")
    track = folder / "output" / "proef.mp3"
    assert is_in(track.read_bytes(), "Xanthippe")
    assert "Ga rustig zitten." in str(ID3(track).getall("USLT")[0].text)


SAID = {
    "de oude vrouw met de blauwe jas": ("oude vrouw", "blauwe jas"),  # over two lines on a screen
    "Jan  Peter": ("Peter",),  # two spaces, said with one
    "oma. Zij heet Truus en": ("oma", "Truus"),  # over two sentences
    "Rene\u0301e": ("Rene", "Ren\u00e9"),  # an accent by itself, said as one letter
    "Riet.": ("Riet",),
}
"""What is filled in, and what of it is looked for."""


def test_however_it_is_said_what_was_filled_in_stays_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"wie{number}" for number in range(len(SAID))]
    variables = "".join(f'[variables.{name}]\ndefault = ""\n' for name in names)
    lines = [
        "Kijk heel rustig naar {{ wie0 }} in de verte.",
        *(f"Dag {{{{ {name} }}}} daar." for name in names[1:]),
    ]
    script = SCRIPT.replace('[variables.naam]\ndefault = ""\n', variables).replace(
        '{{ noem("Welkom") }}', "\n".join(lines)
    )
    (folder / "wie.j2").write_text(script, encoding="utf-8")
    filled = [f"-s{name}={value}" for name, value in zip(names, SAID, strict=True)]
    told(capsys, "make", "wie.j2", *filled)
    tags = ID3(folder / "output" / "wie.mp3")
    shown = f"{tags.getall('USLT')[0].text} {tags.getall('SYLT')[0].text}"
    assert "Ga rustig zitten." in shown
    assert [part for parts in SAID.values() for part in parts if part in shown] == []


def test_a_record_without_what_was_filled_in_asks_for_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "make", "proef.j2", "-s", "naam=Xanthippe", "-s", "vorm=u", "--record-anonymous")
    record, track = folder / "output" / "proef.stem.json", folder / "output" / "proef.mp3"
    assert b"anthippe" not in record.read_bytes()
    assert not is_in(track.read_bytes(), "Xanthippe")
    assert "Ga rustig zitten." in str(ID3(track).getall("USLT")[0].text)
    _, err = told(capsys, "remake", str(record), code=2)
    assert "-s naam=" in err
    _, err = told(capsys, "remake", str(record), "-s", "naam=Xanthippe", "-s", "vorm=u", "-o", "weer.mp3")
    assert (folder / "weer.mp3").read_bytes() == track.read_bytes()
    assert b"anthippe" not in (folder / "weer.stem.json").read_bytes(), "its record is anonymous too"


def test_covers_and_words_are_as_asked(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An option goes before the settings, whatever either says."""
    track = finished / "output" / "proef.mp3"
    assert ID3(track).getall("APIC")[0].data == generated("Proef")
    (finished / "foto.jpg").write_bytes(generated("Iets anders"))
    settings = (finished / "stem.toml").read_text()
    (finished / "stem.toml").write_text(f'{settings}cover = "foto.jpg"\n')
    told(capsys, "make", "proef.j2", "--force", "--cover", "none", "--no-lyrics")
    assert not ID3(track).getall("APIC") + ID3(track).getall("USLT") + ID3(track).getall("SYLT")
    (finished / "stem.toml").write_text(f'{settings}cover = "none"\n')
    told(capsys, "make", "proef.j2", "--force", "--cover", "foto.jpg")
    assert ID3(track).getall("APIC")[0].data[:2] == b"\xff\xd8"
    assert cover_of(Project().plan(TrackSpec("proef.j2"))) == b"", "by the settings alone"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--captions", "vttt"), "There is no kind of captions named 'vttt'."),
        (("--captions", ","), "No kind of captions is named."),
        (("--track", "nul"), "'nul' is not the number of a track"),
        (("--track", "8/7"), "'8/7' is not the number of a track"),
        (("--cover", "weg.jpg"), "weg.jpg"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_made(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sentence in told(capsys, "make", "proef.j2", *arguments, code=2)[1]
    assert not Path("output").exists()


def test_a_page_plays_the_track_it_stands_beside(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "script", "proef.j2", "--html", "--audio", "output/proef.mp3", "-o", "bladen/blad.html")
    assert 'src="./../output/proef.mp3"' in (finished / "bladen" / "blad.html").read_text(encoding="utf-8")
    _, err = told(capsys, "script", "proef.j2", "--html", "--audio", "weg.mp3", code=2)
    assert "There is no file 'weg.mp3'" in err
    assert "add --html" in told(capsys, "script", "proef.j2", "--audio", "output/proef.mp3", code=2)[1]


def test_words_in_time_fit_what_is_heard(made: tuple[Path, str]) -> None:
    output, document = made
    track = json.loads(document)["tracks"][0]
    page = (output / "proef.vtt").read_text(encoding="utf-8")
    starts = [line.split(" --> ")[0] for line in page.splitlines() if " --> " in line]
    seconds = [
        sum(float(part) * 60**place for place, part in enumerate(reversed(each.split(":"))))
        for each in starts
    ]
    # A caption begins with its sound, which lies 20 ms into its clip.
    assert np.allclose(seconds, [each["start"] + 0.02 for each in track["utterances"]], atol=0.021)


def test_a_record_gives_no_leave_to_send_text_away(
    finished: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "stem.voices.engines.google.Google.speak", lambda *_: pytest.fail("something was sent")
    )
    path = finished / "output" / "proef.stem.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["asked"] |= {"voice": "google", "online": True}
    record["settings"]["allow_online"] = True
    path.write_text(json.dumps(record), encoding="utf-8")
    assert "--allow-online" in told(capsys, "remake", str(path), "-o", "weer.mp3", code=1)[1]
    assert "--allow-online" in told(capsys, "remake", str(path), "--offline", "-o", "weer.mp3", code=1)[1]


def test_every_file_is_verified_also_behind_one_that_is_wrong(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (finished / "stuk.mp3").write_bytes((finished / "output" / "proef.mp3").read_bytes())
    (finished / "stuk.stem.json").write_text("{")
    out, _ = told(capsys, "verify", "weg.mp3", "stuk.mp3", ".", "output/proef.mp3", code=1)
    assert "stuk.mp3: wrong: its record: it is damaged or cut off" in out
    assert ".: wrong: the file: it is a folder" in out
    assert out.splitlines()[-1] == "output/proef.mp3: in order, compared with its record"
    assert "it is a folder" in told(capsys, "info", "/", code=1)[1]


def test_a_record_is_that_of_a_file_of_its_own_kind(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard.converted(finished / "output" / "proef.mp3", finished / "output" / "proef.flac")
    out, _ = told(capsys, "verify", "output/proef.flac")
    assert out == "output/proef.flac: in order, compared by itself (there is no record of it)\n"


def test_silence_has_a_document_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with wave.open(str(folder / "stil.wav"), "wb") as file:
        file.setparams((1, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(88_200))
    out, _ = told(capsys, "info", "stil.wav", "--json")
    document = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["integrated_lufs"] is None


def test_what_cannot_be_judged_makes_forgetting_unsure(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "output").mkdir()
    (folder / "output" / "stuk.stem.json").write_text("{")
    assert "cannot be judged" in told(capsys, "forget", "Xanthippe", "--yes", code=1)[1]


def test_own_texts_and_recordings_with_the_name_are_asked_about_one_by_one(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, recorded, rose = (
        folder / "scripts",
        folder / "opnames" / "proef-k12",
        folder / "scripts" / "roos.j2",
    )
    texts.mkdir()
    recorded.mkdir(parents=True)
    (texts / "voor-xanthippe.j2").write_text("+++\ntitle = 'x'\n+++\nDag.\nDag Xanthippe.\n")
    rose.write_text("+++\ntitle = 'Roos'\n+++\nDenk aan een roosje.\n")
    (recorded / "blad.toml").write_text('1 = "Dag Xanthippe."\n')  # which is broken
    (recorded / "1.wav").write_bytes(b"")
    (recorded / "mijn.txt").write_text("mine")
    told(capsys, "forget", "roos", "--yes", code=1)
    assert rose.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    _, err = told(capsys, "forget", "xanthippe", "k12", "--yes", code=1)
    assert "voor-xanthippe.j2 may be about the same person: its name, line 5" in err
    assert "proef-k12 may be about the same person: its name, line 1" in err
    assert len(list(texts.iterdir())) == 2
    monkeypatch.setattr("stem.cli.finished.confirmed", lambda question: "roos" not in question)
    out, err = told(capsys, "forget", "xanthippe", "K12", code=1)
    assert out.endswith("voor-xanthippe.j2\n")
    assert "mijn.txt is no part of it" in err
    assert [path.name for path in recorded.iterdir()] == ["mijn.txt"]
    assert list(texts.iterdir()) == [rose]
    told(capsys, "forget", "hippe")


def test_recordings_that_changed_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "opnames").mkdir()
    for number in (1, 2, 3):
        (folder / "opnames" / f"{number}.wav").write_bytes(wav(buzz(2.0)))
    told(capsys, "make", "proef.j2", "--voice", "opnames/", "--record")
    (folder / "opnames" / "1.wav").write_bytes(wav(buzz(2.1)))
    _, err = told(capsys, "remake", "output/proef.stem.json", "-o", "weer.mp3")
    assert "The recordings of 'opnames' have changed." in err
    assert "not the same, byte for byte: what changed since then is told above" in err


def test_replacing_a_track_takes_along_what_stood_beside_the_old_one(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = finished / "output"
    assert (output / "proef.vtt").exists()
    told(capsys, "make", "proef.j2", "-s", "naam=Anna", "--record", "--force")
    assert sorted(path.name for path in output.iterdir()) == ["proef.mp3", "proef.stem.json"]
    told(capsys, "make", "proef.j2", "-s", "naam=Dora", "--force")
    assert [path.name for path in output.iterdir()] == ["proef.mp3"]


def test_what_a_user_changed_beside_a_replaced_track_stays(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    captions = finished / "output" / "proef.vtt"
    captions.write_text("mine")
    told(capsys, "make", "proef.j2", "--record", "--force")
    assert captions.read_text() == "mine"


def test_a_name_is_taken_for_which_all_that_stands_beside_it_is_free(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = folder / "output"
    output.mkdir()
    (output / "proef.vtt").write_text("mine")
    told(capsys, "make", "proef.j2", "--captions", "vtt", "--record")
    names = sorted(path.name for path in output.iterdir())
    assert names == ["proef-2.mp3", "proef-2.stem.json", "proef-2.vtt", "proef.vtt"]
    assert (output / "proef.vtt").read_text() == "mine"
