"""Each filter does to computed sound what its name and its figures say, and nothing else."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stem.sound.clips import Samples
from stem.sound.filters import (
    FILTERS,
    Compressor,
    Deesser,
    Filter,
    Highpass,
    Highshelf,
    Lowpass,
    Lowshelf,
    Peak,
    Room,
    apply_chain,
)
from stem.units import SAMPLE_RATE, decibels, gain

FINE_RATE = 192_000
"""Where the bilinear transform bends nothing below some kHz: for slopes and widths of analogue filters."""

SOFTENER: tuple[Filter, ...] = (
    Highpass(65),
    Lowshelf(220, 2),
    Peak(2900, -3.5),
    Highshelf(5200, -4),
    Deesser(4500, -20, 4, 2, 60),
    Lowpass(8500),
    Room(0.55, 18, 180, 3200, -21, 1),
)
LINEAR = [
    Highpass(70),
    Lowpass(8500),
    Lowshelf(180, -1.5),
    Highshelf(9000, -2),
    Peak(3200, 1.5),
    SOFTENER[-1],
]
FOLLOWING: list[Filter] = [Deesser(5500, -18, 3, 2, 60), Compressor(-3, 2, 10, 150)]


def sine(hz: float, seconds: float, level: float = 0.0, rate: int = SAMPLE_RATE) -> Samples:
    """A tone whose peak is `level` dBFS, shape (frames, 1)."""
    times = np.arange(round(seconds * rate)) / rate
    return (gain(level) * np.sin(2 * np.pi * hz * times)).astype(np.float32)[:, None]


def noise(seed: int, count: int) -> Samples:
    return np.random.default_rng(seed).standard_normal((count, 1)).astype(np.float32) * np.float32(0.1)


def response_db(step: Filter, hz: float, rate: int = SAMPLE_RATE) -> float:
    """The filter's gain at one frequency, from its answer to an impulse."""
    impulse = np.zeros((rate, 1), np.float32)
    impulse[0] = 1
    answer = step.apply(impulse, rate)[:, 0].astype(np.float64)
    return decibels(abs(np.sum(answer * np.exp(-2j * np.pi * hz / rate * np.arange(len(answer))))))


def amplitude(samples: Samples, hz: float, start_s: float, length_s: float) -> float:
    """The amplitude of a tone in a stretch of sound, found by multiplying with that tone under a window."""
    frames = np.arange(round(start_s * SAMPLE_RATE), round((start_s + length_s) * SAMPLE_RATE))
    window = np.hanning(len(frames))
    phasor = window * np.exp(-2j * np.pi * hz / SAMPLE_RATE * frames)
    return float(2 * abs(np.sum(samples[frames, 0] * phasor)) / window.sum())


# --- Linear filters ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
@pytest.mark.parametrize("step", [Highpass(65), Highpass(300), Lowpass(3000), Lowpass(7000)], ids=repr)
def test_a_pass_filter_is_3_db_down_at_its_frequency(step: Highpass | Lowpass, rate: int) -> None:
    assert response_db(step, step.hz, rate) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize(("step", "octave"), [(Highpass(1000), 0.5), (Lowpass(1000), 2.0)])
def test_a_pass_filter_falls_12_db_an_octave_and_passes_the_rest(
    step: Highpass | Lowpass, octave: float
) -> None:
    levels = [response_db(step, 1000 * octave**n, FINE_RATE) for n in range(-4, 4)]
    # Butterworth: 1 / (1 + 2**(4 n)) of the power; to 0.1 dB, the bending of frequencies at 8 kHz
    expected = [-10 * math.log10(1 + 2.0 ** (4 * n)) for n in range(-4, 4)]
    assert levels == pytest.approx(expected, abs=0.1)
    assert levels[-2] - levels[-1] == pytest.approx(12.04, abs=0.2)


@pytest.mark.parametrize("db", [-6.0, -1.5, 2.0, 9.0])
def test_a_shelf_has_its_gain_on_its_side_and_half_at_its_frequency(db: float) -> None:
    for shelf, within, without in ((Lowshelf(500, db), 10, 15_000), (Highshelf(2000, db), 20_000, 50)):
        assert response_db(shelf, within) == pytest.approx(db, abs=0.05)
        assert response_db(shelf, without) == pytest.approx(0, abs=0.05)
        assert response_db(shelf, shelf.hz) == pytest.approx(db / 2, abs=0.02)


@pytest.mark.parametrize("db", [-12.0, 12.0])
def test_a_shelf_has_no_hump(db: float) -> None:
    curve = [response_db(Highshelf(2000, db), hz, 8000 * 6) for hz in np.geomspace(50, 20_000, 30)]
    assert all((later - earlier) * db >= -1e-3 for earlier, later in pairwise(curve))


@pytest.mark.parametrize(("db", "q"), [(-3.5, 1.0), (6.0, 0.7), (12.0, 4.0)])
def test_a_peak_has_its_gain_and_its_width(db: float, q: float) -> None:
    step = Peak(2000, db, q)
    half_width = math.asinh(1 / (2 * q))  # in nepers of frequency: f2 - f1 = hz / q, f1 f2 = hz * hz
    assert response_db(step, 2000, FINE_RATE) == pytest.approx(db, abs=0.01)
    for edge in (-half_width, half_width):
        assert response_db(step, 2000 * math.exp(edge), FINE_RATE) == pytest.approx(db / 2, abs=0.05)
    for far in (20, 80_000):
        assert response_db(step, far, FINE_RATE) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("step", LINEAR, ids=lambda step: type(step).__name__)
@settings(deadline=None, max_examples=10)
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(1, 3000),
    shift=st.integers(0, 500),
    factor=st.floats(-4, 4),
)
def test_linear_filters_are_linear_and_do_not_change_with_time(
    step: Filter, seed: int, count: int, shift: int, factor: float
) -> None:
    one, other = noise(seed, count), noise(seed + 1, count)
    mixed = step.apply(one + np.float32(factor) * other, SAMPLE_RATE)
    apart = step.apply(one, SAMPLE_RATE) + np.float32(factor) * step.apply(other, SAMPLE_RATE)
    np.testing.assert_allclose(mixed, apart, atol=5e-6)  # some roundings of a float32 at 1.0
    later = step.apply(np.pad(one, ((shift, 0), (0, 0))), SAMPLE_RATE)
    np.testing.assert_allclose(later[shift:], step.apply(one, SAMPLE_RATE), atol=1e-6)


@pytest.mark.parametrize(
    "step", [Lowpass(8500), Highshelf(9000, -4), Peak(12_000, 6), Deesser(9000, -20, 4, 2, 60)]
)
def test_what_the_rate_cannot_carry_is_not_filtered(step: Filter) -> None:
    # A voice at 16 kHz through a chain made for 44.1 kHz: speech below 3 kHz stays as it was.
    tone = sine(1000, 0.2, -6, 16_000)
    passed = step.apply(tone, 16_000)
    level = decibels(float(np.std(passed[800:]) / np.std(tone[800:])))
    assert level == pytest.approx(0, abs=0.1)


def test_a_constant_offset_does_not_get_through_a_high_pass() -> None:
    assert (
        np.abs(Highpass(65).apply(np.full((SAMPLE_RATE, 1), 0.5, np.float32), SAMPLE_RATE)[-1000:]).max()
        < 1e-6
    )


# --- De-esser and compressor -------------------------------------------------------------------------------


@pytest.mark.parametrize("ratio", [2.0, 4.0, 10.0])
@pytest.mark.parametrize("hiss_db", [-6.0, -12.0, -18.0])
@pytest.mark.parametrize("level", [0.0, -30.0])
def test_the_deesser_leaves_of_an_excess_what_its_ratio_says(
    ratio: float, hiss_db: float, level: float
) -> None:
    voice, hiss = sine(300, 1, level), sine(13_000, 1, level + hiss_db)
    output = Deesser(4500, -24, ratio, 2, 60).apply(voice + hiss, SAMPLE_RATE)
    # the voice's level is that of both tones
    excess = hiss_db - 10 * math.log10(1 + 10 ** (hiss_db / 10)) + 24
    change = decibels(amplitude(output, 13_000, 0.5, 0.3) / gain(level + hiss_db))
    # The band is 0.05 dB short of the whole tone at 13 kHz, and subtracting it leaves that little.
    assert change == pytest.approx(excess * (1 / ratio - 1), abs=0.25)
    assert amplitude(output, 300, 0.5, 0.3) == pytest.approx(gain(level), rel=1e-3)


def test_the_deesser_passes_bit_for_bit_what_does_not_hiss() -> None:
    calm = sine(300, 0.5) + sine(9000, 0.5, -30)
    np.testing.assert_array_equal(Deesser(4500, -24, 4, 2, 60).apply(calm, SAMPLE_RATE), calm)


@pytest.mark.parametrize("hz", [1500.0, 4500.0, 12_000.0])
def test_the_deessers_band_is_split_without_phase(hz: float) -> None:
    tone = sine(hz, 1) * np.float32(0.1)
    output = Deesser(4500, -60, 100, 50, 60).apply(tone, SAMPLE_RATE)
    # Fully reduced, the complement of a zero-phase band is left: in phase with the tone, so no more than it.
    correlation = float(np.sum(output[20_000:30_000] * tone[20_000:30_000]))
    alike = correlation / float(np.linalg.norm(output[20_000:30_000]) * np.linalg.norm(tone[20_000:30_000]))
    assert alike == pytest.approx(1, abs=1e-3)


def stepped(hz: float, parts: list[tuple[float, float]]) -> Samples:
    """A tone with a level (dBFS) for a length (s), then another, its phase unbroken."""
    levels = np.concatenate([np.full(round(length * SAMPLE_RATE), gain(level)) for level, length in parts])
    return (levels[:, None] * sine(hz, len(levels) / SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize(
    ("step", "hz"),
    [(Deesser(3000, -30, 2, 10, 100), 12_000.0), (Compressor(-30, 2, 10, 100), 3000.0)],
    ids=["deesser", "compressor"],
)
def test_attack_and_release_have_their_time_constants(step: Deesser | Compressor, hz: float) -> None:
    tone = stepped(hz, [(-40, 1), (0, 1), (-20, 1)])
    output = step.apply(tone, SAMPLE_RATE)

    def reduction_db(time: float) -> float:
        return decibels(amplitude(output, hz, time - 0.001, 0.002) / amplitude(tone, hz, time - 0.001, 0.002))

    # The followed power approaches each new one exponentially; in dB the gain follows with (1 / ratio - 1).
    settled = reduction_db(1.9)
    for after in (0.005, 0.010, 0.020):
        power = 1 - math.exp(-after / 0.010)
        assert reduction_db(1 + after) - settled == pytest.approx(-5 * math.log10(power), abs=0.15)
    for after in (0.050, 0.100, 0.300):
        power = 0.01 + 0.99 * math.exp(-after / 0.100)
        assert reduction_db(2 + after) - settled == pytest.approx(-5 * math.log10(power), abs=0.15)


@pytest.mark.parametrize(("threshold", "ratio"), [(-12.0, 3.0), (-3.0, 2.0), (3.0, 8.0)])
@pytest.mark.parametrize("level", [-1.0, -40.0])
def test_the_compressors_static_curve(threshold: float, ratio: float, level: float) -> None:
    # A steady tone is at the voice's own level: 0 dB, so -threshold above the threshold.
    output = Compressor(threshold, ratio, 10, 150).apply(sine(1000, 3, level), SAMPLE_RATE)
    change = decibels(amplitude(output, 1000, 2, 0.5)) - level
    # The level is judged with the rise of its 50 ms window included: 3 s long, that is 0.1 dB.
    assert change == pytest.approx(min(threshold, 0) * (1 - 1 / ratio), abs=0.15)


def test_the_compressor_brings_loud_and_soft_closer_and_leaves_what_is_softer() -> None:
    tone = stepped(1000, [(-6, 2), (-16, 2), (-50, 2)])
    output = Compressor(-20, 2.5, 10, 150).apply(tone, SAMPLE_RATE)
    loud, soft = (decibels(amplitude(output, 1000, start, 0.4)) for start in (1.5, 3.5))
    assert loud - soft == pytest.approx(10 / 2.5, abs=0.05)
    np.testing.assert_array_equal(output[-SAMPLE_RATE // 2 :], tone[-SAMPLE_RATE // 2 :])


@pytest.mark.parametrize("step", FOLLOWING, ids=lambda step: type(step).__name__)
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**31), level=st.floats(-60, 12), silence=st.integers(0, 30_000))
def test_the_voices_own_level_is_the_measure(step: Filter, seed: int, level: float, silence: int) -> None:
    speech = noise(seed, 30_000) * np.repeat(np.linspace(0.02, 1, 10), 3000)[:, None].astype(np.float32)
    # the window in which the level is judged has died out: e**-10
    speech = np.pad(speech, ((0, 22_050), (0, 0)))
    output = step.apply(speech, SAMPLE_RATE)
    assert not np.array_equal(output, speech)
    louder = step.apply(speech * np.float32(gain(level)), SAMPLE_RATE)
    np.testing.assert_allclose(louder, output * np.float32(gain(level)), atol=1e-5 * gain(level))
    within = step.apply(np.pad(speech, ((silence, silence), (0, 0))), SAMPLE_RATE)
    np.testing.assert_allclose(within[silence : silence + len(speech)], output, atol=2e-5)


# --- Room --------------------------------------------------------------------------------------------------


def reverberation(room: Room, rate: int = SAMPLE_RATE) -> NDArray[np.float64]:
    """The room's answer to an impulse, without the impulse."""
    impulse = np.zeros((1, 1), np.float32)
    impulse[0] = 1
    answer = room.apply(impulse, rate)[:, 0].astype(np.float64)
    assert answer[0] == pytest.approx(1, abs=0.01)
    answer[0] = 0
    return answer


@pytest.mark.parametrize("rate", [22_050, 44_100])
@pytest.mark.parametrize("t60_s", [0.3, 0.55, 1.2])
def test_the_rooms_reverberation_time(t60_s: float, rate: int) -> None:
    slopes = []
    for seed in range(8):
        energy = reverberation(Room(t60_s, 18, 180, 3200, -21, seed), rate) ** 2
        # Schroeder: the energy still to come, in dB; from -5 to -25 dB takes a third of T60 (ISO 3382, T20).
        decay = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-30)
        start, end = np.argmax(decay < -5), np.argmax(decay < -25)
        slopes.append(np.polyfit(np.arange(start, end) / rate, decay[start:end], 1)[0])
    # At any time the energy to come is that of about 3 kHz * T60 / 13.8 independent values, so it strays by
    # 0.5 dB at 0.3 s: some 4 % of the slope over 20 dB, and 1.4 % of the mean of eight.
    assert -60 / np.mean(slopes) == pytest.approx(t60_s, rel=0.04)


def test_the_room_waits_and_then_rings_on_and_is_not_cut() -> None:
    room = Room(0.5, 20, 180, 3200, -21, 1)
    voice = noise(1, 5000)
    output = room.apply(voice, SAMPLE_RATE)
    predelay = round(0.020 * SAMPLE_RATE)
    # the Fourier transform leaves a rounding of a float32 before the reverberation
    np.testing.assert_allclose(output[:predelay], voice[:predelay], atol=1e-7)
    assert np.abs(output[predelay : predelay + 300] - voice[predelay : predelay + 300]).max() > 1e-3
    assert len(output) == len(voice) + predelay + round(0.5 * SAMPLE_RATE) - 1
    assert np.abs(output[-200:]).max() < 0.1 * gain(-21 - 40)


@pytest.mark.parametrize("level", [-30.0, -21.0, -10.0])
def test_the_rooms_level_is_that_of_sound_in_its_band(level: float) -> None:
    answer = reverberation(Room(0.55, 18, 180, 3200, level, 1))
    power = np.abs(np.fft.rfft(answer)) ** 2
    hz = np.fft.rfftfreq(len(answer), 1 / SAMPLE_RATE)

    def band_db(low: float, high: float) -> float:
        return 10 * math.log10(float(power[(hz >= low) & (hz <= high)].mean()))

    assert band_db(180, 3200) == pytest.approx(level, abs=0.1)
    # 12 dB an octave: two octaves out it is 24 dB down, and its mean over the next octave lower still
    assert band_db(12_800, 22_050) < level - 24
    assert band_db(0, 20) < level - 30
    assert decibels(abs(float(answer.sum()))) < level - 40  # no constant


def test_a_room_is_made_from_its_seed() -> None:
    first, again, other = (reverberation(Room(0.5, 0, 180, 3200, -10, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.1


# --- The chain ---------------------------------------------------------------------------------------------


def test_filters_next_to_each_other_do_together_what_they_do_apart() -> None:
    voice = noise(7, 20_000)
    one_by_one = voice
    for step in SOFTENER:
        one_by_one = step.apply(one_by_one, SAMPLE_RATE)
    together = apply_chain(SOFTENER, voice, SAMPLE_RATE)
    assert together.dtype == np.float32
    assert together.shape == one_by_one.shape
    np.testing.assert_allclose(together, one_by_one, atol=1e-6)


def test_the_order_of_the_chain_is_kept() -> None:
    voice = noise(8, 20_000)
    first = apply_chain((Compressor(-20, 4, 1, 20), Peak(1000, 12)), voice, SAMPLE_RATE)
    last = apply_chain((Peak(1000, 12), Compressor(-20, 4, 1, 20)), voice, SAMPLE_RATE)
    assert np.abs(first - last).max() > 0.01


def test_no_filter_is_no_change() -> None:
    voice = noise(9, 100)
    np.testing.assert_array_equal(apply_chain((), voice, SAMPLE_RATE), voice)


@pytest.mark.parametrize("step", [*LINEAR, *FOLLOWING], ids=lambda step: type(step).__name__)
def test_silence_stays_silence_and_nothing_stays_nothing(step: Filter) -> None:
    output = step.apply(np.zeros((9000, 1), np.float32), SAMPLE_RATE)
    assert not output.any()
    assert len(output) >= 9000
    assert step.apply(np.zeros((0, 1), np.float32), SAMPLE_RATE).shape == (0, 1)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=400), st.sampled_from([8000, 22_050, 44_100])
)
def test_whatever_goes_in_finite_numbers_come_out(values: list[float], rate: int) -> None:
    output = apply_chain((*SOFTENER, *FOLLOWING), np.array(values, np.float32)[:, None], rate)
    assert np.isfinite(output).all()
    assert output.shape[1] == 1


@pytest.mark.parametrize(
    ("name", "figures", "sentence"),
    [
        ("highpass", {"hz": 5.0}, "hz must be from 10 to 22000, not 5"),
        ("lowpass", {"hz": math.nan}, "hz must be from 10 to 22000, not nan"),
        ("lowshelf", {"hz": 200.0, "db": 30.0}, "db must be from -24 to 24, not 30"),
        ("highshelf", {"hz": 0.0, "db": 3.0}, "hz must be from 10 to 22000, not 0"),
        ("peak", {"hz": 200.0, "db": 3.0, "q": 0.0}, "q must be from 0.1 to 20, not 0"),
        ("deesser", {"hz": 1.0}, "hz must be from 10 to 22000, not 1"),
        ("deesser", {"ratio": 0.5}, "ratio must be from 1 to 100, not 0.5"),
        ("compressor", {"threshold_db": -80.0}, "threshold_db must be from -60 to 20, not -80"),
        ("compressor", {"attack_ms": 0.0}, "attack_ms must be from 0.1 to 1000, not 0"),
        ("compressor", {"attack_ms": 200.0}, "attack_ms (200) must not be more than release_ms (100)"),
        ("room", {"t60_s": 60.0}, "t60_s must be from 0.05 to 5, not 60"),
        ("room", {"predelay_ms": -1.0}, "predelay_ms must be from 0 to 200, not -1"),
        ("room", {"level_db": 3.0}, "level_db must be from -60 to 0, not 3"),
        ("room", {"seed": -1}, "seed must be from 0 to 4.29497e+09, not -1"),
        ("room", {"high_hz": 300.0}, "high_hz (300) must be an octave or more above low_hz (180)"),
    ],
)
def test_a_figure_out_of_range_is_refused_with_its_name(
    name: str, figures: dict[str, float], sentence: str
) -> None:
    dynamics = {"threshold_db": -20.0, "ratio": 2.0, "attack_ms": 2.0, "release_ms": 100.0}
    usual: dict[str, dict[str, float]] = {
        "deesser": {"hz": 5000.0, **dynamics},
        "compressor": dynamics,
        "room": {
            "t60_s": 0.5,
            "predelay_ms": 18,
            "low_hz": 180,
            "high_hz": 3200,
            "level_db": -21,
            "seed": 1,
        },
    }
    with pytest.raises(ValueError) as refusal:
        FILTERS[name](**usual.get(name, {}) | figures)
    assert str(refusal.value) == sentence


def test_every_filter_has_its_name() -> None:
    assert {name: kind.__name__.lower() for name, kind in FILTERS.items()} == {name: name for name in FILTERS}
    assert len(FILTERS) == 8
