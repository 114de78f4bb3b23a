"""A background or a bell by itself, to hear what it is like."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stem import units
from stem.errors import UsageError
from stem.export.mp3 import write_mp3
from stem.export.tags import MP3, NO_WORDS, Tags, tag
from stem.files import give_name, temporary_beside
from stem.messages import Message
from stem.sound.beds import BELLS, bell, load_bed
from stem.sound.clips import Samples
from stem.sound.loudness import Meter

SAMPLE_LUFS = -26.0
"""Clearly heard, and still softer than a voice is in a track."""

_LONGEST_S = 600.0
_FADE_S = 1.0


def bed_sample(name: str, seed: int, length_s: float, level_lu: float = 0.0) -> Samples:
    """Return the first seconds of a background, or one stroke of a bell, shape (frames, 2).

    Args:
        name: Of the background or the bell.
        seed: Of the background.
        length_s: In seconds, at most 600.
        level_lu: How much louder than usual, or, below 0, softer.

    Raises:
        UnknownNameError: when there is no background or bell of that name.
        UsageError: when the length cannot be had.
    """
    if not 0 < length_s <= _LONGEST_S:
        raise UsageError(
            Message("A sample cannot last {length_s:g} seconds.", length_s=length_s),
            hint=Message("Ask for at most 10 minutes."),
        )
    if name in BELLS:
        return _at_level(bell(name), level_lu)
    sound = load_bed(name, seed).read(0, units.frames(length_s))
    fade = min(units.frames(_FADE_S), len(sound) // 2)
    rise = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, None]
    sound[:fade] *= rise
    sound[len(sound) - fade :] *= rise[::-1]
    return _at_level(sound, level_lu)


def _at_level(sound: Samples, level_lu: float) -> Samples:
    meter = Meter()
    meter.add(sound)
    loudest = meter.momentary_max()
    wanted = SAMPLE_LUFS + level_lu
    return sound * np.float32(units.gain(wanted - loudest)) if np.isfinite(loudest) else sound


def write_sample(name: str, sound: Samples, target: Path, *, overwrite: bool) -> Path:
    """Write a sample as an MP3 and return its path: the next free name when the target is taken.

    It tells that there are no words in it, or a picture of it would take waves for a voice.

    Raises:
        OutputError: when it cannot be written.
    """
    with temporary_beside(target) as temporary:
        write_mp3(temporary, [sound])
        tag(temporary, Tags(title=name, artist="stem", album="stem", genre="", language=NO_WORDS), (), MP3)
        return give_name(temporary, target, overwrite=overwrite)
