"""From a list, or a series, to jobs; every mistake of every row is told at once, before anything is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from stem.batch.kinds import Job
from stem.batch.naming import SERIES_NAMES, USUAL_NAMES, checked_pattern, named
from stem.batchfiles import BatchFile, Row
from stem.beds import check_bed
from stem.casting import Company, Terms, cast, recordings_folder
from stem.config import Config
from stem.errors import ConfigError, StemError, UnknownNameError, UsageError, nearest
from stem.files import same_name
from stem.formats import find_format
from stem.lexicon import Lexicon
from stem.planning import Choices, Chosen, takes_pronunciation, with_pronunciation
from stem.script import ScriptTemplate, find_script
from stem.series import Series
from stem.specs import TrackSpec
from stem.units import parse_seconds

HEADS = {
    "code": "code",
    "script": "script",
    "duur": "duration",
    "duration": "duration",
    "stem": "voice",
    "voice": "voice",
    "achtergrond": "bed",
    "bed": "bed",
    "wachtwoord": "password",
    "password": "password",
}
"""What the heads of a list mean; every other head is a variable of the scripts."""

LONGEST_CODE = 60
_CODE = re.compile(r"[^\W_](?:[\w.-]*\w)?")
_BARE_MINUTES = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What holds for a whole batch.

    Attributes:
        spec: What is not None in it goes before what a row says; its values are the usual ones.
        folder: Where the tracks go.
        names: Pattern for their names; empty for the usual one.
        captions: Kinds of captions that are wanted beside them.
        force: Whether also what has not changed is made again.
    """

    spec: TrackSpec
    folder: Path
    names: str = ""
    captions: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch as it was asked for.

    Attributes:
        jobs: In the order of the list.
        passwords: By code, for the clients that have one.
    """

    jobs: tuple[Job, ...]
    passwords: Mapping[str, str]


def jobs_of_list(file: BatchFile, wishes: Wishes, config: Config) -> Asked:
    """Return the jobs of a list.

    Raises:
        ConfigError: with every mistake in the list.
        UsageError: when what holds for the whole batch cannot be.
    """
    list_ = _List(file, wishes, config)
    jobs = [job for number, row in enumerate(file.rows, 1) if (job := list_.job(row, number)) is not None]
    list_.compare(jobs)
    if not file.rows and not list_.problems:
        list_.problems.append("there is not one row with a track in it")
    if list_.problems:
        raise ConfigError(file.name, list_.problems)
    return Asked(tuple(jobs), list_.passwords)


def jobs_of_series(series: Series, code: str, wishes: Wishes, config: Config) -> tuple[Job, ...]:
    """Return the jobs of a series: numbered, in one album, of one voice and on one background.

    Raises:
        UsageError: when the code cannot be one, or no script of the series has a variable that is filled in.
        StemError: for whatever else is wrong with what was asked.
    """
    problem = code_problem(code)
    if problem:
        raise UsageError(f"--code: {problem}.", hint="For example: --code c017")
    templates = [find_script(name) for name in series.scripts]
    known = frozenset(variable.name for template in templates for variable in template.variables)
    for name in wishes.spec.values:
        if name not in known:
            raise UnknownNameError("variable", name, known)
    pattern = checked_pattern(wishes.names or config.names or SERIES_NAMES, known)
    bed = wishes.spec.bed or templates[0].bed or config.bed
    choices = Choices(config)
    jobs = []
    for number, template in enumerate(templates, start=1):
        own = {variable.name for variable in template.variables}
        values = {name: value for name, value in wishes.spec.values.items() if name in own}
        spec = replace(
            wishes.spec,
            script=template.name,
            values=values,
            bed=bed,
            voice=wishes.spec.voice or config.voice or cast("").name,
            album=wishes.spec.album or series.title,
            number=number,
            total=len(templates),
        )
        for error in template.wrong_values(values).values():
            raise error
        chosen = _ready(choices, spec)
        name = named(
            pattern,
            code=code,
            script=template.name,
            minutes=_minutes(spec, template),
            number=number,
            values=values,
        )
        target = wishes.folder / f"{name}{find_format(chosen.format).suffix}"
        jobs.append(Job(f"track {number}", code, spec, config, target, wishes.captions, wishes.force))
    return tuple(jobs)


def code_problem(code: str) -> str:
    """Return what is wrong with a client's code, as a clause; "" when nothing is."""
    if not code:
        return "there is no code"
    if any(sign in code for sign in '/\\:"') or code.strip(".") == "":
        return f"'{code[:LONGEST_CODE]}' is a path, not a code"
    if len(code) > LONGEST_CODE:
        return f"a code has at most {LONGEST_CODE} letters"
    if not _CODE.fullmatch(code):
        return f"'{code}' cannot be a code: it has letters, digits, dashes and points"
    return ""


def _minutes(spec: TrackSpec, template: ScriptTemplate) -> float | None:
    if spec.duration_s is not None:
        return round(spec.duration_s / 60, 1)
    return next(iter(template.minutes), None)


@dataclass(slots=True)
class _List:
    """A list on its way to jobs, and what was found wrong with it."""

    file: BatchFile
    wishes: Wishes
    config: Config
    problems: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    _notes: int = 0
    _places: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _pattern: str = ""
    _scripts: dict[str, ScriptTemplate | StemError] = field(default_factory=dict)
    _chosen: dict[tuple[str | None, ...], Chosen | StemError] = field(default_factory=dict)
    _choices: Choices = field(init=False)

    def __post_init__(self) -> None:
        self._choices = Choices(self.config)
        self.problems += self.file.problems
        for name in dict.fromkeys(row.cells.get("script", self._default("script")) for row in self.file.rows):
            if name:
                self._script(name)
        known = self._variables()
        self._pattern = checked_pattern(self.wishes.names or self.config.names or USUAL_NAMES, known)
        self._check_heads(known)

    def job(self, row: Row, number: int) -> Job | None:
        """Return a row's job; None when something is wrong with it, which is noted."""
        before = self._notes
        said = {HEADS[head]: text for head, text in row.cells.items() if head in HEADS}
        usual = {HEADS[head]: text for head, text in self.file.defaults.items() if head in HEADS}
        asked = {**usual, **said}
        code = asked.get("code", "")
        problem = code_problem(code)
        if problem:
            self._note(row, "code", problem)
        template = self._script(asked["script"]) if asked.get("script") else None
        if template is None:
            self._note(row, "script", "the script is missing")
        elif isinstance(template, StemError):
            self._note(row, "script", _clause(template))
        spec = self._spec(row, asked)
        if template is None or isinstance(template, StemError):
            self._choose(row, spec)
            return None
        spec = replace(spec, values=self._values(row, template))
        self._check_values(row, template, spec, code)
        chosen = self._choose(row, spec)
        self._keep_password(row, code, asked.get("password", ""))
        if chosen is None or self._notes > before:
            return None
        name = named(
            self._pattern,
            code=code,
            script=template.name,
            minutes=_minutes(spec, template),
            number=number,
            values=spec.values,
        )
        target = self.wishes.folder / f"{name}{find_format(chosen.format).suffix}"
        return Job(row.place, code, spec, self.config, target, self.wishes.captions, self.wishes.force)

    def compare(self, jobs: Sequence[Job]) -> None:
        """Note which jobs would have one file, and put all notes among the problems."""
        first: dict[str, Job] = {}
        for job in jobs:
            other = first.setdefault(same_name(job.target.name), job)
            if other is not job:
                self.problems.append(
                    f"{other.place} and {job.place} would both be {job.target.name}: give one of them "
                    "another code or length, or put {number} in the pattern of names (--names)"
                )
        for (head, problem), places in self._places.items():
            self.problems.append(f"{_where(places, head, self.file.heads)}: {problem}")

    def _note(self, row: Row, head: str, problem: str) -> None:
        """Note a mistake; rows with the same one are told together."""
        self._notes += 1
        self._places.setdefault((self._written_head(head), problem), []).append(row.place)

    def _written_head(self, meaning: str) -> str:
        """Return the head as it stands in the list: "duur" or "duration"."""
        written = (head for head in self.file.heads if HEADS.get(head, head) == meaning)
        return next(written, meaning)

    def _default(self, meaning: str) -> str:
        return next((text for head, text in self.file.defaults.items() if HEADS.get(head) == meaning), "")

    def _variables(self) -> frozenset[str]:
        found = [template for template in self._scripts.values() if isinstance(template, ScriptTemplate)]
        names = {variable.name for template in found for variable in template.variables}
        return frozenset(names | {"naam_uitspraak" for each in found if takes_pronunciation(each)})

    def _check_heads(self, known: frozenset[str]) -> None:
        """Note heads that are no variable of any script, once for the whole list."""
        if not known or any(isinstance(template, StemError) for template in self._scripts.values()):
            return  # a script that was not found may have them
        for head in (*self.file.heads, *self.file.defaults):
            if head not in HEADS and head not in known:
                column = self.file.heads.get(head, "")
                meant = nearest(head, {*known, *HEADS})
                hint = f"did you mean '{meant}'?" if meant else f"there is {', '.join(sorted(known))}"
                place = f"{column} ('{head}')" if column else f"'{head}'"
                self.problems.append(f"{place}: no script of this list has such a variable ({hint})")
        for meaning in sorted({*HEADS.values()}):
            twice = [head for head in self.file.heads if HEADS.get(head) == meaning]
            if len(twice) > 1:
                self.problems.append(f"the columns {' and '.join(map(repr, twice))} mean the same")

    def _script(self, name: str) -> ScriptTemplate | StemError:
        if name not in self._scripts:
            try:
                self._scripts[name] = find_script(name)
            except StemError as error:
                self._scripts[name] = error
        return self._scripts[name]

    def _spec(self, row: Row, asked: Mapping[str, str]) -> TrackSpec:
        """Return what a row asks for, but for its values; what holds for the whole batch goes first."""
        wished = self.wishes.spec
        duration_s = wished.duration_s
        if duration_s is None and asked.get("duration"):
            try:
                duration_s = duration(asked["duration"])
            except ValueError:
                self._note(
                    row, "duration", f"'{asked['duration'][:30]}' is no length of time, such as 12 or 12:30"
                )
        return replace(
            wished,
            script=asked.get("script", ""),
            duration_s=duration_s,
            voice=wished.voice or asked.get("voice"),
            bed=wished.bed or asked.get("bed"),
        )

    def _values(self, row: Row, template: ScriptTemplate) -> dict[str, str]:
        """Return what a row fills in; the usual values only where its script has them."""
        own = {variable.name for variable in template.variables}
        usual = {**self.wishes.spec.values, **self.file.defaults}
        values = {name: text for name, text in usual.items() if name in own}
        return values | {head: text for head, text in row.cells.items() if head not in HEADS}

    def _check_values(self, row: Row, template: ScriptTemplate, spec: TrackSpec, code: str) -> None:
        known = self._variables_of(template)
        unknown = {name for name in spec.values if name not in known}
        for name in sorted(unknown & self._variables()):
            self._note(row, name, f"the script '{template.name}' has no such variable; leave the cell empty")
        values = {name: text for name, text in spec.values.items() if name not in unknown}
        words = {name: text for name, text in values.items() if name != "naam_uitspraak"}
        for name, error in template.wrong_values(words).items():
            given = name in words and words[name]
            self._note(row, name, _clause(error) if given else f"the script '{template.name}' needs it")
        try:
            with_pronunciation(Lexicon({}), values, template)
        except UsageError as error:
            self._note(row, "naam_uitspraak", _clause(error))
        own_words = {variable.name for variable in template.variables if variable.type == "text"}
        for name in sorted(own_words & values.keys()):
            if _shows(code, values[name]) and f"{{{name}}}" not in self._pattern:
                self._note(
                    row, "code", f"the code holds what is filled in for '{name}', and file names show it"
                )

    @staticmethod
    def _variables_of(template: ScriptTemplate) -> set[str]:
        names = {variable.name for variable in template.variables}
        return names | ({"naam_uitspraak"} if takes_pronunciation(template) else set())

    def _choose(self, row: Row, spec: TrackSpec) -> Chosen | None:
        """Return what is chosen for a row; None when something is wrong with it, which is noted."""
        key = (spec.script, spec.voice, spec.bed)
        if key not in self._chosen:
            try:
                self._chosen[key] = _ready(self._choices, spec)
            except StemError as error:
                self._chosen[key] = error
        found = self._chosen[key]
        if isinstance(found, Chosen):
            return found
        for head, problem in _all_wrong(spec, self.config, found):
            self._note(row, head, problem)
        return None

    def _keep_password(self, row: Row, code: str, password: str) -> None:
        if password and self.passwords.setdefault(code, password) != password:
            self._note(row, "password", f"the code {code} has another password in an earlier row")


def _ready(choices: Choices, spec: TrackSpec) -> Chosen:
    """Return what is chosen, when those who speak can speak here.

    Raises:
        StemError: when they cannot.
    """
    chosen, house = choices.chosen(spec), choices.house(spec.pauses)
    terms = Terms(choices.config.allow_online if spec.online is None else spec.online, spec.remember)
    voices = [voice for voice in (house.voice, chosen.voice, chosen.fill) if voice is not None]
    Company(voices, Lexicon({}), terms)
    return chosen


def _all_wrong(spec: TrackSpec, config: Config, error: StemError) -> Iterator[tuple[str, str]]:
    """Yield each thing that is wrong with what a row chooses: its head, and a clause."""
    wrong = [
        (head, error)
        for head, error in (("voice", _voice_error(spec, config)), ("bed", _bed_error(spec)))
        if error is not None
    ]
    no_script = isinstance(error, UnknownNameError) and error.kind == "script"  # which the caller knows
    if not wrong and not no_script:
        wrong = [(error.kind if isinstance(error, UnknownNameError) else "script", error)]
    yield from ((head, _clause(each)) for head, each in wrong)


def _voice_error(spec: TrackSpec, config: Config) -> StemError | None:
    wish = spec.voice or config.voice
    try:
        if recordings_folder(wish) is None:
            cast(wish)
    except StemError as error:
        return error
    return None


def _bed_error(spec: TrackSpec) -> StemError | None:
    try:
        if spec.bed:
            check_bed(spec.bed)
    except StemError as error:
        return error
    return None


def duration(text: str) -> float:
    """Read the length of a track as people write it in a list: a bare number is minutes.

    Returns:
        Seconds.

    Raises:
        ValueError: when it is no length of time.
    """
    if _BARE_MINUTES.fullmatch(text):
        return float(text.replace(",", ".")) * 60
    return parse_seconds(text)


def _shows(code: str, text: str) -> bool:
    """Tell whether a code holds a word of what was filled in."""
    parts = {part for part in re.split(r"[^a-z]+", code.casefold()) if len(part) > 1}
    words = {word for word in re.split(r"\W+", text.casefold()) if len(word) > 1}
    return bool(parts & words)


def _clause(error: StemError) -> str:
    """Return an error as a clause in a list of mistakes."""
    sentence = error.sentence.rstrip(".")
    hint = f" ({error.hint.rstrip('.')})" if error.hint else ""
    return f"{sentence[:1].lower()}{sentence[1:]}{hint}"


def _where(places: Sequence[str], head: str, heads: Mapping[str, str]) -> str:
    """Return where a mistake stands: "rows 7, 9 and 12, column D ('duur')"."""
    kind, _, first = places[0].partition(" ")
    numbers = [place.partition(" ")[2] for place in places]
    rows = f"{kind} {first}" if len(numbers) == 1 else f"{kind}s {', '.join(numbers[:-1])} and {numbers[-1]}"
    column = heads.get(head, "")
    return f"{rows}, {column} ('{head}')" if column else f"{rows} ('{head}')"
