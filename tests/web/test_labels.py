"""Labels: everything that stem's own scripts ask has one, and every choice of theirs too."""

from __future__ import annotations

import pytest

from stem.script.template import ScriptTemplate, scripts
from stem.web.labels import CHOICES, LABELS, choice_labels, label


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
def test_every_variable_has_a_label(script: ScriptTemplate) -> None:
    for variable in script.variables:
        assert variable.name in LABELS
        if variable.type == "choice":
            assert set(CHOICES[variable.name]) >= set(variable.choices)


def test_no_label_is_of_nothing() -> None:
    names = {variable.name for script in scripts() for variable in script.variables} | {"naam_uitspraak"}
    full = {f"{script.name}.{variable.name}" for script in scripts() for variable in script.variables}
    assert set(LABELS) <= names | full
    assert set(CHOICES) <= names


def test_what_has_no_label_is_called_by_its_name() -> None:
    assert label("soort_dag") == "Soort dag"
    assert choice_labels("soort_dag", ("nat", "droog")) == {"nat": "nat", "droog": "droog"}
    assert choice_labels("iets", ()) == {"ja": "ja", "nee": "nee"}
