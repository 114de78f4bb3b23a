"""Each profile gives what it says, measured on the decoded file by meters that are not stem's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import heard
import numpy as np
import pytest
from mutagen.mp3 import MP3
from numpy.typing import NDArray

from stem import units
from stem.cli.output import in_options
from stem.config import Config
from stem.errors import UnknownNameError, UsageError
from stem.script.cues import Bell
from stem.script.timeline import PlacedUtterance, Timeline
from stem.sound.beds import BEDS, bell_frames, load_bed
from stem.sound.mixing import Mix
from stem.track.make import Track, make_track
from stem.track.plan import plan_track
from stem.track.preview import expected_timeline
from stem.track.profiles import PROFILES, find_profile
from stem.track.spec import TrackSpec

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")

SCRIPT = """+++
title = "Proef"
bed = "bruin"
+++
Ga rustig zitten, zoals het prettig is.
Voel de grond onder je voeten. [pauze 3] [bel]
Kijk om je heen.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    return tmp_path


def made(folder: Path, **asked: object) -> Track:
    plan = plan_track(TrackSpec(str(folder / "proef.j2"), voice="zacht", **asked), Config())  # type: ignore[arg-type]
    return make_track(plan, folder / "proef.mp3", overwrite=True)


Made: TypeAlias = tuple[Track, NDArray[np.float32]]
"""A track, and its sound as a player would decode it."""


PART = 8
"""Sleep fades for four minutes; what is made of it here does in half of one, in the same way."""


@pytest.fixture(scope="module")
def of_profile(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """The track of each profile, made once, at the first test that asks for it."""

    @cache
    def of(profile: str) -> Made:
        folder = tmp_path_factory.mktemp(profile)
        (folder / "proef.j2").write_text(SCRIPT, encoding="utf-8")
        sleep = PROFILES["sleep"]
        levels = replace(sleep.levels, fade_out_s=sleep.levels.fade_out_s / PART)
        shorter = replace(sleep, levels=levels, post_roll_s=sleep.post_roll_s / PART)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(PROFILES, "sleep", shorter)
            track = made(folder, profile=profile, bell="tingsha")  # which rings for 13 s, and a bowl for 45
        return track, heard.decoded(track.path)

    return of


def speech_of(made: Made, rate: int = units.SAMPLE_RATE) -> float:
    """Return the loudness of all that is said, one sentence after another."""
    track, sound = made
    scale = rate / units.SAMPLE_RATE
    spoken = [(int(each.start * scale), int(each.end * scale)) for each in track.timeline.utterances]
    return heard.loudness(*(sound[start:end] for start, end in spoken))


def test_a_profile_that_is_not_there_is_told() -> None:
    with pytest.raises(UnknownNameError, match="There is no profile named 'slaap'"):
        find_profile("slaap")


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name, profile in PROFILES.items() if profile.rate == units.SAMPLE_RATE]
)
def test_the_speech_is_at_the_level_of_the_profile_and_peaks_stay_under_its_ceiling(
    of_profile: Callable[[str], Made], name: str
) -> None:
    track_and_sound = of_profile(name)
    # Blocks across two sentences, which ours leaves out, and the bed 20 LU under it: within 0.3 LU. Under
    # the low ceiling of ACX the limiter takes a little more.
    tolerance = 0.6 if name == "acx" else 0.3
    assert speech_of(track_and_sound) == pytest.approx(PROFILES[name].levels.speech_lufs, abs=tolerance)
    # An MP3 goes over by at most 0.2 dB.
    assert heard.true_peak(track_and_sound[1]) <= PROFILES[name].ceiling_dbtp + 0.2


@pytest.mark.slow
def test_sleep_has_no_bells_and_minutes_of_background_that_fades(
    of_profile: Callable[[str], Made], folder: Path
) -> None:
    plan = plan_track(TrackSpec(str(folder / "proef.j2"), profile="sleep"), Config())
    whole = expected_timeline(plan)
    assert units.seconds(whole.frames - whole.utterances[-1].end) == pytest.approx(240, abs=1)
    assert plan.profile.levels.fade_out_s == 230
    track, sound = of_profile("sleep")
    assert track.timeline.bells == ()
    last_word = max(each.end for each in track.timeline.utterances)
    assert units.seconds(track.timeline.frames - last_word) == pytest.approx(240 / PART, abs=1 / PART)
    minutes = [
        heard.loudness(
            sound[last_word + units.frames(start / PART) : last_word + units.frames((start + 30) / PART)]
        )
        for start in (30, 80, 130, 180)
    ]
    assert np.all(np.diff(minutes) < -0.5), "softer and softer"


def test_sleep_keeps_its_level_for_eight_hours_until_it_fades() -> None:
    bed, levels = load_bed("bruin", 1), PROFILES["sleep"].levels
    said = PlacedUtterance("Slaap zacht.", "Slaap zacht.", units.frames(8), units.frames(10))
    night = Timeline(units.frames(8 * 3600), (said,), (), (), ())
    mix = Mix(night, lambda _phrase: np.zeros((0, 1), np.float32), bed, None, levels)

    def level(from_s: float) -> float:
        return heard.loudness(mix.stretch(units.frames(from_s), units.frames(from_s + 10)))

    wanted = levels.speech_lufs - levels.ducked_lu - bed.under_lu
    # What is not speech is nearly all of it: there the bed stays as low as under speech.
    for from_s in (1800, 7.5 * 3600, 8 * 3600 - levels.fade_out_s - 10):
        assert level(from_s) == pytest.approx(wanted, abs=0.5)
    # Half a cosine: after half of the fade 6 dB are gone, and the noise floor is left at the end.
    assert level(8 * 3600 - levels.fade_out_s / 2 - 5) == pytest.approx(wanted - 6, abs=0.7)
    assert level(8 * 3600 - 10) == pytest.approx(-66.4, abs=0.5)


@pytest.mark.slow
def test_insight_timer_gets_48_khz_and_a_bell_at_the_end(
    of_profile: Callable[[str], Made],
) -> None:
    track, sound = of_profile("insight-timer")
    info = MP3(track.path).info
    assert (info.sample_rate, info.bitrate) == (48_000, 128_000)
    assert len(sound) == round(track.timeline.frames * 48 / 44.1)
    assert speech_of((track, sound), 48_000) == pytest.approx(-18.0, abs=0.3)
    assert len(track.timeline.bells) == 2
    assert track.timeline.frames == track.timeline.bells[-1] + bell_frames("tingsha"), "its tail is whole"


@pytest.mark.slow
def test_acx_is_what_audible_asks(
    of_profile: Callable[[str], Made],
) -> None:
    track, sound = of_profile("acx")
    assert (track.plan.bed.name, track.timeline.bells) == ("none", ())
    assert MP3(track.path).info.bitrate == 192_000
    mono = sound.mean(axis=1, dtype=np.float64)
    assert -23 <= units.decibels(float(np.sqrt(np.mean(mono**2)))) <= -18
    assert np.abs(sound).max() < units.gain(-3.0)
    first = track.timeline.utterances[0].start
    room = mono[:first]
    assert 0.5 <= len(room) / heard.RATE <= 1.0
    assert units.decibels(float(np.sqrt(np.mean(room**2)))) < -60
    after = units.seconds(track.timeline.frames - track.timeline.utterances[-1].end)
    assert 1.0 <= after <= 5.0


@pytest.mark.usefixtures("folder")
def test_bells_are_where_they_are_asked() -> None:
    def strokes(**asked: object) -> list[bool]:
        cues = plan_track(TrackSpec("proef.j2", **asked), Config()).cues  # type: ignore[arg-type]
        return [isinstance(cues[0], Bell), isinstance(cues[-1], Bell)]

    assert strokes() == [False, False]
    assert strokes(bells=("begin",)) == [True, False]
    assert strokes(bells=("begin", "einde")) == [True, True]
    assert strokes(profile="insight-timer") == [False, True]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"bells": ("midden",)}, "There is no place for a bell named 'midden'."),
        ({"bell": "gnog"}, "There is no bell named 'gnog'."),
        ({"bells": ("einde",), "profile": "sleep"}, "This profile has no bells."),
        ({"duck_lu": -1.0}, "The background cannot give way by -1 LU."),
        ({"duck_lu": 21.0}, "The background cannot give way by 21 LU."),
        ({"bed_level_lu": 15.0}, "With --bed-level 15 the background would lie 5 LU under the voice."),
        ({"bed_level_lu": -21.0}, "With --bed-level -21 the background would lie 41 LU under the voice."),
    ],
)
def test_what_cannot_be_is_told(asked: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        plan_track(TrackSpec("proef.j2", **asked), Config())  # type: ignore[arg-type]
    assert in_options(refusal.value.sentence) == sentence
    assert refusal.value.hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "ducked_lu", "lifted_lu"), [({}, 20, 16), ({"bed_level_lu": -4.0, "duck_lu": 6.0}, 24, 18)]
)
def test_the_background_lies_where_it_was_asked(
    folder: Path, asked: dict[str, object], ducked_lu: float, lifted_lu: float
) -> None:
    (folder / "proef.j2").write_text(
        '+++\ntitle = "Proef"\nbed = "bruin"\n+++\n'
        "Ga rustig zitten, zoals het prettig is. [pauze 14]\nVoel de grond. [pauze 5]\nKijk om je heen.\n",
        encoding="utf-8",
    )
    track = made(folder, **asked)
    sound = heard.decoded(track.path)
    first, second, third = track.timeline.utterances
    lifted = heard.loudness(sound[first.end + units.frames(5) : second.start - units.frames(3)])
    ducked = heard.loudness(sound[second.end + units.frames(1) : third.start - units.frames(1)])
    lower = BEDS["bruin"].under_lu  # what the bed asks for itself
    assert -18.0 - lifted == pytest.approx(lifted_lu + lower, abs=0.5)
    assert -18.0 - ducked == pytest.approx(ducked_lu + lower, abs=0.5)


def test_an_rms_that_the_publisher_does_not_take_is_told(
    of_profile: Callable[[str], Made], folder: Path
) -> None:
    track, sound = of_profile("acx")
    low, high = find_profile("acx").rms_db or (0.0, 0.0)
    missed = not low <= units.decibels(float(np.sqrt(np.mean(np.square(sound))))) <= high
    assert any("RMS" in each for each in track.warnings) == missed
    (folder / "proef.j2").write_text(SCRIPT.replace("[pauze 3]", "[pauze 30]"), encoding="utf-8")
    quiet = made(folder, profile="acx")
    assert any(
        each.startswith("The RMS of the whole is -2") and "shorter pauses" in each for each in quiet.warnings
    )
