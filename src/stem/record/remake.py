"""A track made again from its record: the same bytes, or with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from stem.config import PATHS, Config, refuse_outside
from stem.errors import UsageError
from stem.files import file_hash
from stem.messages import Message
from stem.progress import Events
from stem.record.build import record_of
from stem.record.document import differences_from_now, read_record, record_path, spec_of, write_record
from stem.record.hashes import voice_facts
from stem.record.model import Record
from stem.script.edits import Edit
from stem.track.make import Track, make_track
from stem.track.plan import Plan, plan_track
from stem.track.spec import TrackSpec
from stem.track.stages import OnNotice
from stem.track.target import output_path
from stem.voices.engines import traits_of


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be another way than the record says.

    Example:
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        >>> track = project.make(plan, beside=stem.Sidecars(record=True))
        >>> for_bert = stem.Change(values={"naam": "Bert"})
        >>> project.remake(track.beside[0], for_bert).track.plan.phrases[0]
        'Bert, ga zitten zoals het prettig is.'

    Attributes:
        values: What is filled in, by variable.
        voice: Another voice.
        bed: Another background.
        edits: The sentences that are said otherwise, in place of those of the record; None for the same.
        duration_s: Another length, in seconds.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    voice: str | None = None
    bed: str | None = None
    edits: tuple[Edit, ...] | None = None
    duration_s: float | None = None

    @property
    def is_none(self) -> bool:
        """Whether nothing is."""
        return self == AS_IT_WAS


AS_IT_WAS = Change()
"""Nothing is another way."""


@dataclass(frozen=True, slots=True)
class Remade:
    """A track that was made again.

    Example:
        >>> plan = project.plan(stem.TrackSpec("kort", voice="zacht", bed="none"))
        >>> track = project.make(plan, beside=stem.Sidecars(record=True))
        >>> again = project.remake(track.beside[0])
        >>> again.is_same, again.differences
        (True, ())

    Attributes:
        track: The track.
        is_same: Whether it has the bytes of the first.
        differences: What was not as when that was made, as sentences.
    """

    track: Track
    is_same: bool
    differences: tuple[str, ...]


def remake(
    path: Path,
    here: Config,
    folder: Path,
    change: Change,
    *,
    output: str | None,
    online: bool | None,
    outside: bool,
    overwrite: bool,
    events: Events,
    on_notice: OnNotice,
) -> Remade:
    """Make the track of a record again; it gets a record too, as personal as that one.

    Args:
        path: The record.
        here: The settings of now: only whether text may leave the machine, and where tracks go, is of them.
        folder: The project's.
        change: What is to be another way.
        output: Where the track goes; see `output_path`.
        online: Whether text may leave the machine: a record gives no leave for it.
        outside: Whether what the record names outside the folder may be read.
        overwrite: Replace what is there.
        events: See `make_track`.
        on_notice: Called with what has changed since, and what else is worth telling.

    Raises:
        UsageError: when the record does not tell what was filled in.
        ConfigError: when it cannot be read, or names what lies outside the folder.
        StemError: as `plan_track` and `make_track`.
    """
    record, asked, settings = asked_again(path, here, folder, change, online=online, outside=outside)
    differences = [*differences_from_now(record, folder)]
    for difference in differences:
        on_notice(Message("Since then: {difference}", difference=difference))
    plan = plan_track(asked, settings, folder)
    if change.is_none and _other_recordings(record, plan):
        differences.append(Message("The recordings of '{voice}' have changed.", voice=record.voice.name))
        on_notice(Message("Since then: {differences}", differences=differences[-1]))
    target = output_path(plan.name, output, here, plan.format, folder=folder)
    track = make_track(plan, target, overwrite=overwrite, events=events, on_notice=on_notice)
    same = file_hash(track.path) == record.track.sha256
    if same and record_path(track.path).exists() and record_path(track.path).samefile(path):
        return Remade(track, same, tuple(differences))
    written = _write_record(track, asked, settings, record, overwrite=overwrite, on_notice=on_notice)
    return Remade(replace(track, beside=written), same, tuple(differences))


def asked_again(
    path: Path,
    here: Config,
    folder: Path,
    change: Change,
    *,
    online: bool | None = None,
    outside: bool = False,
) -> tuple[Record, TrackSpec, Config]:
    """Return a record, and what to ask for, with which settings, to have its track again; see `remake`.

    Raises:
        UsageError: when the record does not tell what was filled in.
        ConfigError: when it cannot be read, or names what lies outside the folder.
    """
    record = read_record(path)
    spec, settings = spec_of(record)
    if not outside:
        _refuse_outside(path, record, (spec, settings), change, folder)
    asked = replace(_changed(spec, change, record), online=online)
    return record, asked, replace(settings, allow_online=here.allow_online)


def _changed(spec: TrackSpec, change: Change, record: Record) -> TrackSpec:
    """Return what is asked for, when that of the record is changed.

    Raises:
        UsageError: when someone has to fill in again what the record does not tell.
    """
    values = {**spec.values, **change.values}
    lacking = [name for name in record.filled if name not in values]
    if lacking:
        raise UsageError(
            Message("The record does not tell what was filled in for {lacking}.", lacking=", ".join(lacking)),
            hint=Message("Give it again: {value_of}{name}=...", name=lacking[0]),
        )
    if record.edited and record.personal is None and change.edits is None:
        raise UsageError(
            Message("The record does not tell which sentences were changed."),
            hint=Message("Give the changes again, {with_edits}."),
        )
    return replace(
        spec,
        values=values,
        voice=change.voice or spec.voice,
        bed=change.bed or spec.bed,
        edits=spec.edits if change.edits is None else change.edits,
        duration_s=change.duration_s or spec.duration_s,
    )


def _refuse_outside(
    path: Path, record: Record, asked: tuple[TrackSpec, Config], change: Change, folder: Path
) -> None:
    """Refuse to read what a record names outside the folder: someone else may have written it.

    Raises:
        ConfigError: when it names any.
    """
    spec, settings = asked
    kept = replace(spec, voice=None if change.voice else spec.voice, bed=None if change.bed else spec.bed)
    named = {name: getattr(kept, name) for name in ("script", "voice", "fill", "bed", "cover")}
    named |= {f"settings.{name}": getattr(settings, name) for name in PATHS}
    named |= {"voice.name": record.voice.name, "fill.name": record.fill.name if record.fill else None}
    hint = Message("When you trust the record, let stem read them{by_outside}")
    refuse_outside(path, named, hint=hint, folder=folder)


def _other_recordings(record: Record, plan: Plan) -> bool:
    """Tell whether own recordings are not those of the record: which are said is known with the plan."""
    was_recorded = traits_of(record.voice.engine).only_recorded
    return was_recorded and voice_facts(plan.voice).files_sha256 != record.voice.files_sha256


def _write_record(
    track: Track, spec: TrackSpec, settings: Config, before: Record, *, overwrite: bool, on_notice: OnNotice
) -> tuple[Path, ...]:
    """Write the record of a track that was made again, as personal as the one it was made from.

    A track in which someone is named, and of which no record tells, could not be found to forget them.
    """
    path = record_path(track.path)
    if path.exists() and not overwrite:
        on_notice(
            Message(
                "{path} is there already and stays{force_replaces}: no record tells of {track}.",
                path=path,
                track=track.path,
            )
        )
        return ()
    code = before.personal.code if before.personal and dict(spec.values) == before.personal.values else ""
    record = record_of(track, spec, settings, code=code)
    write_record(record, path, anonymous=before.personal is None, overwrite=overwrite)
    return (path,)
