"""The finished tracks in a folder, as their records tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stem.errors import ConfigError
from stem.files import output_error
from stem.messages import joined
from stem.record.document import SUFFIX, read_record, track_path
from stem.record.model import Record


@dataclass(frozen=True, slots=True)
class FinishedTrack:
    """A finished track that has a record.

    Example:
        >>> track = project.make(
        ...     project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")),
        ...     beside=stem.Sidecars(record=True),
        ... )
        >>> (found,) = project.tracks()
        >>> found.path == track.path, found.record.script.title
        (True, 'Kort moment')
        >>> found.record.timeline.utterances[0].text
        'Ga zitten zoals het prettig is.'

    Attributes:
        record_path: The file of the record.
        path: The track's; it may be gone. None when the record cannot be read.
        record: How it was made.
        problem: Why the record cannot be read; "" when it can.
    """

    record_path: Path
    path: Path | None
    record: Record | None
    problem: str = ""


def finished_tracks(folder: Path) -> tuple[FinishedTrack, ...]:
    """Return the tracks in a folder that have a record, by name; none when there is no such folder.

    Raises:
        OutputError: when the folder cannot be read.
    """
    return tuple(finished_track(path) for path in records(folder))


def records(folder: Path) -> list[Path]:
    """Return the records in a folder, by name, unread; none when there is no such folder.

    Raises:
        OutputError: when the folder cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX) and path.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise output_error(folder, error) from error


def finished_track(path: Path) -> FinishedTrack:
    """Return the track of a record."""
    try:
        record = read_record(path)
    except ConfigError as error:
        return FinishedTrack(path, None, None, joined("; ", error.problems))
    return FinishedTrack(path, track_path(path, record.track.suffix), record)
