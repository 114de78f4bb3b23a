"""A player is handed a WAV file with the sound in it; one that fails gives way to the next."""

from __future__ import annotations

import os
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from stem.sound.playing import play

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in players are shell scripts")


def player(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin")
    for name in ("afplay", "pw-play", "paplay", "aplay", "ffplay"):
        player(folder, name, "exit 1")
    return folder


def test_the_first_player_that_works_gets_the_sound(players: Path, tmp_path: Path) -> None:
    heard = tmp_path / "heard.wav"
    player(players, "pw-play", "exit 0")  # ends at once, as some do without a sound card
    player(players, "aplay", f'cp "$2" "{heard}"; sleep 0.5')
    samples = np.linspace(-1.2, 1.0, 44_100, dtype=np.float32).reshape(-1, 2)
    assert play(samples)
    with wave.open(str(heard)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 44_100, 22_050)
        whole = np.frombuffer(file.readframes(22_050), "<i2").reshape(-1, 2)
    assert np.abs(whole / 32_767 - np.clip(samples, -1, 1)).max() <= 0.5 / 32_767 + 1e-6


def test_without_a_player_that_works_it_says_so(players: Path) -> None:
    assert not play(np.zeros((10, 2), np.float32))


def test_a_player_that_cannot_be_run_gives_way_to_the_next(players: Path) -> None:
    (players / "afplay").write_bytes(b"\x7fELF of another kind of machine")
    player(players, "ffplay", "sleep 0.05")
    assert play(np.zeros((441, 2), np.float32))
