"""Many tracks in one go: a list or a series becomes jobs, and jobs become tracks, each whole or not at all.

jobs.py           what passes through
name_patterns.py  the names of files
list_values.py    what stands in a list: codes, lengths
options.py        what holds for all tracks
from_list.py      a list -> jobs, or all mistakes
mistakes.py       mistakes in a list, as a table shows them
model_list.py     a list to begin with
from_series.py    a series -> jobs
single.py         one track -> its job
estimate.py       how long the tracks will last
job.py            one job
executor.py       jobs through an executor: processes on this machine
worker.py         such a process
cluster.py        the same on a Dask cluster
remote_job.py     one job on another machine, in a process of its own
handout.py        what goes to a client
client.py         a client's finished tracks, packed later
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from stem.config import Config
from stem.errors import StemError
from stem.files import HERE
from stem.practice.batch.estimate import recorded_seconds
from stem.practice.batch.executor import OpenExecutor, processes, run, sole_use
from stem.practice.batch.from_list import jobs_of_list
from stem.practice.batch.from_series import jobs_of_series
from stem.practice.batch.job import Need, failure, need, unpack
from stem.practice.batch.jobs import (
    BatchEvents,
    BatchProgress,
    Done,
    Failure,
    FileSet,
    Job,
    JobProgress,
    Outcome,
    Report,
    Result,
)
from stem.practice.batch.list_values import counted, without
from stem.practice.batch.options import BatchOptions, JobList, own_words
from stem.practice.batch.worker import make_here
from stem.progress import Cancelled, Progress
from stem.record.changes import Inventory
from stem.record.document import read_record, record_path
from stem.track.choices import Choices
from stem.track.plan import Plan, plan_all
from stem.track.preview import for_whom
from stem.units import seconds

__all__ = [
    "BatchEvents",
    "BatchOptions",
    "BatchProgress",
    "Failure",
    "Job",
    "JobList",
    "JobProgress",
    "OnOutcome",
    "OpenExecutor",
    "Outcome",
    "Report",
    "Result",
    "jobs_of_list",
    "jobs_of_series",
    "make_here",
    "processes",
    "rehearse",
    "run_batch",
]

OnOutcome = Callable[[Outcome], Any]
"""Called with what became of a job, as soon as that is known."""


def run_batch(
    jobs: Sequence[Job],
    config: Config,
    home: Path = HERE,
    *,
    opened: OpenExecutor | None = None,
    workers: int,
    task: Callable[[Job], Result] = make_here,
    on_outcome: OnOutcome,
    events: BatchEvents = None,
    yields: bool = False,
) -> Report:
    """Make the tracks that are not there yet, or would be other ones now.

    One batch at a time is made in a folder.

    Args:
        jobs: From `jobs_of_list` or `jobs_of_series`.
        config: Their settings.
        home: The project's folder.
        opened: Lends executors; None for processes on this machine, which tell how far each job is.
        workers: How many jobs are made at once, at most: where there are fewer, each has more of the cores.
        task: What a worker does with a job.
        on_outcome: Called for each job.
        events: Called at once, and then several times a second; what is done when it stops the batch stays.
        yields: Whether processes on this machine let everything else go first.

    Raises:
        Cancelled: when `events` wants it stopped; what it raises itself comes out as it is.
        BusyError: when another batch is being made in their folder.
        StemError: when no executor can be had.
    """
    hears, tells = Pipe(duplex=False)
    course = _Course(jobs, on_outcome, events, hears)
    course.watch()
    with hears, tells, sole_use({job.target.parent for job in jobs}):
        to_make = course.settled(_needs(jobs, config, home, course.watch))
        if to_make:
            lends = opened or partial(processes, tells=tells, yields=yields)
            asked, at_once = [job for job, _ in to_make.values()], min(workers, len(to_make))
            making = run(asked, lends, at_once, task, course.watch)
            with closing(making) as results:
                for made, result in results:
                    job, needed = to_make[made.target]
                    arrived = unpack(result, job) if isinstance(result, FileSet) else result
                    course.tell(job, _made(job, needed, arrived))
    return Report(tuple(course.outcomes[id(job)] for job in jobs))


@dataclass(slots=True)
class _Course:
    """A batch while it is being made: what became of its jobs so far, and who hears of them."""

    jobs: Sequence[Job]
    on_outcome: OnOutcome
    events: BatchEvents
    hears: Connection
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    heard: dict[str, Progress] = field(default_factory=dict)

    def tell(self, job: Job, outcome: Outcome) -> None:
        """Tell what became of a job."""
        self.outcomes[id(job)] = outcome
        self.on_outcome(outcome)

    def watch(self, making: Collection[Job] = ()) -> None:
        """Tell how far all is; see `executor.Watch`.

        Raises:
            Cancelled: when it is to be stopped.
        """
        while self.hears.poll():
            target, progress = self.hears.recv()
            self.heard[target] = progress
        told = tuple(JobProgress(job.place, job.code, self.heard.get(str(job.target))) for job in making)
        if self.events is None:
            return
        if self.events(BatchProgress(len(self.outcomes), len(self.jobs), told)) is False:
            raise Cancelled

    def settled(self, needs: Sequence[Need | Failure]) -> dict[Path, tuple[Job, Need]]:
        """Tell of the jobs that are not to be made; return the others by their targets."""
        to_make: dict[Path, tuple[Job, Need]] = {}
        for job, needed in zip(self.jobs, needs, strict=True):
            if isinstance(needed, Failure):
                self.tell(job, _failed(job, needed))
            elif needed.status == "kept":
                self.tell(job, _there(job, needed))
            else:
                to_make[job.target] = (job, needed)
        return to_make


def rehearse(asked: JobList, config: Config, home: Path = HERE) -> Report:
    """Return what `run_batch` would do, with the lengths that are expected; nothing is made."""
    needs = _needs(asked.jobs, config, home)
    recorded = [each for each in asked.expected if each.seconds is None]
    lengths = iter(recorded_seconds(recorded))
    return Report(
        tuple(
            _expected(job, needed, each.plan, next(lengths) if each.seconds is None else each.seconds)
            for job, needed, each in zip(asked.jobs, needs, asked.expected, strict=True)
        )
    )


def _needs(
    jobs: Sequence[Job], config: Config, home: Path, watch: Callable[[], None] = lambda: None
) -> list[Need | Failure]:
    """Return for each job whether it has to be made."""
    facts, choices = Inventory(home), Choices(config, home)
    recorded = {number: job for number, job in enumerate(jobs) if _is_recorded(job, choices)}
    outlines = plan_all([job.spec for job in recorded.values()], config, home, in_outline=True)
    plans = dict(zip(recorded, outlines, strict=True))

    def needed(number: int, job: Job) -> Need | Failure:
        plan = plans.get(number)
        watch()
        try:
            if isinstance(plan, StemError):
                raise plan
            return need(job, facts, choices, plan)
        except (StemError, OSError) as error:
            return failure(error)

    return [needed(number, job) for number, job in enumerate(jobs)]


def _is_recorded(job: Job, choices: Choices) -> bool:
    """Tell whether a job that has a track is spoken by own recordings."""
    return job.target.exists() and choices.chosen(job.spec).folder is not None


def _made(job: Job, needed: Need, result: Result) -> Outcome:
    if isinstance(result, Failure):
        return _failed(job, result)
    assert isinstance(result, Done)
    return _there(job, needed)


def _failed(job: Job, failed: Failure) -> Outcome:
    try:
        own = own_words(job.spec, job.home)
    except StemError:  # a script that is gone meanwhile
        own = list(job.spec.values.values())
    return Outcome(
        counted([job.place]),
        job.code,
        job.spec.script,
        "failed",
        job.target,
        error=without(failed.sentence, own),
        hint=without(failed.hint, own),
        origin=without(failed.origin, own),
        problems=tuple(without(problem, own) for problem in failed.problems),
    )


def _there(job: Job, needed: Need) -> Outcome:
    """Return the outcome of a job whose track is there, as its record tells of it."""
    try:
        record = read_record(record_path(job.target))
    except StemError as error:
        return _failed(job, failure(error))
    return Outcome(
        place=counted([job.place]),
        code=job.code,
        script=record.script.name,
        status="kept" if needed.status == "kept" else "made",
        path=job.target,
        title=record.script.title,
        seconds=seconds(record.times.frames),
        integrated_lufs=record.loudness.integrated_lufs,
        true_peak_dbtp=record.loudness.true_peak_dbtp,
        voice=record.voice.name,
        bed=record.bed,
        warnings=record.warnings,
        reasons=needed.reasons,
    )


def _expected(job: Job, needed: Need | Failure, plan: Plan, length_s: float | StemError) -> Outcome:
    if isinstance(needed, Failure):
        return _failed(job, needed)
    if isinstance(length_s, StemError):
        return _failed(job, failure(length_s))
    return Outcome(
        place=counted([job.place]),
        code=job.code,
        script=plan.name,
        status=needed.status,
        path=job.target,
        title=plan.title,
        seconds=length_s,
        voice=plan.voice.name,
        bed=plan.bed.name,
        warnings=for_whom(plan, length_s),
        reasons=needed.reasons,
    )
