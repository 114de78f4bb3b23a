"""Jobs through an executor, as many at once as there are workers; a worker that dies costs no track.

Only as many jobs are handed over as can be made at once. When a worker dies, it is therefore one of these
few that it died of; each of them is then tried alone, so that one that kills its worker, by the memory it
needs for instance, is found out and the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType

from stem.batch.kinds import Failure, Job, Result
from stem.batch.making import failure, make
from stem.cores import use_cores
from stem.record import Facts

MOST_DEATHS = 3
"""So many workers may die over a job before it is given up."""

_PRIVATE_UMASK = 0o077
_TIME_TO_CLEAN_UP_S = 10.0

OpenExecutor = Callable[[int], AbstractContextManager[Executor]]
"""Lends an executor with so many workers; at the end it drops what is not done."""


def run(
    jobs: Iterable[Job], opened: OpenExecutor, workers: int, task: Callable[[Job], Result]
) -> Generator[tuple[Job, Result], None, None]:
    """Yield each job with its result, as they come.

    Args:
        jobs: In the order in which they are begun.
        opened: Lends executors.
        workers: How many jobs are made at once, at least 1.
        task: What a worker does with a job; a function that can be pickled.

    Raises:
        StemError: when no executor can be had.
    """
    waiting, suspects = deque(jobs), deque[Job]()
    deaths: Counter[Path] = Counter()
    while waiting or suspects:
        alone = bool(suspects)
        queue = deque([suspects.popleft()]) if alone else waiting
        with opened(1 if alone else workers) as executor:
            lost = yield from _drained(queue, executor, 1 if alone else workers, task)
        deaths.update(job.target for job in lost)
        for job in lost:
            if deaths[job.target] < MOST_DEATHS:
                suspects.append(job)
            else:
                yield (
                    job,
                    Failure(
                        "The process that made it was ended from outside, each time that it was tried.",
                        "Perhaps there was too little memory. The same command tries it again.",
                    ),
                )


def _drained(
    queue: deque[Job], executor: Executor, workers: int, task: Callable[[Job], Result]
) -> Generator[tuple[Job, Result], None, list[Job]]:
    """Yield results until the queue is empty; return the jobs that were being made when a worker died."""
    making: dict[Future[Result], Job] = {}
    while queue or making:
        try:
            while queue and len(making) < workers:
                future = executor.submit(task, queue[0])
                making[future] = queue.popleft()
        except BrokenExecutor:
            return list(making.values())
        for future in wait(making, return_when=FIRST_COMPLETED).done:
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                return list(making.values())
            yield making.pop(future), future.result() if error is None else _failed(error)
    return []


def _failed(error: BaseException) -> Result:
    if not isinstance(error, Exception):
        raise error
    return failure(error)


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Lend an executor of so many processes on this machine.

    They are spawned, not forked: a fork of a program with threads may hang.
    """
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(count, mp_context=context, initializer=_begin)
    try:
        yield executor
    except BaseException:  # Ctrl-C above all: what is being made is given up, and leaves nothing behind
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


class _Busy:
    """What a worker is doing: whether a signal has something to stop, and the facts it looked up."""

    job = False
    facts: Facts | None = None


def make_here(job: Job) -> Result:
    """Make a job's track; the task of a process of `processes`."""
    _Busy.facts = _Busy.facts or Facts()
    _Busy.job = True
    try:
        return make(job, _Busy.facts)
    finally:
        _Busy.job = False


def _begin() -> None:
    """Make a process a worker: one core, private files, and an end when its parent ends."""
    use_cores(1)
    os.umask(_PRIVATE_UMASK)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent tells its workers
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    if _Busy.job:
        raise KeyboardInterrupt  # so that what is half made is cleaned up
    os._exit(0)


def _end_with_parent() -> None:
    """Wait for the end of the parent; a worker that nobody listens to would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    if sys.platform != "win32":
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_TIME_TO_CLEAN_UP_S)
    os._exit(1)
