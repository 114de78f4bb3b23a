"""Cues written down are read as the same cues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stem.config import Config
from stem.script.cues import Cue, Line, Pause, Source
from stem.script.marks import parse_cues
from stem.script.template import scripts
from stem.script.writing import written
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec

NOWHERE = Source("", 0)


def read(text: str) -> tuple[Cue, ...]:
    lines = [Line(line, Source("x.j2", number)) for number, line in enumerate(text.split("\n"), 1)]
    return tuple(replace(cue, source=NOWHERE) for cue in parse_cues(lines))


@pytest.mark.parametrize(
    "text",
    [
        "Een. Twee.\nDrie.\n\nVier.",
        "## A\nEen. [pauze voel]\n[veilig V1 V2]\nTwee. [pauze 2,5]\n\n## B\nDrie. [stilte] [pauze 2]\nVier.",
        "[bel]\nEen.\n[adem 4-6 x3]\n[adem 3,5-5]\nTwee. [bel]",
        "Een. [pauze voel]\n## B\n[pauze 3]\nTwee. [pauze 4]",
    ],
)  # fmt: skip
def test_what_is_written_down_is_read_as_it_was(text: str) -> None:
    assert read(written(read(text))) == read(text)


@pytest.mark.slow
@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
def test_every_script_can_be_written_down_filled_in(script: object) -> None:
    needed = {each.name: (each.choices or ("mijn zus",))[0] for each in script.variables if each.required}  # type: ignore[attr-defined]
    cues = plan_track(TrackSpec(script.name, values=needed, voice="zacht", bed="none"), Config()).cues  # type: ignore[attr-defined]
    plain = [replace(cue, source=NOWHERE) for cue in cues]
    again = read(written(cues))
    assert len(again) == len(plain)
    for one, other in zip(again, plain, strict=True):
        if isinstance(one, Pause) and isinstance(other, Pause):
            assert (one.name, one.shortest_s, one.longest_s) == (
                other.name,
                other.shortest_s,
                other.longest_s,
            )
        else:
            assert one == other
