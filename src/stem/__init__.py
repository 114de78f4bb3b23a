"""stem turns written guided visualizations into finished audio tracks in Dutch.

A program needs this module alone; what it names is imported when it is first asked for. Nothing in it prints,
exits, changes the working folder, or reads it unasked.

    import stem

    project = stem.Project("praktijk")
    plan = project.plan(stem.TrackSpec("kort", values={"naam": "Anna"}, duration_s=540))
    print(stem.preview(plan).text())
    track = project.make(plan)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from stem.documents import Preview, preview
    from stem.errors import (
        AudioError,
        BusyError,
        ConfigError,
        DownloadError,
        EngineError,
        EngineUnavailable,
        OutputError,
        ScriptError,
        StemError,
        SynthesisError,
        UnknownNameError,
        UsageError,
    )
    from stem.practice.batch import Outcome, Report
    from stem.practice.batch.batch import Batch
    from stem.progress import Cancelled, Progress
    from stem.project import Project
    from stem.record.remake import Change, Remade
    from stem.record.sidecars import Sidecars
    from stem.track.make import Track
    from stem.track.plan import Plan
    from stem.track.spec import TrackSpec

__all__ = [
    "AudioError",
    "Batch",
    "BusyError",
    "Cancelled",
    "Change",
    "ConfigError",
    "DownloadError",
    "EngineError",
    "EngineUnavailable",
    "Outcome",
    "OutputError",
    "Plan",
    "Preview",
    "Progress",
    "Project",
    "Remade",
    "Report",
    "ScriptError",
    "Sidecars",
    "StemError",
    "SynthesisError",
    "Track",
    "TrackSpec",
    "UnknownNameError",
    "UsageError",
    "__version__",
    "preview",
]

_HOMES = {
    "Batch": "stem.practice.batch.batch",
    "Cancelled": "stem.progress",
    "Change": "stem.record.remake",
    "Outcome": "stem.practice.batch",
    "Plan": "stem.track.plan",
    "Preview": "stem.documents",
    "Progress": "stem.progress",
    "Project": "stem.project",
    "Remade": "stem.record.remake",
    "Report": "stem.practice.batch",
    "Sidecars": "stem.record.sidecars",
    "Track": "stem.track.make",
    "TrackSpec": "stem.track.spec",
    "preview": "stem.documents",
}
"""Where names are, but for the errors."""


def __getattr__(name: str) -> object:
    """Import what is asked for: `stem --help`, and the child that fills in scripts, need none of it."""
    if name not in __all__:
        raise AttributeError(f"module 'stem' has no attribute '{name}'")
    found = getattr(import_module(_HOMES.get(name, "stem.errors")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
