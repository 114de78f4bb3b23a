"""From what was asked to a plan: the script read, the voice and the bed found; nothing is spoken yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from stem import units
from stem.beds import check_bed
from stem.casting import Terms, cast
from stem.config import Config
from stem.cues import PAUSES, Breath, Cue, Source, Utterance, override_pauses, parse_cues
from stem.dutch import capitalized, has_words, spoken
from stem.engines.recordings import missing_error, voice_of
from stem.errors import UsageError
from stem.files import expanded
from stem.lexicon import Lexicon, load_lexicon
from stem.pacing import scaled, variants
from stem.script import ScriptTemplate, find_script
from stem.sheets import SheetLine, numbered
from stem.timeline import POST_ROLL_S, PRE_ROLL_S
from stem.voice import VoiceTemplate

LONGEST_TRACK_S = 12 * 3600.0

_NO_WORDS = Lexicon({})
_LOCAL = Terms()

_PRONUNCIATION = "naam_uitspraak"
_NAME = "naam"
"""Any script that takes a name also takes a respelling of it for the voice; print-outs keep the name."""


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """What was asked for; None means: as the script or stem.toml says.

    Attributes:
        script: A script's name, or a path to a .j2 file.
        values: The script's variables, as text.
        voice: Name of a voice, or a folder with own recordings.
        fill: Name of the voice that says what was not recorded.
        bed: Name of a background.
        seed: Another seed gives another background; the words stay the same.
        pauses: Seconds by name of pause.
        duration_s: The length wanted, in seconds; the pauses are fitted to it.
        pause_scale: A factor for the pauses that may stretch.
        online: Whether text may be sent to a voice on the internet; None: as stem.toml says.
        remember: Whether what is spoken is kept for the next time.
    """

    script: str
    values: Mapping[str, str] = field(default_factory=dict)
    voice: str | None = None
    fill: str | None = None
    bed: str | None = None
    seed: int = 1
    pauses: Mapping[str, float] = field(default_factory=dict)
    duration_s: float | None = None
    pause_scale: float = 1.0
    online: bool | None = None
    remember: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """A track before it has sound: everything is known but how long the sentences last.

    Attributes:
        title: For people.
        name: For files.
        cues: What happens, in order; with a length wanted, of no particular length yet.
        voice: Who speaks.
        fill: Who says what `voice`, a folder with recordings, does not have.
        bed: Name of the background.
        seed: Of the background.
        artist: Who the tags name as the maker.
        album: The album in the tags.
        pre_roll_s: Seconds of background before the first word.
        post_roll_s: Seconds of background after the last.
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
    pre_roll_s: float = PRE_ROLL_S
    post_roll_s: float = POST_ROLL_S
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
    bed = spec.bed or template.bed or config.bed
    check_bed(bed)
    wish = spec.voice or template.voice or config.voice
    folder = _recordings_folder(wish)
    usual = None if folder else cast(wish)
    texts = _texts(spec, config, template, usual.pause_scale if usual else 1.0)
    if spec.fill and folder is None:
        raise UsageError(
            "--fill is for what is missing among own recordings.",
            hint="Name their folder: --voice opnames/",
        )
    fill = cast(spec.fill) if spec.fill else None
    return Plan(
        title=template.title,
        name=template.name,
        cues=texts[0],
        voice=usual or _recorded(folder, texts, fill),
        fill=fill,
        bed=bed,
        seed=spec.seed,
        artist=config.artist,
        album=config.album,
        target_frames=None if spec.duration_s is None else units.frames(spec.duration_s),
        texts=texts,
        template=template,
        lexicon=_lexicon(spec.values, template),
        terms=Terms(config.allow_online if spec.online is None else spec.online, spec.remember),
        chosen=bool(wish),
    )


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
    values = {name: value for name, value in spec.values.items() if name != _PRONUNCIATION}
    values = values if _takes_pronunciation(template) else dict(spec.values)
    rendered = (template.render(values, minutes=minutes).lines for minutes in wanted)
    factor = spec.pause_scale * pause_scale
    return tuple(dict.fromkeys(scaled(parse_cues(lines, pauses), factor) for lines in rendered))


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
    return lexicon.plus(capitalized(values[_NAME].strip()), said)


def _recordings_folder(wish: str) -> Path | None:
    """Return the folder that is meant, or None when `wish` is a voice's name or file."""
    if (not wish.endswith(("/", "\\")) and not Path(wish).is_dir()) or not wish:
        return None
    return expanded(wish)


def _numbered(texts: Sequence[Sequence[Cue]]) -> tuple[SheetLine, ...]:
    return numbered(chain.from_iterable(texts), spoken)


def _recorded(
    folder: Path | None, texts: Sequence[Sequence[Cue]], fill: VoiceTemplate | None
) -> VoiceTemplate:
    """Return the voice of the recordings in a folder; without another voice, it must have everything."""
    assert folder is not None
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
    text: str, voice: VoiceTemplate, lexicon: Lexicon = _NO_WORDS, terms: Terms = _LOCAL
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
        bed="none",
        seed=1,
        artist="stem",
        album="",
        pre_roll_s=0.3,
        post_roll_s=0.5,
        lexicon=lexicon,
        terms=terms,
    )


def target_path(plan: Plan, output: str | None, config: Config) -> Path:
    """Return where the track goes: a file, or a name of its own in a folder.

    Raises:
        UsageError: when the file asked for is no .mp3.
    """
    wanted = expanded(output if output is not None else config.output)
    folder_meant = output is None or wanted.is_dir() or output.endswith(("/", "\\"))
    if folder_meant:
        return wanted / f"{plan.name}.mp3"
    if wanted.suffix.lower() != ".mp3":
        raise UsageError(
            f"'{output}' is not an .mp3 file.",
            hint=f"Did you mean '{wanted.with_suffix('.mp3')}' or '{output}/'?",
        )
    return wanted


def phrases_of(cues: Iterable[Cue]) -> tuple[str, ...]:
    """Return what a voice is given to say, in order."""
    return tuple(spoken(cue.text) for cue in cues if isinstance(cue, Utterance | Breath))
