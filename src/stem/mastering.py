"""Loudness and true peak (ITU-R BS.1770-4, EBU R 128), and the limiter that keeps the latter down.

A pass over a track needs none of its samples kept:

    meter, peak = Meter(), TruePeak()
    for block in measured(limited(mix.blocks()), meter, peak):
        encoder.write(block)
    loudness = Loudness.of(meter, peak)

Conventions:
    Loudness is measured **as played**: a mono sound comes out of two loudspeakers, so it reads 3.01 LU more
    than one channel would, and as much as the stereo track that it will become.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import chain, pairwise
from typing import Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stem.audio import BLOCK_FRAMES, Samples, recut
from stem.units import SAMPLE_RATE, decibels, frames, gain

# Loudness: BS.1770-4, Annex 1; EBU Tech 3341 (momentary, short-term), EBU Tech 3342 (range).
STEP_S = 0.1
"""Seconds between two measurements of loudness."""
_MOMENTARY_STEPS = 4
_FINE_STEPS = 5  # in a step: the loudest 400 ms may begin at any of them (Tech 3341, cases 13 and 14)
_SHORT_TERM_STEPS = 30
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_RANGE_GATE_LU = -20.0
_RANGE_PERCENTILES = (10, 95)
_OFFSET_LU = -0.691
_CHANNEL_WEIGHTS = (1.0, 1.0, 1.0, 1.41, 1.41)  # left, right, centre and the surrounds

# True peak: Annex 2 asks for 4 points a frame, which may read 0.7 dB low; 16 read at most 0.04 dB low.
_REACH = 16
"""Frames on either side of a point between frames that its height is interpolated from."""
_NEAR = 4  # sound up to 20 kHz has a frame of half a peak's height among the 4 on either side of it
_NEAR_HEIGHT = 0.5
_COARSE_HEIGHT = 0.85  # of a peak; what 12 taps at every quarter frame find of it at least, up to 19 kHz

LOOK_AHEAD_S = 0.005
"""Seconds in which the limiter turns down before a peak."""
RELEASE_S = 0.060
"""Seconds in which the limiter's reduction falls to 1/e after a peak."""
_NO_REDUCTION = 1e-6  # 0.00001 dB: the end of a release, from where samples pass bit for bit


@dataclass(frozen=True, slots=True)
class Loudness:
    """What was measured of a track.

    Attributes:
        integrated_lufs: Loudness of the whole, gated; minus infinity when nothing passes the gate.
        momentary_max_lufs: The loudest 0.4 s.
        short_term_max_lufs: The loudest 3 s; minus infinity when the track is shorter.
        range_lu: Loudness range (EBU Tech 3342).
        true_peak_dbtp: The highest peak between or on the samples.
    """

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    range_lu: float
    true_peak_dbtp: float

    @classmethod
    def of(cls, meter: Meter, peak: TruePeak) -> Loudness:
        """Return the readings of a meter and a peak that have heard the same track."""
        return cls(
            integrated_lufs=meter.integrated(),
            momentary_max_lufs=meter.momentary_max(),
            short_term_max_lufs=meter.short_term_max(),
            range_lu=meter.loudness_range(),
            true_peak_dbtp=peak.dbtp(),
        )


class Gauge(Protocol):
    """Something that listens to a track as it passes."""

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        ...


def measured(blocks: Iterable[Samples], *gauges: Gauge) -> Iterator[Samples]:
    """Pass the blocks on as they are, and let every gauge hear them."""
    for block in blocks:
        for gauge in gauges:
            gauge.add(block)
        yield block


class Meter:
    """Loudness of a stream of samples; of these it keeps one figure for every 100 ms of the track.

    The reading does not depend on how the stream is cut into blocks.

    Args:
        rate: Sample rate in hertz.
        channels: 1 (measured as played, on two), 2, or 3 to 5 in the order L, R, C, Ls, Rs.
    """

    def __init__(self, rate: int = SAMPLE_RATE, channels: int = 2) -> None:
        self._fine_step = frames(STEP_S / _FINE_STEPS, rate)
        self._step = self._fine_step * _FINE_STEPS
        self._weights = np.array(_CHANNEL_WEIGHTS[:channels] if channels > 1 else [2.0])
        self._sections = _k_weighting(rate)
        self._state = np.zeros((len(self._sections), channels, 2))
        self._pending: Samples = np.zeros((0, channels), np.float32)
        self._powers: list[NDArray[np.float64]] = []
        self._recent = np.zeros(0)  # fine powers that the next 400 ms may begin with
        self._loudest = 0.0

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        from scipy.signal import sosfilt  # an import of a second: only for those who measure

        joined = np.concatenate([self._pending, block])
        steps, left = divmod(len(joined), self._step)
        whole = len(joined) - left
        self._pending = joined[whole:].copy()
        if not steps:
            return
        heard = np.ascontiguousarray(joined[:whole].T, dtype=np.float64)
        weighted, state = sosfilt(self._sections, heard, zi=self._state)
        # In digital silence the state would fade into denormal numbers, which take a CPU 30 times as long.
        self._state = np.where(np.abs(state) < 1e-30, 0.0, state)  # noqa: PLR2004 - 600 dB down
        by_step = weighted.reshape(len(self._weights), steps * _FINE_STEPS, self._fine_step)
        powers = self._weights @ np.einsum("csf,csf->cs", by_step, by_step) / self._fine_step
        self._powers.append(powers.reshape(steps, _FINE_STEPS).mean(axis=1))
        self._hear_momentary(powers)

    def _hear_momentary(self, powers: NDArray[np.float64]) -> None:
        size = _MOMENTARY_STEPS * _FINE_STEPS
        joined = np.concatenate([self._recent, powers])
        self._recent = joined[1 - size :]
        if len(joined) >= size:
            self._loudest = max(self._loudest, float(sliding_window_view(joined, size).mean(axis=-1).max()))

    def block_powers(self) -> NDArray[np.float64]:
        """Return the power of each gating block: 400 ms of K-weighted sound, every 100 ms."""
        return self._window_powers(_MOMENTARY_STEPS)

    def momentary(self) -> NDArray[np.float64]:
        """Return the loudness of each 400 ms, every 100 ms, in LUFS; minus infinity for silence."""
        return _lufs_of_each(self.block_powers())

    def short_term(self) -> NDArray[np.float64]:
        """Return the loudness of each 3 s, every 100 ms, in LUFS; empty when there were no 3 s."""
        return _lufs_of_each(self._window_powers(_SHORT_TERM_STEPS))

    def integrated(self) -> float:
        """Return the loudness of all that was heard, in LUFS; minus infinity when nothing passes the gate."""
        return gated_lufs(self.block_powers())

    def momentary_max(self) -> float:
        """Return the loudness of the loudest 400 ms, in LUFS; minus infinity when there were no 400 ms."""
        return _lufs(self._loudest)

    def short_term_max(self) -> float:
        """Return the loudness of the loudest 3 s, in LUFS; minus infinity when there were no 3 s."""
        return _lufs(self._window_powers(_SHORT_TERM_STEPS).max(initial=0.0))

    def loudness_range(self) -> float:
        """Return the loudness range in LU (EBU Tech 3342); 0 when there is nothing to compare."""
        powers = _above_gates(self._window_powers(_SHORT_TERM_STEPS), _RANGE_GATE_LU)
        if not len(powers):
            return 0.0
        low, high = np.percentile(powers, _RANGE_PERCENTILES, method="nearest")
        return _lufs(high) - _lufs(low)

    def _window_powers(self, steps: int) -> NDArray[np.float64]:
        powers = np.concatenate([np.zeros(0), *self._powers])
        if len(powers) < steps:
            return np.zeros(0)
        return np.asarray(sliding_window_view(powers, steps).mean(axis=-1), dtype=np.float64)


def block_powers(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Return the powers of a clip's gating blocks, as played; empty under 0.4 s.

    The blocks of many clips, concatenated, give with `gated_lufs` the loudness of all of them together,
    without the silence between.
    """
    meter = Meter(rate, samples.shape[1])
    meter.add(samples)
    return meter.block_powers()


def gated_lufs(powers: NDArray[np.float64]) -> float:
    """Return the loudness in LUFS of gating blocks, those of silence and of pauses left out (BS.1770-4, 5.1).

    Minus infinity when no block passes the gates.
    """
    passed = _above_gates(powers, _RELATIVE_GATE_LU)
    return _lufs(passed.mean()) if len(passed) else -math.inf


def lufs(samples: Samples, rate: int) -> float | None:
    """Return the loudness of a clip as played, or None when it is too short (0.4 s) to have one."""
    powers = block_powers(samples, rate)
    return gated_lufs(powers) if len(powers) else None


def _above_gates(powers: NDArray[np.float64], relative_lu: float) -> NDArray[np.float64]:
    sounding = powers[powers > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_LU) / 10)]
    gate = sounding.mean() * 10 ** (relative_lu / 10) if len(sounding) else 0.0
    return sounding[sounding > gate]


def _lufs(power: float) -> float:
    return _OFFSET_LU + 10 * math.log10(power) if power > 0 else -math.inf


def _lufs_of_each(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET_LU + 10 * np.log10(powers))


def _k_weighting(rate: int) -> NDArray[np.float64]:
    """Return the two second-order sections of the K-weighting at any sample rate.

    BS.1770-4 gives coefficients for 48 kHz only. These are the analogue filters behind them, as B. De Man
    found them (Evaluation of Implementations of the EBU R128 Loudness Measurement, AES 145, 2018).
    """
    shelf_hz, shelf_gain, shelf_q = 1681.974450955533, gain(3.999843853973347), 0.7071752369554196
    middle_gain = shelf_gain**0.4996667741545416
    k = math.tan(math.pi * shelf_hz / rate)
    head = [
        shelf_gain + middle_gain * k / shelf_q + k * k,
        2 * (k * k - shelf_gain),
        shelf_gain - middle_gain * k / shelf_q + k * k,
        *_denominator(k, shelf_q),
    ]
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * pass_hz / rate)
    denominator = _denominator(k, pass_q)
    # The standard's second filter has the numerator 1, -2, 1 after its denominator was divided by a0.
    rumble = [denominator[0], -2 * denominator[0], denominator[0], *denominator]
    return np.array([np.array(row) / row[3] for row in (head, rumble)])


def _denominator(k: float, q: float) -> list[float]:
    return [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]


def _interpolators(points: int, reach: int, beta: float) -> NDArray[np.float32]:
    """Return a sinc under a Kaiser window for each point between frames, shape (points - 1, 2 * reach)."""
    fractions = np.arange(1, points)[:, None] / points
    distances = np.arange(1 - reach, reach + 1)[None, :] - fractions
    kernel = np.sinc(distances) * np.i0(beta * np.sqrt(1 - (distances / reach) ** 2))
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), dtype=np.float32)


_COARSE = _interpolators(points=4, reach=6, beta=3.0)
_FINE = _interpolators(points=16, reach=_REACH, beta=5.0)  # flat within 0.02 dB up to 19 kHz at 44.1 kHz


def _peaks_between(samples: Samples, above: float) -> NDArray[np.float32]:
    """Return the highest peak of all channels between each two frames that have `_REACH` frames either side.

    Only peaks above `above` are of interest, so it looks closely only where a coarse look saw something
    high, and coarsely only where a frame nearby is high: a quiet track costs next to nothing. Elsewhere
    the answer is 0.
    """
    count = len(samples) - 2 * _REACH + 1
    peaks = np.zeros(count, np.float32)
    for channel in np.ascontiguousarray(samples.T):
        high = np.abs(channel) > above * _NEAR_HEIGHT
        if not high.any():
            continue
        first = _REACH - _NEAR
        near = np.logical_or.reduce([high[first + k : first + k + count] for k in range(2 * _NEAR)])
        places = np.flatnonzero(near)
        places = places[_points_between(channel, places, _COARSE) > above * _COARSE_HEIGHT]
        peaks[places] = np.maximum(peaks[places], _points_between(channel, places, _FINE))
    return peaks


def _points_between(
    channel: NDArray[np.float32], places: NDArray[np.intp], interpolators: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the highest of the points between frames `_REACH` - 1 and `_REACH` after each place."""
    width = interpolators.shape[1]
    windows = sliding_window_view(channel, width)[places + (_REACH - width // 2)]
    return np.asarray(np.abs(interpolators @ windows.T).max(axis=0))


class TruePeak:
    """The true peak of a stream of samples (BS.1770-4, Annex 2, with 16 points a frame instead of 4)."""

    def __init__(self, channels: int = 2) -> None:
        self._peak = 0.0
        self._tail: Samples = np.zeros((2 * _REACH - 1, channels), np.float32)

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        for start in range(0, len(block), BLOCK_FRAMES):
            joined = np.concatenate([self._tail, block[start : start + BLOCK_FRAMES]])
            self._peak = _highest(joined, self._peak)
            self._tail = joined[1 - 2 * _REACH :].copy()

    def dbtp(self) -> float:
        """Return the true peak of what was heard, with silence after it; minus infinity for silence."""
        ending = np.concatenate([self._tail, np.zeros_like(self._tail)])
        return decibels(_highest(ending, self._peak))


def true_peak(samples: Samples) -> float:
    """Return the true peak of a clip in dBTP; minus infinity for silence."""
    peak = TruePeak(samples.shape[1])
    peak.add(samples)
    return peak.dbtp()


def _highest(samples: Samples, known: float) -> float:
    known = max(known, float(np.abs(samples).max()))
    return max(known, float(_peaks_between(samples, known).max()))


def limited(
    blocks: Iterable[Samples], ceiling_dbtp: float = -1.5, rate: int = SAMPLE_RATE
) -> Iterator[Samples]:
    """Turn down, smoothly and on all channels alike, what would come above the ceiling.

    The gain falls during the 5 ms before a peak and recovers with 60 ms after it. Nothing is delayed: frame n
    comes out as frame n, and where nothing exceeds the ceiling it comes out bit for bit.

    Args:
        blocks: Samples of shape (frames, channels), cut in any way; the way does not show in the output.
        ceiling_dbtp: The highest true peak that is let through, in dBTP.
        rate: Sample rate in hertz.

    Yields:
        Blocks of `BLOCK_FRAMES` frames, and a last one with the rest.
    """
    ceiling = gain(ceiling_dbtp)
    look_ahead = frames(LOOK_AHEAD_S, rate)
    decay = 1 / (RELEASE_S * rate)
    margin = look_ahead + _REACH
    before: Samples | None = None
    held = 0.0
    for block, following in pairwise(chain(recut(blocks, BLOCK_FRAMES), [None])):
        assert block is not None
        after = np.zeros((margin, block.shape[1]), np.float32)
        if following is not None:
            after[: len(following)] = following[:margin]
        around = np.concatenate([np.zeros_like(after) if before is None else before, block, after])
        before = around[len(block) : len(block) + margin]
        required = _required_reduction(around, ceiling)
        if held == 0 and not required.any():
            yield block
            continue
        reduction, held = _smooth_reduction(required, held, look_ahead, decay)
        yield block * (1 - reduction).astype(np.float32)[:, None]


def _required_reduction(around: Samples, ceiling: float) -> NDArray[np.float64]:
    """Return for each frame the part of its gain that must go; for those with `_REACH` frames either side."""
    if np.abs(around).max() <= ceiling * _NEAR_HEIGHT:
        return np.zeros(len(around) - 2 * _REACH)
    between = _peaks_between(around, ceiling)
    frame_peaks = reduce(np.maximum, np.abs(around[_REACH:-_REACH]).T)
    # A peak between two frames comes down when both do.
    peaks = np.maximum(frame_peaks, np.maximum(between[:-1], between[1:]))
    return np.asarray(1 - ceiling / np.maximum(peaks, ceiling, dtype=np.float64))


def _smooth_reduction(
    required: NDArray[np.float64], held: float, look_ahead: int, decay: float
) -> tuple[NDArray[np.float64], float]:
    """Return a gentle course that is never under the required reduction, and where its release then stands.

    Each requirement is first spread over the look-ahead before it, then released, then averaged over the
    look-ahead behind each frame: all that is averaged there is at least what that frame requires.

    Args:
        required: For the block's frames and `look_ahead` frames either side.
        held: The released reduction just before the first of these.
        look_ahead: In frames.
        decay: Of the release, in nepers a frame.
    """
    from scipy.ndimage import maximum_filter1d

    size = look_ahead + 1
    count = len(required) - look_ahead
    ahead = maximum_filter1d(required, size, origin=-(size // 2))[:count]
    # y[n] = max(x[n], y[n-1] exp(-decay)) is a cumulative maximum of x on a scale that rises by exp(decay) a
    # frame. A block's length is 25 times the release: the scale stays far from the end of the floats.
    scale = np.exp(decay * np.arange(1, count + 1))
    released = np.maximum.accumulate(np.maximum(ahead * scale, held)) / scale
    window = np.hanning(size + 2)[1:-1]
    reduction = np.convolve(released, window / window.sum(), mode="valid")
    reduction[reduction < _NO_REDUCTION] = 0.0
    next_held = float(released[count - size])
    return reduction, next_held if next_held >= _NO_REDUCTION else 0.0
