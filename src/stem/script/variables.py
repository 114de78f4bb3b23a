"""The variables of a script: what may be filled in, and how a value is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

from stem.characters import code_point, first_hidden
from stem.errors import UsageError, did_you_mean
from stem.messages import Message, enumerated
from stem.script import dutch

Value: TypeAlias = str | int | float | bool

LONGEST_VALUE = 2_000
"""Characters."""

_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "choice": (str,),
    "number": (int, float),
    "yesno": (bool,),
}
_HOLDS = ("", "name", "person", "words")
_LARGEST_NUMBER = 10**9
_YES_NO = {"ja": True, "yes": True, "true": True, "nee": False, "no": False, "false": False}
_NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,6})?")
_HAS_MEANING = "[]{}#"


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that is filled in when a track is made.

    Example:
        >>> variable = project.script("kort").variables[0]
        >>> variable.name, variable.type, variable.help, variable.default
        ('naam', 'text', 'Voor wie.', '')

    Attributes:
        name: As written in the template.
        type: "text", "choice" (one of `choices`), "number" or "yesno".
        default: The value when none is given; None when one must be given.
        choices: What is possible for a choice; examples for a text.
        help: One sentence for people.
        max_length: The most characters of a text.
        minimum: The least a number may be.
        maximum: The most a number may be.
        holds: What a text is: the "name" of who listens, a "person" to imagine, "words" of one's own that a
            script says with `eigen` or `over`, or "" for whatever it is.
        label: What it is called in a form, in a few words; see `called`.
        labels: What its choices are called there, in their order; none when they say it themselves.
    """

    name: str
    type: str = "text"
    default: Value | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    holds: str = ""
    label: str = ""
    labels: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What it is called in a form: by its label, or by its name."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def options(self) -> dict[str, str]:
        """What can be chosen, and what that is called; of a text these are examples."""
        if self.type == "yesno":
            return {"ja": "ja", "nee": "nee"}
        return dict(zip(self.choices, self.labels or self.choices, strict=True))

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is None

    def read(self, text: str) -> Value:
        """Return the value that `text` stands for.

        Raises:
            UsageError: when it is of another type, no choice, or not plain text.
        """
        value = plain(self.name, text)
        if self.type == "choice":
            if value in self.choices:  # a check tries hundreds of ways to fill in
                return value
            by_folded = {choice.casefold(): choice for choice in self.choices}
            if value.casefold() not in by_folded:
                hint = did_you_mean(value, self.choices)
                raise UsageError(
                    Message("What is given is no choice for '{name}'.", name=self.name), hint=hint
                )
            return by_folded[value.casefold()]
        if self.type == "number":
            if not _NUMBER.fullmatch(value):
                raise UsageError(
                    Message("What is given for '{name}' is not a number.", name=self.name),
                    hint=Message("For example: 4 or 2,5."),
                )
            return self._within(whole(float(value.replace(",", "."))))
        if self.type == "yesno":
            if value.casefold() not in _YES_NO:
                raise UsageError(
                    Message("What is given for '{name}' is neither yes nor no.", name=self.name),
                    hint=Message("Write ja or nee."),
                )
            return _YES_NO[value.casefold()]
        if self.max_length is not None and len(value) > self.max_length:
            raise UsageError(
                Message(
                    "The value of '{name}' is longer than {max_length:,} characters.",
                    name=self.name,
                    max_length=self.max_length,
                ),
                hint=Message("Say it in fewer words."),
            )
        self._check_words(value)
        return value

    def _check_words(self, value: str) -> None:
        """Refuse what no sentence of a script can hold."""
        if self.holds == "name" and dutch.is_several(value):
            hint = Message("A track speaks to one listener; make one for each.")
            raise UsageError(
                Message("What is given for '{name}' is more than one name.", name=self.name), hint=hint
            )
        if self.holds == "person" and dutch.is_several(value):
            hint = Message("Choose one of them, for example: mijn moeder.")
            raise UsageError(
                Message("What is given for '{name}' is more than one.", name=self.name), hint=hint
            )
        if self.holds in {"person", "words"}:
            try:
                dutch.own(value, "je")
            except ValueError as error:
                hint = Message("Say it without 'ik', for example: presenteren voor een groep.")
                problem = Message(
                    "What is given for '{name}' speaks of 'ik', and cannot be turned to je or u.",
                    name=self.name,
                )
                raise UsageError(problem, hint=hint) from error

    def _within(self, number: float) -> int | float:
        low, high = self.minimum, self.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            bounds = [
                *([] if low is None else [Message("{low:g} or more", low=low)]),
                *([] if high is None else [Message("{high:g} or less", high=high)]),
            ]
            raise UsageError(
                Message("What is given is no possible value for '{name}'.", name=self.name),
                hint=Message("It is {bounds}.", bounds=enumerated(bounds)),
            )
        return number


VORM = Variable("vorm", "choice", "je", dutch.FORMS, "Aanspreken met je of met u.", label="Aanspreken met")
"""Every script has it; a script that declares it itself may choose another default."""


_CHOICES = frozenset({"vorm", "voornaamwoord", "ogen", "adem", "figuur_bron"})
"""What stem's own scripts call their choices."""


def may_be_words(name: str, value: str) -> bool:
    """Tell whether someone's own words may have been filled in, of a variable whose type is not known."""
    said = value.strip().casefold()
    is_number = _NUMBER.fullmatch(said) is not None
    return bool(said) and not (name in _CHOICES or said in {*dutch.FORMS, *_YES_NO} or is_number)


@dataclass(frozen=True, slots=True)
class Declared:
    """A table [variables.<name>] of a front matter; a mistake in it is a ValueError."""

    type: str = ""
    default: object = None
    choices: tuple[str, ...] = ()
    help: str = ""
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    holds: str = ""
    label: str = ""
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        variable = self.variable("default")
        kind = variable.type
        if kind not in _KINDS:
            raise ValueError(
                Message("type '{kind}' is not one of {kinds}", kind=kind, kinds=", ".join(_KINDS))
            )
        if kind == "choice" and not self.choices:
            raise ValueError(Message("a choice needs choices"))
        wrong_bool = isinstance(self.default, bool) and kind != "yesno"
        if self.default is not None and (wrong_bool or not isinstance(self.default, _KINDS[kind])):
            raise ValueError(Message("the default is no {kind}", kind=kind))
        self._check_bounds(kind)
        self._check_labels(kind)
        given = self.default is not None and kind != "yesno"
        texts = [*self.choices, *([str(self.default)] if given else [])]
        for text in texts:
            try:
                variable.read(text)
            except UsageError as error:
                raise ValueError(Message("{problem:aside}", problem=error.sentence)) from error

    def _check_labels(self, kind: str) -> None:
        if self.labels and (kind != "choice" or len(self.labels) != len(self.choices)):
            raise ValueError(Message("'labels' has what each of the choices is called, in their order"))
        if any(len(text.splitlines()) != 1 or not text.strip() for text in (self.label or "x", *self.labels)):
            raise ValueError(Message("a label is a few words on one line"))

    def _check_bounds(self, kind: str) -> None:
        if self.max_length is not None and (kind != "text" or self.max_length < 1):
            raise ValueError(Message("'max_length' is the most characters of a text, 1 or more"))
        if (self.minimum, self.maximum) != (None, None) and kind != "number":
            raise ValueError(Message("'minimum' and 'maximum' are for a number"))
        if self.holds not in _HOLDS or (self.holds and kind != "text"):
            raise ValueError(Message("'holds' is for a text, and one of name, person, words"))
        numbers = (self.default, self.minimum, self.maximum)
        if not all(abs(number) < _LARGEST_NUMBER for number in numbers if isinstance(number, int | float)):
            raise ValueError(
                Message(
                    "a number lies between -{largest_number:,} and {largest_number:,}",
                    largest_number=_LARGEST_NUMBER,
                )
            )
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(Message("'minimum' is more than 'maximum'"))

    def variable(self, name: str) -> Variable:
        """Return the variable with its name; without a type, choices make it a choice."""
        kind = self.type or ("choice" if self.choices else "text")
        default = self.default if isinstance(self.default, str | int | float) else None
        bounds = self.max_length, self.minimum, self.maximum
        return Variable(
            name, kind, default, self.choices, self.help, *bounds, self.holds, self.label, self.labels
        )


def plain(name: str, text: str) -> str:
    """Return a user's value in normal form, without spare white space.

    Raises:
        UsageError: when it is too long, or holds control characters or what means something in scripts.
    """
    if len(text) > LONGEST_VALUE:  # before anything is done with it
        raise UsageError(
            Message(
                "The value of '{name}' is longer than {longest_value:,} characters.",
                name=name,
                longest_value=LONGEST_VALUE,
            )
        )
    value = unicodedata.normalize("NFC", text.strip())
    odd = first_hidden(value) or next((sign for sign in "\n\t" if sign in value), None)
    if odd is not None:
        hint = Message("A value is one line of plain words.")
        raise UsageError(
            Message(
                "The value of '{name}' holds a control character ({odd}).", name=name, odd=code_point(odd)
            ),
            hint=hint,
        )
    marks = [character for character in value if character in _HAS_MEANING]
    if marks:
        hint = Message("A value is plain words, without brackets, braces or #.")
        raise UsageError(
            Message("'{marks}' cannot stand in the value of '{name}'.", marks=marks[0], name=name), hint=hint
        )
    return " ".join(value.split())


def whole(number: float) -> int | float:
    """Return a number without a fraction as an int."""
    return int(number) if number == int(number) else number
