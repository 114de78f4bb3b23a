"""Sets of own recordings: folders with a sheet's index, in which each take is kept, judged or brought back.

A set is what `stem sheet` begins and `--voice opnames/...` reads. A take that cannot be used never takes the
place of another; the one that a better take replaces stays beside it, hidden, and can come back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from stem.errors import ConfigError, OutputError
from stem.files import create_private, output_error, publish, sweep, temporary_beside
from stem.messages import Message
from stem.sound.decoding import CONTAINERS, container
from stem.voices.recordings.cleaning import Flaw, UnusableError
from stem.voices.recordings.engine import SOUND_SUFFIXES, heard, recorded_numbers
from stem.voices.recordings.sheets import INDEX_NAME, SHEET_NAME, SheetLine, read_index, read_origin

_FORMER, _RETURNING = ".vorige-", ".terug-"
_FORMER_NAME = re.compile(r"\.(?:vorige|terug)-([1-9][0-9]{0,5})(\.[a-z0-9]{1,5})")

_changing = Lock()
"""Held while files of a set get other names: two windows may keep a take of one sentence."""


@dataclass(frozen=True, slots=True)
class RecordingSet:
    """Own recordings of a script.

    Example:
        >>> made = project.new_recordings(stem.TrackSpec("kort"), "rustig")
        >>> made.folder.name, made.script, made.index[2], dict(made.takes)
        ('kort-rustig', 'kort', 'Je hoeft niets.', {})

    Attributes:
        folder: Where they are.
        script: Name of the script; "" when that is not known.
        choices: What was chosen in it of what can only be chosen.
        index: The sentences by their numbers.
        takes: The recording of each, by number.
        formers: The take before that one, by number.
        problem: What is wrong with the index; None when it can be read.
    """

    folder: Path
    script: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    index: Mapping[int, str] = field(default_factory=dict)
    takes: Mapping[int, Path] = field(default_factory=dict)
    formers: Mapping[int, Path] = field(default_factory=dict)
    problem: ConfigError | None = None


@dataclass(frozen=True, slots=True)
class TakeVerdict:
    """What the judge of recordings says of a take.

    Example:
        >>> made = project.new_recordings(stem.TrackSpec("kort"), "zacht")
        >>> verdict = project.keep_take(made, 2, b"geen geluid")
        >>> verdict.usable, [flaw.kind for flaw in verdict.flaws]
        (False, ['unreadable'])

    Attributes:
        usable: Whether it can be used; what cannot is not kept.
        flaws: Why not, or what is worth telling.
    """

    usable: bool
    flaws: tuple[Flaw, ...] = ()


def sets_in(place: Path, scripts: Collection[str]) -> tuple[RecordingSet, ...]:
    """Return the sets in a folder, by name; the folder itself is one when a sheet was made in it.

    Args:
        place: Where own recordings are.
        scripts: Names of those that there are; a set that names none is of the one that its name begins with.
    """
    try:
        folders = sorted(path for path in (place, *place.iterdir()) if not path.is_symlink())
    except OSError:  # there are none yet, or it is no folder
        return ()
    return tuple(read_set(path, scripts) for path in folders if (path / INDEX_NAME).is_file())


def read_set(folder: Path, scripts: Collection[str]) -> RecordingSet:
    """Return the set that a folder is."""
    try:
        origin, index = read_origin(folder / INDEX_NAME), read_index(folder / INDEX_NAME)
        takes = {number: paths[0] for number, paths in recorded_numbers(folder).items()}
    except ConfigError as error:
        return RecordingSet(folder, problem=error)
    script = origin.script if origin.script in scripts else _meant(folder.name, scripts)
    return RecordingSet(folder, script, origin.choices, index, takes, dict(_formers(folder)))


def _meant(name: str, scripts: Collection[str]) -> str:
    """Return the script that a folder is called after: "aankomen", or "aankomen-rustig"."""
    return max((each for each in scripts if f"{name}-".startswith(f"{each}-")), key=len, default="")


def _formers(folder: Path) -> Iterator[tuple[int, Path]]:
    for path in sorted(folder.iterdir()):
        if found := _FORMER_NAME.fullmatch(path.name):
            yield int(found[1]), path


def keep_take(recordings: RecordingSet, line: SheetLine, content: bytes) -> TakeVerdict:
    """Judge a take of a sentence, and keep it whole when it can be used; the one before it is set aside.

    Args:
        recordings: The set.
        line: The sentence, with its number there.
        content: Of a sound file of any kind that stem reads.

    Raises:
        OutputError: when it cannot be written; what was there is then as it was.
    """
    folder = recordings.folder
    sweep(folder)
    with temporary_beside(folder / INDEX_NAME) as temporary:
        try:
            create_private(temporary, content)
        except OSError as error:
            raise output_error(temporary, error) from error
        verdict = judge_take(temporary, line.phrase)
        if verdict.usable:
            target = folder / f"{line.number}{_suffix(temporary)}"
            with _changing:
                _set_aside(folder, line.number)
                try:
                    publish(temporary, target, overwrite=False)
                except OutputError:
                    _put_back(folder, line.number)
                    raise
    return verdict


def judge_take(path: Path, phrase: str) -> TakeVerdict:
    """Tell of a recording of a phrase whether it can be used, by the judge of `Recordings`."""
    try:
        return TakeVerdict(usable=True, flaws=heard(path, phrase).flaws)
    except UnusableError as error:
        return TakeVerdict(usable=False, flaws=(Flaw(error.kind, str(error.args[0])),))


def bring_back(recordings: RecordingSet, number: int) -> bool:
    """Let a sentence's take and the one before it change places; tell whether there was one before it.

    Raises:
        OutputError: when the system refuses.
    """
    folder = recordings.folder
    with _changing:
        former = dict(_formers(folder)).get(number)
        if former is None:
            return False
        returning = folder / f"{_RETURNING}{number}{former.suffix}"
        try:
            former.replace(returning)
            _set_aside(folder, number)
            returning.replace(folder / f"{number}{former.suffix}")
        except OSError as error:
            raise output_error(folder, error) from error
    return True


def forget_set(recordings: RecordingSet) -> tuple[Path, ...]:
    """Remove the takes of a set, its sheet and its index, and its folder when nothing else is in it.

    Returns:
        What is still there: files that are no part of it, or that the system keeps.
    """
    folder = recordings.folder
    with _changing, suppress(ConfigError):
        takes = [path for paths in recorded_numbers(folder).values() for path in paths]
        formers = [path for _, path in _formers(folder)]
        for path in (*takes, *formers, folder / SHEET_NAME, folder / INDEX_NAME):
            with suppress(OSError):
                path.unlink()
    with suppress(OSError):
        folder.rmdir()
    return tuple(sorted(folder.iterdir())) if folder.is_dir() else ()


def _suffix(path: Path) -> str:
    """Return the suffix that tells how the sound in a file is packed."""
    return "." + CONTAINERS[container(path)].suffixes[0]


def _set_aside(folder: Path, number: int) -> None:
    """Let the take of a number be the former one; the one before it goes.

    Raises:
        OutputError: when there are two, or the system refuses.
    """
    there = recorded_numbers(folder).get(number, ())
    if not there:
        return
    if len(there) > 1:
        names = ", ".join(path.name for path in there)
        problem = Message("there are recordings of the same numbers: {in_the_way}", in_the_way=names)
        raise OutputError(folder, problem, hint=Message("Move all but one of those away."))
    (take,) = there
    suffix = take.suffix.casefold()
    kept = folder / f"{_FORMER}{number}{suffix if suffix in SOUND_SUFFIXES else _suffix(take)}"
    try:
        take.replace(kept)
        for path in folder.glob(f"{_FORMER}{number}.*"):
            if path != kept:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error


def _put_back(folder: Path, number: int) -> None:
    """Undo that, as far as the system lets us."""
    former = dict(_formers(folder)).get(number)
    with suppress(OSError):
        if former is not None:
            former.replace(folder / f"{number}{former.suffix}")
