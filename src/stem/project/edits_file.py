"""A TOML file with the sentences that are changed in one track; no error shows their words.

Each is a table [[edit]] with `sentence`, and `text` or `pause_s` or both; see `Edit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stem.errors import ConfigError
from stem.messages import Message
from stem.script.edits import Edit
from stem.script.masking import LEFT_OUT
from stem.tables import from_table, load_toml


@dataclass(frozen=True, slots=True)
class _Changes:
    edit: tuple[Edit, ...] = ()


def read_edits(file: str) -> tuple[Edit, ...]:
    """Read the changes of sentences.

    Raises:
        ConfigError: with every mistake in the file, each with the number of its change.
    """
    try:
        return from_table(_Changes, load_toml(Path(file)), file).edit
    except ConfigError as error:
        hint = error.hint or Message('A change is: [[edit]] sentence = "..." text = "..." pause_s = 8')
        problems = [_without_value(problem) for problem in error.problems]
        raise ConfigError(error.path, problems, hint=hint) from None


def _without_value(problem: str) -> str:
    """Return a mistake of a table without the value that it is about."""
    if not isinstance(problem, Message) or "given" not in problem.facts:
        return problem
    given = str(problem.facts["given"])
    return problem.with_facts(lambda text: LEFT_OUT if text == given else text)
