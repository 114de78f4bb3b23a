"""The I/O calls of a process, counted, and something that happens at one of them (see `faultworkshop`).

Python's audit hook sees most I/O calls before they happen, and what it raises is what the caller meets;
write, fsync and sendfile are not audited and have wrappers here.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

_AUDITED = {
    "open": "open",
    "os.rename": "rename",
    "os.link": "link",
    "os.symlink": "link",
    "os.mkdir": "mkdir",
    "os.remove": "unlink",
    "os.rmdir": "rmdir",
    "os.truncate": "truncate",
    "os.chmod": "chmod",
    "os.utime": "utime",
    "os.listdir": "list",
    "os.scandir": "list",
    "fcntl.flock": "lock",
}


ANY, NEVER = 0, -1
"""Instead of the number of a call."""


class Calls:
    """Counts the I/O calls of a process, and strikes at one of them."""

    def __init__(self, folder: Path) -> None:
        self._places = tuple(f"{folder}/{place}" for place in ("output", "cache", "temp"))
        self._folder = str(folder)
        self._strike: Callable[[str], None] | None = None
        self._wanted = 0
        self._busy = threading.Lock()
        self.seen = 0
        self._fsync, self._sendfile = os.fsync, os.sendfile
        sys.addaudithook(self._audited)
        io.open = _open_with(self)  # type: ignore[assignment]
        builtins.open = io.open
        os.fsync = self._flushed  # type: ignore[assignment]
        os.sendfile = self._sent  # type: ignore[assignment]

    def arm(self, call: int, strike: Callable[[str], None]) -> None:
        """Strike at a call from now on."""
        self.seen, self._wanted, self._strike = 0, call, strike

    def disarm(self) -> None:
        """Strike no more, and count nothing."""
        self._strike = None

    def on(self, operation: str, place: object) -> None:
        """Count a call and, when it is the one, strike: what that raises, the caller meets."""
        if self._strike is None:
            return
        name = self._name(place)
        if name is None:
            return
        with self._busy:
            self.seen += 1
            due = self._wanted in {self.seen, ANY}
        if due:
            self._strike(f"{operation} {name}")

    def _name(self, place: object) -> str | None:
        """Return a path as seen from the folder of the run; None when it lies elsewhere."""
        try:
            path = _opened_path(place) if isinstance(place, int) else os.fsdecode(place)  # type: ignore[arg-type]
        except (OSError, TypeError):
            return None
        path = os.path.normpath(Path.cwd() / path)
        return path.removeprefix(self._folder).lstrip("/") if path.startswith(self._places) else None

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._strike is None or event not in _AUDITED:
            return
        place = arguments[0]
        if event == "open" and isinstance(place, int):
            return  # a descriptor gets buffers: no call to the system
        if event in {"os.link", "os.rename"}:
            place = arguments[1]
        if event in {"os.remove", "os.rmdir"} and isinstance(arguments[1], int) and arguments[1] >= 0:
            with contextlib.suppress(OSError):  # relative to an open folder
                place = Path(_opened_path(arguments[1]), os.fsdecode(place))
        self.on(_AUDITED[event], place)

    def _flushed(self, descriptor: int) -> None:
        self.on("fsync", descriptor)
        self._fsync(descriptor)

    def _sent(self, target: int, *rest: Any) -> int:
        self.on("write", target)
        return self._sendfile(target, *rest)


def _opened_path(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def _open_with(calls: Calls) -> Callable[..., IO[Any]]:
    """Return an `open` of which the writes are counted; it is made of the same layers as the real one."""
    real_open = io.open

    class Raw(io.FileIO):
        def write(self, content: Any) -> int:
            calls.on("write", self.fileno())
            return super().write(content)

    def opened(  # noqa: PLR0917 - the real one's signature
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,  # noqa: FBT001, FBT002 - likewise
        opener: Any = None,
    ) -> IO[Any]:
        if not set(mode) & set("wxa+") or buffering in {0, 1}:
            return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered  # type: ignore[no-any-return]
        return io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline)

    return opened
