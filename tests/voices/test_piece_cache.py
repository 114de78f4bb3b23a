"""Encoded pieces are found again by what they are about, and nobody else can read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem.files import cache_folder
from stem.voices.cache_folder import clear_speech_cache, forget_entries, speech_cache
from stem.voices.piece_cache import PieceCache

MUSIC = b"what is heard, a name perhaps " * 40


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def entries() -> list[Path]:
    return sorted(cache_folder("speech").glob("*.piece"))


def test_what_is_kept_is_found_locked_and_forgotten() -> None:
    cache = PieceCache()
    cache.keep(b"one", MUSIC)
    cache.keep(b"other", b"")
    assert PieceCache().recall(b"one") == MUSIC
    assert PieceCache().recall(b"other") == b""
    assert PieceCache().recall(b"another") is None
    assert cache.names == {path.stem for path in entries()}
    stored = b"".join(path.read_bytes() for path in entries())
    assert MUSIC[:16] not in stored
    assert b"one" not in stored
    assert {path.stat().st_mode & 0o077 for path in entries()} == {0}
    assert (speech_cache().entries, speech_cache().bytes) == (
        0,
        len(stored),
    )  # no phrases, but they take space
    assert forget_entries(cache.names) == (0, 0)
    assert entries() == []


def test_what_is_damaged_or_of_another_key_is_not_believed() -> None:
    cache = PieceCache()
    cache.keep(b"one", MUSIC)
    (path,) = entries()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert cache.recall(b"one") is None
    path.write_bytes(b"")
    assert cache.recall(b"one") is None
    cache.keep(b"one", MUSIC)
    clear_speech_cache()
    assert PieceCache().recall(b"one") is None


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    cache = PieceCache()
    cache.keep(b"one", MUSIC)
    assert cache.recall(b"one") is None
    assert cache.names == set()
