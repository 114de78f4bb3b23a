"""The command line as a stranger meets it: its streams, its exit codes and what it leaves behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import warm

from stem import cli
from stem.script.template import find_script

pytestmark = pytest.mark.usefixtures("kept_beds", "quick_mp3")

STEM = [sys.executable, "-m", "stem"]
GOOD = '+++\ntitle = "Proef"\nbed = "none"\n+++\nWelkom. [pauze 1]\nDank je wel.\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proef.j2").write_text(GOOD, encoding="utf-8")
    return tmp_path


def script(text: str) -> str:
    return f'+++\ntitle = "Proef"\n+++\n{text}\n'


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


BAD_CALLS = [
    (["make", "bestaat-niet"], 2, "There is no script named 'bestaat-niet'."),
    (["make", "map/bestaat-niet.j2"], 2, "There is no script named"),
    (["make", "proef.j2", "--voice", "zact"], 2, "Did you mean 'zacht'?"),
    (["make", "proef.j2", "--bed", "bruinn"], 2, "Did you mean 'bruin'?"),
    (["make", "proef.j2", "-s", "naam=Anna"], 2, "There is no variable named 'naam'."),
    (["make", "proef.j2", "-s", "naam"], 2, "has no key and value"),
    (["make", "proef.j2", "-s", "vorm=je", "-s", "vorm=u"], 2, "is given twice"),
    (["make", "proef.j2", "-s", "vorm=jij"], 2, "is no choice for 'vorm'"),
    (["make", "proef.j2", "--pause", "kort=0"], 2, "cannot last 0 seconds"),
    (["make", "proef.j2", "--pause", "kort=-1"], 2, "cannot last -1 seconds"),
    (["make", "proef.j2", "--pause", "kort=10u"], 2, "cannot last 36000 seconds"),
    (["make", "proef.j2", "--pause", "kort=lang"], 2, "is not a length of time"),
    (["make", "proef.j2", "--pause", "kot=3"], 2, "Did you mean 'kort'?"),
    (["make", "proef.j2", "-o", "proef.txt"], 2, "is not an .mp3 file"),
    (["make", "proef.j2", "-o", "proef.j2/proef.mp3"], 1, "a file where a folder should be"),
    (["make", "proef.j2", "-o", "map/", "--force"], 1, "there is a folder with that name"),
    (["make", "proef.j2", "--seed", "een"], 2, "is not a valid integer"),
    (["make"], 2, "Missing argument"),
    (["maak", "proef.j2"], 2, "No such command"),
    (["say", " "], 2, "There are no words in that text."),
    (["check", "bestaat-niet"], 1, "There is no script named"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), BAD_CALLS)
def test_a_wrong_call_gets_one_sentence_and_leaves_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    if arguments[-1] == "--force":
        (folder / "map" / "proef.mp3").mkdir(parents=True)
    assert cli.run(arguments) == code
    told = capfd.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert told.out == ""
    assert left(folder) == {"proef.j2"}


BAD_SCRIPTS = [
    ("", "there are no words"),
    ("[pauze 8]", "there are no words"),
    ("Dag. [pauze 0]", ":4:"),
    ("Dag. [pauze -1]", ":4:"),
    ("Dag. [pauze 10 uur]", ":4:"),
    ("Dag. [pauze voell]", "voel"),
    ("Dag. [pauz 3]", "pauze"),
    ("Dag.\n\nDag. [bel", ":6:"),
    ("Dag. {{ naam }}", ":4:"),
    ("Dag.\n{% if %}", ":5:"),
    ("Dag. {% for i in range(10**9) %}x{% endfor %}", ":4:"),
    ("{% for i in range(999) %}{% for j in range(999) %}{{ i * j }}{% endfor %}{% endfor %}", ":4:"),
    ("{{ 'a' * 10**9 }}", ":4:"),
    ("{{ ''.__class__.__mro__ }}", ":4:"),
    ("{% include '/etc/passwd' %}", ":4:"),
    ("Dag. [adem 9-9 x3]", ":4:"),
]


@pytest.mark.parametrize(("text", "words"), BAD_SCRIPTS)
def test_a_wrong_script_is_told_with_its_line_and_leaves_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (folder / "fout.j2").write_text(script(text), encoding="utf-8")
    started = time.monotonic()
    assert cli.run(["make", "fout.j2"]) == 1
    assert time.monotonic() - started < 10, "the limit is 5 s, and this machine may be busy"
    told = capfd.readouterr()
    assert words in told.err
    assert told.err.count("\n") <= 3, "a sentence and a hint"
    assert "Traceback" not in told.err
    assert left(folder) == {"proef.j2", "fout.j2"}


def test_a_made_track_is_one_line_and_the_lists_are_tables(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["make", "proef.j2"]) == 0
    told = capfd.readouterr()
    assert told.out.count("\n") == 1
    assert told.out.startswith(f"{Path('output/proef.mp3')}  0:2")
    assert cli.run(["make", "proef.j2"]) == 0
    told = capfd.readouterr()
    assert told.out.startswith(str(Path("output/proef-2.mp3")))
    assert "stays as it is" in told.err
    for listing, name in (("voices", "zacht"), ("beds", "klankschalen"), ("scripts", "door-andere-ogen")):
        assert cli.run([listing]) == 0
        assert name in capfd.readouterr().out
        assert cli.run([listing, "--json"]) == 0
        rows = json.loads(capfd.readouterr().out)[listing]
        assert name in {row["name"] for row in rows}


def test_for_whom_a_script_is_is_told_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["scripts"]) == 0
    short = capsys.readouterr().out
    assert cli.run(["scripts", "--long"]) == 0
    long = capsys.readouterr().out
    told = find_script("grens")
    for line in (f"Voor wie: {told.audience}", f"Wanneer niet: {told.not_for}", f"Vraag erna: {told.ask}"):
        assert line in long
        assert line not in short
    assert "Wat is hechting? Een korte uitleg" in short


def test_a_preview_shows_words_pauses_and_times(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["preview", "proef.j2"]) == 0
    told = capfd.readouterr().out
    assert "0:06  Welkom." in told
    assert "[exact 1.0 s]" in told
    assert "4 words" in told
    assert cli.run(["preview", "proef.j2", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["utterances"][1]["text"] == "Dank je wel."
    assert left(folder) == {"proef.j2"}


def test_a_check_tells_every_finding_with_its_place(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    uitleg = GOOD.replace('bed = "none"', "imagery = false").replace("Dank je wel", "Dank {{ je }} wel")
    (folder / "uitleg.j2").write_text(uitleg, encoding="utf-8")
    assert cli.run(["check", "uitleg.j2"]) == 0
    assert capfd.readouterr().out == "uitleg.j2: in order (2 ways to fill it in)\n"
    assert cli.run(["check", "uitleg.j2", "proef.j2"]) == 1
    told = capfd.readouterr().out
    assert "proef.j2:6: error address: 'je' is said" in told
    assert "error V1:" in told
    assert told.splitlines()[-1] == "proef.j2: not in order (2 ways to fill it in)"
    assert cli.run(["check", "proef.j2", "bestaat-niet", "--json"]) == 1
    document = json.loads(capfd.readouterr().out)
    (checked,) = document["scripts"]
    assert {finding["rule"] for finding in checked["findings"]} >= {"V1", "V9", "address"}
    assert document["failed"][0]["script"] == "bestaat-niet"


def test_a_track_lasts_as_long_as_was_asked_and_a_refusal_tells_what_can_be(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "lang.j2").write_text(
        script("## Een\nDag.\n## Twee\nKijk rond. [pauze beeld]\nLuister. [pauze ruim]\n## Drie\nDank je."),
        encoding="utf-8",
    )
    assert cli.run(["make", "lang.j2", "--duration", "1:10", "--bed", "none", "--json"]) == 0
    (track,) = json.loads(capfd.readouterr().out)["tracks"]
    assert track["seconds"] == 70.0
    assert cli.run(["preview", "lang.j2", "--duration", "70s", "--exact", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["expected_seconds"] == 70.0
    assert cli.run(["make", "lang.j2", "--duration", "10m"]) == 2
    assert "cannot be made: it can last between" in capfd.readouterr().err
    for wrong in ("0", "-5", "13u", "kort"):
        assert cli.run(["make", "lang.j2", "--duration", wrong]) == 2
    assert cli.run(["make", "lang.j2", "--pause-scale", "9"]) == 2
    assert left(folder) == {"proef.j2", "lang.j2", "output/lang.mp3"}


def test_values_come_from_a_file_and_from_questions(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "waarden.toml").write_text('naam = "Anna"\nvorm = "u"\n', encoding="utf-8")
    assert cli.run(["preview", "aankomen", "--values", "waarden.toml", "-s", "naam=Bep"]) == 0
    assert "Bep." in capfd.readouterr().out
    (folder / "fout.toml").write_text("naam = [1]\n", encoding="utf-8")
    assert cli.run(["preview", "aankomen", "--values", "fout.toml"]) == 1
    assert "value 1 must be a text" in capfd.readouterr().err
    done = warm.run(
        [*STEM, "preview", "nieuwe-sporen", "--ask"],
        cwd=folder,
        input="Anna\njij\nu\n\n\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "is no choice for 'vorm'" in done.stderr
    assert "stem preview nieuwe-sporen -s naam=Anna -s vorm=u -s ogen=keuze" in done.stderr
    assert "Anna." in done.stdout


def test_a_starting_point_passes_the_check_in_every_way(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["new", "mijn-script"]) == 0
    assert capfd.readouterr().out == "mijn-script.j2\n"
    assert cli.run(["check", "mijn-script.j2"]) == 0
    told = capfd.readouterr().out
    assert "warning" not in told
    assert cli.run(["new", "mijn-script"]) == 1
    assert "it is there already" in capfd.readouterr().err
    assert cli.run(["new", "con"]) == 2


def test_a_text_with_other_marks_becomes_a_script(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "oefening.txt").write_text(
        "Voel de grond. [PAUSE:5s]\nEn adem. (geheim teken)\n", encoding="utf-8"
    )
    assert cli.run(["import", "oefening.txt"]) == 0
    told = capfd.readouterr()
    assert told.out == "oefening.j2\n"
    assert cli.run(["preview", "oefening.j2"]) == 0
    assert "[exact 5.0 s]" in capfd.readouterr().out
    assert cli.run(["import", "oefening.txt"]) == 1
    assert cli.run(["import", "bestaat-niet.txt"]) == 1


def test_a_script_is_printed_out_as_a_page_or_as_text(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["script", "proef.j2"]) == 0
    assert "Dank je wel." in capfd.readouterr().out
    assert cli.run(["script", "proef.j2", "--html", "-o", "blad.html"]) == 0
    assert (folder / "blad.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert cli.run(["script", "proef.j2", "--html", "--text"]) == 2


def test_a_failed_run_gives_one_document_too(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["make", "proef.j2", "--voice", "zact", "--json"]) == 2
    document = json.loads(capfd.readouterr().out)
    assert document["tracks"] == []
    assert document["failed"][0]["hint"] == "Did you mean 'zacht'?"


def test_a_sentence_is_written_where_no_player_is(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert cli.run(["say", "Welkom, Sjaan.", "--voice", "rustig"]) == 0
    out, err = capfd.readouterr()
    assert out.strip() == str(Path("output/zin.mp3"))
    assert "Nothing on this machine plays sound" in err
    assert cli.run(["say", "Welkom.", "-o", "zin.mp3"]) == 0
    assert "plays sound" not in capfd.readouterr().err
    assert (folder / "zin.mp3").stat().st_size > 10_000


def test_a_mistake_of_our_own_is_one_sentence_too(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stem.project.tracks.plan_track", lambda *_: 1 / 0)
    assert cli.run(["make", "proef.j2"]) == 1
    assert "stem itself made a mistake (ZeroDivisionError" in capfd.readouterr().err
    monkeypatch.setenv("STEM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.run(["make", "proef.j2"])


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    for arguments in (["scripts"], ["preview", "door-andere-ogen"], ["script", "door-andere-ogen", "--html"]):
        running = warm.Python([*STEM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder)
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        running.stderr.close()
        running.wait(timeout=30)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from stem import cli; cli.run(['--help']); "
        "print(sorted({'numpy', 'scipy', 'jinja2', 'rich', 'pydub', 'mutagen'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(os.name != "posix", reason="signals and limits as POSIX has them")
@pytest.mark.slow
def test_a_run_that_is_stopped_at_any_moment_leaves_nothing_half(folder: Path) -> None:
    (folder / "lang.j2").write_text(
        script("\n".join(f"Dit is zin {number}. [pauze 2]" for number in range(5))), encoding="utf-8"
    )
    moments = random.Random(7)
    codes = []
    for number in range(3):
        running = warm.Python(
            [*STEM, "make", "lang.j2"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        time.sleep(moments.uniform(0.05, 1.0))
        running.send_signal(signal.SIGINT if number % 2 else signal.SIGTERM)
        _, told = running.communicate(timeout=60)
        codes.append(running.returncode)
        if running.returncode == 130:
            assert told.strip().splitlines()[-1].startswith("Stopped.")
        assert "Traceback" not in told or running.returncode < 0, told
    whole = {f"output/lang{'' if n == 1 else f'-{n}'}.mp3" for n in range(1, codes.count(0) + 1)}
    assert left(folder) == {"proef.j2", "lang.j2"} | whole
    assert any(code != 0 for code in codes)
    done = warm.run([*STEM, "make", "lang.j2"], cwd=folder, check=False)
    assert done.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
def test_a_full_disk_is_told_and_leaves_nothing(folder: Path) -> None:
    (folder / "stem.toml").write_text('profile = "acx"\n')  # the shortest tracks there are
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000)); "
        "from stem import cli; sys.exit(cli.run(['make', 'proef.j2']))"
    )
    done = warm.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "larger than is allowed" in done.stderr or "full" in done.stderr
    assert left(folder) == {"proef.j2", "stem.toml"}
    assert warm.run([*STEM, "make", "proef.j2"], cwd=folder, check=False).returncode == 0
