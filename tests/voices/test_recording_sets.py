"""Sets of own recordings on the disk: whose they are, and that no take is lost, whatever goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from soundfiles import buzz, wav

from stem.errors import OutputError
from stem.voices.recordings import sets
from stem.voices.recordings.sets import RecordingSet, bring_back, keep_take, read_set, sets_in
from stem.voices.recordings.sheets import INDEX_NAME, Origin, SheetLine, as_index, read_index, read_origin

LINE = SheetLine(2, "Kijk om je heen.", "Kijk om je heen.")
ONE, OTHER = wav(buzz(2.0)), wav(buzz(2.1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / INDEX_NAME).write_text(as_index([LINE]), encoding="utf-8")
    return tmp_path


def names(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != INDEX_NAME}


def now(folder: Path) -> RecordingSet:
    return read_set(folder, ())


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("aankomen", "aankomen"), ("aankomen-rustig", "aankomen"), ("aankomen-nu-rustig", "aankomen-nu"),
        ("aankomend", ""), ("rustig-aankomen", ""),
    ],
)  # fmt: skip
def test_a_set_without_an_origin_is_of_the_script_that_it_is_called_after(
    tmp_path: Path, name: str, script: str
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / INDEX_NAME).write_text(as_index([LINE]), encoding="utf-8")
    (found,) = sets_in(tmp_path, {"aankomen", "aankomen-nu"})
    assert found.script == script


def test_an_origin_is_read_as_it_was_written_and_harms_no_index(folder: Path) -> None:
    origin = Origin("aankomen", {"vorm": "u", "een naam": 'met "tekens"'})
    (folder / INDEX_NAME).write_text(as_index([LINE], origin=origin), encoding="utf-8")
    assert read_origin(folder / INDEX_NAME) == origin
    assert read_index(folder / INDEX_NAME) == {2: LINE.text}
    assert read_set(folder, {"aankomen"}).script == "aankomen"


@pytest.mark.parametrize("script", ["../geheim", "nergens", "/etc/passwd.j2"])
def test_a_script_that_is_not_among_those_there_are_is_none(folder: Path, script: str) -> None:
    (folder / INDEX_NAME).write_text(as_index([LINE], origin=Origin(script)), encoding="utf-8")
    assert read_set(folder, {"aankomen"}).script == ""


def test_a_take_that_cannot_get_its_name_leaves_all_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keep_take(now(folder), LINE, ONE).usable
    before = names(folder)

    def refused(*_: object, **__: object) -> None:
        raise OutputError(folder, "the disk is full")

    monkeypatch.setattr(sets, "publish", refused)
    with pytest.raises(OutputError):
        keep_take(now(folder), LINE, OTHER)
    assert names(folder) == before


def test_a_take_on_its_way_back_when_the_program_died_is_found(folder: Path) -> None:
    keep_take(now(folder), LINE, ONE)
    keep_take(now(folder), LINE, OTHER)
    (folder / ".vorige-2.wav").rename(folder / ".terug-2.wav")
    assert now(folder).formers.keys() == {2}
    assert bring_back(now(folder), 2)
    assert names(folder) == {"2.wav": ONE, ".vorige-2.wav": OTHER}


def test_a_take_comes_back_where_there_is_none(folder: Path) -> None:
    keep_take(now(folder), LINE, ONE)
    keep_take(now(folder), LINE, OTHER)
    (folder / "2.wav").unlink()
    assert bring_back(now(folder), 2)
    assert names(folder) == {"2.wav": ONE}
    assert not bring_back(now(folder), 2)
