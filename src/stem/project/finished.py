"""Finished tracks of a project: what is in them, whether they are in order, forgetting, a feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from stem.errors import ConfigError, UsageError
from stem.filenames import free_name
from stem.messages import Message, joined
from stem.project.folder import RECORDINGS, Folder
from stem.record.document import read_record, record_path
from stem.record.listing import FinishedTrack, finished_track, finished_tracks, records
from stem.record.model import Record

if TYPE_CHECKING:
    from stem.export.selfcheck import FileFault
    from stem.practice.feed import MadeFeed
    from stem.practice.forget import Forgotten, Search
    from stem.practice.forget.mentions import Mention
    from stem.record.verify import FileInfo


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a finished file is as it should be.

    Example:
        >>> track = project.make(project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")))
        >>> verdict = project.verify(track.path)
        >>> verdict.in_order, verdict.findings
        (True, ())

    Attributes:
        path: The file.
        record: What it was compared with; None when there is none that can be read.
        findings: What is wrong, or worth knowing.
    """

    path: Path
    record: Record | None
    findings: tuple[FileFault, ...]

    @property
    def in_order(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(finding.serious for finding in self.findings)


class Finished(Folder):
    """What a project does with finished tracks."""

    def tracks(self, folder: str | Path | None = None) -> tuple[FinishedTrack, ...]:
        """Return the tracks in a folder that have a record, by name; see `record.listing.finished_tracks`."""
        return finished_tracks(self.path(folder or self.settings.output))

    def records(self, folder: str | Path | None = None) -> list[Path]:
        """Return the records in a folder, unread: of many tracks they are there at once; see `tracks`."""
        return records(self.path(folder or self.settings.output))

    def track(self, record: str | Path) -> FinishedTrack:
        """Return the track of a record; see `tracks`."""
        return finished_track(self.path(record))

    def record(self, track: str | Path) -> Record | None:
        """Return the record beside a track; None when there is none, or it is of a file of another kind."""
        path = self.path(track)
        if not path.name or not record_path(path).exists():  # "." and "/" have no name
            return None
        record = read_record(record_path(path))
        return record if record.track.suffix.casefold() == path.suffix.casefold() else None

    def info(self, track: str | Path) -> FileInfo:
        """Hear a file to its end and return what is in it; see `record.verify.info`."""
        from stem.record.verify import info

        path = self.path(track)
        return info(path, self.record(path))

    def verify(self, track: str | Path) -> Verdict:
        """Decode a file to its end, and compare it with its record when there is one."""
        from stem.export.selfcheck import FileFault
        from stem.record.verify import verify

        path, unreadable, record = self.path(track), list[FileFault](), None
        try:
            record = self.record(path)
        except ConfigError as error:
            problems = joined("; ", error.problems)
            unreadable = [FileFault(Message("its record"), Message("one that can be read"), problems)]
        return Verdict(path, record, (*unreadable, *verify(path, record)))

    def shape(self, track: str | Path) -> tuple[int, ...]:
        """Return how loud a file is from begin to end, in bars to draw; see `sound.shape.shape_of`."""
        from stem.sound.shape import shape_of

        return shape_of(self.path(track))

    def plot(self, track: str | Path, target: str | Path | None = None, *, overwrite: bool = False) -> Path:
        """Draw what is in a file of sound over time, and return the picture's path.

        Args:
            track: The file.
            target: A .png or .svg file; by default beside the track. When it is there, the next free name.
            overwrite: Replace what is there.

        Raises:
            UsageError: when that is no file's name.
            AudioError: when it cannot be drawn.
        """
        from stem.export.plot import draw

        path = self.path(track)
        if not path.name:
            hint = Message("For example: output/tegenover.mp3")
            raise UsageError(Message("'{track}' is not a sound file.", track=track), hint=hint)
        wanted = self.path(target) if target else path.with_suffix(".png")
        picture = wanted if overwrite else free_name(wanted)
        draw(path, picture, overwrite=overwrite)
        return picture

    # Forgetting someone

    def tracks_of(self, words: Sequence[str], folders: Sequence[str | Path] = ()) -> Search:
        """Find the tracks that were made for names or codes; nothing is removed.

        Each thing that is found tells which files would go and which would stay (`looked_at`).

        Args:
            words: Names or codes.
            folders: Where to look; by default in the folder of the settings.

        Raises:
            UsageError: when nothing can be looked for.
        """
        from stem.practice.forget import tracks_of

        usual = [self.path(self.settings.output)]
        places = [self.path(folder) for folder in folders] or [each for each in usual if each.exists()]
        return tracks_of(words, places)

    def one_track(self, record: str | Path) -> Search:
        """Find what belongs to the track of a record, as `tracks_of` does for a client's.

        Raises:
            UsageError: when a folder cannot be read.
        """
        from stem.practice.forget import one_track

        return one_track(self.path(record), [self.path(self.settings.output)])

    def mentions(self, words: Sequence[str]) -> tuple[Mention, ...]:
        """Find own texts and own recordings in which a name or a code stands; nothing is removed."""
        from stem.practice.forget.mentions import mentions

        return mentions(words, self.folder / "scripts", self.path(RECORDINGS))

    def forget(self, search: Search) -> Forgotten:
        """Remove what was found, and what was spoken for it; see `practice.forget.forget`."""
        from stem.practice.forget import forget

        return forget(search.found)

    # Publishing

    def feed(
        self,
        folder: str | Path,
        link: str,
        *,
        title: str = "",
        description: str = "",
        first: date | None = None,
        email: str = "",
        name: str = "feed.xml",
        name_in_feed: bool = False,
        overwrite: bool = False,
    ) -> MadeFeed:
        """Make a podcast feed of the finished tracks in a folder, with chapters and transcripts beside them.

        Args:
            folder: With the tracks.
            link: The address at which that folder will be.
            title: Of the feed; by default the album of the tracks.
            description: What the feed is.
            first: The day of the first track, one a day from there.
            email: Of its owner; everyone can read it.
            name: Of its file.
            name_in_feed: Publish tracks that were made for someone too.
            overwrite: Replace what is there.

        Raises:
            UsageError: when there is nothing to publish, or something cannot stand in a feed.
        """
        from stem.practice.feed import FeedInfo, make_feed

        about = FeedInfo(
            link=link,
            title=title,
            description=description,
            first=first,
            email=email,
            country=self.settings.country,
            help=self.settings.help,
            name=name,
        )
        return make_feed(self.path(folder), about, name_in_feed=name_in_feed, overwrite=overwrite)
