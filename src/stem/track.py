"""From a plan to a finished track: takes, timeline, mix, master, MP3, tags, one file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from stem import __version__, units
from stem.audio import Samples, resampled
from stem.beds import Bed, OwnBed, bell, bell_frames, is_own, load_bed
from stem.captions import Line, captions, clause_times, is_long, timed_lines
from stem.casting import Company, can_speak, expected_pace, sends_to
from stem.covers import cover_from, generated
from stem.cues import Cue
from stem.destinations import Delivery, chosen
from stem.dutch import spoken
from stem.engines import expected_seconds
from stem.errors import OutputError, UsageError
from stem.examining import check_before_publishing
from stem.files import free_name, publish, sweep, temporary_beside
from stem.formats import Settings, downmixed, find_format
from stem.leave import runs_program
from stem.lint import listener_warnings
from stem.mastering import Loudness, Meter, TruePeak, limited, measured
from stem.mixing import Levels, Mix
from stem.pacing import fit_first
from stem.planning import NO_COVER, USUAL_FORMAT, Plan, phrases_of
from stem.profiles import Profile
from stem.safety import safety
from stem.studio import Stems, write_stems
from stem.tagging import ChapterMark, Tags, TimedLine, tag
from stem.takes import Takes
from stem.timeline import Timeline, place

REPLAY_GAIN_LUFS = -18.0
"""Reference level of ReplayGain 2.0."""

MIX_APART_LU = 1.0
"""How far the loudness of the whole may lie from that of the speech without a word. Long pauses alone put it
0.6 LU off; a meter that normalizes by the whole then plays the speech that much too loud."""

_BYTES_A_LETTER = 8
_TAG_ROOM_BYTES = 20_000
"""For the words, which stand in the tags twice in two bytes a letter, and for all that is small."""

_TONES = {"none", "drone", "klankschalen"}
"""Backgrounds that low bit rates and one channel do little harm; not so the others, and music."""

_DECODED_DBTP = -1.0
"""The highest true peak of a decoded file."""

_spoken = lru_cache(maxsize=4096)(spoken)
"""The same sentences are placed many times while their pauses are fitted."""

OnProgress = Callable[[str, float], None]
"""Called with the name of a stage and the share of it that is done, 0 to 1."""

OnNotice = Callable[[str], None]
"""Called with a sentence that someone must be able to read before what it tells happens."""


def no_progress(_stage: str, _share: float) -> None:
    """Keep still."""


def no_notice(_sentence: str) -> None:
    """Keep still."""


@dataclass(frozen=True, slots=True)
class Track:
    """A finished track.

    Attributes:
        path: The file.
        plan: What it was made from.
        timeline: When everything happens.
        loudness: Of the whole mix; the speech in it is at the level that was asked for.
        warnings: What a maker should know about it, as sentences.
        stems: The files of its parts, when they were asked for.
        lines: Its words in time.
        delivery: How it was written.
    """

    path: Path
    plan: Plan
    timeline: Timeline
    loudness: Loudness
    warnings: tuple[str, ...] = ()
    stems: tuple[Path, ...] = ()
    lines: tuple[Line, ...] = ()
    delivery: Delivery | None = None


def make_track(
    plan: Plan,
    target: Path,
    *,
    overwrite: bool = False,
    with_stems: bool = False,
    on_progress: OnProgress = no_progress,
    on_notice: OnNotice = no_notice,
) -> Track:
    """Make the track and give it its name when it is whole.

    Args:
        plan: From `plan_track`.
        target: The file; when it exists and `overwrite` is not set, the next free name is taken.
        overwrite: Replace what is there.
        with_stems: Write voice, bed and bells beside it too.
        on_progress: Called now and then.
        on_notice: Called before text leaves the machine.

    Raises:
        StemError: EngineError, AudioError or OutputError; nothing stands under the final name then.
    """
    with temporary_beside(target) as temporary, Takes() as takes:
        sweep(target.parent)
        # The bed first: making one takes more memory than all that follows, and together they take 460 MB.
        bed = _bed(plan)
        plan = speak(plan, takes, on_progress, on_notice)
        mix = mixed(plan, takes, bed)
        warned = for_whom(plan, units.seconds(mix.timeline.frames))
        lines = _lines(mix.timeline, takes)
        told = _tags(plan, warned, lines)
        delivery = _delivery(plan, mix, told)
        loudness = _encode(mix, plan.profile, delivery, temporary, on_progress)
        told = replace(told, peak=units.gain(loudness.true_peak_dbtp))
        tag(temporary, told, _chapter_marks(mix.timeline), delivery.format)
        check_before_publishing(temporary, mix.timeline, loudness)
        path = give_name(temporary, target, overwrite=overwrite)
        stems = _stems(plan, mix, path, overwrite=overwrite) if with_stems else Stems(())
    apart = () if plan.template is None else _levels_apart(mix.levels, loudness)
    return Track(
        path,
        plan,
        mix.timeline,
        loudness,
        (*warned, *plan.remarks, *_bed_remarks(bed), *apart, *stems.remarks),
        stems.paths,
        lines,
        delivery,
    )


def _bed(plan: Plan) -> Bed:
    return load_bed(plan.bed, plan.seed, start_s=plan.bed_start_s, once=plan.bed_once)


def _stems(plan: Plan, mix: Mix, track: Path, *, overwrite: bool) -> Stems:
    ceiling = plan.profile.ceiling_dbtp
    return write_stems(mix, track.parent, track.stem, ceiling_dbtp=ceiling, overwrite=overwrite)


def speak(
    plan: Plan, takes: Takes, on_progress: OnProgress = no_progress, on_notice: OnNotice = no_notice
) -> Plan:
    """Speak the plan into `takes`; return it with its pauses fitted to the length wanted, and with remarks.

    Raises:
        StemError: EngineError, UnreachableLengthError, or OutputError.
    """
    company = _company(plan)

    def lengths_of(phrases: Sequence[str]) -> Mapping[str, int]:
        fresh = [phrase for phrase in phrases if phrase not in takes.frames_of]
        for told in dict.fromkeys((*company.programs(fresh), *map(str, company.sendings(fresh)))):
            on_notice(told)
        for voice, speaker, said in company.parts(phrases):
            takes.record(said, speaker, voice, lambda done, total: on_progress("speaking", done / total))
        return takes.frames_of

    plan = _paced(plan, lengths_of)
    return replace(plan, remarks=company.remarks(plan.phrases))


def _company(plan: Plan) -> Company:
    return Company(plan.voices, plan.lexicon, plan.terms)


def mixed(plan: Plan, takes: Takes, bed: Bed) -> Mix:
    """Lay what was spoken on its background; the mix reads from `takes` while it lasts.

    Raises:
        ScriptError: when a breath is too short for its word.
    """
    takes.level(plan.phrases, plan.profile.levels.speech_lufs)
    timeline = timeline_of(plan, plan.cues, takes.frames_of)
    return Mix(timeline, takes.read, bed, bell(plan.bell) if timeline.bells else None, plan.profile.levels)


def sound(plan: Plan, on_notice: OnNotice = no_notice) -> Samples:
    """Return a short plan's whole sound, mastered, shape (frames, 2).

    Raises:
        StemError: as `speak` and `mixed`.
    """
    bed = _bed(plan)
    with Takes() as takes:
        plan = speak(plan, takes, on_notice=on_notice)
        blocks = limited(mixed(plan, takes, bed).blocks(), plan.profile.ceiling_dbtp)
        return np.concatenate(list(blocks))


def expected_timeline(plan: Plan, *, exact: bool = False, on_notice: OnNotice = no_notice) -> Timeline:
    """Return the timeline of a plan without making the track.

    Args:
        plan: From `plan_track`.
        exact: Speak all sentences; else their lengths are estimated from the pace of the voice.
        on_notice: Called before text leaves the machine.

    Raises:
        UsageError: when all should be spoken by a voice that runs a program.
        StemError: as `speak` and `mixed`.
    """
    program = next((voice for voice in plan.voices if runs_program(voice)), None)
    if exact and program is not None:
        raise UsageError(
            f"The voice '{program.name}' runs a program, and that happens only where a track is made.",
            hint="Leave out --exact, or --audio: the times are then the expected ones.",
        )
    pace = 1.0 if program else None if exact else expected_pace(plan.voice, plan.lexicon, plan.terms)
    if pace is None:
        with Takes() as takes:
            plan = speak(plan, takes, on_notice=on_notice)
            return timeline_of(plan, plan.cues, takes.frames_of)

    recorded = house_frames(plan)

    def lengths_of(phrases: Sequence[str]) -> Mapping[str, int]:
        return {
            phrase: recorded.get(phrase) or units.frames(expected_seconds(phrase) / pace)
            for phrase in phrases
        }

    plan = _paced(plan, lengths_of)
    return timeline_of(plan, plan.cues, lengths_of(plan.phrases))


def house_frames(plan: Plan) -> Mapping[str, int]:
    """Return how many frames what a practice recorded of its own words lasts, by phrase.

    Raises:
        StemError: when a recording cannot be used.
    """
    if plan.house is None:
        return {}
    company = Company((plan.house,), plan.lexicon, plan.terms)
    with Takes() as takes:
        for voice, speaker, said in company.parts(plan.phrases):
            takes.record(said, speaker, voice, lambda _done, _total: None)
        return dict(takes.frames_of)


def remarks(plan: Plan) -> tuple[str, ...]:
    """Return, as sentences, what the voices will say otherwise than it is written; nothing is spoken for it.

    Of a voice that cannot speak here, sends text away or runs a program, nothing is known.

    Raises:
        StemError: as `speak`.
    """
    if not all(can_speak(each) and not sends_to(each) and not runs_program(each) for each in plan.voices):
        return ()
    return _company(plan).remarks(plan.phrases)


def _paced(plan: Plan, lengths_of: Callable[[Sequence[str]], Mapping[str, int]]) -> Plan:
    """Return the plan with the first text that fits the length wanted, its pauses fitted."""
    if plan.target_frames is None:
        lengths_of(plan.phrases)
        return plan

    def placer_of(cues: Sequence[Cue]) -> Callable[[Sequence[Cue]], Timeline]:
        frames_of = lengths_of(phrases_of(cues))
        return lambda changed: timeline_of(plan, changed, frames_of)

    return replace(plan, cues=fit_first(plan.texts, placer_of, plan.target_frames))


def timeline_of(plan: Plan, cues: Sequence[Cue], frames_of: Mapping[str, int]) -> Timeline:
    """Return the timeline of cues under a plan, when it is known how many frames each phrase lasts.

    Raises:
        ScriptError: when a breath is too short for its word.
    """
    return place(
        cues,
        frames_of,
        _spoken,
        title=plan.title,
        bell_frames=bell_frames(plan.bell),
        pre_roll_s=plan.profile.pre_roll_s,
        post_roll_s=plan.profile.post_roll_s,
    )


def _delivery(plan: Plan, mix: Mix, told: Tags) -> Delivery:
    """Return how the track is written: as its destination takes it, or as its format and profile say.

    Raises:
        UsageError: when it does not fit in what its destination takes.
    """
    tag_bytes = len(told.cover) + _BYTES_A_LETTER * len(told.lyrics) + _TAG_ROOM_BYTES
    if plan.destination is not None:
        noisy = is_own(plan.bed) or not set(re.findall(r"[a-z]+", plan.bed)) <= _TONES
        return chosen(plan.destination, units.seconds(mix.frames), bed_is_noise=noisy, tag_bytes=tag_bytes)
    kind = find_format(plan.format)
    kbps = plan.profile.mp3.bitrate_kbps if plan.format == USUAL_FORMAT else kind.usual_kbps
    rate = kind.rate_for(plan.profile.rate)
    return Delivery(plan.format, Settings(kbps), rate, bell=False, expected_bytes=tag_bytes)


def _encode(mix: Mix, profile: Profile, delivery: Delivery, path: Path, on_progress: OnProgress) -> Loudness:
    """Master and encode the mix in one pass; return what was measured on the way."""
    kind, channels = find_format(delivery.format), delivery.settings.channels
    ceiling = min(profile.ceiling_dbtp, _DECODED_DBTP - kind.overshoot_db)
    meter, peak = Meter(channels=channels), TruePeak(channels)
    blocks = downmixed(mix.blocks()) if channels == 1 else mix.blocks()
    kind.write(
        path,
        resampled(measured(limited(blocks, ceiling), meter, peak), delivery.rate),
        delivery.settings,
        delivery.rate,
        on_block=lambda done: on_progress("mixing", done * units.SAMPLE_RATE / delivery.rate / mix.frames),
    )
    return Loudness.of(meter, peak)


def for_whom(plan: Plan, length_s: float) -> tuple[str, ...]:
    """Return what a listener should know beforehand about a track of a plan that lasts so many seconds."""
    if plan.template is None:
        return ()
    return listener_warnings(plan.template, length_s / 60)


def _lines(timeline: Timeline, takes: Takes) -> tuple[Line, ...]:
    """Return the words in time; within long sentences by what is heard in the takes."""
    long = {utterance.phrase for utterance in timeline.utterances if is_long(utterance)}
    heard = {phrase: takes.read(phrase)[: takes.frames_of[phrase]] for phrase in sorted(long)}
    return captions(timeline, {phrase: clause_times(phrase, samples) for phrase, samples in heard.items()})


def _tags(plan: Plan, warned: tuple[str, ...], lines: tuple[Line, ...]) -> Tags:
    told = safety(plan.country)
    comment = (told.line, *warned, *_credits(plan), plan.bed_credit)
    shown = lines if plan.lyrics else ()
    public = [line if _is_public(plan, line) else replace(line, text="") for line in shown]
    return Tags(
        title=plan.title,
        artist=plan.artist,
        album=plan.album,
        track_number=plan.number,
        track_total=plan.total,
        comment=" ".join(filter(None, comment)),
        encoder=f"stem {__version__}, {'LAME' if plan.format == USUAL_FORMAT else 'FFmpeg'}",
        replay_gain_db=REPLAY_GAIN_LUFS - plan.profile.levels.speech_lufs,
        lyrics="\n".join(line.text.replace("\n", " ") for line in public if line.text),
        timed_lines=tuple(TimedLine(start_s, text) for start_s, text in timed_lines(public)),
        cover=_cover(plan),
    )


def _credits(plan: Plan) -> tuple[str, ...]:
    """Return who speaks the script: of own recordings and a voice that fills in, both when both do."""
    if plan.fill is None:
        return (plan.voice.credit,)
    said = _company(plan).parts(plan.phrases)
    return tuple(dict.fromkeys(voice.credit for voice, _, _ in said if voice is not plan.house))


def _is_public(plan: Plan, line: Line) -> bool:
    """Tell whether a line may stand where anyone can read it."""
    return plan.name_in_file or _spoken(line.sentence) not in plan.personal


def _cover(plan: Plan) -> bytes:
    if plan.cover == NO_COVER:
        return b""
    return generated(plan.title) if plan.cover is None else cover_from(Path(plan.cover))


def _bed_remarks(bed: Bed) -> tuple[str, ...]:
    return bed.remarks if isinstance(bed, OwnBed) else ()


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


def give_name(temporary: Path, target: Path, *, overwrite: bool) -> Path:
    """Give a file its name; when that is taken, the next free one, also when someone else is quicker.

    Raises:
        OutputError: when it cannot be had.
    """
    while True:
        path = target if overwrite else free_name(target)
        try:
            publish(temporary, path, overwrite=overwrite)
        except OutputError:
            if overwrite or not os.path.lexists(path):  # a link that leads nowhere is someone's too
                raise
        else:
            return path
