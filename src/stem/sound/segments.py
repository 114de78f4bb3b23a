"""Sound at the front door: pydub's AudioSegment, which other programs can cut, join, play and save."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from stem.sound.decoding import Recording

AudioSegment: TypeAlias = Any
"""`pydub.AudioSegment`, which has no types; it is imported where one is made, for few tracks need it."""

_STEPS = 2**15


def segment_of(path: Path, longest_s: float) -> AudioSegment:
    """Return all sound of a file as 16-bit samples; what is above full scale is cut off there.

    Raises:
        AudioError: as `decoding.decode`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for an ffmpeg on the PATH, and says when there is none
        from pydub import AudioSegment as Segment

    recording = Recording.open(path)
    pcm = bytearray()
    for block in recording.blocks(longest_s):
        pcm += np.clip(np.rint(block * _STEPS), -_STEPS, _STEPS - 1).astype("<i2").tobytes()
    return Segment(bytes(pcm), sample_width=2, frame_rate=recording.rate, channels=recording.channels)


def wav_of(segment: AudioSegment) -> bytes:
    """Return a segment as a WAV file: the same segment, the same bytes."""
    file = io.BytesIO()
    segment.export(file, format="wav")
    return file.getvalue()
