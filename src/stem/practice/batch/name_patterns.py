"""Names of a batch's files, by a pattern; a client's name stands in one only when the pattern asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stem.errors import UsageError
from stem.filenames import safe_name
from stem.messages import Message

USUAL_NAMES = "{code}_{script}_{minutes}min"
SERIES_NAMES = "{code}_{number}_{script}_{minutes}min"

_FIELD = re.compile(r"\{([^{}]*)\}")
_OURS = ("code", "script", "minutes", "number")
_LENGTH = re.compile(r"[_ -]?\{minutes\}(min)?")
_TOLD_LENGTH = re.compile(r"(?<![^_ -])\d+(,\d)?(?=min(?![^_ -]))")
"""In a name that was made by the usual pattern."""


def fields(pattern: str) -> list[str]:
    """Return what stands in braces in a pattern."""
    return _FIELD.findall(pattern)


def checked_pattern(pattern: str, variables: frozenset[str]) -> str:
    """Return a pattern that can be filled in.

    Args:
        pattern: As "{code}_{script}_{minutes}min".
        variables: Names of the variables that the scripts have, which may stand in it too.

    Raises:
        UsageError: when it names something that is not known, or not even the code.
    """
    for name in fields(pattern):
        if name not in {*_OURS, *variables}:
            raise UsageError(
                Message("The pattern for file names holds {{{name}}}, which is not known.", name=name),
                hint=Message(
                    "There is {{code}}, {{script}}, {{minutes}}, {{number}}, and each variable of "
                    "the scripts."
                ),
            )
    if "{code}" not in pattern:
        raise UsageError(
            Message("The pattern for file names has no {{code}} in it."),
            hint=Message("As in: {usual_names}", usual_names=USUAL_NAMES),
        )
    return pattern


def named(
    pattern: str, *, code: str, script: str, minutes: float | None, number: int, values: Mapping[str, str]
) -> str:
    """Return a file's name without suffix.

    Args:
        pattern: From `checked_pattern`.
        code: The client's.
        script: The script's name.
        minutes: The length that was asked for, or that the script was written for; when there is none, the
            name goes without.
        number: Of the row, or in the series.
        values: What is filled in.
    """
    known = {"code": code, "script": script, "number": f"{number:02}"}
    if minutes is None:
        pattern = _LENGTH.sub("", pattern)
    else:
        known["minutes"] = _written(minutes)
    return safe_name(_FIELD.sub(lambda match: known.get(match[1]) or values.get(match[1], ""), pattern))


def with_length(name: str, minutes: float) -> str:
    """Return the name of a file with another length in it; as it is, when it does not tell just one."""
    told = _TOLD_LENGTH.findall(name)
    return _TOLD_LENGTH.sub(_written(minutes), name) if len(told) == 1 else name


def _written(minutes: float) -> str:
    return f"{minutes:.1f}".removesuffix(".0").replace(".", ",")
