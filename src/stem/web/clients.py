"""Clients: a list is dropped, its mistakes or its rehearsal are shown, and its tracks are made.

What a list holds is in the body of a request and in memory, and nowhere else; its kind is told by its
content, and the name that it had is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as Answer

from stem import ConfigError, Outcome, Project
from stem.web import below, words
from stem.web.forms import USUAL_CODE
from stem.web.lists import Listed, Row
from stem.web.making import percent
from stem.web.sending import address_of_client
from stem.web.site import site
from stem.web.tracks import addresses, moment_told

pages = Blueprint("clients", __name__)

TITLE = "Cliëntenlijst"
LARGEST_LIST = 20_000_000
"""Bytes, as for the command line."""

_AROUND = 100_000
"""Bytes of a form round a list."""

_MOST_SHOWN = 200
"""Mistakes; whoever has more mends these first."""

_LONG_S = 600.0
"""From here on lengths are told in whole minutes."""

_PRINTED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_STANDINGS = {
    "new": "nieuw",
    "changed": "veranderd",
    "kept": "staat er al",
    "made": "gemaakt",
    "failed": "niet gelukt",
}
_TO_COME = _STANDINGS | {"failed": "kan niet"}
_NOT_MADE = {"new": "niet gemaakt", "changed": "niet opnieuw gemaakt"}


_GONE = "Deze lijst is er niet meer"
_GONE_TEXT = (
    "Een lijst blijft alleen in het geheugen, en niet langer dan nodig. Sleep haar opnieuw naar Cliënten; "
    "wat al gemaakt is, staat er dan bij."
)


class _Gone(HTTPException):
    """A list that is not in memory any more."""

    code = 404


@pages.errorhandler(_Gone)
def _told_gone(_error: _Gone) -> tuple[str, int]:
    return render_template("fault.html", title=_GONE, text=_GONE_TEXT, english=""), 404


@pages.get("/clienten")
def show() -> str:
    """Show where a list can be dropped, the series, and lists to begin with."""
    return _first_page()


@pages.post("/clienten")
def drop() -> Answer | tuple[str, int]:
    """Take in a list, and lead to what it asks for or to what is wrong with it."""
    request.max_content_length = LARGEST_LIST + _AROUND
    try:
        file = request.files.get("lijst")
    except RequestEntityTooLarge:
        return _first_page("Deze lijst is te groot: er past 20 MB in.", "Is het wel een lijst?"), 413
    content = b"" if file is None else file.stream.read()
    if not content:
        is_chosen = file is not None and file.filename
        return _first_page("Dit bestand is leeg." if is_chosen else "Kies eerst een lijst."), 400
    try:
        found = site().project().check_list(content, TITLE)
    except ConfigError as error:
        what = words.told(error.sentence, error.hint)
        return _first_page(what.sentence, what.advice, what.english), 400
    listed = Listed(TITLE, mistakes=found) if isinstance(found, tuple) else Listed.of(found)
    return redirect(site().lists.add(listed).address, 303)


@pages.post("/clienten/voorbeeld")
def model() -> Answer | tuple[str, int]:
    """Give a list to begin with, for the exercises that were chosen."""
    project = site().project()
    shelf = below.shelf(project)
    names = [name for name in request.form.getlist("oefening") if shelf.find(name) is not None]
    if not names:
        return _first_page("Kies eerst een oefening voor de voorbeeldlijst."), 400
    return Response(
        project.model_list(list(dict.fromkeys(names))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="lijst.csv"'},
    )


@pages.get("/clienten/<name>")
def one(name: str) -> str:
    """Show a list: its mistakes, its rehearsal, its progress, or what became of it."""
    return _page(_found(name))


@pages.get("/clienten/<name>.json")
def state(name: str) -> Response:
    """Tell how far a list is."""
    listed = _found(name)
    run = listed.run
    if run is None:
        return jsonify({"state": "", "percent": 0, "rows": []})
    return jsonify(
        {
            "state": run.state,
            "percent": percent(run),
            "left": words.left(run.left_s),
            "stage": stage(listed),
            "rows": [[row.state, row.percent, standing(listed, row)] for row in listed.rows],
        }
    )


@pages.post("/clienten/<name>/maak")
def make(name: str) -> Answer:
    """Make what is not there yet; what is not as it was shown any more is shown first."""
    listed = _found(name)
    if listed.is_busy or listed.batch is None:  # a second click, or another tab
        return redirect(listed.address, 303)
    site().project()  # a folder that is gone is told, not begun anew
    if any(site().workshop.will_make(job.target.absolute()) for job in listed.batch.asked.jobs):
        listed.note = "Een van deze opnames wordt nu al gemaakt. Wacht tot dat klaar is."
    elif listed.has_changed():
        listed.note = "Er is intussen iets veranderd in de map. Kijk nog eens naar de proefronde."
    elif listed.to_make:
        with site().lists.beginning:
            if not listed.is_busy:
                listed.run = site().workshop.ask(listed.new_run())
    return redirect(listed.address, 303)


@pages.get("/clienten/<name>/overzicht")
def overview(name: str) -> Response:
    """Give a page to print; it is another page's text, and may do nothing here."""
    listed = _found(name)
    if not listed.report.outcomes:
        raise _Gone
    page = below.overview_page(
        listed.report, title=listed.title, practice=site().project().settings.practice, folder=None
    )
    return Response(
        page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _PRINTED}
    )


def stage(listed: Listed) -> str:
    """Return in a sentence how far a list is."""
    run = listed.run
    assert run is not None, "a list that is not made has no stage"
    if run.state == "waiting":
        return f"Wacht op zijn beurt (nummer {site().workshop.ahead_of(run) + 1})"
    if run.is_to_stop:
        return "Wordt gestopt"
    total = len(listed.report.outcomes)
    done = total - sum(row.state in {"new", "changed", "making"} for row in listed.rows)
    return f"{done} van de {total} opnames klaar"


def standing(listed: Listed, row: Row) -> str:
    """Return in a few words where a track is."""
    if row.state == "making":
        return "wordt gemaakt"
    if listed.run is None:
        return _TO_COME[row.state]
    if listed.is_busy:
        return "wacht" if row.state in _NOT_MADE else _STANDINGS[row.state]
    return _NOT_MADE.get(row.state, _STANDINGS[row.state])


def summary(listed: Listed) -> str:
    """Return in a sentence what would be done, or was."""
    report = listed.report
    names = _TO_COME if listed.run is None else _STANDINGS | _NOT_MADE
    names = {**names, "kept": "staan er al" if report.count("kept") > 1 else "staat er al"}
    told = [f"{count} {name}" for status, name in names.items() if (count := report.count(status))]
    length_s = sum(outcome.seconds or 0.0 for outcome in report.outcomes if outcome.status != "failed")
    return f"{', '.join(told)}. Samen {_long(length_s)}."


def _long(length_s: float) -> str:
    """Return a length of many tracks in words: of what is long, in whole minutes."""
    if length_s < _LONG_S:
        return words.length(length_s)
    hours, rest = divmod(round(length_s / 60), 60)
    return " en ".join(
        filter(None, (f"{hours} uur" if hours else "", words.length(rest * 60) if rest else ""))
    )


def _why(outcome: Outcome) -> tuple[str, ...]:
    """Return what someone should know about a track: why it failed or is made again, and for whom it is."""
    if outcome.status == "failed":
        what = words.told(outcome.error, outcome.hint)
        problems = map(_dutch, outcome.problems)
        return (f"{what.sentence} {what.advice}".strip(), *problems, *filter(None, [what.english]))
    return tuple(map(_dutch, (*outcome.reasons, *outcome.warnings)))


@lru_cache(maxsize=500)
def _dutch(text: str) -> str:
    return words.in_dutch(text)


def _first_page(problem: str = "", advice: str = "", english: str = "") -> str:
    project = site().project()
    shelf = below.shelf(project)
    return render_template(
        "clients.html",
        problem=problem,
        advice=advice,
        english=english,
        series=project.all_series(),
        known=list(_known(project)),
        scripts=(*shelf.own, *shelf.packaged),
    )


def _known(project: Project) -> Iterator[dict[str, object]]:
    """Yield the clients of the practice, each with its page."""
    for each in project.clients():
        if each.code != USUAL_CODE:
            day = moment_told(each.last_made) if each.tracks else ""
            address = address_of_client(each.code)
            yield {"code": each.code, "tracks": each.tracks, "day": day, "address": address}


def _page(listed: Listed) -> str:
    if listed.mistakes:
        shown = listed.mistakes[:_MOST_SHOWN]
        return render_template("mistakes.html", mistakes=shown, count=len(listed.mistakes))
    known = addresses()
    rows = [
        {
            "outcome": row.outcome,
            "state": row.state,
            "percent": row.percent,
            "standing": standing(listed, row),
            "why": _why(row.outcome),
            "address": known.get(below.record_path(row.outcome.path).name, "")
            if row.state in {"kept", "made"}
            else "",
        }
        for row in listed.rows
    ]
    run, note, listed.note = listed.run, listed.note, ""  # it is told once
    return render_template(
        "list.html",
        listed=listed,
        run=run,
        note=note,
        rows=rows,
        summary=summary(listed),
        stage=stage(listed) if listed.is_busy else "",
        percent=percent(run) if run else 0,
        left=words.left(run.left_s) if run else "",
    )


def _found(name: str) -> Listed:
    found = site().lists.find(name)
    if found is None:
        raise _Gone
    return found
