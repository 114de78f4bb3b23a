"""Hearing: a sentence, a name, a voice or a background, as sound that the page plays at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, jsonify, request

from stem import Project, StemError, VoiceTemplate
from stem.web import below, forms, mended, words
from stem.web.reader import Asked
from stem.web.site import site
from stem.web.tracks import found

pages = Blueprint("hearing", __name__)

LONGEST_TEXT = 400
"""Characters of what is read aloud at once: half a minute."""

LONGEST_NAME = 100

_MARK = re.compile(r"\[[^\[\]\n]*\]")
"""Of a pause or a breath: nothing that is said."""

_UNKNOWN = "Zo werkt deze knop niet. Laad de pagina opnieuw."


class _Wrong(Exception):  # noqa: N818 - it never leaves this module
    """Why something is not heard, in Dutch."""


@pages.post("/hoor")
def hear() -> tuple[Response, int]:
    """Give the sound of what is asked for, or tell why there is none."""
    try:
        asked = _asked(site().project(), request.form)
        sound = site().hear(asked)
    except _Wrong as wrong:
        return jsonify({"problem": str(wrong)}), 400
    except StemError as error:
        what = words.told(error.sentence, error.hint)
        return jsonify({"problem": f"{what.sentence} {what.advice}".strip()}), 409
    if sound is None:  # something else was asked meanwhile
        return Response(), 204
    return Response(sound, content_type="audio/wav"), 200


@pages.post("/hoor/straks")
def wake() -> tuple[Response, int]:
    """Let what reads aloud begin, for who looks at a page where something can be heard."""
    site().reader.wake(site().project().folder)
    return Response(), 204


def _asked(project: Project, form: Mapping[str, str]) -> Asked:
    """Read what someone wants to hear.

    Raises:
        _Wrong: when that cannot be.
    """
    kind, name = form.get("soort", ""), form.get("naam", "").strip()
    said_as, text = form.get("klinkt", "").strip(), _MARK.sub(" ", form.get("tekst", "")).strip()
    if len(text) > LONGEST_TEXT or max(len(name), len(said_as)) > LONGEST_NAME:
        raise _Wrong("Dit is te lang om in één keer te horen.")
    if kind == "achtergrond":
        return _background(form)
    if kind == "plek":
        return _place(form)
    asked = Asked("sentence", text, _voice(project, form), name, said_as)
    if kind == "zin" and text:
        own = _recordings(project, form.get("stem", ""))
        return replace(asked, voice=own, fill=asked.voice) if own else asked
    if kind == "naam" and name:
        return replace(asked, kind="name", text="")
    if kind == "stem" and form.get("stem"):
        return replace(asked, kind="voice", text="")
    raise _Wrong({"zin": "Er staat niets.", "naam": "Vul eerst de naam in."}.get(kind, _UNKNOWN))


def _place(form: Mapping[str, str]) -> Asked:
    """Return a sentence of a track in its place, said as it stands in a form, with all that is gathered.

    Whether there is such a sentence is known to who reads it: the script is read once.
    """
    shown, key = found(form.get("opname", "")), mended.key_of(form)
    if not key[0]:
        raise _Wrong(_UNKNOWN)
    try:
        edit = mended.edit_of(shown, key, form)
    except mended.WrongChangeError as wrong:
        raise _Wrong(str(wrong)) from wrong
    change = mended.with_edit(mended.wanted(shown), key, edit).change
    return Asked("place", key[0], record=shown.record_path.absolute(), change=change, nth=key[1])


def _background(form: Mapping[str, str]) -> Asked:
    bed, level = form.get("achtergrond", ""), form.get("luidheid", "0")
    if bed not in below.backgrounds() or level not in forms.LEVELS:
        raise _Wrong("Kies er een uit de lijst.")
    return Asked("background", bed, level_lu=float(level))


def _voice(project: Project, form: Mapping[str, str]) -> str:
    """Return the name of the voice that is meant, which may speak here; "" for one that the reader finds."""
    known = {voice.name: voice for voice in project.voices()}
    wish = form.get("stem", "")
    if _recordings(project, wish):  # they say nothing but what was recorded
        wish = form.get("aanvulling", "")
    if wish and wish not in known:
        raise _Wrong("Kies er een uit de lijst.")
    if not wish:
        script = below.shelf(project).find(form.get("oefening", "")) if form.get("oefening") else None
        usual, _ = project.usual_voice()
        wish = (script.voice if script else "") or (usual.name if usual else "")
    if wish in known:
        _check_leave(project, known[wish])
    return wish


def _recordings(project: Project, wish: str) -> str:
    """Return the own recordings that are wished for, by membership; "" when it is another voice."""
    return next((name for each in project.recordings() if (name := project.voice_of(each)) == wish), "")


def _check_leave(project: Project, voice: VoiceTemplate) -> None:
    place = below.sends_to(voice)
    if place and not project.settings.allow_online:
        raise _Wrong(f"Deze stem stuurt de tekst naar {place}. Sta dat eerst toe bij Praktijk.")
    if not voice.installed:
        raise _Wrong("Deze stem staat nog niet op deze computer. Haal haar eerst op bij Praktijk.")
