"""Players find the tag's texts and chapters, in order; the sound under it is not touched."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import warm
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import flac, id3

from stem.errors import AudioError, OutputError
from stem.export import cover
from stem.export.mp3 import Mp3Settings, write_mp3
from stem.export.tags import (
    TAGGINGS,
    ChapterMark,
    FileTags,
    Tags,
    TimedLine,
    read,
    read_chapters,
    source_type,
    tag,
)
from stem.export.tags.file_tags import tidied
from stem.files import temporary_beside

KINDS = {each.title: each for each in TAGGINGS}
tag_mp3 = partial(tag, tagging=KINDS["mp3"])

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


CODECS = {"m4a": "aac", "flac": "flac", "opus": "libopus", "wav": "pcm_s16le"}
LENGTH_S = 1.0


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A second of noise in each format, without tags."""
    folder = tmp_path_factory.mktemp("sounds")
    noise = np.random.default_rng(1).normal(0, 0.1, (44_100, 2)).astype(np.float32)
    write_mp3(folder / "sound.mp3", [noise])
    for name, codec in CODECS.items():
        ffmpeg("-f", "f32le", "-ar", "44100", "-ac", "2", "-i", "pipe:0", "-c:a", codec, "-bitexact",
               "-fflags", "+bitexact", folder / f"sound.{name}", given=noise.tobytes())  # fmt: skip
    return {name: folder / f"sound.{name}" for name in KINDS}


def ffmpeg(*arguments: str | Path, given: bytes = b"") -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *map(str, arguments)]
    return subprocess.run(command, input=given, check=True, capture_output=True, timeout=60).stdout


def decoded(path: Path) -> bytes:
    return ffmpeg("-i", path, "-map", "0:a", "-f", "s16le", "-")


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
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: f"Een {text} plek"),
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
    assert text(found[0][1]) == tidied(Tags(title=title, artist="a", album="b")).tags.title
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
        (TAGS, [ChapterMark("c", 2, 1)]),
        (TAGS, [ChapterMark("c", 1, 2.0**33)]),
        (replace(TAGS, timed_lines=(TimedLine(-1, "Sta."),)), ()),
        (replace(TAGS, track_number=0), ()),
        (replace(TAGS, track_number=1, track_total=65_536), ()),
        (replace(TAGS, year="vorig jaar"), ()),
        (replace(TAGS, cover=b"GIF89a"), ()),
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
@pytest.mark.parametrize("name", KINDS)
def test_a_full_disk_changes_nothing(sounds: Mapping[str, Path], tmp_path: Path, name: str) -> None:
    path = tmp_path / f"track.{name}"
    path.write_bytes(sounds[name].read_bytes())
    code = """
        import pathlib, resource, signal, sys
        from stem import errors
        from stem.export import tags as tagging
        path, name = pathlib.Path(sys.argv[1]), sys.argv[2]
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the limit then shows as an error, like a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (path.stat().st_size,))
        tags = tagging.Tags(title="t", artist="a", album="b", lyrics=9000 * "Adem. ")
        try:
            kind = next(each for each in tagging.TAGGINGS if each.title == name)
            tagging.tag(path, tags, (), kind)
        except errors.OutputError as error:
            print(error.problem)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(path), name]
    told = warm.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert told == "the file would be larger than is allowed there\n"
    assert path.read_bytes() == sounds[name].read_bytes()
    assert list(tmp_path.iterdir()) == [path]


# --- the words and the cover

COVER = cover.generated("Veilige plek")
FULL = replace(
    TAGS,
    album_artist="Praktijk De Linde",
    track_number=3,
    track_total=7,
    year="2026",
    lyrics="Adem in.\nEn uit: één, twee. 🌊",
    timed_lines=(TimedLine(0.1, "Adem in."), TimedLine(0.35, ""), TimedLine(0.5, "En uit: één, twee. 🌊")),
    cover=COVER,
)
MARKED = replace(FULL, source_type=source_type.TRAINED)
IN_A_SECOND = (ChapterMark("Aankomst = 1; #2 \\ é", 0, 0.25), ChapterMark("Het midden 🌊", 0.25, 1.0))


def test_words_and_cover_stand_behind_the_chapters(mp3: Path) -> None:
    tag_mp3(mp3, FULL, CHAPTERS)
    found = list(frames(tag_and_sound(mp3.read_bytes())[0]))
    assert " ".join(name for name, _ in found) == (
        "TIT2 TPE1 TPE2 TALB TRCK TYER TCON TLAN TSSE COMM TXXX TXXX CTOC CHAP CHAP CHAP CHAP USLT SYLT APIC"
    )
    content = dict(found)
    empty = b"\xff\xfe\0\0"
    assert text(content["TRCK"]) == "3/7"
    assert text(content["TPE2"]) == "Praktijk De Linde"
    assert content["USLT"].startswith(b"\x01nld" + empty)
    assert content["USLT"][8:].decode("utf-16").rstrip("\0") == FULL.lyrics
    assert content["SYLT"].startswith(b"\x01nld\x02\x01" + empty)  # in milliseconds, lyrics
    assert lines_of(content["SYLT"][10:]) == [
        (line.text, round(line.start_s * 1000)) for line in FULL.timed_lines
    ]
    assert content["APIC"] == b"\0image/jpeg\0\x03\0" + COVER  # Latin-1, front cover, no description


def lines_of(body: bytes) -> list[tuple[str, int]]:
    found = []
    while body:
        end = next(at for at in range(0, len(body), 2) if body[at : at + 2] == b"\0\0")
        (milliseconds,) = struct.unpack(">I", body[end + 2 : end + 6])
        found.append((body[:end].decode("utf-16"), milliseconds))
        body = body[end + 6 :]
    return found


# --- the same facts in every format


def as_held(told: FileTags, name: str, length_s: float) -> FileTags:
    """What is left of it in a format: each has its own fineness."""
    if name in {"mp3", "wav"}:
        return told
    lines = tuple(replace(line, start_s=round(line.start_s, 2)) for line in told.tags.timed_lines)
    tags = replace(told.tags, timed_lines=lines)
    if name == "opus" and tags.replay_gain_db is not None:
        tags = replace(tags, replay_gain_db=round((tags.replay_gain_db - 5) * 256) / 256 + 5)
    if name == "opus":
        tags = replace(tags, peak=None)
    ends = [*(mark.start_s for mark in told.chapters[1:]), length_s]
    marks = [
        replace(mark, end_s=max(mark.start_s, end_s))
        for mark, end_s in zip(told.chapters, ends, strict=False)
    ]
    if name == "m4a":
        marks = [replace(mark, title=in_m4a(mark.title)) for mark in marks]
    return FileTags(tags, tuple(marks))


def in_m4a(title: str) -> str:
    return title.encode()[:255].decode(errors="ignore").rstrip("\\ ")


def assert_same(read_back: FileTags, told: FileTags, name: str) -> None:
    # The frames of Opus and AAC make a file up to 30 ms longer than its sound; only a last end shows that.
    length_s = read_back.chapters[-1].end_s if read_back.chapters else LENGTH_S
    assert read_back == as_held(told, name, length_s)
    assert name in {"mp3", "wav"} or length_s >= LENGTH_S - 0.001


@pytest.mark.parametrize("name", KINDS)
def test_every_format_tells_the_same(sounds: Mapping[str, Path], tmp_path: Path, name: str) -> None:
    path = tmp_path / "with a name that tells nothing"
    path.write_bytes(sounds[name].read_bytes())
    before = decoded(path)
    tag(path, MARKED, IN_A_SECOND, KINDS[name])
    assert_same(read(path), tidied(MARKED, IN_A_SECOND), name)
    assert read(path).tags.cover == COVER
    assert decoded(path) == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", KINDS)
def test_the_last_tags_are_the_only_ones_and_the_same_bytes_everywhere(
    sounds: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    once, again = tmp_path / "once", tmp_path / "elsewhere" / "again"
    again.parent.mkdir()
    for path in (once, again):
        path.write_bytes(sounds[name].read_bytes())
        tag(path, FULL, IN_A_SECOND, KINDS[name])
    assert once.read_bytes() == again.read_bytes()
    tag(once, replace(TAGS, title="Zeldzaamheid"), (), KINDS[name])
    assert read(once).chapters == ()
    tag(once, FULL, IN_A_SECOND, KINDS[name])
    assert once.read_bytes() == again.read_bytes()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HUNDREDTHS = st.integers(0, 3_600_000).map(lambda count: count / 100)
CHAPTER = st.builds(
    lambda title, times: ChapterMark(title, min(times), max(times)), TEXTS, st.tuples(HUNDREDTHS, HUNDREDTHS)
)
TAGGED = st.builds(
    FileTags,
    st.builds(
        Tags,
        title=TEXTS,
        artist=TEXTS,
        album=TEXTS,
        album_artist=TEXTS,
        comment=TEXTS,
        replay_gain_db=st.none() | st.integers(-3000, 3000).map(lambda count: count / 100),
        peak=st.none() | st.integers(0, 10**6).map(lambda count: count / 10**6),
        track_number=st.none() | st.integers(1, 999),
        track_total=st.none() | st.integers(1, 999),
        year=st.none() | st.integers(1000, 9999).map(str),
        lyrics=TEXTS,
        timed_lines=st.lists(st.builds(TimedLine, HUNDREDTHS, TEXTS), max_size=5).map(tuple),
        cover=st.sampled_from([b"", COVER]),
    ),
    st.lists(CHAPTER, max_size=5).map(tuple),
)


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=25, deadline=None)
@given(told=TAGGED)
def test_what_is_written_is_read_back(
    sounds: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory, name: str, told: FileTags
) -> None:
    path = tmp_path_factory.mktemp("tags") / "track"
    path.write_bytes(sounds[name].read_bytes())
    tag(path, told.tags, told.chapters, KINDS[name])
    assert_same(read(path), tidied(told.tags, told.chapters), name)


HOSTILE = [
    "een\0twee",
    "regel\neen\r\nregel\u2028twee",
    "🌊" * 2500,
    "x" * 5000,
    "\u202eomgekeerd\u202c en \u0645\u0631\u062d\u0628\u0627",
    "\x1b[31mrood\x07",
    "=;#\\\"'%s{}<b>",
    "e\u0301e\u0301n",
    "\ufeffmerk",
    "../../etc/passwd",
    "   ",
    "",
]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_no_title_breaks_a_file(sounds: Mapping[str, Path], tmp_path: Path, name: str, title: str) -> None:
    path = tmp_path / "track"
    path.write_bytes(sounds[name].read_bytes())
    tags = replace(TAGS, title=title, lyrics=title, timed_lines=(TimedLine(0.5, title),))
    tag(path, tags, [ChapterMark(title, 0, 0.5), ChapterMark("Slot", 0.5, 1)], KINDS[name])
    shown = read(path).tags.title
    assert not any(ord(letter) < 32 or letter in "\u2028\u2029" for letter in shown)
    assert shown == tidied(tags).tags.title
    assert read(path).chapters[1].title == "Slot"


def test_control_characters_become_spaces_and_line_ends_stay_in_the_words() -> None:
    told = tidied(Tags(title=" a\0b\nc\t", artist="", album="", lyrics="een\r\ntwee\0\rdrie\x1b"))
    assert (told.tags.title, told.tags.lyrics) == ("a b c", "een\ntwee\ndrie")


@pytest.mark.parametrize("name", KINDS)
def test_a_file_tells_nothing_of_whom_and_where(
    sounds: Mapping[str, Path], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rare = "Zwaantje-Quirien"
    for variable in ("USER", "LOGNAME", "HOSTNAME", "TMPDIR"):
        monkeypatch.setenv(variable, str(tmp_path / rare))
    path = tmp_path / rare / f"{rare}.{name}"
    path.parent.mkdir()
    path.write_bytes(sounds[name].read_bytes())
    tag(path, FULL, IN_A_SECOND, KINDS[name])
    everything = path.read_bytes()
    assert not [form for form in ("utf-8", "utf-16-le", "utf-16-be") if rare.encode(form) in everything]
    tag(path, replace(FULL, title=rare), IN_A_SECOND, KINDS[name])  # the search can find
    assert [form for form in ("utf-8", "utf-16-le") if rare.encode(form) in path.read_bytes()]


@pytest.mark.parametrize("name", KINDS)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(
    sounds: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    path = tmp_path / "track"
    path.write_bytes(sounds[name].read_bytes())
    tag(path, replace(FULL, cover=b""), IN_A_SECOND, KINDS[name])
    whole, dice, problems = path.read_bytes(), np.random.default_rng(1), set()
    for _ in range(60):
        damaged = bytearray(whole[: dice.integers(20, len(whole))] if dice.random() < 0.5 else whole)
        for place in dice.integers(0, min(len(damaged), 600), 10):  # where formats say what follows
            damaged[place] = dice.integers(256)
        path.write_bytes(damaged)
        try:
            read(path)
        except AudioError as error:
            problems.add(error.problem)
    assert problems
    assert problems <= {"its tags are damaged", "it has no tags of a kind that stem reads"}


def test_what_is_no_sound_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "page.mp3").write_text("<html>")
    with pytest.raises(AudioError, match="it has no tags of a kind that stem reads"):
        read(tmp_path / "page.mp3")
    with pytest.raises(AudioError, match="it cannot be read"):
        read(tmp_path / "nowhere.mp3")
    (tmp_path / "bare.mp3").write_bytes(b"\xff\xfb\x90\x00" + bytes(413))
    bare = read(tmp_path / "bare.mp3")
    assert (bare.tags.title, bare.tags.genre, bare.tags.replay_gain_db, bare.chapters) == ("", "", None, ())


def test_what_a_stranger_wrote_cannot_command_a_terminal(mp3: Path) -> None:
    tags = id3.ID3()
    tags.add(id3.TIT2(encoding=3, text=["Rood\x1b[31m\x07"]))
    tags.add(id3.USLT(encoding=3, lang="nld", desc="", text="Een\n\x1b[2JTwee"))
    tags.save(mp3)
    told = read(mp3).tags
    assert (told.title, told.lyrics) == ("Rood [31m", "Een\n[2JTwee")


@pytest.mark.parametrize("codec", ["libvorbis", "flac", "libopus"])
def test_what_ogg_files_hold_is_told(sounds: Mapping[str, Path], tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.ogg"
    ffmpeg("-i", sounds["wav"], "-c:a", codec, "-metadata", "title=Rust", path)
    assert read(path).tags.title == "Rust"
    assert read_chapters(path) == ()


def test_a_strange_comment_does_not_hide_the_others(sounds: Mapping[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    shutil.copy(sounds["flac"], path)
    comments = flac.FLAC(path)
    comments["TITLE"] = "Rust"
    comments["CHAPTER001"], comments["CHAPTER002"] = "ergens", "00:00:00.500"
    comments["REPLAYGAIN_TRACK_GAIN"] = "nan dB"
    comments.save()
    told = read(path)
    assert (told.tags.title, told.tags.replay_gain_db) == ("Rust", None)
    assert [mark.start_s for mark in told.chapters] == [0.5]


def test_tags_that_do_not_fit_are_told_of_the_track_not_of_its_temporary_file(tmp_path: Path) -> None:
    with temporary_beside(tmp_path / "a.mp3") as path:
        write_mp3(path, [np.zeros((10_000, 2), np.float32)])
        with pytest.raises(OutputError, match="the track cannot be written: its title"):
            tag_mp3(path, replace(TAGS, artist="half \ud800"), ())


@pytest.mark.parametrize("name", CODECS)
def test_a_file_of_another_format_is_told_and_stays(mp3: Path, name: str) -> None:
    before = mp3.read_bytes()
    with pytest.raises(OutputError):
        tag(mp3, TAGS, (), KINDS[name])
    assert mp3.read_bytes() == before


# --- what players and other tools say


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("name", KINDS)
def test_ffprobe_finds_chapters_cover_and_title_in_every_format(
    sounds: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"track.{name}"
    path.write_bytes(sounds[name].read_bytes())
    tag(path, MARKED, IN_A_SECOND, KINDS[name])
    command = ["ffprobe", "-v", "error", "-show_chapters", "-show_format", "-show_streams", "-of", "json"]
    told = json.loads(
        subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=60).stdout
    )
    assert [mark["tags"]["title"] for mark in told["chapters"]] == [mark.title for mark in IN_A_SECOND]
    assert [float(mark["start_time"]) for mark in told["chapters"]] == [0, 0.25]
    assert [stream["width"] for stream in told["streams"] if stream["codec_name"] == "mjpeg"] == [cover.SIDE]
    texts = told["format"].get("tags") or told["streams"][0]["tags"]  # of Opus they belong to the stream
    lowered = {key.lower(): value for key, value in texts.items()}
    assert lowered["title"] == FULL.title
    if name != "wav":  # ffprobe reads its texts from another chunk
        assert lowered["digitalsourcetype"].endswith("/digitalsourcetype/trainedAlgorithmicMedia")
    assert "creation_time" not in texts


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty MP3s: all rates, one and two channels, six bit rates; any title, words, number of chapters."""
    folder = tmp_path_factory.mktemp("twenty")
    dice = np.random.default_rng(50)
    paths = []
    for number in range(20):
        channels, rate = 1 + number % 2, (44_100, 48_000, 32_000)[number % 3]
        path = folder / f"{number:02}.mp3"
        noise = dice.normal(0, 0.05, (rate + 37 * number, channels)).astype(np.float32)
        bitrate = (48, 64, 96, 128, 192, 320)[number % 6]
        write_mp3(path, [noise], Mp3Settings(bitrate_kbps=bitrate, channels=channels), rate)
        times = np.linspace(0, 1, 2 + number % 13)
        marks = [ChapterMark(f"Deel {n} 🌊", *times[n : n + 2]) for n in range(len(times) - 1)]
        title = HOSTILE[number % len(HOSTILE)] or "Stil"
        tags = replace(
            FULL,
            title=f"{number} {title}",
            lyrics=number % 4 * f"{title}\n",
            timed_lines=tuple(TimedLine(n / 10, f"{n} {title[:40]}") for n in range(number % 11)),
            cover=COVER if number % 2 else b"",
            source_type=list(source_type.TOLD)[number % 4],
            track_number=number + 1,
            track_total=20,
        )
        tag(path, tags, marks if number % 5 else (), KINDS["mp3"])
        paths.append(path)
    return paths


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (["mp3val"], "WARNING|ERROR"),
        (["mpg123", "-q", "-t"], "."),
        (["eyeD3", "--no-color"], "(?i)error|warning|not a valid|traceback"),
        (["mutagen-inspect"], "(?i)error|traceback|could not|no header"),
    ],
    ids=lambda what: what[0] if isinstance(what, list) else "",
)
def test_tools_find_nothing_wrong_with_twenty_tracks(
    twenty: list[Path], command: list[str], complaint: str
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    answer = subprocess.run([*command, *map(str, twenty)], check=True, capture_output=True, timeout=120)
    said = (answer.stdout + answer.stderr).decode(errors="replace")
    assert [line for line in said.splitlines() if re.search(complaint, line)] == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_finds_nothing_wrong_with_what_differs_in_kind(twenty: list[Path]) -> None:
    # It reads one file at a time. The first seven have all rates, channels, bit rates and kinds of source.
    for path in twenty[:7]:
        command = ["ffprobe", "-v", "warning", "-show_chapters", "-of", "json", str(path)]
        answer = subprocess.run(command, check=True, capture_output=True, timeout=60)
        starts = [float(mark["start_time"]) for mark in json.loads(answer.stdout)["chapters"]]
        assert answer.stderr == b""
        assert starts == sorted(starts)
        assert len(starts) == len(read_chapters(path))
