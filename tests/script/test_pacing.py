"""A track lasts as long as was asked, to the frame, and only pauses that may change have changed."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stem import units
from stem.errors import UsageError
from stem.script.cues import PAUSES, Bell, Breath, Cue, Heading, Line, Pause, Source, Utterance, phrases_of
from stem.script.dutch.pace import expected_seconds
from stem.script.marks import parse_cues
from stem.script.pacing import (
    UnreachableLengthError,
    fit,
    fit_first,
    measure,
    phases,
    reach,
    scaled,
    variants,
)
from stem.script.template import find_script
from stem.script.timeline import Timeline, place

HERE = Source("proef.j2", 3)
WORD_FRAMES = units.frames(0.7)
BELL_FRAMES = units.frames(25)
"""Longer than the background after the last word: a late bell decides how long the track is."""


def placed(cues: Sequence[Cue]) -> Timeline:
    lengths = {cue.text: WORD_FRAMES for cue in cues if isinstance(cue, Utterance | Breath)}
    return place(cues, lengths, title="Proef", bell_frames=BELL_FRAMES)


def named(name: str) -> Pause:
    pause = PAUSES[name]
    return Pause(name, pause.seconds, pause.shortest_s, pause.longest_s, HERE)


def exact(length_s: float) -> Pause:
    return Pause("exact", length_s, length_s, length_s, HERE)


def lengths_s(cues: Sequence[Cue]) -> list[float]:
    return [cue.seconds for cue in cues if isinstance(cue, Pause)]


@st.composite
def elastic_pauses(draw: st.DrawFn) -> Pause:
    shortest_s = draw(st.floats(0.01, 60))
    longest_s = shortest_s + draw(st.floats(0, 60))
    length_s = draw(st.floats(shortest_s, longest_s))
    return Pause("voel", length_s, shortest_s, longest_s, HERE)


any_cue = st.one_of(
    st.just(Utterance("woord", "woord", HERE)),
    elastic_pauses(),
    elastic_pauses(),
    st.sampled_from(sorted(PAUSES)).map(named),
    st.floats(0.01, 60).map(exact),
    st.floats(1, 15).map(lambda length_s: Breath("in", "in", length_s, HERE)),
    st.just(Bell(HERE)),
    st.just(Heading("Deel", HERE)),
)
texts = st.lists(any_cue, max_size=40).map(lambda cues: [Utterance("begin", "begin", HERE), *cues])
shares = st.floats(0, 1)


def length_within(cues: Sequence[Cue], share: float) -> int:
    shortest, longest = reach(cues, placed)
    return shortest + round((longest - shortest) * share)


@given(texts, shares)
def test_every_length_within_reach_is_met_to_the_frame(cues: list[Cue], share: float) -> None:
    target = length_within(cues, share)
    assert placed(fit(cues, placed, target)).frames == target


@given(texts)
def test_the_ends_of_the_reach_can_be_had_and_a_frame_beyond_them_cannot(cues: list[Cue]) -> None:
    shortest, longest = reach(cues, placed)
    for target in (shortest, longest):
        assert placed(fit(cues, placed, target)).frames == target
    for target in (shortest - 1, longest + 1):
        with pytest.raises(UnreachableLengthError) as caught:
            fit(cues, placed, target)
        assert units.frames(caught.value.shortest_s) == shortest
        assert units.frames(caught.value.longest_s) == longest
        assert caught.value.wanted_s == units.seconds(target)


@given(texts, shares)
def test_every_pause_stays_in_its_range_and_nothing_else_changes(cues: list[Cue], share: float) -> None:
    fitted = fit(cues, placed, length_within(cues, share))
    for old, new in zip(cues, fitted, strict=True):
        if isinstance(old, Pause) and old.shortest_s < old.longest_s:
            assert isinstance(new, Pause)
            assert replace(new, seconds=old.seconds) == old
            # One rounding apart: a length is a whole number of frames.
            assert old.shortest_s - 1e-9 <= new.seconds <= old.longest_s + 1e-9 or new == old
        else:
            assert new == old


@given(texts, shares, shares)
def test_a_longer_track_shortens_no_pause(cues: list[Cue], share: float, other: float) -> None:
    shorter, longer = sorted(length_within(cues, each) for each in (share, other))
    pairs = zip(lengths_s(fit(cues, placed, shorter)), lengths_s(fit(cues, placed, longer)), strict=True)
    assert all(before <= after for before, after in pairs)


@given(texts, shares)
def test_one_factor_rules_all_pauses_that_are_not_at_an_end(cues: list[Cue], share: float) -> None:
    fitted = fit(cues, placed, length_within(cues, share))
    frame_s = units.seconds(1)
    factors = []
    for old, new in zip(cues, fitted, strict=True):
        if isinstance(old, Pause) and isinstance(new, Pause) and old != new:
            free = old.shortest_s + 2 * frame_s < new.seconds < old.longest_s - 2 * frame_s
            if free:  # the factor lies within a frame and a half of what this pause shows
                slack = 1.5 * frame_s / old.seconds
                factors.append((new.seconds / old.seconds - slack, new.seconds / old.seconds + slack))
    if factors:
        assert max(low for low, _ in factors) <= min(high for _, high in factors) + 1e-9


@given(texts)
def test_the_length_it_has_already_changes_no_pause_by_more_than_rounding(cues: list[Cue]) -> None:
    assume(not any(isinstance(cue, Bell) for cue in cues))  # under a bell, pauses can change and cost nothing
    shortest, longest = reach(cues, placed)
    now = placed(cues).frames
    assume(shortest <= now <= longest)
    pairs = zip(lengths_s(fit(cues, placed, now)), lengths_s(cues), strict=True)
    # A nominal length at the very end of its range may lie a frame outside what whole frames allow.
    assert all(abs(units.frames(new) - units.frames(old)) <= len(cues) for new, old in pairs)


def test_the_first_and_the_last_chapter_keep_their_pauses() -> None:
    voel, ruim = named("voel"), named("ruim")
    word = Utterance("woord", "woord", HERE)
    chapters: list[list[Cue]] = [
        [Heading(name, HERE), word, voel, word, ruim] for name in ("Een", "Twee", "Drie")
    ]
    cues = list(itertools.chain(*chapters))
    fitted = fit(cues, placed, reach(cues, placed)[1])
    assert fitted[:5] == tuple(chapters[0])
    assert fitted[10:] == tuple(chapters[2])
    assert lengths_s(fitted[5:10]) == [15, 40]
    two = cues[:10]
    assert lengths_s(fit(two, placed, reach(two, placed)[1])) == [15, 40, 15, 40]


def test_chapters_are_those_of_the_timeline() -> None:
    voel, word = named("voel"), Utterance("woord", "woord", HERE)
    # Words before the first heading are a chapter; two headings in a row and one without a sound are not.
    cues: list[Cue] = [
        *(word, voel),
        *(Heading("Leeg", HERE), Heading("Twee", HERE), voel, Bell(HERE), voel),
        *(Heading("Drie", HERE), word, voel, Heading("Stil", HERE)),
    ]
    assert len(placed(cues).chapters) == 3
    fitted = fit(cues, placed, reach(cues, placed)[1])
    assert lengths_s(fitted) == [8, 8, 15, 8], (
        "a pause before a chapter's first sound belongs to the one before"
    )


def test_a_pause_at_the_end_of_its_range_leaves_the_rest_to_the_others() -> None:
    cues: list[Cue] = [
        Utterance("woord", "woord", HERE),
        named("kort"),
        named("ruim"),
        exact(7),
        named("zin"),
    ]
    wanted = placed(cues).frames + units.frames(17)
    assert lengths_s(fit(cues, placed, wanted)) == pytest.approx([5, 35, 7, 1], abs=1e-9)


def test_only_a_few_placings_are_needed_for_an_hour() -> None:
    cues: list[Cue] = [Utterance("woord", "woord", HERE), named("ruim")] * 200
    calls = 0

    def counted(changed: Sequence[Cue]) -> Timeline:
        nonlocal calls
        calls += 1
        return placed(changed)

    fit(cues, counted, length_within(cues, 0.37))
    # log2 of the frames of the longest pause at the largest factor, log2 of 200 pauses, and the two ends
    assert calls <= math.log2(40 * 44_100 * 2) + math.log2(200) + 4


def with_reach(shortest_s: float, longest_s: float) -> list[Cue]:
    """Return cues of a track that can last between two lengths."""
    frame = units.seconds(placed([Utterance("woord", "woord", HERE)]).frames)
    low_s, high_s = shortest_s - frame, longest_s - frame
    return [Utterance("woord", "woord", HERE), Pause("ruim", low_s, low_s, high_s, HERE)]


def test_the_refusal_says_what_is_possible() -> None:
    cues = with_reach(459.4, 670.7)
    with pytest.raises(UnreachableLengthError) as caught:
        fit(cues, placed, units.frames(720))
    assert caught.value.sentence == (
        "With this text a track of 12:00 cannot be made: it can last between 7:40 and 11:10."
    )
    assert caught.value.hint == "The nearest length is 11:10."
    assert isinstance(caught.value, UsageError)
    assert placed(fit(cues, placed, units.frames(670))).frames == units.frames(670)
    with pytest.raises(UnreachableLengthError) as caught:
        fit(cues, placed, units.frames(60))
    assert caught.value.hint == "The nearest length is 7:40."


def test_a_text_without_elastic_pauses_has_one_length() -> None:
    cues: list[Cue] = [Utterance("woord", "woord", HERE), exact(41.6)]
    now = placed(cues).frames
    assert reach(cues, placed) == (now, now)
    assert fit(cues, placed, now) == tuple(cues)
    with pytest.raises(UnreachableLengthError, match=re.escape("it can last exactly 1:00.")) as caught:
        fit(cues, placed, now + 1)
    assert caught.value.hint == "Ask for no length; its pauses cannot change."


def test_another_text_is_tried_when_the_first_cannot_be_that_long() -> None:
    long, middle, short = with_reach(600, 900), with_reach(450, 610), with_reach(100, 200)
    tried: list[Sequence[Cue]] = []

    def fitted_to(length_s: float) -> Callable[[Sequence[Cue]], tuple[Cue, ...]]:
        def fitted(cues: Sequence[Cue]) -> tuple[Cue, ...]:
            tried.append(cues)
            return fit(cues, placed, units.frames(length_s))

        return fitted

    fitted = fit_first(iter([long, middle, short]), fitted_to(500), units.frames(500))
    assert placed(fitted).frames == units.frames(500)
    assert tried == [long, middle]
    with pytest.raises(UnreachableLengthError) as caught:
        fit_first([long, middle, short], fitted_to(300), units.frames(300))
    assert caught.value.sentence.endswith(
        "a track of 5:00 cannot be made: it can last between 1:40 and 3:20, or between 7:30 and 15:00."
    )
    assert caught.value.hint == "The nearest length is 3:20."
    assert [round(end) for ends in caught.value.ranges_s for end in ends] == [100, 200, 450, 900]


def test_texts_for_the_nearest_lengths_come_first() -> None:
    assert variants(12, [15, 10, 20]) == (12, 10, 15, 20)
    assert variants(15, [15, 10, 20]) == (15, 20, 10)
    assert variants(10, [20, 5]) == (10, 5, 20), "of two equally near, the shorter text"
    assert variants(8, []) == (8,)


def test_scaled_pauses_keep_their_ranges_and_what_is_exact() -> None:
    table = ("zin", "alinea", "kort", "voel", "beeld", "ruim", "stilte", "bel")
    cues: list[Cue] = [
        Utterance("woord", "woord", HERE),
        *map(named, table),
        exact(8),
        Breath("in", "in", 4, HERE),
    ]
    assert lengths_s(scaled(cues, 1.2)) == pytest.approx([1.2, 3, 3.6, 9.6, 14.4, 24, 54, 6, 8])
    assert lengths_s(scaled(cues, 3)) == pytest.approx([1.6, 5, 5, 15, 20, 40, 90, 6, 8])
    assert lengths_s(scaled(cues, 0.5)) == pytest.approx([0.8, 2, 3, 5, 6, 12, 30, 6, 8])
    assert scaled(cues, 1) == tuple(cues)
    assert scaled(cues, 2)[-1] == cues[-1]
    slow_sentences: list[Cue] = [Utterance("woord", "woord", HERE), Pause("zin", 2.5, 2.5, 2.5, HERE)]
    assert lengths_s(scaled(slow_sentences, 0.5)) == [2.5], "whoever set it so wants it so"


def test_scaling_spares_the_first_and_the_last_chapter() -> None:
    chapter: list[Cue] = [Heading("Deel", HERE), Utterance("woord", "woord", HERE), named("voel")]
    assert lengths_s(scaled(chapter * 3, 1.5)) == [8, 12, 8]


@given(texts, st.floats(0.5, 3), shares)
def test_a_scaled_text_can_still_be_fitted_to_the_same_lengths(
    cues: list[Cue], factor: float, share: float
) -> None:
    assume(not any(isinstance(cue, Pause) and cue.name == "zin" for cue in cues))
    slower = scaled(cues, factor)
    assert reach(slower, placed) == reach(cues, placed)
    target = length_within(cues, share)
    assert placed(fit(slower, placed, target)).frames == target


@pytest.mark.parametrize("factor", [0.49, 3.01, 0, -1, math.inf, math.nan])
def test_a_factor_out_of_bounds_is_refused(factor: float) -> None:
    with pytest.raises(UsageError) as caught:
        scaled([], factor)
    assert "Between 0.5 and 3" in caught.value.hint


def test_speech_and_silence_are_measured_for_the_whole_and_for_each_chapter() -> None:
    cues: list[Cue] = [
        *(Heading("Een", HERE), Utterance("een twee drie", "een twee drie", HERE), exact(10)),
        *(
            Heading("Twee", HERE),
            Utterance("vier", "vier", HERE),
            exact(3),
            Utterance("vijf zes", "vijf zes", HERE),
        ),
    ]
    timeline = place(cues, dict.fromkeys(("een twee drie", "vier", "vijf zes"), 44_100), title="Proef")
    whole = measure(timeline)
    # 6 s before, 1 + 10 + 1 + 3 + 1 s, 12 s after
    assert (whole.words, whole.speech_s) == (6, 3)
    assert whole.silence_share == pytest.approx(1 - 3 / 34)
    assert whole.words_per_minute == pytest.approx(6 / 34 * 60)
    first, second = phases(timeline)
    assert (first.title, second.title) == ("Een", "Twee")
    assert (first.start_s, first.end_s, second.start_s, second.end_s) == (0, 16.5, 16.5, 34)
    assert (first.measure.words, second.measure.words) == (3, 3)
    assert first.measure.silence_share == pytest.approx(1 - 1 / 16.5)
    assert second.measure.silence_share == pytest.approx(1 - 2 / 17.5)
    assert first.share_of_track + second.share_of_track == pytest.approx(1)


def test_pauses_as_short_as_settings_allow_are_no_trouble() -> None:
    cues = parse_cues([Line("Een. [pauze kort] Twee.", HERE)])
    tiny = [replace(cue, seconds=1e-6, shortest_s=1e-6) if isinstance(cue, Pause) else cue for cue in cues]
    target = length_within(tiny, 0.5)
    assert placed(fit(tiny, placed, target)).frames == target


def test_the_complete_exercise_can_be_made_in_its_usual_length_and_a_sixth_longer() -> None:
    template = find_script("door-andere-ogen")
    cues = parse_cues(template.render({}).lines)
    lengths = {phrase: units.frames(expected_seconds(phrase)) for phrase in phrases_of(cues)}
    track = partial(place, frames_of=lengths, title=template.title)
    for minutes in (template.minutes[0], template.minutes[0] * 7 / 6):
        target = units.frames(minutes * 60)
        assert track(fit(cues, track, target)).frames == target
