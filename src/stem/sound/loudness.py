"""Loudness and true peak (ITU-R BS.1770-4, EBU R 128), and the limiter that keeps the latter down.

Meters hear a track block by block, and need none of its samples kept:

    meter, peak = Meter(), TruePeak()
    for block in limited(mix.blocks()):
        meter.add(block)
        peak.add(block)
    loudness = Loudness.of(meter, peak)

Conventions:
    Loudness is measured **as played**: a mono sound comes out of two loudspeakers, so it reads 3.01 LU more
    than one channel would, and as much as the stereo track that it will become.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stem.sound.clips import Samples
from stem.sound.response import Section, StreamFilter
from stem.sound.true_peak import TruePeak
from stem.units import SAMPLE_RATE, frames, gain

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


class Rms:
    """The root mean square of all samples of a stream, of all channels together."""

    def __init__(self, power: float = 0.0, samples: int = 0) -> None:
        self._power = power
        self._samples = samples

    @property
    def heard(self) -> tuple[float, int]:
        """The sum of the powers of all samples, and how many there were."""
        return self._power, self._samples

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        self._power += float(np.einsum("fc,fc->", block, block, dtype=np.float64))
        self._samples += block.size

    def extend(self, later: Rms) -> None:
        """Take over what another one heard of the same track."""
        self._power += later._power
        self._samples += later._samples

    def decibels(self) -> float:
        """Return it in dB of full scale; minus infinity for silence."""
        return 10 * math.log10(self._power / self._samples) if self._power > 0 else -math.inf


class Meter:
    """Loudness of a stream of samples; of these it keeps one figure for every 20 ms of the track.

    The reading does not depend on how the stream is cut into blocks.

    Args:
        rate: Sample rate in hertz.
        channels: 1 (measured as played, on two), 2, or 3 to 5 in the order L, R, C, Ls, Rs.
        skip_frames: Of the first samples, how many do not count but for what they leave ringing in the
            filter; whole steps of 20 ms. For who measures a track in pieces; see `extend`.
        single: Whether to filter in single precision, in a third of the time; readings move by less than
            0.0001 LU, which is enough to change a sample that is levelled by them.
    """

    def __init__(
        self,
        rate: int = SAMPLE_RATE,
        channels: int = 2,
        skip_frames: int = 0,
        *,
        single: bool = False,
    ) -> None:
        self._fine_step = frames(STEP_S / _FINE_STEPS, rate)
        self._weights = np.array(_CHANNEL_WEIGHTS[:channels] if channels > 1 else [2.0])
        self._weighting = StreamFilter(_k_weighting(rate), channels, self._fine_step, single=single)
        self._skipped = skip_frames // self._fine_step
        self._powers = [np.zeros(0)]
        self._heard: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, powers: NDArray[np.float64], channels: int = 2) -> Meter:
        """Return a meter that heard sound of these powers; see `heard`."""
        meter = cls(channels=channels)
        meter._powers = [powers]
        return meter

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels)."""
        self._powers.append(self._fine_powers(self._weighting(block)))
        self._heard = None

    def extend(self, later: Meter) -> None:
        """Take over what another meter heard of the same track after this one; no more can be added here.

        What this one heard beyond its last whole step of 20 ms is lost.
        """
        self._powers = [self.heard(), later.heard()]
        self._heard = None
        self._skipped = 0
        self._weighting.reset()

    def _fine_powers(self, weighted: NDArray[np.floating]) -> NDArray[np.float64]:
        in_turns = len(self._weights) // len(weighted)  # left and right, which weigh the same
        steps = weighted.reshape(len(weighted), -1, self._fine_step * in_turns)
        powers = np.einsum("csf,csf->cs", steps, steps)
        return np.asarray(self._weights[: len(powers)] @ powers / self._fine_step)

    def heard(self) -> NDArray[np.float64]:
        """Return the power of every 20 ms that was heard whole."""
        if self._heard is None:  # every reading asks for it
            powers = [*self._powers, self._fine_powers(self._weighting.rest())]
            self._heard = np.concatenate(powers)[self._skipped :]
        return self._heard

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
        powers = _means(self.heard(), _MOMENTARY_STEPS * _FINE_STEPS)
        return _lufs(powers.max(initial=0.0))

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
        fine = self.heard()
        whole = len(fine) // _FINE_STEPS
        return _means(fine[: whole * _FINE_STEPS].reshape(whole, _FINE_STEPS).mean(axis=1), steps)


def _means(powers: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return the mean of each `size` powers in a row."""
    if len(powers) < size:
        return np.zeros(0)
    return np.asarray(sliding_window_view(powers, size).mean(axis=-1), dtype=np.float64)


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


def _k_weighting(rate: int) -> list[Section]:
    """Return the two second-order sections of the K-weighting at any sample rate.

    BS.1770-4 gives coefficients for 48 kHz only. These are the analogue filters behind them, as B. De Man
    found them (Evaluation of Implementations of the EBU R128 Loudness Measurement, AES 145, 2018).
    """
    shelf_hz, shelf_gain, shelf_q = 1681.974450955533, gain(3.999843853973347), 0.7071752369554196
    middle_gain = shelf_gain**0.4996667741545416
    k = math.tan(math.pi * shelf_hz / rate)
    head = (
        shelf_gain + middle_gain * k / shelf_q + k * k,
        2 * (k * k - shelf_gain),
        shelf_gain - middle_gain * k / shelf_q + k * k,
        *_denominator(k, shelf_q),
    )
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * pass_hz / rate)
    denominator = _denominator(k, pass_q)
    # The standard's second filter has the numerator 1, -2, 1 after its denominator was divided by a0.
    rumble = (denominator[0], -2 * denominator[0], denominator[0], *denominator)
    return [head, rumble]


def _denominator(k: float, q: float) -> tuple[float, float, float]:
    return 1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k
