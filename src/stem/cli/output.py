"""Printing: results to stdout, everything else to stderr. No other module prints, or asks.

Titles, names and texts come from anyone. What a terminal would take for an order, what turns the direction of
a line, and what ends it are shown by their numbers: no title can clear the screen, change the colour of a
verdict or add a line of its own.
"""

from __future__ import annotations

import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from gettext import NullTranslations
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import click

from stem.characters import code_point, visible
from stem.cli.words import HEADS, OPTIONS, STAGES, click_message
from stem.errors import OutputError, StemError
from stem.messages import ENGLISH, Message, Plural, joined, told

if TYPE_CHECKING:
    from rich.progress import TaskID

    from stem import BatchProgress
    from stem import Progress as Told

VERSION = 1
"""Version of all documents; grows when a key changes its meaning or goes."""


_LAYOUT = str.maketrans({sign: code_point(sign) for sign in "\n\t"})

_spoken: ContextVar[NullTranslations] = ContextVar("spoken", default=ENGLISH)


@contextmanager
def speaking(language: NullTranslations) -> Iterator[None]:
    """Tell people everything in a language, within."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> NullTranslations:
    """Return the language that is spoken."""
    return _spoken.get()


_STREAMS = (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))
"""How each is opened when it is closed: results that have nowhere to go are an error, remarks are not."""


def show(line: str = "") -> None:
    """Print a line of a result."""
    _print(_one_line(line))


def show_unplayed(path: Path | None, output: str | None) -> None:
    """Show where a sound is that was to be heard; when no file was asked for, tell why there is one."""
    if path is None:
        return
    if output is None:
        say(Message("Nothing on this machine plays sound; it is in a file now, which you can open:"))
    show(str(path))


def show_text(text: str) -> None:
    """Print a text in lines of its own."""
    _print(visible(in_options(text)), nl=not text.endswith("\n"))


def say(line: str = "") -> None:
    """Tell something that is not a result."""
    _say(_one_line(line))


def say_usage(error: click.ClickException) -> None:
    """Tell what is wrong with a command, and how it is used."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        _say(visible(context.get_usage()))
        asking = f"{context.command_path} {context.help_option_names[-1]}"
        say(Message("Try '{asking}' for help.", asking=asking))
        say()
    say(Message("Error: {problem}", problem=click_message(error.format_message())))


def say_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell all of an error, as `sys.excepthook` does."""
    _say(visible("".join(traceback.format_exception(kind, error, trace)).rstrip("\n")))


def say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,  # noqa: ARG001 - a place in a library's source tells a user nothing
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """Tell a library's warning, as `warnings.showwarning` does."""
    say(Message("Warning: {warning}", warning=f"{message} ({category.__name__})"))


def ask(question: str, default: str | None = None, *, secret: bool = False) -> str:
    """Ask for a text; a secret one is not shown, and asked twice.

    Raises:
        click.Abort: when there is no answer.
    """
    shown = None if default is None else _one_line(default)
    while True:
        answer = click.prompt(
            _one_line(question), default=shown, show_default=bool(shown), hide_input=secret, err=True
        )
        if not secret or answer == _asked_again():
            return default if default is not None and answer == shown else str(answer)
        say(Message("Error: the two are not the same."))


def _asked_again() -> str:
    again = _one_line(Message("The same once more"))
    return str(click.prompt(again, hide_input=True, err=True))


_YES, _NO = {"y", "yes", "j", "ja"}, {"", "n", "no", "nee"}


def confirmed(question: str) -> bool:
    """Ask; no answer is no."""
    asked = _one_line(Message("{question} [y/N]", question=question))
    try:
        while True:
            answer = click.prompt(asked, default="", show_default=False, err=True).strip().casefold()
            if answer in _YES | _NO:
                return answer in _YES
            say(Message("Error: answer with y or n."))
    except click.Abort:
        say()
        return False


def prepare_streams() -> None:
    """See to it that all three streams are there, and can tell names outside the terminal's alphabet.

    A file that is opened while one of them is closed would get its number, and what is printed.
    """
    for number, (name, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, mode)
            os.dup2(opened, number)
            if opened != number:
                os.close(opened)
            kind = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(number, kind, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def lost_results() -> OutputError | None:
    """Return why what click printed could not be; None when it is where it should be.

    Raises:
        BrokenPipeError: when whoever read it went away.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        return _lost(error)
    return None


def drop(stream: TextIO) -> None:
    """Let what can no longer be written to a stream go nowhere, also at exit."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _print(text: str, *, nl: bool = True) -> None:
    try:
        click.echo(text, nl=nl)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _lost(error) from error


def _lost(error: OSError) -> OutputError:
    drop(sys.stdout)
    reason = (error.strerror or type(error).__name__).lower()
    hint = Message("What was made is there all the same.")
    return OutputError(Message("The standard output"), reason, hint=hint)


def _say(text: str) -> None:
    try:
        click.echo(text, err=True)
    except (OSError, ValueError):  # a full or closed stream of errors changes nothing of what is done
        drop(sys.stderr)


def _one_line(text: str) -> str:
    return visible(in_options(text)).translate(_LAYOUT)


def in_options(text: str) -> str:
    """Return a text with the options it is about, as it is told; for one that is to be part of a line."""
    return told(text, OPTIONS, _spoken.get())


MOST_PROBLEMS = 200
"""So many mistakes in one file are told; the rest is counted."""


def say_error(error: StemError) -> None:
    """Tell what went wrong and what to do about it; several mistakes in a file each get a line."""
    say_problems(Message("Error"), error.sentence, error.place, error.problems)
    say_hint(error.hint)


def say_problems(subject: str, sentence: str, place: str, problems: Sequence[str]) -> None:
    """Tell what is wrong; see `problem_lines`."""
    for line in problem_lines(subject, sentence, place, problems):
        say(line)


def problem_lines(subject: str, sentence: str, place: str, problems: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong, several mistakes each on a line.

    Args:
        subject: What the first line begins with.
        sentence: All of it.
        place: Where the mistakes are.
        problems: Each of them; one, or none, is told by the sentence.
    """
    if len(problems) <= 1:
        yield f"{in_options(subject)}: {in_options(sentence)}"
        return
    told_place = f"{in_options(subject)}: {in_options(place)}"
    yield in_options(
        Plural("{place}: 1 mistake:", "{place}: {count} mistakes:", len(problems), place=told_place)
    )
    yield from (f"  {in_options(problem)}" for problem in problems[:MOST_PROBLEMS])
    if len(problems) > MOST_PROBLEMS:
        yield in_options(Message("  and {count} more", count=len(problems) - MOST_PROBLEMS))


def say_hint(hint: str) -> None:
    """Tell what to do, if anything; what it lists gets lines of its own, what ends a line in a fact none."""
    lines = in_options(hint.with_facts(_one_line)).split("\n") if isinstance(hint, Message) else [hint]
    if hint:
        say(Message("Hint: {hint}", hint=lines[0]))
    for line in lines[1:]:
        say(line)


def print_json(document: Mapping[str, object]) -> None:
    """Print one document, with its version."""
    text = json.dumps({"version": VERSION, **_in_options(document)}, ensure_ascii=False, indent=2)
    if visible(text) != text:  # such signs stand within quotes: a program reads them as they are
        text = "".join(sign if visible(sign) == sign else json.dumps(sign)[1:-1] for sign in text)
    _print(text)


def _in_options(document: Any) -> Any:
    """Return a document, or what stands in it, with the options that its messages are about."""
    match document:
        case Message():
            return in_options(document)
        case Mapping():
            return {key: _in_options(value) for key, value in document.items()}
        case list() | tuple():
            return [_in_options(each) for each in document]
    return document


def print_list(kind: str, rows: Sequence[Mapping[str, str]], *, as_json: bool) -> None:
    """Print rows with the same keys as a table, or as a document with one key `kind`."""
    if as_json:  # what a program compares with stays English
        print_json({kind: [{key: str.__str__(cell) for key, cell in row.items()} for row in rows]})
        return
    heads = [in_options(HEADS.get(key, key)) for key in rows[0]]
    table = [heads, *([_one_line(cell) for cell in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        show("  ".join(cells).rstrip())


@contextmanager
def byte_progress(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar of a download on a terminal; keep still elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_one_line(name), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def progress() -> Iterator[Callable[[Told], object] | None]:
    """Show a bar on a terminal; keep still elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(told: Told) -> None:
            if told.stage not in tasks:
                tasks[told.stage] = bar.add_task(in_options(STAGES[told.stage]), total=1.0)
            bar.update(tasks[told.stage], completed=told.share)

        yield show


@contextmanager
def batch_progress(
    total: int,
) -> Iterator[tuple[Callable[[str], None], Callable[[BatchProgress], object] | None]]:
    """Lend what tells a line of each track that is finished, and what hears how far each is.

    On a terminal a bar for all, and one for each that is being made, stay under these lines.
    """
    language = spoken()  # lines come from threads, each of which begins in English
    if not sys.stderr.isatty():
        numbers = iter(range(1, total + 1))

        def tell(line: str) -> None:
            with speaking(language):
                say(joined(" ", [f"[{next(numbers)}/{total}]", line]))

        yield tell, None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        whole = bar.add_task(_of_all(0, total), total=total)
        tasks: dict[str, TaskID] = {}

        def show(line: str) -> None:
            with speaking(language):
                bar.console.print(_one_line(line), markup=False, emoji=False, highlight=False)

        def hear(told: BatchProgress) -> None:
            with speaking(language):
                update(told)

        def update(told: BatchProgress) -> None:
            bar.update(whole, completed=told.done, description=_of_all(told.done, total))
            making = {f"{job.place}, {job.code}": job.progress for job in told.making}
            for gone in tasks.keys() - making.keys():
                bar.remove_task(tasks.pop(gone))
            for name, progress in making.items():
                if name not in tasks:
                    tasks[name] = bar.add_task("", total=1.0)
                doing = "" if progress is None else f", {in_options(STAGES[progress.stage])}"
                share = 0.0 if progress is None else progress.share
                bar.update(tasks[name], completed=share, description=_one_line(f"  {name}{doing}"))

        yield show, hear


def _of_all(done: int, total: int) -> str:
    return in_options(Message("tracks {done}/{total}", done=done, total=total))
