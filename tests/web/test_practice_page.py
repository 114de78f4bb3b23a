"""The practice's own page: its settings and what came with them; what else is in its file stays in it."""

from __future__ import annotations

import io
import re
import stat
from pathlib import Path

import numpy as np
import pytest
from pagehelp import Visitor, practice_in
from PIL import Image

from stem import Project
from stem.sound.playing import as_wav
from stem.web.app import LARGEST_FORM
from stem.web.practice import LARGEST_BODY

OWN = """# Van de praktijk.
practice = "De Linde"   # onze naam
country = "NL"
voice = ""

# De pauzes duren hier langer.
[pauses]
ruim = 14
"""


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = practice_in(tmp_path / "praktijk")
    (folder / "stem.toml").write_text(OWN, encoding="utf-8")
    return folder


def read(practice: Path) -> str:
    return (practice / "stem.toml").read_bytes().decode()


def form(visitor: Visitor, path: str = "/praktijk") -> dict[str, object]:
    """Return the form as a browser would send it, untouched."""
    page = visitor.get(path).text
    found: dict[str, object] = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    for name in ("land", "stem", "achtergrond", "plaat"):
        found |= dict(re.findall(rf'name="({name})" value="([^"]*)" checked', page))
    found |= dict(re.findall(r'<textarea id="([^"]+)"[^>]*>([^<]*)</textarea>', page))
    found |= dict(re.findall(r'<input id="(naam)" name="naam" value="([^"]*)"', page))
    found |= dict(re.findall(r'<select id="(profiel)".*?<option value="([^"]*)" selected>', page, re.DOTALL))
    return found


def picture(kind: str = "PNG") -> tuple[io.BytesIO, str]:
    content = io.BytesIO()
    Image.new("RGB", (200, 200), "red").save(content, kind)
    content.seek(0)
    return content, "../../kwaad.php"


def test_the_page_shows_what_is_set(visitor: Visitor) -> None:
    page = visitor.get("/praktijk").text
    assert 'value="De Linde"' in page
    assert "Nederland" in page
    assert 'name="stem" value="" checked' in page
    assert 'name="achtergrond" value="zee" checked' in page
    assert "Om bij in slaap te vallen" in page
    assert "Google (translate.google.com)" in page
    assert '<a href="/praktijk" aria-current="page">Praktijk</a>' in page
    assert visitor.get("/praktijk/plaat").status_code == 404
    assert visitor.get("/praktijk/opname/intro").status_code == 404


def state(path: Path) -> tuple[float, ...]:
    """Return all that the system knows of a file, but for when it was last read."""
    found = list(path.stat())
    found[stat.ST_ATIME] = 0
    return (path.stat().st_mtime_ns, path.stat().st_ctime_ns, *found)


def test_a_form_that_nobody_touched_changes_nothing(visitor: Visitor, practice: Path) -> None:
    before = state(practice / "stem.toml")
    answer = visitor.post("/praktijk", form(visitor))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/praktijk/bewaard")
    assert "Bewaard." in visitor.get("/praktijk/bewaard").text
    assert read(practice) == OWN
    assert state(practice / "stem.toml") == before


def test_what_is_changed_is_kept_and_all_else_stays(visitor: Visitor, practice: Path) -> None:
    sent = form(visitor) | {
        "naam": "De Eik & zoon",
        "land": "BE",
        "hulp": "Bel de praktijk: 012-3456789.\r\n\r\n  Of  mail. ",
        "intro": "Welkom bij deze opname.\r\n[pauze]\r\nGa zitten.",
        "stem": "rustig",
        "achtergrond": "regen",
        "profiel": "sleep",
        "plaat": "geen",
        "internet": "ja",
    }
    assert visitor.post("/praktijk", sent).status_code == 303
    settings = Project(practice).settings
    assert settings.practice == "De Eik & zoon"
    assert settings.country == "BE"
    assert settings.help == ("Bel de praktijk: 012-3456789.", "Of mail.")
    assert settings.intro == "Welkom bij deze opname.\n[pauze]\nGa zitten."
    assert (settings.voice, settings.bed, settings.profile) == ("rustig", "regen", "sleep")
    assert (settings.cover, settings.allow_online) == ("none", True)
    assert settings.pauses == {"ruim": 14}
    for line in (
        "# Van de praktijk.",
        'practice = "De Eik & zoon"   # onze naam',
        "# De pauzes duren hier langer.",
    ):
        assert line in read(practice)
    assert "outro" not in read(practice)  # what nobody set is not written
    back = {**form(visitor), "internet": "", "plaat": "teken", "intro": ""}
    assert visitor.post("/praktijk", back).status_code == 303
    settings = Project(practice).settings
    assert (settings.cover, settings.allow_online, settings.intro) == ("", False, "")


WRONG: list[tuple[dict[str, object], str]] = [
    ({"naam": "x" * 101}, "Een naam is één regel"),
    ({"naam": "De\x1bLinde"}, "Een naam is één regel"),
    ({"naam": "De\nLinde"}, "Een naam is één regel"),
    ({"land": "XX"}, "Kies er een uit de lijst."),
    ({"hulp": "x" * 201}, "hoogstens 10 regels"),
    ({"hulp": "x\n" * 11}, "hoogstens 10 regels"),
    ({"hulp": "Bel\u202e ons."}, "een teken dat niemand ziet"),
    ({"intro": "x" * 2001}, "meer dan 2000 tekens"),
    ({"intro": "Welkom [pauzee]"}, "pauzee"),
    ({"intro": "weg.mp3"}, "weg.mp3"),
    ({"outro": "# Kop"}, "outro"),
    ({"intro": "a\x00b"}, "U+0000"),
    ({"stem": "niemand"}, "Kies er een uit de lijst."),
    ({"stem": "google"}, "Kies er een uit de lijst."),
    ({"stem": "../../x.toml"}, "Kies er een uit de lijst."),
    ({"achtergrond": "/etc/passwd"}, "Kies er een uit de lijst."),
    ({"profiel": "mp4"}, "Kies er een uit de lijst."),
]


def test_what_cannot_be_set_is_told_at_its_field_and_nothing_is_written(
    visitor: Visitor, practice: Path
) -> None:
    usual = form(visitor)
    for changed, told in WRONG:
        answer = visitor.post("/praktijk", {**usual, "naam": "Anders", **changed})
        assert answer.status_code == 400, changed
        assert told in answer.text, changed
        assert "Er is nog niets bewaard" in answer.text
    assert read(practice) == OWN
    assert 'value="Anders"' in answer.text  # what was filled in is still there


def test_settings_that_changed_meanwhile_are_told_and_not_overwritten(
    visitor: Visitor, practice: Path
) -> None:
    sent = form(visitor) | {"achtergrond": "beek"}
    changed = OWN.replace("De Linde", "De Iep")
    (practice / "stem.toml").write_text(changed, encoding="utf-8")
    answer = visitor.post("/praktijk", sent)
    assert answer.status_code == 409
    assert "intussen ergens anders veranderd" in answer.text
    assert "<dt>Naam</dt><dd>De Iep</dd>" in answer.text
    assert 'value="De Linde"' in answer.text
    assert read(practice) == changed
    mark = re.search(r'name="merk" value="([0-9a-f]{64})"', answer.text)
    assert mark is not None
    assert visitor.post("/praktijk", {**sent, "merk": mark[1]}).status_code == 303  # now that it was told
    assert Project(practice).settings.practice == "De Linde"
    assert Project(practice).settings.bed == "beek"


def test_settings_of_another_program_keep_their_line_ends(visitor: Visitor, practice: Path) -> None:
    (practice / "stem.toml").write_bytes(OWN.replace("\n", "\r\n").encode())
    assert visitor.post("/praktijk", form(visitor) | {"achtergrond": "beek"}).status_code == 303
    assert read(practice) == OWN.replace('voice = ""\n', 'voice = ""\nbed = "beek"\n').replace("\n", "\r\n")


def test_a_new_setting_comes_behind_the_line_that_shows_it(visitor: Visitor, practice: Path) -> None:
    (practice / "stem.toml").write_text(
        'practice = "x"\n# help = ["Bel."]\n\noutput = "uit"\n', encoding="utf-8"
    )
    sent = form(visitor) | {"hulp": "Mail ons.", "achtergrond": "beek"}
    assert visitor.post("/praktijk", sent).status_code == 303
    assert read(practice) == (
        'practice = "x"\n# help = ["Bel."]\nhelp = ["Mail ons."]\n\noutput = "uit"\nbed = "beek"\n'
    )


def test_settings_with_a_mistake_are_told_and_left_alone(visitor: Visitor, practice: Path) -> None:
    (practice / "stem.toml").write_text('onbekend = "x"\n', encoding="utf-8")
    assert visitor.get("/praktijk").status_code == 409
    assert visitor.post("/praktijk", {"naam": "x"}).status_code == 409
    assert read(practice) == 'onbekend = "x"\n'


def test_a_picture_is_looked_at_kept_without_what_it_tells_and_shown(
    visitor: Visitor, practice: Path
) -> None:
    answer = visitor.post("/praktijk", form(visitor) | {"plaat-bestand": picture()})
    assert answer.status_code == 303
    assert Project(practice).settings.cover == "plaat.jpg"
    shown = visitor.get("/praktijk/plaat")
    assert shown.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(shown.data)).size == (200, 200)
    assert 'name="plaat" value="eigen" checked' in visitor.get("/praktijk").text
    visitor.post("/praktijk", form(visitor) | {"plaat-bestand": picture("JPEG")})
    assert Project(practice).settings.cover == "plaat-2.jpg"  # the first one is whoever's it is
    assert (practice / "plaat.jpg").exists()
    assert not (practice.parent / "kwaad.php").exists()


def test_a_recording_is_judged_kept_and_heard(visitor: Visitor, practice: Path) -> None:
    project = Project(practice)
    said = project.sound_of(project.sentence("Welkom bij deze opname.", "zacht"))
    answer = visitor.post("/praktijk", form(visitor) | {"intro-bestand": (io.BytesIO(said), "x.exe")})
    assert answer.status_code == 303
    assert Project(practice).settings.intro == "opening.wav"
    page = visitor.get("/praktijk").text
    assert "Nu klinkt hier je eigen opname" in page
    heard = visitor.get("/praktijk/opname/intro")
    assert (heard.content_type, heard.data) == ("audio/wav", said)
    assert visitor.post("/praktijk", form(visitor) | {"land": "BE"}).status_code == 303
    assert Project(practice).settings.intro == "opening.wav"  # an empty field leaves it
    assert visitor.post("/praktijk", form(visitor) | {"intro-weg": "ja"}).status_code == 303
    assert Project(practice).settings.intro == ""
    assert (practice / "opening.wav").exists()


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("plaat-bestand", b"<svg onload=alert(1)>"),
        ("plaat-bestand", b"\x89PNG\r\n\x1a\n" + b"x" * 100),
        ("intro-bestand", b"<?php"),
        ("outro-bestand", as_wav(np.zeros((44_100, 1), np.float32))),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_leaves_nothing(
    visitor: Visitor, practice: Path, field: str, content: bytes
) -> None:
    before = sorted(path.name for path in practice.iterdir())
    answer = visitor.post("/praktijk", form(visitor) | {field: (io.BytesIO(content), "x.png")})
    assert answer.status_code == 400
    assert "Dit bestand kan niet worden gebruikt." in answer.text
    assert sorted(path.name for path in practice.iterdir()) == before
    assert read(practice) == OWN


def test_a_file_that_came_with_what_is_not_kept_is_not_kept_either(visitor: Visitor, practice: Path) -> None:
    sent = form(visitor) | {"plaat-bestand": picture()}
    (practice / "stem.toml").write_text(OWN + "\n", encoding="utf-8")
    assert visitor.post("/praktijk", sent).status_code == 409
    assert not list(practice.glob("plaat*"))


def test_other_parts_of_the_address_give_nothing(visitor: Visitor) -> None:
    for path in (
        "/praktijk/opname/cover",
        "/praktijk/opname/..",
        "/praktijk/opname/%2e%2e%2fstem.toml",
        "/praktijk/x",
    ):
        assert visitor.get(path).status_code == 404


def test_what_is_far_too_large_is_refused(visitor: Visitor) -> None:
    head = {"Content-Type": "multipart/form-data; boundary=grens"}
    assert visitor.post("/praktijk", bytes(LARGEST_BODY + 1), **head).status_code == 413
    assert visitor.post("/praktijk/uitspraak", bytes(LARGEST_FORM + 1), **head).status_code == 413
