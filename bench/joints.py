"""What happens where a track is joined: phrases, loops and bells, and how the background makes room for them.

    python bench/joints.py

Three tracks and their stems, as ffmpeg decodes them, measured with SciPy and NumPy:

*tick*: how far, in dB, the sharpest sample within 5 ms of any joint stays under the background's own crest.
Both are above 6 kHz, over the background's RMS of half a second there, and what a voice still rings just
before. Joints are where a phrase begins and ends, where a loop of the background meets itself, just before a
bell is struck, and where it has ended. "planted" is what a step of -40 dBFS would read at the quietest.
*first*, *last*: the voice in the first and the last 10 ms of a phrase, in dB of the loudest 50 ms of that
phrase: the highest of all phrases. *drop*: how much it falls at most from there to the next 10 ms: what is
cut off falls by more than what dies away.
*down*, *up*: in how many seconds the background gives way and comes back, from 90 to 10% of the way in dB.
*bell*: for how many seconds it is stronger than the background in some band of the ear (ERB), and than a
quiet room in which speech has 65 dB (NR 20).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, sosfiltfilt

import stem
from stem.sound.beds import BEDS, bell_frames, load_bed

Floats = NDArray[np.float64]

RATE = 44_100
STEP = RATE // 50
NEAR = RATE // 200
"""Frames: 5 ms, a fifth of the 20 ms of silence that a phrase begins with."""

TRACKS = (
    ("aankomen", "zacht", "zee", "klankschaal"),
    ("aankomen", "rustig", "bruin", "gong"),
    ("terug-naar-nu", "zacht", "regen", "tingsha"),
)
"""Script, voice, background and bell of each."""

_SHARP = butter(4, 6000, "high", fs=RATE, output="sos")
_OCTAVES_HZ = (63, 125, 250, 500, 1000, 2000, 4000, 8000)
_NR20_DB = (51.3, 39.4, 30.6, 24.3, 20.0, 16.8, 14.4, 12.6)
_SPEECH = (65.0, -18.0)
"""Its level in a room, in dB, and on a track, in LUFS."""


def decoded(path: Path) -> Floats:
    """Return a file's samples, shape (frames, 2)."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path)]
    raw = ["-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"]
    done = subprocess.run([*command, *raw], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2).astype(np.float64)


def decibels(power: Floats | float) -> Floats:
    """Return powers in dB."""
    return np.asarray(10 * np.log10(np.maximum(power, 1e-20)), np.float64)


def ticks(track: stem.Track, sound: Floats, bed: Floats) -> tuple[float, float]:
    """Return the sharpest joint over the background's crest, and what a planted step would be, in dB."""
    frames = min(len(sound), len(bed))
    sharp, behind = (np.abs(sosfiltfilt(_SHARP, each[:frames, 0])) for each in (sound, bed))
    usual = uniform_filter1d(np.square(behind), RATE // 2) + 1e-18
    whole = slice(6 * RATE, frames - 15 * RATE)  # without what comes and goes
    crest = (np.square(behind) / usual)[whole].max()
    line = track.timeline
    joints = [frame for each in line.utterances for frame in (each.start, each.end)]
    for length_s, _ in BEDS[track.plan.bed.name].loops:
        joints += range(length_s * RATE, frames, length_s * RATE)
    joints += [at - NEAR - 1 for at in line.bells]
    joints += [at + bell_frames(track.plan.bell) for at in line.bells]
    at = np.array([joint for joint in joints if whole.start < joint < whole.stop])
    near = np.square(maximum_filter1d(sharp, 2 * NEAR + 1)[at])
    # Where a room still rings, what is usual is that, too: the 15 ms before.
    rings = np.array([np.square(sharp[joint - 4 * NEAR : joint - NEAR]).mean() for joint in at])
    step = np.zeros(RATE)
    step[RATE // 2 :] = 10 ** (-40 / 20)
    planted = np.square(sosfiltfilt(_SHARP, step))[RATE // 4 : -RATE // 4].max()
    sharpest = float(decibels(float((near / (usual[at] + rings)).max() / crest)))
    return sharpest, float(decibels(float((planted / (usual[at] + rings)).max() / crest)))


def edges(track: stem.Track, voice: Floats) -> tuple[float, float, float]:
    """Return the highest first and last 10 ms of a phrase, and the deepest drop behind one, in dB."""
    first, last, drop = [], [], []
    ten = RATE // 100
    for each in track.timeline.utterances:
        power = np.square(voice[each.start : each.end + ten, 0])
        loudest = uniform_filter1d(power, RATE // 20).max()
        parts = (power[:ten], power[-2 * ten : -ten], power[-ten:])
        begins, ends, beyond = (float(decibels(float(part.mean()) / loudest)) for part in parts)
        first.append(begins)
        last.append(ends)
        drop.append(max(ends, -90.0) - max(beyond, -90.0))
    return max(first), max(last), max(drop)


def giving_way(bed: Floats, track: stem.Track) -> tuple[float, float]:
    """Return in how many seconds the background goes down and comes up: its stem over what it is made of."""
    made = load_bed(track.plan.bed.name, track.plan.seed).read(0, len(bed)).astype(np.float64)
    count = len(bed) // STEP
    steps = [np.square(each[: count * STEP]).reshape(count, -1).mean(axis=1) for each in (bed, made)]
    gain = decibels(steps[0]) - decibels(steps[1])
    voice_alone = np.ones(count, bool)
    for at in track.timeline.bells:  # for which it goes lower, and slower
        voice_alone[max(at // STEP - 150, 0) : at // STEP + 50 * 30] = False
    voice_alone[: 50 * 6] = voice_alone[-50 * 15 :] = False
    low, high = np.percentile(gain[voice_alone], (5, 95))
    through = (gain - low) / (high - low)
    downs: list[float] = []
    ups: list[float] = []
    for at in np.flatnonzero(np.diff((through > 0.5).astype(int)) & voice_alone[1:]).tolist():
        around = through[max(at - 150, 0) : at + 150]
        middle = at - max(at - 150, 0)
        falls = through[at] > through[at + 1]
        before, behind = around[: middle + 1], around[middle + 1 :]
        early = np.flatnonzero(before > 0.9 if falls else before < 0.1)
        late = np.flatnonzero(behind < 0.1 if falls else behind > 0.9)
        if len(early) and len(late):
            (downs if falls else ups).append((middle - early[-1] + 1 + late[0]) / 50)
    return float(np.median(downs)), float(np.median(ups))


def by_ear(sound: Floats) -> tuple[Floats, Floats]:
    """Return the middle of the bands of the ear in hertz, and the power in each, every tenth of a second."""
    size = 8192
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    bands = [60.0]
    while bands[-1] < 10_000:
        bands.append(bands[-1] + 0.5 * 24.7 * (4.37 * bands[-1] / 1000 + 1))
    middle = np.array(bands)
    wide = 24.7 * (4.37 * middle / 1000 + 1)
    within = (np.abs(hertz - middle[:, np.newaxis]) < wide[:, np.newaxis] / 2).astype(float)
    within *= (wide / (np.maximum(within.sum(axis=1), 1) * RATE / size))[:, np.newaxis]
    window = np.hanning(size)
    looks = np.lib.stride_tricks.sliding_window_view(sound.mean(axis=1), size)[:: RATE // 10]
    power = np.square(np.abs(np.fft.rfft(looks * window, axis=1))) * 2 / (size * np.square(window).sum())
    return middle, np.asarray(power @ within.T, np.float64)


def quiet_room(hertz: Floats) -> Floats:
    """Return the power of a quiet room in bands of the ear, where speech is as loud as on a track."""
    room_db = np.interp(np.log(hertz), np.log(_OCTAVES_HZ), _NR20_DB)
    wide = 24.7 * (4.37 * hertz / 1000 + 1)
    return np.asarray(
        10 ** ((room_db + 10 * np.log10(wide / (hertz / 2**0.5)) - _SPEECH[0] + _SPEECH[1]) / 10)
    )


def heard_for(track: stem.Track, bells: Floats, bed: Floats) -> tuple[float, float]:
    """Return for how many seconds the first bell is heard, over its background and in a room alone."""
    at = track.timeline.bells[0]
    ringing = slice(at, min(at + bell_frames(track.plan.bell), len(bed)))
    hertz, rings = by_ear(bells[ringing])
    behind = by_ear(bed[ringing])[1]
    behind = np.apply_along_axis(lambda level: uniform_filter1d(level, 20), 0, behind)
    over, alone = (np.flatnonzero((rings > other).any(axis=1)) for other in (behind, quiet_room(hertz)))
    return over[-1] / 10, alone[-1] / 10


def main(names: Sequence[str]) -> None:
    """Print the table."""
    print(f"{'':>32} {'phrases':>8} {'tick':>6} {'planted':>8} {'first':>6} {'last':>6} {'drop':>6}", end=" ")
    print(f"{'down':>5} {'up':>5} {'bell':>12}")
    with tempfile.TemporaryDirectory() as folder:
        project = stem.Project(folder)
        for script, voice, bed, bell in TRACKS:
            if names and bed not in names:
                continue
            spec = stem.TrackSpec(script, voice=voice, bed=bed, bells=("begin", "einde"), bell=bell)
            track = project.make(project.plan(spec), with_stems=True)
            sound = decoded(track.path)
            said, behind, rung = (decoded(path) for path in track.stems)
            tick, planted = ticks(track, sound, behind)
            first, last, drop = edges(track, said)
            down, up = giving_way(behind, track)
            over, alone = heard_for(track, rung, behind)
            row = f"{script}, {voice}, {bed}, {bell}"
            print(f"{row:>32} {len(track.timeline.utterances):8} {tick:6.1f} {planted:8.1f}", end=" ")
            print(f"{first:6.1f} {last:6.1f} {drop:6.1f} {down:5.2f} {up:5.2f}", end=" ")
            print(f"{over:5.1f}/{alone:5.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
