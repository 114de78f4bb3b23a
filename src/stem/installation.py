"""How stem was installed, and so how it is renewed and how a part that is gone comes back."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from stem.messages import Message
from stem.programs import is_bundle

_DISTRIBUTION = "stem-meditatie"

_UNPACK = Message(
    "Unpack stem again: a part of it is missing or damaged. A virus scanner may have taken it away; "
    "let it leave the folder of stem alone."
)


@dataclass(frozen=True, slots=True)
class Installation:
    """How stem was installed.

    Attributes:
        version: Of stem.
        kind: What was installed with, in words.
        place: Where it is.
        renewal: How a newer version comes in its place.
    """

    version: str
    kind: str
    place: Path
    renewal: str


def installation() -> Installation:
    """Return how the stem that runs was installed.

    Example:
        >>> installation().version
        '0.1.0'
    """
    version = metadata.version(_DISTRIBUTION)
    prefix = Path(sys.prefix)
    if is_bundle():
        renewal = Message("download the new one and unpack it in the place of this one; your folders stay")
        return Installation(version, Message("a bundle"), Path(sys.executable).parent, renewal)
    if "pipx" in prefix.parts:
        return Installation(version, "pipx", prefix, f"pipx upgrade {_DISTRIBUTION}")
    if prefix.parts[-3:-1] == ("uv", "tools"):
        return Installation(version, "uv tool", prefix, f"uv tool upgrade {_DISTRIBUTION}")
    checkout = _checkout()
    if checkout is not None:
        renewal = Message("{command} there, and install as the guide says", command="git pull")
        return Installation(version, Message("a checkout"), checkout, renewal)
    return Installation(version, "pip", prefix, f"python -m pip install --upgrade {_DISTRIBUTION}")


def _checkout() -> Path | None:
    """Return the folder that pip installed as it is ("editable", PEP 610)."""
    told = metadata.distribution(_DISTRIBUTION).read_text("direct_url.json")
    origin = {} if told is None else json.loads(told)
    if not origin.get("dir_info", {}).get("editable", False):
        return None
    return Path(__file__).resolve().parents[2]


def missing_hint(package: str) -> Message:
    """Return how a package comes that is not there."""
    return _UNPACK if is_bundle() else Message("Install it: pip install {package}", package=package)


def damaged_hint(package: str) -> Message:
    """Return how a package comes back that does not work."""
    if is_bundle():
        return _UNPACK
    return Message("Install it again: pip install --force-reinstall {package}", package=package)
