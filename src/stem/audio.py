"""Sound in memory: samples, clips, and what every clip goes through before it is placed.

Conventions:
    `Samples` is float32 of shape (frames, channels) with full scale 1.0, also for mono.
"""

from __future__ import annotations

import os
import stat
import struct
import subprocess
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from stem import units
from stem.errors import AudioError

Samples: TypeAlias = NDArray[np.float32]
"""Sound of shape (frames, channels), float32, full scale 1.0."""

BLOCK_FRAMES = 65_536
"""Frames in a block: what passes from mixing to encoding at a time."""

LEAD_S = 0.020
"""Seconds from the start of a trimmed clip to its first sound."""
TAIL_S = 0.080
"""Seconds from the last sound of a trimmed clip to its end: room for what is softer than "sound"."""
_FADE_IN_S = 0.005
_FADE_OUT_S = 0.040

# The softest thing said is a last "f" or "s": its level (root mean square) was measured up to 48 dB under
# the clip's peak. In a clean take everything above -60 dB is sound. Noise moves that up to 9 dB above itself
# (noise measured over 5 ms wanders by 7 %), but never above -46 dB, where it would eat syllables.
_SOUND_DB = -60.0
_SOUND_IN_NOISE_DB = -46.0
_ABOVE_NOISE_DB = 9.0
_LEVEL_WINDOW_S = 0.005
_NOISE_PERCENTILE = 5
_NO_SOUND = units.gain(-80.0)
"""A clip whose peak is below this holds no speech at all."""

LONGEST_S = 2 * 3600.0
"""Seconds of sound that are read at most."""
_DECODE_TIMEOUT_S = 300.0
# A decoded MP3 may overshoot full scale and 32-bit integers may not: they hold 1/64 of the sound, still finer
# than float32 is at full scale.
_HEADROOM = 64.0

_MAGIC = {b"fLaC": "flac", b"OggS": "ogg", b"\x1aE\xdf\xa3": "matroska"}
_DECODER = "imageio-ffmpeg"
_AU_HEADER = struct.Struct(">4s5I")
"""Of Sun's .au: magic, where the samples start, their bytes, their coding, the rate, the channels."""
_SYNC_AND_LAYER_III = 0xFF_E2_00_00
_ADTS_SYNC_AND_LAYER = 0xFF_F6_00_00
_ADTS_SYNC = 0xFF_F0_00_00
_BIT_RATE = 0x00_00_F0_00
_SAMPLE_RATE = 0x00_00_0C_00


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


def trimmed(clip: Clip) -> Clip:
    """Cut or pad a clip so that its sound starts exactly 20 ms in and it ends 80 ms after its last sound.

    The edges are faded (raised cosine, 5 ms in and 40 ms out) to exact zeros; the sound is not touched.

    Returns:
        A new clip at the same rate with the same channels.

    Raises:
        AudioError: when there is no sound in the clip, or a sample is not a number.
    """
    return framed(clip, *_sound_limits(clip))


def framed(clip: Clip, first: int, last: int) -> Clip:
    """Cut or pad a clip as `trimmed` does, for who knows already where its sound is.

    Args:
        clip: Any sound.
        first: The first frame of its sound.
        last: The last one.
    """
    start = first - units.frames(LEAD_S, clip.rate)
    stop = last + 1 + units.frames(TAIL_S, clip.rate)
    padding = (max(-start, 0), max(stop - clip.frames, 0))
    samples = np.pad(clip.samples[max(start, 0) : stop], (padding, (0, 0)))
    samples[: units.frames(_FADE_IN_S, clip.rate)] *= _rise(_FADE_IN_S, clip.rate)
    samples[-units.frames(_FADE_OUT_S, clip.rate) :] *= _rise(_FADE_OUT_S, clip.rate)[::-1]
    return Clip(samples, clip.rate)


def conform(clip: Clip, rate: int = units.SAMPLE_RATE) -> Clip:
    """Resample a clip to `rate` hertz; its length is the frame count nearest to the ideal one.

    soxr's HQ recipe keeps images 148 dB down (measured, 22.05 to 44.1 kHz).
    """
    if clip.rate == rate:
        return clip
    import soxr  # a cached track needs none

    ideal = (2 * clip.frames * rate + clip.rate) // (2 * clip.rate)
    samples: Samples = soxr.resample(clip.samples, clip.rate, rate, quality="HQ")[:ideal]
    return Clip(np.pad(samples, ((0, ideal - len(samples)), (0, 0))), rate)


def decode(path: Path, rate: int | None = units.SAMPLE_RATE, longest_s: float = LONGEST_S) -> Clip:
    """Read a sound file: WAV, MP3, FLAC, Ogg, M4A, AAC or WebM by its content, whatever its name says.

    Args:
        path: The file.
        rate: In hertz; None for the file's own.
        longest_s: The longest that is taken, in seconds.

    Returns:
        All channels of the first sound stream. May exceed full scale.

    Raises:
        AudioError: when the file cannot be read, is another kind of file, is damaged, or is longer than
            `longest_s`.
    """
    clip = _pcm(path, _decoded_wav(path, container(path), longest_s), longest_s)
    return clip if rate is None else conform(clip, rate)


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file that is decoded while it is read: an hour takes no more memory than a minute.

    Attributes:
        path: The file.
        rate: Its own sample rate in hertz.
        channels: How many it has.
    """

    path: Path
    rate: int
    channels: int

    @classmethod
    def open(cls, path: Path) -> Recording:
        """Look what is in a file.

        Raises:
            AudioError: as `decode`.
        """
        with _decoding(path) as (rate, channels, _):
            return cls(path, rate, channels)

    def blocks(self, longest_s: float = LONGEST_S) -> Iterator[Samples]:
        """Decode the file, from its start and as often as it is asked for, in blocks of `BLOCK_FRAMES`.

        Args:
            longest_s: The longest that is taken, in seconds.

        Raises:
            AudioError: when the file turns out to be damaged, or longer than `longest_s`.
        """
        frame_bytes = 4 * self.channels
        left = units.frames(longest_s, self.rate)
        with _decoding(self.path, longest_s) as (_, _, sound):
            while bytes_read := sound.read(BLOCK_FRAMES * frame_bytes):
                whole = len(bytes_read) - len(bytes_read) % frame_bytes
                block = np.frombuffer(bytes_read[:whole], ">f4").astype(np.float32)
                if not np.isfinite(block).all():
                    raise AudioError(self.path, "it has samples that are not numbers")
                left -= len(block) // self.channels
                if left < 0:
                    raise AudioError(self.path, f"it is longer than {_in_words(longest_s)}")
                yield block.reshape(-1, self.channels)


def _in_words(length_s: float) -> str:
    count, unit = (round(length_s / 60), "minute") if length_s % 3600 else (round(length_s / 3600), "hour")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _sound_limits(clip: Clip) -> tuple[int, int]:
    """Return the first and the last frame of sound."""
    magnitude = np.abs(clip.samples).max(axis=1, initial=0.0)
    peak = float(magnitude.max(initial=0.0))
    if not np.isfinite(peak):
        raise AudioError("a clip", "it has samples that are not numbers")
    if peak < _NO_SOUND:
        raise AudioError("a clip", "there is no sound in it")
    window = max(units.frames(_LEVEL_WINDOW_S, clip.rate), 1)
    whole = np.pad(magnitude, (0, -len(magnitude) % window)).reshape(-1, window)
    levels = np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=1))
    noise = float(np.percentile(levels, _NOISE_PERCENTILE))
    threshold = float(
        np.clip(
            noise * units.gain(_ABOVE_NOISE_DB),
            peak * units.gain(_SOUND_DB),
            peak * units.gain(_SOUND_IN_NOISE_DB),
        )
    )
    # A window counts by its level, so that chance peaks of noise are no sound; within the outer windows the
    # first and last sample above the threshold are the sound's limits.
    loud = np.flatnonzero(levels > threshold)
    first = loud[0] * window + np.argmax(whole[loud[0]] > threshold)
    last = (loud[-1] + 1) * window - 1 - np.argmax(whole[loud[-1]][::-1] > threshold)
    return int(first), int(last)


def _rise(length_s: float, rate: int) -> Samples:
    """Return a raised cosine from 0 up to almost 1, of shape (frames, 1)."""
    count = units.frames(length_s, rate)
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count)).astype(np.float32)[:, None]


def container(path: Path) -> str:
    """Return how the sound in a file is packed, as the name of ffmpeg's demuxer for it.

    The content decides, never the name: ffmpeg left to guess takes a playlist dressed as an "mp3" for a
    playlist, and reads the files it names.

    Raises:
        AudioError: when it cannot be read, or is not a sound file that stem reads.
    """
    try:
        # Without O_NONBLOCK a named pipe would hold us here for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            head = file.read(12) if regular else b""
    except OSError as error:
        raise AudioError(path, f"it cannot be read ({error.strerror})") from error
    if not regular:
        raise AudioError(path, "it is not a file")
    if head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] in _MAGIC:
        return _MAGIC[head[:4]]
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:3] == b"ID3" or _is_mpeg_frame(head):
        return "mp3"
    if int.from_bytes(head[:4], "big") & _ADTS_SYNC_AND_LAYER == _ADTS_SYNC:
        return "aac"  # bare, as some phones write it: ISO/IEC 13818-7, 6.2
    hint = "Give a WAV, MP3, FLAC, Ogg or M4A file."
    raise AudioError(path, "it is not a sound file that stem reads", hint=hint)


def _is_mpeg_frame(head: bytes) -> bool:
    """Tell whether the bytes start with the header of an MPEG Layer III frame (ISO/IEC 11172-3, 2.4.1.3)."""
    word = int.from_bytes(head[:4], "big")
    return (
        word & 0xFF_E6_00_00 == _SYNC_AND_LAYER_III
        and word & _BIT_RATE not in {0, _BIT_RATE}  # "free" and "bad"
        and word & _SAMPLE_RATE != _SAMPLE_RATE  # "reserved"
    )


def _command(path: Path, demuxer: str, longest_s: float) -> list[str]:
    """Return the start of a command that decodes the file behind three walls.

    They are: one demuxer, no other format, no protocol but files. No shell, and a path that is no option and
    no other protocol.

    Raises:
        AudioError: when there is no ffmpeg.
    """
    import imageio_ffmpeg  # only foreign sound needs it

    try:
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error"]
    except (OSError, RuntimeError) as error:
        raise _no_ffmpeg(path) from error
    walls = f"-protocol_whitelist file,pipe -format_whitelist {demuxer} -f {demuxer}"
    sound = f"-map 0:a:0 -t {longest_s + 1:.0f}"
    return [*program, *walls.split(), "-i", f"file:{path.absolute()}", *sound.split()]


def _no_ffmpeg(path: Path) -> AudioError:
    return AudioError(path, "ffmpeg cannot be started", hint=f"Install {_DECODER} again.")


def _damaged(path: Path) -> AudioError:
    return AudioError(path, "it is damaged, or there is no sound in it that ffmpeg can decode")


def _decoded_wav(path: Path, demuxer: str, longest_s: float) -> bytes:
    """Let ffmpeg decode a whole file to 32-bit WAV.

    pydub takes the result, but cannot start ffmpeg itself: it has no place for options in front of the input,
    where the walls stand.
    """
    wav = f"-af volume={1 / _HEADROOM}:precision=double -c:a pcm_s32le -f wav pipe:1"
    try:
        done = subprocess.run(  # noqa: S603 - see _command
            [*_command(path, demuxer, longest_s), *wav.split()],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DECODE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AudioError(path, "reading it takes too long") from error
    except OSError as error:
        raise _no_ffmpeg(path) from error
    if done.returncode != 0:
        raise _damaged(path)
    return done.stdout


@contextmanager
def _decoding(path: Path, longest_s: float = LONGEST_S) -> Iterator[tuple[int, int, IO[bytes]]]:
    """Lend the file's rate, its channels, and its sound as 32-bit big-endian floats, decoded while read.

    What is left unread is not decoded. ffmpeg hands over .au, for its header is six numbers.
    """
    au = ["-c:a", "pcm_f32be", "-f", "au", "pipe:1"]
    command = [*_command(path, container(path), longest_s), *au]
    try:
        # Its messages go nowhere: a pipe that nobody reads would fill up and stop it.
        decoder = subprocess.Popen(  # noqa: S603 - see _command
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone; we end it below
        )
    except OSError as error:
        raise _no_ffmpeg(path) from error
    with decoder:  # waits for its end, whatever comes
        assert decoder.stdout is not None
        try:
            header = decoder.stdout.read(_AU_HEADER.size)
            if len(header) < _AU_HEADER.size:
                raise _damaged(path)
            _, start, _, _, rate, channels = _AU_HEADER.unpack(header)
            decoder.stdout.read(start - _AU_HEADER.size)
            yield rate, channels, decoder.stdout
            if decoder.stdout.read(1) == b"" and decoder.wait() != 0:
                raise _damaged(path)
        finally:
            decoder.kill()


def _pcm(path: Path, wav: bytes, longest_s: float) -> Clip:
    """Return what is in the bytes of a 32-bit WAV file that holds 1/64 of the sound."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # pydub looks for an ffmpeg on the PATH and says so when there is none
        from pydub import AudioSegment  # only foreign sound needs it
        from pydub.exceptions import CouldntDecodeError

    try:
        segment = AudioSegment(data=wav)
    except CouldntDecodeError as error:
        raise AudioError(path, "it is damaged, or there is no sound in it") from error
    whole = np.frombuffer(segment.raw_data, dtype="<i4").reshape(-1, segment.channels)
    if len(whole) == 0:
        raise AudioError(path, "there is no sound in it")
    if len(whole) > longest_s * segment.frame_rate:
        raise AudioError(path, f"it is longer than {_in_words(longest_s)}")
    limits = np.iinfo(np.int32)
    if whole.max() == limits.max or whole.min() == limits.min:
        raise AudioError(path, f"it has samples above {_HEADROOM:.0f} times full scale")
    samples = whole.astype(np.float32)
    samples *= np.float32(_HEADROOM / 2**31)
    return Clip(samples, segment.frame_rate)


def resampled(blocks: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """Yield stereo sound at `units.SAMPLE_RATE` at another rate."""
    if rate == units.SAMPLE_RATE:
        yield from blocks
        return
    import soxr  # most tracks keep their rate

    stream = soxr.ResampleStream(units.SAMPLE_RATE, rate, 2, dtype="float32", quality="HQ")
    taken = given = 0
    for block in blocks:
        taken += len(block)
        out: Samples = stream.resample_chunk(np.ascontiguousarray(block))
        given += len(out)
        yield out
    ideal = (2 * taken * rate + units.SAMPLE_RATE) // (2 * units.SAMPLE_RATE)
    rest: Samples = stream.resample_chunk(np.zeros((0, 2), np.float32), last=True)[: ideal - given]
    yield np.pad(rest, ((0, ideal - given - len(rest)), (0, 0)))


def recut(blocks: Iterable[Samples], frames: int) -> Iterator[Samples]:
    """Yield the same sound in blocks of `frames` frames; the last may be shorter."""
    held: list[Samples] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count < frames:
            continue
        joined = held[0] if len(held) == 1 else np.concatenate(held)
        whole = count - count % frames
        yield from (joined[first : first + frames] for first in range(0, whole, frames))
        held, count = [joined[whole:]], count - whole
    if count:
        yield np.concatenate(held)
