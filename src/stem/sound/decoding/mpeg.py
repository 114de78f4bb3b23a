"""MP3 (ISO/IEC 11172-3, 13818-3) and bare AAC (ISO/IEC 13818-7): frames one after another, no index."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from stem.messages import Message
from stem.sound.decoding.source import ContainerInfo, Source

_TAG_BYTES = 10
_MOST_TAGS = 8
_FOOTER = 0x10
_HEADER_BYTES = {"mp3": 4, "aac": 7}
_IN_A_ROW = 3
"""Headers that must follow each other to be believed: any one of them is a chance of 1 in 2,000."""
_REACH_BYTES = 1 << 18
"""How far behind a tag, or behind damage, the next frame is looked for."""

_LAYER_3 = 1
BIT_RATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""In kbit/s, of MPEG-1 and of MPEG-2 and 2.5, in the order of their codes 1 to 14."""
RATES = (44_100, 48_000, 32_000)
"""Hertz; the sample rates of MPEG-1 Layer III, in the order of their codes 0 to 2."""
_AAC_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_AAC_FRAMES = 1024

_TAIL_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN")


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame's header.

    Attributes:
        size: In bytes.
        frames: How many frames of sound it makes.
        rate: In hertz.
        channels: 1 or 2 of MP3; the configuration of AAC.
        side_bytes: Between the header and a Xing header.
    """

    size: int
    frames: int
    rate: int
    channels: int
    side_bytes: int = 0

    @property
    def format(self) -> tuple[int, int, int]:
        """What does not change within a file."""
        return self.frames, self.rate, self.channels


@dataclass(slots=True)
class _Walk:
    """What was met on the way through a file."""

    first: Frame
    count: int = 0
    stray: int = 0
    is_cut: bool = False
    sizes: list[int] = field(default_factory=list)


def after_tags(source: Source) -> int:
    """Return the byte behind the ID3v2 tags that a file begins with; 0 when it has none."""
    place = 0
    for _ in range(_MOST_TAGS):
        size = tag_bytes(source.read(place, _TAG_BYTES))
        if not size:
            break
        place += size
    return place


def tag_bytes(head: bytes) -> int:
    """Return the length of the ID3v2 tag that begins with `head`, itself included; 0 when that is no tag."""
    if len(head) < _TAG_BYTES or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:_TAG_BYTES]:  # four times seven bits: no byte looks like the start of an MP3 frame
        size = size << 7 | byte & 0x7F
    return _TAG_BYTES + size + (_TAG_BYTES if head[5] & _FOOTER else 0)


def end_of_frames(sound: bytes) -> int:
    """Return where the last MP3 frame ends that starts in `sound`; 0 when it does not begin with one.

    Frames follow each other without a gap (ISO/IEC 11172-3, 2.4.1.3): when the end is not that of `sound`,
    something is missing or something else stands between them.
    """
    at = 0
    while (frame := mp3_frame(sound[at : at + _HEADER_BYTES["mp3"]])) is not None:
        at += frame.size
    return at


def kind(source: Source, start: int) -> str:
    """Return "mp3" or "aac" when there are frames at `start`, behind zeros, or near behind a tag; else ""."""
    for name in _HEADER_BYTES:
        if _first(source, name, start) is not None:
            return name
    return ""


def packing(source: Source, name: str, start: int) -> ContainerInfo:
    """Return what a file of frames says of itself.

    Args:
        source: The file.
        name: "mp3" or "aac".
        start: Where its tags end.

    Raises:
        AudioError: when it is cut short, or changes its rate or its channels.
    """
    place = _first(source, name, start)
    assert place is not None  # kind() found it
    walk = _walked(source, name, place)
    first = walk.first
    promised = _xing_count(source, place, first) if name == "mp3" else None
    heard = walk.count - (promised is not None)  # the frame that holds the promise makes no sound
    if promised is not None and heard < promised - 1:
        raise source.cut_short()
    warnings = []
    if walk.is_cut:
        warnings.append(Message("its last frame is cut"))
    if stray := walk.stray + place - start:
        warnings.append(Message("it has {stray:,} bytes that are no sound", stray=stray))
    if name == "mp3" and promised is None and len(set(walk.sizes)) > 2:  # noqa: PLR2004 - padded, not padded
        warnings.append(Message("its header does not tell how long it is"))
    # Encoders put up to 1105 + 1152 frames of silence before the sound and up to 1152 + 1152 behind it, which
    # are taken off again when a LAME tag tells how many.
    padding_s = 4 * first.frames / first.rate
    return ContainerInfo(name, place, heard * first.frames / first.rate, padding_s, tuple(warnings))


def _walked(source: Source, name: str, place: int) -> _Walk:
    """Go from frame to frame, from the one at `place` to the end of the file."""
    first = _frame(source, name, place)
    assert first is not None
    walk = _Walk(first)
    while place < source.size:
        frame = _frame(source, name, place)
        if frame is not None and frame.format == first.format:
            if place + frame.size > source.size:
                walk.is_cut = True
                break
            walk.count += 1
            if walk.count <= 64 and frame.size not in walk.sizes[-2:]:  # noqa: PLR2004 - enough to see VBR
                walk.sizes.append(frame.size)
            place += frame.size
            continue
        if _is_tail(source, place):
            break
        found = _found(source, name, place + 1)
        if found is None:
            walk.stray += source.size - place
            break
        again = _frame(source, name, found)
        if again is not None and again.format != first.format:
            hint = Message("Save it as one file with a sound editor.")
            raise source.refused(Message("its sample rate or its channels change on the way"), hint)
        walk.stray += found - place
        place = found
    return walk


def _is_tail(source: Source, place: int) -> bool:
    """Tell whether all that is left of the file are tags, or zeros."""
    head = source.read(place, 16)
    if head.startswith(_TAIL_TAGS):
        return True
    left = source.size - place
    return left <= _REACH_BYTES and not source.read(place, left).strip(b"\0")


def _first(source: Source, name: str, start: int) -> int | None:
    """Return where the first frame is: at `start`, or behind zeros; behind a tag also farther on."""
    if _is_row(source, name, start):
        return start
    if start:
        return _found(source, name, start)
    zeros = source.read(0, _REACH_BYTES)
    place = len(zeros) - len(zeros.lstrip(b"\0"))
    return place if place and _is_row(source, name, place) else None


def _found(source: Source, name: str, place: int) -> int | None:
    """Return the next place where frames follow each other."""
    window = source.read(place, _REACH_BYTES)
    at = window.find(b"\xff")
    while at >= 0:
        if _is_row(source, name, place + at):
            return place + at
        at = window.find(b"\xff", at + 1)
    return None


def _is_row(source: Source, name: str, place: int) -> bool:
    """Tell whether frames of one format follow each other from `place` on, or up to the end of the file."""
    first = _frame(source, name, place)
    frame = first
    for _ in range(_IN_A_ROW - 1):
        if first is None or frame is None or frame.format != first.format:
            return False
        place += frame.size
        if place >= source.size:
            return False
        frame = _frame(source, name, place)
    return frame is not None and first is not None and frame.format == first.format


def _frame(source: Source, name: str, place: int) -> Frame | None:
    """Return the header at a place, or None when there is none."""
    head = source.read(place, _HEADER_BYTES[name])
    if len(head) < _HEADER_BYTES[name] or head[0] != 0xFF:  # noqa: PLR2004 - eight ones
        return None
    return mp3_frame(head) if name == "mp3" else _aac_frame(head)


@lru_cache(maxsize=256)  # a few headers make a file
def mp3_frame(head: bytes) -> Frame | None:
    """Return what the four bytes of a Layer III header say, or None when they are none."""
    if len(head) < _HEADER_BYTES["mp3"] or head[0] != 0xFF:  # noqa: PLR2004 - eight ones
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    if head[1] < 0xE0 or version == 1 or layer != _LAYER_3 or not 0 < bit_rate < 15 or rate == 3:  # noqa: PLR2004
        return None
    is_one = version == 3  # noqa: PLR2004 - MPEG-1; 2 is MPEG-2, 0 is MPEG-2.5
    hertz = RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    frames = 1152 if is_one else 576
    bits = 1000 * BIT_RATES[1 if is_one else 2][bit_rate - 1]
    size = frames // 8 * bits // hertz + (head[2] >> 1 & 1)
    channels = 1 if head[3] >> 6 == 3 else 2  # noqa: PLR2004 - one channel
    side = ((17, 32) if is_one else (9, 17))[channels - 1]
    return Frame(size, frames, hertz, channels, side)


def _aac_frame(head: bytes) -> Frame | None:
    rate, size = head[2] >> 2 & 15, (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    if head[1] & 0xF6 != 0xF0 or rate >= len(_AAC_RATES) or size < _HEADER_BYTES["aac"]:  # noqa: PLR2004
        return None
    blocks = 1 + (head[6] & 3)
    return Frame(size, _AAC_FRAMES * blocks, _AAC_RATES[rate], (head[2] & 1) << 2 | head[3] >> 6)


def _xing_count(source: Source, place: int, first: Frame) -> int | None:
    """Return how many frames a Xing, Info or VBRI header promises, or None when there is none."""
    head = source.read(place + 4 + first.side_bytes, 12)
    if head[:4] in {b"Xing", b"Info"} and len(head) == 12:  # noqa: PLR2004 - with its count
        return int.from_bytes(head[8:12], "big") if head[7] & 1 else None
    vbri = source.read(place + 36, 18)
    return int.from_bytes(vbri[14:18], "big") if vbri[:4] == b"VBRI" else None
