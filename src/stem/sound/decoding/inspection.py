"""What is wrong with sound from outside, found while it passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError
from stem.messages import Message
from stem.sound.clips import Samples

HIGHEST = 64.0
"""No sound is this far above full scale; numbers that are were never samples."""

SILENT = units.gain(-90.0)
"""One step of 16-bit sound: a file whose peak is lower holds nothing."""
_OVER = units.gain(0.1)
"""A decoded MP3 may overshoot by this much without anyone having meant it."""
_FLAT_FRAMES = 4
"""Samples in a row of exactly the same height make a flat top."""
_NEAR_TOP = 0.9
_LEVEL = 0.99995
"""Of one height: 16-bit sound is clipped at 32,767 above and at 32,768 below."""
_FLAT_TOPS_A_SECOND = 1.0
_DC = 0.02
_DC_SHARE = 0.05
_ANTIPHASE = -0.9
_ONE_SIDED = units.gain(-30.0) ** 2
"""Of the power of one channel in the other; what is recorded in stereo leaks more than that."""


class Inspection:
    """Listens to sound in blocks, and knows at its end what is worth telling about it.

    Args:
        path: The file that it comes from.
        rate: Sample rate in hertz.
        channels: How many it has.

    Attributes:
        frames: How many were heard.
        peak: The highest sample.
    """

    def __init__(self, path: Path, rate: int, channels: int) -> None:
        self.frames = 0
        self.peak = 0.0
        self._path, self._rate = path, rate
        self._sums = np.zeros(channels)
        self._powers = np.zeros(channels)
        self._products = 0.0
        self._flat_tops = 0
        self._top = 0.0

    def add(self, block: Samples) -> None:
        """Hear the next samples, shape (frames, channels).

        Raises:
            AudioError: when a sample is no number, or none that sound has.
        """
        highest = max(float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        if not highest <= HIGHEST:  # so that it holds for what is no number too
            self._refuse(block)
        self._sums += [channel.sum(dtype=np.float64) for channel in block.T]  # at once: eleven times as long
        products = block.T @ block
        self._powers += products.diagonal()
        if len(products) == 2:  # noqa: PLR2004 - stereo
            self._products += float(products[0, 1])
        self._count_flat_tops(block, highest)
        self.frames += len(block)
        self.peak = max(self.peak, highest)

    def warnings(self) -> Iterator[str]:
        """Yield what is worth telling, each as a clause about "it"."""
        if self.frames == 0:
            return
        if self.peak < SILENT:
            yield Message("there is only silence in it")
            return
        if self._flat_tops > max(2.0, _FLAT_TOPS_A_SECOND * self.frames / self._rate):
            yield Message("it is clipped: its loudest peaks are cut off")
        elif self.peak > _OVER:
            yield Message("it is {peak:.1f} dB above full scale", peak=units.decibels(self.peak))
        means, powers = self._sums / self.frames, self._powers / self.frames
        if np.any((np.abs(means) > _DC) & (means**2 > _DC_SHARE**2 * powers)):
            yield Message("it is off centre by {means:.0f} % (DC)", means=100 * float(np.abs(means).max()))
        if len(powers) == 2 and powers.min() < _ONE_SIDED * powers.max():  # noqa: PLR2004 - stereo
            yield (
                Message("its sound is in the right channel alone")
                if powers[0] < powers[1]
                else Message("its sound is in the left channel alone")
            )
        if self._products < _ANTIPHASE * float(np.sqrt(self._powers.prod())):
            yield Message("its channels cancel each other on one loudspeaker (antiphase)")

    def _count_flat_tops(self, block: Samples, highest: float) -> None:
        """Count where the sound stays on its highest (or lowest) value; that top may rise as it goes on."""
        if highest < _NEAR_TOP or highest < self._top:
            return
        if highest > self._top:
            self._top, self._flat_tops = highest, 0
        at_top: NDArray[np.bool_] = np.abs(block) >= _LEVEL * self._top
        run = at_top[: -_FLAT_FRAMES + 1].copy()
        for offset in range(1, _FLAT_FRAMES):
            run &= at_top[offset : len(at_top) - _FLAT_FRAMES + 1 + offset]
        self._flat_tops += int(np.count_nonzero(run[1:] & ~run[:-1])) + int(np.count_nonzero(run[:1]))

    def _refuse(self, block: Samples) -> None:
        wrong = ~(np.abs(block) <= HIGHEST).all(axis=1)
        at = units.seconds(self.frames + int(np.argmax(wrong)), self._rate)
        if np.isfinite(block[np.argmax(wrong)]).all():
            problem = Message("it has samples above {highest:.0f} times full scale", highest=HIGHEST)
        else:
            problem = Message("it has samples that are not numbers")
        raise AudioError(self._path, Message("{problem} (the first at {at:.2f} s)", problem=problem, at=at))
