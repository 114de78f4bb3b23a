"""AIFF (Apple, 1989; AIFF-C, 1991) and CAF (Apple Core Audio Format, 2006): what programs on a Mac export."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from stem.messages import Message
from stem.sound.decoding.source import ContainerInfo, Source

_HEAD_BYTES = 8
_COMM = struct.Struct(">hIh10s")
"""Channels, frames, bits, and the rate as an 80-bit number."""
_LARGEST_FRAMES = 0xFFFF_0000
"""A file that promises as many was written by a program that could not know its length."""

_CAF_HEAD = struct.Struct(">4sq")
_DESC = struct.Struct(">d4sIIIII")
"""Rate, coding, flags, bytes a packet, frames a packet, channels, bits."""
_PAKT = struct.Struct(">qqii")
"""Packets, frames, frames before and after the sound."""
_SLACK_S = 0.1
_UNKNOWN_LENGTH = Message("its header does not tell how long it is")
_DAMAGED = Message("its header is damaged")
_NO_SOUND = Message("there is no sound in it")


def aiff(source: Source) -> ContainerInfo:
    """Return what an AIFF file says of itself.

    Raises:
        AudioError: when it has no header or no sound, or is cut short.
    """
    promised_s: float | None = None
    place, has_header = 12, False
    while len(head := source.read(place, _HEAD_BYTES)) == _HEAD_BYTES:
        name, size = head[:4], int.from_bytes(head[4:], "big")
        place += _HEAD_BYTES
        if name == b"COMM":
            facts = source.read(place, _COMM.size)
            if len(facts) < _COMM.size:
                raise source.cut_short()
            channels, frames, _, rate = _COMM.unpack(facts)
            rate_hz = _extended(rate)
            if channels < 1 or not 0 < rate_hz < math.inf:
                raise source.refused(_DAMAGED)
            has_header = True
            promised_s = frames / rate_hz if 0 < frames < _LARGEST_FRAMES else None
        elif name == b"SSND":
            if place >= source.size:
                raise source.refused(_NO_SOUND)
            if place + size > source.size and size < _LARGEST_FRAMES:
                raise source.cut_short()
        place += size + size % 2
    if not has_header:
        raise source.refused(_NO_SOUND)
    warnings = () if promised_s is not None else (_UNKNOWN_LENGTH,)
    return ContainerInfo("aiff", promised_s=promised_s, slack_s=_SLACK_S, warnings=warnings)


def caf(source: Source) -> ContainerInfo:
    """Return what a CAF file says of itself.

    Raises:
        AudioError: when it has no header or no sound, or is cut short.
    """
    rate_hz, packet_bytes, packet_frames = 0.0, 0, 0
    sound_bytes, frames = None, 0
    for name, size, place in _caf_chunks(source):
        if name == b"desc":
            facts = source.read(place, _DESC.size)
            if len(facts) < _DESC.size:
                raise source.cut_short()
            rate_hz, _, _, packet_bytes, packet_frames, *_ = _DESC.unpack(facts)
            if not 0 < rate_hz < math.inf:
                raise source.refused(_DAMAGED)
        elif name == b"pakt" and len(facts := source.read(place, _PAKT.size)) == _PAKT.size:
            frames = _PAKT.unpack(facts)[1]
        elif name == b"data":
            sound_bytes = size - 4  # behind a count of edits
    if not rate_hz or sound_bytes is None or sound_bytes <= 0:
        raise source.refused(_NO_SOUND)
    if packet_bytes:
        frames = sound_bytes // packet_bytes * packet_frames
    if frames <= 0:
        return ContainerInfo("caf", warnings=(_UNKNOWN_LENGTH,))
    return ContainerInfo("caf", promised_s=frames / rate_hz, slack_s=_SLACK_S)


def _caf_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, size and place of each part; the sound's size may be unknown where it is the last."""
    place = 8
    while len(head := source.read(place, _CAF_HEAD.size)) == _CAF_HEAD.size:
        name, size = _CAF_HEAD.unpack(head)
        place += _CAF_HEAD.size
        if size < 0 and name == b"data":
            size = source.size - place
        if size < 0:
            raise source.refused(_DAMAGED)
        if place + size > source.size:
            raise source.cut_short()
        yield name, size, place
        place += size


def _extended(content: bytes) -> float:
    """Return an 80-bit number (IEEE 754, extended), as AIFF writes its rate; 0 for what is none."""
    exponent = int.from_bytes(content[:2], "big")
    mantissa = int.from_bytes(content[2:], "big")
    try:
        return math.ldexp(mantissa, exponent - 16_383 - 63)
    except OverflowError:
        return 0.0
