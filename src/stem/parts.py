"""Template files: reading them, their front matter, and what they include."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from stem.errors import ScriptError
from stem.files import packaged_folder

LARGEST_FILE = 500_000
MOST_INCLUDES = 50
_FENCE = "+++"
_FENCE_LINE = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_INCLUDE = re.compile(r"""\{%[-+]?\s*include\s*(?:"([^"\\\n]+)"|'([^'\\\n]+)')""")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def split_front(text: str, path: Path) -> tuple[str | None, str, int]:
    """Return the front matter (None when there is none), the body, and the line that the body starts at."""
    if not text.startswith(_FENCE):
        return None, text, 1
    fences = _FENCE_LINE.finditer(text)
    first, second = next(fences, None), next(fences, None)
    if first is None or first.start() != 0 or second is None:
        raise ScriptError("the front matter is not closed", path, 1, hint='Close it with a line "+++".')
    body_line = text.count("\n", 0, second.end()) + 2
    return text[first.end() + 1 : second.start()], text[second.end() + 1 :], body_line


def read_template(path: Path) -> str:
    """Return a template file's text, every line closed with a line feed.

    Raises:
        ScriptError: when it cannot be read, is too large, or is not plain UTF-8 text.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ScriptError(
                f"it is larger than {LARGEST_FILE:,} bytes", path, hint="Is it a script at all?"
            )
        content = path.read_bytes()
    except OSError as error:
        raise ScriptError(f"it cannot be read ({error.strerror})", path) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScriptError("this is not UTF-8 text", path, line, hint="Save the file as UTF-8.") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    odd = _UNSHOWABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise ScriptError(
            f"there is a control character (U+{ord(odd[0]):04X})", path, line, hint="Remove it."
        )
    return text if text.endswith("\n") else text + "\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One template file: the name it is included by, its path, and its text (front matter as a comment)."""

    name: str
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The script itself, all it includes, and why something else cannot be included."""

    found: list[Part]
    refused: dict[str, str]


def read_parts(script: Path, body: str, body_line: int) -> Parts:
    """Read every file that a script may include, so that the child needs to open none.

    Args:
        script: The script's own file.
        body: Its words.
        body_line: The line of the file that these start at, counted from 1.
    """
    own_name = script.name
    parts = Parts([Part(own_name, script, _at_line(body_line, body))], {})
    seen = {own_name}
    for part in parts.found:  # grows while it is walked
        for names in _INCLUDE.findall(part.text):
            name = names[0] or names[1]
            if name in seen:
                continue
            seen.add(name)
            try:
                path = _part_path(name, (script.parent, packaged_folder("scripts")))
                if len(parts.found) > MOST_INCLUDES:
                    raise LookupError(f"there are more than {MOST_INCLUDES} includes")  # noqa: TRY301
            except LookupError as error:
                parts.refused[name] = str(error)
                continue
            _, text, line = split_front(read_template(path), path)
            parts.found.append(Part(name, path, _at_line(line, text)))
    return parts


def _at_line(line: int, body: str) -> str:
    """Put the body at its line of the file, behind a comment that leaves nothing in the text."""
    return body if line == 1 else "{#" + "\n" * (line - 2) + "#}\n" + body


def _part_path(name: str, folders: tuple[Path, ...]) -> Path:
    """Return the file that an include means.

    Raises:
        LookupError: when there is none, or it lies elsewhere: also through a link.
    """
    for folder in folders:
        path = folder / name
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):  # not there; a loop of links; no name at all
            continue
        if not real.is_relative_to(folder.resolve()):
            raise LookupError("it lies outside the folder of the script")
        if real.is_file():
            return path
    raise LookupError("there is no such file beside the script or among those of stem")
