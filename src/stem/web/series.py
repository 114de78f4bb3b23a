"""A series for one client: filled in once, and then a list like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import Project, ScriptTemplate, Series, StemError, TrackSpec
from stem.web import below, forms, words
from stem.web.forms import Field
from stem.web.lists import Listed
from stem.web.site import site

pages = Blueprint("series", __name__)

_AS_USUAL = "Zoals gewoon in elke oefening"


@pages.get("/clienten/reeks/<name>")
def show(name: str) -> str:
    """Show what can be filled in for a series."""
    return _form(*_found(name), {})


@pages.post("/clienten/reeks/<name>")
def ask(name: str) -> Answer | tuple[str, int]:
    """Take in what was filled in, and lead to the tracks that it asks for, or tell what is wrong."""
    project, series, scripts = _found(name)
    code = request.form.get("code", "").strip()
    asked = [forms.asked(script, request.form, _voices(project)) for script in scripts]
    wrong = {field: sentence for each in asked for field, sentence in each.wrong.items()}
    if not code:
        wrong["code"] = "Vul een code in."
    if wrong:
        return _form(project, series, scripts, request.form, wrong), 400
    values = {key: value for each in asked for key, value in each.spec.values.items()}
    chosen = asked[0].spec if asked else TrackSpec("")
    spec = replace(TrackSpec(""), values=values, voice=chosen.voice, bed=chosen.bed)
    try:
        listed = Listed.of(project.series_batch(series.name, code, spec), code)
    except StemError as error:
        what = words.told(error.sentence, error.hint)
        of_code = {"code": f"{what.sentence} {what.advice}"} if "code" in what.sentence else {}
        problem = None if of_code else what
        return _form(project, series, scripts, request.form, of_code, problem=problem), 400
    return redirect(site().lists.add(listed).address, 303)


def _found(name: str) -> tuple[Project, Series, list[ScriptTemplate]]:
    """Return the practice, a series by membership, and its scripts."""
    project = site().project()
    series = next((each for each in project.all_series() if each.name == name), None) or abort(404)
    shelf = below.shelf(project)
    return project, series, [found for each in series.scripts if (found := shelf.find(each)) is not None]


def _voices(project: Project) -> dict[str, str]:
    return {voice.name: voice.title for voice in project.speaking_voices()}


def _form(
    project: Project,
    series: Series,
    scripts: Sequence[ScriptTemplate],
    form: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    problem: words.Told | None = None,
) -> str:
    return render_template(
        "series.html",
        series=series,
        scripts=scripts,
        fields=_fields(scripts, form, wrong or {}),
        voices={"": "De stem die hier gewoon is", **_voices(project)},
        backgrounds={"": "Die van de eerste oefening", **below.backgrounds()},
        form=form,
        wrong=wrong or {},
        problem=problem,
    )


def _fields(
    scripts: Sequence[ScriptTemplate], form: Mapping[str, str], wrong: Mapping[str, str]
) -> list[Field]:
    """Return what can be filled in in any of the scripts; what is not chosen stays as each script has it."""
    fields = dict[str, Field]()
    for script in scripts:
        for each in forms.fields(script, form, wrong):
            fields.setdefault(each.name, each)
    return [
        replace(each, choices={"": _AS_USUAL, **each.choices}, value=form.get(each.name, ""))
        if each.choices and each.name != forms.VALUE + forms.VORM
        else each
        for each in fields.values()
    ]
