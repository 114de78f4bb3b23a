"""When a name or a code is the one that is looked for: however it was typed, and in whole words only."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from stem.messages import Message
from stem.record.model import Personal

_APOSTROPHES = "\u2018\u2019\u201b\u02bb\u02bc\u02bd\u02b9\u2032\u00b4`"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
_ALIKE = str.maketrans({**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_HYPHENS, "-")})

_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {
    chr(number) for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F)) for number in range(first, last + 1)
}
"""What nobody sees and is no format character: joiners, fillers and variation selectors."""

_DOT_ABOVE = "\u0307"


def compared(text: str) -> str:
    """Return a text as it is compared: letters large or small, wide or narrow, accents however written.

    Signs that nobody sees are left out; hyphens are one sign, and so are apostrophes. The Turkish capital I
    with its dot is an i.
    """
    if text.isascii():
        return text.replace("`", "'").casefold()
    seen = "".join(sign for sign in text.translate(_ALIKE) if not _is_unseen(sign))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    plain = folded.replace(f"i{_DOT_ABOVE}", "i")
    return "".join(sign for sign in plain.translate(_ALIKE) if not _is_unseen(sign))


def words(text: str) -> list[str]:
    """Return the words of a text, as they are compared."""
    return "".join(sign if _is_of_a_word(sign) else " " for sign in compared(text)).split()


def same_code(one: str, other: str) -> bool:
    """Tell whether two texts are one code, as a whole."""
    return compared(one).split() == compared(other).split()


def reasons(personal: Personal, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return by what a track is one of those that are looked for; nothing when it is not.

    A code is compared with codes alone, as a whole. Names are looked for, as words next to each other, in
    what was filled in as words of one's own: no form, choice or number.

    Args:
        personal: Of its record.
        wanted: Names and codes.

    Returns:
        The code, which is no secret, and the names of variables, never what was filled in for them.
    """
    found = (
        [Message("code {client}", client=personal.code)]
        if any(same_code(personal.code, each) for each in wanted)
        else []
    )
    found += [
        Message("what was filled in for {name}", name=name)
        for name, value in personal.words.items()
        if any(holds(value, each) for each in wanted)
    ]
    changed = (text for edit in personal.edits for text in (edit.sentence, edit.text or ""))
    if any(holds(text, each) for text in changed for each in wanted):
        found.append(Message("a sentence that was changed"))
    return tuple(found)


def holds(text: str, wanted: str) -> bool:
    """Tell whether a text has the words that are looked for, next to each other."""
    inside, those = words(text), words(wanted)
    return any(inside[first : first + len(those)] == those for first in range(len(inside)))


def _is_unseen(sign: str) -> bool:
    return sign in _UNSEEN or unicodedata.category(sign) == "Cf"


def _is_of_a_word(sign: str) -> bool:
    return sign.isalnum() or sign in "-_" or unicodedata.category(sign)[0] == "M"
