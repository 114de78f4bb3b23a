"""Errors as the command line tells them: several mistakes one a line, options by their names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stem import cli
from stem.cli.output import MOST_PROBLEMS, print_json, print_list, say_error
from stem.errors import ConfigError, OutputError, ScriptError, StemError
from stem.messages import Message, joined

ELSEWHERE = Message("Choose another folder {for_output}, not {folder}.", folder="{x}")


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (ConfigError("a.toml", ["'b' is missing"]), ["Error: a.toml: 'b' is missing."]),
        (
            ConfigError("a.toml", ["'b; c' is missing", Message("'{x}' {bed_is} zee", x="{x}")]),
            ["Error: a.toml: 2 mistakes:", "  'b; c' is missing", "  '{x}' --bed zee"],
        ),
        (
            ScriptError(
                "'b' is wrong; 'c' too", "a.j2", 3, problems=["line 3: 'b' is wrong", "line 5: 'c' too"]
            ),
            ["Error: a.j2: 2 mistakes:", "  line 3: 'b' is wrong", "  line 5: 'c' too"],
        ),
        (
            OutputError("a.mp3", "the disk is full", hint=ELSEWHERE),
            [
                "Error: a.mp3 cannot be written: the disk is full.",
                "Hint: Choose another folder with -o, not {x}.",
            ],
        ),
        (
            StemError("No.", hint=joined("\n", [ELSEWHERE, "  2  a\nHint: b"])),
            ["Error: No.", "Hint: Choose another folder with -o, not {x}.", "  2  aU+000AHint: b"],
        ),
        (StemError("No.", hint="a\nb"), ["Error: No.", "Hint: aU+000Ab"]),
    ],
)
def test_errors_are_told_a_mistake_a_line(
    error: StemError, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    say_error(error)
    assert capsys.readouterr().err.splitlines() == lines


def test_of_very_many_mistakes_the_rest_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    say_error(ConfigError("a.csv", [f"row {number}" for number in range(MOST_PROBLEMS + 30)]))
    lines = capsys.readouterr().err.splitlines()
    assert (len(lines), lines[-1]) == (1 + MOST_PROBLEMS + 1, "  and 30 more")


def test_documents_and_tables_name_options_too(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"failed": [{"hint": ELSEWHERE, "problems": (ELSEWHERE,), "seconds": None}]})
    document = json.loads(capsys.readouterr().out)
    told = "Choose another folder with -o, not {x}."
    assert document["failed"] == [{"hint": told, "problems": [told], "seconds": None}]
    print_list("rows", [{"head": ELSEWHERE}], as_json=False)
    assert capsys.readouterr().out.splitlines()[1] == told


def test_mistakes_in_a_front_matter_get_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "een.j2").write_text('+++\ntitle = 3\nsumary = "x"\n+++\nDag.\n', encoding="utf-8")

    assert cli.run(["check", "een.j2", "--json"]) == 1

    out, err = capsys.readouterr()
    (failed,) = json.loads(out)["failed"]
    assert [problem.partition(": ")[0] for problem in failed["problems"]] == ["line 3", "line 2"]
    assert err.splitlines()[:3] == [
        "Error: een.j2: 2 mistakes:",
        *(f"  {each}" for each in failed["problems"]),
    ]


def test_a_list_tells_options_in_the_middle_of_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "een.j2").write_text('+++\ntitle = "Een"\n+++\nDag. {# #}\n', encoding="utf-8")
    (tmp_path / "k.csv").write_text("code;script;voice\nc1;een;/x\nc2;een;wie\n", encoding="utf-8")

    assert cli.run(["batch", "k.csv", "--dry-run"]) == 1

    heading, *problems = capsys.readouterr().err.splitlines()
    assert heading == "Error: k.csv: 2 mistakes:"
    assert problems[0].endswith("(put a copy of it in this folder, or name it on the command line)")
