"""What stands in the cells of a list: codes and lengths of time; and how mistakes in them are told.

No sentence here repeats what stands in a cell: it may be a client's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from stem.errors import StemError, UnknownNameError, did_you_mean
from stem.filenames import safe_name
from stem.messages import Message, Plural, enumerated, joined
from stem.practice.lists import Place
from stem.track.words import LONGEST_TRACK_S
from stem.units import parse_seconds
from stem.voices.recordings.sheets import runs_of

LONGEST_CODE = 60
LONG_S = 3 * 3600.0
"""Who writes 30:00 in Excel is left with 30:00:00: what is this long and ends in :00 was meant as minutes."""

_HOURS = re.compile(r"(\d+):(\d\d):00(?:[.,]0+)?")
_CODE = re.compile(r"[^\W_](?:[\w.-]*\w)?")
_DATE = re.compile(
    r"[0-9]{1,2}[-. ](?:jan|feb|mrt|maart|mar|apr|mei|may|jun|jul|aug|sep|sept|okt|oct|nov|"
    r"dec)(?:[-. ](?:[0-9]{2}){1,2})?"
    r"|(?:jan|feb|mrt|maart|mar|apr|mei|may|jun|jul|aug|sep|sept|okt|oct|nov|dec)[-. ](?:[0-9]{2}){1,2}"
    r"|[0-9]{1,2}-[0-9]{1,2}-(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}",
    re.IGNORECASE,
)
_NO_SIGNS = re.compile(r"[^\w\s]|_")
_NO_NAMES = frozenset(
    (
        *(
            "",
            "nvt",
            "n v t",
            "na",
            "n a",
            "geen",
            "geen naam",
            "onbekend",
            "niet bekend",
            "nog onbekend",
            "leeg",
        ),
        *(
            "none",
            "null",
            "nan",
            "0",
            "x",
            "xx",
            "xxx",
            "n n",
            "nn",
            "nb",
            "ntb",
            "tbd",
            "anoniem",
            "unknown",
        ),
        *(
            "niets",
            "niet van toepassing",
            "not applicable",
            "no name",
            "zonder naam",
            "nee",
            "nihil",
            "niemand",
        ),
        *(
            "todo",
            "naam",
            "nog invullen",
            "invullen",
            "idem",
            "anonymous",
            "blanco",
            "weet niet",
            "niet opgegeven",
        ),
    )
)
_TELLING = 3
"""Letters: shorter words of a longer text are "de" and "op"."""

_NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,6})?")
_BARE_MINUTES = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?")


def code_problem(code: str) -> str:
    """Return what is wrong with a client's code, as a clause that does not show it; "" when nothing is.

    Someone may have put a name there.
    """
    problem = ""
    if not code:
        problem = Message("there is no code")
    elif any(sign in code for sign in '/\\:"') or code.strip(".") == "":
        problem = Message("a path stands there, not a code")
    elif len(code) > LONGEST_CODE:
        problem = Message("a code has at most {longest_code} letters", longest_code=LONGEST_CODE)
    elif not _CODE.fullmatch(code):
        problem = Message(
            "that cannot be a code, which has letters, digits, dashes and points, and ends with no point"
        )
    elif _DATE.fullmatch(code):
        problem = Message(
            "a date stands there, as Excel makes it of 3-1; make the column one of text, and write the code"
        )
    elif safe_name(code) != code:
        problem = Message("that cannot be a code: not every disk takes a file of that name")
    return problem


def no_name_problem(text: str) -> str:
    """Return what is wrong with a name that says that there is none, as a clause; "" when it is one."""
    if " ".join(_NO_SIGNS.sub("", text.casefold()).split()) in _NO_NAMES:
        return Message("that says that there is no name, and would be spoken; leave the cell empty")
    return ""


def duration(text: str) -> float:
    """Read the length of a track as people write it in a list: a bare number is minutes.

    Returns:
        Seconds.

    Raises:
        ValueError: when it is no length of time, or was no such length before Excel took it; the sentence
            does not show it.
    """
    try:
        bare = _BARE_MINUTES.fullmatch(text)
        length_s = float(text.replace(",", ".")) * 60 if bare else parse_seconds(text)
    except ValueError as error:
        raise ValueError(Message("that is no length of time, such as 12, 12:30 or 12 min")) from error
    hours = _HOURS.fullmatch(text)
    if hours and length_s >= LONG_S:
        meant = f"{int(hours[1])} min" if hours[2] == "00" else f"{int(hours[1])} min {int(hours[2])} s"
        raise ValueError(
            Message("that is in hours, as Excel makes it of minutes; write {meant}", meant=meant)
        )
    if not 0 < length_s <= LONGEST_TRACK_S:
        raise ValueError(Message("a track lasts more than 0 minutes, and at most 12 hours"))
    return length_s


def shows(code: str, text: str) -> bool:
    """Tell whether a code holds a word of what was filled in, or all of it without its spaces."""
    parts = re.findall(r"[^\W\d_]+", _plain(code))
    words = re.findall(r"[^\W\d_]+", _plain(text))
    telling = {word for word in words if len(word) >= _TELLING} | {"".join(words)}
    return any(
        part == word or (len(word) > _TELLING and word in part)
        for part in parts
        for word in telling
        if len(word) > 1
    )


def _plain(text: str) -> str:
    """Return a text in small letters without accents."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


class Clause(Message):
    """A sentence and the first line of its hint, as a part of a sentence about a list."""

    __slots__ = ()

    @classmethod
    def text(cls, template: str, facts: Mapping[str, object]) -> str:
        """Return the clause: small at its start, its hint in brackets, without a full stop."""
        sentence, hint = str(facts["sentence"]), str(facts["hint"])
        first = hint.partition("\n")[0]
        first = first if first.endswith("...") else first.removesuffix(".")
        advice = f" ({first})" if first else ""
        return template.format(sentence=f"{sentence[:1].lower()}{sentence[1:].rstrip('.')}", hint=advice)


def clause(error: StemError, cells: Iterable[str] = ()) -> str:
    """Return an error as a clause in a list of mistakes.

    Of a hint this is the first line: those below it show what is said in a track.

    Args:
        error: What is wrong.
        cells: What it may be about, and may not show.
    """
    sentence, hint = error.sentence, error.hint
    if cells and isinstance(error, UnknownNameError):
        sentence = Message("There is no such {kind}.", kind=Message(error.kind))
        hint = did_you_mean(error.name, error.known)
    else:
        sentence, hint = without(sentence, cells), without(hint, cells)
    return Clause("{sentence}{hint}", sentence=sentence, hint=hint)


def without(sentence: str, texts: Iterable[str]) -> str:
    """Return a sentence in which three points stand for what may not be shown.

    Args:
        sentence: As an error tells it.
        texts: What stands in a list, or in a file of values; parts and other spellings of it go too.
    """
    texts = tuple(texts)
    if isinstance(sentence, Message):
        return sentence.with_facts(partial(without, texts=texts))
    spellings = {spelling for text in texts for spelling in _spellings(text)}
    for spelling in sorted(spellings, key=len, reverse=True):
        if spelling.casefold() in sentence.casefold():
            pattern = rf"(?<!\w){re.escape(spelling)}(?!\w)"
            sentence = re.sub(pattern, "\N{HORIZONTAL ELLIPSIS}", sentence, flags=re.IGNORECASE)
    return sentence


def _spellings(text: str) -> set[str]:
    """Return how errors may write a text: as a path, as layers of a background, as a number."""
    text = " ".join(text.split())
    found = {text, unicodedata.normalize("NFC", text), str(Path(text)), Path(text).name, Path(text).stem}
    found |= {part.strip() for part in re.split(r"[+:]", text)}
    if _NUMBER.fullmatch(text):
        found.add(f"{float(text.replace(',', '.')):g}")
    return {spelling for spelling in found if any(map(str.isalnum, spelling))}


def where(places: Sequence[Place], head: str, heads: Mapping[str, str]) -> str:
    """Return where a mistake stands: "rows 7, 9 and 12, column D ('duur')"."""
    column = heads.get(head, "")
    if not column:
        return Message("{places} ('{head}')", places=counted(places), head=head)
    return Message("{places}, {column} ('{head}')", places=counted(places), column=column, head=head)


def counted(places: Sequence[Place]) -> str:
    """Return places of one kind as people tell them: "rows 7, 9 to 12 and 14"."""
    numbers = sorted({place.number for place in places})
    told: list[str] = []
    for run in runs_of(numbers):
        if len(run) > 2:  # noqa: PLR2004
            told.append(Message("{first} to {last}", first=run[0], last=run[-1]))
        else:
            told += map(str, run)
    which = enumerated([joined(", ", told[:-1]), told[-1]]) if told[1:] else told[0]
    if places[0].kind == "row":
        return Plural("row {which}", "rows {which}", len(numbers), which=which)
    return Plural("track {which}", "tracks {which}", len(numbers), which=which)
