"""Whether a track that is there is the one that would be made now: its record against what there is today."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from stem.script.edits import Edit
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
            asked=with_paths(replace(asked, values={}, edits=(), pauses=dict(spec.pauses)), shown),
            filled=tuple(sorted(spec.values)),
            settings=with_paths(replace(config, output=Config().output, language=None), shown),
            voice=self._voice(voice),
            fill=self._voice(fill) if fill else None,
            house=self._voice(house) if house else None,
            bed=shown(str(Path(bed.name).absolute())) if bed.is_file else bed.name,
            bed_sha256=self._bed(bed, spec.seed),
            lexicon_sha256=self._lexicon_hash(),
            cover_sha256=self._cover(cover),
            edited=len(spec.edits),
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
    document: Mapping[str, Any],
    now: Ingredients,
    values: Mapping[str, str],
    code: str,
    edits: Sequence[Edit] = (),
) -> tuple[str, ...]:
    """Return, as sentences, why a track would be another one now; none of what was filled in is told.

    Args:
        document: A record as it stands in its file.
        now: What the track would be made from.
        values: What is filled in.
        code: The client's.
        edits: The sentences that are said otherwise.
    """
    tables = json.loads(json.dumps(as_tables(now)))
    known = {each.name: tables.get(each.name) for each in fields(now)}
    told = (*differences(document, known), *_personal_differences(document, values, code, edits))
    return tuple(dict.fromkeys(told))


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield, as sentences, what a track is made from that it was not made from before.

    Args:
        before: A record as it stands in its file; of one that is damaged, as much as can be read.
        now: Tables of `Ingredients`, as far as these are known; what is not there is not compared.
    """
    for name, after in now.items():
        old, new = before.get(name), after
        if name == "settings":
            old, new = _of_a_track(old), _of_a_track(new)
        if old != new and name == "bed_sha256":
            yield Message("The background '{value}' has changed.", value=before.get("bed"))
        elif old != new:
            told = tuple(_SENTENCES[name](_table(old), _table(new))) if name in _SENTENCES else ()
            yield from told or (_USUAL_SENTENCES[name],)


def _personal_differences(
    document: Mapping[str, Any], values: Mapping[str, str], code: str, edits: Sequence[Edit]
) -> Iterator[str]:
    personal = document.get("personal")
    if not isinstance(personal, Mapping):
        yield Message("What was filled in was left out of its record.")
        return
    told = _table(personal.get("values"))
    if names := _differing(told, values):
        yield Message("Something else is filled in for {names}.", names=", ".join(names))
    if personal.get("code") != code:
        yield Message("It was made under another code.")
    if personal.get("edits", []) != json.loads(json.dumps(as_tables(edits))):
        yield _OTHER_EDITS


_OTHER_EDITS = Message("Other sentences are changed in it.")

_OF_NO_TRACK = frozenset({"output", "series", "names", "help"})
"""Settings that are heard or seen in no track."""


def _of_a_track(settings: object) -> object:
    if not isinstance(settings, Mapping):
        return settings
    return {name: value for name, value in settings.items() if name not in _OF_NO_TRACK}


def _table(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key)]


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return ", ".join(sorted(_differing(old, new)))


def _versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in _differing(old, new) if old else ():
        was, now = (each.get(name, Message("absent")) for each in (old, new))
        yield Message("{name} was {was} and is {now}.", name=name, was=was, now=now)


def _script(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, now = _table(old.get("parts")), _table(new.get("parts"))
    for name in _differing(before, now) if before else ():
        if name in before and name in now:
            yield Message("The text {name} has changed.", name=name)
        elif name in before:
            yield Message("The text {name} is gone.", name=name)
        else:
            yield Message("The text {name} is new.", name=name)


def _voice(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    name, differing = new.get("name"), _differing(old, new)
    if "name" in differing or "engine" in differing:
        return
    if "template_sha256" in differing:
        yield Message("The voice template '{name}' has changed.", name=name)
    if "files_sha256" in differing:
        yield Message("The files of the voice '{name}' have changed.", name=name)
    if "engine_version" in differing:
        was, now = old.get("engine_version"), new.get("engine_version")
        engine = new.get("engine")
        yield Message("The engine {engine} was {was} and is {now}.", engine=engine, was=was, now=now)


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[str]]] = {
    "versions": _versions,
    "script": _script,
    "asked": lambda old, new: [Message("Something else is asked for: {names}.", names=_names(old, new))],
    "settings": lambda old, new: [Message("stem.toml has changed: {names}.", names=_names(old, new))],
    "voice": _voice,
    "fill": _voice,
}
_USUAL_SENTENCES = {
    "versions": Message("Other versions were installed."),
    "script": Message("The script has changed."),
    "voice": Message("The voice has changed."),
    "fill": Message("The voice that fills in has changed."),
    "house": Message("The practice's own recordings have changed."),
    "bed": Message("Another background is asked for."),
    "lexicon_sha256": Message("The lexicon has changed."),
    "cover_sha256": Message("The picture has changed."),
    "filled": Message("Other variables are filled in."),
    "edited": _OTHER_EDITS,
}
