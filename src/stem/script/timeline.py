"""The timeline: every cue at its frame.

Pauses are exact to the frame: the clip after a pause of p seconds starts `units.frames(p)` frames after the
end of the clip before it. What follows a breath word starts that many frames after the *start* of the word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stem import units
from stem.errors import ScriptError
from stem.messages import Message
from stem.script.cues import Bell, Breath, Cue, Heading, Pause, Safe, Utterance

PRE_ROLL_S = 6.0
"""Seconds of background before the first word (4-8 s is customary)."""

POST_ROLL_S = 12.0
"""Seconds of background after the last word (8-15 s is customary)."""

CHAPTER_LEAD_S = 0.5
"""A chapter starts this much before its first sound, so that a player that seeks loses no syllable."""


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


def place(
    cues: Sequence[Cue],
    frames_of: Mapping[str, int],
    *,
    title: str,
    bell_frames: int = 0,
    pre_roll_s: float = PRE_ROLL_S,
    post_roll_s: float = POST_ROLL_S,
) -> Timeline:
    """Give every cue its frame.

    Args:
        cues: In order.
        frames_of: The length in frames of each phrase's clip at `units.SAMPLE_RATE`.
        title: The first chapter's name when words come before the first heading.
        bell_frames: How long a bell rings on; the track does not end before that.
        pre_roll_s: Seconds before the first cue.
        post_roll_s: Seconds after the last.

    Raises:
        ScriptError: when a breath word lasts longer than its breath.
    """
    placing = _Placing(frames_of, title, cursor=units.frames(pre_roll_s))
    for cue in cues:
        placing.add(cue)
    return placing.finished(bell_frames, units.frames(post_roll_s))


@dataclass
class _Placing:
    """The state of placing: where the next sound goes, and what is placed so far."""

    frames_of: Mapping[str, int]
    title: str
    cursor: int
    last_sound: int = 0
    heading: str | None = None
    utterances: list[PlacedUtterance] = field(default_factory=list)
    pauses: list[PlacedPause] = field(default_factory=list)
    bells: list[int] = field(default_factory=list)
    starts: list[tuple[str, int]] = field(default_factory=list)

    def add(self, cue: Cue) -> None:
        match cue:
            case Heading(title=title):
                self.heading = title
            case Pause(name=name, seconds=length_s):
                end = self.cursor + units.frames(length_s)
                self.pauses.append(PlacedPause(name, self.cursor, end))
                self.cursor = end
            case Bell():
                self.start_chapter()
                self.bells.append(self.cursor)
            case Utterance():
                self.speak(cue)
            case Breath():
                self.breathe(cue)
            case Safe():
                pass

    def speak(self, cue: Utterance | Breath) -> None:
        self.start_chapter()
        end = self.cursor + self.frames_of[cue.phrase]
        self.utterances.append(PlacedUtterance(cue.text, cue.phrase, self.cursor, end))
        self.cursor = self.last_sound = end

    def breathe(self, breath: Breath) -> None:
        start = self.cursor
        self.speak(breath)
        until = start + units.frames(breath.seconds)
        if until < self.cursor:
            word_s = units.seconds(self.cursor - start)
            raise ScriptError(
                Message(
                    "the breath of {seconds:g} s is shorter than its word, which takes {word_s:.1f} s",
                    seconds=breath.seconds,
                    word_s=word_s,
                ),
                breath.source.path,
                breath.source.line,
                hint=Message("Give this breath at least {word_s:.1f} seconds.", word_s=word_s + 0.5),
            )
        self.pauses.append(PlacedPause("adem", self.cursor, until))
        self.cursor = until

    def start_chapter(self) -> None:
        if not self.starts and self.heading is None:
            self.heading = self.title
        if self.heading is not None:
            lead = max(self.cursor - units.frames(CHAPTER_LEAD_S), self.last_sound)
            self.starts.append((self.heading, lead if self.starts else 0))
            self.heading = None

    def finished(self, bell_frames: int, post_roll_frames: int) -> Timeline:
        last_bell = self.bells[-1] + bell_frames if self.bells else 0
        total = max(self.cursor + post_roll_frames, last_bell)
        ends = [start for _, start in self.starts[1:]] + [total]
        chapters = tuple(
            Chapter(name, start, end) for (name, start), end in zip(self.starts, ends, strict=False)
        )
        return Timeline(total, tuple(self.utterances), tuple(self.pauses), tuple(self.bells), chapters)
