"""Names for files that every common system takes, that people can read, and that do not meet."""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

_MAX_NAME_BYTES = 120
"""Leaves room for a number and a suffix under the 143 (eCryptfs) to 255 bytes that file systems allow."""

_REPLACED = str.maketrans(dict.fromkeys('<>:"/\\|?*%', "-"))
_WINDOWS_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE
)


def free_name(path: Path, beside: Sequence[str] = ()) -> Path:
    """Return `path`, or when that exists the first free one of name-2, name-3 ... with the same suffix.

    Another process may take the name a moment later: `publish` decides.

    Args:
        path: The name wanted.
        beside: Endings of files that will stand beside it, such as ".vtt": their names must be free too.
    """
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(
        name
        for name in itertools.chain([path], numbered)
        if not any(map(os.path.lexists, _group(name, beside)))
    )


def _group(path: Path, beside: Sequence[str]) -> Iterator[Path]:
    yield path
    yield from (path.with_name(path.stem + ending) for ending in beside)


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
    return _cut(name, _MAX_NAME_BYTES) or "track"


def same_name(name: str) -> str:
    """Return what is equal for names that some disk takes for one (Unicode's toNFKC_Casefold, roughly)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _cut(name: str, most_bytes: int) -> str:
    return name.encode()[:most_bytes].decode(errors="ignore").rstrip(" .")
