"""What is being made: the queue, a page for each run with its bar, and its state for who polls."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, redirect, render_template
from werkzeug.wrappers import Response as Answer

from stem.web import words
from stem.web.site import site
from stem.web.workshop import Run

pages = Blueprint("making", __name__)


@pages.get("/bezig.json")
def busy() -> Response:
    """Tell what is being made, for the bar on every page; by this it is also known that a page is open."""
    run = site().workshop.busy
    return jsonify({} if run is None else {"id": run.id, "title": run.title, "percent": percent(run)})


@pages.get("/taken")
def all_runs() -> str:
    """Show all runs, the last one first."""
    return render_template("runs.html", runs=site().workshop.runs[::-1], stage=stage, percent=percent)


@pages.get("/taken/<name>")
def one(name: str) -> Answer | str:
    """Show a run, or lead to the page of its own that it has."""
    run = _found(name)
    if run.page:
        return redirect(run.page, 303)
    return render_template(
        "run.html", run=run, stage=stage(run), percent=percent(run), left=words.left(run.left_s)
    )


@pages.get("/taken/<name>.json")
def state(name: str) -> Response:
    """Tell how far a run is."""
    run = _found(name)
    told = {"state": run.state, "stage": stage(run), "percent": percent(run), "left": words.left(run.left_s)}
    return jsonify(told)


@pages.post("/taken/<name>/stop")
def stop(name: str) -> Answer:
    """Stop a run."""
    run = _found(name)
    site().workshop.stop(run)
    return redirect(f"/taken/{run.id}", 303)


@pages.post("/taken/<name>/opnieuw")
def again(name: str) -> Answer:
    """Make once more what failed or was stopped."""
    run = _found(name)
    if not run.page:  # there it begins anew
        run = site().workshop.again(run)
    return redirect(f"/taken/{run.id}", 303)


def stage(run: Run) -> str:
    """Return in a sentence how far a run is."""
    if run.state == "waiting":
        return f"Wacht op zijn beurt (nummer {site().workshop.ahead_of(run) + 1})"
    if run.state == "making":
        if run.is_to_stop:
            return "Wordt gestopt"
        told = words.STAGES.get(run.stage, "Wordt klaargezet")
        done, total = run.counted
        return f"{told} (zin {min(done + 1, total)} van {total})" if run.stage == "speech" and total else told
    return {"made": "Klaar", "failed": "Niet gelukt", "stopped": "Gestopt. Er is niets blijven staan."}[
        run.state
    ]


def percent(run: Run) -> int:
    """Return how much is done; only what is over is done wholly."""
    return 100 if run.state == "made" else min(int(run.share * 100), 99)


def _found(name: str) -> Run:
    return site().workshop.find(name) or abort(404)
