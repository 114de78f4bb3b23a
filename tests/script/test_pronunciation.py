# ruff: noqa: RUF001 - phonetic signs look like letters
"""Words and names sound as a Dutch dictionary has them: kinds of words by rule, others by the lexicon."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from dictionary import agree, entries
from phonemes import phonemes

from stem.script.dutch import spoken
from stem.script.dutch.lexicon import Lexicon, load_lexicon
from stem.script.dutch.pronunciation import pronounced, spelled

DATA = Path(__file__).parents[1] / "data"

EXPLAINED = {
    "The dictionary has a slip: another word, a letter too few or of another sound.": (
        "aaien aanbracht aangroei aanhang aanhangen aanhangt aankijken aanmeren aanname aannamen aanvalt "
        "aftillen auto behoefte blauw bloesem bron buren druppelen eenvoudig geeuwen goud golf intussen "
        "koud kuch overgang paddenstoel rouwend toegezegd verhoopt oranje patiënte onlangs "
        "handig lengte zover omgaan"
    ),
    "Said quickly, a consonant or an -n falls away: the dictionary leaves it out.": (
        "accepteren achtste bescheiden breedheid ontduiken opbellen opbrengen toelaten"
    ),
    "A short or a long vowel, a clear or a dull e, where there is no stress: both are heard.": (
        "jaloezie kwamen legende machine machines manier matras onbeweeglijk onderwater plezieren systeem "
        "verdenken verdiepen verrijzend versterken verzoeken"
    ),
    "The stress may lie on either part, by what is meant or where one lives.": (
        "heraanleg indoor innemend meegaand meelevend onbeschermd onderzee onderzoeke ongedeeld "
        "onnadenkend onweert oprekken uitrekken zoals zonsondergang"
    ),
    "A consonant with or without voice between two parts of a word: both are heard.": (
        "afdoend berging gemakkelijk gewaarwording gezin grenzend wenkbrauw"
    ),
}


@cache
def lexicon() -> Lexicon:
    return load_lexicon(Path("there is none"))


def said(words: tuple[str, ...]) -> list[str]:
    return phonemes([lexicon().applied(spoken(word).rstrip("."), ipa=True) for word in words])


def test_common_words_are_said_as_the_dictionary_has_them() -> None:
    words = tuple((DATA / "common-words.txt").read_text(encoding="utf-8").split())
    assert len(set(words)) == 2000
    known = entries()
    other = {word for word, heard in zip(words, said(words), strict=True) if not agree(heard, known[word])}
    explained = {word for group in EXPLAINED.values() for word in group.split()}
    assert other == explained


KINDS = {
    "nadelige namalige naburige nalatige": "naːdˈeːləɣə naːmˈaːləɣə naːbˈyrəɣə naːlˈaːtəɣə",
    "vasthouden lichtheid alertheid luchthaven": "vˈɑsthˈʌʊdən lˈɪxthˈɛɪt aːlˈɛrthɛɪt lˈɵxthˈaːvən",
    "methode apotheek onthouden verschillen": "mɛtˈoːdə ˌaːpɔtˈeːk ɔnthˈʌʊdən vərsxˈɪlən",
    "bergtop sterrenhemel boomwortels neusvleugels": "bˈɛrxtˈɔp stˈɛɾrənhˈeːməl bˈoːmʋˈɔrtəls nˈøːsvlˈøːɣəls",
    "wandelmeditatie vogelgezang zonnevlecht": "ʋˈɑndəlmˌeːditˈaːtsi vˈoːɣəlɣəzˈɑŋ zˈɔnəvlˈɛxt",
    "uiterlijke innerlijke iedereen": "ˈœytˌɵrləkə ˈɪnnˌɵrləkə idərˈeːn",
    "vlammetje kamertje dekentje regeltje": "vlˈɑmɵtʲə kˈaːmɵrtʲə dˈeːkɵntʲə rˈeːɣɵltʲə",
    "ademhalingen ademde ademmeditatie": "ˈaːdəmhˈaːlɪŋən ˈaːdɵmdə ˈaːdəmmˌeːditˈaːtsi",
    "omarmen omringd omgang voltooien": "ɔmˈɑrmən ɔmrˈɪŋt ˈɔmɣɑŋ vɔltˈoːjən",
    "voorbij ondersteunen onderzoek overgang": "vɔːrbˈɛɪ ɔndərstˈøːnən ˈɔndərzˌuk ˈoːvərɣˈɑŋ",
    "overwinnen doorgaan doorstaan bewustzijn": "ˌoːvərʋˈɪnən dˈoːrɣˈaːn doːrstˈaːn bəʋɵstzˈɛɪn",
    "aanwezig toevallig uitstekend aandacht": "aːnʋˈeːzəx tuvˈɑləx œytstˈeːkənt ˈaːndˌɑxt",
    "geklopt aangeklaagd gematigd bevestiging": "ɣəklˈɔpt ˈaːnɣəklˈaːxt ɣəmˈaːtɵxt bəvˈɛstɵɣˌɪŋ",
    "intentie intuïtie contacten directe": "ɪntˈɛntsi ɪntyˈitsi kɔntˈɑktən dirˈɛktə",
    "keelpijn stilstaan onschuld onrustig": "kˈeːlpˈɛɪn stˈɪlstˈaːn ˈɔnsxˈɵlt ɔnrˈɵstəx",
    "personen grasveld zichzelf onbekend": "pɛrsˈoːnən ɣrˈɑsvˈɛlt zɪxzˈɛlf ɔnbəkˈɛnt",
    "therapeute zelfhypnose contactlens": "tˈɪːraːpˌœytə zˈɛlfhɪpnˈoːzə kɔntˈɑktlˈɛns",
    "trance oeuvre enfin barbecue horloge": "trˈɑns ˈøːvrə ɑnfˈɛn bˈɑrbəkjˌu hɔrlˈoːʒə",
    "ANWB VPRO NIET NAVO": "ˈaːɛnʋˈeːbˈeː vˈeːpˈeːˈɛɾrˈoː nˈit nˈaːvoː",
    "Nguyễn Şeyma Hanneke Annie Lindsay": "nʋˈiən ʃˈɛjmaː hˈɑnɵkə ˈɑni lˈɪnzi",
    "Łukasz Čapek Gökhan Müller": "ʋˈykɑʃ tʃˈaːpɛk ɣˈøːkhɑn mˈɵlər",
}
"""One rule a kind; some words beside them that it must leave alone."""


def test_a_kind_of_word_is_said_right() -> None:
    words = tuple(word for group in KINDS for word in group.split())
    assert dict(zip(words, said(words), strict=True)) == dict(
        zip(words, " ".join(KINDS.values()).split(), strict=True)
    )


def test_only_what_reads_phonemes_is_told_how_a_kind_is_read() -> None:
    assert lexicon().applied("vasthouden, ANWB, omarmen") == "vasthouden, ANWB, omarmen"
    assert lexicon().applied("Vasthouden, ANWB", ipa=True) == "Vast-houden, aa-en-wee-bee"
    assert lexicon().applied("Omarmen", ipa=True) == "[[ɔm]]-armen"
    assert Lexicon().applied("omarmen", ipa=True) == "omarmen"


@pytest.mark.parametrize("word", ["NIET", "JOUW", "EEUW", "ECHT", "NU", "ALTIJD", "KLM", "STRAKS"])
def test_a_word_in_large_letters_stays_a_word(word: str) -> None:
    assert spelled(word) == word


@pytest.mark.parametrize(
    "word", ["iemand", "middelen", "monster", "snavel", "festival", "station", "concertje"]
)
def test_a_word_that_looks_like_a_compound_is_left_alone(word: str) -> None:
    assert pronounced(word) == word


def names() -> tuple[str, ...]:
    lines = (DATA / "first-names.txt").read_text(encoding="utf-8").splitlines()
    return tuple(dict.fromkeys(name for line in lines if not line.startswith("#") for name in line.split()))


def test_no_name_is_spelled_by_its_letters() -> None:
    assert len(names()) >= 700
    told = {name: heard for name, heard in zip(names(), said(names()), strict=True) if "lˈɛtər" in heard}
    assert told == {}
    for name, heard in zip(names(), said(names()), strict=True):
        assert heard.count("ˈ") <= 1 + len(name) // 3, f"{name} is {heard}"
        assert "(" not in heard, f"{name} is in another language: {heard}"
