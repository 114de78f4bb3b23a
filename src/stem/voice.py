"""Voice templates: which engine speaks, how, and what is done to its sound afterwards.

A voice template is a TOML file; its name is the file's. Own templates, in `voice_templates` in the working
folder or in the user's settings folder, come before those that came with stem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from stem.chain import FILTERS, Filter
from stem.errors import ConfigError, UnknownNameError, did_you_mean
from stem.files import packaged_folder
from stem.tables import from_table, load_toml

_KIND = "voice_templates"
_SEXES = ("female", "male")


@dataclass(frozen=True, slots=True)
class VoiceTemplate:
    """How a voice speaks.

    Attributes:
        name: The file's name without suffix.
        title: The name that people read.
        summary: One line in Dutch: what it sounds like and what for.
        engine: A name from `engines.ENGINES`.
        sex: "female" or "male".
        voice: The engine's own name of a voice, or the absolute path of a file that stands beside the
            template.
        settings: The engine's settings; the engine judges them.
        chain: What its clips go through, in order.
        credit: Who made the voice, and its licence.
        path: The template's file.
    """

    name: str
    title: str
    summary: str
    engine: str
    sex: str
    voice: str
    settings: Mapping[str, object]
    chain: tuple[Filter, ...]
    credit: str
    path: Path


@dataclass(frozen=True, slots=True)
class _Table:
    """The file as written; `chain` is built apart, since its tables differ in kind."""

    title: str
    summary: str
    engine: str
    sex: str
    voice: str
    credit: str
    settings: dict[str, object]
    chain: tuple[dict[str, object], ...] = ()

    def __post_init__(self) -> None:
        if self.sex not in _SEXES:
            raise ValueError(f'\'sex\' must be "female" or "male", not "{self.sex}"')


def find_voice(name: str) -> VoiceTemplate:
    """Return the voice template with a name, or the one in a file.

    Args:
        name: A name, or the path of a .toml file.

    Raises:
        UnknownNameError: when there is none.
        ConfigError: when its file has mistakes.
    """
    if name.endswith(".toml"):
        return _read(Path(name))
    files = _files()
    if name not in files:
        raise UnknownNameError("voice", name, files)
    return _read(files[name])


def voices() -> tuple[VoiceTemplate, ...]:
    """Return all voice templates that can be had by name, ordered by name.

    Raises:
        ConfigError: when a file has mistakes.
    """
    return tuple(_read(path) for _, path in sorted(_files().items()))


def _files() -> dict[str, Path]:
    """Return name -> file; a name in an earlier folder hides the same name in a later one."""
    folders = (
        packaged_folder(_KIND),
        platformdirs.user_config_path("stem", appauthor=False) / _KIND,
        Path.cwd() / _KIND,
    )
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def _read(path: Path) -> VoiceTemplate:
    table = load_toml(path)
    problems: list[str] = []
    try:
        written = from_table(_Table, table, path)
    except ConfigError as error:
        problems += error.problems
        written = None
    filters = _chain(table.get("chain"), path, problems)
    voice = _voice(table.get("voice"), path, problems)
    if problems or written is None:
        raise ConfigError(path, problems)
    return VoiceTemplate(
        name=path.stem,
        title=written.title,
        summary=written.summary,
        engine=written.engine,
        sex=written.sex,
        voice=voice,
        settings=written.settings,
        chain=filters,
        credit=written.credit,
        path=path,
    )


def _chain(tables: object, path: Path, problems: list[str]) -> tuple[Filter, ...]:
    """Build the filters, adding mistakes to `problems`; that it is a list of tables is judged elsewhere."""
    filters: list[Filter] = []
    for number, table in enumerate(tables if isinstance(tables, list) else [], start=1):
        if not isinstance(table, dict):
            continue
        parameters = dict(table)
        kind = parameters.pop("filter", None)
        place = f"chain[{number}]"
        if not isinstance(kind, str) or kind not in FILTERS:
            hint = did_you_mean(str(kind), list(FILTERS)).rstrip(".")
            problems.append(f"'{place}.filter' must be the name of a filter, not {kind!r} ({hint})")
            continue
        try:
            filters.append(from_table(FILTERS[kind], parameters, path))
        except ConfigError as error:
            problems += [f"{place} ({kind}): {problem}" for problem in error.problems]
    return tuple(filters)


def _voice(voice: object, path: Path, problems: list[str]) -> str:
    """Return the voice's id, or the absolute path when a file of that name stands beside the template."""
    if not isinstance(voice, str):
        return ""  # told elsewhere
    beside = path.absolute().parent / voice
    if Path(voice).suffix and not beside.is_file():
        problems.append(f"'voice' names the file {voice}, which does not stand beside the template")
    return str(beside) if beside.is_file() else voice
