"""Takes are spoken once, kept out of memory, and levelled as a whole."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from stem import units
from stem.cli.output import in_options
from stem.errors import SynthesisError
from stem.files import cache_folder
from stem.sound.clips import Clip, Samples, conform, trimmed
from stem.sound.filters import Compressor, Deesser, Filter, Highpass, Lowshelf, Peak, Room, apply_chain
from stem.sound.stretch import shifted, stretched
from stem.voices import takes as takes_module
from stem.voices.cache_folder import clear_speech_cache, forget_entries
from stem.voices.engines import Traits
from stem.voices.speakers import Speaker
from stem.voices.takes import CORRECTION_LIMIT_DB, TREATMENT, Measures, Takes
from stem.voices.template import VoiceTemplate, find_voice

ENGINE_RATE = 22_050


class Reciter:
    """A small real engine: every phrase is a hum, as long as its text and as loud as its first digit says."""

    name = "reciter"
    traits = Traits()
    version = "1"

    def __init__(self) -> None:
        self.said: list[str] = []
        self._lock = threading.Lock()

    def remarks(self, phrase: str, voice: VoiceTemplate) -> tuple[str, ...]:
        return ()

    def check(self) -> None:
        """It can always hum."""

    def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
        if phrase == "kapot":
            raise SynthesisError(self.name, phrase, "it is broken")
        with self._lock:
            self.said.append(phrase)
        digits = [int(character) for character in phrase if character.isdigit()]
        level = units.gain(-20.0 - (digits[0] if digits else 0))
        time = np.arange(ENGINE_RATE * max(1, len(phrase) // 8)) / ENGINE_RATE
        hum = np.sin(2 * np.pi * 220 * time) * (0.7 + 0.3 * np.sin(2 * np.pi * 3 * time))
        return trimmed(Clip((level * hum).astype(np.float32)[:, np.newaxis], ENGINE_RATE))


@pytest.fixture
def dry_voice(tmp_path: Path) -> VoiceTemplate:
    """A voice without a chain: what is measured is what was hummed."""
    path = tmp_path / "hum.toml"
    path.write_text(
        'title = "Hum"\nsummary = "-"\nengine = "espeak"\nsex = "male"\n'
        'voice = "hum"\ncredit = "-"\n[settings]\n',
        encoding="utf-8",
    )
    return find_voice(str(path))


def quiet(_done: int, _total: int) -> None:
    """No progress."""


def as_played(samples: np.ndarray) -> np.ndarray:
    return np.repeat(samples, 2, axis=1).astype(np.float64)


def test_each_phrase_is_spoken_once_and_progress_is_told(dry_voice: VoiceTemplate) -> None:
    reciter = Reciter()
    told: list[tuple[int, int]] = []
    with Takes() as takes:
        takes.record(["een", "twee", "een", "drie"], Speaker(dry_voice, reciter), lambda *at: told.append(at))
        takes.record(["twee", "vier"], Speaker(dry_voice, reciter), quiet)
        assert sorted(reciter.said) == ["drie", "een", "twee", "vier"]
        assert told == [(1, 3), (2, 3), (3, 3)]
        assert set(takes.frames_of) == {"een", "twee", "drie", "vier"}


def test_the_speech_of_a_track_is_at_its_target_by_another_meter(dry_voice: VoiceTemplate) -> None:
    phrases = [
        "een hele gewone zin van een regel",
        "zin 1 is wat zachter",
        "zin 2 is nog wat zachter dan dat",
    ]
    spoken = [phrases[0], phrases[1], phrases[0], phrases[2]]
    with Takes() as takes:
        takes.record(phrases, Speaker(dry_voice, Reciter()), quiet)
        takes.level(spoken, -18.0)
        whole = np.concatenate(
            [as_played(takes.read(phrase)[: takes.frames_of[phrase]]) for phrase in spoken]
        )
    # Blocks that lie across two utterances count for the other meter and not for ours: a few of hundreds.
    meter = pyloudnorm.Meter(units.SAMPLE_RATE, filter_class="DeMan")
    assert meter.integrated_loudness(whole) == pytest.approx(-18.0, abs=0.15)


def test_an_utterance_is_moved_towards_the_others_but_never_far(dry_voice: VoiceTemplate) -> None:
    near, far, middle = "zin 1 en nog wat woorden", "zin 9 en nog wat woorden", "zin 2 en nog wat woorden"
    with Takes() as takes:
        takes.record([near, far, middle], Speaker(dry_voice, Reciter()), quiet)
        takes.level([near, far, middle], -18.0)
        meter = pyloudnorm.Meter(units.SAMPLE_RATE, filter_class="DeMan")
        level = {
            phrase: meter.integrated_loudness(as_played(takes.read(phrase))) for phrase in (near, far, middle)
        }
    assert level[near] == pytest.approx(level[middle], abs=0.05)
    assert level[middle] - level[far] == pytest.approx(7.0 - CORRECTION_LIMIT_DB, abs=0.1)


def test_a_text_that_was_tried_and_dropped_does_not_count(dry_voice: VoiceTemplate) -> None:
    said = ["zin 1 en nog wat woorden", "zin 2 en nog wat woorden"]
    with Takes() as alone, Takes() as among:
        alone.record(said, Speaker(dry_voice, Reciter()), quiet)
        dropped = ["zin 9 en nog wat woorden", "zin 8 en nog wat woorden"]
        among.record([*said, *dropped], Speaker(dry_voice, Reciter()), quiet)
        alone.level(said, -18.0)
        among.level(said, -18.0)
        for phrase in said:
            assert np.array_equal(alone.read(phrase), among.read(phrase))


def test_where_words_were_changed_the_others_sound_as_they_did(dry_voice: VoiceTemplate) -> None:
    stays, was, now = (f"zin {number} en nog wat woorden" for number in (1, 2, 5))
    with Takes() as before, Takes() as after:
        for takes in (before, after):
            takes.record([stays, was, now], Speaker(dry_voice, Reciter()), quiet)
        before.level([stays, was], -18.0)
        after.level([stays, now], -18.0, [stays, was])
        assert np.array_equal(before.read(stays), after.read(stays))
        meter = pyloudnorm.Meter(units.SAMPLE_RATE, filter_class="DeMan")
        level = [meter.integrated_loudness(as_played(after.read(phrase))) for phrase in (stays, now)]
    assert level[0] - level[1] == pytest.approx(5 - 1 - CORRECTION_LIMIT_DB - 0.5, abs=0.1)


def test_a_phrase_that_fails_stops_the_recording_with_its_name(dry_voice: VoiceTemplate) -> None:
    with Takes() as takes, pytest.raises(SynthesisError, match="kapot"):
        takes.record(["een", "kapot", *(f"zin {n}" for n in range(50))], Speaker(dry_voice, Reciter()), quiet)


def test_a_phrase_too_short_to_measure_keeps_the_common_gain(dry_voice: VoiceTemplate) -> None:
    with Takes() as takes:
        takes.record(["een hele gewone zin van een regel"], Speaker(dry_voice, Reciter()), quiet)
        takes.level(["een hele gewone zin van een regel"], -18.0)
        assert np.isfinite(takes.read("een hele gewone zin van een regel")).all()
        assert takes.read("een hele gewone zin van een regel").dtype == np.float32


def test_each_voice_of_a_track_is_brought_to_the_same_level(dry_voice: VoiceTemplate) -> None:
    """The second voice is 8 dB softer and stands 3 dB above the first by its own template."""
    other = replace(dry_voice, engine="recordings", level=3.0)  # of the same name
    near, far = ["zin 1 en nog wat woorden", "een andere zin 1"], ["zin 9 en nog wat woorden"]
    meter = pyloudnorm.Meter(units.SAMPLE_RATE, filter_class="DeMan")
    with Takes() as takes:
        takes.record(near, Speaker(dry_voice, Reciter()), quiet)
        takes.record([*near, *far], Speaker(other, Reciter()), quiet)
        takes.level([*near, *far], -18.0)
        level = [meter.integrated_loudness(as_played(takes.read(phrase))) for phrase in (near[0], far[0])]
    assert level == pytest.approx([-18.0, -15.0], abs=0.15)


def test_an_engine_says_how_many_phrases_it_bears_at_once(dry_voice: VoiceTemplate) -> None:
    class Shy(Reciter):
        traits = Traits(at_once=1)
        busy = 0
        most = 0

        def speak(self, phrase: str, voice: VoiceTemplate) -> Clip:
            with self._lock:
                self.busy += 1
                self.most = max(self.most, self.busy)
            time.sleep(0.002)
            clip = super().speak(phrase, voice)
            with self._lock:
                self.busy -= 1
            return clip

    shy = Shy()
    with Takes() as takes:
        takes.record([f"zin {n}" for n in range(8)], Speaker(dry_voice, shy), quiet)
    assert shy.most == 1


def test_a_failure_says_how_much_is_ready(dry_voice: VoiceTemplate) -> None:
    class OneByOne(Reciter):
        traits = Traits(at_once=1)

    with Takes() as takes, pytest.raises(SynthesisError) as failure:
        takes.record(["een", "twee", "kapot", "drie"], Speaker(dry_voice, OneByOne()), quiet)
    assert in_options(failure.value.hint) == "2 of 4 phrases are ready; the same command goes on."


# --- what is known of a remembered clip


@dataclass(frozen=True)
class Counted:
    """A filter that halves, and counts the clips that come by."""

    clips: list[int] = field(repr=False)

    def apply(self, samples: Samples, rate: int) -> Samples:
        self.clips.append(len(samples))
        return samples * np.float32(0.5)


ROOM = Room(t60_s=0.2, predelay_ms=5, low_hz=200, high_hz=6000, level_db=-20, seed=1)
PHRASES = ["zin 1 en nog wat woorden", "zin 3, en een heel andere", "ja"]


def levelled(speaker: Speaker) -> list[tuple[int, bytes]]:
    """Record, level and read: the length and the sound of each phrase."""
    with Takes() as takes:
        takes.record(PHRASES, speaker, quiet)
        takes.level([*PHRASES, PHRASES[0]], -18.0)
        return [(takes.frames_of[phrase], takes.read(phrase).tobytes()) for phrase in PHRASES]


def chained(voice: VoiceTemplate) -> tuple[VoiceTemplate, list[int]]:
    clips: list[int] = []
    return replace(voice, chain=(Counted(clips), Highpass(70), ROOM)), clips


def test_of_what_is_remembered_nothing_is_made_again(dry_voice: VoiceTemplate) -> None:
    voice, clips = chained(dry_voice)
    alone = levelled(Speaker(voice, Reciter(), remember=False))
    assert levelled(Speaker(voice, Reciter())) == alone  # and now it is remembered
    clips.clear()
    speaker = Speaker(voice, Reciter())
    engine = speaker.clips
    assert engine is not None
    with Takes() as takes:
        takes.record(PHRASES, speaker, quiet)
        takes.level([*PHRASES, PHRASES[0]], -18.0)
        lengths = takes.frames_of
        assert (clips, engine.made, engine.remembered) == ([], 0, 0)
        read = [(lengths[phrase], takes.read(phrase).tobytes()) for phrase in PHRASES]
        assert takes.read(PHRASES[1]).tobytes() == read[1][1]
        assert (clips, engine.made, engine.remembered) == ([], 0, 0)  # not even the clips were read
    assert read == alone


def test_what_is_known_is_of_one_treatment(dry_voice: VoiceTemplate, monkeypatch: pytest.MonkeyPatch) -> None:
    voice, clips = chained(dry_voice)

    def measured_again(changed: VoiceTemplate) -> bool:
        """Whether the chain runs for it before anything is read."""
        clips.clear()
        with Takes() as takes:
            takes.record(PHRASES, Speaker(changed, Reciter()), quiet)
        return bool(clips)

    assert measured_again(voice)
    assert not measured_again(voice)
    assert not measured_again(replace(voice, name="anders", level=3.0, speed=1))  # of no effect on a clip
    for other in (
        replace(voice, chain=(*voice.chain, Highpass(80))),
        replace(voice, chain=voice.chain[:-1]),
        replace(voice, speed=0.9),
        replace(voice, pitch=-1.0),
        voice,  # one treatment is remembered: the last
    ):
        assert measured_again(other)
        assert not measured_again(other)
        assert levelled(Speaker(other, Reciter())) == levelled(Speaker(other, Reciter(), remember=False))
    monkeypatch.setattr(takes_module, "TREATMENT", TREATMENT + 1)
    assert measured_again(voice)


def test_speed_that_the_engine_makes_is_no_treatment(dry_voice: VoiceTemplate) -> None:
    class Quick(Reciter):
        traits = Traits(speed=True, pitch=True)

    voice, clips = chained(dry_voice)
    slow = replace(voice, speed=0.9, pitch=1.0)
    levelled(Speaker(voice, Quick()))
    levelled(Speaker(slow, Quick()))  # other clips, each with its own note
    clips.clear()
    with Takes() as takes:
        takes.record(PHRASES, Speaker(voice, Quick()), quiet)
        takes.record(["nieuw"], Speaker(slow, Quick()), quiet)
    assert len(clips) == 1


@pytest.mark.parametrize("what", ["clip", "note", "sound", "all"])
@pytest.mark.parametrize("how", ["gone", "torn", "rubbish"])
def test_what_is_damaged_is_made_again(dry_voice: VoiceTemplate, what: str, how: str) -> None:
    voice, clips = chained(dry_voice)
    alone = levelled(Speaker(voice, Reciter()))
    for path in cache_folder("speech").glob("[0-9a-f]*"):
        if what not in ("all", path.suffix[1:] or "clip"):
            continue
        if how == "gone":
            path.unlink()
        else:
            content = path.read_bytes()
            path.write_bytes(content[:-8] if how == "torn" else content[:-8] + b"\xff" * 8)
    assert levelled(Speaker(voice, Reciter())) == alone
    clips.clear()
    with Takes() as takes:
        takes.record(PHRASES, Speaker(voice, Reciter()), quiet)
    assert clips == []  # and remembered for the next time


def test_a_clip_that_goes_between_measuring_and_mixing_is_spoken_again(dry_voice: VoiceTemplate) -> None:
    voice, _ = chained(dry_voice)
    alone = levelled(Speaker(voice, Reciter()))
    reciter = Reciter()
    speaker = Speaker(voice, reciter)
    with Takes() as takes:
        takes.record(PHRASES, speaker, quiet)
        takes.level([*PHRASES, PHRASES[0]], -18.0)
        clear_speech_cache()  # as another process would
        assert [(takes.frames_of[phrase], takes.read(phrase).tobytes()) for phrase in PHRASES] == alone
    assert sorted(reciter.said) == sorted(PHRASES)


def test_who_forgets_a_phrase_forgets_what_is_known_of_it(dry_voice: VoiceTemplate) -> None:
    speaker = Speaker(dry_voice, Reciter())
    levelled(speaker)
    assert speaker.clips is not None
    assert forget_entries(speaker.clips.entry_names(PHRASES, dry_voice)) == (3, 0)
    assert {path.name for path in cache_folder("speech").iterdir()} == {"key", "locks"}


def test_measures_come_back_exactly() -> None:
    powers = np.random.default_rng(1).random(40)
    for each in (Measures(2**33, powers), Measures(1, powers[:0])):
        back = Measures.unpacked(each.packed())
        assert back.frames == each.frames
        assert np.array_equal(back.powers, each.powers)
        assert back.powers.dtype == np.float64


EVERY_KIND: tuple[Filter, ...] = (
    Highpass(70),
    Lowshelf(180, -1.5),
    Peak(3200, 1.5),
    Deesser(5500, -12, 3, 1, 40),
    Compressor(-3, 2, 10, 150),
    ROOM,
)


def test_treatment_is_raised_when_a_clip_comes_out_otherwise() -> None:
    """These figures were written down with `TREATMENT` 1; who changes one of them raises it.

    Otherwise a clip that is remembered would be levelled by what it was before. Other libraries and machines
    round otherwise: by far less than a tenth of a percent.
    """
    times = np.arange(22_050) / 22_050
    hum = np.sin(2 * np.pi * 220 * times) * np.sin(2 * np.pi * 2 * times) ** 2 + 0.1 * np.sin(4e4 * times)
    clip = conform(shifted(stretched(Clip(hum.astype(np.float32)[:, np.newaxis], 22_050), 0.9), 1.0))
    measures = Measures.of(clip.frames, apply_chain(EVERY_KIND, clip.samples, clip.rate))
    told = (TREATMENT, measures.frames, len(measures.powers), *measures.powers[[0, 3, -1]])
    assert told == pytest.approx((1, 49_000, 8, 0.279412, 0.320385, 0.270612), rel=1e-3)
