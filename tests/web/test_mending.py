"""Mending a track on its page: gathered, shown, heard, thrown away or made; of two tabs one is told."""

from __future__ import annotations

import html
import io
import re
import shutil
import time
import wave
from pathlib import Path

import pytest
from hostilerequests import OTHER_HOSTS, OTHER_ORIGINS, OTHER_SITES
from pagehelp import PORT, TRIAL_HEAD, Visitor, practice_in

from stem import Edit, Project, TrackSpec
from stem.record.document import read_record

pytestmark = pytest.mark.usefixtures("quick_mp3")

SCRIPT = (
    TRIAL_HEAD
    + """## Begin
Dag {{ naam }}.
Ga zitten. [pauze voel]
## Midden
[veilig V3]
Stoppen kan altijd. [pauze kort]
Kijk eens rond.
## Einde
Ga zitten.
Dat was het.
"""
)
FIRST, SIT, SAFE, LOOK, AGAIN, LAST = range(1, 7)


@pytest.fixture(scope="module")
def made(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = practice_in(tmp_path_factory.mktemp("praktijk"))
    (folder / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    project = Project(folder)
    spec = TrackSpec("proef", values={"naam": "Wilhelmina"}, voice="zacht", profile="acx")
    assert project.single("c017", spec).make(workers=1).exit_code == 0
    return folder


@pytest.fixture
def practice(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "praktijk"))


def address(visitor: Visitor) -> str:
    (found,) = re.findall(r'href="(/opnames/[0-9a-f]{16})"', visitor.get("/opnames").text)
    return str(found)


def hidden(page: str) -> dict[str, object]:
    """Return the hidden fields of the first form about a change."""
    found = re.findall(r'type="hidden" name="(versie|zin|keer|duur)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in reversed(found)}


def change(visitor: Visitor, number: int, **fields: object) -> int:
    """Send the form of a sentence, and return the status."""
    path = f"{address(visitor)}/zin/{number}"
    usual = {"doe": "bewaar", "pauze": "gewoon"}
    return visitor.post(path, {**usual, **hidden(visitor.get(path).text), **fields}).status_code


def made_again(visitor: Visitor) -> str:
    """Make the track again with what is gathered; return how that ended."""
    page = visitor.get(address(visitor)).text
    run = visitor.post(f"{address(visitor)}/opnieuw", hidden(page)).headers["Location"]
    for _ in range(600):
        state = visitor.told(f"{run}.json")["state"]
        if state not in {"waiting", "making"}:
            return str(state)
        time.sleep(0.1)
    return "endless"


def track_of(practice: Path) -> Path:
    (track,) = (practice / "output").glob("*.mp3")
    return track


def record(practice: Path) -> tuple[Edit, ...]:
    (path,) = (practice / "output").glob("*.stem.json")
    personal = read_record(path).personal
    assert personal is not None
    return personal.edits


def test_every_sentence_of_the_script_can_be_changed(visitor: Visitor) -> None:
    page = visitor.get(address(visitor)).text
    assert len(re.findall(r'<a class="mend"', page)) == 6
    assert "wijzigingen" not in page
    sentence = visitor.get(f"{address(visitor)}/zin/{SIT}").text
    assert "<title>Wijzig een zin</title>" in sentence
    assert ">Ga zitten.</textarea>" in sentence
    assert "gewoon (8 seconden)" in sentence
    assert "voel (8 seconden)" in sentence
    assert "niet weglaten" not in sentence
    assert visitor.get(f"{address(visitor)}/zin/7").status_code == 404
    assert visitor.get(f"{address(visitor)}/zin/0").status_code == 404


def test_changes_are_gathered_shown_and_thrown_away(visitor: Visitor, practice: Path) -> None:
    before = {path: path.read_bytes() for path in (practice / "output").iterdir()}
    assert change(visitor, AGAIN, tekst="Sta op,\nWilhelmina.") == 303
    assert change(visitor, SIT, tekst="Ga zitten.", pauze="eigen", seconden="2,5") == 303
    assert change(visitor, LOOK, doe="weg") == 303
    page = visitor.get(address(visitor)).text
    assert "<strong>3 wijzigingen</strong>" in page
    assert page.count('class="badge"') == 3
    for told in ("Wordt: Sta op, Wilhelmina.", "Wordt: Ga zitten. Daarna 2,5 seconden stil.", "Valt weg."):
        assert told in page
    assert visitor.get(f"{address(visitor)}/zin/{AGAIN}").text.count("Terug naar het gewone") == 1
    assert change(visitor, LOOK, doe="gewoon") == 303
    assert "<strong>2 wijzigingen</strong>" in visitor.get(address(visitor)).text
    asked = visitor.get(f"{address(visitor)}/wijzigingen").text
    assert "2 wijzigingen weggooien?" in asked
    assert visitor.post(f"{address(visitor)}/wijzigingen", hidden(asked)).status_code == 303
    assert "wijzigingen</strong>" not in visitor.get(address(visitor)).text
    assert "Er zijn geen wijzigingen" in visitor.get(f"{address(visitor)}/wijzigingen").text
    assert {path: path.read_bytes() for path in (practice / "output").iterdir()} == before


@pytest.mark.slow
def test_what_is_gathered_is_made_and_can_be_undone(visitor: Visitor, practice: Path) -> None:
    track = track_of(practice)
    plain = track.read_bytes()
    change(visitor, AGAIN, tekst="Sta op.", pauze="kort")
    change(visitor, LOOK, doe="weg")
    assert "met je 2 wijzigingen" in visitor.get(f"{address(visitor)}/opnieuw").text
    assert made_again(visitor) == "made"
    assert record(practice) == (Edit("Ga zitten.", 2, "Sta op.", 3.0), Edit("Kijk eens rond.", 1, ""))
    assert Project(practice).verify(track).in_order
    assert sorted(path.name for path in (practice / "output").iterdir()) == [
        track.name,
        f"{track.stem}.stem.json",
    ]
    replaced = visitor.post("/maken/proef", {"code": "c017", "v-naam": "Wilhelmina", "stem": "zacht"}).text
    assert "Vervangen?" in replaced
    assert "Die wijzigingen staan niet in de nieuwe." in replaced
    page = visitor.get(address(visitor)).text
    assert "nog niet in de opname" not in page
    assert "Weggelaten: Kijk eens rond." in page
    assert page.count('class="badge"') == 2
    assert len(re.findall(r'<a class="mend"', page)) == 6
    assert ">Sta op.</textarea>" in visitor.get(f"{address(visitor)}/zin/{AGAIN}").text
    for number in (AGAIN, LOOK):
        assert change(visitor, number, doe="gewoon") == 303
    assert "Wordt weer: Kijk eens rond." in visitor.get(address(visitor)).text
    assert made_again(visitor) == "made"
    assert record(practice) == ()
    assert track.read_bytes() == plain


def test_of_two_tabs_the_second_is_told(visitor: Visitor) -> None:
    path = f"{address(visitor)}/zin/{LOOK}"
    first, second = (hidden(visitor.get(path).text) for _ in range(2))
    track = hidden(visitor.get(f"{address(visitor)}/opnieuw").text)
    saved: dict[str, object] = {"doe": "bewaar", "pauze": "gewoon"}
    assert visitor.post(path, {**first, **saved, "tekst": "Kijk."}).status_code == 303
    answer = visitor.post(path, {**second, **saved, "tekst": "Zie je iets?"})
    assert answer.status_code == 409
    assert "Deze opname is intussen veranderd" in answer.text
    assert "Zie je iets?" in answer.text  # what was typed is not lost
    assert visitor.post(f"{address(visitor)}/opnieuw", track).status_code == 409
    assert visitor.site.workshop.runs == ()
    assert "Wordt: Kijk." in visitor.get(address(visitor)).text
    other = {**hidden(visitor.get(path).text), "zin": "Een andere zin.", "tekst": "x", **saved}
    assert visitor.post(path, other).status_code == 409


@pytest.mark.parametrize(
    ("number", "fields", "told"),
    [
        (SAFE, {"doe": "weg"}, "hoort bij de afspraken over veiligheid, en blijft."),
        (LOOK, {"tekst": "[pauze]"}, "zonder haken"), (LOOK, {"tekst": "{{ naam }}"}, "zonder haken"),
        (LOOK, {"tekst": " "}, "Er staat niets."), (LOOK, {"tekst": "?!"}, "Dit kan niet worden gezegd."),
        (LOOK, {"tekst": "x" * 3000}, "Dit kan niet worden gezegd."),
        (LOOK, {"tekst": "a\x00b"}, "Dit kan niet worden gezegd."),
        (LOOK, {"tekst": "Kijk.", "pauze": "eigen", "seconden": "nooit"}, "hoogstens 600 seconden"),
        (LOOK, {"tekst": "Kijk.", "pauze": "eigen", "seconden": "nan"}, "hoogstens 600 seconden"),
        (LOOK, {"tekst": "Kijk.", "pauze": "eigen", "seconden": "9" * 400}, "hoogstens 600 seconden"),
        (LOOK, {"tekst": "Kijk.", "pauze": "stilte"}, "Kies een stilte uit de lijst."),
        (LOOK, {"doe": "iets"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_and_what_was_typed_stays(
    visitor: Visitor, number: int, fields: dict[str, object], told: str
) -> None:
    path = f"{address(visitor)}/zin/{number}"
    form = {"doe": "bewaar", "pauze": "gewoon", "tekst": "x", **hidden(visitor.get(path).text), **fields}
    answer = visitor.post(path, form)
    assert answer.status_code == 400
    assert told in answer.text
    if told and "doe" not in fields:
        assert html.escape(str(fields["tekst"])) in answer.text.replace("\\x00", "\x00") or "\x00" in str(
            fields["tekst"]
        )
    assert "wijziging</strong>" not in visitor.get(address(visitor)).text


def test_what_belongs_to_safety_can_be_said_otherwise(visitor: Visitor) -> None:
    page = visitor.get(f"{address(visitor)}/zin/{SAFE}").text
    assert "Je kunt hem anders zeggen, niet weglaten." in page
    assert 'value="weg"' not in page
    assert change(visitor, SAFE, tekst="Je mag altijd stoppen.") == 303


def test_a_long_sentence_gets_a_hint(visitor: Visitor) -> None:
    assert change(visitor, LOOK, tekst=" ".join(["woord"] * 24)) == 303
    assert (
        "Deze zin heeft 24 woorden. Korter luistert rustiger."
        in visitor.get(f"{address(visitor)}/zin/{LOOK}").text
    )
    assert change(visitor, LOOK, tekst=" ".join(["Kijk eens om je heen."] * 6)) == 303
    assert "Korter luistert" not in visitor.get(f"{address(visitor)}/zin/{LOOK}").text


def test_a_sentence_is_heard_by_itself_and_in_its_place(visitor: Visitor) -> None:
    place: dict[str, object] = {
        "soort": "plek",
        "opname": address(visitor).rpartition("/")[2],
        "zin": "Kijk eens rond.",
        "keer": "1",
        "tekst": "Luister eens.",
    }
    heard = []
    for asked in (place, {**place, "tekst": "Kijk eens rond.", "pauze": "eigen", "seconden": "6"}):
        answer = visitor.post("/hoor", asked)
        assert answer.status_code == 200, answer.text
        with wave.open(io.BytesIO(answer.data)) as sound:
            heard.append(sound.getnframes() / sound.getframerate())
    assert 10 < heard[0] < 30
    begun = time.monotonic()
    assert visitor.post("/hoor", place).status_code == 200
    assert time.monotonic() - begun < 5  # a second where nothing else goes on: that is for bench/
    assert visitor.post("/hoor", {**place, "tekst": "[x]"}).status_code == 400
    assert visitor.post("/hoor", {**place, "zin": ""}).status_code == 400
    assert visitor.post("/hoor", {**place, "zin": "Die is er niet."}).status_code == 409
    assert visitor.post("/hoor", {**place, "keer": "2"}).status_code == 409
    assert visitor.post("/hoor", {**place, "opname": "../stem.toml"}).status_code == 404


def test_a_name_that_is_said_wrong_is_put_right_in_the_track(visitor: Visitor, practice: Path) -> None:
    path = f"{address(visitor)}/zin/{FIRST}"
    form = {**hidden(visitor.get(path).text), "woord": "wilhelmina", "klinkt": "willemien", "doe": "hier"}
    assert visitor.post(f"{path}/uitspraak", form).status_code == 303
    assert "<strong>1 wijziging</strong>" in visitor.get(address(visitor)).text
    assert "Hoe de naam klinkt." in visitor.get(f"{address(visitor)}/wijzigingen").text
    assert 'data-klinkt="willemien"' in visitor.get(path).text
    (record_file,) = (practice / "output").glob("*.stem.json")
    wanted = visitor.site.changes.of(record_file, read_record(record_file))
    (job,) = Project(practice).again(record_file, wanted.change).asked.jobs
    assert job.spec.values == {"naam": "Wilhelmina", "naam_uitspraak": "willemien"}


def test_another_word_is_put_right_in_its_sentence_or_for_good(visitor: Visitor, practice: Path) -> None:
    path = f"{address(visitor)}/zin/{LOOK}"

    def say(word: str, said: str, where: str) -> tuple[int, str]:
        form = {**hidden(visitor.get(path).text), "woord": word, "klinkt": said, "doe": where}
        answer = visitor.post(f"{path}/uitspraak", form)
        return answer.status_code, answer.text

    assert say("rond", "ront", "hier")[0] == 303
    assert "Wordt: Kijk eens ront." in visitor.get(address(visitor)).text
    assert say("weg", "wech", "hier")[0] == 400
    assert say("eens", "[x]", "hier")[0] == 400
    lexicon = practice / "lexicon.toml"
    before = lexicon.read_text(encoding="utf-8")
    for said in ("ééns", "eenss"):
        status, page = say("eens", said, "altijd")
        assert status == 200
        assert "Onthouden" in page
        assert f'eens = "{said}"\n' in lexicon.read_text(encoding="utf-8")
    after = lexicon.read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    assert after.count("eens = ") == 1
    assert say('"', "x", "altijd")[0] == 400
    lexicon.write_text("stuk", encoding="utf-8")
    form: dict[str, object] = {"versie": "0", "woord": "eens", "klinkt": "ins", "doe": "altijd"}
    assert visitor.post(f"{path}/uitspraak", form).status_code == 409
    assert lexicon.read_text(encoding="utf-8") == "stuk"


@pytest.mark.slow
def test_a_length_that_cannot_be_any_more_is_told_with_the_nearest(visitor: Visitor, practice: Path) -> None:
    project = Project(practice)
    spec = TrackSpec("proef", values={"naam": "Anna"}, voice="zacht")
    longest = max(length for _, length in project.lengths(spec))
    wanted = project.single("c018", TrackSpec("proef", spec.values, voice="zacht", duration_s=int(longest)))
    assert wanted.make(workers=1).exit_code == 0
    here = next(
        each for each in re.findall(r'href="(/opnames/[0-9a-f]{16})"', visitor.get("/opnames").text)
        if "c018" in visitor.get(each).text
    )  # fmt: skip
    path = f"{here}/zin/{SAFE}"
    form = {
        **hidden(visitor.get(path).text),
        "doe": "bewaar",
        "tekst": "Stoppen kan altijd.",
        "pauze": "eigen",
        "seconden": "60",
    }
    assert visitor.post(path, form).status_code == 303
    told = visitor.post(f"{here}/opnieuw", hidden(visitor.get(here).text))
    assert told.status_code == 409
    assert "Deze lengte kan niet meer" in told.text
    nearest = hidden(told.text)
    assert float(str(nearest["duur"])) > longest
    assert visitor.post(f"{here}/opnieuw", nearest).headers["Location"].startswith("/taken/")


def test_a_change_whose_sentence_is_gone_is_told_and_kept_until_it_is_let_go(
    visitor: Visitor, practice: Path
) -> None:
    change(visitor, LOOK, tekst="Luister eens.")
    (record_file,) = (practice / "output").glob("*.stem.json")
    wanted = visitor.site.changes.of(record_file, read_record(record_file))
    script = practice / "scripts" / "proef.j2"
    script.write_text(SCRIPT.replace("Kijk eens rond.", "Kijk naar buiten."), encoding="utf-8")
    overtaken = visitor.post(f"{address(visitor)}/zin/{SIT}", {"doe": "bewaar", "tekst": "Sta even op."})
    assert overtaken.status_code == 409
    assert "De oefening is veranderd sinds deze opname" in overtaken.text
    assert "Sta even op." in overtaken.text
    assert "Kijk eens rond. → Wordt: Luister eens." in visitor.get(f"{address(visitor)}/wijzigingen").text
    page = visitor.get(address(visitor)).text  # the text is another one by now
    assert "Wijzig</a>" not in page
    assert "De oefening is veranderd sinds deze opname." in page
    Project(practice).remake(record_file, wanted.change, overwrite=True, target=str(track_of(practice)))
    page = visitor.get(address(visitor)).text
    assert "Deze wijziging hoort bij een zin die niet meer in de tekst staat." in page
    assert len(record(practice)) == 1
    lost = re.search(r'wijzigingen/los">(.*?)</form>', page)
    assert lost is not None
    form = hidden(lost[1])
    assert visitor.post(f"{address(visitor)}/wijzigingen/los", {**form, "zin": "x"}).status_code == 404
    assert visitor.post(f"{address(visitor)}/wijzigingen/los", form).status_code == 303
    thrown = visitor.get(f"{address(visitor)}/wijzigingen").text
    assert "De wijziging van deze zin is weg: Kijk eens rond." in thrown
    gone = "Deze wijziging hoort bij een zin die niet meer in de tekst staat."
    assert gone not in visitor.get(address(visitor)).text


def test_a_version_of_ones_own_and_a_text_as_it_was_said(visitor: Visitor, practice: Path) -> None:
    assert "Je hebt een eigen versie" in visitor.post(f"{address(visitor)}/eigen").text
    own = practice / "scripts" / "proef-eigen.j2"
    assert own.read_text(encoding="utf-8") == SCRIPT.replace('"Proef"', '"Proef (eigen versie)"', 1)
    change(visitor, LOOK, tekst="Luister eens.")
    assert "ook een naam" in visitor.get(f"{address(visitor)}/bewaren").text
    assert not (practice / "scripts" / "proef-eigen-2.j2").exists()
    assert "De tekst is bewaard" in visitor.post(f"{address(visitor)}/bewaren").text
    text = (practice / "scripts" / "proef-eigen-2.j2").read_text(encoding="utf-8")
    assert "Luister eens." in text
    assert "Dag Wilhelmina." in text
    assert "[veilig V3]" in text
    assert "Thuis" not in visitor.get("/maken/proef-eigen-2").text


def test_what_is_gathered_for_someone_who_is_forgotten_is_gone(visitor: Visitor) -> None:
    change(visitor, LOOK, tekst="Luister eens, Wilhelmina.")
    visitor.post(f"{address(visitor)}/vergeten")
    assert not visitor.site.changes._tracks


def test_of_a_track_without_its_words_nothing_can_be_changed(visitor: Visitor, practice: Path) -> None:
    (record_file,) = (practice / "output").glob("*.stem.json")
    whole = record_file.read_text(encoding="utf-8")
    record_file.write_text(whole[: whole.index(',\n "personal"')] + "\n}\n", encoding="utf-8")
    page = visitor.get(address(visitor)).text
    assert "Wijzig</a>" not in page
    assert visitor.get(f"{address(visitor)}/zin/1").status_code == 404


ROUTES = ("zin/1", "zin/1/uitspraak", "wijzigingen", "wijzigingen/los", "eigen", "bewaren", "opnieuw")


@pytest.mark.parametrize("name", ["c017_proef.mp3", "..", "%2e%2e%2fstem.toml", "0" * 16, "x" * 5000])
def test_an_address_leads_to_no_other_track(visitor: Visitor, name: str) -> None:
    for part in ROUTES:
        assert visitor.post(f"/opnames/{name}/{part}").status_code in {404, 405}, part
    for number in ("-1", "x", "1e3", "99999999999999999999", "1/../2"):
        assert visitor.get(f"{address(visitor)}/zin/{number}").status_code == 404


def test_nobody_else_comes_in(visitor: Visitor) -> None:
    """The gate's own table of hostile requests, over each of these routes."""
    here = address(visitor)
    form = {**hidden(visitor.get(f"{here}/zin/{LOOK}").text), "doe": "weg"}
    hostile: list[dict[str, str]] = [{"Origin": each.replace("PORT", str(PORT))} for each in OTHER_ORIGINS]
    hostile += [{"Host": each.replace("PORT", str(PORT))} for each in OTHER_HOSTS if each.isascii()]
    hostile += [{name: value or "" for name, value in each.items()} for each in OTHER_SITES]
    for part in ROUTES:
        path = f"{here}/{part.replace('zin/1', f'zin/{LOOK}')}"
        for heads in hostile:
            assert visitor.post(path, form, **heads).status_code == 403, (part, heads)
    assert "wijziging</strong>" not in visitor.get(here).text
    assert not (visitor.site.folder / "scripts" / "proef-eigen.j2").exists()  # type: ignore[operator]
    assert visitor.site.workshop.runs == ()


def test_nothing_that_is_changed_stands_in_an_address_or_a_title(visitor: Visitor) -> None:
    change(visitor, LOOK, tekst="Zwaantje.")
    for path in ("", f"/zin/{LOOK}", "/wijzigingen", "/bewaren", "/opnieuw"):
        page = visitor.get(f"{address(visitor)}{path}").text
        title = re.search("<title>(.*)</title>", page)
        assert title is not None
        assert "Zwaantje" not in title[1]
        assert not any("waantje" in each for each in re.findall(r'(?:href|action|src)="([^"]*)"', page))
