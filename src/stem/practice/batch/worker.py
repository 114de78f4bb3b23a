"""A worker: a process of its own that makes one track after another, and ends when it is told to, cleanly."""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from types import FrameType

from stem.cores import use_cores
from stem.practice.batch.job import make
from stem.practice.batch.jobs import Job, Result
from stem.programs import ENDINGS, SAFE_PATH
from stem.progress import Events, Progress, Stage
from stem.record.changes import Inventory

_PRIVATE_UMASK = 0o077
_TIME_TO_CLEAN_UP_S = 10.0
_TELL_S = 0.2
_LOOK_S = 0.01
_BEHIND_OTHERS = 15
"""Of niceness: what someone waits for at the same time hardly notices."""


class _Ended(KeyboardInterrupt):
    """A worker was told to end while it made something."""


class _Busy:
    """What this process is doing: whether a signal has something to stop, what it looked up, who hears."""

    job = False
    facts: Inventory | None = None
    tells: Connection | None = None


def make_here(job: Job) -> Result:
    """Make a job's track; the task of a process that `begin` made a worker."""
    try:
        _Busy.job = True
        _Busy.facts = _Busy.facts or Inventory(job.home)
        return make(job, _Busy.facts, _teller(job))
    except _Ended:  # all is cleaned up; to the parent this is a worker that died, whoever ended it
        _await_threads()
        os._exit(1)
    finally:
        _Busy.job = False


def _await_threads() -> None:
    """Wait until threads have ended that were told to: one may have a file to remove.

    Python itself does so at the end of a program. Who was interrupted while a thread began does not know it.
    """
    latest = time.monotonic() + _TIME_TO_CLEAN_UP_S
    own = threading.current_thread()
    while time.monotonic() < latest and any(
        each is not own and not each.daemon for each in threading.enumerate()
    ):
        time.sleep(_LOOK_S)


def begin(tells: Connection | None = None, *, its_cores: int = 1, yields: bool = False) -> None:
    """Make a process a worker: its share of the cores, private files, and an end when its parent ends.

    Args:
        tells: See `executor.processes`.
        its_cores: How many cores are its own.
        yields: See `executor.processes`.
    """
    _Busy.tells = tells
    if yields and hasattr(os, "nice"):
        os.nice(_BEHIND_OTHERS)
    use_cores(its_cores)
    logging.getLogger("stem").addHandler(logging.NullHandler())  # the parent has told it
    os.environ.pop(SAFE_PATH, None)  # it was for us: a voice's own program has modules beside it
    os.umask(_PRIVATE_UMASK)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent tells its workers
    for number in ENDINGS:
        signal.signal(number, _stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _teller(job: Job) -> Events:
    """Return what tells the parent how far a job is, now and then."""
    tells, told = _Busy.tells, dict[Stage, float]()
    if tells is None:
        return None

    def tell(progress: Progress) -> None:
        now = time.monotonic()
        if now - told.get(progress.stage, -math.inf) >= _TELL_S:
            told[progress.stage] = now
            with suppress(OSError):  # the parent is gone, or listens no more
                tells.send((str(job.target), progress))

    return tell


def _stop(number: int, _frame: FrameType | None) -> None:
    if not _Busy.job:
        os._exit(0)
    signal.signal(number, signal.SIG_IGN)  # an executor that breaks down tells its workers again
    raise _Ended  # so that what is half made is cleaned up


def _end_with_parent() -> None:
    """Wait for the end of the parent; a worker that nobody listens to would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    if sys.platform != "win32":
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_TIME_TO_CLEAN_UP_S)
    os._exit(1)
