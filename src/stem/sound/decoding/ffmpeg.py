"""ffmpeg behind walls: one open file, one demuxer, bounded memory, bounded time.

The file is opened here, looked through (`packing`) and handed over as an open file, not as a name: names can
be options, patterns and protocols. ffmpeg may use no protocol but that open file (`fd`) and no format but the
one that was seen, so what is in the file cannot make it read another one, or reach a network.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import numpy as np

from stem import units
from stem.errors import AudioError
from stem.installation import damaged_hint
from stem.messages import Message, Plural
from stem.programs import ffmpeg
from stem.progress import beat
from stem.sound.clips import BLOCK_FRAMES, Clip, Samples, conform
from stem.sound.decoding.containers import CONTAINERS, packing
from stem.sound.decoding.inspection import Inspection
from stem.sound.decoding.source import ContainerInfo, Source, opened

LONGEST_S = 2 * 3600.0
"""Seconds of sound that are read at most."""
SHORTEST_S = 0.05
"""Seconds of sound that are worth reading."""
RATES = (8_000, 192_000)
"""The lowest and the highest sample rate that is taken, in hertz."""
MOST_CHANNELS = 8

_MOST_SAMPLES = 20 << 20
"""Of a clip, which is in memory whole; more than three minutes of stereo at 48 kHz."""
_TOO_MUCH = Message("it is more sound than can be held at once")
_SAMPLE_BYTES = 4

_MEMORY_BYTES = 300 << 20
_ALLOCATION_BYTES = 64 << 20
_PATIENCE_S = 25.0
_PATIENT_BYTES_A_SECOND = 4e6
"""Decoding may take 25 s, and 1 s more for 11 s of stereo: any machine is ten times as fast as that."""

_AS_FLOATS = "-c:a pcm_f32be -f au pipe:1"

_STEPS = np.float32(2**25)
"""A step of a clip is one part in this many of full scale, whatever it was decoded from."""

_DECODER = "imageio-ffmpeg"
_KILLED = -9
_AU_HEADER = struct.Struct(">4s5I")
"""Of Sun's .au: magic, where the samples start, their bytes, their coding, the rate, the channels."""


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A sound file that was read to its end.

    Attributes:
        clip: All channels of its first sound stream. May exceed full scale.
        of_file: What is worth telling about the file, each a clause about "it", without a full stop.
        of_sound: What is worth telling about its sound, likewise.
    """

    clip: Clip
    of_file: tuple[str, ...]
    of_sound: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that is worth telling."""
        return self.of_file + self.of_sound


def decode(path: Path, rate: int | None = units.SAMPLE_RATE, longest_s: float = LONGEST_S) -> Clip:
    """Read a sound file (WAV, MP3, FLAC, Ogg, M4A, AAC, AIFF, CAF, WebM) by its content, whatever its name.

    Args:
        path: The file.
        rate: In hertz; None for the file's own.
        longest_s: The longest that is taken, in seconds; 20 million samples are the most in any case.

    Returns:
        All channels of the first sound stream. May exceed full scale.

    Raises:
        AudioError: when the file cannot be read, is another kind of file, is damaged or not whole, or is
            shorter than 50 ms or longer than `longest_s`.
    """
    return examined(path, rate, longest_s).clip


def examined(path: Path, rate: int | None = units.SAMPLE_RATE, longest_s: float = LONGEST_S) -> Examined:
    """Read a sound file as `decode` does, and tell what is odd about it.

    Raises:
        AudioError: as `decode`.
    """
    parts: list[Samples] = []
    with opened(path) as source:
        told = packing(source)
        if told.promised_s is not None and told.promised_s > longest_s + told.slack_s:
            raise _too_long(path, longest_s)
        with _decoding(source, told, longest_s) as decoder:
            recording = Recording(path, *decoder.au_header(), told)
            _check_format(path, recording.rate, recording.channels)
            inspection = Inspection(path, recording.rate, recording.channels)
            most = _MOST_SAMPLES * min(1.0, recording.rate / (rate or recording.rate)) / recording.channels
            for block in recording.read(decoder, longest_s, inspection):
                if inspection.frames > most:
                    raise source.refused(_TOO_MUCH)
                parts.append(np.rint(block * _STEPS) / _STEPS)
    clip = Clip(np.concatenate(parts), recording.rate)
    conformed = clip if rate is None else conform(clip, rate)
    return Examined(conformed, told.warnings, tuple(inspection.warnings()))


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file that is decoded while it is read: an hour takes no more memory than a minute.

    Attributes:
        path: The file.
        rate: Its own sample rate in hertz.
        channels: How many it has.
        packing: What it says of itself.
    """

    path: Path
    rate: int
    channels: int
    packing: ContainerInfo = field(repr=False)

    @staticmethod
    def open(path: Path) -> Recording:
        """Look what is in a file.

        Raises:
            AudioError: as `decode`, as far as it shows without decoding.
        """
        with playing(path, 1.0) as (recording, _):
            return recording

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is worth telling about the file before its sound was heard, each as a clause about "it"."""
        return self.packing.warnings

    def blocks(self, longest_s: float = LONGEST_S, inspection: Inspection | None = None) -> Iterator[Samples]:
        """Decode the file, from its start and as often as it is asked for, in blocks of `BLOCK_FRAMES`.

        Args:
            longest_s: The longest that is taken, in seconds.
            inspection: Hears what is yielded.

        Raises:
            AudioError: when the file turns out to be damaged or not whole, shorter than 50 ms, or longer than
                `longest_s`.
        """
        with opened(self.path) as source, _decoding(source, self.packing, longest_s) as decoder:
            decoder.au_header()
            heard = inspection or Inspection(self.path, self.rate, self.channels)
            yield from self.read(decoder, longest_s, heard)

    def read(self, decoder: _Decoder, longest_s: float, heard: Inspection) -> Iterator[Samples]:
        """Yield what a decoder gives, which is behind its header; raises as `blocks`."""
        frame_bytes = _SAMPLE_BYTES * self.channels
        most = heard.frames + units.frames(longest_s, self.rate)
        begun = heard.frames
        while bytes_read := decoder.read(BLOCK_FRAMES * frame_bytes):
            whole = len(bytes_read) - len(bytes_read) % frame_bytes
            block = np.frombuffer(bytes_read[:whole], ">f4").astype(np.float32).reshape(-1, self.channels)
            heard.add(block)
            if heard.frames > most:
                raise _too_long(self.path, longest_s)
            beat()
            yield block
        done = decoder.end()
        _check_whole(self.path, self.packing, heard.frames - begun, self.rate, is_undamaged=done)


@contextmanager
def playing(path: Path, longest_s: float = LONGEST_S) -> Iterator[tuple[Recording, Iterator[Samples]]]:
    """Lend a file and its sound, once, by one ffmpeg; what is left unread is not decoded.

    Args:
        path: The file.
        longest_s: The longest that is taken, in seconds.

    Raises:
        AudioError: as `Recording.open`; while it is read, as `Recording.blocks`.
    """
    with opened(path) as source:
        told = packing(source)
        with _decoding(source, told, longest_s) as decoder:
            recording = Recording(path, *decoder.au_header(), told)
            _check_format(path, recording.rate, recording.channels)
            heard = Inspection(path, recording.rate, recording.channels)
            yield recording, recording.read(decoder, longest_s, heard)


def _check_format(path: Path, rate: int, channels: int) -> None:
    """Make sure that sound has a rate and channels that can be used.

    Raises:
        AudioError: when it has not.
    """
    if not RATES[0] <= rate <= RATES[1]:
        low, high = (f"{limit / 1000:g}" for limit in RATES)
        raise AudioError(
            path,
            Message(
                "its sample rate is {rate} Hz; {low} to {high} kHz can be used", rate=rate, low=low, high=high
            ),
        )
    if not 0 < channels <= MOST_CHANNELS:
        raise AudioError(
            path,
            Message(
                "it has {channels} channels; at most {most_channels} can be used",
                channels=channels,
                most_channels=MOST_CHANNELS,
            ),
        )


def _check_whole(path: Path, told: ContainerInfo, frames: int, rate: int, *, is_undamaged: bool) -> None:
    """Make sure that what was decoded is all that there should be.

    Raises:
        AudioError: when it is not.
    """
    if frames == 0:
        raise _damaged(path)
    length_s = units.seconds(frames, rate)
    if not is_undamaged:
        raise AudioError(path, Message("it is damaged (at about {length_s:.1f} s)", length_s=length_s))
    if told.promised_s is not None and length_s < told.promised_s - told.slack_s - 1 / rate:
        problem = Message(
            "it is damaged: of {promised_s:.1f} s, {length_s:.1f} s can be decoded",
            promised_s=told.promised_s,
            length_s=length_s,
        )
        raise AudioError(path, problem)
    if length_s < SHORTEST_S:
        raise AudioError(
            path, Message("it is shorter than {shortest_s:.0f} ms", shortest_s=1000 * SHORTEST_S)
        )


def _too_long(path: Path, longest_s: float) -> AudioError:
    unit_s, unit = (60, "minute") if longest_s % 3600 else (3600, "hour")
    count = round(longest_s / unit_s)
    if unit == "minute":
        longest = Plural("it is longer than {count} minute", "it is longer than {count} minutes", count)
    else:
        longest = Plural("it is longer than {count} hour", "it is longer than {count} hours", count)
    return AudioError(path, longest)


class _Decoder:
    """An ffmpeg that decodes a file.

    Args:
        path: The file.
        process: It, with its output in a pipe.
    """

    def __init__(self, path: Path, process: subprocess.Popen[bytes]) -> None:
        self._path, self._process = path, process
        self._waited_s = 0.0
        self._got = 0
        self._is_late = False

    def read(self, count: int) -> bytes:
        """Return the next bytes of its output: `count`, or fewer at its end.

        Raises:
            AudioError: when it takes too long, or is ended from outside.
        """
        assert self._process.stdout is not None
        began = time.monotonic()
        patience_s = _PATIENCE_S + self._got / _PATIENT_BYTES_A_SECOND - self._waited_s
        timer = Timer(max(patience_s, 0.0), self._give_up)
        timer.start()
        try:
            part = self._process.stdout.read(count)
        finally:
            timer.cancel()
            timer.join()  # who stops meanwhile finds no thread left
        self._waited_s += time.monotonic() - began
        self._got += len(part)
        if self._is_late:
            raise AudioError(self._path, Message("reading it takes too long"))
        if len(part) < count and self._process.wait() == _KILLED:  # which says nothing of the file
            hint = Message("Perhaps there was too little memory; try it again.")
            raise AudioError(self._path, Message("decoding it was ended from outside"), hint=hint)
        return part

    def au_header(self) -> tuple[int, int]:
        """Return the rate and the channels; what is read next are samples.

        ffmpeg hands over .au, for its header is six numbers.

        Raises:
            AudioError: when there is nothing to decode.
        """
        header = self.read(_AU_HEADER.size)
        if len(header) < _AU_HEADER.size:
            raise _damaged(self._path)
        _, start, _, _, rate, channels = _AU_HEADER.unpack(header)
        self.read(start - _AU_HEADER.size)
        return rate, channels

    def end(self) -> bool:
        """Wait for its end, and tell whether it is content; to be called when all is read."""
        return self._process.wait() == 0

    def _give_up(self) -> None:
        self._is_late = True
        self._process.kill()


@contextmanager
def _decoding(source: Source, told: ContainerInfo, longest_s: float) -> Iterator[_Decoder]:
    """Lend an ffmpeg that decodes a file while it is read; what is left unread is not decoded.

    Raises:
        AudioError: when there is no ffmpeg.
    """
    os.lseek(source.file.fileno(), 0, os.SEEK_SET)  # ffmpeg shares our place in the file
    try:
        # Its messages go nowhere: a pipe that nobody reads would fill up and stop it.
        process = subprocess.Popen(  # noqa: S603 - see _command
            [*_command(source.path, told, longest_s), *_AS_FLOATS.split()],
            stdin=source.file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone; we end it below
        )
    except OSError as error:
        raise _no_ffmpeg(source.path) from error
    with process:  # waits for its end, whatever comes
        try:
            _limit_memory(process.pid)
            yield _Decoder(source.path, process)
        finally:
            process.kill()


def _command(path: Path, told: ContainerInfo, longest_s: float) -> list[str]:
    """Return the start of a command that decodes its standard input, behind the walls.

    Raises:
        AudioError: when there is no ffmpeg.
    """
    try:
        program = ffmpeg()
    except (OSError, RuntimeError) as error:
        raise _no_ffmpeg(path) from error
    # Whether the samples of a WAV are samples ffmpeg would else ask each of its formats, packet after packet:
    # for a minute's recording that takes longer than decoding it.
    limits = f"-nostdin -v quiet -max_alloc {_ALLOCATION_BYTES} -max_probe_packets 1"
    threads = "-filter_threads 1 -threads 1"
    walls = f"-protocol_whitelist fd -format_whitelist {told.demuxer} -f {told.demuxer}"
    start = f"-skip_initial_bytes {told.start}" if told.start else ""
    sound = f"-map 0:a:0 -vn -sn -dn -t {longest_s + 1:.0f}"
    strict = CONTAINERS[told.demuxer].strict if told.demuxer in CONTAINERS else ""
    return [program, *f"{limits} {threads} {strict} {walls} {start} -i fd: {sound}".split()]


def _limit_memory(process_id: int) -> None:
    """Let a child have 300 MB; where the system cannot do that, no single allocation above 64 MB remains."""
    if sys.platform == "linux":
        import resource

        with suppress(ProcessLookupError):  # it has ended by now
            resource.prlimit(process_id, resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))


def _no_ffmpeg(path: Path) -> AudioError:
    return AudioError(path, Message("ffmpeg cannot be started"), hint=damaged_hint(_DECODER))


def _damaged(path: Path) -> AudioError:
    return AudioError(path, Message("it is damaged, or there is no sound in it that ffmpeg can decode"))
