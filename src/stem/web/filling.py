"""Filling in an exercise: the form, beside it what will be said, and the button that makes the track."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import Batch, Project, ScriptTemplate, StemError, TrackSpec, VoiceTemplate
from stem.units import seconds
from stem.web import below, forms, words
from stem.web.below import Outline
from stem.web.recording_sets import about
from stem.web.site import form_number, site
from stem.web.tracks import address_of
from stem.web.turns import Turn
from stem.web.workshop import Run

pages = Blueprint("filling", __name__)

_AS_USUAL = "Zoals het in deze praktijk gewoon is"
_SHORT_S = 2.5
"""A pause that is not shown: between sentences it says nothing to who reads."""


_turn = Turn()


@pages.get("/maken/<name>")
def show(name: str) -> str:
    """Show the form of an exercise as it is usually filled in."""
    project, script = _found(name)
    return _form(project, script, {})


@pages.post("/maken/<name>/tekst")
def text(name: str) -> Answer | tuple[Response, int]:
    """Tell what would be said with what is filled in, for who is still typing."""
    project, script = _found(name)
    asked = forms.asked(script, request.form, _voices(project, script))
    told: dict[str, object] = {"wrong": dict(asked.wrong)}
    try:
        outline = _turn.take(lambda: project.outline(asked.spec))
    except StemError as error:
        what = words.told(error.sentence, error.hint)
        return jsonify(told | {"problem": f"{what.sentence} {what.advice}".strip()})
    if outline is None:
        return jsonify({"overtaken": True})
    slider = forms.slider(outline, asked.spec.duration_s)
    return jsonify(
        told
        | {
            "lines": list(lines(outline)),
            "total": total(outline),
            "warnings": warnings(outline),
            "doubt": doubt(outline),
            "slider": {
                "least": slider.least,
                "most": slider.most,
                "value": slider.value,
                "usual": slider.usual,
                "lasts": slider.lasts,
                "ranges": slider.ranges,
            },
        }
    )


@pages.post("/maken/<name>")
def make(name: str) -> Answer | str | tuple[str, int]:
    """Make the track, or tell what is wrong; what would be replaced is asked first."""
    project, script = _found(name)
    asked = forms.asked(script, request.form, _voices(project, script))
    if asked.wrong:
        return _form(project, script, request.form, asked.wrong), 400
    if first := site().workshop.of_form(_form_key()):  # a second click
        return redirect(f"/taken/{first.id}", 303)
    try:
        return _begun(project, script, asked)
    except StemError as error:
        return _refused(project, script, error)


def _begun(project: Project, script: ScriptTemplate, asked: forms.Asked) -> Answer | str:
    """Begin with a track that is not there yet; of one that is, tell it, or ask whether to replace it.

    Raises:
        StemError: when it cannot be made.
    """
    batch = project.single(asked.code, asked.spec)
    (outcome,) = batch.rehearse().outcomes
    if outcome.status == "failed":
        raise StemError(outcome.error, hint=outcome.hint)
    if outcome.status == "kept":
        return render_template("kept.html", script=script, code=asked.code, address=address_of(outcome.path))
    is_taken = outcome.status == "changed" or site().workshop.will_make(outcome.path)
    if is_taken and request.form.get("vervang") != "ja":
        filled = {key: value for key, value in request.form.items() if key != "vervang"}
        changed = _is_changed(project, outcome.path)
        return render_template("replace.html", script=script, code=asked.code, filled=filled, changed=changed)
    run = site().workshop.ask(_run(batch, script, asked.code, outcome.path), _form_key())
    return redirect(f"/taken/{run.id}", 303)


def _is_changed(project: Project, path: Path) -> bool:
    """Tell whether sentences were changed in a track that is there: these changes go with it."""
    try:
        record = project.record(path)
    except StemError:
        return False
    return record is not None and record.edited > 0


def _form_key() -> str:
    """Return what a form is known by: its number and its values; with another choice it is another form."""
    return hashlib.sha256(repr(sorted(request.form.items())).encode("utf-8", "surrogatepass")).hexdigest()


def _run(batch: Batch, script: ScriptTemplate, code: str, target: Path) -> Run:
    shown = "" if code == forms.USUAL_CODE else code
    return Run(
        script.title,
        shown,
        script.name,
        lambda events: batch.make(workers=1, events=events, yields=True),
        target,
        costs=below.costs(batch),
    )


def _refused(project: Project, script: ScriptTemplate, error: StemError) -> tuple[str, int]:
    what = words.told(error.sentence, error.hint)
    is_of_code = isinstance(error, below.UnusableCodeError)
    wrong = {"code": f"{what.sentence} {what.advice}"} if is_of_code else {}
    return _form(project, script, request.form, wrong, None if is_of_code else what), 400


def _found(name: str) -> tuple[Project, ScriptTemplate]:
    """Return the practice and one of its scripts, by membership."""
    project = site().project()
    return project, below.shelf(project).find(name) or abort(404)


def _voices(project: Project, script: ScriptTemplate) -> dict[str, str]:
    """Return the voices by name with what they are, and where a voice on the internet sends what it says.

    Own recordings of the script are among them, by their folder.
    """
    voices = {
        voice.name: f"{voice.title}. {voice.summary}{_sending(voice)}" for voice in project.speaking_voices()
    }
    own = [each for each in project.recordings() if each.script == script.name and each.takes]
    return voices | {project.voice_of(each): about(each) for each in own}


def with_voice(project: Project, script: ScriptTemplate, voice: str, values: Mapping[str, str]) -> str:
    """Return the form of a script with a voice and some choices made."""
    return _form(project, script, {"stem": voice} | {forms.VALUE + key: text for key, text in values.items()})


def _sending(voice: VoiceTemplate) -> str:
    place = below.sends_to(voice)
    return f" Stuurt wat zij zegt, ook namen, naar {place}." if place else ""


def _form(
    project: Project,
    script: ScriptTemplate,
    form: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    problem: words.Told | None = None,
) -> str:
    voices = _voices(project, script)
    backgrounds = dict(below.backgrounds())
    voice, _ = project.usual_voice()
    others = forms.others(voices)
    usual = voice.name if voice else next(iter(others), "")
    asked = forms.asked(script, {"aanvulling": usual, **form}, voices)
    outline, told = _outline(project, script, asked.spec)
    chosen = {
        "stem": script.voice or (voice.name if voice else project.settings.voice),
        "aanvulling": usual,
        "achtergrond": script.bed or project.settings.bed,
        "luidheid": "0",
        "bel": "geen",
    }
    for name, known in (("stem", voices), ("achtergrond", backgrounds)):
        if chosen[name] not in known:  # own recordings, layers, music: what is usual is chosen by no name
            known[""], chosen[name] = _AS_USUAL, ""
    return render_template(
        "fill.html",
        script=script,
        fields=forms.fields(script, form, wrong or {}),
        first=forms.VALUE + forms.VORM,
        said_as=forms.VALUE + below.PRONUNCIATION,
        wrong=wrong or {},
        problem=problem or told,
        voices=voices,
        others=others if len(others) < len(voices) else {},
        backgrounds=backgrounds,
        levels=forms.LEVELS,
        places=forms.PLACES,
        chosen=chosen | {key: form[key] for key in chosen if form.get(key)},
        code=form.get("code", ""),
        slider=forms.UNKNOWN if outline is None else forms.slider(outline, asked.spec.duration_s),
        lines=[] if outline is None else list(lines(outline)),
        total="" if outline is None else total(outline),
        warnings=[] if outline is None else warnings(outline),
        doubt="" if outline is None else doubt(outline),
        number=form_number(),
    )


def _outline(
    project: Project, script: ScriptTemplate, spec: TrackSpec
) -> tuple[Outline | None, words.Told | None]:
    """Return what would be said; without what must still be filled in, nothing is known of it."""
    if any(variable.required and not spec.values.get(variable.name) for variable in script.variables):
        return None, None
    try:
        return project.outline(spec), None
    except StemError as error:
        return None, words.told(error.sentence, error.hint)


def lines(outline: Outline) -> Iterator[dict[str, object]]:
    """Yield what happens, in order: chapters, sentences with their times, and the pauses that can be felt."""
    timeline = outline.timeline
    happenings: list[tuple[int, int, dict[str, object]]] = []
    if len(timeline.chapters) > 1:
        happenings += [(each.start, 0, {"kind": "chapter", "text": each.title}) for each in timeline.chapters]
    recorded = below.recorded_phrases(outline.plan)  # what stands in their place are no words to be said
    for said in timeline.utterances:
        clock, hear = words.clock(seconds(said.start)), said.phrase not in recorded
        happenings.append((said.start, 2, {"kind": "said", "text": said.text, "at": clock, "hear": hear}))
    for pause in timeline.pauses:
        length_s = seconds(pause.end - pause.start)
        if length_s >= _SHORT_S:
            happenings.append((pause.start, 1, {"kind": "pause", "text": f"{words.length(length_s)} stil"}))
    happenings += [(at, 1, {"kind": "pause", "text": "een bel"}) for at in timeline.bells]
    yield from (line for _, _, line in sorted(happenings, key=lambda each: each[:2]))


def total(outline: Outline) -> str:
    """Return in a sentence how long it lasts, and how much of that is silence."""
    timeline = outline.timeline
    spoken = sum(said.end - said.start for said in timeline.utterances)
    silent = words.length(seconds(timeline.frames - spoken))
    return f"Samen {words.length(seconds(timeline.frames))}, waarvan {silent} stilte."


_DOUBT = (
    "Hoe klinkt de naam? Een stem leest die misschien verkeerd. "
    "Luister eerst, en schrijf zo nodig hier hoe hij klinkt."
)


def warnings(outline: Outline) -> list[str]:
    """Return what a maker should know beforehand: for whom it is not, and what a long one takes."""
    length_s = seconds(outline.timeline.frames)
    told = (*below.for_whom(outline.plan, length_s), *below.cost_note(outline.plan, length_s))
    return [*map(words.in_dutch, told)]


def doubt(outline: Outline) -> str:
    """Return what is asked where one writes how the name sounds; empty when nothing is."""
    return _DOUBT if outline.plan.doubts else ""
