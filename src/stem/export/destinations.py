"""Where a track goes: the best file that gets there, or why none does.

A destination fixes the format and the sample rate, and names the qualities that it takes, best first. Of
these `chosen` takes the first that fits, which is known before a byte is written: an MP3 of a constant bit
rate is as large as it is long.

    mail, with a background of noise     128 kbps to 15 minutes, 112 to 17, 96 to 20; no longer
    mail, without                        the same, then in mono 80 kbps to 24 and 64 to 30
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from stem.errors import UnknownNameError, UsageError
from stem.export.formats import Settings
from stem.export.mp3 import ENCODER_DELAY, MP3_FRAME
from stem.messages import Message, joined
from stem.units import SAMPLE_RATE, format_time, frames

MAIL_BYTES = 14_600_000
"""What most mailboxes take is a message of 20 MB; there, 57 bytes of a file are 78 (RFC 2045), and a letter
goes with it."""

WHATSAPP_BYTES = 16_000_000
"""What WhatsApp takes as sound."""

_DECODER_DELAY = 529
"""Frames that an MP3 has behind the last one of ours at least: a decoder is that late."""

_STEP_BYTES = 2
"""Of a sample in FLAC, before it is packed."""

_FIRST_AND_LAST_S = 0.2
"""Seconds: more than what an MP3 has besides the track."""

_SHORTEST_ADVISED_S = 60.0


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality that a destination takes.

    Attributes:
        settings: Bit rate and channels.
        keeps_noise: Whether it leaves a background of noise whole: below 96 kbps that twinkles, and at 64 it
            loses 18 dB above 5 kHz.
    """

    settings: Settings
    keeps_noise: bool = True


_BEST = Quality(Settings(128))
_LADDER = (
    _BEST,
    Quality(Settings(112)),
    Quality(Settings(96)),
    Quality(Settings(80, channels=1), keeps_noise=False),
    Quality(Settings(64, channels=1), keeps_noise=False),
)
"""What still is a good track, best first: less, and speech itself suffers."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a track can go.

    Attributes:
        title: As a sentence names it.
        summary: One line for who chooses.
        format: Name of the format.
        qualities: Those it takes, best first.
        rate: Sample rate in hertz.
        bell: Whether a track ends with a bell there.
        most_bytes: Of the whole file, with its tags; None when there is no limit.
    """

    title: str
    summary: str
    format: str = "mp3"
    qualities: tuple[Quality, ...] = (_BEST,)
    rate: int = SAMPLE_RATE
    bell: bool = False
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a track is delivered.

    Attributes:
        format: Name of the format.
        settings: Bit rate and channels.
        rate: Sample rate in hertz.
        bell: Whether it ends with a bell.
        expected_bytes: Of the file with its tags: what it will not pass. An MP3 is at most two of its frames
            smaller; a FLAC, of which this is the size before it is packed, mostly by half. M4A and Opus, to
            which no destination leads, are about so large.
    """

    format: str
    settings: Settings
    rate: int
    bell: bool
    expected_bytes: int


DESTINATIONS: dict[str, Destination] = {
    "mail": Destination(
        "mail",
        Message("the best MP3 that mailboxes take: at most 14.6 MB, 20 minutes with noise or 30 without"),
        qualities=_LADDER,
        most_bytes=MAIL_BYTES,
    ),
    "whatsapp": Destination(
        "WhatsApp",
        Message("the best MP3 that WhatsApp takes: at most 16 MB"),
        qualities=_LADDER,
        most_bytes=WHATSAPP_BYTES,
    ),
    "website": Destination(Message("a website"), Message("MP3 of 128 kbps, of any length")),
    "insight-timer": Destination(
        Message("Insight Timer"),
        Message("as Insight Timer asks: MP3 of 128 kbps, 48 kHz, a bell at the end"),
        rate=48_000,
        bell=True,
    ),
    "archive": Destination(
        Message("an archive"),
        Message("FLAC, which keeps everything; to store, or to make others from"),
        format="flac",
        qualities=(Quality(Settings()),),
    ),
}
"""Every destination by its name."""


def find_destination(name: str) -> Destination:
    """Return the destination `name`.

    Raises:
        UnknownNameError: when there is none.
    """
    if name not in DESTINATIONS:
        raise UnknownNameError("destination", name, DESTINATIONS)
    return DESTINATIONS[name]


def chosen(destination: Destination, seconds: float, *, bed_is_noise: bool, tag_bytes: int) -> Delivery:
    """Return the best delivery that gets there.

    Args:
        destination: Where the track goes.
        seconds: How long it lasts.
        bed_is_noise: Whether it has a background that low bit rates harm, or that is not the same in mono.
        tag_bytes: What its tags take, cover and words included, at most.

    Raises:
        UsageError: when it only gets there in a quality that does harm; the sentence says which, and the hint
            what to do instead.
    """
    kept = [quality for quality in destination.qualities if quality.keeps_noise or not bed_is_noise]
    limit = math.inf if destination.most_bytes is None else destination.most_bytes
    for quality in kept:
        expected = file_bytes(quality.settings, destination.rate, seconds) + tag_bytes
        if expected <= limit:
            return Delivery(
                destination.format, quality.settings, destination.rate, destination.bell, expected
            )
    raise _too_long(destination, seconds, kept[-1].settings, bed_is_noise=bed_is_noise, tag_bytes=tag_bytes)


def file_bytes(settings: Settings, rate: int, seconds: float) -> int:
    """Return how large an MP3 is without tags, at most; or about, one of another format.

    Without a bit rate it is the size before anything is packed.
    """
    length = frames(seconds, rate)
    if settings.bitrate_kbps is None:
        return length * settings.channels * _STEP_BYTES
    mp3_frames = -(-(ENCODER_DELAY + length + _DECODER_DELAY) // MP3_FRAME)
    with_first_and_last = mp3_frames + 2  # the first tells players what is in the file; LAME may add one
    return -(-with_first_and_last * 144_000 * settings.bitrate_kbps // rate)


def _too_long(
    destination: Destination, seconds: float, least: Settings, *, bed_is_noise: bool, tag_bytes: int
) -> UsageError:
    most_bytes, kbps = destination.most_bytes, least.bitrate_kbps
    assert most_bytes is not None
    assert kbps is not None
    megabytes = (file_bytes(least, destination.rate, seconds) + tag_bytes) / 1e6
    sentence = Message(
        "A track of {seconds} does not fit in {place}: at {kbps} kbps it is "
        "{megabytes:.1f} MB of at most {most:.1f}, and less would harm its {part}.",
        seconds=format_time(seconds),
        place=destination.title,
        kbps=kbps,
        megabytes=megabytes,
        most=most_bytes / 1e6,
        part=Message("background") if bed_is_noise else Message("speech"),
    )
    advice: list[str] = [Message("Put it on a website ({destination_is} website) and send the link")]
    longest_s = (most_bytes - tag_bytes) / (125 * kbps) - _FIRST_AND_LAST_S
    if longest_s >= _SHORTEST_ADVISED_S:
        longest = f"{longest_s // 60:.0f}m"
        advice.append(Message("make it shorter ({duration_is} {longest})", longest=longest))
    if file_bytes(destination.qualities[-1].settings, destination.rate, seconds) + tag_bytes <= most_bytes:
        advice.append(Message("leave out the background ({bed_is} none)"))
    hint = Message("{advice}, or make two tracks of it.", advice=joined(", ", advice))
    return UsageError(sentence, hint=hint)
