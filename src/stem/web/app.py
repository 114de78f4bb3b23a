"""The pages together: addresses, templates, files of our own, and what is told when something goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import BytesIO
from typing import IO

import jinja2
from flask import Flask, Request, Response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from stem.characters import visible
from stem.errors import StemError
from stem.web import (
    choosing,
    clients,
    closing,
    computer,
    filling,
    forgetting,
    hearing,
    keeping,
    making,
    mending,
    practice,
    privacy,
    pronouncing,
    recording,
    sending,
    series,
    studio,
    tracks,
    voices,
    welcome,
    words,
    writing,
)
from stem.web.site import EXTENSION, Site, site

LARGEST_FORM = 2_000_000
"""Bytes."""

MOST_PARTS = 500

_ROOMS = (
    welcome,
    choosing,
    filling,
    hearing,
    making,
    tracks,
    keeping,
    forgetting,
    practice,
    pronouncing,
    voices,
    computer,
    mending,
    clients,
    series,
    sending,
    recording,
    studio,
    writing,
    privacy,
    closing,
)

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_HTTP: dict[int, tuple[str, str]] = {
    404: ("Deze pagina is er niet", "Misschien is zij verhuisd, of hoort zij bij een vorige keer."),
    405: ("Zo werkt deze pagina niet", "Ga terug, en probeer het met de knop op de pagina."),
    413: ("Dit is te groot", "Stuur minder tegelijk."),
}
_OTHER = ("Dit is niet gelukt", "Ga terug, en probeer het opnieuw.")
_MISTAKE = 500


def _shown(value: object) -> object:
    """Show by their numbers the characters that nobody sees; markup of ours is left alone."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


class _Request(Request):
    """A request of which files stay in memory: what is sent here may be a list with names."""

    def _get_file_stream(self, *_about: object, **_more: object) -> IO[bytes]:
        return BytesIO()


class _Pages(Flask):
    """Flask, with templates in which nothing is left out or unseen."""

    request_class = _Request

    jinja_options = {  # noqa: RUF012 - Flask's own way to say it; later is too late
        "undefined": jinja2.StrictUndefined,
        "finalize": _shown,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def make_app(shared: Site) -> Flask:
    """Return the application, without the gate."""
    app = _Pages("stem.web", static_folder=None)
    app.debug = False  # whatever the environment says
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM, MAX_FORM_MEMORY_SIZE=LARGEST_FORM, MAX_FORM_PARTS=MOST_PARTS
    )
    app.url_map.merge_slashes = False  # no redirects but our own
    app.extensions[EXTENSION] = shared
    for room in _ROOMS:
        app.register_blueprint(room.pages)
    app.add_url_rule("/static/<name>", "static", _static)
    app.before_request(_welcome_first)
    app.add_template_filter(words.in_dutch, "in_dutch")
    app.context_processor(_common)
    app.register_error_handler(HTTPException, _told_http)
    app.register_error_handler(StemError, _told_error)
    app.register_error_handler(Exception, _told_mistake)
    return app


def _common() -> dict[str, object]:
    """Return what every template knows."""
    busy = site().workshop.busy
    return {"busy": busy, "length": words.length, "clock": words.clock, "practice": site().folder is not None}


def _welcome_first() -> Answer | None:
    """Lead to the welcome page as long as there is no practice."""
    open_to_all = {"static", "making.busy", "closing.close"}
    here = request.endpoint or ""
    if site().folder is None and here not in open_to_all and not here.startswith("welcome."):
        return redirect("/welkom")
    return None


def _static(name: str) -> Response:
    """Give a file of our own, by its name among all of them."""
    found = _files().get(name)
    if found is None:
        return _page(404, *_HTTP[404])
    return Response(found[0], content_type=found[1])


@cache
def _files() -> Mapping[str, tuple[bytes, str]]:
    folder = resources.files("stem.web") / "static"
    return {
        each.name: (each.read_bytes(), kind)
        for each in folder.iterdir()
        if (kind := _KINDS.get("." + each.name.rpartition(".")[2]))
    }


def _page(status: int, title: str, text: str, english: str = "") -> Response:
    return Response(
        render_template("fault.html", title=title, text=text, english=english),
        status,
        content_type="text/html; charset=utf-8",
    )


def _told_http(error: HTTPException) -> Response:
    return _page(error.code or 500, *_HTTP.get(error.code or 500, _OTHER))


def _told_error(error: StemError) -> Response:
    what = words.told(error.sentence, error.hint)
    return _page(409, what.sentence.rstrip("."), what.advice, what.english)


def _told_mistake(error: Exception) -> Response:
    what = words.mistake_told(error)
    return _page(_MISTAKE, what.sentence.rstrip("."), what.advice, what.english)
