"""What a cell may hold: one line of text. What went wrong with it before it came here is recognised."""

from __future__ import annotations

import re
import unicodedata

from stem.characters import code_point
from stem.messages import Message
from stem.practice.lists.rows import LONGEST_CELL

FORMULA = Message("a formula stands there; put its value in")


def error_there(text: str) -> str:
    """Return what is wrong with a cell that shows an error instead of a value.

    A workbook can have any text as one, and so what is filled in for someone: it is shown when it is one.
    """
    known = text if _ERROR.match(text) else "#"
    return Message("there is an error ({text}) instead of a value; put the value in", text=known)


_ERROR = re.compile(r"#(?:[A-Z][A-Z_/0-9]*[!?]|N/[AB])$")
_FLAWS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("="), FORMULA),
    (re.compile("##+$"), Message("there are only # signs; make the column wider and save the list again")),
    (
        re.compile(r"-?\d(?:[.,]\d+)?E[+-]\d+$"),  # what Excel shows of 31612345678
        Message(
            "a long number stands there in short form, with E+; make the column one of text and write it "
            "in full"
        ),
    ),
)
"""What a text begins with or is, and what is wrong then."""

_UNREADABLE = Message("a letter cannot be read; save the list as .xlsx or as CSV UTF-8")
_GARBLED = Message(
    "letters with accents are garbled; write them again, and save the list as .xlsx or as CSV UTF-8"
)

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
    phrase = ""
    if len(text) > LONGEST_CELL:
        phrase = Message(
            "{length:,} characters stand there; {longest:,} fit", length=len(text), longest=LONGEST_CELL
        )
    elif _ERROR.match(text):
        phrase = error_there(text)
    else:
        phrase = next((phrase for pattern, phrase in _FLAWS if pattern.match(text)), "")
    if phrase or (text.isascii() and text.isprintable()):
        return phrase
    if (control := _CONTROL.search(text)) is not None:
        return Message(
            "there is an invisible character ({sign}); write the text again", sign=code_point(control[0])
        )
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
