"""What goes to a client: a text to send with the tracks, or all of it in a zip file with a password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stem.batch.kinds import Job, Outcome, Report
from stem.config import Config
from stem.engines.recordings import NAME as RECORDINGS
from stem.errors import StemError
from stem.files import write_whole
from stem.parcels import (
    LETTER_NAME,
    LetterTrack,
    Member,
    covering_text,
    is_current,
    letter_path,
    write_zip,
    zip_path,
)
from stem.record import read_record, record_path
from stem.safety import safety


@dataclass(frozen=True, slots=True)
class Handed:
    """What is ready to go to clients.

    Attributes:
        written: Files that are new.
        kept: Zip files that were there already and hold the same.
        left: By code, why something is not there, or not new.
    """

    written: tuple[Path, ...]
    kept: tuple[Path, ...]
    left: Mapping[str, str]


def hand_over(
    jobs: Sequence[Job], report: Report, config: Config, passwords: Mapping[str, str] | None = None
) -> Handed:
    """Write for each client a text to send with the tracks, and pack all of it; what is packed stays.

    The text lies beside the zip file too, for it tells how that is opened.

    Args:
        jobs: Of the batch.
        report: What became of them.
        config: Their settings.
        passwords: By code; None for no zip files.

    Raises:
        UsageError: when a password will not do.
        OutputError: when a file cannot be written, or is no zip file of ours.
    """
    written, kept, left = [], [], dict[str, str]()
    for code, made in _by_code(jobs, report, left).items():
        folder = made[0][0].target.parent
        letter, path = _letter(made, config, locked=passwords is not None), letter_path(folder, code)
        if not path.exists():
            write_whole(path, letter, overwrite=False)
            written.append(path)
        elif path.read_bytes() != letter:
            left[code] = f"{path} was there already and stays as it is: it is not what stem would write"
        if passwords is None:
            continue
        packed = zip_path(folder, code)
        members = [
            Member(LETTER_NAME, letter),
            *(Member(file.name, file) for job, _ in made for file in _files(job)),
        ]
        if is_current(packed, members, passwords[code]):
            kept.append(packed)
        else:
            write_zip(packed, members, passwords[code], overwrite=True)
            written.append(packed)
    return Handed(tuple(written), tuple(kept), left)


def _files(job: Job) -> tuple[Path, ...]:
    """Return a job's track and the captions beside it."""
    return (job.target, *(job.target.with_suffix(f".{kind}") for kind in job.captions))


def _by_code(
    jobs: Sequence[Job], report: Report, left: dict[str, str]
) -> dict[str, list[tuple[Job, Outcome]]]:
    """Return the finished tracks of each client; who lacks one gets none, which is noted in `left`."""
    found: dict[str, list[tuple[Job, Outcome]]] = {}
    for job, outcome in zip(jobs, report.outcomes, strict=True):
        found.setdefault(job.code, []).append((job, outcome))
    for code, made in list(found.items()):
        failed = [outcome for _, outcome in made if outcome.status == "failed"]
        if failed:
            left[code] = f"nothing was put together, for {failed[0].place} failed"
            del found[code]
    return found


def _letter(made: Sequence[tuple[Job, Outcome]], config: Config, *, locked: bool) -> bytes:
    tracks = [
        LetterTrack(job.target.name, outcome.title, outcome.seconds or 0.0, not _is_recorded(job))
        for job, outcome in made
    ]
    form = made[0][0].spec.values.get("vorm", "je").strip().casefold()
    text = covering_text(
        tracks,
        form=form,
        practice=config.practice,
        safety=safety(config.country),
        own_help=config.help,
        locked=locked,
    )
    return text.encode()


def _is_recorded(job: Job) -> bool:
    try:
        record = read_record(record_path(job.target))
    except StemError:
        return False
    return record.voice.engine == RECORDINGS and record.fill is None
