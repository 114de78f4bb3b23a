"""A client's finished tracks, as their records tell of them: which of them can go home, and packing those."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from stem.config import Config
from stem.errors import OutputError, StemError, UsageError
from stem.messages import Message
from stem.practice.batch.handout import Handout, hand_over, letter_of
from stem.practice.batch.jobs import Job, Outcome, Report
from stem.practice.batch.list_rows import script_or_error
from stem.practice.handout import checked_password, is_ours, letter_path, zip_path
from stem.practice.lists import Place
from stem.record.listing import finished_track, records
from stem.record.model import Personal, Record
from stem.track.spec import TrackSpec
from stem.units import seconds

GONE = Message("its file is not there any more")
CHANGED = Message("its file was changed since it was made")
GUIDED = Message("it is for use with a practitioner only")
UNKNOWN = Message("its script is not there any more, so it is not known whether it may go home")


@dataclass(frozen=True, slots=True)
class ClientTrack:
    """A finished track of a client.

    Attributes:
        job: As it would be asked for now.
        record: How it was made.
        stays: Why it cannot go home, as a clause about "it"; empty when it can.
    """

    job: Job
    record: Record
    stays: str

    @property
    def path(self) -> Path:
        """The track's file."""
        return self.job.target

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return seconds(self.record.times.frames)


@dataclass(frozen=True, slots=True)
class Client:
    """A client whose tracks are in one folder.

    Attributes:
        code: Theirs; never a name.
        tracks: By the names of their files.
        folder: Where they are.
        settings: Of the project.
    """

    code: str
    tracks: tuple[ClientTrack, ...]
    folder: Path
    settings: Config

    @property
    def zip_path(self) -> Path:
        """Where their zip file is, or would be."""
        return zip_path(self.folder, self.code)

    @property
    def letter_path(self) -> Path:
        """Where the text that goes with it is, or would be."""
        return letter_path(self.folder, self.code)

    @property
    def is_packed(self) -> bool:
        """Whether they have a zip file of ours."""
        return is_ours(self.zip_path)

    def letter(self, names: Collection[str]) -> tuple[str, bool]:
        """Return the text that would go with tracks, and whether someone wrote in it.

        Args:
            names: Of their files; at least one, of those that can go home.

        Raises:
            StemError: when it cannot be read.
        """
        jobs, report = self._chosen(names)
        return letter_of(self.code, jobs, report, self.settings)

    def pack(self, names: Collection[str], password: str, *, overwrite: bool = False) -> Handout:
        """Write the text and the zip file, which `password` opens.

        Args:
            names: Of the files of the tracks that go in; at least one, of those that can go home.
            password: See `checked_password`.
            overwrite: Whether a zip file of ours that is there may be replaced.

        Raises:
            UsageError: when the password will not do, or there is no such track.
            OutputError: when a zip file is there, or something cannot be written.
        """
        checked_password(password)
        jobs, report = self._chosen(names)
        if self.is_packed and not overwrite:
            raise OutputError(
                self.zip_path, Message("it is there already"), hint=Message("Let it be replaced, or keep it.")
            )
        handed = hand_over(jobs, report, self.settings, {self.code: password})
        for problem in handed.left.values():
            raise StemError(Message("The tracks were not packed: {problem}.", problem=problem))
        return handed

    def _chosen(self, names: Collection[str]) -> tuple[list[Job], Report]:
        found = [each for each in self.tracks if not each.stays and each.path.name in names]
        if not found:
            raise UsageError(Message("No track is chosen that can go home."))
        outcomes = tuple(
            Outcome(
                "",
                self.code,
                each.record.script.name,
                "kept",
                each.path,
                each.record.script.title,
                each.seconds,
            )
            for each in found
        )
        return [each.job for each in found], Report(outcomes)


def client_of(code: str, folder: Path, settings: Config, home: Path) -> Client:
    """Return a client with the tracks in a folder that were made for their code.

    Args:
        code: Theirs.
        folder: Where the tracks are.
        settings: Of the project.
        home: The project's folder.

    Raises:
        OutputError: when the folder cannot be read.
    """
    told = json.dumps(code, ensure_ascii=False).encode()
    found = (finished_track(path) for path in records(folder) if _tells(path, told))
    tracks = [
        _track_of(each.path, each.record, personal, settings, home)
        for each in found
        if each.path is not None and each.record is not None
        if (personal := each.record.personal) is not None and personal.code == code
    ]
    return Client(code, tuple(tracks), folder, settings)


def _tells(record: Path, text: bytes) -> bool:
    """Tell whether a text is anywhere in a file: a thousand records are looked through in a moment."""
    try:
        return text in record.read_bytes()
    except OSError:
        return False


def _track_of(path: Path, record: Record, personal: Personal, settings: Config, home: Path) -> ClientTrack:
    spec = TrackSpec(record.script.name, values=personal.values)
    job = Job(Place("track", 1), personal.code, spec, settings, path, home=home)
    return ClientTrack(job, record, _stays(path, record, home))


def _stays(path: Path, record: Record, home: Path) -> str:
    """Return why a track cannot go home."""
    try:
        if path.is_symlink() or not path.is_file():
            return GONE
        if path.stat().st_size != record.track.bytes:
            return CHANGED
    except OSError:
        return GONE
    script = script_or_error(record.script.name, home)
    if isinstance(script, StemError):
        return UNKNOWN
    return GUIDED if script.practitioner_only else ""
