"""A list to begin with: the right heads for some scripts, and a row of each to write over."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from stem.practice.batch.options import fillable
from stem.script.template import ScriptTemplate
from stem.script.variables import Variable

_BEFORE = ("code", "script", "duur")


def model_list(scripts: Sequence[ScriptTemplate]) -> bytes:
    """Return a list in CSV, as Excel opens it: what must be filled in has an example, the rest is empty."""
    known = [name for script in scripts for name in _in_order(script)]
    heads = tuple(dict.fromkeys((*_BEFORE, *known)))
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, heads, delimiter=";", restval="")
    writer.writeheader()
    for number, script in enumerate(scripts, 1):
        row = {"code": f"voorbeeld-{number}", "script": script.name}
        if script.minutes:
            row["duur"] = f"{min(script.minutes):g}".replace(".", ",")
        writer.writerow(row | {each.name: _example(each) for each in script.variables})
    return written.getvalue().encode("utf-8-sig")


def _in_order(script: ScriptTemplate) -> list[str]:
    """Return what can be filled in, in the order of the script; how a name is said comes last."""
    names = [variable.name for variable in script.variables]
    return [*names, *sorted(fillable(script) - set(names))]


def _example(variable: Variable) -> str:
    if variable.choices and (variable.required or variable.type == "choice"):
        return str(variable.default or variable.choices[0])
    return ""
