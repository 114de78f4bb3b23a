"""Jobs through executors: each comes back once, whatever becomes of the workers, and nothing stays behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import batchtasks
import pytest
import warm
from batchtasks import act, job, make_slowly, tried

from stem.cli.output import in_options
from stem.cores import cores
from stem.errors import BusyError
from stem.files import is_temporary
from stem.practice.batch import Failure, processes
from stem.practice.batch.executor import MOST_DEATHS, run, sole_use
from stem.practice.batch.jobs import Done, Job, Result
from stem.progress import Cancelled

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

ENDS_WITHIN_S = 15.0

as_always = pytest.mark.usefixtures("every_child_is_begun")
"""Where a job ends or breaks its worker, for a pool may still be starting its second worker when a forked one
breaks it, and then waits for that one for ever. In the others, workers are forked, which saves their imports.
"""


@dataclass(slots=True)
class Lender:
    """Lends executors that run jobs in a thread of this process, and counts.

    Attributes:
        breaks_at: Executors take no more than so many jobs, then break.
        cancels: The jobs that they drop, by code, the first time.
        opened: How many workers each executor that was lent has.
        busiest: The most jobs that were handed over and not done.
    """

    breaks_at: float = float("inf")
    cancels: set[str] = field(default_factory=set)
    opened: list[int] = field(default_factory=list)
    busiest: int = 0

    @contextmanager
    def __call__(self, workers: int) -> Iterator[Executor]:
        self.opened.append(workers)
        with ThreadPoolExecutor(1) as pool:
            yield _Lent(self, pool)


class _Lent(Executor):
    def __init__(self, lender: Lender, pool: Executor) -> None:
        self._lender, self._pool = lender, pool
        self._taken = 0
        self._busy: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._taken >= self._lender.breaks_at:
            raise BrokenExecutor
        self._taken += 1
        if args[0].code in self._lender.cancels:
            self._lender.cancels.remove(args[0].code)
            dropped: Future[Any] = Future()
            dropped.cancel()
            dropped.set_running_or_notify_cancel()
            return dropped
        future = self._pool.submit(fn, *args, **kwargs)
        self._busy = {each for each in self._busy if not each.done()} | {future}
        self._lender.busiest = max(self._lender.busiest, len(self._busy))
        return future


def results(codes: list[str], folder: Path, opened: Any = processes, workers: int = 2) -> dict[str, Result]:
    """Run a job for each code, and return what became of each; every job has to come back once."""
    jobs = [job(folder, code, number) for number, code in enumerate(codes)]
    pairs = list(run(jobs, opened, workers, act))
    assert Counter(each.target for each, _ in pairs) == Counter(each.target for each in jobs)
    return {each.target.stem: result for each, result in pairs}


# --- in this process


def test_jobs_are_begun_in_their_order_and_come_as_they_are_done(tmp_path: Path) -> None:
    lender = Lender()
    assert set(results(["a"] * 20, tmp_path, lender, 3).values()) == {Done()}
    assert tried(tmp_path) == [f"a-{number}.mp3" for number in range(20)]
    assert lender.opened == [3]


def test_no_more_is_handed_over_than_can_be_made_at_once(tmp_path: Path) -> None:
    lender = Lender()
    results(["a"] * 20, tmp_path, lender, 3)
    assert 1 <= lender.busiest <= 3


def test_no_jobs_need_no_executor() -> None:
    lender = Lender()
    assert list(run([], lender, 2, act)) == []
    assert lender.opened == []


@pytest.mark.parametrize("code", ["raise", "exit"])
def test_a_job_that_goes_wrong_costs_one_job(tmp_path: Path, code: str) -> None:
    found = results(["a", code, "b"], tmp_path, Lender())
    failed = found.pop(f"{code}-1")
    assert isinstance(failed, Failure)
    assert failed.sentence.startswith("stem itself made a mistake (")
    assert set(found.values()) == {Done()}
    assert len(tried(tmp_path)) == 3


def test_an_executor_that_breaks_at_every_third_job_costs_none(tmp_path: Path) -> None:
    lender = Lender(breaks_at=2)
    assert set(results(["a"] * 7, tmp_path, lender).values()) == {Done()}
    # What was handed over before it broke is done by then, or is tried once more: alone.
    assert len(lender.opened) > 3


def test_an_executor_that_takes_nothing_is_given_up_for_each_job(tmp_path: Path) -> None:
    lender = Lender(breaks_at=0)
    found = results(["a", "b"], tmp_path, lender)
    assert all(isinstance(each, Failure) for each in found.values())
    assert len(lender.opened) == 2 * MOST_DEATHS


def test_a_job_that_was_dropped_is_tried_again(tmp_path: Path) -> None:
    assert set(results(["a", "b", "c"], tmp_path, Lender(cancels={"b"})).values()) == {Done()}


def test_what_is_done_when_an_executor_breaks_is_not_done_again(tmp_path: Path) -> None:
    class Late(Executor):
        """Does each job at once, but for the first, over which it breaks."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if args[0].code == "first" and not tried(tmp_path).count("first-0.mp3"):
                with (tmp_path / batchtasks.LOG).open("a") as log:
                    log.write("first-0.mp3\n")
                future.set_exception(BrokenExecutor())
            else:
                future.set_result(fn(*args, **kwargs))
            return future

    @contextmanager
    def lend(_workers: int) -> Iterator[Executor]:
        yield Late()

    assert set(results(["first", "a", "b"], tmp_path, lend, 3).values()) == {Done()}
    assert Counter(tried(tmp_path)) == {"first-0.mp3": 2, "a-1.mp3": 1, "b-2.mp3": 1}


# --- in processes


@needs_proc
@pytest.mark.slow
@as_always
def test_a_job_that_kills_its_workers_is_given_up_and_the_others_come_through(tmp_path: Path) -> None:
    found = results(["a", "kill", "b", "kill once", "c"], tmp_path)
    failed = found.pop("kill-1")
    assert isinstance(failed, Failure)
    assert "ended from outside" in failed.sentence
    assert "the same command tries it again" in in_options(failed.hint).casefold()
    assert set(found.values()) == {Done()}
    attempts = Counter(tried(tmp_path))
    assert attempts["kill-1.mp3"] == MOST_DEATHS
    assert attempts["kill once-3.mp3"] == 2
    workers = {int(path.read_text()) for path in tmp_path.glob("*.mp3")}
    assert os.getpid() not in workers
    assert multiprocessing.active_children() == []


@needs_proc
@pytest.mark.slow
@as_always
def test_a_worker_that_dies_while_it_waits_costs_nothing(tmp_path: Path) -> None:
    found = results(["tell", "kill the idle one"], tmp_path)
    assert set(found.values()) == {Done()}
    assert Counter(tried(tmp_path)) == {"tell-0.mp3": 1, "kill the idle one-1.mp3": 2}


def test_what_cannot_travel_costs_one_job(tmp_path: Path) -> None:
    def no_text() -> str:  # a function of a function has no address
        return ""

    first, second, third = (job(tmp_path, code, n) for n, code in enumerate(["unpicklable", "a", "b"]))
    second = replace(second, spec=replace(second.spec, values={"naam": no_text}))  # type: ignore[dict-item]
    found = {each.target.stem: result for each, result in run([first, second, third], processes, 2, act)}
    assert found.pop("b-2") == Done()
    for failed in found.values():
        assert isinstance(failed, Failure)
        assert "pickle" in failed.sentence
    assert tried(tmp_path).count("unpicklable-0.mp3") == 1


@needs_proc
@pytest.mark.slow
@as_always
def test_a_worker_that_dies_while_another_is_being_started_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, terminate = SpawnProcess.start, SpawnProcess.terminate
    begun, ended = list[SpawnProcess](), list[SpawnProcess]()

    def late(process: SpawnProcess) -> None:
        if len(begun) == 1:
            until(lambda: tried(tmp_path))
        start(process)
        begun.append(process)
        if len(begun) == 2:
            (tmp_path / "go").write_text("1")
            until(lambda: ended)  # the pool ends all that it knows, and has not heard of this one yet

    def told(process: SpawnProcess) -> None:
        ended.append(process)
        terminate(process)

    monkeypatch.setattr(SpawnProcess, "start", late)
    monkeypatch.setattr(SpawnProcess, "terminate", told)
    assert set(results(["kill once at go", "a"], tmp_path).values()) == {Done()}
    until(lambda: multiprocessing.active_children() == [])


@needs_proc
@pytest.mark.slow
@as_always
def test_ctrl_c_while_a_worker_is_being_started_ends_that_one_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, begun = SpawnProcess._Popen, list[int]()

    def interrupted(process: SpawnProcess) -> object:
        made = begin(process)
        begun.append(made.pid)
        if len(begun) == 2:
            signal.raise_signal(signal.SIGINT)  # the process is there, and nobody knows it yet
        return made

    monkeypatch.setattr(SpawnProcess, "_Popen", staticmethod(interrupted))
    with pytest.raises(KeyboardInterrupt):
        results(["a", "a"], tmp_path)
    until(lambda: multiprocessing.active_children() == [] and all_gone(begun))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@needs_proc
@pytest.mark.slow
@as_always
def test_a_result_that_cannot_be_read_is_given_up(tmp_path: Path) -> None:
    found = results(["unreadable", "a"], tmp_path, workers=1)
    assert isinstance(found["unreadable-0"], Failure)
    assert found["a-1"] == Done()


@needs_proc
def test_who_stops_listening_stops_the_workers(tmp_path: Path) -> None:
    jobs = [job(tmp_path, "slow", number) for number in range(3)]
    batchtasks.note(jobs[0])  # that one is done at once
    with closing(run(jobs, processes, 2, batchtasks.make_slowly)) as coming:
        assert next(coming) == (jobs[0], Done())
        until(lambda: len(tried(tmp_path)) == 2)
    assert multiprocessing.active_children() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [batchtasks.LOG, "slow-0.mp3"]


# --- a batch that is a program of its own


def until(happens: Callable[[], object]) -> None:
    """Wait until something happens; fail when that takes too long."""
    deadline = time.monotonic() + ENDS_WITHIN_S
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def program(
    folder: Path, begin: type[subprocess.Popen[Any]] = subprocess.Popen
) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run a batch whose two workers are busy; lend it and the processes it started."""
    code = f"import batchtasks, pathlib, sys; batchtasks.main(pathlib.Path({str(folder)!r}))"
    path = os.pathsep.join([str(Path(batchtasks.__file__).parent), *filter(None, sys.path)])
    with begin(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as batch:
        try:
            until(lambda: len(tried(folder)) == 2 or batch.poll() is not None)
            assert batch.poll() is None, batch.communicate()
            yield batch, batchtasks.descendants(batch.pid)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(batch.pid, signal.SIGKILL)


def all_gone(started: list[int]) -> bool:
    return not any(Path(f"/proc/{each}").exists() for each in started)


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("everyone", [True, False], ids=["to all", "to the parent"])
def test_ctrl_c_ends_all_and_leaves_nothing(tmp_path: Path, *, everyone: bool) -> None:
    with program(tmp_path) as (batch, started):
        (os.killpg if everyone else os.kill)(batch.pid, signal.SIGINT)
        until(lambda: batch.poll() is not None)
        assert batch.returncode == -signal.SIGINT
        until(lambda: all_gone(started))
        assert batch.stderr is not None
        told = batch.stderr.read()
    assert len(started) == 3  # two workers, and who keeps count of semaphores
    assert told.count("Traceback") == 1  # its own
    assert [path.name for path in tmp_path.iterdir()] == [batchtasks.LOG]


@needs_proc
@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with program(tmp_path) as (batch, started):
        os.kill(batch.pid, signal.SIGKILL)
        batch.wait()
        until(lambda: all_gone(started))
    assert [path.name for path in tmp_path.iterdir()] == [batchtasks.LOG]


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda each: each.name)
def test_a_worker_that_is_ended_costs_no_track(tmp_path: Path, number: signal.Signals) -> None:
    with program(tmp_path, warm.Python) as (batch, started):
        names = {each: Path(f"/proc/{each}/comm").read_bytes() for each in started}
        worker = next(each for each, name in names.items() if b"spawn_main" in name)
        os.kill(worker, number)
        printed, told = batch.communicate(timeout=2 * ENDS_WITHIN_S)
    assert told == ""
    assert sorted(printed.splitlines()) == [f"slow-{number}.mp3 Done()" for number in range(2)]
    made = [f"slow-{number}.mp3" for number in range(2)]
    left = {path for path in tmp_path.iterdir() if path.name not in {*made, batchtasks.LOG}}
    assert all(is_temporary(path) for path in left)
    assert len(left) == (2 if number == signal.SIGKILL else 0)  # the next run sweeps them
    with sole_use([tmp_path]):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [batchtasks.LOG, *made]


# --- one batch at a time


@needs_proc
def test_a_folder_is_for_one_batch_until_it_ends_or_dies(tmp_path: Path) -> None:
    folder, link = tmp_path / "output", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    code = (
        "import pathlib, sys; from stem.practice.batch.executor import sole_use\n"
        "with sole_use([pathlib.Path(sys.argv[1])]): print('mine', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        for each in (folder, link, folder / ".." / "output"):
            with (
                pytest.raises(BusyError, match="another run of stem is busy there") as raised,
                sole_use([each]),
            ):
                pass
            assert raised.value.path == each
        with sole_use([tmp_path / "elsewhere"]):
            pass
        other.kill()
        other.wait()
        with sole_use([folder, link]):
            pass
    assert list(folder.iterdir()) == []


def test_a_batch_without_a_cache_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with sole_use([tmp_path / "output"]):
        pass


# --- stopped by whoever watches


@needs_proc
@pytest.mark.slow
def test_who_watches_can_stop_a_batch_and_others_keep_their_processes(tmp_path: Path) -> None:
    foreign = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(batchtasks.LONG_S,))
    foreign.start()
    try:
        before = batchtasks.descendants(os.getpid())
        jobs = [job(tmp_path, "slow", number) for number in range(2)]

        def stopped(making: Collection[Job]) -> None:
            if len(tried(tmp_path)) == len(jobs):
                assert list(making) == jobs
                raise Cancelled

        with pytest.raises(Cancelled), closing(run(jobs, processes, 2, make_slowly, stopped)) as results:
            next(results)
        assert batchtasks.descendants(os.getpid()) == before
        assert foreign.is_alive()
    finally:
        foreign.terminate()
        foreign.join()
    assert [path.name for path in tmp_path.iterdir()] == [batchtasks.LOG]


@pytest.mark.skipif(not hasattr(os, "nice"), reason="there are no such priorities here")
def test_workers_let_others_go_first_when_that_is_wanted_and_share_the_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(warm.YIELDS, "1")
    with processes(1, yields=True) as gentle, processes(2) as usual:
        assert gentle.submit(os.nice, 0).result() > os.nice(0)
        assert usual.submit(os.nice, 0).result() == os.nice(0)
        # They share the cores; who lets others go first leaves them one.
        assert gentle.submit(cores).result() == max(cores() - 1, 1)
        assert usual.submit(cores).result() == max(cores() // 2, 1)
