from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.signal import butter, lfilter, oaconvolve, sosfilt

from stem.sound import filtering
from stem.sound.limiter import _largest_ahead

DICE = np.random.default_rng(3)
NOISE = DICE.normal(size=(2, 4_410))
SECTIONS = butter(6, 0.1, output="sos")


@pytest.fixture(params=["compiled", "as scipy has it"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways: with the compiled parts, and where there are none."""
    if request.param == "compiled":
        for part in ("signal/_sosfilt", "signal/_sigtools", "fft/_pocketfft/pypocketfft"):
            assert filtering._compiled(part) is not None
    else:
        monkeypatch.setattr(filtering, "_compiled", lambda *_: None)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_sections_are_those_of_scipy_to_the_last_bit_and_go_on_where_they_were(way: None, kind: type) -> None:
    signal: Any = NOISE.astype(kind)
    state = DICE.normal(size=(3, 2, 2))
    for block in (signal[:, :1_000], signal[:, 1_000:].T.copy().T):
        before = state.copy()
        expected, left = sosfilt(SECTIONS, block, zi=state)
        heard, now = filtering.through_sections(SECTIONS, block, state)
        assert heard.tobytes() == expected.astype(np.float64).tobytes()
        assert now.tobytes() == left.tobytes()
        assert state.tobytes() == before.tobytes()  # what was given stays
        state = now


def test_nothing_comes_of_nothing(way: None) -> None:
    state = DICE.normal(size=(3, 2, 2))
    heard, now = filtering.through_sections(SECTIONS, NOISE[:, :0], state)
    assert heard.shape == (2, 0)
    assert now.tobytes() == state.tobytes()


def test_one_pole_is_that_of_scipy_to_the_last_bit(way: None) -> None:
    expected = lfilter([1 - 0.9], [1, -0.9], NOISE[0])
    assert filtering.smoothed(NOISE[0], 0.9).tobytes() == expected.tobytes()


@pytest.mark.parametrize("frames", [1, 2, 30, 1_000, 1_001, 1_002, 2_500, 8_000, 20_000, 100_000, 399_017])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_response_is_that_of_scipy_to_the_last_bit(way: None, frames: int, kind: type) -> None:
    signal: Any = DICE.normal(size=frames).astype(kind)
    response: Any = DICE.normal(size=1_001).astype(kind)
    expected = oaconvolve(signal, response)
    heard = filtering.convolved(signal, response)
    assert heard.dtype == expected.dtype
    assert heard.tobytes() == expected.tobytes()


@pytest.mark.parametrize("size", [1, 2, 3, 64, 222])
def test_the_largest_ahead_is_the_largest_of_each_window(size: int) -> None:
    windows = np.lib.stride_tricks.sliding_window_view(NOISE[0], size)
    assert _largest_ahead(NOISE[0], size).tobytes() == windows.max(axis=1).tobytes()


def test_filters_do_without_the_second_that_scipy_takes() -> None:
    code = """
import sys
import numpy as np
from stem.sound.filters import Highpass, Room, apply_chain
from stem.sound.loudness import lufs
chain = (Highpass(80.0), Room(0.3, 10.0, 200.0, 4_000.0, -20.0, 1))
assert lufs(apply_chain(chain, np.ones((44_100, 1), np.float32), 44_100), 44_100) is not None
print("scipy.signal" in sys.modules, "scipy.ndimage" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
