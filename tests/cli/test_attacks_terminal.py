"""Attacks on whoever looks at it: the terminal, a full disk behind it, pages, caches and children."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import click
import pytest
import soundfiles
from mutagen.id3 import CHAP, COMM, CTOC, ID3, TALB, TIT2, TPE1, CTOCFlags

from stem import cli, files
from stem.cli import output
from stem.config import Config
from stem.errors import AudioError, OutputError, StemError
from stem.export.captions import Line, TrackInfo, as_lrc, as_srt, as_vtt
from stem.export.tags import ChapterMark, Tags
from stem.export.tags.file_tags import TimedLine, tidied
from stem.practice.batch import Job
from stem.practice.batch.jobs import Outcome, Report
from stem.practice.batch.remote_job import packed
from stem.practice.handout import LetterTrack, covering_text
from stem.practice.lists import Place
from stem.practice.overview import overview_page
from stem.script.safety import safety
from stem.script.template import find_script
from stem.sound.beds import kept
from stem.sound.decoding import Recording
from stem.track.spec import TrackSpec
from stem.voices.engines.espeak import Espeak
from stem.voices.recordings.sheets import SheetLine, as_html
from stem.voices.template import find_voice

pytestmark = [
    pytest.mark.usefixtures("kept_beds"),
    pytest.mark.skipif(os.name != "posix", reason="terminals, devices and signals as POSIX has them"),
]

CONTROLS = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
TITLE = "\x1b]0;gekaapt\x07"  # the window's title
LINK = "\x1b]8;;https://kwaad.example\x1b\\klik\x1b]8;;\x1b\\"
DEVICE = "\x1bP$qm\x1b\\"
C1 = "\x9d0;gekaapt\x9c\x9b31m"
TURNED = "\u202egnp.exe\u2066\u061c"
EVIL = f"k{TITLE}{LINK}{DEVICE}{C1}{TURNED}\u2028\x85\x7f"
NAME = "k\x1b]0;t\x07\x9b2J\u202e\nb: in order"
"""As a file's: with a line of its own."""


def unfit(text: str) -> list[str]:
    return [f"U+{ord(sign):04X}" for sign in CONTROLS.findall(text)]


# What is printed


def toml(text: str) -> str:
    """Return a basic string of TOML that holds a text, escaped."""
    return json.dumps(text).replace("\x7f", "\\u007f")


@pytest.fixture(scope="module")
def workshop(no_real_home: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything bears a hostile name."""
    folder = tmp_path_factory.mktemp("hostile")
    sound = soundfiles.encoded(".mp3")
    for name in ("kwaad.mp3", f"{NAME}.mp3"):
        (folder / name).write_bytes(sound)
        tags = ID3()
        tags.add(TIT2(encoding=3, text=EVIL))
        tags.add(TPE1(encoding=3, text=EVIL))
        tags.add(TALB(encoding=3, text=EVIL))
        tags.add(COMM(encoding=3, lang="nld", desc="", text=EVIL))
        tags.add(CTOC(element_id="t", flags=CTOCFlags.TOP_LEVEL, child_element_ids=["a"], sub_frames=[]))
        chapter = TIT2(encoding=3, text=EVIL)
        tags.add(CHAP(element_id="a", start_time=0, end_time=900, sub_frames=[chapter]))
        tags.save(folder / name)
    (folder / "feed").mkdir()
    (folder / "feed" / f"{NAME}.mp3").write_bytes(b"no sound")
    (folder / "feed" / f"{NAME}.wav").write_bytes(b"no sound")
    (folder / "feed" / "goed.mp3").write_bytes((folder / "kwaad.mp3").read_bytes())
    (folder / f"{NAME}.j2").write_text("+++\ntitle = 1\n+++\n", encoding="utf-8")
    (folder / f"{NAME}.txt").write_text(f"Titel {EVIL}\n\nAdem in. (pauze {EVIL})\n", encoding="utf-8")
    (folder / f"{NAME}.csv").write_text("code;scriptt\nx;y\n", encoding="utf-8")
    (folder / "lijst.csv").write_text(f'code;script\n"c{TITLE}";"{TURNED}{C1}"\n', encoding="utf-8")
    (folder / "waarden.toml").write_text(f"{toml(EVIL)} = []\n", encoding="utf-8")
    (folder / "fout.j2").write_text(f"+++\ntitle = {toml(EVIL)}\n+++\n[pauze {EVIL}]\n", encoding="utf-8")
    (folder / "titel.j2").write_text(f"+++\ntitle = {toml(EVIL)}\n+++\nDag.\n", encoding="utf-8")
    (folder / "scripts").mkdir()
    front = f"title = {toml(EVIL)}\nsummary = {toml(EVIL)}\n[variables.naam]\nhelp = {toml(EVIL)}\n"
    (folder / "scripts" / "kwaad.j2").write_text(f"+++\n{front}+++\nDag.\n")
    (folder / "voice_templates").mkdir()
    (folder / "voice_templates" / f"{NAME}.toml").write_text(f"{toml(EVIL)} = 1\n")
    (folder / "kwaad.stem.json").write_text(json.dumps({"version": 1, EVIL: EVIL}))
    return folder


PRINTED: dict[str, list[str]] = {
    "a track's tags": ["info", "kwaad.mp3"],
    "a track's tags as JSON": ["info", "kwaad.mp3", "--json"],
    "a track's name": ["info", f"{NAME}.mp3"],
    "a verified track's name": ["verify", f"{NAME}.mp3"],
    "a track that is not there": ["info", f"{EVIL}.mp3"],
    "a picture of what is not there": ["plot", f"{EVIL}.mp3"],
    "a script's name": ["make", EVIL],
    "a script file's name": ["make", f"{NAME}.j2"],
    "a script's mark": ["check", "fout.j2"],
    "a script's title": ["preview", "titel.j2"],
    "a script's text": ["script", "titel.j2"],
    "a checked script's name": ["check", f"{EVIL}.j2"],
    "a voice": ["make", "titel.j2", "--voice", EVIL],
    "a background": ["make", "titel.j2", "--bed", EVIL],
    "a profile": ["make", "titel.j2", "--profile", EVIL],
    "a format": ["make", "titel.j2", "--format", EVIL],
    "a destination": ["make", "titel.j2", "--for", EVIL],
    "a seed": ["make", "titel.j2", "--seed", EVIL],
    "a bell": ["make", "aankomen", "--bell-sound", EVIL],
    "a picture": ["make", "aankomen", "--cover", EVIL],
    "a length": ["make", "aankomen", "--duration", EVIL],
    "a track's number": ["make", "aankomen", "--track", EVIL],
    "a pause": ["make", "aankomen", "--pause", f"{EVIL}=4"],
    "a variable": ["make", "aankomen", "-s", f"{EVIL}=x"],
    "a folder": ["make", "aankomen", "-o", f"lijst.csv/{EVIL}.mp3"],
    "an option": ["make", "aankomen", f"--{EVIL}"],
    "a command": [EVIL],
    "a file of values": ["preview", "aankomen", "--values", EVIL],
    "a key of values": ["preview", "aankomen", "--values", "waarden.toml"],
    "the list of scripts": ["scripts"],
    "the list of voices": ["voices"],
    "a voice to get": ["voices", "get", EVIL],
    "an address": ["voices", "get", "nathalie", "--mirror", f"https://{EVIL}"],
    "a voice to tune": ["tune", EVIL],
    "a speed": ["tune", "zacht", "--speeds", EVIL],
    "a word": ["say", "--word", f"...{TITLE}{TURNED}".replace("gekaapt", "0").replace("gnp.exe", "1")],
    "a bed to play": ["beds", "play", EVIL],
    "a feed's folder": ["feed", EVIL, "--link", "https://a.nl/"],
    "a feed's address": ["feed", "feed", "--link", f"https://{EVIL}/"],
    "what a feed leaves out": ["feed", "feed", "--link", "https://a.nl/", "--name", "f.xml", "--force"],
    "a feed's file": ["feed", "feed", "--link", "https://a.nl/", "--name", f"{EVIL}.xml"],
    "a feed's owner": ["feed", "feed", "--link", "https://a.nl/", "--email", EVIL],
    "a feed's first day": ["feed", "feed", "--link", "https://a.nl/", "--first", EVIL],
    "a record": ["remake", "kwaad.stem.json"],
    "a record that is not there": ["remake", f"{EVIL}.stem.json"],
    "who is forgotten": ["forget", "kwaad", "--in", EVIL],
    "a list's cells": ["batch", "lijst.csv", "--dry-run"],
    "a list's name": ["batch", f"{NAME}.csv"],
    "a list that is not there": ["batch", f"{EVIL}.csv"],
    "a client's code": ["series", "zeven-dagen", "--code", EVIL, "--dry-run"],
    "a series": ["series", EVIL, "--code", "c1", "--dry-run"],
    "a batch's names": ["batch", "lijst.csv", "--names", EVIL],
    "a batch's cluster": ["batch", "lijst.csv", "--jobs", EVIL],
    "a practice's country": ["practice", "init", "p", "--country", EVIL],
    "a practice's name": ["practice", "init", "p", "--name", EVIL],
    "a new script's name": ["new", EVIL],
    "an imported file": ["import", f"{NAME}.txt"],
    "a file to import": ["import", f"{EVIL}.txt"],
    "a recording": ["cut", f"{EVIL}.wav", "aankomen"],
    "a sheet's folder": ["sheet", "aankomen", "-o", f"lijst.csv/{EVIL}/"],
}


@pytest.mark.parametrize("arguments", PRINTED.values(), ids=PRINTED)
def test_nothing_that_is_printed_gives_a_terminal_orders(
    workshop: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(workshop)
    cli.run(arguments)
    out, err = capfd.readouterr()
    assert out + err
    assert unfit(out + err) == []
    assert "stem itself made a mistake" not in err
    assert "\nb: in order" not in out + err  # a line that is not ours


def test_settings_are_printed_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stem.toml").write_text(f"{toml(EVIL)} = 1\nvoice = {toml(EVIL)}\n")
    for arguments in (["doctor"], ["preview", "aankomen"]):
        cli.run(arguments)
        assert unfit("".join(capfd.readouterr())) == []


def test_a_document_tells_programs_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"a": EVIL, "b": "zoë\n\t\U000e0041"}
    output.print_json(document)
    printed = capsys.readouterr().out
    assert unfit(printed) == []
    assert "zoë" in printed
    assert json.loads(printed) == {"version": 1, **document}


def test_a_cell_stays_in_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_list("x", [{"a": "een\nb  made", "b": TITLE}, {"a": "twee", "b": "\t"}], as_json=False)
    printed = capsys.readouterr().out
    assert unfit(printed) == []
    assert printed.count("\n") == 3


TERMINAL = """
import sys, warnings
import stem
from stem import cli
from stem.cli import output
evil = sys.argv[1]
sys.stderr.write("<errors>")
cli.run(["make", evil])
cli.run(["make", "--" + evil])
cli.run(["info", evil])
sys.stderr.write("<bar>")
with output.batch_progress(1) as (on_line, events):
    mix = stem.Progress("mix", 0.5)
    events(stem.BatchProgress(0, 1, (stem.JobProgress(evil, "k1", mix), stem.JobProgress("r2", evil, None))))
    on_line(evil + "[red]:smile:")
    events(stem.BatchProgress(1, 1, (stem.JobProgress("r2", evil, mix),)))
sys.stderr.write("<bytes>")
with output.byte_progress("[link=https://kwaad.example]" + evil) as on_bytes:
    on_bytes(1, 2)
sys.stderr.write("<warning>")
sys.argv = ["stem", "--version"]
try:
    cli.main()
except SystemExit:
    pass
warnings.warn(evil, UserWarning)
sys.stderr.write("<traceback>")
sys.stderr.flush()
raise ValueError(evil)
"""


@pytest.fixture(scope="module")
def terminal(workshop: Path) -> dict[str, str]:
    """What a real terminal gets, by what it is about: click takes colours out only where there is none."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", TERMINAL, EVIL.replace("\x85", "")]
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, cwd=workshop) as running:
        os.close(follower)
        got = b""
        try:
            while part := os.read(leader, 65_536):
                got += part
        except OSError:  # how Linux tells the end
            pass
        running.wait(timeout=60)
    os.close(leader)
    parts = re.split(r"<(errors|bar|bytes|warning|traceback)>", got.decode(errors="surrogateescape"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("about", ["errors", "bar", "bytes", "warning", "traceback"])
def test_a_real_terminal_gets_no_orders_either(terminal: dict[str, str], about: str) -> None:
    for attack in ("\x1b]", "\x1bP", "\x07", "\x9b", "\x9d", "\u202e", "\u2066", "\u2028"):
        assert attack not in terminal[about]
    assert "U+001B" in terminal[about]


def test_one_module_prints_and_asks(root: Path) -> None:
    printing = re.compile(r"click\.(echo|secho|prompt|confirm|style)|print|sys\.(stdout|stderr)\.write")
    found = {
        path.name
        for path in (root / "src" / "stem").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and printing.fullmatch(ast.unparse(node.func))
    }
    assert found == {"output.py", "sandbox.py"}  # the latter in a child, to its parent


# A standard output that is full, closed, or not read


RUNNER = """
import atexit, contextlib, gc, importlib, io, json, os, pkgutil, sys, tempfile, threading
sys.path.insert(0, sys.argv[1])
import warm
import matplotlib.figure, mutagen, soxr, lameenc, openpyxl, pydub, requests, rich.progress
import stem
from stem import cli
for module in pkgutil.walk_packages(stem.__path__, "stem."):  # once, and not in every fork
    if module.name not in {"stem.__main__", "stem.voices.engines.espeak_worker"}:
        importlib.import_module(module.name)
warm.prepare()
from sandboxes import Sandboxes
from stem.script import rendering
rendering.subprocess = sandboxes = Sandboxes()  # one fork at a time asks it
with contextlib.redirect_stdout(io.StringIO()):
    cli.run(["preview", "proef.j2"])  # what a script needs is read once
gc.freeze()  # what a fork searches, it copies

def become(mode, told):
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(told.fileno(), 2)
    sys.stderr = io.TextIOWrapper(open(2, "wb", closefd=False), line_buffering=True)
    if mode == "not read":
        reading, writing = os.pipe()
        os.close(reading)
    else:
        writing = os.open("/dev/full" if mode == "full" else os.devnull, os.O_WRONLY)
    os.dup2(writing, 1)
    sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False))
    if mode == "closed":
        os.close(1)
        sys.stdout = None
    if mode == "errors full":
        os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
    if mode == "errors closed":
        os.close(2)
        sys.stderr = None

def end(code):  # as Python ends, but for taking all apart, which copies a whole process
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except Exception as error:
            os.write(2, f"Exception ignored: {error!r}".encode())
            code = 120
    os._exit(code)

answers = []
for mode, arguments in json.load(sys.stdin):
    with tempfile.TemporaryFile() as told:
        child = os.fork()
        if not child:
            become(mode, told)
            end(cli.run(arguments))
        _, status = os.waitpid(child, 0)
        told.seek(0)
        answers.append([os.waitstatus_to_exitcode(status), told.read().decode()])
json.dump(answers, sys.stdout)
sandboxes.close()
"""

FULL: dict[str, list[str]] = {
    "": ["--help"],
    "make": ["make", "proef.j2", "-o", "a.mp3"],
    "preview": ["preview", "proef.j2"],
    "script": ["script", "proef.j2"],
    "plot": ["plot", "kort.mp3"],
    "info": ["info", "kort.mp3"],
    "verify": ["verify", "kort.mp3"],
    "remake": ["remake", "voor.stem.json", "-o", "b.mp3"],
    "forget": ["forget", "c1", "--yes", "--in", "weg"],
    "feed": ["feed", "feed", "--link", "https://a.nl/"],
    "voices": ["voices"],
    "voices allow": ["voices", "allow", "eigen"],
    "voices consent": ["voices", "consent", "kopie", "--who", "Anna", "--for", "oefeningen"],
    "voices pack": ["voices", "pack", "lager"],
    "say": ["say", "Welkom.", "-o", "zin.mp3"],
    "tune": ["tune", "zacht", "--pick", "1"],
    "sheet": ["sheet", "proef.j2"],
    "cut": ["cut", "zin.wav", "een.j2", "-o", "gesneden"],
    "scripts": ["scripts"],
    "check": ["check", "proef.j2"],
    "new": ["new", "nieuw"],
    "import": ["import", "tekst.txt"],
    "practice init": ["practice", "init", "praktijk"],
    "open": ["open", "praktijk", "--no-browser"],
    "batch": ["batch", "lijst.csv", "--dry-run"],
    "series": ["series", "kort", "--code", "c1", "--dry-run", "--json"],
    "beds": ["beds"],
    "beds play": ["beds", "play", "klankschaal", "--length", "1s", "-o", "bel.mp3"],
    "profiles": ["profiles"],
    "doctor": ["doctor"],
    "cache": ["cache"],
    "cache clear": ["cache", "clear"],
}
WITHOUT_RESULT = {"voices get"}
"""It prints the files that it fetched."""
STREAMS: dict[str, tuple[str, list[str], int]] = {
    "help of a command that is full": ("full", ["make", "--help"], 1),
    "version that is full": ("full", ["--version"], 1),
    "list that is full": ("full", ["scripts", "--json"], 1),
    "closed": ("closed", ["profiles"], 1),
    "closed, for a document": ("closed", ["cache", "--json"], 1),
    "closed, for help": ("closed", ["--help"], 1),
    "not read": ("not read", ["scripts"], 1),
    "errors full": ("errors full", ["make", "bestaat-niet"], 2),
    "errors full, and usage": ("errors full", ["make", "--nee"], 2),
    "errors closed": ("errors closed", ["make", "bestaat-niet"], 2),
    "errors closed, and a bar": ("errors closed", ["preview", "proef.j2"], 0),
    "errors full, and a remark": ("errors full", ["beds"], 0),
}
SCRIPT = '+++\ntitle = "Proef"\nbed = "none"\n+++\nWelkom.\n'


@pytest.fixture(scope="module")
def streams(
    no_real_home: None, quick_mp3: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[int, str]]:
    """Exit codes and errors of all calls, made by forks of one process; those of FULL with a full output."""
    folder = tmp_path_factory.mktemp("full")
    for name in ("proef", "een"):
        (folder / f"{name}.j2").write_text(SCRIPT)
    (folder / "stem.toml").write_text('profile = "acx"\ncover = "none"\n')  # the least work
    (folder / "scripts" / "reeksen").mkdir(parents=True)
    (folder / "scripts" / "dag.j2").write_text(SCRIPT)
    (folder / "scripts" / "reeksen" / "kort.toml").write_text('title = "Kort"\nscripts = ["dag"]\n')
    (folder / "tekst.txt").write_text("Titel\n\nAdem in. (pauze 3 seconden)\n")
    (folder / "lijst.csv").write_text("code;script\nc1;proef.j2\n")
    (folder / "voice_templates").mkdir()
    voice = (
        'title = "x"\nsummary = "x"\nengine = "command"\nsex = "own"\nvoice = "x"\ncredit = ""\nrank = 99\n'
    )
    voice += '[settings]\ncommand = ["spreek.py"]\n'
    (folder / "voice_templates" / "eigen.toml").write_text(voice)
    (folder / "voice_templates" / "spreek.py").touch(0o755)
    (folder / "voice_templates" / "kopie.toml").write_text('inherits = "zacht"\nclone = true\n')
    (folder / "voice_templates" / "lager.toml").write_text('inherits = "zacht"\npitch = -1\n')
    (folder / "feed").mkdir()
    for path in (folder / "kort.mp3", folder / "feed" / "kort.mp3"):
        path.write_bytes(soundfiles.encoded(".mp3"))
    (folder / "zin.wav").write_bytes(soundfiles.wav(soundfiles.buzz()))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert cli.run(["make", "proef.j2", "-o", "voor.mp3", "--record"]) == 0
        assert cli.run(["series", "--help"]) == 0
    (folder / "weg").mkdir()
    record = json.loads((folder / "voor.stem.json").read_text())
    record["personal"]["code"] = "c1"
    shutil.copy(folder / "voor.mp3", folder / "weg" / "voor.mp3")
    (folder / "weg" / "voor.stem.json").write_text(json.dumps(record))
    calls = {**{name: ("full", call) for name, call in FULL.items()}}
    calls |= {name: (mode, call) for name, (mode, call, _) in STREAMS.items()}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, str(Path(__file__).parents[1])],
        input=json.dumps(list(calls.values())),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment,
    )
    return dict(zip(calls, map(tuple, json.loads(done.stdout)), strict=True))


@pytest.mark.parametrize("name", FULL)
def test_a_full_output_is_one_sentence(streams: dict[str, tuple[int, str]], name: str) -> None:
    code, told = streams[name]
    assert code == 1, told
    assert [line for line in told.splitlines() if line.startswith("Error:")] == [
        "Error: The standard output cannot be written: no space left on device."
    ], told
    assert "Exception" not in told
    assert "Traceback" not in told


def test_every_command_is_tried_with_a_full_output() -> None:
    def leaves(command: click.Command, name: str = "") -> Iterator[str]:
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield name
            for each, inner in command.commands.items():
                yield from leaves(inner, f"{name} {each}".strip())
        else:
            yield name

    assert {*leaves(cli.stem)} == FULL.keys() - {""} | WITHOUT_RESULT


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_is_gone_is_no_crash(streams: dict[str, tuple[int, str]], name: str) -> None:
    mode, _, wanted = STREAMS[name]
    code, told = streams[name]
    assert code == wanted, told
    if mode in {"full", "closed"}:
        assert told.startswith("Error: The standard output cannot be written: ")
        assert told.count("\n") == 2
    else:
        assert told == ""


# What is written


MARKUP = "</title></style></script><script>alert(1)</script>]]>&lt;<img src=x onerror=alert(1)>'\"><!--"


class _Tags(HTMLParser):
    """Gathers the elements and the attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def letter(text: str) -> str:
    track = LetterTrack("a.mp3", text, 60.0, computer_voice=True)
    return covering_text((track,), form="je", practice=text, safety=safety(), own_help=(text,))


def overview(text: str) -> str:
    made = Outcome(
        text, text, text, "made", Path("a.mp3"), title=text, voice=text, bed=text, warnings=(text,)
    )
    failed = replace(made, status="failed", error=text, hint=text)
    return overview_page(Report((made, failed)), title=text, practice=text, folder=Path())


def captions(write: Callable[..., bytes]) -> Callable[[str], str]:
    return lambda text: (
        write([Line(0.0, 1.0, text, exact=True, phrase=text)], TrackInfo(text, text, text, 1.0))
        .decode("utf-8-sig")
        .replace("\r\n", "\n")
    )


def tags(text: str) -> str:
    told = Tags(title=text, artist=text, album=text, comment=text, lyrics=text)
    told = replace(told, timed_lines=(TimedLine(0.0, text),))
    tidy = tidied(told, (ChapterMark(text, 0.0, 1.0),))
    lines = (tidy.tags.timed_lines[0].text, tidy.chapters[0].title, tidy.tags.lyrics, tidy.tags.title)
    return "".join((*lines, tidy.tags.artist, tidy.tags.album, tidy.tags.comment))


WRITTEN: dict[str, Callable[[str], str]] = {
    "a reading sheet": lambda text: as_html(text, [SheetLine(1, text, text, text)]),
    "a batch's page": overview,
    "a letter": letter,
    "WebVTT": captions(as_vtt),
    "SRT": captions(as_srt),
    "LRC": captions(as_lrc),
    "tags": tags,
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_nothing_hidden_gets_into_what_is_written(write: Callable[[str], str]) -> None:
    assert unfit(write(EVIL.replace("\x85", "") + "\u200e\u200f")) == []


@pytest.mark.parametrize("name", ["a reading sheet", "a batch's page"])
def test_no_title_becomes_markup(name: str) -> None:
    plain, hostile = _Tags(), _Tags()
    plain.feed(WRITTEN[name]("rust"))
    hostile.feed(WRITTEN[name](MARKUP))
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes


OPTIONS = {
    "the artist": ["preview", "aankomen", "--artist"],
    "the album": ["preview", "aankomen", "--album"],
    "the credit": ["preview", "aankomen", "--bed-credit"],
    "a feed's title": ["feed", ".", "--link", "https://a.nl/", "--title"],
    "what a feed is": ["feed", ".", "--link", "https://a.nl/", "--description"],
}


@pytest.mark.parametrize("sign", ["\x1b", "\u202e", "\n"], ids=["control", "turning", "line"])
@pytest.mark.parametrize("arguments", OPTIONS.values(), ids=OPTIONS)
def test_what_goes_into_tags_and_feeds_is_refused_with_such_signs(
    workshop: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    sign: str,
) -> None:
    monkeypatch.chdir(workshop / "feed")
    assert cli.run([*arguments, f"De {sign}Linde"]) == 2
    error, hint = capfd.readouterr().err.splitlines()
    assert error.startswith("Error: ")
    assert f"it holds U+{ord(sign):04X}, which nobody sees" in error
    assert hint.startswith("Hint: ")


@pytest.mark.parametrize("key", ["practice", "artist", "album", "intro", "outro", "help"])
def test_what_settings_say_is_refused_with_such_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], key: str
) -> None:
    monkeypatch.chdir(tmp_path)
    value = toml("De \u202eLinde")
    (tmp_path / "stem.toml").write_text(f"{key} = {f'[{value}]' if key == 'help' else value}\n")
    assert cli.run(["preview", "aankomen"]) == 1
    error = capfd.readouterr().err
    assert error.startswith(f"Error: {tmp_path / 'stem.toml'}: '{key}' cannot be used: it holds U+202E")


# Others on the same machine, and clocks that are wrong


def someone_else(monkeypatch: pytest.MonkeyPatch) -> None:
    us = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: us + 1)  # to change a folder's owner takes an administrator


def opened_to_all(_patch: pytest.MonkeyPatch) -> None:
    files.cache_path("x").parent.chmod(0o777)


def opened_to_a_group(_patch: pytest.MonkeyPatch) -> None:
    files.cache_path("x").parent.chmod(0o770)


@pytest.mark.parametrize("change", [someone_else, opened_to_all, opened_to_a_group])
def test_a_cache_that_others_may_change_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], None]
) -> None:
    assert files.cache_folder("speech").stat().st_mode & 0o077 == 0
    change(monkeypatch)
    with pytest.raises(OutputError, match="others may change what is in it"):
        files.cache_folder("speech")


def test_a_lock_makes_nothing_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError), files.lock(tmp_path / "lock"):
        pass
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("wrong_s", [400 * 24 * 3600.0, 7200.0], ids=["a year", "two hours"])
def test_beds_of_a_clock_that_was_wrong_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong_s: float
) -> None:
    monkeypatch.setattr(kept.CACHE, "most", 8)  # as it is where no tests share them
    now = time.time()
    for number in range(12):
        path = tmp_path / f"{number}.npy"
        path.touch()
        later = number < 8
        os.utime(path, (now, now + wrong_s + number if later else now - 60))
    kept.CACHE.forget_unused(tmp_path)
    left = {path.stem for path in tmp_path.iterdir()}
    assert left >= {"8", "9", "10", "11"}
    assert len(left) == 8


# A cluster


def job(**asked: Any) -> Job:
    spec = TrackSpec("proef.j2", voice="zacht", bed="none", **asked)
    return Job(Place("row", 2), "c1", spec, Config(), Path("c1.mp3"), ())


@pytest.mark.parametrize("place", ["scripts/x.j2", "voice_templates/x.toml", "lexicon.toml"])
def test_what_a_link_leads_to_stays_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (tmp_path / "id_rsa").write_text("geheim")
    folder = tmp_path / "praktijk"
    (folder / place).parent.mkdir(parents=True)
    (folder / place).symlink_to(tmp_path / "id_rsa")
    monkeypatch.chdir(folder)
    with pytest.raises(AudioError, match="a link out of this folder"):
        packed([job()])


def test_what_is_hidden_in_a_folder_stays_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (".env", ".git/config", "rust.j2"):
        path = tmp_path / "scripts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert set(packed([job()]).files) == {"scripts/rust.j2"}


# Children that are killed


def children() -> set[int]:
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            status = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(status[1]) == os.getpid() and status[0] != "Z":
            found.add(int(place.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="processes as Linux shows them")
def test_a_decoder_that_is_killed_says_nothing_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lang.wav"
    path.write_bytes(soundfiles.wav(soundfiles.melody(120.0)))
    before = children()
    blocks = Recording.open(path).blocks()
    next(blocks)
    for child in children() - before:
        os.kill(child, signal.SIGKILL)
    with pytest.raises(AudioError, match="decoding it was ended from outside"):
        list(blocks)
    assert children() == before


@pytest.mark.skipif(sys.platform != "linux", reason="processes as Linux shows them")
@pytest.mark.usefixtures("every_child_is_begun")
@pytest.mark.parametrize("kind", ["template", "voice"])
def test_another_child_that_is_killed_is_one_sentence(tmp_path: Path, kind: str) -> None:
    """A guard: it was so before."""
    path = tmp_path / "proef.j2"
    path.write_text(SCRIPT)
    engine, voice, script = Espeak(), find_voice("zacht"), find_script(str(path))
    acts: dict[str, Callable[[], object]] = {
        "voice": lambda: engine.speak("Welkom, en ga er rustig bij zitten.", voice),
        "template": lambda: script.render({}),
    }
    before, done = children(), threading.Event()

    def kill() -> None:
        while not done.is_set():
            for child in children() - before:
                os.kill(child, signal.SIGKILL)
                done.set()
            time.sleep(0.002)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(StemError):
            acts[kind]()
    finally:
        done.set()
        killer.join()
    assert children() == before
