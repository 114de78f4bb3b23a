"""How long the tracks of a batch will last, before anything is spoken.

Ten thousand rows mostly ask for a few things, with other names. Own words are therefore taken to be those of
the first row that fills them in, and rows that differ in nothing else are planned as one: a longer name makes
no track a second longer. Of own recordings each is planned by itself: only a name tells whether it was
recorded. So is a track of which sentences are changed: a name may stand in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stem import units
from stem.config import Config
from stem.errors import StemError
from stem.files import HERE
from stem.practice.batch.jobs import Job
from stem.script.cues import Cue, phrases_of
from stem.script.dutch.pace import expected_seconds
from stem.script.pacing import reach
from stem.script.template import find_script
from stem.script.timeline import Timeline
from stem.track.plan import Plan, plan_all
from stem.track.preview import expected_timeline, house_frames
from stem.track.ready import check_reach
from stem.track.spec import TrackSpec
from stem.track.stages import timeline_of
from stem.track.words import PRONUNCIATION
from stem.voices.speakers import expected_pace, recordings_folder

ALIKE = 60
"""Letters; what is longer than any name is not taken to last as long as another text."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a track before it is made.

    Attributes:
        plan: Of a track like it.
        seconds: About how long it will last; None for own recordings, of which only all together tell.
    """

    plan: Plan
    seconds: float | None


def expectations(jobs: Sequence[Job], config: Config, home: Path = HERE) -> tuple[Expected | StemError, ...]:
    """Return what is to be expected of each job's track, or why it cannot be made.

    Args:
        jobs: Of one batch.
        config: Their settings.
        home: The project's folder.

    Raises:
        StemError: when the settings have mistakes.
    """
    alike = _Alike(config, home)
    specs = [alike.spec(job.spec) for job in jobs]
    keys = [repr(spec) for spec in specs]
    first = dict(zip(reversed(keys), reversed(specs), strict=True))
    plans = plan_all(list(first.values()), config, home, in_outline=True)
    estimator = _Estimator()
    expected = dict(zip(first, map(estimator.expected, plans), strict=True))
    return tuple(expected[key] for key in keys)


def recorded_seconds(expected: Sequence[Expected]) -> tuple[float | StemError, ...]:
    """Return how long tracks last that are spoken by own recordings; these are read for it.

    Args:
        expected: Of these tracks; what several have in common is read once.
    """
    found: dict[int, float | StemError] = {}
    for each in expected:
        if id(each.plan) in found:
            continue
        try:
            found[id(each.plan)] = units.seconds(expected_timeline(each.plan).frames)
        except StemError as error:
            found[id(each.plan)] = error
    return tuple(found[id(each.plan)] for each in expected)


class _Alike:
    """Makes what was asked alike in all that does not matter for how long a track lasts."""

    def __init__(self, config: Config, home: Path) -> None:
        self._config = config
        self._home = home
        self._own: dict[str, frozenset[str]] = {}
        self._recorded: dict[tuple[str, str | None], bool] = {}
        self._stand_ins: dict[tuple[str, str], str] = {}

    def spec(self, spec: TrackSpec) -> TrackSpec:
        """Return what was asked with the own words of the first who filled any in, and without a number."""
        if spec.edits or (spec.fill is None and self._is_recorded(spec)):
            return replace(spec, number=None)
        if spec.script not in self._own:
            variables = find_script(spec.script, self._home).variables
            names = (variable.name for variable in variables if variable.type == "text")
            self._own[spec.script] = frozenset({PRONUNCIATION, *names})
        own = self._own[spec.script]
        values = {
            name: self._stand_ins.setdefault((spec.script, name), text)
            if name in own and 0 < len(text) <= ALIKE
            else text
            for name, text in sorted(spec.values.items())
        }
        return replace(spec, values=values, number=None)

    def _is_recorded(self, spec: TrackSpec) -> bool:
        key = (spec.script, spec.voice)
        if key not in self._recorded:
            wish = spec.voice or find_script(spec.script, self._home).voice or self._config.voice
            self._recorded[key] = recordings_folder(wish, self._home) is not None
        return self._recorded[key]


class _Estimator:
    """Estimates lengths; what many tracks have in common is measured and placed once."""

    def __init__(self) -> None:
        self._paces: dict[str, float | None] = {}
        self._seconds: dict[str, float] = {}
        self._houses: dict[str, Mapping[str, int]] = {}
        self._reaches: dict[tuple[object, ...], tuple[int, int]] = {}

    def expected(self, plan: Plan | StemError) -> Expected | StemError:
        """Return what is to be expected of a plan's track, or why it cannot be made so."""
        if isinstance(plan, StemError):
            return plan
        try:
            return Expected(plan, self._estimated(plan))
        except StemError as error:
            return error

    def _estimated(self, plan: Plan) -> float | None:
        pace = self._pace(plan)
        if pace is None:
            return None
        if plan.target_frames is None:
            return units.seconds(self._placer(plan, plan.cues, pace)(plan.cues).frames)
        ranges = [self._reach(plan, cues, pace) for cues in plan.texts]
        check_reach(plan.target_frames, ranges, pace)
        return units.seconds(plan.target_frames)

    def _pace(self, plan: Plan) -> float | None:
        if plan.voice.name not in self._paces:
            self._paces[plan.voice.name] = expected_pace(plan.voice, plan.lexicon, plan.terms)
        return self._paces[plan.voice.name]

    def _reach(self, plan: Plan, cues: tuple[Cue, ...], pace: float) -> tuple[int, int]:
        key = (cues, plan.profile.pre_roll_s, plan.profile.post_roll_s, plan.bell, pace)
        if key not in self._reaches:
            self._reaches[key] = reach(cues, self._placer(plan, cues, pace))
        return self._reaches[key]

    def _placer(self, plan: Plan, cues: Sequence[Cue], pace: float) -> Callable[[Sequence[Cue]], Timeline]:
        recorded = self._house(plan)
        frames_of = {
            phrase: recorded.get(phrase) or units.frames(self._length_s(phrase) / pace)
            for phrase in phrases_of(cues)
        }
        return lambda changed: timeline_of(plan, changed, frames_of)

    def _house(self, plan: Plan) -> Mapping[str, int]:
        key = repr(plan.house.settings) if plan.house else ""
        if key not in self._houses:
            self._houses[key] = house_frames(plan)
        return self._houses[key]

    def _length_s(self, phrase: str) -> float:
        if phrase not in self._seconds:
            self._seconds[phrase] = expected_seconds(phrase)
        return self._seconds[phrase]
