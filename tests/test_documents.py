"""Documents: every name is there, and JSON can hold what programs get."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import stem
from stem import documents

SCRIPT = '+++\ntitle = "Kort"\n+++\n## Begin\nGa rustig zitten. [pauze 2]\nDank je wel. [bel]\n'


@pytest.fixture
def project(tmp_path: Path) -> stem.Project:
    (tmp_path / "kort.j2").write_text(SCRIPT, encoding="utf-8")
    return stem.Project(tmp_path)


def test_every_name_is_there_and_no_other() -> None:
    assert [name for name in documents.__all__ if not callable(getattr(documents, name))] == []
    with pytest.raises(AttributeError):
        documents.nothing  # noqa: B018


def test_what_can_be_chosen_is_json(project: stem.Project) -> None:
    checked = project.check("kort.j2")
    found = [
        documents.scripts_document(project.scripts(), project.all_series()),
        documents.check_document([checked], {"weg": stem.ScriptError("it is gone", "weg.j2")}),
        documents.beds_document(stem.catalogue()),
        documents.kinds_document(stem.catalogue()),
        documents.cache_document(stem.speech_cache()),
    ]
    scripts, checks, beds, kinds, cache = json.loads(json.dumps(found))
    assert {each["name"] for each in scripts["scripts"]} >= {"tegenover", "aankomen"}
    assert all(each["variables"] and each["title"] for each in scripts["scripts"])
    assert [each["script"] for each in checks["scripts"] + checks["failed"]] == ["kort.j2", "weg"]
    assert {each["name"] for each in beds["bells"]} >= {"klankschaal"}
    assert list(kinds) == ["profiles", "destinations", "formats"]
    assert cache["entries"] == 0


def test_moments_are_all_that_happens_in_the_order_of_their_times(project: stem.Project) -> None:
    seen = project.preview(project.plan(stem.TrackSpec("kort.j2", voice="zacht", bed="none")))
    kinds = [moment.kind for moment in seen.moments]
    assert kinds[0] == "chapter"
    assert [kind for kind in kinds if kind in {"sentence", "bell"}] == ["sentence", "sentence", "bell"]
    starts = [moment.start_s for moment in seen.moments]
    assert starts == sorted(starts)
    assert all(moment.start_s < moment.end_s for moment in seen.moments)
    whole = seen.document()
    assert json.loads(json.dumps(whole)) == whole


def test_a_night_tells_what_it_takes_and_is_refused_at_once_where_no_file_holds_it(
    project: stem.Project, tmp_path: Path
) -> None:
    silences = "\n".join(f"Stil, keer {hour}.\n" + "[pauze 595]\n" * 6 for hour in range(8))
    (tmp_path / "nacht.j2").write_text(f'+++\ntitle = "Nacht"\n+++\n{silences}', encoding="utf-8")
    night = stem.TrackSpec("nacht.j2", voice="zacht", profile="sleep")
    plan = project.plan(night)
    (told,) = documents.cost_note(plan)
    # Eight hours of pauses that are a little short, two seconds of speech each, four minutes to fade:
    # 128 kbps of these is 461 MB.
    assert re.match(r"A long track: 8:00:\d\d, about 461 MB; to make it takes about \d+ minutes", told)
    assert project.preview(plan).text().endswith(told)
    with pytest.raises(stem.AudioError, match="longer than a WAV file can hold"):
        project.plan(replace(night, format="wav"))
    assert list(documents.cost_note(project.plan(stem.TrackSpec("kort.j2", voice="zacht")))) == []
