"""A web server on the loopback that does its work well, or badly in every way that is asked of it.

    content = {"/voice.onnx": b"..."}
    with FaultServer(in_turn(always(Reply(status=503)), then=published(content))) as server:
        ...  # server.address; afterwards server.requests tells what was asked

An `Answer` makes a `Reply` of a `Request`: the well-behaved one is `published`; faults are plain replies, or
changes of a good one (`spoiled`). What an answer itself gets wrong is raised when the server closes.
"""

from __future__ import annotations

import os
import re
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Literal, Self

HANG_UP = 0
"""As a status: not a word is said."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer, and how badly.

    Attributes:
        status: Of HTTP, or HANG_UP.
        body: What there is to send.
        headers: Besides those about the length, which follow from the other attributes.
        framing: How the end of the body is known: a length, chunks, or the end of the connection.
        length: Content-Length to claim; None for the true one.
        stop_after: Bytes of the body after which the connection ends; None for all of it.
        reset: Whether the connection ends with a reset instead of in peace.
        wait_s: Silence before the first byte of the answer.
        pause_s: Silence after each `piece` bytes of the body.
        piece: Bytes that are sent in one go.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: Literal["length", "chunks", "end"] = "length"
    length: int | None = None
    stop_after: int | None = None
    reset: bool = False
    wait_s: float = 0.0
    pause_s: float = 0.0
    piece: int = 1 << 14


Answer = Callable[[Request], Reply]


def always(reply: Reply) -> Answer:
    """Return an answer that is the same whatever is asked."""
    return lambda _: reply


def in_turn(*answers: Answer, then: Answer) -> Answer:
    """Return an answer that is another one for each request, and `then` when those are used up."""
    turns = chain(answers, repeat(then))
    turn = threading.Lock()

    def answer(request: Request) -> Reply:
        with turn:
            current = next(turns)
        return current(request)

    return answer


def spoiled(answer: Answer, **changes: Any) -> Answer:
    """Return an answer of which the replies differ from those of `answer` in some attributes."""
    return lambda request: replace(answer(request), **changes)


def published(
    content: Mapping[str, bytes],
    *,
    ranges: bool = True,
    etag: Callable[[bytes], str] | None = lambda body: f'"{sha256(body).hexdigest()}"',
    kind: str = "application/octet-stream",
) -> Answer:
    """Return the answer of a good server of files, as RFC 9110 has it.

    Args:
        content: Path -> what is published there.
        ranges: Whether the rest of a file can be asked.
        etag: Makes the mark of a version; None for a server without.
        kind: Of the content.
    """

    def answer(request: Request) -> Reply:
        body = content.get(request.path)
        if body is None:
            return Reply(404, b"not found", {"Content-Type": "text/plain"})
        headers = {"Content-Type": kind} | ({"ETag": etag(body)} if etag else {})
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        same = request.headers.get("if-range") in {None, headers.get("ETag")}
        if not (ranges and asked and same):
            return Reply(200, body, headers)
        start = int(asked[1])
        if start >= len(body):
            return Reply(416, b"", {"Content-Range": f"bytes */{len(body)}"})
        place = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        return Reply(206, body[start:], headers | place)

    return answer


class FaultServer:
    """A server in threads of its own; everything is closed at the end of the `with` block.

    Attributes:
        answer: What it answers; may be changed while it runs.
        requests: What was asked so far, in order.
        address: Its web address, without a slash at the end.
        problems: What an answer raised.
    """

    def __init__(self, answer: Answer, certificate: Path | None = None) -> None:
        """Make a server.

        Args:
            answer: What to answer.
            certificate: PEM file with a certificate for 127.0.0.1 and its key, for https.
        """
        self.answer = answer
        self.requests: list[Request] = []
        self.problems: list[BaseException] = []
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.address = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()  # waits for the threads of the requests
        if self.problems and kind is None:
            raise self.problems[0]

    def asked(self, path: str) -> list[Request]:
        """Return the requests for a path."""
        return [request for request in self.requests if request.path == path]

    def wait(self, time_s: float) -> None:
        """Be silent, but not after the end."""
        if time_s:
            self._stopping.wait(time_s)


@contextmanager
def refusing() -> Iterator[str]:
    """Lend an address at which connections are refused."""
    with FaultServer(always(Reply(404))) as server:
        address = server.address
    yield address


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for them
    owner: FaultServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what is our own mistake; that clients go away is their right."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.owner.problems.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds, of a client that asks nothing

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        owner.requests.append(request)
        self.close_connection = True  # one request a connection: nothing of one reply gets into the next
        reply = owner.answer(request)
        owner.wait(reply.wait_s)
        if reply.status != HANG_UP:
            self._head(reply)
            if self.command != "HEAD":
                self._body(reply, owner)
        if reply.reset:
            self._reset()

    do_POST = do_HEAD = do_GET  # noqa: N815 - the library's names

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.framing == "length":
            length = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
        elif reply.framing == "chunks":
            self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()

    def _body(self, reply: Reply, owner: FaultServer) -> None:
        sent = reply.body if reply.stop_after is None else reply.body[: reply.stop_after]
        for start in range(0, len(sent), reply.piece):
            piece = sent[start : start + reply.piece]
            if reply.framing == "chunks":
                piece = b"%x\r\n%b\r\n" % (len(piece), piece)
            self.wfile.write(piece)
            owner.wait(reply.pause_s)
        if reply.framing == "chunks" and reply.stop_after is None:
            self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        """End with a reset: no lingering, and no polite end before it (which closing would send)."""
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            os.close(self.connection.detach())

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""
