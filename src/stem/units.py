"""Seconds, frames, decibels and gain; reads and writes times. The only place where time is rounded.

Conventions:
    frames are counted at a sample rate in hertz; seconds are floats; decibels are of amplitude (20 log10).
"""

from __future__ import annotations

import math
import re

from stem.messages import Message

SAMPLE_RATE = 44_100
"""Hertz; the rate of every track inside stem."""

_LONGEST_TIME = 60
"""Characters; what is longer is no time, and takes long to find out."""

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):([0-5]\d(?:[.,]\d+)?)")
_PARTS = re.compile(
    r"(?:(?P<h>\d+(?:[.,]\d+)?)\s*(?:h|u|uur|uren)\b\s*)?"
    r"(?:(?P<m>\d+(?:[.,]\d+)?)\s*(?:minuten|minuut|minutes|minute|mins|min|m)\b\s*)?"
    r"(?:(?P<s>\d+(?:[.,]\d+)?)\s*(?P<unit>seconden|seconde|seconds|second|secs|sec|s)?\s*)?",
    re.IGNORECASE,
)


def frames(seconds: float, rate: int = SAMPLE_RATE) -> int:
    """Return the number of frames nearest to `seconds` at `rate` hertz, halves away from zero."""
    return math.floor(seconds * rate + 0.5) if seconds >= 0 else -math.floor(-seconds * rate + 0.5)


def seconds(frame_count: int, rate: int = SAMPLE_RATE) -> float:
    """Return the time in seconds that `frame_count` frames last at `rate` hertz."""
    return frame_count / rate


def gain(decibels: float) -> float:
    """Return the factor by which an amplitude grows for `decibels` dB."""
    return float(10.0 ** (decibels / 20.0))


def decibels(factor: float) -> float:
    """Return the amplitude ratio `factor` in dB; minus infinity for 0."""
    return 20.0 * math.log10(factor) if factor > 0 else -math.inf


def parse_seconds(text: str) -> float:
    """Read a length of time: "8", "2,5", "8 s", "2 min", "1m30s", "1 u 5 min", "1u30", "12:30", "1:02:03".

    A bare number is seconds; right after hours it is minutes. Decimal comma and point, case and spaces are
    free.

    Returns:
        Seconds; the sign and the range are the caller's to judge (a minus sign is read).

    Raises:
        ValueError: when the text is not a length of time.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST_TIME:
        raise ValueError(Message("that is not a length of time"))
    negative = stripped.startswith("-")
    stripped = stripped.removeprefix("-").strip()
    clock = _CLOCK.fullmatch(stripped)
    if clock:
        hours, minutes, rest = clock.groups()
        total = int(hours or 0) * 3600 + int(minutes) * 60 + _number(rest)
    else:
        # "1m30s" has no word boundary between m and 3: give it one.
        spaced = re.sub(r"(?<=[a-zA-Z])(?=\d)", " ", stripped)
        parts = _PARTS.fullmatch(spaced)
        if not stripped or parts is None:
            raise ValueError(Message("'{text}' is not a length of time", text=text.strip()))
        of_an_hour = parts["h"] and not parts["m"] and not parts["unit"]  # "1u30"
        last = _number(parts["s"] or "0") * (60 if of_an_hour else 1)
        total = _number(parts["h"] or "0") * 3600 + _number(parts["m"] or "0") * 60 + last
    return -total if negative else total


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def format_time(time_s: float) -> str:
    """Write a time as "m:ss" or, from an hour, "h:mm:ss", rounded to whole seconds."""
    whole = math.floor(time_s + 0.5)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"
