"""The shape of a sound: how loud it is from begin to end, in bars that can be drawn."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np

from stem.errors import AudioError, OutputError
from stem.files import cache_folder, file_hash, write_whole
from stem.messages import Message
from stem.sound.clips import Samples, highest_channel
from stem.sound.decoding import playing

BARS = 1_200
"""As many as a wide screen can show apart."""

_KIND = "shapes"
_CHUNK_FRAMES = 1_024
_HIGHEST = 100


def shape_of(path: Path) -> tuple[int, ...]:
    """Return the highest peak within each of `BARS` equal parts, 0 to 100; 100 is full scale.

    It is found once, in blocks, and kept by the file's content.

    Raises:
        AudioError: when the file cannot be read, or is damaged.
    """
    try:
        sha256 = file_hash(path)
    except OSError as error:
        raise AudioError(path, Message("it cannot be read ({reason})", reason=error.strerror)) from error
    try:
        kept = cache_folder(_KIND) / f"{sha256}.json"
    except OutputError:  # what cannot be kept is found each time
        return _found(path)
    with suppress(OSError, ValueError):
        bars = json.loads(kept.read_bytes())
        if isinstance(bars, list) and len(bars) == BARS and all(isinstance(bar, int) for bar in bars):
            return tuple(bars)
    bars = _found(path)
    with suppress(OutputError):
        write_whole(kept, json.dumps(bars).encode())
    return bars


def _found(path: Path) -> tuple[int, ...]:
    with playing(path) as (_, blocks):
        every = np.concatenate([_peaks(block) for block in blocks])
    edges = np.linspace(0, len(every), BARS + 1).astype(int)
    bars = [every[low : max(high, low + 1)].max() for low, high in pairwise(edges)]
    return tuple(int(bar) for bar in np.clip(np.rint(np.array(bars) * _HIGHEST), 0, _HIGHEST))


def _peaks(block: Samples) -> Samples:
    """Return the highest peak of each so many frames."""
    highest = highest_channel(block)
    return np.maximum.reduceat(highest, np.arange(0, len(highest), _CHUNK_FRAMES))
