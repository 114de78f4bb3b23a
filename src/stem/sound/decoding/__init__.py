"""Sound in memory, and the one way by which sound from outside gets there.

Whatever comes from outside (recordings, music, online voices) is taken for hostile: its content decides what
it is, it is read as a regular file, ffmpeg gets that one open file and no way to any other, and no promise of
a header is believed.
    source.py      a file from outside, opened; the bytes it begins with
    containers.py  what is in it by its own account: WAV, FLAC, Ogg, Matroska
    mp4.py         the same of M4A
    apple.py       the same of AIFF and CAF
    mpeg.py        the same of MP3 and bare AAC, frame by frame
    ffmpeg.py      ffmpeg behind walls; `decode`, `examined`, `playing`, `Recording`
    inspection.py  what is wrong with the sound itself

Conventions:
    `Samples` is float32 of shape (frames, channels) with full scale 1.0, also for mono.
"""

from __future__ import annotations

from stem.sound.clips import (
    BLOCK_FRAMES,
    LEAD_S,
    TAIL_S,
    Clip,
    Samples,
    conform,
    framed,
    recut,
    resampled,
    trimmed,
)
from stem.sound.decoding.containers import CONTAINERS, container
from stem.sound.decoding.ffmpeg import LONGEST_S, Examined, Recording, decode, examined, playing
from stem.sound.decoding.inspection import Inspection

__all__ = [
    "BLOCK_FRAMES",
    "CONTAINERS",
    "LEAD_S",
    "LONGEST_S",
    "TAIL_S",
    "Clip",
    "Examined",
    "Inspection",
    "Recording",
    "Samples",
    "conform",
    "container",
    "decode",
    "examined",
    "framed",
    "playing",
    "recut",
    "resampled",
    "trimmed",
]
