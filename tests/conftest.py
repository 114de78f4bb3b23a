"""Every test has a cache, a home and a working folder of its own, and no network."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import count
from multiprocessing import util
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from stem import files
from stem.cores import cores

if TYPE_CHECKING:
    from pagehelp import Visitor
    from playwright.sync_api import Browser
    from spoken import Spoken

# How long one example takes says more about what else the machine does than about the code.
settings.register_profile(
    "stem",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=100 if "STEM_ALL_FAULTS" in os.environ else 40,
)
settings.load_profile("stem")


if sys.platform == "linux":
    # Large arrays come and go by the thousand. That the memory of each goes back to the system, and comes
    # anew in pages of zeros, is a quarter of the work of the tests of sound (M_TRIM_THRESHOLD and
    # M_MMAP_THRESHOLD, mallopt(3)). Programs that tests start have their memory as always.
    with contextlib.suppress(OSError, AttributeError):  # musl has no such settings
        libc = ctypes.CDLL(None)
        libc.mallopt(-1, 1 << 30)
        libc.mallopt(-3, 1 << 30)


# What tests start would else translate all of stem anew, each time.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# A second thread for products of matrices waits for its next one by spinning: 11 s of a whole run.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


# What tests quote is English, whatever the machine speaks; tests in Dutch ask for it.
os.environ["STEM_LANG"] = "en"


SPAWN = util.spawnv_passfds
"""How a worker begins outside of tests."""

LONG = [
    *(
        "test_browser.py",
        "test_browser_record.py",
        "test_browser_clients.py",
        "test_guide.py",
        "test_faults.py",
        "test_beds.py",
        "test_batch_faults.py",
    ),
    *("test_make.py", "test_golden_files.py", "test_catalogue.py", "test_front_door.py", "test_product.py"),
    *("test_attacks_terminal.py", "test_batch_cluster.py", "test_cutting.py", "test_attacks_code.py"),
    *("test_batch_executor.py", "test_overview.py", "test_cancel.py", "test_guard.py"),
]
"""Modules that take longest, each on one core: with one of them last, the other cores would wait for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones, the longest first."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return one more than there are cores: some tests wait for a browser, a server or a lock."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else cores() + 1


def pytest_collectstart() -> None:
    """Search for nothing that is no longer used while tests are collected: all that is made then stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let Python not search the 7,000 tests for what is no longer used, each time that it searches.

    And let it search less often: Hypothesis has it told each time.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


_LONGEST_S = 86_400 if "STEM_ALL_FAULTS" in os.environ else 600
"""Of one test, on a machine that has much else to do: what takes longer hangs."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that hangs fail, and tell where it was."""
    if not hasattr(signal, "SIGALRM"):  # Windows
        return (yield)

    def stop(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"it takes more than {_LONGEST_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_LONGEST_S)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class RunOfTests:
    """What all tests of this process have.

    Attributes:
        spoken: What says phrases, each once.
        beds: The folder of the backgrounds that are made, each once.
        homes: Places for homes of tests; pytest's own would look for a free name among thousands.
        home: The one that is there, and empty.
    """

    spoken: Spoken
    beds: Path
    homes: Iterator[Path]
    home: Path | None = None


@pytest.fixture(scope="session", autouse=True)
def run_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunOfTests]:
    """All of it is one fixture: before each test, pytest asks for every one that there is."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(signals_are_heard())
        stack.enter_context(without_real_home(tmp_path_factory.mktemp("session-home")))
        beds = of_all_workers(tmp_path_factory, "made-beds")
        lend(beds)
        stack.enter_context(kept_of_all_workers(of_all_workers(tmp_path_factory, "kept")))
        stack.enter_context(covers_are_drawn_once())
        stack.enter_context(sandboxes_are_forked())
        spoken = stack.enter_context(phrases_are_said_once())
        stack.enter_context(workers_are_forked())
        stack.enter_context(no_network())
        folder = tmp_path_factory.mktemp("homes")
        yield RunOfTests(spoken, beds, (folder / str(number) for number in count()))


@contextlib.contextmanager
def signals_are_heard() -> Iterator[None]:
    """Programs that tests start hear Ctrl-C, also when who runs the tests has it ignored.

    A script's background ignores it, `nohup` ignores SIGHUP, and what is ignored stays so in every child.
    """
    heard: dict[int, Callable[[int, FrameType | None], object]] = {signal.SIGINT: signal.default_int_handler}
    if hasattr(signal, "SIGHUP"):
        heard[signal.SIGHUP] = lambda *_: None  # ours stays alive; a child starts with what is usual
    ignored = [number for number in heard if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, heard[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def without_real_home(home: Path) -> Iterator[None]:
    """Fixtures that live longer than a test see no real home either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for name in ("CACHE", "CONFIG", "DATA"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        yield


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """A browser for the tests of a module; each has a window of its own (`looking`)."""
    from pagebrowser import browser

    with browser() as made:
        yield made


@pytest.fixture
def visitor(practice: Path) -> Iterator[Visitor]:
    """Someone with the page of a module's practice open."""
    from pagehelp import visiting

    with visiting(practice) as made:
        yield made


_FOLDERS = {
    "HOME": "",
    "XDG_CACHE_HOME": "/cache",
    "XDG_CONFIG_HOME": "/config",
    "XDG_DATA_HOME": "/data",
    "LOCALAPPDATA": "/local",
}
"""Variables that tell a program where its folders are, and where those are in a test's home."""


@pytest.fixture(autouse=True)
def own_folders(run_of_tests: RunOfTests) -> Iterator[None]:
    """A home that is gone when the test is over: those of a whole run are more than ten gigabytes.

    Where a test left nothing in it, the next has it: to make and remove one takes longer than most tests.
    """
    if run_of_tests.home is None:
        run_of_tests.home = next(run_of_tests.homes)
        run_of_tests.home.mkdir(mode=0o700)
    home, before = run_of_tests.home, {name: os.environ.get(name) for name in _FOLDERS}
    os.environ.update({name: f"{home}{place}" for name, place in _FOLDERS.items()})
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    if not is_empty(home):
        shutil.rmtree(home, ignore_errors=True)
        run_of_tests.home = None


def is_empty(folder: Path) -> bool:
    """Return whether a folder is there with nothing in it, as it was made."""
    try:
        return not os.listdir(folder) and folder.stat().st_mode & 0o777 == 0o700  # noqa: PTH208 - it is quick
    except OSError:
        return False


@pytest.fixture(scope="session")
def no_real_home(run_of_tests: RunOfTests) -> Path:
    """For a module's own practice: the home that lives as long, with the backgrounds of all tests."""
    return run_of_tests.beds


@pytest.fixture(scope="session")
def made_beds(run_of_tests: RunOfTests) -> Path:
    """The folder where the backgrounds of this test run are, for all of its processes.

    Making one takes up to two seconds. Fixtures that live longer than a test have them in their cache.
    """
    return run_of_tests.beds


def of_all_workers(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder that all processes of this test run have."""
    run = tmp_path_factory.getbasetemp()
    folder = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


MOST_BEDS = 24
"""All that tests have twice: of the usual eight, one would drive out the other, to be made again."""


def lend(folder: Path) -> None:
    """Let the cache of now have the backgrounds that are in a folder, and keep there what it makes."""
    if sys.platform != "win32":  # where a link needs rights of its own
        files.cache_folder("beds").rmdir()
        files.cache_path("beds").symlink_to(folder)


@pytest.fixture
def kept_beds(own_folders: None, made_beds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache with the backgrounds that other tests have made: for tests that are not about making them."""
    from stem.sound.beds.kept import CACHE

    monkeypatch.setattr(CACHE, "most", MOST_BEDS)
    lend(made_beds)


@contextlib.contextmanager
def kept_of_all_workers(folder: Path) -> Iterator[None]:
    """What is said and drawn once, by whatever process of this test run; see `spoken`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEM_TEST_KEPT", str(folder))
        yield


@contextlib.contextmanager
def covers_are_drawn_once() -> Iterator[None]:
    """Drawing one is a fifth of a short track's work; `test_cover` proves that it is the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        labels = sys.modules.get("stem.track.labels")
        if labels is not None:  # tests of small modules need not import it
            from spoken import drawn_once

            patch.setattr(labels, "generated", drawn_once(labels.generated))
        yield


@pytest.fixture(scope="module")
def quick_mp3() -> Iterator[None]:
    """LAME in half its time, which is most of making a track: for tests that are not about how it sounds."""
    from spoken import QUICK, quicker

    from stem.export import mp3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mp3, "_lame", quicker(mp3._lame))
        patch.setenv(QUICK, "1")
        yield


@contextlib.contextmanager
def sandboxes_are_forked() -> Iterator[None]:
    """Python with Jinja takes a tenth of a second to begin, and there are a thousand templates to fill in."""
    if sys.platform != "linux":
        yield
        return
    from sandboxes import Sandboxes

    from stem.script import rendering

    forked = Sandboxes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "subprocess", forked)
        yield
    forked.close()


@contextlib.contextmanager
def phrases_are_said_once() -> Iterator[Spoken]:
    """A voice in a process of its own takes 20 ms to begin; tests let it say "Welkom." a thousand times."""
    from spoken import Spoken

    from stem.voices.engines import espeak

    spoken = Spoken()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(espeak, "_run", spoken)
        yield spoken


@contextlib.contextmanager
def workers_are_forked() -> Iterator[None]:
    """A batch's worker needs a second and a half to begin, and hundreds of batches have one or two."""
    if sys.platform != "linux":
        yield
        return
    import warm

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("multiprocessing.util.spawnv_passfds", warm.spawn)
        yield


@pytest.fixture
def every_child_is_begun(run_of_tests: RunOfTests, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the processes themselves: all of them begin as they do outside of tests."""
    monkeypatch.setattr("stem.script.rendering.subprocess", subprocess)
    monkeypatch.setattr("multiprocessing.util.spawnv_passfds", SPAWN)
    monkeypatch.setattr("stem.voices.engines.espeak._run", run_of_tests.spoken.anew)


@contextlib.contextmanager
def no_network() -> Iterator[None]:
    real_connect = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in {"127.0.0.1", "::1", ""}:
            raise AssertionError(f"a test reached for the network: {address}")
        real_connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        yield


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent
