"""The doctor really tries what a track needs, and says how to mend what fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem.config import Config
from stem.doctor import Diagnosis, diagnose


@pytest.fixture
def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Without engines each voice fails at once: these tests are about the rest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stem.voices.engines.ENGINES", {})
    return tmp_path


def found(config: Config) -> dict[str, Diagnosis]:
    return {finding.subject: finding for finding in diagnose(config)}


def test_on_a_sound_machine_everything_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    findings = list(diagnose(Config()))
    assert [finding.subject for finding in findings if not finding.works] == []
    assert {"Python", "output folder", "cache folder", "voice zacht", "voice rustig"} <= {
        finding.subject for finding in findings
    }
    assert all("to the frame" in finding.found for finding in findings if finding.subject.startswith("voice"))


def test_what_fails_comes_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vol").write_text("a file", encoding="utf-8")
    monkeypatch.setattr("stem.voices.engines.ENGINES", {})
    failed = {finding.subject: finding for finding in diagnose(Config(output="vol")) if not finding.works}
    assert "a file where a folder should be" in failed["output folder"].found
    assert failed["output folder"].hint
    assert "'engine' must be the name of a voice engine, not 'espeak'" in failed["voice zacht"].found


@pytest.mark.usefixtures("silent")
def test_names_in_the_settings_are_looked_up() -> None:
    findings = found(Config(voice="rustg", bed="zeee", pauses={"alinae": 3.0}))
    for subject, meant in (("usual voice", "rustig"), ("usual background", "zee"), ("own pauses", "alinea")):
        assert not findings[subject].works
        assert meant in findings[subject].hint
    assert "12" in found(Config(pauses={"alinea": 1200.0}))["own pauses"].found


@pytest.mark.usefixtures("silent")
def test_what_is_in_the_settings_is_shown() -> None:
    findings = found(Config(voice="rustig", bed="pink", pauses={"alinea": 3.0}))
    shown = [findings[subject].found for subject in ("usual voice", "usual background", "own pauses")]
    assert shown == ["rustig", "pink", "alinea 3 s"]
    assert found(Config())["own pauses"] == Diagnosis("own pauses", works=True, found="none")


def test_the_output_folder_may_be_in_the_home_folder_and_is_not_made(
    silent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = silent / "thuis"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(silent / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(silent / "cache"))
    finding = found(Config(output="~/uit/hier"))["output folder"]
    assert finding.works
    assert str(home / "uit" / "hier") in finding.found
    assert not (silent / "~").exists()
    assert list(home.glob("uit*")) == []


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="only Linux has a folder that nobody can write in"
)
@pytest.mark.usefixtures("silent")
def test_a_folder_that_cannot_be_written_is_told() -> None:
    for output in ("/proc", "/proc/uit"):
        finding = found(Config(output=output))["output folder"]
        assert not finding.works
        assert output in finding.found
        assert finding.hint
