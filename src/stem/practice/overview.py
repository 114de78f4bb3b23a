"""A batch as one quiet page: what was made for which code, how it sounds, and what to look at.

The page needs nothing from outside itself but the tracks beside it, runs no script, and bears no date: the
same outcomes give the same bytes.
"""

from __future__ import annotations

import math
import os
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from urllib.parse import quote

from stem import units
from stem.characters import without_controls
from stem.messages import PLAIN, Message, dutch, retold, told
from stem.pages import render
from stem.practice.batch.jobs import Outcome, Report
from stem.script.dutch.lengths import in_words
from stem.script.safety import LISTENER_WARNINGS
from stem.units import format_time

MOST_PLAYERS = 500
"""With more tracks than these, only titles lead to them: Chromium draws 500 players in 2 s, 10,000 in 17."""

_TEMPLATE = Path(__file__).with_name("overview.html.j2")
_GENERATOR = "stem: a batch"
_HEAD_BYTES = 400
"""In which the mark of our pages stands."""

_STATUSES = {
    "made": "gemaakt",
    "kept": "stond er al",
    "new": "nog te maken",
    "changed": "opnieuw te maken",
    "failed": "mislukt",
}
_MINUS = "\N{MINUS SIGN}"
_UNKNOWN = "\N{EN DASH}"


def overview_page(report: Report, *, title: str, practice: str, folder: Path | None) -> str:
    """Return one page of HTML with everything in it, for the screen and for A4.

    Nothing of a track but what its outcome says is on it.

    Args:
        report: Of a batch or of its dry run.
        title: What the batch is, for people.
        practice: Whose it is; may be empty.
        folder: Where the page will lie; the ways to the tracks start there. None for a page without them.
    """
    failed = [outcome for outcome in report.outcomes if outcome.status == "failed"]
    others = [outcome for outcome in report.outcomes if outcome.status != "failed"]
    leads = _is_there if folder is not None else _nowhere
    there = sum(map(leads, others))
    return render(
        _TEMPLATE,
        _seen,
        generator=_GENERATOR,
        title=title,
        practice=practice,
        summary=_summary(report),
        is_dry_run=bool(report.count("new") or report.count("changed")),
        has_english=any(map(_has_english, report.outcomes)),
        told=_told,
        language=_language,
        failed=failed,
        tracks=others,
        count_there=there,
        plays=there <= MOST_PLAYERS,
        statuses=_STATUSES,
        is_there=leads,
        address=lambda outcome: _address(outcome.path, folder),
        length=_length,
        level=_level,
    )


def is_ours(path: Path) -> bool:
    """Tell whether a file is a page of a batch, which a newer one may replace."""
    try:
        if not path.is_file():  # a pipe would never come to its end
            return False
        with path.open("rb") as file:
            return f'content="{_GENERATOR}"'.encode() in file.read(_HEAD_BYTES)
    except OSError:
        return False


def _summary(report: Report) -> str:
    counts = {status: report.count(status) for status in _STATUSES}
    words = _STATUSES | ({"kept": "stonden er al"} if counts["kept"] > 1 else {})
    told = ", ".join(f"{_number(count)} {words[status]}" for status, count in counts.items() if count)
    tracks = len(report.outcomes)
    if not tracks:
        return "Er staan geen tracks in deze lijst."
    lengths = [outcome.seconds or 0.0 for outcome in report.outcomes if outcome.status != "failed"]
    total = f" Samen {_long(sum(lengths))}." if any(lengths) else ""
    return f"{_number(tracks)} {'track' if tracks == 1 else 'tracks'}: {told}.{total}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def _long(length_s: float) -> str:
    """Return a length in words; from an hour on in whole minutes."""
    minutes = units.frames(length_s / 60, rate=1)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return in_words(length_s)
    return f"{_number(hours)} uur" + (f" en {in_words(60 * rest)}" if rest else "")


def _has_english(outcome: Outcome) -> bool:
    """Return whether something of an outcome is explained in English."""
    return "en" in map(_language, (outcome.error, outcome.hint, *outcome.reasons, *outcome.warnings))


def _told(text: str) -> str:
    """Return what the program says, in Dutch where it has that."""
    return told(retold(text, _dutch()), PLAIN, _dutch())


def _language(text: str) -> str:
    known = not text or text in LISTENER_WARNINGS or isinstance(retold(text, _dutch()), Message)
    return "nl" if known else "en"


@cache
def _dutch() -> NullTranslations:
    return dutch()


def _is_there(outcome: Outcome) -> bool:
    """Return whether the track's file is there, as it is to be."""
    return outcome.status in {"made", "kept"}


def _nowhere(_outcome: Outcome) -> bool:
    return False


def _address(path: Path, folder: Path | None) -> str:
    """Return the way to a file from a page in `folder`, so that both may move together.

    A file on another drive of Windows has no such way; its own address is given.
    """
    assert folder is not None, "a page without ways asks for none"
    try:
        way = os.path.relpath(path, folder)
    except ValueError:
        return path.absolute().as_uri()
    return quote(os.fsencode(way.replace(os.sep, "/")))


def _length(length_s: float | None) -> str:
    return _UNKNOWN if length_s is None else format_time(length_s)


def _level(decibels: float) -> str:
    """Return a level as it is written in Dutch, with a real minus; a dash when it is not known."""
    if not math.isfinite(decibels):
        return _UNKNOWN
    return f"{decibels:z.1f}".replace("-", _MINUS).replace(".", ",")


def _seen(text: str) -> str:
    """Return a text that is what it looks like; one that runs from right to left by itself may do so."""
    return without_controls(text, "\N{REPLACEMENT CHARACTER}")
