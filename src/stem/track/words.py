"""The words of tracks as cues: scripts filled in, once for each length that their texts are written for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from stem.errors import StemError, UnknownNameError, UsageError
from stem.export.destinations import Destination
from stem.messages import Message
from stem.script.cues import PAUSES, Bell, Cue, Pause, PauseRange, override_pauses
from stem.script.dutch import called, has_words, spoken
from stem.script.dutch.lexicon import Lexicon
from stem.script.edits import edited
from stem.script.masking import Mask
from stem.script.pacing import scaled, variants
from stem.script.template import Filling, Script, ScriptTemplate
from stem.track.profiles import Profile
from stem.track.spec import TrackSpec

LONGEST_TRACK_S = 12 * 3600.0
BELL_PLACES = ("begin", "einde")
_BELL_PAUSE = "bel"

PRONUNCIATION = "naam_uitspraak"
_NAME = "naam"
"""Any script that takes a name also takes a respelling of it for the voice; print-outs keep the name."""

Text: TypeAlias = tuple[Cue, ...]


class Reader:
    """Reads the texts of many tracks; a text that several have is read once.

    Args:
        pauses: The table of pauses, before what a track asks for.
    """

    def __init__(self, pauses: Mapping[str, float]) -> None:
        self._pauses = override_pauses(PAUSES, pauses)
        self._read: dict[tuple[object, ...], tuple[Text, tuple[int, ...]]] = {}
        self._lost: dict[tuple[object, ...], tuple[int, ...]] = {}

    def pauses(self, spec: TrackSpec) -> dict[str, PauseRange]:
        """Return the table of pauses of a track.

        Raises:
            UsageError: when one has no such name, or cannot last that long.
        """
        return override_pauses(self._pauses, spec.pauses)

    def texts_of(
        self,
        template: ScriptTemplate,
        asked: Sequence[tuple[TrackSpec, float]],
        flemish: Sequence[bool] = (),
    ) -> Iterator[tuple[Text, ...] | StemError]:
        """Yield for each track of a script its texts, in the order in which they are tried for its length.

        Args:
            template: The script.
            asked: For each track what was asked, and how much longer its voice wants the pauses.
            flemish: For each whether its voice is from Flanders; by default none is.
        """
        accents = flemish or [False] * len(asked)
        wanted: list[tuple[float | None, ...] | StemError] = [_lengths(spec, template) for spec, _ in asked]
        values = [words_only(spec.values, template) for spec, _ in asked]
        fillings = {
            _key(filled, minutes, accent): Filling(filled, minutes, accent)
            for filled, lengths, accent in zip(values, wanted, accents, strict=True)
            if not isinstance(lengths, StemError)
            for minutes in lengths
        }
        try:
            rendered = dict(zip(fillings, template.render_all(list(fillings.values())), strict=True))
        except StemError as error:
            yield from (error for _ in asked)
            return
        for (spec, pause_scale), filled, lengths, accent in zip(asked, values, wanted, accents, strict=True):
            if isinstance(lengths, StemError):
                yield lengths
                continue
            scripts = [rendered[_key(filled, minutes, accent)] for minutes in lengths]
            wrong = next((script for script in scripts if isinstance(script, StemError)), None)
            right = [script for script in scripts if not isinstance(script, StemError)]
            yield wrong or self._texts(spec, spec.pause_scale * pause_scale, right)

    def _texts(self, spec: TrackSpec, factor: float, texts: Iterable[Script]) -> tuple[Text, ...] | StemError:
        try:
            return tuple(dict.fromkeys(self._cues(spec, factor, script) for script in texts))
        except StemError as error:
            return error

    def _cues(self, spec: TrackSpec, factor: float, script: Script) -> Text:
        key = (script.lines, factor, spec.edits, *sorted(spec.pauses.items()))
        if key not in self._read:
            pauses = self.pauses(spec)
            cues, lost = edited(script.cues(pauses), spec.edits, pauses)
            self._read[key] = scaled(cues, factor), lost
        cues, lost = self._read[key]
        if lost:
            self._lost[spec.edits, cues] = lost
        return cues

    def lost(self, spec: TrackSpec, text: Text) -> tuple[int, ...]:
        """Return which changes of sentences found none in a text that was read, counted from 1."""
        return self._lost.get((spec.edits, text), ())


def _lengths(spec: TrackSpec, template: ScriptTemplate) -> tuple[float | None, ...] | StemError:
    """Return the lengths, in minutes, whose texts may fit the length wanted; one without any when none is."""
    if spec.duration_s is None:
        return (None,)
    if not 0 < spec.duration_s <= LONGEST_TRACK_S:
        return UsageError(
            Message("A track cannot last {duration_s:g} seconds.", duration_s=spec.duration_s),
            hint=Message("Ask for a length above 0 and at most 12 hours, such as 12m or 12:00."),
        )
    return variants(spec.duration_s / 60, template.minutes)


def _key(values: Mapping[str, str], minutes: float | None, flemish: bool) -> tuple[object, ...]:  # noqa: FBT001
    return (minutes, flemish, *sorted(values.items()))


def words_only(values: Mapping[str, str], template: ScriptTemplate) -> dict[str, str]:
    """Return what a script is filled in with: a pronunciation is a matter of sound."""
    words = dict(values)
    if takes_pronunciation(template):
        words.pop(PRONUNCIATION, None)
    return words


def belled(
    cues: Text, spec: TrackSpec, profile: Profile, destination: Destination | None, after_s: float
) -> Text:
    """Return the cues with a bell in front and at the end, as asked; without any where there may be none.

    Args:
        cues: Of the whole track.
        spec: What was asked.
        profile: What the track is mastered for.
        destination: Where it goes.
        after_s: How long a bell is left alone, in seconds.

    Raises:
        UsageError: when bells are asked for where there may be none, or at no place for one.
    """
    wrong = [place for place in spec.bells if place not in BELL_PLACES]
    if wrong:
        raise UnknownNameError("place for a bell", wrong[0], BELL_PLACES)
    if not profile.has_bells:
        if spec.bells:
            raise UsageError(
                Message("This profile has no bells."),
                hint=Message("Leave out {bells}, or choose another {profile_kind}."),
            )
        return tuple(cue for cue in cues if not isinstance(cue, Bell))
    rest = Pause(_BELL_PAUSE, after_s, after_s, after_s, cues[0].source)
    stroke = Bell(cues[0].source)
    first = (stroke, rest) if "begin" in spec.bells else ()
    goes_with_bell = destination is not None and destination.bell
    closing = "einde" in spec.bells or profile.closing_bell or goes_with_bell
    last = (rest, stroke) if closing else ()
    return (*first, *cues, *last)


def takes_pronunciation(template: ScriptTemplate) -> bool:
    """Tell whether a script takes a respelling of a name besides its own variables."""
    names = {variable.name for variable in template.variables}
    return _NAME in names and PRONUNCIATION not in names


def with_pronunciation(lexicon: Lexicon, values: Mapping[str, str], template: ScriptTemplate) -> Lexicon:
    """Return the lexicon with the name's own pronunciation, when one is given.

    Raises:
        UsageError: when it is given without a name, or there is nothing to say in it.
    """
    said = values.get(PRONUNCIATION, "").strip()
    if not said or not takes_pronunciation(template):
        return lexicon
    if not values.get(_NAME, "").strip():
        raise UsageError(
            Message("{pronunciation} is given without {name}.", pronunciation=PRONUNCIATION, name=_NAME),
            hint=Message(
                "Give both: {value_of}{name}=Sjaan {value_of}{said}=...", name=_NAME, said=PRONUNCIATION
            ),
        )
    if not has_words(spoken(said)):
        raise UsageError(
            Message(
                "There is nothing to say in the {pronunciation} that was given.", pronunciation=PRONUNCIATION
            ),
            hint=Message("Write it as it sounds: {value_of}{name}=sjaan", name=PRONUNCIATION),
        )
    return lexicon.plus(called(values[_NAME]), said)


def doubts(
    values: Mapping[str, str], template: ScriptTemplate, lexicon: Lexicon, *, ipa: bool
) -> tuple[str, ...]:
    """Return, as a sentence, that a voice may read the name wrong; it does not show the name."""
    name = values.get(_NAME, "")
    is_told = bool(values.get(PRONUNCIATION, "").strip())
    if is_told or not takes_pronunciation(template) or not lexicon.doubts(name, ipa=ipa):
        return ()
    return (
        Message(
            "How does the name sound? A voice may read it wrong: listen first, and write it as it sounds in "
            "{pronunciation} if need be.",
            pronunciation=PRONUNCIATION,
        ),
    )


def masked(values: Mapping[str, str], template: ScriptTemplate) -> dict[str, str]:
    """Return values with other letters wherever someone's own words were filled in.

    These are texts that are none of their variable's examples; a choice, a number or an example is anyone's.
    """
    own = _own_words(values, template)
    return {
        name: "".join(map(_other_letter, value)) if name in own else value for name, value in values.items()
    }


def mask_of(values: Mapping[str, str], template: ScriptTemplate) -> Mask:
    """Return what hides someone's own words in a sentence about a mistake; it may quote the script."""
    own = _own_words(values, template)
    anyones = (value for name, value in values.items() if name not in own)
    return Mask({name: values[name] for name in own if name in values}, (template.body, *anyones))


def _own_words(values: Mapping[str, str], template: ScriptTemplate) -> frozenset[str]:
    """Return the variables into which someone's own words were filled."""
    own = {
        variable.name
        for variable in template.variables
        if variable.type == "text"
        and _folded(values.get(variable.name, "")) not in _folded_all(variable.choices)
    }
    return frozenset(own | {PRONUNCIATION} if takes_pronunciation(template) else own)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _folded_all(texts: Iterable[str]) -> set[str]:
    return {"", *map(_folded, texts)}


def _other_letter(character: str) -> str:
    if not character.isalnum():
        return character
    return "y" if character.casefold() == "x" else "x"
