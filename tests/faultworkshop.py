"""The process in which runs meet faults: it warms up once and forks for each of them (see `faultinjector`).

Imports take a second and a run a tenth of that. A test's own process has threads, so it cannot fork.

Python's audit hook sees most I/O calls before they happen, and what it raises is what the caller meets;
write, fsync and sendfile are not audited and have wrappers here. What needs no files is remembered: the
cover, how loud a background is, what children with nothing but pipes answered (the template's, the voice's).
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import functools
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
from typing import IO, Any

from faultinjector import (
    CAME,
    COMMAND,
    ERRORS,
    FOREIGN,
    INTERRUPTED,
    OLDER,
    SIGNALS,
    Case,
    Outcome,
    Snapshot,
    is_temporary,
    judge,
    snapshot,
)

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
        __builtins__.open = io.open
        os.fsync = self._flushed  # type: ignore[assignment]
        os.sendfile = self._sent  # type: ignore[assignment]

    def arm(self, call: int, strike: Callable[[str], None]) -> None:
        """Strike at a call from now on."""
        self.seen, self._wanted, self._strike = 0, call, strike

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


class Workshop:
    """The warm process: one run after another, each in a fork, each from the same state."""

    def __init__(self, folder: Path, case: Case, *, is_quick: bool) -> None:
        self.folder, self.case = folder, case
        self._calls = Calls(folder)
        self._tried: dict[tuple[Any, ...], list[str]] = {}
        if case.naive:
            _write_naively()
        if is_quick:
            _remember_what_is_known()
        self.whole = self._contents_of_clean_runs()
        self._start = folder / "start"
        for place in ("output", "cache", "temp", "elsewhere"):
            shutil.copytree(folder / place, self._start / place, symlinks=True)

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
        if not self.case.remembered:
            shutil.rmtree(self.folder / "cache")
            (self.folder / "cache").mkdir()
        (self.folder / "elsewhere" / "notes.txt").write_bytes(FOREIGN)
        return whole

    def outcome(self, kind: str, call: int) -> Outcome:
        """Run with a fault and judge what came of it."""
        self._restore()
        before = snapshot(self.folder)
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
        met = self._end(self._begin("", ANY), Outcome(""))
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
            met = self._end(self._begin("", NEVER), Outcome(""))
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
        for place in ("output", "cache", "temp", "elsewhere"):
            shutil.rmtree(self.folder / place)
            shutil.copytree(self._start / place, self.folder / place, symlinks=True)

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
            self._calls.arm(call, lambda operation: self._strike(kind, operation, report))
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

    def _strike(self, kind: str, operation: str, report: int) -> None:
        os.write(report, f"{operation}\0".encode())
        if kind in ERRORS:
            number = getattr(errno, kind)
            raise OSError(number, os.strerror(number), operation.partition(" ")[2])
        if kind in SIGNALS:
            os.kill(os.getpid(), SIGNALS[kind])
        elif kind:
            _come(kind, self.folder, self.case.contested)


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
    """Do not make anew what has no files: the cover, a background's loudness, what children with pipes say."""
    from stem import covers, track
    from stem.beds import store

    loudness = store.loudness
    measured: dict[bytes, float] = {}

    def loudness_of(loops: Any) -> float:
        known_by = loops[0][:1000].tobytes()  # of a seed's noise
        if known_by not in measured:
            measured[known_by] = loudness(loops)
        return measured[known_by]

    store.loudness = loudness_of  # type: ignore[assignment]
    track.generated = functools.cache(covers.generated)  # type: ignore[attr-defined]
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


def _write_naively() -> None:
    """Write files under their final names from the start, as most programs do."""
    from stem import track

    @contextlib.contextmanager
    def beside(final: Path) -> Iterator[Path]:
        final.parent.mkdir(exist_ok=True)
        yield final

    def publish(temporary: Path, final: Path, *, overwrite: bool) -> None:
        assert temporary == final

    track.temporary_beside, track.publish = beside, publish  # type: ignore[attr-defined]


def _at_calls(workshop: Workshop, kinds: Sequence[str], at_each: int) -> Iterator[Outcome]:
    """Yield the outcomes of faults at the calls of a run.

    With all kinds at each, every call of it has its turn; else, of those that do the same to the same file,
    the first and the last have.
    """
    operations = workshop.operations()
    of: dict[str, list[int]] = {}
    for call, operation in enumerate(operations, start=1):
        of.setdefault(operation, []).append(call)
    calls = {
        call for each in of.values() for call in (each if at_each == len(kinds) else (each[0], each[-1]))
    }
    in_turn = itertools.cycle(kinds)
    for call in sorted(calls):
        met = [workshop.outcome(next(in_turn), call) for _ in range(at_each)]
        yield from (each for each in met if each.operation)


def main() -> None:
    """Do the job in the first argument; print the outcomes."""
    job = json.loads(sys.argv[1])
    case = Case(**{**job["case"], "options": tuple(job["case"]["options"])})
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it

    workshop = Workshop(Path.cwd(), case, is_quick="kinds" in job)
    if "kinds" in job:
        outcomes = list(_at_calls(workshop, job["kinds"], job["at_each"]))
    else:
        whole_s = min(workshop.clean_run_s() for _ in range(3))
        moments = zip(itertools.cycle(SIGNALS), job["moments"])
        outcomes = [workshop.outcome_at(kind, share * whole_s) for kind, share in moments]
    print(json.dumps([asdict(outcome) for outcome in outcomes]))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
