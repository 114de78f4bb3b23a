"""From a series to jobs: numbered, in one album, of one voice and on one background."""

from __future__ import annotations

from dataclasses import replace

from stem.config import Config
from stem.errors import ConfigError, StemError, UsageError
from stem.messages import Message
from stem.practice.batch.estimate import Expected, expectations
from stem.practice.batch.job import with_own_edits
from stem.practice.batch.jobs import Job
from stem.practice.batch.list_values import clause, code_problem
from stem.practice.batch.name_patterns import SERIES_NAMES, checked_pattern
from stem.practice.batch.options import (
    BatchOptions,
    JobList,
    check_variables,
    check_voices,
    fillable,
    names_in_code,
)
from stem.practice.lists import Place
from stem.script.series import Series
from stem.script.template import find_script
from stem.track.choices import Choices
from stem.track.words import words_only
from stem.voices.speakers import choose_voice

_EXAMPLE = Message("For example: {code_is} c017")


def jobs_of_series(series: Series, code: str, wishes: BatchOptions, config: Config) -> JobList:
    """Return the jobs of a series.

    Raises:
        UsageError: when the code cannot be one, or no script of the series has a variable that is filled in.
        StemError: for whatever else is wrong with what was asked.
    """
    problem = code_problem(code)
    if problem:
        raise UsageError(Message("{code}: {problem}.", problem=problem), hint=_EXAMPLE)
    home = wishes.home
    templates = [find_script(name, home) for name in series.scripts]
    known = frozenset(name for template in templates for name in fillable(template))
    check_variables(wishes.spec.values, known)
    pattern = checked_pattern(wishes.names or config.names or SERIES_NAMES, known)
    for template in templates:
        for told in names_in_code(code, wishes.spec.values, template, pattern):
            raise UsageError(Message("{code}: {problem}.", problem=told), hint=_EXAMPLE)
    common = replace(
        wishes.spec,
        bed=wishes.spec.bed or templates[0].bed or config.bed,
        voice=wishes.spec.voice or config.voice or choose_voice("", home).name,
        album=wishes.spec.album or series.title,
        total=len(templates),
    )
    choices, jobs = Choices(config, home), list[Job]()
    for number, template in enumerate(templates, start=1):
        values = {name: value for name, value in common.values.items() if name in fillable(template)}
        for error in template.wrong_values(words_only(values, template)).values():
            raise error
        spec = replace(common, script=template.name, values=values, number=number)
        chosen = check_voices(choices, spec)
        place = Place("track", number)
        job = wishes.job(place, code, spec, chosen, pattern=pattern, number=number, config=config)
        jobs.append(with_own_edits(job))
    expected = expectations(jobs, config, home)
    wrong = {job.place: each for job, each in zip(jobs, expected, strict=True) if isinstance(each, StemError)}
    if wrong:
        raise ConfigError(
            series.title,
            [
                Message("{place}: {clause}", place=place, clause=clause(error))
                for place, error in wrong.items()
            ],
        )
    return JobList(tuple(jobs), tuple(each for each in expected if isinstance(each, Expected)))
