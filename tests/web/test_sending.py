"""Sending: the letter, the password that is shown once, the zip file that is never lost, what stays here."""

from __future__ import annotations

import html
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import pyzipper
from pagehelp import TRIAL, Visitor, practice_in, visiting

from stem import BatchProgress, Cancelled, Project, Report
from stem.web.once import LASTS_S, Once
from stem.web.workshop import Run

pytestmark = pytest.mark.usefixtures("quick_mp3")

LIST = b"code;script;naam\nc017;proef;Wilhelmina\nc017;samen;\nc018;samen;Beatrix\nproef;proef;Juliana\n"


@pytest.fixture(scope="module")
def made(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(TRIAL, encoding="utf-8")
    together = TRIAL.replace('bed = "none"', 'bed = "none"\npractitioner_only = true')
    (folder / "scripts" / "samen.j2").write_text(together, encoding="utf-8")
    assert Project(folder).batch("lijst.csv", content=LIST).make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def practice(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "praktijk"))


def track_of(visitor: Visitor, name: str) -> str:
    """Return the address of the track of a file."""
    every = re.findall(r'href="(/opnames/[0-9a-f]{16})"', visitor.get("/opnames").text)
    return str(next(each for each in every if name in visitor.get(each).text))


def client_of(visitor: Visitor, name: str = "c017_proef.mp3") -> str:
    """Return the address of what can be sent to the client of a track."""
    answer = visitor.get(f"{track_of(visitor, name)}/sturen")
    assert answer.status_code == 303
    return answer.headers["Location"]


def form_of(page: str) -> dict[str, object]:
    """Return what the form of a page sends as it stands."""
    (number,) = re.findall('name="nummer" value="([0-9a-f]+)"', page)
    chosen = re.findall('name="opname" value="([0-9a-f]+)" checked', page)
    return {"nummer": number, "opname": chosen}


def password_in(page: str) -> str:
    (found,) = re.findall('id="wachtwoord">([a-z0-9-]+)<', page)
    return str(found)


def inside(content: bytes, password: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(BytesIO(content)) as archive:
        archive.setpassword(password.encode())
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_whole_way_from_a_track_to_a_locked_zip_file(visitor: Visitor, practice: Path) -> None:
    track = track_of(visitor, "c017_proef.mp3")
    assert f'href="{track}/sturen"' in visitor.get(track).text
    address = client_of(visitor)
    assert "c017" not in address
    page = visitor.get(address).text
    assert "<title>Klaarmaken om te sturen</title>" in page
    letter = html.unescape(page.partition('<pre class="letter"')[2].partition(">")[2].partition("</pre>")[0])
    assert letter.startswith("Je opname\n")
    assert "deze oefening is alleen bedoeld voor gebruik samen met een behandelaar" in page
    assert len(form_of(page)["opname"]) == 1  # type: ignore[arg-type]
    before = set((practice / "output").iterdir())
    answer = visitor.post(address, form_of(page))
    password = password_in(answer.text)
    assert len(password.split("-")) == 6
    assert {path.name for path in set((practice / "output").iterdir()) - before} == {
        "c017.zip",
        "c017_lees-mij-eerst.txt",
    }
    packed = visitor.get(address.replace("/sturen", "/zip"))
    assert packed.headers["Content-Disposition"] == "attachment; filename=c017.zip"
    found = inside(packed.data, password)
    assert found == {
        "lees-mij-eerst.txt": letter.encode(),
        "c017_proef.mp3": (practice / "output" / "c017_proef.mp3").read_bytes(),
    }
    assert visitor.get(address.replace("/sturen", "/brief")).data == letter.encode()
    for needed in ("langs een andere weg", "twee keer", "Schrijf in de mail zelf niets", "Luister"):
        assert needed in answer.text
    assert "Wilhelmina" not in answer.text + page + letter
    assert password not in visitor.get(address).text + visitor.get("/opnames").text


def test_a_second_click_sees_the_same_password_and_later_nobody_does(visitor: Visitor) -> None:
    address = client_of(visitor)
    form = form_of(visitor.get(address).text)
    first = password_in(visitor.post(address, form).text)
    assert password_in(visitor.post(address, form).text) == first
    now = [0.0]
    visitor.site.sent = Once(lambda: now[0])
    visitor.site.sent.keep("1", "molen")
    now[0] = LASTS_S - 1
    assert visitor.site.sent.find("1") == "molen"
    now[0] = LASTS_S + 1
    assert visitor.site.sent.find("1") is None
    late = visitor.post(address, form)
    assert late.status_code == 409
    assert first not in late.text
    assert "Er is intussen al een zip." in late.text


def test_a_zip_file_that_is_there_is_replaced_only_when_asked(visitor: Visitor, practice: Path) -> None:
    address, path = client_of(visitor), practice / "output" / "c017.zip"
    old_tab = form_of(visitor.get(address).text)
    password = password_in(visitor.post(address, form_of(visitor.get(address).text)).text)
    before = path.read_bytes()
    assert visitor.post(address, old_tab).status_code == 409
    assert path.read_bytes() == before
    page = visitor.get(address).text
    assert "Er is al een zip van deze cliënt" in page
    assert 'name="vervang" value="ja"' in page
    answer = visitor.post(address, {**form_of(page), "vervang": "ja"})
    assert password_in(answer.text) != password
    assert "c017_proef.mp3" in inside(path.read_bytes(), password_in(answer.text))
    path.write_bytes(b"van een ander")
    answer = visitor.post(address, {**form_of(visitor.get(address).text), "vervang": "ja"})
    assert answer.status_code == 409
    assert path.read_bytes() == b"van een ander"
    assert visitor.get(address.replace("/sturen", "/zip")).status_code == 404


def test_what_is_for_use_together_is_refused_with_the_reason(visitor: Visitor, practice: Path) -> None:
    address = client_of(visitor, "c018_samen.mp3")
    page = visitor.get(address).text
    assert "Gaat niet mee: deze oefening is alleen bedoeld" in page
    assert "Er is niets wat mee naar huis kan." in page
    assert "Maak de zip" not in page
    together = track_of(visitor, "c017_samen.mp3").rpartition("/")[2]
    for chosen in ([], [together], ["../stem.toml"], ["0" * 16]):
        for client in (address, client_of(visitor)):
            answer = visitor.post(client, {"nummer": "1", "opname": list(chosen)})
            assert answer.status_code in {400, 409}
            assert 'id="wachtwoord"' not in answer.text
    assert not list((practice / "output").glob("*.zip"))


def test_a_track_of_nobody_cannot_be_sent(visitor: Visitor) -> None:
    track = track_of(visitor, "proef_proef.mp3")
    assert "/sturen" not in visitor.get(track).text
    answer = visitor.get(f"{track}/sturen")
    assert answer.status_code == 409
    assert "heeft geen code" in answer.text


def test_while_a_track_of_the_client_is_made_nothing_is_packed(visitor: Visitor, practice: Path) -> None:
    address = client_of(visitor)
    form = form_of(visitor.get(address).text)
    run = visitor.site.workshop.ask(Run("Lijst", "", "", waits, codes=frozenset({"c017"})))
    answer = visitor.post(address, form)
    assert answer.status_code == 409
    assert "wordt nu een opname gemaakt" in answer.text
    assert not (practice / "output" / "c017.zip").exists()
    visitor.site.workshop.stop(run)


def waits(events: Callable[[BatchProgress], bool]) -> Report:
    while events(BatchProgress(0, 1)):
        time.sleep(0.01)
    raise Cancelled


def test_a_letter_of_ones_own_stays_and_goes_along(visitor: Visitor, practice: Path) -> None:
    own = practice / "output" / "c017_lees-mij-eerst.txt"
    own.write_text("Mijn eigen brief.", encoding="utf-8")
    address = client_of(visitor)
    page = visitor.get(address).text
    assert "In deze brief heeft iemand iets veranderd." in page
    answer = visitor.post(address, form_of(page))
    content = (practice / "output" / "c017.zip").read_bytes()
    assert inside(content, password_in(answer.text))["lees-mij-eerst.txt"] == b"Mijn eigen brief."
    assert own.read_text(encoding="utf-8") == "Mijn eigen brief."


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="there always is one there")
def test_the_place_of_the_zip_file_is_told_or_shown(
    visitor: Visitor, practice: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    address = client_of(visitor)
    show = address.replace("/sturen", "/toon")
    assert visitor.post(show).status_code == 404
    visitor.post(address, form_of(visitor.get(address).text))
    assert str(practice / "output" / "c017.zip") in visitor.post(show).text
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "xdg-open").write_text("#!/bin/sh\n")
    (programs / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("DISPLAY", ":0")
    assert visitor.post(show).status_code == 204  # the page with the password stays


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights of its own there")
def test_links_out_of_the_folder_are_not_followed(visitor: Visitor, practice: Path, tmp_path: Path) -> None:
    (tmp_path / "geheim").write_bytes(b"geheim")
    (practice / "output" / "c017.zip").symlink_to(tmp_path / "geheim")
    (practice / "output" / "c017_lees-mij-eerst.txt").symlink_to(tmp_path / "geheim")
    address = client_of(visitor)
    for part in ("/zip", "/brief"):
        assert visitor.get(address.replace("/sturen", part)).status_code == 404


def test_ids_are_those_of_this_run_and_were_given_out(visitor: Visitor, practice: Path) -> None:
    address = client_of(visitor)
    with visiting(practice) as later:
        assert later.get(address).status_code == 404
        assert client_of(later) != address
