"""What is told of a batch: lines for people, a document for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from stem.documents.tracks import record_document
from stem.errors import StemError
from stem.messages import Message, Plural, joined
from stem.practice.batch.jobs import Outcome, Report
from stem.record.document import read_record, record_path
from stem.units import format_time

_UNKNOWN = "-"
_COUNTED: Mapping[str, Callable[[int], str]] = MappingProxyType(
    {
        "made": lambda count: Message("{count} made", count=count),
        "new": lambda count: Message("{count} new", count=count),
        "changed": lambda count: Message("{count} changed", count=count),
        "kept": lambda count: Message("{count} kept", count=count),
        "failed": lambda count: Message("{count} failed", count=count),
    }
)


STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "made": Message("made"),
        "new": Message("new"),
        "changed": Message("changed"),
        "kept": Message("kept"),
        "failed": Message("failed"),
    }
)
"""What became of a track, in a line about it."""


def outcome_line(outcome: Outcome) -> str:
    """Return one line about a track that is finished, kept or failed; no more than its file tells."""
    length = "" if outcome.seconds is None else f"  {format_time(outcome.seconds)}"
    about = f"{outcome.path.name}{length}"
    return joined("  ", [about, STATUSES[outcome.status]])


def outcome_rows(report: Report) -> list[dict[str, str]]:
    """Return the table of a batch."""
    return [
        {
            "code": outcome.code,
            "script": outcome.script,
            "length": _UNKNOWN if outcome.seconds is None else format_time(outcome.seconds),
            "LUFS": _level(outcome.integrated_lufs),
            "voice": outcome.voice or _UNKNOWN,
            "bed": outcome.bed or _UNKNOWN,
            "status": STATUSES[outcome.status],
            "file": str(outcome.path),
        }
        for outcome in report.outcomes
    ]


def summary(report: Report, *, dry_run: bool) -> str:
    """Return one line about a whole batch."""
    counted = [told(count) for status, told in _COUNTED.items() if (count := report.count(status))]
    length_s = sum(outcome.seconds or 0.0 for outcome in report.outcomes)
    how, length = joined(", ", counted), format_time(length_s)
    if dry_run:
        return Plural(
            "1 track: {counted}; {length} in all, expected; nothing was made.",
            "{count} tracks: {counted}; {length} in all, expected; nothing was made.",
            len(report.outcomes),
            counted=how,
            length=length,
        )
    return Plural(
        "1 track: {counted}; {length} in all.",
        "{count} tracks: {counted}; {length} in all.",
        len(report.outcomes),
        counted=how,
        length=length,
    )


def batch_document(report: Report) -> dict[str, object]:
    """Return what became of a batch, as a document: that of tracks that were made, with code and status.

    In a dry run, and of what cannot be read any more, a track has what is known of it alone.
    """
    return {
        "tracks": [_document(outcome) for outcome in report.outcomes if outcome.status != "failed"],
        "failed": _failures(report.outcomes),
    }


def _document(outcome: Outcome) -> dict[str, object]:
    about = {"code": outcome.code, "status": outcome.status, "reasons": list(outcome.reasons)}
    known = {
        "path": str(outcome.path),
        "title": outcome.title,
        "script": outcome.script,
        "voice": outcome.voice,
        "bed": outcome.bed,
        "seconds": outcome.seconds,
    }
    if outcome.status in {"new", "changed"}:
        return {**known, **about}
    try:
        return {**record_document(read_record(record_path(outcome.path)), outcome.path), **about}
    except StemError:
        return {**known, **about}


def _failures(outcomes: Sequence[Outcome]) -> list[dict[str, object]]:
    return [
        {
            "script": outcome.script,
            "code": outcome.code,
            "place": outcome.place,
            "error": outcome.error,
            "hint": outcome.hint,
            "problems": list(outcome.problems),
        }
        for outcome in outcomes
        if outcome.status == "failed"
    ]


def _level(lufs: float) -> str:
    return _UNKNOWN if lufs == float("-inf") else f"{lufs:.1f}"
