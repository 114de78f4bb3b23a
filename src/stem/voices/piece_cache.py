"""Encoded pieces of tracks that are remembered between runs, beside what was spoken; see `export.mp3_kept`.

A name may be heard in them. So each is locked with a key made of the very sound that it holds: only who has
everything that the track is made of can read it, and who forgets that has forgotten the piece.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np

from stem.errors import OutputError
from stem.files import cache_folder
from stem.voices.cache import read_entry, secret_key, write_entry
from stem.voices.cache_folder import KEY_NAME, KIND, LIMIT_BYTES, PIECE, tidy

_DIGEST_BYTES = hashlib.sha256().digest_size


class PieceCache:
    """Keeps pieces: `pieces.Keeper`. When the folder cannot be used, nothing is kept.

    Attributes:
        names: Of the entries of the track that is being made, by which they can be removed.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._folder: Path | None = None
        self._is_tidy = Lock()
        with suppress(OutputError):
            folder = cache_folder(KIND)
            self._key = secret_key(folder / KEY_NAME)
            self._folder = folder

    def recall(self, about: bytes) -> bytes | None:
        """Return what was kept of a piece; None when nothing was, or it is damaged."""
        path = self._path(about)
        if path is None:
            return None
        content = self._locked(read_entry(path), about)
        digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if not content or not hmac.compare_digest(digest, hashlib.sha256(body).digest()):
            return None
        with suppress(OSError):
            os.utime(path)
        self.names.add(path.stem)
        return body

    def keep(self, about: bytes, content: bytes) -> None:
        """Keep what came of a piece, if it can be kept."""
        path = self._path(about)
        if path is None:
            return
        with suppress(OutputError, OSError):  # a full disk must not fail a track that can be made
            write_entry(path, self._locked(hashlib.sha256(content).digest() + content, about))
            self.names.add(path.stem)
        if self._is_tidy.acquire(blocking=False):  # once a track: it adds as little as that
            tidy(path.parent, LIMIT_BYTES)

    def _path(self, about: bytes) -> Path | None:
        if self._folder is None:
            return None
        return self._folder / f"{hmac.digest(self._key, about, 'sha256').hex()}{PIECE}"

    def _locked(self, content: bytes, about: bytes) -> bytes:
        """Return content locked, or locked content as it was: its key is what it is about."""
        stream = hashlib.shake_256(self._key + about).digest(len(content))
        return (np.frombuffer(content, np.uint8) ^ np.frombuffer(stream, np.uint8)).tobytes()
