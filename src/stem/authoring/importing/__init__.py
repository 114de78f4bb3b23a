"""Other people's scripts to script templates in stem's notation, with a report of all that is not as it was.

    file -> sources (documents, json_scripts, subtitles) -> rows -> mojibake -> layout (grids, front_matter,
    frames, print_remains, passages, pause_marks) -> items -> notation, with a second look -> template

What is understood becomes a mark of stem's. What is known to be silent (sounds, directions to the reader)
goes, and what is not understood goes too, with its line in the report: nothing is guessed, and nothing in
brackets that may be a mark is spoken. Every word outside of marks stays as the person wrote it, in its order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import get_args

from stem import units
from stem.authoring.importing.front_matter import lengths_in
from stem.authoring.importing.layout import read_layout
from stem.authoring.importing.manuscript import Kind, Manuscript, Note
from stem.authoring.importing.mojibake import mend
from stem.authoring.importing.notation import look_again, template, tidy, title_like
from stem.authoring.importing.sources import read_content, read_source, read_text
from stem.errors import ScriptError
from stem.messages import Message, joined
from stem.script import dutch
from stem.script.cues import Breath, Line, Pause, Source, Utterance
from stem.script.dutch.pace import expected_seconds
from stem.script.marks import parse_cues
from stem.script.sandbox import LONGEST_OUTPUT

__all__ = ["Imported", "Note", "import_content", "import_file", "import_text", "report_lines"]

MOST_ROWS = 20_000
"""Rows with something in them: more, even of ten letters, make a script that is too long."""

LONGEST_SENTENCE = 10_000
"""Characters; ten minutes in one breath."""

_MOST_PLACES = 8
_PLACE_LENGTH = 12
_FRONT_LINES = 3
_NO_WORDS = Message("What stands in brackets, between stars or after a # is not spoken.")


@dataclass(frozen=True, slots=True)
class Imported:
    """Someone's script in stem's notation.

    Attributes:
        title: Plain text; also in the template.
        template_text: A whole script template, front matter and body.
        notes: What is not as it was, by line.
        declared_s: The length in seconds that the input says it has; None when it does not say.
        expected_s: The length in seconds that its words and pauses take, at a calm pace.
    """

    title: str
    template_text: str
    notes: tuple[Note, ...]
    declared_s: float | None
    expected_s: float


def import_file(path: Path) -> Imported:
    """Read a script from a file: plain text, Markdown, docx, odt, SSML or JSON, told by its content.

    Raises:
        ScriptError: when the file cannot be read, is of another kind, damaged or too large, or has no words.
    """
    return _imported(read_source(path), path)


def import_content(content: bytes, name: str) -> Imported:
    """Read a script from the bytes of a file; `name` is what it goes by, for its title and for errors.

    Raises:
        ScriptError: as `import_file`.
    """
    return _imported(read_content(content, Path(name)), Path(name))


def import_text(text: str, name: str) -> Imported:
    """Read a script from a text; `name` is the file name it goes by, for its title and for errors.

    Raises:
        ScriptError: when it is no text, too long, or has no words.
    """
    return _imported(read_text(text, name), Path(name))


def report_lines(imported: Imported) -> list[str]:
    """Return what a person should know about an import: most pressing first, equal changes as one line."""
    lines: list[str] = []
    for kind in get_args(Kind):
        notes = sorted(
            (note for note in imported.notes if note.kind == kind),
            key=lambda note: (note.found, note.became, note.line),
        )
        told = []
        for (found, became), group in groupby(notes, key=lambda note: (note.found, note.became)):
            at = sorted({note.line for note in group})
            told.append((at[0], _report(at, kind, found, became)))
        lines += [text for _, text in sorted(told)]
    if imported.declared_s is not None:
        says, comes = units.format_time(imported.declared_s), units.format_time(imported.expected_s)
        lines.append(
            Message(
                "It says it lasts {says}; its words and pauses take about {comes}.", says=says, comes=comes
            )
        )
    return lines


_KINDS: Mapping[Kind, str] = {
    "not understood": Message("not understood"),
    "mended": Message("mended"),
    "left out": Message("left out"),
    "changed": Message("changed"),
}


def _report(at: Sequence[int], kind: Kind, found: str, became: str) -> str:
    """Return the line of a report about the same thing at several lines."""
    numbers, more = ", ".join(map(str, at[:_MOST_PLACES])), len(at) - _MOST_PLACES
    if len(at) == 1:
        place = Message("line {number}", number=numbers)
    elif more > 0:
        place = Message("lines {numbers} and {more} more", numbers=numbers, more=more)
    else:
        place = Message("lines {numbers}", numbers=numbers)
    result = became or (_KINDS["left out"] if kind == "not understood" else "")
    about = joined(": ", [place, _KINDS[kind], found])
    return joined(" -> ", [about, result]) if result else about


def _imported(manuscript: Manuscript, path: Path) -> Imported:
    if sum(1 for row in manuscript.rows if row.text.strip()) > MOST_ROWS:
        raise _too_long(path)
    rows, mended = mend(manuscript.rows)
    layout = read_layout(replace(manuscript, rows=tuple(rows), notes=()))
    items, looked = look_again(layout.items)
    items, settled = tidy(items)
    title = _title(layout.title, path)
    text = template(title, items)
    if len(text) + _PLACE_LENGTH * text.count("\n") > LONGEST_OUTPUT:
        raise _too_long(path)
    expected_s = _expected_seconds(text, path)
    notes = [*manuscript.notes, *mended, *layout.notes, *looked, *settled, *title_like(items)]
    declared_s = layout.declared_s or next(iter(lengths_in(path.stem)), None)
    return Imported(title, text, tuple(sorted(notes, key=lambda note: note.line)), declared_s, expected_s)


def _too_long(path: Path) -> ScriptError:
    problem = Message("it makes a script that is too long")
    return ScriptError(problem, path, hint=Message("Divide it into several files."))


def _title(found: str | None, path: Path) -> str:
    """Return the title that was found, else the file's name in plain words."""
    for text in (found or "", path.stem.replace("-", " ").replace("_", " ")):
        title = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if dutch.has_words(title):
            return dutch.capitalized(title) if text != found else title
    return "Zonder titel"


def _expected_seconds(text: str, path: Path) -> float:
    source = Source(str(path), 1)
    body = text.split("\n")[_FRONT_LINES:]
    try:
        cues = parse_cues([Line(line, source) for line in body])
    except ScriptError as error:
        raise ScriptError(Message("there are no words to speak in it"), path, hint=_NO_WORDS) from error
    total_s = 0.0
    for cue in cues:
        if isinstance(cue, Utterance):
            if len(cue.text) > LONGEST_SENTENCE:
                problem = Message(
                    "there is a sentence of more than {longest_sentence:,} characters in it",
                    longest_sentence=LONGEST_SENTENCE,
                )
                raise ScriptError(problem, path, hint=Message("Write full stops where a voice takes breath."))
            total_s += expected_seconds(cue.phrase)
        elif isinstance(cue, Pause | Breath):
            total_s += cue.seconds
    return total_s
