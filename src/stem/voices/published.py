"""The files of a voice as they are published: where they are, how large, and what their content is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stem.messages import Message

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
        name: Its name here, and there unless `path` says otherwise.
        md5: Of its content, in hexadecimal; "" when nobody knows it yet, and the revision has to do.
        bytes: Its size; None when that is not known.
        path: Where it stands below the origin; "" for below the revision and the folder of all.
    """

    name: str
    md5: str = ""
    bytes: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """Where a voice's files come from.

    Attributes:
        revision: The collection's revision.
        folder: Folder in the collection.
        files: What to fetch.
        origins: Web addresses of the collection, tried in this order; in a template of the user's, also
            folders. Another may be named when downloading.
        origin: The one address, for a collection that has no other.
        card: The file there in which its makers tell what it learnt from, and its licence; "" for none.
    """

    revision: str
    folder: str
    files: tuple[RemoteFile, ...]
    origins: tuple[str, ...] = ()
    origin: str = ""
    card: str = ""

    def __post_init__(self) -> None:
        if not self.addresses:
            raise ValueError(Message("'origins' is missing"))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the collection is, the first to be asked first."""
        return (*((self.origin,) if self.origin else ()), *self.origins)

    def place(self, file: RemoteFile) -> str:
        """Return where a file stands below an origin."""
        return file.path or "/".join((self.revision, self.folder.strip("/"), file.name))

    def address(self, file: RemoteFile, origin: str) -> str:
        """Return where a file of the collection at an origin stands."""
        return f"{origin}/{self.place(file)}"
