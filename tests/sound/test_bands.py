"""What is made at a lower rate sounds as if it were made at the whole one, and reads as loud."""

from __future__ import annotations

import numpy as np
import pytest

from stem.sound.beds.bands import add_bands, hiss
from stem.sound.beds.noise import STEP_FRAMES, Noise, slope, wander
from stem.units import SAMPLE_RATE, decibels

FRAMES = 3 * SAMPLE_RATE


@pytest.mark.parametrize(
    ("low", "high"), [(25.0, 240.0), (120.0, 960.0), (480.0, 3840.0), (1920.0, 16_000.0)]
)
def test_a_band_is_what_the_whole_rate_makes_of_it(low: float, high: float) -> None:
    rng = np.random.default_rng(1)
    noise = Noise.random(rng, FRAMES)
    # As quick as anything in a background: 8 dB up and down, up to 40 Hz.
    gains = np.stack([wander(rng, FRAMES // STEP_FRAMES, 8.0, 0.5, 40.0) for _ in range(2)])
    air = noise.within(slope(noise.hertz, -6.0), low, high)
    whole, sooner = np.zeros((2, FRAMES, 2), np.float32)
    noise.add_to(whole, air, gains)
    add_bands(noise, sooner, [(air, gains)])
    # Beside it lie images, 90 dB down, and what corners in a gain have beyond the lower rate.
    assert decibels(float(np.std(sooner - whole) / np.std(whole))) < -60.0


def test_bands_add_up_and_go_round_the_loop() -> None:
    noise = Noise.random(np.random.default_rng(2), FRAMES)
    steps = np.ones(FRAMES // STEP_FRAMES)
    parts = [(hiss(noise, -3.0, 100.0, 500.0, ends), steps) for ends in (1200.0, 4000.0, 20_000.0)]
    together, apart = np.zeros((2, FRAMES, 2), np.float32)
    add_bands(noise, together, parts)
    for part in parts:
        add_bands(noise, apart, [part])
    assert np.abs(together - apart).max() < 1e-5
    around = np.concatenate([together[-20:], together[:20]])[:, 0]
    assert np.abs(np.diff(around)).max() < 4 * np.abs(np.diff(together[:, 0])).std()
