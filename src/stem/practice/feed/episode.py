"""An episode, what is told about the feed, and a file of it."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath
from urllib.parse import quote, urlsplit

from stem.errors import UsageError
from stem.export.captions import Line
from stem.export.tags import ChapterMark
from stem.messages import Message
from stem.script.safety import USUAL_COUNTRY

_PODCASTS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The name space of feeds (podcast namespace 1.0, guid)."""

_MAIL_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\".]+(?:\.[^@\s<>\".]+)+")
_IN_PATHS = "/%:@!$&'()*+,;="
"""What stays as it is in the path of an address (RFC 3986, 3.3); "%" for what is escaped already."""
_YEARS = range(1990, 2100)

# XML 1.0 (2.2) has no place for the first line; the second turns the order of all text behind it around.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Episode:
    """A finished track, as far as its feed tells of it.

    Attributes:
        path: The file.
        title: Of the track; never empty.
        artist: As in its tags.
        album: As in its tags.
        comment: As in its tags: when not to listen, whose voice and music it is.
        number: From 1; no two episodes have the same.
        seconds: How long it lasts; 0.0 when the file does not tell.
        file_bytes: The size of the file.
        mime: Its type.
        changed_on: The day, in UTC, on which the file was last changed.
        chapters: In order.
        lines: What is said, in time, to be written beside it; none when that is not known.
        has_captions: Whether NAME.vtt stands beside it, not made for a feed: it is taken as it is.
        cover: The picture in its tags; empty for none.
    """

    path: Path
    title: str
    artist: str
    album: str
    comment: str
    number: int
    seconds: float
    file_bytes: int
    mime: str
    changed_on: date
    chapters: tuple[ChapterMark, ...] = ()
    lines: tuple[Line, ...] = ()
    has_captions: bool = False
    cover: bytes = field(default=b"", repr=False)

    @property
    def has_chapters(self) -> bool:
        """Whether its chapters are told: a single one says no more than the title."""
        return len(self.chapters) > 1

    @property
    def has_transcript(self) -> bool:
        """Whether there is or will be one."""
        return self.has_captions or bool(self.lines)

    @property
    def chapters_name(self) -> str:
        """The file with its chapters."""
        return f"{self.path.stem}.chapters.json"

    @property
    def transcript_name(self) -> str:
        """The file with its words in time: the captions made with a track have the same name."""
        return captions_path(self.path).name


def captions_path(track: Path) -> Path:
    """Return where the words of a track are, when they are beside it."""
    return track.with_name(f"{track.stem}.vtt")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A track that cannot be in the feed, and why, as a clause about "it"."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder came to.

    Attributes:
        episodes: In the order in which they are heard.
        left_out: Tracks that should be there and cannot.
        notes: What who publishes the feed should know, as sentences.
    """

    episodes: tuple[Episode, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A file of a feed: its name in the folder, and all that is in it."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedInfo:
    """What is told about a feed.

    Attributes:
        link: The address on the web of the folder that holds the tracks.
        title: Of the feed; "" for the album that all tracks belong to, or else the folder's name.
        description: In Dutch; "" for a plain sentence.
        first: The day of the first episode; each next one has the next day. None for the days of the files.
        email: Of its owner, for all to read; "" for none.
        country: Whose help numbers are told.
        help: Whom to turn to at the practice, a sentence each; these come first.
        name: Of the feed's file.
    """

    link: str
    title: str = ""
    description: str = ""
    first: date | None = None
    email: str = ""
    country: str = USUAL_COUNTRY
    help: tuple[str, ...] = ()
    name: str = "feed.xml"

    def __post_init__(self) -> None:
        """Refuse what no feed can have.

        Raises:
            UsageError: when the link is no address of a folder, or the day, the mail address or the name
                cannot be right.
        """
        _base(self.link)
        if self.first is not None and self.first.year not in _YEARS:
            raise UsageError(Message("{first} cannot be the day of the first episode.", first=self.first))
        if self.email and not _MAIL_ADDRESS.fullmatch(self.email):
            raise UsageError(
                Message("'{email}' is no mail address.", email=self.email),
                hint=Message("For example: info@praktijk.nl"),
            )
        if PurePath(self.name).name != self.name or not self.name.isprintable() or self.name[-4:] != ".xml":
            hint = Message("It stands beside the tracks; for example: feed.xml")
            raise UsageError(Message("'{name}' cannot be the name of a feed.", name=self.name), hint=hint)

    @property
    def address(self) -> str:
        """Where the feed is on the web."""
        return self.address_of(self.name)

    @property
    def guid(self) -> uuid.UUID:
        """What the feed is known by, wherever it moves (podcast namespace 1.0): made from its address."""
        return uuid.uuid5(_PODCASTS, self.address.removeprefix("https://").rstrip("/"))

    def address_of(self, name: str) -> str:
        """Return where a file of the folder is on the web, its name as the disk has it."""
        return _base(self.link) + quote(name, safe="", errors="surrogateescape")

    def guid_of(self, name: str) -> str:
        """Return what an episode is known by: the same when its track is made again under the same name."""
        # Some disks take accents apart, which makes no other episode of it.
        plain = unicodedata.normalize("NFC", name).encode(errors="surrogateescape")
        return str(uuid.uuid5(self.guid, plain.decode(errors="backslashreplace")))


def fit(text: str) -> str:
    """Return a text as a feed shows it.

    On one line and in normal form C, without what XML cannot hold, or what turns the text behind it around.
    """
    return " ".join(unicodedata.normalize("NFC", _UNFIT.sub("", text)).split())


def shared(texts: Iterable[str]) -> str:
    """Return the text that all of them are; "" when they differ."""
    different = set(texts)
    return different.pop() if len(different) == 1 else ""


def _base(link: str) -> str:
    """Return the address of a folder, in the signs that addresses have, with a slash at its end.

    Raises:
        UsageError: when it is no such address.
    """
    wrong = UsageError(
        Message("'{link}' is not the address of a folder on the web.", link=link),
        hint=Message("Give where the tracks will be, for example: {link_is} https://praktijk.nl/opnames/"),
    )
    try:
        parts = urlsplit(link.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError as error:  # a port that is no number, a part of a name that is too long
        raise wrong from error
    if not link.isprintable() or not host or ":" in host or parts.username or parts.query or parts.fragment:
        raise wrong
    if parts.path.lower().endswith(".xml"):
        raise wrong
    if parts.scheme != "https":
        hint = Message("Players on telephones take nothing else; most hosts give it for nothing.")
        raise UsageError(Message("The address '{link}' does not begin with https://.", link=link), hint=hint)
    path = quote(parts.path.rstrip("/"), safe=_IN_PATHS)
    return f"https://{host}{f':{port}' if port else ''}{path}/"
