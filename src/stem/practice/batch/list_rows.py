"""A row of a list: what it asks for as a job, or all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from stem.config import Config
from stem.errors import ConfigError, EngineError, StemError, UnknownNameError, UsageError
from stem.files import is_outside
from stem.messages import Message, message_of
from stem.practice.batch.jobs import Job
from stem.practice.batch.list_values import clause, code_problem, duration, no_name_problem
from stem.practice.batch.options import BatchOptions, fillable, names_in_code
from stem.practice.handout import checked_password
from stem.practice.lists import BatchFile, Row
from stem.script.dutch.lexicon import Lexicon
from stem.script.pacing import UnreachableLengthError
from stem.script.template import ScriptTemplate, find_script
from stem.sound.beds import BedChoice
from stem.track.choices import Resolved
from stem.track.spec import TrackSpec
from stem.track.words import PRONUNCIATION, with_pronunciation, words_only
from stem.voices.speakers import choose_voice, recordings_folder

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

_OUTSIDE = Message("That is a file outside this folder.")
_OUTSIDE_HINT = Message("put a copy of it in this folder, or name it {on_command_line}")


Wrong: TypeAlias = tuple[str, str]
"""What a column means, and what is wrong with what a row has there."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all rows.

    Attributes:
        file: The list.
        options: What holds for the whole batch.
        config: What stem.toml says.
        scripts: By name, each that the list names, or why it cannot be read.
        variables: All that can be filled in in them.
        pattern: Of the names of files.
        choose: Returns what is chosen for a track, or what is wrong with that; what is alike once.
        is_there: Tells whether what stands in a cell is a script, a voice, a background or a file.
        passwords: By code, the first that stands in the list.
        keeps_fill: Whether only rows with own recordings have someone who fills in.
    """

    file: BatchFile
    options: BatchOptions
    config: Config
    scripts: Mapping[str, ScriptTemplate | StemError]
    variables: frozenset[str]
    pattern: str
    choose: Callable[[TrackSpec], Resolved | StemError]
    is_there: Callable[[str], bool]
    passwords: Mapping[str, str]
    keeps_fill: bool


def check_row(row: Row, number: int, context: Context) -> tuple[Job | None, list[Wrong]]:
    """Return a row's job, or what is wrong with it."""
    asked = asked_of(row, context.file)
    code, name = asked.get("code", ""), asked.get("script")
    template = context.scripts[name] if name else None
    wrong: list[Wrong] = []
    if problem := code_problem(code):
        wrong.append(("code", problem))
    if name is None:
        wrong.append(("script", Message("the script is missing")))
    elif isinstance(template, StemError):
        wrong.append(("script", clause(template, [name])))
    for head in ("voice", "bed"):
        if getattr(context.options.spec, head) is None and is_outside(
            asked.get(head, ""), context.options.home
        ):
            return None, [*wrong, (head, clause(UsageError(_OUTSIDE, hint=_OUTSIDE_HINT)))]
    spec, wrong_length = _spec(asked, context)
    wrong += wrong_length
    if not isinstance(template, ScriptTemplate):
        return None, [*wrong, *_wrong_choices(row, spec, context)]
    values, wrong_values = _values(row, template, code, context)
    spec = replace(spec, values=values, fill=_fill(spec, template, context))
    wrong += [*wrong_values, *_wrong_choices(row, spec, context), *_wrong_password(asked, context)]
    chosen = context.choose(spec)
    if wrong or isinstance(chosen, StemError):
        return None, wrong
    job = context.options.job(
        row.place, code, spec, chosen, pattern=context.pattern, number=number, config=context.config
    )
    return job, []


def _spec(asked: Mapping[str, str], context: Context) -> tuple[TrackSpec, list[Wrong]]:
    """Return what a row asks for, but for its values; what holds for the whole batch goes first."""
    wished, wrong = context.options.spec, list[Wrong]()
    duration_s = wished.duration_s
    if duration_s is None and asked.get("duration"):
        try:
            duration_s = duration(asked["duration"])
        except ValueError as error:
            wrong.append(("duration", message_of(error)))
    spec = replace(
        wished,
        script=asked.get("script", ""),
        duration_s=duration_s,
        voice=wished.voice or asked.get("voice"),
        bed=wished.bed or asked.get("bed"),
    )
    return spec, wrong


def _fill(spec: TrackSpec, template: ScriptTemplate, context: Context) -> str | None:
    """Return who says what was not recorded: nobody in rows of a voice, when others are recorded."""
    wish = spec.voice or template.voice or context.config.voice
    if spec.fill is None or are_recordings(wish, context.options.home):
        return spec.fill
    return None if context.keeps_fill else spec.fill


def _values(
    row: Row, template: ScriptTemplate, code: str, context: Context
) -> tuple[dict[str, str], list[Wrong]]:
    """Return what a row fills in, and what is wrong with it; the usual values where they fit."""
    known = fillable(template)
    usual = {**context.options.spec.values, **context.file.defaults}
    given = {head: text for head, text in row.cells.items() if head not in HEADS}
    wrong: list[Wrong] = [
        (
            name,
            Message(
                "the script '{template}' has no such variable; leave the cell empty", template=template.name
            ),
        )
        for name in sorted(given.keys() - known)
        if given[name] and name in context.variables  # else its head is told, once
    ]
    values = {
        name: text
        for name, text in {**usual, **given}.items()
        if name in known and (text or name not in given)
    }
    words = words_only(values, template)
    for name, error in template.wrong_values(words).items():
        needed = Message("the script '{template}' needs it", template=template.name)
        wrong.append((name, clause(error, [words[name]]) if words.get(name) else needed))
    try:
        with_pronunciation(Lexicon({}), values, template)
    except UsageError as error:
        wrong.append((PRONUNCIATION, clause(error, [values[PRONUNCIATION]])))
    named = {"naam"} | {each.name for each in template.variables if each.holds in {"name", "person"}}
    no_names = {name: no_name_problem(given[name]) for name in sorted(named & given.keys()) if given[name]}
    wrong += [(name, problem) for name, problem in no_names.items() if problem]
    wrong += [("code", text) for text in names_in_code(code, values, template, context.pattern)]
    return values, wrong


def _wrong_choices(row: Row, spec: TrackSpec, context: Context) -> list[Wrong]:
    """Return each thing that is wrong with what a row chooses."""
    error, home = context.choose(spec), context.options.home
    if not isinstance(error, StemError):
        return []
    found = (("voice", voice_error(spec, context.config, home)), ("bed", bed_error(spec, home)))
    wrong = [(head, each) for head, each in found if each is not None]
    no_script = isinstance(error, UnknownNameError) and error.kind == "script"  # which the caller knows
    if not wrong and not no_script:
        wrong = [(head_of(error), error)]
    cells = unknown_cells(row, context)
    return [(head, clause(each, cells)) for head, each in wrong]


def _wrong_password(asked: Mapping[str, str], context: Context) -> list[Wrong]:
    password, wrong = asked.get("password", ""), list[Wrong]()
    if password:
        try:
            checked_password(password)
        except UsageError as error:
            wrong.append(("password", clause(error)))
        if context.passwords[asked.get("code", "")] != password:
            wrong.append(("password", Message("this code has another password in an earlier row")))
    return wrong


def unknown_cells(row: Row, context: Context) -> list[str]:
    """Return what a row says of script, voice and background that is not there: a name, by a slip."""
    both = {**context.file.defaults, **row.cells}
    said = [text for head, text in both.items() if HEADS.get(head) in {"script", "voice", "bed"}]
    return [text for text in said if not context.is_there(text)]


def asked_of(row: Row, file: BatchFile) -> dict[str, str]:
    """Return what a row says by the meaning of its heads, the defaults where it says nothing."""
    said = {HEADS[head]: text for head, text in row.cells.items() if head in HEADS}
    usual = {HEADS[head]: text for head, text in file.defaults.items() if head in HEADS}
    return {head: text for head, text in {**usual, **said}.items() if text}


def script_or_error(name: str, home: Path) -> ScriptTemplate | StemError:
    """Return a script that a list may name, or why it cannot be read."""
    try:
        if is_outside(name, home):
            raise UsageError(_OUTSIDE, hint=_OUTSIDE_HINT)
        return find_script(name, home)
    except StemError as error:
        return error


def head_of(error: StemError) -> str:
    """Return in which column it must be mended."""
    match error:
        case UnreachableLengthError():
            return "duration"
        case UnknownNameError():
            return error.kind
        case EngineError() | ConfigError():  # a voice that cannot speak, or recordings that lack something
            return "voice"
    return "script"


def voice_error(spec: TrackSpec, config: Config, home: Path) -> StemError | None:
    """Return what is wrong with the voice that is asked for."""
    wish = spec.voice or config.voice
    if not wish:  # the usual voice is no row's choice, and to look for it takes long
        return None
    try:
        if recordings_folder(wish, home) is None:
            choose_voice(wish, home)
    except StemError as error:
        return error
    return None


def bed_error(spec: TrackSpec, home: Path) -> StemError | None:
    """Return what is wrong with the background that is asked for."""
    try:
        if spec.bed:
            BedChoice.read(spec.bed, home)
    except StemError as error:
        return error
    return None


def are_recordings(wish: str, home: Path) -> bool:
    """Tell whether own recordings are asked for."""
    return recordings_folder(wish, home) is not None
