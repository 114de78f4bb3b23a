"""Where the files of a voice come from: addresses on the web, and folders that are here.

A folder is a stick, a share or a disk. Its files count as little as those of a server: size and MD5 decide.
Only the user names one, since a path of someone else's template could lead to any machine of the network.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from stem.errors import DownloadError, UsageError
from stem.files import publish
from stem.messages import Message
from stem.voices.http import is_safe
from stem.voices.parts import is_whole, part_of, writing
from stem.voices.published import Download, RemoteFile
from stem.voices.template import VoiceTemplate, is_the_users


def origins(voice: VoiceTemplate, wanted: Download, mirror: str | None) -> list[str | Path]:
    """Return where the collection is, in the order in which it is asked.

    Args:
        voice: The voice.
        wanted: Its files.
        mirror: What the user named instead of the origins of the voice.

    Raises:
        UsageError: when one is no safe web address, and no folder of the user's.
    """
    if mirror:
        return [_origin(mirror, folders=True)]
    return [_origin(root, folders=is_the_users(voice.path)) for root in wanted.addresses]


def _origin(root: str, *, folders: bool) -> str | Path:
    if folders and Path(root).is_dir():
        return Path(root).absolute()
    try:
        safe = is_safe(root, after=root)
    except ValueError:
        safe = False
    if not safe:
        hint = Message("Such an address begins with https:// and a name, or is a folder of this computer.")
        raise UsageError(Message("Voices cannot be downloaded from '{root}'.", root=root), hint=hint)
    return root.rstrip("/")


def found_in(folder: Path, *places: str) -> Path | None:
    """Return the first of some files that is in a folder; None when there is none of them."""
    return next((path for path in map(folder.joinpath, places) if path.is_file()), None)


@dataclass(frozen=True, slots=True)
class Copy:
    """One file out of a folder, where it stands as in the collection, or simply by its name.

    Attributes:
        file: What it must be.
        folder: Where it is looked for.
        place: Where it stands in the collection.
        final: Where it goes; this run has the lock on that.
    """

    file: RemoteFile
    folder: Path
    place: str
    final: Path

    def fetch(self) -> None:
        """Bring the file under its final name.

        Raises:
            DownloadError: when it is not there, or is another.
            OutputError: when it cannot be written.
        """
        found = found_in(self.folder, self.place, self.file.name)
        if found is None:
            raise self._error(Message("it is not in {folder}", folder=self.folder))
        part = part_of(self.final.parent, self.file)
        try:
            with found.open("rb") as source, writing(self.final), part.open("wb") as target:
                shutil.copyfileobj(source, target)
        except OSError as error:
            problem = Message(
                "it cannot be read in {folder} ({reason})", folder=self.folder, reason=error.strerror
            )
            raise self._error(problem) from error
        if not is_whole(part, self.file):
            with writing(part):
                part.unlink()
            raise self._error(
                Message("what stands in {folder} is not the published file", folder=self.folder)
            )
        with writing(self.final):
            publish(part, self.final, overwrite=True)

    def _error(self, problem: str) -> DownloadError:
        hint = Message("Put it there, or name another address {for_download}.")
        return DownloadError(self.file.name, problem, hint=hint)
