"""A script of a practice's own, made from one that is there: its template, or what was said in one track."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from stem.errors import StemError
from stem.files import packaged_folder
from stem.script.cues import Cue
from stem.script.includes import read_template
from stem.script.template import ScriptTemplate, find_script
from stem.script.writing import written

_SUFFIX = ".j2"
_TITLE = re.compile(r"^title\s*=.*$", re.MULTILINE)
_OWN = "eigen"
_OWN_NAME = re.compile(r"-eigen(-\d+)?$")
_OWN_TITLE = re.compile(r" \(eigen versie( \d+)?\)$")
_FLAGS = ("imagery", "steps_over", "picks", "practitioner_only")
_TEXTS = ("summary", "bed", "voice", "basis", "audience", "not_for", "ask")


def free_place(folder: Path, name: str) -> Path:
    """Return where a script of a project's own may stand that is made from one of a name.

    No script has its name yet, neither one of the project nor one that came with stem.
    """
    homes = (folder / "scripts", packaged_folder("scripts"))
    bare = _OWN_NAME.sub("", name)
    for number in itertools.count(1):
        file = f"{bare}-{_OWN}{'' if number == 1 else f'-{number}'}{_SUFFIX}"
        if not any((home / file).exists() or (home / file).is_symlink() for home in homes):
            return homes[0] / file
    raise AssertionError


def copied(template: ScriptTemplate, titles: Iterable[str]) -> str:
    """Return the text of a script, under another title than any of `titles`.

    Raises:
        ScriptError: when it cannot be read.
    """
    text = read_template(template.path)
    title = f"title = {_quoted(_free_title(template.title, titles))}"
    return _TITLE.sub(lambda _: title, text, count=1)


def fixed(template: ScriptTemplate, cues: Sequence[Cue], titles: Iterable[str]) -> str:
    """Return the text of a script that says these cues and asks for nothing.

    Args:
        template: The script that they are of.
        cues: What is said, and when.
        titles: Those that are taken.
    """
    told = {name: getattr(template, name) for name in _TEXTS}
    front = [f"title = {_quoted(_free_title(template.title, titles))}"]
    front += [f"{name} = {_quoted(text)}" for name, text in told.items() if text]
    front += [f"{name} = {str(getattr(template, name)).lower()}" for name in _FLAGS]
    return "\n".join(["+++", *front, "+++", written(cues)])


def taken_titles(folder: Path) -> Iterator[str]:
    """Yield the titles of all scripts; one with mistakes has none that anybody sees."""
    for home in (folder / "scripts", packaged_folder("scripts")):
        for path in home.glob(f"*{_SUFFIX}"):
            with suppress(StemError):
                yield find_script(path.stem, folder).title


def _free_title(title: str, titles: Iterable[str]) -> str:
    taken = {each.casefold() for each in titles}
    bare = _OWN_TITLE.sub("", title)
    names = (f"{bare} ({_OWN} versie{'' if number == 1 else f' {number}'})" for number in itertools.count(1))
    return next(name for name in names if name.casefold() not in taken)


def _quoted(text: str) -> str:
    """Return a text as TOML has it."""
    return json.dumps(text, ensure_ascii=False)
