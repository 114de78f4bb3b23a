"""Beds sound like their names, have no seam and leave room for speech; the cache gives back what was made."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

import numpy as np
import pyloudnorm
import pytest
from heard import seam_score
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stem import files
from stem.errors import UnknownNameError, UsageError
from stem.progress import beat, stage
from stem.sound.beds import BEDS, Bed, BedChoice, Recipe, load_bed
from stem.sound.beds import kept as store
from stem.sound.beds.bed import blocks_of, let_go
from stem.sound.beds.grains import scatter
from stem.sound.beds.noise import STEP_FRAMES, Noise, fill_with_noise, gain_curve, slope
from stem.sound.beds.sea import _NEAR_SURF, _Waves
from stem.sound.beds.tones import _ROOM_OCTAVES_DB
from stem.sound.beds.weather import _NEAR_WIND, _gusts, _strength
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.loudness import Meter
from stem.units import SAMPLE_RATE, decibels

Floats = NDArray[np.float64]

ONE_ROUND = 120 * SAMPLE_RATE
SINGLE: Literal["ortho"] = "ortho"
"""A transform scaled so stays in single precision, in half the time; its noise lies 140 dB down."""
NOISES = {"bruin": -6.02, "pink": -3.01, "none": -3.01}
"""Beds of one colour, and its slope in dB an octave."""

TONAL = {"drone", "klankschalen", "vogels", "krekels", "binauraal"}
"""Of these a slope says nothing."""

LENT = {"zee", "klankschalen", "bruin", "none"}
"""Beds that `test_mixing` and others have too: whoever is first makes them for all."""

CLEARED = {"regen", "beek", "wind", "vuur", "kamer", *NOISES}
"""Broad-band beds with a dip for speech."""

FACTS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "sound.md"


@pytest.fixture(scope="module", params=list(BEDS))
def bed(request: pytest.FixtureRequest) -> Bed:
    """Every bed in turn, made once: pytest runs all that asks for it before it makes the next."""
    if request.param in LENT:
        return load_bed(request.param, 1)
    recipe = BEDS[request.param]
    # Reading asks for no loudness; `facts` measures it.
    return Bed(request.param, tuple(recipe.make(seed=1)), lufs=0.0, under_lu=recipe.under_lu)


@dataclass(frozen=True, eq=False)
class Heard:
    """One round of the longest loop of a bed, and its spectrum (no window: it is periodic).

    Attributes:
        bed: The bed.
        sound: Shape (frames, 2).
        whole: The power of all frequencies, the mean of both channels.
        hertz: The frequencies of the spectrum, as far as anything is asked of them.
        power: In each, the mean of both channels.
        middle: The power of what the channels share.
        side: The power of what they have with opposite signs.
        left: The spectrum of the left channel.
    """

    bed: Bed
    sound: Samples
    whole: float
    hertz: Floats
    power: Samples
    middle: Samples
    side: Samples
    left: NDArray[np.complexfloating]

    @cached_property
    def first(self) -> NDArray[np.complexfloating]:
        """The spectrum of the left channel of the first loop alone, as far as `swell` looks."""
        wave = self.bed.loops[0][:, 0]
        return np.fft.rfft(wave, norm=SINGLE)[: 10_000 * len(wave) // SAMPLE_RATE]


@pytest.fixture(scope="module")
def heard(bed: Bed) -> Heard:
    sound = bed.read(0, ONE_ROUND)
    hertz = np.arange(8500 * 120) / 120
    left, right = (np.fft.rfft(channel, norm=SINGLE)[: len(hertz)] for channel in sound.T)
    middle, side = (squared(part / (2 * ONE_ROUND**0.5)) for part in (left + right, left - right))
    # By Parseval; of the spectrum only the positive half is given.
    return Heard(bed, sound, rms(sound) ** 2 / 2, hertz, middle + side, middle, side, left)


# Loops are of ten million samples: each array of all of them in double precision costs more than its sum.


def rms(samples: NDArray[np.floating]) -> float:
    return float(np.sqrt(inner(samples, samples) / samples.size))


def inner(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return the sum of what two arrays of whole seconds are, sample by sample, over each other."""
    seconds, others = (array.reshape(-1, SAMPLE_RATE) for array in (one, other))
    return float(np.einsum("cf,cf->c", seconds, others).sum(dtype=np.float64))


def highest(samples: NDArray[np.floating]) -> float:
    """Return the highest sample, either way; not a number when one is not."""
    return float(max(samples.max(), -samples.min()))


def squared(spectrum: NDArray[np.complexfloating]) -> Samples:
    """Return the power of each bin."""
    return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag))


def powers(wave: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Return frequencies in hertz and the power in each bin of a whole loop, shape (frames,)."""
    power = squared(np.fft.rfft(wave.astype(np.float32), norm=SINGLE)).astype(np.float64) / len(wave)
    return np.asarray(np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE), np.float64), power


def levels(samples: Samples, window_s: float, rate: int = SAMPLE_RATE) -> Floats:
    """Return the RMS of each window in dBFS."""
    window = round(window_s * rate)
    count = len(samples) // window
    parts = samples[: count * window].reshape(count, -1)
    return np.asarray(10 * np.log10(np.einsum("cf,cf->c", parts, parts) / parts.shape[1]))


def band_densities(
    hertz: Floats, power: NDArray[np.floating], low: float, high: float, bands: int
) -> tuple[Floats, Floats]:
    """Return the centres of bands of equal width in octaves, and the density of power in each in dB."""
    limits = np.searchsorted(hertz, np.geomspace(low, high, bands + 1))
    density = np.add.reduceat(power, limits)[:-1] / np.diff(limits)
    centres = np.sqrt(hertz[limits[:-1]] * hertz[limits[1:]])
    return np.asarray(centres, np.float64), np.asarray(10 * np.log10(density), np.float64)


def slope_and_residual(heard: Heard) -> tuple[float, float]:
    """Return dB an octave from 80 Hz to 8 kHz, and the most that one of 24 bands is beside that line.

    The bands within 1.25 octaves of 2.2 kHz, where there may be a dip for speech, are left out; farther off,
    that has less than 0.1 dB left.
    """
    hertz, density = band_densities(heard.hertz, heard.power, 80.0, 8000.0, 24)
    octaves = np.log2(hertz / 2200.0)
    outside = np.abs(octaves) > 1.25
    slope, offset = np.polyfit(octaves[outside], density[outside], 1)
    return float(slope), float(np.abs(density - offset - slope * octaves)[outside].max())


# --- The facts on the page ---


@dataclass(frozen=True)
class Facts:
    """What is measured of a bed, one round of its longest loop; the order is that of the table.

    Attributes:
        slope: dB an octave, 80 Hz to 8 kHz; None for tones.
        residual_db: The most that a band lies beside that slope.
        crest_db: Peak over RMS.
        speech_db: What lies from 1 to 4 kHz, over the whole.
        seam: The worst seam score of its loops and channels.
        correlation: Of left and right.
        range_lu: Loudness range (EBU Tech 3342).
        lufs: Loudness as made.
        under_lu: What its recipe asks.
    """

    slope: float | None
    residual_db: float | None
    crest_db: float
    speech_db: float
    seam: float
    correlation: float
    range_lu: float
    lufs: float
    under_lu: float


DIGITS = (2, 1, 1, 1, 2, 2, 1, 1, 0)
"""Of each fact on the page."""


@pytest.fixture(scope="module")
def facts(heard: Heard) -> Facts:
    return measure(heard)


def measure(heard: Heard) -> Facts:
    bed, sound = heard.bed, heard.sound
    speech = (heard.hertz > 1000) & (heard.hertz < 4000)
    meter = Meter(single=True)
    meter.add(sound)
    left, right = sound.T
    # No bed has an offset, so what the channels have in common is what their products are.
    common = inner(left, right) / len(sound)
    slope, residual = (None, None) if bed.name in TONAL else slope_and_residual(heard)
    return Facts(
        slope=slope,
        residual_db=residual,
        crest_db=decibels(highest(sound) / rms(sound)),
        speech_db=float(10 * np.log10(heard.power[speech].sum() / heard.whole)),
        seam=worst_seam(bed),
        correlation=common / (rms(left) * rms(right)),
        range_lu=meter.loudness_range(),
        lufs=meter.integrated(),
        under_lu=bed.under_lu,
    )


def row(name: str, facts: Facts) -> str:
    cells = [
        "-" if fact is None else f"{fact:.{digits}f}"
        for fact, digits in zip(astuple(facts), DIGITS, strict=True)
    ]
    return f"| {name} | {' | '.join(cells)} |"


def facts_on_the_page() -> dict[str, tuple[float | None, ...]]:
    rows = re.findall(
        r"^\| (\w+) \| ((?:[-0-9.]+ \| ?){9})$", FACTS_PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {
        name: tuple(None if cell == "-" else float(cell) for cell in cells.rstrip("| ").split(" | "))
        for name, cells in rows
    }


@pytest.mark.slow
def test_the_page_tells_what_is_measured(bed: Bed, facts: Facts) -> None:
    told = facts_on_the_page()[bed.name]
    for fact, figure, digits in zip(astuple(facts), told, DIGITS, strict=True):
        # Half of the last digit is rounding. What another CPU's arithmetic moves is 100 times less.
        close = fact == figure or (
            fact is not None and figure is not None and abs(fact - figure) <= 0.51 * 10**-digits
        )
        assert close, f"the page should say: {row(bed.name, facts)}"


@pytest.mark.slow
def test_a_recipe_tells_what_a_telephone_gives_of_it(heard: Heard) -> None:
    band = (heard.hertz > 300) & (heard.hertz < 3400)
    given = float(heard.power[band].sum() / heard.whole)
    assert BEDS[heard.bed.name].on_phone == pytest.approx(given, abs=0.006)  # it is told in whole percents


def test_the_page_tells_of_every_bed_in_order() -> None:
    assert list(facts_on_the_page()) == list(BEDS)


# --- Every bed ---


@pytest.mark.slow
def test_a_bed_is_finite_without_offset_and_without_spikes(heard: Heard, facts: Facts) -> None:
    sound = heard.sound
    assert highest(sound) < 1.0  # which one that is not a number is not either
    assert facts.crest_db < 20.0
    for loop in heard.bed.loops:
        assert loop.dtype == np.float32
        # An offset 80 dB under the sound moves no loudspeaker and makes no click at a fade.
        assert max(abs(channel.mean()) for channel in loop.T) < 1e-4 * rms(loop)


@pytest.mark.slow
def test_a_bed_loses_little_in_mono(bed: Bed) -> None:
    for loop in bed.loops:
        # Two channels without any likeness would lose 3.01 dB, two that cancel everything.
        assert decibels(rms(loop[:, 0] + loop[:, 1]) / 2 / rms(loop)) > -2.5


@pytest.mark.slow
def test_a_bed_is_mono_under_120_hz(heard: Heard) -> None:
    exact = heard.bed.name in {"zee", *NOISES}
    # Noise is so exactly; drops and bubbles, which lie between the ears, begin too soon to have no low end.
    # The swells of the sea carry a trace of its next band a few bins over the border.
    low = heard.hertz < 115.0
    nothing_there = heard.middle[low].sum() < 1e-4 * heard.whole
    assert nothing_there or heard.side[low].sum() < (1e-6 if exact else 2e-3) * heard.middle[low].sum()
    if exact:
        wide = (heard.hertz > 300.0) & (heard.hertz < 900.0)
        # A correlation c is side / middle = (1 - c) / (1 + c) in power; waves that drift by make it more.
        alike = 0.58 if heard.bed.name == "zee" else 0.28
        given = heard.side[wide].sum() / heard.middle[wide].sum()
        assert 0.89 < given / ((1 - alike) / (1 + alike)) < 1.33


@pytest.mark.slow
def test_a_broad_bed_makes_room_for_speech(heard: Heard) -> None:
    if heard.bed.name in CLEARED:
        hertz, density = band_densities(heard.hertz, heard.power, 800.0, 6050.0, 31)
        octaves = np.log2(hertz / 2200.0)
        # A line through both banks of the dip: 8 dB deep, of which 0.5 dB is left an octave away. Where drops
        # or crackles, or a bend in the spectrum, are added, it is at least half as deep.
        banks = np.abs(octaves) > 1.0
        dip = density - np.polyval(np.polyfit(octaves[banks], density[banks], 1), octaves)
        assert dip.min() < (-7.0 if heard.bed.name in NOISES else -4.0)
        assert abs(octaves[np.argmin(dip)]) < 0.35


def worst_seam(bed: Bed) -> float:
    reach = SAMPLE_RATE
    return max(seam_score(wave[-reach:], wave[:reach]) for loop in bed.loops for wave in loop.T)


@pytest.mark.slow
def test_a_loop_has_no_seam(facts: Facts) -> None:
    assert facts.seam < 2.0


@pytest.mark.slow
def test_the_search_for_a_seam_finds_a_hard_cut(bed: Bed) -> None:
    # By chance a cut may meet; of ten one is found. In noise as bright as this, every sample of which is a
    # surprise, the measure finds none, nor does an ear.
    if bed.name in {"pink", "none", "regen"}:
        return
    reach = SAMPLE_RATE
    wave = bed.loops[0][:, 0]
    cuts = [wave[: -round(short_s * SAMPLE_RATE)] for short_s in np.linspace(0.3, 1.2, 10)]
    assert any(seam_score(cut[-reach:], cut[:reach]) > 3.0 for cut in cuts)


@pytest.mark.slow
def test_two_loops_do_not_repeat_together(bed: Bed) -> None:
    if len(bed.loops) == 2:
        first, second = bed.read(0, SAMPLE_RATE), bed.read(ONE_ROUND, SAMPLE_RATE)
        assert np.abs(second - first).max() > 0.01 * np.abs(first).max()


@pytest.mark.slow
@pytest.mark.parametrize("name", BEDS)
def test_a_seed_makes_one_bed_and_another_seed_another(name: str) -> None:
    # What fills a loop knows no other length than the one given; a bowl rings for 45 s, and waves take turns.
    recipe = BEDS[name]
    length_s = {"klankschalen": 50, "zee": 20, "vogels": 12, "krekels": 12, "binauraal": 12}.get(name, 6)
    short = Recipe("", ((length_s, recipe.loops[0][1]),), salt=recipe.salt)
    (first,), (again,), (second,) = short.make(5), short.make(5), short.make(-6)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert rms(second) == pytest.approx(rms(first), rel=0.5)
    assert max(highest(first), highest(second)) < 1.0  # 200 seeds: bench/textures.py


@pytest.mark.parametrize(("seconds", "share"), [(3, 1.0), (5, 0.15), (8, 0.6)])
def test_a_noise_taken_in_four_is_that_of_one_transform(seconds: int, share: float) -> None:
    noise = Noise.random(np.random.default_rng(1), seconds * SAMPLE_RATE)
    magnitude = slope(noise.hertz, -3.0)[: round(share * len(noise.hertz))]
    gains = np.random.default_rng(2).random(seconds * SAMPLE_RATE // STEP_FRAMES)
    out = np.zeros((noise.frames, 2), np.float32)
    noise.add_to(out, magnitude, gains)
    for channel in range(2):
        spectrum = noise._bins(magnitude, channel, 0, len(noise.hertz))
        wave = np.fft.irfft(spectrum.astype(np.complex128), noise.frames)
        wave *= gain_curve(gains) / rms(wave)
        # By Parseval the RMS is that of phases alone; those of the middle and the sides beat a little.
        assert np.abs(out[:, channel] - wave).max() < 0.02 * np.abs(wave).max()
        assert np.corrcoef(out[:, channel], wave)[0, 1] > 1 - 1e-9


def waves_level(rng: np.random.Generator) -> Floats:
    return _Waves.random(rng, 120.0, 0.2).level(_NEAR_SURF, 120.0)


def gusts_level(rng: np.random.Generator) -> Floats:
    return np.asarray(_NEAR_WIND[1].follow_db * _strength(_gusts(rng, 120.0), 300))


@pytest.mark.parametrize(
    ("level", "apart_db", "highest_db"), [(waves_level, 1.2, 7.3), (gusts_level, 0.5, 7.0)]
)
def test_no_sea_and_no_wind_of_200_seeds_towers_or_is_faint(
    level: Callable[[np.random.Generator], Floats], apart_db: float, highest_db: float
) -> None:
    # Their layouts decide it, of which any may be taken; whole loops: bench/textures.py --seeds.
    powers = np.array([10 ** (level(np.random.default_rng(seed)) / 10) for seed in range(200)])
    means_db = 10 * np.log10(powers.mean(axis=1))
    assert np.abs(means_db - np.median(means_db)).max() < apart_db
    # What noise has over its RMS, some 13 dB, lies on top of this.
    assert (10 * np.log10(powers.max(axis=1)) - means_db).max() < highest_db


def test_no_two_beds_have_the_same_chance() -> None:
    # But for five of the first release, which sound as they did.
    salts = {name: recipe.salt for name, recipe in BEDS.items()}
    without = {name for name, salt in salts.items() if not salt}
    assert without == {"zee", "klankschalen", "bruin", "pink", "none"}
    assert len(set(salts.values())) == len(salts) - len(without) + 1


def test_a_bed_is_told_in_one_line() -> None:
    assert all(recipe.summary and "\n" not in recipe.summary for recipe in BEDS.values())
    for warning in ("koptelefoon", "niet bewezen", "epilepsie"):
        assert warning in BEDS["binauraal"].summary


# --- What each sounds like ---


def swell(heard: Heard, low: float, high: float) -> Floats:
    """Return the level, as an amplitude every 0.1 s, of what lies between two frequencies in the first loop.

    The band as it goes round zero (its analytic signal) has the same, in as few samples as it is wide.
    """
    seconds = len(heard.bed.loops[0]) // SAMPLE_RATE
    band = heard.first[round(low * seconds) : round(high * seconds)]
    powers = squared(np.fft.ifft(band, norm=SINGLE)).reshape(10 * seconds, -1).mean(axis=1)
    return np.asarray(np.sqrt(powers), np.float64)


def part(heard: Heard, low: float, high: float, rate: int = 24_000) -> Samples:
    """Return the left channel between two frequencies, in no more samples than that takes."""
    within = (heard.hertz > low) & (heard.hertz < high)
    return np.asarray(np.fft.irfft(heard.left * within, 120 * rate, norm=SINGLE), np.float32)


def peakedness(wave: Samples) -> float:
    """Return the excess kurtosis: 0 for noise, more for single sounds among it."""
    powers = np.square(wave)
    return float(np.mean(np.square(powers)) / np.mean(powers) ** 2 - 3)


def has_its_slope_and_dip(heard: Heard) -> None:
    # A slope is a straight line over the logarithm of frequency; the dip, 8 dB times 2 ** -(2 x) ** 2 at x
    # octaves, has less than 0.02 dB left at 1.5 octaves. The residual also holds the 0.1 dB that the edge at
    # 25 Hz takes from the lowest band, and the chance in how two channels' phases meet.
    for channel in heard.bed.loops[0].T:
        bins, power = powers(channel)
        lowest = 90.0 if heard.bed.name == "bruin" else 40.0  # an octave over where it falls away
        hertz, density = band_densities(bins, power, lowest, 16_000.0, 24)
        octaves = np.log2(hertz / 2200.0)
        outside = np.abs(octaves) > 1.5
        line = np.polyfit(octaves[outside], density[outside], 1)
        assert line[0] == pytest.approx(NOISES[heard.bed.name], abs=0.05)
        residual = density - np.polyval(line, octaves)
        assert np.abs(residual[outside]).max() < 0.3

        narrow, fine = band_densities(bins, power, 2200.0 / 2**0.525, 2200.0 * 2**0.525, 21)
        dip = fine - np.polyval(line, np.log2(narrow / 2200.0))
        assert dip[10] == pytest.approx(-8.0, abs=0.3)
        assert dip[[0, -1]] == pytest.approx(-4.0, abs=0.4)


def lies_at_minus_seventy(heard: Heard) -> None:
    assert decibels(rms(heard.bed.loops[0])) == pytest.approx(-70.0, abs=0.01)


def comes_in_waves_of_seven_to_twelve_seconds(heard: Heard) -> None:
    rises = swell(heard, 200.0, 900.0)
    # Waves overlap by about a fifth, so one begins every 5 to 10 s: the most of what changes slower than
    # once in 3 s goes at that pace.
    power = np.square(np.abs(np.fft.rfft(rises - rises.mean())))
    hertz = np.fft.rfftfreq(len(rises), 0.1)
    waves = (hertz > 1 / 13) & (hertz < 1 / 5)
    assert power[waves].sum() > 0.5 * power[(hertz > 0) & (hertz < 1 / 3)].sum()


def is_never_still_and_never_startles(heard: Heard) -> None:
    level = levels(heard.sound, 0.5)
    lull, crest = np.percentile(level, [5, 95])
    assert 6.0 < crest - lull < 14.0
    assert np.abs(np.diff(level)).max() < 5.0
    assert level.min() > np.median(level) - 12.0


def has_foam_after_the_roar(heard: Heard) -> None:
    roar, foam = swell(heard, 200.0, 450.0), swell(heard, 4500.0, 10_000.0)
    likeness = np.fft.irfft(np.fft.rfft(foam - foam.mean()) * np.conj(np.fft.rfft(roar - roar.mean())))
    lag_s = 0.1 * int(np.argmax(likeness))
    assert 0.6 < lag_s < 2.0


def rings_through(heard: Heard) -> None:
    level = levels(heard.bed.read(0, 2 * ONE_ROUND), 1.0)
    assert level.min() > level.max() - 25.0


def patters(heard: Heard) -> None:
    # Even as a whole, with drops that stand out of the hiss: of noise alone the kurtosis is 0 within 0.02.
    assert np.ptp(levels(heard.sound, 1.0)) < 4.0
    assert peakedness(part(heard, 300.0, 1700.0, 8000)) > 0.3


def babbles(heard: Heard) -> None:
    assert np.ptp(levels(heard.sound, 1.0)) < 6.0
    assert peakedness(part(heard, 300.0, 1700.0, 8000)) > 0.8
    # Most of it is bubbles, and those ring from 200 Hz on.
    hertz, power = heard.hertz, heard.power
    assert power[(hertz > 200) & (hertz < 2000)].sum() > 0.6 * heard.whole


def comes_in_gusts_that_brighten(heard: Heard) -> None:
    dark, bright = (swell(heard, *edges) for edges in ((120.0, 900.0), (1500.0, 8000.0)))
    dark_db, bright_db = (20 * np.log10(gust.reshape(-1, 5).mean(axis=1)) for gust in (dark, bright))
    assert np.corrcoef(dark_db, bright_db)[0, 1] > 0.8
    assert 1.5 < dark_db.std() < 4.0
    assert bright_db.std() > 1.3 * dark_db.std()
    assert np.abs(np.diff(dark_db)).max() < 5.0  # in half a second


def crackles_now_and_then(heard: Heard) -> None:
    level = levels(part(heard, 1000.0, 8000.0), 0.01, 24_000)
    snaps = np.count_nonzero(np.diff((level > np.median(level) + 9.0).astype(int)) == 1) / 120
    assert 0.5 < snaps < 4.0  # a second
    assert np.ptp(levels(heard.sound, 1.0)) < 8.0


def sings_now_and_then(heard: Heard) -> None:
    level = levels(part(heard, 1500.0, 8000.0), 0.1, 24_000)
    singing = float(np.mean(level > np.percentile(level, 20) + 6.0))
    assert 0.1 < singing < 0.5
    # Far away: no bird rises by more than 9 dB over the wood as a whole.
    whole = levels(heard.sound, 0.5)
    assert whole.max() < np.median(whole) + 9.0


def chirps_above_speech(heard: Heard) -> None:
    hertz, density = band_densities(heard.hertz, heard.power, 2500.0, 8000.0, 20)
    assert 4100.0 < hertz[np.argmax(density)] < 5300.0
    assert density.max() > density[hertz < 3700.0].max() + 6.0
    # A chirp's pulses come every 36 ms: that is the beat of its level.
    beat = np.abs(part(heard, 4100.0, 5300.0)).reshape(-1, 80).mean(axis=1)  # 300 a second
    power = np.square(np.abs(np.fft.rfft(beat - beat.mean())))
    pace = np.fft.rfftfreq(len(beat), 1 / 300)
    fast = (pace > 22) & (pace < 40)
    assert pace[fast][np.argmax(power[fast])] == pytest.approx(1 / 0.036, abs=0.6)


def stands_on_its_partials(heard: Heard) -> None:
    hertz, power = heard.hertz, heard.power
    near = np.zeros(len(hertz), bool)
    for ratio in (0.5, 1, 1.5, 2, 3, 4, 5, 6, 8):
        near |= np.abs(hertz - 110.0 * ratio) < 1.0
    assert power[near].sum() > 0.95 * heard.whole
    level = levels(heard.sound, 2.0)
    assert np.ptp(level) < 10.0
    assert np.abs(np.diff(level)).max() < 6.0


def is_a_room_by_the_book(heard: Heard) -> None:
    hertz, power = heard.hertz, heard.power
    # Octaves clear of the dip and of the low edge, relative to that at 250 Hz. A straight line between the
    # centres is no octave's mean: up to 1 dB.
    levels_db = dict(_ROOM_OCTAVES_DB)
    measured = {
        centre: 10 * np.log10(power[(hertz > centre / 2**0.5) & (hertz < centre * 2**0.5)].sum())
        for centre in (125, 250, 500)
    }
    for centre, level in measured.items():
        assert level - measured[250] == pytest.approx(levels_db[centre] - levels_db[250], abs=1.0)


def has_a_tone_in_each_ear(heard: Heard) -> None:
    for channel, tone in zip(heard.bed.loops[0].T, (197.0, 203.0), strict=True):
        hertz, power = powers(channel)
        around = (hertz > 150) & (hertz < 250)
        assert hertz[around][np.argmax(power[around])] == pytest.approx(tone, abs=1e-3)


CHARACTER: dict[str, tuple[Callable[[Heard], None], ...]] = {
    "zee": (
        comes_in_waves_of_seven_to_twelve_seconds,
        is_never_still_and_never_startles,
        has_foam_after_the_roar,
    ),
    "regen": (patters,),
    "beek": (babbles,),
    "wind": (comes_in_gusts_that_brighten,),
    "vuur": (crackles_now_and_then,),
    "vogels": (sings_now_and_then,),
    "krekels": (chirps_above_speech,),
    "drone": (stands_on_its_partials,),
    "klankschalen": (rings_through,),
    "bruin": (has_its_slope_and_dip,),
    "pink": (has_its_slope_and_dip,),
    "kamer": (is_a_room_by_the_book,),
    "binauraal": (has_a_tone_in_each_ear,),
    "none": (has_its_slope_and_dip, lies_at_minus_seventy),
}


@pytest.mark.slow
def test_a_bed_sounds_like_its_name(heard: Heard) -> None:
    for sounds_right in CHARACTER[heard.bed.name]:
        sounds_right(heard)


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


def test_a_loop_is_heard_at_its_gain() -> None:
    first, second = np.full((3, 2), 1.0, np.float32), np.full((2, 2), 8.0, np.float32)
    bed = Bed("test", (first, second), 0.0, gains=(1.0, 0.25))
    assert np.array_equal(bed.read(5, 4), np.full((4, 2), 3.0))


# --- Names ---


def test_an_unknown_bed_is_told_what_was_meant() -> None:
    for name in ("zee", "regen+drone", "zee + vogels:-6,5", "zee:-3+regen:3+drone+vuur"):
        BedChoice.read(name)
    for name in ("zeee", "regen+zeee", "zeee:-3+regen"):
        for refuse in (BedChoice.read, partial(load_bed, seed=1)):
            with pytest.raises(UnknownNameError) as caught:
                refuse(name)
            assert caught.value.sentence == "There is no bed named 'zeee'."
            assert caught.value.hint == "Did you mean 'zee'?"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("regen+", "'regen+': a background is missing beside a '+'."),
        ("+regen", "'+regen': a background is missing beside a '+'."),
        ("regen++zee", "'regen++zee': a background is missing beside a '+'."),
        ("regen:x+zee", "'regen:x+zee': 'x' is not a level."),
        ("regen:x", "'regen:x': 'x' is not a level."),
        ("regen:+zee", "'regen:+zee': a level is missing after 'regen:'."),
        ("zee+regen:nan", "'zee+regen:nan': 'nan' is not a level."),
        ("zee+regen:1e3", "'zee+regen:1e3': '1e3' is not a level."),
        ("zee+regen:-90", "'zee+regen:-90': -90 dB is too far from the other layers."),
        ("zee:-6", "'zee:-6': a level is that of a layer beside another; there is one."),
        ("none+zee", "'none+zee': 'none' is no background, so nothing can go with it."),
        ("zee+regen+zee:-3", "'zee+regen+zee:-3': 'zee' is there twice."),
        ("zee+wind+vuur+beek+regen", "'zee+wind+vuur+beek+regen' has 5 layers; at most 4 can be told apart."),
    ],
)
def test_layers_that_cannot_be_are_refused_in_one_sentence(name: str, sentence: str) -> None:
    for refuse in (BedChoice.read, partial(load_bed, seed=1)):
        with pytest.raises(UsageError) as caught:
            refuse(name)
        assert caught.value.sentence == sentence


@given(
    st.one_of(
        st.text(max_size=12), st.from_regex(r"(zee|regen|none)?([+:][-a-z0-9.,]{0,4}){0,3}", fullmatch=True)
    )
)
@example("~nobody-of-that-name/zee.wav")
@example("~\\")
def test_any_name_is_a_bed_or_is_refused(name: str) -> None:
    with suppress(UsageError):
        BedChoice.read(name)


def test_low_bit_rates_harm_all_but_tones() -> None:
    names = ("none", "drone+klankschalen:-3", "zee", "drone+pink:-20")
    assert [BedChoice.read(name).is_noise for name in names] == [False, False, True, True]


# --- Layers ---


@pytest.fixture
def short_beds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three beds of a few seconds, of very different loudness; the last asks to be 4 LU lower."""
    for salt, (name, tilt, dbfs, under_lu) in enumerate(
        (("bruin", -6.0, -20.0, 0.0), ("pink", -3.0, -35.0, 0.0), ("regen", -1.0, -30.0, 4.0))
    ):
        fill = partial(fill_with_noise, db_per_octave=tilt, dbfs=dbfs)
        monkeypatch.setitem(BEDS, name, Recipe("", ((5, fill), (4, fill)), under_lu, salt=salt))


@pytest.mark.usefixtures("short_beds")
def test_layers_are_equally_loud_but_for_their_levels() -> None:
    layered = load_bed("bruin+pink:-6+regen:3,5", 2)
    assert layered.name == "bruin+pink:-6+regen:3,5"
    singles = [load_bed(name, 2) for name in ("bruin", "pink", "regen")]
    for number, (single, level_db) in enumerate(zip(singles, (0.0, -6.0, 3.5), strict=True)):
        layer = slice(2 * number, 2 * number + 2)
        # The same sound as alone.
        assert all(map(np.array_equal, layered.loops[layer], single.loops))
        alone = Bed("", layered.loops[layer], 0.0, layered.gains[layer])
        # A gain of x dB moves a loudness by x LU; a hundredth is left for the meter's gate.
        heard = pyloudnorm.Meter(SAMPLE_RATE, filter_class="DeMan").integrated_loudness(
            alone.read(0, 4 * BLOCK_FRAMES).astype(np.float64)
        )
        assert heard == pytest.approx(singles[0].lufs + level_db, abs=0.02)
    # The sum of sounds that have nothing to do with each other has the sum of their powers; brown noise is of
    # the same loudness with much more low end, and one in 100 of a meter's reading is chance.
    expected = singles[0].lufs + 10 * np.log10(1 + 10**-0.6 + 10**0.35)
    assert layered.lufs == pytest.approx(expected, abs=0.3)


@pytest.mark.usefixtures("short_beds")
def test_layers_lie_under_the_voice_by_the_power_of_what_asks_for_it() -> None:
    for name, expected in (
        ("bruin+regen", 2.0),
        ("bruin+regen:-12", 4.0 * 10**-1.2 / (1 + 10**-1.2)),
        ("bruin:-40+regen:20", 4.0),
    ):
        assert load_bed(name, 1).under_lu == pytest.approx(expected, abs=1e-3)
    assert load_bed("regen", 1).under_lu == 4.0


@pytest.mark.usefixtures("short_beds")
def test_order_changes_nothing_but_the_gain_of_the_whole() -> None:
    one, other = load_bed("bruin+pink:-6", 1), load_bed("pink:-6+bruin", 1)
    at_level = [bed.read(0, 1000) * 10 ** (-bed.lufs / 20) for bed in (one, other)]
    assert at_level[0] == pytest.approx(at_level[1], rel=1e-3, abs=1e-4)


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


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells what is in memory")
def test_what_was_read_of_a_cached_bed_leaves_the_memory() -> None:
    load_bed("none", 3)  # it is measured when it is made
    gc.collect()
    bed = load_bed("none", 3)
    kib, counts = 0, False
    for start in range(0, len(bed.loops[0]), BLOCK_FRAMES):
        bed.read(start, BLOCK_FRAMES)
    for line in Path("/proc/self/smaps").read_text().splitlines():
        counts = "none-3-" in line if "-" in line.split()[0] else counts
        kib += int(line.split()[1]) if counts and line.startswith("Rss:") else 0
    assert kib < bed.loops[0].nbytes / 1024 / 10


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells what is in memory")
def test_a_loop_that_is_worked_on_by_blocks_is_not_held(tmp_path: Path) -> None:
    path, frames = tmp_path / "loop", 20 * BLOCK_FRAMES + 1
    path.write_bytes(bytes(8 * frames))
    loop = np.asarray(np.memmap(path, "<f4", "r+", shape=(frames, 2)))
    starts = np.arange(0, frames, BLOCK_FRAMES)
    one = np.ones(1, np.float32)
    scatter(np.random.default_rng(1), loop, [one], starts, np.ones(len(starts)), width=0)
    assert np.array_equal(loop[starts], np.ones((21, 2)))
    assert np.count_nonzero(loop) == 2 * len(starts)
    let_go(loop)
    seen, kib = np.zeros(frames), []
    for place, block in blocks_of(loop):
        block[:] = 2
        seen[place] += 1
        rows = iter(Path("/proc/self/smaps").read_text().splitlines())
        resident = [next(row for row in rows if row.startswith("Rss:")) for row in rows if str(path) in row]
        kib += [int(row.split()[1]) for row in resident]
    assert np.all(seen == 1)
    assert np.all(loop[::999] == 2)
    assert max(kib) < loop.nbytes / 1024 / 2


def test_layers_are_made_one_after_another_and_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, shares = [0], []

    def fill(_rng: np.random.Generator, out: Samples) -> None:
        at_work[0] += 1
        assert at_work[0] == 1  # each may take half of the memory that a track may
        out[:] = 0.1
        beat(0.5)
        at_work[0] -= 1

    for name in ("zee", "vogels"):
        monkeypatch.setitem(BEDS, name, Recipe("", ((1, fill),)))
    with stage(lambda told: shares.append(told.share), "bed"):
        load_bed("zee+vogels", 5)
    assert shares == sorted(shares)
    assert {0.25, 0.5, 0.75, 1.0} <= set(shares)


@pytest.fixture
def brief_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bed `none`, of three seconds in place of thirty."""
    ((_, fill),) = BEDS["none"].loops
    monkeypatch.setitem(BEDS, "none", Recipe("", ((3, fill),)))


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
    note = {"lufs": -20.0, "sha256": files.file_hash(path)}
    path.with_suffix(".json").write_text(json.dumps(note))


@pytest.mark.parametrize(
    "damage",
    [flip_a_bit, truncate, spoil_the_note, empty_the_note, lose_the_note, vouch_for_something_else],
)
@pytest.mark.usefixtures("brief_none")
def test_a_damaged_bed_is_made_again(damage: Callable[[Path], None]) -> None:
    made = load_bed("none", 4)
    sound = np.array(made.loops[0])
    damage(entry(4))
    again = load_bed("none", 4)
    assert np.array_equal(again.loops[0], sound)
    assert again.lufs == made.lufs
    assert store._stored(entry(4), partial(store._read, "none")) is not None  # and the cache is whole again


@pytest.mark.usefixtures("brief_none")
def test_a_bed_needs_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder should be")
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(occupied))
    assert np.array_equal(load_bed("none", 1).loops[0], next(BEDS["none"].make(1)))


@pytest.mark.usefixtures("brief_none")
def test_a_bed_that_cannot_be_written_is_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # A folder in the place of the file: the system refuses to rename over it.
    (files.cache_folder("beds") / "none-1-v1.npy").mkdir()
    assert np.array_equal(load_bed("none", 1).loops[0], next(BEDS["none"].make(1)))


@pytest.mark.usefixtures("brief_none")
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
