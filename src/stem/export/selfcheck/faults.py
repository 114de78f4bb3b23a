"""What is not as it should be in a file, as far as the file alone tells."""

from __future__ import annotations

from dataclasses import dataclass

from stem import units
from stem.export.formats import FORMATS

EXACT = frozenset(each.demuxer for each in FORMATS.values() if each.is_exact)
"""What is as long as its timeline to the frame; the others end on a whole packet."""

_PEAK_DB, _CODED_PEAK_DB = 0.5, 1.5
_KEPT = frozenset(each.demuxer for each in FORMATS.values() if each.keeps_all)


@dataclass(frozen=True, slots=True)
class FileFault:
    """Something that is not as it should be.

    Attributes:
        what: What was looked at, in a few words.
        expected: What it should be.
        found: What it is.
        serious: Whether the file is not the track that was made, or cannot be played as it should; else it
            is only worth knowing.
    """

    what: str
    expected: str
    found: str
    serious: bool = True


def peak_slack_db(demuxer: str) -> float:
    """Return how far the peak of a decoded file may lie from that of what was encoded, in dB.

    Coding moves it. Measured with speech of -16 and -14 LUFS under the limiter, at 64 kbps: 0.56 and 0.81 dB
    in MP3, 0.59 and 1.56 in AAC, 0.32 and 0.45 in Opus; AAC of 128 kbps with rain 0.7. At 128 kbps and more
    it is seldom over 0.4. This tells a track from noise or another track, not a good one from a better one.
    """
    return _PEAK_DB if demuxer in _KEPT else _CODED_PEAK_DB


def frames_at(frames: int, rate: int) -> int:
    """Return how many frames a timeline has at another rate, as `clips.resampled` rounds it."""
    return (2 * frames * rate + units.SAMPLE_RATE) // (2 * units.SAMPLE_RATE)
