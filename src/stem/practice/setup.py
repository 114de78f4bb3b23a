"""A practice's own folder: settings, a list of clients with an example, and a script to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from stem.authoring.starting import starting_point
from stem.config import FILE_NAME
from stem.errors import OutputError, UsageError
from stem.files import expanded, write_whole
from stem.messages import Message
from stem.script.safety import safety

LIST_NAME = "clients.csv"
_SCRIPT = Path("scripts", "mijn-oefening.j2")
_LEXICON = Path("lexicon.toml")


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of it.

    Attributes:
        written: The files that are new.
        kept: Those that were there already, and stay as they are.
    """

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def begin_practice(folder: str | Path, *, name: str = "", country: str = "NL") -> Begun:
    """Write what a practice begins with; what is there already stays.

    Example:
        >>> begun = stem.begin_practice("nieuw", name="De Linde")
        >>> [path.name for path in begun.written]
        ['stem.toml', 'clients.csv', 'mijn-oefening.j2', 'lexicon.toml']
        >>> stem.Project("nieuw").settings.practice
        'De Linde'

    Args:
        folder: Made when it is not there.
        name: Of the practice; may be empty.
        country: Whose help numbers are told.

    Raises:
        UsageError: when the name cannot stand in the settings, or the country is not known.
        OutputError: when a file cannot be written.
    """
    if not name.isprintable() or len(name) > 100:  # noqa: PLR2004 - a name, not a text
        raise UsageError(
            Message("That is no name for a practice."), hint=Message("One line, at most 100 letters.")
        )
    home, written, kept = expanded(str(folder)), [], []
    for place, content in _files(name.strip(), safety(country).country).items():
        path = home / place
        if path.exists():
            kept.append(path)
            continue
        try:
            write_whole(path, content, overwrite=False)
        except OutputError:
            if not path.exists():
                raise
            kept.append(path)  # another run was first
        else:
            written.append(path)
    return Begun(tuple(written), tuple(kept))


def _files(name: str, country: str) -> dict[Path, bytes]:
    settings = _template("stem.toml").replace("@country@", country).replace('"@practice@"', _quoted(name))
    return {
        Path(FILE_NAME): settings.encode(),
        Path(LIST_NAME): b"\xef\xbb\xbf" + _template("clients.csv").replace("\n", "\r\n").encode(),
        _SCRIPT: starting_point().encode(),
        _LEXICON: _template("lexicon.toml").encode(),
    }


def _template(name: str) -> str:
    return (resources.files("stem.practice") / "starter" / name).read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
