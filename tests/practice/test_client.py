"""A client's finished tracks: which of them can go home, the letter, and a zip file that is never lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import pyzipper
from pagehelp import TRIAL

from stem import OutputError, Project, TrackSpec, UsageError, new_password
from stem.practice.batch.client import CHANGED, GONE, GUIDED, UNKNOWN, Client
from stem.practice.setup import begin_practice

LIST = b"code;script;naam;vorm\nc017;proef;Wilhelmina;u\nc017;samen;;\nc018;proef;Bea;\n"


@pytest.fixture(scope="module")
def made(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("praktijk")
    begin_practice(folder, name="De Linde", country="NL")
    (folder / "scripts" / "proef.j2").write_text(TRIAL, encoding="utf-8")
    together = TRIAL.replace('bed = "none"', 'bed = "none"\npractitioner_only = true')
    (folder / "scripts" / "samen.j2").write_text(together, encoding="utf-8")
    short = TrackSpec("", profile="acx", cover="none")
    batch = Project(folder).batch("lijst.csv", short, content=LIST)
    assert batch.make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def practice(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "praktijk"))


def client(practice: Path, code: str = "c017") -> Client:
    return Project(practice).client(code)


def packed(client: Client, password: str) -> list[str]:
    with pyzipper.AESZipFile(client.zip_path) as archive:
        archive.setpassword(password.encode())
        assert archive.testzip() is None
        return list(archive.namelist())


def test_a_client_has_their_own_tracks_and_what_is_for_together_stays(practice: Path) -> None:
    found = client(practice)
    assert [(each.path.name, each.stays) for each in found.tracks] == [
        ("c017_proef.mp3", ""),
        ("c017_samen.mp3", GUIDED),
    ]
    assert found.zip_path == practice / "output" / "c017.zip"
    assert client(practice, "c01").tracks == ()
    assert client(practice, 'x": "').tracks == ()


def test_a_track_that_is_gone_or_changed_or_of_nobody_knows_what_stays(practice: Path) -> None:
    track = practice / "output" / "c017_proef.mp3"
    (practice / "scripts" / "samen.j2").unlink()
    track.write_bytes(b"veranderd")
    assert [each.stays for each in client(practice).tracks] == [CHANGED, UNKNOWN]
    track.unlink()
    assert client(practice).tracks[0].stays == GONE
    with pytest.raises(UsageError):
        client(practice).pack({"c017_proef.mp3", "c017_samen.mp3"}, new_password())
    assert not client(practice).is_packed


def test_what_is_packed_is_what_was_chosen_with_the_letter(practice: Path) -> None:
    found, password = client(practice), new_password()
    text, is_own = found.letter({"c017_proef.mp3"})
    assert not is_own
    assert "Uw opname" in text  # as the list had it
    assert "zip-bestand met een wachtwoord" in text
    found.pack({"c017_proef.mp3", "c017_samen.mp3", "c018_proef.mp3", "../stem.toml"}, password)
    assert packed(found, password) == ["lees-mij-eerst.txt", "c017_proef.mp3"]
    assert found.letter_path.read_text(encoding="utf-8") == text
    assert "Wilhelmina" not in text


def test_a_zip_file_that_is_there_is_replaced_only_when_asked(practice: Path) -> None:
    found, first, second = client(practice), new_password(), new_password()
    found.pack({"c017_proef.mp3"}, first)
    before = found.zip_path.read_bytes()
    with pytest.raises(OutputError, match="it is there already"):
        found.pack({"c017_proef.mp3"}, second)
    assert found.zip_path.read_bytes() == before
    found.pack({"c017_proef.mp3"}, second, overwrite=True)
    assert packed(found, second) == ["lees-mij-eerst.txt", "c017_proef.mp3"]
    found.zip_path.write_bytes(b"van een ander")
    with pytest.raises(Exception, match="no zip file of stem's"):
        found.pack({"c017_proef.mp3"}, second, overwrite=True)
    assert found.zip_path.read_bytes() == b"van een ander"


def test_a_letter_that_someone_wrote_in_goes_along_as_it_is(practice: Path) -> None:
    found, password = client(practice), new_password()
    found.letter_path.write_text("Mijn eigen brief.", encoding="utf-8")
    assert found.letter({"c017_proef.mp3"}) == ("Mijn eigen brief.", True)
    found.pack({"c017_proef.mp3"}, password)
    with pyzipper.AESZipFile(found.zip_path) as archive:
        archive.setpassword(password.encode())
        assert archive.read("lees-mij-eerst.txt") == b"Mijn eigen brief."
    assert found.letter_path.read_text(encoding="utf-8") == "Mijn eigen brief."
