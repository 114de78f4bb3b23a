"""Beds have their colour, no seam, and room for the voice; the cache gives back what was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from stem import beds, files
from stem.audio import Samples
from stem.beds import BEDS, Bed, load_bed
from stem.errors import UnknownNameError
from stem.units import SAMPLE_RATE, decibels

Floats = NDArray[np.float64]

NAMES = tuple(BEDS)
NOISES = ("bruin", "pink", "none")
BIN = 1 / 120  # Hz; the resolution of a whole 120 s loop, used where a test speaks of single tones


@pytest.fixture(scope="module")
def loops_of() -> Callable[[str], tuple[Samples, ...]]:
    """Every bed made once for this module, without the cache."""
    made: dict[str, tuple[Samples, ...]] = {}

    def loops(name: str) -> tuple[Samples, ...]:
        if name not in made:
            made[name] = tuple(BEDS[name].make(seed=1))
        return made[name]

    return loops


LoopsOf = Callable[[str], tuple[Samples, ...]]


def rms(samples: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def powers(wave: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Return frequencies in hertz and the power in each bin of a whole loop (no window: it is periodic)."""
    spectrum = np.fft.rfft(wave.astype(np.float32))  # half the time; its noise lies 140 dB down
    power = np.square(np.abs(spectrum).astype(np.float64) / len(wave))
    return np.asarray(np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE), np.float64), power


def levels(samples: Samples, window_s: float) -> Floats:
    """Return the RMS of each window in dBFS."""
    window = round(window_s * SAMPLE_RATE)
    count = len(samples) // window
    square = np.square(samples[: count * window].astype(np.float64)).reshape(count, window, -1)
    return np.asarray(10 * np.log10(square.mean(axis=(1, 2))))


def band_densities(wave: NDArray[np.floating], low: float, high: float, bands: int) -> tuple[Floats, Floats]:
    """Return the centres of bands of equal width in octaves, and the density of power in each in dB."""
    hertz, power = powers(wave)
    edges = np.geomspace(low, high, bands + 1)
    owner = np.digitize(hertz, edges) - 1
    inside = (owner >= 0) & (owner < bands)
    density = np.bincount(owner[inside], power[inside]) / np.bincount(owner[inside])
    return np.sqrt(edges[:-1] * edges[1:]), 10 * np.log10(density)


# --- Colour ---


@pytest.mark.parametrize(("name", "db_per_octave"), [("bruin", -6.02), ("pink", -3.01), ("none", -3.01)])
def test_noise_has_its_slope_and_a_dip_for_speech(name: str, db_per_octave: float, loops_of: LoopsOf) -> None:
    # A slope is a straight line over the logarithm of frequency; the dip, 8 dB times 2 ** -(2 x) ** 2 at x
    # octaves, has less than 0.02 dB left at 1.5 octaves. The residual also holds the 0.1 dB that the edge at
    # 25 Hz takes from the lowest band, and the chance in how two channels' phases meet.
    for channel in loops_of(name)[0].T:
        hertz, density = band_densities(channel, 40.0, 16_000.0, 24)
        octaves = np.log2(hertz / 2200.0)
        outside = np.abs(octaves) > 1.5
        line = np.polyfit(octaves[outside], density[outside], 1)
        assert line[0] == pytest.approx(db_per_octave, abs=0.05)
        residual = density - np.polyval(line, octaves)
        assert np.abs(residual[outside]).max() < 0.3

        narrow, fine = band_densities(channel, 2200.0 / 2**0.525, 2200.0 * 2**0.525, 21)
        dip = fine - np.polyval(line, np.log2(narrow / 2200.0))
        assert dip[10] == pytest.approx(-8.0, abs=0.3)
        assert dip[[0, -1]] == pytest.approx(-4.0, abs=0.4)


def test_none_is_a_floor_at_minus_seventy(loops_of: LoopsOf) -> None:
    assert decibels(rms(loops_of("none")[0])) == pytest.approx(-70.0, abs=0.01)


# --- Every bed ---


@pytest.mark.parametrize("name", NAMES)
def test_a_bed_is_finite_without_offset_and_without_spikes(name: str, loops_of: LoopsOf) -> None:
    loops = loops_of(name)
    sound = Bed(name, loops, 0.0).read(0, 120 * SAMPLE_RATE)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 1.0
    assert decibels(np.abs(sound).max() / rms(sound)) < 20.0
    for loop in loops:
        assert loop.dtype == np.float32
        # An offset 80 dB under the sound moves no loudspeaker and makes no click at a fade.
        assert np.abs(loop.mean(axis=0, dtype=np.float64)).max() < 1e-4 * rms(loop)


@pytest.mark.parametrize("name", NAMES)
def test_a_bed_loses_little_in_mono(name: str, loops_of: LoopsOf) -> None:
    for loop in loops_of(name):
        # Two channels without any likeness would lose 3.01 dB, two that cancel everything.
        assert decibels(rms(loop.mean(axis=1)) / rms(loop)) > -2.5


@pytest.mark.parametrize("name", ["bruin", "pink", "none", "zee"])
def test_under_120_hz_noise_is_mono_and_above_it_is_wide(name: str, loops_of: LoopsOf) -> None:
    for loop in loops_of(name):
        hertz, middle = powers(loop.mean(axis=1))
        _, side = powers((loop[:, 0] - loop[:, 1]) / 2)
        # The swells of the sea carry a trace of its next band a few bins over the border.
        low, wide = hertz < 115.0, (hertz > 300.0) & (hertz < 900.0)
        assert side[low].sum() < 1e-6 * middle[low].sum()
        # Correlation 0.28 is side / middle = 0.36 / 0.64 in power; waves that drift by make it more.
        assert 0.5 < side[wide].sum() / middle[wide].sum() < 0.75


def seam_score(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """Return how much the joint of two waves stands out for who knows what usually comes next.

    What a linear prediction from 32 samples leaves over at the joint, over the 99.9 percentile elsewhere. A
    joint like any other place scores about 1.
    """
    wave = np.concatenate([before, after]).astype(np.float64)
    spectrum = np.square(np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 2 * len(wave))))
    correlation = np.fft.irfft(spectrum)[:33]
    correlation[0] *= 1 + 1e-9  # pure tones would make the equations singular
    predictor = solve_toeplitz(correlation[:32], correlation[1:])
    residual = np.abs(lfilter(np.concatenate([[1.0], -predictor]), [1.0], wave))
    joint = len(before)
    elsewhere = np.concatenate([residual[100 : joint - 100], residual[joint + 100 :]])
    return float(residual[joint - 4 : joint + 36].max() / np.percentile(elsewhere, 99.9))


@pytest.mark.parametrize("name", NAMES)
def test_a_loop_has_no_seam(name: str, loops_of: LoopsOf) -> None:
    reach = 2 * SAMPLE_RATE
    for loop in loops_of(name):
        for wave in loop.T:
            assert seam_score(wave[-reach:], wave[:reach]) < 2.0


@pytest.mark.parametrize("name", ["bruin", "zee", "klankschalen"])
def test_the_search_for_a_seam_finds_a_hard_cut(name: str, loops_of: LoopsOf) -> None:
    # By chance a cut may meet; of ten one is found. In pink noise, every sample of which is a surprise, this
    # measure finds none, nor does an ear.
    reach = 2 * SAMPLE_RATE
    wave = loops_of(name)[0][:, 0]
    cuts = [wave[: -round(short_s * SAMPLE_RATE)] for short_s in np.linspace(0.3, 1.2, 10)]
    assert max(seam_score(cut[-reach:], cut[:reach]) for cut in cuts) > 4.0


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_makes_one_bed_and_another_seed_another(name: str) -> None:
    # Fifty seconds of each loop: what fills it knows no other length than the one it is given.
    recipe = beds.Recipe("", tuple((50, fill) for _, fill in BEDS[name].loops))
    for first, again, second in zip(recipe.make(5), recipe.make(5), recipe.make(-6), strict=True):
        assert np.array_equal(first, again)
        assert not np.array_equal(first, second)
        assert rms(second) == pytest.approx(rms(first), rel=0.5)


def test_two_loops_do_not_repeat_together(loops_of: LoopsOf) -> None:
    for name in ("zee", "klankschalen"):
        bed = Bed(name, loops_of(name), 0.0)
        first, second = bed.read(0, SAMPLE_RATE), bed.read(120 * SAMPLE_RATE, SAMPLE_RATE)
        assert rms(second - first) > 0.1 * rms(first)


def test_a_bed_is_told_in_one_line() -> None:
    assert all(recipe.summary and "\n" not in recipe.summary for recipe in BEDS.values())


# --- The sea ---


def swell(wave: NDArray[np.floating], low: float, high: float) -> Floats:
    """Return the level, as an amplitude every 0.1 s, of what lies between two frequencies."""
    spectrum = np.fft.rfft(wave.astype(np.float32))
    hertz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE)
    band = np.fft.irfft(spectrum * ((hertz > low) & (hertz < high)), len(wave))
    return np.asarray(np.sqrt(np.square(band).reshape(-1, SAMPLE_RATE // 10).mean(axis=1)))


def test_the_sea_comes_in_waves_of_seven_to_twelve_seconds(loops_of: LoopsOf) -> None:
    rises = swell(loops_of("zee")[0][:, 0], 200.0, 900.0)
    # Waves overlap by about a fifth, so one begins every 5 to 10 s: the most of what changes slower than
    # once in 3 s goes at that pace.
    power = np.square(np.abs(np.fft.rfft(rises - rises.mean())))
    hertz = np.fft.rfftfreq(len(rises), 0.1)
    waves = (hertz > 1 / 13) & (hertz < 1 / 5)
    assert power[waves].sum() > 0.5 * power[(hertz > 0) & (hertz < 1 / 3)].sum()


def test_the_sea_is_never_still_and_never_startles(loops_of: LoopsOf) -> None:
    level = levels(Bed("zee", loops_of("zee"), 0.0).read(0, 120 * SAMPLE_RATE), 0.5)
    lull, crest = np.percentile(level, [5, 95])
    assert 6.0 < crest - lull < 14.0
    assert np.abs(np.diff(level)).max() < 5.0
    assert level.min() > np.median(level) - 12.0


def test_foam_comes_after_the_roar(loops_of: LoopsOf) -> None:
    left = loops_of("zee")[0][:, 0]
    roar, foam = swell(left, 200.0, 450.0), swell(left, 4500.0, 10_000.0)
    likeness = np.fft.irfft(np.fft.rfft(foam - foam.mean()) * np.conj(np.fft.rfft(roar - roar.mean())))
    lag_s = 0.1 * int(np.argmax(likeness))
    assert 0.6 < lag_s < 2.0


# --- Bowls and the bell ---


def test_the_bell_has_the_modes_of_a_bowl() -> None:
    sound = beds.bell()[:, 0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(sound * np.exp(-np.arange(len(sound)) / SAMPLE_RATE), 120 * SAMPLE_RATE))
    for low, high in ((0.996, 1.004), (2.979, 2.993), (5.704, 5.710)):
        # The window widens a peak to about 1/pi Hz; the pair lies 1.2 to 2.7 Hz apart, the first louder.
        around = slice(round(196 * (low - 0.02) / BIN), round(196 * (high + 0.02) / BIN))
        peak = (around.start + int(np.argmax(spectrum[around]))) * BIN
        assert peak == pytest.approx(196 * low, abs=0.5)


def test_the_bell_rings_for_its_time() -> None:
    sound = beds.bell()
    # From 20 s on only the lowest pair is left; over whole beats its level falls 60 dB in 30 s.
    level = levels(sound, 1 / (196 * 0.008))[31:]
    time_s = np.arange(len(level)) / (196 * 0.008)
    fall = np.polyfit(time_s[time_s < 20], level[time_s < 20], 1)[0]
    assert fall == pytest.approx(-2.0, abs=0.05)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_bell_is_struck_softly_and_ends_in_nothing(seed: int) -> None:
    sound = beds.bell(seed)
    assert sound.shape == (beds.BELL_FRAMES, 2)
    assert np.abs(sound).max() == pytest.approx(0.5)
    assert np.array_equal(sound, beds.bell(seed))
    # Soft: no sample in the first millisecond near the peak, so no click.
    assert np.abs(sound[: SAMPLE_RATE // 1000]).max() < 0.1
    assert decibels(np.abs(sound[-SAMPLE_RATE:]).max() / 0.5) < -80.0
    assert not sound[-1].any()


def test_bowls_overlap_so_that_the_bed_never_stops(loops_of: LoopsOf) -> None:
    level = levels(Bed("klankschalen", loops_of("klankschalen"), 0.0).read(0, 240 * SAMPLE_RATE), 1.0)
    assert level.min() > level.max() - 25.0


# --- Reading ---


@given(
    lengths=st.lists(st.integers(1, 7), max_size=2),
    start=st.integers(-50, 50),
    frames=st.integers(0, 40),
    cut=st.integers(0, 40),
)
def test_reading_is_repeating_without_end(lengths: list[int], start: int, frames: int, cut: int) -> None:
    loops = tuple(
        np.arange(2 * length, dtype=np.float32).reshape(length, 2) + 10 * length for length in lengths
    )
    bed = Bed("test", loops, 0.0)
    expected = np.zeros((frames, 2))
    for loop in loops:
        expected += loop[np.arange(start, start + frames) % len(loop)]
    assert np.array_equal(bed.read(start, frames), expected)
    first = min(cut, frames)
    parts = [bed.read(start, first), bed.read(start + first, frames - first)]
    assert np.array_equal(np.concatenate(parts), expected)


def test_an_unknown_bed_is_told_what_was_meant() -> None:
    beds.check_bed("zee")
    for refuse in (beds.check_bed, lambda name: load_bed(name, 1)):
        with pytest.raises(UnknownNameError) as caught:
            refuse("zeee")
        assert caught.value.sentence == "There is no bed named 'zeee'."
        assert caught.value.hint == "Did you mean 'zee'?"


# --- The cache ---


def entry(seed: int) -> Path:
    """Return the cached file of the bed `none`."""
    (path,) = files.cache_folder("beds").glob(f"none-{seed}-*.npy")
    return path


def test_a_bed_comes_back_from_the_cache_as_it_was_made() -> None:
    made = load_bed("none", 3)
    (loop,) = made.loops
    assert np.array_equal(loop, next(BEDS["none"].make(3)))
    # An independent meter, of the same filters ("DeMan": exact at any rate).
    reading = pyloudnorm.Meter(SAMPLE_RATE, filter_class="DeMan").integrated_loudness(loop.astype(np.float64))
    assert made.lufs == pytest.approx(reading, abs=0.05)

    written = entry(3).stat().st_ino
    again = load_bed("none", 3)
    assert entry(3).stat().st_ino == written
    assert np.array_equal(again.loops[0], loop)
    assert again.lufs == made.lufs
    assert not again.loops[0].flags.writeable  # mapped from the file, which nobody may change


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8])


def spoil_the_note(path: Path) -> None:
    path.with_suffix(".json").write_text("{")


def empty_the_note(path: Path) -> None:
    path.with_suffix(".json").write_text("[]")


def lose_the_note(path: Path) -> None:
    path.with_suffix(".json").unlink()


def vouch_for_something_else(path: Path) -> None:
    np.save(path, np.zeros((10, 2), np.float32))
    note = {"lufs": -20.0, "sha256": beds._checksum(path)}
    path.with_suffix(".json").write_text(json.dumps(note))


@pytest.mark.parametrize(
    "damage",
    [flip_a_bit, truncate, spoil_the_note, empty_the_note, lose_the_note, vouch_for_something_else],
)
def test_a_damaged_bed_is_made_again(damage: Callable[[Path], None]) -> None:
    made = load_bed("none", 4)
    sound = np.array(made.loops[0])
    damage(entry(4))
    again = load_bed("none", 4)
    assert np.array_equal(again.loops[0], sound)
    assert again.lufs == made.lufs
    assert beds._stored("none", entry(4)) is not None  # and the cache is whole again


def test_a_bed_needs_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder should be")
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(occupied))
    assert np.array_equal(load_bed("none", 1).loops[0], next(BEDS["none"].make(1)))


def test_a_bed_that_cannot_be_written_is_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # A folder in the place of the file: the system refuses to rename over it.
    (files.cache_folder("beds") / "none-1-v1.npy").mkdir()
    assert np.array_equal(load_bed("none", 1).loops[0], next(BEDS["none"].make(1)))


def test_the_cache_keeps_the_beds_last_used() -> None:
    # Seed 0 is used again and again, the others once.
    load_bed("none", 0)
    written = entry(0).stat().st_ino
    for seed in range(1, 10):
        load_bed("none", seed)
        load_bed("none", 0)
    assert entry(0).stat().st_ino == written  # never dropped and made again
    kept = {path.name.split("-")[1] for path in files.cache_folder("beds").glob("*.npy")}
    assert kept == {"0", "3", "4", "5", "6", "7", "8", "9"}
    notes = {path.name.split("-")[1] for path in files.cache_folder("beds").glob("*.json")}
    assert notes == kept
