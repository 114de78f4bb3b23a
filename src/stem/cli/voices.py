"""Commands about voices: voices, say, tune, and own recordings: sheet, cut."""

from __future__ import annotations

import json
import shlex

import click

import stem
from stem.cli.options import (
    Request,
    force_option,
    json_option,
    no_cache_option,
    online,
    online_options,
    project,
    words_options,
)
from stem.cli.output import byte_progress, print_list, say_error, show, show_unplayed
from stem.cli.output import say as tell
from stem.errors import UsageError
from stem.messages import Message


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def voices(context: click.Context, as_json: bool) -> None:
    """List the voices, or get one."""
    if context.invoked_subcommand is not None:
        return
    here = project()
    rows = [stem.documents.voice_row(voice) for voice in here.voices()]
    for error in here.broken_voices():
        say_error(error)
    if as_json:
        print_list("voices", rows, as_json=True)
        return
    from_packages = ("package",) if any(row["package"] for row in rows) else ()
    shown = ("name", "sex", "accent", "runs", "installed", *from_packages, "leaves", "licence")
    print_list("voices", [{key: row[key] for key in shown} for row in rows], as_json=False)
    tell(Message("Get one that is not installed: stem voices get NAME"))


@voices.command()
@click.argument("names", nargs=-1, required=True, metavar="VOICE...")
@click.option(
    "--mirror", metavar="ADDRESS|FOLDER", help="Another web address, or a folder, with the same files."
)
def get(names: tuple[str, ...], mirror: str | None) -> None:
    """Download voices, checked to the last byte; what was begun before goes on."""
    here = project()
    for voice in [here.voice(name) for name in names]:
        if voice.download is None:
            tell(Message("{voice} needs no download.", voice=voice.name))
            continue
        if not voice.installed:
            tell(f"{voice.title}: {voice.licence}.")
            origin = mirror or voice.download.addresses[0]
            tell(Message("From {origin}, {folder}", origin=origin, folder=voice.download.folder))
            if not all(file.md5 for file in voice.download.files):
                tell(Message("stem knows their revision, and no checksum: it takes what is sent as that."))
        with byte_progress(voice.name) as on_progress:
            for path in here.download(voice.name, mirror=mirror, on_progress=on_progress):
                show(str(path))


@voices.command()
@click.argument("name", metavar="VOICE")
@click.option("-o", "--output", metavar="FOLDER", help="Where the package goes.  [default: output/]")
@force_option
def pack(name: str, output: str | None, force: bool) -> None:
    """Write a VOICE that is here as a package, for other computers: pip install it beside stem."""
    path = project().pack_voice(name, output, overwrite=force)
    show(str(path))
    tell(Message("On another computer that has stem: pip install {path}", path=path.name))


@voices.command()
@click.argument("name", metavar="VOICE")
@click.option("--forget", is_flag=True, help="Let it run no more.")
def allow(name: str, forget: bool) -> None:
    """Let a VOICE of this folder run its program, as it is now; it is shown."""
    here = project()
    voice = here.voice(name)
    if forget:
        here.disallow(name)
        tell(Message("The voice '{voice}' may run no program any more.", voice=voice.name))
        return
    show(here.allow(name))
    tell(
        Message(
            "The voice '{voice}' of {folder} may run this with your rights, until it changes.",
            voice=voice.name,
            folder=voice.path.parent,
        )
    )
    tell(Message("To take that back: stem voices allow {voice} --forget", voice=name))


@voices.command()
@click.argument("name", metavar="VOICE")
@click.argument("recording", required=False, metavar="[FILE]")
@click.option("--who", default="", metavar="NAME", help="Whose voice it resembles, as listeners are told.")
@click.option("--for", "purpose", default="", metavar="TEXT", help="What it is for, in Dutch.")
@click.option("--until", default="", metavar="DATE", help="Its last day.  [default: a year from now]")
def consent(name: str, recording: str | None, who: str, purpose: str, until: str) -> None:
    """Consent to a VOICE made after yours: shows what to read aloud today; with FILE, keeps that sound."""
    here = project()
    wanted = here.consent(name, who, purpose, until)
    if recording is not None:
        show(str(here.keep_consent(name, wanted, recording)))
        tell(Message("Every track tells: {credit}", credit=here.voice(name).credit))
        tell(Message("To take it back: stem forget --voice {voice}", voice=shlex.quote(name)))
        return
    show(wanted.sentence)
    tell(
        Message(
            "{who} reads this aloud today, into a recorder. Nobody else can consent for {who}; "
            "never make a voice of a client, or of anyone else who depends on you.",
            who=wanted.who,
        )
    )
    asked = {"--who": who, "--for": purpose, "--until": until}
    given = [word for option, text in asked.items() if text for word in (option, text)]
    command = shlex.join(["stem", "voices", "consent", name, "toestemming.m4a", *given])
    tell(Message("Then, today: {command}", command=command))


@click.command()
@click.argument("text", required=False)
@click.option("--word", metavar="WORD", help="Try out a word or a name: alone, and in a sentence.")
@click.option("--as", "respelling", metavar="SPELLING", help="With --word: try it in this spelling.")
@click.option("--voice", metavar="VOICE", help="Who speaks; see: stem voices")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Write an MP3 there and do not play it.")
@force_option
@online_options[0]
@online_options[1]
@no_cache_option
def say(
    text: str | None,
    word: str | None,
    respelling: str | None,
    voice: str | None,
    output: str | None,
    force: bool,
    allow_online: bool,
    offline: bool,
    no_cache: bool,
) -> None:
    """Let a voice say TEXT: played where a player exists, else written to a file."""
    if (text is None) == (word is None) or (respelling is not None and word is None):
        raise UsageError(
            Message("Give a text, or a word to try out."),
            hint=Message('stem say "Welkom.", or: stem say --word Sjaan'),
        )
    here, allowed = project(), online(allow=allow_online, offline=offline)
    if word is None:
        assert text is not None
        plan = here.sentence(text, voice, online=allowed, remember=not no_cache)
    else:
        plan = here.word(word, respelling, voice, online=allowed, remember=not no_cache)
    for note in stem.documents.hearing_notes(plan):
        tell(note)
    written = here.hear(plan, output, overwrite=force, on_notice=tell)
    show_unplayed(written, output)
    if word is not None:
        _tell_word(word, respelling)


def _tell_word(word: str, respelling: str | None) -> None:
    """Tell how a word goes into the lexicon."""
    if respelling:
        key, said = (json.dumps(text, ensure_ascii=False) for text in (word, respelling))  # as TOML has it
        line = f"{key} = {said}"
        tell(Message("To keep it, put this line in lexicon.toml, here: {line}", line=line))
    else:
        quoted = shlex.quote(word)
        tell(Message("Not right? Try another spelling: stem say --word {word} --as ...", word=quoted))


@click.command()
@click.argument("name", metavar="VOICE")
@click.option("--speeds", default="0.85,0.92,1,1.08", show_default=True, help="Speeds to hear; 1 is its own.")
@click.option("--pitches", default="-1,0,1", show_default=True, help="Pitches in semitones; 0 is its own.")
@click.option("--pick", type=int, metavar="NUMBER", help="Make a voice template of this one.")
@click.option("--as", "own_name", metavar="NAME", help="The new voice's name.  [default: VOICE-eigen]")
@click.option("-o", "--output", metavar="FOLDER", help="Where the sounds go.  [default: output/]")
@force_option
@online_options[0]
@online_options[1]
@no_cache_option
def tune(
    name: str,
    speeds: str,
    pitches: str,
    pick: int | None,
    own_name: str | None,
    output: str | None,
    force: bool,
    allow_online: bool,
    offline: bool,
    no_cache: bool,
) -> None:
    """Hear the same two sentences at several speeds and pitches, and keep the one you pick as a voice.

    Without --pick every way is written as a numbered MP3; give the same command with --pick to keep one.
    """
    here = project()
    ways = here.tuned(name, _numbers("--speeds", speeds), _numbers("--pitches", pitches))
    if pick is None:
        allowed = online(allow=allow_online, offline=offline)
        made = here.samples(
            name, ways, output, online=allowed, remember=not no_cache, overwrite=force, on_notice=tell
        )
        for way, path in made:
            show(
                Message(
                    "{number:>3}  speed {speed:<6g} pitch {pitch:<+5g} {path}",
                    number=way.number,
                    speed=way.speed,
                    pitch=way.pitch,
                    path=path,
                )
            )
        tell(Message("To keep one: stem tune {voice} --pick NUMBER", voice=name))
        return
    if not 1 <= pick <= len(ways):
        hint = Message("Pick one from 1 to {last}.", last=len(ways))
        raise UsageError(Message("There is no number {pick}.", pick=pick), hint=hint)
    own = own_name or f"{here.voice(name).name}-eigen"
    show(str(here.keep_voice(name, ways[pick - 1], own, overwrite=force)))
    tell(Message("It can be used in this folder as: --voice {voice}", voice=own))


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        sentence = Message("{option}: '{text}' is no list of numbers.", option=option, text=text)
        hint = Message("For example: {example}", example=f"{option} 0.9,1")
        raise UsageError(sentence, hint=hint) from error


@click.command()
@words_options
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where the sheet goes.  [default: opnames/]")
@force_option
def sheet(request: Request, output: str | None, force: bool) -> None:
    """Write a numbered reading sheet of SCRIPT, for recording it yourself.

    A folder gets the sheet (blad.html) and a list of its sentences (blad.toml): stem knows them by that.
    """
    here = project()
    written = here.sheet(request.spec(), output, overwrite=force, on_written=lambda path: show(str(path)))
    if len(written.paths) > 1:
        tell(
            Message(
                "{count} sentences. When they are recorded: {command}",
                count=written.sentences,
                command=_make_with(request, output),
            )
        )


def _make_with(request: Request, output: str | None) -> str:
    """Return the command that makes a track with the recordings in a folder."""
    from stem.project import RECORDINGS

    folder = project().path(output or RECORDINGS)
    values = [word for value in request.values for word in ("-s", value)]
    return shlex.join(["stem", "make", request.script, *values, "--voice", f"{folder}/"])


@click.command()
@click.argument("recording", metavar="RECORDING")
@words_options
@click.option("-o", "--output", metavar="FOLDER", help="Where the pieces go.  [default: opnames/]")
@force_option
def cut(request: Request, recording: str, output: str | None, force: bool) -> None:
    """Cut RECORDING, someone reading SCRIPT aloud, into its sentences.

    Places in doubt are told and not guessed: record those sentences again.
    """
    pieces = project().cut(recording, request.spec(), output, overwrite=force)
    for path in pieces.paths:
        show(str(path))
    for line in pieces.remarks:
        tell(line)
    if not pieces.paths:
        raise click.exceptions.Exit(1)
    tell(
        Message(
            "{count} of {sentences} sentences. Then: {command}",
            count=len(pieces.paths),
            sentences=pieces.sentences,
            command=_make_with(request, output),
        )
    )


COMMANDS = (voices, say, tune, sheet, cut)
