"""Sound for other programs: pydub's `AudioSegment`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stem.sound.decoding import Recording

if TYPE_CHECKING:
    from pydub import AudioSegment

__all__ = ["AudioSegment", "read_segment"]

_FULL_SCALE = 32_768
_BYTES = 2


def read_segment(path: Path) -> AudioSegment:
    """Return the sound of a file, in 16 bits, at its own rate and with its own channels.

    Raises:
        AudioError: when it cannot be decoded.
    """
    import warnings

    with warnings.catch_warnings():  # pydub looks for an ffmpeg on the PATH and says so when there is none
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    recording = Recording.open(path)
    pcm = bytearray()
    for block in recording.blocks():
        whole = np.clip(np.rint(block * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1)
        pcm += whole.astype("<i2").tobytes()
    return AudioSegment(
        bytes(pcm), sample_width=_BYTES, frame_rate=recording.rate, channels=recording.channels
    )
