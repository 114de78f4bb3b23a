"""An engine that remembers another engine's clips between runs, and what was noted about them.

What is remembered is named by a keyed hash: without the secret key of this installation, which lies in the
same private folder, a file's name does not even tell whether a given phrase is among them. Remembering is a
convenience: when the folder cannot be used, everything is simply spoken again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import struct
import threading
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np

from stem.errors import OutputError
from stem.files import (
    cache_folder,
    create_private,
    lock,
    sweep,
    temporary_beside,
    write_whole,
)
from stem.messages import Message
from stem.sound.clips import Clip
from stem.voices.cache_folder import (
    KEY_NAME,
    KIND,
    LIMIT_BYTES,
    LOCKS,
    NOTES,
    TIDY_EVERY,
    CacheReport,
    clear_speech_cache,
    forget_entries,
    is_file,
    speech_cache,
    tidy,
)
from stem.voices.content import content_hash
from stem.voices.engines import Engine, files_of
from stem.voices.template import VoiceTemplate

__all__ = [
    "LIMIT_BYTES",
    "CacheReport",
    "CachedEngine",
    "clear_speech_cache",
    "forget_entries",
    "speech_cache",
]

_FORMAT = 1
"""To be raised when entries are laid out, or clips trimmed, in another way."""
_MAGIC = b"stem clip\n"
_NOTE_MAGIC = b"stem note\n"
_KEY_BYTES = 32
_SHAPE = struct.Struct("<II")
_DIGEST_BYTES = hashlib.sha256().digest_size
_HEAD_BYTES = len(_MAGIC) + _DIGEST_BYTES
_NOTE_HEAD_BYTES = len(_NOTE_MAGIC) + _DIGEST_BYTES

_SHARD_DIGITS = 2
"""Of an entry's name: 256 locks, so that two of eight phrases made at once rarely (1 in 10) wait in vain."""
_PATIENCE_S = 180.0
"""Longer than a phrase takes, online and tried again. A run that Ctrl-Z stopped holds its locks for days."""


class CachedEngine:
    """Speaks a phrase with another engine the first time, and from the cache folder ever after.

    Many threads, and several processes, may use one cache folder at once: the same phrase is made once.

    Attributes:
        made: How many clips the engine spoke.
        remembered: How many came from the cache.
    """

    def __init__(self, engine: Engine, limit_bytes: int = LIMIT_BYTES) -> None:
        self._engine = engine
        self._limit_bytes = limit_bytes
        self._until_tidy = 0  # bytes that may still be written before that
        self._counting = threading.Lock()
        self.made = 0
        self.remembered = 0
        self._folder: Path | None = None
        with suppress(OutputError):
            folder = cache_folder(KIND)
            sweep(folder)  # also when this run will make nothing
            self._key = secret_key(folder / KEY_NAME)
            self._folder = folder

    def missing(self, phrases: Iterable[str], voice: VoiceTemplate) -> tuple[str, ...]:
        """Return the phrases that the engine would be asked for, each once, in their order.

        Only names are looked at: a damaged entry is noticed when it is read.
        """
        unique = dict.fromkeys(phrases)
        folder = self._folder
        if folder is None:
            return tuple(unique)
        return tuple(phrase for phrase in unique if not is_file(folder / self._entry_name(phrase, voice)))

    def entry_names(self, phrases: Iterable[str], voice: VoiceTemplate) -> tuple[str, ...]:
        """Return under which names phrases are remembered, or would be; from these no phrase can be told."""
        return () if self._folder is None else tuple(self._entry_name(each, voice) for each in phrases)

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        """Say one phrase, or return what was said before; see `engines.Engine`."""
        if self._folder is None:
            return self._make(phrase, voice)
        path = self._folder / self._entry_name(phrase, voice)
        clip = self._recall(path)
        return clip if clip is not None else self._make_once(path, phrase, voice)

    def note(self, phrase: str, voice: VoiceTemplate, about: str, kind: str = NOTES[0]) -> bytes | None:
        """Return what someone noted about a phrase's clip; None when the clip is not there, or another one.

        The clip itself is not read: it may turn out to be damaged, and is then made again when it is spoken.

        Args:
            phrase: As in `engines.Engine.speak`.
            voice: Likewise.
            about: All else that the note depends on; a note about anything else is none.
            kind: One of `NOTES`.
        """
        if self._folder is None:
            return None
        clip_path = self._folder / self._entry_name(phrase, voice)
        path = clip_path.with_name(clip_path.name + kind)
        content = read_entry(path)
        note = memoryview(content)[_NOTE_HEAD_BYTES:]
        if not content or content[:_NOTE_HEAD_BYTES] != _note_head(path, clip_path, about, note):
            return None
        for used in (path, clip_path):
            with suppress(OSError):
                os.utime(used)
        return bytes(note)

    def keep_note(
        self, phrase: str, voice: VoiceTemplate, about: str, note: bytes, kind: str = NOTES[0]
    ) -> None:
        """Note something about a phrase's clip, in place of what was noted before; if it can be kept."""
        if self._folder is None:
            return
        clip_path = self._folder / self._entry_name(phrase, voice)
        path = clip_path.with_name(clip_path.name + kind)
        if head := _note_head(path, clip_path, about, note):
            with suppress(OutputError, OSError):
                write_entry(path, head + note)
            self._tidy_at_times(path.parent, len(note))

    def _recall(self, path: Path) -> Clip | None:
        clip = _load(path)
        if clip is not None:
            with suppress(OSError):  # where nothing can be written, nothing is removed either
                os.utime(path)
            with self._counting:
                self.remembered += 1
        return clip

    def _make_once(self, path: Path, phrase: str, voice: VoiceTemplate) -> Clip:
        """Speak a phrase and keep it, unless another thread or process has done so before our turn."""
        with ExitStack() as turn:
            with suppress(OutputError):  # a phrase that is made twice is better than one that is not made
                turn.enter_context(lock(path.parent / LOCKS / path.name[:_SHARD_DIGITS], _PATIENCE_S))
            clip = self._recall(path)
            if clip is not None:
                return clip
            with suppress(OSError):
                path.unlink()  # a damaged one: should the engine fail now, the phrase is rightly missing
            clip = self._make(phrase, voice)
            with suppress(OutputError, OSError):  # a full disk must not fail a track that can be made
                _save(path, clip)
        self._tidy_at_times(path.parent, clip.samples.nbytes)
        return clip

    def _make(self, phrase: str, voice: VoiceTemplate) -> Clip:
        clip = self._engine.speak(phrase, voice)
        with self._counting:
            self.made += 1
        return clip

    def _tidy_at_times(self, folder: Path, added_bytes: int) -> None:
        """Tidy at the first entry of a run, and whenever much was added: to list 9,000 files takes time."""
        with self._counting:
            self._until_tidy -= added_bytes
            if self._until_tidy > 0:
                return
            self._until_tidy = int(self._limit_bytes * TIDY_EVERY)
        tidy(folder, self._limit_bytes)

    def _entry_name(self, phrase: str, voice: VoiceTemplate) -> str:
        """Return the keyed hash of everything that decides how the engine says the phrase.

        What is done to its sound afterwards is no part of it: an online voice is not asked again for another
        speed that is ours to make.
        """
        traits = self._engine.traits
        facts = [
            _FORMAT,
            self._engine.name,
            self._engine.version,
            self._files_identity(voice),
            json.dumps(dict(voice.settings), sort_keys=True, default=str),
            _beside(voice),
            float(voice.speed) if traits.speed else None,
            float(voice.pitch) if traits.pitch else None,
            phrase,
        ]
        return hmac.digest(self._key, json.dumps(facts).encode(), "sha256").hex()

    def _files_identity(self, voice: VoiceTemplate) -> str:
        """Return hashes of the content of a voice's files, or the name of a voice that has none."""
        paths = files_of(self._engine, voice)
        if not paths:
            return voice.voice
        first, *rest = map(content_hash, paths)
        return f"{first or voice.voice} {' '.join(rest)}"


def _beside(voice: VoiceTemplate) -> list[str]:
    """Return hashes of the files beside the voice template that its settings name: a program, a model."""
    values = (
        each for value in voice.settings.values() for each in (value if isinstance(value, list) else [value])
    )
    names = [value for value in values if isinstance(value, str) and value and not Path(value).is_absolute()]
    return [content_hash(voice.path.parent / name) for name in names]


def secret_key(path: Path) -> bytes:
    """Return the installation's key, made at the first use; of two runs that start at once, one makes it.

    Raises:
        OutputError: when there is none and it cannot be made.
    """
    for overwrite in (False, True):
        key = read_entry(path)
        if len(key) == _KEY_BYTES:
            return key
        # When it fails, the other run's key is there now; a damaged one is replaced the second time.
        with suppress(OutputError):
            write_whole(path, secrets.token_bytes(_KEY_BYTES), overwrite=overwrite, private=True)
    key = read_entry(path)
    if len(key) != _KEY_BYTES:
        raise OutputError(path, Message("the cache's key cannot be kept"))
    return key


def _load(path: Path) -> Clip | None:
    """Return the clip in an entry; None when there is none, or one that is damaged or another's."""
    content = memoryview(read_entry(path))
    if not content:
        return None
    digest, body = content[len(_MAGIC) :][:_DIGEST_BYTES], content[len(_MAGIC) + _DIGEST_BYTES :]
    if content[: len(_MAGIC)] != _MAGIC or not hmac.compare_digest(digest, _checksum(path, body)):
        return None
    rate, channels = _SHAPE.unpack_from(body)
    samples = np.frombuffer(body, dtype="<f4", offset=_SHAPE.size).reshape(-1, channels)
    return Clip(samples.astype(np.float32), rate)


def _save(path: Path, clip: Clip) -> None:
    body = _SHAPE.pack(clip.rate, clip.samples.shape[1]) + clip.samples.astype("<f4").tobytes()
    write_entry(path, _MAGIC + _checksum(path, body) + body)


def write_entry(path: Path, content: bytes) -> None:
    """Give an entry its content, in one step; an OSError comes out as it is."""
    with temporary_beside(path) as temporary:
        create_private(temporary, content)
        # Without waiting for the disk: an entry that a power cut tears is noticed and made again.
        temporary.replace(path)


def _note_head(path: Path, clip_path: Path, about: str, note: bytes | memoryview) -> bytes:
    """Return what a note begins with: its checksum holds that of its clip; nothing when there is no clip."""
    head = read_entry(clip_path, _HEAD_BYTES)
    if head[: len(_MAGIC)] != _MAGIC:
        return b""
    about_clip = head + hashlib.sha256(about.encode()).digest()
    return _NOTE_MAGIC + _checksum(path, about_clip, note)


def _checksum(path: Path, *bodies: bytes | memoryview) -> bytes:
    """Return a hash over an entry's name and content, so that an entry under a wrong name is noticed too."""
    digest = hashlib.sha256(path.name.encode())
    for body in bodies:
        digest.update(body)
    return digest.digest()


def read_entry(path: Path, most: int = -1) -> bytes:
    """Return the content of a file, or its first bytes.

    Nothing when it cannot be read, or is a link, a folder or a pipe.
    """
    try:
        if not is_file(path):
            return b""
        with path.open("rb", buffering=0) as file:
            return file.read(most)
    except OSError:
        return b""
