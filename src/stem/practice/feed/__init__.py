"""A podcast feed of a folder with finished tracks: RSS 2.0, with chapters and transcripts beside the tracks.

A feed is public: whoever has its address reads it and hears what it names. So a track that was made for
someone is refused (`episodes`), and directories are asked not to list the feed.

    episode.py     an episode, what is told about the feed, a file of it
    tracks.py      a folder -> its episodes, as far as anyone may hear them
    rss.py         episodes -> RSS 2.0 with the names of Apple's and the podcast namespace
    feed_files.py  episodes -> all files, and these to the disk

The same folder and the same `FeedInfo` give the same bytes.
"""

from stem.practice.feed.episode import Episode, FeedFile, FeedInfo, Found, LeftOut
from stem.practice.feed.feed_files import feed_files, write_feed
from stem.practice.feed.tracks import episodes

__all__ = [
    "Episode",
    "FeedFile",
    "FeedInfo",
    "Found",
    "LeftOut",
    "episodes",
    "feed_files",
    "write_feed",
]
