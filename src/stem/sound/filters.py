"""The voice chain: the filters that a voice's clips go through, one clip at a time.

Conventions:
    Filters take and give mono samples of shape (frames, 1). The chain stands before levelling, so nothing in
    it depends on how loud a voice happens to come: filters and room are linear, and the two that follow the
    level have thresholds **relative to the voice's own level** in that clip, 0 dB being the level of its
    loud parts. A clip that is 6 dB louder comes out 6 dB louder, and otherwise the same.
    Hertz, decibels and milliseconds stand in the names. A frequency that the sample rate cannot carry is
    taken as just under half the rate: there is nothing above it to filter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.messages import Message
from stem.sound.clips import Samples
from stem.sound.response import Section, apply_both_ways, apply_sections, convolved

LEVEL_WINDOW_MS = 50.0
"""The time constant with which a voice's own level is judged: about a syllable."""

_MOST_NEPERS = 300.0
"""How far a scale may rise: e to the 300th is 1e130, and the square of what a clip has stays under 1e300."""

_STRETCH_FRAMES = 32_768
"""What is smoothed at a time: it stays in the processor's own memory."""

_Signal = NDArray[np.float64]


class Filter(Protocol):
    """One step of the chain: a frozen dataclass whose fields are the filter's table in a voice template."""

    def apply(self, samples: Samples, rate: int) -> Samples:
        """Return the filtered samples, shape (frames, 1); more frames than came in when a room rings on."""
        ...


def apply_chain(filters: tuple[Filter, ...], samples: Samples, rate: int) -> Samples:
    """Send a mono clip of shape (frames, 1) through the filters, in their order."""
    # Sections next to each other run as one: five take hardly longer than one.
    for is_biquad, run in groupby(filters, key=lambda step: isinstance(step, _Biquad)):
        if is_biquad:
            sections = [step.section(rate) for step in run if isinstance(step, _Biquad)]
            samples = _as_samples(apply_sections(sections, _signal(samples)))
        else:
            for step in run:
                samples = step.apply(samples, rate)
    return samples


def _signal(samples: Samples) -> _Signal:
    assert samples.ndim == 2  # noqa: PLR2004
    assert samples.shape[1] == 1
    return samples[:, 0].astype(np.float64)


def _as_samples(signal: NDArray[np.floating]) -> Samples:
    return signal.astype(np.float32, copy=False)[:, np.newaxis]


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(
            Message(
                "{name} must be from {low:g} to {high:g}, not {value:g}",
                name=name,
                low=low,
                high=high,
                value=value,
            )
        )


def _check_hz(name: str, value: float) -> None:
    _check(name, value, 10, 22_000)


# --- Linear filters: R. Bristow-Johnson, Cookbook formulae for audio equalizer biquad filter coefficients ---


def _angle(hz: float, rate: int) -> float:
    return 2 * math.pi * min(hz / rate, 0.49)


class _Biquad:
    """A linear filter of the second order."""

    __slots__ = ()

    def section(self, rate: int) -> Section:
        raise NotImplementedError

    def apply(self, samples: Samples, rate: int) -> Samples:
        """Return the filtered samples, shape (frames, 1)."""
        return _as_samples(apply_sections([self.section(rate)], _signal(samples)))


def _check_shelf(hz: float, db: float) -> None:
    _check_hz("hz", hz)
    _check("db", db, -24, 24)


@dataclass(frozen=True, slots=True)
class Highpass(_Biquad):
    """Take away what lies below `hz` (-3 dB there, 12 dB an octave, Butterworth)."""

    hz: float

    def __post_init__(self) -> None:
        _check_hz("hz", self.hz)

    def section(self, rate: int) -> Section:
        """Return the filter's coefficients at a sample rate in hertz."""
        cosine, alpha = math.cos(_angle(self.hz, rate)), math.sin(_angle(self.hz, rate)) / math.sqrt(2)
        return (1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha


@dataclass(frozen=True, slots=True)
class Lowpass(_Biquad):
    """Take away what lies above `hz` (-3 dB there, 12 dB an octave, Butterworth)."""

    hz: float

    def __post_init__(self) -> None:
        _check_hz("hz", self.hz)

    def section(self, rate: int) -> Section:
        """Return the filter's coefficients at a sample rate in hertz."""
        cosine, alpha = math.cos(_angle(self.hz, rate)), math.sin(_angle(self.hz, rate)) / math.sqrt(2)
        return (1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2, 1 + alpha, -2 * cosine, 1 - alpha


@dataclass(frozen=True, slots=True)
class Lowshelf(_Biquad):
    """Raise or lower by `db` what lies below `hz`; half of it at `hz` (the steepest slope without a hump)."""

    hz: float
    db: float

    def __post_init__(self) -> None:
        _check_shelf(self.hz, self.db)

    def section(self, rate: int) -> Section:
        """Return the filter's coefficients at a sample rate in hertz."""
        return _shelf(_angle(self.hz, rate), self.db, upper=False)


@dataclass(frozen=True, slots=True)
class Highshelf(_Biquad):
    """Raise or lower by `db` what lies above `hz`; half of it at `hz` (the steepest slope without a hump)."""

    hz: float
    db: float

    def __post_init__(self) -> None:
        _check_shelf(self.hz, self.db)

    def section(self, rate: int) -> Section:
        """Return the filter's coefficients at a sample rate in hertz."""
        return _shelf(_angle(self.hz, rate), self.db, upper=True)


def _shelf(angle: float, db: float, *, upper: bool) -> Section:
    # The two shelves are each other's mirror image: the sign of every cosine is turned.
    root = units.gain(db / 2)
    cosine = -math.cos(angle) if upper else math.cos(angle)
    slope = math.sqrt(2 * root) * math.sin(angle)  # 2 sqrt(A) alpha for a slope of 1
    sign = -1 if upper else 1
    return (
        root * ((root + 1) - (root - 1) * cosine + slope),
        sign * 2 * root * ((root - 1) - (root + 1) * cosine),
        root * ((root + 1) - (root - 1) * cosine - slope),
        (root + 1) + (root - 1) * cosine + slope,
        sign * -2 * ((root - 1) + (root + 1) * cosine),
        (root + 1) + (root - 1) * cosine - slope,
    )


@dataclass(frozen=True, slots=True)
class Peak(_Biquad):
    """Raise or lower by `db` what lies around `hz`; half of it at either end of a band `hz` / `q` wide."""

    hz: float
    db: float
    q: float = 1.0

    def __post_init__(self) -> None:
        _check_shelf(self.hz, self.db)
        _check("q", self.q, 0.1, 20)

    def section(self, rate: int) -> Section:
        """Return the filter's coefficients at a sample rate in hertz."""
        angle, root = _angle(self.hz, rate), units.gain(self.db / 2)
        alpha, cosine = math.sin(angle) / (2 * self.q), math.cos(angle)
        return (
            1 + alpha * root,
            -2 * cosine,
            1 - alpha * root,
            1 + alpha / root,
            -2 * cosine,
            1 - alpha / root,
        )


# --- Filters that follow the level -------------------------------------------------------------------------


def _check_dynamics(threshold_db: float, ratio: float, attack_ms: float, release_ms: float) -> None:
    _check("threshold_db", threshold_db, -60, 20)
    _check("ratio", ratio, 1, 100)
    _check("attack_ms", attack_ms, 0.1, 1000)
    _check("release_ms", release_ms, 0.1, 5000)
    if attack_ms > release_ms:
        raise ValueError(
            Message(
                "attack_ms ({attack_ms:g}) must not be more than release_ms ({release_ms:g})",
                attack_ms=attack_ms,
                release_ms=release_ms,
            )
        )


@dataclass(frozen=True, slots=True)
class Deesser:
    """Turn down what lies above `hz` where there is too much of it, and there alone.

    The band is split off without a shift in phase, so that the rest passes bit for bit.

    Attributes:
        hz: Where the band begins (-6 dB, 24 dB an octave).
        threshold_db: Level of the band, relative to the voice's own broadband level, from which the band is
            turned down.
        ratio: For each dB that the band comes above the threshold, 1 / `ratio` dB is left.
        attack_ms: Time constant of the band's power when it rises.
        release_ms: The same when it falls.
    """

    hz: float
    threshold_db: float
    ratio: float
    attack_ms: float
    release_ms: float

    def __post_init__(self) -> None:
        _check_hz("hz", self.hz)
        _check_dynamics(self.threshold_db, self.ratio, self.attack_ms, self.release_ms)

    def apply(self, samples: Samples, rate: int) -> Samples:
        """Return the filtered samples, shape (frames, 1)."""
        signal = _signal(samples)
        band = apply_both_ways(Highpass(self.hz).section(rate), signal)  # twice the slope, and no phase
        gains = _gains(_envelope(band**2, self.attack_ms, self.release_ms, rate), _level(signal, rate), self)
        return _as_samples(signal + (gains - 1) * band)


@dataclass(frozen=True, slots=True)
class Compressor:
    """Bring the loud closer to the soft.

    Attributes:
        threshold_db: Level, relative to the voice's own, from which it is turned down. A threshold that is
            known in dBFS, for a voice at -18 LUFS on two channels (RMS about -21 dBFS), is 21 dB higher here:
            -24 becomes -3.
        ratio: For each dB above the threshold, 1 / `ratio` dB is left.
        attack_ms: Time constant of the power when it rises.
        release_ms: The same when it falls.
    """

    threshold_db: float
    ratio: float
    attack_ms: float
    release_ms: float

    def __post_init__(self) -> None:
        _check_dynamics(self.threshold_db, self.ratio, self.attack_ms, self.release_ms)

    def apply(self, samples: Samples, rate: int) -> Samples:
        """Return the filtered samples, shape (frames, 1)."""
        signal = _signal(samples)
        envelope = _envelope(signal**2, self.attack_ms, self.release_ms, rate)
        return _as_samples(signal * _gains(envelope, _level(signal, rate), self))


def _gains(envelope: _Signal, level: float, dynamics: Deesser | Compressor) -> NDArray[np.float32]:
    """Return the gain for each frame: 1 up to the threshold, and above it what the ratio leaves."""
    threshold = level * 10 ** (dynamics.threshold_db / 10)
    if threshold == 0:
        return np.ones(len(envelope), np.float32)
    above = np.maximum(envelope / threshold, 1).astype(np.float32)
    return np.asarray(above ** np.float32((1 / dynamics.ratio - 1) / 2), dtype=np.float32)


def _level(signal: _Signal, rate: int) -> float:
    """Return the voice's own level, as a power: its mean, each moment weighed by its own power.

    For a steady sound that is its power. Silence before, after or within has no weight, so no gate is needed.
    """
    power = _smoothed(signal**2, LEVEL_WINDOW_MS, rate)
    total = float(power.sum())
    # Not power @ power: for that BLAS wakes all cores, which costs more than the sum.
    return float(np.square(power).sum()) / total if total > 0 else 0.0


def _envelope(power: _Signal, attack_ms: float, release_ms: float, rate: int) -> _Signal:
    """Return the power as it is followed: the larger of two one-pole filters, a quick one and a slow one."""
    return np.maximum(_smoothed(power, attack_ms, rate), _smoothed(power, release_ms, rate))


def _smoothed(power: _Signal, time_constant_ms: float, rate: int) -> _Signal:
    """Return the power behind a filter of one pole: y[n] = (1 - pole) x[n] + pole y[n-1]."""
    # That is a cumulative sum on a scale that rises by 1 / pole a frame, as far as floats go. All of it is
    # above 0, so nothing is lost in the sum.
    decay = 1000 / (time_constant_ms * rate)
    length = min(_STRETCH_FRAMES, math.ceil(_MOST_NEPERS / decay))
    scale, share = _rising(decay, length), -math.expm1(-decay)
    smoothed, last = np.empty_like(power), 0.0
    for first in range(0, len(power), length):
        part = smoothed[first : first + length]
        rising = scale[: len(part)]
        np.multiply(power[first : first + length], rising, out=part)
        np.cumsum(part, out=part)
        part *= share
        part += last
        part /= rising
        last = float(part[-1])
    return smoothed


@lru_cache(maxsize=16)
def _rising(decay: float, length: int) -> _Signal:
    scale: _Signal = np.exp(decay * np.arange(1, length + 1))
    scale.setflags(write=False)
    return scale


# --- Room --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """Put the voice in a small room; the sound rings on after the clip and is never cut.

    The room's response is noise that decays exponentially, within a band, after a moment of silence.

    Attributes:
        t60_s: Seconds in which the reverberation falls by 60 dB.
        predelay_ms: Between the voice and the first of the reverberation.
        low_hz: Lower end of its band (12 dB an octave).
        high_hz: Upper end of its band (12 dB an octave).
        level_db: Level of the reverberation against the voice itself, for sound within the band.
        seed: Of the noise.
    """

    t60_s: float
    predelay_ms: float
    low_hz: float
    high_hz: float
    level_db: float
    seed: int

    def __post_init__(self) -> None:
        _check("t60_s", self.t60_s, 0.05, 5)
        _check("predelay_ms", self.predelay_ms, 0, 200)
        _check_hz("low_hz", self.low_hz)
        _check_hz("high_hz", self.high_hz)
        _check("level_db", self.level_db, -60, 0)
        _check("seed", self.seed, 0, 2**32 - 1)
        if self.high_hz < 2 * self.low_hz:
            raise ValueError(
                Message(
                    "high_hz ({high_hz:g}) must be an octave or more above low_hz ({low_hz:g})",
                    high_hz=self.high_hz,
                    low_hz=self.low_hz,
                )
            )

    def apply(self, samples: Samples, rate: int) -> Samples:
        """Return the samples with the room around them, shape (frames, 1), longer by the room's response."""
        if not len(samples):
            return samples
        sound = convolved(samples[:, 0], _room_response(self, rate))
        sound[: len(samples)] += samples[:, 0]
        return _as_samples(sound)


@lru_cache(maxsize=4)
def _room_response(room: Room, rate: int) -> NDArray[np.float32]:
    """Return the room's answer to one frame of 1.0, shape (frames,), without that frame itself."""
    times = np.arange(units.frames(room.t60_s, rate)) / rate
    noise = np.random.default_rng(room.seed).standard_normal(len(times))
    band = [Highpass(room.low_hz).section(rate), Lowpass(room.high_hz).section(rate)]
    decaying = apply_sections(band, noise * 10 ** (-3 * times / room.t60_s))
    spectrum = np.abs(np.fft.rfft(decaying)) ** 2
    hz = np.fft.rfftfreq(len(decaying), 1 / rate)
    within = spectrum[(hz >= room.low_hz) & (hz <= room.high_hz)].mean()
    scale = units.gain(room.level_db) / math.sqrt(within)
    predelay = np.zeros(units.frames(room.predelay_ms / 1000, rate))
    response = np.concatenate([predelay, decaying * scale]).astype(np.float32)
    response.setflags(write=False)  # every clip shares it
    return response


FILTERS: dict[str, type[Filter]] = {
    "highpass": Highpass,
    "lowpass": Lowpass,
    "lowshelf": Lowshelf,
    "highshelf": Highshelf,
    "peak": Peak,
    "deesser": Deesser,
    "compressor": Compressor,
    "room": Room,
}
"""Every filter by the name it has in a voice template."""
