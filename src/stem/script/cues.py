"""The kinds of cues, and the tables of pauses and of safety lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from stem.errors import UnknownNameError, UsageError
from stem.messages import Message
from stem.script.dutch import spoken

EXACT = "exact"
"""The name of a pause whose seconds were written; its length is never changed."""

LONGEST_LINE = 10_000
"""Characters; a long paragraph has 1,000."""

LONGEST_SENTENCE = 5_000
"""Characters, likewise: rules look at a sentence from many places."""

LONGEST_PAUSE_S = 600.0
LONGEST_CYCLE_S = 15.0
"""A slower breath than this is no calm one but a strained one."""

SHORTEST_BREATH_S = 2.0
"""Leaves room for the breath word, which takes about a second."""

MOST_BREATHS = 20

SAFETY_RULES: Mapping[str, str] = MappingProxyType(
    {
        "V1": Message("a safe place to listen: not in traffic, nor at machines"),
        "V2": Message("the eyes may stay open"),
        "V3": Message("stopping is possible at any time, and how"),
        "V4": Message("nothing has to succeed"),
        "V5": Message("an anchor that is not the breath"),
        "V6": Message("feeling little, or tension, is welcome too"),
        "V7": Message("the step back behind one's own eyes"),
        "V8": Message("where trust is felt, and where not"),
        "V9": Message("orientation in the room at the end"),
        "V10": Message("a closing that claims little"),
        "V11": Message("what to do when something unpleasant lingers"),
        "V12": Message("whom or what one picks: nothing complicated"),
        "V13": Message("what to do when the image changes"),
        "V14": Message("a way out where it gets hard"),
        "V15": Message("what to do for who is not back yet"),
        "V16": Message("an anchor that is not the body"),
    }
)
"""The lines that a visualization does not go without; V12 and on only where there is something to pick, to
see, to come back from. A mark tells which sentence is which, so that a check is exact and no guess on
wording."""


@dataclass(frozen=True, slots=True)
class PauseRange:
    """How long a named pause lasts.

    Attributes:
        seconds: Nominal length in seconds.
        shortest_s: The shortest it may become when a track is fitted to a length.
        longest_s: The longest; equal to `shortest_s` when the pause is not elastic.
    """

    seconds: float
    shortest_s: float
    longest_s: float


PAUSES: Mapping[str, PauseRange] = MappingProxyType(
    {
        "zin": PauseRange(1.0, 1.0, 1.0),
        "alinea": PauseRange(2.5, 2.0, 5.0),
        "kort": PauseRange(3.0, 3.0, 5.0),
        "voel": PauseRange(8.0, 5.0, 15.0),
        "beeld": PauseRange(12.0, 6.0, 20.0),
        "ruim": PauseRange(20.0, 12.0, 40.0),
        "stilte": PauseRange(45.0, 30.0, 90.0),
        "bel": PauseRange(6.0, 6.0, 6.0),
    }
)
"""The named pauses: "zin" and "alinea" are automatic, "bel" is the time a bell gets before the next words."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a script template: the file as the user knows it, and the line counted from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a rendered script and where it was written."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence to be spoken.

    Attributes:
        text: As written.
        phrase: What a voice is given to say for it.
        source: Where it was written.
        instead_of: The phrase in whose place this one came; "" when the one before it did so already, and
            None when it is said as it was written.
    """

    text: str
    phrase: str
    source: Source
    instead_of: str | None = None

    @classmethod
    def of(cls, text: str, source: Source) -> Utterance:
        """Return a written sentence with its phrase."""
        return cls(text, spoken(text), source)


@dataclass(frozen=True, slots=True)
class Breath:
    """A breath word to be spoken; what comes next starts `seconds` after the word's *start*."""

    text: str
    phrase: str
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


@dataclass(frozen=True, slots=True)
class Safe:
    """Tells which of `SAFETY_RULES` the next sentence meets; takes no time and stands right before it."""

    rules: tuple[str, ...]
    source: Source


Cue: TypeAlias = Utterance | Breath | Pause | Bell | Heading | Safe


def phrases_of(cues: Iterable[Cue]) -> tuple[str, ...]:
    """Return what a voice is given to say, in order."""
    return tuple(cue.phrase for cue in cues if isinstance(cue, Utterance | Breath))


def override_pauses(
    table: Mapping[str, PauseRange], seconds_by_name: Mapping[str, float]
) -> dict[str, PauseRange]:
    """Return the table with other nominal lengths; a range grows when the new length lies outside it.

    Raises:
        UnknownNameError: for a name that is not in the table.
        UsageError: for a length that is not above 0 and at most 10 minutes.
    """
    changed = dict(table)
    for name, seconds in seconds_by_name.items():
        if name not in table:
            raise UnknownNameError("pause", name, table)
        if not 0 < seconds <= LONGEST_PAUSE_S:
            raise UsageError(
                Message("The pause '{name}' cannot last {seconds:g} seconds.", name=name, seconds=seconds),
                hint=Message("A pause is longer than 0 seconds and at most 10 minutes."),
            )
        old = table[name]
        fixed = old.shortest_s == old.longest_s
        shortest_s = seconds if fixed else min(old.shortest_s, seconds)
        longest_s = seconds if fixed else max(old.longest_s, seconds)
        changed[name] = PauseRange(seconds, shortest_s, longest_s)
    return changed
