"""The parts of a track for a studio: voice, bed and bells, 24-bit FLAC files that add up to the mix.

They add up to the mix as it is before the limiter, which works on the sum: no part alone knows what it did.
Where a part alone would pass full scale, all three are half as loud, or a quarter.
What is softer than half a step of 24 bits is silence in the files. Nothing is dithered: the error is 146 dB
under full scale, and a voice that is silent between its words stays so.

    name-stem.flac  name-achtergrond.flac  name-bellen.flac
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from stem import units
from stem.errors import AudioError, OutputError
from stem.export.formats import encoder
from stem.files import publish, temporary_beside
from stem.messages import Message
from stem.progress import beat
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.sound.mixing import Mix
from stem.sound.true_peak import TruePeak

PARTS = {"stem": Message("the voice"), "achtergrond": Message("the bed"), "bellen": Message("the bells")}
"""How the files of the parts are called, after the name of the track, and what is in them."""

_STEPS = 2**23
"""Of 24 bits, from silence to full scale."""

_LEAST_GAIN = 2.0**-4
"""24 dB; what is still too loud then is a mistake."""

_SOURCE = f"-f s32le -ar {units.SAMPLE_RATE} -ac 2"
_FLAC = "-c:a flac -bits_per_raw_sample 24 -f flac"


class _TooLoudError(AudioError):
    """A part that passes full scale."""


@dataclass(frozen=True, slots=True)
class Stems:
    """The files of a track's parts.

    Attributes:
        paths: Of voice, bed and bells.
        remarks: What a studio should know about them, as sentences.
    """

    paths: tuple[Path, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EncodedStems:
    """The parts of a mix, whole, under names that are not their own yet.

    Attributes:
        temporaries: Of voice, bed and bells.
        remarks: As of `Stems`.
    """

    temporaries: tuple[Path, ...]
    remarks: tuple[str, ...]

    def publish(self, track: Path, *, overwrite: bool) -> Stems:
        """Give them their names, by that of the track's file.

        Raises:
            OutputError: when a name is taken, or the system refuses.
        """
        paths = _beside(track)
        if not overwrite:
            _refuse_taken(paths)
        for temporary, path in zip(self.temporaries, paths, strict=True):
            publish(temporary, path, overwrite=overwrite)
        return Stems(paths, self.remarks)


@contextmanager
def encoded_stems(
    mix: Mix, track: Path, *, ceiling_dbtp: float = -1.5, overwrite: bool = False
) -> Iterator[EncodedStems]:
    """Encode the parts of a mix; what has not been given its name at the end is gone.

    The three are encoded while they are mixed, each by an ffmpeg of its own, in the memory of a few blocks.

    Args:
        mix: The track.
        track: The file beside which they are to stand; its folder is made when it is not there.
        ceiling_dbtp: Of the limiter that the track went through, to tell whether it acted.
        overwrite: Files that have their names may be replaced.

    Raises:
        AudioError: when a part is far louder than a FLAC file can hold, or ffmpeg cannot be started or fails.
        OutputError: when a name is taken, or the system refuses to write.
    """
    paths = _beside(track)
    if not overwrite:
        _refuse_taken(paths)
    with ExitStack() as lent:
        temporaries = tuple(lent.enter_context(temporary_beside(path)) for path in paths)
        gain, peak_dbtp = _encoded(mix, temporaries)
        yield EncodedStems(temporaries, _remarks(peak_dbtp, ceiling_dbtp, gain))


def _beside(track: Path) -> tuple[Path, ...]:
    return tuple(track.with_name(f"{track.stem}-{part}.flac") for part in PARTS)


def _encoded(mix: Mix, paths: Sequence[Path]) -> tuple[float, float]:
    """Encode the parts, softer when they do not fit; return by which factor, and the sum's dBTP without it.

    A voice alone may pass full scale, of which the limiter keeps the track. Half as loud is one bit less, so
    that the parts still add up exactly.
    """
    gain = 1.0
    while True:
        try:
            return gain, _encode(mix, paths, gain)
        except _TooLoudError:
            if gain <= _LEAST_GAIN:
                raise
            gain /= 2


def _encode(mix: Mix, paths: Sequence[Path], gain: float) -> float:
    """Encode the parts by a factor; return the true peak of their sum without it, in dBTP."""
    peak = TruePeak()
    with ExitStack() as encoding:
        ffmpegs = [
            encoding.enter_context(encoder(path, _SOURCE, _FLAC, Message("the parts"))) for path in paths
        ]
        streams = (part.blocks(BLOCK_FRAMES) for part in mix.parts())
        for number, blocks in enumerate(zip(*streams, strict=True)):
            for ffmpeg, part, block in zip(ffmpegs, PARTS.values(), blocks, strict=True):
                ffmpeg.write(_pcm(block * np.float32(gain), part, number * BLOCK_FRAMES))
            peak.add(reduce(np.add, blocks))
            beat(number * BLOCK_FRAMES / mix.frames)
    return peak.dbtp()


def _refuse_taken(paths: Sequence[Path]) -> None:
    """Find out before the work what `publish` would find after it."""
    for path in paths:
        if os.path.lexists(path):  # a link that leads nowhere is someone's too
            raise OutputError(
                path, Message("it exists already"), hint=Message("Remove that file first, or {replace_it}.")
            )


def _remarks(peak_dbtp: float, ceiling_dbtp: float, gain: float) -> tuple[str, ...]:
    remarks = []
    if peak_dbtp > ceiling_dbtp:
        remarks.append(
            Message(
                "Together the parts reach {peak_dbtp:+.1f} dBTP. In the track a limiter keeps "
                "that to {ceiling_dbtp:+.1f}; the parts are as they are before it.",
                peak_dbtp=peak_dbtp,
                ceiling_dbtp=ceiling_dbtp,
            )
        )
    if gain < 1:
        remarks.append(
            Message(
                "All parts are {softer_db:.0f} dB softer than in the track: as loud as there, one "
                "would not fit in a FLAC file.",
                softer_db=-units.decibels(gain),
            )
        )
    return tuple(remarks)


def _pcm(block: Samples, part: str, start: int) -> bytes:
    """Return a block, which begins at frame `start`, in 24 bits, in the upper bytes of 32."""
    steps = np.rint(block * np.float32(_STEPS))  # the factor is a power of two: exact
    loud = ~(np.abs(steps) < _STEPS)  # written so that NaN is caught
    if loud.any():
        frame = int(loud.any(axis=1).argmax())
        level = float(np.abs(block[frame]).max())
        at_s = units.seconds(start + frame)
        if not np.isfinite(level):
            raise AudioError(part, Message("at {at_s:.3f} s is a sample that is no finite number", at_s=at_s))
        problem = Message(
            "at {at_s:.3f} s it reaches {level:+.2f} dBFS, more than a FLAC file can hold",
            at_s=at_s,
            level=units.decibels(level),
        )
        raise _TooLoudError(part, problem)
    pcm: bytes = (steps.astype("<i4") << 8).tobytes()
    return pcm
