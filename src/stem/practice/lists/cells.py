"""What a cell may hold: one line of text. What went wrong with it before it came here is recognised."""

from __future__ import annotations

import re
import unicodedata

from stem.practice.lists.rows import LONGEST_CELL

FORMULA = "a formula stands there; put its value in"
ERROR = "there is an error ({}) instead of a value; put the value in"

_FLAWS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(rf".{{{LONGEST_CELL + 1},}}", re.DOTALL),
        "{length:,} characters stand there; {longest:,} fit",
    ),
    (re.compile("="), FORMULA),
    (re.compile(r"#(?:[A-Z][A-Z_/0-9]*[!?]|N/[AB])$"), ERROR),
    (re.compile("##+$"), "there are only # signs; make the column wider and save the list again"),
    (
        re.compile(r"-?\d(?:[.,]\d+)?E[+-]\d+$"),  # what Excel shows of 31612345678
        "a long number stands there in short form, with E+; make the column one of text and write it in full",
    ),
)
"""What a text begins with or is, and what is wrong then."""

_INVISIBLE = "there is an invisible character (U+{:04X}); write the text again"
_UNREADABLE = "a letter cannot be read; save the list as .xlsx or as CSV UTF-8"
_GARBLED = "letters with accents are garbled; write them again, and save the list as .xlsx or as CSV UTF-8"

_LINE_END = re.compile(r"(?<!\s)\s*[\t\r\n]\s*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_ABOVE_ASCII = re.compile("[\x80-\U0010ffff]+")
_UNSEEN_ENDS = "\u200b\u200e\u200f\u2060\ufeff"


def tidy(text: str) -> str:
    """Return a text on one line, without white space around it: what is spoken has no lines."""
    text = text.strip()
    return text if text.isprintable() else _LINE_END.sub(" ", text)


def tidy_head(text: str) -> str:
    """Return a head as columns are known by: in small letters, without spare white space."""
    words = " ".join(text.split()).strip(_UNSEEN_ENDS).strip()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())


def flaw(text: str) -> str:
    """Return what is wrong with a tidy text, as a phrase that does not show it; empty when nothing is."""
    for pattern, phrase in _FLAWS:
        if pattern.match(text):
            return phrase.format(text, length=len(text), longest=LONGEST_CELL)
    if text.isascii() and text.isprintable():
        return ""
    if (control := _CONTROL.search(text)) is not None:
        return _INVISIBLE.format(ord(control[0]))
    if "\ufffd" in text:
        return _UNREADABLE
    return _GARBLED if any(_garbled(letters) for letters in _ABOVE_ASCII.findall(text)) else ""


def _garbled(letters: str) -> bool:
    """Whether UTF-8 was once read as Windows-1252, which makes "Ã«" of "ë".

    No Dutch word has such a row of letters by itself.
    """
    try:
        letters.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True
