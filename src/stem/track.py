"""From a spec to a finished track: script, cues, takes, timeline, mix, master, MP3, tags, one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path

import numpy as np

from stem import units
from stem.audio import Samples
from stem.beds import BELL_FRAMES, bell, check_bed, load_bed
from stem.cache import CachedEngine
from stem.config import Config
from stem.cues import (
    PAUSES,
    Breath,
    Cue,
    PauseRange,
    Source,
    Utterance,
    override_pauses,
    parse_cues,
)
from stem.dutch import has_words, spoken
from stem.encoding import write_mp3
from stem.engines import engine, expected_seconds
from stem.errors import OutputError, UsageError
from stem.files import free_name, publish, sweep, temporary_beside
from stem.mastering import Loudness, Meter, TruePeak, limited, measured
from stem.mixing import Levels, Mix
from stem.script import ScriptTemplate, find_script
from stem.tagging import ChapterMark, Tags, tag_mp3
from stem.takes import Takes
from stem.timeline import POST_ROLL_S, PRE_ROLL_S, Timeline, place
from stem.voice import VoiceTemplate, find_voice

SAFETY_LINE = (
    "Luister niet in het verkeer of bij machines. Dit is geen vervanging van therapie of medische zorg. "
    "Overleg bij psychose, dissociatie, epilepsie of recent trauma eerst met een behandelaar."
)
"""Goes with every track, in the tags' comment."""

REPLAY_GAIN_LUFS = -18.0
"""Reference level of ReplayGain 2.0."""

MIX_APART_LU = 1.0
"""How far the loudness of the whole may lie from that of the speech without a word. Long pauses alone put it
0.6 LU off; a meter that normalizes by the whole then plays the speech that much too loud."""

MOST_FILLINGS = 64
"""Combinations of choices that a check tries; each costs a tenth of a second."""

OnProgress = Callable[[str, float], None]
"""Called with the name of a stage and the share of it that is done, 0 to 1."""


def no_progress(_stage: str, _share: float) -> None:
    """Keep still."""


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """What was asked for; None means: as the script or stem.toml says.

    Attributes:
        script: A script's name, or a path to a .j2 file.
        values: The script's variables, as text.
        voice: Name of a voice.
        bed: Name of a background.
        seed: Another seed gives another background; the words stay the same.
        pauses: Seconds by name of pause.
    """

    script: str
    values: Mapping[str, str] = field(default_factory=dict)
    voice: str | None = None
    bed: str | None = None
    seed: int = 1
    pauses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """A track before it has sound: everything is known but how long the sentences last.

    Attributes:
        title: For people.
        name: For files.
        cues: What happens, in order.
        voice: Who speaks.
        bed: Name of the background.
        seed: Of the background.
        artist: Who the tags name as the maker.
        album: The album in the tags.
        pre_roll_s: Seconds of background before the first word.
        post_roll_s: Seconds of background after the last.
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

    @property
    def phrases(self) -> tuple[str, ...]:
        """What the voice is given to say, in order."""
        return tuple(spoken(cue.text) for cue in self.cues if isinstance(cue, Utterance | Breath))


@dataclass(frozen=True, slots=True)
class Track:
    """A finished track.

    Attributes:
        path: The file.
        plan: What it was made from.
        timeline: When everything happens.
        loudness: Of the whole mix; the speech in it is at the level that was asked for.
        warnings: What a maker should know about it, as sentences.
    """

    path: Path
    plan: Plan
    timeline: Timeline
    loudness: Loudness
    warnings: tuple[str, ...] = ()


def plan_track(spec: TrackSpec, config: Config) -> Plan:
    """Render and read the script, and find the voice and the bed; nothing is spoken yet.

    Raises:
        StemError: UsageError, ScriptError or ConfigError for whatever is wrong with what was asked.
    """
    template = find_script(spec.script)
    pauses = override_pauses(override_pauses(PAUSES, config.pauses), spec.pauses)
    voice = find_voice(spec.voice or template.voice or config.voice)
    bed = spec.bed or template.bed or config.bed
    check_bed(bed)
    script = template.render(spec.values)
    cues = parse_cues(script.lines, pauses)
    return Plan(script.title, template.name, cues, voice, bed, spec.seed, config.artist, config.album)


def plan_sentence(text: str, voice: str) -> Plan:
    """Plan a track of one text without marks, on no background.

    Raises:
        UsageError: when there are no words in it.
    """
    if not has_words(spoken(text)):
        raise UsageError("There are no words in that text.", hint='For example: stem say "Welkom."')
    return Plan(
        title=text[:60],
        name="zin",
        cues=(Utterance(text, Source("text", 1)),),
        voice=find_voice(voice),
        bed="none",
        seed=1,
        artist="stem",
        album="",
        pre_roll_s=0.3,
        post_roll_s=0.5,
    )


def target_path(plan: Plan, output: str | None, config: Config) -> Path:
    """Return where the track goes: a file, or a name of its own in a folder.

    Raises:
        UsageError: when the file asked for is no .mp3.
    """
    wanted = Path(output if output is not None else config.output).expanduser()
    folder_meant = output is None or wanted.is_dir() or output.endswith(("/", "\\"))
    if folder_meant:
        return wanted / f"{plan.name}.mp3"
    if wanted.suffix.lower() != ".mp3":
        raise UsageError(
            f"'{output}' is not an .mp3 file.",
            hint=f"Did you mean '{wanted.with_suffix('.mp3')}' or '{output}/'?",
        )
    return wanted


def make_track(
    plan: Plan, target: Path, *, overwrite: bool = False, on_progress: OnProgress = no_progress
) -> Track:
    """Make the track and give it its name when it is whole.

    Args:
        plan: From `plan_track`.
        target: The file; when it exists and `overwrite` is not set, the next free name is taken.
        overwrite: Replace what is there.
        on_progress: Called now and then.

    Raises:
        StemError: EngineError, AudioError or OutputError; nothing stands under the final name then.
    """
    with temporary_beside(target) as temporary, Takes() as takes:
        sweep(target.parent)
        mix = mixed(plan, takes, on_progress)
        loudness = _encode(mix, temporary, on_progress)
        tag_mp3(temporary, _tags(plan, mix.levels, loudness), _chapter_marks(mix.timeline))
        path = _publish(temporary, target, overwrite=overwrite)
    return Track(path, plan, mix.timeline, loudness, _warnings(loudness, mix.levels))


def mixed(plan: Plan, takes: Takes, on_progress: OnProgress = no_progress) -> Mix:
    """Speak the plan into `takes` and lay it on its background; the mix reads from `takes` while it lasts.

    Raises:
        StemError: EngineError, ScriptError (a breath too short for its word) or OutputError.
    """
    levels = Levels()
    bed = load_bed(plan.bed, plan.seed)  # first: making one takes more memory than all that follows
    speaker = CachedEngine(engine(plan.voice.engine))
    speaker.check()
    takes.record(plan.phrases, speaker, plan.voice, lambda done, total: on_progress("speaking", done / total))
    takes.level(plan.phrases, levels.speech_lufs)
    timeline = _placed(plan, takes.frames_of)
    stroke = bell() if timeline.bells else None
    return Mix(timeline, takes.read, bed, stroke, levels)


def sound(plan: Plan) -> Samples:
    """Return a short plan's whole sound, mastered, shape (frames, 2).

    Raises:
        StemError: as `mixed`.
    """
    with Takes() as takes:
        return np.concatenate(list(limited(mixed(plan, takes).blocks())))


def expected_timeline(plan: Plan) -> Timeline:
    """Return the timeline as it will be, by the lengths that sentences usually have."""
    lengths = {phrase: units.frames(expected_seconds(phrase)) for phrase in plan.phrases}
    return _placed(plan, lengths)


def _placed(plan: Plan, frames_of: Mapping[str, int]) -> Timeline:
    return place(
        plan.cues,
        frames_of,
        spoken,
        title=plan.title,
        bell_frames=BELL_FRAMES,
        pre_roll_s=plan.pre_roll_s,
        post_roll_s=plan.post_roll_s,
    )


def _encode(mix: Mix, path: Path, on_progress: OnProgress) -> Loudness:
    """Master and encode the mix in one pass; return what was measured on the way."""
    meter, peak = Meter(), TruePeak()
    write_mp3(
        path,
        measured(limited(mix.blocks()), meter, peak),
        on_block=lambda done: on_progress("mixing", done / mix.frames),
    )
    return Loudness.of(meter, peak)


def _tags(plan: Plan, levels: Levels, loudness: Loudness) -> Tags:
    return Tags(
        title=plan.title,
        artist=plan.artist,
        album=plan.album,
        comment=f"{SAFETY_LINE} {plan.voice.credit}".strip(),
        replay_gain_db=REPLAY_GAIN_LUFS - levels.speech_lufs,
        peak=units.gain(loudness.true_peak_dbtp),
    )


def _warnings(loudness: Loudness, levels: Levels) -> tuple[str, ...]:
    apart_lu = loudness.integrated_lufs - levels.speech_lufs
    if abs(apart_lu) <= MIX_APART_LU:
        return ()
    warning = (
        f"The whole reads {loudness.integrated_lufs:.1f} LUFS and its speech {levels.speech_lufs:.1f}: "
        f"where files are made equally loud as a whole, this speech will be {-apart_lu:+.1f} dB off."
    )
    return (warning,)


def _chapter_marks(timeline: Timeline) -> tuple[ChapterMark, ...]:
    return tuple(
        ChapterMark(chapter.title, units.seconds(chapter.start), units.seconds(chapter.end))
        for chapter in timeline.chapters
    )


def _publish(temporary: Path, target: Path, *, overwrite: bool) -> Path:
    """Give the file its name; when that is taken, the next free one, also when someone else is quicker."""
    while True:
        path = target if overwrite else free_name(target)
        try:
            publish(temporary, path, overwrite=overwrite)
        except OutputError:
            if overwrite or not path.exists():
                raise
        else:
            return path


def check_script(name: str, pauses: Mapping[str, PauseRange]) -> int:
    """Render and read a script with its defaults and with every choice of every variable.

    Returns:
        The number of ways in which it was filled in.

    Raises:
        ScriptError: for the first mistake in its marks or its template.
        UnknownNameError: when there is no such script, or its bed or voice does not exist.
    """
    template = find_script(name)
    ways = _fillings(template)
    for values in ways:
        parse_cues(template.render(values).lines, pauses)
    if template.bed is not None:
        check_bed(template.bed)
    if template.voice is not None:
        find_voice(template.voice)
    return len(ways)


def _fillings(template: ScriptTemplate) -> list[dict[str, str]]:
    """Return the ways to fill a script in: every combination of choices, and words where they are needed."""
    options: dict[str, tuple[str, ...]] = {}
    for variable in template.variables:
        if variable.type == "choice":
            options[variable.name] = variable.choices
        elif variable.type == "yesno":
            options[variable.name] = ("ja", "nee")
        elif variable.required:
            options[variable.name] = ("1",) if variable.type == "number" else ("iets",)
    combinations = product(*options.values())
    return [dict(zip(options, values, strict=True)) for values in islice(combinations, MOST_FILLINGS)]
