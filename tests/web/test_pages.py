"""Choosing, filling in and making, without a browser: what is shown, what is refused, what becomes a run."""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pagehelp import Visitor, practice_in, visiting

from stem import Project, TrackSpec
from stem.track.outline import Outline
from stem.web import filling, words

pytestmark = pytest.mark.usefixtures("quick_mp3")

SCRIPT = """+++
title = "Proef <b>"
summary = "Een proef & meer."
audience = "Voor wie <i>."
bed = "none"
minutes = [1]

[variables.naam]
default = ""
max_length = 40

[variables.wat]
help = "Iets."

[variables.tellen]
type = "number"
default = 3
minimum = 1
maximum = 9
+++
{{ naam }} kijkt naar {{ wat }}, {{ tellen }} keer.
[pauze]
Dat was het.
"""

XSS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "'-alert(1)-'",
    "</title><script>1</script>", "javascript:alert(1)", "&lt;b&gt;", "a\u202eb", "${1+1}",
]  # fmt: skip


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    folder = practice_in(tmp_path / "praktijk")
    (folder / "scripts" / "mijn-oefening.j2").unlink()
    (folder / "scripts" / "proef.j2").write_text(SCRIPT, encoding="utf-8")
    with visiting(folder) as made:
        yield made


def test_exercises_are_shown_as_cards_with_the_own_ones_first(visitor: Visitor) -> None:
    page = visitor.get("/").text
    links = re.findall(r'<h3><a href="/maken/([^"]+)"', page)
    assert links[0] == "proef"
    assert len(links) == 21
    titles = re.findall(r'<h3><a href="/maken/[^"]+">([^<]+)</a>', page)[1:]
    assert titles == sorted(titles, key=str.casefold)
    assert "Proef &lt;b&gt;" in page
    assert "Voor wie &lt;i&gt;." in page
    assert page.count("alleen samen met jou") == 2
    assert "10 of 13 minuten" in page
    assert "Zeven dagen" in page
    assert 'href="/praktijk/stemmen"' in page


def test_a_text_with_a_mistake_is_told_and_the_others_are_there(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    (folder / "scripts" / "stuk.j2").write_text("zonder kop", encoding="utf-8")
    page = visitor.get("/").text
    assert "heeft een fout" in page
    assert "bovenaan deze tekst ontbreekt het blok met de titel" in page
    assert 'href="/maken/proef"' in page
    assert visitor.get("/maken/stuk").status_code == 404


@pytest.mark.parametrize(
    "name",
    ["nergens", "..", "%2e%2e%2fstem", "proef.j2", "/etc/passwd", "delen/welkom", "C:\\x", "%00", "x" * 3000],
)
def test_only_exercises_that_there_are_can_be_filled_in(visitor: Visitor, name: str) -> None:
    for answer in (
        visitor.get(f"/maken/{name}"),
        visitor.post(f"/maken/{name}"),
        visitor.post(f"/maken/{name}/tekst"),
    ):
        assert answer.status_code in {404, 405}


def test_a_form_has_what_the_script_asks(visitor: Visitor) -> None:
    page = visitor.get("/maken/door-andere-ogen").text
    for name in (
        "v-naam",
        "v-naam_uitspraak",
        "v-vorm",
        "v-figuur",
        "v-situatie",
        "v-adem",
        "duur",
        "stem",
        "code",
    ):
        assert f'name="{name}"' in page, name
    assert 'maxlength="60"' in page
    assert "kamer vol onbekenden" in page
    assert "Iemand die rust uitstraalt" in page
    assert "Iemand die rust uitstraalt" not in visitor.get("/maken/voeten-op-de-grond").text
    assert page.index('name="v-naam"') < page.index("Meer keuzes") < page.index('name="v-adem"')
    assert "google" not in re.findall(r'name="stem" value="([^"]+)"', page)
    assert "binauraal" not in page
    assert "Welkom" in page  # what is said as usual stands there already
    for field in re.findall(r"<input (?![^>]*type=)[^>]*>", page):
        assert 'spellcheck="false"' in field
        assert 'autocomplete="off"' in field


def test_what_is_usual_and_has_no_name_in_the_list_stays_chosen(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    (folder / "stem.toml").write_text('bed = "zee+vogels:-6"\n', encoding="utf-8")
    script = (folder / "scripts" / "proef.j2").read_text(encoding="utf-8").replace('bed = "none"\n', "")
    (folder / "scripts" / "proef.j2").write_text(script, encoding="utf-8")
    page = visitor.get("/maken/proef").text
    usual = (
        '<input type="radio" name="achtergrond" value="" checked> <span>Zoals het in deze praktijk gewoon is'
    )
    assert usual in page
    assert len(re.findall(r'name="achtergrond" value="[^"]*" checked', page)) == 1


def test_a_voice_on_the_internet_is_offered_only_when_that_is_allowed_and_says_so(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    assert 'value="google"' not in visitor.get("/maken/aankomen").text
    assert visitor.post("/maken/aankomen", {"stem": "google"}).status_code == 400
    (folder / "stem.toml").write_text("allow_online = true\n", encoding="utf-8")
    page = visitor.get("/maken/aankomen").text
    assert 'value="google"' in page
    assert "Stuurt wat zij zegt, ook namen, naar Google" in page


def test_before_what_must_be_filled_in_no_length_can_be_chosen(visitor: Visitor) -> None:
    page = visitor.get("/maken/proef").text
    slider = re.search(r'<input type="range"[^>]*>', page)
    assert slider is not None
    assert "disabled" in slider[0]
    assert "hidden" in re.findall(r'<p class="field" id="duur-veld"[^>]*>', page)[0]
    assert visitor.told("/maken/proef/tekst", {"v-wat": "zee"})["slider"]["usual"] > 0


def test_a_newer_preview_makes_an_older_give_up(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go_on, begun, made = threading.Event(), threading.Event(), list[str]()
    real = Project.outline

    def slow(project: Project, spec: TrackSpec) -> Outline:
        made.append(spec.values.get("naam", ""))
        begun.set()
        assert may_go_on.wait(30)
        return real(project, spec)

    monkeypatch.setattr("stem.Project.outline", slow)
    told: dict[str, dict[str, object]] = {}

    def ask(name: str) -> None:
        told[name] = visitor.told("/maken/aankomen/tekst", {"v-naam": name})

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("A", "An", "Anna")]
    threads[0].start()
    assert begun.wait(30)
    for thread in threads[1:]:
        came = filling._turn._last
        thread.start()
        end = time.monotonic() + 30
        while filling._turn._last == came:  # so that they come in this order
            assert time.monotonic() < end
            time.sleep(0.01)
    may_go_on.set()
    for thread in threads:
        thread.join(60)
    assert made == ["A", "Anna"]
    assert told["An"] == {"overtaken": True}
    assert "lines" in told["Anna"]


def test_live_text_is_what_will_be_said(visitor: Visitor) -> None:
    told = visitor.told("/maken/aankomen/tekst", {"v-naam": "Anna", "v-vorm": "u"})
    said = " ".join(line["text"] for line in told["lines"] if line["kind"] == "said")
    assert "Anna" in said
    assert " u " in said
    assert " je " not in said
    assert re.fullmatch(r"Samen \d+ minuten( en \d+ seconden?)?, waarvan .+ stilte\.", told["total"])
    assert told["wrong"] == {}
    assert told["doubt"] == ""
    uncommon = visitor.told("/maken/aankomen/tekst", {"v-naam": "Saoirse"})
    assert uncommon["doubt"].startswith("Hoe klinkt de naam?")
    assert {line["kind"] for line in told["lines"]} == {"said", "pause", "chapter"}
    slider = told["slider"]
    assert slider["least"] < slider["usual"] < slider["most"]
    assert told["total"].startswith(f"Samen {words.length(slider['lasts'])}, ")
    assert len(slider["ranges"]) == 2  # a gap: no text of this exercise lasts four minutes


def test_a_length_is_what_the_text_then_lasts(visitor: Visitor) -> None:
    told = visitor.told("/maken/aankomen/tekst", {"duur": "330", "duur-gewoon": "285"})
    assert told["total"].startswith("Samen 5 minuten en 30 seconden,")
    assert told["slider"]["value"] == 330
    usual = visitor.told("/maken/aankomen/tekst", {})["slider"]
    assert f'<output id="duur-tekst" for="duur">{words.length(usual["lasts"])}</output>' in (
        visitor.get("/maken/aankomen").text
    )


def test_a_length_that_cannot_be_had_falls_back_to_the_usual_one(visitor: Visitor) -> None:
    told = visitor.told("/maken/aankomen/tekst", {"duur": "3600", "duur-gewoon": "285"})
    assert told["slider"]["value"] == told["slider"]["usual"]


def test_what_a_long_track_takes_is_told_where_its_length_is_chosen_and_while_it_is_made(
    visitor: Visitor,
) -> None:
    folder = visitor.site.folder
    assert folder is not None
    hours = "[pauze 595]\n" * 6 + "Nog een uur.\n"
    (folder / "scripts" / "nacht.j2").write_text(
        f'+++\ntitle = "Nacht"\nbed = "none"\n+++\nWelkom.\n{hours * 2}', encoding="utf-8"
    )
    # Two hours at 128 kbps are 115 MB.
    told = r"Een lange opname: 1:59:\d\d, ongeveer 115 MB; haar maken kost deze computer ongeveer \d+ minuten"
    assert re.match(told, visitor.told("/maken/nacht/tekst", {})["warnings"][-1])
    assert re.search(told, visitor.get("/maken/nacht").text)
    made = visitor.post("/maken/nacht", {"code": "c017"}).headers["Location"]
    assert re.search(told, visitor.get(made).text)
    visitor.post(f"{made}/stop")
    listed = visitor.post(
        "/clienten", {"lijst": (BytesIO(b"code,script\nc018,nacht\nc019,nacht\n"), "a.csv")}
    )
    assert len(re.findall(told, visitor.get(listed.headers["Location"]).text)) == 1
    assert "lange opname" not in visitor.get("/maken/aankomen").text


def test_what_is_wrong_is_told_at_its_field_in_dutch_without_what_was_filled_in(visitor: Visitor) -> None:
    told = visitor.told(
        "/maken/proef/tekst",
        {"v-naam": "Geheim[1]", "v-tellen": "twaalf", "stem": "onbekend", "v-naam_uitspraak": "x"},
    )
    assert told["wrong"] == {
        "v-naam": "Gebruik hier gewone woorden, zonder haakjes, accolades of hekjes.",
        "v-wat": "Vul dit in.",
        "v-tellen": "Vul een getal in van 1 tot en met 9.",
        "stem": "Kies er een uit de lijst.",
    }
    assert "Geheim" not in str(told)


@pytest.mark.parametrize("text", XSS)
def test_no_field_becomes_markup(visitor: Visitor, text: str) -> None:
    answer = visitor.post(
        "/maken/proef", {"v-naam": text, "code": text, "v-wat": text, "v-tellen": "x", "stem": text}
    )
    assert answer.status_code == 400
    if "<" in text or '"' in text:
        assert text not in answer.text
    assert (
        html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in answer.text
        or "U+202E" in answer.text
    )
    assert not re.search(r"<(script(?! type=\"module\" src)|img|svg)", answer.text)
    assert "Location" not in answer.headers


def test_a_form_with_mistakes_comes_back_as_it_was(visitor: Visitor) -> None:
    answer = visitor.post("/maken/proef", {"v-naam": "Anna", "v-wat": "", "code": "c017"})
    assert answer.status_code == 400
    assert 'value="Anna"' in answer.text
    assert 'value="c017"' in answer.text
    assert "Vul dit in." in answer.text
    assert visitor.site.workshop.runs == ()


@pytest.mark.parametrize(
    "code", ["../x", "c 017", "CON", "anna", "x" * 61, ".x", "a/b", "a\\b", "c:017", "-c", "c017.", "c\x00"]
)
def test_a_code_that_cannot_be_one_is_told_at_its_field(visitor: Visitor, code: str) -> None:
    told = "in de code staat wat is ingevuld bij" if code == "anna" else "De code kan niet worden gebruikt: "
    answer = visitor.post("/maken/proef", {"v-naam": "Anna", "v-wat": "zee", "code": code})
    assert answer.status_code == 400
    assert told in answer.text.partition('id="code-fout"')[2].partition("</span>")[0]
    folder = visitor.site.folder
    assert folder is not None
    assert not (folder / "output").exists()


def wait(visitor: Visitor, address: str, within_s: float = 120.0) -> str:
    """Poll a run until it is over and return its state."""
    end = time.monotonic() + within_s
    while True:
        state = visitor.told(f"{address}.json")
        if state["state"] not in {"waiting", "making"}:
            return str(state["state"])
        assert time.monotonic() < end
        time.sleep(0.05)


FILLED: dict[str, object] = {"v-naam": "Wilhelmina", "v-wat": "de duinen", "code": "c017"}


@pytest.mark.slow
@pytest.mark.usefixtures("kept_beds")
def test_a_track_is_made_kept_and_replaced_only_when_that_is_asked(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    first = visitor.post("/maken/proef", {**FILLED, "nummer": "7"})
    twice = visitor.post("/maken/proef", {**FILLED, "nummer": "7"})
    assert first.status_code == 303
    assert first.headers["Location"] == twice.headers["Location"]
    address = first.headers["Location"]
    assert re.fullmatch("/taken/[0-9a-f]{16}", address)
    assert wait(visitor, address) == "made"
    made = sorted(path.name for path in (folder / "output").iterdir())
    assert made == ["c017_proef_1min.mp3", "c017_proef_1min.stem.json"]
    page = visitor.get(address).text
    assert "Klaar" in page
    assert "Wilhelmina" not in page + address

    assert "Deze opname is er al" in visitor.post("/maken/proef", FILLED).text

    before = (folder / "output" / made[0]).read_bytes()
    other = {**FILLED, "v-wat": "het bos"}
    asked = visitor.post("/maken/proef", other)
    assert "Vervangen?" in asked.text
    assert len(visitor.site.workshop.runs) == 1
    assert (folder / "output" / made[0]).read_bytes() == before
    done = visitor.post("/maken/proef", {**other, "vervang": "ja"})
    assert wait(visitor, done.headers["Location"]) == "made"
    assert (folder / "output" / made[0]).read_bytes() != before


@pytest.mark.slow
@pytest.mark.usefixtures("kept_beds")
def test_a_run_is_stopped_within_a_second_and_nothing_is_left(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    address = visitor.post("/maken/aankomen", {"achtergrond": "none", "code": "c017"}).headers["Location"]
    end = time.monotonic() + 60
    while visitor.told(f"{address}.json")["percent"] < 5:
        assert time.monotonic() < end
        time.sleep(0.02)
    begun = time.monotonic()
    assert visitor.post(f"{address}/stop").status_code == 303
    assert wait(visitor, address) == "stopped"
    assert time.monotonic() - begun < 4.0  # a second, on a machine with nothing else to do
    assert list((folder / "output").iterdir()) == []
    assert "Er is niets blijven staan" in visitor.get(address).text


def test_what_waits_to_be_made_is_not_replaced_unasked(visitor: Visitor) -> None:
    first = visitor.post("/maken/aankomen", {"code": "c017", "nummer": "1"}).headers["Location"]
    again = visitor.post("/maken/aankomen", {"code": "c017", "nummer": "1"}).headers["Location"]
    assert again == first
    other = visitor.post("/maken/aankomen", {"code": "c017", "nummer": "1", "v-naam": "Anna"})
    assert "Vervangen?" in other.text
    assert len(visitor.site.workshop.runs) == 1
    sent: dict[str, object] = {"code": "c017", "nummer": "1", "v-naam": "Anna", "vervang": "ja"}
    assert visitor.post("/maken/aankomen", sent).headers["Location"] != first
    elsewhere = visitor.post("/maken/aankomen", {"code": "c018", "nummer": "1"})
    assert elsewhere.status_code == 303
    assert len(visitor.site.workshop.runs) == 3


def test_a_file_that_is_not_ours_is_not_replaced(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    (folder / "output").mkdir()
    (folder / "output" / "c017_proef_1min.mp3").write_bytes(b"van iemand anders")
    answer = visitor.post("/maken/proef", {**FILLED, "vervang": "ja"})
    assert answer.status_code == 400
    assert "er staat al een ander bestand met die naam." in answer.text
    assert "kies een andere code." in answer.text
    assert visitor.site.workshop.runs == ()


def test_runs_are_told_to_who_polls_and_on_every_page(visitor: Visitor) -> None:
    assert visitor.told("/bezig.json") == {}
    visitor.post("/maken/aankomen", {"code": "c017"})
    run = visitor.site.workshop.runs[0]
    assert visitor.told("/bezig.json")["id"] == run.id
    page = visitor.get("/").text
    assert f'href="/taken/{run.id}"' in page
    assert "Bezig: Aankomen" in page
    assert "Er wordt nog een opname gemaakt. Toch sluiten?" in visitor.post("/sluiten").text
    assert not visitor.site.closed.is_set()
    visitor.post("/sluiten", {"toch": "ja"})
    assert visitor.site.closed.is_set()
