"""From a list to jobs; every mistake of every row is told at once, before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from stem.config import FILE_NAME, Config
from stem.errors import (
    ConfigError,
    EngineError,
    OutputError,
    StemError,
    UnknownNameError,
    UsageError,
    nearest,
)
from stem.filenames import same_name
from stem.files import expanded, is_outside
from stem.messages import Message
from stem.practice.batch.estimate import Expected, expectations
from stem.practice.batch.jobs import Job
from stem.practice.batch.list_values import (
    clause,
    code_problem,
    counted,
    duration,
    place_number,
    shows,
    where,
)
from stem.practice.batch.name_patterns import USUAL_NAMES, checked_pattern, fields
from stem.practice.batch.options import BatchOptions, JobList, check_voices, fillable, own_words
from stem.practice.handout import checked_password
from stem.practice.lists import BatchFile, Row
from stem.script.dutch.lexicon import Lexicon
from stem.script.pacing import UnreachableLengthError
from stem.script.template import ScriptTemplate, find_script
from stem.sound.beds import BEDS, check_bed
from stem.track.choices import Choices, Resolved
from stem.track.spec import TrackSpec
from stem.track.words import PRONUNCIATION, with_pronunciation, words_only
from stem.voices.speakers import choose_voice, recordings_folder
from stem.voices.template import voice_names

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

_OUTSIDE = "That is a file outside this folder."
_OUTSIDE_HINT = Message("put a copy of it in this folder, or name it {on_command_line}")


def jobs_of_list(file: BatchFile, wishes: BatchOptions, config: Config) -> JobList:
    """Return the jobs of a list.

    Raises:
        ConfigError: with every mistake in the list, or in the settings.
        UsageError: when what holds for the whole batch cannot be.
    """
    list_ = _List(file, wishes, config)
    found = [(row, list_.job(row, number)) for number, row in enumerate(file.rows, 1)]
    rows, jobs = [row for row, job in found if job], [job for _, job in found if job]
    list_.compare(jobs)
    expected = list_.expected(rows, jobs)
    problems = [*file.problems, *list_.found_problems()]
    if not file.rows and not problems:
        problems.append("there is not one row with a track in it")
    if problems:
        raise ConfigError(file.name, problems)
    return JobList(tuple(jobs), expected, list_.passwords)


@dataclass(slots=True)
class _List:
    """A list on its way to jobs, and what was found wrong with it."""

    file: BatchFile
    wishes: BatchOptions
    config: Config
    passwords: dict[str, str] = field(default_factory=dict)
    _problems: list[str] = field(default_factory=list)
    _notes: int = 0
    _places: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _pattern: str = ""
    _mixed: bool | None = None
    _own: list[str] | None = None
    _there: dict[str, bool] = field(default_factory=dict)
    _scripts: dict[str, ScriptTemplate | StemError] = field(default_factory=dict)
    _chosen: dict[tuple[str | None, ...], Resolved | StemError] = field(default_factory=dict)
    _choices: Choices = field(init=False)

    def __post_init__(self) -> None:
        self._choices = Choices(self.config)
        self._choices.house(self.wishes.spec.pauses)  # mistakes there are those of no row
        self._check_wishes()
        for name in dict.fromkeys(row.cells.get("script", self._default("script")) for row in self.file.rows):
            if name:
                self._script(name)
        known = self._variables()
        self._pattern = checked_pattern(self.wishes.names or self.config.names or USUAL_NAMES, known)
        self._check_heads(known)

    def _check_wishes(self) -> None:
        """Look whether there are the voice and the background that hold for all rows: no row is to blame.

        Raises:
            StemError: when one is not there.
        """
        wished = self.wishes.spec
        for error in (_voice_error(wished, self.config) if wished.voice else None, _bed_error(wished)):
            if error is not None:
                raise error

    def job(self, row: Row, number: int) -> Job | None:
        """Return a row's job; None when something is wrong with it, which is noted."""
        before = self._notes
        said = {HEADS[head]: text for head, text in row.cells.items() if head in HEADS}
        usual = {HEADS[head]: text for head, text in self.file.defaults.items() if head in HEADS}
        asked = {head: text for head, text in {**usual, **said}.items() if text}
        code = asked.get("code", "")
        problem = code_problem(code)
        if problem:
            self._note(row, "code", problem)
        template = self._script(asked["script"]) if asked.get("script") else None
        if template is None:
            self._note(row, "script", "the script is missing")
        elif isinstance(template, StemError):
            self._note(row, "script", clause(template, [asked["script"]]))
        for head in ("voice", "bed"):
            if getattr(self.wishes.spec, head) is None and is_outside(asked.get(head, "")):
                self._note(row, head, clause(UsageError(_OUTSIDE, hint=_OUTSIDE_HINT)))
                return None
        spec = self._spec(row, asked)
        if template is None or isinstance(template, StemError):
            self._choose(row, spec)
            return None
        spec = replace(spec, values=self._values(row, template, code), fill=self._fill(spec, template))
        chosen = self._choose(row, spec)
        self._keep_password(row, code, asked.get("password", ""))
        if chosen is None or self._notes > before:
            return None
        return self.wishes.job(
            row.place, code, spec, chosen, pattern=self._pattern, number=number, config=self.config
        )

    def compare(self, jobs: Sequence[Job]) -> None:
        """Note which jobs would have one file, and which clients one zip file."""
        alike: dict[str, list[Job]] = {}
        for job in jobs:
            alike.setdefault(same_name(job.target.name), []).append(job)
        for same in alike.values():
            if len(same) > 1:
                one = "of one name" if self._shows_values() else same[0].target.name
                self._problems.append(
                    Message(
                        "{places} would all be {one}: give each "
                        "another code or length, or put {{number}} in the pattern of names{in_names}",
                        places=counted([job.place for job in same]),
                        one=one,
                    )
                )

        clients: dict[str, list[Job]] = {}
        for job in jobs:
            clients.setdefault(same_name(job.code), []).append(job)
        for same in clients.values():
            codes = dict.fromkeys(job.code for job in same)
            if len(codes) > 1:
                places = counted([job.place for job in same])
                self._problems.append(
                    f"{places}: {' and '.join(codes)} are one name on many disks; write a client's code "
                    "always alike, and give another client another"
                )

    def _shows_values(self) -> bool:
        return bool(self._variables() & set(fields(self._pattern)))

    def expected(self, rows: Sequence[Row], jobs: Sequence[Job]) -> tuple[Expected, ...]:
        """Return what is to be expected of jobs; note which cannot be made.

        Raises:
            ConfigError: when it is the settings that are wrong.
        """
        known = expectations(jobs, self.config)
        for row, each in zip(rows, known, strict=True):
            if isinstance(each, ConfigError) and str(each.path) == FILE_NAME:
                raise each
            if isinstance(each, StemError):
                self._note(row, _head(each), clause(each, self._hidden(jobs)))
        return tuple(each for each in known if isinstance(each, Expected))

    def found_problems(self) -> Iterator[str]:
        """Yield what was found wrong, the same of several rows once."""
        yield from self._problems
        in_order = sorted(self._places.items(), key=lambda noted: place_number(noted[1][0]))
        for (head, problem), places in in_order:
            place = where(places, head, self.file.heads)
            yield Message("{place}: {problem}", place=place, problem=problem)

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
        return frozenset(name for template in found for name in fillable(template))

    def _check_heads(self, known: frozenset[str]) -> None:
        """Note heads that are no variable of any script, once for the whole list."""
        if not known or any(isinstance(template, StemError) for template in self._scripts.values()):
            return  # a script that was not found may have them
        for name in self.wishes.spec.values:
            if name not in known:
                raise UnknownNameError("variable", name, known)
        for head in dict.fromkeys((*self.file.heads, *self.file.defaults)):
            if head not in HEADS and head not in known:
                column = self.file.heads.get(head, "")
                meant = nearest(head, {*known, *HEADS})
                hint = f"did you mean '{meant}'?" if meant else f"there is {', '.join(sorted(known))}"
                where = "[defaults], " if head in self.file.defaults else ""
                place = column or f"{where}a name"  # it may be a client's: a list without a row of heads
                self._problems.append(f"{place}: no script of this list has a variable of that name ({hint})")
        for meaning in sorted({*HEADS.values()}):
            twice = [head for head in self.file.heads if HEADS.get(head) == meaning]
            if len(twice) > 1:
                self._problems.append(f"the columns {' and '.join(map(repr, twice))} mean the same")

    def _script(self, name: str) -> ScriptTemplate | StemError:
        if name not in self._scripts:
            try:
                if is_outside(name):
                    raise UsageError(_OUTSIDE, hint=_OUTSIDE_HINT)
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
            except ValueError as error:
                self._note(row, "duration", str(error))
        return replace(
            wished,
            script=asked.get("script", ""),
            duration_s=duration_s,
            voice=wished.voice or asked.get("voice"),
            bed=wished.bed or asked.get("bed"),
        )

    def _fill(self, spec: TrackSpec, template: ScriptTemplate) -> str | None:
        """Return who says what was not recorded: nobody in rows of a voice, when others are recorded."""
        if spec.fill is None or _are_recordings(spec.voice or template.voice or self.config.voice):
            return spec.fill
        if self._mixed is None:
            self._mixed = self._has_recordings()
        return None if self._mixed else spec.fill

    def _has_recordings(self) -> bool:
        """Tell whether recordings speak in any row."""
        heads = [head for head in (*self.file.heads, *self.file.defaults) if HEADS.get(head) == "voice"]
        voices = {row.cells.get(head, "") for row in self.file.rows for head in heads}
        others = {self._default("voice"), self.config.voice} if self.wishes.spec.voice is None else set()
        return any(map(_are_recordings, voices | others))

    def _values(self, row: Row, template: ScriptTemplate, code: str) -> dict[str, str]:
        """Return what a row fills in, of which what is wrong is noted; the usual values where they fit."""
        known = fillable(template)
        usual = {**self.wishes.spec.values, **self.file.defaults}
        given = {head: text for head, text in row.cells.items() if head not in HEADS}
        for name in sorted(given.keys() - known):
            if given[name] and name in self._variables():  # else its head is told, once
                self._note(
                    row, name, f"the script '{template.name}' has no such variable; leave the cell empty"
                )
        values = {
            name: text
            for name, text in {**usual, **given}.items()
            if name in known and (text or name not in given)
        }
        self._check_values(row, template, values, code)
        return values

    def _check_values(self, row: Row, template: ScriptTemplate, values: Mapping[str, str], code: str) -> None:
        words = words_only(values, template)
        for name, error in template.wrong_values(words).items():
            given = bool(words.get(name))
            wrong = clause(error, [words[name]]) if given else f"the script '{template.name}' needs it"
            self._note(row, name, wrong)
        try:
            with_pronunciation(Lexicon({}), values, template)
        except UsageError as error:
            self._note(row, PRONUNCIATION, clause(error, [values[PRONUNCIATION]]))
        own_words = {variable.name for variable in template.variables if variable.type == "text"}
        for name in sorted(own_words & values.keys()):
            if shows(code, values[name]) and f"{{{name}}}" not in self._pattern:
                self._note(
                    row, "code", f"the code holds what is filled in for '{name}', and file names show it"
                )

    def _choose(self, row: Row, spec: TrackSpec) -> Resolved | None:
        """Return what is chosen for a row; None when something is wrong with it, which is noted."""
        key = (spec.script, spec.voice, spec.bed)
        if key not in self._chosen:
            try:
                self._chosen[key] = check_voices(self._choices, spec)
            except StemError as error:
                self._chosen[key] = error
        found = self._chosen[key]
        if isinstance(found, Resolved):
            return found
        for head, problem in _all_wrong(spec, self.config, found, self._cells(row)):
            self._note(row, head, problem)
        return None

    def _cells(self, row: Row) -> list[str]:
        """Return what a row says of script, voice and background that is not there: a name, by a slip."""
        both = {**self.file.defaults, **row.cells}
        said = [text for head, text in both.items() if HEADS.get(head) in {"script", "voice", "bed"}]
        return [text for text in said if not self._is_there(text)]

    def _is_there(self, text: str) -> bool:
        if text not in self._there:
            known = isinstance(self._scripts.get(text), ScriptTemplate)
            known = known or {*BEDS, *voice_names()}.issuperset(text.split("+"))
            with suppress(OutputError):  # no path at all
                known = known or expanded(text).exists()
            self._there[text] = known
        return self._there[text]

    def _hidden(self, jobs: Sequence[Job]) -> list[str]:
        """Return what no mistake in a track that was planned may show; it may be that of a row like it."""
        if self._own is None:
            texts = (text for job in jobs for text in own_words(job.spec))
            cells = (cell for row in self.file.rows for cell in self._cells(row))
            self._own = list(dict.fromkeys((*texts, *cells)))
        return self._own

    def _keep_password(self, row: Row, code: str, password: str) -> None:
        if not password:
            return
        try:
            checked_password(password)
        except UsageError as error:
            self._note(row, "password", clause(error))
        if self.passwords.setdefault(code, password) != password:
            self._note(row, "password", "this code has another password in an earlier row")


def _are_recordings(wish: str) -> bool:
    return recordings_folder(wish) is not None


def _all_wrong(
    spec: TrackSpec, config: Config, error: StemError, cells: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield each thing that is wrong with what a row chooses: its head, and a clause."""
    wrong = [
        (head, error)
        for head, error in (("voice", _voice_error(spec, config)), ("bed", _bed_error(spec)))
        if error is not None
    ]
    no_script = isinstance(error, UnknownNameError) and error.kind == "script"  # which the caller knows
    if not wrong and not no_script:
        wrong = [(_head(error), error)]
    yield from ((head, clause(each, cells)) for head, each in wrong)


def _head(error: StemError) -> str:
    """Return in which column it must be mended."""
    match error:
        case UnreachableLengthError():
            return "duration"
        case UnknownNameError():
            return error.kind
        case EngineError() | ConfigError():  # a voice that cannot speak, or recordings that lack something
            return "voice"
    return "script"


def _voice_error(spec: TrackSpec, config: Config) -> StemError | None:
    wish = spec.voice or config.voice
    try:
        if recordings_folder(wish) is None:
            choose_voice(wish)
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
