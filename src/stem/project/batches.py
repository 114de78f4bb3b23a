"""Many tracks of a project at once: lists and series."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from stem.errors import UsageError
from stem.messages import Message
from stem.project.scripts import Scripts
from stem.record.remake import AS_IT_WAS, Change
from stem.track.spec import TrackSpec

if TYPE_CHECKING:
    from stem.practice.batch import BatchOptions
    from stem.practice.batch.batch import Batch
    from stem.practice.batch.client import Client
    from stem.practice.batch.mistakes import Mistake
    from stem.practice.codes import KnownClient

_EACH_ITS_OWN = TrackSpec("")


class Batches(Scripts):
    """What a project does with lists and series."""

    def batch(
        self,
        file: str,
        spec: TrackSpec = _EACH_ITS_OWN,
        target: str | None = None,
        *,
        content: bytes | None = None,
        names: str = "",
        captions: tuple[str, ...] = (),
        again: bool = False,
    ) -> Batch:
        """Read a list: a track for each row, or all mistakes at once.

        Args:
            file: CSV, XLSX or TOML.
            spec: What is not None in it goes before what a row says; its values are the usual ones.
            target: The folder of the tracks; by default that of the settings.
            content: What is in the file, when that was read already.
            names: Pattern of their names; empty for the usual one.
            captions: Kinds of captions beside them.
            again: Make also what has not changed, and replace whatever has its name.

        Raises:
            ConfigError: with every mistake in the list.
            UsageError: when what holds for the whole batch cannot be.
        """
        from stem.practice.batch import jobs_of_list
        from stem.practice.batch.batch import Batch, read_list

        listed = read_list(file, self.folder, content)
        options = self._batch_options(spec, target, names, captions, again=again)
        jobs = jobs_of_list(listed, options, self.settings)
        return Batch(Path(file).stem, jobs, self.settings, self.folder)

    def check_list(self, content: bytes, title: str) -> Batch | tuple[Mistake, ...]:
        """Read a list, and return what it asks for, or every mistake with where it stands; see `batch`.

        Args:
            content: What is in the file: CSV or XLSX, which it tells itself.
            title: What the list is called.

        Raises:
            ConfigError: when nothing can be read in it at all.
            StemError: when what holds for the whole batch cannot be.
        """
        from stem.practice.batch.batch import Batch, read_list
        from stem.practice.batch.from_list import check_list
        from stem.practice.batch.mistakes import mistakes_in

        listed = read_list(title, self.folder, content)
        options = self._batch_options(_EACH_ITS_OWN, None, "", (), again=False)
        jobs, problems = check_list(listed, options, self.settings)
        return mistakes_in(listed, problems) or Batch(title, jobs, self.settings, self.folder)

    def model_list(self, scripts: Sequence[str]) -> bytes:
        """Return a list in CSV to begin with: the heads for some scripts, and a row of each."""
        from stem.practice.batch.model_list import model_list

        return model_list([self.script(name) for name in scripts])

    def client(self, code: str) -> Client:
        """Return the finished tracks of a client, which of them can go home, and what packs them.

        Raises:
            OutputError: when the folder of the settings cannot be read.
        """
        from stem.practice.batch.client import client_of

        return client_of(code, self.path(self.settings.output), self.settings, self.folder)

    def clients(self) -> tuple[KnownClient, ...]:
        """Return the clients that the records of tracks and the lists in the folder tell of, by code.

        Raises:
            OutputError: when the folder of the settings cannot be read.
        """
        from stem.practice.codes import known_clients

        return known_clients(self.folder, self.path(self.settings.output))

    def series_batch(
        self,
        name: str | None,
        code: str,
        spec: TrackSpec = _EACH_ITS_OWN,
        target: str | None = None,
        *,
        names: str = "",
        captions: tuple[str, ...] = (),
        again: bool = False,
    ) -> Batch:
        """Ask for all tracks of a series for one client; see `batch`.

        Args:
            name: Of the series; None for the usual one.
            code: The client's; never a name.
            spec: What holds for all tracks.
            target: As of `batch`.
            names: Likewise.
            captions: Likewise.
            again: Likewise.

        Raises:
            UsageError: when no series is named, or the code cannot be one.
            StemError: for whatever else is wrong.
        """
        from stem.practice.batch import jobs_of_series
        from stem.practice.batch.batch import Batch

        if not (name or self.settings.series):
            raise UsageError(
                Message("No series is named."),
                hint=Message("For example: {series_is} zeven-dagen {code_is} c017"),
            )
        series = self.series(name or self.settings.series)
        options = self._batch_options(spec, target, names, captions, again=again)
        jobs = jobs_of_series(series, code, options, self.settings)
        return Batch(series.title, jobs, self.settings, self.folder)

    def single(self, code: str, spec: TrackSpec) -> Batch:
        """Ask for one track as a batch: named by a code, with its record, and replaced only when it is ours.

        Args:
            code: The client's; never a name.
            spec: The track.

        Raises:
            UsageError: when the code cannot be one, or a value is wrong.
            StemError: for whatever else is wrong.
        """
        from stem.practice.batch.batch import Batch
        from stem.practice.batch.single import job_of_one

        jobs = job_of_one(code, self._batch_options(spec, None, "", (), again=False), self.settings)
        return Batch(jobs.expected[0].plan.title, jobs, self.settings, self.folder)

    def again(self, record: str | Path, change: Change = AS_IT_WAS) -> Batch:
        """Ask for the track of a record again, in its place and by a process of its own; see `remake`.

        Whatever stands there is replaced, once the new one is whole.

        Args:
            record: Its file.
            change: What is to be another way.

        Raises:
            UsageError: when the record does not tell what was filled in.
            StemError: for whatever else is wrong.
        """
        from stem.practice.batch.batch import Batch
        from stem.practice.batch.single import job_of_record

        jobs = job_of_record(self.path(record), self.settings, self.folder, change)
        return Batch(jobs.expected[0].plan.title, jobs, jobs.jobs[0].settings, self.folder)

    def _batch_options(
        self, spec: TrackSpec, target: str | None, names: str, captions: tuple[str, ...], *, again: bool
    ) -> BatchOptions:
        from stem.practice.batch import BatchOptions
        from stem.practice.batch.batch import batch_folder

        folder = batch_folder(target or self.settings.output, self.folder)
        return BatchOptions(spec, folder, names, captions, again, self.folder)
