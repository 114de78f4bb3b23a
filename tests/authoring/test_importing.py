# ruff: noqa: RUF001 - letters and quotes that look like others are what this is about
"""Scripts of other people: a notation means one thing; what is not understood is told, never spoken."""

from __future__ import annotations

import io
import json
import os
import random
import re
import string
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stem.authoring.importing import Imported, Note, import_file, import_text, report_lines
from stem.errors import ScriptError, StemError
from stem.script.cues import Cue, Heading, Line, Pause, Source, Utterance
from stem.script.marks import parse_cues
from stem.script.template import find_script

GOLDEN = Path(__file__).parents[1] / "data" / "import"
REGENERATE = os.environ.get("STEM_REGENERATE") == "1"


def imported(text: str, name: str = "proef.txt") -> Imported:
    return import_text(text, name)


def body(script: Imported) -> str:
    return script.template_text.split("+++\n", 2)[2].rstrip("\n")


def lines(script: Imported) -> list[str]:
    return [line for line in body(script).split("\n") if line]


def cues(script: Imported) -> tuple[Cue, ...]:
    return parse_cues([Line(line, Source("x", 1)) for line in body(script).split("\n")])


def spoken(script: Imported) -> str:
    return " ".join(cue.text for cue in cues(script) if isinstance(cue, Utterance))


def told(script: Imported) -> list[tuple[str, str, str]]:
    return [(note.kind, note.found, note.became) for note in script.notes]


# --- marks ----------------------------------------------------------------------------------------

PAUSES = {
    "[PAUSE:5]": "[pauze 5]",
    "[pause:5s]": "[pauze 5]",
    "[pause: 5s]": "[pauze 5]",
    "[pause 5s]": "[pauze 5]",
    "[PAUSE=5]": "[pauze 5]",
    "[pause-5]": "[pauze 5]",
    "[PAUSE – 10 SECONDS]": "[pauze 10]",
    "[pause...5 seconds]": "[pauze 5]",
    "[pause for 5 seconds]": "[pauze 5]",
    "[Pause: 10 seconds.]": "[pauze 10]",
    "[5 second pause]": "[pauze 5]",
    "[5-secondenpauze]": "[pauze 5]",
    "[30 sec pause]": "[pauze 30]",
    "(pause 5 sec)": "[pauze 5]",
    "(5 seconds of silence)": "[pauze 5]",
    "(vijf seconden stilte)": "[pauze 5]",
    "(een minuut stilte)": "[pauze 60]",
    "(pauze van een halve minuut)": "[pauze 30]",
    "[1 min 30 sec pauze]": "[pauze 90]",
    "[1m30s]": "[pauze 90]",
    "[pause:1:30]": "[pauze 90]",
    "[pause 1,5 s]": "[pauze 1,5]",
    "[pause 1.5 seconds]": "[pauze 1,5]",
    "[pauze 5 tellen]": "[pauze 5]",
    "_(Pause for 30 seconds)_": "[pauze 30]",
    "_Pauze 10 seconden_": "[pauze 10]",
    "*pause*": "[pauze kort]",
    "[SILENCE: 45]": "[pauze 45]",
    "(silence 2 minutes)": "[pauze 120]",
    "{pause 5s}": "[pauze 5]",
    '<break time="5s"/>': "[pauze 5]",
    "<break time='2.5s' />": "[pauze 2,5]",
    "<break time=“5s”/>": "[pauze 5]",
    '<break time="500ms"/>': "[pauze 0,5]",
    '<break strength="strong"/>': "[pauze zin]",
    '<break strength="x-strong"/>': "[pauze alinea]",
    "<750>": "[pauze 0,75]",
    "<lange pauze>": "[pauze ruim]",
    "(pauze)": "[pauze kort]",
    "[pause]": "[pauze kort]",
    "[Pause.]": "[pauze kort]",
    "(pauzeer even)": "[pauze kort]",
    "(pause for a moment)": "[pauze kort]",
    "(korte pauze)": "[pauze 2]",
    "(lange pauze)": "[pauze ruim]",
    "[longer pause]": "[pauze ruim]",
    "(stilte)": "[pauze voel]",
    "[stilte]": "[pauze voel]",
    "(lange stilte)": "[pauze stilte]",
    "[gentle bell]": "[bel]",
    "(zachte gong)": "[bel]",
    "[klankschaal]": "[bel]",
}
"""Found between two sentences, and what it becomes."""


@pytest.mark.parametrize(("found", "became"), PAUSES.items())
def test_a_mark_becomes_one_of_ours(found: str, became: str) -> None:
    script = imported(f"Leun achterover.\n\nVoel de stoel. {found} Laat je dragen.")
    assert body(script) == f"Leun achterover.\n\nVoel de stoel.\n{became}\nLaat je dragen."
    assert script.notes == (Note(3, "changed", found, became),)


@pytest.mark.parametrize("found", [found for found in PAUSES if found[0] in "[(<{"])
def test_a_mark_also_stands_amid_a_sentence_and_on_its_own_line(found: str) -> None:
    amid = imported(f"Adem in {found} en adem uit.")
    alone = imported(f"Adem in.\n{found}\nAdem uit.")
    assert lines(amid) == ["Adem in", PAUSES[found], "en adem uit."]
    assert lines(alone) == ["Adem in.", PAUSES[found], "Adem uit."]


@pytest.mark.parametrize("mark", ["[pauze voel]", "[stilte 40]", "[adem 4-6 x3]", "[bel]", "[pauze 2,5 sec]"])
def test_our_own_marks_stay_as_they_are(mark: str) -> None:
    script = imported(f"Voel de stoel. {mark} Laat je dragen.")
    assert body(script) == f"Voel de stoel.\n{mark}\nLaat je dragen."
    assert script.notes == ()


SILENT = [
    *("[breath]", "[inhale]", "[diepe zucht]", "[music: golven]", "[birds singing]", "[00:15]"),
    *("(music: golven)", "(in a calm voice)", "(met een warme stem)", "(NOTE: niet te snel)", "(zachtjes)"),
    *("*breathe softly*", "_kijk rond_", "<!-- nog nalezen -->", '<audio src="zee.mp3"/>'),
]
UNKNOWN = [
    *("[naam]", "[3]", "[zie bijlage]", "[a [b] c]", "[pause 20 min]", "[pause 0]", "[pause 5s, then bell]"),
    *("{{ naam }}", "{% if nacht %}", "{# later #}", "{x}", "<onzin hier>", "(kijk de groep rond)"),
    *("(paar seconden stilte)", "[pause 5-3]", "[pause -4 of -2]", "[2 x 5 sec]", '<break time="snel"/>'),
]


@pytest.mark.parametrize("found", SILENT)
def test_sounds_and_directions_are_left_out_and_told(found: str) -> None:
    script = imported(f"Leun achterover.\n\nVoel de stoel. {found} Laat je dragen.")
    assert body(script) == "Leun achterover.\n\nVoel de stoel.\nLaat je dragen."
    assert script.notes == (Note(3, "left out", found, ""),)


@pytest.mark.parametrize("found", UNKNOWN)
def test_what_is_not_understood_is_kept_out_and_told_with_its_line(found: str) -> None:
    script = imported(f"Leun achterover.\n\nVoel de stoel. {found} Laat je dragen.")
    assert body(script) == "Leun achterover.\n\nVoel de stoel.\nLaat je dragen."
    assert script.notes == (Note(3, "not understood", found, ""),)


@pytest.mark.parametrize(
    "sentence",
    [
        "Luister naar een geluid (een verre trein, je eigen adem) en dan naar stilte.",
        "Neem de tijd (vijf minuten) om te landen.",
        "Je voelt *echt* de stoel, en **ook** de grond.",
        "Adem (diep, als dat kan) in.",
        "Neem zelf een *pauze* als je dat wilt.",
        "Zij zei: “Kom maar.” En ‘t was goed, zo 's avonds.",
        "Is 3 < 5, en ook 7 > 6?",
        "Welkom :) je bent er.",
        "Doe dat en/of dit, om 10:30 uur.",
        "Zet 2 * 3 stappen.",
        "Dit bestand_van_mij heet zo.",
    ],
)
def test_words_of_a_sentence_are_spoken(sentence: str) -> None:
    script = imported(sentence)
    assert " ".join(lines(script)) in {sentence, sentence.replace("*", "")}
    assert [note for note in script.notes if note.kind != "changed"] == []


def test_a_range_becomes_its_middle_and_both_ends_are_told() -> None:
    script = imported("Adem in. [pause 3-5 sec] Adem uit. (2 tot 3 minuten stilte) Voel.")
    assert "[pauze 4]" in body(script)
    assert "[pauze 150]" in body(script)
    assert [became for _, _, became in told(script)] == [
        "[pauze 4] (the middle of 3 to 5 seconds)",
        "[pauze 150] (the middle of 120 to 180 seconds)",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Adem in. [pause 5][pauze 3] Adem uit.", [8]),
        ("Adem in. [pause 5]\n(3 sec pauze)\nAdem uit.", [8]),
        ("Adem in... [pause 5] ...adem uit.", [5]),
        ("Adem in…\n\n[pause 5]\n\n…adem uit.", [5]),
        ("[pause 5]\nAdem in.", [5]),
        ("Adem in.\n[pause 5]", [5]),
        ("Adem in. /5s\nAdem uit. /2,5 sec", [5, 2.5]),
        ("Adem in (pauze). Adem uit.", [3]),
        ("één... twee... drie", [1, 1]),
        ("Tel mee: 1… 2… 3…", [1, 1]),
        ("Adem in... en uit.", [1.2]),
        ("Adem in… en uit.", [1.2]),
        ("Adem in . . . en uit.", [1.2]),
        ("Adem in...... en uit.", [2.4]),
        ("Adem in...\n\nAdem uit.", [2.5]),
        ("Adem in.\n...\nAdem uit.", [5]),
        ("Adem in.\n\n…\n\nAdem uit.", [5]),
        ("Adem in.\n...\n...\nAdem uit.", [12]),
        ("Adem in.\n... ... ...\nAdem uit.", [25]),
        ("Adem in.\n~\nAdem uit.", [5]),
        ("Adem in.\n~~\nAdem uit.", [10]),
        ("Adem in.\n~ ~ ~\nAdem uit.", [15]),
    ],
)
def test_pauses_add_up_and_dots_give_way(text: str, seconds: list[float]) -> None:
    assert [cue.seconds for cue in cues(imported(text)) if isinstance(cue, Pause)] == seconds


def test_a_stop_behind_a_mark_stays_with_the_words_before_it() -> None:
    assert body(imported("Adem in (pauze). Adem uit [naam].")) == "Adem in.\n[pauze kort]\nAdem uit."
    assert body(imported("Welkom, [naam]. Adem in [zucht], rustig.")) == "Welkom.\nAdem in, rustig."


def test_brackets_without_their_other_half_take_their_row_along() -> None:
    script = imported("Ga zitten.\nKijk [naar buiten. [pauze] Sluit je ogen\nvoel} de grond. Ja.")
    assert spoken(script) == "Ga zitten. Kijk Sluit je ogen de grond. Ja."
    assert told(script) == [("not understood", "[naar buiten.", ""), ("not understood", "voel}", "")]


def test_a_bracket_may_reach_across_rows() -> None:
    script = imported("Voel de stoel.\n[Let op:\n\nniet te snel]\n(pauze\nvan 5 seconden)\nAdem uit.")
    assert body(script).split() == ["Voel", "de", "stoel.", "[pauze", "5]", "Adem", "uit."]
    assert [note.line for note in script.notes] == [2, 5]


@pytest.mark.parametrize(
    ("row", "mark"),
    [
        ("— 8 seconden stilte —", "[pauze 8]"),
        ("– acht seconden stilte –", "[pauze 8]"),
        ("- 8 seconden stilte -", "[pauze 8]"),
        ("--- 8 seconden pauze ---", "[pauze 8]"),
        ("— stilte —", "[pauze voel]"),
        ("8 seconden stilte", "[pauze 8]"),
        ("8 seconden stilte.", "[pauze 8]"),
        ("**8 seconden stilte**", "[pauze 8]"),
        ("Pauze van een halve minuut", "[pauze 30]"),
        ("2 minutes of silence", "[pauze 120]"),
        ("Pause 5 seconds", "[pauze 5]"),
        ("3 tot 5 seconden stilte", "[pauze 4]"),
    ],
)
def test_a_pause_in_words_on_its_own_row_is_a_pause(row: str, mark: str) -> None:
    script = imported(f"Dit kost 5 euro\n{row}\nDank je wel.")
    assert lines(script) == ["Dit kost 5 euro", mark, "Dank je wel."]
    assert [(note.line, note.kind) for note in script.notes] == [(2, "changed")]


def test_a_pause_in_words_between_dashes_also_stands_between_two_sentences() -> None:
    script = imported("Voel de grond. — 8 seconden stilte — Dank je wel.")
    assert lines(script) == ["Voel de grond.", "[pauze 8]", "Dank je wel."]


def test_dashes_in_a_sentence_are_spoken() -> None:
    for sentence in ("Blijf – in alle stilte – nog even zo.", "Dat is – denk ik – goed.", "— Dank je wel. —"):
        assert spoken(imported(sentence)) == sentence
        assert imported(sentence).notes == ()


@pytest.mark.parametrize(
    "row", ["Een paar seconden stilte", "Neem nu 8 seconden stilte.", "- paar seconden stilte -"]
)
def test_what_may_be_a_pause_in_words_is_spoken_and_told(row: str) -> None:
    script = imported(f"Voel de grond.\n{row}\nDank je wel.")
    assert row.strip("- ") in spoken(script)
    assert [(note.line, note.kind) for note in script.notes] == [(2, "not understood")]
    assert "spoken as it is" in report_lines(script)[0]


def test_what_may_be_a_pause_in_words_between_dashes_is_left_out_and_told() -> None:
    script = imported("Voel de grond.\n— een paar seconden stilte —\nDank je wel.")
    assert spoken(script) == "Voel de grond. Dank je wel."
    assert report_lines(script) == ["line 2: not understood: — een paar seconden stilte — -> left out"]


def test_the_end_of_a_sentence_and_a_title_are_no_pause() -> None:
    assert spoken(imported("Daarna is er\n8 seconden stilte\nen dan een bel.")) == (
        "Daarna is er 8 seconden stilte en dan een bel."
    )
    assert "10 minuten stilte" in spoken(imported("10 minuten stilte\n\nVoel de grond."))


# --- layout ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("## Aankomen", "Aankomen"),
        ("##### Aankomen ##", "Aankomen"),
        ("**Aankomen**", "Aankomen"),
        ("**Aankomen:**", "Aankomen:"),
        ("**[Aankomen]**", "Aankomen"),
        ("Minute 1: Aankomen", "Aankomen"),
        ("Minuten 2-4: Aankomen", "Aankomen"),
        ("**Minuut 1: Aankomen**", "Aankomen"),
        ("#### 0:00 - 3:00 | Aankomen", "Aankomen"),
        ("[0:00–3:00] Aankomen", "Aankomen"),
        ("Aankomen\n========", "Aankomen"),
        ("## Aankomen [muziek: zee]", "Aankomen"),
    ],
)
def test_headings_are_chapters(heading: str, title: str) -> None:
    script = imported(f"Welkom.\n\n{heading}\nGa zitten.\n")
    assert [cue.title for cue in cues(script) if isinstance(cue, Heading)] == [title]
    assert spoken(script) == "Welkom. Ga zitten."


def test_the_words_behind_a_minute_are_spoken_when_they_are_no_title() -> None:
    script = imported("Minute 1: Ga zitten zoals het prettig is, met je voeten op de grond.\nVoel je voeten.")
    assert body(script).startswith("## Minute 1\n\nGa zitten zoals")


def test_the_words_behind_a_time_are_spoken_when_they_are_no_title() -> None:
    script = imported("Welkom.\n\n0:00 - 0:30 Ga zitten zoals het prettig is, en adem rustig door.\n\nDag.")
    assert spoken(script) == "Welkom. Ga zitten zoals het prettig is, en adem rustig door. Dag."
    assert told(script) == [("left out", "0:00 - 0:30", "")]


def test_the_first_heading_of_all_is_the_title() -> None:
    script = imported("# De tuin\n\nWelkom.\n\n# Slot\n\nDag.")
    assert script.title == "De tuin"
    assert body(script) == "Welkom.\n\n## Slot\n\nDag."


def test_without_a_title_the_file_gives_it() -> None:
    assert imported("Welkom.", "mijn_eerste-script.txt").title == "Mijn eerste script"
    assert imported("Welkom.", "....txt").title == "Zonder titel"


def test_front_matter_and_keys_are_read_and_not_spoken() -> None:
    for text in (
        "---\ntitle: De tuin\nduur: 8 min\ntags:\n- rust\n---\nWelkom.",
        "Titel: De tuin\nDuur: 8:00\n\nWelkom.",
    ):
        script = imported(text)
        assert (script.title, script.declared_s, spoken(script)) == ("De tuin", 480.0, "Welkom.")


def test_a_transcript_becomes_sentences_again() -> None:
    text = "Doe je ogen dicht,\n\nen adem rustig\n\nuit. Voel je\nvoeten,\n\nVoel de grond.\n\nBlijf even zo."
    assert body(imported(text)) == (
        "Doe je ogen dicht, en adem rustig uit.\nVoel je voeten, Voel de grond.\n\nBlijf even zo."
    )


def test_times_of_a_transcript_are_left_out() -> None:
    plain = "0:01 Doe je ogen dicht\n0:07 en adem uit.\n0:12 Voel je voeten."
    subtitles = (
        "1\n00:00:01,000 --> 00:00:04,000\nDoe je ogen dicht\n\n"
        "2\n00:00:07,000 --> 00:00:11,000\nen adem uit.\nVoel je voeten."
    )
    for text in (plain, subtitles):
        assert spoken(imported(text)) == "Doe je ogen dicht en adem uit. Voel je voeten."


def test_paragraphs_are_rows_only_where_rows_are_not_broken_by_hand() -> None:
    wrapped = "Zit zoals het prettig is en voel\nde grond. Adem rustig door je\nneus."
    assert "\n\n" not in body(imported(wrapped))
    rows = "Zit zoals het prettig is.\nVoel de grond.\nAdem rustig door."
    assert body(imported(rows)) == rows.replace("\n", "\n\n")
    parted = "Zit zoals het prettig is.\nVoel de grond.\n\nAdem rustig door."
    assert body(imported(parted)) == parted


def test_lists_quotations_and_rules() -> None:
    text = "Kies:\n- een boom\n* een huis\n---\n> Voel de grond.\n1. Adem in.\n2. Adem uit."
    assert body(imported(text)).split("\n\n") == [
        "Kies:",
        "een boom",
        "een huis",
        "Voel de grond.",
        "Adem in.",
        "Adem uit.",
    ]


def test_a_page_copied_from_the_web_loses_what_is_around_its_text() -> None:
    page = (
        "De tuin in jezelf\n- mvdberg\n- 3 dagen geleden\n- 4 minuten om te lezen\n"
        "Welkom in de tuin. Je mag hier zijn.\nVoel de aarde onder je voeten.\n\nOpmerkingen\n"
    )
    script = imported(page)
    assert script.title == "De tuin in jezelf"
    assert spoken(script) == "Welkom in de tuin. Je mag hier zijn. Voel de aarde onder je voeten."
    assert script.declared_s is None  # minutes to read are not minutes to listen
    assert [note.line for note in script.notes] == [1, 2, 3, 4, 8]


def test_a_row_that_may_be_a_title_is_spoken_and_told() -> None:
    script = imported("Welkom.\n\nDe oude boom\n\nVoel de bast.")
    assert "De oude boom" in spoken(script)
    assert [(note.line, note.kind) for note in script.notes] == [(3, "not understood")]


# --- damaged letters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("Alles is stilĀ hier.", "Alles is stil hier."),
        ("Jouw energieƫn.", "Jouw energieën."),
        ("Dat is wƩl zo.", "Dat is wél zo."),
        ("Een oude cƩdƨre.", "Een oude cédère."),
        ("Wees niet egoƯstisch.", "Wees niet egoïstisch."),
        ("Het is Ã©Ã©n zee.", "Het is één zee."),
        ("Hij zei: â€œJa.â€\x9d", "Hij zei: “Ja.”"),
        ("Nu â€™s avonds.", "Nu ’s avonds."),
        ("DeÂ\xa0zee.", "De zee."),
        ("De\xa0zee.", "De zee."),
        ("EmoƟe en aƩent en seƫng.", "Emotie en attent en settting."),
        ("ﬁjne koﬃe.", "fijne koffie."),
        ("&eacute;&eacute;n &amp; al.", "één & al."),
        ("on\xadzicht\u200bbaar.", "onzichtbaar."),
    ],
)
def test_damaged_letters_are_mended(damaged: str, mended: str) -> None:
    mended = mended.replace("settting", "setting")
    assert body(imported(damaged)) == mended


@pytest.mark.parametrize(
    "sound",
    [
        "überhaupt, reünie en façade.",
        "MĀORI en Ārpád.",
        "Mevrouw Hương kwam.",
        "Āan zee.",
        "Är så â la carte.",
    ],
)
def test_letters_that_are_whole_are_not_touched(sound: str) -> None:
    script = imported(sound)
    assert body(script) == sound
    assert script.notes == ()


def test_a_mended_word_is_named_with_its_line() -> None:
    script = imported("Alles is stil.\nJouw energieƫn, überhaupt.")
    assert script.notes == (Note(2, "mended", "energieƫn,", "energieën,"),)
    assert report_lines(script) == ["line 2: mended: energieƫn, -> energieën,"]


def test_a_letter_that_is_lost_is_told() -> None:
    assert told(imported("Dat is w�l zo.")) == [("not understood", "w�l", "w�l (a letter is lost)")]


# --- lengths and the report -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "declared_s"),
    [
        ("# Een 5-minuten meditatie\nWelkom.", "x.md", 300.0),
        ("# Rust in 2,5 minuten\nWelkom.", "x.md", 150.0),
        ("Welkom.", "bodyscan 10 min.txt", 600.0),
        ("Minute 1: Begin\nWelkom.\nMinute 4: Slot\nDag.", "x.txt", 240.0),
        ("#### 0:00 - 3:00 | Begin\nWelkom.\n#### 3:00 - 5:30 | Slot\nDag.", "x.md", 330.0),
        ("Neem vijf minuten. Blijf 5 minuten zitten.", "x.txt", None),
        ('{"duration": "5 min", "text": "Welkom."}', "x.json", 300.0),
        ('{"minutes": 7, "text": "Welkom."}', "x.json", 420.0),
        ('{"duration": 5, "text": "Welkom."}', "x.json", None),
    ],
)
def test_the_declared_length_is_found(text: str, name: str, declared_s: float | None) -> None:
    assert imported(text, name).declared_s == declared_s


def test_the_expected_length_is_that_of_words_and_pauses() -> None:
    without, with_pause = imported("Adem in.\n\nAdem uit."), imported("Adem in.\n[pause 62,5 s]\nAdem uit.")
    assert with_pause.expected_s - without.expected_s == pytest.approx(60.0)  # a paragraph's 2.5 s made way
    assert 3.0 < without.expected_s < 8.0


def test_the_report_says_what_presses_most_first_and_equal_things_once() -> None:
    script = imported(
        "# 5 minuten rust\nAdem in. [pause] Adem uit. [pause]\n[naam]\nVoel de energieƫn.\n[pause]\n[zucht]"
    )
    assert report_lines(script) == [
        "line 3: not understood: [naam] -> left out",
        "line 4: mended: energieƫn. -> energieën.",
        "line 6: left out: [zucht]",
        "line 1: changed: # 5 minuten rust -> the title",
        "lines 2, 5: changed: [pause] -> [pauze kort]",
        f"It says it lasts 5:00; its words and pauses take about 0:{script.expected_s:02.0f}.",
    ]


# --- formats --------------------------------------------------------------------------------------

TEXT = "Welkom in de tuin, één ‘plek’.\n\n[pause 5s]\n\nVoel de aarde."


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\u2028").encode(),
    ],
)
def test_letters_and_line_ends_of_every_kind_give_the_same(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "tuin.txt").write_bytes(content)
    script = import_file(tmp_path / "tuin.txt")
    assert body(script) == "Welkom in de tuin, één ‘plek’.\n[pauze 5]\n\nVoel de aarde."
    assert script.notes[-1].line == 3


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OPEN = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, compresslevel=1) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, method, 1)
    return file.getvalue()


def docx(inner: str, head: str = "") -> bytes:
    return zipped(
        {"word/document.xml": f"{head}<w:document {WORD}><w:body>{inner}</w:body></w:document>".encode()}
    )


def odt(inner: str, head: str = "") -> bytes:
    text = f"<office:body><office:text>{inner}</office:text></office:body>"
    content = f"{head}<office:document-content {OPEN}>{text}</office:document-content>"
    return zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": content.encode()})


def test_a_word_document_is_its_text_and_headings(tmp_path: Path) -> None:
    inner = (
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>De tuin</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="Kop1"/></w:pPr><w:r><w:t>Begin</w:t></w:r></w:p>'
        '<w:p><w:r><w:t xml:space="preserve">Voel </w:t></w:r>'
        "<w:del><w:r><w:delText>niet </w:delText></w:r></w:del><w:r><w:rPr><w:b/></w:rPr><w:t>de</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>geheim</w:t></w:r>"
        "<w:r><w:tab/><w:t>aarde [pause</w:t></w:r><w:r><w:t>: 5s].</w:t></w:r></w:p>\n  "
        "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>Adem in</w:t><w:br/><w:t>en uit."
        "</w:t></w:r></w:p>"
    )
    (tmp_path / "x.docx").write_bytes(docx(inner))
    script = import_file(tmp_path / "x.docx")
    assert script.title == "De tuin"
    assert body(script) == "## Begin\n\nVoel de aarde.\n[pauze 5]\n\nAdem in en uit."
    assert script.notes[-1] == Note(3, "changed", "[pause: 5s]", "[pauze 5]")


def test_an_odt_document_is_its_text_and_headings(tmp_path: Path) -> None:
    inner = (
        "<text:tracked-changes><text:p>weg</text:p></text:tracked-changes>"
        '<text:h text:outline-level="1">Begin</text:h>'
        "<text:p>Voel <text:span>de</text:span><text:s/>aarde.<office:annotation><text:p>zachter</text:p>"
        "</office:annotation> (lange pauze)</text:p><text:p>Adem<text:line-break/>uit.</text:p>"
    )
    (tmp_path / "x.odt").write_bytes(odt(inner))
    assert body(import_file(tmp_path / "x.odt")) == "## Begin\n\nVoel de aarde.\n[pauze ruim]\n\nAdem uit."


def test_ssml_is_its_sentences_and_breaks() -> None:
    ssml = (
        '<?xml version="1.0"?>\n<speak version="1.1">\n'
        "<p><s>Voel de aarde</s><s>Adem <emphasis>rustig</emphasis> uit</s></p>\n"
        '<break time="4s"/>\n<p>Blijf even zo.</p></speak>'
    )
    assert body(imported(ssml, "x.ssml")) == "Voel de aarde.\nAdem rustig uit.\n[pauze 4]\n\nBlijf even zo."


def test_json_is_its_texts_and_pauses_in_their_order() -> None:
    document = {
        "title": "De tuin",
        "steps": [
            {"text": "Voel de aarde.", "pauseAfter": 5},
            {"pauseBefore": "2s", "text": "Adem uit. (stilte)", "pause_ms": 1500},
            {"type": "pause", "duration": 4},
            {"heading": "Slot", "lines": ["Blijf zo.", {"pause": "lang"}]},
            {"text": "Dag.", "pause": True, "id": 7},
        ],
    }
    script = imported(json.dumps(document, indent=1), "x.json")
    assert script.title == "De tuin"
    assert body(script).split("\n") == [
        *(
            "Voel de aarde.",
            "[pauze 5]",
            "[pauze 2]",
            "",
            "Adem uit.",
            "[pauze voel]",
            "[pauze 1,5]",
            "[pauze 4]",
        ),
        *("", "## Slot", "", "Blijf zo.", "[pauze ruim]", "", "Dag."),
    ]
    assert [note.found for note in script.notes if note.kind == "not understood"] == [
        '"pause": true',
        '"id": 7',
    ]
    assert script.notes[0] == Note(6, "changed", '"pauseAfter": 5', "[pauze 5]")


def test_a_text_that_begins_with_a_bracket_is_no_json() -> None:
    assert body(imported("[pauze]\nVoel.")) == "[pauze]\nVoel."


# --- golden cases ---------------------------------------------------------------------------------


def inputs() -> list[Path]:
    return sorted(path for path in GOLDEN.glob("*") if not path.name.endswith((".j2", ".report")))


@pytest.mark.parametrize("path", inputs(), ids=lambda path: path.name)
def test_golden_case(path: Path) -> None:
    """With STEM_REGENERATE=1 in the environment the expected files are written instead."""
    script = import_file(path)
    report = "\n".join(report_lines(script)) + "\n"
    template, told_in = (path.with_name(path.name + suffix) for suffix in (".j2", ".report"))
    if REGENERATE:
        template.write_text(script.template_text, encoding="utf-8")
        told_in.write_text(report, encoding="utf-8")
    assert script.template_text == template.read_text(encoding="utf-8")
    assert report == told_in.read_text(encoding="utf-8")


def test_there_are_golden_cases_of_every_format() -> None:
    assert {path.suffix for path in inputs()} == {".txt", ".md", ".docx", ".odt", ".ssml", ".json"}


@pytest.mark.parametrize("path", inputs(), ids=lambda path: path.name)
def test_a_golden_template_is_a_script_that_says_the_same(path: Path) -> None:
    template = find_script(str(path.with_name(path.name + ".j2")))
    script = import_file(path)
    read = parse_cues(template.render({}).lines)
    assert template.title == script.title
    assert [type(cue) for cue in read] == [type(cue) for cue in cues(script)]


# --- what must not get in -------------------------------------------------------------------------

MB = 1_000_000
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
WORD_P = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def patched(content: bytes, *changes: tuple[bytes, int, bytes]) -> bytes:
    """Write bytes at an offset behind each place of a signature."""
    changed = bytearray(content)
    for signature, offset, new in changes:
        for match in re.finditer(re.escape(signature), content):
            changed[match.start() + offset : match.start() + offset + len(new)] = new
    return bytes(changed)


def flipped(content: bytes) -> bytes:
    """Change a byte of the packed text."""
    start = content.index(b"document.xml") + 40
    return content[:start] + bytes([content[start] ^ 0xFF]) + content[start + 1 :]


def giant_directory(entries: int = 300_000) -> bytes:
    """Return a zip's list of files, without the files; 46 bytes an entry, ten times that in memory."""
    entry = CENTRAL + bytes(42)
    size = len(entry) * entries
    return entry * entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, 0, 0)


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
DOCX = docx(WORD_P.format("Voel de aarde. " * 20))


@cache
def bomb() -> bytes:
    return zipped({"word/document.xml": b"<w:document>" + b" " * (120 * MB)})


Content: TypeAlias = bytes | Callable[[], bytes]
"""Of a file; what takes a while to make is made by whom it is for."""


REFUSED: dict[str, Content] = {
    "empty.txt": b"",
    "spaces.txt": b" \n\t \r\n" * 100,
    "only-a-mark.txt": b"\xef\xbb\xbf",
    "no-words.txt": "... [pauze] — !!! 😀\n".encode(),
    "only-marks.txt": b"[pauze]\n(stilte)\n...\n",
    "only-code.txt": b"{% for x in range(10**9) %}{{ x }}{% endfor %}",
    "only-italics.md": b"*Voel de aarde.*",
    "only-headings.md": b"# Een\n\n## Twee\n",
    "zero-bytes.txt": b"Voel\x00 de aarde.",
    "utf-16-without-mark.txt": "Voel de aarde.".encode("utf-16-le"),
    "utf-16-cut.txt": b"\xff\xfe" + "Voel".encode("utf-16-le")[:-1],
    "noise.bin": random.Random(1).randbytes(5_000),
    "controls.txt": b"Voel\x01\x02\x03 de \xe9\xe9n.",
    "not-1252.txt": b"Voel \x81\x8d \xe9\xe9n.",
    "program": b"\x7fELF" + bytes(64),
    "picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "sound.txt": b"RIFF\x00\x00\x00\x00WAVE",
    "page.pdf": b"%PDF-1.7\nVoel de aarde.",
    "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "rich.rtf": rb"{\rtf1\ansi Voel de aarde.}",
    "packed.gz": b"\x1f\x8b\x08" + bytes(20),
    "page.html": b"<!DOCTYPE html><html><body><script>voel()</script></body></html>",
    "long-line.txt": b"voel de aarde " * 75_000,
    "long-word.txt": b"a" * MB,
    "large.txt": b"Voel de aarde.\n" * 1_500_000,
    "many-lines.txt": b"a!\n" * 49_000,
    "bomb.docx": bomb,
    "bomb-that-lies.docx": lambda: patched(
        bomb(), (CENTRAL, 24, struct.pack("<I", 100)), (LOCAL, 22, struct.pack("<I", 100))
    ),
    "bomb.odt": lambda: zipped({"content.xml": b"<x>" + b"a" * (21 * MB)}),
    "bomb-bzip2.docx": lambda: zipped({"word/document.xml": b" " * (21 * MB)}, zipfile.ZIP_BZIP2),
    "many-entries.docx": lambda: zipped({f"{number}": b"" for number in range(11_000)}),
    "giant-directory.docx": giant_directory,
    "no-document.zip": zipped({"readme.txt": b"Voel de aarde."}),
    "outside.docx": zipped({"../../word/document.xml": b"<x/>", "/word/document.xml": b"<x/>"}),
    "cut.docx": DOCX[:-60],
    "head-only.docx": DOCX[:30],
    "flipped.docx": flipped(DOCX),
    "wrong-crc.docx": patched(DOCX, (CENTRAL, 16, b"\0\0\0\0"), (LOCAL, 14, b"\0\0\0\0")),
    "locked.docx": patched(DOCX, (CENTRAL, 8, b"\x01\x00"), (LOCAL, 6, b"\x01\x00")),
    "odd-packing.docx": patched(DOCX, (CENTRAL, 10, b"\x63\x00"), (LOCAL, 8, b"\x63\x00")),
    "far-offset.docx": patched(DOCX, (CENTRAL, 42, b"\xff\xff\xff\x7f")),
    "broken-xml.docx": docx("<w:p><w:r><w:t>Voel</w:p>"),
    "empty.docx": docx(""),
    "no-xml.docx": zipped({"word/document.xml": b""}),
    "odd-letters.docx": zipped({"word/document.xml": b'<?xml version="1.0" encoding="klingon"?><x/>'}),
    "laughs.docx": docx(WORD_P.format("&l9;"), LAUGHS),
    "outside-entity.docx": docx(WORD_P.format("&e;"), OUTSIDE),
    "laughs.odt": odt("<text:p>&l9;</text:p>", LAUGHS),
    "deep.docx": docx("<w:p>" * 100_000),
    "much-text.docx": docx(WORD_P.format("voel de aarde " * 100_000)),
    "laughs.ssml": f"{LAUGHS}<speak>&l9;</speak>".encode(),
    "outside-entity.ssml": f"{OUTSIDE}<speak>&e;</speak>".encode(),
    "no-words.ssml": b"<speak><break time='5s'/></speak>",
    "deep.json": b"[" * 100_000 + b"]" * 100_000,
    "deep-enough.json": b'{"a":' * 400 + b'"Voel."' + b"}" * 400,
    "broken.json": b'{"text": "Voel", }',
    "not.json": b"Voel de aarde.",
    "long-number.json": b'{"pause": ' + b"9" * 5_000 + b"}",
    "numbers.json": b'[1, 2, {"pause": "5", "id": NaN}]',
    "no-words.json": b'{"text": "", "steps": [null, true, {}]}',
}
ACCEPTED: dict[str, bytes] = {
    # Odd, and slow for anything that looks at its text twice, but with words to speak.
    "brackets.txt": b"Voel. " + b"[" * 35_000,
    "round.txt": b"Voel. " + b"(" * 8_750 + b")" * 8_750,
    "many-round.txt": b"Voel. " + (b"(" * 400 + b")" * 400 + b" ") * 45,
    "square.txt": b"Voel. " + b"[" * 8_750 + b"]" * 8_750,
    "closing.txt": b"Voel.\n" + b"]" * 17_500,
    "marks.txt": b"Voel. " + b"[5s]" * 3_000,
    "unknown-marks.txt": b"Voel. " + b"[x]" * 5_625 + b" ja.",
    "brackets-on-rows.txt": b"Voel. " + b"(\n)" * 5_000,
    "stars.txt": b"Voel. " + b"*" * 17_500,
    "star-pairs.txt": b"Voel. " + b"*a" * 8_750,
    "underscores.txt": b"Voel. " + b"_ " * 8_750,
    "dots.txt": b"Voel " + b"." * 17_500 + b" ja.",
    "dot-spaces.txt": b"Voel " + b". " * 8_750 + b"ja.",
    "signs.txt": b"Voel. " + b"! ? " * 4_625,
    "comments.txt": b"Voel. " + b"<!--" * 4_500,
    "tags.txt": b"Voel. " + b"<" * 17_500,
    "tag-attributes.txt": b"Voel. " + b"<break time=" * 3_000,
    "slashes.txt": b"Voel. " + b"/5s " * 4_375,
    "links.txt": b"Voel. " + b"[a](#" * 3_500,
    "images.txt": b"Voel. " + b"![" * 8_750,
    "hashes.md": b"Voel.\n# " + b"# " * 8_750 + b"x",
    "rules.txt": b"Voel. \n" + b"- " * 8_750 + b"x",
    "quotations.txt": b"Voel.\n" + b"> " * 8_750 + b"x",
    "commas.txt": b"Voel " + b", " * 8_750 + b"ja.",
    "blank-lines.txt": b"Voel.\n" + b"\n" * 17_500 + b"Ja.",
    "headings.md": b"Voel.\n" + b"# !\n" * 2_000,
    "entities.txt": b"Voel " + b"&amp;" * 3_500,
    "keys.txt": b"a" + b" " * 17_500 + b"b",
    "paragraphs.txt": b"voel\n\n" * 1_500,
    "times.txt": b"Voel. " + b"[1:1:1:" * 5_000,
    "digits.txt": b"Voel. [" + b"1 " * 480 + b"] (" + b"1-" * 480 + b")" + b"9" * 12_500,
}

CHILD = """
import json, sys, time, zipfile
from contextlib import suppress
from pathlib import Path
from stem.errors import StemError
from stem.authoring.importing import import_file
def memory(which):
    return int(Path("/proc/self/status").read_text().split(which)[1].split()[0]) / 1024
def read_plainly(path):
    zipfile.ZipFile(path).read("word/document.xml")
for name, read in json.load(sys.stdin):
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak so far becomes what it is now (man 5 proc)
    before = memory("VmRSS:")
    start = time.process_time()  # another program's work says nothing of ours
    try:
        globals()[read](Path(name))
        outcome = ""
    except StemError as error:
        outcome = f"{type(error).__name__}: {error.sentence}"
    except BaseException as error:
        outcome = f"!! {type(error).__name__}: {error}"
    print(json.dumps([name, outcome, time.process_time() - start, memory("VmHWM:") - before]), flush=True)
"""
ON_LINUX = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measures memory in /proc")
LONGEST_S = 0.5
"""Of work; what goes over 17,500 signs again at each of them has 150 million steps to go."""
MOST_MEMORY_MB = 100.0
"""A document's text may be 20 MB unpacked, and its XML and paragraphs a few times that."""


PLAINLY = "bomb.docx, read plainly"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float, float]]:
    """What became of each file, in a child: its error or "", the seconds, and by how many MB memory grew."""
    folder = tmp_path_factory.mktemp("bad")
    for name, content in {**REFUSED, **ACCEPTED}.items():
        (folder / name).write_bytes(content() if callable(content) else content)
    (folder / "folder.txt").mkdir()
    os.mkfifo(folder / "fifo.txt")
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "loop.txt").symlink_to("loop.txt")
    with (folder / "sparse.txt").open("wb") as sparse:
        sparse.truncate(10**12)
    names = [*REFUSED, *ACCEPTED, *NO_FILES]
    files = [(name if name.startswith("/") else str(folder / name), "import_file") for name in names]
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps([*files, (str(folder / "bomb.docx"), "read_plainly")]),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    return {
        name: (outcome, took, grown)
        for name, (_, outcome, took, grown) in zip([*names, PLAINLY], lines, strict=True)
    }


NO_FILES = [
    "folder.txt",
    "fifo.txt",
    "dangling.txt",
    "loop.txt",
    "sparse.txt",
    "missing.txt",
    "/dev/zero",
    "x" * 300,
]


@pytest.mark.slow
@ON_LINUX
@pytest.mark.parametrize("name", [*REFUSED, *NO_FILES])
def test_what_cannot_be_a_script_is_refused_soon(
    name: str, outcomes: dict[str, tuple[str, float, float]]
) -> None:
    outcome, took_s, grown_mb = outcomes[name]
    assert outcome.startswith("ScriptError: ")
    assert took_s < LONGEST_S
    assert grown_mb < MOST_MEMORY_MB


@pytest.mark.slow
@ON_LINUX
@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_odd_is_read_soon(name: str, outcomes: dict[str, tuple[str, float, float]]) -> None:
    outcome, took_s, grown_mb = outcomes[name]
    assert not outcome.startswith("!!")
    assert took_s < LONGEST_S
    assert grown_mb < MOST_MEMORY_MB


@pytest.mark.slow
@ON_LINUX
def test_a_plain_reader_falls_for_the_bomb(outcomes: dict[str, tuple[str, float, float]]) -> None:
    """The control: without our limits the same file takes more memory than the table allows."""
    outcome, _, grown_mb = outcomes[PLAINLY]
    assert not outcome
    assert grown_mb > MOST_MEMORY_MB


def test_a_plain_parser_falls_for_the_laughs() -> None:
    """The control: expat without our handlers goes on expanding until its own alarm."""
    from xml.etree import ElementTree as ET

    few = LAUGHS.split("<!ENTITY l4")[0] + "]>"
    text = ET.fromstring(f"{few}<x>&l3;</x>").text
    assert text == "ha" * 1_000


# --- properties -----------------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        [
            *PAUSES,
            *SILENT,
            *UNKNOWN,
            *"[](){}<>*_#~/.…-=\"'“”|",
            "\n",
            "\n\n",
            " ",
            "...",
            "**",
            "{{",
            "%}",
            "---",
            "+++",
        ]
    ),
    st.sampled_from(
        ["Voel", "de", "aarde.", "Adem", "in,", "één", "5", "minuten", "Minute 1:", "1.", "- ", "0:00"]
    ),
    st.text(max_size=6),
)


@given(st.lists(PIECES, max_size=30).map("".join))
@example("#### 0:00 - 3:00 |\nx")
@example("x\n# [")
@example("a. #b")
@example("\ud800 x")
@example("x\n===\n===")
def test_any_text_becomes_a_script_or_an_error(text: str) -> None:
    try:
        script = imported(text)
    except ScriptError:
        return
    read = cues(script)
    said = " ".join(cue.text for cue in read if isinstance(cue, Utterance))
    assert not set("[]{}") & set(said)
    assert not set("[]{}") & set("".join(cue.title for cue in read if isinstance(cue, Heading)))
    assert "{" not in body(script)
    assert script.expected_s > 0
    assert script == imported(text)
    script.template_text.encode()


SECRET = "ziggurat"
PLAIN = st.lists(
    st.sampled_from(["voel", "de", "aarde", "adem", "rustig", "in", "uit", "hier", "grond", "lucht", "boom"]),
    min_size=2,
    max_size=9,
)
INSIDE = st.text(st.sampled_from(string.ascii_lowercase + " .,:;5'\n("), max_size=12)


@given(
    st.lists(
        st.tuples(PLAIN, st.sampled_from(["[]", "{}", "[[]]", "{{}}", "([])"]), INSIDE, INSIDE),
        min_size=1,
        max_size=5,
    )
)
def test_nothing_within_unknown_brackets_is_ever_spoken(
    parts: list[tuple[list[str], str, str, str]],
) -> None:
    text = ""
    for words, brackets, before, after in parts:
        middle = len(brackets) // 2
        text += f"{' '.join(words)} {brackets[:middle]}{before}{SECRET}{after}{brackets[middle:]} "
    try:
        script = imported(f"Begin.\n\n{text}")
    except StemError:
        return
    assert SECRET not in spoken(script)
    assert any(SECRET in note.found or note.kind == "not understood" for note in script.notes)


MARKS = [mark for mark in (*PAUSES, *SILENT, *UNKNOWN) if mark[0] not in "*_("]
BETWEEN = st.sampled_from([" ", ", ", ". ", "... ", "\n", "\n\n", "? ", *(f" {mark} " for mark in MARKS)])


@given(st.lists(st.tuples(PLAIN, BETWEEN), min_size=1, max_size=12))
def test_words_outside_of_marks_all_survive_in_order(parts: list[tuple[list[str], str]]) -> None:
    script = imported("".join(" ".join(words) + between for words, between in parts))
    expected = [word for words, _ in parts for word in words]
    assert re.findall(r"\w+", spoken(script)) == expected


@given(st.binary(max_size=200))
def test_any_bytes_become_a_script_or_an_error(content: bytes) -> None:
    for kind in ("x.txt", "x.json"):
        try:
            text = content.decode("utf-8", "surrogateescape")
            cues(imported(text, kind))
        except ScriptError:
            pass


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["text", "pause", "pauseAfter", "title", "type", "duration", "x", ""]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_becomes_a_script_or_an_error(document: object) -> None:
    try:
        script = imported(json.dumps(document), "x.json")
    except ScriptError:
        return
    cues(script)
