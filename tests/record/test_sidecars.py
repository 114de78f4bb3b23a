"""What stands beside a track can be stopped while it is made; then none of it is there."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from stem.config import Config
from stem.progress import Cancelled, Progress
from stem.record.sidecars import Sidecars, write_beside
from stem.track.make import Track, make_track
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec

SCRIPT = """+++
title = "Proef"
voice = "rustig"
bed = "none"
+++
## Begin
Dank je wel.
"""


def stopped(track: Track, spec: TrackSpec, at: int, how: Exception | None) -> BaseException | None:
    """Write all beside a track, stop it at the event of a number, and return what came out."""
    numbers = count()

    def events(_progress: Progress) -> object:
        if next(numbers) != at:
            return None
        if how is not None:
            raise how
        return False

    wanted = Sidecars(captions=("vtt", "lrc"), plot=True, record=True)
    try:
        write_beside(track, wanted, spec, Config(), overwrite=False, events=events)
    except (Cancelled, ZeroDivisionError) as error:
        return error
    return None


@pytest.mark.slow
def test_a_stop_at_any_event_leaves_the_track_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("proef.j2").write_text(SCRIPT, encoding="utf-8")
    spec = TrackSpec("proef.j2", cover="none", profile="acx")  # the shortest there is
    track = make_track(plan_track(spec, Config()), tmp_path / "out" / "proef.mp3")
    for at in count():
        own = ZeroDivisionError() if at % 2 else None
        caught = stopped(track, spec, at, own)
        if caught is None:
            break
        assert isinstance(caught, Cancelled) if own is None else caught is own
        assert list((tmp_path / "out").iterdir()) == [track.path]
    assert at > 5
    endings = {path.name.partition(".")[2] for path in (tmp_path / "out").iterdir()}
    assert endings == {"mp3", "vtt", "lrc", "png", "stem.json"}
