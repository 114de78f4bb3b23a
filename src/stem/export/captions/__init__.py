"""Words in time: what is said becomes lines that players show while it sounds.

A line begins with its sound and is gone in the silence after it. A sentence that is too long for the eye is
split, at times measured in its sound (`clause_times`) or else by proportion, and every line tells which.
"""

from stem.export.captions.clauses import WordTime, clause_times
from stem.export.captions.lines import Line, captions, is_long
from stem.export.captions.writers import FORMATS, TrackInfo, as_lrc, as_srt, as_vtt, timed_lines

__all__ = [
    "FORMATS",
    "Line",
    "TrackInfo",
    "WordTime",
    "as_lrc",
    "as_srt",
    "as_vtt",
    "captions",
    "clause_times",
    "is_long",
    "timed_lines",
]
