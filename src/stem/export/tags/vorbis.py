"""The tags of FLAC and Opus: Vorbis comments, the cover as FLAC has it.

Chapters as in the chapter extension of Vorbis comments (wiki.xiph.org/Chapter_Extension): starts and titles.
"""

from __future__ import annotations

import base64
import binascii
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import mutagen
from mutagen import flac, oggflac, oggopus, oggvorbis

from stem.export.tags.file_tags import (
    ChapterMark,
    FileTags,
    Tags,
    as_lrc,
    ends_filled,
    from_lrc,
    number_of,
    track_of,
)
from stem.messages import Message
from stem.units import frames

_GAIN, _PEAK = "REPLAYGAIN_TRACK_GAIN", "REPLAYGAIN_TRACK_PEAK"
_SOURCE_TYPE = "DIGITALSOURCETYPE"
_R128, _R128_STEPS = "R128_TRACK_GAIN", 256
_R128_ABOVE_DB = 5.0
"""Opus players aim at -23 LUFS (RFC 7845, 5.2.1), ReplayGain at -18: so much less the former add."""
_R128_MOST = 32_767
_CLOCK = re.compile(r"(\d{1,3}):(\d\d):(\d\d(?:\.\d{1,9})?)")
_PICTURE = "METADATA_BLOCK_PICTURE"
_FRONT_COVER = 3


def write_flac(source: Path, target: Path, told: FileTags) -> None:
    """Write the FLAC file at `source` to `target` with these tags and no others."""
    shutil.copyfile(source, target)
    file = flac.FLAC(target)
    if file.tags is None:
        file.add_tags()
    _replace(file.tags, told, {_GAIN: _decibels(told.tags.replay_gain_db), _PEAK: _factor(told.tags.peak)})
    file.clear_pictures()
    if told.tags.cover:
        file.add_picture(_picture(told.tags.cover))
    file.save(padding=lambda _: 0, deleteid3=True)


def write_opus(source: Path, target: Path, told: FileTags) -> None:
    """Write the Opus file at `source` to `target` with these tags and no others.

    RFC 7845 leaves no room for ReplayGain beside its own gain, nor for a peak.
    """
    shutil.copyfile(source, target)
    file = oggopus.OggOpus(target)
    gain_db = told.tags.replay_gain_db
    own = {_R128: "" if gain_db is None else str(_r128(gain_db))}
    if told.tags.cover:
        own[_PICTURE] = base64.b64encode(_picture(told.tags.cover).write()).decode()
    _replace(file.tags, told, own)
    file.save(padding=lambda _: 0)


def read_flac(path: Path) -> FileTags:
    """Return what the FLAC file at `path` tells; its chapters last until the next one."""
    file = flac.FLAC(path)
    comments = _joined(file.tags)
    cover = next((picture.data for picture in file.pictures), b"")
    return _told(comments, file.info.length, number_of(comments.get(_GAIN, "")), cover)


def read_ogg(path: Path) -> FileTags:
    """Return what the Opus, Vorbis or FLAC in the Ogg file at `path` tells; chapters last until the next.

    Raises:
        ValueError: when it is none of these, or its cover is damaged.
    """
    file = mutagen.File(path, options=[oggopus.OggOpus, oggvorbis.OggVorbis, oggflac.OggFLAC])
    if file is None:
        raise ValueError(Message("this Ogg file has no tags that are known"))
    comments = _joined(file.tags)
    steps = number_of(comments.get(_R128, ""))
    gain_db = number_of(comments.get(_GAIN, ""))
    if steps is not None:
        gain_db = steps / _R128_STEPS + _R128_ABOVE_DB
    cover = b""
    if _PICTURE in comments:
        try:
            cover = flac.Picture(base64.b64decode(comments[_PICTURE])).data
        except binascii.Error as error:
            raise ValueError(Message("the cover is damaged")) from error
    return _told(comments, file.info.length, gain_db, cover)


def _replace(comments: flac.VCFLACDict, told: FileTags, own: Mapping[str, str]) -> None:
    """Put these tags in place of all that are there, the name of the encoder's library among them."""
    pairs = [*_common(told.tags), *own.items(), *_chapters(told.chapters)]
    comments.clear()
    comments.vendor = told.tags.encoder
    comments.extend([(name, text) for name, text in pairs if text])


def _common(tags: Tags) -> Iterator[tuple[str, str]]:
    yield "TITLE", tags.title
    yield "ARTIST", tags.artist
    yield "ALBUMARTIST", tags.album_artist
    yield "ALBUM", tags.album
    yield "TRACKNUMBER", str(tags.track_number or "")
    yield "TRACKTOTAL", str(tags.track_total or "")
    yield "DATE", tags.year or ""
    yield "GENRE", tags.genre
    yield "LANGUAGE", tags.language
    yield "ENCODER", tags.encoder
    yield "COMMENT", tags.comment
    yield _SOURCE_TYPE, tags.source_type
    yield "LYRICS", tags.lyrics
    yield "SYNCEDLYRICS", as_lrc(tags.timed_lines)


def _chapters(chapters: tuple[ChapterMark, ...]) -> Iterator[tuple[str, str]]:
    for number, chapter in enumerate(chapters, start=1):
        whole_s, milliseconds = divmod(frames(chapter.start_s, 1000), 1000)
        minutes, secs = divmod(whole_s, 60)
        hours, minutes = divmod(minutes, 60)
        yield f"CHAPTER{number:03}", f"{hours:02}:{minutes:02}:{secs:02}.{milliseconds:03}"
        yield f"CHAPTER{number:03}NAME", chapter.title


def _told(comments: Mapping[str, str], length_s: float, gain_db: float | None, cover: bytes) -> FileTags:
    def text(name: str) -> str:
        return comments.get(name, "")

    number, total = track_of(text("TRACKNUMBER"))
    return FileTags(
        Tags(
            title=text("TITLE"),
            artist=text("ARTIST"),
            album=text("ALBUM"),
            album_artist=text("ALBUMARTIST"),
            comment=text("COMMENT"),
            genre=text("GENRE"),
            language=text("LANGUAGE"),
            encoder=text("ENCODER"),
            replay_gain_db=gain_db,
            peak=number_of(text(_PEAK)),
            source_type=text(_SOURCE_TYPE),
            track_number=number,
            track_total=total or track_of(text("TRACKTOTAL"))[0],
            year=text("DATE")[:4] or None,
            lyrics=text("LYRICS"),
            timed_lines=from_lrc(text("SYNCEDLYRICS")),
            cover=cover,
        ),
        ends_filled(list(_starts(comments)), length_s),
    )


def _starts(comments: Mapping[str, str]) -> Iterator[tuple[float, str]]:
    for name, text in comments.items():
        if name.startswith("CHAPTER") and name[7:].isdecimal() and (time := _CLOCK.fullmatch(text.strip())):
            start_s = round(int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3]), 3)
            yield start_s, comments.get(f"{name}NAME", "")


def _joined(comments: flac.VCFLACDict | None) -> dict[str, str]:
    """Return each comment by its name in capitals; of one that is there twice, the first."""
    joined: dict[str, str] = {}
    for name, text in comments or ():
        joined.setdefault(name.upper(), text)
    return joined


def _picture(cover: bytes) -> flac.Picture:
    picture = flac.Picture()
    picture.type, picture.mime, picture.data = _FRONT_COVER, "image/jpeg", cover
    return picture


def _r128(gain_db: float) -> int:
    steps = round((gain_db - _R128_ABOVE_DB) * _R128_STEPS)
    return max(-_R128_MOST, min(_R128_MOST, steps))


def _decibels(gain_db: float | None) -> str:
    return "" if gain_db is None else f"{gain_db:.2f} dB"


def _factor(peak: float | None) -> str:
    return "" if peak is None else f"{peak:.6f}"
