"""The first page: which exercise."""

from __future__ import annotations

from flask import Blueprint, render_template

from stem import ScriptTemplate, VoiceTemplate
from stem.web import below, words
from stem.web.site import site

pages = Blueprint("choosing", __name__)


@pages.get("/")
def choose() -> str:
    """Show all exercises as cards, the practice's own first, and the series apart."""
    project = site().project()
    shelf = below.shelf(project)
    voice, better = project.usual_voice()
    series = [
        (each, [found for name in each.scripts if (found := shelf.find(name)) is not None])
        for each in project.all_series()
    ]
    return render_template(
        "choose.html",
        own=shelf.own,
        packaged=shelf.packaged,
        broken=shelf.broken,
        series=series,
        minutes=minutes,
        voice=voice,
        better=better,
        megabytes=_megabytes(better),
    )


def minutes(script: ScriptTemplate) -> str:
    """Return the lengths that an exercise was written for: "3 of 5 minuten"."""
    lengths = [f"{each:g}".replace(".", ",") for each in sorted(script.minutes)]
    if not lengths:
        return ""
    unit = "minuut" if lengths == ["1"] else "minuten"
    return f"{words.listed(lengths)} {unit}"


def _megabytes(voice: VoiceTemplate | None) -> int:
    if voice is None or voice.download is None:
        return 0
    return round(sum(file.bytes or 0 for file in voice.download.files) / 1e6)
