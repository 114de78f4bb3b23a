"""The bench of sound textures measures what is known of computed sounds."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

RATE = 44_100
RNG = np.random.default_rng(1)


@pytest.fixture(scope="module")
def textures() -> ModuleType:
    folder = str(Path(__file__).resolve().parent.parent / "bench")
    sys.path.insert(0, folder)
    try:
        import textures
    finally:
        sys.path.remove(folder)
    return textures


def test_noise_that_swells_is_told_by_its_colour_its_beat_and_its_ears(textures: ModuleType) -> None:
    seconds = 12
    noise = RNG.standard_normal((RATE * seconds, 2))
    noise[:, 1] = 0.6 * noise[:, 0] + 0.8 * noise[:, 1]
    beat = 1 + 0.5 * np.sin(2 * np.pi * 3.0 * np.arange(len(noise)) / RATE)
    steady, swelling = (
        textures.measured(sound.astype(np.float32)) for sound in (noise, noise * beat[:, np.newaxis])
    )
    for figures in (steady, swelling):
        # White: twice the power in an octave; of ten seconds a third of 250 Hz has 50 Hz * 10 s * 2 degrees.
        assert figures["third  4000 Hz, dB"] - figures["third  1000 Hz, dB"] == pytest.approx(6.02, abs=0.5)
        assert figures["left-right  4000 Hz"] == pytest.approx(0.6, abs=0.02)
    # A beat of depth 0.5 has 0.125 of the power of its mean.
    band = "modulation 2-5 Hz, dB"
    assert swelling[band] == pytest.approx(10 * np.log10(0.125), abs=0.5)
    assert steady[band] < swelling[band] - 10.0
    assert swelling["together  2000-4000 Hz"] > steady["together  2000-4000 Hz"] + 0.2
    # The envelope of noise is Rayleigh's, whose power of 0.3 is nearly symmetrical.
    assert steady["kurtosis  4000 Hz"] == pytest.approx(3.0, abs=0.5)
    clicks = noise * (RNG.random((len(noise), 1)) < 1e-4)
    assert textures.measured(clicks.astype(np.float32))["kurtosis  4000 Hz"] > 3.5


def test_what_comes_back_is_told_with_its_lag_and_what_lasts_is_not(textures: ModuleType) -> None:
    once = RNG.standard_normal(300)
    alike, after_s = textures.returning(np.tile(once, 3), 40.0)
    assert alike > 0.9
    assert after_s == pytest.approx(30.0)
    stranger, _ = textures.returning(RNG.standard_normal(3000), 40.0)
    assert stranger < 0.2
    # A gust of ten seconds is like itself for three, and does not return for that.
    gust = np.convolve(RNG.standard_normal(6000), np.hanning(100), "valid")
    lasting, _ = textures.returning(gust, 20.0)
    assert lasting < 0.35


def test_a_seed_that_clips_or_is_too_quiet_is_named(textures: ModuleType) -> None:
    noise = (0.1 * RNG.standard_normal((2 * RATE, 2))).astype(np.float32)

    def make(_name: str, seed: int) -> np.ndarray:
        sound = noise * np.float32({3: 0.5}.get(seed, 1.0))
        if seed == 2:
            sound[100] = 1.5
        return sound

    assert list(textures.faults("zee", range(5), make)) == [
        # White noise of -20 dBFS in two ears: 3 LU more, and 3 more for what the K-weighting lifts.
        "zee, seed 2: clips at 1.50",
        "zee, seed 3: -19.9 LUFS as made, others -13.9",
    ]


def test_a_row_is_halfway_or_chosen_or_short(textures: ModuleType) -> None:
    for name, chosen in textures.CHOSEN.items():  # a choice is about rows that there are
        assert all(any(re.match(rows, row) for row in textures.BEFORE[name]) for rows in chosen), name
    verdicts = {
        now: textures.verdict("beek", "range, dB", now, recorded=8.8) for now in (4.0, 5.9, 8.8, 11.7, 13.0)
    }  # before: 2.78
    assert verdicts == {4.0: "SHORT", 5.9: "halfway", 8.8: "halfway", 11.7: "halfway", 13.0: "SHORT"}
    assert textures.verdict("zee", "skew  4000 Hz", 0.1, recorded=0.7).startswith("chosen: ")
    assert textures.verdict("zee", "together  1000-2000 Hz", 0.86, recorded=0.78) == "halfway"  # alike
    assert textures.verdict("zee", "returns, worst seed", 0.26, recorded=0.18).startswith("SHORT")
