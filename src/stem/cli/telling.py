"""Printing: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from stem.errors import StemError

if TYPE_CHECKING:
    from stem.track import OnProgress

VERSION = 1
"""Version of all documents; grows when a key changes its meaning or goes."""


def say(text: str) -> None:
    """Tell something that is not a result."""
    click.echo(text, err=True)


def say_error(error: StemError) -> None:
    """Tell what went wrong and what to do about it."""
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
