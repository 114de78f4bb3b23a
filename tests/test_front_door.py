"""The front door: two projects in one process, what is public, and programs that use it alone."""

from __future__ import annotations

import ast
import doctest
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import warm
from soundfiles import buzz, encoded

import stem
from stem import files
from stem.script.pacing import UnreachableLengthError
from stem.sound.decoding import decode
from stem.units import seconds

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")

SCRIPT = """+++
title = "Kort moment"
[variables.naam]
help = "Voor wie."
default = ""
+++
{% if naam %}{{ naam }}, ga{% else %}Ga{% endif %} zitten zoals het prettig is. [pauze 1]
Je hoeft niets.
"""
QUIET: dict[str, Any] = {"voice": "zacht", "bed": "none", "profile": "acx", "cover": "none"}
"""The shortest tracks there are, and those with the least work: little is around the words."""

SETTINGS = "".join(f'{key} = "{value}"\n' for key, value in QUIET.items())


def written(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder "praktijk"; the working folder is its parent."""
    written(tmp_path, "praktijk/scripts/kort.j2", SCRIPT)
    written(tmp_path, "praktijk/lijst.csv", "code;script;naam\nk01;kort;Anna\nk02;kort;\n")
    monkeypatch.chdir(tmp_path)
    umask = os.umask(0o022)
    yield tmp_path / "praktijk"
    os.umask(umask)


def trap(folder: Path) -> None:
    """Fill a folder with what breaks whoever reads it."""
    for name in ("stem.toml", "lexicon.toml", "voice_templates/eigen.toml", "scripts/reeksen/week.toml"):
        written(folder, name, "= broken\n")
    written(folder, "scripts/eigen.j2", "no front matter\n")
    written(folder, "opening.mp3", "no sound")


def two_practices(place: Path) -> tuple[Path, Path]:
    """Make two folders that have the same names for other things."""
    for folder, pitch, length_s in (("een", -2, 1.5), ("twee", 3, 2.5)):
        home = place / folder
        written(
            home,
            "stem.toml",
            f'practice = "{folder}"\nvoice = "eigen"\nbed = "none"\nprofile = "acx"\nintro = "opening.mp3"\n',
        )
        written(home, "scripts/eigen.j2", f'+++\ntitle = "Van {folder}"\n+++\nDag, Jansen.\n')
        written(home, "scripts/reeksen/week.toml", f'title = "Week {folder}"\nscripts = ["eigen"]\n')
        written(home, "voice_templates/eigen.toml", f'inherits = "zacht"\ntitle = "E"\npitch = {pitch}\n')
        written(home, "lexicon.toml", f'Jansen = "{folder}-sen"\n')
        (home / "opening.mp3").write_bytes(encoded("mp3", sound=buzz(length_s)))
    return place / "een", place / "twee"


def made(folder: Path) -> stem.Track:
    project = stem.Project(folder)
    plan = project.plan(stem.TrackSpec("eigen"))
    return project.make(plan, beside=stem.Sidecars(record=True, captions=("vtt",)))


def test_two_projects_in_two_threads_keep_to_their_own_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working folder has the same names, all of them broken: whoever looked there would fail."""
    folders = two_practices(tmp_path)
    (tmp_path / "trap").mkdir()
    trap(tmp_path / "trap")
    monkeypatch.chdir(tmp_path / "trap")
    before = sorted((tmp_path / "trap").rglob("*"))
    with ThreadPoolExecutor(2) as threads:
        tracks = list(threads.map(made, folders))
    for track, folder in zip(tracks, folders, strict=True):
        assert track.path == folder / "output" / "eigen.mp3"
        assert track.plan.title == f"Van {folder.name}"
        assert track.plan.voice.path == folder / "voice_templates" / "eigen.toml"
        assert track.plan.lexicon.applied("Jansen").casefold() == f"{folder.name}-sen"
        assert track.timeline.utterances[0].text == f"(opening van {folder.name})"
        assert stem.Project(folder).series("week").title == f"Week {folder.name}"
    again = stem.Project(folders[1]).remake(tracks[1].path.with_suffix(".stem.json"))
    assert again.is_same
    assert again.differences == ()
    openings = [track.timeline.utterances[0] for track in tracks]
    assert openings[0].end - openings[0].start < openings[1].end - openings[1].start
    assert tracks[0].plan.voice.pitch == -2
    assert tracks[1].plan.voice.pitch == 3
    assert sorted((tmp_path / "trap").rglob("*")) == before


def test_a_batch_is_that_of_its_project_in_its_workers_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = two_practices(tmp_path)
    written(folder, "lijst.csv", "code;script\nk01;eigen\n")
    (tmp_path / "trap").mkdir()
    trap(tmp_path / "trap")
    monkeypatch.chdir(tmp_path / "trap")
    batch = stem.Project(folder).batch("lijst.csv")
    assert [outcome.status for outcome in batch.rehearse().outcomes] == ["new"]
    (outcome,) = batch.make(workers=1).outcomes
    assert (outcome.status, outcome.title, outcome.error) == ("made", "Van een", "")
    assert outcome.path == folder / "output" / "k01_eigen.mp3"
    assert [outcome.status for outcome in batch.make(workers=1).outcomes] == ["kept"]
    assert batch.hand_over(batch.rehearse()).written != ()


def test_a_batch_that_is_stopped_keeps_what_is_done_and_goes_on_the_next_time(practice: Path) -> None:
    batch = stem.Project(practice).batch("lijst.csv", stem.TrackSpec("", **QUIET))
    told: list[stem.BatchProgress] = []

    def until_one_is_done(progress: stem.BatchProgress) -> bool:
        told.append(progress)
        return progress.done == 0

    with pytest.raises(stem.Cancelled):
        batch.make(workers=1, events=until_one_is_done)
    assert told[0] == stem.BatchProgress(0, 2)
    assert {job.code for each in told for job in each.making} <= {"k01", "k02"}
    assert [path.name for path in (practice / "output").glob("*.mp3")] == ["k01_kort.mp3"]
    assert [outcome.status for outcome in batch.make(workers=1).outcomes] == ["kept", "made"]


def test_what_hears_of_a_batch_and_raises_comes_out_as_it_is(practice: Path) -> None:
    batch = stem.Project(practice).batch("lijst.csv", stem.TrackSpec("", **QUIET))

    def tell(progress: stem.BatchProgress) -> None:
        if progress.making:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        batch.make(workers=1, events=tell)
    assert not list(practice.rglob("*.mp3"))
    assert not list(practice.rglob(".stem-*"))


@pytest.mark.parametrize("kind", ["absent", "file", "broken", "folder", "closed", "nul"])
def test_a_folder_that_cannot_be_a_project_is_one_error_with_its_path(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / ("\0" if kind == "nul" else "map")
    if kind == "file":
        folder.write_text("")
    if kind == "broken":
        written(folder, "stem.toml", "voice = \n")
    if kind == "folder":
        (folder / "stem.toml").mkdir(parents=True)
    if kind == "closed":
        folder.mkdir()
        if os.geteuid() == 0:
            pytest.skip("root may read all")
        folder.chmod(0)
    with pytest.raises(stem.ConfigError) as caught:
        stem.Project(folder)
    assert str(caught.value.path).startswith(str(folder))
    folder.chmod(0o700) if kind == "closed" else None


def test_one_target_is_made_by_one_thread(practice: Path) -> None:
    project = stem.Project(practice)
    plan = project.plan(stem.TrackSpec("kort", **QUIET))
    busy, go_on = threading.Event(), threading.Event()

    def wait(_progress: stem.Progress) -> None:
        busy.set()
        assert go_on.wait(60)

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(project.make, plan, "een.mp3", events=wait)
        assert busy.wait(60)
        with pytest.raises(stem.BusyError) as refused:
            stem.Project(practice).make(plan, "een.mp3")
        go_on.set()
        assert first.result().path == practice / "een.mp3"
    assert refused.value.path == practice / "een.mp3"
    assert [path.name for path in practice.glob("*.mp3")] == ["een.mp3"]


def test_a_callback_that_raises_comes_out_as_it_is_and_nothing_is_left(practice: Path) -> None:
    project = stem.Project(practice)
    before = sorted(practice.rglob("*"))

    def tell(progress: stem.Progress) -> None:
        if progress.stage == "mix":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        project.make(project.plan(stem.TrackSpec("kort", **QUIET)), "een.mp3", events=tell)
    assert sorted(practice.rglob("*")) == before


def test_a_tracks_audio_is_its_sound(practice: Path) -> None:
    project = stem.Project(practice)
    track = project.make(project.plan(stem.TrackSpec("kort", **QUIET), "een.wav"), "een.wav")
    audio = track.audio()
    heard = np.array(audio.get_array_of_samples(), dtype=np.float64).reshape(-1, audio.channels) / 32_768
    assert audio.frame_rate == 44_100
    assert len(heard) == track.timeline.frames
    assert np.abs(heard - decode(track.path).samples).max() <= 1 / 32_768


def test_a_sheet_and_a_print_out_are_of_the_project(practice: Path) -> None:
    project = stem.Project(practice)
    sheet = project.sheet(stem.TrackSpec("kort"))
    assert [path.relative_to(practice).as_posix() for path in sheet.paths] == [
        "opnames/blad.html",
        "opnames/blad.toml",
    ]
    assert "Je hoeft niets." in project.printout(project.plan(stem.TrackSpec("kort", **QUIET)))


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"voice": "google"}, stem.EngineUnavailable),
        ({"voice": "nathalie"}, stem.EngineUnavailable),
        ({"duration_s": 7200.0}, stem.UsageError),
    ],
    ids=["may not send", "not downloaded", "out of reach"],
)
def test_a_plan_refuses_what_cannot_be_made_before_anything_is(
    practice: Path, asked: dict[str, Any], refused: type[stem.StemError]
) -> None:
    files.cache_path("beds").unlink()  # and not those of other tests
    files.cache_folder("beds")
    project = stem.Project(practice)
    spec = stem.TrackSpec("kort", **{"voice": "zacht", "bed": "zee+regen+vogels+beek", **asked})
    with pytest.raises(refused):
        project.plan(spec)
    assert list(files.cache_path("beds").iterdir()) == []
    if "voice" in asked:
        assert project.preview(project.plan(spec, to_make=False)).timeline.utterances != ()


def test_a_plan_refuses_a_place_that_cannot_be_written(practice: Path) -> None:
    project = stem.Project(practice)
    written(practice, "bestand", "")
    with pytest.raises(stem.OutputError) as refused:
        project.plan(stem.TrackSpec("kort", **QUIET), "bestand/een.mp3")
    assert refused.value.path == practice / "bestand"


@pytest.mark.parametrize("wanted_s", [60, 530, 545, 2400])
def test_the_length_that_is_named_instead_can_be_had(tmp_path: Path, wanted_s: float) -> None:
    """From 15 minutes on, `aankomen` has other words, which could last 9:02: not so those of 9 minutes."""
    project = stem.Project(tmp_path)
    spec = stem.TrackSpec("aankomen", voice="zacht", duration_s=wanted_s)
    with pytest.raises(UnreachableLengthError) as refusal:
        project.plan(spec)
    nearest_s = refusal.value.nearest_s
    assert nearest_s is not None
    plan = project.plan(replace(spec, duration_s=nearest_s))
    assert seconds(stem.preview(plan).timeline.frames) == pytest.approx(nearest_s, abs=0.001)


def test_lengths_are_those_that_a_plan_takes(practice: Path) -> None:
    project = stem.Project(practice)
    ((shortest_s, longest_s),) = project.lengths(stem.TrackSpec("kort", **QUIET))
    assert 2.0 < shortest_s <= longest_s < 60.0
    project.plan(stem.TrackSpec("kort", **QUIET, duration_s=longest_s))
    with pytest.raises(stem.UsageError):
        project.plan(stem.TrackSpec("kort", **QUIET, duration_s=2 * longest_s))


def test_finished_tracks_are_listed_with_their_records_and_played_by_pages(practice: Path) -> None:
    project = stem.Project(practice)
    assert project.tracks() == ()
    plan = project.plan(stem.TrackSpec("kort", **QUIET))
    track = project.make(plan, beside=stem.Sidecars(record=True))
    written(practice, "output/kapot.stem.json", "{")
    broken, whole = project.tracks()
    assert (broken.path, broken.record) == (None, None)
    assert broken.problem != ""
    assert whole.path == track.path
    assert whole.record is not None
    assert whole.record.timeline == track.timeline
    assert project.tracks("elders") == ()

    page = project.write_printout(plan, "bladen/kort.html", as_page=True, audio="output/kort.mp3")
    assert page == practice / "bladen" / "kort.html"
    assert "../output/kort.mp3" in page.read_text(encoding="utf-8")
    with pytest.raises(stem.UsageError):
        project.printout(plan, as_page=True, audio="output/geen.mp3")


def test_a_file_is_judged_by_itself_when_its_record_cannot_be_read(practice: Path) -> None:
    project = stem.Project(practice)
    track = project.make(project.plan(stem.TrackSpec("kort", **QUIET)))
    assert track.path == practice / "output" / "kort.mp3"
    written(practice, "output/kort.stem.json", "{")
    verdict = project.verify("output/kort.mp3")
    assert (verdict.in_order, verdict.record) == (False, None)
    assert [finding.what for finding in verdict.findings] == ["its record"]


def test_what_can_be_heard_can_be_written(practice: Path) -> None:
    project = stem.Project(practice)
    assert project.hear(project.word("Sjaan", "Sjaane", "zacht"), "woord.mp3") == practice / "woord.mp3"
    assert project.hear_bed("none", "ruis/", length_s=2.0) == practice / "ruis" / "none.mp3"
    with pytest.raises(stem.UsageError):
        project.word("...")


def test_a_script_is_begun_and_another_is_read_in(practice: Path) -> None:
    project = stem.Project(practice)
    assert project.new_script("scripts/eigen") == practice / "scripts" / "eigen.j2"
    assert project.check("eigen").in_order
    written(practice, "tekst.txt", "Ga rustig zitten. (pauze 5 seconden) Dank je wel.\n")
    path, told = project.import_script("tekst.txt")
    assert path == practice / "tekst.j2"
    assert told != ()
    assert "[pauze" in path.read_text(encoding="utf-8")


def public() -> list[str]:
    return [name for name in stem.__all__ if name != "__version__"]


def test_every_public_name_is_there_and_no_other_is_told() -> None:
    assert [name for name in stem.__all__ if getattr(stem, name, None) is None] == []
    tree = ast.parse(Path(stem.__file__).read_text(encoding="utf-8"))
    told = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    } - {"annotations", "import_module", "TYPE_CHECKING"}
    assert told == set(public())
    with pytest.raises(AttributeError):
        stem.nothing  # noqa: B018


@pytest.mark.parametrize("name", public())
def test_the_example_of_a_public_name_runs(name: str, practice: Path) -> None:
    found = doctest.DocTestFinder(recurse=False).find(getattr(stem, name), name, module=False)
    assert found
    assert found[0].examples, f"{name} has no example"
    if name not in {"AudioError", "Preview"}:  # which are about a background
        written(practice, "stem.toml", SETTINGS)
    project = stem.Project(practice)
    for number, example in enumerate(found):
        example.globs = {"stem": stem, "project": project, "track": None}
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        told: list[str] = []
        failed = runner.run(example, out=told.append).failed
        assert failed == 0, f"{number}: {''.join(told)}"


def test_the_page_on_the_interface_names_all_of_it(root: Path) -> None:
    page = (root / "docs" / "python.md").read_text(encoding="utf-8")
    assert [name for name in public() if f"`stem.{name}`" not in page] == []
    methods = [name for name in dir(stem.Project) if callable(getattr(stem.Project, name)) and name[0] != "_"]
    assert [name for name in methods if f"`{name}`" not in page] == []


def test_the_package_by_itself_imports_next_to_nothing() -> None:
    code = (
        "import sys, stem; print(sorted(name for name in sys.modules if name.startswith(('stem.', 'numpy'))))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def example(root: Path, name: str, *arguments: str) -> str:
    script = root / "examples" / name
    told = warm.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    assert told.stderr == ""
    assert told.returncode == 0
    return str(told.stdout)


def test_examples_use_the_front_door_alone(root: Path) -> None:
    used = {
        node.module if isinstance(node, ast.ImportFrom) else alias.name
        for path in (root / "examples").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert used == {"stem", "sys", "time"}


def test_the_example_of_one_track(root: Path, practice: Path) -> None:
    written(practice, "stem.toml", SETTINGS)
    told = example(root, "one_track.py", str(practice), "kort", "naam=Anna")
    assert "Anna, ga zitten" in told
    assert (practice / "output" / "kort.mp3").is_file()


def test_the_example_of_a_cancel(root: Path, practice: Path) -> None:
    written(practice, "stem.toml", SETTINGS)
    assert "Stopped" in example(root, "cancel.py", str(practice), "kort", "0.2")
    assert not list(practice.rglob("*.mp3"))
    assert not list(practice.rglob(".stem-*"))


def test_the_example_of_clients(root: Path, practice: Path) -> None:
    written(practice, "stem.toml", SETTINGS)
    assert example(root, "clients.py", str(practice), "lijst.csv").count(": made") == 2
    assert len(list((practice / "output").glob("*.mp3"))) == 2
