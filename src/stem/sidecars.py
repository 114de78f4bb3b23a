"""What stands beside a track: its words in time, a picture of it, and the record of how it was made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stem.captions import FORMATS, About
from stem.config import Config
from stem.errors import OutputError, UnknownNameError, UsageError
from stem.files import free_name, write_whole
from stem.plotting import Shown, check_drawing, draw
from stem.record import Facts, record_of, record_path, write_record
from stem.specs import TrackSpec
from stem.track import Track
from stem.units import seconds


@dataclass(frozen=True, slots=True)
class Sidecars:
    """What is wanted beside a track.

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


def write_beside(
    track: Track,
    wanted: Sidecars,
    spec: TrackSpec,
    config: Config,
    *,
    overwrite: bool,
    code: str = "",
    facts: Facts | None = None,
) -> tuple[Path, ...]:
    """Write what is wanted beside a finished track, and return the files.

    Args:
        track: From `make_track`.
        wanted: What is wanted.
        spec: What the track's plan was made of.
        config: Likewise.
        overwrite: Replace files that have these names.
        code: The client's, for the record.
        facts: What there is, when many tracks are made.

    Raises:
        OutputError: when one cannot be written, or is there already and may not be replaced.
    """
    captions = _write_captions(track, wanted.captions, overwrite=overwrite)
    picture = (_draw(track, overwrite=overwrite),) if wanted.plot else ()
    if not wanted.record:
        return (*captions, *picture)
    path = record_path(track.path)
    record = record_of(track, spec, config, code=code, beside=(*captions, *picture), facts=facts)
    write_record(record, path, anonymous=wanted.anonymous, overwrite=overwrite)
    return (*captions, *picture, path)


def _caption_kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = next((kind for kind in kinds if kind not in FORMATS), None)
    if unknown is not None:
        raise UnknownNameError("kind of captions", unknown, FORMATS)
    if not kinds:
        raise UsageError("No kind of captions is named.", hint=f"There is: {', '.join(FORMATS)}.")
    return kinds


def _write_captions(track: Track, kinds: tuple[str, ...], *, overwrite: bool) -> tuple[Path, ...]:
    plan = track.plan
    about = About(plan.title, plan.artist, plan.album, seconds(track.timeline.frames))
    paths = tuple(track.path.with_suffix(f".{kind}") for kind in kinds)
    taken = next((path for path in paths if os.path.lexists(path) and not overwrite), None)
    if taken is not None:
        raise OutputError(taken, "it is there already", hint="Choose another name, or use --force.")
    for kind, path in zip(kinds, paths, strict=True):
        write_whole(path, FORMATS[kind](track.lines, about), overwrite=overwrite)
    return paths


def _draw(track: Track, *, overwrite: bool) -> Path:
    wanted = track.path.with_suffix(".png")
    target = wanted if overwrite else free_name(wanted)
    levels = track.plan.profile.levels
    shown = Shown.of(track.timeline, speech_lufs=levels.speech_lufs, bed=track.plan.bed)
    draw(track.path, target, shown, overwrite=overwrite)
    return target
