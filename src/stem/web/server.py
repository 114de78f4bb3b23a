"""The server: a socket on this machine alone, and a few threads that answer what comes through the gate."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import waitress

from stem.errors import StemError, UsageError
from stem.messages import Message

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

ADDRESS = "127.0.0.1"
"""There is no option for another one."""

PORT = 7836
"""S-T-E-M on a telephone; the next ones are tried too, so that bookmarks and leave for a microphone last."""

_MORE_PORTS = 10
_THREADS = 6
_LARGEST_BODY = 201_000_000
"""Bytes: of one long recording; every page has its own limit within that."""
_LARGEST_HEAD = 16_384
_IN_MEMORY = 21_000_000
"""Bytes of a request or an answer that never go to a file meanwhile: forms hold names, and so do lists."""

_END_S = 5.0


def bound(port: int | None = None) -> socket.socket:
    """Return a socket that listens on this machine: at a port, or at the usual one or a free one near it.

    Raises:
        UsageError: when that port is taken.
        StemError: when none can be had.
    """
    wanted = [port] if port is not None else [*range(PORT, PORT + _MORE_PORTS), 0]
    for each in wanted:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if sys.platform == "win32":  # else another program could take the same port
                made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:  # what lingers of an earlier run keeps no port
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((ADDRESS, each))
            made.listen(64)
        except OSError:
            made.close()
        else:
            return made
    if port:
        sentence = Message("Port {port} is taken by another program.", port=port)
        raise UsageError(sentence, hint=Message("Leave out the port, or choose another."))
    raise StemError(Message("No port can be had on this machine."))


@contextmanager
def served(app: WSGIApplication, listening: socket.socket) -> Iterator[None]:
    """Answer requests as long as it lasts, in threads of their own.

    What goes wrong inside the server is told nowhere: its lines could hold an address or a value.
    """
    logger = logging.getLogger("waitress")
    logger.handlers, logger.propagate = [logging.NullHandler()], False
    server = waitress.create_server(
        app,
        sockets=[listening],
        threads=_THREADS,
        max_request_body_size=_LARGEST_BODY,
        max_request_header_size=_LARGEST_HEAD,
        inbuf_overflow=_IN_MEMORY,
        outbuf_overflow=_IN_MEMORY,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    thread = threading.Thread(target=server.run, name="stem-server", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # By the server's own thread: a socket that is closed under its feet is an error there.
        server.trigger.pull_trigger(lambda: _end(server))
        thread.join(_END_S)
        listening.close()
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=_END_S)
        if not server.task_dispatcher.threads:  # who still answers would pull at whatever has its number then
            server.trigger.close()


def _end(server: Any) -> None:
    """Close what came in, and leave nothing to look at: that is when its loop ends."""
    server.asyncore.close_all(dict(server.active_channels), ignore_all=True)
    server._map.clear()  # noqa: SLF001 - it has no other way to end but a signal
