"""Batches on a Dask cluster: a real one, of two worker processes on this machine, of which one dies."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stem.config import Config
from stem.errors import UsageError
from stem.practice import batch
from stem.practice.batch import remote_job
from stem.practice.batch.cluster import on_cluster
from stem.practice.batch.jobs import Failure, FileSet
from stem.practice.lists import Place
from stem.record.verify import verify
from stem.track.spec import TrackSpec

if TYPE_CHECKING:
    from distributed import LocalCluster

SCRIPT = """+++
title = "Proef"
[variables.naam]
default = ""
+++
Welkom, {{ naam }}.
"""


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "proef.j2").write_text(SCRIPT)
    (tmp_path / "lexicon.toml").write_text('Anna = "anna"\n')
    return tmp_path


def jobs(folder: Path, count: int) -> tuple[batch.Job, ...]:
    return tuple(
        batch.Job(
            Place("row", number),
            f"c{number}",
            TrackSpec("proef", {"naam": f"Anna {'x' * number}"}, voice="zacht", bed="none", profile="acx"),
            Config(),
            folder / f"c{number}.mp3",
            ("vtt",),
        )
        for number in range(count)
    )


def test_what_travels_is_what_lies_in_the_folder_and_is_named(practice: Path) -> None:
    (practice / "muziek.wav").write_bytes(b"RIFF")
    (practice / "clients.csv").write_text("geheim")
    (job,) = jobs(practice, 1)
    named = batch.Job(job.place, job.code, TrackSpec("proef", bed="muziek.wav"), Config(), job.target)
    packed = remote_job.packed([job, named])
    assert set(packed.files) == {"scripts/proef.j2", "lexicon.toml", "muziek.wav"}


def test_a_worker_makes_the_very_same_files_elsewhere(practice: Path) -> None:
    (job,) = jobs(practice / "hier", 1)
    here = batch.run_batch([job], Config(), workers=1, on_outcome=lambda _outcome: None)
    assert here.outcomes[0].status == "made", here
    made = remote_job.make_away(job, remote_job.packed([job]))
    assert isinstance(made, FileSet), made
    assert sorted(made.files) == ["c0.mp3", "c0.stem.json", "c0.vtt"]
    assert {name: (practice / "hier" / name).read_bytes() for name in made.files} == made.files


def test_another_version_on_the_worker_is_told(practice: Path) -> None:
    (job,) = jobs(practice, 1)
    result = remote_job.make_away(job, remote_job.Bundle("0.0.1", {}, b""))
    assert isinstance(result, Failure)
    assert "and this is stem 0.0.1" in result.sentence


def test_a_job_that_cannot_be_made_says_why(practice: Path) -> None:
    (job,) = jobs(practice, 1)
    result = remote_job.make_away(job, remote_job.Bundle(remote_job.packed([job]).version, {}, b""))
    assert isinstance(result, Failure)
    assert result.sentence == "There is no script named 'proef'."


def test_where_no_cluster_answers_that_is_told(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stem.practice.batch.cluster._PATIENCE_S", 0.5)
    wanted = "No Dask cluster answers at 'tcp://127.0.0.1:9'"
    with pytest.raises(UsageError, match=wanted), on_cluster("tcp://127.0.0.1:9", jobs(practice, 1)):
        pass


def test_without_dask_it_is_told_how_to_get_it(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as told, on_cluster("tcp://127.0.0.1:9", jobs(practice, 1)):
        pass
    assert "stem-meditatie[dask]" in told.value.hint


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    from distributed import LocalCluster  # a second to import, for this one test

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as two:
        yield two


@pytest.mark.slow
def test_a_worker_that_dies_costs_no_track(practice: Path, cluster: LocalCluster) -> None:
    asked = jobs(practice / "output", 3)
    first = next(iter(cluster.workers.values()))

    told: list[str] = []

    def hear(outcome: batch.Outcome) -> None:
        told.append(outcome.code)
        if len(told) == 1:  # both are at work
            os.kill(first.pid, signal.SIGKILL)

    with on_cluster(cluster.scheduler_address, asked) as there:
        report = batch.run_batch(
            asked,
            Config(),
            opened=there.opened,
            workers=there.workers,
            task=there.task,
            on_outcome=hear,
        )
    assert [outcome.status for outcome in report.outcomes] == ["made"] * 3
    assert sorted(told) == [job.code for job in asked]
    for job in asked:
        assert not any(finding.serious for finding in verify(job.target, None))
    names = {path.name for path in (practice / "output").iterdir()}
    assert names == {f"c{n}.{kind}" for n in range(3) for kind in ("mp3", "stem.json", "vtt")}
    again = batch.run_batch(asked, Config(), workers=1, on_outcome=lambda _outcome: None)
    assert again.count("kept") == 3
