"""The parts of a track for a studio: voice, bed and bells, 24-bit FLAC files that add up to the mix.

They add up to the mix as it is before the limiter, which works on the sum: no part alone knows what it did.
What is softer than half a step of 24 bits is silence in the files. Nothing is dithered: the error is 146 dB
under full scale, and a voice that is silent between its words stays so.

    name-stem.flac  name-achtergrond.flac  name-bellen.flac
"""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import IO

import numpy as np

from stem import units
from stem.audio import BLOCK_FRAMES, Samples
from stem.errors import AudioError, OutputError
from stem.files import output_error, publish, temporary_beside
from stem.mastering import TruePeak
from stem.mixing import Mix

PARTS = {"stem": "the voice", "achtergrond": "the bed", "bellen": "the bells"}
"""How the files of the parts are called, after the name of the track, and what is in them."""

_STEPS = 2**23
"""Of 24 bits, from silence to full scale."""

_REFUSALS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EROFS,
    errno.ENOENT,
    errno.ENAMETOOLONG,
}

_INPUT = f"-f s32le -ar {units.SAMPLE_RATE} -ac 2 -i pipe:0"
_FLAC = "-map_metadata -1 -c:a flac -bits_per_raw_sample 24 -fflags +bitexact -f flac -y"


@dataclass(frozen=True, slots=True)
class Stems:
    """The files of a track's parts.

    Attributes:
        paths: Of voice, bed and bells.
        remarks: What a studio should know about them, as sentences.
    """

    paths: tuple[Path, ...]
    remarks: tuple[str, ...] = ()


def write_stems(
    mix: Mix, folder: Path, name: str, *, ceiling_dbtp: float = -1.5, overwrite: bool = False
) -> Stems:
    """Write the parts of a mix; none gets its name before all are whole.

    The three are encoded while they are mixed, each by an ffmpeg of its own, in the memory of a few blocks.

    Args:
        mix: The track.
        folder: Where the files go; made when it is not there.
        name: What their names begin with: that of the track's file, without its suffix.
        ceiling_dbtp: Of the limiter that the track went through, to tell whether it acted.
        overwrite: Replace files that have these names.

    Raises:
        AudioError: when a part is louder than a FLAC file can hold, or ffmpeg cannot be started or fails.
        OutputError: when a name is taken, or the system refuses to write.
    """
    paths = tuple(folder / f"{name}-{part}.flac" for part in PARTS)
    if not overwrite:
        _refuse_taken(paths)
    peak = TruePeak()
    with ExitStack() as stack:
        temporaries = [stack.enter_context(temporary_beside(path)) for path in paths]
        with ExitStack() as encoding:
            encoders = [encoding.enter_context(_encoding(path)) for path in temporaries]
            streams = (part.blocks(BLOCK_FRAMES) for part in mix.parts())
            for number, blocks in enumerate(zip(*streams, strict=True)):
                for encoder, part, block in zip(encoders, PARTS.values(), blocks, strict=True):
                    encoder.write(_pcm(block, part, number * BLOCK_FRAMES))
                peak.add(reduce(np.add, blocks))
        for temporary, path in zip(temporaries, paths, strict=True):
            publish(temporary, path, overwrite=overwrite)
    return Stems(paths, _remarks(peak.dbtp(), ceiling_dbtp))


def _refuse_taken(paths: Sequence[Path]) -> None:
    """Find out before the work what `publish` would find after it."""
    for path in paths:
        if path.exists():
            raise OutputError(
                path, "it exists already", hint="Remove that file first, or replace it with --force."
            )


def _remarks(peak_dbtp: float, ceiling_dbtp: float) -> tuple[str, ...]:
    if peak_dbtp <= ceiling_dbtp:
        return ()
    remark = (
        f"Together the parts reach {peak_dbtp:+.1f} dBTP. In the track a limiter keeps that to "
        f"{ceiling_dbtp:+.1f}; the parts are as they are before it."
    )
    return (remark,)


def _pcm(block: Samples, part: str, start: int) -> bytes:
    """Return a block, which begins at frame `start`, in 24 bits, in the upper bytes of 32."""
    steps = np.rint(block * np.float32(_STEPS))  # the factor is a power of two: exact
    loud = ~(np.abs(steps) < _STEPS)  # written so that NaN is caught
    if loud.any():
        frame = int(loud.any(axis=1).argmax())
        level = float(np.abs(block[frame]).max())
        where = f"at {units.seconds(start + frame):.3f} s"
        problem = f"{where} it reaches {units.decibels(level):+.2f} dBFS, more than a FLAC file can hold"
        raise AudioError(
            part, problem if np.isfinite(level) else f"{where} is a sample that is no finite number"
        )
    pcm: bytes = (steps.astype("<i4") << 8).tobytes()
    return pcm


class _Encoder:
    """An ffmpeg that writes a FLAC file."""

    def __init__(self, path: Path, process: subprocess.Popen[bytes], pcm: IO[bytes]) -> None:
        self._path = path
        self._process = process
        self._input = pcm

    def write(self, pcm: bytes) -> None:
        try:
            self._input.write(pcm)
        except OSError as error:  # it went away: what it left as its exit code says why
            raise self._failure() from error

    def finish(self) -> None:
        try:
            self._input.close()
        except OSError as error:
            raise self._failure() from error
        if self._process.wait() != 0:
            raise self._failure()

    def _failure(self) -> AudioError | OutputError:
        """Return what went wrong; when the system refused, ffmpeg's exit code is 256 less that number."""
        with suppress(OSError):
            self._input.close()
        code = self._process.wait()
        if code > 0 and -code & 0xFF in _REFUSALS:
            return output_error(self._path, OSError(-code & 0xFF, ""))
        return AudioError("the parts", f"ffmpeg stopped while it wrote them (exit code {code})")


@contextmanager
def _encoding(path: Path) -> Iterator[_Encoder]:
    """Lend an encoder that writes `path`; the file is whole when this is left without an error."""
    import imageio_ffmpeg  # only foreign sound and stems need it

    try:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "quiet", *_INPUT.split()]
        process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell, and a path that is no option
            [*command, *_FLAC.split(), f"file:{path.absolute()}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone; we end it below
        )
    except (OSError, RuntimeError) as error:
        raise AudioError(
            "the parts", "ffmpeg cannot be started", hint="Install imageio-ffmpeg again."
        ) from error
    assert process.stdin is not None
    encoder = _Encoder(path, process, process.stdin)
    try:
        yield encoder
        encoder.finish()
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):
            process.stdin.close()
