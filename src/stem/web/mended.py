"""The sentences of a finished track as its page shows them: which can be changed, and into what they are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stem import Edit, Mendable, StemError
from stem.web.below import SentenceKey, pause_lengths, sentence_key
from stem.web.changes import Wanted
from stem.web.site import site

if TYPE_CHECKING:
    from stem.web.tracks import Shown

LONGEST_WORDS = 20
"""Of a sentence; who hears a longer one has lost its beginning."""

LONGEST_SAID = 100
"""Characters of how a word sounds."""

PAUSES = ("kort", "voel", "beeld", "ruim")
"""The named pauses that can stand behind a sentence."""

_MOST_DIGITS = 6
_MARKS = "[]{}#"


class WrongChangeError(Exception):
    """What is asked for cannot be a change: why, in Dutch."""


def counted(text: str) -> int:
    """Return the number of a sentence; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_DIGITS else 0


def key_of(form: Mapping[str, str]) -> SentenceKey:
    """Return which sentence a form is about."""
    return sentence_key(form.get("zin", ""), counted(form.get("keer", "")))


def wanted(shown: Shown) -> Wanted:
    """Return what a track is to be."""
    return site().changes.of(shown.record_path, shown.record)


def sentences(shown: Shown) -> tuple[Mendable, ...]:
    """Return the sentences of a track's script, in order; none when its text is another one by now.

    Raises:
        StemError: when the script cannot be read.
    """
    personal = shown.record.personal
    if personal is None or not personal.texts:
        return ()
    project = site().project()
    spec, settings = project.asked(shown.record_path)
    return project.mendable(spec, personal.texts, settings)


def sentences_if_known(shown: Shown) -> tuple[Mendable, ...]:
    """Return the same for a page that shows the track all the same: none when the script cannot be read."""
    try:
        return sentences(shown)
    except StemError:
        return ()


def lost(of_script: Sequence[Mendable], asked: Wanted) -> tuple[Edit, ...]:
    """Return the changes of sentences that are not in the script any more."""
    known = {each.key for each in of_script}
    return tuple(edit for edit in asked.edits if edit.key not in known) if known else ()


def lines(
    said: Iterable[dict[str, object]], of_script: Sequence[Mendable], asked: Wanted
) -> list[dict[str, object]]:
    """Return the lines of a track's page with what can be changed in them, and those that are left out."""
    spoken, gone = dict[object, int](), defaultdict[object, list[int]](list)
    for number, each in enumerate(of_script, 1):
        if each.count:
            spoken[each.first] = number
        else:
            gone[each.first].append(number)

    def marked(number: int) -> dict[str, object]:
        sentence = of_script[number - 1]
        edit, waits = asked.edit(sentence.key), sentence.key in asked.waiting
        told = becomes(sentence.sentence, edit) if waits else ""
        return {"number": number, "changed": waits or edit is not None, "becomes": told}

    def gone_line(number: int) -> dict[str, object]:
        return {"kind": "out", "text": of_script[number - 1].sentence, **marked(number)}

    found: list[dict[str, object]] = []
    for line in said:
        index = line.get("index")
        found += map(gone_line, gone.pop(index, ()))
        found.append(line | (marked(spoken[index]) if index in spoken else {}))
    return [*found, *map(gone_line, (number for numbers in gone.values() for number in numbers))]


def waiting(of_script: Sequence[Mendable], asked: Wanted) -> Iterator[str]:
    """Yield in words each change that is not in the track, also of what is not in the script any more."""
    known = [each.key for each in of_script]
    yield from (becomes(key[0], asked.edit(key)) for key in known if key in asked.waiting)
    for key in sorted(asked.waiting.difference(known)):
        edit = asked.edit(key)
        yield f"{key[0]} → {becomes(key[0], edit)}" if edit else f"De wijziging van deze zin is weg: {key[0]}"


def becomes(sentence: str, edit: Edit | None) -> str:
    """Return in words what a sentence is to be."""
    if edit is None:
        return f"Wordt weer: {sentence}"
    if edit.is_left_out:
        return "Valt weg."
    parts = [f"Wordt: {sentence if edit.text is None else edit.text}"]
    if edit.pause_s is not None:
        parts.append(f"Daarna {still(edit.pause_s)} stil.")
    return " ".join(parts)


def still(length_s: float) -> str:
    """Return the length of a silence: "2,5 seconden"."""
    shown = f"{length_s:.3f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{shown} {'seconde' if shown == '1' else 'seconden'}"


def lengths_s(shown: Shown) -> dict[str, float]:
    """Return how long the named pauses are in a track."""
    record = shown.record
    named = pause_lengths(record.settings.pauses, record.asked.pauses)
    return {name: named[name] for name in PAUSES}


def edit_of(shown: Shown, key: SentenceKey, form: Mapping[str, str]) -> Edit | None:
    """Read how someone wants a sentence; None for as it is in the script.

    Raises:
        WrongChangeError: when that cannot be.
    """
    text, pause_s = " ".join(form.get("tekst", "").split()), _pause_s(shown, form)
    said = None if text in {key[0], ""} else text
    if any(mark in text for mark in _MARKS):
        raise WrongChangeError("Schrijf gewone woorden, zonder haken, accolades of hekjes.")
    if not text:
        raise WrongChangeError("Er staat niets. Wil je de zin weglaten, kies dan: Laat deze zin weg.")
    if said is None and pause_s is None:
        return None
    try:
        return Edit(*key, said, pause_s)
    except ValueError as error:
        raise WrongChangeError("Dit kan niet worden gezegd. Schrijf één of twee gewone zinnen.") from error


def _pause_s(shown: Shown, form: Mapping[str, str]) -> float | None:
    """Return the pause that was chosen, in seconds; None for the usual one.

    Raises:
        WrongChangeError: when it is none.
    """
    chosen = form.get("pauze", "gewoon")
    if chosen == "gewoon":
        return None
    if chosen != "eigen":
        try:
            return lengths_s(shown)[chosen]
        except KeyError as error:
            raise WrongChangeError("Kies een stilte uit de lijst.") from error
    try:
        length_s = float(form.get("seconden", "").strip().replace(",", "."))
    except ValueError:
        length_s = 0.0
    if not 0 < length_s <= 600:  # noqa: PLR2004 - ten minutes, as everywhere
        raise WrongChangeError("Een stilte duurt meer dan 0 en hoogstens 600 seconden.")
    return round(length_s, 3)


def with_edit(asked: Wanted, key: SentenceKey, edit: Edit | None) -> Wanted:
    """Return what a track is to be when one sentence more is changed."""
    others = tuple(each for each in asked.edits if each.key != key)
    return replace(asked, edits=others if edit is None else (*others, edit))


def left_out(sentence: Mendable) -> Edit:
    """Return the change that leaves a sentence out.

    Raises:
        WrongChangeError: when it belongs to safety.
    """
    if sentence.rules:
        raise WrongChangeError("Deze zin hoort bij de afspraken over veiligheid, en blijft.")
    return Edit(sentence.sentence, sentence.nth, "")


def respelled(sentence: Mendable, edit: Edit | None, word: str, said: str) -> Edit:
    """Return the change in which a word of a sentence is written as it sounds.

    Raises:
        WrongChangeError: when the word is not in it, or cannot be said so.
    """
    check_plain(said)
    text = edit.text if edit is not None and edit.text else sentence.sentence
    found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    if not word or not found.search(text):
        raise WrongChangeError("Dat woord staat niet in deze zin.")
    try:
        return Edit(
            sentence.sentence, sentence.nth, found.sub(lambda _: said, text), edit.pause_s if edit else None
        )
    except ValueError as error:
        raise WrongChangeError("Schrijf hier alleen hoe het woord klinkt, in gewone letters.") from error


def check_plain(said: str) -> None:
    """Refuse what is no way to say a word.

    Raises:
        WrongChangeError: when it is none.
    """
    if not any(map(str.isalpha, said)) or any(mark in said for mark in _MARKS) or len(said) > LONGEST_SAID:
        raise WrongChangeError("Schrijf hier alleen hoe het woord klinkt, in gewone letters.")


def chosen_pause(edit: Edit | None, lengths: Mapping[str, float]) -> tuple[str, str]:
    """Return which pause is chosen in a form, and what stands in the field for seconds of one's own."""
    if edit is None or edit.pause_s is None:
        return "gewoon", ""
    named = next((name for name, length_s in lengths.items() if length_s == edit.pause_s), "eigen")
    return named, still(edit.pause_s).partition(" ")[0] if named == "eigen" else ""
