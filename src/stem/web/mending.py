"""Mending a track: a sentence said otherwise, left out, or with another pause behind it; a word said right.

What is changed is gathered (`changes`) until the track is made again. A form tells of which version of that
it was made: of two tabs, the second is told that the first has changed something.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from stem import Edit, Mendable, StemError
from stem.units import seconds
from stem.web import mended, words
from stem.web.below import PRONUNCIATION, sentences, takes_pronunciation
from stem.web.changes import StaleError
from stem.web.site import site
from stem.web.tracks import Shown, found

pages = Blueprint("mending", __name__)


@pages.get("/opnames/<name>/zin/<int:number>")
def show(name: str, number: int) -> str:
    """Show a sentence with all that can be done with it."""
    shown, of_script = _found(name, number)
    return _form(shown, of_script, number)


@pages.post("/opnames/<name>/zin/<int:number>")
def change(name: str, number: int) -> Answer | str | tuple[str, int]:
    """Gather a change of a sentence."""
    shown, of_script = _found(name, number)
    sentence = of_script[number - 1]
    try:
        _check_is(sentence)
        edit = _wished(shown, sentence)
        site().changes.put(shown.record_path, shown.record, _version(), sentence.key, edit)
    except StaleError:
        return _stale(shown, number)
    except mended.WrongChangeError as wrong:
        return _form(shown, of_script, number, str(wrong), request.form), 400
    return redirect(f"/opnames/{shown.id}#zin-{number}", 303)


@pages.post("/opnames/<name>/zin/<int:number>/uitspraak")
def pronounce(name: str, number: int) -> Answer | str | tuple[str, int]:
    """Let a word of a sentence be said otherwise: in this track, or from now on in all."""
    shown, of_script = _found(name, number)
    sentence = of_script[number - 1]
    word, said = (" ".join(request.form.get(field, "").split()) for field in ("woord", "klinkt"))
    try:
        _check_is(sentence)
        if request.form.get("doe") == "altijd":
            site().changes.check(shown.record_path, shown.record, _version())
            site().project().say_as(word, said)
            return render_template("pronounced.html", shown=shown, word=word, said=said)
        _say_here(shown, sentence, word, said)
    except StaleError:
        return _stale(shown, number)
    except mended.WrongChangeError as wrong:
        return _form(shown, of_script, number, str(wrong), request.form), 400
    except StemError as error:
        what = words.told(error.sentence, error.hint)
        return _form(shown, of_script, number, f"{what.sentence} {what.advice}", request.form), 400
    return redirect(f"/opnames/{shown.id}#zin-{number}", 303)


@pages.get("/opnames/<name>/wijzigingen")
def ask_throw_away(name: str) -> str:
    """Show what would go when the changes are thrown away."""
    shown = found(name)
    asked = mended.wanted(shown)
    told = list(mended.waiting(mended.sentences_if_known(shown), asked))
    return render_template("changes.html", shown=shown, wanted=asked, told=told)


@pages.post("/opnames/<name>/wijzigingen")
def throw_away(name: str) -> Answer | tuple[str, int]:
    """Throw away what is gathered; the track stays as it is."""
    shown = found(name)
    try:
        site().changes.check(shown.record_path, shown.record, _version())
    except StaleError:
        return _stale(shown)
    site().changes.drop(shown.record_path)
    return redirect(f"/opnames/{shown.id}", 303)


@pages.post("/opnames/<name>/wijzigingen/los")
def let_go(name: str) -> Answer | tuple[str, int]:
    """Let go of a change whose sentence is not in the script any more."""
    shown = found(name)
    key = mended.key_of(request.form)
    if key not in {edit.key for edit in mended.lost(mended.sentences(shown), mended.wanted(shown))}:
        abort(404)
    try:
        site().changes.put(shown.record_path, shown.record, _version(), key, None)
    except StaleError:
        return _stale(shown)
    return redirect(f"/opnames/{shown.id}", 303)


@pages.post("/opnames/<name>/eigen")
def own_version(name: str) -> str:
    """Copy the script of a track to the practice's own."""
    shown = found(name)
    spec, _ = site().project().asked(shown.record_path)
    path = site().project().own_version(spec.script)
    return render_template("own.html", shown=shown, path=path, script=path.stem, is_fixed=False)


@pages.get("/opnames/<name>/bewaren")
def ask_own_text(name: str) -> str:
    """Warn that names stay in a text that is kept as it was said."""
    return render_template("keep_text.html", shown=found(name))


@pages.post("/opnames/<name>/bewaren")
def own_text(name: str) -> str:
    """Keep what is said in a track, changes and all, as a script of the practice's own."""
    shown = found(name)
    project = site().project()
    spec, settings = project.asked(shown.record_path, mended.wanted(shown).change)
    path = project.keep_as_script(spec, settings)
    return render_template("own.html", shown=shown, path=path, script=path.stem, is_fixed=True)


def _found(name: str, number: int) -> tuple[Shown, tuple[Mendable, ...]]:
    """Return a track and the sentences of its script, of which there is one of that number."""
    shown = found(name)
    of_script = mended.sentences(shown)
    personal = shown.record.personal
    if not of_script and personal is not None and personal.texts:
        abort(make_response(_stale(shown, has_other_text=True)))
    if not 1 <= number <= len(of_script):
        abort(404)
    return shown, of_script


def _wished(shown: Shown, sentence: Mendable) -> Edit | None:
    """Return how a sentence is to be by a form; None for as it is in the script.

    Raises:
        WrongChangeError: when that cannot be.
    """
    wish = request.form.get("doe", "")
    if wish == "weg":
        return mended.left_out(sentence)
    if wish == "bewaar":
        return mended.edit_of(shown, sentence.key, request.form)
    if wish != "gewoon":
        abort(400)
    return None


def _version() -> str:
    return request.form.get("versie", "")


def _check_is(sentence: Mendable) -> None:
    """Make sure that a form is about the sentence that has its number by now.

    Raises:
        StaleError: when it is about another.
    """
    if mended.key_of(request.form) != sentence.key:
        raise StaleError


def _stale(shown: Shown, number: int = 0, *, has_other_text: bool = False) -> tuple[str, int]:
    typed = request.form.get("tekst", "")
    page = render_template(
        "stale.html", shown=shown, number=number, typed=typed, has_other_text=has_other_text
    )
    return page, 409


def _say_here(shown: Shown, sentence: Mendable, word: str, said: str) -> None:
    """Gather that a word is said otherwise in this track: a name everywhere, another word in its sentence.

    Raises:
        StaleError: when something else was changed meanwhile.
        WrongChangeError: when the word is not there, or cannot be said so.
    """
    personal = shown.record.personal
    assert personal is not None  # else its sentences are not known
    spec, _ = site().project().asked(shown.record_path)
    changes = site().changes
    name = personal.values.get("naam", "").strip()
    if (
        name
        and name.casefold() == word.casefold()
        and takes_pronunciation(site().project().script(spec.script))
    ):
        mended.check_plain(said)
        changes.fill_in(shown.record_path, shown.record, _version(), {PRONUNCIATION: said})
        return
    edit = mended.respelled(sentence, mended.wanted(shown).edit(sentence.key), word, said)
    changes.put(shown.record_path, shown.record, _version(), sentence.key, edit)


def _form(
    shown: Shown,
    of_script: tuple[Mendable, ...],
    number: int,
    wrong: str = "",
    typed: Mapping[str, str] | None = None,
) -> str:
    sentence, asked = of_script[number - 1], mended.wanted(shown)
    edit = asked.edit(sentence.key)
    lengths = mended.lengths_s(shown)
    text = edit.text if edit and edit.text else sentence.sentence
    chosen, own = mended.chosen_pause(edit, lengths)
    typed = typed or {}
    personal = shown.record.personal
    values = {**(personal.values if personal else {}), **asked.values}
    return render_template(
        "sentence.html",
        shown=shown,
        wanted=asked,
        sentence=sentence,
        number=number,
        last=len(of_script),
        before=of_script[number - 2].sentence if number > 1 else "",
        after=of_script[number].sentence if number < len(of_script) else "",
        edit=edit,
        waits=sentence.key in asked.waiting,
        text=typed.get("tekst", text),
        usual=_usual(shown, sentence),
        pauses={name: f"{name} ({mended.still(length_s)})" for name, length_s in lengths.items()},
        chosen=typed.get("pauze", chosen),
        seconds=typed.get("seconden", own),
        word=typed.get("woord", ""),
        said=typed.get("klinkt", ""),
        wrong=wrong,
        most=mended.LONGEST_WORDS,
        longest=max((len(each.split()) for each in sentences(typed.get("tekst", text))), default=0),
        voice=_voice(shown),
        fill=shown.record.fill.name if shown.record.fill else "",
        naam=values.get("naam", ""),
        klinkt=values.get(PRONUNCIATION, ""),
    )


def _usual(shown: Shown, sentence: Mendable) -> str:
    """Return how long the silence behind a sentence usually is; "" when another one stands there now."""
    made = sentence.edit
    if not sentence.count or (made is not None and made.pause_s is not None):
        return ""
    times = shown.record.times
    end = times.utterances[sentence.first + sentence.count - 1].end
    pause = next((each for each in times.pauses if each.start == end), None)
    return "" if pause is None else mended.still(round(seconds(pause.end - pause.start), 1))


def _voice(shown: Shown) -> str:
    """Return the voice that said a track, own recordings too; "" when it is not there any more."""
    project, name = site().project(), shown.record.voice.name
    recorded = {project.voice_of(each) for each in project.recordings()}
    asked = shown.record.asked.voice or ""
    return asked if asked in recorded else name if name in {voice.name for voice in project.voices()} else ""
