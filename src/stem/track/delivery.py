"""How a track is written: as its destination takes it, or as its format and profile say."""

from __future__ import annotations

from stem import units
from stem.export.destinations import Delivery, chosen, file_bytes
from stem.export.formats import Settings, find_format
from stem.export.tags import Tags
from stem.track.plan import Plan
from stem.track.target import USUAL_FORMAT

TAG_ROOM_BYTES = 20_000
"""For the words, which stand in the tags twice in two bytes a letter, and for all that is small."""

_BYTES_A_LETTER = 8


def delivery(plan: Plan, length_s: float, tag_bytes: int = TAG_ROOM_BYTES) -> Delivery:
    """Return how the track of a plan is written when it lasts so long.

    Raises:
        UsageError: when it does not fit in what its destination takes.
        AudioError: when it is longer than a file of its format can hold.
    """
    if plan.destination is not None:
        return chosen(plan.destination, length_s, bed_is_noise=plan.bed.is_noise, tag_bytes=tag_bytes)
    kind = find_format(plan.format)
    kbps = plan.profile.mp3.bitrate_kbps if plan.format == USUAL_FORMAT else kind.usual_kbps
    rate, settings = kind.rate_for(plan.profile.rate), Settings(kbps)
    kind.check_frames(units.frames(length_s, rate), settings.channels)
    expected = file_bytes(settings, rate, length_s) + tag_bytes
    return Delivery(plan.format, settings, rate, bell=False, expected_bytes=expected)


def tag_bytes(told: Tags) -> int:
    """Return what tags take in a file, at most."""
    return len(told.cover) + _BYTES_A_LETTER * len(told.lyrics) + TAG_ROOM_BYTES
