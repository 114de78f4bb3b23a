"""A practice's own TOML files, changed: what else is in them stays; what changed meanwhile is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from stem import ConfigError, OutputError, Project, UsageError
from stem.practice.edited import ChangedFileError, change_toml, mark_of
from stem.practice.own_words import OwnWord
from stem.practice.settings import change_settings, wrong_settings


def checked(text: str) -> None:
    assert tomlkit.parse(text)


def test_a_file_is_made_when_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    assert mark_of(path) == ""
    change_toml(path, "", lambda document: document.update({"a": "x"}), checked)
    assert path.read_text(encoding="utf-8") == 'a = "x"\n'
    with pytest.raises(ChangedFileError, match="changed meanwhile"):
        change_toml(path, "", lambda document: document.update({"a": "y"}), checked)
    assert path.read_text(encoding="utf-8") == 'a = "x"\n'


def test_what_is_refused_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('# x\na = "x"\n', encoding="utf-8")

    def refuse(_text: str) -> None:
        raise UsageError("no")

    with pytest.raises(UsageError):
        change_toml(path, mark_of(path), lambda document: document.update({"a": "y"}), refuse)
    assert path.read_text(encoding="utf-8") == '# x\na = "x"\n'
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = ", b'a = "x"\na = "y"\n'])
def test_what_is_no_toml_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        change_toml(path, mark_of(path), lambda document: document.update({"a": "y"}), checked)
    assert path.read_bytes() == content


def test_what_a_link_leads_to_is_changed_and_the_link_stays(tmp_path: Path) -> None:
    path, link = tmp_path / "a.toml", tmp_path / "b.toml"
    path.write_text('a = "x"\n', encoding="utf-8")
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("no links here")
    change_toml(link, mark_of(link), lambda document: document.update({"a": "y"}), checked)
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == 'a = "y"\n'


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        mark_of(tmp_path)


def test_settings_are_judged_by_name_and_none_is_written_when_one_is_wrong(tmp_path: Path) -> None:
    project = Project(tmp_path)
    wrong = wrong_settings(
        project.settings,
        {"voice": "niemand", "cover": "../x.png", "practice": "De Linde", "nergens": "x", "artist": "a\x1b"},
        tmp_path,
    )
    assert sorted(wrong) == ["artist", "cover", "nergens", "voice"]
    with pytest.raises(UsageError):
        change_settings(project.settings, {"practice": "De Linde", "bed": "nergens"}, "", tmp_path)
    assert list(tmp_path.iterdir()) == []
    project.change_settings({"practice": "De Linde", "bed": "beek"}, project.settings_mark)
    assert (project.settings.practice, project.settings.bed) == ("De Linde", "beek")


def test_words_are_put_in_the_list_of_a_folder_without_settings(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert project.words() == ()
    project.put_word(OwnWord("Sjaan", "sjahan"), project.words_mark)
    assert project.words() == (OwnWord("Sjaan", "sjahan"),)
    project.drop_word("Sjaan", project.words_mark)
    assert project.words() == ()
