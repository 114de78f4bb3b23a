"""Voice templates are found by name or path, read whole, and every mistake in one is told at once."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from stem.errors import ConfigError, UnknownNameError
from stem.voice import find_voice, voices

GOOD = """
title = "Eigen"
summary = "Een eigen stem."
engine = "espeak"
sex = "female"
voice = "eigen.espeak"
credit = "mine"

[settings]
rate = 110

[[chain]]
filter = "highpass"
hz = 80

[[chain]]
filter = "peak"
hz = 2900
db = -3.5
q = 1.0
"""


def write(folder: Path, name: str = "eigen", text: str = GOOD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "eigen.espeak").write_text("language nl\n")
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_packaged_voices_are_whole_and_have_their_files() -> None:
    assert [voice.name for voice in voices()] == ["rustig", "zacht"]
    for voice in voices():
        assert voice == find_voice(voice.name)
        assert Path(voice.voice).is_absolute()
        assert Path(voice.voice).is_file()
        assert voice.credit
        assert voice.summary.endswith(".")
    assert {voice.sex for voice in voices()} == {"female", "male"}


def test_the_softener_comes_in_its_order() -> None:
    for voice in voices():
        assert [type(each).__name__.lower() for each in voice.chain] == [
            "highpass",
            "lowshelf",
            "peak",
            "highshelf",
            "deesser",
            "lowpass",
            "room",
        ]


def test_a_template_is_read_from_a_path(tmp_path: Path) -> None:
    voice = find_voice(str(write(tmp_path / "elders")))
    assert voice.name == "eigen"
    assert voice.voice == str(tmp_path / "elders" / "eigen.espeak")
    assert voice.settings == {"rate": 110}
    assert len(voice.chain) == 2


def test_own_templates_come_before_packaged_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configured = platformdirs.user_config_path("stem", appauthor=False) / "voice_templates"
    write(configured, "zacht")
    assert find_voice("zacht").title == "Eigen"
    write(tmp_path / "voice_templates", "zacht", GOOD.replace('"Eigen"', '"Van hier"'))
    assert find_voice("zacht").title == "Van hier"
    assert [voice.title for voice in voices()] == ["Rustig", "Van hier"]


def test_a_name_of_the_engine_is_left_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, text=GOOD.replace("eigen.espeak", "nl_NL-alex-medium"))
    assert find_voice(str(path)).voice == "nl_NL-alex-medium"


def test_an_unknown_name_says_what_was_probably_meant() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_voice("zaht")
    assert caught.value.kind == "voice"
    assert caught.value.hint == "Did you mean 'zacht'?"


@pytest.mark.parametrize("name", ["", ".", "../zacht", "/etc/passwd", "zacht/", "\0"])
def test_a_name_is_no_way_to_other_files(name: str) -> None:
    with pytest.raises(UnknownNameError):
        find_voice(name)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = (
        GOOD.replace('title = "Eigen"', "titel = 3")
        .replace("eigen.espeak", "weg.espeak")
        .replace("hz = 80", 'hz = "laag"')
        .replace('"peak"', '"piek"')
    )
    path = write(tmp_path, text=wrong)
    with pytest.raises(ConfigError) as caught:
        find_voice(str(path))
    told = "\n".join(caught.value.problems)
    assert caught.value.path == path
    assert len(caught.value.problems) == 5
    for part in ("titel", "'title' is missing", "weg.espeak", "chain[1] (highpass)", "chain[2].filter"):
        assert part in told


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (('sex = "female"', 'sex = "v"'), "'sex' must be"),
        (('rate = 110\n\n[[chain]]\nfilter = "highpass"', "rate = 110\n[[chain]]"), "chain[1].filter"),
        (('[[chain]]\nfilter = "highpass"\nhz = 80\n', ""), None),
        (("hz = 80", "hz = 80\ndb = 3"), "chain[1] (highpass)"),
        (("[settings]", "[setings]"), "setings"),
        (('filter = "peak"', "filter = [2]"), "chain[2].filter"),
        (('title = "Eigen"', "title = "), ":2: "),
    ],
)
def test_each_kind_of_mistake_is_told(tmp_path: Path, change: tuple[str, str], part: str | None) -> None:
    path = write(tmp_path, text=GOOD.replace(*change))
    if part is None:
        find_voice(str(path))
        return
    with pytest.raises(ConfigError) as caught:
        find_voice(str(path))
    assert part in caught.value.sentence


def test_a_chain_that_is_no_list_and_a_missing_file_are_mistakes_too(tmp_path: Path) -> None:
    path = write(tmp_path, text='chain = "peak"\n' + GOOD.partition("[[chain]]")[0])
    with pytest.raises(ConfigError, match="'chain' must be a list"):
        find_voice(str(path))
    with pytest.raises(ConfigError, match="cannot be read"):
        find_voice(str(tmp_path / "none.toml"))
