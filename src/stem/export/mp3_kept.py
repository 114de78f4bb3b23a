"""Pieces that were encoded before and would be the same now: where one sentence changed, most of a track.

What is kept of a piece is found by a hash of the very mix that it was made of, a second before and after it
included: what is found is what would be made. Where nothing of a track is known, nothing is looked for; that
would cost a second mixing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from stem.sound.pieces import Keeper, Piece, Recallable, Sliced

FEWEST, MOST = 4, 64
"""Pieces of a track of which they are kept: a shorter one is made in a moment, those of a night would take
half a gigabyte."""

_SIZE = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class KeptPieces:
    """The pieces of a track that are kept, and whether there may be any from before.

    Attributes:
        sound: The track.
        keeper: Keeps them.
        coding: All that decides how its samples are encoded.
        is_known: Whether one like it was encoded before.
    """

    sound: Recallable
    keeper: Keeper
    coding: str
    is_known: bool

    @classmethod
    def of(cls, sound: Sliced, pieces: int, coding: str) -> KeptPieces | None:
        """Return those of a track; None when nothing of it is kept."""
        if not FEWEST <= pieces <= MOST or not isinstance(sound, Recallable) or sound.keeper is None:
            return None
        track = f"{sound.frames} {coding}".encode()
        is_known = sound.keeper.recall(track) is not None
        if not is_known:
            sound.keeper.keep(track, b"")
        return cls(sound, sound.keeper, coding, is_known)

    def music(self, piece: Piece, before: int, after: int, encoded: Callable[[], bytes]) -> bytes:
        """Return the MP3 frames of a piece, kept or encoded.

        Args:
            piece: The piece.
            before: See `Sliced.blocks`.
            after: Likewise.
            encoded: Hears the piece, and encodes it.
        """
        about = (
            self._about(piece, self.sound.source(piece, before, after, again=True)) if self.is_known else b""
        )
        if about and (kept := self.keeper.recall(about)) is not None:
            (size,) = _SIZE.unpack_from(kept)
            self.sound.recall(piece, kept[_SIZE.size : _SIZE.size + size])
            return kept[_SIZE.size + size :]
        music = encoded()
        about = self._about(piece, self.sound.source(piece))
        measures = self.sound.measures(piece)
        self.keeper.keep(about, _SIZE.pack(len(measures)) + measures + music)
        return music

    def _about(self, piece: Piece, source: bytes) -> bytes:
        place = f"{piece.first} {piece.last} {self.sound.frames} {self.coding} "
        return place.encode() + source
