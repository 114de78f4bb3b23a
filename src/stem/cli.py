"""The command line: the only module that prints and exits.

stdout carries results (one line a track, or one JSON document); progress, warnings and errors go to stderr.
Exit codes: 0 all made, 1 something failed, 2 wrong usage, 130 interrupted.

What takes long to import is imported in the command that needs it, so that `stem --help` answers at once.
"""

from __future__ import annotations

import json as json_library
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from stem import __version__
from stem.errors import StemError, UsageError

if TYPE_CHECKING:
    from stem.config import Config
    from stem.track import OnProgress, TrackSpec

_DEBUG = "STEM_DEBUG"


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; every error becomes one sentence and a hint on stderr."""
    try:
        _stop_on_terminate()
        code = stem.main(args=list(arguments), prog_name="stem", standalone_mode=False)
    except BaseException as error:
        return _told(error)
    return code if isinstance(code, int) else 0  # a number after a command that called for an exit


def _told(error: BaseException) -> int:
    """Tell what went wrong and return the exit code for it."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            _say(
                "Stopped. Nothing half-made is left; the same command goes on with the speech that is ready."
            )
            return 130
        case click.ClickException():
            error.show()
            return error.exit_code
        case StemError():
            _say_error(error)
            return 2 if isinstance(error, UsageError) else 1
        case BrokenPipeError():
            # Whoever read our stdout went away (stem scripts | head): nothing more to say, also not at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        case _ if os.environ.get(_DEBUG):
            raise error
        case _:
            _say(f"Error: stem itself made a mistake ({type(error).__name__}: {error}).")
            _say(f"Hint: set {_DEBUG}=1 and give the command again to see where; please report it.")
    return 1


def _stop_on_terminate() -> None:
    """Let a polite kill clean up as Ctrl-C does."""

    def stop(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _say_error(error: StemError) -> None:
    _say(f"Error: {error.sentence}")
    if error.hint:
        _say(f"Hint: {error.hint}")


def _print_json(document: dict[str, object]) -> None:
    click.echo(json_library.dumps(document, ensure_ascii=False, indent=2))


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _pairs(option: str, given: Sequence[str], example: str) -> dict[str, str]:
    """Read "key=value" options.

    Raises:
        UsageError: when one has no equals sign or no key, or a key is given twice.
    """
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UsageError(
                f"'{text}' after {option} has no key and value.", hint=f"For example: {option} {example}"
            )
        if key in pairs:
            raise UsageError(f"'{key}' is given twice with {option}.", hint="Give it once.")
        pairs[key] = value
    return pairs


def _pauses(given: Sequence[str]) -> dict[str, float]:
    from stem.units import parse_seconds

    pauses: dict[str, float] = {}
    for name, text in _pairs("--pause", given, "kort=4").items():
        try:
            pauses[name] = parse_seconds(text)
        except ValueError as error:
            raise UsageError(f"--pause {name}: {error}.", hint="For example: --pause kort=4") from error
    return pauses


@contextmanager
def _progress() -> Iterator[OnProgress]:
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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="stem")
def stem() -> None:
    """Turn written guided visualizations into finished audio tracks in Dutch."""


def _script_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that decide what a track says."""
    for option in reversed(
        (
            click.argument("script"),
            click.option(
                "-s",
                "--set",
                "values",
                multiple=True,
                metavar="NAME=VALUE",
                help="Fill in a variable of the script.",
            ),
            click.option("--voice", metavar="VOICE", help="Who speaks; see: stem voices"),
            click.option("--bed", metavar="BED", help="The background; see: stem beds"),
            click.option(
                "--seed",
                default=1,
                show_default=True,
                type=click.IntRange(0, 2**31 - 1),
                help="Another seed gives another background.",
            ),
            click.option(
                "--pause",
                "pauses",
                multiple=True,
                metavar="NAME=SECONDS",
                help="Another length for a named pause, like kort=4.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print one JSON document."),
        )
    ):
        command = option(command)
    return command


def _config() -> Config:
    from stem.config import load_config

    return load_config(Path.cwd())


def _spec(
    script: str, values: Sequence[str], voice: str | None, bed: str | None, seed: int, pauses: Sequence[str]
) -> TrackSpec:
    from stem.track import TrackSpec

    return TrackSpec(script, _pairs("-s", values, "naam=Anna"), voice, bed, seed, _pauses(pauses))


@stem.command()
@_script_options
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where the track goes.  [default: output/]")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def make(
    script: str,
    values: Sequence[str],
    voice: str | None,
    bed: str | None,
    seed: int,
    pauses: Sequence[str],
    as_json: bool,
    output: str | None,
    force: bool,
) -> None:
    """Make a track of SCRIPT: a name (see: stem scripts) or a .j2 file."""
    from stem.reports import made_document, track_line
    from stem.track import make_track, plan_track, target_path

    try:
        config = _config()
        plan = plan_track(_spec(script, values, voice, bed, seed, pauses), config)
        target = target_path(plan, output, config)
        with _progress() as on_progress:
            track = make_track(plan, target, overwrite=force, on_progress=on_progress)
    except StemError as error:
        if as_json:
            _print_json(made_document([], {script: error}))
        raise
    if track.path != target:
        _say(f"{target} was there already and stays as it is (--force replaces it).")
    for warning in track.warnings:
        _say(f"Warning: {warning}")
    if as_json:
        _print_json(made_document([track], {}))
    else:
        click.echo(track_line(track))


@stem.command()
@_script_options
def preview(
    script: str,
    values: Sequence[str],
    voice: str | None,
    bed: str | None,
    seed: int,
    pauses: Sequence[str],
    as_json: bool,
) -> None:
    """Show the text of SCRIPT with its pauses and expected times; makes no sound."""
    from stem.reports import preview_document, preview_lines
    from stem.track import expected_timeline, plan_track

    plan = plan_track(_spec(script, values, voice, bed, seed, pauses), _config())
    timeline = expected_timeline(plan)
    if as_json:
        _print_json(preview_document(plan, timeline))
        return
    for line in preview_lines(plan, timeline):
        click.echo(line)


@stem.command()
@click.argument("scripts", nargs=-1, required=True)
def check(scripts: Sequence[str]) -> None:
    """Check the marks and variables of SCRIPTS: names, or .j2 files."""
    from stem.cues import PAUSES, override_pauses
    from stem.track import check_script

    pauses = override_pauses(PAUSES, _config().pauses)
    failed = 0
    for name in scripts:
        try:
            rendered = check_script(name, pauses)
        except StemError as error:
            failed += 1
            _say_error(error)
        else:
            click.echo(f"{name}: in order ({rendered} ways to fill it in)")
    if failed:
        raise click.exceptions.Exit(1)


@stem.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def scripts(as_json: bool) -> None:
    """List the scripts."""
    from stem.script import scripts as all_scripts

    found = all_scripts()
    if as_json:
        rows = [
            {
                "name": item.name,
                "title": item.title,
                "summary": item.summary,
                "variables": [
                    {
                        "name": v.name,
                        "type": v.type,
                        "default": v.default,
                        "choices": list(v.choices),
                        "help": v.help,
                    }
                    for v in item.variables
                ],
            }
            for item in found
        ]
        _print_json({"version": 1, "scripts": rows})
        return
    for item in found:
        click.echo(f"{item.name}: {item.title}. {item.summary}")
        for v in item.variables:
            choices = f" ({', '.join(v.choices)})" if v.choices else ""
            click.echo(f"    -s {v.name}={v.default or '...'}{choices}  {v.help}")


@stem.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def voices(as_json: bool) -> None:
    """List the voices."""
    from stem.voice import voices as all_voices

    keys = ("name", "sex", "engine", "summary")
    rows = [{key: str(getattr(voice, key)) for key in keys} for voice in all_voices()]
    _print_list("voices", rows, as_json=as_json)


@stem.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def beds(as_json: bool) -> None:
    """List the backgrounds."""
    from stem.beds import BEDS

    rows = [{"name": name, "summary": bed.summary} for name, bed in BEDS.items()]
    _print_list("beds", rows, as_json=as_json)


def _print_list(kind: str, rows: Sequence[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        _print_json({"version": 1, kind: rows})
    else:
        _print_table([list(rows[0]), *(list(row.values()) for row in rows)])


@stem.command()
@click.argument("text")
@click.option("--voice", metavar="VOICE", help="Who speaks; see: stem voices")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Write an MP3 there and do not play it.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def say(text: str, voice: str | None, output: str | None, force: bool) -> None:
    """Let a voice say TEXT: played where a player exists, else written to a file."""
    from stem.playing import play
    from stem.track import make_track, plan_sentence, sound, target_path

    config = _config()
    plan = plan_sentence(text, voice or config.voice)
    if output is None and play(sound(plan)):
        return
    track = make_track(plan, target_path(plan, output, config), overwrite=force)
    click.echo(str(track.path))


@stem.command()
def doctor() -> None:
    """Tell what works on this machine, what does not, and how to mend it."""
    from stem.doctor import diagnose

    failed = 0
    for finding in diagnose(_config()):
        click.echo(f"{'ok  ' if finding.works else 'FAIL'}  {finding.subject}: {finding.found}")
        if not finding.works:
            failed += 1
            _say(f"Hint: {finding.hint}")
    if failed:
        raise click.exceptions.Exit(1)
