"""A finished file, looked at byte by byte and heard to its end.

mp3.py       what the bytes of an MP3 say
hearing.py   the sound: length, loudness, true peak, gaps
findings.py  what is wrong by these
check.py     the quick look at a file that has no name yet
"""

from __future__ import annotations

from stem.examining.check import check_before_publishing
from stem.examining.findings import EXACT, Finding, frames_at, mp3_findings, peak_slack_db
from stem.examining.hearing import Heard, hear
from stem.examining.mp3 import Mp3, mp3_of

__all__ = [
    "EXACT",
    "Finding",
    "Heard",
    "Mp3",
    "check_before_publishing",
    "frames_at",
    "hear",
    "mp3_findings",
    "mp3_of",
    "peak_slack_db",
]
