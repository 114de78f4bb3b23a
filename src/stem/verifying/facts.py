"""What there is to know of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stem.audio import Recording
from stem.errors import AudioError
from stem.mastering import Loudness
from stem.record import Record
from stem.tagging import Tagged, read
from stem.verifying.hearing import hear


@dataclass(frozen=True, slots=True)
class Facts:
    """What is in a sound file.

    Attributes:
        path: The file.
        kind: How its sound is packed: "mp3", "wav", "flac", "ogg", "mov" (M4A) ...
        bytes: Its size.
        seconds: How long it lasts.
        rate: Sample rate in hertz.
        channels: How many it has.
        kbps: Its bit rate, tags and cover not left out.
        loudness: As played.
        told: Its tags and chapters.
        record: How it was made, when that is known.
    """

    path: Path
    kind: str
    bytes: int
    seconds: float
    rate: int
    channels: int
    kbps: float
    loudness: Loudness
    told: Tagged
    record: Record | None


def info(path: Path, record: Record | None) -> Facts:
    """Hear a file to its end and return what is in it.

    Raises:
        AudioError: when it cannot be read, or is damaged.
    """
    recording = Recording.open(path)
    heard = hear(recording)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise AudioError(path, f"it cannot be read ({error.strerror})") from error
    return Facts(
        path=path,
        kind=recording.packing.demuxer,
        bytes=size,
        seconds=heard.seconds,
        rate=heard.rate,
        channels=heard.channels,
        kbps=8 * size / heard.seconds / 1000,
        loudness=heard.loudness,
        told=read(path),
        record=record,
    )
