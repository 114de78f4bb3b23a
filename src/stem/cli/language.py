"""Which language is spoken: the one asked for, else that of the environment, the folder, or the system.

What is not Dutch is English, for which no catalogue is read.
"""

from __future__ import annotations

import locale
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from gettext import NullTranslations
from pathlib import Path

import stem
from stem.errors import StemError
from stem.messages import ENGLISH, dutch

VARIABLE = "STEM_LANG"
_OPTION = "--lang"
_OF_THE_SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")
_DUTCH = re.compile(r"(nl|dutch)([^a-z].*)?", re.IGNORECASE)


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> NullTranslations:
    """Return the language in which a command is answered."""
    wish = next(filter(None, _wishes(arguments, environment)), "")
    return dutch() if _DUTCH.fullmatch(wish) else ENGLISH


def _wishes(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what is asked for, what goes first before the rest; "" where nothing is."""
    yield _asked(arguments)
    yield environment.get(VARIABLE, "")
    with suppress(StemError, OSError):  # what is wrong with its settings is told by whoever needs them
        if Path("stem.toml").exists():
            yield stem.Project().settings.language or ""
    yield next(filter(None, map(environment.get, _OF_THE_SYSTEM)), "") or _of_windows()


def _asked(arguments: Sequence[str]) -> str:
    """Return what stands after the option; it comes before the command."""
    before = iter(arguments)
    for word in before:
        if word == _OPTION:
            return next(before, "")
        if word.startswith(f"{_OPTION}="):
            return word.partition("=")[2]
        if not word.startswith("-"):
            break
    return ""


def _of_windows() -> str:
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""
