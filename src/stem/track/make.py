"""From a plan to a finished track: takes, timeline, mix, master, MP3, tags, one file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from stem import units
from stem.export.captions import Line
from stem.export.destinations import Delivery
from stem.export.formats import find_format
from stem.export.selfcheck import check_before_publishing
from stem.export.stems import EncodedStems, Stems, encoded_stems
from stem.export.tags import tag
from stem.files import free_name, give_name, output_error, sweep, temporary_beside
from stem.memory import enough, hold_on
from stem.messages import Message
from stem.progress import Events, beat, beside, counting, part, stage
from stem.script.timeline import Timeline
from stem.sound.beds import Bed, OwnBed
from stem.sound.loudness import Loudness
from stem.sound.mastering import Master
from stem.sound.mixing import Levels, Mix
from stem.sound.segments import AudioSegment, read_segment
from stem.track.delivery import delivery, tag_bytes
from stem.track.labels import chapter_marks, cover_of, lines_of, tags_of
from stem.track.plan import Plan
from stem.track.preview import for_whom
from stem.track.profiles import Profile
from stem.track.ready import check_ready
from stem.track.stages import (
    OnNotice,
    bed_of,
    mixed,
    no_notice,
    speak,
)
from stem.voices.piece_cache import PieceCache
from stem.voices.takes import Takes

MIX_APART_LU = 1.0
"""How far the loudness of the whole may lie from that of the speech without a word. Long pauses alone put it
0.6 LU off; a meter that normalizes by the whole then plays the speech that much too loud."""

_DECODED_DBTP = -1.0
"""The highest true peak of a decoded file."""


@dataclass(frozen=True, slots=True)
class Track:
    """A finished track.

    Example:
        >>> track = project.make(project.plan(stem.TrackSpec("kort", voice="zacht", bed="none")))
        >>> track.path.name, len(track.timeline.utterances), track.audio().channels
        ('kort.mp3', 2, 2)

    Attributes:
        path: The file.
        plan: What it was made from.
        timeline: When everything happens.
        loudness: Of the whole mix; the speech in it is at the level that was asked for.
        warnings: What a maker should know about it, as sentences.
        stems: The files of its parts, when they were asked for.
        lines: Its words in time.
        delivery: How it was written.
        beside: The files that were written beside it: captions, a picture, its record.
        remembered: The names of what is remembered of its sound, by which it can be removed.
    """

    path: Path
    plan: Plan
    timeline: Timeline
    loudness: Loudness
    warnings: tuple[str, ...] = ()
    stems: tuple[Path, ...] = ()
    lines: tuple[Line, ...] = ()
    delivery: Delivery | None = None
    beside: tuple[Path, ...] = ()
    remembered: tuple[str, ...] = ()

    def audio(self) -> AudioSegment:
        """Return the sound of its file as pydub has it, to go on with.

        Raises:
            AudioError: when the file is gone, or is no sound any more.
        """
        return read_segment(self.path)


def make_track(
    plan: Plan,
    target: Path,
    *,
    overwrite: bool = False,
    with_stems: bool = False,
    events: Events = None,
    on_notice: OnNotice = no_notice,
) -> Track:
    """Make the track and give it its name when it is whole.

    Args:
        plan: From `plan_track`.
        target: The file; when it exists and `overwrite` is not set, the next free name is taken.
        overwrite: Replace what is there.
        with_stems: Write voice, bed and bells beside it too.
        events: Called at once, and then several times a second; see `progress`.
        on_notice: Called before text leaves the machine.

    Raises:
        Cancelled: when `events` wants it stopped; what it raises itself comes out as it is.
        StemError: EngineError, AudioError or OutputError; nothing stands under the final name then.
    """
    hold_on()
    with enough(Message("the track")), ExitStack() as lent:
        with stage(events, "bed"):
            check_ready(plan)
            temporary = lent.enter_context(_begun(target))
            bed_made = lent.enter_context(_bed_beside(plan))
            cover = lent.enter_context(beside(lambda: cover_of(plan)))
        with stage(events, "speech"):
            takes = lent.enter_context(Takes())
            with part(0, 2):
                plan = speak(plan, takes, on_notice)
            with part(1, 2):
                bed = bed_made()
        with stage(events, "mix"):
            mix = mixed(plan, takes, bed)
            warned = for_whom(plan, units.seconds(mix.timeline.frames))
            lines = lines_of(mix.timeline, takes)
            told = tags_of(plan, warned, lines, cover())
            written = delivery(plan, units.seconds(mix.frames), tag_bytes(told))
            keeper = PieceCache() if plan.spec is not None and plan.terms.remember else None
            loudness, rms_db = _encode(mix, plan.profile, written, temporary, keeper)
        with stage(events, "check"):
            told = replace(told, peak=units.gain(loudness.true_peak_dbtp))
            tag(temporary, told, chapter_marks(mix.timeline), find_format(written.format).tagging)
            check_before_publishing(temporary, mix.timeline, loudness)
        with stage(events, "files"):
            parts = lent.enter_context(_parts(plan, mix, target, overwrite=overwrite)) if with_stems else None
        # From here on nothing can be stopped: what is whole gets its name.
        path = give_name(temporary, target, overwrite=overwrite)
        stems = parts.publish(path, overwrite=overwrite) if parts else Stems(())
    apart = () if plan.template is None else _levels_apart(mix.levels, loudness)
    return Track(
        path,
        plan,
        mix.timeline,
        loudness,
        (
            *warned,
            *plan.remarks,
            *_bed_remarks(bed),
            *apart,
            *_rms_missed(plan.profile, rms_db),
            *stems.remarks,
        ),
        stems.paths,
        lines,
        written,
        remembered=tuple(sorted(keeper.names)) if keeper else (),
    )


@contextmanager
def _begun(target: Path) -> Iterator[Path]:
    """Lend an empty temporary file beside a target: a folder that cannot be written is found out at once.

    Raises:
        OutputError: when the system refuses.
    """
    with temporary_beside(target) as temporary:
        sweep(target.parent)
        try:
            temporary.touch(exist_ok=False)
        except OSError as error:
            raise output_error(temporary, error) from error
        yield temporary


@contextmanager
def _bed_beside(plan: Plan) -> Iterator[Callable[[], Bed]]:
    """Lend what waits for the background, which is made beside the speech.

    Music is read at once: when it cannot be used, nothing is spoken, or sent away, in vain.
    """
    if plan.bed.layers:
        with beside(lambda: bed_of(plan)) as made:
            yield made
    else:
        bed = bed_of(plan)
        yield lambda: bed


def _parts(plan: Plan, mix: Mix, target: Path, *, overwrite: bool) -> AbstractContextManager[EncodedStems]:
    path = target if overwrite else free_name(target)
    return encoded_stems(mix, path, ceiling_dbtp=plan.profile.ceiling_dbtp, overwrite=overwrite)


def _encode(
    mix: Mix, profile: Profile, delivery: Delivery, path: Path, keeper: PieceCache | None
) -> tuple[Loudness, float]:
    """Master and encode the mix in one pass; return what was measured on the way, and the RMS in dB."""
    kind, channels = find_format(delivery.format), delivery.settings.channels
    ceiling = min(profile.ceiling_dbtp, _DECODED_DBTP - kind.overshoot_db)
    master = Master(mix, ceiling, channels, delivery.rate, keeper if kind.demuxer == "mp3" else None)
    with counting(master.share):
        kind.write(path, master, delivery.settings, delivery.rate, on_block=lambda _done: beat())
    return master.loudness(), master.rms_db()


def _bed_remarks(bed: Bed) -> tuple[str, ...]:
    return bed.remarks if isinstance(bed, OwnBed) else ()


def _rms_missed(profile: Profile, rms_db: float) -> tuple[str, ...]:
    """Return a warning when the RMS of the whole is not what who publishes such tracks takes."""
    low, high = profile.rms_db or (-math.inf, math.inf)
    if low <= rms_db <= high:
        return ()
    missed = Message(
        "The RMS of the whole is {rms:.1f} dB, and who publishes it asks for {low:g} to {high:g} dB"
        "{shorter}.",
        rms=rms_db,
        low=low,
        high=high,
        shorter=Message(": shorter pauses bring it there") if rms_db < low else "",
    )
    return (missed,)


def _levels_apart(levels: Levels, loudness: Loudness) -> tuple[str, ...]:
    """Return a warning when the whole and its speech differ much in loudness."""
    apart_lu = loudness.integrated_lufs - levels.speech_lufs
    if abs(apart_lu) <= MIX_APART_LU:
        return ()
    warning = Message(
        "The whole reads {whole_lufs:.1f} LUFS and its speech {speech_lufs:.1f}: "
        "where files are made equally loud as a whole, this speech will be {off_db:+.1f} dB off.",
        whole_lufs=loudness.integrated_lufs,
        speech_lufs=levels.speech_lufs,
        off_db=-apart_lu,
    )
    return (warning,)
