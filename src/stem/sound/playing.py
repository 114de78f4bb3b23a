"""Plays a sound with whatever player this machine has."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np

from stem.files import output_error, temporary_folder
from stem.programs import program as installed
from stem.sound.clips import Samples
from stem.units import SAMPLE_RATE, seconds

_PLAYERS: tuple[tuple[str, ...], ...] = (
    ("afplay",),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-loglevel", "error", "-nodisp", "-autoexit"),
)
"""Programs that play a WAV file, each with its arguments; the first that is installed is asked first."""

_LEAST_SHARE = 0.8
"""Of the sound's length that a player must have taken, to be believed."""


def play(samples: Samples) -> bool:
    """Play stereo samples at `units.SAMPLE_RATE` and return when they are over.

    Returns:
        False when no player here would play them.

    Raises:
        OutputError: when the sound cannot be put where a player finds it.
    """
    with temporary_folder() as folder:
        path = folder / "zin.wav"
        try:
            path.write_bytes(as_wav(samples))
        except OSError as error:
            raise output_error(folder, error) from error
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(path), winsound.SND_FILENAME)
            return True
        return any(_plays(player, path, seconds(len(samples))) for player in _PLAYERS)


def _plays(player: tuple[str, ...], path: Path, length_s: float) -> bool:
    program = installed(player[0])
    if program is None:
        return False
    started = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - a fixed list of players and our own file
            [program, *player[1:], str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:  # a program of another kind of machine
        return False
    # Without a sound card some players fail, and others just end at once: let the next one try.
    return done.returncode == 0 and time.monotonic() - started >= _LEAST_SHARE * length_s


def as_wav(samples: Samples) -> bytes:
    """Return samples at `units.SAMPLE_RATE` as a WAV file in 16 bits; beyond full scale they are clipped."""
    whole = np.round(np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2")
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(whole.tobytes())
    return content.getvalue()
