"""The practice's own list of words that are said otherwise than they are written, word by word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tomlkit

from stem.errors import ConfigError, UsageError
from stem.messages import Message
from stem.practice.edited import change_toml, mark_of
from stem.script.dutch.lexicon import FILE_NAME, check_words, same_word
from stem.tables import TomlError, load_toml, parse_toml


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word of the practice's own list.

    Attributes:
        word: As it is written.
        said_as: What a voice is given in its place.
        ipa: The same in phonetic signs, for voices that read them; may be empty.
    """

    word: str
    said_as: str
    ipa: str = ""


def words_mark(folder: Path) -> str:
    """Return by what it is known whether the list in a folder has changed."""
    return mark_of(folder / FILE_NAME)


def own_words(folder: Path) -> tuple[OwnWord, ...]:
    """Return the words of a practice's own list, in its order.

    Raises:
        ConfigError: when the list has mistakes.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return ()
    table = load_toml(path)
    check_words(table, path)
    return tuple(_word(word, value) for word, value in table.items())


def put_word(word: OwnWord, mark: str, folder: Path, *, instead_of: str = "") -> None:
    """Add a word to a practice's own list, or change it there; comments and other words stay as they are.

    Args:
        word: What is said in its place; its phonetic signs go when they are empty.
        mark: From `words_mark`, of when the list was read by who changes it.
        folder: The practice's.
        instead_of: The word that it replaces; empty for none.

    Raises:
        UsageError: when it is there already, or the word that it replaces is not.
        ConfigError: when it cannot be said.
        ChangedFileError: when the list has changed since; nothing is written.
        OutputError: when it cannot be written.
    """

    def change(document: tomlkit.TOMLDocument) -> None:
        before = _key(document, instead_of) if instead_of else None
        taken = _found(document, word.word)
        if taken is not None and taken != before:
            raise UsageError(
                Message("'{word}' is in the list already.", word=taken),
                hint=Message("Change it there, or take it out first."),
            )
        value: object = word.said_as
        if word.ipa:
            value = tomlkit.inline_table()
            value.update({"as": word.said_as, "ipa": word.ipa})
        if before is not None and before != word.word:
            del document[before]
        document[word.word] = value

    _change(change, mark, folder)


def say_as(word: str, said: str, folder: Path) -> None:
    """Add a word to a practice's own list, or let the one that is there be said otherwise.

    Raises:
        ConfigError: as `put_word`.
        ChangedFileError: likewise.
        OutputError: likewise.
    """
    known = next((each.word for each in own_words(folder) if same_word(each.word, word)), "")
    put_word(OwnWord(word, said), words_mark(folder), folder, instead_of=known)


def drop_word(word: str, mark: str, folder: Path) -> None:
    """Take a word out of a practice's own list.

    Raises:
        UsageError: when it is not there.
        ChangedFileError: as `put_word`.
        OutputError: likewise.
    """
    _change(lambda document: document.remove(_key(document, word)), mark, folder)


def _change(change: object, mark: str, folder: Path) -> None:
    path = folder / FILE_NAME

    def check(text: str) -> None:
        try:
            check_words(parse_toml(text), path)
        except TomlError as error:
            raise ConfigError(path, [error.problem]) from error

    change_toml(path, mark, change, check)  # type: ignore[arg-type]


def _found(document: tomlkit.TOMLDocument, word: str) -> str | None:
    """Return the word of the list that is the same as one, small letters or large."""
    return next((str(each) for each in document if same_word(str(each), word)), None)


def _key(document: tomlkit.TOMLDocument, word: str) -> str:
    if word not in document:
        raise UsageError(Message("'{word}' is not in the list.", word=word))
    return word


def _word(word: str, value: object) -> OwnWord:
    table = value if isinstance(value, dict) else {"as": value}
    return OwnWord(word, str(table["as"]), str(table.get("ipa", "")))
