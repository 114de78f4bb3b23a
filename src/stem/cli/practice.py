"""Commands for many tracks at once: practice, batch, series."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

import stem
from stem.cli.options import Request, batch_options, json_option, project
from stem.cli.output import (
    ask,
    batch_progress,
    in_options,
    print_json,
    print_list,
    say_hint,
    say_problems,
    show,
    spoken,
)
from stem.cli.output import say as tell
from stem.errors import ConfigError, UsageError
from stem.messages import Message, retold

if TYPE_CHECKING:
    from stem import Batch, Outcome, Report, TrackSpec

_PRIVATE_UMASK = 0o077
"""What is made for clients is for the eyes of its owner."""

_LONGEST_PASSWORD_FILE = 1_000
_LARGEST_LIST = 20_000_001
"""Bytes: one more than is taken, so that what is too large is known."""


@dataclass(frozen=True, slots=True)
class _How:
    """How a batch is made, and what is made of it besides tracks."""

    output: str | None
    names: str
    captions: str | None
    jobs: int | None
    dask: str | None
    dry_run: bool
    force: bool
    letter: bool
    zipped: bool
    yes: bool
    password_file: str | None
    page: str | None
    as_json: bool


_HOW = (
    click.option("-o", "--output", metavar="FOLDER", help="Where the tracks go.  [default: output/]"),
    click.option("--names", default="", metavar="PATTERN", help="{code}_{script}_{minutes}min, or another."),
    click.option("--captions", metavar="KINDS", help="Write the words in time beside them: vtt,srt,lrc"),
    click.option("--jobs", type=click.IntRange(1, 1024), help="So many at once.  [default: one a core]"),
    click.option("--dask", metavar="ADDRESS", help="Make them on a Dask cluster: tcp://scheduler:8786"),
    click.option("--dry-run", is_flag=True, help="Show what would be made; make nothing."),
    click.option("--letter", is_flag=True, help="Write a text to send with the tracks, for each client."),
    click.option("--zip", "zipped", is_flag=True, help="Pack it for each client, with a password."),
    click.option("--yes", is_flag=True, help="Also send what is for use with a practitioner only."),
    click.option("--password-file", metavar="FILE|-", help="Where the password of all zip files stands."),
    click.option("--page", metavar="FILE", help="Write a page about it all: overzicht.html"),
    click.option("--force", is_flag=True, help="Make everything again, and replace what is there."),
    json_option,
)


def _how_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `_How`, and hand them over as one."""

    @functools.wraps(command)
    def with_how(*arguments: Any, **given: Any) -> None:
        how = _How(**{name: given.pop(name) for name in _How.__dataclass_fields__})
        command(*arguments, how=how, **given)

    wrapped: Callable[..., None] = with_how
    for option in reversed(_HOW):
        wrapped = option(wrapped)
    return wrapped


@click.group()
def practice() -> None:
    """A practice's own folder."""


@practice.command()
@click.argument("folder", default=".")
@click.option("--name", default="", help="Name of the practice.")
@click.option("--country", default="NL", help="Whose help numbers are told: NL or BE.", show_default=True)
def init(folder: str, name: str, country: str) -> None:
    """Write settings, a list of clients and a script of your own to begin with, in FOLDER."""
    os.umask(_PRIVATE_UMASK)
    begun = stem.begin_practice(folder, name=name, country=country)
    for path in begun.written:
        show(str(path))
    for path in begun.kept:
        tell(Message("{path} was there already and stays as it is.", path=path))
    if folder == ".":
        tell(Message("Next: stem batch clients.csv --dry-run"))
    else:
        there = _quoted(folder)
        tell(Message("Next: cd {folder}, then: stem batch clients.csv --dry-run", folder=there))


def _quoted(folder: str) -> str:
    return f'"{folder}"' if " " in folder else folder


@click.command()
@click.argument("file")
@batch_options
@_how_options
def batch(request: Request, file: str, how: _How) -> None:
    """Make a track for each row of FILE: CSV, XLSX or TOML; "-" reads CSV from standard input."""
    if file == how.password_file == "-":
        raise UsageError(
            Message("The list and the password cannot both come from standard input."),
            hint=Message("Name a file that holds the password."),
        )
    content = sys.stdin.buffer.read(_LARGEST_LIST) if file == "-" else None
    _make(project().batch(file, *_wishes(request, how), content=content, **_kept(how)), how)


@click.command()
@click.argument("name", required=False)
@click.option("--code", required=True, help="The client's code: files are called by it, never by a name.")
@batch_options
@_how_options
def series(request: Request, name: str | None, code: str, how: _How) -> None:
    """Make all tracks of the series NAME (see: stem scripts): numbered, one album, voice and background."""
    _make(project().series_batch(name, code, *_wishes(request, how), **_kept(how)), how)


def _wishes(request: Request, how: _How) -> tuple[TrackSpec, str | None]:
    return request.spec(), how.output


def _kept(how: _How) -> dict[str, Any]:
    kinds = stem.Sidecars.read(how.captions, plot=False, record=True, anonymous=False).captions
    return {"names": how.names, "captions": kinds, "again": how.force}


def _make(batch: Batch, how: _How) -> None:
    """Make the tracks that are asked for, and what is wanted of them, and tell what became of them."""
    os.umask(_PRIVATE_UMASK)
    if how.page is not None:
        batch.check_page(how.page, overwrite=how.force)
    exit_code = 0
    for told in batch.remarks:
        tell(told)
    if how.dry_run:
        report = batch.rehearse()
    else:
        locks = batch.passwords(lambda: _password(how.password_file)) if how.zipped else None
        for told in batch.notices:
            tell(told)
        report = _run(batch, how)
        exit_code = _hand_over(batch, report, how, locks)
    _print_report(report, as_json=how.as_json, dry_run=how.dry_run)
    if how.page is not None:
        tell(str(batch.write_page(report, how.page, overwrite=how.force)))
    if exit_code := exit_code or report.exit_code:
        raise click.exceptions.Exit(exit_code)


def _run(batch: Batch, how: _How) -> Report:
    """Make the tracks, here or on a cluster, with a line for each."""
    there, count = 0, len(batch.asked.jobs)
    with batch_progress(count) as (on_line, events):

        def on_outcome(outcome: Outcome) -> None:
            nonlocal there
            there += outcome.status != "failed"
            on_line(stem.documents.outcome_line(outcome))

        try:
            return batch.make(workers=how.jobs, dask=how.dask, on_outcome=on_outcome, events=events)
        except KeyboardInterrupt:
            tell(
                Message(
                    "{there} of {count} tracks are there; the same command goes on with the rest.",
                    there=there,
                    count=count,
                )
            )
            raise


def _password(file: str | None) -> str:
    return _password_of(file) if file else _asked_password()


def _password_of(file: str) -> str:
    try:
        opened = sys.stdin if file == "-" else project().path(file).open(encoding="utf-8-sig")
        with opened:
            return opened.read(_LONGEST_PASSWORD_FILE).rstrip("\r\n")
    except UnicodeDecodeError as error:
        problem = Message("no password can be read from it")
        hint = Message("Save it as plain text in UTF-8.")
        raise ConfigError(file, [problem], hint=hint) from error
    except OSError as error:
        problem = Message("it cannot be read ({reason})", reason=error.strerror)
        raise ConfigError(file, [problem]) from error


def _asked_password() -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            Message("There is no password for the zip files."),
            hint=Message(
                "Name a file that holds it with --password-file; a list may have a column 'wachtwoord'."
            ),
        )
    tell(
        Message(
            "A password that can be told by telephone, for example: {password}", password=stem.new_password()
        )
    )
    return ask(Message("Password of the zip files"), secret=True)


def _hand_over(batch: Batch, report: Report, how: _How, locks: Mapping[str, str] | None) -> int:
    """Put together what goes to clients, tell of it, and return the exit code."""
    if not (how.letter or how.zipped):
        return 0
    handed = batch.hand_over(report, locks, also_guided=how.yes)
    for path in handed.written:
        tell(str(path))
    for path in handed.kept:
        tell(Message("{path} is there already and holds the same.", path=path))
    for path in handed.own:
        tell(
            Message(
                "{path} has words of your own and stays as it is; for a new one, move it away.", path=path
            )
        )
    for path in handed.held:
        tell(
            Message(
                "{path} is for use with a practitioner only: it is not sent, unless with --yes.", path=path
            )
        )
    for code, reason in handed.left.items():
        tell(Message("Error: {code}: {problem}.", code=code, problem=reason))
    return handed.exit_code


def _print_report(report: Report, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        print_json(stem.documents.batch_document(report))
    else:
        print_list("tracks", stem.documents.outcome_rows(report), as_json=False)
        for outcome in report.outcomes:
            for warning in outcome.warnings:
                told = in_options(retold(warning, spoken()))  # its record has it in English
                about = f"{outcome.code}, {outcome.path.name}: {told}"
                tell(Message("Warning: {warning}", warning=about))
    for outcome in report.outcomes:
        if outcome.status == "failed":
            about = Message("Error: {place}, {code}", place=outcome.place, code=outcome.code)
            say_problems(about, outcome.error, outcome.origin, outcome.problems)
            say_hint(outcome.hint)
    tell(stem.documents.summary(report, dry_run=dry_run))


COMMANDS = (practice, batch, series)
