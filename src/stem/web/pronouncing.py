"""Pronunciation: words that a voice says wrong, and how they sound, heard before they are kept."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import Project, StemError
from stem.web import words
from stem.web.below import ChangedFileError, OwnWord
from stem.web.site import site

pages = Blueprint("pronouncing", __name__)

_LONGEST = 100
_CHANGED = "De lijst is intussen ergens anders veranderd. Er is niets bewaard; kijk wat er nu staat."


@pages.get("/praktijk/uitspraak")
def show() -> str:
    """Show the words."""
    return _page(site().project())


@pages.post("/praktijk/uitspraak")
def put() -> Answer | tuple[str, int]:
    """Add a word, or change one."""
    written, said_as = request.form.get("woord", "").strip(), request.form.get("klinkt", "").strip()
    before = request.form.get("was", "")
    if not written or not said_as:
        return _wrong("Vul allebei in: hoe het geschreven is, en hoe het klinkt.")
    if max(len(written), len(said_as)) > _LONGEST:
        return _wrong(f"Een woord heeft hoogstens {_LONGEST} tekens.")

    def change(project: Project, mark: str) -> None:
        known = next((each for each in project.words() if each.word == before), None)
        signs = known.ipa if known is not None and known.said_as == said_as else ""
        project.put_word(OwnWord(written, said_as, signs), mark, instead_of=before)

    return _done(change)


@pages.post("/praktijk/uitspraak/weg")
def drop() -> Answer | tuple[str, int]:
    """Take a word out of the list."""
    return _done(lambda project, mark: project.drop_word(request.form.get("was", ""), mark))


def _done(change: Callable[[Project, str], object]) -> Answer | tuple[str, int]:
    project = site().project()
    try:
        change(project, request.form.get("merk", ""))
    except ChangedFileError:
        return _wrong(_CHANGED, 409)
    except StemError as error:
        what = words.told(error.sentence, error.hint)
        return _wrong(f"{what.sentence} {what.advice}".strip())
    return redirect("/praktijk/uitspraak", 303)


def _wrong(problem: str, status: int = 400) -> tuple[str, int]:
    """Show the words with what is wrong, and what was filled in where it was."""
    return _page(site().project(), problem), status


def _page(project: Project, problem: str = "") -> str:
    sent = request.form
    return render_template(
        "words.html",
        known=project.words(),
        mark=project.words_mark,
        problem=problem,
        sent={"was": sent.get("was", ""), "woord": sent.get("woord", ""), "klinkt": sent.get("klinkt", "")},
    )
