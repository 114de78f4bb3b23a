"""Sending: the letter to read, the zip file with its password, which is shown once, and what to do next.

A client is known in addresses by an id of this run, never by the code.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as Answer

from stem import OutputError, StemError, new_password
from stem.filenames import safe_name
from stem.web import words
from stem.web.below import record_path
from stem.web.file_manager import shows
from stem.web.forms import USUAL_CODE
from stem.web.site import form_number, site
from stem.web.tracks import addresses, found

if TYPE_CHECKING:
    from stem.practice.batch.client import Client

pages = Blueprint("sending", __name__)

_NO_CODE = "Deze opname heeft geen code"
_NO_CODE_TEXT = (
    "Een proefopname is van niemand. Maak haar met de code van de cliënt, bijvoorbeeld c017; dan kan zij "
    "verstuurd worden."
)

_HEAVY_MB = 20
"""What mail mostly takes."""


@pages.get("/opnames/<name>/sturen")
def of_track(name: str) -> Answer | tuple[str, int]:
    """Lead from a track to all that can be sent to its client."""
    code = found(name).code
    if code in {"", USUAL_CODE}:
        return render_template("fault.html", title=_NO_CODE, text=_NO_CODE_TEXT, english=""), 409
    return redirect(address_of_client(code), 303)


def address_of_client(code: str) -> str:
    """Return the address of a client's page, which tells nothing of the code."""
    client = hashlib.sha256(f"{site().passes.secret} {code}".encode()).hexdigest()[:16]
    site().codes[client] = code
    return f"/clienten/{client}/sturen"


@pages.get("/clienten/<name>/sturen")
def show(name: str) -> str:
    """Show what can be sent to a client, and the letter that goes along."""
    return _page(name, _found(name))


@pages.post("/clienten/<name>/sturen")
def pack(name: str) -> str | tuple[str, int]:
    """Pack the tracks that were chosen, and show the password this once; a second click sees the same."""
    client, form = _found(name), f"{name} {request.form.get('nummer', '')}"
    with site().sent.working:
        password = site().sent.find(form)
        if password is None:
            if site().workshop.works_for(client.code):
                note = "Voor deze cliënt wordt nu een opname gemaakt. Wacht tot dat klaar is."
                return _page(name, client, note), 409
            if client.is_packed and request.form.get("vervang") != "ja":
                return _page(name, client, "Er is intussen al een zip. Lees eerst wat daarover staat."), 409
            names = _chosen(client)
            if not names:
                return _page(name, client, "Kies ten minste één opname."), 400
            password = new_password()
            try:
                client.pack(names, password, overwrite=client.is_packed)
            except StemError as error:
                what = words.told(error.sentence, error.hint)
                return _page(name, client, f"{what.sentence} {what.advice}", what.english), 409
            site().sent.keep(form, password)
    return _sent(name, client, password)


@pages.get("/clienten/<name>/zip")
def zip_file(name: str) -> Response:
    """Give the zip file to keep, under its own name."""
    client = _found(name)
    return _kept(client.zip_path, "application/zip") if client.is_packed else abort(404)


@pages.get("/clienten/<name>/brief")
def letter(name: str) -> Response:
    """Give the letter to keep, under its own name."""
    return _kept(_found(name).letter_path, "text/plain; charset=utf-8")


@pages.post("/clienten/<name>/toon")
def show_file(name: str) -> Answer | str:
    """Show the zip file in the computer's own window of folders; where there is none, tell where it is."""
    client = _found(name)
    path = client.zip_path.absolute()
    if not client.is_packed:
        abort(404)
    if shows(path):
        return Response(status=204)  # the password stays on the screen
    return render_template("where.html", path=path, back=f"/clienten/{name}/sturen")


def _found(name: str) -> Client:
    """Return the client of an id that was given out."""
    code = site().codes.get(name) or abort(404)
    return site().project().client(code)


def _chosen(client: Client) -> set[str]:
    """Return the files that were chosen, by membership."""
    asked, known = set(request.form.getlist("opname")), addresses()
    return {each.path.name for each in client.tracks if _id(each.path, known) in asked}


def _id(path: Path, known: dict[str, str]) -> str:
    return known.get(record_path(path).name, "").rpartition("/")[2]


def _page(name: str, client: Client, problem: str = "", english: str = "") -> str:
    known = addresses()
    going = [each for each in client.tracks if not each.stays]
    text, is_own = "", False
    if going:
        try:
            text, is_own = client.letter({each.path.name for each in going})
        except OutputError as error:
            what = words.told(error.sentence, error.hint)
            problem, english = problem or f"{what.sentence} {what.advice}", english or what.english
    return render_template(
        "send.html",
        name=name,
        client=client,
        tracks=[(_id(each.path, known), each) for each in client.tracks],
        going=going,
        letter=text,
        is_own=is_own,
        problem=problem,
        english=english,
        number=form_number(),
    )


def _sent(name: str, client: Client, password: str) -> str:
    megabytes = client.zip_path.stat().st_size / 1e6
    return render_template(
        "sent.html",
        name=name,
        client=client,
        password=password,
        megabytes=f"{megabytes:.1f}".replace(".", ","),
        is_heavy=megabytes > _HEAVY_MB,
    )


def _kept(path: Path, kind: str) -> Response:
    if path.is_symlink() or not path.is_file():
        abort(404)
    return send_file(
        path.absolute(),
        mimetype=kind,
        as_attachment=True,
        download_name=safe_name(path.name),
        etag=False,
        max_age=None,
    )
