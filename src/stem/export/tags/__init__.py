"""What players show: title, chapters, cover, words and the rest, in the form that each kind of file has.

MP3 and WAV have ID3 tags, M4A atoms, FLAC and Opus Vorbis comments. What is written holds no date, host or
path, and is the same bytes each time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutagen import MutagenError

from stem.errors import AudioError, OutputError
from stem.export.tags import id3v2, mp4, riff, vorbis
from stem.export.tags.file_tags import NO_WORDS, ChapterMark, FileTags, Tags, TimedLine, plain, tidied
from stem.files import is_temporary, output_error, temporary_beside
from stem.messages import Message

__all__ = [
    "FLAC",
    "M4A",
    "MP3",
    "NO_WORDS",
    "OPUS",
    "TAGGINGS",
    "WAV",
    "ChapterMark",
    "FileTags",
    "Tagging",
    "Tags",
    "TimedLine",
    "read",
    "read_chapters",
    "tag",
    "title_without_words",
]


@dataclass(frozen=True, slots=True)
class Tagging:
    """How the tags of a kind of file are written and read.

    Attributes:
        title: The usual suffix of such files.
        write: Writes the first file to the second, with these tags in place of its own.
        read: Returns what a file tells.
        begins: Tells, by its first 12 bytes, whether a file is of this kind.
    """

    title: str
    write: Callable[[Path, Path, FileTags], None]
    read: Callable[[Path], FileTags]
    begins: Callable[[bytes], bool]


_FRAME_SYNC = 0xE0
"""The three bits after 0xFF with which an MPEG frame begins."""

MP3 = Tagging(
    "mp3",
    id3v2.write,
    id3v2.read,
    lambda start: start[:3] == b"ID3" or (start[:1] == b"\xff" and start[1] & _FRAME_SYNC == _FRAME_SYNC),
)
M4A = Tagging("m4a", mp4.write, mp4.read, lambda start: start[4:8] == b"ftyp")
FLAC = Tagging("flac", vorbis.write_flac, vorbis.read_flac, lambda start: start[:4] == b"fLaC")
OPUS = Tagging("opus", vorbis.write_opus, vorbis.read_ogg, lambda start: start[:4] == b"OggS")
WAV = Tagging("wav", riff.write, riff.read, lambda start: start[:4] == b"RIFF" and start[8:12] == b"WAVE")

TAGGINGS = (MP3, M4A, FLAC, OPUS, WAV)
"""Of all kinds of files that have tags."""

_START_BYTES = 12


def tag(path: Path, tags: Tags, chapters: Sequence[ChapterMark], tagging: Tagging) -> None:
    """Give the file at `path` these tags in place of those that are there; the sound stays as it is.

    Meant for the temporary file of a track, before it is published. Texts are freed of control characters.

    Args:
        path: A finished file.
        tags: What is told.
        chapters: In any order; M4A, FLAC and Opus have no ends: a chapter lasts until the next.
        tagging: That of its kind of file.

    Raises:
        OutputError: when the tags cannot be expressed, the file is not of that format, or the system refuses
            to write; `path` is as before.
    """
    with temporary_beside(path) as tagged:
        try:
            tagging.write(path, tagged, tidied(tags, chapters))
            tagged.replace(path)
        except OSError as error:
            raise output_error(path, error) from error
        except (MutagenError, ValueError, struct.error) as error:
            refusal = _refusal(error)  # mutagen hides that of the system in its own
            if refusal is not None:
                raise output_error(path, refusal) from error
            place = (
                Message("the track") if is_temporary(path) else path
            )  # a temporary name means nothing to a user
            raise OutputError(
                place, Message("its title, chapters or other tags do not fit in the file")
            ) from error


def read(path: Path) -> FileTags:
    """Return what a file tells; its content decides of which format it is, never its name.

    What it does not tell is empty or None. Times are as exact as its format holds them: milliseconds, and for
    the lines of M4A, FLAC and Opus hundredths of a second. Texts are freed of control characters: what a
    stranger put into a file is shown on a terminal, which obeys some of them.

    Raises:
        AudioError: when it cannot be read, is of no known format, or its tags are damaged.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_START_BYTES).ljust(_START_BYTES, b"\0")
        known = next((known for known in TAGGINGS if known.begins(start)), None)
        if known is None:
            raise AudioError(
                path,
                Message("it has no tags of a kind that stem reads"),
                hint=Message(
                    "It reads those of {taggings}.", taggings=", ".join(known.title for known in TAGGINGS)
                ),
            )
        return plain(known.read(path))
    except OSError as error:
        raise AudioError(path, Message("it cannot be read ({reason})", reason=error.strerror)) from error
    except (
        MutagenError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        struct.error,
        EOFError,
    ) as error:
        raise AudioError(path, Message("its tags are damaged")) from error


def read_chapters(path: Path) -> tuple[ChapterMark, ...]:
    """Return the chapters of a file in the order of their starts; none when it has none that can be read."""
    try:
        return read(path).chapters
    except AudioError:
        return ()


def title_without_words(path: Path) -> str:
    """Return the title of a file that tells that there are no words in it; empty for any other."""
    try:
        told = read(path).tags
    except AudioError:
        return ""
    return told.title if told.language == NO_WORDS else ""


def _refusal(error: BaseException) -> OSError | None:
    """Return the system's refusal behind an error of mutagen, or None."""
    behind = (error.__cause__, error.__context__, *error.args)
    return next((cause for cause in behind if isinstance(cause, OSError)), None)
