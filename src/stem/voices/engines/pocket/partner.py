"""Our end of a worker: it is started when it is first needed, watched, and ended with who uses it."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from stem.errors import ConfigError, EngineUnavailable, StemError, SynthesisError
from stem.messages import Message
from stem.programs import places, python
from stem.progress import apart
from stem.sound.clips import Clip
from stem.voices.engines.pocket import worker

NAME = "pocket"
AGAIN = Message("Install it again: pip install --force-reinstall 'stem-meditatie[pocket]'")
_GET_AGAIN = Message("Get the voice's files again.")
_MAKE_AGAIN = Message(
    "Get the voice's files again. One of your own is to be made again too, with the model that speaks."
)
_MEMORY = Message("Close other programs, or choose another voice.")

_LOADING_S = 180.0
_SAYING_S = 180.0
_ENDING_S = 5.0
_RATES = (8000, 192_000)
_MOST_SAMPLES = 600 * 192_000
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""Sums of more threads are added in another order, and are another sound in the last bit."""


class _StoppedError(Exception):
    """The worker is no more; its text says why."""


class Partner:
    """A network in a process of its own. It says one phrase at a time; who else asks waits.

    Args:
        file: The network's; see `worker.Network`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._paths: dict[str, str] = {}
        self._rate = 0
        self._late = False

    def say(self, phrase: str, paths: Mapping[str, Path], state: Path, seed: int) -> Clip | None:
        """Return what the network says, untrimmed; None when it found no end.

        Raises:
            ConfigError: when a file is not what it should be.
            EngineUnavailable: when the network cannot be loaded.
            SynthesisError: when it could not say this phrase.
            Cancelled: as `apart`.
        """
        return apart(partial(self._say, phrase, dict(paths), state, seed), self.end)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the process, and let go of the lines to it; nobody may be reading them."""
        self.end()
        process, self._process = self._process, None
        if process is not None:
            for line in (process.stdin, process.stdout):
                if line is not None:
                    with suppress(BrokenPipeError):  # of what it no longer reads
                        line.close()

    def _say(self, phrase: str, paths: dict[str, Path], state: Path, seed: int) -> Clip | None:
        with self._turn:
            try:
                self._load(paths)
                answer, body = self._ask(
                    {"do": "say", "text": phrase, "state": str(state), "seed": seed}, _SAYING_S
                )
            except _StoppedError as stopped:
                raise SynthesisError(NAME, phrase, stopped.args[0], hint=stopped.args[1]) from stopped
            except BaseException:
                self.close()
                raise
        if "failed" in answer:
            raise _failure(answer, phrase, {**paths, "state": state})
        if answer["samples"] is None:
            return None
        samples = np.frombuffer(body, dtype="<f4").astype(np.float32)[:, None]
        return Clip(samples, self._rate)

    def _load(self, paths: Mapping[str, Path]) -> None:
        """Have a process that has loaded the files; one that has others is ended."""
        wanted = {key: str(path) for key, path in paths.items()}
        if self._process is not None and self._process.poll() is None and wanted == self._paths:
            return
        self.close()
        self._process = self._started()
        try:
            answer, _ = self._ask({"do": "load", "paths": wanted}, _LOADING_S)
        except _StoppedError as stopped:
            raise EngineUnavailable(NAME, stopped.args[0], hint=stopped.args[1]) from stopped
        if "failed" in answer:
            raise _failure(answer, "", paths)
        if not _RATES[0] <= answer["rate"] <= _RATES[1]:
            problem = Message("the network has {rate} samples a second", rate=answer["rate"])
            raise EngineUnavailable(NAME, problem, hint=AGAIN)
        self._paths, self._rate = wanted, answer["rate"]

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - our own worker
                python(worker.__file__, str(self._file), *map(os.path.abspath, places())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a library's log may hold what is said
                env={**os.environ, **_ONE_THREAD},
                start_new_session=True,  # Ctrl-C reaches us alone
            )
        except OSError as error:
            problem = Message("it cannot be started ({reason})", reason=error.strerror)
            raise EngineUnavailable(NAME, problem, hint=AGAIN) from error

    def _ask(self, request: Mapping[str, object], longest_s: float) -> tuple[dict[str, Any], bytes]:
        """Return the head and the body of an answer.

        Raises:
            _StoppedError: when there is none; the process is gone then.
        """
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        self._late = False
        clock = threading.Timer(longest_s, self._too_late)
        clock.daemon = True
        clock.start()
        line = b""
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            answer = json.loads(line)
            wanted = 4 * min(int(answer.get("samples") or 0), _MOST_SAMPLES)
            body = process.stdout.read(wanted)
            if len(body) == wanted:
                return answer, body
            line = b""
        except (OSError, ValueError, AttributeError, TypeError):
            pass  # what went wrong, its end tells
        finally:
            if not line:  # it is gone, or about to be
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_ENDING_S)
            clock.cancel()
        self.close()
        if self._late:
            raise _StoppedError(Message("it took more than {timeout_s:.0f} s", timeout_s=longest_s), _MEMORY)
        if line:
            raise _StoppedError(Message("its process answers otherwise than was agreed"), AGAIN)
        raise _StoppedError(*_end_of(process))

    def _too_late(self) -> None:
        self._late = True
        self.end()


def _end_of(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Return why a process ended, and what may help."""
    status = process.returncode
    if status < 0:
        return Message("its process was stopped by signal {number}", number=-status), _MEMORY
    return Message("its process stopped with status {number}", number=status), AGAIN


def _failure(answer: Mapping[str, str], phrase: str, paths: Mapping[str, Path]) -> StemError:
    """Return what a network could not do, as a sentence."""
    doing, kind, told = answer["failed"], answer["kind"], answer["told"].rstrip(" .:") or answer["kind"]
    part = "state" if doing == "state" else answer["part"]
    if kind == "MemoryError":
        reason = Message("this machine has too little memory for it")
        if doing == "load":
            return EngineUnavailable(NAME, reason, hint=_MEMORY)
        return SynthesisError(NAME, phrase, reason, hint=_MEMORY)
    if part in paths:
        problems = {
            "Damaged": Message("it is damaged, or no such file at all"),
            "Misfit": Message("it does not belong to this model"),
        }
        problem = problems.get(kind) or Message("it cannot be used ({error})", error=told)
        hint = _MAKE_AGAIN if part == "state" else _GET_AGAIN
        return ConfigError(paths[part], [problem], hint=hint)
    if doing == "load":
        return EngineUnavailable(NAME, Message("it cannot be loaded ({error})", error=told), hint=AGAIN)
    return SynthesisError(NAME, phrase, Message("the voice's network stopped ({error})", error=told))
