"""Clips start and end where they should, keep their sound at another rate, and no file reads another one."""

from __future__ import annotations

import os
import subprocess
import threading
import wave
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem import units
from stem.errors import AudioError
from stem.sound.clips import BLOCK_FRAMES, Clip, Samples, conform, framed, trimmed
from stem.sound.decoding import Recording, container, decode

RATE = 22_050


def tone(seconds: float, hertz: float = 440.0, rate: int = RATE, level: float = 0.5) -> Samples:
    """A cosine: its first and last samples are as loud as the rest."""
    phase = 2 * np.pi * hertz * np.arange(units.frames(seconds, rate)) / rate
    return (level * np.cos(phase)).astype(np.float32)[:, None]


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros((units.frames(seconds, rate), 1), np.float32)


def noise(seconds: float, level: float, rate: int = RATE) -> Samples:
    """White noise with a root mean square of `level`."""
    values = np.random.default_rng(1).normal(scale=level, size=(units.frames(seconds, rate), 1))
    return values.astype(np.float32)


@given(
    before=st.integers(0, 4000),
    after=st.integers(0, 4000),
    rate=st.sampled_from([16_000, 22_050, 24_000, 44_100, 48_000]),
)
def test_sound_starts_20_ms_in_and_ends_80_ms_before_the_end(before: int, after: int, rate: int) -> None:
    burst = tone(0.1, rate=rate, hertz=rate / 8)
    clip = Clip(np.pad(burst, ((before, after), (0, 0))), rate)
    result = trimmed(clip)
    lead, tail = units.frames(0.020, rate), units.frames(0.080, rate)
    # The one sample of room: with eight samples a period, two of them are zero crossings.
    assert abs(result.frames - (lead + len(burst) + tail)) <= 1
    np.testing.assert_array_equal(result.samples[lead : lead + len(burst) - 1], burst[:-1])
    assert result.rate == rate


def test_a_trimmed_clip_stays_as_it_is() -> None:
    once = trimmed(Clip(np.concatenate([silence(0.3), tone(0.4), silence(0.5)]), RATE))
    np.testing.assert_array_equal(trimmed(once).samples, once.samples)


def test_trimming_leaves_its_input_alone() -> None:
    clip = Clip(noise(0.2, 0.1), RATE)
    before = clip.samples.copy()
    trimmed(clip)
    np.testing.assert_array_equal(clip.samples, before)


@pytest.mark.parametrize("ending_db", [-30, -40, -48])
def test_a_soft_last_syllable_is_kept_whole(ending_db: float) -> None:
    # "...blijf": a vowel, then 150 ms of soft noise; also behind a microphone's noise at -70 dB.
    spoken = np.concatenate([tone(0.4), noise(0.15, 0.5 * units.gain(ending_db))])
    sound = np.concatenate([silence(0.2), spoken, silence(0.3)])
    for room in (0.0, 0.5 * units.gain(-70)):
        result = trimmed(Clip(sound + noise(len(sound) / RATE, room), RATE))
        # Room: one 5 ms window at either end where noise may hide the edge.
        assert result.frames / RATE == pytest.approx(0.020 + 0.55 + 0.080, abs=0.006)


def test_steady_noise_is_not_taken_for_sound() -> None:
    speech = np.concatenate([silence(1.0), tone(0.5), silence(1.0)])
    result = trimmed(Clip(speech + noise(2.5, 0.5 * units.gain(-58)), RATE))
    assert result.frames / RATE == pytest.approx(0.6, abs=0.006)


def test_edges_are_exact_zeros_and_rise_as_a_raised_cosine() -> None:
    # A direct current shows the fade itself; noise 50 dB below the burst is what there is to fade.
    floor = np.full((RATE, 1), 0.001, np.float32)
    floor[RATE // 2 : RATE // 2 + 2000] = 0.9
    samples = trimmed(Clip(floor, RATE)).samples[:, 0]
    fade_in, fade_out = units.frames(0.005, RATE), units.frames(0.040, RATE)
    assert samples[0] == 0.0
    assert samples[-1] == 0.0
    # Half way up (or down) at half of the fade, to within the one sample that an odd count costs.
    assert samples[fade_in // 2] == pytest.approx(0.0005, abs=0.0005 * np.pi / fade_in)
    assert samples[-1 - fade_out // 2] == pytest.approx(0.0005, abs=0.0005 * np.pi / fade_out)
    np.testing.assert_array_equal(samples[fade_in : units.frames(0.020, RATE)], np.float32(0.001))
    assert np.all(np.diff(samples[:fade_in]) > 0)
    assert np.all(np.diff(samples[-fade_out:]) < 0)


def test_a_sound_that_is_there_at_once_can_begin_softly() -> None:
    clip = Clip(tone(0.3), RATE)
    hard, soft = trimmed(clip).samples[:, 0], trimmed(clip, softly=True).samples[:, 0]
    start, fade = units.frames(0.020, RATE), units.frames(0.0025, RATE)
    steps, soft_steps = (np.abs(np.diff(each[: start + fade])).max() for each in (hard, soft))
    assert steps == pytest.approx(0.5)
    # No more than the steepest of the tone itself and the steepest of the fade together.
    assert soft_steps < 0.5 * 2 * np.pi * 440 / RATE + 0.5 * np.pi / 2 / fade
    np.testing.assert_array_equal(soft[start + fade :], hard[start + fade :])
    assert len(soft) == len(hard)


def test_a_sound_that_had_time_to_begin_is_not_touched() -> None:
    clip = Clip(np.concatenate([silence(0.0031), tone(0.3)]), RATE)
    np.testing.assert_array_equal(trimmed(clip, softly=True).samples, trimmed(clip).samples)


def test_every_channel_counts_for_the_sound() -> None:
    left, right = silence(1.0), silence(1.0)
    left[5000:6000] = 0.5
    right[9000:9500] = 0.5
    result = trimmed(Clip(np.hstack([left, right]), RATE))
    assert result.frames == units.frames(0.020, RATE) + 4500 + units.frames(0.080, RATE)
    assert result.samples.shape[1] == 2


@pytest.mark.parametrize("samples", [silence(1.0), silence(0.0), noise(1.0, 1e-6)])
def test_a_clip_without_sound_is_refused(samples: Samples) -> None:
    with pytest.raises(AudioError, match="there is no sound in it"):
        trimmed(Clip(samples, RATE))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    samples = tone(0.1)
    samples[100] = bad
    with pytest.raises(AudioError, match="not numbers"):
        trimmed(Clip(samples, RATE))


@given(
    count=st.integers(0, 5000), rate=st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
)
def test_resampling_gives_the_nearest_frame_count(count: int, rate: int) -> None:
    result = conform(Clip(np.ones((count, 1), np.float32), rate))
    assert 2 * abs(result.frames * rate - count * units.SAMPLE_RATE) <= rate
    assert result.rate == units.SAMPLE_RATE
    assert result.samples.dtype == np.float32


def test_resampling_keeps_a_tone_in_time_and_level_and_adds_nothing() -> None:
    result = conform(Clip(tone(1.0, 1000.0), RATE)).samples[:, 0]
    ideal = tone(1.0, 1000.0, units.SAMPLE_RATE)[:, 0]
    middle = slice(4410, -4410)  # clear of the filter's ringing at the hard edges of the tone
    # soxr HQ is good for 20 bits (-120 dB); float32 itself adds -150.
    assert np.abs(result[middle] - ideal[middle]).max() < 0.5 * units.gain(-110)


def test_a_clip_at_the_right_rate_is_returned_as_it_is() -> None:
    clip = Clip(tone(0.1), units.SAMPLE_RATE)
    assert conform(clip) is clip


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
    return path


def encode(source: Path, target: Path, *options: str) -> Path:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-y", "-i", str(source), *options, str(target)], check=True)
    return target


def test_16_bit_pcm_is_decoded_bit_for_bit(tmp_path: Path) -> None:
    samples = np.hstack([noise(0.3, 0.2), tone(0.3)]).clip(-1, 1)
    clip = decode(write_wav(tmp_path / "a.wav", samples), RATE)
    np.testing.assert_array_equal(clip.samples, np.round(samples * 32767).astype(np.float32) / 32768)
    assert clip.rate == RATE


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("mp3", ["-b:a", "128k"]),
        ("flac", []),
        ("ogg", ["-c:a", "libvorbis"]),
        ("m4a", ["-c:a", "aac", "-b:a", "128k"]),
        ("wav", ["-c:a", "pcm_f32le"]),
        ("wav", ["-c:a", "pcm_s24le"]),
        ("wav", ["-rf64", "always"]),
        ("opus", ["-c:a", "libopus", "-b:a", "32k"]),
        ("webm", ["-c:a", "libopus", "-b:a", "64k"]),
        ("aac", ["-c:a", "aac", "-b:a", "128k"]),
        ("mp3", ["-q:a", "5"]),
        ("m4a", ["-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"]),
        ("m4a", ["-c:a", "alac"]),
    ],
)
def test_each_format_is_known_by_its_content(tmp_path: Path, suffix: str, options: list[str]) -> None:
    source = write_wav(tmp_path / "source.wav", tone(1.0))
    encoded = encode(source, tmp_path / f"encoded.{suffix}", *options)
    # A name that says something else, and that programs take for an option, a pattern or a protocol.
    path = encoded.rename(tmp_path / "-i concat:%03d.avi")
    clip = decode(path)
    assert clip.rate == units.SAMPLE_RATE
    # Encoders pad: MP3 and AAC by at most three frames of 1152 or 1024.
    assert clip.frames / clip.rate == pytest.approx(1.0, abs=3 * 1152 / RATE)
    middle = clip.samples[len(clip.samples) // 4 : -len(clip.samples) // 4]
    level = float(np.sqrt(np.mean(np.square(middle))))
    # LAME makes 128 kbps 0.45 dB softer.
    assert units.decibels(level) == pytest.approx(units.decibels(0.5 / 2**0.5), abs=0.6)


def test_a_file_is_read_at_its_own_rate_when_no_other_is_asked_for(tmp_path: Path) -> None:
    assert decode(write_wav(tmp_path / "a.wav", tone(0.5, rate=8000), 8000), None).rate == 8000


def test_a_file_longer_than_asked_for_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(70.0, rate=8000), 8000)
    assert decode(path, None, longest_s=120.0).frames == 70 * 8000
    with pytest.raises(AudioError, match=r"a\.wav: it is longer than 1 minute"):
        decode(path, None, longest_s=60.0)


@pytest.mark.parametrize(
    ("suffix", "options"), [("m4a", ["-c:a", "aac"]), ("wav", []), ("ogg", ["-c:a", "libopus"])]
)
def test_a_stream_holds_what_the_whole_file_holds(tmp_path: Path, suffix: str, options: list[str]) -> None:
    sound = np.hstack([noise(4.0, 0.1), tone(4.0)])
    path = encode(write_wav(tmp_path / "source.wav", sound), tmp_path / f"b.{suffix}", *options)
    whole = decode(path, None)
    recording = Recording.open(path)
    assert (recording.rate, recording.channels) == (whole.rate, 2)
    blocks = list(recording.blocks())
    assert {len(block) for block in blocks[:-1]} == {BLOCK_FRAMES}
    # The two ways differ by the rounding of 32-bit integers that hold 1/64 of the sound.
    np.testing.assert_allclose(np.concatenate(blocks), whole.samples, atol=64 / 2**31)
    np.testing.assert_array_equal(np.concatenate(list(recording.blocks())), np.concatenate(blocks))


def test_a_stream_that_is_left_halfway_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        started.append(real(command, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    blocks = iter(Recording.open(write_wav(tmp_path / "a.wav", noise(120.0, 0.1))).blocks())
    next(blocks)
    assert started[-1].poll() is None, "an unread decoder waits"
    del blocks
    assert [process.returncode is not None for process in started] == [True, True]


def test_a_stream_refuses_what_decoding_refuses(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    for content in (b"<!DOCTYPE html>", b"\x00\x00\x00\x20ftypM4A "):
        path.write_bytes(content)
        with pytest.raises(AudioError, match=r"a\.m4a"):
            Recording.open(path)


def test_a_stream_refuses_what_is_no_number(tmp_path: Path) -> None:
    encode(write_wav(tmp_path / "a.wav", tone(0.5)), tmp_path / "b.wav", "-c:a", "pcm_f32le")
    content = bytearray((tmp_path / "b.wav").read_bytes())
    content[-400:-396] = np.float32(np.nan).tobytes()
    (tmp_path / "b.wav").write_bytes(content)
    with pytest.raises(AudioError, match="not numbers"):
        list(Recording.open(tmp_path / "b.wav").blocks())


def test_what_a_file_is_packed_as_is_read_from_its_content(tmp_path: Path) -> None:
    assert container(write_wav(tmp_path / "a.mp3", tone(0.1))) == "wav"


def test_a_clip_is_framed_where_it_is_said_to_sound() -> None:
    clip = Clip(tone(1.0), RATE)
    result = framed(clip, 5000, 8999)
    lead, tail = units.frames(0.020, RATE), units.frames(0.080, RATE)
    assert result.frames == lead + 4000 + tail
    np.testing.assert_array_equal(result.samples[lead : lead + 4000], clip.samples[5000:9000])


def test_sound_above_full_scale_survives(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", tone(0.5))
    loud = encode(source, tmp_path / "b.wav", "-af", "volume=4.0:precision=float", "-c:a", "pcm_f32le")
    assert np.abs(decode(loud, RATE).samples).max() == pytest.approx(2.0, rel=1e-3)


def test_sound_far_above_full_scale_is_refused(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", tone(0.5))
    loud = encode(source, tmp_path / "b.wav", "-af", "volume=200.0:precision=float", "-c:a", "pcm_f32le")
    with pytest.raises(AudioError, match="64 times full scale"):
        decode(loud)


def playlist(kind: str, secret: Path) -> bytes:
    if kind == "concat":
        return f"ffconcat version 1.0\nfile '{secret.name}'\n".encode()
    if kind == "hls":
        return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    # A playlist behind the first bytes of an MP3: the content says mp3, and only the demuxer's wall is left.
    return b"ID3\x03\x00\x00\x00\x00\x00\x00" + playlist("hls", secret)


@pytest.mark.parametrize("kind", ["concat", "hls", "id3"])
def test_a_playlist_dressed_as_mp3_reads_no_other_file(tmp_path: Path, kind: str) -> None:
    secret = write_wav(tmp_path / "secret.wav", tone(1.0))
    dressed = tmp_path / "song.mp3"
    dressed.write_bytes(playlist(kind, secret))
    if kind == "concat":  # ffmpeg left to itself does read the other file
        encode(dressed, tmp_path / "leaked.wav")
    with pytest.raises(AudioError) as caught:
        decode(dressed)
    assert str(dressed) in caught.value.sentence


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"R",
        b"RIFF",
        b"RIFF\x00\x00\x00\x00AVI ",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"<!DOCTYPE html>",
        b'{"error": 429}',
        b"\x89PNG\r\n\x1a\n",
        b"\x7fELF\x02\x01\x01",
        b"PK\x03\x04",
        b"\xff\xfb\x90\x00",
        b"\xff\xff\xff\xff",
        b"fLaC",
        b"OggS",
        b"\x00\x00\x00\x20ftypM4A ",
        b"ID3",
    ],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sound.mp3"
    path.write_bytes(content)
    with pytest.raises(AudioError):
        decode(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="No such file"):
        decode(tmp_path / "none.wav")
    with pytest.raises(AudioError):
        decode(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    refused = threading.Event()

    def attempt() -> None:
        with pytest.raises(AudioError, match="it is not a file"):
            decode(pipe)
        refused.set()

    threading.Thread(target=attempt, daemon=True).start()
    assert refused.wait(5.0)


def test_nothing_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_wav(tmp_path / "source.wav", tone(0.5))
    encoded = encode(source, tmp_path / "a.mp3")
    monkeypatch.setenv("PATH", str(tmp_path))  # no ffprobe, no ffmpeg
    assert decode(encoded).frames > 0
