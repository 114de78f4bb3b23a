"""What workers do in the tests of batches: spawned processes import it. It can be a whole batch itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from stem.config import Config
from stem.files import temporary_beside
from stem.practice.batch import executor, worker
from stem.practice.batch.jobs import Done, Job, Result
from stem.practice.lists import Place
from stem.progress import Events
from stem.record.changes import Inventory
from stem.track.spec import TrackSpec

LONG_S = 300.0
"""Longer than any test waits: who gets through this was not ended."""
LOG = "log"


def job(folder: Path, code: str, number: int = 0) -> Job:
    """Return a job; what becomes of it is in its code."""
    return Job(Place("row", number), code, TrackSpec("proef"), Config(), folder / f"{code}-{number}.mp3")


def act(job: Job) -> Result:
    """Do what a job's code says, and note that it was tried."""
    folder = job.target.parent
    tried_before = job.target.name in tried(folder)
    note(job)
    match job.code:
        case "raise":
            raise ZeroDivisionError("seven by nothing")
        case "exit":
            sys.exit(3)
        case "unpicklable":
            return cast("Result", lambda: None)
        case "unreadable":
            return cast("Result", _Unreadable())
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill once" if not tried_before:
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill once at go" if not tried_before:
            _told(folder / "go")
            os.kill(os.getpid(), signal.SIGKILL)
        case "tell":
            (folder / "pid").write_text(str(os.getpid()))
        case "kill the idle one" if not tried_before:
            os.kill(_told(folder / "pid"), signal.SIGKILL)
            time.sleep(LONG_S)
    job.target.write_text(str(os.getpid()))
    return Done()


def note(job: Job) -> None:
    """Note that a job was tried."""
    with (job.target.parent / LOG).open("a") as log:
        log.write(f"{job.target.name}\n")


def tried(folder: Path) -> list[str]:
    """Return the names of the targets that were tried, in order."""
    log = folder / LOG
    return log.read_text().splitlines() if log.exists() else []


class _Unreadable:
    """A result that its receiver cannot read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("no number",)


def _told(path: Path) -> int:
    while not path.exists() or not path.read_text():
        time.sleep(0.01)
    time.sleep(0.1)  # until its result has been handed in
    return int(path.read_text())


def make_slowly(job: Job) -> Result:
    """Make a job as `make_here` does, but with work that takes for ever; the second time none."""
    worker.make = _slowly  # type: ignore[assignment, attr-defined]
    return worker.make_here(job)


def _slowly(job: Job, _facts: Inventory | None = None, _events: Events = None) -> Result:
    if job.target.name in tried(job.target.parent):
        job.target.touch()
        return Done()
    is_over = threading.Event()
    begun = threading.Thread(target=_hear_late, args=(job, is_over))
    try:
        with temporary_beside(job.target) as folder:
            folder.mkdir()
            (folder / "half").write_text("a track")
            begun.start()
            note(job)
            time.sleep(LONG_S)
    finally:
        is_over.set()
    return Done()


def _hear_late(job: Job, is_over: threading.Event) -> None:
    """Have a file, also for a moment after all is over, in a thread that nobody waits for."""
    with temporary_beside(job.target) as path:
        path.touch()
        is_over.wait()
        time.sleep(0.2)


def descendants(process_id: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if fields[0] != "Z":
            parents[int(path.parent.name)] = int(fields[1])

    def below(parent: int) -> Iterator[int]:
        for child in (child for child, its in parents.items() if its == parent):
            yield child
            yield from below(child)

    return list(below(process_id))


def main(folder: Path) -> None:
    """Be a batch of two slow jobs on two workers."""
    jobs = [job(folder, "slow", number) for number in range(2)]
    for each, result in executor.run(jobs, executor.processes, 2, make_slowly):
        print(each.target.name, result)  # noqa: T201 - for who looks why a test fails
