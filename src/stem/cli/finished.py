"""Commands about finished tracks: info, verify, remake, forget, feed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stem.characters import RETYPE, line_problem
from stem.cli.options import config, force_option, json_option, online_options
from stem.cli.output import confirmed, in_options, print_json, progress, show
from stem.cli.output import say as tell
from stem.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from stem.config import Config
    from stem.export.selfcheck import FileFault
    from stem.practice.forget import Found
    from stem.record.model import Record
    from stem.track.make import Track
    from stem.track.plan import Plan
    from stem.track.spec import TrackSpec


def _record_of(path: Path) -> Record | None:
    """Return the record beside a track; None when there is none, or it is that of a file of another kind."""
    from stem.record.document import read_record, record_path

    if not path.name or not record_path(path).exists():  # "." and "/" have no name
        return None
    record = read_record(record_path(path))
    return record if record.track.suffix.casefold() == path.suffix.casefold() else None


@click.command()
@click.argument("track", metavar="FILE")
@json_option
def info(track: str, as_json: bool) -> None:
    """Tell what is in a finished FILE: length, loudness, chapters, tags, and how it was made."""
    from stem.documents import info_document, info_lines
    from stem.files import expanded
    from stem.record.verify import info as look

    path = expanded(track)
    facts = look(path, _record_of(path))
    if facts.problem:
        tell(f"Warning: {path}: {facts.problem}")
    if as_json:
        print_json(info_document(facts))
        return
    for line in info_lines(facts, config()):
        show(line)


@click.command()
@click.argument("tracks", nargs=-1, required=True, metavar="FILE...")
def verify(tracks: Sequence[str]) -> None:
    """Decode finished FILES to their end, and compare each with its record when there is one."""
    from stem.export.selfcheck import FileFault
    from stem.files import expanded
    from stem.record.verify import verify as check

    wrong = False
    for path in map(expanded, tracks):
        findings: list[FileFault] = []
        record = None
        try:
            record = _record_of(path)
        except ConfigError as error:
            findings.append(FileFault("its record", "one that can be read", "; ".join(error.problems)))
        findings += check(path, record)
        for finding in findings:
            kind = "wrong" if finding.serious else "worth knowing"
            show(f"{path}: {kind}: {finding.what}: {finding.found}; expected: {finding.expected}")
        serious = any(finding.serious for finding in findings)
        wrong = wrong or serious
        with_what = "with its record" if record else "by itself (there is no record of it)"
        show(f"{path}: {'not in order' if serious else 'in order'}, compared {with_what}")
    if wrong:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("record_file", metavar="RECORD")
@click.option("-s", "--set", "values", multiple=True, metavar="NAME=VALUE", help="Fill in something else.")
@click.option("--voice", metavar="VOICE", help="With another voice.")
@click.option("--bed", metavar="BED", help="On another background.")
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
    output: str | None,
    outside: bool,
    allow_online: bool,
    offline: bool,
    force: bool,
) -> None:
    """Make the track of a RECORD (NAME.stem.json) again: the same bytes, or with one thing changed.

    It gets a record too. Whether text may leave the machine is asked anew: a record gives no leave for it.
    """
    from stem.cli.options import online, pairs
    from stem.documents import track_line
    from stem.files import expanded
    from stem.record.document import differences_from_now, read_record, spec_of
    from stem.record.hashes import file_hash
    from stem.track.make import make_track
    from stem.track.plan import plan_track
    from stem.track.target import output_path

    here = config()
    record = read_record(expanded(record_file))
    spec, settings = spec_of(record)
    if not outside:
        kept = replace(spec, voice=None if voice else spec.voice, bed=None if bed else spec.bed)
        _refuse_outside(expanded(record_file), record, kept, settings)
    given = pairs("-s", values, "naam=Anna")
    asked = replace(
        spec,
        values={**spec.values, **given},
        voice=voice or spec.voice,
        bed=bed or spec.bed,
        online=online(allow=allow_online, offline=offline),
    )
    settings = replace(settings, allow_online=here.allow_online)
    lacking = [name for name in record.filled if name not in asked.values]
    if lacking:
        raise UsageError(
            f"The record does not tell what was filled in for {', '.join(lacking)}.",
            hint=f"Give it again: -s {lacking[0]}=...",
        )
    is_changed = bool(given or voice or bed)
    differences = [*differences_from_now(record)]
    for difference in differences:
        tell(f"Since then: {in_options(difference)}")
    plan = plan_track(asked, settings)
    if not is_changed and _other_recordings(record, plan):
        differences.append(f"The recordings of '{record.voice.name}' have changed.")
        tell(f"Since then: {differences[-1]}")
    target = output_path(plan.name, output, here, plan.format)
    with progress() as on_progress:
        track = make_track(plan, target, overwrite=force, on_progress=on_progress, on_notice=tell)
    same = file_hash(track.path) == record.track.sha256
    _write_record(track, asked, settings, record, expanded(record_file), is_same=same, overwrite=force)
    show(track_line(track))
    if same:
        tell("It is the same, byte for byte.")
    elif not is_changed:
        why = "what changed since then is told above" if differences else "it is not known what changed"
        tell(f"It is not the same, byte for byte: {why}.")


def _refuse_outside(path: Path, record: Record, spec: TrackSpec, settings: Config) -> None:
    """Refuse to read what a record names outside this folder: someone else may have written it.

    Raises:
        ConfigError: when it names any.
    """
    from stem.config import PATHS, refuse_outside

    named = {name: getattr(spec, name) for name in ("script", "voice", "fill", "bed", "cover")}
    named |= {f"settings.{name}": getattr(settings, name) for name in PATHS}
    named |= {"voice.name": record.voice.name, "fill.name": record.fill.name if record.fill else None}
    refuse_outside(path, named, hint="When you trust the record, let stem read them: --outside")


def _other_recordings(record: Record, plan: Plan) -> bool:
    """Tell whether own recordings are not those of the record: which are said is known with the plan."""
    from stem.record.hashes import voice_facts

    was_recorded = record.voice.engine == "recordings"
    return was_recorded and voice_facts(plan.voice).files_sha256 != record.voice.files_sha256


def _write_record(
    track: Track,
    spec: TrackSpec,
    settings: Config,
    before: Record,
    before_path: Path,
    *,
    is_same: bool,
    overwrite: bool,
) -> None:
    """Write the record of a track that was made again, as personal as the one it was made from.

    A track in which someone is named, and of which no record tells, could not be found to forget them.
    """
    from stem.record.build import record_of
    from stem.record.document import record_path, write_record

    path = record_path(track.path)
    if path.exists() and is_same and path.samefile(before_path):
        return
    if path.exists() and not overwrite:
        tell(f"{path} is there already and stays (--force replaces it): no record tells of {track.path}.")
        return
    code = before.personal.code if before.personal and dict(spec.values) == before.personal.values else ""
    record = record_of(track, spec, settings, code=code)
    write_record(record, path, anonymous=before.personal is None, overwrite=overwrite)
    tell(str(path))


def _may_go(found: Sequence[Found], words: Sequence[str], *, yes: bool) -> bool:
    """Tell what would go and why, and ask; whether it may go."""
    from stem.practice.forget import codes_to_ask

    for each in found:
        tell(f"{each.record_path}: found by {', '.join(each.reasons)}")
        goes, stays = each.looked_at()
        for path in goes:
            tell(str(path))
        for left in stays:
            tell(f"{left.path} would stay: {in_options(left.reason)}")
    codes = codes_to_ask(found, words)
    if codes:
        tell(f"These were made for more than one code: {', '.join(code or 'none' for code in codes)}.")
    count = len(found)
    which = "this track and what belongs to it" if count == 1 else f"{count} tracks and what belongs to them"
    if (codes or not yes) and not confirmed(f"Remove {which}?"):
        tell("Nothing was removed.")
        if codes:
            named = " ".join(code for code in codes if code)
            tell(f"Hint: --yes holds for several codes when each is named: stem forget {named} --yes")
        elif not sys.stdin.isatty():
            tell("Hint: Nobody answered here; --yes does not ask.")
        return False
    return True


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="CODE|NAME...")
@click.option("--in", "folders", multiple=True, metavar="FOLDER", help="Where to look.  [default: output/]")
@click.option("--yes", is_flag=True, help="Do not ask, unless a name turns out to be that of several codes.")
def forget(words: Sequence[str], folders: Sequence[str], yes: bool) -> None:
    """Remove the tracks that were made for a name or a code, their records, and what was spoken for them."""
    from stem.files import expanded
    from stem.practice.forget import forget as remove
    from stem.practice.forget import tracks_of

    search = tracks_of(words, [expanded(folder) for folder in folders or (config().output,)])
    for each in search.unreadable:
        tell(f"{each.path}: cannot be judged: {each.reason}")
    if not search.found:
        places = ", ".join(folders or (config().output,))
        tell(f"No track was found in {places} that was made for it; --in FOLDER looks elsewhere.")
        tell("Only tracks with a record can be found.")
        if search.unreadable:
            raise click.exceptions.Exit(1)
        return
    if not _may_go(search.found, words, yes=yes):
        raise click.exceptions.Exit(1)
    forgotten = remove(search.found)
    for path in forgotten.removed:
        show(str(path))
    for each in forgotten.left:
        tell(f"{each.path} stays: {in_options(each.reason)}")
    for path in forgotten.missing:
        tell(f"{path} was not there: when it was moved out of these folders, or changed, remove it yourself.")
    phrases = "1 spoken phrase was" if forgotten.phrases == 1 else f"{forgotten.phrases} spoken phrases were"
    tell(f"{phrases} removed. Backups, and what was sent, are out of reach.")
    tell("Lists, pages and feeds that tell of it are yours: take the row out, and make them again.")
    if forgotten.left or forgotten.phrases_left or search.unreadable:
        raise click.exceptions.Exit(1)


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
    from stem.files import expanded
    from stem.practice.feed import FeedInfo, episodes, feed_files, write_feed

    about = FeedInfo(
        link=link,
        title=title,
        description=description,
        first=first.date() if first else None,
        email=email,
        country=config().country,
        help=config().help,
        name=name,
    )
    for option, text in (("--title", title), ("--description", description)):
        if problem := line_problem(text):
            raise UsageError(f"What stands after {option} cannot stand in a feed: {problem}.", hint=RETYPE)
    place = expanded(folder)
    found = episodes(place, name_in_feed=name_in_feed)
    written = write_feed(feed_files(found.episodes, about), place, overwrite=force)
    show(f"{written[-1]}  {len(found.episodes)} tracks, {len(written)} files  {about.address}")
    for note in found.notes:
        tell(note)
    for left in found.left_out:
        tell(f"{left.path} is left out: {left.reason}")
    tell("Upload the tracks and the files of the feed; leave the records (*.stem.json) at home.")
    if found.left_out:
        raise click.exceptions.Exit(1)


COMMANDS = (info, verify, remake, forget, feed)
