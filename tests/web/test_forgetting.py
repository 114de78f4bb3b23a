"""Someone is looked for by code or name; tracks, own texts and recordings are shown, and go when chosen."""

from __future__ import annotations

import re
from pathlib import Path

import consenting
import numpy as np
import pytest
from pagehelp import TRIAL, Visitor, practice_in

from stem import Project, TrackSpec
from stem.web.workshop import Run


@pytest.fixture(scope="module")
def practice(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A track each of two who have the same name, an own text with it, and recordings with a code."""
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(TRIAL, encoding="utf-8")
    project = Project(folder)
    rows = b"code;script;naam;stem\nc017;proef;Mien;zacht\nc020;proef;Mien;zacht\n"
    assert project.batch("tracks.csv", content=rows).make(workers=1).exit_code == 0
    project.keep_as_script(TrackSpec("proef", values={"naam": "Mien"}, voice="zacht"))
    kept = project.new_recordings(TrackSpec("proef"), "c017")
    with (kept.folder / "blad.toml").open("a", encoding="utf-8") as index:
        index.write('2 = "Kijk naar die wolk."\n')
    (folder / "lijst.csv").write_text("code;script\nc031;proef\nvoorbeeld;proef\n", encoding="utf-8")
    (folder / "kosten.csv").write_text("code;bedrag\nk1;3\n", encoding="utf-8")
    return folder


def boxes(page: str) -> list[tuple[str, bool]]:
    found = re.findall(r'name="wat" value="([0-9a-f]{16})"( checked| disabled)?', page)
    return [(each, state == " checked") for each, state in found]


def test_someone_is_found_shown_and_forgotten(visitor: Visitor, practice: Path) -> None:
    first = visitor.get("/clienten").text
    known = re.findall(r'<a href="(/clienten/[0-9a-f]{16}/sturen)">(\w+)</a></th><td>(\d)', first)
    assert [each[1:] for each in known] == [("c017", "1"), ("c020", "1"), ("c031", "0")]
    assert "nog niets" in first
    assert 'name="wie" value="c017"' in visitor.get(known[0][0]).text
    assert "geen opname" in visitor.get(known[2][0]).text

    by_name = visitor.post("/vergeten", {"wie": " mien "}).text
    assert "meer dan één code: c017, c020" in by_name
    assert [checked for _, checked in boxes(by_name)] == [False] * 3
    assert re.search(r"Eigen tekst proef-eigen\.j2\s*<span class=\"hint\">Het staat in regel \d+\.", by_name)

    assert "Het staat in zin 2." in visitor.post("/vergeten", {"wie": "wolk"}).text
    page = visitor.post("/vergeten", {"wie": "C017"}).text
    (track, is_checked), (recorded, takes_along) = boxes(page)
    assert (is_checked, takes_along) == (True, False)
    assert "code c017" in page
    assert "de naam" in page
    assert visitor.get(re.findall(r'href="(/stem/[0-9a-f]{16})"', page)[0]).status_code == 200
    assert visitor.post("/vergeten/voorgoed", {"wie": "c017"}).status_code == 400

    run = Run("Proef", "c017", "proef", lambda _events: pytest.fail("it is not made"))
    visitor.site.workshop._runs[run.id] = run
    asked: dict[str, object] = {"wie": "c017", "wat": [track, recorded, "0" * 16]}
    refused = visitor.post("/vergeten/voorgoed", asked).text
    assert "Voor c017 wordt nu een opname gemaakt." in refused
    assert "Er is nog niets weg" in refused
    assert len(list((practice / "output").glob("c017*.mp3"))) == 1
    visitor.site.workshop.stop(run)
    assert visitor.get(f"/taken/{run.id}").status_code == 200

    gone = visitor.post("/vergeten/voorgoed", asked).text
    assert "<h1>Vergeten</h1>" in gone
    again = visitor.post(f"/taken/{run.id}/opnieuw")  # it would be back
    assert again.status_code == 404
    assert visitor.site.workshop.runs == ()
    assert not list((practice / "output").glob("c017*"))
    assert len(list((practice / "output").glob("c020*.mp3"))) == 1
    assert not list((practice / "opnames").glob("*c017*"))
    assert len(list((practice / "scripts").glob("proef*.j2"))) == 2
    assert "Niets gevonden" in visitor.post("/vergeten", {"wie": "c017"}).text


def test_a_voice_made_after_someones_goes_with_its_consent(visitor: Visitor) -> None:
    recorded = consenting.kept(np.zeros(100, np.float32), "ik-toestemming-2026-11-30.wav")
    path = consenting.template(consenting.TEMPLATE + consenting.table(consenting.consent()))
    page = visitor.post("/vergeten", {"wie": "jansen"}).text
    assert "Stem ik, gemaakt naar die van Marieke Jansen" in page
    assert f"Weg gaat: {recorded.name}, {path.name}." in page
    ((voice, is_checked),) = boxes(page)
    assert not is_checked
    asked: dict[str, object] = {"wie": "jansen", "wat": voice}
    run = Run("Proef", "", "proef", lambda _events: pytest.fail("it is not made"))
    visitor.site.workshop._runs[run.id] = run
    assert "Er is nog niets weg" in visitor.post("/vergeten/voorgoed", asked).text
    assert path.exists()
    visitor.site.workshop.stop(run)
    assert f"<code>{path.name}</code>" in visitor.post("/vergeten/voorgoed", asked).text
    assert not path.exists()
    assert not recorded.exists()
    assert "Niets gevonden" in visitor.post("/vergeten", {"wie": "jansen"}).text


def test_nothing_is_looked_for_without_a_word(visitor: Visitor) -> None:
    for nothing in ("", "   ", "!?"):
        answer = visitor.post("/vergeten", {"wie": nothing})
        assert answer.status_code == 400
        assert "Vul een code of een naam in." in answer.text
    hostile = visitor.post("/vergeten", {"wie": "<img src=x onerror=alert(1)>"})
    assert hostile.status_code == 200
    assert "<img" not in hostile.text
    assert visitor.get("/vergeten").status_code == 200
