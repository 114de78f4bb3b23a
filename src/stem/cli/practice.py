"""Commands for many tracks at once: practice, batch, series."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stem.cli.options import Request, batch_options, config, json_option
from stem.cli.output import (
    ask,
    batch_progress,
    in_options,
    print_json,
    print_list,
    say_hint,
    say_problems,
    show,
)
from stem.cli.output import say as tell
from stem.errors import ConfigError, UsageError, nearest

if TYPE_CHECKING:
    from stem.config import Config
    from stem.practice.batch import BatchOptions, Job, JobList, Outcome, Report

_PRIVATE_UMASK = 0o077
"""What is made for clients is for the eyes of its owner."""

_LONGEST_PASSWORD_FILE = 1_000


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
    from stem.files import expanded
    from stem.practice.setup import LIST_NAME, begin_practice

    os.umask(_PRIVATE_UMASK)
    begun = begin_practice(expanded(folder), name=name, country=country)
    for path in begun.written:
        show(str(path))
    for path in begun.kept:
        tell(f"{path} was there already and stays as it is.")
    there = "" if folder == "." else f"cd {_quoted(folder)}, then: "
    tell(f"Next: {there}stem batch {LIST_NAME} --dry-run")


def _quoted(folder: str) -> str:
    return f'"{folder}"' if " " in folder else folder


@click.command()
@click.argument("file")
@batch_options
@_how_options
def batch(request: Request, file: str, how: _How) -> None:
    """Make a track for each row of FILE: CSV, XLSX or TOML; "-" reads CSV from standard input."""
    from stem.practice.batch import jobs_of_list
    from stem.practice.lists import read_batch_file

    if file == how.password_file == "-":
        raise UsageError(
            "The list and the password cannot both come from standard input.",
            hint="Name a file that holds the password.",
        )
    settings = config()
    asked = jobs_of_list(read_batch_file(file, _content(file)), _wishes(request, how, settings), settings)
    _make(asked, settings, how, title=Path(file).stem)


@click.command()
@click.argument("name", required=False)
@click.option("--code", required=True, help="The client's code: files are called by it, never by a name.")
@batch_options
@_how_options
def series(request: Request, name: str | None, code: str, how: _How) -> None:
    """Make all tracks of the series NAME (see: stem scripts): numbered, one album, voice and background."""
    from stem.practice.batch import jobs_of_series
    from stem.script.series import find_series

    settings = config()
    if not (name or settings.series):
        raise UsageError("No series is named.", hint="For example: stem series zeven-dagen --code c017")
    wanted = find_series(name or settings.series)
    asked = jobs_of_series(wanted, code, _wishes(request, how, settings), settings)
    _make(asked, settings, how, title=wanted.title)


def _content(file: str) -> bytes:
    """Read a list.

    Raises:
        ConfigError: when it cannot be read.
    """
    from stem.files import expanded
    from stem.practice.lists import LARGEST_FILE

    if file == "-":
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    path = expanded(file)
    try:
        with path.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        problem = f"there is no such file in {path.absolute().parent}"
        raise ConfigError(file, [problem], hint=_list_hint(path)) from error
    except OSError as error:
        raise ConfigError(file, [f"it cannot be read ({error.strerror})"]) from error


def _list_hint(path: Path) -> str:
    """Return what to do about a list that is not there: most often the folder is another one."""
    lists = [each.name for kind in ("csv", "xlsx") for each in path.parent.glob(f"*.{kind}")]
    meant = nearest(path.name, lists)
    if meant:
        return f"Did you mean '{meant}'?"
    return "Go to the folder of the practice with cd, or begin one with: stem practice init"


def _wishes(request: Request, how: _How, settings: Config) -> BatchOptions:
    from stem.files import expanded
    from stem.practice.batch import BatchOptions
    from stem.record.sidecars import Sidecars

    folder = expanded(how.output or settings.output)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"'{folder}' is not a folder.", hint="A batch needs a folder for its tracks.")
    captions = Sidecars.read(how.captions, plot=False, record=True, anonymous=False).captions
    return BatchOptions(request.spec(), folder, how.names, captions, how.force)


def _make(asked: JobList, settings: Config, how: _How, *, title: str) -> None:
    """Make the tracks that are asked for, and what is wanted of them, and tell what became of them."""
    from stem.practice.batch import rehearse

    os.umask(_PRIVATE_UMASK)
    _check_page(how)
    exit_code = 0
    if how.dry_run:
        report = rehearse(asked, settings)
    else:
        locks = _passwords(asked.jobs, asked.passwords, how.password_file) if how.zipped else None
        for told in asked.notices:
            tell(told)
        report = _run(asked.jobs, settings, how)
        exit_code = _hand_over(asked.jobs, report, settings, how, locks)
    _print_report(report, as_json=how.as_json, dry_run=how.dry_run)
    if how.page is not None:
        tell(_write_page(report, settings, how.page, title, force=how.force))
    if exit_code := exit_code or report.exit_code:
        raise click.exceptions.Exit(exit_code)


def _run(jobs: Sequence[Job], settings: Config, how: _How) -> Report:
    """Make the tracks, here or on a cluster, with a line for each."""
    from stem.cores import cores
    from stem.practice.batch import run_batch
    from stem.practice.batch.report_lines import outcome_line

    there = 0
    with batch_progress(len(jobs)) as on_line:

        def on_outcome(outcome: Outcome) -> None:
            nonlocal there
            there += outcome.status != "failed"
            on_line(outcome_line(outcome))

        try:
            if how.dask is not None:
                from stem.practice.batch.cluster import on_cluster

                with on_cluster(how.dask, jobs) as cluster:
                    return run_batch(
                        jobs,
                        settings,
                        opened=cluster.opened,
                        workers=how.jobs or cluster.workers,
                        task=cluster.task,
                        on_outcome=on_outcome,
                    )
            return run_batch(jobs, settings, workers=how.jobs or cores(), on_outcome=on_outcome)
        except KeyboardInterrupt:
            tell(f"{there} of {len(jobs)} tracks are there; the same command goes on with the rest.")
            raise


def _passwords(jobs: Sequence[Job], given: Mapping[str, str], file: str | None) -> dict[str, str]:
    """Return a password for each code: its own, or one for all, from a file or asked for.

    Raises:
        UsageError: when one will not do, or none can be had.
        ConfigError: when the file cannot be read.
    """
    from stem.practice.handout import checked_password

    codes = dict.fromkeys(job.code for job in jobs)
    common = ""
    if any(code not in given for code in codes):
        common = _password_of(file) if file else _asked_password()
    passwords = {code: given.get(code, common) for code in codes}
    for password in dict.fromkeys(passwords.values()):
        checked_password(password)
    return passwords


def _password_of(file: str) -> str:
    from stem.files import expanded

    try:
        opened = sys.stdin if file == "-" else expanded(file).open(encoding="utf-8-sig")
        with opened:
            return opened.read(_LONGEST_PASSWORD_FILE).rstrip("\r\n")
    except UnicodeDecodeError as error:
        problem = "no password can be read from it"
        raise ConfigError(file, [problem], hint="Save it as plain text in UTF-8.") from error
    except OSError as error:
        raise ConfigError(file, [f"it cannot be read ({error.strerror})"]) from error


def _asked_password() -> str:
    from stem.practice.handout import new_password

    if not sys.stdin.isatty():
        raise UsageError(
            "There is no password for the zip files.",
            hint="Name a file that holds it with --password-file; a list may have a column 'wachtwoord'.",
        )
    tell(f"A password that can be told by telephone, for example: {new_password()}")
    return ask("Password of the zip files", secret=True)


def _hand_over(
    jobs: Sequence[Job], report: Report, settings: Config, how: _How, locks: Mapping[str, str] | None
) -> int:
    """Put together what goes to clients, tell of it, and return the exit code."""
    from stem.practice.batch.handout import hand_over

    if not (how.letter or how.zipped):
        return 0
    handed = hand_over(jobs, report, settings, locks)
    for path in handed.written:
        tell(str(path))
    for path in handed.kept:
        tell(f"{path} is there already and holds the same.")
    for path in handed.own:
        tell(f"{path} has words of your own and stays as it is; for a new one, move it away.")
    for code, reason in handed.left.items():
        tell(f"Error: {code}: {in_options(reason)}.")
    return handed.exit_code


def _print_report(report: Report, *, as_json: bool, dry_run: bool) -> None:
    from stem.practice.batch.report_lines import batch_document, outcome_rows, summary

    if as_json:
        print_json(batch_document(report))
    else:
        print_list("tracks", outcome_rows(report), as_json=False)
        for outcome in report.outcomes:
            for warning in outcome.warnings:
                tell(f"Warning: {outcome.code}, {outcome.path.name}: {warning}")
    for outcome in report.outcomes:
        if outcome.status == "failed":
            about = f"Error: {outcome.place}, {outcome.code}"
            say_problems(about, outcome.error, outcome.origin, outcome.problems)
            say_hint(outcome.hint)
    tell(summary(report, dry_run=dry_run))


def _check_page(how: _How) -> None:
    """Look whether the page can have its name, before anything is made.

    Raises:
        OutputError: when something else has it.
    """
    from stem.errors import OutputError
    from stem.files import expanded
    from stem.practice.overview import is_ours

    path = expanded(how.page or "")
    if how.page and os.path.lexists(path) and not (how.force or is_ours(path)):
        raise OutputError(path, "something else has that name", hint="Choose another name for --page.")


def _write_page(report: Report, settings: Config, page: str, title: str, *, force: bool) -> str:
    """Write the page of a batch and return its path; an older one of stem's is replaced.

    Raises:
        OutputError: when something else has that name.
    """
    from stem.cli.scripts import write_text
    from stem.files import expanded
    from stem.practice.overview import is_ours, overview_page

    path = expanded(page)
    text = overview_page(report, title=title, practice=settings.practice, folder=path.absolute().parent)
    return write_text(page, text, overwrite=force or is_ours(path))


COMMANDS = (practice, batch, series)
