"""RSS 2.0, with what Apple's and the podcast namespace add.

Sources: RSS 2.0 and the RSS Advisory Board's Best Practices Profile; Apple, "A Podcaster's Guide to RSS";
podcast namespace 1.0 (guid, locked, block, chapters, transcript).
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from stem import __version__, units
from stem.practice.feed.episode import Episode, FeedInfo, fit, shared
from stem.script.safety import safety

GENERATOR = f"stem {__version__}"

_NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "xmlns:podcast": "https://podcastindex.org/namespace/1.0",
}
_LANGUAGE = "nl"
_CATEGORY = ("Health & Fitness", "Mental Health")
"""Apple's names; the second is one of the first."""

_FIRST_HOUR = time(7, tzinfo=UTC)
"""Of a day that was asked for: in the Netherlands, an exercise is there at breakfast all year."""

_SILENCES = (
    "Zet in de podcast-app het inkorten van stiltes (Trim Silence, Smart Speed) en versneld afspelen uit: de "
    "stiltes horen bij de oefening."
)


def rss(episodes: Sequence[Episode], about: FeedInfo, title: str, cover: str = "") -> bytes:
    """Return a feed.

    Args:
        episodes: In the order in which they are heard.
        about: What is told about it.
        title: Its title.
        cover: The name of its picture; "" for none.
    """
    root = ET.Element("rss", {"version": "2.0", **_NAMESPACES})
    channel = ET.SubElement(root, "channel")
    _tell_feed(channel, episodes, about, title)
    if cover:
        _add(channel, "itunes:image", href=about.address_of(cover))
    for episode, published in zip(episodes, _dates(episodes, about), strict=True):
        _tell_episode(ET.SubElement(channel, "item"), episode, published, about)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _tell_feed(channel: ET.Element, episodes: Sequence[Episode], about: FeedInfo, title: str) -> None:
    told = safety(about.country)
    description = about.description or f"Geleide oefeningen om naar te luisteren: {fit(title)}."
    _add(channel, "title", title)
    _add(channel, "link", about.address_of(""))
    _add(channel, "description", _paragraphs(description, _SILENCES, told.line))
    _add(channel, "language", _LANGUAGE)
    _add(channel, "generator", GENERATOR)
    _add(channel, "atom:link", href=about.address, rel="self", type="application/rss+xml")
    author = shared(episode.artist for episode in episodes)
    if author:
        _add(channel, "itunes:author", author)
    if about.email:
        owner = _add(channel, "itunes:owner")
        _add(owner, "itunes:name", author or title)
        _add(owner, "itunes:email", about.email)
    _add(_add(channel, "itunes:category", text=_CATEGORY[0]), "itunes:category", text=_CATEGORY[1])
    _add(channel, "itunes:explicit", "false")
    _add(channel, "itunes:type", "serial")
    _add(channel, "itunes:block", "Yes")
    _add(channel, "podcast:block", "yes")
    _add(channel, "podcast:locked", "yes", **({"owner": about.email} if about.email else {}))
    _add(channel, "podcast:guid", str(about.guid))


def _tell_episode(item: ET.Element, episode: Episode, published: datetime, about: FeedInfo) -> None:
    name = episode.path.name
    _add(item, "title", episode.title)
    _add(item, "description", _description(episode, about))
    _add(item, "enclosure", url=about.address_of(name), length=str(episode.file_bytes), type=episode.mime)
    _add(item, "guid", about.guid_of(name), isPermaLink="false")
    _add(item, "pubDate", format_datetime(published, usegmt=True))
    if episode.seconds:
        _add(item, "itunes:duration", str(max(1, units.frames(episode.seconds, rate=1))))
    _add(item, "itunes:episode", str(episode.number))
    _add(item, "itunes:episodeType", "full")
    _add(item, "itunes:explicit", "false")
    if episode.has_chapters:
        url = about.address_of(episode.chapters_name)
        _add(item, "podcast:chapters", url=url, type="application/json+chapters")
    if episode.has_transcript:
        url = about.address_of(episode.transcript_name)
        _add(item, "podcast:transcript", url=url, type="text/vtt", language=_LANGUAGE, rel="captions")


def _description(episode: Episode, about: FeedInfo) -> str:
    """Return when not to listen, whose voice and music it is, and whom to call."""
    told = safety(about.country)
    line = "" if told.line in episode.comment else told.line  # our own tracks tell it in their comment
    return _paragraphs(line, episode.comment, *told.help_lines_with(about.help), _SILENCES)


def _paragraphs(*texts: str) -> str:
    """Return texts as HTML, which descriptions are (Best Practices Profile, 4.1.1.1 and 4.1.1.20.4)."""
    return "".join(f"<p>{html.escape(shown, quote=False)}</p>" for text in texts if (shown := fit(text)))


def _dates(episodes: Sequence[Episode], about: FeedInfo) -> list[datetime]:
    """Return when each episode appears, in the order in which they are heard: players sort by it.

    Without a first day that is the one on which the oldest of the files was made, and a minute later for each
    next one: it stays when one track is made again, and tells of no track when that was.
    """
    if about.first is not None:
        start, step = datetime.combine(about.first, _FIRST_HOUR), timedelta(days=1)
    else:
        oldest = min(episode.changed_on for episode in episodes)
        start, step = datetime.combine(oldest, time(tzinfo=UTC)), timedelta(minutes=1)
    return [start + place * step for place in range(len(episodes))]


def _add(parent: ET.Element, name: str, content: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    element.text = fit(content) or None
    return element
