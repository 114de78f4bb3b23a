"""What a form gave, for who sends it twice: kept for a short while, in memory alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LASTS_S = 120.0


class Once:
    """Gives a form that is sent again what it gave the first time.

    Attributes:
        working: Held by who is giving a form something, so that the second waits for it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.working = threading.Lock()
        self._clock = clock
        self._given: dict[str, tuple[float, str]] = {}

    def keep(self, form: str, given: str) -> str:
        """Keep what a form gave, by its number."""
        self._given[form] = (self._clock() + LASTS_S, given)
        return given

    def find(self, form: str) -> str | None:
        """Return what a form gave a short while ago."""
        now = self._clock()
        self._given = {name: each for name, each in self._given.items() if each[0] > now}
        found = self._given.get(form)
        return None if found is None else found[1]
