"""What is decided of a track before a word of it is filled in: script, voice, background, file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stem.config import Config, refuse_outside
from stem.errors import UsageError
from stem.export.cover import cover_from
from stem.export.destinations import Destination, find_destination
from stem.export.formats import find_format
from stem.files import HERE, expanded
from stem.messages import Message
from stem.script.cues import PAUSES, override_pauses
from stem.script.template import ScriptTemplate, find_script
from stem.sound.beds import BedChoice, bell_frames
from stem.track.intro_outro import IntroOutro, intro_outro
from stem.track.profiles import DEFAULT, PROFILES, Profile, find_profile
from stem.track.spec import TrackSpec
from stem.track.target import USUAL_FORMAT
from stem.voices.cloning import check_consent
from stem.voices.speakers import Terms, choose_voice, recordings_folder
from stem.voices.template import VoiceTemplate

NO_BED = "none"
NO_COVER = "none"
USUAL_BELL = "klankschaal"

MOST_DUCK_LU = 20.0
NEAREST_BED_LU, FARTHEST_BED_LU = 6.0, 40.0
"""How far a background may lie under the voice: nearer, words are lost in it; farther, it is not heard."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What does not depend on what is filled in.

    Attributes:
        template: The script.
        profile: What the track is mastered for, with the levels that were asked.
        bed: The background.
        bell: Name of the bell.
        format: Name of the kind of file.
        destination: Where it goes.
        voice: Who speaks; None for the recordings in `folder`.
        folder: Own recordings; None when a voice speaks.
        fill: Who says what is missing among those.
        by_wish: Whether someone chose the voice; else it is the best there is.
        cover: A picture for the tags; "none" for none, None for one drawn by the title.
    """

    template: ScriptTemplate
    profile: Profile
    bed: BedChoice
    bell: str
    format: str
    destination: Destination | None
    voice: VoiceTemplate | None
    folder: Path | None
    fill: VoiceTemplate | None
    by_wish: bool
    cover: str | None


def resolve(
    spec: TrackSpec, config: Config, folder: Path = HERE, script: ScriptTemplate | None = None
) -> Resolved:
    """Find the script, the voice and the background, and look whether they go together.

    Args:
        spec: What is asked for.
        config: The settings.
        folder: The project's.
        script: The script that is meant, when it is not in a file as it is.

    Raises:
        StemError: UsageError, ScriptError or ConfigError for whatever is wrong with what was asked.
    """
    template = script or find_script(spec.script, folder)
    profile = _profile(spec, config)
    bed = template.bed or config.bed if spec.bed is None or spec.bed == "" else spec.bed
    bed = bed if profile.has_bed else NO_BED
    refuse_outside(
        template.path,
        {"bed": None if spec.bed else template.bed, "voice": None if spec.voice else template.voice},
        folder=folder,
    )
    bell = spec.bell or USUAL_BELL
    bell_frames(bell)  # there is no bell of a wrong name
    format_name, destination = _delivered(spec, profile)
    wish = spec.voice or template.voice or config.voice
    recordings = recordings_folder(wish, folder)
    fill = choose_voice(spec.fill, folder) if spec.fill else None
    voice = choose_voice(wish, folder) if recordings is None else None
    if recordings is None and fill is not None:
        hint = Message("Name their folder: {voice_is} opnames/")
        raise UsageError(Message("{fill} is for what is missing among own recordings."), hint=hint)
    for each in (voice, fill):
        if each is not None:
            check_consent(each)
    return Resolved(
        template=template,
        profile=profile,
        bed=BedChoice.read(bed, folder, start_s=spec.bed_start_s, once=spec.bed_once, credit=spec.bed_credit),
        bell=bell,
        format=format_name,
        destination=destination,
        voice=voice,
        folder=recordings,
        fill=fill,
        by_wish=bool(wish),
        cover=_cover(spec.cover or config.cover, folder),
    )


def terms_of(spec: TrackSpec, config: Config) -> Terms:
    """Return what speaking may do for a track: what was asked goes before the settings."""
    return Terms(config.allow_online if spec.online is None else spec.online, spec.remember)


class Choices:
    """Chooses for many tracks under the same settings, and looks everything up once.

    Args:
        config: The settings.
        folder: The project's.
        script: That of all tracks, when it is not in a file as it is.
    """

    def __init__(self, config: Config, folder: Path = HERE, script: ScriptTemplate | None = None) -> None:
        self.config = config
        self._script = script
        self.folder = folder
        self._chosen: dict[str, Resolved] = {}
        self._houses: dict[tuple[object, ...], IntroOutro] = {}

    def chosen(self, spec: TrackSpec) -> Resolved:
        """Return what does not depend on what is filled in; raises as `resolve`."""
        key = repr(replace(spec, values={}, pauses={}, duration_s=None, number=None))
        if key not in self._chosen:
            self._chosen[key] = resolve(spec, self.config, self.folder, self._script)
        return self._chosen[key]

    def house(self, pauses: Mapping[str, float]) -> IntroOutro:
        """Return the practice's own words, with a track's pauses; raises as `intro_outro`."""
        key = tuple(sorted(pauses.items()))
        if key not in self._houses:
            table = override_pauses(override_pauses(PAUSES, self.config.pauses), pauses)
            self._houses[key] = intro_outro(self.config, table, self.folder)
        return self._houses[key]


def _delivered(spec: TrackSpec, profile: Profile) -> tuple[str, Destination | None]:
    """Return the kind of file, and where it goes.

    Raises:
        UnknownNameError: when there is no such format or destination.
        UsageError: when the destination takes another format, or the profile has a bit rate of its own.
    """
    if spec.destination is None:
        find_format(spec.format or USUAL_FORMAT)
        return spec.format or USUAL_FORMAT, None
    destination = find_destination(spec.destination)
    if profile.mp3 != PROFILES[DEFAULT].mp3:
        raise UsageError(
            Message("This profile says itself how the file is encoded."),
            hint=Message("Leave out {destination}, or {profile}."),
        )
    if spec.format not in {None, destination.format}:
        raise UsageError(
            Message(
                "For {place} a track is {title}, not {kind}.",
                place=destination.title,
                title=find_format(destination.format).title,
                kind=spec.format,
            ),
            hint=Message("Leave out {format}, or {destination}."),
        )
    return destination.format, destination


def _cover(wish: str, folder: Path) -> str | None:
    """Return the path of a picture that was looked at, NO_COVER, or None.

    Raises:
        UsageError: when it cannot be used.
    """
    if not wish or wish == NO_COVER:
        return wish or None
    cover_from(expanded(wish, folder))
    return str(expanded(wish, folder))


def _profile(spec: TrackSpec, config: Config) -> Profile:
    """Return what the track is mastered for, its background moved as was asked.

    Raises:
        UnknownNameError: when there is no such profile.
        UsageError: when the background would be louder than the voice, or gives way the wrong way round.
    """
    profile = find_profile(spec.profile or config.profile)
    up_lu = config.bed_level if spec.bed_level_lu is None else spec.bed_level_lu
    usual = profile.levels
    duck_lu = usual.ducked_lu - usual.lifted_lu if spec.duck_lu is None else spec.duck_lu
    levels = replace(usual, ducked_lu=usual.ducked_lu - up_lu, lifted_lu=usual.ducked_lu - up_lu - duck_lu)
    if not 0 <= duck_lu <= MOST_DUCK_LU:
        raise UsageError(
            Message("The background cannot give way by {duck_lu:g} LU.", duck_lu=duck_lu),
            hint=Message("Choose 0 to {most_duck_lu:g}; 4 is usual.", most_duck_lu=MOST_DUCK_LU),
        )
    if not NEAREST_BED_LU <= levels.ducked_lu <= FARTHEST_BED_LU:
        raise UsageError(
            Message(
                "With {bed_level} {up} the background would lie {down} LU under the voice.",
                up=f"{up_lu:g}",
                down=f"{levels.ducked_lu:g}",
            ),
            hint=Message(
                "It can lie {nearest_bed_lu:g} to {farthest_bed_lu:g} LU under it.",
                nearest_bed_lu=NEAREST_BED_LU,
                farthest_bed_lu=FARTHEST_BED_LU,
            ),
        )
    return replace(profile, levels=levels)
