"""The doctor really tries what a track needs, and says how to mend what fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem.config import Config
from stem.doctor import diagnose


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
    monkeypatch.setattr("stem.engines.ENGINES", {})
    failed = {finding.subject: finding for finding in diagnose(Config(output="vol")) if not finding.works}
    assert "a file where a folder should be" in failed["output folder"].found
    assert failed["output folder"].hint
    assert "There is no voice engine named 'espeak'" in failed["voice zacht"].found
