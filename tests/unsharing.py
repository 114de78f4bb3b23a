"""Namespaces of its own for a process, as `unshare` begins one with: here a process that runs already."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import warm

_USERS, _MOUNTS = 0x10000000, 0x00020000
"""CLONE_NEWUSER and CLONE_NEWNS of clone(2)."""
_PRIVATELY = 0x4000 | 0x40000
"""MS_REC and MS_PRIVATE of mount(2)."""


def skip_where_there_are_none(options: str) -> None:
    """Skip a test where a process may have no namespaces; options are those of `unshare`."""
    program = shutil.which("unshare")
    if program is None:
        pytest.skip("there is no unshare here")
    tried = subprocess.run([program, options, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"unshare {options} is not allowed here: {tried.stderr.strip()}")


def enter(options: str) -> None:
    """Be in namespaces as after `unshare -U`, or as after `unshare -Urm`: as root, and with its own mounts.

    What is begun by `warm` from then on is in them too.
    """
    user, group = os.getuid(), os.getgid()
    is_root = options == "-Urm"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_USERS | (_MOUNTS if is_root else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if is_root:
        own = Path("/proc/self")
        (own / "setgroups").write_text("deny", encoding="ascii")
        (own / "uid_map").write_text(f"0 {user} 1", encoding="ascii")
        (own / "gid_map").write_text(f"0 {group} 1", encoding="ascii")
        if libc.mount(b"none", b"/", None, _PRIVATELY, None) != 0:
            raise OSError(ctypes.get_errno(), "mount")
    if warm._Own.forker is not None:  # it is not in them, and nobody is to inherit its number
        warm._Own.forker.close()
        warm._Own.forker = None
    warm._Own.forker = warm._forked()
