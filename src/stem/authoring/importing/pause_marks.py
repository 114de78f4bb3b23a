"""What people write between brackets, and what it means in stem's notation; the rest is not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from stem import units
from stem.errors import StemError
from stem.messages import Message
from stem.script.cues import LONGEST_PAUSE_S, Line, Source
from stem.script.marks import parse_cues

LONGEST_CONTENT = 1_000
"""Characters between two brackets; more than that is no mark that anyone writes."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a mark means.

    Attributes:
        kind: "pause" and "bell" become a mark; "silent" is not spoken.
        mark: In stem's notation, with brackets; "" for "silent".
        remark: What the mark cannot hold.
        certain: Whether it can mean nothing else, also amid a sentence.
    """

    kind: Literal["pause", "bell", "silent"]
    mark: str = ""
    remark: str = ""
    certain: bool = True


_SILENT = Meaning("silent")
_BELL = Meaning("bell", "[bel]")

_NUMBERS: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("half", "halve", "half a", "een halve", "half an"), 0.5),
        **dict.fromkeys(("a", "an", "one", "een", "één"), 1),
        **dict.fromkeys(("anderhalve", "one and a half"), 1.5),
        **dict.fromkeys(("two", "twee"), 2),
        **dict.fromkeys(("three", "drie"), 3),
        **dict.fromkeys(("four", "vier"), 4),
        **dict.fromkeys(("five", "vijf"), 5),
        **dict.fromkeys(("six", "zes"), 6),
        **dict.fromkeys(("seven", "zeven"), 7),
        **dict.fromkeys(("eight", "acht"), 8),
        **dict.fromkeys(("nine", "negen"), 9),
        **dict.fromkeys(("ten", "tien"), 10),
        **dict.fromkeys(("twelve", "twaalf"), 12),
        **dict.fromkeys(("fifteen", "vijftien"), 15),
        **dict.fromkeys(("twenty", "twintig"), 20),
        **dict.fromkeys(("thirty", "dertig"), 30),
        **dict.fromkeys(("forty", "veertig"), 40),
        **dict.fromkeys(("forty-five", "vijfenveertig"), 45),
        **dict.fromkeys(("fifty", "vijftig"), 50),
        **dict.fromkeys(("sixty", "zestig"), 60),
        **dict.fromkeys(("ninety", "negentig"), 90),
    }
)
BREATH_S = 5.0
"""For a pause that is measured in breaths."""

_UNITS: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds", "milliseconden"), 0.001),
        **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "seconde", "seconden"), 1.0),
        **dict.fromkeys(("count", "counts", "tel", "tellen"), 1.0),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuut", "minuten"), 60.0),
        **dict.fromkeys(
            ("ademhaling", "ademhalingen", "ademteug", "ademteugen", "breath", "breaths"), BREATH_S
        ),
    }
)


def vocabulary(words: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(words.split())


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_DIGITS = r"[0-9]{1,6}(?:[.,][0-9]{1,3})?"
_WORD_NUMBER = rf"(?:{_any_of(_NUMBERS)})"
_CLOCK = re.compile(r"(?<![\w:])[0-9]{1,2}(?::[0-5][0-9]){1,2}(?![\w:])")
_LENGTH = re.compile(
    rf"(?<!\w)(?<![0-9][.,])(?P<low>{_DIGITS}|{_WORD_NUMBER}(?=[\s-]*(?:{_any_of(_UNITS)}|tot|to)\b))"
    rf"(?:\s*(?:-|\u2013|\u2014|tot\b|to\b|à)\s*(?P<high>{_DIGITS}|{_WORD_NUMBER}\b))?"
    rf"[\s-]*(?P<unit>(?:{_any_of(_UNITS)})(?=pauze|[^\w]|[0-9]|$))?(?![.,][0-9])"
)
_PAUSE = frozenset(
    {
        "pause",
        "pauze",
        "pauzeer",
        "pauzeren",
        "pausing",
        "pauzes",
        "adempauze",
        "denkpauze",
        "rustpauze",
        "wait",
        "wacht",
        "wachten",
        "break",
        "beat",
    }
)
_SILENCE = frozenset({"silence", "stilte", "silent", "stil", "quiet"})
_REST = frozenset({"rust", "rest", "rusten"})
_SHORT = frozenset({"short", "brief", "small", "kort", "korte", "kleine"})
_LONG = frozenset({"long", "longer", "lang", "lange", "langer", "langere"})
_FILLING = vocabulary(
    "a about an and approx approximately be ca circa de een en even for gedurende here hier het in is laat "
    "let moment neem now nu of ogenblik ongeveer stay take the there van voor with met wees blijf keep extra "
    "laten vallen val las houd hou rustig rustige hele heel nog"
)
_HALVES = MappingProxyType({"¼": 0.25, "½": 0.5, "¾": 0.75})
_COUNT_TO = re.compile(
    rf"tel(?:len)?\b[a-z ]{{0,30}}?(?:van (?:1|een|één) )?"
    rf"\btot (?P<to>[0-9]{{1,3}}|{_WORD_NUMBER})\b(?! [0-9])"
)
_PAUSE_LETTERS = re.compile(
    r"(?P<letters>p{1,3}|pzt?)(?P<apart>[.:= ]{0,3})(?P<length>[0-9]{1,3})?\s?(?:s|sec)?\.?"
)
_BY_LETTERS = MappingProxyType({"p": "kort", "pp": "voel", "ppp": "ruim", "pz": "kort", "pzt": "kort"})
_OPENS = re.compile(
    r"(?P<pause>(?:(?:korte|kleine|lange|short|long|even|een|hier)\s){0,2}"
    r"(?:pauze|pause|pauzeer|stilte|silence|wacht|wachten|wait))"
    r"\s*(?:[,:;.\u2013\u2014-]|\b(?:om|voor|tot|op|zodat|terwijl|waarin|to|for|until|while|tussen)\b)(?P<why>.*)"
)
"""A word for a pause, and why or what for."""

_SHORT_PAUSE_S = 2.0
_SHORTEST_PAUSE_S = 0.001

_BELLS = vocabulary("bel bell belletje chime ding gong klankschaal bowl tingsha")
_ABOUT_BELLS = _FILLING | vocabulary(
    "deep diepe gentle klinkt light lichte one ring rings singing single slag soft softly sound sounds "
    "strike tibetan zacht zachte"
)
_SOUNDS = vocabulary(
    "adem ademhaling ademt ambient background bells birds breath breathe breathes breathing breaths chimes "
    "chuckle cough exhale exhales exhaling fade fx geluid geluiden golven gongs inademen inademing inhale "
    "inhales inhaling lach laugh laughs laughter music muziek ocean rain regen sfx sigh sighs sound sounds "
    "uitademen uitademing vogels waves wind zucht zuchten zuchtend"
)
_BREATHS_AND_MUSIC = vocabulary(
    "breath breathe breathes exhale exhales inhale inhales inademen inademing music muziek sfx sigh sighs "
    "uitademen uitademing zucht"
)
_SPEAKING = vocabulary(
    "calm calmly fluister fluisterend gently langzaam quietly rustig slow slowly soft softly very whisper "
    "whispering zacht zachte zachter zachtjes"
)
_HOW = _SPEAKING | vocabulary("deep deeply diep diepe in out uit")
_LABEL = re.compile(
    r"(?:fx|geluid|instructie|instruction|let op|music|muziek|n\.?b\.?|noot|note|notes|opmerking|regie|sfx|"
    r"sound|stem|tip|to-?do|voice)\s*[:=]"
)
_HOW_TO_SAY = re.compile(
    r"(?:in|met|op|with|using)\b[\w ,-]{0,60}\b(?:stem|tempo|tone|toon|voice|volume|pace)"
)
_OURS = re.compile(r"\s*(?:pauze|stilte\s*[0-9]|adem\s*[0-9]|bel\b|veilig\b)", re.IGNORECASE)


def pause_mark(seconds: float) -> str | None:
    """Return the mark for a pause of so many seconds, to the millisecond; None when no pause is as long."""
    if not _SHORTEST_PAUSE_S <= seconds <= LONGEST_PAUSE_S:
        return None
    return f"[pauze {f'{seconds:.3f}'.rstrip('0').rstrip('.')}]".replace(".", ",")


def own_mark(content: str) -> str | None:
    """Return the mark whose content is given when stem has it already; None for all others.

    "[stilte]" alone is taken as other people mean it, and not as the announced silence of 45 seconds.
    """
    if len(content) > LONGEST_CONTENT or not _OURS.match(content):
        return None
    mark = f"[{' '.join(content.split())}]"
    try:
        parse_cues([Line(text, Source("", 1)) for text in ("Ja.", mark, "Ja.")])
    except StemError:
        return None
    return mark


@lru_cache(maxsize=2_048)  # tables say the same in each row
def read_mark(content: str, *, square: bool = False) -> Meaning | None:
    """Return what the content of a bracket means, or None when that is not certain.

    Args:
        content: What stands between the brackets.
        square: Whether they are square; those hold nothing to be spoken, so one word says enough there.
    """
    if len(content) > LONGEST_CONTENT:
        return None
    plain = " ".join(content.casefold().replace("*", " ").replace("_", " ").split())
    plain = plain.lstrip("{[#").rstrip("}]#").replace("|", " ").strip()
    pause = _pause(plain) or _by_signs(plain, square=square)
    if pause is not None:
        return pause
    words = set(re.findall(r"[^\W\d_]+", plain))
    if words & _BELLS and words <= _BELLS | _ABOUT_BELLS and not re.search("[0-9]", plain):
        return _BELL
    return _SILENT if _is_silent(plain, words, square=square) else _opened(plain)


def _by_signs(plain: str, *, square: bool) -> Meaning | None:
    """Return the pause that letters or dots stand for: "P", "pp", "P5", "..."."""
    if plain and not plain.strip(". …"):
        return Meaning("pause", "[pauze kort]")
    found = _PAUSE_LETTERS.fullmatch(plain)
    if found is None:
        return None
    if not found["length"]:
        return Meaning("pause", f"[pauze {_BY_LETTERS[found['letters']]}]")
    if found["apart"] and not square:
        return None  # "(p. 12)" is a page
    return Meaning("pause", pause_mark(float(found["length"])) or "") if int(found["length"]) else None


def _opened(plain: str) -> Meaning | None:
    """Return the pause that begins with a word for one, and goes on with what it is for."""
    found = _OPENS.fullmatch(plain)
    if found is None:
        return None
    length = next((each for each in _LENGTH.finditer(found["why"]) if each["unit"]), None)
    if length is None:
        return (
            None
            if re.search("[0-9]", found["why"])
            else _by_words(set(found["pause"].split()), certain=False)
        )
    return _pause(f"pauze {length[0]}")


def _is_silent(plain: str, words: set[str], *, square: bool) -> bool:
    """Tell whether it is a sound or a direction to the reader."""
    if _LABEL.match(plain) or _HOW_TO_SAY.fullmatch(plain) or (words and words <= _SPEAKING):
        return True
    if square and _CLOCK.fullmatch(plain):  # a transcript's time
        return True
    if square and words & _SOUNDS:
        return not words & (_PAUSE | _SILENCE)
    return bool(words & _BREATHS_AND_MUSIC) and words <= _BREATHS_AND_MUSIC | _HOW | _FILLING


def read_worded_pause(text: str) -> Meaning | None:
    """Return the pause that a text without brackets is, such as "8 seconden stilte"; None for all others.

    Only a length with its unit and a noun for silence will do: "neem even pauze" is said to a listener.
    """
    words = _words(text)
    if not (speaks_of_timed_silence(text) and words <= _NOT_SAID | _LENGTH_WORDS):
        return None
    meaning = read_mark(text)
    return meaning if meaning is not None and meaning.kind == "pause" else None


def speaks_of_timed_silence(text: str) -> bool:
    """Tell whether there is a unit of time and a noun for silence in it."""
    words = _words(text)
    return bool(words & _LONG_UNITS) and bool(words & _SILENT_NOUNS)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text[:LONGEST_CONTENT].casefold()))


_SECONDS = re.compile(
    "[0-9½¼¾]\\s*(?:(?:ms|s|secs?|seconden|tellen|min|minuten|ademhalingen)\\b|\"|''|\u2033|\u201d)|\\btel\\b.*\\btot\\b"
)
_SECONDS_ALONE = re.compile(
    "[0-9]{1,3}(?:[.,][0-9])?(?:\\s?[-\u2013]\\s?[0-9]{1,3})?\\s*(?:(?:s|secs?|seconden|seconds)\\b\\.?|\"|''|\u2033|\u201d)"
)


def speaks_of_pauses(content: str) -> bool:
    """Tell whether there is a word for pauses in it, or a number of seconds: it was meant as a mark then."""
    plain = content[:LONGEST_CONTENT].casefold()
    words = set(re.findall(r"[^\W\d_]+", plain))
    return bool(words & (_PAUSE | _SILENCE)) or _SECONDS.search(plain) is not None


def is_seconds(content: str) -> bool:
    """Tell whether a number of seconds is all there is, which nobody says amid a sentence."""
    return _SECONDS_ALONE.fullmatch(content.strip().casefold()) is not None


def read_break(attributes: str) -> str | None:
    """Return the mark for a <break> with these attributes; "" for no pause, None when not understood.

    Strengths as Amazon Polly describes them: medium as after a comma, strong as after a sentence, x-strong as
    after a paragraph. A break without attributes is medium (W3C SSML 1.1, section 3.2.3).
    """
    time = re.match(r"\s*([0-9.]{1,9})\s?(ms|s)\b", attributes) or re.search(
        r"""\btime\s*+=\s*+(?:["'“”„]\s*+)?\+?([0-9.]{1,9})\s*(ms|s)\b""", attributes, re.IGNORECASE
    )
    if time:
        try:
            return pause_mark(float(time[1]) * _UNITS[time[2].lower()])
        except ValueError:
            return None
    strength = re.search(r"""\bstrength\s*+=\s*+(?:["'“”„]\s*+)?([\w-]+)""", attributes, re.IGNORECASE)
    if strength is None and "=" in attributes:
        return None
    marks = {"none": "", "x-weak": "[pauze 0,2]", "weak": "[pauze 0,3]", "medium": "[pauze 0,5]"}
    marks |= {"strong": "[pauze zin]", "x-strong": "[pauze alinea]"}
    return marks.get(strength[1].lower() if strength else "medium")


def _pause(plain: str) -> Meaning | None:
    """Return the pause that is asked for in lower case, single-spaced text."""
    lengths: list[tuple[float, float]] = []
    with_unit: list[bool] = []

    def take(match: re.Match[str]) -> str:
        factor = _UNITS[match["unit"]] if match["unit"] else 1.0
        low = _number(match["low"]) * factor
        lengths.append((low, _number(match["high"]) * factor if match["high"] else low))
        with_unit.append(bool(match["unit"]))
        return " "

    def take_clock(match: re.Match[str]) -> str:
        lengths.append((units.parse_seconds(match[0]),) * 2)
        with_unit.append(False)  # alone it is a time of a transcript
        return " "

    if any(sign in plain for sign in _HALVES):
        plain = re.sub(
            r"([0-9]{0,3}) ?([¼½¾])", lambda part: str(int(part[1] or 0) + _HALVES[part[2]]), plain
        )
    counted = _COUNT_TO.search(plain)
    if counted is not None:
        plain = f"{plain[: counted.start()]} {counted['to']} tellen {plain[counted.end() :]}"
    primed = re.sub("(?<=[0-9])[ ]?(?:\"|''|\u2033|\u201d|\u2019\u2019)", " s ", plain)  # 5"
    spaced = re.sub(r"(?<=[a-z])(?=[0-9])", " ", primed)  # "1m30s"
    spaced = re.sub(r"(?<=\w):\s*(?![0-9]{2}\b.*:)(?=\d)(?<![0-9]:)", " ", spaced)  # "pause:5", not "1:30"
    rest = _LENGTH.sub(take, _CLOCK.sub(take_clock, spaced))
    words = re.findall(r"[^\W\d_]+", rest)
    if re.search("[^\\s\\w.,:;=~±!\u2013\u2014…-]|[0-9]", rest) or not set(words) <= _KNOWN:
        return None
    if lengths:
        return _exact(lengths, with_unit, named=bool(set(words) & (_PAUSE | _SILENCE | _REST)))
    return _by_words(set(words))


_KNOWN = _PAUSE | _SILENCE | _REST | _SHORT | _LONG | _FILLING


_SILENT_NOUNS = vocabulary("pause pauze silence stilte")
_LONG_UNITS = vocabulary("seconds second seconden seconde sec minutes minute minuten minuut min tellen")
_LENGTH_WORDS = frozenset(word for length in (*_NUMBERS, *_UNITS) for word in re.split("[ -]", length))
_NOT_SAID = _SILENT_NOUNS | _SHORT | _LONG | vocabulary("a about ca circa de for of ongeveer the to tot van")


def _number(text: str) -> float:
    return _NUMBERS[text] if text in _NUMBERS else float(text.replace(",", "."))


def _exact(lengths: list[tuple[float, float]], with_unit: list[bool], *, named: bool) -> Meaning | None:
    """Return a pause of written lengths; "1 min 30 sec" is two that add up, "3-5 sec" one with two ends."""
    if not (named or any(with_unit)) or (len(lengths) > 1 and not all(with_unit)):
        return None
    low, high = sum(length[0] for length in lengths), sum(length[1] for length in lengths)
    mark = pause_mark((low + high) / 2)
    if mark is None or high < low or (low != high and len(lengths) > 1):
        return None
    remark = "" if low == high else Message("the middle of {low:g} to {high:g} seconds", low=low, high=high)
    return Meaning("pause", mark, remark, certain=named)


def _by_words(words: set[str], *, certain: bool = True) -> Meaning | None:
    short, long = bool(words & _SHORT), bool(words & _LONG)
    if short and long:
        return None
    if words & _PAUSE:
        mark = pause_mark(_SHORT_PAUSE_S) if short else "[pauze ruim]" if long else "[pauze kort]"
    elif words & _SILENCE:
        mark = "[pauze kort]" if short else "[pauze stilte]" if long else "[pauze voel]"
    else:
        return None
    return Meaning("pause", mark or "", certain=certain)
