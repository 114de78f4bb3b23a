"""What espeak said, kept for the next test: it says the same to the same, as `test_espeak` proves."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from stem.voices.engines import espeak, espeak_worker

_MOST = 400
"""Phrases, of 100 kB each."""


class Spoken:
    """Stands in for the module `subprocess` in `stem.voices.engines.espeak`."""

    TimeoutExpired, CompletedProcess = subprocess.TimeoutExpired, subprocess.CompletedProcess

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._library = str(espeak._library())
        self._answers: dict[tuple[Any, ...], subprocess.CompletedProcess[bytes]] = {}

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Say a phrase, or what was said to the same with the same voice."""
        if self._library not in command or str(Path(self._library).parent) not in command:
            return subprocess.run(command, **options)  # noqa: PLW1510 - `check` is among them
        voice = (Path(options["cwd"]) / espeak_worker.VOICE).read_bytes()
        asked = (tuple(command), options["input"], voice)
        if asked not in self._answers:
            answer = subprocess.run(command, **options)  # noqa: PLW1510 - likewise
            if answer.returncode != 0 or answer.stderr or len(self._answers) >= _MOST:
                return answer
            self._answers[asked] = answer
        return self._answers[asked]
