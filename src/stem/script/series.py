"""Series: scripts that belong together, in an order."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from stem.characters import visible
from stem.errors import ConfigError, UnknownNameError
from stem.files import HERE, packaged_folder
from stem.messages import Message
from stem.script.includes import SUFFIX, hidden_problem, name_problem, place_problem
from stem.tables import from_table, load_toml

_LOGGER = logging.getLogger(__name__)
_FOLDER = "reeksen"
_MOST_SCRIPTS = 200


@dataclass(frozen=True, slots=True)
class Series:
    """A series of scripts.

    Example:
        >>> series = project.series("zeven-dagen")
        >>> len(series.scripts)
        7

    Attributes:
        name: The file's name without suffix.
        title: For people.
        summary: One or two sentences for people.
        scripts: Names of scripts, in their order.
    """

    name: str
    title: str
    summary: str
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The file as written."""

    title: str
    scripts: tuple[str, ...]
    summary: str = ""


def all_series(folder: Path = HERE) -> tuple[Series, ...]:
    """Return the series in a project's scripts/reeksen and those of stem, by name; own ones go first.

    Raises:
        ConfigError: when a file has mistakes.
    """
    found: dict[str, Path] = {}
    for home in _folders(folder):
        for path in (home / _FOLDER).glob("[!.]*.toml"):
            problem = place_problem(path, home)
            if problem:
                raise ConfigError(visible(str(path)), [problem])
            found.setdefault(path.stem, path)
    return tuple(_read(found[name]) for name in sorted(found))


def find_series(name: str, folder: Path = HERE) -> Series:
    """Return the series of a name that can be had in a project's folder.

    Raises:
        UnknownNameError: when there is none.
        ConfigError: when a file has mistakes.
    """
    known = {series.name: series for series in all_series(folder)}
    if name not in known:
        raise UnknownNameError("series", name, known)
    own, packaged = (home / _FOLDER / f"{name}.toml" for home in _folders(folder))
    if own.is_file() and packaged.is_file() and not own.samefile(packaged):
        _LOGGER.warning(
            Message(
                "The series '{name}' is the one in {path}, not the one that comes with stem.",
                name=name,
                path=own,
            )
        )
    return known[name]


def _folders(folder: Path) -> tuple[Path, Path]:
    return folder / "scripts", packaged_folder("scripts")


def _read(path: Path) -> Series:
    content = load_toml(path)
    problem = hidden_problem(content)
    if problem:
        raise ConfigError(path, [problem])
    table = from_table(_Table, content, path)
    if len(table.scripts) > _MOST_SCRIPTS:
        raise ConfigError(
            path, [Message("'scripts' holds more than {most_scripts}", most_scripts=_MOST_SCRIPTS)]
        )
    for number, script in enumerate(table.scripts, start=1):
        problem = name_problem(script if script.endswith(SUFFIX) else script + SUFFIX, SUFFIX)
        if problem:
            raise ConfigError(
                path, [Message("'scripts[{number}]' is no script: {problem}", number=number, problem=problem)]
            )
    return Series(path.stem, table.title, table.summary, table.scripts)
