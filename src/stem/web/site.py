"""What all pages share: the folder of the practice, the runs, and whether someone closed the page."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app

from stem import Project
from stem.web.changes import Changes
from stem.web.fetching import Fetcher
from stem.web.lists import Lists
from stem.web.once import Once
from stem.web.passes import Passes
from stem.web.reader import Asked, Reader
from stem.web.workshop import Workshop

EXTENSION = "stem"


@dataclass(slots=True)
class Site:
    """A page that is open.

    Attributes:
        passes: Who may come in.
        port: Where it is.
        folder: Of the practice; None as long as there is none.
        offered: Where a new practice may begin.
        workshop: Makes tracks.
        reader: Reads aloud, also while a track is made.
        fetcher: Fetches voices.
        changes: What is to be changed in tracks, gathered until they are made again.
        on_begun: Called with the folder of a practice that begins on the welcome page.
        lists: Those that were dropped.
        codes: Of clients, by what they are called in addresses.
        sent: The passwords that were shown just now.
        closed: Set when the page is to end.
    """

    passes: Passes
    port: int
    folder: Path | None
    offered: tuple[Path, ...] = ()
    workshop: Workshop = field(default_factory=Workshop)
    reader: Reader = field(default_factory=Reader)
    fetcher: Fetcher = field(default_factory=Fetcher)
    changes: Changes = field(default_factory=Changes)
    lists: Lists = field(default_factory=Lists)
    codes: dict[str, str] = field(default_factory=dict)
    sent: Once = field(default_factory=Once)
    on_begun: Callable[[Path], object] = lambda _folder: None
    closed: threading.Event = field(default_factory=threading.Event)

    def project(self) -> Project:
        """Return the practice, with its settings as they are now.

        Raises:
            ConfigError: when the folder is gone, or its settings have mistakes.
        """
        assert self.folder is not None, "pages of a practice come after the welcome"
        return Project(self.folder)

    def hear(self, asked: Asked) -> bytes | None:
        """Return the sound of something of the practice, a WAV file; see `Reader.say`.

        Raises:
            StemError: when it cannot be heard.
        """
        return self.reader.say(self.project().folder, asked)


def site() -> Site:
    """Return the site that the request is for."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Site)
    return found


def form_number() -> str:
    """Return a number for a form: one that is sent twice does the same once."""
    return secrets.token_hex(8)
