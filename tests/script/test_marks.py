"""Marks are read exactly or refused with their line; pauses stand where a listener expects them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.errors import ScriptError, UnknownNameError, UsageError
from stem.script import dutch
from stem.script.cues import (
    EXACT,
    PAUSES,
    Bell,
    Breath,
    Cue,
    Heading,
    Line,
    Pause,
    PauseRange,
    Safe,
    Source,
    Utterance,
    override_pauses,
)
from stem.script.marks import parse_cues


def lines(text: str) -> list[Line]:
    return [Line(row, Source("a.j2", number)) for number, row in enumerate(text.split("\n"), start=1)]


def parsed(text: str) -> tuple[Cue, ...]:
    return parse_cues(lines(text))


def told(cues: Sequence[Cue]) -> list[str]:
    """Write cues on one line each, as the tests below expect them."""
    return [short(cue) for cue in cues]


def short(cue: Cue) -> str:
    match cue:
        case Utterance(text=text):
            return text
        case Pause(name=name, seconds=seconds):
            return f"{name} {seconds:g}"
        case Breath(text=text, seconds=seconds):
            return f"{text} {seconds:g}"
        case Bell():
            return "bel"
        case Heading(title=title):
            return f"## {title}"
        case Safe(rules=rules):
            return f"veilig {' '.join(rules)}"


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("[pauze]", "kort 3"),
        ("[pauze kort]", "kort 3"),
        ("[pauze voel]", "voel 8"),
        ("[pauze beeld]", "beeld 12"),
        ("[pauze ruim]", "ruim 20"),
        ("[pauze stilte]", "stilte 45"),
        ("[stilte]", "stilte 45"),
        ("[stilte 40]", "exact 40"),
        ("[pauze 8]", "exact 8"),
        ("[pauze 2,5]", "exact 2.5"),
        ("[pauze 2.5 s]", "exact 2.5"),
        ("[pauze 8 sec]", "exact 8"),
        ("[pauze 1m30s]", "exact 90"),
        ("[pauze 2 min]", "exact 120"),
        ("[pauze 0,1]", "exact 0.1"),
        ("[pauze 10m]", "exact 600"),
        ("[ PAUZE   8 ]", "exact 8"),
        ("[Pauze8]", "exact 8"),
        ("[Pauze VOEL]", "voel 8"),
    ],
)
def test_a_pause_is_read_as_people_write_it(mark: str, expected: str) -> None:
    one, pause, two = told(parsed(f"Een. {mark} Twee."))
    assert (one, pause, two) == ("Een.", expected, "Twee.")
    assert told(parsed(f"Een.\n\n{mark}\n\nTwee.")) == ["Een.", expected, "Twee."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Een. Twee.\nDrie\nvier.", ["Een.", "zin 1", "Twee.", "zin 1", "Drie vier."]),
        ("Een.\n\nTwee.", ["Een.", "alinea 2.5", "Twee."]),
        ("\n\nEen.\n \n\nTwee.\n\n", ["Een.", "alinea 2.5", "Twee."]),
        ("## A\nEen.\n## B\nTwee.", ["## A", "Een.", "alinea 2.5", "## B", "Twee."]),
        ("## A\n[pauze 5]\nEen.", ["## A", "exact 5", "Een."]),
        ("Een.\n[pauze 5]\n\n##B\nTwee.", ["Een.", "exact 5", "## B", "Twee."]),
        ("Een.\n\n## B\n[pauze 5]\nTwee.", ["Een.", "## B", "exact 5", "Twee."]),
        ("Een. [pauze 2][pauze 3] Twee.", ["Een.", "exact 5", "Twee."]),
        ("Een.\n[pauze 2]\n\n[pauze 3]\nTwee.", ["Een.", "exact 5", "Twee."]),
        ("Een. [pauze 2] [pauze voel] [pauze kort] Twee.", ["Een.", "voel 13", "Twee."]),
        ("[pauze 4] Een. [pauze ruim]", ["exact 4", "Een.", "ruim 20"]),
        ("[bel]\nEen.", ["bel", "bel 6", "Een."]),
        ("Een. [bel] Twee.", ["Een.", "zin 1", "bel", "bel 6", "Twee."]),
        ("Een.\n\n[bel]\n[pauze 9]\nTwee.", ["Een.", "alinea 2.5", "bel", "exact 9", "Twee."]),
        ("Een.\n[pauze 2]\n[bel]", ["Een.", "exact 2", "bel"]),
        ("Een. [bel] [bel]", ["Een.", "zin 1", "bel", "bel 6", "bel"]),
        ("Adem in ... [pauze 4] ... en uit.", ["Adem in", "exact 4", "en uit."]),
        ("Adem in… [pauze 4]… en uit.", ["Adem in", "exact 4", "en uit."]),
        ("Adem in. [pauze 4]. En uit [pauze 2].", ["Adem in.", "exact 4", "En uit", "exact 2"]),
        ("Adem in... en uit.", ["Adem in...", "zin 1", "en uit."]),
        ("Adem in,\n[pauze 3]\nen uit.", ["Adem in,", "exact 3", "en uit."]),
        ("Let op (dit blijft).", ["Let op (dit blijft)."]),
    ],
)
def test_pauses_stand_where_a_listener_expects_them(text: str, expected: list[str]) -> None:
    assert told(parsed(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ga rustig zitten\nVoel je voeten\nAdem uit", ["Ga rustig zitten", "Voel je voeten", "Adem uit"]),
        ("10 zwaarder\n9 dieper\n8 stil", ["10 zwaarder", "9 dieper", "8 stil"]),
        ("Adem in\n's Avonds is het stil", ["Adem in", "'s Avonds is het stil"]),
        ("Adem in\nen voel\nJe hart", ["Adem in en voel", "Je hart"]),
        ("Adem in,\nAnna", ["Adem in, Anna"]),
        ("Denk aan de\nNoordzee", ["Denk aan de Noordzee"]),
        ("Het is een plek die je heel goed\nkent, en waar je vaak was met\nAnna.", None),
        ("Kies:\nEen boom", ["Kies: Een boom"]),
    ],
)
def test_a_row_with_a_capital_is_a_sentence_unless_rows_are_wrapped(
    text: str, expected: list[str] | None
) -> None:
    said = [cue.text for cue in parsed(text) if isinstance(cue, Utterance)]
    assert said == (expected or [text.replace("\n", " ")])


@pytest.mark.parametrize(
    "mark", ["[adem 4-6 x3]", "[ADEM 4 - 6 X 3]", "[adem 4,0-6.0 3x]", "[adem 4\u20136 x3]"]
)
def test_breaths_are_words_that_start_at_exact_times(mark: str) -> None:
    assert told(parsed(f"Volg mee. {mark} Laat los.")) == [
        *("Volg mee.", "zin 1"),
        *("Adem in. 4", "Adem uit. 6", "En in. 4", "En uit. 6", "En in. 4", "En uit. 6"),
        "Laat los.",
    ]


def test_a_breath_is_followed_by_nothing_automatic_but_by_what_is_written() -> None:
    assert told(parsed("[adem 5-5]\n\nEen.")) == ["Adem in. 5", "Adem uit. 5", "Een."]
    assert told(parsed("[adem 5-5] [pauze 3] Een.")) == ["Adem in. 5", "Adem uit. 5", "exact 3", "Een."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Een.\n[veilig V3]\nTwee.", ["Een.", "zin 1", "veilig V3", "Twee."]),
        ("[VEILIG v1  V10] Een.", ["veilig V1 V10", "Een."]),
        ("[veilig V1] [veilig V2] Een.", ["veilig V1", "veilig V2", "Een."]),
        ("[veilig V1] Een. Twee.", ["veilig V1", "Een.", "zin 1", "Twee."]),
        ("Een... [veilig V1] ... twee.", ["Een...", "zin 1", "veilig V1", "... twee."]),
        (
            "Een.\n[pauze 2]\n[veilig V9]\n[pauze 3]\nTwee.",
            ["Een.", "exact 5", "veilig V9", "Twee."],
        ),
        (
            "Een.\n\n[veilig V4]\n## A\n[bel]\nTwee.",
            ["Een.", "alinea 2.5", "## A", "bel", "bel 6", "veilig V4", "Twee."],
        ),
    ],
)
def test_a_safety_mark_stands_right_before_its_sentence(text: str, expected: list[str]) -> None:
    assert told(parsed(text)) == expected


def test_a_safety_mark_needs_its_sentence() -> None:
    with pytest.raises(ScriptError) as caught:
        parsed("Een.\n[veilig V3]\n[pauze 3]")
    assert (caught.value.line, caught.value.problem) == (2, "no sentence comes after this safety mark")


def test_only_named_pauses_are_elastic_and_sums_keep_their_ranges() -> None:
    (_, exact, _, voel, _, both, _) = parsed("A. [pauze 8] B. [pauze voel] C. [pauze 8] [pauze voel] D.")
    source = Source("a.j2", 1)
    assert exact == Pause(EXACT, 8, 8, 8, source)
    assert voel == Pause("voel", 8, 5, 15, source)
    assert both == Pause("voel", 16, 13, 23, source)


def test_every_cue_knows_its_line() -> None:
    cues = parsed("## A\n\nEen. Twee\nis lang. Drie.\n[bel]\n[pauze 3]\n\nVier.")
    assert [(short(cue), cue.source.line) for cue in cues] == [
        ("## A", 1),
        ("Een.", 3),
        ("zin 1", 3),
        ("Twee is lang.", 3),
        ("zin 1", 3),
        ("Drie.", 4),
        ("zin 1", 4),
        ("bel", 5),
        ("exact 3", 6),
        ("Vier.", 8),
    ]


def test_the_same_sentence_twice_has_two_places() -> None:
    cues = parsed("Rust.\nRust.\nRust.")
    assert [cue.source.line for cue in cues if isinstance(cue, Utterance)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        ("[puaze 8]", "no mark '[puaze 8]'", "'[pauze 8]'"),
        ("[pause 5]", "no mark '[pause 5]'", "'[pauze 5]'"),
        ("[voel]", "no mark '[voel]'", "'[pauze voel]'"),
        ("[bell]", "no mark '[bell]'", "'[bel]'"),
        ("[bel 3]", "no mark '[bel 3]'", "'[bel]'"),
        ("[muziek]", "no mark '[muziek]'", "[adem 4-6 x3]"),
        ("[]", "no mark '[]'", "The marks are"),
        ("[8]", "no mark '[8]'", "The marks are"),
        ("[pauze vol]", "'vol' in '[pauze vol]' is no length", "'[pauze voel]'"),
        ("[pauze 3-5]", "'3-5' in", "number of seconds"),
        ("[pauze 1e9]", "'1e9' in", "number of seconds"),
        ("[pauze 0]", "a pause of 0 seconds", "at most 10 minutes"),
        ("[pauze -4]", "a pause of -4 seconds", "at most 10 minutes"),
        ("[stilte 11m]", "a pause of 660 seconds", "at most 10 minutes"),
        ("[veilig]", "'[veilig]' names no safety line", "[veilig V3]"),
        ("[veilig 3]", "'[veilig 3]' names no safety line", "[veilig V3]"),
        ("[veilig V3 V17]", "names no safety line", "V15, V16"),
        ("[veilg V3]", "no mark '[veilg V3]'", "'[veilig v3]'"),
        ("[adem]", "'[adem]' is no way of breathing", "[adem 4-6 x3]"),
        ("[adem 4-4-4]", "no way of breathing", "never held"),
        ("[adem 4-6x]", "no way of breathing", "[adem 4-6 x3]"),
        ("[adem 8-8 x2]", "in for 8 and out for 8", "15 at most"),
        ("[adem 1-6 x2]", "in for 1 and out", "2 seconds or more"),
        ("[adem 4-6 x0]", "asks for 0 breaths", "Between 1 and 20"),
        ("[adem 4-6 x21]", "asks for 21 breaths", "Between 1 and 20"),
        ("Dag [pauze 8", "'[pauze 8' is not closed", "[pauze 8]"),
        ("Dag pauze 8]", "closes nothing", "[pauze 8]"),
        ("Dag [pauze [8]]", "is not closed", "[pauze 8]"),
        ("# Kop", "'#' is not how a chapter starts", "'## Kop'"),
        ("### Kop", "'###' is not how", "'## Kop'"),
        ("##", "no title", "## Titel"),
        ("## ...", "no title", "## Titel"),
        ("## Kop [bel]", "bracket in a chapter's title", "line of their own"),
        ("Dag {{ naam", "'{{' was left over", "{{ and }}"),
        ("Dag }} naam", "'}}' was left over", "{{ and }}"),
        ("Dag {% if", "'{%' was left over", "{{ and }}"),
        ("Dag #}", "'#}' was left over", "{{ and }}"),
        ("...", "no words to speak in '...'", "[pauze]"),
        ("---", "no words to speak in '---'", "[pauze]"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line_and_a_hint(line: str, problem: str, hint: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parsed(f"Welkom.\n\n{line}\n\nDag.")
    assert problem in caught.value.problem
    assert hint in caught.value.hint
    assert str(caught.value).startswith("a.j2:3: ")


@pytest.mark.parametrize("text", ["", "[bel]", "## Kop\n[pauze 3]", "\n\n"])
def test_a_script_without_words_is_refused(text: str) -> None:
    with pytest.raises(ScriptError, match=r"a\.j2: there are no words"):
        parsed(text)


def test_no_lines_at_all_is_a_script_without_words() -> None:
    with pytest.raises(ScriptError, match="no words"):
        parse_cues([])


def test_pauses_can_have_other_lengths() -> None:
    table = override_pauses(PAUSES, {"kort": 4.0, "voel": 20.0, "ruim": 6.0, "zin": 1.4})
    assert table["kort"] == PauseRange(4, 3, 5)
    assert table["voel"] == PauseRange(20, 5, 20)
    assert table["ruim"] == PauseRange(6, 6, 40)
    assert table["zin"] == PauseRange(1.4, 1.4, 1.4)
    assert PAUSES["kort"].seconds == 3
    assert told(parse_cues(lines("Een. Twee. [pauze] Drie."), table))[1::2] == ["zin 1.4", "kort 4"]


def test_other_lengths_are_checked() -> None:
    with pytest.raises(UnknownNameError) as caught:
        override_pauses(PAUSES, {"kotr": 4.0})
    assert "kort" in caught.value.hint
    for wrong in (0.0, -1.0, 601.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="'kort' cannot last"):
            override_pauses(PAUSES, {"kort": wrong})


WORDS = ("Een.", "twee", "Drie!", "vier?", "vijf...", "(zes)", "dr. Zeven", "1.000")
MARKS = (
    "[veilig V1]",
    "[pauze]",
    "[pauze 8]",
    "[stilte]",
    "[bel]",
    "[adem 4-6 x2]",
    "\n## Kop\n",
    "\n\n",
    "\n",
    " ... ",
)
SCRIPTS = st.lists(st.sampled_from(WORDS + MARKS), max_size=30).map(" ".join)
SOUP = st.lists(
    st.one_of(
        st.sampled_from(["[", "]", "[pauze", "x3]", "#", "{{", "%}", "…", *WORDS, *MARKS]),
        st.text(max_size=4),
    ),
    max_size=20,
).map("".join)


def _parsed_or_none(text: str) -> tuple[Cue, ...] | None:
    try:
        return parsed(text)
    except ScriptError:
        return None


@given(st.one_of(SCRIPTS, SOUP))
def test_any_text_gives_clean_cues_or_a_script_error(text: str) -> None:
    for cue in _parsed_or_none(text) or ():
        if isinstance(cue, Utterance):
            assert not set("[]") & set(cue.text)
            assert dutch.has_words(cue.text)
            assert cue.text == " ".join(cue.text.split())
        if isinstance(cue, Pause):
            assert 0 < cue.shortest_s <= cue.seconds <= cue.longest_s


ROWS = st.sampled_from(["Een.", "Twee. Drie.", "", "[pauze 3]", "[stilte]", "[bel]", "## Kop"])


@given(st.lists(st.tuples(st.booleans(), ROWS)))
def test_safety_marks_change_nothing_else(rows: list[tuple[bool, str]]) -> None:
    unmarked = [row for _, row in rows]
    marked = [f"[veilig V1]\n{row}" if mark else row for mark, row in rows]
    cues = parsed("\n".join([*marked, "Slot."]))
    assert told([cue for cue in cues if not isinstance(cue, Safe)]) == told(
        parsed("\n".join([*unmarked, "Slot."]))
    )
    for one, two in itertools.pairwise(cues):
        assert not isinstance(one, Safe) or isinstance(two, Safe | Utterance)


@given(SCRIPTS)
def test_words_keep_their_order_and_lines_their_sequence(text: str) -> None:
    cues = _parsed_or_none(text) or ()
    said = "".join(cue.text for cue in cues if isinstance(cue, Utterance))
    written = "".join(itertools.chain.from_iterable(word for word in text.split() if word in _words()))
    assert [c for c in said if c.isalnum()] == [c for c in written if c.isalnum()] or not cues
    places = [cue.source.line for cue in cues if not isinstance(cue, Safe)]
    assert places == sorted(places)


def _words() -> set[str]:
    return {part for word in WORDS for part in word.split()}


@given(SCRIPTS)
def test_there_is_one_pause_between_two_things_and_none_unasked_at_the_ends(text: str) -> None:
    cues = _parsed_or_none(text) or ()
    for one, two in itertools.pairwise(cues):
        assert not (isinstance(one, Pause) and isinstance(two, Pause))
        assert not (isinstance(one, Utterance) and isinstance(two, Utterance))
        if isinstance(one, Breath) and isinstance(two, Pause):
            assert two.name not in {"zin", "alinea"}
    for end in cues[:1] + cues[-1:]:
        if isinstance(end, Pause):
            assert end.name not in {"zin", "alinea"}
