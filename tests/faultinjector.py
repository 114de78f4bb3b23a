"""A fault at every I/O call of a run: the 1st call, the 2nd ... until the last (SQLite's way).

A run is `stem make` of a short script, through the command line's own door. An I/O call is whatever opens,
writes, flushes, names, removes, locks or lists something in the output folder, the cache or the folder for
temporary files. A process of its own (`faultworkshop`) runs them.

    run_faults   a fault at every call
    run_signals  Ctrl-C, kill and terminate, at moments
    judge        what is wrong with the folders after a run that met a fault
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import warm

SCRIPT = '+++\ntitle = "Proef"\nbed = "none"\nvoice = "rustig"\n+++\nWelkom.\n'
COMMAND = ("make", "proef.j2", "--profile", "acx")
"""One word without a background, and with little around it: the shortest run that goes through everything."""

ERRORS = ("ENOSPC", "EIO", "EACCES")
SIGNALS = {"Ctrl-C": 2, "kill": 9, "terminate": 15}
"""Their numbers, wherever there is fork."""
COMERS = ("file", "folder", "link", "nowhere")
"""What someone else makes at that moment under the name that the track is to have."""
KINDS = (*ERRORS, "Ctrl-C", "kill", *COMERS)

PLACES = ("output", "cache", "temp", "elsewhere")
"""The folders of a run."""
OLDER = b"an older track"
FOREIGN = b"someone's own work"
CAME = {
    "file": hashlib.sha256(FOREIGN).hexdigest(),
    "folder": "folder",
    "link": "link to ../elsewhere/notes.txt",
    "nowhere": "link to nowhere",
}
"""How `snapshot` shows what came."""
REMOVALS = {"unlink", "rmdir"}
INTERRUPTED = 130
_OURS = re.compile(r"\.stem-[0-9a-f]{8}-\d+-[0-9a-f]{8}\.tmp|stem-[^/]*")
"""The names of temporary files beside a track, and of what lies in the folder for temporary files."""

_PROGRAM = Path(__file__).with_name("faultworkshop.py")

Snapshot = Mapping[str, str]
"""What is in the folders: path -> kind and content."""


@dataclass(frozen=True, slots=True)
class Case:
    """The state in which a run begins, and what is asked of it.

    Attributes:
        name: For the report.
        options: After `COMMAND`.
        older: Whether an older file has the name of the track.
        remembered: What is in the cache.
        comes_at: Where someone else's file appears; by default where the track is to be.
        of_places: Of which folders the calls meet faults, unless every call does.
        kinds: Of `KINDS`: what happens at these calls.
        naive: Whether files are written as a naive writer would: under their final names from the start.
    """

    name: str
    options: Sequence[str] = ()
    older: bool = False
    remembered: Sequence[str] = ("beds", "speech")
    comes_at: str = ""
    of_places: Sequence[str] = ("output", "cache", "temp")
    kinds: Sequence[str] = KINDS
    naive: bool = False

    @property
    def overwrite(self) -> bool:
        """Whether the older file may be replaced."""
        return "--force" in self.options

    @property
    def wanted(self) -> str:
        """Where the track will be."""
        return "output/proef-2.mp3" if self.older and not self.overwrite else "output/proef.mp3"

    @property
    def contested(self) -> str:
        """Where someone else's file appears."""
        return self.comes_at or self.wanted


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that met a fault.

    Attributes:
        kind: One of `KINDS` or `SIGNALS`; empty when someone else came too late for the name.
        call: At which I/O call, counted from 1; 0 when it came at a moment.
        operation: The call, and of what: "link output/proef.mp3"; empty when a run has fewer calls.
        code: The exit code; less than nothing when a signal ended it.
        told: Its standard error.
        wrong: What is wrong afterwards, as sentences.
    """

    kind: str
    call: int = 0
    operation: str = ""
    code: int = 0
    told: str = ""
    wrong: list[str] = field(default_factory=list)


# --- the judge


def judge(case: Case, met: Outcome, before: Snapshot, after: Snapshot, whole: set[str]) -> list[str]:
    """Return what is wrong after a run that met a fault, as sentences.

    Args:
        case: What was asked.
        met: The fault, the exit code and what was told; `wrong` is not looked at.
        before: The folders before the run, with what someone else put there during it.
        after: The folders after it.
        whole: The contents that finished files have.
    """
    new = {name: content for name, content in after.items() if before.get(name) != content}
    published = {name for name in new if name.startswith("output/") and not is_temporary(name)}
    may_go = {case.wanted} if case.overwrite else set()
    wrong = [f"{name} is broken" for name in sorted(published) if new[name] not in whole]
    owned = {name for name in before if name.startswith(("output/", "elsewhere/")) and not is_temporary(name)}
    touched = sorted(name for name in owned - may_go if after.get(name) != before[name])
    wrong += [f"{name} was {'changed' if name in after else 'lost'}" for name in touched]
    if may_go & before.keys() - after.keys():
        wrong.append(f"{case.wanted} was lost")
    operation, _, place = met.operation.partition(" ")
    removing = operation in REMOVALS or after.get(place) == "folder"  # which has to be opened and listed
    if met.kind != "kill" and not (met.kind in ERRORS and removing):
        wrong += [f"{name} was left" for name in sorted(new) if is_temporary(name)]
    made = published if not case.overwrite else {case.wanted} & after.keys()
    is_made = any(after[name] in whole for name in made)
    is_free = not case.overwrite and case.contested == case.wanted
    return wrong + _wrongly_told(met, is_made=is_made, is_free=is_free)


def is_temporary(name: str) -> bool:
    """Tell whether a path is one of what a run should have removed at its end."""
    place, _, rest = name.partition("/")
    return place == "temp" or _OURS.fullmatch(rest.rpartition("/")[2]) is not None


def _wrongly_told(met: Outcome, *, is_made: bool, is_free: bool) -> list[str]:
    """Return what is wrong with how a run ended and what it said of that.

    Args:
        met: The fault, the exit code and what was told.
        is_made: Whether the track is there.
        is_free: Whether the track may get another name.
    """
    expected = {-SIGNALS["kill"]} if met.kind == "kill" else {INTERRUPTED} if met.kind in SIGNALS else {0, 1}
    if met.code not in expected:
        return [f"the exit code is {met.code}: {met.told}"]
    if met.kind in COMERS and met.code != 0 and is_free:
        return [f"it does not take the next name: {met.told}"]
    if not is_made and (met.code == 0 or "was made." in met.told):
        return ["it says that all went well, and there is no track"]
    # What should stand beside a track may fail when that is made already.
    if met.code == 1 and not re.fullmatch(r"(\S+ was made\.\n)?Error: [^\n]+\.\n(Hint: [^\n]+\n)?", met.told):
        return [f"that is not one sentence: {met.told}"]
    if "stem itself" in met.told or "the system refused" in met.told or "Traceback" in met.told:
        return [f"the error is not ours: {met.told}"]
    return []


# --- for tests


def run_faults(folder: Path, case: Case, *, every: bool) -> list[Outcome]:
    """Run a case with faults at its I/O calls.

    Args:
        folder: An empty folder, for this alone.
        case: What is run.
        every: Whether every single call meets every kind of fault, instead of some of them one kind in turn.
    """
    return _done(folder, {"case": asdict(case), "every": every})


def run_signals(folder: Path, case: Case, moments: Sequence[float]) -> list[Outcome]:
    """Run a case and send it signals, in turn each of `SIGNALS`, at these moments.

    Args:
        folder: An empty folder, for this alone.
        case: What is run.
        moments: As shares of the time that a run takes.
    """
    return _done(folder, {"case": asdict(case), "moments": moments})


def _done(folder: Path, job: Mapping[str, Any]) -> list[Outcome]:
    """Let a process of its own do a job."""
    for name in (*PLACES, "home"):
        (folder / name).mkdir()
    (folder / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    done = warm.run(
        [sys.executable, str(_PROGRAM), json.dumps(job)],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Outcome(**outcome) for outcome in json.loads(done.stdout)]


def environment(folder: Path) -> dict[str, str]:
    """Return the variables that keep a run inside `folder`."""
    own = {"HOME": "home", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "home", "XDG_DATA_HOME": "home"}
    paths = {name: str(folder / place) for name, place in {**own, "TMPDIR": "temp"}.items()}
    return {**os.environ, **paths, "PYTHONDONTWRITEBYTECODE": "1"}


def snapshot(folder: Path) -> dict[str, str]:
    """Return what is in the folders of a run, with the content of files and where links lead."""
    found = {}
    for place in PLACES:
        for path in sorted((folder / place).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                found[name] = f"link to {path.readlink()}"
            elif path.is_dir():
                found[name] = "folder"
            else:
                # Who reads the cache finds out by itself whether an entry is damaged.
                found[name] = "cached" if place == "cache" else hashlib.sha256(path.read_bytes()).hexdigest()
    return found
