"""Checks a script in the ways in which it can be filled in: marks, template and every rule of `lint`."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from stem.authoring.lint import LintFinding, gathered, lint
from stem.config import refuse_outside
from stem.errors import StemError, UsageError
from stem.files import HERE
from stem.script.cues import PauseRange
from stem.script.dutch import FORMS
from stem.script.includes import read_parts
from stem.script.template import Filling, ScriptTemplate, find_script
from stem.script.variables import Variable
from stem.sound.beds import BedChoice
from stem.voices.template import find_voice

_WORDS = {"naam": "Anna", "figuur": "mijn oma"}
"""What is filled in for a text; any other gets a word that fits most places."""

_ANY_WORD = "iets kleins"

_FLEMISH = "vlaams"
"""What templates call it that the voice is from Flanders."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a script found.

    Example:
        >>> checked = project.check("kort")
        >>> checked.ways, checked.in_order  # it has no ending that brings someone back, for one
        (4, False)

    Attributes:
        name: The script's name or path, as given.
        ways: In how many ways it was filled in.
        findings: By file and line.
        is_whole: Whether no way was left out.
    """

    name: str
    ways: int
    findings: tuple[LintFinding, ...]
    is_whole: bool = True

    @property
    def in_order(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def check_script(name: str, pauses: Mapping[str, PauseRange], folder: Path = HERE) -> Checked:
    """Fill a script in, in both forms, at every length it offers, with each value of each variable in turn.

    Raises:
        ScriptError: for a mistake that keeps it from being read at all.
        UnknownNameError: when there is no such script, or its bed or voice does not exist.
    """
    return check_template(find_script(name, folder), name, pauses, folder)


def check_template(
    template: ScriptTemplate,
    name: str,
    pauses: Mapping[str, PauseRange],
    folder: Path = HERE,
    *,
    most_ways: int | None = None,
    most_s: float = math.inf,
) -> Checked:
    """Check a script that was read; see `check_script`.

    Args:
        template: The script.
        name: What it is called in the answer.
        pauses: The table of named pauses.
        folder: The project's.
        most_ways: In how many ways it is filled in at most: a few hundred choices make a million of them.
        most_s: After how many seconds no further way is looked at.

    Raises:
        ScriptError: for a mistake that keeps it from being read at all.
        UnknownNameError: when its bed or voice does not exist.
    """
    until = time.monotonic() + most_s
    refuse_outside(template.path, {"bed": template.bed, "voice": template.voice}, folder=folder)
    if template.bed is not None:
        BedChoice.read(template.bed, folder)
    if template.voice is not None:
        find_voice(template.voice, folder)
    ways = list(islice(_ways(template), None if most_ways is None else most_ways + 1))
    is_whole = most_ways is None or len(ways) <= most_ways
    ways = ways[:most_ways]

    found: list[LintFinding] = []
    for number, (way, rendered) in enumerate(zip(ways, template.render_all(ways), strict=True)):
        if isinstance(rendered, StemError):
            raise rendered
        if number and time.monotonic() > until:
            return Checked(name, number, gathered(found), is_whole=False)
        vorm, called = way.values["vorm"], way.values.get("naam", "")
        found += lint(template, rendered.cues(pauses), vorm=vorm, minutes=way.minutes, name=called)
    return Checked(name, len(ways), gathered(found), is_whole)


def usual_values(template: ScriptTemplate) -> dict[str, str]:
    """Return what can be filled in for each variable, for who only wants to see what is said then."""
    return {
        variable.name: values[0]
        for variable in template.variables
        if variable.name != "vorm" and (values := _values(variable))
    }


def _ways(template: ScriptTemplate) -> Iterator[Filling]:
    """Yield values and lengths: what is usual, and then each other value of each variable alone."""
    others = {variable.name: _values(variable) for variable in template.variables if variable.name != "vorm"}
    usual = usual_values(template)
    forms = next((variable.choices for variable in template.variables if variable.name == "vorm"), FORMS)
    parts = read_parts(template.path, template.body, template.body_line)
    flemish = any(_FLEMISH in part.text for part in parts.found)
    for minutes in template.minutes or (None,):
        for vorm in forms:
            yield Filling({**usual, "vorm": vorm}, minutes)
            if flemish:
                yield Filling({**usual, "vorm": vorm}, minutes, flemish=True)
            for name, values in others.items():
                for value in values[1:]:
                    yield Filling({**usual, "vorm": vorm, name: value}, minutes)


def _values(variable: Variable) -> tuple[str, ...]:
    """Return texts to try for a variable, its default first when it has one that can be written."""
    if variable.type == "choice":
        default = [] if variable.default is None else [str(variable.default)]
        return tuple(dict.fromkeys([*default, *variable.choices]))
    if variable.type == "yesno":
        return ("nee", "ja") if variable.default is False else ("ja", "nee")
    if variable.type == "number":
        bounds = (variable.default, variable.minimum, variable.maximum)
        written = dict.fromkeys(_digits(float(bound)) for bound in bounds if bound is not None)
        return tuple(text for text in written if _accepts(variable, text)) or ("1",)
    words = _WORDS.get(variable.name, _ANY_WORD)[: variable.max_length]
    own = tuple(variable.choices) or (words,)
    return own if variable.required else (str(variable.default), *own)


def _digits(number: float) -> str:
    """Write a number as a person would fill it in: without an exponent, to the six decimals that are read."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _accepts(variable: Variable, text: str) -> bool:
    """Tell whether anyone could fill this in: a bound may have more digits than are read."""
    try:
        variable.read(text)
    except UsageError:
        return False
    return True
