"""Commands about what there is and what works: beds, doctor, cache."""

from __future__ import annotations

import click

from stem.cli.options import config, force_option, json_option, time_of
from stem.cli.output import print_json, print_list, problem_lines, say, say_hint, show


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def beds(context: click.Context, as_json: bool) -> None:
    """List the backgrounds and the bells, or hear one."""
    if context.invoked_subcommand is not None:
        return
    from stem.sound.beds import BEDS, BELLS
    from stem.track.profiles import DEFAULT, PROFILES

    usual_lu = PROFILES[DEFAULT].levels.ducked_lu
    rows = [
        {"name": name, "under_the_voice": f"{usual_lu + bed.under_lu:g} LU", "summary": bed.summary}
        for name, bed in BEDS.items()
    ]
    if as_json:
        bells = [{"name": name, "summary": recipe.summary} for name, recipe in BELLS.items()]
        print_json({"beds": rows, "bells": bells})
        return
    print_list("beds", rows, as_json=False)
    show()
    show("Bells:")
    for name, recipe in BELLS.items():
        show(f"{name:<12}  {recipe.summary}")
    say("Layers: --bed regen+drone:-6. Your own: --bed muziek.m4a. Hear one: stem beds play zee")


@beds.command(name="play")
@click.argument("name", metavar="BED|BELL")
@click.option("--seed", default=1, show_default=True, help="Another seed gives another background.")
@click.option("--length", default="20s", show_default=True, metavar="TIME", help="How long.")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Write an MP3 there and do not play it.")
@force_option
def play_bed(name: str, seed: int, length: str, output: str | None, force: bool) -> None:
    """Hear a background or a bell, at the level that it has in a track without words."""
    from stem.filenames import safe_name
    from stem.sound.playing import play
    from stem.track.bed_sample import bed_sample, write_sample
    from stem.track.target import output_path

    sound = bed_sample(name, seed, time_of("--length", length, "--length 20s"))
    if output is None and play(sound):
        return
    target = output_path(safe_name(name), output, config())
    show(str(write_sample(sound, target, overwrite=force)))


@click.command()
@json_option
def profiles(as_json: bool) -> None:
    """List what a track can be mastered for, where it can go, and the kinds of file it can be."""
    from stem.export.destinations import DESTINATIONS
    from stem.export.formats import FORMATS
    from stem.track.profiles import PROFILES

    rows = {
        "profiles": [{"name": name, "summary": item.summary} for name, item in PROFILES.items()],
        "destinations": [{"name": name, "summary": item.summary} for name, item in DESTINATIONS.items()],
        "formats": [{"name": name, "summary": item.summary} for name, item in FORMATS.items()],
    }
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
    from stem.doctor import diagnose

    failed = 0
    for finding in diagnose(config()):
        subject = f"{'ok  ' if finding.works else 'FAIL'}  {finding.subject}"
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
    from stem.voices.cache_folder import speech_cache

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
    show(
        f"{report.folder}: {report.entries} sentences, {report.bytes / 1e6:.1f} MB of at most "
        f"{report.limit_bytes / 1e9:g} GB"
    )


@cache.command()
def clear() -> None:
    """Remove all sentences that were kept; tracks stay as they are."""
    from stem.voices.cache_folder import clear_speech_cache

    removed = clear_speech_cache()
    show(f"{removed.folder}: {removed.entries} sentences removed, {removed.bytes / 1e6:.1f} MB")


COMMANDS = (beds, profiles, doctor, cache)
