"""The tags of a WAV: an ID3 tag in a chunk of its own, and RIFF's few texts for who does not read that."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mutagen import id3

from stem.export.tags.file_tags import FileTags, Tags
from stem.export.tags.id3v2 import tag_bytes, told_by
from stem.messages import Message

_CHUNK = struct.Struct("<4sI")
_HEADER_BYTES = 12
_ID3 = {b"id3 ", b"ID3 "}
_MOST_TAG_BYTES = 2**26
_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A piece of a WAV: its name, where its content starts, how many bytes that has."""

    name: bytes
    start: int
    size: int


def write(source: Path, target: Path, told: FileTags) -> None:
    """Write the WAV at `source` to `target` with these tags behind its sound, and no others.

    Raises:
        ValueError: when `source` is no WAV.
        struct.error: when it would pass the 4 GB that a WAV can have.
    """
    texts, tag = _texts(told.tags), tag_bytes(told)
    with source.open("rb") as untagged, target.open("wb") as tagged:
        kept = [chunk for chunk in _chunks(untagged) if not _is_tag(untagged, chunk)]
        tagged.write(bytes(_HEADER_BYTES))
        for chunk in kept:
            tagged.write(_CHUNK.pack(chunk.name, chunk.size))
            _copy(untagged, tagged, chunk)
        for name, content in ((b"LIST", texts), (b"id3 ", tag)):
            tagged.write(_chunk(name, content))
        size = tagged.tell()
        tagged.seek(0)
        tagged.write(_CHUNK.pack(b"RIFF", size - _CHUNK.size) + b"WAVE")


def read(path: Path) -> FileTags:
    """Return what the ID3 tag in the WAV at `path` tells."""
    with path.open("rb") as wav:
        for chunk in _chunks(wav):
            if chunk.name in _ID3 and chunk.size <= _MOST_TAG_BYTES:
                wav.seek(chunk.start)
                return told_by(id3.ID3(io.BytesIO(wav.read(chunk.size))))
    return told_by(id3.ID3())


def _chunks(wav: IO[bytes]) -> Iterator[_Chunk]:
    """Yield the chunks of a WAV in order.

    Raises:
        ValueError: when it is none, or ends in the middle of a chunk.
    """
    header = wav.read(_HEADER_BYTES)
    if header[:4] != b"RIFF" or header[8:] != b"WAVE":
        raise ValueError(Message("this is no WAV"))
    length = wav.seek(0, io.SEEK_END)
    at = _HEADER_BYTES
    while at < length:
        wav.seek(at)
        head = wav.read(_CHUNK.size)
        name, size = _CHUNK.unpack(head) if len(head) == _CHUNK.size else (b"", length)
        chunk = _Chunk(name, at + _CHUNK.size, size)
        at = chunk.start + size + size % 2  # a chunk of an odd length has a byte of rest behind it
        if chunk.start + size > length:
            raise ValueError(Message("this WAV is cut off"))
        yield chunk


def _is_tag(wav: IO[bytes], chunk: _Chunk) -> bool:
    if chunk.name != b"LIST":
        return chunk.name in _ID3
    wav.seek(chunk.start)
    return wav.read(4) == b"INFO"


def _copy(source: IO[bytes], target: IO[bytes], chunk: _Chunk) -> None:
    source.seek(chunk.start)
    left = chunk.size
    while left:
        piece = source.read(min(left, _PIECE_BYTES))
        target.write(piece)
        left -= len(piece)
    target.write(bytes(chunk.size % 2))


def _chunk(name: bytes, content: bytes) -> bytes:
    return _CHUNK.pack(name, len(content)) + content + bytes(len(content) % 2)


def _texts(tags: Tags) -> bytes:
    """Return RIFF's texts, as UTF-8: its specification knows no encoding, most readers take it for that."""
    texts = {
        b"INAM": tags.title,
        b"IART": tags.artist,
        b"IPRD": tags.album,
        b"ITRK": str(tags.track_number or ""),
        b"ICRD": tags.year or "",
        b"IGNR": tags.genre,
        b"ICMT": tags.comment,
        b"ISFT": tags.encoder,
    }
    written = (_chunk(name, text.encode() + b"\0") for name, text in texts.items() if text)
    return b"INFO" + b"".join(written)
