"""The house's own words: what a practice says before and after every script, as text or as a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from stem.config import FILE_NAME, Config
from stem.errors import ConfigError
from stem.files import HERE, expanded
from stem.messages import Message
from stem.script.cues import Bell, Cue, Heading, Line, Pause, PauseRange, Source, Utterance, phrases_of
from stem.script.marks import parse_cues
from stem.voices.recordings.engine import SOUND_SUFFIXES, recorded_voice
from stem.voices.template import VoiceTemplate

_PAUSE = "alinea"
_BELL_PAUSE = "bel"


@dataclass(frozen=True, slots=True)
class IntroOutro:
    """What stands around the words of every script.

    Attributes:
        opening: Its cues; empty for nothing.
        closing: Likewise.
        voice: Who says the phrases that were recorded; None when none were.
        recorded: Those phrases, which are not their words.
    """

    opening: tuple[Cue, ...] = ()
    closing: tuple[Cue, ...] = ()
    voice: VoiceTemplate | None = None
    recorded: frozenset[str] = frozenset()

    def around(self, cues: tuple[Cue, ...]) -> tuple[Cue, ...]:
        """Return a script's cues with the house's own around them.

        The opening comes behind a heading or bell that the script begins with, so that it belongs to the
        first chapter, and the closing to the last. Both last as long in a short track as in a long one.
        """
        first = len(list(takewhile(_stays_in_front, cues)))
        last = len(cues) - len(list(takewhile(_stays_behind, reversed(cues))))
        return (*cues[:first], *self.opening, *cues[first:last], *self.closing, *cues[last:])


def intro_outro(config: Config, pauses: Mapping[str, PauseRange], folder: Path = HERE) -> IntroOutro:
    """Return the words of the house.

    Args:
        config: Whose `intro` and `outro` are text, with marks if need be, or the name of a sound file.
        pauses: The table of pauses.
        folder: The project's.

    Raises:
        ConfigError: when one is no sound file, or a text that cannot be said.
        ScriptError: when a text has a wrong mark.
    """
    files = {name: _recording(name, text, folder) for name, text in _wishes(config) if _is_recording(text)}
    said = {
        name: (Utterance.of(_shown(name, config), _source(name)),)
        if name in files
        else _read(name, text, pauses, folder)
        for name, text in _wishes(config)
    }
    rest = pauses[_PAUSE]
    opening = (*said.get("intro", ()), *_rests("intro", said, rest))
    closing = (*_rests("outro", said, rest), *said.get("outro", ()))
    recorded = {phrase: path for name, path in files.items() for phrase in phrases_of(said[name])}
    voice = recorded_voice(recorded, Path(FILE_NAME)) if recorded else None
    return IntroOutro(opening, closing, voice, frozenset(recorded))


def _wishes(config: Config) -> Iterator[tuple[str, str]]:
    yield from (
        (name, text) for name, text in (("intro", config.intro), ("outro", config.outro)) if text.strip()
    )


def _rests(name: str, said: Iterable[str], rest: PauseRange) -> tuple[Pause, ...]:
    if name not in said:
        return ()
    return (Pause(_PAUSE, rest.seconds, rest.seconds, rest.seconds, _source(name)),)


def _shown(name: str, config: Config) -> str:
    """Return what stands in place of the words of a recording wherever a track's words are shown."""
    what = "opening" if name == "intro" else "afsluiting"
    return f"({what} van {config.practice or 'de praktijk'})"


def _source(name: str) -> Source:
    return Source(f"{FILE_NAME} ({name})", 1)


def _is_recording(text: str) -> bool:
    return Path(text.strip()).suffix.lower() in SOUND_SUFFIXES


def _recording(name: str, text: str, folder: Path) -> Path:
    path = expanded(text.strip(), folder)
    if not path.is_file():
        hint = Message(
            "Put the recording there, or write in {file_name} what is to be said.", file_name=FILE_NAME
        )
        raise ConfigError(
            folder / FILE_NAME,
            [Message("'{name}' names a sound file that is not there: {path}", name=name, path=path)],
            hint=hint,
        )
    return path.absolute()


def _read(name: str, text: str, pauses: Mapping[str, PauseRange], folder: Path) -> tuple[Cue, ...]:
    lines = [
        Line(line, Source(f"{FILE_NAME} ({name})", number)) for number, line in enumerate(text.split("\n"), 1)
    ]
    cues = parse_cues(lines, pauses)
    if any(isinstance(cue, Heading) for cue in cues):
        raise ConfigError(
            folder / FILE_NAME, [Message("'{name}' has a heading, which would be a chapter", name=name)]
        )
    return tuple(
        replace(cue, shortest_s=cue.seconds, longest_s=cue.seconds) if isinstance(cue, Pause) else cue
        for cue in cues
    )


def _stays_in_front(cue: Cue) -> bool:
    return isinstance(cue, Heading | Bell) or _is_rest_of_bell(cue)


def _stays_behind(cue: Cue) -> bool:
    return isinstance(cue, Bell) or _is_rest_of_bell(cue)


def _is_rest_of_bell(cue: Cue) -> bool:
    return isinstance(cue, Pause) and cue.name == _BELL_PAUSE


def sheet_order(texts: Sequence[Sequence[Cue]], house: IntroOutro) -> Iterator[Cue]:
    """Yield all cues in the order in which a reading sheet numbers them.

    The house's come last, so that a script's sentences keep their numbers when a practice finds its words.
    """
    for cues in texts:
        yield from cues
    for part in (house.opening, house.closing):
        if house.recorded.isdisjoint(phrases_of(part)):
            yield from part
