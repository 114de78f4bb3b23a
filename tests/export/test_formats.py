"""Every format gives back what went in, at its place; what fails is told and leaves no half file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import heard
import imageio_ffmpeg
import numpy as np
import pytest
import warm
from knownsound import Known
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError, OutputError, StemError, UnknownNameError, UsageError
from stem.export import tags as tagging
from stem.export.formats import FORMATS, Settings, encoder, find_format
from stem.export.mp3 import Quantizer
from stem.files import publish, temporary_beside
from stem.sound.beds import load_bed
from stem.sound.clips import Samples, downmixed, resampled
from stem.sound.decoding import CONTAINERS
from stem.sound.limiter import limited

PIPED = [name for name in FORMATS if name != "mp3"]
LOSSLESS = ["flac", "wav"]
LOSSY = ["mp3", "m4a", "opus"]
EVERY_RATE = [(name, rate) for name in FORMATS for rate in FORMATS[name].rates]

ONE_MS = 0.001


def noise(frames: int, channels: int = 2, seed: int = 1) -> Samples:
    """Noise of -17 dBFS below about 5 kHz, as every bit rate carries; it is like itself at one place only."""
    white = np.random.default_rng(seed).standard_normal((frames + 10, channels))
    window = np.hanning(11) / np.sqrt(np.sum(np.hanning(11) ** 2))
    smooth = np.stack([np.convolve(column, window, "valid") for column in white.T], axis=1)
    return np.asarray(0.14 * smooth[:frames], dtype=np.float32)


def in_blocks(samples: Samples, frames: int = 10_000) -> Iterator[Samples]:
    for start in range(0, len(samples), frames):
        yield samples[start : start + frames]


def usual_rate(name: str) -> int:
    return FORMATS[name].rate_for(units.SAMPLE_RATE)


def decoded(path: Path, channels: int = 2, *, seek_s: float | None = None) -> Samples:
    """Return what ffmpeg makes of a file, from a place on; what has a later time comes that much later."""
    seek = [] if seek_s is None else ["-ss", str(seek_s)]
    late = [] if seek_s is None else ["-af", "aresample=first_pts=0"]
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *seek, "-i", str(path), *late]
    answer = subprocess.run([*program, "-f", "f32le", "-"], check=True, capture_output=True, timeout=60)
    assert answer.stderr == b""
    return np.frombuffer(answer.stdout, np.float32).reshape(-1, channels)


def lag(heard_sound: Samples, written: Samples) -> int:
    """Frames by which the first sound comes later than the second, from the peak of their correlation."""
    length = 1 << (len(heard_sound) + len(written)).bit_length()
    spectrum = np.fft.rfft(heard_sound[:, 0], length) * np.conj(np.fft.rfft(written[:, 0], length))
    peak = int(np.argmax(np.fft.irfft(spectrum, length)))
    return peak - length if peak > length // 2 else peak


# --- frames, place and level


AROUND = {"mp3": (1152,), "m4a": (1024, 1025), "opus": (960,), "flac": (4607,)}
"""Frames like what the encoders work in; FLAC has no block of fewer than 16."""


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("name", "rate"), EVERY_RATE)
def test_a_file_has_the_frames_that_went_in_at_their_place(
    name: str, rate: int, channels: int, tmp_path: Path
) -> None:
    around = (16, *AROUND.get(name, ())) if (rate, channels) == (usual_rate(name), 2) else ()
    for frames in (*around, rate // 2 + 321):
        path = tmp_path / f"{frames}{FORMATS[name].suffix}"
        written = noise(frames, channels)
        assert FORMATS[name].write(path, Known(written), Settings(channels=channels), rate) == frames
        sound = decoded(path, channels)
        assert len(sound) == frames
        if frames > 500:  # a few frames have no place to tell
            assert lag(sound, written) == 0


@pytest.mark.parametrize("name", FORMATS)
def test_a_click_is_heard_when_it_sounds(name: str, tmp_path: Path) -> None:
    rate = usual_rate(name)
    written = np.zeros((2 * rate, 2), np.float32)
    written[rate // 3 : rate // 3 + 4] = 0.5
    FORMATS[name].write(tmp_path / "a", Known(written), rate=rate)
    at = int(np.abs(decoded(tmp_path / "a")).max(axis=1).argmax())
    assert at == pytest.approx(rate // 3 + 1.5, abs=ONE_MS * rate)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", FORMATS)
def test_a_file_has_the_level_that_went_in(name: str, channels: int, tmp_path: Path) -> None:
    rate = usual_rate(name)
    time = np.arange(rate)[:, None] / rate
    written = (0.4 * np.sin(2 * np.pi * np.array([220.0, 330.0])[:channels] * time)).astype(np.float32)
    FORMATS[name].write(tmp_path / "a", Known(written), Settings(channels=channels), rate)
    middle = slice(5000, -5000)  # the ends have the encoders' ripple
    sound = decoded(tmp_path / "a", channels)[middle]
    level = np.vdot(sound, written[middle]) / np.vdot(written[middle], written[middle])
    assert units.decibels(float(level)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("name", LOSSLESS)
def test_what_keeps_everything_holds_the_16_bit_samples_bit_for_bit(name: str, tmp_path: Path) -> None:
    written = noise(30_001)
    FORMATS[name].write(tmp_path / "a", Known(written, block_frames=999))
    quantized = np.frombuffer(Quantizer(2, units.SAMPLE_RATE)(written), "<i2").reshape(-1, 2)
    assert np.array_equal(decoded(tmp_path / "a") * 32_768, quantized)


@pytest.mark.parametrize("name", FORMATS)
def test_seeking_lands_at_its_time(name: str, tmp_path: Path) -> None:
    rate = usual_rate(name)
    written = noise(3 * rate, 2)
    FORMATS[name].write(tmp_path / "a", Known(written), rate=rate)
    for seek_s in (0.5, 1.345, 2.0001):
        place = round(seek_s * rate)
        found = lag(decoded(tmp_path / "a", seek_s=seek_s), written[place:])
        assert abs(found) <= ONE_MS * rate
    # It can tell: a file whose sound lies a frame of AAC later than it should is off by 23 ms.
    shifted = np.concatenate([np.zeros((1024, 2), np.float32), written])
    assert lag(shifted[place:], written[place:]) == 1024


# --- one and the same


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_sound_gives_the_same_bytes_and_no_names(name: str, tmp_path: Path) -> None:
    rate = usual_rate(name)
    written = noise(rate + 77)
    results = set()
    for number, frames in enumerate((999, 65_536, len(written))):
        folder = tmp_path / f"geheim-{number}"
        folder.mkdir()
        FORMATS[name].write(folder / "geheim", Known(written, block_frames=frames), rate=rate)
        results.add((folder / "geheim").read_bytes())
    (content,) = results
    assert b"geheim" not in content
    assert re.search(rb"Lav[cf]\d", content) is None  # which version of ffmpeg it was, nobody need know


def test_an_m4a_has_no_date(tmp_path: Path) -> None:
    FORMATS["m4a"].write(tmp_path / "a", Known(noise(5000)))
    content = (tmp_path / "a").read_bytes()
    for box in (b"mvhd", b"tkhd", b"mdhd"):  # version and flags, then when it was made and changed
        at = content.index(box) + 8
        assert content[at : at + 8] == bytes(8)
    assert content.index(b"moov") < content.index(b"mdat")  # so that it plays while it is fetched


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_takes_its_tags_and_keeps_its_sound(name: str, tmp_path: Path) -> None:
    path, rate = tmp_path / "a", usual_rate(name)
    FORMATS[name].write(path, Known(noise(rate)), rate=rate)
    before = decoded(path)
    tags = tagging.Tags(title="De tuin", artist="Praktijk", album="Rust", replay_gain_db=0.0)
    tagging.tag(path, tags, [tagging.ChapterMark("Begin", 0.0, 1.0)], FORMATS[name].tagging)
    assert np.array_equal(decoded(path), before)
    assert tagging.read(path).tags.title == "De tuin"
    assert b"Lavf" not in path.read_bytes()
    assert b"Lavc libopus" not in path.read_bytes()


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("mp3", "mp3", "mp3"),
        ("m4a", "aac", "mov,mp4,m4a,3gp,3g2,mj2"),
        ("opus", "opus", "ogg"),
        ("flac", "flac", "flac"),
        ("wav", "pcm_s16le", "wav"),
    ],
)
def test_ffprobe_finds_what_was_meant(name: str, codec: str, container: str, tmp_path: Path) -> None:
    path, rate = tmp_path / f"a{FORMATS[name].suffix}", usual_rate(name)
    FORMATS[name].write(path, Known(noise(rate, 1)), Settings(channels=1), rate)
    asked = ["ffprobe", "-v", "warning", "-of", "json", "-show_format", "-show_streams", str(path)]
    answer = subprocess.run(asked, check=True, capture_output=True)
    assert answer.stderr == b""
    told = json.loads(answer.stdout)
    (stream,) = told["streams"]
    assert (stream["codec_name"], told["format"]["format_name"]) == (codec, container)
    assert (int(stream["sample_rate"]), stream["channels"]) == (rate, 1)


@pytest.mark.parametrize("name", LOSSY)
def test_more_kbps_make_a_larger_file(name: str, tmp_path: Path) -> None:
    rate, sizes = usual_rate(name), []
    for kbps in (64, 96, 192):
        FORMATS[name].write(tmp_path / "a", Known(noise(2 * rate)), Settings(kbps), rate)
        sizes.append((tmp_path / "a").stat().st_size / (2 * 125))
    # Opus and AAC spend by need: on this noise, within a fifth.
    assert sizes == pytest.approx([64, 96, 192], rel=0.2)


# --- mono


def test_mono_keeps_a_voice_in_the_centre_and_raises_no_peak() -> None:
    voice, sides = noise(1000, 1), noise(1000, 2, seed=2)
    (mono,) = downmixed([np.repeat(voice, 2, axis=1)])
    assert mono.shape == (1000, 1)
    assert mono.dtype == np.float32
    assert np.array_equal(mono, voice)
    (narrow,) = downmixed([sides])
    assert np.abs(narrow).max() <= np.abs(sides).max()
    # Two sides that know nothing of each other: half the power; 1000 frames of noise below 5 kHz tell that
    # within 1 dB.
    assert units.decibels(float(narrow.std() / sides.std())) == pytest.approx(-3.01, abs=1.0)
    assert np.array_equal(next(downmixed([voice])), voice)


# --- what cannot be


@pytest.mark.parametrize(
    ("name", "settings", "rate", "told"),
    [
        ("mp3", Settings(100), 44_100, "MP3 knows no bit rate of 100 kbps. Choose one of 32, 40, 48"),
        ("m4a", Settings(0), 44_100, "M4A (AAC) knows no bit rate of 0 kbps. Choose one of 64, 96"),
        ("opus", Settings(-1), 48_000, "Opus knows no bit rate of -1 kbps. Choose one of 48, 64"),
        ("flac", Settings(128), 44_100, "FLAC has no bit rate: it keeps everything. Leave it out."),
        ("wav", Settings(128), 44_100, "WAV has no bit rate: it keeps everything. Leave it out."),
        ("opus", Settings(), 44_100, "Opus has no sample rate of 44100 Hz. Choose 48000."),
        ("m4a", Settings(), 22_050, "M4A (AAC) has no sample rate of 22050 Hz. Choose 44100 or 48000."),
        ("wav", Settings(channels=6), 44_100, "A file cannot have 6 channels. Choose 1 or 2."),
    ],
)
def test_what_a_format_cannot_have_is_told(
    name: str, settings: Settings, rate: int, told: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        FORMATS[name].write(tmp_path / "a", Known(noise(1000)), settings, rate)
    assert f"{caught.value.sentence} {caught.value.hint}".startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_not_there_is_told() -> None:
    assert find_format("flac") is FORMATS["flac"]
    with pytest.raises(UnknownNameError, match="There is no format named 'flack'"):
        find_format("flack")


def test_a_format_keeps_the_rate_that_was_asked_where_it_can() -> None:
    assert [FORMATS[name].rate_for(44_100) for name in FORMATS] == [44_100, 44_100, 48_000, 44_100, 44_100]
    assert {FORMATS[name].rate_for(48_000) for name in FORMATS} == {48_000}


def test_every_format_has_tags_and_can_be_read() -> None:
    assert {known.tagging for known in FORMATS.values()} == set(tagging.TAGGINGS)
    for name, known in FORMATS.items():
        assert name in CONTAINERS[known.demuxer].suffixes
    assert [known.suffix for known in FORMATS.values()] == [f".{name}" for name in FORMATS]


@pytest.mark.parametrize("name", PIPED)
@pytest.mark.parametrize(
    ("samples", "sentence"),
    [
        (np.zeros((0, 2), np.float32), "the mix: there is no sound to write."),
        (np.zeros((10, 3), np.float32), r"the mix: a block has shape \(10, 3\), not \(frames, 2\)."),
        (np.zeros(10, np.float32), r"the mix: a block has shape \(10,\), not \(frames, 2\)."),
        (np.full((10, 2), np.nan, np.float32), "the mix: a sample at 0.000 s is no finite number."),
        (np.full((10, 2), 1.0, np.float32), r"a sample at 0.000 s reaches \+0.00 dBFS"),
    ],
)
def test_sound_that_cannot_be_written_is_told(
    name: str, samples: Samples, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(AudioError, match=sentence):
        FORMATS[name].write(tmp_path / "a", Known(samples), rate=usual_rate(name))


def test_what_is_too_long_for_a_wav_is_told(tmp_path: Path) -> None:
    short = replace(FORMATS["wav"], most_bytes=4 * 1000)
    assert short.write(tmp_path / "a", Known(noise(1000))) == 1000
    with pytest.raises(AudioError, match="the mix: it is longer than a WAV file can hold") as caught:
        short.write(tmp_path / "a", Known(noise(1001)))
    assert "FLAC" in caught.value.hint
    six_hours = units.frames(6 * 3600.0) * 4
    assert FORMATS["wav"].most_bytes is not None
    assert six_hours < FORMATS["wav"].most_bytes < 2**32


# --- ffmpeg, the disk, and who stops it


def written_whole(name: str, target: Path, samples: Samples) -> None:
    """Write a file as a track is written."""
    with temporary_beside(target) as temporary:
        FORMATS[name].write(temporary, Known(samples), rate=usual_rate(name))
        publish(temporary, target, overwrite=True)


def fake_ffmpeg(folder: Path, ending: str) -> Path:
    """Return a program that begins to write the file and then ends as it is told."""
    program = folder / "ffmpeg"
    begin = "import os, sys, time\nopen(sys.argv[-1].removeprefix('file:'), 'wb').write(b'begin')"
    program.write_text(f"#!{sys.executable}\n{begin}\n{ending}\n")
    program.chmod(0o755)
    return program


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to ffmpeg, and what a person then reads about it; {folder} is where the file goes."""

    name: str
    ending: str
    error: type[StemError]
    sentence: str


FAULTS = [
    Fault("disk full at once", "sys.exit(228)", OutputError, "{folder} cannot be written: the disk is full."),
    Fault(
        "disk full at the end",
        "sys.stdin.buffer.read(); sys.exit(228)",
        OutputError,
        "{folder} cannot be written: the disk is full.",
    ),
    Fault(
        "no permission",
        "sys.exit(243)",
        OutputError,
        "{folder} cannot be written: you have no permission to write there.",
    ),
    Fault(
        "a fault of its own",
        "sys.stdin.buffer.read(); sys.exit(1)",
        AudioError,
        "the track: ffmpeg stopped before the file was whole (exit code 1).",
    ),
    Fault(
        "ends early and says nothing",
        "sys.stdin.buffer.read(100); sys.exit(0)",
        AudioError,
        "the track: ffmpeg stopped before the file was whole (exit code 0).",
    ),
    Fault(
        "killed",
        "os.kill(os.getpid(), 9)",
        AudioError,
        "the track: ffmpeg stopped before the file was whole (exit code -9).",
    ),
]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_when_ffmpeg_fails_it_says_why_and_leaves_nothing(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "output"
    folder.mkdir()
    (folder / "zee.flac").write_bytes(b"older")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake_ffmpeg(tmp_path, fault.ending)))
    with pytest.raises(fault.error) as caught:
        written_whole("flac", folder / "zee.flac", noise(100_000))
    assert caught.value.sentence == fault.sentence.format(folder=folder)
    assert [path.name for path in folder.iterdir()] == ["zee.flac"]
    assert (folder / "zee.flac").read_bytes() == b"older"
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    written_whole("flac", folder / "zee.flac", noise(1000))  # the next run goes on
    assert len(decoded(folder / "zee.flac")) == 1000


@pytest.mark.parametrize("name", PIPED)
def test_a_missing_ffmpeg_is_a_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(AudioError, match=r"the track: ffmpeg cannot be started\.") as caught:
        written_whole(name, tmp_path / "zee", noise(1000))
    assert caught.value.hint == "Install it again: pip install --force-reinstall imageio-ffmpeg"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_is_gone_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written: there is no such folder\."):
        FORMATS[name].write(tmp_path / "nergens" / "a", Known(noise(1000)), rate=usual_rate(name))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize("name", PIPED)
def test_a_disk_that_fills_up_is_told_wherever_it_does(name: str, tmp_path: Path) -> None:
    samples = noise(30_000)
    np.save(tmp_path / "samples.npy", samples)
    written_whole(name, tmp_path / "whole", samples)
    size = (tmp_path / "whole").stat().st_size
    # At the first byte, in the head, in the middle, at the last byte, and not at all.
    limits = [0, 30, size // 2, size - 1, size]
    code = """
        import json, resource, sys
        from pathlib import Path
        import numpy as np
        from knownsound import Known
        from stem.errors import OutputError
        from stem.files import publish, temporary_beside
        from stem.export.formats import FORMATS
        name, folder, limits = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
        samples = np.load(folder / "samples.npy")
        (folder / "output").mkdir()
        for limit in limits:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            target = folder / "output" / "zee"
            try:
                with temporary_beside(target) as temporary:
                    FORMATS[name].write(temporary, Known(samples), rate=FORMATS[name].rate_for(44_100))
                    publish(temporary, target, overwrite=True)
                told = "whole"
            except OutputError as error:
                told = error.problem
            left = [path.name for path in (folder / "output").iterdir()]
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print(json.dumps([limit, told, left]))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), name, str(tmp_path), json.dumps(limits)]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    answer = warm.run(command, check=True, capture_output=True, text=True, timeout=120, env=here)
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    too_large = "the file would be larger than is allowed there"
    assert told == [[limit, too_large, []] for limit in limits[:-1]] + [[size, "whole", ["zee"]]]
    assert (tmp_path / "output" / "zee").read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
def test_who_stops_it_leaves_neither_file_nor_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "process"
    ending = f"open({str(note)!r}, 'w').write(str(os.getpid()))\nsys.stdin.buffer.read(); time.sleep(60)"
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake_ffmpeg(tmp_path / "bin", ending)))

    def stop(_frames: int) -> None:  # it was more than a pipe holds: ffmpeg is there and reads
        raise KeyboardInterrupt

    target = tmp_path / "output" / "zee.flac"
    with pytest.raises(KeyboardInterrupt), temporary_beside(target) as temporary:
        FORMATS["flac"].write(temporary, Known(noise(100_000)), on_block=stop)
    assert list(target.parent.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_the_name_of_a_file_is_no_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-i.wav", "concat:x", "%03d", "a'b\"; c"):
        FORMATS["wav"].write(Path(name), Known(noise(1000)))
        assert len(decoded(tmp_path / name if ":" not in name else Path(f"file:{name}"))) == 1000


def test_an_encoder_is_lent_to_who_has_other_samples(tmp_path: Path) -> None:
    with encoder(tmp_path / "a", "-f s32le -ar 44100 -ac 1", "-c:a flac -f flac", "a part") as ffmpeg:
        ffmpeg.write(np.arange(-1000, 1000, dtype="<i4").astype("<i4").tobytes())
    assert len(decoded(tmp_path / "a", 1)) == 2000


# --- peaks


@cache
def track() -> Samples:
    """Speech-like sound on brown noise as the loudest profile has it, mastered: pulses through resonances."""
    from scipy.signal import lfilter

    rate, length = units.SAMPLE_RATE, units.SAMPLE_RATE * 8
    random = np.random.default_rng(5)
    time = np.arange(length) / rate
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * time)
    pulses = np.diff(np.floor(np.cumsum(pitch) / rate), prepend=0.0) + 0.02 * random.standard_normal(length)
    voice: NDArray[np.float64] = pulses
    for hz, width in ((500.0, 80.0), (1500.0, 120.0), (2500.0, 200.0)):
        radius = np.exp(-np.pi * width / rate)
        voice = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / rate), radius**2], voice)
    voice *= np.clip(np.sin(2 * np.pi * 2.5 * time), 0, 1)  # syllables
    sound = np.repeat((voice / np.abs(voice).max()).astype(np.float32)[:, None], 2, axis=1)
    sound *= np.float32(units.gain(-16.0 - heard.loudness(sound)))
    bed = load_bed("bruin", 1)
    sound += bed.read(0, length) * np.float32(units.gain(-36.0 - bed.lufs))
    return np.concatenate(list(limited(in_blocks(sound, 65_536), -1.5)))


@pytest.mark.usefixtures("kept_beds")
@pytest.mark.parametrize("name", LOSSY)
def test_a_decoded_file_overshoots_by_no_more_than_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = usual_rate(name)
    written = np.concatenate(list(resampled([track()], rate)))
    FORMATS[name].write(tmp_path / "a", Known(written), rate=rate)
    monkeypatch.setattr(heard, "RATE", rate)
    over_db = heard.true_peak(decoded(tmp_path / "a")) - heard.true_peak(written)
    assert over_db <= FORMATS[name].overshoot_db
