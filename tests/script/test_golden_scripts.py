"""What each script of the catalogue says, in both forms, line by line.

A change of words shows in the difference of a file under tests/data/cues. When it was meant:
STEM_REGENERATE=1 python -m pytest tests/test_golden.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Safe, Utterance
from stem.script.marks import parse_cues
from stem.script.template import find_script

GOLDEN = Path(__file__).parents[1] / "data" / "cues"
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
CASES = [(path.stem, vorm) for path in sorted(SCRIPTS.glob("*.j2")) for vorm in ("je", "u")]


def line(cue: Cue) -> str:
    match cue:
        case Utterance(text=text):
            return text
        case Breath(text=text, seconds=length_s):
            return f"{text} | {length_s:g} s from its start"
        case Pause(name=name, seconds=length_s, shortest_s=shortest_s, longest_s=longest_s):
            return f"    | {name} {length_s:g} s ({shortest_s:g}-{longest_s:g})"
        case Bell():
            return "    | bell"
        case Heading(title=title):
            return f"\n## {title}"
        case Safe(rules=rules):
            return f"    | {' '.join(rules)}:"


@pytest.mark.parametrize(("name", "vorm"), CASES)
def test_a_script_says_what_it_said(name: str, vorm: str) -> None:
    cues = parse_cues(find_script(name).render({"vorm": vorm, "naam": "Anna"}).lines)
    now = "".join(f"{line(cue)}\n" for cue in cues)
    golden = GOLDEN / f"{name}-{vorm}.txt"
    if os.environ.get("STEM_REGENERATE"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(now, encoding="utf-8", newline="\n")
    assert golden.read_text(encoding="utf-8") == now


def test_no_golden_file_is_left_of_a_script_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {f"{name}-{vorm}" for name, vorm in CASES}
