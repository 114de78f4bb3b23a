"""Zip files that a password opens: AES-256 as WinZip, 7-Zip and the Mac know it (WinZip's AE-2).

What is inside is sealed; the names in the file and how long each one is can be seen by anyone who has it, so
names must tell nothing. Each member is stored as it is: sound does not get smaller, and older Macs open
stored members where they refuse deflated ones. The dates inside are 1 January 1980, the start of zip's
calendar; no user, group, path or machine is written.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from stem.errors import OutputError
from stem.files import output_error, publish, temporary_beside
from stem.messages import Message
from stem.practice.handout.passwords import checked_password

_MARK = b"stem"
"""The comment by which a zip file is known as ours."""

_ENDING = b"PK\x05\x06"
_ENDING_BYTES = 22
"""The last record of a zip file without its comment (APPNOTE.TXT 4.3.16)."""

_NO_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_OWNERS_FILE = stat.S_IFREG | 0o600
_AES_256 = 3
_SEAL = {"nbits": 256, "force_wz_aes_version": 2}
"""AE's first version leaves a checksum of the content in the open: enough to know a track or a text by."""

_STORED = 0
_ENCRYPTED = 1

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a zip file.

    Attributes:
        name: Its name there, with suffix; anyone who has the zip file can read it. That every system takes it
            is the caller's care, as in `files.safe_name`.
        content: The file to pack, or what is to be in it.
    """

    name: str
    content: Path | bytes

    def __post_init__(self) -> None:
        """Refuse a name that would be unpacked somewhere else.

        Raises:
            ValueError: when it is a path, or nothing.
        """
        if self.name in {"", ".", ".."} or any(sign in self.name for sign in "/\\\0"):
            raise ValueError(Message("'{name}' is no name of a file", name=self.name))


def write_zip(target: Path, members: Sequence[Member], password: str, *, overwrite: bool = False) -> None:
    """Write a zip file that `password` opens, whole or not at all, for its owner's eyes only (0600).

    The salt of each member is random, as it has to be: the bytes differ each time, and `is_current` tells
    whether a file is what would be written now. A file is never in memory as a whole.

    Args:
        target: Where to; its folder is made when needed.
        members: What goes in, in this order.
        password: See `checked_password`.
        overwrite: Whether an older zip file of ours may be replaced.

    Raises:
        UsageError: when the password will not do.
        OutputError: when `target` is there and is not ours or may not be replaced, when two members have the
            same name, when a member cannot be read or changed meanwhile, or when the system refuses.
    """
    secret = checked_password(password).encode("ascii")
    _check_names(target, members)
    if os.path.lexists(target) and not is_ours(target):
        raise OutputError(
            target,
            Message("what has that name is no zip file of stem's"),
            hint=Message("Choose another name, or move it away."),
        )
    before = [_state(target, member) for member in members]
    with temporary_beside(target) as temporary:
        try:
            descriptor = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                _fill(file, target, members, secret)
        except OSError as error:
            raise output_error(target, error) from error
        for member, state in zip(members, before, strict=True):
            if _state(target, member) != state:
                raise OutputError(
                    target,
                    Message("{member} changed while it was packed", member=member.name),
                    hint=Message("Try again."),
                )
        publish(temporary, target, overwrite=overwrite)


def is_current(path: Path, members: Sequence[Member], password: str) -> bool:
    """Tell whether `path` is a zip file of ours that `write_zip` need not write again.

    Names, order and lengths are those of `members`, the password opens it, texts are compared as they are,
    and each file is older than the zip file. What is in the files is not read: to unlock 1.5 GB of a hundred
    clients takes seconds, this takes a fraction of one. A file that was put back with its length and date
    unchanged is taken for the one that was packed; when both have the same date the answer is no.

    Raises:
        UsageError: when the password will not do.
    """
    import pyzipper

    secret = checked_password(password).encode("ascii")
    try:
        packed_ns = path.stat().st_mtime_ns
        if not is_ours(path):
            return False
        with pyzipper.AESZipFile(path) as archive:
            archive.setpassword(secret)
            packed = archive.infolist()
            return len(packed) == len(members) and all(
                _is_as_packed(archive, info, member, packed_ns)
                for info, member in zip(packed, members, strict=False)
            )
    # A wrong password is a RuntimeError; what is damaged is not current, and readers say it in many ways.
    except (OSError, EOFError, RuntimeError, ValueError, struct.error, pyzipper.BadZipFile):
        return False


def _is_as_packed(archive: Any, info: Any, member: Member, packed_ns: int) -> bool:
    """Tell whether a member of a zip file that was written at `packed_ns` is what would be packed now."""
    sealed = info.flag_bits & _ENCRYPTED and info.wz_aes_strength == _AES_256
    if not sealed or info.filename != member.name or info.compress_type != _STORED:
        return False
    with archive.open(info) as file:  # the password is tried here; a wrong one passes once in 65,536 times
        if isinstance(member.content, bytes):
            return bool(info.file_size == len(member.content) and file.read() == member.content)
    now = member.content.stat()
    return bool(info.file_size == now.st_size) and now.st_mtime_ns < packed_ns


def is_ours(path: Path) -> bool:
    """Tell whether a file, not what a link leads to, ends as the zip files that we write."""
    ending = _ENDING_BYTES + len(_MARK)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            file.seek(-ending, os.SEEK_END)
            last = file.read()
    except OSError:
        return False
    comment = len(_MARK).to_bytes(2, "little") + _MARK
    return last.startswith(_ENDING) and last.endswith(comment)


def is_untouched(path: Path, file: BinaryIO) -> bool:
    """Tell whether a zip file of ours, opened as `file`, holds what `write_zip` packs and nothing else.

    Programs that add to a zip file leave its comment as it is; what they add has a date, or no lock.
    """
    if not is_ours(path):
        return False
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
    except (OSError, ValueError, NotImplementedError, struct.error, BadZipFile):
        return False
    return all(info.date_time == _NO_DATE and info.flag_bits & _ENCRYPTED for info in members)


def _check_names(target: Path, members: Sequence[Member]) -> None:
    taken: set[str] = set()
    for member in members:
        if member.name in taken:
            raise OutputError(
                target, Message("two of the files for it are called {member}", member=member.name)
            )
        taken.add(member.name)


def _state(target: Path, member: Member) -> tuple[int, int, int]:
    """Return what differs when the file of a member is written anew; nothing of a text ever does."""
    if isinstance(member.content, bytes):
        return 0, 0, len(member.content)
    try:
        now = member.content.stat()
    except OSError as error:
        raise _unreadable(target, member, error) from error
    return now.st_ino, now.st_mtime_ns, now.st_size


def _fill(file: BinaryIO, target: Path, members: Sequence[Member], secret: bytes) -> None:
    import pyzipper
    from pyzipper.zipfile_aes import AESZipInfo

    archive = pyzipper.AESZipFile(file, "w", encryption=pyzipper.WZ_AES, encryption_kwargs=_SEAL)
    try:
        archive.setpassword(secret)
        archive.comment = _MARK
        for member in members:
            info = AESZipInfo(member.name, _NO_DATE)
            info.create_system = _UNIX
            info.external_attr = _OWNERS_FILE << 16
            # How long it is decides before the first byte whether it takes zip64.
            info.file_size = _state(target, member)[-1]
            with archive.open(info, "w") as packed:
                for block in _blocks(target, member):
                    packed.write(block)
        archive.close()
    finally:
        archive.fp = None  # or it would try to end the file once more when it is forgotten, and complain


def _blocks(target: Path, member: Member) -> Iterator[bytes]:
    if isinstance(member.content, bytes):
        yield member.content
        return
    try:
        with member.content.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block
    except OSError as error:
        raise _unreadable(target, member, error) from error


def _unreadable(target: Path, member: Member, error: OSError) -> OutputError:
    return OutputError(
        target,
        Message(
            "{content!s} cannot be read ({reason})",
            content=member.content,
            reason=error.strerror or type(error).__name__,
        ),
    )
