"""A track with what stands beside it: a stop leaves nothing; what fails by itself costs nothing else."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from stem.config import Config
from stem.errors import OutputError
from stem.progress import Cancelled, Progress
from stem.record.produce import produce
from stem.record.sidecars import Sidecars
from stem.track.make import Track
from stem.track.plan import Plan, plan_track
from stem.track.spec import TrackSpec

pytestmark = pytest.mark.usefixtures("quick_mp3")

BESIDE = Sidecars(captions=("vtt",), record=True)


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.chdir(tmp_path)
    Path("proef.j2").write_text('+++\ntitle = "Proef"\n+++\nDank je wel.\n', encoding="utf-8")
    return plan_track(TrackSpec("proef.j2", voice="rustig", bed="none", profile="acx"), Config())


@pytest.mark.parametrize("stopped_by", [Cancelled, ZeroDivisionError])
def test_a_stop_while_something_is_written_beside_it_takes_the_track_too(
    plan: Plan, stopped_by: type[Exception]
) -> None:
    made: list[Track] = []

    def stop_once_it_is_there(_progress: Progress) -> bool:
        if made and stopped_by is not Cancelled:
            raise stopped_by
        return not made

    with pytest.raises(stopped_by):
        produce(
            plan,
            Path("out", "proef.mp3"),
            Config(),
            beside=BESIDE,
            with_stems=True,
            events=stop_once_it_is_there,
            on_made=made.append,
        )
    assert made
    assert list(Path("out").iterdir()) == []


def test_what_cannot_be_written_beside_it_does_not_cost_the_track(plan: Plan) -> None:
    Path("out", "proef.vtt").mkdir(parents=True)
    heard = count()
    target = Path("out", "proef.mp3")
    with pytest.raises(OutputError):
        produce(plan, target, Config(), beside=BESIDE, overwrite=True, events=lambda _told: next(heard) >= 0)
    assert target.exists()
