"""Short sounds laid round a loop by the thousand: drops, bubbles, crackles.

A bed has a store of a few hundred such sounds and takes from it by chance: nobody hears that a drop has been
heard before, and a loop of two minutes is made in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.sound.beds.bed import blocks_of
from stem.sound.beds.noise import Curve
from stem.sound.clips import Samples

_GONE_DB = -50.0
"""Where a grain ends, under its start."""


def lay(out: Samples, start: int, sound: Samples) -> None:
    """Add `sound` to a loop from frame `start` on; what passes the loop's end comes in again at its start."""
    before_end = min(len(sound), len(out) - start)
    out[start : start + before_end] += sound[:before_end]
    out[: len(sound) - before_end] += sound[before_end:]


def scatter(
    rng: np.random.Generator,
    out: Samples,
    grains: Sequence[Curve],
    starts: NDArray[np.int64],
    strengths: NDArray[np.float64],
    *,
    width: float,
) -> None:
    """Add a grain, taken by chance, at every start, each with its strength and at a place of its own.

    Args:
        rng: Chooses grains and places.
        out: The loop, shape (frames, 2).
        grains: Mono sounds.
        starts: Frames in the loop.
        strengths: Amplitudes, one for each start.
        width: How far from the middle the places lie: 0 to 1.
    """
    chosen = rng.integers(0, len(grains), len(starts))
    places = width * rng.uniform(-1.0, 1.0, len(starts))
    ears = (strengths * np.sqrt(1 + np.outer([-1.0, 1.0], places))).astype(np.float32)
    wave = np.empty(len(out), np.float32)  # a channel by itself: steps of one sample are ten times as quick
    for channel, gains in enumerate(ears):
        for place, block in blocks_of(out):
            wave[place] = block[:, channel]
        for start, grain, gain in zip(starts.tolist(), chosen.tolist(), gains, strict=True):
            lay(wave, start, grains[grain] * gain)
        for place, block in blocks_of(out):
            block[:, channel] = wave[place]


def moments(
    rng: np.random.Generator, frames: int, a_second: float, unrest: NDArray[np.float64] | None = None
) -> NDArray[np.int64]:
    """Return frames in a loop at which something happens, about `a_second` times a second, by chance.

    Args:
        rng: The chance.
        frames: The length of the loop.
        a_second: How many there are in a second.
        unrest: How much likelier it is at each step of the loop than at others; None when it never changes.
    """
    count = round(units.seconds(frames) * a_second)
    through = rng.random(count)
    if unrest is not None:
        passed = np.concatenate([[0.0], np.cumsum(unrest)])
        through = np.interp(through, passed / passed[-1], np.linspace(0.0, 1.0, len(passed)))
    return np.minimum((through * frames).astype(np.int64), frames - 1)


def ping(hertz: float, decay_s: float, onset_s: float, *, rise: float = 0.0, phase: float = 0.0) -> Curve:
    """Return a tone that grows softly and dies away, of amplitude about 1.

    Args:
        hertz: Its frequency at the start.
        decay_s: The time in which it falls to 1/e.
        onset_s: How long it takes to grow, along half a cosine.
        rise: How much of its frequency it gains in each `decay_s`.
        phase: In radians.
    """
    length_s = onset_s + decay_s * -np.log(units.gain(_GONE_DB))
    time_s = np.arange(units.frames(length_s)) / units.SAMPLE_RATE
    turns = hertz * (time_s + rise / decay_s * np.square(time_s) / 2)
    growth = np.square(np.sin(np.pi / 2 * np.minimum(time_s / onset_s, 1.0)))
    dying = np.maximum(np.exp(-time_s / decay_s) - np.exp(-time_s[-1] / decay_s), 0.0)
    tone = growth * dying * np.sin(2 * np.pi * turns + phase)
    # From zero to zero, so its difference has no offset, and little where a bed is mono.
    difference = np.diff(tone) / (2 * np.sin(np.pi * hertz / units.SAMPLE_RATE))
    return np.asarray(difference, np.float32)
