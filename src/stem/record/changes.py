"""Whether a track that is there is the one that would be made now: its record against what there is today."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from stem.config import Config
from stem.files import HERE
from stem.messages import Message
from stem.record.hashes import (
    cover_hash,
    lexicon_hash,
    script_facts,
    shown_path,
    versions,
    voice_facts,
    with_paths,
)
from stem.record.json_tables import as_tables
from stem.record.model import Ingredients, ScriptFacts, VoiceFacts
from stem.script.dutch.lexicon import load_lexicon
from stem.script.template import ScriptTemplate
from stem.sound.beds import BedChoice
from stem.track.choices import NO_COVER
from stem.track.spec import TrackSpec
from stem.voices.engines import traits_of
from stem.voices.template import VoiceTemplate


@dataclass(slots=True)
class Inventory:
    """What there is, looked up once: what changes meanwhile is noticed by who looks with new facts.

    Attributes:
        folder: Of the project.
    """

    folder: Path = HERE
    _versions: dict[str, str] = field(default_factory=versions)
    _scripts: dict[Path, ScriptFacts] = field(default_factory=dict)
    _voices: dict[tuple[str, Path], VoiceFacts] = field(default_factory=dict)
    _beds: dict[tuple[BedChoice, int], str] = field(default_factory=dict)
    _covers: dict[str, str] = field(default_factory=dict)
    _lexicon: str = ""

    def ingredients(
        self,
        spec: TrackSpec,
        config: Config,
        *,
        template: ScriptTemplate,
        voice: VoiceTemplate,
        by_wish: bool,
        fill: VoiceTemplate | None,
        house: VoiceTemplate | None,
        bed: BedChoice,
        cover: str | None,
    ) -> Ingredients:
        """Return what a track would be made from.

        Args:
            spec: What is asked for.
            config: What stem.toml says.
            template: The script.
            voice: Who speaks: a voice, or that of own recordings.
            by_wish: Whether someone chose that voice.
            fill: Who says what was not recorded.
            house: Who says what the practice recorded.
            bed: The background.
            cover: As in a `Plan`.

        Raises:
            StemError: when the script, a voice or the background cannot be read any more.
        """
        asked = replace(
            spec,
            voice=spec.voice if by_wish else voice.name,
            bed=spec.bed if bed.music is None else bed.name,
        )
        shown = partial(shown_path, folder=self.folder)
        return Ingredients(
            versions=self._versions,
            script=self._script(template),
            asked=with_paths(replace(asked, values={}, pauses=dict(spec.pauses)), shown),
            filled=tuple(sorted(spec.values)),
            settings=with_paths(replace(config, output=Config().output), shown),
            voice=self._voice(voice),
            fill=self._voice(fill) if fill else None,
            house=self._voice(house) if house else None,
            bed=shown(str(Path(bed.name).absolute())) if bed.is_file else bed.name,
            bed_sha256=self._bed(bed, spec.seed),
            lexicon_sha256=self._lexicon_hash(),
            cover_sha256=self._cover(cover),
        )

    def _script(self, template: ScriptTemplate) -> ScriptFacts:
        if template.path not in self._scripts:
            self._scripts[template.path] = script_facts(template)
        return self._scripts[template.path]

    def _voice(self, voice: VoiceTemplate) -> VoiceFacts:
        if traits_of(voice.engine).only_recorded:  # which files count depends on what is said
            return voice_facts(voice)
        key = (voice.name, voice.path)
        if key not in self._voices:
            self._voices[key] = voice_facts(voice)
        return self._voices[key]

    def _bed(self, bed: BedChoice, seed: int) -> str:
        if (bed, seed) not in self._beds:
            self._beds[bed, seed] = bed.sha256(seed)
        return self._beds[bed, seed]

    def _cover(self, wish: str | None) -> str:
        if wish is None or wish == NO_COVER:
            return ""
        if wish not in self._covers:
            self._covers[wish] = cover_hash(Path(wish))
        return self._covers[wish]

    def _lexicon_hash(self) -> str:
        if not self._lexicon:
            self._lexicon = lexicon_hash(load_lexicon(self.folder))
        return self._lexicon


def changes(
    document: Mapping[str, Any], now: Ingredients, values: Mapping[str, str], code: str
) -> tuple[str, ...]:
    """Return, as sentences, why a track would be another one now; none of what was filled in is told.

    Args:
        document: A record as it stands in its file.
        now: What the track would be made from.
        values: What is filled in.
        code: The client's.
    """
    return tuple(_changes(document, now, values, code))


_OF_NO_TRACK = frozenset({"output", "series", "names", "help"})
"""Settings that are heard or seen in no track."""


def _changes(
    document: Mapping[str, Any], now: Ingredients, values: Mapping[str, str], code: str
) -> Iterator[str]:
    tables = json.loads(json.dumps(as_tables(now)))
    for each in fields(Ingredients):
        before, after = document.get(each.name), tables.get(each.name)
        if each.name == "settings":
            before, after = _of_a_track(before), _of_a_track(after)
        if before != after:
            yield _sentence(each.name, before, after)
    personal = document.get("personal")
    if not isinstance(personal, Mapping):
        yield Message("What was filled in was left out of its record.")
        return
    told = personal.get("values")
    told = told if isinstance(told, Mapping) else {}
    names = [name for name in dict.fromkeys((*told, *values)) if told.get(name) != values.get(name)]
    if names:
        yield Message("Something else is filled in for {names}.", names=", ".join(names))
    if personal.get("code") != code:
        yield Message("It was made under another code.")


def _of_a_track(settings: object) -> object:
    if not isinstance(settings, Mapping):
        return settings
    return {name: value for name, value in settings.items() if name not in _OF_NO_TRACK}


_SENTENCES = {
    "script": Message("The script has changed."),
    "voice": Message("The voice has changed."),
    "fill": Message("The voice that fills in has changed."),
    "house": Message("The practice's own recordings have changed."),
    "bed": Message("Another background is asked for."),
    "bed_sha256": Message("The background has changed."),
    "lexicon_sha256": Message("The lexicon has changed."),
    "cover_sha256": Message("The picture has changed."),
    "filled": Message("Other variables are filled in."),
}


def _sentence(name: str, before: object, after: object) -> str:
    if name not in {"versions", "asked", "settings"}:
        return _SENTENCES[name]
    old = before if isinstance(before, Mapping) else {}
    new = after if isinstance(after, Mapping) else {}
    keys = ", ".join(sorted(key for key in {*old, *new} if old.get(key) != new.get(key)))
    if name == "versions":
        return Message("Another version is installed: {keys}.", keys=keys)
    if name == "asked":
        return Message("Something else is asked for: {keys}.", keys=keys)
    return Message("stem.toml has changed: {keys}.", keys=keys)
