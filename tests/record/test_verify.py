"""A good track passes; every kind of damage is found, and says what it is."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import heard
import numpy as np
import pytest
from mutagen import id3

from stem import units
from stem.config import Config
from stem.errors import AudioError
from stem.export.mp3 import write_mp3
from stem.export.selfcheck import check_before_publishing, frames_at
from stem.export.tags import MP3, ChapterMark, Tags, tag
from stem.record.build import record_of
from stem.record.model import Record
from stem.record.verify import info, verify
from stem.script.timeline import Chapter, Timeline
from stem.sound.loudness import Loudness, Meter
from stem.track.make import Track, make_track
from stem.track.plan import plan_track
from stem.track.profiles import PROFILES
from stem.track.spec import TrackSpec

SCRIPT = '+++\ntitle = "Klein"\n+++\n## Begin\nGa rustig zitten. [pauze 0,5]\n## Einde\nKijk om je heen.\n'

FRAME = 144 * 192_000 // 44_100
"""Bytes of an MP3 frame of the profile, at least."""


@dataclass(frozen=True)
class Made:
    track: Track
    record: Record
    content: bytes

    @property
    def music(self) -> int:
        """The byte of the first MP3 frame."""
        size = self.content[6:10]
        return 10 + sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))


def make(folder: Path, profile: str = "acx") -> Made:
    """Make a track, unasked one of the shortest that there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        return _make(folder, profile)


def _make(folder: Path, profile: str) -> Made:
    (folder / "klein.j2").write_text(SCRIPT)
    spec = TrackSpec(str(folder / "klein.j2"), bed="none", voice="rustig", profile=profile)
    track = make_track(plan_track(spec, Config()), folder / "klein.mp3")
    return Made(track, record_of(track, spec, Config()), track.path.read_bytes())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("made"))


def test_a_track_is_as_its_record_says(made: Made) -> None:
    assert verify(made.track.path, made.record) == ()
    assert verify(made.track.path, None) == ()


@pytest.mark.slow
def test_a_track_at_another_rate_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = replace(PROFILES["insight-timer"], pre_roll_s=0.8, post_roll_s=0.8, closing_bell=False)
    monkeypatch.setitem(PROFILES, "insight-timer", own)  # shorter, and no bell that rings for long
    made = make(tmp_path, "insight-timer")
    assert info(made.track.path, made.record).rate == 48_000
    assert verify(made.track.path, made.record) == ()
    check_before_publishing(made.track.path, made.track.timeline, made.track.loudness)


def test_every_mp3_frame_is_counted_and_the_checksum_is_that_of_the_bytes(made: Made) -> None:
    check_before_publishing(made.track.path, made.track.timeline, made.track.loudness)


Damage = Callable[[Made], bytes]


def _flipped(made: Made) -> bytes:
    """Turn one bit over in the middle of the music, in the payload of an MP3 frame."""
    place = made.music + (len(made.content) - made.music) // 2
    while 0xFF in made.content[place - 4 : place + 4]:
        place += 1
    return made.content[:place] + bytes([made.content[place] ^ 1]) + made.content[place + 1 :]


def _flipped_table(made: Made) -> bytes:
    place = made.content.index(b"Info", made.music) + 50
    return made.content[:place] + bytes([made.content[place] ^ 1]) + made.content[place + 1 :]


def _hole(made: Made) -> bytes:
    middle = len(made.content) // 2
    return made.content[:middle] + bytes(5000) + made.content[middle + 5000 :]


def _without_a_frame(made: Made) -> bytes:
    """Take out a whole MP3 frame: what is left is sound, and nobody hears it is missing."""
    header = made.content[made.music + FRAME : made.music + FRAME + 2]
    first = made.content.index(header, len(made.content) // 2)
    second = made.content.index(header, first + FRAME)
    return made.content[:first] + made.content[second:]


def _shuffled(made: Made) -> bytes:
    """Put the second chapter in front of the first, as a library would that sorts by size."""
    first, second = (made.content.index(b"CHAP", at) for at in (0, made.content.index(b"CHAP") + 1))
    end = made.content.index(b"\xff\xfb", second)
    assert end == made.music
    return made.content[:first] + made.content[second:end] + made.content[first:second] + made.content[end:]


def _second_tag(made: Made) -> bytes:
    return made.content[: made.music] + made.content


@dataclass(frozen=True)
class Fault:
    name: str
    damage: Damage
    what: str
    found: str


FAULTS = [
    Fault("a bit", _flipped, "checksums in the MP3", "another: bytes have changed"),
    Fault("a bit of the seek table", _flipped_table, "checksums in the MP3", "another: bytes have changed"),
    Fault("a hole", _hole, "the file", "it is cut short"),
    Fault("a frame gone", _without_a_frame, "MP3 frames", ""),
    Fault("half", lambda made: made.content[: len(made.content) // 2], "the file", "it is cut short"),
    Fault("the last frame cut", lambda made: made.content[:-100], "MP3 frames", ""),
    Fault("empty", lambda _: b"", "the file", "it is empty"),
    Fault("something else", lambda _: b"<html>" * 99, "the file", "it is not a sound file that stem reads"),
    Fault("ID3v1", lambda made: made.content + b"TAG" + bytes(125), "tags", "ID3v2, ID3v1"),
    Fault("two tags", _second_tag, "tags", "ID3v2, a second ID3v2"),
    Fault("no tag", lambda made: made.content[made.music :], "tag", "none"),
    Fault("chapters shuffled", _shuffled, "order in the tag", "chapters in another order than in the track"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_damage_is_found(made: Made, tmp_path: Path, fault: Fault) -> None:
    path = tmp_path / "klein.mp3"
    path.write_bytes(fault.damage(made))
    alone = verify(path, None)
    assert any(each.what == fault.what and fault.found in each.found for each in alone), alone
    with pytest.raises(AudioError, match=r"^the file that was written: .+\.$"):
        check_before_publishing(path, made.track.timeline, made.track.loudness)


def test_one_bit_is_another_file_than_its_record_tells_of(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "klein.mp3"
    path.write_bytes(_flipped(made))
    assert ("SHA-256", True) in [(each.what, each.serious) for each in verify(path, made.record)]


def test_without_ffmpeg_nobody_is_told_to_try_again(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "klein.mp3"
    path.write_bytes(made.content)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(AudioError, match="ffmpeg cannot be started") as caught:
        check_before_publishing(path, made.track.timeline, made.track.loudness)
    assert "imageio-ffmpeg" in caught.value.hint


def test_a_decoder_alone_finds_no_turned_bit(made: Made, tmp_path: Path) -> None:
    """The control of the checksum: ffmpeg gives all frames back and says nothing."""
    path = tmp_path / "klein.mp3"
    path.write_bytes(_flipped(made))
    assert len(heard.decoded(path)) == made.track.timeline.frames


def _timeline(record: Record, **changes: object) -> Record:
    return replace(record, times=replace(record.times, **changes))  # type: ignore[arg-type]


def _louder(record: Record, decibels: float) -> Loudness:
    loudness = record.loudness
    return replace(
        loudness,
        integrated_lufs=loudness.integrated_lufs + decibels,
        momentary_max_lufs=loudness.momentary_max_lufs + decibels,
        true_peak_dbtp=loudness.true_peak_dbtp + decibels,
    )


def _gated(record: Record, decibels: float) -> Record:
    """Return the record of a track of which the whole alone was louder: other blocks passed the gate."""
    lufs = record.loudness.integrated_lufs + decibels
    return replace(record, loudness=replace(record.loudness, integrated_lufs=lufs))


@pytest.mark.parametrize(
    ("change", "whats"),
    [
        (lambda record: _timeline(record, frames=record.times.frames + 1), ["length"]),
        (lambda record: _timeline(record, chapters=record.times.chapters[:1]), ["chapters"]),
        (
            lambda record: _timeline(
                record, chapters=(Chapter("Iets anders", 0, 5), *record.times.chapters[1:])
            ),
            ["chapter"],
        ),
        (lambda record: replace(record, loudness=_louder(record, 0.15)), ["loudness"]),
        (lambda record: replace(record, loudness=_louder(record, -2.0)), ["loudness", "true peak"]),
        (lambda record: replace(record, loudness=_louder(record, 0.05)), []),
        (lambda record: _gated(record, 0.4), []),
        (lambda record: _gated(record, 0.6), ["loudness"]),
        (lambda record: replace(record, track=replace(record.track, rate=48_000)), ["sample rate"]),
        (lambda record: replace(record, track=replace(record.track, bytes=1)), ["size"]),
        (lambda record: replace(record, track=replace(record.track, sha256="0" * 64)), ["SHA-256"]),
    ],
)
def test_what_differs_from_the_record_is_found(
    made: Made, change: Callable[[Record], Record], whats: list[str]
) -> None:
    findings = verify(made.track.path, change(made.record))
    assert [each.what for each in findings] == whats
    assert all(each.serious for each in findings)


def encoded(path: Path, sound: np.ndarray) -> Path:
    write_mp3(path, [np.repeat(sound[:, None], 2, axis=1).astype(np.float32)])
    end_s = units.seconds(len(sound))
    tag(path, Tags(title="T", artist="A", album="B"), [ChapterMark("Een", 0, end_s)], MP3)
    return path


def noise(length_s: float) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(units.frames(length_s)) * 0.05


def test_a_hole_in_the_sound_is_found(tmp_path: Path) -> None:
    sound = noise(4)
    sound[units.frames(1) : units.frames(2)] = 0
    (found,) = verify(encoded(tmp_path / "a.mp3", sound), None)
    assert found.what == "nothing at all sounds"
    # The encoder's window smears the sound over 26 ms at each end of the second.
    gap_s, place = found.found.split(" s at ")
    assert float(gap_s) == pytest.approx(1.0, abs=0.1)
    assert place == "0:01"


def test_a_second_of_very_soft_noise_is_no_hole(tmp_path: Path) -> None:
    sound = noise(4)
    sound[units.frames(1) : units.frames(2)] *= units.gain(-44)  # -70 dBFS, as where there is no background
    assert verify(encoded(tmp_path / "a.mp3", sound), None) == ()


def test_long_silence_at_an_end_is_told_and_no_more(tmp_path: Path) -> None:
    sound = np.concatenate([noise(2), np.zeros(units.frames(14))])
    (found,) = verify(encoded(tmp_path / "a.mp3", sound), None)
    assert (found.what, found.serious) == ("silence at the end", False)


def test_silence_from_start_to_end_is_no_track(tmp_path: Path) -> None:
    found = verify(encoded(tmp_path / "a.mp3", np.zeros(units.frames(1))), None)
    assert ("sound", True) in [(each.what, each.serious) for each in found]


@pytest.mark.parametrize(("channels", "low"), [(2, None), (4, None), (6, 3), (8, 3)])
def test_any_number_of_channels_is_heard(tmp_path: Path, channels: int, low: int | None) -> None:
    """The same in front left and right is as loud, whatever else there is of silence or of low effects."""
    sound = np.zeros((units.frames(1), channels))
    sound[:, :2] = noise(1)[:, None]
    if low is not None:
        sound[:, low] = noise(1) * 4
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((channels, 2, units.SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(np.rint(sound * 32_767).astype("<i2").tobytes())
    facts = info(tmp_path / "a.wav", None)
    two = Meter()
    two.add(sound[:, :2].astype(np.float32))
    assert facts.channels == channels
    assert facts.loudness.integrated_lufs == pytest.approx(two.integrated(), abs=0.01)  # 16 bits
    assert verify(tmp_path / "a.wav", None) == ()


def test_a_file_whose_tags_are_unknown_is_heard_all_the_same(made: Made, tmp_path: Path) -> None:
    path = heard.converted(made.track.path, tmp_path / "klein.webm", "-vn", "-c:a", "libopus")
    facts = info(path, None)
    assert (facts.kind, facts.problem) == ("matroska", "it has no tags of a kind that stem reads")
    assert [(each.what, each.serious) for each in verify(path, None)] == [("tags", False)]
    assert ("tags", True) in [(each.what, each.serious) for each in verify(path, made.record)]


def test_a_coded_file_may_rise_above_what_went_in_and_no_track_is_lost_by_it(
    made: Made, tmp_path: Path
) -> None:
    """AAC raised the peak of a podcast on rain by 0.7 dB, which is under full scale still."""
    path = heard.converted(made.track.path, tmp_path / "klein.m4a", "-vn", "-c:a", "aac")
    loudness, peak_dbfs = info(path, None).loudness, heard_peak(path)
    check_before_publishing(path, made.track.timeline, replace(loudness, true_peak_dbtp=peak_dbfs - 0.8))
    with pytest.raises(AudioError, match="its level is"):
        check_before_publishing(path, made.track.timeline, replace(loudness, true_peak_dbtp=peak_dbfs - 2.0))


def heard_peak(path: Path) -> float:
    return units.decibels(float(np.abs(heard.decoded(path)).max()))


def test_chapters_beyond_the_end_are_found(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.mp3", noise(2))
    tag(path, Tags(title="T", artist="A", album="B"), [ChapterMark("Een", 0, 3)], MP3)
    (found,) = verify(path, None)
    assert (found.what, found.found) == ("chapters", "end at 3.000 s")


def test_other_formats_are_measured_too(made: Made, tmp_path: Path) -> None:
    path = heard.converted(
        made.track.path, tmp_path / "klein.flac", "-map_metadata", "-1", "-compression_level", "0"
    )
    whats = [each.what for each in verify(path, made.record)]
    assert whats == ["size", "SHA-256", "chapters"]  # length and loudness are as they were


def test_a_level_that_is_wrong_gets_no_name(made: Made) -> None:
    for decibels in (-2.0, -200.0):
        with pytest.raises(AudioError, match="its level is"):
            check_before_publishing(made.track.path, made.track.timeline, _louder(made.record, decibels))


def test_a_length_that_is_wrong_gets_no_name(made: Made) -> None:
    longer = Timeline(made.track.timeline.frames + 1, (), (), (), ())
    with pytest.raises(AudioError, match=r"it has [\d,]+ frames instead of [\d,]+"):
        check_before_publishing(made.track.path, longer, made.track.loudness)


def test_frames_at_another_rate_are_rounded_as_when_they_were_made() -> None:
    assert frames_at(44_100, 44_100) == 44_100
    assert frames_at(44_100, 48_000) == 48_000
    assert frames_at(1, 48_000) == 1


def test_what_there_is_to_know(made: Made) -> None:
    facts = info(made.track.path, made.record)
    assert (facts.kind, facts.rate, facts.channels) == ("mp3", 44_100, 2)
    assert facts.bytes == len(made.content)
    assert facts.seconds == units.seconds(made.track.timeline.frames)
    frames = made.track.timeline.frames
    assert facts.kbps == pytest.approx(192, rel=3 * 1152 / frames)  # the Info frame, delay and padding
    assert facts.loudness.integrated_lufs == pytest.approx(made.track.loudness.integrated_lufs, abs=0.02)
    assert facts.told.tags.title == "Klein"
    assert [chapter.title for chapter in facts.told.chapters] == ["Begin", "Einde"]
    assert facts.record is made.record


def test_a_file_that_is_gone_is_one_finding(tmp_path: Path) -> None:
    (found,) = verify(tmp_path / "weg.mp3", None)
    assert found.found == "it cannot be read (No such file or directory)"
    with pytest.raises(AudioError, match="it cannot be read"):
        info(tmp_path / "weg.mp3", None)


def test_a_foreign_tag_of_another_version_is_told(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.mp3", noise(2))
    tags = id3.ID3(path)
    tags.save(path, v2_version=4)
    assert [(each.what, each.found, each.serious) for each in verify(path, None)] == [
        ("tag", "ID3v2.4", False)
    ]
