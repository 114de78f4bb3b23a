"""What a folder of someone else may not do to who runs stem in it: run code, hide stem's own, read elsewhere.

Each row is an attack and what is expected of it. Rows marked GUARD held before they were written down.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import pytest
import warm

import stem.doctor
import stem.sound.playing
from stem import cli
from stem.cli import practice
from stem.config import Config
from stem.errors import EngineUnavailable
from stem.files import file_hash, packaged_folder
from stem.practice.batch import list_rows
from stem.practice.batch.jobs import Job, Report
from stem.practice.batch.remote_job import Bundle, make_away
from stem.practice.lists import Place
from stem.script.dutch.lexicon import Lexicon
from stem.sound.beds import BedChoice
from stem.track.spec import TrackSpec
from stem.voices.engines import engine
from stem.voices.speakers import Speaker, Terms, choose_voice
from stem.voices.template import VoiceTemplate, find_voice

pytestmark = pytest.mark.usefixtures("quick_mp3")
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="the programs here are scripts with a first line")
needs_links = pytest.mark.skipif(os.name == "nt", reason="a link needs rights of its own there")

SOURCES = Path(cli.__file__).resolve().parents[2]


# --- modules of the folder


TRAP = """\
import importlib.machinery, importlib.util, os, sys
here = os.path.dirname(os.path.abspath(__file__))
with open(os.environ["TRAPPED"], "a") as file:
    file.write(f"{os.getpid()} {__name__}\\n")
elsewhere = [each for each in sys.path if os.path.abspath(each or ".") != here]
spec = importlib.machinery.PathFinder.find_spec(__name__, elsewhere)
sys.modules[__name__] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[__name__])
"""
"""Tells that it ran, and then is the module that it stands for, so that one trap hides no other."""

OF_A_WORKER = ("multiprocessing", "pickle", "socket", "threading", "signal", "struct", "selectors")
"""Modules that a worker, or who keeps count of its resources, imports before it is told where to look."""

OF_A_PARENT = ("numpy", "platformdirs", "stem")
"""Modules that it imports once it has the places of its parent."""

OF_A_RUN = ("click", "gettext", "inspect", "tomllib", "platformdirs", "jinja2")
"""Modules that a run of the command line imports in its course."""

OF_A_JOB = ("numpy", "stem", "platformdirs", "tomllib", "pickle")

WORKER = """
import os
from stem.practice.batch.executor import processes
if __name__ == "__main__":
    with processes(1) as executor:
        executor.submit(os.getpid).result()
    print(os.getpid())
"""


def trapped(folder: Path, words: Sequence[str], modules: Sequence[str], **more: str) -> set[str]:
    """Run a Python in a folder of traps; return which went off, but for those of a process that it prints."""
    for name in modules:
        (folder / f"{name}.py").write_text(TRAP)
    told = folder / "gelopen.txt"
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "TRAPPED": str(told), **more}
    environment.pop("PYTHONSAFEPATH", None)
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = told.read_text().splitlines() if told.exists() else []
    return {line.partition(" ")[2] for line in lines if line.partition(" ")[0] != done.stdout.strip()}


@pytest.fixture(scope="module")
def in_workers(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What goes off in the workers of a `stem` that does not look in the folder itself."""
    folder, program = tmp_path_factory.mktemp("map"), tmp_path_factory.mktemp("bin") / "stem.py"
    program = program.with_name("begin.py")
    program.write_text(WORKER)
    return trapped(folder, [str(program)], OF_A_WORKER)


@pytest.fixture(scope="module")
def in_workers_of_such_a_parent(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The same when the parent looks there, as in a notebook or with `python -c`."""
    folder = tmp_path_factory.mktemp("map")
    return trapped(folder, ["-c", f"import stem.practice.batch.executor\n{WORKER}"], OF_A_PARENT)


@pytest.fixture(scope="module")
def in_runs(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What goes off in `python -m stem`, which begins with the folder on its path."""
    folder = tmp_path_factory.mktemp("map")
    (folder / "scripts").mkdir()
    return trapped(folder, ["-m", "stem", "check", "aankomen"], OF_A_RUN)


@pytest.fixture(scope="module")
def in_jobs(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What goes off in the process that makes a job of a cluster, in a folder that travelled there."""
    told = tmp_path_factory.mktemp("ver") / "gelopen.txt"
    files = {f"{name}.py": TRAP.encode() for name in OF_A_JOB}
    spec = TrackSpec("er-is-er-geen")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAPPED", str(told))
        job = Job(Place("row", 1), "k1", spec, Config(), Path("output/k1.mp3"))
        result = make_away(job, Bundle(stem.__version__, files, b""))
    assert "er-is-er-geen" in repr(result), "the job was read"
    return {line.partition(" ")[2] for line in told.read_text().splitlines()} if told.exists() else set()


@pytest.mark.parametrize("module", OF_A_WORKER)
def test_a_worker_runs_no_module_of_the_folder(in_workers: set[str], module: str) -> None:
    assert module not in in_workers


@pytest.mark.parametrize("module", OF_A_PARENT)
def test_a_worker_does_not_look_where_its_parent_looks_for_the_folder(
    in_workers_of_such_a_parent: set[str], module: str
) -> None:
    assert module not in in_workers_of_such_a_parent


@pytest.mark.parametrize("module", OF_A_RUN)
def test_a_run_leaves_the_folder_out_as_soon_as_it_can(in_runs: set[str], module: str) -> None:
    assert module not in in_runs


@pytest.mark.parametrize("module", OF_A_JOB)
def test_a_job_of_a_cluster_runs_no_module_that_travelled_with_it(in_jobs: set[str], module: str) -> None:
    assert module not in in_jobs


# --- documented commands


PAGES = ("README.md", "HANDLEIDING.md", "docs/practice.md", "docs/voices.md", "docs/privacy.md")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_tells_to_start_stem_where_a_folder_s_own_comes_first(root: Path, page: str) -> None:
    """GUARD but for README.md."""
    told = re.findall(
        r"\bpy(?:thon3?)?(?:\.exe)?((?: -\S+)*) -m stem\b", (root / page).read_text(encoding="utf-8")
    )
    assert [options for options in told if " -P" not in options] == []


@pytest.mark.parametrize("page", ["HANDLEIDING.md", "docs/privacy.md"])
def test_windows_is_told_not_to_look_for_programs_in_the_folder(root: Path, page: str) -> None:
    assert "NoDefaultCurrentDirectoryInExePath" in (root / page).read_text(encoding="utf-8")


# --- voices that run a program


SCRIPT = """\
+++
title = "Proef"
summary = "Een proef."
{front}
+++
Welkom.
"""

NAME = """
[variables.naam]
help = "Voornaam"
default = ""
"""

SPEAKS = f"""\
#!{sys.executable} -S
import math, os, pathlib, struct, sys, wave
pathlib.Path(__file__).parent.joinpath("gelopen").touch()
count = int(0.09 * 16000 * len(sys.stdin.read()))
sound = [0] * 800 + [int(9000 * math.sin(2 * math.pi * 220 * n / 16000)) for n in range(count)] + [0] * 800
with wave.open(sys.stdout.buffer, "wb") as file:
    file.setparams((1, 2, 16000, len(sound), "NONE", ""))
    file.writeframes(struct.pack(f"<{{len(sound)}}h", *sound))
"""

VOICE = """\
title = "Bij"
summary = "Een stem van een programma."
engine = "command"
sex = "own"
voice = "bij"
credit = ""
rank = 99

[settings]
command = {command}
"""


@dataclass(frozen=True)
class Folder:
    """A folder of someone else, in which stem is run."""

    path: Path

    def voice(self, name: str = "bij", text: str = VOICE.format(command='["spreek.py"]')) -> Path:
        """Put a voice template there, and the program that it runs."""
        place = self.path / "voice_templates"
        self.file("voice_templates/spreek.py", SPEAKS).chmod(0o755)
        (place / f"{name}.toml").write_text(text)
        return place / f"{name}.toml"

    def file(self, name: str, text: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    @property
    def ran(self) -> bool:
        """Whether the program ran; asked once."""
        marker = self.path / "voice_templates" / "gelopen"
        found = marker.exists()
        marker.unlink(missing_ok=True)
        return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_beds: None) -> Folder:
    monkeypatch.chdir(tmp_path)
    found = Folder(tmp_path)
    for name in ("proef.j2", "scripts/kort.j2"):
        found.file(name, SCRIPT.format(front=""))
    found.file("lijst.csv", "code,script\nk1,proef.j2\n")
    return found


def allowed(folder: Folder, name: str = "bij") -> None:
    assert cli.run(["voices", "allow", name]) == 0
    assert not folder.ran, "allowing runs nothing"


ASKED = {
    "make": "make proef.j2 --voice bij",
    "make offline": "make proef.j2 --voice bij --offline",
    "make by path": "make proef.j2 --voice voice_templates/bij.toml",
    "what is missing": "make proef.j2 --voice opnames/ --fill bij",
    "preview": "preview proef.j2 --voice bij",
    "preview exactly": "preview proef.j2 --voice bij --exact",
    "preview as a document": "preview proef.j2 --voice bij --json",
    "script": "script proef.j2 --voice bij",
    "a page with a track": "script proef.j2 --voice bij --html --audio proef.j2",
    "a dry run": "batch lijst.csv --voice bij --dry-run",
    "a batch": "batch lijst.csv --voice bij --jobs 1",
    "a series": "series drie --code k1 --voice bij --dry-run",
    "say": "say Welkom. --voice bij -o zin.mp3",
    "say a word": "say --word Sjaan --voice bij -o zin.mp3",
    "tune": "tune bij --speeds 1 --pitches 0",
}
"""Commands of a user who names the voice of the folder, but has not given it leave."""


@needs_scripts
@pytest.mark.parametrize("words", ASKED.values(), ids=ASKED)
def test_a_program_does_not_run_without_leave(folder: Folder, words: str) -> None:
    folder.voice()
    folder.file("scripts/reeksen/drie.toml", 'title = "Drie"\nscripts = ["kort"]\n')
    folder.file("opnames/lees.txt", "Hier komen de opnames.")
    cli.run(words.split())
    assert not folder.ran


UNASKED = {
    "the settings": ("stem.toml", 'voice = "bij"\n', "preview proef.j2"),
    "the settings, by path": ("stem.toml", 'voice = "voice_templates/bij.toml"\n', "preview proef.j2"),
    "the script": ("proef.j2", SCRIPT.format(front='voice = "bij"'), "preview proef.j2"),
    "a list": ("lijst.csv", "code,script,stem\nk1,proef.j2,bij\n", "batch lijst.csv --dry-run"),
    "a default of a list": (
        "lijst.toml",
        '[defaults]\nvoice = "bij"\n[[track]]\ncode = "k1"\nscript = "proef.j2"\n',
        "batch lijst.toml --dry-run",
    ),
    "nothing": ("leeg.txt", "", "preview proef.j2"),
    "nothing, in a print-out": ("leeg.txt", "", "script proef.j2"),
    "nothing, in a dry run": ("leeg.txt", "", "batch lijst.csv --dry-run"),
    "nothing, in a sentence": ("leeg.txt", "", "say Welkom. -o zin.mp3"),
}
"""What in the folder names the voice, and a command of a user who does not."""


@needs_scripts
@pytest.mark.parametrize(("name", "text", "words"), UNASKED.values(), ids=UNASKED)
def test_a_folder_cannot_choose_its_program(folder: Folder, name: str, text: str, words: str) -> None:
    folder.voice()
    folder.file(name, text)
    cli.run(words.split())
    assert not folder.ran


@needs_scripts
def test_a_record_cannot_choose_a_program(folder: Folder) -> None:
    folder.file("voice_templates/gewoon.toml", 'inherits = "zacht"\ntitle = "Gewoon"\n')
    assert cli.run(["make", "proef.j2", "--voice", "gewoon", "--record", "-o", "een.mp3"]) == 0
    folder.voice("gewoon")
    assert cli.run(["remake", "een.stem.json", "-o", "twee.mp3"]) == 1
    assert not folder.ran


HEIRS = {
    "the best": ("bij", None),
    "called as the usual one": ("rustig", None),
    "called as the one that is always there": ("zacht", None),
    "built on the usual one": (
        "bij",
        'inherits = "rustig"\nengine = "command"\nrank = 99\n[settings]\ncommand = ["spreek.py"]\n',
    ),
}


@needs_scripts
@pytest.mark.parametrize(("name", "text"), HEIRS.values(), ids=HEIRS)
def test_a_program_is_never_the_usual_voice(folder: Folder, name: str, text: str | None) -> None:
    folder.voice(name, text or VOICE.format(command='["spreek.py"]'))
    assert choose_voice("").engine != "command"


@needs_scripts
def test_where_every_voice_runs_a_program_the_usual_one_is_that_of_stem(folder: Folder) -> None:
    for path in packaged_folder("voice_templates").glob("*.toml"):
        folder.voice(path.stem)
    assert choose_voice("").path == packaged_folder("voice_templates") / "zacht.toml"


@pytest.mark.parametrize("parent", ["zacht", "rustig"])
def test_a_voice_of_the_user_inherits_from_no_voice_of_the_folder(folder: Folder, parent: str) -> None:
    place = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    place.mkdir(parents=True)
    (place / "mijn.toml").write_text(f'inherits = "{parent}"\ntitle = "Mijn"\n')
    folder.voice(parent)
    assert find_voice("mijn").engine == "espeak"


def test_an_engine_of_another_package_needs_leave_in_a_folder(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = tmp_path / "site" / "neurie-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: neurie\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[stem.engines]\nneurie = stem.voices.engines.espeak:Espeak\n")
    monkeypatch.syspath_prepend(str(facts.parent))
    folder.voice("neurie", VOICE.replace('"command"', '"neurie"').format(command='["x"]'))
    with pytest.raises(EngineUnavailable, match="the engine 'neurie' of another package"):
        Speaker.ready(find_voice("neurie"), Lexicon({}), Terms())
    assert choose_voice("").name != "neurie"


def test_without_leave_the_program_and_the_command_that_gives_it_are_told(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.voice()
    assert cli.run(["make", "proef.j2", "--voice", "bij"]) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert str(folder.path / "voice_templates" / "spreek.py") in error
    assert hint.endswith("stem voices allow bij")


# --- leave


@needs_scripts
def test_with_leave_it_runs_and_that_is_told(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    program = folder.voice().with_name("spreek.py")
    allowed(folder)
    assert str(program) in capsys.readouterr().out
    assert cli.run(["make", "proef.j2", "--voice", "bij", "--offline"]) == 0
    assert folder.ran
    told = f"The voice 'bij' runs the program {program}, which stem cannot hold back from the network"
    assert told in capsys.readouterr().err


@needs_scripts
def test_with_leave_a_batch_tells_it_once(
    folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = folder.voice().with_name("spreek.py")
    allowed(folder)
    monkeypatch.setattr(practice, "_run", lambda *_: Report(()))  # workers would take ten seconds
    folder.file("lijst.csv", "code,script\nk1,proef.j2\nk2,kort\n")
    cli.run(["batch", "lijst.csv", "--voice", "bij"])
    assert capsys.readouterr().err.count(f"runs the program {program}") == 1


def test_a_batch_tells_where_the_settings_of_a_folder_let_text_go(
    folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practice, "_run", lambda *_: Report(()))
    folder.file("stem.toml", 'voice = "google"\nallow_online = true\n')
    cli.run(["batch", "lijst.csv"])
    assert "The voice 'google' sends what it says to Google" in capsys.readouterr().err


QUIET = {
    "preview": "preview proef.j2 --voice bij",
    "preview exactly": "preview proef.j2 --voice bij --exact",
    "script": "script proef.j2 --voice bij",
    "a page with a track": "script proef.j2 --voice bij --html --audio proef.j2",
    "a dry run": "batch lijst.csv --voice bij --dry-run",
    "a dry run of a series": "series drie --code k1 --voice bij --dry-run",
    "what is missing": "preview proef.j2 --voice opnames/ --fill bij",
    "the list of voices": "voices",
}


@needs_scripts
@pytest.mark.parametrize("words", QUIET.values(), ids=QUIET)
def test_also_with_leave_it_runs_only_where_a_track_is_made(folder: Folder, words: str) -> None:
    folder.voice()
    allowed(folder)
    folder.file("scripts/reeksen/drie.toml", 'title = "Drie"\nscripts = ["kort"]\n')
    folder.file("opnames/lees.txt", "Hier komen de opnames.")
    cli.run(words.split())
    assert not folder.ran


@needs_scripts
def test_also_with_leave_doctor_does_not_run_it(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.voice()
    allowed(folder)
    monkeypatch.setattr(stem.doctor, "voices", lambda _folder: (find_voice("bij"),))
    assert [each.works for each in stem.doctor.diagnose(Config()) if each.subject == "voice bij"] == [True]
    assert not folder.ran


REFUSES = SPEAKS.replace(
    "count = int(0.09 * 16000 * len(sys.stdin.read()))",
    """\
text = sys.stdin.read()
if "Zwaantje" in text:
    print("geen zin in: " + text.strip(), file=sys.stderr)
    sys.exit(3)
count = int(0.09 * 16000 * len(text))""",
)


@needs_scripts
@pytest.mark.parametrize(
    "words", ["make proef.j2 --voice bij -s naam=Zwaantje", "batch lijst.csv --voice bij"]
)
def test_a_program_that_fails_does_not_make_known_what_was_filled_in(
    folder: Folder, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    folder.voice()
    folder.file("voice_templates/spreek.py", REFUSES).chmod(0o755)
    folder.file("proef.j2", SCRIPT.format(front=NAME) + "Dag {{ naam }}, fijn dat je er bent.\n")
    folder.file("lijst.csv", "code,script,naam\nk1,proef.j2,Zwaantje\n")
    allowed(folder)
    assert cli.run(words.split()) == 1
    told = capsys.readouterr()
    assert 'could not say "Dag {naam}, fijn dat je er bent.": spreek.py ended with status 3' in told.err
    assert "zwaantje" not in (told.out + told.err).casefold()


def other_template(folder: Folder) -> None:
    folder.voice(text=VOICE.format(command='["spreek.py", "--anders"]'))


def other_program(folder: Folder) -> None:
    folder.file("voice_templates/spreek.py", SPEAKS + "# anders\n")


def other_parent(folder: Folder) -> None:
    folder.file("voice_templates/ouder.toml", VOICE.format(command='["spreek.py"]') + "timeout_s = 50\n")


def other_argument(folder: Folder) -> None:
    folder.file("voice_templates/model.py", "# anders\n")


def other_option(folder: Folder) -> None:
    folder.file("voice_templates/instellingen.py", "# anders\n")


def taken_back(folder: Folder) -> None:
    assert cli.run(["voices", "allow", "bij", "--forget"]) == 0


def another_folder(folder: Folder) -> None:
    shutil.copytree(folder.path / "voice_templates", folder.path / "elders" / "voice_templates")
    os.chdir(folder.path / "elders")


def linked_from_elsewhere(folder: Folder) -> None:
    place = folder.path / "elders" / "voice_templates"
    shutil.copytree(folder.path / "voice_templates", place)
    (place / "bij.toml").unlink()
    (place / "bij.toml").symlink_to(folder.path / "voice_templates" / "bij.toml")
    os.chdir(place.parent)


def damaged_leave(folder: Folder) -> None:
    (platformdirs.user_config_path("stem", appauthor=False) / "leave.json").write_text("[1, {]")


CHANGES = (
    other_template,
    other_program,
    other_parent,
    other_argument,
    other_option,
    taken_back,
    another_folder,
    linked_from_elsewhere,
    damaged_leave,
)


@needs_scripts
@pytest.mark.parametrize("change", CHANGES)
def test_leave_is_for_one_folder_and_what_is_in_it_now(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, change: object
) -> None:
    assert callable(change)
    monkeypatch.chdir(folder.path)  # so that the test ends where it began
    words = '["spreek.py", "model.py", "--instellingen=instellingen.py", "{wav}"]'
    folder.voice("ouder", VOICE.format(command=words))
    folder.voice(text='inherits = "ouder"\ntitle = "Bij"\n')
    folder.file("voice_templates/model.py", "")
    folder.file("voice_templates/instellingen.py", "")
    allowed(folder)
    Speaker.ready(find_voice("bij"), Lexicon({}), Terms())
    change(folder)
    with pytest.raises(EngineUnavailable, match="you have not allowed"):
        Speaker.ready(find_voice("bij"), Lexicon({}), Terms())


def test_what_is_allowed_is_shown_without_signs_that_hide_it(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.voice(text=VOICE.format(command=r'["spreek.py", "\u001b[8m", "--wis", "\u202e"]'))
    allowed(folder)
    out = capsys.readouterr().out
    assert "--wis" in out
    assert out.rstrip("\n").isprintable()


@needs_scripts
def test_leave_is_kept_where_only_its_owner_may_write(folder: Folder) -> None:
    folder.voice()
    before = sorted(folder.path.rglob("*"))
    allowed(folder)
    path = platformdirs.user_config_path("stem", appauthor=False) / "leave.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(folder.path.rglob("*")) == before, "the folder holds nothing of it"


@pytest.mark.parametrize("name", ["leave.json", "voice_templates/leave.json", ".config/stem/leave.json"])
def test_a_folder_brings_no_leave(folder: Folder, name: str) -> None:
    template = folder.voice()
    allowed(folder)
    path = platformdirs.user_config_path("stem", appauthor=False) / "leave.json"
    folder.file(name, path.read_text())
    path.unlink()
    with pytest.raises(EngineUnavailable, match="you have not allowed"):
        Speaker.ready(find_voice(str(template)), Lexicon({}), Terms())


@needs_scripts
@pytest.mark.parametrize("place", ["", ".", "bin"])
def test_a_program_of_the_folder_is_none_that_is_installed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A PATH may name the working folder: by nothing, by a dot, or by what is not absolute."""
    (folder.path / "bin").mkdir()
    for name in ("afplay", "pw-play", "paplay", "aplay", "ffplay", "zeg"):
        for program in (folder.path / name, folder.path / "bin" / name):
            program.write_text(f"#!/bin/sh\ntouch {folder.path}/gespeeld\nsleep 1\n")
            program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([place, "/usr/bin", "/bin"]))
    stem.sound.playing._plays(("aplay", "-q"), folder.path / "x.wav", 0.1)
    assert not (folder.path / "gespeeld").exists()
    template = folder.voice("zegt", VOICE.format(command='["zeg"]'))
    with pytest.raises(EngineUnavailable, match="there is no program 'zeg'"):
        engine("command").speak("Welkom.", find_voice(str(template)))


# --- names of stem


NOT_STEM_S, NOT_THE_USERS = "not the one that comes with stem.", "not the one of your own settings."

HIDING = {
    "a voice": (
        "voice_templates/rustig.toml",
        'inherits = "rustig"\npitch = 1\n',
        "say Welkom. --voice rustig -o zin.mp3",
        f"The voice 'rustig' is the one in {{folder}}/voice_templates/rustig.toml, {NOT_STEM_S}",
    ),
    "the usual voice": (
        "voice_templates/mooi.toml",
        'inherits = "rustig"\nrank = 99\n',
        "say Welkom. -o zin.mp3",
        "The usual voice is 'mooi', the one in {folder}/voice_templates/mooi.toml.",
    ),
    "a voice of the user": (
        "voice_templates/eigen.toml",
        'inherits = "rustig"\npitch = 1\n',
        "say Welkom. --voice eigen -o zin.mp3",
        f"The voice 'eigen' is the one in {{folder}}/voice_templates/eigen.toml, {NOT_THE_USERS}",
    ),
    "a script": (
        "scripts/tegenover.j2",
        SCRIPT.format(front=""),
        "preview tegenover --voice zacht",
        f"The script 'tegenover' is the one in scripts/tegenover.j2, {NOT_STEM_S}",
    ),
    "a script that is checked": (
        "scripts/tegenover.j2",
        SCRIPT.format(front=""),
        "check tegenover",
        f"The script 'tegenover' is the one in scripts/tegenover.j2, {NOT_STEM_S}",
    ),
    "a script of a list": (
        "scripts/tegenover.j2",
        SCRIPT.format(front=""),
        "batch lijst2.csv --voice zacht --dry-run",
        f"The script 'tegenover' is the one in scripts/tegenover.j2, {NOT_STEM_S}",
    ),
    "a series": (
        "scripts/reeksen/zeven-dagen.toml",
        'title = "Zeven"\nscripts = ["kort"]\n',
        "series zeven-dagen --code k1 --voice zacht --dry-run",
        f"The series 'zeven-dagen' is the one in scripts/reeksen/zeven-dagen.toml, {NOT_STEM_S}",
    ),
    "a word": (
        "lexicon.toml",
        'ademt = "iets heel anders"\n',
        "preview proef.j2 --voice zacht",
        "The word 'ademt' is said as {folder}/lexicon.toml has it, not as it came with stem.",
    ),
}


@pytest.mark.parametrize("attack", HIDING.values(), ids=HIDING)
def test_what_hides_something_of_stem_is_told_once(
    folder: Folder, capsys: pytest.CaptureFixture[str], attack: tuple[str, str, str, str]
) -> None:
    name, text, words, told = attack
    of_the_user = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    of_the_user.mkdir(parents=True)
    (of_the_user / "eigen.toml").write_text('inherits = "zacht"\n')
    folder.file(name, text)
    folder.file("lijst2.csv", "code,script\nk1,tegenover\nk2,tegenover\n")
    cli.run(words.split())
    assert capsys.readouterr().err.splitlines().count(told.format(folder=folder.path)) == 1


@pytest.mark.parametrize("name", ["zee", "klankschaal", "zee+vogels:-6", "none"])
def test_no_file_hides_a_background(folder: Folder, name: str) -> None:
    """GUARD."""
    folder.file(name, "geen geluid")
    BedChoice.read("zee" if name == "klankschaal" else name)
    assert cli.run(["preview", "proef.j2", "--voice", "zacht", "--bed", "zee"]) == 0


# --- files elsewhere


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, 16_000, 0, "NONE", ""))
        written.writeframes(b"".join(struct.pack("<h", 8000 * (n // 40 % 2)) for n in range(32_000)))
    return file.getvalue()


SOUND = sound()


@pytest.fixture
def elsewhere(
    tmp_path_factory: pytest.TempPathFactory, folder: Folder, monkeypatch: pytest.MonkeyPatch, root: Path
) -> Path:
    """The home of the user, with a script, a sound, a picture and recordings of his own."""
    home = tmp_path_factory.mktemp("thuis")
    monkeypatch.setenv("HOME", str(home))
    (home / "dagboek.j2").write_text(SCRIPT.format(front=""))
    (home / "geheim.wav").write_bytes(SOUND)
    shutil.copy(root / "docs" / "track.png", home / "foto.png")
    (home / "memo").mkdir()
    (home / "memo" / "01.wav").write_bytes(SOUND)
    (home / "stem.toml").write_text('inherits = "zacht"\ntitle = "Van mij"\n')
    if os.name != "nt":
        (folder.path / "koppeling").symlink_to(home)
    return home


PREVIEW = "preview proef.j2 --voice zacht"

NAMED = {
    "a background": ("stem.toml", 'bed = "{home}/geheim.wav"\n', PREVIEW),
    "a background, from home": ("stem.toml", 'bed = "~/geheim.wav"\n', PREVIEW),
    "a background, upwards": ("stem.toml", 'bed = "{up}/geheim.wav"\n', PREVIEW),
    "a picture": ("stem.toml", 'cover = "{home}/foto.png"\n', PREVIEW),
    "a picture, from home": ("stem.toml", 'cover = "~/foto.png"\n', PREVIEW),
    "an opening": ("stem.toml", 'intro = "{home}/geheim.wav"\n', PREVIEW),
    "an opening, upwards": ("stem.toml", 'intro = "{up}/geheim.wav"\n', PREVIEW),
    "a closing": ("stem.toml", 'outro = "~/geheim.wav"\n', PREVIEW),
    "a voice": ("stem.toml", 'voice = "{home}/stem.toml"\n', "preview proef.j2"),
    "recordings": ("stem.toml", 'voice = "{home}/memo/"\n', "preview proef.j2"),
    "a background of a script": ("proef.j2", SCRIPT.format(front='bed = "{home}/geheim.wav"'), PREVIEW),
    "a voice of a script": ("proef.j2", SCRIPT.format(front='voice = "~/stem.toml"'), "preview proef.j2"),
    "recordings of a script": ("proef.j2", SCRIPT.format(front='voice = "{home}/memo/"'), "preview proef.j2"),
    "a background of a list": (
        "lijst.csv",
        "code,script,achtergrond\nk1,proef.j2,{home}/geheim.wav\n",
        "batch lijst.csv --voice zacht --dry-run",
    ),
    "a voice of a list": (
        "lijst.csv",
        "code,script,stem\nk1,proef.j2,~/stem.toml\n",
        "batch lijst.csv --dry-run",
    ),
    "a script of a list": (
        "lijst.csv",
        "code,script\nk1,{home}/dagboek.j2\n",
        "batch lijst.csv --voice zacht --dry-run",
    ),
    "a script of a list, upwards": (
        "lijst.csv",
        "code,script\nk1,{up}/dagboek.j2\n",
        "batch lijst.csv --voice zacht --dry-run",
    ),
    "a default of a list": (
        "lijst.toml",
        '[defaults]\nbed = "{home}/geheim.wav"\n[[track]]\ncode = "k1"\nscript = "proef.j2"\n',
        "batch lijst.toml --voice zacht --dry-run",
    ),
    "a script of a series": (
        "scripts/reeksen/een.toml",
        'title = "Een"\nscripts = ["{home}/dagboek.j2"]\n',
        "series een --code k1 --voice zacht --dry-run",
    ),
    "a voice's file": (
        "voice_templates/mooi.toml",
        'inherits = "rustig"\nvoice = "{home}/geheim.wav"\n',
        "preview proef.j2 --voice mooi",
    ),
}
"""What a file of the folder names that is the user's own."""

LINKED = {
    "a background by a link": ("stem.toml", 'bed = "koppeling/geheim.wav"\n', PREVIEW),
    "a picture by a link": ("stem.toml", 'cover = "koppeling/foto.png"\n', PREVIEW),
    "an opening by a link": ("stem.toml", 'intro = "koppeling/geheim.wav"\n', PREVIEW),
    "recordings by a link": ("stem.toml", 'voice = "koppeling/memo/"\n', "preview proef.j2"),
    "a script of a list by a link": (
        "lijst.csv",
        "code,script\nk1,koppeling/dagboek.j2\n",
        "batch lijst.csv --voice zacht --dry-run",
    ),
    "a voice's file by a link": (
        "mooi.toml",
        'inherits = "rustig"\nvoice = "koppeling/geheim.wav"\n',
        "preview proef.j2 --voice mooi.toml",
    ),
}


@pytest.mark.parametrize("attack", NAMED.values(), ids=NAMED)
def test_no_file_of_the_folder_makes_stem_read_elsewhere(
    folder: Folder, elsewhere: Path, capsys: pytest.CaptureFixture[str], attack: tuple[str, str, str]
) -> None:
    name, text, words = attack
    up = Path(os.path.relpath(elsewhere, folder.path)).as_posix()
    folder.file(name, text.replace("{home}", elsewhere.as_posix()).replace("{up}", up))
    assert cli.run(words.split()) == 1
    rule = "lie below the folder" if "reeksen" in name else "outside (this|the) folder"
    assert re.search(rule, capsys.readouterr().err)


@needs_links
@pytest.mark.parametrize("attack", LINKED.values(), ids=LINKED)
def test_no_link_in_the_folder_leads_out_of_it(
    folder: Folder, elsewhere: Path, capsys: pytest.CaptureFixture[str], attack: tuple[str, str, str]
) -> None:
    name, text, words = attack
    folder.file(name, text)
    assert cli.run(words.split()) == 1
    assert re.search("outside (this|the) folder", capsys.readouterr().err)


@needs_links
def test_a_lexicon_is_no_link_out_of_the_folder(
    folder: Folder, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "wachtwoorden.toml").write_text('mail = "geheim"\n')
    (folder.path / "lexicon.toml").symlink_to(elsewhere / "wachtwoorden.toml")
    assert cli.run(PREVIEW.split()) == 1
    assert "out of this folder" in capsys.readouterr().err


RECORDED = {
    "the name of a voice": ("voice", "name", "{home}/stem.toml"),
    "a script": ("asked", "script", "~/dagboek.j2"),
    "a voice": ("asked", "voice", "~/stem.toml"),
    "recordings": ("asked", "voice", "~/memo/"),
    "who fills in": ("asked", "fill", "~/stem.toml"),
    "a background": ("asked", "bed", "~/geheim.wav"),
    "a background, upwards": ("asked", "bed", "../../../../../../../../etc/hostname"),
    "a picture": ("asked", "cover", "~/foto.png"),
    "a voice of the settings": ("settings", "voice", "~/stem.toml"),
    "a background of the settings": ("settings", "bed", "~/geheim.wav"),
    "a picture of the settings": ("settings", "cover", "~/foto.png"),
    "an opening": ("settings", "intro", "~/geheim.wav"),
    "a closing": ("settings", "outro", "~/geheim.wav"),
}
"""What a record of someone else names that is the user's own."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, made_beds: Path) -> str:
    """A record, as a track of its own maker has it."""
    place = tmp_path_factory.mktemp("gemaakt")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        Path("proef.j2").write_text(SCRIPT.format(front=""))
        assert (
            cli.run(["make", "proef.j2", "--voice", "zacht", "--bed", "none", "--record", "-o", "een.mp3"])
            == 0
        )
    return (place / "een.stem.json").read_text()


@pytest.mark.parametrize("attack", RECORDED.values(), ids=RECORDED)
def test_no_record_makes_stem_read_elsewhere(
    folder: Folder,
    elsewhere: Path,
    capsys: pytest.CaptureFixture[str],
    record: str,
    attack: tuple[str, str, str],
) -> None:
    part, name, path = attack
    document = json.loads(record)
    document[part][name] = path.replace("{home}", str(elsewhere))
    folder.file("een.stem.json", json.dumps(document))
    assert cli.run(["remake", "een.stem.json", "-o", "twee.mp3"]) == 1
    error, hint = capsys.readouterr().err.splitlines()
    assert "names a file outside this folder" in error
    assert "--outside" in hint
    assert not (folder.path / "twee.mp3").exists()


def test_who_trusts_a_record_can_have_it_read(folder: Folder, elsewhere: Path, record: str) -> None:
    document = json.loads(record)
    document["settings"]["cover"] = "~/foto.png"
    folder.file("een.stem.json", json.dumps(document))
    assert cli.run(["remake", "een.stem.json", "--outside", "-o", "twee.mp3"]) == 0


WELCOME = {
    "an opening of the folder": 'intro = "opnames/opening.mp3"\n',
    "a picture of the folder": 'cover = "plaat.png"\n',
    "words with a slash": 'intro = "En/of: welkom."\n',
    "an output elsewhere": 'output = "~/klaar"\n',
}


@pytest.mark.parametrize("text", WELCOME.values(), ids=WELCOME)
def test_what_the_guide_tells_to_write_is_still_read(folder: Folder, elsewhere: Path, text: str) -> None:
    """GUARD."""
    said = ["say", "Welkom bij deze opname.", "--voice", "zacht", "-o", "opnames/opening.mp3"]
    assert cli.run(said) == 0
    shutil.copy(elsewhere / "foto.png", folder.path / "plaat.png")
    folder.file("stem.toml", text)
    assert cli.run(PREVIEW.split()) == 0


# --- what is no file, and never comes to its end


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")

NEURAL = """\
title = "Net"
summary = "Een stem van een netwerk."
engine = "piper"
sex = "female"
voice = "net.onnx"
credit = ""
"""
PIPES = {
    "a voice": ("voice_templates/pijp.toml", "voices"),
    "a voice that is asked for": ("voice_templates/pijp.toml", "preview proef.j2 --voice pijp"),
    "the lexicon": ("lexicon.toml", PREVIEW),
    "the sheet of recordings": ("opnames/blad.toml", "preview proef.j2 --voice opnames/"),
    "the settings of a neural voice": ("voice_templates/net.onnx.json", "preview proef.j2 --voice net"),
    "what is filled in": ("waarden.toml", f"{PREVIEW} --values waarden.toml"),
}
ENDLESS = (
    {"a pipe": os.mkfifo, "no end": lambda path: path.symlink_to("/dev/zero")} if os.name != "nt" else {}
)


@contextmanager
def soon() -> Iterator[None]:
    """Break off what waits for a pipe, or reads without end."""

    def stop(_signal: int, _frame: object) -> None:
        raise InterruptedError("it did not come to its end")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(90)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@needs_pipes
@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize(("name", "words"), PIPES.values(), ids=PIPES)
def test_no_command_waits_for_what_is_no_file(
    folder: Folder,
    capsys: pytest.CaptureFixture[str],
    endless: Callable[[Path], None],
    name: str,
    words: str,
) -> None:
    folder.file("voice_templates/net.toml", NEURAL)
    folder.file("voice_templates/net.onnx", "Dit is geen netwerk.")
    folder.file("opnames/lees.txt", "Hier komen de opnames.")
    folder.path.joinpath("opnames", "01.wav").write_bytes(SOUND)
    endless(folder.path / name)
    with soon():
        cli.run(words.split())
    assert re.search(rf"{Path(name).name}: it is (no file|a link out)", capsys.readouterr().err)


@needs_pipes
@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
def test_no_page_waits_for_what_is_no_file(
    folder: Folder, capsys: pytest.CaptureFixture[str], endless: Callable[[Path], None]
) -> None:
    endless(folder.path / "overzicht.html")
    with soon():
        assert cli.run(["batch", "lijst.csv", "--voice", "zacht", "--page", "overzicht.html"]) == 1
    assert "something else has that name" in capsys.readouterr().err


@needs_pipes
@pytest.mark.slow
@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
def test_no_letter_waits_for_what_is_no_file(
    folder: Folder, capsys: pytest.CaptureFixture[str], endless: Callable[[Path], None]
) -> None:
    folder.path.joinpath("output").mkdir()
    endless(folder.path / "output" / "k1_lees-mij-eerst.txt")
    with soon():
        short = ["--voice", "zacht", "--bed", "none", "--profile", "acx", "--cover", "none"]
        assert cli.run(["batch", "lijst.csv", *short, "--letter", "--jobs", "1"]) == 1
    assert "something that is no file has that name" in capsys.readouterr().err


@needs_pipes
@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
def test_no_hash_is_made_of_what_is_no_file(tmp_path: Path, endless: Callable[[Path], None]) -> None:
    endless(tmp_path / "pijp")
    with soon(), pytest.raises(OSError, match="it is no file"):
        file_hash(tmp_path / "pijp")


# --- settings of libraries


@pytest.mark.parametrize("content", [b"\xff", b"savefig.dpi: 90000\n"], ids=["damaged", "a huge picture"])
def test_a_picture_takes_no_settings_from_the_folder(tmp_path: Path, content: bytes) -> None:
    """What matplotlib reads while it is imported, from the folder first."""
    (tmp_path / "matplotlibrc").write_bytes(content)
    (tmp_path / "toon.wav").write_bytes(SOUND)
    command = warm.stem("plot", "toon.wav")  # whose process has not imported it yet
    done = warm.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "would read the file matplotlibrc of this folder" in done.stderr
    assert not (tmp_path / "toon.png").exists()


# --- what takes long


OFTEN = '[[chain]]\nfilter = "highpass"\nhz = 65\n'
LONG = {
    "one long word": ("lexicon.toml", f'"{"ab" * 200}" = "x"\n', "longer than 200 characters"),
    "what is said is long": ("lexicon.toml", f'a = "{"ab " * 100}"\n', "more than 200 characters"),
    "many words": (
        "lexicon.toml",
        "".join(f'"{number:0150}" = "x"\n' for number in range(700)),
        "more than 100,000 letters",
    ),
    "many filters": (
        "voice_templates/mooi.toml",
        f'inherits = "rustig"\n{OFTEN * 51}',
        "more than 50 filters",
    ),
    "many scripts": (
        "scripts/reeksen/een.toml",
        'title = "Een"\nscripts = [' + '"kort", ' * 201 + "]\n",
        "more than 200",
    ),
}


@pytest.mark.parametrize(("name", "text", "told"), LONG.values(), ids=LONG)
def test_what_would_take_long_is_refused(
    folder: Folder, capsys: pytest.CaptureFixture[str], name: str, text: str, told: str
) -> None:
    folder.file(name, text)
    words = "scripts" if "reeksen" in name else "preview proef.j2 --voice " + ("mooi", "zacht")["lex" in name]
    assert cli.run(words.split()) == 1
    assert told in capsys.readouterr().err


def test_voices_do_not_build_on_each_other_without_end(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(7):
        folder.file(f"voice_templates/s{number}.toml", f'inherits = "s{number + 1}"\n')
    folder.file("voice_templates/s7.toml", 'inherits = "zacht"\n')
    assert cli.run(["preview", "proef.j2", "--voice", "s0"]) == 1
    assert "'inherits' leads from voice to voice more than 5 times" in capsys.readouterr().err
    assert cli.run(["preview", "proef.j2", "--voice", "s4"]) == 0


def test_a_folder_has_no_voices_without_end(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(201):
        folder.file(f"voice_templates/s{number}.toml", 'inherits = "zacht"\n')
    assert cli.run(["voices"]) == 1
    assert "there are more than 200 voices" in capsys.readouterr().err


def test_a_list_of_slips_does_not_look_for_the_usual_voice_in_each_row(
    folder: Folder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def choose(wish: str, home: Path) -> VoiceTemplate:
        looked.append(wish)
        return choose_voice(wish, home)

    monkeypatch.setattr(list_rows, "choose_voice", choose)
    folder.file("lijst.csv", "code,script\n" + "".join(f"k{number},weg\n" for number in range(40)))
    assert cli.run(["batch", "lijst.csv", "--dry-run"]) == 1
    assert "there is no such script" in capsys.readouterr().err
    assert looked == []
