"""Errors keep what they are about, and pass from one process to another whole."""

from __future__ import annotations

import copy
import importlib
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stem.errors import (
    AudioError,
    BusyError,
    ConfigError,
    DownloadError,
    EngineError,
    EngineUnavailable,
    OutputError,
    ScriptError,
    StemError,
    SynthesisError,
    UnknownNameError,
    UsageError,
)
from stem.messages import Message
from stem.practice.batch.single import UnusableCodeError
from stem.practice.edited import ChangedFileError
from stem.progress import Cancelled
from stem.script.edits import SafetySentenceError
from stem.script.pacing import UnreachableLengthError

HINT = Message("Choose another folder {for_output}, not {path}.", path="{naam}")

EXAMPLES: tuple[StemError, ...] = (
    StemError("It went wrong.", hint=HINT),
    UsageError("That cannot be.", hint=HINT),
    UnusableCodeError(Message("it has no letters {path}", path="c{}")),
    UnknownNameError("bed", "zee{}", ["zee", "regen"]),
    ConfigError(Path("stem.toml"), ["'a' is missing", Message("'b' {of}", of="is {too}")], hint=HINT),
    ScriptError("there is no mark '[pauz]'", Path("een.j2"), 3, hint=HINT),
    ScriptError("a; b", "een.j2", problems=["a", "b"]),
    EngineError("No engine.", hint=HINT),
    EngineUnavailable("piper", "it is not installed", hint=HINT),
    SynthesisError("piper", "Adem {in}.", "it was silent", hint=HINT),
    DownloadError("a.onnx", "the server is busy", hint=HINT),
    AudioError(Path("a.flac"), "there is no sound in it", hint=HINT),
    OutputError(Path("a.mp3"), "the disk is full", hint=HINT),
    BusyError(Path("a.mp3")),
    ChangedFileError(Path("stem.toml")),
    SafetySentenceError(2, ["V1"]),
    UnreachableLengthError(60.0, [(100.0, 200.0), (300.5, 400.0)]),
    Cancelled(),
)

COPIES: dict[str, Callable[[StemError], StemError]] = {
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def classes(source: Path) -> Iterator[type[StemError]]:
    """Yield all classes of the tree, wherever they are defined."""
    for path in source.rglob("*.py"):
        if re.search(r"^class \w+\(\w+\):", path.read_text(encoding="utf-8"), re.MULTILINE):
            parts = path.relative_to(source.parent).with_suffix("").parts
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
    todo = [StemError]
    while todo:
        found = todo.pop()
        todo += found.__subclasses__()
        yield found


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_copies_are_whole(error: StemError, way: str) -> None:
    again = COPIES[way](error)

    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert again.args == error.args
    assert str(again) == again.sentence == error.sentence
    assert _told(again) == _told(error)


def _told(error: StemError) -> list[str]:
    """Return all that a face tells of an error, in its own words."""
    words = {"for_output": "with -o"}
    return [
        text.told(words) if isinstance(text, Message) else text
        for text in (error.sentence, error.hint, *error.problems)
    ]


def test_every_class_of_the_tree_can_be_copied(root: Path) -> None:
    examples = {type(error): error for error in EXAMPLES}

    for kind in classes(root / "src" / "stem"):
        nearest = next(base for base in kind.__mro__ if base in examples)
        assert kind.__init__ is nearest.__init__, f"{kind.__name__} takes facts of its own: give an example"
        example = kind.__new__(kind, *examples[nearest].args)
        vars(example).update(vars(examples[nearest]))
        again = pickle.loads(pickle.dumps(example))
        assert (type(again), vars(again)) == (kind, vars(example))


def test_facts_are_shown_as_they_are() -> None:
    error = OutputError("{output} %s", "'{for_output}' is no name", hint=HINT)

    assert error.sentence == "{output} %s cannot be written: '{for_output}' is no name."
    assert error.hint == "Choose another folder for the output, not {naam}."


def test_several_problems_stay_apart() -> None:
    error = ConfigError("a.toml", ["een", "twee; drie"])

    assert error.problems == ("een", "twee; drie")
    assert error.place == "a.toml"
    assert error.sentence == "a.toml: 2 mistakes: een; twee; drie."
    assert OutputError("a", "b").problems == ()
