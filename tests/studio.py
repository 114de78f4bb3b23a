"""Someone who records sentences, as people do: in a room, on a telephone, with a button that clicks."""

from __future__ import annotations

import subprocess
import wave
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from stem.sound.clips import conform
from stem.voices.engines.espeak import Espeak
from stem.voices.template import find_voice

RATE = 44_100
LEVEL = 0.05
"""Of the speech where it sounds: -26 dBFS, as a telephone at arm's length gives it."""

Sound = NDArray[np.float64]


@cache
def speech(phrase: str) -> Sound:
    """Return the embedded voice's sound of a phrase, at `LEVEL`, without silence around it."""
    voice = find_voice("rustig")
    sound = conform(Espeak().speak(phrase, voice), RATE).samples[:, 0].astype(np.float64)
    sound = sound[882:-3528]
    return sound * LEVEL / level_where_it_sounds(sound)


def level_where_it_sounds(sound: Sound) -> float:
    """Return the root mean square of the 10 ms that are at most 20 dB below the loudest."""
    levels = np.sqrt(np.square(sound[: len(sound) // 441 * 441].reshape(-1, 441)).mean(axis=1))
    return float(np.sqrt(np.square(levels[levels > levels.max() / 10]).mean()))


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE))


def room(frames: int, below_db: float, seed: int = 1) -> Sound:
    """Return the noise of a room, falling 3 dB an octave from 30 Hz, so far below speech at `LEVEL`.

    It comes round after six seconds, without a joint.
    """
    size = 2 ** min((frames - 1).bit_length(), 18)  # an FFT of an odd length takes ten times as long
    noise = np.resize(_noise(size, seed), frames)
    return np.asarray(noise / noise.std() * LEVEL * 10 ** (-below_db / 20))


@cache
def _noise(size: int, seed: int) -> Sound:
    white = np.random.default_rng(seed).normal(size=size)
    hz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 30.0)
    return np.asarray(np.fft.irfft(np.fft.rfft(white) / np.sqrt(hz), size))


def click(seed: int = 1) -> Sound:
    """Return a button: 5 ms of noise that dies away, as loud as the voice at its loudest."""
    decay = np.exp(-np.arange(220) / 50)
    return np.asarray(np.random.default_rng(seed).normal(size=220) * decay * 5 * LEVEL)


@cache
def recorded(phrase: str, before_s: float = 1.0, after_s: float = 1.0, below_db: float = 40.0) -> Sound:
    """Return a phrase in a room, with silence around it."""
    sound = np.concatenate([silence(before_s), speech(phrase), silence(after_s)])
    sound = sound + room(len(sound), below_db)
    sound.setflags(write=False)  # many tests share it
    return np.asarray(sound)


def write(path: Path, sound: Sound, *options: str) -> Path:
    """Write sound of shape (frames,) or (frames, channels) in the format that the name says."""
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    if path.suffix == ".wav" and not options:  # that needs no program
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, RATE, 0, "NONE", ""))
            file.writeframes(np.rint(np.clip(sound * 32_768, -32_768, 32_767)).astype("<i2").tobytes())
        return path
    source = ["-f", "f64le", "-ar", str(RATE), "-ac", str(channels), "-i", "pipe:0"]
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    subprocess.run([*program, *source, *options, str(path)], input=sound.tobytes(), check=True)
    return path
