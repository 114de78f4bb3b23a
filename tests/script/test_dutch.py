"""Dutch is addressed, cut into sentences and handed to a voice as a Dutch ear expects."""

# ruff: noqa: RUF001 - quotes and dashes that look alike are what this is about

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonemes import phonemes

from stem.script.dutch import FORMS, capitalized, differences, forms, has_words, sentences, spoken

DUTCHLIKE = st.text(alphabet="aAbéEIjJVtuw019 .,…!?\"'”’()-–/*_[]#~&x:;°€½+=§•→🙂\u0301\u00ad\n", max_size=60)
WRITINGS = (
    "ca. bijv. i.p.v. ivm 5 12 1e 2de 10:30 22.15 uur u. t/m en/of min. min € St. 's 'm één Eén níét (ja) "
    "113 0800-0113 1/2 24/7 km/u 12-05-2026 om ... … - – — / * stem.nl a@b.nl VIII :) x enz. Daarna nl. "
    "J. de Vries 3-5 3x ½ 2 °C % 1.5 & km €5 12,50 ADHD rust , . ? ! ; : \" ' ( ) [ ]"
)
SNIPPETS = st.lists(st.sampled_from(WRITINGS.split()), max_size=8)
SOUP = st.one_of(DUTCHLIKE, SNIPPETS.map(" ".join), SNIPPETS.map("".join), st.text(max_size=30))


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
        ("Welkom", "Anna.", "Welkom, Anna."),
        ("Welkom", "Anna B.", "Welkom, Anna B."),
        ("Ben je er weer?", "Anna B.", "Ben je er weer, Anna B?"),
        ("Welkom", ".", "Welkom."),
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
        ("Wacht 5 min. en adem. Dan 3 jan. 2026.", ["Wacht 5 min. en adem.", "Dan 3 jan. 2026."]),
        ("Wacht 5 min. Adem dan.", ["Wacht 5 min.", "Adem dan."]),
        ("Kom ivm. rust evt. Later.", ["Kom ivm. rust evt. Later."]),
        ("Dag, Max. Ik tel. Jan.", ["Dag, Max.", "Ik tel.", "Jan."]),
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


WRITTEN_AND_SAID = [
    # Abbreviations
    ("Neem bijv. rust, i.p.v. haast.", "Neem bijvoorbeeld rust, in plaats van haast."),
    ("Bijv. nu, enz.", "Bijvoorbeeld nu, enzovoort."),
    ("m.b.t. o.a. evt. d.w.z. nu", "met betrekking tot onder andere eventueel dat wil zeggen nu."),
    ("ivm de rust, evt later, aub", "in verband met de rust, eventueel later, alstublieft."),
    ("i.v.m. ca.10 mensen", "in verband met circa 10 mensen."),
    ("Dr. Vries telt ca. 4 stenen.", "Dokter Vries telt circa 4 stenen."),
    ("drs. en mr. A. de Boer", "doctorandus en meester A de Boer."),
    ("Kom naar St. Anna.", "Kom naar Sint Anna."),
    ("A. Jansen en J.W. de Vries", "A Jansen en J.W. de Vries."),
    ("Kom s.v.p. Daarna rust.", "Kom alstublieft. Daarna rust."),
    ("Hij is nl. moe.", "Hij is namelijk moe."),
    ("gem. 5, max. 3, min. 2", "gemiddeld 5, maximaal 3, minimaal 2."),
    ("Dag, Max. Ik tel.", "Dag, Max. Ik tel."),
    # Signs between words
    ("hij/zij en/of die", "hij of zij of die."),
    ("m/v en M/V/x", "man of vrouw en Man of vrouw."),
    ("5 t/m 10, 3 à 4, 3-5 minuten", "5 tot en met 10, 3 tot 4, 3 tot 5 minuten."),
    ("5 – 10 tellen, 2010-2015", "5 tot 10 tellen, 2010 tot 2015."),
    ("rust & ruimte", "rust en ruimte."),
    ("+/- 5 en ±5, 2+3=5", "ongeveer 5 en ongeveer 5, 2+3 is 5."),
    # Times and dates
    ("7u30", "half acht."),
    ("10:30 uur", "half elf."),
    ("22.15 uur", "kwart over tien."),
    ("12:45 uur", "kwart voor één."),
    ("0:30 uur", "half één."),
    ("8:00 uur", "8 uur."),
    ("8:20 uur", "tien voor half negen."),
    ("9:07 uur", "9 uur 7."),
    ("om 7.30, vanaf 9.00 u. tot 12:30", "om half acht, vanaf 9 uur tot half één."),
    ("van 19.30-21.00 uur", "van half acht tot 21 uur."),
    ("Kom om 7u.", "Kom om 7 uur."),
    ("12-05-2026, 1/6/2026, 2026-05-12", "12 mei 2026, 1 juni 2026, 12 mei 2026."),
    ("12 mei 2026 en 3 jan. 2026", "12 mei 2026 en 3 januari 2026."),
    ("32-05-2026", "32-05-2026."),
    # Numbers
    ("1e, 2de, 12e, 3x", "eerste, tweede, twaalfde, 3 keer."),
    (
        "de 8ste, 13e, 21e, 99ste en 100e",
        "de achtste, dertiende, eenentwintigste, negenennegentigste en honderdste.",
    ),
    ("de 121e", "de 100 eenentwintigste."),
    ("2x per week, 3x/week, 2 x 5", "2 keer per week, 3 keer per week, 2 keer 5."),
    ("5 min. rust", "5 minuten rust."),
    ("Wacht 5 min.", "Wacht 5 minuten."),
    ("ca. 10 min., 1 min, 30sec", "circa 10 minuten, 1 minuut, 30 seconden."),
    ("5 km/u, 3 m², 20 °C, 5°", "5 kilometer per uur, 3 vierkante meter, 20 graden, 5°."),
    ("€ 5, €12,50, € 1.000,- en 5,-", "5 euro, 12 euro 50, 1.000 euro en 5 euro."),
    ("3 miljoen €", "3 miljoen euro."),
    ("1/2, ¾ uur, 1½ uur, 2½, 1/5", "een half, drie kwart uur, anderhalf uur, 2 en een half, 1 op 5."),
    ("24/7", "24 7."),
    ("deel II en hoofdstuk XIV", "deel 2 en hoofdstuk 14."),
    ("Bel 113 of 0800-0113.", "Bel 1 1 3 of 0 8 0 0, 0 1 1 3."),
    ("06-12345678", "0 6, 1 2, 3 4, 5 6, 7 8."),
    ("+31 6 12345678", "plus 3 1, 6, 1 2, 3 4, 5 6, 7 8."),
    ("113 mensen", "113 mensen."),
    ("20 %, 1,5, 1.000 en 2026", "20 %, 1,5, 1.000 en 2026."),
    ("1.5 of 60+", "1,5 of 60+."),
    # Accents, apostrophes, capitals
    ("Eén e\u0301e\u0301n", "Één één."),
    ("één keer, een keer, Eénmaal", "één keer, een keer, Éénmaal."),
    ("níét, álles, wél, alléén, écht", "niet, alles, wel, alleen, echt."),
    ("dé oké café, cafés", "dé oké café, cafés."),
    ("‘nee’ foto’s, ’s avonds", "nee foto's, 's avonds."),
    ("zo'n, m'n, 't, 'n, geef 'm", "zo'n, m'n, 't, 'n, geef hem."),
    ("Dit is NIET waar.", "Dit is NIET waar."),
    # Dots, brackets, layout
    ("adem in... en uit…", "adem in, en uit."),
    ("...nu", "nu."),
    ("Welkom, Anna ...", "Welkom, Anna."),
    ("Echt?! Ja... Nou...?", "Echt? Ja, Nou?"),
    ("*Rust* _nu_ # 🙂 [[x]] “ja”", "Rust nu x ja."),
    ('"Kom maar." zei ze.', "Kom maar, zei ze."),
    ("uit.Adem", "uit. Adem."),
    ("adem\nin", "adem in."),
    ("rust - en dan — nu", "rust, en dan, nu."),
    ("goed-gevoel, in- en uitademen", "goed-gevoel, in- en uitademen."),
    ("Adem in (door je neus) en uit (zacht).", "Adem in, door je neus, en uit, zacht."),
    ("(Adem in.) kind(eren)", "Adem in. kinderen."),
    ("• rust → ruimte :)", "rust, ruimte."),
    ("Let op: adem; rust", "Let op: adem; rust."),
    ("ge\u00adduld\u200b", "geduld."),
    ("Wat voel je?", "Wat voel je?"),
    # Addresses
    (
        "info@stem.nl of www.stem-app.nl.",
        "info apenstaartje stem punt nl of www punt stem streepje app punt nl.",
    ),
    ("https://stem.nl/rust", "stem punt nl slash rust."),
    # Nothing
    ("...", ""),
    ("🙂", ""),
    ("", ""),
]


@pytest.mark.parametrize(("written", "said"), WRITTEN_AND_SAID)
def test_written_dutch_is_said_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written) == said


HEARD = [
    # How espeak-ng reads it as it is written, and what it is given instead.
    ("bijv.", "bˈɛɪf", "bˈɛɪvˌɔːrbeːlt"),
    ("hij/zij", "hɛɪ slˈɛʃ zɛɪ", "hɛɪ ɔf zɛɪ"),
    ("5 t/m 10", "vˈɛɪf tˈeː slˈɛʃ ˈɛm tˈin", "vˈɛɪf tɔt ɛn mɛ tˈin"),
    ("7u30", "zˈeːvən y dˈɛrtəx", "hˈɑlf ˈɑxt"),
    ("21e", "ˈeːnɛntʋˌɪntəxstə ˈeː", "ˌeːnəntʋˈɪntəxstə"),
    ("3x", "drˈi ˈɪks", "drˈi kˈɪːr"),
    ("5 min", "vˈɛɪf mˈɪn", "vˈɛɪf mˈinytən"),
    ("20 %", "tʋˈɪntəx proːsˈɛnt", "tʋˈɪntəx proːsˈɛnt"),
    ("€ 5", "ˈøːroː vˈɛɪf", "vˈɛɪf ˈøːroː"),
    ("1/2", "ˈeːn slˈɛʃ tʋˈeː", "ən hˈɑlf"),
    ("deel II", "dˈeːl ˌiːˈiː", "dˈeːl tʋˈeː"),
    ("Bel 113.", "bˈɛl hˈɔndər tˌɛrtin", "bˈɛl  ˈeːn  ˈeːn drˈi"),
    ("0800-0113", "nˈɵlˌɑxtnˌɵlnˌɵl nˈɵlˌeːnˌeːndrˌi", "nˈɵl  ˈɑxt nˈɵl nˈɵl | nˈɵl  ˈeːn  ˈeːn drˈi"),
    ("één", "ˈeːn", "ˈeːn"),
    ("níét", "nˈieːt", "nˈit"),
    ("wél", "ʋˈeːl", "ʋˈɛl"),
    ("NIET", "nˈit", "nˈit"),
    ("uit.Adem", "œyt pˈɵnt ˈaːdəm", "ˈœyt | ˈaːdəm"),
    ("adem in (rustig) en uit", "ˈaːdəm ɪn rˈɵstəx ɛn ˈœyt", "ˈaːdəm ˈɪn | rˈɵstəx | ɛn ˈœyt"),
]


def test_what_is_heard_is_what_was_meant() -> None:
    as_written = phonemes([written for written, _, _ in HEARD])
    as_said = phonemes([spoken(written) for written, _, _ in HEARD])
    assert [*zip((row[0] for row in HEARD), as_written, as_said, strict=True)] == HEARD


@given(SOUP)
def test_what_a_voice_gets_is_clean_and_final(written: str) -> None:
    said = spoken(written)
    assert has_words(said) or not has_words(written)  # a sign alone may be said: "±"
    assert not re.search(r"[\[\]*_#“”‘’\"\n\u00ad🙂…()]|  |\.\.", said)
    assert said == "" or said[-1] in ",;:.!?"


@given(SOUP)
def test_what_is_spoken_already_stays_as_it_is(written: str) -> None:
    said = spoken(written)
    assert spoken(said) == said


@pytest.mark.parametrize(
    "soup",
    [
        *("." * 10_000, "a." * 5_000, ". " * 5_000, "ca. " * 2_500, "..... a" * 1_500, "," * 10_000),
        *("* " * 5_000, "1" * 10_000, "0 " * 5_000, "06-" * 3_000, "a@" * 5_000, "www." * 2_500),
        *("(" * 10_000, "½" * 10_000, "- " * 5_000, "e/" * 5_000, "min. " * 2_000, "'" * 10_000),
    ],
    ids=lambda soup: soup[:4].strip() + "~",
)
def test_long_soup_is_read_in_linear_time(soup: str) -> None:
    # Quadratic behaviour takes two seconds at this length; linear takes a tenth of a second.
    begin = time.process_time()
    sentences(soup)
    spoken(soup)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("Kom om 10:30 uur.", "Kom om half elf.", [("10:30 uur", "half elf")]),
        ("Ik heb ADHD.", "Ik heb a-dee-ha-dee.", [("ADHD", "a-dee-ha-dee")]),
        ("Neem bijv. rust.", "Neem bijvoorbeeld rust.", [("bijv.", "bijvoorbeeld")]),
        ("hij/zij lacht", "hij of zij lacht.", [("hij/zij", "hij of zij")]),
        ("3-5 keer, 3 - 5 keer", "3 tot 5 keer, 3 tot 5 keer.", [("3-5", "3 tot 5"), ("-", "tot")]),
        ("Het kost € 5.", "Het kost 5 euro.", [("€ 5", "5 euro")]),
        ("en/of nu", "of nu.", [("en/of", "of")]),
        ("Wacht 5 min. Dan rust.", "Wacht 5 minuten. Dan rust.", [("min", "minuten")]),
        ("Dag, Sjaan!", "Dag, [[ʃˈaːn]]!", [("Sjaan", "[[ʃˈaːn]]")]),
        ("“Adem in…” *en* uit 🙂", "adem in, en uit.", []),
        ("ge\u00adduld (nu)", "Geduld, nu.", []),
        ("", "", []),
        ("weg", "", [("weg", "")]),
        ("…", "iets.", [("", "iets")]),
        ("", "iets.", [("", "iets")]),
    ],
)
def test_what_is_said_otherwise_is_shown(written: str, said: str, expected: list[tuple[str, str]]) -> None:
    assert list(differences(written, said)) == expected


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


SENTENCES = st.lists(
    st.sampled_from(["rust", "Adem", "ADHD", "3-5", "ja/nee", "in,", "en", "uit."]), max_size=8
)


@given(SENTENCES, SENTENCES)
def test_the_differences_turn_what_is_written_into_what_is_said(written: list[str], said: list[str]) -> None:
    text, given_text = " ".join(written), " ".join(said)
    pairs = differences(text, given_text)
    assert (pairs == ()) == (words(text) == words(given_text))
    left, turned = words(text), list[str]()
    for original, instead in pairs:
        gone = words(original)
        place = next(n for n in range(len(left) + 1) if left[n : n + len(gone)] == gone)
        turned += [*left[:place], *words(instead)]
        left = left[place + len(gone) :]
    assert set(words(given_text)) <= set(words(text)) | set(turned)
    if not any(words(text).count(word) > 1 for word in words(text)):  # else a pair may be found too early
        assert [*turned, *left] == words(given_text)


@given(SOUP)
def test_what_is_spoken_as_it_is_written_shows_no_difference(written: str) -> None:
    assert differences(written, written) == ()
    assert differences(spoken(written), spoken(written)) == ()
