"""Sets of own recordings as the page knows them: by an id of this run, and what each is called."""

from __future__ import annotations

import hashlib
import os

from flask import abort

from stem import Project, RecordingSet
from stem.web.site import site


def id_of(recordings: RecordingSet) -> str:
    """Return a set's part of addresses: it tells nothing of its folder, and leads to no path."""
    secret = site().passes.secret.encode()
    return hashlib.sha256(secret + b"set" + os.fsencode(recordings.folder.name)).hexdigest()[:16]


def found(project: Project, name: str) -> RecordingSet:
    """Return the set of an id, by membership."""
    return next((each for each in project.recordings() if id_of(each) == name), None) or abort(404)


def own_name(recordings: RecordingSet) -> str:
    """Return what a set is called besides its script; empty for the one that is called after it alone."""
    name = recordings.folder.name
    return "" if name == recordings.script else name.removeprefix(f"{recordings.script}-")


def about(recordings: RecordingSet) -> str:
    """Return a set in a line among the voices."""
    count = len(recordings.takes.keys() & recordings.index.keys())
    name = f" ({own_name(recordings)})" if own_name(recordings) else ""
    return f"Mijn stem{name}. {count} {'zin' if count == 1 else 'zinnen'} ingesproken."
