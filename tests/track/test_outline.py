"""A track in outline: the same words and times as its preview, and lengths that can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem import units
from stem.config import Config
from stem.errors import UnknownNameError, UsageError
from stem.script.pacing import UnreachableLengthError
from stem.track.outline import outline
from stem.track.plan import plan_track
from stem.track.preview import expected_timeline
from stem.track.spec import TrackSpec

CONFIG = Config()


@pytest.mark.parametrize("length_s", [None, 720.0])
def test_it_is_the_preview(length_s: float | None, tmp_path: Path) -> None:
    spec = TrackSpec("tegenover", values={"naam": "Anna"}, voice="zacht", duration_s=length_s)
    seen = outline(spec, CONFIG, tmp_path)
    assert seen.timeline == expected_timeline(plan_track(spec, CONFIG, tmp_path))
    assert seen.fits


def test_every_length_that_it_tells_can_be_had_and_no_longer_one(tmp_path: Path) -> None:
    spec = TrackSpec("aankomen", voice="zacht")
    ranges_s = outline(spec, CONFIG, tmp_path).ranges_s
    assert len(ranges_s) == 2
    for shortest_s, longest_s in ranges_s:
        for length_s in (shortest_s + 0.01, (shortest_s + longest_s) / 2, longest_s - 0.01):
            wanted = outline(TrackSpec("aankomen", voice="zacht", duration_s=length_s), CONFIG, tmp_path)
            assert wanted.fits
            assert units.seconds(wanted.timeline.frames) == pytest.approx(length_s, abs=0.001)
    beyond = TrackSpec("aankomen", voice="zacht", duration_s=3 * ranges_s[-1][1])
    with pytest.raises(UnreachableLengthError):
        expected_timeline(plan_track(beyond, CONFIG, tmp_path))


def test_a_length_that_cannot_be_had_shows_the_usual_one(tmp_path: Path) -> None:
    usual = outline(TrackSpec("aankomen", voice="zacht"), CONFIG, tmp_path)
    long = outline(TrackSpec("aankomen", voice="zacht", duration_s=7200), CONFIG, tmp_path)
    assert not long.fits
    assert long.timeline == usual.timeline
    assert long.usual_frames == usual.usual_frames == usual.timeline.frames


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        outline(TrackSpec("aankomen", voice="niemand"), CONFIG, tmp_path)
    with pytest.raises(UsageError):
        outline(TrackSpec("aankomen", values={"vorm": "jij"}, voice="zacht"), CONFIG, tmp_path)
