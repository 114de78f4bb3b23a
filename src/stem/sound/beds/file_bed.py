"""The listener's own music as a bed: any file, its silence taken off, looped without a joint that is heard.

The music is decoded once, into a file in the cache that is read while a track is made: an hour of music takes
no more memory than a minute.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from stem import files, units
from stem.errors import AudioError, OutputError, UsageError, nearest
from stem.messages import Message
from stem.sound.beds.bed import Bed
from stem.sound.beds.file_samples import Music
from stem.sound.beds.kept import SampleCache
from stem.sound.beds.seam import best_joint, crossfaded, searched_frames
from stem.sound.clips import BLOCK_FRAMES, Samples, highest_channel, recut, resampled
from stem.sound.decoding import Inspection, Recording
from stem.sound.decoding.inspection import SILENT
from stem.sound.loudness import Meter

LONGEST_S = 30 * 60.0
"""Seconds of a file that are used; what is longer is repeated from there."""
SHORTEST_S = 1.0
"""Seconds of sound that can be repeated without becoming a rattle."""
FADE_OUT_S = 8.0
"""Seconds in which music that is played once goes; half of a shorter one."""

_VERSION = 1
_NAMED = re.compile(r".*(\.[A-Za-z][A-Za-z0-9]{1,4}|[/\\].*)", re.DOTALL)
_SILENT = units.gain(-60.0)
"""Beside the peak: what is softer at the start and at the end is silence."""
_MOST_SILENCE_S = 600.0
"""Seconds of silence in front of the sound that are waited for."""
CACHE = SampleCache("own-*.f32", 2 << 30, lambda path: path.stat().st_size)
"""Two gigabytes of own music."""

_SHORT_S = 30.0
_DULL_HZ = 32_000
_SOFT_LU, _SOFT_SHARE = 30.0, 0.5

_HALF = math.sqrt(0.5)
_LEFT = {
    1: (1.0,),
    2: (1.0, 0.0),
    3: (1.0, 0.0, _HALF),
    4: (1.0, 0.0, _HALF, 0.0),
    5: (1.0, 0.0, _HALF, _HALF, 0.0),
    6: (1.0, 0.0, _HALF, 0.0, _HALF, 0.0),
    7: (1.0, 0.0, _HALF, 0.0, 0.5, _HALF, 0.0),
    8: (1.0, 0.0, _HALF, 0.0, _HALF, 0.0, _HALF, 0.0),
}
"""What the left channel takes of each channel (ITU-R BS.775), in the order of WAVE; the right takes the
mirror image, and the channel for low effects is left out."""
_MIRROR = {
    1: (0,),
    2: (1, 0),
    3: (1, 0, 2),
    4: (1, 0, 3, 2),
    5: (1, 0, 2, 4, 3),
    6: (1, 0, 2, 3, 5, 4),
    7: (1, 0, 2, 3, 4, 6, 5),
    8: (1, 0, 2, 3, 5, 4, 7, 6),
}


@dataclass(frozen=True, slots=True, eq=False)
class OwnBed(Bed):
    """Music from a file, read from the disk as it is needed.

    Attributes:
        music: Its samples.
        first: The frame in the file that it begins with.
        frames: How many are heard before it begins again, or ends.
        once: Whether it ends there.
        remarks: What is worth telling about the music, each a sentence.
    """

    music: Music | None = None
    first: int = 0
    frames: int = 0
    once: bool = False
    remarks: tuple[str, ...] = ()

    def read(self, start: int, frames: int) -> Samples:
        """Return `frames` frames from frame `start` on, shape (frames, 2)."""
        assert self.music is not None
        sound = np.zeros((frames, 2), np.float32)
        position = start if self.once else start % self.frames
        filled = 0
        while filled < frames and position < self.frames:
            count = min(frames - filled, self.frames - position)
            sound[filled : filled + count] = self.music.read(self.first + position, count)
            position, filled = position + count, filled + count
            if not self.once:
                position %= self.frames
        sound *= np.float32(self.gains[0])
        return sound


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of music on disk.

    Attributes:
        first: See `OwnBed`.
        frames: See `OwnBed`.
        lufs: Its loudness as it is on disk.
        remarks: Each a clause about "it".
    """

    first: int
    frames: int
    lufs: float
    remarks: tuple[str, ...]


def is_own(name: str) -> bool:
    """Tell whether the name of a bed is that of a file: it has a suffix or a folder in it."""
    return _NAMED.fullmatch(name) is not None


def check_own_bed(path: Path) -> None:
    """Make sure that there is such a file.

    Raises:
        UsageError: when there is none.
    """
    if os.path.lexists(path):
        return
    with suppress(OSError):
        match = nearest(path.name, [other.name for other in path.parent.iterdir() if is_own(other.name)])
        if match:
            hint = Message("Did you mean '{parent}'?", parent=path.parent / match)
            raise UsageError(Message("There is no file '{path}' for the background.", path=path), hint=hint)
    raise UsageError(
        Message("There is no file '{path}' for the background.", path=path),
        hint=Message("Give a WAV, MP3, FLAC, Ogg or M4A file."),
    )


def load_own_bed(path: Path, *, start_s: float = 0.0, once: bool = False) -> OwnBed:
    """Return the music in a file as a bed, from the cache when it was used before.

    The silence at its start and its end is taken off; mono becomes stereo, more channels become two; any rate
    becomes that of tracks. It is repeated with a crossfade at the place near its end that is most like its
    start, or played once and faded out. Its loudness is that of what is heard (ITU-R BS.1770-4). Of a file
    that is longer, the first 30 minutes are used.

    Args:
        path: A sound file of any format that `decoding.decode` reads.
        start_s: Seconds of the file to leave out.
        once: Whether to play it once, and nothing after it.

    Raises:
        UsageError: when there is no such file, or it ends before `start_s`.
        AudioError: when it cannot be used.
        OutputError: when there is no place on the disk for the decoded music.
    """
    check_own_bed(path)
    recording = Recording.open(path)
    key = _key(path, start_s, once=once)
    with suppress(OutputError):
        found = CACHE.load(
            f"own-{key}.f32", lambda place: asdict(_written(recording, place, start_s, once=once)), _read
        )
        if found is not None:
            return _bed(path, *found, once=once)
    try:  # no cache: a file without a name, gone when it is closed
        music = Music(tempfile.TemporaryFile())  # noqa: SIM115 - the bed keeps it open
        return _bed(path, _made(recording, music, start_s, once=once), music, once=once)
    except OSError as error:
        raise files.output_error(Path(tempfile.gettempdir()), error) from error


def _bed(path: Path, facts: _Facts, music: Music, *, once: bool) -> OwnBed:
    # However soft a file is, it is meant to be heard: at -30 LUFS no bed is taken for a noise floor.
    gain = units.gain(-30.0 - facts.lufs)
    remarks = tuple(f"{path.name}: {remark}." for remark in facts.remarks)
    return OwnBed(
        path.name,
        (),
        -30.0,
        gains=(gain,),
        music=music,
        first=facts.first,
        frames=facts.frames,
        once=once,
        remarks=remarks,
    )


# --- On disk ---


def _key(path: Path, start_s: float, *, once: bool) -> str:
    """Return what stands for the music: another content, start or way of playing is another bed."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise AudioError(path, Message("it cannot be read ({reason})", reason=error.strerror)) from error
    digest.update(f"{_VERSION} {units.frames(start_s)} {once}".encode())
    return digest.hexdigest()[:32]


def _written(recording: Recording, place: Path, start_s: float, *, once: bool) -> _Facts:
    music = Music(place.open("w+b"))
    facts = _made(recording, music, start_s, once=once)
    music.close()
    return facts


def _read(path: Path, note: dict[str, Any]) -> tuple[_Facts, Music]:
    facts = _Facts(**{**note, "remarks": tuple(note["remarks"])})
    return facts, Music(path.open("rb"))


# --- Making ---


def _made(recording: Recording, music: Music, start_s: float, *, once: bool) -> _Facts:
    """Decode music into a file, and make it end as it should."""
    inspection = Inspection(recording.path, recording.rate, recording.channels)
    total, is_whole = _decoded(recording, music, start_s, inspection)
    first, last = _sounding(recording, music, total)
    frames = last - first
    if once:
        fade = min(units.frames(FADE_OUT_S), frames // 2)
        ending = music.read(last - fade, fade)
        through = (np.arange(fade) + 0.5) * (np.pi / 2 / fade)
        music.write(last - fade, ending * np.square(np.cos(through)).astype(np.float32)[:, np.newaxis])
    else:
        head, tail = searched_frames(frames)
        start = music.read(first, head)
        joint = best_joint(start, music.read(last - tail, tail), frames)
        frames = joint.end
        ending = music.read(first + frames, joint.fade)
        music.write(first, crossfaded(start, ending, joint.likeness))
    facts = _measured(music, first, frames)
    remarks = [*recording.warnings, *inspection.warnings(), *facts.remarks]
    if not is_whole:
        minutes = LONGEST_S / 60
        remarks.append(
            Message("only its first {minutes:.0f} minutes are used", minutes=minutes)
            if once
            else Message("only its first {minutes:.0f} minutes are used, and repeated", minutes=minutes)
        )
    if not once and frames < units.frames(_SHORT_S):
        remarks.append(
            Message(
                "it is {length_s:.0f} seconds long, so that one hears it repeat",
                length_s=units.seconds(last - first),
            )
        )
    if recording.rate < _DULL_HZ:
        remarks.append(Message("it sounds dull: its sample rate is {rate} Hz", rate=recording.rate))
    return replace(facts, remarks=tuple(remarks))


def _decoded(recording: Recording, music: Music, start_s: float, inspection: Inspection) -> tuple[int, bool]:
    """Write a recording from `start_s` on, in stereo and at the rate of tracks.

    Returns:
        How many frames were written, and whether that is all of it.

    Raises:
        UsageError: when it ends before `start_s`.
    """
    longest = units.frames(LONGEST_S)
    sound = resampled(_stereo(recording, start_s, inspection), units.SAMPLE_RATE, recording.rate)
    total = 0
    for block in recut(sound, BLOCK_FRAMES):
        used = block[: longest - total]
        music.write(total, used)
        total += len(used)
        if total == longest:
            return total, False
    if total == 0 and start_s:
        length, start = map(units.format_time, (units.seconds(inspection.frames, recording.rate), start_s))
        raise UsageError(
            Message(
                "{recording} lasts {length}, so it cannot start at {start}.",
                recording=recording.path,
                length=length,
                start=start,
            )
        )
    return total, True


def _stereo(recording: Recording, start_s: float, inspection: Inspection) -> Iterator[Samples]:
    """Yield two channels, from `start_s` and from the first sound on."""
    left = np.array(_LEFT[recording.channels])
    right = left[list(_MIRROR[recording.channels])] if recording.channels > 1 else left
    matrix = np.stack([left, right], axis=1).astype(np.float32)
    skipped, is_sounding = units.frames(start_s, recording.rate), False
    # Who takes these blocks stops in time: what comes after is not decoded.
    for block in recording.blocks(start_s + _MOST_SILENCE_S + LONGEST_S, inspection):
        after, skipped = block[min(skipped, len(block)) :], max(skipped - len(block), 0)
        is_sounding = is_sounding or bool(np.abs(after).max(initial=0.0) > SILENT)
        if is_sounding and len(after):
            yield after @ matrix
        if not is_sounding and inspection.frames > units.frames(start_s + _MOST_SILENCE_S, recording.rate):
            return


def _sounding(recording: Recording, music: Music, total: int) -> tuple[int, int]:
    """Return the first frame of sound, and the one after the last.

    Raises:
        AudioError: when there is only silence.
    """
    peaks = np.array([np.abs(block).max() for block in music.blocks(0, total)])
    if total == 0 or peaks.max() <= SILENT:
        raise AudioError(recording.path, Message("there is only silence in it"))
    threshold = peaks.max() * _SILENT
    edges = [index * BLOCK_FRAMES for index in np.flatnonzero(peaks > threshold)[[0, -1]]]
    blocks = [music.read(edge, min(BLOCK_FRAMES, total - edge)) for edge in edges]
    loud = [np.flatnonzero(highest_channel(block) > threshold) for block in blocks]
    first, last = int(edges[0] + loud[0][0]), int(edges[1] + loud[1][-1]) + 1
    if last - first < units.frames(SHORTEST_S):
        length_s = units.seconds(last - first)
        raise AudioError(
            recording.path,
            Message("{length_s:.1f} s of sound is too short for a background", length_s=length_s),
        )
    return first, last


def _measured(music: Music, first: int, frames: int) -> _Facts:
    """Measure what will be heard.

    Args:
        music: The samples.
        first: The first frame that is heard.
        frames: How many are.
    """
    peak = max(float(np.abs(block).max()) for block in music.blocks(first, first + frames))
    meter = Meter()
    # Raised to full scale, so that the gate of -70 LUFS does not take a soft file for silence.
    for block in music.blocks(first, first + frames):
        meter.add(block / np.float32(peak))
    lufs = meter.integrated()
    soft = float(np.mean(meter.momentary() < lufs - _SOFT_LU))
    remarks = (Message("{soft:.0f} % of it is nearly silent", soft=100 * soft),) if soft > _SOFT_SHARE else ()
    return _Facts(first, frames, lufs + units.decibels(peak), remarks)
