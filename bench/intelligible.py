"""How well a voice is understood over each background.

    pip install pystoi
    python bench/intelligible.py                 # every background
    python bench/intelligible.py zee bruin       # these alone

`aankomen`, said by `zacht`, each background at its usual level: the MP3 as ffmpeg decodes it, against the
voice's stem, by STOI and ESTOI (Taal 2011; Jensen and Taal 2016) at 16 kHz; then in a telephone's band
(300-3400 Hz), and as AAC at 96 kbps, which stem writes of the same samples. "phone" is how much of the
background is left in that band, in dB of its power; "under" how far it lies there under the voice, while that
speaks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import soxr
from numpy.typing import NDArray
from pystoi import stoi
from scipy.signal import butter, sosfiltfilt

from stem.export.formats import FORMATS, Settings
from stem.sound.beds import BEDS
from stem.sound.pieces import Piece

Floats = NDArray[np.float64]

RATE, STOI_RATE = 44_100, 16_000
LEAST_STOI, LEAST_ESTOI = 0.98, 0.94

_PHONE = butter(6, (300, 3400), "band", fs=STOI_RATE, output="sos")
_FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-i"]


def decoded(path: Path) -> NDArray[np.float32]:
    """Return a file's samples, shape (frames, 2)."""
    raw = ["-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"]
    done = subprocess.run([*_FFMPEG, str(path), *raw], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


@dataclass
class Whole:
    """A sound that is there already, for who writes one in pieces.

    Attributes:
        samples: Shape (frames, channels).
        unit: See `pieces.Sliced`.
    """

    samples: NDArray[np.float32]
    unit: int = 1

    @property
    def frames(self) -> int:
        """Its length."""
        return len(self.samples)

    def blocks(self, piece: Piece, before: int = 0, after: int = 0) -> Iterator[NDArray[np.float32]]:
        """Yield a piece and what stands around it, a second at a time."""
        around = self.samples[max(piece.first - before, 0) : piece.last + after]
        for start in range(0, len(around), RATE):
            yield around[start : start + RATE]


def heard(sound: NDArray[np.float32]) -> Floats:
    """Return a sound in mono at the rate that STOI is made for."""
    return np.asarray(soxr.resample(sound.mean(axis=1, dtype=np.float64), RATE, STOI_RATE), np.float64)


def made(folder: Path, bed: str) -> tuple[Path, Path, Path]:
    """Make a track in `folder`, and return it, the voice's stem and the background's."""
    target = folder / bed
    target.mkdir()
    make = ["make", "aankomen", "--voice", "zacht", "--bed", bed, "--stems", "-o", str(target)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run([sys.executable, "-m", "stem", *make], env=environment, capture_output=True, check=True)
    return next(target.glob("*.mp3")), next(target.glob("*-stem.flac")), next(target.glob("*-acht*.flac"))


def understood(folder: Path, bed: str) -> list[float]:
    """Return STOI and ESTOI of the file, on a phone and as AAC, and the background's part on a phone."""
    track, voice_stem, bed_stem = made(folder, bed)
    aac = track.with_suffix(".m4a")
    FORMATS["m4a"].write(aac, Whole(decoded(voice_stem) + decoded(bed_stem)), Settings(96))
    voice, mix, as_aac, behind = (heard(decoded(path)) for path in (voice_stem, track, aac, bed_stem))
    figures = []
    for clean, degraded in (
        (voice, mix),
        (sosfiltfilt(_PHONE, voice), sosfiltfilt(_PHONE, mix)),
        (voice, as_aac),
    ):
        frames = min(len(clean), len(degraded))
        figures += [
            float(stoi(clean[:frames], degraded[:frames], STOI_RATE, extended=extended))
            for extended in (False, True)
        ]
    speaking = np.convolve(np.square(voice), np.ones(1600) / 1600, "same") > 1e-6
    on_phone, voice_on_phone = (np.square(sosfiltfilt(_PHONE, each)) for each in (behind, voice))
    share = 10 * np.log10(on_phone.sum() / np.square(behind).sum())
    under = 10 * np.log10(voice_on_phone[speaking].mean() / on_phone[speaking].mean())
    return [*figures, float(share), float(under)]


def main(names: list[str]) -> None:
    """Print the table."""
    print(f"{'':>13} {'MP3':>15} {'phone':>15} {'AAC 96':>15} {'phone, dB':>10} {'under, dB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name in names or [bed for bed in BEDS if bed != "none"]:
            figures = understood(Path(folder), name)
            pairs = [f"{figures[at]:.3f} / {figures[at + 1]:.3f}" for at in (0, 2, 4)]
            short = min(figures[0:6:2]) < LEAST_STOI or min(figures[1:6:2]) < LEAST_ESTOI
            row = "".join(f" {pair:>15}" for pair in pairs)
            tail = f" {figures[6]:10.1f} {figures[7]:10.1f}{'  falls short' if short else ''}"
            print(f"{name:>13}{row}{tail}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
