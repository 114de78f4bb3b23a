"""How the sound in a file is packed, and what the file says of itself; nothing is decoded here.

The content decides, never the name: ffmpeg left to guess takes a playlist dressed as an "mp3" for a playlist,
and reads the files it names. What the file promises is compared with what it holds, and later with what was
decoded (`Packing.promised_s`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from stem.messages import Message
from stem.sound.decoding import apple, mp4, mpeg, ogg
from stem.sound.decoding.source import ContainerInfo, Source, opened

_MAGIC = {b"fLaC": "flac", b"OggS": "ogg", b"\x1aE\xdf\xa3": "matroska"}
_AIFF = frozenset({b"AIFF", b"AIFC"})
_RIFF = frozenset({b"RIFF", b"RF64", b"BW64"})


@dataclass(frozen=True, slots=True)
class Container:
    """A way in which sound is packed.

    Attributes:
        title: As people call it.
        suffixes: Of its files, without the point.
        strict: Options with which ffmpeg takes a frame that cannot be decoded for damage; in MP3 and bare AAC
            it may be the first one, of which a part is in the frame before.
    """

    title: str
    suffixes: tuple[str, ...]
    strict: str = ""


_CHECKED = "-xerror -err_detect crccheck+explode"

CONTAINERS = {
    "wav": Container("WAV", ("wav",)),
    "mp3": Container("MP3", ("mp3",)),
    "flac": Container("FLAC", ("flac",), _CHECKED),
    "ogg": Container("Ogg", ("ogg", "oga", "opus"), _CHECKED),
    "mov": Container("M4A", ("m4a", "mp4", "m4b", "aac", "mov", "3gp", "m4r", "m4v"), "-xerror"),
    "aac": Container("AAC", ("aac",)),
    "aiff": Container("AIFF", ("aiff", "aif", "aifc")),
    "caf": Container("CAF", ("caf",), "-xerror"),
    "matroska": Container("WebM", ("webm", "weba", "mka", "mkv"), "-xerror"),
}
"""All that is read, by the name of ffmpeg's demuxer for it."""

_STREAMED_FROM = 0x7FFF_0000
"""A WAV that promises this many bytes or more was written by a program that could not know its length."""
_FMT_BYTES = 16
_IN_DS64 = 0xFFFF_FFFF
_FLAC_INFO_BYTES = 34

_SEGMENT, _CLUSTER, _INFO, _DURATION = 0x18538067, 0x1F43B675, 0x1549A966, 0x4489
_ENTERED = frozenset({_SEGMENT, _CLUSTER})
_VINT_BYTES = 8


def container(path: Path) -> str:
    """Return how the sound in a file is packed, as the name of ffmpeg's demuxer for it.

    Raises:
        AudioError: when it cannot be read, or is not a sound file that stem reads.
    """
    with opened(path) as source:
        return _kind(source)[0]


def packing(source: Source) -> ContainerInfo:
    """Return what a file says of itself.

    Raises:
        AudioError: when it is not a sound file that stem reads, has no header or no sound, is cut short,
            protected, or changes on the way, or when its sound is in another file.
    """
    kind, start = _kind(source)
    match kind:
        case "wav":
            found = _wav(source)
        case "flac":
            found = _flac(source, start)
        case "ogg":
            found = ogg.packing(source)
        case "mov":
            found = mp4.packing(source)
        case "aiff":
            found = apple.aiff(source)
        case "caf":
            found = apple.caf(source)
        case "matroska":
            found = _matroska(source)
        case _:
            found = mpeg.packing(source, kind, start)
    wrong = _wrong_name(source.path, kind)
    return found.warned(wrong) if wrong else found


def _kind(source: Source) -> tuple[str, int]:
    """Return the demuxer for what is in the file, and the byte where it begins (behind a tag)."""
    start = mpeg.after_tags(source)
    head = source.read(start, 12)
    if start == 0 and head[:4] in _RIFF and head[8:12] == b"WAVE":
        return "wav", 0
    if start == 0 and head[:4] == b"FORM" and head[8:12] in _AIFF:
        return "aiff", 0
    if start == 0 and head[:4] == b"caff":
        return "caf", 0
    if start == 0 and head[4:8] == b"ftyp":
        return "mov", 0
    if head[:4] in _MAGIC and (start == 0 or head[:4] == b"fLaC"):
        return _MAGIC[head[:4]], start
    kind = mpeg.kind(source, start)
    if kind:
        return kind, start
    hint = Message("Give a WAV, MP3, FLAC, Ogg, M4A, AIFF or WebM file.")
    raise source.refused(Message("it is not a sound file that stem reads"), hint)


def _wrong_name(path: Path, kind: str) -> str:
    """Return what is to be said of the name, when that says that the file is something else."""
    suffix = path.suffix.lower().removeprefix(".")
    named = {suffix for each in CONTAINERS.values() for suffix in each.suffixes}
    if suffix not in named or suffix in CONTAINERS[kind].suffixes:
        return ""
    return Message("it is called .{suffix} and is {title}", suffix=suffix, title=CONTAINERS[kind].title)


# --- WAV (RIFF; Microsoft and IBM, 1991; RF64: EBU Tech 3306) ---


@dataclass(frozen=True, slots=True)
class _Chunks:
    """What was found between the first byte of a WAV file and its samples; the sizes are in bytes."""

    format: bytes
    start: int
    promised: int
    present: int


def _wav(source: Source) -> ContainerInfo:
    chunks = _wav_chunks(source)
    channels, rate, bytes_a_second = struct.unpack_from("<HII", chunks.format, 2)
    if bytes_a_second == 0 or rate == 0 or channels == 0:
        raise source.refused(Message("its header is damaged"))
    unknown = chunks.promised == 0 or chunks.promised >= _STREAMED_FROM
    if chunks.present == 0:
        raise source.refused(Message("there is no sound in it"))
    if unknown and chunks.promised != chunks.present:
        return ContainerInfo("wav", warnings=(Message("its header does not tell how long it is"),))
    if chunks.promised > chunks.present:
        raise source.cut_short()
    # Of ADPCM, this is an average: a block more or less.
    return ContainerInfo("wav", promised_s=chunks.promised / bytes_a_second, slack_s=0.1)


def _wav_chunks(source: Source) -> _Chunks:
    """Find the format and the samples of a WAV file.

    Raises:
        AudioError: when one of them is missing.
    """
    place, form, long_size = 12, b"", None
    while len(head := source.read(place, 8)) == 8:  # noqa: PLR2004 - a name and a size
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            if len(form) < _FMT_BYTES:
                raise source.refused(Message("it has no header that tells what its samples are"))
            if size == _IN_DS64 and long_size is not None:
                size = long_size
            return _Chunks(form, place + 8, size, source.size - place - 8)
        if name == b"fmt ":
            form = source.read(place + 8, min(size, 64))
        elif name == b"ds64":
            long_size = int.from_bytes(source.read(place + 16, 8), "little")
        place += 8 + size + size % 2
    raise source.refused(Message("there is no sound in it"))


# --- FLAC (RFC 9639) ---


def _flac(source: Source, start: int) -> ContainerInfo:
    info = source.read(start + 8, _FLAC_INFO_BYTES)
    if len(info) < _FLAC_INFO_BYTES:
        raise source.cut_short()
    word = int.from_bytes(info[10:18], "big")
    rate, total = word >> 44, word & 0xF_FFFF_FFFF
    place, is_last = start + 4, False
    while not is_last:
        head = source.read(place, 4)
        if len(head) < 4:  # noqa: PLR2004 - its kind and its size
            raise source.cut_short()
        is_last = head[0] >= 0x80  # noqa: PLR2004 - the highest bit
        place += 4 + int.from_bytes(head[1:], "big")
    if place >= source.size:
        raise source.refused(Message("there is no sound in it"))
    if rate == 0:
        raise source.refused(Message("its header is damaged"))
    if total == 0:
        return ContainerInfo("flac", start, warnings=(Message("its header does not tell how long it is"),))
    return ContainerInfo("flac", start, promised_s=total / rate)


# --- Matroska and WebM (RFC 8794, RFC 9559) ---


def _matroska(source: Source) -> ContainerInfo:
    """Walk over the outer elements: each must end where the file does or before."""
    place, has_length, entered = 0, False, False
    while place < source.size:
        name, size, start = _element(source, place)
        if name == _INFO and size is not None:
            has_length = _has_duration(source, start, start + size)
        if name == _SEGMENT:
            entered = True
            if size is not None and start + size > source.size:
                raise source.cut_short()
        if name in _ENTERED and (name == _SEGMENT or size is None):
            place = start
        elif size is None or start + size > source.size:
            raise source.cut_short()
        else:
            place = start + size
    if not entered:
        raise source.cut_short()
    return ContainerInfo(
        "matroska", warnings=() if has_length else (Message("its header does not tell how long it is"),)
    )


def _element(source: Source, place: int) -> tuple[int, int | None, int]:
    """Return the name of the element at a place, its size (None when it was not known), and its start."""
    head = source.read(place, 2 * _VINT_BYTES)
    name_bytes = _vint_bytes(head)
    size_bytes = _vint_bytes(head[name_bytes:]) if name_bytes else 0
    if not name_bytes or not size_bytes or len(head) < name_bytes + size_bytes:
        raise (
            source.cut_short()
            if place + len(head) >= source.size
            else source.refused(Message("it is damaged"))
        )
    every_bit = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(head[name_bytes : name_bytes + size_bytes], "big") & every_bit
    name = int.from_bytes(head[:name_bytes], "big")
    return name, None if size == every_bit else size, place + name_bytes + size_bytes


def _vint_bytes(head: bytes) -> int:
    """Return how many bytes the number takes that `head` begins with; 0 when it is none."""
    return _VINT_BYTES + 1 - head[0].bit_length() if head and head[0] else 0


def _has_duration(source: Source, place: int, end: int) -> bool:
    while place < min(end, source.size):
        name, size, start = _element(source, place)
        if name == _DURATION:
            return True
        if size is None:
            return False
        place = start + size
    return False
