"""The same two sentences at several speeds and pitches, so that a voice can be chosen by ear."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stem.errors import UsageError
from stem.filenames import safe_name
from stem.files import HERE
from stem.messages import Message
from stem.script.dutch.lexicon import Lexicon
from stem.track.make import make_track
from stem.track.plan import plan_sentence
from stem.track.stages import OnNotice, no_notice
from stem.voices.speakers import Terms
from stem.voices.template import LIMITS, VoiceTemplate, find_voice, voice_names

SENTENCES = "Voel hoe je voeten op de grond staan. Je hoeft nu even helemaal niets."

MOST_CHOICES = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One way for a voice to speak.

    Attributes:
        number: Counted from 1.
        speed: As in a voice template: the voice's own speed times what was tried.
        pitch: In semitones, as in a voice template.
    """

    number: int
    speed: float
    pitch: float


def choices(voice: VoiceTemplate, speeds: Sequence[float], pitches: Sequence[float]) -> tuple[Choice, ...]:
    """Return every speed at every pitch, both counted from the voice's own.

    Raises:
        UsageError: when one lies outside what a voice template allows, or there are too many.
    """
    if len(speeds) * len(pitches) > MOST_CHOICES:
        raise UsageError(
            Message("{count} ways are too many to choose from.", count=len(speeds) * len(pitches)),
            hint=Message("Ask for {most_choices} at most.", most_choices=MOST_CHOICES),
        )
    ways = itertools.product(speeds, pitches)
    found = tuple(
        Choice(number, round(voice.speed * speed, 4), round(voice.pitch + pitch, 4))
        for number, (speed, pitch) in enumerate(ways, start=1)
    )
    for kind, called in (("speed", Message("speed")), ("pitch", Message("pitch"))):
        low, high = LIMITS[kind]
        outside = [getattr(choice, kind) for choice in found if not low <= getattr(choice, kind) <= high]
        if outside:
            raise UsageError(
                Message("A {kind} of {outside:g} cannot be had.", kind=called, outside=outside[0]),
                hint=Message("It may lie between {low:g} and {high:g}.", low=low, high=high),
            )
    return found


def make_samples(
    voice: VoiceTemplate,
    ways: Sequence[Choice],
    terms: Terms,
    folder: Path,
    *,
    lexicon: Lexicon,
    overwrite: bool = False,
    on_notice: OnNotice = no_notice,
) -> Iterator[tuple[Choice, Path]]:
    """Let the voice speak in every way, and yield each with its file: the next free name when one is taken.

    Raises:
        StemError: as `make_track`.
    """
    for way in ways:
        tuned = replace(voice, speed=way.speed, pitch=way.pitch)
        name = safe_name(f"proef-{voice.name}-{way.number:02}") + ".mp3"
        plan = plan_sentence(SENTENCES, tuned, lexicon, terms)
        yield way, make_track(plan, folder / name, overwrite=overwrite, on_notice=on_notice).path


def check_name(name: str, voice: VoiceTemplate, folder: Path = HERE) -> None:
    """Make sure that a voice template of that name can build on `voice`, and hides no other, in `folder`.

    Raises:
        UsageError: when it cannot.
    """
    own = folder.absolute() / "voice_templates" / f"{name}.toml"
    if safe_name(name) != name:
        raise UsageError(
            Message("'{name}' is no name for a voice.", name=name),
            hint=Message("Did you mean '{name}'?", name=safe_name(name)),
        )
    if voice.name not in voice_names(folder) or find_voice(voice.name, folder).path != voice.path:
        raise UsageError(
            Message(
                "Only on a voice that has a name can another be built, and {voice} is a file by itself.",
                voice=voice.path,
            ),
            hint=Message("Put its template in voice_templates, or set speed and pitch in it."),
        )
    if name == voice.name or (
        name in voice_names(folder) and find_voice(name, folder).path.absolute() != own
    ):
        raise UsageError(
            Message("There is a voice named '{name}' already.", name=name),
            hint=Message("Choose another name {as_name}."),
        )


def template_text(voice: VoiceTemplate, way: Choice) -> str:
    """Return a voice template that makes `voice` speak in that way."""
    title = json.dumps(f"{voice.title}, op eigen wijze", ensure_ascii=False)  # a text in TOML too
    return (
        f"title = {title}\n"
        f'inherits = "{voice.name}"\n'
        f"speed = {way.speed:g}   # 1 is the voice's own, 0.9 is slower\n"
        f"pitch = {way.pitch:g}   # semitones\n"
    )
