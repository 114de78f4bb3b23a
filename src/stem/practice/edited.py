"""A practice's own files, changed by a program: whatever else is in TOML stays, comments above all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from stem.errors import ConfigError, OutputError
from stem.files import cache_folder, lock, output_error, write_whole
from stem.messages import Message

_BARE_NEWLINE = re.compile(r"(?<!\r)\n")


class ChangedFileError(OutputError):
    """A file has changed since it was read by who wants to change it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            Message("it has been changed meanwhile, in another window or by another program"),
            hint=Message("Look at what it says now, and change it then."),
        )


@contextmanager
def being_changed(path: Path) -> Iterator[None]:
    """Hold a file from the look at it until it is replaced: one page or program at a time.

    Raises:
        OutputError: when there can be no lock.
    """
    name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()
    with lock(cache_folder("edited") / name):
        yield


def mark_of(path: Path) -> str:
    """Return by what it is known whether a file has changed; "" when there is none.

    Raises:
        OutputError: when it cannot be read.
    """
    content = _content(path)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def change_toml(
    path: Path, mark: str, change: Callable[[tomlkit.TOMLDocument], object], check: Callable[[str], object]
) -> None:
    """Change a TOML file, whole or not at all; it is made when there is none.

    Args:
        path: The file.
        mark: From `mark_of`, when it was read by who changes it.
        change: Changes what is in it.
        check: Refuses a text that cannot be used, by raising an error.

    Raises:
        ChangedFileError: when it is not as it was.
        ConfigError: when it is no TOML.
        OutputError: when it cannot be read or written.
        StemError: what `check` raises.
    """
    path = path.resolve()  # of a link, what it leads to
    with being_changed(path):
        if mark_of(path) != mark:
            raise ChangedFileError(path)
        text = _text(path)
        try:
            document = tomlkit.parse(text)
            change(document)
            changed = tomlkit.dumps(document)
        except TOMLKitError as error:
            raise ConfigError(path, [Message("it cannot be read as TOML")]) from error
        if "\r\n" in text:
            changed = _BARE_NEWLINE.sub("\r\n", changed)
        check(changed)
        write_whole(path, changed.encode())


def _text(path: Path) -> str:
    content = _content(path) or b""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            path, [Message("it is not UTF-8 text")], hint=Message("Save it as UTF-8.")
        ) from error


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise output_error(path, error) from error
