"""A track with all that is wanted beside it, made in one go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from stem.config import Config
from stem.errors import BusyError, UsageError
from stem.messages import Message
from stem.progress import Events, Progress
from stem.record.sidecars import Sidecars, companions, free_target, write_beside
from stem.track.make import Track, make_track
from stem.track.plan import Plan
from stem.track.stages import OnNotice, no_notice

_targets: set[Path] = set()
"""The files that are being made in this process."""
_targets_lock = threading.Lock()


def produce(
    plan: Plan,
    target: Path,
    settings: Config,
    *,
    beside: Sidecars,
    with_stems: bool = False,
    overwrite: bool = False,
    events: Events = None,
    on_notice: OnNotice = no_notice,
    on_made: Callable[[Track], object] = lambda _track: None,
) -> Track:
    """Make a track and write what is wanted beside it.

    Args:
        plan: What is made.
        target: The file; when its name or one beside it is taken, the next is used.
        settings: What the plan was made under, for the record.
        beside: What is wanted beside it.
        with_stems: Whether voice, bed and bells are too, each as a file.
        overwrite: Replace what is there.
        events: See `make_track`.
        on_notice: See `make_track`.
        on_made: Called with the track when it is there, and nothing stands beside it yet.

    Raises:
        StemError: as `make_track` and `write_beside`.
    """
    if plan.spec is None and beside.record:
        raise UsageError(
            Message("Of a single sentence no record is kept."), hint=Message("Make it without one.")
        )
    endings = companions(beside, with_stems=with_stems)
    track = make_track(
        plan,
        target if overwrite else free_target(target, endings),
        overwrite=overwrite,
        with_stems=with_stems,
        events=events,
        on_notice=on_notice,
    )
    on_made(track)
    if plan.spec is None:
        return track
    with _gone_when_stopped((track.path, *track.stems), events) as heard:
        written = write_beside(track, beside, plan.spec, settings, overwrite=overwrite, events=heard)
    return replace(track, beside=written)


@contextmanager
def _gone_when_stopped(paths: Sequence[Path], events: Events) -> Iterator[Events]:
    """Lend what tells `events`, and remove files when that stops the work; whatever else fails, they stay."""
    if events is None:
        yield None
        return
    is_stopped = False

    def heard(progress: Progress) -> object:
        nonlocal is_stopped
        is_stopped = True  # also when what is called raises
        answer = events(progress)
        is_stopped = answer is False
        return answer

    try:
        yield heard
    except BaseException:
        if is_stopped:
            for path in paths:
                path.unlink(missing_ok=True)
        raise


@contextmanager
def made_alone(path: Path) -> Iterator[None]:
    """Keep other threads from making the same file.

    Raises:
        BusyError: when one does.
    """
    real = path.resolve()
    with _targets_lock:
        if real in _targets:
            raise BusyError(path)
        _targets.add(real)
    try:
        yield
    finally:
        with _targets_lock:
            _targets.discard(real)
