"""Own recordings: the right file for each sentence, joints and loudness as of any voice, faults by file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray
from soundfiles import wav
from studio import LEVEL, RATE, Sound, click, level_where_it_sounds, recorded, room, silence, speech, write

from stem import units
from stem.cli.output import in_options
from stem.errors import AudioError, ConfigError, SynthesisError
from stem.sound.clips import Clip, conform
from stem.sound.decoding import decode
from stem.sound.filters import apply_chain
from stem.voices.engines.espeak import Espeak
from stem.voices.recordings.cleaning import TARGET_LUFS, UnusableError, cleaned, voice_channel, window_powers
from stem.voices.recordings.engine import Recordings, missing_error, recorded_numbers, voice_of
from stem.voices.recordings.sheets import INDEX_NAME, SheetLine, as_index
from stem.voices.speakers import Speaker
from stem.voices.takes import Takes
from stem.voices.template import VoiceTemplate, find_voice

WELCOME = "Welkom."
LONG = "Straks sta je in gedachten tegenover iemand die rustig is."
COMMA = "Misschien bij je voeten, of bij je rug."
GROUND = "De grond doet dat al."
IN = "In."
LINES = tuple(SheetLine(n, text, text) for n, text in enumerate([WELCOME, LONG, COMMA, GROUND, IN], start=1))

FORMATS: dict[str, tuple[str, ...]] = {
    "m4a": ("-c:a", "aac", "-b:a", "64k"),
    "mp3": ("-q:a", "4"),
    "opus": ("-c:a", "libopus", "-b:a", "24k", "-ar", "16000"),
    "flac": (),
    "ogg": ("-c:a", "libvorbis"),
    "wav": ("-c:a", "pcm_s24le", "-ar", "96000"),
    "aac": ("-c:a", "aac"),
    "webm": ("-c:a", "libopus"),
}


def clip_of(sound: Sound, rate: int = RATE) -> Clip:
    return Clip(sound.astype(np.float32).reshape(len(sound), -1), rate)


def loudness(sound: NDArray[np.floating], rate: int) -> float:
    """Return the loudness in LUFS as played on two channels; of a short sound, while it goes on and on."""
    sound = np.asarray(sound, np.float64).reshape(-1, 1)
    played = np.repeat(np.resize(sound, (max(len(sound), 2 * rate), 1)), 2, axis=1)
    return float(pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(played))


def sounding(clip: Clip) -> NDArray[np.float32]:
    """Return what lies between the joints."""
    return clip.samples[units.frames(0.020, clip.rate) : -units.frames(0.080, clip.rate), 0]


def record_all(folder: Path) -> Path:
    folder.mkdir()
    for line in LINES:
        write(folder / f"{line.number}.flac", recorded(line.text))
    return folder


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recording of every line."""
    return record_all(tmp_path_factory.mktemp("studio") / "opnames")


@pytest.fixture
def folder(studio: Path, tmp_path: Path) -> Path:
    """A folder of one's own with a recording of every line."""
    return Path(shutil.copytree(studio, tmp_path / "opnames"))


# --- Which file is which sentence ---------------------------------------------------------------------------


def files_of(voice: VoiceTemplate) -> dict[str, str]:
    """Return phrase -> name of its file."""
    files = voice.settings["files"]
    assert isinstance(files, dict)
    assert all(Path(path).is_absolute() for path in files.values())
    return {phrase: Path(path).name for phrase, path in files.items()}


@pytest.mark.parametrize(
    "names", [("1.m4a", "02 welkom.wav", "003.mp3"), ("0001", "2-b.flac", " 3.OGG"), ("01.a", "2", "3")]
)
def test_a_file_is_known_by_the_number_in_front_of_its_name(
    studio: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    for name in names:
        shutil.copy(studio / "1.flac", tmp_path / name)
    voice, missing = voice_of(tmp_path, LINES)
    assert files_of(voice) == dict(zip([WELCOME, LONG, COMMA], names, strict=True))
    assert [line.number for line in missing] == [4, 5]
    assert (voice.engine, voice.sex, voice.credit) == ("recordings", "own", "Ingesproken door een mens.")


def test_other_files_do_no_harm(folder: Path) -> None:
    (folder / "lees mij.txt").write_text("1 2 3")
    (folder / "3 notities.txt").write_text("zachter")
    (folder / "blad.html").write_text("<p>")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "._1.flac").write_bytes(b"\0\5\x16\7")
    (folder / "Thumbs.db").write_bytes(b"\0")
    (folder / "4 oud").mkdir()
    write(folder / "alles.wav", recorded(WELCOME))
    voice, missing = voice_of(folder, LINES)
    assert missing == ()
    assert voice == voice_of(folder, LINES)[0]


def test_an_index_binds_numbers_to_sentences(folder: Path) -> None:
    (folder / INDEX_NAME).write_text(as_index(LINES), encoding="utf-8")
    changed = [LINES[1], SheetLine(2, "Adem rustig uit.", "Adem rustig uit."), LINES[0]]
    changed = [replace(line, number=number) for number, line in enumerate(changed, start=1)]
    voice, missing = voice_of(folder, changed)
    assert files_of(voice) == {LONG: "2.flac", WELCOME: "1.flac"}
    assert [(line.number, line.text) for line in missing] == [(6, "Adem rustig uit.")]
    error = missing_error(folder, missing)
    assert "What comes after 5 is new: first make the sheet here again, with --force." in in_options(
        error.hint
    )
    # The plain way, by the plan's own numbers, would have said something else.
    for name in (INDEX_NAME, "4.flac", "5.flac"):
        (folder / name).unlink()
    assert files_of(voice_of(folder, changed)[0])["Adem rustig uit."] == "2.flac"


def test_all_that_is_missing_is_told_at_once(tmp_path: Path, studio: Path) -> None:
    lines = [SheetLine(n, f"Zin {n}.", f"Zin {n}.") for n in range(1, 81)]
    shutil.copy(studio / "1.flac", tmp_path / "7.flac")
    shutil.copy(studio / "1.flac", tmp_path / "Nieuwe opname.m4a")
    error = missing_error(tmp_path, voice_of(tmp_path, lines)[1])
    assert error.sentence == f"{tmp_path}: 79 sentences are not recorded: 1-6, 8-80."
    assert "--fill VOICE" in in_options(error.hint)
    assert "these have none: Nieuwe opname.m4a." in error.hint
    assert error.hint.endswith("\n  79  Zin 79.\n  80  Zin 80.")
    alone = missing_error(tmp_path, lines[:1])
    assert alone.sentence == f"{tmp_path}: 1 sentence is not recorded: 1."


# --- The sound ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_becomes_a_clip_with_the_same_joints_and_loudness(tmp_path: Path, kind: str) -> None:
    write(tmp_path / f"3.{kind}", recorded(COMMA), *FORMATS[kind])
    voice, _ = voice_of(tmp_path, LINES)
    clip = Recordings().speak(COMMA, voice)
    assert clip.samples.shape[1] == 1
    # Coding smears an edge over its block: AAC's has 23 ms. What is smeared is heard, and stays.
    assert clip.frames / clip.rate == pytest.approx(0.1 + len(speech(COMMA)) / RATE, abs=0.023)
    assert loudness(sounding(clip), clip.rate) == pytest.approx(TARGET_LUFS, abs=0.3)
    assert clip.samples[0, 0] == clip.samples[-1, 0] == 0.0


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("below_db", [40, 60, 200])
def test_joints_are_right_to_a_millisecond_in_a_rooms_noise(rate: int, below_db: int) -> None:
    # A sound whose edges are known to a sample: they rise in 3 ms, so that it has nothing near the high-pass.
    # It sweeps from 500 to 3000 Hz, so that it can be found again at one place only.
    time_s = np.arange(round(3.5 * RATE)) / RATE
    tone = LEVEL * np.sqrt(2) * np.sin(2 * np.pi * (500 * time_s + 1250 / 3.5 * time_s**2))
    rise = np.sin(np.pi / 2 * np.arange(132) / 132) ** 2
    tone[:132] *= rise
    tone[-132:] *= rise[::-1]
    # It follows upon a click, and another one comes after it.
    sound = np.concatenate([silence(0.3), click(), silence(0.9), tone, silence(0.8), click(), silence(0.1)])
    clip = cleaned(conform(clip_of(sound + room(len(sound), below_db) + 0.02), rate), COMMA).clip
    # Where the tone is in the clip: where the two agree best.
    start = place_of(conform(clip_of(tone), rate).samples[:, 0], clip.samples[:, 0])
    end = start + units.frames(3.5, rate)
    # Judged in half milliseconds; and in noise at -40 dB the first 0.5 ms of that rise cannot be told.
    assert start / rate == pytest.approx(0.020, abs=0.001)
    assert (clip.frames - end) / rate == pytest.approx(0.080, abs=0.001)


def place_of(part: NDArray[np.floating], whole: NDArray[np.floating]) -> int:
    """Return the frame of `whole` at which `part` fits it best."""
    size = 2 ** (len(part) + len(whole)).bit_length()
    match = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size)), size)
    place = int(match.argmax())
    return place if place < len(whole) else place - size


@pytest.mark.parametrize("phrase", [WELCOME, LONG, COMMA, GROUND, IN, "Fluister zacht, en blijf.", "Ja."])
def test_no_syllable_is_lost_in_noise_40_db_below_the_voice(phrase: str) -> None:
    sound = recorded(phrase, below_db=40)
    samples = cleaned(clip_of(sound), phrase).clip.samples[:, 0].astype(np.float64)
    start = place_of(samples, sound) - RATE
    outside = np.concatenate([speech(phrase)[: max(start, 0)], speech(phrase)[start + len(samples) - 3528 :]])
    # What is soft enough to drown in that noise may go: 40 dB below the level, for a tenth of the length.
    assert np.square(outside).sum() <= np.square(speech(phrase)).sum() * 10 ** (-40 / 10) / 10


def test_a_click_and_a_far_sound_before_the_speech_are_no_speech() -> None:
    plain = cleaned(clip_of(recorded(LONG)), LONG).clip
    sound = recorded(LONG, before_s=2.0).copy()
    sound[4410 : 4410 + 220] += click()
    sound[30_000 : 30_000 + 220] += click(2)
    sound[45_000:60_000] += room(15_000, 32, seed=3)  # something is moved, 0.3 s before the first word
    assert cleaned(clip_of(sound), LONG).clip.frames == pytest.approx(plain.frames, abs=RATE / 1000)


def test_phrases_are_equally_loud_however_they_were_recorded(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for line in LINES:
        write(tmp_path / f"{line.number}.flac", recorded(line.text) * units.gain(rng.uniform(-12, 8)))
    voice, _ = voice_of(tmp_path, LINES)
    fill = find_voice("zacht")
    filled = ["Voel waar je lichaam steun krijgt.", "Je hoeft jezelf even niet te dragen."]
    said = [line.phrase for line in LINES]
    with Takes() as takes:
        takes.record(said, Speaker(voice, Recordings()), lambda done, total: None)
        takes.record(filled, Speaker(fill, Espeak()), lambda done, total: None)
        takes.level([*said, *filled], -18.0)
        heard = {phrase: loudness(takes.read(phrase)[882:-3528], RATE) for phrase in [*said, *filled]}
    # "In." is too short for takes to measure: its loudness is the one given to it here.
    assert max(heard[phrase] for phrase in said) - min(heard[phrase] for phrase in said) < 1.5
    own, other = (np.mean([heard[phrase] for phrase in phrases]) for phrases in (said[1:4], filled))
    assert abs(own - other) < 1.0


STEREO: dict[str, Callable[[Sound], Sound]] = {
    "left is dead": lambda voice: np.stack([silence(0.0).sum() * voice, voice], axis=1),
    "right is dead": lambda voice: np.stack([voice, 0 * voice], axis=1),
    "opposite phase": lambda voice: np.stack([voice, -voice], axis=1),
    "twice the same": lambda voice: np.stack([voice, voice], axis=1),
    "a loud hum on the left": lambda voice: np.stack(
        [0.3 * np.sin(2 * np.pi * 150 * np.arange(len(voice)) / RATE), voice], axis=1
    ),
    "two microphones": lambda voice: np.stack([voice, 0.7 * np.roll(voice, 30)], axis=1),
}


@pytest.fixture(scope="module")
def alone() -> Clip:
    """The voice on one channel."""
    return cleaned(clip_of(recorded(COMMA)), COMMA).clip


@pytest.mark.parametrize("case", STEREO)
def test_the_voice_is_found_in_two_channels(case: str, alone: Clip) -> None:
    both = cleaned(clip_of(STEREO[case](recorded(COMMA))), COMMA).clip
    np.testing.assert_allclose(both.samples, alone.samples, atol=1e-5)
    if case == "opposite phase":  # the naive way: the mean of the two
        assert np.abs(STEREO[case](recorded(COMMA)).mean(axis=1)).max() == 0.0


def test_without_windows_any_channel_will_do() -> None:
    assert voice_channel(window_powers(np.zeros((3, 2), np.float32), 10)) == 0


def test_a_rest_within_a_phrase_gets_softer_gently_and_speech_stays_as_it_is() -> None:
    tone = LEVEL * np.sqrt(2) * np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE)
    sound = np.concatenate([silence(1.0), tone, silence(1.0), tone, silence(1.0)])
    sound += room(len(sound), 40)
    clip = cleaned(clip_of(sound), LONG).clip
    samples = clip.samples[:, 0].astype(np.float64)
    # The same without the rests: what came in, behind the same high-pass and gain, beside it.
    steady = np.concatenate([silence(1.0), tone, tone, silence(1.0)]) + room(6 * RATE, 40)
    assert len(cleaned(clip_of(steady), LONG).clip.samples) == pytest.approx(len(samples) - RATE, abs=100)

    def level(start_s: float, stop_s: float) -> float:
        part = samples[units.frames(0.020 + start_s) : units.frames(0.020 + stop_s)]
        # Above 500 Hz, where a quarter of a second holds enough periods of noise to tell its level.
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
        hz = np.fft.rfftfreq(len(part), 1 / RATE)
        return float(10 * np.log10(spectrum[(hz > 2000)].mean()))

    # 1 s of rest: 0.2 s as it was, then 0.16 s on the way down; at its end 0.06 s, and 0.16 s before it.
    # A spectrum's sum rises by the length of what it is taken of.
    longer_db = 10 * np.log10(0.4 / 0.14)
    assert level(2.05, 2.19) - level(2.37, 2.77) + longer_db == pytest.approx(9.0, abs=1.0)
    middle = samples[units.frames(0.3) : units.frames(1.7)]
    assert level_where_it_sounds(middle) == pytest.approx(level_where_it_sounds(samples), rel=0.01)


def test_direct_current_and_rumble_are_gone() -> None:
    sound = recorded(COMMA)
    rumble = 0.2 * np.sin(2 * np.pi * 20 * np.arange(len(sound)) / RATE) + 0.1
    with_rumble = cleaned(clip_of(sound + rumble), COMMA).clip
    plain = cleaned(clip_of(sound), COMMA).clip
    # Two Butterworth filters leave -43 dB of the rumble; told from noise, the softest 5 ms may drown in that.
    assert with_rumble.frames == pytest.approx(plain.frames, abs=5 * RATE / 1000)
    spectrum = np.abs(np.fft.rfft(with_rumble.samples[:, 0])) ** 2
    hz = np.fft.rfftfreq(with_rumble.frames, 1 / RATE)
    # It came in 9 dB above the voice.
    assert 10 * np.log10(spectrum[hz < 40].sum() / spectrum[hz > 80].sum()) < -30


def test_the_same_files_give_the_same_bytes_in_any_order_and_on_many_threads(studio: Path) -> None:
    voice, _ = voice_of(studio, LINES)
    phrases = [line.phrase for line in LINES]
    once = [Recordings().speak(phrase, voice).samples.tobytes() for phrase in phrases]
    engine = Recordings()
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda phrase: engine.speak(phrase, voice).samples.tobytes(), phrases[::-1]))
    assert again[::-1] == once


def test_the_chain_of_a_recording_leaves_its_length(studio: Path) -> None:
    voice, _ = voice_of(studio, LINES)
    clip = Recordings().speak(LONG, voice)
    assert len(apply_chain(voice.chain, clip.samples, clip.rate)) == clip.frames


# --- What is worth telling ----------------------------------------------------------------------------------

OVERLOADED = units.gain(16.0)
"""A gain at which the highest peak of LONG is 6 dB above full scale."""

REMARKS: dict[str, tuple[Callable[[], Sound], tuple[str, ...], str]] = {
    "good": (lambda: recorded(LONG), (), ""),
    "noisy": (lambda: recorded(LONG, below_db=18), (), r"^2\.wav is noisy: the voice is only 2\d dB above"),
    "overloaded": (
        lambda: np.clip(recorded(LONG) * OVERLOADED, -1, 1),
        (),
        r"^2\.wav is a little overloaded",
    ),
    "telephone": (lambda: recorded(LONG), ("-ar", "8000"), r"^2\.wav has the sound of a telephone"),
    "a rest": (
        lambda: np.insert(recorded(COMMA), RATE + len(speech(COMMA)) // 2, room(round(2.2 * RATE), 40)),
        (),
        r"^3\.wav falls silent for 2\.\d s in the middle\.$",
    ),
}


@pytest.mark.parametrize("case", REMARKS)
def test_what_is_no_reason_to_stop_is_told(tmp_path: Path, case: str) -> None:
    make, options, sentence = REMARKS[case]
    phrase, number = (COMMA, 3) if case == "a rest" else (LONG, 2)
    write(tmp_path / f"{number}.wav", make(), *options)
    voice, _ = voice_of(tmp_path, LINES)
    remarks = Recordings().remarks(phrase, voice)
    assert (len(remarks) == 1) == bool(sentence), remarks
    if sentence:
        assert re.search(sentence, remarks[0])
    assert Recordings().remarks("Iets anders.", voice) == ()


# --- Faults -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """What someone did to a folder of good recordings, and the sentence that they see."""

    name: str
    spoil: Callable[[Path], object]
    sentence: str
    at_once: bool = False  # told before anything is spoken


def halved(path: Path, kind: str) -> None:
    """Leave half of a file, as an upload that broke off."""
    path.unlink()
    whole = write(path.with_suffix(f".{kind}"), recorded(LONG, 0.5, 0.5), *FORMATS[kind])
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])


def no_sound(folder: Path, content: bytes) -> None:
    (folder / "2.flac").write_bytes(content)


def replaced(folder: Path, sound: Sound) -> None:
    write(folder / "2.flac", sound)


def loudest(start_s: float, stop_s: float) -> int:
    """Return a frame of the recording of LONG in a loud vowel, between two moments of its speech."""
    start, stop = (RATE + units.frames(at_s) for at_s in (start_s, stop_s))
    return start + int(np.abs(recorded(LONG)[start:stop]).argmax())


FAULTS = [
    Fault(
        "two of one number",
        lambda f: shutil.copy(f / "2.flac", f / "02 b.wav"),
        r"02 b\.wav and 2\.flac have the same number",
        at_once=True,
    ),
    Fault(
        "a number too many",
        lambda f: shutil.copy(f / "2.flac", f / "99.wav"),
        r"99\.wav: the last sentence is 2",
        at_once=True,
    ),
    Fault(
        "a date as name",
        lambda f: shutil.copy(f / "2.flac", f / "2024-05-01.m4a"),
        r"2024-05-01\.m4a: the last sentence is 2",
        at_once=True,
    ),
    Fault(
        "not in the index",
        lambda f: (f / INDEX_NAME).write_text(as_index(LINES[:1])),
        r"2\.flac: blad\.toml has no sentence 2",
        at_once=True,
    ),
    Fault(
        "a web page",
        lambda f: no_sound(f, b"<!DOCTYPE html>"),
        r"2\.flac cannot be used: it is not a sound file that stem reads",
        at_once=True,
    ),
    Fault(
        "an empty file",
        lambda f: no_sound(f, b""),
        r"2\.flac cannot be used: it is empty",
        at_once=True,
    ),
    Fault(
        "only a header",
        lambda f: no_sound(f, b"fLaC" + bytes(38)),
        r"2\.flac cannot be used: it is cut short",
    ),
    Fault("digital silence", lambda f: replaced(f, silence(5.0)), r"2\.flac has no sound in it"),
    Fault(
        "only a room", lambda f: replaced(f, room(5 * RATE, 20)), r"2\.flac has no speech in it, only noise"
    ),
    Fault(
        "clicks in a room",
        lambda f: replaced(f, room(5 * RATE, 40) + np.pad(click(), (RATE, 4 * RATE - 220))),
        r"2\.flac has no speech in it",
    ),
    Fault(
        "drowned",
        lambda f: replaced(f, recorded(LONG, below_db=9)),
        r"2\.flac has a voice that is hardly louder than the room \(1\d dB\)",
    ),
    Fault(
        "far overloaded", lambda f: replaced(f, np.clip(recorded(LONG) * 30, -1, 1)), r"2\.flac is overloaded"
    ),
    Fault(
        "another sentence",
        lambda f: replaced(f, recorded(WELCOME)),
        r"2\.flac lasts 0\.\d s, and its sentence asks for about 5\.\d s: perhaps it is another one",
    ),
    Fault(
        "a whole story",
        lambda f: replaced(f, np.tile(recorded(LONG, 0.1, 0.1), 3)),
        r"2\.flac lasts 1\d\.\d s, and its sentence asks",
    ),
    Fault(
        "said twice",
        lambda f: replaced(f, np.tile(recorded(LONG), 2)),
        r"2\.flac lasts 1\d\.\d s with a silence of 2\.\d s in it, .*: perhaps it is said twice",
    ),
    Fault(
        "started too late",
        lambda f: replaced(f, recorded(LONG)[loudest(0.0, 1.0) :]),
        r"2\.flac starts in the middle of a sound",
    ),
    Fault(
        "stopped too early",
        lambda f: replaced(f, recorded(LONG)[: loudest(4.0, 5.3)]),
        r"2\.flac stops in the middle of a sound",
    ),
    Fault("half an m4a", lambda f: halved(f / "2.flac", "m4a"), r"2\.m4a cannot be used: it is cut short"),
    Fault("half an mp3", lambda f: halved(f / "2.flac", "mp3"), r"2\.mp3 cannot be used: it is cut short"),
    Fault("half an ogg", lambda f: halved(f / "2.flac", "ogg"), r"2\.ogg cannot be used: it is cut short"),
    Fault(
        "minutes long",
        lambda f: no_sound(f, wav(np.zeros((185 * 8_000, 1)), rate=8_000)),
        r"2\.flac cannot be used: it is longer than 3 minutes",
    ),
]


MENDED = {"a web page", "half an m4a", "drowned", "another sentence"}
"""Of each kind of fault one: no file at all, half of one, a bad recording, a good one of something else."""


def spoken(folder: Path, *, before: bool) -> None:
    """Say LONG; `before` tells whether the folder itself is found right."""
    voice, missing = voice_of(folder, LINES[:2])
    assert before
    assert missing == ()
    Recordings().speak(LONG, voice)


@pytest.fixture(scope="module")
def spoiled(studio: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Fault], Path]:
    """What returns a folder of good recordings after a fault, to be read only; each is made once."""

    @cache
    def after(fault: Fault) -> Path:
        folder = tmp_path_factory.mktemp("spoiled")
        for name in ("1.flac", "2.flac"):
            shutil.copy(studio / name, folder / name)
        fault.spoil(folder)
        return folder

    return after


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_by_its_file_and_mended_by_another(
    studio: Path, spoiled: Callable[[Fault], Path], tmp_path: Path, fault: Fault
) -> None:
    folder = Path(shutil.copytree(spoiled(fault), tmp_path / "opnames"))
    good = {folder / "1.flac": (studio / "1.flac").read_bytes()}
    with pytest.raises(ConfigError, match=fault.sentence) as caught:
        spoken(folder, before=not fault.at_once)
    assert caught.value.sentence.startswith(f"{folder}: ")
    assert caught.value.hint
    assert {path: path.read_bytes() for path in good} == good
    # The file is made again, what was in the way goes, and the next run does it all.
    for path in set(folder.iterdir()) - set(good):
        path.unlink()
    shutil.copy(studio / "2.flac", folder / "2.flac")
    voice, missing = voice_of(folder, LINES[:2])
    assert missing == ()
    if fault.name in MENDED:
        assert all(Recordings().speak(phrase, voice).frames > 0 for phrase in (WELCOME, LONG))


def test_the_naive_way_takes_most_of_these_for_speech(spoiled: Callable[[Fault], Path]) -> None:
    accepted = set()
    for fault in FAULTS:
        for path in recorded_numbers(spoiled(fault)).get(2, ()):
            with suppress(AudioError):
                decode(path)
                accepted.add(fault.name)
    assert len(accepted) >= 12


def test_all_unusable_recordings_are_told_at_once(folder: Path) -> None:
    write(folder / "1.flac", silence(3.0))
    replaced(folder, recorded(WELCOME))
    voice, _ = voice_of(folder, LINES)
    with pytest.raises(ConfigError, match=r"2 mistakes: 1\.flac has no sound in it; 2\.flac lasts"):
        Recordings().speak(LONG, voice)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such folder"):
        voice_of(tmp_path / "opnames", LINES)


def test_a_phrase_without_a_recording_is_told(studio: Path) -> None:
    voice, _ = voice_of(studio, LINES)
    with pytest.raises(SynthesisError, match="there is no recording of it"):
        Recordings().speak("Iets anders.", voice)


def test_a_voice_template_cannot_name_recordings() -> None:
    voice: VoiceTemplate = replace(find_voice("zacht"), engine="recordings")
    with pytest.raises(ConfigError, match="recordings cannot be named in a voice template"):
        Recordings().speak(LONG, voice)


def test_a_recording_of_almost_nothing_is_refused() -> None:
    with pytest.raises(UnusableError, match="has no sound"):
        cleaned(clip_of(np.full(100, 0.5)), WELCOME)
