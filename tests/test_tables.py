"""A table with mistakes tells all of them, each with what was probably meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stem.errors import ConfigError
from stem.messages import PLAIN, dutch, joined, told
from stem.tables import TomlError, from_table, load_toml, out_of_bounds, parse_toml


@dataclass(frozen=True)
class Inner:
    level_db: float

    def __post_init__(self) -> None:
        if self.level_db > 0:
            raise ValueError("level_db must be 0 or less")


@dataclass(frozen=True)
class Outer:
    name: str
    count: int = 1
    loud: bool = False
    credit: str | None = None
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    pauses: dict[str, float] = field(default_factory=dict)


def test_a_right_table_becomes_its_dataclass() -> None:
    table = parse_toml(
        'name = "zacht"\n'
        'credit = "x"\ninner = {level_db = -3}\nmany = [{level_db = -1.5}]\npauses = {kort = 4}'
    )
    assert from_table(Outer, table, "a.toml") == Outer(
        "zacht", credit="x", inner=Inner(-3.0), many=(Inner(-1.5),), pauses={"kort": 4.0}
    )


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    table: dict[str, object] = {
        "cuont": 2,
        "loud": "ja",
        "inner": {"level_db": True},
        "many": [{"level_db": 4.0}, {}, 7],
        "pauses": {"kort": "vier"},
    }
    with pytest.raises(ConfigError) as caught:
        from_table(Outer, table, "a.toml")
    assert sorted(caught.value.problems) == sorted(
        [
            "unknown key 'cuont' (did you mean 'count'?)",
            "'name' is missing",
            "'loud' must be true or false, not \"ja\"",
            "'inner.level_db' must be a number, not true",
            "'many[1]': level_db must be 0 or less",
            "'many[2].level_db' is missing",
            "'many[3]' must be a table, not 7",
            "'pauses.kort' must be a number, not \"vier\"",
        ]
    )
    assert caught.value.sentence.startswith("a.toml: 8 mistakes: ")


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\n[b", 2), ("a = 1\na = 2", 2)])
def test_a_broken_text_tells_its_line(text: str, line: int) -> None:
    with pytest.raises(TomlError) as caught:
        parse_toml(text)
    assert caught.value.line == line


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(TomlError):
        parse_toml("a = " + "[" * 10_000)


def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('a = "café"'.encode("latin-1"))
    broken = tmp_path / "broken.toml"
    broken.write_text("a = 1\nb", encoding="utf-8")
    for path, words in [
        (latin, "UTF-8"),
        (broken, "broken.toml:2"),
        (tmp_path / "none.toml", "cannot be read"),
    ]:
        with pytest.raises(ConfigError) as caught:
            load_toml(path)
        assert words in caught.value.sentence


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\npractice = “De Linde”", "its quotation marks are curly, and have to be straight"),
        ('practice = "De Linde', "the quotation mark at the end is missing"),
        ("practice = De Linde", "a text stands between quotation marks"),
        ("voice = zacht", "a text stands between quotation marks"),
        ("a = 1 2", "expected newline"),
        ('a = "x" y', "expected newline"),
    ],
)
def test_what_is_no_toml_is_told_in_plain_words(text: str, problem: str) -> None:
    with pytest.raises(TomlError) as told:
        parse_toml(text)
    assert problem in told.value.problem
    assert told.value.line == text.count("\n") + 1


def test_numbers_out_of_bounds_are_told_together_in_the_language_of_whoever_reads_it() -> None:
    @dataclass(frozen=True)
    class Bounded:
        level: float = 0.0
        rate: int = 100

        def __post_init__(self) -> None:
            if wrong := out_of_bounds(self, {"level": (-12.0, 12.0), "rate": (80, 450)}):
                raise ValueError(joined("; ", wrong))

    assert out_of_bounds(Bounded(), {"level": (0.0, 0.0)}) == []
    with pytest.raises(ConfigError) as caught:
        from_table(Bounded, {"level": 12.5, "rate": 1_000_000}, "stem.toml")
    assert caught.value.problems == (
        "'level' must lie between -12 and 12, not 12.5; 'rate' must lie between 80 and 450, not 1000000",
    )
    assert told(caught.value.problems[0], PLAIN, dutch()) == (
        "'level' moet tussen -12 en 12 liggen en is nu 12.5; "
        "'rate' moet tussen 80 en 450 liggen en is nu 1000000"
    )
