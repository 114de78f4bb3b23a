"""The kinds of file that a track can be: MP3, M4A, Opus, FLAC and WAV, each written while it is mixed.

MP3 is LAME's (`mp3`). The others are written by the ffmpeg of imageio-ffmpeg, which gets the same 16-bit
samples through a pipe: no shell, no names but that of the file, no dates, and the same bytes each time.

Measured with ffmpeg 9.0 on both sides, decoded and as written being compared by correlation:

    MP3, FLAC, WAV    every frame at its place, and no more of them
    M4A, Opus         the same (an edit list, and Opus's pre-skip, say what to cut); the sound is coded anew
    AAC               ffmpeg's coder "fast": over a quiet background its usual one costs more of the voice
                      (ESTOI 0.934 against 0.943 at 96 kbps), and errs by 7 dB more up to 1.3 kHz
    after a seek      at its time within a sample. In M4A a decoder cannot give the frame of 1024 it lands in:
                      ffmpeg begins up to 23 ms later, with the time told. In Opus, ffmpeg is up to 6.5 ms off
                      for places in the last 6.5 ms before a page, of which there is one a second
"""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from stem import programs
from stem.cores import cores
from stem.errors import AudioError, OutputError, UnknownNameError, UsageError
from stem.export import tags
from stem.export.mp3 import BIT_RATES, RATES, Mp3Settings, Quantizer, write_mp3
from stem.export.tags import Tagging
from stem.files import output_error
from stem.installation import damaged_hint
from stem.messages import Message
from stem.progress import in_order
from stem.sound.pieces import Piece, Sliced, cut
from stem.units import SAMPLE_RATE

OnBlock = Callable[[int], None]
"""Called after each piece with the number of frames handed over so far."""

_PIECE_S = 15
"""Of a piece that is mixed by itself, about: 2.6 MB of samples wait for the encoder."""

_STEP_BYTES = 2
"""Of a sample of 16 bits."""

_WAV_BYTES = 2**32 - 2**24
"""Of sound in a WAV: its sizes have 32 bits; what is left is for tags."""

_REFUSALS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EROFS,
    errno.ENOENT,
    errno.ENAMETOOLONG,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a file is written.

    Attributes:
        bitrate_kbps: Kilobits per second, for all channels together; None for what is usual in its format.
        channels: 1 or 2.
    """

    bitrate_kbps: int | None = None
    channels: int = 2


class Writer(Protocol):
    """Writes a file of one format."""

    def __call__(
        self,
        path: Path,
        sound: Sliced,
        settings: Settings,
        rate: int,
        on_block: OnBlock | None,
    ) -> int:
        """Write a sound of `settings.channels` channels to `path`; return the number of frames."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes:
        title: As people call it.
        suffix: Of its files, with the point.
        summary: One line for who chooses.
        writer: What writes it; `write` checks and calls it.
        tagging: How its tags are written and read.
        demuxer: How it is packed: a name in `decoding.CONTAINERS`.
        article: Before the suffix in a sentence.
        encoder: Whose work it is, for the tags.
        is_exact: Whether it is as long as its timeline to the frame; else it ends on a whole packet.
        feed_type: What a podcast feed calls it, as Apple does; empty when podcast players do not play it.
        rates: Sample rates in hertz that it can have, the usual one first.
        bit_rates: Kilobits per second that it can have; empty when it keeps everything.
        usual_kbps: The bit rate when none is asked for; None when it keeps everything.
        overshoot_db: How far a decoded file may rise above the true peak that went in. Measured on speech of
            -16 LUFS under a limiter at -1.5 dBTP, without a bed and with brown noise or rain, in stereo at
            96 kbps or more: at most 0.1 dB MP3, 0.7 dB M4A, 0.1 dB Opus; on speech of -10 LUFS, which no
            profile has, 0.7, 0.8 and 0.5 dB. At 64 kbps up to 0.4, 0.4 and 0.5 dB, and at -10 LUFS 1.8.
        most_bytes: Of bare sound in a file; None when there is no limit.
    """

    title: str
    suffix: str
    summary: str
    writer: Writer
    tagging: Tagging
    demuxer: str
    article: str = "a"
    encoder: str = "FFmpeg"
    is_exact: bool = False
    feed_type: str = ""
    rates: tuple[int, ...] = (SAMPLE_RATE, 48_000)
    bit_rates: tuple[int, ...] = ()
    usual_kbps: int | None = None
    overshoot_db: float = 0.0
    most_bytes: int | None = None

    @property
    def keeps_all(self) -> bool:
        """Whether it holds the very samples that were written."""
        return not self.bit_rates

    def rate_for(self, rate: int) -> int:
        """Return `rate` when a file can have it, else the format's usual one: Opus knows 48 kHz alone."""
        return rate if rate in self.rates else self.rates[0]

    def write(
        self,
        path: Path,
        sound: Sliced,
        settings: Settings = Settings(),
        rate: int = SAMPLE_RATE,
        on_block: OnBlock | None = None,
    ) -> int:
        """Write a sound to `path` without tags; the lengths of its blocks are free and do not show.

        It is computed in pieces, on as many cores as there are; LAME encodes it so too.

        Args:
            path: A file to create or replace, best a temporary one: until this returns it is not complete.
            sound: Of as many channels as are asked for.
            settings: Bit rate and channels.
            rate: Sample rate of the sound and the file, in hertz; one of `rates`.
            on_block: Called after each piece with the number of frames handed over so far.

        Returns:
            The number of frames written.

        Raises:
            UsageError: when the format knows no such bit rate, sample rate or number of channels.
            AudioError: when there are no frames, or more than a file can hold; when a block has another
                shape, or a sample is not finite or too loud; when ffmpeg cannot be started or fails.
            OutputError: when the system refuses to write.
        """
        self._check(settings, rate)
        told = Settings(settings.bitrate_kbps or self.usual_kbps, settings.channels)
        self.check_frames(sound.frames, told.channels)
        return self.writer(path, sound, told, rate, on_block)

    def _check(self, settings: Settings, rate: int) -> None:
        kbps = settings.bitrate_kbps
        if kbps is not None and self.keeps_all:
            raise UsageError(
                Message("{title} has no bit rate: it keeps everything.", title=self.title),
                hint=Message("Leave it out."),
            )
        if kbps is not None and kbps not in self.bit_rates:
            hint = Message("Choose one of {str}.", str=", ".join(map(str, self.bit_rates)))
            raise UsageError(
                Message("{title} knows no bit rate of {kbps} kbps.", title=self.title, kbps=kbps), hint=hint
            )
        if rate not in self.rates:
            hint = Message("Choose {str}.", str=" or ".join(map(str, self.rates)))
            raise UsageError(
                Message("{title} has no sample rate of {rate} Hz.", title=self.title, rate=rate), hint=hint
            )
        if settings.channels not in (1, 2):
            raise UsageError(
                Message("A file cannot have {channels} channels.", channels=settings.channels),
                hint=Message("Choose 1 or 2."),
            )

    def check_frames(self, frames: int, channels: int) -> None:
        """Make sure that a file can hold so much sound.

        Raises:
            AudioError: when it cannot.
        """
        if self.most_bytes is not None and frames * channels * _STEP_BYTES > self.most_bytes:
            problem = Message("it is longer than a {title} file can hold", title=self.title)
            raise AudioError(
                Message("the mix"), problem, hint=Message("FLAC keeps everything too, in half the room.")
            )


def find_format(name: str) -> Format:
    """Return the format `name`.

    Raises:
        UnknownNameError: when there is none.
    """
    if name not in FORMATS:
        raise UnknownNameError("format", name, FORMATS)
    return FORMATS[name]


# --- what writes them ---


def _mp3(path: Path, sound: Sliced, settings: Settings, rate: int, on_block: OnBlock | None) -> int:
    assert settings.bitrate_kbps is not None  # MP3 has a usual one
    return write_mp3(
        path, sound, Mp3Settings(settings.bitrate_kbps, channels=settings.channels), rate, on_block
    )


@dataclass(frozen=True, slots=True)
class _Piped:
    """A writer that has ffmpeg do it.

    Attributes:
        output: What ffmpeg is to make, as its options; {kbps} stands for the bit rate.
    """

    output: str

    def __call__(
        self,
        path: Path,
        sound: Sliced,
        settings: Settings,
        rate: int,
        on_block: OnBlock | None,
    ) -> int:
        source = f"-f s16le -ar {rate} -ac {settings.channels}"
        frames = 0
        with encoder(
            path, source, self.output.format(kbps=settings.bitrate_kbps), Message("the track")
        ) as ffmpeg:
            for frames, pcm in _quantized(sound, settings.channels, rate):
                ffmpeg.write(pcm)
                if on_block is not None:
                    on_block(frames)
            if frames == 0:
                raise AudioError(Message("the mix"), Message("there is no sound to write"))
        return frames


def _quantized(sound: Sliced, channels: int, rate: int) -> Iterator[tuple[int, bytes]]:
    """Yield how many frames there are so far, and the 16-bit samples that are new."""

    def pcm_of(piece: Piece) -> bytes:
        return b"".join(map(Quantizer(channels, rate, first=piece.first), sound.blocks(piece)))

    pieces = cut(sound.frames, sound.unit, _PIECE_S * rate)
    for piece, pcm in zip(pieces, in_order(pcm_of, pieces, cores()), strict=True):
        yield piece.last, pcm


class Encoder:
    """An ffmpeg that writes a file; see `encoder`."""

    def __init__(self, path: Path, origin: str, process: subprocess.Popen[bytes], pcm: IO[bytes]) -> None:
        self._path = path
        self._origin = origin
        self._process = process
        self._input = pcm

    def write(self, pcm: bytes) -> None:
        """Give it samples.

        Raises:
            AudioError: when ffmpeg is gone.
            OutputError: when that was because the system refused to write.
        """
        try:
            self._input.write(pcm)
        except OSError as error:  # it went away: what it left as its exit code says why
            raise self._failure() from error

    def finish(self) -> None:
        """Tell it that this was all, and wait until the file is whole.

        Raises:
            AudioError: when ffmpeg fails.
            OutputError: when that was because the system refused to write.
        """
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
        return AudioError(
            self._origin,
            Message("ffmpeg stopped before the file was whole (exit code {client})", client=code),
        )


@contextmanager
def encoder(path: Path, source: str, output: str, origin: str) -> Iterator[Encoder]:
    """Lend an ffmpeg that writes `path`; the file is whole when this is left without an error.

    Args:
        path: A file to create or replace.
        source: What samples it is given, as ffmpeg's options.
        output: What it is to make, as ffmpeg's options.
        origin: What it writes, for its errors.

    Raises:
        AudioError: when ffmpeg cannot be started, or fails.
        OutputError: when the system refuses to write.
    """
    try:
        command = [programs.ffmpeg(), "-nostdin", "-v", "quiet", *source.split(), "-i", "pipe:0"]
        plain = "-fflags +bitexact -flags:a +bitexact -y"  # no dates, versions or chance
        process = subprocess.Popen(  # noqa: S603 - fixed words, no shell, and a path that is no option
            [*command, *output.split(), *plain.split(), f"file:{path.absolute()}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone; we end it below
            restore_signals=False,  # a file that grows too large is an error it can tell, not its death
        )
    except (OSError, RuntimeError) as error:
        raise AudioError(
            origin, Message("ffmpeg cannot be started"), hint=damaged_hint("imageio-ffmpeg")
        ) from error
    assert process.stdin is not None
    try:
        ffmpeg = Encoder(path, origin, process, process.stdin)
        yield ffmpeg
        ffmpeg.finish()
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):
            process.stdin.close()


FORMATS: dict[str, Format] = {
    "mp3": Format(
        "MP3",
        ".mp3",
        Message("plays everywhere"),
        _mp3,
        tags.MP3,
        "mp3",
        article="an",
        encoder="LAME",
        is_exact=True,
        feed_type="audio/mpeg",
        rates=RATES,
        bit_rates=BIT_RATES,
        usual_kbps=128,
        overshoot_db=0.5,
    ),
    "m4a": Format(
        "M4A (AAC)",
        ".m4a",
        Message("as good in a little less room; for Apple's players, with chapters there"),
        _Piped("-c:a aac -aac_coder fast -b:a {kbps}k -movflags +faststart -f ipod"),
        tags.M4A,
        "mov",
        article="an",
        feed_type="audio/x-m4a",
        bit_rates=(64, 96, 128, 160, 192, 256),
        usual_kbps=128,
        overshoot_db=1.0,
    ),
    "opus": Format(
        "Opus",
        ".opus",
        Message("the best at its size; for newer players and browsers"),
        _Piped("-c:a libopus -b:a {kbps}k -f opus"),
        tags.OPUS,
        "ogg",
        article="an",
        rates=(48_000,),
        bit_rates=(48, 64, 96, 128, 160, 192, 256),
        usual_kbps=96,
        overshoot_db=1.0,
    ),
    # 16 bits: their noise lies at -93 dBFS, 23 dB under the floor of every track; 24 take twice the room.
    "flac": Format(
        "FLAC",
        ".flac",
        Message("keeps everything; to store, or to make others from"),
        _Piped("-c:a flac -f flac"),
        tags.FLAC,
        "flac",
        is_exact=True,
    ),
    "wav": Format(
        "WAV",
        ".wav",
        Message("keeps everything, in twice the room of FLAC; for programs that cut sound"),
        _Piped("-c:a pcm_s16le -f wav"),
        tags.WAV,
        "wav",
        is_exact=True,
        most_bytes=_WAV_BYTES,
    ),
}
"""Every format by its name."""
