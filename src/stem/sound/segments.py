"""Sound for other programs: pydub's `AudioSegment`."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from stem.sound.decoding import playing

AudioSegment: TypeAlias = Any
"""`pydub.AudioSegment`, which has no types; it is imported where one is made, for few tracks need it."""

_FULL_SCALE = 32_768
_BYTES = 2


def read_segment(path: Path) -> AudioSegment:
    """Return the sound of a file, in 16 bits, at its own rate and with its own channels.

    Raises:
        AudioError: when it cannot be decoded.
    """
    with warnings.catch_warnings():  # pydub looks for an ffmpeg on the PATH and says so when there is none
        warnings.simplefilter("ignore")
        from pydub import AudioSegment as Segment
    pcm = bytearray()
    with playing(path) as (recording, blocks):
        for block in blocks:
            whole = np.clip(np.rint(block * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1)
            pcm += whole.astype("<i2").tobytes()
    return Segment(bytes(pcm), sample_width=_BYTES, frame_rate=recording.rate, channels=recording.channels)


def wav_of(segment: AudioSegment) -> bytes:
    """Return a segment as a WAV file: the same segment, the same bytes."""
    file = io.BytesIO()
    segment.export(file, format="wav")
    return file.getvalue()
