# ruff: noqa: RUF001 - letters that look like others are what this is about
"""Texts for people, written whole to a file; and the letters of a text that does not say which it has."""

from __future__ import annotations

import re
from pathlib import Path

from stem.errors import OutputError
from stem.files import write_whole
from stem.messages import Message


def write_text(path: Path, text: str, *, overwrite: bool) -> Path:
    """Write a text whole to a file and return its path.

    Raises:
        OutputError: when it cannot be written, or is there already and may not be replaced.
    """
    if path.exists() and not overwrite:
        raise OutputError(
            path, Message("it is there already"), hint=Message("Choose another name, or {use_force}.")
        )
    write_whole(path, text.encode(), overwrite=overwrite)
    return path


def decoded(content: bytes) -> tuple[str, str]:
    """Return a text that is no UTF-8, and the name of the letters that it is written in.

    Windows-1252 unless the text reads better with the letters of an old Mac or of DOS; U+FFFD stands for what
    those have not, and for every accent when it is not clear which of them it was.
    """
    readings = [(content.decode(encoding, errors="replace"), name) for encoding, name in _LETTERS]
    scores = [_WORSE * len(_OUT_OF_PLACE.findall(text)) + len(_RARE.findall(text)) for text, _ in readings]
    best = scores.index(min(scores))
    margin = sorted(scores)[1] - scores[best]
    unclear = best > 0 and margin < (1 if best == 1 else _WORSE)  # few still write in the letters of DOS
    text, name = readings[best]
    return (re.sub("[^\x00-\x7f]", "\ufffd", text), name) if unclear else (text, name)


_LETTERS = (("cp1252", "Windows-1252"), ("mac_roman", "Mac OS Roman"), ("cp850", "DOS (850)"))
"""In the order of what is likely."""

_WORSE = 3
_RARE = re.compile(
    "(?![éëïèöüêáóçÉÖÜË’”€–½°·])(?!‘(?<![A-Za-z]‘)(?=[A-Za-z]))(?!“(?<![A-Za-z]“))(?!…(?![A-Za-z]))[^\\x00-\\x7f]"
)
"""What Dutch seldom has; of two readings without a sign out of place the other is likelier."""

_OUT_OF_PLACE = re.compile(
    "[\ufffd\u0192\u02c6\u02d8-\u02dd\u2020\u2021\u2030\u2500-\u259f\u2202-\u2265\u25ca\ufb01\ufb02¬ªº¤¦¨¯¸Ð×Þðþ÷]"
    "|(?<=[a-zà-ÿ])[‚„‹•˜¡¢£¥§¶¹²³±µ¼½¾À-ÖØ-ÝŽŠŒŸ]"
    "|(?<=[A-Za-zà-ÿ])[“”‘—–](?=[a-z])|[¡¿](?=[a-z])|(?<![A-ZÀ-Ý])[ÒÔÕ](?![A-Za-zà-ÿ])|(?<![A-Z])[À-ÖØ-Ý]{2}(?=[a-z])"
)
"""What no word of a language of the West has."""
