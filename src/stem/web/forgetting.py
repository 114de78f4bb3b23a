"""Forgetting someone: what is theirs is looked for by code or name, shown, and goes when it was chosen.

A code or a name travels in the body of a request alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, render_template, request

from stem import Mention, Project, Search, UsageError, VoiceTemplate
from stem.web import words
from stem.web.below import LeftFile
from stem.web.forms import USUAL_CODE
from stem.web.recording import is_busy
from stem.web.recording_sets import id_of
from stem.web.site import site

pages = Blueprint("forgetting", __name__)

LONGEST = 200
"""Characters of a name."""

_BUSY = "Er is nog niets weg: er wordt nu iets gemaakt met wat je koos."
_NOTHING = "Vul een code of een naam in."


@dataclass(frozen=True, slots=True)
class _Theirs:
    """What may be someone's, as the page shows it.

    Attributes:
        id: By which it is chosen.
        title: What it is.
        code: The client's, of a track.
        why: By what it was found; nothing when its title says so.
        goes: The files that would go.
        stays: Those that would stay.
        address: Where it can be looked at; empty for nowhere.
        busy: Why it cannot go now; empty when it can.
    """

    id: str
    title: str
    code: str
    why: tuple[str, ...]
    goes: tuple[str, ...]
    stays: tuple[LeftFile, ...] = ()
    address: str = ""
    busy: str = ""


@pages.get("/vergeten")
def show() -> str:
    """Ask for a code or a name."""
    return render_template("forget_who.html", who="", problem="")


@pages.post("/vergeten")
def look() -> str | tuple[str, int]:
    """Show what is someone's; nothing goes."""
    return _found(_who())


@pages.post("/vergeten/voorgoed")
def forget() -> str | tuple[str, int]:
    """Forget what was chosen of what is found now."""
    project, who, chosen = site().project(), _who(), set(request.form.getlist("wat"))
    if not chosen:
        return _found(who, "Kies eerst wat er weg mag.")
    search, mentions = project.tracks_of([who]), project.mentions([who])
    going = tuple(each for each in search.found if _id(each.record_path) in chosen)
    texts = tuple(each for each in mentions if _id(each.path) in chosen)
    voices = tuple(each for each in project.voices_like([who]) if _id(each.path) in chosen)
    if (
        any(_busy_with(each.code, each.files[0][0]) for each in going)
        or any(map(_is_used, texts))
        or (voices and site().workshop.busy)
    ):
        return _found(who, _BUSY)
    for each in going:
        site().lists.forget(each.code)
        site().changes.drop(each.record_path)
        code = "" if each.code == USUAL_CODE else each.code
        site().workshop.forget(each.files[0][0].absolute(), code)
        site().codes = {name: code for name, code in site().codes.items() if code != each.code}
    done = project.forget(Search(going, ()))
    left = [*done.left, *(LeftFile(each.path, reason) for each in texts for reason in each.remove())]
    names = [path.name for path in done.removed]
    names += [each.path.name for each in texts if not os.path.lexists(each.path)]
    names += [path.name for each in voices for path in project.forget_voice(each.name)]
    return render_template("forgotten_who.html", names=names, left=left, missing=done.missing)


def _who() -> str:
    return " ".join(request.form.get("wie", "").split())[:LONGEST]


def _found(who: str, problem: str = "") -> str | tuple[str, int]:
    project = site().project()
    try:
        search = project.tracks_of([who])
    except UsageError as error:
        what = words.told(error.sentence, error.hint)
        problem = what.sentence if who and any(map(str.isalnum, who)) else _NOTHING
        return render_template("forget_who.html", who=who, problem=problem), 400
    shown = render_template(
        "forget_found.html",
        who=who,
        problem=problem,
        tracks=list(_tracks(search)),
        texts=[_text(project, each) for each in project.mentions([who])],
        voices=[_voice(project, each) for each in project.voices_like([who])],
        codes=[code or "zonder code" for code in search.codes_to_ask],
        unreadable=search.unreadable,
        output=project.path(project.settings.output).absolute(),
        is_making=site().workshop.busy is not None,
    )
    return (shown, 400) if problem else shown


def _tracks(search: Search) -> Iterator[_Theirs]:
    for each in search.found:
        goes, stays = each.looked_at()
        names = (*(path.name for path in goes), each.record_path.name)
        code = "" if each.code == USUAL_CODE else each.code
        busy = _busy_with(each.code, each.files[0][0])
        yield _Theirs(
            _id(each.record_path), each.record.script.title, code, each.reasons, names, stays, busy=busy
        )


def _text(project: Project, mention: Mention) -> _Theirs:
    """Return an own text, or a set of own recordings, as it is shown."""
    name, recordings = mention.path.name, mention.recordings
    busy = "Er wordt nu een opname mee gemaakt." if _is_used(mention) else ""
    if recordings is not None:
        count = len(recordings.takes)
        title = f"Je ingesproken zinnen ({count}) in {name}"
        return _Theirs(
            _id(mention.path), title, "", mention.places, (), address=f"/stem/{id_of(recordings)}", busy=busy
        )
    is_own = project.own_scripts().get(mention.path.stem) == mention.path
    address = f"/teksten/{quote(mention.path.stem, safe='')}" if is_own else ""
    return _Theirs(
        _id(mention.path), f"Eigen tekst {name}", "", mention.places, (), address=address, busy=busy
    )


def _voice(project: Project, voice: VoiceTemplate) -> _Theirs:
    """Return a voice that was made after someone's, as it is shown."""
    resembled = voice.consent.who if voice.consent else ""
    title = f"Stem {voice.name}, gemaakt naar die van {resembled}"
    names = tuple(path.name for path in project.traces_of_voice(voice.name))
    busy = "Er wordt nu een opname gemaakt." if site().workshop.busy else ""
    return _Theirs(_id(voice.path), title, "", (), names, busy=busy)


def _is_used(mention: Mention) -> bool:
    """Tell whether a track is being made that a text or recordings are needed for."""
    if mention.recordings is None:
        return any(run.script == mention.path.stem for run in site().workshop.runs if not run.is_over)
    known = {each.folder: each for each in site().project().recordings()}
    return mention.path in known and is_busy(known[mention.path])


def _busy_with(code: str, track: Path) -> str:
    """Return what is being made and would be back after forgetting; empty when nothing is."""
    if site().workshop.will_make(track.absolute()):
        return "Deze opname wordt nu gemaakt."
    if code not in {"", USUAL_CODE} and site().workshop.works_for(code):
        return f"Voor {code} wordt nu een opname gemaakt."
    return ""


def _id(path: Path) -> str:
    """Return by what something is chosen in a form: it tells nothing of its place."""
    return hashlib.sha256(site().passes.secret.encode() + b"who" + os.fsencode(path)).hexdigest()[:16]
