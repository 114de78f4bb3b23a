"""Whatever happens: a track is whole or not there, nothing of anyone's is lost, and the next run works."""

from __future__ import annotations

import base64
import itertools
import os
import random
import subprocess
import sys
import textwrap
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import faultinjector as fi
import pytest
import unsharing
import warm

from stem import cli
from stem.files import cache_folder, cache_path
from stem.sound.decoding import decode

pytestmark = pytest.mark.usefixtures("quick_mp3")

EVERY = "STEM_ALL_FAULTS" in os.environ
"""Set it, and every call meets every kind of fault: some 3,000 instead of some 100."""

STEM = [sys.executable, "-m", "stem"]

Recorder: TypeAlias = Callable[[str, object], None]

PERSONAL = """+++
title = "Proef"
bed = "bruin"
voice = "rustig"

[variables.naam]
default = ""
help = "De naam."
+++
## Begin
Welkom, {{ naam }}. [pauze 3]
Dank je wel, {{ naam }}.
"""

needs_fork = pytest.mark.skipif(
    sys.platform != "linux", reason="needs fork, and /proc to tell what a descriptor is of"
)


def told(outcomes: list[fi.Outcome]) -> str:
    """Return what went wrong, a line for each fault."""
    wrong = [each for each in outcomes if each.wrong]
    return "\n".join(f"{each.kind} at {each.call}, {each.operation}: {each.wrong}" for each in wrong[:20])


def counted(outcomes: list[fi.Outcome], record_property: Recorder) -> Counter[str]:
    """Return, and put into the report, how many faults of which kind there were."""
    kinds = Counter(each.kind for each in outcomes if each.kind)
    record_property("faults", kinds.total())
    print(f"{kinds.total()} faults: {dict(kinds)}")  # noqa: T201 - with pytest -s or -rP
    return kinds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a script, to which all that a run writes is kept."""
    monkeypatch.chdir(tmp_path)
    for name in ("cache", "home", "temp"):
        (tmp_path / name).mkdir()
    (tmp_path / "proef.j2").write_text(fi.SCRIPT, encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def beds(folder: Path, made_beds: Path) -> None:
    """Let what is made there have the backgrounds that other tests have made."""
    cache_folder("beds").rmdir()
    cache_path("beds").symlink_to(made_beds)


def make(*options: str) -> int:
    return cli.run([*fi.COMMAND, *options])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- at every call

# Each call of a run is in one of these; what it does in the cache, the first two show.
CASES = [
    fi.Case("first words", remembered=["beds"], of_places=["cache", "temp"]),
    fi.Case("beside an older track", older=True, of_places=["output", "cache/stem/speech/"]),
    fi.Case("in place of an older track", ["--force"], older=True, of_places=["output"]),
    fi.Case(
        "with all beside it",
        ["--captions", "vtt,lrc", "--record"],
        comes_at="output/proef.vtt",
        of_places=["output"],
    ),
    *([fi.Case("first run", remembered=[])] if EVERY else []),
]


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_fault_at_any_call_leaves_a_whole_track_or_none(
    tmp_path: Path, case: fi.Case, record_property: Recorder
) -> None:
    outcomes = fi.run_faults(tmp_path, case, every=EVERY)
    kinds = counted(outcomes, record_property)
    assert told(outcomes) == ""
    assert kinds.total() >= (25 if case.name == "first words" else 10)
    assert set(fi.ERRORS) | {"Ctrl-C", "kill"} <= set(kinds)
    operations = {each.operation.split()[0] for each in outcomes}
    # Which call has which number differs a little: threads do some, and may have other turns.
    assert operations >= {"open", "fsync", "mkdir", *(["write"] if "output" in case.of_places else [])}
    assert operations >= ({"rename"} if "--force" in case.options else {"unlink"})


@needs_fork
@pytest.mark.slow
def test_the_judge_sees_what_a_naive_writer_does(tmp_path: Path) -> None:
    naive = fi.Case("naive", ["--force"], older=True, of_places=["output"], kinds=["kill", "EIO"], naive=True)
    outcomes = fi.run_faults(tmp_path, naive, every=False)
    assert sum("output/proef.mp3 is broken" in each.wrong for each in outcomes) > 3


# --- at any moment


@needs_fork
@pytest.mark.slow
def test_a_signal_at_any_moment_leaves_a_whole_track_or_none(
    tmp_path: Path, record_property: Recorder
) -> None:
    moments, count = random.Random(6), 90 if EVERY else 6
    # One in each of equal parts of a run, each kind of signal in all parts of it.
    shares = [(index + moments.random()) / count for index in range(count)]
    outcomes = fi.run_signals(tmp_path, fi.Case("moments", older=True, remembered=["beds"]), shares)
    kinds = counted([each for each in outcomes if each.operation], record_property)
    assert told(outcomes) == ""
    assert kinds.total() > count / 2  # the last moments may come after the end
    assert set(kinds) == set(fi.SIGNALS)


def test_a_clock_that_goes_back_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert make() == 0
    whole = (folder / "output" / "proef.mp3").read_bytes()
    for path in folder.rglob("*"):
        os.utime(path, (4e9, 4e9), follow_symlinks=False)  # the year 2096
    start, ticks = time.time() - 365 * 86_400, itertools.count()
    monkeypatch.setattr(time, "time", lambda: start - next(ticks))
    assert make() == 0
    assert make("--force") == 0
    assert content(folder / "output") == {"proef.mp3": whole, "proef-2.mp3": whole}


def test_two_runs_at_one_target_make_two_tracks(folder: Path) -> None:
    environment = fi.environment(folder)
    runs = [warm.Python([*STEM, *fi.COMMAND], env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    lines = [run.communicate(timeout=120)[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    made = content(folder / "output")
    assert sorted(made) == ["proef-2.mp3", "proef.mp3"]
    assert sorted(line.split("  ")[0] for line in lines) == [f"output/{name}" for name in sorted(made)]
    assert len(set(made.values())) == 1
    assert decode(folder / "output" / "proef.mp3").frames > 44_100
    assert list((folder / "cache").rglob("*.tmp")) == []


# --- what stands at the target


LEADS = {"link": "../notes.txt", "link to a folder": "../album", "nowhere": "weg.mp3"}
"""Where links that stand at the target lead; one more leads to itself."""


@pytest.fixture
def surroundings(folder: Path, beds: None) -> Path:
    """The output folder, with beside it what is someone's own."""
    (folder / "notes.txt").write_bytes(fi.FOREIGN)
    (folder / "album").mkdir()
    (folder / "output").mkdir()
    return folder / "output"


def is_untouched(folder: Path) -> bool:
    return (folder / "notes.txt").read_bytes() == fi.FOREIGN and not list((folder / "album").iterdir())


def test_folders_and_links_at_the_target_are_left_alone(surroundings: Path) -> None:
    names = ["proef.mp3", *(f"proef-{number}.mp3" for number in range(2, 6))]
    leads = dict(zip(names, [*LEADS.values(), names[3]], strict=False))  # the fourth to itself
    for name, target in leads.items():
        (surroundings / name).symlink_to(target)
    (surroundings / names[4] / "old").mkdir(parents=True)
    assert make() == 0
    assert is_untouched(surroundings.parent)
    made = surroundings / "proef-6.mp3"
    assert {path.name for path in surroundings.iterdir()} == {*names, made.name}
    assert made.is_file()
    assert not made.is_symlink()
    assert {name: str((surroundings / name).readlink()) for name in leads} == leads
    assert (surroundings / names[4] / "old").is_dir()


@pytest.mark.parametrize("leads_to", [*LEADS.values(), "proef.mp3"], ids=[*LEADS, "loop"])
def test_force_replaces_a_link_and_not_what_it_leads_to(surroundings: Path, leads_to: str) -> None:
    target = surroundings / "proef.mp3"
    target.symlink_to(leads_to)
    assert make("--force") == 0
    assert is_untouched(surroundings.parent)
    assert [path.name for path in surroundings.iterdir()] == ["proef.mp3"]
    assert target.is_file()
    assert not target.is_symlink()


def test_force_replaces_no_folder(surroundings: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (surroundings / "proef.mp3" / "old").mkdir(parents=True)
    assert make("--force") == 1
    assert "there is a folder with that name" in capfd.readouterr().err
    assert [path.name for path in surroundings.iterdir()] == ["proef.mp3"]
    assert (surroundings / "proef.mp3" / "old").is_dir()


# --- disks that are full, or may not be written

IN_A_NAMESPACE = """
    import contextlib, io, os, pathlib, subprocess, sys
    from stem import cli
    output = pathlib.Path("output")
    output.mkdir(exist_ok=True)
    def mount(*arguments):
        subprocess.run(["mount", *arguments, str(output)], check=True)
    def make():
        told = io.StringIO()
        with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
            code = cli.run(sys.argv[1:])
        return code, told.getvalue()
"""


def unshared(options: str, code: str) -> str:
    """Run code in namespaces of its own and return what it prints; where there are none, skip the test."""
    unsharing.skip_where_there_are_none(options)
    program = textwrap.dedent(IN_A_NAMESPACE) + textwrap.dedent(code)
    done = warm.run(
        [sys.executable, "-c", f"import unsharing\nunsharing.enter({options!r})\n{program}", *fi.COMMAND],
        env=fi.environment(Path.cwd()),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.mark.slow
def test_a_full_disk_is_told_and_after_making_room_the_same_command_finishes(folder: Path) -> None:
    printed = unshared(
        "-Urm",
        code="""
        mount("-t", "tmpfs", "-o", "size=600k", "none")
        filler = output / "filler"
        for free in (0, 100_000, 250_000, 590_000):
            (output / "older.mp3").write_bytes(b"older")
            while os.statvfs(output).f_bavail * 4096 > free + 4096:
                with filler.open("ab") as file:
                    file.write(bytes(4096))
            code, told = make()
            names = sorted(os.listdir(output))
            full = code == 1 and "the disk is full" in told and told.count("\\n") == 2
            assert full or code == 0, told
            assert names == ["filler", "older.mp3"] if full else names == ["filler", "older.mp3", "proef.mp3"]
            filler.unlink()
            if free == 250_000:  # whatever was full before, what is left is the same
                assert make()[0] == 0
            assert (output / "older.mp3").read_bytes() == b"older"
            made = output / "proef.mp3"
            print("full" if full else "fits", len(made.read_bytes()) if made.exists() else "")
            made.unlink(missing_ok=True)
        """,
    )
    rows = [line.split() for line in printed.splitlines()]
    assert [row[0] for row in rows] == ["full"] * 3 + ["fits"]
    assert len(rows[-2]) == 2
    assert len({row[1] for row in rows if row[1:]}) == 1  # the same track each time


@needs_fork
@pytest.mark.slow
def test_a_limit_to_the_size_of_files_is_told_and_leaves_nothing(folder: Path) -> None:
    code = """
        import resource, signal, sys
        from stem import cli
        for limit in (100, 5_000, 120_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            print(cli.run(sys.argv[1:]), file=sys.stderr)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        sys.exit(cli.run(sys.argv[1:]))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), *fi.COMMAND]
    done = warm.run(
        command, env=fi.environment(folder), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 3
    assert all("the file would be larger than is allowed there" in error for error in errors)
    assert list(content(folder / "output")) == ["proef.mp3"]
    assert list((folder / "temp").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "prepare", "problem"),
    [
        ("-U", "", "you have no permission to write there"),
        ("-Urm", 'mount("--bind", "output"); mount("-o", "remount,bind,ro")', "that disk can only be read"),
    ],
)
def test_a_folder_that_can_only_be_read_is_told(
    folder: Path, options: str, prepare: str, problem: str
) -> None:
    (folder / "output").mkdir()
    (folder / "output" / "older.mp3").write_bytes(fi.OLDER)
    (folder / "output").chmod(0o555)
    # In a user namespace without a mapping even root has no more rights than the folder gives its owner.
    printed = unshared(options, code=f"{prepare}\ncode, told = make()\nprint(code, told)")
    assert printed.startswith(f"1 Error: output cannot be written: {problem}.\nHint: ")
    (folder / "output").chmod(0o755)
    assert make() == 0
    assert (folder / "output" / "older.mp3").read_bytes() == fi.OLDER
    assert sorted(content(folder / "output")) == ["older.mp3", "proef.mp3"]


# --- privacy


def forms(name: str) -> Iterator[bytes]:
    """Yield how a name may stand in a file: as text, in addresses, in base64 at any place in its groups."""
    for text in {name, name.lower(), name.upper()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            plain = text.encode(encoding)
            yield plain
            yield plain.hex().encode()
            for shift in range(3):  # whole groups of three bytes, whatever stands around it
                inner = plain[shift : shift + (len(plain) - shift) // 3 * 3]
                yield base64.b64encode(inner)
        yield "".join(f"%{byte:02X}" for byte in text.encode()).encode()
        yield urllib.parse.quote(text).encode()


@pytest.mark.slow
@pytest.mark.usefixtures("beds")
def test_a_name_is_nowhere_but_in_the_sound(folder: Path) -> None:
    name = "Xanthippe"
    (folder / "proef.j2").write_text(PERSONAL, encoding="utf-8")
    extras = ("--plot", "--stems", "--captions", "vtt,srt,lrc", "--record-anonymous", "--bell", "begin")
    environment = fi.environment(folder)
    done = warm.run(
        [*STEM, "make", "proef.j2", "-s", f"naam={name}", *extras],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert name not in done.stdout + done.stderr
    written = [path for path in folder.rglob("*") if path.name != "proef.j2"]
    assert {path.suffix for path in written} >= {".mp3", ".png", ".flac", ".vtt", ".srt", ".lrc", ".json"}
    assert any("cache" in path.parts for path in written if path.is_file())
    unspoken = {path: path.read_bytes() if path.is_file() else b"" for path in written}
    for path in written:
        if path.suffix in {".vtt", ".srt", ".lrc"}:  # these are what is said, and nothing else of it
            for sentence in (f"Welkom, {name}.", f"Dank je wel, {name}."):
                assert unspoken[path].count(sentence.encode()) == 1
                unspoken[path] = unspoken[path].replace(sentence.encode(), b"")
    beds = [path for path in cache_path("beds").iterdir() if path.is_file()]
    assert any("bruin" in path.name for path in beds)
    for path in beds:  # also of other tests; behind their heads is sound of 10 MB
        with path.open("rb") as file:
            unspoken[path] = file.read(4096)
    found = [
        (path.name, form)
        for path in [*written, *beds]
        for form in forms(name)
        if form in os.fsencode(path.relative_to(folder)) or form in unspoken[path]
    ]
    assert found == []


def test_the_search_for_a_name_finds_it() -> None:
    for shift in range(3):
        hidden = base64.b64encode(b"#" * shift + b"voor Xanthippe de Vries")
        assert any(form in hidden for form in forms("Xanthippe"))
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert any(form in "voor XANTHIPPE".encode(encoding) for form in forms("Xanthippe"))
