"""Lists on the page: dropped, all mistakes told, rehearsed, made row by row, and let go."""

from __future__ import annotations

import html
import re
import shutil
import time
from pathlib import Path

import pytest
from pagehelp import TRIAL, Visitor, practice_in
from werkzeug.test import TestResponse

from stem import Batch, BatchProgress, Cancelled, Project, Report
from stem.web.lists import Listed, Lists
from stem.web.workshop import Run

pytestmark = pytest.mark.usefixtures("quick_mp3")

WEEK = 'title = "Twee dagen"\nsummary = "Kort."\nscripts = ["proef", "nog-een"]\n'
LIST = "code;script;naam\nc017;proef;Wilhelmina\nc018;proef;Beatrix\nc019;proef;Juliana\n"
NAMES = ("Wilhelmina", "Beatrix", "Juliana")


def begun(folder: Path) -> Path:
    practice_in(folder)
    for name in ("proef", "nog-een"):
        (folder / "scripts" / f"{name}.j2").write_text(TRIAL, encoding="utf-8")
    (folder / "scripts" / "reeksen").mkdir()
    (folder / "scripts" / "reeksen" / "twee.toml").write_text(WEEK, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the tracks of the list, as the command line makes them."""
    folder = begun(tmp_path_factory.mktemp("praktijk"))
    assert Project(folder).batch("lijst.csv", content=LIST.encode()).make(workers=1).exit_code == 0
    return folder / "output"


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return begun(tmp_path / "praktijk")


def drop(visitor: Visitor, content: str | bytes, name: str = "lijst.csv") -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    head = f'--grens\r\nContent-Disposition: form-data; name="lijst"; filename="{name}"\r\n\r\n'
    body = head.encode() + raw + b"\r\n--grens--\r\n"
    return visitor.post("/clienten", body, **{"Content-Type": "multipart/form-data; boundary=grens"})


def dropped(visitor: Visitor, content: str | bytes) -> str:
    """Drop a list and return the address of its page."""
    answer = drop(visitor, content)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def cells(page: str) -> list[tuple[str, ...]]:
    """Return the texts of a table's rows."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]
    return [
        tuple(
            html.unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        )
        for row in rows
    ]


def until_over(visitor: Visitor, address: str) -> str:
    """Wait until a list is made; return how that ended."""
    end = time.monotonic() + 120
    while (state := visitor.told(f"{address}.json")["state"]) in {"", "waiting", "making"}:
        assert time.monotonic() < end
        time.sleep(0.05)
    return str(state)


def test_a_list_is_rehearsed_made_and_let_go(visitor: Visitor, practice: Path) -> None:
    foreign = practice / "output" / "c018_proef.mp3"
    foreign.parent.mkdir()
    foreign.write_bytes(b"van een ander")
    address = dropped(visitor, LIST)
    page = visitor.get(address).text
    assert "<title>Proefronde: 3 opnames</title>" in page
    assert [(row[0], row[3]) for row in cells(page)] == [
        ("c017", "nieuw"),
        ("c018", "kan niet"),
        ("c019", "nieuw"),
    ]
    assert "er staat al een ander bestand met" in cells(page)[1][1]
    assert "Maak de 2 opnames" in page
    assert list(foreign.parent.iterdir()) == [foreign]
    assert visitor.post(f"{address}/maak").headers["Location"] == address
    assert visitor.post(f"{address}/maak").headers["Location"] == address  # a second click
    (run,) = visitor.site.workshop.runs
    assert visitor.get(f"/taken/{run.id}").headers["Location"] == address
    assert len(visitor.told(f"{address}.json")["rows"]) == 3
    assert until_over(visitor, address) == "failed"
    page = visitor.get(address).text
    assert "<h1>Niet alles is gelukt</h1>" in page
    assert [row[3].partition(" ")[0] for row in cells(page)] == ["gemaakt", "niet", "gemaakt"]
    assert foreign.read_bytes() == b"van een ander"
    assert "Maak de rest" in page
    foreign.unlink()
    assert visitor.post(f"{address}/maak").status_code == 303
    assert until_over(visitor, address) == "made"
    page = visitor.get(address).text
    assert "<h1>Klaar</h1>" in page
    assert [row[3].partition(" ")[0] for row in cells(page)] == ["staat", "gemaakt", "staat"]
    tracks = set(re.findall('href="(/opnames/[0-9a-f]{16})"', page))
    assert len(tracks) == 3
    assert {visitor.get(each).status_code for each in tracks} == {200}
    listed = visitor.site.lists.find(address.rpartition("/")[2])
    assert listed is not None
    assert listed.batch is None
    seen = page + visitor.get("/taken").text + visitor.get(f"{address}.json").text + repr(listed)
    assert not any(name in seen for name in NAMES)
    report = Project(practice).batch("lijst.csv", content=LIST.encode()).rehearse()
    assert [outcome.status for outcome in report.outcomes] == ["kept"] * 3
    overview = visitor.get(f"{address}/overzicht")
    assert overview.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "<audio" not in overview.text
    assert "href" not in overview.text
    assert "gemaakt" in overview.text


def test_what_the_command_line_made_is_there_already(visitor: Visitor, practice: Path, made: Path) -> None:
    shutil.copytree(made, practice / "output")
    again = visitor.get(dropped(visitor, LIST.replace("Juliana", "Irene") + "c020;proef;\n")).text
    assert [row[3].partition(" ")[0] for row in cells(again)] == ["staat", "staat", "veranderd", "nieuw"]
    assert "Maak de 2 opnames" in again
    nothing = visitor.get(dropped(visitor, LIST)).text
    assert "Alles staat er al." in nothing
    assert "/maak" not in nothing


def test_a_name_that_a_voice_may_read_wrong_is_asked_about_by_its_row(visitor: Visitor) -> None:
    page = visitor.get(dropped(visitor, "code;script;naam\nc017;proef;Anna\nc018;proef;Saoirse\n")).text
    assert "Hoe klinkt de naam in rij 3? Een stem leest die misschien verkeerd" in page
    assert "Saoirse" not in page


def test_every_mistake_is_in_a_table_and_nothing_can_be_made(visitor: Visitor, practice: Path) -> None:
    address = dropped(visitor, "code;script;duur;naam\n;proef;lang;Wilhelmina\nc1;preof;;[Beatrix\n")
    page = visitor.get(address).text
    assert "De lijst heeft nog 3 fouten" in page
    assert [row[:2] for row in cells(page)] == [
        ("rij 2", "A ('code')"),
        ("rij 2", "C ('duur')"),
        ("rij 3", "B ('script')"),
    ]
    assert not any(name in page for name in NAMES)
    assert visitor.post(f"{address}/maak").headers["Location"] == address
    assert visitor.site.workshop.runs == ()
    assert visitor.get(f"{address}/overzicht").status_code == 404
    assert not (practice / "output").exists()


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"", 400, "Dit bestand is leeg."),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, 400, "afbeelding, geen lijst. Kies de lijst zelf"),
        (b"PK\x03\x04" + b"x" * 100, 400, "beschadigd"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, 400, ".xls"),
        (b"%PDF-1.7", 400, "PDF"),
        (b"\x00" * 5000, 400, "geen tekst"),
        (b"x" * 20_200_000, 413, "te groot"),
        (b"x" * 50_000_000, 413, "te groot"),
    ],
    ids=["empty", "picture", "damaged", "old", "pdf", "zeros", "20 MB", "50 MB"],
)
def test_what_is_no_list_is_told(visitor: Visitor, content: bytes, status: int, told: str) -> None:
    answer = drop(visitor, content)
    assert answer.status_code == status
    assert told in answer.text
    assert 'role="alert"' in answer.text


def test_without_a_file_one_is_asked_for(visitor: Visitor) -> None:
    assert "Kies eerst een lijst." in visitor.post("/clienten", {}).text
    assert "Kies eerst een lijst." in drop(visitor, b"", "").text
    assert visitor.post("/clienten", b"x" * 100).status_code == 400


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("lijst.csv", "utf-8-sig"),
        ("x.toml", "utf-8"),
        ("~$x.xlsx", "cp1252"),
        ("../../etc/passwd", "utf-16"),
        ("Wilhelmina.csv", "utf-8"),
    ],
)
def test_the_kind_is_told_by_the_content_alone(visitor: Visitor, name: str, encoding: str) -> None:
    answer = drop(visitor, "code;script;naam\nc017;proef;Zoë\n".encode(encoding), name)
    page = visitor.get(answer.headers["Location"]).text
    assert [row[0] for row in cells(page)] == ["c017"]
    assert name not in page


def test_a_workbook_is_read_and_a_formula_in_it_is_told(visitor: Visitor, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["code", "script", "duur"], ["c017", "proef", None], ["c018", "proef", "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "lijst.xlsx")
    page = visitor.get(dropped(visitor, (tmp_path / "lijst.xlsx").read_bytes())).text
    assert cells(page) == [("rij 3", "C ('duur')", cells(page)[0][2])]
    assert "formule" in cells(page)[0][2]


@pytest.mark.parametrize("count", [30, 1_000])
def test_a_long_list_is_rehearsed_soon(visitor: Visitor, count: int) -> None:
    rows = "".join(f"k{number:04};proef;Anna{number}\n" for number in range(count))
    begun = time.process_time()
    address = dropped(visitor, f"code;script;naam\n{rows}")
    page = visitor.get(address).text
    assert time.process_time() - begun < 3.0
    assert len(cells(page)) == count
    assert f"Maak de {count} opnames" in page


def waits(visitor: Visitor) -> Run:
    """Keep the workshop busy until the run is stopped."""

    def make(events: object) -> Report:
        while not run.is_to_stop:
            time.sleep(0.01)
        return Report(())

    run = Run("Iets anders", "", "proef", make)
    return visitor.site.workshop.ask(run)


def test_the_rest_is_stopped_and_can_go_on_later(visitor: Visitor, practice: Path) -> None:
    other = waits(visitor)
    address = dropped(visitor, LIST)
    visitor.post(f"{address}/maak")
    told = visitor.told(f"{address}.json")
    assert (told["state"], told["stage"]) == ("waiting", "Wacht op zijn beurt (nummer 2)")
    assert [row[2] for row in told["rows"]] == ["wacht"] * 3
    (run,) = [each for each in visitor.site.workshop.runs if each is not other]
    assert visitor.post(f"/taken/{run.id}/stop").status_code == 303
    page = visitor.get(address).text
    assert "<h1>Gestopt</h1>" in page
    assert [row[3] for row in cells(page)] == ["niet gemaakt"] * 3
    assert visitor.post(f"/taken/{run.id}/opnieuw").status_code == 303  # it has a page of its own for that
    assert len(visitor.site.workshop.runs) == 2
    visitor.post(f"{address}/maak")
    assert visitor.told(f"{address}.json")["state"] == "waiting"
    assert not (practice / "output").exists()


def test_a_list_of_which_the_tracks_are_being_made_waits_for_those(
    visitor: Visitor, practice: Path, made: Path
) -> None:
    waits(visitor)
    first, second = dropped(visitor, LIST), dropped(visitor, LIST.replace("Juliana", "Irene"))
    visitor.post(f"{first}/maak")
    assert visitor.post(f"{second}/maak").headers["Location"] == second
    assert "wordt nu al gemaakt" in visitor.get(second).text
    assert "wordt nu al gemaakt" not in visitor.get(second).text
    visitor.site.workshop.stop(visitor.site.workshop.runs[1])
    shutil.copytree(made, practice / "output")
    visitor.post(f"{second}/maak")  # its rehearsal was of a folder without tracks
    page = visitor.get(second).text
    assert "Er is intussen iets veranderd in de map." in page
    assert [row[3].partition(" ")[0] for row in cells(page)] == ["staat", "staat", "veranderd"]
    assert len(visitor.site.workshop.runs) == 2
    assert visitor.post(f"{second}/maak").status_code == 303
    assert visitor.told(f"{second}.json")["state"] == "waiting"


def test_another_run_in_the_folder_is_told(visitor: Visitor, practice: Path) -> None:
    from stem.practice.batch.executor import sole_use

    address = dropped(visitor, LIST)
    with sole_use({practice / "output"}):
        visitor.post(f"{address}/maak")
        assert until_over(visitor, address) == "failed"
    page = visitor.get(address).text
    assert "het programma is daar al aan het werk, in een ander venster" in page
    assert "Maak de rest" in page


def test_a_folder_that_is_gone_is_told(visitor: Visitor, practice: Path) -> None:
    address = dropped(visitor, LIST)
    practice.rename(practice.with_name("weg"))
    for answer in (visitor.get("/clienten"), visitor.post(f"{address}/maak"), drop(visitor, LIST)):
        assert answer.status_code == 409
        assert f"{practice}: die map is er niet" in answer.text


def test_who_is_being_made_for_is_not_forgotten_meanwhile(
    visitor: Visitor, practice: Path, made: Path
) -> None:
    (practice / "output").mkdir()
    for path in made.glob("c017*"):
        shutil.copy2(path, practice / "output")
    (track,) = re.findall('href="(/opnames/[0-9a-f]{16})"', visitor.get("/opnames").text)
    other = waits(visitor)
    more = dropped(visitor, "code;script;naam\nc017;nog-een;Wilhelmina\nc018;nog-een;\n")
    visitor.post(f"{more}/maak")
    for answer in (visitor.get(f"{track}/vergeten"), visitor.post(f"{track}/vergeten")):
        assert "Voor c017 wordt nu een opname gemaakt." in answer.text
        assert "Vergeet voorgoed" not in answer.text
    assert (practice / "output" / "c017_proef.mp3").exists()
    (run,) = [each for each in visitor.site.workshop.runs if each.page == more]
    visitor.site.workshop.stop(run)
    visitor.site.workshop.stop(other)
    assert "<h1>Vergeten</h1>" in visitor.post(f"{track}/vergeten").text
    assert visitor.get(more).status_code == 404  # that list too, which had the same client
    assert not (practice / "output" / "c017_proef.mp3").exists()


def test_a_series_is_filled_in_once(visitor: Visitor, practice: Path) -> None:
    assert "/clienten/reeks/twee" in visitor.get("/clienten").text
    assert 'name="v-naam"' in visitor.get("/clienten/reeks/twee").text
    form: dict[str, object] = {"code": "c020", "v-naam": "Wilhelmina", "v-vorm": "u"}
    answer = visitor.post("/clienten/reeks/twee", form)
    address = answer.headers["Location"]
    page = visitor.get(address).text
    assert [row[3] for row in cells(page)] == ["nieuw", "nieuw"]
    assert "Twee dagen" in page
    assert "Wilhelmina" not in page
    listed = visitor.site.lists.find(address.rpartition("/")[2])
    assert listed is not None
    assert isinstance(listed.batch, Batch)
    assert [job.target.name for job in listed.batch.asked.jobs] == [
        "c020_01_proef.mp3",
        "c020_02_nog-een.mp3",
    ]
    assert {job.spec.values["vorm"] for job in listed.batch.asked.jobs} == {"u"}
    for wrong, told in (
        ({"code": ""}, "Vul een code in."),
        ({"code": "../x"}, "geen code"),
        ({"code": "wilhelmina"}, "in de code staat wat is ingevuld"),
        ({"v-naam": "[x"}, "gewone woorden"),
        ({"stem": "niemand"}, "Kies er een uit de lijst."),
    ):
        refused = visitor.post("/clienten/reeks/twee", {**form, **wrong})
        assert refused.status_code == 400, wrong
        assert told in html.unescape(refused.text), wrong
    for name in ("drie", "..", "../../stem.toml", "twee.toml"):
        assert visitor.get(f"/clienten/reeks/{name}").status_code == 404
    assert not (practice / "output").exists()


def test_a_list_to_begin_with_is_read_back(visitor: Visitor) -> None:
    answer = visitor.post("/clienten/voorbeeld", {"oefening": "tegenover"})
    assert 'filename="lijst.csv"' in answer.headers["Content-Disposition"]
    assert [row[0] for row in cells(visitor.get(dropped(visitor, answer.data)).text)] == ["voorbeeld-1"]
    for form in ({}, {"oefening": "../../etc/passwd"}):
        assert visitor.post("/clienten/voorbeeld", dict(form)).status_code == 400


ADDRESSES = ("", "/maak", "/overzicht", ".json", "/sturen", "/zip", "/brief", "/toon")


@pytest.mark.parametrize("name", ["c017", "0" * 16, "..", "%2e%2e%2fstem.toml", "x" * 5000, "lijst.csv"])
def test_an_address_leads_to_nothing_but_lists_of_this_run(visitor: Visitor, name: str) -> None:
    for part in ADDRESSES:
        ask = visitor.post if part in {"/maak", "/toon"} else visitor.get
        assert ask(f"/clienten/{name}{part}").status_code == 404, part


def test_pages_hold_nothing_that_the_policy_forbids(visitor: Visitor) -> None:
    texts = [
        visitor.get(path).text
        for path in (
            *("/clienten", "/clienten/reeks/twee"),
            *(dropped(visitor, each) for each in (LIST, "code;script\n;proef\n")),
        )
    ]
    for text in texts:
        assert not re.search(r"""\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://""", text)


def test_hostile_cells_are_shown_as_words(visitor: Visitor) -> None:
    page = visitor.get(dropped(visitor, "code;script;<b>x</b>\nc1;<img src=x>;y\n")).text
    assert "<img" not in page
    assert "<b>" not in page


def test_what_is_there_already_says_nothing_of_how_long_the_rest_takes(practice: Path, made: Path) -> None:
    shutil.copytree(made, practice / "output")
    batch = Project(practice).check_list((LIST + "c020;proef;Amalia\n").encode(), "Lijst")
    assert isinstance(batch, Batch)
    heard: list[BatchProgress] = []

    def stop(progress: BatchProgress) -> bool:
        heard.append(progress)
        return not progress.making

    listed = Listed.of(batch)
    with pytest.raises(Cancelled):
        listed.new_run().make(stop)
    assert (heard[-1].done, heard[-1].total) == (0, 1)
    assert [row.state for row in listed.rows] == ["kept", "kept", "kept", "new"]


def test_lists_go_when_nobody_looks_and_there_are_never_many(practice: Path) -> None:
    now = [0.0]
    lists = Lists(lambda: now[0])
    first = lists.add(Listed("een"))
    now[0] += 3600.0
    assert lists.find(first.id) is first
    now[0] += 7199.0
    assert lists.find(first.id) is first
    now[0] += 7201.0
    assert lists.find(first.id) is None
    busy = lists.add(Listed("bezig", run=Run("", "", "", lambda _events: Report(()))))
    many = []
    for number in range(30):
        now[0] += 1.0
        many.append(lists.add(Listed(str(number))))
    kept = [each for each in many if lists.find(each.id)]
    assert kept == many[-len(kept) :]
    assert 5 < len(kept) < 20
    now[0] += 10_000.0
    assert lists.find(busy.id) is busy


def test_what_is_dropped_never_comes_to_a_file(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_about: object, **_more: object) -> None:
        raise AssertionError

    for name in ("tempfile.TemporaryFile", "tempfile.mkstemp", "werkzeug.formparser.SpooledTemporaryFile"):
        monkeypatch.setattr(name, refuse)
    assert drop(visitor, b"x" * 3_000_000).status_code == 303
