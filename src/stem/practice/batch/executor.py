"""Jobs through an executor, as many at once as there are workers; a worker that dies costs no track.

Only as many jobs are handed over as can be made at once. When a worker dies, it is therefore one of these
few that it died of; each of them is then tried alone, so that one that kills its worker, by the memory it
needs for instance, is found out and the others go on.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from stem.cores import cores
from stem.errors import BusyError, OutputError
from stem.files import cache_folder, lock, sweep
from stem.messages import Message
from stem.practice.batch.job import failure
from stem.practice.batch.jobs import Failure, Job, Result
from stem.practice.batch.worker import begin
from stem.programs import ENDINGS, without_working_folder

MOST_DEATHS = 3
"""So many workers may die over a job before it is given up."""

_LOOK_S = 0.1

OpenExecutor = Callable[[int], AbstractContextManager[Executor]]
"""Lends an executor with so many workers; at the end it drops what is not done."""

Watch = Callable[[Collection[Job]], None]
"""Called several times a second with the jobs that are being made; may raise, to stop them."""


def unwatched(_making: Collection[Job]) -> None:
    """Look at nothing."""


@contextmanager
def sole_use(folders: Iterable[Path]) -> Iterator[None]:
    """Keep other batches of this user out of folders, and leave nothing there that killed workers left.

    Two at once would make everything twice, and where they differ, the track of the one could come to stand
    beside the record of the other. A run that dies gives its folders back.

    Raises:
        BusyError: when another batch is at work in one of them.
    """
    with ExitStack() as held:
        for real, folder in sorted({folder.resolve(): folder for folder in folders}.items()):
            name = hashlib.sha256(os.fsencode(real)).hexdigest()
            try:
                held.enter_context(lock(cache_folder("batches") / name, patience_s=0))
            except BusyError as error:
                raise BusyError(folder) from error
            except OutputError:
                pass  # where nothing can be locked, a batch can be made all the same
            held.callback(sweep, folder)
        yield


def run(
    jobs: Iterable[Job],
    opened: OpenExecutor,
    workers: int,
    task: Callable[[Job], Result],
    watch: Watch = unwatched,
) -> Generator[tuple[Job, Result], None, None]:
    """Yield each job with its result, as they come.

    Args:
        jobs: In the order in which they are begun.
        opened: Lends executors.
        workers: How many jobs are made at once, at least 1.
        task: What a worker does with a job; a function that can be pickled.
        watch: Looks at what is being made, and may stop it.

    Raises:
        StemError: when no executor can be had.
    """
    waiting, suspects = deque(jobs), deque[Job]()
    deaths: Counter[Path] = Counter()
    while waiting or suspects:
        alone = bool(suspects)
        queue = deque([suspects.popleft()]) if alone else waiting
        at_once = 1 if alone else workers
        lost: list[Job] = []
        try:
            with opened(at_once) as executor:
                yield from _drained(queue, executor, at_once, task, watch)
        except _WorkerDied as died:
            lost = died.jobs
        deaths.update(job.target for job in lost)
        for job in lost:
            if deaths[job.target] < MOST_DEATHS:
                suspects.append(job)
            else:
                yield (
                    job,
                    Failure(
                        Message(
                            "The process that made it was ended from outside, each time that it was tried."
                        ),
                        Message("Perhaps there was too little memory. {The_same} tries it again."),
                    ),
                )


class _WorkerDied(Exception):  # noqa: N818 - nobody is told
    """A worker died, and with it the executor: who lends that has to end what is left of it.

    Attributes:
        jobs: Those that were being made.
    """

    def __init__(self, jobs: list[Job]) -> None:
        super().__init__()
        self.jobs = jobs


def _drained(
    queue: deque[Job], executor: Executor, workers: int, task: Callable[[Job], Result], watch: Watch
) -> Generator[tuple[Job, Result], None, None]:
    """Yield results until the queue is empty.

    Raises:
        _WorkerDied: when one did. An executor that takes no job at all counts as a worker that died over the
            first: else it could be tried for ever.
    """
    making: dict[Future[Result], Job] = {}
    while queue or making:
        broken = False
        try:
            while queue and len(making) < workers:
                future = executor.submit(task, queue[0])
                making[future] = queue.popleft()
        except BrokenExecutor:
            broken = True
        watch(making.values())
        wait(making, 0 if broken else _LOOK_S, FIRST_COMPLETED)
        for future in [each for each in making if each.done()]:
            if _is_lost(future):
                broken = True  # what others have finished by now is none the worse for it
            else:
                error = future.exception()
                yield making.pop(future), future.result() if error is None else failure(error)
        if broken:
            raise _WorkerDied(list(making.values()) or [queue.popleft()])


def _is_lost(future: Future[Result]) -> bool:
    """Tell whether a job was given up with the worker that made it."""
    return future.cancelled() or isinstance(future.exception(), (BrokenExecutor, KeyboardInterrupt))


class _OwnProcess(SpawnProcess):
    """A process whose start is one step: Ctrl-C amid it would leave one that nobody knows or ends."""

    def start(self) -> None:
        """Begin it."""
        with _signals_wait():
            super().start()


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let what stops a run come a moment later. Only the main thread of a program hears signals."""
    if current_thread() is not main_thread():
        yield
        return
    came = list[int]()
    heard = {
        each: handler for each in (signal.SIGINT, *ENDINGS) if callable(handler := signal.getsignal(each))
    }
    for number in heard:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


class _OwnProcesses(SpawnContext):
    """Spawns processes, and knows which: whoever else uses `multiprocessing` in this program keeps theirs.

    They are spawned, not forked: a fork of a program with threads may hang.
    """

    def __init__(self) -> None:
        super().__init__()
        self._spawned: list[SpawnProcess] = []

    def Process(self, *arguments: Any, **named: Any) -> SpawnProcess:  # type: ignore[override] # noqa: N802 - its name there
        """Return a new process."""
        process = _OwnProcess(*arguments, **named)
        self._spawned.append(process)
        return process

    def end(self) -> None:
        """Tell those that are still there to end."""
        for process in self._spawned:
            if process.pid is not None:  # it was started
                process.terminate()


@contextmanager
def processes(count: int, tells: Connection | None = None, *, yields: bool = False) -> Iterator[Executor]:
    """Lend an executor of so many processes on this machine, which share its cores.

    Args:
        count: How many.
        tells: Where they tell how far each job is: its target as text, and a `Progress`. Many write to it,
            each time so little that it arrives whole or not at all, also of a process that dies.
        yields: Whether they let everything else on the machine go first, and leave a core to it: where pieces
            are encoded on all, another program takes ten times as long to begin, whatever goes first.
    """
    own = _OwnProcesses()
    begins = partial(begin, its_cores=max((cores() - yields) // count, 1), yields=yields)
    with without_working_folder():
        yield from _pool(
            ProcessPoolExecutor(count, mp_context=own, initializer=begins, initargs=(tells,)), own
        )


def _pool(executor: ProcessPoolExecutor, own: _OwnProcesses) -> Iterator[Executor]:
    """Lend an executor; at the end its processes are gone."""
    try:
        yield executor
    except BaseException:  # Ctrl-C above all: what is being made is given up, and leaves nothing behind
        own.end()  # of a pool that broke, too: it waits for ever for a worker that was just being started
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
