"""What a finished script is checked for: that it is safe, speakable and well paced. Every rule has an id.

One rendering is checked at a time (`lint`); `gathered` puts the findings of many of them together. What a
safety rule asks for is marked in the script ([veilig V3]), so that nothing is guessed from wording; what is
better not said is found by its wording and is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from stem import units
from stem.authoring.lint.rules import RULES, Severity
from stem.authoring.lint.wording import LONGEST_JUDGED, judged
from stem.authoring.unspoken import Edge, unspoken
from stem.messages import Message
from stem.script.cues import SAFETY_RULES, Breath, Cue, Heading, Pause, Safe, Source, Utterance
from stem.script.dutch import called
from stem.script.dutch.pace import expected_seconds
from stem.script.template import ScriptTemplate
from stem.script.timeline import POST_ROLL_S, PRE_ROLL_S

ORIENTATION_S = 30.0
"""The least time for coming back into the room, of speech and of pauses that are never stretched or cut."""

ROUNDS_S, ROUNDS_FROM_MINUTES = 45.0, 15.0
"""The least time for it after a long exercise: a second round, for who is not back after the first."""

ANNOUNCED_S = 30.0
"""A silence of this length feels like being left, unless the voice has said that it comes."""

ANNOUNCED_WITHIN = 3
"""Sentences before a silence, one of which announces it; often it gets quiet, there is nothing to do, and the
voice will return."""

LONG_WORDS, TOO_LONG_WORDS = 15, 20
SHORT_WORDS, MOST_SHORT = 7, 7
"""A sentence of fewer words is short; so many in a row are heard as a list, and not as someone who speaks."""

MOST_SENTENCES = 5
MOST_NAMES, NAMES_WITHIN_S = 3, 600.0

_AGREEMENTS = ("V1", "V2", "V3", "V4")
_IMAGE_PAUSES = frozenset({"beeld", "ruim", "stilte"})
"""The pauses that leave time for an image; arrival and agreements use shorter ones."""


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Something that a rule does not allow.

    Attributes:
        rule: The rule's id, a key of `RULES`.
        severity: "error" or "warning".
        source: Where it was written; the first line of the script for what is missing.
        problem: What is wrong, without a full stop.
        hint: What to do about it. Two renderings may differ in it and have the same finding.
    """

    rule: str
    severity: Severity
    source: Source
    problem: str
    hint: str = field(compare=False)

    @property
    def sentence(self) -> str:
        """Place and problem as one sentence."""
        place = f"{self.source.path}:{self.source.line}"
        return Message("{place}: {problem}.", place=place, problem=self.problem)


def lint(
    template: ScriptTemplate,
    cues: Sequence[Cue],
    *,
    vorm: str,
    minutes: float | None = None,
    name: str = "",
) -> tuple[LintFinding, ...]:
    """Check one rendering of a script.

    Args:
        template: What it was rendered from.
        cues: The rendering, with its pauses at their nominal lengths.
        vorm: The form of address in it, "je" or "u".
        minutes: The length it was rendered for; None for no wish.
        name: The listener's name in it; may be empty.

    Returns:
        What was found, in the order of `gathered`.
    """
    found: list[LintFinding] = []
    if template.imagery:
        found += [
            *_missing(template, cues),
            *_late_agreements(cues),
            *_no_way_out(cues),
            *_hurried_return(cues, minutes),
            *_back_to_a_room(cues),
            *_breathless(cues),
            *_staccato(cues),
        ]
    found += [*_unannounced(cues), *_breath_only(cues), *_misnamed(cues, name)]
    found += _unspoken(cues)
    if minutes is not None:
        found += _out_of_reach(template, cues, minutes)
    for cue in cues:
        if isinstance(cue, Utterance):
            found += _long(cue)
            found += [_finding(each.rule, cue.source, each.problem, each.hint) for each in judged(cue.text)]
        if isinstance(cue, Utterance | Heading):
            found += _addressed(cue, vorm)
    return gathered(found)


def gathered(findings: Iterable[LintFinding]) -> tuple[LintFinding, ...]:
    """Return findings, of any number of renderings, once each, by file and line."""
    once = dict.fromkeys(findings)
    return tuple(sorted(once, key=lambda f: (f.source.path, f.source.line, f.severity, f.rule, f.problem)))


def _finding(rule: str, source: Source, problem: str, hint: str) -> LintFinding:
    return LintFinding(rule, RULES[rule].severity, source, problem, hint)


def _seconds(cue: Cue) -> float:
    """Return how long a cue lasts: sentences as they usually do, pauses at their nominal length."""
    match cue:
        case Utterance(phrase=phrase):
            return expected_seconds(phrase)
        case Pause(seconds=seconds) | Breath(seconds=seconds):
            return seconds
        case _:
            return 0.0


def _chapters(cues: Sequence[Cue]) -> list[range]:
    """Return the places of the cues of each chapter; words before the first heading are one too."""
    heads = [place for place, cue in enumerate(cues) if isinstance(cue, Heading) and place > 0]
    return [range(start, end) for start, end in zip([0, *heads], [*heads, len(cues)], strict=True)]


# Safety.


def _places(cues: Sequence[Cue], rule: str) -> list[int]:
    """Return where the marks of a safety rule are."""
    return [place for place, cue in enumerate(cues) if isinstance(cue, Safe) and rule in cue.rules]


def _has_images(cues: Sequence[Cue]) -> bool:
    return any(isinstance(cue, Pause) and cue.name in _IMAGE_PAUSES for cue in cues)


def _missing(template: ScriptTemplate, cues: Sequence[Cue]) -> Iterator[LintFinding]:
    said = {rule for cue in cues if isinstance(cue, Safe) for rule in cue.rules}
    where = {
        "V7": template.steps_over,
        "V12": template.picks or template.steps_over,
        "V13": template.picks or template.steps_over or "V12" in said,
        "V14": _has_images(cues),
        "V15": "V9" in said,
        "V16": "V5" in said,
    }
    for rule, summary in SAFETY_RULES.items():
        if where.get(rule, True) and rule not in said:
            problem = Message("there is no sentence for {rule}, {summary}", rule=rule, summary=summary)
            hint = Message("Put [veilig {rule}] before the sentence that says it.", rule=rule)
            yield _finding(rule, Source(str(template.path), 1), problem, hint)


def _late_agreements(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    images = (place for place, cue in enumerate(cues) if isinstance(cue, Pause) and cue.name in _IMAGE_PAUSES)
    first_image = next(images, len(cues))
    for rule in _AGREEMENTS:
        for place in _places(cues, rule)[:1]:
            if place > first_image:
                hint = Message("It comes before the first pause beeld, ruim or stilte.")
                yield _finding(
                    "agreements",
                    cues[place].source,
                    Message("{rule} comes after the first image", rule=rule),
                    hint,
                )


def _no_way_out(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    """Find the long silences, before the last word, in whose chapter nothing was said about a way out."""
    if _has_images(cues) and not _places(cues, "V14"):
        return  # that it is missing is told
    last_word, every = _last_word(cues), _places(cues, "V14")
    for chapter in _chapters(cues):
        ways_out = [place for place in every if place in chapter]
        for place in chapter:
            cue = cues[place]
            silent = isinstance(cue, Pause) and cue.seconds >= ANNOUNCED_S and place < last_word
            if silent and not any(way < place for way in ways_out):
                hint = Message(
                    "Say before it, behind [veilig V14], for example: 'Wordt het te veel? Kijk om je heen.'"
                )
                problem = Message(
                    "a silence of {seconds:g} seconds comes without a way out in its chapter",
                    seconds=_seconds(cue),
                )
                yield _finding("way-out", cue.source, problem, hint)


def _back_to_a_room(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    """Find a room in the sentences of the way back and in the title above them."""
    every = _places(cues, "V9")
    for chapter in _chapters(cues):
        marked = [place for place in every if place in chapter]
        spoken = (cues[place] for place in chapter if place - 1 in marked or (marked and place == chapter[0]))
        for cue in spoken:
            text = cue.title if isinstance(cue, Heading) else cue.text if isinstance(cue, Utterance) else ""
            if _ROOM.search(text):
                hint = Message("Say 'de plek waar je bent'; some are in none, others in the one they feared.")
                yield _finding("room", cue.source, Message("the way back leads into a room"), hint)


_ROOM = re.compile(r"\bkamer\b", re.IGNORECASE)


def _hurried_return(cues: Sequence[Cue], minutes: float | None) -> Iterator[LintFinding]:
    """Find a way back that is too short, or has no second round, and aftercare that comes before it."""
    chapters, every = _chapters(cues), _places(cues, "V9")
    returns = [[n for n in every if n in chapter] for chapter in chapters]
    start = next((places[0] for places in reversed(returns) if places), None)
    if start is None:
        return
    fixed_s = sum(_seconds(cue) for cue in cues[start : _last_word(cues) + 1] if not _is_elastic(cue))
    long = minutes is not None and minutes >= ROUNDS_FROM_MINUTES
    if ORIENTATION_S <= fixed_s < ROUNDS_S and long:
        problem = Message(
            "after {minutes:g} minutes or more, {seconds:g} seconds of orientation are needed",
            minutes=ROUNDS_FROM_MINUTES,
            seconds=ROUNDS_S,
        )
        hint = Message(
            "It is {fixed_s:.0f} s; add a second round: one's own name, a few sounds, moving.",
            fixed_s=fixed_s,
        )
        yield _finding("second-round", cues[start].source, problem, hint)
    if fixed_s < ORIENTATION_S:
        problem = Message(
            "fewer than {orientation_s:g} seconds of orientation remain from here to the last word",
            orientation_s=ORIENTATION_S,
        )
        hint = Message(
            "It is {fixed_s:.0f} s; speech and exact pauses count, like [pauze 5].", fixed_s=fixed_s
        )
        yield _finding("V9", cues[start].source, problem, hint)
    for place in _places(cues, "V11")[-1:]:
        if place < start and place not in chapters[-1]:
            hint = Message("Say it after the orientation in the room.")
            yield _finding(
                "V11", cues[place].source, Message("the aftercare comes before the way back"), hint
            )


def _last_word(cues: Sequence[Cue]) -> int:
    return max(n for n, cue in enumerate(cues) if isinstance(cue, Utterance | Breath))


def _is_elastic(cue: Cue) -> bool:
    return isinstance(cue, Pause) and cue.shortest_s < cue.longest_s


# Pacing.


def _breathless(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    """Find the sentence after which there should have been a pause long ago."""
    in_a_row = 0
    for cue in cues:
        if isinstance(cue, Utterance):
            in_a_row += 1
            if in_a_row == MOST_SENTENCES + 1:
                problem = Message(
                    "this sentence follows {most_sentences} others without a longer pause",
                    most_sentences=MOST_SENTENCES,
                )
                yield _finding(
                    "no-pause",
                    cue.source,
                    problem,
                    Message("Write [pauze] or an empty line where a thought ends."),
                )
        elif isinstance(cue, Breath) or (isinstance(cue, Pause) and cue.name != "zin"):
            in_a_row = 0


def _staccato(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    in_a_row = 0
    for cue in cues:
        if isinstance(cue, Utterance):
            in_a_row = in_a_row + 1 if len(_WORD.findall(cue.text)) < SHORT_WORDS else 0
            if in_a_row == MOST_SHORT + 1:
                problem = Message(
                    "{most} sentences of fewer than {words} words come before this short one",
                    most=MOST_SHORT,
                    words=SHORT_WORDS,
                )
                hint = Message("Let one of them run on: 12 to 15 words.")
                yield _finding("staccato", cue.source, problem, hint)


def _unannounced(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    for place, cue in enumerate(cues):
        if isinstance(cue, Pause) and cue.seconds >= ANNOUNCED_S:
            said = [before.text for before in cues[:place] if isinstance(before, Utterance)]
            if not any(_ANNOUNCEMENT.search(text) for text in said[-ANNOUNCED_WITHIN:]):
                problem = Message("a silence of {seconds:g} seconds comes unannounced", seconds=cue.seconds)
                hint = Message('Say just before it, for example: "Het wordt nu een tijdje stil."')
                yield _finding("silence", cue.source, problem, hint)


_ANNOUNCEMENT = re.compile(r"\b(?:stil|stilte|zwijgt?|even niets|(?:zonder|geen) woorden)\b", re.IGNORECASE)


def _breath_only(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    """Find the chapters that guide the breath, or speak of it more than once, and offer nothing else."""
    for chapter in _chapters(cues):
        inside = [cues[place] for place in chapter]
        texts = [cue for cue in inside if isinstance(cue, Utterance)]
        about = [cue for cue in texts if _BREATH_WORD.search(cue.text)]
        guided = [cue for cue in inside if isinstance(cue, Breath)]
        anchored = any(isinstance(cue, Safe) and "V5" in cue.rules for cue in inside)
        if (guided or about[1:]) and not (anchored or any(_ANCHOR.search(cue.text) for cue in texts)):
            source = (guided or about)[0].source
            hint = Message('Offer another, for example: "Of blijf bij de geluiden om je heen."')
            yield _finding("breath", source, Message("the breath is the only anchor in this chapter"), hint)


_BREATH_WORD = re.compile(r"\b(?:in|uit)?adem(?:t|en|haling|ing)?\b", re.IGNORECASE)
_ANCHOR = re.compile(r"\b(?:anker|geluid(?:en)?)\b", re.IGNORECASE)


def _out_of_reach(template: ScriptTemplate, cues: Sequence[Cue], minutes: float) -> Iterator[LintFinding]:
    shortest_s = longest_s = PRE_ROLL_S + POST_ROLL_S
    for cue in cues:
        shortest_s += cue.shortest_s if isinstance(cue, Pause) else _seconds(cue)
        longest_s += cue.longest_s if isinstance(cue, Pause) else _seconds(cue)
    if not shortest_s <= minutes * 60 <= longest_s:
        hint = Message(
            "It takes between {shortest} and {longest}; let blocks depend on the length, "
            "as in {{% if minuten >= 15 %}}.",
            shortest=units.format_time(shortest_s),
            longest=units.format_time(longest_s),
        )
        problem = Message("the text cannot be fitted into {minutes:g} minutes", minutes=minutes)
        yield _finding("length", Source(str(template.path), 1), problem, hint)


# Names and the form of address.


def _misnamed(cues: Sequence[Cue], name: str) -> Iterator[LintFinding]:
    if not name:
        return
    spelled = re.escape(called(name))
    word = re.compile(rf"\b{spelled}\b")
    genitive = re.compile(rf"\b{spelled}(?:['\u2019]?s\b|['\u2019](?=\s\w))")
    called_s: list[float] = []
    for cue, start_s in zip(cues, accumulate(map(_seconds, cues), initial=0.0), strict=False):
        if not isinstance(cue, Utterance):
            continue
        if genitive.search(cue.text):
            hint = Message("Call the name, or leave it out; many names have no genitive that sounds well.")
            yield _finding(
                "genitive", cue.source, Message("the listener's name stands in the genitive"), hint
            )
        called_s += [start_s] * len(word.findall(cue.text))
        recent = [moment for moment in called_s if moment > start_s - NAMES_WITHIN_S]
        if len(recent) > MOST_NAMES and called_s[-1] == start_s:
            problem = Message(
                "the name is called more than {most_names} times in 10 minutes", most_names=MOST_NAMES
            )
            yield _finding("name", cue.source, problem, Message("Leave it out here."))


_ADDRESSES = {
    "u": re.compile(r"\b(?:je|jij|jou|jouw|jezelf)\b", re.IGNORECASE),
    "je": re.compile(r"\b(?:u|uw|uzelf)\b", re.IGNORECASE),
}
"""By form of address: the words of the other."""


def _addressed(cue: Utterance | Heading, vorm: str) -> Iterator[LintFinding]:
    text = cue.text if isinstance(cue, Utterance) else cue.title
    for match in _ADDRESSES[vorm].finditer(text):
        hint = Message(
            "Use {{{{ je }}}}, {{{{ jou }}}}, {{{{ uw }}}} or a helper such as {{{{ inv('voel') }}}}."
        )
        problem = Message(
            "'{match}' is said when the listener is addressed with '{vorm}'", match=match[0], vorm=vorm
        )
        yield _finding("address", cue.source, problem, hint)


# Words.


def _long(cue: Utterance) -> Iterator[LintFinding]:
    if len(cue.text) > LONGEST_JUDGED:
        problem = Message(
            "this sentence has more than {longest_judged:,} characters", longest_judged=LONGEST_JUDGED
        )
        hint = Message("Write full stops where a voice takes breath; only its beginning was looked at.")
        yield _finding("too-long", cue.source, problem, hint)
        return
    words = len(_WORD.findall(cue.text))
    for rule, most in (("too-long", TOO_LONG_WORDS), ("long", LONG_WORDS)):
        if words > most:
            yield _finding(
                rule,
                cue.source,
                Message("this sentence has more than {most} words", most=most),
                Message("It has {words}; make two of it.", words=words),
            )
            return


def _unspoken(cues: Sequence[Cue]) -> Iterator[LintFinding]:
    """Find what is no word for a listener: marks of other notations, labels, what a chatbot says."""
    utterances = [cue for cue in cues if isinstance(cue, Utterance)]
    for number, cue in enumerate(utterances, start=1):
        edge: Edge = "first" if number == 1 else "last" if number == len(utterances) else ""
        for each in unspoken(cue.text, edge):
            if _SIGNS.fullmatch(each.found):
                continue  # which other rules tell
            problem = Message("'{found}' {problem}", found=each.found[:_MOST_SHOWN], problem=each.problem)
            hint = Message("Leave it out, or write it as a mark: [pauze 8], [bel], ## Titel.")
            yield _finding("unspoken", cue.source, problem, hint)


_MOST_SHOWN = 80
_SIGNS = re.compile(r"[-|/=<>~ ]+")
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
