"""From a list to jobs; every mistake of every row is told at once, before anything is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from stem.config import FILE_NAME, Config
from stem.errors import ConfigError, OutputError, StemError, nearest
from stem.filenames import same_name
from stem.files import expanded
from stem.messages import Message, enumerated
from stem.practice.batch.estimate import Expected, expectations
from stem.practice.batch.job import with_own_edits
from stem.practice.batch.jobs import Job
from stem.practice.batch.list_rows import (
    HEADS,
    Context,
    Wrong,
    are_recordings,
    asked_of,
    bed_error,
    check_row,
    head_of,
    script_or_error,
    unknown_cells,
    voice_error,
)
from stem.practice.batch.list_values import clause, counted, where
from stem.practice.batch.name_patterns import USUAL_NAMES, checked_pattern, fields
from stem.practice.batch.options import (
    BatchOptions,
    JobList,
    check_variables,
    check_voices,
    fillable,
    own_words,
)
from stem.practice.lists import BatchFile, Place, Row
from stem.script.template import ScriptTemplate
from stem.sound.beds import BEDS
from stem.track.choices import Choices, Resolved
from stem.track.spec import TrackSpec
from stem.voices.template import voice_names


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a list.

    Attributes:
        text: What is wrong, as a clause that shows nothing of a cell.
        place: Where; None for what is wrong with the list as a whole.
        head: The column, as it is called in the list.
    """

    text: str
    place: Place | None = None
    head: str = ""


def jobs_of_list(file: BatchFile, options: BatchOptions, config: Config) -> JobList:
    """Return the jobs of a list.

    Raises:
        ConfigError: with every mistake in the list, or in the settings.
        UsageError: when what holds for the whole batch cannot be.
    """
    jobs, problems = check_list(file, options, config)
    told = [*file.problems, *_sentences(problems, file.heads)]
    if not file.rows and not told:
        told.append(Message("there is not one row with a track in it"))
    if told:
        raise ConfigError(file.name, told)
    return jobs


def check_list(file: BatchFile, options: BatchOptions, config: Config) -> tuple[JobList, list[Problem]]:
    """Return the jobs of the rows that have none, and every mistake of those that have.

    Raises:
        StemError: when what holds for the whole batch cannot be; no row is to blame.
    """
    context = _context(file, options, config)
    rows, jobs, problems = list[Row](), list[Job](), _head_problems(context)
    of_rows = list[Problem]()
    for number, row in enumerate(file.rows, 1):
        job, wrong = check_row(row, number, context)
        of_rows += _problems_of(row, wrong, file)
        if job is not None:
            rows.append(row)
            jobs.append(with_own_edits(job))
    problems += _same_names(jobs, context)
    expected = expectations(jobs, config, options.home)
    of_rows += _unreachable(rows, jobs, expected, context)
    found = tuple(each for each in expected if isinstance(each, Expected))
    return JobList(tuple(jobs), found, dict(context.passwords)), problems + of_rows


def _context(file: BatchFile, options: BatchOptions, config: Config) -> Context:
    """Look up what holds for all rows.

    Raises:
        StemError: when something of it is not there, or cannot be.
    """
    home, wished = options.home, options.spec
    choices = Choices(config, home)
    choices.house(wished.pauses)
    for error in (voice_error(wished, config, home) if wished.voice else None, bed_error(wished, home)):
        if error is not None:
            raise error
    names = dict.fromkeys(row.cells.get("script", _default(file, "script")) for row in file.rows)
    scripts = {name: script_or_error(name, home) for name in names if name}
    templates = [template for template in scripts.values() if isinstance(template, ScriptTemplate)]
    variables = frozenset(name for template in templates for name in fillable(template))
    pattern = checked_pattern(options.names or config.names or USUAL_NAMES, variables)
    if variables and len(templates) == len(scripts):  # a script that was not found may have others
        check_variables(wished.values, variables)
    chosen = dict[tuple[str | None, ...], Resolved | StemError]()

    def choose(spec: TrackSpec) -> Resolved | StemError:
        key = (spec.script, spec.voice, spec.bed)
        if key not in chosen:
            try:
                chosen[key] = check_voices(choices, spec)
            except StemError as error:
                chosen[key] = error
        return chosen[key]

    @cache
    def is_there(text: str) -> bool:
        if isinstance(scripts.get(text), ScriptTemplate) or {*BEDS, *voice_names(home)}.issuperset(
            text.split("+")
        ):
            return True
        with suppress(OutputError):  # no path at all
            return expanded(text, home).exists()
        return False

    return Context(
        file=file,
        options=options,
        config=config,
        scripts=scripts,
        variables=variables,
        pattern=pattern,
        choose=choose,
        is_there=is_there,
        passwords=_first_passwords(file),
        keeps_fill=wished.fill is not None and _has_recordings(file, options, config),
    )


def _default(file: BatchFile, meaning: str) -> str:
    return next((text for head, text in file.defaults.items() if HEADS.get(head) == meaning), "")


def _first_passwords(file: BatchFile) -> dict[str, str]:
    passwords = dict[str, str]()
    if not any(HEADS.get(head) == "password" for head in (*file.heads, *file.defaults)):
        return passwords
    for row in file.rows:
        asked = asked_of(row, file)
        if asked.get("password"):
            passwords.setdefault(asked.get("code", ""), asked["password"])
    return passwords


def _has_recordings(file: BatchFile, options: BatchOptions, config: Config) -> bool:
    """Tell whether recordings speak in any row."""
    heads = [head for head in (*file.heads, *file.defaults) if HEADS.get(head) == "voice"]
    voices = {row.cells.get(head, "") for row in file.rows for head in heads}
    others = {_default(file, "voice"), config.voice} if options.spec.voice is None else set()
    return any(are_recordings(voice, options.home) for voice in voices | others)


def _head_problems(context: Context) -> list[Problem]:
    """Return which heads are no variable of any script, and which mean the same, once for the whole list."""
    file, known = context.file, context.variables
    if not known or any(isinstance(template, StemError) for template in context.scripts.values()):
        return []  # a script that was not found may have them
    problems = list[Problem]()
    for head in dict.fromkeys((*file.heads, *file.defaults)):
        if head not in HEADS and head not in known:
            meant = nearest(head, {*known, *HEADS})
            hint = (
                Message("did you mean '{meant}'?", meant=meant)
                if meant
                else Message("there is {known}", known=", ".join(sorted(known)))
            )
            nameless = Message("[defaults], a name") if head in file.defaults else Message("a name")
            place = file.heads.get(head) or nameless  # the name may be a client's: no row of heads
            problems.append(
                Problem(
                    Message(
                        "{place}: no script of this list has a variable of that name ({hint})",
                        place=place,
                        hint=hint,
                    )
                )
            )
    for meaning in sorted({*HEADS.values()}):
        twice = [head for head in file.heads if HEADS.get(head) == meaning]
        if len(twice) > 1:
            problems.append(
                Problem(Message("the columns {heads} mean the same", heads=enumerated([*map(repr, twice)])))
            )
    return problems


def _same_names(jobs: Sequence[Job], context: Context) -> list[Problem]:
    """Return which jobs would have one file, and which clients one zip file."""
    problems = list[Problem]()
    shows_values = bool(context.variables & set(fields(context.pattern)))
    for same in _grouped(jobs, lambda job: same_name(job.target.name)):
        if len(same) > 1:
            one = Message("of one name") if shows_values else same[0].target.name
            places = counted([job.place for job in same])
            text = Message(
                "{places} would all be {one}: give each another code or length, "
                "or put {{number}} in the pattern of names{in_names}",
                places=places,
                one=one,
            )
            problems.append(Problem(text))
    for same in _grouped(jobs, lambda job: same_name(job.code)):
        codes = dict.fromkeys(job.code for job in same)
        if len(codes) > 1:
            places = counted([job.place for job in same])
            problems.append(
                Problem(
                    Message(
                        "{places}: {codes} are one name on many disks; write a client's code always alike, "
                        "and give another client another",
                        places=places,
                        codes=enumerated([*codes]),
                    )
                )
            )
    return problems


def _grouped(jobs: Sequence[Job], key: Callable[[Job], str]) -> Iterable[list[Job]]:
    groups = dict[str, list[Job]]()
    for job in jobs:
        groups.setdefault(key(job), []).append(job)
    return groups.values()


def _unreachable(
    rows: Sequence[Row], jobs: Sequence[Job], expected: Sequence[Expected | StemError], context: Context
) -> list[Problem]:
    """Return which jobs cannot be made, by what is to be expected of them.

    Raises:
        ConfigError: when it is the settings that are wrong.
    """
    failed = [(row, each) for row, each in zip(rows, expected, strict=True) if isinstance(each, StemError)]
    for _, error in failed:
        if isinstance(error, ConfigError) and str(error.path) == str(context.options.home / FILE_NAME):
            raise error
    if not failed:
        return []
    # A mistake in a track that was planned may be that of a row like it, and may show nothing of that either.
    cells = (cell for row in context.file.rows for cell in unknown_cells(row, context))
    hidden = list(dict.fromkeys((*(text for job in jobs for text in own_words(job.spec, job.home)), *cells)))
    return [
        problem
        for row, error in failed
        for problem in _problems_of(row, [(head_of(error), clause(error, hidden))], context.file)
    ]


def _problems_of(row: Row, wrong: Iterable[Wrong], file: BatchFile) -> list[Problem]:
    """Return what is wrong with a row, under the heads as they stand in the list: "duur" or "duration"."""
    written = {HEADS.get(head, head): head for head in reversed(list(file.heads))}
    return [Problem(text, row.place, written.get(meaning, meaning)) for meaning, text in wrong]


def _sentences(problems: Sequence[Problem], heads: Mapping[str, str]) -> Iterator[str]:
    """Yield mistakes as they are told: those of the whole list, then the same of several rows once."""
    yield from (problem.text for problem in problems if problem.place is None)
    places = dict[tuple[str, str], list[Place]]()
    for problem in problems:
        if problem.place is not None:
            places.setdefault((problem.head, problem.text), []).append(problem.place)
    for (head, text), found in sorted(places.items(), key=lambda noted: noted[1][0]):
        yield Message("{place}: {problem}", place=where(found, head, heads), problem=text)
