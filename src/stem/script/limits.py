"""Little time and memory for the process that fills templates in.

Templates are rendered in a child process that imports this: it uses the standard library only.
"""

from __future__ import annotations

import math
import signal
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from stem.messages import Message

MEMORY_BYTES = 256 * 1024 * 1024
"""Of address space; Python with Jinja takes about 50 MB."""


def limit(seconds: float, fillings: int) -> None:
    """Give this process little time and memory and no files to write, where the system can do that."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise TimeoutError(Message("it takes more than {seconds:g} seconds to fill in", seconds=seconds))

    with suppress(ImportError):  # Windows has none of this; there the parent's clock is the limit
        import resource

        signal.signal(signal.SIGALRM, stop)
        cpu = (math.ceil(seconds) + 1) * fillings
        limits = {"RLIMIT_CPU": cpu, "RLIMIT_AS": MEMORY_BYTES, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
        for name, most in limits.items():
            with suppress(ValueError, OSError, AttributeError):  # macOS refuses some
                resource.setrlimit(getattr(resource, name), (most, most))


def start_clock(seconds: float) -> None:
    """Give one filling its time: an alarm for what Python does, the clock of the processor for the rest."""
    with suppress(ImportError, AttributeError):
        import resource

        signal.setitimer(signal.ITIMER_REAL, seconds)
        used = math.ceil(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) + seconds) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (used if hard < 0 else min(used, hard), hard))
