"""A mix that is mastered in pieces is the one that is mastered as a whole, and measured as one."""

from __future__ import annotations

import gc
import hashlib
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from stem.script.timeline import PlacedUtterance, Timeline
from stem.sound.beds import Bed
from stem.sound.clips import Samples, downmixed, resampled
from stem.sound.limiter import limited
from stem.sound.loudness import Loudness, Meter
from stem.sound.mastering import Master, _hashed
from stem.sound.mixing import Levels, Mix
from stem.sound.pieces import Piece, cut
from stem.sound.true_peak import TruePeak
from stem.units import frames

pytestmark = pytest.mark.usefixtures("kept_beds")

LENGTH_S = 6.6


@pytest.fixture(scope="module")
def mix() -> Mix:
    """Bursts of noise that the limiter has to turn down, one of them across two joins, under a bed."""
    rng = np.random.default_rng(2)
    sounds = {str(n): rng.normal(0, 0.4, (frames(1.4), 1)).astype(np.float32) for n in range(3)}
    spans = [(frames(1.5 + 1.7 * n), frames(2.9 + 1.7 * n)) for n in range(3)]
    said = tuple(PlacedUtterance(name, name, *span) for name, span in zip(sounds, spans, strict=True))
    bed = Bed("noise", (rng.normal(0, 0.05, (frames(3.1), 2)).astype(np.float32),), -30.0)
    return Mix(Timeline(frames(LENGTH_S), said, (), (), ()), sounds.__getitem__, bed, None, Levels())


@pytest.fixture(scope="module")
def whole_of(mix: Mix) -> Callable[[int], list[Samples]]:
    """The blocks of the mix on so many channels, limited as a whole."""

    @cache
    def of(channels: int) -> list[Samples]:
        return list(limited(downmixed(mix.blocks()) if channels == 1 else mix.blocks(), -3.0))

    return of


def in_pieces(master: Master, about_s: float) -> list[Samples]:
    pieces = cut(master.frames, master.unit, round(about_s * master.rate))
    assert len(pieces) > 1
    return [np.concatenate(list(master.blocks(piece))) for piece in pieces]


@pytest.mark.parametrize(("channels", "rate"), [(1, 44_100), (2, 44_100), (2, 48_000), (2, 32_000)])
def test_pieces_are_the_whole(
    mix: Mix, whole_of: Callable[[int], list[Samples]], rate: int, channels: int
) -> None:
    whole = np.concatenate(list(resampled(iter(whole_of(channels)), rate)))
    master = Master(mix, -3.0, channels, rate)
    together = np.concatenate(in_pieces(master, 2.5))
    assert master.frames == len(whole)
    # Two encoders that are given other samples, be it in the last bit of one, err each in its own way.
    np.testing.assert_array_equal(together, whole)


@pytest.mark.parametrize("channels", [1, 2])
def test_pieces_are_measured_as_the_whole(
    mix: Mix, whole_of: Callable[[int], list[Samples]], channels: int
) -> None:
    meter, peak = Meter(channels=channels), TruePeak(channels)
    for block in whole_of(channels):
        meter.add(block)
        peak.add(block)
    master = Master(mix, -3.0, channels)
    in_pieces(master, 2.5)
    whole, pieces = Loudness.of(meter, peak), master.loudness()
    for name in (
        "integrated_lufs",
        "momentary_max_lufs",
        "short_term_max_lufs",
        "range_lu",
        "true_peak_dbtp",
    ):
        assert getattr(pieces, name) == pytest.approx(getattr(whole, name), abs=1e-4), name


def test_what_was_measured_of_a_piece_takes_little_memory(mix: Mix) -> None:
    master = Master(mix, -3.0)
    in_pieces(master, 2.0)  # tables that all share are made
    gc.collect()
    tracemalloc.start()
    try:
        in_pieces(master, 2.0)
        master._sources.clear()
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < len(master._measured) * 10_000  # a meter at work holds 200,000


def test_a_piece_comes_with_what_stands_around_it(mix: Mix) -> None:
    master = Master(mix, -3.0)
    whole = np.concatenate(list(master.blocks(Piece(0, master.frames))))
    unit = master.unit
    around = np.concatenate(list(master.blocks(Piece(150 * unit, 300 * unit), 100 * unit, 50 * unit)))
    np.testing.assert_allclose(around, whole[50 * unit : 350 * unit], atol=2e-6)
    ends = np.concatenate(list(master.blocks(Piece(0, master.frames), 100 * unit, 50 * unit)))
    np.testing.assert_array_equal(ends, whole)


@pytest.mark.parametrize(
    ("length", "sizes"),
    [
        (0, [0]),
        (1, [1]),
        (25, [25]),
        (150, [150]),
        (157, [70, 87]),
        (330, [80] * 3 + [90]),
        (530, [60, 70, 60, 70, 70, 60, 70, 70]),
    ],
)
def test_a_sound_is_cut_by_its_clock(length: int, sizes: list[int]) -> None:
    pieces = cut(length, 10, 104)
    assert [piece.last - piece.first for piece in pieces] == sizes
    assert [piece.first for piece in pieces] == [0, *(piece.last for piece in pieces[:-1])]
    assert pieces[-1].last == length


class Nowhere:
    """Keeps nothing."""

    def recall(self, about: bytes) -> bytes | None:
        return None

    def keep(self, about: bytes, content: bytes) -> None:
        pass


@pytest.mark.parametrize("channels", [1, 2])
def test_what_was_measured_of_a_piece_is_taken_over_exactly(mix: Mix, channels: int) -> None:
    heard, again = (Master(mix, -3.0, channels, 48_000, Nowhere()) for _ in range(2))
    pieces = cut(heard.frames, heard.unit, 3 * 48_000)
    for piece in pieces:
        list(heard.blocks(piece, 100 * heard.unit, 999))
        assert again.source(piece, 100 * heard.unit, 999, again=True) == heard.source(piece)
        again.recall(piece, heard.measures(piece))
    assert (again.loudness(), again.rms_db()) == (heard.loudness(), heard.rms_db())
    assert again.share() == 1.0
    other = Master(mix, -3.5, channels, 48_000, Nowhere())
    quieter = Master(replace(mix, levels=Levels(ducked_lu=21)), -3.0, channels, 48_000, Nowhere())
    sources = {each.source(pieces[0], again=True) for each in (again, other, quieter)}
    assert len(sources) == 3


def test_any_change_of_the_mix_changes_its_hash() -> None:
    rng = np.random.default_rng(4)
    sound = rng.normal(0, 0.1, (3000, 2)).astype(np.float32)
    bits = sound.view(np.uint32)

    def flipped(mask: int, *places: slice | int) -> Samples:
        other = bits.copy()
        other[places] ^= np.uint32(mask)
        return other.view(np.float32)

    every = slice(None)
    changed = [
        sound,
        sound[:-1],
        sound[::-1],
        sound[:, ::-1],
        np.vstack([sound, np.zeros((1, 2), np.float32)]),
    ]
    changed += [flipped(1 << bit, 2999, channel) for bit in range(32) for channel in (0, 1)]
    changed += [flipped(1 << 31, every, ear) for ear in (0, 1, every)]  # upside down
    changed += [flipped(1 << 31, slice(5, 7), ear) for ear in (0, 1, every)]
    hashes = set()
    for each in changed:
        by = hashlib.blake2b()
        assert next(_hashed(iter([each]), by)) is each
        hashes.add(by.digest())
    assert len(hashes) == len(changed)
