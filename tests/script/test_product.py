"""Whatever is chosen together, each script says je or u as it should, and Dutch that is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from math import prod
from pathlib import Path

import pytest

from stem.script.template import Filling, Script, ScriptTemplate, find_script

NAMES = sorted(path.stem for path in (Path(__file__).resolve().parents[2] / "scripts").glob("*.j2"))
MOST_WAYS = 500
"""So many renderings are a full product; of more, each pair of values is tried."""

TEXTS = {
    "naam": ("", "mevr. de Vries"),
    "figuur": ("", "een vrouw die ik ken."),
    "wie": ("", "Mijn zus"),
    "situatie": ("", "Als ik moet presenteren?"),
    "thema": ("", "wat ik graag wil"),
    "plek": ("", "ons strandje"),
    "zien": ("", "De golven."),
    "horen": ("", "mijn meeuwen"),
    "voelen": ("", "Zand onder mijn voeten."),
    **{f"zin_{number}": ("", "Voel de grond.") for number in range(1, 7)},
}
OTHER_FORM = {
    "u": re.compile(r"\b(?:je|jij|jou|jouw|jezelf)\b", re.IGNORECASE),
    "je": re.compile(r"\b(?:u|uw|uzelf)\b", re.IGNORECASE),
}
FILLED_IN = re.compile(r"vrouw|presenteren|graag wil|strandje|golven|meeuwen|Zand")
FIRST_PERSON = re.compile(r"\b(?:ik|mij|me|mijn|ons|onze|mezelf)\b", re.IGNORECASE)
UNCLEAN = re.compile(r"  | ,|,[.,]|[.?!][.?]|[{}\[\]/]|: [A-Z]")
"""A colon before a capital: what was filled in began with one, and is no sentence of its own."""

PLURAL_SUBJECT = re.compile(
    r"\b(?:zou|zei|koos|vroeg|gelooft|beweegt|staat|zegt|gaf|deed|gaat) (?:hen|zij|hun)\b"
)
WRONG_VERB = {
    "je": re.compile(r"\b(?:hoeft|bent|hebt|kunt|wilt|zult|wordt|vindt) je\b", re.IGNORECASE),
    "u": re.compile(
        r"\b(?:hoef|ben|heb|kun|wil|word|vind|merk|voel|kijk|hoor|blijf|ga|sta|zie|doe) u\b|"
        r"\bu (?:hoef|ben|heb|kun|wil|word|vind|merk|voel|kijk|hoor|blijf|ga|sta|zie|doe)\b",
        re.IGNORECASE,
    ),
}
"""A verb in the form of the other: "meer hoeft je niet"; but "kijk u" is no Dutch either."""

NO_POSSESSIVE = re.compile(r"\bdiens (?:die|zijn|haar)\b")
MARK = re.compile(r"\[[^\]]*\]")


def axes(template: ScriptTemplate) -> dict[str, tuple[str, ...]]:
    """Return what is tried of each variable, what is usual first."""
    found: dict[str, tuple[str, ...]] = {}
    for variable in template.variables:
        if variable.type == "yesno":
            found[variable.name] = ("nee", "ja")
        elif variable.type == "choice":
            found[variable.name] = tuple(dict.fromkeys((str(variable.default), *variable.choices)))
        else:
            found[variable.name] = (*TEXTS[variable.name], *variable.choices)
    return found


def ways(template: ScriptTemplate) -> Iterator[Filling]:
    """Yield every combination, or when these are too many, every pair of values with the rest as usual."""
    tried = axes(template)
    lengths = tuple(template.minutes)
    if prod(map(len, tried.values())) * len(lengths) <= MOST_WAYS:
        for values in product(*tried.values()):
            for minutes in lengths:
                yield Filling(dict(zip(tried, values, strict=True)), minutes)
        return
    usual = {name: values[0] for name, values in tried.items()}
    for one, other in combinations(tried, 2):
        for first, second in product(tried[one], tried[other]):
            for vorm, minutes in product(tried["vorm"], lengths):
                yield Filling({**usual, "vorm": vorm, one: first, other: second}, minutes)


def said(template: ScriptTemplate) -> Mapping[str, set[str]]:
    """Return every line that is spoken or shown, by form of address."""
    fillings = list({repr(each): each for each in ways(template)}.values())
    usual = {name: values[-1] for name, values in axes(template).items()}
    forms = [usual | {"vorm": vorm} for vorm in ("je", "u")]
    fillings += [Filling(values, minutes, flemish=True) for values in forms for minutes in template.minutes]
    found: dict[str, set[str]] = {"je": set(), "u": set()}
    for filling, script in zip(fillings, template.render_all(fillings), strict=True):
        assert isinstance(script, Script), (filling, script)
        found[filling.values["vorm"]].update(line.text for line in script.lines)
    return {vorm: {MARK.sub("", text).strip() for text in texts} for vorm, texts in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_combination_is_in_one_form_and_in_whole_sentences(name: str) -> None:
    for vorm, lines in said(find_script(name)).items():
        wrong = [line for line in lines if OTHER_FORM[vorm].search(line)]
        wrong += [line for line in lines if FILLED_IN.search(line) and FIRST_PERSON.search(line)]
        wrong += [line for line in lines if UNCLEAN.search(line) or PLURAL_SUBJECT.search(line)]
        wrong += [line for line in lines if NO_POSSESSIVE.search(line) or WRONG_VERB[vorm].search(line)]
        assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_titles_and_summaries_speak_to_nobody_or_to_both(name: str) -> None:
    """A title goes into the file, for je and for u alike."""
    template = find_script(name)
    assert not OTHER_FORM["u"].search(template.title)
    assert not OTHER_FORM["je"].search(template.title)
