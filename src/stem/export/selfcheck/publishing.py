"""The quick look at a file that is about to get its name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from stem import units
from stem.errors import AudioError
from stem.export.selfcheck.faults import EXACT, frames_at, peak_slack_db
from stem.export.selfcheck.measure import LONGEST_S
from stem.export.selfcheck.mp3_stream import mp3_of
from stem.messages import Message
from stem.script.timeline import Timeline
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.decoding import playing
from stem.sound.loudness import Loudness

_HEARD_S = 20.0
_NO_SOUND_DBFS = -96.0


def check_before_publishing(path: Path, timeline: Timeline, loudness: Loudness) -> None:
    """Make sure that a file which was written is the track that was meant, before it gets its name.

    Of an MP3 every frame is counted and the checksum over all that LAME gave is compared, so that no byte
    differs from what was encoded; its first 20 s are decoded for their level. That takes 2 % of the time that
    LAME took. Files of other formats are decoded to their end.

    Args:
        path: The temporary file, with its tags.
        timeline: What it should hold.
        loudness: Of the mix that went into it.

    Raises:
        AudioError: when it is something else.
    """
    try:
        with playing(path, LONGEST_S) as (recording, blocks):
            kind = recording.packing.demuxer
            mp3 = mp3_of(recording) if kind == "mp3" else None
            most = None if mp3 is None else -(-units.frames(_HEARD_S, recording.rate) // BLOCK_FRAMES)
            heard, peak = _heard(islice(blocks, most))
    except AudioError as error:
        raise _wrong(error.problem, error.hint) from error
    if mp3 is not None and mp3.faults:
        fault = mp3.faults[0]
        raise _wrong(
            Message(
                "{what}: {found} instead of {expected}",
                what=fault.what,
                found=fault.found,
                expected=fault.expected,
            )
        )
    found = heard if mp3 is None else mp3.frames
    if recording.warnings:
        raise _wrong(recording.warnings[0])
    expected = frames_at(timeline.frames, recording.rate)
    if kind in EXACT and found != expected:
        raise _wrong(
            Message("it has {found:,} frames instead of {expected:,}", found=found, expected=expected)
        )
    highest_dbfs = units.decibels(peak)
    if not _NO_SOUND_DBFS < highest_dbfs <= loudness.true_peak_dbtp + peak_slack_db(kind):
        raise _wrong(
            Message(
                "its level is {highest_dbfs:.1f} dBFS, and that of the mix {true_peak_dbtp:.1f}",
                highest_dbfs=highest_dbfs,
                true_peak_dbtp=loudness.true_peak_dbtp,
            )
        )


def _heard(blocks: Iterator[Samples]) -> tuple[int, float]:
    """Return how many frames there are, and their highest sample."""
    frames, peak = 0, 0.0
    for block in blocks:
        frames += len(block)
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
    return frames, peak


def _wrong(problem: str, hint: str = "") -> AudioError:
    again = Message("Nothing was kept of it. {Try_again}; when it says this again, tell the makers.")
    return AudioError(Message("the file that was written"), problem, hint=hint or again)
