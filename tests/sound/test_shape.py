"""The shape of a sound follows how loud it is, and is found once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from soundfiles import PCM, chunk, form, samples_16

from stem.errors import AudioError
from stem.files import cache_path
from stem.sound.shape import BARS, shape_of

RATE = 16_000


def written(path: Path, sound: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Path:
    content = chunk(b"fmt ", form(PCM, 1, RATE, 16)) + chunk(b"data", samples_16(sound))
    path.write_bytes(chunk(b"RIFF", b"WAVE" + content))
    return path


def test_bars_follow_how_loud_it_is(tmp_path: Path) -> None:
    """A second of silence, one at half of full scale, one at a fifth: a chunk may lie across an edge."""
    time = np.arange(40 * RATE) / RATE
    loud = [np.zeros_like(time), 0.5 * np.sin(880 * np.pi * time), 0.2 * np.sin(880 * np.pi * time)]
    bars = shape_of(written(tmp_path / "x.wav", np.concatenate(loud)[:, None]))
    assert len(bars) == BARS
    third = BARS // 3
    assert set(bars[: third - 2]) == {0}
    assert set(bars[third + 2 : 2 * third - 2]) == {50}
    assert set(bars[2 * third + 2 :]) == {20}


def test_it_is_kept_by_the_content_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "x.wav", np.full((RATE, 1), 0.5))
    bars = shape_of(path)
    (kept,) = cache_path("shapes").iterdir()
    kept.write_text(kept.read_text().replace("50", "51"))
    assert shape_of(path) == tuple(bar + 1 for bar in bars)
    kept.write_text("[")
    assert shape_of(path) == bars
    assert shape_of(written(path, np.full((RATE, 1), 0.25))) != bars


@pytest.mark.parametrize("content", [None, b"", b"no sound"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.mp3"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError):
        shape_of(path)
