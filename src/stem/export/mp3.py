"""Blocks of samples become an MP3 file that decoders give back frame for frame.

LAME does the encoding, through lameenc, at a constant bit rate. lameenc leaves three things to us: the level
that LAME takes off, the step to 16 bits, and the first frame of the file, which tells players how long the
track is and what to cut from both ends (http://gabriel.mp3-tech.org/mp3infotag.html).
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Self

import lameenc
import numpy as np
from numpy.typing import NDArray

from stem.cores import cores
from stem.errors import AudioError, UsageError
from stem.export.mp3_join import CodedPiece, joined
from stem.export.mp3_kept import KeptPieces
from stem.files import output_error
from stem.messages import Message
from stem.progress import in_order
from stem.sound.clips import Samples
from stem.sound.decoding import mpeg
from stem.sound.pieces import Piece, Sliced, cut
from stem.sound.true_peak import sample_peak
from stem.units import SAMPLE_RATE, decibels, seconds

BIT_RATES = mpeg.BIT_RATES[1]
"""Kilobits per second; the bit rates of MPEG-1 Layer III, in the order of their codes 1 to 14."""

RATES = mpeg.RATES

MP3_FRAME = 1152
"""Sample frames in an MP3 frame of MPEG-1."""

ENCODER_DELAY = 576
"""Sample frames that LAME puts before the first one of ours; a decoder adds 529 of its own and knows that."""

_PIECE_S = 75
"""Of a piece that is encoded by itself, about."""

_WARM_UP, _WARM_UP_S = 98, 2.56
"""MP3 frames that an encoder is given before its piece, and the seconds that they last at least. After 2.6 s
it does what one does that began earlier: of 66 places tried in a track, half were the same to the bit at
once, and all could be joined."""

_OVERLAP = 16
"""MP3 frames behind its piece: as long as that there may be none where the next one can take over."""

_TREATMENT = 2
"""To be raised when the same samples are encoded otherwise: quantized, or begun sooner before a piece."""

_DITHER_SEED = 20_260_101
_DITHER_FRAMES = 524_287
"""After how many frames the dither repeats itself: 12 s. A prime, so that it falls in with nothing else."""

_TAG_BYTES = 156


@dataclass(frozen=True, slots=True)
class Mp3Settings:
    """How an MP3 is encoded.

    Attributes:
        bitrate_kbps: One of `BIT_RATES`. A noise bed in stereo needs 128: at 64 it loses 18 dB above 5 kHz.
        quality: LAME's: 0 is slowest, 9 worst; 5 takes half the time of 2.
        channels: 1 or 2; the blocks must have as many.

    Raises:
        UsageError: when MP3 knows no such setting.
    """

    bitrate_kbps: int = 128
    quality: int = 5
    channels: int = 2

    def __post_init__(self) -> None:
        if self.bitrate_kbps not in BIT_RATES:
            raise UsageError(
                Message("MP3 knows no bit rate of {bitrate_kbps} kbps.", bitrate_kbps=self.bitrate_kbps),
                hint=Message("Choose one of {str}.", str=", ".join(map(str, BIT_RATES))),
            )
        if self.quality not in range(10):
            raise UsageError(
                Message("MP3 quality {quality} does not exist.", quality=self.quality),
                hint=Message("Choose 0 (slowest) to 9 (quickest)."),
            )
        if self.channels not in (1, 2):
            raise UsageError(
                Message("An MP3 cannot have {channels} channels.", channels=self.channels),
                hint=Message("Choose 1 or 2."),
            )

    @property
    def lame_gain(self) -> float:
        """The factor by which LAME lowers the level at a constant bit rate (measured with lameenc 1.9.0)."""
        above = ((256, 1.0), (224, 0.98), (192, 0.97))
        return next((factor for kbps, factor in above if self.bitrate_kbps >= kbps), 0.95)


def write_mp3(
    path: Path,
    sound: Iterable[Samples] | Sliced,
    settings: Mp3Settings = Mp3Settings(),
    rate: int = SAMPLE_RATE,
    on_block: Callable[[int], None] | None = None,
) -> int:
    """Write a sound to `path` as an MP3 without tags; decoded, it has the same frames at the same place.

    What can be sliced is encoded in pieces, on as many cores as there are; how many does not show.

    Args:
        path: A file to create or replace, best a temporary one: until this returns it is not complete.
        sound: Of `settings.channels` channels; blocks of any length, which does not show in the result.
        settings: Bit rate, quality and channels.
        rate: Sample rate in hertz; one of `RATES`.
        on_block: Called after each block or piece with the number of frames encoded so far.

    Returns:
        The number of frames written.

    Raises:
        UsageError: when MP3 has no such sample rate.
        AudioError: when there are no frames, a block has another shape, or a sample is not finite or too
            loud. Nothing is clipped in silence: LAME lowers the level, so what goes in must be raised, which
            leaves up to 0.45 dB less room than full scale.
        OutputError: when the system refuses to write.
    """
    if rate not in RATES:
        raise UsageError(
            Message("MP3 has no sample rate of {rate} Hz.", rate=rate),
            hint=Message("44100 Hz is what players expect."),
        )
    coding = _Coding(settings, rate)
    frames = 0
    encoding = coding.in_pieces(sound) if isinstance(sound, Sliced) else coding.as_one(sound)
    with _Mp3File(path, settings, rate) as mp3, closing(encoding) as coded:  # at a stop, its threads end here
        for done, music in coded:
            mp3.append(music)
            if on_block is not None and done > frames:
                on_block(done)
            frames = done
        if frames == 0:
            raise AudioError(Message("the mix"), Message("there is no sound to write"))
        mp3.finish(frames)
    return frames


@dataclass(frozen=True, slots=True)
class _Coding:
    """How a sound is encoded: one encoder after the other, or several at once.

    Attributes:
        settings: Bit rate, quality and channels.
        rate: In hertz.
    """

    settings: Mp3Settings
    rate: int

    def as_one(
        self, blocks: Iterable[Samples], first: int = 0, *, is_end: bool = True
    ) -> Generator[tuple[int, bytes], None, None]:
        """Yield how far the sound is, in frames, and what LAME gives, for blocks from a frame on."""
        quantize = Quantizer(self.settings.channels, self.rate, self.settings.lame_gain, first)
        lame = _lame(self.settings, self.rate)
        try:
            for block in blocks:
                music = bytes(lame.encode(quantize(block)))
                yield quantize.frames, music
            if is_end and quantize.frames:
                yield quantize.frames, bytes(lame.flush())
        except RuntimeError as error:
            raise AudioError(
                Message("the mix"), Message("LAME would not encode it ({error})", error=error)
            ) from error

    def in_pieces(self, sound: Sliced) -> Generator[tuple[int, bytes], None, None]:
        """Yield how many frames are encoded so far, and their music, piece by piece."""
        # The byte that some frames are longer by comes back in turns: pieces begin where a turn does.
        turn = Fraction(144_000 * self.settings.bitrate_kbps, self.rate).denominator
        unit = math.lcm(sound.unit, turn * MP3_FRAME)
        pieces = cut(sound.frames, unit, _PIECE_S * self.rate)
        former, place = None, pieces[0]
        kept = KeptPieces.of(sound, len(pieces), repr((self, _lame_version(), _TREATMENT)))
        coded = in_order(lambda piece: self._coded(sound, piece, unit, kept), pieces, cores())
        for piece, later in zip(pieces, coded, strict=True):
            if former is not None:
                music = joined(former, later, piece.first // MP3_FRAME)
                if music is None:  # one encoder for both, then: it begins as that of the former did
                    place = Piece(place.first, piece.last)
                    whole = self._coded(sound, place, unit)
                    whole.cut_before(former.first)
                    former = whole
                    continue
                yield piece.first, music
            former, place = later, piece
        assert former is not None
        yield sound.frames, bytes(former.music)

    def _coded(self, sound: Sliced, piece: Piece, unit: int, kept: KeptPieces | None = None) -> CodedPiece:
        least = max(_WARM_UP * MP3_FRAME, round(_WARM_UP_S * self.rate))
        warm_up, beyond = -(-least // unit) * unit, _OVERLAP * MP3_FRAME
        first = max(piece.first - warm_up, 0)

        def encoded() -> bytes:
            coded = self.as_one(
                sound.blocks(piece, warm_up, beyond), first, is_end=piece.last == sound.frames
            )
            return b"".join(music for _, music in coded)

        music = encoded() if kept is None else kept.music(piece, warm_up, beyond, encoded)
        return CodedPiece(first // MP3_FRAME, bytearray(music))


class Quantizer:
    """Turns blocks of float samples into 16-bit ones: what every encoder is given.

    The dither is triangular, two steps wide: the error is then noise that does not follow the signal
    (Lipshitz, Wannamaker, Vanderkooy, JAES 40/5, 1992). It goes by the number of a frame in the sound, so
    that the division into blocks and pieces does not show.

    Args:
        channels: How many the blocks have.
        rate: Sample rate in hertz, to tell where something is wrong.
        encoder_gain: The factor by which the encoder lowers the level; made up for here.
        first: The number of the first frame in the sound.

    Attributes:
        frames: The number of the next one.
    """

    def __init__(self, channels: int, rate: int, encoder_gain: float = 1.0, first: int = 0) -> None:
        self.frames = first
        self._channels = channels
        self._rate = rate
        self._gain = np.float32(32_768 / encoder_gain)
        self._loudest = (32_767 - 1.5) / float(self._gain)  # leaves room for dither and rounding

    def __call__(self, block: Samples) -> bytes:
        """Return a block as interleaved 16-bit samples, little-endian.

        Raises:
            AudioError: when it has another shape, or a sample is not finite or too loud for 16 bits.
        """
        if block.ndim != 2 or block.shape[1] != self._channels:  # noqa: PLR2004 - frames and channels
            raise AudioError(
                Message("the mix"),
                Message(
                    "a block has shape {shape}, not (frames, {channels})",
                    shape=block.shape,
                    channels=self._channels,
                ),
            )
        if block.size and not sample_peak(block) <= self._loudest:  # written so that NaN is caught
            self._refuse(block)
        steps = block * self._gain
        dither, done = _dither(self._channels), 0
        while done < len(steps):
            some = dither[(self.frames + done) % _DITHER_FRAMES :][: len(steps) - done]
            steps[done : done + len(some)] += some
            done += len(some)
        self.frames += len(block)
        pcm: bytes = np.rint(steps, out=steps).astype("<i2").tobytes()
        return pcm

    def _refuse(self, block: Samples) -> None:
        frame, channel = np.argwhere(~(np.abs(block) <= self._loudest))[0]
        level = abs(float(block[frame, channel]))
        where = f"{seconds(self.frames + int(frame), self._rate):.3f} s"
        if not np.isfinite(level):
            raise AudioError(
                Message("the mix"), Message("a sample at {where} is no finite number", where=where)
            )
        raise AudioError(
            Message("the mix"),
            Message(
                "a sample at {where} reaches {level:+.2f} dBFS, and the encoder takes no more "
                "than {loudest:+.2f} dBFS",
                where=where,
                level=decibels(level),
                loudest=decibels(self._loudest),
            ),
            hint=Message("Master the mix to a true peak of -1 dBTP or lower."),
        )


@cache
def _dither(channels: int) -> Samples:
    random = np.random.default_rng(_DITHER_SEED)
    shape = (_DITHER_FRAMES, channels)
    dither = random.random(shape, dtype=np.float32) - random.random(shape, dtype=np.float32)
    dither.setflags(write=False)
    return dither


class _Mp3File:
    """An MP3 file in the making."""

    def __init__(self, path: Path, settings: Mp3Settings, rate: int) -> None:
        self._path = path
        self._settings = settings
        self._rate = rate
        self._tag_kbps = _tag_kbps(settings, rate)
        self._header = b""
        self._music_bytes = 0
        self._crc = 0

    def __enter__(self) -> Self:
        try:
            self._file = self._path.open("wb")
            self._file.write(bytes(_frame_bytes(self._tag_kbps, self._rate)))  # reserved for the tag frame
        except OSError as error:
            raise output_error(self._path, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(
            OSError
        ):  # `finish` has written everything, or the error that kept it from that says more
            self._file.close()

    def append(self, music: bytes) -> None:
        """Write what LAME gave."""
        self._header = self._header or music[:4]
        self._music_bytes += len(music)
        self._crc = crc16(music, self._crc)
        try:
            self._file.write(music)
        except OSError as error:
            raise output_error(self._path, error) from error

    def finish(self, frames: int) -> None:
        """Write the first MP3 frame: only now is known what it has to say."""
        try:
            self._file.seek(0)
            self._file.write(self._tag_frame(frames))
            self._file.flush()
        except OSError as error:
            raise output_error(self._path, error) from error

    def _tag_frame(self, frames: int) -> bytes:
        """Return the Info frame with LAME's extension: silence, with figures where music would be."""
        length = _frame_bytes(self._tag_kbps, self._rate)
        total = length + self._music_bytes
        # Single MP3 frames differ by a byte, but at a constant bit rate their mean length is exact.
        mp3_frames = round(self._music_bytes * self._rate / (144_000 * self._settings.bitrate_kbps))
        padding = mp3_frames * MP3_FRAME - ENCODER_DELAY - frames
        seek_table = bytes(
            256 * (length + self._music_bytes * percent // 100) // total for percent in range(100)
        )
        tag = b"Info" + struct.pack(">III", 0b1111, mp3_frames, total) + seek_table
        tag += struct.pack(">I", 100 - 10 * self._settings.quality)
        tag += _lame_version().ljust(9, b"\0")[:9] + bytes(
            [0x01, 0]
        )  # revision 0, constant bit rate; low-pass not told
        tag += bytes(8)  # peak and ReplayGain: the ID3 tag has them
        tag += bytes([0, min(self._settings.bitrate_kbps, 255)])
        tag += (ENCODER_DELAY << 12 | padding).to_bytes(3, "big")
        stereo_mode = {0: 1, 1: 3, 3: 0}[self._header[3] >> 6]  # stereo, joint stereo, mono: as a code
        source_rate = {32_000: 0, 44_100: 1, 48_000: 2}[self._rate]
        tag += struct.pack(">BBHIH", source_rate << 6 | stereo_mode << 2, 0, 0, total, self._crc)
        # Version, layer, sample rate and channel mode as in the music; its own bit rate; no padding byte.
        kbps_code = BIT_RATES.index(self._tag_kbps) + 1
        header = self._header[:2] + bytes([kbps_code << 4 | self._header[2] & 0x0C, self._header[3]])
        frame = header + bytes(_side_bytes(self._settings)) + tag
        return (frame + crc16(frame).to_bytes(2, "big")).ljust(length, b"\0")


def _lame(settings: Mp3Settings, rate: int) -> lameenc.Encoder:
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(settings.bitrate_kbps)
    encoder.set_quality(settings.quality)
    encoder.set_channels(settings.channels)
    encoder.set_in_sample_rate(rate)
    encoder.set_out_sample_rate(rate)  # else LAME resamples at low bit rates
    return encoder


@cache
def _lame_version() -> bytes:
    """Return what LAME calls itself, "LAME4.0": players trust the tag of versions they can read.

    lameenc does not tell, but LAME fills up frames of silence with it.
    """
    encoder = _lame(Mp3Settings(channels=1), SAMPLE_RATE)
    silence = bytes(encoder.encode(bytes(2 * 4 * MP3_FRAME))) + bytes(encoder.flush())
    found = re.search(rb"LAME\d+\.\d+", silence)
    return found[0] if found else b"LAME"


def _tag_kbps(settings: Mp3Settings, rate: int) -> int:
    """Return the bit rate of the tag frame: the music's own, or the first with long enough frames."""
    needed = 4 + _side_bytes(settings) + _TAG_BYTES
    fitting = (kbps for kbps in BIT_RATES if _frame_bytes(kbps, rate) >= needed)
    return max(settings.bitrate_kbps, next(fitting))


def _frame_bytes(kbps: int, rate: int) -> int:
    """Return the length of an MP3 frame without a padding byte."""
    return 144_000 * kbps // rate


def _side_bytes(settings: Mp3Settings) -> int:
    """Return the length of the side information that follows a frame's header; all zero it means silence."""
    return 17 if settings.channels == 1 else 32


def crc16(content: bytes, start: int = 0) -> int:
    """Return the CRC-16 that MP3 tags use (polynomial 0x8005, lowest bit first), going on from `start`.

    A CRC is linear: that of "left, right" is that of "left, then as many zeros" XOR that of "right". So all
    pairs of bytes begin as CRCs of their own, and neighbours are joined in rounds, one look-up for each two.
    """
    if len(content) < 2:  # noqa: PLR2004 - below, `start` goes into the first two bytes
        return start if not content else start >> 8 ^ int(_zero_bytes(0)[(start ^ content[0]) & 0xFF])
    first = (int.from_bytes(content[:2], "little") ^ start).to_bytes(2, "little")
    # Zeros in front change nothing.
    pairs = np.frombuffer(b"".join([bytes(len(content) % 2), first, content[2:]]), "<u2")
    crcs = _zero_bytes(1)[pairs]
    power = 1
    while len(crcs) > 1:
        if len(crcs) % 2:
            crcs = np.concatenate([np.zeros(1, np.uint16), crcs])
        crcs = _zero_bytes(power)[crcs[0::2]] ^ crcs[1::2]
        power += 1
    return int(crcs[0])


@cache
def _zero_bytes(power: int) -> NDArray[np.uint16]:
    """Return what every CRC becomes when 2**power zero bytes follow."""
    if power > 0:
        return _zero_bytes(power - 1)[_zero_bytes(power - 1)]
    crcs = np.arange(65_536, dtype=np.uint16)
    for _ in range(8):
        crcs = (crcs >> np.uint16(1)) ^ (crcs & np.uint16(1)) * np.uint16(0xA001)
    return crcs
