"""stem.toml gives defaults; its mistakes are told with the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem.config import Config, load_config
from stem.errors import ConfigError


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


def test_the_file_gives_defaults(tmp_path: Path) -> None:
    (tmp_path / "stem.toml").write_text('voice = "rustig"\n[pauses]\nkort = 4', encoding="utf-8")
    assert load_config(tmp_path) == Config(voice="rustig", pauses={"kort": 4.0})


def test_mistakes_name_the_file_and_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "stem.toml").write_text('voise = "rustig"\nbed = 3', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert "stem.toml" in caught.value.sentence
    assert "did you mean 'voice'?" in caught.value.sentence
    assert "'bed' must be text, not 3" in caught.value.sentence


def test_a_folder_in_the_way_is_an_error_and_not_ignored(tmp_path: Path) -> None:
    (tmp_path / "stem.toml").mkdir()
    with pytest.raises(ConfigError):
        load_config(tmp_path)
