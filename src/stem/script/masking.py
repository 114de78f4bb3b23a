"""What was filled in for someone is kept out of sentences about mistakes: {naam} stands in its place.

Templates are rendered in a child process that imports this: it uses the standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import TypeAlias

LEFT_OUT = "…"

_Span: TypeAlias = tuple[int, int, str]
"""Where something begins and ends in a text, and what stands there instead."""

_SHORTEST_WORD = 3
"""A part of a value that is shorter than this gives nobody away, and would be found everywhere."""

_QUOTE = re.compile("[\"']")
_WORD = re.compile(r"\w+")
_OWN_WORDS = frozenset(
    {
        *(
            "and",
            "argument",
            "arguments",
            "as",
            "attribute",
            "be",
            "between",
            "cannot",
            "element",
            "has",
            "have",
        ),
        *(
            "here",
            "in",
            "instances",
            "is",
            "keyword",
            "length",
            "loop",
            "mappings",
            "members",
            "missing",
            "no",
        ),
        *("not", "object", "of", "only", "or", "positional", "required", "supported", "takes", "to", "used"),
        *("bool", "dict", "float", "int", "list", "nonetype", "str", "tuple"),
        *("inv", "je_text", "label", "middle", "sentence", "u_text", "verb", "voel"),
    }
)
"""What the sentences of stem and of Python say between one quoted word and the next, and what they quote."""


class Mask:
    """Hides what was filled in, whole and in parts, however its letters were changed.

    A sentence about a mistake quotes what it is about. A quoted word that is neither the script's own nor
    stem's was made from what was filled in: by a filter, by cutting or turning round. It is left out.

    Args:
        values: The words that were filled in, by variable.
        written: What may be quoted: the texts of the templates, and values that are nobody's own.
    """

    def __init__(self, values: Mapping[str, str], written: Iterable[str] = ()) -> None:
        self._values = {name: text for name, value in values.items() if (text := value.strip())}
        self._written = tuple(written)

    def __call__(self, sentence: str, own_words: Iterable[str] = ()) -> str:
        """Return the sentence with the names of variables where their values stood.

        Args:
            sentence: About a mistake.
            own_words: What it may quote besides.
        """
        if not self._values:
            return sentence
        quotes = [match.start() for match in _QUOTE.finditer(sentence)]
        start, end = (quotes[0], quotes[-1]) if len(quotes) > 1 else (0, 0)
        spans = [*self._exact(sentence), *self._alike(sentence, start, end)]
        spans += self._strange_words(sentence, start, end, {word.casefold() for word in own_words})
        if not spans:
            return sentence  # itself: a message can be told in another language
        return re.sub(rf"{LEFT_OUT}(?:\s*{LEFT_OUT})+", LEFT_OUT, _replaced(sentence, spans))

    def holds(self, text: str) -> bool:
        """Tell whether something that was filled in, or a word of it, stands in the text."""
        return bool(self._values) and any(True for _ in self._alike(text, 0, len(text)))

    def _exact(self, sentence: str) -> Iterator[_Span]:
        """Find values as they were filled in, anywhere: as text, and as Python quotes it."""
        for name, value in self._values.items():
            if len(value) < _SHORTEST_WORD and value.islower():
                continue  # "je": among unquoted words, it is the sentence's own
            for shown in {value, repr(value)[1:-1], ascii(value)[1:-1]}:
                for match in re.finditer(rf"(?<!\w){re.escape(shown)}(?!\w)", sentence):
                    yield *match.span(), f"{{{name}}}"

    def _alike(self, sentence: str, start: int, end: int) -> Iterator[_Span]:
        """Find values and their words in a stretch of the sentence, whatever the size and accents."""
        folded, places = _folded(sentence[start:end])
        for needle, name in self._needles:
            place = folded.find(needle)
            while place >= 0:
                beyond = place + len(needle)
                if len(needle) >= _SHORTEST_WORD or not (
                    folded[max(place - 1, 0) : place].isalnum() or folded[beyond : beyond + 1].isalnum()
                ):
                    yield start + places[place], start + places[beyond - 1] + 1, f"{{{name}}}"
                place = folded.find(needle, beyond)

    def _strange_words(self, sentence: str, start: int, end: int, own_words: set[str]) -> Iterator[_Span]:
        """Find the words of a stretch of the sentence that are nobody's."""
        for match in _WORD.finditer(sentence, start, end):
            if match[0].casefold() not in own_words and match[0].casefold() not in self._known:
                yield *match.span(), LEFT_OUT

    @cached_property
    def _needles(self) -> tuple[tuple[str, str], ...]:
        """Values and their words, folded, the longest first, each with the name of its variable."""
        found: dict[str, str] = {}
        for name, value in self._values.items():
            words = [word for word in _WORD.findall(value) if len(word) >= _SHORTEST_WORD]
            for text in (value, *words):
                needle = _folded(text)[0]
                if len(needle) > 1 and (text == value or needle not in _OWN_WORDS):
                    found.setdefault(needle, name)
        return tuple(sorted(found.items(), key=lambda item: -len(item[0])))

    @cached_property
    def _known(self) -> frozenset[str]:
        return _OWN_WORDS.union(word.casefold() for text in self._written for word in _WORD.findall(text))


def _replaced(text: str, spans: Iterable[_Span]) -> str:
    """Return the text with other words in some places; of what overlaps, the longest counts."""
    kept: list[_Span] = []
    for span in sorted(spans, key=lambda span: (span[2] == LEFT_OUT, span[0] - span[1])):
        if all(span[1] <= start or end <= span[0] for start, end, _ in kept):
            kept.append(span)
    for start, end, instead in sorted(kept, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def _folded(text: str) -> tuple[str, list[int]]:
    """Return a text in small letters without accents, and for each letter the place it had."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters = [(letter, place) for place, written in enumerate(text) for letter in _plain(written)]
    return "".join(letter for letter, _ in letters), [place for _, place in letters]


@lru_cache(maxsize=1024)
def _plain(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character).casefold()
    return "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Me", "Cf"})
