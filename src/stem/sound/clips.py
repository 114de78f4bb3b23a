"""Clips: what every one goes through before it is placed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError
from stem.messages import Message

Samples: TypeAlias = NDArray[np.float32]
"""Sound of shape (frames, channels), float32, full scale 1.0."""

BLOCK_FRAMES = 65_536
"""Frames in a block: what passes from mixing to encoding at a time."""

LEAD_S = 0.020
"""Seconds from the start of a trimmed clip to its first sound."""
TAIL_S = 0.080
"""Seconds from the last sound of a trimmed clip to its end: room for what is softer than "sound"."""
_FADE_IN_S = 0.005
_FADE_OUT_S = 0.040
_AT_ONCE_S = 0.003
_SOFTENED_S = 0.0025

# The softest thing said is a last "f" or "s": its level (root mean square) was measured up to 48 dB under
# the clip's peak. In a clean take everything above -60 dB is sound. Noise moves that up to 9 dB above itself
# (noise measured over 5 ms wanders by 7 %), but never above -46 dB, where it would eat syllables.
_SOUND_DB = -60.0
_SOUND_IN_NOISE_DB = -46.0
_ABOVE_NOISE_DB = 9.0
_LEVEL_WINDOW_S = 0.005
_NOISE_PERCENTILE = 5
_NO_SOUND = units.gain(-80.0)
"""A clip whose peak is below this holds no speech at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One utterance as sound.

    Attributes:
        samples: Shape (frames, channels); engines give one channel.
        rate: Sample rate in hertz.
    """

    samples: Samples
    rate: int

    @property
    def frames(self) -> int:
        """The clip's length in frames at its own rate."""
        return len(self.samples)


def trimmed(clip: Clip, *, softly: bool = False) -> Clip:
    """Cut or pad a clip so that its sound starts exactly 20 ms in and it ends 80 ms after its last sound.

    The edges are faded (raised cosine, 5 ms in and 40 ms out) to exact zeros; the sound is not touched.

    Args:
        clip: Any sound.
        softly: Whether the first 2.5 ms of the clip are faded in too, if its sound starts within 3 ms: what
            had no time to begin would begin with a step.

    Returns:
        A new clip at the same rate with the same channels.

    Raises:
        AudioError: when there is no sound in the clip, or a sample is not a number.
    """
    first, last = _sound_limits(clip)
    result = framed(clip, first, last)
    if softly and first < units.frames(_AT_ONCE_S, clip.rate):
        start = units.frames(LEAD_S, clip.rate) - first  # of the clip, behind what was put in front
        begun = result.samples[start:][: units.frames(_SOFTENED_S, clip.rate)]
        begun *= _rise(_SOFTENED_S, clip.rate)[: len(begun)]
    return result


def framed(clip: Clip, first: int, last: int) -> Clip:
    """Cut or pad a clip as `trimmed` does, for who knows already where its sound is.

    Args:
        clip: Any sound.
        first: The first frame of its sound.
        last: The last one.
    """
    start = first - units.frames(LEAD_S, clip.rate)
    stop = last + 1 + units.frames(TAIL_S, clip.rate)
    padding = (max(-start, 0), max(stop - clip.frames, 0))
    samples = np.pad(clip.samples[max(start, 0) : stop], (padding, (0, 0)))
    samples[: units.frames(_FADE_IN_S, clip.rate)] *= _rise(_FADE_IN_S, clip.rate)
    samples[-units.frames(_FADE_OUT_S, clip.rate) :] *= _rise(_FADE_OUT_S, clip.rate)[::-1]
    return Clip(samples, clip.rate)


def conform(clip: Clip, rate: int = units.SAMPLE_RATE) -> Clip:
    """Resample a clip to `rate` hertz; its length is the frame count nearest to the ideal one.

    soxr's HQ recipe keeps images 148 dB down (measured, 22.05 to 44.1 kHz).
    """
    if clip.rate == rate:
        return clip
    import soxr  # a cached track needs none

    ideal = (2 * clip.frames * rate + clip.rate) // (2 * clip.rate)
    samples: Samples = soxr.resample(clip.samples, clip.rate, rate, quality="HQ")[:ideal]
    return Clip(np.pad(samples, ((0, ideal - len(samples)), (0, 0))), rate)


def resampled(blocks: Iterable[Samples], rate: int, own_rate: int = units.SAMPLE_RATE) -> Iterator[Samples]:
    """Yield sound of `own_rate` hertz at `rate` hertz; the length is that of `conform`.

    Begun anywhere at a whole frame of both rates, it gives the same samples: soxr's VHQ recipe works in
    double precision, and where it errs is not seen in single. HQ would differ in the last bit.
    """
    if rate == own_rate:
        yield from blocks
        return
    import soxr  # most tracks keep their rate

    channels = 2
    stream = None
    taken = given = 0
    for block in blocks:
        if stream is None:
            channels = block.shape[1]
            stream = soxr.ResampleStream(own_rate, rate, channels, dtype="float32", quality="VHQ")
        taken += len(block)
        out: Samples = stream.resample_chunk(np.ascontiguousarray(block))
        given += len(out)
        yield out
    if stream is None:
        return
    ideal = (2 * taken * rate + own_rate) // (2 * own_rate)
    end = np.zeros((0, channels), np.float32)
    rest: Samples = stream.resample_chunk(end, last=True)[: ideal - given]
    yield np.pad(rest, ((0, ideal - given - len(rest)), (0, 0)))


def downmixed(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Yield stereo as mono, the mean of both channels; what is mono stays as it is.

    A voice in the centre keeps its level, and no peak rises. What is not the same on both sides becomes
    softer: noise by 3 dB; a difference between the sides, such as binaural tones, is lost.

    Args:
        blocks: Each of shape (frames, 1 or 2).
    """
    for block in blocks:
        yield (block[:, :1] + block[:, 1:]) / np.float32(2) if block.shape[1:] == (2,) else block


def highest_channel(block: Samples) -> NDArray[np.float32]:
    """Return for each frame how far the channel that is farthest from zero is from it.

    `max(axis=1)` takes 70 times as long: a loop for every frame.
    """
    return reduce(np.maximum, np.abs(block).T)


def cropped(blocks: Iterable[Samples], first: int, frames: int) -> Iterator[Samples]:
    """Yield so many frames of a sound from one on, in blocks as they come; after them none is asked for."""
    start = 0
    for block in blocks:
        part = block[max(first - start, 0) : first + frames - start]
        start += len(block)
        if len(part):
            yield part
        if start >= first + frames:
            return


def recut(blocks: Iterable[Samples], frames: int) -> Iterator[Samples]:
    """Yield the same sound in blocks of `frames` frames; the last may be shorter."""
    held: list[Samples] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count < frames:
            continue
        joined = held[0] if len(held) == 1 else np.concatenate(held)
        whole = count - count % frames
        yield from (joined[first : first + frames] for first in range(0, whole, frames))
        held, count = [joined[whole:]], count - whole
    if count:
        yield np.concatenate(held)


def _sound_limits(clip: Clip) -> tuple[int, int]:
    """Return the first and the last frame of sound."""
    magnitude = highest_channel(clip.samples)
    peak = float(magnitude.max(initial=0.0))
    if not np.isfinite(peak):
        raise AudioError(Message("a clip"), Message("it has samples that are not numbers"))
    if peak < _NO_SOUND:
        raise AudioError(Message("a clip"), Message("there is no sound in it"))
    window = max(units.frames(_LEVEL_WINDOW_S, clip.rate), 1)
    whole = np.pad(magnitude, (0, -len(magnitude) % window)).reshape(-1, window)
    levels = np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=1))
    noise = float(np.percentile(levels, _NOISE_PERCENTILE))
    threshold = float(
        np.clip(
            noise * units.gain(_ABOVE_NOISE_DB),
            peak * units.gain(_SOUND_DB),
            peak * units.gain(_SOUND_IN_NOISE_DB),
        )
    )
    # A window counts by its level, so that chance peaks of noise are no sound; within the outer windows the
    # first and last sample above the threshold are the sound's limits.
    loud = np.flatnonzero(levels > threshold)
    first = loud[0] * window + np.argmax(whole[loud[0]] > threshold)
    last = (loud[-1] + 1) * window - 1 - np.argmax(whole[loud[-1]][::-1] > threshold)
    return int(first), int(last)


def _rise(length_s: float, rate: int) -> Samples:
    """Return a raised cosine from 0 up to almost 1, of shape (frames, 1)."""
    count = units.frames(length_s, rate)
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count)).astype(np.float32)[:, None]
