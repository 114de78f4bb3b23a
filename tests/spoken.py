"""What is made again and again, kept for all processes of a test run: phrases of espeak, and drawn covers.

The same is made of the same, as `test_espeak` and `test_cover` prove.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from stem.export.mp3 import Mp3Settings
from stem.voices.engines import espeak, espeak_worker

FOLDER = "STEM_TEST_KEPT"
"""Where it is; a program that is begun without it makes everything anew."""
QUICK = "STEM_TEST_QUICK_MP3"
"""Set it, and an MP3 is encoded in half the time: for tests that are not about how it sounds."""
_MOST = 1_000
"""So many are kept by a process, of 100 kB each."""

_numbers = count()


class Spoken:
    """Stands in for `stem.voices.engines.espeak._run`."""

    def __init__(self) -> None:
        """Have the real one."""
        self._library = str(espeak._library())
        self.anew = espeak._run

    def __call__(self, command: list[str], text: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
        """Say a phrase, or what was said to the same with the same voice."""
        if self._library not in command or str(Path(self._library).parent) not in command:
            return self.anew(command, text, folder)
        path = _path("espeak", command, text, (folder / espeak_worker.VOICE).read_bytes())
        if (known := _read(path)) is not None:
            return subprocess.CompletedProcess(command, 0, known, b"")
        answer = self.anew(command, text, folder)
        if answer.returncode == 0 and not answer.stderr:
            _keep(path, answer.stdout)
        return answer


def drawn_once(draw: Callable[[str, str | None], bytes]) -> Callable[..., bytes]:
    """Return what stands in for `stem.track.labels.generated`."""

    def drawn(title: str, seed_text: str | None = None) -> bytes:
        path = _path("cover", title, seed_text)
        known = _read(path)
        if known is None:
            known = draw(title, seed_text)
            _keep(path, known)
        return known

    return drawn


def quicker(encoder: Callable[[Mp3Settings, int], Any]) -> Callable[[Mp3Settings, int], Any]:
    """Return what stands in for `stem.export.mp3._lame`: LAME in half its time, where `QUICK` is set.

    It then looks for less to leave out; frames, sizes and all that is measured before it are as always.
    """

    def made(settings: Mp3Settings, rate: int) -> Any:
        is_usual = QUICK in os.environ and settings.quality == Mp3Settings().quality
        return encoder(replace(settings, quality=7) if is_usual else settings, rate)

    return made


def _path(*asked: object) -> Path | None:
    folder = os.environ.get(FOLDER)
    return Path(folder) / hashlib.sha256(repr(asked).encode()).hexdigest() if folder else None


def _read(path: Path | None) -> bytes | None:
    with suppress(OSError):
        return path.read_bytes() if path else None
    return None


def _keep(path: Path | None, content: bytes) -> None:
    number = next(_numbers)
    if path is None or number >= _MOST:
        return
    begun = path.with_suffix(f".{os.getpid()}-{number}")
    with suppress(OSError):
        begun.write_bytes(content)
        begun.replace(path)
