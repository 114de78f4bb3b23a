"""`stem open` from begin to end, as a program of its own."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pagehelp import practice_in
from pageprogram import Opened, free_port

from stem import cli
from stem.errors import BusyError, StemError, UsageError
from stem.files import cache_path
from stem.programs import python
from stem.web import life, running
from stem.web.server import bound

TO_FIRST_PAGE_S = 1.5
"""On a machine that has nothing else to do."""


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return practice_in(tmp_path / "praktijk")


@pytest.fixture
def opened(practice: Path) -> Iterator[Opened]:
    made = Opened("--port", str(free_port()), folder=practice)
    yield made
    made.end()


def test_the_page_opens_and_closes_by_its_button(opened: Opened) -> None:
    opened.come_in()
    assert opened.ask("GET", "/taken")[0] == 200
    status, body = opened.ask("POST", "/sluiten", **{"Content-Length": "0"})
    assert status == 200
    assert "stem is gesloten" in body
    assert opened.process.wait(10) == 0


def test_the_link_is_good_once(opened: Opened) -> None:
    opened.come_in()
    opened.cookie = ""
    assert opened.ask("GET", urlsplit(opened.link).path)[0] == 403


def test_a_second_one_shows_the_first(opened: Opened, practice: Path) -> None:
    second = Opened(folder=practice)
    assert second.end(0 if sys.platform == "win32" else signal.SIGCONT) == 0
    assert second.port == opened.port
    second.come_in()
    opened.come_in()
    assert second.cookie == opened.cookie


def test_another_folder_has_a_page_of_its_own(opened: Opened, tmp_path: Path) -> None:
    other = Opened("--port", str(free_port()), str(practice_in(tmp_path / "ander")), folder=tmp_path)
    try:
        assert other.port != opened.port
        other.come_in()
        assert other.ask("GET", "/taken")[0] == 200
    finally:
        other.end()


def test_only_its_owner_can_read_the_secret_and_it_is_gone_at_the_end(opened: Opened, practice: Path) -> None:
    until_there = time.monotonic() + 10
    while not (found := list(cache_path("open").glob("*.json"))):
        assert time.monotonic() < until_there
    (path,) = found
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.is_relative_to(practice)
    told = json.loads(path.read_text())
    assert set(told) == {"port", "secret"}
    assert opened.end() == 130
    assert not path.exists()


def test_a_killed_one_leaves_the_folder_to_the_next(opened: Opened, practice: Path) -> None:
    opened.end(signal.SIGKILL)
    after = Opened("--port", str(free_port()), folder=practice)
    try:
        after.come_in()
        assert after.ask("GET", "/taken")[0] == 200
    finally:
        after.end()


def test_the_last_folder_is_opened_from_anywhere(opened: Opened, practice: Path, tmp_path: Path) -> None:
    opened.come_in()
    second = Opened(folder=tmp_path)
    second.end(signal.SIGCONT)
    assert second.port == opened.port
    assert life.found_folder(None) == practice


def test_the_folder_here_goes_before_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = practice_in(tmp_path / "een"), practice_in(tmp_path / "twee")
    assert life.found_folder(None) is None
    assert life.found_folder(tmp_path) is None
    monkeypatch.chdir(other)
    assert life.found_folder(None) == other
    assert life.found_folder(first) == first


def test_who_has_no_practice_begins_one_and_is_found_there(tmp_path: Path) -> None:
    place = tmp_path / "nieuw"
    opened = Opened("--port", str(free_port()), str(place), folder=tmp_path)
    try:
        opened.come_in()
        assert "Hoe heet je praktijk?" in opened.ask("GET", "/welkom")[1]
        assert opened.ask("POST", "/welkom", **{"Content-Length": "0"})[0] == 303
        assert (place / "stem.toml").exists()
        second = Opened(str(place), folder=tmp_path)
        second.end(signal.SIGCONT)
        assert second.port == opened.port
    finally:
        opened.end()
    assert list(cache_path("open").glob("*.json")) == []


def test_nobody_there_and_nothing_to_do_closes_it(practice: Path) -> None:
    links: list[str] = []
    assert life.open_page(practice, port=0, on_link=lambda link, _here: links.append(link), rests_s=0.0)
    assert len(links) == 1
    with running.alone(practice):
        pass


def test_the_usual_port_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = bound(0)
    port = int(taken.getsockname()[1])
    monkeypatch.setattr("stem.web.server.PORT", port)
    other = bound()
    assert other.getsockname()[1] != port
    with pytest.raises(UsageError, match=f"Port {port} is taken"):
        bound(port)
    taken.close()
    other.close()


def test_a_page_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stem.web.running._PATIENCE_S", 0.2)
    with running.alone(tmp_path), running.told(tmp_path, free_port(), "x"):
        with pytest.raises(BusyError), running.alone(tmp_path):
            pass
        with pytest.raises(StemError, match="does not answer"):
            running.link_of_running(tmp_path)


def test_the_program_says_little_and_nothing_of_what_is_asked(opened: Opened) -> None:
    opened.come_in()
    for path in ("/taken", "/x", "/taken/geheim"):
        opened.ask("GET", path)
    opened.ask("GET", "/", Host="evil.test")
    opened.process.terminate()
    out, err = opened.process.communicate(timeout=20)
    assert "geheim" not in out + err
    assert "evil" not in out + err
    assert len(err.splitlines()) <= 4


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such script there")
def test_a_browser_is_opened_by_the_link(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "gezien"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{seen}"\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    process = subprocess.Popen(
        [*python("-m", "stem"), "open", "--port", str(free_port())],
        cwd=practice,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + 30
        while not (seen.exists() and seen.read_text()):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert process.stderr is not None
        told = process.stderr.readline()
    finally:
        process.terminate()
        out, _ = process.communicate(timeout=20)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/open/[\w-]{43}", seen.read_text())
    assert out == ""  # a link that is used stands nowhere
    assert "Laat dit venster open" in told


@pytest.mark.slow
def test_the_first_page_is_there_soon(practice: Path) -> None:
    times = []
    for _ in range(2):
        opened = Opened("--port", str(free_port()), folder=practice)
        try:
            opened.come_in()
            opened.ask("GET", "/")
            times.append(time.monotonic() - opened.began)
        finally:
            opened.end()
    assert min(times) < 4 * TO_FIRST_PAGE_S  # other tests are at work meanwhile


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_a_shortcut_opens_the_folder_whatever_its_name(system: str) -> None:
    from stem.web.shortcut import shortcut_of

    name, content, mode = shortcut_of(system, Path("/home/a/Mijn \"praktijk\" $HOME 100% 'x'"))
    assert name == {"linux": "stem.desktop", "darwin": "stem.command", "win32": "stem.cmd"}[system]
    assert mode & stat.S_IXUSR
    assert sys.executable in content
    if system == "darwin":
        assert "100% '\"'\"'x'\"'\"'" in content
    else:
        assert "100%%" in content


def test_a_shortcut_is_put_on_the_desktop_and_replaces_nothing(
    practice: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["open", str(practice), "--shortcut"]) == 0
    path = Path(capfd.readouterr().out.strip())
    assert path.parent == Path.home() / "Desktop"
    assert str(practice) in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    path.write_text("van mij")
    assert cli.run(["open", "--shortcut"]) == 1
    assert path.read_text() == "van mij"


def test_a_shortcut_for_a_shell_starts_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stem.web.shortcut import shortcut_of

    monkeypatch.setattr(sys, "executable", "/bin/echo")
    folder = tmp_path / "a \"b\" $c 'd'"
    _, content, _ = shortcut_of("darwin", folder)
    path = tmp_path / "stem.command"
    path.write_text(content)
    done = subprocess.run(["/bin/sh", str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == f"-I -m stem open -- {folder}\n"


def test_threads_end_with_the_page(practice: Path) -> None:
    before = set(threading.enumerate())
    life.open_page(practice, port=0, on_link=lambda _link, _here: None, rests_s=0.0)
    assert {thread for thread in threading.enumerate() if thread.name.startswith("stem-")} - before == set()
