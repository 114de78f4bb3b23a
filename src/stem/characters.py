"""Characters that nobody sees, or that turn what stands around them: found, and shown by their numbers.

A control character rings, moves or recolours a terminal; a bidirectional one makes a name read otherwise than
it is; a hidden one makes two names look alike. They have no place in a title, a name, a value or a script.

Templates are rendered in a child process that imports this: it uses the standard library only.
"""

from __future__ import annotations

import re

from stem.messages import Message

_CONTROLS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"  # all but the line feed and the tab
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # the direction of what follows
    # What Unicode lets every font ignore, but for the typography below and the selectors of an emoji's look.
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2061-\u2065\u206a-\u206f\u3164\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    # Halves of characters, private ones, and what never is a character.
    r"\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 15))
)
_TYPOGRAPHY = r"\u00ad\u200b-\u200d\u2060\ufeff"
"""Where a word may be cut or its letters join: word processors leave these behind, and none is heard."""

RETYPE = Message("Type it anew; what is copied from elsewhere may hold more than it shows.")
"""What to do about such a text."""

_CONTROL = re.compile(f"[{_CONTROLS}]")
_HIDDEN = re.compile(f"[{_CONTROLS}{_TYPOGRAPHY}]")


def first_control(text: str) -> str | None:
    """Return the first character that stands in no text; the line feed, the tab and typography may."""
    if text.isascii() and text.isprintable():  # as nearly every text is, and the search takes ten times that
        return None
    found = _CONTROL.search(text)
    return found[0] if found else None


def first_hidden(text: str) -> str | None:
    """Return the first character that stands in no name or title: soft hyphens and joiners are such too."""
    found = _HIDDEN.search(text)
    return found[0] if found else None


def line_problem(text: str) -> str:
    """Return why a text cannot be a line in a tag or a letter, as a clause about "it"; "" when it can.

    Joiners may be in it: a family, or a flag, is several emoji that they make one.
    """
    found = first_control(text) or next((sign for sign in text if sign in "\n\t"), None)
    return Message("it holds {found}, which nobody sees", found=code_point(found)) if found else ""


def without_controls(text: str, instead: str = "") -> str:
    """Return the text with something else for each character that `first_control` finds."""
    return _CONTROL.sub(instead, text)


def visible(text: str) -> str:
    """Return the text with each character that `first_control` finds as its number, like U+001B."""
    return _CONTROL.sub(lambda match: code_point(match[0]), text)


def code_point(character: str) -> str:
    """Return a character's number as Unicode writes it: U+001B."""
    return f"U+{ord(character):04X}"
