"""An MP3 decodes to the frames that went in: their number, their place and their level."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
import warm
from hypothesis import given
from hypothesis import strategies as st

from stem import units
from stem.errors import AudioError, OutputError, UsageError
from stem.export import mp3
from stem.export.mp3 import Mp3Settings, write_mp3
from stem.sound.clips import BLOCK_FRAMES, Samples

SHORT = (1, 2, 575, 576, 577, 1151, 1152, 1153)  # around the encoder's delay and an MP3 frame


def sound(frames: int, channels: int = 2, seed: int = 1) -> Samples:
    """Noise of -17 dBFS below about 5 kHz: its correlation with itself has one sharp peak."""
    white = np.random.default_rng(seed).standard_normal((frames + 10, channels))
    window = np.hanning(11) / np.sqrt(np.sum(np.hanning(11) ** 2))
    smooth = np.stack([np.convolve(column, window, "valid") for column in white.T], axis=1)
    return np.asarray(0.14 * smooth, dtype=np.float32)


def tones(frames: int, channels: int, rate: int = units.SAMPLE_RATE) -> Samples:
    """A few tones that every bit rate carries, another pitch on each channel."""
    time = np.arange(frames)[:, None] / rate
    pitch = np.array([220.0, 330.0])[:channels]
    return np.asarray(
        0.3 * np.sin(2 * np.pi * pitch * time) + 0.1 * np.sin(2 * np.pi * 1234.5 * time), np.float32
    )


def in_blocks(samples: Samples, frames: int = BLOCK_FRAMES) -> Iterator[Samples]:
    for start in range(0, len(samples), frames):
        yield samples[start : start + frames]


def decoded(path: Path, channels: int, decoder: str = "ffmpeg") -> Samples:
    ffmpeg = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-f",
        "mp3",
        "-i",
        str(path),
        "-f",
        "f32le",
        "-",
    ]
    command = ffmpeg if decoder == "ffmpeg" else ["mpg123", "-q", "-e", "f32", "-s", str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert answer.stderr == b""
    return np.frombuffer(answer.stdout, np.float32).reshape(-1, channels)


def lag(heard: Samples, written: Samples) -> int:
    """Frames by which `heard` comes later than `written`, from the peak of their correlation."""
    length = 1 << (2 * len(written)).bit_length()  # of any other length a transform may take seconds
    spectrum = np.fft.rfft(heard[:, 0], length) * np.conj(np.fft.rfft(written[:, 0], length))
    peak = int(np.argmax(np.fft.irfft(spectrum, length)))
    return peak - length if peak > len(written) else peak


def run(code: str, *arguments: str | Path) -> str:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return str(warm.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)


# --- frames, place and level


def available(decoder: str) -> Any:
    missing = decoder != "ffmpeg" and shutil.which(decoder) is None
    return pytest.param(decoder, marks=pytest.mark.skipif(missing, reason=f"{decoder} is not installed"))


@pytest.mark.parametrize("decoder", [available("ffmpeg"), available("mpg123")])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", mp3.RATES)
def test_an_mp3_has_the_frames_that_went_in(tmp_path: Path, rate: int, channels: int, decoder: str) -> None:
    # The encoder's delay and its frames are the same at every rate.
    short = SHORT if (rate, channels) == (units.SAMPLE_RATE, 2) else (1, 577)
    for frames in (*short, rate // 2):
        written = sound(frames, channels)
        path = tmp_path / f"{frames}.mp3"
        assert write_mp3(path, in_blocks(written, 700), Mp3Settings(channels=channels), rate) == frames
        heard = decoded(path, channels, decoder)
        assert len(heard) == frames
        if frames > 500:  # a few frames have no place to tell
            assert lag(heard, written) == 0


@pytest.mark.parametrize("settings", [Mp3Settings(128), Mp3Settings(64, channels=1)])
def test_many_blocks_have_the_frames_that_went_in(tmp_path: Path, settings: Mp3Settings) -> None:
    written = sound(units.frames(7.3), settings.channels)
    write_mp3(tmp_path / "a.mp3", in_blocks(written), settings)
    heard = decoded(tmp_path / "a.mp3", settings.channels)
    assert heard.shape == written.shape
    for end in (slice(60_000), slice(-60_000, None)):
        assert lag(heard[end], written[end]) == 0


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kbps", mp3.BIT_RATES)
def test_an_mp3_has_the_level_that_went_in(tmp_path: Path, kbps: int, channels: int) -> None:
    written = tones(units.SAMPLE_RATE, channels)
    write_mp3(tmp_path / "a.mp3", [written], Mp3Settings(kbps, channels=channels))
    heard = decoded(tmp_path / "a.mp3", channels)
    middle = slice(5000, -5000)  # the ends have the encoder's ripple
    level = np.vdot(heard[middle], written[middle]) / np.vdot(written[middle], written[middle])
    assert units.decibels(float(level)) == pytest.approx(0, abs=0.05)


# --- the first frame


def frame_bytes(header: bytes) -> int:
    """Length of the MPEG-1 Layer III frame with this header, 0 for no header (ISO 11172-3, 2.4.2.3)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] != 0xFB:
        return 0
    kbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0][header[2] >> 4]
    rate = [44_100, 48_000, 32_000][header[2] >> 2 & 3]
    return 144_000 * kbps // rate + (header[2] >> 1 & 1)


def crc16_by_bits(content: bytes, start: int = 0) -> int:
    """The CRC as its definition says, one bit at a time."""
    crc = start
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kbps", [32, 128, 320])
def test_the_first_frame_tells_what_the_file_holds(tmp_path: Path, kbps: int, channels: int) -> None:
    path = tmp_path / "a.mp3"
    frames = write_mp3(path, [sound(60_001, channels)], Mp3Settings(kbps, channels=channels))
    content = path.read_bytes()
    starts = [0]
    while starts[-1] < len(content):
        length = frame_bytes(content[starts[-1] : starts[-1] + 4])
        assert length > 0, f"no frame at byte {starts[-1]} of {len(content)}"
        starts.append(starts[-1] + length)
    assert starts[-1] == len(content)  # frames from the first byte to the last

    tag = 4 + (17 if channels == 1 else 32)

    def number(at: int, length: int) -> int:
        return int.from_bytes(content[tag + at : tag + at + length], "big")

    assert content[tag : tag + 4] == b"Info"
    assert content[4:tag] == bytes(tag - 4)  # silence, for players that know no such frame
    mp3_frames = len(starts) - 2
    assert (number(8, 4), number(12, 4), number(148, 4)) == (mp3_frames, len(content), len(content))
    for percent, entry in enumerate(content[tag + 16 : tag + 116]):
        wanted = starts[1 + mp3_frames * percent // 100]  # 256ths of the file, within one frame and rounding
        assert abs(entry / 256 * len(content) - wanted) <= len(content) / 256 + 2 * frame_bytes(content[:4])
    assert content[tag + 120 : tag + 124] == b"LAME"
    delay, padding = number(141, 3) >> 12, number(141, 3) & 0xFFF
    assert delay == 576
    assert delay + frames + padding == mp3_frames * 1152
    assert padding >= 529  # else a decoder, 529 frames late itself, cannot give the last ones
    assert number(152, 2) == crc16_by_bits(content[starts[1] :])
    assert number(154, 2) == crc16_by_bits(content[: tag + 154])


def test_the_crc_is_the_standard_one() -> None:
    assert mp3.crc16(b"123456789") == 0xBB3D  # the check value of CRC-16/ARC


@given(st.lists(st.binary(max_size=70), max_size=4), st.integers(0, 0xFFFF))
def test_the_crc_agrees_with_its_definition_over_any_pieces(pieces: list[bytes], start: int) -> None:
    crc = start
    for piece in pieces:
        crc = mp3.crc16(piece, crc)
    assert crc == crc16_by_bits(b"".join(pieces), start)


@pytest.mark.skipif(shutil.which("mp3val") is None, reason="mp3val is not installed")
def test_mp3val_finds_nothing_wrong(tmp_path: Path) -> None:
    write_mp3(tmp_path / "a.mp3", [sound(44_100)])
    told = subprocess.run(
        ["mp3val", "a.mp3"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert "41 MPEG frames" in told  # the tag's, and 40 for 576 + 44,100 + at least 576 frames of sound
    assert [line for line in told.splitlines() if "WARNING" in line and "No supported tags" not in line] == []


# --- samples


def test_the_division_into_blocks_does_not_show(tmp_path: Path) -> None:
    samples = sound(100_000)
    results = set()
    for frames in (999, BLOCK_FRAMES, len(samples)):
        write_mp3(tmp_path / "a.mp3", in_blocks(samples, frames))
        results.add((tmp_path / "a.mp3").read_bytes())
    write_mp3(tmp_path / "a.mp3", [samples[:0], samples, samples[:0]])
    assert results == {(tmp_path / "a.mp3").read_bytes()}


@pytest.mark.parametrize("steps", [0.0, 0.25, 0.5, 1000.3])
def test_the_step_to_16_bits_leaves_noise_that_does_not_follow_the_signal(steps: float) -> None:
    # For an encoder that takes nothing off, one step is 1 / 32768.
    quantized = mp3.Quantizer(1, 44_100)(np.full((400_000, 1), steps / 32_768, np.float32))
    error = np.frombuffer(quantized, "<i2") - steps
    # Triangular dither: whatever the signal, no mean and a variance of 1/12 (rounding) + 2/12 (dither) steps.
    # Bounds are five standard errors: 0.5 / sqrt(N), and at most 0.44 / sqrt(N) for the variance.
    assert error.mean() == pytest.approx(0, abs=5 * 0.5 / np.sqrt(len(error)))
    assert error.var() == pytest.approx(0.25, abs=5 * 0.44 / np.sqrt(len(error)))


@pytest.mark.parametrize(("value", "kbps"), [(0.949, 128), (-0.949, 128), (0.969, 192), (0.999, 320)])
def test_what_the_encoder_can_take_it_gets(value: float, kbps: int, tmp_path: Path) -> None:
    pcm = mp3.Quantizer(2, 44_100, Mp3Settings(kbps).lame_gain)(np.full((1000, 2), value, np.float32))
    assert np.all(np.sign(np.frombuffer(pcm, "<i2")) == np.sign(value))  # nothing has wrapped round


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            0.97,
            "the mix: a sample at 1.500 s reaches -0.26 dBFS, and the encoder takes no more than -0.45 dBFS.",
        ),
        (
            -1.5,
            "the mix: a sample at 1.500 s reaches +3.52 dBFS, and the encoder takes no more than -0.45 dBFS.",
        ),
        (np.nan, "the mix: a sample at 1.500 s is no finite number."),
        (-np.inf, "the mix: a sample at 1.500 s is no finite number."),
    ],
)
def test_what_would_clip_is_refused(tmp_path: Path, value: float, sentence: str) -> None:
    samples = np.zeros((88_200, 2), np.float32)
    samples[66_150, 1] = value
    with pytest.raises(AudioError) as caught:
        write_mp3(tmp_path / "a.mp3", in_blocks(samples, 10_000))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("samples", [sound(10, 1), sound(10, 2)[:, 0], np.zeros((10, 3), np.float32)])
def test_a_block_of_another_shape_is_refused(tmp_path: Path, samples: Samples) -> None:
    with pytest.raises(AudioError, match=r"a block has shape .* not \(frames, 2\)"):
        write_mp3(tmp_path / "a.mp3", [samples])


def test_no_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="there is no sound to write"):
        write_mp3(tmp_path / "a.mp3", [])


@pytest.mark.parametrize(
    "settings", [{"bitrate_kbps": 100}, {"quality": 10}, {"quality": -1}, {"channels": 3}, {"channels": 0}]
)
def test_what_mp3_does_not_know_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        Mp3Settings(**settings)


@pytest.mark.parametrize("rate", [0, 22_050, 44_099, 96_000])
def test_a_rate_that_mp3_does_not_know_is_refused(tmp_path: Path, rate: int) -> None:
    with pytest.raises(UsageError, match=f"MP3 has no sample rate of {rate} Hz"):
        write_mp3(tmp_path / "a.mp3", [sound(10)], rate=rate)
    assert list(tmp_path.iterdir()) == []


# --- two threads, and what goes wrong in them


def encoder_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("stem-mp3")]


def test_progress_is_told_in_frames(tmp_path: Path) -> None:
    told: list[int] = []
    write_mp3(tmp_path / "a.mp3", in_blocks(sound(2500), 1000), on_block=told.append)
    assert told == [1000, 2000, 2500]
    assert encoder_threads() == []


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_an_error_in_the_mix_stops_the_encoder(tmp_path: Path, error: type[BaseException]) -> None:
    def blocks() -> Iterator[Samples]:
        yield from in_blocks(sound(20_000), 1000)
        raise error

    with pytest.raises(error):
        write_mp3(tmp_path / "a.mp3", blocks())
    assert encoder_threads() == []


@pytest.mark.parametrize("path", [".", "file/a.mp3", "nowhere/a.mp3"])
def test_a_path_that_cannot_be_written_is_told(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        write_mp3(tmp_path / path, [sound(10)])
    assert encoder_threads() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("frames", [1, 100_000])  # met at the end, and while encoding
def test_a_full_disk_is_told(frames: int) -> None:
    with pytest.raises(OutputError, match="the disk is full"):
        write_mp3(Path("/dev/full"), in_blocks(sound(frames), 1000))
    assert encoder_threads() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_stops_the_mix(tmp_path: Path) -> None:
    told = run(
        """
        import pathlib, resource, signal, sys, threading
        import numpy as np
        from stem import errors
        from stem.export import mp3
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the limit then shows as an error, like a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        asked = 0
        def blocks():
            global asked
            for asked in range(1000):
                yield np.zeros((44_100, 2), np.float32)
        try:
            mp3.write_mp3(pathlib.Path(sys.argv[1]), blocks())
        except errors.OutputError as error:
            print(error.problem, asked < 20, threading.active_count())
        """,
        tmp_path / "a.mp3",
    )
    assert told == "the file would be larger than is allowed there True 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_ctrl_c_leaves_nothing_hanging(tmp_path: Path) -> None:
    code = """
        import itertools, pathlib, sys, threading
        import numpy as np
        from stem.export import mp3
        block = np.zeros((65_536, 2), np.float32)
        tell = lambda frames: print("going", flush=True) if frames == 10 * len(block) else None
        try:
            mp3.write_mp3(pathlib.Path(sys.argv[1]), itertools.repeat(block), on_block=tell)
        except KeyboardInterrupt:
            print(threading.active_count())
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "a.mp3")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "going\n"
        child.send_signal(signal.SIGINT)
        try:
            assert child.communicate(timeout=20)[0] == "1\n"
        finally:
            child.kill()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
def test_a_mix_that_is_quicker_than_the_encoder_does_not_fill_the_memory(tmp_path: Path) -> None:
    told = run(
        """
        import itertools, pathlib, resource, sys
        import numpy as np
        from stem.export import mp3
        block = np.random.default_rng(1).normal(0, 0.1, (65_536, 2)).astype(np.float32)
        peak_kib = {}
        def note(frames):
            peak_kib[frames] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        settings = mp3.Mp3Settings(quality=9)
        mp3.write_mp3(pathlib.Path(sys.argv[1]), itertools.repeat(block, 60), settings, on_block=note)
        print(peak_kib[60 * 65_536] - peak_kib[10 * 65_536])
        """,
        tmp_path / "a.mp3",
    )
    # 50 blocks of 16-bit stereo are 13 MB; a bounded queue holds as much after 10 blocks as after 60.
    assert int(told) < 5_000
