# ruff: noqa: RUF001, RUF002 - phonetic signs look like letters
"""The lexicon: words that voices read wrong, and how they are written for a voice instead.

Three files of one form, of which a later one goes before an earlier: `lexicon.toml` beside this module, in
the user's settings folder, and in the folder where stem is run.

    healing = "hieling"
    trigger = { as = "trikker", ipa = "trˈɪɡər" }
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import platformdirs

from stem.errors import ConfigError, did_you_mean
from stem.messages import Message
from stem.script.dutch import capitalized, has_words, spoken
from stem.script.dutch.pronunciation import doubtful, pronounced, spelled
from stem.tables import load_toml

FILE_NAME = "lexicon.toml"

_LOGGER = logging.getLogger(__name__)

_HINT = Message('A line reads: "healing" = "hieling"')
_KEYS = ("as", "ipa")
_LONGEST = 200
"""Characters of a word, and of what is said in its place."""

_MOST_LETTERS = 100_000
"""Of all words of a file together: looking for them takes 10 microseconds of preparation for each."""

_MARKS = re.compile(r"[\[\]{}<>|\\]")
_TYPED_IPA = str.maketrans({"g": "ɡ", ":": "ː", "'": "ˈ"})
_IPA = frozenset("abcdefhijklmnopqrstuvwxyzæçðøħŋœǀǁǂǃβθχ" + "".join(map(chr, range(0x250, 0x2B0))) + " .‿")
"""Letters of the International Phonetic Alphabet; its marks have Unicode categories of their own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a voice is given in place of a word.

    Attributes:
        respelling: The word as a Dutch reader would spell what should be heard.
        ipa: The same in the International Phonetic Alphabet, for engines that read it; may be empty.
    """

    respelling: str
    ipa: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Words, each with what a voice is given in its place.

    A small letter of a word stands for large ones too, a capital only for itself: "healing" is also Healing,
    but "ACT" is not act, nor "Jade" the stone. Whole words match, the parts of what a hyphen joins, and words
    with -s or -'s behind them, as in "chakra's" and "triggers". Of what begins at one place the longest goes.

    Attributes:
        entries: By word, as `dutch.spoken` leaves it, without a stop.
        kinds: Whether other words are respelled by kind; see `pronunciation`.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    kinds: bool = False

    def applied(self, text: str, *, ipa: bool = False) -> str:
        """Return the text with its words respelled; nothing is respelled twice.

        Args:
            text: What a voice is given to say, as `dutch.spoken` returns it.
            ipa: Give phonemes between [[ and ]] where an entry has them.
        """
        said: list[str] = []
        done = 0
        for token in _TOKEN.finditer(text):
            if token.start() < done:
                continue
            found = self._found(text, token)
            respelt = self._said(found, ipa=ipa) if found else self._other(token[0], ipa=ipa)
            said += text[done : token.start()], respelt
            done = found.end if found else token.end()
        return "".join(said) + text[done:]

    def _found(self, text: str, token: re.Match[str]) -> _Found | None:
        """Return the longest word of ours that begins where a token does."""
        first, start, ours = token[0].lower(), token.start(), self._by_first_token
        for key in (*ours.get(first, ()), *ours.get(first.removesuffix("s"), ())):
            word = text[start : start + len(key)]
            ending = _ENDING.match(text, start + len(key))
            if ending and len(word) == len(key) and _fits(key, word):
                return _Found(key, word, ending[0], text[max(start - 2, 0) : start], ending.end())
        return None

    def plus(self, word: str, respelling: str) -> Lexicon:
        """Return a lexicon with one word more, such as a client's name; the same one when either is empty."""
        form, said = _bare(word), _bare(respelling)
        return replace(self, entries=_overlaid(self.entries, {form: Entry(said)})) if form and said else self

    def doubts(self, name: str, *, ipa: bool) -> bool:
        """Tell whether a name may be read otherwise than its bearer says it: not ours, and unlike Dutch.

        Args:
            name: As it is written.
            ipa: Whether the voice reads phonemes; to another, a word that we have in phonemes alone says
                nothing.
        """
        said = spoken(name)
        found = [self._found(said, token) for token in _TOKEN.finditer(said)]
        ours = [each is not None and (ipa or self._said(each, ipa=False) != each.word) for each in found]
        written = _TOKEN.findall(name)
        return any(map(doubtful, written)) and not all(ours)

    def _said(self, found: _Found, *, ipa: bool) -> str:
        entry = self.entries[found.key]
        if ipa and entry.ipa:
            return f"[[{entry.ipa}{found.ending.lstrip(_APOSTROPHE)}]]"
        word, respelling = found.word, entry.respelling
        named = word[0] != found.key[0] and (len(word) == 1 or not word.isupper())
        raised = named or (word[0].isupper() and _begins_sentence(found.before))
        return (capitalized(respelling) if raised else respelling) + found.ending

    def _other(self, word: str, *, ipa: bool) -> str:
        """Return a word that we do not have: as one of ours that it is made of, or as its kind is read."""
        if self.kinds and ipa and word.isalpha() and word.isupper():
            return spelled(word)
        if not self.kinds or len(word) < _LEAST or not word[1:].islower():
            return word
        return self._made_of_ours(word, ipa=ipa) or (pronounced(word) if ipa else word)

    def _made_of_ours(self, word: str, *, ipa: bool) -> str:
        """Return "therapeutes" and "chakrameditatie" as the lexicon says "therapeut" and "chakra"."""
        small = word.lower()
        for cut in range(len(word) - 1, _SHORTEST - 1, -1):
            entry, rest = self.entries.get(small[:cut]), small[cut:]
            if entry is not None and (rest in _FORMS or len(rest) >= _SHORTEST):
                phonemes = ipa and entry.ipa
                head = f"[[{entry.ipa}{_FORMS.get(rest, '')}]]" if phonemes else entry.respelling
                head = capitalized(head) if word[0].isupper() and not phonemes else head
                tail = pronounced(rest) if ipa else rest
                return head if phonemes and rest in _FORMS else f"{head}{'' if rest in _FORMS else '-'}{tail}"
        for cut in range(3, len(word) - _SHORTEST):
            entry = self.entries.get(small[cut:])
            if entry is not None and small[cut - 1 : cut + 2] != "sch":  # "ver-schillen" is no "chillen"
                tail = f" [[{entry.ipa}]]" if ipa and entry.ipa else f"-{entry.respelling}"
                return word[:cut] + tail
        return ""

    @cached_property
    def _by_first_token(self) -> Mapping[str, list[str]]:
        """The words by the small letters that they begin with; the longest first, then those with large."""
        found: dict[str, list[str]] = {}
        for word in sorted(
            self.entries, key=lambda word: (-len(word), word)
        ):  # capitals before small letters
            first = _TOKEN.search(word)
            found.setdefault(first[0].lower() if first else "", []).append(word)
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """A word of the lexicon in a text.

    Attributes:
        key: As the lexicon has it.
        word: As the text has it.
        ending: The -s or -'s behind it.
        before: The two characters before it.
        end: Where it ends, with its ending.
    """

    key: str
    word: str
    ending: str
    before: str
    end: int


_TOKEN = re.compile(r"\w+")
_LEAST = 4
"""Letters of a word that may be of a kind."""

_SHORTEST = 5
"""Letters of a word that others are made of: shorter ones stand by chance in many."""

_FORMS = {
    "e": "ə",
    "en": "ən",
    "er": "ər",
    "ere": "ərə",
    "ers": "ərs",
    "je": "jə",
    "jes": "jəs",
    "tje": "tʲə",
    "tjes": "tʲəs",
    "heid": "hɛɪt",
    "loos": "loːs",
    "ig": "əx",
    "ige": "əɣə",
    "ing": "ɪŋ",
    "ingen": "ɪŋən",
}
"""Endings of a word's forms, and how they are said."""

_APOSTROPHE = "'"
_ENDING = re.compile(rf"(?:{_APOSTROPHE}?s)?(?!\w)")


def _fits(key: str, word: str) -> bool:
    return all(ours in (theirs, theirs.lower()) for ours, theirs in zip(key, word, strict=True))


def _begins_sentence(before: str) -> bool:
    return before.rstrip()[-1:] in {"", ".", "!", "?"}


def _bare(text: str) -> str:
    """Return what is said of a word, without the stop that ends a sentence."""
    return spoken(text).rstrip(" .,;:!?")


def _overlaid(entries: Mapping[str, Entry], later: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return both; what is later replaces the same letters, small or large."""
    replaced = {word.lower() for word in later}
    return {word: entry for word, entry in entries.items() if word.lower() not in replaced} | dict(later)


def load_lexicon(folder: Path) -> Lexicon:
    """Return the packaged lexicon with the user's own and that of `folder` laid over it.

    Raises:
        ConfigError: when a file has mistakes, with all of them.
    """
    own = platformdirs.user_config_path("stem", appauthor=False) / FILE_NAME
    here = folder / FILE_NAME
    if not here.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            here,
            [Message("it is a link out of this folder")],
            hint=Message("Put a copy of it in this folder."),
        )
    here = here.absolute() if here.exists() else here  # which of several folders' it is, is told whole
    read = {path: _read(path) for path in (own, here) if path.exists()}
    if not read:
        return _packaged()
    entries = _packaged().entries
    for each in read.values():
        entries = _overlaid(entries, each)
    ours = {word.lower(): entry for word, entry in _packaged().entries.items()}
    for word, entry in read.get(here, {}).items():
        if ours.get(word.lower(), entry) != entry:
            _LOGGER.warning(
                Message(
                    "The word '{word}' is said as {path} has it, not as it came with stem.",
                    word=word,
                    path=here,
                )
            )
    return Lexicon(entries, kinds=True)


@cache
def _packaged() -> Lexicon:
    """Return the lexicon that came with stem, which is read once."""
    return Lexicon(_read(Path(__file__).with_name(FILE_NAME)), kinds=True)


def _read(path: Path) -> dict[str, Entry]:
    """Return the entries of one file."""
    return check_words(_table(path), path)


def same_word(one: str, other: str) -> bool:
    """Tell whether two words of a list are one, with small letters or large."""
    return _bare(one).lower() == _bare(other).lower()


def check_words(table: Mapping[str, object], path: Path) -> dict[str, Entry]:
    """Return the entries that a list of words has.

    Args:
        table: What is in it.
        path: Its file.

    Raises:
        ConfigError: when it has mistakes, with all of them.
    """
    problems: list[str] = []
    entries: dict[str, Entry] = {}
    written: dict[str, str] = {}
    if sum(map(len, table)) > _MOST_LETTERS:
        raise ConfigError(
            path, [Message("its words have more than {most:,} letters together", most=_MOST_LETTERS)]
        )
    for word, value in table.items():
        if len(word) > _LONGEST:
            problems.append(Message("a word there is longer than {most} characters", most=_LONGEST))
            continue
        form = _bare(word)
        if not form:
            problems.append(Message("'{word}' has no letters", word=word))
        elif form in entries:
            problems.append(
                Message("'{word}' and '{written}' are one word", word=word, written=written[form])
            )
        entry = _entry(word, value, problems)
        entries[form], written[form] = entry, word
    if problems:
        raise ConfigError(path, problems, hint=_HINT)
    return entries


def _table(path: Path) -> dict[str, object]:
    try:
        return load_toml(path)
    except ConfigError as error:
        raise ConfigError(error.path, error.problems, hint=error.hint or _HINT) from error


def _entry(word: str, value: object, problems: list[str]) -> Entry:
    """Return the entry that a value stands for, adding its mistakes to `problems`."""
    table = value if isinstance(value, dict) else {"as": value}
    for key in table.keys() - set(_KEYS):
        hint = did_you_mean(key, _KEYS)
        problems.append(
            Message("'{word}' has an unknown key '{key}' ({hint:aside})", word=word, key=key, hint=hint)
        )
    respelling, ipa = table.get("as"), table.get("ipa", "")
    if "as" not in table:
        problems.append(Message("'{word}' does not say what it is said as: 'as' is missing", word=word))
    elif len(str(respelling)) > _LONGEST:
        problems.append(Message("'{word}' is said as more than {most} characters", word=word, most=_LONGEST))
        return Entry("")
    elif not isinstance(respelling, str):
        problems.append(
            Message("'{word}' must be said as text, not {respelling!r}", word=word, respelling=respelling)
        )
    elif not has_words(respelling) or _MARKS.search(respelling):
        problems.append(
            Message(
                "'{word}' is said as \"{respelling}\", which no voice can say",
                word=word,
                respelling=respelling,
            )
        )
    if not isinstance(ipa, str):
        problems.append(Message("the 'ipa' of '{word}' must be text, not {ipa!r}", word=word, ipa=ipa))
        ipa = ""
    ipa = unicodedata.normalize("NFD", ipa).translate(_TYPED_IPA)
    if strange := _not_ipa(ipa):
        problems.append(
            Message(
                "the 'ipa' of '{word}' has what is no phonetic sign: {strange}",
                word=word,
                strange=" ".join(strange),
            )
        )
    return Entry(_bare(str(respelling)), ipa)


def _not_ipa(ipa: str) -> Iterable[str]:
    """Return the characters that are neither IPA letters nor marks of stress, length or tone."""
    return [c for c in dict.fromkeys(ipa) if c not in _IPA and unicodedata.category(c) not in {"Lm", "Mn"}]
