"""Voices in the page: what they are like, and fetching one, which can be stopped and goes on later."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tinyvoice
from faultserver import FaultServer, Reply, always, published, spoiled
from pagehelp import Visitor, practice_in, visiting

from stem import StemError
from stem.web.fetching import Fetcher

MODEL = random.Random(4).randbytes(300_000)
CARD = b'{"audio": {"sample_rate": 22050}}'
GOOD = published({"/r1/nl/proef.onnx": MODEL, "/r1/nl/proef.onnx.json": CARD})

TEMPLATE = """
title = "Proef <b>"
summary = "Een stem om te proberen."
engine = "piper"
sex = "female"
accent = "Flanders"
voice = "proef.onnx"
licence = "CC0 & more"
credit = "Gesproken."

[download]
origin = "{origin}"
revision = "r1"
folder = "nl"

[[download.files]]
name = "proef.onnx"
bytes = 300000
md5 = "{model}"

[[download.files]]
name = "proef.onnx.json"
md5 = "{card}"
"""


def with_voice(practice: Path, origin: str) -> None:
    (practice / "voice_templates").mkdir(exist_ok=True)
    text = TEMPLATE.format(
        origin=origin, model=hashlib.md5(MODEL).hexdigest(), card=hashlib.md5(CARD).hexdigest()
    )
    (practice / "voice_templates" / "proef.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def visitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with visiting(practice_in(tmp_path / "praktijk")) as made:
        yield made
        made.site.fetcher.close()


def until(met: Callable[[], object], within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def state(visitor: Visitor) -> str:
    return str(visitor.told("/praktijk/stemmen/proef.json").get("state", ""))


def models(tmp_path: Path) -> dict[str, bytes]:
    """What is here of the voice, locks left out."""
    from stem.voices.template import models_folder

    return {each.name: each.read_bytes() for each in models_folder().iterdir() if each.suffix != ".lock"}


def test_voices_are_shown_with_what_they_are_like_and_what_leaves(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    with_voice(folder, "https://voorbeeld.test/stemmen")
    page = visitor.get("/praktijk/stemmen").text
    assert "Proef &lt;b&gt;" in page
    assert "CC0 &amp; more" in page
    assert "voorbeeld.test" in page
    assert "vrouw, Vlaanderen" in page
    assert "0 MB" in page
    assert "naar Google (translate.google.com), ook namen" in page
    assert page.count("nergens heen") > 5
    assert 'data-stem="zacht"' in page
    assert 'data-stem="google"' not in page  # it may not
    assert 'data-stem="proef"' not in page  # it is not here
    assert page.index("<h2>Zacht") < page.index("<h2>Google")


def test_a_voice_of_a_package_is_shown_with_it_and_speaks(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    tinyvoice.installed(tmp_path / "site")
    page = visitor.get("/praktijk/stemmen").text
    assert "het pakket stem-voice-klein" in page
    assert 'data-stem="klein"' in page
    assert page.index("<h2>Klein") < page.index("<h2>Zacht"), "it is the usual voice"


def test_a_voice_is_fetched_once_and_whole(visitor: Visitor, tmp_path: Path) -> None:
    folder = visitor.site.folder
    assert folder is not None
    with FaultServer(GOOD) as server:
        with_voice(folder, server.address)
        assert visitor.told("/praktijk/stemmen/proef.json") == {}
        answer = visitor.post("/praktijk/stemmen/proef/haal")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/praktijk/stemmen")
        until(lambda: state(visitor) == "there")
        assert visitor.told("/praktijk/stemmen/proef.json")["percent"] == 100
        asked = len(server.requests)
        visitor.post("/praktijk/stemmen/proef/haal")  # it is here
        assert len(server.requests) == asked
    assert models(tmp_path) == {"proef.onnx": MODEL, "proef.onnx.json": CARD}
    page = visitor.get("/praktijk/stemmen").text
    assert "Deze stem staat nu op deze computer." in page
    assert "/praktijk/stemmen/proef/haal" not in page


def test_a_fetch_is_stopped_and_goes_on_where_it_was(visitor: Visitor, tmp_path: Path) -> None:
    folder = visitor.site.folder
    assert folder is not None
    with FaultServer(spoiled(GOOD, pause_s=0.3)) as server:
        with_voice(folder, server.address)
        for _ in range(2):  # a second click does the same once
            visitor.post("/praktijk/stemmen/proef/haal")
        until(lambda: visitor.told("/praktijk/stemmen/proef.json")["percent"] > 20)
        page = visitor.get("/praktijk/stemmen").text
        assert 'data-haalt="proef"' in page
        assert "MB binnen" in page
        assert visitor.post("/praktijk/stemmen/proef/stop").status_code == 303
        assert state(visitor) == "stopped"
        assert "Wat al binnen is, blijft staan" in visitor.get("/praktijk/stemmen").text
        until(lambda: not any(each.name == "stem-fetch" for each in threading.enumerate()))
        assert [request.path for request in server.requests].count("/r1/nl/proef.onnx") == 1
        server.answer = GOOD
        visitor.post("/praktijk/stemmen/proef/haal")
        until(lambda: state(visitor) == "there")
        last = next(each for each in server.requests[::-1] if each.path == "/r1/nl/proef.onnx")
        assert last.headers["range"].startswith("bytes=")
    assert models(tmp_path)["proef.onnx"] == MODEL


def test_what_cannot_be_fetched_is_told_in_dutch(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    with FaultServer(always(Reply(status=404))) as server:
        with_voice(folder, server.address)
        visitor.post("/praktijk/stemmen/proef/haal")
        until(lambda: state(visitor) == "failed")
    page = visitor.get("/praktijk/stemmen").text
    assert 'role="alert"' in page
    assert "proef.onnx" in page
    assert "Uitleg van het programma" not in page
    assert ">Ga verder</button>" in page


@pytest.mark.parametrize(
    "name", ["zacht", "google", "niemand", "..", "%2e%2e", "/etc/passwd", "x.toml", "%00"]
)
def test_only_voices_that_can_be_fetched_are(visitor: Visitor, name: str) -> None:
    for answer in (
        visitor.post(f"/praktijk/stemmen/{name}/haal"),
        visitor.post(f"/praktijk/stemmen/{name}/stop"),
        visitor.get(f"/praktijk/stemmen/{name}.json"),
    ):
        assert answer.status_code in {404, 405}
    assert not visitor.site.fetcher.is_busy


def test_a_voice_that_is_broken_is_told(visitor: Visitor) -> None:
    folder = visitor.site.folder
    assert folder is not None
    (folder / "voice_templates").mkdir()
    (folder / "voice_templates" / "stuk.toml").write_text("title = 3", encoding="utf-8")
    assert "heeft een fout" in visitor.get("/praktijk/stemmen").text


def test_a_fetch_that_is_stopped_counts_as_stopped_whatever_its_server_does() -> None:
    may_go_on, fetcher = threading.Event(), Fetcher()

    def get(_on_progress: object) -> None:
        assert may_go_on.wait(20)
        raise StemError("the server hung up")

    fetch = fetcher.begin("proef", "Proef", get)
    assert fetcher.is_busy
    fetcher.close()
    assert (fetch.state, fetcher.is_busy) == ("stopped", False)
    may_go_on.set()
    until(lambda: fetch.failure is not None)
    assert fetch.state == "stopped"


def test_a_mistake_of_stem_is_told_as_one() -> None:
    def get(_on_progress: object) -> None:
        raise ValueError("geheim")

    fetch = Fetcher().begin("proef", "Proef", get, total=8)
    until(lambda: fetch.state == "failed")
    assert fetch.failure is not None
    assert "geheim" not in str(fetch.failure)
    assert fetch.percent == 0
