"""What is shown while someone types: one is made at a time, and only the newest that is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Made = TypeVar("_Made")


class Turn:
    """Lets one thing be made at a time; what a newer has overtaken meanwhile is not made at all.

    Whoever is overtaken leaves at once: one that takes long keeps one more thread waiting, not all of them.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._last = 0
        self._is_making = False

    def take(self, make: Callable[[], _Made]) -> _Made | None:
        """Return what is made; None when someone asked for another one meanwhile."""
        with self._changed:
            self._last += 1
            mine = self._last
            self._changed.notify_all()
            while self._is_making and mine == self._last:
                self._changed.wait()
            if mine != self._last:
                return None
            self._is_making = True
        try:
            return make()
        finally:
            with self._changed:
                self._is_making = False
                self._changed.notify_all()
