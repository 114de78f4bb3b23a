"""A background or a bell can be heard by itself."""

from __future__ import annotations

from pathlib import Path

import heard
import numpy as np
import pytest

from stem.errors import UnknownNameError, UsageError
from stem.export.tags import NO_WORDS, read
from stem.sound.beds import bell_frames
from stem.track.bed_sample import SAMPLE_LUFS, bed_sample, write_sample

pytestmark = pytest.mark.usefixtures("kept_beds")


def test_a_background_is_heard_for_as_long_as_asked_at_one_level() -> None:
    sound = bed_sample("pink", 1, 4.0)
    assert sound.shape == (4 * heard.RATE, 2)
    assert heard.loudness(sound) == pytest.approx(SAMPLE_LUFS - 1.0, abs=1.0)  # the loudest 0.4 s is there
    assert not sound[0].any()
    assert not sound[-1].any()


def test_a_bell_is_heard_to_its_end() -> None:
    assert len(bed_sample("tingsha", 1, 1.0)) == bell_frames("tingsha")


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(UnknownNameError):
        bed_sample("zeee", 1, 4.0)
    with pytest.raises(UsageError, match="cannot last 0 seconds"):
        bed_sample("zee", 1, 0.0)


def test_a_sample_becomes_a_file_and_replaces_none(tmp_path: Path) -> None:
    sound = bed_sample("none", 1, 1.0)
    first = write_sample("none", sound, tmp_path / "none.mp3", overwrite=False)
    second = write_sample("none", sound, tmp_path / "none.mp3", overwrite=False)
    assert [path.name for path in (first, second)] == ["none.mp3", "none-2.mp3"]
    assert read(first).tags.language == NO_WORDS  # a picture of it shows no voice
    assert np.abs(heard.decoded(second)).max() > 0
    assert len(heard.decoded(second)) == heard.RATE
