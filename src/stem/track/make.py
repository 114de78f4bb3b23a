"""From a plan to a finished track: takes, timeline, mix, master, MP3, tags, one file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from stem import units
from stem.export.captions import Line
from stem.export.destinations import Delivery, chosen
from stem.export.formats import Settings, downmixed, find_format
from stem.export.selfcheck import check_before_publishing
from stem.export.stems import Stems, write_stems
from stem.export.tags import Tags, tag
from stem.files import give_name, sweep, temporary_beside
from stem.script.timeline import Timeline
from stem.sound.beds import Bed, OwnBed
from stem.sound.clips import resampled
from stem.sound.limiter import limited
from stem.sound.loudness import Loudness, Meter, measured
from stem.sound.mixing import Levels, Mix
from stem.sound.segments import AudioSegment, segment_of
from stem.sound.true_peak import TruePeak
from stem.track.labels import chapter_marks, lines_of, tags_of
from stem.track.plan import Plan
from stem.track.preview import for_whom
from stem.track.profiles import Profile
from stem.track.stages import (
    OnNotice,
    OnProgress,
    bed_of,
    mixed,
    no_notice,
    no_progress,
    speak,
)
from stem.track.target import USUAL_FORMAT
from stem.voices.takes import Takes

MIX_APART_LU = 1.0
"""How far the loudness of the whole may lie from that of the speech without a word. Long pauses alone put it
0.6 LU off; a meter that normalizes by the whole then plays the speech that much too loud."""

_BYTES_A_LETTER = 8
_TAG_ROOM_BYTES = 20_000
"""For the words, which stand in the tags twice in two bytes a letter, and for all that is small."""

_DECODED_DBTP = -1.0
"""The highest true peak of a decoded file."""


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

    def audio(self) -> AudioSegment:
        """Return the track's sound as a pydub AudioSegment, decoded from its file.

        Raises:
            AudioError: when the file is gone, or is no longer what was written.
        """
        return segment_of(self.path, units.seconds(self.timeline.frames) + 1)


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
        bed = bed_of(plan)
        plan = speak(plan, takes, on_progress, on_notice)
        mix = mixed(plan, takes, bed)
        warned = for_whom(plan, units.seconds(mix.timeline.frames))
        lines = lines_of(mix.timeline, takes)
        told = tags_of(plan, warned, lines)
        delivery = _delivery(plan, mix, told)
        loudness = _encode(mix, plan.profile, delivery, temporary, on_progress)
        told = replace(told, peak=units.gain(loudness.true_peak_dbtp))
        tag(temporary, told, chapter_marks(mix.timeline), find_format(delivery.format).tagging)
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


def _stems(plan: Plan, mix: Mix, track: Path, *, overwrite: bool) -> Stems:
    ceiling = plan.profile.ceiling_dbtp
    return write_stems(mix, track.parent, track.stem, ceiling_dbtp=ceiling, overwrite=overwrite)


def _delivery(plan: Plan, mix: Mix, told: Tags) -> Delivery:
    """Return how the track is written: as its destination takes it, or as its format and profile say.

    Raises:
        UsageError: when it does not fit in what its destination takes.
    """
    tag_bytes = len(told.cover) + _BYTES_A_LETTER * len(told.lyrics) + _TAG_ROOM_BYTES
    if plan.destination is not None:
        length_s = units.seconds(mix.frames)
        return chosen(plan.destination, length_s, bed_is_noise=plan.bed.is_noise, tag_bytes=tag_bytes)
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
