"""Loudness reads as the EBU's test signals say; the limiter lets nothing through and touches nothing else.

The signals are those of EBU Tech 3341 and 3342 that can be computed, by the numbers of their tables and
with the tables' tolerances.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import firwin, resample

from stem.sound import loudness as mastering
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.limiter import limited
from stem.sound.loudness import Loudness, Meter, Rms
from stem.sound.true_peak import TruePeak, true_peak
from stem.units import SAMPLE_RATE, decibels, gain

RATES = pytest.mark.parametrize("rate", [44_100, 48_000])
"""Of windows, filters and peaks; gates and ranges do not hang on them."""

Part = tuple[float, float]
"""Level in dBFS and length in seconds."""


def tone(*parts: Part, rate: int = SAMPLE_RATE, channels: int = 2) -> Samples:
    """A sine of 1 kHz that goes through the parts without a break in its phase."""
    amplitude = np.concatenate(
        [np.full(round(length * rate), gain(level) if level > -200 else 0.0) for level, length in parts]
    )
    # Ten cycles, which all others repeat: a sine for each frame takes a third as long as the meter.
    cycles = np.sin(2 * np.pi * 1000 * np.arange(rate // 100) / rate)
    sine = amplitude * np.resize(cycles, len(amplitude))
    return np.repeat(sine[:, None], channels, axis=1).astype(np.float32)


def in_blocks(samples: Samples, size: int = BLOCK_FRAMES) -> Iterator[Samples]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def heard(samples: Samples, rate: int = SAMPLE_RATE) -> Meter:
    meter = Meter(rate, samples.shape[1])
    for block in in_blocks(samples):
        meter.add(block)
    return meter


# --- EBU Tech 3341, table 1 ---------------------------------------------------------------------------------


@RATES
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_tech_3341_cases_1_and_2_a_steady_tone(level: float, rate: int) -> None:
    meter = heard(tone((level, 20), rate=rate), rate)
    assert meter.integrated() == pytest.approx(level, abs=0.1)
    assert meter.momentary_max() == pytest.approx(level, abs=0.1)
    assert meter.short_term_max() == pytest.approx(level, abs=0.1)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([(-36, 10), (-23, 60), (-36, 10)], id="3"),
        pytest.param([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], id="4"),
        pytest.param([(-26, 20), (-20, 20.1), (-26, 20)], id="5"),
    ],
)
def test_tech_3341_cases_3_to_5_gates(parts: list[Part]) -> None:
    assert heard(tone(*parts)).integrated() == pytest.approx(-23, abs=0.1)


def test_tech_3341_case_6_five_channels() -> None:
    levels = [-28.0, -28.0, -24.0, -30.0, -30.0]
    samples = np.concatenate([tone((level, 20), channels=1) for level in levels], axis=1)
    assert heard(samples).integrated() == pytest.approx(-23, abs=0.1)


@RATES
def test_tech_3341_case_9_short_term(rate: int) -> None:
    assert heard(tone(*[(-20, 1.34), (-30, 1.66)] * 5, rate=rate), rate).short_term_max() == pytest.approx(
        -23, abs=0.1
    )


def test_tech_3341_case_10_short_term_of_a_file() -> None:
    for index in range(20):
        samples = tone((-math.inf, 0.15 * index), (-23, 3), (-math.inf, 1))
        assert heard(samples).short_term_max() == pytest.approx(-23, abs=0.1)


def test_loudness_is_told_over_time() -> None:
    meter = heard(tone((-23, 5), (-40, 5), rate=48_000), 48_000)
    momentary, short_term = meter.momentary(), meter.short_term()
    assert (len(momentary), len(short_term)) == (97, 71)  # every 0.1 s that has a whole window before the end
    assert momentary[[0, 46, 50, 96]] == pytest.approx([-23, -23, -40, -40], abs=0.1)
    assert short_term[[0, 20, 50, 70]] == pytest.approx([-23, -23, -40, -40], abs=0.1)
    assert short_term[35] == pytest.approx(-23 - 10 * math.log10(2), abs=0.1)  # half of it
    assert heard(np.zeros((48_000, 2), np.float32), 48_000).momentary().max() == -math.inf


def test_tech_3341_case_11_short_term_live() -> None:
    meter = Meter()
    for index in range(20):
        silence = 0.15 * index
        meter.add(tone((-math.inf, silence), (-38 + index, 3), (-math.inf, 3 - silence)))
        assert meter.short_term_max() == pytest.approx(-38 + index, abs=0.1)


@RATES
def test_tech_3341_case_12_momentary(rate: int) -> None:
    assert heard(tone(*[(-20, 0.18), (-30, 0.22)] * 25, rate=rate), rate).momentary_max() == pytest.approx(
        -23, abs=0.1
    )


@RATES
def test_tech_3341_case_13_momentary_of_a_file(rate: int) -> None:
    for index in range(20):
        samples = tone((-math.inf, 0.02 * index), (-23, 0.4), (-math.inf, 1), rate=rate)
        assert heard(samples, rate).momentary_max() == pytest.approx(-23, abs=0.1)


@RATES
def test_tech_3341_case_14_momentary_live(rate: int) -> None:
    meter = Meter(rate)
    for index in range(20):
        silence = 0.02 * index
        meter.add(tone((-math.inf, silence), (-38 + index, 0.4), (-math.inf, 0.4 - silence), rate=rate))
        assert meter.momentary_max() == pytest.approx(-38 + index, abs=0.1)


@RATES
@pytest.mark.parametrize(
    ("divisor", "degrees", "amplitude", "expected"),
    [
        pytest.param(4, 0.0, 0.50, -6.0, id="15"),
        pytest.param(4, 45.0, 0.50, -6.0, id="16"),
        pytest.param(6, 60.0, 0.50, -6.0, id="17"),
        pytest.param(8, 67.5, 0.50, -6.0, id="18"),
        pytest.param(4, 45.0, 1.41, 3.0, id="19"),
    ],
)
def test_tech_3341_cases_15_to_19_true_peak(
    divisor: int, degrees: float, amplitude: float, expected: float, rate: int
) -> None:
    count = np.arange(rate)
    fade = np.minimum(1, np.minimum(count, count[::-1]) / (0.01 * rate))  # of 10 ms, as the table asks
    sine = amplitude * fade * np.sin(2 * np.pi * count / divisor + np.radians(degrees))
    peak = true_peak(np.repeat(sine[:, None], 2, axis=1).astype(np.float32))
    assert expected - 0.4 <= peak <= expected + 0.2


@RATES
@pytest.mark.parametrize("offset", [0, 1, 2, 3], ids=["20", "21", "22", "23"])
def test_tech_3341_cases_20_to_23_true_peak_of_one_period(offset: int, rate: int) -> None:
    # At four times the rate: fs/6 at half scale, and in it, phase unbroken, one period of fs/4 at full scale.
    carrier = 0.5 * np.sin(2 * np.pi * np.arange(24 * (rate // 60)) / 24)
    burst = np.sin(2 * np.pi * np.arange(16) / 16)
    low_pass = firwin(1025, 0.25)
    made = np.convolve(np.concatenate([carrier, burst, carrier]), low_pass, mode="same")
    # The table asks for fades at both ends; the convolution makes its own within the first 512 points.
    sine = made[offset::4]
    peak = true_peak(np.repeat(sine[:, None], 2, axis=1).astype(np.float32))
    assert -0.4 <= peak <= 0.2


# --- EBU Tech 3342, table 1 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param([-20, -30], 10, id="1"),
        pytest.param([-20, -15], 5, id="2"),
        pytest.param([-40, -20], 20, id="3"),
        pytest.param([-50, -35, -20, -35, -50], 15, id="4"),
    ],
)
def test_tech_3342_cases_1_to_4_loudness_range(levels: list[float], expected: float) -> None:
    samples = tone(*[(level, 20.0) for level in levels])
    assert heard(samples).loudness_range() == pytest.approx(expected, abs=1)


# --- Loudness, beyond the tables ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [
        # 60 s at -23 and 10 s at -32: within 10 LU of the ungated -23.6, so the ten seconds count:
        # 10 log10((60 * 10**-2.3 + 10 * 10**-3.2) / 70) = -23.58, and +0.02 for the blocks astride.
        (-32.0, -23.56),
        (-34.0, -23.0),  # 2 LU lower and it is gated: a gate of -8 or -12 LU would fail one of the two
    ],
)
def test_the_relative_gate_stands_at_10_lu(quiet: float, expected: float) -> None:
    samples = tone((-23, 60), (quiet, 10))
    assert heard(samples).integrated() == pytest.approx(expected, abs=0.02)


@RATES
def test_the_absolute_gate_stands_at_minus_70_lufs(rate: int) -> None:
    assert heard(tone((-69.8, 2), rate=rate), rate).integrated() == pytest.approx(-69.8, abs=0.05)
    assert heard(tone((-70.2, 2), rate=rate), rate).integrated() == -math.inf


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_pyloudnorm_agrees_on_noise(rate: int) -> None:
    noise = np.random.default_rng(11).standard_normal((rate * 8, 2)) * 0.1
    noise *= np.repeat([0.2, 1, 0.05, 1.5, 0.5, 0.01, 1, 0.3], rate)[:, None]
    oracle = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(noise)
    assert mastering.lufs(noise.astype(np.float32), rate) == pytest.approx(oracle, abs=0.02)


def test_a_mono_sound_is_measured_on_the_two_loudspeakers_it_comes_from() -> None:
    mono = tone((-20, 2), channels=1)
    assert mastering.lufs(mono, SAMPLE_RATE) == pytest.approx(mastering.lufs(tone((-20, 2)), SAMPLE_RATE))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_loudness_does_not_depend_on_the_blocks(sizes: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal((sum(sizes), 2)).astype(np.float32)
    whole, cut = Meter(), Meter()
    whole.add(samples)
    for block in np.split(samples, np.cumsum(sizes)[:-1]):
        cut.add(block)
    np.testing.assert_array_equal(cut.block_powers(), whole.block_powers())
    assert cut.momentary_max() == whole.momentary_max()


def test_the_loudness_of_many_clips_is_pooled_without_their_pauses() -> None:
    clips = [tone((-20, 1), channels=1), tone((-26, 2), channels=1), tone((-60, 3), channels=1)]
    powers = np.concatenate([mastering.block_powers(clip, SAMPLE_RATE) for clip in clips])
    assert [len(mastering.block_powers(clip, SAMPLE_RATE)) for clip in clips] == [7, 17, 27]
    # The clip at -60 is gated; 7 and 17 blocks are averaged as powers.
    expected = 10 * math.log10((7 * 10**-2.0 + 17 * 10**-2.6) / 24)
    assert mastering.gated_lufs(powers) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_too_short_has_no_loudness_and_silence_has_none_to_speak_of(channels: int) -> None:
    short = tone((-20, 0.399), channels=channels)
    assert mastering.lufs(short, SAMPLE_RATE) is None
    assert mastering.lufs(short[:0], SAMPLE_RATE) is None
    silence = np.zeros((SAMPLE_RATE, channels), np.float32)
    assert mastering.lufs(silence, SAMPLE_RATE) == -math.inf
    meter = heard(short)
    assert (meter.integrated(), meter.momentary_max(), meter.short_term_max()) == (-math.inf,) * 3
    assert meter.loudness_range() == 0


def test_one_pass_measures_a_track() -> None:
    meter, peak = Meter(), TruePeak()
    for block in in_blocks(tone((-20, 4))):
        meter.add(block)
        peak.add(block)
    loudness = Loudness.of(meter, peak)
    assert loudness == Loudness(
        meter.integrated(), meter.momentary_max(), meter.short_term_max(), meter.loudness_range(), peak.dbtp()
    )
    assert loudness.integrated_lufs == pytest.approx(-20, abs=0.1)
    assert loudness.true_peak_dbtp == pytest.approx(-20, abs=0.05)


def test_the_rms_of_a_sine_is_three_decibels_below_its_peak() -> None:
    rms = Rms()
    assert rms.decibels() == -math.inf
    sine = np.sin(2 * np.pi * 441 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)[:, None].astype(np.float32)
    whole = Rms()
    whole.add(sine)
    assert whole.decibels() == pytest.approx(10 * math.log10(0.5), abs=1e-3)


def test_a_master_is_the_same_from_blocks_of_1000_and_of_65536_frames() -> None:
    samples = band_limited(6, 10 * SAMPLE_RATE, 16_000) * np.float32(2)
    samples[SAMPLE_RATE:] *= np.float32(0.025)  # a second that is too loud, and nine that are not
    masters, readings = [], []
    for size in (1_000, 65_536):
        meter, peak = Meter(), TruePeak()
        blocks = list(limited(in_blocks(samples, size)))
        for block in blocks:
            meter.add(block)
            peak.add(block)
        masters.append(np.concatenate(blocks))
        readings.append(Loudness.of(meter, peak))
    np.testing.assert_array_equal(masters[0], masters[1])
    assert not np.array_equal(masters[0], samples)  # the limiter had work
    assert readings[0] == readings[1]


# --- True peak ----------------------------------------------------------------------------------------------


def band_limited(seed: int, count: int, highest_hz: float, channels: int = 2) -> Samples:
    """Noise without anything above `highest_hz`, periodic in `count` frames, its RMS 0.25."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((count, channels)), axis=0)
    spectrum[math.ceil(highest_hz * count / SAMPLE_RATE) :] = 0
    noise = np.fft.irfft(spectrum, count, axis=0)
    return np.asarray(0.25 * noise / noise.std(), dtype=np.float32)


def independent_true_peak(samples: Samples) -> float:
    """In dBTP, by one Fourier transform of the whole with silence around it, at 32 times the rate."""
    size = 2 ** (len(samples) + 1023).bit_length()  # a transform of an odd length takes many times as long
    padded = np.zeros((size, samples.shape[1]))
    padded[512 : 512 + len(samples)] = samples
    return decibels(float(np.abs(resample(padded, 32 * len(padded), axis=0)).max()))


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1), st.floats(100, 18_000))
def test_true_peak_agrees_with_an_interpolation_by_fourier(seed: int, highest_hz: float) -> None:
    samples = band_limited(seed, 6_000, highest_hz)
    samples *= np.hanning(len(samples)).astype(np.float32)[:, None]
    # 16 points a frame read up to 0.028 dB low at 18 kHz, the interpolator is flat within 0.02 dB
    assert true_peak(samples) == pytest.approx(independent_true_peak(samples), abs=0.05)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_true_peak_does_not_depend_on_the_blocks(sizes: list[int], seed: int) -> None:
    samples = band_limited(seed, sum(sizes) + 8, 16_000)
    peak = TruePeak()
    for block in np.split(samples, np.cumsum(sizes)):
        peak.add(block)
    # a product of matrices of another shape may differ in the last bit of a float32
    assert peak.dbtp() == pytest.approx(true_peak(samples), abs=1e-5)


def test_a_peak_is_found_though_its_nearest_frames_are_low() -> None:
    # A burst of 16 kHz whose crest lies between two frames of 0.41: only frames further off betray it.
    times = np.arange(200) - 99.5
    burst = np.exp(-((times / 6) ** 2) / 2) * np.cos(2 * np.pi * 16_000 / SAMPLE_RATE * times)
    assert true_peak(burst.astype(np.float32)[:, None]) == pytest.approx(0, abs=0.05)


def test_a_peak_after_the_last_frame_counts() -> None:
    # cut at the crest between two frames of fs/4: the two halves of what was a pair of equal frames
    samples = np.zeros((100, 1), np.float32)
    samples[-2:] = 0.5
    assert true_peak(samples) > decibels(0.6)


def test_silence_has_no_true_peak() -> None:
    assert true_peak(np.zeros((1000, 2), np.float32)) == -math.inf
    assert TruePeak().dbtp() == -math.inf


# --- The limiter --------------------------------------------------------------------------------------------


def limit(samples: Samples, size: int = BLOCK_FRAMES, ceiling_dbtp: float = -1.5) -> Samples:
    return np.concatenate(list(limited(in_blocks(samples, size), ceiling_dbtp)))


@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    highest_hz=st.floats(200, 18_000),
    level=st.floats(-10, 20),
    ceiling=st.floats(-12, 0),
    count=st.integers(1_000, 9_000),
)
def test_nothing_comes_above_the_ceiling(
    seed: int, highest_hz: float, level: float, ceiling: float, count: int
) -> None:
    samples = band_limited(seed, count, highest_hz) * np.float32(gain(level))
    # a hard cut at the ends would have content up to half the rate
    samples *= np.clip(np.sin(np.pi * np.arange(count) / count) * 10, 0, 1).astype(np.float32)[:, None]
    output = limit(samples, ceiling_dbtp=ceiling)
    assert output.shape == samples.shape
    assert output.dtype == np.float32
    assert independent_true_peak(output) <= ceiling + 0.05
    assert np.all(np.abs(output) <= np.abs(samples))


@pytest.mark.parametrize("hz", [50.0, 997.0, 5_000.0, 11_025.0, 15_003.0, 18_007.0])
def test_a_tone_over_full_scale_comes_out_at_the_ceiling(hz: float) -> None:
    count = SAMPLE_RATE // 2
    sine = 1.6 * np.sin(2 * np.pi * hz * np.arange(count) / SAMPLE_RATE + 0.3) * np.hanning(count)
    output = limit(np.repeat(sine[:, None], 2, axis=1).astype(np.float32))
    assert -1.55 <= independent_true_peak(output) <= -1.45


def test_what_does_not_exceed_passes_bit_for_bit() -> None:
    samples = band_limited(3, 3 * BLOCK_FRAMES + 123, 16_000)
    samples *= np.float32(gain(-1.6 - true_peak(samples)))
    np.testing.assert_array_equal(limit(samples), samples)


def test_only_the_surroundings_of_a_peak_are_touched() -> None:
    samples = band_limited(4, 4 * SAMPLE_RATE, 16_000) * np.float32(0.1)
    at = 2 * SAMPLE_RATE
    samples[at] = 1.2  # on both channels
    output = limit(samples)
    touched = np.flatnonzero((output != samples).any(axis=1))
    # 5 ms before, and a few frames that the interpolated peaks around it reach
    assert at - 0.005 * SAMPLE_RATE - 3 <= touched[0] < at
    # and until the release has come to 1e-6: less than ln(1e6) = 13.8 times 60 ms
    assert touched[-1] < at + 13.8 * 0.060 * SAMPLE_RATE
    assert decibels(float(output[at, 0])) == pytest.approx(-1.5, abs=0.01)


@pytest.mark.parametrize("at", [10_000, BLOCK_FRAMES - 2_000], ids=["within a block", "across a border"])
def test_the_release_has_its_time_constant(at: int) -> None:
    samples = np.full((2 * BLOCK_FRAMES, 1), 0.1, np.float32)
    samples[at] = 1.6
    reduction = 1 - limit(samples)[:, 0] / samples[:, 0]
    first, later = at + 1_000, at + 1_000 + round(0.060 * SAMPLE_RATE)
    assert reduction[later] / reduction[first] == pytest.approx(math.exp(-1), rel=1e-3)


def gain_is_smooth(samples: Samples) -> bool:
    """Whether the gain falls as a raised cosine of 221 frames: at most 2 / 221 of its depth a frame."""
    gains: NDArray[np.float32] = (limit(samples) / samples)[:, 0]
    return bool(np.abs(np.diff(gains)).max() < 2.1 * (1 - gains.min()) / 221)


def test_the_gain_moves_gently() -> None:
    samples = np.full((SAMPLE_RATE, 1), 0.1, np.float32)
    samples[10_000:10_300] = 1.6
    assert gain_is_smooth(samples)


def test_channels_keep_their_balance() -> None:
    samples = band_limited(5, 20_000, 10_000) * np.float32(6)
    samples[:, 1] = samples[:, 0] * np.float32(0.25)
    output = limit(samples)
    np.testing.assert_allclose(output[:, 1], output[:, 0] * 0.25, rtol=1e-6)


@settings(deadline=None, max_examples=6)
@given(st.integers(1, 200_000), st.integers(0, 2**32 - 1), st.integers(1_000, 3 * BLOCK_FRAMES))
def test_the_limiter_does_not_depend_on_the_blocks(size: int, seed: int, count: int) -> None:
    samples = band_limited(seed, count, 12_000)
    samples *= np.float32(gain(1.5 - true_peak(samples)))
    np.testing.assert_array_equal(limit(samples, max(size, count // 50)), limit(samples))


def test_the_limiter_works_across_borders_of_blocks() -> None:
    samples = np.zeros((2 * BLOCK_FRAMES + 10, 1), np.float32)
    samples[[0, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 100, -1]] = 1.3
    output = limit(samples)
    assert true_peak(output) <= -1.5 + 1e-4
    assert gain_is_smooth(samples + np.float32(1e-3))


def test_nothing_in_is_nothing_out() -> None:
    assert list(limited([])) == []
    assert list(limited([np.zeros((0, 2), np.float32)])) == []
