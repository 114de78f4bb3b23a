# ruff: noqa: RUF001 - characters that look alike are what this is about
"""What is hidden in a text is found and shown, and what people write is left alone."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from stem.characters import code_point, first_control, first_hidden, visible

TYPOGRAPHY = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


@pytest.mark.parametrize(
    "hidden",
    [
        *(
            "\x00",
            "\x07",
            "\r",
            "\x1b",
            "\x7f",
            "\x85",
            "\x9b",
            "\u2028",
            "\u2029",
            "\u061c",
            "\u200e",
            "\u200f",
        ),
        *("\u202a", "\u202e", "\u2066", "\u2069", "\u2062", "\u206f", "\u3164", "\u115f", "\u034f", "\u180e"),
        *("\ue000", "\uf8ff", "\ufdd0", "\ufffe", "\uffff", "\ufff9", "\ud800", "\udc80", "\udfff"),
        *("\U0001fffe", "\U000effff", "\U000e0001", "\U000e0041", "\U000e0100", "\U000f0000", "\U0010ffff"),
    ],
)
def test_what_nobody_sees_is_found_and_shown_by_its_number(hidden: str) -> None:
    text = f"An{hidden}na{hidden}"
    assert first_control(text) == first_hidden(text) == hidden
    assert visible(text) == f"An{code_point(hidden)}na{code_point(hidden)}"
    assert hidden not in visible(text)


def test_every_character_that_is_no_text_by_its_category_is_found() -> None:
    categories = {"Cc", "Co", "Cs", "Zl", "Zp"}
    characters = map(chr, range(sys.maxunicode + 1))
    controls = [c for c in characters if unicodedata.category(c) in categories and c not in "\n\t"]
    assert all(first_control(c) == c for c in controls)


def test_typography_may_stand_in_a_text_and_not_in_a_name() -> None:
    for sign in TYPOGRAPHY:
        assert first_control(f"woord{sign}deel") is None
        assert first_hidden(f"woord{sign}deel") == sign


def test_what_people_write_is_left_alone() -> None:
    text = "Één café,\n\tijsje ❤\ufe0f – “dag” 😀 \u00a0 º ½ Ελλ हिन्दी עברית\n"
    assert first_control(text) is first_hidden(text) is None
    assert visible(text) == text
