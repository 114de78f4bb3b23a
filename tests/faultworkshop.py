"""The process in which runs meet faults, one after the other (see `faultinjector`).

A run that a signal may end is a fork of it; the others run here, which takes half as long as a fork that
copies what it touches. A test's own process has threads, so it cannot fork.

Python's audit hook sees most I/O calls before they happen, and what it raises is what the caller meets;
write, fsync and sendfile are not audited and have wrappers here. What needs no files is remembered: the
cover, what children with nothing but pipes answered (the template's, the voice's), what ffmpeg made of a
content, the limiter of a sound, the hash of a background, and LAME's frames.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import functools
import gc
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from faultcalls import ANY, NEVER, Calls
from faultinjector import (
    CAME,
    COMMAND,
    ERRORS,
    FOREIGN,
    INTERRUPTED,
    OLDER,
    PLACES,
    SIGNALS,
    Case,
    Outcome,
    Snapshot,
    is_temporary,
    judge,
    snapshot,
)

_LARGE = 1_000_000
"""Bytes: only a background has as many."""


class Workshop:
    """The warm process: one run after another, each from the same state."""

    def __init__(self, folder: Path, case: Case) -> None:
        self.folder, self.case = folder, case
        self._calls = Calls(folder)
        self._tried: dict[tuple[Any, ...], list[str]] = {}
        if case.naive:
            _write_naively()
        self.whole = self._contents_of_clean_runs()
        self._start = folder / "start"
        for place in PLACES:
            shutil.copytree(folder / place, self._start / place, symlinks=True)
        gc.freeze()  # what a fork searches, it copies

    def _contents_of_clean_runs(self) -> set[str]:
        """Warm up: make what will be made, in this process, and leave the folders as the case wants them."""
        from stem import cli, files

        arguments = [*COMMAND, *self.case.options]
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
            for _ in range(3):  # under the three names that it may get
                if cli.run(arguments) != 0:
                    raise RuntimeError(told.getvalue())
        output = self.folder / "output"
        whole = {content for name, content in snapshot(self.folder).items() if name.startswith("output/")}
        for path in output.iterdir():
            path.unlink()
        if self.case.older:
            (output / "proef.mp3").write_bytes(OLDER)
        files._sweep_once.cache_clear()  # what a run does once, every fork is to do
        for kind in {"beds", "speech"} - set(self.case.remembered):
            shutil.rmtree(self.folder / "cache" / "stem" / kind)
        if not self.case.remembered:
            (self.folder / "cache" / "stem").rmdir()
        (self.folder / "elsewhere" / "notes.txt").write_bytes(FOREIGN)
        return whole

    def outcome(self, kind: str, call: int) -> Outcome:
        """Run with a fault and judge what came of it."""
        self._restore()
        before = snapshot(self.folder)
        if kind not in SIGNALS:
            return self._judged(self._here(kind, call), before)
        process = self._begin(kind, call)
        return self._judged(self._end(process, Outcome(kind, call)), before)

    def outcome_at(self, kind: str, moment_s: float) -> Outcome:
        """Run, send a signal after so many seconds, and judge what came of it."""
        self._restore()
        before = snapshot(self.folder)
        process = self._begin("", NEVER)
        time.sleep(moment_s)
        os.kill(process, SIGNALS[kind])
        met = self._end(process, Outcome(kind))
        if met.code == 0:  # it was done by then
            return met
        return self._judged(replace(met, operation=f"after {moment_s:.3f} s"), before)

    def operations(self) -> list[str]:
        """Return the I/O calls of a run without faults, without what is drawn by lot."""
        self._restore()
        met = self._here("", ANY)
        return [_plain(operation, "")[0] for operation in met.operation.split("\0")]

    def clean_run_s(self) -> float:
        """Return how many seconds a run takes."""
        self._restore()
        began = time.monotonic()
        self._end(self._begin("", NEVER), Outcome(""))
        return time.monotonic() - began

    def _judged(self, met: Outcome, before: dict[str, str]) -> Outcome:
        if not met.operation:
            return met
        came = self.folder / "came"
        if came.exists():
            before[self.case.contested] = CAME[met.kind]
            came.unlink()
        elif met.kind in CAME:
            met = replace(met, kind="")
        after = snapshot(self.folder)
        wrong = judge(self.case, met, before, after, self.whole)
        return replace(met, wrong=wrong + self._next(after))

    def _next(self, state: Snapshot) -> list[str]:
        """Try whether the next run works; from the same state it does the same."""
        key = tuple(sorted(_plain(name, content) for name, content in state.items()))
        if key not in self._tried:
            met = self._here("", NEVER)
            after = snapshot(self.folder)
            wrong = judge(self.case, met, state, after, self.whole)
            wrong += [f"{name} was not swept" for name in after if is_temporary(name)]
            if met.code != 0 and not (met.code == 1 and self._is_blocked(state)):
                wrong.append(f"it ends with {met.code}: {met.told}")
            self._tried[key] = [f"the next run: {each}" for each in wrong]
        return self._tried[key]

    def _is_blocked(self, state: Snapshot) -> bool:
        """Tell whether something is in the way that no run may remove."""
        there = state.get(self.case.contested)
        if self.case.contested == self.case.wanted:
            return self.case.overwrite and there == "folder"
        return there in CAME.values()

    def _restore(self) -> None:
        for place in PLACES:
            shutil.rmtree(self.folder / place)
            shutil.copytree(self._start / place, self.folder / place, symlinks=True, copy_function=_copy)

    def _here(self, kind: str, call: int) -> Outcome:
        """Run in this process, as one that has run nothing yet."""
        from stem import cli, files
        from stem.sound.beds import kept

        files._sweep_once.cache_clear()
        kept._WHOLE.clear()
        operations: list[str] = []

        def strike(operation: str) -> None:
            operations.append(operation)
            self._strike(kind, operation)

        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
            self._calls.arm(call, strike)
            code = cli.run([*COMMAND, *self.case.options])
            self._calls.disarm()
        return Outcome(kind, call, "\0".join(operations), code, told.getvalue())

    def _begin(self, kind: str, call: int) -> int:
        """Fork a run; its fault, if any, is met at I/O call number `call`."""
        report = self.folder / "report"
        report.write_bytes(b"")
        reader, writer = os.pipe()
        process = os.fork()
        if process == 0:
            self._be_run(kind, call, writer)
        os.close(writer)
        os.read(reader, 1)  # it has begun
        os.close(reader)
        return process

    def _end(self, process: int, met: Outcome) -> Outcome:
        """Wait for a run, and add how it ended."""
        status = os.waitpid(process, 0)[1]
        report = (self.folder / "report").read_text(encoding="utf-8", errors="replace")
        operation, _, told = report.rpartition("\0")
        return replace(met, operation=operation, code=os.waitstatus_to_exitcode(status), told=told)

    def _be_run(self, kind: str, call: int, begun: int) -> None:
        code = 99
        try:
            from stem import cli

            report = os.open(self.folder / "report", os.O_WRONLY | os.O_APPEND)
            os.dup2(report, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

            def strike(operation: str) -> None:
                os.write(report, f"{operation}\0".encode())
                self._strike(kind, operation)

            self._calls.arm(call, strike)
            os.write(begun, b"!")
            code = cli.run([*COMMAND, *self.case.options])
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        except KeyboardInterrupt:  # before or after the door
            code = code if code == 0 else INTERRUPTED
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _strike(self, kind: str, operation: str) -> None:
        if kind in ERRORS:
            number = getattr(errno, kind)
            raise OSError(number, os.strerror(number), operation.partition(" ")[2])
        if kind in SIGNALS:
            os.kill(os.getpid(), SIGNALS[kind])
        elif kind:
            _come(kind, self.folder, self.case.contested)


def _copy(source: str, target: str) -> None:
    """Copy a file; a background, which has 10 MB and is replaced but never changed, gets another name."""
    if source.endswith(".npy"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)


def _come(kind: str, folder: Path, wanted: str) -> None:
    """Be someone else who takes the name of the track, if it is still free; note that it was."""
    path = folder / wanted
    with contextlib.suppress(FileExistsError):
        if path.is_file() and path.read_bytes() == OLDER:  # who removes it may put another there
            path.unlink()
        if kind == "file":
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, FOREIGN)
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to(CAME[kind].removeprefix("link to "))
        os.close(os.open(folder / "came", os.O_CREAT))


def _plain(name: str, content: str) -> tuple[str, str]:
    """Return a path and its content without what is drawn by lot: keys, tokens, process numbers."""
    if name.startswith("output/") and not is_temporary(name):
        return name, content
    return re.sub(r"[0-9a-z_]{8,}|\d+", "*", name), ""


def _remember_what_is_known() -> None:
    """Do not make anew what has no files: the cover, LAME's frames, and what children with only pipes say."""
    from stem.export import mp3
    from stem.sound import mastering
    from stem.sound.decoding import ffmpeg
    from stem.track import labels
    from stem.voices.engines import espeak

    ffmpeg.subprocess = _RememberedPrograms()  # type: ignore[assignment, attr-defined]
    mastering.limited = functools.partial(_limit, mastering.limited, {})  # type: ignore[attr-defined]
    hashlib.file_digest = functools.partial(_digest, hashlib.file_digest, {})
    mp3._lame = functools.partial(_RememberedLame, mp3._lame, {})
    labels.generated = functools.cache(labels.generated)  # type: ignore[attr-defined]
    real_run: Any = subprocess.run
    answers: dict[Any, Any] = {}

    def run(command: Any, *arguments: Any, **named: Any) -> Any:
        key = (tuple(map(str, command)), named.get("input"))
        if command[0] != sys.executable:
            return real_run(command, *arguments, **named)
        if key not in answers:
            answers[key] = real_run(command, *arguments, **named)
        return answers[key]

    subprocess.run = run  # type: ignore[assignment]

    say, said = espeak._run, dict[Any, Any]()

    def speak(command: list[str], text: bytes, folder: Path) -> Any:
        key = (*command, text)
        if key not in said:
            said[key] = say(command, text, folder)
        return said[key]

    espeak._run = speak


def _remember_no_voice() -> None:
    """Let a signal come while a voice speaks, as outside of tests."""
    from stem.voices.engines import espeak

    espeak._run = getattr(espeak._run, "anew", espeak._run)


def _digest(real: Callable[..., Any], known: dict[Any, Any], file: Any, kind: str) -> Any:
    """Return the hash of a file that is open; that of a whole background, which is never changed, once.

    Who opens it still meets what opening meets.
    """
    found = os.fstat(file.fileno())
    if found.st_size < _LARGE:
        return real(file, kind)
    key = found.st_ino, found.st_size
    if key not in known:
        known[key] = real(file, kind)
    return known[key]


def _limit(
    real: Callable[..., Iterator[Any]], known: dict[bytes, list[Any]], blocks: Any, ceiling_dbtp: float
) -> Iterator[Any]:
    """Yield what the limiter makes of blocks, which of the same is the same."""
    given, heard = hashlib.sha256(repr(ceiling_dbtp).encode()), []
    for block in blocks:
        given.update(block.tobytes())
        heard.append(block)
    key = given.digest()
    if key not in known:
        known[key] = list(real(heard, ceiling_dbtp))
    yield from known[key]


class _RememberedPrograms:
    """Stands in for `subprocess` where ffmpeg decodes its standard input: of the same it makes the same."""

    PIPE, DEVNULL = subprocess.PIPE, subprocess.DEVNULL

    def __init__(self) -> None:
        self._answers: dict[Any, tuple[int, bytes]] = {}

    def Popen(self, command: Sequence[str], stdin: Any, **options: Any) -> _Program:  # noqa: N802 - its name
        given, place = hashlib.sha256(), 0
        while part := os.pread(stdin.fileno(), 1 << 20, place):
            given.update(part)
            place += len(part)
        key = (*command, given.digest())
        if key not in self._answers:
            with subprocess.Popen(command, stdin=stdin, **options) as process:
                answer = process.communicate()[0]
            self._answers[key] = process.returncode, answer
        return _Program(*self._answers[key])


class _Program:
    """A process that ended long ago."""

    pid = -1

    def __init__(self, code: int, answer: bytes) -> None:
        self._code, self.stdout = code, io.BytesIO(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left of it."""

    def wait(self) -> int:
        return self._code

    def kill(self) -> None:
        """It has ended."""


class _RememberedLame:
    """An encoder that is asked only for what came of no sound before."""

    def __init__(self, make: Callable[..., Any], answers: dict[bytes, bytes], *settings: Any) -> None:
        self._real, self._answers = make(*settings), answers
        self._given = repr(settings).encode()
        self._to_tell: list[bytes] = []

    def encode(self, sound: bytes) -> bytes:
        self._given = hashlib.sha256(self._given + sound).digest()
        self._to_tell.append(sound)
        if self._given not in self._answers:
            self._answers[self._given] = [bytes(self._real.encode(each)) for each in self._to_tell][-1]
            self._to_tell = []
        return self._answers[self._given]

    def flush(self) -> bytes:
        end = self._given + b"end"
        if end not in self._answers:
            for each in self._to_tell:
                self._real.encode(each)
            self._answers[end] = bytes(self._real.flush())
        return self._answers[end]


def _write_naively() -> None:
    """Write files under their final names from the start, as most programs do."""
    from stem.track import make as track

    @contextlib.contextmanager
    def beside(final: Path) -> Iterator[Path]:
        final.parent.mkdir(exist_ok=True)
        yield final

    def give_name(temporary: Path, target: Path, *, overwrite: bool) -> Path:
        assert temporary == target
        return target

    track._begun, track.give_name = beside, give_name  # type: ignore[assignment, attr-defined]


def _at_calls(workshop: Workshop, *, every: bool) -> Iterator[Outcome]:
    """Yield the outcomes of faults at the calls of a run.

    Every kind at every call; or, in the folders that the case is about, each kind in its turn: of calls that
    do the same to the same file, the first and the last meet one in the output and where something is
    written, elsewhere either of them.
    """
    kinds = workshop.case.kinds
    of: dict[str, list[int]] = {}
    for call, operation in enumerate(workshop.operations(), start=1):
        of.setdefault(operation, []).append(call)
    turns = itertools.cycle(kinds)
    calls = set[int]()
    for number, (operation, each) in enumerate(of.items()):
        place = operation.partition(" ")[2]
        if every:
            calls.update(each)
        elif place.startswith(tuple(workshop.case.of_places)):
            both = place.startswith("output") or operation.startswith("write")
            calls.update({each[0], each[-1]} if both else {each[-(number % 2)]})
    for call in sorted(calls):
        met = [workshop.outcome(kind, call) for kind in (kinds if every else (next(turns),))]
        yield from (each for each in met if each.operation)


def _at_moments(workshop: Workshop, moments: Sequence[float]) -> list[Outcome]:
    """Return the outcomes of signals at moments."""
    whole_s = min(workshop.clean_run_s() for _ in range(2))
    kinds = itertools.cycle(SIGNALS)
    return [workshop.outcome_at(kind, share * whole_s) for kind, share in zip(kinds, moments, strict=False)]


def main() -> None:
    """Do the job in the first argument; print the outcomes."""
    job = json.loads(sys.argv[1])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    if "moments" in job:
        _remember_no_voice()
    else:
        _remember_what_is_known()
    workshop = Workshop(Path.cwd(), Case(**job["case"]))
    if "moments" in job:
        outcomes = _at_moments(workshop, job["moments"])
    else:
        outcomes = list(_at_calls(workshop, every=job["every"]))
    print(json.dumps([asdict(outcome) for outcome in outcomes]))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
