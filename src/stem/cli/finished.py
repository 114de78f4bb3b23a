"""Commands about finished tracks: info, verify, remake, forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stem.cli.asking import config, force_option, json_option
from stem.cli.telling import print_json, progress
from stem.cli.telling import say as tell
from stem.errors import UsageError

if TYPE_CHECKING:
    from stem.record import Record


def _record_of(path: Path) -> Record | None:
    """Return the record beside a track; None when there is none."""
    from stem.record import read_record, record_path

    beside = record_path(path)
    return read_record(beside) if beside.exists() else None


@click.command()
@click.argument("track", metavar="FILE")
@json_option
def info(track: str, as_json: bool) -> None:
    """Tell what is in a finished FILE: length, loudness, chapters, tags, and how it was made."""
    from stem.files import expanded
    from stem.reports import info_document, info_lines
    from stem.verifying import info as look

    path = expanded(track)
    facts = look(path, _record_of(path))
    if as_json:
        print_json(info_document(facts))
        return
    for line in info_lines(facts):
        click.echo(line)


@click.command()
@click.argument("tracks", nargs=-1, required=True, metavar="FILE...")
def verify(tracks: Sequence[str]) -> None:
    """Decode finished FILES to their end, and compare each with its record when there is one."""
    from stem.files import expanded
    from stem.verifying import verify as check

    wrong = False
    for path in map(expanded, tracks):
        record = _record_of(path)
        findings = check(path, record)
        for finding in findings:
            kind = "wrong" if finding.serious else "worth knowing"
            click.echo(f"{path}: {kind}: {finding.what} is {finding.found} instead of {finding.expected}")
        serious = any(finding.serious for finding in findings)
        wrong = wrong or serious
        with_what = "with its record" if record else "by itself (there is no record of it)"
        click.echo(f"{path}: {'not in order' if serious else 'in order'}, compared {with_what}")
    if wrong:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("record_file", metavar="RECORD")
@click.option("-s", "--set", "values", multiple=True, metavar="NAME=VALUE", help="Fill in something else.")
@click.option("--voice", metavar="VOICE", help="With another voice.")
@click.option("--bed", metavar="BED", help="On another background.")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where the track goes.  [default: output/]")
@force_option
def remake(
    record_file: str,
    values: Sequence[str],
    voice: str | None,
    bed: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Make the track of a RECORD (NAME.stem.json) again: the same bytes, or with one thing changed."""
    from stem.cli.asking import pairs
    from stem.files import expanded
    from stem.planning import output_path, plan_track
    from stem.record import differences_from_now, read_record, spec_of
    from stem.record.facts import file_hash
    from stem.reports import track_line
    from stem.track import make_track

    record = read_record(expanded(record_file))
    spec, settings = spec_of(record)
    changed = {**spec.values, **pairs("-s", values, "naam=Anna")}
    asked = replace(spec, values=changed, voice=voice or spec.voice, bed=bed or spec.bed)
    lacking = [name for name in record.filled if name not in changed]
    if lacking:
        raise UsageError(
            f"The record does not tell what was filled in for {', '.join(lacking)}.",
            hint=f"Give it again: -s {lacking[0]}=...",
        )
    for difference in differences_from_now(record):
        tell(f"Since then: {difference}")
    plan = plan_track(asked, settings)
    target = output_path(plan.name, output, config(), plan.format)
    with progress() as on_progress:
        track = make_track(plan, target, overwrite=force, on_progress=on_progress, on_notice=tell)
    click.echo(track_line(track))
    if file_hash(track.path) == record.track.sha256:
        tell("It is the same, byte for byte.")
    elif asked == spec:
        tell("It is not the same, byte for byte: what changed since then is told above.")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="CODE|NAME...")
@click.option("--in", "folders", multiple=True, metavar="FOLDER", help="Where to look.  [default: output/]")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(words: Sequence[str], folders: Sequence[str], yes: bool) -> None:
    """Remove the tracks that were made for a name or a code, their records, and what was spoken for them."""
    from stem.files import expanded
    from stem.forgetting import forget as remove
    from stem.forgetting import tracks_of

    search = tracks_of(words, [expanded(folder) for folder in folders or (config().output,)])
    for each in search.unreadable:
        tell(f"{each.path}: cannot be judged: {each.reason}")
    if not search.found:
        tell("No track was found that was made for it. Only tracks with a record can be found.")
        return
    for one in search.found:
        for path, _ in one.files:
            tell(f"{path}")
    if not yes and not click.confirm(
        f"Remove {len(search.found)} tracks and what belongs to them?", err=True
    ):
        raise click.Abort
    forgotten = remove(search.found)
    for path in forgotten.removed:
        click.echo(str(path))
    for each in forgotten.left:
        tell(f"{each.path} stays: {each.reason}")
    tell(f"{forgotten.phrases} spoken phrases were removed. Backups, and what was sent, are out of reach.")
    if forgotten.left or forgotten.phrases_left:
        raise click.exceptions.Exit(1)


COMMANDS = (info, verify, remake, forget)
