"""One track as a batch: named by a client's code, or by the record of one that was made before."""

from __future__ import annotations

import os
from pathlib import Path

from stem.config import Config
from stem.errors import StemError, UsageError
from stem.export.captions import FORMATS as CAPTIONS
from stem.messages import Message
from stem.practice.batch.estimate import expectations
from stem.practice.batch.jobs import Job
from stem.practice.batch.list_values import code_problem
from stem.practice.batch.name_patterns import USUAL_NAMES, checked_pattern, with_length
from stem.practice.batch.options import BatchOptions, JobList, check_voices, fillable, names_in_code
from stem.practice.lists import Place
from stem.record.document import record_path, track_path
from stem.record.remake import Change, asked_again
from stem.script.pacing import UnreachableLengthError
from stem.script.template import find_script
from stem.track.choices import Choices
from stem.track.plan import plan_track
from stem.track.ready import with_real_lengths
from stem.track.words import words_only


def job_of_one(code: str, wishes: BatchOptions, config: Config) -> JobList:
    """Return the job of a single track.

    Args:
        code: The client's.
        wishes: What is asked for, script and values among it.
        config: The settings.

    Raises:
        UsageError: when the code cannot be one, or a value is wrong.
        StemError: for whatever else is wrong with what was asked.
    """
    problem = code_problem(code)
    if problem:
        raise UnusableCodeError(problem)
    spec = wishes.spec
    template = find_script(spec.script, wishes.home)
    pattern = checked_pattern(wishes.names or config.names or USUAL_NAMES, fillable(template))
    for told in names_in_code(code, spec.values, template, pattern):
        raise UnusableCodeError(told)
    for error in template.wrong_values(words_only(spec.values, template)).values():
        raise error
    chosen = check_voices(Choices(config, wishes.home), spec)
    job = wishes.job(Place("track", 1), code, spec, chosen, pattern=pattern, number=1, config=config)
    (expected,) = expectations([job], config, wishes.home)
    if isinstance(expected, StemError):
        raise expected
    return JobList((job,), (expected,))


def job_of_record(path: Path, config: Config, home: Path, change: Change) -> JobList:
    """Return the job of making the track of a record again, in its place, whatever stands there.

    Another length that is asked for comes to stand in the name too, where that tells one.

    Args:
        path: The record.
        config: The settings of now: only whether text may leave the machine is of them.
        home: The project's folder.
        change: What is to be another way.

    Raises:
        UsageError: when the record does not tell what was filled in.
        StemError: for whatever else is wrong.
    """
    record, spec, settings = asked_again(path, config, home, change)
    check_voices(Choices(settings, home), spec)
    former = track_path(path, record.track.suffix)
    target = former if change.duration_s is None else _renamed(former, change.duration_s)
    job = Job(
        Place("track", 1),
        record.personal.code if record.personal else "",
        spec,
        settings,
        target,
        tuple(kind for kind in CAPTIONS if any(each.ending == f".{kind}" for each in record.beside)),
        force=True,
        home=home,
        former=None if target == former else former,
    )
    (expected,) = expectations([job], settings, home)
    if isinstance(expected, UnreachableLengthError):
        raise with_real_lengths(
            expected, spec, lambda other: plan_track(other, settings, home, in_outline=True)
        ) from expected
    if isinstance(expected, StemError):
        raise expected
    return JobList((job,), (expected,))


def _renamed(track: Path, length_s: float) -> Path:
    """Return the name of a track that gets another length; its own, when another track has that name."""
    target = track.with_stem(with_length(track.stem, length_s / 60))
    taken = any(map(os.path.lexists, (target, record_path(target))))
    return track if taken else target


class UnusableCodeError(UsageError):
    """A client's code that cannot be one."""

    def __init__(self, problem: str) -> None:
        sentence = Message("The code cannot be used: {problem}.", problem=problem)
        super().__init__(sentence, hint=Message("For example: c017"))
