"""Sentences of one track changed: only those differ, each found by its words, whatever the script becomes."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.config import Config
from stem.errors import UsageError
from stem.script.cues import PAUSES, SAFETY_RULES, Bell, Cue, Heading, Line, Pause, Safe, Source, Utterance
from stem.script.edits import Edit, SafetySentenceError, edited, lost_remark, sentences_of
from stem.script.marks import parse_cues
from stem.script.template import scripts
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec

TEXT = """## Begin
[veilig V1]
Luister op een veilige plek.
Ga zitten. [pauze voel]
Kijk rond.

Ga zitten. [pauze 3]
[bel]
## Einde
Adem rustig. [pauze ruim]
Dat was het.
"""


def cues_of(text: str = TEXT) -> tuple[Cue, ...]:
    return parse_cues([Line(line, Source("x.j2", n)) for n, line in enumerate(text.split("\n"), 1)])


def change(*edits: Edit, text: str = TEXT) -> tuple[Cue, ...]:
    changed, lost = edited(cues_of(text), edits, PAUSES)
    assert lost == ()
    return changed


def told(cues: tuple[Cue, ...]) -> list[str]:
    """Return cues as a line of words and lengths."""
    found = []
    for cue in cues:
        match cue:
            case Utterance():
                found.append(cue.text)
            case Pause():
                found.append(f"{cue.name} {cue.seconds:g}")
            case Heading():
                found.append(f"## {cue.title}")
            case Bell():
                found.append("bel")
            case Safe():
                found.append(" ".join(cue.rules))
    return found


AS_IT_IS = [
    "## Begin", "V1", "Luister op een veilige plek.", "zin 1", "Ga zitten.", "voel 8", "Kijk rond.",
    "alinea 2.5", "Ga zitten.", "exact 3", "bel", "bel 6", "## Einde", "Adem rustig.", "ruim 20",
    "Dat was het.",
]  # fmt: skip


def test_without_changes_nothing_changes() -> None:
    assert edited(cues_of(), (), PAUSES) == (cues_of(), ())
    assert told(cues_of()) == AS_IT_IS


def instead(*changed: tuple[int, int, list[str]]) -> list[str]:
    """Return what is told of the cues with other words at some places."""
    found = list(AS_IT_IS)
    for first, beyond, words in sorted(changed, reverse=True):
        found[first:beyond] = words
    return found


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit("Kijk rond.", text="Kijk op je gemak."), instead((6, 7, ["Kijk op je gemak."]))),
        (Edit("Kijk rond.", text="Kijk. En luister."), instead((6, 7, ["Kijk.", "zin 1", "En luister."]))),
        (Edit("Ga zitten.", text="Sta op."), instead((4, 5, ["Sta op."]))),
        (Edit("Ga zitten.", nth=2, text="Sta op."), instead((8, 9, ["Sta op."]))),
        (Edit("Ga  zitten. ", nth=2, pause_s=4), instead((9, 10, ["exact 4"]))),
        (Edit("Kijk rond.", text="Rust.", pause_s=0.5), instead((6, 8, ["Rust.", "exact 0.5"]))),
        (Edit("Dat was het.", pause_s=4), [*AS_IT_IS, "exact 4"]),
        (Edit("Luister op een veilige plek.", text="Zit veilig."), instead((2, 3, ["Zit veilig."]))),
        # The longer of two pauses stays
        (Edit("Kijk rond.", text=""), instead((5, 8, ["voel 8"]))),
        (Edit("Ga zitten.", text=" "), instead((3, 6, ["voel 8"]))),
        (Edit("Adem rustig.", text=""), instead((11, 15, ["ruim 20", "## Einde"]))),
        (Edit("Dat was het.", text=""), AS_IT_IS[:14]),
    ],
)  # fmt: skip
def test_one_sentence_is_changed_and_nothing_else(edit: Edit, expected: list[str]) -> None:
    assert told(change(edit)) == expected


def test_a_pause_reaches_up_to_what_is_heard_next() -> None:
    text = "Een. [pauze 2]\n## Kop\n[pauze 5]\nTwee.\n[bel]\nDrie.\n"
    assert told(change(Edit("Een.", pause_s=1), text=text))[:3] == ["Een.", "exact 1", "## Kop"]
    assert told(change(Edit("Twee.", pause_s=1), text=text))[4:] == [
        "Twee.",
        "exact 1",
        "bel",
        "bel 6",
        "Drie.",
    ]


def test_neighbours_can_all_be_left_out() -> None:
    out = [Edit("Ga zitten.", text=""), Edit("Kijk rond.", text=""), Edit("Ga zitten.", nth=2, text="")]
    assert told(change(*out))[1:5] == ["V1", "Luister op een veilige plek.", "voel 8", "bel"]
    assert told(change(Edit("A.", text=""), text="A. [pauze]\nB.")) == ["B."]


def test_the_pause_in_front_of_what_is_left_out_can_be_chosen() -> None:
    edits = [Edit("Ga zitten.", pause_s=2), Edit("Kijk rond.", text="")]
    assert told(change(*edits))[4:7] == ["Ga zitten.", "exact 2", "Ga zitten."]


def test_what_belongs_to_safety_can_be_said_otherwise_and_not_be_left_out() -> None:
    with pytest.raises(SafetySentenceError, match="Change 2 leaves out") as refusal:
        edited(
            cues_of(), [Edit("Kijk rond.", text=""), Edit("Luister op een veilige plek.", text="")], PAUSES
        )
    assert refusal.value.rules == ("V1",)
    assert str(SAFETY_RULES["V1"]) in str(refusal.value)
    assert "Luister" not in str(refusal.value)


def test_what_is_not_there_is_told_by_its_number() -> None:
    edits = [Edit("Weg.", text="x"), Edit("Kijk rond.", text="Zie."), Edit("Ga zitten.", nth=3, text="")]
    cues, lost = edited(cues_of(), edits, PAUSES)
    assert lost == (1, 3)
    assert told(cues) == instead((6, 7, ["Zie."]))
    assert "1 and 3" in lost_remark(lost)
    assert lost_remark([2]).startswith("Change 2 is of a sentence")


def test_two_changes_of_one_sentence_are_refused() -> None:
    with pytest.raises(UsageError, match="changes 1 and 2 are of the same"):
        edited(cues_of(), [Edit("Kijk rond.", text="a"), Edit("Kijk  rond.", pause_s=2)], PAUSES)


def test_something_is_left_to_say() -> None:
    with pytest.raises(UsageError, match="Every sentence is left out"):
        edited(cues_of("Een.\nTwee."), [Edit("Een.", text=""), Edit("Twee.", text="")], PAUSES)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"sentence": "..."}, "'sentence' has no words"),
        ({"nth": 0, "text": "x"}, "'nth' counts from 1"),
        ({}, "it changes nothing"),
        ({"text": "", "pause_s": 3.0}, "no pause behind it"),
        ({"pause_s": 0.0}, "above 0"), ({"pause_s": 601.0}, "at most 600"),
        ({"pause_s": float("nan")}, "above 0"),
        ({"text": "[pauze]"}, "cannot stand in the value of 'text'"),
        ({"text": "{{ naam }}"}, "cannot stand"),
        ({"text": "a\nb"}, "control character"), ({"text": "x" * 2001}, "longer than 2,000"),
        ({"text": "?!"}, "no words in 'text'"),
    ],
)  # fmt: skip
def test_what_is_no_change_is_refused_without_its_words(asked: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as refusal:
        Edit(**{"sentence": "Wilhelmina zit.", **asked})  # type: ignore[arg-type]
    assert "Wilhelmina" not in str(refusal.value)


@cache
def shipped() -> dict[tuple[str, str], tuple[Cue, ...]]:
    """Return the cues of every script that comes with stem, in both forms."""
    found = {}
    for script in scripts():
        needed = {each.name: (each.choices or ("mijn zus",))[0] for each in script.variables if each.required}
        for form in ("je", "u"):
            spec = TrackSpec(script.name, values={**needed, "vorm": form}, voice="zacht", bed="none")
            found[script.name, form] = plan_track(spec, Config()).cues
    return found


@pytest.mark.slow
@given(data=st.data())
def test_in_every_script_only_what_is_changed_differs(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(shipped())))
    cues = shipped()[key]
    sentences = sentences_of(cues)
    chosen = data.draw(st.lists(st.sampled_from(sentences), min_size=1, max_size=6, unique=True))
    edits, kinds = [], {}
    for each in chosen:
        kind = data.draw(st.sampled_from(["said", "pause", "both"] + ["out"] * (not each.rules)))
        text = {"said": "Dit is anders. En dit ook.", "both": "Anders", "out": ""}.get(kind)
        pause_s = 7.25 if kind in {"pause", "both"} else None
        edits.append(Edit(each.text, each.nth, text, pause_s))
        kinds[each.index] = kind
    changed, lost = edited(cues, edits, PAUSES)
    assert lost == ()
    new = {"said": ["Dit is anders.", "En dit ook."], "both": ["Anders"], "out": []}
    expected = [
        text
        for index, cue in enumerate(cues)
        if isinstance(cue, Utterance)
        for text in new.get(kinds.get(index, ""), [cue.text])
    ]
    assert [cue.text for cue in changed if isinstance(cue, Utterance)] == expected
    assert [cue for cue in changed if isinstance(cue, Safe | Heading | Bell)] == [
        cue for cue in cues if isinstance(cue, Safe | Heading | Bell)
    ]
    exact = [cue for cue in changed if isinstance(cue, Pause) and cue.seconds == 7.25]
    assert len(exact) == sum(kind in {"pause", "both"} for kind in kinds.values())
    assert all(cue.shortest_s == cue.longest_s == 7.25 for cue in exact)
    for index, cue in enumerate(changed):  # two pauses never come to stand together
        assert not (isinstance(cue, Pause) and isinstance(changed[index - 1], Pause) and index)


@pytest.mark.slow
def test_a_change_of_je_finds_nothing_in_u() -> None:
    for (name, form), cues in shipped().items():
        if form != "je":
            continue
        others = {(each.text, each.nth) for each in sentences_of(shipped()[name, "u"])}
        edits = [Edit(each.text, each.nth, "Anders.") for each in sentences_of(cues)]
        _, lost = edited(shipped()[name, "u"], edits, PAUSES)
        assert set(lost) == {
            number for number, edit in enumerate(edits, 1) if (edit.sentence, edit.nth) not in others
        }
        assert lost
