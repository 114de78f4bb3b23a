"""The workers of batches, forked from a process that has their imports: 20 ms instead of 1.5 s.

They are processes of their own as always, in the surroundings that their parent has when it begins them. Only
their start is another, and that is the real one in `test_batch_executor` and in every run of a program.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.context import ForkServerProcess

IMPORTS = (
    *("stem.practice.batch.worker", "stem.export.mp3", "stem.voices.engines.espeak"),
    *("stem.voices.engines.command", "stem.track.make", "stem.record.produce"),
    *("scipy.linalg", "scipy.ndimage", "scipy.signal"),
    *("mutagen.id3", "PIL.ImageFont", "pydub", "lameenc", "soxr"),
)
"""What a track needs."""


def preload() -> None:
    """Let who forks the workers import that, once it is started."""
    multiprocessing.set_forkserver_preload(list(IMPORTS))


class Worker(ForkServerProcess):
    """Stands in for `SpawnProcess` in `stem.practice.batch.executor`."""

    def start(self) -> None:
        """Begin it, in the surroundings of now."""
        self._surroundings = dict(os.environ)
        super().start()

    def run(self) -> None:
        """Do its work."""
        os.environ.clear()  # those in which the first of all was begun
        os.environ.update(self._surroundings)
        super().run()
