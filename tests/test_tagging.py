"""Players find the tag's texts and chapters, in order; the sound under it is not touched."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import id3

from stem.encoding import write_mp3
from stem.errors import OutputError
from stem.tagging import ChapterMark, Tags, read_chapters, tag_mp3

TAGS = Tags(
    title="Veilige plek: één 🌊",
    artist="Praktijk De Wilg",
    album="Visualisaties",
    comment="Luister niet in het verkeer.",
    replay_gain_db=-1.5,
    peak=0.8414,
)
CHAPTERS = (
    ChapterMark("Een lange titel, zodat dit hoofdstuk het grootste is", 0.0, 2.5),
    ChapterMark("Rust", 2.5, 5.0004),
    ChapterMark("Het midden 🌊", 5.0004, 7.25),
    ChapterMark("Slot", 7.25, 10.0),
)


@pytest.fixture
def mp3(tmp_path: Path) -> Path:
    path = tmp_path / "track.mp3"
    write_mp3(path, [np.random.default_rng(1).normal(0, 0.1, (10_000, 2)).astype(np.float32)])
    return path


# A small reader of ID3v2.3, written from its specification and sharing nothing with the code.


def tag_and_sound(content: bytes) -> tuple[bytes, bytes]:
    assert content[:6] == b"ID3\x03\x00\x00"  # version 2.3.0, no flags
    assert max(content[6:10]) < 128
    length = 10 + (content[6] << 21 | content[7] << 14 | content[8] << 7 | content[9])
    return content[10:length], content[length:]


def frames(body: bytes) -> Iterator[tuple[str, bytes]]:
    while body:
        name, size, flags = struct.unpack(">4sIH", body[:10])
        assert name.isalnum(), f"padding or rubbish: {body[:20]!r}"
        assert flags == 0
        assert 0 < size <= len(body) - 10
        yield name.decode(), body[10 : 10 + size]
        body = body[10 + size :]


def text(body: bytes) -> str:
    assert body[0] == 1  # UTF-16 with a byte order mark
    return body[1:].decode("utf-16").removesuffix("\0")  # a terminator is allowed (ID3v2.3, 4.2)


def chapter(body: bytes) -> tuple[str, int, int, str]:
    name, rest = body.split(b"\0", 1)
    start, end, start_byte, end_byte = struct.unpack(">4I", rest[:16])
    assert start_byte == end_byte == 0xFFFFFFFF
    ((kind, title),) = frames(rest[16:])
    assert kind == "TIT2"
    return name.decode(), start, end, text(title)


# --- what is in the file


def test_every_text_is_there_and_nothing_else(mp3: Path) -> None:
    tag_mp3(mp3, TAGS, ())
    found = list(frames(tag_and_sound(mp3.read_bytes())[0]))
    texts = {name: text(body) for name, body in found if name[0] == "T" and name != "TXXX"}
    assert texts == {
        "TIT2": "Veilige plek: één 🌊",
        "TPE1": "Praktijk De Wilg",
        "TPE2": "Praktijk De Wilg",
        "TALB": "Visualisaties",
        "TCON": "Meditation",
        "TLAN": "nld",
        "TSSE": "stem 0.1.0, LAME",
    }
    comments = [body for name, body in found if name == "COMM"]
    assert comments == [b"\x01nld\xff\xfe\0\0" + "\ufeffLuister niet in het verkeer.\0".encode("utf-16-le")]
    named = [text(body).split("\0\ufeff") for name, body in found if name == "TXXX"]
    assert named == [["REPLAYGAIN_TRACK_GAIN", "-1.50 dB"], ["REPLAYGAIN_TRACK_PEAK", "0.841400"]]
    assert len(found) == len(texts) + len(comments) + len(named)


def test_what_is_not_given_is_not_written(mp3: Path) -> None:
    tag_mp3(mp3, Tags(title="t", artist="a", album="b"), ())
    names = [name for name, _ in frames(tag_and_sound(mp3.read_bytes())[0])]
    assert names == ["TIT2", "TPE1", "TPE2", "TALB", "TCON", "TLAN", "TSSE"]


def test_a_number_and_a_year_can_be_given(mp3: Path) -> None:
    tag_mp3(mp3, Tags(title="t", artist="a", album="b", track_number=3, track_total=12, year="2026"), ())
    found = dict(frames(tag_and_sound(mp3.read_bytes())[0]))
    assert (text(found["TRCK"]), text(found["TYER"])) == ("3/12", "2026")


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_chapters_stand_in_the_file_in_the_order_of_time(mp3: Path, order: tuple[int, ...]) -> None:
    tag_mp3(mp3, TAGS, [CHAPTERS[index] for index in order])
    found = list(frames(tag_and_sound(mp3.read_bytes())[0]))
    assert [name for name, _ in found] == (
        ["TIT2", "TPE1", "TPE2", "TALB", "TCON", "TLAN", "TSSE", "COMM", "TXXX", "TXXX", "CTOC"]
        + 4 * ["CHAP"]
    )
    chapters = [chapter(body) for name, body in found if name == "CHAP"]
    assert [what[1:] for what in chapters] == [
        (0, 2500, CHAPTERS[0].title),
        (2500, 5000, CHAPTERS[1].title),
        (5000, 7250, CHAPTERS[2].title),
        (7250, 10_000, CHAPTERS[3].title),
    ]
    contents = next(body for name, body in found if name == "CTOC")
    # An own name, top level and ordered, four entries, their names.
    assert contents == b"toc\0\x03\x04" + b"".join(what[0].encode() + b"\0" for what in chapters)


def test_mutagen_reads_back_the_same(mp3: Path) -> None:
    tag_mp3(mp3, TAGS, CHAPTERS)
    read = id3.ID3(mp3, translate=False)
    assert str(read["TIT2"]) == TAGS.title
    assert str(read["COMM::nld"]) == TAGS.comment
    (contents,) = read.getall("CTOC")
    assert [str(read[f"CHAP:{name}"].sub_frames["TIT2"]) for name in contents.child_element_ids] == [
        mark.title for mark in CHAPTERS
    ]


IN_MILLISECONDS = tuple(
    ChapterMark(mark.title, round(mark.start_s, 3), round(mark.end_s, 3)) for mark in CHAPTERS
)
"""As much of their times as a tag holds."""


def test_chapters_are_read_back_in_the_order_of_time(mp3: Path) -> None:
    tag_mp3(mp3, TAGS, CHAPTERS[::-1])
    assert read_chapters(mp3) == IN_MILLISECONDS


def test_what_has_no_chapters_that_can_be_read_has_none(mp3: Path) -> None:
    tag_mp3(mp3, TAGS, ())
    assert read_chapters(mp3) == ()
    tag_mp3(mp3, TAGS, CHAPTERS)
    whole = mp3.read_bytes()
    for length in range(0, len(whole), 97):  # cut off anywhere
        mp3.write_bytes(whole[:length])
        assert set(read_chapters(mp3)) <= set(IN_MILLISECONDS)
    assert read_chapters(mp3.with_name("nowhere.mp3")) == ()


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_lists_the_chapters_in_order(mp3: Path) -> None:
    tag_mp3(mp3, TAGS, CHAPTERS)
    command = ["ffprobe", "-v", "warning", "-show_chapters", "-show_format", "-of", "json", str(mp3)]
    answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert answer.stderr == b""
    told = json.loads(answer.stdout)
    assert [mark["tags"]["title"] for mark in told["chapters"]] == [mark.title for mark in CHAPTERS]
    assert [mark["start"] for mark in told["chapters"]] == [0, 2500, 5000, 7250]
    assert told["format"]["tags"]["language"] == "nld"


@settings(max_examples=20, deadline=None)
@given(
    title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    starts=st.lists(st.floats(0, 36_000), max_size=255),
)
def test_any_title_and_any_chapters_come_back(
    tmp_path_factory: pytest.TempPathFactory, title: str, starts: list[float]
) -> None:
    path = tmp_path_factory.mktemp("tags") / "track.mp3"
    path.write_bytes(b"sound")
    tag_mp3(path, Tags(title=title, artist="a", album="b"), [ChapterMark(title, at, at + 1) for at in starts])
    body, sound = tag_and_sound(path.read_bytes())
    found = list(frames(body))
    assert sound == b"sound"
    assert text(found[0][1]) == title
    times = [chapter(content)[1] for name, content in found if name == "CHAP"]
    assert times == sorted(int(at * 1000 + 0.5) for at in starts)


# --- what is done to the file


def test_the_sound_is_not_touched(mp3: Path) -> None:
    before = mp3.read_bytes()
    tag_mp3(mp3, TAGS, CHAPTERS)
    assert tag_and_sound(mp3.read_bytes())[1] == before
    assert b"TAG" not in mp3.read_bytes()[-128:][:3]  # no version 1 at the end
    assert [path.name for path in mp3.parent.iterdir()] == ["track.mp3"]


def test_there_is_one_tag_and_it_is_the_last_one(mp3: Path) -> None:
    untagged = mp3.read_bytes()
    tag_mp3(mp3, TAGS, CHAPTERS)
    once = mp3.read_bytes()
    tag_mp3(mp3, Tags(title="x" * 1000, artist="a", album="b"), ())
    tag_mp3(mp3, TAGS, CHAPTERS)
    assert mp3.read_bytes() == once
    mp3.write_bytes(untagged)
    tag_mp3(mp3, TAGS, CHAPTERS)
    assert mp3.read_bytes() == once


@pytest.mark.parametrize(
    ("tags", "chapters"),
    [
        (Tags(title="half a character: \ud83c", artist="a", album="b"), ()),
        (Tags(title="t", artist="a", album="b", comment="c", language="nl"), ()),
        (Tags(title="t", artist="a", album="b", comment="c", language="né"), ()),
        (TAGS, [ChapterMark("c", second, second + 1) for second in range(256)]),
        (TAGS, [ChapterMark("c", -1, 1)]),
    ],
)
def test_what_a_tag_cannot_hold_is_told_and_changes_nothing(
    mp3: Path, tags: Tags, chapters: list[ChapterMark]
) -> None:
    before = mp3.read_bytes()
    with pytest.raises(OutputError, match="do not fit in the file"):
        tag_mp3(mp3, tags, chapters)
    assert mp3.read_bytes() == before


@pytest.mark.parametrize("path", ["nowhere.mp3", ".", "track.mp3/deeper.mp3"])
def test_a_file_that_is_not_there_is_told(mp3: Path, path: str) -> None:
    with pytest.raises(OutputError):
        tag_mp3(mp3.parent / path, TAGS, ())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_changes_nothing(mp3: Path) -> None:
    before = mp3.read_bytes()
    code = """
        import pathlib, resource, signal, sys
        from stem import errors, tagging
        path = pathlib.Path(sys.argv[1])
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the limit then shows as an error, like a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (path.stat().st_size,))
        try:
            tagging.tag_mp3(path, tagging.Tags(title="t", artist="a", album="b"), ())
        except errors.OutputError as error:
            print(error.problem)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(mp3)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert told == "the file would be larger than is allowed there\n"
    assert mp3.read_bytes() == before
    assert [path.name for path in mp3.parent.iterdir()] == ["track.mp3"]
