"""From a spec to a finished track: script, cues, takes, timeline, mix, master, MP3, tags, one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from stem import units
from stem.audio import Samples
from stem.beds import BELL_FRAMES, Bed, bell, check_bed, load_bed
from stem.cache import CachedEngine
from stem.config import Config
from stem.cues import (
    PAUSES,
    Breath,
    Cue,
    Source,
    Utterance,
    override_pauses,
    parse_cues,
)
from stem.dutch import has_words, spoken
from stem.encoding import write_mp3
from stem.engines import engine, expected_seconds, measured_pace
from stem.errors import OutputError, UsageError
from stem.files import expanded, free_name, publish, sweep, temporary_beside
from stem.lint import listener_warnings
from stem.mastering import Loudness, Meter, TruePeak, limited, measured
from stem.mixing import Levels, Mix
from stem.pacing import fit_first, scaled, variants
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

LONGEST_TRACK_S = 12 * 3600.0

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
        duration_s: The length wanted, in seconds; the pauses are fitted to it.
        pause_scale: A factor for the pauses that may stretch.
    """

    script: str
    values: Mapping[str, str] = field(default_factory=dict)
    voice: str | None = None
    bed: str | None = None
    seed: int = 1
    pauses: Mapping[str, float] = field(default_factory=dict)
    duration_s: float | None = None
    pause_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A track before it has sound: everything is known but how long the sentences last.

    Attributes:
        title: For people.
        name: For files.
        cues: What happens, in order; with a length wanted, of no particular length yet.
        voice: Who speaks.
        bed: Name of the background.
        seed: Of the background.
        artist: Who the tags name as the maker.
        album: The album in the tags.
        pre_roll_s: Seconds of background before the first word.
        post_roll_s: Seconds of background after the last.
        target_frames: The length wanted; None when any will do.
        texts: The texts to be tried for that length, in order; `cues` is one of them.
        template: The script it was made from; None for a single sentence.
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

    @property
    def phrases(self) -> tuple[str, ...]:
        """What the voice is given to say, in order."""
        return _phrases(self.cues)


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
    wanted: tuple[float | None, ...] = (None,)
    if spec.duration_s is not None:
        wanted = variants(_checked_duration(spec.duration_s) / 60, template.minutes)
    rendered = (template.render(spec.values, minutes=minutes).lines for minutes in wanted)
    texts = tuple(dict.fromkeys(scaled(parse_cues(lines, pauses), spec.pause_scale) for lines in rendered))
    return Plan(
        title=template.title,
        name=template.name,
        cues=texts[0],
        voice=voice,
        bed=bed,
        seed=spec.seed,
        artist=config.artist,
        album=config.album,
        target_frames=None if spec.duration_s is None else units.frames(spec.duration_s),
        texts=texts,
        template=template,
    )


def _checked_duration(duration_s: float) -> float:
    if not 0 < duration_s <= LONGEST_TRACK_S:
        raise UsageError(
            f"A track cannot last {duration_s:g} seconds.",
            hint="Ask for a length above 0 and at most 12 hours, such as 12m or 12:00.",
        )
    return duration_s


def plan_sentence(text: str, voice: str) -> Plan:
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
        # The bed first: making one takes more memory than all that follows, and together they take 460 MB.
        bed = load_bed(plan.bed, plan.seed)
        plan = speak(plan, takes, on_progress)
        mix = mixed(plan, takes, bed)
        for_whom = _for_whom(plan, mix.timeline)
        loudness = _encode(mix, temporary, on_progress)
        tag_mp3(temporary, _tags(plan, mix.levels, loudness, for_whom), _chapter_marks(mix.timeline))
        path = _publish(temporary, target, overwrite=overwrite)
    apart = () if plan.template is None else _levels_apart(mix.levels, loudness)
    return Track(path, plan, mix.timeline, loudness, (*for_whom, *apart))


def speak(plan: Plan, takes: Takes, on_progress: OnProgress = no_progress) -> Plan:
    """Speak the plan into `takes`, and return it with its pauses fitted to the length wanted.

    Raises:
        StemError: EngineError, UnreachableLengthError, or OutputError.
    """
    speaker = CachedEngine(engine(plan.voice.engine))
    speaker.check()

    def lengths_of(phrases: Sequence[str]) -> Mapping[str, int]:
        takes.record(phrases, speaker, plan.voice, lambda done, total: on_progress("speaking", done / total))
        return takes.frames_of

    return _paced(plan, lengths_of)


def mixed(plan: Plan, takes: Takes, bed: Bed) -> Mix:
    """Lay what was spoken on its background; the mix reads from `takes` while it lasts.

    Raises:
        ScriptError: when a breath is too short for its word.
    """
    levels = Levels()
    takes.level(plan.phrases, levels.speech_lufs)
    timeline = _placed(plan, plan.cues, takes.frames_of)
    return Mix(timeline, takes.read, bed, bell() if timeline.bells else None, levels)


def sound(plan: Plan) -> Samples:
    """Return a short plan's whole sound, mastered, shape (frames, 2).

    Raises:
        StemError: as `speak` and `mixed`.
    """
    with Takes() as takes:
        plan = speak(plan, takes)
        return np.concatenate(list(limited(mixed(plan, takes, load_bed(plan.bed, plan.seed)).blocks())))


def expected_timeline(plan: Plan, *, exact: bool = False) -> Timeline:
    """Return the timeline of a plan without making the track.

    Args:
        plan: From `plan_track`.
        exact: Speak all sentences; else their lengths are estimated from the pace of the voice.

    Raises:
        StemError: as `speak` and `mixed`.
    """
    if exact:
        with Takes() as takes:
            plan = speak(plan, takes)
            return _placed(plan, plan.cues, takes.frames_of)
    pace = measured_pace(CachedEngine(engine(plan.voice.engine)), plan.voice)

    def lengths_of(phrases: Sequence[str]) -> Mapping[str, int]:
        return {phrase: units.frames(expected_seconds(phrase) / pace) for phrase in phrases}

    plan = _paced(plan, lengths_of)
    return _placed(plan, plan.cues, lengths_of(plan.phrases))


def _phrases(cues: Sequence[Cue]) -> tuple[str, ...]:
    return tuple(spoken(cue.text) for cue in cues if isinstance(cue, Utterance | Breath))


def _paced(plan: Plan, lengths_of: Callable[[Sequence[str]], Mapping[str, int]]) -> Plan:
    """Return the plan with the first text that fits the length wanted, its pauses fitted."""
    if plan.target_frames is None:
        lengths_of(plan.phrases)
        return plan

    def placer_of(cues: Sequence[Cue]) -> Callable[[Sequence[Cue]], Timeline]:
        frames_of = lengths_of(_phrases(cues))
        return lambda changed: _placed(plan, changed, frames_of)

    return replace(plan, cues=fit_first(plan.texts, placer_of, plan.target_frames))


def _placed(plan: Plan, cues: Sequence[Cue], frames_of: Mapping[str, int]) -> Timeline:
    return place(
        cues,
        frames_of,
        cache(spoken),
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


def _for_whom(plan: Plan, timeline: Timeline) -> tuple[str, ...]:
    if plan.template is None:
        return ()
    return listener_warnings(plan.template, units.seconds(timeline.frames) / 60)


def _tags(plan: Plan, levels: Levels, loudness: Loudness, for_whom: tuple[str, ...]) -> Tags:
    return Tags(
        title=plan.title,
        artist=plan.artist,
        album=plan.album,
        comment=" ".join(filter(None, (SAFETY_LINE, *for_whom, plan.voice.credit))),
        replay_gain_db=REPLAY_GAIN_LUFS - levels.speech_lufs,
        peak=units.gain(loudness.true_peak_dbtp),
    )


def _levels_apart(levels: Levels, loudness: Loudness) -> tuple[str, ...]:
    """Return a warning when the whole and its speech differ much in loudness."""
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
