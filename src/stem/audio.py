"""Sound in memory: samples, clips, and what every clip goes through before it is placed.

Conventions:
    `Samples` is float32 of shape (frames, channels) with full scale 1.0, also for mono.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Sound of shape (frames, channels), float32, full scale 1.0."""

BLOCK_FRAMES = 65_536
"""Frames in a block: what passes from mixing to encoding at a time."""


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
