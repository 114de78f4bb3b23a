"""Commands about finished tracks: info, verify, remake, forget, feed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

import stem
from stem.characters import RETYPE, line_problem
from stem.cli.options import edits_option, force_option, json_option, online_options, project
from stem.cli.output import confirmed, in_options, print_json, progress, show
from stem.cli.output import say as tell
from stem.errors import UsageError
from stem.messages import Message, Plural, joined

if TYPE_CHECKING:
    from stem import Forgotten, Mention, Search, Verdict


@click.command()
@click.argument("track", metavar="FILE")
@json_option
def info(track: str, as_json: bool) -> None:
    """Tell what is in a finished FILE: length, loudness, chapters, tags, and how it was made."""
    here = project()
    facts = here.info(track)
    if facts.problem:
        tell(Message("Warning: {warning}", warning=f"{facts.path}: {in_options(facts.problem)}"))
    if as_json:
        print_json(stem.documents.info_document(facts))
        return
    for line in stem.documents.info_lines(facts, here.settings):
        show(line)


@click.command()
@click.argument("tracks", nargs=-1, required=True, metavar="FILE...")
def verify(tracks: Sequence[str]) -> None:
    """Decode finished FILES to their end, and compare each with its record when there is one."""
    here = project()
    wrong = False
    for verdict in map(here.verify, tracks):
        for line in _judged(verdict):
            show(line)
        wrong = wrong or not verdict.in_order
    if wrong:
        raise click.exceptions.Exit(1)


def _judged(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        yield Message(
            "{path}: {kind}: {what}: {found}; expected: {expected}",
            path=verdict.path,
            kind=Message("wrong") if finding.serious else Message("worth knowing"),
            what=finding.what,
            found=finding.found,
            expected=finding.expected,
        )
    yield Message(
        "{path}: {judgement}, {how}",
        path=verdict.path,
        judgement=Message("in order") if verdict.in_order else Message("not in order"),
        how=Message("compared with its record")
        if verdict.record
        else Message("compared by itself (there is no record of it)"),
    )


@click.command()
@click.argument("record_file", metavar="RECORD")
@click.option("-s", "--set", "values", multiple=True, metavar="NAME=VALUE", help="Fill in something else.")
@click.option("--voice", metavar="VOICE", help="With another voice.")
@click.option("--bed", metavar="BED", help="On another background.")
@edits_option
@click.option("--duration", metavar="TIME", help="With another length: 12m, 12:00 or 720s.")
@click.option("-o", "--output", metavar="FILE|FOLDER", help="Where the track goes.  [default: output/]")
@click.option("--outside", is_flag=True, help="Also read what the record names outside this folder.")
@online_options[0]
@online_options[1]
@force_option
def remake(
    record_file: str,
    values: Sequence[str],
    voice: str | None,
    bed: str | None,
    edits_file: str | None,
    duration: str | None,
    output: str | None,
    outside: bool,
    allow_online: bool,
    offline: bool,
    force: bool,
) -> None:
    """Make the track of a RECORD (NAME.stem.json) again: the same bytes, or with one thing changed.

    It gets a record too. Whether text may leave the machine is asked anew: a record gives no leave for it.
    """
    from stem.cli.options import edits_of, online, pairs, time_of

    length_s = None if duration is None else time_of("--duration", duration, "--duration 12m")
    change = stem.Change(pairs("-s", values, "naam=Anna"), voice, bed, edits_of(edits_file), length_s)
    with progress() as events:
        made = project().remake(
            record_file,
            change,
            output,
            online=online(allow=allow_online, offline=offline),
            outside=outside,
            overwrite=force,
            events=events,
            on_notice=tell,
        )
    for path in made.track.beside:
        tell(str(path))
    show(stem.documents.track_line(made.track))
    if made.is_same:
        tell(Message("It is the same, byte for byte."))
    elif change.is_none:
        tell(
            Message("It is not the same, byte for byte: what changed since then is told above.")
            if made.differences
            else Message("It is not the same, byte for byte: it is not known what changed.")
        )


def _may_go(search: Search, *, yes: bool) -> bool:
    """Tell what would go and why, and ask; whether it may go."""
    for each in search.found:
        found_by = joined(", ", each.reasons)
        tell(Message("{path}: found by {reasons}", path=each.record_path, reasons=found_by))
        goes, stays = each.looked_at()
        for path in goes:
            tell(str(path))
        for left in stays:
            tell(Message("{path} would stay: {reason}", path=left.path, reason=left.reason))
    codes, count = search.codes_to_ask, len(search.found)
    if codes:
        each_code = joined(", ", [code or Message("none") for code in codes])
        tell(Message("These were made for more than one code: {codes}.", codes=each_code))
    question = Plural(
        "Remove this track and what belongs to it?",
        "Remove {count} tracks and what belongs to them?",
        count,
    )
    if (codes or not yes) and not confirmed(question):
        tell(Message("Nothing was removed."))
        if codes:
            named = " ".join(code for code in codes if code)
            tell(
                Message(
                    "Hint: --yes holds for several codes when each is named: stem forget {codes} --yes",
                    codes=named,
                )
            )
        elif not sys.stdin.isatty():
            tell(Message("Hint: Nobody answered here; --yes does not ask."))
        return False
    return True


@click.command()
@click.argument("words", nargs=-1, metavar="[CODE|NAME...]")
@click.option("--voice", "copy", metavar="VOICE", help="A voice made after someone's, and the consent to it.")
@click.option("--in", "folders", multiple=True, metavar="FOLDER", help="Where to look.  [default: output/]")
@click.option("--yes", is_flag=True, help="Do not ask, unless a name turns out to be that of several codes.")
def forget(words: Sequence[str], copy: str | None, folders: Sequence[str], yes: bool) -> None:
    """Remove the tracks that were made for a name or a code, their records, and what was spoken for them.

    Own texts and recordings in which it stands are shown, and asked about one by one, also with --yes.
    """
    here = project()
    if copy is not None:
        _forget_voice(copy, words, yes=yes)
        return
    for like in here.voices_like(words):
        tell(
            Message(
                "The voice '{voice}' resembles {who}. To remove it too: stem forget --voice {voice}",
                voice=like.name,
                who=like.consent.who if like.consent else "",
            )
        )
    search, mentions = here.tracks_of(words, folders), here.mentions(words)
    for each in search.unreadable:
        tell(Message("{path}: cannot be judged: {reason}", path=each.path, reason=each.reason))
    if not search.found:
        places = ", ".join(folders or (here.settings.output,))
        tell(
            Message(
                "No track was found in {places} that was made for it; --in FOLDER looks elsewhere.",
                places=places,
            )
        )
        tell(Message("Only tracks with a record can be found."))
    elif not _may_go(search, yes=yes):
        raise click.exceptions.Exit(1)
    forgotten = here.forget(search)
    if search.found:
        _tell_forgotten(forgotten)
    stays = [each for each in mentions if not _goes_too(each)]
    if forgotten.left or forgotten.phrases_left or search.unreadable or stays:
        raise click.exceptions.Exit(1)


def _goes_too(mention: Mention) -> bool:
    """Tell of an own text or recordings with the name, and ask whether they go; whether all of it is gone."""
    places = joined(", ", mention.places)
    tell(Message("{path} may be about the same person: {places}", path=mention.path, places=places))
    if not confirmed(Message("Remove {path} too?", path=mention.path)):
        tell(Message("{path} stays. Take the name out, or remove it yourself.", path=mention.path))
        return False
    reasons = mention.remove()
    for reason in reasons:
        tell(Message("{path} stays: {reason}", path=mention.path, reason=reason))
    if not reasons:
        show(str(mention.path))
    return not reasons


def _forget_voice(name: str, words: Sequence[str], *, yes: bool) -> None:
    """Remove a voice that resembles someone, when that is meant."""
    if words:
        sentence = Message("A voice is forgotten by itself.")
        raise UsageError(sentence, hint=Message("First: stem forget --voice {voice}", voice=name))
    here = project()
    for path in here.traces_of_voice(name):
        tell(str(path))
    if not yes and not confirmed(Message("Remove this voice, and the consent to it?")):
        tell(Message("Nothing was removed."))
        raise click.exceptions.Exit(1)
    for path in here.forget_voice(name):
        show(str(path))
    tell(
        Message("Tracks stay as they are; what it said may be in the cache, which stem cache clear empties.")
    )


def _tell_forgotten(forgotten: Forgotten) -> None:
    for path in forgotten.removed:
        show(str(path))
    for each in forgotten.left:
        tell(Message("{path} stays: {reason}", path=each.path, reason=each.reason))
    for path in forgotten.missing:
        tell(
            Message(
                "{path} was not there: when it was moved out of these folders, or changed, "
                "remove it yourself.",
                path=path,
            )
        )
    tell(
        Plural(
            "1 spoken phrase was removed. Backups, and what was sent, are out of reach.",
            "{count} spoken phrases were removed. Backups, and what was sent, are out of reach.",
            forgotten.phrases,
        )
    )
    tell(Message("Lists, pages and feeds that tell of it are yours: take the row out, and make them again."))


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option(
    "--link", required=True, metavar="URL", help="Where FOLDER will be: https://praktijk.nl/opnames/"
)
@click.option("--title", default="", metavar="TEXT", help="Of the feed.  [default: the tracks' album]")
@click.option("--description", default="", metavar="TEXT", help="What the feed is, in Dutch.")
@click.option(
    "--first",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day of the first track, one a day from there: 2026-12-01",
)
@click.option("--email", default="", metavar="ADDRESS", help="Of its owner; everyone can read it.")
@click.option(
    "--name",
    default="feed.xml",
    show_default=True,
    metavar="FILE",
    help="Another name, hard to guess: feed-x7k2q.xml",
)
@click.option("--name-in-feed", is_flag=True, help="Publish tracks that were made for someone too.")
@force_option
def feed(
    folder: str,
    link: str,
    title: str,
    description: str,
    first: datetime | None,
    email: str,
    name: str,
    name_in_feed: bool,
    force: bool,
) -> None:
    """Make a podcast feed of the finished tracks in FOLDER, with chapters and transcripts beside them."""
    for option, text in (("--title", title), ("--description", description)):
        if problem := line_problem(text):
            sentence = Message(
                "What stands after {option} cannot stand in a feed: {problem}.",
                option=option,
                problem=problem,
            )
            raise UsageError(sentence, hint=RETYPE)
    made = project().feed(
        folder,
        link,
        title=title,
        description=description,
        first=first.date() if first else None,
        email=email,
        name=name,
        name_in_feed=name_in_feed,
        overwrite=force,
    )
    show(
        Message(
            "{path}  {tracks} tracks, {files} files  {address}",
            path=made.written[-1],
            tracks=made.tracks,
            files=len(made.written),
            address=made.address,
        )
    )
    for note in made.notes:
        tell(note)
    for left in made.left_out:
        tell(Message("{path} is left out: {reason}", path=left.path, reason=left.reason))
    tell(Message("Upload the tracks and the files of the feed; leave the records (*.stem.json) at home."))
    if made.left_out:
        raise click.exceptions.Exit(1)


COMMANDS = (info, verify, remake, forget, feed)
