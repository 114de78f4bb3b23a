"""Texts for people: apart from the facts in them, from how faces call things, and from a language.

A text is a template with names in braces, written in English where it is needed. Babel finds it there: it is
in the call of `Message` or `Plural` as it stands. Facts fill in some names. How settings and deeds are called
fills in the others: on the command line that is an option, on a page a field, in a program an argument. As a
string a message is English, in the plain words of `PLAIN`; a face asks for its own words, in the language of
whom it tells (`told`).

Facts are never read as templates: braces in what a user wrote are shown as they are.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from numbers import Real
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import IO, Any, Self

ENGLISH = NullTranslations()
"""The language of the texts themselves; a catalogue is one of gettext's too."""

DUTCH_FILE = Path(__file__).with_name("locale") / "nl" / "LC_MESSAGES" / "stem.mo"


def dutch() -> NullTranslations:
    """Return the Dutch catalogue; English when it is broken or missing."""
    try:
        return read_dutch()
    except ValueError:
        return ENGLISH


def read_dutch() -> NullTranslations:
    """Return the Dutch catalogue.

    Raises:
        ValueError: when it is broken or missing.
    """
    try:
        with DUTCH_FILE.open("rb") as file:
            return Catalogue(file)
    except (OSError, ValueError, LookupError, struct.error) as error:
        raise ValueError(Message("the Dutch texts cannot be read, so English is spoken")) from error


class Catalogue(GNUTranslations):
    """A catalogue that can also tell what it has words for."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read it.

        Raises:
            OSError: when it cannot be read; UnicodeDecodeError, ValueError and others when it is broken.
        """
        self._content = file.read()
        super().__init__(BytesIO(self._content))

    @cached_property
    def templates(self) -> tuple[str, ...]:
        """All texts that it has words for, as they are in English; none of those with a plural."""
        return tuple(text for text in self._texts() if "\0" not in text)

    @cached_property
    def plurals(self) -> Mapping[str, tuple[str, str]]:
        """Both forms of each text about a number of things, by either of them."""
        pairs = (text.split("\0") for text in self._texts() if "\0" in text)
        return {each: (one, many) for one, many in pairs for each in (one, many)}

    def _texts(self) -> Iterator[str]:
        """Yield what is told in it; the forms of what has a plural with a zero between them."""
        order = "<" if self._content.startswith(_LITTLE_ENDIAN) else ">"
        count, first = struct.unpack_from(f"{order}2I", self._content, 8)
        for length, start in struct.iter_unpack(f"{order}2I", self._content[first : first + 8 * count]):
            yield self._content[start : start + length].decode()


_LITTLE_ENDIAN = b"\xde\x12\x04\x95"
"""How a compiled catalogue begins when the lowest byte of its numbers comes first."""


def marked(text: str) -> str:
    """Return a word as it is; Babel finds it by this call."""
    return text


PLAIN: Mapping[str, str] = MappingProxyType(
    {
        # A setting by itself, as in "Leave out the profile."
        "bed_level": marked("a background level of"),
        "bells": marked("the bells"),
        "code": marked("The code"),
        "dask": marked("A cluster"),
        "destination": marked("the destination"),
        "exact_or_audio": marked("the exact times, or the sound"),
        "fill": marked("Another voice"),
        "format": marked("the format"),
        "page": marked("the page"),
        "profile": marked("the profile"),
        "profile_kind": marked("profile"),
        # A setting before its value, as in "For example: code = c017"; the last goes without a name
        "bed_is": marked("background ="),
        "code_is": marked("code ="),
        "destination_is": marked("destination ="),
        "duration_is": marked("length ="),
        "fill_is": marked("fill ="),
        "format_is": marked("format ="),
        "jobs_is": marked("jobs ="),
        "link_is": marked("link ="),
        "series_is": marked("series ="),
        "voice_is": marked("voice ="),
        "who_is": marked("name ="),
        "value_of": "",
        # Where a setting is given, as in "Choose another name for the output."
        "as_name": marked("for it"),
        "for_download": marked("for the download"),
        "for_output": marked("for the output"),
        "in_names": "",
        "on_command_line": marked("for the whole list"),
        # What to ask for
        "let_replace": marked("let it be replaced"),
        "name_in_feed": marked("allowing names in the feed"),
        "offline": marked("when it is to stay offline"),
        "replace_it": marked("let it be replaced"),
        "replacing": marked("replacing it"),
        "to_go_online": marked("to go online"),
        "use_force": marked("let it be replaced"),
        "with_edits": marked("each with its sentence"),
        # To begin again
        "The_same": marked("The next try"),
        "Try_again": marked("Try again"),
        "Try_again_later": marked("Try again later"),
        "the_same": marked("the next try"),
        "try_again": marked("try again"),
        # What to do, before what it is done with
        "allow_voice": marked("the voice"),
        "forget": marked("the code"),
        "get_voice": marked("the voice"),
        "give_consent": marked("the voice"),
        "make_sheet": marked("one of the script"),
        "say": marked("let it say something"),
        "say_text": marked("the text"),
        "sheet_again": marked("the sheet again"),
        # By what means, after what to do
        "by_cd": "",
        "by_init": marked("."),
        "by_outside": marked("."),
        "force_replaces": "",
    }
)
"""How settings and deeds are called where there are no options and commands."""


REASONS = frozenset(
    {
        marked("Permission denied"),
        marked("No such file or directory"),
        marked("Is a directory"),
        marked("Not a directory"),
        marked("File exists"),
        marked("File name too long"),
        marked("Invalid argument"),
        marked("Input/output error"),
        marked("No space left on device"),
        marked("Read-only file system"),
        marked("Too many open files"),
        marked("Connection refused"),
    }
)
"""Why the system refuses something, as it tells it itself; in messages that is called `reason`."""


class Message(str):
    """A text that faces may tell in words of their own, and in another language.

    Attributes:
        template: The text, with names in braces.
        facts: What stands in place of them, where `PLAIN` does not have the name; messages among them.

    Example:
        >>> hint = Message("Get {name} again, or choose another folder {for_output}.", name="{a}.mp3")
        >>> print(hint)
        Get {a}.mp3 again, or choose another folder for the output.
        >>> hint.told({"for_output": "with -o"})
        'Get {a}.mp3 again, or choose another folder with -o.'
    """

    __slots__ = ("facts", "template")

    template: str
    facts: Mapping[str, object]

    def __new__(cls, template: str, /, **facts: object) -> Self:
        """Make a message; its value is what is told in plain words."""
        facts = {name: fact if isinstance(fact, str | Real) else str(fact) for name, fact in facts.items()}
        message = super().__new__(cls, cls.text(template, _Filled(facts, PLAIN, ENGLISH)))
        message.template, message.facts = template, facts
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what a copy is made of."""
        return (self.template,), dict(self.facts)

    def told(self, words: Mapping[str, str], language: NullTranslations = ENGLISH) -> str:
        """Return the text with a face's own words for the names of `PLAIN`, in a language.

        What a catalogue has wrong is told in English.
        """
        facts = _Filled(self.facts, words, language)
        try:
            return self.text(self.template_in(language), facts)
        except (KeyError, IndexError, ValueError):
            return self.text(self.template_in(ENGLISH), facts)

    def template_in(self, language: NullTranslations) -> str:
        """Return the template in a language."""
        return language.gettext(self.template) if self.template else ""

    def with_facts(self, change: Callable[[str], str]) -> Self:
        """Return the message with other facts: something in them may not be shown."""
        changed = dict(self.facts)
        for name, spec in self._fields():
            fact = changed[name]
            if isinstance(fact, Message):
                changed[name] = fact.with_facts(change)
            elif (
                after := change(before := format(fact, spec) if isinstance(fact, Real) else str(fact))
            ) != before:
                changed[name] = after
        (template, *numbers), _ = self.__getnewargs_ex__()
        return type(self)(template, *numbers, **changed)

    def _fields(self) -> Iterator[tuple[str, str]]:
        """Yield the names of facts, and how numbers are written."""
        specs = {name: spec or "" for _, name, spec, _ in Formatter().parse(self.template) if name}
        yield from ((name, specs.get(name, "")) for name in self.facts)

    @classmethod
    def text(cls, template: str, facts: Mapping[str, object]) -> str:
        """Return a template filled in."""
        return template.format_map(facts)


class Plural(Message):
    """A text about a number of things, which is called `count` in it.

    Example:
        >>> print(Plural("{name} has 1 mistake.", "{name} has {count} mistakes.", 3, name="a.toml"))
        a.toml has 3 mistakes.
    """

    __slots__ = ("number", "one")

    one: str
    number: int

    def __new__(cls, one: str, many: str, count: int, /, **facts: object) -> Self:
        """Make a message; its value is what is told in plain words."""
        message = super().__new__(cls, one if count == 1 else many, **{"count": count, **facts})
        message.one, message.template, message.number = one, many, count
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what a copy is made of."""
        return (self.one, self.template, self.number), dict(self.facts)

    def template_in(self, language: NullTranslations) -> str:
        """Return the template in a language."""
        return language.ngettext(self.one, self.template, self.number)


class _Filled(Mapping[str, object]):
    """What is filled in for the names of a template, found when it is asked for."""

    def __init__(
        self, facts: Mapping[str, object], words: Mapping[str, str], language: NullTranslations
    ) -> None:
        self.facts, self.words, self.language = facts, words, language

    def __getitem__(self, name: str) -> object:
        if name not in self.facts:
            word = self.words[name]
            return self.language.gettext(word) if word else ""
        fact = self.facts[name]
        if name == "reason" and fact in REASONS:
            return self.language.gettext(str(fact))
        return fact if isinstance(fact, Real) else _Shown(told(fact, self.words, self.language))

    def __iter__(self) -> Iterator[str]:
        return iter({**self.words, **self.facts})

    def __len__(self) -> int:
        return len({**self.words, **self.facts})


class _Shown(str):
    """A text as a part of a sentence; where a number was that is not to be shown, it is shown as it is.

    "{hint:aside}" is how a sentence stands in brackets: small at its start, without its full stop, which
    "{hint:open}" leaves out only. "{problem:first}" is how a clause begins a sentence: with a capital.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        text = self.removesuffix(".") if spec in {"aside", "open"} else str(self)
        start = {"aside": text[:1].lower(), "first": text[:1].upper()}.get(spec, text[:1])
        return start + text[1:]


def told(text: object, words: Mapping[str, str] = PLAIN, language: NullTranslations = ENGLISH) -> str:
    """Return a text in a face's words and a language; what is no message is told as it is."""
    return text.told(words, language) if isinstance(text, Message) else str(text)


def message_of(error: Exception) -> str:
    """Return what an error of Python's own tells, as the message that it was made with."""
    (said, *_) = error.args or ("",)
    return said if isinstance(said, Message) else str(error)


def enumerated(texts: Sequence[str]) -> str:
    """Return texts as a part of a sentence: "a and b"."""
    if not texts:
        return ""
    together: str = texts[0]
    for text in texts[1:]:
        together = Message("{first} and {next}", first=together, next=text)
    return together


def joined(separator: str, texts: Sequence[str]) -> str:
    """Return texts as one; it is a message when one of them is."""
    if not any(isinstance(text, Message) for text in texts):
        return separator.join(texts)
    names = [f"text{number}" for number in range(len(texts))]
    template = separator.replace("{", "{{").replace("}", "}}").join(f"{{{name}}}" for name in names)
    return Message(template, **dict(zip(names, texts, strict=True)))


_SHORTEST_KNOWN = 12
"""Letters of a template outside its facts: with fewer, a text may be something else that looks like it."""


_NUMBERS = re.compile(r"\d+( and \d+)+")
"""Numbers that were enumerated: what is shorter than is known otherwise, and nothing else looks like it."""


def retold(text: str, language: NullTranslations) -> str:
    """Return a text that is kept in English, as in the record of a track, as a message that can be told."""
    return text if isinstance(text, Message) else _found(text, language)


@lru_cache(maxsize=1024)  # a batch tells the same of many tracks
def _found(text: str, language: NullTranslations) -> str:
    if language is not ENGLISH and _NUMBERS.fullmatch(text):
        return enumerated(text.split(" and "))
    likely = (each for start, each in _known(language) if text.startswith(start))
    found = recognised(text, likely, lambda _name, fact: retold(fact, language))
    return _counted(found, language.plurals) if isinstance(language, Catalogue) else found


def _counted(found: str, plurals: Mapping[str, tuple[str, str]]) -> str:
    """Return a message that was recognised; as one about a number of things when it is that."""
    if not isinstance(found, Message) or found.template not in plurals:
        return found
    one, many = plurals[found.template]
    facts = dict(found.facts)
    told_count = str(facts.pop("count", "")).replace(",", "")
    several = int(told_count) if told_count.isdecimal() else 2  # it is not told, and more than one
    return Plural(one, many, 1 if found.template == one else several, **facts)


@lru_cache(maxsize=8)
def _known(language: NullTranslations) -> tuple[tuple[str, str], ...]:
    """Return how the templates of a language begin, and they themselves, the longest first."""
    known = (*language.templates, *language.plurals) if isinstance(language, Catalogue) else ()
    certain = [each for each in known if len("".join(_parts(each)[1])) >= _SHORTEST_KNOWN]
    return tuple((each.partition("{")[0], each) for each in sorted(certain, key=len, reverse=True))


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names in a template, and the texts before, between and after them."""
    names, texts = list[str](), [""]
    for before, name, *_ in Formatter().parse(template):
        texts[-1] += before
        if name is not None:
            names.append(name)
            texts.append("")
    return tuple(names), tuple(texts)


def recognised(
    text: str, templates: Iterable[str], inner: Callable[[str, str], str] = lambda _name, fact: fact
) -> str:
    """Return a text that was made of one of these templates as a message; of none, as it is.

    Libraries, and children of ours, tell what is wrong in a sentence that is finished.

    Args:
        text: What they tell.
        templates: What may have been filled in; the first that fits counts.
        inner: Given the name and the text of a fact, returns it as it is told.
    """
    for template in templates:
        facts = _facts(template, text)
        if facts is not None:
            return Message(template, **{name: inner(name, fact) for name, fact in facts.items()})
    return text


def _facts(template: str, text: str) -> dict[str, str] | None:
    """Return what a text has where its template has names; None when it was not made of it.

    What stands between two names is looked for once, from the left: the time grows with the text alone.
    """
    names, texts = _parts(template)
    if not text.startswith(texts[0]):
        return None
    facts: dict[str, str] = {}
    place = len(texts[0])
    for number, (name, after) in enumerate(zip(names, texts[1:], strict=True), start=1):
        end = len(text) - len(after) if number == len(names) else text.find(after, place + 1)
        if end <= place or not text.startswith(after, end):
            return None
        if facts.setdefault(name, text[place:end]) != text[place:end]:
            return None
        place = end + len(after)
    return facts if place == len(text) else None
