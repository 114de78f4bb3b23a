"""One track as a batch: its name, and what is refused before anything is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stem.config import Config
from stem.errors import StemError, UnknownNameError, UsageError
from stem.practice.batch import BatchOptions
from stem.practice.batch.name_patterns import with_length
from stem.practice.batch.options import JobList
from stem.practice.batch.single import job_of_one
from stem.track.spec import TrackSpec

CONFIG = Config(voice="zacht")


def asked(folder: Path, code: str = "c017", config: Config = CONFIG, **more: Any) -> JobList:
    spec = TrackSpec("aankomen", bed="none", **more)
    return job_of_one(code, BatchOptions(spec, folder / "output", home=folder), config)


def test_a_track_is_called_by_its_code_and_what_it_is_said_to_last(tmp_path: Path) -> None:
    (job,) = asked(tmp_path).jobs
    assert job.target == tmp_path / "output" / "c017_aankomen_5min.mp3"
    assert not job.force
    assert job.code == "c017"
    (job,) = asked(tmp_path, duration_s=180.0).jobs
    assert job.target.name == "c017_aankomen_3min.mp3"
    (job,) = asked(tmp_path, config=Config(voice="zacht", names="{script}-{code}")).jobs
    assert job.target.name == "aankomen-c017.mp3"


@pytest.mark.parametrize(
    ("name", "renamed"),
    [
        ("c017_proef_15min", "c017_proef_12,5min"),
        ("c017-7,5min-proef", "c017-12,5min-proef"),
        ("c017_proef", "c017_proef"),
        ("c017_15minuten", "c017_15minuten"),
        ("15min_proef_20min", "15min_proef_20min"),
    ],
)
def test_another_length_takes_the_place_of_the_one_in_a_name(name: str, renamed: str) -> None:
    assert with_length(name, 12.5) == renamed


def test_what_is_expected_is_told(tmp_path: Path) -> None:
    (expected,) = asked(tmp_path, duration_s=185.0).expected
    assert expected.seconds == pytest.approx(185.0)
    assert expected.plan.title == "Aankomen"


@pytest.mark.parametrize("code", ["", "../x", "a b", "CON", "x" * 61, "Anna", "x-anna"])
def test_a_code_that_cannot_be_one_is_refused_without_showing_it(tmp_path: Path, code: str) -> None:
    with pytest.raises(UsageError, match="The code cannot be used") as refused:
        asked(tmp_path, code, values={"naam": "Anna"})
    assert code == "" or code not in refused.value.sentence.replace("The code cannot be used: a ", "")


@pytest.mark.parametrize(
    "more",
    [
        {"values": {"naam": "[Anna]"}},
        {"values": {"onbekend": "x"}},
        {"values": {"vorm": "jij"}},
        {"duration_s": 7200.0},
        {"voice": "google"},
        {"voice": "niemand"},
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(StemError):
        asked(tmp_path, **more)
    assert list(tmp_path.iterdir()) == []


def test_a_script_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        job_of_one("c017", BatchOptions(TrackSpec("nergens"), tmp_path, home=tmp_path), CONFIG)
