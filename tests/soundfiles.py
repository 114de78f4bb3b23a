"""Sound files as they should be, as they happen to be, and as nobody should ever meet them."""

from __future__ import annotations

import struct
import subprocess
import zlib
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
LENGTH_S = 1.0

PCM, FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
STREAMED = 0xFFFF_FFFF

Wave = NDArray[np.float64]


def melody(length_s: float = LENGTH_S, rate: int = RATE, channels: int = 1) -> Wave:
    """Return a chord with a little noise, shape (frames, channels), peak below 0.6."""
    time = np.arange(round(length_s * rate)) / rate
    rng = np.random.default_rng(7)
    chord = sum(0.15 * np.sin(2 * np.pi * hertz * time) for hertz in (220.0, 277.2, 329.6))
    sound = np.stack([chord + 0.01 * rng.standard_normal(len(time)) for _ in range(channels)], axis=1)
    return np.asarray(sound, dtype=np.float64)


def buzz(length_s: float = 2.0, rate: int = RATE) -> Wave:
    """Return what is taken for a voice: a buzz of 130 Hz in four syllables a second between two silences.

    Shape (frames, 1), peak 0.5; the highest partial lies below 7.7 kHz.
    """
    time = np.arange(round(length_s * rate)) / rate
    syllables = (0.5 - 0.5 * np.cos(8 * np.pi * time)) * (time > 0.25) * (time < length_s - 0.25)
    turn = np.exp(2j * np.pi * 130 * time)
    partials = np.zeros_like(turn)
    for k in range(59, 0, -1):  # by Horner's rule: a sine for each takes five times as long
        partials += 1 / k
        partials *= turn
    sound = partials.imag * syllables
    hiss = np.random.default_rng(4).standard_normal(len(time)) * 1e-4
    return np.asarray((0.5 * sound / np.abs(sound).max() + hiss)[:, None], np.float64)


def samples_16(sound: Wave) -> bytes:
    return np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def chunk(name: bytes, content: bytes, promised: int | None = None) -> bytes:
    """Return a chunk of RIFF; `promised` is the size that it says it has."""
    size = len(content) if promised is None else promised
    return name + struct.pack("<I", size) + content + bytes(len(content) % 2)


def form(tag: int, channels: int, rate: int, bits: int, extra: bytes = b"") -> bytes:
    align = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * align, align, bits) + extra


def wav(
    sound: Wave | None = None,
    *,
    rate: int = RATE,
    before: bytes = b"",
    after: bytes = b"",
    promised: int | None = None,
) -> bytes:
    """Return a 16-bit WAV file, with other chunks before and after its samples when wanted."""
    wave = melody(rate=rate) if sound is None else sound
    body = before + chunk(b"fmt ", form(PCM, wave.shape[1], rate, 16))
    body += chunk(b"data", samples_16(wave), promised) + after
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def float_wav(sound: Wave, rate: int = RATE) -> bytes:
    body = chunk(b"fmt ", form(FLOAT, sound.shape[1], rate, 32))
    body += chunk(b"data", sound.astype("<f4").tobytes())
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def encoded(suffix: str, *options: str, sound: Wave | None = None, rate: int = RATE) -> bytes:
    """Return a melody in another format, by ffmpeg's encoder for it.

    A container with an index needs a file that it can go back in.
    """
    import tempfile

    wave = melody(rate=rate) if sound is None else sound
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error"]
        given = ["-f", "f32le", "-ar", f"{rate}", "-ac", f"{wave.shape[1]}", "-i", "pipe:0"]
        subprocess.run(
            [*program, *given, "-bitexact", *options, str(path)],
            input=wave.astype("<f4").tobytes(),
            check=True,
        )
        return path.read_bytes()


def id3(content: bytes) -> bytes:
    """Return an ID3v2.3 tag around frames."""
    size = len(content)
    sync_safe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + sync_safe + content


def cover(picture: bytes, kind: bytes = b"image/png") -> bytes:
    """Return an ID3 tag with a picture."""
    body = b"\x00" + kind + b"\x00\x03\x00" + picture
    return id3(b"APIC" + struct.pack(">I", len(body)) + b"\x00\x00" + body)


def png(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large, and holds next to nothing."""

    def part(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


def boxes(content: bytes, start: int = 0, end: int | None = None) -> list[tuple[bytes, int, int]]:
    """Return name, start and end of each box of an MP4."""
    found, place = [], start
    while place < (len(content) if end is None else end):
        size = struct.unpack(">I", content[place : place + 4])[0]
        found.append((content[place + 4 : place + 8], place, place + size))
        place += size
    return found


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def replaced_box(content: bytes, path: tuple[bytes, ...], new: bytes) -> bytes:
    """Return an MP4 whose box at `path` has other content; the boxes around it are made to fit."""
    parts = []
    for name, start, end in boxes(content):
        if name != path[0]:
            parts.append(content[start:end])
        elif len(path) == 1:
            parts.append(box(name, new))
        else:
            parts.append(box(name, replaced_box(content[start + 8 : end], path[1:], new)))
    return b"".join(parts)


STBL = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def day_of_silence() -> bytes:
    """Return an M4A that says it lasts a minute, and whose index refers to that minute 1,440 times."""
    small = encoded("m4a", "-c:a", "aac", "-b:a", "16k", sound=np.zeros((60 * 8000, 1)), rate=8000)
    small = small.replace(b"edts", b"free")  # the list of edits would end it where it says it does
    inner = small
    start = 0
    for name in STBL:
        start, end = next((first, last) for found, first, last in boxes(inner) if found == name)
        inner = inner[start + 8 : end]
    tables = {found: inner[first + 8 : last] for found, first, last in boxes(inner)}
    even, count = struct.unpack(">II", tables[b"stsz"][4:12])
    times = 86_400 * 8000 // 1024 // count
    first_chunk = struct.unpack(">I", tables[b"stco"][8:12])[0]
    largest = even or max(struct.unpack(f">{count}I", tables[b"stsz"][12:]))
    long = small
    new = {
        b"stts": bytes(4) + struct.pack(">III", 1, count * times, 1024),
        b"stsc": bytes(4) + struct.pack(">IIII", 1, 1, count, 1),
        b"stsz": bytes(4) + struct.pack(">II", largest, count * times),
        b"stco": bytes(4) + struct.pack(">I", times) + struct.pack(">I", first_chunk) * times,
    }
    for name, table in new.items():
        long = replaced_box(long, (*STBL, name), table)
    return long
