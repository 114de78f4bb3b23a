"""The folder that a project is."""

from __future__ import annotations

from pathlib import Path

from stem.config import FILE_NAME, Config, load_config
from stem.errors import ConfigError
from stem.files import expanded
from stem.messages import Message

RECORDINGS = "opnames/"
"""Where own recordings go unless something else is asked."""


class Folder:
    """A folder with settings; what is relative is so to it."""

    def __init__(self, folder: str | Path = ".") -> None:
        """Read the settings of a folder.

        Raises:
            ConfigError: when there is no such folder, it cannot be read, or its stem.toml has mistakes.
        """
        self.folder = Path(folder)
        try:
            if not self.folder.is_dir():
                problem = (
                    Message("it is no folder") if self.folder.exists() else Message("there is no such folder")
                )
                raise ConfigError(
                    self.folder,
                    [problem],
                    hint=Message("Name the folder of a practice, or put it back in its place."),
                )
            next(self.folder.iterdir(), None)
            (self.folder / FILE_NAME).exists()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or Message("no folder can have that name")
            raise ConfigError(
                self.folder, [Message("it cannot be read ({reason})", reason=reason)]
            ) from error
        self.settings: Config = load_config(self.folder)

    def path(self, name: str | Path) -> Path:
        """Return the path that a name means in this project, "~" included."""
        return expanded(str(name), self.folder)
