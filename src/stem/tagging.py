"""What players show: title, chapters and the rest, as one ID3v2.3 tag in front of an MP3.

Version 2.3 with UTF-16 text is what every player reads. mutagen writes the frames; we put them in order, for
it sorts them by size, and players that show chapters in the order of the file would show them shuffled.
"""

from __future__ import annotations

import io
import shutil
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutagen import MutagenError, id3

from stem import __version__
from stem.errors import OutputError
from stem.files import output_error, temporary_beside
from stem.units import frames

_ORDER = b"TIT2 TPE1 TPE2 TALB TRCK TYER TCON TLAN TSSE COMM TXXX CTOC CHAP".split()
"""Short frames that every player wants first, what grows with the track last."""

_HEADER_BYTES = 10
_FRAME_HEADER = struct.Struct(">4sIH")
_NO_OFFSET = 0xFFFFFFFF
"""In a CHAP frame: find the chapter by its time, not by a byte (id3v2-chapters-1.0, 3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What is told about a track; these texts show on lock screens and in cars.

    Attributes:
        title: Of the track.
        artist: Who speaks or publishes; also given as the album's artist.
        album: What the track belongs to.
        comment: In `language`; empty for none.
        genre: As text.
        language: ISO 639-2 code of what is spoken and of the comment.
        encoder: Software and encoder.
        replay_gain_db: What a player adds to bring the speech to ReplayGain's reference level, in dB.
        peak: The highest true peak, as a factor of full scale.
        track: Number in the album: "3" or "3/12".
        year: Four digits.
    """

    title: str
    artist: str
    album: str
    comment: str = ""
    genre: str = "Meditation"
    language: str = "nld"
    encoder: str = f"stem {__version__}, LAME"
    replay_gain_db: float | None = None
    peak: float | None = None
    track: str | None = None
    year: str | None = None


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter, in seconds from the track's start."""

    title: str
    start_s: float
    end_s: float


def tag_mp3(path: Path, tags: Tags, chapters: Sequence[ChapterMark]) -> None:
    """Put one tag in front of the MP3 at `path`, in place of one that is there; the sound stays as it is.

    Meant for the temporary file of a track, before it is published.

    Raises:
        OutputError: when the tag cannot be expressed or the system refuses to write; `path` is as before.
    """
    try:
        tag = _tag(tags, chapters)
    except (MutagenError, ValueError, struct.error) as error:
        # struct.error: more than 255 chapters; ValueError: half a character, or a language that is no code
        raise OutputError(path, "its title, chapters or other tags do not fit in an MP3") from error
    with temporary_beside(path) as tagged:
        try:
            with path.open("rb") as untagged, tagged.open("wb") as target:
                target.write(tag)
                untagged.seek(_tag_length(untagged.read(_HEADER_BYTES)))
                shutil.copyfileobj(untagged, target)
            tagged.replace(path)
        except OSError as error:
            raise output_error(path, error) from error


def read_chapters(path: Path) -> tuple[ChapterMark, ...]:
    """Return the chapters of an MP3 in the order of their starts; none when it has none that can be read."""
    try:
        marks = id3.ID3(path).getall("CHAP")
    except (MutagenError, OSError, ValueError, struct.error):  # no tag, no MP3, or a damaged tag
        return ()
    titles = [mark.sub_frames.get("TIT2") for mark in marks]
    chapters = [
        ChapterMark("" if title is None else str(title), mark.start_time / 1000, mark.end_time / 1000)
        for mark, title in zip(marks, titles, strict=True)
    ]
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_s))


def _tag(tags: Tags, chapters: Sequence[ChapterMark]) -> bytes:
    """Return a whole tag with its frames in our order."""
    written = io.BytesIO()
    id3_tags = id3.ID3()
    for frame in (*_text_frames(tags), *_chapter_frames(chapters)):
        id3_tags.add(frame)
    id3_tags.save(written, v1=0, v2_version=3, padding=lambda _: 0)
    header, body = written.getvalue()[:_HEADER_BYTES], written.getvalue()[_HEADER_BYTES:]
    # Within a kind: chapters by their numbered identifiers, the others by their text.
    ordered = sorted(_frames(body), key=lambda frame: (_ORDER.index(frame[:4]), frame[_FRAME_HEADER.size :]))
    return header + b"".join(ordered)


def _text_frames(tags: Tags) -> Iterator[id3.Frame]:
    texts = {
        id3.TIT2: tags.title,
        id3.TPE1: tags.artist,
        id3.TPE2: tags.artist,
        id3.TALB: tags.album,
        id3.TRCK: tags.track,
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
        yield _named("REPLAYGAIN_TRACK_GAIN", f"{tags.replay_gain_db:.2f} dB")
    if tags.peak is not None:
        yield _named("REPLAYGAIN_TRACK_PEAK", f"{tags.peak:.6f}")


def _named(name: str, text: str) -> id3.Frame:
    return id3.TXXX(encoding=id3.Encoding.UTF16, desc=name, text=[text])


def _chapter_frames(chapters: Sequence[ChapterMark]) -> Iterator[id3.Frame]:
    """Yield the table of contents, without which some players show no chapters, and the chapters."""
    if not chapters:
        return
    by_start = sorted(chapters, key=lambda chapter: chapter.start_s)
    names = [f"chapter{number:03}" for number in range(1, len(chapters) + 1)]
    yield id3.CTOC(
        element_id="toc",
        flags=id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED,
        child_element_ids=names,
        sub_frames=[],
    )
    for name, chapter in zip(names, by_start, strict=True):
        yield id3.CHAP(
            element_id=name,
            start_time=frames(chapter.start_s, 1000),  # "frames" of a millisecond
            end_time=frames(chapter.end_s, 1000),
            start_offset=_NO_OFFSET,
            end_offset=_NO_OFFSET,
            sub_frames=[id3.TIT2(encoding=id3.Encoding.UTF16, text=[chapter.title])],
        )


def _frames(body: bytes) -> Iterator[bytes]:
    """Yield the frames of an ID3v2.3 tag's body, headers included."""
    start = 0
    while start < len(body):
        _, size, _ = _FRAME_HEADER.unpack_from(body, start)
        end = start + _FRAME_HEADER.size + size
        yield body[start:end]
        start = end


def _tag_length(header: bytes) -> int:
    """Return the length of the tag that begins with `header`, itself included; 0 when that is no tag."""
    if len(header) < _HEADER_BYTES or header[:3] != b"ID3":
        return 0
    # Four times seven bits, the header not counted (ID3v2.3, 3.1): no byte looks like an MP3 frame's start.
    return _HEADER_BYTES + sum(byte << shift for byte, shift in zip(header[6:], (21, 14, 7, 0), strict=True))
