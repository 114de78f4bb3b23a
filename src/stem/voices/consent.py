"""Consent to a computer voice that was made after someone's: what its template tells, and the words read.

Who gave it read a sentence aloud, with that day's date in it; the recording is kept in the user's folder of
voices, never in a folder that a practice may share. `cloning` judges all of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from stem.script.dutch.clock import MONTHS


@dataclass(frozen=True, slots=True)
class Consent:
    """The table `[consent]` of a voice template; what is missing or wrong in it is told before it speaks.

    Attributes:
        who: Whose voice it resembles, by the name that listeners are told.
        date: The day on which the sentence was read aloud.
        purpose: What the voice is for, as the sentence has it.
        until: The last day on which the voice may speak.
        recording: Name of the file with the sentence, in the user's folder of voices.
    """

    who: str = ""
    date: object = None
    purpose: str = ""
    until: object = None
    recording: str = ""

    @property
    def read_on(self) -> dt.date | None:
        """The day on which the sentence was read; None when that is no day."""
        return day_of(self.date)

    @property
    def last_day(self) -> dt.date | None:
        """The last day on which the voice may speak; None when that is no day."""
        return day_of(self.until)

    @property
    def sentence(self) -> str:
        """What is read aloud, in Dutch; "" while a day is missing."""
        if self.read_on is None or self.last_day is None:
            return ""
        return (
            f"Ik ben {self.who}. Vandaag is het {_in_words(self.read_on)}. Ik geef toestemming om een "
            f"computerstem te laten spreken die op mijn stem lijkt, voor {self.purpose}, tot en met "
            f"{_in_words(self.last_day)}. Ik weet dat ik dit altijd kan intrekken."
        )


def has_own_state(settings: Mapping[str, object], published: Collection[str]) -> bool:
    """Tell whether settings name a state, by which a model sounds like someone, that nobody published."""
    return "state" in settings and settings["state"] not in published


def credit(consent: Consent | None, own: str) -> str:
    """Return what listeners are told of who speaks: that it resembles someone comes first, and always."""
    who = consent.who if consent is not None and consent.who else "iemand"
    likeness = f"Gesproken door een computerstem die op {who} lijkt, met toestemming."
    return likeness if own in {"", likeness} else f"{likeness} {own}"


def day_of(value: object) -> dt.date | None:
    """Return the day that a table tells, as a date of TOML or as text; None when it tells none."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None


def _in_words(day: dt.date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
