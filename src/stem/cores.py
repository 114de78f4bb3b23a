"""How many processors this process may keep busy."""

from __future__ import annotations

import os

_most: int | None = None


def cores() -> int:
    """Return how many; by default as many as the system lets this process run on."""
    if _most is not None:
        return _most
    if hasattr(os, "sched_getaffinity"):  # a container or `taskset` may leave it fewer than there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def use_cores(most: int) -> None:
    """Keep to so many from now on: where every track has a process of its own, that is one.

    Args:
        most: At least 1.
    """
    global _most  # noqa: PLW0603 - it is a property of the process
    _most = most
