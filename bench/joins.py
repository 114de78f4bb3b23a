"""MP3s that were encoded in pieces, held against one encoder and against the programs of others.

    python bench/joins.py          # 50 tracks: real speech, beds, bells; every kind of MP3 in turns
    python bench/joins.py 8        # fewer

Each is a track as a listener would get it, with its tags, but short, and cut into pieces of some seconds
instead of 75, so that there are many joins; each tenth one has pieces as a user's. All 50 take some three
minutes of processor time. Of each is looked at:

    faults    what mp3val, mpg123 -t and ffprobe have to say, and a decoded length that is not the timeline's
    apart     at the worst join, how far the file is from that of one encoder, over how far that one is from
              the sound; two encoders that err independently of each other are 1.41 apart, and more than 1
              is wrong
    worse     at the worst join, how far the file is from the sound, over how far that of one encoder is
    clicks    joins where a sample is farther from the sound than twice the most that one encoder is there
    sought    places around joins to which ffmpeg was sent and where it began elsewhere than it should
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from track import long_script

import stem
from stem.export import formats, mp3
from stem.export.destinations import Delivery
from stem.export.formats import Settings
from stem.export.mp3 import MP3_FRAME, Mp3Settings
from stem.sound.pieces import Piece, Sliced
from stem.track import make
from stem.track.delivery import delivery

PIECE_S = 3
"""Of a piece, about, in most tracks."""

PLACES, PLACES_AGAIN = 20, 4
"""To which ffmpeg is sent in the first track of each kind of MP3, and in the others."""

MOST_APART, MOST_WORSE = 1.0, 1.1
"""More would be the harm of a join, not what an encoder does to the sound anyhow."""

SETTINGS = [
    (128, 2, 44_100),
    (192, 2, 44_100),
    (64, 1, 44_100),
    (128, 2, 48_000),
    (320, 2, 44_100),
    (96, 2, 44_100),
    (32, 1, 32_000),
    (256, 2, 48_000),
    (48, 1, 44_100),
    (160, 2, 32_000),
    (112, 1, 44_100),
]
BEDS = ["zee", "none", "bruin", "regen", "drone", "kamer", "vogels:-3+pink"]
VOICES = ["zacht", "rustig", "zacht"]

Sound = NDArray[np.float32]


@dataclass
class Watched:
    """What went to the encoder: the sound of a track, and where its pieces were joined."""

    sound: Sound | None = None
    joins: list[int] = field(default_factory=list)

    def write(
        self,
        path: Path,
        sound: Sliced,
        settings: Mp3Settings,
        rate: int,
        on_block: Callable[[int], None] | None,
    ) -> int:
        """Write as stem does, and look on."""

        def note(done: int) -> None:
            self.joins.append(done)
            if on_block is not None:
                on_block(done)

        frames = mp3.write_mp3(path, sound, settings, rate, note)
        self.sound = np.concatenate(list(sound.blocks(Piece(0, sound.frames))))
        self.joins.pop()
        return frames


@dataclass(frozen=True)
class Found:
    """What was found of one track; see above."""

    joins: int
    faults: list[str]
    is_same: bool
    apart: float
    worse: float
    clicks: int
    sought: int
    strayed: int


def decoded(path: Path, channels: int, seek_s: float | None = None) -> Sound:
    """Return what ffmpeg makes of a file, or of half a second of it."""
    seek = [] if seek_s is None else ["-ss", f"{seek_s:.6f}"]
    short = [] if seek_s is None else ["-t", "0.5"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *seek, "-i", str(path), *short]
    answer = subprocess.run([*command, "-f", "f32le", "-"], check=True, capture_output=True)
    return np.frombuffer(answer.stdout, np.float32).reshape(-1, channels)


def said_by(program: list[str], path: Path) -> subprocess.CompletedProcess[str]:
    """Return what a program that is installed says of a file."""
    command = [shutil.which(program[0]) or program[0], *program[1:], str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def complaints(path: Path) -> Iterator[str]:
    """Yield what other programs say is wrong with a file."""
    told = said_by(["mp3val"], path).stdout
    yield from (line for line in told.splitlines() if line.startswith("WARNING"))
    for program in (["mpg123", "-q", "-t"], ["ffprobe", "-v", "warning"]):
        answer = said_by(program, path)
        if answer.returncode or answer.stderr:
            yield f"{program[0]}: {answer.stderr.strip() or answer.returncode}"


def looked_at(path: Path, watched: Watched, settings: Mp3Settings, rate: int, places: int) -> Found:
    """Look at a track, and at so many places around its joins."""
    assert watched.sound is not None
    faults = list(complaints(path))
    pieces = decoded(path, settings.channels)
    if len(pieces) != len(watched.sound):
        faults.append(f"{len(pieces)} frames instead of {len(watched.sound)}")
        return Found(len(watched.joins), faults, False, np.inf, np.inf, 0, 0, 0)
    mp3.write_mp3(path.with_name("one"), [watched.sound], settings, rate)
    one = decoded(path.with_name("one"), settings.channels)
    is_same, apart, worse, clicks = np.array_equal(pieces, one), 0.0, 0.0, 0
    for join in watched.joins:
        near = slice(join - 4 * MP3_FRAME, join + 20 * MP3_FRAME)
        noise, own = one[near] - watched.sound[near], pieces[near] - watched.sound[near]
        apart = max(apart, level(pieces[near] - one[near]) / level(noise))
        worse = max(worse, level(own) / level(noise))
        clicks += int(np.abs(own).max() > 2 * np.abs(noise).max())
    strayed = 0
    around = [(join + shift) / rate for shift in (0, -2000, 700) for join in watched.joins][:places]
    for seek_s in around:
        begin = pieces[round(seek_s * rate) :]
        part = decoded(path, settings.channels, seek_s)
        # A decoder that begins here lacks the bits and the filters of the frames before: the end tells.
        end = slice(len(part) // 2, min(len(part), len(begin)))
        strayed += int(np.abs(part[end] - begin[end]).max() > 1e-3)
    return Found(len(watched.joins), faults, is_same, apart, worse, clicks, len(around), strayed)


def level(sound: Sound) -> float:
    """Return the root mean square, never quite 0."""
    return float(np.sqrt(np.square(sound).mean())) + 1e-10


def delivered(settings: Settings, rate: int, *about: Any) -> Delivery:
    """Return how a track is written: as usual, but for its settings and its rate."""
    return replace(delivery(*about), settings=settings, rate=rate)


def tracks(count: int) -> Iterator[tuple[str, Found]]:
    """Yield what was found of so many tracks, with what each is."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_CACHE_HOME"] = str(Path(name, "cache"))
        lines = long_script(2).splitlines()
        Path(name, "lang.j2").write_text("\n".join(lines), encoding="utf-8")
        Path(name, "kort.j2").write_text("\n".join(lines[:11]), encoding="utf-8")  # two rounds of eight
        project = stem.Project(name)
        usual_s = mp3._PIECE_S  # noqa: SLF001 - nobody else may set it
        varied = zip(cycle(SETTINGS), cycle(BEDS), cycle(VOICES), strict=False)
        for number, ((kbps, channels, rate), bed, voice) in enumerate(islice(varied, count)):
            watched, whole = Watched(), number % 10 == 9
            mp3._PIECE_S = usual_s if whole else PIECE_S  # noqa: SLF001
            setattr(formats, "write_mp3", watched.write)  # noqa: B010 - it is none of its own
            setattr(make, "delivery", partial(delivered, Settings(kbps, channels), rate))  # noqa: B010
            spec = stem.TrackSpec(
                "lang.j2" if whole else "kort.j2",
                bed=bed,
                voice=voice,
                seed=number % 2 + 1,
                bells=("begin", "einde") if number % 2 else (),
                pause_scale=2.4 if whole else 0.6 + number % 5 / 10,
            )
            made = project.make(project.plan(spec), overwrite=True)
            settings = Mp3Settings(kbps, channels=channels)
            about = f"{kbps} kbps {channels} ch {rate} Hz {voice} {bed}"
            places = PLACES if number < len(SETTINGS) else PLACES_AGAIN
            yield about, looked_at(made.path, watched, settings, rate, places)


def main() -> None:
    """Print a line a track, and what it comes to; end with 1 when anything is wrong."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("tracks", nargs="?", type=int, default=50, help="how many; 50 unless given")
    all_found = []
    for about, found in tracks(told.parse_args().tracks):
        all_found.append(found)
        print(f"{about:45} joins {found.joins:3} apart {found.apart:.4f} worse {found.worse:.3f}", end=" ")
        print(f"clicks {found.clicks} strayed {found.strayed} of {found.sought}", *found.faults, flush=True)
    worst, joins = max(found.apart for found in all_found), sum(found.joins for found in all_found)
    worse = max(found.worse for found in all_found)
    faults = sum(len(found.faults) + found.clicks + found.strayed for found in all_found)
    same, sought = sum(found.is_same for found in all_found), sum(found.sought for found in all_found)
    print(f"{len(all_found)} tracks, {joins} joins, {sought} places, {faults} faults;", end=" ")
    print(f"{same} are one encoder's, sample for sample;", end=" ")
    print(f"at the worst join {worst:.4f} apart and {worse:.3f} worse")
    sys.exit(faults > 0 or worst > MOST_APART or worse > MOST_WORSE)


if __name__ == "__main__":
    main()
