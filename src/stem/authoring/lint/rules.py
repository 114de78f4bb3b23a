"""The rules that a finished script should keep to, by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from stem.messages import Message
from stem.script.cues import SAFETY_RULES

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a script should keep to.

    Attributes:
        summary: The rule, as one phrase.
        severity: An error makes a script unfit for use; a warning is for its writer to judge.
    """

    summary: str
    severity: Severity


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        **{name: Rule(summary, "error") for name, summary in SAFETY_RULES.items()},
        "agreements": Rule(Message("V1 to V4 come before the first image"), "error"),
        "way-out": Rule(
            Message("before a silence of 30 seconds or more, its chapter has a way out (V14)"), "error"
        ),
        "second-round": Rule(Message("from 15 minutes on, the way back has a second round"), "error"),
        "room": Rule(Message("the way back leads to where one is, which need not be a room"), "warning"),
        "address": Rule(Message("the listener is addressed in one form, je or u"), "error"),
        "leftover": Rule(Message("no stray spaces, commas, slashes or template code"), "error"),
        "unspoken": Rule(Message("no mark, time, label or direction is spoken"), "warning"),
        "too-long": Rule(Message("a sentence has 20 words at most"), "error"),
        "silence": Rule(Message("a pause of 30 seconds or more is announced"), "error"),
        "long": Rule(Message("a sentence has 15 words at most; a third of them 12 to 15"), "warning"),
        "staccato": Rule(Message("not more than 7 short sentences come in a row"), "warning"),
        "comma": Rule(Message("no comma before a second half without a subject"), "warning"),
        "translated": Rule(Message("no Dutch that reads as translated"), "warning"),
        "no-pause": Rule(Message("after 5 sentences at most there is a longer pause"), "warning"),
        "breath": Rule(
            Message("where the breath is used, an anchor is offered that is not the breath"), "warning"
        ),
        "length": Rule(Message("the text can be fitted to the length it is offered for"), "warning"),
        "name": Rule(Message("the name is said 3 times in 10 minutes at most"), "warning"),
        "genitive": Rule(Message("the name is called, and has no genitive"), "warning"),
        "hard-word": Rule(Message("no words that voices stumble on, nor jargon"), "warning"),
        "digits": Rule(Message("numbers up to twelve are words"), "warning"),
        "capitals": Rule(Message("no word in capitals"), "warning"),
        "web-address": Rule(Message("no internet addresses"), "warning"),
        "sign": Rule(Message("no emoji or other signs"), "warning"),
        "must": Rule(Message("the listener is invited, and has to do nothing"), "warning"),
        "eyes": Rule(Message("closing the eyes is a choice"), "warning"),
        "let-go": Rule(Message("nobody is told to let go of everything, or to surrender"), "warning"),
        "safe-now": Rule(Message("nobody is told that they are safe"), "warning"),
        "deeper": Rule(Message("no deepening, as in hypnosis"), "warning"),
        "dissolve": Rule(Message("no floating, dissolving or disappearing"), "warning"),
        "forget": Rule(Message("nobody is told to forget"), "warning"),
        "hold-breath": Rule(Message("the breath is never held"), "warning"),
        "count-down": Rule(Message("no counting down"), "warning"),
        "promise": Rule(Message("no promise of healing"), "warning"),
        "label": Rule(Message("no attachment label for the listener"), "warning"),
    }
)
