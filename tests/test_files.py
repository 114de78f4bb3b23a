"""Files appear whole or not at all, whatever happens in between; names are safe everywhere."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unicodedata
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stem import files
from stem.errors import OutputError

OLD, NEW = b"old " * 1000, b"new " * 1000


def run(code: str, *arguments: str | Path) -> str:
    """Run `code` in a Python of its own and return what it prints."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- whole or not at all


def test_content_is_written_and_its_folders_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.bin"
    files.write_whole(path, OLD)
    files.write_whole(path, NEW)
    assert path.read_bytes() == NEW
    assert names(path.parent) == ["c.bin"]


def test_content_replaces_nothing_when_it_may_not(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "a", OLD, overwrite=False)
    with pytest.raises(OutputError, match="it exists already"):
        files.write_whole(tmp_path / "a", NEW, overwrite=False)
    assert (tmp_path / "a").read_bytes() == OLD
    assert names(tmp_path) == ["a"]


def test_a_new_file_has_the_permissions_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    files.write_whole(tmp_path / "ours", NEW)
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_that_exists_is_not_replaced_unasked(tmp_path: Path) -> None:
    final = tmp_path / "track.mp3"
    final.write_bytes(OLD)
    with files.temporary_beside(final) as temporary:
        temporary.write_bytes(NEW)
        with pytest.raises(OutputError, match="it exists already"):
            files.publish(temporary, final, overwrite=False)
    assert final.read_bytes() == OLD
    assert names(tmp_path) == ["track.mp3"]


def test_a_link_that_leads_nowhere_is_someones_too(tmp_path: Path) -> None:
    final = tmp_path / "track.mp3"
    final.symlink_to(tmp_path / "gone")
    with files.temporary_beside(final) as temporary:
        temporary.write_bytes(NEW)
        with pytest.raises(OutputError, match="it exists already"):
            files.publish(temporary, final, overwrite=False)
    assert final.is_symlink()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:  # noqa: FBT001 - a case
    final = tmp_path / "track.mp3"
    final.mkdir()
    with files.temporary_beside(final) as temporary:
        temporary.write_bytes(NEW)
        with pytest.raises(OutputError):
            files.publish(temporary, final, overwrite=overwrite)
    assert names(tmp_path) == ["track.mp3"]
    assert final.is_dir()


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(OLD)
    for path in (tmp_path / "a" / "b.mp3", tmp_path / "a" / "b" / "c.mp3"):
        with pytest.raises(OutputError, match="there is a file where a folder should be"):
            files.write_whole(path, NEW)
    assert (tmp_path / "a").read_bytes() == OLD


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the name is too long"):
        files.write_whole(tmp_path / ("n" * 300), NEW)
    assert names(tmp_path) == []


def test_an_error_about_a_temporary_file_names_its_folder(tmp_path: Path) -> None:
    with files.temporary_beside(tmp_path / "track.mp3") as temporary:
        error = files.output_error(temporary, OSError(28, "No space left on device"))
    assert str(error) == f"{tmp_path} cannot be written: the disk is full."


def test_a_temporary_name_tells_nothing_of_the_final_one(tmp_path: Path) -> None:
    with files.temporary_beside(tmp_path / "Anna de Vries.mp3") as temporary:
        assert temporary.parent == tmp_path
        assert re.fullmatch(r"\.stem-[0-9a-f]{8}-\d+-[0-9a-f]{8}\.tmp", temporary.name)


def test_a_folder_that_went_away_is_told(tmp_path: Path) -> None:
    final = tmp_path / "away" / "track.mp3"
    with files.temporary_beside(final) as temporary:
        final.parent.rmdir()
        error = files.output_error(temporary, FileNotFoundError(2, "No such file or directory"))
    assert str(error) == f"{final.parent} cannot be written: there is no such folder."


def test_ctrl_c_just_when_it_cleans_up_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_unlink = Path.unlink
    struck: list[Path] = []

    def unlink(path: Path, *, missing_ok: bool = False) -> None:
        if not struck:
            struck.append(path)
            raise KeyboardInterrupt
        real_unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    with pytest.raises(KeyboardInterrupt), files.temporary_beside(tmp_path / "track.mp3") as temporary:
        temporary.write_bytes(NEW)
    assert struck
    assert names(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "track.mp3"
    path.write_bytes(OLD)
    told = run(
        """
        import pathlib, resource, signal, sys
        from stem import errors, files
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the limit then shows as an error, like a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            files.write_whole(pathlib.Path(sys.argv[1]), b"new " * 1000)
        except errors.OutputError as error:
            print(error.problem)
        """,
        path,
    )
    assert told == "the file would be larger than is allowed there\n"
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["track.mp3"]


# A fault at every line of files.py in turn, until a run gets through without meeting its own (SQLite's way).
# A process of its own forks for each, since pytest's has threads.
FAULTS = """
    import errno, json, os, pathlib, signal, sys, traceback
    from stem import errors, files

    OLD, NEW = b"old " * 1000, b"new " * 1000

    def no_link(*_):  # a disk like that cannot be had in a test
        raise OSError(errno.EPERM, "Operation not permitted")

    def strike():
        if fault.startswith("foreign file"):
            try:
                with open(final, "xb") as file:
                    file.write(b"foreign")
                (folder / "foreign was first").touch()
            except FileExistsError:
                pass
        else:
            os.kill(os.getpid(), signal.SIGKILL if fault.startswith("kill") else signal.SIGINT)

    def child(line):
        seen = 0
        def trace(frame, event, argument):
            nonlocal seen
            if frame.f_code.co_filename != files.__file__:
                return None
            if event == "line":
                seen += 1
                if seen == line:
                    sys.settrace(None)
                    strike()
            return trace
        sys.settrace(trace)
        try:
            with files.temporary_beside(final) as temporary:
                temporary.write_bytes(NEW)
                files.publish(temporary, final, overwrite=overwrite)
        except (errors.OutputError, KeyboardInterrupt):
            pass
        finally:
            sys.settrace(None)
        return 9 if seen < line else 0

    real_link, found = os.link, []
    for fault, links in json.loads(sys.argv[2]):
        folder = pathlib.Path(sys.argv[1]) / f"{fault}, {links}"
        folder.mkdir()
        final = folder / "track.mp3"
        overwrite = fault.endswith("overwriting")
        os.link = no_link if links == "without hard links" else real_link
        runs, wrong = 0, []
        for line in range(1, 1000):
            for path in folder.iterdir():
                path.unlink()
            if overwrite:
                final.write_bytes(OLD)
            process = os.fork()
            if process == 0:
                os._exit(child(line))
            status = os.waitpid(process, 0)[1]
            files.sweep(folder)
            content = final.read_bytes() if final.exists() else None
            foreign_first = (folder / "foreign was first").exists()
            (folder / "foreign was first").unlink(missing_ok=True)
            legal = [b"foreign"] if foreign_first else [NEW, OLD if overwrite else None]
            if links == "without hard links" and fault == "kill":
                legal.append(b"")  # the documented price
            rest = [path.name for path in folder.iterdir() if path != final]
            if content not in legal or rest:
                wrong.append([line, repr(content and content[:8]), rest])
            runs += 1
            if status == 9 << 8:
                break
        found.append([runs, wrong])
    print(json.dumps(found))
"""


LINKS = ("with hard links", "without hard links")
MET = ("kill", "Ctrl-C", "kill while overwriting", "Ctrl-C while overwriting", "foreign file")


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[Any]]:
    """How many lines there were for each fault and kind of disk, and what was wrong; one process does all."""
    cases = list(product(MET, LINKS))
    found = json.loads(run(FAULTS, tmp_path_factory.mktemp("faults"), json.dumps(cases)))
    return dict(zip(cases, found, strict=True))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("links", LINKS)
@pytest.mark.parametrize("fault", MET)
def test_a_fault_at_any_line_leaves_a_whole_file_or_none(
    met: dict[tuple[str, str], list[Any]], fault: str, links: str
) -> None:
    runs, wrong = met[fault, links]
    assert runs > 15
    assert wrong == []


RIVAL = """
    import errno, os, pathlib, sys, time
    from stem import errors, files
    folder, me, links = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    if links == "without hard links":
        def link(*_):
            raise OSError(errno.EPERM, "Operation not permitted")
        os.link = link
    (folder / f"ready-{me}").touch()
    while len(list(folder.glob("ready-*"))) < 3:
        time.sleep(0.001)
    for number in range(60):
        final = folder / f"track-{number}"
        try:
            with files.temporary_beside(final) as temporary:
                temporary.write_bytes(me.encode() * 5000)
                files.publish(temporary, final, overwrite=False)
            print(number)
        except errors.OutputError:
            pass
"""


@pytest.mark.parametrize("links", ["with hard links", "without hard links"])
def test_of_processes_that_want_one_name_exactly_one_gets_it(tmp_path: Path, links: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(RIVAL), str(tmp_path)]
    rivals = {
        me: subprocess.Popen([*command, me, links], stdout=subprocess.PIPE, text=True)
        for me in ("1", "2", "3")
    }
    won = {me: rival.communicate(timeout=60)[0].split() for me, rival in rivals.items()}
    owners = {number: me for me, numbers in won.items() for number in numbers}
    assert sum(map(len, won.values())) == len(owners) == 60
    for number, me in owners.items():
        assert (tmp_path / f"track-{number}").read_bytes() == me.encode() * 5000


# --- locks

COUNTER = """
    import pathlib, sys, threading
    from stem import files
    folder = pathlib.Path(sys.argv[1])
    def count():
        for _ in range(50):
            with files.lock(folder / "locks" / "counter"):
                number = int((folder / "number").read_text())
                (folder / "number").write_text(str(number + 1))
    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_and_processes_have_a_lock_in_turn(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    command = [sys.executable, "-c", textwrap.dedent(COUNTER), str(tmp_path)]
    runs = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(timeout=60) for process in runs] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "300"
    assert names(tmp_path / "locks") == ["counter"]
    if sys.platform != "win32":
        assert (tmp_path / "locks" / "counter").stat().st_mode & 0o777 == 0o600


HOLDER = """
    import pathlib, sys, time
    from stem import files
    with files.lock(pathlib.Path(sys.argv[1])):
        print("held", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another run that has the lock on the file "busy"."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(tmp_path / "busy")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_patience_ends(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(OutputError, match="another run of stem is busy there"),
        files.lock(tmp_path / "busy", patience_s=0.02),
    ):
        raise AssertionError
    with files.lock(tmp_path / "free", patience_s=0):
        pass


def test_a_run_that_is_killed_gives_its_lock_back(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    with files.lock(tmp_path / "busy", patience_s=10):
        pass


def test_an_error_gives_the_lock_back(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), files.lock(tmp_path / "lock", patience_s=0):
            _ = 1 / 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_ends_the_waiting(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    code = """
        import pathlib, sys
        from stem import files
        try:
            print("waits", flush=True)
            with files.lock(pathlib.Path(sys.argv[1])):
                print("has it")
        except KeyboardInterrupt:
            print("interrupted")
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "busy")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "waits\n"
        time.sleep(0.1)
        waiting.send_signal(signal.SIGINT)
        assert waiting.communicate(timeout=10)[0] == "interrupted\n"


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "lock", tmp_path):
        with (
            pytest.raises(OutputError, match=r"there is a (file where a folder should be|folder with that)"),
            files.lock(path),
        ):
            raise AssertionError


# --- sweeping


def test_only_what_dead_runs_left_is_swept(tmp_path: Path) -> None:
    code = "import pathlib, sys; from stem import files\n"
    code += "with files.temporary_beside(pathlib.Path(sys.argv[1]) / 'x') as name: print(name.name)"
    dead = run(code, tmp_path).strip()
    _, machine, process, token = dead.removesuffix(".tmp").split("-")
    live = dead.replace(f"-{process}-", f"-{os.getpid()}-")
    elsewhere = dead.replace(machine, f"{int(machine, 16) ^ 1:08x}")
    impossible = dead.replace(f"-{process}-", f"-{10**30}-")
    others = ["track.mp3", ".stem-notes.tmp", f"{dead}.bak", f"stem-{machine}-{process}-{token}.tmp"]
    for name in (dead, live, elsewhere, impossible, *others):
        (tmp_path / name).touch()
    files.sweep(tmp_path)
    assert names(tmp_path) == sorted([live, elsewhere, *others])


def test_a_folder_for_a_while_is_its_owners_and_goes_with_all_that_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with files.temporary_folder() as folder:
        assert folder.parent == tmp_path
        assert files.is_temporary(folder)
        (folder / "deeper").mkdir()
        (folder / "deeper" / "stdin").write_bytes(NEW)
        if sys.platform != "win32":
            assert folder.stat().st_mode & 0o777 == 0o700
    assert names(tmp_path) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "away"))
    with (
        pytest.raises(OutputError, match=r"away cannot be written: there is no such folder"),
        files.temporary_folder(),
    ):
        raise AssertionError


@pytest.mark.skipif(sys.platform == "win32", reason="whether a process lives is not asked there")
def test_a_folder_of_a_run_that_was_killed_is_swept_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
        import os, signal, sys, tempfile
        from stem import files
        tempfile.tempdir = sys.argv[1]
        with files.temporary_folder() as folder:
            (folder / "stdin").write_text("Welkom, Anna.")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL
    assert len(names(tmp_path)) == 1
    (tmp_path / "someone's").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with files.temporary_folder() as folder:
        assert names(tmp_path) == sorted([folder.name, "someone's"])


def test_a_link_with_a_name_of_ours_is_swept_and_what_it_leads_to_is_not(tmp_path: Path) -> None:
    code = "import pathlib, sys; from stem import files\n"
    code += "with files.temporary_beside(pathlib.Path(sys.argv[1]) / 'x') as name: print(name.name)"
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes").write_bytes(OLD)
    (tmp_path / run(code, tmp_path).strip()).symlink_to("folder")
    files.sweep(tmp_path)
    assert names(tmp_path) == ["folder"]
    assert (tmp_path / "folder" / "notes").read_bytes() == OLD


def test_a_folder_that_cannot_be_swept_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    files.sweep(tmp_path / "file")
    files.sweep(tmp_path / "nowhere")


# --- folders


def test_the_cache_is_its_owners_alone() -> None:
    folder = files.cache_folder("clips")
    assert folder.parts[-2:] == ("stem", "clips")
    assert folder == files.cache_folder("clips")
    if sys.platform != "win32":
        assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]


def test_a_file_in_place_of_the_cache_is_told() -> None:
    folder = files.cache_folder("clips")
    folder.rmdir()
    folder.touch()
    with pytest.raises(OutputError, match="there is a file where a folder should be"):
        files.cache_folder("clips")


@pytest.mark.parametrize("kind", ["scripts", "voice_templates"])
def test_what_came_with_stem_is_found(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert files.packaged_folder(kind) == root / kind
    (tmp_path / "stem" / kind).mkdir(parents=True)
    # As in an installed wheel.
    monkeypatch.setattr(files, "__file__", str(tmp_path / "stem" / "files.py"))
    assert files.packaged_folder(kind) == tmp_path / "stem" / kind


# --- names


def test_a_free_name_is_the_first_that_is_free(tmp_path: Path) -> None:
    path = tmp_path / "Veilige plek.mp3"
    assert files.free_name(path) == path
    path.touch()
    (tmp_path / "Veilige plek-2.mp3").symlink_to("gone")
    assert files.free_name(path).name == "Veilige plek-3.mp3"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Veilige plek", "Veilige plek"),
        ("één", "één"),
        ("e\u0301e\u0301n", "één"),
        ("e\u200b\u0301en", "éen"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf *", "rf -"),
        ("...verborgen", "verborgen"),
        ("einde. . .", "einde"),
        ("a\tb\r\nc\u00a0\u2003d", "a b c d"),
        ("3gp.exe\u202e", "3gp.exe"),
        ('100% <rust>: "stil" | wie?\\*', "100- -rust-- -stil- - wie---"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("Com1 .x", "_Com1 .x"),
        ("COM¹", "_COM¹"),
        ("conclusie", "conclusie"),
        ("com10", "com10"),
        ("", "track"),
        (" .-. ", "track"),
        ("\ud800\x00\u200b", "track"),
    ],
)  # fmt: skip
def test_a_name_is_made_safe(text: str, name: str) -> None:
    assert files.safe_name(text) == name


def test_a_long_name_is_cut_at_a_character() -> None:
    assert files.safe_name("é" * 100) == "é" * 60
    assert files.safe_name("x" + "🌊" * 100) == "x" + "🌊" * 29
    assert files.safe_name("x" * 119 + " y") == "x" * 119


@given(st.text() | st.text(alphabet=" .-_/\\:conaux1¹\u200b\u202e\u0301é🌊\ud800", max_size=150))
def test_any_text_gives_a_name_that_every_system_takes(text: str) -> None:
    name = files.safe_name(text)
    assert 0 < len(name.encode()) <= 120
    assert unicodedata.is_normalized("NFC", name)
    assert not set(name) & set('<>:"/\\|?*%')
    assert not any(unicodedata.category(character)[0] == "C" for character in name)
    assert name[0] not in " .-"
    assert name[-1] not in " ."
    assert not re.fullmatch(r"(con|prn|aux|nul|(com|lpt)[\d¹²³])\s*", name.split(".")[0], re.IGNORECASE)
    assert files.safe_name(name) == name


@given(st.text(max_size=40))
def test_a_safe_name_can_be_had_on_this_disk(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    files.write_whole(folder / f"{files.safe_name(text)}.mp3", NEW)
    assert names(folder) == [f"{files.safe_name(text)}.mp3"]
