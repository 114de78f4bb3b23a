"""This computer: the space that stem takes there, and whether everything works that a track needs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response as Answer

from stem import clear_speech_cache, speech_cache
from stem.web import below
from stem.web.site import site

pages = Blueprint("computer", __name__)

_MB = 1_000_000


@pages.get("/praktijk/computer")
def show() -> str:
    """Show the space that is taken."""
    return _page()


@pages.post("/praktijk/computer/leeg")
def clear() -> Answer | tuple[str, int]:
    """Forget the sentences that were spoken; tracks stay as they are."""
    if site().workshop.busy is not None:
        return _page(
            problem="Er wordt nu een opname gemaakt. Wacht tot die klaar is, en maak het dan leeg."
        ), 409
    clear_speech_cache()
    return redirect("/praktijk/computer", 303)


@pages.post("/praktijk/computer/nakijken")
def diagnose() -> str:
    """Try everything that a track needs, and tell what works."""
    return _page(tuple(site().project().diagnose()))


def _page(found: tuple[below.Diagnosis, ...] = (), problem: str = "") -> str:
    spoken = speech_cache()
    backgrounds = below.kept_bytes()
    return render_template(
        "computer.html",
        sentences=spoken.entries,
        spoken_mb=round(spoken.bytes / _MB),
        most_gb=round(spoken.limit_bytes / _MB / 1000),
        backgrounds_mb=round(backgrounds / _MB),
        found=found,
        problem=problem,
    )
