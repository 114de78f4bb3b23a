"""Commands about what there is and what works: voices, beds, doctor."""

from __future__ import annotations

import click

from stem.cli.asking import config, json_option
from stem.cli.telling import print_list, say


@click.command()
@json_option
def voices(as_json: bool) -> None:
    """List the voices."""
    from stem.voice import voices as all_voices

    keys = ("name", "sex", "engine", "summary")
    rows = [{key: str(getattr(voice, key)) for key in keys} for voice in all_voices()]
    print_list("voices", rows, as_json=as_json)


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


COMMANDS = (voices, beds, doctor)
