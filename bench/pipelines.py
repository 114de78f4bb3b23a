"""What stem's mix costs beside the two pipelines that people write with pydub, on the same clips.

    python bench/pipelines.py    # alone; `bench/track.py` has them in its table

"append" adds clips and silences to one AudioSegment, without a background; "overlay" lays every clip on a
background that was repeated to the length of the track. Both get their clips finished, as WAV files, and
export an MP3 of the same bit rate; stem also renders the script, filters and levels the speech, lets the
background give way, limits and measures. Each is a process of its own; one that takes six times as long as
stem is ended, and its figures are marked with a ">".
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
from track import Run, long_script, measured

from stem.config import Config
from stem.sound.clips import BLOCK_FRAMES, Samples
from stem.track.plan import plan_track
from stem.track.spec import TrackSpec
from stem.track.stages import mixed, speak
from stem.units import SAMPLE_RATE
from stem.voices.takes import Takes

LENGTHS_MIN = (20, 60)
MOST_TIMES = 6.0
"""How much longer than stem a pipeline may take."""

PIPELINE = """
import json, sys
import imageio_ffmpeg
from pydub import AudioSegment

AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
clips = json.load(open("clips.json"))

def append():
    track = AudioSegment.silent(0, frame_rate=44_100).set_channels(2)
    for name, start_ms in clips:
        track += AudioSegment.silent(start_ms - len(track), frame_rate=44_100)
        track += AudioSegment.from_wav(name)
    return track

def overlay():
    bed = AudioSegment.from_wav("bed.wav")
    length_ms = clips[-1][1] + 10_000
    track = (bed * (length_ms // len(bed) + 1))[:length_ms]
    for name, start_ms in clips:
        track = track.overlay(AudioSegment.from_wav(name), position=start_ms)
    return track

pipeline = {"append": append, "overlay": overlay}[sys.argv[1]]
pipeline().export("pydub.mp3", format="mp3", bitrate="128k").close()
"""


def prepare(folder: Path) -> None:
    """Write what the pipelines are given: the clips as stem places them, and the bed at its level."""
    with Takes() as takes:
        plan = speak(plan_track(TrackSpec("maat.j2"), Config()), takes)
        mix = mixed(plan, takes, plan.bed.load(plan.seed))
        names = {phrase: f"{number}.wav" for number, phrase in enumerate(dict.fromkeys(plan.phrases))}
        for phrase, name in names.items():
            write_wav(folder / name, mix.voice(phrase))
        clips = [(names[each.phrase], each.start * 1000 // SAMPLE_RATE) for each in mix.timeline.utterances]
        (folder / "clips.json").write_text(json.dumps(clips), encoding="utf-8")
        under = 10 ** ((mix.levels.speech_lufs - mix.levels.ducked_lu - mix.bed.lufs) / 20)
        write_wav(folder / "bed.wav", mix.bed.read(0, 120 * SAMPLE_RATE) * np.float32(under))


def write_wav(path: Path, samples: Samples) -> None:
    """Write samples as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for start in range(0, len(samples), BLOCK_FRAMES):
            block = samples[start : start + BLOCK_FRAMES]
            file.writeframes((np.clip(block, -1, 1) * 32_767).astype("<i2").tobytes())


def compare(minutes: int) -> dict[str, Run]:
    """Measure stem and the two pipelines on one script."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "maat.j2").write_text(long_script(minutes), encoding="utf-8")
        stem = measured([sys.executable, "-m", "stem", "make", "maat.j2"], folder)
        return {"stem": stem, **pydub(folder, MOST_TIMES * stem.wall_s)}


def pydub(folder: Path, longest_s: float) -> dict[str, Run]:
    """Measure the two pipelines on the script of a folder, whose sentences the cache has."""
    measured([sys.executable, __file__, "prepare"], folder)
    return {
        pipeline: measured([sys.executable, "-c", PIPELINE, pipeline], folder, longest_s)
        for pipeline in ("append", "overlay")
    }


def main() -> None:
    """Print a table."""
    print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'minutes':>8} {'pipeline':>9} {'wall s':>7} {'cpu s':>7} {'peak MB':>8}", end=" ")
    print(f"{'x wall':>7} {'x cpu':>6} {'x MB':>6}")
    for minutes in LENGTHS_MIN:
        runs = compare(minutes)
        stem = runs["stem"]
        for name, run in runs.items():
            at_least = ">" if run.wall_s > MOST_TIMES * stem.wall_s else " "
            print(f"{minutes:8} {name:>9} {at_least}", end="")
            print(f"{run.wall_s:6.1f} {run.processor_s:7.1f} {run.peak_mb:8.0f}", end=" ")
            slower, work = run.wall_s / stem.wall_s, run.processor_s / stem.processor_s
            print(f"{at_least}{slower:6.1f} {work:6.1f} {run.peak_mb / stem.peak_mb:6.1f}")
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    prepare(Path.cwd()) if sys.argv[1:] == ["prepare"] else main()
