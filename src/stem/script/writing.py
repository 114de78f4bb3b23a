"""Cues written down again, as the words and marks that they would be read from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from stem.script.cues import PAUSES, Bell, Breath, Cue, Heading, Pause, PauseRange, Safe

_OF_ITSELF = "zin"
_PARAGRAPH = "alinea"
_AFTER_BELL = "bel"


def written(cues: Sequence[Cue], pauses: Mapping[str, PauseRange] = PAUSES) -> str:
    """Return the body of a script that is read as these cues.

    A named pause comes back with the length that it usually has; one that is named and has seconds besides
    is written as both.
    """
    paragraphs: list[list[str]] = [[]]
    for is_breath, run in groupby(cues, key=lambda cue: isinstance(cue, Breath)):
        if is_breath:
            paragraphs[-1].append(_breathing([cue for cue in run if isinstance(cue, Breath)]))
            continue
        for cue in run:
            if isinstance(cue, Heading):
                paragraphs += [[f"## {cue.title}"], []]
            elif isinstance(cue, Pause) and cue.name == _PARAGRAPH:
                paragraphs.append([])
            else:
                paragraphs[-1] += _marked(cue, pauses)
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines) + "\n"


def _marked(cue: Cue, pauses: Mapping[str, PauseRange]) -> Iterator[str]:
    match cue:
        case Pause():
            yield from _pause(cue, pauses)
        case Bell():
            yield "[bel]"
        case Safe():
            yield f"[veilig {' '.join(cue.rules)}]"
        case Heading():
            yield f"## {cue.title}"
        case _:
            yield cue.text


def _pause(pause: Pause, pauses: Mapping[str, PauseRange]) -> Iterator[str]:
    if pause.name in {_OF_ITSELF, _AFTER_BELL}:
        return
    usual = pauses.get(pause.name)
    more_s = 0.0 if usual is None else pause.shortest_s - usual.shortest_s
    if (
        usual is None
        or not math.isclose(pause.longest_s - usual.longest_s, more_s, abs_tol=1e-6)
        or more_s < 0
    ):
        yield f"[pauze {_seconds(pause.seconds)}]"
        return
    yield f"[pauze {pause.name}]" + (f" [pauze {_seconds(more_s)}]" if more_s else "")


def _breathing(breaths: Sequence[Breath]) -> str:
    """Return breaths in a row as marks: in and out, so many times."""
    pairs = list(zip(breaths[::2], breaths[1::2], strict=True))
    runs = [
        (key, len(list(run))) for key, run in groupby(pairs, key=lambda pair: tuple(map(_breath_s, pair)))
    ]
    return "\n".join(f"[adem {in_s}-{out_s} x{count}]" for (in_s, out_s), count in runs)


def _breath_s(breath: Breath) -> str:
    return _seconds(breath.seconds)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".").replace(".", ",")
