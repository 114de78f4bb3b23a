"""Voices on their way in: each in a thread of its own, told how far it is, and stopped when that is asked.

What came in stays whatever happens: who begins again goes on from there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from stem import Cancelled, StemError
from stem.web.words import Told, mistake_told, told

State: TypeAlias = Literal["fetching", "there", "failed", "stopped"]

Get: TypeAlias = Callable[[Callable[[int, int | None], None]], object]
"""Fetches the files of a voice; tells the bytes that are here, and of how many once that is known."""


@dataclass(slots=True)
class Fetch:
    """A voice on its way in.

    Attributes:
        title: Of the voice, for people.
        state: Where it is.
        here: Bytes that are here.
        total: Of so many; None as long as that is not known.
        failure: Why it failed.
        is_to_stop: Whether someone asked for an end.
    """

    title: str
    state: State = "fetching"
    here: int = 0
    total: int | None = None
    failure: Told | None = None
    is_to_stop: bool = False

    @property
    def percent(self) -> int:
        """How much is here; only what is over is there wholly."""
        if self.state == "there":
            return 100
        return min(self.here * 100 // self.total, 99) if self.total else 0

    def hear(self, here: int, total: int | None) -> None:
        """Take in how far it is.

        Raises:
            Cancelled: when someone asked for an end.
        """
        self.here, self.total = here, total or self.total
        if self.is_to_stop:
            raise Cancelled


class Fetcher:
    """Fetches voices, each once at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fetches: dict[str, Fetch] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a voice is on its way in."""
        return any(each.state == "fetching" for each in self._fetches.values())

    def find(self, name: str) -> Fetch | None:
        """Return what is known of a voice that was asked for; None when it was not."""
        return self._fetches.get(name)

    def begin(self, name: str, title: str, get: Get, total: int | None = None) -> Fetch:
        """Begin to fetch a voice, or return the fetch that is going on.

        Args:
            name: Of the voice.
            title: Likewise, for people.
            get: Fetches it.
            total: Its size in bytes, as far as it is known beforehand.
        """
        with self._lock:
            going_on = self._fetches.get(name)
            if going_on is not None and going_on.state == "fetching":
                return going_on
            fetch = self._fetches[name] = Fetch(title, total=total)
        threading.Thread(target=_fetched, args=(fetch, get), name="stem-fetch", daemon=True).start()
        return fetch

    def stop(self, name: str) -> None:
        """Stop a fetch; whatever its server is doing, it counts as stopped at once."""
        fetch = self._fetches.get(name)
        if fetch is not None and fetch.state == "fetching":
            fetch.is_to_stop, fetch.state = True, "stopped"

    def close(self) -> None:
        """Stop all."""
        for name in tuple(self._fetches):
            self.stop(name)


def _fetched(fetch: Fetch, get: Get) -> None:
    """Fetch a voice, and write down what became of it."""
    try:
        get(fetch.hear)
    except Cancelled:
        fetch.state = "stopped"
    except StemError as error:
        fetch.failure = told(error.sentence, error.hint)
        fetch.state = "stopped" if fetch.is_to_stop else "failed"
    except Exception as error:
        fetch.failure, fetch.state = mistake_told(error), "failed"
    else:
        fetch.state = "there"
