"""Script templates: front matter and words in, a Script of plain lines with marks out.

A template is a .j2 file: TOML between two lines of "+++", then the words. It is filled in by `sandbox`, in a
child process; this module finds and reads the files, checks the values and tells what went wrong.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from stem.characters import code_point, first_control
from stem.errors import ScriptError, StemError, UnknownNameError, UsageError
from stem.files import HERE, packaged_folder
from stem.messages import Message
from stem.script.cues import PAUSES, SAFETY_RULES, Cue, Line, PauseRange, Source
from stem.script.front_matter import read_front
from stem.script.includes import SUFFIX, Parts, read_parts, read_template, split_front, template_text
from stem.script.marks import parse_cues
from stem.script.masking import Mask
from stem.script.rendering import answers_of, error_of
from stem.script.variables import VORM, Value, Variable, whole

_LOGGER = logging.getLogger(__name__)


_WORD = re.compile(r"\w+")

_NO_MASK = Mask({})
_MARK_WORDS = ("pauze", "stilte", "adem", "bel", "veilig", "titel")


@dataclass(frozen=True, slots=True)
class Script:
    """A script that is filled in.

    Attributes:
        title: For people.
        template: What it was made from.
        lines: Plain text with marks, each with its place in a template; empty lines part paragraphs.
        mask: Hides what was filled in.
    """

    title: str
    template: ScriptTemplate
    lines: tuple[Line, ...]
    mask: Mask = field(default=_NO_MASK, compare=False, repr=False)

    def cues(self, pauses: Mapping[str, PauseRange] = PAUSES) -> tuple[Cue, ...]:
        """Read the lines, see `parse_cues`.

        Raises:
            ScriptError: as there, without what was filled in.
        """
        try:
            return parse_cues(self.lines, pauses)
        except ScriptError as error:
            words = (*_MARK_WORDS, *SAFETY_RULES, *pauses)
            problem, hint = self.mask(error.problem, words), self.mask(error.hint, words)
            raise ScriptError(problem, error.path, error.line, hint=hint) from None


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is filled in with; see `ScriptTemplate.render`."""

    values: Mapping[str, str]
    minutes: float | None = None
    flemish: bool = False


@dataclass(frozen=True, slots=True)
class ScriptTemplate:
    """A script with its variables open.

    Example:
        >>> script = project.script("kort")
        >>> script.title, [variable.name for variable in script.variables]
        ('Kort moment', ['naam', 'vorm'])

    Attributes:
        name: The file's name without .j2.
        path: The file as the user knows it.
        title: Plain text.
        summary: One or two sentences for people.
        language: Always "nl".
        bed: Name of the background it was written for; None for no wish.
        voice: Name of the voice, likewise.
        variables: In the order they were written; `vorm` last when the script does not name it.
        body: The words, marks and template code.
        body_line: The line of the file that the body starts at, counted from 1.
        minutes: The lengths it was written for, the usual one first.
        imagery: Whether it leads into imagery, so that the safety rules hold for it.
        steps_over: Whether the listener looks through another's eyes, and so must be led back.
        picks: Whether the listener picks a person, a place or a memory to imagine; who steps over does.
        practitioner_only: Whether it is for use with a practitioner only.
        basis: On which thoughts it rests; plain text.
        audience: For whom it was written; plain text.
        not_for: When better not; plain text.
        ask: What to ask a listener afterwards; plain text.
    """

    name: str
    path: Path
    title: str
    summary: str
    language: str
    bed: str | None
    voice: str | None
    variables: tuple[Variable, ...]
    body: str
    body_line: int
    minutes: tuple[float, ...] = ()
    imagery: bool = True
    steps_over: bool = False
    picks: bool = False
    practitioner_only: bool = False
    basis: str = ""
    audience: str = ""
    not_for: str = ""
    ask: str = ""

    def render(
        self, values: Mapping[str, str], *, minutes: float | None = None, flemish: bool = False
    ) -> Script:
        """Fill the template in.

        Args:
            values: Variables by name, as text; plain words, never template code or marks.
            minutes: The length wanted, `minuten` in the template; by default the first of `self.minutes`.
            flemish: Whether the voice is from Flanders, `vlaams` in the template.

        Raises:
            UnknownNameError: for a variable that the script does not have.
            UsageError: for a value that is missing or cannot be right.
            ScriptError: for whatever is wrong with the template, at its line.
        """
        (rendered,) = self.render_all([Filling(values, minutes, flemish)])
        if isinstance(rendered, StemError):
            raise rendered
        return rendered

    def render_all(self, fillings: Sequence[Filling]) -> tuple[Script | StemError, ...]:
        """Fill the template in many times: that takes little more than once.

        Returns:
            For each filling the script, or the error that `render` would raise.

        Raises:
            ScriptError: when the template itself cannot be read.
        """
        parts = read_parts(self.path, self.body, self.body_line)
        self._refuse_personal_headings(parts)
        given = [self._given(filling) for filling in fillings]
        sound = [values for values in given if not isinstance(values, StemError)]
        answers = iter(answers_of(parts, sound, self._personal, self.path))
        shown = [str(part.path) for part in parts.found]

        @cache  # of a thousand fillings most lines are the same
        def line_of(index: int, number: int, text: str) -> Line:
            return Line(text, Source(shown[index], number))

        return tuple(
            values if isinstance(values, StemError) else self._made(next(answers), parts, values, line_of)
            for values in given
        )

    def _given(self, filling: Filling) -> dict[str, Value] | UsageError:
        """Return what the template is given, or what is wrong with it."""
        try:
            values = self._filled(filling.values)
        except UsageError as error:
            return error
        values |= {"vlaams": filling.flemish}
        wanted = filling.minutes if filling.minutes is not None else next(iter(self.minutes), None)
        if wanted is not None and not math.isfinite(wanted):
            return UsageError(
                Message("A script has a length of some number of minutes."), hint=Message("For example: 12.")
            )
        return values if wanted is None else values | {"minuten": whole(wanted)}

    def _made(
        self,
        answer: Mapping[str, Any] | ScriptError,
        parts: Parts,
        values: Mapping[str, Value],
        line_of: Callable[[int, int, str], Line],
    ) -> Script | StemError:
        if isinstance(answer, ScriptError):
            return answer
        if "lines" not in answer:
            return error_of(answer, parts, self.variables)
        lines = tuple(line_of(*place_and_text) for place_and_text in answer["lines"])
        own = {name: str(values[name]) for name in self._personal if name in values}
        anyones = (str(value) for name, value in values.items() if name not in own)
        mask = Mask(own, (*(part.text for part in parts.found), *anyones))
        # Also a script that says nothing has a line, so that who reads it can tell which script that is.
        lines = lines or (Line("", Source(str(self.path), self.body_line)),)
        return _first_problem(lines, mask, parts) or Script(self.title, self, lines, mask)

    @property
    def _personal(self) -> tuple[str, ...]:
        """The variables whose values may be someone's own words."""
        return tuple(variable.name for variable in self.variables if variable.type == "text")

    def _refuse_personal_headings(self, parts: Parts) -> None:
        """Keep what is filled in out of headings: players show chapters on lock screens."""
        personal = {*self._personal, "noem"}
        for part in parts.found:
            for number, line in enumerate(part.text.split("\n"), start=1):
                if not line.lstrip().startswith("##"):
                    continue
                code = (piece.partition("}}")[0] for piece in line.split("{{")[1:])
                if any(not personal.isdisjoint(_WORD.findall(piece)) for piece in code):
                    raise _personal_heading(part.path, number)

    def wrong_values(self, values: Mapping[str, str]) -> dict[str, UsageError]:
        """Return by variable what is wrong with values, those that are missing among them."""
        known = {variable.name: variable for variable in self.variables}
        wrong: dict[str, UsageError] = {
            name: UnknownNameError("variable", name, known) for name in values if name not in known
        }
        for variable in self.variables:
            try:
                value = variable.read(values[variable.name]) if variable.name in values else variable.default
            except UsageError as error:
                wrong[variable.name] = error
                continue
            if variable.required and value in {None, ""}:
                choices = f" ({', '.join(variable.choices)})" if variable.choices else ""
                wrong[variable.name] = UsageError(
                    Message(
                        "The script '{name}' needs a value for '{variable}'{choices}.",
                        name=self.name,
                        variable=variable.name,
                        choices=choices,
                    ),
                    hint=Message(
                        "Give it with {value_of}{name}=...{help}",
                        name=variable.name,
                        help=f" {variable.help}".rstrip(),
                    ),
                )
        return wrong

    def _filled(self, values: Mapping[str, str]) -> dict[str, Value]:
        for error in self.wrong_values(values).values():
            raise error
        read = {each.name: each.read(values[each.name]) for each in self.variables if each.name in values}
        usual = {each.name: each.default for each in self.variables if each.default is not None}
        return usual | read


def _personal_heading(path: Path | str, line: int) -> ScriptError:
    problem = Message("a heading holds what is filled in, and headings are written into the file")
    return ScriptError(problem, path, line, hint=Message("Say it in a sentence instead."))


def _first_problem(lines: Sequence[Line], mask: Mask, parts: Parts) -> ScriptError | None:
    """Return what is wrong with lines that a template made, wherever it had them from."""
    for line in lines:
        path, number = line.source.path, line.source.line
        odd = first_control(line.text)
        if odd is not None:
            problem = Message("it would say a character that nobody sees ({odd})", odd=code_point(odd))
            return ScriptError(problem, path, number, hint=Message("Remove it."))
        heading = line.text.strip()
        if heading.startswith("##"):
            written = next(part.text for part in parts.found if str(part.path) == path)
            own = {word.casefold() for word in _WORD.findall(written.split("\n")[number - 1])}
            added = (word for word in _WORD.findall(heading) if word.casefold() not in own)
            if mask.holds(" ".join(added)):
                return _personal_heading(path, number)
    return None


def find_script(name_or_path: str, folder: Path = HERE) -> ScriptTemplate:
    """Return the script in a .j2 file, or the one with a name: in a project's scripts, else of stem.

    Args:
        name_or_path: A path is relative to the folder.
        folder: The project's.

    Raises:
        UnknownNameError: when there is none.
        ScriptError: when its file has mistakes.
    """
    given = Path(name_or_path)
    if given.suffix == SUFFIX or len(given.parts) > 1:
        candidates = [folder / given]
    else:
        candidates = [home / f"{name_or_path}{SUFFIX}" for home in _folders(folder)]
    for path in candidates:
        if _is_file(path):
            _tell_own(path, folder)
            return _load(path)
    own = [path.name for path in folder.glob(f"*{SUFFIX}")]
    raise UnknownNameError("script", name_or_path, [*(path.stem for path in script_files(folder)), *own])


def _tell_own(path: Path, folder: Path) -> None:
    """Tell that a script of the folder goes before the one of its name that came with stem."""
    own, packaged = _folders(folder)
    if path.parent == own and path.resolve().parent != packaged and _is_file(packaged / path.name):
        _LOGGER.warning(
            Message(
                "The script '{script}' is the one in {path}, not the one that comes with stem.",
                script=path.stem,
                path=path,
            )
        )


def scripts(folder: Path = HERE) -> tuple[ScriptTemplate, ...]:
    """Return every script that has a name, by name; those in a project's scripts go before those of stem.

    Raises:
        ScriptError: when one has mistakes.
    """
    return tuple(_load(path) for path in script_files(folder))


def _folders(folder: Path) -> tuple[Path, Path]:
    return folder / "scripts", packaged_folder("scripts")


def script_files(folder: Path) -> list[Path]:
    """Return the files of every script that has a name, by name, unread; see `scripts`."""
    found: dict[str, Path] = {}
    for home in _folders(folder):
        for path in home.glob(f"*{SUFFIX}"):
            if _is_file(path):
                found.setdefault(path.stem, path)
    return [found[name] for name in sorted(found)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that is closed to us
        return False


def script_of(text: str, path: Path) -> ScriptTemplate:
    """Return the script that a file would be with this text; what it includes is found as for the file.

    Raises:
        ScriptError: when it has mistakes.
    """
    return _script(template_text(text.encode("utf-8", "surrogatepass"), path), path)


def _load(path: Path) -> ScriptTemplate:
    if path.parent == packaged_folder("scripts"):
        its = path.stat()
        return _packaged(path, its.st_mtime_ns, its.st_size)
    return _script(read_template(path), path)


@lru_cache(maxsize=128)
def _packaged(path: Path, _changed_ns: int, _size: int) -> ScriptTemplate:
    """Return a script that came with stem; a page that shows them all would else read 20 files each time."""
    return _script(read_template(path), path)


def _script(text: str, path: Path) -> ScriptTemplate:
    front, body, body_line = split_front(text, path)
    if front is None:
        hint = Message('Start it with a line "+++", then title = "...", then again a line "+++".')
        raise ScriptError(Message("this script has no front matter"), path, 1, hint=hint)
    table = read_front(front, path)
    declared = tuple(made.variable(name) for name, made in table.variables.items())
    implied = () if "vorm" in table.variables else (VORM,)
    return ScriptTemplate(
        name=path.stem,
        path=path,
        title=table.title,
        summary=table.summary,
        language=table.language,
        bed=table.bed,
        voice=table.voice,
        variables=declared + implied,
        body=body,
        body_line=body_line,
        minutes=table.minutes,
        imagery=table.imagery,
        steps_over=table.steps_over,
        picks=table.picks,
        practitioner_only=table.practitioner_only,
        basis=table.basis,
        audience=table.audience,
        not_for=table.not_for,
        ask=table.ask,
    )
