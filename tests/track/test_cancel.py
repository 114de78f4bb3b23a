"""Whoever is told how far a track is can stop it: at any event, and nothing is left."""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count, pairwise, product
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from batchtasks import descendants

from stem import files
from stem.config import Config
from stem.errors import AudioError, EngineUnavailable, OutputError, UsageError
from stem.export import formats, mp3, mp3_kept
from stem.messages import Message
from stem.progress import Cancelled, Progress, Stage, apart, beat, part, stage
from stem.script.pacing import UnreachableLengthError
from stem.sound.beds import BEDS, bed_worker, load_bed
from stem.sound.mastering import Master
from stem.track.make import make_track
from stem.track.plan import Plan, plan_track
from stem.track.spec import TrackSpec
from stem.voices.engines import espeak

pytestmark = pytest.mark.usefixtures("quick_mp3")

SCRIPT = """+++
title = "Proef"
voice = "rustig"
bed = "none"
+++
## Begin
Ga rustig zitten. [pauze 2]
Dank je wel.
"""

AT_ONCE_S = 2.0
"""A stop takes half a second on a machine with nothing else to do; it takes so long on none."""


BEFORE: frozenset[object] = frozenset()
"""Processes and threads that other tests have left, such as the resource tracker of `multiprocessing`."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a script, and a place of its own for temporary files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    monkeypatch.setattr(
        sys.modules[__name__], "BEFORE", frozenset([*descendants_here(), *threading.enumerate()])
    )
    return tmp_path


def planned(**asked: object) -> Plan:
    return plan_track(TrackSpec("proef.j2", **asked), Config())  # type: ignore[arg-type]


def left(folder: Path) -> set[str]:
    """Return what a run has left: files, threads, processes."""
    cached = files.cache_path("beds")
    places = (folder / "out", folder / "temp", *([cached] if cached.exists() else []))
    found = {path.name for place in places for path in place.glob("*") if place.exists()}
    kept = {name for name in found if name.startswith("none-")}  # what is whole stays in the cache
    threads = {each.name for each in threading.enumerate() if each not in BEFORE}
    children = map(str, set(descendants_here()) - BEFORE)
    return found - kept | threads | set(children)


def descendants_here() -> list[int]:
    return descendants(os.getpid()) if sys.platform == "linux" else []


SHARES = np.linspace(0, 1, 41 if "STEM_ALL_FAULTS" in os.environ else 3)
"""Of each stage: who listens stops it there."""


def listener(stage: Stage, share: float, how: Callable[[], object]) -> Callable[[Progress], object]:
    """Return who stops when so much of a stage is done."""
    return lambda told: how() if told.stage == stage and told.share >= share else None


def raised(error: Exception) -> object:
    raise error


def test_a_track_tells_every_stage_from_start_to_end(folder: Path) -> None:
    target = folder / "out" / "proef.mp3"
    heard: list[Progress] = []
    named: list[bool] = []

    def events(progress: Progress) -> None:
        heard.append(progress)
        named.append(target.exists())

    plan = planned(profile="acx")
    track = make_track(plan, target, with_stems=True, events=events)
    assert not any(named)  # no event comes when the track has its name: who stops it there finds none
    assert tuple(dict.fromkeys(each.stage for each in heard)) == get_args(Stage)
    for name in get_args(Stage):
        shares = [each.share for each in heard if each.stage == name]
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert track.path.exists()
    # What is told changes no byte of it.
    silent = make_track(plan, folder / "other" / "proef.mp3")
    assert silent.path.read_bytes() == track.path.read_bytes()


def test_the_first_event_comes_before_any_work(folder: Path) -> None:
    begun = time.monotonic()
    seen: list[tuple[float, bool]] = []

    def first(_progress: Progress) -> bool:
        seen.append(
            (time.monotonic() - begun, (folder / "out").exists() or files.cache_path("beds").exists())
        )
        return False

    with pytest.raises(Cancelled):
        make_track(planned(bed="zee+regen"), folder / "out" / "proef.mp3", events=first)
    assert len(seen) == 1
    assert seen[0][0] < AT_ONCE_S
    assert not seen[0][1]


@pytest.mark.slow
def test_a_stop_at_any_event_leaves_nothing(folder: Path) -> None:
    target = folder / "out" / "proef.mp3"
    plan = planned(profile="acx")  # the shortest there is
    for number, (name, share) in enumerate(product(get_args(Stage), SHARES)):
        own = ZeroDivisionError("of whoever listens")
        how = partial(raised, own) if number % 2 else partial(bool, 0)
        caught = stopped_by(plan, target, listener(name, share, how))
        assert caught is own if number % 2 else isinstance(caught, Cancelled), (name, share)
        assert left(folder) == set(), (name, share)


def stopped_by(plan: Plan, target: Path, events: Callable[[Progress], object]) -> Exception | None:
    """Return what comes out of a making that is stopped; None when nothing stopped it."""
    try:
        make_track(plan, target, with_stems=True, events=events)
    except (Cancelled, ZeroDivisionError) as error:
        return error
    return None


@pytest.mark.parametrize("how", [lambda: False, lambda: raised(KeyError("own"))], ids=["False", "raises"])
def test_a_stop_while_a_bed_is_made_ends_its_process(folder: Path, how: Callable[[], object]) -> None:
    stopped_at: list[float] = []
    shares: list[tuple[int, float]] = []

    def events(progress: Progress) -> object:
        shares.append((get_args(Stage).index(progress.stage), progress.done))
        if not descendants_here():
            return None
        stopped_at.append(time.monotonic())
        return how()

    with pytest.raises((Cancelled, KeyError)):
        make_track(planned(bed="zee+regen"), folder / "out" / "proef.mp3", events=events)
    assert time.monotonic() - stopped_at[0] < AT_ONCE_S
    assert left(folder) == set()
    assert shares == sorted(shares)


def test_time_goes_on_being_told_while_a_bed_is_made(folder: Path) -> None:
    told: list[float] = []

    def events(progress: Progress) -> object:
        told.append(time.monotonic())
        return progress.stage in ("bed", "speech")  # it is made beside the speech

    with pytest.raises(Cancelled):
        make_track(planned(bed="bruin"), folder / "out" / "proef.mp3", events=events)
    assert max(after - before for before, after in pairwise(told)) < AT_ONCE_S
    assert len(told) > 10


@pytest.mark.parametrize("how", [lambda: False, lambda: raised(OSError("own"))], ids=["False", "raises"])
def test_a_stop_while_phrases_are_said_ends_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[[], object]
) -> None:
    """Who says them here says them for ever."""
    (folder / "slow.py").write_text("import time\ntime.sleep(60)\n")
    plan = planned()
    stopped_at: list[float] = []

    def events(progress: Progress) -> object:
        monkeypatch.setattr(espeak, "_WORKER", str(folder / "slow.py"))
        if progress.stage != "speech" or not set(descendants_here()) - BEFORE:
            return None
        stopped_at.append(time.monotonic())
        return how()

    monkeypatch.setattr("stem.track.make.check_ready", lambda _plan: None)  # which would say a word
    with pytest.raises((Cancelled, OSError)):
        make_track(plan, folder / "out" / "proef.mp3", events=events)
    assert time.monotonic() - stopped_at[0] < AT_ONCE_S
    assert left(folder) == set()


class _FailsAt:
    """Stands in for a function that goes wrong when it is called for the third time."""

    def __init__(self, real: Callable[..., object], error: Callable[[], Exception]) -> None:
        self._real, self._error, self._numbers = real, error, count()

    def __get__(self, owner: object, kind: object = None) -> Callable[..., object]:
        return partial(self, owner) if owner is not None else self

    def __call__(self, *arguments: object, **named: object) -> object:
        if next(self._numbers) == 2:
            raise self._error()
        return self._real(*arguments, **named)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
def test_what_fails_between_pieces_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (mp3, formats):
        monkeypatch.setattr(module, "_PIECE_S", 3)
    monkeypatch.setattr(mp3_kept, "FEWEST", 1000)  # pieces are encoded each time
    target = folder / "out" / "proef.mp3"
    make_track(planned(cover="none"), target).path.unlink()  # from here on the speech is remembered
    full = partial(OutputError, target, Message("the disk is full"))
    faults: list[tuple[object, str, Callable[[], Exception]]] = [
        (Master, "blocks", MemoryError),  # mixing
        (mp3.Quantizer, "__call__", MemoryError),  # encoding
        (mp3, "joined", Cancelled),
        (mp3._Mp3File, "append", full),  # while other pieces wait
    ]
    for owner, name, error in faults:
        told = AudioError if error is MemoryError else type(error())
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, _FailsAt(getattr(owner, name), error))
            with pytest.raises(told, match=r"too little memory|full|Stopped"):
                make_track(planned(cover="none"), target, events=lambda _told: None)
        assert left(folder) == set(), name

    def kill(told: Progress) -> None:
        if told.stage in ("speech", "mix"):
            for child in set(descendants_here()) - BEFORE:
                with suppress(ProcessLookupError):  # one that has just ended by itself
                    os.kill(child, signal.SIGKILL)

    for asked, problem in (({"bed": "bruin"}, "came to an early end"), ({"format": "flac"}, "exit code -9")):
        with pytest.raises(AudioError, match=problem):
            make_track(planned(cover="none", **asked), target.with_suffix(".x"), events=kill)
        assert left(folder) == set(), problem


# --- refused before any work


def refused(folder: Path, plan: Plan, error: type[Exception], target: Path | None = None) -> str:
    """Return what is told of a plan that cannot be made; nothing but the first stage was begun for it."""
    stages: list[Stage] = []
    with pytest.raises(error) as caught:
        make_track(
            plan, target or folder / "out" / "proef.mp3", events=lambda each: stages.append(each.stage)
        )
    assert set(stages) == {"bed"}
    beds = files.cache_path("beds")
    assert not beds.exists() or list(beds.iterdir()) == []
    assert left(folder) == set()
    return str(caught.value)


def test_a_voice_that_may_not_send_is_refused_before_the_bed(folder: Path) -> None:
    plan = planned(voice="google", bed="zee+regen+vogels+beek")
    assert "sends what it says to Google" in refused(folder, plan, EngineUnavailable)


def test_a_voice_that_was_not_downloaded_is_refused_before_the_bed(folder: Path) -> None:
    plan = planned(voice="nathalie", bed="zee+regen")
    assert "has not been downloaded yet" in refused(folder, plan, EngineUnavailable)


def test_a_length_out_of_reach_is_refused_before_the_bed(folder: Path) -> None:
    assert "3:00" in refused(folder, planned(bed="zee", duration_s=180.0), UnreachableLengthError)


@pytest.mark.parametrize("asked", [{"duration_s": 3600.0}, {}], ids=["of a length", "as long as it is"])
def test_what_is_too_large_is_refused_before_the_bed(folder: Path, asked: dict[str, float]) -> None:
    text = SCRIPT.replace("[pauze 2]", "[stilte 600] Nog even. " * 8)
    (folder / "proef.j2").write_text(text, encoding="utf-8")
    plan = planned(bed="zee", destination="mail", **asked)
    assert "does not fit in mail" in refused(folder, plan, UsageError)


def test_a_folder_that_cannot_be_written_is_refused_before_the_bed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *, exist_ok: bool = True) -> None:
        raise OSError(28, f"{path} {exist_ok}")

    monkeypatch.setattr(Path, "touch", full)
    assert "the disk is full" in refused(folder, planned(bed="zee"), OutputError)


# --- progress by itself


@pytest.fixture
def heard() -> Iterator[list[Progress]]:
    """What is told in the stage "mix"."""
    told: list[Progress] = []
    with stage(told.append, "mix"):
        yield told


def test_parts_tell_shares_of_the_whole(heard: list[Progress]) -> None:
    for number in range(2):
        with part(number, 2), part(1, 2):
            beat(0.5)
            beat()
    assert [each.share for each in heard] == [0.0, 0.0, 0.25, 0.375, 0.375, 0.5, 0.75, 0.875, 0.875]


def test_who_opened_no_stage_hears_nothing(heard: list[Progress]) -> None:
    thread = threading.Thread(target=beat, args=(0.5,))
    thread.start()
    thread.join()
    with stage(None, "check"):
        beat(0.7)
    assert [each.share for each in heard] == [0.0]


def test_a_stage_within_another_gives_it_back(heard: list[Progress]) -> None:
    inner: list[Progress] = []
    with stage(inner.append, "files"):
        pass
    beat(0.5)
    assert [each.stage for each in inner] == ["files", "files"]
    assert heard[-1] == Progress("mix", 0.5)


def test_what_cannot_tell_that_it_goes_on_is_left_to_itself_at_a_stop() -> None:
    told, go_on = count(), threading.Event()
    begun = time.monotonic()
    with pytest.raises(Cancelled), stage(lambda _told: next(told) < 3, "speech"):
        apart(lambda: go_on.wait(60), go_on.set)
    assert time.monotonic() - begun < AT_ONCE_S
    assert go_on.is_set()


def test_what_is_done_apart_gives_what_comes_of_it(heard: list[Progress]) -> None:
    assert apart(lambda: threading.current_thread().name) != threading.current_thread().name
    with pytest.raises(ZeroDivisionError):
        apart(lambda: raised(ZeroDivisionError()))
    assert {each.stage for each in heard} == {"mix"}


def test_where_nobody_hears_of_it_nothing_is_done_apart() -> None:
    assert apart(lambda: threading.current_thread().name) == threading.current_thread().name


# --- the process that makes a bed


def ending(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process that makes beds end with an exit code before anything is made."""
    command = [sys.executable, "-I", "-c", f"raise SystemExit({code})"]
    monkeypatch.setattr(bed_worker, "python_main", lambda _module: command)


def test_a_bed_whose_process_dies_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ending(1, monkeypatch)
    with pytest.raises(AudioError, match="the process that made it came to an early end"):
        load_bed("zee", 1)
    assert list(files.cache_path("beds").iterdir()) == []


def test_a_bed_for_which_the_disk_has_no_room_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ending(errno.ENOSPC, monkeypatch)
    with pytest.raises(OutputError, match="the disk is full"):
        load_bed("zee", 1)
    assert list(files.cache_path("beds").iterdir()) == []


def test_a_bed_is_the_same_from_a_process_of_its_own(folder: Path) -> None:
    with (folder / "bed").open("w+b") as file:
        bed_worker.write_loops("kamer", 2**70 + 5, file)
    (made,) = BEDS["kamer"].make(2**70 + 5)
    assert np.array_equal(np.fromfile(folder / "bed", "<f4"), made.ravel())
