"""Files appear under their final name whole or not at all; names and folders that are safe everywhere.

A file is written under a private name beside its final one, then given the final name in one step. What a run
that was killed leaves behind is recognisable by its name and is swept by the next one.
"""

from __future__ import annotations

import errno
import itertools
import math
import os
import platform
import re
import secrets
import sys
import time
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from stem.errors import OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_TEMPORARY = re.compile(r"\.stem-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp")
_MAX_NAME_BYTES = 120
"""Leaves room for a number and a suffix under the 143 (eCryptfs) to 255 bytes that file systems allow."""

_REPLACED = str.maketrans(dict.fromkeys('<>:"/\\|?*%', "-"))
_WINDOWS_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE
)
_NO_HARD_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
_WINDOWS_DEAD_AFTER_S = 24 * 3600

_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}
"""What the systems answer when someone else has a lock (Windows and network disks: the last two)."""
_FIRST_LOOK_S = 0.001
_LAST_LOOK_S = 0.05

_FULL = "Make room there, or choose another folder with -o; then give the same command again."
_REASONS: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", _FULL),
    errno.EDQUOT: ("your share of the disk is full", _FULL),
    errno.EFBIG: ("the file would be larger than is allowed there", _FULL),
    errno.EACCES: ("you have no permission to write there", "Choose another folder with -o."),
    errno.EPERM: ("you have no permission to write there", "Choose another folder with -o."),
    errno.EROFS: ("that disk can only be read", "Choose another folder with -o."),
    errno.ENOENT: ("there is no such folder", "Choose another folder with -o."),
    errno.ENOTDIR: ("there is a file where a folder should be", "Choose another folder with -o."),
    errno.EEXIST: ("there is a file where a folder should be", "Choose another folder with -o."),
    errno.EISDIR: ("there is a folder with that name", "Choose another name with -o."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name with -o."),
}


def output_error(path: Path, error: OSError) -> OutputError:
    """Return the error that tells a user why the system would not write `path`.

    A temporary name means nothing to a user: its folder is named instead.
    """
    place = path.parent if _TEMPORARY.fullmatch(path.name) else path
    problem, hint = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__, ""))
    return OutputError(place, problem, hint=hint)


def expanded(path: str) -> Path:
    """Return the path that a user means, "~" included.

    Raises:
        OutputError: when the system could never have such a path.
    """
    try:
        found = Path(path).expanduser()
        found.is_dir()
    except OSError as error:
        raise output_error(Path(path), error) from error
    except (RuntimeError, ValueError) as error:  # ~nobody; a NUL
        raise OutputError(path, "there is no such folder", hint="Choose another name.") from error
    return found


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
    temporary = final.parent / f".stem-{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    try:
        yield temporary
    finally:
        with suppress(OSError):  # what went wrong before matters more, and the next run sweeps
            temporary.unlink(missing_ok=True)


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
        raise OutputError(
            final, "it exists already", hint="Choose another name with -o, or remove that file first."
        ) from error
    except OSError as error:
        raise output_error(final, error) from error
    _flush_folder(final.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making its folders; an older file there is replaced in one step.

    Raises:
        OutputError: when it cannot be written; an older file is then untouched.
    """
    with temporary_beside(path) as temporary:
        try:
            temporary.write_bytes(content)
        except OSError as error:
            raise output_error(path, error) from error
        publish(temporary, path, overwrite=True)


@contextmanager
def lock(path: Path, patience_s: float = math.inf) -> Iterator[None]:
    """Hold a lock that one thread of one process has at a time; a run that dies gives it back.

    Args:
        path: The lock's file: nothing but a lock, made when needed with its folders, and never to be deleted
            (who waits on a deleted file and who makes a new one would both have the lock).
        patience_s: Seconds to wait while another has it.

    Raises:
        OutputError: when the disk knows no locks or the file cannot be made, or when another still has it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise output_error(path, error) from error
    try:
        _wait_for(descriptor, path, time.monotonic() + patience_s)
        try:
            yield
        finally:
            _unlock(descriptor)
    finally:
        os.close(descriptor)


def is_temporary(path: Path) -> bool:
    """Tell whether a file is one that `temporary_beside` lent, of any run on any machine."""
    return _TEMPORARY.fullmatch(path.name) is not None


def sweep(folder: Path) -> None:
    """Remove the temporary files that dead runs on this machine left in `folder`; no other file is touched.

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
                    path.unlink()


def cache_path(kind: str) -> Path:
    """Return where `cache_folder` is or would be; nothing is made."""
    return platformdirs.user_cache_path("stem", appauthor=False) / kind


def cache_folder(kind: str) -> Path:
    """Return the folder for one kind of things that can be made again; only its owner may look inside.

    Raises:
        OutputError: when it cannot be made.
    """
    folder = cache_path(kind)
    try:
        folder.parent.parent.mkdir(parents=True, exist_ok=True)
        for private in (folder.parent, folder):
            private.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error
    return folder


def packaged_folder(kind: str) -> Path:
    """Return the folder "scripts" or "voice_templates" that came with stem: in the wheel or the checkout."""
    package = Path(__file__).resolve().parent
    installed = package / kind
    return installed if installed.is_dir() else package.parent.parent / kind


def free_name(path: Path) -> Path:
    """Return `path`, or when that exists the first free one of name-2, name-3 ... with the same suffix.

    Another process may take the name a moment later: `publish` decides.
    """
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(name for name in itertools.chain([path], numbered) if not os.path.lexists(name))


def safe_name(text: str) -> str:
    r"""Return `text` as a file name (without suffix) that every common system takes and shows as it is.

    Normal form C; control, bidirectional, zero-width and unassigned characters dropped; white space made
    single spaces; <>:"/\|?*% made dashes; no dot, dash or space in front, no dot or space at the end; device
    names of Windows get a "_" in front; at most 120 bytes of UTF-8, cut at a character; "track" when nothing
    is left.
    """
    spaced = "".join(" " if character.isspace() else character for character in text)
    visible = "".join(character for character in spaced if unicodedata.category(character)[0] != "C")
    name = " ".join(unicodedata.normalize("NFC", visible).translate(_REPLACED).split()).lstrip(" .-")
    if _WINDOWS_DEVICE.fullmatch(name):
        name = f"_{name}"
    cut = name.encode()[:_MAX_NAME_BYTES].decode(errors="ignore").rstrip(" .")
    return cut or "track"


def _machine() -> str:
    """Return a mark of this machine (or container) from which its name cannot be read."""
    return f"{zlib.crc32(platform.node().encode(errors='replace')):08x}"


def _may_live(path: Path, process_id: int) -> bool:
    """Tell whether the process that made the temporary file `path` may still be running."""
    if sys.platform == "win32":  # os.kill(pid, 0) is no question there: it sends Ctrl-C
        return time.time() - path.stat().st_mtime < _WINDOWS_DEAD_AFTER_S
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # it lives, as someone else's
    return True


def _wait_for(descriptor: int, path: Path, deadline: float) -> None:
    """Take the lock on an open file; looking time and again lets Ctrl-C through, and patience end."""
    pause = _FIRST_LOOK_S
    while not _is_locked(descriptor, path):
        if time.monotonic() >= deadline:
            raise OutputError(
                path, "another run of stem is busy there", hint="Wait until it is done, then try again."
            )
        time.sleep(pause)
        pause = min(2 * pause, _LAST_LOOK_S)


def _is_locked(descriptor: int, path: Path) -> bool:
    """Try to lock an open file; whether that worked."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise output_error(path, error) from error
    return True


def _unlock(descriptor: int) -> None:
    """Give a lock back at once; closing alone would leave it to a child that was forked meanwhile."""
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


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
