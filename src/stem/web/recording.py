"""Recording oneself: sets of own recordings, begun, gone on with, cut from one long recording, forgotten."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from stem import AudioError, Project, RecordingSet, ScriptTemplate, StemError
from stem.files import output_error, sweep, temporary_beside
from stem.web import below, filling, forms, words
from stem.web.recording_sets import found, id_of, own_name
from stem.web.site import site
from stem.web.studio import Sentence, sentences_of

pages = Blueprint("recording", __name__)

LARGEST_READING = 200_000_000
"""Bytes of one long recording: an hour as an M4A, half an hour as a WAV."""

_TOO_LARGE = "Dit bestand is te groot: tot 200 MB gaat het. Bewaar de opname als M4A of MP3."
_CREATED = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@pages.get("/stem")
def all_sets() -> str:
    """Show the sets of own recordings."""
    project = site().project()
    shelf = below.shelf(project)
    shown = []
    for each in project.recordings():
        script = shelf.find(each.script)
        count = len(each.takes.keys() & each.index.keys())
        shown.append({
            "id": id_of(each),
            "title": script.title if script else "Onbekende oefening",
            "name": own_name(each),
            "count": count,
            "total": len(each.index),
            "known": script is not None,
        })  # fmt: skip
    return render_template("voice.html", sets=shown)


@pages.get("/stem/nieuw")
def choose() -> str:
    """Ask of which exercise."""
    shelf = below.shelf(site().project())
    return render_template("voice_choose.html", own=shelf.own, packaged=shelf.packaged)


@pages.get("/stem/nieuw/<name>")
def ask_new(name: str) -> str:
    """Ask what is chosen in it, and what the set is called."""
    _, script = _script(name)
    return _new(script, {})


@pages.post("/stem/nieuw/<name>")
def begin(name: str) -> Answer | tuple[str, int]:
    """Begin a set, and lead to its first sentence, or to where a long recording is cut."""
    project, script = _script(name)
    names = [each.name for each in _only_chosen(script, {})]
    asked = forms.asked(script, {each: request.form.get(each, "") for each in names}, {})
    if wrong := {field: asked.wrong[field] for field in names if field in asked.wrong}:
        return _new(script, wrong), 400
    try:
        made = project.new_recordings(asked.spec, request.form.get("naam", "").strip())
    except StemError as error:
        first = next(
            (each for each in project.recordings() if each.folder == getattr(error, "path", None)), None
        )
        if first is None or first.takes or first.choices != asked.spec.values:
            return _new(script, {}, words.told(error.sentence, error.hint)), 409
        made = first  # a second click
    end = "knippen" if request.form.get("hoe") == "knippen" else str(min(made.index, default=1))
    return redirect(f"/stem/{id_of(made)}/{end}", 303)


@pages.get("/stem/<name>")
def one(name: str) -> str:
    """Show a set: how far it is, and all its sentences."""
    project = site().project()
    recordings = found(project, name)
    script = below.shelf(project).find(recordings.script)
    problem = None
    try:
        sentences = sentences_of(project, recordings) if script else ()
    except StemError as error:
        sentences, problem = (), words.told(error.sentence, error.hint)
    return render_template(
        "voice_set.html",
        id=id_of(recordings),
        title=script.title if script else "Onbekende oefening",
        name=own_name(recordings),
        script=script,
        sentences=sentences,
        done=sum(bool(each.take) for each in sentences),
        onward=onward(sentences),
        left=len(recordings.takes.keys() - {each.number for each in sentences}) if sentences else 0,
        problem=problem,
    )


@pages.get("/stem/<name>/knippen")
def ask_cut(name: str) -> str:
    """Ask for one long recording."""
    return _cut(site().project(), name)


@pages.post("/stem/<name>/knippen")
def cut(name: str) -> str | tuple[str, int]:
    """Cut one long recording into the sentences of a set, and tell what is in doubt."""
    project = site().project()
    recordings = found(project, name)
    if (request.content_length or 0) > LARGEST_READING:
        return _cut(
            project, name, "Dit bestand is te groot: tot 200 MB gaat het. Bewaar de opname als M4A of MP3."
        ), 413
    request.max_content_length = LARGEST_READING
    upload = request.files.get("opname")
    if recordings.takes:
        return _cut(project, name), 409
    if upload is None or not upload.filename:
        return _cut(project, name, "Kies eerst het bestand met je opname."), 400
    try:
        with _private(upload, recordings.folder) as path:
            pieces = project.cut(path, project.spoken_by(recordings), project.voice_of(recordings))
    except AudioError as error:
        return _cut(
            project, name, f"Deze opname kan niet worden geknipt: {words.in_dutch(error.problem)}."
        ), 400
    return render_template("voice_cut_done.html", id=name, pieces=pieces)


@pages.get("/stem/<name>/maken")
def make(name: str) -> str:
    """Show the form of the exercise with this voice chosen."""
    project = site().project()
    recordings = found(project, name)
    script = below.shelf(project).find(recordings.script) or abort(404)
    spec = project.spoken_by(recordings)
    return filling.with_voice(project, script, str(spec.voice), spec.values)


@pages.get("/stem/<name>/vergeten")
def ask_forget(name: str) -> str:
    """Ask whether a set may go."""
    project = site().project()
    recordings = found(project, name)
    script = below.shelf(project).find(recordings.script)
    return render_template(
        "voice_forget.html",
        id=name,
        title=script.title if script else "Onbekende oefening",
        count=len(recordings.takes),
        folder=recordings.folder.name,
        is_busy=is_busy(recordings),
    )


@pages.post("/stem/<name>/vergeten")
def forget(name: str) -> str:
    """Remove a set."""
    project = site().project()
    recordings = found(project, name)
    if is_busy(recordings):
        return ask_forget(name)
    stays = project.forget_recordings(recordings)
    return render_template("voice_forgotten.html", stays=[each.name for each in stays])


def onward(sentences: Sequence[Sentence]) -> int:
    """Return the number of the sentence to go on with: the first without a take behind the last that has one.

    When there is none, the first that was skipped; when all are there, the first.
    """
    last = max((each.place for each in sentences if each.take), default=0)
    open_ones = [each for each in sentences if not each.take]
    behind = [each for each in open_ones if each.place > last]
    return next((each.number for each in (*behind, *open_ones, *sentences)), 1)


def _script(name: str) -> tuple[Project, ScriptTemplate]:
    project = site().project()
    return project, below.shelf(project).find(name) or abort(404)


def _only_chosen(script: ScriptTemplate, wrong: Mapping[str, str]) -> list[forms.Field]:
    """Return the fields of what can only be chosen: that is of no one in particular."""
    return [each for each in forms.fields(script, request.form, wrong) if each.choices]


def _new(script: ScriptTemplate, wrong: Mapping[str, str], problem: words.Told | None = None) -> str:
    return render_template(
        "voice_new.html",
        script=script,
        fields=_only_chosen(script, wrong),
        first=forms.VALUE + forms.VORM,
        problem=problem,
        given=request.form.get("naam", ""),
    )


def _cut(project: Project, name: str, wrong: str = "") -> str:
    recordings = found(project, name)
    script = below.shelf(project).find(recordings.script) or abort(404)
    return render_template(
        "voice_cut.html", id=name, title=script.title, taken=bool(recordings.takes), wrong=wrong
    )


@contextmanager
def _private(upload: FileStorage, folder: Path) -> Iterator[Path]:
    """Lend what was sent as a file that only its owner may read; its sender's name for it is not used.

    Raises:
        OutputError: when it cannot be written.
    """
    sweep(folder)
    with temporary_beside(folder / "lang") as path:
        try:
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                upload.save(file)
        except OSError as error:
            raise output_error(path, error) from error
        yield path


def is_busy(recordings: RecordingSet) -> bool:
    """Tell whether a track is being made that may be said by a set."""
    return any(run.script == recordings.script for run in site().workshop.runs if not run.is_over)
