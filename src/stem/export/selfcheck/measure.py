"""A finished file, heard from start to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.clips import BLOCK_FRAMES, Samples, recut
from stem.sound.decoding import Recording
from stem.sound.loudness import Loudness, Meter
from stem.sound.true_peak import TruePeak

LONGEST_S = 13 * 3600.0
"""A little more than the longest track."""

_NO_SOUND = units.gain(-78.0)
"""Nothing but dither, which comes out of an MP3 at -84 dBFS; the noise floor of a track peaks above -65."""
_MEASURED = (0, 1, 2, 4, 5)
"""Of more than five channels, those that BS.1770-4 counts: the one for low effects, the fourth, is not."""
_WINDOW = 1024  # frames; blocks hold a whole number of them


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard.

    Attributes:
        frames: How many frames were decoded, at `rate`.
        rate: Sample rate in hertz.
        channels: How many there are.
        loudness: As played.
        gap_s: The longest that nothing at all sounds between two sounds, in seconds.
        gap_at_s: Where that begins.
        silent_ends_s: How long nothing sounds in front of the first sound, and behind the last.
        oddities: What is odd about the file, each as a clause about "it".
    """

    frames: int
    rate: int
    channels: int
    loudness: Loudness
    gap_s: float
    gap_at_s: float
    silent_ends_s: tuple[float, float]
    oddities: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return units.seconds(self.frames, self.rate)


def hear(recording: Recording, blocks: Iterator[Samples]) -> Heard:
    """Listen to a file to its end.

    Args:
        recording: The file.
        blocks: Its sound.

    Raises:
        AudioError: when it turns out to be damaged or not whole.
    """
    counted = list(_MEASURED) if recording.channels > len(_MEASURED) else list(range(recording.channels))
    meter, peak = Meter(recording.rate, len(counted)), TruePeak(recording.channels)
    frames = 0
    heights: list[NDArray[np.float32]] = []
    for block in recut(blocks, BLOCK_FRAMES):
        meter.add(block[:, counted])
        peak.add(block)
        frames += len(block)
        whole = np.pad(np.abs(block), ((0, -len(block) % _WINDOW), (0, 0)))
        heights.append(whole.reshape(-1, _WINDOW * recording.channels).max(axis=1))
    sounding = np.flatnonzero(np.concatenate(heights) > _NO_SOUND)
    gap, gap_at = _longest_gap(sounding)
    window_s = _WINDOW / recording.rate
    length_s = units.seconds(frames, recording.rate)
    first, last = (sounding[0], sounding[-1] + 1) if len(sounding) else (length_s / window_s, 0)
    return Heard(
        frames=frames,
        rate=recording.rate,
        channels=recording.channels,
        loudness=Loudness.of(meter, peak),
        gap_s=gap * window_s,
        gap_at_s=gap_at * window_s,
        silent_ends_s=(float(first * window_s), max(float(length_s - last * window_s), 0.0)),
        oddities=recording.warnings,
    )


def _longest_gap(sounding: NDArray[np.intp]) -> tuple[int, int]:
    """Return the length of the longest run of windows between those that sound, and its first one."""
    if len(sounding) < 2:  # noqa: PLR2004 - a gap has two ends
        return 0, 0
    gaps = np.diff(sounding) - 1
    widest = int(np.argmax(gaps))
    return int(gaps[widest]), int(sounding[widest]) + 1
