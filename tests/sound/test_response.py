"""Filters by their frequency response, against scipy's recursion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import sosfilt

from stem.sound.filters import Highpass, Lowpass, Peak
from stem.sound.response import Section, StreamFilter, apply_sections, convolved

RATE = 44_100
NOISE = np.random.default_rng(3).standard_normal(30_000)
SECTIONS = {
    "rumble": [Highpass(38).section(RATE)],
    "narrow": [Peak(100, 12, 20).section(RATE)],
    "several": [Highpass(80).section(RATE), Peak(2900, -3.5).section(RATE), Lowpass(8500).section(RATE)],
    "one pole": [(0.001, 0.0, 0.0, 1.0, -0.999, 0.0)],
}


def recursive(sections: list[Section], signal: np.ndarray) -> np.ndarray:
    rows = np.array(sections)
    return np.asarray(sosfilt(rows / rows[:, 3:4], signal, axis=0))


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("frames", [1, 2, 4097, 30_000])
def test_a_filter_does_what_its_recursion_does(name: str, frames: int) -> None:
    filtered = apply_sections(SECTIONS[name], NOISE[:frames])
    np.testing.assert_allclose(filtered, recursive(SECTIONS[name], NOISE[:frames]), atol=1e-9)


@pytest.mark.parametrize("name", SECTIONS)
@settings(max_examples=12)
@given(
    cuts=st.lists(st.integers(0, 30_000), max_size=6),
    step=st.sampled_from([1, 441, 882]),
    single=st.booleans(),
    channels=st.sampled_from([1, 2]),
)
def test_a_stream_is_filtered_as_a_whole_however_it_is_cut(
    name: str, cuts: list[int], step: int, channels: int, *, single: bool
) -> None:
    stereo = np.stack([NOISE, NOISE[::-1]], axis=1).astype(np.float32)[:, :channels]
    stream = StreamFilter(SECTIONS[name], channels, step, single=single)
    out = [stream(block) for block in np.split(stereo, sorted(cuts))]
    assert all(piece.shape[1] % step == 0 for piece in out)
    filtered = np.concatenate([*out, stream.rest()], axis=1).T
    if single and channels == 2:
        filtered = filtered.reshape(-1, 2)  # in turns
    whole = len(NOISE) // step * step
    assert len(filtered) == whole
    np.testing.assert_allclose(
        filtered, recursive(SECTIONS[name], stereo)[:whole], atol=1e-4 if single else 1e-6
    )


def test_a_response_is_convolved_to_its_end() -> None:
    sound, response = NOISE[:700].astype(np.float32), NOISE[700:1000].astype(np.float32)
    np.testing.assert_allclose(convolved(sound, response), np.convolve(sound, response), atol=1e-4)
