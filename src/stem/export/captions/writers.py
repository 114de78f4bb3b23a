"""Lines as files for players: WebVTT, SRT and LRC; and as timed text for a tag.

Every format is UTF-8. WebVTT is the one that browsers and podcast players know; SRT is for film players and
televisions, LRC for music players.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from stem import units
from stem.characters import without_controls
from stem.export.captions.lines import Line

REST_S = 2.0
"""A silence from this long on clears the text of a music player, which shows a line until the next one; a
shorter one would only make it blink."""

_BYTE_ORDER_MARK = "\ufeff"
_NO_MARKUP = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")"})  # noqa: RUF001 - that is the point
_NO_TAGS = str.maketrans("[]<>", "()()")
_NO_ARROW = ("-->", "→")


@dataclass(frozen=True, slots=True)
class TrackInfo:
    """What a file of captions tells about its track; players show it, so it holds nothing that was filled in.

    Attributes:
        title: Of the track.
        artist: As in the tags.
        album: As in the tags; "" for none.
        length_s: Of the track, in seconds.
    """

    title: str
    artist: str
    album: str
    length_s: float


def as_vtt(lines: Sequence[Line], about: TrackInfo) -> bytes:
    """Return WebVTT (W3C): milliseconds, LF, no byte order mark; a note tells which times are estimated."""
    note = "\n".join(("NOTE", _plain(about.title).replace(*_NO_ARROW), _told_times(lines)))
    cues = [
        f"{number}\n{_clock(line.start_s)}.{_ms(line.start_s)} --> {_clock(line.end_s)}.{_ms(line.end_s)}\n"
        + _shown(line.text, _escaped)
        for number, line in enumerate(lines, 1)
    ]
    return ("\n\n".join(("WEBVTT", note, *cues)) + "\n").encode()


def as_srt(lines: Sequence[Line], about: TrackInfo) -> bytes:  # noqa: ARG001 - SRT has no place for it
    """Return SubRip text, with CRLF and a byte order mark.

    Televisions and older players read lines that end otherwise as one, and take text without the mark for
    Western European, in which "één" is no word; newer players do not mind either. SRT knows no way to write
    the signs that players take for markup: they are replaced by signs that look like them.
    """
    cues = [
        f"{number}\n{_clock(line.start_s)},{_ms(line.start_s)} --> {_clock(line.end_s)},{_ms(line.end_s)}\n"
        f"{_shown(line.text, lambda text: text.translate(_NO_MARKUP))}\n"
        for number, line in enumerate(lines, 1)
    ]
    return (_BYTE_ORDER_MARK + "\n".join(cues)).replace("\n", "\r\n").encode()


def as_lrc(lines: Sequence[Line], about: TrackInfo) -> bytes:
    """Return LRC: hundredths of a second, minutes that count on after 99; LF, no byte order mark.

    Hundredths, since players that read thousandths as hundredths are many; hours are unknown to the format.
    Brackets, which players would take for times, become round ones.
    """
    head = {"ti": about.title, "ar": about.artist, "al": about.album, "length": _minutes(about.length_s)}
    tags = [f"[{name}:{_plain(value).translate(_NO_TAGS)}]" for name, value in head.items() if value]
    timed = [f"[{_hundredths(start_s)}]{text.translate(_NO_TAGS)}" for start_s, text in timed_lines(lines)]
    return ("\n".join((*tags, *timed)) + "\n").encode()


def timed_lines(lines: Sequence[Line]) -> tuple[tuple[float, str], ...]:
    """Return each line as its start in seconds and its text; an empty text clears it in a silence.

    For what shows a line until the next one comes: LRC, and the frame SYLT of a tag.
    """
    found: list[tuple[float, str]] = []
    for line, following in zip(lines, (*lines[1:], None), strict=False):  # no lines, no line after them
        found.append((line.start_s, _plain(line.text)))
        if following is None or following.start_s - line.end_s >= REST_S:
            found.append((line.end_s, ""))
    return tuple(found)


Writer: TypeAlias = Callable[[Sequence[Line], TrackInfo], bytes]

FORMATS: dict[str, Writer] = {"vtt": as_vtt, "srt": as_srt, "lrc": as_lrc}
"""Name of a format, which is also the ending of its files, -> what writes it."""


def _told_times(lines: Sequence[Line]) -> str:
    """Return, in Dutch, which lines have times that were estimated."""
    estimated = [str(number) for number, line in enumerate(lines, 1) if not line.exact]
    if not estimated:
        return "De tijden zijn die van het geluid."
    return (
        "De tijden zijn die van het geluid; waar een zin over regels is verdeeld, is het moment ertussen "
        f"geschat naar verhouding: regel {', '.join(estimated)}."
    )


def _plain(text: str) -> str:
    """Return text on one line without control characters, which no format can hold."""
    return without_controls(" ".join(text.split()))


def _shown(text: str, written: Callable[[str], str]) -> str:
    return "\n".join(written(_plain(line)) for line in text.split("\n"))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(time_s: float) -> str:
    whole = units.frames(time_s, rate=1000) // 1000
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _ms(time_s: float) -> str:
    return f"{units.frames(time_s, rate=1000) % 1000:03}"


def _hundredths(time_s: float) -> str:
    whole, rest = divmod(units.frames(time_s, rate=100), 100)
    return f"{whole // 60:02}:{whole % 60:02}.{rest:02}"


def _minutes(time_s: float) -> str:
    whole = units.frames(time_s, rate=1)
    return f"{whole // 60:02}:{whole % 60:02}"
