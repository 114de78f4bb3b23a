"""What goes wrong around the page: nothing is lost or half-made, and a Dutch sentence says what to do."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pagehelp import Visitor, practice_in, visiting, with_short_script
from pageprogram import Opened, free_port

from stem import Project, Sidecars, TrackSpec

LONG_S = 120.0


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    with visiting(with_short_script(practice_in(tmp_path / "praktijk"))) as made:
        yield made


def until(met: Callable[[], object], within_s: float = LONG_S) -> None:
    end = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < end
        time.sleep(0.02)


ASKED: dict[str, object] = {"achtergrond": "none", "code": "c017", "v-naam": "Wilhelmina"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed like that there")
def test_a_server_that_is_killed_amid_a_track_leaves_nothing(tmp_path: Path) -> None:
    folder = practice_in(tmp_path / "praktijk")
    opened = Opened("--port", str(free_port()), folder=folder)
    opened.come_in()
    body = urlencode(ASKED)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _ = opened.ask("POST", "/maken/aankomen", body=body, **form)
    assert status == 303
    output = folder / "output"
    until(lambda: '"percent":0' not in opened.ask("GET", "/bezig.json")[1])
    until(lambda: any(output.glob(".stem-*")))
    opened.end(signal.SIGKILL)
    assert "Wilhelmina" not in opened.told
    assert "aankomen" not in opened.told
    until(lambda: list(output.iterdir()) == [], 30.0)
    after = Opened("--port", str(free_port()), folder=folder)
    try:
        after.come_in()
        assert after.ask("GET", "/bezig.json")[1].strip() == "{}"
        assert "Nog geen opnames." in after.ask("GET", "/opnames")[1]
    finally:
        after.end()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed like that there")
def test_a_worker_that_is_always_killed_is_told(visitor: Visitor) -> None:
    address = visitor.post("/maken/aankomen", ASKED).headers["Location"]
    (run,) = visitor.site.workshop.runs
    while not run.is_over:
        for child in multiprocessing.active_children():
            child.kill()
        time.sleep(0.05)
    assert run.state == "failed"
    page = visitor.get(address).text
    assert "Het maken is telkens van buitenaf gestopt." in page
    assert "Probeer opnieuw" in page
    assert "Wilhelmina" not in page
    folder = visitor.site.folder
    assert folder is not None
    assert list(folder.glob("output/*")) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits there")
def test_a_disk_that_fills_is_told_and_trying_again_goes_on(visitor: Visitor) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        address = visitor.post("/maken/thuiskomen", ASKED).headers["Location"]
        (run,) = visitor.site.workshop.runs
        until(lambda: run.is_over)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert run.state == "failed"
    page = visitor.get(address).text
    assert "Niet gelukt" in page
    assert "Dit is niet gelukt." not in page  # its own sentence in Dutch
    folder = visitor.site.folder
    assert folder is not None
    assert list((folder / "output").iterdir()) == []
    again = visitor.post(f"{address}/opnieuw").headers["Location"]
    until(lambda: visitor.told(f"{again}.json")["state"] == "made")


def test_another_run_in_the_folder_is_told(visitor: Visitor) -> None:
    from stem.practice.batch.executor import sole_use

    folder = visitor.site.folder
    assert folder is not None
    with sole_use({folder / "output"}):
        address = visitor.post("/maken/aankomen", ASKED).headers["Location"]
        (run,) = visitor.site.workshop.runs
        until(lambda: run.is_over)
    assert "het programma is daar al aan het werk, in een ander venster" in visitor.get(address).text


@pytest.mark.parametrize("path", ["/", "/maken/aankomen", "/opnames", "/privacy"])
def test_a_folder_that_is_gone_is_told_on_every_page(visitor: Visitor, path: str) -> None:
    folder = visitor.site.folder
    assert folder is not None
    folder.rename(folder.with_name("weg"))
    answer = visitor.get(path)
    assert answer.status_code == 409
    assert f"{folder}: die map is er niet" in answer.text
    assert "zet haar terug op haar plaats" in answer.text
    folder.with_name("weg").rename(folder)
    assert visitor.get(path).status_code == 200


def test_a_file_where_the_tracks_belong_is_told(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    (folder / "output").write_text("x")
    assert "staat een bestand" in visitor.post("/maken/aankomen", ASKED).text
    assert "staat een bestand" in visitor.get("/opnames").text
    assert visitor.get("/").status_code == 200


def test_settings_with_a_mistake_are_told(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    (folder / "stem.toml").write_text("country = 3\n")
    answer = visitor.get("/")
    assert answer.status_code == 409
    assert "stem.toml" in answer.text
    assert "&#39;country&#39; moet een tekst zijn" in answer.text
    assert 'lang="en"' not in answer.text


@pytest.mark.slow
def test_many_tracks_are_listed_soon_and_one_of_them_is_found_at_once(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    project = Project(folder)
    (folder / "scripts").mkdir(exist_ok=True)
    (folder / "scripts" / "kort.j2").write_text('+++\ntitle = "Kort"\nbed = "none"\n+++\nWelkom.\n')
    plan = project.plan(TrackSpec("kort", voice="zacht", profile="acx", cover="none"))
    made = project.make(plan, "output/c000_kort.mp3", beside=Sidecars(record=True)).path
    record = made.with_name("c000_kort.stem.json")
    for number in range(1, 500):
        os.link(made, made.with_name(f"c{number:03}_kort.mp3"))
        os.link(record, record.with_name(f"c{number:03}_kort.stem.json"))
    begun = time.process_time()
    page = visitor.get("/opnames").text
    assert page.count("<li>") >= 500
    assert time.process_time() - begun < 5.0
    address = page.partition('href="/opnames/')[2].partition('"')[0]
    begun = time.process_time()
    assert visitor.get(f"/opnames/{address}/geluid", Range="bytes=0-99").status_code == 206
    assert time.process_time() - begun < 0.2
