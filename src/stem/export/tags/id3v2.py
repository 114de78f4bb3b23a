"""ID3v2.3 with UTF-16 text, what every player reads: one tag in front of an MP3, or in a chunk of a WAV.

mutagen writes the frames; we put them in order, for it sorts them by size, and players that show chapters in
the order of the file would show them shuffled.
"""

from __future__ import annotations

import io
import shutil
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutagen import id3

from stem.export.tags.file_tags import ChapterMark, FileTags, Tags, TimedLine, number_of, track_of
from stem.sound.decoding import mpeg
from stem.units import frames

_ORDER = b"TIT2 TPE1 TPE2 TALB TRCK TYER TCON TLAN TSSE COMM TXXX CTOC CHAP USLT SYLT APIC".split()
"""Short frames that every player wants first, what grows with the track last."""

_HEADER_BYTES = 10
_FRAME_HEADER = struct.Struct(">4sIH")
_NO_OFFSET = 0xFFFFFFFF
"""In a CHAP frame: find the chapter by its time, not by a byte (id3v2-chapters-1.0, 3.1)."""
_MILLISECONDS, _LYRICS, _FRONT_COVER = 2, 1, 3
"""Of SYLT its unit of time and its kind of text, of APIC its kind of picture (ID3v2.3, 4.10 and 4.15)."""
_GAIN, _PEAK = "REPLAYGAIN_TRACK_GAIN", "REPLAYGAIN_TRACK_PEAK"
_SOURCE_TYPE = "digitalSourceType"


def write(source: Path, target: Path, told: FileTags) -> None:
    """Write the MP3 at `source` to `target` with one tag in front; the sound is copied as it is."""
    with source.open("rb") as untagged, target.open("wb") as tagged:
        tagged.write(tag_bytes(told))
        untagged.seek(mpeg.tag_bytes(untagged.read(_HEADER_BYTES)))
        shutil.copyfileobj(untagged, tagged)


def read(path: Path) -> FileTags:
    """Return what the tag in front of the MP3 at `path` tells; its sound is not looked at."""
    try:
        return told_by(id3.ID3(path))
    except id3.ID3NoHeaderError:
        return told_by(id3.ID3())


def tag_bytes(told: FileTags) -> bytes:
    """Return a whole tag with its frames in our order."""
    written = io.BytesIO()
    tag = id3.ID3()
    for frame in (*_text_frames(told.tags), *_chapter_frames(told.chapters), *_grown_frames(told.tags)):
        tag.add(frame)
    tag.save(written, v1=0, v2_version=3, padding=lambda _: 0)
    header, body = written.getvalue()[:_HEADER_BYTES], written.getvalue()[_HEADER_BYTES:]
    # Within a kind: chapters by their numbered identifiers, the others by their text.
    ordered = sorted(_frames(body), key=lambda frame: (_ORDER.index(frame[:4]), frame[_FRAME_HEADER.size :]))
    return header + b"".join(ordered)


def told_by(tag: id3.ID3) -> FileTags:
    """Return what a tag tells, of version 2.3 or any other: mutagen has brought its frames up to 2.4."""
    texts = {name: str(tag.get(name, "")) for name in ("TIT2", "TPE1", "TPE2", "TALB", "TLAN", "TSSE")}
    number, total = track_of(str(tag.get("TRCK", "")))
    comments = [str(frame) for frame in tag.getall("COMM") if not frame.desc]
    lines = [line for frame in tag.getall("SYLT") if frame.format == _MILLISECONDS for line in frame.text]
    return FileTags(
        Tags(
            title=texts["TIT2"],
            artist=texts["TPE1"],
            album=texts["TALB"],
            album_artist=texts["TPE2"],
            comment=next(iter(comments), ""),
            genre=str(tag.get("TCON", "")),
            language=texts["TLAN"],
            encoder=texts["TSSE"],
            replay_gain_db=number_of(str(tag.get(f"TXXX:{_GAIN}", ""))),
            peak=number_of(str(tag.get(f"TXXX:{_PEAK}", ""))),
            source_type=str(tag.get(f"TXXX:{_SOURCE_TYPE}", "")),
            track_number=number,
            track_total=total,
            year=str(tag.get("TDRC", ""))[:4] or None,
            lyrics=next((frame.text for frame in tag.getall("USLT")), ""),
            timed_lines=tuple(TimedLine(at / 1000, text) for text, at in lines),
            cover=next((frame.data for frame in tag.getall("APIC")), b""),
        ),
        _chapters(tag),
    )


def _chapters(tag: id3.ID3) -> tuple[ChapterMark, ...]:
    marks = [
        ChapterMark(str(mark.sub_frames.get("TIT2", "")), mark.start_time / 1000, mark.end_time / 1000)
        for mark in tag.getall("CHAP")
    ]
    return tuple(sorted(marks, key=lambda mark: mark.start_s))


def _text_frames(tags: Tags) -> Iterator[id3.Frame]:
    total = "" if tags.track_total is None else f"/{tags.track_total}"
    texts = {
        id3.TIT2: tags.title,
        id3.TPE1: tags.artist,
        id3.TPE2: tags.album_artist,
        id3.TALB: tags.album,
        id3.TRCK: None if tags.track_number is None else f"{tags.track_number}{total}",
        id3.TYER: tags.year,
        id3.TCON: tags.genre,
        id3.TLAN: tags.language,
        id3.TSSE: tags.encoder,
    }
    for kind, text in texts.items():
        if text:
            yield kind(encoding=id3.Encoding.UTF16, text=[text])
    if tags.comment:
        yield id3.COMM(encoding=id3.Encoding.UTF16, lang=tags.language, desc="", text=[tags.comment])
    if tags.replay_gain_db is not None:
        yield _named(_GAIN, f"{tags.replay_gain_db:.2f} dB")
    if tags.peak is not None:
        yield _named(_PEAK, f"{tags.peak:.6f}")
    if tags.source_type:
        yield _named(_SOURCE_TYPE, tags.source_type)


def _named(name: str, text: str) -> id3.Frame:
    return id3.TXXX(encoding=id3.Encoding.UTF16, desc=name, text=[text])


def _chapter_frames(chapters: Sequence[ChapterMark]) -> Iterator[id3.Frame]:
    """Yield the table of contents, without which some players show no chapters, and the chapters."""
    if not chapters:
        return
    names = [f"chapter{number:03}" for number in range(1, len(chapters) + 1)]
    yield id3.CTOC(
        element_id="toc",
        flags=id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED,
        child_element_ids=names,
        sub_frames=[],
    )
    for name, chapter in zip(names, chapters, strict=True):
        yield id3.CHAP(
            element_id=name,
            start_time=_milliseconds(chapter.start_s),
            end_time=_milliseconds(chapter.end_s),
            start_offset=_NO_OFFSET,
            end_offset=_NO_OFFSET,
            sub_frames=[id3.TIT2(encoding=id3.Encoding.UTF16, text=[chapter.title])],
        )


def _grown_frames(tags: Tags) -> Iterator[id3.Frame]:
    """Yield the frames that can be large: the words, plain and in time, and the cover."""
    of_words = {"encoding": id3.Encoding.UTF16, "lang": tags.language, "desc": ""}
    if tags.lyrics:
        yield id3.USLT(**of_words, text=tags.lyrics)
    if tags.timed_lines:
        lines = [(line.text, _milliseconds(line.start_s)) for line in tags.timed_lines]
        yield id3.SYLT(**of_words, format=_MILLISECONDS, type=_LYRICS, text=lines)
    if tags.cover:
        # Latin-1 for a description that is empty: some players take UTF-16's byte order mark for the picture.
        yield id3.APIC(
            encoding=id3.Encoding.LATIN1, mime="image/jpeg", type=_FRONT_COVER, desc="", data=tags.cover
        )


def _milliseconds(time_s: float) -> int:
    return frames(time_s, 1000)  # "frames" of a millisecond


def _frames(body: bytes) -> Iterator[bytes]:
    """Yield the frames of an ID3v2.3 tag's body, headers included."""
    start = 0
    while start < len(body):
        _, size, _ = _FRAME_HEADER.unpack_from(body, start)
        end = start + _FRAME_HEADER.size + size
        yield body[start:end]
        start = end
