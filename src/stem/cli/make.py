"""Commands that make or show a track: make, preview, script."""

from __future__ import annotations

import click

import stem
from stem.cli.options import Request, force_option, json_option, project, script_options
from stem.cli.output import print_json, progress, show, show_text
from stem.cli.output import say as tell
from stem.errors import StemError
from stem.messages import Message


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
    made: list[stem.Track] = []
    try:
        here = project()
        beside = stem.Sidecars.read(captions, plot=with_plot, record=with_record, anonymous=record_anonymous)
        plan = here.plan(request.spec(), output)
        for note in (*stem.documents.voice_note(plan), *stem.documents.cost_note(plan)):
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
            tell(Message("{path} was made.", path=track.path))
        if as_json:
            print_json(stem.documents.made_document(made, {request.script: error}))
        raise
    target = here.target(plan, output)
    if track.path != target:
        tell(Message("{path} was there already and stays as it is (--force replaces it).", path=target))
    for warning in track.warnings:
        tell(Message("Warning: {warning}", warning=warning))
    for path in (*track.stems, *track.beside):
        tell(str(path))
    if as_json:
        print_json(stem.documents.made_document([track], {}))
    else:
        show(stem.documents.track_line(track))


@click.command()
@click.argument("track", metavar="FILE")
@click.option("-o", "--output", metavar="PICTURE", help="A .png or .svg file.  [default: FILE with .png]")
@force_option
def plot(track: str, output: str | None, force: bool) -> None:
    """Draw what is in a sound FILE over time: voice, silences, loudness, chapters, spectrum."""
    show(str(project().plot(track, output, overwrite=force)))


@click.command()
@script_options
@click.option("--exact", is_flag=True, help="Speak all sentences, to know their lengths exactly.")
@json_option
def preview(request: Request, exact: bool, as_json: bool) -> None:
    """Show the text of SCRIPT with its pauses and expected times; makes no track."""
    here = project()
    seen = here.preview(here.plan(request.spec(), to_make=False), exact=exact, on_notice=tell)
    for remark in seen.remarks:
        tell(Message("Warning: {warning}", warning=remark))
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
    if as_page and as_text:
        raise click.UsageError(Message("--html and --text exclude each other."))
    if audio is not None and not as_page:
        raise click.UsageError(Message("--audio is for a page: add --html."))
    here = project()
    plan = here.plan(request.spec(), to_make=False)
    if output is None:
        show_text(here.printout(plan, as_page=as_page, audio=audio, on_notice=tell))
        return
    written = here.write_printout(plan, output, as_page=as_page, audio=audio, overwrite=force, on_notice=tell)
    show(str(written))


COMMANDS = (make, preview, script, plot)
