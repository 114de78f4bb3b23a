"""Lists of tracks that someone dropped, and series that someone asked for, in memory alone.

What a list fills in is somebody's: it is kept no longer than it takes to make the tracks, and is nowhere on
the disk but where its maker has it.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from stem import Batch, BatchProgress, Outcome, Progress, Report
from stem.web import below
from stem.web.workshop import WEIGHTS, Run

if TYPE_CHECKING:
    from stem.practice.batch.mistakes import Mistake

Standing: TypeAlias = Literal["new", "changed", "kept", "made", "failed", "making"]

_LASTS_S = 2 * 3600.0
"""So long a list stays that nobody looks at."""

_MOST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A track of a list, as it stands now.

    Attributes:
        outcome: What is expected of it, or what became of it.
        state: Where it is: what the outcome says, or "making".
        percent: How much of it is done.
    """

    outcome: Outcome
    state: Standing
    percent: int = 0


@dataclass(slots=True)
class Listed:
    """A list or a series: its mistakes, or what it asks for and what became of that.

    Attributes:
        title: For people.
        mistakes: What is wrong with it; then nothing is made.
        batch: What it asks for; None when it has mistakes, or all of it is there.
        report: What is expected of each track, then what became of it.
        code: Of the client, of a series.
        notices: What someone must be able to read before anything is made.
        id: Its part of addresses; tells nothing of what it is.
        note: Why it was not made just now.
        run: That makes it, or did.
    """

    title: str
    mistakes: tuple[Mistake, ...] = ()
    batch: Batch | None = None
    report: Report = field(default_factory=lambda: Report(()))
    code: str = ""
    notices: tuple[str, ...] = ()
    note: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    run: Run | None = None
    seen: float = field(default_factory=time.monotonic)
    _making: dict[int, Progress | None] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: Batch, code: str = "") -> Listed:
        """Return what a batch asks for, rehearsed."""
        notices = (*batch.notices, *batch.remarks, *below.costs(batch))
        return cls(batch.title, batch=batch, report=batch.rehearse(), code=code, notices=notices)

    @property
    def address(self) -> str:
        """Of its page."""
        return f"/clienten/{self.id}"

    @property
    def is_busy(self) -> bool:
        """Whether it is being made, or waits to be."""
        return self.run is not None and not self.run.is_over

    @property
    def to_make(self) -> int:
        """How many of its tracks can still be made; what failed can be tried again."""
        open_ones = ("new", "changed") if self.run is None else ("new", "changed", "failed")
        return sum(map(self.report.count, open_ones))

    @property
    def rows(self) -> Iterator[Row]:
        """Its tracks, in order."""
        making = self._making
        for number, outcome in enumerate(self.report.outcomes):
            if number in making:
                yield Row(outcome, "making", _percent(making[number]))
            else:
                yield Row(outcome, outcome.status)

    def has_changed(self) -> bool:
        """Rehearse again; tell whether what would be done is not what was shown."""
        assert self.batch is not None, "only what can be made is rehearsed"
        shown = [outcome.status for outcome in self.report.outcomes]
        self.report = self.batch.rehearse()
        now = [outcome.status for outcome in self.report.outcomes]
        return any(
            before != "failed" and after != ("kept" if before == "made" else before)
            for before, after in zip(shown, now, strict=True)
        )

    def new_run(self) -> Run:
        """Return the run that makes it; what was filled in is let go when all is there."""
        assert self.batch is not None, "only what can be made is made"
        jobs = self.batch.asked.jobs
        return Run(
            self.title,
            self.code,
            "",
            self._make,
            targets=frozenset(job.target.absolute() for job in jobs),
            codes=frozenset(job.code for job in jobs),
            page=self.address,
        )

    def _make(self, events: Callable[[BatchProgress], bool]) -> Report:
        batch = self.batch
        assert batch is not None, "a run is made once"
        outcomes = list(self.report.outcomes)
        numbers = {outcome.path: number for number, outcome in enumerate(outcomes)}
        places = {job.place: number for number, job in enumerate(batch.asked.jobs)}
        there = 0

        def told(outcome: Outcome) -> None:
            nonlocal there
            there += outcome.status == "kept"
            outcomes[numbers[outcome.path]] = outcome
            self.report = Report(tuple(outcomes))

        def heard(progress: BatchProgress) -> bool:
            self._making = {places[each.place]: each.progress for each in progress.making}
            # What is there already took no time, and says nothing of how long the rest takes.
            return events(BatchProgress(progress.done - there, progress.total - there, progress.making))

        try:
            report = batch.make(on_outcome=told, events=heard, yields=True)
        finally:
            self._making = {}
        if report.exit_code == 0:
            self.batch = None
        return report


def _percent(progress: Progress | None) -> int:
    if progress is None:
        return 0
    stages = list(WEIGHTS)
    before = sum(WEIGHTS[stage] for stage in stages[: stages.index(progress.stage)])
    return min(int(100 * (before + WEIGHTS[progress.stage] * progress.share)), 99)


class Lists:
    """The lists that are known; each goes when nobody has looked at it for a while.

    Attributes:
        beginning: Held by who begins to make one, so that it is made once.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.beginning = threading.Lock()
        self._clock = clock
        self._changing = threading.Lock()
        self._known: dict[str, Listed] = {}

    def add(self, listed: Listed) -> Listed:
        """Keep a list; with too many the one goes that was not looked at for longest."""
        with self._changing:
            self._sweep()
            self._known[listed.id] = listed
            listed.seen = self._clock()
            idle = sorted(
                (each for each in self._known.values() if not each.is_busy), key=lambda each: each.seen
            )
            self._let_go(idle[: max(len(self._known) - _MOST, 0)])
        return listed

    def find(self, name: str) -> Listed | None:
        """Return the list of an id."""
        with self._changing:
            self._sweep()
            if found := self._known.get(name):
                found.seen = self._clock()
            return found

    def forget(self, code: str) -> None:
        """Let go of the lists that have tracks for a client."""
        with self._changing:
            self._let_go(
                each
                for each in self._known.values()
                if not each.is_busy and any(outcome.code == code for outcome in each.report.outcomes)
            )

    def _sweep(self) -> None:
        now = self._clock()
        self._let_go(
            each for each in self._known.values() if not each.is_busy and now - each.seen >= _LASTS_S
        )

    def _let_go(self, lists: Iterable[Listed]) -> None:
        for each in tuple(lists):
            del self._known[each.id]
            each.batch = None  # the run that made it is remembered longer
