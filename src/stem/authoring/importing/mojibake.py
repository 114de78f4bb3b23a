# ruff: noqa: RUF001 - letters that look like others are what this module is about
"""Damaged letters, put right word by word and told; words that are sound are never touched.

A blanket recoding would break the letters of the same text that came through whole.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

from stem.authoring.importing.manuscript import Note, Row, excerpt
from stem.messages import Message

_SHIFT = 0xC0
"""Some programs lose the first byte of a letter's UTF-8 (C3 AB for ë) and show the second one 0x100 higher
(U+01AB): such a letter comes out 0xC0 above the right one. Dutch has none of those letters of its own."""

_VIETNAMESE = "ƠơƯư"
"""Letters of real names within the shifted range; only a capital inside a word is certainly damage."""

_SHIFTED = re.compile(rf"[\u0180-\u01bf](?<![{_VIETNAMESE}])|(?<=[a-zà-ÿ])[ƠƯ]")
_HARD_SPACE = re.compile(r"(?<![A-ZÀ-Þ])Ā$")
"""The same loss makes of C2 A0, a hard space, "Ā" and a space."""

_GLYPHS = {"Ɵ": "ti", "Ʃ": "tt", "ƫ": "tti", "Ō": "ft"}
"""What the joined letters of a common font become when text is taken from a PDF; "Ɵ" tells the one from the
other kind of damage, as "ti" is in every Dutch text."""

_JOINED = re.compile("[\ufb00-\ufb06]")
_TWICE = re.compile(
    "[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2}"
)
"""UTF-8 that was read as Windows-1252: "Ã«" for ë, "â€™" for a quote."""

_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5});")
_XML_ESCAPE = re.compile("&(?:amp|lt|gt|quot|apos);")
"""How XML writes its own signs: no damage."""

_SPACES = re.compile(r"[^\S\n]")
_GONE = {"Cc", "Cf", "Cs"}
"""Control, invisible and broken characters; white space among them has become spaces before."""

_SUSPECT = re.compile("[&\u0100\u014c\u0180-\u01bf\ufb00-\ufb06\ufffdÂÃâ]|[^\\S ]|[\x00-\x1f\x7f-\x9f\xad]")


def mend(rows: Sequence[Row]) -> tuple[list[Row], list[Note]]:
    """Return the rows in normal form C with damaged letters put right, and what was put right.

    Hard and other odd spaces become spaces, invisible characters disappear; that is not told.
    """
    from_pdf = any("Ɵ" in row.text for row in rows)
    mended: list[Row] = []
    notes: list[Note] = []
    for row in rows:
        text = unicodedata.normalize("NFC", row.text)
        if _SUSPECT.search(text) or not text.isprintable():
            words = [(word, _mended_word(word, from_pdf=from_pdf)) for word in re.split("[ \t]", text)]
            notes += [note for word, better in words if (note := _told(row.line, word, better))]
            text = " ".join(better for _, better in words)
        mended.append(Row(row.line, text))
    return mended, notes


def _mended_word(word: str, *, from_pdf: bool) -> str:
    """Return a stretch without spaces as it must have been."""
    better = _TWICE.sub(_read_again, word)
    better = _ENTITY.sub(lambda match: html.unescape(match[0]), better)
    if from_pdf:
        better = "".join(_GLYPHS.get(letter, letter) for letter in better)
    else:
        better = _SHIFTED.sub(lambda match: chr(ord(match[0]) - _SHIFT), better)
    better = _HARD_SPACE.sub("", better)
    better = _JOINED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), better)
    better = _SPACES.sub(" ", better)
    seen = (c for c in better if c == "\n" or unicodedata.category(c) not in _GONE)
    return unicodedata.normalize("NFC", "".join(seen)).replace("\n", " ")


def _told(line: int, word: str, better: str) -> Note | None:
    """Return the note for a word, or None when only white space and invisible characters differ."""
    if "\ufffd" in better:
        return Note(
            line, "not understood", excerpt(word), Message("{text} (a letter is lost)", text=excerpt(better))
        )
    visible = (" " if c.isspace() else c for c in word)
    plain = "".join(c for c in visible if c == " " or unicodedata.category(c) not in _GONE)
    plain = _XML_ESCAPE.sub(lambda match: html.unescape(match[0]), plain)
    return None if plain == better else Note(line, "mended", excerpt(plain), excerpt(better))


def _read_again(match: re.Match[str]) -> str:
    """Return what the bytes behind some characters say in UTF-8; the characters when that is nothing."""
    try:
        return b"".join(_byte(character) for character in match[0]).decode()
    except UnicodeDecodeError:
        return match[0]


def _byte(character: str) -> bytes:
    # Windows-1252 leaves five bytes open; programs show those as the control characters of Latin-1.
    return character.encode("latin-1" if ord(character) < 0x100 else "cp1252")  # noqa: PLR2004 - Latin-1's size
