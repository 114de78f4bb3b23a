"""One job on another machine: what it needs of the user's folder travels with it, its files travel back.

The track is made in a process of its own: that folder is its working folder, and a worker of a cluster often
does several things at once in one process. What a voice needs that is installed, a neural model for one, has
to be on the worker; so have files that are named by an absolute path.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import platformdirs

from stem import __version__
from stem.cores import use_cores
from stem.errors import AudioError, StemError
from stem.files import HERE, output_error, temporary_folder
from stem.messages import Message
from stem.practice.batch.job import failure, make_parcel
from stem.practice.batch.jobs import Failure, Job, Result
from stem.programs import python_main
from stem.script.dutch.lexicon import FILE_NAME as LEXICON
from stem.script.template import find_script
from stem.voices.permission import asks_leave, give_leave, has_leave
from stem.voices.speakers import recordings_folder
from stem.voices.template import find_voice

_FOLDERS = ("scripts", "voice_templates")
_CONFIG = "config"
_HOME = "home"
_MADE = "made"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What jobs need of the folder where they were asked for.

    Attributes:
        version: Of the stem that packed it.
        files: Content by path, relative and with slashes.
        lexicon: The user's own lexicon; empty when there is none.
        programs: The voices that may run a program: the user has given leave for what they are here.
    """

    version: str
    files: dict[str, bytes]
    lexicon: bytes
    programs: tuple[str, ...] = ()


def packed(jobs: Sequence[Job]) -> Bundle:
    """Return what jobs need of their project's folder, and of the user's settings.

    Raises:
        AudioError: when a file cannot be read.
    """
    own = platformdirs.user_config_path("stem", appauthor=False) / LEXICON
    files: dict[str, bytes] = {}
    try:
        for home, path in _needed(jobs):
            _check_inside(path, home)
            files[path.relative_to(home).as_posix()] = path.read_bytes()
        lexicon = own.read_bytes() if own.is_file() else b""
    except OSError as error:
        raise AudioError(
            error.filename or Message("the folder"),
            Message("it cannot be read ({reason})", reason=error.strerror),
        ) from error
    return Bundle(__version__, files, lexicon, tuple(sorted(_programs(jobs))))


def _programs(jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the names, or the files, of the voices of jobs that asked for leave and have it."""
    wished = {
        (job.spec.voice or find_script(job.spec.script, job.home).voice or job.settings.voice, job.home)
        for job in jobs
    }
    for wish, home in {*wished, *((job.spec.fill, job.home) for job in jobs)}:
        if wish and recordings_folder(wish, home) is None:
            voice = find_voice(wish, home)
            if asks_leave(voice) and has_leave(voice):
                yield wish


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def make_away(job: Job, luggage: Bundle) -> Result:
    """Make a job's track on this machine for another one; the task of a cluster's worker."""
    if luggage.version != __version__:
        hint = Message("Install the same version on every worker.")
        return Failure(
            Message(
                "The worker has stem {theirs}, and this is stem {ours}.",
                theirs=__version__,
                ours=luggage.version,
            ),
            hint,
        )
    try:
        with temporary_folder() as folder:
            _unpack(luggage, folder)
            return _made_by_child(job, luggage.programs, folder)
    except (StemError, OSError) as error:
        return failure(error)


def _made_by_child(job: Job, programs: tuple[str, ...], folder: Path) -> Result:
    environment = {
        **os.environ,
        "XDG_CONFIG_HOME": str(folder / _CONFIG),
    }
    child = subprocess.run(  # noqa: S603 - our own interpreter; the job goes over standard input
        python_main("stem.practice.batch.remote_job"),
        input=pickle.dumps((replace(job, home=HERE), programs, folder / _MADE)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder / _HOME,
        env=environment,
        check=False,
    )
    if child.returncode != 0 or not child.stdout:
        return Failure(
            Message("The process that made it came to its end before it was done."), Message("Try it again.")
        )
    result: Result = pickle.loads(child.stdout)  # noqa: S301 - our own child wrote it
    return result


def _unpack(luggage: Bundle, folder: Path) -> None:
    home = folder / _HOME
    try:
        (folder / _MADE).mkdir()
        home.mkdir()
        for name, content in luggage.files.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if luggage.lexicon:
            own = folder / _CONFIG / "stem" / LEXICON
            own.parent.mkdir(parents=True)
            own.write_bytes(luggage.lexicon)
    except OSError as error:
        raise output_error(folder, error) from error


def _check_inside(path: Path, home: Path) -> None:
    """Refuse a link out of the folder: whoever gave the folder away would get what it leads to.

    Raises:
        AudioError: when it is one.
    """
    if not path.resolve().is_relative_to(home.resolve()):
        hint = Message("Put the file itself there.")
        raise AudioError(
            path, Message("it is a link out of this folder, and does not go to a cluster"), hint=hint
        )


def _needed(jobs: Sequence[Job]) -> Iterator[tuple[Path, Path]]:
    """Yield the files that are named by a relative path, each with the folder that it lies in."""
    named = {(job.home, Path(name)) for job in jobs for name in (LEXICON, *_FOLDERS)}
    for job in jobs:
        spec, settings = job.spec, job.settings
        wishes = (spec.script, spec.voice, spec.bed, spec.cover, settings.voice, settings.bed)
        named |= {
            (job.home, Path(wish))
            for wish in (*wishes, settings.cover, settings.intro, settings.outro)
            if isinstance(wish, str) and wish
        }
    for home, name in sorted(named):
        if name.is_absolute() or ".." in PurePath(name).parts or len(str(name)) > 255:  # noqa: PLR2004 - a text
            continue
        path = home / name
        if path.is_file():
            yield home, path
        elif path.is_dir() and name.parts:
            found = (each for each in path.rglob("*") if each.is_file())
            yield from sorted((home, each) for each in found if not _is_hidden(each.relative_to(home)))


def main() -> None:
    """Make the job that comes in on standard input; its result goes out on standard output."""
    use_cores(1)
    work: tuple[Job, tuple[str, ...], Path] = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    job, programs, made = work
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may come between
    for voice in programs:
        give_leave(
            find_voice(voice)
        )  # what travelled here, in a settings folder that lasts as long as the job
    with answer:
        pickle.dump(make_parcel(job, made), answer)
