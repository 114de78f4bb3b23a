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
    from stem import documents
    from stem.authoring.check import Checked
    from stem.doctor import Diagnosis
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
    from stem.practice.batch import BatchProgress, JobProgress, Outcome, Report
    from stem.practice.batch.batch import Batch
    from stem.practice.feed import MadeFeed
    from stem.practice.forget import Forgotten, Search
    from stem.practice.forget.mentions import Mention
    from stem.practice.handout import new_password
    from stem.practice.setup import begin_practice
    from stem.progress import Cancelled, Progress
    from stem.project import Project
    from stem.project.finished import Verdict
    from stem.record.listing import FinishedTrack
    from stem.record.remake import Change, Remade
    from stem.record.sidecars import Sidecars
    from stem.record.verify import FileInfo
    from stem.script.edits import Edit
    from stem.script.series import Series
    from stem.script.template import ScriptTemplate
    from stem.script.variables import Variable
    from stem.track.catalogue import Catalogue, catalogue
    from stem.track.make import Track
    from stem.track.mending import Mendable
    from stem.track.plan import Plan
    from stem.track.spec import TrackSpec
    from stem.voices.cache_folder import CacheReport, clear_speech_cache, speech_cache
    from stem.voices.recordings.sets import RecordingSet, TakeVerdict
    from stem.voices.template import VoiceTemplate

__all__ = [
    "AudioError",
    "Batch",
    "BatchProgress",
    "BusyError",
    "CacheReport",
    "Cancelled",
    "Catalogue",
    "Change",
    "Checked",
    "ConfigError",
    "Diagnosis",
    "DownloadError",
    "Edit",
    "EngineError",
    "EngineUnavailable",
    "FileInfo",
    "FinishedTrack",
    "Forgotten",
    "JobProgress",
    "MadeFeed",
    "Mendable",
    "Mention",
    "Outcome",
    "OutputError",
    "Plan",
    "Preview",
    "Progress",
    "Project",
    "RecordingSet",
    "Remade",
    "Report",
    "ScriptError",
    "ScriptTemplate",
    "Search",
    "Series",
    "Sidecars",
    "StemError",
    "SynthesisError",
    "TakeVerdict",
    "Track",
    "TrackSpec",
    "UnknownNameError",
    "UsageError",
    "Variable",
    "Verdict",
    "VoiceTemplate",
    "__version__",
    "begin_practice",
    "catalogue",
    "clear_speech_cache",
    "documents",
    "new_password",
    "preview",
    "speech_cache",
]

_HOMES = {
    "Batch": "stem.practice.batch.batch",
    "BatchProgress": "stem.practice.batch",
    "CacheReport": "stem.voices.cache_folder",
    "Cancelled": "stem.progress",
    "Catalogue": "stem.track.catalogue",
    "Change": "stem.record.remake",
    "Checked": "stem.authoring.check",
    "Diagnosis": "stem.doctor",
    "Edit": "stem.script.edits",
    "FileInfo": "stem.record.verify",
    "FinishedTrack": "stem.record.listing",
    "Forgotten": "stem.practice.forget",
    "JobProgress": "stem.practice.batch",
    "MadeFeed": "stem.practice.feed",
    "Mendable": "stem.track.mending",
    "Mention": "stem.practice.forget.mentions",
    "Outcome": "stem.practice.batch",
    "Plan": "stem.track.plan",
    "Preview": "stem.documents",
    "Progress": "stem.progress",
    "Project": "stem.project",
    "RecordingSet": "stem.voices.recordings.sets",
    "Remade": "stem.record.remake",
    "Report": "stem.practice.batch",
    "ScriptTemplate": "stem.script.template",
    "Search": "stem.practice.forget",
    "Series": "stem.script.series",
    "Sidecars": "stem.record.sidecars",
    "TakeVerdict": "stem.voices.recordings.sets",
    "Track": "stem.track.make",
    "TrackSpec": "stem.track.spec",
    "Variable": "stem.script.variables",
    "Verdict": "stem.project.finished",
    "VoiceTemplate": "stem.voices.template",
    "begin_practice": "stem.practice.setup",
    "catalogue": "stem.track.catalogue",
    "clear_speech_cache": "stem.voices.cache_folder",
    "new_password": "stem.practice.handout",
    "preview": "stem.documents",
    "speech_cache": "stem.voices.cache_folder",
}
"""Where names are, but for the errors."""


def __getattr__(name: str) -> object:
    """Import what is asked for: `stem --help`, and the child that fills in scripts, need none of it."""
    if name not in __all__:
        raise AttributeError(f"module 'stem' has no attribute '{name}'")
    if name == "documents":
        return import_module("stem.documents")
    found = getattr(import_module(_HOMES.get(name, "stem.errors")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
