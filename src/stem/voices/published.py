"""The files of a voice as they are published: where they are, how large, and what their content is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MODEL_SUFFIX = ".onnx"
"""Of a neural voice's file; any such file can be named as a voice."""


def settings_path(model: Path) -> Path:
    """Return where the settings of the voice in a file stand."""
    return model.with_name(f"{model.name}.json")


def card_path(model: Path) -> Path:
    """Return where stands what the makers of a voice tell of it: what it learnt from, and its licence."""
    return model.with_name(f"{model.stem}.MODEL_CARD")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a voice that can be downloaded.

    Attributes:
        name: Its name, there and here.
        md5: Of its content, in hexadecimal.
        bytes: Its size; None when only the hash is known.
    """

    name: str
    md5: str
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """Where a voice's files come from.

    Attributes:
        origin: Web address of the collection; another may be named when downloading.
        revision: The collection's revision.
        folder: Folder in the collection.
        files: What to fetch.
    """

    origin: str
    revision: str
    folder: str
    files: tuple[RemoteFile, ...]
