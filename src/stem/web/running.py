"""Which folders have a page that is open: who opens one again is shown the first.

Each has a lock, which ends with its process however that ends, and beside it a file with the port and a
secret by which another `stem open` of the same user asks for a link of its own.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stem.errors import StemError
from stem.files import cache_folder, lock, write_whole
from stem.messages import Message
from stem.web.gate import LINK, OPEN
from stem.web.passes import Passes
from stem.web.server import ADDRESS

_PATIENCE_S = 5.0
_ANSWER_S = 5.0
_LONGEST_LINK = 200


@contextmanager
def alone(folder: Path | None) -> Iterator[None]:
    """Be the only one that has the page of a folder open; None is that of who has no folder yet.

    Raises:
        BusyError: when another has.
        OutputError: when nothing can be locked.
    """
    with lock(_path(folder), patience_s=0):
        yield


@contextmanager
def told(folder: Path | None, port: int, secret: str) -> Iterator[None]:
    """Let other programs of this user know where the page of a folder is."""
    path = _path(folder).with_suffix(".json")
    before = os.umask(0o077)
    try:
        write_whole(path, json.dumps({"port": port, "secret": secret}).encode())
    finally:
        os.umask(before)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def link_of_running(folder: Path | None) -> str:
    """Return a new link to the page of a folder that is open.

    Raises:
        StemError: when it does not answer.
    """
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:  # it may have come to life just now, or be about to end
            return _asked(_path(folder).with_suffix(".json"))
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            if time.monotonic() > until:
                sentence = Message("The page of this folder is open already, and does not answer.")
                hint = Message("Close the window in which it was opened, then {try_again}.")
                raise StemError(sentence, hint=hint) from error
            time.sleep(0.1)


def _asked(path: Path) -> str:
    found = json.loads(path.read_bytes())
    port = int(found["port"])
    cookie = Passes(port).cookie_header(str(found["secret"]))
    talk = http.client.HTTPConnection(ADDRESS, port, timeout=_ANSWER_S)
    try:
        talk.request("POST", LINK, headers={"Cookie": cookie, "Origin": f"http://{ADDRESS}:{port}"})
        answer = talk.getresponse()
        token = answer.read(_LONGEST_LINK).decode("ascii")
    finally:
        talk.close()
    if answer.status != http.client.OK:
        raise ValueError(answer.status)
    return link(port, token)


def link(port: int, token: str) -> str:
    """Return the address that opens the page."""
    return f"http://{ADDRESS}:{port}{OPEN}{token}"


def _path(folder: Path | None) -> Path:
    name = b"" if folder is None else os.fsencode(folder.resolve())
    return cache_folder("open") / hashlib.sha256(name).hexdigest()[:32]
