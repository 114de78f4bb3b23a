"""Programs and Python's own children, found and started so that the working folder cannot stand in for them.

Python looks for modules in the working folder first, with `-m`, with `-c` and in the workers of
`multiprocessing`, and Windows looks for programs there first. What someone sent in a folder would then run
because stem was started in it. Every child and every program is started by way of this module.

In a bundle there is no Python to call: the bundle itself stands in for it (`packaging/bundle/start.py`).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SAFE_PATH = "PYTHONSAFEPATH"
"""In the environment of a Python: it does not look for modules in its working folder."""

_NOT_HERE = "NoDefaultCurrentDirectoryInExePath"
"""In that of a program of Windows: it does not look for programs in its working folder."""

CHILD = "+python"
"""First word for a bundle that is to do what a Python would do with the other words."""

ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that ask a program to end; a closed terminal sends the latter, where there is one."""

_HOME = str(Path(__file__).resolve().parents[1])
_START = "import sys; sys.path[:] = sys.argv[1:]; from {module} import main; main()"


def places() -> list[str]:
    """Return where modules are looked for, without the working folder; the last is where stem itself is."""
    return [*(place for place in sys.path if place and not _is_here(place)), _HOME]


def _is_here(place: str) -> bool:
    try:
        return Path(place).resolve() == Path.cwd()
    except OSError:  # the working folder is gone
        return False


def is_bundle() -> bool:
    """Tell whether this is a bundle with a Python in it, and not a Python with stem."""
    return getattr(sys, "frozen", False) is True


def python(*words: str) -> list[str]:
    """Return the command for a Python that neither the working folder nor the environment can change."""
    return [sys.executable, CHILD if is_bundle() else "-I", *words]


def stem(*words: str) -> list[str]:
    """Return the command for stem itself, as it was installed.

    Example:
        >>> stem("open")[-1]
        'open'
    """
    return [sys.executable, *words] if is_bundle() else python("-m", "stem", *words)


def python_main(module: str, *options: str) -> list[str]:
    """Return the command that calls `main` of a module of stem, which finds what this process finds.

    stem may run from anywhere, an unpacked wheel for one, so the child is told where things are.
    """
    return python(*options, "-c", _START.format(module=module), *map(os.path.abspath, places()))


@contextmanager
def without_working_folder() -> Iterator[None]:
    """Keep the working folder out of where modules are looked for, here and in each Python started meanwhile.

    Workers of `multiprocessing` are told the places of their parent, but only once they have looked in their
    working folder for the first modules; the environment keeps them from that.
    """
    path, setting = sys.path[:], os.environ.get(SAFE_PATH)
    sys.path[:] = places()
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        sys.path[:] = path
        if setting is None:
            os.environ.pop(SAFE_PATH, None)  # another thread may have been first
        else:
            os.environ[SAFE_PATH] = setting


def leave_working_folder_out() -> None:
    """Do the same for the rest of a run of the command line; its programs find nothing there either."""
    sys.path[:] = places()
    os.environ[_NOT_HERE] = "1"


def program(name: str) -> str | None:
    """Return the absolute path of a program that is installed; None when there is none.

    A place that is not absolute, "" for one, would be one in the working folder.
    """
    endings = ("", *os.environ.get("PATHEXT", "").split(os.pathsep)) if sys.platform == "win32" else ("",)
    for place in os.get_exec_path():
        for ending in endings:
            path = Path(place, name + ending)
            if path.is_absolute() and (found := shutil.which(str(path))):
                return found
    return None


def ffmpeg() -> str:
    """Return the absolute path of the ffmpeg that stem brings with it.

    Raises:
        OSError: when there is none.
        RuntimeError: likewise.
    """
    import imageio_ffmpeg  # only some kinds of sound need it

    found: str | None = imageio_ffmpeg.get_ffmpeg_exe()
    if found is not None and not Path(found).is_absolute():
        found = program(found)
    if found is None:
        raise FileNotFoundError("ffmpeg")
    return found
