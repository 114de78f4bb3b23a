"""Processes of stem that begin in 20 ms: forked from one that has stem's imports, which take 1.5 s.

They are processes of their own as always: children of who begins them, with their own working folder,
environment, limits, signals, session and streams. Only their start is another, and that is the real one in
tests of it, and in every run of a program:

    Python  what `python -m stem`, `python -c ...` or `python script.py` would be, as a `subprocess.Popen`
    run     the same to its end, as `subprocess.run` does
    spawn   what a worker of `multiprocessing` would be; stands in for `multiprocessing.util.spawnv_passfds`

Who forks is the child of who asks. It forks twice, and who asks adopts the second (PR_SET_CHILD_SUBREAPER).
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import io
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path
from typing import Any, NoReturn

_SIZE = struct.Struct("!q")
_ADOPT = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""
_NAME = 15
"""PR_SET_NAME."""
_IMPORTS = (
    *(
        "stem.cli",
        "stem.project",
        "stem.documents",
        "stem.practice.batch.worker",
        "stem.practice.batch.single",
    ),
    *("stem.track.make", "stem.record.produce", "stem.record.verify", "stem.export.mp3", "stem.export.stems"),
    *("stem.voices.engines.espeak", "stem.voices.engines.command", "stem.voices.recordings.engine"),
    "stem.web.reader",
    *("filelock", "PIL.GifImagePlugin", "PIL.ImageDraw", "PIL.JpegImagePlugin", "PIL.PngImagePlugin"),
    *("mutagen.id3", "PIL.ImageFont", "pydub", "lameenc", "soxr", "imageio_ffmpeg", "espeakng_loader"),
)
YIELDS = "STEM_TEST_YIELDS"
"""Set it, and a worker lets others go first when it would outside of tests."""

spawned_by_exec = util.spawnv_passfds
_Process = subprocess.Popen
"""The real one, also while a test has another in its place."""


def _set(what: int, value: int | bytes) -> None:
    """Set a property of this process (prctl(2))."""
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


@dataclass(frozen=True)
class _Asked:
    """A process, as it would be begun.

    Attributes:
        words: The arguments of a Python, or the command of a worker.
        is_worker: Which of the two.
        places: The numbers that its descriptors are to have.
    """

    words: tuple[str, ...]
    is_worker: bool
    places: tuple[int, ...]
    folder: str
    surroundings: Mapping[str, str]
    mask: int
    limits: Mapping[int, tuple[int, int]]
    ignored: tuple[int, ...]
    is_leader: bool


class Forker:
    """The process that forks, as a child of this one."""

    def __init__(self, begin: Callable[[socket.socket], None]) -> None:
        """Begin it.

        Args:
            begin: Lets a process have the other end of a pair of sockets.
        """
        self._turn = threading.Lock()
        self._ours, its = socket.socketpair()
        with its:
            begin(its)

    def child(self, asked: _Asked, descriptors: Sequence[int]) -> int:
        """Return a new child of this process."""
        content = pickle.dumps(asked)
        with self._turn:
            _set(_ADOPT, 1)
            try:
                socket.send_fds(self._ours, [_SIZE.pack(len(content))], descriptors)
                self._ours.sendall(content)
                return int(*_SIZE.unpack(_received(self._ours, _SIZE.size)))
            finally:
                _set(_ADOPT, 0)

    def close(self) -> None:
        """Let it end."""
        self._ours.close()


class _Own:
    """The forker of this process, once there is one."""

    forker: Forker | None = None


def _forker() -> Forker:
    if _Own.forker is None:
        _Own.forker = _imported()
    return _Own.forker


def _imported() -> Forker:
    """Return one that imports stem first."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(its: socket.socket) -> None:
        places = [str(Path(__file__).parent), *(place for place in sys.path if place)]
        code = f"import sys; sys.path[:] = {places!r}; import warm; warm.main(int(sys.argv[1]))"
        command = [sys.executable, "-I", "-c", code, str(its.fileno())]
        begun.append(_Process(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL))

    forker = Forker(begin)

    def end() -> None:
        forker.close()
        begun[0].wait()

    atexit.register(end)
    return forker


def _forked() -> Forker:
    """Return one that has what this process has; for a process without threads."""

    def begin(its: socket.socket) -> None:
        if os.fork() == 0:
            os.closerange(3, its.fileno())  # our end of the pair too, or it would never see that we are gone
            os.closerange(its.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
            for each in range(3):
                os.dup2(os.open(os.devnull, os.O_RDWR), each)
            try:
                serve(its)
            finally:
                os._exit(0)

    return Forker(begin)


def _as_begun_here(
    words: Iterable[str],
    descriptors: Iterable[int],
    *,
    is_worker: bool = False,
    folder: str | None = None,
    surroundings: Mapping[str, str] | None = None,
    is_leader: bool = False,
) -> _Asked:
    import resource  # Windows has none

    status = Path("/proc/self/status").read_text(encoding="utf-8")
    limits = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    numbers = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)
    return _Asked(
        tuple(words),
        is_worker,
        tuple(descriptors),
        os.path.join(os.getcwd(), folder or ""),  # noqa: PTH109, PTH118
        dict(os.environ if surroundings is None else surroundings),
        int(status.partition("Umask:")[2].split()[0], 8),
        {limit: resource.getrlimit(limit) for limit in limits},
        tuple(number for number in numbers if signal.getsignal(number) == signal.SIG_IGN),
        is_leader,
    )


def spawn(path: Any, args: Sequence[Any], passfds: Sequence[int]) -> int:
    """Begin a worker of `multiprocessing`; return its number."""
    words = [os.fsdecode(word) for word in args]
    if not any("spawn_main" in word for word in words):
        return spawned_by_exec(path, args, passfds)
    descriptors = [0, 1, 2, *sorted(map(int, passfds))]
    return _forker().child(_as_begun_here(words, descriptors, is_worker=True), descriptors)


class Python(subprocess.Popen[Any]):
    """A run of Python; the command is [sys.executable, ...], with "-m stem", "-c CODE" or a script."""

    if sys.platform == "linux":

        def _execute_child(self, *given: Any) -> None:
            (command, _, _, _, _, folder, surroundings, _, _, _) = given[:10]
            (its_in, our_in, our_out, its_out, our_err, its_err) = given[10:16]
            streams = [usual if its == -1 else its for usual, its in enumerate((its_in, its_out, its_err))]
            assert command[0] == sys.executable
            asked = _as_begun_here(
                command[1:],
                (0, 1, 2),
                folder=None if folder is None else os.fspath(folder),
                surroundings=surroundings,
                is_leader=given[21],
            )
            self.pid = _forker().child(asked, streams)
            self._child_created = True
            self._close_pipe_fds(  # type: ignore[attr-defined]
                its_in, our_in, our_out, its_out, our_err, its_err
            )


def stem(*arguments: str) -> list[str]:
    """Return the command that runs stem's command line."""
    return [sys.executable, "-m", "stem", *arguments]


def run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:
    """Run Python to its end; options are those of `subprocess.run`."""
    check, timeout, given = (options.pop(name, None) for name in ("check", "timeout", "input"))
    if options.pop("capture_output", False):
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    if given is not None:
        options["stdin"] = subprocess.PIPE
    with Python(command, **options) as running:
        try:
            out, err = running.communicate(given, timeout=timeout)
        except BaseException:
            running.kill()
            raise
    if check and running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, out, err)
    return subprocess.CompletedProcess(command, running.returncode, out, err)


# --- the process that forks


def _received(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        content += (more := connection.recv(size - len(content)))
        if not more:
            raise EOFError
    return content


def main(descriptor: int) -> None:
    """Import stem, and fork for each that asks."""
    import importlib

    for name in _IMPORTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    prepare()
    serve(socket.socket(fileno=descriptor))


def prepare() -> None:
    """Let who is forked find what is read, said and drawn once."""
    from spoken import Spoken, drawn_once, quicker

    from stem.export import mp3
    from stem.script.dutch.lexicon import load_lexicon
    from stem.script.template import scripts
    from stem.sound.beds import kept
    from stem.track import labels
    from stem.voices.engines import espeak

    for read_once in (load_lexicon, scripts):
        read_once(Path("there is none"))
    kept.CACHE.most = 24  # see `conftest.MOST_BEDS`
    espeak._run = Spoken()  # which keep and find where `conftest` does
    labels.generated = drawn_once(labels.generated)  # type: ignore[attr-defined]
    mp3._lame = quicker(mp3._lame)  # type: ignore[assignment]
    _say_once()


def _say_once() -> None:
    """Let who is forked know what the voice says to find out whether it can: every track asks it thrice."""
    from stem.errors import StemError
    from stem.voices.engines import espeak

    with contextlib.suppress(StemError):
        espeak.Espeak().check()


def serve(connection: socket.socket) -> None:
    """Fork for each that asks, until nobody can."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()  # what a fork searches, it copies
    while True:
        size, descriptors, _, _ = socket.recv_fds(connection, _SIZE.size, 32)
        if not size:
            return
        asked: _Asked = pickle.loads(_received(connection, *_SIZE.unpack(size)))
        reader, writer = os.pipe()
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child == 0:
                os.close(reader)
                os.close(writer)
                connection.close()
                _be(asked, descriptors)
            os.write(writer, _SIZE.pack(child))
            os._exit(0)
        os.waitpid(between, 0)  # then who asked has adopted the child
        connection.sendall(os.read(reader, _SIZE.size))
        for each in (reader, writer, *descriptors):
            os.close(each)


def _be(asked: _Asked, descriptors: Sequence[int]) -> NoReturn:
    """Become the process that was asked for."""
    code = 1
    try:
        _settle(asked, descriptors)
        (_worked if asked.is_worker else _ran)(asked)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except KeyboardInterrupt:
        code = -signal.SIGINT
    except BaseException:  # noqa: BLE001 - it is told, as Python does at the end
        sys.excepthook(*sys.exc_info())
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
        if code < 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        os._exit(code)


def _settle(asked: _Asked, descriptors: Sequence[int]) -> None:
    """Take over what a child inherits."""
    import resource

    if asked.is_leader:
        os.setsid()
    _place(descriptors, asked.places)
    os.chdir(asked.folder)
    os.umask(asked.mask)
    os.environ.clear()
    os.environ.update(asked.surroundings)
    time.tzset()
    for limit, values in asked.limits.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, values)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    for ignored in asked.ignored:
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin = io.TextIOWrapper(open(0, "rb", closefd=False), encoding="utf-8")  # noqa: SIM115
    out, err = (open(number, "wb", closefd=False) for number in (1, 2))  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(out, encoding="utf-8", line_buffering=os.isatty(1))
    sys.stderr = io.TextIOWrapper(err, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _place(descriptors: Sequence[int], places: Sequence[int]) -> None:
    """Give descriptors their numbers; leave no other open."""
    top = 1 + max(*descriptors, *places)
    for offset, each in enumerate(descriptors):
        os.dup2(each, top + offset)
    os.closerange(0, top)
    for offset, place in enumerate(places):
        os.dup2(top + offset, place)
    for each in set(range(top + len(places))) - set(places):
        with contextlib.suppress(OSError):
            os.close(each)


def _ran(asked: _Asked) -> None:
    """Be a Python with a module, code or a script."""
    first, *rest = asked.words
    is_stem = [first, *rest[:1]] == ["-m", "stem"]
    if not is_stem or {"batch", "series", "open"} & set(rest):  # these may have workers
        _Own.forker = _forked()
        util.spawnv_passfds = spawn
    if is_stem:
        from stem import cli

        sys.argv = ["stem", *rest[1:]]
        cli.main()
    main_module = types.ModuleType("__main__")
    if first == "-c":
        source, sys.argv = rest[0], ["-c", *rest[1:]]
        sys.path.insert(0, "")
    else:
        source, sys.argv = Path(first).read_text(encoding="utf-8"), [first, *rest]
        sys.path.insert(0, str(Path(first).resolve().parent))
        main_module.__file__ = first
    sys.modules["__main__"] = main_module
    exec(compile(source, first, "exec"), main_module.__dict__)
    raise SystemExit(0)


def _worked(asked: _Asked) -> None:
    """Be a worker of `multiprocessing`."""
    from multiprocessing import spawn as spawning

    _set(_NAME, b"spawn_main")
    if YIELDS not in os.environ:
        os.nice = lambda _step: 0  # beside other tests, who lets all others go first waits for minutes
    line = next(word for word in asked.words if "spawn_main" in word)
    named = dict(part.split("=") for part in line.partition("spawn_main(")[2].rstrip(")").split(", "))
    sys.argv = ["-c", *asked.words[-1:]]
    spawning.spawn_main(**{name: int(number) for name, number in named.items()})
