"""Printing: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from stem.errors import ConfigError, StemError

if TYPE_CHECKING:
    from stem.track import OnProgress

VERSION = 1
"""Version of all documents; grows when a key changes its meaning or goes."""


def say(text: str) -> None:
    """Tell something that is not a result."""
    click.echo(text, err=True)


MOST_PROBLEMS = 200
"""So many mistakes in one file are told; the rest is counted."""

_IN_ONE_SENTENCE = 3


def say_error(error: StemError) -> None:
    """Tell what went wrong and what to do about it; many mistakes in a file each get a line."""
    if isinstance(error, ConfigError) and len(error.problems) > _IN_ONE_SENTENCE:
        say(f"Error: {error.path}: {len(error.problems)} mistakes:")
        for problem in error.problems[:MOST_PROBLEMS]:
            say(f"  {problem}")
        if len(error.problems) > MOST_PROBLEMS:
            say(f"  and {len(error.problems) - MOST_PROBLEMS} more")
    else:
        say(f"Error: {error.sentence}")
    if error.hint:
        say(f"Hint: {error.hint}")


def print_json(document: Mapping[str, object]) -> None:
    """Print one document, with its version."""
    click.echo(json.dumps({"version": VERSION, **document}, ensure_ascii=False, indent=2))


def print_list(kind: str, rows: Sequence[Mapping[str, str]], *, as_json: bool) -> None:
    """Print rows with the same keys as a table, or as a document with one key `kind`."""
    if as_json:
        print_json({kind: rows})
        return
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@contextmanager
def byte_progress(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar of a download on a terminal; keep still elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def progress() -> Iterator[OnProgress]:
    """Show a bar on a terminal; keep still elsewhere."""
    if not sys.stderr.isatty():
        from stem.track import no_progress

        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, share: float) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=1.0)
            bar.update(tasks[stage], completed=share)

        yield show


@contextmanager
def batch_progress(total: int) -> Iterator[Callable[[str], None]]:
    """Lend what tells a line of each track that is finished; on a terminal a bar stays under these lines."""
    if not sys.stderr.isatty():
        numbers = iter(range(1, total + 1))
        yield lambda line: say(f"[{next(numbers)}/{total}] {line}")
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("tracks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("tracks", total=total)

        def show(line: str) -> None:
            bar.console.print(line, markup=False, highlight=False)
            bar.advance(task)

        yield show
