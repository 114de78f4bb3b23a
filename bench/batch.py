"""How fast a batch is, how much of it is made once, and how long ten thousand rows take to plan.

    make bench
    python bench/batch.py 20    # fewer tracks, when there is less time

Every measurement is a command as a user gives it, in a folder and with a cache of its own. Beside the wall
time stands the processor time of all its processes: on a machine that does other things it says more.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROWS = 100
MANY_ROWS = 10_000
SINGLE = 5
"""So many of the rows are also made by a command each."""

SCRIPT = "aankomen"
SHORTEST_S, LONGEST_S = 178, 200
"""What its short text can last, whatever the name."""

PACE_PHRASES = 3
"""Besides those of the tracks, for the lengths that a list asks for are checked before anything is made."""

HEADS = ("code", "script", "naam", "duur")
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Run:
    """One command.

    Attributes:
        wall_s: How long it took.
        processor_s: Processor time of all its processes.
        peak_mb: The largest memory of one of them.
        last: The last line that it told.
    """

    wall_s: float
    processor_s: float
    peak_mb: float
    last: str


@dataclass(frozen=True)
class Practice:
    """A folder with a cache of its own."""

    folder: Path

    def run(self, *arguments: str) -> Run:
        """Run stem there.

        Raises:
            RuntimeError: when that goes wrong.
        """
        environment = {**os.environ, "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}
        with (self.folder / "told").open("w+b") as told:
            started = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "stem", *arguments],
                cwd=self.folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=told,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            lines = told.read().decode().splitlines()
        if process.returncode != 0:
            raise RuntimeError("\n".join(lines[-5:]))
        return Run(
            wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines[-1] if lines else ""
        )

    def phrases(self) -> tuple[int, int, int]:
        """Return how many phrases the tracks hold: all, those that differ, and those of one track alone."""
        tracks = [
            set(json.loads(path.read_text())["personal"]["texts"])
            for path in (self.folder / "output").glob("*.stem.json")
        ]
        seen_in = [sum(text in track for track in tracks) for text in set().union(*tracks)]
        return sum(map(len, tracks)), len(seen_in), seen_in.count(1)

    def remembered(self) -> int:
        """Return how many phrases are in the cache: each was spoken once."""
        names = (path.name for path in (self.folder / "cache" / "stem" / "speech").iterdir())
        return sum(re.fullmatch(r"[0-9a-f]{64}", name) is not None for name in names)


def rows(count: int) -> Iterator[Row]:
    """Yield rows that differ in name, and mostly in length."""
    rng = random.Random(7)  # noqa: S311 - a list, not a secret
    for number in range(count):
        length_s = rng.randint(SHORTEST_S, LONGEST_S)
        letters = "".join(rng.choices("aeiou", k=3)), "".join(rng.choices("bdgklmnrst", k=3))
        name = "".join(vowel + consonant for vowel, consonant in zip(*letters, strict=True)).capitalize()
        yield f"c{number:05}", SCRIPT, name, f"{length_s // 60}:{length_s % 60:02}"


def write_csv(path: Path, listed: Sequence[Row]) -> None:
    """Write a list as Dutch Excel does."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADS, *listed])


def write_workbook(path: Path, listed: Sequence[Row]) -> None:
    """Write a list as a workbook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADS, *listed):
        sheet.append(row)
    book.save(path)


def show(name: str, run: Run, remark: str = "") -> None:
    """Print a row of the table."""
    print(f"{name:28} {run.wall_s:8.1f} {run.processor_s:8.1f} {run.peak_mb:8.0f}  {remark}", flush=True)


def made(count: int) -> None:
    """Measure tracks that are made: by one process, by two, not at all, and by a command each."""
    listed = list(rows(count))
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        one, two = Practice(Path(first)), Practice(Path(second))
        for practice in (one, two):
            write_csv(practice.folder / "lijst.csv", listed)
            practice.run("make", SCRIPT, "-o", "warm/")  # the background is made once in the life of a cache
            practice.run("cache", "clear")
        alone = one.run("batch", "lijst.csv", "--jobs", "1")
        show(f"{count} tracks, --jobs 1", alone, alone.last)
        both = two.run("batch", "lijst.csv", "--jobs", "2")
        times = alone.wall_s / both.wall_s
        show(f"{count} tracks, --jobs 2", both, f"{times:.2f} times as fast (1.8 or more)")
        again = two.run("batch", "lijst.csv")
        show("the same once more", again, f"{again.last} (less than 3 s)")
        held, different, of_one = two.phrases()
        same = "the same" if contents(one) == contents(two) else "NOT the same"
        print(f"{'':28} the tracks of one process and of two are {same}, byte for byte")
        print(f"{'':28} {held} phrases, {different} different ones, {of_one} in one track alone;", end=" ")
        print(f"spoken: {two.remembered()}, with {PACE_PHRASES} that measure how fast the voice is")
        singles = [
            one.run("make", script, "-s", f"naam={name}", "--duration", length, "-o", f"single/{code}.mp3")
            for code, script, name, length in listed[: min(SINGLE, count)]
        ]
    wall_s, processor_s = (
        sum(getattr(run, name) for run in singles) / len(singles) for name in ("wall_s", "processor_s")
    )
    each = Run(wall_s, processor_s, max(run.peak_mb for run in singles), "")
    show(
        "one track, stem make",
        each,
        f"x {count} = {wall_s * count:.0f} s; all is spoken already, on two cores",
    )


def contents(practice: Practice) -> dict[str, bytes]:
    """Return the tracks of a practice."""
    return {path.name: path.read_bytes() for path in (practice.folder / "output").glob("*.mp3")}


def planned(count: int) -> None:
    """Measure lists that are read, checked and planned."""
    listed = list(rows(count))
    with tempfile.TemporaryDirectory() as folder:
        practice = Practice(Path(folder))
        write_csv(practice.folder / "lijst.csv", listed)
        write_workbook(practice.folder / "lijst.xlsx", listed)
        for name in ("lijst.csv", "lijst.xlsx"):
            run = practice.run("batch", name, "--dry-run")
            show(f"{count:,} rows, {Path(name).suffix[1:].upper()}", run, "(less than 10 s and 500 MB)")
            print(f"{'':28} {run.last}")


def main() -> None:
    """Print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{'':28} {'wall s':>8} {'cpu s':>8} {'peak MB':>8}")
    planned(MANY_ROWS)
    made(count)


if __name__ == "__main__":
    main()
