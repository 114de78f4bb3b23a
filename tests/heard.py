"""A finished file as a listener's player would decode it, and measured by meters that are not stem's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

RATE = 44_100


def decoded(path: Path) -> NDArray[np.float32]:
    """Return the file's samples, shape (frames, 2), decoded by ffmpeg at its own rate."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-nostdin",
        "-i",
        str(path),
        "-f",
        "f32le",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


def converted(source: Path, target: Path, *options: str) -> Path:
    """Write `source` in the format that `target` has by its name, and return `target`."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(source)]
    subprocess.run([*program, *options, str(target)], check=True, stdin=subprocess.DEVNULL)
    return target


def loudness(*parts: NDArray[np.float32]) -> float:
    """Return the integrated loudness in LUFS of the parts one after another."""
    meter = pyloudnorm.Meter(RATE, filter_class="DeMan")
    return float(meter.integrated_loudness(np.concatenate(parts).astype(np.float64)))


def true_peak(samples: NDArray[np.float32]) -> float:
    """Return the highest peak in dBTP, by eightfold oversampling around every high sample."""
    from scipy.signal import resample_poly

    size, around = 256, 64  # the filter reaches 10 samples
    levels = np.maximum(*np.abs(samples).T)  # `max(axis=1)` takes 70 times as long
    high = 0.5 * levels.max()  # between samples it rises by less than 6 dB
    loud = np.unique(np.flatnonzero(levels > high) // size)
    padded = np.pad(samples, ((around, around + size), (0, 0)))
    within = np.arange(size + 2 * around)
    highest = 0.0
    for some in np.array_split(loud, -(-len(loud) // 500)):
        parts = resample_poly(padded[some[:, np.newaxis] * size + within], 8, 1, axis=1)
        highest = max(highest, float(np.abs(parts[:, 8 * around : -8 * around]).max()))
    return float(20 * np.log10(highest))


def longest_silence(samples: NDArray[np.float32]) -> int:
    """Return the most frames in a row in which both channels are exactly zero."""
    sounding = np.flatnonzero(np.logical_or(*samples.T))
    edges = np.concatenate([[-1], sounding, [len(samples)]])
    return int(np.diff(edges).max() - 1)


def crackle(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how abruptly the sound moves at each frame: its fourth difference, which clicks stand out in."""
    steps = np.diff((samples[:, 0] + samples[:, 1]) / 2, n=4, prepend=np.zeros(4, np.float32))
    return np.asarray(np.abs(steps), dtype=np.float32)


def seam_score(before: NDArray[np.floating], after: NDArray[np.floating]) -> float:
    """Return how much the joint of two waves stands out for who knows what usually comes next.

    What a linear prediction from 32 samples leaves over at the joint, over the 99.9 percentile elsewhere. A
    joint like any other place scores about 1.
    """
    wave = np.concatenate([before, after]).astype(np.float64)
    spectrum = np.square(np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 2 * len(wave))))
    correlation = np.fft.irfft(spectrum)[:33]
    correlation[0] *= 1 + 1e-9  # pure tones would make the equations singular
    predictor = solve_toeplitz(correlation[:32], correlation[1:])
    residual = np.abs(lfilter(np.concatenate([[1.0], -predictor]), [1.0], wave))
    joint = len(before)
    elsewhere = np.concatenate([residual[100 : joint - 100], residual[joint + 100 :]])
    return float(residual[joint - 4 : joint + 36].max() / np.percentile(elsewhere, 99.9))
