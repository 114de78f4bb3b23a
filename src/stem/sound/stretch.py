"""Slower or quicker at the same pitch, higher or lower at the same length.

A clip is read as it is, and now and then the reading jumps: back to be slower, ahead to be quicker. It jumps
by whole periods of the voice, to where the wave goes on as it did, under a short cross-fade; all sound in
between is untouched. This is WSOLA (Verhelst and Roelands, "An overlap-add technique based on waveform
similarity", ICASSP 1993), but the overlaps are not evenly spaced: each is put where it is heard least, in a
steady vowel or a silence, and not in the "p" that would be said twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stem import units
from stem.sound.clips import Clip, Samples

_FADE_S = 0.012
_SHORTEST_S, _LONGEST_S = 0.005, 0.030
"""Of a jump. The longest holds two periods of the deepest voice (67 Hz), so a whole number of them fits."""
_SLACK_S = 0.015
"""How early or late a sound may come: it is not heard, and gives room to choose the place of a jump."""
_REACH_S = 0.5
"""The longest stretch of sound that is searched for one jump."""
_ENDING_S = 0.2
"""The last jump, which makes the length exact, stands in the last so many seconds."""
_COARSE_HZ = 5_500
"""Jumps are looked for at about this rate, and refined at the clip's own."""
_FEWER = 0.02
"""How much less alike the sides of the longest jump may be than those of the shortest: it saves others."""
_AT_ONCE = 1 << 15
"""Jumps at places that are compared at a time: as many as a processor holds near itself."""
_QUIET = 1e-3
"""Of the mean power: where both sides of a jump are softer than that, every jump is good."""


@dataclass(frozen=True, slots=True)
class _Jump:
    """Where reading leaves off and where it goes on: the frames at which the cross-fade starts."""

    at: int
    to: int


def stretched(clip: Clip, speed: float) -> Clip:
    """Return a clip at another speed and the same pitch.

    Args:
        clip: Its channels stay together.
        speed: 2.0 is twice as quick, 0.5 half as quick; between those it stays natural.

    Returns:
        The number of frames nearest to `clip.frames / speed`; the clip itself at 1.0.
    """
    wanted = units.frames(clip.frames / speed, 1)
    if wanted == clip.frames:
        return clip
    fade = units.frames(_FADE_S, clip.rate)
    pieces: list[Samples] = []
    start = 0
    for jump in _jumps(clip, speed, wanted):
        sides = (clip.samples[first : first + fade] for first in (jump.at, jump.to))
        pieces += [clip.samples[start : jump.at], _crossfaded(*sides)]
        start = jump.to + fade
    return _of_length(np.concatenate([*pieces, clip.samples[start:]]), wanted, clip.rate)


def shifted(clip: Clip, semitones: float) -> Clip:
    """Return a clip at another pitch and the same length; the colour of the voice moves along.

    Args:
        clip: Its channels stay together.
        semitones: 12 is an octave higher; within 6 either way it stays a voice.

    Returns:
        As many frames as the clip has; the clip itself at 0.
    """
    if semitones == 0:
        return clip
    import soxr  # most voices are not shifted

    ratio = 2.0 ** (semitones / 12)
    longer = stretched(clip, 1 / ratio)
    samples = soxr.resample(longer.samples, clip.rate * ratio, clip.rate, quality="HQ")
    return _of_length(samples, clip.frames, clip.rate)


def _of_length(samples: Samples, frames: int, rate: int) -> Clip:
    """Cut or pad: by a frame or so, or in a clip that is too short to jump in."""
    samples = samples[:frames]
    return Clip(np.pad(samples, ((0, frames - len(samples)), (0, 0))), rate)


def _crossfaded(left: Samples, right: Samples) -> Samples:
    """Fade one sound into another; the power stays even, whether they are alike (a vowel) or not (an "s")."""
    fade = (0.5 - 0.5 * np.cos(np.pi * (np.arange(len(left)) + 0.5) / len(left)))[:, None]
    product = float(np.sum(left * right, dtype=np.float64))
    powers = [float(np.sum(np.square(side), dtype=np.float64)) for side in (left, right)]
    alike = min(max(product / math.sqrt(powers[0] * powers[1]), 0.0), 1.0) if all(powers) else 1.0
    level = np.sqrt(np.square(fade) + np.square(1 - fade) + 2 * alike * fade * (1 - fade))
    return ((left * (1 - fade) + right * fade) / level).astype(np.float32)


def _jumps(clip: Clip, speed: float, wanted: int) -> Iterator[_Jump]:
    """Yield the jumps that make `wanted` frames out of the clip, in the order in which they are read."""
    search = _Search.of(clip)
    fade, shortest, longest, slack, reach, ending = (
        units.frames(length_s, clip.rate)
        for length_s in (_FADE_S, _SHORTEST_S, _LONGEST_S, _SLACK_S, _REACH_S, _ENDING_S)
    )
    way = 1 if speed > 1 else -1
    growth = abs(speed - 1)
    lengths = np.sort(way * np.arange(shortest, longest + 1, search.step))
    end = clip.frames - 2 * (fade + longest)
    start = written = 0
    while True:
        # By how many frames reading should jump, at `start`; every frame that is read adds `growth`.
        owed = way * (speed * written - start)
        first = max(start + math.ceil((shortest - owed) / growth), start, longest + search.step)
        if first > end:
            break
        last = min(max(start + int((longest - owed) / growth), first), first + reach, end)
        places = np.arange(first, last + 1, search.step)
        due = np.clip(owed + growth * (places - start), shortest, longest)
        jump = search.refined(search.best(places, way * due, lengths, slack))
        yield jump
        written += jump.at - start + fade
        start = jump.to + fade
    over = written + clip.frames - start - wanted
    first = max(start, clip.frames - ending, search.step - over)
    last = clip.frames - max(over, 0) - max(abs(over), fade) - 2 * search.step
    places = np.arange(first, last + 1, search.step)
    if over != 0 and len(places) > 0:
        yield search.best(places, np.full(len(places), over), np.array([over]), search.step)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Finds the jump that is heard least.

    Attributes:
        samples: The clip's.
        coarse: The same at a lower rate, shape (frames, channels).
        step: Frames of the clip in one of `coarse`.
        fade: Frames of the clip in a cross-fade.
        quiet: Energy of a frame of `coarse` that is taken for silence.
    """

    samples: Samples
    coarse: NDArray[np.float64]
    step: int
    fade: int
    quiet: float

    @classmethod
    def of(cls, clip: Clip) -> _Search:
        """Prepare a clip."""
        step = max(round(clip.rate / _COARSE_HZ), 1)
        whole = clip.samples[: clip.frames - clip.frames % step].astype(np.float64)
        coarse = whole.reshape(-1, step, clip.samples.shape[1]).mean(axis=1)
        fade = units.frames(_FADE_S, clip.rate)
        power = float(np.square(coarse).sum()) / max(len(coarse), 1)
        return cls(clip.samples, coarse, step, fade, max(_QUIET * power, 1e-20))

    def best(
        self, places: NDArray[np.int_], due: NDArray[Any], lengths: NDArray[np.int_], slack: int
    ) -> _Jump:
        """Return the jump between the most similar sounds.

        Args:
            places: Frames at which it may stand, `step` apart.
            due: The jump that is due at each place, in frames; minus is back.
            lengths: The jumps to choose from, in frames, `step` apart, ascending.
            slack: By how many frames a jump may differ from what is due.
        """
        hops = lengths // self.step
        # All that is skipped or repeated is compared, so that no "t" in it stays out of sight.
        widths = np.maximum(np.abs(hops), self.fade // self.step)
        count = len(places)
        span = count + int(widths.max()) - 1
        origin = places[0] // self.step
        here = self.coarse[origin : origin + span]
        around = self.coarse[origin + hops[0] : origin + hops[-1] + span]
        there = sliding_window_view(around, span, axis=0)  # (jumps, channels, span)
        by_channel = (there[:, channel] * here[:, channel] for channel in range(here.shape[1]))
        products = _running(reduce(np.add, by_channel))
        energy, energies = (_running(reduce(np.add, np.square(each).T)) for each in (here, around))
        likeness = np.empty((len(hops), count))  # 1 for the same sound, -1 for its mirror
        at_once = max(_AT_ONCE // count, 1)
        for first in range(0, len(hops), at_once):
            some = slice(first, first + at_once)
            self._compare(products[some], energy, energies[first:], widths[some], likeness[some])
        likeness += _FEWER * np.abs(lengths[:, None]) / np.abs(lengths).max()
        likeness[np.abs(lengths[:, None] - due) > slack] = -np.inf
        jump, place = np.unravel_index(np.argmax(likeness), likeness.shape)
        at = int(places[place])
        return _Jump(at, at + int(lengths[jump]))

    def _compare(
        self,
        products: NDArray[np.float64],
        energy: NDArray[np.float64],
        energies: NDArray[np.float64],
        widths: NDArray[np.int_],
        likeness: NDArray[np.float64],
    ) -> None:
        """Find how alike both sides of some jumps are, at each place; see `best`, whose sums these are."""
        jumps, count = likeness.shape
        rows = np.arange(jumps)
        of_products, here, there = (
            sliding_window_view(sums, count, axis=-1) for sums in (products, energy, energies)
        )
        quiet = (self.quiet * widths)[:, None]
        np.subtract(of_products[rows, widths], products[:, :count], out=likeness)
        likeness *= 2
        likeness += quiet
        sides = here[widths]
        sides -= energy[:count]
        sides += there[rows + widths]
        sides -= there[:jumps]
        sides += quiet
        likeness /= sides

    def refined(self, jump: _Jump) -> _Jump:
        """Return the same jump, placed to the frame."""
        first, last = jump.to - self.step, jump.to + self.step
        here = self.samples[jump.at : jump.at + self.fade].T
        there = sliding_window_view(self.samples[first : last + self.fade], self.fade, axis=0)
        difference = np.square(there - here, dtype=np.float64).sum(axis=(1, 2))
        return _Jump(jump.at, first + int(np.argmin(difference)))


def _running(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of the first 0, 1, 2 ... values along the last axis."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return sums
