"""How long a track takes and how much memory, against LAME alone on the same samples.

    make bench

Every run is a process of its own, as a user's is. "cold" starts from an empty cache: all sentences are spoken
and the background is made; "warm" has both.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LENGTHS_MIN = (20, 60)

LAME_ALONE = """
import sys, time
import imageio_ffmpeg, lameenc, subprocess
command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", sys.argv[1], "-f", "s16le", "-"]
pcm = subprocess.run(command, capture_output=True, check=True).stdout
encoder = lameenc.Encoder()
encoder.set_bit_rate(128)
encoder.set_in_sample_rate(44_100)
encoder.set_channels(2)
encoder.set_quality(5)
started = time.perf_counter()
for at in range(0, len(pcm), 65_536 * 4):
    encoder.encode(pcm[at : at + 65_536 * 4])
encoder.flush()
print(time.perf_counter() - started)
"""


@dataclass(frozen=True)
class Run:
    """One process: its wall time in seconds, its processor time, and its largest memory in megabytes."""

    wall_s: float
    processor_s: float
    peak_mb: float


def long_script(minutes: int) -> str:
    """Return a script of about `minutes` minutes, half of it speech; no sentence comes twice."""
    parts = ["+++", 'title = "Maat"', 'bed = "zee"', 'voice = "zacht"', "+++"]
    things = ["grond", "stoel", "stilte", "lamp", "lucht", "plek", "dag", "warmte", "stem", "kamer"]
    for number in range(minutes * 4):
        thing, other = things[number % 10], things[(number // 10) % 10]
        parts.append(f"Merk op hoe de {thing} er is, nummer {number + 1}.")
        parts.append(f"En daarna ook de {other}, voor keer {number + 1}.")
        parts.append("[pauze 7]")
    return "\n".join(parts)


def measured(command: list[str], folder: Path) -> Run:
    """Run a command in `folder`, with its cache there, and measure it."""
    started = time.perf_counter()
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    running = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(running.pid, 0)
    wall_s = time.perf_counter() - started
    if status:
        raise SystemExit(f"{command} failed")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Print a table."""
    make = [sys.executable, "-m", "stem", "make", "maat.j2", "--force"]
    print(f"{'minutes':>8} {'cache':>6} {'wall s':>8} {'cpu s':>8} {'peak MB':>8} {'LAME s':>8} {'ratio':>6}")
    for minutes in LENGTHS_MIN:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "maat.j2").write_text(long_script(minutes), encoding="utf-8")
            runs = {"cold": measured(make, folder), "warm": measured(make, folder)}
            alone = [sys.executable, "-c", LAME_ALONE, "output/maat.mp3"]
            lame = subprocess.run(alone, cwd=folder, capture_output=True, text=True, check=True)
            lame_s = float(lame.stdout)
            for cache, run in runs.items():
                figures = f"{run.wall_s:8.1f} {run.processor_s:8.1f} {run.peak_mb:8.0f} {lame_s:8.1f}"
                print(f"{minutes:8} {cache:>6} {figures} {run.wall_s / lame_s:6.2f}")


if __name__ == "__main__":
    main()
