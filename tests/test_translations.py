"""All that people read has its Dutch, and the catalogue is that of the source."""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from stem.cli.words import OPTIONS
from stem.messages import (
    DUTCH_FILE,
    ENGLISH,
    PLAIN,
    Message,
    Plural,
    dutch,
    read_dutch,
    recognised,
    retold,
    told,
)
from stem.messages import Catalogue as Compiled
from stem.script.edits import lost_remark


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).resolve().parent.parent / "tools" / "messages.py"
    spec = importlib.util.spec_from_file_location("tool_messages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalogue(tool: ModuleType) -> Catalog:
    known: Catalog = tool.known()
    return known


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Yield what is written in the source, and its Dutch; of a plural both."""
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            yield message.id, str(message.string)
        elif message.id and isinstance(message.string, list | tuple):
            yield from zip(message.id, message.string, strict=True)


def test_all_that_is_in_the_source_has_its_dutch(tool: ModuleType) -> None:
    assert sorted(tool.wrong()) == []


def test_the_compiled_catalogue_is_that_of_its_source(catalogue: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    assert compiled.getvalue() == DUTCH_FILE.read_bytes()


def test_it_can_be_told_what_the_catalogue_has_words_for(catalogue: Catalog) -> None:
    read = read_dutch()
    assert isinstance(read, Compiled)
    assert set(read.templates) == {message.id for message in catalogue if isinstance(message.id, str)}


def test_both_languages_have_the_same_facts(catalogue: Catalog) -> None:
    wrong = [(english, said) for english, said in pairs(catalogue) if fields(english) != fields(said)]
    assert wrong == []


def fields(text: str) -> list[str]:
    """Return the names in a template, with how they are written; what is no template has none."""
    try:
        found = [(name, spec, kind) for _, name, spec, kind in Formatter().parse(text) if name]
    except ValueError:
        return []
    return sorted({f"{name}:{spec}!{kind}" for name, spec, kind in found})


def test_the_program_is_not_taken_for_a_voice(catalogue: Catalog) -> None:
    """In Dutch its name is a word; where it is the program's it stands in a command, a name or a version."""
    verbs = "kan|is|heeft|maakt|werkt|leest|weet|vindt|schrijft|wil"
    of_the_program = re.compile(rf"(?<!\bde )(?<!\been )\bstem (?:{verbs})\b", re.IGNORECASE)
    assert [said for _, said in pairs(catalogue) if of_the_program.search(said)] == []


def test_dutch_begins_and_ends_as_the_english_does(catalogue: Catalog) -> None:
    """A clause stays one: it has no capital and no full stop, which the sentence around it has."""
    wrong = [
        (english, said)
        for english, said in pairs(catalogue)
        if " " in english and english.endswith(".") != said.endswith(".")
    ]
    assert wrong == []


def test_what_a_user_wrote_is_shown_as_it_is() -> None:
    name = "{x} 100 % %s \"'é€ {0}"
    message = Message("There is no {kind} named '{name}'.", kind=Message("bed"), name=name)
    assert told(message, PLAIN, dutch()) == f"Er is geen achtergrond met de naam '{name}'."


def test_numbers_have_plurals_in_dutch() -> None:
    one, more = (
        Plural("{place}: 1 mistake:", "{place}: {count} mistakes:", count, place="a") for count in (1, 2)
    )
    assert [told(each, OPTIONS, dutch()) for each in (one, more)] == ["a: 1 fout:", "a: 2 fouten:"]


def test_why_the_system_refuses_is_told_in_dutch() -> None:
    message = Message("it cannot be read ({reason})", reason="Permission denied")
    assert message == "it cannot be read (Permission denied)"
    assert told(message, PLAIN, dutch()).endswith("(geen toestemming)")
    other = Message("it cannot be read ({reason})", reason="Er is iets")
    assert told(other, PLAIN, dutch()).endswith("(Er is iets)")


def test_what_is_finished_already_is_recognised() -> None:
    templates = ("there is no filter '{name}'", "it takes more than {seconds} seconds to fill in")
    found = recognised("there is no filter '{x}'", templates)
    assert found == "there is no filter '{x}'"
    assert told(found, PLAIN, dutch()) == "er is geen filter '{x}'"
    assert type(recognised("something else", templates)) is str
    assert recognised("a, not a", ["{x}, not {x}"]) == Message("{x}, not {x}", x="a")
    assert type(recognised("a, not b", ["{x}, not {x}"])) is str


def test_what_a_record_keeps_in_english_is_told_in_dutch() -> None:
    kept = str(Message("{place}: {count} mistakes:", place="a", count=2))
    warning = str(
        Message("The recordings in '{name}' can only say the sentences of their own script.", name="{x}")
    )
    assert told(retold(warning, dutch()), PLAIN, dutch()) == (
        "De eigen opnames in '{x}' kunnen alleen de zinnen van hun eigen tekst zeggen."
    )
    assert retold(warning, ENGLISH) == warning
    for numbers, said in (
        ([1], "Wijziging 1 gaat over een zin die niet meer in de tekst staat"),
        ([1, 2, 5], "Wijzigingen 1 en 2 en 5 gaan over zinnen die niet meer in de tekst staan"),
    ):
        kept = str(lost_remark(numbers))  # in a record it is English, without what it was made of
        assert told(retold(kept, dutch()), PLAIN, dutch()).startswith(said)
        assert retold(kept, ENGLISH) == kept
    assert type(retold("Doe deze oefening alleen samen met een behandelaar.", dutch())) is str
    assert retold(kept, dutch()) == kept
