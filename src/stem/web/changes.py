"""What is to be changed in tracks, gathered until they are made again: in memory alone, for it holds names.

Of each track only what is to be another way than its record says is kept. Whatever has come to be so, by a
run of the page or of the command line, is thereby done.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from stem import Change, Edit
from stem.web.below import Record, SentenceKey

NOTHING: Mapping[str, str] = MappingProxyType({})


class StaleError(Exception):
    """A form that was made before something else was changed, in another tab."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a track is to be.

    Attributes:
        edits: The sentences that are changed in it, in order.
        waiting: Those of which that is not so in the track.
        values: What is to be filled in another way.
        version: Of what is gathered; a form tells which one it was made of.
    """

    edits: tuple[Edit, ...]
    waiting: frozenset[SentenceKey]
    values: Mapping[str, str]
    version: str

    @property
    def count(self) -> int:
        """How many changes are not in the track."""
        return len(self.waiting) + len(self.values)

    @property
    def change(self) -> Change:
        """What is to be another way than the record says."""
        return Change(values=self.values, edits=self.edits)

    def edit(self, key: SentenceKey) -> Edit | None:
        """Return how a sentence is to be changed."""
        return next((edit for edit in self.edits if edit.key == key), None)


@dataclass(slots=True)
class _Gathered:
    edits: dict[SentenceKey, Edit | None] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


class Changes:
    """What is gathered for the tracks of a page; any thread may ask and change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tracks: dict[Path, _Gathered] = {}
        self._counts: dict[Path, int] = {}

    def of(self, path: Path, record: Record) -> Wanted:
        """Return what the track of a record is to be.

        Args:
            path: The record's file.
            record: What it tells.
        """
        with self._lock:
            return self._wanted(path, record)

    def put(self, path: Path, record: Record, version: str, key: SentenceKey, edit: Edit | None) -> None:
        """Let a sentence be changed so; None for as it is in the script.

        Raises:
            StaleError: when something else was changed meanwhile.
        """
        with self._lock:
            self._begin(path, record, version).edits[key] = edit

    def fill_in(self, path: Path, record: Record, version: str, values: Mapping[str, str]) -> None:
        """Let something else be filled in.

        Raises:
            StaleError: as `put`.
        """
        with self._lock:
            self._begin(path, record, version).values |= values

    def check(self, path: Path, record: Record, version: str) -> Wanted:
        """Return what the track of a record is to be, when that is what a form was made of.

        Raises:
            StaleError: as `put`.
        """
        with self._lock:
            found = self._wanted(path, record)
        if found.version != version:
            raise StaleError
        return found

    def drop(self, path: Path) -> None:
        """Throw away what is gathered for a track."""
        with self._lock:
            self._tracks.pop(path, None)
            self._counts[path] = self._counts.get(path, 0) + 1

    def _begin(self, path: Path, record: Record, version: str) -> _Gathered:
        if self._wanted(path, record).version != version:
            raise StaleError
        self._counts[path] = self._counts.get(path, 0) + 1
        return self._tracks.setdefault(path, _Gathered())

    def _wanted(self, path: Path, record: Record) -> Wanted:
        personal, gathered = record.personal, self._tracks.get(path, _Gathered())
        made = {edit.key: edit for edit in personal.edits} if personal else {}
        filled = personal.values if personal else {}
        edits: dict[SentenceKey, Edit | None] = {**made, **gathered.edits}
        return Wanted(
            tuple(edit for edit in edits.values() if edit is not None),
            frozenset(key for key, edit in edits.items() if made.get(key) != edit),
            {name: value for name, value in gathered.values.items() if filled.get(name) != value},
            f"{self._counts.get(path, 0)}-{record.track.sha256[:8]}",
        )
