"""Recording oneself, without a browser: sets begun, takes judged and kept, brought back, cut, made with."""

from __future__ import annotations

import html
import io
import json
import re
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from pagehelp import Visitor, practice_in, visiting, with_short_script
from soundfiles import encoded, float_wav
from studio import RATE, Sound, level_where_it_sounds, recorded, room, silence, speech

from stem import Project, RecordingSet, TrackSpec
from stem.sound.decoding import decode
from stem.voices.recordings.cleaning import FlawKind
from stem.web import recording, verdicts
from stem.web.studio import LARGEST_TAKE

pytestmark = pytest.mark.usefixtures("quick_mp3")

LOOK = "Kijk eerst rustig om je heen."


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    with visiting(with_short_script(practice_in(tmp_path / "praktijk"))) as made:
        yield made


def file(sound: Sound) -> bytes:
    return float_wav(sound.reshape(len(sound), -1), RATE)


@dataclass
class Shelf:
    """A set as someone sees it, and as it is in the folder."""

    visitor: Visitor
    address: str

    @property
    def project(self) -> Project:
        return self.visitor.site.project()

    @property
    def kept(self) -> RecordingSet:
        (found,) = self.project.recordings()
        return found

    @property
    def sentences(self) -> list[dict[str, Any]]:
        page = self.visitor.get(f"{self.address}/1").text
        found = re.search(r'data-zinnen="([^"]*)"', page)
        assert found is not None
        shown = json.loads(html.unescape(found[1]))
        assert isinstance(shown, list)
        return shown

    def send(self, number: int, content: bytes, **heads: str) -> Any:
        now = next(each for each in self.sentences if each["number"] == number)
        known = {"Stem-Sentence": now["mark"], "Stem-Take": now["take"], **heads}
        return self.visitor.post(f"{self.address}/{number}", content, **known)

    def cut(self, content: bytes, name: str = "x.wav") -> Any:
        head = f'--x\r\nContent-Disposition: form-data; name="opname"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + b"\r\n--x--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        return self.visitor.post(f"{self.address}/knippen", body, **kind)

    def names(self) -> set[str]:
        return {path.name for path in self.kept.folder.iterdir()} - {"blad.toml"}


@pytest.fixture
def shelf(visitor: Visitor) -> Shelf:
    answer = visitor.post("/stem/nieuw/thuiskomen", {"hoe": "zin"})
    assert answer.status_code == 303
    address, _, first = answer.headers["Location"].rpartition("/")
    assert first == "1"
    return Shelf(visitor, address)


# --- A set -------------------------------------------------------------------------------------------------


def test_a_set_is_what_the_sheet_of_the_command_line_makes(visitor: Visitor, tmp_path: Path) -> None:
    folder = visitor.site.folder
    assert folder is not None
    answer = visitor.post("/stem/nieuw/aankomen", {"v-vorm": "u", "naam": "Heel rustig", "v-naam": "Anna"})
    assert answer.status_code == 303
    made = folder / "opnames" / "aankomen-heel-rustig"
    assert [path.name for path in made.iterdir()] == ["blad.toml"]
    Project(folder).sheet(TrackSpec("aankomen", values={"vorm": "u"}), "opnames/ander/")
    assert (made / "blad.toml").read_bytes() == (folder / "opnames" / "ander" / "blad.toml").read_bytes()
    assert "Anna" not in (made / "blad.toml").read_text(encoding="utf-8")
    page = visitor.get("/stem").text
    assert "Aankomen (heel-rustig)" in page
    assert "0 van 37 zinnen ingesproken" in page
    studio = visitor.get(answer.headers["Location"])
    assert "Zin 1 van 37" in studio.text
    assert "aankomen" not in answer.headers["Location"]


def test_sheets_of_before_are_sets_too(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    for name in ("thuiskomen", "aankomen-oud", "weg"):
        (folder / "opnames" / name).mkdir(parents=True)
        (folder / "opnames" / name / "blad.toml").write_text('[zinnen]\n1 = "Welkom."\n', encoding="utf-8")
    (folder / "opnames" / "stuk").mkdir()
    (folder / "opnames" / "stuk" / "blad.toml").write_text("x", encoding="utf-8")
    (folder / "opnames" / "elders").symlink_to(folder / "opnames" / "weg")
    page = visitor.get("/stem").text
    assert re.findall(r"<h2>.*?>([^<]+)</a>", page) == [
        "Aankomen (oud)", "Onbekende oefening (stuk)", "Thuiskomen", "Onbekende oefening (weg)",
    ]  # fmt: skip
    for address in re.findall(r'href="(/stem/[0-9a-f]{16})"', page):
        assert visitor.get(address).status_code == 200
        assert "Vergeet deze opnames" in visitor.get(address).text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"naam": "../../etc"}, "kan geen deel van de naam van een map zijn"),
        ({"naam": "-x"}, "kan geen deel"),
        ({"naam": "a\x00b"}, "kan geen deel"),
        ({"v-vorm": "hij"}, "Kies er een uit de lijst"),
    ],
)
def test_what_cannot_be_a_set_begins_none(visitor: Visitor, form: dict[str, object], told: str) -> None:
    answer = visitor.post("/stem/nieuw/aankomen", form)
    assert answer.status_code in {400, 409}
    assert told in answer.text
    assert visitor.site.project().recordings() == ()


def test_a_second_click_leads_to_the_same_set(shelf: Shelf) -> None:
    again = shelf.visitor.post("/stem/nieuw/thuiskomen", {"hoe": "zin"})
    assert again.headers["Location"] == f"{shelf.address}/1"
    assert shelf.visitor.post("/stem/nieuw/thuiskomen", {"v-vorm": "u"}).status_code == 409


def test_a_set_that_is_there_stays(shelf: Shelf) -> None:
    assert shelf.send(2, file(recorded(LOOK))).json["verdict"]["usable"]
    answer = shelf.visitor.post("/stem/nieuw/thuiskomen", {})
    assert answer.status_code == 409
    assert "Geef" in answer.text
    assert shelf.kept.takes.keys() == {2}


# --- Takes -------------------------------------------------------------------------------------------------


def encoded_as(kind: str, sound: Sound) -> bytes:
    options = {
        "webm": ("-c:a", "libopus", "-b:a", "160k"),
        "mka": ("-c:a", "pcm_f32le"),
        "m4a": ("-c:a", "aac", "-b:a", "160k"),
        "ogg": ("-c:a", "libopus"),
    }[kind]
    return encoded(kind, *options, sound=sound[:, None], rate=RATE)


@pytest.mark.parametrize(
    ("kind", "name"), [("webm", "2.webm"), ("mka", "2.webm"), ("m4a", "2.m4a"), ("ogg", "2.ogg")]
)
def test_what_browsers_record_is_kept_as_it_is(shelf: Shelf, kind: str, name: str) -> None:
    content = encoded_as(kind, recorded(LOOK))
    told = shelf.send(2, content).json
    assert told["verdict"] == {"usable": True, "title": "Goed.", "flaws": []}
    assert (told["former"], told["elsewhere"]) == (False, False)
    kept = shelf.kept.takes[2]
    assert kept.name == name
    assert kept.read_bytes() == content
    assert kept.stat().st_mode & 0o077 == 0
    heard = decode(kept, RATE).samples[:, 0].astype(np.float64)
    level, wanted = (level_where_it_sounds(each) for each in (heard, recorded(LOOK)))
    assert 20 * np.log10(level / wanted) == pytest.approx(0.0, abs=0.5)
    answer = shelf.visitor.get(f"{shelf.address}/2/geluid", Range="bytes=0-9")
    assert (answer.status_code, answer.data) == (206, content[:10])


def loudest(start_s: float, stop_s: float) -> int:
    start, stop = (RATE + round(at_s * RATE) for at_s in (start_s, stop_s))
    return start + int(np.abs(recorded(LOOK)[start:stop]).argmax())


def hum(below_db: float) -> Sound:
    time_s = np.arange(len(recorded(LOOK))) / RATE
    return np.asarray(0.05 * np.sqrt(2) * 10 ** (-below_db / 20) * np.sin(2 * np.pi * 150 * time_s))


FAULTS: dict[str, tuple[Callable[[], Sound], str, bool]] = {
    "too soft": (lambda: recorded(LOOK, below_db=9) * 0.1, "drowned", False),
    "its beginning is gone": (lambda: recorded(LOOK)[loudest(0.0, 0.6) :], "late", False),
    "its end is gone": (lambda: recorded(LOOK)[: loudest(1.5, 2.2)], "early", False),
    "overloaded": (lambda: np.clip(recorded(LOOK) * 30, -1, 1), "overloaded", False),
    "a piece is missing": (lambda: recorded("Kijk."), "short", False),
    "silence": (lambda: silence(3.0), "silent", False),
    "noise alone": (lambda: room(3 * RATE, 20), "noise", False),
    "said twice": (lambda: np.tile(recorded(LOOK), 2), "twice", False),
    "a whole story": (lambda: np.tile(recorded(LOOK, 0.1, 0.1), 4), "long", False),
    "hum": (lambda: recorded(LOOK) + hum(20), "noisy", True),
    "noise": (lambda: recorded(LOOK, below_db=18), "noisy", True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_faults_are_found_and_told(shelf: Shelf, fault: str) -> None:
    make, kind, usable = FAULTS[fault]
    good = file(recorded(LOOK))
    assert shelf.send(2, good).json["verdict"]["title"] == "Goed."
    told = shelf.send(2, file(make())).json
    sentence, advice = verdicts.TOLD[kind]
    assert told["verdict"]["flaws"] == [{"sentence": sentence, "advice": advice}]
    assert told["verdict"]["usable"] is usable
    if usable:
        assert told["former"]
        assert shelf.names() == {"2.wav", ".vorige-2.wav"}
    else:  # what cannot be used takes nothing's place
        assert shelf.kept.takes[2].read_bytes() == good
        assert shelf.names() == {"2.wav"}


def test_every_kind_of_flaw_has_its_words() -> None:
    assert set(get_args(FlawKind)) - {"file"} == set(verdicts.TOLD)


def test_one_goes_on_where_one_stopped(shelf: Shelf) -> None:
    page = shelf.visitor.get(shelf.address).text
    assert f'href="{shelf.address}/1">Begin' in page
    assert "Maak met mijn stem" not in page
    shelf.send(2, file(recorded(LOOK)))  # the first is skipped
    page = shelf.visitor.get(shelf.address).text
    assert f'href="{shelf.address}/3">Ga verder' in page
    assert "1 van 3 zinnen ingesproken" in page
    shelf.send(3, file(recorded("Dat was het.")))
    page = shelf.visitor.get(shelf.address).text
    assert f'href="{shelf.address}/1">Ga verder' in page
    shelf.send(1, file(recorded("Welkom.")))
    page = shelf.visitor.get(shelf.address).text
    assert "Ga verder" not in page
    assert f'href="{shelf.address}/maken">Maak met mijn stem' in page


def test_the_take_before_can_come_back_and_go_again(shelf: Shelf) -> None:
    first, second = encoded_as("webm", recorded(LOOK)), file(recorded(LOOK))
    shelf.send(2, first)
    assert shelf.visitor.post(f"{shelf.address}/2/vorige").status_code == 409
    assert shelf.send(2, second).json["former"]
    assert shelf.names() == {"2.wav", ".vorige-2.webm"}
    back = shelf.visitor.post(f"{shelf.address}/2/vorige")
    assert back.json is not None
    assert back.json["verdict"]["title"] == "Goed."
    assert shelf.kept.takes[2].read_bytes() == first
    assert shelf.names() == {"2.webm", ".vorige-2.wav"}
    assert shelf.visitor.post(f"{shelf.address}/2/vorige").status_code == 200
    assert shelf.kept.takes[2].read_bytes() == second
    third = file(recorded(LOOK) * 0.9)
    shelf.send(2, third)
    assert shelf.names() == {"2.wav", ".vorige-2.wav"}
    assert shelf.kept.formers[2].read_bytes() == second


def test_a_second_window_is_told_and_loses_nothing(shelf: Shelf) -> None:
    one, other = file(recorded(LOOK)), file(recorded(LOOK) * 0.9)
    assert not shelf.send(2, one).json["elsewhere"]
    assert shelf.send(2, other, **{"Stem-Take": ""}).json["elsewhere"]
    assert shelf.kept.formers[2].read_bytes() == one


def test_a_take_is_bound_to_its_sentence(shelf: Shelf) -> None:
    folder = shelf.project.folder
    shelf.send(3, file(recorded("Dat was het.")))
    before = {each["number"]: each["mark"] for each in shelf.sentences}
    script = folder / "scripts" / "thuiskomen.j2"
    text = script.read_text(encoding="utf-8")
    script.write_text(
        text.replace("Dat was", "Adem rustig in.\nDit was").replace("Kijk eerst", "Voel"), "utf-8"
    )
    sentences = {each["text"]: each for each in shelf.sentences}
    assert [each["number"] for each in sentences.values()] == [1, 4, 5, 6]
    assert [bool(each["take"]) for each in sentences.values()] == [False] * 4
    page = shelf.visitor.get(shelf.address).text
    assert "Eén opname hoort bij een zin die niet meer in de oefening staat. Ze blijven bewaard." in page
    # A page of before: its number is another sentence's by now, or nobody's.
    shifted = shelf.visitor.post(f"{shelf.address}/5", file(recorded(LOOK)), **{"Stem-Sentence": before[2]})
    assert shifted.status_code == 409
    assert "intussen veranderd" in shifted.json["problem"]  # type: ignore[index]
    # A sentence that is new gets its place in the list with its first take.
    assert shelf.send(5, file(recorded("Adem rustig in."))).json["verdict"]["usable"]
    assert shelf.kept.index[5] == "Adem rustig in."
    assert shelf.kept.index[3] == "Dat was het."
    voice = shelf.project.voice_of(shelf.kept)
    plan = shelf.project.plan(TrackSpec("thuiskomen", voice=voice, fill="zacht"))
    assert list(plan.voice.settings["files"]) == ["Adem rustig in."]  # type: ignore[call-overload]


BAD = {
    "nothing": (b"", 400, "Er is niets opgenomen"),
    "a page": (b"<!DOCTYPE html>", 200, "geen geluid"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), 200, "geen geluid"),
    "zeros": (bytes(1000), 200, "geen geluid"),
    "only a head": (b"\x1aE\xdf\xa3" + bytes(40), 200, "geen geluid"),
    "half": (encoded_as("m4a", speech(LOOK))[:8000], 200, "geen geluid"),
    "a form": (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--", 200, "geen geluid"),
    "larger than can be": (bytes(LARGEST_TAKE + 1), 413, "te groot"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_take_is_told_and_leaves_nothing(shelf: Shelf, bad: str) -> None:
    content, status, told = BAD[bad]
    answer = shelf.send(2, content)
    assert answer.status_code == status
    assert told in json.dumps(answer.json, ensure_ascii=False)
    assert shelf.names() == set()


def test_two_files_of_one_number_are_told_and_stay(shelf: Shelf) -> None:
    content = file(recorded(LOOK))
    for name in ("2.wav", "02 nog een.wav"):
        (shelf.kept.folder / name).write_bytes(content)
    answer = shelf.send(2, content)
    assert answer.status_code == 409
    assert "02 nog een.wav, 2.wav" in answer.json["problem"]
    assert shelf.names() == {"2.wav", "02 nog een.wav"}


# --- What is done with a set -------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_track_is_made_with_it_and_another_voice_says_the_rest(shelf: Shelf) -> None:
    visitor = shelf.visitor
    shelf.send(2, file(recorded(LOOK)))
    voice = shelf.project.voice_of(shelf.kept)
    page = visitor.get(f"{shelf.address}/maken").text
    assert f'value="{voice}" checked' in page
    assert "Mijn stem. 1 zin ingesproken." in page
    assert "Wat je niet hebt ingesproken, zegt" in page
    assert LOOK in page
    assert "Mijn stem." not in visitor.get("/maken/aankomen").text
    form: dict[str, object] = {
        "stem": voice,
        "aanvulling": "zacht",
        "v-naam": "Anna",
        "achtergrond": "none",
        "code": "c017",
    }
    told = visitor.told("/maken/thuiskomen/tekst", form)
    assert "problem" not in told
    hear: dict[str, object] = {"soort": "zin", "stem": voice, "aanvulling": "zacht"}
    said = {words: visitor.post("/hoor", hear | {"tekst": words}).data for words in (LOOK, "Dag Anna.")}
    alone: dict[str, object] = {"soort": "zin", "stem": "zacht"}
    by_zacht = {words: visitor.post("/hoor", alone | {"tekst": words}).data for words in said}
    assert said["Dag Anna."] == by_zacht["Dag Anna."] != b""
    assert said[LOOK] != by_zacht[LOOK]
    with wave.open(io.BytesIO(said[LOOK])) as sound:
        assert sound.getnframes() > RATE / 2
    assert visitor.post("/hoor", hear | {"tekst": LOOK, "stem": "opnames/weg/"}).status_code == 400
    assert visitor.post("/maken/thuiskomen", form | {"aanvulling": voice}).status_code == 400
    address = visitor.post("/maken/thuiskomen", form).headers["Location"]
    (run,) = visitor.site.workshop.runs
    assert "wordt nu een opname" in visitor.get(f"{shelf.address}/vergeten").text
    visitor.post(f"{shelf.address}/vergeten")
    assert shelf.kept.takes.keys() == {2}
    until_over(run)
    assert run.state == "made", run.failure
    assert "is gemaakt" in visitor.get(address).text
    (track,) = shelf.project.tracks()
    assert track.record is not None
    assert track.record.voice.name == "thuiskomen"


def until_over(run: Any) -> None:
    import time

    end = time.monotonic() + 120
    while not run.is_over:
        assert time.monotonic() < end
        time.sleep(0.05)


def reading(*sentences: str) -> bytes:
    rest = silence(2.0)
    sound = np.concatenate([rest, *(part for each in sentences for part in (speech(each), rest))])
    return file(sound + room(len(sound), 40))


def test_one_long_recording_is_cut(shelf: Shelf) -> None:
    assert "tot 200 MB" in shelf.visitor.get(f"{shelf.address}/knippen").text
    content = reading("Welkom.", LOOK, "Dat was het.")
    answer = shelf.cut(content, "../../x.mp3")
    assert "3 van 3 zinnen zijn gevonden" in answer.text
    assert shelf.names() == {"001.wav", "002.wav", "003.wav"}
    assert shelf.send(2, file(recorded(LOOK))).json["former"]
    assert shelf.names() == {"001.wav", "2.wav", ".vorige-2.wav", "003.wav"}
    again = shelf.cut(content)
    assert again.status_code == 409
    assert "die gaan voor" in again.text
    assert len(shelf.names()) == 4


def test_what_is_in_doubt_is_told_in_dutch(shelf: Shelf) -> None:
    content = reading("Welkom.", LOOK)
    page = shelf.cut(content).text
    assert "2 van 3 zinnen" in page
    assert "Niet gevonden: 3" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "Kies eerst"), (b"x" * 100, "kan niet worden geknipt"), (file(silence(3.0)), "spraak")],
    ids=["none", "no sound", "silence"],
)
def test_what_cannot_be_cut_is_told_and_leaves_nothing(shelf: Shelf, content: bytes, told: str) -> None:
    answer = shelf.cut(content, "x.wav" if content else "")
    assert answer.status_code == 400
    assert told in html.unescape(answer.text)
    assert str(shelf.project.folder) not in answer.text
    assert shelf.names() == set()


def test_a_reading_that_is_too_large_is_refused_unread(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LARGEST_READING", 10_000)
    answer = shelf.cut(bytes(20_000))
    assert answer.status_code == 413
    assert "te groot" in answer.text


def test_a_set_goes_when_that_was_asked_and_leaves_what_is_not_of_it(shelf: Shelf) -> None:
    shelf.send(2, file(recorded(LOOK)))
    shelf.send(2, file(recorded(LOOK)))
    folder = shelf.kept.folder
    page = shelf.visitor.get(f"{shelf.address}/vergeten").text
    assert "Terughalen kan niet" in page
    assert shelf.kept.takes.keys() == {2}
    (folder / "notities.txt").write_text("van mij")
    assert "notities.txt" in shelf.visitor.post(f"{shelf.address}/vergeten").text
    assert [path.name for path in folder.iterdir()] == ["notities.txt"]
    assert shelf.project.recordings() == ()
    assert shelf.visitor.get(shelf.address).status_code == 404


def test_a_set_alone_in_its_folder_takes_it_along(shelf: Shelf) -> None:
    folder = shelf.kept.folder
    page = shelf.visitor.get(f"{shelf.address}/vergeten").text
    assert "Dan verdwijnt het leesblad van Thuiskomen uit de map" in page
    shelf.visitor.post(f"{shelf.address}/vergeten")
    assert not folder.exists()


# --- Attacks -----------------------------------------------------------------------------------------------


NO_SETS = ["..", "%2e%2e", "thuiskomen", "x" * 300, "%00", "0123456789abcdef", "a/b"]
NO_NUMBERS = ["0", "-1", "4", "99999999999999999999", "1e0", "..", "%2e", "1.wav"]
ENDS = ["", "/1", "/1/geluid", "/1/oordeel", "/knippen", "/vergeten", "/maken", "/1/vorige"]


def test_only_sets_and_sentences_that_there_are_can_be_opened(shelf: Shelf) -> None:
    sound = file(recorded(LOOK))
    opened = [
        path
        for path in [f"/stem/{name}{end}" for name in NO_SETS for end in ENDS]
        + [f"{shelf.address}/{number}{end}" for number in NO_NUMBERS for end in ("", "/geluid", "/oordeel")]
        for answer in (shelf.visitor.get(path), shelf.visitor.post(path, sound))
        if answer.status_code not in {404, 405, 409}
    ]
    assert opened == []
    assert shelf.names() == set()


def test_a_link_where_a_take_belongs_is_not_followed(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "geheim.wav").write_bytes(file(recorded(LOOK)))
    (shelf.kept.folder / "2.wav").symlink_to(tmp_path / "geheim.wav")
    assert shelf.visitor.get(f"{shelf.address}/2/geluid").status_code == 404
    shelf.visitor.post(f"{shelf.address}/vergeten")
    assert (tmp_path / "geheim.wav").exists()
