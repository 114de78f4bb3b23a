"""Writing: the practice's own texts, an editor with what is wrong at its line, and texts from elsewhere.

A text is known by its name, by membership; what someone typed is kept on the page until it is on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from markupsafe import escape
from werkzeug.wrappers import Response as Answer

from stem import Project, ScriptError, ScriptTemplate, StemError, UnknownNameError
from stem.files import packaged_folder
from stem.web import below, forms, words
from stem.web.below import ChangedFileError
from stem.web.filling import lines, total
from stem.web.findings import findings, refusal, state
from stem.web.site import site
from stem.web.turns import Turn

pages = Blueprint("writing", __name__)

LARGEST_UPLOAD = 21_000_000
"""Bytes: a document with pictures, and the form around it."""

_MOST_STATES = 500

_speaking = Turn()
_checking = Turn()
_states: dict[tuple[object, ...], str] = {}
"""How texts are, as long as no text of the practice changes."""

_Json = tuple[Response, int]


# The list, and new texts


@pages.get("/teksten")
def show_all() -> str:
    """Show the practice's own texts, and the ways to a new one."""
    return _list()


@pages.get("/teksten/<name>/staat")
def state_of(name: str) -> Response:
    """Tell how a text is: in order, or how many things there are to do."""
    project, path = _found(name)
    key = (name, *_fingerprint(project))
    if key not in _states:
        told = _checking.take(lambda: _looked_at(project, name, path))
        if told is None:
            return jsonify({"overtaken": True})
        if len(_states) >= _MOST_STATES:
            _states.clear()
        _states[key] = str(told["state"])
    return jsonify({"state": _states[key]})


@pages.post("/teksten/nieuw/leeg")
def begin() -> Answer | tuple[str, int]:
    """Begin a text from the commented starting point."""
    title = request.form.get("naam", "").strip()
    if not title:
        return _list("Geef de oefening een naam."), 400
    return _added(site().project(), title, "")


@pages.post("/teksten/nieuw/versie")
def own_version() -> Answer | tuple[str, int]:
    """Copy a text of stem to the practice's own."""
    project, name = site().project(), request.form.get("van", "")
    if below.shelf(project).find(name) is None:
        return _list("Kies een oefening uit de lijst."), 409
    try:
        path = project.own_version(name)
    except StemError as error:
        return _list(_told(error)), 409
    return redirect(_address(path.stem), 303)


@pages.post("/teksten/nieuw/ophalen")
def read_in() -> str | tuple[str, int]:
    """Show what a text from elsewhere becomes; nothing is kept yet."""
    request.max_content_length = LARGEST_UPLOAD
    file = request.files.get("bestand")
    content = file.read() if file else b""
    if not content:
        return _list("Kies eerst een bestand met een tekst erin."), 400
    try:
        title, text, report = site().project().read_in(content)
    except StemError as error:
        return _list(_told(error)), 400
    told = [words.in_dutch(line) for line in report]
    return render_template("imported.html", title=title, text=escape(text), report=told, problem="")


@pages.post("/teksten/nieuw/houden")
def keep() -> Answer | tuple[str, int]:
    """Keep what someone has as a new text: one from elsewhere, or one whose file is another by now."""
    title, text = request.form.get("naam", "").strip(), _plain(request.form.get("tekst", ""))
    if not text.strip():
        return _list("Er staat nog niets in de tekst."), 400
    try:
        name = site().project().add_script(title, text)
    except StemError as error:
        shown = {"title": title, "text": escape(text), "report": [], "problem": _told(error)}
        return render_template("imported.html", **shown), 409
    return redirect(_address(name), 303)


def _added(project: Project, title: str, text: str) -> Answer | tuple[str, int]:
    try:
        name = project.add_script(title, text)
    except StemError as error:
        return _list(_told(error)), 409
    return redirect(_address(name), 303)


def _list(problem: str = "") -> str:
    project = site().project()
    shelf, own = below.shelf(project), project.own_scripts()
    titles = {name: name for name in own} | {script.name: script.title for script in shelf.own}
    names = sorted(own, key=lambda name: titles[name].casefold())
    return render_template(
        "texts.html",
        texts=[{"name": name, "title": titles[name], "address": _address(name)} for name in names],
        packaged=[script for script in shelf.packaged if script.name not in own],
        problem=problem,
    )


# One text


@pages.get("/teksten/<name>")
def edit(name: str) -> str | tuple[str, int]:
    """Show a text in its editor."""
    project, path = _found(name)
    try:
        written = project.own_text(name)
    except ScriptError as error:
        told = refusal(error, path)
        return render_template("unreadable.html", name=name, address=_address(name), told=told), 409
    return _editor(project, name, written.text, written.revision)


@pages.post("/teksten/<name>")
def save_and_show(name: str) -> tuple[str, int]:
    """Keep a text where there is no script in the browser, and show what is wrong with it."""
    project, text, revision = site().project(), _plain(request.form.get("tekst", "")), _revision()
    status, problem = 200, ""
    try:
        revision = project.save_text(name, text, revision)
    except StemError as error:
        status, problem = _status(error), _not_saved(error)
    looked = {} if status != 200 else _looked_at(project, name, project.own_scripts()[name])  # noqa: PLR2004 - HTTP's own
    shown = _editor(project, name, text, revision, problem=problem, status=status, looked=looked)
    return shown, status


@pages.post("/teksten/<name>/bewaar")
def save(name: str) -> Response | _Json:
    """Keep a text, whole or not at all."""
    project, text = site().project(), _plain(request.form.get("tekst", ""))
    try:
        revision = project.save_text(name, text, _revision())
    except StemError as error:
        line = refusal(error, project.own_scripts().get(name, Path(name))).line
        return jsonify({"problem": _not_saved(error), "line": line}), _status(error)
    return jsonify({"revision": revision, "title": _title(project, name, text)})


@pages.post("/teksten/<name>/nakijken")
def check(name: str) -> Response:
    """Tell what is wrong with a text as it is being written."""
    project, path = _found(name)
    text = _plain(request.form.get("tekst", ""))
    return jsonify(_checking.take(lambda: _looked_at(project, name, path, text)) or {"overtaken": True})


@pages.post("/teksten/<name>/gezegd")
def spoken(name: str) -> Response:
    """Tell what would be said of a text as it is being written, with some values."""
    project, path = _found(name)
    text = _plain(request.form.get("tekst", ""))
    return jsonify(_speaking.take(lambda: _said(project, name, path, text)) or {"overtaken": True})


@pages.get("/teksten/<name>/beheer")
def manage(name: str) -> str:
    """Show what can be done with a text as a whole: another name, or away with it."""
    return _managing(*_found(name))


@pages.post("/teksten/<name>/naam")
def rename(name: str) -> Answer | tuple[str, int]:
    """Give a text another name."""
    project, path = _found(name)
    wanted = request.form.get("naam", "").strip()
    try:
        if not wanted:
            return _managing(project, path, "Geef de tekst een naam."), 400
        return redirect(_address(project.rename_script(name, wanted)), 303)
    except StemError as error:
        return _managing(project, path, _told(error)), 409


@pages.post("/teksten/<name>/weg")
def remove(name: str) -> Answer | tuple[str, int]:
    """Remove a text; the page before asked."""
    project, path = _found(name)
    try:
        project.remove_script(name, _revision())
    except StemError as error:
        return _managing(project, path, _told(error)), _status(error)
    return redirect("/teksten", 303)


def _editor(
    project: Project,
    name: str,
    text: str,
    revision: str,
    *,
    problem: str = "",
    status: int = 200,
    looked: Mapping[str, Any] | None = None,
) -> str:
    return render_template(
        "write.html",
        name=name,
        address=_address(name),
        title=_title(project, name, text),
        text=escape(text),
        revision=revision,
        problem=problem,
        is_lost=status in {404, 409},
        looked=looked,
        pauses={mark: words.length(length_s) for mark, length_s in below.pauses(project).items()},
        rules={rule: words.in_dutch(summary) for rule, summary in below.SAFETY_RULES.items()},
    )


def _managing(project: Project, path: Path, problem: str = "") -> str:
    return render_template(
        "manage.html",
        name=path.stem,
        address=_address(path.stem),
        revision=project.revision(path.stem),
        is_copy=(packaged_folder("scripts") / path.name).is_file(),
        problem=problem,
    )


def _said(project: Project, name: str, path: Path, text: str) -> dict[str, object]:
    """Return what would be said, and what can be filled in."""
    try:
        script = project.script_of_text(name, text)
    except StemError as error:
        return {"problem": refusal(error, path).sentences}
    needed = {variable.name for variable in script.variables if variable.required}
    usual = {forms.VALUE + key: value for key, value in below.usual_values(script).items() if key in needed}
    form = {**usual, **request.form}
    asked = forms.asked(script, form, {})
    told: dict[str, object] = {"fields": list(_fields(script, form)), "wrong": dict(asked.wrong)}
    try:
        outline = project.outline_text(asked.spec, text)
    except StemError as error:
        return told | {"problem": refusal(error, path).sentences}
    return told | {"lines": list(lines(outline)), "total": total(outline)}


def _fields(script: ScriptTemplate, form: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Yield what can be filled in for a text, its lengths last."""
    for each in forms.fields(script, form, {}):
        yield {
            "name": each.name,
            "label": each.label,
            "value": each.value,
            "choices": list(each.choices.items()),
        }
    if len(script.minutes) > 1:
        lengths = [(str(round(60 * each)), words.length(60 * each)) for each in sorted(script.minutes)]
        choices = [("", "zoals het uitkomt"), *lengths]
        yield {"name": "duur", "label": "Hoe lang?", "value": "", "choices": choices}


def _looked_at(project: Project, name: str, path: Path, text: str | None = None) -> dict[str, Any]:
    """Return what is wrong with a text; by default that of the file."""
    try:
        checked = project.check_text(name, project.own_text(name).text if text is None else text)
    except StemError as error:
        told = {"state": "nog niet te maken", "can_be_made": False, "note": ""}
        return told | {"findings": [asdict(refusal(error, path))]}
    found = findings(checked, path)
    ways = f"Alleen de eerste {checked.ways} manieren van invullen zijn nagekeken."
    told = {
        "state": state(len(found), is_whole=checked.is_whole),
        "can_be_made": True,
        "note": "" if checked.is_whole else ways,
    }
    return told | {"findings": [asdict(each) for each in found]}


def _fingerprint(project: Project) -> Iterator[object]:
    """Yield what changes when how a text is may have changed: a text, a part of one, the settings."""
    for path in (project.folder / "stem.toml", *sorted((project.folder / "scripts").rglob("*.j2"))):
        try:
            status = path.stat()
        except OSError:
            continue
        yield str(path), status.st_mtime_ns, status.st_size


def _found(name: str) -> tuple[Project, Path]:
    """Return the practice and the file of one of its texts, by membership."""
    project = site().project()
    return project, project.own_scripts().get(name) or abort(404)


def _title(project: Project, name: str, text: str) -> str:
    try:
        return project.script_of_text(name, text).title
    except StemError:
        return name


def _address(name: str) -> str:
    return f"/teksten/{quote(name, safe='')}"


def _revision() -> str:
    return request.form.get("was", "")


def _plain(text: str) -> str:
    """Return what stood in a text area with the line ends that it has there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _status(error: StemError) -> int:
    return 404 if isinstance(error, UnknownNameError) else 409 if isinstance(error, ChangedFileError) else 400


def _not_saved(error: StemError) -> str:
    if isinstance(error, UnknownNameError):
        return "Niet bewaard: deze tekst is er niet meer, of heeft een andere naam gekregen."
    if isinstance(error, ChangedFileError):
        return "Niet bewaard: deze tekst is intussen ergens anders veranderd. Er is niets overschreven."
    return f"Niet bewaard. {_told(error)}"


def _told(error: StemError) -> str:
    return refusal(error).sentences
