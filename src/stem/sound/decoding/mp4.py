"""M4A and MP4 (ISO/IEC 14496-12): boxes in boxes, and an index without which nothing can be found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stem.messages import Message
from stem.sound.decoding.source import ContainerInfo, Source

_DEEPER = frozenset({b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl"})
_PROTECTED = frozenset({b"enca", b"drms", b"drmi", b"p608"})
_SELF_CONTAINED = 1
_SLACK_S = 0.12
"""Two frames of HE-AAC at 32 kHz, by which encoders round."""
_MOST_BOXES = 100_000
_HEAD_BYTES, _LONG_HEAD_BYTES = 8, 16


@dataclass(frozen=True, slots=True)
class _Box:
    name: bytes
    start: int
    end: int


@dataclass(slots=True)
class _Track:
    """A track while its boxes are read."""

    kind: bytes = b""
    duration: int = 0
    is_elsewhere: bool = False
    is_protected: bool = False
    descriptions: int = 0


def packing(source: Source) -> ContainerInfo:
    """Return what an M4A file says of itself.

    Raises:
        AudioError: when it has no index, is cut short, is protected, changes its format on the way, holds no
            sound, or refers to another file for it.
    """
    outer = list(_boxes(source, 0, source.size))
    moov = next((box for box in outer if box.name == b"moov"), None)
    if any(box.end > source.size for box in outer):
        raise source.cut_short()
    if moov is None:
        raise source.refused(
            Message("it has no index"),
            Message("Its recording was not finished; save it again with the app that made it."),
        )
    timescale, tracks = _tracks(source, moov)
    sound = next((track for track in tracks if track.kind == b"soun"), None)
    if sound is None:
        raise source.refused(Message("there is no sound in it"))
    if sound.is_elsewhere:
        raise source.refused(Message("its sound is in another file"), Message("Export it as one file."))
    if sound.is_protected:
        raise source.refused(
            Message("it is protected against use by other programs (DRM)"),
            Message("Use one without protection."),
        )
    if sound.descriptions != 1:
        raise source.refused(
            Message("its format changes on the way"), Message("Save it as one file with a sound editor.")
        )
    in_pieces = any(box.name == b"moof" for box in outer)
    if in_pieces or not sound.duration or not timescale:
        return ContainerInfo(
            "mov", warnings=() if in_pieces else (Message("its header does not tell how long it is"),)
        )
    return ContainerInfo("mov", promised_s=sound.duration / timescale, slack_s=_SLACK_S)


def _boxes(source: Source, place: int, end: int) -> Iterator[_Box]:
    """Yield the boxes between two places; the end of the last may lie beyond the file's."""
    for _ in range(_MOST_BOXES):
        head = source.read(place, _LONG_HEAD_BYTES)
        if place >= end or len(head) < _HEAD_BYTES:
            if place < end:
                raise source.cut_short()
            return
        size, start = int.from_bytes(head[:4], "big"), place + _HEAD_BYTES
        if size == 1:
            size, start = int.from_bytes(head[8:16], "big"), place + _LONG_HEAD_BYTES
        elif size == 0:
            size = end - place
        if size < start - place:
            raise source.refused(Message("it is damaged"))
        yield _Box(head[4:8], start, place + size)
        place += size
    raise source.refused(Message("it is damaged"))


def _tracks(source: Source, moov: _Box) -> tuple[int, list[_Track]]:
    """Return in what parts of a second the index counts, and its tracks."""
    timescale, tracks = 0, list[_Track]()
    waiting = [moov]
    while waiting:
        for box in _boxes(source, waiting[0].start, waiting.pop(0).end):
            if box.name == b"mvhd":
                is_long = source.read(box.start, 1) == b"\x01"
                timescale = int.from_bytes(source.read(box.start + (20 if is_long else 12), 4), "big")
            elif box.name == b"trak":
                tracks.append(_track(source, box))
    return timescale, tracks


def _track(source: Source, trak: _Box) -> _Track:
    track, waiting = _Track(), [trak]
    while waiting:
        outer = waiting.pop(0)
        for box in _boxes(source, outer.start, outer.end):
            if box.name in _DEEPER:
                waiting.append(box)
            elif box.name == b"tkhd":
                is_long = source.read(box.start, 1) == b"\x01"
                place, count = (28, 8) if is_long else (20, 4)
                track.duration = int.from_bytes(source.read(box.start + place, count), "big")
            elif box.name == b"hdlr":
                track.kind = track.kind or source.read(box.start + 8, 4)
            elif box.name == b"dref":
                _references(source, box, track)
            elif box.name == b"stsd":
                _descriptions(source, box, track)
    return track


def _references(source: Source, dref: _Box, track: _Track) -> None:
    for entry in _boxes(source, dref.start + 8, dref.end):
        flags = int.from_bytes(source.read(entry.start, 4), "big")
        track.is_elsewhere |= not flags & _SELF_CONTAINED


def _descriptions(source: Source, stsd: _Box, track: _Track) -> None:
    for entry in _boxes(source, stsd.start + 8, stsd.end):
        track.descriptions += 1
        track.is_protected |= entry.name in _PROTECTED
