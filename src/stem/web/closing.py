"""Closing: with a question first when something is being made."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from stem.web.site import site

pages = Blueprint("closing", __name__)


@pages.post("/sluiten")
def close() -> str:
    """Close the page, or ask whether that is meant while a track is being made."""
    here = site()
    if here.workshop.busy is not None and request.form.get("toch") != "ja":
        return render_template("close.html")
    here.closed.set()
    return render_template("closed.html")
