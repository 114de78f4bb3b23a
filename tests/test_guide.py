"""The guide shows what a Dutch machine shows: its commands are run, each in both languages.

Quoted is Dutch; in English the same command gives the same facts: files, lengths, numbers, codes.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from stem import cli

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick_mp3")]

GUIDE = (Path(__file__).resolve().parent.parent / "HANDLEIDING.md").read_text(encoding="utf-8")
HOME = "/home/anna"
"""Where the guide lives."""

_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[\w/:-]+(?:\.\w+)*")
_NOT_HERE = re.compile(
    r"stem (open|voices get|make (tegenover|scripts/|\S+ --voice|\S+ -s )|.* --record |series .*c020$)"
)
"""Not run here: the page stays open, voices come from the network, and other makes are as one that is run."""

_UNNAMED = {
    "7 fouten": "stem batch fout.csv --dry-run",
    "Let op: c019": "stem batch samen.csv --dry-run",
}
"""What is shown without a command of its own, and what shows it here."""


@dataclass(frozen=True)
class Step:
    """What the guide lets one type, and what it says is shown then; empty when it does not say."""

    before: str
    commands: tuple[str, ...]
    quoted: tuple[str, ...]


def steps() -> list[Step]:
    found, end = list[Step](), 0
    commands, before = tuple[str, ...](), ""
    for block in _BLOCK.finditer(GUIDE):
        lines = tuple(block[2].splitlines())
        if block[1] == "sh":
            if commands:
                found.append(Step(before, commands, ()))
            commands, before = lines, GUIDE[end : block.start()]
        elif commands:
            found.append(Step(before, commands, lines))
            commands = ()
        else:
            found += [Step("", (each,), lines) for shown, each in _UNNAMED.items() if shown in block[2]]
        end = block.end()
    if commands:
        found.append(Step(before, commands, ()))
    here = [each for each in found if not any("pip install" in line for line in each.commands)]
    return [
        replace(each, commands=tuple(line for line in each.commands if not _NOT_HERE.match(line)))
        for each in here
    ]


STEPS = steps()


@pytest.fixture
def home(tmp_path: Path, kept_beds: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that nobody has worked in, on a machine without a program that plays sound."""
    monkeypatch.setattr("stem.sound.playing._PLAYERS", ())
    home = tmp_path / "anna"
    home.mkdir()
    monkeypatch.chdir(home)
    before = os.umask(0o022)  # commands make what they write private from then on
    yield home
    os.umask(before)


@contextmanager
def in_copy(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a copy of the home, in the same folder of it, and leave nothing behind."""
    here, copy = Path.cwd(), home.with_name("anna-en")
    shutil.copytree(home, copy)
    monkeypatch.chdir(copy / here.relative_to(home))
    yield copy
    monkeypatch.chdir(here)
    shutil.rmtree(copy)


def told(commands: tuple[str, ...], language: str, home: Path) -> tuple[list[int], list[str]]:
    """Return how commands end, and the lines that they show in a terminal."""
    shown, codes = io.StringIO(), list[int]()
    with redirect_stdout(shown), redirect_stderr(shown), pytest.MonkeyPatch.context() as patch:
        for line in commands:
            if line.startswith("cd "):
                os.chdir(line.removeprefix("cd "))
            elif line.startswith("stem "):
                patch.setattr("sys.stdin", io.StringIO("j\n"))
                codes.append(cli.run(["--lang", language, *shlex.split(line)[1:]]))
    text = shown.getvalue().replace("/N]:", "/N]:\n")  # whoever answers ends the line
    return codes, text.replace(str(home), HOME).splitlines()


def not_shown(quoted: tuple[str, ...], lines: list[str]) -> list[str]:
    """Return the quoted lines that are not there; "..." stands for anything."""
    patterns = {line: ".*".join(map(re.escape, line.split("..."))) for line in quoted}
    return [
        line
        for line, pattern in patterns.items()
        if not any(re.fullmatch(pattern, each.rstrip()) for each in lines)
    ]


def facts(lines: Sequence[str]) -> set[str]:
    """Return the words with a digit in them, of lines that are quoted in full."""
    words = {word for line in lines if "..." not in line for word in _WORD.findall(line)}
    return {word for word in words if re.search(r"\d", word)}


SHORT = """+++
title = "Kort"
imagery = false
bed = "none"
+++
## Begin
Welkom.
## Einde
Dank je wel.
"""


def prepared(step: Step, home: Path) -> None:
    """Do what the guide says in words before a command."""
    if "CSV UTF-8*. LibreOffice" in " ".join(step.before.split()):
        (table,) = re.findall(r"^\| code \|.*\n(?:\|.*\n)+", GUIDE, re.MULTILINE)
        rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.splitlines()]
        Path("clients.csv").write_text("".join(f"{';'.join(row)}\n" for row in rows if row[0] != "---"))
    if "Heb je een rij veranderd" in " ".join(step.before.split()):
        rows_now = Path("clients.csv").read_text()
        Path("clients.csv").write_text(
            rows_now.replace("c018;terug-naar-nu;3;", "c018;terug-naar-nu;3;Marijke")
        )
    if "stem feed openbaar" in "".join(step.commands):
        Path("scripts/kort.j2").write_text(SHORT)
        told(
            tuple(f"stem make kort --record --profile acx -o openbaar/{name}" for name in ("een.mp3", "")),
            "nl",
            home,
        )
    if "stem batch samen.csv --dry-run" in step.commands:
        Path("samen.csv").write_text("code;script;duur\nc019;voeten-op-de-grond;5\n")
    if "stem batch fout.csv --dry-run" in step.commands:
        Path("fout.csv").write_text(
            "code;script;duur;naam;vorm\nc017;aankomen;3;;\nc018;ankomen;5;;\nc-anna;aankomen;3;Anna;jij\n"
            ";aankomen;lang;;\nc020;aankomen;60;;\nc017;aankomen;3;;\n"
        )


def test_what_the_guide_shows_is_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: list[str] = []
    for step in STEPS:
        prepared(step, home)
        english: tuple[list[int], list[str]] | None = None
        makes_many, makes_one = "Dan echt" in step.before, "Heb je een rij veranderd" in step.before
        if step.quoted and not makes_many:
            asked = tuple(f"{line} --dry-run" for line in step.commands) if makes_one else step.commands
            with in_copy(home, monkeypatch) as copy:
                english = told(asked, "en", copy)
        codes, lines = told(step.commands, "nl", home)
        if makes_many:  # what is there now is kept: the same facts, and nothing is made twice
            english = told(step.commands, "en", home)
        name = " / ".join(step.commands)
        wrong += [f"{name}: {line!r} is not in {lines}" for line in not_shown(step.quoted, lines)]
        if "..." not in step.quoted and len(step.quoted) not in {0, len(lines)}:
            wrong.append(f"{name}: more is shown: {lines}")
        if english is not None:
            lost = facts(step.quoted) - facts(english[1])
            if english[0] != codes or lost or english[1] == lines:
                wrong.append(f"{name}, in English: {codes} {english[0]}, without {lost}: {english[1]}")
    assert not wrong, "\n".join(wrong)
    assert sum(bool(step.quoted) for step in STEPS) > 15


# What goes wrong

WRONG = {
    "stem maek aankomen": {},
    "stem batch klanten.csv": {},
    "stem make ankomen": {},
    "stem make aankomen -s figuur=oma": {},
    "stem make aankomen --duration 60m": {},
    "stem make aankomen --voice nathalie": {},
    "stem batch kop.csv": {"kop.csv": "naam;jaar;x\nAnna;3;\n"},
    "stem batch kop.csv --dry-run": {"kop.csv": "code;script;duur;naam\nc1;aankomen;3;RenÃ©\n"},
    "stem batch kop.csv --jobs 1": {"kop.csv": "code;script;duur;naam;leeftijd\nc1;aankomen;3;Anna;4\n"},
    "stem batch c077.csv": {
        "c077.csv": "code;script;duur\nc077;aankomen;3\n",
        "output/c077_aankomen_3min.mp3": "van mij",
    },
    "stem batch c1.csv --zip --password-file ww.txt": {
        "c1.csv": "code;script;duur\nc1;aankomen;3\n",
        "ww.txt": "kort",
    },
    "stem voices": {"stem.toml": "practice = “De Linde”\n"},
    "stem make aankomen": {"stem.toml": 'praktijk = "De Linde"\n'},
}
"""Commands that go wrong, and the files that make them."""

OFFLINE = {"Fout: ... kan niet worden opgehaald: er is geen verbinding met ..."}
"""Needs a network to fail; `test_download` does."""


def faults_told() -> list[str]:
    """Return what the guide's table says is shown."""
    table = GUIDE.partition("| wat er staat |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `(Fout: .*?)` \|", table, re.MULTILINE)


def test_what_the_guide_says_of_faults_is_shown(home: Path) -> None:
    shown, english = list[str](), list[str]()
    for command, files in WRONG.items():
        for name, content in files.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(content, encoding="utf-8")
        codes, lines = told((command,), "nl", home)
        codes_en, lines_en = told((command,), "en", home)
        assert codes == codes_en != [0], (command, lines, lines_en)
        shown += [line.replace(f"{HOME}.", f"{HOME}/praktijk.") for line in lines]
        english += lines_en
        if "stem.toml" in files:
            Path("stem.toml").unlink()
    assert not_shown(tuple(set(faults_told()) - OFFLINE), shown) == []
    assert not any(line.startswith(("Fout", "Tip")) for line in english)
    assert sum(line.startswith("Error: ") for line in english) >= len(WRONG)
