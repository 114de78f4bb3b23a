"""Voices that are installed as packages: templates and models that `pip install` puts among Python's own.

A package names its folder in the entry-point group `stem.voices`. It is found by the lists that installers
leave: nothing of it is imported or run. What is in it has to be enough: a template there names no program, no
file elsewhere and nothing to download.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path, PurePosixPath

from stem.errors import ConfigError
from stem.messages import Message
from stem.programs import places
from stem.voices.published import MODEL_SUFFIX, settings_path

GROUP = "stem.voices"
"""The entry-point group of voices from elsewhere: a name, and a folder of the package as a module's name."""

_FOLDER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
ENGINES_WITH_PATHS = {"command", "recordings"}
"""What their settings name lies anywhere on the machine."""


@dataclass(frozen=True, slots=True)
class VoicePackage:
    """An installed package with voices.

    Attributes:
        name: What it is installed and removed by.
        templates: The files of its voice templates.
        problem: Why it has none; empty when it has.
    """

    name: str
    templates: tuple[Path, ...] = ()
    problem: str = ""

    def error(self, problems: tuple[str, ...], template: Path | None = None) -> ConfigError:
        """Return what is wrong with it, or with one of its templates, as an error that names it."""
        place = (
            Message("the package {package}", package=self.name)
            if template is None
            else Message("the package {package}, {template}", package=self.name, template=template.name)
        )
        hint = Message("Install it again, or remove it: pip uninstall {package}", package=self.name)
        return ConfigError(place, problems, hint=hint)


def voice_packages() -> tuple[VoicePackage, ...]:
    """Return the installed packages with voices, in order of their names."""
    return _installed(_here(), tuple((place, _changed(place)) for place in sys.path))


def package_of(template: Path) -> VoicePackage | None:
    """Return the package that a voice template is of; None for any other file."""
    path = template.absolute()
    return next((package for package in voice_packages() if path in package.templates), None)


def misfits(template: Path, table: Mapping[str, object]) -> Iterator[str]:
    """Yield what a template may not say in a package, and what it needs there; nothing for any other file."""
    package = package_of(template)
    if package is None:
        return
    for other in voice_packages():
        if other.name != package.name and template.name in {each.name for each in other.templates}:
            yield Message(
                "the package {package} brings a voice '{voice}' too; remove one of the two",
                package=other.name,
                voice=template.stem,
            )
    if table.get("engine") in ENGINES_WITH_PATHS:
        yield Message("'engine' may not be '{engine}' in a package", engine=table["engine"])
    if "download" in table:
        yield Message("'download' has no place in a package, which has the files of its voices")
    voice = table.get("voice")
    if isinstance(voice, str) and (template.parent / voice).is_file():
        yield from settings_misfits(template.parent / voice)


def settings_misfits(model: Path) -> Iterator[str]:
    """Yield why a voice's file cannot be used, as far as a glance beside it tells; its engine knows more."""
    path = settings_path(model)
    if model.suffix != MODEL_SUFFIX:
        return
    if not path.is_file():
        yield Message("{file}, which belongs to its model, is not there", file=path.name)
        return
    with suppress(OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        language = json.loads(path.read_bytes())["espeak"]["voice"]
        if language.split("-")[0] != "nl":
            yield Message(
                "the voice speaks '{espeak_voice}', and stem's texts are Dutch ('nl')", espeak_voice=language
            )


def _here() -> str:
    with suppress(OSError):  # the working folder is gone
        return str(Path.cwd())
    return ""


def _changed(place: str) -> int:
    """Return when something was last installed in a place."""
    try:
        return os.stat(place).st_mtime_ns  # noqa: PTH116 - asked for each voice, and a Path takes longer
    except (OSError, ValueError):
        return 0


@lru_cache(maxsize=1)
def _installed(_here: str, _where: tuple[tuple[str, int], ...]) -> tuple[VoicePackage, ...]:
    """Look where Python looks for modules, but for the working folder; again when something changed there."""
    found: dict[str, Path] = {}
    for place in places():
        for info in _with_voices(place, _changed(place)):
            found.setdefault(info.name.partition("-")[0].lower(), info)  # the first is what Python imports
    packages = [package for info in found.values() for package in _packages(info)]
    return tuple(sorted(packages, key=lambda package: (package.name, package.templates)))


@lru_cache(maxsize=64)
def _with_voices(place: str, _when: int) -> tuple[Path, ...]:
    """Return the lists of packages that name our group; `importlib.metadata` takes twenty times as long."""
    found = []
    with suppress(OSError):  # an archive, or gone
        for info in Path(place).iterdir():
            if info.name.endswith(".dist-info"):
                with suppress(OSError):
                    if f"[{GROUP}]".encode() in (info / "entry_points.txt").read_bytes():
                        found.append(info)
    return tuple(found)


def _packages(info: Path) -> Iterator[VoicePackage]:
    """Yield a package once for each folder that it names."""
    try:
        package = Distribution.at(info)
        name, points = package.name, package.entry_points.select(group=GROUP)
        files = [PurePosixPath(file) for file in package.files or ()]
        origin = json.loads(package.read_text("direct_url.json") or "{}")
        if origin.get("dir_info", {}).get("editable"):
            yield VoicePackage(
                name, problem=Message("it was installed with -e, and its files stand elsewhere; leave out -e")
            )
            return
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        yield VoicePackage(
            info.name.partition("-")[0].replace("_", "-"), problem=Message("the list of its files is damaged")
        )
        return
    for point in points:
        yield _package(name, point, info.parent, files)


def _package(name: str, point: EntryPoint, place: Path, files: list[PurePosixPath]) -> VoicePackage:
    folder = PurePosixPath(point.value.replace(".", "/"))
    if not _FOLDER.fullmatch(point.value) or not any(folder in file.parents for file in files):
        problem = Message("it names the folder '{folder}', which is not its own", folder=point.value)
        return VoicePackage(name, problem=problem)
    here = (place / file for file in files if file.parent == folder and file.suffix == ".toml")
    templates = tuple(sorted(path for path in here if path.is_file()))
    if templates:
        return VoicePackage(name, templates)
    return VoicePackage(
        name, problem=Message("there is no voice template in its folder '{folder}'", folder=point.value)
    )
