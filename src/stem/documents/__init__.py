"""Documents for programs (what --json prints), and lines for people, of what the front door gives.

    tracks.py     tracks that were made, and what is in a file
    previews.py   a plan, before there is a track
    catalogue.py  scripts, voices, backgrounds, kinds of file, the cache
    batches.py    a batch

A document is a dict that JSON can hold. Its keys stay; one that changes its meaning gets another version.

Example:
    >>> preview = stem.preview(project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")))
    >>> document = preview.document()
    >>> document["title"], document["utterances"][0]["text"]
    ('Kort moment', 'Ga zitten zoals het prettig is.')
    >>> scripts = stem.documents.scripts_document(project.scripts(), project.all_series())
    >>> [script["name"] for script in scripts["scripts"]][0]
    'aankomen'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stem.documents.batches import batch_document, outcome_line, outcome_rows, summary
    from stem.documents.catalogue import (
        beds_document,
        cache_document,
        check_document,
        kinds_document,
        scripts_document,
        voice_row,
    )
    from stem.documents.previews import Preview, cost_note, hearing_notes, preview, voice_note
    from stem.documents.tracks import info_document, info_lines, made_document, record_document, track_line

__all__ = [
    "Preview",
    "batch_document",
    "beds_document",
    "cache_document",
    "check_document",
    "cost_note",
    "hearing_notes",
    "info_document",
    "info_lines",
    "kinds_document",
    "made_document",
    "outcome_line",
    "outcome_rows",
    "preview",
    "record_document",
    "scripts_document",
    "summary",
    "track_line",
    "voice_note",
    "voice_row",
]

_HOMES = {
    "Preview": "previews",
    "batch_document": "batches",
    "beds_document": "catalogue",
    "cache_document": "catalogue",
    "check_document": "catalogue",
    "cost_note": "previews",
    "hearing_notes": "previews",
    "info_document": "tracks",
    "info_lines": "tracks",
    "kinds_document": "catalogue",
    "made_document": "tracks",
    "outcome_line": "batches",
    "outcome_rows": "batches",
    "preview": "previews",
    "record_document": "tracks",
    "scripts_document": "catalogue",
    "summary": "batches",
    "track_line": "tracks",
    "voice_note": "previews",
    "voice_row": "catalogue",
}


def __getattr__(name: str) -> object:
    """Import what is asked for: a list of backgrounds needs nothing of what a batch needs."""
    if name not in _HOMES:
        raise AttributeError(f"module 'stem.documents' has no attribute '{name}'")
    return getattr(import_module(f"stem.documents.{_HOMES[name]}"), name)
