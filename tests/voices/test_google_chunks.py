"""A long phrase is cut where a reader would take breath, and nothing of it is lost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.voices.engines.google_chunks import pieces

LETTERS = "abcdefghijklmnopqrstuvwxyzéëï'’"  # noqa: RUF001 - Dutch is written with both
WORDS = st.builds(
    "{}{}".format,
    st.text(LETTERS, min_size=1, max_size=18),
    st.sampled_from(["", "", "", "", ",", ".", ";", "?"]),
)
OTHERS = st.sampled_from(["en", "of", "maar", "-", "—"])
PHRASES = st.lists(st.one_of(WORDS, OTHERS), max_size=60).map(" ".join)
ANYTHING = st.text(max_size=400)


@given(PHRASES)
def test_words_come_back_whole_in_their_order_and_once(phrase: str) -> None:
    assert [word for piece in pieces(phrase) for word in piece.text.split()] == phrase.split()


@given(st.one_of(PHRASES, ANYTHING))
def test_no_piece_is_empty_or_longer_than_100_characters(phrase: str) -> None:
    assert all(1 <= len(piece.text) <= 100 for piece in pieces(phrase))


@given(st.one_of(PHRASES, ANYTHING))
def test_no_character_is_lost_or_doubled(phrase: str) -> None:
    assert "".join("".join(piece.text.split()) for piece in pieces(phrase)) == "".join(phrase.split())


@given(PHRASES)
def test_what_fits_stays_whole(phrase: str) -> None:
    assert len(pieces(phrase)) == 1 or len(phrase) > 100 or not phrase


@given(PHRASES)
def test_no_two_neighbours_would_have_fitted_together_at_a_bare_space(phrase: str) -> None:
    found = pieces(phrase)
    for first, second in itertools.pairwise(found):
        assert first.rest_s > 0.0 or len(first.text) + 1 + len(second.text) > 100


def test_a_word_longer_than_100_characters_is_cut_without_a_rest() -> None:
    found = pieces("Zeg " + "a" * 230 + " en rust.")
    assert "".join(piece.text for piece in found).count("a") == 230
    assert all(len(piece.text) <= 100 for piece in found)
    assert [piece.rest_s for piece in found if piece.text == "a" * 100] == [0.0] * 2


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        pytest.param(
            "Je hoeft er niets voor te doen of te laten en dat is precies genoeg zo. "
            "Laat je schouders zakken, en adem rustig uit.",
            (
                "Je hoeft er niets voor te doen of te laten en dat is precies genoeg zo.",
                "Laat je schouders zakken, en adem rustig uit.",
            ),
            id="at the end of a sentence",
        ),
        pytest.param(
            "Merk op hoe het voelt om gezien te worden, precies zoals je bent, zonder dat "
            "je iets hoeft te doen of te laten.",
            (
                "Merk op hoe het voelt om gezien te worden, precies zoals je bent,",
                "zonder dat je iets hoeft te doen of te laten.",
            ),
            id="at the comma nearest to the middle",
        ),
        pytest.param(
            "Stel je voor dat iemand naast je zit die je al heel lang kent "
            "en die je helemaal neemt zoals je nu bent",
            (
                "Stel je voor dat iemand naast je zit die je al heel lang kent",
                "en die je helemaal neemt zoals je nu bent",
            ),
            id="before a conjunction",
        ),
        pytest.param(
            "De lucht boven het water kleurt langzaam zacht oranje terwijl",
            ("De lucht boven het water kleurt langzaam zacht oranje terwijl",),
            id="not at all",
        ),
        pytest.param(
            "  twee   spaties\nen een regel  ", ("twee spaties en een regel",), id="only white space"
        ),
        pytest.param("   ", (), id="nothing"),
    ],
)
def test_a_phrase_is_cut_at_natural_places(phrase: str, expected: tuple[str, ...]) -> None:
    assert tuple(piece.text for piece in pieces(phrase)) == expected


def test_the_rest_fits_the_place() -> None:
    at_sentence, at_comma, at_conjunction = (
        pieces(f"{'woord ' * 10}woord{joint} {'ander ' * 10}ander")[0].rest_s for joint in (".", ",", " en")
    )
    assert at_sentence > at_comma > at_conjunction > 0.0
