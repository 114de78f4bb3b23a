"""Texts of many hands in many notations: what is spoken of each, and that nothing disappears in silence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from stem.authoring.importing import Imported, import_file
from stem.authoring.unspoken import unspoken
from stem.script.cues import Line, Source, Utterance
from stem.script.marks import parse_cues

TEXTS = Path(__file__).parents[1] / "data" / "strangers"
REGENERATE = os.environ.get("STEM_REGENERATE") == "1"
NO_WORDS = {"other-keys.json"}
"""What is refused, with what to do."""


def texts() -> list[Path]:
    return sorted(path for path in TEXTS.iterdir() if path.suffix != ".said" and path.name not in NO_WORDS)


def body(script: Imported) -> str:
    return script.template_text.split("+++\n", 2)[2].rstrip("\n")


def said(script: Imported) -> list[str]:
    return [line for line in body(script).split("\n") if line]


def told(script: Imported) -> str:
    return "\n".join(f"{note.line}: {note.found} -> {note.became}" for note in script.notes)


def test_there_are_enough_of_them() -> None:
    paths = texts()
    assert len(paths) >= 45
    assert len({path.suffix for path in paths}) >= 12


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_a_text_is_said_as_it_is_meant(path: Path) -> None:
    """With STEM_REGENERATE=1 in the environment what is said is written instead."""
    script = import_file(path)
    expected = path.with_name(f"{path.name}.said")
    if REGENERATE:
        expected.write_text("\n".join(said(script)) + "\n", encoding="utf-8")
    assert said(script) == expected.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_nothing_disappears_untold(path: Path) -> None:
    """Every line with a word or a number that is neither spoken nor a title is in the report."""
    script = import_file(path)
    kept = set(re.findall(r"\w+", f"{script.title} {body(script)} {told(script)}".casefold()))
    lines = {note.line for note in script.notes}
    subtitles = "times of subtitles" in told(script)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = set(re.findall(r"[^\W\d_]{3,}", re.sub(r"<[^<>]*>|\\n", " ", line).casefold()))
        missing = words - kept
        assert not missing or number in lines or (subtitles and path.suffix != ".vtt"), (number, missing)


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_a_second_look_finds_nothing_more(path: Path) -> None:
    script = import_file(path)
    cues = parse_cues([Line(line, Source("x", 1)) for line in body(script).split("\n")])
    for cue in cues:
        if isinstance(cue, Utterance):
            assert [each for each in unspoken(cue.text) if each.kept is not None] == []
