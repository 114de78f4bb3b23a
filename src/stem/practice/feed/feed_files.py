"""From episodes to the files of a feed, and these to the disk."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from stem.errors import OutputError
from stem.export.captions import TrackInfo, as_vtt
from stem.export.cover import generated
from stem.files import write_whole
from stem.messages import Message
from stem.practice.feed.episode import Episode, FeedFile, FeedInfo, fit, shared
from stem.practice.feed.rss import GENERATOR, rss

_CHAPTERS_VERSION = "1.2.0"
"""Of the podcast namespace's JSON chapters."""

_VTT_HEAD, _VTT_MARK = b"WEBVTT\n", b"WEBVTT\n\nNOTE stem feed\n"

_OURS = {
    ".xml": re.compile(rb"<generator>stem [^<]*</generator>"),
    ".json": re.compile(rb'"generator": "stem '),
    ".vtt": re.compile(re.escape(_VTT_MARK)),
}
"""By what each kind of file tells that a feed made it: then the next feed may replace it."""

_PICTURES = {".jpg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n\x1a\n"}


def feed_files(episodes: Sequence[Episode], about: FeedInfo) -> tuple[FeedFile, ...]:
    """Return all files of a feed, itself last: what it links to is there before it.

    Args:
        episodes: From `episodes`; at least one.
        about: What is told about the feed.

    Raises:
        UnknownNameError: when no help numbers of the country are known.
    """
    title = next(filter(None, map(fit, _titles(episodes, about))))
    cover = _cover(episodes, title)
    beside = [file for episode in episodes for file in _beside(episode)]
    feed = FeedFile(about.name, rss(episodes, about, title, "" if cover is None else cover.name))
    return (*beside, *([] if cover is None else [cover]), feed)


def write_feed(files: Sequence[FeedFile], folder: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the files of a feed, each whole or not at all; what is there already as it should be stays.

    Args:
        files: From `feed_files`.
        folder: Where the tracks are.
        overwrite: Also replace files that no feed made.

    Raises:
        OutputError: when one cannot be written, or is there, not made by a feed, and may not be replaced;
            nothing is written then.
    """
    changed = [file for file in files if not _is_there(folder / file.name, file.content)]
    for file in changed:
        path = folder / file.name
        if os.path.lexists(path) and not overwrite and not is_ours(path):
            hint = Message("Move it, or {replace_it}.")
            raise OutputError(path, Message("it is there already, and not made for a feed"), hint=hint)
    for file in changed:
        path = folder / file.name
        write_whole(path, file.content, overwrite=overwrite or os.path.lexists(path))
    return tuple(folder / file.name for file in files)


def is_ours(path: Path) -> bool:
    """Tell whether a file says that it was made for a feed."""
    mark = _OURS.get(path.suffix)
    try:
        return mark is not None and path.is_file() and mark.search(path.read_bytes()) is not None
    except OSError:
        return False


def _is_there(path: Path, content: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _titles(episodes: Sequence[Episode], about: FeedInfo) -> Iterator[str]:
    """Yield what a feed can be called, best first."""
    yield about.title
    yield shared(episode.album for episode in episodes)
    yield episodes[0].path.parent.name
    yield "Oefeningen"


def _beside(episode: Episode) -> Iterator[FeedFile]:
    """Yield what goes with an episode."""
    if episode.has_chapters:
        yield FeedFile(episode.chapters_name, _chapters(episode))
    if episode.lines and not episode.has_captions:
        told = TrackInfo(episode.title, episode.artist, episode.album, episode.seconds)
        vtt = as_vtt(episode.lines, told).replace(_VTT_HEAD, _VTT_MARK, 1)
        yield FeedFile(episode.transcript_name, vtt)


def _chapters(episode: Episode) -> bytes:
    chapters = [
        {"startTime": mark.start_s, "endTime": _within(mark.end_s, episode.seconds), "title": fit(mark.title)}
        for mark in episode.chapters
    ]
    document = {
        "version": _CHAPTERS_VERSION,
        "generator": GENERATOR,
        "title": episode.title,
        "chapters": chapters,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _within(time_s: float, length_s: float) -> float:
    return min(time_s, length_s) if length_s else time_s


def _cover(episodes: Sequence[Episode], title: str) -> FeedFile | None:
    """Return the feed's picture: the one that its tracks have, or when theirs differ one drawn by its title.

    Its name holds a part of its hash: players keep a picture as long as its address is the same.
    """
    covers = {episode.cover for episode in episodes if episode.cover}
    if not covers:
        return None
    picture = covers.pop() if len(covers) == 1 else generated(title)
    suffix = next((suffix for suffix, start in _PICTURES.items() if picture.startswith(start)), None)
    if suffix is None:
        return None
    return FeedFile(f"cover-{hashlib.sha256(picture).hexdigest()[:12]}{suffix}", picture)
