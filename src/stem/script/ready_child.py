"""A sandbox that is begun before it is needed, for who shows a text while someone types.

Each still fills in one script and ends; only its beginning, half of the time that takes, is over by then.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from stem.programs import python_main

COMMAND = ("stem.script.sandbox", "-S", "-B")


class _Ready:
    """The child that waits, when one is wanted."""

    lock = threading.Lock()
    wanted = 0
    child: subprocess.Popen[bytes] | None = None


@contextmanager
def kept_ready() -> Iterator[None]:
    """Keep a sandbox ready as long as it lasts."""
    with _Ready.lock:
        _Ready.wanted += 1
    _begin()
    try:
        yield
    finally:
        with _Ready.lock:
            _Ready.wanted -= 1
            child = None if _Ready.wanted else _Ready.child
            _Ready.child = _Ready.child if _Ready.wanted else None
        _end(child)


def answer_of_ready(request: bytes, limit_s: float) -> bytes | None:
    """Return what a sandbox that was ready answers; None when none was.

    Raises:
        TimeoutExpired: when it takes longer; it is gone then.
    """
    with _Ready.lock:
        child, _Ready.child = _Ready.child, None
    if child is None or child.poll() is not None:
        _end(child)
        _begin()
        return None
    try:
        answer, _ = child.communicate(request, limit_s)
    except subprocess.TimeoutExpired:
        _end(child)
        raise
    finally:
        _begin()
    return answer


def _end(child: subprocess.Popen[bytes] | None) -> None:
    """Let nothing be left of a child."""
    if child is None:
        return
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not read yet
                pipe.close()
    child.wait()


def _begin() -> None:
    """Begin one when it is wanted and there is none."""
    with _Ready.lock, suppress(OSError):  # then the next one is begun when it is needed
        if _Ready.wanted and _Ready.child is None:
            _Ready.child = subprocess.Popen(  # noqa: S603 - our own interpreter; see `rendering`
                python_main(*COMMAND),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
