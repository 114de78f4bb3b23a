"""A finished file, looked at byte by byte and heard to its end.

mp3_stream.py  what the bytes of an MP3 say
measure.py     the sound: length, loudness, true peak, gaps
faults.py      what is wrong by these
publishing.py  the quick look at a file that has no name yet
"""

from __future__ import annotations

from stem.export.selfcheck.faults import EXACT, FileFault, frames_at, peak_slack_db
from stem.export.selfcheck.measure import LONGEST_S, Heard, hear
from stem.export.selfcheck.mp3_stream import Mp3, mp3_of
from stem.export.selfcheck.publishing import check_before_publishing

__all__ = [
    "EXACT",
    "LONGEST_S",
    "FileFault",
    "Heard",
    "Mp3",
    "check_before_publishing",
    "frames_at",
    "hear",
    "mp3_of",
    "peak_slack_db",
]
