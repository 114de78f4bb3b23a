"""Cues: what a script asks for, in order and not yet in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a script template: the file as the user knows it, and the line counted from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence to be spoken, as written."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Breath:
    """A breath word to be spoken; what comes next starts `seconds` after the word's *start*."""

    text: str
    seconds: float
    source: Source


@dataclass(frozen=True, slots=True)
class Pause:
    """Time without speech.

    Attributes:
        name: A name from the table of pauses, or "exact" for a written number of seconds.
        seconds: Nominal length in seconds.
        shortest_s: The shortest it may become when a track is fitted to a length.
        longest_s: The longest; equal to `shortest_s` when the pause is not elastic.
        source: Where it was written, or where the sentence before it was for automatic ones.
    """

    name: str
    seconds: float
    shortest_s: float
    longest_s: float
    source: Source


@dataclass(frozen=True, slots=True)
class Bell:
    """One stroke of the bell; it rings on under what follows."""

    source: Source


@dataclass(frozen=True, slots=True)
class Heading:
    """The start of a chapter; not spoken."""

    title: str
    source: Source


Cue: TypeAlias = Utterance | Breath | Pause | Bell | Heading
