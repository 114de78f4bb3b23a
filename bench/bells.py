"""For how long a bell is heard over each background, wherever in it the bell is struck.

    python bench/bells.py                 # every background
    python bench/bells.py zee drone       # these alone

Every bell at its level, over each background as it lies where nothing is said: lowered while the bell rings,
and coming back. A bell is heard as long as it is stronger than the background in some band of the ear (ERB),
and than a quiet room (NR 20) in which speech has 65 dB; both as `joints.py` has them. It is struck at 24
places, five seconds apart. "18.0 20.5": it is gone in so many seconds at the worst and at the middle one.
"""

from __future__ import annotations

import sys

import numpy as np
from joints import RATE, Floats, by_ear, quiet_room
from scipy.ndimage import uniform_filter1d

from stem import units
from stem.script.timeline import Timeline
from stem.sound.beds import BEDS, BELLS, bell, load_bed
from stem.sound.loudness import Meter
from stem.sound.mixing import Levels, ringing, room_for_bells

_LEVELS = Levels()
_ROUND_S, _APART_S = 120, 5


def rung(name: str) -> tuple[Floats, int, float]:
    """Return a bell in the bands of the ear, the frames that room is made for, and its seconds in a room."""
    stroke = bell(name)
    meter = Meter()
    meter.add(stroke)
    loud = stroke * units.gain(_LEVELS.speech_lufs - _LEVELS.bell_lu - meter.momentary_max())
    hertz, rings = by_ear(np.pad(loud.astype(np.float64), ((0, RATE), (0, 0))))
    return rings, ringing(stroke), float(np.flatnonzero((rings > quiet_room(hertz)).any(axis=1))[-1] / 10)


def room(tenths: int, heard: int, sinks_lu: float) -> Floats:
    """Return how high a background lies (LU), every tenth of a second from a stroke on."""
    early = 60 * RATE
    line = Timeline(20 * early, (), (), (early, 10 * early), ())
    points = room_for_bells(line, _LEVELS, heard, sinks_lu)
    at = early + np.arange(tenths) * RATE // 10
    return np.interp(at, [point.frame for point in points], [point.lu for point in points])


def over(bed_name: str, rings: Floats, heard: int) -> tuple[float, float]:
    """Return in how many seconds a bell is gone over a background, at the worst and at the middle place."""
    bed = load_bed(bed_name, 1)
    behind = by_ear(bed.read(0, (_ROUND_S + 1) * RATE).astype(np.float64))[1]
    behind = np.apply_along_axis(lambda level: uniform_filter1d(level, 20, mode="wrap"), 0, behind)
    lu = room(len(rings), heard, bed.sinks_lu)
    lies = 10 ** ((_LEVELS.speech_lufs - bed.under_lu - bed.lufs + lu) / 10)
    gone = []
    for first in range(0, _ROUND_S * 10, _APART_S * 10):
        hidden_by = behind[(first + np.arange(len(rings))) % (_ROUND_S * 10)] * lies[:, np.newaxis]
        gone.append(np.flatnonzero((rings > hidden_by).any(axis=1))[-1] / 10)
    return min(gone), float(np.median(gone))


def main(names: list[str]) -> None:
    """Print the table."""
    bells = {name: rung(name) for name in BELLS}
    print(f"{'':>13}" + "".join(f" {f'{name}, {alone:.1f}':>18}" for name, (_, _, alone) in bells.items()))
    for name in names or [bed for bed in BEDS if bed != "none"]:
        found = [(*over(name, rings, heard), alone) for rings, heard, alone in bells.values()]
        row = "".join(f" {f'{worst:.1f} {usual:.1f}':>18}" for worst, usual, _ in found)
        short = any(worst < alone for worst, _, alone in found)
        print(f"{name:>13}{row}{'  hidden sooner' if short else ''}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
