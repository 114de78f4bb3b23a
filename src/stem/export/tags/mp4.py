"""The tags of an M4A: atoms as Apple's players and all others read them, chapters in both forms that exist.

Apple's players show chapters of a text track, others those of a "chpl" atom. mutagen writes neither; ffmpeg,
copying the sound as it is, writes both.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutagen import mp4

from stem.export.tags.file_tags import ChapterMark, FileTags, Tags, as_lrc, ends_filled, from_lrc, number_of
from stem.messages import Message
from stem.programs import ffmpeg
from stem.units import frames

_OWN = "----:com.apple.iTunes:"
"""In front of the names that Apple did not foresee; players know these by custom."""
_LANGUAGE, _LRC = f"{_OWN}LANGUAGE", f"{_OWN}SYNCEDLYRICS"
_GAIN, _PEAK = f"{_OWN}replaygain_track_gain", f"{_OWN}replaygain_track_peak"
_SOURCE_TYPE = f"{_OWN}digitalSourceType"
_TITLE_BYTES = 255
"""A "chpl" atom counts a title's bytes in one byte."""
_TIMEOUT_S = 300.0


def write(source: Path, target: Path, told: FileTags) -> None:
    """Write the M4A at `source` to `target` with its tags and chapters.

    Raises:
        OSError: when ffmpeg cannot be started or cannot write.
        ValueError: when `source` is no M4A.
    """
    _copy_with_chapters(source, target, told.chapters)
    file = mp4.MP4(target)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    file.tags.update(_atoms(told.tags))
    file.save(padding=lambda _: 0)


def read(path: Path) -> FileTags:
    """Return what the M4A at `path` tells; its chapters last until the next one."""
    file = mp4.MP4(path)
    atoms = file.tags or {}

    def text(name: str) -> str:
        value = next(iter(atoms.get(name, ())), "")
        return value if isinstance(value, str) else bytes(value).decode(errors="replace")

    number, total = next(iter(atoms.get("trkn", ())), (0, 0))
    covers = atoms.get("covr", ())
    return FileTags(
        Tags(
            title=text("\xa9nam"),
            artist=text("\xa9ART"),
            album=text("\xa9alb"),
            album_artist=text("aART"),
            comment=text("\xa9cmt"),
            genre=text("\xa9gen"),
            language=text(_LANGUAGE),
            encoder=text("\xa9too"),
            replay_gain_db=number_of(text(_GAIN)),
            peak=number_of(text(_PEAK)),
            source_type=text(_SOURCE_TYPE),
            track_number=number or None,
            track_total=total or None,
            year=text("\xa9day")[:4] or None,
            lyrics=text("\xa9lyr"),
            timed_lines=from_lrc(text(_LRC)),
            cover=bytes(covers[0]) if covers else b"",
        ),
        ends_filled([(mark.start, mark.title) for mark in file.chapters or ()], file.info.length),
    )


def _atoms(tags: Tags) -> dict[str, object]:
    texts = {
        "\xa9nam": tags.title,
        "\xa9ART": tags.artist,
        "aART": tags.album_artist,
        "\xa9alb": tags.album,
        "\xa9day": tags.year,
        "\xa9gen": tags.genre,
        "\xa9too": tags.encoder,
        "\xa9cmt": tags.comment,
        "\xa9lyr": tags.lyrics,
    }
    own = {
        _LANGUAGE: tags.language,
        _GAIN: None if tags.replay_gain_db is None else f"{tags.replay_gain_db:.2f} dB",
        _PEAK: None if tags.peak is None else f"{tags.peak:.6f}",
        _SOURCE_TYPE: tags.source_type,
        _LRC: as_lrc(tags.timed_lines),
    }
    atoms: dict[str, object] = {name: [value] for name, value in texts.items() if value}
    atoms |= {name: [mp4.MP4FreeForm(value.encode())] for name, value in own.items() if value}
    if tags.track_number is not None:
        atoms["trkn"] = [(tags.track_number, tags.track_total or 0)]
    if tags.cover:
        atoms["covr"] = [mp4.MP4Cover(tags.cover, imageformat=mp4.MP4Cover.FORMAT_JPEG)]
    return atoms


def _copy_with_chapters(source: Path, target: Path, chapters: Sequence[ChapterMark]) -> None:
    """Copy the sound of an M4A as it is, with these chapters and no others; no date, no maker's name."""
    command = [ffmpeg(), "-nostdin", "-v", "error", "-y"]
    command += ["-protocol_whitelist", "file,pipe", "-f", "mov", "-i", f"file:{source}"]
    # Over a pipe: a list of processes or a temporary file would show the chapters' titles.
    command += ["-f", "ffmetadata", "-i", "pipe:0", "-map", "0:a:0", "-map_metadata:g", "-1", "-map_chapters"]
    command += ["1", "-c", "copy", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "ipod"]
    described = "\n".join(_described(chapters)).encode()
    try:
        run = subprocess.run(  # noqa: S603 - our own ffmpeg, and arguments that no shell reads
            [*command, f"file:{target}"],
            input=described,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:  # a network disk that hangs
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from error
    if run.returncode == 0:
        return
    _raise_as_system(run.returncode)
    raise ValueError(Message("ffmpeg finds no sound to copy"))


def _raise_as_system(code: int) -> None:
    """Raise the system's refusal that an exit code of ffmpeg tells: 256 less its number."""
    number = 256 - code
    if 0 < number < 128:  # noqa: PLR2004 - numbers of the system; ffmpeg's own are larger
        raise OSError(number, os.strerror(number))


def _described(chapters: Sequence[ChapterMark]) -> Iterator[str]:
    yield ";FFMETADATA1"
    for chapter in chapters:
        start, end = frames(chapter.start_s, 1000), frames(chapter.end_s, 1000)
        title = chapter.title.encode()[:_TITLE_BYTES].decode(errors="ignore")  # whole characters only
        # ffmpeg takes a line end after a backslash, escaped or not, for a part of the title.
        title = title.rstrip("\\ ")
        escaped = "".join(f"\\{letter}" if letter in "=;#\\" else letter for letter in title)
        yield f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={escaped}"
    yield ""
