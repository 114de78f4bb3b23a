"""Where the words of a sentence are changed, all else in a track stays where it was, if pauses can give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from stem import units
from stem.script.cues import PAUSES, Cue, Heading, Pause, Source, Utterance, phrases_of
from stem.script.edits import Edit, edited
from stem.script.holding import before, fit_in_place, held, replaced
from stem.script.pacing import UnreachableLengthError, fit
from stem.script.timeline import Timeline, place

HERE = Source("proef.j2", 1)


def said(text: str) -> Utterance:
    return Utterance.of(text, HERE)


def still(name: str) -> Pause:
    pause = PAUSES[name]
    return Pause(name, pause.seconds, pause.shortest_s, pause.longest_s, HERE)


SCRIPT: tuple[Cue, ...] = (
    *(Heading("Begin", HERE), said("Welkom hier."), still("voel"), said("Zit zoals je zit.")),
    *(Heading("Midden", HERE), said("Kijk."), still("zin"), said("Hoor."), still("voel"), said("Voel.")),
    *(still("beeld"), said("Ruik."), Heading("Slot", HERE), said("Kom terug."), still("voel"), said("Dag.")),
)


def lengths(cues: Sequence[Cue]) -> Mapping[str, int]:
    return {phrase: 4_410 * len(phrase) for phrase in (*phrases_of(cues), *replaced(cues))}


def placed(cues: Sequence[Cue]) -> Timeline:
    return place(cues, lengths(cues), title="Proef")


def changed(*edits: Edit) -> tuple[Cue, ...]:
    return edited(SCRIPT, edits, PAUSES)[0]


def starts(timeline: Timeline) -> dict[str, int]:
    return {each.text: each.start for each in timeline.utterances}


@pytest.mark.parametrize(
    ("sentence", "text", "moved"),
    [
        ("Kijk.", "Kijk nu eens heel rustig.", {"Hoor."}),  # the pause behind the next one is shorter
        ("Kijk.", "O.", {"Hoor."}),
        ("Hoor.", "Hoor het. En meer.", set()),  # two sentences, and the pause between them
        (
            "Welkom hier.",
            "Welkom.",
            {"Zit zoals je zit.", "Kijk.", "Hoor."},
        ),  # the first chapter gives nothing
        ("Dag.", "Dag, en tot ziens.", {"Ruik.", "Kom terug."}),  # nothing behind it: those before it give
        ("Kijk.", "Kijk " + "goed " * 10, {"Hoor.", "Voel."}),  # more than one pause can give
    ],
)
def test_all_but_what_was_changed_stays_where_it_was(sentence: str, text: str, moved: set[str]) -> None:
    cues = changed(Edit(sentence, text=text))
    assert phrases_of(before(cues)) == phrases_of(SCRIPT)
    found = held(cues, lengths(cues))
    assert found is not None
    assert placed(found).frames == placed(SCRIPT).frames
    here, there = starts(placed(found)), starts(placed(SCRIPT))
    assert {each for each in set(here) & set(there) if here[each] != there[each]} == moved


def test_pauses_give_no_more_than_they_may_and_then_nothing_is_held() -> None:
    cues = changed(Edit("Kijk.", text="Kijk " + "goed " * 60))
    assert held(cues, lengths(cues)) is None
    assert held(SCRIPT, lengths(SCRIPT)) is None
    cues = changed(Edit("Kijk.", text="Kijk nu."))
    assert held(cues, dict.fromkeys(phrases_of(cues), 44100)) is None  # the former was not spoken


def test_a_track_of_a_wanted_length_is_fitted_as_before_the_change() -> None:
    target = placed(SCRIPT).frames + units.frames(5)
    cues = changed(Edit("Hoor.", text="Hoor wat er is."), Edit("Dag.", text="Tot ziens."))
    frames_of = lengths(cues)
    found = fit_in_place(cues, frames_of, lambda now: place(now, frames_of, title="Proef"), target)
    assert placed(found).frames == target
    here, there = starts(placed(found)), starts(placed(fit(SCRIPT, placed, target)))
    # The change of "Dag." is taken up right before it, that of "Hoor." right behind it.
    assert {each for each in set(here) & set(there) if here[each] != there[each]} == {"Ruik.", "Kom terug."}


def test_what_cannot_be_held_is_fitted_anew() -> None:
    cues = changed(Edit("Kijk.", text="Kijk " + "goed " * 40))
    frames_of, shortest = lengths(cues), placed(SCRIPT).frames
    found = fit_in_place(
        cues, frames_of, lambda now: place(now, frames_of, title="Proef"), shortest + units.frames(20)
    )
    assert placed(found).frames == shortest + units.frames(20)
    with pytest.raises(UnreachableLengthError):
        fit_in_place(cues, frames_of, lambda now: place(now, frames_of, title="Proef"), shortest)
