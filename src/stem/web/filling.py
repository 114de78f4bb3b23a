"""Filling in an exercise: the form, beside it what will be said, and the button that makes the track."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import Batch, Project, ScriptTemplate, StemError, TrackSpec, VoiceTemplate
from stem.units import seconds
from stem.web import below, forms, words
from stem.web.below import Outline
from stem.web.site import form_number, site
from stem.web.tracks import address_of
from stem.web.workshop import Run

pages = Blueprint("filling", __name__)

_AS_USUAL = "Zoals het in deze praktijk gewoon is"
_SHORT_S = 2.5
"""A pause that is not shown: between sentences it says nothing to who reads."""


class _Turn:
    """Lets one preview be made at a time; one that a newer has overtaken meanwhile is not made at all."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._counting = threading.Lock()
        self._last = 0

    def text(self, project: Project, spec: TrackSpec) -> Outline | None:
        """Return a track in outline; None when someone asked for another one meanwhile."""
        with self._counting:
            self._last += 1
            mine = self._last
        with self._making:
            return project.outline(spec) if mine == self._last else None


_turn = _Turn()


@pages.get("/maken/<name>")
def show(name: str) -> str:
    """Show the form of an exercise as it is usually filled in."""
    project, script = _found(name)
    return _form(project, script, {})


@pages.post("/maken/<name>/tekst")
def text(name: str) -> Answer | tuple[Response, int]:
    """Tell what would be said with what is filled in, for who is still typing."""
    project, script = _found(name)
    asked = forms.asked(script, request.form, _voices(project))
    told: dict[str, object] = {"wrong": dict(asked.wrong)}
    try:
        outline = _turn.text(project, asked.spec)
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
            "slider": {
                "least": slider.least,
                "most": slider.most,
                "value": slider.value,
                "usual": slider.usual,
                "ranges": slider.ranges,
            },
        }
    )


@pages.post("/maken/<name>")
def make(name: str) -> Answer | str | tuple[str, int]:
    """Make the track, or tell what is wrong; what would be replaced is asked first."""
    project, script = _found(name)
    asked = forms.asked(script, request.form, _voices(project))
    if asked.wrong:
        return _form(project, script, request.form, asked.wrong), 400
    if first := site().workshop.of_form(_form_key()):  # a second click
        return redirect(f"/taken/{first.id}", 303)
    try:
        return _begun(project, script, asked)
    except StemError as error:
        return _refused(project, script, words.told(error.sentence, error.hint))


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
        return render_template("replace.html", script=script, code=asked.code, filled=filled)
    run = site().workshop.ask(_run(batch, script, asked.code, outcome.path), _form_key())
    return redirect(f"/taken/{run.id}", 303)


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
    )


def _refused(project: Project, script: ScriptTemplate, what: words.Told) -> tuple[str, int]:
    is_of_code = "code" in what.sentence
    wrong = {"code": f"{what.sentence} {what.advice}"} if is_of_code else {}
    return _form(project, script, request.form, wrong, None if is_of_code else what), 400


def _found(name: str) -> tuple[Project, ScriptTemplate]:
    """Return the practice and one of its scripts, by membership."""
    project = site().project()
    return project, below.shelf(project).find(name) or abort(404)


def _voices(project: Project) -> dict[str, str]:
    """Return the voices by name with what they are, and where a voice on the internet sends what it says."""
    return {
        voice.name: f"{voice.title}. {voice.summary}{_sending(voice)}" for voice in project.speaking_voices()
    }


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
    voices = _voices(project)
    asked = forms.asked(script, form, voices)
    outline, told = _outline(project, script, asked.spec)
    backgrounds = dict(below.backgrounds())
    voice, _ = project.usual_voice()
    chosen = {
        "stem": script.voice or (voice.name if voice else ""),
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
        wrong=wrong or {},
        problem=problem or told,
        voices=voices,
        backgrounds=backgrounds,
        levels=forms.LEVELS,
        places=forms.PLACES,
        chosen=chosen | {key: form[key] for key in chosen if form.get(key)},
        code=form.get("code", ""),
        slider=forms.UNKNOWN if outline is None else forms.slider(outline, asked.spec.duration_s),
        lines=[] if outline is None else list(lines(outline)),
        total="" if outline is None else total(outline),
        warnings=[] if outline is None else warnings(outline),
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
    for said in timeline.utterances:
        clock = words.clock(seconds(said.start))
        happenings.append((said.start, 2, {"kind": "said", "text": said.text, "at": clock}))
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


_DOUBTS = (
    "Hoe klinkt de naam? Een stem leest die misschien verkeerd. "
    "Luister eerst, en vul zo nodig in bij Klinkt als."
)


def warnings(outline: Outline) -> list[str]:
    """Return what a maker should know beforehand."""
    known = below.for_whom(outline.plan, seconds(outline.timeline.frames))
    return [*map(words.in_dutch, known), *([_DOUBTS] if outline.plan.doubts else [])]
