"""A podcast feed of a folder with finished tracks: RSS 2.0, with chapters and transcripts beside the tracks.

A feed is public: whoever has its address reads it and hears what it names. So a track that was made for
someone is refused (`episodes`), and directories are asked not to list the feed.

    kinds.py     an episode, what is told about the feed, a file of it
    finding.py   a folder -> its episodes, as far as anyone may hear them
    rss.py       episodes -> RSS 2.0 with the names of Apple's and the podcast namespace
    writing.py   episodes -> all files, and these to the disk

The same folder and the same `About` give the same bytes.
"""

from stem.feeds.finding import episodes
from stem.feeds.kinds import About, Episode, FeedFile, Found, LeftOut
from stem.feeds.writing import feed_files, write_feed

__all__ = [
    "About",
    "Episode",
    "FeedFile",
    "Found",
    "LeftOut",
    "episodes",
    "feed_files",
    "write_feed",
]
