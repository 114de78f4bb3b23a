"""The server ends in order, whatever its threads are doing."""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from waitress.trigger import trigger

from stem.web.server import bound, served

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


@pytest.mark.skipif(os.name == "nt", reason="pulls over a socket there")
def test_a_thread_that_answers_while_the_server_ends_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both pull the same trigger; the server may run what it is told to do before who told it has pulled."""
    came, answers, in_time = threading.Event(), threading.Event(), time.monotonic() + 20.0
    here, pulls = threading.current_thread(), list[int]()

    def app(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        came.set()
        answers.wait(20.0)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"in"]

    def pull(self: trigger) -> None:
        if threading.current_thread() is here:
            answers.set()  # its thread pulls, so that the server wakes and does what it was told here
            while self.thunks and time.monotonic() < in_time:
                time.sleep(0.001)
        pulls.append(os.write(self.trigger, b"x"))

    monkeypatch.setattr(trigger, "_physical_pull", pull)
    listening = bound(0)
    address = listening.getsockname()
    with socket.create_connection(address) as client:
        with served(app, listening):
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert came.wait(20.0)
        assert len(pulls) >= 2
        assert not [each.name for each in threading.enumerate() if each.name == "stem-server"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
