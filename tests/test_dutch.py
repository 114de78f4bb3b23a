"""Dutch is addressed, cut into sentences and handed to a voice as a Dutch ear expects."""

# ruff: noqa: RUF001 - quotes and dashes that look alike are what this is about

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stem.dutch import FORMS, capitalized, forms, has_words, sentences, spoken

DUTCHLIKE = st.text(alphabet="aAbéEIjJtuw019 .,…!?\"'”’()-–/*_[]#~&x:;°🙂\u0301\u00ad\n", max_size=60)


def helper(vorm: str, name: str) -> Callable[..., str]:
    return cast("Callable[..., str]", forms(vorm)[name])


@pytest.mark.parametrize(
    ("name", "je", "u"),
    [
        ("je", "je", "u"),
        ("Je", "Je", "U"),
        ("jij", "jij", "u"),
        ("Jij", "Jij", "U"),
        ("jou", "jou", "u"),
        ("Jou", "Jou", "U"),
        ("uw", "je", "uw"),
        ("Uw", "Je", "Uw"),
        ("jouw", "jouw", "uw"),
        ("Jouw", "Jouw", "Uw"),
        ("jezelf", "jezelf", "uzelf"),
        ("Jezelf", "Jezelf", "Uzelf"),
    ],
)
def test_each_word_of_address_has_two_forms(name: str, je: str, u: str) -> None:
    assert [forms(vorm)[name] for vorm in FORMS] == [je, u]


@pytest.mark.parametrize(
    ("verb", "before_u"),
    [
        ("voel", "voelt"),
        ("kijk", "kijkt"),
        ("loop", "loopt"),
        ("doe", "doet"),
        ("zie", "ziet"),
        ("zit", "zit"),
        ("laat", "laat"),
        ("weet", "weet"),
        ("ga", "gaat"),
        ("sta", "staat"),
        ("sla", "slaat"),
        ("bouw", "bouwt"),
        ("ben", "bent"),
        ("heb", "hebt"),
        ("kun", "kunt"),
        ("kan", "kan"),
        ("wil", "wilt"),
        ("zul", "zult"),
        ("mag", "mag"),
        ("zou", "zou"),
        ("hou", "houdt"),
        ("houd", "houdt"),
        ("rij", "rijdt"),
        ("rijd", "rijdt"),
        ("snij", "snijdt"),
        ("snijd", "snijdt"),
        ("word", "wordt"),
        ("vind", "vindt"),
    ],
)
def test_inversion_gives_u_its_own_verb_form(verb: str, before_u: str) -> None:
    assert helper("je", "inv")(verb) == f"{verb} je"
    assert helper("u", "inv")(verb) == f"{before_u} u"
    assert helper("u", "Inv")(verb) == f"{before_u[0].upper()}{before_u[1:]} u"


@pytest.mark.parametrize("not_a_verb", ["", "voel je", "merk op", "4", "voel,"])
def test_inversion_takes_one_verb(not_a_verb: str) -> None:
    with pytest.raises(ValueError, match="one verb"):
        helper("je", "inv")(not_a_verb)


def test_the_other_helpers_choose_by_form() -> None:
    assert helper("je", "stel_voor")("dan eens") == "Stel je dan eens voor"
    assert helper("u", "stel_voor")("dan eens") == "Stelt u zich dan eens voor"
    assert helper("u", "stel_voor")() == "Stelt u zich voor"
    assert [helper(vorm, "ju")("a", "b") for vorm in FORMS] == ["a", "b"]
    assert [helper(vorm, "Ju")("ijs", "water") for vorm in FORMS] == ["IJs", "Water"]
    assert [helper(vorm, "eigen")("mijn oma") for vorm in FORMS] == ["je oma", "uw oma"]
    assert helper("je", "eigen")("oma Mijntje") == "oma Mijntje"
    with pytest.raises(ValueError, match="jullie"):
        forms("jullie")


@pytest.mark.parametrize(
    ("label", "je", "u"),
    [
        ("Mijn oma", "je oma", "uw oma"),
        ("m'n oma", "je oma", "uw oma"),
        ("M’n oma", "je oma", "uw oma"),
        ("jouw zus", "je zus", "uw zus"),
        ("bellen met mijn baas", "bellen met je baas", "bellen met uw baas"),
        ("mijn zus en m'n broer", "je zus en je broer", "uw zus en uw broer"),
        ("werken in de mijn", "werken in de mijn", "werken in de mijn"),
        ("een mijnwerker", "een mijnwerker", "een mijnwerker"),
    ],
)
def test_what_is_a_listeners_own_is_said_so_wherever_it_stands(label: str, je: str, u: str) -> None:
    assert [helper(vorm, "eigen")(label) for vorm in FORMS] == [je, u]


@pytest.mark.parametrize(
    ("sentence", "name", "said"),
    [
        ("Welkom", "Anna", "Welkom, Anna."),
        ("Welkom", "", "Welkom."),
        ("Fijn dat u er bent.", "ijsbrand de Wit", "Fijn dat u er bent, IJsbrand de Wit."),
        ("Ben je er weer?", "Anna", "Ben je er weer, Anna?"),
        ("Ben je er weer?", "", "Ben je er weer?"),
        ("Dag ", "AnneMarie", "Dag, AnneMarie."),
    ],
)
def test_a_name_is_called_behind_a_comma_or_leaves_nothing_behind(
    sentence: str, name: str, said: str
) -> None:
    assert cast("Callable[..., str]", forms("je", name)["noem"])(sentence) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ijs", "IJs"),
        ("IJs", "IJs"),
        ("é", "É"),
        ("", ""),
        ("oma Riet", "Oma Riet"),
        ("'s avonds", "'s avonds"),
    ],
)
def test_a_capital_changes_nothing_but_the_start(text: str, expected: str) -> None:
    assert capitalized(text) == expected


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("Adem in. Adem uit.", ["Adem in.", "Adem uit."]),
        ("Adem uit.Adem in.", ["Adem uit.", "Adem in."]),
        ("Wat voel je? En waar? Rust!", ["Wat voel je?", "En waar?", "Rust!"]),
        ("geen kapitalen. ook goed.", ["geen kapitalen.", "ook goed."]),
        ("Kom om 22.15 uur. Neem 1.000 mee.", ["Kom om 22.15 uur.", "Neem 1.000 mee."]),
        ("Tel tot 10. Begin nu.", ["Tel tot 10.", "Begin nu."]),
        ("Dr. J.W. de Vries kijkt. Hij lacht.", ["Dr. J.W. de Vries kijkt.", "Hij lacht."]),
        ("Neem bijv. een steen, d.w.z. iets zwaars.", ["Neem bijv. een steen, d.w.z. iets zwaars."]),
        ("Kijk m.b.t. rust ca. Vijf keer.", ["Kijk m.b.t. rust ca. Vijf keer."]),
        ("Bomen, bloemen, enz. Daarna rust.", ["Bomen, bloemen, enz.", "Daarna rust."]),
        ("Bomen, enz. en ook o.a. gras.", ["Bomen, enz. en ook o.a. gras."]),
        ("Eén... twee… drie.", ["Eén...", "twee…", "drie."]),
        ("uit...adem", ["uit...", "adem"]),
        ("... en uit", ["... en uit"]),
        ("Uit . . . en in", ["Uit . . .", "en in"]),
        ("“Kom maar.” zei ze. Goed.", ["“Kom maar.” zei ze.", "Goed."]),
        ("“Kom maar.” Ze lacht.", ["“Kom maar.”", "Ze lacht."]),
        ("Ze zei: 'Ja!' Toen niets meer.", ["Ze zei: 'Ja!'", "Toen niets meer."]),
        ("1. Adem in", ["1. Adem in"]),
        ("Kijk op stem.nl voor meer.", ["Kijk op stem.nl voor meer."]),
        ("Echt?! Ja.", ["Echt?!", "Ja."]),
        ("'s Avonds. 's Morgens.", ["'s Avonds.", "'s Morgens."]),
        ("Zonder punt", ["Zonder punt"]),
        ("...", ["..."]),
        ("  ", []),
    ],
)
def test_sentences_end_where_a_reader_pauses(paragraph: str, expected: list[str]) -> None:
    assert list(sentences(paragraph)) == expected


@given(DUTCHLIKE)
def test_cutting_into_sentences_loses_and_moves_nothing(paragraph: str) -> None:
    position = 0
    for sentence in sentences(paragraph):
        assert sentence == sentence.strip() != ""
        start = paragraph.index(sentence, position)
        assert paragraph[position:start].strip() == ""
        position = start + len(sentence)
    assert paragraph[position:].strip() == ""


@given(DUTCHLIKE)
def test_every_sentence_has_words_when_the_paragraph_has(paragraph: str) -> None:
    if has_words(paragraph):
        assert all(has_words(sentence) for sentence in sentences(paragraph))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Neem bijv. rust, i.p.v. haast.", "Neem bijvoorbeeld rust, in plaats van haast."),
        ("Bijv. nu, enz.", "Bijvoorbeeld nu, enzovoort."),
        ("m.b.t. o.a. evt. d.w.z. nu", "met betrekking tot onder andere eventueel dat wil zeggen nu."),
        ("Dr. Vries telt ca. 4 stenen.", "Dokter Vries telt circa 4 stenen."),
        ("hij/zij en/of die", "hij of zij of die."),
        ("5 t/m 10, 3 à 4, 3-5 minuten", "5 tot en met 10, 3 tot 4, 3 tot 5 minuten."),
        ("7u30", "half acht."),
        ("10:30 uur", "half elf."),
        ("22.15 uur", "kwart over tien."),
        ("12:45 uur", "kwart voor één."),
        ("0:30 uur", "half één."),
        ("8:00 uur", "8 uur."),
        ("8:20 uur", "tien voor half negen."),
        ("1e, 2de, 12e, 3x", "eerste, tweede, twaalfde, 3 keer."),
        ("5 min. rust", "5 minuten rust."),
        ("Wacht 5 min.", "Wacht 5 minuten."),
        ("20 %, 1,5, 1.000 en 2026", "20 %, 1,5, 1.000 en 2026."),
        ("Eén e\u0301e\u0301n", "Één één."),
        ("adem in... en uit…", "adem in, en uit."),
        ("...nu", "nu."),
        ("*Rust* _nu_ 🙂 [[x]] “ja”", "Rust nu x ja."),
        ("‘nee’ foto’s, ’s avonds", "nee foto's, 's avonds."),
        ('"Kom maar." zei ze.', "Kom maar, zei ze."),
        ("uit.Adem", "uit. Adem."),
        ("rust - en dan — nu", "rust, en dan, nu."),
        ("goed-gevoel", "goed-gevoel."),
        ("ge\u00adduld\u200b", "geduld."),
        ("Welkom, Anna ...", "Welkom, Anna."),
        ("Wat voel je?", "Wat voel je?"),
        ("rust & ruimte", "rust en ruimte."),
        ("...", ""),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_written_dutch_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written) == said


@settings(max_examples=300)
@given(DUTCHLIKE)
def test_what_a_voice_gets_is_clean_and_final(written: str) -> None:
    said = spoken(written)
    assert has_words(said) == has_words(written)
    assert not re.search(r"[\[\]*_#“”‘’\"\n\u00ad🙂…]|  |\.\.", said)
    assert said == "" or not said[-1].isalnum()


@pytest.mark.parametrize(
    "soup",
    ["." * 200_000, "a." * 100_000, ". " * 100_000, "ca. " * 50_000, "..... a" * 30_000, "," * 200_000],
)
def test_long_soup_is_read_in_linear_time(soup: str) -> None:
    # Quadratic behaviour takes minutes at this length; linear takes a fraction of a second.
    begin = time.perf_counter()
    sentences(soup)
    spoken(soup)
    assert time.perf_counter() - begin < 10
