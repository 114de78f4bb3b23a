"""What is done with a finished track: shown in its folder, made again, forgotten.

What replaces or removes asks on a page of its own first, and shows there what would go.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import Batch
from stem.web import below, mended
from stem.web.below import UnreachableLengthError
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
    wanted = mended.wanted(shown)
    job = site().project().again(shown.record_path).asked.jobs[0]
    kept = {f".{kind}" for kind in job.captions}
    stem = shown.path.stem
    goes = [stem + each.ending for each in shown.record.beside if each.ending not in kept]
    return render_template("again.html", shown=shown, goes=goes, wanted=wanted)


@pages.post("/opnames/<name>/opnieuw")
def again(name: str) -> Answer | tuple[str, int]:
    """Make a track again, with the choices of the first time and all changes; a second click does it once."""
    shown = found(name)
    wanted, version = mended.wanted(shown), request.form.get("versie")
    if version not in {None, wanted.version}:
        return render_template("stale.html", shown=shown, number=0, typed="", has_other_text=False), 409
    length_s = _length_s(request.form.get("duur", ""))
    asked, path = f"{wanted.version} {length_s}", shown.path.absolute()
    runs = (run for run in site().workshop.runs if run.target == path and not run.is_over)
    waiting = next((run for run in runs if run.asked == asked), None)
    if waiting is None:
        try:
            batch = site().project().again(shown.record_path, replace(wanted.change, duration_s=length_s))
        except UnreachableLengthError as error:
            return render_template("length.html", shown=shown, wanted=wanted, error=error), 409
        waiting = site().workshop.ask(_run(shown, batch, asked))
    return redirect(f"/taken/{waiting.id}", 303)


def _run(shown: Shown, batch: Batch, asked: str) -> Run:
    return Run(
        shown.title,
        "" if shown.code == USUAL_CODE else shown.code,
        shown.record.script.name,
        lambda events: batch.make(workers=1, events=events, yields=True),
        shown.path.absolute(),
        frozenset(job.target.absolute() for job in batch.asked.jobs),
        asked=asked,
        costs=below.costs(batch),
    )


def _length_s(text: str) -> float | None:
    """Return the length that was chosen; None for that of the first time."""
    is_one = text.isascii() and text.isdigit() and len(text) < 6  # noqa: PLR2004 - under 12 hours
    return (float(text) or None) if is_one else None


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
    site().changes.drop(shown.record_path)
    site().workshop.forget(shown.path.absolute())
    return render_template("forgotten.html", shown=shown, done=done)


def _busy_with(shown: Shown) -> str:
    """Return what is being made and would be back after forgetting; empty when nothing is."""
    workshop = site().workshop
    if workshop.will_make(shown.path.absolute()):
        return "Deze opname wordt nu gemaakt."
    if shown.code not in {"", USUAL_CODE} and workshop.works_for(shown.code):
        return f"Voor {shown.code} wordt nu een opname gemaakt."
    return ""
