"""The listener's own music: as loud as asked, without a joint, whatever the file is like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from heard import loudness, seam_score
from soundfiles import Wave, encoded, float_wav, wav

from stem import files
from stem.errors import AudioError, UnknownNameError, UsageError
from stem.script.timeline import PlacedUtterance, Timeline
from stem.sound.beds import BedChoice, OwnBed, file_bed, is_own, load_bed, load_own_bed
from stem.sound.beds.seam import best_joint, crossfaded, searched_frames
from stem.sound.clips import Samples
from stem.sound.mixing import Levels, Mix
from stem.units import SAMPLE_RATE, decibels, frames

RATE = 22_050


@cache
def noise(length_s: float, rate: int = RATE, channels: int = 2, slope: float = 1.0) -> Wave:
    """Return noise that falls by 3 dB an octave times `slope`, its level 0.1, shape (frames, channels)."""
    rng = np.random.default_rng(5)
    count = round(length_s * rate)
    size = 2 ** (count - 1).bit_length()  # a transform of an odd length takes many times as long
    spectrum = np.fft.rfft(rng.standard_normal((size, channels)), axis=0)
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / rate), 40.0)[:, np.newaxis]
    wave = np.fft.irfft(spectrum / hertz ** (slope / 2), size, axis=0)[:count]
    wave = np.asarray(0.1 * wave / wave.std(), dtype=np.float64)
    wave.setflags(write=False)  # many tests have the same
    return wave


def chord(length_s: float, rate: int = RATE) -> Wave:
    """Return three tones that never come back in the same phases, shape (frames, 2)."""
    time = np.arange(round(length_s * rate)) / rate
    tones = sum(np.sin(2 * np.pi * hertz * time) for hertz in (110.0, 164.81, 277.18))
    return np.asarray(0.1 * np.stack([tones, tones], axis=1), dtype=np.float64)


def talk(length_s: float, rate: int = RATE) -> Wave:
    """Return noise with syllables, and a pause of 1 s every 4 s, shape (frames, 2)."""
    time = np.arange(round(length_s * rate)) / rate
    syllables = np.abs(np.sin(2 * np.pi * 2 * time)) * (time % 4 < 3)
    return np.asarray(noise(length_s, rate) * syllables[:, np.newaxis], dtype=np.float64)


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def one_round(bed: OwnBed, start: int = 0) -> Samples:
    return bed.read(start, bed.frames)


# --- As loud as asked ---


@dataclass(frozen=True)
class Music:
    """A file that someone may have.

    Attributes:
        name: Of the file.
        content: What is in it.
        remark: What is told of it; "" for nothing.
    """

    name: str
    content: Callable[[], bytes]
    remark: str = ""


def silent_start() -> Wave:
    return np.concatenate([np.zeros((4 * RATE, 2)), noise(6.0)])


MUSICS = [
    Music("zacht.wav", lambda: float_wav(noise(6.0) * 1e-4, RATE)),
    Music("hard.wav", lambda: float_wav(noise(6.0) * 20, RATE), "above full scale"),
    Music("stilte-vooraf.flac", lambda: encoded("flac", sound=silent_start(), rate=RATE)),
    Music("mono.mp3", lambda: encoded("mp3", "-b:a", "64k", sound=noise(6.0, channels=1), rate=RATE)),
    Music("telefoon.m4a", lambda: encoded("m4a", sound=noise(6.0, 8000, 1), rate=8000), "sounds dull"),
    Music("studio.flac", lambda: encoded("flac", sound=noise(6.0, 96_000), rate=96_000)),
    Music("overstuurd.wav", lambda: wav(np.clip(20 * noise(6.0), -1, 1), rate=RATE), "clipped"),
    Music("kort.ogg", lambda: encoded("ogg", "-c:a", "libvorbis", sound=noise(4.0), rate=RATE), "repeat"),
    Music("tonen.opus", lambda: encoded("opus", "-c:a", "libopus", sound=chord(6.0, 48_000), rate=48_000)),
    Music("praten.webm", lambda: encoded("webm", "-c:a", "libopus", sound=talk(8.0, 48_000), rate=48_000)),
]


@pytest.mark.parametrize("music", MUSICS, ids=lambda music: music.name)
def test_the_music_lies_as_far_under_the_voice_as_asked(tmp_path: Path, music: Music) -> None:
    bed = load_own_bed(saved(tmp_path, music.name, music.content()))
    # A voice for one round of the music and more, then a pause for as long.
    voice_at = frames(5.0)
    voice = noise(bed.frames / SAMPLE_RATE + 1, SAMPLE_RATE, 1)
    voice_end = voice_at + len(voice)
    length = voice_end + bed.frames + frames(8.0)
    voice = voice * 10 ** ((-18.0 - loudness(np.hstack([voice, voice]).astype(np.float32))) / 20)
    line = Timeline(length, (PlacedUtterance("", "zin", voice_at, voice_end),), (), (), ())
    levels = Levels(fade_in_s=2.0, fade_out_s=3.0)
    mix = Mix(line, lambda _: voice.astype(np.float32), bed, None, levels, floor=False)
    spoken, music_alone = (np.concatenate(list(part.blocks())) for part in mix.parts()[:2])
    ducked = slice(voice_at, voice_at + bed.frames)
    lifted = slice(voice_end + frames(4.0), voice_end + frames(4.0) + bed.frames)
    speech_lufs = loudness(spoken[voice_at:voice_end])
    assert speech_lufs - loudness(music_alone[ducked]) == pytest.approx(20.0, abs=0.5)
    assert speech_lufs - loudness(music_alone[lifted]) == pytest.approx(16.0, abs=0.5)
    assert any(music.remark in remark for remark in bed.remarks) if music.remark else True
    assert all(remark.startswith(f"{music.name}: ") and remark.endswith(".") for remark in bed.remarks)


# --- No joint ---


def seam(bed: OwnBed) -> float:
    """Return the worst seam score where a round ends and the next begins."""
    reach = min(SAMPLE_RATE, bed.frames // 2)
    around = bed.read(bed.frames - reach, 2 * reach)
    return max(seam_score(wave[:reach], wave[reach:]) for wave in around.T)


@pytest.mark.parametrize(
    "made",
    [lambda: chord(20.0), lambda: noise(20.0, slope=4.0), lambda: noise(4.0, slope=4.0)],
    ids=["tones", "noise", "four seconds"],
)
def test_the_joint_is_like_any_other_place(tmp_path: Path, made: Callable[[], Wave]) -> None:
    wave = made()
    bed = load_own_bed(saved(tmp_path, "a.wav", float_wav(wave, RATE)))
    assert seam(bed) < 2.0
    assert len(wave) / RATE * 0.6 < bed.frames / SAMPLE_RATE < len(wave) / RATE
    # The control: the file itself, cut off anywhere. By chance a cut may meet; of ten one is found.
    cuts = [wave[: len(wave) - round(short_s * RATE), 0] for short_s in np.linspace(0.3, 1.2, 10)]
    assert any(seam_score(cut[-RATE:], cut[:RATE]) > 3.0 for cut in cuts)


def test_tones_do_not_beat_where_they_are_joined(tmp_path: Path) -> None:
    bed = load_own_bed(saved(tmp_path, "a.wav", float_wav(chord(20.0), RATE)))

    def unevenness(sound: Samples) -> float:
        """Return how far the level of the lowest tone moves, in dB."""
        turn = np.exp(-2j * np.pi * 110.0 * np.arange(len(sound)) / SAMPLE_RATE)
        window = frames(0.4)
        tone = (sound[:, 0] * turn)[: len(sound) // window * window].reshape(-1, window).mean(axis=1)
        levels = 20 * np.log10(np.abs(tone))
        return float(np.ptp(levels))

    around = bed.read(bed.frames - frames(3.0), frames(6.0))
    assert unevenness(around) < 1.0
    # The control: an equal-power crossfade at a place where this tone has turned round.
    wave = chord(20.0, SAMPLE_RATE).astype(np.float32)
    fade = frames(2.0)
    turned = round(10 * SAMPLE_RATE / 110.0) * 11 + round(SAMPLE_RATE / 220.0)
    bad = np.concatenate([wave[:turned], crossfaded(wave[:fade], wave[turned : turned + fade], 0.0)])
    assert unevenness(bad[-frames(6.0) :]) > 6.0


def test_a_place_that_is_the_same_is_found_to_the_frame() -> None:
    once_round = noise(10.0, SAMPLE_RATE).astype(np.float32)
    twice = np.concatenate([once_round, once_round, once_round[: frames(3.0)]])
    head, tail = searched_frames(len(twice))
    joint = best_joint(twice[:head], twice[-tail:], len(twice))
    assert joint.end == 2 * len(once_round)
    assert joint.likeness == pytest.approx(1.0, abs=1e-3)
    joined = crossfaded(twice[:head], twice[joint.end : joint.end + head], joint.likeness)
    np.testing.assert_allclose(joined, twice[:head], atol=2e-3)


def test_strangers_are_crossfaded_at_even_power() -> None:
    one, other = (noise(20.0, SAMPLE_RATE)[: frames(20.0), :1].astype(np.float32) for _ in range(2))
    joined = crossfaded(one, other[::-1].copy(), 0.0)
    levels = [float(part.std()) for part in np.array_split(joined, 10)]
    # Over 2 s, the level of noise with this colour wanders by 5 %.
    assert np.ptp([decibels(level) for level in levels]) < 1.5


# --- Where it starts and ends ---


def test_silence_at_both_ends_is_left_out(tmp_path: Path) -> None:
    quiet = 1e-5 * noise(3.0)
    wave = np.concatenate([np.zeros((RATE, 2)), quiet, noise(8.0), quiet])
    bed = load_own_bed(saved(tmp_path, "a.wav", float_wav(wave, RATE)), once=True)
    assert bed.frames / SAMPLE_RATE == pytest.approx(8.0, abs=0.01)


def test_music_can_start_later_and_be_played_once(tmp_path: Path) -> None:
    time = np.arange(25 * RATE) / RATE
    tones = np.where(time < 5.0, np.sin(2 * np.pi * 300 * time), np.sin(2 * np.pi * 1000 * time))
    path = saved(tmp_path, "a.wav", float_wav(0.2 * np.stack([tones, tones], axis=1), RATE))
    bed = load_own_bed(path, start_s=5.0, once=True)
    assert bed.frames / SAMPLE_RATE == pytest.approx(20.0, abs=0.001)
    sound = bed.read(0, frames(30.0))
    assert not sound[bed.frames :].any()
    spectrum = np.abs(np.fft.rfft(sound[: frames(2.0), 0] * np.hanning(frames(2.0))))
    assert spectrum[600] < 1e-4 * spectrum[2000]  # bins of half a hertz: 300 and 1000 Hz

    def level(at_s: float) -> float:
        return decibels(float(sound[frames(at_s) : frames(at_s + 0.02)].std()))

    assert level(5.0) - level(1.0) == pytest.approx(0.0, abs=0.1)
    assert level(16.0) - level(1.0) == pytest.approx(-6.0, abs=0.2)  # half way the fade of 8 s
    assert np.abs(sound[bed.frames - frames(0.01) : bed.frames]).max() < 1e-4


def test_a_long_file_is_used_as_far_as_it_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_bed, "LONGEST_S", 15.0)
    path = saved(tmp_path, "a.wav", float_wav(noise(40.0), RATE))
    bed = load_own_bed(path)
    assert 10 < bed.frames / SAMPLE_RATE < 15
    assert any("only its first" in remark and "repeated" in remark for remark in bed.remarks)


def test_the_middle_of_surround_goes_to_both_sides_and_the_rumble_to_none(tmp_path: Path) -> None:
    wave = np.zeros((10 * RATE, 6))
    tone = np.sin(2 * np.pi * 500 * np.arange(len(wave)) / RATE)
    wave[:, 0], wave[:, 2] = 0.2 * noise(10.0, channels=1)[:, 0], 0.1 * tone
    wave[:, 3] = 0.5 * np.sin(2 * np.pi * 60 * np.arange(len(wave)) / RATE)
    sound = load_own_bed(saved(tmp_path, "a.wav", float_wav(wave, RATE)), once=True).read(0, frames(2.0))
    left, right = np.abs(np.fft.rfft(sound * np.hanning(len(sound))[:, np.newaxis], axis=0)).T
    assert left[1000] == pytest.approx(right[1000], rel=0.1)  # bins of half a hertz: 500 Hz
    assert right[120] < 1e-3 * right[1000]
    assert left[200:900].mean() > 100 * right[200:900].mean()


# --- Kept, and made again ---


def refuse_to_make(*_: Any, **__: Any) -> None:
    raise AssertionError("it was decoded again")


def test_music_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, "a.wav", float_wav(noise(5.0), RATE))
    first = load_own_bed(path)
    copy = saved(tmp_path, "b.wav", path.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(file_bed, "_made", refuse_to_make)
        again = load_own_bed(copy)
        assert again.lufs == first.lufs
        np.testing.assert_array_equal(one_round(again), one_round(first))
        for other in ({"start_s": 1.0}, {"once": True}):
            with pytest.raises(AssertionError, match="decoded again"):
                load_own_bed(path, **other)
    [stored] = files.cache_folder("beds").glob("own-*.f32")
    stored.unlink()
    np.testing.assert_array_equal(one_round(load_own_bed(path)), one_round(first))


SPOILS: tuple[Callable[[bytes], bytes], ...] = (
    lambda whole: whole[:-8],
    lambda whole: whole[:1000] + b"\x01" + whole[1001:],
)


def test_damage_in_the_cache_is_noticed(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.wav", float_wav(noise(5.0), RATE))
    good = one_round(load_own_bed(path))
    [stored] = files.cache_folder("beds").glob("own-*.f32")
    for spoil in SPOILS:
        stored.write_bytes(spoil(stored.read_bytes()))
        np.testing.assert_array_equal(one_round(load_own_bed(path)), good)
    stored.with_suffix(".json").write_text("{}")
    np.testing.assert_array_equal(one_round(load_own_bed(path)), good)


def test_music_is_heard_where_there_can_be_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, "a.wav", float_wav(noise(5.0), RATE))
    good = one_round(load_own_bed(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(saved(tmp_path, "no-folder", b"")))
    np.testing.assert_array_equal(one_round(load_own_bed(path)), good)


def test_what_was_unused_for_longest_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_bed("none", 0)
    monkeypatch.setattr(file_bed.CACHE, "most", 5 << 20)
    for number in range(4):
        load_own_bed(saved(tmp_path, "a.wav", float_wav(noise(5.0 + number), RATE)))
    kept = list(files.cache_folder("beds").glob("own-*.f32"))
    assert 0 < sum(path.stat().st_size for path in kept) <= 5 << 20
    assert all(path.with_suffix(".json").exists() for path in kept)
    assert list(files.cache_folder("beds").glob("none-*.npy"))


# --- Names and refusals ---


@pytest.mark.parametrize(
    "name", ["muziek.m4a", "a b.mp3", "./zee", "map/zee", "~/x.wav", "C:\\a", "regen+x.ogg"]
)
def test_a_suffix_or_a_folder_makes_a_file(name: str) -> None:
    assert is_own(name)


@pytest.mark.parametrize("name", ["zee", "regen+drone", "zee+vogels:-6.5", "zee+vogels:-6,5", "", "none"])
def test_names_of_beds_are_no_files(name: str) -> None:
    assert not is_own(name)


def test_a_file_that_is_not_there_is_refused_before_any_work(tmp_path: Path) -> None:
    saved(tmp_path, "muziek.mp3", b"")
    with pytest.raises(UsageError, match=r"There is no file '.*muzeik\.mp3' for the background") as caught:
        BedChoice.read(str(tmp_path / "muzeik.mp3"))
    assert "muziek.mp3" in caught.value.hint
    with pytest.raises(UsageError, match="There is no file"):
        load_bed(str(tmp_path / "nergens" / "a.mp3"), 1)


def test_a_start_and_an_end_belong_to_files(tmp_path: Path) -> None:
    for options in ({"start_s": 3.0}, {"once": True}):
        with pytest.raises(UsageError, match="'bruin' has no beginning and no end"):
            BedChoice.read("bruin", **options)
    with pytest.raises(UnknownNameError):
        BedChoice.read("muziek")
    path = saved(tmp_path, "a.wav", float_wav(noise(5.0), RATE))
    bed = BedChoice.read(str(path), start_s=1.0, once=True).load(1)
    assert isinstance(bed, OwnBed)
    assert bed.once
    with pytest.raises(UsageError, match="lasts 0:05, so it cannot start at 1:00"):
        BedChoice.read(str(path), start_s=60.0).load(1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (float_wav(np.zeros((3 * RATE, 1)), RATE), "there is only silence in it"),
        (float_wav(noise(0.5), RATE), r"0\.5 s of sound is too short for a background"),
        (b"<html>", "it is not a sound file that stem reads"),
        (float_wav(noise(5.0), RATE)[:-1000], "it is cut short"),
    ],
)
def test_what_cannot_be_heard_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = saved(tmp_path, "a.wav", content)
    for _ in range(2):
        with pytest.raises(AudioError, match=rf"a\.wav: {sentence}"):
            load_own_bed(path)
    assert not list(files.cache_folder("beds").iterdir())
