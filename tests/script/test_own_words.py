"""Whom people fill in: sixty figures and sixty names, each with its sentence; more than one is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from stem.errors import UsageError
from stem.script.dutch import FORMS, forms
from stem.script.variables import Variable

FIGURE, NAME = Variable("figuur", holds="person"), Variable("naam", holds="name")
WORDS = Variable("situatie", holds="words")

FIGURES = [
    ("mijn oma", "je oma", "uw oma"),
    ("Mijn oma.", "je oma", "uw oma"),
    ("m'n opa", "je opa", "uw opa"),
    ("M’n opa", "je opa", "uw opa"),  # noqa: RUF001 - as people type it
    ("mn zus", "je zus", "uw zus"),
    ("jouw zus", "je zus", "uw zus"),
    ("oma Riet", "oma Riet", "oma Riet"),
    ("Oma Riet", "oma Riet", "oma Riet"),
    ("tante Mia", "tante Mia", "tante Mia"),
    ("ons tante Mia", "je tante Mia", "uw tante Mia"),
    ("onze hond Bobby", "je hond Bobby", "uw hond Bobby"),
    ("mijn vriendin Els", "je vriendin Els", "uw vriendin Els"),
    ("mijn beste vriend van school", "je beste vriend van school", "uw beste vriend van school"),
    ("Gandalf", "Gandalf", "Gandalf"),
    ("Gandalf!", "Gandalf", "Gandalf"),
    ("Sinterklaas", "Sinterklaas", "Sinterklaas"),
    ("Max", "Max", "Max"),
    ("Maarten", "Maarten", "Maarten"),
    ("Carmen", "Carmen", "Carmen"),
    ("Els", "Els", "Els"),
    ("Dr. Phil", "Dr. Phil", "Dr. Phil"),
    ("J.K. Rowling", "J.K. Rowling", "J.K. Rowling"),
    ("iemand als de Dalai Lama", "iemand als de Dalai Lama", "iemand als de Dalai Lama"),
    ("De Dalai Lama", "de Dalai Lama", "de Dalai Lama"),
    ("de vrouw uit die film", "de vrouw uit die film", "de vrouw uit die film"),
    ("De vrouw uit die film", "de vrouw uit die film", "de vrouw uit die film"),
    ("Een oude boom", "een oude boom", "een oude boom"),
    ("een vrouw die ik ken", "een vrouw die je kent", "een vrouw die u kent"),
    ("iemand met wie ik werk", "iemand met wie je werkt", "iemand met wie u werkt"),
    ("de man die mij leerde fietsen", "de man die je leerde fietsen", "de man die u leerde fietsen"),
    (
        "de juf die altijd naar me luisterde",
        "de juf die altijd naar je luisterde",
        "de juf die altijd naar u luisterde",
    ),
    ("de buurman die ons hielp", "de buurman die jullie hielp", "de buurman die u hielp"),
    ("mijn overleden oma", "je overleden oma", "uw overleden oma"),
    ("mijn eigen vader", "je eigen vader", "uw eigen vader"),
    ("mijn jongste zoon", "je jongste zoon", "uw jongste zoon"),
    ("mijn jongen", "je jongen", "uw jongen"),
    ("de jongen van de bakker", "de jongen van de bakker", "de jongen van de bakker"),
    ("de moeder van mijn man", "de moeder van je man", "de moeder van uw man"),
    ("de moeder van Bert en Ernie", "de moeder van Bert en Ernie", "de moeder van Bert en Ernie"),
    ("een vrouw met kinderen", "een vrouw met kinderen", "een vrouw met kinderen"),
    ("mijn baas", "je baas", "uw baas"),
    ("mijn buurvrouw Ans", "je buurvrouw Ans", "uw buurvrouw Ans"),
    ("mijn huisarts", "je huisarts", "uw huisarts"),
    ("mijn paard", "je paard", "uw paard"),
    ("de dirigent van mijn koor", "de dirigent van je koor", "de dirigent van uw koor"),
    ("mijn gids", "je gids", "uw gids"),
    ("Moeder Teresa", "moeder Teresa", "moeder Teresa"),
    ("Nelson Mandela", "Nelson Mandela", "Nelson Mandela"),
    ("zuster Bernadette", "zuster Bernadette", "zuster Bernadette"),
    ("meneer Jansen", "meneer Jansen", "meneer Jansen"),
    ("Meester Bart", "meester Bart", "meester Bart"),
    ("“Opa Jan”", "opa Jan", "opa Jan"),
    ("mij op mijn best", "jezelf op je best", "uzelf op uw best"),
    ("mezelf", "jezelf", "uzelf"),
    ("ik als kind", "jezelf als kind", "uzelf als kind"),
    ("mijzelf over tien jaar", "jezelf over tien jaar", "uzelf over tien jaar"),
    (
        "de oude man die ik in Spanje zag",
        "de oude man die je in Spanje zag",
        "de oude man die u in Spanje zag",
    ),
    ("de trainer van mijn zoon", "de trainer van je zoon", "de trainer van uw zoon"),
    ("Zorro, uit mijn jeugd", "Zorro, uit je jeugd", "Zorro, uit uw jeugd"),
    ("het meisje uit de bakkerij", "het meisje uit de bakkerij", "het meisje uit de bakkerij"),
    ("Papa", "papa", "papa"),
    ("de zee", "de zee", "de zee"),
]
SEVERAL = [
    *("mijn ouders", "Mijn ouders.", "Bert en Ernie", "opa en oma", "mijn opa & oma", "mijn kinderen"),
    *(
        "de buren",
        "mijn vriendinnen",
        "twee vrienden",
        "mijn beide zussen",
        "mijn collega's",
        "de mensen van het koor",
    ),
    *(
        "mijn lieve tantes",
        "mijn gezin",
        "grootouders",
        "de vrouwen uit die film",
        "onze honden",
        "Jip en Janneke",
    ),
]
NAMES = [
    ("Anna", "Anna"),
    ("anna", "Anna"),
    ("Anna.", "Anna"),
    ("Anna,", "Anna"),
    (" Anna ", "Anna"),
    ("Anna B.", "Anna B"),
    ("Agnes", "Agnes"),
    ("Max", "Max"),
    ("Anne", "Anne"),
    ("Jan-Willem", "Jan-Willem"),
    ("Björn", "Björn"),
    ("'t Hart", "'t Hart"),
    ("ijsbrand", "IJsbrand"),
    ("IJsbrand", "IJsbrand"),
    ("Sjaan-Marie van den Berg", "Sjaan-Marie van den Berg"),
    ("René", "René"),
    ("Xandra", "Xandra"),
    ("Zoë", "Zoë"),
    ("Jean-Luc d'Arc", "Jean-Luc d'Arc"),
    ("AnneMarie", "AnneMarie"),
    ("Marjolein", "Marjolein"),
    ("Monique", "Monique"),
    ("Mohammed", "Mohammed"),
    ("Ruth", "Ruth"),
    ("Beatrijs", "Beatrijs"),
    ("Fatima", "Fatima"),
    ("Ümit", "Ümit"),
    ("Wout", "Wout"),
    ("Mevrouw De Vries", "mevrouw De Vries"),
    ("mevrouw De Vries", "mevrouw De Vries"),
    ("mevrouw de Vries", "mevrouw De Vries"),
    ("mevr. de Vries", "mevrouw De Vries"),
    ("Mevr. De Vries", "mevrouw De Vries"),
    ("mw. de Vries", "mevrouw De Vries"),
    ("Mw de Vries", "mevrouw De Vries"),
    ("meneer Jansen", "meneer Jansen"),
    ("Meneer Jansen", "meneer Jansen"),
    ("mijnheer Jansen", "meneer Jansen"),
    ("dhr. Jansen", "meneer Jansen"),
    ("Dhr. van den Berg", "meneer Van den Berg"),
    ("de heer Jansen", "meneer Jansen"),
    ("De heer van Dijk", "meneer Van Dijk"),
    ("meneer ijsselstein", "meneer IJsselstein"),
    ("dokter Bakker", "dokter Bakker"),
    ("Zuster Bernadette", "zuster Bernadette"),
    ("Pater Damiaan", "pater Damiaan"),
    ("Juf Ank", "juf Ank"),
    ("Oma Riet", "oma Riet"),
    ("opa jan", "opa Jan"),
    ("Tante Sjaan", "tante Sjaan"),
    ("Oma", "Oma"),
    ("Juffermans", "Juffermans"),
    ("Omar", "Omar"),
    ("van den Berg", "Van den Berg"),
    ("de Wit", "De Wit"),
    ("Van Gogh", "Van Gogh"),
    ("Maria Teresa", "Maria Teresa"),
    ("Lien", "Lien"),
    ("Ellen", "Ellen"),
    ("Venus", "Venus"),
    ("Sanders", "Sanders"),
    ("Heerema", "Heerema"),
]


def helper(vorm: str, name: str) -> Callable[..., str]:
    return cast("Callable[..., str]", forms(vorm)[name])


@pytest.mark.parametrize(("filled_in", "je", "u"), FIGURES)
def test_a_figure_is_said_in_a_sentence(filled_in: str, je: str, u: str) -> None:
    read = str(FIGURE.read(filled_in))
    told = [f"Het gaat vandaag om {helper(vorm, 'eigen')(read)}." for vorm in FORMS]
    assert told == [f"Het gaat vandaag om {je}.", f"Het gaat vandaag om {u}."]


@pytest.mark.parametrize("filled_in", SEVERAL)
def test_more_than_one_figure_is_refused_with_what_to_do(filled_in: str) -> None:
    with pytest.raises(UsageError, match="'figuur' is more than one") as caught:
        FIGURE.read(filled_in)
    assert "Choose one" in caught.value.hint
    assert filled_in not in f"{caught.value.sentence} {caught.value.hint}"


@pytest.mark.parametrize(("filled_in", "said"), NAMES)
def test_a_name_is_called_as_its_bearer_is(filled_in: str, said: str) -> None:
    name = str(NAME.read(filled_in))
    assert [cast("Callable[..., str]", forms(vorm, name)["noem"])("Welkom") for vorm in FORMS] == [
        f"Welkom, {said}."
    ] * len(FORMS)


@pytest.mark.parametrize("filled_in", ["Anna en Piet", "Anna & Piet", "Anna + Piet"])
def test_a_track_speaks_to_one(filled_in: str) -> None:
    with pytest.raises(UsageError, match="more than one name") as caught:
        NAME.read(filled_in)
    assert "one listener" in caught.value.hint


def test_words_that_cannot_be_turned_are_refused_without_repeating_them() -> None:
    filled_in = "als ik iets met brabbelwoorden in het huis"
    with pytest.raises(UsageError, match="speaks of 'ik'") as caught:
        WORDS.read(filled_in)
    assert "presenteren voor een groep" in caught.value.hint
    assert "brabbel" not in f"{caught.value.sentence} {caught.value.hint}"
    assert WORDS.read("als ik moet presenteren") == "als ik moet presenteren"  # turned when it is said


def test_there_are_enough_of_each() -> None:
    assert min(len({filled_in for filled_in, *_ in table}) for table in (FIGURES, NAMES)) >= 60


@pytest.mark.parametrize(
    ("pronoun", "subject", "object_", "possessive"),
    [
        ("hij", "hij", "hem", "zijn"),
        ("zij", "ze", "haar", "haar"),
        ("die", "die", "die ander", "diens"),
        ("hen", "die", "hen", "hun"),
        ("geen", "die ander", "die ander", "de"),
    ],
)
def test_someone_is_spoken_of_as_people_speak(
    pronoun: str, subject: str, object_: str, possessive: str
) -> None:
    persoon = cast("Callable[[str, str], dict[str, str]]", forms("je")["persoon"])
    assert persoon(pronoun, "die ander") == {"hij": subject, "hem": object_, "zijn": possessive}
    with pytest.raises(ValueError, match="knows hij, zij"):
        persoon("wij", "die ander")
