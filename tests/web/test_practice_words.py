# ruff: noqa: RUF001 - phonetic signs look like letters
"""Pronunciation, the space that is taken, and whether everything works, in the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pagehelp import Visitor, practice_in

from stem import Diagnosis, Project, speech_cache
from stem.messages import Message
from stem.script.dutch.lexicon import load_lexicon
from stem.web.workshop import Run

LIST = """# Onze woorden.

Sjoukje = "sjouk-je"   # met de j van jas
trigger = { as = "trikker", ipa = "trɪɡər" }
"""


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = practice_in(tmp_path / "praktijk")
    (folder / "lexicon.toml").write_text(LIST, encoding="utf-8")
    return folder


def mark(visitor: Visitor) -> dict[str, object]:
    found = re.search(r'name="merk" value="([0-9a-f]*)"', visitor.get("/praktijk/uitspraak").text)
    assert found is not None
    return {"merk": found[1]}


def read(practice: Path) -> str:
    return (practice / "lexicon.toml").read_text(encoding="utf-8")


def test_words_are_shown_each_to_be_heard(visitor: Visitor) -> None:
    page = visitor.get("/praktijk/uitspraak").text
    assert 'value="Sjoukje"' in page
    assert 'value="trikker"' in page
    assert page.count('data-hoor="naam"') == 3


def test_a_word_is_added_changed_and_taken_out_and_all_else_stays(visitor: Visitor, practice: Path) -> None:
    address = "/praktijk/uitspraak"
    new: dict[str, object] = {"woord": "chakra's", "klinkt": "sjakraas"}
    assert visitor.post(address, mark(visitor) | new).headers["Location"] == address
    assert read(practice) == LIST + '"chakra\'s" = "sjakraas"\n'
    assert load_lexicon(practice).applied("De chakra's van Sjoukje.") == "De sjakraas van sjouk-je."

    changed: dict[str, object] = {"was": "Sjoukje", "woord": "Sjoukje", "klinkt": "sjoukje"}
    assert visitor.post(address, mark(visitor) | changed).status_code == 303
    assert 'Sjoukje = "sjoukje"   # met de j van jas' in read(practice)

    same: dict[str, object] = {"was": "trigger", "woord": "triggers", "klinkt": "trikker"}
    assert visitor.post(address, mark(visitor) | same).status_code == 303
    assert 'triggers = {as = "trikker", ipa = "trɪɡər"}' in read(practice)  # it sounds as it did
    other: dict[str, object] = {"was": "triggers", "woord": "triggers", "klinkt": "trigger"}
    assert visitor.post(address, mark(visitor) | other).status_code == 303
    assert 'triggers = "trigger"' in read(practice)  # by ear: the signs would say it otherwise

    assert visitor.post(f"{address}/weg", mark(visitor) | {"was": "triggers"}).status_code == 303
    assert [each.word for each in Project(practice).words()] == ["Sjoukje", "chakra's"]
    assert read(practice).startswith("# Onze woorden.\n")


def test_a_list_begins_with_its_first_word(visitor: Visitor, practice: Path) -> None:
    (practice / "lexicon.toml").unlink()
    assert "Nog geen eigen woorden." in visitor.get("/praktijk/uitspraak").text
    assert (
        visitor.post("/praktijk/uitspraak", mark(visitor) | {"woord": "act", "klinkt": "ekt"}).status_code
        == 303
    )
    assert read(practice) == 'act = "ekt"\n'


WRONG: list[tuple[str, dict[str, object], str]] = [
    ("", {"woord": "", "klinkt": "x"}, "Vul allebei in"),
    ("", {"woord": "x", "klinkt": " "}, "Vul allebei in"),
    ("", {"woord": "x" * 101, "klinkt": "x"}, "hoogstens 100 tekens"),
    ("", {"woord": "sjoukje", "klinkt": "x"}, "Sjoukje"),
    ("", {"woord": "x", "klinkt": "[x]"}, "[x]"),
    ("", {"woord": "x", "klinkt": "..."}, "..."),
    ("", {"woord": "...", "klinkt": "x"}, "..."),
    ("", {"woord": "<b>x", "klinkt": "{{ 7*7 }}"}, "{{ 7*7 }}"),
    ("", {"was": "nergens", "woord": "x", "klinkt": "x"}, "nergens"),
    ("", {"was": "trigger", "woord": "Sjoukje", "klinkt": "x"}, "Sjoukje"),
    ("/weg", {"was": "nergens"}, "nergens"),
]


def test_a_word_that_cannot_be_kept_is_told_and_nothing_is_written(visitor: Visitor, practice: Path) -> None:
    usual = mark(visitor)
    for more, sent, told in WRONG:
        answer = visitor.post(f"/praktijk/uitspraak{more}", usual | sent)
        assert answer.status_code == 400, sent
        assert 'role="alert"' in answer.text
        assert told in answer.text, sent
        assert "<b>" not in answer.text
    assert read(practice) == LIST


def test_a_list_that_changed_meanwhile_is_told_and_not_overwritten(visitor: Visitor, practice: Path) -> None:
    sent = mark(visitor) | {"woord": "x", "klinkt": "iks"}
    (practice / "lexicon.toml").write_text(LIST + "# later\n", encoding="utf-8")
    answer = visitor.post("/praktijk/uitspraak", sent)
    assert answer.status_code == 409
    assert "intussen ergens anders veranderd" in answer.text
    assert 'value="iks"' in answer.text
    assert read(practice) == LIST + "# later\n"


def test_what_was_spoken_is_counted_and_cleared_but_not_while_a_track_is_made(
    visitor: Visitor, practice: Path
) -> None:
    project = Project(practice)
    project.sound_of(project.sentence("Welkom.", "zacht"))
    assert speech_cache().entries == 1
    assert "<dd>1 (0 MB, hoogstens 2 GB)</dd>" in visitor.get("/praktijk/computer").text
    busy = Run("Aankomen", "c017", "aankomen", lambda _events: 1 / 0)  # type: ignore[arg-type,return-value]
    busy.state = "making"
    visitor.site.workshop._runs[busy.id] = busy
    assert visitor.post("/praktijk/computer/leeg").status_code == 409
    assert speech_cache().entries == 1
    busy.state = "stopped"
    assert visitor.post("/praktijk/computer/leeg").status_code == 303
    assert speech_cache().entries == 0


def test_what_works_is_told_in_dutch_with_what_does_not_first(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        Diagnosis("Python", works=True, found="3.13"),
        Diagnosis(
            Message("output folder"),
            works=False,
            found=Message("there is little room left"),
            hint=Message("Try it again."),
        ),
    ]
    monkeypatch.setattr("stem.Project.diagnose", lambda _self: iter(found))
    page = visitor.post("/praktijk/computer/nakijken").text
    assert "Eén ding werkt niet." in page
    assert page.index("Niet goed: ") < page.index("Goed: Python")
    assert "Probeer het opnieuw." in page
    assert "output folder" not in page


@pytest.mark.slow
@pytest.mark.usefixtures("kept_beds")
def test_everything_works_here(visitor: Visitor) -> None:
    page = visitor.post("/praktijk/computer/nakijken").text
    assert "Alles werkt." in page
    assert "Niet goed" not in page
