"""The process in which tracks of a batch get their names while faults happen; a fork of it where one ends it.

What is given its name is a track of a few bytes, with a record that has its hash: whether a track is whole is
not what this is about (see `faultworkshop`), but what stands beside what at every moment.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import hashlib
import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import warm
from faultcalls import ANY, NEVER, Calls

from stem.config import Config
from stem.errors import OutputError
from stem.files import is_temporary, publish, sweep, temporary_beside
from stem.practice.batch import job as making
from stem.practice.batch.jobs import Job
from stem.practice.lists import Place
from stem.track.spec import TrackSpec

NAME = "c001_proef"
TRACK, RECORD = f"{NAME}.mp3", f"{NAME}.stem.json"
FOREIGN = "someone's own work"
ERRORS = ("ENOSPC", "EIO", "EACCES")
COMES = "comes"
"""Someone else's file comes where the track is to be."""
OTHERS = ("Ctrl-C", COMES, *ERRORS)
_ENDING = ("Ctrl-C", "kill")

Files = Mapping[str, str]
"""Content by name."""


def track(version: str, *captions: str) -> dict[str, str]:
    """Return the files of a track: itself, its record, and what is beside it."""
    sound = f"the sound of {version}"
    beside = {f"{NAME}.{kind}": f"the words of {version} as {kind}" for kind in captions}
    document = {
        "stem_record": 1,
        "track": {"suffix": ".mp3", "bytes": len(sound), "sha256": digest(sound)},
        "beside": [
            {"ending": name.removeprefix(NAME), "sha256": digest(text)} for name, text in beside.items()
        ],
    }
    return {TRACK: sound, RECORD: json.dumps(document), **beside}


def digest(text: str) -> str:
    """Return the hash of a file's content."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Case:
    """What is there, and what is to come.

    Attributes:
        name: For the report.
        there: The files that are there.
        made: The files that are given their names.
        force: Whether whatever is there may be replaced.
        naive: Whether that is done as one would first think of: each file in place of the older one.
    """

    name: str
    there: Files
    made: Files
    force: bool = False
    naive: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """A run that met a fault.

    Attributes:
        kind: "kill", or of `OTHERS`.
        operation: The call at which it came.
        wrong: What is wrong afterwards, as sentences.
        left: The files that were there afterwards.
    """

    kind: str
    operation: str
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def faults(folder: Path, case: Case, calls: Calls, at_each: int) -> list[Met]:
    """Let faults happen at every call of a run: it is killed, and so many other kinds have their turn."""
    output = folder / "output"
    _restore(output, case)
    operations = _run(output, case, calls, "", ANY)[1].split("\0")[:-1]
    in_turn = itertools.cycle(OTHERS)
    tried: dict[str, list[str]] = {}
    found = []
    for call, operation in enumerate(operations, start=1):
        for kind in ("kill", *itertools.islice(in_turn, at_each)):
            _restore(output, case)
            code, _ = _run(output, case, calls, kind, call)
            left = _files(output)
            wrong = judge(case, left, came=kind == COMES and left.get(TRACK) == FOREIGN)
            wrong += _told_wrongly(kind, code)
            state = json.dumps(left, sort_keys=True)
            if state not in tried:  # from the same state a run does the same
                tried[state] = _next(output, case, calls, left)
            found.append(Met(kind, _plain(operation), wrong + tried[state], sorted(left)))
    return found


def judge(case: Case, left: Files, *, came: bool) -> list[str]:
    """Return what is wrong with the files that a fault left.

    Args:
        case: What was there, and what was to come.
        left: What is there now.
        came: Whether someone else's file took the name of the track meanwhile.
    """
    is_new = left.get(RECORD) == case.made[RECORD]
    known = _known(left.get(RECORD, ""))
    owned = {} if case.force else {name: text for name, text in case.there.items() if text == FOREIGN}
    wrong = [f"{name} was lost" for name, text in owned.items() if left.get(name) != text]
    for name, text in left.items():
        stays = text == FOREIGN and (name in owned or (case.force and not is_new) or (came and name == TRACK))
        if name != RECORD and not stays and known.get(name.removeprefix(NAME)) != digest(text):
            wrong.append(f"{name} is not what the record beside it is of")
    return wrong


def _known(record: str) -> dict[str, str]:
    """Return the hashes in a record, by the ends of names."""
    try:
        document = json.loads(record)
    except ValueError:  # damaged, or not there
        return {}
    beside = {each["ending"]: each["sha256"] for each in document["beside"]}
    return {".mp3": document["track"]["sha256"], **beside}


def _told_wrongly(kind: str, code: int) -> list[str]:
    expected = {"kill": {-signal.SIGKILL}, "Ctrl-C": {130}}.get(kind, {0, 1})
    return [] if code in expected else [f"the exit code is {code}"]


def _next(output: Path, case: Case, calls: Calls, left: Files) -> list[str]:
    """Try whether the next run does what the first would have done."""
    foreign = [name for name, text in left.items() if text == FOREIGN and not case.force]
    code, _ = _run(output, case, calls, "", NEVER)
    sweep(output)
    now = _files(output)
    if foreign:
        return [] if code == 1 and now == left else [f"the next run does not leave {foreign} alone"]
    if code != 0 or now != case.made:
        return [f"the next run ends with {code} and leaves {sorted(now)}"]
    return [f"{path.name} was not swept" for path in output.iterdir() if is_temporary(path)]


def _restore(output: Path, case: Case) -> None:
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    for name, text in case.there.items():
        (output / name).write_text(text)


def _files(output: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in output.iterdir() if not is_temporary(path)}


def _plain(operation: str) -> str:
    """Return a call without what is drawn by lot."""
    call, _, place = operation.partition(" ")
    parts = ["*" if is_temporary(Path(part)) else part for part in Path(place).parts]
    return f"{call} {'/'.join(parts)}"


def _run(output: Path, case: Case, calls: Calls, kind: str, call: int) -> tuple[int, str]:
    """Give the files their names, with a fault at a call; return the exit code and all calls.

    What a signal ends is a fork.
    """
    if kind not in _ENDING:
        told: list[str] = []
        try:
            code = _settle(output, case, calls, partial(_strike, kind, output, told.append), call)
        finally:
            calls.disarm()
        return code, "".join(told)
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        code = 99
        try:
            told_of = partial(_strike, kind, output, lambda text: os.write(writer, text.encode()))
            code = _settle(output, case, calls, told_of, call)
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answer:
        all_told = answer.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), all_told


def _settle(output: Path, case: Case, calls: Calls, strike: Callable[[str], None], call: int) -> int:
    job = Job(Place("row", 1), "c001", TrackSpec("proef"), Config(), output / TRACK, force=case.force)
    try:
        with temporary_beside(job.target) as folder:
            folder.mkdir()
            for name, text in case.made.items():
                (folder / name).write_text(text)
            calls.arm(call, strike)
            (_settle_naively if case.naive else making.settle)(folder, job)
    except (OutputError, OSError):  # `job.make` tells either
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _settle_naively(folder: Path, job: Job) -> None:
    for path in sorted(folder.iterdir()):
        publish(path, job.target.with_name(path.name), overwrite=True)


def _strike(kind: str, output: Path, tell: Callable[[str], object], operation: str) -> None:
    tell(f"{operation}\0")
    if kind in ERRORS:
        number = getattr(errno, kind)
        raise OSError(number, os.strerror(number), operation.partition(" ")[2])
    if kind == COMES:
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(output / TRACK, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(descriptor, FOREIGN.encode())
    elif kind:
        os.kill(os.getpid(), signal.SIGKILL if kind == "kill" else signal.SIGINT)


def run_faults(folder: Path, cases: Sequence[Case], at_each: int) -> list[list[Met]]:
    """Let a process of its own try cases; return what each led to.

    Args:
        folder: An empty folder, for this alone.
        cases: What is tried.
        at_each: Of how many of `OTHERS` each call has a turn, besides being killed.
    """
    job = {"cases": [asdict(case) for case in cases], "at_each": at_each}
    done = warm.run(
        [sys.executable, __file__, json.dumps(job)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [[Met(**met) for met in each] for each in json.loads(done.stdout)]


def main(job: Mapping[str, Any]) -> None:
    """Print what the faults of cases led to."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    calls = Calls(Path.cwd())
    gc.freeze()  # what a fork searches, it copies
    met = [faults(Path.cwd(), Case(**case), calls, job["at_each"]) for case in job["cases"]]
    print(json.dumps([[asdict(each) for each in those] for those in met]))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
