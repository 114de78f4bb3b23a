"""The mistakes in a list as a table: where, in which column, and nothing of what a cell holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem import Batch, ConfigError, Project
from stem.practice.batch.mistakes import Mistake


def checked(folder: Path, text: str) -> Batch | tuple[Mistake, ...]:
    return Project(folder).check_list(text.encode(), "Lijst")


def mistakes(folder: Path, text: str) -> list[tuple[str, str, str]]:
    found = checked(folder, text)
    assert isinstance(found, tuple)
    return [(each.rows, each.column, each.text) for each in found]


def test_each_mistake_has_its_row_and_its_column(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        "code;script;duur;naam\n"
        "c1;ankomen;3;Wilhelmina\n"
        ";aankomen;lang;Wilhelmina\n"
        "c2;aankomen;3;[Wilhelmina\n"
        "c3;aankomen;3;=A1\n",
    )
    assert [(rows, column) for rows, column, _ in found] == [
        ("row 2", "B ('script')"),
        ("row 3", "A ('code')"),
        ("row 3", "C ('duur')"),
        ("row 4", "D ('naam')"),
        ("row 5", "D ('naam')"),
    ]
    assert found[4][2].startswith("a formula stands there")
    assert "Wilhelmina" not in str(found)


def test_the_same_of_many_rows_is_told_once(tmp_path: Path) -> None:
    rows = "".join(f"c{number};aankomen;lang\n" for number in range(1, 1001))
    ((rows_told, column, _),) = mistakes(tmp_path, f"code;script;duur\n{rows}")
    assert (rows_told, column) == ("rows 2 to 1001", "C ('duur')")


def test_what_is_wrong_with_the_list_as_a_whole_comes_first(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "code;script;duur\nc1;aankomen;3\nc1;aankomen;3\n;aankomen;3\n")
    assert [(rows, column) for rows, column, _ in found] == [("", ""), ("row 4", "A ('code')")]
    assert found[0][2].startswith("rows 2 and 3 would all be c1_aankomen_3min.mp3")
    assert mistakes(tmp_path, "code;script\n")[0][2] == "there is no track under the heads of row 1"


def test_a_head_that_may_be_a_name_is_not_shown(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "code;script;Wilhelmina\nc1;aankomen;=A1\n")
    assert "wilhelmina" not in str(found).casefold()


def test_a_list_without_mistakes_is_what_it_asks_for(tmp_path: Path) -> None:
    batch = checked(tmp_path, "code,script,duur\nc1,aankomen,3\nc2,aankomen,5\n")
    assert isinstance(batch, Batch)
    assert (batch.title, batch.codes) == ("Lijst", ("c1", "c2"))


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n", b"PK\x03\x04x", b"", b"\x00\x01", b"<html></html>"]
)
def test_what_is_no_list_is_refused_whatever_it_is_called(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigError):
        Project(tmp_path).check_list(content, "lijst.csv")
