"""Commands that make or show a track: make, preview, script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from stem.cli.options import Request, config, force_option, json_option, script_options
from stem.cli.output import print_json, progress, show, show_text
from stem.cli.output import say as tell
from stem.errors import StemError, UsageError


@click.command()
@script_options
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where the track goes.  [default: output/]")
@click.option("--plot", "with_plot", is_flag=True, help="Draw a picture of it too, beside it.")
@click.option("--captions", metavar="KINDS", help="Write the words in time beside it: vtt,srt,lrc")
@click.option("--record", "with_record", is_flag=True, help="Write beside it how it was made.")
@click.option("--record-anonymous", is_flag=True, help="The same, without what you filled in.")
@click.option(
    "--stems", "with_stems", is_flag=True, help="Write voice, bed and bells beside it, for a studio."
)
@force_option
@json_option
def make(
    request: Request,
    output: str | None,
    with_plot: bool,
    captions: str | None,
    with_record: bool,
    record_anonymous: bool,
    with_stems: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Make a track of SCRIPT: a name (see: stem scripts) or a .j2 file."""
    from stem.documents import made_document, track_line, voice_note
    from stem.record.sidecars import Sidecars, companions, free_target, write_beside
    from stem.track.make import Track, make_track
    from stem.track.plan import plan_track
    from stem.track.target import format_of, output_path

    made: list[Track] = []
    try:
        settings = config()
        spec = request.spec()
        if spec.format is None and spec.destination is None:
            spec = replace(spec, format=format_of(output))
        sidecars = Sidecars.read(captions, plot=with_plot, record=with_record, anonymous=record_anonymous)
        plan = plan_track(spec, settings)
        target = output_path(plan.name, output, settings, plan.format)
        beside = companions(sidecars, with_stems=with_stems)
        for note in voice_note(plan):
            tell(note)
        with progress() as events:
            track = make_track(
                plan,
                target if force else free_target(target, beside),
                overwrite=force,
                with_stems=with_stems,
                events=events,
                on_notice=tell,
            )
        made.append(track)
        written = write_beside(track, sidecars, spec, settings, overwrite=force)
    except StemError as error:
        for track in made:
            tell(f"{track.path} was made.")
        if as_json:
            print_json(made_document(made, {request.script: error}))
        raise
    if track.path != target:
        tell(f"{target} was there already and stays as it is (--force replaces it).")
    for warning in track.warnings:
        tell(f"Warning: {warning}")
    for path in (*track.stems, *written):
        tell(str(path))
    if as_json:
        print_json(made_document([track], {}))
    else:
        show(track_line(track))


@click.command()
@click.argument("track", metavar="FILE")
@click.option("-o", "--output", metavar="PICTURE", help="A .png or .svg file.  [default: FILE with .png]")
@force_option
def plot(track: str, output: str | None, force: bool) -> None:
    """Draw what is in a sound FILE over time: voice, silences, loudness, chapters, spectrum."""
    from stem.export.plot import draw
    from stem.filenames import free_name
    from stem.files import expanded

    path = expanded(track)
    if not path.name:
        raise UsageError(
            f"'{track}' is not a sound file.", hint="For example: stem plot output/tegenover.mp3"
        )
    wanted = expanded(output) if output else path.with_suffix(".png")
    target = wanted if force else free_name(wanted)
    draw(path, target, overwrite=force)
    show(str(target))


@click.command()
@script_options
@click.option("--exact", is_flag=True, help="Speak all sentences, to know their lengths exactly.")
@json_option
def preview(request: Request, exact: bool, as_json: bool) -> None:
    """Show the text of SCRIPT with its pauses and expected times; makes no track."""
    from stem.documents import preview_document, preview_lines
    from stem.track.plan import plan_track
    from stem.track.preview import expected_timeline, remarks

    plan = plan_track(request.spec(), config())
    timeline = expected_timeline(plan, exact=exact, on_notice=tell)
    for remark in remarks(plan):
        tell(f"Warning: {remark}")
    if as_json:
        print_json(preview_document(plan, timeline))
        return
    for lines in preview_lines(plan, timeline):
        show_text(lines)


@click.command()
@script_options
@click.option("--html", "as_page", is_flag=True, help="A page to read or hand out.")
@click.option("--text", "as_text", is_flag=True, help="Plain text.  [default]")
@click.option("--audio", metavar="FILE", help="With --html: the finished track, which the page plays.")
@click.option("-o", "--output", metavar="FILE", help="Write it there instead of showing it.")
@force_option
def script(
    request: Request, as_page: bool, as_text: bool, audio: str | None, output: str | None, force: bool
) -> None:
    """Print out SCRIPT as it will be spoken."""
    from stem.authoring import printout
    from stem.cli.scripts import write_text
    from stem.track.plan import plan_track
    from stem.track.preview import expected_timeline

    if as_page and as_text:
        raise click.UsageError("--html and --text exclude each other.")
    if audio is not None and not as_page:
        raise click.UsageError("--audio is for a page: add --html.")
    sound = None if audio is None else _beside(audio, output)
    plan = plan_track(request.spec(), config())
    timeline = expected_timeline(plan, exact=sound is not None, on_notice=tell)
    text = printout.as_html(plan, timeline, sound) if as_page else printout.as_text(plan, timeline)
    if output is None:
        show_text(text)
    else:
        show(write_text(output, text, overwrite=force))


def _beside(audio: str, page: str | None) -> str:
    """Return the way from a page to a sound file, as an address has it.

    Raises:
        UsageError: when there is no such file.
    """
    import os

    from stem.files import expanded

    if not expanded(audio).is_file():
        raise UsageError(f"There is no file '{audio}'.", hint="Make the track first: stem make")
    folder = expanded(page).parent if page else Path()
    return Path(os.path.relpath(expanded(audio), folder)).as_posix()


COMMANDS = (make, preview, script, plot)
