"""What the bytes of an MP3 say of it, read without the libraries that wrote them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from stem.errors import AudioError
from stem.export.mp3 import BIT_RATES, MP3_FRAME, RATES, _crc16
from stem.sound.decoding import Recording

_TAG_HEADER = struct.Struct(">3sBBB4s")
_FRAME_HEADER = struct.Struct(">4sIH")
_CHAPTER_START = struct.Struct(">I")
_VERSION = 3
_TAILS = {"ID3v1": (128, b"TAG"), "APE": (32, b"APETAGEX"), "Lyrics3": (9, b"LYRICS200")}
"""Tags at the end of a file: how far from the end they are recognised, and by what."""
_BEFORE_ALL, _LAST = b"CTOC", b"APIC"

_MPEG_1 = _ONE_CHANNEL = 3
_INFO = struct.Struct(">4sIII100sI9sBB4sHHBB3sBBHIHH")
"""The Info frame, from its "Info" on (http://gabriel.mp3-tech.org/mp3infotag.html)."""
_LONGEST_INFO = 4 + 32 + _INFO.size
_ALL_FIELDS = 0b1111
_READ_BYTES = 1 << 16  # its checksum is quickest in pieces that fit a processor's cache


@dataclass(frozen=True, slots=True)
class Info:
    """What the first MP3 frame says of the rest.

    Attributes:
        mp3_frames: How many follow.
        frames: How many frames of sound a decoder gives back.
        bytes: Its own, with all that follow.
        is_intact: Whether it, and what follows, have the checksums that it says.
    """

    mp3_frames: int
    frames: int
    bytes: int
    is_intact: bool


@dataclass(frozen=True, slots=True)
class Mp3:
    """An MP3 by its bytes.

    Attributes:
        mp3_frames: How many there are behind the Info frame; each of 1,152 frames of sound, as in MPEG-1.
        tag_version: Of the ID3v2 tag in front; None when there is none.
        tag_frames: The identifiers of its frames, in order.
        chapter_starts: Of its chapters, in milliseconds, in the order of the file.
        more_tags: Names of tags besides that one.
        info: None when the first frame says nothing of the rest.
    """

    mp3_frames: int
    tag_version: int | None
    tag_frames: tuple[str, ...]
    chapter_starts: tuple[int, ...]
    more_tags: tuple[str, ...]
    info: Info | None

    def misplaced(self) -> str:
        """Return what is wrong with the order in the tag; "" when nothing is."""
        if list(self.chapter_starts) != sorted(self.chapter_starts):
            return "chapters in another order than in the track"
        names = self.tag_frames
        if "CHAP" in names and "CTOC" not in names[: names.index("CHAP")]:
            return "chapters without a table of contents in front of them"
        if "APIC" in names[:-1] and set(names[names.index("APIC") :]) != {"APIC"}:
            return "text behind the cover"
        return ""


def mp3_of(recording: Recording) -> Mp3:
    """Return what the bytes of an MP3 say.

    Raises:
        AudioError: when it cannot be read.
    """
    path, packing = recording.path, recording.packing
    sound_frames = (packing.promised_s or 0.0) * recording.rate
    try:
        with path.open("rb") as file:
            version, frames = _tag(file, packing.start)
            return Mp3(
                mp3_frames=round(sound_frames / MP3_FRAME),
                tag_version=version,
                tag_frames=tuple(name for name, _ in frames),
                chapter_starts=tuple(_chapter_start(body) for name, body in frames if name == "CHAP"),
                more_tags=tuple(_more_tags(file, packing.start)),
                info=_info(file, packing.start),
            )
    except OSError as error:
        raise AudioError(path, f"it cannot be read ({error.strerror})") from error


def _tag(file: BinaryIO, start: int) -> tuple[int | None, list[tuple[str, bytes]]]:
    """Return the version of the tag in front, and its frames when it is of the version that stem writes."""
    content = _read(file, 0, start)
    if content[:3] != b"ID3" or len(content) < _TAG_HEADER.size:
        return None, []
    version = content[3]
    frames: list[tuple[str, bytes]] = []
    place = _TAG_HEADER.size
    while version == _VERSION and place + _FRAME_HEADER.size <= len(content) and content[place]:
        name, size, _ = _FRAME_HEADER.unpack_from(content, place)
        place += _FRAME_HEADER.size
        frames.append((name.decode("latin-1"), content[place : place + size]))
        place += size
    return version, frames


def _chapter_start(body: bytes) -> int:
    """Return the start of a chapter in milliseconds; behind its identifier (id3v2-chapters-1.0, 3.1)."""
    times = body[body.find(b"\0") + 1 :]
    return int(_CHAPTER_START.unpack_from(times)[0]) if len(times) >= _CHAPTER_START.size else -1


def _more_tags(file: BinaryIO, start: int) -> Iterator[str]:
    head = _read(file, 0, start)
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
    if head[:3] == b"ID3" and head[_TAG_HEADER.size + size :][:3] == b"ID3":
        yield "a second ID3v2"
    end = file.seek(0, 2)
    for name, (from_end, mark) in _TAILS.items():
        if _read(file, max(end - from_end, 0), len(mark)) == mark:
            yield name


def _info(file: BinaryIO, start: int) -> Info | None:
    head = _read(file, start, _LONGEST_INFO)
    if len(head) < _LONGEST_INFO or head[1] >> 3 & 3 != _MPEG_1:
        return None
    side_bytes = 17 if head[3] >> 6 == _ONE_CHANNEL else 32
    told = _INFO.unpack_from(head, 4 + side_bytes)
    mark, fields, mp3_frames, size, delays, crc = (told[place] for place in (0, 1, 2, 3, 14, 19))
    if mark != b"Info" or fields != _ALL_FIELDS or not told[6].startswith(b"LAME"):
        return None
    delay, padding = divmod(int.from_bytes(delays, "big"), 1 << 12)
    own = _crc16(head[: 4 + side_bytes + _INFO.size - 2])
    music = _crc(file, start + _frame_bytes(head), start + size)
    return Info(mp3_frames, mp3_frames * MP3_FRAME - delay - padding, size, (own, music) == (told[20], crc))


def _frame_bytes(head: bytes) -> int:
    kbps, rate = BIT_RATES[(head[2] >> 4) - 1], RATES[head[2] >> 2 & 3]
    return 144_000 * kbps // rate + (head[2] >> 1 & 1)


def _crc(file: BinaryIO, first: int, end: int) -> int:
    file.seek(first)
    crc, left = 0, end - first
    while left > 0 and (piece := file.read(min(_READ_BYTES, left))):
        crc = _crc16(piece, crc)
        left -= len(piece)
    return crc


def _read(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)
