"""Lengths of time as people say them."""

from __future__ import annotations

from stem import units


def in_words(length_s: float) -> str:
    """Return a length as people say it: "20 seconden", "1 minuut en 30 seconden"; at least a second."""
    minutes, seconds = divmod(max(1, units.frames(length_s, rate=1)), 60)
    parts = [f"{minutes} {'minuut' if minutes == 1 else 'minuten'}"] if minutes else []
    parts += [f"{seconds} {'seconde' if seconds == 1 else 'seconden'}"] if seconds else []
    return " en ".join(parts)
