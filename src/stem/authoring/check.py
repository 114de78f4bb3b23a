"""Checks a script in the ways in which it can be filled in: marks, template and every rule of `lint`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stem.authoring.lint import LintFinding, gathered, lint
from stem.config import refuse_outside
from stem.errors import StemError, UsageError
from stem.files import HERE
from stem.script.cues import PauseRange
from stem.script.dutch import FORMS
from stem.script.template import Filling, ScriptTemplate, find_script
from stem.script.variables import Variable
from stem.sound.beds import BedChoice
from stem.voices.template import find_voice

_WORDS = {"naam": "Anna", "figuur": "mijn oma"}
"""What is filled in for a text; any other gets a word that fits most places."""

_ANY_WORD = "iets kleins"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a script found.

    Attributes:
        name: The script's name or path, as given.
        ways: In how many ways it was filled in.
        findings: By file and line.
    """

    name: str
    ways: int
    findings: tuple[LintFinding, ...]

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
    template = find_script(name, folder)
    refuse_outside(template.path, {"bed": template.bed, "voice": template.voice}, folder=folder)
    if template.bed is not None:
        BedChoice.read(template.bed, folder)
    if template.voice is not None:
        find_voice(template.voice, folder)
    ways = list(_ways(template))

    found: list[LintFinding] = []
    for way, rendered in zip(ways, template.render_all(ways), strict=True):
        if isinstance(rendered, StemError):
            raise rendered
        vorm, called = way.values["vorm"], way.values.get("naam", "")
        found += lint(template, rendered.cues(pauses), vorm=vorm, minutes=way.minutes, name=called)
    return Checked(name, len(ways), gathered(found))


def _ways(template: ScriptTemplate) -> Iterator[Filling]:
    """Yield values and lengths: what is usual, and then each other value of each variable alone."""
    others = {variable.name: _values(variable) for variable in template.variables if variable.name != "vorm"}
    usual = {
        variable.name: values[0] for variable in template.variables if (values := others.get(variable.name))
    }
    forms = next((variable.choices for variable in template.variables if variable.name == "vorm"), FORMS)
    for minutes in template.minutes or (None,):
        for vorm in forms:
            yield Filling({**usual, "vorm": vorm}, minutes)
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
