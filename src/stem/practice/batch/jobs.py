"""What passes through a batch: a job a track, an outcome a job, and a report that knows its exit code."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from stem.config import Config
from stem.files import HERE
from stem.practice.lists import Place
from stem.progress import Progress
from stem.track.spec import TrackSpec


@dataclass(frozen=True, slots=True)
class Job:
    """A track that is to be there in the end.

    Attributes:
        place: Where it was asked for.
        code: The client's; never a name.
        spec: What was asked for.
        settings: What stem.toml says.
        target: The file it becomes.
        captions: Kinds of captions that are wanted beside it.
        force: Whether it is made also when nothing has changed, and replaces whatever has its name.
        home: The folder of the project that it was asked for in.
        former: The track in whose place it comes, when that has another name.
    """

    place: Place
    code: str
    spec: TrackSpec
    settings: Config
    target: Path
    captions: tuple[str, ...] = ()
    force: bool = False
    home: Path = HERE
    former: Path | None = None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is that is being made.

    Example:
        >>> batch = project.batch("lijst.csv", stem.TrackSpec("", voice="zacht", bed="none"))
        >>> heard = []
        >>> report = batch.make(workers=1, events=heard.append)
        >>> making = [job for told in heard for job in told.making]
        >>> making[0].code, making[-1].code
        ('k01', 'k02')

    Attributes:
        place: Of the job.
        code: Of the job.
        progress: How far its track is; None as long as nothing was heard, as from another machine.
    """

    place: Place
    code: str
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is.

    Example:
        >>> batch = project.batch("lijst.csv", stem.TrackSpec("", voice="zacht", bed="none"))
        >>> try:
        ...     batch.make(events=lambda told: told.done < told.total and not told.making)
        ... except stem.Cancelled as stopped:
        ...     print(stopped.sentence)
        Stopped; nothing half-made is left.

    Attributes:
        done: How many jobs are done with: made, kept or failed.
        total: How many there are.
        making: Those that are being made.
    """

    done: int
    total: int
    making: tuple[JobProgress, ...] = ()


BatchEvents: TypeAlias = Callable[[BatchProgress], object] | None
"""Called at once, and then several times a second, with how far a batch is; returning False stops it."""


@dataclass(frozen=True, slots=True)
class Done:
    """The track of a job is there."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The track of a job could not be made.

    Attributes:
        sentence: Why, in one sentence.
        hint: What to do about it; may be empty.
        origin: Where the mistakes are, when they can be told one by one.
        problems: These mistakes.
    """

    sentence: str
    hint: str = ""
    origin: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileSet:
    """What was made for a job on another machine.

    Attributes:
        files: By name, each as bytes.
    """

    files: Mapping[str, bytes]


Result: TypeAlias = Done | Failure | FileSet


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    Example:
        >>> batch = project.batch("lijst.csv", stem.TrackSpec("", voice="zacht", bed="none"))
        >>> [(outcome.code, outcome.status) for outcome in batch.rehearse().outcomes]
        [('k01', 'new'), ('k02', 'new')]

    Attributes:
        place: Of the job, as people tell it: "row 7".
        code: Of the job.
        script: The script's name.
        status: "made", "kept" (it was there already and nothing had changed) or "failed"; in a dry run "new",
            "changed" or "kept", and "failed" when it could not be made.
        path: The track's file; of a failed job, the one it would have become.
        title: Of the track, for people.
        seconds: The track's length; in a dry run the expected one; None when it is not known.
        integrated_lufs: Loudness of the whole; minus infinity when it is not known.
        true_peak_dbtp: Likewise.
        voice: Who speaks.
        bed: Name of the background.
        warnings: What a maker should know about it, as sentences.
        reasons: Why it is made again, as sentences.
        error: Why it failed, as one sentence.
        hint: What to do about that; may be empty.
        origin: Where the mistakes are, when they can be told one by one.
        problems: These mistakes.
    """

    place: str
    code: str
    script: str
    status: Literal["made", "kept", "failed", "new", "changed"]
    path: Path
    title: str = ""
    seconds: float | None = None
    integrated_lufs: float = -math.inf
    true_peak_dbtp: float = -math.inf
    voice: str = ""
    bed: str = ""
    warnings: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""
    origin: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a batch.

    Example:
        >>> batch = project.batch("lijst.csv", stem.TrackSpec("", voice="zacht", bed="none"))
        >>> report = batch.rehearse()
        >>> report.count("new"), report.exit_code
        (2, 0)

    Attributes:
        outcomes: In the order of the list.
    """

    outcomes: tuple[Outcome, ...]

    @property
    def exit_code(self) -> int:
        """0 when every track is there, 1 when one failed."""
        return int(any(outcome.status == "failed" for outcome in self.outcomes))

    def count(self, status: str) -> int:
        """Return how many outcomes have a status."""
        return sum(outcome.status == status for outcome in self.outcomes)
