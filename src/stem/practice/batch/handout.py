"""What goes to a client: a text to send with the tracks, or all of it in a zip file with a password."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stem.config import Config
from stem.errors import OutputError, StemError
from stem.files import output_error, write_whole
from stem.messages import Message, joined
from stem.practice.batch.jobs import Job, Outcome, Report
from stem.practice.handout import (
    LETTER_NAME,
    LetterTrack,
    Member,
    covering_text,
    is_current,
    is_ours,
    is_untouched,
    letter_path,
    write_zip,
    zip_path,
)
from stem.record.document import read_record, record_path
from stem.script.safety import safety
from stem.script.template import find_script
from stem.voices.engines import traits_of


@dataclass(frozen=True, slots=True)
class Handout:
    """What is ready to go to clients.

    Attributes:
        written: Files that are new.
        kept: Files that were there already and hold the same.
        own: Texts that were there already and that someone has changed: they stay, and go along as they are.
        held: Tracks for use with a practitioner only: they do not go home.
        left: By code, why something is not there.
    """

    written: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    own: tuple[Path, ...] = ()
    held: tuple[Path, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when every client's is there, 1 when something could not be put together."""
        return int(bool(self.left))


def hand_over(
    jobs: Sequence[Job],
    report: Report,
    config: Config,
    passwords: Mapping[str, str] | None = None,
    *,
    also_guided: bool = False,
) -> Handout:
    """Write for each client a text to send with the tracks, and pack all of it; what is packed stays.

    The text lies beside the zip file too, for it tells how that is opened. One that someone has changed
    stays, and is what is packed. One client's mishap is that of one.

    Args:
        jobs: Of the batch.
        report: What became of them.
        config: Their settings.
        passwords: By code; None for no zip files.
        also_guided: Whether tracks for use with a practitioner only go along; else they are told as held.

    Raises:
        UsageError: when a password will not do.
    """
    found: dict[str, list[tuple[Job, Outcome]]] = {}
    held: list[Path] = []
    for job, outcome in zip(jobs, report.outcomes, strict=True):
        if _is_guided(job) and not also_guided:
            held.append(job.target)
        else:
            found.setdefault(job.code, []).append((job, outcome))
    written, kept, own, left = list[Path](), list[Path](), list[Path](), dict[str, str]()
    for code, made in found.items():
        failed = [outcome for _, outcome in made if outcome.status == "failed"]
        if failed:
            left[code] = Message("nothing was put together, for {place} failed", place=failed[0].place)
            continue
        is_packed = passwords is not None or is_ours(zip_path(_folder(made), code))
        path = letter_path(_folder(made), code)
        try:
            letter, there = _letter_of(code, made, config, locked=is_packed)
            if letter != there:
                write_whole(path, letter, overwrite=_is_forced(made) or there is not None)
                written.append(path)
            else:
                (kept if is_untouched(letter) else own).append(path)
            if passwords is not None:
                packed, is_new = _packed(code, made, letter, passwords[code])
                (written if is_new else kept).append(packed)
        except OutputError as error:
            sentence = Message("{sentence:open}", sentence=error.sentence)
            hint = Message(" ({hint})", hint=error.hint) if error.hint else ""
            left[code] = joined("", [sentence, hint])
    return Handout(tuple(written), tuple(kept), tuple(own), tuple(held), left)


def letter_of(code: str, jobs: Sequence[Job], report: Report, config: Config) -> tuple[str, bool]:
    """Return the text that would be packed with a client's tracks, and whether someone wrote in it.

    Args:
        code: The client's.
        jobs: At least one, all theirs.
        report: What became of them.
        config: The settings.

    Raises:
        OutputError: when something is in its place that cannot be read.
    """
    made = list(zip(jobs, report.outcomes, strict=True))
    letter, _ = _letter_of(code, made, config, locked=True)
    return letter.decode(errors="replace"), not is_untouched(letter)


def _letter_of(
    code: str, made: Sequence[tuple[Job, Outcome]], config: Config, *, locked: bool
) -> tuple[bytes, bytes | None]:
    """Return the text for a client, which is the one that is there when someone wrote in it; and that one.

    Raises:
        OutputError: when what is there cannot be read.
    """
    there = None if _is_forced(made) else _there(letter_path(_folder(made), code))
    if there is None or is_untouched(there):
        return _letter(made, config, locked=locked), there
    return there, there


def _folder(made: Sequence[tuple[Job, Outcome]]) -> Path:
    return made[0][0].target.parent


def _is_forced(made: Sequence[tuple[Job, Outcome]]) -> bool:
    return any(job.force for job, _ in made)


def _there(path: Path) -> bytes | None:
    """Return the text that has a letter's name; None when nothing has.

    Raises:
        OutputError: when it cannot be read.
    """
    if path.exists() and not path.is_file():  # a pipe would never come to its end
        raise OutputError(
            path, Message("something that is no file has that name"), hint=Message("Move it away.")
        )
    try:
        return path.read_bytes() if os.path.lexists(path) else None
    except OSError as error:
        raise output_error(path, error) from error


def _packed(
    code: str, made: Sequence[tuple[Job, Outcome]], letter: bytes, password: str
) -> tuple[Path, bool]:
    """Pack a client's tracks, unless that was done; return the zip file, and whether it is new.

    Raises:
        UsageError: when the password will not do.
        OutputError: when it cannot be written, or something else has its name.
    """
    path = zip_path(_folder(made), code)
    files = [file for job, _ in made for file in _files(job)]
    members = [Member(LETTER_NAME, letter), *(Member(file.name, file) for file in files)]
    if is_current(path, members, password):
        return path, False
    write_zip(path, members, password, overwrite=True)
    return path, True


def _files(job: Job) -> tuple[Path, ...]:
    """Return a job's track and the captions beside it."""
    return (job.target, *(job.target.with_suffix(f".{kind}") for kind in job.captions))


def _letter(made: Sequence[tuple[Job, Outcome]], config: Config, *, locked: bool) -> bytes:
    tracks = [
        LetterTrack(
            job.target.name, outcome.title, outcome.seconds or 0.0, not _is_recorded(job), _is_guided(job)
        )
        for job, outcome in made
    ]
    forms = {_form(job) for job, _ in made}
    text = covering_text(
        tracks,
        form="u" if "u" in forms else "je",
        practice=config.practice,
        safety=safety(config.country),
        own_help=config.help,
        locked=locked,
    )
    return text.encode()


def _form(job: Job) -> str:
    """Return how a track addresses its listener: "je" or "u"."""
    said = job.spec.values.get("vorm", "").strip().casefold()
    usual = (each.default for each in find_script(job.spec.script, job.home).variables if each.name == "vorm")
    return said or str(next(usual))


def _is_guided(job: Job) -> bool:
    """Tell whether a job's script is for use with a practitioner only."""
    return find_script(job.spec.script, job.home).practitioner_only


def _is_recorded(job: Job) -> bool:
    try:
        record = read_record(record_path(job.target))
    except StemError:
        return False
    return traits_of(record.voice.engine).only_recorded and record.fill is None
