"""The timeline: every cue at its frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlacedUtterance:
    """An utterance (or breath word) at its place.

    Attributes:
        text: What is said, as written.
        phrase: What the voice was given to say; the key of its take.
        start: First frame of its clip (the sound itself starts 20 ms later).
        end: Frame after its last one (80 ms after the last sound).
    """

    text: str
    phrase: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlacedPause:
    """A pause at its place, in frames; `name` as in the cue."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter, in frames; chapters follow each other without gaps."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole track in frames at `units.SAMPLE_RATE`.

    Attributes:
        frames: The track's length.
        utterances: In order; they do not overlap.
        pauses: In order.
        bells: The frames at which the bell is struck.
        chapters: In order; empty when the script has no headings.
    """

    frames: int
    utterances: tuple[PlacedUtterance, ...]
    pauses: tuple[PlacedPause, ...]
    bells: tuple[int, ...]
    chapters: tuple[Chapter, ...]
