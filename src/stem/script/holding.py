"""A track of which the words of a sentence were changed, with all else where it was.

What the new words last longer or shorter than those they came for, the nearest elastic pauses behind them
give or take, and where these cannot, those before them; each within its own range. So a change is heard where
it was made and nowhere else, and the track keeps its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from stem import units
from stem.script.cues import Cue, Pause, Utterance
from stem.script.pacing import Placer, UnreachableLengthError, elastic, fit, with_lengths


def replaced(cues: Sequence[Cue]) -> tuple[str, ...]:
    """Return the phrases in whose place others came."""
    return tuple(cue.instead_of for cue in cues if isinstance(cue, Utterance) and cue.instead_of)


def before(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Return the cues with the sentences of before their words were changed; pauses are as they are."""
    found: list[Cue] = []
    for cue in cues:
        if not isinstance(cue, Utterance) or cue.instead_of is None:
            found.append(cue)
        elif cue.instead_of:
            found.append(replace(cue, phrase=cue.instead_of))
        else:
            del found[-1]  # the pause between it and the one before it, which are one change
    return tuple(found)


def held(cues: Sequence[Cue], frames_of: Mapping[str, int]) -> tuple[Cue, ...] | None:
    """Return the cues with pauses by which all but what was changed is where it was before.

    Args:
        cues: With the pauses of before.
        frames_of: How long phrases last, also those of before.

    Returns:
        None when no words were changed, of some it is not known how long they lasted, or the pauses cannot
        give or take as much.
    """
    if not _is_known(cues, frames_of):
        return None
    pauses = elastic(cues)
    lengths = [units.frames(pause.seconds) for pause in pauses]
    for at, more in _differences(cues, frames_of):
        behind = [place for place, pause in enumerate(pauses) if pause.index > at]
        for place in (*behind, *reversed(range(len(pauses) - len(behind)))):
            if not more:
                break
            pause = pauses[place]
            length = min(max(lengths[place] - more, pause.shortest), pause.longest)
            more -= lengths[place] - length  # noqa: PLW2901 - what is left for the next one
            lengths[place] = length
        if more:
            return None
    return with_lengths(cues, pauses, lengths)


def fit_in_place(
    cues: Sequence[Cue], frames_of: Mapping[str, int], placer: Placer, target_frames: int
) -> tuple[Cue, ...]:
    """Return the cues fitted to a length as before the change, when that can be; else as `pacing.fit` does.

    Raises:
        UnreachableLengthError: as there.
    """
    if _is_known(cues, frames_of):
        with suppress(UnreachableLengthError):
            fitted = fit(before(cues), placer, target_frames)
            lengths = [units.frames(pause.seconds) for pause in elastic(fitted)]
            if (found := held(with_lengths(cues, elastic(cues), lengths), frames_of)) is not None:
                return found
    return fit(cues, placer, target_frames)


def _is_known(cues: Sequence[Cue], frames_of: Mapping[str, int]) -> bool:
    former = set(replaced(cues))
    return bool(former) and frames_of.keys() >= former


def _differences(cues: Sequence[Cue], frames_of: Mapping[str, int]) -> list[tuple[int, int]]:
    """Return where words were changed: the place of the last, and how many frames longer it is for them."""
    found: list[tuple[int, int]] = []
    for at, cue in enumerate(cues):
        if not isinstance(cue, Utterance) or cue.instead_of is None:
            continue
        if cue.instead_of:
            found.append((at, frames_of[cue.phrase] - frames_of[cue.instead_of]))
        else:
            rest = cues[at - 1]
            assert isinstance(rest, Pause)
            found[-1] = (at, found[-1][1] + units.frames(rest.seconds) + frames_of[cue.phrase])
    return found
