"""How far work is, told while it lasts; whoever is told can stop it.

A callback is called at once, and then at least twice a second in every stage. It stops the work by returning
False, which raises `Cancelled`, or by raising an exception, which comes out unchanged. Either way nothing is
left: no file, no temporary folder, no thread and no child process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from stem.errors import StemError

Stage: TypeAlias = Literal["bed", "speech", "mix", "check", "files"]
"""In this order; "files" is what stands beside a track, and what is done before it gets its name."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a track is.

    Attributes:
        stage: What is being done.
        done: How much of it; the unit differs by stage.
        total: How much there is to do in this stage, above 0.
    """

    stage: Stage
    done: float
    total: float

    @property
    def share(self) -> float:
        """The share of the stage that is done, 0 to 1."""
        return min(self.done / self.total, 1.0)


Events: TypeAlias = Callable[[Progress], object] | None
"""Called with how far the work is; returning False stops it."""

Tick: TypeAlias = Callable[[float], None]
"""Called often while a part of a stage lasts, with the share of it that is done; may raise, to stop it."""


class Cancelled(StemError):  # noqa: N818 - it is what was asked for, and reads so where it is caught
    """The work was stopped because someone asked for it; nothing half-made is left."""

    def __init__(self, sentence: str = "Stopped; nothing half-made is left.", *, hint: str = "") -> None:
        super().__init__(sentence, hint=hint)


def report(events: Events, stage: Stage, done: float, total: float = 1.0) -> None:
    """Tell how far a stage is.

    Raises:
        Cancelled: when whoever is told wants it stopped.
        Exception: whatever the callback raises.
    """
    if events is not None and events(Progress(stage, done, total)) is False:
        raise Cancelled


def ticker(events: Events, stage: Stage, start: float = 0.0, end: float = 1.0) -> Tick:
    """Return what tells how far a part of a stage is, the one from share `start` to share `end`."""
    return lambda share: report(events, stage, start + (end - start) * share)


def unheard(_share: float) -> None:
    """Tell nobody."""
