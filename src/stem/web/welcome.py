"""The welcome page: a practice begins, or one that is there already is opened."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import StemError, begin_practice
from stem.config import FILE_NAME
from stem.web.site import Site, site

pages = Blueprint("welcome", __name__)

COUNTRIES = {"NL": "Nederland", "BE": "België"}
_CLOUDS = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents", "cloudstorage")
_LONGEST_NAME = 100


@pages.get("/welkom")
def ask() -> Answer | str:
    """Ask for the name of the practice, its country and its place."""
    return redirect("/") if site().folder is not None else _form()


@pages.post("/welkom")
def begin() -> Answer | str | tuple[str, int]:
    """Begin the practice."""
    here, name = site(), request.form.get("naam", "").strip()
    if here.folder is not None:
        return redirect("/")
    place = {str(number): each for number, each in enumerate(here.offered)}.get(
        request.form.get("plaats", "0")
    )
    country = request.form.get("land", "NL")
    if place is None or country not in COUNTRIES:
        return _form(name), 400
    if not name.isprintable() or len(name) > _LONGEST_NAME:
        return _form(name, wrong=f"Een naam is één regel van hoogstens {_LONGEST_NAME} letters."), 400
    try:
        begin_practice(place, name=name, country=country)
    except StemError:
        return _form(name, wrong="In die map kan niet worden geschreven. Kies een andere map."), 409
    enter(here, place)
    return redirect("/", 303)


@pages.post("/link")
def link_for_program() -> Response:
    """Give another `stem open` of this user a link that is good once; the gate lets nobody else in here."""
    return Response(site().passes.new_link(), content_type="text/plain")


def enter(here: Site, folder: Path) -> None:
    """Let the site be that of a practice."""
    here.folder = folder
    here.on_begun(folder)


def is_copied(folder: Path) -> bool:
    """Tell whether a folder lies where a cloud service copies everything."""
    return any(cloud in part.casefold() for part in folder.parts for cloud in _CLOUDS)


def _form(name: str = "", wrong: str = "") -> str:
    places = [
        {"path": str(each), "is_practice": (each / FILE_NAME).exists(), "is_copied": is_copied(each)}
        for each in site().offered
    ]
    return render_template("welcome.html", places=places, countries=COUNTRIES, name=name, wrong=wrong)
