"""What stays where, with the real folders, and what left this computer."""

from __future__ import annotations

from flask import Blueprint, render_template

from stem.files import cache_path
from stem.project import RECORDINGS
from stem.web import below
from stem.web.site import site

pages = Blueprint("privacy", __name__)


@pages.get("/privacy")
def show() -> str:
    """Show what is kept, where, and who made it so."""
    project = site().project()
    sends = [voice.title for voice in project.speaking_voices() if below.sends_to(voice)]
    return render_template(
        "privacy.html",
        folder=project.folder.absolute(),
        output=project.path(project.settings.output).absolute(),
        recordings=project.path(RECORDINGS).absolute(),
        cache=cache_path("").absolute(),
        sends=sends,
    )
