"""What is known of a track besides its sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from stem.export.plot.spectra import Span
from stem.export.tags import ChapterMark
from stem.script.timeline import Timeline
from stem.units import seconds


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of a track besides its sound; times in seconds.

    Attributes:
        utterances: When the voice speaks, in order.
        pauses: When it does not, on purpose.
        chapters: In order.
        bells_s: When a bell is struck.
        speech_lufs: The loudness that the voice was given; None when that is not known.
        bed: The name of the background; empty when that is not known.
        estimated: Whether utterances and pauses were estimated from the sound.
    """

    utterances: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()
    chapters: tuple[ChapterMark, ...] = ()
    bells_s: tuple[float, ...] = ()
    speech_lufs: float | None = None
    bed: str = ""
    estimated: bool = False

    @classmethod
    def of(cls, timeline: Timeline, *, speech_lufs: float | None = None, bed: str = "") -> Self:
        """Return what a timeline knows, and what it does not."""
        return cls(
            utterances=tuple((seconds(item.start), seconds(item.end)) for item in timeline.utterances),
            pauses=tuple((seconds(item.start), seconds(item.end)) for item in timeline.pauses),
            chapters=tuple(
                ChapterMark(item.title, seconds(item.start), seconds(item.end)) for item in timeline.chapters
            ),
            bells_s=tuple(map(seconds, timeline.bells)),
            speech_lufs=speech_lufs,
            bed=bed,
        )
