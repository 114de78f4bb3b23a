"""Work beside other work ends with it, whatever ends that."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from stem.progress import Cancelled, beat, beside


def test_a_signal_while_work_begins_ends_that_too(monkeypatch: pytest.MonkeyPatch) -> None:
    submit, is_stopped = ThreadPoolExecutor.submit, Event()

    def interrupted(pool: ThreadPoolExecutor, work: Callable[[], object]) -> Future[object]:
        submit(pool, work)
        raise KeyboardInterrupt

    def work() -> None:
        latest = time.monotonic() + 20.0
        try:
            while time.monotonic() < latest:
                beat()
                time.sleep(0.01)
        except Cancelled:
            is_stopped.set()
            raise

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt), beside(work):
        pass
    assert is_stopped.is_set()
