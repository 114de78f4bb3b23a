"""What LAME made of a sound, kept for the next test: it makes the same of the same, as `test_mp3` proves.

A third of the work of tests that make tracks is that of LAME, and many make the same, or begin alike.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

FOLDER = "STEM_TEST_ENCODED"
"""The folder of what was made, for all processes of a test run that have this in their environment."""


class Answers(Protocol):
    """What was answered, by what was asked; a dict is one."""

    def get(self, key: bytes, /) -> bytes | None:
        """Return an answer, if there is one."""

    def __setitem__(self, key: bytes, answer: bytes, /) -> None:
        """Keep an answer."""


class Kept:
    """Answers in the folder of the test run: none where there is no such folder, or no room."""

    def get(self, key: bytes) -> bytes | None:
        """Return an answer, if there is one."""
        with suppress(KeyError, OSError):
            return Path(os.environ[FOLDER], key.hex()).read_bytes()
        return None

    def __setitem__(self, key: bytes, answer: bytes) -> None:
        """Keep an answer: it is there whole or not at all."""
        with suppress(KeyError, OSError):
            path = Path(os.environ[FOLDER], key.hex())
            half = path.with_suffix(f".{secrets.token_hex(4)}")
            try:
                if half.write_bytes(answer) == len(answer):
                    half.replace(path)
            finally:
                half.unlink(missing_ok=True)


class Lame:
    """An encoder that is asked only for what came of no sound before."""

    def __init__(self, make: Callable[..., Any], answers: Answers, *settings: Any) -> None:
        """Begin one with settings; `make` makes the real one."""
        self._make, self._settings, self._answers = make, settings, answers
        self._real: Any = None
        self._given = hashlib.sha256(repr(settings).encode()).digest()
        self._to_tell: list[bytes] = []

    def encode(self, sound: bytes) -> bytes:
        """Return what comes of a sound after all before it."""
        self._given = hashlib.sha256(self._given + sound).digest()
        self._to_tell.append(sound)
        answer = self._answers.get(self._given)
        if answer is None:
            self._answers[self._given] = answer = self._told()
        return answer

    def flush(self) -> bytes:
        """Return what comes at the end."""
        end = hashlib.sha256(self._given + b"end").digest()
        answer = self._answers.get(end)
        if answer is None:
            self._told()
            self._answers[end] = answer = bytes(self._real.flush())
        return answer

    def _told(self) -> bytes:
        """Give the real one all that it does not have, and return what it makes of the last."""
        if self._real is None:
            self._real = self._make(*self._settings)
        answer, told, self._to_tell = b"", self._to_tell, []
        for each in told:
            answer = bytes(self._real.encode(each))
        return answer
