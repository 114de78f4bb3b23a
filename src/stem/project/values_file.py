"""A TOML file with what is filled in for someone; no error shows what stands in it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from stem.errors import ConfigError, StemError, UnknownNameError, UsageError, did_you_mean
from stem.messages import Message
from stem.tables import load_toml

_ANYONES = {"je", "u", "ja", "nee", "yes", "no", "true", "false"}
"""Values that tell of nobody."""


def read_values(file: str) -> dict[str, str]:
    """Read what is filled in; a number or a truth value becomes its text.

    Raises:
        ConfigError: when it cannot be read, or holds something else.
    """
    table = load_toml(Path(file))
    odd = [
        Message(
            "value {number} must be a text, a number, true or false", number=number
        )  # its key may be a client's name
        for number, value in enumerate(table.values(), start=1)
        if not isinstance(value, str | int | float)
    ]
    if odd:
        raise ConfigError(file, odd)
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in table.items()
    }


def without_values(error: StemError, file: str, known: Collection[str]) -> StemError:
    """Return an error that shows nothing of a file of values.

    Args:
        error: Any.
        file: That of the values.
        known: The names of values that were given otherwise, and in its place.
    """
    from stem.practice.batch.list_values import without

    try:
        table = read_values(file)
    except ConfigError:
        return error  # which this is about, and which shows nothing
    of_file = {key: text for key, text in table.items() if key not in known}
    if isinstance(error, UnknownNameError) and error.name in of_file:
        sentence = Message("{file}: a name in it is no {error} here.", file=file, error=error.kind)
        return UsageError(sentence, hint=did_you_mean(error.name, error.known))
    texts = [text for text in of_file.values() if text.casefold() not in _ANYONES]
    if isinstance(error, UsageError):
        error.sentence = without(error.sentence, texts)
    else:  # not about a value, so that a number in it is another one
        texts = [text for text in texts if any(map(str.isalpha, text))]
        error.sentence, error.hint = without(error.sentence, texts), without(error.hint, texts)
        error.place = without(error.place, texts)
        error.problems = tuple(without(problem, texts) for problem in error.problems)
    return error
