"""A script of one's own from one that is there: what it includes is found, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem import Edit, Project, TrackSpec
from stem.practice.setup import begin_practice
from stem.script.cues import Pause


@pytest.fixture
def project(tmp_path: Path) -> Project:
    begin_practice(tmp_path, name="De Linde", country="NL")
    return Project(tmp_path)


def test_a_copy_has_a_free_name_and_title_and_says_the_same(project: Project) -> None:
    names = [project.own_version(name).name for name in ("aankomen", "aankomen", "aankomen-eigen")]
    assert names == ["aankomen-eigen.j2", "aankomen-eigen-2.j2", "aankomen-eigen-3.j2"]
    own = project.script("aankomen-eigen")
    assert own.path.parent == project.folder / "scripts"
    titles = [project.script(name.removesuffix(".j2")).title for name in names]
    assert titles == [f"Aankomen (eigen versie{number})" for number in ("", " 2", " 3")]

    def said(script: str) -> tuple[str, ...]:
        return project.plan(TrackSpec(script, voice="zacht", bed="none"), to_make=False).phrases

    assert said("aankomen-eigen") == said("aankomen")
    assert own.variables == project.script("aankomen").variables


def test_a_text_that_was_changed_becomes_a_script_that_asks_for_nothing(project: Project) -> None:
    spec = TrackSpec("aankomen", values={"naam": "Anna", "vorm": "u"}, voice="zacht", bed="none")
    plain = project.plan(spec, to_make=False)
    sentence = next(each for each in plain.phrases if each.startswith("Kijk"))
    edits = (Edit(sentence, text="Luister naar buiten.", pause_s=2.5),)
    path = project.keep_as_script(TrackSpec("aankomen", spec.values, voice="zacht", bed="none", edits=edits))
    own = project.plan(TrackSpec(path.stem, voice="zacht", bed="none"), to_make=False)
    expected = ["Luister naar buiten." if each == sentence else each for each in plain.phrases]
    assert list(own.phrases) == expected
    assert "Anna" in own.phrases[0]
    assert [variable.name for variable in own.template.variables] == ["vorm"]  # type: ignore[union-attr]
    assert any(isinstance(cue, Pause) and cue.seconds == 2.5 for cue in own.cues)
    assert project.keep_as_script(spec).name != path.name
