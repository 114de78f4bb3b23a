"""An engine that remembers another engine's clips between runs.

What is remembered is named by a keyed hash: without the secret key of this installation, which lies in the
same private folder, a file's name does not even tell whether a given phrase is among them. Remembering is a
convenience: when the folder cannot be used, everything is simply spoken again.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import os
import secrets
import struct
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np

from stem.audio import Clip
from stem.engines import Engine, Traits
from stem.errors import OutputError
from stem.files import cache_folder, publish, sweep, temporary_beside
from stem.voice import VoiceTemplate

_FORMAT = 1
"""To be raised when entries are laid out, or clips trimmed, in another way."""
_MAGIC = b"stem clip\n"
_KEY_BYTES = 32
_SHAPE = struct.Struct("<II")
_DIGEST_BYTES = hashlib.sha256().digest_size


class CachedEngine:
    """Speaks a phrase with another engine the first time, and from the cache folder ever after.

    Many threads, and several processes, may use one cache folder at once. Within one process the same phrase
    is never spoken twice, also not at the same moment.

    Attributes:
        made: How many clips the engine spoke.
        remembered: How many came from the cache.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._gates: dict[str, threading.Lock] = {}
        self.made = 0
        self.remembered = 0
        self._folder: Path | None = None
        with suppress(OutputError):
            folder = cache_folder("speech")
            self._key = _secret_key(folder / "key")
            self._folder = folder
            sweep(folder)

    @property
    def name(self) -> str:
        """The engine's name."""
        return self._engine.name

    @property
    def version(self) -> str:
        """The engine's version."""
        return self._engine.version

    @property
    def traits(self) -> Traits:
        """The engine's traits."""
        return self._engine.traits

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        """Return the engine's remarks."""
        return self._engine.remarks(phrase, voice)

    def check(self) -> None:
        """Try whether the engine can speak; what it said before does not count."""
        self._engine.check()

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase, or return what was said before; see `engines.Engine`."""
        if self._folder is None:
            return self._make(phrase, voice)
        entry = self._entry_name(phrase, voice)
        with self._lock:
            gate = self._gates.setdefault(entry, threading.Lock())
        with gate:
            clip = _load(self._folder / entry)
            if clip is not None:
                with self._lock:
                    self.remembered += 1
                return clip
            clip = self._make(phrase, voice)
            with suppress(OutputError, OSError):  # a full disk must not fail a track that can be made
                _save(self._folder / entry, clip)
            return clip

    def _make(self, phrase: str, voice: VoiceTemplate) -> Clip:
        clip = self._engine.speak(phrase, voice)
        with self._lock:
            self.made += 1
        return clip

    def _entry_name(self, phrase: str, voice: VoiceTemplate) -> str:
        """Return the keyed hash of everything that decides how the phrase sounds."""
        facts = [
            _FORMAT,
            self.name,
            self.version,
            _voice_identity(voice.voice),
            json.dumps(dict(voice.settings), sort_keys=True, default=str),
            phrase,
        ]
        return hmac.digest(self._key, json.dumps(facts).encode(), "sha256").hex()


def _voice_identity(voice: str) -> str:
    """Return a hash of the content of a voice file, or the name of a voice that is no file."""
    path = Path(voice)
    try:
        status = path.stat() if path.is_absolute() else None
    except OSError:
        status = None  # the engine has the better words for a missing file
    return _file_hash(path, status.st_mtime_ns, status.st_size) if status else voice


@functools.lru_cache(maxsize=32)
def _file_hash(path: Path, _changed_ns: int, _size: int) -> str:
    """Hash a file again only when it changed: a neural voice has 60 MB and a track 80 phrases."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return str(path)


def _secret_key(path: Path) -> bytes:
    """Return the installation's key, made at the first use; of two runs that start at once, one makes it.

    Raises:
        OutputError: when there is none and it cannot be made.
    """
    for overwrite in (False, True):
        key = _read(path)
        if len(key) == _KEY_BYTES:
            return key
        # When it fails, the other run's key is there now; a damaged one is replaced the second time.
        with suppress(OutputError, OSError), temporary_beside(path) as temporary:
            _create_private(temporary, secrets.token_bytes(_KEY_BYTES))
            publish(temporary, path, overwrite=overwrite)
    key = _read(path)
    if len(key) != _KEY_BYTES:
        raise OutputError(path, "the cache's key cannot be kept")
    return key


def _load(path: Path) -> Clip | None:
    """Return the clip in an entry; None when there is none, or one that is damaged or another's (removed)."""
    content = memoryview(_read(path))
    if not content:
        return None
    digest, body = content[len(_MAGIC) :][:_DIGEST_BYTES], content[len(_MAGIC) + _DIGEST_BYTES :]
    if content[: len(_MAGIC)] != _MAGIC or not hmac.compare_digest(digest, _checksum(path, body)):
        with suppress(OSError):
            path.unlink()
        return None
    rate, channels = _SHAPE.unpack_from(body)
    samples = np.frombuffer(body, dtype="<f4", offset=_SHAPE.size).reshape(-1, channels)
    return Clip(samples.astype(np.float32), rate)


def _save(path: Path, clip: Clip) -> None:
    body = _SHAPE.pack(clip.rate, clip.samples.shape[1]) + clip.samples.astype("<f4").tobytes()
    with temporary_beside(path) as temporary:
        _create_private(temporary, _MAGIC + _checksum(path, body) + body)
        temporary.replace(
            path
        )  # without waiting for the disk: an entry lost in a power cut is noticed and made again


def _checksum(path: Path, body: bytes | memoryview) -> bytes:
    """Return a hash over an entry's name and content, so that an entry under a wrong name is noticed too."""
    digest = hashlib.sha256(path.name.encode())
    digest.update(body)
    return digest.digest()


def _read(path: Path) -> bytes:
    """Return the content of a file; nothing when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _create_private(path: Path, content: bytes) -> None:
    """Create a file that only its owner may read.

    Raises:
        OSError: when that fails, or the file exists.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
