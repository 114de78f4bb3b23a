"""The form of an exercise: what stands in it, and what someone asked for with it.

Values travel in the body of a request alone. What is wrong is told at its field, without what was filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stem import ScriptTemplate, StemError, TrackSpec, Variable
from stem.units import seconds
from stem.web import below
from stem.web.below import PRONUNCIATION, Outline

VALUE = "v-"
"""Before the name of a variable in a form, so that none is taken for a field of ours."""

VORM = "vorm"
"""The variable that every script has: its choices say it all."""

USUAL_CODE = "proef"
"""What a track is called by when no code is given."""

_STEP_S = 15
_FEW = 4
_LEVELS = {"-6": "zachter", "-3": "iets zachter", "0": "gewoon", "3": "iets harder"}
_PLACES = {
    "geen": "geen bel",
    "begin": "aan het begin",
    "einde": "aan het einde",
    "beide": "aan begin en einde",
}
_BELLS = {"begin": ("begin",), "einde": ("einde",), "beide": ("begin", "einde")}


@dataclass(frozen=True, slots=True)
class Field:
    """A variable of a script in its form.

    Attributes:
        name: Of the field.
        label: What it is called.
        hint: One sentence.
        value: What is filled in.
        choices: What can be chosen, with what it is called; none for free words.
        examples: For free words.
        max_length: Of free words.
        few: Whether all choices are shown side by side.
        wrong: What is wrong with it.
        required: Whether it must be filled in.
    """

    name: str
    label: str
    hint: str
    value: str
    choices: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    max_length: int | None = None
    few: bool = True
    wrong: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone asked for.

    Attributes:
        spec: The track; its length is None when the usual one is wanted.
        code: The client's.
        wrong: What is wrong, by field.
    """

    spec: TrackSpec
    code: str
    wrong: Mapping[str, str]


def asked(script: ScriptTemplate, form: Mapping[str, str], voices: Mapping[str, str]) -> Asked:
    """Read a form.

    Args:
        script: The exercise.
        form: What was sent; what is not in it is as usual.
        voices: Those that can be chosen.
    """
    values = {
        name: form[VALUE + name].strip() for name in _names(script) if form.get(VALUE + name, "").strip()
    }
    wrong = {VALUE + name: sentence for name, sentence in _wrong_values(script, values).items()}
    chosen = {
        "stem": (form.get("stem", ""), voices),
        "aanvulling": (form.get("aanvulling", ""), others(voices)),
        "achtergrond": (form.get("achtergrond", ""), below.backgrounds()),
        "luidheid": (form.get("luidheid", ""), _LEVELS),
        "bel": (form.get("bel", ""), _PLACES),
    }
    wrong |= {
        name: "Kies er een uit de lijst."
        for name, (text, known) in chosen.items()
        if text and text not in known
    }
    spec = TrackSpec(
        script.name,
        values={name: value for name, value in values.items() if VALUE + name not in wrong},
        voice=form.get("stem") or None if "stem" not in wrong else None,
        fill=_fill(form) if "aanvulling" not in wrong else None,
        bed=form.get("achtergrond") or None if "achtergrond" not in wrong else None,
        bed_level_lu=_level(form.get("luidheid", "")),
        bells=_BELLS.get(form.get("bel", ""), ()),
        duration_s=_wanted_s(form),
    )
    return Asked(spec, form.get("code", "").strip() or USUAL_CODE, wrong)


def others(voices: Mapping[str, str]) -> dict[str, str]:
    """Return the voices that can say anything: not those that are own recordings."""
    return {name: told for name, told in voices.items() if not name.endswith("/")}


def _fill(form: Mapping[str, str]) -> str | None:
    """Return who says what is missing among own recordings; nobody when these do not speak."""
    return form.get("aanvulling") or None if form.get("stem", "").endswith("/") else None


def _names(script: ScriptTemplate) -> tuple[str, ...]:
    names = tuple(variable.name for variable in script.variables)
    return (*names, PRONUNCIATION) if below.takes_pronunciation(script) else names


def _level(text: str) -> float | None:
    return float(text) if text in _LEVELS and text != "0" else None


def _wanted_s(form: Mapping[str, str]) -> float | None:
    """Return the length that was chosen; None for the usual one, or when none can be read."""
    text = form.get("duur", "")
    if not text.isascii() or not text.isdigit() or len(text) > 5 or text == form.get("duur-gewoon"):  # noqa: PLR2004 - under 12 hours
        return None
    return float(text) or None


def _wrong_values(script: ScriptTemplate, values: Mapping[str, str]) -> dict[str, str]:
    """Return in Dutch what is wrong with values, by variable."""
    known = {variable.name: variable for variable in script.variables}
    wrong = script.wrong_values({name: value for name, value in values.items() if name != PRONUNCIATION})
    told = {name: _told(known.get(name), values.get(name, "")) for name in wrong}
    if said := values.get(PRONUNCIATION):
        try:
            Variable(PRONUNCIATION, max_length=100).read(said)
        except StemError:
            told[PRONUNCIATION] = "Schrijf hier alleen hoe de naam klinkt, in gewone letters."
        if not values.get("naam"):
            told[PRONUNCIATION] = "Vul ook de naam in."
    return told


def _told(variable: Variable | None, value: str) -> str:
    if not value:
        return "Vul dit in."
    if variable is None or variable.type in {"choice", "yesno"}:
        return "Kies er een uit de lijst."
    if variable.type == "number":
        low, high = variable.minimum, variable.maximum
        least, most = "" if low is None else f"van {low:g}", "" if high is None else f"tot en met {high:g}"
        return " ".join(filter(None, ("Vul een getal in", least, most))) + "."
    if variable.max_length is not None and len(value) > variable.max_length:
        return f"Dit is te lang: er passen {variable.max_length} tekens."
    return "Gebruik hier gewone woorden, zonder haakjes, accolades of hekjes."


def fields(script: ScriptTemplate, form: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the variables of a script as fields, the name first."""
    found = [_field(variable, form, wrong) for variable in script.variables]
    if below.takes_pronunciation(script):
        place = next(number for number, each in enumerate(found) if each.name == f"{VALUE}naam") + 1
        hint = "Alleen als de stem de naam verkeerd zegt. Schrijf hem zoals hij klinkt: sjaan."
        name = VALUE + PRONUNCIATION
        value = form.get(name, "")
        said = Field(name, "Klinkt als", hint, value, max_length=100, wrong=wrong.get(name, ""))
        found.insert(place, said)
    return tuple(found)


def _field(variable: Variable, form: Mapping[str, str], wrong: Mapping[str, str]) -> Field:
    name = VALUE + variable.name
    usual = variable.default
    default = (
        {True: "ja", False: "nee"}[usual] if isinstance(usual, bool) else "" if usual is None else str(usual)
    )
    is_free = variable.type in {"text", "number"}
    choices = {} if is_free else variable.options
    return Field(
        name=name,
        label=variable.called,
        hint=_hint(variable),
        value=form.get(name, default),
        choices=choices,
        examples=variable.choices if is_free else (),
        max_length=variable.max_length,
        few=len(choices) <= _FEW,
        wrong=wrong.get(name, ""),
        required=variable.required,
    )


def _hint(variable: Variable) -> str:
    """Return what a form tells of a variable beside its label: nothing that is said there already."""
    if variable.labels or variable.name == VORM:
        return ""
    first, _, rest = variable.help.partition(". ")
    return rest if first.casefold().removeprefix("de ") == variable.label.casefold() else variable.help


@dataclass(frozen=True, slots=True)
class Slider:
    """The lengths that can be chosen, in seconds.

    Attributes:
        least: The shortest.
        most: The longest.
        value: The one that is chosen.
        usual: The one that nobody chose.
        lasts: How long that one really is: it need not end on a step.
        ranges: Those that can be had; between them are gaps.
    """

    least: int
    most: int
    value: int
    usual: int
    lasts: int
    ranges: tuple[tuple[int, int], ...]
    step: int = _STEP_S

    @property
    def shown(self) -> int:
        """The length of the track that would be made, in seconds."""
        return self.lasts if self.value == self.usual else self.value


UNKNOWN = Slider(0, 0, 0, 0, 0, ())
"""As long as nothing is known of the text."""


def slider(outline: Outline, wanted_s: float | None) -> Slider:
    """Return the lengths that can be had, in steps; where there is but one, that one."""
    usual_s = seconds(outline.usual_frames)
    ranges = [
        (-int(-low // _STEP_S) * _STEP_S, int(high // _STEP_S) * _STEP_S) for low, high in outline.ranges_s
    ]
    usual = round(usual_s / _STEP_S) * _STEP_S
    kept = tuple((low, high) for low, high in ranges if low <= high) or ((usual, usual),)
    usual = _nearest(usual, kept)
    value = usual if wanted_s is None or not outline.fits else int(wanted_s)
    return Slider(kept[0][0], kept[-1][1], value, usual, round(usual_s), kept)


def _nearest(length_s: int, ranges: tuple[tuple[int, int], ...]) -> int:
    return min((min(max(length_s, low), high) for low, high in ranges), key=lambda each: abs(each - length_s))


LEVELS, PLACES = _LEVELS, _PLACES
