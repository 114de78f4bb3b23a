"""What a listener's own words say of "ik" is said to the listener: "als ik bel" becomes "als je belt".

A verb in the first person can be nobody else's: another subject would give it a t. So a known form is found
and turned wherever it stands; what cannot be turned with certainty is refused, and then said in other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stem.messages import Message
from stem.script.dutch.verbs import PAST, is_first_person, with_t

_WRITTEN_CLAUSE_STARTS = (
    "als dat wanneer omdat terwijl voordat nadat zodra want waar hoe wat wie die sinds tot toen doordat "
    "zodat hoewel waarom waarin waarop waarbij waarmee waarvan of en maar dan"
)
_CLAUSE_STARTS = frozenset(_WRITTEN_CLAUSE_STARTS.split())
_JOINED = frozenset({"en", "of", "maar"})
_WRITTEN_OF_NOUNS = (
    "de een mijn m'n mn je uw geen naar met voor van over bij op in aan uit te ons onze veel het dit deze "
    "door tegen zonder om tot"
)
_OF_NOUNS = frozenset(_WRITTEN_OF_NOUNS.split())
"""What stands before a noun: then "werk" and "vraag" are no verbs."""

_WRITTEN_NO_VERBS = (
    "iets niet niets iemand niemand er daar hier dan nu ook nog wel zo heel erg vaak altijd soms weer even "
    "alles thuis samen alleen zelf hem haar hen hun ze bang boos moe ziek blij verdrietig eenzaam onzeker"
)
_NO_VERBS = frozenset(_WRITTEN_NO_VERBS.split())

_SELF = frozenset({"op", "als", "in", "zoals", "toen", "van"})
"""Behind "mij" at the start: someone as they are, or were, themselves."""

_WRITTEN_AFTER_US = "aan bij door in met na naar op over te tegen tot van voor wordt is zijn en of komt"
_AFTER_US = frozenset(_WRITTEN_AFTER_US.split())
"""Behind "ons": then it is no possessive."""

_MIJN = frozenset({"mijn", "ons", "m'n", "m’n", "mn", "m`n", "m´n", "m‘n", "jouw", "onze"})  # noqa: RUF001 - as typed
_ME = frozenset({"me", "mij"})
_MYSELF = frozenset({"mezelf", "mijzelf", "onszelf"})

FORMS_OF = {
    # subject, stressed subject, object, reflexive, possessive, oneself, plural subject, plural object
    "je": ("je", "jij", "je", "je", "je", "jezelf", "jullie", "jullie"),
    "u": ("u", "u", "u", "zich", "uw", "uzelf", "jullie", "u"),
}


def turned(text: str, vorm: str) -> str:
    """Return words of one's own as they are said to whoever wrote them.

    Args:
        text: A noun phrase, or a clause such as "als ik moet presenteren".
        vorm: "je" or "u".

    Raises:
        ValueError: when "ik" stands in it with a verb that is not known.
    """
    pieces = re.findall(r"[\w'’]+(?:-[\w'’]+)*|\s+|[^\w\s]", text)  # noqa: RUF001 - the apostrophe that people type
    places = [place for place, piece in enumerate(pieces) if not piece.isspace()]
    words = [pieces[place] for place in places]
    said = _Turning([word.casefold() for word in words], vorm).said(words)
    for place, word in zip(places, said, strict=True):
        pieces[place] = word
    return "".join(pieces)


class _Turning:
    """One text, as small words, on its way to another form."""

    def __init__(self, words: Sequence[str], vorm: str) -> None:
        self.words = words
        self.vorm = vorm
        subject, stressed, object_, reflexive, mine, oneself, plural, plural_object = FORMS_OF[vorm]
        self.subject, self.stressed, self.object, self.reflexive = subject, stressed, object_, reflexive
        self.mine, self.oneself, self.plural, self.plural_object = mine, oneself, plural, plural_object

    def said(self, words: Sequence[str]) -> list[str]:
        verbs = dict(self._verbs())
        return [verbs.get(place) or self._word(place, word) for place, word in enumerate(words)]

    def _at(self, place: int) -> str:
        return self.words[place] if 0 <= place < len(self.words) else ""

    def _word(self, place: int, word: str) -> str:
        small, after, before = self.words[place], self._at(place + 1), self._at(place - 1)
        is_themselves = place == 0 and small in {"ik", *_ME} and (after in _SELF or not after)
        if is_themselves or small in _MYSELF:
            return self.oneself
        if small in _ME:
            return self.reflexive if "ik" in self._clause(place) else self.object
        if small == "ik":
            return self.subject if self._has_verb(place) else self.stressed
        loose = not after or not after[0].isalpha() or after in _AFTER_US or after in PAST
        if small == "ons" and loose:
            return self.plural_object
        if small in _MIJN and not (small == "mijn" and before in {"de", "een"}):  # which lies underground
            return self.mine
        return self.plural if small in {"wij", "we"} else word

    def _has_verb(self, place: int) -> bool:
        """Tell whether "ik" is the subject of a verb, and not "mijn man en ik" or "ouder dan ik"."""
        before, after = self._at(place - 1), self._at(place + 1)
        ends = not after or not after[0].isalpha()
        return not (after == "en" or (before in {"en", "dan"} and (ends or not self._first_person(place))))

    def _first_person(self, place: int) -> bool:
        return any(is_first_person(word) or word in PAST for word in self.words[place + 1 : self._end(place)])

    def _clause(self, place: int) -> Sequence[str]:
        start = place
        while start > 0 and self.words[start - 1][0].isalpha() and self.words[start] not in _CLAUSE_STARTS:
            start -= 1
        return self.words[start : self._end(place)]

    def _end(self, place: int) -> int:
        """Return where the clause ends that goes on behind a place."""
        beyond = place + 1
        while beyond < len(self.words):
            word = self.words[beyond]
            if not word[0].isalnum() and word[0] not in "'’":  # noqa: RUF001 - as typed
                break
            if word in _CLAUSE_STARTS:
                break
            beyond += 1
        return beyond

    def _verbs(self) -> Iterator[tuple[int, str]]:
        """Yield where the verbs of "ik" stand, and how they are said."""
        for place, word in enumerate(self.words):
            if word != "ik" or (place == 0 and self._at(1) in _SELF) or not self._has_verb(place):
                continue
            verb = self._at(place - 1)
            if verb not in _CLAUSE_STARTS and (is_first_person(verb) or verb in PAST):
                # "dan bel ik": before je it has no t.
                yield place - 1, with_t(verb, inverted=True) if self.vorm == "u" else verb
                continue
            yield self._verb(place)
            yield from self._joined(self._end(place))

    def _verb(self, place: int) -> tuple[int, str]:
        """Return the verb behind "ik" in its clause: the last one that is known, as Dutch puts it."""
        span = range(place + 1, self._end(place))
        known = [at for at in span if is_first_person(self.words[at]) or self.words[at] in PAST]
        if self._at(place - 1) not in _CLAUSE_STARTS and known and known[0] == place + 1:
            known = known[:1]  # "ik bel": a main clause
        sure = [at for at in known if self.words[at - 1] not in _OF_NOUNS]
        at = next(reversed(sure or known), None)
        if at is None:
            at = self._unknown_verb(span)
        return at, with_t(self.words[at])

    def _unknown_verb(self, span: range) -> int:
        """Return the place of a verb that nobody listed: the only word, or the one before a preposition."""
        alone = len(span) == 1 or (len(span) > 1 and self.words[span[1]] in _OF_NOUNS)
        if alone and self.words[span[0]] not in _NO_VERBS:
            return span[0]
        raise ValueError(Message("it speaks of 'ik' in a way that cannot be turned to je or u"))

    def _joined(self, place: int) -> Iterator[tuple[int, str]]:
        """Yield the verbs of "en de deur opendoe": what ends a clause without a subject of its own."""
        while self._at(place) in _JOINED:
            end = self._end(place)
            last = end - 1
            if "ik" not in self.words[place:end] and last > place:
                word = self.words[last]
                if (
                    is_first_person(word)
                    and word not in PAST
                    and self.words[last - 1] not in _OF_NOUNS - {"het"}
                ):
                    yield last, with_t(word)
            place = end
