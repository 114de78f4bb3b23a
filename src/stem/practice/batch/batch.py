"""A batch as a whole: what it would make, its tracks, what goes to clients, and a page about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from stem.config import Config
from stem.cores import cores
from stem.errors import ConfigError, OutputError, UsageError, nearest
from stem.files import expanded
from stem.messages import Message
from stem.practice.batch import BatchEvents, JobList, Outcome, Report, rehearse, run_batch
from stem.practice.batch.handout import Handout, hand_over
from stem.practice.handout import checked_password
from stem.practice.lists import LARGEST_FILE, BatchFile, read_batch_file
from stem.practice.overview import is_ours, overview_page
from stem.text_files import write_text


@dataclass(frozen=True, slots=True)
class Batch:
    """Tracks that were asked for together, with a list or a series.

    Example:
        >>> batch = project.batch("lijst.csv", stem.TrackSpec("", voice="zacht", bed="none"))
        >>> [outcome.status for outcome in batch.rehearse().outcomes]
        ['new', 'new']

    Attributes:
        title: Of the list, or of the series.
        asked: The jobs, and what is to be expected of each.
        settings: Of the project.
        home: The project's folder.
    """

    title: str
    asked: JobList
    settings: Config
    home: Path

    @property
    def notices(self) -> tuple[str, ...]:
        """What someone must be able to read before a track is made."""
        return self.asked.notices

    @property
    def remarks(self) -> tuple[str, ...]:
        """What someone may want to listen to first."""
        return self.asked.remarks

    @property
    def codes(self) -> tuple[str, ...]:
        """The clients' codes, in the order of the list."""
        return tuple(dict.fromkeys(job.code for job in self.asked.jobs))

    def rehearse(self) -> Report:
        """Return what `make` would do, with the lengths that are expected; nothing is made."""
        return rehearse(self.asked, self.settings, self.home)

    def make(
        self,
        *,
        workers: int | None = None,
        dask: str | None = None,
        on_outcome: Callable[[Outcome], object] = lambda _outcome: None,
        events: BatchEvents = None,
        yields: bool = False,
    ) -> Report:
        """Make the tracks that are not there yet, or would be other ones now, each whole or not at all.

        Args:
            workers: So many at once; by default one a core.
            dask: The address of a Dask cluster that makes them.
            on_outcome: Called for each, as soon as it is known.
            events: Called with a `BatchProgress` at once and then several times a second; returning False
                stops. The tracks that are there by then stay, and the same call goes on with the rest.
            yields: Let everything else on this machine go first, such as a page that someone looks at.

        Raises:
            Cancelled: when `events` returned False; what it raises itself comes out as it is.
            BusyError: when another batch is being made in their folder.
            UsageError: when the cluster cannot be had.
        """
        run = partial(run_batch, self.asked.jobs, self.settings, self.home)
        if dask is None:
            return run(workers=workers or cores(), on_outcome=on_outcome, events=events, yields=yields)
        from stem.practice.batch.cluster import on_cluster

        with on_cluster(dask, self.asked.jobs) as cluster:
            return run(
                opened=cluster.opened,
                workers=workers or cluster.workers,
                task=cluster.task,
                on_outcome=on_outcome,
                events=events,
            )

    def passwords(self, common: Callable[[], str]) -> dict[str, str]:
        """Return a password for each code: that of the list, or one for all others.

        Args:
            common: Asked for that one when it is needed.

        Raises:
            UsageError: when one will not do.
        """
        given = self.asked.passwords
        rest = "" if all(code in given for code in self.codes) else common()
        passwords = {code: given.get(code, rest) for code in self.codes}
        for password in dict.fromkeys(passwords.values()):
            checked_password(password)
        return passwords

    def hand_over(
        self, report: Report, passwords: Mapping[str, str] | None = None, *, also_guided: bool = False
    ) -> Handout:
        """Write for each client a text to send with the tracks, and with passwords pack all of it.

        Args:
            report: What became of the tracks.
            passwords: By code; None for no zip files.
            also_guided: Whether tracks for use with a practitioner only go along.

        Raises:
            UsageError: when a password will not do.
        """
        return hand_over(self.asked.jobs, report, self.settings, passwords, also_guided=also_guided)

    def check_page(self, page: str, *, overwrite: bool = False) -> None:
        """Look whether the page can have its name.

        Raises:
            OutputError: when something else has it.
        """
        path = expanded(page, self.home)
        if page and os.path.lexists(path) and not (overwrite or is_ours(path)):
            raise OutputError(
                path, Message("something else has that name"), hint=Message("Choose another name for {page}.")
            )

    def write_page(self, report: Report, page: str, *, overwrite: bool = False) -> Path:
        """Write a page about the batch and return its path; an older one of stem's is replaced.

        Raises:
            OutputError: when something else has that name.
        """
        path = expanded(page, self.home)
        practice, folder = self.settings.practice, path.absolute().parent
        text = overview_page(report, title=self.title, practice=practice, folder=folder)
        return write_text(path, text, overwrite=overwrite or is_ours(path))


def read_list(name: str, home: Path, content: bytes | None = None) -> BatchFile:
    """Read a list of tracks.

    Args:
        name: Its file.
        home: The project's folder.
        content: What is in it, when that was read already.

    Raises:
        ConfigError: when it cannot be read.
    """
    if content is not None:
        return read_batch_file(name, content)
    path = expanded(name, home)
    try:
        with path.open("rb") as opened:
            return read_batch_file(name, opened.read(LARGEST_FILE + 1))
    except FileNotFoundError as error:
        problem = Message("there is no such file in {parent}", parent=path.absolute().parent)
        raise ConfigError(name, [problem], hint=_list_hint(path)) from error
    except OSError as error:
        raise ConfigError(name, [Message("it cannot be read ({reason})", reason=error.strerror)]) from error


def _list_hint(path: Path) -> str:
    """Return what to do about a list that is not there: most often the folder is another one."""
    lists = [each.name for kind in ("csv", "xlsx") for each in path.parent.glob(f"*.{kind}")]
    meant = nearest(path.name, lists)
    if meant:
        return Message("Did you mean '{meant}'?", meant=meant)
    return Message("Go to the folder of the practice{by_cd}, or begin one{by_init}")


def batch_folder(name: str, home: Path) -> Path:
    """Return the folder of a batch's tracks.

    Raises:
        UsageError: when it is something else.
    """
    folder = expanded(name, home)
    if folder.exists() and not folder.is_dir():
        raise UsageError(
            Message("'{folder}' is not a folder.", folder=folder),
            hint=Message("A batch needs a folder for its tracks."),
        )
    return folder
