"""From what was asked to a plan: the script read, the voice and the bed found; nothing is spoken yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from stem import units
from stem.beds import bell_frames, check_bed, is_own
from stem.casting import Terms, cast, recordings_folder
from stem.config import Config
from stem.covers import cover_from
from stem.cues import PAUSES, Bell, Breath, Cue, Pause, Source, Utterance, override_pauses, parse_cues
from stem.destinations import Destination, find_destination
from stem.dutch import capitalized, has_words, spoken
from stem.engines.recordings import missing_error, voice_of
from stem.errors import UnknownNameError, UsageError
from stem.files import expanded
from stem.formats import FORMATS, find_format
from stem.lexicon import Lexicon, load_lexicon
from stem.pacing import scaled, variants
from stem.profiles import DEFAULT, PROFILES, Profile, find_profile
from stem.safety import USUAL_COUNTRY, safety
from stem.script import ScriptTemplate, find_script
from stem.sheets import SheetLine, numbered
from stem.specs import TrackSpec
from stem.voice import VoiceTemplate

LONGEST_TRACK_S = 12 * 3600.0

NO_BED = "none"
NO_COVER = "none"
USUAL_FORMAT = "mp3"
USUAL_BELL = "klankschaal"
BELL_PLACES = ("begin", "einde")
_BELL_PAUSE = "bel"

MOST_DUCK_LU = 20.0
NEAREST_BED_LU, FARTHEST_BED_LU = 6.0, 40.0
"""How far a background may lie under the voice: nearer, words are lost in it; farther, it is not heard."""

_NO_WORDS = Lexicon({})
_LOCAL = Terms()

_PRONUNCIATION = "naam_uitspraak"
_NAME = "naam"
"""Any script that takes a name also takes a respelling of it for the voice; print-outs keep the name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A track before it has sound: everything is known but how long the sentences last.

    Attributes:
        title: For people.
        name: For files.
        cues: What happens, in order; with a length wanted, of no particular length yet.
        voice: Who speaks.
        fill: Who says what `voice`, a folder with recordings, does not have.
        bed: Name of the background, or the file with music.
        bed_start_s: Where in the file to begin, in seconds.
        bed_once: Whether the music is played once.
        bed_credit: Who made it, for the tags.
        seed: Of the background.
        artist: Who the tags name as the maker.
        album: The album in the tags.
        number: The track's number in the album.
        total: How many the album has.
        cover: A picture for the tags; "none" for none, None for one drawn by the title.
        lyrics: Whether the words go into the tags.
        personal: What was filled in and must not stand there.
        country: Whose help numbers are told.
        profile: What it is mastered for, with the levels that were asked.
        bell: Name of the bell.
        target_frames: The length wanted; None when any will do.
        texts: The texts to be tried for that length, in order; `cues` is one of them.
        template: The script it was made from; None for a single sentence.
        lexicon: How words are said.
        terms: What speaking may do.
        chosen: Whether someone chose the voice; else it is the best there was.
        remarks: What is heard otherwise than it is written, as sentences; known once it is spoken.
    """

    title: str
    name: str
    cues: tuple[Cue, ...]
    voice: VoiceTemplate
    bed: str
    seed: int
    artist: str
    album: str
    profile: Profile = PROFILES[DEFAULT]
    bell: str = USUAL_BELL
    format: str = USUAL_FORMAT
    destination: Destination | None = None
    bed_start_s: float = 0.0
    bed_once: bool = False
    bed_credit: str = ""
    number: int | None = None
    total: int | None = None
    cover: str | None = NO_COVER
    lyrics: bool = False
    personal: tuple[str, ...] = ()
    country: str = USUAL_COUNTRY
    target_frames: int | None = None
    texts: tuple[tuple[Cue, ...], ...] = ()
    template: ScriptTemplate | None = None
    fill: VoiceTemplate | None = None
    lexicon: Lexicon = _NO_WORDS
    terms: Terms = _LOCAL
    chosen: bool = True
    remarks: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """What the voice is given to say, in order."""
        return phrases_of(self.cues)


def plan_track(spec: TrackSpec, config: Config) -> Plan:
    """Render and read the script, and find the voice and the bed; nothing is spoken yet.

    Raises:
        StemError: UsageError, ScriptError or ConfigError for whatever is wrong with what was asked.
    """
    template = find_script(spec.script)
    profile = _profile(spec, config)
    bed = (spec.bed or template.bed or config.bed) if profile.has_bed else NO_BED
    bed = str(expanded(bed)) if is_own(bed) else bed
    check_bed(bed, start_s=spec.bed_start_s, once=spec.bed_once)
    bell = spec.bell or USUAL_BELL
    bell_frames(bell)  # there is no bell of a wrong name
    format_name, destination = _delivered(spec, profile)
    wish = spec.voice or template.voice or config.voice
    fill = cast(spec.fill) if spec.fill else None
    folder = recordings_folder(wish)
    if folder is not None:
        texts = _texts(spec, config, template, 1.0)
        voice = _recorded(folder, texts, fill)
    elif fill is not None:
        hint = "Name their folder: --voice opnames/"
        raise UsageError("--fill is for what is missing among own recordings.", hint=hint)
    else:
        voice = cast(wish)
        texts = _texts(spec, config, template, voice.pause_scale)
    return Plan(
        title=template.title,
        name=template.name,
        cues=texts[0],
        voice=voice,
        fill=fill,
        bed=bed,
        profile=profile,
        bell=bell,
        format=format_name,
        destination=destination,
        bed_start_s=spec.bed_start_s,
        bed_once=spec.bed_once,
        bed_credit=spec.bed_credit.strip(),
        seed=spec.seed,
        artist=spec.artist or config.artist,
        album=spec.album or config.album,
        number=spec.number,
        total=spec.total,
        cover=_cover(spec.cover or config.cover),
        lyrics=spec.lyrics,
        personal=() if spec.name_in_file else _personal(spec.values, template),
        country=safety(config.country).country,
        target_frames=None if spec.duration_s is None else units.frames(spec.duration_s),
        texts=texts,
        template=template,
        lexicon=_lexicon(spec.values, template),
        terms=Terms(config.allow_online if spec.online is None else spec.online, spec.remember),
        chosen=bool(wish),
    )


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
            "This profile says itself how the file is encoded.", hint="Leave out --for, or --profile."
        )
    if spec.format not in {None, destination.format}:
        raise UsageError(
            f"For {destination.title} a track is {find_format(destination.format).title}, not {spec.format}.",
            hint="Leave out --format, or --for.",
        )
    return destination.format, destination


def _cover(wish: str) -> str | None:
    """Return the path of a picture that was looked at, NO_COVER, or None.

    Raises:
        UsageError: when it cannot be used.
    """
    if not wish or wish == NO_COVER:
        return wish or None
    cover_from(expanded(wish))
    return str(expanded(wish))


def _personal(values: Mapping[str, str], template: ScriptTemplate) -> tuple[str, ...]:
    """Return what was filled in in own words: not a choice from a list, nor a number."""
    own = {variable.name for variable in template.variables if variable.type == "text"}
    return tuple(value.strip() for name, value in values.items() if name in own and value.strip())


def sheet_lines(spec: TrackSpec, config: Config) -> tuple[ScriptTemplate, tuple[SheetLine, ...]]:
    """Return the script and, numbered, every phrase that its track would have.

    Raises:
        StemError: as `plan_track`.
    """
    template = find_script(spec.script)
    return template, _numbered(_texts(spec, config, template, 1.0))


def _texts(
    spec: TrackSpec, config: Config, template: ScriptTemplate, pause_scale: float
) -> tuple[tuple[Cue, ...], ...]:
    """Return the cues of the script, once for each of its texts that may fit the length wanted."""
    pauses = override_pauses(override_pauses(PAUSES, config.pauses), spec.pauses)
    wanted: tuple[float | None, ...] = (None,)
    if spec.duration_s is not None:
        wanted = variants(_checked_duration(spec.duration_s) / 60, template.minutes)
    values = dict(spec.values)
    if _takes_pronunciation(template):
        values.pop(_PRONUNCIATION, None)  # a matter of sound: the words stay as they are written
    rendered = (template.render(values, minutes=minutes).lines for minutes in wanted)
    factor = spec.pause_scale * pause_scale
    texts = (scaled(parse_cues(lines, pauses), factor) for lines in rendered)
    profile = find_profile(spec.profile or config.profile)
    return tuple(dict.fromkeys(_belled(cues, spec, profile, pauses[_BELL_PAUSE].seconds) for cues in texts))


def _belled(cues: tuple[Cue, ...], spec: TrackSpec, profile: Profile, after_s: float) -> tuple[Cue, ...]:
    """Return the cues with a bell in front and at the end, as asked; without any where there may be none."""
    wrong = [place for place in spec.bells if place not in BELL_PLACES]
    if wrong:
        raise UnknownNameError("place for a bell", wrong[0], BELL_PLACES)
    if not profile.has_bells:
        if spec.bells:
            raise UsageError(
                "This profile has no bells.", hint="Leave out --bell, or choose another --profile."
            )
        return tuple(cue for cue in cues if not isinstance(cue, Bell))
    rest = Pause(_BELL_PAUSE, after_s, after_s, after_s, cues[0].source)
    stroke = Bell(cues[0].source)
    first = (stroke, rest) if "begin" in spec.bells else ()
    goes_with_bell = spec.destination is not None and find_destination(spec.destination).bell
    closing = "einde" in spec.bells or profile.closing_bell or goes_with_bell
    last = (rest, stroke) if closing else ()
    return (*first, *cues, *last)


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
            f"The background cannot give way by {duck_lu:g} LU.",
            hint=f"Choose 0 to {MOST_DUCK_LU:g}; 4 is usual.",
        )
    if not NEAREST_BED_LU <= levels.ducked_lu <= FARTHEST_BED_LU:
        raise UsageError(
            f"With --bed-level {up_lu:g} the background would lie {levels.ducked_lu:g} LU under the voice.",
            hint=f"It can lie {NEAREST_BED_LU:g} to {FARTHEST_BED_LU:g} LU under it.",
        )
    return replace(profile, levels=levels)


def _takes_pronunciation(template: ScriptTemplate) -> bool:
    names = {variable.name for variable in template.variables}
    return _NAME in names and _PRONUNCIATION not in names


def _lexicon(values: Mapping[str, str], template: ScriptTemplate) -> Lexicon:
    lexicon = load_lexicon(Path.cwd())
    said = values.get(_PRONUNCIATION, "").strip()
    if not said or not _takes_pronunciation(template):
        return lexicon
    if not values.get(_NAME, "").strip():
        raise UsageError(
            f"{_PRONUNCIATION} is given without {_NAME}.",
            hint=f"Give both: -s {_NAME}=Sjaan -s {_PRONUNCIATION}=...",
        )
    if not has_words(spoken(said)):
        raise UsageError(
            f"There is nothing to say in the {_PRONUNCIATION} '{said}'.",
            hint=f"Write it as it sounds: -s {_PRONUNCIATION}=sjaan",
        )
    return lexicon.plus(capitalized(values[_NAME].strip()), said)


def _numbered(texts: Sequence[Sequence[Cue]]) -> tuple[SheetLine, ...]:
    return numbered(chain.from_iterable(texts), spoken)


def _recorded(folder: Path, texts: Sequence[Sequence[Cue]], fill: VoiceTemplate | None) -> VoiceTemplate:
    """Return the voice of the recordings in a folder; without another voice, it must have everything."""
    voice, missing = voice_of(folder, _numbered(texts))
    if missing and fill is None:
        raise missing_error(folder, missing)
    return voice


def _checked_duration(duration_s: float) -> float:
    if not 0 < duration_s <= LONGEST_TRACK_S:
        raise UsageError(
            f"A track cannot last {duration_s:g} seconds.",
            hint="Ask for a length above 0 and at most 12 hours, such as 12m or 12:00.",
        )
    return duration_s


def plan_sentence(
    text: str,
    voice: VoiceTemplate,
    lexicon: Lexicon = _NO_WORDS,
    terms: Terms = _LOCAL,
    *,
    chosen: bool = True,
) -> Plan:
    """Plan a track of one text without marks, on no background.

    Raises:
        UsageError: when there are no words in it.
    """
    if not has_words(spoken(text)):
        raise UsageError("There are no words in that text.", hint='For example: stem say "Welkom."')
    return Plan(
        title="Zin",  # not the words: they may hold a name, and titles are shown on lock screens
        name="zin",
        cues=(Utterance(text, Source("text", 1)),),
        voice=voice,
        bed=NO_BED,
        seed=1,
        artist="stem",
        album="",
        profile=Profile("", pre_roll_s=0.3, post_roll_s=0.5),
        lexicon=lexicon,
        terms=terms,
        chosen=chosen,
    )


def format_of(output: str | None) -> str | None:
    """Return the format that the name of a file asks for; None when it asks for none."""
    suffix = Path(output or "").suffix.lower()
    return next((name for name, kind in FORMATS.items() if kind.suffix == suffix), None)


def output_path(name: str, output: str | None, config: Config, format_name: str = USUAL_FORMAT) -> Path:
    """Return where a track goes: the file asked for, or `name` in the folder asked for or the usual one.

    Raises:
        UsageError: when the file asked for has the suffix of another format.
    """
    suffix = find_format(format_name).suffix
    wanted = expanded(output if output is not None else config.output)
    folder_meant = output is None or wanted.is_dir() or output.endswith(("/", "\\"))
    if folder_meant:
        return wanted / f"{name}{suffix}"
    if wanted.suffix.lower() != suffix:
        article = "an" if format_name in {"mp3", "m4a", "opus"} else "a"
        raise UsageError(
            f"'{output}' is not {article} {suffix} file.",
            hint=f"Did you mean '{wanted.with_suffix(suffix)}' or '{output}/'?",
        )
    return wanted


def phrases_of(cues: Iterable[Cue]) -> tuple[str, ...]:
    """Return what a voice is given to say, in order."""
    return tuple(spoken(cue.text) for cue in cues if isinstance(cue, Utterance | Breath))
