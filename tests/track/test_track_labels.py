"""What the tags of a track say of who speaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stem.export.tags import source_type
from stem.track.labels import tags_of
from stem.track.plan import plan_sentence
from stem.voices.recordings.engine import recorded_voice
from stem.voices.template import find_voice

RULES, TRAINED = find_voice("zacht"), find_voice("alex")  # alex need not be here to be told of
OWN = recorded_voice({"Welkom.": Path("welkom.wav")}, Path("opnames"))
ALL = recorded_voice({"Ga zitten.": Path("zit.wav")}, Path("opnames"))


def test_how_the_speech_came_about_is_told_by_who_spoke() -> None:
    plan = plan_sentence("Ga zitten.", RULES)
    elsewhere = replace(RULES, engine="van-elders")  # of which nothing is known
    told = {
        "rules": (plan, source_type.RULES),
        "trained": (replace(plan, voice=TRAINED), source_type.TRAINED),
        "unknown": (replace(plan, voice=elsewhere), source_type.TRAINED),
        "recorded": (replace(plan, voice=ALL), ""),
        "filled in": (replace(plan, voice=OWN, fill=TRAINED), source_type.TRAINED),
        "nothing to fill in": (replace(plan, voice=ALL, fill=TRAINED), ""),
        "own words": (replace(plan, house=OWN), source_type.RULES),
        "all own words": (replace(plan, house=ALL), ""),
    }
    for case, (each, expected) in told.items():
        assert tags_of(each, (), (), b"").source_type == expected, case


def test_recordings_with_a_computer_voice_are_both_told_and_credited() -> None:
    plan = plan_sentence("Welkom.", OWN)
    both = replace(plan, cues=(*plan.cues, *plan_sentence("Ga zitten.", RULES).cues))
    for computer, term in ((RULES, source_type.WITH_RULES), (TRAINED, source_type.WITH_TRAINED)):
        tags = tags_of(replace(both, fill=computer), (), (), b"")
        assert tags.source_type == term
        assert OWN.credit in tags.comment
        assert computer.credit in tags.comment
    house = tags_of(replace(both, house=OWN, voice=RULES), (), (), b"")
    assert (house.source_type, OWN.credit in house.comment) == (source_type.WITH_RULES, False)
