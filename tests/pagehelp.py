"""A page for tests, without a socket: a client that has the cookie and comes from our own pages."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import Client, TestResponse

from stem.practice.setup import begin_practice
from stem.web.app import make_app
from stem.web.gate import Gate
from stem.web.passes import Passes
from stem.web.site import EXTENSION, Site

PORT = 7836

SHORT = """+++
title = "Thuiskomen"
summary = "Even rustig thuis."
bed = "none"
minutes = [1]

[variables.naam]
default = ""
+++
{{ noem("Welkom") }}
Kijk eerst rustig om je heen.
[pauze]
Dat was het.
"""

TRIAL_HEAD = """+++
title = "Proef"
summary = "Een proef."
bed = "none"
[variables.naam]
default = ""
+++
"""
"""Above the words of a script that only a name is filled in."""

TRIAL = f"{TRIAL_HEAD}Dag {{{{ naam }}}}.\n"

TEXT = """+++
title = "Even rust"
imagery = false
bed = "none"
minutes = [1.5, 2]
[variables.wat]
label = "Wat helpt"
choices = ["thee", "zee"]
type = "choice"
[variables.naam]
default = ""
+++
{{ noem("Dag") }}
Denk aan {{ wat }}.
[pauze voel]
Kijk rustig rond.
[pauze ruim]
En nog eens.
[pauze ruim]
Luister even.
[pauze ruim]
Dat was het.
"""
"""A script in which nothing is wrong, with a choice and two lengths."""


@cache
def _first_app() -> Flask:
    return make_app(Site(Passes(PORT), PORT, None))


def app_of(site: Site) -> Flask:
    """Return the application of a site; addresses and templates, the same for all, are compiled once."""
    app = copy.copy(_first_app())
    app.extensions = {**app.extensions, EXTENSION: site}
    return app


class Visitor:
    """Someone with the page open in a browser."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._client = Client(Gate(app_of(site), PORT, site.passes))
        self._client.set_cookie(f"stem_{PORT}", site.passes.cookie, domain="127.0.0.1")

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._ask("GET", path, None, headers)

    def told(self, path: str, form: dict[str, object] | None = None) -> dict[str, Any]:
        """Return a document: of what is asked for, or of a form that is sent."""
        answer = self.get(path) if form is None else self.post(path, form)
        document = answer.json
        assert isinstance(document, dict)
        return document

    def post(self, path: str, form: dict[str, object] | bytes | None = None, **headers: str) -> TestResponse:
        return self._ask("POST", path, form or {}, {"Origin": f"http://127.0.0.1:{PORT}", **headers})

    def _ask(
        self, method: str, path: str, form: dict[str, object] | bytes | None, headers: dict[str, str]
    ) -> TestResponse:
        heads = {"Sec-Fetch-Site": "same-origin", **headers}
        return self._client.open(
            path, method=method, base_url=f"http://127.0.0.1:{PORT}", data=form, headers=heads, buffered=True
        )


@contextmanager
def visiting(folder: Path | None, *offered: Path) -> Iterator[Visitor]:
    """Lend a visitor of a practice; in the end nothing is being made."""
    site = Site(Passes(PORT), PORT, folder, offered)
    try:
        yield Visitor(site)
    finally:
        site.workshop.close()
        site.reader.close()


def practice_in(folder: Path) -> Path:
    """Begin a practice and return its folder."""
    begin_practice(folder, name="De Linde", country="NL")
    return folder


def with_short_script(folder: Path) -> Path:
    """Add `thuiskomen` to a practice, of a minute where the shortest of ours has three; return its folder."""
    (folder / "scripts" / "thuiskomen.j2").write_text(SHORT, encoding="utf-8")
    return folder
