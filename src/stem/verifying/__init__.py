"""Is a finished file what it should be: decoded to its end, looked at byte by byte, compared with its record.

mp3.py       what the bytes of an MP3 say
hearing.py   the sound: length, loudness, true peak, gaps
findings.py  what is not as it should be
facts.py     what there is to know of a file
check.py     the quick look at a file that has no name yet
"""

from __future__ import annotations

from stem.verifying.check import check_before_publishing
from stem.verifying.facts import Facts, info
from stem.verifying.findings import Finding, verify

__all__ = ["Facts", "Finding", "check_before_publishing", "info", "verify"]
