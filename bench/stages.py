"""Run a command of stem in this process and print, as JSON, the processor time that each stage of it takes.

    python bench/stages.py make SCRIPT

Pieces are worked on by several threads: the time is that of all of them together.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import takewhile
from operator import attrgetter
from typing import Any

from stem.cli import run
from stem.export import mp3

STAGES = (
    ("cached speech", "stem.voices.cache", "CachedEngine.speak"),
    ("resampling", "stem.voices.takes", "conform"),
    ("voice chain", "stem.voices.takes", "apply_chain"),
    ("bed", "stem.sound.beds", "Bed.read"),
    ("mix", "stem.sound.mixing", "Mix._blocks"),
    ("limiter", "stem.sound.mastering", "limited"),
    ("loudness", "stem.sound.loudness", "Meter.add"),
    ("true peak", "stem.sound.loudness", "TruePeak.add"),
    ("dither", "stem.export.mp3", "Quantizer.__call__"),
    ("file", "stem.export.mp3", "_Mp3File.append"),
    ("tags", "stem.track.make", "tag"),
)
"""What is timed in a run: the name of a stage, a module, and a function or a generator of it."""


class Stopwatch:
    """Processor time by stage; what a stage calls is that stage's no more when it is a stage itself."""

    def __init__(self) -> None:
        self.taken_s: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._here = threading.local()

    def timed(self, stage: str, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call and add the time of this thread to the stage."""
        outer_s: float = getattr(self._here, "inner_s", 0.0)
        self._here.inner_s = 0.0
        started = time.thread_time()
        try:
            return call(*arguments, **named)
        finally:
            taken_s = time.thread_time() - started
            with self._lock:
                self.taken_s[stage] += taken_s - self._here.inner_s
            self._here.inner_s = outer_s + taken_s

    def wrapped(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time taken; of a generator, that of every step."""
        end = object()

        def steps(generator: Iterator[Any]) -> Iterator[Any]:
            asked = (self.timed(stage, next, generator, end) for _ in iter(int, 1))
            return takewhile(lambda step: step is not end, asked)

        @wraps(function)
        def wrapper(*arguments: Any, **named: Any) -> Any:
            result = self.timed(stage, function, *arguments, **named)
            return steps(result) if isinstance(result, Iterator) else result

        return wrapper


class TimedLame:
    """LAME with its time taken."""

    def __init__(self, lame: Any, watch: Stopwatch) -> None:
        self._lame, self._watch = lame, watch

    def encode(self, pcm: bytes) -> Any:
        """Encode."""
        return self._watch.timed("LAME", self._lame.encode, pcm)

    def flush(self) -> Any:
        """Finish."""
        return self._watch.timed("LAME", self._lame.flush)


def main(command: list[str]) -> None:
    """Run the command with a stopwatch in every stage."""
    watch = Stopwatch()
    for stage, module_name, path in STAGES:
        module = importlib.import_module(module_name)
        owner, _, name = path.rpartition(".")
        holder = attrgetter(owner)(module) if owner else module
        setattr(holder, name, watch.wrapped(stage, getattr(holder, name)))
    mp3._lame_version()  # noqa: SLF001 - asks a LAME of its own, once: not the one that is timed
    make_lame = mp3._lame  # noqa: SLF001 - LAME's own class cannot be wrapped
    mp3._lame = lambda *settings: TimedLame(make_lame(*settings), watch)  # noqa: SLF001
    if run(command):
        raise SystemExit(f"{command} failed")
    rest_s = time.process_time() - sum(watch.taken_s.values())
    print(json.dumps({**watch.taken_s, "imports, the rest": rest_s}))


if __name__ == "__main__":
    main(sys.argv[1:])
