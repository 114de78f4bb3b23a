"""From a finished track to its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from stem.config import Config
from stem.errors import OutputError
from stem.files import file_hash
from stem.messages import Message
from stem.record.changes import Inventory
from stem.record.model import FileBeside, Personal, Record, SoundFile, Span, Times
from stem.script.template import ScriptTemplate
from stem.track.make import Track
from stem.track.plan import Plan
from stem.track.spec import TrackSpec
from stem.voices.cache import CachedEngine
from stem.voices.engines import engine


def record_of(
    track: Track,
    spec: TrackSpec,
    config: Config,
    *,
    code: str = "",
    beside: Sequence[Path] = (),
    facts: Inventory | None = None,
) -> Record:
    """Return how a track was made; it is read from its file once more.

    Args:
        track: From `make_track`.
        spec: What its plan was made of.
        config: Likewise.
        code: The client's, when it was made for one.
        beside: Other files that were made with it, as captions; the stems are known.
        facts: What there is, when many tracks are made; else it is looked up.

    Raises:
        StemError: OutputError when the track is gone; others when the script or the voice is.
    """
    plan, timeline = track.plan, track.timeline
    assert plan.template is not None, "a sentence has no record"
    made_of = (facts or Inventory(plan.folder)).ingredients(
        spec,
        config,
        template=plan.template,
        voice=plan.voice,
        by_wish=plan.chosen,
        fill=plan.fill,
        house=plan.house,
        bed=plan.bed,
        cover=plan.cover,
    )
    return Record(
        **{each.name: getattr(made_of, each.name) for each in fields(made_of)},
        levels=asdict(plan.profile.levels),
        times=Times(
            timeline.frames,
            tuple(Span(each.start, each.end) for each in timeline.utterances),
            timeline.pauses,
            timeline.bells,
            timeline.chapters,
        ),
        loudness=track.loudness,
        warnings=tuple(warning for warning in track.warnings if warning not in plan.remarks),
        track=_sound_file(track),
        beside=tuple(_file_beside(path, track.path) for path in (*track.stems, *beside)),
        personal=_personal(track, plan.template, spec, code),
    )


def _personal(track: Track, template: ScriptTemplate, spec: TrackSpec, code: str) -> Personal:
    variables = (each.name for each in template.variables if each.type == "text")
    return Personal(
        values=dict(spec.values),
        texts=tuple(each.text for each in track.timeline.utterances),
        remarks=track.plan.remarks,
        code=code,
        speech=(*_remembered(track.plan), *track.remembered) if spec.remember else (),
        free=tuple(name for name in variables if name in spec.values),
        edits=spec.edits,
    )


def _remembered(plan: Plan) -> Iterator[str]:
    """Yield the names of the cache's entries that are there because of someone's own words."""
    for voice in plan.voices:
        speaker = engine(voice.engine)
        if speaker.traits.remembered:
            own = [plan.lexicon.applied(phrase, ipa=speaker.traits.ipa) for phrase in sorted(plan.personal)]
            yield from CachedEngine(speaker).entry_names(own, voice)


def _file_beside(path: Path, track: Path) -> FileBeside:
    assert path.name.startswith(track.stem), "what is made with a track has its name"
    try:
        return FileBeside(path.name.removeprefix(track.stem), file_hash(path))
    except OSError as error:
        raise OutputError(path, Message("it is gone before the record could be written")) from error


def _sound_file(track: Track) -> SoundFile:
    assert track.delivery is not None
    try:
        return SoundFile(
            suffix=track.path.suffix,
            bytes=track.path.stat().st_size,
            sha256=file_hash(track.path),
            rate=track.delivery.rate,
            kbps=track.delivery.settings.bitrate_kbps or 0,
        )
    except OSError as error:
        raise OutputError(track.path, Message("it is gone before its record could be written")) from error
