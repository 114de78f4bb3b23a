"""The files of a voice from the web: exactly the published ones, or an error.

A file comes in beside its final name, as a part that is named after the MD5 it must end with, and gets its
final name in one step once its size and MD5 are right. However a run ends, what came in stays for the next
one to go on with. No server, proxy or mirror is believed.

A file whose MD5 nobody knows yet is the exception: it has to be as long as the server says, and each run
begins it anew, since nothing would tell that two parts of it do not belong together.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stem.errors import ConfigError, DownloadError, UsageError
from stem.files import cache_folder, lock, publish
from stem.messages import Message
from stem.voices.card import fetch_card
from stem.voices.http import (
    BAD_RANGE,
    OK,
    OTHER_ADDRESS,
    LastingFault,
    PassingFault,
    Patience,
    Web,
    host,
    lost,
)
from stem.voices.origins import Copy, origins
from stem.voices.parts import check_room, is_whole, part_of, parts, size_of, sweep, writing
from stem.voices.published import Download, RemoteFile, card_path
from stem.voices.template import VoiceTemplate

__all__ = ["Patience", "Progress", "download"]

_LOGGER = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
"""Is told the bytes that are here, and the bytes of the whole voice once they are known."""

_WORTH_BYTES = 1 << 16
"""So much more than ever before counts as progress; for less, a server could keep us busy for ever."""
_MOST_UNSTATED_BYTES = 1 << 22
"""For a file of which only the MD5 is published: settings and cards are a few kilobytes."""
_LOCKS = "downloads"
_MOST_UNKNOWN_BYTES = 1 << 30
"""For one of which not even that is known: a model has some hundreds of megabytes."""
_PATIENT = Patience()

_NAME = re.compile(r"\w[\w.+-]*")
_PATH = re.compile(r"\w[\w.+-]*(?:/\w[\w.+-]*)*")
_MD5 = re.compile(r"(?:[0-9a-fA-F]{32})?")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)", re.ASCII)


class _WrongContent(Exception):  # noqa: N818 - it never leaves this module
    """What came, or would come, is not the published file; its text says why."""


def download(
    voice: VoiceTemplate,
    *,
    mirror: str | None = None,
    on_progress: Progress = lambda _done, _total: None,
    patience: Patience = _PATIENT,
) -> tuple[Path, ...]:
    """Fetch the files of a voice that are not here yet, or not whole.

    Several runs may do so at once: the second waits for the first and finds its files.

    Args:
        voice: The voice.
        mirror: Address or folder to use instead of the origins of the voice; the same folders stand below it,
            and in a folder the files may also stand by themselves.
        on_progress: Is told now and then how far it is.
        patience: How long to wait, and how often to try.

    Returns:
        The files, in the order of the voice template, and whole; and what its makers tell of it, if it came.

    Raises:
        UsageError: when there is nothing to download, or the mirror is no safe web address and no folder.
        ConfigError: when the voice template's list of files makes no sense.
        DownloadError: when a file cannot be had; what came in stays for the next time.
        OutputError: when there is no room, or the folder cannot be written.
    """
    wanted = voice.download
    if wanted is None:
        raise UsageError(Message("There is nothing to download for the voice '{voice}'.", voice=voice.name))
    _check_files(wanted, voice.path)
    sources = origins(voice, wanted, mirror)
    folder = Path(voice.voice).parent
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    sweep(folder, wanted.files)
    tally = _Tally(wanted.files, on_progress)
    missing = [file for file in wanted.files if not tally.is_here(folder / file.name, file)]
    check_room(folder, missing)
    # Those of unknown size, which are small, first: then the total is known, and the model comes last.
    missing.sort(key=lambda file: (file.bytes is not None, file.bytes or 0))
    with closing(Web(patience)) as web:
        for file in missing:
            final = folder / file.name
            with _alone(final):
                if not tally.is_here(final, file):
                    arrivals = [
                        Copy(file, source, wanted.place(file), final)
                        if isinstance(source, Path)
                        else _Arrival(file, wanted.address(file, source), final, web, patience, tally)
                        for source in sources
                    ]
                    sources.insert(0, sources.pop(_first_that_comes(arrivals)))
                    tally.is_here(final, file)
        fetch_card(voice, wanted, sources[0], web)
    found = (*(folder / file.name for file in wanted.files), card_path(Path(voice.voice)))
    return tuple(path for path in found if path.is_file())


def _first_that_comes(arrivals: Sequence[_Arrival | Copy]) -> int:
    """Bring a file from the first address that gives it, and return which that was."""
    for number, arrival in enumerate(arrivals):
        try:
            arrival.fetch()
        except DownloadError as error:
            if arrival is arrivals[-1]:
                raise
            _LOGGER.warning(Message("{error} Another address is asked.", error=error.sentence))
        else:
            return number
    raise AssertionError


class _Tally:
    """Counts the bytes of a voice that are here, and tells how far it is."""

    def __init__(self, files: Sequence[RemoteFile], on_progress: Progress) -> None:
        self._here = dict.fromkeys((file.name for file in files), 0)
        self._sizes = {file.name: file.bytes for file in files}
        self._on_progress = on_progress

    def tell(self, file: RemoteFile, here: int) -> None:
        """Tell that so many bytes of a file are here."""
        self._here[file.name] = here
        known = [size for size in self._sizes.values() if size is not None]
        total = sum(known) if len(known) == len(self._sizes) else None
        self._on_progress(sum(self._here.values()), total)

    def is_here(self, path: Path, file: RemoteFile) -> bool:
        """Tell whether a file is whole; when it is, count it."""
        whole = is_whole(path, file)
        if whole:
            self._sizes[file.name] = size_of(path)
            self.tell(file, size_of(path))
        return whole


@dataclass(slots=True)
class _Arrival:
    """One file on its way in.

    Attributes:
        file: What it must become.
        address: Where it comes from.
        final: Where it goes; this run has the lock on that.
        web: The line to it.
        patience: How often to try.
        tally: Is told how far it is.
        part: What came in so far.
        ranges: Whether the server may still be believed to send the rest of a file.
        etag: The server's mark of the version that came in so far, if it is a strong one.
        stated: How long the file is, by the server.
    """

    file: RemoteFile
    address: str
    final: Path
    web: Web
    patience: Patience
    tally: _Tally
    part: Path = field(init=False)
    ranges: bool = True
    etag: str = ""
    stated: int | None = None

    def __post_init__(self) -> None:
        self.part = part_of(self.final.parent, self.file)

    def fetch(self) -> None:
        """Bring the file under its final name, going on with what an earlier run left."""
        self._drop_other_versions()
        if not self.file.md5:
            self._drop()
        if not self._all_here:  # it is when a run died right before the end
            if size_of(self.part) >= self._limit:
                self._drop()
            try:
                self._complete()
            except (PassingFault, LastingFault) as fault:
                raise DownloadError(self.file.name, fault.problem, hint=fault.hint) from fault
        with writing(self.final):
            publish(self.part, self.final, overwrite=True)

    @property
    def _limit(self) -> int:
        if self.file.bytes is not None:
            return self.file.bytes
        return _MOST_UNSTATED_BYTES if self.file.md5 else _MOST_UNKNOWN_BYTES

    @property
    def _all_here(self) -> bool:
        if not self.file.md5 and size_of(self.part) != self.stated:
            return False
        return is_whole(self.part, self.file)

    def _complete(self) -> None:
        """Ask until the part is whole, or it makes no more sense to ask."""
        failures, furthest, was_wrong = 0, size_of(self.part), False
        while True:
            try:
                if self._ask(fresh=was_wrong):
                    return
            except _WrongContent as error:
                self._drop()
                if was_wrong:
                    problem = Message(
                        "what {address} sends is not the published file: {error}",
                        address=host(self.address),
                        error=error,
                    )
                    raise LastingFault(problem, hint=OTHER_ADDRESS) from error
                was_wrong, furthest = True, 0
            except PassingFault as fault:
                if size_of(self.part) >= furthest + _WORTH_BYTES:
                    failures, furthest = 0, size_of(self.part)
                failures += 1
                if failures >= self.patience.tries:
                    raise
                time.sleep(self.patience.wait_s(failures, fault.wait_s))

    def _ask(self, *, fresh: bool) -> bool:
        """Ask once for what is missing; True when the part is whole, False when the server had other ideas.

        Args:
            fresh: Whether a memory on the way (a caching proxy) is to be passed by: it gave something wrong.
        """
        here = size_of(self.part) if self.ranges and (self.file.md5 or self.etag) else 0
        headers = {"Range": f"bytes={here}-"} if here else {}
        if here and self.etag:
            headers["If-Range"] = self.etag
        if fresh:
            headers["Cache-Control"] = "no-cache"
        with self.web.answer(self.address, headers) as response:
            start = self._start(response, here)
            if start is None:
                self.ranges = False
                self._drop()
                return False
            etag = response.headers.get("ETag", "")
            self.etag = etag if etag.startswith('"') else ""  # a weak one does not promise the same bytes
            self._take_in(response, start)
        if not self._all_here:
            if not self.file.md5:
                raise lost(response.url)
            raise _WrongContent(Message("its MD5 is not {md5}", md5=self.file.md5))
        return True

    def _start(self, response: Any, here: int) -> int | None:
        """Return the place in the file where an answer begins; None when it is not what was asked.

        Raises:
            _WrongContent: when the answer announces another size than the published one.
        """
        if response.status_code == OK:
            start, total = 0, response.headers.get("Content-Length", "")
        else:
            given = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
            if response.status_code == BAD_RANGE or given is None or int(given[1]) != here:
                return None
            start, total = here, given[2]
        self.stated = int(total) if total.isdecimal() else None
        if self.stated is None and not self.file.md5:
            raise _WrongContent(Message("its length is not told"))
        if self.file.bytes is not None and total.isdecimal() and int(total) != self.file.bytes:
            raise _WrongContent(
                Message("it has {total} bytes instead of {bytes}", total=int(total), bytes=self.file.bytes)
            )
        return start

    def _take_in(self, response: Any, start: int) -> None:
        """Write the body of an answer, which begins at byte `start`, to the part."""
        here = start
        if not start:
            with writing(self.part):
                self.part.write_bytes(b"")
        for block in self.web.blocks(response):
            here += len(block)
            if here > self._limit:
                raise _WrongContent(Message("it has more than {limit} bytes", limit=self._limit))
            # Opened each time: what is written is then safe from a kill, and an error here is the disk's.
            with writing(self.part), self.part.open("ab") as file:
                file.write(block)
            self.tally.tell(self.file, here)
        if self.file.bytes is not None and here < self.file.bytes:
            raise lost(response.url)

    def _drop(self) -> None:
        with writing(self.part):
            self.part.unlink(missing_ok=True)
        self.tally.tell(self.file, 0)

    def _drop_other_versions(self) -> None:
        """Remove parts of what was published under this name before; the lock keeps others from them."""
        for path, name in parts(self.final.parent):
            if name == self.file.name and path != self.part:
                with suppress(OSError):  # a leftover hurts nobody
                    path.unlink()


@contextmanager
def _alone(final: Path) -> Iterator[None]:
    """Wait until no other run is busy with a file, and keep it so."""
    with ExitStack() as stack:
        with writing(final):
            name = hashlib.sha256(str(final.absolute()).encode(errors="surrogateescape")).hexdigest()
            stack.enter_context(lock(cache_folder(_LOCKS) / name))
        yield


def _check_files(wanted: Download, template: Path) -> None:
    """Refuse names that lead out of the folder, and hashes that are none: a template may come from anyone."""
    names = (*(file.name for file in wanted.files), *((wanted.card,) if wanted.card else ()))
    problems = [
        Message("'{file}' cannot be the name of a file to download", file=name)
        for name in names
        if not _NAME.fullmatch(name)
    ]
    hashes = [file.md5 for file in wanted.files]
    problems += [Message("'{md5}' is no MD5", md5=md5) for md5 in hashes if not _MD5.fullmatch(md5)]
    places = [file.path for file in wanted.files if file.path]
    problems += [
        Message("'{path}' cannot be where a file stands", path=place)
        for place in places
        if not _PATH.fullmatch(place)
    ]
    if problems:
        raise ConfigError(template, problems)
