"""The bed gives way in time and lies where it should; nothing is cut or lost, nothing falls silent."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stem import units
from stem.script.timeline import PlacedUtterance, Timeline
from stem.sound import mixing
from stem.sound.beds import BEDS, Bed, bell, load_bed
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.loudness import Meter
from stem.sound.mixing import Breakpoint, Levels, Mix, automation, ringing
from stem.units import SAMPLE_RATE, frames

Floats = NDArray[np.float64]

pytestmark = pytest.mark.usefixtures("kept_beds")

QUIET = np.zeros((1, 1), np.float32)

KINDS = ("bruin", "zee", "klankschalen", "none")


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, Bed]:
    """Noise, swells, strokes and nothing: of each kind of bed one."""
    return {name: load_bed(name, 1) for name in KINDS}


def timeline(
    spans_s: list[tuple[float, float]], length_s: float, bells_s: tuple[float, ...] = ()
) -> Timeline:
    """Return a timeline with an utterance, named by its number, in each span of seconds."""
    utterances = tuple(
        PlacedUtterance(f"Zin {number}.", f"zin {number}", frames(start), frames(end))
        for number, (start, end) in enumerate(spans_s)
    )
    return Timeline(frames(length_s), utterances, (), tuple(map(frames, bells_s)), ())


def whole(mix: Mix, block_frames: int = BLOCK_FRAMES) -> Samples:
    return np.concatenate([np.zeros((0, 2), np.float32), *mix.blocks(block_frames)])


@pytest.mark.parametrize("kind", ["zee", "none"])
def test_a_stretch_is_the_same_to_the_bit_as_in_the_whole(loaded: Mapping[str, Bed], kind: str) -> None:
    times = timeline([(2.0, 4.0), (6.0, 7.0), (20.0, 21.0), (26.0, 28.0)], 36.0, bells_s=(12.0,))
    said = dict.fromkeys((f"zin {number}" for number in range(4)), speech(2.5))
    mix = Mix(times, lambda phrase: said[phrase], loaded[kind], bell(), Levels())
    every = whole(mix)
    for first_s, last_s in ((0.0, 5.0), (3.1, 3.2), (13.0, 23.3), (27.9, 36.0), (30.0, 30.0)):
        first, last = frames(first_s), frames(last_s)
        assert np.array_equal(mix.stretch(first, last), every[first:last])


def speech(length_s: float, lufs: float = -18.0) -> Samples:
    """Return noise that has the colour of speech and four syllables a second, at a loudness as played."""
    rng = np.random.default_rng(round(length_s * 1000))
    count = frames(length_s)
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    colour = (hertz > 100) / (1 + (hertz / 500) ** 2) ** 0.5
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(count)) * colour, count)
    noise *= np.abs(np.sin(np.pi * 4 * np.arange(count) / SAMPLE_RATE))
    reading = integrated(np.stack((noise, noise), axis=1))
    return (noise * units.gain(lufs - reading)).astype(np.float32)[:, np.newaxis]


def integrated(sound: NDArray[np.floating]) -> float:
    """Return the loudness by an independent meter."""
    meter = pyloudnorm.Meter(SAMPLE_RATE, filter_class="DeMan")
    return float(meter.integrated_loudness(sound.astype(np.float64)))


def wordless(phrase: str) -> Samples:
    """Return next to nothing for any phrase, so that the bed is heard alone."""
    return QUIET


def five_seconds(phrase: str) -> Samples:
    return np.zeros((frames(5.0), 1), np.float32)


def drone(level: float = 0.1) -> Bed:
    """Return a bed that is a constant: its gain can be read from the mix, sample by sample."""
    return Bed("drone", (np.full((1000, 2), level, np.float32),), lufs=units.decibels(level))


# --- Automation ---


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """Utterances of 0.2 to 20 s with gaps of 0 to 20 s, and any pre-roll and post-roll."""
    tenths = st.integers(0, 200)
    cursor, utterances = draw(tenths) * 4410, []
    for number in range(draw(st.integers(0, 8))):
        end = cursor + draw(st.integers(2, 200)) * 4410
        utterances.append(PlacedUtterance("", f"{number}", cursor, end))
        cursor = end + draw(tenths) * 4410
    return Timeline(cursor, tuple(utterances), (), (), ())


def lu_at(points: tuple[Breakpoint, ...], frame: int) -> float:
    return float(np.interp(frame, [point.frame for point in points], [point.lu for point in points]))


@given(timelines())
def test_the_bed_is_down_from_before_the_first_sound_to_after_the_last(line: Timeline) -> None:
    points = automation(line, Levels())
    for utterance in line.utterances:
        sound = utterance.start + frames(0.02), utterance.end - frames(0.08)
        # A line between two breakpoints that is down at both ends is down all along; so look at both ends of
        # the time with its margins, and at every breakpoint within.
        margins = max(sound[0] - frames(0.6), 0), min(sound[1] + frames(0.8), line.frames)
        inside = [point.frame for point in points if margins[0] < point.frame < margins[1]]
        assert {lu_at(points, frame) for frame in (*margins, *inside)} == {-20.0}


@given(timelines())
def test_the_bed_goes_down_quickly_and_comes_back_slowly(line: Timeline) -> None:
    points = automation(line, Levels())
    assert points[0].frame == 0
    assert all(0 <= point.frame <= line.frames for point in points)
    for before, after in pairwise(points):
        assert after.frame > before.frame or before.lu == after.lu
        if after.lu != before.lu:
            wanted = 0.8 if after.lu < before.lu else 2.5
            assert after.frame - before.frame == frames(wanted)
            assert {before.lu, after.lu} == {-20.0, -16.0}


@given(timelines())
def test_the_bed_comes_back_in_long_silences_only(line: Timeline) -> None:
    spoken = sum(utterance.end - utterance.start for utterance in line.utterances)
    sparse = spoken <= 0.15 * line.frames
    points = automation(line, Levels())
    for before, after in pairwise(line.utterances):
        silence = before.end - frames(0.08), after.start + frames(0.02)
        long = silence[1] - silence[0] >= frames(0.8 + 2.5 + 3.0 + 0.8 + 0.6)
        lifted = lu_at(points, silence[0] + frames(0.8 + 2.5)) == -16.0
        assert lifted == (long and not sparse)


def test_the_bed_begins_and_ends_lifted() -> None:
    points = automation(timeline([(6.0, 20.0)], 32.0), Levels())
    assert [(point.frame, point.lu) for point in points] == [
        (0, -16.0),
        (frames(6.02 - 0.6 - 0.8), -16.0),
        (frames(6.02 - 0.6), -20.0),
        (frames(19.92 + 0.8), -20.0),
        (frames(19.92 + 0.8 + 2.5), -16.0),
    ]


def test_without_room_for_a_ramp_the_bed_stays_down() -> None:
    assert {point.lu for point in automation(timeline([(1.0, 20.0)], 22.0), Levels())} == {-20.0}


def test_in_a_track_of_pauses_the_bed_stays_down() -> None:
    # 15 s of speech: in 100 s the pauses are 85 %, in 99 s a little less.
    sparse, dense = (automation(timeline([(20.0, 35.0)], length_s), Levels()) for length_s in (100.0, 99.0))
    assert sparse == (Breakpoint(0, -20.0),)
    assert max(point.lu for point in dense) == -16.0
    assert automation(timeline([], 60.0), Levels()) == (Breakpoint(0, -20.0),)


def test_the_short_way_to_an_even_level_skips_no_ramp() -> None:
    # Up and down again within one block begins and ends even, and is not.
    points = (Breakpoint(0, -20.0), Breakpoint(10, -20.0), Breakpoint(20, -16.0), Breakpoint(30, -20.0))
    for start, end in ((0, 9), (0, 10), (5, 35), (12, 28), (30, 40)):
        level = np.broadcast_to(mixing._level(points, start, end), (end - start, 1))
        assert level[:, 0] == pytest.approx([lu_at(points, frame) for frame in range(start, end)])


def test_what_is_heard_of_the_bed_gives_way_and_comes_back_when_it_is_promised() -> None:
    line = timeline([(10.0, 22.0), (36.0, 45.0)], 60.0)
    lively, even = (
        whole(Mix(line, wordless, drone(), None, Levels(lifted_lu=lifted), floor=False))[:, 0].astype(float)
        for lifted in (16.0, 20.0)
    )
    heard = slice(frames(1.0), frames(48.0))  # without the first of the one fade and all of the other
    gain_db = 20 * np.log10(lively[heard] / even[heard])
    through = np.concatenate([np.full(frames(1.0), 1.0), gain_db / 4])
    assert (through.min(), through.max()) == pytest.approx((0.0, 1.0), abs=0.002)
    # A straight line in LU passes from 90 to 10% in eight tenths of its time.
    for goal, around_s, wanted_s in (
        (0.9, (0.0, 10.0), 10.02 - 0.6 - 0.72),
        (0.1, (0.0, 10.0), 10.02 - 0.6 - 0.08),
        (0.1, (21.92, 30.0), 21.92 + 0.8 + 0.25),
        (0.9, (21.92, 30.0), 21.92 + 0.8 + 2.25),
    ):
        first, last = map(frames, around_s)
        crossed = np.flatnonzero(np.diff(through[first:last] > goal)) + first
        assert crossed / SAMPLE_RATE == pytest.approx([wanted_s], abs=0.02)


@pytest.mark.parametrize(
    ("bells_s", "spans_s", "expected"),
    [
        # From one bell to the next there is no time to come up; before the first there is.
        (
            (40.0, 70.0),
            [(150.0, 160.0)],
            [(0, -16), (38, -16), (40, -29), (90, -29), (96, -16)],
        ),
        # A track that begins with a bell begins low; what nothing follows ends low.
        ((6.0,), [(20.0, 40.0)], [(0, -29), (26, -29), (32, -16)]),
        ((60.0,), [(20.0, 40.0)], [(0, -16), (58, -16), (60, -29)]),
        ((6.0, 60.0), [(20.0, 40.0)], [(0, -29), (26, -29), (32, -16), (58, -16), (60, -29)]),
        ((6.0, 30.0), [(12.0, 25.0)], [(0, -29)]),
        ((), [(20.0, 40.0)], [(0, -16)]),
    ],
)
def test_the_bed_waits_low_while_a_bell_rings(
    bells_s: tuple[float, ...], spans_s: list[tuple[float, float]], expected: list[tuple[float, float]]
) -> None:
    line = timeline(spans_s, 200.0, bells_s)
    points = mixing.room_for_bells(line, Levels(), frames(20.0))
    assert points == tuple(Breakpoint(frames(at_s), lu) for at_s, lu in expected)
    assert mixing.room_for_bells(line, Levels(), 0) == (Breakpoint(0, -16.0),)


@pytest.mark.parametrize(
    ("bells_s", "expected"),
    [
        ((70.0,), [(0, -16), (68, -16), (70, -29), (90, -42), (102, -16)]),
        # The second one is struck before there is time to come up from where the first one leaves it.
        ((70.0, 106.0), [(0, -16), (68, -16), (70, -29), (126, -42), (138, -16)]),
        (
            (70.0, 190.0),
            [(0, -16), (68, -16), (70, -29), (90, -42), (102, -16), (188, -16), (190, -29), (210, -42)],
        ),
    ],
)
def test_a_bed_that_sinks_with_the_bell_comes_up_no_faster(
    bells_s: tuple[float, ...], expected: list[tuple[float, float]]
) -> None:
    points = mixing.room_for_bells(timeline([(150.0, 160.0)], 200.0, bells_s), Levels(), frames(20.0), 13.0)
    assert points == tuple(Breakpoint(frames(at_s), lu) for at_s, lu in expected)


def test_a_bowl_is_heard_over_the_sea_for_as_long_as_in_a_quiet_room(loaded: Mapping[str, Bed]) -> None:
    # At 15 s it is 30 dB under its stroke, which a room of 28 dB(A) (NR 20) hides where speech has 65.
    line = timeline([(70.0, 90.0)], 100.0, bells_s=(30.0,))
    louder = Levels(ducked_lu=16.0, lifted_lu=12.0)  # than usual, by 4 LU, as someone may ask for
    waits = Mix(line, wordless, loaded["zee"], bell(), louder, floor=False, ringing=ringing(bell()))
    assert waits.ringing / SAMPLE_RATE == pytest.approx(22.5, abs=1.0)  # 45 dB of a T60 of 30 s

    def over_db(mix: Mix) -> float:
        _, behind, rings = (part.stretch(frames(43.0), frames(45.0)) for part in mix.parts())
        hertz = np.fft.rfftfreq(len(rings), 1 / SAMPLE_RATE)
        near = (hertz > 173.0) & (hertz < 219.0)  # one band of the ear round its lowest mode
        powers = (np.square(np.abs(np.fft.rfft(each, axis=0)[near])).sum() for each in (rings, behind))
        return float(10 * np.log10(next(powers) / next(powers)))

    assert over_db(waits) > 0.0 > over_db(replace(waits, ringing=0))


# --- Levels, measured by another meter ---


def between(sound: Samples, *spans_s: tuple[float, float]) -> float:
    """Return the loudness of spans of seconds, one after another."""
    return integrated(np.concatenate([sound[frames(start) : frames(end)] for start, end in spans_s]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "spoken", "silent", "length_s"),
    [
        ("bruin", ((10.0, 25.0),), ((29.0, 46.0),), 60.0),
        # Swells and strokes come and go within some ten seconds: of two places in the loops, so much of each.
        ("zee", ((20.0, 80.0), (150.0, 210.0)), ((84.0, 148.0), (214.0, 286.0)), 300.0),
        ("klankschalen", ((10.0, 60.0), (110.0, 160.0)), ((64.0, 108.0), (164.0, 208.0)), 220.0),
    ],
)
def test_the_bed_lies_where_it_should(
    name: str,
    spoken: tuple[tuple[float, float], ...],
    silent: tuple[tuple[float, float], ...],
    length_s: float,
    loaded: Mapping[str, Bed],
) -> None:
    bed_alone = whole(
        Mix(timeline([*spoken], length_s), wordless, loaded[name], None, Levels(speech_lufs=-18.0))
    )
    lower = BEDS[name].under_lu  # what the bed asks for itself
    assert -18.0 - between(bed_alone, *spoken) == pytest.approx(20.0 + lower, abs=0.5)
    assert -18.0 - between(bed_alone, *silent) == pytest.approx(16.0 + lower, abs=0.5)


def test_the_voice_over_a_bed_is_at_its_level(loaded: Mapping[str, Bed]) -> None:
    spoken = (8.0, 28.0)
    line, clip = timeline([spoken], 40), speech(20)
    bed_alone, together = (
        whole(Mix(line, voice, loaded["bruin"], None, Levels()))
        for voice in (wordless, {"zin 0": clip}.__getitem__)
    )
    assert between(together - bed_alone, spoken) == pytest.approx(-18.0, abs=0.1)
    # A bed 20 LU down adds 1 % of power: 0.04 LU.
    assert between(together, spoken) == pytest.approx(-18.0, abs=0.1)


def test_the_bell_is_softer_than_the_voice(loaded: Mapping[str, Bed]) -> None:
    line = timeline([], 20, bells_s=(4.0,))
    meter = Meter()
    meter.add(whole(Mix(line, wordless, loaded["none"], bell(), Levels(bell_lu=7.0))))
    # The floor at -66 LUFS adds nothing; the 100 ms grid of the meter lies elsewhere on the stroke.
    assert meter.momentary_max() == pytest.approx(-18.0 - 7.0, abs=0.1)


def test_levels_move_with_the_speech(loaded: Mapping[str, Bed]) -> None:
    line = timeline([(10, 40)], 60)
    normal, louder = (
        whole(Mix(line, wordless, loaded["bruin"], None, Levels(speech_lufs=level)))
        for level in (-18.0, -16.0)
    )
    middle = slice(frames(10), frames(40))
    assert integrated(louder[middle]) - integrated(normal[middle]) == pytest.approx(2.0, abs=0.01)


# --- The sum ---

SPANS = [(2.0, 4.5), (4.5, 7.0), (17.0, 20.0)]


def example(bed: Bed, *, bells: bool = True) -> Mix:
    """Return a mix with a room's tail on every utterance and two bells that ring through each other."""
    rng = np.random.default_rng(7)
    clips = {
        f"zin {number}": rng.uniform(-0.1, 0.1, (frames(4.1), 1)).astype(np.float32) for number in range(3)
    }
    line = timeline(SPANS, 30.0, bells_s=(0.5, 12.0) if bells else ())
    return Mix(line, clips.__getitem__, bed, bell() if bells else None, Levels())


def test_the_mix_is_the_sum_of_its_parts(loaded: Mapping[str, Bed]) -> None:
    mix = example(loaded["zee"])
    line, bed = mix.timeline, mix.bed
    time = np.arange(line.frames)
    points = automation(line, mix.levels)
    lu = np.interp(time, [point.frame for point in points], [point.lu for point in points])
    expected = bed.read(0, line.frames) * (10 ** ((lu - 18.0 - bed.under_lu - bed.lufs) / 20))[:, np.newaxis]
    expected *= np.sin(np.minimum(time / frames(5.0), 1) * np.pi / 2)[:, np.newaxis] ** 2
    for utterance in line.utterances:
        clip = mix.voice(utterance.phrase)[: line.frames - utterance.start]
        expected[utterance.start : utterance.start + len(clip)] += clip
    assert mix.bell is not None
    meter = Meter()
    meter.add(mix.bell)
    for frame in line.bells:
        ring = mix.bell[: line.frames - frame] * 10 ** ((-24.0 - meter.momentary_max()) / 20)
        expected[frame : frame + len(ring)] += ring
    fade = np.clip((line.frames - time) / (line.frames - frames(22.0)), 0, 1)
    expected *= np.sin(fade * np.pi / 2)[:, np.newaxis] ** 2
    expected += load_bed("none", 0).read(0, line.frames)
    last = frames(0.005)
    expected[-last:] *= np.sin(np.arange(last, 0, -1) / last * np.pi / 2)[:, np.newaxis] ** 2

    # Rounding to float32 at a peak under 0.25, in each of some eight operations.
    assert np.abs(whole(mix) - expected).max() < 1e-6


@pytest.fixture(scope="module")
def usual(loaded: Mapping[str, Bed]) -> tuple[Mix, Samples]:
    """A mix, and what it is in blocks of the usual size."""
    mix = example(loaded["klankschalen"])
    return mix, whole(mix)


@settings(max_examples=6, deadline=None)
@given(block_frames=st.integers(1000, 400_000))
def test_the_size_of_the_blocks_changes_nothing(block_frames: int, usual: tuple[Mix, Samples]) -> None:
    mix, in_usual_blocks = usual
    blocks = list(mix.blocks(block_frames))
    assert all(len(block) == block_frames for block in blocks[:-1])
    assert 0 < len(blocks[-1]) <= block_frames
    assert all(block.dtype == np.float32 for block in blocks)
    sound = np.concatenate(blocks)
    assert sound.shape == (mix.frames, 2)
    assert np.array_equal(sound, in_usual_blocks)


def test_the_voice_is_in_the_centre() -> None:
    silent = Bed("silent", (), float("-inf"))
    mix = example(silent, bells=False)
    floor = load_bed("none", 0).read(0, mix.frames)
    left, right = (whole(mix) - floor)[frames(2) : frames(20)].T
    assert np.abs(left).max() > 0.05
    assert np.abs(left - right).max() < 1e-7  # the floor, added and taken away, leaves its rounding


def test_the_voice_is_asked_once_for_every_utterance_and_not_before_it_is_due() -> None:
    asked: list[str] = []

    def voice(phrase: str) -> Samples:
        asked.append(phrase)
        return QUIET

    blocks = Mix(timeline(SPANS, 30.0), voice, drone(), None, Levels()).blocks()
    assert asked == []
    due = {number: int(frames(start) // BLOCK_FRAMES) for number, (start, _) in enumerate(SPANS)}
    for index, _ in enumerate(blocks):
        assert asked == [f"zin {number}" for number, block in due.items() if block <= index]
    assert len(asked) == len(SPANS)


def test_a_track_without_length_has_no_blocks() -> None:
    assert list(Mix(timeline([], 0.0), wordless, drone(), None, Levels()).blocks()) == []


# --- Fades ---


def bed_level(mix: Mix) -> Floats:
    """Return the gain of a `drone` of 1.0 at every frame."""
    floor = load_bed("none", 0).read(0, mix.frames)
    return np.asarray((whole(mix) - floor)[:, 0], np.float64)


@pytest.mark.parametrize(
    ("last_word_s", "length_s", "from_s"),
    [
        (20.0, 32.0, 22.0),  # as a timeline leaves it: ten seconds
        (20.0, 60.0, 50.0),  # a bell that rings on for long: the last ten seconds
        (20.0, 26.0, 22.0),  # what there is
        (20.0, 22.0, 21.0),  # less than that: half of it
        (20.0, 20.0, 20.0),  # nothing
    ],
)
def test_the_fade_leaves_the_last_word_alone(last_word_s: float, length_s: float, from_s: float) -> None:
    line = timeline([(6.0, last_word_s)], length_s)
    # Levels that stay the same, so that only the fades are left.
    mix = Mix(line, wordless, drone(1.0), None, Levels(0.0, 20.0, 20.0))
    level = bed_level(mix)
    ending = frames(0.005)
    assert np.abs(level[frames(5.0) : min(frames(from_s), mix.frames - ending)] - 0.1).max() < 1e-6
    assert (np.diff(level[frames(from_s) : -ending]) < 1e-6).all()
    half_way = (frames(from_s) + mix.frames) // 2
    if half_way < mix.frames - ending:
        assert level[half_way] == pytest.approx(0.05, abs=1e-4)
        assert level[-ending - 1] < 1e-3
    assert np.abs(whole(mix)[-1]).max() < 1e-4


def test_the_bed_comes_up_in_five_seconds() -> None:
    line = timeline([(6.0, 20.0)], 32.0)
    level = bed_level(Mix(line, wordless, drone(1.0), None, Levels(0.0, 20.0, 20.0)))
    assert level[0] == pytest.approx(0.0, abs=1e-9)
    assert level[frames(2.5)] == pytest.approx(0.05, abs=1e-4)
    assert (np.diff(level[: frames(5.0)]) > -1e-6).all()


@pytest.mark.parametrize("name", KINDS)
def test_there_is_no_digital_silence(name: str, loaded: Mapping[str, Bed]) -> None:
    line = timeline([(12.0, 14.0), (30.0, 31.0)], 43.0)
    sound = whole(Mix(line, wordless, loaded[name], None, Levels()))
    steps = sound[: len(sound) // 441 * 441].reshape(-1, 441 * 2)
    # 10 ms of the floor's noise, in which its low notes hardly take part, stays within some 12 dB of -70.
    level = 20 * np.log10(np.sqrt(np.square(steps.astype(np.float64)).mean(axis=1)) + 1e-12)
    assert level[:-1].min() > -84.0
    assert np.abs(sound[-1]).max() < 1e-6


def test_none_is_not_raised(loaded: Mapping[str, Bed]) -> None:
    line = timeline([(6.0, 16.0)], 28.0)
    sound = whole(Mix(line, wordless, loaded["none"], None, Levels()))
    assert units.decibels(float(np.sqrt(np.mean(np.square(sound))))) == pytest.approx(-70.0, abs=0.1)


# --- Memory ---


def test_no_array_has_the_length_of_the_track() -> None:
    line = timeline([(start, start + 5.0) for start in np.arange(6.0, 160.0, 10.0)], 180.0)
    load_bed("none", 0)
    tracemalloc.start()
    try:
        total = sum(len(block) for block in Mix(line, five_seconds, drone(), None, Levels()).blocks())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == line.frames
    # Three minutes are 64 MB; a block is half a megabyte, and a ramp of the bed some of these in float64.
    assert peak < 10e6
