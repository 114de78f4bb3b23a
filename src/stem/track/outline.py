"""What a track will say and when, and how long it can last, as quickly as that can be known.

It is for showing while someone still chooses: no track is made of it, and nothing is spoken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stem import units
from stem.config import Config
from stem.errors import StemError
from stem.files import HERE
from stem.script.cues import Cue, phrases_of
from stem.script.pacing import UnreachableLengthError, merged, reach
from stem.script.template import ScriptTemplate, find_script
from stem.script.timeline import Timeline
from stem.track.plan import Plan, plan_all
from stem.track.preview import estimated, expected_timeline, timeline_by
from stem.track.spec import TrackSpec
from stem.track.stages import timeline_of
from stem.voices.speakers import expected_pace


@dataclass(frozen=True, slots=True)
class Outline:
    """A track in outline.

    Attributes:
        plan: Of the track; not one to make it of.
        timeline: When everything is expected to happen.
        ranges_s: The lengths that can surely be had, as (shortest, longest) in seconds, in order and apart;
            none for own recordings, of which only all together tell.
        usual_frames: How long it lasts when no length is asked for.
        fits: Whether the length that was wanted can be had; else the timeline is that of the usual one.
    """

    plan: Plan
    timeline: Timeline
    ranges_s: tuple[tuple[float, float], ...]
    usual_frames: int
    fits: bool = True


def outline(
    spec: TrackSpec, config: Config, folder: Path = HERE, script: ScriptTemplate | None = None
) -> Outline:
    """Return a track in outline.

    Args:
        spec: What is asked for.
        config: The settings.
        folder: The project's.
        script: The script that is meant, when it is not in a file as it is: someone writes it.

    Raises:
        StemError: for whatever is wrong with what was asked but the length.
    """
    script = script or find_script(spec.script, folder)
    minutes = script.minutes
    usual = replace(spec, duration_s=None)
    every = replace(spec, duration_s=60 * minutes[0]) if minutes else usual  # its plan has all texts
    wanted = usual if spec.duration_s is None else spec
    plans: list[Plan] = []
    for plan in plan_all([usual, every, wanted], config, folder, in_outline=True, script=script):
        if isinstance(plan, StemError):
            raise plan
        plans.append(plan)
    pace = expected_pace(plans[0].voice, plans[0].lexicon, plans[0].terms)
    if pace is None:
        timeline = expected_timeline(plans[2])
        return Outline(plans[2], timeline, (), timeline.frames)
    lengths_of = estimated(plans[0], pace)
    ranges_s = merged(_reach_s(plans[1], cues, lengths_of(phrases_of(cues))) for cues in plans[1].texts)
    timeline = timeline_by(plans[0], lengths_of)
    if wanted is usual:
        return Outline(plans[0], timeline, ranges_s, timeline.frames)
    try:
        return Outline(plans[2], timeline_by(plans[2], lengths_of), ranges_s, timeline.frames)
    except UnreachableLengthError:
        return Outline(plans[0], timeline, ranges_s, timeline.frames, fits=False)


def _reach_s(plan: Plan, cues: Sequence[Cue], frames_of: Mapping[str, int]) -> tuple[float, float]:
    shortest, longest = reach(cues, lambda changed: timeline_of(plan, changed, frames_of))
    return units.seconds(shortest), units.seconds(longest)
