"""The error tree. Every error is one sentence and a hint, made from the facts that it keeps as attributes.

    StemError
    ├── UsageError            what was asked for cannot be right (exit code 2)
    │   └── UnknownNameError  a script, voice, bed, pause or variable that does not exist
    ├── ConfigError           a settings file with one or more mistakes
    ├── ScriptError           a script template with a mistake, at a line
    ├── EngineError
    │   ├── EngineUnavailable a voice that cannot speak on this machine
    │   └── SynthesisError    a phrase that a voice could not say
    ├── DownloadError         a voice that could not be fetched
    ├── AudioError            sound that cannot be used
    └── OutputError           a file or folder that cannot be written
        └── BusyError         because another run of stem is at work there

Errors of libraries are turned into one of these in the module that calls the library. No sentence and no hint
names an option or a command: where there are some, the face fills them in (`messages`). Errors pass from one
process to another whole, but for their causes, which are not ours to pickle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from stem.messages import Message, Plural, joined, marked

KINDS = (
    marked("bed"),
    marked("bell"),
    marked("country"),
    marked("destination"),
    marked("format"),
    marked("kind of captions"),
    marked("pause"),
    marked("place for a bell"),
    marked("profile"),
    marked("script"),
    marked("series"),
    marked("variable"),
    marked("voice"),
    marked("voice engine"),
)
"""What may have a name that does not exist."""

_LONGEST_NAME = 100
"""Nobody mistypes a longer one."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, or None when nothing is near."""
    if len(name) > _LONGEST_NAME:  # the work grows with the square of the length
        return None
    by_folded = {candidate.casefold(): candidate for candidate in known if len(candidate) <= _LONGEST_NAME}
    matches = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a hint: the nearest known name when there is one, else what there is to choose from."""
    match = nearest(name, known)
    if match is not None:
        return Message("Did you mean '{name}'?", name=match)
    return Message("There is: {known}.", known=", ".join(sorted(known))) if known else ""


class StemError(Exception):
    """The root of all errors that stem raises on purpose.

    Example:
        >>> try:
        ...     project.plan(stem.TrackSpec("kortt"))
        ... except stem.StemError as error:
        ...     print(error.hint)
        Did you mean 'kort'?

    Attributes:
        sentence: What is wrong and where, as one sentence.
        hint: What to do about it; may be empty.
        place: Where the mistakes are; "" when the sentence alone tells it.
        problems: Each mistake as a phrase without a full stop; empty when the sentence alone tells it.
    """

    place: str = ""
    problems: tuple[str, ...] = ()

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        """Return the sentence, in plain words."""
        return str(self.sentence)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of: not what it was made with, which each class takes in its own way."""
        return _bare, (type(self), *self.args), self.__dict__


def _bare(kind: type[StemError], *args: object) -> StemError:
    """Return an error to which what it keeps has yet to be given."""
    return kind.__new__(kind, *args)


class UsageError(StemError):
    """What was asked for cannot be right.

    Example:
        >>> try:
        ...     project.plan(stem.TrackSpec("kort", duck_lu=50))
        ... except stem.UsageError as error:
        ...     print(error.sentence)
        The background cannot give way by 50 LU.
    """


class UnknownNameError(UsageError):
    """A name that does not exist.

    Example:
        >>> try:
        ...     project.plan(stem.TrackSpec("kort", voice="zachtt"))
        ... except stem.UnknownNameError as error:
        ...     print(error.kind, error.name)
        voice zachtt

    Attributes:
        kind: What the name was taken for: "script", "voice", "bed", "variable" ...
        name: The name as given.
        known: The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        # What is not written as variables are may be what was to be filled in: "-s Anna=naam".
        is_name = re.fullmatch("[a-z][a-z0-9_]{0,40}", name) or kind != "variable"
        told = is_name and len(name) <= _LONGEST_NAME
        kind = Message(kind)  # one of `KINDS`
        sentence = (
            Message("There is no {kind} named '{name}'.", kind=kind, name=name)
            if told
            else Message("There is no {kind} of that name.", kind=kind)
        )
        super().__init__(sentence, hint=did_you_mean(name, self.known))


class ConfigError(StemError):
    """A settings file (stem.toml, a voice template) with mistakes, all of them told at once.

    Example:
        >>> try:
        ...     stem.Project("nergens")
        ... except stem.ConfigError as error:
        ...     print(error.path, error.problems[0])
        nergens there is no such folder

    Attributes:
        path: The file.
        problems: One phrase a mistake, without a full stop.
    """

    def __init__(self, path: Path | str, problems: Sequence[str], *, hint: str = "") -> None:
        self.path = path
        self.problems = tuple(problems)
        self.place = path if isinstance(path, str) else str(path)
        count, told = len(self.problems), joined("; ", self.problems)
        sentence = Plural(
            "{place}: {problems}.", "{place}: {count} mistakes: {problems}.", count, place=path, problems=told
        )
        super().__init__(sentence, hint=hint)


class ScriptError(StemError):
    """A script template with a mistake.

    Example:
        >>> try:
        ...     _ = project.path("fout.j2").write_text("Geen kop.")
        ...     project.plan(stem.TrackSpec("fout.j2"))
        ... except stem.ScriptError as error:
        ...     print(error.line, error.problem)
        1 this script has no front matter

    Attributes:
        problem: What is wrong, without a full stop.
        path: The file.
        line: The line in that file, counted from 1; None when the whole file is meant.
        problems: Several mistakes in the file, each with its line; else the one there is.
    """

    def __init__(
        self,
        problem: str,
        path: Path | str,
        line: int | None = None,
        *,
        problems: Sequence[str] = (),
        hint: str = "",
    ) -> None:
        self.problem = problem
        self.problems = tuple(problems) or (problem,)
        self.path = path
        self.line = line
        self.place = f"{path}"
        place = f"{path}:{line}" if line is not None else f"{path}"
        super().__init__(Message("{place}: {problem}.", place=place, problem=problem), hint=hint)


class EngineError(StemError):
    """A voice engine failed.

    Example:
        >>> try:
        ...     plan = project.plan(stem.TrackSpec("kort", voice="google"))
        ...     project.make(plan)
        ... except stem.EngineError as error:
        ...     print(type(error).__name__)
        EngineUnavailable
    """


class EngineUnavailable(EngineError):  # noqa: N818 - reads as what it says; the tree above has the family name
    """A voice cannot speak on this machine.

    Example:
        >>> try:
        ...     plan = project.plan(stem.TrackSpec("kort", voice="google"))
        ...     project.make(plan)
        ... except stem.EngineUnavailable as error:
        ...     print(error.engine)
        google

    Attributes:
        engine: The engine's name.
        reason: Why not, without a full stop.
    """

    def __init__(self, engine: str, reason: str, *, hint: str = "") -> None:
        self.engine = engine
        self.reason = reason
        sentence = Message(
            "The voice engine '{engine}' cannot be used: {reason}.", engine=engine, reason=reason
        )
        super().__init__(sentence, hint=hint)


class SynthesisError(EngineError):
    """A phrase that an engine could not say.

    Example:
        >>> issubclass(stem.SynthesisError, stem.EngineError)
        True

    Attributes:
        engine: The engine's name.
        phrase: The phrase.
        reason: Why not, without a full stop.
    """

    def __init__(self, engine: str, phrase: str, reason: str, *, hint: str = "") -> None:
        self.engine = engine
        self.phrase = phrase
        self.reason = reason
        sentence = Message(
            "The voice engine '{engine}' could not say \"{phrase}\": {reason}.",
            engine=engine,
            phrase=phrase,
            reason=reason,
        )
        super().__init__(sentence, hint=hint)


class DownloadError(StemError):
    """A file of a voice that could not be fetched; what was fetched of it stays, for the next time.

    Example:
        >>> issubclass(stem.DownloadError, stem.StemError)
        True

    Attributes:
        name: The file.
        problem: What went wrong, without a full stop.
    """

    def __init__(self, name: str, problem: str, *, hint: str = "") -> None:
        self.name = name
        self.problem = problem
        sentence = Message("{name} could not be downloaded: {problem}.", name=name, problem=problem)
        super().__init__(sentence, hint=hint)


class AudioError(StemError):
    """Sound that cannot be used.

    Example:
        >>> try:
        ...     _ = project.path("muziek.wav").write_bytes(b"geen geluid")
        ...     plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="muziek.wav"))
        ...     project.make(plan)
        ... except stem.AudioError as error:
        ...     print("muziek.wav" in error.sentence)
        True

    Attributes:
        origin: Where the sound came from: a file, or a few words.
        problem: What is wrong, without a full stop.
    """

    def __init__(self, origin: Path | str, problem: str, *, hint: str = "") -> None:
        self.origin = origin
        self.problem = problem
        super().__init__(Message("{origin}: {problem}.", origin=origin, problem=problem), hint=hint)


class OutputError(StemError):
    """A file or folder that cannot be written.

    Example:
        >>> try:
        ...     plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        ...     project.make(plan, "lijst.csv/een.mp3")
        ... except stem.OutputError as error:
        ...     print(type(error).__name__)
        OutputError

    Attributes:
        path: The file or folder.
        problem: What is wrong, without a full stop.
    """

    def __init__(self, path: Path | str, problem: str, *, hint: str = "") -> None:
        self.path = path
        self.problem = problem
        sentence = Message("{path} cannot be written: {problem}.", path=path, problem=problem)
        super().__init__(sentence, hint=hint)


class BusyError(OutputError):
    """A file or folder where another run of stem is at work.

    Example:
        >>> issubclass(stem.BusyError, stem.OutputError)  # what two threads make at once
        True
    """

    def __init__(self, path: Path | str) -> None:
        hint = Message("Wait until it is done, then try again.")
        super().__init__(path, Message("another run of stem is busy there"), hint=hint)
