"""Ogg (RFC 3533): pages of one or more streams, each of which tells where it ends."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from stem.messages import Message
from stem.sound.decoding.source import ContainerInfo, Source

_HEADER = struct.Struct("<4sBBqIIIB")
"""Magic, version, flags, granule position, serial number, page number, checksum, lacing values."""
_FIRST, _LAST = 2, 4
_NO_GRANULE = -1
_OPUS_RATE = 48_000
_LATE_S = 5.0
"""A stream whose first page ends later than this was recorded from the middle of a broadcast."""
_SLACK_S = 0.03
"""The last block of Vorbis may be cut by its page; at 44.1 kHz half a block is 23 ms."""


@dataclass(slots=True)
class _Stream:
    """A stream while its pages are read.

    Attributes:
        rate: What its granule positions count, in hertz; 0 when it is no sound that is known.
        delay: Granules that are not heard.
        first: Where its first page with sound ends, in granules; 0 before it was seen.
        last: Where its last one ends.
        is_ended: Whether its last page was seen.
    """

    rate: int
    delay: int = 0
    first: int = 0
    last: int = 0
    is_ended: bool = False


def packing(source: Source) -> ContainerInfo:
    """Return what an Ogg file says of itself.

    Raises:
        AudioError: when it is cut short, damaged, holds no sound, or is several files one after another.
    """
    streams: dict[int, _Stream] = {}
    place, sound_begun, stray = 0, False, 0
    while place < source.size:
        head = source.read(place, _HEADER.size)
        if head[:4] != b"OggS"[: len(head)]:
            stray = source.size - place
            break
        if len(head) < _HEADER.size:
            raise source.cut_short()
        _, _, flags, granule, serial, _, _, count = _HEADER.unpack(head)
        lacing = source.read(place + _HEADER.size, count)
        start, place = place + _HEADER.size + count, place + _HEADER.size + count + sum(lacing)
        if len(lacing) < count or place > source.size:
            raise source.cut_short()
        if flags & _FIRST:
            if sound_begun:
                raise source.refused(
                    Message("it is several files one after another"),
                    Message("Save it as one file with a sound editor."),
                )
            streams[serial] = _stream(source.read(start, min(sum(lacing), 64)))
        elif serial not in streams:
            raise source.refused(Message("it is damaged"))
        else:
            sound_begun = True
            if granule not in {0, _NO_GRANULE}:
                streams[serial].first = streams[serial].first or granule
                streams[serial].last = granule
        streams[serial].is_ended |= bool(flags & _LAST)
    return _packing(source, streams, stray)


def _packing(source: Source, streams: dict[int, _Stream], stray: int) -> ContainerInfo:
    sound = next((stream for stream in streams.values() if stream.rate), None)
    if sound is None or not sound.first:
        raise source.refused(Message("there is no sound in it"))
    begin = sound.first if sound.first > _LATE_S * sound.rate else sound.delay
    warnings = []
    if not sound.is_ended:
        warnings.append(Message("its end is missing or was never marked"))
    if stray:
        warnings.append(Message("it has {stray:,} bytes that are no sound", stray=stray))
    return ContainerInfo("ogg", 0, max(sound.last - begin, 0) / sound.rate, _SLACK_S, tuple(warnings))


def _stream(head: bytes) -> _Stream:
    """Return the stream that begins with the packet `head`."""
    if head[:7] == b"\x01vorbis" and len(head) >= 16:  # noqa: PLR2004 - as far as its rate
        return _Stream(int.from_bytes(head[12:16], "little"))
    if head[:8] == b"OpusHead" and len(head) >= 12:  # noqa: PLR2004 - as far as its delay
        return _Stream(_OPUS_RATE, int.from_bytes(head[10:12], "little"))
    if head[:5] == b"\x7fFLAC" and len(head) >= 30:  # noqa: PLR2004 - as far as its rate
        return _Stream(int.from_bytes(head[27:30], "big") >> 4)
    if head[:8] == b"Speex   " and len(head) >= 40:  # noqa: PLR2004 - as far as its rate
        return _Stream(int.from_bytes(head[36:40], "little"))
    return _Stream(0)
