"""Finished tracks: their list, the player's page, the sound in parts; no address leads to another file."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import pytest
from pagehelp import TRIAL_HEAD, Visitor, practice_in, visiting

from stem import Project, Sidecars, TrackSpec

pytestmark = pytest.mark.usefixtures("quick_mp3")

SCRIPT = (
    TRIAL_HEAD
    + """## Begin
Dag {{ naam }}.
## Midden
Kijk even rond.
## Einde
Dat was het.
"""
)


PARTS = ("geluid", "kopie", "vorm.json", "opnieuw", "vergeten")


@pytest.fixture(scope="module")
def practice(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    project = Project(folder)
    plan = project.plan(TrackSpec("proef", values={"naam": "Wilhelmina"}, voice="zacht"))
    project.make(plan, "output/c017_proef.mp3", beside=Sidecars(record=True))
    project.make(plan, 'output/d\'één "x".mp3', beside=Sidecars(record=True, anonymous=True))
    return folder


def addresses(visitor: Visitor) -> list[str]:
    return re.findall(r'href="(/opnames/[0-9a-f]{16})"', visitor.get("/opnames").text)


def address_of(visitor: Visitor, name: str) -> str:
    return next(each for each in addresses(visitor) if name in visitor.get(each).text)


def test_without_tracks_that_is_told(tmp_path: Path) -> None:
    with visiting(practice_in(tmp_path)) as visitor:
        assert "Nog geen opnames." in visitor.get("/opnames").text


def test_tracks_are_listed_without_a_name_in_any_address(visitor: Visitor) -> None:
    page = visitor.get("/opnames").text
    assert len(addresses(visitor)) == 2
    assert "Proef" in page
    assert "Wilhelmina" not in page
    for address in addresses(visitor):
        title = re.search("<title>(.*)</title>", visitor.get(address).text)
        assert title is not None
        assert title[1] == "Proef"


def test_a_track_has_its_text_with_times_and_chapters(visitor: Visitor) -> None:
    page = visitor.get(address_of(visitor, "c017_proef.mp3")).text
    assert "Dag Wilhelmina." in page
    assert len(re.findall('<button class="line" data-start="[0-9.]+" data-end="[0-9.]+">', page)) == 3
    assert len(re.findall("<option", page)) == 3
    assert "Bestand" in page


def test_a_track_without_its_words_still_plays(visitor: Visitor) -> None:
    address = address_of(visitor, "De tekst is niet bij deze opname bewaard.")
    assert visitor.get(f"{address}/geluid").status_code == 200


def test_the_shape_of_the_sound_is_as_many_bars(visitor: Visitor) -> None:
    bars = visitor.told(f"{address_of(visitor, 'c017_proef.mp3')}/vorm.json")["bars"]
    assert len(bars) == 1_200
    assert min(bars) >= 0
    assert 10 < max(bars) <= 100


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [
        (None, 200, None), ("bytes=0-99", 206, 100), ("bytes=-50", 206, 50), ("bytes=10-", 206, -10),
        ("bytes=99999999-", 416, None), ("bytes=0-1,5-6", 416, None),
        ("bytes=" + "0-," * 999 + "1-2", 416, None),
        ("x", 416, None), ("bytes=5-1", 416, None),
    ],
)  # fmt: skip
def test_sound_is_given_in_one_part_at_a_time(
    visitor: Visitor, practice: Path, asked: str | None, status: int, length: int | None
) -> None:
    size = (practice / "output" / "c017_proef.mp3").stat().st_size
    address = address_of(visitor, "c017_proef.mp3")
    answer = visitor.get(f"{address}/geluid", **({"Range": asked} if asked else {}))
    assert answer.status_code == status
    if length is not None:
        assert len(answer.data) == (length if length > 0 else size + length)
    if status == 200:
        assert answer.content_type == "audio/mpeg"
        assert (
            "Content-Disposition" not in answer.headers or "inline" in answer.headers["Content-Disposition"]
        )


def test_a_copy_has_the_name_of_the_file_whatever_that_is(visitor: Visitor, practice: Path) -> None:
    names = {
        visitor.get(f"{address}/kopie").headers["Content-Disposition"]: visitor.get(f"{address}/kopie").data
        for address in addresses(visitor)
    }
    assert len(names) == 2
    for disposition in names:
        assert disposition.startswith("attachment; ")
        assert "\n" not in disposition
    assert any("filename*=UTF-8''" in disposition for disposition in names)
    hashes = {hashlib.sha256(content).hexdigest() for content in names.values()}
    assert hashes == {
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (practice / "output").glob("*.mp3")
    }


@pytest.mark.parametrize(
    "name",
    [
        "c017_proef.mp3",
        "c017_proef",
        "..",
        "%2e%2e%2fstem.toml",
        "%2fetc%2fpasswd",
        "0" * 16,
        "x" * 5000,
        "stem.toml",
    ],
)
def test_an_address_leads_to_nothing_but_tracks(visitor: Visitor, name: str) -> None:
    for path in (f"/opnames/{name}", *(f"/opnames/{name}/{part}" for part in PARTS)):
        assert visitor.get(path).status_code == 404, path


def test_ids_of_another_run_are_others(practice: Path, visitor: Visitor) -> None:
    with visiting(practice) as later:
        assert set(addresses(later)).isdisjoint(addresses(visitor))


def test_a_file_that_changed_or_went_behind_its_back_is_told(tmp_path: Path, practice: Path) -> None:
    folder = practice_in(tmp_path)
    (folder / "output").mkdir()
    for name in ("c017_proef.mp3", "c017_proef.stem.json"):
        (folder / "output" / name).write_bytes((practice / "output" / name).read_bytes())
    sound = folder / "output" / "c017_proef.mp3"
    with visiting(folder) as visitor:
        (address,) = addresses(visitor)
        with sound.open("ab") as file:
            file.write(b"x")
        assert "Dit bestand is veranderd sinds het gemaakt is." in visitor.get(address).text
        sound.unlink()
        assert "Het bestand is er niet meer." in visitor.get("/opnames").text
        page = visitor.get(address).text
        assert "Het bestand is er niet meer." in page
        assert "<audio" not in page
        assert visitor.get(f"{address}/geluid").status_code == 404


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights of its own there")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, practice: Path) -> None:
    folder = practice_in(tmp_path / "praktijk")
    (folder / "output").mkdir()
    (tmp_path / "geheim.mp3").write_bytes(b"geheim")
    record = (practice / "output" / "c017_proef.stem.json").read_bytes()
    (folder / "output" / "x.stem.json").write_bytes(record)
    (folder / "output" / "x.mp3").symlink_to(tmp_path / "geheim.mp3")
    with visiting(folder) as visitor:
        (address,) = addresses(visitor)
        assert visitor.get(f"{address}/geluid").status_code == 404
        assert visitor.get(f"{address}/kopie").status_code == 404
        assert visitor.told(f"{address}/vorm.json") == {"bars": []}


def test_what_is_no_record_takes_nothing_away(tmp_path: Path, practice: Path) -> None:
    folder = practice_in(tmp_path)
    (folder / "output").mkdir()
    for name in ("c017_proef.mp3", "c017_proef.stem.json"):
        (folder / "output" / name).write_bytes((practice / "output" / name).read_bytes())
    (folder / "output" / "stuk.stem.json").write_text("{")
    (folder / "output" / "leeg.stem.json").write_text(json.dumps({}))
    (folder / "output" / "map.stem.json").mkdir()
    with visiting(folder) as visitor:
        assert len(addresses(visitor)) == 1


def test_hostile_words_in_a_record_are_shown_as_words(tmp_path: Path, practice: Path) -> None:
    folder = practice_in(tmp_path)
    (folder / "output").mkdir()
    record = (practice / "output" / "c017_proef.stem.json").read_text(encoding="utf-8")
    bad = record.replace("Dag Wilhelmina.", "<img src=x onerror=alert(1)>").replace('"Proef"', '"<b>Proef"')
    bad = bad.replace('"Begin"', '"<script>alert(1)</script>"')
    said = "The recordings in 'x' can only say the sentences of their own script."
    bad = re.sub(r'"remarks": ?\[\]', f'"remarks": ["{said}", "Change 1"]', bad)
    (folder / "output" / "x.stem.json").write_text(bad, encoding="utf-8")
    (folder / "output" / "x.mp3").write_bytes(b"x")
    with visiting(folder) as visitor:
        pages = [visitor.get("/opnames").text, *(visitor.get(each).text for each in addresses(visitor))]
    assert len(pages) == 2
    assert "&lt;img src=x onerror=alert(1)&gt;" in pages[1]
    assert "staat</summary><ul><li>De eigen opnames in" in pages[1]
    for page in pages:
        assert "<img" not in page
        assert "<b>" not in page
        assert "<script>" not in page


def test_the_privacy_page_has_the_real_folders_and_what_left(
    visitor: Visitor, practice: Path, tmp_path: Path
) -> None:
    page = visitor.get("/privacy").text
    assert str(practice / "output") in page
    assert "Niets. Geen van de stemmen" in page
    online = practice_in(tmp_path)
    settings = (online / "stem.toml").read_text(encoding="utf-8")
    (online / "stem.toml").write_text(f"allow_online = true\n{settings}", encoding="utf-8")
    with visiting(online) as other:
        assert "Niets." not in other.get("/privacy").text
        assert "Google" in other.get("/privacy").text
