"""Words in a picture: those that its font can write, as wide as there is room."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from stem.units import format_time

DPI = 100
"""Dots of a picture to the inch."""


def numbered(titles: Sequence[str]) -> list[str]:
    """Return the titles with their numbers."""
    return [f"{place}  {title}" for place, title in enumerate(titles, 1)]


def number(value: float) -> str:
    """Write a figure with a decimal comma and a minus that can be seen."""
    return f"{value:.1f}".replace(".", ",").replace("-", "\N{MINUS SIGN}").removesuffix(",0")


def duration(length_s: float) -> str:
    """Write a length of time, as short as it is read."""
    return f"{length_s:.0f} s" if length_s < 60 else format_time(length_s)  # noqa: PLR2004 - a minute


@cache
def _font() -> FT2Font:
    """Return the font that comes with matplotlib, so that the picture is the same everywhere."""
    return FT2Font(str(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")))


def plain(text: str) -> str:
    """Return `text` on one line, without what the font cannot write, such as emoji and what joins these."""
    known = _font().get_charmap()
    signs = (sign for sign in text if sign.isspace() or (ord(sign) in known and not _is_unseen(sign)))
    return " ".join("".join(signs).split())


def _is_unseen(sign: str) -> bool:
    return (
        unicodedata.category(sign) in {"Cc", "Cf"}
        or "\N{VARIATION SELECTOR-1}" <= sign <= "\N{VARIATION SELECTOR-16}"
    )


def width(text: str, points: float) -> float:
    """Return how many dots of the picture a line of text is wide."""
    font = _font()
    font.set_size(points, DPI)
    font.set_text(text)
    return float(font.get_width_height()[0]) / 64


def shortened(text: str, points: float, room: float) -> str:
    """Return `text`, cut off with an ellipsis when it is wider than `room` dots."""
    if width(text, points) <= room:
        return text
    fits = bisect_right(range(len(text)), room, key=lambda count: width(text[:count].rstrip() + "…", points))
    return text[: max(fits - 1, 0)].rstrip() + "…"


def write(text: Text) -> None:
    """Take the words as they are: a dollar sign begins no formula."""
    text.set_parse_math(False)
