"""What is told of what there is to choose from: scripts, voices, backgrounds, kinds of file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stem.messages import Message
from stem.voices.permission import runs_program
from stem.voices.speakers import can_speak, sends_to

if TYPE_CHECKING:
    from stem.authoring.check import Checked
    from stem.errors import StemError
    from stem.script.series import Series
    from stem.script.template import ScriptTemplate
    from stem.track.catalogue import Catalogue, CatalogueEntry
    from stem.voices.cache_folder import CacheReport
    from stem.voices.template import VoiceTemplate

_TOLD = ("name", "title", "summary", "audience", "not_for", "ask", "basis")
_SCRIPT = (*_TOLD, "practitioner_only", "bed", "voice")
_SEXES: Mapping[str, str] = {"female": Message("female"), "male": Message("male"), "own": Message("own")}
_ACCENTS: Mapping[str, str] = {"Netherlands": Message("Netherlands"), "Flanders": Message("Flanders")}
_VARIABLE = ("name", "label", "type", "default", "choices", "labels", "help")


def scripts_document(scripts: Sequence[ScriptTemplate], series: Sequence[Series]) -> dict[str, object]:
    """Return scripts with all that a form to fill them in has to know, and the series made of them."""
    return {
        "scripts": [_script(each) for each in scripts],
        "series": [
            {"name": each.name, "title": each.title, "summary": each.summary, "scripts": list(each.scripts)}
            for each in series
        ],
    }


def _script(script: ScriptTemplate) -> dict[str, object]:
    variables = [{key: getattr(each, key) for key in _VARIABLE} for each in script.variables]
    return {
        **{key: getattr(script, key) for key in _SCRIPT},
        "minutes": list(script.minutes),
        "variables": variables,
    }


def check_document(done: Sequence[Checked], broken: Mapping[str, StemError]) -> dict[str, object]:
    """Return what checks of scripts found, and by script the errors of those that cannot be read at all."""
    return {
        "scripts": [
            {
                "script": checked.name,
                "in_order": checked.in_order,
                "ways": checked.ways,
                "findings": [
                    {
                        "rule": finding.rule,
                        "severity": finding.severity,
                        "path": finding.source.path,
                        "line": finding.source.line,
                        "problem": finding.problem,
                        "hint": finding.hint,
                    }
                    for finding in checked.findings
                ],
            }
            for checked in done
        ],
        "failed": [
            {"script": name, "error": error.sentence, "hint": error.hint, "problems": list(error.problems)}
            for name, error in broken.items()
        ],
    }


def voice_row(voice: VoiceTemplate) -> dict[str, str]:
    """Return a voice's line in the table of voices; as strings, its cells are what programs compare with."""
    away = sends_to(voice)
    return {
        "name": voice.name,
        "sex": _SEXES.get(voice.sex, voice.sex),
        "accent": _ACCENTS.get(voice.accent, voice.accent),
        "runs": _runs(voice, away),
        "installed": _installed(voice),
        "leaves": Message("the text") if away else Message("nothing"),
        "licence": voice.licence,
        "package": voice.package,
        "summary": voice.summary,
    }


def _runs(voice: VoiceTemplate, away: str) -> str:
    if away:
        return Message("at {service}", service=away)
    return Message("a program") if runs_program(voice) else Message("here")


def _installed(voice: VoiceTemplate) -> str:
    if not voice.installed:
        return Message("no")
    return Message("yes") if can_speak(voice) else Message("engine {engine} missing", engine=voice.engine)


def beds_document(catalogue: Catalogue) -> dict[str, list[dict[str, str]]]:
    """Return the backgrounds and the bells."""
    beds = [
        {
            "name": bed.name,
            "under_the_voice": f"{bed.under_the_voice_lu:g} LU",
            "on_a_phone": f"{bed.on_phone:.0%}",
            "summary": bed.summary,
        }
        for bed in catalogue.beds
    ]
    return {"beds": beds, "bells": _rows(catalogue.bells)}


def kinds_document(catalogue: Catalogue) -> dict[str, list[dict[str, str]]]:
    """Return what a track can be mastered for, where it can go, and the kinds of file it can be."""
    return {
        "profiles": _rows(catalogue.profiles),
        "destinations": _rows(catalogue.destinations),
        "formats": _rows(catalogue.formats),
    }


def _rows(entries: Sequence[CatalogueEntry]) -> list[dict[str, str]]:
    return [{"name": each.name, "summary": each.summary} for each in entries]


def cache_document(report: CacheReport) -> dict[str, object]:
    """Return what spoken sentences take up."""
    return {
        "folder": str(report.folder),
        "entries": report.entries,
        "bytes": report.bytes,
        "limit_bytes": report.limit_bytes,
    }
