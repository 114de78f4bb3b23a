"""Template files: reading them, their front matter, what they include, and which files they may name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stem.characters import code_point, first_control, first_hidden
from stem.errors import ScriptError
from stem.files import packaged_folder
from stem.messages import Message, message_of
from stem.script.cues import LONGEST_LINE

SUFFIX = ".j2"
LARGEST_FILE = 500_000
LARGEST_FRONT = 20_000
"""Characters of front matter; one with ten variables has 2,000."""

MOST_INCLUDES = 50
_LONGEST_NAME = 200
_FENCE = "+++"
_FENCE_LINE = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_INCLUDE = re.compile(r"""\{%[-+]?\s*include\s*(?:"([^"\\\n]+)"|'([^'\\\n]+)')""")
_PART_NAME = re.compile(r"(?:[^./\\:\s][^/\\:]*/)*[^./\\:\s][^/\\:]*")


def split_front(text: str, path: Path) -> tuple[str | None, str, int]:
    """Return the front matter (None when there is none), the body, and the line that the body starts at."""
    if not text.startswith(_FENCE):
        return None, text, 1
    fences = _FENCE_LINE.finditer(text)
    first, second = next(fences, None), next(fences, None)
    if first is None or first.start() != 0 or second is None:
        raise ScriptError(
            Message("the front matter is not closed"), path, 1, hint=Message('Close it with a line "+++".')
        )
    if second.start() - first.end() > LARGEST_FRONT:
        raise ScriptError(
            Message(
                "the front matter is longer than {largest_front:,} characters", largest_front=LARGEST_FRONT
            ),
            path,
            1,
        )
    body_line = text.count("\n", 0, second.end()) + 2
    return text[first.end() + 1 : second.start()], text[second.end() + 1 :], body_line


def read_template(path: Path) -> str:
    """Return a template file's text, every line closed with a line feed.

    Raises:
        ScriptError: when it cannot be read, or as `template_text`.
    """
    try:
        if not path.is_file():  # a pipe would never come to its end
            raise ScriptError(Message("it is no file"), path)
        if path.resolve().suffix != path.suffix:  # what lies anywhere on this computer would be spoken
            raise ScriptError(Message("it is a link to a file of another kind, or to a hidden one"), path)
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ScriptError(Message("it cannot be read ({reason})", reason=error.strerror), path) from error
    return template_text(content, path)


def template_text(content: bytes, path: Path) -> str:
    """Return the text of a template, every line closed with a line feed.

    Args:
        content: What its file holds, or would.
        path: The file.

    Raises:
        ScriptError: when it is too large, or is not plain UTF-8 text.
    """
    if len(content) > LARGEST_FILE:
        raise ScriptError(
            Message("it is larger than {largest_file:,} bytes", largest_file=LARGEST_FILE),
            path,
            hint=Message("Is it a script at all?"),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScriptError(
            Message("this is not UTF-8 text"), path, line, hint=Message("Save the file as UTF-8.")
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    odd = first_control(text)
    if odd is not None:
        line = text.count("\n", 0, text.index(odd)) + 1
        raise ScriptError(
            Message("there is a control character ({odd})", odd=code_point(odd)),
            path,
            line,
            hint=Message("Remove it."),
        )
    for number, row in enumerate(text.split("\n"), start=1):
        if len(row) > LONGEST_LINE:
            hint = Message("Put each paragraph on lines of its own.")
            raise ScriptError(
                Message("this line is longer than {longest_line:,} characters", longest_line=LONGEST_LINE),
                path,
                number,
                hint=hint,
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
            if len(seen) > MOST_INCLUDES + 1:
                parts.refused[name] = Message("there are more than {most} includes", most=MOST_INCLUDES)
                continue
            try:
                path = _part_path(name, (script.parent, packaged_folder("scripts")))
            except LookupError as error:
                parts.refused[name] = message_of(error)
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
        LookupError: when there is none, or it may not be included.
    """
    problem = name_problem(name, SUFFIX)
    if problem:
        raise LookupError(problem)
    for folder in folders:
        path = folder / name
        problem = place_problem(path, folder)
        if problem:
            raise LookupError(problem)
        if path.is_file():
            return path
    raise LookupError(Message("there is no such file beside the script or among those of stem"))


def name_problem(name: str, suffix: str) -> str:
    """Return why a name that a file holds cannot be that of one below its folder; empty when it can."""
    if not name.endswith(suffix):
        return Message("its name does not end in {suffix}", suffix=suffix)
    if len(name) > _LONGEST_NAME or first_hidden(name) is not None:
        return Message(
            "its name has more than {longest_name} characters, or some that nobody sees",
            longest_name=_LONGEST_NAME,
        )
    if not _PART_NAME.fullmatch(name):
        return Message(
            "it has to lie below the folder, and not to be hidden, like map/deel{suffix}", suffix=suffix
        )
    return ""


def place_problem(path: Path, folder: Path) -> str:
    """Return why a file may not be read as one of a folder: a link may lead anywhere; empty when it may."""
    try:
        real, home = path.resolve(strict=True), folder.resolve()
    except FileNotFoundError:
        return ""
    except (OSError, RuntimeError, ValueError):  # a loop of links; a folder that is closed to us
        return Message("it cannot be found")
    if not real.is_relative_to(home):
        return Message("it lies outside the folder of the script")
    if name_problem(real.relative_to(home).as_posix(), path.suffix):
        return Message("it is a link to a file of another kind, or to a hidden one")
    return "" if real.is_file() else Message("it is no file")


def hidden_problem(table: Mapping[str, object]) -> str:
    """Return which entry of a table has characters in it that nobody sees; empty when none has."""
    for place, text in _texts(table):
        odd = first_hidden(text)
        if odd is not None:
            key = ".".join(key for key in place if first_hidden(key) is None)
            return Message("'{key}' holds a character that nobody sees ({odd})", key=key, odd=code_point(odd))
    return ""


def _texts(table: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the keys and texts of a table, each with the first three keys that lead to it."""
    left: list[tuple[tuple[str, ...], object]] = [((), table)]
    while left:  # no recursion: a table may be nested as deep as its writer likes
        place, value = left.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, Mapping):
            left += [((*place, key)[:3], item) for key, item in value.items()]
            left += [((*place, key)[:3], key) for key in value]
        elif isinstance(value, Sequence):
            left += [(place, item) for item in value]
