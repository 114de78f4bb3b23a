"""Recording a sentence: it is shown, what a browser sends is judged at once, kept, heard, brought back.

What is sent is a sound of any kind that the program reads; its content tells which. A take is bound to its
sentence, not to its number: who reads from a page of before the script changed is told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, render_template, request, send_file

from stem import Project, RecordingSet, StemError, TakeVerdict
from stem.web import below, verdicts, words
from stem.web.recording_sets import found, id_of
from stem.web.site import site

if TYPE_CHECKING:
    from stem.voices.recordings.sheets import SheetLine

pages = Blueprint("studio", __name__)

LARGEST_TAKE = 20_000_000
"""Bytes: two minutes as no browser makes them larger."""

_KINDS = {
    ".webm": "audio/webm",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".aac": "audio/aac",
    ".opus": "audio/ogg",
}

_CHANGED = (
    "De tekst van deze oefening is intussen veranderd. Laad deze pagina opnieuw, en lees dan wat er staat."
)
_TOO_LARGE = "Deze opname is te groot. Eén zin duurt hoogstens een minuut of twee."
_EMPTY = "Er is niets opgenomen. Probeer het nog een keer."


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the page shows it.

    Attributes:
        number: Its own in the set.
        place: Where it comes in the script, counted from 1.
        text: As written.
        after: What comes behind it.
        mark: By which a take is bound to it.
        take: By which a take is known; empty when there is none.
        former: Whether there is one before that.
    """

    number: int
    place: int
    text: str
    after: str
    mark: str
    take: str
    former: bool


@pages.get("/stem/<name>/<int:number>")
def studio(name: str, number: int) -> str:
    """Show the sentence that is to be recorded, with all others at hand."""
    project = site().project()
    recordings = found(project, name)
    sentences = sentences_of(project, recordings)
    now = next((each for each in sentences if each.number == number), None) or abort(404)
    script = below.shelf(project).find(recordings.script)
    return render_template(
        "voice_studio.html",
        id=id_of(recordings),
        title=script.title if script else "",
        sentences=[_told(each) for each in sentences],
        now=now,
        total=len(sentences),
        done=sum(bool(each.take) for each in sentences),
        before=sentences[now.place - 2] if now.place > 1 else None,
        next=sentences[now.place] if now.place < len(sentences) else None,
    )


@pages.post("/stem/<name>/<int:number>")
def take(name: str, number: int) -> Response | tuple[Response, int]:
    """Take in what was recorded of a sentence, and tell at once what the judge says of it."""
    project = site().project()
    recordings = found(project, name)
    if (request.content_length or 0) > LARGEST_TAKE:
        return jsonify({"problem": _TOO_LARGE}), 413
    request.max_content_length = LARGEST_TAKE
    content = request.get_data(cache=False)
    if not content:
        return jsonify({"problem": _EMPTY}), 400
    line = project.sheet_line(recordings, number) or abort(404)
    if request.headers.get("Stem-Sentence") != mark(line.phrase):
        return jsonify({"problem": _CHANGED}), 409
    is_other = request.headers.get("Stem-Take", "") != _mark_of(recordings.takes.get(number))
    try:
        verdict = project.keep_take(recordings, number, content)
    except StemError as error:
        what = words.told(error.sentence, error.hint)
        return jsonify({"problem": f"{what.sentence} {what.advice}".strip()}), 409
    told = _state(project, name, number) | {"verdict": _verdict(verdict), "elsewhere": is_other}
    return jsonify(told)


@pages.get("/stem/<name>/<int:number>/oordeel")
def judge(name: str, number: int) -> Response:
    """Tell what the judge says of the take that is there."""
    project = site().project()
    recordings = found(project, name)
    if number not in recordings.takes:
        abort(404)
    return jsonify(
        _state(project, name, number) | {"verdict": _verdict(project.judge_take(recordings, number))}
    )


@pages.get("/stem/<name>/<int:number>/geluid")
def sound(name: str, number: int) -> Response:
    """Give the take to listen to."""
    path = found(site().project(), name).takes.get(number)
    kind = _KINDS.get(path.suffix.casefold()) if path else None
    if path is None or kind is None or path.is_symlink() or not path.is_file():
        abort(404)
    return send_file(path.absolute(), mimetype=kind, conditional=True, etag=False, max_age=None)


@pages.post("/stem/<name>/<int:number>/vorige")
def former(name: str, number: int) -> Response | tuple[Response, int]:
    """Let the take before this one come back; this one is then the one before."""
    project = site().project()
    recordings = found(project, name)
    if not project.bring_back(recordings, number):
        return jsonify({"problem": "Er is geen vorige opname van deze zin."}), 409
    again = found(project, name)
    return jsonify(_state(project, name, number) | {"verdict": _verdict(project.judge_take(again, number))})


def mark(phrase: str) -> str:
    """Return by what a take is bound to what it says."""
    return hashlib.sha256(phrase.encode()).hexdigest()[:16]


def sentences_of(project: Project, recordings: RecordingSet) -> tuple[Sentence, ...]:
    """Return what a set is to say, in the order of its script, with what there is of it.

    Raises:
        StemError: when the script cannot be read.
    """

    def shown(place: int, line: SheetLine) -> Sentence:
        taken = _mark_of(recordings.takes.get(line.number))
        is_again = line.number in recordings.formers
        return Sentence(line.number, place, line.text, line.after, mark(line.phrase), taken, is_again)

    return tuple(shown(place, line) for place, line in enumerate(project.sheet_lines(recordings), start=1))


def _told(each: Sentence) -> dict[str, object]:
    return {
        "number": each.number,
        "text": each.text,
        "after": each.after,
        "mark": each.mark,
        "take": each.take,
        "former": each.former,
    }


def _state(project: Project, name: str, number: int) -> dict[str, object]:
    """Return what there is of a sentence now."""
    again = found(project, name)
    return {"take": _mark_of(again.takes.get(number)), "former": number in again.formers}


def _verdict(verdict: TakeVerdict) -> dict[str, object]:
    flaws = [{"sentence": each.sentence, "advice": each.advice} for each in verdicts.flaws(verdict)]
    return {"usable": verdict.usable, "title": verdicts.title(verdict), "flaws": flaws}


def _mark_of(path: Path | None) -> str:
    """Return by what a take is known from another of the same sentence; empty when there is none."""
    try:
        status = None if path is None else path.stat()
    except OSError:
        return ""
    return "" if status is None else f"{status.st_mtime_ns:x}-{status.st_size:x}"
