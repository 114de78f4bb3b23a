"""A track in pieces, so that every core can work on one.

They are cut by the clock of the track, never by the number of cores: the same track is the same pieces on
every machine. Each is computed with a little of what stands around it, where something remembers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from stem.sound.clips import Samples

_FAIR = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sound: its first frame, and the one behind its last."""

    first: int
    last: int


@runtime_checkable
class Sliced(Protocol):
    """A sound that can be computed from any piece of it on, by several threads at once."""

    @property
    def frames(self) -> int:
        """Its length."""
        ...

    @property
    def unit(self) -> int:
        """Pieces begin at multiples of this many frames."""
        ...

    def blocks(self, piece: Piece, before: int = 0, after: int = 0) -> Iterator[Samples]:
        """Yield a piece and at most so many frames before and after it, as far as there are any.

        Args:
            piece: A part that begins at a multiple of `unit`.
            before: A multiple of `unit`.
            after: Any number.
        """
        ...


class Keeper(Protocol):
    """Keeps what came of pieces between runs, where no one can tell what it is."""

    def recall(self, about: bytes) -> bytes | None:
        """Return what was kept of a piece; None when nothing was.

        Args:
            about: All that decides what comes of it.
        """
        ...

    def keep(self, about: bytes, content: bytes) -> None:
        """Keep what came of a piece, if it can be kept."""
        ...


@runtime_checkable
class Recallable(Sliced, Protocol):
    """A sound of which a piece need not be computed when all that it is computed from is as it was."""

    keeper: Keeper | None

    def source(self, piece: Piece, before: int = 0, after: int = 0, *, again: bool = False) -> bytes:
        """Return a hash of all that decides the blocks of a piece; see `blocks`.

        Args:
            piece: As there.
            before: Likewise.
            after: Likewise.
            again: Whether to find it out; else the blocks were heard to their end just now.
        """
        ...

    def measures(self, piece: Piece) -> bytes:
        """Return what was measured of a piece that was heard."""
        ...

    def recall(self, piece: Piece, measures: bytes) -> None:
        """Take a piece for heard of which this was measured."""
        ...


def cut(frames: int, unit: int, about: int) -> list[Piece]:
    """Return a sound in pieces of about so many frames, as equal as whole units allow.

    Where there are more than two, they are a multiple of four: two or four cores end at the same time then.
    """
    count = max(round(frames / about), 1)
    count += -count % _FAIR if count > 2 else 0  # noqa: PLR2004 - two pieces are fair already
    starts = sorted({number * frames // count // unit * unit for number in range(count)})
    return [Piece(first, last) for first, last in zip(starts, [*starts[1:], frames], strict=True)]
