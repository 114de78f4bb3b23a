"""Packs a voice as a package that `pip install` takes: for other computers of a practice, or for everyone.

A wheel is a ZIP file with a list of what is in it, and is written here, without a build tool. The same voice
gives the same bytes: nothing is compressed, and no time is written down.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import tomllib
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any, cast

from stem.errors import ConfigError, UsageError
from stem.files import file_hash, output_error, packaged_folder, publish, temporary_beside
from stem.messages import Message
from stem.sound.filters import FILTERS
from stem.voices.packages import ENGINES_WITH_PATHS, GROUP, settings_misfits
from stem.voices.published import card_path, settings_path
from stem.voices.template import LIMITS, VoiceTemplate, came_with_stem

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_TOLD = ("title", "summary", "licence", "credit")
_WHEEL = "Wheel-Version: 1.0\nGenerator: stem\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_MODE, _UNIX = 0o100644 << 16, 3


def pack(voice: VoiceTemplate, folder: Path, *, overwrite: bool = False) -> Path:
    """Write a voice's wheel in a folder, and return its path.

    Raises:
        UsageError: when it has no files to pack, or they may not be passed on.
        ConfigError: when its files are not those of a Dutch voice.
        OutputError: when the wheel cannot be written.
    """
    model = _model(voice)
    name = re.sub(r"[._-]+", "-", f"stem-voice-{voice.name}").lower()
    module = name.replace("-", "_")
    told = {key: " ".join(str(getattr(voice, key)).split()) for key in _TOLD}
    told |= {"voice": voice.name, "name": name, "module": module}
    parts: dict[str, bytes | Path] = {
        f"{module}/__init__.py": _filled("__init__.py", told),
        f"{module}/{voice.name}.toml": _template(voice, model.name).encode(),
        f"{module}/{card_path(model).name}": _filled("MODEL_CARD", told),
        **{f"{module}/{path.name}": path for path in _files(model)},
    }
    # It follows from what is in it, so that a changed voice is never taken for the one that is there.
    version = f"1.0+v{sha256(_record(parts).encode()).hexdigest()[:8]}"
    about = f"{module}-{version}.dist-info"
    parts |= {
        f"{about}/licenses/LICENSE": _filled("LICENSE", told),
        f"{about}/METADATA": _metadata({**told, "version": version}),
        f"{about}/WHEEL": _WHEEL.encode(),
        f"{about}/entry_points.txt": f"[{GROUP}]\n{voice.name} = {module}\n".encode(),
    }
    parts[f"{about}/RECORD"] = f"{_record(parts)}{about}/RECORD,,\n".encode()
    wheel = folder / f"{module}-{version}-py3-none-any.whl"
    with temporary_beside(wheel) as temporary:
        try:
            _write(temporary, parts)
        except OSError as error:
            raise output_error(wheel, error) from error
        publish(temporary, wheel, overwrite=overwrite)
    return wheel


def _model(voice: VoiceTemplate) -> Path:
    """Return the file that a voice is in, once it is sure that it may be packed."""
    model = Path(voice.voice)
    if not voice.redistributable:
        raise UsageError(
            Message(
                "The voice '{voice}' may not be passed on ({licence}).",
                voice=voice.name,
                licence=voice.licence,
            ),
            hint=Message("Each computer can get it by itself: {get_voice} {voice}", voice=voice.name),
        )
    if came_with_stem(voice.path) and voice.download is None and model.is_absolute():
        raise UsageError(
            Message("The voice '{voice}' comes with stem.", voice=voice.name),
            hint=Message("It is on every computer that has stem."),
        )
    if voice.engine in ENGINES_WITH_PATHS or not model.is_absolute():
        raise UsageError(
            Message("The voice '{voice}' has no file that can be packed.", voice=voice.name),
            hint=Message("A voice that is one or two files can be, such as one of Piper."),
        )
    if not model.is_file():
        raise UsageError(
            Message("The voice '{voice}' is not on this computer.", voice=voice.name),
            hint=Message("Download it: {get_voice} {voice}", voice=voice.name) if voice.download else "",
        )
    if not _NAME.fullmatch(voice.name):
        raise UsageError(
            Message("'{voice}' cannot be the name of a package.", voice=voice.name),
            hint=Message("Give the voice's template a name of plain letters, digits and hyphens."),
        )
    if problems := tuple(settings_misfits(model)):
        raise ConfigError(model, problems)
    return model


def _files(model: Path) -> list[Path]:
    """Return the files of a voice, with its card when that is there."""
    beside = (settings_path(model), card_path(model))
    return [model, *(path for path in beside if path.is_file())]


def _template(voice: VoiceTemplate, model: str) -> str:
    """Return a voice's template as a text that builds on no other and has nothing to download."""
    table: dict[str, object] = {key: getattr(voice, key) for key in (*_TOLD, "engine", "sex", "accent")}
    table |= {"voice": model, **{key: getattr(voice, key) for key in (*LIMITS, "rank")}}
    lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
    lines += ["", "[settings]", *(f"{_toml(key)} = {_toml(value)}" for key, value in voice.settings.items())]
    kinds = {kind: name for name, kind in FILTERS.items()}
    for step in voice.chain:
        figures = {each.name: getattr(step, each.name) for each in fields(cast("Any", step))}
        written = {"filter": kinds[type(step)], **figures}
        lines += ["", "[[chain]]", *(f"{key} = {_toml(value)}" for key, value in written.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """Return a value as TOML has it; its texts are those of JSON, but for one sign."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value)


def _filled(name: str, told: Mapping[str, str]) -> bytes:
    text = (packaged_folder("packaging") / "voice" / name).read_text(encoding="utf-8")
    return Template(text).substitute(told).encode()


def _metadata(told: Mapping[str, str]) -> bytes:
    """Return the METADATA of a wheel: what the recipe's project says, and its README."""
    recipe = _filled("pyproject.toml", {key: _toml(value)[1:-1] for key, value in told.items()})
    project = tomllib.loads(recipe.decode())["project"]
    return (
        "Metadata-Version: 2.1\n"
        f"Name: {project['name']}\nVersion: {project['version']}\nSummary: {project['description']}\n"
        f"License: {project['license']['text']}\n"
        f"Requires-Python: {project['requires-python']}\nDescription-Content-Type: text/markdown\n\n"
    ).encode() + _filled("README.md", told)


def _record(parts: Mapping[str, bytes | Path]) -> str:
    """Return a line for each part of a wheel: its name, hash and size."""
    lines = []
    for name, part in sorted(parts.items()):
        digest = bytes.fromhex(file_hash(part)) if isinstance(part, Path) else sha256(part).digest()
        size = part.stat().st_size if isinstance(part, Path) else len(part)
        lines.append(f"{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},{size}\n")
    return "".join(lines)


def _write(path: Path, parts: Mapping[str, bytes | Path]) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        for name, part in parts.items():
            about = zipfile.ZipInfo(name, _LONG_AGO)
            about.external_attr, about.create_system = _MODE, _UNIX
            with ExitStack() as stack:
                source = stack.enter_context(part.open("rb") if isinstance(part, Path) else BytesIO(part))
                shutil.copyfileobj(source, stack.enter_context(wheel.open(about, "w")))
