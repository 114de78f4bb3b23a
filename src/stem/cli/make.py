"""Commands that make or show a track: make, preview, script."""

from __future__ import annotations

from pathlib import Path

import click

import stem
from stem.cli.options import Request, force_option, json_option, project, script_options
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

    made: list[stem.Track] = []
    try:
        here = project()
        beside = stem.Sidecars.read(captions, plot=with_plot, record=with_record, anonymous=record_anonymous)
        plan = here.plan(request.spec(), output)
        for note in voice_note(plan):
            tell(note)
        with progress() as events:
            track = here.make(
                plan,
                output,
                beside=beside,
                with_stems=with_stems,
                overwrite=force,
                events=events,
                on_notice=tell,
                on_made=made.append,
            )
    except StemError as error:
        for track in made:
            tell(f"{track.path} was made.")
        if as_json:
            print_json(made_document(made, {request.script: error}))
        raise
    target = here.target(plan, output)
    if track.path != target:
        tell(f"{target} was there already and stays as it is (--force replaces it).")
    for warning in track.warnings:
        tell(f"Warning: {warning}")
    for path in (*track.stems, *track.beside):
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
    here = project()
    seen = here.preview(here.plan(request.spec()), exact=exact, on_notice=tell)
    for remark in seen.remarks:
        tell(f"Warning: {remark}")
    if as_json:
        print_json(seen.document())
        return
    show_text(seen.text())


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
    from stem.text_files import write_text

    if as_page and as_text:
        raise click.UsageError("--html and --text exclude each other.")
    if audio is not None and not as_page:
        raise click.UsageError("--audio is for a page: add --html.")
    sound = None if audio is None else _beside(audio, output)
    here = project()
    text = here.printout(here.plan(request.spec()), as_page=as_page, sound=sound, on_notice=tell)
    if output is None:
        show_text(text)
    else:
        show(str(write_text(here.path(output), text, overwrite=force)))


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
