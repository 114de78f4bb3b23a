"""A downloaded voice is exactly the published one, whatever servers, disks and other runs do."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import platformdirs
import pytest
import requests
import warm
from faultserver import (
    HANG_UP,
    Answer,
    FaultServer,
    Reply,
    Request,
    always,
    in_turn,
    published,
    refusing,
    spoiled,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from stem.cli.output import in_options
from stem.errors import ConfigError, DownloadError, OutputError, StemError, UsageError
from stem.voices.download import download
from stem.voices.http import Patience, is_safe, retry_after_s
from stem.voices.origins import origins
from stem.voices.published import Download, RemoteFile
from stem.voices.template import VoiceTemplate, find_voice

MODEL = random.Random(4).randbytes(300_000)
CARD = json.dumps({"audio": {"sample_rate": 22050}}).encode()
REVISION, FOLDER = "c10ece1", "nl/nl_NL/proef/medium"
NAME = "nl_NL-proef-medium.onnx"
MODEL_PATH, CARD_PATH = f"/{REVISION}/{FOLDER}/{NAME}", f"/{REVISION}/{FOLDER}/{NAME}.json"
PUBLISHED = {MODEL_PATH: MODEL, CARD_PATH: CARD}
GOOD = published(PUBLISHED)
TOLD = b"# Model card\n\n* Licence: CC0 \xe2\x80\x93 see below\n"
HASTE = Patience(connect_s=10.0, silence_s=10.0, backoff_s=0.0)
"""Does not wait between tries, and takes a busy machine for nothing worse."""
HURRY = Patience(connect_s=10.0, silence_s=0.25, backoff_s=0.0)
"""For servers that are silent for longer than that."""


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def voice(origin: str, folder: Path, model: bytes = MODEL, **changes: Any) -> VoiceTemplate:
    files = (RemoteFile(NAME, md5(model), len(model)), RemoteFile(f"{NAME}.json", md5(CARD)))
    return VoiceTemplate(
        name="proef",
        title="Proef",
        summary="",
        engine="piper",
        sex="male",
        voice=str(folder / NAME),
        settings={},
        chain=(),
        credit="",
        path=Path("proef.toml"),
        download=Download(
            **{"revision": REVISION, "folder": FOLDER, "files": files, "origin": origin, **changes}
        ),
    )


def seen(folder: Path) -> list[str]:
    """What is in a folder, but for the locks, which stay."""
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def part(folder: Path, content: bytes = MODEL, name: str = NAME) -> Path:
    return folder / f"{name}.{md5(content)[:8]}.part"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "no_proxy",
        "requests_ca_bundle",
        "curl_ca_bundle",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the voices go; not there yet."""
    return tmp_path / "voices"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(GOOD) as running:
        yield running


# --- when all goes well


def test_a_voice_comes_in_whole_and_is_installed_only_then(server: FaultServer, folder: Path) -> None:
    wanted = voice(server.address, folder)
    told: list[tuple[int, int | None]] = []

    def hear(done: int, total: int | None) -> None:
        told.append((done, total))
        assert wanted.installed == (done == len(MODEL) + len(CARD) and (folder / NAME).exists())

    paths = download(wanted, on_progress=hear, patience=HASTE)
    assert [path.read_bytes() for path in paths] == [MODEL, CARD]
    assert [path.name for path in paths] == [NAME, f"{NAME}.json"]
    assert wanted.installed
    assert seen(folder) == sorted(path.name for path in paths)
    assert told[-1] == (len(MODEL) + len(CARD), len(MODEL) + len(CARD))
    assert told == sorted(told, key=lambda each: each[0])
    assert all(total in {None, len(MODEL) + len(CARD)} for _, total in told)


def test_what_is_here_and_whole_is_not_fetched_again(server: FaultServer, folder: Path) -> None:
    paths = download(voice(server.address, folder), patience=HASTE)
    server.requests.clear()
    told: list[tuple[int, int | None]] = []
    again = download(
        voice(server.address, folder), on_progress=lambda *each: told.append(each), patience=HASTE
    )
    assert again == paths
    assert server.requests == []
    assert told[-1] == (len(MODEL) + len(CARD), len(MODEL) + len(CARD))


@pytest.mark.parametrize("damage", [MODEL[:-1], MODEL + b"\0", b"\0" + MODEL[1:], b""])
def test_a_damaged_file_is_replaced(server: FaultServer, folder: Path, damage: bytes) -> None:
    download(voice(server.address, folder), patience=HASTE)
    (folder / NAME).write_bytes(damage)
    download(voice(server.address, folder), patience=HASTE)
    assert (folder / NAME).read_bytes() == MODEL


def test_a_mirror_goes_before_the_origin(server: FaultServer, folder: Path) -> None:
    with refusing() as nowhere:
        download(voice(nowhere, folder), mirror=f"{server.address}/", patience=HASTE)
    assert (folder / NAME).read_bytes() == MODEL


def test_the_next_origin_is_asked_for_what_the_first_has_not(
    server: FaultServer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for answer, problem in (
        (always(Reply(status=503)), "is busy or out of order"),
        (always(Reply(status=404)), "it is not to be found at"),
        (published({MODEL_PATH: WRONG, CARD_PATH: CARD}), "is not the published file"),
    ):
        with FaultServer(answer) as first:
            origins = (first.address, server.address)
            paths = download(voice("", folder, origins=origins), patience=HASTE)
            assert [path.read_bytes() for path in paths] == [MODEL, CARD]
            told = caplog.messages[-1]
            assert problem in told
            assert told.endswith("Another address is asked.")
            first.requests.clear()
            server.requests.clear()
            for path in paths:
                path.unlink()
            download(voice("", folder, origins=origins[::-1]), patience=HASTE)
            assert first.requests == [], "only when it has to"
            download(voice("", folder, origins=origins), mirror=server.address, patience=HASTE)
        shutil.rmtree(folder)
    with refusing() as nowhere, pytest.raises(DownloadError, match="there is no connection"):
        download(voice("", folder, origins=(nowhere, nowhere)), patience=HASTE)
    assert seen(folder) == []


def test_what_came_from_one_origin_is_gone_on_with_at_the_next(server: FaultServer, folder: Path) -> None:
    cut = dataclasses.replace(HASTE, tries=1)
    with FaultServer(spoiled(GOOD, stop_after=100_000)) as first:
        download(voice("", folder, origins=(first.address, server.address)), patience=cut)
    (asked,) = server.asked(MODEL_PATH)
    assert asked.headers["range"] == "bytes=100000-"
    assert (folder / NAME).read_bytes() == MODEL


def test_a_folder_that_the_user_names_is_an_origin_and_is_believed_no_more_than_a_server(
    server: FaultServer, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In each row: what stands on a stick, under which names, and what is read when it cannot be used."""
    stick = tmp_path / "stick"
    tree = {path.strip("/"): content for path, content in PUBLISHED.items()}
    flat = {Path(path).name: content for path, content in PUBLISHED.items()}
    card = {"nl_NL-proef-medium.MODEL_CARD": TOLD}
    rows: list[tuple[str, dict[str, bytes], str]] = [
        ("as in the collection", {**tree, f"{REVISION}/{FOLDER}/MODEL_CARD": TOLD}, ""),
        ("as on another computer", {**flat, **card}, ""),
        ("not there", card, f"it is not in {stick}"),
        ("another", {**flat, NAME: WRONG}, f"what stands in {stick} is not the published file"),
    ]
    for name, files, sentence in rows:
        for path, content in files.items():
            (stick / path).parent.mkdir(parents=True, exist_ok=True)
            (stick / path).write_bytes(content)
        wanted = voice(server.address, folder, card="MODEL_CARD")
        if sentence:
            with pytest.raises(DownloadError) as caught:
                download(wanted, mirror=str(stick))
            assert sentence in caught.value.sentence, name
            assert "with --mirror" in in_options(caught.value.hint)
            assert not wanted.installed, name
            assert not list(folder.glob("*.part")), name
        else:
            paths = download(wanted, mirror=str(stick))
            assert [path.read_bytes() for path in paths] == [MODEL, CARD, TOLD], name
        shutil.rmtree(folder)
        shutil.rmtree(stick)
    assert server.requests == []
    assert caplog.messages == []


def test_an_own_template_adds_an_origin_to_a_voice_of_stem(tmp_path: Path) -> None:
    """The origin of one's own is asked first; a folder only where nobody else can have written it."""
    settings = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    share = tmp_path / "deling"
    share.mkdir()
    for place in (settings, tmp_path / "voice_templates"):
        place.mkdir(parents=True)
        (place / "alex.toml").write_text(f'inherits = "alex"\n[download]\norigin = "{share.as_posix()}"\n')
    own, stems = find_voice("alex", settings.parent / "elders"), find_voice("pim").download
    assert own.download is not None
    assert stems is not None
    assert own.download.addresses == (share.as_posix(), *stems.origins)
    assert own.download.files[0].md5
    assert origins(own, own.download, None) == [share, *stems.origins]
    theirs = find_voice("alex", tmp_path)
    assert theirs.download == own.download
    with pytest.raises(UsageError, match=r"^Voices cannot be downloaded from '.+'\.$"):
        download(theirs)


def test_a_template_names_an_origin() -> None:
    with pytest.raises(ValueError, match="'origins' is missing"):
        Download(REVISION, FOLDER, ())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (TOLD, ""),
        (None, "it is not to be found at 127.0.0.1 (404)"),
        (b"x" * 20_001, "it has more than 20000 bytes"),
        (b"\xff\xfe", "it is no text"),
        ("Licence: CC0\u202e".encode(), "it is no text"),
        (b"\x1b[2J", "it is no text"),
        (b"", "it is no text"),
    ],
)
def test_what_the_makers_tell_is_kept_beside_a_voice_or_told_to_be_missing(
    server: FaultServer, folder: Path, caplog: pytest.LogCaptureFixture, content: bytes | None, problem: str
) -> None:
    card = f"/{REVISION}/{FOLDER}/MODEL_CARD"
    server.answer = published({**PUBLISHED, **({} if content is None else {card: content})})
    wanted = voice(server.address, folder, card="MODEL_CARD")
    folder.mkdir()
    (folder / f".{NAME}.lock").touch()  # of an older stem
    paths = download(wanted, patience=HASTE)
    assert wanted.installed
    kept = folder / "nl_NL-proef-medium.MODEL_CARD"
    assert paths == tuple(folder / name for name in (NAME, f"{NAME}.json", *([] if problem else [kept.name])))
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in paths)
    told = "What the makers of the voice 'proef' tell of it could not be fetched: "
    assert caplog.messages == ([f"{told}{problem}."] if problem else [])
    if not problem:
        assert kept.read_bytes() == content
        asked = len(server.requests)
        download(wanted, patience=HASTE)
        assert len(server.requests) == asked


def test_nothing_is_told_but_the_address(server: FaultServer, folder: Path) -> None:
    download(voice(server.address, folder), patience=HASTE)
    for request in server.requests:
        assert request.method == "GET"
        assert set(request.headers) <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert request.headers["user-agent"] == "stem"


# --- faults


@dataclass(frozen=True, slots=True)
class Fault:
    """What a server does wrong when it is asked for the model, and what comes of it.

    Attributes:
        name: What it does.
        answers: To the first requests, in order; the last one for ever when there is a sentence, else all is
            well afterwards.
        sentence: What the person reads, as a regular expression; empty when it heals unseen.
        requests: Requests for the model in that run.
        hint: A part of the hint.
        fools: Whether a plain client takes what it gets for the file.
        held: Part of the file that an earlier run left.
        patience: With which it is asked.
    """

    name: str
    answers: tuple[Answer, ...]
    sentence: str = ""
    requests: int = 2
    hint: str = ""
    fools: bool = False
    held: bytes = b""
    patience: Patience = HASTE


def status(code: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return always(Reply(code, b"sorry", {"Content-Type": "text/plain", **named}))


def closed_for(time_s: float) -> Answer:
    """Ask to come back so long after the moment of the request."""

    def answer(request: Request) -> Reply:
        return status(503, Retry_After=later(time_s))(request)

    return answer


def moved(place: str, code: int = 302) -> Answer:
    return always(Reply(code, headers={"Location": place}))


def ranged(claim: str, body: bytes = MODEL) -> Answer:
    """Answer a request for the rest with a claim about which part comes."""
    good = published(PUBLISHED)

    def answer(request: Request) -> Reply:
        if "range" not in request.headers:
            return good(request)
        return Reply(206, body, {"Content-Range": claim})

    return answer


def later(time_s: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=time_s), usegmt=True)


CUT = spoiled(GOOD, stop_after=100_000)
CUT_AT_ONCE = spoiled(GOOD, stop_after=10)
WHOLE_ONLY = published(PUBLISHED, ranges=False)
WRONG = b"\1" + MODEL[1:]
LOGIN = b"<html>log in to the hotel</html>"
HALF = MODEL[:150_000]
SIZE = len(MODEL)
AT = r"127\.0\.0\.1"

FAULTS = [
    # It heals, and nobody notices.
    Fault("cut off", (CUT,)),
    Fault("cut off, in chunks", (spoiled(CUT, framing="chunks"),)),
    Fault("cut off, of unknown length", (spoiled(CUT, framing="end"),), fools=True),
    Fault("reset mid-way", (spoiled(CUT, reset=True),)),
    Fault("reset at once", (always(Reply(HANG_UP, reset=True)),)),
    Fault("hangs up without a word", (always(Reply(HANG_UP)),)),
    Fault("not HTTP at all", (spoiled(GOOD, status=7),)),
    Fault("silent before the answer", (spoiled(GOOD, wait_s=2.0),), patience=HURRY),
    Fault("silent mid-way", (spoiled(GOOD, piece=100_000, pause_s=2.0),), patience=HURRY),
    Fault("slow, but never silent", (spoiled(GOOD, piece=10_000, pause_s=0.005),), requests=1),
    Fault("cut off four times, with progress", (spoiled(GOOD, stop_after=70_000),) * 4, requests=5),
    Fault("cut off three times, without", (CUT_AT_ONCE,) * 3, requests=4),
    Fault("no ranges, cut off", (spoiled(WHOLE_ONLY, stop_after=100_000), WHOLE_ONLY)),
    Fault("no marks of versions, cut off", (spoiled(published(PUBLISHED, etag=None), stop_after=100_000),)),
    Fault("503 healing", (status(503),) * 3, requests=4),
    Fault("408", (status(408),)),
    Fault("425", (status(425),)),
    Fault("429 for a moment", (status(429, Retry_After="0"),)),
    Fault("429 until a moment ago", (status(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),)),
    Fault("wrong bytes once", (published({MODEL_PATH: WRONG}),), fools=True),
    Fault("another file once", (published({MODEL_PATH: MODEL[:-1]}),), fools=True),
    Fault("claims to be packed", (spoiled(GOOD, headers={"Content-Encoding": "gzip"}),), requests=1),
    Fault("in chunks", (spoiled(GOOD, framing="chunks"),), requests=1),
    Fault("redirects on this machine", (moved(MODEL_PATH), moved(MODEL_PATH, 307)), requests=3),
    Fault(
        "redirect with a body that does not end",
        (always(Reply(302, b"...", {"Location": MODEL_PATH}, piece=1, pause_s=2.0)),),
        patience=dataclasses.replace(HURRY, tries=1),
    ),
    Fault(
        "wrong Content-Range, then wrong bytes",
        (ranged(f"bytes 0-{SIZE - 1}/{SIZE}"), published({MODEL_PATH: WRONG})),
        requests=3,
        held=HALF,
    ),
    Fault("wrong Content-Range", (ranged(f"bytes 0-{SIZE - 1}/{SIZE}"),), held=HALF),
    Fault("senseless Content-Range", (ranged("bytes ?"),), held=HALF),
    Fault(
        "Content-Range of less",
        (ranged(f"bytes {len(HALF)}-{SIZE - 1}/*", MODEL[len(HALF) : -9]),),
        held=HALF,
    ),
    Fault("rest of another file", (ranged(f"bytes {len(HALF)}-{SIZE}/{SIZE + 1}"),), held=HALF),
    Fault("wrong bytes in the rest", (ranged(f"bytes {len(HALF)}-{SIZE - 1}/{SIZE}", HALF),), held=HALF),
    Fault("no such range", (status(416),), held=HALF),
    Fault("the whole instead of the rest", (WHOLE_ONLY,), held=HALF, requests=1),
    Fault("an earlier run left something else", (), held=b"\7" * 1000, requests=2),
    Fault("an earlier run left too much", (), held=MODEL + b"\7", requests=1),
    Fault("an earlier run died at the end", (), held=MODEL, requests=0),
    # It stops, with a sentence.
    Fault("404", (status(404),), rf"it is not to be found at {AT} \(404\)", 1, "--mirror", fools=True),
    Fault("410", (status(410),), rf"it is not to be found at {AT} \(410\)", 1, "--mirror", fools=True),
    Fault("401", (status(401),), rf"{AT} does not give it \(401\)", 1, "--mirror", fools=True),
    Fault("403", (status(403),), rf"{AT} does not give it \(403\)", 1, "--mirror", fools=True),
    Fault("204", (status(204),), rf"{AT} does not give it \(204\)", 1, fools=True),
    Fault("304 unasked", (status(304),), rf"{AT} does not give it \(304\)", 1, fools=True),
    Fault("206 unasked", (status(206),), rf"{AT} does not give it \(206\)", 1, fools=True),
    Fault("416 unasked", (status(416),), rf"{AT} does not give it \(416\)", 1, fools=True),
    Fault("302 to nowhere", (status(302),), rf"{AT} does not give it \(302\)", 1, fools=True),
    Fault("500 lasting", (status(500),), rf"{AT} is busy or out of order \(500\)", 4, "goes on", fools=True),
    Fault("429 lasting", (status(429),), rf"{AT} is busy or out of order \(429\)", 4, "goes on", fools=True),
    Fault(
        "429 for an hour",
        (status(429, Retry_After="3600"),),
        rf"{AT} is busy and asks to come back in 60 minutes \(429\)",
        1,
        "goes on where this one stopped",
    ),
    Fault(
        "503 until a date",
        (closed_for(7230),),
        rf"{AT} is busy and asks to come back in 1[12]\d minutes \(503\)",
        1,
    ),
    Fault("always cut off at once", (CUT_AT_ONCE,), rf"the connection to {AT} was lost", 4, "goes on"),
    Fault(
        "no ranges, always cut off",
        (spoiled(WHOLE_ONLY, stop_after=100_000),),
        rf"the connection to {AT} was lost",
        4,
    ),
    Fault(
        "always silent",
        (spoiled(GOOD, wait_s=2.0),),
        rf"{AT} has sent nothing for 0\.25 seconds",
        4,
        "goes on",
        patience=HURRY,
    ),
    Fault(
        "wrong bytes",
        (published({MODEL_PATH: WRONG}),),
        rf"what {AT} sends is not the published file: its MD5 is not {md5(MODEL)}",
        2,
        "--mirror",
        fools=True,
    ),
    Fault(
        "truncated at the server",
        (published({MODEL_PATH: MODEL[:-1]}),),
        rf"what {AT} sends is not the published file: it has 299999 bytes instead of 300000",
        2,
        fools=True,
    ),
    Fault(
        "too long, without end",
        (spoiled(published({MODEL_PATH: MODEL * 20}), framing="end"),),
        rf"what {AT} sends is not the published file: it has more than 300000 bytes",
        2,
        fools=True,
    ),
    Fault(
        "packed unasked",
        (always(Reply(200, gzip.compress(MODEL), {"Content-Encoding": "gzip"})),),
        rf"what {AT} sends is not the published file: it has \d+ bytes instead of 300000",
        2,
    ),
    Fault(
        "a login page",
        (always(Reply(200, LOGIN, {"Content-Type": "Text/HTML; charset=utf-8"})),),
        rf"{AT} answers with a web page instead of the file",
        1,
        "log in first",
        fools=True,
    ),
    Fault("round in circles", (moved(MODEL_PATH),), rf"{AT} sends us round in circles", 6),
    Fault(
        "redirect to an open address elsewhere",
        (moved("http://login.hotel.example/?next=secret"),),
        rf"{AT} sends us on to http://login\.hotel\.example, which is not safe",
        1,
        "log in first",
    ),
    Fault("redirect to a file", (moved("file:///etc/hostname"),), r"sends us on to file://nowhere, which", 1),
    Fault("redirect to rubbish", (moved("https://[::1"),), r"sends us on to nowhere, which is not safe", 1),
    Fault("redirect to https without a name", (moved("https:///x"),), r"sends us on to https://nowhere", 1),
    Fault("redirect to what is no text", (moved("https://\xff\xfe/"),), r"sends us on to nowhere, which", 1),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_heals_or_is_told_and_the_next_run_goes_on(
    fault: Fault, server: FaultServer, folder: Path
) -> None:
    lasting = fault.answers[-1] if fault.sentence else GOOD
    model = in_turn(*fault.answers, then=lasting)
    server.answer = lambda request: (model if request.path == MODEL_PATH else GOOD)(request)
    wanted = voice(server.address, folder)
    if fault.held:
        folder.mkdir()
        part(folder).write_bytes(fault.held)
    if fault.sentence:
        with pytest.raises(DownloadError, match=fault.sentence) as caught:
            download(wanted, patience=fault.patience)
        assert str(caught.value).startswith(f"{NAME} could not be downloaded: ")
        assert str(caught.value).count(". ") == 0  # one sentence
        assert fault.hint in in_options(caught.value.hint)
        assert not wanted.installed
        assert set(seen(folder)) <= {f"{NAME}.json", part(folder).name}
    else:
        download(wanted, patience=fault.patience)
    assert len(server.asked(MODEL_PATH)) == fault.requests
    held = part(folder).stat().st_size if part(folder).exists() else 0
    server.answer = GOOD
    server.requests.clear()
    assert [path.read_bytes() for path in download(wanted, patience=HASTE)] == [MODEL, CARD]
    if fault.sentence:  # the settings were done, and what came of the model counts
        assert [request.path for request in server.requests] == [MODEL_PATH]
        assert server.requests[0].headers.get("range") == (f"bytes={held}-" if held else None)
    else:
        assert server.requests == []
    assert seen(folder) == [NAME, f"{NAME}.json"]


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.fools], ids=lambda fault: fault.name)
def test_a_plain_client_would_have_taken_it(fault: Fault, server: FaultServer) -> None:
    server.answer = fault.answers[0]
    assert requests.get(server.address + MODEL_PATH, timeout=5).content != MODEL


def test_what_came_in_is_not_asked_again(server: FaultServer, folder: Path) -> None:
    server.answer = in_turn(GOOD, CUT, then=GOOD)
    download(voice(server.address, folder), patience=HASTE)
    rest = server.asked(MODEL_PATH)[1]
    assert rest.headers["range"] == "bytes=100000-"
    assert rest.headers["if-range"] == f'"{hashlib.sha256(MODEL).hexdigest()}"'


def test_a_weak_mark_of_a_version_is_not_believed(server: FaultServer, folder: Path) -> None:
    weak = published(PUBLISHED, etag=lambda body: 'W/"1"')
    server.answer = in_turn(weak, spoiled(weak, stop_after=100_000), then=weak)
    download(voice(server.address, folder), patience=HASTE)
    assert "if-range" not in server.asked(MODEL_PATH)[1].headers


def test_a_version_that_changed_under_way_is_never_mixed(server: FaultServer, folder: Path) -> None:
    server.answer = in_turn(GOOD, spoiled(published({MODEL_PATH: WRONG}), stop_after=100_000), then=GOOD)
    download(voice(server.address, folder), patience=HASTE)
    assert [reply.headers.get("range") for reply in server.asked(MODEL_PATH)] == [None, "bytes=100000-"]
    assert (folder / NAME).read_bytes() == MODEL


def test_a_memory_on_the_way_is_passed_by_when_it_gave_something_wrong(
    server: FaultServer, folder: Path
) -> None:
    def proxy(request: Request) -> Reply:
        fresh = request.headers.get("cache-control") == "no-cache"
        return GOOD(request) if fresh else published({CARD_PATH: CARD, MODEL_PATH: WRONG})(request)

    server.answer = proxy
    download(voice(server.address, folder), patience=HASTE)
    assert (folder / NAME).read_bytes() == MODEL


def test_settings_without_a_stated_size_have_an_end(server: FaultServer, folder: Path) -> None:
    endless = spoiled(published({CARD_PATH: b"{" * 5_000_000}), framing="end")
    server.answer = lambda request: (endless if request.path == CARD_PATH else GOOD)(request)
    with pytest.raises(DownloadError, match=r"\.json could not be .*: it has more than 4194304 bytes\.$"):
        download(voice(server.address, folder), patience=HASTE)
    assert seen(folder) == []
    assert server.asked(MODEL_PATH) == []


# --- connections


def test_without_a_connection_one_sentence_says_what_still_works(folder: Path) -> None:
    with refusing() as nowhere, pytest.raises(DownloadError) as caught:
        download(voice(nowhere, folder), patience=HASTE)
    told = caught.value
    assert str(told) == f"{NAME}.json could not be downloaded: there is no connection to 127.0.0.1."
    assert "--mirror" in in_options(told.hint)
    assert "'zacht' speaks without downloading" in told.hint


def test_a_name_that_nobody_knows_is_no_connection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def resolver(name: str, *_: object, **__: object) -> None:  # the real one would ask the network
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(DownloadError, match=r"there is no connection to voices\.invalid\."):
        download(voice("https://voices.invalid/all", folder), patience=HASTE)
    assert asked == ["voices.invalid"] * HASTE.tries


def test_the_proxy_of_the_machine_is_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = "http://127.0.0.1:9"  # where nobody is
    with FaultServer(published({origin + path: body for path, body in PUBLISHED.items()})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.address)
        download(voice(origin, folder), patience=HASTE)
    assert (folder / NAME).read_bytes() == MODEL


def test_a_proxy_that_is_not_there_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing() as nowhere:
        monkeypatch.setenv("http_proxy", nowhere)
        with pytest.raises(DownloadError, match="the proxy that this computer is set to use does not let us"):
            download(voice("http://127.0.0.1:9", folder), patience=HASTE)


def test_a_server_that_asks_to_wait_is_waited_for(server: FaultServer, folder: Path) -> None:
    server.answer = in_turn(status(429, Retry_After="1"), then=GOOD)
    start = time.monotonic()
    download(voice(server.address, folder), patience=HASTE)
    assert time.monotonic() - start >= 1.0


def test_waits_grow_and_are_spread() -> None:
    patience = Patience(backoff_s=3.0)
    for failures, longest in ((1, 3.0), (2, 6.0), (3, 12.0), (4, 20.0), (30, 20.0)):
        waits = [patience.wait_s(failures, None) for _ in range(400)]
        # Of 400 even draws the largest is below 0.95 of the limit once in 10**9 times.
        assert 0.95 * longest < max(waits) <= longest
        assert 0.0 <= min(waits) < 0.05 * longest
    assert patience.wait_s(1, 7.5) == 7.5


@given(
    st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,5} \d\d:\d\d:\d\d [-+A-Z0-9]{1,5}")
)
def test_any_retry_after_is_read_or_passed_over(header: str) -> None:
    asked_s = retry_after_s(header)
    assert asked_s is None or asked_s >= 0


# --- certificates


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not on this machine")
    path = tmp_path / "own.pem"
    command = (
        f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=proef"
    )
    extensions = ("subjectAltName=IP:127.0.0.1", "keyUsage=digitalSignature,keyCertSign")
    named = list(itertools.chain.from_iterable(("-addext", each) for each in extensions))
    subprocess.run(
        [*command.split(), *named, "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True
    )
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def test_a_certificate_of_nobodys_is_refused_at_once(certificate: Path, folder: Path) -> None:
    with FaultServer(GOOD, certificate) as server:
        with pytest.raises(
            DownloadError, match=r"the certificate of 127\.0\.0\.1 is not to be trusted"
        ) as caught:
            download(
                voice(server.address, folder), patience=Patience(backoff_s=60.0)
            )  # so it is not tried again
        assert server.requests == []
    assert "date of this computer" in caught.value.hint
    assert seen(folder) == []


def test_a_certificate_that_the_machine_trusts_is_fine_and_https_never_leads_to_http(
    certificate: Path, folder: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with FaultServer(in_turn(moved(server.address + CARD_PATH), then=GOOD), certificate) as secure:
        wanted = voice(secure.address, folder)
        with pytest.raises(DownloadError, match=r"sends us on to http://127\.0\.0\.1, which is not safe"):
            download(wanted, patience=HASTE)
        assert server.requests == []
        download(wanted, patience=HASTE)
    assert (folder / NAME).read_bytes() == MODEL


def test_certificates_that_are_not_there_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / "none.pem"))
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 cannot be asked \(Could not find .*none\.pem\)"):
        download(voice("https://127.0.0.1:9", folder), patience=HASTE)


def test_https_where_there_is_none_is_told(server: FaultServer, folder: Path) -> None:
    with pytest.raises(DownloadError, match=r"no secure connection to 127\.0\.0\.1 can be made"):
        download(voice(server.address.replace("http:", "https:"), folder), patience=HASTE)


# --- what is asked for


def test_a_voice_without_files_has_nothing_to_download(folder: Path) -> None:
    plain = dataclasses.replace(voice("https://example.org", folder), download=None)
    with pytest.raises(UsageError, match=r"^There is nothing to download for the voice 'proef'\.$"):
        download(plain)


@pytest.mark.parametrize(
    "mirror",
    ["http://example.org", "ftp://example.org", "example.org", "https://", "https://[", "/media/usb"],
)
def test_an_address_must_be_safe(folder: Path, mirror: str) -> None:
    with pytest.raises(UsageError, match=r"^Voices cannot be downloaded from '.+'\.$") as caught:
        download(voice("https://example.org", folder), mirror=mirror)
    assert "https://" in caught.value.hint
    assert not folder.exists()


@pytest.mark.parametrize(
    ("address", "after", "safe"),
    [
        ("https://a.example/x", "https://b.example/y", True),
        ("http://a.example/x", "https://b.example/y", False),
        ("http://a.example/x", "http://127.0.0.1/y", False),
        ("http://127.0.0.1/x", "https://b.example/y", False),
        ("http://localhost:1/x", "http://[::1]/y", True),
        ("http://127.0.0.1.example/x", "http://127.0.0.1/y", False),
        ("http://127.0.0.1@a.example/x", "http://127.0.0.1/y", False),
    ],
)
def test_only_this_machine_leads_to_open_addresses_and_only_on_itself(
    address: str,
    after: str,
    safe: bool,  # noqa: FBT001 - a case
) -> None:
    assert is_safe(address, after=after) is safe


@pytest.mark.parametrize(
    "name", ["../evil.onnx", "/etc/passwd", "a/b", "a\\b", "", ".", "..", ".hidden", "a\0", "C:x"]
)
def test_a_template_cannot_write_outside_the_folder(folder: Path, name: str) -> None:
    files = (RemoteFile(name, "x" * 32),)
    with pytest.raises(ConfigError) as caught:
        download(voice("https://example.org", folder, files=files))
    assert caught.value.problems == (
        f"'{name}' cannot be the name of a file to download",
        f"'{'x' * 32}' is no MD5",
    )
    assert not folder.exists()


# --- the disk


def run(code: str, *arguments: str | Path, cwd: Path | None = None) -> str:
    """Run `code` in a Python of its own and return what it prints."""
    start = "import sys; sys.path[:0] = [sys.argv[1], sys.argv[1] + '/voices']\nfrom test_download import *\n"
    command = [sys.executable, "-c", start + textwrap.dedent(code), str(Path(__file__).parents[1])]
    done = warm.run(
        [*command, *map(str, arguments)], check=True, capture_output=True, text=True, timeout=60, cwd=cwd
    )
    return str(done.stdout)


def test_a_disk_without_room_is_told_before_anything_is_asked(server: FaultServer, folder: Path) -> None:
    huge = (RemoteFile(NAME, md5(MODEL), 10**18),)
    with pytest.raises(
        OutputError,
        match=r"voices cannot be .*: the voice takes 1000000000000\.0 MB more and the disk has room for",
    ):
        download(voice(server.address, folder, files=huge))
    assert server.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_is_told_and_after_making_room_it_goes_on(server: FaultServer, folder: Path) -> None:
    told = run(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            download(voice(sys.argv[2], Path(sys.argv[3])), patience=HASTE)
        except OutputError as error:
            print(error, in_options(error.hint))
        """,
        server.address,
        folder,
    )
    assert told == (
        f"{part(folder)} cannot be written: the file would be larger than is allowed there. "
        "When that is mended, the same command goes on where this one stopped.\n"
    )
    assert part(folder).read_bytes() == MODEL[:200_000]
    download(voice(server.address, folder), patience=HASTE)
    assert (folder / NAME).read_bytes() == MODEL
    assert server.asked(MODEL_PATH)[-1].headers["range"] == "bytes=200000-"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps such rights elsewhere")
def test_a_folder_that_can_only_be_read_is_told(server: FaultServer, folder: Path) -> None:
    folder.mkdir()
    folder.parent.chmod(0o755)
    folder.chmod(0o555)
    told = run(
        """
        if os.geteuid() == 0:
            os.setuid(65534)  # to root, nothing is forbidden
        try:
            download(voice(sys.argv[2], Path("voices")), patience=HASTE)
        except OutputError as error:
            print(error, in_options(error.hint))
        """,
        server.address,
        cwd=folder.parent,
    )
    folder.chmod(0o755)
    assert told == (
        f"voices/{NAME}.json cannot be written: you have no permission to write there. "
        "When that is mended, the same command goes on where this one stopped.\n"
    )
    assert server.requests == []
    assert list(folder.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_told(server: FaultServer, folder: Path) -> None:
    folder.write_bytes(b"mine")
    with pytest.raises(
        OutputError, match="voices cannot be written: there is a file where a folder should be"
    ):
        download(voice(server.address, folder))
    assert folder.read_bytes() == b"mine"


def test_a_folder_with_the_name_of_the_file_is_told(server: FaultServer, folder: Path) -> None:
    (folder / NAME).mkdir(parents=True)
    with pytest.raises(OutputError, match=f"{NAME} cannot be written: there is a folder with that name"):
        download(voice(server.address, folder), patience=HASTE)


def test_leftovers_of_other_versions_and_of_old_are_swept(server: FaultServer, folder: Path) -> None:
    folder.mkdir()
    month_ago = time.time() - 31 * 24 * 3600
    kept = [part(folder, b"x", "other.onnx"), folder / "notes.part"]
    old = part(folder, b"y", "old.onnx")
    for path in (*kept, old, part(folder, b"another version")):
        path.write_bytes(b"x")
    os.utime(old, (month_ago, month_ago))
    os.utime(kept[1], (month_ago, month_ago))  # nothing of ours
    download(voice(server.address, folder), patience=HASTE)
    assert seen(folder) == sorted([NAME, f"{NAME}.json", *(path.name for path in kept)])


def test_a_changed_template_never_goes_on_with_another_file(server: FaultServer, folder: Path) -> None:
    folder.mkdir()
    part(folder, MODEL).write_bytes(HALF)
    server.answer = published({MODEL_PATH: WRONG, CARD_PATH: CARD})
    download(voice(server.address, folder, WRONG), patience=HASTE)
    assert "range" not in server.asked(MODEL_PATH)[0].headers
    assert (folder / NAME).read_bytes() == WRONG
    assert seen(folder) == [NAME, f"{NAME}.json"]


# --- other runs, and ends without warning

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")


@contextmanager
def hatchery() -> Iterator[subprocess.Popen[str]]:
    """Lend a process that forks a download for each line: "address folder"; answers with its number."""
    code = """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the dead are gone at once
    for line in sys.stdin:
        address, folder = line.split()
        child = os.fork()
        if not child:
            try:
                download(voice(address, Path(folder)), patience=HASTE)
            finally:
                os._exit(0)
        print(child, flush=True)
    """
    start = "import sys; sys.path[:0] = [sys.argv[1], sys.argv[1] + '/voices']\nfrom test_download import *\n"
    process = warm.Python(
        [sys.executable, "-c", start + textwrap.dedent(code), str(Path(__file__).parents[1])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:  # closing its input ends it
        yield process


def begin(process: subprocess.Popen[str], address: str, folder: Path) -> int:
    """Begin a download in another process and return its number."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{address} {folder}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_dead(numbers: Sequence[int]) -> None:
    deadline = time.monotonic() + 30
    while any(alive(number) for number in numbers):
        assert time.monotonic() < deadline
        time.sleep(0.005)


SLOW = spoiled(GOOD, piece=8_000, pause_s=0.005)
"""0.2 s for the model."""


@posix_only
def test_two_runs_at_once_fetch_it_once(server: FaultServer, folder: Path) -> None:
    server.answer = SLOW
    with hatchery() as process:
        wait_until_dead([begin(process, server.address, folder) for _ in range(3)])
    assert [(folder / name).read_bytes() for name in (NAME, f"{NAME}.json")] == [MODEL, CARD]
    assert sorted(request.path for request in server.requests) == sorted(PUBLISHED)
    assert seen(folder) == [NAME, f"{NAME}.json"]


@pytest.mark.slow
@posix_only
def test_a_kill_at_any_moment_loses_nothing(server: FaultServer, folder: Path) -> None:
    server.answer = SLOW
    moments = random.Random(7)
    killed, length = 0, 0
    with hatchery() as process:
        for _ in range(12):
            number = begin(process, server.address, folder)
            time.sleep(moments.uniform(0.01, 0.06))
            if alive(number):
                killed += 1
                os.kill(number, signal.SIGKILL)
            wait_until_dead([number])
            for name, content in ((NAME, MODEL), (f"{NAME}.json", CARD)):
                final, unfinished = folder / name, part(folder, content, name)
                assert not final.exists() or final.read_bytes() == content
                assert not unfinished.exists() or content.startswith(unfinished.read_bytes())
            reached = max(
                (path.stat().st_size for path in (folder / NAME, part(folder)) if path.exists()), default=0
            )
            assert reached >= length
            length = reached
    assert killed >= 5
    download(voice(server.address, folder), patience=HASTE)
    assert [(folder / name).read_bytes() for name in (NAME, f"{NAME}.json")] == [MODEL, CARD]
    assert seen(folder) == [NAME, f"{NAME}.json"]


# --- any faults in any order

BROKEN: list[Answer] = [
    CUT,
    CUT_AT_ONCE,
    spoiled(CUT, reset=True),
    spoiled(CUT, framing="end"),
    spoiled(CUT, framing="chunks"),
    always(Reply(HANG_UP)),
    status(503),
    status(429, Retry_After="0"),
    status(416),
    status(404),
    status(206),
    WHOLE_ONLY,
    spoiled(WHOLE_ONLY, stop_after=200_000),
    published({MODEL_PATH: WRONG, CARD_PATH: CARD[:-1]}),
    published({MODEL_PATH: MODEL * 2, CARD_PATH: CARD * 2}),
    spoiled(published({MODEL_PATH: WRONG, CARD_PATH: CARD[:-1]}), stop_after=120_000),
    spoiled(published({MODEL_PATH: MODEL * 2, CARD_PATH: CARD * 2}), framing="end"),
    ranged(f"bytes 100000-{SIZE - 1}/{SIZE}", WRONG[100_000:]),
    ranged(f"bytes 0-{SIZE - 1}/{SIZE}"),
    always(Reply(200, LOGIN, {"Content-Type": "text/html"})),
    always(Reply(200, LOGIN)),
    moved(MODEL_PATH),
    GOOD,
]


@pytest.fixture(scope="module")
def lasting_server() -> Iterator[FaultServer]:
    with FaultServer(GOOD) as running:
        yield running


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    runs=st.lists(st.lists(st.sampled_from(BROKEN), max_size=6), min_size=1, max_size=3),
    held=st.none() | st.sampled_from([HALF, WRONG, MODEL, MODEL[:-1], b"\0" * 100_000]),
)
def test_whatever_happens_it_is_the_published_file_or_an_error(
    runs: list[list[Answer]],
    held: bytes | None,
    lasting_server: FaultServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("voices")
    if held is not None:
        part(folder).write_bytes(held)
    for answers in runs:
        lasting_server.answer = in_turn(*answers, then=GOOD)
        try:
            download(voice(lasting_server.address, folder), patience=HASTE)
        except StemError as error:
            assert isinstance(error, DownloadError)  # noqa: PT017 - either way is right
        else:
            assert seen(folder) == [NAME, f"{NAME}.json"]
        for name, content in ((NAME, MODEL), (f"{NAME}.json", CARD)):
            assert not (folder / name).exists() or (folder / name).read_bytes() == content
        extra = {part(folder).name, part(folder, CARD, f"{NAME}.json").name}
        assert set(seen(folder)) <= {NAME, f"{NAME}.json"} | extra
    lasting_server.answer = GOOD
    download(voice(lasting_server.address, folder), patience=HASTE)
    assert seen(folder) == [NAME, f"{NAME}.json"]
    shutil.rmtree(folder)


# --- a file whose MD5 nobody knows

UNKNOWN = "proef-model.safetensors"
ELSEWHERE = "1e08e6a/languages/dutch/model.safetensors"


def unknown(origin: str, folder: Path, size: int | None = None, path: str = ELSEWHERE) -> VoiceTemplate:
    return voice(origin, folder, files=(RemoteFile(UNKNOWN, bytes=size, path=path),))


def test_a_file_of_unknown_content_stands_where_it_says_and_is_whole(folder: Path) -> None:
    """In each row: what the server does, and what is read; nothing that is not whole gets its name."""
    good = published({f"/{ELSEWHERE}": MODEL})
    short = always(Reply(body=MODEL, stop_after=200_000))
    rows: list[tuple[str, Answer, int | None, str]] = [
        ("good", good, None, ""),
        ("of the right size", good, len(MODEL), ""),
        ("lost once", in_turn(short, then=good), None, ""),
        ("lost, then nothing to go on with", in_turn(short, then=always(Reply(body=MODEL))), None, ""),
        ("always lost", short, None, "the connection to 127.0.0.1 was lost"),
        ("of no length", always(Reply(body=MODEL, framing="end")), None, "its length is not told"),
        ("of another size", good, len(MODEL) + 1, "it has 300000 bytes instead of 300001"),
        ("elsewhere", published({f"/{REVISION}/{FOLDER}/{UNKNOWN}": MODEL}), None, "is not to be found"),
    ]
    for name, answer, size, sentence in rows:
        with FaultServer(answer) as running:
            at = folder / name
            at.mkdir(parents=True)
            begun = at / f"{UNKNOWN}.00000000.part"
            begun.write_bytes(b"from another mirror")
            try:
                (path,) = download(unknown(running.address, at, size), patience=HASTE)
                told, content = "", path.read_bytes()
            except DownloadError as error:
                told, content = error.sentence, MODEL
                assert not (at / UNKNOWN).exists(), name
            assert bool(told) == bool(sentence), f"{name}: {told}"
            assert sentence in told, name
            assert content == MODEL, name


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a//b", "a/../b", "https://x", "a b"])
def test_a_place_that_leads_elsewhere_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="cannot be where a file stands"):
        download(unknown("https://stem.example", folder, path=path))
