"""Voices: which there are, what they are like, what leaves this computer, and getting one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template
from werkzeug.wrappers import Response as Answer

from stem import Project, VoiceTemplate
from stem.web import below
from stem.web.fetching import Fetch
from stem.web.site import site

pages = Blueprint("voices", __name__)

_MB = 1_000_000
_SEXES = {"female": "vrouw", "male": "man"}
_ACCENTS = {"Netherlands": "Nederland", "Flanders": "Vlaanderen"}
_NOWHERE = "nergens heen: de stem spreekt op deze computer"


@dataclass(frozen=True, slots=True)
class Shown:
    """A voice as the page shows it.

    Attributes:
        voice: It.
        facts: What is known of it, by what that is called.
        is_usual: Whether it speaks when nobody chooses.
        can_hear: Whether it can and may speak here.
        can_get: Whether it can be fetched, and is not here yet.
        needs: What it misses on this computer; empty for nothing.
        fetch: How its fetching goes; None when nobody asked for it.
    """

    voice: VoiceTemplate
    facts: Mapping[str, str]
    is_usual: bool
    can_hear: bool
    can_get: bool
    needs: str
    fetch: Fetch | None


@pages.get("/praktijk/stemmen")
def show() -> str:
    """Show the voices, those that can speak here first."""
    project = site().project()
    usual, _ = project.usual_voice()
    speaking = {each.name for each in project.speaking_voices()}
    shown = [_shown(each, usual, speaking) for each in project.voices()]
    shown.sort(key=lambda each: (not each.can_hear, -each.voice.rank, each.voice.title))
    return render_template("voices.html", shown=shown, far=far, broken=project.broken_voices())


@pages.post("/praktijk/stemmen/<name>/haal")
def get(name: str) -> Answer:
    """Begin to fetch a voice."""
    project, voice = _found(name)
    if not voice.installed:
        site().fetcher.begin(name, voice.title, partial(_downloaded, project, name), _bytes(voice))
    return redirect("/praktijk/stemmen", 303)


@pages.post("/praktijk/stemmen/<name>/stop")
def stop(name: str) -> Answer:
    """Stop fetching a voice."""
    _found(name)
    site().fetcher.stop(name)
    return redirect("/praktijk/stemmen", 303)


@pages.get("/praktijk/stemmen/<name>.json")
def state(name: str) -> Response:
    """Tell how the fetching of a voice goes, to who polls."""
    _found(name)
    fetch = site().fetcher.find(name)
    return jsonify(
        {} if fetch is None else {"state": fetch.state, "percent": fetch.percent, "text": far(fetch)}
    )


def far(fetch: Fetch) -> str:
    """Return how far a fetch is, in words."""
    total = "" if fetch.total is None else f" van {fetch.total / _MB:.0f}"
    return f"{fetch.here / _MB:.0f}{total} MB binnen"


def _downloaded(project: Project, name: str, on_progress: below.OnBytes) -> None:
    project.download(name, on_progress=on_progress)


def _found(name: str) -> tuple[Project, VoiceTemplate]:
    """Return the practice and a voice that can be fetched, by membership."""
    project = site().project()
    found = (each for each in project.voices() if each.name == name and each.download is not None)
    return project, next(found, None) or abort(404)


def _bytes(voice: VoiceTemplate) -> int | None:
    """Return the size of a voice, as far as it is known."""
    return sum(file.bytes or 0 for file in voice.download.files) or None if voice.download else None


def _shown(voice: VoiceTemplate, usual: VoiceTemplate | None, speaking: set[str]) -> Shown:
    size, place = _bytes(voice), below.sends_to(voice)
    who = ", ".join(filter(None, (_SEXES.get(voice.sex), _ACCENTS.get(voice.accent))))
    facts = {
        "Wie": who,
        "Wat de stem zegt, gaat": f"naar {place}, ook namen" if place else _NOWHERE,
        "Licentie": voice.licence,
        "Komt van": _source(voice),
        "Grootte": f"{size / _MB:.0f} MB" if size else "",
    }
    return Shown(
        voice=voice,
        facts={name: fact for name, fact in facts.items() if fact},
        is_usual=usual is not None and usual.name == voice.name,
        can_hear=voice.name in speaking,
        can_get=voice.download is not None and not voice.installed,
        needs=_needs(voice),
        fetch=site().fetcher.find(voice.name),
    )


def _source(voice: VoiceTemplate) -> str:
    """Return where a voice comes from; empty when it came with stem or is one's own."""
    if voice.package:
        return f"het pakket {voice.package}"
    return (urlsplit(voice.download.addresses[0]).hostname or "") if voice.download else ""


def _needs(voice: VoiceTemplate) -> str:
    """Return what a voice that is here still misses; empty for nothing."""
    if not voice.installed or below.can_speak(voice):
        return ""
    return f"Op deze computer ontbreekt nog het programma waarmee deze stem spreekt ({voice.engine})."
