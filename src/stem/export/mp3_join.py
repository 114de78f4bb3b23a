"""MP3s that were encoded in pieces become one, as one encoder would have made it.

Two encoders that are given the same samples soon do the same: their filters and their model of the ear know
no more than a second. What differs is where the bits of a frame begin. Those of a frame may stand in frames
before it (the bit reservoir): `main_data_begin`, the 9 bits behind a header, says how many bytes before
(ISO/IEC 11172-3, 2.4.2.7). So a piece can take over at a frame whose bits begin no earlier than the former
piece's do. What these bytes hold in the former piece belongs to the frame that is replaced, so the later
piece's are written over them.

    former  ... | k-1 main data  ####|  k          |      # bits of k
    later   ... |                  ##|  k          | ...
    joined  ... | k-1 main data  ..##|  k of later | ...
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stem.sound.decoding import mpeg

_HEADER_BYTES = 4


@dataclass(slots=True, eq=False)
class CodedPiece:
    """MP3 frames in a row.

    Attributes:
        first: Number of the first one in the track.
        music: Their bytes, without a CRC, as LAME gives them.
        places: Where each begins in `music`, and where the last one ends.
    """

    first: int
    music: bytearray
    places: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.places = [0]
        while (
            frame := mpeg.mp3_frame(bytes(self.music[self.places[-1] : self.places[-1] + _HEADER_BYTES]))
        ) and (self.places[-1] + frame.size <= len(self.music)):
            self.places.append(self.places[-1] + frame.size)
            self._behind = _HEADER_BYTES + frame.side_bytes

    _behind: int = field(init=False, default=_HEADER_BYTES)
    """Bytes of a frame before its main data: header and side information."""

    @property
    def end(self) -> int:
        """Number of the frame behind the last one."""
        return self.first + len(self.places) - 1

    def reservoir_bytes(self, frame: int) -> int:
        """Return how many bytes before a frame its main data begins: `main_data_begin`."""
        at = self.places[frame - self.first] + _HEADER_BYTES
        return self.music[at] << 1 | self.music[at + 1] >> 7

    def cut_before(self, frame: int) -> bytes:
        """Return the frames before one, and keep those from it on."""
        place = self.places[frame - self.first]
        before = bytes(self.music[:place])
        self.music = self.music[place:]
        self.places = [each - place for each in self.places[frame - self.first :]]
        self.first = frame
        return before

    def main_data_places(self, frame: int, count: int) -> list[slice]:
        """Return where the last `count` bytes of main data before a frame stand, the last ones first."""
        found: list[slice] = []
        number = frame - self.first
        while count > 0:
            number -= 1
            end = self.places[number + 1]
            start = max(self.places[number] + self._behind, end - count)
            found.append(slice(start, end))
            count -= end - start
        return found


def joined(former: CodedPiece, later: CodedPiece, earliest: int) -> bytes | None:
    """Join two pieces that overlap at the first frame where that can be.

    Args:
        former: Is used up.
        later: Keeps the frames that follow.
        earliest: The first frame that the later piece may give.

    Returns:
        The frames before those of `later`; None when there is no such place in what both have.
    """
    for frame in range(earliest, min(former.end, later.end)):
        count = later.reservoir_bytes(frame)
        if count <= former.reservoir_bytes(frame):
            there, here = former.main_data_places(frame, count), later.main_data_places(frame, count)
            for to, source in zip(there, here, strict=True):
                former.music[to] = later.music[source]
            later.cut_before(frame)
            return former.cut_before(frame)
    return None
