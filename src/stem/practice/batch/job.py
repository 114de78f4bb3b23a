"""One job: its track made in a folder of its own, then given its name; and whether that is needed at all.

What stands under a track's name is replaced only when its record says that it is ours and unchanged. At every
moment there is either an old track with its record, or a record without its track, which is made again, or
the new track with its record: the old track goes first, then the new record comes, then what is beside the
track, and the track last.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from stem.errors import ConfigError, OutputError, StemError
from stem.files import output_error, publish, sweep, temporary_beside
from stem.messages import Message
from stem.practice.batch.jobs import Done, Failure, FileSet, Job, Result
from stem.progress import Events
from stem.record.changes import Inventory, changes
from stem.record.document import read_document, record_path
from stem.record.hashes import is_as_made
from stem.record.sidecars import Sidecars, write_beside
from stem.record.traces import Traces, edits_of, traces_of
from stem.script.template import find_script
from stem.track.choices import Choices
from stem.track.make import make_track
from stem.track.plan import Plan, plan_track
from stem.voices.cache_folder import forget_entries


@dataclass(frozen=True, slots=True)
class Need:
    """Whether a job's track has to be made.

    Attributes:
        status: As of an `Outcome` of a dry run.
        reasons: Why it is made again, as sentences.
    """

    status: Literal["new", "changed", "kept"]
    reasons: tuple[str, ...] = ()


def need(job: Job, facts: Inventory, choices: Choices, plan: Plan | None = None) -> Need:
    """Return whether a job's track has to be made.

    Args:
        job: The job.
        facts: What there is.
        choices: Looks up what is chosen.
        plan: Its plan, which tells what own recordings say; needed for a voice of these alone.

    Raises:
        OutputError: when something stands in the track's place that may not be replaced.
        StemError: when what it is to be made from cannot be read.
    """
    if job.force:
        return Need("changed" if job.target.exists() else "new", (Message("It was asked for."),))
    document = _document(record_path(job.target))
    if not os.path.lexists(job.target):
        other = _other_format(job.target, traces_of(document or {}))
        return (
            Need("changed", (Message("It comes instead of {other}.", other=other.name),))
            if other
            else Need("new")
        )
    if not job.target.is_file():
        raise _in_the_way(job.target, Message("something that is no file has that name"))
    if document is None:
        raise _in_the_way(job.target, Message("there is a file of that name that no batch made"))
    chosen = choices.chosen(job.spec)
    voice = plan.voice if plan is not None else chosen.voice
    assert voice is not None, "what own recordings say is known from a plan"
    house = choices.house(job.spec.pauses).voice
    now = facts.ingredients(
        job.spec,
        job.settings,
        template=chosen.template,
        voice=voice,
        by_wish=chosen.by_wish,
        fill=chosen.fill,
        house=house,
        bed=chosen.bed,
        cover=chosen.cover,
    )
    reasons = [
        *changes(document, now, job.spec.values, job.code, job.spec.edits),
        *_missing(job, traces_of(document)),
    ]
    return Need("changed" if reasons else "kept", tuple(reasons))


def make(job: Job, facts: Inventory | None = None, events: Events = None) -> Result:
    """Make a job's track where it belongs; whatever goes wrong is the result, not an error."""
    try:
        with _own_folder(job) as folder:
            _make_in(folder, job, facts or Inventory(job.home), events)
            settle(folder, job)
    except Exception as error:  # noqa: BLE001 - one track that fails costs one track
        return failure(error)
    return Done()


def make_parcel(job: Job, folder: Path) -> Result:
    """Make a job's track in an empty folder, and return its files."""
    try:
        _make_in(folder, job, Inventory(job.home))
        return FileSet({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    except Exception as error:  # noqa: BLE001 - as above
        return failure(error)


def unpack(parcel: FileSet, job: Job) -> Result:
    """Give what was made elsewhere its place here, whole or not at all."""
    try:
        with _own_folder(job) as folder:
            for name, content in parcel.files.items():
                path = folder / Path(name).name
                try:
                    path.write_bytes(content)
                except OSError as error:
                    raise output_error(job.target, error) from error
            settle(folder, job)
    except Exception as error:  # noqa: BLE001 - as above
        return failure(error)
    return Done()


def failure(error: BaseException) -> Failure:
    """Return an error as a result: what is told of it, without the facts that it keeps."""
    match error:
        case StemError():
            return Failure(error.sentence, error.hint, error.place, error.problems)
        case OSError():
            place = f" ({error.filename})" if error.filename else ""
            return Failure(
                Message("The system refused: {reason}{place}.", reason=error.strerror or error, place=place)
            )
        case MemoryError():
            return Failure(
                Message("There was not enough memory."),
                Message("Let fewer tracks be made at once: {jobs_is} 1"),
            )
    return Failure(
        Message("stem itself made a mistake ({fault}: {error}).", fault=type(error).__name__, error=error),
        Message("Please report it."),
    )


def settle(folder: Path, job: Job) -> None:
    """Give the files in a folder the names they have beside each other, the track last.

    Raises:
        OutputError: when something stands in their place that may not be replaced, or the system refuses.
    """
    made = folder / job.target.name
    record = record_path(made)
    beside = sorted(path for path in folder.iterdir() if path not in {made, record})
    # First what was spoken for the old track alone: as long as its record is there, that can be repeated.
    forget_entries(_own_speech(record_path(job.former or job.target)) - _own_speech(record))
    _clear(job, beside)
    for path in (record, *beside, made):
        publish(path, job.target.with_name(path.name), overwrite=path is record or job.force)
    if job.former is not None:  # only now: until its successor is there, it stays
        _clear(replace(job, target=job.former), ())
        record_path(job.former).unlink(missing_ok=True)


def with_own_edits(job: Job) -> Job:
    """Return a job with the changes of sentences that its track has: a list does not know of them."""
    try:
        document = _document(record_path(job.target))
    except OutputError:
        return job  # it is told when the track is made
    script, edits = edits_of(document or {}, job.code)
    if not edits or job.spec.edits or script != find_script(job.spec.script, job.home).name:
        return job
    return replace(job, spec=replace(job.spec, edits=edits))


def _own_speech(record: Path) -> frozenset[str]:
    """Return the names of what the cache has because of someone's own words, as a record tells."""
    try:
        return _traces(record).speech
    except OutputError:
        return frozenset()  # it is no record, and tells of nobody


@contextmanager
def _own_folder(job: Job) -> Iterator[Path]:
    """Lend an empty, private folder beside a job's track."""
    with temporary_beside(job.target) as folder:
        sweep(job.target.parent)
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise output_error(folder, error) from error
        yield folder


def _make_in(folder: Path, job: Job, facts: Inventory, events: Events = None) -> None:
    """Make a job's track, its record and what is beside it in an empty folder."""
    if not job.force:
        _replaceable(job.target, [job.target.with_suffix(f".{kind}").name for kind in job.captions])
    plan = plan_track(job.spec, job.settings, job.home)
    track = make_track(plan, folder / job.target.name, events=events)
    wanted = Sidecars(captions=job.captions, record=True)
    write_beside(
        track, wanted, job.spec, job.settings, overwrite=False, code=job.code, facts=facts, events=events
    )


def _clear(job: Job, beside: Sequence[Path]) -> None:
    """Take away the old track and what is beside it, so that no new record stands beside anything old.

    Raises:
        OutputError: when something may not be replaced, or cannot be; nothing is then taken away.
    """
    names = [path.name for path in beside]
    old = _forced(job.target, names) if job.force else _replaceable(job.target, names)
    for path in (record_path(job.target), *old):
        if path.is_dir() and not path.is_symlink():
            raise OutputError(
                path, Message("there is a folder with that name"), hint=Message("Move it away.")
            )
    try:
        for path in old:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(job.target, error) from error


def _forced(target: Path, beside: Sequence[str]) -> tuple[Path, ...]:
    """Return the files that go when whatever has a track's name is replaced, the track first.

    Besides the names of what is to come, these are what the old track left and no one has changed: the new
    record would not know it, and it would be in the way ever after.
    """
    record, known = record_path(target), dict[str, str]()
    try:
        if record.is_file():
            known = dict(traces_of(read_document(record)).files)
    except ConfigError as error:  # a damaged record goes too, but not one that could not be read this once
        if isinstance(error.__cause__, OSError):
            raise output_error(record, error.__cause__) from error
    stem = target.name.removesuffix(target.suffix)
    left = {target.with_name(stem + ending): digest for ending, digest in known.items()}
    ours = [path for path, digest in left.items() if path.is_file() and _is_as_made(path, digest)]
    return tuple(dict.fromkeys([target, *map(target.with_name, beside), *ours]))


def _replaceable(target: Path, beside: Sequence[str] = ()) -> tuple[Path, ...]:
    """Return the files of a track that may be replaced, the track first; they need not be there.

    Args:
        target: The track.
        beside: Names of files that are to come beside it.

    Raises:
        OutputError: when what stands there was not made by a batch, or was changed since.
    """
    known = _traces(record_path(target)).files
    stem = target.name.removesuffix(target.suffix)
    names = dict.fromkeys([target.name, *(stem + ending for ending in known), *beside])
    for name in names:
        path = target.with_name(name)
        if not os.path.lexists(path):
            continue
        ending = name.removeprefix(stem)
        if ending not in known:
            raise _in_the_way(path, Message("there is a file of that name that no batch made"))
        if not _is_as_made(path, known[ending]):
            raise _in_the_way(path, Message("it was changed since it was made"))
    return tuple(target.with_name(name) for name in names)


def _is_as_made(path: Path, digest: str) -> bool:
    try:
        return is_as_made(path, digest)
    except OSError as error:
        raise output_error(path, error) from error


def _in_the_way(path: Path, problem: str) -> OutputError:
    hint = Message("Move it away, or {let_replace}.")
    return OutputError(path, problem, hint=hint)


def _traces(path: Path) -> Traces:
    """Return what the record in a file, if there is one, tells of files.

    Raises:
        OutputError: when there is something else.
    """
    document = _document(path)
    return traces_of({} if document is None else document)


def _document(path: Path) -> Mapping[str, Any] | None:
    """Return the record in a file; None when there is none.

    Raises:
        OutputError: when there is something else.
    """
    if not os.path.lexists(path):
        return None
    try:
        return read_document(path)
    except ConfigError as error:
        raise _in_the_way(path, error.problems[0]) from error


def _other_format(target: Path, traces: Traces) -> Path | None:
    """Return the track of a record when it is there and is a file of another kind than the target."""
    path = target.with_suffix(traces.suffix) if traces.suffix else target
    return path if path != target and path.is_file() else None


def _missing(job: Job, traces: Traces) -> list[str]:
    """Return what is not as the record has it, without reading the sound, and captions that are wanted."""
    same = job.target.stat().st_size == traces.bytes
    reasons: list[str] = [] if same else [Message("The file is not as it was made.")]
    endings = set(traces.files) - {job.target.suffix}
    stem = job.target.name.removesuffix(job.target.suffix)
    gone = sorted(ending for ending in endings if not job.target.with_name(stem + ending).exists())
    wanted = {f".{kind}" for kind in job.captions}
    reasons += [
        Message("{stem}{ending} is not there.", stem=stem, ending=ending)
        for ending in sorted({*gone, *(wanted - endings)})
    ]
    return reasons
