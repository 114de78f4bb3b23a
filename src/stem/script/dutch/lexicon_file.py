"""A word put into the text of a lexicon, whose other lines and comments stay as they are."""

from __future__ import annotations

import json
import re

from stem.errors import ConfigError, UsageError
from stem.messages import Message
from stem.script.dutch.lexicon import FILE_NAME
from stem.tables import TomlError, parse_toml

_TABLE = re.compile(r"^[^\S\n]*\[", re.MULTILINE)
_LINE = re.compile(r"""^[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[\w-]+)[ \t]*=.*$""", re.MULTILINE)


def with_word(text: str, word: str, said: str) -> str:
    """Return the text of a lexicon in which a word is said as something.

    Args:
        text: Of the file; may be empty.
        word: As it is written.
        said: As a Dutch reader would spell what should be heard.

    Raises:
        ConfigError: when the text is no lexicon, or has the word in a way that only a person can change.
    """
    before = _read(text)
    line = f"{_quoted(word)} = {_quoted(said)}"
    same = next(
        (found for found in _LINE.finditer(text) if _key(found[1]).casefold() == word.casefold()), None
    )
    if same is not None:
        changed = text[: same.start()] + line + text[same.end() :]
    else:
        table = _TABLE.search(text)
        at = len(text) if table is None else table.start()
        head = text[:at]
        changed = head + ("" if not head or head.endswith("\n") else "\n") + line + "\n" + text[at:]
    others = {key: value for key, value in before.items() if key.casefold() != word.casefold()}
    if _read(changed) != others | {word: said}:
        raise ConfigError(FILE_NAME, [Message("only a person can change that word in it")])
    return changed


def checked_word(word: str, said: str) -> None:
    """Refuse what no lexicon has: more than a word, or what cannot be said.

    Raises:
        UsageError: when it is that.
    """
    for text in (word, said):
        if not any(map(str.isalpha, text)) or re.search(r"[\[\]{}<>|\\\n#\"]", text) or len(text) > 100:  # noqa: PLR2004 - no word is longer
            raise UsageError(
                Message("That is no word, or no way to say one."),
                hint=Message("Write the word, and how it sounds: healing, hieling."),
            )


def _read(text: str) -> dict[str, object]:
    try:
        return parse_toml(text)
    except TomlError as error:
        raise ConfigError(FILE_NAME, [error.problem]) from error


def _key(written: str) -> str:
    if written.startswith("'"):
        return written[1:-1]
    try:
        return str(json.loads(written)) if written.startswith('"') else written
    except ValueError:
        return written


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
