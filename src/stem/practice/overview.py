"""A batch as one quiet page: what was made for which code, how it sounds, and what to look at.

The page is built as a tree of elements, so that no word of a title or a code can become markup. It needs
nothing from outside itself but the tracks beside it, runs no script, and bears no date: the same outcomes
give the same bytes.
"""

from __future__ import annotations

import math
import os
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from stem import units
from stem.authoring.printout import in_words
from stem.characters import without_controls
from stem.practice.batch.jobs import Outcome, Report
from stem.script.safety import LISTENER_WARNINGS
from stem.units import format_time

MOST_PLAYERS = 500
"""With more tracks than these, only titles lead to them: Chromium draws 500 players in 2 s, 10,000 in 17."""

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
_HEADS = ("Code", "Wat", "Lengte", "Luidheid (LUFS)", "Piek (dBTP)", "Stem", "Achtergrond", "Stand")
_FAILED_HEADS = ("Code", "Wat", "Waarom niet", "Wat te doen")
_MINUS = "\N{MINUS SIGN}"
_UNKNOWN = "\N{EN DASH}"

_DRY_RUN = "Dit is een proefronde: er is nog niets gemaakt. De lengtes zijn een verwachting."
_IN_ENGLISH = "De uitleg komt van het programma zelf en is in het Engels."
_HOW_TO_LISTEN = "Klik op een titel om de track te openen."
_LOUDNESS = (
    f"Luidheid is hoe hard de hele track klinkt: {_MINUS}16 is harder dan {_MINUS}20. "
    "Piek is het hardste moment; onder de 0 vervormt er niets."
)


def overview_page(report: Report, *, title: str, practice: str, folder: Path) -> str:
    """Return one page of HTML with everything in it, for the screen and for A4.

    Nothing of a track but what its outcome says is on it.

    Args:
        report: Of a batch or of its dry run.
        title: What the batch is, for people.
        practice: Whose it is; may be empty.
        folder: Where the page will lie; the ways to the tracks start there.
    """
    failed = [outcome for outcome in report.outcomes if outcome.status == "failed"]
    others = [outcome for outcome in report.outcomes if outcome.status != "failed"]
    page = ET.Element("html", lang="nl")
    _add_head(page, title)
    main = ET.SubElement(ET.SubElement(page, "body"), "main")
    _add_opening(main, report, title, practice)
    if failed:
        _add_failed(main, failed)
    if others:
        _add_tracks(main, others, folder)
        closing = ET.SubElement(main, "footer")
        _add(closing, "p", _LOUDNESS)
    return f"<!DOCTYPE html>\n{ET.tostring(page, encoding='unicode', method='html')}\n"


def is_ours(path: Path) -> bool:
    """Tell whether a file is a page of a batch, which a newer one may replace."""
    try:
        with path.open("rb") as file:
            return f'content="{_GENERATOR}"'.encode() in file.read(_HEAD_BYTES)
    except OSError:
        return False


def _add_head(page: ET.Element, title: str) -> None:
    head = ET.SubElement(page, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="generator", content=_GENERATOR)
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    ET.SubElement(head, "meta", name="color-scheme", content="light dark")
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _policy()})
    _add(head, "title", title)
    _add(head, "style", _STYLE)


def _policy() -> str:
    """Return what the page may load; `file:` because a page in a folder has no origin in every browser."""
    digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; media-src 'self' file:; "
        "base-uri 'none'; form-action 'none'"
    )


def _add_opening(main: ET.Element, report: Report, title: str, practice: str) -> None:
    opening = ET.SubElement(main, "header")
    if practice:
        _add_apart(ET.SubElement(opening, "p"), practice)
    _add_apart(ET.SubElement(opening, "h1"), title)
    _add(opening, "p", _summary(report))
    if report.count("new") or report.count("changed"):
        _add(opening, "p", _DRY_RUN)
    if any(_is_there(outcome) for outcome in report.outcomes):
        _add(opening, "p", _HOW_TO_LISTEN).set("class", "screen")
    if any(map(_has_english, report.outcomes)):
        _add(opening, "p", _IN_ENGLISH)


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


def _add_failed(main: ET.Element, failed: Sequence[Outcome]) -> None:
    body = _add_table(main, "failed", "Mislukt", _FAILED_HEADS)
    for outcome in failed:
        row = ET.SubElement(body, "tr")
        code = ET.SubElement(row, "th", scope="row")
        _add_apart(code, outcome.code)
        _add(code, "small", outcome.place, lang="en")
        cell = ET.SubElement(row, "td")
        _add_apart(cell, outcome.title or outcome.script)
        _add_notes(cell, outcome)
        _add(row, "td", outcome.error, lang="en")
        _add(row, "td", outcome.hint, lang="en")


def _add_tracks(main: ET.Element, outcomes: Sequence[Outcome], folder: Path) -> None:
    plays = sum(_is_there(outcome) for outcome in outcomes) <= MOST_PLAYERS
    body = _add_table(main, "tracks", "Tracks", _HEADS)
    for outcome in outcomes:
        row = ET.SubElement(body, "tr")
        _add_apart(ET.SubElement(row, "th", scope="row"), outcome.code)
        _add_what(row, outcome, folder, plays=plays)
        _add(row, "td", _UNKNOWN if outcome.seconds is None else format_time(outcome.seconds))
        _add(row, "td", _level(outcome.integrated_lufs))
        _add(row, "td", _level(outcome.true_peak_dbtp))
        _add(row, "td", outcome.voice)
        _add(row, "td", outcome.bed)
        _add(row, "td", _STATUSES[outcome.status])


def _add_what(row: ET.Element, outcome: Outcome, folder: Path, *, plays: bool) -> None:
    """Add what a track is: the way to it, when it is there, and what to know about it, folded."""
    cell = ET.SubElement(row, "td")
    name = outcome.title or outcome.script
    if not _is_there(outcome):
        _add_apart(cell, name)
    else:
        address = _address(outcome.path, folder)
        _add_apart(ET.SubElement(cell, "a", href=address), name)
        if plays:
            label = _seen(f"{name}, {outcome.code}")
            attributes = {"controls": "", "preload": "none", "src": address, "aria-label": label}
            ET.SubElement(cell, "audio", attributes).text = ""
    _add_notes(cell, outcome)


def _has_english(outcome: Outcome) -> bool:
    """Return whether an outcome is explained in English: all but what a listener should know."""
    return bool(outcome.error or outcome.reasons or set(outcome.warnings) - {*LISTENER_WARNINGS})


def _is_there(outcome: Outcome) -> bool:
    """Return whether the track's file is there, as it is to be."""
    return outcome.status in {"made", "kept"}


def _add_notes(cell: ET.Element, outcome: Outcome) -> None:
    count = len(outcome.warnings)
    _add_folded(cell, "1 aandachtspunt" if count == 1 else f"{count} aandachtspunten", outcome.warnings)
    _add_folded(cell, "Waarom opnieuw", outcome.reasons)


def _add_folded(cell: ET.Element, summary: str, sentences: Sequence[str]) -> None:
    if sentences:
        folded = ET.SubElement(cell, "details")
        _add(folded, "summary", summary)
        listed = ET.SubElement(folded, "ul")
        for sentence in sentences:
            _add(listed, "li", sentence, lang="nl" if sentence in LISTENER_WARNINGS else "en")


def _address(path: Path, folder: Path) -> str:
    """Return the way to a file from a page in `folder`, so that both may move together.

    A file on another drive of Windows has no such way; its own address is given.
    """
    try:
        way = os.path.relpath(path, folder)
    except ValueError:
        return path.absolute().as_uri()
    return quote(os.fsencode(way.replace(os.sep, "/")))


def _level(decibels: float) -> str:
    """Return a level as it is written in Dutch, with a real minus; a dash when it is not known."""
    if not math.isfinite(decibels):
        return _UNKNOWN
    return f"{decibels:z.1f}".replace("-", _MINUS).replace(".", ",")


def _add_table(main: ET.Element, name: str, caption: str, heads: Sequence[str]) -> ET.Element:
    """Add a table with its heads and return where its rows go."""
    table = ET.SubElement(main, "table", {"class": name})
    _add(table, "caption", caption)
    row = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for head in heads:
        _add(row, "th", head, scope="col")
    return ET.SubElement(table, "tbody")


def _add(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = _seen(text)
    return element


def _add_apart(parent: ET.Element, text: str) -> None:
    """Add a text from elsewhere, whose direction stays its own."""
    _add(parent, "bdi", text)


def _seen(text: str) -> str:
    """Return a text that is what it looks like; one that runs from right to left by itself may do so."""
    return without_controls(text, "\N{REPLACEMENT CHARACTER}")


# Contrast is 7:1 or more for words and 4.5:1 or more for what is less (WCAG 2.2, AAA and AA). Where a table
# does not fit, a row becomes a list in which each cell says its head.
_NAMED_CELLS = "\n".join(
    f'  .tracks td:nth-child({place})::before {{ content: "{head} "; }}'
    for place, head in enumerate(_HEADS, 1)
    if head not in {"Code", "Wat"}
)
_STYLE = """
:root { --paper: #fbf8f2; --ink: #2c2925; --soft: #6a6357; --line: #c4baa8; --wrong: #8a2f1c; }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; padding: 3rem 1.5rem 5rem; overflow-wrap: break-word; font-size: 1.0625rem; line-height: 1.5;
  font-family: "Iowan Old Style", Palatino, "Palatino Linotype", Charter, Georgia, "Liberation Serif", serif;
}
main { max-width: 68rem; margin: 0 auto; }
h1 { margin: 0 0 .5rem; font-size: 2.25rem; font-weight: 400; line-height: 1.2; text-wrap: balance; }
p { max-width: 40rem; margin: 0 0 .5rem; color: var(--soft); }
table { width: 100%; margin: 0 0 3rem; border-collapse: collapse; }
header, .failed { margin-bottom: 2.5rem; }
caption { padding: 0 0 .75rem; font-size: 1.5rem; text-align: left; }
th, td { padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); text-align: left; }
th, td { vertical-align: top; }
th { font-weight: 400; }
tbody th { min-width: 5.5rem; max-width: 12rem; }
tbody th, td bdi, .failed td, li { overflow-wrap: anywhere; }
thead th { border: 0; color: var(--soft); font-size: .9375rem; vertical-align: bottom; }
th small { display: block; color: var(--soft); font-size: .9375rem; }
.failed caption { color: var(--wrong); }
.tracks td:nth-child(n + 3) { font-variant-numeric: tabular-nums lining-nums; }
.tracks td:nth-child(-n + 5):nth-child(n + 3) { white-space: nowrap; }
a { color: inherit; text-decoration: underline 1px var(--soft); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentcolor; }
a:focus-visible, summary:focus-visible { outline: 2px solid currentcolor; outline-offset: 2px; }
audio { display: block; width: 100%; min-width: 14rem; max-width: 22rem; height: 2.5rem; margin: .5rem 0 0; }
details { margin-top: .375rem; font-size: .9375rem; }
summary { color: var(--soft); cursor: pointer; }
ul { margin: .25rem 0 0; padding-left: 1.25rem; }
footer p { font-size: .9375rem; }
@media screen and (max-width: 56rem) {
  body { padding: 1.75rem 1.25rem 3rem; }
  h1 { font-size: 1.875rem; }
  table, caption, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .75rem 0; border-top: 1px solid var(--line); }
  th, td { padding: .125rem 0; border: 0; }
  tbody th { max-width: none; }
  audio { min-width: 0; max-width: 30rem; }
  td:empty { display: none; }
  td::before { color: var(--soft); }
NAMED_CELLS
}
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #1b1a18; --ink: #e4ddd0; --soft: #a79e90; --line: #5a544b; --wrong: #f2a791; }
}
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-center { content: counter(page); } }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #4d4d4d; --line: #808080; --wrong: #000; }
  body { padding: 0; font-size: 10pt; line-height: 1.4; }
  main { max-width: none; }
  h1 { font-size: 20pt; }
  caption { font-size: 14pt; }
  th, td { padding: 1.5mm 2.5mm 1.5mm 0; border-top-width: .5pt; }
  thead th, th small, details, footer p { font-size: 9pt; }
  a { text-decoration: none; }
  audio, .screen { display: none; }
  summary { list-style: none; }
  details::details-content { display: block; content-visibility: visible; }
  tr, footer { break-inside: avoid; }
  caption { break-after: avoid; }
}
""".replace("NAMED_CELLS", _NAMED_CELLS)
