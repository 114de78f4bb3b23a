"""Commands about what there is and what works: beds, doctor, cache."""

from __future__ import annotations

import click

from stem.cli.asking import config, json_option
from stem.cli.telling import print_json, print_list, say


@click.command()
@json_option
def beds(as_json: bool) -> None:
    """List the backgrounds."""
    from stem.beds import BEDS

    rows = [{"name": name, "summary": bed.summary} for name, bed in BEDS.items()]
    print_list("beds", rows, as_json=as_json)


@click.command()
def doctor() -> None:
    """Tell what works on this machine, what does not, and how to mend it."""
    from stem.doctor import diagnose

    failed = 0
    for finding in diagnose(config()):
        click.echo(f"{'ok  ' if finding.works else 'FAIL'}  {finding.subject}: {finding.found}")
        if not finding.works:
            failed += 1
            if finding.hint:
                say(f"Hint: {finding.hint}")
    if failed:
        raise click.exceptions.Exit(1)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def cache(context: click.Context, as_json: bool) -> None:
    """Show what spoken sentences take up, or clear them."""
    if context.invoked_subcommand is not None:
        return
    from stem.cache import speech_cache

    report = speech_cache()
    if as_json:
        print_json(
            {
                "folder": str(report.folder),
                "entries": report.entries,
                "bytes": report.bytes,
                "limit_bytes": report.limit_bytes,
            }
        )
        return
    click.echo(
        f"{report.folder}: {report.entries} sentences, {report.bytes / 1e6:.1f} MB of at most "
        f"{report.limit_bytes / 1e9:g} GB"
    )


@cache.command()
def clear() -> None:
    """Remove all sentences that were kept; tracks stay as they are."""
    from stem.cache import clear_speech_cache

    removed = clear_speech_cache()
    click.echo(f"{removed.folder}: {removed.entries} sentences removed, {removed.bytes / 1e6:.1f} MB")


COMMANDS = (beds, doctor, cache)
