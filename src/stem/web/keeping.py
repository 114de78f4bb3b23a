"""What is done with a finished track: shown in its folder, made again, forgotten.

What replaces or removes asks on a page of its own first, and shows there what would go.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response as Answer

from stem.web.file_manager import shows
from stem.web.forms import USUAL_CODE
from stem.web.site import site
from stem.web.tracks import Shown, found
from stem.web.workshop import Run

pages = Blueprint("keeping", __name__)


@pages.post("/opnames/<name>/toon")
def show(name: str) -> Answer | str:
    """Show the file in the computer's own window of folders; where there is none, tell where it is."""
    shown = found(name)
    if shown.made and shows(shown.path.absolute()):
        return redirect(f"/opnames/{shown.id}", 303)
    return render_template("where.html", path=shown.path.absolute(), back=f"/opnames/{shown.id}")


@pages.get("/opnames/<name>/opnieuw")
def ask_again(name: str) -> str:
    """Ask whether to make a track again."""
    shown = found(name)
    job = site().project().again(shown.record_path).asked.jobs[0]
    kept = {f".{kind}" for kind in job.captions}
    stem = shown.path.stem
    goes = [stem + each.ending for each in shown.record.beside if each.ending not in kept]
    return render_template("again.html", shown=shown, goes=goes)


@pages.post("/opnames/<name>/opnieuw")
def again(name: str) -> Answer:
    """Make a track again, with the choices of the first time; a second click does the same once."""
    shown = found(name)
    workshop = site().workshop
    path = shown.path.absolute()
    waiting = next((run for run in workshop.runs if run.target == path and not run.is_over), None)
    if waiting is None:
        batch = site().project().again(shown.record_path)
        code = "" if shown.code == USUAL_CODE else shown.code
        waiting = workshop.ask(
            Run(
                shown.title,
                code,
                shown.record.script.name,
                lambda events: batch.make(workers=1, events=events, yields=True),
                path,
            )
        )
    return redirect(f"/taken/{waiting.id}", 303)


@pages.get("/opnames/<name>/vergeten")
def ask_forget(name: str) -> str:
    """Show what would go when a track is forgotten, and what would stay."""
    shown = found(name)
    search = site().project().one_track(shown.record_path)
    looked = [each.looked_at() for each in search.found]
    return render_template(
        "forget.html",
        shown=shown,
        goes=[path.name for going, _ in looked for path in going] + [shown.record_path.name],
        stays=[left for _, staying in looked for left in staying],
        busy_with=_busy_with(shown),
    )


@pages.post("/opnames/<name>/vergeten")
def forget(name: str) -> str:
    """Forget a track: its file, what stands beside it, and what was spoken for it alone."""
    shown = found(name)
    if _busy_with(shown):
        return ask_forget(name)
    project = site().project()
    site().lists.forget(shown.code)
    done = project.forget(project.one_track(shown.record_path))
    return render_template("forgotten.html", shown=shown, done=done)


def _busy_with(shown: Shown) -> str:
    """Return what is being made and would be back after forgetting; empty when nothing is."""
    workshop = site().workshop
    if workshop.will_make(shown.path.absolute()):
        return "Deze opname wordt nu gemaakt."
    if shown.code not in {"", USUAL_CODE} and workshop.works_for(shown.code):
        return f"Voor {shown.code} wordt nu een opname gemaakt."
    return ""
