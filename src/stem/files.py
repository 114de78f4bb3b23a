"""Files appear under their final name whole or not at all; names and folders that are safe everywhere.

A file is written under a private name beside its final one, then given the final name in one step. What a run
that was killed leaves behind is recognisable by its name and is swept by the next one.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import math
import os
import platform
import re
import secrets
import shutil
import stat
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from stem.errors import BusyError, OutputError
from stem.filenames import free_name, safe_name, same_name
from stem.messages import Message
from stem.progress import beat

__all__ = [
    "HERE",
    "cache_folder",
    "cache_path",
    "create_private",
    "expanded",
    "file_hash",
    "free_name",
    "is_outside",
    "is_temporary",
    "lock",
    "output_error",
    "packaged_folder",
    "publish",
    "safe_name",
    "same_name",
    "sweep",
    "temporary_beside",
    "temporary_folder",
    "write_whole",
]

HERE = Path()
"""The folder of a program that is run in it, as the command line is."""

_TEMPORARY = re.compile(r"\.stem-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp")
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
_WINDOWS_DEAD_AFTER_S = 24 * 3600
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

_LOOK_S = 0.01
"""How often who waits for a lock looks again."""

_FULL = Message("Make room there, or choose another folder {for_output}; then {try_again}.")
_ELSEWHERE = Message("Choose another folder {for_output}.")
_OTHER_NAME = Message("Choose another name {for_output}, or remove that file first.")
_DENIED = (Message("you have no permission to write there"), _ELSEWHERE)
_FILE_THERE = (Message("there is a file where a folder should be"), _ELSEWHERE)
_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: (Message("the disk is full"), _FULL),
    errno.EDQUOT: (Message("your share of the disk is full"), _FULL),
    errno.EFBIG: (Message("the file would be larger than is allowed there"), _FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM), _DENIED),
    errno.EROFS: (Message("that disk can only be read"), _ELSEWHERE),
    errno.ENOENT: (Message("there is no such folder"), _ELSEWHERE),
    **dict.fromkeys((errno.ENOTDIR, errno.EEXIST), _FILE_THERE),
    errno.EISDIR: (Message("there is a folder with that name"), Message("Choose another name {for_output}.")),
    errno.ENAMETOOLONG: (Message("the name is too long"), Message("Choose a shorter name {for_output}.")),
}


def output_error(path: Path, error: OSError) -> OutputError:
    """Return the error that tells a user why the system would not write `path`.

    A temporary name means nothing to a user: its folder is named instead.
    """
    place = path.parent if is_temporary(path) else path
    problem, hint = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__, ""))
    return OutputError(place, problem, hint=hint)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content; an OSError comes out as it is."""
    if not (path.is_file() or path.is_dir()) and path.exists():  # a pipe would never come to its end
        raise OSError(errno.EINVAL, Message("it is no file"), str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def expanded(path: str, folder: Path = HERE) -> Path:
    """Return the path that a user means, "~" included; one that is relative is so to `folder`.

    Raises:
        OutputError: when the system could never have such a path.
    """
    try:
        found = folder / Path(path).expanduser()
        found.is_dir()
    except OSError as error:
        raise output_error(Path(path), error) from error
    except (RuntimeError, ValueError) as error:  # ~nobody; a NUL
        raise OutputError(
            path, Message("there is no such folder"), hint=Message("Choose another name.")
        ) from error
    return found


def is_outside(path: str, folder: Path = HERE) -> bool:
    """Tell whether a path leads out of a project's folder, also through a link.

    What a file names that someone else may have written, settings, a list or a record, must lie inside: who
    gives a path on the command line knows what is read.
    """
    try:
        named, here = folder / Path(path).expanduser(), folder.resolve()
        if named.is_absolute() and named.drive != here.drive:  # another machine's would get to know of us
            return True
        return not named.resolve().is_relative_to(here)
    except (OSError, RuntimeError, ValueError):  # ~nobody, a loop of links, a NUL: no file at all
        return False


@contextmanager
def temporary_beside(final: Path) -> Iterator[Path]:
    """Lend a private name in the folder of `final`, so on the same disk; what is left there is removed.

    The file itself is the caller's to create, so that it gets the permissions new files have. The name holds
    nothing of the final one: it may be seen in listings and by sync programs.

    Raises:
        OutputError: when the folder cannot be made.
    """
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(final, error) from error
    temporary = final.parent / _temporary_name()
    try:
        yield temporary
    finally:
        _remove(temporary)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Lend an empty folder that only its owner may look into, where the system keeps temporary files.

    What dead runs left there is swept first, for it may hold what was to be said.

    Raises:
        OutputError: when it cannot be made.
    """
    place = Path(tempfile.gettempdir())
    _sweep_once(place)
    folder = place / _temporary_name()
    try:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise output_error(place, error) from error
        yield folder
    finally:
        _remove(folder)


def publish(temporary: Path, final: Path, *, overwrite: bool) -> None:
    """Give a finished temporary file its final name in one step, after its content has reached the disk.

    Args:
        temporary: A complete, closed file in the folder of `final`; gone afterwards.
        final: The name to give.
        overwrite: Whether a file that has the name may be replaced.

    Raises:
        OutputError: when the name is taken and may not be replaced, or the system refuses. `final` is then as
            it was.
    """
    try:
        _flush(temporary)
        if overwrite:
            temporary.replace(final)
        else:
            _name_if_free(temporary, final)
    except FileExistsError as error:
        raise OutputError(final, Message("it exists already"), hint=_OTHER_NAME) from error
    except OSError as error:
        raise output_error(final, error) from error
    _flush_folder(final.parent)


def create_private(path: Path, content: bytes) -> None:
    """Create a file that only its owner may read; an OSError, also when there is one, comes out as it is."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def write_whole(path: Path, content: bytes, *, overwrite: bool = True, private: bool = False) -> None:
    """Write `content` to `path`, making its folders; an older file is replaced in one step, if it may be.

    A private one only its owner may read.

    Raises:
        OutputError: when it cannot be written, or when the name is taken and may not be replaced; what has it
            is then untouched.
    """
    with temporary_beside(path) as temporary:
        try:
            if private:
                create_private(temporary, content)
            else:
                temporary.write_bytes(content)
        except OSError as error:
            raise output_error(path, error) from error
        publish(temporary, path, overwrite=overwrite)


@contextmanager
def lock(path: Path, patience_s: float = math.inf) -> Iterator[None]:
    """Hold a lock that one thread of one process has at a time; a run that dies gives it back.

    Args:
        path: The lock's file: nothing but a lock, made when needed with its folders, and never to be deleted
            (who waits on a deleted file and who makes a new one would both have the lock).
        patience_s: Seconds to wait while another has it.

    Raises:
        BusyError: when another still has it.
        OutputError: when the disk knows no locks, or the file cannot be made.
    """
    from filelock import FileLock, Timeout  # only those who share something need it

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A lock that is only a file's presence would outlive a run that dies.
        held = FileLock(
            path, patience_s, 0o600, thread_local=False, poll_interval=_LOOK_S, fallback_to_soft=False
        )
        held.acquire(cancel_check=_is_stopped)
    except Timeout as error:
        raise BusyError(path) from error
    except OSError as error:
        raise output_error(path, error) from error
    try:
        yield
    finally:
        with suppress(OSError):  # a disk that is gone by now has no lock either
            held.release()


def _is_stopped() -> bool:
    """Raise when the work that waits is to stop."""
    beat()
    return False


def is_temporary(path: Path) -> bool:
    """Tell whether a file is one that was lent for a while, of any run on any machine."""
    return _TEMPORARY.fullmatch(path.name) is not None


def sweep(folder: Path) -> None:
    """Remove the temporary files and folders that dead runs on this machine left in `folder`, nothing else.

    Nothing is raised: a file that cannot be removed is for a later run.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            match = _TEMPORARY.fullmatch(path.name)
            # Process numbers of another machine (a shared folder, a container) say nothing here.
            if match is None or match[1] != _machine():
                continue
            with suppress(OSError):
                if not _may_live(path, int(match[2])):
                    _unlink(path)


def cache_path(kind: str) -> Path:
    """Return where `cache_folder` is or would be; nothing is made."""
    return platformdirs.user_cache_path("stem", appauthor=False) / kind


def cache_folder(kind: str) -> Path:
    """Return the folder for one kind of things that can be made again; only its owner may look inside.

    Raises:
        OutputError: when it cannot be made, or others may change what is in it: nothing there is believed.
    """
    folder = cache_path(kind)
    try:
        folder.parent.parent.mkdir(parents=True, exist_ok=True)
        for private in (folder.parent, folder):
            private.mkdir(mode=0o700, exist_ok=True)
            _check_own(private)
    except OSError as error:
        raise output_error(folder, error) from error
    return folder


def _check_own(folder: Path) -> None:
    """Look whether a folder, and a link by which it is reached, are ours alone to change.

    Raises:
        OutputError: when they are not.
        OSError: when they cannot be looked at.
    """
    if sys.platform == "win32":  # where a user's folders are the user's
        return
    status = folder.stat()
    if {status.st_uid, folder.lstat().st_uid} != {os.getuid()} or status.st_mode & _OTHERS_WRITE:
        hint = Message("Let XDG_CACHE_HOME name a folder of your own; to let nobody else in: chmod 700")
        raise OutputError(folder, Message("others may change what is in it"), hint=hint)


def packaged_folder(kind: str) -> Path:
    """Return a folder that came with stem, such as "scripts": in the wheel or the checkout."""
    return _packaged_folder(Path(__file__), kind)


@functools.cache  # a plan asks for it some fifty times
def _packaged_folder(module: Path, kind: str) -> Path:
    package = module.resolve().parent
    installed = package / kind
    return installed if installed.is_dir() else package.parent.parent / kind


@functools.cache
def _sweep_once(folder: Path) -> None:
    """Sweep a folder at its first use in this run: it may be large, and a run has a hundred phrases."""
    sweep(folder)


def _temporary_name() -> str:
    return f".stem-{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.tmp"


def _remove(temporary: Path) -> None:
    """Remove a temporary file or folder, or leave that to the next run; what happened before matters more."""
    try:
        _unlink(temporary)
    except KeyboardInterrupt:  # just before: whoever pressed Ctrl-C is told that nothing is left
        _unlink(temporary)
        raise


def _unlink(path: Path) -> None:
    """Remove a file or a folder with what is in it, as far as the system lets us; a link is a file."""
    with suppress(OSError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _machine() -> str:
    """Return a mark of this machine (or container) from which its name cannot be read."""
    return f"{zlib.crc32(platform.node().encode(errors='replace')):08x}"


def _may_live(path: Path, process_id: int) -> bool:
    """Tell whether the process that made the temporary file `path` may still be running."""
    if sys.platform == "win32":  # os.kill(pid, 0) is no question there: it sends Ctrl-C
        return time.time() - path.stat().st_mtime < _WINDOWS_DEAD_AFTER_S
    try:
        os.kill(process_id, 0)
    except (OSError, OverflowError) as error:
        return isinstance(error, PermissionError)  # it lives, as someone else's
    return not _is_over(process_id)


def _is_over(process_id: int) -> bool:
    """Tell whether a process has ended, and only its parent has not asked how: in a container for ever."""
    try:
        told = Path(f"/proc/{process_id}/stat").read_bytes()
    except OSError:  # no Linux; or it is gone by now, which a later run sees
        return False
    return told.rpartition(b")")[2].split()[:1] == [b"Z"]  # proc_pid_stat(5); a name may have brackets


def _flush(path: Path) -> None:
    """Wait until the content of `path` is on the disk; before that, a name could outlive its content."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk, where the system can do that."""
    # The file has its name by now; that Windows and some network disks cannot flush folders is no failure.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _name_if_free(temporary: Path, final: Path) -> None:
    """Give `temporary` the name `final`; FileExistsError when taken, with no moment between look and act."""
    try:
        os.link(temporary, final)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
    else:
        with suppress(OSError):  # a second name of a finished file: its lender or the next run removes it
            temporary.unlink()
        return
    # USB sticks (FAT, exFAT) and some network disks have no hard links. Creating the name exclusively claims
    # it just as safely; the price is that a crash between the two steps leaves an empty file.
    try:
        final.touch(exist_ok=False)
        temporary.replace(final)
    except FileExistsError:
        raise
    except BaseException:  # Ctrl-C too: give the name back
        with suppress(OSError):
            if final.stat().st_size == 0:
                final.unlink()
        raise


def give_name(temporary: Path, target: Path, *, overwrite: bool) -> Path:
    """Give a file its name; when that is taken, the next free one, also when someone else is quicker.

    Raises:
        OutputError: when it cannot be had.
    """
    while True:
        path = target if overwrite else free_name(target)
        try:
            publish(temporary, path, overwrite=overwrite)
        except OutputError:
            if overwrite or not os.path.lexists(path):  # a link that leads nowhere is someone's too
                raise
        else:
            return path
