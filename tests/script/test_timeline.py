"""Pauses are exact to the frame, breaths count from their word's start, chapters cover the track."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem import units
from stem.errors import ScriptError
from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Safe, Source, Utterance
from stem.script.timeline import CHAPTER_LEAD_S, POST_ROLL_S, PRE_ROLL_S, Timeline, place

HERE = Source("proef.j2", 3)


def utterance(text: str) -> Utterance:
    return Utterance(text, text, HERE)


def pause(seconds: float, name: str = "exact") -> Pause:
    return Pause(name, seconds, seconds, seconds, HERE)


def placed(cues: list[Cue], bell_frames: int = 0) -> Timeline:
    lengths = {cue.text: 1_000 + 7 * len(cue.text) for cue in cues if isinstance(cue, Utterance | Breath)}
    return place(cues, lengths, title="Proef", bell_frames=bell_frames)


lengths_s = st.floats(min_value=0.01, max_value=600)


@given(st.lists(lengths_s, min_size=1, max_size=40))
def test_every_pause_is_exact_to_the_frame(pauses_s: list[float]) -> None:
    cues: list[Cue] = [utterance("begin")]
    for number, length_s in enumerate(pauses_s):
        cues += [pause(length_s), utterance(f"zin {number}")]
    timeline = placed(cues)
    gaps = [b.start - a.end for a, b in zip(timeline.utterances, timeline.utterances[1:], strict=False)]
    assert gaps == [units.frames(length_s) for length_s in pauses_s]
    assert timeline.utterances[0].start == units.frames(PRE_ROLL_S)
    assert timeline.frames == timeline.utterances[-1].end + units.frames(POST_ROLL_S)


@given(st.lists(st.floats(min_value=1, max_value=15), min_size=2, max_size=20))
def test_breaths_count_from_the_start_of_their_word(breaths_s: list[float]) -> None:
    cues: list[Cue] = [
        Breath(word, word, length, HERE)
        for word, length in zip(itertools.cycle(("en uit", "in")), breaths_s, strict=False)
    ]
    timeline = placed([*cues, utterance("klaar")])
    starts = [item.start for item in timeline.utterances]
    assert [b - a for a, b in itertools.pairwise(starts)] == [units.frames(s) for s in breaths_s]


def test_a_safety_mark_takes_no_time() -> None:
    cues: list[Cue] = [utterance("een"), pause(3), utterance("twee")]
    marked = [cues[0], cues[1], Safe(("V3",), HERE), cues[2]]
    assert placed(marked) == placed(cues)


def test_a_breath_shorter_than_its_word_is_refused_with_its_place() -> None:
    with pytest.raises(ScriptError) as caught:
        placed([Breath("adem in", "adem in", 0.02, HERE), utterance("klaar")])
    assert (caught.value.path, caught.value.line) == ("proef.j2", 3)
    assert "0.5 seconds" in caught.value.hint


def test_chapters_cover_the_track_without_gaps_and_lead_into_their_first_word() -> None:
    timeline = placed(
        [
            Heading("Een", HERE),
            utterance("a"),
            pause(3),
            Heading("Twee", HERE),
            utterance("b"),
            pause(0.2),
            Heading("Drie", HERE),
            utterance("c"),
            Heading("Leeg", HERE),
        ]
    )
    one, two, three = timeline.chapters
    assert [chapter.title for chapter in timeline.chapters] == ["Een", "Twee", "Drie"]
    assert (one.start, three.end) == (0, timeline.frames)
    assert (one.end, two.end) == (two.start, three.start)
    assert two.start == timeline.utterances[1].start - units.frames(CHAPTER_LEAD_S)
    assert three.start == timeline.utterances[1].end, "never inside the sound before it"


def test_words_before_the_first_heading_belong_to_a_chapter_named_after_the_track() -> None:
    timeline = placed([utterance("a"), pause(2), Heading("Twee", HERE), utterance("b")])
    assert [chapter.title for chapter in timeline.chapters] == ["Proef", "Twee"]


def test_the_track_lasts_until_its_last_bell_has_rung_out() -> None:
    long_bell = units.frames(40)
    timeline = placed([utterance("a"), pause(2), Bell(HERE)], bell_frames=long_bell)
    assert timeline.frames == timeline.bells[0] + long_bell


def test_every_pause_is_listed_with_its_name() -> None:
    timeline = placed([utterance("a"), pause(2, "voel"), utterance("b")])
    first, second = timeline.utterances
    assert [(item.name, item.start, item.end) for item in timeline.pauses] == [
        ("voel", first.end, second.start)
    ]
