"""Voice templates: which engine speaks, how, and what is done to its sound afterwards.

A voice template is a TOML file; its name is the file's. Own templates, in `voice_templates` in a project's
folder or in the user's settings folder, come before those of installed packages (`packages`); these come
before those that came with stem. It is told when one of a project's folder does. A template that inherits
from another says only what differs; what came with stem inherits from nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import platformdirs

from stem.errors import ConfigError, UnknownNameError, did_you_mean
from stem.files import HERE, expanded, packaged_folder
from stem.messages import Message, joined
from stem.sound.filters import FILTERS, Filter
from stem.tables import from_table, load_toml, out_of_bounds
from stem.voices.consent import Consent, credit, has_own_state
from stem.voices.packages import misfits, package_of, voice_packages
from stem.voices.published import MODEL_SUFFIX, Download

_KIND = "voice_templates"
_SEXES = ("female", "male", "own")

_LOGGER = logging.getLogger(__name__)

LIMITS = {"speed": (0.5, 2.0), "pitch": (-6.0, 6.0), "pause_scale": (0.25, 4.0), "level": (-12.0, 12.0)}
"""Of what a voice template may set, lowest and highest."""

_MOST_FILTERS = 50
_MOST_VOICES = 200
_MOST_PARENTS = 5
"""So many voices one may build on, each on the next: what lists all voices reads them for each."""


@dataclass(frozen=True, slots=True)
class VoiceTemplate:
    """How a voice speaks.

    Example:
        >>> voice = project.voice("zacht")
        >>> voice.name, voice.engine, voice.installed
        ('zacht', 'espeak', True)

    Attributes:
        name: The file's name without suffix.
        title: The name that people read.
        summary: One line in Dutch: what it sounds like and what for.
        engine: A name from `engines.ENGINES`, or of an engine from elsewhere.
        sex: "female", "male", or "own" for recordings.
        voice: The engine's own name of a voice, or the absolute path of its file.
        settings: The engine's settings; the engine judges them.
        chain: What its clips go through, in order.
        credit: Who made the voice, and its licence: one sentence in Dutch, for the listener.
        path: The template's file.
        accent: Where in the language area it comes from.
        licence: Of the voice, in a few words.
        redistributable: Whether its licence lets its files be passed on.
        speed: 1.0 is the voice's own; 0.9 is slower.
        pitch: In semitones; 0 is the voice's own.
        pause_scale: A factor for the pauses that may stretch.
        level: In dB, added to the level of the speech.
        rank: Of the voices that can speak here, the one with the highest is the usual one.
        download: Where its files come from; None when there is nothing to fetch.
        clone: Whether it was made after the voice of someone, who must have consented to it.
        consent: What that person consented to; see `cloning.check_consent`.
        parents: The files of those that it inherits from, the nearest first.
        named: Whether it stands in its project's own `voice_templates`, so that its name is enough there.
        package: The installed package that brings it; "" for none.
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
    accent: str = ""
    licence: str = ""
    redistributable: bool = True
    speed: float = 1.0
    pitch: float = 0.0
    pause_scale: float = 1.0
    level: float = 0.0
    rank: int = 0
    download: Download | None = None
    clone: bool = False
    consent: Consent | None = None
    parents: tuple[Path, ...] = ()
    named: bool = False
    package: str = ""

    @property
    def is_flemish(self) -> bool:
        """Whether it speaks Dutch as people in Flanders do."""
        return self.accent == _FLANDERS

    @property
    def installed(self) -> bool:
        """Whether all files that it needs are on this machine; what is in them is another matter."""
        folder = Path(self.voice).parent
        wanted = () if self.download is None else self.download.files
        return all((folder / file.name).is_file() for file in wanted)


_FLANDERS = "Flanders"
_BY_COMPUTER = "Gesproken door een computerstem."
"""The credit of a voice that names none."""


@dataclass(frozen=True, slots=True)
class _Table:
    """The file as written; `chain` is built apart, since its tables differ in kind."""

    title: str
    summary: str
    engine: str
    sex: str
    voice: str
    credit: str
    settings: dict[str, object] = field(default_factory=dict)
    chain: tuple[dict[str, object], ...] = ()
    accent: str = ""
    licence: str = ""
    redistributable: bool = True
    speed: float = 1.0
    pitch: float = 0.0
    pause_scale: float = 1.0
    level: float = 0.0
    rank: int = 0
    download: Download | None = None
    clone: bool = False
    consent: Consent | None = None

    def __post_init__(self) -> None:
        problems = out_of_bounds(self, LIMITS)
        if self.sex not in _SEXES:
            problems.insert(
                0, Message('\'sex\' must be "female", "male" or "own", not "{sex}"', sex=self.sex)
            )
        if problems:
            raise ValueError(joined("; ", problems))


def models_folder() -> Path:
    """Return the folder of downloaded voices; it need not be there yet."""
    return platformdirs.user_data_path("stem", appauthor=False) / "voices"


def find_voice(name: str, folder: Path = HERE) -> VoiceTemplate:
    """Return the voice template with a name, or the one in a file.

    Args:
        name: A name, the path of a .toml file, or that of a neural voice (.onnx).
        folder: The project's, in which its own voices are and from which a relative path starts.

    Raises:
        UnknownNameError: when there is none.
        ConfigError: when its file has mistakes.
    """
    if name.endswith(".toml"):
        return _read(expanded(name, folder), folder)
    if name.endswith(MODEL_SUFFIX):
        return _of_model(expanded(name, folder))
    files = _files(folder)
    if name not in files:
        raise UnknownNameError("voice", name, files)
    _tell_hidden(files[name], folder)
    return _read(files[name], folder)


def _tell_hidden(path: Path, project: Path) -> None:
    """Tell that a voice of a project's folder goes before another of its name."""
    here = project.absolute() / _KIND
    if path.parent != here or here in {packaged_folder(_KIND), _settings_folder()}:
        return
    packaged, packages, settings, _ = _groups(project)
    hidden = (
        (settings, Message("the one of your own settings")),
        (packages, Message("the one of an installed package")),
        (packaged, Message("the one that comes with stem")),
    )
    for group, whose in hidden:
        if any(path.name == each.name for each in group):
            _LOGGER.warning(
                Message(
                    "The voice '{voice}' is the one in {path}, not {other}.",
                    voice=path.stem,
                    path=path,
                    other=whose,
                )
            )
            return


def packaged_voice(name: str) -> VoiceTemplate:
    """Return the voice of a name that came with stem, whatever own ones there are.

    Raises:
        ConfigError: when there is none.
    """
    return _read(packaged_folder(_KIND) / f"{name}.toml", HERE)


def came_with_stem(template: Path) -> bool:
    """Tell whether a voice template is one of stem's."""
    return template.absolute().parent == packaged_folder(_KIND)


def is_the_users(template: Path) -> bool:
    """Tell whether a voice template stands in the user's own settings folder."""
    return template.absolute().parent == _settings_folder()


def voices(folder: Path = HERE) -> tuple[VoiceTemplate, ...]:
    """Return all voice templates that can be had by name and are in order, ordered by name."""
    return tuple(each for each in _all(folder) if isinstance(each, VoiceTemplate))


def broken_voices(folder: Path = HERE) -> tuple[ConfigError, ...]:
    """Return what is wrong with the voice templates that are not in order."""
    return tuple(each for each in _all(folder) if isinstance(each, ConfigError))


def voice_names(folder: Path = HERE) -> tuple[str, ...]:
    """Return the names of all voice templates, in order or not."""
    return tuple(sorted(_files(folder)))


def _all(folder: Path) -> Iterator[VoiceTemplate | ConfigError]:
    for package in voice_packages():
        if package.problem:
            yield package.error((package.problem,))
    for _, path in sorted(_files(folder).items()):
        try:
            yield _read(path, folder)
        except ConfigError as error:
            yield error


def _groups(project: Path) -> tuple[list[Path], ...]:
    """Return the files of all voice templates; a later group goes before an earlier one."""
    own = (_settings_folder(), project.absolute() / _KIND)
    return (
        list(packaged_folder(_KIND).glob("*.toml")),
        [path for package in voice_packages() for path in package.templates],
        *(list(folder.glob("*.toml")) for folder in own),
    )


def _settings_folder() -> Path:
    return platformdirs.user_config_path("stem", appauthor=False) / _KIND


def _files(project: Path, besides: Path | None = None) -> dict[str, Path]:
    """Return name -> file; a name in a later group hides the same name in an earlier one.

    Args:
        project: Its folder.
        besides: The template that inherits: nothing in a later group than its own can change it.
    """
    groups = _groups(project)
    if besides is not None:
        own = (number for number, group in enumerate(groups) if besides.absolute() in group)
        groups = groups[: next(own, len(groups)) + 1]
    found = [path for group in groups for path in group]
    if len(found) > _MOST_VOICES:
        too_many = Message("there are more than {most_voices} voices", most_voices=_MOST_VOICES)
        raise ConfigError(project.absolute() / _KIND, [too_many])
    return {path.stem: path for path in found if path != besides}


def _of_model(path: Path) -> VoiceTemplate:
    """Return a plain template for a neural voice of which only the file is known."""
    if not path.is_file():
        hint = Message("Give the path of a voice's .onnx file.")
        raise ConfigError(path, [Message("there is no such file")], hint=hint)
    return VoiceTemplate(
        name=path.stem,
        title=path.stem,
        summary="Een eigen stem.",
        engine="piper",
        sex="own",
        voice=str(path.absolute()),
        settings={},
        chain=(),
        credit=_BY_COMPUTER,
        path=path,
    )


def _read(path: Path, project: Path) -> VoiceTemplate:
    """Return the voice template in a file; one that came with stem is read once, as long as it stays."""
    if came_with_stem(path):
        found = _packaged(path, path.stat().st_mtime_ns)
        voice = Path(found.voice)
        if found.download and voice.parent != path.absolute().parent:
            found = replace(found, voice=str(models_folder() / voice.name))
        return replace(found, named=path.absolute().parent == project.absolute() / _KIND)
    package = package_of(path)
    if package is None:
        return _built(path, project)
    try:
        return replace(_built(path, project), package=package.name)
    except ConfigError as error:
        raise package.error(error.problems, path) from error


@lru_cache(maxsize=100)
def _packaged(path: Path, _changed_ns: int) -> VoiceTemplate:
    """Return a voice as it was read; the folder of downloaded voices may be another now."""
    return _built(path, HERE)


def _built(path: Path, project: Path) -> VoiceTemplate:
    problems: list[str] = []
    lineage = [path]
    table = _inherited(path, project, problems, lineage)
    orphan = any(problem.startswith("'inherits'") for problem in problems)
    try:
        written = from_table(_Table, table, path)
    except ConfigError as error:
        # What is missing would have come from the voice that could not be inherited from.
        problems += [each for each in error.problems if not (orphan and each.endswith("is missing"))]
        written = None
    filters = _chain(table.get("chain"), path, problems)
    if problems or written is None:
        raise ConfigError(path, problems)
    if not written.credit.strip() and written.engine in {"piper", "command"}:
        written = replace(written, credit=_BY_COMPUTER)
    voice = VoiceTemplate(
        name=path.stem,
        chain=filters,
        path=path,
        parents=tuple(lineage[1:]),
        named=path.absolute().parent == project.absolute() / _KIND,
        **{name: getattr(written, name) for name in _Table.__dataclass_fields__ if name != "chain"},
    )
    published = () if voice.download is None else [file.name for file in voice.download.files]
    if not (voice.clone or has_own_state(voice.settings, published)):
        return voice
    return replace(voice, clone=True, credit=credit(voice.consent, voice.credit))


def _inherited(path: Path, project: Path, problems: list[str], lineage: list[Path]) -> dict[str, object]:
    """Return the table in a file, laid over the one that it inherits from, which is added to `lineage`."""
    table = load_toml(path)
    problems += misfits(path, table)
    if isinstance(voice := table.get("voice"), str):  # else told with the rest
        table["voice"] = _voice(voice, table, path, problems)
    parent = table.pop("inherits", None)
    if parent is None:
        return table
    files = _files(project, besides=path)  # an own "alex" may build on the one that came with stem
    if not isinstance(parent, str) or parent not in files:
        problems.append(
            Message(
                "'inherits' must be the name of a voice, not {parent!r} ({hint:open})",
                parent=parent,
                hint=did_you_mean(str(parent), list(files)),
            )
        )
        return table
    if files[parent] in lineage:
        problems.append(
            Message(
                "'inherits' goes round in a circle: {parent} builds on {path}", parent=parent, path=path.stem
            )
        )
        return table
    if len(lineage) > _MOST_PARENTS:
        problems.append(
            Message("'inherits' leads from voice to voice more than {most} times", most=_MOST_PARENTS)
        )
        return table
    lineage.append(files[parent])
    basis = _inherited(files[parent], project, problems, lineage)
    # Another voice needs none of its files, and has a licence of its own.
    of_its_files = {"download", "redistributable"} if "voice" in table else set()
    kept = {key: value for key, value in basis.items() if key not in of_its_files}
    both = ((key, kept.get(key), table.get(key)) for key in ("settings", "download"))
    together = {key: {**a, **b} for key, a, b in both if isinstance(a, dict) and isinstance(b, dict)}
    own = {"rank": 0}  # being best is not in the family
    likeness = {"clone": True} if basis.get("clone") is True else {}  # whose voice it is, is
    return {**kept, **own, **table, **together, **likeness}


def _chain(tables: object, path: Path, problems: list[str]) -> tuple[Filter, ...]:
    """Build the filters, adding mistakes to `problems`; that it is a list of tables is judged elsewhere."""
    filters: list[Filter] = []
    if isinstance(tables, list) and len(tables) > _MOST_FILTERS:
        problems.append(Message("'chain' has more than {most} filters", most=_MOST_FILTERS))
        return ()
    for number, table in enumerate(tables if isinstance(tables, list) else [], start=1):
        if not isinstance(table, dict):
            continue
        parameters = dict(table)
        kind = parameters.pop("filter", None)
        place = f"chain[{number}]"
        if not isinstance(kind, str) or kind not in FILTERS:
            hint = did_you_mean(str(kind), list(FILTERS))
            problems.append(
                Message(
                    "'{place}.filter' must be the name of a filter, not {kind!r} ({hint:open})",
                    place=place,
                    kind=kind,
                    hint=hint,
                )
            )
            continue
        try:
            filters.append(from_table(FILTERS[kind], parameters, path))
        except ConfigError as error:
            problems += [
                Message("{place} ({kind}): {problem}", place=place, kind=kind, problem=problem)
                for problem in error.problems
            ]
    return tuple(filters)


def _voice(voice: str, table: Mapping[str, object], path: Path, problems: list[str]) -> str:
    """Return the voice's id, or the absolute path of its file: beside the template, or downloaded."""
    beside = path.absolute().parent / voice
    if beside.is_file():
        if not (is_the_users(path) or beside.resolve().is_relative_to(path.absolute().parent.resolve())):
            problems.append(
                Message("'voice' names {voice}, a file outside the folder of the template", voice=voice)
            )
        return str(beside)
    if "download" in table:
        if Path(voice).name != voice:
            problems.append(
                Message("'voice' must be the name of a file to download, not {voice}", voice=voice)
            )
        return str(models_folder() / voice)
    if Path(voice).suffix:
        problems.append(
            Message("'voice' names the file {voice}, which does not stand beside the template", voice=voice)
        )
    return voice
