"""How fast voices read by themselves, as it was measured once."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

from stem.errors import OutputError
from stem.files import cache_folder, write_whole

_KIND = "paces"


def kept_pace(name: str, bounds: tuple[float, float], measure: Callable[[], float | None]) -> float | None:
    """Return what was measured before, in this run or another, or measure it; None when that goes wrong.

    Args:
        name: Of the voice as it is now, for a file.
        bounds: The slowest and the quickest that is believed.
        measure: Says something, and returns the pace.
    """
    slowest, quickest = bounds
    path = None
    with suppress(OutputError, OSError, ValueError):  # what cannot be kept is measured in each run
        path = cache_folder(_KIND) / f"{name}.json"
        kept = json.loads(path.read_bytes())
        if isinstance(kept, float) and slowest <= kept <= quickest:
            return kept
    pace = measure()
    if pace is None:
        return None
    believed = min(max(pace, slowest), quickest)
    if path is not None:
        with suppress(OutputError):
            write_whole(path, json.dumps(believed).encode())
    return believed
