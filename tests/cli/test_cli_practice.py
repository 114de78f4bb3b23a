"""practice init, batch and series as a stranger meets them."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from heard import decoded, loudness
from mutagen.id3 import ID3

from stem import cli
from stem.record.document import read_record, record_path

RARE = "Xanthippe"
SCRIPT = """+++
title = "{title}"
imagery = false
bed = "none"
[variables.naam]
default = ""
+++
## Begin
{{{{ noem("Welkom") }}}}
## Einde
{words} Dank {{{{ je }}}} wel.
"""
WORDS = {"een": "Dit is de eerste dag.", "twee": "Vandaag is alles heel rustig.", "drie": "Ssst."}
PASSWORD = "molen-tafel-kaars-12345"
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """Commands make what they write private from then on; a test begins as a shell does."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    for name, words in WORDS.items():
        text = SCRIPT.format(title=name.title(), words=words)
        (tmp_path / "scripts" / f"{name}.j2").write_text(text, encoding="utf-8")
    (tmp_path / "stem.toml").write_text('practice = "De Linde"\nvoice = "zacht"\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def short_tracks(folder: Path) -> None:
    """The shortest tracks there are, for tests that are not about how long one is."""
    with (folder / "stem.toml").open("a", encoding="utf-8") as settings:
        settings.write('profile = "acx"\n')


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run a command; return what it printed on stdout and on stderr."""
    got = cli.run(arguments)
    out, err = capsys.readouterr()
    assert got == code, err
    return out, err


def document(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; return its one document."""
    found = json.loads(told(capsys, *arguments, "--json", code=code)[0])
    assert isinstance(found, dict)
    return found


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- practice init


def test_a_practice_begins_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    out, err = told(
        capsys, "practice", "init", "praktijk", "--name", 'De "Stille" \\ plek', "--country", "be"
    )
    assert len(out.split("\n")) == 5
    assert "cd praktijk" in err
    monkeypatch.chdir(tmp_path / "praktijk")
    out, err = told(capsys, "practice", "init")
    assert out == ""
    assert err.count("stays as it is") == 4
    out, err = told(capsys, "batch", "clients.csv", "--dry-run", "--voice", "zacht")
    assert "voorbeeld  aankomen" in out
    assert "1 track: 1 new" in err
    assert not Path("output").exists()
    told(capsys, "check", "scripts/mijn-oefening.j2")
    out, err = told(capsys, "series", "--code", "c017", "-s", "naam=Anna", "--dry-run", "--voice", "zacht")
    assert len(out.splitlines()) == 8, "the settings name a series"
    assert "Anna" not in out + err


@POSIX
def test_a_practice_is_for_its_owners_eyes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "practice", "init", str(tmp_path / "praktijk"))
    for path in (tmp_path / "praktijk", *(tmp_path / "praktijk").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


# --- lists that are not in order

HEADS = b"code;script;naam\n"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["code", "script", "naam"], ["c1", "een", "=A1"], ["c2", "een", "x"], ["c3", "een", "x"]):
        sheet.append(row)
    sheet.merge_cells("C3:C4")
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


BAD: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "formulas.csv": (b"code;script;naam\nc1;een;=A1\n", ("row 2, column C ('naam'): a formula",)),
    "merged.xlsx": (workbook(), ("row 2, column C ('naam'): a formula", "row 3: the cells C3 to C4")),
    "empty.csv": (b"code;script\n;;\n\n", ("there is no track",)),
    "doubles.csv": (b"code;script\nc1;een\n\nc1;een\n", ("rows 2 and 4 would all be c1_een.mp3",)),
    "columns.csv": (b"code;script\nc1;een;Anna;x\n", ("row 2, column C: a column too many",)),
    "separators.csv": (b"code,script,naam\nc1;een;x\n", ("row 2: semicolons stand between",)),
    "large.csv": (b"code;script;naam\nc1;een;" + b"x" * 1_000_000, ("1,000,000 characters",)),
    "names.csv": (
        f'code;script;naam\nc1;een;"{RARE}, ""de"" [x]\r\ntweede"\n'.encode(),
        ("row 2, column C ('naam'): '[' cannot stand",),
    ),
    "row7.csv": (
        HEADS + b"".join(b"c%d;%s\n" % (row, b"ee" if row == 7 else b"een") for row in range(2, 501)),
        ("row 7, column B ('script'): there is no such script",),
    ),
    "paths.csv": (b"code;script\n../x;een\nC:\\x;een\n", ("rows 2 and 3, column A ('code'): a path",)),
    "everything.csv": (
        b"code;script;duur;stem;achtergrond;naam\na/b;eeen;kort;zachtt;zeee;[x]\n;een;;;weg.mp3;\n",
        ("('code')", "('script')", "('duur')", "('stem')", "row 2, column E", "row 3, column E", "no code"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "how"), [*((name, ()) for name in BAD), ("everything.csv", ("--dry-run",))])
def test_a_list_that_is_not_in_order_makes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, how: tuple[str, ...]
) -> None:
    content, told_of = BAD[name]
    (folder / name).write_bytes(content)
    before = files(folder)
    out, err = told(capsys, "batch", name, *how, "--json", code=1)
    assert out == ""
    for phrase in told_of:
        assert phrase in err
    assert RARE not in err
    assert files(folder) == before
    assert not (folder / "output").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("batch",), 2),
        (("batch", "weg.csv"), 1),
        (("batch", "c.csv", "--jobs", "0"), 2),
        (("batch", "c.csv", "--names", "{script}"), 2),
        (("batch", "c.csv", "--zip"), 2),
        (("batch", "c.csv", "-o", "c.csv"), 2),
        (("batch", "c.csv", "--page", "c.csv"), 1),
        (("batch", "c.csv", "-s", "nam=Anna"), 2),
        (("series", "zeven-dagen"), 2),
        (("series", "--code", "c1"), 2),
        (("series", "acht-dagen", "--code", "c1"), 2),
        (("series", "zeven-dagen", "--code", "../x"), 2),
        (("practice", "init", "p", "--country", "FR"), 2),
        (("practice", "init", "p", "--name", "a\nb"), 2),
    ],
)
def test_what_cannot_be_asked(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    (folder / "c.csv").write_text("code;script\nc1;een\n", encoding="utf-8")
    out, err = told(capsys, *arguments, code=code)
    assert out == ""
    assert err
    assert not (folder / "output").exists()


# --- from a list to what goes to a client


@pytest.mark.usefixtures("short_tracks")
@pytest.mark.slow
def test_a_list_is_made_kept_and_handed_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"code;script;naam;wachtwoord\nc1;een;{RARE};{PASSWORD}\nc2;twee;Bo;{PASSWORD[::-1]}\n"
    (folder / "clients.csv").write_text(text, encoding="utf-8")
    before = files(folder)
    expected = document(capsys, "batch", "clients.csv", "--dry-run")
    assert files(folder) == before
    assert [track["status"] for track in expected["tracks"]] == ["new", "new"]

    out, err = told(
        capsys, "batch", "clients.csv", "--zip", "--page", "overzicht.html", "--json", "--jobs", "1"
    )
    made = json.loads(out)
    assert made["failed"] == []
    assert "[1/2] " in err
    assert "[2/2] " in err
    assert "2 tracks: 2 made" in err
    assert RARE not in err
    ours = {
        f"output/{name}" for name in ("c1_een.mp3", "c2_twee.mp3", "c1_een.stem.json", "c2_twee.stem.json")
    }
    sent = {f"output/{code}{end}" for code in ("c1", "c2") for end in (".zip", "_lees-mij-eerst.txt")}
    assert files(folder) - before == ours | sent | {"overzicht.html"}
    for track, guess in zip(made["tracks"], expected["tracks"], strict=True):
        assert track["seconds"] == pytest.approx(guess["seconds"], abs=0.6)
    if os.name == "posix":
        assert stat.S_IMODE((folder / "output").stat().st_mode) == 0o700
        for name in files(folder) - before:
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name

    contents = {name: (folder / name).read_bytes() for name in files(folder)}
    out, err = told(capsys, "batch", "clients.csv", "--zip", "--page", "overzicht.html", "--jobs", "1")
    assert "2 tracks: 2 kept" in err
    assert err.count("is there already and holds the same") == 4
    changed = {name for name, content in contents.items() if (folder / name).read_bytes() != content}
    assert changed <= {"overzicht.html"}
    assert out.splitlines()[0].split() == [
        "code",
        "script",
        "length",
        "LUFS",
        "voice",
        "bed",
        "status",
        "file",
    ]

    # A client who is forgotten is forgotten by code; the intro of later makes the other one anew.
    told(capsys, "forget", "c1", "--yes")
    assert not any("c1" in name for name in files(folder / "output"))
    with (folder / "stem.toml").open("a", encoding="utf-8") as settings:
        settings.write('intro = "Fijn dat u er bent."\n')
    (folder / "clients.csv").write_text("code;script;naam\nc2;twee;Bo\n", encoding="utf-8")
    again = document(capsys, "batch", "clients.csv", "--jobs", "1")
    assert again["tracks"][0]["reasons"] == ["stem.toml has changed: intro."]
    assert again["tracks"][0]["utterances"][0]["text"] == "Fijn dat u er bent."
    told(capsys, "remake", "output/c2_twee.stem.json", "-o", "weer.mp3")
    assert (folder / "weer.mp3").read_bytes() == (folder / "output" / "c2_twee.mp3").read_bytes()


@pytest.mark.usefixtures("short_tracks")
@pytest.mark.slow
def test_a_track_that_fails_costs_its_client_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "clients.csv").write_text("code;script\nc1;drie\nc2;drie\n", encoding="utf-8")
    (folder / "output").mkdir()
    (folder / "output" / "c1_drie.mp3").write_bytes(b"of mine")
    out, err = told(capsys, "batch", "clients.csv", "--letter", "--json", "--jobs", "1", code=1)
    found = json.loads(out)
    assert [track["code"] for track in found["tracks"]] == ["c2"]
    assert [(each["code"], each["place"]) for each in found["failed"]] == [("c1", "row 2")]
    assert "Error: row 2, c1: " in err
    assert "c1: nothing was put together, for row 2 failed" in err
    assert (folder / "output" / "c1_drie.mp3").read_bytes() == b"of mine"
    assert files(folder / "output") == {
        *("c1_drie.mp3", "c2_drie.mp3", "c2_drie.stem.json", "c2_lees-mij-eerst.txt")
    }


def test_a_password_is_read_as_notepad_writes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "clients.csv").write_text("code;script\nc1;een\n", encoding="utf-8")
    asked = ("batch", "clients.csv", "--zip", "--password-file")
    for encoding, problem in (
        ("utf-8-sig", "The password has 4 characters; it takes at least 15."),
        ("utf-16", "Hint: Save it as plain text in UTF-8."),
    ):
        (folder / "slot.txt").write_bytes("kort\r\n".encode(encoding))
        _, err = told(capsys, *asked, "slot.txt", code=2 if encoding == "utf-8-sig" else 1)
        assert problem in err
    _, err = told(capsys, "batch", "-", "--zip", "--password-file", "-", code=2)
    assert "cannot both come from standard input" in err


# --- series


def test_the_seven_days_are_seven_numbered_tracks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "stem.toml").unlink()
    found = document(capsys, "series", "zeven-dagen", "-s", f"naam={RARE}", "--code", "c017", "--dry-run")
    names = [Path(track["path"]).name for track in found["tracks"]]
    assert [name[:8] for name in names] == [f"c017_{number:02}_" for number in range(1, 8)]
    assert len({track["voice"] for track in found["tracks"]}) == 1
    assert len({track["bed"] for track in found["tracks"]}) == 1
    assert RARE not in json.dumps(found)


@pytest.mark.usefixtures("short_tracks")
@pytest.mark.slow
def test_a_series_is_one_album_of_equal_loudness(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "scripts" / "reeksen").mkdir()
    own = 'title = "Twee dagen"\nscripts = ["een", "drie"]\n'
    (folder / "scripts" / "reeksen" / "twee-dagen.toml").write_text(own, encoding="utf-8")
    told(capsys, "series", "twee-dagen", "-s", f"naam={RARE}", "--code", "c017", "--jobs", "1")
    tracks = sorted((folder / "output").glob("*.mp3"))
    assert [track.name for track in tracks] == ["c017_01_een.mp3", "c017_02_drie.mp3"]
    levels = []
    for number, track in enumerate(tracks, start=1):
        tags = ID3(track)
        assert str(tags["TRCK"]) == f"{number}/2"
        assert (str(tags["TALB"]), str(tags["TPE1"])) == ("Twee dagen", "De Linde")
        record, sound = read_record(record_path(track)), decoded(track)
        levels.append(loudness(*(sound[span.start : span.end] for span in record.times.utterances)))
    assert np.ptp(levels) < 0.5
