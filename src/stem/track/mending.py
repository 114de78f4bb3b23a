"""The sentences of a track as they can be changed: what is said for each, and how it sounds in its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stem import units
from stem.config import Config
from stem.errors import StemError, UsageError
from stem.files import HERE
from stem.messages import Message
from stem.script.cues import PAUSES, Breath, Cue, Utterance
from stem.script.edits import Edit, SentenceKey, edited, sentence_key, sentences_of
from stem.script.template import ScriptTemplate
from stem.script.timeline import Timeline
from stem.sound.beds import bell_frames
from stem.sound.clips import Samples
from stem.sound.limiter import limited
from stem.track.plan import plan_to_mend
from stem.track.preview import estimated, timeline_by
from stem.track.spec import TrackSpec
from stem.track.stages import bed_of, mixed, speak
from stem.voices.speakers import expected_pace
from stem.voices.takes import Takes

AROUND_S = 10.0
"""So much of what comes before and after a sentence is heard with it."""

_FADE_S = 0.3


@dataclass(frozen=True, slots=True)
class Mendable:
    """A sentence of a script in a track.

    Example:
        >>> spec = stem.TrackSpec("kort", voice="zacht", bed="none")
        >>> said = [line.text for line in stem.preview(project.plan(spec)).timeline.utterances]
        >>> [each.sentence for each in project.mendable(spec, said)][-1]
        'Je hoeft niets.'

    Attributes:
        sentence: As it is written in the script.
        nth: Which of those that are written so.
        rules: What it is there for, of the safety rules; such a sentence cannot be left out.
        first: The first of what is said for it, among all that is said in the track, counted from 0.
        count: How many sentences are said for it; 0 when it is left out.
        edit: How it is changed; None when it is not.
    """

    sentence: str
    nth: int
    rules: tuple[str, ...]
    first: int
    count: int
    edit: Edit | None = None

    @property
    def key(self) -> SentenceKey:
        """By what changes find it."""
        return sentence_key(self.sentence, self.nth)


def mendable(
    spec: TrackSpec, config: Config, said: Sequence[str], folder: Path = HERE
) -> tuple[Mendable, ...]:
    """Return the sentences of the script of a track, in order; none when its text is another one by now.

    Args:
        spec: What the track was made of.
        config: The settings it was made under.
        said: All that is said in it, in order, as written.
        folder: The project's.

    Raises:
        StemError: when the script cannot be read any more.
    """
    _, before = plan_to_mend(spec, config, folder)
    return _found(before, spec.edits, said)[1]


def in_place(spec: TrackSpec, config: Config, sentence: str, nth: int = 1, folder: Path = HERE) -> Samples:
    """Return how a sentence sounds in its track, with what is heard before and after it, shape (frames, 2).

    Args:
        spec: The track.
        config: The settings.
        sentence: As it is written in the script, before any change.
        nth: Which of those.
        folder: The project's.

    Raises:
        UsageError: when it is not in the track.
        StemError: as for making the track.
    """
    plan, before = plan_to_mend(spec, config, folder)
    with Takes() as takes:
        plan = speak(plan, takes)
        mix = mixed(plan, takes, bed_of(plan))
        texts = [each.text for each in mix.timeline.utterances]
        of_script = _found(before, spec.edits, texts)[1]
        here = next((each for each in of_script if each.key == sentence_key(sentence, nth)), None)
        if here is None:
            raise UsageError(Message("That sentence is not in this track."))
        first, last = _span(mix.timeline, here)
        if not any(at < last and at + bell_frames(plan.bell) > first for at in mix.timeline.bells):
            mix = replace(mix, bell=None)  # it would be measured for nothing
        sound = np.concatenate(list(limited(iter([mix.stretch(first, last)]), plan.profile.ceiling_dbtp)))
    return _faded(sound)


def fixed_text(
    spec: TrackSpec, config: Config, folder: Path = HERE
) -> tuple[ScriptTemplate, tuple[Cue, ...]]:
    """Return a script and, as cues, what is said in a track of it, with its changes, and nothing around it.

    Raises:
        StemError: as `plan_track`.
    """
    plan, before = plan_to_mend(spec, config, folder)
    pace = expected_pace(plan.voice, plan.lexicon, plan.terms) or 1.0
    try:
        timeline = timeline_by(plan, estimated(plan, pace))
    except StemError:  # a length out of reach: the usual text is as good as any
        text = before[0]
    else:
        text = _found(before, spec.edits, [each.text for each in timeline.utterances])[0] or before[0]
    assert plan.template is not None
    return plan.template, edited(text, spec.edits, PAUSES)[0]


def _found(
    texts: Iterable[tuple[Cue, ...]], edits: Sequence[Edit], said: Sequence[str]
) -> tuple[tuple[Cue, ...], tuple[Mendable, ...]]:
    """Return the text that is said in a track, and its sentences; nothing when it is none of those."""
    for cues in texts:
        own = [cue.text for cue in edited(cues, edits, PAUSES)[0] if isinstance(cue, Utterance | Breath)]
        starts = (at for at in range(len(said) - len(own) + 1) if list(said[at : at + len(own)]) == own)
        start = next(starts, None)
        if start is not None:
            return cues, _sentences(cues, edits, start)
    return (), ()


def _sentences(cues: Sequence[Cue], edits: Sequence[Edit], start: int) -> tuple[Mendable, ...]:
    found: list[Mendable] = []
    places = {each.index: each for each in sentences_of(cues)}
    by_key = {edit.key: edit for edit in edits}
    for index, cue in enumerate(cues):
        if isinstance(cue, Breath):
            start += 1
        elif isinstance(cue, Utterance):
            place = places[index]
            edit = by_key.get(place.key)
            count = 1 if edit is None or edit.text is None else len(edit.sentences)
            found.append(Mendable(place.text, place.nth, place.rules, start, count, edit))
            start += count
    return tuple(found)


def _span(timeline: Timeline, here: Mendable) -> tuple[int, int]:
    """Return from which frame to which a sentence is heard, with what is around it."""
    utterances = timeline.utterances
    if here.count:
        first, last = utterances[here.first].start, utterances[here.first + here.count - 1].end
    else:  # where it was
        first = utterances[here.first - 1].end if here.first else 0
        last = utterances[here.first].start if here.first < len(utterances) else timeline.frames
    around = units.frames(AROUND_S)
    return max(first - around, 0), min(last + around, timeline.frames)


def _faded(sound: Samples) -> Samples:
    """Let a stretch come and go, so that it does not click."""
    fade = min(units.frames(_FADE_S), len(sound) // 2)
    rise = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, np.newaxis]
    sound[:fade] *= rise
    sound[len(sound) - fade :] *= rise[::-1]
    return sound
