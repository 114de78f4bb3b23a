"""Runs, one after another: what is made goes on when no page looks, and every page sees the same.

A run is a batch, mostly of one track. All of it is in memory, for it holds what was filled in; what is
finished is on the disk with its record, and what was spoken is in the cache. When the program ends amid a
run, nothing half-made stays, and the same button goes on quickly.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from stem import BatchProgress, Cancelled, Outcome, Report, StemError
from stem.web.words import Told, mistake_told, told

State: TypeAlias = Literal["waiting", "making", "made", "failed", "stopped"]

Make: TypeAlias = Callable[[Callable[[BatchProgress], bool]], Report]
"""Makes the tracks of a run; tells how far it is, and stops when it is answered False."""

WEIGHTS = {"bed": 0.05, "speech": 0.30, "mix": 0.58, "check": 0.05, "files": 0.02}
"""The share of each stage in the time of a track whose sentences are not spoken yet."""

_TELLS_LEFT_AFTER_S = 10.0
_MOST_ENDED = 50
_END_S = 10.0


@dataclass(slots=True)
class Run:
    """What was asked for, and how far it is.

    Attributes:
        id: Its part of addresses; tells nothing of what it is.
        title: Of the track, for people.
        code: The client's, may be empty.
        script: Name of the script.
        make: Makes it.
        target: The track's file.
        targets: The files of all its tracks, when there are several.
        codes: The codes of their clients.
        page: Its own address, when that is another than that of a single track.
        state: Where it is in its life.
        stage: What is being done of the track that is being made.
        counted: How many of how many of that are done; (0, 0) when they cannot be counted.
        share: How much of the whole is done, 0 to 1; it only grows.
        began: When it was begun, on the clock of `time.monotonic`.
        outcomes: What became of its tracks.
        failure: Why it failed.
        is_to_stop: Whether someone asked for an end.
        asked: What tells one wish for a file from another.
        costs: What is told of a track that takes long, and much room.
    """

    title: str
    code: str
    script: str
    make: Make
    target: Path | None = None
    targets: frozenset[Path] = frozenset()
    codes: frozenset[str] = frozenset()
    page: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: State = "waiting"
    stage: str = ""
    counted: tuple[int, int] = (0, 0)
    share: float = 0.0
    began: float = 0.0
    outcomes: tuple[Outcome, ...] = ()
    failure: Told | None = None
    is_to_stop: bool = False
    asked: str = ""
    costs: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in {"waiting", "making"}

    @property
    def track(self) -> Path | None:
        """The track that was made, or was there already."""
        return next((each.path for each in self.outcomes if each.status in {"made", "kept"}), None)

    @property
    def left_s(self) -> float | None:
        """About how many seconds it takes still; None when that is not known."""
        gone = time.monotonic() - self.began
        if self.state != "making" or gone < _TELLS_LEFT_AFTER_S or not self.share:
            return None
        return gone * (1 - self.share) / self.share

    def hear(self, progress: BatchProgress) -> bool:
        """Take in how far it is; return whether to go on."""
        done = float(progress.done)
        for each in progress.making:
            if each.progress is not None:
                self.stage, told = each.progress.stage, each.progress
                self.counted = (round(told.done), round(told.total)) if told.total > 1 else (0, 0)
                stages = list(WEIGHTS)
                before = sum(WEIGHTS[stage] for stage in stages[: stages.index(self.stage)])
                done += before + WEIGHTS[self.stage] * each.progress.share
        self.share = max(self.share, min(done / max(progress.total, 1), 1.0))
        return not self.is_to_stop


class Workshop:
    """Makes runs in the order in which they were asked for, in a thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._runs: dict[str, Run] = {}
        self._of_forms: dict[str, str] = {}
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="stem-workshop", daemon=True)
        self._thread.start()

    @property
    def runs(self) -> tuple[Run, ...]:
        """All that are known, in order."""
        with self._changed:
            return tuple(self._runs.values())

    @property
    def busy(self) -> Run | None:
        """The run that is being made, or comes next; None when there is nothing to do."""
        return next((run for run in self.runs if not run.is_over), None)

    def find(self, name: str) -> Run | None:
        """Return the run of an id."""
        with self._changed:
            return self._runs.get(name)

    def ahead_of(self, run: Run) -> int:
        """Return how many runs come before one that waits."""
        return [each.id for each in self.runs if not each.is_over or each is run].index(run.id)

    def of_form(self, form: str) -> Run | None:
        """Return the run that a form was sent for."""
        with self._changed:
            return self._runs.get(self._of_forms.get(form, ""))

    def will_make(self, target: Path) -> bool:
        """Tell whether a file is being made, or waits to be."""
        return any(target == run.target or target in run.targets for run in self.runs if not run.is_over)

    def works_for(self, code: str) -> bool:
        """Tell whether something is being made for a client, or waits to be."""
        return any(code == run.code or code in run.codes for run in self.runs if not run.is_over)

    def ask(self, run: Run, form: str = "") -> Run:
        """Put a run in the queue; a form that was sent before gets the run of the first time."""
        with self._changed:
            if form and (first := self._runs.get(self._of_forms.get(form, ""))):
                return first
            if form:
                self._of_forms[form] = run.id
            self._runs[run.id] = run
            over = [name for name, each in self._runs.items() if each.is_over]
            for name in over[:-_MOST_ENDED]:
                del self._runs[name]
            self._of_forms = {form: name for form, name in self._of_forms.items() if name in self._runs}
            self._changed.notify_all()
        return run

    def again(self, run: Run) -> Run:
        """Put what failed or was stopped in the queue once more; it stays there as it was."""
        waiting = next((each for each in self.runs if each.make is run.make and not each.is_over), None)
        return waiting or self.ask(
            Run(run.title, run.code, run.script, run.make, run.target, asked=run.asked, costs=run.costs)
        )

    def forget(self, track: Path, code: str = "") -> None:
        """Let go of what made a track, or anything for a client: it could be made again by it."""
        with self._changed:
            for name, run in tuple(self._runs.items()):
                is_theirs = track == run.target or track in run.targets
                if run.is_over and (is_theirs or (code and code in {run.code, *run.codes})):
                    del self._runs[name]
            self._of_forms = {form: name for form, name in self._of_forms.items() if name in self._runs}

    def stop(self, run: Run) -> None:
        """Stop a run; what waits is stopped at once, what is being made within a second."""
        with self._changed:
            run.is_to_stop = True
            if run.state == "waiting":
                run.state = "stopped"

    def close(self) -> None:
        """Stop everything, and wait until nothing half-made is left."""
        with self._changed:
            self._is_over = True
            for run in self._runs.values():
                run.is_to_stop = True
            self._changed.notify_all()
        self._thread.join(_END_S)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._is_over and not (run := self._next()):
                    self._changed.wait()
                if self._is_over:
                    return
                assert run is not None
                run.state, run.began = "making", time.monotonic()
            _made(run)

    def _next(self) -> Run | None:
        return next((run for run in self._runs.values() if run.state == "waiting"), None)


def _made(run: Run) -> None:
    """Make a run, and write down what became of it."""
    try:
        report = run.make(run.hear)
    except Cancelled:
        run.state = "stopped"
    except StemError as error:
        run.failure, run.state = told(error.sentence, error.hint), "failed"
    except Exception as error:
        run.failure, run.state = mistake_told(error), "failed"
    else:
        run.outcomes = report.outcomes
        failed = next((each for each in report.outcomes if each.status == "failed"), None)
        if failed is not None:
            run.failure, run.state = told(failed.error, failed.hint), "failed"
        else:
            run.share, run.state = 1.0, "made"
