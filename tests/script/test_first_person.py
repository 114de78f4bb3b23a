"""What people fill in about themselves is said to them: sixty situations, in both forms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import cast

import pytest

from stem.script.dutch import FORMS, forms

SITUATIONS = [
    # Nouns, with or without an article, a capital or a mark at the end.
    ("het gesprek met mijn chef", "het gesprek met je chef", "het gesprek met uw chef"),
    ("Een volle trein", "een volle trein", "een volle trein"),
    ("sollicitatiegesprek", "sollicitatiegesprek", "sollicitatiegesprek"),
    ("Sollicitatiegesprek.", "sollicitatiegesprek", "sollicitatiegesprek"),
    (
        "een feestje waar ik niemand ken",
        "een feestje waar je niemand kent",
        "een feestje waar u niemand kent",
    ),
    ("ons teamoverleg", "je teamoverleg", "uw teamoverleg"),
    ("onze vergadering op maandag", "je vergadering op maandag", "uw vergadering op maandag"),
    ("ruzie met mezelf", "ruzie met jezelf", "ruzie met uzelf"),
    ("mijn eerste werkdag!", "je eerste werkdag", "uw eerste werkdag"),
    (
        "de verjaardag van m'n schoonmoeder",
        "de verjaardag van je schoonmoeder",
        "de verjaardag van uw schoonmoeder",
    ),
    ("de stilte na ruzie", "de stilte na ruzie", "de stilte na ruzie"),
    ("Jan die boos is", "jan die boos is", "jan die boos is"),
    ("Jan Smit bellen", "Jan Smit bellen", "Jan Smit bellen"),
    ("ADHD op het werk", "ADHD op het werk", "ADHD op het werk"),
    (
        "mijn man, als hij gedronken heeft",
        "je man, als hij gedronken heeft",
        "uw man, als hij gedronken heeft",
    ),
    ("werken in de mijn", "werken in de mijn", "werken in de mijn"),
    ("mijn vader die bij ons komt", "je vader die bij jullie komt", "uw vader die bij u komt"),
    ("alles wat ik fout heb gedaan", "alles wat je fout hebt gedaan", "alles wat u fout hebt gedaan"),
    ("het huis dat ik moet verkopen", "het huis dat je moet verkopen", "het huis dat u moet verkopen"),
    ("iemand die ouder is dan ik", "iemand die ouder is dan jij", "iemand die ouder is dan u"),
    # Verbs without a subject.
    ("nee zeggen tegen mijn baas", "nee zeggen tegen je baas", "nee zeggen tegen uw baas"),
    ("Nee zeggen tegen mijn baas?", "nee zeggen tegen je baas", "nee zeggen tegen uw baas"),
    ("presenteren voor een groep", "presenteren voor een groep", "presenteren voor een groep"),
    ("mijn moeder bellen", "je moeder bellen", "uw moeder bellen"),
    ("hulp vragen voor mezelf", "hulp vragen voor jezelf", "hulp vragen voor uzelf"),
    ("zeggen dat ik het niet wil", "zeggen dat je het niet wilt", "zeggen dat u het niet wilt"),
    # When I.
    ("als ik moet presenteren", "als je moet presenteren", "als u moet presenteren"),
    ("Als ik moet presenteren.", "als je moet presenteren", "als u moet presenteren"),
    ("wanneer ik alleen ben", "wanneer je alleen bent", "wanneer u alleen bent"),
    ("als ik te laat kom", "als je te laat komt", "als u te laat komt"),
    ("als ik ruzie heb met mijn man", "als je ruzie hebt met je man", "als u ruzie hebt met uw man"),
    ("als ik hulp vraag", "als je hulp vraagt", "als u hulp vraagt"),
    ("als ik een vraag stel", "als je een vraag stelt", "als u een vraag stelt"),
    ("als ik het vraag", "als je het vraagt", "als u het vraagt"),
    ("als ik zoek naar werk", "als je zoekt naar werk", "als u zoekt naar werk"),
    ("als ik vergader met het team", "als je vergadert met het team", "als u vergadert met het team"),
    ("als ik solliciteer", "als je solliciteert", "als u solliciteert"),
    ("als ik wandel", "als je wandelt", "als u wandelt"),
    ("als ik me schaam", "als je je schaamt", "als u zich schaamt"),
    ("als ik mij moet voorstellen", "als je je moet voorstellen", "als u zich moet voorstellen"),
    (
        "als ik niet weet wat ik moet zeggen",
        "als je niet weet wat je moet zeggen",
        "als u niet weet wat u moet zeggen",
    ),
    (
        "als ik bang ben dat hij weggaat",
        "als je bang bent dat hij weggaat",
        "als u bang bent dat hij weggaat",
    ),
    ("als ik iemand aanspreek", "als je iemand aanspreekt", "als u iemand aanspreekt"),
    (
        "als ik thuiskom en de deur opendoe",
        "als je thuiskomt en de deur opendoet",
        "als u thuiskomt en de deur opendoet",
    ),
    (
        "als ik thuiskom en er niemand is",
        "als je thuiskomt en er niemand is",
        "als u thuiskomt en er niemand is",
    ),
    ("als ik daar binnenstap", "als je daar binnenstapt", "als u daar binnenstapt"),
    ("waar ik bang voor ben", "waar je bang voor bent", "waar u bang voor bent"),
    ("hoe ik eruitzie", "hoe je eruitziet", "hoe u eruitziet"),
    ("als ik word aangekeken", "als je wordt aangekeken", "als u wordt aangekeken"),
    ("als ik iets vind", "als je iets vindt", "als u iets vindt"),
    ("omdat ik niet kan slapen", "omdat je niet kunt slapen", "omdat u niet kunt slapen"),
    ("toen ik klein was", "toen je klein was", "toen u klein was"),
    ("als mijn man en ik ruzie hebben", "als je man en jij ruzie hebben", "als uw man en u ruzie hebben"),
    ("als we ruzie hebben", "als jullie ruzie hebben", "als jullie ruzie hebben"),
    # I, first.
    ("Ik bel de huisarts", "je belt de huisarts", "u belt de huisarts"),
    ("ik sta in de rij", "je staat in de rij", "u staat in de rij"),
    ("dan moet ik huilen", "dan moet je huilen", "dan moet u huilen"),
    ("dan ben ik alleen", "dan ben je alleen", "dan bent u alleen"),
    # Others, about me.
    ("dat mijn moeder mij belt", "dat je moeder je belt", "dat uw moeder u belt"),
    ("wanneer iemand boos op me wordt", "wanneer iemand boos op je wordt", "wanneer iemand boos op u wordt"),
    ("dat niemand naar mij luistert", "dat niemand naar je luistert", "dat niemand naar u luistert"),
]


def helper(vorm: str, name: str) -> Callable[..., str]:
    return cast("Callable[..., str]", forms(vorm)[name])


@pytest.mark.parametrize(("filled_in", "je", "u"), SITUATIONS)
def test_a_situation_is_told_to_who_filled_it_in(filled_in: str, je: str, u: str) -> None:
    assert [helper(vorm, "over")(filled_in) for vorm in FORMS] == [je, u]


def test_there_are_enough_situations() -> None:
    assert len({filled_in for filled_in, _, _ in SITUATIONS}) >= 60


@pytest.mark.parametrize(
    "filled_in",
    [
        "als ik foeter tegen iedereen om het minste geringste",
        "als ik iemand de les moest",
        "ik zo nu en dan heel erg boos",
    ],
)
def test_what_is_not_known_is_never_guessed(filled_in: str) -> None:
    """Either it is refused, or no first person is left in it."""
    for vorm in FORMS:
        with suppress(ValueError):
            assert "ik" not in helper(vorm, "over")(filled_in).split()
