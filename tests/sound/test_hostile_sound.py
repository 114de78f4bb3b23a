"""Sound files that must not hurt: each is used rightly, used with a warning, or refused in one sentence."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Thread

import imageio_ffmpeg
import numpy as np
import pytest
from soundfiles import (
    EXTENSIBLE,
    FLOAT,
    LENGTH_S,
    PCM,
    RATE,
    STBL,
    STREAMED,
    box,
    boxes,
    chunk,
    cover,
    day_of_silence,
    encoded,
    float_wav,
    form,
    id3,
    melody,
    png,
    replaced_box,
    samples_16,
    wav,
)

from stem.errors import AudioError
from stem.sound.decoding import Examined, Inspection, Recording, examined
from stem.sound.decoding.ffmpeg import _decoding
from stem.sound.decoding.source import ContainerInfo, opened

Content = Callable[[], bytes]
Build = Callable[[Path], Path]

MOST_S = 30.0
MOST_BYTES = 400 << 20


@dataclass(frozen=True)
class Used:
    """The file is read, and nothing is told of it.

    Attributes:
        rate: Its sample rate.
        channels: How many it has.
        length_s: How long its sound is, to within what its encoder pads.
    """

    rate: int = RATE
    channels: int = 1
    length_s: float = LENGTH_S


@dataclass(frozen=True)
class Warned:
    """The file is read, and something is told of it.

    Attributes:
        sentence: A pattern that one of the warnings has.
        length_s: How long its sound is, to within what its encoder pads.
        rate: Its sample rate.
    """

    sentence: str
    length_s: float = LENGTH_S
    rate: int = RATE


@dataclass(frozen=True)
class Refused:
    """The file is not read; the pattern is that of the sentence behind its name."""

    sentence: str


@dataclass(frozen=True)
class Case:
    """A file, and what is to become of it.

    Attributes:
        name: Of the file, with its suffix; also that of the case.
        content: What is in it; or a function that makes it in a folder, when it is no plain file.
        outcome: What is to become of it.
        is_build: Whether `content` is such a function.
    """

    name: str
    content: Content | Build
    outcome: Used | Warned | Refused
    is_build: bool = False

    def make(self, folder: Path) -> Path:
        if self.is_build:
            return self.content(folder)  # type: ignore[call-arg, return-value]
        path = folder / self.name
        path.write_bytes(self.content())  # type: ignore[call-arg, arg-type]
        return path


made = cache(encoded)


def sound(suffix: str, *options: str) -> Content:
    """Return what makes the melody in a format; each is encoded once."""
    return lambda: made(suffix, *options)


def in_channels(channels: int) -> Content:
    return lambda: wav(melody(channels=channels))


def at_rate(rate: int) -> Content:
    return lambda: wav(melody(rate=rate), rate=rate)


def spoiled(content: Content, spoil: Callable[[bytes], bytes]) -> Content:
    return lambda: spoil(content())


def part(share: float) -> Callable[[bytes], bytes]:
    return lambda whole: whole[: int(len(whole) * share)]


def flipped(share: float) -> Callable[[bytes], bytes]:
    """Return what turns one bit, at a share of the length."""

    def flip(whole: bytes) -> bytes:
        at = int(len(whole) * share)
        return whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]

    return flip


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def swap(whole: bytes) -> bytes:
        assert old in whole
        return whole.replace(old, new)

    return swap


MP3 = sound("mp3", "-b:a", "32k")
BARE_MP3 = sound("mp3", "-b:a", "32k", "-write_xing", "0", "-id3v2_version", "0")
FLAC = sound("flac")
VORBIS = sound("ogg", "-c:a", "libvorbis")
OPUS = sound("opus", "-c:a", "libopus", "-b:a", "32k")
AAC = sound("m4a", "-c:a", "aac", "-b:a", "48k")
AAC_INDEX_FIRST = sound("m4a", "-c:a", "aac", "-b:a", "48k", "-movflags", "+faststart")
WEBM = sound("webm", "-c:a", "libopus", "-b:a", "32k")
AIFF = sound("aiff")
CAF = sound("caf", "-c:a", "pcm_s16be")
ADTS = sound("aac", "-c:a", "aac", "-b:a", "48k")


def with_wrong_sample(value: float) -> Content:
    def make() -> bytes:
        wave = melody()
        wave[RATE // 4] = value
        return float_wav(wave)

    return make


def pages(whole: bytes) -> list[bytes]:
    return [b"OggS" + rest for rest in whole.split(b"OggS")[1:]]


def two_mp3(*options: str) -> Content:
    bare = ("-write_xing", "0", "-id3v2_version", "0")
    return lambda: BARE_MP3() + made("mp3", *options, *bare)


def streamed(suffix: str, *options: str) -> Content:
    """Return what makes the melody as a program writes it that cannot go back to its header."""

    def make() -> bytes:
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "wav", "-i", "pipe:0"]
        done = subprocess.run(
            [*program, *options, "-f", suffix, "pipe:1"], input=wav(), capture_output=True, check=True
        )
        return done.stdout

    return make


def elsewhere(whole: bytes) -> bytes:
    """Return an MP4 whose sound is in another file, /secret.m4a beside it."""
    entry = box(b"url ", b"\x00\x00\x00\x00secret.m4a\x00")
    path = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")
    return replaced_box(whole, path, bytes(4) + struct.pack(">I", 1) + entry)


def twice_described(whole: bytes) -> bytes:
    """Return an MP4 that tells twice what its sound is packed as."""
    inner = whole
    for name in (*STBL, b"stsd"):
        start, end = next((first, last) for found, first, last in boxes(inner) if found == name)
        inner = inner[start + 8 : end]
    return replaced_box(whole, (*STBL, b"stsd"), bytes(4) + struct.pack(">I", 2) + 2 * inner[8:])


def movie_without_sound() -> bytes:
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-f", "lavfi"]
    options = "-i color=size=32x32:duration=0.2 -c:v mpeg4 -movflags frag_keyframe+empty_moov -f mp4 pipe:1"
    return subprocess.run([*program, *options.split()], capture_output=True, check=True).stdout


def extensible() -> bytes:
    guid = struct.pack("<H", PCM) + bytes.fromhex("000000001000800000aa00389b71")
    extra = struct.pack("<HHI", 22, 16, 4) + guid
    body = chunk(b"fmt ", form(EXTENSIBLE, 1, RATE, 16, extra)) + chunk(b"data", samples_16(melody()))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def riff(*chunks: bytes) -> Content:
    body = b"".join(chunks)
    return lambda: b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def text(words: str) -> Content:
    return words.encode


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pijp.wav")
    return folder / "pijp.wav"


def a_folder(folder: Path) -> Path:
    (folder / "map.wav").mkdir()
    return folder / "map.wav"


def a_socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(os.path.relpath(folder / "s.wav"))
    return folder / "s.wav"


def a_terminal(folder: Path) -> Path:
    leader, follower = os.openpty()
    path = folder / "scherm.wav"
    path.symlink_to(os.ttyname(follower))
    os.close(follower)
    OPEN.append(leader)
    return path


OPEN: list[int] = []
"""Descriptors that a case needs while it is read."""


def link(target: str, name: str = "link.wav") -> Build:
    def make(folder: Path) -> Path:
        (folder / "echt.wav").write_bytes(wav())
        (folder / name).symlink_to(target)
        return folder / name

    return make


def sparse(folder: Path) -> Path:
    """Return 40 GB of which only the header was ever written."""
    path = folder / "reus.wav"
    path.write_bytes(b"RF64" + STREAMED.to_bytes(4, "little") + wav()[8:])
    os.truncate(path, 40 << 30)
    return path


def missing(folder: Path) -> Path:
    return folder / "weg.wav"


def zip_with_mp3() -> bytes:
    head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, len(MP3()), len(MP3()), 5, 0)
    return head + b"a.mp3" + BARE_MP3()


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.wav\n#EXT-X-ENDLIST\n"
CONCAT = "ffconcat version 1.0\nfile secret.wav\n"
DASH = """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1"
bandwidth="1"><BaseURL>secret.m4a</BaseURL></Representation></AdaptationSet></Period></MPD>"""

FORMAT = chunk(b"fmt ", form(PCM, 1, RATE, 16))

NOT_SOUND = "it is not a sound file that stem reads"
CUT = "it is cut short"
NO_SOUND = "there is no sound in it"
DAMAGED = "it is damaged"
CHANGES = "its sample rate or its channels change on the way"
NO_LENGTH = "its header does not tell how long it is"

LAVC_RATE = 48_000
"""Opus is always decoded at this rate."""

CASES = [
    # WAV in all its kinds.
    Case("16.wav", wav, Used()),
    Case("8.wav", sound("wav", "-c:a", "pcm_u8"), Used()),
    Case("24.wav", sound("wav", "-c:a", "pcm_s24le"), Used()),
    Case("32.wav", sound("wav", "-c:a", "pcm_s32le"), Used()),
    Case("float.wav", lambda: float_wav(melody()), Used()),
    Case("double.wav", sound("wav", "-c:a", "pcm_f64le"), Used()),
    Case("alaw.wav", sound("wav", "-c:a", "pcm_alaw"), Used()),
    Case("mulaw.wav", sound("wav", "-c:a", "pcm_mulaw"), Used()),
    Case("ima.wav", sound("wav", "-c:a", "adpcm_ima_wav"), Used()),
    Case("ms.wav", sound("wav", "-c:a", "adpcm_ms"), Used()),
    Case("extensible.wav", extensible, Used()),
    Case("rf64.wav", sound("wav", "-rf64", "always"), Used()),
    Case("odd-chunk.wav", lambda: wav(before=chunk(b"junk", b"abc")), Used()),
    Case("notes.wav", lambda: wav(after=chunk(b"LIST", b"INFOISFT" + bytes(8))), Used()),
    Case("8000.wav", at_rate(8000), Used(8000)),
    Case("96000.wav", at_rate(96_000), Used(96_000)),
    Case("192000.wav", at_rate(192_000), Used(192_000)),
    *(Case(f"{count}-channels.wav", in_channels(count), Used(channels=count)) for count in (2, 4, 6, 8)),
    Case("50ms.wav", lambda: wav(melody(0.05)), Used(length_s=0.05)),
    # What compresses.
    Case("cbr.mp3", MP3, Used()),
    Case("vbr.mp3", sound("mp3", "-q:a", "5"), Used()),
    Case("bare.mp3", BARE_MP3, Used()),
    Case("8000.mp3", sound("mp3", "-ar", "8000", "-b:a", "16k"), Used(8000)),
    Case("320.mp3", sound("mp3", "-ar", "48000", "-ac", "2", "-b:a", "320k"), Used(48_000, 2)),
    Case("titled.mp3", lambda: id3(b"TIT2\x00\x00\x00\x05\x00\x00\x00Rust") + MP3(), Used()),
    Case("old-title.mp3", lambda: MP3() + b"TAG" + bytes(125), Used()),
    Case("cover-10mb.mp3", lambda: cover(os.urandom(10_000_000), b"image/jpeg") + MP3(), Used()),
    Case("cover-900-megapixels.mp3", lambda: cover(png(30_000, 30_000)) + MP3(), Used()),
    Case("playlist-in-its-tag.mp3", lambda: id3(PLAYLIST.encode()) + MP3(), Used()),
    Case("16.flac", FLAC, Used()),
    Case("24.flac", sound("flac", "-sample_fmt", "s32"), Used()),
    Case("titled.flac", lambda: id3(bytes(64)) + FLAC(), Used()),
    Case("vorbis.ogg", VORBIS, Used()),
    Case("flac.oga", sound("oga", "-c:a", "flac"), Used()),
    Case("opus.opus", OPUS, Used(LAVC_RATE)),
    Case("aac.m4a", AAC, Used()),
    Case("index-first.m4a", AAC_INDEX_FIRST, Used()),
    Case("alac.m4a", sound("m4a", "-c:a", "alac"), Used()),
    Case("in-pieces.m4a", sound("m4a", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"), Used()),
    Case("bare.aac", ADTS, Used()),
    Case("16.aiff", AIFF, Used()),
    Case("24.aif", sound("aiff", "-c:a", "pcm_s24be"), Used()),
    Case("little-end.aifc", sound("aiff", "-c:a", "pcm_s16le"), Used()),
    Case("16.caf", CAF, Used()),
    Case("alac.caf", sound("caf", "-c:a", "alac"), Used()),
    Case("opus.webm", WEBM, Used(LAVC_RATE)),
    Case("vorbis.webm", sound("webm", "-c:a", "libvorbis"), Used()),
    # Names that programs take for something else, and a link.
    *(
        Case(name, wav, Used())
        for name in (
            "-i.wav",
            "%03d.wav",
            "concat:x.wav",
            "pipe:0",
            "a\nb.wav",
            "Zoë 日本.wav",
            "a;b&$(c).wav",
        )
    ),
    Case("link.wav", link("echt.wav"), Used(), is_build=True),
    # Used, and told of.
    Case("wav.mp3", wav, Warned(r"it is called \.mp3 and is WAV")),
    Case("m4a.wav", AAC, Warned(r"it is called \.wav and is M4A")),
    Case("streamed.wav", lambda: wav(promised=STREAMED), Warned(NO_LENGTH)),
    Case("recorder-died.wav", lambda: wav(promised=0), Warned(NO_LENGTH)),
    Case("piped.wav", streamed("wav"), Warned(NO_LENGTH)),
    Case("piped.flac", streamed("flac"), Warned(NO_LENGTH)),
    Case("browser.webm", streamed("webm", "-c:a", "libopus"), Warned(NO_LENGTH, rate=LAVC_RATE)),
    Case("last-frame.mp3", spoiled(MP3, lambda whole: whole[:-40]), Warned("its last frame is cut")),
    Case("any-moment.mp3", spoiled(BARE_MP3, part(0.51)), Warned("its last frame is cut", LENGTH_S / 2)),
    Case("any-moment.aac", spoiled(ADTS, part(0.5)), Warned("its last frame is cut", LENGTH_S / 2)),
    Case("stray-behind.mp3", lambda: BARE_MP3() + b"no sound" * 100, Warned("it has 800 bytes that are no")),
    Case("stray-before.mp3", lambda: id3(b"") + b"rubbish!" * 9 + BARE_MP3(), Warned("72 bytes that are no")),
    Case("zeros-before.mp3", lambda: bytes(500) + BARE_MP3(), Warned("it has 500 bytes that are no sound")),
    Case("stray-behind.ogg", lambda: VORBIS() + b"rubbish!", Warned("it has 8 bytes that are no sound")),
    Case("no-end.ogg", lambda: _without_end(VORBIS()), Warned("its end is missing or was never marked")),
    Case("silence.wav", lambda: wav(np.zeros((RATE, 1))), Warned("there is only silence in it")),
    Case("over.wav", lambda: float_wav(3 * melody()), Warned(r"it is \d\.\d dB above full scale")),
    Case("clipped.wav", lambda: wav(np.clip(4 * melody(), -1, 1)), Warned("it is clipped")),
    Case("off-centre.wav", lambda: wav(melody() + 0.2), Warned("it is off centre by 20 %")),
    Case("antiphase.wav", lambda: wav(melody() * np.array([1.0, -1.0])), Warned("its channels cancel")),
    Case(
        "left.wav", lambda: wav(melody() * np.array([1.0, 0.01])), Warned("its sound is in the left channel")
    ),
    Case(
        "right.wav",
        lambda: wav(melody() * np.array([0.0, 1.0])),
        Warned("its sound is in the right channel alone"),
    ),
    # Refused for what they are.
    Case("empty.wav", lambda: b"", Refused("it is empty")),
    Case("one-byte.wav", lambda: b"R", Refused(NOT_SOUND)),
    Case("four-bytes.wav", lambda: b"RIFF", Refused(NOT_SOUND)),
    Case("page.mp3", text("<!DOCTYPE html><html>Log in</html>"), Refused(NOT_SOUND)),
    Case("error.mp3", text('{"error": {"code": 429}}'), Refused(NOT_SOUND)),
    Case("picture.mp3", lambda: png(8, 8), Refused(NOT_SOUND)),
    Case("program.wav", lambda: b"\x7fELF\x02\x01\x01" + bytes(500), Refused(NOT_SOUND)),
    Case("archive.mp3", zip_with_mp3, Refused(NOT_SOUND)),
    Case("midi.wav", lambda: b"MThd\x00\x00\x00\x06" + bytes(50), Refused(NOT_SOUND)),
    Case("film.avi", lambda: b"RIFF\x00\x00\x00\x00AVI LIST", Refused(NOT_SOUND)),
    Case("zeros.mp3", lambda: bytes(5000), Refused(NOT_SOUND)),
    Case("noise.mp3", lambda: np.random.default_rng(3).bytes(50_000), Refused(NOT_SOUND)),
    Case("subtitles.mp3", text("1\n00:00:00,000 --> 00:00:01,000\nsecret.wav\n"), Refused(NOT_SOUND)),
    Case("hls.mp3", text(PLAYLIST), Refused(NOT_SOUND)),
    Case("concat.mp3", text(CONCAT), Refused(NOT_SOUND)),
    Case("dash.mp3", text(DASH), Refused(NOT_SOUND)),
    Case("sdp.mp3", text("v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n"), Refused(NOT_SOUND)),
    Case("list.pls", text("[playlist]\nFile1=secret.wav\n"), Refused(NOT_SOUND)),
    Case("hls-behind-a-tag.mp3", lambda: id3(b"") + PLAYLIST.encode(), Refused(NOT_SOUND)),
    Case("concat-behind-a-tag.mp3", lambda: id3(b"") + CONCAT.encode(), Refused(NOT_SOUND)),
    # Refused for what is missing.
    Case("only-a-header.wav", riff(), Refused(NO_SOUND)),
    Case(
        "no-samples.wav", riff(chunk(b"fmt ", form(PCM, 1, RATE, 16)), chunk(b"data", b"")), Refused(NO_SOUND)
    ),
    Case("no-data.wav", riff(chunk(b"fmt ", form(PCM, 1, RATE, 16))), Refused(NO_SOUND)),
    Case("no-format.wav", riff(chunk(b"data", bytes(RATE))), Refused("it has no header that tells")),
    Case("half.wav", lambda: wav()[:RATE], Refused(CUT)),
    Case("promises.wav", lambda: wav(promised=1_000_000_000), Refused(CUT)),
    Case("half.mp3", spoiled(MP3, part(0.5)), Refused(CUT)),
    Case("half.flac", spoiled(FLAC, part(0.5)), Refused(f"{CUT}|{DAMAGED}")),
    Case("info.flac", lambda: FLAC()[:30], Refused(CUT)),
    Case("half.aiff", spoiled(AIFF, part(0.5)), Refused(CUT)),
    Case("half.caf", spoiled(CAF, part(0.5)), Refused(CUT)),
    Case("only-a-header.aiff", lambda: b"FORM\0\0\0\x04AIFF", Refused(NO_SOUND)),
    Case("only-a-header.caf", lambda: b"caff\0\x01\0\0", Refused(NO_SOUND)),
    Case("half.ogg", spoiled(VORBIS, part(0.7)), Refused(CUT)),
    Case("half.opus", spoiled(OPUS, part(0.7)), Refused(CUT)),
    Case("half.m4a", spoiled(AAC_INDEX_FIRST, part(0.7)), Refused(CUT)),
    Case("no-index.m4a", lambda: _without_index(AAC()), Refused("it has no index")),
    Case("half.webm", spoiled(WEBM, part(0.7)), Refused(CUT)),
    Case("half-browser.webm", spoiled(streamed("webm", "-c:a", "libopus"), part(0.7)), Refused(CUT)),
    Case("no-sound.mp4", movie_without_sound, Refused(NO_SOUND)),
    Case("only-a-tag.mp3", lambda: id3(bytes(200)), Refused(NOT_SOUND)),
    # Refused for what is in them.
    Case("20ms.wav", lambda: wav(melody(0.02)), Refused("it is shorter than 50 ms")),
    Case("nan.wav", with_wrong_sample(np.nan), Refused(r"it has samples that are not numbers.*0\.25 s")),
    Case("inf.wav", with_wrong_sample(np.inf), Refused(r"it has samples that are not numbers.*0\.25 s")),
    Case("giant.wav", with_wrong_sample(100.0), Refused(r"samples above 64 times full scale.*0\.25 s")),
    Case("4000.wav", at_rate(4000), Refused("its sample rate is 4000 Hz")),
    Case("384000.wav", at_rate(384_000), Refused("its sample rate is 384000 Hz")),
    Case("12-channels.wav", in_channels(12), Refused("it has 12 channels")),
    Case(
        "no-rate.wav",
        riff(chunk(b"fmt ", form(PCM, 1, 0, 16)), chunk(b"data", bytes(RATE))),
        Refused("its header is damaged"),
    ),
    Case(
        "no-channels.wav",
        riff(chunk(b"fmt ", form(FLOAT, 0, RATE, 32)), chunk(b"data", bytes(RATE))),
        Refused("its header is damaged"),
    ),
    Case("other-rate.mp3", two_mp3("-ar", "24000", "-b:a", "32k"), Refused(CHANGES)),
    Case("other-channels.mp3", two_mp3("-ac", "2", "-b:a", "32k"), Refused(CHANGES)),
    Case("other-rate.aac", lambda: ADTS() + made("aac", "-ar", "24000"), Refused(CHANGES)),
    Case("chained.ogg", lambda: 2 * VORBIS(), Refused("it is several files one after another")),
    Case("chained.opus", lambda: 2 * OPUS(), Refused("it is several files one after another")),
    Case("protected.m4a", spoiled(AAC, swapped(b"mp4a", b"drms")), Refused(r"it is protected .* \(DRM\)")),
    Case("encrypted.m4a", spoiled(AAC, swapped(b"mp4a", b"enca")), Refused(r"it is protected .* \(DRM\)")),
    Case("elsewhere.m4a", spoiled(AAC, elsewhere), Refused("its sound is in another file")),
    Case("two-formats.m4a", spoiled(AAC, twice_described), Refused("its format changes on the way")),
    Case("flipped.flac", spoiled(FLAC, flipped(0.6)), Refused(DAMAGED)),
    Case("flipped.ogg", spoiled(VORBIS, flipped(0.8)), Refused(DAMAGED)),
    Case("flipped.opus", spoiled(OPUS, flipped(0.6)), Refused(DAMAGED)),
    Case("day-in-8-kb.m4a", day_of_silence, Refused("it is longer than 2 minutes")),
    Case("two-minutes.wav", lambda: wav(np.zeros((RATE * 121, 1))), Refused("it is longer than 2 minutes")),
    # Refused for what is no file.
    Case("weg.wav", missing, Refused("it cannot be read .*No such file"), is_build=True),
    Case("map.wav", a_folder, Refused("it is a folder"), is_build=True),
    Case("pijp.wav", fifo, Refused("it is not a file"), is_build=True),
    Case("scherm.wav", a_terminal, Refused("it is not a file"), is_build=True),
    Case("socket.wav", a_socket, Refused("it cannot be read|it is not a file"), is_build=True),
    Case("dangling.wav", link("nergens.wav"), Refused("it cannot be read .*No such file"), is_build=True),
    Case("looping.wav", link("link.wav"), Refused("it cannot be read"), is_build=True),
    Case("sparse.wav", sparse, Refused("nearly all of it was never written"), is_build=True),
]


def _without_end(whole: bytes) -> bytes:
    """Return an Ogg file that was cut exactly between two pages: shortest by its last page."""
    return b"".join(pages(whole)[:-1]) if len(pages(whole)) > 3 else whole


def _without_index(whole: bytes) -> bytes:
    return b"".join(whole[start:end] for name, start, end in boxes(whole) if name != b"moov")


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 90
    assert len({case.name for case in CASES}) >= 90


def refusal(path: Path) -> tuple[AudioError | None, Examined | None]:
    """Return how a file is refused, or what is in it."""
    try:
        return None, examined(path, None, longest_s=120.0)
    except AudioError as error:
        return error, None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case.name))
def test_each_is_used_told_of_or_refused(tmp_path: Path, case: Case) -> None:
    path = case.make(tmp_path)
    began = time.monotonic()
    error, found = refusal(path)
    assert time.monotonic() - began < MOST_S
    while OPEN:
        os.close(OPEN.pop())
    if isinstance(case.outcome, Refused):
        assert error is not None, found
        assert error.sentence.startswith(f"{path}: ")
        assert re.search(case.outcome.sentence, error.problem), error.problem
        assert "\n" not in error.problem
        return
    assert found is not None, error
    clip = found.clip
    # An encoder pads: the longest by 3 frames of 1152 at 16 kHz or 576 at 8 kHz.
    assert clip.frames / clip.rate == pytest.approx(case.outcome.length_s, abs=0.22)
    assert clip.rate == case.outcome.rate
    if isinstance(case.outcome, Warned):
        assert re.search(case.outcome.sentence, "; ".join(found.warnings)), found.warnings
    else:
        assert found.warnings == ()
        assert clip.samples.shape[1] == case.outcome.channels
        # The melody (ffmpeg makes stereo of mono 3 dB softer).
        assert np.sqrt(np.mean(clip.samples**2)) == pytest.approx(0.156, rel=0.3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize(
    "case", [case for case in CASES if not isinstance(case.outcome, Used)], ids=lambda case: repr(case.name)
)
def test_a_stream_agrees(tmp_path: Path, case: Case) -> None:
    """What is read piece by piece is refused or told of just as well."""
    path = case.make(tmp_path)
    try:
        if isinstance(case.outcome, Refused):
            with pytest.raises(AudioError, match=case.outcome.sentence):
                list(Recording.open(path).blocks(120.0))
            return
        recording = Recording.open(path)
        inspection = Inspection(path, recording.rate, recording.channels)
        for _ in recording.blocks(120.0, inspection):
            pass
        told = "; ".join([*recording.warnings, *inspection.warnings()])
        assert re.search(case.outcome.sentence, told), told  # type: ignore[union-attr]
    finally:
        while OPEN:
            os.close(OPEN.pop())


# --- No other file, no network ---


class Listener:
    """A server that lends a sound file to whoever connects, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        head = b"HTTP/1.0 200 OK\r\nContent-Type: audio/aac\r\n\r\n"
        with suppress(OSError):
            while True:
                here, _ = self._server.accept()
                with here, suppress(OSError):
                    self.count += 1
                    here.recv(4096)
                    here.sendall(head + ADTS())

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@contextmanager
def listening() -> Iterator[Listener]:
    server = Listener()
    try:
        yield server
    finally:
        server.close()


def playlist(address: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n".encode()


REACHING: dict[str, tuple[str, Callable[[Path, int], bytes]]] = {
    "concat": ("song.mp3", lambda secret, _: f"ffconcat version 1.0\nfile {secret.name}\n".encode()),
    "hls": ("song.m3u8", lambda secret, _: playlist(f"file://{secret}")),
    "hls beside it": ("song.m3u8", lambda secret, _: playlist(secret.name)),
    "hls on the web": ("song.m3u8", lambda _, port: playlist(f"http://127.0.0.1:{port}/a.aac")),
}
"""Files that make a careless ffmpeg read another file, or connect."""


@pytest.mark.parametrize("kind", REACHING)
def test_no_file_reaches_for_another_one_or_for_the_network(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret.aac"
    secret.write_bytes(ADTS())
    name, content = REACHING[kind]
    path = tmp_path / name
    with listening() as server:
        path.write_bytes(content(secret, server.port))
        # The control: ffmpeg with a whitelist of protocols alone, as it is often advised.
        walls = ["-nostdin", "-v", "quiet", "-protocol_whitelist", "file,http,tcp"]
        output = ["-i", str(path), "-f", "s16le", "pipe:1"]
        naive = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), *walls, *output], capture_output=True, check=False, timeout=30
        )
        assert len(naive.stdout) > RATE or server.count, "the trap does not work"
        server.count = 0
        error, _ = refusal(path)
        assert error is not None
        assert server.count == 0


@pytest.mark.parametrize("kind", REACHING)
@pytest.mark.parametrize("demuxer", ["hls", "concat", "dash", "sdp"])
def test_the_last_wall_holds_alone(tmp_path: Path, kind: str, demuxer: str) -> None:
    """Were a playlist ever taken for sound, ffmpeg could still open nothing but that one file."""
    secret = tmp_path / "secret.aac"
    secret.write_bytes(ADTS())
    path = tmp_path / "song.mp3"
    with listening() as server:
        path.write_bytes(REACHING[kind][1](secret, server.port))
        with opened(path) as source, _decoding(source, ContainerInfo(demuxer), 10.0) as it:
            assert it.read(1000) == b""
        assert server.count == 0


def test_sound_that_is_elsewhere_is_not_fetched_from_there(tmp_path: Path) -> None:
    (tmp_path / "secret.m4a").write_bytes(AAC())
    path = tmp_path / "song.m4a"
    path.write_bytes(elsewhere(AAC()))
    error, _ = refusal(path)
    assert error is not None
    assert error.problem == "its sound is in another file"


# --- Memory and time ---

READ_ALL = """
import re, resource, sys
from pathlib import Path
from stem.sound.decoding import Recording, decode
from stem.errors import AudioError
def stream(path):
    for _ in Recording.open(path).blocks(120.0):
        pass
for name in sys.argv[1:]:
    for read in (decode, stream):
        try:
            read(Path(name))
        except AudioError:
            pass
print(1024 * int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]))
print(1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def silent_wav(frames: int, channels: int, rate: int) -> bytes:
    return riff(chunk(b"fmt ", form(PCM, channels, rate, 16)), chunk(b"data", bytes(2 * channels * frames)))()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the child's memory is limited on Linux alone")
def test_nothing_takes_more_memory_or_time_than_it_may(tmp_path: Path) -> None:
    heavy = {
        "day.m4a": day_of_silence(),
        "cover.mp3": cover(png(30_000, 30_000)) + MP3(),
        "cover.flac": cover(png(30_000, 30_000)) + FLAC(),
        "tag.mp3": id3(bytes(200 << 20)) + MP3(),
        "long.wav": silent_wav(8000 * 3600, 1, 8000),
        "surround.wav": silent_wav(192_000 * 15, 8, 192_000),
    }
    for name, content in heavy.items():
        (tmp_path / name).write_bytes(content)
    names = [str(tmp_path / name) for name in heavy] + [str(sparse(tmp_path))]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, *names], capture_output=True, check=True, text=True
    )
    assert (time.monotonic() - began) / len(names) < MOST_S
    ours, childs = map(int, done.stdout.split())
    assert ours < MOST_BYTES
    assert childs < MOST_BYTES


# --- Mutations ---

GOOD: dict[str, Content] = {
    "wav": wav,
    "float": lambda: float_wav(melody()),
    "mp3": MP3,
    "flac": FLAC,
    "ogg": VORBIS,
    "opus": OPUS,
    "m4a": AAC,
    "aac": ADTS,
    "webm": WEBM,
    "aiff": AIFF,
    "caf": CAF,
    "ima": sound("wav", "-c:a", "adpcm_ima_wav"),
}
MUTATIONS = dict.fromkeys(GOOD, 15) | {"m4a": 50, "webm": 25, "float": 25}
"""Of each, so many that some are read and some refused: hardly a change of an M4A leaves one that is read."""


def mutated(good: bytes, rng: np.random.Generator) -> bytes:
    """Return a file with a few bytes changed, cut out, put in or doubled; often near its head."""
    content = bytearray(good)
    for _ in range(rng.integers(1, 4)):
        reach = min(len(content), 200) if rng.random() < 0.5 else len(content)
        at, count = int(rng.integers(reach)), int(rng.integers(1, 40))
        match rng.integers(5):
            case 0:
                content[at] ^= 1 << int(rng.integers(8))
            case 1:
                content[at : at + 4] = rng.choice([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"])
            case 2:
                del content[at : at + count]
            case 3:
                content[at:at] = content[at : at + count]
            case _:
                content[at:at] = rng.bytes(count)
    return bytes(content[: rng.integers(1, len(content))] if rng.random() < 0.1 else content)


@pytest.mark.slow
@pytest.mark.parametrize("kind", GOOD)
def test_no_mutation_of_a_good_file_hurts(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(list(kind.encode()))
    path, outcomes = tmp_path / f"a.{kind}", set()
    for _ in range(50 if "STEM_ALL_FAULTS" in os.environ else MUTATIONS[kind]):
        path.write_bytes(mutated(GOOD[kind](), rng))
        began = time.monotonic()
        error, found = refusal(path)
        assert time.monotonic() - began < MOST_S
        outcomes.add(error is None)
        if error is not None:
            assert error.sentence.startswith(f"{path}: ")
        if found is not None:
            assert np.abs(found.clip.samples).max() <= 64
            assert found.clip.frames > 0
    # Every page of Ogg has a checksum; in other formats many a change is no damage that shows.
    assert outcomes == ({False} if kind in {"ogg", "opus"} else {True, False})
