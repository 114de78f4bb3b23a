"""Commands about what there is and what works: beds, doctor, cache."""

from __future__ import annotations

import click

import stem
from stem.cli.options import force_option, json_option, project, time_of
from stem.cli.output import print_json, print_list, problem_lines, say, say_hint, show, show_unplayed
from stem.messages import Message, Plural, joined


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def beds(context: click.Context, as_json: bool) -> None:
    """List the backgrounds and the bells, or hear one."""
    if context.invoked_subcommand is not None:
        return
    document = stem.documents.beds_document(stem.catalogue())
    if as_json:
        print_json(document)
        return
    print_list("beds", document["beds"], as_json=False)
    show()
    show(Message("Bells:"))
    for bell in document["bells"]:
        show(f"{bell['name']:<12}  {bell['summary']}")
    say(Message("Layers: --bed regen+drone:-6. Your own: --bed muziek.m4a. Hear one: stem beds play zee"))


@beds.command(name="play")
@click.argument("name", metavar="BED|BELL")
@click.option("--seed", default=1, show_default=True, help="Another seed gives another background.")
@click.option("--length", default="20s", show_default=True, metavar="TIME", help="How long.")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Write an MP3 there and do not play it.")
@force_option
def play_bed(name: str, seed: int, length: str, output: str | None, force: bool) -> None:
    """Hear a background or a bell, at the level that it has in a track without words."""
    length_s = time_of("--length", length, "--length 20s")
    written = project().hear_bed(name, output, seed=seed, length_s=length_s, overwrite=force)
    show_unplayed(written, output)


@click.command()
@json_option
def profiles(as_json: bool) -> None:
    """List what a track can be mastered for, where it can go, and the kinds of file it can be."""
    rows = stem.documents.kinds_document(stem.catalogue())
    if as_json:
        print_json(rows)
        return
    for option, kind in (("--profile", "profiles"), ("--for", "destinations"), ("--format", "formats")):
        show(f"{option}:")
        for row in rows[kind]:
            show(f"  {row['name']:<14} {row['summary']}")


@click.command()
def doctor() -> None:
    """Tell what works on this machine, what does not, and how to mend it."""
    failed = 0
    for finding in project().diagnose():
        mark = Message("ok  ") if finding.works else Message("FAIL")
        subject = joined("  ", [mark, finding.subject])
        for line in problem_lines(subject, finding.found, finding.place, finding.problems):
            show(line)
        if not finding.works:
            failed += 1
            say_hint(finding.hint)
    if failed:
        raise click.exceptions.Exit(1)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def cache(context: click.Context, as_json: bool) -> None:
    """Show what spoken sentences take up, or clear them."""
    if context.invoked_subcommand is not None:
        return
    report = stem.speech_cache()
    if as_json:
        print_json(stem.documents.cache_document(report))
        return
    show(
        Plural(
            "{folder}: 1 sentence, {size_mb:.1f} MB of at most {limit_gb:g} GB",
            "{folder}: {count} sentences, {size_mb:.1f} MB of at most {limit_gb:g} GB",
            report.entries,
            folder=report.folder,
            size_mb=report.bytes / 1e6,
            limit_gb=report.limit_bytes / 1e9,
        )
    )


@cache.command()
def clear() -> None:
    """Remove all sentences that were kept; tracks stay as they are."""
    removed = stem.clear_speech_cache()
    show(
        Plural(
            "{folder}: 1 sentence removed, {size_mb:.1f} MB",
            "{folder}: {count} sentences removed, {size_mb:.1f} MB",
            removed.entries,
            folder=removed.folder,
            size_mb=removed.bytes / 1e6,
        )
    )


COMMANDS = (beds, profiles, doctor, cache)
