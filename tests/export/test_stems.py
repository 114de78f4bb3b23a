"""The parts are whole files of one length that add up to the mix; what fails leaves nothing."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError, OutputError, StemError
from stem.export.stems import Stems, encoded_stems
from stem.script.timeline import PlacedUtterance, Timeline
from stem.sound.beds import Bed
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.limiter import limited
from stem.sound.mixing import Levels, Mix
from stem.units import SAMPLE_RATE, frames

pytestmark = pytest.mark.usefixtures("kept_beds")

STEP = 2.0**-23
"""One of the steps of 24 bits, with full scale 1.0."""

NAMES = ("zee-stem.flac", "zee-achtergrond.flac", "zee-bellen.flac")
LENGTH = 3 * BLOCK_FRAMES + 17
"""Frames: four blocks, the last one short."""

SPOKEN = (frames(1.0), frames(2.0))
BELL = frames(2.5)


def noise(length: int, channels: int, peak: float, seed: int) -> Samples:
    return np.random.default_rng(seed).uniform(-peak, peak, (length, channels)).astype(np.float32)


def mix(*, peak: float = 0.1, spoken: bool = True, bells: bool = True, length: int = LENGTH) -> Mix:
    clip = noise(SPOKEN[1] - SPOKEN[0], 1, peak, 1)
    utterances = (PlacedUtterance("Ja.", "ja", *SPOKEN),) if spoken else ()
    timeline = Timeline(length, utterances, (), (BELL,) if bells else (), ())
    bed = Bed("ruis", (noise(50_000, 2, 0.1, 2),), lufs=-22.0)
    stroke = noise(frames(1.0), 2, 0.1, 3)
    return Mix(timeline, {"ja": clip}.__getitem__, bed, stroke if bells else None, Levels())


def brief() -> Mix:
    """A mix of half a second, for what does not hang on its sound."""
    return mix(spoken=False, bells=False, length=frames(0.5))


def write_stems(
    mixed: Mix, folder: Path, name: str, *, ceiling_dbtp: float = -1.5, overwrite: bool = False
) -> Stems:
    """Encode the parts of a mix and give them their names."""
    track = folder / f"{name}.mp3"
    with encoded_stems(mixed, track, ceiling_dbtp=ceiling_dbtp, overwrite=overwrite) as parts:
        return parts.publish(track, overwrite=overwrite)


def decoded(path: Path) -> NDArray[np.float64]:
    """Return what a decoder of its own kind makes of a file, in full scales."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", str(path)]
    pcm = subprocess.run([*command, "-f", "s32le", "pipe:1"], capture_output=True, check=True).stdout
    return np.frombuffer(pcm, "<i4").reshape(-1, 2) / 2.0**31


def kind(path: Path) -> tuple[int, int, int, int]:
    """Return rate, channels, bits and frames as the head of a FLAC file tells them (RFC 9639, 8.2)."""
    content = path.read_bytes()
    assert content[:4] == b"fLaC"
    told = int.from_bytes(content[18:26], "big")
    return told >> 44, (told >> 41 & 7) + 1, (told >> 36 & 31) + 1, told & (1 << 36) - 1


def whole(blocks: Mix) -> Samples:
    return np.concatenate(list(blocks.blocks()))


@pytest.fixture(scope="module")
def zee(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The parts of the usual mix, written once."""
    return write_stems(mix(), tmp_path_factory.mktemp("zee"), "zee").paths


def test_the_parts_add_up_to_the_mix(tmp_path: Path) -> None:
    stems = write_stems(mix(), tmp_path, "zee")
    assert stems == Stems(tuple(tmp_path / name for name in NAMES))
    voice, bed, bells = map(decoded, stems.paths)
    # Each file is at most half a step off. What mix and parts compute in floats is below 1/2 and rounded some
    # eight times on either side, each time by at most 2**-26: two thirds of a step, twice.
    error = np.abs(voice + bed + bells - whole(mix())).max()
    assert error <= (3 * 0.5 + 2 * 8 * 2.0**-26 / STEP) * STEP
    # That would not see a part that is missing: these are all far above it.
    assert min(np.abs(part).max() for part in (voice, bed, bells)) > 1000 * STEP


def test_each_part_is_rounded_to_the_nearest_step(zee: tuple[Path, ...]) -> None:
    for path, part in zip(zee, mix().parts(), strict=True):
        assert np.abs(decoded(path) - whole(part)).max() <= 0.5 * STEP


def test_all_are_stereo_in_24_bits_of_one_length(zee: tuple[Path, ...]) -> None:
    for path in zee:
        assert kind(path) == (SAMPLE_RATE, 2, 24, LENGTH)
        assert len(decoded(path)) == LENGTH


def test_a_part_is_silent_where_it_has_nothing_to_say(zee: tuple[Path, ...]) -> None:
    voice, bed, bells = map(decoded, zee)
    assert not voice[: SPOKEN[0]].any()
    assert not voice[SPOKEN[1] :].any()
    assert voice[slice(*SPOKEN)].any(axis=1).mean() > 0.99
    assert not bells[:BELL].any()
    assert bells[BELL : BELL + frames(1.0)].any(axis=1).mean() > 0.99
    assert bed[:-1].any(axis=1).mean() > 0.99  # the noise floor is the bed's


def test_without_voice_and_bells_there_are_still_three_files(tmp_path: Path) -> None:
    voice, bed, bells = map(decoded, write_stems(mix(spoken=False, bells=False), tmp_path, "zee").paths)
    assert voice.shape == bed.shape == bells.shape == (LENGTH, 2)
    assert not voice.any()
    assert not bells.any()
    assert bed.any()


def test_the_same_mix_gives_the_same_bytes_and_no_names(zee: tuple[Path, ...], tmp_path: Path) -> None:
    again = write_stems(mix(), tmp_path, "zee").paths
    for one, other in zip(zee, again, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert b"Lav" not in one.read_bytes()[:4096]  # what wrote it, with its version
        assert stat.S_IMODE(one.stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def test_what_the_limiter_did_to_the_track_is_told(tmp_path: Path) -> None:
    loud = mix(peak=0.9)
    acted = any(
        not np.array_equal(before, after)
        for before, after in zip(loud.blocks(), limited(loud.blocks()), strict=True)
    )
    assert acted
    (remark,) = write_stems(loud, tmp_path, "zee").remarks
    assert remark.endswith("In the track a limiter keeps that to -1.5; the parts are as they are before it.")
    assert write_stems(loud, tmp_path, "hoog", ceiling_dbtp=12.0).remarks == ()


@pytest.mark.parametrize(("level", "factor"), [(0.99, 1), (1.0, 2), (2.5, 4)])
def test_parts_that_do_not_fit_are_softer_by_halves_and_add_up_still(
    level: float, factor: int, tmp_path: Path
) -> None:
    clip = noise(SPOKEN[1] - SPOKEN[0], 1, 1.0, 1)
    clip *= np.float32(level) / np.abs(clip).max()
    loud = replace(mix(), voice=lambda _: clip)
    stems = write_stems(loud, tmp_path, "zee")
    together = sum(map(decoded, stems.paths)) * factor
    # Three roundings of half a step each, at the level they were written at; and those of floats.
    assert np.abs(together - np.concatenate(list(loud.blocks()))).max() <= factor * 3 * STEP
    assert any("softer than in the track" in remark for remark in stems.remarks) == (factor > 1)


# --- Failures ---


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        # After the fourth halving, so 24 dB softer than it came in.
        (16.0, r"the voice: at 1\.000 s it reaches \+0\.00 dBFS, more than a FLAC file can hold\."),
        (32.0, r"the voice: at 1\.000 s it reaches \+6\.02 dBFS, more than a FLAC file can hold\."),
        (np.nan, r"the voice: at 1\.000 s is a sample that is no finite number\."),
    ],
)
def test_what_does_not_fit_is_refused_not_clipped(level: float, sentence: str, tmp_path: Path) -> None:
    clip = np.full((1000, 1), level, np.float32)
    with pytest.raises(AudioError, match=sentence):
        write_stems(replace(mix(), voice=lambda _: clip), tmp_path, "zee")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_found_before_the_work(tmp_path: Path) -> None:
    (tmp_path / NAMES[2]).write_bytes(b"older")

    def never(_phrase: str) -> Samples:
        raise AssertionError("it began")

    with pytest.raises(OutputError, match=r"zee-bellen\.flac cannot be written: it exists already\."):
        write_stems(replace(mix(), voice=never), tmp_path, "zee")
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[2]]
    write_stems(brief(), tmp_path, "zee", overwrite=True)
    assert kind(tmp_path / NAMES[2])[3] == frames(0.5)


def test_a_link_that_leads_nowhere_has_a_name_too(tmp_path: Path) -> None:
    (tmp_path / NAMES[2]).symlink_to(tmp_path / "weg")
    with pytest.raises(OutputError, match="it exists already"):
        write_stems(brief(), tmp_path, "zee")
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[2]]


def _stopped(_phrase: str) -> Samples:
    raise KeyboardInterrupt


def test_who_stops_it_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_stems(replace(mix(), voice=_stopped), tmp_path, "zee")
    assert list(tmp_path.iterdir()) == []


def fake_ffmpeg(folder: Path, ending: str) -> Path:
    """Return a program that begins to write the file and then ends as it is told."""
    program = folder / "ffmpeg"
    begin = "import os, sys\nopen(sys.argv[-1].removeprefix('file:'), 'wb').write(b'fLaC')"
    program.write_text(f"#!{sys.executable}\n{begin}\n{ending}\n")
    program.chmod(0o755)
    return program


ENDINGS: dict[str, tuple[str, type[StemError], Callable[[Path], str]]] = {
    "disk full at once": (
        "sys.exit(228)",
        OutputError,
        lambda folder: f"{folder} cannot be written: the disk is full.",
    ),
    "disk full at the end": (
        "sys.stdin.buffer.read(); sys.exit(228)",
        OutputError,
        lambda folder: f"{folder} cannot be written: the disk is full.",
    ),
    "a fault of its own": (
        "sys.stdin.buffer.read(); sys.exit(1)",
        AudioError,
        lambda _: "the parts: ffmpeg stopped before the file was whole (exit code 1).",
    ),
    "killed": (
        "os.kill(os.getpid(), 9)",
        AudioError,
        lambda _: "the parts: ffmpeg stopped before the file was whole (exit code -9).",
    ),
}


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
@pytest.mark.parametrize("fault", ENDINGS)
def test_when_ffmpeg_fails_it_says_why_and_leaves_nothing(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending, error, sentence = ENDINGS[fault]
    (tmp_path / "bin").mkdir()
    folder = tmp_path / "output"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(fake_ffmpeg(tmp_path / "bin", ending)))
    with pytest.raises(error) as caught:
        write_stems(brief(), folder, "zee")
    assert caught.value.sentence == sentence(folder)
    assert list(folder.iterdir()) == []
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    assert len(write_stems(brief(), folder, "zee").paths) == 3  # the next run goes on


def test_a_missing_ffmpeg_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(AudioError, match=r"the parts: ffmpeg cannot be started\."):
        write_stems(brief(), tmp_path, "zee")
    assert list(tmp_path.iterdir()) == []


def test_frames_are_counted_where_the_fault_is(tmp_path: Path) -> None:
    # A late fault, in the third block, is told by its time in the track.
    at = frames(3.0)
    assert at > 2 * BLOCK_FRAMES
    timeline = Timeline(LENGTH, (PlacedUtterance("Ja.", "ja", at, at + 1000),), (), (), ())
    clip = np.full((1000, 1), 48.0, np.float32)  # 24 dB softer at last: 3.0
    late = replace(mix(bells=False), timeline=timeline, voice=lambda _: clip)
    with pytest.raises(AudioError, match=rf"at {units.seconds(at):.3f} s it reaches \+9\.54 dBFS"):
        write_stems(late, tmp_path, "zee")
