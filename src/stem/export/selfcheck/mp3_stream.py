"""What the bytes of an MP3 say that no decoder does: LAME's count and checksums, and the order of its tag."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from stem.errors import AudioError
from stem.export.mp3 import MP3_FRAME, crc16
from stem.export.selfcheck.faults import FileFault
from stem.messages import Message
from stem.sound.decoding import Recording, mpeg

_TAG_VERSION = 3
_TAG_HEADER_BYTES = 10
_FRAME_HEADER = struct.Struct(">4sIH")
_TAILS = {"ID3v1": (128, b"TAG"), "APE": (32, b"APETAGEX"), "Lyrics3": (9, b"LYRICS200")}
"""Tags at the end of a file: how far from the end they are recognised, and by what."""

_INFO = struct.Struct(">4sIII100sI9sBB4sHHBB3sBBHIHH")
"""The Info frame, from its "Info" on (http://gabriel.mp3-tech.org/mp3infotag.html)."""
_LONGEST_INFO = 4 + 32 + _INFO.size
_ALL_FIELDS = 0b1111
_READ_BYTES = 1 << 16  # its checksum is quickest in pieces that fit a processor's cache


@dataclass(frozen=True, slots=True)
class Mp3:
    """An MP3 by its bytes.

    Attributes:
        frames: How many frames of sound its first MP3 frame promises; 0 when it promises none.
        faults: What is not as it should be.
    """

    frames: int
    faults: tuple[FileFault, ...]


def mp3_of(recording: Recording) -> Mp3:
    """Return what the bytes of an MP3 say.

    Raises:
        AudioError: when it cannot be read.
    """
    start = recording.packing.start
    counted = round((recording.packing.promised_s or 0.0) * recording.rate / MP3_FRAME)
    try:
        with recording.path.open("rb") as file:
            frames, of_sound = _sound(file, start, counted)
            return Mp3(frames, (*_tag_faults(file, start), *of_sound))
    except OSError as error:
        raise AudioError(
            recording.path, Message("it cannot be read ({reason})", reason=error.strerror)
        ) from error


def _tag_faults(file: BinaryIO, start: int) -> Iterator[FileFault]:
    content = _read(file, 0, start)
    version = content[3] if content[:3] == b"ID3" and len(content) >= _TAG_HEADER_BYTES else None
    if version != _TAG_VERSION:
        found = "none" if version is None else f"ID3v2.{version}"
        yield FileFault("tag", "ID3v2.3", found, serious=False)
    if more := list(_more_tags(file, content)):
        yield FileFault("tags", Message("one, in front"), ", ".join(("ID3v2", *more)), serious=False)
    if version == _TAG_VERSION and (problem := _misplaced(list(_tag_frames(content)))):
        yield FileFault(Message("order in the tag"), Message("chapters in order, the cover last"), problem)


def _tag_frames(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the body of each frame of a tag."""
    place = _TAG_HEADER_BYTES
    while place + _FRAME_HEADER.size <= len(content) and content[place]:
        name, size, _ = _FRAME_HEADER.unpack_from(content, place)
        place += _FRAME_HEADER.size
        yield name, content[place : place + size]
        place += size


def _misplaced(frames: list[tuple[bytes, bytes]]) -> str:
    """Return what is wrong with the order in a tag; "" when nothing is."""
    names = [name for name, _ in frames]
    # A chapter starts behind its identifier, in four bytes (id3v2-chapters-1.0, 3.1).
    starts = [body.partition(b"\0")[2][:4] for name, body in frames if name == b"CHAP"]
    if starts != sorted(starts):
        return Message("chapters in another order than in the track")
    if starts and b"CTOC" not in names[: names.index(b"CHAP")]:
        return Message("chapters without a table of contents in front of them")
    if b"APIC" in names and set(names[names.index(b"APIC") :]) != {b"APIC"}:
        return Message("text behind the cover")
    return ""


def _more_tags(file: BinaryIO, content: bytes) -> Iterator[str]:
    if mpeg.tag_bytes(content[mpeg.tag_bytes(content) :]):
        yield Message("a second ID3v2")
    end = file.seek(0, 2)
    for name, (from_end, mark) in _TAILS.items():
        if _read(file, max(end - from_end, 0), len(mark)) == mark:
            yield name


def _sound(file: BinaryIO, start: int, counted: int) -> tuple[int, list[FileFault]]:
    """Compare what the first MP3 frame says of the rest with the rest.

    Args:
        file: The MP3.
        start: Where its first MP3 frame is.
        counted: How many there are behind that one.

    Returns:
        How many frames of sound it promises, and what is not as it says.
    """
    head = _read(file, start, _LONGEST_INFO)
    first = mpeg.mp3_frame(head[:4])
    told = () if len(head) < _LONGEST_INFO or first is None else _INFO.unpack_from(head, 4 + first.side_bytes)
    if first is None or not told or told[0] != b"Info" or told[1] != _ALL_FIELDS or told[6][:4] != b"LAME":
        return 0, [
            FileFault(Message("first MP3 frame"), Message("LAME's count and checksum"), "none", serious=False)
        ]
    mp3_frames, size, delays, music, own = (told[place] for place in (2, 3, 14, 19, 20))
    delay, padding = divmod(int.from_bytes(delays, "big"), 1 << 12)
    faults = []
    if mp3_frames != counted:
        faults.append(FileFault(Message("MP3 frames"), f"{mp3_frames:,}", f"{counted:,}"))
    own_bytes = head[: 4 + first.side_bytes + _INFO.size - 2]
    if (crc16(own_bytes), _crc(file, start + first.size, start + size)) != (own, music):
        what = Message("another: bytes have changed")
        faults.append(FileFault(Message("checksums in the MP3"), Message("as when it was encoded"), what))
    return mp3_frames * MP3_FRAME - delay - padding, faults


def _crc(file: BinaryIO, first: int, end: int) -> int:
    file.seek(first)
    crc, left = 0, end - first
    while left > 0 and (piece := file.read(min(_READ_BYTES, left))):
        crc = crc16(piece, crc)
        left -= len(piece)
    return crc


def _read(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)
