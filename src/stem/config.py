"""stem.toml: a person's or practice's own defaults, in their folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stem.characters import code_point, first_control, line_problem
from stem.errors import ConfigError
from stem.files import HERE, is_outside
from stem.messages import Message
from stem.tables import from_table, load_toml

FILE_NAME = "stem.toml"
PATHS = ("voice", "bed", "cover", "intro", "outro")
"""What may be the name of a file that is read."""


@dataclass(frozen=True, slots=True)
class Config:
    """What stem.toml may say; options on the command line and a script's own words go first.

    Attributes:
        voice: Name of the voice when neither the command line nor the script names one; empty for the best
            that is installed.
        bed: Name of the background, likewise.
        bed_level: LU by which the background is louder, or, below 0, softer.
        profile: Name of what tracks are mastered for.
        output: Folder for finished tracks.
        practice: Name of the practice.
        intro: What is said before every script: text, with marks if need be, or the name of a sound file.
        outro: What is said after it, likewise.
        series: Name of the usual series.
        names: Pattern for the names of a batch's files; empty for the usual one.
        help: Whom a listener can turn to besides the country's help lines, a sentence each.
        artist: Who the tags name as the maker; empty for the practice.
        album: The album in the tags.
        cover: A picture for the tags; empty for one drawn by the title, "none" for none.
        country: Whose help numbers are told: NL or BE.
        language: What the command line speaks: "nl" or "en"; None for that of the system.
        allow_online: Whether text may be sent to a voice on the internet.
        pauses: Seconds by name of pause, in place of the table's own.
    """

    voice: str = ""
    bed: str = "zee"
    bed_level: float = 0.0
    profile: str = "default"
    output: str = "output"
    practice: str = ""
    intro: str = ""
    outro: str = ""
    series: str = ""
    names: str = ""
    help: tuple[str, ...] = ()
    artist: str = ""
    album: str = "Geleide visualisaties"
    cover: str = ""
    country: str = "NL"
    language: str | None = None
    allow_online: bool = False
    pauses: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what stands in tags, letters and pages, and could do more there than be read.

        Raises:
            ValueError: when a text has a control character, or another that nobody sees.
        """
        lines = {
            "practice": [self.practice],
            "artist": [self.artist],
            "album": [self.album],
            "help": self.help,
        }
        for name, texts in lines.items():
            if problem := next(filter(None, map(line_problem, texts)), ""):
                raise ValueError(Message("'{name}' cannot be used: {problem}", name=name, problem=problem))
        for name, text in (("intro", self.intro), ("outro", self.outro)):
            if sign := first_control(text):
                raise ValueError(
                    Message(
                        "'{name}' cannot be used: it holds {sign}, which nobody sees",
                        name=name,
                        sign=code_point(sign),
                    )
                )

    @property
    def maker(self) -> str:
        """Who the tags name as the maker."""
        return self.artist or self.practice or "stem"


def load_config(folder: Path) -> Config:
    """Return the settings of `folder`/stem.toml, or the defaults when there is no such file.

    Raises:
        ConfigError: when the file has mistakes.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return Config()
    path = path.absolute()  # which of several folders' it is, is told whole
    if not path.is_file():
        raise ConfigError(path, [Message("it is not a file")], hint=Message("Rename what is in the way."))
    config = from_table(Config, load_toml(path), path)
    refuse_outside(path, {name: getattr(config, name) for name in PATHS}, folder=folder)
    return config


def refuse_outside(
    origin: Path, named: Mapping[str, str | None], hint: str = "", *, folder: Path = HERE
) -> None:
    """Refuse what a file names that lies outside a project's folder: who wrote it may not be who reads it.

    Args:
        origin: The file.
        named: What it names, by key: a path, or whatever else is no path out of the folder.
        hint: What to do; by default to put a copy in the folder.
        folder: The project's.

    Raises:
        ConfigError: with all of it.
    """
    problems = [
        Message("'{key}' names a file outside this folder: {path}", key=key, path=path)
        for key, path in named.items()
        if path and is_outside(path, folder)
    ]
    if problems:
        raise ConfigError(origin, problems, hint=hint or Message("Put a copy of it in this folder."))
