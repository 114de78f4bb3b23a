"""Sentences of one track that are said in other words, are left out, or have another pause behind them.

A change is bound to the sentence as it was written, not to its number: in a script that changes, it never
comes to stand on another sentence. It is made in cues before any pause is scaled or fitted.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from stem.errors import UsageError
from stem.messages import Message, Plural, enumerated
from stem.script import dutch
from stem.script.cues import (
    EXACT,
    LONGEST_PAUSE_S,
    SAFETY_RULES,
    Bell,
    Breath,
    Cue,
    Heading,
    Pause,
    PauseRange,
    Safe,
    Utterance,
)
from stem.script.variables import plain

_BETWEEN = "zin"


SentenceKey: TypeAlias = tuple[str, int]
"""By what a change and its sentence find each other: the words, and which of those that are written so."""


def sentence_key(text: str, nth: int) -> SentenceKey:
    """Return by what a sentence is found, however its words are spaced."""
    return " ".join(unicodedata.normalize("NFC", text).split()), nth


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one sentence.

    Example:
        >>> calmer = stem.Edit("Je hoeft niets.", text="Er hoeft niets.", pause_s=5)
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", edits=(calmer,)))
        >>> plan.phrases[-1]
        'Er hoeft niets.'

    Attributes:
        sentence: As it was written before the change.
        nth: Which one, when it is said more than once.
        text: What is said instead, in plain words; "" leaves the sentence out.
        pause_s: How long it is still behind it, exactly, in seconds.
    """

    sentence: str
    nth: int = 1
    text: str | None = None
    pause_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse what can be no change; nothing of its words is told.

        Raises:
            ValueError: when it is none.
        """
        if not dutch.has_words(self.sentence):
            raise ValueError(Message("'sentence' has no words"))
        if self.nth < 1:
            raise ValueError(Message("'nth' counts from 1"))
        if self.text is None and self.pause_s is None:
            raise ValueError(Message("it changes nothing: give 'text' or 'pause_s'"))
        if self.is_left_out and self.pause_s is not None:
            raise ValueError(Message("what is left out has no pause behind it"))
        if self.pause_s is not None and not 0 < self.pause_s <= LONGEST_PAUSE_S:
            raise ValueError(Message("'pause_s' lies above 0 and is at most {most:g}", most=LONGEST_PAUSE_S))
        if self.text is None or self.is_left_out:
            return
        try:
            words = plain("text", self.text)
        except UsageError as error:
            raise ValueError(Message("{problem:aside}", problem=error.sentence)) from error
        if not dutch.has_words(words):
            raise ValueError(Message("there are no words in 'text'"))

    @property
    def key(self) -> SentenceKey:
        """By what its sentence is found."""
        return sentence_key(self.sentence, self.nth)

    @property
    def is_left_out(self) -> bool:
        """Whether the sentence is left out."""
        return self.text is not None and not self.text.strip()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said instead, sentence by sentence; none when it is left out or said as it was."""
        return dutch.sentences(plain("text", self.text or ""))


class SafetySentenceError(UsageError):
    """A sentence that no visualization goes without, and that was to be left out.

    Attributes:
        sentence_number: Which of the changes leaves it out, counted from 1.
        rules: Of `SAFETY_RULES`, what it is there for.
    """

    def __init__(self, number: int, rules: Sequence[str]) -> None:
        self.sentence_number = number
        self.rules = tuple(rules)
        told = enumerated([SAFETY_RULES[rule] for rule in self.rules])
        super().__init__(
            Message(
                "Change {number} leaves out a sentence that belongs to safety: {rules}.",
                number=number,
                rules=told,
            ),
            hint=Message("It may be said in other words."),
        )


@dataclass(frozen=True, slots=True)
class SaidSentence:
    """A sentence of a script, by which a change finds it.

    Attributes:
        text: As written.
        nth: Which of those that are written so.
        index: Its place among the cues.
        rules: Of `SAFETY_RULES`, what it is there for.
    """

    text: str
    nth: int
    index: int
    rules: tuple[str, ...] = ()

    @property
    def key(self) -> SentenceKey:
        """By what changes find it."""
        return sentence_key(self.text, self.nth)


def sentences_of(cues: Sequence[Cue]) -> tuple[SaidSentence, ...]:
    """Return the sentences of a script, in order."""
    found: list[SaidSentence] = []
    counted: Counter[str] = Counter()
    rules: tuple[str, ...] = ()
    for index, cue in enumerate(cues):
        if isinstance(cue, Safe):
            rules += cue.rules
        elif isinstance(cue, Utterance):
            words, _ = sentence_key(cue.text, 1)
            counted[words] += 1
            found.append(SaidSentence(cue.text, counted[words], index, rules))
            rules = ()
    return tuple(found)


def edited(
    cues: Sequence[Cue], edits: Sequence[Edit], pauses: Mapping[str, PauseRange]
) -> tuple[tuple[Cue, ...], tuple[int, ...]]:
    """Return a script's cues with some sentences changed, and which changes found no sentence.

    Args:
        cues: As they were read.
        edits: The changes.
        pauses: The table of pauses; the one between sentences stands between those of a new text.

    Returns:
        The cues, and the numbers of the changes, counted from 1, whose sentence is not among them.

    Raises:
        SafetySentenceError: when a sentence that belongs to safety is left out.
        UsageError: when a sentence is changed twice, or nothing is left to say.
    """
    known = {each.key: each for each in sentences_of(cues)} if edits else {}
    found: dict[int, Edit] = {}
    lost: list[int] = []
    numbers: dict[SentenceKey, int] = {}
    for number, edit in enumerate(edits, start=1):
        key = edit.key
        if key in numbers:
            raise UsageError(
                Message(
                    "The changes {first} and {second} are of the same sentence.",
                    first=numbers[key],
                    second=number,
                ),
                hint=Message("Make one of them."),
            )
        numbers[key] = number
        if key not in known:
            lost.append(number)
            continue
        if edit.is_left_out and known[key].rules:
            raise SafetySentenceError(number, known[key].rules)
        found[known[key].index] = edit
    changed = list(cues)
    for index, edit in sorted(found.items(), key=lambda each: each[0], reverse=True):
        _change(changed, index, edit, pauses)
    if not any(isinstance(cue, Utterance | Breath) for cue in changed):
        raise UsageError(Message("Every sentence is left out."), hint=Message("Leave one in."))
    return tuple(changed), tuple(lost)


def lost_remark(numbers: Sequence[int]) -> str:
    """Return what is told of changes whose sentence is no longer in the text, by their numbers."""
    told = enumerated([str(number) for number in numbers])
    return Plural(
        "Change {numbers} is of a sentence that is not in the text any more: it is kept, and not heard.",
        "Changes {numbers} are of sentences that are not in the text any more: they are kept, and not heard.",
        len(numbers),
        numbers=told,
    )


def _change(cues: list[Cue], index: int, edit: Edit, pauses: Mapping[str, PauseRange]) -> None:
    """Change the sentence at a place; what stands in front of it keeps its place."""
    before = cues[index]
    assert isinstance(before, Utterance)
    if edit.is_left_out:
        _leave_out(cues, index)
        return
    if edit.pause_s is not None:
        _pause_after(cues, index, Pause(EXACT, edit.pause_s, edit.pause_s, edit.pause_s, before.source))
    if edit.text is not None:
        said = [replace(Utterance.of(text, before.source), instead_of="") for text in edit.sentences]
        said[0] = replace(said[0], instead_of=before.phrase)
        usual = pauses[_BETWEEN]
        rest = Pause(_BETWEEN, usual.seconds, usual.shortest_s, usual.longest_s, before.source)
        cues[index : index + 1] = [said[0], *(cue for _, each in pairwise(said) for cue in (rest, each))]


def _pause_after(cues: list[Cue], index: int, pause: Pause) -> None:
    """Let a pause be all the time up to what is heard next; chapters that begin there stay."""
    end = next(_heard_from(cues, index + 1), len(cues))
    headings = [cue for cue in cues[index + 1 : end] if not isinstance(cue, Pause)]
    cues[index + 1 : end] = [pause, *headings]


def _leave_out(cues: list[Cue], index: int) -> None:
    """Take a sentence away: of the pauses before and behind it the longer one stays, between what is said.

    Before the first words there is no pause, and behind the last ones that of the sentence left out.
    """
    del cues[index]
    is_last = not any(isinstance(cue, Utterance | Breath | Bell) for cue in cues[index:])
    at = index - 1
    while at >= 0 and isinstance(cues[at], Heading):
        at -= 1
    behind = cues[index] if index < len(cues) else None
    if at < 0:
        if isinstance(behind, Pause):
            del cues[index]
        return
    front = cues[at]
    if not isinstance(front, Pause):
        return
    if is_last:
        del cues[at]
    elif isinstance(behind, Pause):
        del cues[index]
        cues[at] = max(front, behind, key=lambda pause: pause.seconds)


def _heard_from(cues: Sequence[Cue], index: int) -> Iterator[int]:
    """Yield the places, from one on, of what is heard or says what is heard next."""
    return (at for at in range(index, len(cues)) if isinstance(cues[at], Utterance | Breath | Bell | Safe))
