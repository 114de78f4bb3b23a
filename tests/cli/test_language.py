"""Which language the command line speaks, and that all of it is Dutch then."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import stem
from stem import cli, messages
from stem.cli import language as choice
from stem.cli.output import batch_progress, confirmed, speaking
from stem.messages import ENGLISH, Message, dutch, joined


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "environment", "is_dutch"),
    [
        (["--lang", "nl", "voices"], {"STEM_LANG": "en"}, True),
        (["--lang=en", "voices"], {"STEM_LANG": "nl"}, False),
        (["voices", "--lang", "nl"], {"STEM_LANG": "en"}, False),
        (["voices"], {"STEM_LANG": "nl", "LANG": "de_DE.UTF-8"}, True),
        (["voices"], {"STEM_LANG": "", "LANG": "nl_NL.UTF-8"}, True),
        (["voices"], {"LC_ALL": "nl_BE"}, True),
        (["voices"], {"LC_ALL": "C", "LANG": "nl_NL.UTF-8"}, False),
        (["voices"], {"LC_ALL": "", "LC_MESSAGES": "nl_NL@euro", "LANG": "en_US"}, True),
        (["voices"], {"LANG": "Dutch_Netherlands.1252"}, True),
        (["voices"], {"LANG": "nlx"}, False),
        (["--lang", "fr"], {"LANG": "nl_NL"}, False),
        (["--lang"], {"LANG": "nl_NL"}, True),
        ([], {}, False),
    ],
)
def test_what_is_asked_for_goes_first(
    arguments: list[str],
    environment: dict[str, str],
    is_dutch: bool,  # noqa: FBT001 - a parameter of pytest's
) -> None:
    if sys.platform == "win32" and not environment:
        pytest.skip("there the system has a language of its own")
    assert (choice.language_of(arguments, environment) is not ENGLISH) == is_dutch


def test_settings_go_before_the_system(empty_folder: Path) -> None:
    settings = empty_folder / "stem.toml"
    settings.write_text('language = "nl"\n')
    assert choice.language_of([], {"LANG": "en_US"}) is not ENGLISH
    assert choice.language_of([], {"STEM_LANG": "en"}) is ENGLISH
    settings.write_text('language = "en"\n')
    assert choice.language_of([], {"LANG": "nl_NL"}) is ENGLISH
    settings.write_text("language = \n")
    assert choice.language_of([], {"LANG": "nl_NL"}) is not ENGLISH, "what is wrong there is told elsewhere"


def test_no_catalogue_is_read_for_english(monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> None:
        raise AssertionError("it is read")

    monkeypatch.setattr(choice, "dutch", read)
    assert choice.language_of([], {"LANG": "en_GB.UTF-8"}) is ENGLISH


@pytest.mark.parametrize("content", [None, b"", b"geen catalogus", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_a_broken_catalogue_is_english_and_the_doctor_tells_it(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "stem.mo"
    if content is not None:
        broken.write_bytes(content)
    monkeypatch.setattr(messages, "DUTCH_FILE", broken)
    assert dutch() is ENGLISH
    found = next(each for each in stem.Project().diagnose() if each.subject == "Dutch texts")
    assert not found.works
    assert "English is spoken" in found.found


def commands(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield names
    for name, each in command.commands.items() if isinstance(command, click.Group) else ():
        yield from commands(each, (*names, name))


ENGLISH_WORDS = {
    *("the", "and", "with", "this", "that", "not", "from", "it", "are", "to", "for", "what", "where", "who"),
    *("which", "file", "folder", "show", "write", "make", "options", "usage", "default", "required", "name"),
}


@pytest.mark.parametrize("names", list(commands(cli.stem)), ids=" ".join)
def test_pages_of_help_are_dutch(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STEM_LANG", "nl")
    assert cli.run([*names, "--help"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("Gebruik: stem")
    told = re.sub(
        r"--?[a-z][\w-]*|^  [a-z]+ |\{\w+\}|\S*\.\w+|stem [a-z]+( [a-z]+)?", "", page, flags=re.MULTILINE
    )
    assert not ENGLISH_WORDS & {word.casefold() for word in re.findall(r"\w+", told)}


def test_pages_of_help_stay_english_for_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["make", "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: stem make [OPTIONS] SCRIPT\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["maak"], "Fout: De opdracht 'maak' bestaat niet."),
        (["make"], "Fout: Hier ontbreekt OEFENING."),
        (["make", "kort", "--sed", "1"], "Fout: De optie --sed bestaat niet. (Misschien bedoelde je: "),
        (["make", "kort", "--seed", "x"], "Fout: Dit kan niet bij --seed: 'x' is geen heel getal."),
        (["make", "{x}%s"], "Fout: Er is geen tekst met de naam '{x}%s'."),
        (["verify"], "Fout: Hier ontbreekt BESTAND...."),
    ],
)
def test_what_is_wrong_with_a_command_is_told_in_dutch(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--lang", "nl", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_what_a_template_does_wrong_is_told_in_dutch(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "fout.j2").write_text('+++\ntitle = "Fout"\n+++\nGa {{ zitten }}.\n')
    assert cli.run(["--lang", "nl", "preview", "fout.j2"]) == 1
    assert "fout.j2:4: er is geen invulveld of hulpwoord 'zitten'." in capsys.readouterr().err


def test_documents_keep_what_programs_compare_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--lang", "nl", "voices", "--json"]) == 0
    (row,) = [each for each in json.loads(capsys.readouterr().out)["voices"] if each["name"] == "zacht"]
    assert (row["runs"], row["leaves"], row["sex"]) == ("here", "nothing", "female")
    assert cli.run(["--lang", "nl", "voices"]) == 0
    assert re.search(r"^zacht +vrouw +Nederland +hier +ja +niets ", capsys.readouterr().out, re.MULTILINE)


def test_documents_have_sentences_in_the_language_that_is_spoken(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty_folder / "kort.j2").write_text('+++\ntitle = "Kort"\n+++\nWelkom.\n')
    assert cli.run(["--lang", "nl", "check", "kort.j2", "--json"]) == 1
    (checked,) = json.loads(capsys.readouterr().out)["scripts"]
    assert {each["severity"] for each in checked["findings"]} <= {"error", "warning"}
    assert any("er is geen zin voor V1" in each["problem"] for each in checked["findings"])


@pytest.mark.parametrize(
    ("answer", "is_yes"), [("j", True), ("Ja", True), ("y", True), ("n", False), ("", False)]
)
def test_a_question_takes_both_languages(
    answer: str,
    is_yes: bool,  # noqa: FBT001 - a parameter of pytest's
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"misschien\n{answer}\n"))
    with speaking(dutch()):
        assert confirmed(Message("Nothing was removed.")) == is_yes
    told = capsys.readouterr().err
    assert "Er is niets verwijderd. [j/N]:" in told
    assert "Fout: antwoord met j of n." in told


def test_lines_about_tracks_that_are_finished_are_dutch(capsys: pytest.CaptureFixture[str]) -> None:
    with speaking(dutch()), batch_progress(2) as (on_line, _):
        on_line(joined("  ", ["a.mp3", Message("made")]))
        on_line("b.mp3")
    assert capsys.readouterr().err.splitlines() == ["[1/2] a.mp3  gemaakt", "[2/2] b.mp3"]


def test_a_terminal_that_has_no_such_letters_is_no_reason_to_crash() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stem", "--lang", "nl", "series", "--help"],
        env={**os.environ, "PYTHONIOENCODING": "cp1251"},  # Cyrillic: no other letters have accents there
        capture_output=True,
        check=True,
    )
    assert "??n stem en ??n achtergrond" in " ".join(done.stdout.decode("cp1251").split())
