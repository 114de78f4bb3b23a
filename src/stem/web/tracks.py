"""Finished tracks: what was made, and each with a player, its shape and its text.

A track is known by an id of this run that tells nothing of its name; an address never leads to a path.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, send_file
from werkzeug.wrappers import Response as Answer

from stem import StemError
from stem.filenames import safe_name
from stem.units import seconds
from stem.web import mended, words
from stem.web.below import Record, backgrounds, record_path
from stem.web.site import site

pages = Blueprint("tracks", __name__)

_KINDS = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
}
_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A track as a list shows it.

    Attributes:
        id: Its part of addresses.
        record_path: The file of its record.
        path: The track's, which may be gone.
        record: How it was made.
        state: "" when it is as it was made, else what is the matter.
        made: When, in seconds since 1970; 0 when it is not there.
    """

    id: str
    record_path: Path
    path: Path
    record: Record
    state: str
    made: float = 0.0

    @property
    def day(self) -> str:
        """On which day it was made; "" when it is not there."""
        return moment_told(self.made) if self.made else ""

    @property
    def title(self) -> str:
        """Of the exercise."""
        return self.record.script.title

    @property
    def code(self) -> str:
        """The client's; empty for a track of nobody."""
        personal = self.record.personal
        return "" if personal is None else personal.code

    @property
    def length(self) -> str:
        """How long it lasts."""
        return words.length(seconds(self.record.times.frames))


def moment_told(when: float) -> str:
    """Return a moment, in seconds since 1970, as people write it."""
    moment = datetime.fromtimestamp(when).astimezone()
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"


@pages.get("/opnames")
def all_tracks() -> str:
    """Show what was made, the last one first."""
    every = [shown for name, path in _records().items() if (shown := _shown(name, path))]
    return render_template("tracks.html", tracks=sorted(every, key=lambda shown: -shown.made))


@pages.get("/taken/<name>/opname")
def of_run(name: str) -> Answer:
    """Lead from a run to the track that came of it."""
    run = site().workshop.find(name) or abort(404)
    return redirect(address_of(run.track), 303)


@pages.get("/opnames/<name>")
def one(name: str) -> str:
    """Show a track with its player and its text."""
    shown = found(name)
    record, wanted, of_script = shown.record, mended.wanted(shown), mended.sentences_if_known(shown)
    facts = {
        "Lengte": shown.length,
        "Gemaakt op": shown.day,
        "Stem": record.voice.name.capitalize(),
        "Achtergrond": backgrounds().get(record.bed, record.bed).partition(":")[0],
        "Bestand": shown.path.name,
    }
    chapters = [
        {"title": each.title, "at": seconds(each.start), "clock": words.clock(seconds(each.start))}
        for each in record.times.chapters
    ]
    return render_template(
        "track.html",
        shown=shown,
        facts=facts,
        chapters=chapters,
        lines=mended.lines(_lines(record), of_script, wanted),
        remarks=list(_remarks(record)),
        wanted=wanted,
        can_be_changed=bool(of_script),
        lost=mended.lost(of_script, wanted),
    )


@pages.get("/opnames/<name>/geluid")
def sound(name: str) -> Response:
    """Give the sound, or a part of it."""
    return _file(found(name).path, download=False)


@pages.get("/opnames/<name>/kopie")
def copy(name: str) -> Response:
    """Give the sound to keep, under its own name."""
    return _file(found(name).path, download=True)


@pages.get("/opnames/<name>/vorm.json")
def shape(name: str) -> Response:
    """Give the shape of the sound; no bars when the file cannot be heard."""
    path = found(name).path
    try:
        return jsonify({"bars": [] if path.is_symlink() else site().project().shape(path)})
    except StemError:
        return jsonify({"bars": []})


def _file(path: Path, *, download: bool) -> Response:
    kind = _KINDS.get(path.suffix.casefold())
    if kind is None or path.is_symlink() or not path.is_file():
        abort(404)
    return send_file(
        path.absolute(),
        mimetype=kind,
        as_attachment=download,
        download_name=safe_name(path.name) if download else None,
        conditional=True,
        etag=False,
        max_age=None,
    )


def _records() -> dict[str, Path]:
    """Return the records of the practice by what they are called in addresses.

    That is the same during a run, and of no use to guess a name.
    """
    secret = site().passes.secret.encode()
    return {
        hashlib.sha256(secret + os.fsencode(path.name)).hexdigest()[:16]: path
        for path in site().project().records()
    }


def address_of(path: Path | None) -> str:
    """Return the address of a track's file; that of the list when it has no record."""
    name = None if path is None else record_path(path).name
    of_it = (each for each, record in _records().items() if record.name == name)
    return f"/opnames/{next(of_it, '')}".removesuffix("/")


def addresses() -> dict[str, str]:
    """Return the addresses of all tracks that have a record, by the names of these."""
    return {record.name: f"/opnames/{name}" for name, record in _records().items()}


def found(name: str) -> Shown:
    """Return the track of an id, by membership."""
    record = _records().get(name)
    return (None if record is None else _shown(name, record)) or abort(404)


def _shown(name: str, record_path: Path) -> Shown | None:
    """Return a track as it is shown; None when its record cannot be read."""
    track = site().project().track(record_path)
    if track.path is None or track.record is None:
        return None
    try:
        status = track.path.stat()
    except OSError:
        return Shown(name, record_path, track.path, track.record, "Het bestand is er niet meer.")
    same = status.st_size == track.record.track.bytes
    state = "" if same else "Dit bestand is veranderd sinds het gemaakt is."
    return Shown(name, record_path, track.path, track.record, state, status.st_mtime)


def _remarks(record: Record) -> Iterator[str]:
    """Yield what sounds otherwise than it is written; what has no Dutch is told where it is about."""
    for remark in record.personal.remarks if record.personal else ():
        if (told := words.in_dutch(remark)) != remark:
            yield told


def _lines(record: Record) -> Iterator[dict[str, object]]:
    """Yield chapters and sentences in order, with the times at which they are said; nothing without words."""
    timeline = record.timeline
    happenings: list[tuple[int, int, dict[str, object]]] = []
    if len(timeline.chapters) > 1:
        happenings += [(each.start, 0, {"kind": "chapter", "text": each.title}) for each in timeline.chapters]
    for index, said in enumerate(timeline.utterances):
        if said.text:
            line = {"kind": "said", "text": said.text, "start": seconds(said.start), "end": seconds(said.end)}
            line["index"] = index
            happenings.append((said.start, 1, line | {"at": words.clock(seconds(said.start))}))
    if all(line["kind"] == "chapter" for _, _, line in happenings):
        return
    yield from (line for _, _, line in sorted(happenings, key=lambda each: each[:2]))
