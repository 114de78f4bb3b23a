"""Every rule lets a good script pass and catches the mistake it is for; findings are told once, in order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem.authoring.lint import LintFinding, gathered, lint
from stem.authoring.lint.rules import RULES
from stem.errors import ScriptError
from stem.script.cues import SAFETY_RULES, Line, Source
from stem.script.dutch import forms
from stem.script.marks import parse_cues
from stem.script.safety import listener_warnings
from stem.script.template import ScriptTemplate, find_script

TEMPLATE = ScriptTemplate(
    name="proef",
    path=Path("proef.j2"),
    title="Proef",
    summary="",
    language="nl",
    bed=None,
    voice=None,
    variables=(),
    body="",
    body_line=1,
    steps_over=True,
)
TALK = replace(TEMPLATE, imagery=False, steps_over=False)

GOOD = """## Welkom
[veilig V1] Luister op een veilige plek, niet in het verkeer.
[veilig V2] Je ogen mogen dicht, of gewoon open blijven.
[veilig V3] Je kunt altijd stoppen, kijk dan om je heen.
[veilig V4] Niets hoeft te lukken.
[pauze kort]
[veilig V5] De steun onder je is je anker.
[veilig V16] Of kies een geluid.
[veilig V6] Weinig voelen is ook goed.
[pauze voel]
## Kijken
Denk eens aan iemand met rust.
[veilig V12] Kies iemand met wie het niet ingewikkeld is.
[pauze beeld]
[veilig V13] Verandert het beeld, laat het dan gaan.
[veilig V14] Wordt het te veel, kijk dan om je heen.
[pauze kort]
[veilig V8] Waar merk je vertrouwen, en waar juist niet?
[pauze ruim]
Het wordt nu een tijdje stil.
[stilte]
[veilig V7] Kom terug achter je eigen ogen.
[pauze voel]
## Terug
[veilig V15] Ben je er straks nog niet, begin dan nog eens hier.
[veilig V9] Kijk rustig om je heen.
[pauze 10]
Noem in gedachten drie dingen die je ziet.
[pauze 10]
[veilig V11] Praat met iemand als er iets naars blijft hangen.
[veilig V10] Dit was een oefening, meer hoeft het niet te zijn."""


def found(
    text: str,
    template: ScriptTemplate = TEMPLATE,
    vorm: str = "je",
    minutes: float | None = None,
    name: str = "",
) -> tuple[LintFinding, ...]:
    lines = [Line(row, Source("proef.j2", number)) for number, row in enumerate(text.split("\n"), start=1)]
    return lint(template, parse_cues(lines), vorm=vorm, minutes=minutes, name=name)


def told(findings: Iterable[LintFinding]) -> list[tuple[str, int]]:
    return [(finding.rule, finding.source.line) for finding in findings]


def rules(sentence: str, vorm: str = "je", name: str = "") -> list[str]:
    return [finding.rule for finding in found(sentence, TALK, vorm, name=name)]


def line_of(part: str, text: str = GOOD) -> int:
    return text[: text.index(part)].count("\n") + 1


# Safety.


def test_a_good_script_passes() -> None:
    assert found(GOOD, minutes=4, name="Anna") == ()


@pytest.mark.parametrize("rule", SAFETY_RULES)
def test_every_safety_line_is_asked_for(rule: str) -> None:
    findings = found(GOOD.replace(f"[veilig {rule}] ", ""))
    assert told(findings) == [(rule, 1)]
    assert SAFETY_RULES[rule] in findings[0].problem
    assert f"[veilig {rule}]" in findings[0].hint


def test_whom_one_picks_is_asked_where_someone_picks_and_what_changes_where_someone_picked() -> None:
    without = re.sub(r"\[veilig (V7|V12|V13)\] ", "", GOOD)
    stays = replace(TEMPLATE, steps_over=False)
    assert found(without, stays) == ()
    assert told(found(without, replace(stays, picks=True))) == [("V12", 1), ("V13", 1)]
    picked = GOOD.replace("[veilig V13] ", "")
    assert told(found(picked, stays)) == [("V13", 1)]


def test_a_way_out_is_for_images_and_another_anchor_for_who_has_one() -> None:
    def asked(text: str) -> set[str]:
        return {finding.rule for finding in found(text)} & {"V14", "V15", "V16"}

    assert asked("Dag.") == set()
    assert asked("Dag.\n[pauze beeld]\nDag.") == {"V14"}
    assert asked("[veilig V5] De stoel is je anker.\n[veilig V9] Kijk rond.") == {"V15", "V16"}


@pytest.mark.parametrize("silence", ["[stilte]", "[pauze 30]"])
def test_before_a_long_silence_its_chapter_has_a_way_out(silence: str) -> None:
    out = "[veilig V14] Wordt het te veel, kijk dan om je heen.\n"
    good = GOOD.replace("[stilte]", silence)
    assert found(good) == ()
    after = good.replace(out, "").replace(f"{silence}\n", f"{silence}\n{out}")
    earlier = good.replace(out, "").replace("## Kijken\n", f"{out}[pauze kort]\n## Kijken\n")
    assert told(found(after)) == [("way-out", line_of(silence, after))]
    assert told(found(earlier)) == [("way-out", line_of(silence, earlier))]
    assert found(earlier.replace(silence, "[pauze 29]")) == ()
    assert found(f"{good}\nHet wordt stil.\n{silence}") == ()  # nothing comes after it


@pytest.mark.parametrize(("minutes", "more", "enough"), [(14, 0, True), (15, 0, False), (15, 12, True)])
def test_after_a_long_exercise_the_way_back_has_a_second_round(
    minutes: float, more: int, *, enough: bool
) -> None:
    longer = GOOD.replace("ziet.\n[pauze 10]", f"ziet.\n[pauze {10 + more}]")
    rules_found = [finding.rule for finding in found(longer, minutes=minutes) if finding.rule != "length"]
    assert rules_found == ([] if enough else ["second-round"])


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (("Kijk rustig om je heen.", "Kijk rustig rond in de kamer."), "[veilig V9]"),
        (("## Terug", "## Terug in de kamer"), "## Terug"),
        (("Denk eens aan iemand met rust.", "Denk aan een kamer vol mensen."), ""),
    ],
)
def test_the_way_back_leads_to_no_room(changed: tuple[str, str], line: str) -> None:
    text = GOOD.replace(*changed)
    assert told(found(text)) == ([("room", line_of(line, text))] if line else [])


def test_the_step_back_is_for_scripts_that_step_over_and_nothing_is_for_those_without_imagery() -> None:
    assert found(GOOD.replace("[veilig V7] ", ""), replace(TEMPLATE, steps_over=False)) == ()
    assert found(re.sub(r"\[veilig \w+\] ", "", GOOD), TALK) == ()


@pytest.mark.parametrize("rule", ["V1", "V2", "V3", "V4"])
@pytest.mark.parametrize("image", ["beeld", "ruim"])
def test_agreements_come_before_the_first_image(rule: str, image: str) -> None:
    early = GOOD.replace(f"[veilig {rule}]", f"Denk aan iemand.\n[pauze {image}]\n[veilig {rule}]")
    late = [f"V{number}" for number in range(int(rule[1]), 5)]
    findings = found(early)
    assert {finding.rule for finding in findings} == {"agreements"}
    assert [finding.problem[:2] for finding in findings] == late


@pytest.mark.parametrize(
    ("pauses", "more", "enough"),
    [
        # Without pauses the last chapter has about 14 seconds of speech and four gaps of one second in it.
        (("[pauze 10]", "[pauze 10]"), "", True),
        (("[pauze 10]", "[pauze 1]"), "", False),
        (("[pauze 1]", "[pauze 29]"), "", True),
        (("[pauze voel]", "[pauze 8]"), "", False),  # elastic: it can become shorter, and does not count
        (("[pauze 1]", "[pauze 1]"), "\n[pauze 29]", False),  # after the last word
        (("[pauze 1]", "[pauze 1]"), "\n[pauze 29]\nDank je wel.", True),
    ],
)
def test_the_way_back_takes_half_a_minute_that_nothing_can_shorten(
    pauses: tuple[str, str], more: str, *, enough: bool
) -> None:
    first, second, third = GOOD.split("[pauze 10]")
    changed = first + pauses[0] + second + pauses[1] + third + more
    assert told(found(changed)) == ([] if enough else [("V9", line_of("[veilig V9]"))])


def test_orientation_at_the_start_is_not_the_way_back() -> None:
    early = GOOD.replace("[veilig V5]", "[veilig V9] Kijk eens rond.\n[pauze voel]\n[veilig V5]")
    without = early.replace("[pauze 10]\n", "")
    assert found(early) == ()
    assert told(found(without)) == [("V9", line_of("[veilig V9] Kijk rustig", without))]


def test_aftercare_comes_after_the_way_back_or_in_the_last_chapter() -> None:
    care = "[veilig V11] Praat met iemand als er iets naars blijft hangen.\n"
    before = GOOD.replace(care, "").replace("[pauze 10]\n[veilig V10]", "[pauze 20]\n[veilig V10]")
    early = before.replace("## Terug\n", care + "## Terug\n")
    assert told(found(early)) == [("V11", line_of(care, early))]
    assert found(before.replace("## Terug\n", "## Terug\n" + care)) == ()
    assert found(GOOD + "\n## Slot\nDank je wel.") == ()


# Pacing.


@pytest.mark.parametrize(
    ("said", "announced"),
    [
        ("Het wordt nu stil.", True),
        ("Nu volgt een stilte. Er hoeft niets. De stem komt terug.", True),
        ("Nu volgt een stilte. Er hoeft niets. Kijk maar. De stem komt terug.", False),
        ("De stem zwijgt nu even.", True),
        ("Kijk nog even rond.", False),
        ("Dit is een instilling.", False),
    ],
)
@pytest.mark.parametrize("pause", ["[stilte]", "[pauze 30]", "[stilte 40]"])
def test_a_long_silence_is_announced(said: str, pause: str, *, announced: bool) -> None:
    text = f"Dag.\n{said}\n{pause}\nHier is de stem weer."
    assert told(found(text, TALK)) == ([] if announced else [("silence", 3)])
    assert found(f"Dag.\n{said}\n[pauze 29]\nHier is de stem weer.", TALK) == ()


@pytest.mark.parametrize(
    ("between", "flagged"), [("", 1), ("[pauze]\n", 0), ("\n", 0), ("[bel]\n", 0), ("[adem 4-6]\nAnker. ", 0)]
)
def test_not_more_than_five_sentences_go_without_a_pause(between: str, flagged: int) -> None:
    template = replace(TEMPLATE, imagery=True)
    rows = "Een.\nTwee.\nDrie.\n" + between + "Vier.\nVijf.\nZes.\nZeven.\n"
    findings = [finding for finding in found(rows, template) if finding.rule == "no-pause"]
    assert told(findings) == [("no-pause", 6)] * flagged
    assert rules(rows) == []


def test_short_sentences_do_not_come_in_a_long_row() -> None:
    rows = [f"Rust {number} is goed.\n[pauze voel]" for number in range(20, 29)]
    findings = [each for each in found("\n".join(rows)) if each.rule == "staccato"]
    assert told(findings) == [("staccato", 15)]
    rows[4] = "En dit is een zin die gewoon wat langer doorloopt.\n[pauze voel]"
    assert "staccato" not in {each.rule for each in found("\n".join(rows))}


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("Adem nu mee.\n[adem 4-6 x2]\nGoed zo.", True),
        ("Adem nu mee, of blijf bij je anker.\n[adem 4-6 x2]\nGoed zo.", False),
        ("[veilig V5] Voel de stoel.\n[adem 4-6 x2]\nGoed zo.", False),
        ("Merk je adem op.\nDe adem komt en gaat.", True),
        ("Merk je adem op.\nDe ademhaling gaat vanzelf.\nOf luister naar de geluiden.", False),
        ("Wat doet dit met je adem?", False),
        ("Merk je adem op.\n## Verder\nDe adem komt en gaat.", False),
        ("Voel je anker.\n## De adem\nMerk je adem op.\nDe adem komt en gaat.", True),
    ],
)
def test_the_breath_is_never_the_only_anchor(text: str, *, flagged: bool) -> None:
    assert rules(text) == ["breath"] * flagged


def test_a_length_that_the_text_cannot_have_is_told() -> None:
    # 18 s before and after, 1.9 to 3 s of speech, and a pause of 12 to 40 s.
    text = "Dag.\n[pauze ruim]\nDag."
    assert [bool(found(text, TALK, minutes=seconds / 60)) for seconds in (31, 36, 58, 62)] == [
        True,
        False,
        False,
        True,
    ]
    (finding,) = found(text, TALK, minutes=15)
    assert (finding.rule, finding.source.line) == ("length", 1)
    assert re.search(r"between 0:3\d and (0:5\d|1:0\d)", finding.hint)


# Names and the form of address.


def test_the_name_is_called_three_times_in_ten_minutes_at_most() -> None:
    call = "Dag, Anna.\n"
    assert rules(call * 3, name="Anna") == []
    assert told(found(call * 5, TALK, name="anna")) == [("name", 4), ("name", 5)]
    assert rules(call * 5) == []
    assert rules("Dag, Annabel.\n" * 5, name="Anna") == []
    apart = "Nu wordt het stil.\n[stilte 10m]\n"
    assert rules(call * 3 + apart + call * 3, name="Anna") == []


@pytest.mark.parametrize(
    ("sentence", "name", "flagged"),
    [
        ("Voel Anna's handen.", "Anna", True),
        ("Voel Anna\u2019s handen.", "anna", True),
        ("Voel Jans handen.", "Jan", True),
        ("Voel Iris' handen.", "Iris", True),
        ("Dag, Iris.", "Iris", False),
        ("Dag, Anna.", "Anna", False),
        ("Voel Anna's handen.", "", False),
    ],
)
def test_a_name_has_no_genitive(sentence: str, name: str, *, flagged: bool) -> None:
    assert rules(sentence, name=name) == ["genitive"] * flagged


@pytest.mark.parametrize("word", ["je", "jij", "jou", "jouw", "jezelf", "Je", "JIJ"])
def test_je_is_left_over_in_the_u_form(word: str) -> None:
    assert "address" in rules(f"Dit is {word}, hier.", vorm="u")
    assert "address" not in rules(f"Dit is {word}, hier.")


@pytest.mark.parametrize("word", ["u", "uw", "uzelf", "Uw"])
def test_u_is_left_over_in_the_je_form(word: str) -> None:
    assert rules(f"Dit is {word}, hier.") == ["address"]
    assert rules(f"Dit is {word}, hier.", vorm="u") == []


def test_the_form_of_address_is_checked_in_titles_and_by_whole_words() -> None:
    assert told(found("## Achter je ogen\nKom terug.", TALK, "u")) == [("address", 1)]
    assert rules("Een jeugd in Utrecht, nu bijna uit het oog.", vorm="u") == []


@pytest.mark.parametrize("vorm", ["je", "u"])
def test_what_the_helpers_say_is_never_a_leftover(vorm: str) -> None:
    words = [word for word in forms(vorm).values() if isinstance(word, str)]
    assert rules("\n\n".join(f"Kijk {word} aan." for word in words), vorm) == []


# Words.


def test_sentences_are_short_enough_to_hear() -> None:
    for words, expected in ((5, []), (15, []), (16, ["long"]), (20, ["long"]), (21, ["too-long"])):
        assert rules(" ".join(["rust"] * words)) == expected
    assert rules(" ".join(["'s avonds"] * 7 + ["co-ouder"])) == []  # fifteen words, though more pieces


WORDINGS = {
    "leftover": (
        ["Welkom , fijn.", "Welkom,. Fijn.", "Voel hij/zij dit.", "Welkom,, fijn.", "Rust ; en kijk."],
        ["Welkom, fijn.", "Om 22.15 uur, of later.", "Uit... en in."],
    ),
    "digits": (
        ["Tel 4 stenen.", "Kies 12 kleuren.", "Het zijn er 3."],
        [
            "Tel vier stenen.",
            "Het is 1.000 jaar oud.",
            "In 2026.",
            "Zo'n 20 %.",
            "Om 10:30 uur.",
            "Wel 1,5 meter.",
        ],
    ),
    "capitals": (["Kijk nu ECHT goed.", "RUST."], ["Kijk. Zo, IJs.", "Zie het.", "Meneer J.W. de Vries."]),
    "web-address": (["Kijk op www.stem.nl even.", "Kijk op stem.nl even."], ["Kijk. Nl is een land."]),
    "sign": (
        ["Rust \U0001f642 nu.", "Rust \u2192 nu.", "Rust *nu*."],
        ["Rust \u2013 nu.", "Zo\u00eb zegt: rust."],
    ),
    "must": (
        ["Nu moet je kijken.", "Je moet kijken."],
        ["Het moet niet.", "Je mag kijken.", "Niets moet.", "Het gaat om deze situatie: als je moet bellen."],
    ),
    "comma": (
        ["Zet je voeten neer, en druk ze zacht in de vloer.", "Kijk om je heen, en ga naar je anker."],
        [
            "Zet je voeten neer en druk ze zacht in de vloer.",
            "Laat hem gaan en voel je voeten, of luister naar een geluid.",
            "Kijk rond, en je merkt het wel.",
            "De deur staat open, en er klinken stemmen.",
        ],
    ),
    "translated": (
        [
            "Na elke stilte komt deze stem terug.",
            "Zie deze persoon daar staan.",
            "Gewoon op het gemak.",
        ],
        [
            "Daarna hoor je me weer.",
            "Zie je iets?",
            "Merk maar wat er in je opkomt.",
            "Kijk op je gemak rond.",
        ],
    ),
    "eyes": (
        ["Sluit nu je ogen.", "Doe je ogen dicht.", "Laat je ogen gesloten."],
        [
            "Je ogen mogen dicht, of open blijven.",
            "Waren je ogen dicht?",
            "Sluit je ogen als je wilt.",
            "Kijk door die andere ogen.",
        ],
    ),
    "let-go": (
        ["Laat alles los.", "Laat nu alles los.", "Geef je maar over."],
        ["Laat je hand los.", "Geef het door."],
    ),
    "safe-now": (
        ["Je bent nu veilig.", "Je bent veilig.", "Hier ben je volkomen veilig."],
        ["Luister waar je veilig zit.", "Voel je je veilig?", "Je bent hier, op deze plek."],
    ),
    "deeper": (["Zak dieper en dieper weg.", "Steeds dieper."], ["Adem iets dieper."]),
    "dissolve": (
        ["Je zweeft.", "Laat het verdwijnen.", "Het zal oplossen."],
        ["Het beeld mag verder weg gaan."],
    ),
    "forget": (["Vergeet de dag."], ["Onvergetelijk mooi.", "De dag mag wachten."]),
    "hold-breath": (
        [
            "Hou je adem even in.",
            "Houd de adem vast.",
            "Je kunt de adem inhouden.",
            "De adem even vasthouden.",
        ],
        ["Adem in.", "Hou de steen vast.", "Volg je adem, of blijf bij je anker."],
    ),
    "count-down": (
        ["Tel nu terug.", "We gaan aftellen.", "Drie, twee, een.", "Ga van tien naar nul."],
        ["E\u00e9n, twee, drie.", "Noem drie dingen.", "Kom terug."],
    ),
    "promise": (
        ["Dit geneest.", "Zo lost je angst op.", "Hier begint de heling."],
        ["Dit was een oefening.", "De hele dag."],
    ),
    "label": (
        [
            "Je bent vermijdend.",
            "Dat is jouw angstige hechting.",
            "Vermijdend, dat ben je.",
            "Je hechtingsstijl.",
        ],
        [
            "Hoe mensen zich hechten, ligt niet vast.",
            "Sommige mensen zijn vermijdend.",
            "Je bent soms angstig.",
        ],
    ),
    "unspoken": (
        [
            "(zachte stem)",
            "Verteller: ga zitten.",
            "Pauze.",
            "0:10 Ga zitten.",
            "Duur: tien minuten.",
            "Laat je schou- ders zakken.",
            "Samenvatting",
            "Natuurlijk!",
        ],
        [
            "Onthoud: het mag.",
            "Adem in- en uit.",
            "Neem een pauze als je wilt.",
            "Hoor de stilte (als die er is).",
        ],
    ),
    "hard-word": (
        ["Een bodyscan nu.", "Dit is Mindfulness.", "Een veilige safe place.", "Jouw basisovertuiging."],
        ["Een reis door het lichaam.", "Aandacht."],
    ),
}


@pytest.mark.parametrize(
    ("rule", "sentence"), [(rule, sentence) for rule, (bad, _) in WORDINGS.items() for sentence in bad]
)
def test_what_is_better_said_otherwise_is_found(rule: str, sentence: str) -> None:
    assert rules(sentence) == [rule]


@pytest.mark.parametrize("sentence", [sentence for _, good in WORDINGS.values() for sentence in good])
def test_what_may_be_said_is_left_alone(sentence: str) -> None:
    assert rules(sentence) == []


def test_every_rule_is_proved_here() -> None:
    tested = {"agreements", "silence", "no-pause", "breath", "length", "name", "genitive", "address"}
    tested |= {"way-out", "second-round", "room", "staccato"}
    assert set(RULES) == set(SAFETY_RULES) | tested | {"long", "too-long"} | set(WORDINGS)


# Findings.


def test_a_finding_says_where_and_what_and_what_to_do() -> None:
    (finding,) = found("Dag.\nTel 4 stenen.", TALK)
    assert finding.sentence == "proef.j2:2: '4' is a small number in digits."
    assert finding.hint == "Write it as a word, such as 'vier'."
    assert finding.severity == "warning"


def test_findings_of_many_renderings_are_told_once_by_file_and_line() -> None:
    renderings = [
        found("Dag.\nTel 4 stenen.\nDit is Uw plek.\n[stilte]", TALK),
        found("Dag.\nTel 4 stenen.\nDit is Uw plek.\n[stilte]", TALK, vorm="u"),
        found("Dag.\nTel 4 stenen.\nDit is Uw plek.", TALK),
    ]
    together = gathered(itertools.chain.from_iterable(renderings))
    assert told(together) == [("digits", 2), ("address", 3), ("silence", 4)]
    assert gathered(reversed(together)) == together


def test_a_finding_with_another_measured_length_is_the_same() -> None:
    short = [GOOD.replace("[pauze 10]", f"[pauze {seconds}]") for seconds in (1, 2)]
    one, two = (found(text)[0] for text in short)
    assert one.hint != two.hint
    assert gathered([one, two]) == (one,)


WORDS = st.sampled_from(
    (
        *(
            "Dag.",
            "Je",
            "u",
            "moet",
            "adem",
            "ogen dicht.",
            "4",
            "stil.",
            "Anna",
            ",",
            "/",
            "WAT",
            "\U0001f642",
        ),
        *("[stilte]", "[pauze]", "[adem 4-6 x2]", "[bel]", "[veilig V9]", "[veilig V1 V11]"),
        *("\n", "\n## Kop\n"),
    )
)


@given(st.lists(WORDS, max_size=40), st.sampled_from(["je", "u"]), st.sampled_from(["", "Anna", "(x"]))
def test_any_script_is_judged_by_known_rules_at_its_own_lines(words: list[str], vorm: str, name: str) -> None:
    text = " ".join(words)
    try:
        findings = found(text, vorm=vorm, minutes=10, name=name)
    except ScriptError:  # no words, or a safety mark without its sentence
        return
    for finding in findings:
        assert finding.severity == RULES[finding.rule].severity
        assert 1 <= finding.source.line <= text.count("\n") + 1
        assert finding.problem
        assert finding.hint
    assert gathered(findings) == findings


# Listeners.


def test_listeners_are_warned_of_long_and_of_guided_exercises() -> None:
    assert listener_warnings(TEMPLATE, 19.9) == ()
    (long,) = listener_warnings(TEMPLATE, 20)
    assert "20 minuten" in long
    assert listener_warnings(TALK, 30) == ()
    (guided,) = listener_warnings(replace(TEMPLATE, practitioner_only=True), 30)
    assert "behandelaar" in guided


# The script that everything is built around.


CHOSEN = ("figuur_bron", "voornaamwoord", "adem", "ogen")


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [12, 15, 20])
@pytest.mark.parametrize("vorm", ["je", "u"])
def test_the_main_script_is_clean_however_it_is_filled_in(root: Path, vorm: str, minutes: float) -> None:
    template = find_script(str(root / "scripts" / "door-andere-ogen.j2"))
    assert template.steps_over
    assert minutes in template.minutes
    situations = ["", "het gesprek met de chef", *_choices(template, "situatie")]
    others = {name: itertools.cycle(_choices(template, name)) for name in CHOSEN}
    names = itertools.cycle(["", "Anna", "Jan Willem"])
    for figure, situation in itertools.product(["", "mijn oma"], situations):
        values = {"naam": next(names), "figuur": figure, "situatie": situation, "vorm": vorm}
        values |= {name: next(choices) for name, choices in others.items()}
        cues = parse_cues(template.render(values, minutes=minutes).lines)
        assert lint(template, cues, vorm=vorm, minutes=minutes, name=values["naam"]) == (), values


def _choices(template: ScriptTemplate, name: str) -> tuple[str, ...]:
    return next(variable.choices for variable in template.variables if variable.name == name)
