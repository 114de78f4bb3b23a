"""What works on this machine: each part is really tried, from the voice to the decoded MP3."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stem.audio import decode
from stem.config import Config
from stem.errors import AudioError, StemError
from stem.files import cache_folder, temporary_beside
from stem.track import make_track, plan_sentence
from stem.units import SAMPLE_RATE, seconds
from stem.voice import voices

_ROOM_BYTES = 500_000_000
"""What a long track and the cache of backgrounds take, with a margin."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried.

    Attributes:
        subject: What was tried.
        works: Whether it did.
        found: What was seen.
        hint: How to mend it; empty when it works.
    """

    subject: str
    works: bool
    found: str
    hint: str = ""


def diagnose(config: Config) -> Iterator[Finding]:
    """Try everything a track needs, one thing at a time."""
    yield Finding(
        "Python", works=True, found=f"{platform.python_version()} on {platform.platform(terse=True)}"
    )
    yield _tried("output folder", lambda: _writable(Path(config.output)))
    yield _tried("cache folder", lambda: _writable(cache_folder("speech")))
    for voice in voices():
        yield _tried(f"voice {voice.name}", partial(_round_trip, voice.name))


def _tried(subject: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, works=True, found=attempt())
    except StemError as error:
        return Finding(subject, works=False, found=error.sentence, hint=error.hint)


def _writable(folder: Path) -> str:
    with temporary_beside(folder / "proef") as temporary:
        temporary.write_bytes(b"stem")
    free = shutil.disk_usage(folder).free
    if free < _ROOM_BYTES:
        raise AudioError(
            folder, "there is little room left", hint="Make room: a track and its caches take up to 500 MB."
        )
    return f"{folder.resolve()}, {free / 1e9:.1f} GB free"


def _round_trip(name: str) -> str:
    """Speak, mix, master, encode and decode one word, and compare the lengths."""
    with tempfile.TemporaryDirectory(prefix="stem-") as folder:
        track = make_track(plan_sentence("Welkom.", name), Path(folder) / "proef.mp3")
        decoded = decode(track.path)
    if decoded.frames != track.timeline.frames or decoded.rate != SAMPLE_RATE:
        raise AudioError(
            "the decoded MP3",
            f"it has {decoded.frames} frames at {decoded.rate} Hz instead of {track.timeline.frames}",
            hint="Install stem again; the MP3 encoder or the decoder is not the expected one.",
        )
    return f"speaks; its MP3 decodes to the frame ({seconds(decoded.frames):.1f} s)"
