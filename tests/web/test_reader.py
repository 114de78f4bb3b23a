"""What reads aloud: a process that ends by itself, is begun again, and leaves for what is newer."""

from __future__ import annotations

import io
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from pagehelp import Visitor, practice_in
from pageprogram import Opened

from stem import StemError, speech_cache
from stem.web import reader as reading
from stem.web.reader import Asked, Reader

SENTENCE = Asked("sentence", "Kijk eerst rustig om je heen.", voice="zacht")


def played(sound: bytes | None) -> tuple[float, float]:
    """Return the length of a WAV file in seconds, and the loudest of it."""
    assert sound is not None
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (44_100, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    return len(samples) / 44_100, float(np.abs(samples / 32_768).max())


def children() -> list[int]:
    return [each.pid or 0 for each in multiprocessing.active_children()]


@pytest.fixture
def practice(tmp_path: Path, kept_beds: None) -> Path:
    return practice_in(tmp_path / "praktijk")


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def test_whatever_can_be_asked_for_is_heard(reader: Reader, practice: Path) -> None:
    said = reader.say(practice, SENTENCE)
    length_s, loudest = played(said)
    assert 1.5 < length_s < 5
    assert loudest > 0.1
    assert speech_cache().entries == 1  # as those of a track are
    assert reader.say(practice, SENTENCE) == said

    plain = reader.say(practice, Asked("name", voice="zacht", name="Sjaan"))
    other = reader.say(practice, Asked("name", voice="zacht", name="Sjaan", said_as="sjahan"))
    assert played(plain)[1] > 0.1
    assert plain != other
    assert speech_cache().entries == 1  # a name that is tried is not kept

    named = Asked("sentence", "Welkom, Sjaan.", "zacht", "Sjaan", "sjahan")
    assert reader.say(practice, named) != plain
    assert speech_cache().entries == 1  # nor a sentence that holds it
    assert played(reader.say(practice, Asked("voice", voice="rustig")))[0] > 4

    usual, softer = (reader.say(practice, Asked("background", "bruin", level_lu=level)) for level in (0, -6))
    assert played(usual)[0] == 12.0
    assert played(usual)[1] / played(softer)[1] == pytest.approx(2.0, rel=0.05)  # 6 dB
    assert len(children()) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Asked("sentence", "...", "zacht"), "There are no words in that text."),
        (Asked("sentence", "Welkom.", "niemand"), "There is no voice named 'niemand'."),
        (Asked("background", "nergens"), "There is no bed named 'nergens'."),
        (Asked("voice", voice="google"), "the voice 'google' sends what it says to"),
        (Asked("sentence", "Welkom.", "nathalie"), "nathalie"),
        (Asked("name", voice="zacht", name="!"), "There is nothing to say in '!'."),
    ],
)
def test_what_cannot_be_heard_is_told(
    monkeypatch: pytest.MonkeyPatch, practice: Path, asked: Asked, told: str
) -> None:
    with pytest.raises(StemError, match=told):
        answered_here(monkeypatch, practice, asked)


def answered_here(monkeypatch: pytest.MonkeyPatch, practice: Path, asked: Asked) -> bytes:
    """Answer a question in this process."""
    monkeypatch.chdir(practice)
    from stem import Project

    return reading._sound(Project(practice), asked)


def test_it_ends_by_itself_and_one_that_ended_or_was_killed_is_begun_again(practice: Path) -> None:
    reader = Reader(rests_s=0.5)
    try:
        first = reader.say(practice, SENTENCE)
        (process,) = children()
        until_gone(process)
        assert reader.say(practice, SENTENCE) == first
        (process,) = children()
        os.kill(process, 9)
        assert reader.say(practice, SENTENCE) == first
        assert children() != [process]
    finally:
        reader.close()
    assert children() == []


def until_gone(process: int, within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while process in children():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_that_is_killed_each_time_is_told(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise EOFError

    reader = Reader()
    monkeypatch.setattr(reading._Process, "ask", gone)
    try:
        with pytest.raises(StemError, match="each time that it was tried"):
            reader.say(practice, SENTENCE)
    finally:
        reader.close()
    assert children() == []


def test_one_that_hangs_is_ended_and_told(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LONGEST_S", 0.0)
    reader = Reader()
    try:
        with pytest.raises(StemError, match="too long"):
            reader.say(practice, SENTENCE)
        assert children() == []
    finally:
        reader.close()


def test_what_was_asked_before_something_newer_is_left(reader: Reader, practice: Path) -> None:
    """The making of a background, which takes seconds, is ended by the wish for a sentence."""
    answers: dict[str, bytes | None] = {}

    def ask(name: str, asked: Asked) -> None:
        answers[name] = reader.say(practice, asked)

    long = "Kijk rustig om je heen. " * 200
    reader.say(practice, Asked("background", "none"))
    threads = [
        threading.Thread(target=ask, args=("first", Asked("sentence", long, "zacht"))),
        threading.Thread(target=ask, args=("second", Asked("sentence", long, "rustig"))),
        threading.Thread(target=ask, args=("last", SENTENCE)),
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.2)  # so that they come in this order
    for thread in threads:
        thread.join(60)
    assert answers["first"] is None
    assert answers["second"] is None
    assert played(answers["last"])[0] > 1


def test_after_its_end_nothing_is_begun(practice: Path) -> None:
    reader = Reader()
    reader.close()
    with pytest.raises(StemError, match="closed"):
        reader.say(practice, SENTENCE)
    assert children() == []


def test_a_mistake_of_stem_is_told_without_what_was_filled_in(
    practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Talk:
        """Both ends, in this process."""

        def __init__(self, *asked: object) -> None:
            self.asked, self.told = list(asked), list[tuple[int, object]]()

        def poll(self, _seconds: float = 0.0) -> bool:
            return bool(self.asked)

        def recv(self) -> object:
            return self.asked.pop(0)

        def send(self, answer: tuple[int, object]) -> None:
            self.told.append(answer)

    def fails(*_: object) -> bytes:
        raise ValueError("Anna")

    monkeypatch.setattr(reading, "_sound", fails)
    monkeypatch.setattr(reading, "_settle", lambda: None)
    talk = Talk((7, practice, SENTENCE))
    reading._read_aloud(talk, talk, 0.0)  # type: ignore[arg-type]
    ((number, error),) = talk.told
    assert number == 7
    assert "ValueError" in str(error)
    assert "Anna" not in str(error)


# The page


GOOD: dict[str, object] = {"soort": "zin", "tekst": "Welkom.", "stem": "zacht"}


def test_the_page_gives_sound_that_nobody_keeps(visitor: Visitor) -> None:
    for _ in range(2):
        assert visitor.post("/hoor/straks").status_code == 204
    answer = visitor.post("/hoor", GOOD)
    assert answer.status_code == 200
    assert answer.content_type == "audio/wav"
    assert answer.headers["Cache-Control"] == "no-store"
    assert played(answer.data)[0] > 0.5
    assert visitor.get("/hoor").status_code == 405


WRONG: list[tuple[dict[str, object], str]] = [
    ({"soort": ""}, "Zo werkt deze knop niet."),
    ({"soort": "bestand", "tekst": "/etc/passwd"}, "Zo werkt deze knop niet."),
    ({"tekst": " "}, "Er staat niets."),
    ({"tekst": "x" * 401}, "te lang"),
    ({"naam": "x" * 101}, "te lang"),
    ({"soort": "naam", "naam": ""}, "Vul eerst de naam in."),
    ({"stem": "niemand"}, "Kies er een uit de lijst."),
    ({"stem": "/tmp/x.toml"}, "Kies er een uit de lijst."),
    ({"stem": "../x.onnx"}, "Kies er een uit de lijst."),
    ({"soort": "stem", "stem": ""}, "Zo werkt deze knop niet."),
    (
        {"stem": "google"},
        "Deze stem stuurt de tekst naar Google (translate.google.com). Sta dat eerst toe bij Praktijk.",
    ),
    ({"stem": "nathalie"}, "Haal haar eerst op bij Praktijk."),
    ({"soort": "achtergrond", "achtergrond": "/etc/passwd"}, "Kies er een uit de lijst."),
    ({"soort": "achtergrond", "achtergrond": "zee+regen"}, "Kies er een uit de lijst."),
    ({"soort": "achtergrond", "achtergrond": "zee", "luidheid": "60"}, "Kies er een uit de lijst."),
    ({"soort": "achtergrond", "achtergrond": "zee", "luidheid": "nan"}, "Kies er een uit de lijst."),
]


def test_a_wrong_wish_is_told_and_begins_nothing(visitor: Visitor) -> None:
    for changed, told in WRONG:
        answer = visitor.post("/hoor", {**GOOD, **changed})
        assert answer.status_code == 400, changed
        assert told in visitor.told("/hoor", {**GOOD, **changed})["problem"], changed
    assert children() == []


def test_what_the_program_tells_of_it_is_dutch(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        visitor.site.reader, "say", lambda folder, asked: answered_here(monkeypatch, folder, asked)
    )
    answer = visitor.post("/hoor", {**GOOD, "tekst": "..."})
    assert answer.status_code == 409
    assert visitor.told("/hoor", {**GOOD, "tekst": "..."})["problem"].startswith(
        "In die tekst staan geen woorden."
    )


def test_a_newer_wish_leaves_the_older_without_an_answer(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor.site.reader, "say", lambda _folder, _asked: None)
    answer = visitor.post("/hoor", GOOD)
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_form_has_what_can_be_heard(visitor: Visitor) -> None:
    page = visitor.get("/maken/aankomen").text
    for kind in ("naam", "stem", "achtergrond", "zin"):
        assert f'data-hoor="{kind}"' in page, kind
    for button in re.findall(r"<button[^>]*data-hoor[^>]*>", page):
        assert 'type="button"' in button  # Enter in a field makes the track
        assert " hidden" in button  # without a script it does nothing
        assert 'aria-label="Hoor ' in button
    assert 'data-achtergrond="none"' not in page
    assert all(line["hear"] for line in visitor.told("/maken/aankomen/tekst", {})["lines"] if "at" in line)


def test_what_a_practice_recorded_itself_is_not_read_aloud(
    visitor: Visitor, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (practice / "opening.wav").write_bytes(answered_here(monkeypatch, practice, SENTENCE))
    (practice / "stem.toml").write_text('intro = "opening.wav"\npractice = "De Linde"\n', encoding="utf-8")
    lines = visitor.told("/maken/aankomen/tekst", {})["lines"]
    silent = [line["text"] for line in lines if line["kind"] == "said" and not line["hear"]]
    assert silent == ["(opening van De Linde)"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc for who is still there")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_page_however_that_ends(
    practice: Path, end: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pageprogram.warm.Python", subprocess.Popen)  # all of it as outside of tests
    page = Opened(folder=practice)
    try:
        page.come_in()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = page.ask("POST", "/hoor", urlencode(GOOD), **form)
        assert status == 200
        begun = [
            each for each in below(page.process.pid) if "multiprocessing.spawn" in each.read_text("latin-1")
        ]
        assert len(begun) == 1
    finally:
        page.end(end)
    gone_by = time.monotonic() + 20
    while any(each.exists() for each in begun):
        assert time.monotonic() < gone_by
        time.sleep(0.05)


def below(process: int) -> list[Path]:
    """Return the command lines of the children of a process, as files."""
    threads = Path(f"/proc/{process}/task").glob("*/children")  # a child is that of the thread that began it
    found = " ".join(each.read_text() for each in threads)
    return [Path(f"/proc/{each}/cmdline") for each in found.split()]
