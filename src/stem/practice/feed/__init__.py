"""A podcast feed of a folder with finished tracks: RSS 2.0, with chapters and transcripts beside the tracks.

A feed is public: whoever has its address reads it and hears what it names. So a track that was made for
someone is refused (`episodes`), and directories are asked not to list the feed.

    episode.py     an episode, what is told about the feed, a file of it
    tracks.py      a folder -> its episodes, as far as anyone may hear them
    rss.py         episodes -> RSS 2.0 with the names of Apple's and the podcast namespace
    feed_files.py  episodes -> all files, and these to the disk

The same folder and the same `FeedInfo` give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stem.practice.feed.episode import Episode, FeedFile, FeedInfo, Found, LeftOut
from stem.practice.feed.feed_files import feed_files, write_feed
from stem.practice.feed.tracks import episodes

__all__ = [
    "Episode",
    "FeedFile",
    "FeedInfo",
    "Found",
    "LeftOut",
    "MadeFeed",
    "episodes",
    "feed_files",
    "make_feed",
    "write_feed",
]


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """A feed that was made.

    Example:
        >>> spec = stem.TrackSpec("kort", voice="zacht", bed="none")
        >>> track = project.make(project.plan(spec), beside=stem.Sidecars(record=True))
        >>> made = project.feed("output", "https://praktijk.example/opnames/", title="Rust")
        >>> made.tracks, made.address
        (1, 'https://praktijk.example/opnames/feed.xml')

    Attributes:
        written: Its files; the feed itself is the last.
        tracks: The number of episodes.
        address: Where it will be.
        notes: What its maker should know, as sentences.
        left_out: The tracks that are not in it.
    """

    written: tuple[Path, ...]
    tracks: int
    address: str
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def make_feed(folder: Path, about: FeedInfo, *, name_in_feed: bool, overwrite: bool) -> MadeFeed:
    """Make a feed of the finished tracks in a folder.

    Raises:
        StemError: as `episodes` and `write_feed`.
    """
    found = episodes(folder, name_in_feed=name_in_feed)
    written = write_feed(feed_files(found.episodes, about), folder, overwrite=overwrite)
    return MadeFeed(written, len(found.episodes), about.address, found.notes, found.left_out)
