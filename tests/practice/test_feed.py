"""A feed tells what is in the folder, as podcast players read it, and names nobody."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
import unicodedata
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import feedparser
import heard
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem import units
from stem.cli.output import in_options
from stem.config import Config
from stem.errors import ConfigError, OutputError, UsageError
from stem.export.captions import FORMATS, TrackInfo
from stem.export.cover import generated
from stem.export.mp3 import write_mp3
from stem.export.tags import MP3, ChapterMark, Tags, tag
from stem.practice.feed import Episode, FeedFile, FeedInfo, episodes, feed_files, write_feed
from stem.record.build import record_of
from stem.record.document import record_path, write_record
from stem.record.model import Record
from stem.script.safety import safety
from stem.track.make import Track, make_track
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec

pytestmark = pytest.mark.usefixtures("quick_mp3")

SCRIPT = """+++
title = "Klein & fijn"
[variables.naam]
default = ""
[variables.ogen]
choices = ["open", "dicht"]
default = "dicht"
+++
## Begin
Welkom{{ ", " ~ naam if naam }}. Je ogen zijn {{ ogen }}.
## Einde
Kijk om je heen.
"""
NAME = "Zwaantje"
LINK = "https://praktijk.nl/opnames/"
ABOUT = FeedInfo(link=LINK, title="Zeven dagen", first=date(2026, 12, 1))
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}


@dataclass(frozen=True)
class Made:
    track: Track
    record: Record


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "klein.j2").write_text(SCRIPT)
    return folder


def _make(studio: Path, values: dict[str, str], number: int | None) -> Made:
    spec = TrackSpec(str(studio / "klein.j2"), values, bed="none", voice="rustig", number=number)
    spec = replace(spec, album="Zeven dagen", artist="De Linde", profile="acx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(studio / "cache"))
        track = make_track(plan_track(spec, Config()), studio / "made.mp3")
        return Made(track, record_of(track, spec, Config()))


@pytest.fixture(scope="module")
def for_all(studio: Path) -> Made:
    return _make(studio, {"ogen": "open"}, 1)


@pytest.fixture(scope="module")
def for_one(studio: Path) -> Made:
    return _make(studio, {"naam": NAME}, None)


@pytest.fixture(scope="module")
def tiny(studio: Path) -> bytes:
    """A fifth of a second of sound, without tags."""
    path = studio / "tiny.mp3"
    write_mp3(path, [(np.random.default_rng(1).normal(size=(8820, 2)) / 20).astype(np.float32)])
    return path.read_bytes()


def put(made: Made, path: Path, *, anonymous: bool = False, code: str = "") -> Path:
    """Put a track in a folder, with its record."""
    path.parent.mkdir(exist_ok=True)
    shutil.copy(made.track.path, path)
    assert made.record.personal is not None
    record = replace(made.record, personal=replace(made.record.personal, code=code))
    write_record(record, record_path(path), anonymous=anonymous)
    return path


def tagged(tiny: bytes, path: Path, title: str, number: int | None = None, **tags: str) -> Path:
    """Put a tiny track in a folder, without a record."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(tiny)
    told = Tags(title=title, artist="De Linde", album="Reeks", track_number=number)
    tag(path, replace(told, **tags), [], MP3)  # type: ignore[arg-type]  # texts for texts
    return path


def publish(folder: Path, about: FeedInfo = ABOUT, *, name_in_feed: bool = False) -> ET.Element:
    """Write the feed of a folder and return its channel."""
    found = episodes(folder, name_in_feed=name_in_feed)
    *_, feed = write_feed(feed_files(found.episodes, about), folder)
    return channel_of(feed.read_bytes())


def channel_of(feed: bytes) -> ET.Element:
    channel = ET.fromstring(feed).find("channel")
    assert channel is not None
    return channel


def text(element: ET.Element, name: str) -> str:
    return element.findtext(name, "", NAMES)


def texts(channel: ET.Element, name: str) -> list[str]:
    return [text(item, name) for item in channel.iterfind("item")]


def attribute(element: ET.Element, name: str, attribute: str) -> str:
    found = element.find(name, NAMES)
    assert found is not None, name
    return found.attrib[attribute]


# --- the rules of feeds


def _rules_of_channel(channel: ET.Element) -> Iterator[tuple[str, bool]]:
    """Yield the rules for a channel: RSS 2.0, its Best Practices Profile, Apple, the podcast namespace."""
    for name in ("title", "link", "description", "language"):
        yield f"one {name}", len(channel.findall(name)) == 1 and text(channel, name).strip() != ""
    yield "language", text(channel, "language") == "nl"
    yield "self", attribute(channel, "atom:link", "rel") == "self"
    yield "self is absolute", is_address(attribute(channel, "atom:link", "href"))
    yield "link", is_address(text(channel, "link"))
    yield "explicit", text(channel, "itunes:explicit") == "false"
    yield "serial", text(channel, "itunes:type") == "serial"
    yield "category", attribute(channel, "itunes:category", "text") == "Health & Fitness"
    yield (
        "subcategory",
        attribute(channel, "itunes:category/itunes:category", "text") == "Mental Health",
    )
    yield "not listed", text(channel, "itunes:block") == "Yes" and text(channel, "podcast:block") == "yes"
    yield "locked", text(channel, "podcast:locked") == "yes"
    yield "guid", uuid.UUID(text(channel, "podcast:guid")).version == 5
    yield "description fits", len(text(channel, "description").encode()) <= 4000
    once = ("itunes:image", "itunes:author", "itunes:owner", "itunes:type", "podcast:guid", "generator")
    for name in once:
        yield f"at most one {name}", len(channel.findall(name, NAMES)) <= 1


def _rules_of_items(channel: ET.Element, folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield the rules for the items, by the same sources."""
    items = channel.findall("item")
    yield "an item", bool(items)
    guids = texts(channel, "guid")
    yield "guids differ", len(set(guids)) == len(guids)
    dates = [parsedate_to_datetime(told) for told in texts(channel, "pubDate")]
    yield "dates rise", dates == sorted(set(dates))
    yield "dates in UTC", all(told.utcoffset() == timedelta(0) for told in dates)
    numbers = [int(told) for told in texts(channel, "itunes:episode")]
    yield "numbers rise", numbers == sorted(set(numbers)) and numbers[0] > 0
    for item in items:
        enclosure = item.findall("enclosure")
        yield "one enclosure", len(enclosure) == 1
        yield "title", text(item, "title").strip() == text(item, "title") != ""
        yield "description fits", 0 < len(text(item, "description").encode()) <= 4000
        yield "type", enclosure[0].attrib["type"] in {"audio/mpeg", "audio/x-m4a"}
        file = local(enclosure[0].attrib["url"], folder)
        yield "length", int(enclosure[0].attrib["length"]) == file.stat().st_size
        yield "no permalink", attribute(item, "guid", "isPermaLink") == "false"
        yield "duration", int(text(item, "itunes:duration")) > 0
        yield "kind", text(item, "itunes:episodeType") == "full"
        for chapters in item.iterfind("podcast:chapters", NAMES):
            yield "chapters type", chapters.attrib["type"] == "application/json+chapters"
            yield from _rules_of_chapters(local(chapters.attrib["url"], folder), item)
        for transcript in item.iterfind("podcast:transcript", NAMES):
            yield "transcript type", transcript.attrib["type"] == "text/vtt"
            yield "transcript", bool(lines_of(local(transcript.attrib["url"], folder)))


def _rules_of_chapters(path: Path, item: ET.Element) -> Iterator[tuple[str, bool]]:
    """Yield the rules of JSON chapters 1.2."""
    document = json.loads(path.read_bytes())
    yield "version", document["version"] == "1.2.0"
    starts = [chapter["startTime"] for chapter in document["chapters"]]
    yield "starts rise", starts == sorted(starts) and all(isinstance(start, float) for start in starts)
    ends = [chapter["endTime"] for chapter in document["chapters"]]
    yield "ends", all(start <= end for start, end in zip(starts, ends, strict=True))
    yield "within", ends[-1] <= int(text(item, "itunes:duration")) + 0.5


def is_address(url: str) -> bool:
    return url.startswith("https://") and url.isascii() and not re.search(r"[\s<>\"]", url)


def local(url: str, folder: Path) -> Path:
    """Return the file of an address; one that is not in the folder is none."""
    assert is_address(url), url
    assert url.startswith(LINK), url
    name = unquote(url.removeprefix(LINK), errors="surrogateescape")
    assert "/" not in name
    assert (folder / name).is_file(), name
    return folder / name


def lines_of(path: Path) -> list[tuple[float, float, str]]:
    """Read WebVTT: times in seconds, and words on one line."""
    content = path.read_text(encoding="utf-8")
    assert content.startswith("WEBVTT\n")
    time = r"(\d\d):(\d\d):(\d\d\.\d\d\d)"
    found = re.findall(rf"^{time} --> {time}\n((?:.+\n)+)", content, re.MULTILINE)
    return [
        (
            int(cue[0]) * 3600 + int(cue[1]) * 60 + float(cue[2]),
            int(cue[3]) * 3600 + int(cue[4]) * 60 + float(cue[5]),
            " ".join(cue[6].split()),
        )
        for cue in found
    ]


def check(folder: Path, channel: ET.Element) -> None:
    """Hold a feed against all the rules."""
    broken = [rule for rule, kept in _rules_of_channel(channel) if not kept]
    broken += [rule for rule, kept in _rules_of_items(channel, folder) if not kept]
    assert broken == []


# --- what is in it


def test_another_reader_reads_everything_back(for_all: Made, tmp_path: Path) -> None:
    track = put(for_all, tmp_path / "Één, twee.mp3")
    about = replace(ABOUT, description="Voor thuis & onderweg, <rustig>.", email="info@praktijk.nl")
    check(tmp_path, publish(tmp_path, about))
    told = feedparser.parse((tmp_path / "feed.xml").read_bytes())
    assert not told.bozo
    assert told.version == "rss20"
    feed = told.feed
    assert (feed.title, feed.link, feed.language) == ("Zeven dagen", LINK, "nl")
    assert feed.subtitle.startswith(
        "<p>Voor thuis &amp; onderweg, &lt;rustig&gt;.</p><p>Zet in de podcast-app"
    )
    assert (feed.author, feed.publisher_detail.email) == ("De Linde", "info@praktijk.nl")
    assert feed.generator.startswith("stem ")
    assert feed.image.href.startswith(f"{LINK}cover-")
    assert [tag.term for tag in feed.tags] == ["Health & Fitness", "Mental Health"]
    assert (feed.itunes_type, feed.itunes_block) == ("serial", 1)
    (entry,) = told.entries
    assert entry.title == "Klein & fijn"
    (enclosure,) = entry.enclosures
    assert enclosure.href == f"{LINK}%C3%89%C3%A9n%2C%20twee.mp3"
    assert (int(enclosure.length), enclosure.type) == (track.stat().st_size, "audio/mpeg")
    assert entry.published_parsed[:6] == (2026, 12, 1, 7, 0, 0)
    assert (entry.itunes_episode, entry.itunes_episodetype) == ("1", "full")
    seconds = units.seconds(for_all.track.timeline.frames)
    assert abs(int(entry.itunes_duration) - seconds) <= 0.5
    assert not entry.guidislink
    assert entry.podcast_chapters["url"] == f"{LINK}%C3%89%C3%A9n%2C%20twee.chapters.json"
    assert entry.podcast_transcript["type"] == "text/vtt"


def test_when_not_to_listen_and_whom_to_call_is_told_with_every_episode(
    for_all: Made, tmp_path: Path
) -> None:
    put(for_all, tmp_path / "een.mp3")
    for country in ("NL", "BE"):
        channel = publish(tmp_path, replace(ABOUT, country=country))
        (told,) = texts(channel, "description")
        assert told.count(safety(country).line) == 1  # the track's own comment tells it already
        assert all(line in told for line in safety(country).help_lines)
        assert "espeak" in told  # whose voice it is
        for description in (told, text(channel, "description")):
            assert "het inkorten van stiltes (Trim Silence, Smart Speed)" in description


def test_chapters_and_words_have_the_times_of_the_track(for_all: Made, tmp_path: Path) -> None:
    put(for_all, tmp_path / "een.mp3")
    publish(tmp_path)
    timeline = for_all.track.timeline
    chapters = json.loads((tmp_path / "een.chapters.json").read_bytes())["chapters"]
    assert [chapter["title"] for chapter in chapters] == ["Begin", "Einde"]
    starts = [units.seconds(chapter.start) for chapter in timeline.chapters]
    assert [chapter["startTime"] for chapter in chapters] == pytest.approx(
        starts, abs=0.001
    )  # in milliseconds
    lines = lines_of(tmp_path / "een.vtt")
    assert " ".join(line for _, _, line in lines) == "Welkom. Je ogen zijn open. Kijk om je heen."
    for start_s, end_s, line in lines:
        (said,) = [each for each in timeline.utterances if line in each.text]
        # A line begins with its sound, 20 ms into the clip, and stays for at most half a second.
        assert units.seconds(said.start) <= start_s <= units.seconds(said.start) + 0.021
        assert units.seconds(said.end) - 0.001 <= end_s <= units.seconds(said.end) + 0.501


def test_the_cover_is_that_of_all_tracks_or_drawn_by_the_title(tiny: bytes, tmp_path: Path) -> None:
    one, other = generated("Een"), generated("Twee")
    path = tagged(tiny, tmp_path / "een.mp3", "Een")
    tag(path, Tags(title="Een", artist="A", album="B", cover=one), [], MP3)
    channel = publish(tmp_path)
    assert local(attribute(channel, "itunes:image", "href"), tmp_path).read_bytes() == one
    path = tagged(tiny, tmp_path / "twee.mp3", "Twee")
    tag(path, Tags(title="Twee", artist="A", album="B", cover=other), [], MP3)
    channel = publish(tmp_path, replace(ABOUT, title="Zeven"))
    drawn = local(attribute(channel, "itunes:image", "href"), tmp_path).read_bytes()
    assert drawn == generated("Zeven")


def test_without_pictures_there_is_none(tiny: bytes, tmp_path: Path) -> None:
    tagged(tiny, tmp_path / "een.mp3", "Een")
    channel = publish(tmp_path)
    check(tmp_path, channel)
    assert channel.find("itunes:image", NAMES) is None
    assert {path.name for path in tmp_path.iterdir()} == {"een.mp3", "feed.xml"}


def test_m4a_has_the_type_that_apple_names(for_all: Made, tmp_path: Path) -> None:
    heard.converted(for_all.track.path, tmp_path / "een.m4a", "-vn")
    channel = publish(tmp_path)
    check(tmp_path, channel)
    (item,) = channel.iterfind("item")
    assert attribute(item, "enclosure", "type") == "audio/x-m4a"


# --- order, dates, names


def test_the_order_is_that_of_the_numbers(tiny: bytes, tmp_path: Path) -> None:
    for name, number in (("c", 1), ("a", 4), ("b", 2)):
        tagged(tiny, tmp_path / f"{name}.mp3", name, number)
    channel = publish(tmp_path)
    check(tmp_path, channel)
    assert texts(channel, "title") == ["c", "b", "a"]
    assert texts(channel, "itunes:episode") == ["1", "2", "4"]


@pytest.mark.parametrize("numbers", [(None, None, None), (3, 3, None), (None, 1, 1)])
def test_without_numbers_of_their_own_the_names_decide(
    tiny: bytes, tmp_path: Path, numbers: tuple[int | None, ...]
) -> None:
    for name, number in zip(("dag 2", "dag 10", "Dag 1"), numbers, strict=True):
        tagged(tiny, tmp_path / f"{name}.mp3", name, number)
    channel = publish(tmp_path)
    check(tmp_path, channel)
    assert texts(channel, "itunes:episode") == ["1", "2", "3"]
    if not any(numbers):
        assert texts(channel, "title") == ["Dag 1", "dag 2", "dag 10"]


def test_three_hundred_tracks(tiny: bytes, tmp_path: Path) -> None:
    for number in range(300, 0, -1):
        (tmp_path / f"dag {number}.mp3").write_bytes(tiny)
    channel = publish(tmp_path)
    check(tmp_path, channel)
    assert texts(channel, "title") == [f"dag {number}" for number in range(1, 301)]


def test_a_day_is_given_or_that_of_the_oldest_file(tiny: bytes, tmp_path: Path) -> None:
    for name, day in (("a", 3), ("b", 1), ("c", 2)):
        path = tagged(tiny, tmp_path / f"{name}.mp3", name)
        changed = datetime(2026, 5, day, 22, tzinfo=UTC).timestamp()
        os.utime(path, (changed, changed))
    assert texts(publish(tmp_path), "pubDate") == [
        "Tue, 01 Dec 2026 07:00:00 GMT",
        "Wed, 02 Dec 2026 07:00:00 GMT",
        "Thu, 03 Dec 2026 07:00:00 GMT",
    ]
    by_files = [f"Fri, 01 May 2026 00:0{minute}:00 GMT" for minute in range(3)]
    assert texts(publish(tmp_path, replace(ABOUT, first=None)), "pubDate") == by_files
    (tmp_path / "a.mp3").touch()  # made again: nothing moves
    assert texts(publish(tmp_path, replace(ABOUT, first=None)), "pubDate") == by_files


def test_an_episode_made_again_is_the_same_episode(tiny: bytes, for_all: Made, tmp_path: Path) -> None:
    tagged(tiny, tmp_path / "één.mp3", "Een")
    before = publish(tmp_path)
    put(for_all, tmp_path / "één.mp3")
    after = publish(tmp_path, replace(ABOUT, title="Anders"))
    assert texts(before, "guid") == texts(after, "guid")
    assert text(before, "podcast:guid") == text(after, "podcast:guid")
    apart = tmp_path / unicodedata.normalize("NFD", "één.mp3")
    if not apart.exists():  # on a disk that tells them apart, as another computer's
        (tmp_path / "één.mp3").rename(apart)
        moved = publish(tmp_path)
        assert texts(moved, "guid") == texts(before, "guid")
        check(tmp_path, moved)


def test_a_feed_has_the_guid_that_the_namespace_gives_it() -> None:
    # An example in the specification of <podcast:guid>.
    about = FeedInfo(link="https://mp3s.nashownotes.com", name="pc20rss.xml")
    assert str(about.guid) == "917393e3-1b1e-5cef-ace4-edaa54e1f810"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as web servers do, and yield its address."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HOSTILE = [
    "spatie en één",
    unicodedata.normalize("NFD", "café"),
    "100% zeker",
    "a&b;c=d?e#f",
    "+plus+ 'quote' \"dubbel\"",
    "<b>]]>",
    "🌊 zee 👩‍👧",
    "\u202eomgekeerd",
    "-rf",
]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_server_finds_every_address(for_all: Made, tmp_path: Path) -> None:
    for name in HOSTILE:
        put(for_all, tmp_path / f"{name}.mp3")
    channel = publish(tmp_path)
    check(tmp_path, channel)
    urls = [element.attrib["url"] for element in channel.iter() if "url" in element.attrib]
    assert len(urls) == 3 * len(HOSTILE)  # sound, chapters, words
    with served(tmp_path) as address:
        for url in [*urls, attribute(channel, "itunes:image", "href"), f"{LINK}feed.xml"]:
            with urllib.request.urlopen(address + url.removeprefix(LINK)) as answer:
                assert answer.read() == local(url, tmp_path).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_half_a_character_in_a_name_is_escaped_as_the_disk_has_it(tiny: bytes, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"half \xff.mp3")).write_bytes(tiny)  # http.server cannot serve it; others do
    channel = publish(tmp_path)
    check(tmp_path, channel)
    (item,) = channel.iterfind("item")
    assert attribute(item, "enclosure", "url") == f"{LINK}half%20%FF.mp3"
    assert text(item, "title") == "half"


def episode(title: str, **changes: object) -> Episode:
    told = Episode(Path("/x/een.mp3"), title, "", "", "", 1, 60.0, 5, "audio/mpeg", date(2026, 5, 1))
    return replace(told, **changes)  # type: ignore[arg-type]  # as the dataclass says


@given(st.text(), st.text(), st.text())
def test_any_text_is_told_and_read_back(title: str, comment: str, description: str) -> None:
    chapters = (ChapterMark(title, 0.0, 30.0), ChapterMark("b", 30.0, 60.0))
    told = episode(title, comment=comment, artist=title, chapters=chapters)
    chapters_file, feed = feed_files([told], replace(ABOUT, title=title, description=description))
    channel = channel_of(feed.content)
    shown = " ".join(text(channel, "title").split())
    assert text(channel, "title") == shown != ""
    (item,) = channel.iterfind("item")
    assert set(text(item, "title")) <= set(unicodedata.normalize("NFC", title)) | {" "}
    assert json.loads(chapters_file.content)["chapters"][0]["title"] == text(item, "title")
    assert "<script" not in text(item, "description")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Zee & strand <b>]]> \"'", "Zee & strand <b>]]> \"'"),
        ("rust\0ig\x08\ufffe\ud800", "rustig"),
        ("a\r\n\tb\u2028c", "a b c"),
        ("\u202egnitekerv\u202c", "gnitekerv"),
        ("👩\u200d👧 🏳️\u200d🌈", "👩\u200d👧 🏳️\u200d🌈"),
        ("cafe\u0301", "café"),
    ],
)
def test_hostile_titles_are_shown_as_they_are(title: str, shown: str) -> None:
    (file,) = feed_files([episode(title)], replace(ABOUT, title=title))
    channel = channel_of(file.content)
    assert [text(channel, "title"), *texts(channel, "title")] == [shown, shown]
    told = feedparser.parse(file.content, sanitize_html=False)
    assert not told.bozo


# --- privacy


def refused(folder: Path) -> str:
    with pytest.raises(UsageError, match=r"open to whoever has its address") as refusal:
        episodes(folder)
    assert "--name-in-feed" in in_options(refusal.value.hint)
    return refusal.value.sentence


def test_a_track_with_a_name_is_refused(for_all: Made, for_one: Made, tmp_path: Path) -> None:
    put(for_all, tmp_path / "een.mp3")
    put(for_one, tmp_path / "twee.mp3")
    told = refused(tmp_path)
    assert told.endswith(": twee.mp3.")
    assert NAME not in told


def test_a_track_with_a_code_is_refused(for_all: Made, tmp_path: Path) -> None:
    put(for_all, tmp_path / "een.mp3", code="K-12")
    assert "K-12" not in refused(tmp_path)


def test_an_anonymous_record_tells_enough(for_all: Made, for_one: Made, tmp_path: Path) -> None:
    put(for_all, tmp_path / "een.mp3", anonymous=True)
    channel = publish(tmp_path)  # a choice was made, and nothing else filled in
    (item,) = channel.iterfind("item")
    assert item.find("podcast:transcript", NAMES) is None  # which words are said, was left out
    put(for_one, tmp_path / "twee.mp3", anonymous=True)
    refused(tmp_path)


def test_a_record_of_a_name_counts_also_for_a_file_that_was_changed(for_one: Made, tmp_path: Path) -> None:
    path = put(for_one, tmp_path / "een.mp3")
    tag(path, Tags(title="Anders", artist="A", album="B"), [], MP3)
    refused(tmp_path)


def test_a_record_of_nobody_counts_for_its_own_file(for_all: Made, for_one: Made, tmp_path: Path) -> None:
    path = put(for_all, tmp_path / "een.mp3")
    assert episodes(tmp_path).notes == ()
    shutil.copy(for_one.track.path, path)  # made again for someone, without a record
    (note,) = episodes(tmp_path).notes
    assert note.startswith("Without a record of this very file: een.mp3.")
    (item,) = publish(tmp_path).iterfind("item")
    assert item.find("podcast:transcript", NAMES) is None


def test_what_a_script_foresees_is_no_name(studio: Path, for_all: Made, tmp_path: Path) -> None:
    script = studio / "klein.j2"
    put(for_all, tmp_path / "een.mp3")
    try:
        script.write_text(SCRIPT.replace('choices = ["open", "dicht"]', 'choices = ["toe", "dicht"]'))
        refused(tmp_path)  # "open" is not, now: whatever it was
        script.write_text(SCRIPT.replace('choices = ["open", "dicht"]', 'type = "text"'))
        refused(tmp_path)
        script.unlink()
        refused(tmp_path)
        put(for_all, record_path(tmp_path / "een.mp3").with_name("leeg.mp3"))
    finally:
        script.write_text(SCRIPT)
    assert episodes(tmp_path).episodes


def test_of_a_script_that_is_gone_only_the_form_of_address_is_known(for_all: Made, tmp_path: Path) -> None:
    asked = replace(for_all.record.asked, script="weg")
    for values, may in (({"vorm": "u"}, True), ({"ogen": "open"}, False), ({"naam": " "}, True), ({}, True)):
        assert for_all.record.personal is not None
        personal = replace(for_all.record.personal, values=values)
        made = replace(for_all, record=replace(for_all.record, asked=asked, personal=personal))
        record_path(put_again(made, tmp_path / "een.mp3"))
        if may:
            assert episodes(tmp_path).episodes
        else:
            refused(tmp_path)


def put_again(made: Made, path: Path) -> Path:
    record_path(path).unlink(missing_ok=True)
    return put(made, path)


def test_when_it_may_be_public_all_is(for_one: Made, tmp_path: Path) -> None:
    put(for_one, tmp_path / "een.mp3")
    check(tmp_path, publish(tmp_path, name_in_feed=True))
    assert NAME in lines_of(tmp_path / "een.vtt")[0][2]


def test_no_name_is_in_any_file_of_a_feed(for_all: Made, for_one: Made, tmp_path: Path) -> None:
    """The control: where it may be, it is found."""
    put(for_all, tmp_path / "een.mp3")
    put(for_one, tmp_path / "twee" / "twee.mp3")
    for folder, times in ((tmp_path, 0), (tmp_path / "twee", 1)):
        files = feed_files(episodes(folder, name_in_feed=True).episodes, ABOUT)
        written = b"".join(file.content for file in files)
        assert sum(written.count(NAME.encode(code)) for code in ("utf-8", "utf-16-le")) == times


# --- captions that are there already


def test_captions_made_with_the_track_are_taken_as_they_are(for_all: Made, tmp_path: Path) -> None:
    path = tmp_path / "een.mp3"
    told = TrackInfo("Klein", "", "", 10.0)
    exact = FORMATS["vtt"](for_all.track.lines, told)
    path.with_suffix(".vtt").write_bytes(exact)
    put(for_all, path)
    assert episodes(tmp_path).notes == (
        "Linked as found, not as made with the track: een.vtt. Read it before you publish the feed.",
    )
    shutil.copy(for_all.track.path, tmp_path / "made.mp3")
    (tmp_path / "een.vtt").rename(tmp_path / "made.vtt")
    record_path(path).unlink()
    path.unlink()
    spec = for_all.record.asked
    beside = [tmp_path / "made.vtt"]
    track = replace(for_all.track, path=tmp_path / "made.mp3")
    write_record(record_of(track, spec, Config(), beside=beside), tmp_path / "made.stem.json")
    assert episodes(tmp_path).notes == ()
    channel = publish(tmp_path)
    check(tmp_path, channel)
    assert (tmp_path / "made.vtt").read_bytes() == exact


def test_captions_of_an_earlier_feed_are_made_anew(for_all: Made, for_one: Made, tmp_path: Path) -> None:
    put(for_one, tmp_path / "een.mp3")
    publish(tmp_path, name_in_feed=True)
    record_path(tmp_path / "een.mp3").unlink()
    put(for_all, tmp_path / "een.mp3")
    publish(tmp_path)
    assert NAME.encode() not in (tmp_path / "een.vtt").read_bytes()


# --- folders


@pytest.mark.parametrize("content", [b"", b"<html>" * 99, b"ID3\x03\0\0\0\0\0\x7f"])
def test_a_broken_track_is_told_and_the_others_are_there(tiny: bytes, tmp_path: Path, content: bytes) -> None:
    tagged(tiny, tmp_path / "een.mp3", "Een", 1)
    (tmp_path / "twee.mp3").write_bytes(content)
    tagged(tiny, tmp_path / "drie.mp3", "Drie", 3)
    found = episodes(tmp_path)
    assert [each.title for each in found.episodes] == ["Een", "Drie"]
    (left,) = found.left_out
    assert left.path == tmp_path / "twee.mp3"
    assert left.reason
    assert not any("twee" in note for note in found.notes)  # told once
    check(tmp_path, publish(tmp_path))


def test_a_track_that_is_cut_short_is_left_out(for_all: Made, tmp_path: Path) -> None:
    content = for_all.track.path.read_bytes()
    (tmp_path / "een.mp3").write_bytes(content)
    (tmp_path / "twee.mp3").write_bytes(content[: len(content) * 2 // 3])
    (left,) = episodes(tmp_path).left_out
    assert (left.path.name, left.reason) == ("twee.mp3", "it is cut short")


def test_a_name_does_not_make_an_mp3(for_all: Made, tmp_path: Path) -> None:
    heard.converted(for_all.track.path, tmp_path / "x.wav").rename(tmp_path / "een.mp3")
    with pytest.raises(UsageError, match=r"een\.mp3: it is called \.mp3 and is another kind of file\.$"):
        episodes(tmp_path)


def test_an_empty_folder_has_no_feed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no track") as refusal:
        episodes(tmp_path)
    assert "--format mp3" in in_options(refusal.value.hint)
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        episodes(tmp_path / "weg")


def test_a_folder_of_wav_is_told_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "een.wav").write_bytes(b"RIFF")
    with pytest.raises(UsageError, match=r"podcast players do not play it: een\.wav\."):
        episodes(tmp_path)


def test_what_is_no_track_is_passed_over(tiny: bytes, tmp_path: Path) -> None:
    tagged(tiny, tmp_path / "een.mp3", "Een")
    (tmp_path / "een.m4a").write_bytes(b"")
    (tmp_path / "._een.mp3").write_bytes(b"what a Mac leaves on a stick")
    (tmp_path / "een.wav").write_bytes(b"")
    (tmp_path / "los.flac").write_bytes(b"")
    (tmp_path / "map.mp3").mkdir()
    found = episodes(tmp_path)
    assert [each.path.name for each in found.episodes] == ["een.mp3"]
    assert found.left_out == ()
    assert found.notes[1:] == (
        "Left out, as there is an MP3 of the same name: een.m4a.",
        "Left out, as podcast players do not play it: los.flac.",
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_not_waited_for(tiny: bytes, tmp_path: Path) -> None:
    tagged(tiny, tmp_path / "een.mp3", "Een")
    os.mkfifo(tmp_path / "twee.mp3")
    assert len(episodes(tmp_path).episodes) == 1


def test_a_damaged_record_stops_the_feed(tiny: bytes, tmp_path: Path) -> None:
    path = tagged(tiny, tmp_path / "een.mp3", "Een")
    record_path(path).write_text("{")
    with pytest.raises(ConfigError):
        episodes(tmp_path)


# --- writing


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_the_same_folder_gives_the_same_bytes(for_all: Made, tiny: bytes, tmp_path: Path) -> None:
    put(for_all, tmp_path / "a" / "een.mp3")
    tagged(tiny, tmp_path / "a" / "twee.mp3", "Twee")
    publish(tmp_path / "a")
    before = files(tmp_path / "a")
    publish(tmp_path / "a")
    assert files(tmp_path / "a") == before  # not even written again
    shutil.copytree(tmp_path / "a", tmp_path / "b", copy_function=shutil.copyfile)
    for name in ("feed.xml", "een.vtt"):
        (tmp_path / "b" / name).unlink()
    publish(tmp_path / "b")
    assert {name: content for name, (content, _) in files(tmp_path / "b").items()} == {
        name: content for name, (content, _) in before.items()
    }


@pytest.mark.parametrize("name", ["feed.xml", "een.chapters.json"])
def test_what_no_feed_made_is_not_replaced(for_all: Made, tmp_path: Path, name: str) -> None:
    put(for_all, tmp_path / "een.mp3")
    (tmp_path / name).write_text("<rss><generator>WordPress</generator></rss>")
    before = files(tmp_path)
    made = feed_files(episodes(tmp_path).episodes, ABOUT)
    with pytest.raises(OutputError, match=f"{name} cannot be written: it is there already"):
        write_feed(made, tmp_path)
    assert files(tmp_path) == before
    write_feed(made, tmp_path, overwrite=True)
    check(tmp_path, channel_of((tmp_path / "feed.xml").read_bytes()))
    publish(tmp_path, replace(ABOUT, title="Anders"))  # its own is replaced unasked
    assert text(channel_of((tmp_path / "feed.xml").read_bytes()), "title") == "Anders"


def test_a_link_that_leads_nowhere_is_someones(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").symlink_to(tmp_path / "weg")
    with pytest.raises(OutputError):
        write_feed([FeedFile("feed.xml", b"x")], tmp_path)


def test_nothing_is_left_when_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "map").write_text("no folder")
    with pytest.raises(OutputError, match="there is a file where a folder should be"):
        write_feed([FeedFile("feed.xml", b"x")], tmp_path / "map")


# --- what is told about a feed


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://praktijk.nl", "https://praktijk.nl/feed.xml"),
        ("https://praktijk.nl//", "https://praktijk.nl/feed.xml"),
        (" https://Praktijk.NL/a b/é/ ", "https://praktijk.nl/a%20b/%C3%A9/feed.xml"),
        ("https://praktijk.nl:8443/a%20b", "https://praktijk.nl:8443/a%20b/feed.xml"),
        ("https://münchen.example/x/", "https://xn--mnchen-3ya.example/x/feed.xml"),
    ],
)
def test_an_address_is_written_as_addresses_are(link: str, address: str) -> None:
    assert FeedInfo(link=link).address == address


@pytest.mark.parametrize(
    "link",
    [
        "",
        "praktijk.nl",
        "http://praktijk.nl/",
        "ftp://praktijk.nl/",
        "https://",
        "https:///x",
        "https://anna:geheim@praktijk.nl/",
        "https://praktijk.nl/?map=1",
        "https://praktijk.nl/#x",
        "https://praktijk.nl:x/",
        "https://praktijk.nl/feed.xml",
        "https://praktijk.nl/\nx",
        f"https://{'a' * 64}.nl/",
        "https://[::1]/",
    ],
)
def test_what_is_no_address_of_a_folder_is_refused(link: str) -> None:
    with pytest.raises(UsageError) as refusal:
        FeedInfo(link=link)
    assert refusal.value.hint


@pytest.mark.parametrize(
    "change",
    [
        lambda: replace(ABOUT, email="geen adres"),
        lambda: replace(ABOUT, email="a@b"),
        lambda: replace(ABOUT, name="../feed.xml"),
        lambda: replace(ABOUT, name="feed.rss"),
        lambda: replace(ABOUT, name=""),
        lambda: replace(ABOUT, first=date(9999, 12, 31)),
    ],
)
def test_what_no_feed_can_have_is_refused(change: Callable[[], FeedInfo]) -> None:
    with pytest.raises(UsageError):
        change()


def test_who_owns_it_is_told_only_when_asked(tiny: bytes, tmp_path: Path) -> None:
    tagged(tiny, tmp_path / "een.mp3", "Een")
    assert publish(tmp_path).find("itunes:owner", NAMES) is None
    channel = publish(tmp_path, replace(ABOUT, email="info@praktijk.nl"))
    check(tmp_path, channel)
    assert text(channel, "itunes:owner/itunes:email") == "info@praktijk.nl"
    assert attribute(channel, "podcast:locked", "owner") == "info@praktijk.nl"


def test_the_title_is_the_albums_or_else_the_folders(tiny: bytes, tmp_path: Path) -> None:
    about = replace(ABOUT, title="")
    folder = tmp_path / "Rust & ruimte"
    tagged(tiny, folder / "een.mp3", "Een", album="Zeven dagen")
    assert text(publish(folder, about), "title") == "Zeven dagen"
    tagged(tiny, folder / "twee.mp3", "Twee", album="Iets anders")
    assert text(publish(folder, about), "title") == "Rust & ruimte"
