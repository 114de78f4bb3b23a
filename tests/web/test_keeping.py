"""What is done with a finished track: shown in its folder, made again, forgotten; what takes asks first."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path

import pytest
from pagehelp import TRIAL, Visitor, practice_in

from stem import Project, Sidecars, TrackSpec

pytestmark = pytest.mark.usefixtures("quick_mp3")


@pytest.fixture(scope="module")
def made(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(TRIAL, encoding="utf-8")
    project = Project(folder)
    batch = project.single("c017", TrackSpec("proef", values={"naam": "Wilhelmina"}, voice="zacht"))
    assert batch.make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def practice(made: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "praktijk"
    shutil.copytree(made, folder)
    return folder


def track_of(practice: Path) -> Path:
    (track,) = (practice / "output").glob("*.mp3")
    return track


def address(visitor: Visitor) -> str:
    (found,) = re.findall(r'href="(/opnames/[0-9a-f]{16})"', visitor.get("/opnames").text)
    return str(found)


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="another program opens folders there")
def test_the_folder_is_opened_by_the_computers_own_program(
    visitor: Visitor, practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/opened"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("DISPLAY", ":0")
    answer = visitor.post(f"{address(visitor)}/toon", {"pad": "/etc/passwd"})
    assert answer.status_code == 303
    assert (tmp_path / "opened").read_text() == str(practice / "output")


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="there always is one there")
def test_without_such_a_program_the_place_is_told(
    visitor: Visitor, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    answer = visitor.post(f"{address(visitor)}/toon")
    assert answer.status_code == 200
    assert str(track_of(practice)) in answer.text
    assert visitor.post("/opnames/c017_proef.mp3/toon").status_code == 404
    assert visitor.get(f"{address(visitor)}/toon").status_code == 405


def test_making_again_asks_first_and_gives_the_same_track(visitor: Visitor, practice: Path) -> None:
    track = track_of(practice)
    before = track.read_bytes()
    track.write_bytes(b"veranderd")
    asked = visitor.get(f"{address(visitor)}/opnieuw").text
    assert track.name in asked
    assert "Ook die verandering verdwijnt dan." in asked
    assert track.read_bytes() == b"veranderd"
    first = visitor.post(f"{address(visitor)}/opnieuw").headers["Location"]
    assert visitor.post(f"{address(visitor)}/opnieuw").headers["Location"] == first
    for _ in range(600):
        if (state := visitor.told(f"{first}.json"))["state"] not in {"waiting", "making"}:
            break
        time.sleep(0.1)
    assert state["state"] == "made"
    assert track.read_bytes() == before
    assert visitor.get(f"{first}/opname").headers["Location"] == address(visitor)


def test_making_again_tells_what_it_would_not_make(visitor: Visitor, practice: Path) -> None:
    project = Project(practice)
    plan = project.plan(TrackSpec("proef", voice="zacht"))
    track = project.make(
        plan, track_of(practice), with_stems=True, overwrite=True, beside=Sidecars(record=True)
    )
    assert track.path == track_of(practice)
    page = visitor.get(f"{address(visitor)}/opnieuw").text
    assert "dus verdwijnt" in page
    assert "c017_proef-stem.flac" in page


def test_forgetting_shows_what_goes_and_then_it_is_gone(visitor: Visitor, practice: Path) -> None:
    names = sorted(path.name for path in (practice / "output").iterdir())
    page = visitor.get(f"{address(visitor)}/vergeten").text
    assert len(names) == 2
    assert all(f"<code>{name}</code>" in page for name in names)
    assert sorted(path.name for path in (practice / "output").iterdir()) == names
    done = visitor.post(f"{address(visitor)}/vergeten").text
    assert "<h1>Vergeten</h1>" in done
    assert list((practice / "output").iterdir()) == []


def test_what_was_changed_stays_and_that_is_told(visitor: Visitor, practice: Path) -> None:
    track_of(practice).write_bytes(b"veranderd")
    for page in (visitor.get(f"{address(visitor)}/vergeten"), visitor.post(f"{address(visitor)}/vergeten")):
        assert f"<code>{track_of(practice).name}</code>:" in page.text
    assert "Niet alles is vergeten" in page.text
    assert track_of(practice).read_bytes() == b"veranderd"


def test_a_track_of_another_is_left_alone(visitor: Visitor, practice: Path) -> None:
    here = address(visitor)
    project = Project(practice)
    plan = project.plan(TrackSpec("proef", voice="zacht"))
    project.make(plan, "output/c018_proef.mp3", beside=Sidecars(record=True))
    assert "c018" not in visitor.get(f"{here}/vergeten").text
    visitor.post(f"{here}/vergeten")
    assert sorted(path.name for path in (practice / "output").iterdir()) == [
        "c018_proef.mp3",
        "c018_proef.stem.json",
    ]
