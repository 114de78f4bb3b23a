"""An MP3 that is encoded in pieces is the one that one encoder makes, on any number of cores."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from knownsound import Known

from stem.errors import AudioError, OutputError
from stem.export import mp3
from stem.export.mp3 import Mp3Settings, write_mp3
from stem.progress import Cancelled, beat
from stem.sound.clips import Samples
from stem.sound.pieces import Piece

SECONDS = 7
PIECE_S = 2


def speech_like(frames: int, channels: int, rate: int) -> Samples:
    """Return noise and a gliding tone that come and go: what the bit reservoir is for."""
    times = np.arange(frames)[:, np.newaxis] / rate
    rng = np.random.default_rng(5)
    noise = rng.standard_normal((frames, channels)) * (np.sin(2 * np.pi * 1.7 * times) > 0)
    tone = np.sin(2 * np.pi * (200 + 60 * times) * times + np.arange(channels))
    return np.asarray(0.05 * noise + 0.2 * tone, dtype=np.float32)


def decoded(path: Path, channels: int) -> Samples:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "f32le", "-"]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert answer.stderr == b""
    return np.frombuffer(answer.stdout, np.float32).reshape(-1, channels)


def checked_by_others(path: Path) -> None:
    if shutil.which("mp3val"):
        told = subprocess.run(["mp3val", path], check=True, capture_output=True, text=True, timeout=60).stdout
        assert [line for line in told.splitlines() if line.startswith("WARNING") and "tags" not in line] == []
    if shutil.which("mpg123"):
        tested = subprocess.run(["mpg123", "-q", "-t", path], check=True, capture_output=True, timeout=60)
        assert tested.stderr == b""


SETTINGS = [
    (Mp3Settings(128), 44_100),
    (Mp3Settings(64, channels=1), 44_100),
    (Mp3Settings(32, channels=1), 32_000),
    (Mp3Settings(128), 48_000),
    (Mp3Settings(320), 44_100),
]


@pytest.mark.parametrize(("settings", "rate"), SETTINGS)
def test_pieces_make_what_one_encoder_makes(
    settings: Mp3Settings, rate: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", PIECE_S)
    written = speech_like(SECONDS * rate + 321, settings.channels, rate)
    write_mp3(tmp_path / "one.mp3", [written], settings, rate)
    told: list[int] = []
    assert write_mp3(tmp_path / "pieces.mp3", Known(written), settings, rate, told.append) == len(written)
    assert len(told) > SECONDS // (2 * PIECE_S)  # in pieces it was
    assert told == sorted(told)
    assert told[-1] == len(written)
    checked_by_others(tmp_path / "pieces.mp3")
    one, pieces = (decoded(tmp_path / name, settings.channels) for name in ("one.mp3", "pieces.mp3"))
    assert pieces.shape == written.shape
    # Where one encoder and several differ, that is no more than either differs from the sound.
    window = 4 * mp3.MP3_FRAME
    noise = np.abs(one - written)
    for join in told[:-1]:
        near = slice(join - window, join + window)
        assert np.square(pieces[near] - one[near]).mean() <= np.square(noise[near]).mean()
        assert np.abs(pieces[near] - one[near]).max() <= 2 * noise[near].max()


def test_the_bytes_do_not_depend_on_the_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", PIECE_S)
    sound = Known(speech_like(SECONDS * 44_100, 2, 44_100))
    for cores in (1, 2, 3, 8):
        monkeypatch.setattr(mp3, "cores", lambda cores=cores: cores)
        write_mp3(tmp_path / f"{cores}", sound)
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_pieces_that_cannot_be_joined_are_encoded_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", PIECE_S)
    written = speech_like(SECONDS * 44_100, 2, 44_100)
    write_mp3(tmp_path / "one.mp3", [written])
    monkeypatch.setattr(mp3, "joined", lambda *_: None)
    write_mp3(tmp_path / "pieces.mp3", Known(written))
    assert (tmp_path / "pieces.mp3").read_bytes() == (tmp_path / "one.mp3").read_bytes()


@pytest.mark.parametrize(("error", "told"), [(MemoryError, MemoryError), (RuntimeError, AudioError)])
def test_a_piece_that_fails_ends_all(
    error: type[Exception], told: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", PIECE_S)
    monkeypatch.setattr(mp3, "cores", lambda: 2)
    before, ended, seconds = set(threading.enumerate()), 0, 2 * SECONDS

    class Failing(Known):
        def blocks(self, piece: Piece, before: int = 0, after: int = 0) -> Iterator[Samples]:
            nonlocal ended
            if 3 * 44_100 < piece.first < 6 * 44_100:
                raise error
            for block in super().blocks(piece, before, after):
                beat()
                yield block
            ended += 1

    with pytest.raises(told):
        write_mp3(tmp_path / "a.mp3", Failing(speech_like(seconds * 44_100, 2, 44_100)))
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
    assert ended < seconds // PIECE_S - 1  # what waits for a core is not begun
    assert (tmp_path / "a.mp3").read_bytes()[:4] in (b"", bytes(4))  # no header: nobody takes it for a track


def test_a_disk_that_fills_while_pieces_wait_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", PIECE_S)
    with pytest.raises(OutputError, match="disk is full"):
        write_mp3(Path("/dev/full"), Known(speech_like(SECONDS * 44_100, 2, 44_100)))


def test_a_stop_at_a_join_ends_the_other_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", PIECE_S)
    before = set(threading.enumerate())

    def stop(_done: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        write_mp3(tmp_path / "a.mp3", Known(speech_like(SECONDS * 44_100, 2, 44_100)), on_block=stop)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
