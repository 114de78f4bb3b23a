"""What stands beside a track: its words in time, a picture of it, and the record of how it was made."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stem.config import Config
from stem.errors import ConfigError, OutputError, StemError, UnknownNameError, UsageError
from stem.export.captions import FORMATS, TrackInfo
from stem.export.plot import Shown, check_drawing, draw
from stem.export.stems import PARTS
from stem.filenames import free_name
from stem.files import file_hash, write_whole
from stem.messages import Message
from stem.progress import Cancelled, Events, stage
from stem.record.build import record_of
from stem.record.changes import Inventory
from stem.record.document import SUFFIX, files_beside, read_record, record_path, write_record
from stem.record.hashes import is_as_made
from stem.track.make import Track
from stem.track.spec import TrackSpec
from stem.units import seconds

LONGEST_NAME_BYTES = 255
"""On the disks of today."""


@dataclass(frozen=True, slots=True)
class Sidecars:
    """What is wanted beside a track.

    Example:
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        >>> track = project.make(plan, beside=stem.Sidecars(captions=("vtt",), record=True))
        >>> [path.name for path in track.beside]
        ['kort.vtt', 'kort.stem.json']

    Attributes:
        captions: Kinds of captions, of `captions.FORMATS`.
        plot: Whether a picture is.
        record: Whether the record is.
        anonymous: Whether that is without what was filled in.
    """

    captions: tuple[str, ...] = ()
    plot: bool = False
    record: bool = False
    anonymous: bool = False

    @classmethod
    def read(cls, captions: str | None, *, plot: bool, record: bool, anonymous: bool) -> Self:
        """Return what is asked for, having looked whether it can be had.

        Args:
            captions: As "vtt,lrc".
            plot: Whether a picture is wanted.
            record: Whether the record is.
            anonymous: Whether the record is, without what was filled in.

        Raises:
            UsageError: when there are no captions of such a kind.
            OutputError: when no picture can be drawn on this machine.
        """
        if plot:
            check_drawing(Path("picture.png"))
        kinds = () if captions is None else _caption_kinds(captions)
        return cls(kinds, plot, record or anonymous, anonymous)


def companions(wanted: Sidecars, *, with_stems: bool) -> tuple[str, ...]:
    """Return the endings of the names of what will stand beside a track."""
    endings = [f".{kind}" for kind in wanted.captions]
    endings += [".png"] if wanted.plot else []
    endings += [SUFFIX] if wanted.record else []
    endings += [f"-{part}.flac" for part in PARTS] if with_stems else []
    return tuple(endings)


def free_target(target: Path, endings: Sequence[str]) -> Path:
    """Return `target`, or the next name for which the track and all that stands beside it are free.

    Raises:
        OutputError: when a name beside it would be longer than any disk takes.
    """
    free = free_name(target, endings)
    longest = max((len(os.fsencode(free.stem + ending)) for ending in endings), default=0)
    if longest > LONGEST_NAME_BYTES:
        hint = Message("Choose a shorter name {for_output}.")
        raise OutputError(target, Message("the name is too long for what is to stand beside it"), hint=hint)
    return free


def write_beside(
    track: Track,
    wanted: Sidecars,
    spec: TrackSpec,
    config: Config,
    *,
    overwrite: bool,
    code: str = "",
    facts: Inventory | None = None,
    events: Events = None,
) -> tuple[Path, ...]:
    """Write what is wanted beside a finished track, and return the files.

    Who stops it finds none of these files; the track itself, which has its name, stays.

    Args:
        track: From `make_track`.
        wanted: What is wanted.
        spec: What the track's plan was made of.
        config: Likewise.
        overwrite: Replace files that have these names; what an older record tells of goes too, when it is
            as it was made: it belonged to the track that was replaced.
        code: The client's, for the record.
        facts: What there is, when many tracks are made.
        events: Hears of the stage "files".

    Raises:
        Cancelled: when `events` wants it stopped; what it raises itself comes out as it is.
        OutputError: when one cannot be written, or is there already and may not be replaced.
    """
    path = record_path(track.path)
    with ExitStack() as stopped:
        with stage(events, "files"):
            old = _beside_older(path) if overwrite else {}
            captions = _write_captions(track, wanted.captions, overwrite=overwrite)
            stopped.push(_removing(captions))
            picture = (_draw(track, overwrite=overwrite),) if wanted.plot else ()
            stopped.push(_removing(picture))
            if wanted.record:
                record = record_of(track, spec, config, code=code, beside=(*captions, *picture), facts=facts)
        stopped.pop_all()
    _remove_stale(old, keep={*track.stems, *captions, *picture, *([path] if wanted.record else [])})
    if not wanted.record:
        return (*captions, *picture)
    write_record(record, path, anonymous=wanted.anonymous, overwrite=overwrite)
    return (*captions, *picture, path)


def _removing(paths: tuple[Path, ...]) -> Callable[[type[BaseException] | None, object, object], None]:
    """Return what removes files when someone stopped the work; an error of ours leaves what is whole."""

    def remove(kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if kind is not None and (issubclass(kind, Cancelled) or not issubclass(kind, StemError)):
            for path in paths:
                path.unlink(missing_ok=True)

    return remove


def _beside_older(path: Path) -> dict[Path, str]:
    """Return what an older record tells of, besides the track, with the SHA-256 of each; and the record."""
    try:
        return {**dict(files_beside(read_record(path), path)), path: file_hash(path)}
    except (ConfigError, OSError):
        return {}  # there is none, or it is someone else's


def _remove_stale(old: Mapping[Path, str], keep: Collection[Path]) -> None:
    for path, sha256 in old.items():
        with suppress(OSError):  # it is gone
            if path not in keep and is_as_made(path, sha256):
                path.unlink()


def _caption_kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = next((kind for kind in kinds if kind not in FORMATS), None)
    if unknown is not None:
        raise UnknownNameError("kind of captions", unknown, FORMATS)
    if not kinds:
        raise UsageError(
            Message("No kind of captions is named."),
            hint=Message("There is: {formats}.", formats=", ".join(FORMATS)),
        )
    return kinds


def _write_captions(track: Track, kinds: tuple[str, ...], *, overwrite: bool) -> tuple[Path, ...]:
    plan = track.plan
    about = TrackInfo(plan.title, plan.artist, plan.album, seconds(track.timeline.frames))
    paths = tuple(track.path.with_suffix(f".{kind}") for kind in kinds)
    taken = next((path for path in paths if os.path.lexists(path) and not overwrite), None)
    if taken is not None:
        raise OutputError(
            taken, Message("it is there already"), hint=Message("Choose another name, or {use_force}.")
        )
    for kind, path in zip(kinds, paths, strict=True):
        write_whole(path, FORMATS[kind](track.lines, about), overwrite=overwrite)
    return paths


def _draw(track: Track, *, overwrite: bool) -> Path:
    wanted = track.path.with_suffix(".png")
    target = wanted if overwrite else free_name(wanted)
    levels = track.plan.profile.levels
    shown = Shown.of(track.timeline, speech_lufs=levels.speech_lufs, bed=track.plan.bed.name)
    draw(track.path, target, shown, overwrite=overwrite)
    return target
