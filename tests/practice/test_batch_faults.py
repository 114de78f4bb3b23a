"""A batch survives everything: nothing is broken, lost or made twice, and in the end everything is there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import batchfaults as bf
import batchtasks
import faultinjector as fi
import pytest
import unsharing
import warm

from stem import cli
from stem.cli.output import in_options
from stem.config import Config
from stem.files import cache_path, is_temporary
from stem.practice.batch import BatchOptions, Job, Outcome, Report, jobs_of_list, run_batch
from stem.practice.batch.executor import sole_use
from stem.practice.batch.job import make
from stem.practice.lists import read_batch_file
from stem.record.document import read_record, record_path
from stem.track.spec import TrackSpec
from stem.voices.permission import give_leave
from stem.voices.template import find_voice

ALL = "STEM_ALL_FAULTS"
"""Set it, and ten moments stop a batch and ten kill a worker, instead of three and two."""
MANY = bool(os.environ.get(ALL))

pytestmark = pytest.mark.usefixtures("quick_mp3")

needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and /proc")
needs_scripts = pytest.mark.skipif(os.name == "nt", reason="the voice is a script with a first line")

# --- at every call, while a track and what is beside it get their names

OLD, NEW = bf.track("old", "vtt", "lrc"), bf.track("new", "vtt")
WORDS = f"{bf.NAME}.vtt"
CASES = [
    bf.Case("nothing there", {}, bf.track("new", "vtt", "lrc")),
    bf.Case("in place of an older track", OLD, NEW),
    bf.Case("a record without its track", {name: OLD[name] for name in OLD if name != bf.TRACK}, NEW),
    bf.Case("someone's own track", {bf.TRACK: bf.FOREIGN}, NEW),
    bf.Case("someone's own words", {WORDS: bf.FOREIGN}, NEW),
    bf.Case("an older track that was edited", {**OLD, bf.TRACK: bf.FOREIGN}, NEW),
    bf.Case("forced over an older track", OLD, NEW, force=True),
    bf.Case(
        "forced over anything",
        {bf.TRACK: bf.FOREIGN, WORDS: bf.FOREIGN, bf.RECORD: '{"track": 3'},
        NEW,
        force=True,
    ),
]


@needs_fork
@pytest.mark.slow
def test_a_fault_at_any_call_leaves_an_old_track_a_new_one_or_none(tmp_path: Path) -> None:
    found = bf.run_faults(tmp_path, CASES, at_each=len(bf.OTHERS) if MANY else 1)
    assert [str(met) for each in found for met in each if met.wrong] == []
    print(f"{sum(map(len, found))} faults")  # noqa: T201 - with pytest -s or -rP
    for case, met in zip(CASES, found, strict=True):
        operations = {each.operation.split()[0] for each in met}
        is_refused = bf.FOREIGN in case.there.values() and not case.force
        assert len(met) > (10 if is_refused else 40)
        publishing = {"rename"} if case.force else {"rename", "link"}
        assert operations >= ({"list"} if is_refused else {*publishing, "fsync"})
        # Who replaces an older track passes the moment at which only its record is there.
        if case.there == OLD:
            assert any(bf.TRACK not in each.left and bf.RECORD in each.left for each in met)


@needs_fork
@pytest.mark.slow
def test_the_judge_sees_what_a_naive_batch_does(tmp_path: Path) -> None:
    naive = bf.Case("naive", OLD, NEW, naive=True)
    (found,) = bf.run_faults(tmp_path, [naive], at_each=0)
    wrong = [sentence for met in found for sentence in met.wrong]
    assert f"{bf.TRACK} is not what the record beside it is of" in wrong
    assert f"{bf.NAME}.lrc is not what the record beside it is of" in wrong


# --- a practice

SCRIPT = """+++
title = "Proef"
bed = "none"

[variables.naam]
default = ""
help = "De naam."
+++
Welkom. [pauze kort]
{% if naam %}Dag, {{ naam }}. [pauze 1]
{% endif %}Tot ziens.
"""
SHARED = ("Welkom.", "Tot ziens.")
"""What all clients hear; besides, each hears one phrase with a name in it."""

VOICE = """title = "Toon"
summary = "Een toon voor elke letter."
engine = "command"
sex = "male"
voice = "toon"
credit = "Gesproken door een toon."

[settings]
command = ["spreek.py"]
"""
SPEAKS = f"""#!{sys.executable} -S
import math, os, struct, sys
text = sys.stdin.buffer.read()
with open("gezegd", "ab") as said:
    said.write(text.strip() + b"\\n")
count = 1280 * len(text)
sound = b"".join(struct.pack("<h", round(8000 * math.sin(0.1 * n) * math.sin(n * math.pi / count)))
                 for n in range(count))
shape = struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
sys.stdout.buffer.write(b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVEfmt " + shape
                        + b"data" + struct.pack("<I", len(sound)) + sound)
"""
"""A voice that notes what it is asked to say; a tone of 80 ms for each letter."""

NAMES = ("Anna", "Bram", "Cas", "Dora", "Eva", "Fien", "Guus", "Hana", "Ivo", "Joke", "Kees", "Lot")
OPTIONS = ("--profile", "acx", "--cover", "none", "--no-lyrics", "--captions", "vtt")
"""The shortest tracks there are, and with little work around them."""


@dataclass(frozen=True)
class Practice:
    """A practice's folder, to which all that a batch writes is kept."""

    folder: Path

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def write_list(self, rows: Sequence[tuple[str, ...]], head: str = "code,script,naam") -> None:
        lines = [head, *(",".join(row) for row in rows)]
        (self.folder / "lijst.csv").write_text("\n".join(lines) + "\n")

    def clients(self, count: int) -> None:
        self.write_list([(f"c{number:02}", "proef", NAMES[number]) for number in range(count)])

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        """Begin the batch; what it tells goes to the file "told"."""
        command = [sys.executable, "-m", "stem", "batch", "lijst.csv", "--json", "--jobs", "2"]
        with (self.folder / "told").open("wb") as told, (self.folder / "report").open("wb") as report:
            return warm.Python(
                [*command, *OPTIONS, *options],
                cwd=self.folder,
                env=fi.environment(self.folder),
                stdout=report,
                stderr=told,
                start_new_session=True,
            )

    def run(self, *options: str) -> dict[str, str]:
        """Run the batch to its end, which has to be a good one; return what became of each code."""
        assert self.start(*options).wait(timeout=120) == 0, self.told()
        report = json.loads((self.folder / "report").read_text())
        return {each["code"]: each["status"] for each in report["tracks"]}

    def told(self) -> str:
        return (self.folder / "told").read_text()

    def lines(self) -> list[str]:
        """Return the files of which a line has been told."""
        return re.findall(r"^\[\d+/\d+\] (\S+)  .*$", self.told(), flags=re.MULTILINE)

    def said(self) -> list[str]:
        return sorted((self.folder / "voice_templates" / "gezegd").read_text().splitlines())

    def finished(self) -> dict[str, tuple[int, int]]:
        """Return which file each finished track is; fail when one is not whole."""
        found = {}
        for path in self.output.glob("*.mp3"):
            record = read_record(record_path(path))
            assert hashlib.sha256(path.read_bytes()).hexdigest() == record.track.sha256
            status = path.stat()
            found[path.name] = (status.st_ino, status.st_mtime_ns)
        for path in self.output.glob("*.vtt"):  # none is older than the record beside it
            (beside,) = read_record(record_path(path)).beside
            assert hashlib.sha256(path.read_bytes()).hexdigest() == beside.sha256
        return found

    def spoken(self) -> dict[str, int]:
        """Return which file each remembered phrase is."""
        entries = (self.folder / "cache" / "stem" / "speech").glob("*")
        return {each.name: each.stat().st_ino for each in entries if re.fullmatch(r"[0-9a-f]{64}", each.name)}

    def left(self) -> list[Path]:
        """Return the temporary files that are there."""
        places = ("output", "cache", "temp")
        return [path for place in places for path in (self.folder / place).rglob("*") if is_temporary(path)]

    def is_whole(self, count: int) -> None:
        """Fail unless so many tracks are there, and nothing else."""
        assert len(self.finished()) == count
        assert self.left() == []
        assert len(list(self.output.iterdir())) == 3 * count
        for path in self.output.glob("*.mp3"):
            assert cli.run(["verify", str(path)]) == 0  # which decodes it to its end
            assert read_record(record_path(path)).times.frames > 3 * 44_100


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("cache", "home", "temp", "scripts", "voice_templates"):
        (tmp_path / name).mkdir()
    (tmp_path / "scripts" / "proef.j2").write_text(SCRIPT)
    (tmp_path / "voice_templates" / "toon.toml").write_text(VOICE)
    program = tmp_path / "voice_templates" / "spreek.py"
    program.write_text(SPEAKS)
    program.chmod(0o755)
    (tmp_path / "stem.toml").write_text('voice = "toon"\n')
    for settings in (os.environ["XDG_CONFIG_HOME"], str(tmp_path / "home")):  # here, and in runs of their own
        with monkeypatch.context() as patch:
            patch.setenv("XDG_CONFIG_HOME", settings)
            give_leave(find_voice("toon"))
    return Practice(tmp_path)


@needs_scripts
@pytest.mark.slow
def test_what_all_clients_hear_is_spoken_once(practice: Practice) -> None:
    names = NAMES[:3]
    rows = [(f"c{n:02}", "proef", name, (None, "0:11", "0:12")[n % 3] or "") for n, name in enumerate(names)]
    practice.write_list(rows, "code,script,naam,duur")
    assert set(practice.run().values()) == {"made"}
    phrases = [*SHARED, *(f"Dag, {name}." for name in names)]
    assert practice.said() == sorted(phrases)
    assert len(practice.spoken()) == len(phrases)
    assert len(practice.finished()) == len(names)


# --- at any moment


def wait_for_work(practice: Practice, batch: subprocess.Popen[bytes], rng: random.Random) -> None:
    """Wait until a random moment of a batch that has just begun: sometimes early, mostly amid its work."""
    kind = rng.choice(("start", "work", "work", "line"))
    lines = rng.randint(1, 2)
    deadline = time.monotonic() + 30
    while batch.poll() is None and time.monotonic() < deadline:
        works = practice.output.is_dir() and any(map(is_temporary, practice.output.iterdir()))
        if kind == "start" or (kind == "work" and works) or len(practice.lines()) >= lines:
            break
        time.sleep(0.005)
    time.sleep(rng.uniform(0, 1.0 if kind == "start" else 0.4))


@needs_fork
@needs_scripts
@pytest.mark.slow
def test_a_batch_that_is_stopped_at_any_moment_goes_on(practice: Practice) -> None:
    rng, stops = random.Random(7), 10 if MANY else 3
    clients = len(NAMES) if MANY else 4
    practice.clients(clients)
    before: dict[str, tuple[int, int]] = {}
    spoken: dict[str, int] = {}
    stopped = 0
    for number, kind in zip(range(stops), (signal.SIGINT, signal.SIGKILL, signal.SIGTERM) * 4, strict=False):
        earlier = set(practice.left())
        batch = practice.start()
        wait_for_work(practice, batch, rng)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(batch.pid, kind)
        code = batch.wait(timeout=30)
        stopped += code != 0
        assert code in {0, -signal.SIGKILL if kind == signal.SIGKILL else 130}, practice.told()
        now = practice.finished()
        assert before.items() <= now.items(), number  # what was finished is the same file still
        assert spoken.items() <= practice.spoken().items()
        if kind != signal.SIGKILL and code:
            assert "the same command goes on" in practice.told()
            assert set(practice.left()) <= earlier  # what a killed run left, the next whole one sweeps
        before, spoken = now, practice.spoken()
    assert stopped > stops / 2
    became = practice.run()
    assert {code for code, status in became.items() if status == "kept"} == {name[:3] for name in before}
    assert before.items() <= practice.finished().items()
    assert len(practice.spoken()) == len(SHARED) + clients
    # Of what was said when a run was killed, only what no entry came of is said again.
    assert len(practice.said()) <= len(practice.spoken()) + 2 * stops
    practice.is_whole(clients)


@needs_fork
@needs_scripts
@pytest.mark.slow
def test_workers_that_are_killed_at_any_moment_cost_no_track(practice: Practice) -> None:
    rng = random.Random(8)
    batches = 5 if MANY else 1
    met = 0
    for number in range(1, batches + 1):
        clients = len(NAMES) * number // batches if MANY else 3
        practice.clients(clients)
        earlier = practice.finished()
        told: set[str] = set()
        batch = practice.start()
        for _ in range(2):  # over a third one, a track would rightly be given up
            wait_for_work(practice, batch, rng)
            told = set(practice.lines())
            at_that_time = {name: one for name, one in practice.finished().items() if name in told}
            if workers := workers_of(batch.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(rng.choice(workers), signal.SIGKILL)
                met += 1
        assert batch.wait(timeout=60) == 0, practice.told()
        lines = practice.lines()
        assert sorted(lines) == sorted(set(lines))
        assert len(lines) == clients
        assert (earlier | at_that_time).items() <= practice.finished().items()
        practice.is_whole(clients)
    assert met >= batches
    assert len(practice.spoken()) == len(SHARED) + clients
    assert set(practice.run().values()) == {"kept"}


def workers_of(batch: int) -> list[int]:
    found = []
    for each in batchtasks.descendants(batch):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{each}/comm").read_bytes():
                found.append(each)
    # What one of them starts has its name until it is another program.
    started = {child for each in found for child in batchtasks.descendants(each)}
    return [each for each in found if each not in started]


# --- what stands there already, and what changes: in this process, which is quicker


@contextmanager
def in_this_process(_workers: int) -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def jobs(practice: Practice, *captions: str, force: bool = False, kind: str | None = None) -> tuple[Job, ...]:
    """Return the jobs of the list."""
    spec = TrackSpec("", profile="acx", cover="none", lyrics=False, format=kind)
    wishes = BatchOptions(spec, practice.output, captions=captions, force=force)
    file = read_batch_file("lijst.csv", (practice.folder / "lijst.csv").read_bytes())
    return jobs_of_list(file, wishes, Config(voice="zacht")).jobs


def batch_of(wanted: Sequence[Job]) -> Report:
    outcomes: list[Outcome] = []
    report = run_batch(
        wanted,
        wanted[0].settings,
        opened=in_this_process,
        workers=1,
        task=make,
        on_outcome=outcomes.append,
    )
    assert sorted(each.code for each in outcomes) == sorted(job.code for job in wanted)
    return report


def statuses(report: Report) -> list[str]:
    return [outcome.status for outcome in report.outcomes]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.slow
def test_what_is_not_ours_stays_and_is_told(practice: Practice) -> None:
    practice.clients(6)
    output = practice.output
    output.mkdir()
    (output / "c00_proef.mp3").write_bytes(fi.FOREIGN)
    (output / "c01_proef.vtt").write_bytes(fi.FOREIGN)
    (output / "c02_proef.mp3").mkdir()
    (output / "c03_proef.mp3").symlink_to("nowhere")
    (output / "c04_proef.stem.json").write_bytes(fi.FOREIGN)
    report = batch_of(jobs(practice, "vtt"))
    assert statuses(report) == ["failed"] * 5 + ["made"]
    assert report.exit_code == 1
    for outcome, name in zip(report.outcomes, ("mp3", "vtt", "mp3", "mp3", "stem.json"), strict=False):
        assert f"{outcome.code}_proef.{name}" in outcome.error
        assert in_options(outcome.hint) == "Move it away, or let --force replace it."
    assert sorted(path.name for path in output.iterdir()) == [
        "c00_proef.mp3",
        "c01_proef.vtt",
        "c02_proef.mp3",
        "c03_proef.mp3",
        "c04_proef.stem.json",
        "c05_proef.mp3",
        "c05_proef.stem.json",
        "c05_proef.vtt",
    ]
    assert (output / "c00_proef.mp3").read_bytes() == (output / "c01_proef.vtt").read_bytes() == fi.FOREIGN
    assert (output / "c04_proef.stem.json").read_bytes() == fi.FOREIGN
    forced = batch_of(jobs(practice, "vtt", force=True))
    assert statuses(forced) == ["made", "made", "failed", "made", "made", "made"]
    assert "there is a folder with that name" in forced.outcomes[2].error
    assert not (output / "c02_proef.stem.json").exists()
    assert not (output / "nowhere").exists()  # the link was replaced, not what it leads to
    (output / "c02_proef.mp3").rmdir()
    again = batch_of(jobs(practice, "vtt"))
    assert statuses(again) == ["kept", "kept", "made", "kept", "kept", "kept"]


@pytest.mark.slow
def test_a_row_that_changes_is_made_again_and_one_that_goes_stays(practice: Practice) -> None:
    practice.clients(3)
    batch_of(jobs(practice))
    before = contents(practice.output)
    practice.write_list([("c00", "proef", "Anna"), ("c01", "proef", "Berend")])
    record = read_record(record_path(practice.output / "c01_proef.mp3"))
    assert record.personal is not None
    (own,) = record.personal.speech
    assert (cache_path("speech") / own).exists()
    report = batch_of(jobs(practice))
    assert not (cache_path("speech") / own).exists(), "nobody hears the old name any more"
    assert statuses(report) == ["kept", "made"]
    assert report.outcomes[1].reasons == ("Something else is filled in for naam.",)
    after = contents(practice.output)
    assert {name for name in before | after if before.get(name) != after.get(name)} == {
        "c01_proef.mp3",
        "c01_proef.stem.json",
    }
    assert read_record(record_path(practice.output / "c01_proef.mp3")).personal is not None
    assert cli.run(["verify", str(practice.output / "c01_proef.mp3")]) == 0


@pytest.mark.slow
def test_what_someone_changed_stays_and_is_told(practice: Practice) -> None:
    practice.clients(3)
    batch_of(jobs(practice, "vtt"))
    edited = [practice.output / name for name in ("c00_proef.mp3", "c01_proef.vtt", "c02_proef.stem.json")]
    for path in edited:
        path.write_bytes(path.read_bytes()[:-40] + b"edited")
    before = contents(practice.output)
    report = batch_of(jobs(practice, "vtt"))
    # Words that someone mended stay beside the track they are of, until there is another one.
    assert statuses(report) == ["failed", "kept", "failed"]
    assert "c00_proef.mp3 cannot be written: it was changed since it was made" in report.outcomes[0].error
    assert "c02_proef.stem.json cannot be written: it is damaged" in report.outcomes[2].error
    assert contents(practice.output) == before
    practice.write_list([(f"c0{number}", "proef", "Zus") for number in range(3)])
    report = batch_of(jobs(practice, "vtt"))
    assert statuses(report) == ["failed"] * 3
    assert "c01_proef.vtt cannot be written: it was changed since it was made" in report.outcomes[1].error
    assert contents(practice.output) == before
    assert statuses(batch_of(jobs(practice, "vtt", force=True))) == ["made"] * 3
    assert statuses(batch_of(jobs(practice, "vtt"))) == ["kept"] * 3


def test_force_leaves_nothing_of_the_old_track_beside_the_new_one(practice: Practice) -> None:
    practice.clients(1)
    batch_of(jobs(practice, "vtt", "lrc"))
    first = contents(practice.output)
    batch_of(jobs(practice, force=True))
    assert set(contents(practice.output)) == {"c00_proef.mp3", "c00_proef.stem.json"}
    report = batch_of(jobs(practice, "vtt", "lrc"))
    assert statuses(report) == ["made"]
    assert contents(practice.output) == first  # the same bytes


def test_another_kind_of_file_comes_instead_and_that_is_told(practice: Practice) -> None:
    practice.clients(1)
    batch_of(jobs(practice))
    report = batch_of(jobs(practice, kind="flac"))
    assert report.outcomes[0].reasons == ("It comes instead of c00_proef.mp3.",)
    assert set(contents(practice.output)) == {"c00_proef.flac", "c00_proef.stem.json"}


def test_a_record_cannot_name_what_lies_elsewhere(practice: Practice) -> None:
    endings: list[object] = ["/../x", "..", "", ".a/b", ".\0", None]
    beside = [*({"ending": ending, "sha256": "0"} for ending in endings), 7]
    suffixes = ["/../x", ".a/b", None]  # of a track there is one in a record; it is read as those beside it
    practice.clients(len(suffixes))
    practice.output.mkdir()
    (practice.folder / "x").write_bytes(fi.FOREIGN)
    for number, suffix in enumerate(suffixes):
        document = {"track": {"suffix": suffix, "sha256": "0"}, "beside": beside}
        (practice.output / f"c{number:02}_proef.stem.json").write_text(json.dumps(document))
    assert statuses(batch_of(jobs(practice))) == ["made"] * len(suffixes)
    assert (practice.folder / "x").read_bytes() == fi.FOREIGN


@needs_fork
def test_two_batches_at_once_do_not_hurt_each_other(
    practice: Practice, capfd: pytest.CaptureFixture[str]
) -> None:
    practice.clients(1)
    with sole_use([practice.output]):
        assert cli.run(["batch", "lijst.csv"]) == 1
        leave, *told = capfd.readouterr().err.splitlines()
        assert leave.startswith("The voice 'toon' runs the program ")
        assert told == [
            "Error: output cannot be written: another run of stem is busy there.",
            "Hint: Wait until it is done, then try again.",
        ]
    assert not practice.output.exists()


# --- disks that are full, or may not be written

IN_A_NAMESPACE = """
import os, pathlib, subprocess, sys
import unsharing, warm
unsharing.enter("-Urm")
output = pathlib.Path("output")
output.mkdir(exist_ok=True)
subprocess.run(["mount", "-t", "tmpfs", "-o", sys.argv[1], "none", "output"], check=True)
batch = [sys.executable, "-m", "stem", "batch", "lijst.csv", "--jobs", "1", *sys.argv[2:]]
def run():
    done = warm.run(batch, capture_output=True, text=True)
    print(done.returncode, sorted(os.listdir(output)))
    print(done.stderr, file=sys.stderr)
"""


def unshared(practice: Practice, options: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in namespaces of its own; where there are none, skip the test."""
    unsharing.skip_where_there_are_none("-Urm")
    return warm.run(
        [sys.executable, "-c", IN_A_NAMESPACE + code, options, *OPTIONS],
        cwd=practice.folder,
        env=fi.environment(practice.folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )


@needs_fork
@needs_scripts
@pytest.mark.slow
def test_a_full_disk_costs_what_does_not_fit_and_the_same_command_finishes(practice: Practice) -> None:
    practice.clients(2)
    # A track takes 250 kB, and as much again while its tags are written: beside one, no other fits.
    more = 'run()\nsubprocess.run(["mount", "-o", "remount,size=10m", "output"], check=True)\nrun()'
    done = unshared(practice, "size=600k", more)
    first, second = done.stdout.splitlines()
    assert first == "1 ['c00_proef.mp3', 'c00_proef.stem.json', 'c00_proef.vtt']"
    assert second.startswith("0 ['c00_proef.mp3', 'c00_proef.stem.json', 'c00_proef.vtt', 'c01_proef.mp3',")
    assert second.count(".mp3") == 2
    assert done.stderr.count("the disk is full") == 1
    assert "[1/2] c00_proef.mp3  0:10  kept" in done.stderr


@needs_fork
@needs_scripts
@pytest.mark.slow
def test_a_folder_that_can_only_be_read_is_told(practice: Practice) -> None:
    practice.clients(2)
    done = unshared(practice, "size=1m,ro", "run()")
    assert done.stdout == "1 []\n"
    assert done.stderr.count("that disk can only be read") == 2
    assert done.stderr.count("Choose another folder with -o.") == 2
