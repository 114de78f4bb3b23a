"""How long a track takes and how much memory, against LAME alone on the same samples.

    make bench
    python bench/track.py 20           # of 20 minutes alone; 20 and 60 unless lengths are given
    python bench/track.py --sleep 8    # a sleep track of 8 hours: two minutes of speech, then the sea

Every run is a process of its own, as a user's is. "cold" starts from an empty cache: all sentences are
spoken and the background is made; "warm" has both, but no piece that was encoded before. Times are the best
of several, taken in turns with LAME's: what else the machine does only makes them longer. "ffmpeg s" and
"LAME s" are what these two encoders take alone on the same samples, each with its processor time; "over
LAME" is the time over LAME's, and then the processor time over LAME's. Memory is that of the program and its
children together, what they share counted once (PSS: the unshared, USS, would leave Python's own libraries
out when two processes have them); "own MB" leaves out what is mapped from files. "serial s" is for how long
one core alone had work, were all other work shared evenly: on a busy machine it says nothing. "pydub s" are
the two pipelines of `pipelines.py`, with a ">" when they were ended. "first event" is how long after the call
someone who is told of progress hears of it, and "without a word" for how long at most nothing is told after
that, while four backgrounds are made and sentences are spoken.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

ROUNDS = {20: 3, 60: 1}
"""How often each length, in minutes, is measured."""

_MOST_PYDUB_S = 2 * 3600
"""pydub holds a track in memory several times."""

_LOOK_S = 0.02
_LOOKS_PER_MAP = 3  # to read the map of a process's memory takes that process a few milliseconds

LAME_ALONE = """
import sys, time
import lameenc
encoder = lameenc.Encoder()
encoder.silence()
encoder.set_bit_rate(128)
encoder.set_in_sample_rate(44_100)
encoder.set_out_sample_rate(44_100)
encoder.set_channels(2)
encoder.set_quality(5)
taken = taken_cpu = 0.0
with open(sys.argv[1], "rb") as file:
    while pcm := file.read(65_536 * 4):
        started, started_cpu = time.perf_counter(), time.process_time()
        encoder.encode(pcm)
        taken += time.perf_counter() - started
        taken_cpu += time.process_time() - started_cpu
print(taken, taken_cpu)
"""


FIRST_EVENT = """
import time
import stem
project = stem.Project(".")
plan = project.plan(stem.TrackSpec("maat.j2", bed="zee+regen+vogels+beek"))
told = [time.perf_counter()]
def hear(progress):
    told.append(time.perf_counter())
    return progress.stage in ("bed", "speech")
try:
    project.make(plan, events=hear)
except stem.Cancelled:
    pass
print(told[1] - told[0], max(later - former for former, later in zip(told[1:], told[2:])))
"""


@dataclass(frozen=True)
class Run:
    """One process.

    Attributes:
        wall_s: How long it took.
        first_s: When the first encoded sound was in the file.
        processor_s: Processor time of all its threads and children.
        peak_mb: The largest memory of it and its children (proportional set size); 0 without a /proc.
        own_mb: The same without what is mapped from files, which the system takes back when it needs it.
    """

    wall_s: float
    first_s: float
    processor_s: float
    peak_mb: float
    own_mb: float


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


def sleep_script(hours: int) -> str:
    """Return a script that speaks for two minutes and is then silent for hours."""
    silences = (f"Het is stil, voor keer {number}.\n[pauze 595]" for number in range(hours * 6))
    return "\n".join([long_script(2), *silences])


def measured(command: list[str], folder: Path, longest_s: float = math.inf) -> Run:
    """Run a command in `folder`, with its cache and output there, and measure it, for `longest_s` at most."""
    environment = _environment(folder)
    known = set(folder.glob("output/*"))
    first_s, peak_mb, own_mb, looks = math.nan, 0.0, 0.0, 0
    started = time.perf_counter()
    running = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while True:
        ended, status, usage = os.wait4(running.pid, os.WNOHANG)
        wall_s = time.perf_counter() - started
        if ended:
            break
        if wall_s > longest_s:
            running.kill()
        if math.isnan(first_s) and any(_size(path) for path in set(folder.glob("output/*")) - known):
            first_s = wall_s
        if looks % _LOOKS_PER_MAP == 0:
            mapped = [_memory_mb(pid) for pid in _with_children(running.pid)]
            peak_mb = max(peak_mb, sum(whole for whole, _ in mapped))
            own_mb = max(own_mb, sum(own for _, own in mapped))
        looks += 1
        time.sleep(_LOOK_S)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode and wall_s <= longest_s:
        raise SystemExit(f"{command} failed")
    return Run(wall_s, first_s, usage.ru_utime + usage.ru_stime, peak_mb, own_mb)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it had its final name just now
        return 0


def _environment(folder: Path) -> dict[str, str]:
    """Return that of a user: a cache of its own, and modules that are compiled once."""
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **own}


def _with_children(pid: int) -> list[int]:
    """Return a process and all that it started, as far as they live.

    A child that is still about to become another program has its parent's memory, the very same (vfork): it
    would count twice.
    """
    found = [pid]
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                if Path(f"/proc/{child}/cmdline").read_bytes() != words:
                    found += _with_children(int(child))
    except OSError:
        pass
    return found


def _memory_mb(pid: int) -> tuple[float, float]:
    """Return the memory of a process, and what of it is mapped from no file; 0 when that is not told."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return kilobytes["Pss"] / 1024, kilobytes["Pss_Anon"] / 1024


@dataclass(frozen=True)
class Measured:
    """A script, measured.

    Attributes:
        cold: A run with nothing in the cache.
        warm: The best of the runs with everything in it, their largest memory.
        lame_s: What LAME alone takes at best, for the same samples, and of that processor time.
        ffmpeg_s: What ffmpeg takes to make an MP3 of them, likewise.
        pydub: The pipelines that people write with pydub, on the same clips.
        stages_s: Processor time of each stage of such a run.
        sound_s: The length of the track.
    """

    cold: Run
    warm: Run
    lame_s: tuple[float, float]
    ffmpeg_s: tuple[float, float]
    pydub: dict[str, Run]
    stages_s: dict[str, float]
    sound_s: float


def measure(script: str, rounds: int) -> Measured:
    """Measure a script in a folder and a cache of its own."""
    from pipelines import MOST_TIMES, pydub  # which imports this module

    with tempfile.TemporaryDirectory() as name:
        folder, pcm = Path(name), Path(name, "pcm")
        (folder / "maat.j2").write_text(script, encoding="utf-8")
        make = ["make", "maat.j2", "--force"]
        cold = measured([sys.executable, "-m", "stem", *make], folder)
        forget_pieces(folder)
        stages = [sys.executable, str(Path(__file__).with_name("stages.py")), *make]
        environment = _environment(folder)
        told = subprocess.run(
            stages, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        ).stdout
        # What comes out of an MP3 is not the same: LAME took away what it would be asked to take away again.
        measured([sys.executable, "-m", "stem", *make, "--format", "flac"], folder)
        (track,) = folder.glob("output/*.flac")
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(track), "-f", "s16le", str(pcm)]
        subprocess.run(ffmpeg, check=True)
        warm, lame_s = [], []
        for _ in range(rounds):
            forget_pieces(folder)
            warm.append(measured([sys.executable, "-m", "stem", *make], folder))
            alone = [sys.executable, "-c", LAME_ALONE, str(pcm)]
            told_s = subprocess.run(alone, stdout=subprocess.PIPE, check=True).stdout
            lame_s.append([*map(float, told_s.split())])
        other = ["-f", "s16le", "-ar", "44100", "-ac", "2", "-i", str(pcm), "-b:a", "128k"]
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *other, str(folder / "other.mp3")]
        others = [measured([*ffmpeg, "-y"], folder) for _ in range(rounds)]
        best = Run(
            wall_s=min(run.wall_s for run in warm),
            first_s=min(run.first_s for run in warm),
            processor_s=min(run.processor_s for run in warm),
            peak_mb=max(run.peak_mb for run in warm),
            own_mb=max(run.own_mb for run in warm),
        )
        sound_s = pcm.stat().st_size / (4 * 44_100)
        pipelines = pydub(folder, MOST_TIMES * best.wall_s) if sound_s < _MOST_PYDUB_S else {}
        stages_s = json.loads(told.splitlines()[-1])
        lame, lame_cpu = map(min, zip(*lame_s, strict=True))
        ffmpeg_s = min(run.wall_s for run in others), min(run.processor_s for run in others)
        return Measured(cold, best, (lame, lame_cpu), ffmpeg_s, pipelines, stages_s, sound_s)


def forget_pieces(folder: Path) -> None:
    """Let every piece of a track be encoded anew."""
    for piece in folder.glob("cache/stem/speech/*.piece"):
        piece.unlink()


def print_tables(found: dict[str, Measured]) -> None:
    """Print what was measured of tracks, by their names."""
    print(f"{'track':>10} {'sound s':>8} {'cache':>6} {'wall s':>7} {'first s':>7} {'cpu s':>7}", end=" ")
    print(f"{'peak MB':>8} {'own MB':>7} {'serial s':>8} {'ffmpeg s':>8} {'cpu s':>6}", end=" ")
    print(f"{'LAME s':>7} {'cpu s':>6} {'over LAME':>11}")
    cores = os.cpu_count() or 1
    for name, track in found.items():
        for cache, run in (("cold", track.cold), ("warm", track.warm)):
            print(f"{name:>10} {track.sound_s:8.0f} {cache:>6}", end=" ")
            print(f"{run.wall_s:7.1f} {run.first_s:7.2f} {run.processor_s:7.1f}", end=" ")
            serial_s = (cores * run.wall_s - run.processor_s) / max(cores - 1, 1)
            (ffmpeg_s, ffmpeg_cpu_s), (lame_s, lame_cpu_s) = track.ffmpeg_s, track.lame_s
            print(f"{run.peak_mb:8.0f} {run.own_mb:7.0f} {serial_s:8.1f}", end=" ")
            print(f"{ffmpeg_s:8.1f} {ffmpeg_cpu_s:6.1f}", end=" ")
            over, over_cpu = run.wall_s / lame_s, run.processor_s / lame_cpu_s
            print(f"{lame_s:7.1f} {lame_cpu_s:6.1f} {over:5.2f} {over_cpu:5.2f}")
    tracks = list(found.values())
    growth_mb = tracks[-1].warm.own_mb - tracks[0].warm.own_mb
    print(f"The longest takes {growth_mb:.0f} MB more than the shortest.")
    for name, track in found.items():
        for pipeline, run in track.pydub.items():
            ended = ">" if run.wall_s > 6 * track.warm.wall_s else ""
            print(f"{name:>10} pydub, {pipeline}: {ended}{run.wall_s:.1f} s, {run.peak_mb:.0f} MB")
    print()
    print(f"{'stage, cpu s':>18}" + "".join(f" {name:>10}" for name in found))
    for stage in tracks[0].stages_s:
        print(f"{stage:>18}" + "".join(f" {track.stages_s[stage]:10.2f}" for track in tracks))


def print_first_event() -> None:
    """Print when someone hears that a track is being made, from an empty cache."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "maat.j2").write_text(long_script(2), encoding="utf-8")
        asked = [sys.executable, "-c", FIRST_EVENT]
        told = subprocess.run(
            asked, cwd=name, env=_environment(Path(name)), stdout=subprocess.PIPE, check=True
        ).stdout
    first_s, silent_s = map(float, told.split())
    print(f"first event {first_s:.3f} s after the call, then {silent_s:.2f} s without a word at most")


def main() -> None:
    """Print the tables."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("minutes", nargs="*", type=int, default=list(ROUNDS), help="lengths of tracks")
    told.add_argument("--sleep", type=int, metavar="HOURS", help="a sleep track of so many hours instead")
    asked = told.parse_args()
    print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print_first_event()
    if asked.sleep:
        print_tables({f"sleep {asked.sleep} h": measure(sleep_script(asked.sleep), rounds=1)})
    else:
        lengths = {minutes: ROUNDS.get(minutes, 1) for minutes in asked.minutes}
        print_tables({f"{minutes} min": measure(long_script(minutes), n) for minutes, n in lengths.items()})
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
