"""Bells ring in their modes, each for its time, begin softly and end in nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from stem.errors import UnknownNameError
from stem.sound.beds import BELL_FRAMES, BELLS, bell, bell_frames
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE, decibels

Floats = NDArray[np.float64]

BOWL = {196 * low: 30.0 * share for low, share in ((0.996, 1.0), (2.979, 0.45), (5.704, 0.22))}
TINGSHA = {2480 * ratio: t60_s for ratio, t60_s in ((1.0, 10.0), (1.73, 6.0), (2.33, 4.0), (3.91, 2.5))}
"""Frequencies in hertz and the time of each to fall by 60 dB."""


@pytest.fixture(scope="module")
def strokes() -> Mapping[str, Samples]:
    return {kind: bell(kind) for kind in BELLS}


def band(sound: Samples, low: float, high: float) -> Floats:
    """Return the left channel between two frequencies."""
    spectrum = np.fft.rfft(sound[:, 0].astype(np.float64))
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    return np.asarray(np.fft.irfft(spectrum * ((hertz > low) & (hertz < high)), len(sound)), np.float64)


def envelope(wave: Floats, window_s: float) -> Floats:
    window = round(window_s * SAMPLE_RATE)
    square = np.square(wave[: len(wave) // window * window]).reshape(-1, window)
    return np.asarray(np.sqrt(square.mean(axis=1)), np.float64)


def level_of_mode(sound: Samples, hertz: float, beat_hz: float) -> tuple[Floats, Floats]:
    """Return times in seconds, and the level in dB of a pair of modes at `hertz`, each over a whole beat."""
    level_db = 20 * np.log10(envelope(band(sound, 0.97 * hertz, 1.03 * hertz), 1 / beat_hz))
    return np.asarray((np.arange(len(level_db)) + 0.5) / beat_hz), np.asarray(level_db, np.float64)


def t60_s(times_s: Floats, level_db: Floats, first_s: float, last_s: float) -> float:
    within = (times_s > first_s) & (times_s < last_s)
    return float(-60.0 / np.polyfit(times_s[within], level_db[within], 1)[0])


# --- Every bell ---


@pytest.mark.parametrize("kind", BELLS)
@pytest.mark.parametrize("seed", [0, -2])
def test_a_bell_begins_softly_and_ends_in_nothing(kind: str, seed: int) -> None:
    sound = bell(kind, seed)
    assert sound.shape == (bell_frames(kind), 2)
    assert sound.dtype == np.float32
    assert np.abs(sound).max() == pytest.approx(0.5)
    assert not sound[0].any()
    assert not sound[-1].any()
    # No sample of the first half millisecond is near the peak, so there is no click.
    assert np.abs(sound[: SAMPLE_RATE // 2000]).max() < 0.1
    assert decibels(float(np.abs(sound[-SAMPLE_RATE:]).max()) / 0.5) < -70.0
    assert np.abs(sound.mean(axis=0)).max() < 1e-5


@pytest.mark.parametrize("kind", BELLS)
def test_a_seed_makes_one_stroke_and_another_seed_another(kind: str, strokes: Mapping[str, Samples]) -> None:
    assert np.array_equal(strokes[kind], bell(kind, 0))
    assert not np.array_equal(strokes[kind], bell(kind, 1))


@pytest.mark.parametrize("kind", BELLS)
def test_a_bell_is_heard_in_mono(kind: str, strokes: Mapping[str, Samples]) -> None:
    sound = strokes[kind].astype(np.float64)
    middle = np.square(sound.mean(axis=1)).sum()
    # Two channels that have nothing in common would lose 3.01 dB.
    assert 10 * np.log10(middle / np.square(sound).sum() * 2) > -2.0


@pytest.mark.parametrize("kind", BELLS)
def test_a_bell_dies_away_without_a_break(kind: str, strokes: Mapping[str, Samples]) -> None:
    # Over half a second, which is three beats of the tingsha; the bowl, which beats in 0.64 s, sways by 8 dB.
    level = 20 * np.log10(envelope(strokes[kind][:-SAMPLE_RATE, 0].astype(np.float64), 0.5))
    assert np.abs(np.diff(level)).max() < 10.0
    smooth = np.convolve(level, np.full(8, 1 / 8), "valid")
    assert np.diff(smooth).max() < 0.5


def test_the_bell_that_rings_unless_another_is_chosen_is_the_bowl(strokes: Mapping[str, Samples]) -> None:
    assert np.array_equal(bell(), strokes["klankschaal"])
    assert bell_frames("klankschaal") == BELL_FRAMES


def test_an_unknown_bell_is_told_what_was_meant() -> None:
    for refuse in (bell, bell_frames):
        with pytest.raises(UnknownNameError) as caught:
            refuse("gongg")
        assert caught.value.sentence == "There is no bell named 'gongg'."
        assert caught.value.hint == "Did you mean 'gong'?"


def test_a_bell_is_told_in_one_line() -> None:
    assert all(recipe.summary and "\n" not in recipe.summary for recipe in BELLS.values())


# --- Their modes ---


@pytest.mark.parametrize("hertz", BOWL)
def test_the_bowl_rings_in_pairs_that_beat(hertz: float, strokes: Mapping[str, Samples]) -> None:
    pairs = {0.996: 1.004, 2.979: 2.993, 5.704: 5.710}
    beat_hz = 196 * next(high - low for low, high in pairs.items() if 196 * low == hertz)
    times_s, level_db = level_of_mode(strokes["klankschaal"], hertz, beat_hz)
    expected = BOWL[hertz]
    # From half a second, when it has grown, until it has fallen by 30 dB.
    assert t60_s(times_s, level_db, 0.5, expected / 2) == pytest.approx(expected, rel=0.03)
    assert np.argmax(level_db) <= 1


def test_the_bowl_has_the_ratios_of_a_bowl(strokes: Mapping[str, Samples]) -> None:
    sound = strokes["klankschaal"][:, 0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(sound * np.exp(-np.arange(len(sound)) / SAMPLE_RATE), 120 * SAMPLE_RATE))
    for hertz in BOWL:
        # The window widens a peak to about 1/pi Hz; the pair lies 1.2 to 2.7 Hz apart, the first louder.
        around = slice(round(hertz * 0.98 * 120), round(hertz * 1.02 * 120))
        peak = (around.start + int(np.argmax(spectrum[around]))) / 120
        assert peak == pytest.approx(hertz, abs=0.5)


@pytest.mark.parametrize("hertz", TINGSHA)
def test_the_tingsha_rings_in_the_modes_of_a_plate(hertz: float, strokes: Mapping[str, Samples]) -> None:
    sound = strokes["tingsha"]
    spectrum = np.abs(np.fft.rfft(sound[:, 0]))
    apart = 6.5 * hertz / 2480  # the second cymbal is as much higher in every mode
    bin_hz = SAMPLE_RATE / len(sound)
    for cymbal_hz in (hertz, hertz + apart):
        around = slice(round((cymbal_hz - 3) / bin_hz), round((cymbal_hz + 3) / bin_hz))
        assert (around.start + int(np.argmax(spectrum[around]))) * bin_hz == pytest.approx(cymbal_hz, abs=0.2)
    times_s, level_db = level_of_mode(sound, hertz, apart)
    expected = TINGSHA[hertz]
    assert t60_s(times_s, level_db, 0.3, expected / 2) == pytest.approx(expected, rel=0.03)


def test_two_cymbals_shimmer_six_or_seven_times_a_second(strokes: Mapping[str, Samples]) -> None:
    swing = envelope(band(strokes["tingsha"], 2400, 2560), 0.01)[20:620]
    level = 20 * np.log10(swing)
    level -= np.polyval(np.polyfit(np.arange(len(level)), level, 1), np.arange(len(level)))
    pace = np.abs(np.fft.rfft(level))
    assert np.fft.rfftfreq(len(level), 0.01)[int(np.argmax(pace))] == pytest.approx(6.5, abs=0.17)


def test_the_gong_is_deep_and_its_lowest_mode_rings_longest(strokes: Mapping[str, Samples]) -> None:
    sound = strokes["gong"]
    low = 20 * np.log10(envelope(band(sound, 50, 86), 0.5))
    times_s = np.arange(0.25, 0.5 * len(low), 0.5, dtype=np.float64)
    assert t60_s(times_s, low, 1.0, 22.0) == pytest.approx(22.0, rel=0.03)
    high = 20 * np.log10(envelope(band(sound, 1200, 2200), 0.25))
    later_s = np.arange(0.125, 0.25 * len(high), 0.25, dtype=np.float64)
    # 22 s times ratio ** -0.45: 6.0 s at 1,200 Hz and 4.6 s at 2,200.
    assert 4.6 < t60_s(later_s, high, 1.5, 4.0) < 6.0


def test_the_shimmer_of_the_gong_rises_after_the_strike(strokes: Mapping[str, Samples]) -> None:
    low, high = (envelope(band(strokes["gong"], *edges), 0.05)[:60] for edges in ((50, 200), (1500, 2200)))
    # A mode of onset o and decay d is loudest at o ln(1 + d / o): 0.14 s for the lowest, 0.45 s for the
    # highest.
    assert 0.05 * int(np.argmax(low)) < 0.35
    assert 0.3 < 0.05 * int(np.argmax(high)) < 0.9
    assert high[0] < 0.3 * high.max()
    spectrum = np.square(np.abs(np.fft.rfft(strokes["gong"][:, 0])))
    hertz = np.fft.rfftfreq(len(strokes["gong"]), 1 / SAMPLE_RATE)
    assert spectrum[hertz < 400].sum() > 0.8 * spectrum.sum()
