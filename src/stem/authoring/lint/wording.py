"""Words that are better not said, and what to say in their place: tables, and one way to look them up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from stem.messages import Message
from stem.script.dutch import unsaid

LONGEST_JUDGED = 1_000
"""Characters of a sentence that are looked at: some rules take the square of them, and a voice no breath."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says about words in a sentence; problem and hint as in `Finding`."""

    rule: str
    problem: str
    hint: str


def judged(sentence: str) -> tuple[Judgement, ...]:
    """Return what is better said otherwise in a sentence, or the beginning of a long one, rule by rule."""
    return _judged(sentence[:LONGEST_JUDGED])


@lru_cache(maxsize=1024)  # most sentences of a script are the same in every way to fill it in
def _judged(sentence: str) -> tuple[Judgement, ...]:
    return tuple(_judgements(sentence))


def _judgements(sentence: str) -> Iterator[Judgement]:
    for wording in _WORDINGS:
        for found in wording.pattern.finditer(sentence):
            problem = Message("'{found}' {problem}", found=found[0], problem=wording.problem)
            yield Judgement(wording.rule, problem, wording.hint)
    for sign in unsaid(sentence):
        if not _SIGN.search(sign):  # which is told already
            problem = Message("'{found}' {problem}", found=sign, problem=_CANNOT)
            yield Judgement("sign", problem, _AS_A_WORD)
    for found in _HARD_WORD.finditer(sentence):
        better = _HARD_WORDS[found[0].casefold()]
        yield Judgement(
            "hard-word",
            Message("'{found}' is hard to say for a voice, or jargon", found=found[0]),
            Message("Say {better}.", better=better),
        )


@dataclass(frozen=True, slots=True)
class _Wording:
    """Words that a rule would rather not hear, as a pattern over one sentence."""

    rule: str
    pattern: re.Pattern[str]
    problem: str
    hint: str


def _wording(
    rule: str, pattern: str, problem: str, hint: str, flags: re.RegexFlag = re.IGNORECASE
) -> _Wording:
    return _Wording(rule, re.compile(pattern, flags), problem, hint)


_SIGN = re.compile(r"[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff*_#~|<>=@]+")
_CANNOT = Message("cannot be spoken")
_AS_A_WORD = Message("Leave it out, or write it as a word.")

_YOU = r"(?:je|jij|jou|jouw|jezelf|u|uw|uzelf)"
_STYLE = (
    r"(?:vermijdend|ambivalent|gedesorganiseerd)e?|(?:onveilig|angstig)e? (?:gehecht|hechting)\w*|"
    r"hechtings(?:stijl|type|probleem|stoornis)"
)
_IMPERATIVE = (
    r"(?:adem|beweeg|blijf|denk|doe|draai|druk|ga|geef|hang|houd|kies|kijk|kom|laat|leen|leg|luister|merk|neem|noem|"
    r"open|pak|rek|rol|sluit|sta|stap|stop|voel|volg|wrijf|zeg|zet|zit|zoek)"
)
_WORDINGS: tuple[_Wording, ...] = (
    _wording(
        "comma",
        rf"^{_IMPERATIVE}\b(?:(?! en )[^,])*, en (?={_IMPERATIVE}\b)",
        Message("has a comma where Dutch has none, and a voice stops at it"),
        Message("Write: 'Zet je voeten neer en druk ze zacht in de vloer.'"),
    ),
    _wording(
        "translated",
        r"\bdeze stem\b|\bop het gemak\b|\bop deze dag\b|\bvoor even was er\b|^zie (?:deze|die|hoe)\b",
        Message("reads as translated"),
        Message("Say it as one would aloud: 'voel', 'kijk', 'stel je voor', 'ik' and 'we' for who speaks."),
    ),
    _wording(
        "leftover",
        r"  +| (?=[,;:!?])|,(?=[.,;:!?])|/|\{[{%#]|[}%#]\}",
        Message("is a stray sign in spoken text"),
        Message("Read this sentence with each variable filled in and empty."),
    ),
    _wording(
        "digits",
        r"(?<![\w.,:-])(?:\d|1[0-2])(?![\w:%]|[.,-]\d| ?[%°])",
        Message("is a small number in digits"),
        Message("Write it as a word, such as 'vier'."),
    ),
    _wording(
        "capitals",
        r"(?<![\w-])(?!ADHD\b)[A-ZÀ-ÖØ-Þ]{2,}(?![\w-])",
        Message("stands in capitals"),
        Message("A voice spells it, or stumbles; write it in small letters."),
        re.NOFLAG,
    ),
    _wording(
        "web-address",
        r"https?://\S+|\bwww\.\S+|\b[\w-]+\.(?:nl|be|com|org|eu|net)\b",
        Message("is an internet address"),
        Message("Put it on the page beside the track; nobody can note it down now."),
    ),
    _wording("sign", _SIGN.pattern, _CANNOT, _AS_A_WORD),
    _wording(
        "must",
        r"(?<!\bals )(?<!\bdat )(?<!\bwat )(?<!\bwaar )(?<!\bdie )(?<!\bwanneer )\b(?:je|jij|u) moet\b|"
        r"\bmoet (?:je|jij|u)\b",
        "commands",
        "Invite: 'mag', 'kunt', 'misschien'.",
    ),
    _wording(
        "eyes",
        r"^(?!.*(?:\b(?:open|mag|mogen|hoeft|misschien|eventueel|waren|zijn|als)\b|\?)).*"
        r"(?:\bsluit\b.*\bogen\b|\bogen\b.*\b(?:dicht|sluiten|gesloten)\b).*",
        Message("closes the eyes without a choice"),
        Message("For example: 'Je ogen mogen dicht, of gewoon open blijven.'"),
    ),
    _wording(
        "let-go",
        r"\blaat (?:nu )?alles (?:nu )?los\b",
        Message("asks for too much"),
        Message("Name one small thing, or nothing."),
    ),
    _wording(
        "let-go",
        rf"\bgeef(?:t)? {_YOU}(?: \w+)* over\b",
        Message("asks the listener to surrender"),
        Message("Whoever listens stays in charge."),
    ),
    _wording(
        "safe-now",
        r"\b(?:je|jij|u) bent (?:\w+ )?veilig\b|\b(?:ben|bent) (?:je|jij|u) (?:\w+ )?veilig\b(?!.*\?)",
        Message("tells the listener to be safe"),
        Message("Ask what feels safe, and what does not."),
    ),
    _wording(
        "deeper",
        r"\bdieper en dieper\b|\b(?:steeds|nog) dieper\b",
        Message("deepens as in hypnosis"),
        Message("Stay with what is felt."),
    ),
    _wording(
        "dissolve",
        r"\b(?:zweven|zweeft|zweef|zwevend|oplossen|oplost|opgelost|verdwijnen|verdwijnt|verdwijn)\b",
        Message("can frighten whoever loses themselves easily"),
        Message("Keep to weight, ground and room."),
    ),
    _wording(
        "forget",
        r"\bvergeet\b",
        Message("asks to forget"),
        Message("Something may wait, or stand beside you."),
    ),
    _wording(
        "hold-breath",
        r"\badem\w*\b.*\b(?:in|vast)(?:ge)?houden\b|\bhou(?:d|dt)?\b.*\badem\b.*\b(?:in|vast)\b",
        Message("holds the breath"),
        Message("The breath is followed, and never held."),
    ),
    _wording(
        "count-down",
        r"\btel(?:t|len)?\b.*\b(?:terug|af)\b|\baftellen\b|\b(?:drie|3)\W+(?:twee|2)\W+(?:één|een|1)\b|"
        r"\bvan (?:tien|vijf|drie|10|5|3) (?:terug )?naar (?:één|een|nul|1|0)\b",
        Message("counts down"),
        Message("Let time pass in silence."),
    ),
    _wording(
        "promise",
        r"\b(?:genees|geneest|genezen|genezing|heelt|heling|geheeld)\b|\blost\b.*\bop\b",
        Message("promises healing"),
        Message("The exercise itself is untested: say what it offers."),
    ),
    _wording(
        "label",
        rf"\b{_YOU}\b.*\b(?:{_STYLE})\b|\b(?:{_STYLE})\b.*\b{_YOU}\b",
        Message("gives the listener a label"),
        Message("Speak of a way of protecting oneself."),
    ),
)

_HARD_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "adhd": Message("'a-dee-ha-dee', or leave it out"),
        "basisovertuiging": "'wat geloof je over jezelf'",
        "belichaamt": "'uitstraalt'",
        "beschermingsstrategie": "'een oude manier om jezelf te beschermen'",
        "body scan": "'een reis door het lichaam'",
        "bodyscan": "'een reis door het lichaam'",
        "chakra": Message("what is meant, or respell it: 'tsjakra'"),
        "co-regulatie": "'samen rustig worden'",
        "coping": "'hoe je ermee omgaat'",
        "feedback": "'wat je hoort van anderen'",
        "flow": "'vanzelf gaan'",
        "grounding": "'voelen waar je steun hebt'",
        "healing": Message("what is meant; a promise of healing is none to make"),
        "imaginair": "'verzonnen'",
        "inner child": "'het kind in je'",
        "mindful": "'met aandacht'",
        "mindfulness": "'aandacht'",
        "mindset": "'manier van kijken'",
        "safe place": "'een veilige plek'",
        "savasana": "'liggen'",
        "self-care": "'goed voor jezelf zorgen'",
        "triggeren": "'raken'",
        "trigger": "'wat je raakt'",
    }
)
"""Words, and what to say in their place."""

_HARD_WORD = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, _HARD_WORDS), key=len, reverse=True)) + r")\b", re.IGNORECASE
)
