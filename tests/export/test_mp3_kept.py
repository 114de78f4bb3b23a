"""What was encoded before is not encoded again, and the file is the same to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from stem.export import mp3
from stem.export.mp3 import write_mp3
from stem.sound.clips import Samples
from stem.sound.pieces import Keeper, Piece

RATE = 44_100
SECONDS = 9


@dataclass
class Drawer:
    """Keeps pieces in memory."""

    kept: dict[bytes, bytes] = field(default_factory=dict)

    def recall(self, about: bytes) -> bytes | None:
        return self.kept.get(about)

    def keep(self, about: bytes, content: bytes) -> None:
        self.kept[about] = content


@dataclass
class Tune:
    """A sound that knows what its pieces are made of, and which were asked for."""

    samples: Samples
    keeper: Keeper | None = None
    unit: int = 1
    heard: list[int] = field(default_factory=list)
    recalled: dict[int, bytes] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        return len(self.samples)

    def blocks(self, piece: Piece, before: int = 0, after: int = 0) -> Iterator[Samples]:
        self.heard.append(piece.first)
        self._asked = (piece, before, after)
        yield self._around(piece, before, after)

    def _around(self, piece: Piece, before: int, after: int) -> Samples:
        return self.samples[max(piece.first - before, 0) : piece.last + after]

    def source(self, piece: Piece, before: int = 0, after: int = 0, *, again: bool = False) -> bytes:
        asked = (piece, before, after) if again else self._asked
        return hashlib.sha256(self._around(*asked).tobytes()).digest()

    def measures(self, piece: Piece) -> bytes:
        return b"measured" + str(piece.first).encode()

    def recall(self, piece: Piece, measures: bytes) -> None:
        self.recalled[piece.first] = measures


def test_only_what_changed_is_encoded_and_the_bytes_are_those_of_a_first_making(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mp3, "_PIECE_S", 2)
    monkeypatch.setattr(mp3, "cores", lambda: 1)  # the sound above is of one thread
    samples = np.random.default_rng(3).normal(0, 0.1, (SECONDS * RATE, 2)).astype(np.float32)
    changed = samples.copy()
    changed[5 * RATE : 5 * RATE + 9_000] *= 0.5
    keeper = Drawer()
    first, again, after, alone = (
        Tune(samples, keeper),
        Tune(samples, keeper),
        Tune(changed, keeper),
        Tune(changed),
    )
    for name, sound in (("first", first), ("again", again), ("after", after), ("alone", alone)):
        write_mp3(tmp_path / name, sound)
    pieces = set(first.heard)
    assert len(pieces) >= 4
    assert again.heard == []
    assert again.recalled == {place: b"measured" + str(place).encode() for place in pieces}
    assert 1 <= len(after.heard) <= 2
    assert set(after.recalled) == pieces - set(after.heard)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "first").read_bytes()
    assert (tmp_path / "after").read_bytes() == (tmp_path / "alone").read_bytes()
    assert (tmp_path / "after").read_bytes() != (tmp_path / "first").read_bytes()


def test_of_another_bit_rate_and_of_a_short_track_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mp3, "cores", lambda: 1)
    samples = np.zeros((SECONDS * RATE, 1), np.float32)
    keeper = Drawer()
    write_mp3(tmp_path / "short", Tune(samples, keeper), mp3.Mp3Settings(64, channels=1))
    assert keeper.kept == {}
    monkeypatch.setattr(mp3, "_PIECE_S", 2)
    write_mp3(tmp_path / "a", Tune(samples, keeper), mp3.Mp3Settings(64, channels=1))
    other = Tune(samples, keeper)
    write_mp3(tmp_path / "b", other, mp3.Mp3Settings(96, channels=1))
    assert other.recalled == {}
