"""A list to begin with: it is in order as it is, and is read as what it was written for."""

from __future__ import annotations

from pathlib import Path

from stem import Batch, Project


def test_a_list_for_every_exercise_can_be_made_as_it_is(tmp_path: Path) -> None:
    project = Project(tmp_path)
    names = [script.name for script in project.scripts()]
    batch = project.check_list(project.model_list(names), "Lijst")
    assert isinstance(batch, Batch), batch
    assert [job.spec.script for job in batch.asked.jobs] == names
    assert batch.codes[0] == "voorbeeld-1"


def test_heads_are_those_of_the_exercise_in_its_order(tmp_path: Path) -> None:
    head, row = Project(tmp_path).model_list(["tegenover"]).decode("utf-8-sig").splitlines()
    assert head.startswith("code;script;duur;naam;vorm;")
    assert head.endswith(";naam_uitspraak")
    assert row.startswith("voorbeeld-1;tegenover;10;;je;")
