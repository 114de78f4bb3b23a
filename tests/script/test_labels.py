"""Labels: what a form calls a variable and its choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from stem.errors import ScriptError
from stem.script.template import ScriptTemplate, find_script, scripts

FRONT = """+++
title = "Proef"
[variables.soort_dag]
choices = ["nat", "droog"]
default = "nat"
{labels}
[variables.kort]
type = "yesno"
default = false
+++
Dag.
"""


def written(folder: Path, labels: str) -> ScriptTemplate:
    path = folder / "proef.j2"
    path.write_text(FRONT.replace("{labels}", labels), encoding="utf-8")
    return find_script(str(path))


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
def test_all_that_stems_own_scripts_ask_has_a_label(script: ScriptTemplate) -> None:
    for variable in script.variables:
        assert variable.label, variable.name
        assert variable.label != variable.name
        assert len(variable.options) == len(variable.choices) or variable.type == "yesno"


def test_a_label_is_told_and_without_one_it_is_called_by_its_name(tmp_path: Path) -> None:
    labels = 'label = "Wat voor dag"\nlabels = ["een natte dag", "een droge dag"]'
    day, short, form = written(tmp_path, labels).variables
    assert (day.called, day.options) == ("Wat voor dag", {"nat": "een natte dag", "droog": "een droge dag"})
    assert (short.called, short.options) == ("Kort", {"ja": "ja", "nee": "nee"})
    assert (form.called, form.options) == ("Aanspreken met", {"je": "je", "u": "u"})
    day, *_ = written(tmp_path, "").variables
    assert (day.called, day.options) == ("Soort dag", {"nat": "nat", "droog": "droog"})


@pytest.mark.parametrize(
    "labels",
    [
        'labels = ["een natte dag"]',
        'labels = ["nat", "droog", "mist"]',
        'labels = ["nat", ""]',
        'label = "twee\\nregels"',
        'label = " "',
    ],
)
def test_labels_that_are_none_are_refused(tmp_path: Path, labels: str) -> None:
    with pytest.raises(ScriptError, match="label"):
        written(tmp_path, labels)
