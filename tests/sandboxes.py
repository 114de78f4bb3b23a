"""The process in which templates are filled in, forked from one that has its imports: 10 ms instead of 100.

It is a process of its own as always, with the limits of the real one. Only its start is another, and that is
the real one in the tests of that, in `test_sandbox` and `test_template`, and in every run of a program.
"""

from __future__ import annotations

import gc
import io
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, cast

_NUMBER = struct.Struct("!q")
_LEAST_S = 0.5
"""Whoever gives less time means the start."""
_MOST, _LARGEST = 1_500, 300_000
"""So many answers are kept, of so many bytes: the same script, filled in with the same, becomes the same.

Those that were asked for last stay: of what a test makes up for once there may be thousands.
"""


class Sandboxes:
    """Stands in for the module `subprocess` in `stem.script.rendering`."""

    PIPE, DEVNULL, TimeoutExpired = subprocess.PIPE, subprocess.DEVNULL, subprocess.TimeoutExpired

    def __init__(self) -> None:
        """Start the process that forks."""
        from stem.programs import python_main

        self._command = python_main("stem.script.sandbox", "-S", "-B")
        self._turn = threading.Lock()
        self._known: dict[bytes, bytes] = {}
        self._begin()

    def _begin(self) -> None:
        from stem.programs import python_main

        self._process = subprocess.Popen(
            python_main("sandboxes", "-S", "-B"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()

    def close(self) -> None:
        """End it."""
        self._process.communicate()

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Fill in a template as the command does."""
        # After these words come the places of modules, which are those of the fork.
        is_usual = command[:6] == self._command[:6] and options["timeout"] >= _LEAST_S
        if not is_usual:
            return subprocess.run(command, **options)  # noqa: PLW1510 - `check` is among them
        asked: bytes = options["input"]
        if (known := self._known.pop(asked, None)) is not None:  # pages ask from several threads
            self._known[asked] = known
            return subprocess.CompletedProcess(command, 0, known)
        with self._turn:
            try:
                code, answer = self._answer(asked, options["timeout"])
            except BaseException:  # a signal's: the next who asks would read what is left of this answer
                self._process.kill()
                self.close()
                self._begin()
                raise
        if code is None:
            raise subprocess.TimeoutExpired(command, options["timeout"])
        if code == 0 and len(asked) + len(answer) <= _LARGEST:
            self._known[asked] = answer
            if len(self._known) > _MOST:
                self._known.pop(next(iter(self._known)), None)
        return subprocess.CompletedProcess(command, code, answer)

    def _answer(self, asked: bytes, timeout_s: float) -> tuple[int | None, bytes]:
        """Return how a sandbox ended and what it answered; None when it took longer."""
        self._write(_NUMBER.pack(len(asked)) + asked)
        child = self._number()
        is_done = select.select([self._answers], [], [], timeout_s)[0]
        if not is_done:
            os.kill(child, signal.SIGKILL)
        code, answer = self._number(), self._read(self._number())
        return code if is_done else None, answer

    def _write(self, content: bytes) -> None:
        while content:
            content = content[os.write(self._requests, content) :]

    def _read(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            content += (more := os.read(self._answers, size - len(content)))
            assert more, "who forks the sandboxes has gone"
        return content

    def _number(self) -> int:
        (number,) = _NUMBER.unpack(self._read(_NUMBER.size))
        return int(number)


def _compile_ours_here() -> Callable[[bytes], None]:
    """Let the forks have the code of stem's own scripts and their parts, compiled here and once.

    That is nine tenths of their work. What tests write is compiled where it always is: in the sandbox.

    Returns:
        What to call before a fork, with its request.
    """
    from stem.script import sandbox

    folder = Path(__file__).resolve().parent.parent / "scripts"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.j2")]
    ours = {text.partition("\n+++\n")[2] or text for text in texts}
    compiled: dict[tuple[str, str, int], Any] = {}

    def ready(request: bytes) -> None:
        asked = json.loads(request)
        environment = sandbox.ScriptEnvironment(asked)
        for name, source in asked["templates"].items():
            key = (source, name, environment.index_of(name))
            body = re.sub(r"\A\{#\n*#\}\n", "", source)  # it stands at its line of the file
            if key not in compiled and body in ours:
                compiled[key] = as_always(environment, source, name, name)

    as_always = sandbox.ScriptEnvironment.compile

    def compile_once(
        environment: Any, source: Any, name: Any = None, filename: Any = None, *rest: Any, **named: Any
    ) -> Any:
        known = compiled.get((source, name, environment.index_of(name)))
        return known or as_always(environment, source, name, filename, *rest, **named)

    cast("Any", sandbox.ScriptEnvironment).compile = compile_once
    return ready


def main() -> None:
    """Fork for each request: its size and itself come in; the process, how it ended and its answer go out."""
    from stem.script import sandbox

    ready = _compile_ours_here()
    gc.freeze()  # what a fork searches, it copies
    while size := sys.stdin.buffer.read(_NUMBER.size):
        request = sys.stdin.buffer.read(*_NUMBER.unpack(size))
        ready(request)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            _be_sandbox(sandbox.main, request, writer)
        os.close(writer)
        _tell(_NUMBER.pack(child))
        with open(reader, "rb") as told:  # noqa: PTH123 - a descriptor
            answer = told.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        _tell(_NUMBER.pack(status) + _NUMBER.pack(len(answer)) + answer)


def _be_sandbox(fill_in: Any, request: bytes, writer: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(writer, 1)
        os.dup2(0, 2)
        os.close(writer)
        sys.stdin = io.TextIOWrapper(io.BytesIO(request))
        fill_in()
        code = 0
    finally:
        os._exit(code)


def _tell(what: bytes) -> None:
    sys.stdout.buffer.write(what)
    sys.stdout.buffer.flush()
