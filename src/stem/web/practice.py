"""The practice: its name, its words, its usual voice and background, its picture; kept in its stem.toml."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as Answer

from stem import Project, StemError
from stem.characters import line_problem
from stem.config import Config
from stem.web import below, words
from stem.web.below import ChangedFileError, Value
from stem.web.site import site
from stem.web.welcome import COUNTRIES

pages = Blueprint("practice", __name__)

LARGEST_BODY = 40_000_000
"""Bytes: a picture and two recordings of a minute."""

_LONGEST_NAME = 100
_LONGEST_LINE = 200
_MOST_LINES = 10
_LONGEST_WORDS = 2000
_RECORDINGS = {"intro": "opening", "outro": "afsluiting"}
_DRAWN, _NONE, _OWN = "teken", "geen", "eigen"
_FIELDS = {
    "practice": "naam", "country": "land", "help": "hulp", "intro": "intro", "outro": "outro",
    "voice": "stem", "bed": "achtergrond", "profile": "profiel", "cover": "plaat", "allow_online": "internet",
}  # fmt: skip
"""Each setting that is on the page, with its field."""

_PROFILES = {
    "default": "Gewoon: om in alle rust te luisteren",
    "sleep": "Om bij in slaap te vallen: zachter, zonder bellen, met een lang einde",
    "podcast": "Podcast: iets luider",
    "insight-timer": "Insight Timer: zoals die app het vraagt",
    "acx": "Luisterboek: zonder achtergrond, zoals Audible het vraagt",
}
_KINDS = {
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".flac": "audio/flac",
    ".ogg": "audio/ogg", ".opus": "audio/ogg", ".webm": "audio/webm",
}  # fmt: skip


@dataclass(slots=True)
class _Form:
    """The form that was sent.

    Attributes:
        changes: The settings that are to be others than they are.
        wrong: What is wrong, by field.
        kept: Files that came with it and are in the folder now.
    """

    changes: dict[str, Value] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    kept: list[Path] = field(default_factory=list)


@pages.get("/praktijk")
def show() -> str:
    """Show the settings as they are."""
    return _page(site().project())


@pages.get("/praktijk/bewaard")
def saved() -> str:
    """Show them, and that they were kept just now."""
    return _page(site().project(), note="Bewaard.")


@pages.post("/praktijk")
def change() -> Answer | tuple[str, int]:
    """Keep other settings, all of them or none."""
    request.max_content_length = LARGEST_BODY
    project = site().project()
    sent = _read(project, request.form)
    if not sent.wrong:
        _take_in_files(project, sent)
    told = {name: words.told(error.sentence, error.hint) for name, error in _problems(project, sent).items()}
    sent.wrong |= {_FIELDS[name]: f"{each.sentence} {each.advice}".strip() for name, each in told.items()}
    if sent.wrong:
        _give_back(sent)
        return _page(project, request.form, sent.wrong), 400
    try:
        if sent.changes:
            project.change_settings(sent.changes, request.form.get("merk", ""))
    except ChangedFileError:
        _give_back(sent)
        return _page(project, request.form, {}, changed=_differing(project, request.form)), 409
    except StemError:
        _give_back(sent)
        raise
    return redirect("/praktijk/bewaard", 303)


@pages.get("/praktijk/plaat")
def picture() -> Response:
    """Give the practice's own picture, as it is in the tags."""
    project = site().project()
    if project.settings.cover in {"", "none"}:
        abort(404)
    return Response(below.cover_from(project.path(project.settings.cover)), content_type="image/jpeg")


@pages.get("/praktijk/opname/<which>")
def recording(which: str) -> Response:
    """Give the practice's own recording of its opening or closing words."""
    project = site().project()
    name = getattr(project.settings, which) if which in _RECORDINGS else ""
    path = project.path(name) if name else Path()
    kind = _KINDS.get(path.suffix.casefold())
    if kind is None or not path.is_file():
        abort(404)
    return send_file(path.absolute(), mimetype=kind, conditional=True, etag=False, max_age=None)


def _read(project: Project, form: Mapping[str, str]) -> _Form:
    """Read a form into what it changes, and what is wrong with it."""
    sent, settings = _Form(), project.settings
    wished: dict[str, Value] = {
        "practice": form.get("naam", settings.practice).strip(),
        "help": tuple(_lines(form["hulp"])) if "hulp" in form else settings.help,
        "allow_online": form.get("internet") == "ja" if "internet-stond" in form else settings.allow_online,
        "cover": {_DRAWN: "", _NONE: "none"}.get(form.get("plaat", ""), settings.cover),
    }
    for which in _RECORDINGS:
        wished[which] = _words(which, form, getattr(settings, which))
    for name, known in _choices(project).items():
        wished[name] = form.get(_FIELDS[name], getattr(settings, name))
        if wished[name] not in known:
            sent.wrong[_FIELDS[name]] = "Kies er een uit de lijst."
    sent.changes = {name: value for name, value in wished.items() if value != getattr(settings, name)}
    sent.wrong |= {
        _FIELDS[name]: problem
        for name, value in sent.changes.items()
        if name in _LIMITS and (problem := _LIMITS[name](value))
    }
    return sent


def _words(which: str, form: Mapping[str, str], now: str) -> str:
    """Return the opening or closing words that are wished: typed, or the recording that there is."""
    if which not in form:
        return now
    typed = "\n".join(form[which].strip().splitlines())
    return now if not typed and _is_recording(now) and form.get(f"{which}-weg") != "ja" else typed


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _name_problem(name: object) -> str:
    is_good = isinstance(name, str) and len(name) <= _LONGEST_NAME and not line_problem(name)
    return "" if is_good else f"Een naam is één regel van hoogstens {_LONGEST_NAME} letters."


def _help_problem(lines: object) -> str:
    assert isinstance(lines, tuple)
    if len(lines) > _MOST_LINES or any(len(line) > _LONGEST_LINE for line in lines):
        return f"Schrijf hoogstens {_MOST_LINES} regels van hoogstens {_LONGEST_LINE} tekens."
    return "Hier staat een teken dat niemand ziet." if any(map(line_problem, lines)) else ""


def _words_problem(text: object) -> str:
    return f"Dit zijn meer dan {_LONGEST_WORDS} tekens." if len(str(text)) > _LONGEST_WORDS else ""


_LIMITS: Mapping[str, Callable[[object], str]] = {
    "practice": _name_problem,
    "help": _help_problem,
    "intro": _words_problem,
    "outro": _words_problem,
}


def _problems(project: Project, sent: _Form) -> dict[str, StemError]:
    """Return what the program finds wrong with what was not refused already."""
    fine = {name: value for name, value in sent.changes.items() if _FIELDS[name] not in sent.wrong}
    return project.wrong_settings(fine)


def _take_in_files(project: Project, sent: _Form) -> None:
    """Keep a picture and recordings that came with a form; one that cannot be used is told at its field."""
    keeps: dict[str, Callable[[bytes], str]] = {
        "cover": project.keep_picture,
        "intro": lambda content: project.keep_recording(content, _RECORDINGS["intro"]),
        "outro": lambda content: project.keep_recording(content, _RECORDINGS["outro"]),
    }
    for name, keep in keeps.items():
        file = request.files.get(f"{_FIELDS[name]}-bestand")
        if file is None or not file.filename:
            continue
        try:
            sent.changes[name] = keep(file.stream.read())
        except StemError as error:
            what = words.told(error.sentence, error.hint)
            sent.wrong[_FIELDS[name]] = f"Dit bestand kan niet worden gebruikt. {what.advice}".strip()
        else:
            sent.kept.append(project.folder / str(sent.changes[name]))


def _give_back(sent: _Form) -> None:
    """Take away what came with a form that is not kept."""
    for path in sent.kept:
        path.unlink(missing_ok=True)


def _choices(project: Project) -> dict[str, dict[str, str]]:
    """Return what can be chosen of each setting with a list; what is set now is always among it."""
    settings = project.settings
    voices = {"": "De beste die op deze computer staat"}
    voices |= {each.name: f"{each.title}. {each.summary}" for each in project.speaking_voices()}
    return {
        "country": _with_now(dict(COUNTRIES), settings.country),
        "voice": _with_now(voices, settings.voice),
        "bed": _with_now(dict(below.backgrounds()), settings.bed),
        "profile": _with_now(
            {name: _PROFILES.get(name, words.in_dutch(text)) for name, text in below.profiles().items()},
            settings.profile,
        ),
    }


def _with_now(known: dict[str, str], now: str) -> dict[str, str]:
    return known if now in known else {now: f"Zoals het nu is: {now}", **known}


def _is_recording(text: str) -> bool:
    return Path(text).suffix.casefold() in below.SOUND_SUFFIXES


def _shown(settings: Config) -> dict[str, str]:
    """Return the settings as the fields of the form have them."""
    return {
        "naam": settings.practice,
        "land": settings.country,
        "hulp": "\n".join(settings.help),
        "intro": "" if _is_recording(settings.intro) else settings.intro,
        "outro": "" if _is_recording(settings.outro) else settings.outro,
        "stem": settings.voice,
        "achtergrond": settings.bed,
        "profiel": settings.profile,
        "plaat": {"": _DRAWN, "none": _NONE}.get(settings.cover, _OWN),
        "internet": "ja" if settings.allow_online else "",
    }


_LABELS = {
    "naam": "Naam", "land": "Land", "hulp": "Eigen hulp", "intro": "Begin", "outro": "Einde", "stem": "Stem",
    "achtergrond": "Achtergrond", "profiel": "Waarvoor", "plaat": "Plaat", "internet": "Stemmen op internet",
}  # fmt: skip


def _differing(project: Project, form: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in stem.toml now where it is not what a form has, by label."""
    sent = {"internet": ""} | dict(form)
    now = _shown(project.settings)
    return {
        _LABELS[name]: value or "(leeg)"
        for name, value in now.items()
        if re.sub(r"\s+", " ", sent.get(name, value)).strip() != re.sub(r"\s+", " ", value).strip()
    }


def _page(
    project: Project,
    form: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    note: str = "",
    changed: Mapping[str, str] | None = None,
) -> str:
    settings = project.settings
    shown = _shown(settings)
    if form is not None:
        shown = {name: form.get(name, "" if name == "internet" else value) for name, value in shown.items()}
    return render_template(
        "practice.html",
        shown=shown,
        choices=_choices(project),
        recorded={which: _is_recording(getattr(settings, which)) for which in _RECORDINGS},
        has_picture=settings.cover not in {"", "none"},
        sends=sorted({place for voice in project.voices() if (place := below.sends_to(voice))}),
        mark=project.settings_mark if form is None or changed is not None else form.get("merk", ""),
        wrong=wrong or {},
        note=note,
        changed=changed,
    )
